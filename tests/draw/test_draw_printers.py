"""Every printer over every kind of figure: complete, well formed, harmless."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from figures_to_draw import HOSTILE, MAKERS, made

from layouts import Layout, LayoutError, Swizzle, TooLargeError, parse
from layouts.draw import draw
from layouts.draw.measure import cut, escape_control
from layouts.draw.model import Cell, Figure, Grid, Links
from layouts.draw.tikz import tex_escape

SVG = "{http://www.w3.org/2000/svg}"
KINDS = sorted(MAKERS)


def cells_of(figure):
    for row in figure.panels:
        for panel in row:
            if isinstance(panel, Grid):
                yield from [cell for line in panel.cells for cell in line]
            elif isinstance(panel, Links):
                yield from (*panel.left, *panel.right)


def texts_of(svg):
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("name", KINDS)
def test_svg_is_well_formed_and_has_neither_scripts_nor_links(name):
    root = ElementTree.fromstring(made(name).to_svg())
    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert tags <= {"svg", "title", "desc", "style", "g", "path", "rect", "text"}
    for element in root.iter():
        assert not [key for key in dict(element.items()) if key.startswith("on") or "href" in key or key == "id"]


@pytest.mark.parametrize("name", KINDS)
def test_svg_says_what_is_seen(name):
    figure = made(name)
    root = ElementTree.fromstring(figure.to_svg())
    assert root.get("role") == "img"
    assert root.get("aria-label")
    assert root.find(f"{SVG}title").text == root.get("aria-label")
    assert len(root.find(f"{SVG}desc").text) > 20


@pytest.mark.parametrize("name", [name for name in KINDS if name != "hostile"])
def test_the_text_of_every_cell_is_in_svg_and_in_text(name):
    figure = made(name)
    shown, printed = set(texts_of(figure.to_svg())), figure.to_text()
    for cell in cells_of(figure):
        for line in cell.text.split("\n"):
            assert not line or cut(line, 18) in shown or cut(line, 40) in shown, line
        assert cell.text.replace("\n", " ") in printed


@pytest.mark.parametrize("name", KINDS)
def test_nothing_is_drawn_outside_of_the_page(name):
    root = ElementTree.fromstring(made(name).to_svg())
    width, height = int(root.get("width")), int(root.get("height"))

    def walk(element, x, y):
        found = re.match(r"translate\(([\d.-]+),([\d.-]+)\)", element.get("transform", ""))
        if found:
            x, y = x + float(found[1]), y + float(found[2])
        if element.tag == f"{SVG}text":
            assert 0 <= x + float(element.get("x")) <= width
            assert 0 <= y + float(element.get("y")) <= height
        for start in re.findall(r"M([\d.-]+) ([\d.-]+)", element.get("d", "")):
            assert -1 <= x + float(start[0]) <= width + 1
            assert -1 <= y + float(start[1]) <= height + 1
        for child in element:
            walk(child, x, y)

    walk(root, 0, 0)


@pytest.mark.parametrize("name", KINDS)
def test_html_is_complete_without_its_script(name):
    figure = made(name)
    page = figure.to_html()
    still = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    assert page.count("<script>") == page.count("</script>") == 1
    start = still.index("<svg ")
    root = ElementTree.fromstring(still[start : still.index("</svg>") + 6])
    assert texts_of(ElementTree.tostring(root)) == texts_of(figure.to_svg())
    keys = [element.get("data-k") for element in root.iter(f"{SVG}rect") if element.get("data-k")]
    assert len(keys) == sum([bool(cell.key) for cell in cells_of(figure)])
    assert "src=" not in page
    assert "href=" not in page


def test_a_linked_svg_tells_on_hovering_what_a_cell_is():
    root = ElementTree.fromstring(draw(parse("(2,4):(4,1)")).to_svg(linked=True))
    said = {element.get("data-k"): element.findtext(f"{SVG}title") for element in root.iter(f"{SVG}rect")}
    assert said["5"] in ("(1,1) is index 3, value 5", "place 5: (1,1)")


@pytest.mark.parametrize("name", KINDS)
def test_tikz_is_balanced_and_plain(name):
    picture = made(name).to_tikz(standalone=True)
    assert picture.count("\\begin{tikzpicture}") == picture.count("\\end{tikzpicture}") == 1
    assert picture.isascii()
    bare = re.sub(r"\\[{}]", "", picture)
    assert bare.count("{") == bare.count("}")
    for line in picture.splitlines():
        if line.startswith(("\\path", "\\node")):
            assert line.endswith(";")
    used = set(re.findall(r"fill=(layt\d+)", picture))
    assert used == set(re.findall(r"\\definecolor\{(layt\d+)\}", picture))


@pytest.mark.parametrize("name", KINDS)
def test_text_has_no_character_that_acts_on_a_terminal(name):
    printed = made(name).to_text()
    assert escape_control(printed) == printed
    assert "\x1b" not in printed
    assert made(name).to_text(width=20)


def test_colour_in_text_changes_nothing_but_colour():
    figure = replace(made("threads"), legend=())
    colored = figure.to_text(color=True)
    bare = re.sub(r"\x1b\[[\d;]*m", "", colored)
    assert figure.to_text() == bare
    assert "\x1b[30;48;5;" in colored


def test_hostile_texts_stay_texts():
    figure = made("hostile")
    page = figure.to_html()
    assert "<script>&" not in page
    assert page.count("<script>") == 1
    page.encode("utf-8")
    drawn = [line for line in figure.to_tikz().splitlines() if not line.startswith("%")]
    assert [line for line in drawn if "\\end{tikzpicture}" in line] == drawn[-1:]
    assert any(HOSTILE[:9] in text for text in texts_of(figure.to_svg()))


def test_cells_of_one_tone_are_one_path_and_share_a_class():
    figure = draw(parse("(4,8):(8,1)"), color=8, tape=False)
    root = ElementTree.fromstring(figure.to_svg())
    grid = root.findall(f"{SVG}g")[1]
    fills = [path.get("class") for path in grid.iter(f"{SVG}path") if path.get("class", "").startswith("t")]
    assert sorted(fills) == [f"t{tone}" for tone in range(8)]


def test_a_run_of_one_tone_is_one_rectangle():
    figure = draw(parse("(4,8):(0,0)"), tape=False)
    (path,) = [e for e in ElementTree.fromstring(figure.to_svg()).iter(f"{SVG}path") if e.get("class", "")[0] == "t"]
    assert path.get("d").count("M") == 4


def test_lines_between_modes_are_thicker_at_their_extents():
    grid = draw(parse("((2,3),(2,2,2)):((1,8),(2,64,16))")).panels[0][0]
    assert grid.row_lines == ((2, 1), (4, 1))
    assert grid.column_lines == ((2, 1), (4, 2), (6, 1))
    svg = draw(parse("((2,3),(2,2,2)):((1,8),(2,64,16))"), tape=False).to_svg()
    assert [svg.count(f'class="l{level}') > 0 for level in range(3)] == [True] * 3


def test_long_rows_fold_by_whole_modes():
    text = draw(parse("(2,(4,32)):(1,(2,8))"), tape=False).to_text(width=60)
    heads = [line for line in text.splitlines() if line.startswith("mode 0")]
    assert len(heads) > 1
    assert all([int(line.split()[3]) % 4 == 0 for line in heads])


def test_a_swizzled_64_by_64_tile_is_small():
    svg = made("swizzled").to_svg()
    assert len(svg) < 250_000
    assert svg.count("<text") < 4096 + 64 * 2 * 2 + 100
    assert svg.count("<path") < 100


def test_a_256_by_256_tile_stays_a_figure_and_more_is_refused():
    svg = draw(Swizzle(3, 3, 3) @ Layout((256, 256), (256, 1))).to_svg()
    assert len(svg) < 4_000_000
    assert svg.count("<path") < 5000
    with pytest.raises(TooLargeError, match="131072 cells, more than the limit 65536"):
        draw(Layout((256, 512)))


@pytest.mark.parametrize("width", [200, 500, 1100, 3000])
def test_a_page_of_any_width_holds_the_grid(width):
    svg = draw(parse("(8,64):(64,1)")).to_svg(width=width)
    assert int(ElementTree.fromstring(svg).get("width")) <= max(width, 332)


@pytest.mark.parametrize("width", [0, -1, 10**9])
def test_a_strange_width_is_refused(width):
    with pytest.raises(LayoutError, match="width"):
        made("row").to_svg(width=width)


def test_a_figure_too_tall_for_tex_is_refused():
    with pytest.raises(TooLargeError, match="TeX"):
        draw(Layout((1024, 64))).to_tikz()


def test_latex_has_all_that_is_escaped():
    assert tex_escape("a_b^2 #1 é") == "a\\_b\\textasciicircum{}2 \\#1 ?"


def test_figures_of_the_caller_are_printed_as_well():
    figure = Figure("mine", ((Grid(((Cell("a", 1), Cell("b", None, "hit")),)),),), "two cells")
    assert figure.to_text() == "mine\n\n |  a  b*"
    assert texts_of(figure.to_svg()) == ["mine", "a", "b"]
    assert repr(figure) == "<Figure 'mine', 1 panel>"
    with pytest.raises(LayoutError, match="no panel"):
        Figure("", (("no panel",),), "").to_svg()
