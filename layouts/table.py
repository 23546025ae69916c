"""Whole-domain tables and array evaluation: every value of a layout, as fast as memory takes them.

A table is built in two levels.  A *low* part covers the fastest digits, some thousand values that stay in the cache;
a *high* part holds the remaining offsets; then one pass writes ``high[:, None] + low`` (or ``^``) into the result.
By hand, ``(2,4):(3,10)``: low is [0, 3], high is [0, 10, 20, 30], and row k of the result is ``high[k] + low``:
0 3 10 13 20 23 30 33.

A digit is an arithmetic progression, so a long one is cut anywhere: the last digit is cut into rows of the low part
and a tail that is shorter than one row.
"""

from __future__ import annotations

from .codomain import axes, bounds
from .errors import LayoutError, TooLargeError
from .inttuple import amount
from .layout import chain
from .module import F2, Zn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .layout import Layout

__all__ = ["at", "table"]

_LOW = 2**13
"""The most values in the low part: 64 KiB of int64.  From half of that on numpy writes a row without a buffer."""


def table(layout: Layout, *, out: Any = None, dtype: Any = None, limit: int = 2**26) -> Any:
    """Return all values of ``layout``; see ``Layout.table``."""
    size = layout.size
    if size > limit:
        raise TooLargeError(f"table: {layout} has {amount(size)} values, more than the limit {limit}", size)
    try:
        import numpy
    except ImportError:
        return [layout(i) for i in range(size)] if layout.over is Zn else _list_table(layout)
    rows = list(axes(layout._d).values()) if layout.over is Zn else [layout._d]
    form = (size, len(rows)) if layout.over is Zn else (size,)
    if out is None:
        out = numpy.empty(form, dtype=numpy.int64 if dtype is None else dtype)
    elif not isinstance(out, numpy.ndarray) or out.shape != form:
        found = getattr(out, "shape", type(out).__name__)
        raise LayoutError(f"table: out has the form {found}, and {layout} needs an array of the form {form}", found)
    if layout.over is not Zn:
        _check_range(numpy, layout, *layout.bounds(), out.dtype)
        _fill(numpy, out, *_without_tail(*chain(layout)[:2]), xor=layout.over is F2)
        return out
    column = numpy.empty(size, dtype=out.dtype)
    for axis, strides in enumerate(rows):
        _check_range(numpy, layout, *bounds(layout._s, strides), out.dtype)
        modes = [(s, d) for s, d in zip(layout._s, strides, strict=True) if s > 1]
        _fill(numpy, column, tuple([s for s, _ in modes]), tuple([d for _, d in modes]), xor=False)
        out[:, axis] = column
    return out


def at(layout: Layout, indices: Any) -> Any:
    """Return the values at an array of natural indices; see ``Layout.at``."""
    import numpy

    if layout.over is Zn:
        raise LayoutError(f"at: the values of {layout} are coordinates; evaluate one axis at a time", None)
    try:
        rest = numpy.asarray(indices)
    except ValueError as error:
        raise LayoutError(f"at: the indices form no array: {error}", None) from error
    if rest.size == 0:
        return numpy.zeros(rest.shape, dtype=numpy.int64)
    if rest.dtype.kind not in "iu" or int(rest.max()) >= 2**63:
        raise LayoutError(f"at: indices must be integers below 2**63, not {rest.dtype}", str(rest.dtype))
    smallest, largest = int(rest.min()), int(rest.max())
    extents, strides, places = chain(layout)
    if smallest < 0:  # which extends a single mode to the other side, and has no digits in several
        if len(extents) > 1 or layout.over is F2:
            raise LayoutError(f"at: the negative index {smallest} has no digits in {layout}", smallest)
        largest = max(largest, -smallest)
    # the greatest digits: the last mode takes the whole quotient
    tops = [min(s - 1, largest // p) for s, p in zip(extents[:-1], places[:-1], strict=True)]
    tops.append(largest // places[-1])
    _check_reach(layout, strides, tops, largest)
    rest = rest.astype(numpy.int64)
    result = numpy.zeros(rest.shape, dtype=numpy.int64)
    for k, (s, d, top) in enumerate(zip(extents, strides, tops, strict=True)):
        if k == len(extents) - 1:
            digit = rest
        elif s > largest:
            digit, rest = rest, rest * 0
        elif s & (s - 1):
            rest, digit = numpy.divmod(rest, s)
        else:
            digit, rest = rest & (s - 1), rest >> (s.bit_length() - 1)
        if layout.over is not F2:
            result += digit * d if top else 0
            continue
        for bit in range(top.bit_length() if d else 0):
            result ^= ((digit >> bit) & 1) * (d << bit)
    return result


def _check_reach(layout: Layout, strides: tuple[int, ...], tops: list[int], largest: int) -> None:
    """Refuse when a value, or a partial sum on the way to it, could leave int64."""
    if layout.over is F2:
        fits = all([d.bit_length() + top.bit_length() <= 64 for d, top in zip(strides, tops, strict=True) if d and top])
    else:
        fits = sum([abs(top * d) for d, top in zip(strides, tops, strict=True)]) < 2**63
    if not fits:
        raise LayoutError(f"at: a value of {layout} below index {largest + 1} may not fit in int64", largest)


def _check_range(numpy: Any, layout: Layout, low: int, high: int, dtype: Any) -> None:
    if dtype.kind not in "iu":
        raise LayoutError(f"table: the type must be an integer type, not {dtype}", str(dtype))
    info = numpy.iinfo(dtype)
    for value in (low, high):
        if not info.min <= value <= info.max:
            raise LayoutError(f"table: the value {value} of {layout} does not fit in {dtype}", value)


def _without_tail(extents: tuple[int, ...], strides: tuple[Any, ...]) -> tuple[tuple[int, ...], tuple[Any, ...]]:
    """Drop the trailing extent 1 that a chain keeps for the extension."""
    return (extents[:-1], strides[:-1]) if extents[-1] == 1 else (extents, strides)


def _list_table(layout: Layout) -> list[int]:
    """Return all values without numpy, by doubling."""
    values = [0]
    xor = layout.over is F2
    for s, d in zip(layout._s, layout._d, strict=True):
        if xor:
            for bit in range(s.bit_length() - 1):
                values += [value ^ (d << bit) for value in values]
        else:
            values = [value + digit * d for digit in range(s) for value in values]
    return values


def _fill(numpy: Any, out: Any, extents: tuple[int, ...], strides: tuple[int, ...], *, xor: bool) -> None:
    """Write the values of a flat layout into ``out``, whose length is the product of the extents."""
    size = out.shape[0]
    if size <= _LOW:
        out[:] = _small(numpy, extents, strides, out.dtype, xor=xor)
        return
    k, low_size = 0, 1  # modes 0..k-1 fit in the low part as a whole
    while low_size * extents[k] <= _LOW:
        low_size *= extents[k]
        k += 1
    s, d = extents[k], strides[k]
    rows = 1 << ((_LOW // low_size).bit_length() - 1)  # how much of mode k fits as well; a power of two for XOR
    if k == len(extents) - 1:
        _fill_last(numpy, out, (*extents[:k], rows), (*strides[:k], d), s // rows, rows * d, xor=xor)
    elif 2 * low_size >= _LOW or s % rows == 0:
        if s % rows:
            rows = 1
        low = _small(numpy, (*extents[:k], rows), (*strides[:k], d), out.dtype, xor=xor)
        high = numpy.empty(size // len(low), dtype=out.dtype)
        _fill(numpy, high, (s // rows, *extents[k + 1 :]), (rows * d, *strides[k + 1 :]), xor=xor)
        _outer(numpy, high, low, out, xor=xor)
    else:  # few fast values, then a long mode: fill it once, repeat it with the offsets of the rest
        block = low_size * s
        _fill(numpy, out[:block], extents[: k + 1], strides[: k + 1], xor=xor)
        high = numpy.empty(size // block, dtype=out.dtype)
        _fill(numpy, high, extents[k + 1 :], strides[k + 1 :], xor=xor)
        _outer(numpy, high[1:], out[:block], out[block:], xor=xor)


def _fill_last(
    numpy: Any, out: Any, extents: tuple[int, ...], strides: tuple[int, ...], count: int, step: int, *, xor: bool
) -> None:
    """Write ``count`` rows of the low part, each ``step`` beyond the one before, and the tail of one more."""
    low = _small(numpy, extents, strides, out.dtype, xor=xor)
    if xor:
        high = _small(numpy, (count,), (step,), out.dtype, xor=True)
    else:
        high = numpy.arange(count, dtype=out.dtype) * out.dtype.type(step)
    done = count * len(low)
    _outer(numpy, high, low, out[:done], xor=xor)
    if done < len(out):
        numpy.add(low[: len(out) - done], out.dtype.type(count * step), out=out[done:])


def _outer(numpy: Any, high: Any, low: Any, out: Any, *, xor: bool) -> None:
    combine = numpy.bitwise_xor if xor else numpy.add
    combine(high[:, None], low[None, :], out=out.reshape(len(high), len(low)))


def _small(numpy: Any, extents: tuple[int, ...], strides: tuple[int, ...], dtype: Any, *, xor: bool) -> Any:
    """Return the table of a small flat layout, mode by mode."""
    values = numpy.zeros(1, dtype=dtype)
    for s, d in zip(extents, strides, strict=True):
        if xor:
            for bit in range(s.bit_length() - 1):
                values = numpy.concatenate((values, values ^ dtype.type(d << bit)))
        else:
            steps = numpy.arange(s, dtype=dtype) * dtype.type(d)
            values = (steps[:, None] + values[None, :]).ravel()
    return values
