"""The values of a layout, read off its flat extents and strides: bounds, axes, coordinates, and the stride's text."""

from __future__ import annotations

from .inttuple import text
from .module import F2, ArithTuple, E, Z

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .module import Module

__all__ = ["as_coordinate", "axes", "bounds", "coprofile", "first_reaching", "span", "stride_text"]


def bounds(extents: tuple[int, ...], strides: tuple[int, ...]) -> tuple[int, int]:
    """Return the smallest and the largest value over Z."""
    low = high = 0
    for s, d in zip(extents, strides, strict=True):
        if d < 0:
            low += (s - 1) * d
        else:
            high += (s - 1) * d
    return low, high


def span(extents: tuple[int, ...], strides: tuple[int, ...]) -> list[int]:
    """Return a basis of the values over F2, each vector with a top bit of its own."""
    basis: dict[int, int] = {}
    for s, d in zip(extents, strides, strict=True):
        for k in range(s.bit_length() - 1):
            vector = d << k
            while vector:
                top = vector.bit_length()
                if top not in basis:
                    basis[top] = vector
                    break
                vector ^= basis[top]
    return list(basis.values())


def first_reaching(extents: tuple[int, ...], strides: tuple[int, ...], goal: int) -> int | None:
    """Return the smallest index whose value over Z is at least ``goal``, or None.

    The digits are fixed from the slowest down, each as small as the reach of the faster ones allows.
    """
    gains = [max(d, 0) * (s - 1) for s, d in zip(extents, strides, strict=True)]
    reach = sum(gains)
    if reach < goal:
        return None
    digits = [0] * len(strides)
    for k in reversed(range(len(strides))):
        reach -= gains[k]
        if goal > reach:
            digits[k] = -(-(goal - reach) // strides[k])
            goal -= digits[k] * strides[k]
    index, place = 0, 1
    for s, digit in zip(extents, digits, strict=True):
        index += digit * place
        place *= s
    return index


def axes(strides: tuple[Any, ...]) -> dict[tuple[int, ...], tuple[int, ...]]:
    """Return, for each axis over Zn in ascending order, the coefficients of all leaves on that axis."""
    found: dict[tuple[int, ...], dict[int, int]] = {}
    for k, d in enumerate(strides):
        for path, value in d.terms():
            found.setdefault(path, {})[k] = value
    return {path: tuple([found[path].get(k, 0) for k in range(len(strides))]) for path in sorted(found)}


def coprofile(strides: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the form of the coordinates over Zn, as a tree of zeros.

    Raises: ProfileError when an axis is a number in one stride and a tuple in another.
    """
    total = ArithTuple()
    for d in strides:
        for path, _ in d.terms():
            if not _holds(total.items, path):
                total = total + E(*path)
    return _zeros(total.items or (1,))  # type: ignore[no-any-return]


def _holds(items: Any, path: tuple[int, ...]) -> bool:
    for axis in path:
        if not isinstance(items, tuple) or axis >= len(items):
            return False
        items = items[axis]
    return isinstance(items, int) and items != 0


def _zeros(tree: Any) -> Any:
    return tuple([_zeros(child) for child in tree]) if isinstance(tree, tuple) else 0


def as_coordinate(value: ArithTuple, strides: tuple[Any, ...]) -> Any:
    """Return a value over Zn as a plain tuple in the form of all values of the layout."""
    return _pad(coprofile(strides), value.items)


def _pad(profile: Any, items: Any) -> Any:
    if not isinstance(profile, tuple):
        return items
    padded = (items if isinstance(items, tuple) else ()) + (0,) * len(profile)
    return tuple([_pad(p, padded[axis]) for axis, p in enumerate(profile)])


def stride_text(stride: Any, strides: tuple[Any, ...], over: Module) -> str:
    """Return the strides in the field's notation: ``F9`` over F2, ``1@0`` over Zn."""
    if over is Z:
        return text(stride)
    if over is F2:
        return text(_map(stride, lambda d: f"F{d}"))
    bare = any(strides)  # a zero stride shows its module only where no other stride does
    return text(_map(stride, lambda d: "0" if bare and not d else str(d)))


def _map(tree: Any, show: Callable[[Any], str]) -> Any:
    return tuple([_map(child, show) for child in tree]) if isinstance(tree, tuple) else show(tree)
