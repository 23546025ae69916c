"""Identity, associativity, concatenation and refinement of composition, over every module that has them."""

import brute
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import (
    BINARY,
    carry_free_layouts,
    compact_layouts,
    composable_pairs,
    f2_layouts,
    shapes,
    steps_of,
    swizzles,
    z_layouts,
    zn_layouts,
)

from layouts import (
    F2,
    Layout,
    LayoutError,
    Z,
    Zn,
    coalesce,
    compatible,
    composition,
    equal,
    flatten,
    make_layout,
    parse,
)

ANY = st.one_of(z_layouts(), zn_layouts(), f2_layouts(), compact_layouts(), carry_free_layouts())


def try_composition(A, B):
    try:
        return composition(A, B)
    except LayoutError:
        return None


@given(ANY)
def test_the_identity_on_the_right_is_coalesce(A):
    over = F2 if A.over is F2 else Z
    assert coalesce(composition(A, Layout(A.size, over=over))) == coalesce(A)
    if A.over is F2:
        assert equal(composition(A, Layout(A.size)), A)


@given(ANY)
def test_the_identity_of_its_shape_on_the_right_gives_the_layout_back(A):
    R = composition(A, Layout(A.shape, over=F2 if A.over is F2 else Z))
    assert equal(R, A)
    assert compatible(A.shape, R.shape)
    if isinstance(A.shape, tuple):
        assert equal(composition(A, Layout(A.shape, over=Zn)), A)


@given(st.one_of(z_layouts(), compact_layouts(), carry_free_layouts(), f2_layouts()))
def test_the_identity_on_the_left_changes_nothing(A):
    assert equal(composition(Layout(A.cosize), A), A) or A.over is F2
    assert equal(composition(Layout(1, 1), A), A) or A.over is F2
    bits = 1 << A.cosize.bit_length()
    if A.over is F2:
        assert equal(composition(Layout(bits, over=F2), A), A)


@given(zn_layouts())
def test_the_identity_of_coordinates_on_the_left_changes_nothing(A):
    points = brute.values(A)
    assume(all(n >= 0 for point in points for _, n in point))
    identity = Layout((9, 9, (9, 9, 9)), over=Zn)
    assert equal(composition(identity, A), A)


@st.composite
def triples(draw, over=Z):
    """A, B, C where the values of C are indices of B more often than not."""
    A, B = draw(composable_pairs(over))
    n, d = draw(steps_of(flatten(B.shape)))
    m, e = draw(steps_of(flatten(B.shape)))
    return A, B, Layout((n, m), (d, e))


@given(st.one_of(triples(), triples(Zn), triples(F2)))
def test_composition_is_associative_inside_the_middle_domain(parts):
    A, B, C = parts
    assume(max(brute.values(C)) < B.size)
    left, right = try_composition(A, B), try_composition(B, C)
    expected = [brute.value(A, brute.value(B, n)) for n in brute.values(C)]
    for first, second in ((left, C), (A, right)):
        R = None if first is None or second is None else try_composition(first, second)
        if R is not None:
            assert brute.values(R) == expected
    if left is not None and right is not None:
        one, other = try_composition(left, C), try_composition(A, right)
        assert (one is None) == (other is None) or A.over is F2
        assert one is None or other is None or equal(one, other)


def test_beyond_the_middle_domain_the_two_roads_extend_differently():
    A, B, C = parse("(5,3):(1,7)"), parse("4:1"), parse("2:5")
    assert parse("2:5") == (A @ B) @ C
    assert parse("2:7") == A @ (B @ C)


@given(f2_layouts(), f2_layouts(shape=shapes(BINARY, max_leaves=2)), f2_layouts(shape=shapes(BINARY, max_leaves=2)))
def test_over_f2_composition_is_closed_and_associative(A, B, C):
    assume(max(brute.values(C)) < B.size)
    assert equal((A @ B) @ C, A @ (B @ C))


@given(swizzles(), swizzles(), carry_free_layouts())
def test_swizzles_act_on_layouts_from_the_left(S, T, L):
    assert equal(S @ (T @ L), from_points(S, T, L))
    assert equal(S @ (S @ L), L)
    if S.shift == T.shift and S.base == T.base:
        assert equal(S @ (T @ L), T @ (S @ L))


def from_points(S, T, L):
    return Layout(
        (2,) * (L.size.bit_length() - 1),
        tuple([S(T(brute.value(L, 1 << k))) for k in range(L.size.bit_length() - 1)]),
        over=F2,
    )


@given(composable_pairs(), st.data())
def test_composition_acts_on_a_concatenation_mode_by_mode(pair, data):
    """A o (B, C) = (A o B, A o C) whenever it is answered; a carry across the modes is refused."""
    A, B = pair
    n, d = data.draw(steps_of(flatten(A.shape)))
    C = Layout(n, d)
    R = try_composition(A, make_layout(B, C))
    if R is not None:
        assert make_layout(A @ B, A @ C) == R
    elif try_composition(A, B) is not None and try_composition(A, C) is not None:
        parts = make_layout(A @ B, A @ C)
        whole = make_layout(B, C)
        assert brute.values(parts) != [brute.value(A, i) for i in brute.values(whole)]


@pytest.mark.parametrize("over", [Z, Zn, F2])
@given(data=st.data())
def test_the_result_refines_the_right_operand(over, data):
    A, B = data.draw(composable_pairs(over))
    R = try_composition(A, B)
    if R is not None:
        assert compatible(B.shape, R.shape)
        assert brute.refines(R.shape, B.shape)
        assert R.size == B.size


@given(composable_pairs())
def test_only_the_functions_of_the_operands_count(pair):
    """A coalesced with its extension kept, or B written flat, gives the same function or the same witness."""
    from layouts.layout import chain

    A, B = pair
    short = Layout(*chain(A)[:2])
    flat = Layout(flatten(B.shape), flatten(B.stride))
    answers = []
    for left, right in ((A, B), (short, B), (A, flat)):
        try:
            answers.append(coalesce(left @ right))
        except LayoutError as error:
            answers.append(error.witness)
    assert answers[0] == answers[1] == answers[2]
