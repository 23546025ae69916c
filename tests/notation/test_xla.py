"""XLA's shapes with tiled layouts: offsets are XLA's, padding and ragged tiles included; text comes back."""

import itertools
import time

import pytest
from foreign_brute import xla_memory
from hypothesis import given
from hypothesis import strategies as st
from strategies import z_layouts

from layouts import Layout, LayoutError, NotALayoutError, ParseError, ProfileError, XlaShape, equal, parse_xla, to_xla
from layouts.notation.registry import convert_notation as convert
from layouts.notation.registry import read
from layouts.notation.xla import WIDTHS


@st.composite
def xla_shapes(draw, fields=True, most=8):
    sizes = draw(st.lists(st.integers(1, most), max_size=4))
    rank = dims = len(sizes)
    tiles = []
    for _ in range(draw(st.integers(0, 3)) if rank else 0):
        tile = draw(st.lists(st.sampled_from((1, 2, 2, 3, 4, 8, -1)), min_size=1, max_size=min(dims, 4)))
        tile[-1] = max(tile[-1], 1)
        tiles.append(tile)
        dims += len(tile) - 2 * tile.count(-1)
    order = draw(st.permutations(range(rank)))
    if not fields:
        return XlaShape("f32", sizes, order, tiles)
    return XlaShape(
        draw(st.sampled_from(sorted(WIDTHS))),
        sizes,
        order,
        tiles,
        element_bits=draw(st.sampled_from((0, 0, 4, 32))),
        memory_space=draw(st.sampled_from((0, 1, 5))),
        dim_types=draw(st.sampled_from(((), ("D",) * rank, ("C+~",) * rank))),
        alignment=draw(st.sampled_from((1, 1, 1024))),
        index_type=draw(st.sampled_from(("", "u32"))),
        pointer_type=draw(st.sampled_from(("", "s64"))),
        prefix_bytes=draw(st.sampled_from((0, 8))),
        dynamic=draw(st.lists(st.booleans(), min_size=rank, max_size=rank)),
    )


@given(xla_shapes())
def test_parse_xla_undoes_str(x):
    assert parse_xla(str(x)) == x
    assert read(str(x))[1] == x
    assert hash(parse_xla(str(x))) == hash(x)
    spaced = str(x).replace(",", " , ").replace("{", " { ").replace("(", " ( ").upper().replace("T ", "T")
    assert parse_xla(spaced) == x


@given(xla_shapes(fields=False))
def test_offsets_are_those_of_pad_reshape_transpose(x):
    memory = xla_memory(x.shape, x.minor_to_major, x.tiles).tolist()
    for i, c in enumerate(itertools.product(*[range(n) for n in x.shape])):
        assert memory[x(*c)] == i


@given(xla_shapes(fields=False))
def test_the_layout_agrees_at_every_element_or_no_layout_does(x):
    try:
        layout = x.to_layout()
    except NotALayoutError as error:
        assert isinstance(error.witness, int)
        return
    assert all(layout(c) == x(*c) for c in itertools.product(*[range(n) for n in x.shape]))
    padded = [Layout(mode).size for mode in layout.shape]
    assert all(p >= n for p, n in zip(padded, x.shape, strict=True))
    assert x.padded_shape == tuple(padded)


@given(xla_shapes(fields=False))
def test_the_text_of_a_layout_has_the_layout(x):
    try:
        layout = x.to_layout()
        found = to_xla(layout, "bf16")
    except LayoutError:
        return
    assert equal(found.to_layout(), layout)


@pytest.mark.parametrize("tiles", ["T(2,4)", "T(8,4)(2,1)", "T(4)", "T(4,2)(2,1)", "T(4,2)(2)(1)", "", "T(2,4)(1,2)"])
@pytest.mark.parametrize("order", ["1,0", "0,1", "2,0,1", "0,2,1"])
def test_tiles_within_each_other_are_found_again(tiles, order):
    shape = "16,32" if len(order) == 3 else "2,16,32"
    x = parse_xla(f"f32[{shape}]{{{order}{':' if tiles else ''}{tiles}}}")
    again = to_xla(x.to_layout())
    assert equal(again.to_layout(), x.to_layout())
    assert again.padded_shape == x.padded_shape


def test_worked_shapes():
    """The examples of XLA's page on tiled layouts, by hand."""
    x = parse_xla("F32[3,5]{1,0:T(2,2)}")
    assert x(2, 3) == (1 * 3 + 1) * 4 + 1
    assert x.to_layout() == Layout(((2, 2), (2, 3)), ((2, 12), (1, 4)))
    assert parse_xla("f32[8,8]{1,0:T(2,4)(2,1,1,1)}")(6, 5) == 51
    assert str(parse_xla("bf16[4,8]{1,0:T(2,4)(2,1)}").to_layout()) == "((2,2),(4,2)):((1,16),(2,8))"
    joined = parse_xla("f32[2,7,8,11,12]{4,3,2,1,0:T(*,*,2,*,3)}")
    assert joined.to_layout() == Layout((2, 7, (2, 4), 11, (3, 4)), (7392, 1056, (3, 264), 24, (1, 6)))
    assert parse_xla("f32[4,8]") == parse_xla("f32[4,8]{1,0}")
    assert str(parse_xla("f32[]")) == "f32[]"
    assert parse_xla("s4[10]{0:E(4)}").bits == 4
    assert parse_xla("pred[<=8,2]{1,0}").dynamic == (True, False)


def test_padding_is_said():
    found = convert("bf16[2,300,256]{2,1,0:T(8,128)(2,1)S(1)}", "cute")
    assert found.text == "(2,(2,4,38),(128,2)):(77824,(1,256,2048),(2,1024))"
    assert "2x300x256 is padded to 2x304x256, and coordinates beyond 2x300x256 are padding" in found.meaning
    assert "padd" not in convert("f32[16,128]{1,0:T(8,128)}", "cute").meaning
    back = convert("f32[8,8]{1,0:T(2,4)(2,1,1,1)}", "ttgir").text
    assert back.startswith("#ttg.shared_linear<{offset = [[2, 0], [0, 1]")
    assert convert("(4,8):(8,1)", "xla").text == "f32[4,8]{1,0}"
    for to in ("linear", "ttgir"):
        assert "3x5 is padded to 4x8" in convert("f32[3,5]{1,0:T(4,8)}", to).meaning
    with pytest.raises(LayoutError, match="no padding"):
        convert("f32[3,5]{1,0:T(4,8)}", "einops")


@pytest.mark.parametrize("to", ["xla", "einops"])
def test_who_holds_an_element_is_no_place_in_memory(to):
    blocked = "#ttg.blocked<{sizePerThread = [1], threadsPerWarp = [32], warpsPerCTA = [4], order = [0]}>"
    for text, shape in (
        (blocked, (128,)),
        ("TMEM_NATIVE_LAYOUT", (128, 2)),
        (convert(blocked, "linear", (128,)).text, None),
    ):
        with pytest.raises(LayoutError, match="not which lane holds it"):
            convert(text, to, shape)


def test_a_tile_that_cuts_a_tile_raggedly_is_no_layout():
    with pytest.raises(NotALayoutError) as caught:
        parse_xla("f32[6,2]{1,0:T(3,2)(2,1)}").to_layout()
    assert caught.value.witness == 3  # 0 1 4 is (2,2):(1,4), which has 5 next
    assert [parse_xla("f32[6,2]{1,0:T(3,2)(2,1)}")(i, 0) for i in range(4)] == [0, 1, 4, 8]
    assert parse_xla("f32[6]{0:T(3)(2)}").to_layout() == Layout(((3, 2),), ((1, 4),))
    assert parse_xla("f32[3]{0:T(3)(2)}").to_layout() == Layout(((2, 2),), ((1, 2),))
    with pytest.raises(NotALayoutError, match="does not divide"):
        parse_xla("f32[300000,2]{1,0:T(3,2)(2,1)}").to_layout()


REFUSED = [
    ("", 0, "expected a shape"),
    ("f32", 3, "expected ["),
    ("f33[2]", 0, "no type of an element"),
    ("f32[2,?]{1,0}", 6, "without a bound"),
    ("f32[2,3]{1}", 10, "orders 1 dimensions, and the shape has 2"),
    ("f32[2,3]{1,1}", 0, "not a permutation"),
    ("f32[2,3]{1,0:}", 13, "expected a field"),
    ("f32[2,3]{1,0:T(2,2)T(2)}", 19, "there twice"),
    ("f32[2,3]{1,0:T(2,2,2)}", 0, "has 3 dimensions, and is applied to 2"),
    ("f32[2,3]{1,0:T(2,*)}", 0, "-1 for a dimension that is joined"),
    ("f32[2,3]{1,0:T(0,2)}", 0, "positive"),
    ("f32[2,3]{1,0:SC(0:1)}", 13, "splits the array between memories"),
    ("f32[2,3]{1,0:P(f32[2])}", 13, "physical shape"),
    ("f32[2,3]{1,0:Q(1)}", 13, "not a field of a layout that is known"),
    ("f32[2,3]{1,0:D(D,X)}", 0, "dim_types"),
    ("f32[2,3]{1,0:L(0)}", 0, "alignment = 0 is below 1"),
    ("f32[2,3]{1,0} x", 14, "expected the end"),
    ("f32[-2]", 4, "expected an extent"),
]


@pytest.mark.parametrize(("text", "position", "reason"), REFUSED, ids=range(len(REFUSED)))
def test_refusals_point_at_the_character_of_a_shape(text, position, reason):
    with pytest.raises(ParseError) as caught:
        parse_xla(text)
    assert reason in str(caught.value)
    assert caught.value.position == position, str(caught.value)


def test_what_has_no_layout_is_refused():
    for text, reason in (("f32[2,3]{1,0:D(D,C)}", "not dense"), ("f32[0,3]{1,0}", "no elements")):
        with pytest.raises(LayoutError, match=reason):
            parse_xla(text).to_layout()
    with pytest.raises(LayoutError, match="own shape"):
        convert("f32[4]{0}", "cute", (4,))
    for value, reason in (
        (Layout((4, 8), (1, 5)), "not compact"),
        (Layout((4, 2), (1, 1)), "not compact"),
        (Layout(4, 0), "not compact"),
        (Layout(((2, 2), 4), ((8, 1), 2)), "is not made of tiles"),
        (5, "not a layout"),
    ):
        with pytest.raises(LayoutError, match=reason):
            to_xla(value)
    with pytest.raises(ProfileError):
        parse_xla("f32[3,5]{1,0}")(3, 0)
    with pytest.raises(ProfileError):
        XlaShape("f32", [2, True])
    with pytest.raises(AttributeError):
        parse_xla("f32[3]").shape = (4,)


@given(z_layouts())
def test_any_layout_becomes_xla_or_is_refused(layout):
    try:
        found = to_xla(layout)
    except LayoutError:
        return
    assert equal(found.to_layout(), layout)


def outcome(text):
    try:
        value = parse_xla(text)
    except ParseError as error:
        assert 0 <= error.position <= len(text)
        return
    assert parse_xla(str(value)) == value


@given(xla_shapes(), st.data())
def test_damaged_shapes_give_a_value_or_a_parse_error(x, data):
    written = str(x)
    k = data.draw(st.integers(0, len(written)))
    more = data.draw(st.text(alphabet="f32bf16[]{},:T(8)*#LESMDC~+<=?", max_size=4))
    outcome(written[:k] + more + written[k + data.draw(st.integers(0, 3)) :])


@given(st.text(max_size=40))
def test_any_text_may_be_a_shape(text):
    outcome(text)
    outcome("f32[4,4]{" + text)


@pytest.mark.parametrize(
    "text",
    [
        "f32[" + "9" * 50_000,
        "f32[" + "1," * 30_000,
        "f32[8]{0:T" + "(2)" * 30_000,
        "f32[8]{0:T(" + "1," * 30_000,
        "f32[8]{0:T" + "(2)" * 900 + "}",
        "f32" * 30_000,
        "f32[" + "(" * 90_000,
        "x" * 100_001,
    ],
    ids=range(8),
)
def test_hostile_shapes_end_quickly(text):
    start = time.perf_counter()
    try:
        parse_xla(text).to_layout()
    except LayoutError as error:
        assert len(str(error)) < 6000
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize("value", [None, 5, b"f32[2]", ["f32[2]"]], ids=repr)
def test_only_text_is_a_shape(value):
    with pytest.raises(ParseError):
        parse_xla(value)
