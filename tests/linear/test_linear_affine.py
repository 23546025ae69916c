"""Affine layouts: value by value, and the algebra that linear layouts have; slices and subviews."""

import copy
import pickle

import linear_brute as brute
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts import AffineLayout, LinearLayout, NotInvertibleError, ProfileError, fix_inputs, xor_inputs


@st.composite
def affine_layouts(draw, **options):
    L = draw(brute.linear_layouts(**options))
    return AffineLayout(L, {name: draw(st.integers(0, size - 1)) for name, size in L.out_dims})


def value(A, x):
    return {name: v ^ A.offset[name] for name, v in brute.value(A.linear, x).items()}


@given(affine_layouts())
def test_a_value_is_the_linear_value_xor_the_offset(A):
    for i, x in enumerate(brute.points(A.linear.in_dims)):
        assert A.apply(x) == value(A, x)
        assert A(i) == A(tuple(x.values())) == brute.flat(value(A, x), A.linear.out_dims)
        if x:
            assert A(**x) == value(A, x)
    assert A.is_linear() == (A.offset == {name: 0 for name, _ in A.linear.out_dims})
    assert (A.shape, A.size) == (A.linear.shape, A.linear.size)


@given(affine_layouts(), st.data())
def test_composition_is_evaluation_twice(A, data):
    ins = brute.bits_of(data.draw(st.permutations(A.linear.out_dims)))
    B = data.draw(affine_layouts(ins=ins))
    for outer in (B, B.linear):
        C = A.compose(outer)
        for x in brute.points(A.linear.in_dims):
            assert value(C, x) == outer.apply(value(A, x))


@given(affine_layouts())
def test_invert_undoes(A):
    if A.linear.is_invertible():
        P = A.invert()
        for x in brute.points(A.linear.in_dims):
            assert value(P, value(A, x)) == x
        assert P.invert() == A
    else:
        with pytest.raises(NotInvertibleError):
            A.invert()


@given(brute.bijections(), st.data())
def test_the_inverse_of_a_bijection_has_the_offset_that_undoes_its_own(L, data):
    A = AffineLayout(L, {name: data.draw(st.integers(0, size - 1)) for name, size in L.out_dims})
    P = A.invert()
    for x in brute.points(L.in_dims):
        assert value(P, value(A, x)) == x
    assert P.invert() == A
    assert A.compose(P).is_linear()


@given(affine_layouts(outs=[("x", 2)]), affine_layouts(outs=[("x", 2)]))
def test_invert_and_compose_answers_if_and_only_if_every_value_is_reached(B, A):
    reached = [value(A, z) for z in brute.points(A.linear.in_dims)]
    if all(value(B, x) in reached for x in brute.points(B.linear.in_dims)):
        C = B.invert_and_compose(A)
        for x in brute.points(B.linear.in_dims):
            assert value(A, value(C, x)) == value(B, x)
    else:
        with pytest.raises(NotInvertibleError) as caught:
            B.invert_and_compose(A)
        assert caught.value.witness["x"] != 0


@given(affine_layouts(), st.data())
def test_a_slice_is_the_layout_at_a_point(A, data):
    names = data.draw(st.lists(st.sampled_from(A.linear.get_in_dim_names()), unique=True)) if A.linear.in_dims else []
    point = {name: data.draw(st.integers(0, A.linear.get_in_dim_size(name) - 1)) for name in names}
    for L in (A, A.linear):
        S = fix_inputs(L, point)
        assert S.linear.in_dims == [dim for dim in A.linear.in_dims if dim[0] not in names]
        for x in brute.points(S.linear.in_dims):
            assert value(S, x) == L.apply({**x, **point})
        M = xor_inputs(L, point)
        for x in brute.points(A.linear.in_dims):
            assert value(M, x) == L.apply({name: v ^ point.get(name, 0) for name, v in x.items()})


def test_lane_xor_2_is_its_own_inverse_and_takes_arrays():
    A = AffineLayout(LinearLayout.identity_1d(32, "lane", "lane"), {"lane": 2})
    assert A.apply({"lane": np.arange(4)})["lane"].tolist() == [2, 3, 0, 1]
    assert A.invert() == A
    assert A.compose(A).is_linear()
    assert str(A).endswith("XOR lane=2")


@given(affine_layouts())
def test_affine_layouts_are_values(A):
    names = {"AffineLayout": AffineLayout, "LinearLayout": LinearLayout}
    assert eval(repr(A), names) == pickle.loads(pickle.dumps(A)) == copy.deepcopy(A) == A
    assert hash(copy.deepcopy(A)) == hash(A)
    assert A.linear != A
    with pytest.raises(AttributeError, match="immutable"):
        A.linear = None
    with pytest.raises(AttributeError, match="immutable"):
        del A.linear


L = LinearLayout.identity_1d(4, "lane", "row")
REFUSED = [
    (lambda: AffineLayout(3), 3),
    (lambda: AffineLayout(L, {"row": 4}), 4),
    (lambda: AffineLayout(L, {"row": -1}), -1),
    (lambda: AffineLayout(L, {"lane": 1}), "lane"),
    (lambda: AffineLayout(L, [1]), [1]),
    (lambda: AffineLayout(L, {"row": True}), True),
    (lambda: AffineLayout(L).compose(3), 3),
    (lambda: AffineLayout(L).compose(L), "row"),
    (lambda: AffineLayout(L).invert_and_compose(None), None),
    (lambda: AffineLayout(L).apply({}), []),
    (lambda: AffineLayout(L)(4), 4),
    (lambda: fix_inputs(3, {}), 3),
    (lambda: fix_inputs(L, {"row": 1}), "row"),
    (lambda: fix_inputs(L, {"lane": 4}), 4),
    (lambda: xor_inputs(L, {"lane": 1.0}), 1.0),
    (lambda: xor_inputs(L, None), None),
]


@pytest.mark.parametrize("k", range(len(REFUSED)))
def test_bad_input_is_refused(k):
    call, witness = REFUSED[k]
    with pytest.raises(ProfileError) as caught:
        call()
    assert caught.value.witness == witness
