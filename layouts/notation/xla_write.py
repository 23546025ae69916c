"""From a layout to the text of XLA that has it: which dimension is fastest, and which tiles.

By hand, ``((2,2),(2,3)):((2,12),(1,4))``: from the slowest, the digits are 2 of the rows, 3 of the columns, then 2 and
2.  A dimension that comes again begins a tile, so it is 4x6 in tiles of 2x2.
"""

from __future__ import annotations

from ..equality import equal
from ..errors import LayoutError, TooLargeError
from ..inttuple import _show
from ..layout import Layout
from ..module import Z
from .foreign import MAX_ITEMS
from .xla import XlaShape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Digit = tuple[int, int, int]  # (stride, extent, dimension)

__all__ = ["to_xla"]


def to_xla(value: Any, element_type: str = "f32") -> XlaShape:
    """Return the array of XLA whose offsets are those of a layout, one dimension for each mode.

    A layout has no element type, so one is chosen.  Tiles are found that lie within each other.
    Ensures:  ``equal(to_xla(L).to_layout(), L)``.
    Raises:   LayoutError with the stride where the offsets leave a gap or meet, or where no such tiles have the layout.

    >>> print(to_xla(Layout(((2, 2), (2, 3)), ((2, 12), (1, 4)))))
    f32[4,6]{1,0:T(2,2)}
    >>> print(to_xla(Layout((4, 8), (1, 4)), "bf16"))
    bf16[4,8]{0,1}
    """
    if isinstance(value, XlaShape):
        return value
    if not isinstance(value, Layout) or value.over is not Z:
        raise LayoutError(f"to_xla: {_show(value, 60, str)} is not a layout over Z", value)
    rank = len(value.shape) if type(value.shape) is tuple else 1
    if max(rank, len(value._s)) > MAX_ITEMS:
        raise TooLargeError(f"to_xla: the layout has {len(value._s)} modes, more than {MAX_ITEMS}", len(value._s))
    modes = list(value) if type(value.shape) is tuple else [value]
    digits = [(d, s, i) for i, mode in enumerate(modes) for s, d in zip(mode._s, mode._d, strict=True) if s > 1]
    digits.sort()
    step = 1
    for stride, extent, _ in digits:
        if stride != step:
            raise LayoutError(
                f"to_xla: {_show(value, 120, str)} is not compact: a stride is {stride}, and {step} is needed there",
                stride,
            )
        step *= extent
    digits.reverse()
    sizes = [mode.size for mode in modes]
    order = list(dict.fromkeys([dim for _, _, dim in digits]))
    order += [dim for dim in range(len(modes)) if dim not in order]
    found = XlaShape(element_type, sizes, order[::-1], _tiles(digits, order))
    if not equal(found.to_layout(), value):
        raise LayoutError(
            f"to_xla: {_show(value, 120, str)} is not made of tiles within each other;"
            f" {_show(found, 120, str)} differs",
            value,
        )
    return found


def _tiles(digits: list[Digit], order: list[int]) -> list[list[int]]:
    """Return the tiles: a new one begins where a dimension comes that is not slower than those of its level."""
    place = {dim: i for i, dim in enumerate(order)}
    levels: list[dict[int, int]] = [{}]
    for _, extent, dim in digits:
        if any([place[other] >= place[dim] for other in levels[-1]]):
            levels.append({})
        levels[-1][dim] = extent
    tiles: list[list[int]] = []
    tile = [1] * len(order)
    for level in reversed(levels[1:]):
        tile = [n * level.get(dim, 1) for n, dim in zip(tile, order, strict=True)]
        first = next(i for i, n in enumerate(tile) if n > 1)
        tiles.insert(0, tile[first:])
    return tiles
