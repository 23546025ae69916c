"""A layout of CuTe's read as (thread, register) to the elements of a tile, and which of its threads are a warp.

CuTe's text does not say what a layout is from: ``(8,16):(16,1)`` may be an array, or 8 threads with 16 values.  With
the shape of a tile it is read as (thread, register) where that is the only reading, and otherwise refused until the
number of lanes is said.
"""

from __future__ import annotations

from ..errors import LayoutError, ProfileError
from ..inttuple import _show, to_int
from ..layout import Layout
from ..linear.cute import to_linear
from ..linear.layout import LinearLayout
from ..linear.utils import standard_out_dim_names
from ..module import Zn
from .foreign import Foreign, needed_shape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["ThreadValue", "check_thread_value"]

LANES = 32


class ThreadValue(Foreign):
    """A layout (thread, register); ``warp_size`` threads are a warp, ``warps`` warps a block, None where not said.

    Raises:   ProfileError for a layout that has not two modes, or counts below 1.
    """

    __slots__ = ("layout", "warp_size", "warps")
    _fields = ("layout", "warp_size", "warps")
    in_registers = True
    layout: Layout
    warp_size: int | None
    warps: int | None

    def __init__(self, layout: Layout, warp_size: Any = None, warps: Any = None) -> None:
        counts = []
        for name, count in (("warp size", warp_size), ("number of warps", warps)):
            number = None if count is None else to_int(count, f"convert: the {name}")
            if number is not None and not 1 <= number <= 2**20:
                raise ProfileError(f"convert: the {name} is 1 or more, not {_show(number)}", number)
            counts.append(number)
        self._set(layout=layout, warp_size=counts[0], warps=counts[1])

    def __str__(self) -> str:
        return str(self.layout)

    def cute(self, shape: Any) -> tuple[Layout, str]:
        self.counts(needed_shape("a layout (thread, register) has no tile", shape, "16x8"))
        tile = "x".join(map(str, shape))
        return self.layout, f"from (thread, register) to the element of the {tile} tile, counted with dim0 fastest"

    def linear(self, shape: Any) -> tuple[LinearLayout, str]:
        sizes = needed_shape("a layout (thread, register) has no tile", shape, "16x8")
        lanes, warps, blocks = self.counts(sizes)
        outs = dict(zip(standard_out_dim_names(len(sizes)), sizes, strict=True))
        ins = {"lane": lanes, "warp": warps, "block": blocks, "register": self.layout[1].size}
        if blocks == 1:
            del ins["block"]
        linear = to_linear(self.layout, ins, outs)
        linear = linear.transpose_ins([name for name in ("register", "lane", "warp", "block") if name in ins])
        ins_shown, outs_shown = ", ".join(linear.get_in_dim_names()), ", ".join(outs)
        to = outs_shown if len(outs) == 1 else f"({outs_shown})"
        said = f"from ({ins_shown}) to {to}; the first {lanes} threads are a warp"
        return linear, said + (f", {warps} warps are a block" if blocks > 1 else "")

    def counts(self, shape: tuple[int, ...]) -> tuple[int, int, int]:
        """Return how many lanes, warps and blocks the threads are.

        Raises:   LayoutError where the text has another reading, or the threads are no whole number of warps.
        """
        layout, lanes = self.layout, self.warp_size
        check_thread_value(layout, shape, lanes is not None or self.warps is not None)
        threads, parts = layout[0].size, _parts(layout[0])
        if lanes is None:
            if len(parts) > 1 and parts[0] == 64:
                raise LayoutError(
                    f"convert: the threads of {_shown(layout)} begin with a mode of 64, which may be a warp of 64 lanes"
                    " or two of 32: say --warp-size 64 or --warp-size 32",
                    64,
                )
            lanes = LANES
        if threads % lanes:
            hint = "" if self.warp_size else "; --warp-size says another number. A layout of memory has its own shape"
            raise LayoutError(
                f"convert: {_shown(layout)} has {threads} threads, and a warp has {lanes} lanes{hint}", threads
            )
        rest = threads // lanes
        if self.warps is None and len(parts) == 3 and parts[0] == lanes and parts[2] > 1:
            raise LayoutError(
                f"convert: the threads of {_shown(layout)} are (lane, {parts[1]}, {parts[2]}): the last may be blocks"
                f" of a cluster or further warps; --warps says how many warps a block has, such as {parts[1]} or"
                f" {rest}",
                parts[2],
            )
        warps = rest if self.warps is None else self.warps
        if rest % warps:
            raise LayoutError(f"convert: {rest} warps of {_shown(layout)} are no blocks of {warps} warps", rest)
        return lanes, warps, rest // warps


def check_thread_value(layout: Layout, shape: tuple[int, ...], asked: bool) -> None:
    """Refuse a layout that is not (thread, register), or that may as well be an array of the shape.

    >>> check_thread_value(Layout((8, 16), (16, 1)), (8, 16), False)
    Traceback (most recent call last):
    layouts.errors.LayoutError: convert: (8,16):(16,1) has its own shape, 8x16: with --shape 8x16 it may be an array, \
or 8 threads with 16 registers; leave the shape out for the array, and say --warp-size for threads
    """
    if layout.over is Zn or type(layout.shape) is not tuple or layout.rank != 2:
        raise LayoutError(
            f"convert: {_shown(layout)} has its own shape; with a shape, (thread, register) of a tile is read", shape
        )
    threads, registers = layout[0].size, layout[1].size
    if not asked and (threads, registers) == tuple(shape):
        tile = f"{threads}x{registers}"
        raise LayoutError(
            f"convert: {_shown(layout)} has its own shape, {tile}: with --shape {tile} it may be an array, or"
            f" {threads} threads with {registers} registers; leave the shape out for the array, and say --warp-size"
            " for threads",
            shape,
        )


def _parts(mode: Layout) -> list[int]:
    return [part.size for part in mode] if type(mode.shape) is tuple else [mode.size]


def _shown(layout: Layout) -> str:
    return _show(layout, 80, str)
