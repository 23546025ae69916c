"""``vector_width``: the widest vector that one instruction can move, and what stops the next one.

A vector of v elements needs v elements side by side, at an address that is a multiple of the vector, everywhere.  By
hand, ``m*72 + k`` with 2-byte elements: 8 elements along k are 16 bytes, and a row of 72 is nine of them.  In
``m*68 + k`` row 1 begins at byte 136, which is a multiple of 8 and not of 16.

>>> print(vector_width("m*68 + k", "k", elem=2, variables={"m": 16, "k": 64}))
4 elements, 8 bytes; not 8: at m = 1, k = 0 the value 68 is not a multiple of 8
"""

from __future__ import annotations

from dataclasses import dataclass

from ..algebra.coalesce import coalesce
from ..composed import ComposedLayout
from ..errors import LayoutError, TooLargeError
from ..inttuple import _show, amount, to_int
from ..layout import Layout
from ..linearity import bit_images
from ..module import F2, Z
from .access import read_map
from .check import check
from .domain import Domain, read_variable, words
from .evaluate import evaluate
from .expression import parse_expression
from .lanes import mapping_of, read_lets
from .threads import mode_sizes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

__all__ = ["VectorReport", "vector_width"]


@dataclass(frozen=True, slots=True)
class VectorReport:
    """The widest vector: ``elements`` of it, ``bytes``, and ``reason`` and ``witness``, a point, against the double."""

    elements: int
    bytes: int
    reason: str
    witness: dict[str, int] | None
    method: str

    def to_json(self) -> dict[str, Any]:
        """Return the report as one object of JSON values."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    def __str__(self) -> str:
        text = f"{self.elements} element{'s' * (self.elements > 1)}, {self.bytes} byte{'s' * (self.bytes > 1)}"
        return f"{text}; not {2 * self.elements}: {self.reason}"


def vector_width(
    map: Any,
    along: str | int | None = None,
    *,
    elem: int,
    most: int = 16,
    base: int = 0,
    variables: Mapping[str, Any] | None = None,
    let: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    limit: int = 2**22,
) -> VectorReport:
    """Return the largest power of two v such that the elements along a mode are v side by side, and aligned.

    ``map`` is a layout or its text, and ``along`` the number of a mode, by default the last, as in a (thread, value)
    layout; or it is an expression over ``variables``, which all begin at 0, and ``along`` one of them, by default the
    last.  ``most`` is the bytes of the widest instruction: 16, or 32 on sm100.  The buffer begins at byte ``base``.
    Ensures: L(.., g v + i, ..) == L(.., g v, ..) + i for i < v, and (base + elem L(.., g v, ..)) % (elem v) == 0.
    Raises:  LayoutError for sizes that are no powers of two, TooLargeError where more than ``limit`` points must be
    looked at: the map is neither a sum nor an XOR of its digits.
    Cost:    one step for each mode or bit.

    >>> vector_width(Layout((32, 8), (8, 1)), elem=2).bytes, vector_width(Layout((32, 8), (1, 32)), elem=2).bytes
    (16, 2)
    """
    size, top, start = to_int(elem, "elem"), to_int(most, "most"), to_int(base, "base")
    for what, number in (("elem", size), ("most", top)):
        if number < 1 or number & (number - 1):
            raise LayoutError(f"vector_width: {what} = {number} is no power of two", number)
    value, names, mode = _read(map, along, variables, let)
    if start % size:
        raise LayoutError(f"vector_width: the base {start} is not a multiple of an element of {size} bytes", start)
    test, extent, method = _test(value, names, mode, start // size, limit, variables, let)
    width = 1
    while True:
        if 2 * width * size > top:
            return VectorReport(width, width * size, f"no instruction moves more than {top} bytes", None, method)
        if extent % (2 * width):
            return VectorReport(width, width * size, f"{names[mode]} has {extent} elements", None, method)
        fault = test(2 * width)
        if fault is not None:
            return VectorReport(width, width * size, fault[0], fault[1], method)
        width *= 2


def _read(map: Any, along: Any, variables: Any, let: Any) -> tuple[Any, list[str], int]:
    """Return the map, the names of its modes, and the number of the mode along which vectors lie."""
    value = read_map(map)
    if isinstance(value, str):
        names = list(mapping_of(variables, "variables"))
        read_lets(let)
        named = names[-1] if along is None and names else along
        mode: Any = names.index(named) if isinstance(named, str) and named in names else None
    elif isinstance(value, (Layout, ComposedLayout)) and not variables and not let:
        names = [f"mode {k}" for k in range(value.rank)]
        mode = value.rank - 1 if along is None else to_int(along, "along")
        mode = mode if 0 <= mode < value.rank else None
    else:
        raise LayoutError(f"vector_width: {_show(map)} is no layout, nor an expression over variables", map)
    if not isinstance(value, str) and isinstance(value(0), tuple):
        raise LayoutError(f"vector_width: the values of {value} are coordinates, not offsets", str(value))
    if mode is None:
        raise LayoutError(f"vector_width: {_show(along)} is none of {', '.join(names) or 'no variables'}", along)
    return value, names, mode


def _test(
    value: Any, names: list[str], mode: int, base: int, limit: int, variables: Any, let: Any
) -> tuple[Callable[[int], tuple[str, dict[str, int]] | None], int, str]:
    """Return the test of a width, the extent of the mode, and the method."""
    offset = base
    domain = None
    layout: Any = value
    if isinstance(value, str):
        domain = Domain([read_variable(name, spec) for name, spec in variables.items()])
        for variable in domain.variables:
            if not isinstance(variable.values, range) or variable.values.start:
                raise LayoutError(f"vector_width: {variable} does not begin at 0", variable.name)
        layout = check(value, variables, let=let, expect="any", limit=limit).layout
        if layout is not None and mode_sizes(layout) != [v.size for v in domain.variables]:
            layout = None
    if isinstance(layout, ComposedLayout):
        if layout.outer is None and isinstance(layout.inner, Layout) and layout.inner.over is Z:
            offset, layout = offset + layout.offset, layout.inner
        else:
            layout = layout.as_layout() or layout
    if isinstance(layout, Layout) and layout.over in (Z, F2) and not (layout.over is F2 and offset):
        units = _units(layout, names)
        extent = layout[mode].size
        return (lambda v: _by_units(units, names, names[mode], offset, v)), extent, "algebra"
    size = domain.size if domain is not None else layout.size
    if size > limit:
        raise TooLargeError(f"vector_width: {amount(size)} points are more than the limit {limit}", size)
    if domain is not None:
        table = evaluate(parse_expression(value), domain.arrays(0, size), read_lets(let)).values
        sizes = [v.size for v in domain.variables]
    else:
        table, sizes = layout.table(limit=limit), [m.size for m in layout]
    return (lambda v: _by_table(table, sizes, names, mode, base, v)), sizes[mode], f"enumeration of {size} points"


def _units(layout: Layout, names: list[str]) -> list[tuple[str, int, int]]:
    """Return (mode, digit value, what it adds) for every unit digit, over F2 for every bit; extents of 1 have none."""
    found = []
    modes = list(layout) if isinstance(layout.shape, tuple) else [layout]
    for name, part in zip(names, modes, strict=True):
        if layout.over is F2:
            found += [(name, 1 << k, image) for k, image in enumerate(bit_images(part))]
            continue
        place = 1
        part = coalesce(part)
        for s, d in zip(part._s, part._d, strict=True):
            # In a run of steps 1, 2, 4, ... suffice; a coalesced mode never goes on where the one before it ends.
            found += [(name, place * (1 << k), d << k) for k in range((s - 1).bit_length())]
            place *= s
    return found


def _by_units(
    units: list[tuple[str, int, int]], names: list[str], along: str, offset: int, v: int
) -> tuple[str, dict[str, int]] | None:
    zero = dict.fromkeys(names, 0)
    if offset % v:
        return f"at {words(zero)} the value {offset} is not a multiple of {v}", zero
    for name, digit, step in units:
        at = {**zero, name: digit}
        if name == along and digit % v:
            if step != digit:
                return f"at {words(at)} the value is {offset + step}, and {offset + digit} is side by side", at
        elif step % v:
            return f"at {words(at)} the value {offset + step} is not a multiple of {v}", at
    return None


def _by_table(
    table: Any, sizes: list[int], names: list[str], mode: int, base: int, v: int
) -> tuple[str, dict[str, int]] | None:
    import numpy

    values = numpy.asarray(table).reshape(sizes, order="F") + base
    lines = numpy.moveaxis(values, mode, -1)
    starts = numpy.repeat(lines[..., ::v], v, axis=-1)
    wrong = (lines != starts + numpy.arange(sizes[mode]) % v) | (starts % v != 0)
    if not wrong.any():
        return None
    wrong = numpy.moveaxis(wrong, -1, mode)
    index = int(wrong.reshape(-1, order="F").argmax())
    point = [int(k) for k in numpy.unravel_index(index, sizes, order="F")]
    at = dict(zip(names, point, strict=True))
    first = [k - k % v if axis == mode else k for axis, k in enumerate(point)]
    start = int(values[tuple(first)])
    if start % v:
        return f"at {words(dict(zip(names, first, strict=True)))} the value {start} is not a multiple of {v}", at
    goal = start + point[mode] % v
    return f"at {words(at)} the value is {int(values[tuple(point)])}, and {goal} is side by side", at
