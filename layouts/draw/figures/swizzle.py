"""A swizzle on the bits of an address, and a tile before and after it."""

from __future__ import annotations

from ...composed import ComposedLayout
from ...errors import LayoutError
from ...inttuple import _show, to_int
from ...swizzle import Swizzle
from ..model import Arrow, Cell, Field, Figure, Grid, Label, Ruler
from ..palette import spread
from .parts import check_count, named, plain_axis

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["ruler_figure", "swizzle_figure", "swizzle_ruler"]

_SOURCE, _TARGET = 5, 13  # a dark orange, a light green
_WIDEST = 64


def swizzle_figure(value: Any, *, elem: int | None = None, limit: int = 2**12) -> Figure:
    """Return a swizzle as XOR arrows between the bits of an address, and a tile of chunks before and after it.

    A chunk is 2**M numbers, which stay together.  ``value`` is a swizzle, or a chain that ends with one.
    ``elem`` gives the bytes of an element, and then the ruler is shown in elements and in bytes.
    """
    swizzle = _read(value)
    panels: list[tuple[Any, ...]] = [(ruler,) for ruler in _rulers(swizzle, elem)]
    B, S = swizzle.bits, abs(swizzle.shift)
    legend: list[Label] = [Label("source: read", _SOURCE), Label("target: XORed with the source", _TARGET)]
    alt = _said(swizzle)
    if B and B + S <= 12 and limit >= 1 << (B + S):
        panels.append(tuple([_tile(swizzle, after) for after in (False, True)]))
        alt += (
            f" Below, {1 << B} rows of {1 << S} chunks before and after: each row keeps its chunks, in an order of its"
            " own."
        )
        legend.append(Label("a tone for each place in a row, as it is before", 0))
    return Figure(f"{swizzle}: B = {B}, M = {swizzle.base}, S = {swizzle.shift}", tuple(panels), alt, tuple(legend))


def ruler_figure(value: Any, *, elem: int | None = None) -> Figure:
    """Return a swizzle as XOR arrows between the bits of an address; with ``elem``, in elements, bytes and bits."""
    swizzle = _read(value)
    rulers = _rulers(swizzle, elem, bits=True)
    legend = (Label("source: read", _SOURCE), Label("target: XORed with the source", _TARGET))
    title = f"{swizzle}: B = {swizzle.bits}, M = {swizzle.base}, S = {swizzle.shift}"
    return Figure(title, tuple([(ruler,) for ruler in rulers]), _said(swizzle), legend)


def _said(swizzle: Swizzle) -> str:
    if not swizzle.bits:
        return f"The bits of an address; {swizzle} changes none."
    low, high = swizzle.base, swizzle.base + abs(swizzle.shift)
    source, target = (high, low) if swizzle.shift > 0 else (low, high)
    last = swizzle.bits - 1
    return (
        f"The bits of an address, low bit on the right. {swizzle} XORs the bits {source} to {source + last} onto the "
        f"bits {target} to {target + last}."
    )


def _read(value: Any) -> Swizzle:
    if isinstance(value, Swizzle):
        return value
    if isinstance(value, ComposedLayout) and isinstance(value.outer, Swizzle):
        return value.outer
    raise LayoutError(f"draw: {named(value)} is no swizzle and no chain that ends with one; write Sw<3,3,3>", value)


def _rulers(swizzle: Swizzle, elem: int | None, bits: bool = False) -> list[Ruler]:
    if elem is None:
        return [swizzle_ruler(swizzle, "")]
    size = to_int(elem, "elem")
    if size < 1 or size & (size - 1) or size > 2**20:
        raise LayoutError(f"draw: elem is a power of two of bytes, not {_show(elem)}", elem)
    shift = size.bit_length() - 1
    units = [("elements", 0), ("bytes", shift), *([("bits", shift + 3)] if bits else [])]
    found = []
    for unit, by in units:
        moved = Swizzle(swizzle.bits, swizzle.base + by, swizzle.shift)
        found.append(swizzle_ruler(moved, f"Address in {unit}: {moved}", by))
    return found


def swizzle_ruler(swizzle: Swizzle, title: str, inside: int = 0) -> Ruler:
    """Return the bits that a swizzle touches; the lowest ``inside`` ones are within an element."""
    B, M, S = swizzle.bits, swizzle.base, swizzle.shift
    width = max(M + B + abs(S), 1) if B else max(M, 1)
    if width > _WIDEST:
        raise LayoutError(f"draw: {swizzle} touches {width} bits; a ruler has at most {_WIDEST}", width)
    if not B:
        return Ruler(width, (Field(0, width, "unchanged"),), (), title)
    source, target = M + max(S, 0), M + max(-S, 0)
    fields = [
        Field(source, B, "source", _SOURCE),
        Field(target, B, "target", _TARGET),
    ]
    low, high = min(source, target), max(source, target)
    if inside:
        fields.append(Field(0, inside, "in an element"))
    if low > inside:
        fields.append(Field(inside, low - inside, f"stay: M = {M}" if not inside else "stay"))
    if high > low + B:
        fields.append(Field(low + B, high - low - B, "between"))
    arrows = tuple([Arrow(source + k, target + k) for k in range(B)])
    return Ruler(width, tuple(fields), arrows, title)


def _tile(swizzle: Swizzle, after: bool) -> Grid:
    """Return the chunks of a tile, 2**|S| to a row, as they lie before or after the swizzle."""
    B, M, S = swizzle.bits, swizzle.base, abs(swizzle.shift)
    rows, columns = 1 << B, 1 << S
    check_count("the tile", rows * columns, 2**12)
    content = {swizzle(chunk << M) >> M: chunk for chunk in range(rows * columns)}
    cells = []
    for i in range(rows):
        row = []
        for j in range(columns):
            chunk = content[j + columns * i] if after else j + columns * i
            said = f"place {j + columns * i}: chunk {chunk}, the numbers {chunk << M} to {(chunk + 1 << M) - 1} before"
            row.append(Cell(str(chunk), spread(chunk % columns, columns), "", said, str(chunk)))
        cells.append(tuple(row))
    unit = "number" if M == 0 else f"chunk of {1 << M}"
    title = f"{'After' if after else 'Before'}: each cell a {unit}"
    lines = tuple([(k, 1) for k in range(1 << B, columns, 1 << B)])
    return Grid(
        tuple(cells),
        plain_axis([str(i) for i in range(rows)], "row ↓"),
        plain_axis([str(j) for j in range(columns)], "place in the row →"),
        (),
        lines,
        title,
    )
