"""Layout: construction, evaluation, slicing, bounds and identity of values."""

import copy
import pickle
from itertools import product

import brute
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import INTEGER, coordinates, f2_layouts, layouts, shapes, slices, z_layouts, zn_layouts

import layouts as library
from layouts import (
    F2,
    ArithTuple,
    E,
    Layout,
    LayoutError,
    ProfileError,
    Z,
    Zn,
    congruent,
    cosize,
    flatten,
    make_layout,
    parse,
    prefix_product,
    shape,
    size,
    slice_and_offset,
    stride,
)
from layouts.layout import chain

NAMES = vars(library) | {"Layout": Layout, "E": E, "F2": F2}

# -- evaluation --------------------------------------------------------------------------------------------------------


@given(layouts(), st.integers(0, 2**70))
def test_value_at_an_index_is_the_sum_of_digit_times_stride(L, far):
    points = brute.values(L)
    assert [brute.normal(L(i)) for i in range(L.size)] == points
    for index in (L.size, L.size + 1, 3 * L.size + 2, far):
        assert brute.normal(L(index)) == brute.value(L, index)


@given(layouts(), st.data())
def test_every_form_of_a_coordinate_gives_one_value(L, data):
    c = data.draw(coordinates(L.shape, beyond=5))
    expected = brute.value_at(L, c)
    assert brute.normal(L(c)) == expected
    if isinstance(c, tuple) and len(c) != 1:
        assert brute.normal(L(*c)) == expected


WORKED_VALUES = [
    ("(4,8):(8,1)", (2, 3), 19),
    ("(4,8):(8,1)", (5, 9), 49),
    ("(4,8):(8,1)", (14,), 19),
    ("(4,2):(1,8)", (9,), 17),
    ("((2,2),4):((1,8),100)", (5, 0), 17),
    ("(8,64):(F72,F1)", (3, 9), 209),
    ("(8,8):(F9,F1)", (5, 3), 5 * 8 ^ 5 ^ 3),
    ("4:F3", (7,), 3 ^ 6 ^ 12),
    ("(4,8):(1@0,1@1)", (2, 3), (2, 3)),
    ("4:1@0", (3,), (3,)),
    ("(2,2):(2@0+1@1,1@1@2)", (1, 1), (2, 1, (0, 1))),
    ("4:-3", (-2,), 6),
    ("(2,2):(3,6)", (-1,), -3),
]


@pytest.mark.parametrize(("text", "at", "expected"), WORKED_VALUES)
def test_worked_values(text, at, expected):
    assert parse(text)(*at) == expected


TABLES = [
    ("((2,2),(2,2)):((1,8),(2,4))", [0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15]),
    ("(4,1):(1,8)", [0, 1, 2, 3]),
    ("(2,2):(-1,4)", [0, -1, 4, 3]),
    ("(2,1,2):(0,5,3)", [0, 0, 3, 3]),
    ("():()", [0]),
]


@pytest.mark.parametrize(("text", "expected"), TABLES)
def test_worked_tables(text, expected):
    L = parse(text)
    assert [L(i) for i in range(L.size)] == expected


def test_thread_value_rows():
    L = parse("((2,2),(2,3)):((2,12),(1,4))")
    rows = [[L(t, v) for v in range(6)] for t in range(4)]
    assert rows[0] == [0, 1, 4, 5, 8, 9]
    assert rows[3] == [14, 15, 18, 19, 22, 23]


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("(4,8):(8,1)", (-1,)),
        ("(4,8):(8,1)", (1, 2, 3)),
        ("(4,8):(8,1)", ((1, 2), 3)),
        ("(4,8):(8,1)", ()),
        ("4:1", ((1,),)),
        ("():()", (1,)),
        ("4:F1", (-1,)),
        ("(4,8):(F8,F1)", (1, -2)),
        ("(4,1):(1,8)", (-1,)),
        ("(4,8):(8,1)", (True,)),
        ("(4,8):(8,1)", (1.0,)),
        ("(4,8):(8,1)", ("1",)),
        ("(4,8):(8,1)", ([1, 2],)),
        ("(4,8):(8,1)", (1, None, 2)),
        ("(4,8):(8,1)", ((None, 1), 2)),
    ],
)
def test_coordinates_that_do_not_fit_are_refused(text, at):
    with pytest.raises(ProfileError):
        parse(text)(*at)


# -- construction ------------------------------------------------------------------------------------------------------


@given(shapes(empty=True))
def test_default_strides_are_compact(s):
    L = Layout(s)
    assert Layout(s, prefix_product(s)) == L
    assert [L(i) for i in range(L.size)] == list(range(L.size))


@given(shapes())
def test_default_strides_over_zn_are_the_identity_on_coordinates(s):
    L = Layout(s, over=Zn)
    for i in range(L.size):
        expected = library.idx2crd(i, s)
        assert L(i) == (expected if isinstance(s, tuple) else (expected,))


@given(shapes((1, 2, 4, 8)))
def test_default_strides_over_f2_are_compact(s):
    L = Layout(s, over=F2)
    assert brute.values(L) == list(range(L.size))
    assert L.stride == prefix_product(s)


def test_the_module_is_found_from_the_strides():
    assert Layout(4, F2(3)) == Layout(4, 3, over=F2)
    assert Layout((4, 2), (F2(3), 0)) == Layout((4, 2), (3, 0), over=F2)
    assert Layout((4, 2), (0, E(1))) == Layout((4, 2), (0, E(1)), over=Zn)
    assert Layout((4, 2), (0, E(1))).stride == (ArithTuple(), E(1))
    assert Layout(4, 0).over is Z
    assert Layout(4, 0, over=Zn).stride == ArithTuple()
    assert Layout(4, 0, over=Zn) != Layout(4, 0) != Layout(4, 0, over=F2)
    assert Layout((), ()).over is Layout((), over=F2).over is Z
    assert Layout((1, 1), (0, 0), over=F2).over is F2


MIXED = [
    lambda: Layout((4, 2), (F2(3), 1)),
    lambda: Layout((4, 2), (1, F2(3))),
    lambda: Layout((4, 2), (E(0), 1)),
    lambda: Layout((4, 2), (F2(1), E(0))),
    lambda: Layout(4, F2(1), over=Z),
    lambda: Layout(4, E(0), over=Z),
    lambda: Layout(4, E(0), over=F2),
    lambda: Layout(4, F2(1), over=Zn),
    lambda: Layout(4, 1, over=Zn),
    lambda: make_layout(Layout(4), Layout(4, over=F2)),
    lambda: make_layout(Layout(4, E(0)), Layout(4)),
]


@pytest.mark.parametrize("case", range(len(MIXED)))
def test_one_layout_has_one_module(case):
    with pytest.raises(ProfileError) as caught:
        MIXED[case]()
    assert caught.value.witness is not None


# -- identity ----------------------------------------------------------------------------------------------------------


@given(layouts())
def test_layouts_round_trip_and_are_immutable(L):
    twins = [
        parse(str(L)),
        eval(repr(L), NAMES),
        pickle.loads(pickle.dumps(L)),
        copy.copy(L),
        copy.deepcopy(L),
        Layout(L.shape, L.stride, over=L.over),
    ]
    assert all(twin == L and hash(twin) == hash(L) and twin.over is L.over for twin in twins)
    for name in ("shape", "stride", "over", "size", "rank", "extra"):
        with pytest.raises(AttributeError):
            setattr(L, name, 1)
    assert not hasattr(L, "__dict__")


@given(layouts(), layouts())
def test_equality_is_structural(A, B):
    same = (A.shape, A.stride, A.over) == (B.shape, B.stride, B.over)
    assert (A == B) == same == (B == A)
    assert not same or hash(A) == hash(B)
    assert A.shape != A
    assert str(A) != A


def test_functions_that_agree_are_not_equal_values():
    assert Layout((2, 4), (1, 2)) != Layout(8)
    assert Layout(8) != Layout((8,))
    assert Layout(8) != Layout(8, over=F2)


def test_numpy_integers_are_stored_as_int():
    L = Layout((np.int32(4), (np.uint8(2), 3)), (np.int64(-1), (np.int8(4), np.uint64(8))))
    assert Layout((4, (2, 3)), (-1, (4, 8))) == L
    assert all(type(n) is int for n in (*flatten(L.shape), *flatten(L.stride)))
    assert hash(L) == hash(Layout((4, (2, 3)), (-1, (4, 8))))
    assert L(np.int64(7)) == L(7)
    assert L(np.int8(1), (np.uint16(1), 2)) == L(1, (1, 2))
    assert L(np.int8(1), None) == L(1, None)
    assert L[np.int8(1)] == L[1]
    assert Layout(np.int64(4), np.int64(3), over=F2) == Layout(4, 3, over=F2)
    assert type(Layout(np.int64(4), np.int64(3))(np.int32(2))) is int


# -- parts -------------------------------------------------------------------------------------------------------------


@given(layouts())
def test_modes_rank_and_iteration(L):
    assert len(L) == L.rank == (len(L.shape) if isinstance(L.shape, tuple) else 1)
    assert bool(L)
    modes = list(L)
    assert modes == [L[k] for k in range(L.rank)] == [L[k - L.rank] for k in range(L.rank)]
    assert all(mode.over is L.over for mode in modes)
    if isinstance(L.shape, tuple):
        assert make_layout(*modes) == make_layout(modes) == L[:] == L
        assert L[1:] == make_layout(modes[1:])
        assert L[::-1] == make_layout(modes[::-1])
    else:
        assert modes == [L]
    for k in (L.rank, -L.rank - 1):
        with pytest.raises(IndexError):
            L[k]
    assert (size(L), cosize(L), shape(L), stride(L)) == (L.size, L.cosize, L.shape, L.stride)
    assert L.size == brute.size(L.shape)
    assert congruent(L.shape, L.shape)


@given(st.lists(z_layouts(), min_size=1, max_size=3), st.data())
def test_make_layout_concatenates(parts, data):
    joined = make_layout(*parts)
    at = tuple([data.draw(st.integers(0, part.size)) for part in parts])
    assert joined(at) == sum(part(i) for part, i in zip(parts, at, strict=True))
    assert list(joined) == parts


def test_make_layout_fits_zero_strides_to_any_module():
    assert make_layout(Layout(4, 0), Layout(2, over=F2)) == Layout((4, 2), (0, 1), over=F2)
    assert make_layout(Layout(3, 0, over=Zn), Layout(2, 5)) == Layout((3, 2), (0, 5))
    assert make_layout(Layout(4, 0), Layout(2, E(1))) == Layout((4, 2), (0, E(1)))
    assert make_layout() == Layout(())
    with pytest.raises(ProfileError):
        make_layout(Layout(3, 0), Layout(2, over=F2))
    for bad in (5, "4:1", None, (4, 1)):
        with pytest.raises(ProfileError):
            make_layout(Layout(4), bad)


# -- bounds ------------------------------------------------------------------------------------------------------------


@given(st.one_of(z_layouts(stride=INTEGER), f2_layouts()))
def test_bounds_are_the_smallest_and_the_largest_value(L):
    points = brute.values(L)
    assert L.bounds() == (min(points), max(points))
    assert L.cosize == max(points) - min(points) + 1


@given(zn_layouts())
def test_cosize_of_coordinates_is_the_product_over_the_axes(L):
    points = [dict(point) for point in brute.values(L)]
    expected = 1
    for path in {path for point in points for path in point}:
        entries = [point.get(path, 0) for point in points]
        expected *= max(entries) - min(entries) + 1
    assert L.cosize == expected
    with pytest.raises(LayoutError):
        L.bounds()


@pytest.mark.parametrize(("text", "expected"), [("(4,4):(-1,1)", 7), ("(4,4):(-1,4)", 16), ("4:F3", 7), ("():()", 1)])
def test_worked_cosizes(text, expected):
    assert parse(text).cosize == expected


# -- slices ------------------------------------------------------------------------------------------------------------


def kept_modes(cut, tree):
    """Return the subtrees where the coordinate has None, spliced, from the definition."""
    if cut is None:
        return [tree]
    if not isinstance(cut, tuple):
        return []
    return [part for c, t in zip(cut, tree, strict=True) for part in kept_modes(c, t)]


@given(layouts(), st.data())
def test_a_slice_keeps_the_modes_with_none_and_the_offset_is_the_value_at_zero_there(L, data):
    cut = data.draw(slices(L.shape))
    kept, offset = slice_and_offset(cut, L)
    if cut is None:
        assert kept == L
        return
    assert kept.shape == tuple(kept_modes(cut, L.shape))
    assert kept.stride == tuple(kept_modes(cut, L.stride))

    def fill(part, tree, values):
        if part is None:
            return next(values)
        if isinstance(part, tuple):
            return tuple([fill(p, t, values) for p, t in zip(part, tree, strict=True)])
        return part

    assert brute.normal(offset) == brute.value_at(L, fill(cut, L.shape, iter([0] * 20)))
    for digits in list(product(*[range(brute.size(s)) for s in kept.shape]))[:50]:
        whole = brute.value_at(L, fill(cut, L.shape, iter(digits)))
        part = brute.value_at(kept, digits)
        base = brute.normal(offset)
        if L.over is Zn:
            terms = [dict(v or {}) for v in (part, base)]
            total = {path: sum(t.get(path, 0) for t in terms) for t in terms for path in t}
            assert whole == frozenset((path, n) for path, n in total.items() if n)
        else:
            assert whole == (part ^ base if L.over is F2 else part + base)


WORKED_SLICES = [
    ("(4,8):(8,1)", (2, None), "(8):(1)", 16),
    ("(4,8):(8,1)", (None, 3), "(4):(8)", 3),
    ("(4,8):(8,1)", (2, 3), "():()", 19),
    ("(4,8):(8,1)", (None, None), "(4,8):(8,1)", 0),
    ("((2,2),4):((1,2),4)", ((None, 1), 2), "(2):(1)", 10),
    ("((2,2),4):((1,2),4)", (None, 2), "((2,2)):((1,2))", 8),
    ("((2,2),4):((1,2),4)", ((None, None), 2), "(2,2):(1,2)", 8),
    ("(4,8):(1@0,1@1)", (None, 2), "(4):(1@0)", (0, 2)),
    ("(8,8):(F9,F1)", (5, None), "(8):(F1)", 45),
]


@pytest.mark.parametrize(("text", "cut", "kept", "offset"), WORKED_SLICES)
def test_worked_slices(text, cut, kept, offset):
    assert slice_and_offset(cut, parse(text)) == (parse(kept), offset)
    if None in cut or any(isinstance(c, tuple) for c in cut):
        assert parse(text)(*cut) == parse(kept)


def test_a_fixed_index_leaves_the_empty_layout_and_the_value():
    assert slice_and_offset(14, parse("(4,8):(8,1)")) == (Layout(()), 19)
    assert slice_and_offset(np.int64(14), parse("(4,8):(8,1)")) == (Layout(()), 19)
    assert slice_and_offset(3, parse("4:F3")) == (Layout(()), 5)
    assert parse("(4,8):(8,1)")(None) == parse("(4,8):(8,1)")


# -- chain -------------------------------------------------------------------------------------------------------------


@given(layouts())
def test_chain_is_the_same_function_on_all_naturals_with_nothing_left_to_merge(L):
    extents, strides, places = chain(L)
    short = Layout(extents, strides, over=L.over)
    for i in [*range(2 * L.size + 3), 10**6, 2**70 + 1]:
        assert brute.value(short, i) == brute.value(L, i)
    assert places == flatten(prefix_product(extents))
    for k in range(len(extents) - 1):
        assert extents[k] > 1
        assert strides[k + 1] != strides[k] * extents[k]
    assert len(extents) <= max(1, len(flatten(L.shape)))
    assert chain(L) is chain(L)
