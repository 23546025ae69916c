"""Paddings of a layout over Z: every stride from one on is made larger, so that rows start in other banks.

By hand, ``(64,64):(64,1)`` with 2-byte elements has rows of 128 bytes, and every row starts in bank 0.  With 8 elements
more, 16 bytes, row r starts in bank 4r mod 32, and eight rows of 16 bytes cover all banks: ``(64,64):(72,1)``.
"""

from __future__ import annotations

from math import gcd

from ..inttuple import unflatten
from ..layout import Layout
from ..module import Z

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["footprint", "paddings"]


def footprint(layout: Layout) -> int:
    """Return the elements of the array that holds a layout: the largest extent times its stride.

    >>> footprint(Layout((64, 64), (72, 1)))
    4608
    """
    return max([s * d for s, d in zip(layout._s, layout._d, strict=True)], default=1)


def paddings(layout: Layout, elem: int, alignment: int, row: int) -> Iterator[tuple[int, Layout]]:
    """Yield (pad, layout) for all paddings that keep rows aligned, the smallest array first.

    ``alignment`` and ``row``, the bytes of all banks, count bytes; the pad counts elements.  A padding adds the pad to
    one stride, and scales the strides beyond it in proportion.  Pads beyond a whole ``row`` are the same for the banks.
    Requires: a layout over Z.

    >>> [str(padded) for _, padded in paddings(Layout((64, 64), (64, 1)), 2, 16, 128)][:2]
    ['(64,64):(72,1)', '(64,64):(80,1)']
    """
    step = alignment // gcd(alignment, elem)
    period = row // gcd(row, elem)
    found = []
    for stride in sorted({d for s, d in zip(layout._s, layout._d, strict=True) if s > 1 and d > 1}):
        if not _is_row(layout, stride):
            continue
        for pad in range(step, period, step):
            strides = tuple([d // stride * (stride + pad) if d >= stride else d for d in layout._d])
            padded = Layout(layout.shape, unflatten(strides, layout.shape), over=Z)
            found.append((footprint(padded), pad, padded))
    for _, pad, padded in sorted(found, key=lambda entry: entry[:2]):
        yield pad, padded


def _is_row(layout: Layout, stride: int) -> bool:
    """Tell whether the layout is rows of a stride: what is below fits into one row, what is above counts whole rows."""
    below = 0
    for s, d in zip(layout._s, layout._d, strict=True):
        if s == 1:
            continue
        if d < 0 or (d >= stride and d % stride):
            return False
        below += (s - 1) * d if d < stride else 0
    return below < stride
