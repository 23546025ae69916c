"""What figures share: labels and lines of nested modes, values within a limit, tones, words."""

from __future__ import annotations

from ...errors import LayoutError, TooLargeError
from ...inttuple import _show, amount, clean, idx2crd, leaves, text
from ..model import Axis, Span
from ..palette import RAMP, of_ramp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    from ...inttuple import IntTuple

__all__ = [
    "LIMIT",
    "axis_of_bits",
    "axis_of_mode",
    "check_count",
    "coordinate_text",
    "modes_of",
    "named",
    "plain_axis",
    "shape_of",
    "size_of",
    "toning",
    "value_text",
    "values_of",
]

LIMIT = 2**16
"""The most cells of a figure, unless it is told otherwise."""


def check_count(what: str, count: int, limit: int) -> None:
    """Refuse a figure of more cells than the limit."""
    if count > limit:
        raise TooLargeError(f"draw: {what} has {amount(count)} cells, more than the limit {limit}", count)


def values_of(layout: Any, limit: int = LIMIT) -> list[Any]:
    """Return all values of a map, at most ``limit`` of them: numbers, or tuples of numbers."""
    _check_map(layout)
    check_count(named(layout), layout.size, limit)
    table = getattr(layout, "table", None)
    if table is not None and hasattr(layout, "cosize"):
        try:
            found = table(limit=limit)
        except LayoutError:  # a value beyond int64, or one that is a coordinate
            found = None
        if found is not None and getattr(found, "ndim", 1) == 1:
            return list(found.tolist()) if hasattr(found, "tolist") else list(found)
    return [layout(i) for i in range(layout.size)]


def _check_map(value: Any) -> None:
    if isinstance(value, type) or not all([hasattr(value, name) for name in ("shape", "size", "__call__")]):
        raise LayoutError(f"draw: {named(value)} is no map with shape, size and a call", value)


def named(value: Any) -> str:
    """Return a value in its notation, on one line, not too long."""
    try:
        found = " ".join(str(value).split())
    except (RecursionError, ValueError):  # nested too deeply, or a number too long to print
        found = f"a {type(value).__name__}"
    return found if len(found) <= 400 else f"{found[:399]}…"


def value_text(value: Any) -> str:
    """Return a value for a cell: a number, or a coordinate without spaces; a very long number by its power of two.

    >>> value_text((1, 2)), value_text(2**200)
    ('(1,2)', 'over 2**200')
    """
    if type(value) is int:
        return str(value) if -(10**40) < value < 10**40 else f"{'-' * (value < 0)}{amount(abs(value))}"
    if isinstance(value, tuple):
        return f"({','.join([value_text(part) for part in value])})"
    return str(value)


def shape_of(layout: Any) -> IntTuple:
    """Return the shape of a map, checked where the map is not one of the library's.

    Raises: LayoutError where shape and size disagree.
    """
    _check_map(layout)
    shape = clean(layout.shape, "draw: an extent")
    if size_of(shape) != layout.size:
        raise LayoutError(
            f"draw: the shape {text(shape)} has {size_of(shape)} coordinates, and the size is {layout.size}"
        )
    return shape


def coordinate_text(index: int, shape: IntTuple) -> str:
    """Return the coordinate of an index, flat in its modes.

    >>> coordinate_text(5, (2, (2, 2))), coordinate_text(5, 8)
    ('(1,2)', '5')
    """
    flat = tuple([size_of(mode) for mode in shape]) if isinstance(shape, tuple) else shape
    return text(idx2crd(index, flat))


def size_of(mode: IntTuple) -> int:
    """Return the product of the leaves of a mode."""
    result = 1
    for leaf in leaves(mode):
        result *= leaf
    return result


def modes_of(shape: IntTuple) -> tuple[IntTuple, IntTuple, tuple[IntTuple, ...]]:
    """Return the modes that go down and across, and the rest; a map of one mode is a row."""
    modes = shape if isinstance(shape, tuple) else (shape,)
    if len(modes) < 2:
        return 1, modes[0] if modes else 1, ()
    return modes[0], modes[1], modes[2:]


def axis_of_mode(mode: IntTuple, name: str) -> tuple[Axis, tuple[tuple[int, int], ...]]:
    """Return the labels and the lines of a mode: a level of brackets, and a thicker line, for each leaf from 1 on.

    >>> axis, lines = axis_of_mode((2, 3), "mode 0")
    >>> [span.text for span in axis.levels[1]], lines
    (['0', '1', '2'], ((2, 1), (4, 1)))
    """
    extents = [leaf for leaf in leaves(mode) if leaf > 1]
    size = size_of(mode)
    levels = [tuple([Span(i, 1, str(i)) for i in range(size)])]
    lines: dict[int, int] = {}
    place = 1
    for depth, extent in enumerate(extents[:-1], 1):
        place *= extent
        level = max(1, min(depth, 3 - (len(extents) - 1 - depth)))  # the outermost line is the thickest
        lines.update(dict.fromkeys(range(place, size, place), level))
        levels.append(tuple([Span(at, place, str(at // place % extents[depth])) for at in range(0, size, place)]))
    levels = levels[:1] if size > 512 else [levels[0], *levels[1:][-3:]]
    return Axis(name, tuple(levels)), tuple(sorted(lines.items()))


def plain_axis(texts: Iterable[str], name: str = "") -> Axis:
    """Return labels without levels."""
    return Axis(name, (tuple([Span(k, 1, content) for k, content in enumerate(texts)]),))


def axis_of_bits(dims: Sequence[tuple[str, int]], name: str) -> tuple[Axis, tuple[tuple[int, int], ...]]:
    """Return the labels of bits that belong to named dimensions, given as (name, number of bits), low bits first."""
    inner, outer, lines, start = [], [], [], 0
    for dim, bits in dims:
        if not bits:
            continue
        inner += [Span(start + k, 1, str(k)) for k in range(bits)]
        outer.append(Span(start, bits, dim))
        if start:
            lines.append((start, 1))
        start += bits
    return Axis(name, (tuple(inner), tuple(outer)) if inner else ()), tuple(lines)


def toning(color: Any, values: Sequence[Any]) -> Callable[[Any], int | None]:
    """Return the tone of a value: along memory, modulo a number, by a function of the caller, or none."""
    if color is None or color == "none":
        return lambda _: None
    numbers = [value for value in values if type(value) is int]
    if color == "memory":
        if len(numbers) < len(values) or not numbers:
            return lambda _: None
        low, count = min(numbers), max(numbers) - min(numbers) + 1
        if count <= 2**16:
            tones = [of_ramp(v, count) for v in range(count)]
            return lambda value: tones[value - low]
        return lambda value: of_ramp(value - low, count)
    if callable(color):
        return lambda value: _tone(color(value))
    if type(color) is int and color > 0:
        return lambda value: value % color % RAMP if type(value) is int else None
    raise LayoutError(
        f"draw: color is 'memory', 'none', a number N for value % N, or a function, not {_show(color)}", color
    )


def _tone(found: Any) -> int | None:
    if found is None or (type(found) is int and found >= 0):
        return found
    raise LayoutError(f"draw: the function color gives a tone 0, 1, 2, ... or None, not {_show(found)}", found)
