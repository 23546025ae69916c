"""A matrix over F2 with the names of its bits: a column is an input bit, a row an output bit."""

from __future__ import annotations

from ...bits import BitMatrix
from ...errors import LayoutError
from ...inttuple import leaves, text
from ...layout import Layout
from ...linear.affine import AffineLayout
from ...linear.layout import LinearLayout
from ...linearity import to_matrix
from ...swizzle import Swizzle
from ..model import Cell, Figure, Grid, Label, Span
from ..palette import spread
from .parts import LIMIT, axis_of_bits, check_count, named

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

__all__ = ["matrix_figure", "matrix_grid"]


def matrix_figure(value: Any, *, limit: int = LIMIT) -> Figure:
    """Return the matrix of a linear layout, of a layout that is linear over F2, of a swizzle, or a matrix itself.

    Low bits come first.  An affine layout has its XOR constant in a last column.
    Raises: NotLinearError with its witness for a layout that is not linear.
    """
    matrix, ins, outs, constant = _read(value)
    check_count(named(value), len(matrix.columns) * matrix.rows, limit)
    grid = matrix_grid(matrix, ins, outs, constant)
    rank = matrix.rank()
    used = [(name, bits) for name, bits in ins if bits]
    labels = (
        [Label(f"bits of {name}", spread(k, len(used))) for k, (name, _) in enumerate(used)] if len(used) > 1 else []
    )
    name = named(value) if not isinstance(value, (LinearLayout, AffineLayout)) else "Matrix over F2"
    alt = (
        f"A matrix over F2 of {matrix.rows} rows, the output bits, and {len(matrix.columns)} columns, the input bits; "
        f"the image of an input bit is its column. Its rank is {rank}."
    )
    labels.append(Label(f"rank {rank}; column: what an input bit is worth; low bits first"))
    return Figure(name, ((grid,),), alt, tuple(labels))


def matrix_grid(
    matrix: BitMatrix, ins: Sequence[tuple[str, int]], outs: Sequence[tuple[str, int]], constant: int | None = None
) -> Grid:
    """Return the grid of a matrix, with dots for 0."""
    used = [bits for _, bits in ins if bits]
    tones = [spread(k, len(used)) for k, bits in enumerate(used) for _ in range(bits)]
    columns, column_lines = axis_of_bits(ins, "input bits →")
    rows, row_lines = axis_of_bits(outs, "output bits ↓")
    values = [*matrix.columns, *([] if constant is None else [constant])]
    tones += [0]
    if constant is not None:
        last = len(matrix.columns)
        column_lines = (*column_lines, (last, 2)) if last else ()
        added = [(Span(last, 1, "c"),), (Span(last, 1, "XOR"),)]
        levels = columns.levels or ((), ())
        columns = type(columns)(columns.name, tuple([(*a, *b) for a, b in zip(levels, added, strict=True)]))
    body = tuple(
        [
            tuple([_cell(v >> i & 1, tones[j], f"row {i}, column {j}") for j, v in enumerate(values)])
            for i in range(matrix.rows)
        ]
    )
    return Grid(body, rows, columns, row_lines, column_lines)


def _cell(bit: int, tone: int, where: str) -> Cell:
    return Cell("1", tone, "", where) if bit else Cell("·", None, "faint", where)


def _read(value: Any) -> tuple[BitMatrix, list[tuple[str, int]], list[tuple[str, int]], int | None]:
    if isinstance(value, (LinearLayout, AffineLayout)):
        linear: LinearLayout = value.linear if isinstance(value, AffineLayout) else value
        constant = None
        if isinstance(value, AffineLayout):
            constant = value(0) if value.size else 0
        return linear.matrix, _bits(linear.in_dims), _bits(linear.out_dims), constant
    if isinstance(value, BitMatrix):
        return value, [("in", len(value.columns))], [("out", value.rows)], None
    if isinstance(value, Swizzle):
        matrix = value.matrix()
        return matrix, [("x", len(matrix.columns))], [(f"{value}", matrix.rows)], None
    layout = value if isinstance(value, Layout) else getattr(value, "as_layout", lambda: None)()
    if layout is None:
        raise LayoutError(f"draw: {named(value)} has no matrix over F2", value)
    matrix = to_matrix(layout)
    modes = layout.shape if isinstance(layout.shape, tuple) else (layout.shape,)
    ins = [
        (f"mode {k} {text(mode)}", sum([leaf.bit_length() - 1 for leaf in leaves(mode)]))
        for k, mode in enumerate(modes)
    ]
    return matrix, ins, [("offset", matrix.rows)], None


def _bits(dims: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    return [(name, size.bit_length() - 1) for name, size in dims]
