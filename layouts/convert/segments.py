"""Segments for more than two accesses: no construction reaches the bound for all of them, so they are searched for.

Three lines in the plane, {0, 1}, {0, 2} and {0, 3}, are all there are: any segment of one dimension is one of them.
The search is exhaustive where the subspaces are few; else it goes vector by vector, each time to one that costs least,
a number of times with different choices among equals, and stops when it reaches the bound.

>>> best_segment_of_many([[1], [2], [3]], [1, 1, 1], 1, [1, 2], 2)
([1], True)
"""

from __future__ import annotations

from itertools import combinations, product
from random import Random

from ..errors import TooLargeError
from .spaces import Preimages, independent, meet, reduced

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

__all__ = ["MAX_SUBSPACES", "best_segment_of_many", "cost_of"]

MAX_SUBSPACES = 2000
"""All subspaces are tried where there are at most so many."""

MAX_BITS = 20
"""The search keeps tables of so many bits."""

WORK = 1 << 24
"""The entries of tables that a search writes; it stops trying other choices there."""


def best_segment_of_many(
    spaces: Sequence[Sequence[int]], weights: Sequence[int], n: int, ambient: Sequence[int], rows: int
) -> tuple[list[int], bool]:
    """Return (segment, exact): a basis of n vectors with a small sum of ``weight * 2**dim(segment meets space)``.

    ``exact`` says that no other segment in the span of ``ambient``, which holds the spaces, has a smaller sum: it
    reaches the bound ``dim >= max(0, n + dim X - d)`` everywhere, or all were tried.
    Raises: TooLargeError where the spaces span more than 2**20 elements and something must be searched.
    """
    together = reduced([v for space in spaces for v in space], rows)
    # What no access sees is free, and no segment has more of it.
    outside = independent(together, ambient, rows)[:n]
    inner = n - len(outside)
    if not inner:
        return sorted(outside), True
    if len(together) > MAX_BITS:
        raise TooLargeError(f"a segment for phases that span {len(together)} bits", 1 << len(together))
    find = Preimages(together, rows)
    small = [[find(v) or 0 for v in reduced(space, rows)] for space in spaces]
    bound = sum([w << max(0, inner + len(space) - len(together)) for w, space in zip(weights, small, strict=True)])
    if count_subspaces(len(together), inner) <= MAX_SUBSPACES:
        found = min(_subspaces(len(together), inner), key=lambda S: cost_of(S, small, weights, len(together)))
        exact = True
    else:
        found = _searched(small, weights, inner, len(together), bound)
        exact = cost_of(found, small, weights, len(together)) == bound
    back = []
    for x in found:
        value = 0
        for k, vector in enumerate(together):
            value ^= vector if x >> k & 1 else 0
        back.append(value)
    return sorted([*outside, *back]), exact


def cost_of(segment: Sequence[int], spaces: Sequence[Sequence[int]], weights: Sequence[int], rows: int) -> int:
    """Return the sum of ``weight * 2**dim(segment meets space)``."""
    return sum([w << len(meet(segment, space, rows)) for w, space in zip(weights, spaces, strict=True)])


def count_subspaces(d: int, n: int) -> int:
    """Return the number of subspaces of dimension n of F2^d.

    >>> count_subspaces(3, 1), count_subspaces(4, 2)
    (7, 35)
    """
    above = below = 1
    for k in range(n):
        above *= (1 << d) - (1 << k)
        below *= (1 << n) - (1 << k)
    return above // below


def _subspaces(d: int, n: int) -> Iterator[list[int]]:
    """Yield the reduced bases of all subspaces of dimension n of F2^d: leading bits, and free bits below them."""
    for tops in combinations(range(d), n):
        free = [[b for b in range(top) if b not in tops] for top in tops]
        for values in product(*[range(1 << len(bits)) for bits in free]):
            rows = zip(tops, free, values, strict=True)
            yield [1 << top | sum([1 << b for k, b in enumerate(bits) if v >> k & 1]) for top, bits, v in rows]


def _searched(spaces: Sequence[Sequence[int]], weights: Sequence[int], n: int, d: int, bound: int) -> list[int]:
    random, best, least = Random(0), [], None
    for attempt in range(max(1, WORK // (len(spaces) * n << d))):
        found, cost = _greedy(spaces, weights, n, d, random if attempt else None)
        if least is None or cost < least:
            best, least = found, cost
        if least == bound:
            break
    return best


def _greedy(
    spaces: Sequence[Sequence[int]], weights: Sequence[int], n: int, d: int, random: Random | None
) -> tuple[list[int], int]:
    """Add vectors one by one, each a cheapest one; the first of them, or any."""
    import numpy

    points = numpy.arange(1 << d)
    members = [_members(numpy, space, d) for space in spaces]  # of space + segment
    taken, costs, found = points == 0, list(weights), []
    for _ in range(n):
        price = numpy.zeros(1 << d, numpy.int64)
        for member, cost in zip(members, costs, strict=True):
            price += numpy.where(member, 2 * cost, cost)
        price[taken] = numpy.iinfo(numpy.int64).max
        cheapest = numpy.flatnonzero(price == price.min())
        s = int(cheapest[random.randrange(len(cheapest)) if random else 0])
        costs = [2 * cost if member[s] else cost for member, cost in zip(members, costs, strict=True)]
        members = [member | member[points ^ s] for member in members]
        taken = taken | taken[points ^ s]
        found.append(s)
    return found, sum(costs)


def _members(numpy: Any, space: Sequence[int], d: int) -> Any:
    inside = numpy.zeros(1 << d, bool)
    values = numpy.zeros(1, numpy.int64)
    for vector in space:
        values = numpy.concatenate([values, values ^ vector])
    inside[values] = True
    return inside
