"""What figures show is what the values are: every cell is compared with the map, over every module."""

import re
from contextlib import suppress

import pytest
from figures_to_draw import ACCUMULATOR, LANES, ROWS, TILE, made
from hypothesis import given
from hypothesis import strategies as st
from strategies import compact_layouts, f2_layouts, z_layouts, zn_layouts

from layouts import (
    F2,
    BitMatrix,
    Layout,
    LayoutError,
    LinearLayout,
    NotInvertibleError,
    NotLinearError,
    Swizzle,
    TooLargeError,
    complement,
    conflicts,
    convert,
    draw,
    explain,
    flatten,
    hardware,
    idx2crd,
    left_inverse,
    parse,
)
from layouts.draw.choose import KINDS, natural_kind
from layouts.draw.palette import RAMP

ALL = st.one_of(z_layouts(), f2_layouts(), zn_layouts())


def written(value):
    return str(value).replace(" ", "").replace(",)", ")")


def mode_sizes(layout):
    shape = layout.shape if isinstance(layout.shape, tuple) else (layout.shape,)
    sizes = []
    for mode in shape:
        size = 1
        for extent in flatten(mode):
            size *= extent
        sizes.append(size)
    return [1, 1, *sizes][-2:] if len(sizes) < 2 else sizes


# -- grids and tapes ---------------------------------------------------------------------------------------------------


@given(ALL)
def test_every_cell_of_a_grid_has_the_value_of_its_coordinate(layout):
    figure = draw(layout, tape=False)
    sizes = mode_sizes(layout)
    for page, grid in enumerate(figure.panels[0]):
        assert grid.shape == (sizes[0], sizes[1])
        for i in range(sizes[0]):
            for j in range(sizes[1]):
                index = i + sizes[0] * (j + sizes[1] * page)
                assert grid.cells[i][j].text == written(layout(index))


@given(st.one_of(z_layouts(), f2_layouts()))
def test_a_tape_has_a_hole_exactly_where_no_coordinate_is(layout):
    values = [layout(i) for i in range(layout.size)]
    if max(values) > 2000:
        return
    (tape,) = draw(layout, "tape").panels[0]
    low = min(0, *values, 0)
    holes = [k + low for k, cell in enumerate(tape.cells[0]) if cell.mark == "hole"]
    assert holes == [place for place in range(low, max(values) + 1) if place not in values]


def test_cells_of_the_grid_and_of_the_tape_with_one_place_share_a_key():
    grid, tape = [row[0] for row in draw(parse("(4,5):(6,1)")).panels]
    keys = {cell.key: cell for cell in tape.cells[0]}
    for i in range(4):
        for j in range(5):
            assert keys[grid.cells[i][j].key].text == f"({i},{j})"


def test_a_map_of_the_caller_is_drawn():
    class Diagonal:
        shape, size = (3, 3), 9

        def __call__(self, index):
            return "x" if index % 4 == 0 else ""

    (grid,) = draw(Diagonal()).panels[0]
    assert [[cell.text for cell in row] for row in grid.cells] == [["x", "", ""], ["", "x", ""], ["", "", "x"]]


def test_a_map_with_a_wrong_size_is_refused():
    class Wrong:
        shape, size = (3, 3), 8

        def __call__(self, index):
            return index

    with pytest.raises(LayoutError, match="9 coordinates, and the size is 8"):
        draw(Wrong())


def test_colours_are_along_memory_modulo_a_number_of_the_caller_or_none():
    layout = parse("(4,8):(8,1)")
    tones = [cell.tone for cell in draw(layout).panels[0][0].cells[3]]
    assert set(tones) == {RAMP + 6, RAMP + 7}
    assert [cell.tone for cell in draw(layout, color=8).panels[0][0].cells[3]] == list(range(8))
    assert draw(layout, color="none").panels[0][0].cells[0][0].tone is None
    assert draw(layout, color=lambda value: value // 8).panels[0][0].cells[2][0].tone == 2
    for wrong in ("blue", -1, 0, 1.5, True, lambda value: "red", lambda value: -1):
        with pytest.raises(LayoutError, match="color"):
            draw(layout, color=wrong)


# -- arrows ------------------------------------------------------------------------------------------------------------


@given(compact_layouts(extents=(1, 2, 3, 4)))
def test_the_arrows_of_an_inverse_lead_back(layout):
    if layout.size > 128:
        return
    forth, back = draw(layout, "inverse").panels[0]
    there = {a.source: int(forth.right[a.target].text) for a in forth.arrows}
    again = {int(back.left[a.source].text): a.target for a in back.arrows}
    assert all([again[there[i]] == i for i in range(layout.size)])


def test_the_natural_inverse_is_the_best_that_there_is():
    layout = parse("(4,8):(1,5)")
    figure = draw(layout, "inverse")
    assert figure.title == f"{layout} and its left inverse"
    assert str(left_inverse(layout)) in figure.panels[0][1].title
    missed = [int(cell.text) for cell in figure.panels[0][0].right if cell.mark == "hole"]
    assert missed == [4, 9, 14, 19, 24, 29, 34]
    with pytest.raises(NotInvertibleError):
        draw(layout, "inverse", which="inverse")
    with pytest.raises(LayoutError, match="which is"):
        draw(layout, "inverse", which="both")


@pytest.mark.parametrize(("text", "goal"), [("(2,2):(1,6)", 24), ("4:2", 16), ("(2,4):(8,1)", 32), ("3:4", 24)])
def test_a_complement_fills_every_hole_once(text, goal):
    layout = parse(text)
    alone, filled = [row[0].cells[0] for row in draw(layout, "complement", cotarget=goal).panels]
    own = {layout(i) for i in range(layout.size)}
    assert {k for k, cell in enumerate(alone) if cell.mark != "hole"} == own
    other = complement(layout, goal)
    both = {layout(i) + other(j): other(j) for i in range(layout.size) for j in range(other.size)}
    assert {k: int(cell.text.split("+")[1]) for k, cell in enumerate(filled) if cell.mark != "hole"} == both


def test_over_f2_copies_are_moved_by_xor():
    layout = Layout((2, 2), (3, 4), over=F2)
    (filled,) = draw(layout, "complement", cotarget=16).panels[1]
    other = complement(layout, 16)
    both = {layout(i) ^ other(j): j for i in range(4) for j in range(other.size)}
    held = {k: cell.tone for k, cell in enumerate(filled.cells[0]) if cell.mark != "hole"}
    assert set(held) == set(both)
    assert all([(held[a] == held[b]) == (both[a] == both[b]) for a in held for b in held])
    with pytest.raises(LayoutError):
        draw(parse("(2,2):(1@0,1@1)"), "complement")


def test_a_slice_frames_what_it_keeps():
    layout = parse("(4,(2,3)):(16,(8,1))")
    for coordinate in [(2, None), (None, 3), (1, (None, 2)), (None, (1, None)), (3, 4)]:
        figure = draw(layout, "slice", coordinate=coordinate)
        grid = figure.panels[0][0]
        hits = {(i, j) for i in range(4) for j in range(6) if grid.cells[i][j].mark == "hit"}

        def kept(wanted, found):
            if isinstance(wanted, tuple):
                return all(map(kept, wanted, idx2crd(found, layout.shape[1]) if isinstance(found, int) else found))
            return wanted is None or wanted == found

        assert hits == {(i, j) for i in range(4) for j in range(6) if kept(coordinate, (i, j))}
        assert {int(cell.text) for cell in figure.panels[0][-1].right} == {layout(i, j) for i, j in hits}


# -- tiles -------------------------------------------------------------------------------------------------------------


def test_a_divide_gives_each_tile_one_tone_and_one_column():
    figure = draw(parse("(8,8):(8,1)"), "divide", tiler=(2, 4))
    original, regrouped = figure.panels[0]
    tones = {(i // 2, j // 4): original.cells[i][j].tone for i in range(8) for j in range(8)}
    assert len(set(tones.values())) == 8
    assert all([original.cells[i][j].tone == tones[i // 2, j // 4] for i in range(8) for j in range(8)])
    assert original.row_lines == ((2, 1), (4, 1), (6, 1))
    assert original.column_lines == ((4, 1),)
    for j in range(8):
        assert len({row[j].tone for row in regrouped.cells}) == 1
    assert "((2,4),(4,2)):((8,1),(16,4))" in figure.to_text()


def test_a_product_gives_each_copy_one_tone():
    blocked, raked = draw(parse("(2,2):(1,2)"), "product", tiler=parse("(2,3):(3,1)")).panels[0]
    tones = [[cell.tone for cell in row] for row in blocked.cells]
    assert all([tones[i][j] == tones[i // 2 * 2][j // 2 * 2] for i in range(4) for j in range(6)])
    assert len({tone for row in tones for tone in row}) == 6
    tones = [[cell.tone for cell in row] for row in raked.cells]
    assert all([tones[i][j] == tones[i % 2][j % 3] for i in range(4) for j in range(6)])
    with pytest.raises(LayoutError, match="which is"):
        draw(parse("4:1"), "product", tiler=parse("2:1"), which="other")


# -- threads -----------------------------------------------------------------------------------------------------------


def test_the_tile_names_the_lane_and_register_of_each_element():
    grid = draw(ACCUMULATOR, "threads").panels[0][0]
    for lane in range(32):
        for register in range(4):
            place = ACCUMULATOR(register=register, lane=lane)
            cell = grid.cells[place["row"]][place["column"]]
            assert (cell.text, cell.tone) == (f"L{lane}\nR{register}", lane)


def test_the_reverse_table_has_the_coordinate_of_each_thread_and_value():
    table = draw(ACCUMULATOR, "threads").panels[0][1]
    assert table.cells[6][3].text == "(9,5)"
    assert table.shape == (32, 4)


def test_elements_without_a_holder_are_holes_and_doubled_ones_clash():
    grid = made("uncovered").panels[0][0]
    marks = [{cell.mark for cell in row} for row in grid.cells]
    assert marks == [{""}] * 4 + [{"clash"}] * 4 + [{""}] * 4 + [{"hole"}] * 4


def test_a_broadcast_is_counted_and_is_no_clash():
    layout = LinearLayout([("lane", [[1], [0]])], [("x", 2)], require_surjective=False)
    assert [cell.text for cell in draw(layout, "threads").panels[0][0].cells[0]] == ["L0 +1", "L1 +1"]


def test_a_value_outside_of_the_tile_is_told():
    figure = draw(parse("(4,2):(1,4)"), "threads", tile=(2, 2))
    assert "4 values are outside the tile" in figure.alt
    assert figure.panels[0][1].cells[0][1].text == "outside"


def test_an_encoding_is_drawn_with_the_shape_of_a_tensor():
    text = "#ttg.blocked<{sizePerThread = [1, 4], threadsPerWarp = [4, 8], warpsPerCTA = [1, 1], order = [1, 0]}>"
    grid = draw(text, shape=(4, 32)).panels[0][0]
    assert grid.cells[1][5].text == "L9\nR1"
    with pytest.raises(LayoutError, match="needs the shape"):
        draw(text)
    with pytest.raises(LayoutError, match="shape belongs to an encoding"):
        draw("4:1", shape=(4,))


def test_the_parts_of_an_mma_stand_as_they_multiply():
    figure = draw("SM80_16x8x16_F32F16F16F32_TN")
    entry = hardware.get("SM80_16x8x16_F32F16F16F32_TN")
    (_, B), (A, C) = figure.panels
    assert (A.shape, B.shape, C.shape) == ((16, 16), (16, 8), (16, 8))
    for lane in range(32):
        for register in range(4):
            place = entry["C"].linear(register=register, lane=lane)
            assert C.cells[place["m"]][place["n"]].text == f"L{lane}\nR{register}"
            place = entry["B"].linear(register=register, lane=lane)
            assert B.cells[place["k"]][place["n"]].text == f"L{lane}\nR{register}"
            place = entry["A"].linear(register=register, lane=lane)
            assert A.cells[place["m"]][place["k"]].text == f"L{lane}\nR{register}"


@pytest.mark.parametrize("family", ["mma", "wgmma", "tcgen05.mma", "ldmatrix", "mfma", "wmma"])
def test_an_instruction_of_each_family_is_drawn(family):
    names = [name for name in hardware.names() if name.split(".")[0] == family or family in name][:3]
    for name in names:
        try:
            entry = hardware.get(name)
        except LayoutError:  # the name of several generations
            continue
        try:
            assert draw(entry).to_svg()
        except TooLargeError:
            assert max(entry.shape) > 64


# -- bits --------------------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 255), min_size=1, max_size=9))
def test_a_matrix_has_its_bits(columns):
    matrix = BitMatrix(tuple(columns), 8)
    (grid,) = draw(matrix).panels[0]
    found = [[1 if cell.text == "1" else 0 for cell in row] for row in grid.cells]
    assert found == matrix.to_rows()


def test_a_layout_that_is_not_linear_has_no_matrix():
    assert draw(parse("(4,8):(8,1)"), "matrix").panels[0][0].shape == (5, 5)
    with pytest.raises((NotLinearError, LayoutError)):
        draw(parse("(4,8):(1,5)"), "matrix")


def test_an_affine_layout_shows_its_constant():
    grid = made("affine").panels[0][-1]
    assert [row[-1].text for row in grid.cells] == ["1", "1", "·", "·", "1", "·", "·"]
    assert [span.text for span in grid.columns.levels[1]] == ["register", "lane", "XOR"]


@pytest.mark.parametrize("swizzle", [Swizzle(3, 4, 3), Swizzle(2, 0, 4), Swizzle(1, 3, -2), Swizzle(2, 2, -2)])
def test_a_swizzle_moves_chunks_to_where_it_says(swizzle):
    ruler, (before, after) = draw(swizzle).panels[0][0], draw(swizzle).panels[1]
    assert {(a.source, a.target) for a in ruler.arrows} == {
        (k, (swizzle(1 << k) ^ 1 << k).bit_length() - 1) for k in range(ruler.width) if swizzle(1 << k) != 1 << k
    }
    wide = before.shape[1]
    for chunk in range(before.shape[0] * wide):
        place = swizzle(chunk << swizzle.base) >> swizzle.base
        assert before.cells[chunk // wide][chunk % wide].text == str(chunk)
        assert after.cells[place // wide][place % wide].text == str(chunk)
        assert after.cells[place // wide][place % wide].tone == before.cells[chunk // wide][chunk % wide].tone


def test_a_ruler_in_bytes_and_bits_is_the_swizzle_of_these_units():
    elements, bytes_, bits = [row[0] for row in draw(Swizzle(2, 3, 4), "ruler", elem=2).panels]
    for ruler, shift in ((elements, 0), (bytes_, 1), (bits, 4)):
        assert [(a.source, a.target) for a in ruler.arrows] == [(7 + shift, 3 + shift), (8 + shift, 4 + shift)]
    for wrong in (3, 0, -1, 2.0, True):
        with pytest.raises(LayoutError):
            draw(Swizzle(2, 3, 4), "ruler", elem=wrong)


def test_swizzles_that_do_nothing_or_touch_too_many_bits():
    assert "changes none" in draw(Swizzle(0, 4, 3)).alt
    with pytest.raises(LayoutError, match="at most 64"):
        draw(Swizzle(3, 400, 3))


# -- banks -------------------------------------------------------------------------------------------------------------


def test_a_tile_shows_the_bank_of_each_element():
    (grid,) = draw(TILE, "banks", elem=2).panels[0]
    for i in range(16):
        for j in range(64):
            assert grid.cells[i][j].text == str(TILE(i, j) * 2 // 4 % 32)


def test_the_lanes_of_a_colliding_phase_clash_and_of_a_free_one_are_hits():
    bad = draw(Layout((16, 64), (64, 1)), "banks", elem=2, lanes=LANES, instruction="ldmatrix").panels[0][0]
    good = draw(TILE, "banks", elem=2, lanes=LANES, instruction="ldmatrix").panels[0][0]
    for grid, mark in ((bad, "clash"), (good, "hit")):
        marked = {(i, j) for i in range(16) for j in range(64) if grid.cells[i][j].mark}
        assert marked == {(i, j) for i in range(8) for j in range(8)}
        assert {grid.cells[i][j].mark for i, j in marked} == {mark}
    assert bad.cells[3][0].text.endswith("\nL3")


@pytest.mark.parametrize("formula", ["lane * 66", "lane", "lane * 32", "lane / 2", "(lane % 8) * 32 + lane / 8"])
def test_there_is_a_row_for_each_wavefront_with_every_lane_in_it(formula):
    report = conflicts(formula, elem=4, bytes=4)
    (grid,) = draw(report).panels[0]
    assert grid.shape == (report.wavefronts, 32)
    lanes = set()
    for row in grid.cells:
        for cell in row:
            for part in cell.text.split(",") if cell.text else ():
                first, _, last = part.partition("-")
                lanes |= set(range(int(first), int(last or first) + 1))
    assert lanes == set(range(32))
    assert any([cell.mark == "clash" for row in grid.cells for cell in row]) is (report.degree > 1)


# -- steps, trees, plans -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["steps", "refused", "inner"])
def test_an_explanation_shows_every_step(name):
    texts = {
        "steps": ("composition", "(8,8):(8,1)", "6:3"),
        "refused": ("composition", "(6,2):(1,7)", "(3,2):(2,3)"),
        "inner": ("logical_divide", "12:1", "4:3"),
    }[name]
    explanation = explain(texts[0], *map(parse, texts[1:]))
    printed = made(name).to_text(width=10_000)
    for number, step in enumerate(explanation.steps, 1):
        assert f"{number}. {step.title}" in printed
        assert step.text in printed
    end = str(explanation.result) if explanation.refusal is None else str(explanation.refusal)
    assert end in printed


def test_a_tree_has_a_leaf_for_each_mode():
    printed = made("tree").to_text()
    assert printed.splitlines()[2:] == [
        "(4,(2,3))   size 24",
        "  4:16",
        "  (2,3)   size 6",
        "    2:8",
        "    3:1",
    ]


def test_the_arrows_of_a_plan_are_its_pull():
    plan = convert.plan(ACCUMULATOR, ROWS, 32)
    links = draw(plan).panels[0][0]
    found = {}
    for arrow in links.arrows:
        found.setdefault(links.right[arrow.target].text, set()).add(links.left[arrow.source].text)
    for name, vectors in plan.pull.bases:
        for bit, vector in enumerate(vectors):
            wanted = {
                f"{out} {1 << k}"
                for (out, _), value in zip(plan.pull.out_dims, vector, strict=True)
                for k in range(value.bit_length())
                if value >> k & 1
            }
            assert found.get(f"{name} {1 << bit}", set()) == wanted
    assert plan.cost.__str__() in draw(plan).alt


# -- choosing ----------------------------------------------------------------------------------------------------------


def test_every_kind_has_its_function_with_a_docstring():
    from layouts.draw.choose import _maker

    for kind in KINDS:
        assert (_maker(kind).__doc__ or "").split("\n")[0].rstrip().endswith((".", ":", ","))
    assert set(re.findall(r"``(\w+)``", draw.draw.__doc__)) >= set(KINDS)


def test_the_room_is_a_function_too():
    assert draw(parse("4:1")) == draw.draw(parse("4:1"))
    with pytest.raises(AttributeError, match="nothing"):
        _ = draw.nothing


@pytest.mark.parametrize("value", [None, 5, 2.5, [1, 2], {"a": 1}, object(), Layout, b"4:1"])
def test_what_has_no_figure_is_refused(value):
    with pytest.raises(LayoutError, match="has no figure"):
        draw(value)


def test_unknown_kinds_and_options_are_refused_with_those_that_there_are():
    layout = parse("4:1")
    for kind in ("pie", 3, (), ["layout"]):
        with pytest.raises(LayoutError, match="there is no kind"):
            draw(layout, kind)
    with pytest.raises(LayoutError, match="no option 'size'; it has color, tape, title, limit"):
        draw(layout, size=3)
    with pytest.raises(LayoutError, match="needs coordinate="):
        draw(layout, "slice")
    with pytest.raises(LayoutError, match="limit"):
        draw(layout, limit="many")


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_wrong_value_for_a_kind_is_a_layout_error(kind):
    needed = {"slice": {"coordinate": None}, "divide": {"tiler": 2}, "product": {"tiler": 2}, "banks": {"elem": 4}}
    for value in (parse("(3,5):(1,7)"), Swizzle(2, 1, 3), BitMatrix((1, 2)), (2, 3), parse("(2,2):(1@0,1@1)")):
        with suppress(LayoutError):
            assert draw(value, kind, **needed.get(kind, {})).to_svg()


def test_natural_kinds():
    assert natural_kind(parse("4:1")) == "layout"
    assert natural_kind(hardware.get("SM80_16x8x16_F32F16F16F32_TN")["A"]) == "operand"


def test_text_is_read_in_any_notation():
    assert draw("Sw<2,0,2> o (4,4):(4,1)").title == str(parse("Sw<2,0,2> o (4,4):(4,1)"))
    with pytest.raises(LayoutError):
        draw("no layout at all")


@pytest.mark.parametrize("limit", [0, 1, 5])
def test_a_limit_holds(limit):
    with pytest.raises(TooLargeError, match=f"more than the limit {limit}"):
        draw(parse("(2,4):(4,1)"), limit=limit)
