"""The layout through given points: what a left inverse needs where the strides form no chain.

A layout over Z whose digits have the places 1 = Q_0, Q_1, ..., each a multiple of the one before, is on the natural
numbers ``L(v) = c_0*(v//Q_0) + c_1*(v//Q_1) + ...`` for some integers c, and every such sum is a layout: the strides
are ``e_0 = c_0`` and ``e_j = c_j + (Q_j/Q_(j-1)) * e_(j-1)``.  So a layout through the points (v, t) is a chain of
places together with an integer solution of one linear equation for each point.

By hand: L(2) = 1, L(3) = 2, L(5) = 3 with the places 1, 2 asks for 2*c_0 + c_1 = 1, 3*c_0 + c_1 = 2, 5*c_0 + 2*c_1 = 3,
which c = (1, -1) solves; the strides are 1 and 1, and L is ``(2,3):(1,1)``.

A finer chain says no less, so only chains of prime steps are tried.  Two points with the same quotient by Q_j differ
by their digits below Q_j alone; these equations cut off nearly all chains after a few steps.
"""

from __future__ import annotations

from itertools import pairwise

from ..errors import TooLargeError
from ..inttuple import amount

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Points = Sequence[tuple[int, tuple[int, ...]]]  # (value, the results that are welcome there)
    Modes = list[tuple[int, int]]  # (extent, stride)

__all__ = ["IntegerSolutions", "Search", "modes_of"]

_STEPS = 1_000_000
"""The most products of two numbers that one search may take."""


class IntegerSolutions:
    """All integer vectors that satisfy the equations so far: one solution, and a basis of the differences.

    >>> all_pairs = IntegerSolutions().widened().widened()
    >>> all_pairs.such_that((2, 3), 7).one
    (-7, 7)
    >>> all_pairs.such_that((2, 4), 7) is None
    True
    """

    __slots__ = ("basis", "one")

    def __init__(self, one: tuple[int, ...] = (), basis: tuple[tuple[int, ...], ...] = ()) -> None:
        self.one, self.basis = one, basis

    def widened(self) -> IntegerSolutions:
        """Return the solutions with one more unknown, which is free."""
        count = len(self.one)
        basis = [(*vector, 0) for vector in self.basis]
        return IntegerSolutions((*self.one, 0), (*basis, (0,) * count + (1,)))

    def such_that(self, row: Sequence[int], target: int) -> IntegerSolutions | None:
        """Return the solutions c with sum(row . c) == target besides, or None when there are none.

        The factors of the basis vectors in the equation are reduced to one, their greatest common divisor, by
        Euclid's steps on the vectors themselves.
        """
        rest = target - _dot(row, self.one)
        factors = [_dot(row, vector) for vector in self.basis]
        if not any(factors):
            return self if rest == 0 else None
        vectors = list(self.basis)
        pivot = min([k for k, f in enumerate(factors) if f], key=lambda k: abs(factors[k]))
        while True:
            for k, factor in enumerate(factors):
                if k != pivot and factor:
                    times = factor // factors[pivot]
                    factors[k] -= times * factors[pivot]
                    vectors[k] = tuple([a - times * b for a, b in zip(vectors[k], vectors[pivot], strict=True)])
            smaller = [k for k, f in enumerate(factors) if f and k != pivot]
            if not smaller:
                break
            pivot = min(smaller, key=lambda k: abs(factors[k]))
        times, remainder = divmod(rest, factors[pivot])
        if remainder:
            return None
        one = tuple([a + times * b for a, b in zip(self.one, vectors[pivot], strict=True)])
        return IntegerSolutions(one, tuple([v for k, v in enumerate(vectors) if k != pivot]))


def _dot(a: Sequence[int], b: Sequence[int]) -> int:
    return sum([x * y for x, y in zip(a, b, strict=False)])


class Search:
    """The search for a layout over Z through points (v, results), each v a natural number; (0, (0,)) is understood.

    Complete: ``modes`` are found whenever some layout has one of its welcome results at every v.
    Raises: TooLargeError when a million products do not settle it.
    """

    def __init__(self, points: Points, steps: int = _STEPS) -> None:
        self.fixed = [(v, results[0]) for v, results in points if len(results) == 1]
        self.open = [(v, results) for v, results in points if len(results) > 1]
        self.last = max([v for v, _ in points], default=0)
        self.steps = self.limit = steps

    def modes(self) -> Modes | None:
        """Return the modes of a layout through all points, fastest first, or None when there is none."""
        if self.last > self.steps // 8:  # the primes up to there alone are too many
            self._spend(self.last * 8)
        stack: list[tuple[tuple[int, ...], IntegerSolutions]] = [((1,), IntegerSolutions())]
        while stack:
            places, known = stack.pop()
            if places[-1] > self.last:
                solution = self._choose(places[:-1], known)
                if solution is not None:
                    return modes_of(places[:-1], solution, self.last)
                continue
            extended = [(*places, places[-1] * p) for p in _steps(self.last // places[-1])]
            for following in reversed(extended):  # the smallest step is looked at first
                narrowed = self._narrow(following, known.widened())
                if narrowed is not None:
                    stack.append((following, narrowed))
        return None

    def _narrow(self, places: tuple[int, ...], known: IntegerSolutions) -> IntegerSolutions | None:
        """Require that points with the same quotient by the last place differ by their digits below it."""
        seen: dict[int, tuple[tuple[int, ...], int]] = {0: ((0,) * (len(places) - 1), 0)}
        narrowed = known
        for v, result in self.fixed:
            row = tuple([v // place for place in places[:-1]])
            quotient = v // places[-1]
            if quotient not in seen:
                self._spend(len(places))
                seen[quotient] = row, result
                continue
            self._spend(len(places) * (1 + len(narrowed.basis)))
            other, known_result = seen[quotient]
            fitting = narrowed.such_that([a - b for a, b in zip(row, other, strict=True)], result - known_result)
            if fitting is None:
                return None
            narrowed = fitting
        return narrowed

    def _choose(self, places: tuple[int, ...], known: IntegerSolutions) -> tuple[int, ...] | None:
        """Choose a result at each open point, one after the other; return a solution, or None."""
        stack = [(0, known)]
        while stack:
            position, solutions = stack.pop()
            if position == len(self.open):
                return solutions.one
            v, results = self.open[position]
            row = [v // place for place in places]
            self._spend(len(places) * (1 + len(solutions.basis)))
            if not any([_dot(row, vector) for vector in solutions.basis]):  # all solutions say the same here
                if _dot(row, solutions.one) in results:
                    stack.append((position + 1, solutions))
                continue
            for result in reversed(results):
                self._spend(len(places) * (1 + len(solutions.basis)))
                narrowed = solutions.such_that(row, result)
                if narrowed is not None:
                    stack.append((position + 1, narrowed))
        return None

    def _spend(self, steps: int) -> None:
        self.steps -= steps
        if self.steps < 0:
            raise TooLargeError(
                f"{self.limit} products in the search among the numeral systems up to {amount(self.last)} do not "
                f"settle whether some layout goes through all the values",
                self.last,
            )


def _steps(most: int) -> Iterator[int]:
    """Yield the primes up to ``most``, or 2 alone when there are none, a step beyond the last value."""
    if most < 2:
        yield 2
        return
    composite = bytearray(most + 1)
    for p in range(2, most + 1):
        if not composite[p]:
            yield p
            composite[p * p :: p] = b"\x01" * len(range(p * p, most + 1, p))


def modes_of(places: tuple[int, ...], factors: tuple[int, ...], last: int) -> Modes:
    """Return the modes (extent, stride) of v -> sum(factors . v//places), as few and as short as hold 0..last."""
    starts: list[int] = []
    strides: list[int] = []
    stride, previous = 0, 1
    for place, factor in zip(places, factors, strict=True):
        stride = factor + stride * (place // previous)
        previous = place
        if not starts or stride != strides[-1] * (place // starts[-1]):
            starts.append(place)
            strides.append(stride)
    extents = [b // a for a, b in pairwise(starts)]
    extents.append(-(-(last + 1) // starts[-1]))
    return list(zip(extents, strides, strict=True))
