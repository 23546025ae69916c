"""A layout written as an expression of its modes has its values, so what is proved of the one is true of the other."""

import bank_counting
import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts import F2, ComposedLayout, E, Layout, LayoutError, Swizzle, conflicts, sectors
from layouts.verify.evaluate import evaluate
from layouts.verify.formula import formula_of


@st.composite
def maps(draw):
    over = draw(st.sampled_from([None, F2]))
    extents = st.sampled_from([1, 2, 4, 8] if over else [1, 2, 3, 4, 5])
    strides = st.integers(0, 70) if over else st.integers(-3, 70)
    shape = tuple(draw(st.lists(extents, min_size=1, max_size=3)))
    stride = tuple([draw(strides) for _ in shape])
    if draw(st.booleans()):
        shape, stride = (shape, draw(extents)), (stride, draw(strides))
    layout = Layout(shape, stride, over=over)
    for _ in range(draw(st.integers(0, 2))):
        shift = draw(st.sampled_from([-3, -2, 2, 3]))
        outer = Swizzle(2, draw(st.integers(0, 4)), shift) if draw(st.booleans()) else None
        layout = ComposedLayout(outer, draw(st.integers(0, 20)), layout)
    return layout


@given(maps(), st.booleans())
def test_the_formula_of_a_layout_has_its_values(layout, as_index):
    index = numpy.arange(layout.size)
    names, values, place = ["i"], {"i": index}, 1
    if not as_index:
        names = [f"x{k}" for k in range(layout.rank)]
        values = {}
        for name, mode in zip(names, layout, strict=True):
            values[name] = index // place % mode.size
            place *= mode.size
    found = evaluate(formula_of(layout, names), values, (), 64)
    assert found.overflow is None
    assert numpy.broadcast_to(found.values, index.shape).tolist() == [layout(int(i)) for i in index]


def test_what_is_no_such_expression_is_none():
    assert formula_of(Layout((4, 8), (E(0), E(1))), ["i", "j"]) is None
    assert formula_of(ComposedLayout(Layout(8, 2), 0, Layout(4)), ["i"]) is None
    assert formula_of(Layout(4, 2**80), ["i"]) is None
    chain = Layout((4, 8))
    for _ in range(60):
        chain = ComposedLayout(Swizzle(1, 1, 1), 0, chain)
    assert formula_of(chain, ["i", "j"]) is None


@st.composite
def tiles(draw):
    rows, columns = 1 << draw(st.integers(4, 6)), 1 << draw(st.integers(4, 6))
    pitch = columns + draw(st.sampled_from([0, 0, 8, 16, 4]))
    tile = Layout((rows, columns), (pitch, 1))
    kind = draw(st.integers(0, 3))
    if kind == 1 and pitch == columns:
        return Swizzle(2, draw(st.integers(2, 4)), 4) @ tile
    return ComposedLayout(Swizzle(2, draw(st.integers(2, 4)), 4), 0, tile) if kind == 2 else tile


@given(tiles(), st.sampled_from([1, 2, 4]), st.sampled_from([1, 2, 4]))
def test_totals_of_a_tile_are_sums_over_its_accesses(tile, elem, vector):
    rows, columns = (mode.size for mode in tile)
    counts = {"w": rows // 4, "k": columns // (8 * vector)}
    if not counts["k"]:
        return
    lanes = {"r": "lane / 8 + 4 * w", "c": f"lane % 8 * {vector} + {8 * vector} * k"}
    report = conflicts(tile, lanes, elem=elem, bytes=elem * vector, variables=counts)
    total = 0
    for w in range(counts["w"]):
        for k in range(counts["k"]):
            points = [(lane // 8 + 4 * w, lane % 8 * vector + 8 * vector * k) for lane in range(32)]
            addresses = [tile(point) * elem for point in points]
            total += bank_counting.wavefronts(addresses, elem * vector, 32, bank_counting.nvidia_phases(elem * vector))
    assert report.total == total
    assert report.accesses == counts["w"] * counts["k"]


@given(st.integers(-40, 40), st.integers(1, 9), st.integers(1, 70), st.integers(0, 31))
def test_formulas_of_python_have_the_banks_of_their_values(shift, divisor, factor, mask):
    text = f"((lane + {shift}) // {divisor} * {factor} ^ lane % {divisor}) & {mask * 32 + 31}"
    values = [((lane + shift) // divisor * factor ^ lane % divisor) & (mask * 32 + 31) for lane in range(32)]
    found, known = conflicts(text, elem=4, dialect="python"), conflicts(values, elem=4)
    assert (found.wavefronts, found.degree, found.addresses) == (known.wavefronts, known.degree, known.addresses)


def test_a_lane_map_of_python_bounds_its_variables():
    found = conflicts("m * 32 + k", "m = lane // 8, k = lane % 8", elem=4, dialect="python", variables={"m": 4, "k": 8})
    assert found.degree == 4
    with pytest.raises(LayoutError, match="m = -4"):
        conflicts("m", "m = (lane - 31) // 8", elem=4, dialect="python", variables={"m": 8})
    with pytest.raises(LayoutError, match="dialect"):
        conflicts("lane", elem=4, dialect="rust")
    with pytest.raises(LayoutError, match="int_bits"):
        conflicts("lane", elem=4, int_bits=0)
    with pytest.raises(LayoutError, match="int_bits"):
        sectors("lane", elem=4, int_bits=0)
