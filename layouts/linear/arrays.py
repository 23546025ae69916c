"""Linear layouts on numpy arrays: the whole domain by doubling, and look-ups for arrays of indices.

A flat index is cut into pieces of up to 11 bits.  For each piece there is a table of all XORs of its columns, which
stays in the cache; a value is the XOR of one look-up for each piece.
"""

from __future__ import annotations

from ..errors import LayoutError, ProfileError, TooLargeError
from ..inttuple import _show, to_int
from ..layout import trusted
from ..module import F2
from . import dims as d

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from .core import Core

__all__: list[str] = []

_PIECE = 11


def table(layout: Core, out_dim: str | None, *, out: Any, dtype: Any, limit: int) -> Any:
    """Return the values over the whole domain; see ``Core.table``."""
    columns = layout._matrix.columns
    if dtype is not None:
        _check_type(dtype)
    if layout.size > to_int(limit, "table: the limit"):
        raise TooLargeError(f"table: {d.number(layout.size)} values, more than the limit {limit}", layout.size)
    if out_dim is not None:
        offset, bits = d.find("table", out_dim, layout._outs, "output")
        columns = tuple([c >> offset & (1 << bits) - 1 for c in columns])
    return trusted((2,) * len(columns), columns, F2).table(out=out, dtype=dtype, limit=limit)


def at(layout: Core, indices: Any) -> Any:
    """Return the flat values at flat indices; see ``Core.at``."""
    import numpy

    rows, n = layout._matrix.rows, len(layout._matrix.columns)
    if rows > 63:
        raise LayoutError(f"at: values of {rows} bits do not fit in int64", rows)
    rest = _integers(numpy, "at: the indices", indices)
    if rest.size:
        smallest, largest = int(rest.min()), int(rest.max())
        if smallest < 0 or largest >= 1 << n:
            wrong = smallest if smallest < 0 else largest
            raise LayoutError(f"at: the index {wrong} is outside of 0..2**{n}-1", wrong)
    return _look_up(numpy, layout._matrix.columns, rest)


def apply_arrays(layout: Core, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the outputs at inputs of which one is an array at least; see ``Core.apply``."""
    import numpy

    tall = [name for name, bits in layout._outs if bits > 63]
    if tall:
        raise LayoutError(f"apply: values of {tall[0]!r} do not fit in int64", tall[0])
    _check_forms(numpy, inputs)
    flat = layout._matrix.rows <= 63
    wanted = [("", 0, layout._matrix.rows)] if flat else _fields(layout)
    parts: list[Any] = [None] * len(wanted)
    start = 0
    for name, bits in layout._ins:
        columns = layout._matrix.columns[start : start + bits]
        start += bits
        given = inputs[name]
        if getattr(given, "ndim", 0):
            if given.dtype.kind == "u":
                columns = columns[:64]  # bit 63 is no sign
            given = _integers(numpy, f"apply: the input {name!r}", given)
        else:
            given = to_int(given, f"apply: the input {name!r}")
            columns = tuple([c for i, c in enumerate(columns) if given >> i & 1])
            given = numpy.int64((1 << len(columns)) - 1) if len(columns) < 63 else -1
        for k, (_, offset, width) in enumerate(wanted):
            part = [c >> offset & (1 << width) - 1 for c in columns]
            found = _look_up(numpy, part, numpy.asarray(given))
            parts[k] = found if parts[k] is None else parts[k] ^ found
    if not flat:
        return {name: part for (name, _, _), part in zip(wanted, parts, strict=True)}
    return {name: parts[0] >> offset & (1 << bits) - 1 for name, offset, bits in _fields(layout)}


def _fields(layout: Core) -> list[tuple[str, int, int]]:
    start = d.offsets(layout._outs)
    return [(name, start[name], bits) for name, bits in layout._outs]


def _check_type(dtype: Any) -> None:
    """Refuse what is no type of a numpy array."""
    import numpy

    try:
        numpy.dtype(dtype)
    except (TypeError, ValueError, SyntaxError) as error:
        raise ProfileError(f"table: {_show(dtype)} is no dtype of numpy", dtype) from error


def _check_forms(numpy: Any, inputs: Mapping[str, Any]) -> None:
    """Refuse arrays that do not broadcast against each other, with their shapes."""
    shapes = {name: tuple(getattr(value, "shape", ())) for name, value in inputs.items()}
    try:
        numpy.broadcast_shapes(*shapes.values())
    except ValueError as error:
        shown = d.cut(", ".join([f"{name}: {shape}" for name, shape in shapes.items()]))
        raise ProfileError(f"apply: the arrays do not broadcast: {shown}", shapes) from error


def _integers(numpy: Any, operation: str, values: Any) -> Any:
    """Return an int64 array; unsigned values wrap around, which keeps their low bits."""
    try:
        array = numpy.asarray(values)
    except ValueError as error:
        raise LayoutError(f"{operation}: these form no array: {error}", None) from error
    if array.dtype.kind == "f" and not array.size:
        return array.astype(numpy.int64)
    if array.dtype.kind not in "iu":
        raise LayoutError(f"{operation} must be integers of at most 64 bits, not {array.dtype}", str(array.dtype))
    return array.astype(numpy.int64, copy=False)


def _look_up(numpy: Any, columns: Sequence[int], indices: Any) -> Any:
    """Return the XOR of the columns that the low bits of each index select; columns beyond bit 63 follow the sign."""
    result = None
    for first in range(0, len(columns), _PIECE):
        values = numpy.zeros(1, dtype=numpy.int64)
        for column in columns[first : first + _PIECE]:
            values = numpy.concatenate((values, values ^ column))
        piece = indices >> min(first, 63) if first else indices
        found = values.take(piece & (len(values) - 1), mode="clip")
        result = found if result is None else numpy.bitwise_xor(result, found, out=result if result.ndim else None)
    return numpy.zeros(indices.shape, dtype=numpy.int64) if result is None else result
