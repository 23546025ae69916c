"""An explanation as a figure: the operands, each step with its table, and the result."""

from __future__ import annotations

from ...derivation.model import Explanation
from ...derivation.words import show
from ...errors import LayoutError
from ...layout import Layout
from ..model import Axis, Cell, Figure, Grid, Note
from .grid import grids_of
from .parts import named, plain_axis, toning, values_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ...derivation.model import Step

__all__ = ["steps_figure"]

_GRID, _ROWS, _STEPS = 256, 64, 60
"""The most values of a layout that is drawn beside its step, rows of a table, and steps."""


def steps_figure(value: Any, *, grids: bool = True) -> Figure:
    """Return the steps of ``explain`` one below the other; ``grids`` draws the small layouts that they arrive at."""
    if not isinstance(value, Explanation):
        raise LayoutError(f"draw: {named(value)} is no explanation; explain(...) makes one", value)
    panels: list[tuple[Any, ...]] = []
    shown = [operand for operand in value.operands if _small(operand)]
    if grids and shown:
        panels.append(tuple([_grid(operand, show(operand)) for operand in shown]))
    count = _steps(value, "", panels, grids)
    if count > _STEPS:
        panels.append((Note(f"... and {count - _STEPS} steps more"),))
    if value.refusal is not None:
        panels.append((Note(str(value.refusal), "Refused"),))
        end = "It is refused."
    else:
        end = f"The result is {show(value.result)}."
        last = (_grid(value.result, f"Result: {show(value.result)}"),) if grids and _small(value.result) else ()
        panels.append(last or (Note(show(value.result), "Result"),))
    alt = f"The derivation of {value.heading} in {len(value.steps)} steps. {end}"
    return Figure(value.heading, tuple(panels), alt)


def _steps(explanation: Explanation, prefix: str, panels: list[tuple[Any, ...]], grids: bool, count: int = 0) -> int:
    """Add the steps, and those of inner explanations; return how many there are."""
    for number, step in enumerate(explanation.steps, 1):
        count += 1
        place = f"{prefix}{number}"
        if count <= _STEPS:
            panels += _panels(step, place, grids)
        if step.inner is not None and prefix.count(".") < 4:
            count = _steps(step.inner, f"{place}.", panels, grids, count)
    return count


def _panels(step: Step, place: str, grids: bool) -> list[tuple[Any, ...]]:
    after = "" if step.after is None or step.inner is not None else f"→ {show(step.after)}"
    note = Note("\n".join([part for part in (step.text, after) if part]), f"{place}. {step.title}")
    found: list[tuple[Any, ...]] = [(note,)]
    beside: list[Any] = []
    if step.rows:
        beside.append(_table(step))
    if grids and step.inner is None and _small(step.after):
        beside.append(_grid(step.after, ""))
    if beside:
        found.append(tuple(beside))
    return found


def _table(step: Step) -> Grid:
    """Return the table of a step."""
    wide = max([len(step.columns), *[len(row) for row in step.rows]])
    rows = []
    for row in step.rows[:_ROWS]:
        cells = [Cell(_cell_text(part)) for part in row]
        rows.append(tuple(cells + [Cell()] * (wide - len(row))))
    if len(step.rows) > _ROWS:
        rows.append((Cell(f"... {len(step.rows) - _ROWS} more"), *[Cell()] * (wide - 1)))
    heads = (*step.columns, *[""] * (wide - len(step.columns)))
    return Grid(tuple(rows), Axis(), plain_axis(heads))


def _cell_text(part: Any) -> str:
    return "-" if part is None else part if isinstance(part, str) else show(part)


def _small(value: Any) -> bool:
    return isinstance(value, Layout) and 1 < value.size <= _GRID


def _grid(layout: Any, title: str) -> Grid:
    values = values_of(layout, _GRID)
    grid = grids_of(values, layout.shape, toning("memory", values))[0]
    return Grid(grid.cells, grid.rows, grid.columns, grid.row_lines, grid.column_lines, title)
