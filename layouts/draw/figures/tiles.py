"""Divide and product: a tile and its repetitions, coloured by tile or by copy."""

from __future__ import annotations

from ...algebra.divide import flat_divide, logical_divide, tiled_divide, zipped_divide
from ...algebra.product import blocked_product, logical_product, raked_product
from ...errors import LayoutError
from ...inttuple import _show
from ...layout import Layout, read_layout
from ..model import Figure, Grid, Label, Note
from ..palette import RAMP, spread
from .grid import grids_of
from .parts import LIMIT, check_count, coordinate_text, named, value_text, values_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["divide_figure", "product_figure"]

_PRODUCTS = {"logical": logical_product, "blocked": blocked_product, "raked": raked_product}


def divide_figure(layout: Any, *, tiler: Any, limit: int = LIMIT) -> Figure:
    """Return a layout coloured by tile, and divided: a column for each tile; below, the four regroupings as layouts."""
    layout = read_layout(layout, "draw")
    check_count(named(layout), layout.size, limit)
    divided = zipped_divide(layout, tiler)
    inside = divided[0].size
    index = zipped_divide(Layout(layout.shape), tiler)
    tile_of = {index(i): i // inside for i in range(index.size)}
    count = max(index.size // inside, 1)
    values = values_of(layout, limit)
    by_index = {i: tile_of.get(i) for i in range(layout.size)}
    original = _colored(
        values, layout, [by_index[i] for i in range(layout.size)], count, "The layout, one tone for each tile"
    )
    parts = values_of(divided, limit)
    regrouped = _colored(
        parts,
        Layout((inside, count)),
        [i // inside for i in range(divided.size)],
        count,
        "zipped: tile down, from tile to tile across",
    )
    names = [(f.__name__, f) for f in (logical_divide, zipped_divide, tiled_divide, flat_divide)]
    lines = []
    for name, divide in names:
        try:
            lines.append(f"{name:<15} {divide(layout, tiler)}")
        except LayoutError as error:
            lines.append(f"{name:<15} refused: {error}")
    panels = ((*original, *regrouped), (Note("\n".join(lines), "Four regroupings of the same modes", True),))
    name = f"{named(layout)} divided by {_tiler_text(tiler)}"
    alt = (
        f"The grid of {named(layout)} with one tone for each of {count} tiles of {inside} elements, and the same with "
        f"a column for each tile."
    )
    return Figure(name, panels, alt, _labels("tile", count))


def product_figure(block: Any, *, tiler: Any, which: str | None = None, limit: int = LIMIT) -> Figure:
    """Return the product of a block and a layout of its copies, coloured by copy: blocked, raked, or logical.

    ``which`` names one; without it, blocked and raked stand side by side where both layouts have the same rank.
    """
    first = read_layout(block, "draw")
    second = read_layout(tiler, "draw") if not isinstance(tiler, (int, tuple)) else Layout(tiler)
    check_count("the product", first.size * second.size, limit)
    if which is not None and which not in _PRODUCTS:
        raise LayoutError(f"draw: which is 'logical', 'blocked' or 'raked', not {_show(which)}", which)
    kinds = [which] if which is not None else ["blocked", "raked"]
    copies = values_of(logical_product(first, second), limit)
    copy_of: dict[Any, int] = {}
    for i, value in enumerate(copies):
        copy_of.setdefault(value, i // first.size)
    grids: list[Grid] = []
    for kind in kinds:
        found = _PRODUCTS[kind](first, second)
        values = values_of(found, limit)
        title = f"{kind}_product: {found}"
        grids += _colored(values, found, [copy_of.get(value) for value in values], second.size, title)
    name = f"{named(first)} times {named(second)}"
    alt = f"{' and '.join(kinds)} product of {name}: one tone for each of {second.size} copies of the block."
    return Figure(name, (tuple(grids),), alt, _labels("copy", second.size))


def _colored(values: list[Any], layout: Any, owners: list[int | None], count: int, title: str) -> tuple[Grid, ...]:
    """Return the grids of a layout with the tone of an owner for each index."""
    tones = [None if owner is None else spread(owner % RAMP, count) for owner in owners]
    numbered = grids_of(
        list(range(len(values))),
        layout.shape,
        tones.__getitem__,
        show=lambda i: value_text(values[i]),
        titles=lambda i: f"{coordinate_text(i, layout.shape)}: value {value_text(values[i])}, number {owners[i]}",
        key=lambda i: value_text(values[i]),
    )
    return tuple([_bordered(grid, f"{title} {grid.title}".strip()) for grid in numbered])


def _bordered(grid: Grid, title: str) -> Grid:
    """Return a grid with lines where all cells on both sides have different tones, which is between tiles."""
    rows = [[cell.tone for cell in row] for row in grid.cells]
    down = _borders(rows, grid.row_lines)
    across = _borders([list(column) for column in zip(*rows, strict=True)], grid.column_lines)
    return Grid(grid.cells, grid.rows, grid.columns, down, across, title)


def _borders(rows: list[list[Any]], lines: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    found = {i: 1 for i in range(1, len(rows)) if all([a != b for a, b in zip(rows[i - 1], rows[i], strict=True)])}
    if len(found) == len(rows) - 1:
        found = {}
    return tuple(sorted({**found, **dict(lines)}.items()))


def _labels(word: str, count: int) -> tuple[Label, ...]:
    labels = [Label(f"{word} {k}", spread(k, count)) for k in range(min(count, 8))]
    return (*labels, Label(f"... {count} in all")) if count > 8 else tuple(labels)


def _tiler_text(tiler: Any) -> str:
    if isinstance(tiler, tuple):
        return f"({','.join([_tiler_text(part) for part in tiler])})"
    return named(tiler)
