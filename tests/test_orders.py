"""Orders on coordinates are the orders of their indices; walks visit every coordinate once, in order."""

from itertools import islice, pairwise
from itertools import product as cartesian

import brute
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import shapes, trees

import layouts
from layouts import (
    Layout,
    ProfileError,
    colex_geq,
    colex_gtr,
    colex_leq,
    colex_less,
    coordinates,
    crd2idx,
    crd2idx_lex,
    elem_geq,
    elem_gtr,
    elem_leq,
    elem_less,
    flatten,
    idx2crd,
    idx2crd_lex,
    increment,
    lex_geq,
    lex_gtr,
    lex_leq,
    lex_less,
    size,
    unflatten,
)


def pairs():
    """Two coordinates of one form."""
    small = st.integers(-2, 3)
    return trees(small, empty=True).flatmap(
        lambda a: st.tuples(st.just(a), st.tuples(*[small] * len(flatten(a))).map(lambda v: unflatten(v, a)))
    )


@given(pairs())
def test_the_four_comparisons_belong_together(pair):
    a, b = pair
    for less, leq, gtr, geq in (
        (lex_less, lex_leq, lex_gtr, lex_geq),
        (colex_less, colex_leq, colex_gtr, colex_geq),
    ):
        assert less(a, b) + less(b, a) + (a == b) == 1
        assert leq(a, b) == (less(a, b) or a == b)
        assert gtr(a, b) == less(b, a)
        assert geq(a, b) == leq(b, a)
    x, y = brute.leaves(a), brute.leaves(b)
    assert elem_less(a, b) == all(i < j for i, j in zip(x, y, strict=True)) == elem_gtr(b, a)
    assert elem_leq(a, b) == all(i <= j for i, j in zip(x, y, strict=True)) == elem_geq(b, a)


def test_elem_leq_is_a_partial_order_where_cpp_negates_elem_less():
    a, b = (0, 5), (1, 4)
    assert not elem_leq(a, b)
    assert not elem_leq(b, a)
    assert not elem_less(b, a)  # so elem_leq(a, b) holds in C++


@given(shapes(), st.data())
def test_orders_of_coordinates_are_orders_of_indices(s, data):
    i, j = [data.draw(st.integers(0, size(s) - 1)) for _ in range(2)]
    a, b = idx2crd(i, s), idx2crd(j, s)
    assert colex_less(a, b) == (i < j)
    assert lex_less(a, b) == (crd2idx_lex(a, s) < crd2idx_lex(b, s))
    assert elem_less(a, s)


# -- walks -------------------------------------------------------------------------------------------------------------


def lexicographic(s):
    """All natural coordinates, the rightmost leaf fastest."""
    return [unflatten(digits, s) for digits in cartesian(*[range(n) for n in brute.leaves(s)])]


@given(shapes(empty=True))
def test_coordinates_enumerate_the_indices(s):
    assert list(coordinates(s)) == [idx2crd(i, s) for i in range(size(s))]
    assert list(coordinates(s, order="lex")) == lexicographic(s)
    assert [crd2idx(c, s) for c in coordinates(s)] == list(range(size(s)))
    assert [crd2idx_lex(c, s) for c in coordinates(s, "lex")] == list(range(size(s)))
    assert [idx2crd_lex(i, s) for i in range(size(s))] == lexicographic(s)


def test_coordinates_of_a_nested_shape():
    """PyCuTe's generator stops with an error here."""
    assert list(coordinates((2, (2, 2))))[:4] == [(0, (0, 0)), (1, (0, 0)), (0, (1, 0)), (1, (1, 0))]
    assert list(coordinates(3)) == [0, 1, 2]
    assert list(coordinates(())) == [()]
    assert list(coordinates(Layout((2, 2)))) == list(coordinates((2, 2)))


def test_coordinates_are_lazy():
    assert list(islice(coordinates((2, (2**70, 3))), 3)) == [(0, (0, 0)), (1, (0, 0)), (0, (1, 0))]


@given(shapes())
def test_increment_steps_through_the_coordinates(s):
    for a, b in pairwise(coordinates(s)):
        assert increment(a, s) == b
        assert colex_less(a, b)
    for a, b in pairwise(coordinates(s, "lex")):
        assert increment(a, s, "lex") == b
        assert lex_less(a, b)


@given(shapes(), st.integers(0, 500))
def test_increment_is_the_next_index_also_beyond_the_end(s, i):
    assert crd2idx(increment(idx2crd(i, s), s), s) == i + 1
    assert crd2idx_lex(increment(idx2crd_lex(i, s), s, order="lex"), s) == i + 1


def test_increment_as_the_dsl_answers():
    assert increment((3, 1), (4, 2)) == (0, 2)
    assert increment((3, 0), (4, 2)) == (0, 1)


# -- row-major indices -------------------------------------------------------------------------------------------------


@given(shapes(), st.integers(0, 500))
def test_row_major_digits_rebuild_the_index(s, i):
    c = idx2crd_lex(i, s)
    assert crd2idx_lex(c, s) == i
    assert crd2idx_lex(i, s) == i
    mirror = brute.digits(i, brute.leaves(s)[::-1])[::-1]
    assert brute.leaves(c) == mirror


def test_row_major_digits_are_those_of_numpy():
    for s in ((4, 8), (2, 3, 5)):
        for i in range(size(s)):
            assert idx2crd_lex(i, s) == np.unravel_index(i, s)
            assert crd2idx_lex(idx2crd_lex(i, s), s) == np.ravel_multi_index(np.unravel_index(i, s), s)


def test_row_2_depends_on_the_order():
    L = Layout(((2, 2), 2), ((2, 4), 1))
    assert [L(2, j) for j in range(2)] == [4, 5]
    assert [L(idx2crd_lex(2, L.shape[0]), j) for j in range(2)] == [2, 3]
    assert [L(idx2crd_lex((2, j), L.shape)) for j in range(2)] == [2, 3]
    assert idx2crd_lex((None, 1), L.shape) == ((0, 0), 1)


# -- refusals ----------------------------------------------------------------------------------------------------------

COMPARISONS = [f"{kind}_{word}" for kind in ("lex", "colex", "elem") for word in ("less", "leq", "gtr", "geq")]


@pytest.mark.parametrize("name", COMPARISONS)
def test_comparisons_refuse_different_forms(name):
    compare = getattr(layouts, name)
    for a, b in (((1, 2), (1, 2, 3)), (1, (1,)), ((1, (2, 3)), (1, 2))):
        with pytest.raises(ProfileError) as caught:
            compare(a, b)
        assert caught.value.witness == (a, b)
    for bad in (None, 1.5, "1", True, [1], (1, None)):
        with pytest.raises(ProfileError):
            compare(bad, bad)


def test_walks_refuse_what_is_no_shape_at_the_call():
    for bad in (None, 1.5, "4", True, [4], (4, None), (4, 0), -1):
        for call in (coordinates, lambda s: idx2crd_lex(0, s), lambda s: crd2idx_lex(0, s), lambda s: increment(0, s)):
            with pytest.raises(ProfileError):
                call(bad)
    for order in ("row", None, 1, np.array([1, 2])):
        for call in (lambda o: coordinates((2, 2), o), lambda o: increment((0, 0), (2, 2), o)):
            with pytest.raises(ProfileError) as caught:
                call(order)
            assert caught.value.witness is order


def test_digits_out_of_range_and_wrong_forms_are_refused():
    for call, witness in (
        (lambda: increment((3, 2), (2, 3)), 3),
        (lambda: increment((0, -1), (2, 3)), -1),
        (lambda: increment((1, 5), (2, 3), "lex"), 5),
        (lambda: increment(1, (2, 3)), 1),
        (lambda: increment((), ()), ()),
        (lambda: idx2crd_lex(-1, (2, 3)), -1),
        (lambda: idx2crd_lex((1, 2, 3), (2, 3)), (1, 2, 3)),
        (lambda: idx2crd_lex(1, ()), 1),
        (lambda: idx2crd_lex("1", 4), "1"),
        (lambda: crd2idx_lex((1, (1, 2)), (2, 3)), (1, 2)),
    ):
        with pytest.raises(ProfileError) as caught:
            call()
        assert caught.value.witness == witness
