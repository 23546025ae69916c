"""Constructors: compact layouts are bijections in the order asked for; array strides give the places of elements."""

import brute
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import INTEGER, divisors, f2_layouts, layouts, shapes, strides_for, z_layouts, zn_layouts

from layouts import (
    F2,
    ComposedLayout,
    E,
    Layout,
    LayoutError,
    LayoutLeft,
    LayoutRight,
    NotALayoutError,
    NotInvertibleError,
    ProfileError,
    Swizzle,
    Z,
    Zn,
    compact_order,
    composition,
    equal,
    flatten,
    from_strides,
    idx2crd,
    logical_divide,
    make_fragment_like,
    make_identity_layout,
    make_layout,
    make_layout_like,
    make_ordered_layout,
    suffix_product,
    tiler_to_layout,
    to_strides,
    zipped_divide,
)

# -- make_layout -------------------------------------------------------------------------------------------------------


@given(shapes(empty=True), st.data())
def test_make_layout_of_a_shape_is_the_constructor(s, data):
    d = data.draw(strides_for(s, INTEGER))
    assert make_layout(s) == make_layout(s, LayoutLeft) == make_layout(s, stride=LayoutLeft) == Layout(s)
    assert make_layout(s, LayoutRight) == make_layout(s, stride=LayoutRight) == Layout(s, suffix_product(s))
    assert make_layout(s, d) == make_layout(s, stride=d) == Layout(s, d)


def test_make_layout_still_joins():
    A, B = Layout(4, 2), Layout((2, 3), (1, 8))
    assert make_layout(A, B) == make_layout([A, B]) == make_layout((A, B)) == Layout((4, (2, 3)), (2, (1, 8)))
    assert make_layout() == make_layout(()) == Layout(())
    assert make_layout((4, 8), (F2(3), F2(1))) == Layout((4, 8), (3, 1), over=F2)
    assert make_layout((np.int64(4), 8), (E(0), E(1))) == Layout((4, 8), (E(0), E(1)))


@pytest.mark.parametrize(
    ("arguments", "stride"),
    [
        ((Layout(4), 5), None),
        ((5, Layout(4)), None),
        ((Layout(4), Layout(5)), 1),
        (((4, 8), (8, 1), 2), None),
        (((4, 8), (8, 1)), (8, 1)),
        (((4, 8), (8,)), None),
        (((4, 8), "right"), None),
        (((4, 0), LayoutRight), None),
        (([4, 8],), None),
        (((Layout(4), 8),), None),
        (((8, Layout(4)),), None),
        ((None,), None),
        ((2.0,), None),
        ((4, LayoutRight, 1), None),
        ((), (1,)),
    ],
    ids=repr,
)
def test_make_layout_refuses_what_is_neither(arguments, stride):
    with pytest.raises(ProfileError):
        make_layout(*arguments, stride=stride)


# -- in an order -------------------------------------------------------------------------------------------------------


@given(shapes(), st.data())
def test_ordered_layouts_are_bijections_in_any_order(s, data):
    order = data.draw(strides_for(s, st.integers(-2, 3)))
    L = make_ordered_layout(s, order)
    assert Layout(s, compact_order(s, order)) == L
    assert sorted(brute.values(L)) == list(range(L.size))
    leaves = list(zip(flatten(order), range(99), flatten(L.stride), strict=False))
    assert [d for _, _, d in sorted(leaves)] == sorted(d for _, _, d in leaves)


def test_ordered_layouts_as_the_dsl_answers_where_no_numbers_are_tied():
    assert str(make_ordered_layout((2, 3, 4), (2, 0, 1))) == "(2,3,4):(12,1,3)"
    assert str(make_ordered_layout(((2, 3), 4), (1, 0))) == "((2,3),4):((4,8),1)"
    assert str(make_ordered_layout((2, 2, 2, 2), (0, 2, 3, 1))) == "(2,2,2,2):(1,4,8,2)"
    tied = make_ordered_layout((2, 3, 4), (0, 0, 1))  # the DSL: (2,3,4):(1,1,6), which takes 1 twice
    assert str(tied) == "(2,3,4):(1,2,6)"
    assert make_ordered_layout((4, 8), LayoutRight) == Layout((4, 8), (8, 1))


# -- like another ------------------------------------------------------------------------------------------------------


@given(st.one_of(z_layouts(stride=INTEGER), f2_layouts()))
def test_a_layout_like_another_is_compact_in_the_order_of_its_strides(L):
    R = make_layout_like(L)
    assert R.shape == L.shape
    assert R.over is L.over
    assert make_layout_like(R) == R
    extents, old, new = flatten(L.shape), flatten(L.stride), flatten(R.stride)
    assert all((d == 0) == (e == 0) for d, e in zip(old, new, strict=True))
    kept = Layout(tuple(s if d else 1 for s, d in zip(extents, old, strict=True)), new, over=L.over)
    assert sorted(brute.values(kept)) == list(range(kept.size))
    ranked = [(abs(d), e) for s, d, e in zip(extents, old, new, strict=True) if s > 1]
    assert all(x[1] <= y[1] for x in ranked for y in ranked if x[0] < y[0])


def test_a_layout_like_another_by_hand():
    assert str(make_layout_like(Layout((4, 8, 2), (0, 1, 16)))) == "(4,8,2):(0,1,8)"
    assert str(make_layout_like(Layout((2, 2, 2, 2), (0, 2, 4, 1)))) == "(2,2,2,2):(0,2,4,1)"
    assert str(make_layout_like(Layout((2, 3, 4, 5), (0, 42, 1, 0)))) == "(2,3,4,5):(0,4,1,0)"
    assert str(make_layout_like(Layout((2, 3, 4), (1, 1, 6)))) == "(2,3,4):(1,2,6)"  # the DSL repeats the 1
    assert str(make_layout_like(Layout((2, 3), (-3, 1)))) == "(2,3):(3,1)"  # the DSL has (1,2)
    assert str(make_layout_like(Swizzle(3, 3, 3) @ Layout((8, 64), (64, 1)))) == "(8,64):(F64,F1)"
    assert make_layout_like(Layout((4, 1), (5, 3))) == make_layout_like(make_layout_like(Layout((4, 1), (5, 3))))


@given(st.one_of(z_layouts(stride=INTEGER), f2_layouts()))
def test_a_fragment_is_compact_with_mode_0_fastest(L):
    R = make_fragment_like(L)
    assert R.shape == L.shape
    assert R.over is L.over
    if L.rank < 2:
        assert Layout(L.shape, over=L.over) == R
        return
    first, rest = R[0], R[1:]
    old = flatten(L[0].stride)
    kept = Layout(
        tuple(s if d else 1 for s, d in zip(flatten(first.shape), old, strict=True)),
        flatten(first.stride),
        over=L.over,
    )
    assert brute.values(kept) == list(range(kept.size))
    assert {d for d, o in zip(flatten(first.stride), old, strict=True) if o == 0} <= {0}
    both = make_layout(kept, rest)
    assert sorted(brute.values(both)) == list(range(both.size))
    ranked = [
        (abs(d), e)
        for s, d, e in zip(flatten(rest.shape), flatten(L[1:].stride), flatten(rest.stride), strict=True)
        if s > 1
    ]
    assert all(x[1] <= y[1] for x in ranked for y in ranked if x[0] < y[0])


def test_a_fragment_by_hand():
    assert str(make_fragment_like(Layout(((2, 2), 3, 5), ((8, 0), 100, 20)))) == "((2,2),3,5):((1,0),10,2)"
    assert str(make_fragment_like(Layout((4, 8, 2), (8, 1, 0)))) == "(4,8,2):(1,8,4)"  # the broadcast gets storage
    assert make_fragment_like((4, 8)) == make_fragment_like(Layout((4, 8), (1, 9))) == Layout((4, 8))
    assert make_fragment_like(8) == Layout(8)


def test_coordinates_have_no_order():
    for make in (make_layout_like, make_fragment_like):
        with pytest.raises(LayoutError, match="no order") as caught:
            make(Layout((4, 8), (E(0), E(1))))
        assert caught.value.witness == (E(0), E(1))


# -- coordinates -------------------------------------------------------------------------------------------------------


@given(shapes())
def test_the_identity_layout_sends_every_index_to_its_coordinate(s):
    L = make_identity_layout(s)
    for i in range(L.size):
        assert L(i) == idx2crd(i, s)
        assert L(idx2crd(i, s)) == idx2crd(i, s)


def test_the_identity_layout_as_the_dsl_answers():
    assert str(make_identity_layout((4, (2, 3)))) == "(4,(2,3)):(1@0,(1@0@1,1@1@1))"
    assert str(make_identity_layout(4)) == "4:1"
    assert make_identity_layout(()) == Layout(())


@st.composite
def tilers(draw, shape):
    """A tiler with as many modes as the shape, of tiles that divide it."""
    if isinstance(shape, tuple):
        return tuple([draw(tilers(part)) for part in shape])
    n = draw(st.sampled_from(divisors(shape)))
    step = draw(st.sampled_from(divisors(shape // n)))
    return n if step == 1 and draw(st.booleans()) else Layout(n, step)


@given(shapes((1, 2, 3, 4, 6)), st.data())
def test_a_tiler_and_its_layout_act_alike(s, data):
    A = Layout(s, data.draw(strides_for(s, st.integers(0, 30))))
    tiler = data.draw(tilers(s))
    B = tiler_to_layout(tiler)
    try:
        R = composition(A, tiler)
    except NotALayoutError:
        return
    assert equal(composition(A, B), R)
    if isinstance(s, tuple):
        try:
            by_layout = logical_divide(A, B)
        except (NotALayoutError, NotInvertibleError):
            return
        assert brute.values(by_layout[0]) == brute.values(zipped_divide(A, tiler)[0])


def test_tilers_by_hand():
    assert tiler_to_layout(3) == Layout(3)
    assert tiler_to_layout(Layout((7, 2), (3, 1))) == Layout((7, 2), (3, 1))
    assert tiler_to_layout((4, 5)) == Layout((4, 5), (E(0), E(1)))
    assert tiler_to_layout((Layout(4, 2), Layout(5, 3))) == Layout((4, 5), (2 * E(0), 3 * E(1)))
    assert tiler_to_layout((Layout((2, 2), (1, 4)), (3, Layout(4, E(1))))) == Layout(
        ((2, 2), (3, 4)), ((E(0), 4 * E(0)), (E(1, 0), E(1, 1, 1)))
    )
    assert tiler_to_layout(()) == Layout(())
    chain = ComposedLayout(None, 0, Layout(4, 2))
    assert tiler_to_layout((chain, 5)) == Layout((4, 5), (2 * E(0), E(1)))


# -- strides of arrays -------------------------------------------------------------------------------------------------


@st.composite
def views(draw):
    """A numpy view of numbered elements: permuted, reversed, with steps, broadcast."""
    shape = tuple(draw(st.lists(st.integers(1, 5), min_size=0, max_size=3)))
    base = np.arange(int(np.prod(shape)), dtype=draw(st.sampled_from(("int16", "int32", "int64")))).reshape(shape)
    view = base.transpose(draw(st.permutations(range(base.ndim)))) if shape else base
    view = view[tuple(slice(None, None, draw(st.sampled_from((1, 1, 2, -1, -2)))) for _ in range(view.ndim))]
    return np.broadcast_to(view, (draw(st.integers(1, 3)), *view.shape)) if draw(st.booleans()) else view


@given(views())
def test_the_layout_of_a_view_gives_the_places_of_its_elements(view):
    L = from_strides(view)
    first = int(view[(0,) * view.ndim])
    for c in np.ndindex(view.shape):
        assert first + L(tuple(map(int, c))) == view[c]
    flat = from_strides(view, order="lex")
    assert [first + flat(k) for k in range(view.size)] == view.flatten().tolist()
    assert from_strides(view.shape, view.strides, itemsize=view.itemsize) == L
    shape, strides = to_strides(L, itemsize=view.itemsize)
    assert shape == view.shape
    assert np.array_equal(np.lib.stride_tricks.as_strided(view, shape, strides), view)
    assert equal(from_strides(*to_strides(flat, order="lex")), L) or not view.ndim


class Torch:
    """What a torch tensor answers."""

    def __init__(self, shape, strides):
        self.shape, self._strides = shape, strides

    def stride(self):
        return self._strides


def test_torch_tensors_are_read_by_their_stride():
    assert from_strides(Torch((4, 8), (8, 1))) == Layout((4, 8), (8, 1))
    assert from_strides(Torch((4, 8), (8, 1)), order="lex") == Layout((8, 4), (1, 8))
    with pytest.raises(ProfileError) as caught:
        from_strides(Torch((4, 8), (8, 1)), itemsize=4)
    assert caught.value.witness == 4


def test_strides_by_hand():
    a = np.arange(24, dtype=np.int32).reshape(4, 6)
    assert from_strides(a[::-1, ::2]) == Layout((4, 3), (-6, 2))
    assert from_strides(a, itemsize=1) == Layout((4, 6), (24, 4))  # in bytes
    assert from_strides(np.array(3)) == Layout(())
    assert from_strides(5, 2) == Layout((5,), (2,))
    assert from_strides((1, 4), (7, 8), itemsize=4) == Layout((1, 4), (0, 2))  # a stride that no index uses
    assert to_strides(Layout((4, (2, 3)), (6, (1, 2)))) == ((4, 6), (6, 1))
    assert to_strides(Layout(24)) == ((24,), (1,))
    assert to_strides(Layout(((1, 1), 4), ((3, 5), 2)))[0] == (1, 4)


@given(z_layouts(stride=INTEGER))
def test_to_strides_answers_when_each_mode_has_one_stride(L):
    try:
        shape, strides = to_strides(L)
    except LayoutError as error:
        mode = brute.values(L[error.witness])
        assert any(v != i * mode[1] for i, v in enumerate(mode))
        return
    assert brute.values(Layout(shape, strides)) == brute.values(L)


# -- refusals ----------------------------------------------------------------------------------------------------------


def test_strides_that_do_not_divide_or_fit_are_refused():
    packed = np.zeros(3, dtype=[("a", "i1"), ("b", "i4")])
    for call, witness in (
        (lambda: from_strides((4,), (6,), itemsize=4), 6),
        (lambda: from_strides(packed["b"]), 5),
        (lambda: from_strides((4, 8), (8,)), ((4, 8), (8,))),
        (lambda: from_strides((2, (3, 4)), (1, 2)), (3, 4)),
        (lambda: from_strides(np.zeros((0, 3))), 0),
        (lambda: from_strides((4,), (1,), itemsize=0), 0),
        (lambda: from_strides((4,), (1,), order="C"), "C"),
        (lambda: from_strides((4,), (1.5,)), 1.5),
        (lambda: from_strides((4, 8)), (4, 8)),
        (lambda: from_strides("x"), "x"),
        (lambda: from_strides(None), None),
        (lambda: to_strides(Layout((4, (2, 3)), (6, (3, 1)))), 1),
        (lambda: to_strides(Layout(4), itemsize=-1), -1),
        (lambda: to_strides(Layout(4), order=1), 1),
        (lambda: tiler_to_layout((4, (2, None))), None),
        (lambda: tiler_to_layout((4, 2.0)), 2.0),
        (lambda: tiler_to_layout((4, [2])), [2]),
        (lambda: tiler_to_layout((Layout(4, F2(3)), 2)), Layout(4, F2(3))),
        (lambda: tiler_to_layout((4, 0)), 0),
        (lambda: make_ordered_layout((2, 3), (1, (0, 0))), (1, (0, 0))),
        (lambda: make_identity_layout((4, 0)), 0),
    ):
        with pytest.raises(LayoutError) as caught:
            call()
        assert caught.value.witness == witness, caught.value


@pytest.mark.parametrize(
    "make", [make_layout_like, make_fragment_like, make_identity_layout, tiler_to_layout, to_strides]
)
def test_what_is_no_layout_or_shape_is_refused(make):
    deep = 1
    for _ in range(200):
        deep = (deep,)
    for value in (None, 1.5, "4", True, [4], {4}, (4, None), deep, np.bool_(True)):
        with pytest.raises(ProfileError):
            make(value)


def test_arrays_live_over_z():
    for L in (Layout((4, 8), over=F2), Layout((4, 8), over=Zn)):
        with pytest.raises(LayoutError, match="arrays over Z"):
            to_strides(L)
    assert make_layout_like(Layout(4)).over is Z


@given(layouts())
def test_results_are_quick_and_of_the_same_shape(L):
    for make in (make_layout_like, make_fragment_like):
        try:
            assert make(L).shape == L.shape
        except LayoutError:
            assert L.over is Zn


@given(zn_layouts())
def test_a_layout_of_coordinates_is_a_tiler_as_it_is(L):
    assert tiler_to_layout(L) == L
