"""from_values: exactly the realisable value lists are answered, and the first impossible index is named."""

from itertools import product

import brute
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import INTEGER, f2_layouts, shapes, z_layouts, zn_layouts

from layouts import (
    F2,
    E,
    Layout,
    LayoutError,
    NotALayoutError,
    NotLinearError,
    ProfileError,
    TooLargeError,
    Z,
    Zn,
    coalesce,
    flatten,
    from_values,
    parse,
)

SMALL = [
    (1, range(3)),
    (2, range(3)),
    (3, range(4)),
    (4, range(5)),
    (5, range(5)),
    (6, range(4)),
    ((2, 2), range(5)),
    ((2, 3), range(4)),
    ((3, 2), range(4)),
    ((1, 4), range(4)),
    (((2,), 2), range(3)),
    (8, range(3)),
    ((4, 2), range(3)),
    ((2, 2, 2), range(3)),
]


@pytest.mark.parametrize(("shape", "numbers"), SMALL, ids=lambda v: str(v).replace(" ", ""))
def test_every_small_list_over_z(shape, numbers):
    answered = 0
    for points in product(numbers, repeat=brute.size(shape)):
        expected = brute.break_over_z(points, flatten(shape))
        try:
            R = from_values(points, shape)
        except NotALayoutError as error:
            assert error.witness == expected is not None, points
            continue
        assert expected is None, points
        assert tuple(brute.values(R)) == points
        assert brute.refines(R.shape, shape)
        answered += 1
    assert answered >= 1 + (brute.size(shape) > 1)  # zeros always, and something else


@pytest.mark.parametrize("shape", [1, 2, 4, (2, 2), 8, (2, 4), (1, (4, 2)), (2, 2, 2)], ids=str)
def test_every_small_list_over_f2(shape):
    for points in product(range(4 if brute.size(shape) < 8 else 3), repeat=brute.size(shape)):
        expected = brute.break_over_f2(points)
        try:
            R = from_values(points, shape, F2)
        except NotLinearError as error:
            x, y = error.witness
            assert x ^ y == x | y == expected, points
            assert points[x ^ y] != points[x] ^ points[y]
            continue
        assert expected is None, points
        assert R.over is F2
        assert tuple(brute.values(R)) == points
        assert brute.refines(R.shape, shape)


@given(st.one_of(z_layouts(stride=INTEGER), f2_layouts()))
def test_the_values_of_a_layout_give_it_back(L):
    assert from_values(brute.values(L), over=L.over) == coalesce(L)
    assert from_values(np.array(brute.values(L)), over=L.over) == coalesce(L)
    assert from_values(L, L.size, over=L.over) == coalesce(L)
    R = from_values(L.table(), L.shape, over=L.over)
    assert brute.values(R) == brute.values(L)
    assert brute.refines(R.shape, L.shape)


@given(zn_layouts())
def test_coordinates_give_their_layout_back(L):
    points = [L(i) for i in range(L.size)]
    R = from_values(points, over=Zn)
    assert brute.values(R) == brute.values(L)
    assert coalesce(R) == R == coalesce(L)


@given(st.one_of(z_layouts(stride=INTEGER), f2_layouts()), st.data())
def test_one_wrong_value_is_found_or_made_sense_of(L, data):
    points = brute.values(L)
    k = data.draw(st.integers(0, len(points) - 1))
    points[k] += data.draw(st.integers(1, 9))
    expected = (
        brute.break_over_f2(tuple(points)) if L.over is F2 else brute.break_over_z(tuple(points), flatten(L.shape))
    )
    for form in (points, np.array(points), tuple(points)):
        if expected is None:
            assert brute.values(from_values(form, L.shape, L.over)) == points
            continue
        with pytest.raises((NotALayoutError, NotLinearError)) as caught:
            from_values(form, L.shape, L.over)
        witness = caught.value.witness
        assert (witness if L.over is Z else witness[0] ^ witness[1]) == expected


@given(shapes(), st.lists(st.integers(2**60, 2**66) | st.integers(-(2**70), 9), min_size=4, max_size=4))
def test_large_numbers_are_exact(shape, numbers):
    L = Layout(shape, Layout(shape).stride)
    strides = [numbers[k % 4] for k in range(len(flatten(shape)))]
    L = Layout(flatten(shape), tuple(strides))
    points = brute.values(L)
    assert from_values(points) == coalesce(L)
    if all(-(2**63) <= n < 2**63 for n in points):
        assert from_values(np.array(points, dtype=np.int64)) == coalesce(L)
    if all(0 <= n < 2**64 for n in points):
        assert from_values(np.array(points, dtype=np.uint64)) == coalesce(L)


def test_products_that_leave_int64_are_not_wrapped():
    for kind, d in (("int64", 2**62), ("int64", -(2**62) - 1), ("uint64", 2**63), ("int32", 2**31 - 1), ("int8", -128)):
        points = np.array([0, d, 0, d], dtype=kind)
        assert from_values(points) == Layout((2, 2), (d, 0))
        wrapped = np.array([0, d, 1], dtype=kind)
        with pytest.raises(NotALayoutError) as caught:
            from_values(wrapped)
        assert caught.value.witness == 2


WORKED = [
    ([0, 24, 48, 9, 33, 57], None, "(3,2):(24,9)"),
    ([0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15], None, "(2,2,4):(1,8,2)"),
    ([0, 1, 2, 3], (2, 2), "(2,2):(1,2)"),
    ([0, 5], (1, 2, 1), "(1,2,1):(0,5,0)"),
    ([0, 6, 12, 1, 7, 13], ((3,), 2), "((3),2):((6),1)"),
    ([0], None, "1:0"),
    ([0], (), "():()"),
]


@pytest.mark.parametrize(("points", "shape", "text"), WORKED)
def test_worked_values(points, shape, text):
    assert from_values(points, shape) == parse(text)


REFUSALS = [
    ([0, 6, 7, 8, 9, 15], None, 3, "index 3 has 8, and every layout with the values before it has 13 there"),
    ([0, 2, 4, 3, 5, 8], (3, 2), 5, "index 5 has 8, and every layout with the values before it has 7 there"),
    ([0, 7, 14, 21, 28, 1, 8], None, 5, "index 5 has 1, and every layout with the values before it has 35 there"),
    ([1, 2], None, 0, "index 0 has 1"),
]


@pytest.mark.parametrize(("points", "shape", "index", "text"), REFUSALS)
def test_worked_refusals(points, shape, index, text):
    with pytest.raises(NotALayoutError) as caught:
        from_values(points, shape)
    assert caught.value.witness == index
    assert text in str(caught.value)


def test_f2_refusals():
    with pytest.raises(NotLinearError) as caught:
        from_values([0, 3, 6, 9], over=F2)
    assert caught.value.witness == (1, 2)
    for points in ([0, 1, 2], [0, 1, 2, -3], [1, 0]):
        with pytest.raises(NotLinearError):
            from_values(points, over=F2)


def test_callables_need_a_shape_and_a_limit():
    assert from_values(lambda i: i ^ (i >> 2), 16, over=F2) == parse("(4,4):(F1,F5)")
    assert from_values(lambda i: E(0) * i, (2, 2), Zn) == parse("(2,2):(1@0,2@0)")
    with pytest.raises(ProfileError):
        from_values(lambda i: i)
    with pytest.raises(TooLargeError) as caught:
        from_values(lambda i: i, (2**20, 2**20))
    assert caught.value.witness == 2**40
    with pytest.raises(TooLargeError):
        from_values(lambda i: i, 9, limit=8)


BAD = [
    ([], None, Z),
    ([0, 1], 3, Z),
    ([0, 1], (2, 0), Z),
    ([0, 1], (-1, -2), Z),
    ([0, 1, 2, 3], (2, 3), Z),
    ([0, 1.5], None, Z),
    ([0, True], None, Z),
    ([0, "1"], None, Z),
    ([0, None], None, Z),
    ([(0, 0), (1, 0)], None, Z),
    (np.array([0.0, 1.0]), None, Z),
    (np.array([False, True]), None, Z),
    (np.array([[0, 1], [2, 3]]), None, Z),
    ([0, 1], [2], Z),
    ([0, 1], None, Zn),
    ([(0,), (1, "a")], None, Zn),
    ([0, 1], None, "F2"),
    ([0, 1], None, None),
    (5, None, Z),
    (None, None, Z),
]


@pytest.mark.parametrize("case", range(len(BAD)))
def test_what_is_no_list_of_values_is_refused(case):
    points, shape, over = BAD[case]
    with pytest.raises(LayoutError):
        from_values(points, shape, over)
