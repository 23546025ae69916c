"""Subspaces of F2^n as lists of vectors, for the search of swizzles: independent parts, intersections, best segments.

The primitive is a segment: a subspace of a given dimension that meets two others as little as possible.  By hand, the
lines {0, 1} and {0, 2} in the plane: the third line, {0, 3}, meets neither.

>>> best_segment([1], [2], 1, [1, 2], 2)
[3]

A segment of dimension n meets X in at least max(0, n + dim X - d) dimensions, d that of the whole; the construction
reaches this for both spaces at once.
"""

from __future__ import annotations

from ..bits import BitMatrix
from ..elimination import compose, reduce

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Forms", "Preimages", "best_segment", "independent", "meet", "reduced"]


def independent(base: Sequence[int], vectors: Sequence[int], rows: int) -> list[int]:
    """Return those of the vectors that are no sum of the base and of earlier ones.

    >>> independent([1, 2], [3, 4, 5, 8], 4)
    [4, 8]
    """
    if not vectors:
        return []
    dependent = {x.bit_length() - 1 for x in reduce([*base, *vectors], rows)[1]}
    return [v for k, v in enumerate(vectors, len(base)) if k not in dependent]


def reduced(vectors: Iterable[int], rows: int) -> list[int]:
    """Return the reduced basis of a span, ascending.

    >>> reduced([6, 5, 3, 0], 3)
    [3, 5]
    """
    return list(BitMatrix._new(tuple(vectors), rows).image().columns)


def meet(U: Sequence[int], V: Sequence[int], rows: int) -> list[int]:
    """Return the reduced basis of the intersection of two spans.

    >>> meet([1, 6], [2, 5], 3)
    [7]
    """
    low = (1 << len(U)) - 1
    pairs = [pair & low for pair in reduce([*U, *V], rows)[1]]
    return reduced(compose(U, pairs, rows), rows) if pairs else []


def best_segment(P: Sequence[int], Q: Sequence[int], n: int, ambient: Sequence[int], rows: int) -> list[int]:
    """Return a basis of n vectors in the span of ``ambient`` whose span W meets those of P and Q as little as can be.

    Requires: P, Q inside the span of ``ambient``, which is a basis of d vectors; n <= d.
    Ensures:  ``dim(W meets X) == max(0, n + dim X - d)`` for X = P and for X = Q.
    """
    if n <= 0:
        return []
    P, Q = reduced(P, rows), reduced(Q, rows)
    if len(P) > len(Q):
        P, Q = Q, P
    shared = meet(P, Q, rows)
    E, F = independent(shared, P, rows), independent(shared, Q, rows)
    outside = independent([*P, *F], ambient, rows)
    # Beyond what P and Q share, no sum of the e ^ f is in P, or a sum of the f would be; and none is in Q.
    crossed = [e ^ f for e, f in zip(E, F, strict=False)]
    found = [*outside, *crossed]
    if n > len(found):
        found += F[len(E) :]
        found += independent(found, ambient, rows)
    return sorted(found[:n])


class Preimages:
    """Solves ``XOR of columns[k] over the bits k of x == y``; a solution uses the leftmost independent columns.

    >>> find = Preimages([1, 3, 2], 2)
    >>> find(2), find(0)
    (3, 0)
    """

    __slots__ = ("_count", "_rows", "_solver")

    def __init__(self, columns: Sequence[int], rows: int) -> None:
        self._solver = reduce(columns, rows)[0]
        self._count, self._rows = len(columns), rows

    def __call__(self, y: int) -> int | None:
        (x,) = compose(self._solver, (y,), self._count + self._rows)
        return None if x >> self._count else x


class Forms:
    """Linear forms that are known on some vectors: together they take a vector to a number, one bit for each form.

    >>> forms = Forms()
    >>> forms.put(1, 1), forms.put(3, 0), forms.put(2, 0)      # 2 = 1 ^ 3 must have the value 1 ^ 0
    (True, True, False)
    >>> [form & 3 for form in forms.masks(1)]                  # the parity of the bits under 3
    [3]
    """

    __slots__ = ("_rows",)

    def __init__(self) -> None:
        self._rows: dict[int, tuple[int, int]] = {}

    def put(self, vector: int, value: int) -> bool:
        """Give a vector a value; tell whether it agrees with what is known."""
        rows = self._rows
        while vector:
            top = vector.bit_length()
            row = rows.get(top)
            if row is None:
                rows[top] = vector, value
                return True
            vector ^= row[0]
            value ^= row[1]
        return value == 0

    def masks(self, count: int) -> list[int]:
        """Return each form as a mask: its value is the parity of the bits under the mask; unknown bits count 0."""
        known: dict[int, int] = {}
        for top in sorted(self._rows):
            vector, value = self._rows[top]
            for bit, of_bit in known.items():
                if vector & bit:
                    value ^= of_bit
            known[1 << top - 1] = value
        found = [0] * count
        for bit, value in known.items():
            for j in range(count):
                if value >> j & 1:
                    found[j] |= bit
        return found
