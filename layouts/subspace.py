"""Subspaces of F2^n, each given by the columns of a ``BitMatrix``: sum, intersection, common complement, membership.

The columns span the subspace; they may be dependent, repeated or zero.  Its reduced basis is ``U.image()``, its
dimension ``U.rank()``, its standard complement ``U.complement()``.  Results are reduced bases, so they depend on the
subspaces alone and can be compared with ``==``.

Two planes in F2^3 meet in a line at least.  By hand, {0, 1, 2, 3} and {0, 1, 4, 5}:

>>> U, V = BitMatrix((1, 2), rows=3), BitMatrix((1, 4), rows=3)
>>> intersection(U, V)
BitMatrix((1,), rows=3)
>>> subspace_sum(U, V)
BitMatrix((1, 2, 4), rows=3)

The unit vector 4 completes U but not V, and 2 completes V but not U; their sum completes both.

>>> common_complement(U, V)
BitMatrix((6,), rows=3)
"""

from __future__ import annotations

from .bit_input import _natural, _number, _show
from .bits import BitMatrix, _same
from .elimination import image
from .errors import ProfileError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import SupportsIndex

__all__ = ["common_complement", "contains", "intersection", "same_span", "subspace_sum"]


def subspace_sum(U: BitMatrix, V: BitMatrix) -> BitMatrix:
    """Return the reduced basis of U + V, the values ``u ^ v``.

    Requires: equal numbers of rows.
    Ensures:  ``dim(U + V) == dim U + dim V - dim(U meets V)``.
    Raises:   ProfileError with the two numbers.
    Cost:     one reduction.

    >>> subspace_sum(BitMatrix((3,)), BitMatrix((1,), rows=2))
    BitMatrix((1, 2), rows=2)
    """
    _same("subspace_sum", "rows", U, V)
    return U.hstack(V).image()


def intersection(U: BitMatrix, V: BitMatrix) -> BitMatrix:
    """Return the reduced basis of the values that are in both U and V.

    Requires: equal numbers of rows.
    Raises:   ProfileError with the two numbers.
    Cost:     two reductions.

    >>> intersection(BitMatrix((1, 6)), BitMatrix((2, 5)))
    BitMatrix((7,), rows=3)
    """
    _same("intersection", "rows", U, V)
    # A kernel vector of [U V] is a pair of combinations with one value; the low bits are the combination in U.
    low = (1 << len(U.columns)) - 1
    combinations = tuple([pair & low for pair in U.hstack(V).kernel().columns])
    return (U @ BitMatrix._new(combinations, len(U.columns))).image()


def common_complement(U: BitMatrix, V: BitMatrix) -> BitMatrix:
    """Return a W that completes U as well as V to the whole space.

    Requires: equal numbers of rows and equal dimensions; nothing else, since over F2 there is always such a W.
    Ensures:  ``U.rank() + W.rank() == U.rows``, W meets U and V in 0 only, and W is a reduced basis.
    Raises:   ProfileError with the two numbers of rows, or with the two dimensions.
    Cost:     six reductions.

    >>> common_complement(BitMatrix((1,), rows=2), BitMatrix((2,)))
    BitMatrix((3,), rows=2)
    """
    _same("common_complement", "rows", U, V)
    if U.rank() != V.rank():
        raise ProfileError(
            f"common_complement: dimensions differ, {U.rank()} and {V.rank()}: {_show(U)} with {_show(V)}",
            (U.rank(), V.rank()),
        )
    # Beyond the intersection, pair the bases of U and V: no sum of the u ^ v is in U, or one of the v would be.
    shared = intersection(U, V)
    beyond_U, beyond_V = _beyond(shared, U), _beyond(shared, V)
    diagonal = tuple([u ^ v for u, v in zip(beyond_U, beyond_V, strict=True)])
    outside = U.hstack(V).complement()
    return BitMatrix._new(diagonal + outside.columns, U.rows).image()


def _beyond(S: BitMatrix, U: BitMatrix) -> list[int]:
    """Return reduced basis vectors of U that complete the basis S of a subspace of U to a basis of U."""
    stacked = S.hstack(U.image())
    _, pivots = stacked.reduced_echelon()
    return [stacked.columns[p] for p in pivots[len(S.columns) :]]


def contains(U: BitMatrix, x: SupportsIndex) -> bool:
    """Tell whether x is in the subspace.

    Requires: ``0 <= x < 2**rows``.
    Raises:   ProfileError with x.
    Cost:     one reduction for all calls, then one step per bit of x.

    >>> contains(BitMatrix((1, 6)), 7), contains(BitMatrix((1, 6)), 2)
    (True, False)
    """
    value = _natural("contains", "the value", x)
    if value.bit_length() > U.rows:
        raise ProfileError(f"contains: value {_number(value)} has more bits than {_show(U)}", value)
    return image(U._reduced()[0], value) >> len(U.columns) == 0


def same_span(U: BitMatrix, V: BitMatrix) -> bool:
    """Tell whether U and V are the same subspace.

    Requires: equal numbers of rows.
    Raises:   ProfileError with the two numbers.
    Cost:     two reductions.

    >>> same_span(BitMatrix((1, 2)), BitMatrix((3, 3, 2, 0)))
    True
    """
    _same("same_span", "rows", U, V)
    return U.image() == V.image()
