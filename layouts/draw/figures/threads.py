"""Who holds what: the tile with the thread and the value of each cell, and the table from (thread, value)."""

from __future__ import annotations

from ...errors import LayoutError, ProfileError
from ...inttuple import _show, clean, text
from ...layout import Layout
from ...linear.affine import AffineLayout
from ...linear.layout import LinearLayout
from ..model import Cell, Figure, Grid, Label
from ..palette import RAMP
from .parts import axis_of_mode, check_count, coordinate_text, modes_of, named, plain_axis, size_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from ...inttuple import IntTuple

__all__ = ["Held", "held_by", "held_by_linear", "threads_figure", "tile_grid", "whole_tile"]

LIMIT = 2**14
"""The most (thread, value) pairs of such a figure, unless it is told otherwise."""

_SHORT = {"register": "R", "lane": "L", "warp": "W", "block": "B", "thread": "T", "value": "V"}


class Held:
    """A tile and who holds what of it: ``holders[cell]`` lists (thread, value), cells counted with mode 0 fastest.

    ``said`` gives the short name of a thread and of a value, ``lanes`` the number that the colours count with.
    """

    def __init__(self, name: str, tile: IntTuple, names: Sequence[str], threads: int, values: int) -> None:
        self.name, self.tile, self.names = name, tile, names
        self.threads, self.values = threads, values
        self.cells = size_of(tile)
        self.holders: list[list[tuple[int, int]]] = [[] for _ in range(self.cells)]
        self.outside: list[tuple[int, int]] = []
        self.places: dict[tuple[int, int], int] = {}
        self.inputs: tuple[tuple[str, int], ...] = (("thread", threads),)
        self.value_name = "value"

    def add(self, thread: int, value: int, cell: int) -> None:
        """Note that a thread holds a cell."""
        if 0 <= cell < self.cells:
            self.holders[cell].append((thread, value))
            self.places[thread, value] = cell
        else:
            self.outside.append((thread, value))

    def thread_text(self, thread: int) -> str:
        """Return a thread in short: ``T5``, or ``W1 L5`` where it has parts."""
        parts = []
        for name, size in self.inputs:
            thread, digit = divmod(thread, size)
            if size > 1 or len(self.inputs) == 1:
                parts.append(f"{_SHORT.get(name, name[:6])}{digit}")
        return " ".join(reversed(parts)) or "T0"

    def value_text(self, value: int) -> str:
        """Return a value in short: ``V3``; nothing where there are no values to tell apart."""
        if not self.value_name:
            return ""
        return f"{_SHORT.get(self.value_name, self.value_name[:6])}{value}"

    def tone(self, thread: int) -> int:
        """Return the tone of a thread: its number in its warp."""
        return thread % RAMP


def threads_figure(value: Any, *, tile: Any = None, limit: int = LIMIT) -> Figure:
    """Return who holds what: a thread-value layout with its ``tile``, or a linear layout from register, lane, warp."""
    held = held_by(value, tile, limit)
    counts = {len(found) for found in held.holders}
    panels: list[Any] = [tile_grid(held, title="Who holds each element")]
    if held.threads * held.values <= 2**12:
        panels.append(_table(held))
    legend = _legend(held, counts)
    alt = (
        f"A tile of {text(held.tile)} elements; each cell names the thread and the value that hold it, by {held.name}. "
        f"{held.threads} threads hold {held.values} values each{_faults(held, counts)}."
    )
    return Figure(held.name, (tuple(panels),), alt, legend)


def _faults(held: Held, counts: set[int]) -> str:
    found = []
    if 0 in counts:
        found.append(f"{sum([not one for one in held.holders])} elements have no holder")
    if max(counts, default=0) > 1:
        several = sum([len(one) > 1 for one in held.holders])
        found.append(f"{several} elements have several holders")
    if held.outside:
        found.append(f"{len(held.outside)} values are outside the tile")
    return "; " + ", ".join(found) if found else ""


def _legend(held: Held, counts: set[int]) -> tuple[Label, ...]:
    first, last = held.thread_text(0), held.threads - 1
    shown = [Label(held.thread_text(t), held.tone(t)) for t in range(min(held.threads, 4))]
    more = [Label(f"... {held.thread_text(last)}", held.tone(last))] if last > 3 else []
    value = held.value_text(0)
    labels = [Label(f"{first} {value}: thread and value")] if value else []
    labels += [*shown, *more]
    if len(counts) > 1 and max(counts) > 1:
        labels.append(Label("held more often than others", None, "clash"))
    elif max(counts, default=0) > 1:
        labels.append(Label(f"+{max(counts) - 1}: as many others hold the same"))
    if 0 in counts:
        labels.append(Label("held by nobody", None, "hole"))
    if held.outside:
        t, v = held.outside[0]
        labels.append(Label(f"outside the tile: {len(held.outside)}, first {held.thread_text(t)} {held.value_text(v)}"))
    return tuple(labels)


def tile_grid(held: Held, *, title: str = "", transposed: bool = False, names: tuple[str, str] | None = None) -> Grid:
    """Return the tile with the holder of each cell."""
    counts = {len(found) for found in held.holders}
    uneven = len(counts - {0}) > 1
    down, across, rest = modes_of(held.tile)
    rows, columns = size_of(down), size_of(across) * size_of(rest)
    one = not isinstance(held.tile, tuple) or len(held.tile) < 2
    cells = [
        _tile_cell(held, index, uneven and len(held.holders[index]) > min(counts - {0})) for index in range(held.cells)
    ]
    body = [[cells[i + rows * j] for j in range(columns)] for i in range(rows)]
    inner = ", ".join(held.names[1:])  # of the modes that go across, the first is the fastest
    called = names or ((held.names[0], inner) if inner else ("", *held.names, "element"))
    row_axis, row_lines = axis_of_mode(down, f"{called[0]} ↓")
    column_axis, column_lines = axis_of_mode((across, *rest) if rest else across, f"{called[1]} →")
    if transposed:
        body = [list(column) for column in zip(*body, strict=True)]
        row_axis, row_lines = axis_of_mode(across, f"{called[1]} ↓")
        column_axis, column_lines = axis_of_mode(down, f"{called[0]} →")
    if one and not transposed:
        row_axis, row_lines = plain_axis([""]), ()
    return Grid(tuple([tuple(row) for row in body]), row_axis, column_axis, row_lines, column_lines, title)


def _tile_cell(held: Held, index: int, often: bool) -> Cell:
    found = held.holders[index]
    at = coordinate_text(index, held.tile)
    if not found:
        return Cell("", None, "hole", f"{at} is held by nobody", str(index))
    thread, value = found[0]
    content = f"{held.thread_text(thread)} {held.value_text(value)}".strip().replace(" ", "\n")
    if len(found) > 1:
        content += f" +{len(found) - 1}"
    said = "; ".join([f"{held.thread_text(t)} {held.value_text(v)}".strip() for t, v in found[:8]])
    return Cell(content, held.tone(thread), "clash" if often else "", f"{at}: {said}", str(index))


def _table(held: Held) -> Grid:
    """Return the table from (thread, value) to the coordinate of the element."""
    cells = []
    for thread in range(held.threads):
        row = []
        for value in range(held.values):
            index = held.places.get((thread, value))
            if index is None:
                row.append(Cell("outside", None, "clash", "outside the tile"))
                continue
            at = coordinate_text(index, held.tile)
            said = f"{held.thread_text(thread)} {held.value_text(value)} holds {at}, element {index}"
            row.append(Cell(at, held.tone(thread), "", said, str(index)))
        cells.append(tuple(row))
    rows = plain_axis([held.thread_text(t) for t in range(held.threads)], "thread ↓")
    columns = plain_axis([held.value_text(v) for v in range(held.values)], f"{held.value_name or 'value'} →")
    return Grid(tuple(cells), rows, columns, title="What each thread holds")


# -- reading -----------------------------------------------------------------------------------------------------------


def held_by(value: Any, tile: Any = None, limit: int = LIMIT) -> Held:
    """Return who holds what, of a thread-value layout, a linear layout or an operand."""
    if isinstance(value, (LinearLayout, AffineLayout)):
        return held_by_linear(value, limit)
    if tile is None and hasattr(value, "tv"):  # a tiled copy with its tiler, or a coverage with its tile
        tile, value = _plain_tile(getattr(value, "tiler", getattr(value, "tile", None))), value.tv
    if not isinstance(value, Layout) or not isinstance(value.shape, tuple) or value.rank != 2:
        raise LayoutError(
            f"draw: {_show(value)} is no thread-value layout; it has the two modes (thread, value)", value
        )
    threads, values = value[0].size, value[1].size
    check_count(named(value), threads * values, limit)
    goal = value.cosize if tile is None else clean(tile, "the tile")
    check_count("the tile", size_of(goal), max(limit, LIMIT))
    names = [f"mode {k}" for k in range(len(goal))] if isinstance(goal, tuple) else ["element"]
    held = Held(named(value), goal, names, threads, values)
    for thread in range(threads):
        for k in range(values):
            cell = value(thread + threads * k)
            if type(cell) is not int:
                raise ProfileError(f"draw: the values of {value} are coordinates, and not indices of a tile", value)
            held.add(thread, k, cell)
    return held


def _plain_tile(tile: Any) -> Any:
    """Return the shape of a tile whose modes may be layouts."""
    if isinstance(tile, tuple):
        return tuple([_plain_tile(part) for part in tile])
    return tile.size if isinstance(tile, Layout) else tile


def held_by_linear(layout: Any, limit: int = LIMIT) -> Held:
    """Return who holds what, of a linear or affine layout: ``register`` is the value, the other inputs the thread."""
    linear = getattr(layout, "linear", layout)
    ins, outs = linear.in_dims, linear.out_dims
    check_count(named(layout), layout.size, limit)
    tile = tuple([size for _, size in outs])
    check_count("the tile", size_of(tile), max(limit, LIMIT))
    register = next((name for name, _ in ins if name in ("register", "value", "reg")), None)
    others = [(name, size) for name, size in ins if name != register]
    values = dict(ins).get(register, 1) if register is not None else 1
    threads = size_of(tuple([size for _, size in others]))
    held = Held(_signature(linear), tile, [name for name, _ in outs], threads, values)
    held.inputs = tuple(others) or (("thread", 1),)
    held.value_name = register or ""
    if len(tile) == 1:
        held.tile = tile[0]
    table = [layout(i) for i in range(layout.size)] if layout.size else []
    for index, cell in enumerate(table):
        thread, value, place, rest = 0, 0, 1, index
        for name, size in ins:
            rest, digit = divmod(rest, size)
            if name == register:
                value = digit
            else:
                thread += digit * place
                place *= size
        held.add(thread, value, cell)
    return held


def _signature(linear: LinearLayout) -> str:
    sides = [", ".join([f"{name} {size}" for name, size in dims]) for dims in (linear.in_dims, linear.out_dims)]
    return f"{sides[0]} → {sides[1]}"


def whole_tile(held: Held) -> tuple[int, int]:
    """Return the rows and columns of the tile."""
    down, across, rest = modes_of(held.tile)
    return size_of(down), size_of(across) * size_of(rest)
