"""Equality of functions, decided from modes and bits and never from points.

Over Z the coalesced form is canonical: two layouts are the same function exactly when their coalesced modes are
identical, and the first mode that differs shows the first index that does.  By hand, ``(4,2):(1,4)`` is ``8:1`` and
``(4,2):(1,5)`` is itself; the extents 8 and 4 differ, so the maps part at index 4.

Over F2 the bit images are canonical.  A layout over Z and one over F2 are compared bit by bit, and the sum of the first
two images that share a bit is where + and XOR part.
"""

from __future__ import annotations

from .errors import LayoutError, ProfileError, TooLargeError
from .inttuple import _show, amount
from .layout import Layout, chain
from .linearity import first_carry
from .module import Z, Zn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["difference", "equal", "first_difference"]

_LOOKED_AT = 2**16


def equal(a: Any, b: Any, *, limit: int = 2**26) -> bool:
    """Tell whether two maps are the same function: equal sizes, and the same value at every index.

    Layouts of any module and swizzled layouts that are linear are compared by their modes and bits, at any size;
    only other maps are enumerated, up to ``limit`` points.
    Raises: TooLargeError beyond the limit.
    Cost: one step for each mode or index bit.

    >>> from layouts import F2
    >>> equal(Layout((2, 4), (1, 2)), Layout(8)), equal(Layout(8), Layout(8, over=F2))
    (True, True)
    """
    return _compared("equal", a, b, limit) is None


def difference(a: Any, b: Any, *, limit: int = 2**26) -> int | None:
    """Return the smallest index where two maps part, or None when they are the same function.

    When one domain is the beginning of the other, that is the first index that only one of them has.

    >>> difference(Layout((4, 2), (1, 4)), Layout((4, 2), (1, 5))), difference(Layout(8), Layout(6))
    (4, 6)
    """
    return _compared("difference", a, b, limit)


def _compared(operation: str, a: Any, b: Any, limit: int) -> int | None:
    """Return the difference; refuse in the name of ``operation``."""
    a, b = _as_layout(operation, a), _as_layout(operation, b)
    if not isinstance(a, Layout) or not isinstance(b, Layout):
        return _enumerated_difference(operation, a, b, limit)
    if a.over is Zn or b.over is Zn:
        # No coordinate is an integer: the maps differ at once unless both are over Zn.
        return _mode_difference(_short(a), _short(b)) if a.over is b.over else 0
    if a.over is Z and b.over is Z:
        return _mode_difference(_short(a), _short(b))
    return _bit_difference(operation, a, b)


def _as_layout(operation: str, value: Any) -> Any:
    """Return the plain layout that is the same function, where a value knows one; else the value."""
    if isinstance(value, Layout):
        return value
    known = getattr(value, "as_layout", None)
    if known is None:
        raise ProfileError(f"{operation}: {_show(value)} is not a layout; parse reads one from text", value)
    found = known()
    return value if found is None else found


def _short(layout: Layout) -> list[tuple[int, Any]]:
    return [(s, d) for s, d in zip(*chain(layout)[:2], strict=True) if s > 1]


def _mode_difference(a: list[tuple[int, Any]], b: list[tuple[int, Any]]) -> int | None:
    """Compare coalesced modes: they are canonical, so the first mode that differs shows the first index."""
    index = 1
    for (s, d), (t, e) in zip(a, b, strict=False):
        if d != e:
            return index
        if s != t:
            return index * min(s, t)
        index *= s
    return None if len(a) == len(b) else index


def _additive_bits(layout: Layout) -> tuple[list[int], int | None]:
    """Return the images of the index bits, as far as values are combinations of bit images, and where that ends."""
    images: list[int] = []
    size = 1
    for s, d in _short(layout):
        images += [d << k for k in range((s - 1).bit_length())]
        size *= s
        if s & (s - 1):
            return images, size
    return images, None


def _bit_difference(operation: str, a: Layout, b: Layout) -> int | None:
    """Compare a layout over F2 with one over F2 or Z: an image differs, or the sum carries, or a mode ends."""
    (images, end_a), (others, end_b) = _additive_bits(a), _additive_bits(b)
    common = min(len(images), len(others))
    agreeing = next((k for k in range(common) if images[k] != others[k]), common)
    found = [1 << agreeing] if agreeing < common else []
    if a.size != b.size:
        found.append(min(a.size, b.size))
    # Images that agree are natural numbers, so where one side adds and the other XORs an overlap is a carry.
    pair = first_carry(tuple(images[:agreeing])) if a.over is not b.over else None
    if pair is not None:
        found.append((1 << pair[0]) + (1 << pair[1]))
    first = min(found, default=None)
    end = end_b if end_a is None else end_a
    if end is None or first is None or first < end:
        return first
    # From the end of a mode whose extent is no power of two, sums of images mean nothing: look at the points.
    return _first_from(operation, a, b, end, min(a.size, b.size))


def _first_from(operation: str, a: Layout, b: Layout, start: int, stop: int) -> int:
    """Return the first index from ``start`` where two layouts differ, at the latest ``stop``, where they do."""
    for index in range(start, min(stop, start + _LOOKED_AT)):
        if a(index) != b(index):
            return index
    if stop - start > _LOOKED_AT:
        raise TooLargeError(f"{operation}: {a} and {b} agree at {_LOOKED_AT} points from index {start} on", _LOOKED_AT)
    return stop


def _enumerated_difference(operation: str, a: Any, b: Any, limit: int) -> int | None:
    points = min(a.size, b.size)
    if points > limit:
        raise TooLargeError(
            f"{operation}: {a} and {b} would be compared at {amount(points)} points, the limit is {limit}", points
        )
    if isinstance(a(0), int) != isinstance(b(0), int):
        return 0
    index = first_difference(_beginning(a, points), _beginning(b, points))
    return index if index is not None or a.size == b.size else points


def _beginning(value: Any, points: int) -> Any:
    """Return the first values of a map, as an array where the map makes them."""
    if value.size == points:
        return value.table(limit=points)
    try:
        return value.at(range(points))
    except (LayoutError, ImportError):
        return [value(i) for i in range(points)]


def first_difference(a: Any, b: Any) -> int | None:
    """Return the first position where two tables of the same length differ; lists or numpy arrays."""
    if isinstance(a, list) or isinstance(b, list):
        return next((i for i, (x, y) in enumerate(zip(a, b, strict=True)) if x != y), None)
    differs = a != b
    if differs.ndim > 1:
        differs = differs.any(axis=1)
    return int(differs.argmax()) if len(differs) and differs.any() else None
