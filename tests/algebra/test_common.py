"""max_common_layout and max_common_vector: what both layouts keep in a row."""

import brute
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import compact_layouts, f2_layouts, z_layouts

from layouts import (
    F2,
    Layout,
    ProfileError,
    Zn,
    coalesce,
    is_carry_free,
    max_common_layout,
    max_common_vector,
    parse,
    right_inverse,
    to_f2,
)


def reach(A, B):
    """Return how far the right inverse of A serves B: the largest prefix of it that is a layout and right on both."""
    inverse = right_inverse(A)
    indices = brute.values(inverse)
    right = 0
    while right < len(indices) and indices[right] < B.size and brute.value(B, indices[right]) == right:
        right += 1
    below = 1
    for s in brute.leaves(inverse.shape):
        if right < below * s:
            return max(below, right // below * below) if right >= below else below
        below *= s
    return below


def check(A, B):
    R = max_common_layout(A, B)
    indices = brute.values(R)
    assert all(i < min(A.size, B.size) for i in indices), (A, B, R)
    for layout in (A, B):
        assert [brute.value(layout, i) for i in indices] == list(range(R.size)), (A, B, R)
    assert coalesce(R) == R
    assert max_common_vector(A, B) == R.size == max_common_vector(B, A)
    if A.over is not F2:
        assert R.size == max(reach(A, B), reach(B, A)), (A, B, R)
        return
    n = 1
    pairs = list(zip(brute.values(A), brute.values(B), strict=False))
    while all((k, k) in pairs for k in range(2 * n)):
        n *= 2
    assert R.size == n, (A, B, R)


def test_every_pair_of_small_layouts():
    layouts = [Layout(*L) for L in brute.flat_layouts(2, range(1, 5), range(6))]
    for A in layouts[::3]:
        for B in layouts[::5]:
            check(A, B)


@given(st.one_of(z_layouts(), compact_layouts()), st.one_of(z_layouts(), compact_layouts()))
def test_nested_layouts(A, B):
    check(A, B)


@given(f2_layouts(), f2_layouts())
def test_over_f2_no_larger_one_exists(A, B):
    check(A, B)


@given(compact_layouts())
def test_a_layout_has_all_of_itself_in_common(L):
    assert max_common_vector(L, L) == L.size
    if is_carry_free(L):
        assert max_common_vector(L, to_f2(L)) == L.size


def test_a_swizzled_layout_meets_a_carry_free_one_over_f2():
    swizzled, plain = parse("(8,64):(F72,F1)"), parse("(8,64):(64,1)")
    assert max_common_vector(swizzled, plain) == max_common_vector(plain, swizzled) == 64


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("(4,8):(1,4)", "(4,8):(1,5)", "4:1"),
        ("(6,1):(1,1)", "(3,5):(1,3)", "6:1"),  # tensor-layouts answers 15:1, beyond the domain
        ("(3,3):(1,5)", "8:1", "3:1"),
        ("(4,8):(8,1)", "(4,8):(16,1)", "8:4"),
        ("8:2", "8:1", "1:0"),
        ("(2,2):(1,1)", "(2,2):(5,1)", "2:2"),
    ],
)
def test_worked_cases(a, b, expected):
    assert str(max_common_layout(parse(a), parse(b))) == expected


def test_coordinates_and_modules_that_do_not_meet_are_refused():
    with pytest.raises(ProfileError, match="not in a row"):
        max_common_layout(Layout((2, 2), over=Zn), Layout(4))
    with pytest.raises(ProfileError, match="different modules"):
        max_common_layout(Layout(6), Layout(8, over=F2))
