"""A layout as an index expression of its modes, so that it can be traced like a formula out of a kernel."""

from __future__ import annotations

from ..composed import ComposedLayout, Swizzle
from ..errors import ParseError
from ..inttuple import leaves
from ..layout import Layout
from ..linearity import bit_images
from ..module import F2, Z
from .expression import parse_expression

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from .syntax import Expression

__all__ = ["formula_of"]

_LONGEST = 10_000


def formula_of(layout: Any, modes: Sequence[str]) -> Expression | None:
    """Return the value of a layout as a C expression of its top-level modes, or of its index for a single name.

    None for layouts over coordinates, for chains with other maps than swizzles, and where the text gets long.

    >>> print(formula_of(Layout((4, (2, 3)), (8, (1, 100))), ["m", "n"]))
    m * 8 + n % 2 * 1 + n / 2 % 3 * 100
    """
    text = _text(layout, modes)
    if text is None or len(text) > _LONGEST:
        return None
    try:
        return parse_expression(text)
    except ParseError:  # a number beyond 64 bits
        return None


def _text(layout: Any, modes: Sequence[str]) -> str | None:
    if isinstance(layout, ComposedLayout):
        inner = _text(layout.inner, modes)
        if (
            inner is None
            or len(inner) > _LONGEST
            or not isinstance(layout.offset, int)
            or isinstance(layout.outer, Layout)
        ):
            return None
        moved = f"({inner}) + {layout.offset}" if layout.offset else inner
        return moved if layout.outer is None else _swizzled(layout.outer, moved)
    if not isinstance(layout, Layout) or layout.over not in (Z, F2):
        return None
    parts = [layout] if len(modes) == 1 else list(layout)
    if layout.over is F2:
        terms = [
            f"({name} >> {k} & 1) * {image}"
            for name, part in zip(modes, parts, strict=True)
            for k, image in enumerate(bit_images(part))
            if image
        ]
        return " ^ ".join(terms) or "0"
    terms = []
    for name, part in zip(modes, parts, strict=True):
        place = 1
        sizes, strides = list(leaves(part.shape)), list(leaves(part.stride))
        for k, (s, d) in enumerate(zip(sizes, strides, strict=True)):
            digit = f"{name} / {place}" if place > 1 else name
            digit += f" % {s}" if k < len(sizes) - 1 or len(sizes) > 1 else ""
            terms.append(f"{digit} * {d}" if s > 1 else "0")
            place *= s
    return " + ".join(terms) or "0"


def _swizzled(swizzle: Swizzle, text: str) -> str:
    mask = ((1 << swizzle.bits) - 1) << swizzle.base
    if swizzle.shift >= 0:
        return f"({text}) ^ (({text}) >> {swizzle.shift} & {mask})"
    return f"({text}) ^ (({text}) & {mask}) << {-swizzle.shift}"
