"""Arithmetic on shapes against its definitions; the join and the meet against all shapes of a size."""

import math
import pickle
from itertools import product as cartesian

import brute
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import shapes, strides_for, trees

from layouts import (
    Layout,
    LayoutError,
    LayoutLeft,
    LayoutRight,
    ProfileError,
    ceil_div,
    common_coarsening,
    common_refinement,
    compact_major,
    compact_order,
    compatible,
    congruent,
    crd2idx,
    elem_scale,
    flatten,
    idx2crd,
    inner_product,
    prefix_product,
    product,
    product_each,
    product_like,
    round_up,
    shape_div,
    suffix_product,
    tuple_gcd,
    tuple_max,
    tuple_min,
    weakly_congruent,
)


@st.composite
def coarser(draw, tree):
    """A tree that is weakly congruent to ``tree``, with numbers of its own."""
    if not isinstance(tree, tuple) or draw(st.integers(0, 3)) == 0:
        return draw(st.integers(1, 6))
    return tuple([draw(coarser(child)) for child in tree])


def with_guide():
    return shapes(empty=True).flatmap(lambda s: st.tuples(st.just(s), coarser(s)))


# -- products ----------------------------------------------------------------------------------------------------------


@given(shapes(empty=True))
def test_product_each_is_the_size_of_each_mode(s):
    sizes = product_each(s)
    assert sizes == (tuple(brute.size(mode) for mode in s) if isinstance(s, tuple) else s)
    assert compatible(sizes, s)


@given(with_guide())
def test_product_like_is_the_compatible_shape_of_that_form(pair):
    s, guide = pair
    result = product_like(s, guide)
    assert congruent(result, guide)
    assert compatible(result, s)


@given(with_guide())
def test_elem_scale_multiplies_by_the_size_of_the_part(pair):
    s, guide = pair
    result = elem_scale(guide, s)
    assert congruent(result, guide)
    expected = [a * b for a, b in zip(flatten(guide), flatten(product_like(s, guide)), strict=True)]
    assert list(flatten(result)) == expected


@given(shapes(), st.integers(0, 500))
def test_inner_product_with_a_natural_coordinate_evaluates_the_layout(s, i):
    assert inner_product(idx2crd(i, s), prefix_product(s)) == i


@given(trees(st.integers(-9, 9)), trees(st.integers(-9, 9)))
def test_max_min_and_gcd_are_those_of_all_leaves(a, b):
    leaves = brute.leaves(a) + brute.leaves(b)
    assert tuple_max(a, b) == max(leaves)
    assert tuple_min(a, b) == min(leaves)
    assert tuple_gcd(a, b) == math.gcd(*leaves)


def test_functions_of_shapes_take_layouts():
    L = Layout((4, (2, 3)), (6, (3, 1)))
    assert product_each(L) == (4, 6)
    assert shape_div(L, 8) == (1, (1, 3))
    assert suffix_product(L) == (6, (3, 1))
    assert common_refinement(L, (4, 6)) == (4, (2, 3))


# -- division ----------------------------------------------------------------------------------------------------------


def shape_div_by_hand(extents, n):
    """The walk over the leaves, or the leaf and the rest at which it stops."""
    found = []
    for a in extents:
        if a % n and n % a:
            return None, (a, n)
        found.append(-(-a // n))
        n = -(-n // a)
    return found, None


def test_shape_div_of_all_small_shapes_walks_the_leaves():
    answered = refused = 0
    for rank in (1, 2, 3):
        for extents in cartesian((1, 2, 3, 4, 6, 8), repeat=rank):
            for n in (1, 2, 3, 4, 5, 6, 8, 12, 16, 24):
                expected, witness = shape_div_by_hand(extents, n)
                if expected is None:
                    with pytest.raises(LayoutError) as caught:
                        shape_div(extents, n)
                    assert caught.value.witness == witness
                    refused += 1
                else:
                    result = shape_div(extents, n)
                    assert list(result) == expected
                    if brute.size(extents) % n == 0:
                        assert product(result) * n == product(extents)
                    answered += 1
    assert answered > 1000
    assert refused > 500


def test_shape_div_as_the_dsl_answers():
    assert shape_div((8, 6), 16) == (1, 3)
    assert shape_div((2, (4, 3)), 4) == (1, (2, 3))
    assert shape_div(12, (2, 3)) == 2
    assert shape_div((12, 4), (3, (2, 2))) == (4, 1)


def test_shape_div_names_the_leaf_and_the_rest():
    with pytest.raises(LayoutError, match=r"\(10,6\) by 4: neither 10 nor 4") as caught:
        shape_div((10, 6), 4)
    assert caught.value.witness == (10, 4)


@given(st.integers(1, 200), st.integers(1, 60))
def test_ceil_div_and_round_up_of_integers(a, b):
    q = ceil_div(a, b)
    assert (q - 1) * b < a <= q * b
    assert round_up(a, b) == q * b


@given(st.lists(st.integers(1, 30), min_size=1, max_size=4), st.lists(st.integers(1, 9), max_size=4))
def test_division_by_modes_leaves_further_modes_alone(a, b):
    a, b = tuple(a), tuple(b)
    if len(b) > len(a):
        for divide in (ceil_div, round_up):
            with pytest.raises(ProfileError) as caught:
                divide(a, b)
            assert caught.value.witness == (a, b)
        return
    padded = b + (1,) * (len(a) - len(b))
    assert ceil_div(a, b) == tuple(-(-x // y) for x, y in zip(a, padded, strict=True))
    assert round_up(a, b) == tuple(-(-x // y) * y for x, y in zip(a, padded, strict=True))


def test_ceil_div_by_an_integer_meets_the_leaves_in_turn():
    assert ceil_div((10, 6), 4) == (3, 6)
    assert ceil_div((2, 3), 4) == (1, 2)
    assert ceil_div(10, (2, 3)) == 2
    assert round_up((8, (2, 3)), (3,)) == (9, (2, 3))


# -- compact strides ---------------------------------------------------------------------------------------------------


@given(shapes(empty=True))
def test_suffix_product_is_the_prefix_product_of_the_mirror(s):
    def mirror(tree):
        return tuple(mirror(child) for child in reversed(tree)) if isinstance(tree, tuple) else tree

    assert suffix_product(s) == mirror(prefix_product(mirror(s)))
    assert compact_major(s, LayoutRight) == suffix_product(s)
    assert compact_major(s) == compact_major(s, LayoutLeft) == prefix_product(s)


def test_suffix_product_gives_the_strides_of_numpy():
    for s in ((4, 8), (2, 3, 5), (7,), ()):
        assert suffix_product(s, 8) == np.zeros(s).strides
        assert compact_major(s, LayoutRight, 8) == np.zeros(s).strides


@given(with_guide())
def test_compact_order_is_a_bijection_that_ascends_in_the_order(pair):
    s, order = pair
    L = Layout(s, compact_order(s, order))
    assert sorted(brute.values(L)) == list(range(L.size))
    parts = [(o, k) for k, o in enumerate(flatten(order))]

    def first_stride(tree, form):
        if isinstance(form, tuple):
            return [d for t, f in zip(tree, form, strict=True) for d in first_stride(t, f)]
        return [next(iter(flatten(tree)), None)]

    starts = first_stride(L.stride, order)
    ascending = [starts[k] for _, k in sorted(parts) if starts[k] is not None]
    assert ascending == sorted(ascending)


def test_compact_order_breaks_ties_by_position_where_the_dsl_repeats_a_stride():
    assert compact_order((2, 3, 4), (0, 0, 1)) == (1, 2, 6)  # the DSL has (1, 1, 6)
    assert compact_order((2, 3, 4), (2, 0, 1)) == (12, 1, 3)
    assert compact_order(((2, 3), 4), (1, 0)) == ((4, 8), 1)
    assert compact_order((4, 8), LayoutRight) == (8, 1)


def test_majors_are_two_and_survive_pickling():
    assert repr(LayoutLeft) == "LayoutLeft"
    for major in (LayoutLeft, LayoutRight):
        assert pickle.loads(pickle.dumps(major)) is major


# -- join and meet -----------------------------------------------------------------------------------------------------


def shapes_of_size(n, depth):
    """All shapes of a size with extents above 1 and at most so deep, 1-tuples among them."""
    yield n
    if depth:
        yield from tuples_of_size(n, depth, single=True)


def tuples_of_size(n, depth, single=False):
    if single:
        for only in shapes_of_size(n, depth - 1):
            yield (only,)
    for first in range(2, n):
        if n % first == 0:
            for head in shapes_of_size(first, depth - 1):
                for tail in [(t,) for t in shapes_of_size(n // first, depth - 1)] + list(
                    tuples_of_size(n // first, depth)
                ):
                    yield (head, *tail)


@pytest.mark.parametrize("n", [6, 8, 12])
def test_join_and_meet_are_the_bounds_in_the_order_compatible(n):
    every = list(dict.fromkeys(shapes_of_size(n, 2)))
    some = every if len(every) < 40 else every[:: len(every) // 40]
    joins = 0
    for a in some:
        for b in some:
            upper = [c for c in every if brute.refines(c, a) and brute.refines(c, b)]
            lower = [c for c in every if brute.refines(a, c) and brute.refines(b, c)]
            meet = common_coarsening(a, b)
            assert meet in lower
            assert all(brute.refines(meet, c) for c in lower), (a, b)
            try:
                join = common_refinement(a, b)
            except LayoutError as error:
                assert not upper, (a, b)
                x, y = error.witness
                assert brute.size(x) != brute.size(y) or len(x) != len(y)
            else:
                joins += 1
                assert join in upper, (a, b)
                assert all(brute.refines(c, join) for c in upper), (a, b)
    assert joins > len(some)


def test_compatible_is_a_partial_order():
    every = list(dict.fromkeys(shapes_of_size(8, 2)))
    below = {a: {b for b in every if compatible(a, b)} for a in every}
    assert all(below[a] == {b for b in every if brute.refines(b, a)} for a in every)
    assert below[8] == set(every)
    for a in every:
        assert a in below[a]
        for b in below[a]:
            assert below[b] <= below[a]
            assert a == b or a not in below[b]


@given(shapes(), shapes())
def test_shapes_of_different_size_have_neither(a, b):
    if product(a) == product(b):
        assert compatible(common_coarsening(a, b), a)
        return
    with pytest.raises(LayoutError) as caught:
        common_coarsening(a, b)
    assert caught.value.witness == (product(a), product(b))
    with pytest.raises(LayoutError):
        common_refinement(a, b)


@given(shapes(), st.data())
def test_coordinates_of_a_are_coordinates_of_b_exactly_when_a_is_compatible(a, data):
    b = data.draw(st.one_of(shapes(), st.just((a, 1)), st.just((a,)), coarser(a)))
    below = compatible(a, b)
    assert below == brute.refines(b, a)
    if below:
        assert common_refinement(a, b) == b
        assert common_coarsening(a, b) == a
        assert all(crd2idx(idx2crd(i, a), b) < product(b) for i in range(min(product(a), 50)))


# -- refusals ----------------------------------------------------------------------------------------------------------

ONE_SHAPE = [
    product_each,
    suffix_product,
    compact_major,
    tuple_max,
    tuple_min,
    tuple_gcd,
    lambda x: product_like(x, 0),
    lambda x: product_like((4, 8), x),
    lambda x: inner_product(x, x),
    lambda x: elem_scale(x, (4, 8)),
    lambda x: shape_div(x, 1),
    lambda x: shape_div((4, 8), x),
    lambda x: ceil_div(x, 1),
    lambda x: ceil_div((4, 8), x),
    lambda x: round_up(x, 1),
    lambda x: round_up((4, 8), x),
    lambda x: compact_order(x, 0),
    lambda x: compact_order((4, 8), x),
    lambda x: common_refinement(x, 4),
    lambda x: common_coarsening(4, x),
]


@pytest.mark.parametrize("call", range(len(ONE_SHAPE)))
def test_what_is_no_shape_is_refused(call):
    deep = 1
    for _ in range(200):
        deep = (deep,)
    for value in (None, 1.5, "4", True, [4], (4, None), (4, "8"), np.bool_(True), np.float32(2), deep):
        with pytest.raises(ProfileError):
            ONE_SHAPE[call](value)


def test_numbers_below_1_are_refused():
    for call in (
        lambda: shape_div((8, 6), 0),
        lambda: ceil_div(8, -1),
        lambda: round_up((8, 0), 2),
        lambda: compact_order((4, 0), (0, 1)),
        lambda: common_refinement((4, 0), 0),
    ):
        with pytest.raises(ProfileError) as caught:
            call()
        assert caught.value.witness < 1


def test_forms_that_do_not_fit_are_refused():
    for call, witness in (
        (lambda: product_like((2, 3), (0, (0, 0))), (0, (0, 0))),
        (lambda: inner_product((2, 3), (2, (3, 4))), ((2, 3), (2, (3, 4)))),
        (lambda: elem_scale((2, (3, 4)), (2, 3)), (2, (3, 4))),
        (lambda: shape_div((8, 6), (2, 3, 1)), ((8, 6), (2, 3, 1))),
        (lambda: round_up((8, 6), 4), ((8, 6), 4)),
        (lambda: compact_order((4, 8), (0, 1, 2)), (0, 1, 2)),
        (lambda: compact_major((4, 8), "left"), "left"),
        (lambda: tuple_max((), ()), ((), ())),
    ):
        with pytest.raises(ProfileError) as caught:
            call()
        assert caught.value.witness == witness


def test_numpy_integers_and_large_numbers_are_welcome():
    assert shape_div((np.int64(8), np.uint8(6)), np.int32(16)) == (1, 3)
    assert type(product_each((np.int64(8), 2))[0]) is int
    big = 2**5000
    assert shape_div((big, 6), 2 * big) == (1, 3)
    assert ceil_div((big, 6), big) == (1, 6)
    with pytest.raises(LayoutError):
        shape_div((big + 1, 6), big)
    with pytest.raises(LayoutError):
        common_coarsening((big, 10**6000), 3)
    assert weakly_congruent(compact_order((3,) * 10_000, tuple(range(10_000))), (3,) * 10_000)


@given(shapes(), st.data())
def test_inner_product_is_crd2idx_with_strides(s, data):
    d = data.draw(strides_for(s, st.integers(-9, 9)))
    c = idx2crd(data.draw(st.integers(0, product(s) - 1)), s)
    assert inner_product(c, d) == crd2idx(c, s, d)
