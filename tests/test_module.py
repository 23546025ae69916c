"""Modules: strides over Z, Zn and F2, the units E, and coordinates that add."""

import copy
import operator
import pickle

import brute
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import vectors

from layouts import F2, ArithTuple, E, Layout, LayoutError, Module, ProfileError, Z, Zn
from layouts.module import F2Stride, clmul

NATURALS = st.integers(0, 2**80)


@given(NATURALS, NATURALS, NATURALS)
def test_clmul_is_the_product_of_polynomials_over_f2(a, b, c):
    assert clmul(a, b) == brute.clmul(a, b) == clmul(b, a)
    assert clmul(a, b ^ c) == clmul(a, b) ^ clmul(a, c)
    assert clmul(a, clmul(b, c)) == clmul(clmul(a, b), c)


@given(NATURALS, st.integers(0, 90))
def test_clmul_by_a_power_of_two_is_multiplication(a, k):
    assert clmul(a, 1 << k) == a << k


def test_scale_is_digit_times_stride_in_each_module():
    assert (Z.scale(3, 3), F2.scale(3, 3)) == (9, 5)
    assert Zn.scale(3, 2 * E(1)) == 6 * E(1)
    assert Z.scale(-2, 3) == -6


def test_modules_are_three_and_compared_by_identity():
    for module in (Z, Zn, F2):
        assert isinstance(module, Module)
        assert pickle.loads(pickle.dumps(module)) is module
        assert copy.deepcopy(module) is module
        assert copy.copy(module) is module
        assert eval(repr(module), {"Z": Z, "Zn": Zn, "F2": F2}) is module
        with pytest.raises(AttributeError):
            module.zero = 5
    assert (Z.zero, F2.zero, Zn.zero) == (0, 0, ArithTuple())


def test_only_f2_is_called():
    assert F2(9) == F2Stride(9)
    assert F2(np.int32(9)) == F2(9)
    assert str(F2(9)) == "F9"
    assert repr(F2(9)) == "F2(9)"
    assert F2(9) != F2(8)
    assert F2(9) != 9
    assert hash(F2(9)) == hash(F2(np.int8(9)))
    assert pickle.loads(pickle.dumps(F2(9))) == F2(9)
    with pytest.raises(AttributeError):
        F2(9).value = 3
    for module in (Z, Zn):
        with pytest.raises(ProfileError):
            module(3)


@pytest.mark.parametrize("value", [-1, 1.0, True, "3", None, E(0)])
def test_f2_refuses_what_is_no_natural_number(value):
    with pytest.raises(ProfileError) as caught:
        F2(value)
    assert caught.value.witness == value


# -- coordinates that add ----------------------------------------------------------------------------------------------


def axes(vector):
    return frozenset(vector.terms())


@given(vectors(), vectors(), vectors(), st.integers(-9, 9), st.integers(-9, 9))
def test_coordinates_form_a_module_over_the_integers(u, v, w, m, n):
    zero = ArithTuple()
    assert u + v == v + u
    assert (u + v) + w == u + (v + w)
    assert u + zero == u == zero + u
    assert u + 0 == u == 0 + u
    assert u - u == zero == -u + u
    assert (m + n) * u == m * u + u * n
    assert m * (u + v) == m * u + m * v
    assert (m * n) * u == m * (n * u)
    assert sum([u, v, w]) == u + v + w
    assert bool(u) == bool(axes(u))


@given(vectors(), vectors(), st.integers(-9, 9))
def test_addition_and_scaling_act_on_each_axis(u, v, n):
    total = dict(u.terms())
    for path, value in v.terms():
        total[path] = total.get(path, 0) + value
    assert axes(u + v) == {(p, c) for p, c in total.items() if c}
    assert axes(u * n) == {(p, c * n) for p, c in u.terms() if c * n}


@given(vectors(), vectors())
def test_equality_and_hash_of_coordinates(u, v):
    assert (u == v) == (axes(u) == axes(v))
    assert u != v or hash(u) == hash(v)
    assert u == ArithTuple(*u.items)
    assert hash(u) == hash(ArithTuple(*u.items))
    assert u == pickle.loads(pickle.dumps(u)) == copy.deepcopy(u)
    assert eval(repr(u), {"E": E}) == u


def test_trailing_zeros_do_not_count():
    assert ArithTuple(2, 0, (0, 1)) == 2 * E(0) + E(2, 1)
    assert ArithTuple(1, 0, (0, (0,))) == E(0)
    assert ArithTuple(0, (), ((), 0)) == ArithTuple() == 0
    assert ArithTuple(1, 0).items == (1,)
    assert hash(ArithTuple()) == hash(0)


def test_whatever_equals_a_coordinate_hashes_like_it():
    for vector in (E(0), E(1), 2 * E(0) + E(2, 1), ArithTuple()):
        for other in (vector.items, (*vector.items, 0), 0, 1, ("a",), (1.5,), None, "x", (True,)):
            assert vector != other or hash(vector) == hash(other), (vector, other)


def test_units_and_their_text():
    assert str(E(0)) == "1@0"
    assert str(E(2, 1)) == "1@1@2"
    assert str(ArithTuple(2, 0, (0, 1))) == "2@0+1@1@2"
    assert repr(ArithTuple(2, 0, (0, -1))) == "2 * E(0) + -1 * E(2, 1)"
    assert str(ArithTuple()) == "0@0"
    assert E(np.int64(1)) == E(1)
    assert np.int64(3) * E(1) == 3 * E(1) == E(1) * np.int8(3)
    assert list((2 * E(0) + E(2, 1)).terms()) == [((0,), 2), ((2, 1), 1)]
    assert ArithTuple(np.int16(3), (np.uint8(2),)) == 3 * E(0) + 2 * E(1, 0)
    assert all(type(n) is int for _, n in ArithTuple(np.int16(3)).terms())
    with pytest.raises(AttributeError):
        E(0).items = (5,)


@pytest.mark.parametrize(
    "call",
    [
        E,
        lambda: E(-1),
        lambda: E(1.0),
        lambda: E(True),
        lambda: E((0, 1)),
        lambda: E(*[0] * 101),
        lambda: E(10_001),
        lambda: E(0) * 1.5,
        lambda: E(0) * True,
        lambda: "a" * E(0),
        lambda: E(0) + E(0, 1),
        lambda: ArithTuple(1.5),
        lambda: ArithTuple([1, 2]),
        lambda: ArithTuple(True),
        lambda: ArithTuple(*[_nested(200)]),
    ],
)
def test_refusals(call):
    with pytest.raises(LayoutError):
        call()


def _nested(levels, leaf=1):
    for _ in range(levels):
        leaf = (leaf,)
    return leaf


@pytest.mark.parametrize("other", [5, (1,), "a", None, 1.0])
def test_only_coordinates_and_zero_are_added(other):
    for act in (operator.add, operator.sub):
        with pytest.raises((TypeError, LayoutError)):
            act(E(0), other)


def test_an_axis_is_a_number_or_a_tuple_in_all_strides_of_a_layout():
    for strides in ((E(0), E(0, 1)), (E(1, 0), E(0) + E(1)), (E(0), E(1), E(1, 0))):
        with pytest.raises(ProfileError):
            Layout((2,) * len(strides), strides)
    assert Layout((2, 2), (E(0, 1), E(0, 0)))(1, 1) == ((1, 1),)
    assert Layout((2, 2), (E(0) - E(0), E(0, 0)))(1, 1) == ((1,),)


@given(st.lists(vectors(), min_size=1, max_size=4))
def test_values_over_zn_are_plain_tuples_of_one_form(strides):
    L = Layout((3,) * len(strides), tuple(strides), over=Zn)

    def form(tree):
        return tuple(map(form, tree)) if isinstance(tree, tuple) else 0

    points = [L(i) for i in range(L.size)]
    assert all(type(point) is tuple for point in points)
    assert len({form(point) for point in points}) == 1
    assert [brute.normal(point) for point in points] == brute.values(L)
