"""equal and difference: the smallest index where two maps part, decided without points."""

from itertools import product

import brute
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import (
    DEEP,
    QUICK,
    carry_free_layouts,
    composed_layouts,
    f2_layouts,
    layouts,
    seeded,
    swizzles,
    z_layouts,
)

from layouts import (
    F2,
    ComposedLayout,
    E,
    Layout,
    LayoutError,
    Swizzle,
    TooLargeError,
    Z,
    Zn,
    coalesce,
    difference,
    equal,
    parse,
    to_f2,
)


def check(a, b, expected):
    assert difference(a, b) == expected, f"{a} against {b}"
    assert difference(b, a) == expected, f"{b} against {a}"
    assert equal(a, b) == (expected is None)


def family(module, rank=2):
    extents, strides = ((1, 2, 3, 4), range(4)) if module is Z else ((1, 2, 4), range(5))
    return [Layout(s, d, over=module) for s, d in brute.flat_layouts(rank, extents, strides)]


@pytest.mark.parametrize(("left", "right"), [(Z, Z), (Z, F2), (F2, F2)], ids=lambda m: m.name)
def test_difference_on_all_small_pairs_is_the_first_index_where_values_part(left, right):
    """The mixed family holds the pairs where a carry happens to give the value of the next mode, as 3 ^ 6 == 5."""
    a = [(L, brute.values(L)) for L in family(left)]
    b = [(L, brute.values(L)) for L in family(right)]
    pairs = list(product(a, b))
    if QUICK:
        pairs = seeded("pairs").sample(pairs, 5_000)
    for (A, x), (B, y) in pairs:
        found = difference(A, B)
        assert found == brute.first_difference(x, y), f"{A} against {B}: {found}"


def test_difference_where_a_carry_gives_the_next_stride():
    """0 3 6 5 begins both maps; over Z the 5 is a stride, over F2 it is 3 ^ 6."""
    check(Layout((3, 2), (3, 5)), Layout(8, F2(3)), 4)
    for d, high in product(range(1, 40), range(1, 80)):
        for shape, strides in (
            ((3, 4), (d, d ^ (2 * d))),
            ((2, 3, 4), (64, d, d ^ (2 * d))),
            ((5, 4), (d, d ^ (4 * d))),
        ):
            A = Layout(shape, strides)
            B = Layout((*shape[:-2], 4, 4), (*strides[:-2], d, high), over=F2)
            check(A, B, brute.first_difference(brute.values(A), brute.values(B)))
        if not DEEP and d > 9:
            break


@given(layouts(), layouts())
def test_difference_agrees_with_brute_force(A, B):
    expected = 0 if (A.over is Zn) != (B.over is Zn) else brute.first_difference(brute.values(A), brute.values(B))
    check(A, B, expected)


@given(layouts(), st.data())
def test_changing_one_leaf_shows_at_its_first_index(L, data):
    """Near misses: one stride is changed, so the maps agree for as long as they can."""
    leaves, strides = brute.leaves(L.shape), brute.leaves(L.stride)
    k = data.draw(st.integers(0, len(leaves) - 1))
    changed = list(strides)
    changed[k] = changed[k] + (E(0) if L.over is Zn else data.draw(st.sampled_from((1, 2, 64))))
    A = Layout(tuple(leaves), tuple(strides), over=L.over)
    B = Layout(tuple(leaves), tuple(changed), over=L.over)
    check(A, L, None)
    check(A, B, None if leaves[k] == 1 else brute.size(tuple(leaves[:k])))


@given(carry_free_layouts())
def test_a_carry_free_layout_is_the_same_function_in_both_modules(L):
    check(L, to_f2(L), None)
    check(coalesce(L), to_f2(L), None)


@given(z_layouts(), f2_layouts())
def test_layouts_over_z_and_f2(A, B):
    check(A, B, brute.first_difference(brute.values(A), brute.values(B)))


@given(layouts())
def test_equal_is_reflexive_and_blind_to_form(L):
    flat = Layout(tuple(brute.leaves(L.shape)), tuple(brute.leaves(L.stride)), over=L.over)
    padded = (
        Layout((1, (L.shape, 1)), (3 * E(0) if L.over is Zn else 7, (L.stride, L.over.zero)), over=L.over)
        if L.over is not Zn
        else flat
    )
    for other in (L, flat, padded, coalesce(L)):
        check(L, other, None)


@given(st.one_of(composed_layouts(2), layouts()), composed_layouts(2))
def test_difference_of_chains_agrees_with_brute_force(A, B):
    def points(value):
        return [brute.normal(value(i)) for i in range(value.size)]

    try:
        found = difference(A, B)
    except LayoutError:
        assert any(n < 0 for value in (A, B) for n in points(value) if isinstance(n, int))
        return
    mine, theirs = points(A), points(B)
    if isinstance(mine[0], int) != isinstance(theirs[0], int):
        assert found == 0
    else:
        assert found == brute.first_difference(mine, theirs)


@given(swizzles(), carry_free_layouts())
def test_a_swizzled_chain_equals_its_closed_form(S, L):
    check(ComposedLayout(S, 0, L), S @ L, None)


def test_sizes_do_not_matter():
    big = 2**200
    check(Layout((big, big)), Layout(big * big), None)
    check(Layout((big, big), (1, big + 1)), Layout(big * big), big)
    check(Layout(big), Layout(big, over=F2), None)
    check(Layout((big, big), (1, 1), over=F2), Layout((big, big), (1, 1)), 1 + big)
    check(Layout(big), Layout(big + 1), big)
    check(ComposedLayout(Swizzle(3, 3, 3), 0, Layout((8, big), (big, 1))), Layout((8, big), (big, 1)), 8 * 64)
    assert difference(ComposedLayout(Swizzle(1, 0, 1), 1, Layout(2**40)), Layout(4)) == 0


def test_a_prefix_ends_at_its_size():
    check(Layout(8), Layout(6), 6)
    check(Layout(8, over=F2), Layout(6), 6)
    check(Layout(1, 5), Layout(()), None)
    check(Layout(4, E(0)), Layout(8, E(0)), 4)


def test_enumeration_is_bounded():
    S = ComposedLayout(Swizzle(1, 0, 1), 1, Layout(2**30))
    with pytest.raises(TooLargeError) as caught:
        difference(S, S)
    assert caught.value.witness == 2**30
    with pytest.raises(TooLargeError):
        equal(ComposedLayout(Swizzle(1, 0, 1), 1, Layout(8)), Layout(8), limit=7)


def test_coordinates_are_never_integers():
    check(parse("4:1@0"), parse("4:1"), 0)
    check(parse("4:0@0"), parse("4:0"), 0)
    check(parse("(2,2):(1@0,1@1)"), parse("4:1@0"), 2)
    check(parse("(4,1):(1@0,1@1)"), parse("4:1@0"), None)


@pytest.mark.parametrize("operation", [equal, difference])
def test_refusals_name_the_operation(operation):
    chain = ComposedLayout(Swizzle(1, 0, 2), 0, Layout((3, 2**40), (1, 5)))
    with pytest.raises(TooLargeError, match=f"^{operation.__name__}: .* would be compared at {3 * 2**40} points"):
        operation(chain, Layout((3, 2**40), (1, 5)))
    with pytest.raises(LayoutError, match=f"^{operation.__name__}: 'x' is not a layout"):
        operation(Layout(4), "x")
