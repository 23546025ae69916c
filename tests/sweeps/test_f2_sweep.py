"""Layouts over F2, over all small ones: the same definitions, with XOR for plus."""

import brute
from strategies import seeded
from sweeping import count, over_f2, population

from layouts import (
    F2,
    Layout,
    coalesce,
    complement,
    composition,
    is_injective,
    left_inverse,
    nullspace,
    right_inverse,
)


def test_coalesce_keeps_the_values():
    for L in over_f2("coalesce over F2", 1500):
        assert brute.values(coalesce(L)) == brute.values(L), L


def test_nullspace_is_every_index_that_is_sent_to_0():
    for L in over_f2("nullspace over F2", 1500):
        zeros = [i for i, v in enumerate(brute.values(L)) if v == 0]
        assert sorted(brute.values(nullspace(L))) == zeros, L
        assert is_injective(L) == (len(zeros) == 1), L


def test_right_inverses_are_right_and_the_largest():
    for L in over_f2("right inverse over F2", 1500):
        R, points = right_inverse(L), brute.values(L)
        assert [brute.value(L, n) for n in brute.values(R)] == list(range(R.size)), L
        assert max(brute.values(R)) < L.size, L
        assert not set(range(2 * R.size)) <= set(points), L


def test_left_inverses_always_exist():
    for L in over_f2("left inverse over F2", 1500):
        R, points = left_inverse(L), brute.values(L)
        back = [brute.value(R, n) for n in points]
        assert max(back) < L.size, L
        assert [brute.value(L, n) for n in back] == points, L


def test_complements_complete_the_image():
    rng = seeded("complement over F2")
    for L in over_f2("complement over F2", 1500):
        target = rng.choice((None, 1, 8, 24, 64))
        C, image = complement(L, target), set(brute.values(L))
        points = brute.values(C)
        both = {a ^ c for a in image for c in points}
        assert points == sorted(points), (L, target)
        assert len(both) == len(image) * len(points), (L, target)
        assert both == set(range(len(both))), (L, target)
        assert len(both) >= (target or 1), (L, target)


def test_compositions_are_always_answered():
    rng = seeded("composition over F2")
    pool = population(3, (1, 2, 4), range(9))
    for _ in range(count(2500, 60_000)):
        A, B = Layout(*rng.choice(pool), over=F2), Layout(*rng.choice(pool), over=F2)
        points = tuple([brute.value(A, n) for n in brute.values(B)])
        R = composition(A, B)
        assert brute.break_over_f2(points) is None, (A, B)
        assert tuple(brute.values(R)) == points, (A, B)
        assert brute.refines(R.shape, B.shape), (A, B)
