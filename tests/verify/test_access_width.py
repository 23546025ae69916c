"""``vector_width`` is the widest vector that is side by side and aligned everywhere, by algebra as by looking."""

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts import F2, ComposedLayout, E, Layout, LayoutError, Swizzle, TooLargeError, parse, vector_width


def brute(layout, mode, most):
    sizes = [part.size for part in layout]
    width = 1
    while 2 * width <= most and sizes[mode] % (2 * width) == 0:
        for point in itertools.product(*map(range, sizes)):
            first = [k - k % (2 * width) if axis == mode else k for axis, k in enumerate(point)]
            start = layout(tuple(first))
            if start % (2 * width) or layout(tuple(point)) != start + point[mode] % (2 * width):
                return width
        width *= 2
    return width


@st.composite
def layouts(draw):
    over = draw(st.sampled_from([None, F2]))
    extents = st.sampled_from([1, 2, 4, 8] if over else [1, 2, 3, 4, 6, 8])
    strides = st.sampled_from([0, 1, 1, 2, 3, 4, 8, 9, 16] if over else [0, 1, 1, 2, 3, 4, 6, 8, 16, -8])
    shape = tuple(draw(st.lists(extents, min_size=1, max_size=3)))
    stride = tuple([draw(strides) for _ in shape])
    if draw(st.booleans()):
        shape, stride = (shape, 2), (stride, draw(strides))
    layout = Layout(shape, stride, over=over)
    kind = draw(st.integers(0, 3))
    if kind == 0 and min(layout.bounds()) >= 0:
        return ComposedLayout(Swizzle(1, draw(st.integers(0, 3)), 2), draw(st.sampled_from([0, 1, 4, 8])), layout)
    return ComposedLayout(None, draw(st.sampled_from([0, 2, 8])), layout) if kind == 1 else layout


@given(layouts())
def test_algebra_and_tables_find_the_width_that_brute_force_finds(layout):
    for mode in range(layout.rank):
        report = vector_width(layout, mode, elem=1)
        assert report.elements == brute(layout, mode, 16)
        if report.witness is not None:
            point = [report.witness[f"mode {k}"] for k in range(layout.rank)]
            first = [k - k % (2 * report.elements) if axis == mode else k for axis, k in enumerate(point)]
            start, wide = layout(tuple(first)), 2 * report.elements
            assert start % wide or layout(tuple(point)) != start + point[mode] % wide


def test_rows_of_72_halves_take_16_bytes_and_rows_of_68_do_not():
    assert vector_width("m*72 + k", elem=2, variables={"m": 16, "k": 64}).bytes == 16
    report = vector_width("m*68 + k", "k", elem=2, variables={"m": 16, "k": 64})
    assert (report.elements, report.bytes, report.witness, report.method) == (4, 8, {"m": 1, "k": 0}, "algebra")
    assert "the value 68 is not a multiple of 8" in str(report)
    assert json.loads(json.dumps(report.to_json()))["elements"] == 4


def test_a_swizzle_may_not_reach_into_the_vector():
    assert vector_width(parse("Sw<3,3,3> o (64,64):(64,1)"), elem=2).elements == 8
    assert vector_width(parse("Sw<3,2,3> o (64,64):(64,1)"), elem=2).elements == 4


def test_rotations_and_large_tiles():
    rotated = vector_width("r * 64 + (ch + r / 2) % 4 * 16 + b", elem=1, variables={"r": 8, "ch": 4, "b": 16})
    assert (rotated.elements, rotated.method) == (16, "enumeration of 512 points")
    assert vector_width("i * 2097152 + j", "j", elem=4, variables={"i": 1024, "j": 2**20}).elements == 4
    assert vector_width(Layout((2**40, 8), (8, 1)), elem=4, most=32).elements == 8
    assert vector_width(Layout((32, 6), (6, 1)), elem=2).reason == "mode 1 has 6 elements"
    assert vector_width(Layout((32, 8), (8, 1)), elem=2, base=8).bytes == 8


@pytest.mark.parametrize(
    ("arguments", "fragment"),
    [
        (("i", "j", {"elem": 2, "variables": {"i": 8}}), "'j'"),
        (("i", None, {"elem": 3, "variables": {"i": 8}}), "elem = 3"),
        (("i", None, {"elem": 2, "most": 0, "variables": {"i": 8}}), "most = 0"),
        (("i", None, {"elem": 2}), "no variables"),
        (("i", None, {"elem": 2, "variables": {"i": "8:16"}}), "does not begin at 0"),
        ((Layout((4, 8)), 2, {"elem": 2}), "2"),
        ((Layout((4, 8)), "k", {"elem": 2}), "'k'"),
        ((Layout((4, 8)), 1, {"elem": 4, "base": 2}), "base 2"),
        ((None, None, {"elem": 2}), "None"),
        ((Layout((4, 8), (E(0), E(1))), None, {"elem": 2}), "coordinates"),
    ],
)
def test_bad_input_is_refused(arguments, fragment):
    map, along, rest = arguments
    with pytest.raises(LayoutError) as caught:
        vector_width(map, along, **rest)
    assert fragment in str(caught.value)


def test_what_only_a_table_could_tell_has_a_limit():
    with pytest.raises(TooLargeError):
        vector_width(ComposedLayout(Swizzle(1, 2, 2), 1, Layout((2**12, 2**12), (2**12 + 1, 1))), elem=1)
    with pytest.raises(TooLargeError):
        vector_width("(r * r + c) % 4096", elem=1, variables={"r": 4096, "c": 4096})
