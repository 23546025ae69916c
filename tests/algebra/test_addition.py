"""layout_add: the sum of two layouts where it is a layout, and the first index where it stops being one."""

import brute
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import f2_layouts, z_layouts, zn_layouts

from layouts import (
    F2,
    E,
    Layout,
    NotALayoutError,
    ProfileError,
    coalesce,
    coalesce_z,
    composition,
    equal,
    is_carry_free,
    layout_add,
    parse,
    to_f2,
)


def sums(A, B):
    if A.over is F2 or B.over is F2:
        return [x ^ y for x, y in zip(brute.values(A), brute.values(B), strict=True)]
    if A.over.name == "Zn":
        pairs = zip(brute.values(A), brute.values(B), strict=True)
        totals = []
        for x, y in pairs:
            total = dict(x)
            for path, n in y:
                total[path] = total.get(path, 0) + n
            totals.append(frozenset((path, n) for path, n in total.items() if n))
        return brute.packed(totals)
    return [x + y for x, y in zip(brute.values(A), brute.values(B), strict=True)]


def check(A, B):
    wanted = sums(A, B)
    broken = None if A.over is F2 else brute.break_over_z(tuple(wanted), (A.size,))
    try:
        R = layout_add(A, B)
    except NotALayoutError as error:
        assert error.witness == broken, f"{A} + {B}"
        return
    assert broken is None, f"{A} + {B} = {R}"
    assert R.size == A.size
    found = brute.values(R)
    assert (brute.packed(found) if A.over.name == "Zn" else found) == wanted or R.over is not A.over, f"{A} + {B} = {R}"
    assert coalesce(R) == R


def test_every_pair_of_small_layouts_of_one_size():
    by_size = {}
    for shape, stride in brute.flat_layouts(2, range(1, 5), range(-1, 4)):
        layout = Layout(shape, stride)
        by_size.setdefault(layout.size, []).append(layout)
    for group in by_size.values():
        for A in group[:: max(1, len(group) // 40)]:
            for B in group[:: max(1, len(group) // 40)]:
                check(A, B)


@given(st.sampled_from([8, 12, 24, 36]).flatmap(lambda n: st.tuples(*[factored(n)] * 2)))
def test_sums_of_layouts_with_any_factors(pair):
    check(*pair)


@st.composite
def factored(draw, n):
    shape, strides = [], []
    while n > 1:
        s = draw(st.sampled_from([k for k in range(2, n + 1) if n % k == 0]))
        shape.append(s)
        strides.append(draw(st.integers(-2, 30)))
        n //= s
    return Layout(tuple(shape), tuple(strides))


@given(f2_layouts(), f2_layouts())
def test_over_f2_the_sum_is_xor_and_always_a_layout(A, B):
    if A.size == B.size:
        R = layout_add(A, B)
        assert brute.values(R) == sums(A, B)
    assert not any(layout_add(A, A)._d)


@given(zn_layouts(), zn_layouts())
def test_coordinates_are_added_axis_by_axis(A, B):
    A, B = [composition(L, Layout(1)) if L.size > 64 else L for L in (A, B)]
    if A.size == B.size:
        try:
            R = layout_add(A, B)
        except (NotALayoutError, ProfileError):
            return
        for i in range(A.size):
            parts = [dict(brute.value(L, i)) for L in (A, B)]
            total = {p: sum(part.get(p, 0) for part in parts) for part in parts for p in part}
            assert brute.value(R, i) == frozenset((p, n) for p, n in total.items() if n)


@given(z_layouts(), z_layouts(), z_layouts())
def test_commutative_and_associative(A, B, C):
    if not A.size == B.size == C.size:
        B, C = A, layout_add(A, A)
    try:
        left = layout_add(layout_add(A, B), C)
        right = layout_add(A, layout_add(B, C))
    except NotALayoutError:
        return
    assert left == right
    assert layout_add(A, B) == layout_add(B, A)
    if is_carry_free(left) and all(map(is_carry_free, (A, B))):
        assert layout_add(to_f2(A), to_f2(A)).size == A.size


def test_modules_meet_only_where_one_layout_is_zero():
    assert layout_add(Layout(4, 0), Layout(4, F2(3))) == Layout(4, F2(3))
    assert layout_add(Layout((2, 2), (E(0), E(1))), Layout((2, 2), (E(1), E(0)))) == parse("(2,2):(1@0+1@1,1@0+1@1)")
    with pytest.raises(ProfileError, match="different modules"):
        layout_add(Layout(4, 1), Layout(4, F2(3)))
    with pytest.raises(ProfileError, match=r"has 4 coordinates and .* has 5") as caught:
        layout_add(Layout(4), Layout(5))
    assert caught.value.witness == (4, 5)


@given(z_layouts(), st.integers(0, 1000))
def test_coalesce_z_keeps_the_function_beyond_the_size(L, i):
    R = coalesce_z(L)
    assert brute.value(R, i) == brute.value(L, i)
    assert R.size == L.size
    assert coalesce_z(R) == R
    assert len(brute.leaves(R.shape)) <= len(brute.leaves(coalesce(L).shape)) + 1
    assert equal(R, L)
