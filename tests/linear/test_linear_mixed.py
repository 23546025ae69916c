"""What a user mixes: a live Triton layout, affine and linear layouts, odd names, flags, arrays where none belong."""

import contextlib
import importlib.util

import linear_brute as brute
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts import (
    AffineLayout,
    ColumnAction,
    LayoutError,
    LinearLayout,
    NotInvertibleError,
    ParseError,
    ProfileError,
    identity_standard_nd,
    parse,
    reshape_layout,
)

ONE = LinearLayout.identity_1d(4, "a", "b")
NEXT = LinearLayout.identity_1d(4, "b", "c")


class Live:
    """As a layout of Triton's: it refuses to be compared with others."""

    bases = (("a", [[1], [2]]),)
    out_dims = (("b", 4),)
    __hash__ = None

    def __eq__(self, other):
        raise TypeError("__eq__(): incompatible function arguments")

    __ne__ = __eq__


def lives():
    yield Live()
    if importlib.util.find_spec("triton") is not None:
        from triton.tools import LinearLayout as Real

        yield Real.identity_1d(4, "a", "b")


def test_no_value_of_ours_equals_a_live_layout_and_the_refusals_name_from_triton():
    for theirs in lives():
        for ours in (ONE, AffineLayout(ONE), ColumnAction((0,), "a", 1)):
            assert ours != theirs
            assert ours != theirs
        for call in (
            lambda t=theirs: ONE * t,
            lambda t=theirs: AffineLayout(ONE) * t,
            lambda t=theirs: ONE.compose(t),
            lambda t=theirs: AffineLayout(ONE).compose(t),
            lambda t=theirs: ONE.invert_and_compose(t),
            lambda t=theirs: ONE.all_solutions(t),
            lambda t=theirs: ONE.divide_left(t),
            lambda t=theirs: ONE.equal_up_to(t),
        ):
            with pytest.raises(ProfileError, match="from_triton"):
                call()
    with pytest.raises(TypeError):
        ONE * 3
    with pytest.raises(TypeError):
        AffineLayout(ONE) * 3


def value(A, x):
    offset = A.offset if isinstance(A, AffineLayout) else {}
    L = A.linear if isinstance(A, AffineLayout) else A
    return {name: v ^ offset.get(name, 0) for name, v in brute.value(L, x).items()}


@st.composite
def affine(draw, **options):
    L = draw(brute.linear_layouts(**options))
    return AffineLayout(L, {name: draw(st.integers(0, size - 1)) for name, size in L.out_dims})


@given(brute.linear_layouts(outs=[("x", 2)]), affine(ins=[("x", 2)]))
def test_a_linear_layout_composes_with_an_affine_one(L, A):
    C = L.compose(A)
    assert isinstance(C, AffineLayout)
    for x in brute.points(L.in_dims):
        assert value(C, x) == value(A, value(L, x))


@given(brute.linear_layouts(outs=[("x", 2)]), affine(outs=[("x", 2)]))
def test_a_linear_layout_is_solved_against_an_affine_one(L, A):
    reached = [value(A, z) for z in brute.points(A.linear.in_dims)]
    if all(value(L, x) in reached for x in brute.points(L.in_dims)):
        C = L.invert_and_compose(A)
        for x in brute.points(L.in_dims):
            assert value(A, value(C, x)) == value(L, x)
    else:
        with pytest.raises(NotInvertibleError):
            L.invert_and_compose(A)


@given(affine(ins=[("a", 1), ("b", 1)], outs=[("x", 1)]), affine(ins=[("b", 1)], outs=[("y", 1), ("x", 2)]))
def test_a_product_with_an_affine_layout_is_side_by_side(A, B):
    for first, second in ((A, B), (A.linear, B), (A, B.linear)):
        P = first * second
        assert isinstance(P, AffineLayout)
        for x in brute.points(P.linear.in_dims):
            low, high = value(first, {"a": x["a"], "b": x["b"] & 1}), value(second, {"b": x["b"] >> 1})
            assert value(P, x) == {"x": low["x"] | high["x"] << 1, "y": high["y"]}


def test_names_with_space_at_an_end_are_refused_and_others_are_read_back_or_refused():
    for name in (" a", "a ", "\ta", "a\n", " ", "\u00a0a"):
        for call in (
            lambda n=name: LinearLayout([(n, [[1]])], [("o", 2)]),
            lambda n=name: LinearLayout([("a", [[1]])], [(n, 2)]),
            lambda n=name: LinearLayout.identity_1d(2, n, "o"),
            lambda n=name: ONE.rename({"a": n}),
            lambda n=name: ONE.unsqueeze_ins(n),
            lambda n=name: identity_standard_nd(n, [2], [0]),
        ):
            with pytest.raises(ProfileError, match="begins or ends with space") as caught:
                call()
            assert caught.value.witness == name
    for name in ("a b", "a=1", "(", "]", "", "a,b", "-", "->", "XOR", "where", "is", "=", "1", "dim 0"):
        for L in (ONE.rename({"a": name}), ONE.rename(None, {"b": name}), AffineLayout(ONE.rename(None, {"b": name}))):
            with contextlib.suppress(ParseError):
                assert parse(str(L)) == L


def test_an_input_may_be_called_self():
    L = LinearLayout.identity_1d(2, "self", "x")
    assert L(self=1) == AffineLayout(L)(self=1) == {"x": 1}


TWO = LinearLayout.identity_1d(2, "a", "x") * LinearLayout.identity_1d(2, "b", "x")
ARRAY = np.array([1, 2])
REFUSED = [
    (lambda: TWO.apply({"a": np.array([0, 1]), "b": np.array([0, 1, 1])}), "a: (2,), b: (3,)"),
    (lambda: ONE.get_in_dim_size(ARRAY), "must be text"),
    (lambda: ONE.squeeze_ins(ARRAY), "must be text"),
    (lambda: ONE.mask_out_dim(ARRAY, 2), "must be text"),
    (lambda: ONE.order_per_dim(ARRAY), "must be text"),
    (lambda: ONE.divide_left(ONE, strict=ARRAY), "strict is True or False"),
    (lambda: ONE.canonical(replication=ARRAY), "replication is True or False"),
    (lambda: ONE.canonical(register_order=ARRAY), "must be text"),
    (lambda: LinearLayout([("a", [[1]])], ["x"], require_surjective=ARRAY), "require_surjective is True or False"),
    (lambda: LinearLayout.from_bases([("a", [[2]])], ["x"], [4], None), "require_surjective is True or False"),
    (lambda: LinearLayout.from_bases([("a", [[2]])], ["x"], [4], 0), "require_surjective is True or False"),
    (lambda: LinearLayout.from_bases([("a", [[1]])], ["x"], None, "False"), "require_surjective is True or False"),
    (lambda: ONE.invert_and_compose(ONE, rule=ARRAY), "is none of triton"),
    (lambda: ONE.table(dtype="nonsense"), "no dtype of numpy"),
    (lambda: ONE.quotient("a"), "quotient: "),
    (lambda: reshape_layout(ONE, []), "reshape_layout: "),
    (lambda: ONE.invert_and_compose(ONE, local=["z"]), "'z' is not among the inputs of the outer layout ['a']"),
    (lambda: ONE.invert_and_compose(ONE.rename({"a": "z"}), local=["z"]), "'z' is not among the inputs ['a']"),
    (lambda: LinearLayout([("c", [[0]])], {"x": 1}).invert(), ": c=0 and c=1 both give x=0"),
]


@pytest.mark.parametrize("k", range(len(REFUSED)))
def test_what_does_not_belong_is_refused_in_words(k):
    call, text = REFUSED[k]
    with pytest.raises(LayoutError) as caught:
        call()
    assert text in str(caught.value)
    assert not ONE.has_in_dim(ARRAY)
