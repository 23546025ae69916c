"""A tiled MMA as a linear layout: register, lane and warp to the elements of a tensor, in Triton's form.

CuTe counts the registers of a thread as values of the atom, then repetitions in M, then in N (or K).  Triton's order of
the repetitions is another one; the map is the same up to that order of registers wherever both tile alike, which is
where the atoms are ``(wm,wn,1):(wn,1,0)`` for ``warpsPerCTA = [wm, wn]`` and no permutation is given.

>>> from layouts import Layout, hardware, make_tiled_mma
>>> E = hardware.get("SM80_16x8x16_F32F16F16F32_TN")
>>> cute = make_tiled_mma(E, Layout((2, 2, 1), (2, 1, 0))).to_linear_layout("C", (64, 32))
>>> triton = E["C"].to_linear_layout([64, 32], [2, 2])
>>> cute == triton, cute.equal_up_to(triton, register_order=True)
(False, True)
"""

from __future__ import annotations

from ..algebra.injective import missed_value
from ..errors import LayoutError, NotLinearError
from ..inttuple import _show, to_int
from ..linear.cute import to_linear
from ..linear.layout import LinearLayout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .mma import TiledMMA

__all__ = ["to_linear_layout"]


def to_linear_layout(mma: TiledMMA, operand: str, shape: Any, lanes: int | None = None) -> LinearLayout:
    """Return the layout from register, lane, warp and block to A (M,K), B (K,N) or C (M,N), whose shape is given.

    ``lanes`` is the number of threads of a warp: 64 for an atom of 64 threads, else 32.
    Requires: a tensor that the tile divides; powers of two.
    Ensures:  value v of thread t of ``get_layoutC_TV`` is register v of lane ``t % lanes`` of warp ``t // lanes``.
    Raises:   NotLinearError where an extent is no power of two; LayoutError for another operand or other lanes, and
              with a thread that takes no part (a single quad pair of Volta).
    """
    sizes = _sizes(operand, shape)
    if lanes is None:
        lanes = 64 if mma.atom.thr_id.size == 64 else 32
    width = to_int(lanes, "to_linear_layout: lanes")
    if width < 1 or width & (width - 1):
        raise LayoutError(f"to_linear_layout: a warp of {width} lanes, which is no power of two", width)
    threads_of = mma.thr_layout_vmnk
    idle = missed_value(threads_of) if threads_of.cosize > threads_of.size else None
    if idle is not None:
        raise LayoutError(
            f"to_linear_layout: thread {idle} of {threads_of} takes no part, and would hold element 0", idle
        )
    inner = sizes[::-1] if operand == "B" else sizes  # CuTe's B is (N,K)
    tv = mma._layout_tv(operand, inner)
    outs = {("dim1", "dim0")[i] if operand == "B" else ("dim0", "dim1")[i]: size for i, size in enumerate(inner)}
    found = to_linear(tv, ("thread", "register"), outs)
    bases = dict(found.bases)
    bits = width.bit_length() - 1
    threads = bases["thread"]
    if len(threads) < bits:
        raise LayoutError(f"to_linear_layout: {1 << len(threads)} threads are fewer than the {width} lanes", width)
    places = [("register", bases["register"]), ("lane", threads[:bits]), ("warp", threads[bits:]), ("block", [])]
    return LinearLayout(places, found.out_dims, require_surjective=False).transpose_outs(["dim0", "dim1"])


def _sizes(operand: str, shape: Any) -> tuple[int, int]:
    if not isinstance(operand, str) or operand not in ("A", "B", "C"):
        raise LayoutError(f"to_linear_layout: the operands are A, B and C, not {_show(operand)}", operand)
    if not isinstance(shape, (tuple, list)) or len(shape) != 2:
        raise LayoutError(f"to_linear_layout: a shape of two extents is needed, not {_show(shape)}", shape)
    rows, columns = [to_int(size, "to_linear_layout: an extent") for size in shape]
    for size in (rows, columns):
        if size < 1 or size & (size - 1):
            raise NotLinearError(f"to_linear_layout: the extent {size} is no power of two", size)
    return rows, columns
