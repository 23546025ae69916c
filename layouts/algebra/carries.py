"""Carries: composition decided exactly where division alone cannot tell.

Let P_i be the product of the first i extents of A.  The index n = B(x) has the value of its digits added freely, plus
c_i(x) times (d_i - s_(i-1) d_(i-1)) for the carries c_i out of mode i-1, and a coordinate x carries into P_i exactly
when the remainders of its strides modulo P_i add up to P_i or more.  That is one linear inequality over a box, so the
first x that carries is found directly, and the value there decides.  Only where carries of different modes cancel each
other are points enumerated.

By hand, ``(8,8):(8,1) o 6:3``: the multiples of 3 first carry into P_1 = 8 at 9 = 3 * 3, so a mode of 3 steps ends
there; A(3) = 24 is its stride, A(9) = 9 the next one, and the result is ``(3,2):(24,9)``.
"""

from __future__ import annotations

from ..codomain import axes, first_reaching
from ..errors import LayoutError, NotALayoutError, ProfileError, TooLargeError
from ..inttuple import amount
from ..layout import Layout, chain, trusted
from ..linearity import from_modes
from ..module import F2, Zn
from ..values import from_values_over
from .coalesce import describe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ..layout import Chain
    from ..module import Module

__all__ = [
    "ENUMERATED",
    "axes_of",
    "by_values",
    "exact",
    "first_box",
    "from_points",
    "limit_work",
    "refuse_negative",
    "value_at",
]

_STEPS = 2**21
"""The most pairs of a mode of A and a leaf of B between which carries are counted."""

_BOX = 4096
"""How many points are looked at before all of them."""

ENUMERATED = 2**22
"""The most points that are enumerated where carries cancel or the modules do not meet."""


class _UndecidedError(Exception):
    """Raised where carries out of different modes cancel, so that only the values can tell."""


def exact(A: Layout, B: Layout, chains: list[Chain], steps: list[list[int]]) -> Layout:
    """Compose with carries counted.

    ``chains`` are the independent numeral systems of A, one when B takes indices, one for each axis when B takes
    coordinates; ``steps[a][k]`` is the stride of leaf k of B in system a.
    """
    refuse_negative(A, B, chains, steps)
    limit_work(sum([len(extents) for extents, _, _ in chains]) * len(B._s))
    try:
        return from_modes(_exact_modes(A, B, chains, steps), B._shape, A._over)
    except _UndecidedError:
        return by_values(A, B, (A._over,))


def limit_work(steps: int) -> None:
    """Refuse what would take very long: layouts of thousands of modes after each other."""
    if steps > _STEPS:
        raise TooLargeError(f"composition: it takes {steps} steps between the modes, more than {_STEPS}", steps)


def refuse_negative(A: Layout, B: Layout, chains: list[Chain], steps: list[list[int]]) -> None:
    index = 1
    for k, n in enumerate(B._s):
        for (extents, _, _), strides in zip(chains, steps, strict=True):
            if strides[k] < 0 and n > 1 and (len(extents) > 1 or A._over is F2):
                raise NotALayoutError(
                    f"composition: {describe(A)} o {describe(B)}: B has the value {B(index)} at index {index}, "
                    f"and A has no digits for a negative number",
                    index,
                )
        index *= n


def _exact_modes(A: Layout, B: Layout, chains: list[Chain], steps: list[list[int]]) -> list[list[tuple[int, Any]]]:
    """Return the modes of each leaf of B, or raise at the first index that no layout has."""
    systems = [(places, strides) for _, strides, places in chains]
    parts: list[list[tuple[int, Any]]] = []
    known: list[tuple[int, list[int], Any]] = []  # extent, stride in each system, value
    index = 1  # of the unit digit
    for k, n in enumerate(B._s):
        modes: list[tuple[int, Any]] = []
        step, left = 1, n
        while left > 1:
            strides = [row[k] * step for row in steps]
            value = _value(A, systems, strides)
            run = min([left, *[_first_carry(places, r, left) for (places, _), r in zip(systems, strides, strict=True)]])
            if run < left and _value(A, systems, [r * run for r in strides]) == value * run:
                raise _UndecidedError
            modes.append((run, value))
            known.append((run, strides, value))
            if left % run:
                _check_carries(A, B, systems, known)
                raise _refusal(A, B, index * step * run, value * run)
            step *= run
            left //= run
        parts.append(modes)
        index *= n
    _check_carries(A, B, systems, known)
    return parts


def _first_carry(places: tuple[int, ...], stride: int, limit: int) -> int:
    """Return the smallest j at which the multiples of ``stride`` carry into some place, or ``limit`` if it is lower."""
    for p in places[1:]:
        rest = stride % p
        if rest:
            limit = min(limit, -(-p // rest))
    return limit


def _value(A: Layout, systems: list[tuple[tuple[int, ...], Any]], point: list[int]) -> Any:
    """Return the value of A where system a stands at ``point[a]``."""
    total = A._over.zero
    for (places, strides), n in zip(systems, point, strict=True):
        for p, d in zip(reversed(places), reversed(strides), strict=True):
            digit, n = divmod(n, p)
            total = total + d * digit
    return total


def _check_carries(A: Layout, B: Layout, systems: list[tuple[tuple[int, ...], Any]], known: list[Any]) -> None:
    """Refuse at the first coordinate of the known modes whose parts carry together; they carry nowhere else."""
    extents = tuple([run for run, _, _ in known])
    found = []
    for a, (places, _) in enumerate(systems):
        for p in places[1:]:
            index = first_reaching(extents, tuple([strides[a] % p for _, strides, _ in known]), p)
            if index is not None:
                found.append(index)
    if not found:
        return
    rest = index = min(found)
    point = [0] * len(systems)
    parts = A._over.zero
    for extent, strides, value in known:
        rest, digit = divmod(rest, extent)
        point = [n + digit * r for n, r in zip(point, strides, strict=True)]
        parts = parts + value * digit
    if _value(A, systems, point) == parts:
        raise _UndecidedError
    raise _refusal(A, B, index, parts)


def _refusal(A: Layout, B: Layout, index: int, would: Any) -> NotALayoutError:
    at = B(index)
    return NotALayoutError(
        f"composition: {describe(A)} o {describe(B)} is not a layout: index {index} has the value {value_at(A, at)}, "
        f"and every layout that is right before it has {would} there (B = {at} carries in A). "
        f"ComposedLayout(A, 0, B) keeps the chain.",
        index,
    )


def value_at(A: Layout, point: Any) -> Any:
    """Return the value of A at a value of B: an index, or a coordinate in which missing axes are 0."""
    return A(_completed(point, A._shape))


def _completed(point: Any, shape: Any) -> Any:
    if not isinstance(point, tuple) or not isinstance(shape, tuple):
        return point
    return tuple([_completed(c, s) for c, s in zip(point + (0,) * (len(shape) - len(point)), shape, strict=True)])


def axes_of(A: Layout, B: Layout) -> tuple[list[Chain], list[list[int]]]:
    """Return the modes of A that the axes of B stand for, and the strides of B on each."""
    rows = axes(B._d)
    chains = []
    for path in rows:
        mode = A
        for axis in path:
            if not isinstance(mode._shape, tuple) or axis >= len(mode._shape):
                raise ProfileError(
                    f"composition: {describe(B)} takes coordinates with an axis {path}, and the shape of {describe(A)} "
                    f"has none",
                    path,
                )
            mode = mode[axis]
        chains.append(chain(mode))
    return chains, [list(row) for row in rows.values()]


def first_box(layout: Layout) -> Layout:
    """Return the layout on its fastest digits, up to 4096 points: leaves as a whole, the last one cut to a divisor.

    Whatever no layout can say on this box, no layout can say on all points, and it goes wrong at the same index.
    """
    extents: list[int] = []
    left = _BOX
    for s in layout._s:
        part = s if s <= left else next(t for t in range(left, 0, -1) if s % t == 0)
        extents.append(part)
        left //= part
        if part < s:
            break
    return trusted(tuple(extents), layout._d[: len(extents)], layout._over)


def _all_values(A: Layout, B: Layout) -> Any:
    """Return the values A(B(i)) of all points, an array where they fit one; refuse a value of B that is negative."""
    if B._over is not Zn and min(B.bounds()) < 0:
        index = next(i for i in range(B.size) if B(i) < 0)
        raise NotALayoutError(
            f"composition: B has the value {B(index)} at index {index}, and A has no digits for it", index
        )
    if A._over is not Zn and B._over is not Zn:
        try:
            return A.at(B.table())
        except LayoutError:  # a value beyond int64
            pass
    return [value_at(A, B(i)) for i in range(B.size)]


def by_values(A: Layout, B: Layout, modules: tuple[Module, ...]) -> Layout:
    """Compose by looking at every point, in the first of ``modules`` that has an answer; a small box of them first."""

    def shown(part: Layout) -> str:
        return f"composition: {describe(A)} o {describe(part)}"

    return from_points(lambda part: _all_values(A, part), B, modules, shown)


def from_points(
    values: Callable[[Layout], Any],
    domain: Layout,
    modules: tuple[Module, ...],
    shown: Callable[[Layout], str],
    outer: str = "A",
    inner: str = "B",
    boxed: bool = True,
) -> Layout:
    """Return the layout with ``values(domain)``, of all points, in the first of ``modules`` that has one.

    With ``boxed`` the first box of the domain is tried first.  In messages ``shown(part)`` is the composition on a part
    of the domain, and ``ComposedLayout(outer, 0, inner)`` the chain that is recommended.
    """
    points = domain.size
    beginning = first_box(domain) if boxed else domain
    if beginning.size < points:
        possible = tuple([m for m in modules if m is not F2 or not points & (points - 1)])
        try:
            from_points(values, beginning, possible or modules, shown, outer, inner)
        except NotALayoutError as refused:
            message = refused.message.replace(shown(beginning), shown(domain), 1)
            raise NotALayoutError(message, refused.witness) from None
    if points > ENUMERATED:
        raise TooLargeError(
            f"{shown(domain)} can only be decided by enumeration, and {amount(points)} points are more than "
            f"{ENUMERATED}",
            points,
        )
    found = values(domain)
    try:
        return from_values_over(modules, found, domain._shape, shown(domain))
    except NotALayoutError as refused:
        hint = f"ComposedLayout({outer}, 0, {inner}) keeps the chain."
        raise NotALayoutError(f"{refused.message} {hint}", refused.witness) from None
