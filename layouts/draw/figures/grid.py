"""A layout as a grid of its values with the boundaries of nested modes, and as a tape of memory; both linked."""

from __future__ import annotations

from ...errors import LayoutError
from ...inttuple import idx2crd, text
from ..model import Axis, Cell, Figure, Grid, Label, Span
from ..palette import RAMP, STEPS
from .parts import (
    LIMIT,
    axis_of_mode,
    check_count,
    coordinate_text,
    modes_of,
    named,
    shape_of,
    size_of,
    toning,
    value_text,
    values_of,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from ...inttuple import IntTuple

    Toning = Callable[[Any], int | None]

__all__ = ["grids_of", "layout_figure", "memory_legend", "places", "tape_figure", "tape_of"]

_TAPE = 256
"""The longest tape that is drawn below a grid unasked."""


def layout_figure(
    layout: Any, *, color: Any = "memory", tape: bool | None = None, title: str = "", limit: int = LIMIT
) -> Figure:
    """Return the values of a map in the grid of its first two modes, and where they fit, on a tape of memory.

    ``color`` is 'memory' (light to dark along memory), 'none', a number N for value % N, or a function of the value.
    """
    shape = shape_of(layout)
    values = values_of(layout, limit)
    tone = toning(color, values)
    down, across, rest = modes_of(shape)
    grids = grids_of(values, shape, tone)
    panels: list[tuple[Any, ...]] = [grids]
    numbers = [value for value in values if type(value) is int]
    span = max(numbers) - min(numbers) + 1 if numbers and len(numbers) == len(values) else 0
    if tape if tape is not None else 0 < span <= _TAPE and layout.size <= _TAPE:
        panels.append((tape_of(values, shape_of(layout), tone, limit),))
    name = named(layout)
    pages = f", on {len(grids)} pages" if rest else ""
    kind = "offsets" if numbers else "coordinates"
    alt = (
        f"The {kind} of the layout {name}: a grid of {size_of(down)} by {size_of(across)} cells{pages}{_ends(values)}."
    )
    if len(panels) > 1:
        alt += f" Below it memory, {places(span)}, each with the coordinates that are there{_holes(numbers, span)}."
    return Figure(title or name, tuple(panels), alt, _legend(color, values, tone, len(panels) > 1 and span))


def places(count: int) -> str:
    """Return a number of places in words.

    >>> places(1), places(8)
    ('1 place', '8 places')
    """
    return f"{count} place{'s' * (count != 1)}"


def _ends(values: Sequence[Any]) -> str:
    return f", from {value_text(values[0])} at the first coordinate to {value_text(values[-1])} at the last"


def _holes(numbers: Sequence[int], span: int) -> str:
    missed = span - len(set(numbers))
    return f"; holes: {missed}" if missed else ""


def _legend(color: Any, values: Sequence[Any], tone: Toning, span: Any) -> tuple[Label, ...]:
    labels = memory_legend(values) if color == "memory" else ()
    if type(color) is int:
        found = sorted({(v % color, tone(v)) for v in values if type(v) is int})[:32]
        labels = tuple([Label(f"{rest} mod {color}", shade) for rest, shade in found])
    if span and span > len(set(values)):
        labels = (*labels, Label("hole: no coordinate has this place", None, "hole"))
    return labels


def memory_legend(values: Sequence[Any]) -> tuple[Label, ...]:
    """Return what the first and the last step of the ramp mean."""
    numbers = [value for value in values if type(value) is int]
    if not numbers or len(numbers) < len(values) or min(numbers) == max(numbers):
        return ()
    return (
        Label(f"offset {min(numbers)}", RAMP),
        Label(f"darker: later in memory, up to {max(numbers)}", RAMP + len(STEPS) - 1),
    )


def grids_of(
    values: Sequence[Any],
    shape: IntTuple,
    tone: Toning,
    *,
    show: Callable[[Any], str] = value_text,
    marks: Callable[[int], str] | None = None,
    titles: Callable[[int], str] | None = None,
    key: Callable[[Any], str] = value_text,
) -> tuple[Grid, ...]:
    """Return the grids of all values of a shape: mode 0 down, mode 1 across, a grid for each place in the rest."""
    down, across, rest = modes_of(shape)
    rows, columns = size_of(down), size_of(across)
    one = not isinstance(shape, tuple) or len(shape) < 2
    row_axis, row_lines = axis_of_mode(down, "mode 0 ↓") if not one else (Axis(), ())
    column_axis, column_lines = axis_of_mode(across, "index →" if one else "mode 1 →")
    if marks is None and titles is None and len(values) > 2**12:  # large: cells of one value are one object
        made: dict[Any, Cell] = {}
        cells = []
        for value in values:
            found = made.get(value)
            if found is None:
                found = made[value] = Cell(show(value), tone(value), "", "", key(value))
            cells.append(found)
    else:
        said = titles or (lambda i: f"{coordinate_text(i, shape)} is index {i}, value {value_text(values[i])}")
        cells = [
            Cell(show(value), tone(value), marks(i) if marks else "", said(i), key(value))
            for i, value in enumerate(values)
        ]
    count = rows * columns
    flat = tuple([size_of(mode) for mode in rest])
    grids = []
    for page in range(len(values) // count):
        start = page * count
        body = tuple([tuple(cells[start + i : start + count : rows]) for i in range(rows)])
        title = f"modes 2.. at {text(idx2crd(page, flat))}" if rest else ""
        grids.append(Grid(body, row_axis, column_axis, row_lines, column_lines, title))
    return tuple(grids)


def tape_figure(layout: Any, *, color: Any = "memory", limit: int = LIMIT) -> Figure:
    """Return memory as a tape: each place with the coordinates of the layout that are there, and its holes."""
    values = values_of(layout, limit)
    tone = toning(color, values)
    tape = tape_of(values, shape_of(layout), tone, limit)
    name = named(layout)
    span = tape.shape[1]
    alt = f"Memory as {name} uses it: {places(span)}, each with the coordinates there{_holes(values, span)}."
    return Figure(name, ((tape,),), alt, _legend(color, values, tone, span))


def tape_of(values: Sequence[Any], shape: IntTuple, tone: Toning, limit: int = LIMIT) -> Grid:
    """Return the tape of places from the smallest value (or 0) to the largest, with the coordinates at each.

    Raises: LayoutError where values are coordinates; TooLargeError beyond ``limit`` places.
    """
    strange = next((value for value in values if type(value) is not int), None)
    if strange is not None or not values:
        raise LayoutError(f"draw: a tape has numbers for places, not {value_text(strange)}", strange)
    low = min(0, *values) if len(values) > 1 else min(0, values[0])
    high = max(values)
    check_count("the tape", high - low + 1, limit)
    held: dict[int, list[int]] = {}
    for index, value in enumerate(values):
        held.setdefault(value, []).append(index)
    cells = []
    for place in range(low, high + 1):
        found = held.get(place)
        if found is None:
            cells.append(Cell("", None, "hole", f"place {place} is a hole", str(place)))
            continue
        shown = [coordinate_text(index, shape) for index in found[:2]]
        if len(found) > 2:
            shown[1] = f"+{len(found) - 1} more"
        said = f"place {place}: {', '.join([coordinate_text(index, shape) for index in found[:16]])}"
        cells.append(Cell("\n".join(shown), tone(place), "", said, str(place)))
    places = tuple([Span(k, 1, str(low + k)) for k in range(len(cells))])
    return Grid(
        (tuple(cells),), Axis(), Axis("place in memory →", (places,)), (), (), "Memory", 8 if len(cells) > 8 else 0
    )
