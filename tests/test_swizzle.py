"""Swizzle: the functor, bit by bit; its compositions with layouts on either side; all swizzled forms of a layout."""

import copy
import pickle
from itertools import product

import brute
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import (
    BINARY,
    carry_free_layouts,
    f2_layouts,
    shapes,
    swizzles,
    z_layouts,
    zn_layouts,
)

from layouts import (
    F2,
    BitMatrix,
    ComposedLayout,
    E,
    Layout,
    LayoutError,
    NotALayoutError,
    ProfileError,
    Swizzle,
    TooLargeError,
    Z,
    Zn,
    composition,
    equal,
    flatten,
    from_matrix,
    get_nonswizzle_portion,
    get_swizzle_portion,
    is_carry_free,
    parse,
    right_inverse,
    swizzled_forms,
    to_f2,
)

# -- the functor -------------------------------------------------------------------------------------------------------


VALID = [p for p in product(range(4), range(3), range(-5, 6)) if abs(p[2]) >= p[0]]


def test_a_swizzle_xors_its_source_bits_onto_its_target_bits():
    for bits, base, shift in VALID:
        S = Swizzle(bits, base, shift)
        assert [S(x) for x in range(600)] == [brute.swizzled(bits, base, shift, x) for x in range(600)], S


@given(swizzles(), st.integers(0, 2**40), st.integers(0, 2**40))
def test_a_swizzle_is_a_linear_involution_and_a_bijection_of_its_block(S, x, y):
    assert S(S(x)) == x
    assert S(x ^ y) == S(x) ^ S(y)
    block = 1 << S.base + S.bits + abs(S.shift)
    assert S(x + block) == S(x) + block
    assert sorted(map(S, range(block))) == list(range(block))
    assert S.source == sum(1 << k for k in range(60) if S(1 << k) != 1 << k)


def test_worked_swizzles():
    assert Swizzle(2, 4, 3)(249) == 233
    assert Swizzle(3, 3, 3)(209) == 201
    assert Swizzle(0, 0, 0)(77) == 77
    assert Swizzle(1, 0, -1)(1) == 3
    assert np.array_equal(Swizzle(3, 3, 3)(np.arange(512)), [brute.swizzled(3, 3, 3, x) for x in range(512)])
    assert Swizzle(3, 3, 3)(np.int64(209)) == 201


INVALID = [
    (3, 0, 1),
    (1, 0, 0),
    (3, 4, 2),
    (-1, 0, 3),
    (3, -1, 3),
    (2, 0, -1),
    (3, 0, 0),
    (1.5, 0, 3),
    (True, 0, 1),
    ("1", 0, 1),
    (1, None, 1),
    (1, 0, [1]),
]


@pytest.mark.parametrize("parameters", INVALID, ids=str)
def test_invalid_swizzles_are_refused_at_construction(parameters):
    with pytest.raises(LayoutError) as caught:
        Swizzle(*parameters)
    assert caught.value.witness is not None or None in parameters
    if all(type(p) is int for p in parameters):
        assert str(parameters) in str(caught.value)


@given(swizzles())
def test_swizzles_are_values(S):
    twins = [
        parse(str(S)),
        eval(repr(S)),
        pickle.loads(pickle.dumps(S)),
        copy.copy(S),
        copy.deepcopy(S),
        Swizzle(np.int64(S.bits), np.uint8(S.base), np.int16(S.shift)),
    ]
    assert all(twin == S and hash(twin) == hash(S) for twin in twins)
    assert all(type(n) is int for n in (twins[-1].bits, twins[-1].base, twins[-1].shift))
    for name in ("bits", "base", "shift", "source"):
        with pytest.raises(AttributeError):
            setattr(S, name, 0)
    assert (S.bits, S.base, S.shift) != S


@pytest.mark.parametrize("x", [1.5, "1", None, (1,)])
def test_a_swizzle_takes_integers(x):
    with pytest.raises((LayoutError, TypeError)):
        Swizzle(1, 0, 1)(x)


# -- a swizzle after a layout ------------------------------------------------------------------------------------------


def check_values(R, points, shape):
    assert brute.values(R) == points
    assert brute.refines(R.shape, shape)


def expected_module(points, extents):
    """Return the first of F2 and Z that has a layout with these values; the swizzle lives over F2."""
    if brute.break_over_f2(tuple(points)) is None:
        return F2
    return Z if brute.break_over_z(tuple(points), extents) is None else None


@given(swizzles(), st.one_of(carry_free_layouts(), f2_layouts()))
def test_a_swizzle_after_a_linear_layout_is_a_layout_over_f2(S, L):
    R = S @ L
    check_values(R, [brute.swizzled(S.bits, S.base, S.shift, n) for n in brute.values(L)], L.shape)
    assert R.over is F2


@given(swizzles(), z_layouts())
def test_a_swizzle_after_any_layout_is_answered_exactly_when_there_is_a_layout(S, L):
    points = [brute.swizzled(S.bits, S.base, S.shift, n) for n in brute.values(L)]
    wanted = expected_module(points, flatten(L.shape))
    try:
        R = S @ L
    except NotALayoutError as error:
        assert wanted is None, f"{S} o {L} has a layout and was refused"
        assert error.witness in range(L.size)
        return
    check_values(R, points, L.shape)
    assert wanted is not None


WORKED = [
    ("Sw<3,3,3>", "(8,64):(64,1)", "(8,64):(F72,F1)"),
    ("Sw<1,0,1>", "4:1", "(2,2):(F1,F3)"),
    ("Sw<2,4,3>", "(3,5):(1,3)", "(3,5):(1,3)"),
    ("Sw<0,0,0>", "(4,2):(1,4)", "(4,2):(F1,F4)"),
    ("Sw<3,4,3>", "(8,8):(F9,F1)", "(8,8):(F9,F1)"),
]


@pytest.mark.parametrize(("swizzle", "layout", "expected"), WORKED)
def test_worked_swizzled_layouts(swizzle, layout, expected):
    assert parse(swizzle) @ parse(layout) == parse(expected)


def test_worked_value_of_the_swizzled_tile():
    assert (Swizzle(3, 3, 3) @ parse("(8,64):(64,1)"))(3, 9) == 209
    assert parse("Sw<3,3,3> o (8,64):(64,1)")(3, 9) == 209
    images = [(Swizzle(3, 3, 3) @ parse("(64,8):(1,64)"))(1 << k) for k in range(9)]
    assert images == [1, 2, 4, 8, 16, 32, 72, 144, 288]


def test_what_a_swizzle_cannot_follow_is_refused():
    with pytest.raises(NotALayoutError):
        Swizzle(1, 0, 1) @ Layout(4, E(0))
    for bad in (1.5, "8", None, [4]):
        with pytest.raises(ProfileError):
            Swizzle(1, 0, 1) @ bad
    with pytest.raises(NotALayoutError) as early:  # the first values decide
        Swizzle(1, 0, 1) @ Layout(3 * 2**30)
    assert early.value.witness == 3
    with pytest.raises(TooLargeError) as caught:  # the first values are as they were
        Swizzle(1, 20, 3) @ Layout(3 * 2**30)
    assert caught.value.witness == 3 * 2**30


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int32, np.uint64, np.int64])
def test_numbers_of_numpy_are_swizzled_as_integers_are(dtype):
    S = Swizzle(3, 3, -3)
    assert S(dtype(56)) == 504
    assert type(S(dtype(56))) is int
    assert S(np.array([56, 0, 8], dtype=dtype)).tolist() == [504, 0, S(8)]
    assert S(np.array([], dtype=dtype)).tolist() == []


def test_what_is_no_number_is_not_swizzled():
    for bad in (True, 1.5, "a", None, (1, 2), np.array([1.5])):
        with pytest.raises(ProfileError, match="Sw<3,3,3>"):
            Swizzle(3, 3, 3)(bad)
    with pytest.raises(LayoutError, match="int64") as caught:
        Swizzle(1, 0, -64)(np.array([1]))
    assert caught.value.witness == 1


# -- a layout after a swizzle ------------------------------------------------------------------------------------------


@given(st.one_of(z_layouts(), carry_free_layouts(), f2_layouts(), zn_layouts()), swizzles())
def test_a_layout_after_a_swizzle_reads_the_swizzled_index(A, S):
    points = tuple([brute.value(A, brute.swizzled(S.bits, S.base, S.shift, i)) for i in range(A.size)])
    extents = flatten(A.shape)
    fits_z = brute.break_over_z(tuple(brute.packed(points)) if A.over is Zn else points, extents) is None
    fits_f2 = A.over is not Zn and brute.break_over_f2(points) is None
    try:
        R = composition(A, S)
    except NotALayoutError:
        assert not (fits_f2 if A.over is F2 else fits_z), f"{A} o {S} has a layout and was refused"
        return
    check_values(R, list(points), A.shape)
    assert fits_z or fits_f2


def test_worked_layouts_after_swizzles():
    assert [(parse("(4,2):(2,1)") @ Swizzle(1, 2, 2))(i) for i in range(8)] == [
        parse("(4,2):(2,1)")(i ^ (i >> 4 & 1) << 2) for i in range(8)
    ]
    assert parse("(4,2):(2,1)") @ Swizzle(1, 2, 2) == parse("(4,2):(2,1)")
    assert parse("(3,5):(5,1)") @ Swizzle(1, 2, 2) == parse("(3,5):(5,1)")
    assert parse("(4,4):(F4,F1)") @ (Swizzle(1, 0, 1), None) == parse("((2,2),4):((F4,F12),F1)")


@pytest.mark.parametrize("left", [None, 5, (4, 2), "4:1"], ids=repr)
def test_only_layouts_follow_a_swizzle(left):
    with pytest.raises(LayoutError):
        composition(left, Swizzle(1, 0, 1))


@given(swizzles(), f2_layouts(shape=shapes(BINARY, max_leaves=3)))
def test_right_inverse_of_swizzle(S, L):
    """The right inverse of a swizzled layout is that of the layout, read at the swizzled values."""
    R, plain = right_inverse(S @ L), right_inverse(L)
    assert brute.values((S @ L) @ R) == list(range(R.size))
    block = 1 << S.base + S.bits + abs(S.shift)
    if plain.size >= block:
        assert brute.values(R) == [brute.value(plain, S(n)) for n in range(R.size)]


# -- swizzled forms ----------------------------------------------------------------------------------------------------


def all_forms(L):
    """Return the (bits, base, shift) with the fewest bits that swizzle L into a carry-free layout, by trying them."""
    images = [brute.value(L, 1 << k) for k in range(L.size.bit_length() - 1)]
    height = max([image.bit_length() for image in images], default=0)

    def plain(points):
        return sum(points) == _xor(points) and all(a & b == 0 for k, a in enumerate(points) for b in points[:k])

    if plain(images):
        return {(0, 0, 0)}
    for bits in range(1, height + 1):
        found = {
            (bits, base, shift)
            for base in range(height)
            for shift in range(-height, height + 1)
            if abs(shift) >= bits and base + max(shift, 0) < height and base - min(shift, 0) < height
            if plain([brute.swizzled(bits, base, shift, n) for n in images])
        }
        if found:
            return found
    return set()


def _xor(points):
    total = 0
    for n in points:
        total ^= n
    return total


def check_forms(L):
    forms = swizzled_forms(L)
    assert {(f.outer.bits, f.outer.base, f.outer.shift) for f in forms} == all_forms(L), L
    for f in forms:
        assert isinstance(f.inner, Layout)
        assert f.inner.over is Z
        assert is_carry_free(f.inner)
        assert f.offset == 0
        assert [f(i) for i in range(L.size)] == brute.values(L), f
        assert equal(f, L)
    keys = [(len(flatten(f.inner.shape)), abs(f.outer.shift)) for f in forms]
    assert keys == sorted(keys)


@given(f2_layouts(shape=shapes(BINARY, max_leaves=3), stride=st.integers(0, 40)))
def test_swizzled_forms_are_all_swizzles_with_the_fewest_bits(L):
    check_forms(L)


@given(swizzles(), carry_free_layouts())
def test_a_swizzled_layout_has_a_swizzled_form(S, L):
    forms = swizzled_forms(S @ L)
    assert forms
    assert forms[0].outer.bits <= S.bits


def test_worked_swizzled_forms():
    assert [str(f) for f in swizzled_forms(parse("(8,64):(F72,F1)"))] == ["Sw<3,3,3> o 0 o (8,64):(64,1)"]
    assert [str(f) for f in swizzled_forms(parse("(4,8):(8,1)"))] == ["Sw<0,0,0> o 0 o (4,8):(8,1)"]
    assert swizzled_forms(BitMatrix((72, 144, 288, 1, 2, 4, 8, 16, 32)))[0].outer == Swizzle(3, 3, 3)
    assert swizzled_forms(parse("(2,2,2):(F1,F1,F1)")) == ()
    assert str(swizzled_forms(Layout((), ()))[0]) == "Sw<0,0,0> o 0 o ():()"
    with pytest.raises(LayoutError):
        swizzled_forms(parse("4:3"))
    with pytest.raises(LayoutError):
        swizzled_forms(parse("(4,8):(1@0,1@1)"))


# -- the two portions --------------------------------------------------------------------------------------------------


@given(swizzles(), carry_free_layouts())
def test_the_portions_of_a_swizzled_layout_make_it_up(S, L):
    for value in (S @ L, ComposedLayout(S, 0, L), L, to_f2(L)):
        swizzle, plain = get_swizzle_portion(value), get_nonswizzle_portion(value)
        assert plain.over is Z
        assert [swizzle(plain(i)) for i in range(L.size)] == [value(i) for i in range(L.size)]


def test_worked_portions():
    C = parse("Sw<3,3,3> o 5 o (8,64):(64,1)")
    assert (get_swizzle_portion(C), get_nonswizzle_portion(C)) == (Swizzle(3, 3, 3), parse("(8,64):(64,1)"))
    assert get_swizzle_portion(parse("(8,64):(F72,F1)")) == Swizzle(3, 3, 3)
    assert get_swizzle_portion(parse("(4,8):(8,1)")) == Swizzle(0, 4, 3)  # as in C++
    assert get_swizzle_portion(parse("(4,8):(F8,F1)")) == Swizzle(0, 4, 3)
    assert get_swizzle_portion(parse("2 + 8:1")) == Swizzle(0, 4, 3)
    for bad in (parse("(2,2,2):(F1,F1,F1)"), parse("(4,2):(2,1) o 0 o 8:1")):
        for portion in (get_swizzle_portion, get_nonswizzle_portion):
            with pytest.raises(NotALayoutError):
                portion(bad)
    for bad in (5, "8:1", None, Swizzle(1, 0, 1)):
        with pytest.raises(ProfileError):
            get_swizzle_portion(bad)


# -- a swizzle after a swizzle -----------------------------------------------------------------------------------------


def test_two_swizzles_make_one_exactly_when_some_swizzle_is_their_composition():
    valid = [p for p in product(range(3), range(3), range(-3, 4)) if abs(p[2]) >= p[0] and (p[0] or p == (0, 0, 0))]
    width = 9
    units = [1 << k for k in range(width)]
    maps = {}
    for p in product(range(5), range(6), range(-5, 6)):
        if abs(p[2]) >= p[0]:
            maps.setdefault(tuple([brute.swizzled(*p, x) for x in units]), []).append(p)
    answered = 0
    for p, q in product(valid, valid):
        images = tuple([brute.swizzled(*p, brute.swizzled(*q, x)) for x in units])
        try:
            R = Swizzle(*p) @ Swizzle(*q)
        except NotALayoutError as error:
            assert images not in maps, (p, q)
            bit = error.witness
            assert brute.swizzled(*p, brute.swizzled(*q, bit)) != bit
            assert "outer @ (inner @ L)" in str(error)
            continue
        answered += 1
        assert [R(x) for x in range(512)] == [Swizzle(*p)(Swizzle(*q)(x)) for x in range(512)], (p, q)
    assert answered > 100


def test_worked_swizzles_after_swizzles():
    assert Swizzle(2, 0, 3) @ Swizzle(1, 2, 3) == Swizzle(3, 0, 3)  # the masks merge
    assert Swizzle(3, 0, 3) @ Swizzle(2, 0, 3) == Swizzle(1, 2, 3)
    assert Swizzle(3, 3, 3) @ Swizzle(3, 3, 3) == Swizzle(0, 4, 3)
    assert Swizzle(3, 3, 3) @ Swizzle(0, 0, 0) == Swizzle(3, 3, 3)
    for outer, inner in ((Swizzle(1, 0, 3), Swizzle(1, 0, 2)), (Swizzle(1, 0, 3), Swizzle(1, 2, 3))):
        with pytest.raises(NotALayoutError, match="is no single swizzle") as caught:
            outer @ inner
        assert caught.value.witness is not None
        L = Layout((16, 16), (16, 1))
        assert equal(outer @ (inner @ L), from_matrix(outer.matrix(8) @ inner.matrix(8)) @ L)


@given(swizzles(), st.integers(0, 2**12 - 1))
def test_a_swizzle_is_its_matrix(S, x):
    M = S.matrix(12)
    assert M(x) == S(x)
    assert Swizzle(0, 0, 0).matrix(12) == M @ M
    assert S.matrix().rows == (S.base + S.bits + abs(S.shift) if S.bits else 0)
    assert equal(from_matrix(M), S @ Layout(2**12))


def test_a_matrix_has_all_bits_that_are_swizzled():
    for width in (8, 0, -1, 2**20):
        with pytest.raises(LayoutError) as caught:
            Swizzle(3, 3, 3).matrix(width)
        assert caught.value.witness == width
    for bad in (1.5, "9", True):
        with pytest.raises(ProfileError):
            Swizzle(3, 3, 3).matrix(bad)


def test_a_swizzle_of_no_bits_takes_every_array():
    values = np.array([2000, 2**62, 2**63 - 1])
    assert Swizzle(0, 10, -100)(values).tolist() == values.tolist()
