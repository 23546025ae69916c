"""The C++ names say what our names say; the lists of the swizzling code, against all values."""

from itertools import product

import linear_brute as brute
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts import (
    LinearLayout,
    NotInvertibleError,
    ProfileError,
    complement_basis,
    intersection_basis,
    invert_and_compose_local,
    nullspace_basis,
    rename_linear_layout_dims,
)


def span(vectors):
    found = [0]
    for v in vectors:
        found += [x ^ v for x in found]
    return found


@given(brute.linear_layouts())
def test_the_questions_of_the_class_are_the_properties(L):
    assert (L.get_bases(), L.get_in_dims(), L.get_out_dims()) == (L.bases, L.in_dims, L.out_dims)
    assert (L.get_num_in_dims(), L.get_num_out_dims(), L.to_string()) == (L.num_in_dims, L.num_out_dims, str(L))
    assert rename_linear_layout_dims(L, {}, {}) == L


@given(brute.linear_layouts(ins=[("offset", 2), ("block", 1)], outs=[("x", 2)]), st.data())
def test_the_local_inverse_takes_the_outer_layout_first(A, data):
    B = data.draw(brute.linear_layouts(ins=[("lane", 1), ("block", 1)], outs=[("x", 2)]))
    reached = [brute.value(A, x) for x in brute.points(A.in_dims)]
    if all(brute.value(B, x) in reached for x in brute.points(B.in_dims)):
        C = invert_and_compose_local(A, B, ["block"])
        for x in brute.points(B.in_dims):
            assert brute.value(A, brute.value(C, x)) == brute.value(B, x)
    else:
        with pytest.raises(NotInvertibleError):
            invert_and_compose_local(A, B, ["block"])


def test_all_small_bases_are_those_of_the_subspaces():
    lists = [list(v) for n in range(3) for v in product(range(8), repeat=n)]
    for u in lists:
        kernel, rest = nullspace_basis(u, 3), complement_basis(u, 3)
        assert sorted(span(kernel)) == [x for x in range(8) if all((x & v).bit_count() % 2 == 0 for v in u)]
        assert kernel == sorted(kernel)
        assert sorted({a ^ b for a in span(u) for b in span(rest)}) == list(range(8))
        assert len(set(span(u))) * len(span(rest)) == 8
        # the low bits are pivots: bit i is one if and only if some value of the span has it as its lowest bit
        assert rest == [1 << i for i in range(3) if not any(x & -x == 1 << i for x in span(u))]
        for v in lists[::3]:
            both = intersection_basis(u, v, 3)
            assert sorted(span(both)) == sorted(set(span(u)) & set(span(v)))


def test_an_intersection_of_powers_of_two_keeps_the_order_of_the_first():
    assert intersection_basis([4, 1, 2], [2, 4], 3) == [4, 2]
    assert intersection_basis([1, 1], [1], 1) == [1]  # Triton's rule has it twice, which is no basis


REFUSED = [
    (lambda: nullspace_basis([4], 2), 4),
    (lambda: nullspace_basis([-1], 2), -1),
    (lambda: complement_basis([1.0], 2), 1.0),
    (lambda: complement_basis([1], 10**9), 10**9),
    (lambda: intersection_basis([1], 3, 2), 3),
    (lambda: intersection_basis([1], [2], True), True),
    (lambda: invert_and_compose_local(3, LinearLayout(), []), 3),
    (lambda: rename_linear_layout_dims(None), None),
]


@pytest.mark.parametrize("k", range(len(REFUSED)))
def test_bad_input_is_refused(k):
    call, witness = REFUSED[k]
    with pytest.raises(ProfileError) as caught:
        call()
    assert caught.value.witness == witness
