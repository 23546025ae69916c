"""Spans by enumeration of all their vectors."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts.convert.spans import Coordinates, bridge, echelon, extend, interpolate, meet, rank, reduced

ROWS = 5
vectors = st.lists(st.integers(0, 2**ROWS - 1), max_size=6)


def span(columns):
    found = {0}
    for column in columns:
        found |= {value ^ column for value in found}
    return found


@given(vectors, vectors)
def test_extend_takes_the_vectors_that_are_new(base, more):
    chosen = extend(base, more)
    assert span([*base, *chosen]) == span([*base, *more])
    assert len(span(base)) << len(chosen) == len(span([*base, *more]))
    assert [v for v in more if v in chosen][: len(chosen)] == chosen or len(set(more)) < len(more)


@given(vectors, vectors)
def test_meet_spans_what_is_in_both(U, V):
    found = meet(U, V, ROWS)
    assert span(found) == span(U) & span(V)
    assert 1 << len(found) == len(span(found))


@given(vectors, st.integers(0, 2**ROWS - 1), st.integers(0, 2**ROWS - 1))
def test_reduced_represents_a_coset_and_is_linear(U, x, y):
    rows = echelon(U)
    assert x ^ reduced(x, rows) in span(U)
    assert (reduced(x, rows) == reduced(y, rows)) == (x ^ y in span(U))
    assert reduced(x ^ y, rows) == reduced(x, rows) ^ reduced(y, rows)
    assert 1 << rank(U) == len(span(U))


@given(vectors, st.integers(0, 2**ROWS - 1))
def test_coordinates_solve_where_there_is_a_solution(U, y):
    x = Coordinates(U, ROWS)(y)
    assert (x is not None) == (y in span(U))
    if x is not None:
        total = 0
        for k, column in enumerate(U):
            total ^= column if x >> k & 1 else 0
        assert total == y


def test_coordinates_refuse_a_vector_outside():
    with pytest.raises(ArithmeticError):
        Coordinates([1, 2], 3).of(4)


@given(vectors, vectors, vectors)
def test_bridge_completes_q_and_meets_p_as_little_as_can_be(P, Q, more):
    space = extend((), [*Q, *more])
    inside = span(space)
    P = [v for v in P if v in inside]
    W = bridge(P, Q, space, [v for v in more if v in inside], ROWS)
    assert span(W) & span(Q) == {0}
    assert span([*W, *Q]) == inside
    assert len(span(W)) << rank(Q) == len(inside)
    shared = span(W) & span(P)
    assert len(shared) == 1 << max(0, rank(P) - rank(Q))
    assert span(W[: max(0, rank(P) - rank(Q))]) == shared


@given(st.integers(0, 2**32))
def test_interpolate_gives_a_linear_map_with_the_values(seed):
    rng = random.Random(seed)
    columns = [rng.getrandbits(4) for _ in range(5)]

    def f(x):
        total = 0
        for k, column in enumerate(columns):
            total ^= column if x >> k & 1 else 0
        return total

    points = [rng.getrandbits(5) for _ in range(rng.randint(0, 7))]
    found = interpolate([(x, f(x)) for x in points], 5)
    columns = list(found)
    known = {x: y for x, y in [(x, f(x)) for x in points]}
    assert interpolate(known.items(), 5) == found
    with pytest.raises(ArithmeticError):
        interpolate([(3, 1), (3, 2)], 5)
