"""A layout as a program on forms, so that a formula and a layout are compared, and a guess is proved, by algebra."""

from __future__ import annotations

from math import prod

from ..composed import ComposedLayout
from ..inttuple import leaves
from ..layout import Layout
from ..module import F2
from .forms import Form

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ..swizzle import Swizzle
    from .symbols import Symbols

__all__ = ["layout_run", "swizzled_form"]


def layout_run(value: Layout | ComposedLayout, offset: int = 0, variables: int = 1) -> Callable[[Symbols], Form]:
    """Return the program of ``offset + value``, or offset XOR value over F2, at the positions of the variables.

    The top-level modes are the variables, or all modes together the only one.  The last digit of a variable runs as far
    as its position does, so that a layout may be larger than the domain.
    """

    def run(symbols: Symbols) -> Form:
        positions = [symbols.region.position(v) for v in range(variables)]
        form = _after(symbols, value, positions)
        if isinstance(value, Layout) and value.over is F2:
            return symbols.xor(form, Form(offset))
        return form.plus(Form(offset))

    return run


def _after(symbols: Symbols, value: Any, positions: list[Form]) -> Form:
    if isinstance(value, Layout):
        return _plain(symbols, value, positions)
    inner = _after(symbols, value.inner, positions).plus(Form(value.offset))
    if value.outer is None:
        return inner
    if isinstance(value.outer, Layout):
        return _plain(symbols, value.outer, [inner])
    return swizzled_form(symbols, value.outer, inner)


def swizzled_form(symbols: Symbols, swizzle: Swizzle, form: Form) -> Form:
    """Return ``swizzle(form)``."""
    reach = abs(swizzle.shift)
    source, target = swizzle.base + reach, swizzle.base
    if swizzle.shift < 0:
        source, target = target, source
    moved = symbols.rest(symbols.parts(form, 1 << source)[0], 1 << swizzle.bits)
    return symbols.xor(form, moved.times(1 << target))


def _plain(symbols: Symbols, layout: Layout, positions: list[Form]) -> Form:
    shapes = layout.shape if len(positions) > 1 else (layout.shape,)
    total = Form(0)
    at = 0
    for position, shape in zip(positions, shapes, strict=True):  # type: ignore[arg-type]
        count = len(list(leaves(shape)))
        modes = [(s, d) for s, d in zip(layout._s[at : at + count], layout._d[at : at + count], strict=True) if s > 1]
        at += count
        highest = symbols.region.bounds(position)[1]
        if layout._s[at - count : at][-1:] == (1,) and (not modes or highest >= prod([s for s, _ in modes])):
            modes.append((1, layout._d[at - 1]))  # what lies beyond the other digits is this one
        for k, (extent, stride) in enumerate(modes):
            digit = position
            if k < len(modes) - 1:
                position, digit = symbols.parts(position, extent)
            else:
                extent = max(extent, 1 << symbols.region.bounds(digit)[1].bit_length())
            total = _xor_bits(symbols, total, digit, stride, extent) if layout.over is F2 else total.plus(digit, stride)
    return total


def _xor_bits(symbols: Symbols, total: Form, digit: Form, image: int, extent: int) -> Form:
    for k in range(extent.bit_length() - 1):
        digit, bit = symbols.parts(digit, 2)
        total = symbols.xor(total, bit.times(image << k))
    return total
