"""ComposedLayout: chains of maps, their slices, tables, closed forms, and what does not fit."""

import copy
import pickle

import brute
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import (
    carry_free_layouts,
    composable_pairs,
    composed_layouts,
    coordinates,
    slices,
    swizzles,
    z_layouts,
)

from layouts import (
    F2,
    ComposedLayout,
    E,
    Layout,
    LayoutError,
    NotALayoutError,
    ProfileError,
    Swizzle,
    composition,
    difference,
    equal,
    parse,
)

NAMES = {"ComposedLayout": ComposedLayout, "F2": F2, "Layout": Layout, "Swizzle": Swizzle}

# -- chains ------------------------------------------------------------------------------------------------------------


def through(C, n):
    """Return outer(offset + n) from the definition; ``n`` is a value of inner."""
    n = n + C.offset
    if C.outer is None:
        return n
    if isinstance(C.outer, Swizzle):
        return brute.swizzled(C.outer.bits, C.outer.base, C.outer.shift, n)
    return brute.value(C.outer, n)


def chain_value(C, i):
    return through(C, chain_value(C.inner, i)) if isinstance(C, ComposedLayout) else brute.value(C, i)


@given(composed_layouts(3), st.data())
def test_a_chain_is_outer_of_offset_plus_inner(C, data):
    points = [chain_value(C, i) for i in range(C.size)]
    assert [C(i) for i in range(C.size)] == points
    assert C.table().tolist() == points
    i = data.draw(st.integers(0, 4 * C.size))
    assert C(i) == chain_value(C, i)
    assert C.at([i, 0]).tolist() == [chain_value(C, i), points[0]]
    c = data.draw(coordinates(C.shape))
    last = C.inner
    while isinstance(last, ComposedLayout):
        last = last.inner
    assert C(c) == points[Layout(last.shape)(c)]
    assert (C.shape, C.size, C.rank, C.depth) == (last.shape, last.size, last.rank, last.depth)
    assert C.cosize == max(points) - min(points) + 1
    assert len(C) == C.rank
    assert bool(C)


@given(composed_layouts(2), st.data())
def test_slicing_a_chain_adds_to_the_offset(C, data):
    cut = data.draw(slices(C.shape))
    try:
        part = C(cut)
    except NotALayoutError as error:
        assert error.witness
        return
    if cut is None or not _keeps(cut):
        assert cut is not None or part == C
        return
    for i in range(part.size):
        digits = iter(brute.digits(i, [brute.size(s) for s in part.shape]) if isinstance(part.shape, tuple) else [i])
        assert part(i) == C(_filled(cut, digits))


def _keeps(cut):
    return cut is None or (isinstance(cut, tuple) and any(map(_keeps, cut)))


def _filled(cut, digits):
    if cut is None:
        return next(digits)
    return tuple([_filled(c, digits) for c in cut]) if isinstance(cut, tuple) else cut


def test_a_slice_over_f2_is_a_sum_where_no_bit_is_shared_and_refused_elsewhere():
    C = ComposedLayout(Swizzle(3, 3, 3), 0, parse("(8,8):(F9,F1)"))
    assert str(C(0, None)) == "Sw<3,3,3> o 0 o (8):(F1)"
    with pytest.raises(NotALayoutError) as caught:
        C(3, None)
    assert caught.value.witness == 27
    assert str(ComposedLayout(Swizzle(3, 3, 3), 0, parse("(8,64):(64,1)"))(2, None)) == "Sw<3,3,3> o 128 o (64):(1)"


@given(composed_layouts(3))
def test_a_closed_form_is_the_same_function(C):
    L = C.as_layout()
    if L is not None:
        assert brute.values(L) == [chain_value(C, i) for i in range(C.size)]
        assert brute.refines(L.shape, C.shape)
        assert equal(L, C)


@given(swizzles(), carry_free_layouts())
def test_a_swizzle_after_a_carry_free_layout_has_a_closed_form(S, L):
    assert ComposedLayout(S, 0, L).as_layout() == S @ L
    assert ComposedLayout(None, 0, L).as_layout() == L
    assert ComposedLayout(S, 1, L).as_layout() is None


@given(composable_pairs(), st.sampled_from((None, Swizzle(2, 0, 2))), st.sampled_from((0, 3)))
def test_composition_on_the_right_acts_on_the_inner_map(pair, outer, offset):
    A, B = pair
    C = ComposedLayout(outer, offset, A)
    try:
        R = C @ B
    except NotALayoutError:
        with pytest.raises(NotALayoutError):
            A @ B
        return
    assert [R(i) for i in range(B.size)] == [C(n) for n in brute.values(B)]
    assert composition(C, B) == R


@given(composed_layouts(), st.one_of(swizzles(), z_layouts()))
def test_composition_on_the_left_keeps_the_chain(C, outer):
    R = composition(outer, C)
    assert isinstance(R, ComposedLayout)
    assert [R(i) for i in range(C.size)] == [outer(C(i)) for i in range(C.size)]


@given(composed_layouts(2), composed_layouts(2))
def test_chains_are_values(C, D):
    twins = [parse(str(C)), eval(repr(C), NAMES), pickle.loads(pickle.dumps(C)), copy.copy(C), copy.deepcopy(C)]
    assert all(twin == C and hash(twin) == hash(C) for twin in twins)
    assert (C == D) == (repr(C) == repr(D))
    for name in ("outer", "offset", "inner", "shape"):
        with pytest.raises(AttributeError):
            setattr(C, name, 0)
    assert C.inner != C


# -- chains at the edges -----------------------------------------------------------------------------------------------


def test_chains_over_coordinates():
    identity, tile = Layout((4, 8), (E(0), E(1))), Layout((4, 8), (8, 1))
    C = ComposedLayout(tile, 0, identity)
    assert [C(i) for i in range(32)] == [tile(i) for i in range(32)]
    assert list(C.table()) == [tile(i) for i in range(32)]
    assert C.as_layout() == tile
    assert C.cosize == 32
    assert [C(None, 2)(i) for i in range(4)] == [tile(i, 2) for i in range(4)]
    assert ComposedLayout(None, 0, identity)(3, 5) == (3, 5)
    swizzled_tile = ComposedLayout(Swizzle(1, 0, 3), 2, C)  # C gives integers: a swizzle may follow
    assert [swizzled_tile(i) for i in range(32)] == [Swizzle(1, 0, 3)(2 + tile(i)) for i in range(32)]


def test_a_chain_whose_parts_do_not_fit_is_refused():
    identity, tile = Layout((4, 8), (E(0), E(1))), Layout((4, 8), (8, 1))
    bad = [
        (Swizzle(1, 0, 1), 0, identity),
        (None, 1, identity),
        (tile, 1, identity),
        (Swizzle(1, 0, 1), 0, ComposedLayout(identity, 0, tile)),  # the inner chain gives coordinates
        (None, 5, ComposedLayout(identity, 0, tile)),
        (5, 0, tile),
        ("Sw<1,0,1>", 0, tile),
        (None, 0, 5),
        (None, 0, Swizzle(1, 0, 1)),
        (None, 1.5, tile),
        (None, True, tile),
        (None, "1", tile),
        (tile, None, tile),
    ]
    for parts in bad:
        with pytest.raises(ProfileError):
            ComposedLayout(*parts)
    assert ComposedLayout(None, np.int64(3), tile) == ComposedLayout(None, 3, tile)


def test_a_chain_has_a_hundred_maps_at_most():
    chain = Layout(4)
    for _ in range(99):
        chain = ComposedLayout(None, 1, chain)
    assert chain(0) == 99
    assert copy.deepcopy(chain) == pickle.loads(pickle.dumps(chain)) == chain
    with pytest.raises(ProfileError) as caught:
        ComposedLayout(None, 1, chain)
    assert caught.value.witness == 101


def test_tables_of_chains_are_right_or_refused_at_the_edge_of_int64():
    for C in (
        ComposedLayout(None, 2**63 - 1, Layout(4)),
        ComposedLayout(Swizzle(1, 0, 1), 2**63 - 3, Layout(4)),
        ComposedLayout(None, 2**62, Layout(2, 2**62)),
        ComposedLayout(None, 2**70, Layout(4)),
        ComposedLayout(Swizzle(3, 61, 3), 0, Layout(4)),
        ComposedLayout(Swizzle(1, 62, -2), 0, Layout(2, 2**62)),
        ComposedLayout(Layout(8, 2), 1, Layout(4, -1)),
        ComposedLayout(Layout(4, 2**62), 0, Layout(4)),
        ComposedLayout(Swizzle(2, 0, 2), -1, Layout(16, -1)),
    ):
        expected = [C(i) for i in range(C.size)]
        for evaluate in (C.table, lambda C=C: C.at(range(C.size))):
            try:
                found = evaluate()
            except LayoutError:
                assert min(expected) < 0 or max(expected) >= 2**62 or C.offset < 0
                continue
            assert [int(n) for n in found] == expected, C


def test_a_chain_is_compared_without_its_table_where_sizes_differ():
    C = ComposedLayout(Swizzle(1, 0, 1), 1, Layout(2**40))
    assert difference(C, Layout(4)) == 0
    assert difference(ComposedLayout(None, 0, C), ComposedLayout(Swizzle(1, 0, 1), 1, Layout(3))) == 3


def test_the_cosize_over_coordinates_is_the_product_over_the_axes():
    tile = Layout((4, 8), (E(0), E(1)))
    chain = ComposedLayout(tile, 3, Layout(5, 3))  # 3 6 9 12 15, which carry: no layout
    assert chain.as_layout() is None
    assert chain.table() == [(3, 0), (2, 1), (1, 2), (0, 3), (3, 3)]
    assert chain.cosize == ComposedLayout(None, (1, 1), chain).cosize == 4 * 4
    assert ComposedLayout(None, (1, 2), tile).cosize == ComposedLayout(None, 0, tile).cosize == 32


@given(composed_layouts())
def test_the_cosize_is_the_length_of_the_bounds(chain):
    values = [chain(i) for i in range(chain.size)]
    assert chain.bounds() == (min(values), max(values))
    assert chain.cosize == max(values) - min(values) + 1
