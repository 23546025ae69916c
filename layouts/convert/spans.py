"""Spans of bit vectors that are given by lists of columns: extension, meet, coordinates, a complement common to two.

Unlike ``layouts.subspace``, which answers with reduced bases, these keep the columns that they are given, because a
column is a register or a lane of the hardware and the order of the columns is the order of the bits of an index.

>>> extend([1], [3, 2, 4])              # 3 is new beside 1, then 2 = 3 ^ 1 is not
[3, 4]
>>> meet([1, 2], [3, 4], 3)
[3]
>>> Coordinates([1, 6], 3)(7)           # 7 = 1 ^ 6: both columns
3
"""

from __future__ import annotations

from ..bits import BitMatrix
from ..elimination import compose, image

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Coordinates", "at_places", "bridge", "echelon", "extend", "interpolate", "meet", "rank", "reduced"]


def at_places(vectors: Sequence[int], wanted: Iterable[Sequence[int]]) -> list[int]:
    """Return the vectors in another order: each at its place in a list of ``wanted``, first the lists that have most.

    >>> at_places([8, 1, 4], [[4, 2], [1, 8]])
    [1, 8, 4]
    """
    found: list[int | None] = [None] * len(vectors)
    left = list(vectors)
    for places in sorted(wanted, key=lambda places: -len({*places} & {*vectors})):
        for k, vector in enumerate(places[: len(found)]):
            if vector in left and found[k] is None:
                found[k] = vector
                left.remove(vector)
    return [left.pop(0) if vector is None else vector for vector in found]


def extend(base: Iterable[int], vectors: Iterable[int]) -> list[int]:
    """Return those of the vectors, in order, that are no sum of the base and of earlier ones."""
    rows = echelon(base)
    found = []
    for vector in vectors:
        if rest := reduced(vector, rows):
            rows[rest.bit_length()] = rest
            found.append(vector)
    return found


def echelon(vectors: Iterable[int]) -> dict[int, int]:
    """Return a basis of the span, each vector under the number of its top bit."""
    rows: dict[int, int] = {}
    for vector in vectors:
        if rest := reduced(vector, rows):
            rows[rest.bit_length()] = rest
    return rows


def reduced(vector: int, rows: dict[int, int]) -> int:
    """Return the representative of a vector modulo a span: 0 for a vector of the span."""
    left = 0
    while vector:
        top = vector.bit_length()
        row = rows.get(top)
        if row is None:
            left |= 1 << top - 1
            vector ^= 1 << top - 1
        else:
            vector ^= row
    return left


def rank(vectors: Iterable[int]) -> int:
    """Return the dimension of the span."""
    return len(echelon(vectors))


def meet(U: Sequence[int], V: Sequence[int], rows: int) -> list[int]:
    """Return a basis of the values that are in both spans, made of the columns of U."""
    U, V = extend((), U), extend((), V)
    low = (1 << len(U)) - 1
    pairs = BitMatrix._new((*U, *V), rows).kernel().columns
    return [image(U, pair & low) for pair in pairs]


class Coordinates:
    """Solves ``XOR of columns[k] over the bits k of x == y``: the solution by the leftmost columns, or None."""

    __slots__ = ("_count", "_rows", "_solver")

    def __init__(self, columns: Sequence[int], rows: int) -> None:
        self._solver = BitMatrix._new(tuple(columns), rows)._reduced()[0]
        self._count, self._rows = len(columns), rows

    def __call__(self, y: int) -> int | None:
        (x,) = compose(self._solver, (y,), self._count + self._rows)
        return None if x >> self._count else x

    def of(self, y: int) -> int:
        """Return the coordinates of a vector that is known to be in the span."""
        x = self(y)
        if x is None:
            raise ArithmeticError(f"{y} is not in the span")
        return x


def bridge(P: Sequence[int], Q: Sequence[int], space: Sequence[int], first: Sequence[int], rows: int) -> list[int]:
    """Return a W that completes Q to the space, and meets P in as little as that allows; W takes from ``first`` first.

    Requires: P, Q and ``first`` are in the span of ``space``; vectors of P that W must hold come first in W.
    Ensures:  ``dim W == dim space - dim Q``, W meets Q in 0, and P in ``max(0, dim P - dim Q)`` dimensions.
    """
    P, Q = extend((), P), extend((), Q)
    shared = extend(Q, P)[: max(0, len(P) - len(Q))]
    W: list[int] = []
    under_P, under_Q = echelon(P), echelon([*Q, *shared])
    for vector in first:
        in_P, in_Q = reduced(vector, under_P), reduced(vector, under_Q)
        if in_P and in_Q:
            W.append(vector)
            under_P[in_P.bit_length()], under_Q[in_Q.bit_length()] = in_P, in_Q
    return [*shared, *W, *_common([*P, *W], [*Q, *shared, *W], space, rows)]


def _common(P: Sequence[int], Q: Sequence[int], space: Sequence[int], rows: int) -> list[int]:
    """Return a common complement of two independent lists in the space; the shorter one is filled up from the other."""
    if len(P) < len(Q):
        P = [*P, *extend(P, [*Q, *space])[: len(Q) - len(P)]]
    both = meet(P, Q, rows)
    pairs = zip(extend(both, P), extend(both, Q), strict=True)
    return [*extend([*P, *Q], space), *[p ^ q for p, q in pairs]]


def interpolate(pairs: Iterable[tuple[int, int]], bits: int) -> tuple[int, ...]:
    """Return the columns of a linear map with f(x) == y for all pairs; 0 on unit vectors that they leave open.

    Raises:   ArithmeticError where no linear map has these values.

    >>> interpolate([(3, 5), (2, 1)], 3)        # f(1) = f(3) ^ f(2)
    (4, 1, 0)
    """
    rows: dict[int, tuple[int, int]] = {}
    for x, y in pairs:
        for pivot, (a, b) in rows.items():
            if x >> pivot & 1:
                x, y = x ^ a, y ^ b
        if not x:
            if y:
                raise ArithmeticError("the values are not linear")
            continue
        pivot = x.bit_length() - 1
        for k, (a, b) in rows.items():
            if a >> pivot & 1:
                rows[k] = a ^ x, b ^ y
        rows[pivot] = x, y
    return tuple([rows[k][1] if k in rows else 0 for k in range(bits)])
