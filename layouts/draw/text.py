"""A layout as an aligned table for the terminal."""

from __future__ import annotations

from ..errors import TooLargeError
from ..inttuple import amount, idx2crd

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["table_text"]


def table_text(layout: Any, *, limit: int = 2**16) -> str:
    """Return the values of a map as a table: mode 0 goes down, mode 1 across, further modes one table after the other.

    Anything with ``shape``, ``size`` and a call will do.  A map with one mode is one row.
    Raises: TooLargeError beyond ``limit`` values.

    >>> from layouts import Layout
    >>> print(table_text(Layout((2, 3), (3, 1))))
         0  1  2
      +---------
    0 |  0  1  2
    1 |  3  4  5
    """
    if layout.size > limit:
        raise TooLargeError(
            f"show: {layout} has {amount(layout.size)} values, more than the limit {limit}", layout.size
        )
    shape = layout.shape if isinstance(layout.shape, tuple) else (layout.shape,)
    sizes = [_size(mode) for mode in shape]
    if len(sizes) < 2:
        sizes = [1, *sizes]
    rows, columns = sizes[0], sizes[1]
    cells = [_cell(layout(i)) for i in range(layout.size)]
    width = max([len(cell) for cell in cells] + [len(str(columns - 1))])
    label = len(str(rows - 1))
    pages = []
    for page in range(layout.size // (rows * columns)):
        start = page * rows * columns
        lines = [f"mode 2.. at {idx2crd(page, tuple(sizes[2:]))}"] if len(sizes) > 2 else []
        lines.append(" " * (label + 4) + "  ".join([str(j).rjust(width) for j in range(columns)]))
        lines.append(" " * (label + 1) + "+" + "-" * (columns * (width + 2)))
        for i in range(rows):
            row = [cells[start + i + j * rows].rjust(width) for j in range(columns)]
            lines.append(f"{str(i).rjust(label)} |  {'  '.join(row)}")
        pages.append("\n".join(lines))
    return "\n\n".join(pages)


def _size(tree: Any) -> int:
    if not isinstance(tree, tuple):
        return int(tree)
    result = 1
    for child in tree:
        result *= _size(child)
    return result


def _cell(value: Any) -> str:
    return str(value).replace(" ", "")
