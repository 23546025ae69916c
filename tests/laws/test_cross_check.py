"""The two algebras meet on carry-free layouts: every operation over Z and over F2 must give the same function."""

import brute
import numpy as np
from hypothesis import assume, given
from strategies import carry_free_layouts, compact_layouts, composable_pairs, f2_layouts, swizzles

from layouts import (
    F2,
    BitMatrix,
    Layout,
    LayoutError,
    bit_images,
    coalesce,
    collision,
    difference,
    equal,
    from_matrix,
    from_values,
    inverse,
    is_bijective,
    is_carry_free,
    is_injective,
    left_inverse,
    missed_value,
    right_inverse,
    slice_and_offset,
    to_f2,
    to_matrix,
    to_z,
)


@given(carry_free_layouts())
def test_conversion_is_the_identity_on_values(L):
    over_f2 = to_f2(L)
    assert to_z(over_f2) == L
    assert brute.values(over_f2) == brute.values(L)
    assert bit_images(over_f2) == bit_images(L)


@given(carry_free_layouts())
def test_questions_about_the_function_agree(L):
    over_f2 = to_f2(L)
    assert L.bounds() == over_f2.bounds()
    assert L.cosize == over_f2.cosize
    assert is_injective(L) == is_injective(over_f2)
    assert collision(L) == collision(over_f2)
    assert missed_value(L) == missed_value(over_f2)
    assert is_bijective(L) == is_bijective(over_f2)
    assert difference(L, over_f2) is None
    matrix = to_matrix(L)
    assert is_injective(L) == (matrix.rank() == len(matrix.columns))


@given(carry_free_layouts(), carry_free_layouts())
def test_differences_agree(A, B):
    assert difference(A, B) == difference(to_f2(A), to_f2(B)) == difference(A, to_f2(B)) == difference(to_f2(A), B)


@given(carry_free_layouts())
def test_normal_forms_agree(L):
    assert to_f2(coalesce(L)) == coalesce(to_f2(L))
    assert from_values(L.table()) == to_z(from_values(L.table(), over=F2))
    assert np.array_equal(L.table(), to_f2(L).table())
    assert equal(from_matrix(to_matrix(L), L.shape), L)


@given(carry_free_layouts())
def test_slices_agree(L):
    if isinstance(L.shape, tuple):
        cut = tuple([None if k % 2 else m.size - 1 for k, m in enumerate(L)])
        kept, offset = slice_and_offset(cut, L)
        other, constant = slice_and_offset(cut, to_f2(L))
        assert equal(kept, other)
        assert offset == constant


@given(carry_free_layouts(), carry_free_layouts())
def test_compositions_agree(A, B):
    assume(max(brute.values(B)) < A.size)
    by_matrix = to_matrix(A, 64) @ BitMatrix(bit_images(B), A.size.bit_length() - 1)
    linear = to_f2(A) @ to_f2(B)
    assert bit_images(linear) == by_matrix.columns
    assert linear == to_f2(A) @ B
    mixed = A @ to_f2(B)
    assert equal(mixed, linear)
    assert mixed.over is (A.over if is_carry_free(linear) else F2)
    try:
        direct = A @ B
    except LayoutError:
        assert not is_carry_free(linear)
        return
    assert equal(direct, linear)
    assert is_carry_free(direct)


@given(composable_pairs())
def test_compositions_of_whatever_is_carry_free_agree(pair):
    A, B = pair
    assume(is_carry_free(A) and is_carry_free(B) and max(brute.values(B)) < A.size)
    assert equal(A @ B, to_f2(A) @ to_f2(B))


@given(compact_layouts((1, 2, 4)))
def test_inverses_of_bijections_agree(L):
    assume(L.size & (L.size - 1) == 0)
    one, other = inverse(L), inverse(to_f2(L))
    assert equal(one, other)
    assert equal(right_inverse(L), right_inverse(to_f2(L)))
    assert equal(left_inverse(L), left_inverse(to_f2(L)))
    assert bit_images(other) == to_matrix(L).inverse().columns


@given(carry_free_layouts())
def test_right_inverses_agree_where_the_chain_reaches(L):
    chain, linear = right_inverse(L), right_inverse(to_f2(L))
    assert chain.size <= linear.size
    for n in range(chain.size):
        assert brute.value(L, brute.value(chain, n)) == brute.value(L, brute.value(linear, n)) == n


@given(swizzles(), carry_free_layouts())
def test_a_swizzle_is_its_matrix(S, L):
    height = max(L.cosize.bit_length(), S.base + S.bits + abs(S.shift))
    matrix = BitMatrix([S(1 << k) for k in range(height)])
    assert bit_images(S @ L) == (matrix @ to_matrix(L, height)).columns
    assert equal(S @ L, S @ to_f2(L))


@given(f2_layouts())
def test_going_to_z_and_back_is_allowed_exactly_where_nothing_carries(L):
    try:
        over_z = to_z(L)
    except LayoutError:
        assert brute.values(L) != brute.values(Layout(L.shape, L.stride))
        return
    assert to_f2(over_z) == L
    assert equal(over_z, L)
