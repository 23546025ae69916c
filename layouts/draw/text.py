"""A layout as an aligned table for the terminal, a linear layout as its matrix too."""

from __future__ import annotations

from ..errors import TooLargeError
from ..inttuple import amount, idx2crd

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..linear.affine import AffineLayout
    from ..linear.layout import LinearLayout

__all__ = ["coordinate_table_text", "matrix_text", "table_text"]


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
        sizes = [1, 1, *sizes][-2:]
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


def matrix_text(linear: LinearLayout) -> str:
    """Return the matrix of a linear layout with the names of its rows and columns, ``.`` for 0.

    A column is a bit of an input, a row a bit of an output, in their order, low bits first.  Dimensions of size 1 have
    no bits.

    >>> from layouts import LinearLayout
    >>> L = LinearLayout([("register", [[0, 1]]), ("lane", [[1, 0], [2, 0]])], [("row", 4), ("column", 2)])
    >>> print(matrix_text(L))
              register  lane
              0         0 1
    row    0  .         1 .
           1  .         . 1
    column 0  1         . .
    """
    ins = [(name, bits, _digits(bits), len(name)) for name, bits in _bits(linear.in_dims)]
    outs = _bits(linear.out_dims)
    label = max([len(name) for name, _ in outs], default=0)
    number = max([_digits(bits) for _, bits in outs], default=0)
    start = " " * (label + 1 + number)
    heads, numbers, firsts = [], [], []
    first = 0
    for name, bits, width, least in ins:
        cells = " ".join([str(i).rjust(width) for i in range(bits)])
        group = max(least, len(cells))
        heads.append(name.ljust(group))
        numbers.append(cells.ljust(group))
        firsts.append((first, bits, width, group))
        first += bits
    lines = ["  ".join([start, *heads]), "  ".join([start, *numbers])]
    rows = iter(linear.get_matrix_view())
    for name, bits in outs:
        for i in range(bits):
            row = next(rows)
            marks = [".1"[entry] for entry in row]
            groups = [" ".join([m.rjust(w) for m in marks[k : k + n]]).ljust(g) for k, n, w, g in firsts]
            lines.append("  ".join([f"{name if i == 0 else '':<{label}} {i:>{number}}", *groups]))
    return "\n".join([line.rstrip() for line in lines])


def coordinate_table_text(linear: LinearLayout | AffineLayout, *, limit: int = 2**16) -> str:
    """Return the outputs of a linear or affine layout as a table of coordinates: input 0 goes down, input 1 across.

    Raises: TooLargeError beyond ``limit`` values.

    >>> from layouts import LinearLayout
    >>> L = LinearLayout([("register", [[0, 1]]), ("lane", [[1, 0], [2, 0]])], [("row", 4), ("column", 2)])
    >>> print(coordinate_table_text(L))
             0      1      2      3
      +----------------------------
    0 |  (0,0)  (1,0)  (2,0)  (3,0)
    1 |  (0,1)  (1,1)  (2,1)  (3,1)
    """
    return table_text(_Coordinates(linear), limit=limit)


class _Coordinates:
    """A layout whose values are coordinates, a plain number where there is one output."""

    def __init__(self, layout: LinearLayout | AffineLayout) -> None:
        self.layout, self.shape, self.size = layout, layout.shape, layout.size
        self.out_dims: list[tuple[str, int]] = getattr(layout, "linear", layout).out_dims  # type: ignore[union-attr]

    def __call__(self, index: int) -> Any:
        value, found = self.layout(index), []
        for _, size in self.out_dims:
            found.append(value % size)
            value //= size
        return found[0] if len(found) == 1 else tuple(found)

    def __str__(self) -> str:
        return str(self.layout)


def _bits(sizes: list[tuple[str, int]]) -> list[tuple[str, int]]:
    return [(name, size.bit_length() - 1) for name, size in sizes if size > 1]


def _digits(count: int) -> int:
    return len(str(max(count - 1, 0)))
