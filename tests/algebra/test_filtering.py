"""Filtering: what stride 0 repeats, taken out, and the indices that are sent to 0."""

import brute
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import INTEGER, f2_layouts, layouts, z_layouts, zn_layouts

from layouts import F2, BitMatrix, Layout, Z, Zn, coalesce, congruent, parse
from layouts.algebra.filtering import filter_modes, filter_zeros, nullspace

REPEATING = st.one_of(z_layouts(stride=st.integers(-1, 3)), z_layouts(stride=INTEGER), zn_layouts())


@given(layouts())
def test_filter_zeros_keeps_the_image_and_the_form(L):
    F = filter_zeros(L)
    assert F.stride == L.stride
    assert F.over is L.over
    extents = [s if d else 1 for s, d in zip(brute.leaves(L.shape), brute.leaves(L.stride), strict=True)]
    assert brute.leaves(F.shape) == extents
    assert congruent(F, L)
    assert set(brute.values(F)) == set(brute.values(L))
    assert filter_zeros(F) == F


@given(layouts())
def test_filter_modes_is_coalesced_and_keeps_the_image(L):
    F = filter_modes(L)
    assert coalesce(F) == F
    assert set(brute.values(F)) == set(brute.values(L))
    assert F.size == 1 or all(brute.leaves(F.stride))
    assert brute.values(F) == brute.values(filter_zeros(L))


def check_nullspace(L):
    N = nullspace(L)
    zero = L.over.zero if L.over is not Zn else frozenset()
    indices = brute.values(N)
    assert N.over is Z
    assert indices == sorted(set(indices))
    assert all(0 <= i < L.size and brute.value(L, i) == zero for i in indices), f"{L}: {N}"
    assert N.size * filter_modes(L).size == L.size
    assert coalesce(N) == N
    assert nullspace(N) == Layout(1, 0)
    repeated = [d for s, d in zip(brute.leaves(L.shape), brute.leaves(L.stride), strict=True) if not d and s > 1]
    assert (N.size > 1) == bool(repeated)


def test_nullspace_of_every_small_layout():
    for shape, stride in brute.flat_layouts(3, (1, 2, 3), (-1, 0, 1, 2)):
        check_nullspace(Layout(shape, stride))


@given(REPEATING)
def test_nullspace_of_nested_layouts(L):
    check_nullspace(L)


def check_kernel(L):
    N = nullspace(L)
    assert N.over is F2
    assert brute.values(N) == [i for i, n in enumerate(brute.values(L)) if n == 0], f"{L}: {N}"
    assert N.size * len(set(brute.values(L))) == L.size
    assert nullspace(N).size == 1


def test_nullspace_over_f2_is_the_whole_kernel():
    for shape, stride in brute.flat_layouts(2, (1, 2, 4, 8), range(8)):
        check_kernel(Layout(shape, stride, over=F2))


@given(f2_layouts(stride=st.integers(0, 15)))
def test_nullspace_over_f2_of_nested_layouts(L):
    check_kernel(L)
    images = [brute.value(L, 1 << k) for k in range(L.size.bit_length() - 1)]
    assert nullspace(L).size == 1 << len(BitMatrix(images).kernel().columns)


@pytest.mark.parametrize(
    ("text", "zeros", "modes", "null"),
    [
        ("(2,4,3):(0,1,0)", "(1,4,1):(0,1,0)", "4:1", "(2,3):(1,8)"),
        ("(4,8,2):(0,1,0)", "(1,8,1):(0,1,0)", "8:1", "(4,2):(1,32)"),
        ("4:0", "1:0", "1:0", "4:1"),
        ("(2,3):(0,0)", "(1,1):(0,0)", "1:0", "6:1"),
        ("8:1", "8:1", "8:1", "1:0"),
        ("1:0", "1:0", "1:0", "1:0"),
        ("1:5", "1:5", "1:0", "1:0"),
        ("(2,2):(1,-1)", "(2,2):(1,-1)", "(2,2):(1,-1)", "1:0"),
        ("(2,(4,3)):(0,(1,0))", "(1,(4,1)):(0,(1,0))", "4:1", "(2,3):(1,8)"),
        ("(4,2):(F1,F3)", "(4,2):(F1,F3)", "(4,2):(F1,F3)", "2:F7"),
        ("(4,2):(F0,F3)", "(1,2):(F0,F3)", "2:F3", "4:F1"),
        ("(4,8,2):(0,1@0,0)", "(1,8,1):(0,1@0,0)", "8:1@0", "(4,2):(1,32)"),
    ],
)
def test_worked_values(text, zeros, modes, null):
    assert filter_zeros(parse(text)) == parse(zeros)
    assert filter_modes(parse(text)) == parse(modes)
    assert nullspace(parse(text)) == parse(null)


def test_sizes_do_not_matter():
    big = 2**300
    assert nullspace(Layout((big, 3, big), (0, 1, 0))) == Layout((big, big), (1, 3 * big))
    assert nullspace(Layout((big, big), (1, 1), over=F2)).size == big
