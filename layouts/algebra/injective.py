"""Injective, onto, bijective: decided from the modes, never from points.

Over F2 it is the rank of the bit images.  Over Z sort the strides.  When each one clears the span of those below it,
no two coordinates meet: ``(32,4):(1,33)`` has 33 > 31 * 1.  Otherwise two coordinates collide exactly when some
difference of digits z, with -s_k < z_k < s_k, is not zero and has sum(z_k . d_k) = 0; a bounded search over the modes
finds the first such pair or proves that there is none: in ``(2,3):(3,2)`` the stride 3 does not clear the span 4, and
the layout is injective all the same.
"""

from __future__ import annotations

from math import gcd

from ..codomain import axes, span
from ..errors import NotInvertibleError, TooLargeError
from ..layout import Layout, chain, read_layout
from ..linearity import bit_images
from ..module import F2, Z, Zn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from ..module import ArithTuple

__all__ = [
    "collision",
    "is_bijective",
    "is_injective",
    "missed_value",
    "on_one_axis",
    "require_natural",
    "same_collisions",
]

_STEPS = 200_000
"""The most steps of the search for a difference of digits."""


def same_collisions(value: Any, operation: str) -> Layout:
    """Return a layout with the same collisions: that at the beginning of a chain whose later maps are bijections."""
    known = getattr(type(value), "_same_collisions", None)
    found = None if known is None else known(value)
    return read_layout(value, operation) if found is None else found


def is_injective(layout: Layout) -> bool:
    """Tell whether no two coordinates have the same value.

    Raises: TooLargeError when the strides overlap in a way that 200,000 search steps do not settle.
    Cost: a sort of the modes where strides clear each other, as in all usual layouts, and a bounded search elsewhere;
    over F2 one elimination.  Independent of the size.

    >>> is_injective(Layout((2**20, 2**20), (2**20, 1))), is_injective(Layout((4, 2), (1, 3)))
    (True, False)
    """
    layout = same_collisions(layout, "is_injective")
    if layout._over is Z:
        low, high = layout.bounds()
        if layout.size > high - low + 1:  # more coordinates than numbers between the least and the largest value
            return False
    return collision(layout) is None


def collision(layout: Layout) -> tuple[int, int] | None:
    """Return the pair of indices i < j with the same value that has the smallest j, then the smallest i, or None.

    >>> collision(Layout((4, 2), (1, 3)))
    (3, 4)
    >>> collision(Layout((4, 4), (1, 3), over=F2))
    (3, 4)
    """
    layout = same_collisions(layout, "collision")
    if layout._over is F2:
        return _collision_f2(layout)
    extents, strides, places = layout._chain or chain(layout)
    if layout._over is Zn:
        strides = on_one_axis(layout, strides)
    return None if _clears(strides, extents) else _first_collision(extents, strides, places)


def on_one_axis(layout: Layout, strides: Sequence[ArithTuple]) -> tuple[int, ...]:
    """Return integer strides with the same collisions: the axes side by side, each clear of the spans before it."""
    weight = {}
    clear = 1
    for path, row in axes(layout._d).items():
        weight[path] = clear
        clear *= 2 * sum([abs(d) * (s - 1) for d, s in zip(row, layout._s, strict=True)]) + 1
    return tuple([sum([weight[path] * value for path, value in d.terms()]) for d in strides])


def _clears(strides: Sequence[int], extents: Sequence[int]) -> bool:
    """Tell whether each stride, in ascending size, is larger than the span of those below it: a sufficient test."""
    span = 0
    for d, s in sorted([(abs(d), s) for d, s in zip(strides, extents, strict=True) if s > 1]):
        if d <= span:
            return False
        span += d * (s - 1)
    return True


def _collision_f2(layout: Layout) -> tuple[int, int] | None:
    """Return the first dependent image: index 2**k against the combination of smaller images that it repeats."""
    basis: dict[int, tuple[int, int]] = {}  # top bit -> (vector, the index that has it)
    for k, image in enumerate(bit_images(layout)):
        vector, index = image, 1 << k
        while vector:
            top = vector.bit_length()
            if top not in basis:
                basis[top] = vector, index
                break
            vector ^= basis[top][0]
            index ^= basis[top][1]
        else:
            return index ^ (1 << k), 1 << k
    return None


def _first_collision(extents: Sequence[int], strides: Sequence[int], places: Sequence[int]) -> tuple[int, int] | None:
    """Find the difference of digits z = later - earlier with sum(z . d) = 0 that makes the later index smallest.

    The later index has the positive parts of z as digits, the earlier one the negative parts.  They are fixed from
    the slowest digit down, each by bisection: a wider box never loses a solution.
    """
    count = len(extents)
    low, high = [0] * count, [0] * count
    for top in range(count):  # the slowest digit that differs: the first that completes a collision
        low[top], high[top] = 1, extents[top] - 1
        if extents[top] > 1 and _has_zero(strides, low, high):
            break
        low[top], high[top] = 1 - extents[top], extents[top] - 1
    else:
        return None
    for m in range(top, -1, -1):
        high[m] = _smallest(1 if m == top else 0, high[m], lambda v: _has_zero(strides, low, _with(high, m, v)))  # noqa: B023
        if high[m] > 0:
            low[m] = high[m]
    for m in range(top, -1, -1):
        if high[m] == 0:
            low[m] = -_smallest(0, -low[m], lambda v: _has_zero(strides, _with(low, m, -v), high))  # noqa: B023
            high[m] = low[m]
    earlier = sum([-z * place for z, place in zip(low, places, strict=True) if z < 0])
    later = sum([z * place for z, place in zip(low, places, strict=True) if z > 0])
    return earlier, later


def _with(values: list[int], position: int, value: int) -> list[int]:
    return [*values[:position], value, *values[position + 1 :]]


def _smallest(least: int, most: int, holds: Callable[[int], bool]) -> int:
    """Return the smallest number for which a monotone property holds; it holds for ``most``."""
    while least < most:
        middle = (least + most) // 2
        if holds(middle):
            most = middle
        else:
            least = middle + 1
    return least


def _has_zero(strides: Sequence[int], low: Sequence[int], high: Sequence[int]) -> bool:
    """Tell whether some integer vector z with low <= z <= high has sum(z . strides) = 0.

    One digit after the other, the largest strides first.  What the digits below can add up to, as an interval and as
    multiples of their greatest common divisor, leaves an arithmetic progression of choices for each digit.
    """
    total = sum([d * a for d, a, b in zip(strides, low, high, strict=True) if a == b])
    free = [(d, a, b) if d > 0 else (-d, -b, -a) for d, a, b in zip(strides, low, high, strict=True) if d and a != b]
    free.sort(reverse=True)
    below = [(0, 0, 0)]  # for each suffix of the digits: least and greatest sum, greatest common divisor
    for d, a, b in reversed(free):
        least, greatest, divisor = below[-1]
        below.append((least + d * a, greatest + d * b, gcd(divisor, d)))
    below.reverse()
    stack = [(0, total)]
    steps = 0
    while stack:
        position, total = stack.pop()
        if position == len(free):
            if total == 0:
                return True
            continue
        choices = _choices(*free[position], total, *below[position + 1])
        steps += len(choices) + 1
        if steps > _STEPS:
            raise TooLargeError(
                f"{_STEPS} steps do not settle whether two coordinates collide under the overlapping strides {strides}",
                steps,
            )
        stack += [(position + 1, total + free[position][0] * z) for z in choices]
    return False


def _choices(d: int, a: int, b: int, total: int, least: int, greatest: int, divisor: int) -> range:
    """Return the digits z from a to b after which the rest, in [least, greatest] and a multiple of divisor, can fit."""
    first = max(a, -((greatest + total) // d))
    last = min(b, -(total + least) // d)
    if divisor <= 1:
        return range(first, last + 1)
    common = gcd(d, divisor)
    if total % common:
        return range(0)
    step = divisor // common
    residue = -total // common * pow(d // common, -1, step) % step if step > 1 else 0
    return range(first + (residue - first) % step, last + 1, step)


def require_natural(operation: str, layout: Layout) -> None:
    """Refuse a layout whose values are coordinates, or some of them negative, with the first index of those."""
    if layout._over is Zn:
        raise NotInvertibleError(f"{operation}: the values of {layout} are coordinates, not natural numbers", None)
    place = 1
    for d, s in zip(layout._d, layout._s, strict=True):
        if d < 0 and s > 1:
            raise NotInvertibleError(
                f"{operation}: {layout} takes the value {d} at index {place}, and values must be natural numbers", place
            )
        place *= s


def missed_value(layout: Layout) -> int | None:
    """Return the smallest natural number below the largest value that the layout does not take, or None.

    Requires: a layout over Z with natural strides, or one over F2.
    Cost: a sort of the modes: the values reach on without a hole exactly as long as each stride, in ascending order,
    is at most one more than what the smaller ones reach; over F2 one elimination.

    >>> missed_value(Layout((4, 2), (1, 5))), missed_value(Layout((4, 2), (1, 3))), missed_value(Layout(4, F2(2)))
    (4, None, 1)
    """
    layout = read_layout(layout, "missed_value")
    if layout._over is F2:
        tops = sorted([vector.bit_length() - 1 for vector in span(layout._s, layout._d)])
        return next((1 << k for k, top in enumerate(tops) if top != k), None)
    require_natural("missed_value", layout)
    reached = 0
    for d, s in sorted([(d, s) for d, s in zip(layout._d, layout._s, strict=True) if d and s > 1]):
        if d > reached + 1:
            return reached + 1
        reached += d * (s - 1)
    return None


def is_bijective(layout: Layout) -> bool:
    """Tell whether the layout takes each of the values 0..size-1 exactly once.

    >>> is_bijective(Layout((4, 8), (8, 1))), is_bijective(Layout((4, 8), (9, 1)))
    (True, False)
    """
    layout = read_layout(layout, "is_bijective")
    if layout._over is Zn:
        raise NotInvertibleError(f"is_bijective: the values of {layout} are coordinates", None)
    return layout.bounds() == (0, layout.size - 1) and missed_value(layout) is None
