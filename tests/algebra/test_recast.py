"""Recast: groups and parts of elements, against the two equations that define them, point by point."""

from itertools import combinations, product
from math import gcd

import brute
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import (
    INTEGER,
    carry_free_layouts,
    compact_layouts,
    composed_layouts,
    f2_layouts,
    layouts,
    swizzles,
    z_layouts,
    zn_layouts,
)

from layouts import (
    F2,
    ComposedLayout,
    E,
    Layout,
    LayoutError,
    NotALayoutError,
    ProfileError,
    Swizzle,
    TooLargeError,
    Z,
    coalesce,
    downcast,
    equal,
    max_alignment,
    parse,
    recast,
    right_inverse,
    to_f2,
    upcast,
)

POWERS = st.sampled_from((1, 2, 4, 8))


def answer(operation, *operands, **options):
    """Return the result, or None for a refusal, which must carry a witness."""
    try:
        return operation(*operands, **options)
    except LayoutError as error:
        assert error.witness is not None
        return None


# -- upcast ------------------------------------------------------------------------------------------------------------


def digits(layout):
    """Yield (index, digits) over the domain."""
    extents = brute.leaves(layout.shape)
    for i in range(brute.size(layout.shape)):
        yield i, brute.digits(i, extents)


def index_of(numerals, extents):
    index, place = 0, 1
    for c, s in zip(numerals, extents, strict=True):
        index += c * place
        place *= s
    return index


def group(value, n):
    return value // n


def is_upcast(A, R, n, steps):
    """Tell whether R is the layout of groups, with ``steps`` inside a group on each leaf: the two equations."""
    mine, theirs = brute.leaves(A.shape), brute.leaves(R.shape)
    if any(-(-s // k) != t for s, k, t in zip(mine, steps, theirs, strict=True)):
        return False
    for i, c in digits(R):
        start = brute.combine([k * x for k, x in zip(steps, c, strict=True)], A)
        if start != n * brute.value(R, i):
            return False
    for i, c in digits(A):
        at = index_of([x // k for k, x in zip(steps, c, strict=True)], theirs)
        if group(brute.value(A, i), n) != brute.value(R, at):
            return False
    return True


def upcasts(A, n):
    """Return all leaf steps for which some R fulfils both equations, by trying them; the flat values decide."""
    found = []
    extents, strides = brute.leaves(A.shape), brute.leaves(A.stride)
    times = brute.clmul if A.over is F2 else int.__mul__
    for steps in product(*[[k for k in range(1, s + 1) if A.over is Z or k & (k - 1) == 0] for s in extents]):
        smaller = tuple([-(-s // k) for s, k in zip(extents, steps, strict=True)])
        starts = [times(k, d) if s > 1 else 0 for k, d, s in zip(steps, strides, smaller, strict=True)]
        if any(start % n for start in starts):
            continue
        R = Layout(smaller, tuple([start // n for start in starts]), over=A.over)
        if is_upcast(Layout(tuple(extents), tuple(strides), over=A.over), R, n, steps):
            found.append((steps, R))
    return found


def test_upcast_rounded_up_answers_exactly_when_groups_are_a_layout():
    answered = refused = 0
    for shape, stride in brute.flat_layouts(2, (1, 2, 3, 4), (-4, -2, -1, 0, 1, 2, 3, 4, 6)):
        A = Layout(shape, stride)
        for n in (2, 3, 4):
            R = answer(upcast, A, n, round_up=True)
            expected = upcasts(A, n)
            assert (R is not None) == bool(expected), f"{A} by {n}: {R}, {expected}"
            if R is None:
                refused += 1
                continue
            answered += 1
            assert any(equal(R, other) and coalesce(R) == coalesce(other) for _, other in expected), f"{A} by {n}: {R}"
            assert {v // n for v in brute.values(A)} == set(brute.values(R))
    assert answered > 1000
    assert refused > 1000


def test_upcast_over_f2_answers_exactly_when_groups_are_a_layout():
    answered = refused = 0
    for shape, stride in brute.flat_layouts(2, (1, 2, 4), range(8)):
        A = Layout(shape, stride, over=F2)
        for n in (2, 4, 8):
            R = answer(upcast, A, n, round_up=True)
            expected = upcasts(A, n)
            assert (R is not None) == bool(expected), f"{A} by {n}: {R}, {expected}"
            if R is not None:
                answered += 1
                assert any(equal(R, other) for _, other in expected), f"{A} by {n}: {R}"
                assert {v // n for v in brute.values(A)} == set(brute.values(R))
            else:
                refused += 1
    assert answered > 300
    assert refused > 300


def steps_of(A, R, n, strides):
    """Return the steps inside a group; where a leaf of R has extent 1, every step of the leaf of A is inside."""
    leaves = zip(brute.leaves(A.shape), strides, brute.leaves(R.shape), strict=True)
    return [1 if d % n == 0 else s if t == 1 else n // d for s, d, t in leaves]


@given(st.one_of(z_layouts(stride=INTEGER), f2_layouts(), carry_free_layouts()), st.integers(1, 8), st.booleans())
def test_an_upcast_is_the_layout_of_groups(A, n, round_up):
    R = answer(upcast, A, n, round_up=round_up)
    if R is None:
        return
    assert is_upcast(A, R, n, steps_of(A, R, n, A._d)), f"{A} by {n}: {R}"
    assert R.over is A.over
    assert [s for s, d in zip(A._s, A._d, strict=True) if not d] == [
        s for s, d in zip(R._s, A._d, strict=True) if not d
    ]


@given(z_layouts(), st.integers(2, 6))
def test_an_upcast_without_rounding_is_the_one_with_it_and_its_groups_count_up_evenly(A, n):
    R, rounded = answer(upcast, A, n), answer(upcast, A, n, round_up=True)
    if R is not None:
        assert rounded == R
        for seen in {v // n for v in brute.values(A)}:
            inside = sorted({v % n for v in brute.values(A) if v // n == seen})
            step = n // len(inside)
            assert inside == list(range(0, n, step))
    elif rounded is not None:
        partly = [sorted({v % n for v in brute.values(A) if v // n == seen}) for seen in set(brute.values(rounded))]
        assert any(len(g) == 1 or n % g[1] or g != list(range(0, n, g[1])) for g in partly)


@given(carry_free_layouts(), POWERS, st.booleans())
def test_over_z_and_f2_the_upcast_of_a_carry_free_layout_is_one(A, n, round_up):
    over_z = answer(upcast, A, n, round_up=round_up)
    over_f2 = answer(upcast, to_f2(A), n, round_up=round_up)
    if over_z is not None:
        assert over_f2 is not None
        assert equal(over_z, over_f2)
    elif over_f2 is not None:
        assert any(d & (d - 1) for d in A._d), A  # a stride with several bits, all of them inside a group


@given(zn_layouts(), st.integers(2, 4))
def test_over_coordinates_one_axis_is_counted_in_groups(A, n):
    R = answer(upcast, A, n, axis=0)
    if R is None:
        return
    steps = steps_of(A, R, n, [dict(d.terms()).get((0,), 0) for d in A._d])
    for i, c in digits(A):
        at = index_of([x // k for k, x in zip(steps, c, strict=True)], brute.leaves(R.shape))
        old, new = dict(brute.value(A, i)), dict(brute.value(R, at))
        assert old.pop((0,), 0) // n == new.pop((0,), 0)
        assert old == new


WORKED_UP = [
    ("(4,8):(8,1)", 2, "(4,4):(4,1)"),
    ("(4,8):(8,1)", 32, "(1,1):(1,1)"),
    ("(8,64):(64,1)", 2, "(8,32):(32,1)"),
    ("((2,4),8):((1,2),8)", 4, "((1,2),8):((1,1),2)"),
    ("(4,1):(8,1)", 2, "(4,1):(4,0)"),
    ("(4,2):(8,1)", 2, "(4,1):(4,1)"),
    ("(8,4):(1,0)", 4, "(2,4):(1,0)"),
    ("8:-4", 2, "8:-2"),
    ("1:3", 2, "1:0"),
    ("1:4", 2, "1:2"),
    ("(2,2):(F1,F3)", 4, "(1,1):(F1,F1)"),
    ("4:2", 4, "2:1"),
    ("():()", 4, "():()"),
    ("(8,8):(F8,F1)", 4, "(8,2):(F2,F1)"),
    ("(2,2):(F1,F1)", 2, "(1,1):(F1,F1)"),
]


@pytest.mark.parametrize(("text", "n", "expected"), WORKED_UP)
def test_worked_upcasts(text, n, expected):
    assert upcast(parse(text), n) == parse(expected)


REFUSED_UP = [
    ("(2,4):(9,2)", 2, False, LayoutError, (2, 9)),  # CuTe DSL: (2,4):(5,1)
    ("8:-3", 2, True, LayoutError, (8, -3)),  # CuTe DSL: 8:-2
    ("3:1", 2, False, LayoutError, (3, 1)),  # CuTe DSL: 2:1
    ("2:1", 4, False, LayoutError, (2, 1)),  # C++ and the DSL: 1:1
    ("(2,3):(1,2)", 4, False, LayoutError, (3, 2)),
    ("(2,2):(1,1)", 2, True, NotALayoutError, 3),  # the values 0 1 1 2 lie in two groups, CuTe's (1,1):(1,1) in one
    ("(3,2,2):(8,2,2)", 4, True, NotALayoutError, 9),
    ("8:-1", 2, True, NotALayoutError, 1),  # 0 -1 -2 ... begin in group 0 and -1, CuTe's 4:-1 puts both in one
    ("(2,2,4):(1,1,-1)", 2, True, NotALayoutError, 3),
    ("(8,8):(F9,F1)", 2, True, LayoutError, (8, 9)),
    ("(8,8):(F8,F1)", 3, True, LayoutError, 3),
    ("4:F3", 8, False, LayoutError, (4, 3)),
]


@pytest.mark.parametrize(("text", "n", "round_up", "error", "witness"), REFUSED_UP)
def test_upcasts_that_are_no_layouts_are_refused(text, n, round_up, error, witness):
    with pytest.raises(error) as caught:
        upcast(parse(text), n, round_up=round_up)
    assert caught.value.witness == witness
    assert text in str(caught.value)
    assert type(caught.value) is error


def test_upcast_rounds_up_on_request():
    assert upcast(Layout(3), 2, round_up=True) == Layout(2)
    assert upcast(parse("(2,3):(1,2)"), 4, round_up=True) == parse("(1,2):(1,1)")
    assert upcast(parse("2:3"), 4, round_up=True) == parse("1:1")
    assert upcast(parse("4:F3"), 8, round_up=True) == parse("1:F1")


# -- downcast ----------------------------------------------------------------------------------------------------------


def is_downcast(A, R, n):
    """Tell whether R counts the parts: the value is n times that of the element, plus the number of the part."""
    unit = [k for k, (s, t) in enumerate(zip(brute.leaves(A.shape), brute.leaves(R.shape), strict=True)) if s != t]
    assert len(unit) == (n > 1)
    for i, c in digits(R):
        part = 0
        if unit:
            part = c[unit[0]] % n
            c[unit[0]] //= n
        if n * brute.combine(c, A) + part != brute.value(R, i):
            return False
    return True


@given(st.one_of(z_layouts(stride=st.integers(-3, 6)), f2_layouts(), compact_layouts()), POWERS)
def test_a_downcast_counts_the_parts_of_every_element(A, n):
    R = answer(downcast, A, n)
    if n > 1:
        assert (R is not None) == (1 in A._d)
    if R is not None:
        assert is_downcast(A, R, n), f"{A} by {n}: {R}"
        assert set(brute.values(R)) == {n * v + part for v in brute.values(A) for part in range(n)}
        assert upcast(R, n) == A
        assert equal(upcast(downcast(R, n), n), R)


def test_a_second_leaf_of_stride_one_moves_from_element_to_element():
    """C++ stretches both: (2,2):(1,1) by 2 would be (4,4):(1,1), which takes the value 6, and the parts are 0..5."""
    R = downcast(parse("(2,2):(1,1)"), 2)
    assert parse("(4,2):(1,2)") == R
    assert sorted(set(brute.values(R))) == list(range(6))
    assert downcast(parse("(1,4):(1,1)"), 2) == parse("(1,8):(2,1)")
    assert downcast(parse("(1,4):(1,8)"), 2) == parse("(2,4):(1,16)")


@pytest.mark.parametrize(("text", "witness"), [("4:2", 2), ("8:-1", -1), ("(4,2):(-6,4)", 4), ("1:0", 0), ("4:F3", 3)])
def test_without_a_stride_of_one_there_are_no_parts(text, witness):
    with pytest.raises(LayoutError) as caught:
        downcast(parse(text), 2)
    assert caught.value.witness == witness


@given(zn_layouts(), st.integers(2, 4))
def test_over_coordinates_one_axis_is_counted_in_parts(A, n):
    R = answer(downcast, A, n, axis=(0,))
    if R is None:
        return
    assert upcast(R, n, axis=0) == A
    points = {
        frozenset({**dict(p), (0,): n * dict(p).get((0,), 0) + r}.items()) for p in brute.values(A) for r in range(n)
    }
    assert {frozenset((k, v) for k, v in p if v) for p in points} == set(brute.values(R))


# -- recast ------------------------------------------------------------------------------------------------------------

BITS = (2, 4, 6, 8, 12, 16, 24, 32)


@given(st.one_of(compact_layouts(), z_layouts(), f2_layouts()), st.sampled_from(BITS), st.sampled_from(BITS))
def test_recast_is_the_same_memory(A, old, new):
    """Where the elements of A fill whole new elements, both are the same bits."""
    R = answer(recast, A, old, new)
    assert recast(A, old, old) == A
    if R is None:
        return
    grouped = upcast(A, new // gcd(old, new))
    assert downcast(grouped, old // gcd(old, new)) == R
    if A.size * old == R.size * new and len(set(brute.values(A))) == A.size:
        bits = {v * old + b for v in brute.values(A) for b in range(old)}
        seen = {v * new + b for v in brute.values(R) for b in range(new)}
        assert bits == seen or max_alignment(A) % (new // gcd(old, new))


@given(st.one_of(compact_layouts(), z_layouts(), f2_layouts(), carry_free_layouts()), *[st.sampled_from(BITS)] * 3)
def test_recasts_that_keep_the_memory_compose(A, a, b, c):
    first = answer(recast, A, a, b)
    both = None if first is None else answer(recast, first, b, c)
    direct = answer(recast, A, a, c)
    between = (b % a == 0 and c % b == 0) or (a % b == 0 and b % c == 0) or (a % b == 0 and c % a == 0)
    if between and both is not None and direct is not None and first.size * b == A.size * a:
        assert equal(both, direct), f"{A} from {a} over {b} to {c}"


def test_larger_elements_forget_the_order_inside_a_group():
    A = parse("(2,2):(2,1)")
    back = recast(recast(A, 2, 4), 4, 2)
    assert str(back) == "(4,1):(1,2)"
    assert sorted(brute.values(back)) == sorted(brute.values(A))
    assert not equal(back, A)


def test_a_recast_to_larger_elements_takes_the_whole_group():
    """A stride that jumps from group to group touches a part of each: 8 bytes of 16, and then there is no way back."""
    assert recast(parse("4:2"), 8, 16) == parse("4:1")
    assert recast(parse("4:1"), 16, 8) == parse("8:1")


@given(z_layouts(stride=INTEGER), st.integers(1, 6), st.integers(1, 6))
def test_upcasts_and_downcasts_of_a_product_are_those_of_its_factors(A, m, n):
    for operation in (upcast, downcast):
        first = answer(operation, A, m)
        both = None if first is None else answer(operation, first, n)
        direct = answer(operation, A, m * n)
        if both is not None and direct is not None:
            assert equal(both, direct)


@given(layouts())
def test_recast_by_one_is_the_identity(A):
    assert upcast(A, 1) is A
    assert downcast(A, 1) is A
    assert recast(A, 8, 8) is A


def test_worked_recasts():
    tile = parse("(8,64):(64,1)")
    assert recast(tile, 8, 16) == parse("(8,32):(32,1)")
    assert recast(tile, 16, 8) == parse("(8,128):(128,1)")
    assert recast(tile, 6, 8) == parse("(8,48):(48,1)")
    assert recast(Layout(8), np.int64(8), np.uint8(32)) == Layout(2)
    with pytest.raises(LayoutError) as caught:
        recast(parse("(8,6):(6,1)"), 8, 32)
    assert str(caught.value).startswith("recast from 8 to 32 bits: upcast: (8,6):(6,1) by 4: ")
    assert caught.value.witness == (8, 6)


# -- swizzles and chains -----------------------------------------------------------------------------------------------


def groups_move_as_wholes(S, n):
    """Tell whether the swizzle maps aligned groups to aligned groups, their first numbers to first numbers."""
    block = range(0, n << S.base + S.bits + abs(S.shift), 1)
    starts = all(brute.swizzled(S.bits, S.base, S.shift, x) % n == 0 for x in block if x % n == 0)
    return starts and all(
        brute.swizzled(S.bits, S.base, S.shift, x) // n == brute.swizzled(S.bits, S.base, S.shift, x - x % n) // n
        for x in block
    )


def test_a_swizzle_is_recast_exactly_when_groups_move_as_wholes():
    valid = [p for p in product(range(3), range(3), range(-3, 4)) if abs(p[2]) >= p[0]]
    for bits, base, shift in valid:
        S = Swizzle(bits, base, shift)
        for n in (2, 4, 8):
            R = answer(upcast, S, n)
            assert (R is not None) == groups_move_as_wholes(S, n), f"{S} by {n}: {R}"
            if R is not None:
                assert [R(x) for x in range(256)] == [S(n * x) // n for x in range(256)]
            D = downcast(S, n)
            assert [D(x) for x in range(256)] == [n * S(x // n) + x % n for x in range(256)]
            assert upcast(D, n) == S


def test_worked_recasts_of_swizzles():
    assert upcast(Swizzle(3, 4, 3), 2) == recast(Swizzle(3, 4, 3), 8, 16) == Swizzle(3, 3, 3)
    assert recast(Swizzle(3, 4, 3), 8, 4) == Swizzle(3, 5, 3)
    assert upcast(Swizzle(1, 0, 1), 4) == Swizzle(0, 0, 1)
    assert upcast(Swizzle(0, 0, 0), 3) == Swizzle(0, 0, 0)
    for S, n, witness in ((Swizzle(3, 1, 3), 4, 16), (Swizzle(2, 0, -2), 2, 1), (Swizzle(2, 4, 3), 3, 3)):
        with pytest.raises(LayoutError) as caught:
            upcast(S, n)
        assert caught.value.witness == witness
    with pytest.raises(LayoutError):
        downcast(Swizzle(1, 0, 1), 3)


@given(swizzles(), carry_free_layouts(), POWERS)
def test_recasting_commutes_with_swizzling(S, A, n):
    for operation in (upcast, downcast):
        swizzle, layout = answer(operation, S, n), answer(operation, A, n)
        if swizzle is None or layout is None:
            continue
        together = ComposedLayout(swizzle, 0, layout)
        assert operation(ComposedLayout(S, 0, A), n) == together
        whole = answer(operation, S @ A, n)
        if whole is not None:  # the modes of S o A are finer, and the one with stride 1 may be gone
            assert equal(whole, together)


@given(composed_layouts(2), POWERS)
def test_a_recast_chain_is_the_chain_of_groups_or_parts(C, n):
    R = answer(upcast, C, n)
    values = [C(i) for i in range(C.size)]
    if R is not None:
        assert isinstance(R, ComposedLayout)
        assert {v // n for v in values} == {R(i) for i in range(R.size)}
    D = answer(downcast, C, n)
    if D is not None:
        assert isinstance(D, ComposedLayout)
        assert {n * v + part for v in values for part in range(n)} == {D(i) for i in range(D.size)}
        assert equal(upcast(D, n), C)


def test_worked_recasts_of_chains():
    C = parse("Sw<3,4,3> o (8,64):(64,1)")
    assert str(recast(C, 8, 16)) == "Sw<3,3,3> o 0 o (8,32):(32,1)"
    as_layout = recast(Swizzle(3, 4, 3) @ parse("(8,64):(64,1)"), 8, 16)
    assert as_layout.over is F2
    assert equal(as_layout, recast(C, 8, 16))
    assert recast(parse("Sw<3,4,3> o 6 o (8,64):(64,1)"), 8, 16) == parse("Sw<3,3,3> o 3 o (8,32):(32,1)")
    assert recast(parse("Sw<3,4,3> o 6 o (8,64):(64,1)"), 16, 8) == parse("Sw<3,5,3> o 12 o (8,128):(128,1)")
    assert recast(parse("4 + 8:1"), 8, 16) == parse("2 + 4:1")
    with pytest.raises(LayoutError) as caught:
        recast(parse("Sw<3,4,3> o 5 o (8,64):(64,1)"), 8, 16)
    assert caught.value.witness == 5
    with pytest.raises(NotALayoutError):
        upcast(ComposedLayout(parse("(4,6,8):(2,3,5)"), 0, parse("6:3")), 2)
    assert upcast(ComposedLayout(parse("(4,4):(4,1)"), 0, parse("4:4")), 1) == parse("(4,4):(4,1) o 0 o 4:4")
    # C++ casts map by map, (4,2):(2,1) o 4:2, which takes 0 4 1 5; the chain takes 0 1 2 3, so its groups are 0 and 1
    assert upcast(ComposedLayout(parse("(4,4):(4,1)"), 0, parse("4:4")), 2) == parse("0 + 2:1")


# -- alignment ---------------------------------------------------------------------------------------------------------


def fills_groups(A, n):
    """Tell whether A without strides 0 is made of whole groups, one value of the upcast for n of its own."""
    R = answer(upcast, A, n)
    if R is None:
        return False
    count = 1
    for s, t, d in zip(A._s, R._s, A._d, strict=True):
        count *= s // t if d else 1
    inside = {v % n for v in brute.values(A)}
    return count == n and inside == set(range(n))


def test_max_alignment_is_the_largest_group_that_is_filled():
    for shape, stride in brute.flat_layouts(2, (1, 2, 3, 4), (-2, 0, 1, 2, 3, 4, 6, 8)):
        A = Layout(shape, stride)
        best = max(n for n in range(1, 20) if n == 1 or fills_groups(A, n))
        assert max_alignment(A) == best, A
    for strides in combinations((0, 1, 2, 3, 4, 6, 12), 3):
        for extents in ((2, 2, 2), (2, 3, 2), (3, 2, 4), (4, 3, 2)):
            A = Layout(extents, strides)
            assert max_alignment(A) == max(n for n in range(1, 50) if n == 1 or fills_groups(A, n)), A


@given(f2_layouts())
def test_max_alignment_over_f2_is_the_largest_group_that_is_filled(A):
    n = max_alignment(A)
    assert n == 1 or {v % n for v in brute.values(A)} == set(range(n))
    R = upcast(A, n)
    assert set(brute.values(R)) == {v // n for v in brute.values(A)}


@given(compact_layouts())
def test_a_compact_layout_is_aligned_as_a_whole(A):
    assert max_alignment(A) == A.size == right_inverse(A).size


@given(carry_free_layouts())
def test_alignment_is_one_over_z_and_f2(A):
    assert max_alignment(A) == max_alignment(to_f2(A))


@given(swizzles(), carry_free_layouts(), st.integers(0, 16))
def test_a_chain_can_be_recast_at_its_alignment(S, A, offset):
    C = ComposedLayout(S, offset, A)
    n = max_alignment(C)
    assert n == gcd(gcd(max_alignment(A), 1 << S.base), offset)
    assert isinstance(upcast(C, n), ComposedLayout)


def test_worked_alignments():
    expected = {"(4,8):(8,1)": 32, "(8,4):(1,12)": 4, "4:2": 1, "1:0": 1, "(2,3,4):(1,2,6)": 24, "(8,2):(1,0)": 8}
    assert {text: max_alignment(parse(text)) for text in expected} == expected
    assert max_alignment(Swizzle(3, 4, 3)) == 16
    assert max_alignment(parse("Sw<3,4,3> o 8 o (8,64):(64,1)")) == 8
    assert max_alignment(parse("(2,3,4,2):(1,2,6,28)")) == 2  # CuTe says 4, and upcast by 4 meets the stride 6
    assert max_alignment(Layout((8, 4), (E(0), E(1))), axis=0) == 8
    assert max_alignment(Layout((2**40, 2**40), (2**40, 1))) == 2**80


# -- bad input ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", [1.5, "8:1", None, [4], True, (4, 2), object()], ids=lambda bad: type(bad).__name__)
def test_only_layouts_are_recast(bad):
    for operation in (upcast, downcast):
        with pytest.raises(ProfileError):
            operation(bad, 2)
        if bad != (4, 2):
            with pytest.raises(ProfileError):
                operation(Layout(4), bad)
    with pytest.raises(ProfileError):
        recast(bad, 8, 16)
    with pytest.raises(ProfileError):
        max_alignment(bad)


def test_numbers_and_axes_that_have_no_meaning_are_refused():
    for n in (0, -2):
        for operation in (upcast, downcast):
            with pytest.raises(LayoutError) as caught:
                operation(Layout(4), n)
            assert caught.value.witness == n
        with pytest.raises(LayoutError):
            recast(Layout(4), n, 8)
    identity = Layout((8, 4), (E(0), E(1)))
    for operation in (upcast, downcast):
        for axis in (None, 5, (0, 0), -1, 1.5, "0", ()):
            with pytest.raises(ProfileError):
                operation(identity, 2, axis=axis)
        for value in (Layout(8), Swizzle(1, 1, 1), parse("Sw<1,1,1> o 8:1"), Layout(8, over=F2)):
            with pytest.raises(ProfileError):
                operation(value, 2, axis=0)
    with pytest.raises(ProfileError):
        upcast(Layout((2, 2), (E(0, 0), E(0, 1))), 2, axis=0)
    with pytest.raises(LayoutError) as caught:
        upcast(Layout((8, 4), (E(0) + E(1), 8 * E(0))), 2, axis=0)
    assert caught.value.witness == E(0) + E(1)
    assert upcast(Layout((8, 4), (2 * E(0) + E(1), E(0))), 2, axis=0) == Layout((8, 2), (E(0) + E(1), E(0)))


def test_huge_numbers_are_answered_or_refused_at_once():
    huge = 2**200
    assert upcast(Layout((huge, 4), (1, huge)), huge) == Layout((1, 4))
    assert downcast(Layout(huge), huge) == Layout(huge * huge)
    with pytest.raises(LayoutError):
        upcast(Layout((huge, huge), (1, 1)), 2)
    with pytest.raises((LayoutError, TooLargeError)):
        upcast(Layout(huge, 3), huge)
    assert Layout(4).over is Z
