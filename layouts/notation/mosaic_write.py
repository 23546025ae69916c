"""From a linear layout, or a layout (thread, register), to the layout of Mosaic GPU that has it.

Layouts that JAX has a name for are tried first.  Otherwise the first tile is the whole array, and each further tile
takes one digit off: the slowest that is left in its dimension.  Registers must come in the order in which they are
numbered.
"""

from __future__ import annotations

from ..errors import LayoutError
from ..inttuple import _show
from .digits import Distribution, distribution_of
from .mosaic import (
    LANES,
    NAMED,
    WARPS,
    Replicated,
    TiledLayout,
    WGSplatFragLayout,
    WGStridedFragLayout,
    shortest,
    tiled,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Digit = tuple[int, int, int]  # (extent, dimension of the array, step in it)

__all__ = ["to_mosaic"]


def to_mosaic(
    value: Any, shape: tuple[int, ...] | None = None
) -> TiledLayout | WGSplatFragLayout | WGStridedFragLayout:
    """Return the layout of Mosaic GPU for a linear layout from register, lane and warp, or a layout (thread, register).

    A layout of CuTe's needs the ``shape`` of its tile.
    Ensures:  the digits of the result are those of the layout, for the same shape.
    Raises:   LayoutError where there are not 4 warps of 32 lanes, a step sets several bits, or registers are numbered
              in an order that no tiles give.

    >>> from ..encodings.nvidia import NVMMADistributedLayout
    >>> accumulator = NVMMADistributedLayout([3, 0], [4, 1], [16, 64, 16]).to_linear_layout([64, 64])
    >>> to_mosaic(accumulator) == NAMED["WGMMA_LAYOUT"]
    True
    """
    if isinstance(value, (TiledLayout, WGSplatFragLayout, WGStridedFragLayout)):
        return value
    found = distribution_of(value, shape, "to_mosaic", LANES)
    _check_counts(found)
    wanted = found.cute()
    for known in NAMED.values():
        if _fits(known, found.shape) and known.distribution(found.shape).cute() == wanted:
            return known
    made = _tiles(found)
    if made.distribution(found.shape).cute() != wanted:
        raise LayoutError(f"to_mosaic: no tiles have the layout {_show(wanted, 120, str)}", found.shape)
    return made


def _fits(layout: TiledLayout, shape: tuple[int, ...]) -> bool:
    base = layout.tiling[0]
    return len(shape) == len(base) and not any([n % t for n, t in zip(shape, base, strict=True)])


def _check_counts(found: Distribution) -> None:
    for name, wanted in (("lane", LANES), ("warp", WARPS), ("block", 1)):
        count = 1
        for extent, _ in found.digits(name):
            count *= extent
        if count != wanted:
            raise LayoutError(f"to_mosaic: a warpgroup has {wanted} of {name}, and the layout {count}", count)


def _tiles(found: Distribution) -> TiledLayout:
    places = {
        name: [_place(digit) for digit in found.digits(name) if digit[0] > 1] for name in ("register", "lane", "warp")
    }
    if any([dim < 0 for _, dim, _ in places["register"]]):
        raise LayoutError("to_mosaic: registers hold copies, and a tiled layout has none in registers", found.shape)
    vector = places["register"][:1]
    everything = [digit for row in places.values() for digit in row if digit[1] >= 0]
    chains = [sorted([d for d in everything if d[1] == dim], key=lambda d: -d[2]) for dim in range(len(found.shape))]
    for dim, chain in enumerate(chains):
        step = 1
        for extent, _, stride in reversed(chain):
            if stride != step:
                raise LayoutError(f"to_mosaic: in dimension {dim} the step {min(stride, step)} is not held once", step)
            step *= extent
        if step != found.shape[dim]:
            raise LayoutError(f"to_mosaic: in dimension {dim} {step} of {found.shape[dim]} elements are held", step)
    chains.append(places["register"][:0:-1])
    tiles = [list(found.shape)]
    for extent, dim, _ in _in_order(everything, chains):
        tile = list(tiles[-1])
        tile[dim] //= extent
        tiles.append(tile)
    short = shortest(tuple([tuple(tile) for tile in tiles if tile]))
    if short[-1] == (1,) and vector:
        short = short[:-1] if len(short) > 1 else short
    elif short[-1] != (1,) and not vector:
        short = (*short, (1,))
    dims = tiled(found.shape, short)
    at = {digit: i - len(dims) for i, digit in enumerate(dims) if digit[0] > 1}
    rows = [[Replicated(d[0]) if d[1] < 0 else at[d] for d in reversed(places[name])] for name in ("warp", "lane")]
    return TiledLayout(short, rows[0], rows[1], at[vector[0]] if vector else -1)


def _place(digit: tuple[int, tuple[int, ...]]) -> Digit:
    extent, steps = digit
    dim = next((i for i, step in enumerate(steps) if step), -1)
    return extent, dim, steps[dim] if dim >= 0 else 0


def _in_order(everything: list[Digit], chains: list[list[Digit]]) -> list[Digit]:
    """Return the digits so that each chain keeps its order; the last chain is that of the registers."""
    found: list[Digit] = []
    left = list(everything)
    while left:
        free = [d for d in left if all([chain[0] == d for chain in chains if d in chain])]
        if not free:
            raise LayoutError("to_mosaic: no tiles number the registers in this order", chains[-1])
        found.append(free[0])
        left.remove(free[0])
        for chain in chains:
            if chain and chain[0] == free[0]:
                chain.pop(0)
    return found
