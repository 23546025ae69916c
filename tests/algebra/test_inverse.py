"""Inverses: post-conditions on every small layout, as large as can be, and refusals with a witness."""

from itertools import product

import brute
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import BINARY, INTEGER, carry_free_layouts, compact_layouts, f2_layouts, shapes, z_layouts, zn_layouts

from layouts import (
    F2,
    BitMatrix,
    Layout,
    NotInvertibleError,
    TooLargeError,
    Z,
    Zn,
    coalesce,
    collision,
    composition,
    equal,
    flatten,
    inverse,
    is_bijective,
    left_inverse,
    parse,
    right_inverse,
    to_f2,
)
from layouts.codomain import coprofile

# -- right inverse -----------------------------------------------------------------------------------------------------


def chain_length(L):
    """Return the product of the longest chain of strides 1, s, s*t, ..., trying every subset of the modes."""
    modes = [(d, s) for d, s in zip(brute.leaves(coalesce(L).stride), flatten(coalesce(L).shape), strict=True) if s > 1]
    best = 1

    def extend(reached, left):
        nonlocal best
        best = max(best, reached)
        for k, (d, s) in enumerate(left):
            if d == reached:
                extend(reached * s, left[:k] + left[k + 1 :])

    extend(1, modes)
    return best


def check_right(L):
    R = right_inverse(L)
    assert coalesce(R) == R
    assert R.over is (F2 if L.over is F2 else Z)
    inner = brute.values(R)
    assert all(0 <= i < L.size for i in inner), L
    assert [brute.value(L, i) for i in inner] == list(range(R.size)), f"{L}: {R}"
    points = brute.values(L)
    if L.over is F2:
        reached = 1
        while set(range(2 * reached)) <= set(points):
            reached *= 2
        assert R.size == reached
        assert inner == [points.index(n) for n in range(reached)]  # numerically smallest
    else:
        assert R.size == chain_length(L), f"{L}: {R}"


def test_right_inverse_of_every_small_layout():
    for shape, stride in brute.flat_layouts(2, range(1, 5), range(-1, 8)):
        check_right(Layout(shape, stride))
    for shape, stride in brute.flat_layouts(2, (1, 2, 4, 8), range(10)):
        check_right(Layout(shape, stride, over=F2))


@given(st.one_of(z_layouts(stride=INTEGER), z_layouts(stride=st.integers(0, 6)), compact_layouts(), f2_layouts()))
def test_right_inverse_of_nested_layouts(L):
    check_right(L)


@given(st.one_of(z_layouts(), compact_layouts(), f2_layouts(), carry_free_layouts()))
def test_a_right_inverse_of_a_right_inverse_gives_the_layout_on_the_chain(L):
    R = right_inverse(L)
    assert composition(L, R).size == R.size
    assert equal(composition(L, R), Layout(R.size, over=L.over)) or R.size == 1
    if R.size == L.size:
        assert equal(right_inverse(R), L)


def axis_sizes(profile, shape):
    """Return the extent of each axis: the modes that one axis is made of are multiplied."""
    if isinstance(profile, tuple):
        return tuple([axis_sizes(p, s) for p, s in zip(profile, shape, strict=True)])
    return brute.size(shape)


@given(zn_layouts())
def test_right_inverse_over_zn_takes_coordinates(L):
    R = right_inverse(L)
    assert R.over is Z
    for i in range(R.size):
        c = Layout(axis_sizes(coprofile(L._d), R.shape), over=Zn)(i)
        if isinstance(R.shape, tuple):
            assert brute.value(L, brute.value_at(R, c)) == brute.normal(c)


@given(shapes())
def test_right_inverse_of_an_identity_layout_is_compact(s):
    identity = Layout(s, over=Zn)
    R = right_inverse(identity)
    assert equal(R, Layout(s))
    assert equal(left_inverse(identity), Layout(s))
    for i in range(identity.size):
        assert R(identity(i)) == i
        assert left_inverse(identity)(identity(i)) == i


# -- left inverse ------------------------------------------------------------------------------------------------------


def integer_solvable(rows, targets):
    """Tell whether integers x have rows . x == targets: column by column to triangular form, then substitution."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    solved = []  # (column, its factor)
    for r, target in enumerate(targets):
        rest = target - sum(factor * column[r] for column, factor in solved)
        while sum(bool(column[r]) for column in columns) > 1:
            columns.sort(key=lambda column: (column[r] == 0, abs(column[r])))
            for column in columns[1:]:
                times = column[r] // columns[0][r]
                column[:] = [a - times * b for a, b in zip(column, columns[0], strict=True)]
        pivot = next((column for column in columns if column[r]), None)
        if pivot is None:
            if rest:
                return False
            continue
        if rest % pivot[r]:
            return False
        columns.remove(pivot)
        solved.append((pivot, rest // pivot[r]))
    return True


def has_section(points, count):
    """Tell by brute force whether a layout sends the values of the first ``count`` indices back to indices of theirs.

    Every numeral system, as fine as can be, and every choice of an index for each value.
    """
    taken = sorted(set(points[:count]) - {0})
    if not taken:
        return True
    choices = [[i for i, point in enumerate(points) if point == value] for value in taken]
    systems = {order for n in range(taken[-1] // 2 + 1, taken[-1] + 1) for order in brute.prime_orders(n)}
    tables = [[[*brute.digits(value, (*order, 1))] for value in taken] for order in systems]
    return any(integer_solvable(table, chosen) for table in tables for chosen in product(*choices))


def check_left(L):
    points = brute.values(L)
    small = max(points) <= 64 and L.size <= 16
    try:
        R = left_inverse(L)
    except NotInvertibleError as error:
        assert L.over is Z, f"{L}: over F2 a left inverse always exists"
        if min(points) < 0:
            assert error.witness == next(i for i, point in enumerate(points) if point < 0)
        elif small:
            assert not has_section(points, error.witness + 1), f"{L} was refused at {error.witness}"
            assert has_section(points, error.witness), f"{L}: the witness {error.witness} is not the smallest"
        return
    except TooLargeError:
        assert not small
        return
    assert coalesce(R) == R
    inner = [brute.value(R, n) for n in points]
    assert all(0 <= i < L.size for i in inner), f"{L}: {R}"
    assert [points[i] for i in inner] == points, f"{L}: {R}"
    if brute.first_collision(points) is None:
        assert inner == list(range(L.size)), f"{L}: {R}"
    if L.over is F2:
        assert inner == [points.index(n) for n in points]  # numerically smallest


def test_left_inverse_of_every_small_layout():
    for shape, stride in brute.flat_layouts(2, range(1, 5), range(-1, 9)):
        check_left(Layout(shape, stride))
    for shape, stride in brute.flat_layouts(2, (1, 2, 4, 8), range(10)):
        check_left(Layout(shape, stride, over=F2))


@given(st.one_of(z_layouts(stride=st.integers(0, 30)), z_layouts(stride=INTEGER), compact_layouts(), f2_layouts()))
def test_left_inverse_of_nested_layouts(L):
    check_left(L)


def is_chain(L):
    """Tell whether strides, ascending, are multiples of each other and clear each other."""
    coalesced = coalesce(L)
    modes = sorted(
        (d, s) for d, s in zip(brute.leaves(coalesced.stride), flatten(coalesced.shape), strict=True) if d and s > 1
    )
    previous, span = 1, 1
    for d, s in modes:
        if d < 0 or d % previous or d < span:
            return False
        previous, span = d, d * s
    return True


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(1024,1024):(3072,3073)", "(3072,2047):(1023,1)"),
        ("(2,2):(1000000,1000001)", "(1000000,3):(1,1)"),
        ("(1048576,1048576):(3,3145731)", "(3,1048577,1048576):(0,1,1048576)"),
    ],
)
def test_left_inverse_of_large_layouts_is_proved_by_composition(text, expected):
    L = parse(text)
    R = left_inverse(L)
    assert str(R) == expected
    assert equal(composition(R, L), Layout(L.size))
    for i in (0, 1, 1023, 1024, 65535, L.size // 2, L.size - 1):
        if i < L.size:
            assert brute.value(R, brute.value(L, i)) == i


def test_left_inverse_says_when_it_is_not_settled():
    with pytest.raises(TooLargeError) as caught:
        left_inverse(parse("(64,128):(64,65)"))
    assert caught.value.witness == 8192
    with pytest.raises(NotInvertibleError, match="even on the first 8 x 8 digits"):
        left_inverse(parse("(96,80):(167,98)"))


@given(compact_layouts(), st.data())
def test_left_inverse_steps_over_padding(L, data):
    """Every stride may have a factor of padding: the chain with gaps."""
    order = sorted(range(len(flatten(L.shape))), key=lambda k: brute.leaves(L.stride)[k])
    strides, running = [0] * len(order), 1
    for k in order:
        running *= data.draw(st.sampled_from((1, 1, 2, 3)))
        strides[k] = running
        running *= flatten(L.shape)[k]
    padded = Layout(flatten(L.shape), tuple(strides))
    assert [brute.value(left_inverse(padded), n) for n in brute.values(padded)] == list(range(L.size))


@given(zn_layouts())
def test_left_inverse_over_zn(L):
    try:
        R = left_inverse(L)
    except NotInvertibleError as error:
        assert error.witness is not None
        return
    except TooLargeError:  # an index with other digits in a mode of stride 0 might do
        assert any(s > 1 and not d for s, d in zip(flatten(L.shape), brute.leaves(L.stride), strict=True))
        return
    for i in range(L.size):
        c = L(i)
        if all(isinstance(n, int) and n >= 0 for n in brute.leaves(c)):
            assert L(R(c)) == c


# -- inverse -----------------------------------------------------------------------------------------------------------


def check_inverse(L):
    points = brute.values(L)
    try:
        R = inverse(L)
    except NotInvertibleError as error:
        assert sorted(points) != list(range(L.size)), f"{L} is a bijection and was refused"
        pair = brute.first_collision(points)
        expected = pair if pair is not None else _not_taken(points)
        assert error.witness == expected, f"{L}: {error.witness}"
        return
    assert sorted(points) == list(range(L.size)), f"{L} is no bijection"
    assert R.size == L.size
    assert [brute.value(R, n) for n in points] == list(range(L.size))
    assert [brute.value(L, brute.value(R, n)) for n in range(L.size)] == list(range(L.size))
    assert equal(inverse(R), L)


def _not_taken(points):
    """Return the smallest value where one is negative, else the first natural number that is missed."""
    return min(points) if min(points) < 0 else next(n for n in range(len(points)) if n not in points)


def test_inverse_of_every_small_layout():
    """Negative strides included: (2,2):(2,-1) takes 0 2 -1 1, and no index is -1."""
    for shape, stride in brute.flat_layouts(2, range(1, 5), range(-3, 6)):
        check_inverse(Layout(shape, stride))
    for shape, stride in brute.flat_layouts(2, (1, 2, 4), range(8)):
        check_inverse(Layout(shape, stride, over=F2))
    for strides in product(range(7), repeat=3):
        check_inverse(Layout((2, 2, 3), strides))


@given(st.one_of(compact_layouts(), f2_layouts(shape=shapes(BINARY, max_leaves=3), stride=st.integers(0, 15))))
def test_inverse_of_nested_layouts(L):
    check_inverse(L)


@given(compact_layouts())
def test_left_and_right_inverse_of_a_bijection_are_its_inverse(L):
    assert is_bijective(L)
    assert inverse(L) == right_inverse(L)
    assert equal(left_inverse(L), inverse(L))


@given(carry_free_layouts())
def test_both_modules_agree_on_carry_free_layouts(L):
    """Over Z the chain, over F2 an elimination: the same inverse where the layout is a bijection."""
    if is_bijective(L):
        assert equal(inverse(L), inverse(to_f2(L)))
    if not is_chain(L):
        return
    left, other = left_inverse(L), left_inverse(to_f2(L))
    assert [brute.value(L, brute.value(left, n)) for n in brute.values(L)] == brute.values(L)
    if collision(L) is None:
        assert [brute.value(left, n) for n in brute.values(L)] == [brute.value(other, n) for n in brute.values(L)]


# -- worked values -----------------------------------------------------------------------------------------------------

RIGHT = [
    ("5:2", "1:0"),
    ("(4,8):(0,1)", "8:4"),
    ("(4,8):(8,1)", "(8,4):(4,1)"),
    ("(4,8):(1,5)", "4:1"),
    ("(2,4):(1,1)", "4:2"),
    ("(4,2):(1,1)", "4:1"),
    ("(4,4):(1,2)", "4:1"),
    ("4:0", "1:0"),
    ("4:-1", "1:0"),
    ("(8,64):(F72,F1)", "(64,8):(F8,F65)"),
    ("(2,2):(F3,F1)", "(2,2):(F2,F3)"),
    ("4:F0", "1:F0"),
    ("(4,8):(1@1,1@0)", "(8,4):(4,1)"),
    ("(4,8):(1@0,1@0)", "(8):(4)"),
]

LEFT = [
    ("5:2", "(2,5):(0,1)"),
    ("(4,8):(1,5)", "(5,8):(1,4)"),
    ("(2,4):(1,4)", "(4,4):(1,2)"),
    ("(4,8):(0,1)", "8:4"),
    ("(4,8):(8,1)", "(8,4):(4,1)"),
    ("4:0", "1:0"),
    ("(2,3):(1,8)", "(8,3):(1,2)"),
]


@pytest.mark.parametrize(("text", "expected"), RIGHT)
def test_worked_right_inverses(text, expected):
    assert right_inverse(parse(text)) == parse(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *LEFT,
        ("(2,2):(2,3)", "(2,3):(1,1)"),
        ("(2,3):(2,1)", "(2,2,2):(2,1,5)"),
        ("(3,(3,4)):(1,(2,0))", "(2,3,2):(1,3,8)"),
        ("(2,2):(1,1)", "(2,2):(1,3)"),
    ],
)
def test_worked_left_inverses(text, expected):
    assert left_inverse(parse(text)) == parse(expected)


@pytest.mark.parametrize(
    ("text", "witness"),
    [
        ("(6,4):(7,5)", 16),
        ("(5,3):(3,5)", 11),
        ("(2,2):(1,-4)", 2),
    ],
)
def test_worked_refusals_of_left_inverse(text, witness):
    with pytest.raises(NotInvertibleError) as caught:
        left_inverse(parse(text))
    assert caught.value.witness == witness
    assert text in str(caught.value)


@pytest.mark.parametrize(
    ("text", "witness"),
    [
        ("4:2", 1),
        ("(2,2):(1,1)", (1, 2)),
        ("(4,8):(1,5)", 4),
        ("4:F3", 1),
        ("(2,2):(F1,F1)", (1, 2)),
        ("(2,2):(2,-1)", -1),
    ],
)
def test_worked_refusals_of_inverse(text, witness):
    with pytest.raises(NotInvertibleError) as caught:
        inverse(parse(text))
    assert caught.value.witness == witness


def test_coordinates_have_no_inverse_as_numbers():
    with pytest.raises(NotInvertibleError):
        inverse(parse("(4,8):(1@0,1@1)"))


@given(f2_layouts())
def test_over_f2_the_inverses_are_those_of_the_matrix(L):
    matrix = BitMatrix([brute.value(L, 1 << k) for k in range(L.size.bit_length() - 1)])
    left = left_inverse(L)
    assert [brute.value(left, n) for n in range(1 << matrix.rows)] == [
        matrix.pseudoinverse()(n) for n in range(1 << matrix.rows)
    ]


def test_sizes_do_not_matter():
    big = 2**200
    assert right_inverse(Layout((big, 3), (3, 1))) == Layout((3, big), (big, 1))
    assert left_inverse(Layout((big, 3), (1, big + 1))) == Layout((big + 1, 3), (1, big))
    assert inverse(Layout((big, big), (big, 1), over=F2)) == Layout((big, big), (big, 1), over=F2)
