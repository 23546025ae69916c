"""Files, the command, notebooks: what leaves the library."""

import io
import sys
import types
from xml.etree import ElementTree

import pytest
from figures_to_draw import ACCUMULATOR, TILE
from hypothesis import given
from hypothesis import strategies as st
from strategies import f2_layouts, z_layouts, zn_layouts

from layouts import (
    AffineLayout,
    BitMatrix,
    ComposedLayout,
    E,
    Layout,
    LayoutError,
    Swizzle,
    Tensor,
    conflicts,
    convert,
    coverage,
    draw,
    explain,
    hardware,
    make_tiled_mma,
    parse,
)
from layouts.cli import main
from layouts.draw.terminal import wants_color
from layouts.draw.text import table_text

FIGURE = draw(parse("(2,4):(4,1)"))

VALUES = [
    parse("(4,8):(8,1)"),
    parse("(4,8):(1@0,1@1)"),
    Layout(()),
    Layout(1),
    TILE,
    ComposedLayout(Swizzle(2, 0, 2), 3, parse("(4,4):(4,1)")),
    Swizzle(3, 4, 3),
    Swizzle(0, 4, 3),
    BitMatrix((1, 2, 12)),
    ACCUMULATOR,
    AffineLayout(ACCUMULATOR, {"row": 1}),
    Tensor(list(range(32)), parse("(4,8):(8,1)")),
    Tensor(None, Layout((2, 2), (E(0), E(1))), (0, 0)),
    explain("coalesce", parse("(2,3):(1,2)")),
    conflicts("lane * 2", elem=4, bytes=4),
    hardware.get("SM80_16x8x16_F32F16F16F32_TN"),
    hardware.get("SM80_16x8x16_F32F16F16F32_TN")["A"],
    convert.plan(ACCUMULATOR, ACCUMULATOR, 32),
    coverage(parse("(4,2):(2,1)"), (2, 4)),
    make_tiled_mma("SM80_16x8x16_F32F16F16F32_TN"),
    FIGURE,
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_every_value_shows_itself_in_a_notebook(value):
    shown = value._repr_mimebundle_(include=None, exclude=None)
    assert set(shown) == {"image/svg+xml", "text/html", "text/plain"}
    assert shown["text/plain"] == repr(value)
    assert shown["image/svg+xml"].startswith("<svg ")
    assert "<figure" in shown["text/html"]
    assert "<html" not in shown["text/html"]


LARGE = [
    Layout((2**20, 2**20)),
    Layout((2, 2), (1, 10**60)),
    Layout(2**70, 3),
    BitMatrix((1,) * 500, 500),
    Tensor(None, Layout((2**10, 2**10))),
    Swizzle(3, 9000, 3),
    Layout((2,) * 300),
]


@pytest.mark.parametrize("value", LARGE, ids=lambda value: type(value).__name__)
def test_a_large_value_is_its_repr_with_a_note_and_bounded(value):
    shown = value._repr_mimebundle_()
    assert sum(map(len, shown.values())) < 2**21
    if set(shown) == {"text/plain"}:
        assert "\n(" in shown["text/plain"]


def test_a_display_never_raises(monkeypatch):
    import layouts.draw.choose

    def broken(*_):
        raise RuntimeError("broken")

    monkeypatch.setattr(layouts.draw.choose, "draw_within", broken)
    assert parse("4:1")._repr_mimebundle_() == {"text/plain": "Layout(4, 1)\n(no figure: broken)"}


def test_showing_stays_out_of_the_way_of_equality_and_storage():
    assert not hasattr(Layout(4), "__dict__")


# -- files -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ending", "start"), [("svg", "<svg "), ("html", "<!DOCTYPE"), ("txt", "(2,4)"), ("tex", "\\documentclass")]
)
def test_the_ending_decides_the_form(tmp_path, ending, start):
    FIGURE.save(tmp_path / f"figure.{ending.upper()}")
    FIGURE.save(str(tmp_path / f"figure.{ending}"))
    found = (tmp_path / f"figure.{ending}").read_text(encoding="utf-8")
    assert found.startswith(start)
    assert found == (tmp_path / f"figure.{ending.upper()}").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", ["figure", "figure.gif", "no/such/folder/figure.svg", 3, None, "a\0.svg", ""])
def test_a_file_that_cannot_be_written_is_refused(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(LayoutError, match="save"):
        FIGURE.save(path)


@pytest.fixture
def cairo(monkeypatch):
    """A stand-in that keeps what it was asked to draw."""
    seen = []
    module = types.ModuleType("cairosvg")
    module.svg2png = lambda bytestring, scale: seen.append((bytestring, scale)) or b"\x89PNG"
    module.svg2pdf = lambda bytestring: seen.append((bytestring, None)) or b"%PDF"
    monkeypatch.setitem(sys.modules, "cairosvg", module)
    return seen


def test_png_and_pdf_go_through_the_extra(cairo, tmp_path):
    FIGURE.save(tmp_path / "figure.png")
    FIGURE.save(tmp_path / "figure.pdf")
    assert (tmp_path / "figure.png").read_bytes() == b"\x89PNG"
    assert (tmp_path / "figure.pdf").read_bytes() == b"%PDF"
    assert cairo[0][0] == cairo[1][0]
    assert b"system-ui" not in cairo[0][0]
    assert FIGURE.to_png(scale=3) == b"\x89PNG"
    assert cairo[2][1] == 3
    for scale in (0, 100, "2", None, True):
        with pytest.raises(LayoutError, match="scale"):
            FIGURE.to_png(scale=scale)
    with pytest.raises(LayoutError, match="pixels"):
        draw(Layout((1024, 64))).to_png()


def test_without_the_extra_the_error_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "cairosvg", None)
    with pytest.raises(LayoutError, match=r"pip install 'f2layouts\[draw\]'"):
        FIGURE.to_png()


def test_a_real_png_where_cairosvg_is_installed():
    try:
        import cairosvg  # noqa: F401
    except (ImportError, OSError):  # OSError: there is no cairo
        pytest.skip("cairosvg is not installed")
    png = FIGURE.to_png(scale=1)
    assert png.startswith(b"\x89PNG")
    assert len(png) > 3000


# -- the command -------------------------------------------------------------------------------------------------------


def ran(capsys, *arguments):
    status = main(["draw", *arguments])
    seen = capsys.readouterr()
    return status, seen.out, seen.err


def test_the_command_prints_text(capsys):
    status, out, _ = ran(capsys, "(2,4):(4,1)")
    assert status == 0
    assert out == FIGURE.to_text() + "\n"


def test_the_command_writes_a_file_and_says_what_it_shows(capsys, tmp_path):
    path = tmp_path / "fig.svg"
    status, out, _ = ran(capsys, "(2,4):(4,1)", "-o", str(path))
    assert status == 0
    assert out == f"{path}: {FIGURE.alt}\n"
    assert path.read_text(encoding="utf-8") == FIGURE.to_svg() + "\n"


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (["(4,8):(8,1)", "--kind", "slice", "--option", "coordinate=(2,_)"], "16*  17*"),
        (["(8,8):(8,1)", "--kind", "divide", "--option", "tiler=(2,4)"], "zipped_divide"),
        (["(4,8):(8,1)", "--option", "color=none", "--option", "tape=false"], "31"),
        (["(4,8):(8,1)", "--option", "color=8"], "31"),
        (["Sw<3,4,3>", "--option", "elem=2"], "Address in bytes: Sw<3,5,3>"),
        (["(32,32):(32,1)", "--kind", "banks", "--option", "elem=4", "--option", "lanes=r = lane"], "phase 0"),
        (["(2,2):(1,6)", "--kind", "complement", "--option", "cotarget=24"], "(3,2):(2,12)"),
        (["SM80_16x8x16_F32F16F16F32_TN"], "L31 R3"),
    ],
)
def test_options_of_the_command(capsys, arguments, found):
    status, out, err = ran(capsys, *arguments)
    assert status == 0, err
    assert found in out


@pytest.mark.parametrize(
    "arguments",
    [
        ["(4,8"],
        ["4:1", "--kind", "pie"],
        ["4:1", "-o", "figure.gif"],
        ["4:1", "--option", "color"],
        ["4:1", "--option", "nothing=3"],
        ["4:1", "--kind", "slice"],
        ["(2000000,2000000):(1,2)"],
    ],
)
def test_bad_input_of_the_command_has_status_2(capsys, arguments):
    status, out, err = ran(capsys, *arguments)
    assert (status, out) == (2, "")
    assert err.startswith("layouts: ")


def test_show_keeps_its_text(capsys):
    assert main(["show", "(2,3):(3,1)"]) == 0
    assert capsys.readouterr().out.endswith(table_text(parse("(2,3):(3,1)")) + "\n")


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_colours_are_for_terminals_where_nobody_refuses_them(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert wants_color(Terminal())
    assert not wants_color(io.StringIO())
    assert not wants_color(object())
    monkeypatch.setenv("TERM", "dumb")
    assert not wants_color(Terminal())
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    assert not wants_color(Terminal())


# -- any value ---------------------------------------------------------------------------------------------------------

HUGE = st.builds(
    Layout,
    st.just((3, (4, 5))),
    st.tuples(st.integers(-(10**50), 10**50), st.tuples(st.integers(0, 2**70), st.integers(0, 9))),
)


@given(st.one_of(z_layouts(), f2_layouts(), zn_layouts(), HUGE, st.integers(0, 10**30).map(lambda n: Layout(n + 1, 2))))
def test_the_display_of_any_layout_is_bounded_and_well_formed(layout):
    shown = layout._repr_mimebundle_()
    assert shown["text/plain"].startswith(repr(layout))
    assert sum(map(len, shown.values())) < 2**21
    if "image/svg+xml" in shown:
        assert ElementTree.fromstring(shown["image/svg+xml"]).tag.endswith("svg")


@given(st.integers(0, 9), st.integers(0, 9), st.integers(-12, 12))
def test_every_swizzle_has_a_figure(bits, base, shift):
    if abs(shift) < bits:
        return
    swizzle = Swizzle(bits, base, shift)
    figure = draw(swizzle, elem=2)
    assert str(swizzle) in figure.title
    assert ElementTree.fromstring(figure.to_svg()).tag.endswith("svg")
