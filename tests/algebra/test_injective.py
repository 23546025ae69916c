"""collision, is_injective, missed_value, is_bijective: every small layout against its values."""

import time

import brute
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import DEEP, INTEGER, compact_layouts, f2_layouts, layouts, seeded, z_layouts, zn_layouts

from layouts import (
    F2,
    ComposedLayout,
    Layout,
    NotInvertibleError,
    TooLargeError,
    Z,
    collision,
    image_size,
    is_bijective,
    is_injective,
    missed_value,
    parse,
)


def missing(points):
    taken = set(points)
    return next((n for n in range(max(taken)) if n not in taken), None)


def check(L):
    points = brute.values(L)
    expected = brute.first_collision(points)
    assert collision(L) == expected, L
    assert is_injective(L) == (expected is None)
    if L.over is F2 or (L.over is Z and min(points) >= 0):
        assert missed_value(L) == missing(points), L
    if L.over in (Z, F2):
        assert is_bijective(L) == (sorted(points) == list(range(L.size))), L


def test_every_flat_layout_up_to_rank_2():
    for shape, stride in brute.flat_layouts(2, range(1, 6), range(-3, 9)):
        check(Layout(shape, stride))
    for shape, stride in brute.flat_layouts(2, (1, 2, 4, 8), range(12)):
        check(Layout(shape, stride, over=F2))


def test_flat_layouts_of_rank_3():
    members = list(brute.flat_layouts(3, range(1, 5), range(7)))[812:]
    assert len(members) == 28**3
    for shape, stride in members if DEEP else seeded("rank 3").sample(members, 4_000):
        check(Layout(shape, stride))


def test_overlapping_strides_that_are_injective_all_the_same():
    """Random layouts with large extents whose strides do not clear each other: both answers come up often."""
    rng = seeded("overlapping")
    injective = 0
    for _ in range(1500 if DEEP else 300):
        n = rng.choice((2, 3, 4))
        L = Layout(tuple(rng.randrange(2, 9) for _ in range(n)), tuple(rng.randrange(-90, 90) for _ in range(n)))
        check(L)
        injective += is_injective(L)
    assert injective > 20


@given(layouts())
def test_nested_layouts_over_every_module(L):
    check(L)


@given(st.one_of(z_layouts(stride=INTEGER), f2_layouts(), zn_layouts()))
def test_a_collision_is_a_pair_that_a_reader_can_check(L):
    pair = collision(L)
    if pair is not None:
        i, j = pair
        assert i < j < L.size
        assert L(i) == L(j)


@given(compact_layouts())
def test_compact_layouts_are_bijective(L):
    assert is_bijective(L)
    assert is_injective(L)
    assert missed_value(L) is None


WORKED = [
    ("(4,2):(1,3)", (3, 4)),
    ("(2,3):(3,2)", None),
    ("(32,4):(1,33)", None),
    ("(4,4):(F1,F3)", (3, 4)),
    ("(8,64):(F72,F1)", None),
    ("(2,2):(1,-1)", (0, 3)),
    ("(4,8):(0,1)", (0, 1)),
    ("(2,2):(1@0,1@1)", None),
    ("(2,2):(1@0,1@0)", (1, 2)),
    ("(3,3):(1@0+1@1,2@0+2@1)", (2, 3)),
    ("1:0", None),
    ("():()", None),
]


@pytest.mark.parametrize(("text", "pair"), WORKED)
def test_worked_collisions(text, pair):
    assert collision(parse(text)) == pair


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("(4,2):(1,5)", 4),
        ("(4,2):(1,3)", None),
        ("4:F2", 1),
        ("4:2", 1),
        ("(2,2):(0,1)", None),
        ("8:0", None),
        ("(2,2,3):(1,2,5)", 4),
        ("(2,2):(F5,F1)", 2),
        ("(2,2):(F3,F1)", None),
    ],
)
def test_worked_missed_values(text, value):
    assert missed_value(parse(text)) == value == missing(brute.values(parse(text)))


def test_values_that_are_no_natural_numbers_are_refused():
    for text in ("4:-1", "(2,2):(3,-1)", "4:1@0"):
        with pytest.raises(NotInvertibleError):
            missed_value(parse(text))
    with pytest.raises(NotInvertibleError):
        is_bijective(parse("4:1@0"))
    assert not is_bijective(parse("4:-1"))
    assert missed_value(parse("(4,1):(1,-9)")) is None


def test_the_answer_does_not_depend_on_the_size():
    big = 2**100
    assert is_injective(Layout((big, big), (big, 1)))
    assert collision(Layout((big, big), (1, big - 1))) == (big - 1, big)
    assert collision(Layout((big, 3), (3, 2 * big))) is None
    assert collision(Layout((big, 3), (3, 2 * big + 1))) == ((2 * big + 1) // 3, big)
    assert missed_value(Layout((big, big), (1, big + 1))) == big
    assert is_bijective(Layout((big, big), (big, 1)))
    assert is_injective(Layout((big, big), (big, 1), over=F2))
    assert collision(Layout((big, 2), (1, 3), over=F2)) == (3, big)


def test_hard_strides_are_settled_or_refused_in_time():
    """Subset sums are hard in general: many overlapping strides must end, and never with a wrong word."""
    rng = seeded("hard strides")
    refused = 0
    for bits, n in ((20, 16), (30, 24), (40, 30), (60, 40)):
        for _ in range(2):
            L = Layout((2,) * n, tuple(rng.randrange(2 ** (bits - 1), 2**bits) for _ in range(n)))
            start = time.perf_counter()
            try:
                pair = collision(L)
            except TooLargeError:
                refused += 1
                pair = None
            assert time.perf_counter() - start < 60
            assert pair is None or brute.value(L, pair[0]) == brute.value(L, pair[1])
    assert refused


@pytest.mark.parametrize("text", ["8 + (8,64):(64,1)", "Sw<3,3,3> o (8,64):(65,1)", "Sw<3,3,3> o 8 o (8,64):(64,1)"])
def test_a_chain_of_bijections_after_a_layout_has_its_collisions(text):
    C = parse(text)
    values = [C(i) for i in range(C.size)]
    assert is_injective(C) == (len(set(values)) == C.size)
    assert image_size(C) == len(set(values))
    assert C.bounds() == (min(values), max(values))
    doubled = ComposedLayout(C.outer, C.offset, Layout((8, 64), (32, 1)))
    i, j = collision(doubled)
    assert doubled(i) == doubled(j)
