"""The meeting point of Z and F2: bit images, carry-free, conversion, matrices; witnesses included."""

import brute
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import BINARY, INTEGER, carry_free_layouts, f2_layouts, shapes, z_layouts

from layouts import (
    F2,
    BitMatrix,
    E,
    Layout,
    NotLinearError,
    ProfileError,
    Z,
    Zn,
    bit_images,
    compatible,
    flatten,
    from_matrix,
    is_carry_free,
    parse,
    to_f2,
    to_matrix,
    to_z,
)
from layouts.linearity import first_carry, from_images

BINARY_Z = z_layouts(shape=shapes(BINARY, max_leaves=3))


def twin(L):
    """Return the layout with the same text in the other module."""
    return Layout(L.shape, L.stride, over=F2 if L.over is Z else Z)


@given(st.one_of(BINARY_Z, carry_free_layouts(), f2_layouts()))
def test_carry_free_iff_sum_and_xor_agree_at_every_index(L):
    agree = brute.values(L) == brute.values(twin(L))
    assert is_carry_free(L) == agree
    for convert, module in ((to_f2, F2), (to_z, Z)):
        if agree or L.over is module:
            assert convert(L) == Layout(L.shape, L.stride, over=module)
            assert brute.values(convert(L)) == brute.values(L)
            continue
        with pytest.raises(NotLinearError) as caught:
            convert(L)
        x, y = caught.value.witness
        a, b = brute.value(L, x), brute.value(L, y)
        assert 0 < x < y
        assert x & y == 0
        assert brute.value(L, x | y) == (a + b if L.over is Z else a ^ b)
        assert a + b != a ^ b
        first = brute.first_difference(brute.values(L), brute.values(twin(L)))
        assert x | y == first  # the smallest index where the two modules part
        assert str(x | y) in str(caught.value)


@given(z_layouts(stride=INTEGER))
def test_carry_free_iff_f2_linear(L):
    """A layout over Z is F2-linear when its values are; with strides that add, that is to be carry-free."""
    points = brute.values(L)
    linear = brute.break_over_f2(tuple(points)) is None
    binary = all(s & (s - 1) == 0 for s in flatten(L.shape))
    assert is_carry_free(L) == (binary and linear)


@pytest.mark.parametrize(
    ("text", "witness"),
    [
        ("(2,2):(1,1)", (1, 2)),
        ("4:3", (1, 2)),
        ("(2,4):(2,1)", (1, 4)),
        ("(4,3):(1,4)", 3),
        ("(2,2):(1,-4)", 2),
        ("(1,2,2):(9,4,-1)", 2),
        ("(2,8):(16,5)", (1, 8)),
    ],
)
def test_worked_refusals(text, witness):
    with pytest.raises(NotLinearError) as caught:
        to_f2(parse(text))
    assert caught.value.witness == witness
    assert not is_carry_free(parse(text))


def test_coordinates_are_not_bit_vectors():
    L = Layout((4, 4), (E(0), E(1)))
    assert not is_carry_free(L)
    for f in (bit_images, to_f2, to_z, to_matrix):
        with pytest.raises(NotLinearError):
            f(L)


@given(st.one_of(carry_free_layouts(), f2_layouts()))
def test_bit_images_are_the_values_at_powers_of_two(L):
    images = bit_images(L)
    assert images == tuple([brute.value(L, 1 << k) for k in range(len(images))])
    assert 1 << len(images) == L.size


def test_bit_images_of_other_extents_are_refused_with_the_extent():
    with pytest.raises(NotLinearError) as caught:
        bit_images(Layout((4, 6), (1, 4)))
    assert caught.value.witness == 6
    assert bit_images(Layout(())) == ()
    assert bit_images(Layout(8, -3)) == (-3, -6, -12)


@given(st.lists(st.integers(0, 63), max_size=7))
def test_first_carry_is_the_pair_with_the_smallest_sum(images):
    pairs = [(a, b) for b in range(len(images)) for a in range(b) if images[a] & images[b]]
    assert first_carry(tuple(images)) == min(pairs, key=lambda p: 2 ** p[0] + 2 ** p[1], default=None)


def test_results_are_values_of_the_library():
    """Whatever to_f2 gives can be written down and read again, size-1 leaves and the empty layout included."""
    for L in (Layout((4, 1), (1, -5)), Layout(()), Layout((2, ()), (1, ())), Layout(1, -1), Layout((1, 2), (-3, 1))):
        converted = to_f2(L)
        assert parse(str(converted)) == converted
        assert Layout(converted.shape, converted.stride, over=converted.over) == converted
        assert brute.values(converted) == brute.values(L)


# -- matrices ----------------------------------------------------------------------------------------------------------


@given(st.one_of(carry_free_layouts(), f2_layouts()))
def test_matrix_and_layout_are_one_function(L):
    M = to_matrix(L)
    points = brute.values(L)
    assert M.rows == max(points, default=0).bit_length()
    for i, point in enumerate(points):
        expected = 0
        for k, column in enumerate(M.columns):
            expected ^= column if i >> k & 1 else 0
        assert expected == point
    assert to_matrix(L, 40).rows == 40
    assert brute.values(from_matrix(M)) == points
    back = from_matrix(M, L.shape)
    assert brute.values(back) == points
    assert compatible(L.shape, back.shape)


@given(st.lists(st.integers(0, 31), max_size=7), st.data())
def test_from_matrix_coalesces_each_leaf(columns, data):
    bits = data.draw(st.lists(st.integers(0, 3), max_size=4).filter(lambda b: sum(b) <= len(columns)))
    shape = (*[1 << b for b in bits], 1 << len(columns) - sum(bits))
    L = from_matrix(BitMatrix(columns), shape)
    assert brute.refines(L.shape, shape)
    assert bit_images(L) == tuple(columns)
    for mode in L:
        leaves, strides = flatten(mode.shape), brute.leaves(mode.stride)
        assert mode.size == 1 or 1 not in leaves
        assert all(strides[k + 1] != strides[k] * leaves[k] for k in range(len(leaves) - 1))


def test_shapes_that_do_not_hold_the_index_bits_are_refused():
    for shape in (8, (2, 2, 2), (3, 4), 0, (4, -4), "4", [4, 4], (2, True)):
        with pytest.raises(ProfileError):
            from_matrix(BitMatrix((8, 1, 2, 4)), shape)
    with pytest.raises(ProfileError):
        from_images((1, 2), 8)
    assert from_matrix(BitMatrix(())) == Layout(1, 0, over=F2)
    assert from_images((), ()) == Layout(())
    with pytest.raises(ProfileError):
        to_matrix(Layout(8), 2)


def test_worked_matrices():
    swizzled = parse("(8,64):(F72,F1)")
    assert bit_images(swizzled) == (72, 144, 288, 1, 2, 4, 8, 16, 32)
    assert to_matrix(parse("(2,4):(8,1)")) == BitMatrix((8, 1, 2), rows=4)
    assert from_matrix(BitMatrix((8, 1, 2)), (4, 2)) == parse("((2,2),2):((F8,F1),F2)")
    assert Zn.zero == 0
