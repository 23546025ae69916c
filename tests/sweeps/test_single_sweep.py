"""Operations with one layout, over all small layouts: right at every point, or refused where there is no answer."""

import brute
import pytest
from comparison import check_ours
from strategies import seeded
from sweeping import all_or_some

from layouts import (
    Layout,
    LayoutError,
    NotInvertibleError,
    collision,
    filter_modes,
    flatten,
    inverse,
    is_bijective,
    is_injective,
    max_alignment,
    missed_value,
    nullspace,
    right_inverse,
    upcast,
)

NAMES = ["coalesce", "filter", "filter_zeros", "nullspace", "size", "cosize", "right_inverse", "make_layout_like"]


@pytest.mark.parametrize("name", NAMES)
def test_always_answered_and_right(name):
    tally = check_ours(name, [(L,) for L in all_or_some(name, 2500)])
    assert not tally["refused"]


def test_no_right_inverse_in_the_domain_of_an_injective_layout_is_larger():
    """Where the index of each value is unique, the longest prefix of indices that is a layout decides."""
    longer = []
    for L in all_or_some("longest right inverse", 2500):
        points = brute.values(L)
        if len(set(points)) < len(points):
            continue
        places = []
        while len(places) in points:
            places.append(points.index(len(places)))
        best = max(n for n in range(1, len(places) + 1) if brute.least_modes(places[:n]) is not None)
        if right_inverse(L).size < best:
            longer.append((L, best))
    assert not [str(L) for L, best in longer if best == len(places)]
    for L, best in longer:  # a prefix of a mode is a layout too, and not a chain of whole modes
        assert best not in _chains(L), L


def _chains(L):
    """Return the sizes of all chains of whole leaves."""
    found, pool = {1}, list(zip(flatten(L.shape), flatten(L.stride), strict=True))

    def walk(covered, left):
        for k, (s, d) in enumerate(left):
            if d == covered and s > 1:
                found.add(covered * s)
                walk(covered * s, left[:k] + left[k + 1 :])

    walk(1, pool)
    return found


def test_inverse_answers_exactly_for_bijections():
    answered = 0
    for L in all_or_some("inverse", 2500):
        points = brute.values(L)
        if sorted(points) == list(range(len(points))):
            R = inverse(L)
            assert [brute.value(R, n) for n in points] == list(range(len(points))), L
            answered += 1
            continue
        with pytest.raises(NotInvertibleError) as caught:
            inverse(L)
        witness = caught.value.witness
        if isinstance(witness, tuple):
            assert witness == brute.first_collision(points), L
        else:
            assert witness not in points, L
            assert set(range(witness)) <= set(points), L
    assert answered


def test_injective_bijective_collision_and_missed_value():
    for L in all_or_some("injective", 2500):
        points = brute.values(L)
        pair = brute.first_collision(points)
        assert is_injective(L) == (pair is None), L
        assert collision(L) == pair, L
        assert is_bijective(L) == (sorted(points) == list(range(len(points)))), L
        holes = set(range(max(points) + 1)) - set(points)
        assert missed_value(L) == min(holes, default=None), L


def test_filter_and_nullspace_share_the_domain():
    for L in all_or_some("filter and nullspace", 2500):
        N, F = nullspace(L), filter_modes(L)
        assert N.size * F.size == L.size, L
        assert set(brute.values(F)) == set(brute.values(L)), L
        indices = [brute.value(N, i) for i in range(N.size)]
        assert sorted(set(indices)) == indices, L
        assert {brute.value(L, i) for i in indices} == {0}, L


@pytest.mark.parametrize("name", ["upcast", "downcast"])
def test_recasts_are_right_or_have_no_meaning(name):
    rng = seeded(name)
    tally = check_ours(name, [(L, rng.choice((2, 3, 4))) for L in all_or_some(name, 3000)])
    assert tally["right"] > 0
    assert tally["refused"] > 0


def test_max_alignment_is_the_largest_group_that_is_whole():
    """Every group of n that is touched has each of its values, equally often, and an upcast by n says which it is."""
    for L in all_or_some("max_alignment", 1500):
        points = brute.values(filter_modes(L))
        n = max_alignment(L)
        groups = {}
        for p in points:
            groups.setdefault(p // n, []).append(p % n)
        for inside in groups.values():
            assert len(inside) % n == 0, (L, n)
            assert sorted(inside) == sorted([*range(n)] * (len(inside) // n)), (L, n)
        upcast(L, n)


def test_sweeps_see_a_wrong_answer():
    """The judge of the sweeps can say no."""
    from operations import OPERATIONS

    assert OPERATIONS["coalesce"].right((Layout((2, 2), (1, 3)),), Layout(4, 1)) is False
    assert OPERATIONS["right_inverse"].right((Layout(4, 2),), Layout(2, 1)) is False
    assert OPERATIONS["nullspace"].right((Layout(4, 0),), Layout(2, 1)) is False
    assert issubclass(NotInvertibleError, LayoutError)
