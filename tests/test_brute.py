"""The brute force itself, held against an enumeration of every candidate, so that no test rests on a wrong judge."""

from itertools import product

import brute
import pytest

from layouts import F2, E, Layout, Zn


def factorisations(n):
    """Yield every ordered list of extents with the product n, without extents 1."""
    yield ()
    for first in range(2, n + 1):
        if n % first == 0:
            for rest in factorisations(n // first):
                if size((first, *rest)) == n:
                    yield (first, *rest)


def size(extents):
    result = 1
    for s in extents:
        result *= s
    return result


def candidates(extents, top):
    """Return the tables of all layouts that refine ``extents`` with strides 0..top."""
    tables = set()
    for parts in product(*[[f for f in factorisations(n) if size(f) == n] for n in extents]):
        flat = [s for part in parts for s in part]
        for strides in product(range(top + 1), repeat=len(flat)):
            table = [0]
            for s, d in zip(flat, strides, strict=True):
                table = [t + digit * d for digit in range(s) for t in table]
            tables.add(tuple(table))
    return tables


@pytest.mark.parametrize(("extents", "top"), [((4,), 4), ((6,), 3), ((2, 2), 4), ((3, 2), 3), ((1, 4), 3), ((5,), 2)])
def test_break_over_z_is_where_the_longest_agreeing_layout_ends(extents, top):
    tables = candidates(extents, 2 * top)
    for points in product(range(top + 1), repeat=size(extents)):
        agreeing = [brute.first_difference(points, table) for table in tables]
        best = None if None in agreeing else max(agreeing)
        assert brute.break_over_z(points, extents) == best, points


def test_break_over_f2_is_where_the_longest_agreeing_linear_map_ends():
    tables = [tuple(brute.values(Layout((2, 2, 2), strides, over=F2))) for strides in product(range(4), repeat=3)]
    for points in product(range(4), repeat=8):
        if points[0] == 0 and points[1] < 2:  # the rest is the same up to a name
            agreeing = [brute.first_difference(points, table) for table in tables]
            best = None if None in agreeing else max(agreeing)
            assert brute.break_over_f2(points) == best, points


def test_values_by_hand():
    assert brute.values(Layout((2, 3), (3, 1))) == [0, 3, 1, 4, 2, 5]
    assert brute.values(Layout((2, (2, 2)), (1, (3, 4)), over=F2)) == [0, 1, 3, 2, 4, 5, 7, 6]
    assert brute.value(Layout(4, 3, over=F2), 7) == 3 ^ 6 ^ 12
    assert brute.value(Layout((2, 2), (E(0), E(1, 0)), over=Zn), 5) == frozenset({((0,), 1), ((1, 0), 2)})
    assert brute.value_at(Layout(((2, 2), 4), ((1, 8), 100)), (5, 2)) == 1 + 16 + 200


def test_gaps_and_complement_by_hand():
    assert brute.gaps(Layout(4, 2)) == ([(2, 1)], 8)
    assert brute.gaps(Layout((2, 2), (2, 3))) is None
    assert brute.complement(Layout(4, 2), 24) == [0, 1, 8, 9, 16, 17]
    assert brute.mark(Layout(4, 2), 5) == 17
    assert brute.longest_chain([(3, 1), (3, 3), (4, 3)]) == 12


def test_least_modes_are_the_shortest_layout():
    assert brute.least_modes([0, 24, 48, 9, 33, 57]) == [(3, 24), (2, 9)]
    assert brute.least_modes([0, 1, 2, 3]) == [(4, 1)]
    assert brute.least_modes([0, 6, 7, 8, 9, 15]) is None


def test_equations_over_the_integers_are_solved_exactly():
    """3x + 5y = 1 has integer solutions, 4x + 6y = 1 has none; a second equation leaves one point."""
    known, free = brute.solve([3, 5], 1, [0, 0], [[1, 0], [0, 1]])
    assert 3 * known[0] + 5 * known[1] == 1
    assert len(free) == 1
    assert 3 * free[0][0] + 5 * free[0][1] == 0
    assert brute.solve([4, 6], 1, [0, 0], [[1, 0], [0, 1]]) is None
    point, none = brute.solve([1, 1], 1, known, free)
    assert not none
    assert (3 * point[0] + 5 * point[1], point[0] + point[1]) == (1, 1)


def test_left_inverses_by_hand():
    """The values 0 2 3 5 go back by (2,3):(1,1), and 0 1 1 2 by (2,2):(1,3)."""
    assert brute.has_left_inverse((0, 2, 3, 5))
    assert brute.has_left_inverse((0, 1, 1, 2))
    assert not brute.has_left_inverse((0, -1))
