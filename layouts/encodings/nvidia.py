"""NVIDIA's tensor cores as encodings: who holds which element of the accumulator of ``mma.sync`` and of ``wgmma``.

The tile of one instruction: a thread holds two neighbours in a row, four threads are a row of eight columns, eight rows
of threads are a row of the tile, and registers repeat it.  By hand, the 16x8 accumulator of one warp:

>>> NVMMADistributedLayout([2, 0], [1, 1], [16, 8]).to_linear_layout([16, 8]).bases[:2]
[('register', [[0, 1], [8, 0]]), ('lane', [[0, 2], [0, 4], [1, 0], [2, 0], [4, 0]])]
"""

from __future__ import annotations

from ..linear.layout import LinearLayout
from ..linear.utils import identity_standard_nd, standard_out_dim_names
from .cga import combine_cta_cga_with_shape
from .fields import DistributedEncoding, Reader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["NVMMADistributedLayout"]


class NVMMADistributedLayout(DistributedEncoding):
    """The accumulator of ``mma.sync`` (version [2, n]) or of ``wgmma`` (version [3, n]).

    ``instr_shape`` is [M, N], or [M, N, K] where K is part of the choice; for mma.sync a batch may stand before M.
    The accumulator of ``tcgen05`` lives in tensor memory: see ``TensorMemoryLayout``.
    Requires: M = 16, or 8 for fp64; N a multiple of 8, and a power of two for a linear layout.
    Raises:   ProfileError that names the field.
    Triton:   ``NvidiaMmaEncodingAttr``, ``gluon.NVMMADistributedLayout``.

    >>> print(NVMMADistributedLayout([3, 0], [4, 1], [16, 64, 16]))
    #ttg.nvidia_mma<{versionMajor = 3, versionMinor = 0, warpsPerCTA = [4, 1], instrShape = [16, 64, 16]}>
    """

    __slots__ = ("cga_layout", "instr_shape", "version", "warps_per_cta")
    _fields = ("version", "warps_per_cta", "instr_shape", "cga_layout")
    version: tuple[int, ...]
    warps_per_cta: tuple[int, ...]
    instr_shape: tuple[int, ...]

    def __init__(
        self,
        version: Sequence[int],
        warps_per_cta: Sequence[int],
        instr_shape: Sequence[int],
        cga_layout: Sequence[Sequence[int]] = (),
    ) -> None:
        read = Reader("NVMMADistributedLayout")
        numbers = tuple([read.natural("version", value) for value in read.items("version", version, 2)])
        if numbers[0] not in (2, 3):
            hint = "is not [2, n] (mma.sync) or [3, n] (wgmma); tcgen05 accumulates in a TensorMemoryLayout"
            raise read.refuse("version", numbers, hint)
        warps = read.powers("warps_per_cta", warps_per_cta)
        if len(warps) not in (2, 3):
            raise read.refuse("warps_per_cta", warps, "has neither two dimensions nor three")
        instruction = read.naturals("instr_shape", instr_shape)
        if len(instruction) not in (2, 3):
            raise read.refuse("instr_shape", instruction, "has neither two entries nor three")
        self._set(
            version=numbers,
            warps_per_cta=warps,
            instr_shape=instruction,
            cga_layout=read.blocks(cga_layout, len(warps)),
        )
        m, n = self.tile
        if m != 16 and not (m == 8 and self.is_ampere):
            raise read.refuse("instr_shape", instruction, f"has M = {m}, and 16 is needed, or 8 for fp64")
        if n < 8 or n % 8 or n > 256:
            raise read.refuse("instr_shape", instruction, f"has N = {n}, which is not 8, 16, ..., 256")

    @property
    def rank(self) -> int:
        """The number of dimensions: 2, or 3 with a batch."""
        return len(self.warps_per_cta)

    @property
    def is_ampere(self) -> bool:
        """Whether the instruction is ``mma.sync``."""
        return self.version[0] == 2

    @property
    def tile(self) -> tuple[int, int]:
        """M and N of the instruction."""
        sizes = self.instr_shape
        if self.is_ampere:
            return sizes[-2], sizes[-1]
        return sizes[0], sizes[1]

    def to_linear_layout(self, shape: Sequence[int]) -> LinearLayout:
        """Return the layout from register, lane, warp and block to the tensor of a shape.

        Requires: powers of two, N of the instruction among them; two dimensions for wgmma.
        Raises:   ProfileError otherwise.
        """
        read = Reader("NVMMADistributedLayout")
        sizes = read.shape(shape, self.rank)
        refuse_batch(read, self)
        read.power("instr_shape", self.tile[1])
        order = tuple(range(self.rank))[::-1]
        block = mma_tile(self.tile, 2, order, order) * identity_standard_nd("warp", self.warps_per_cta, self.warp_order)
        return combine_cta_cga_with_shape(block, self.cga_layout, sizes)

    @property
    def warp_order(self) -> tuple[int, ...]:
        """The dimension in which warps run first: the last one for mma.sync, M for wgmma."""
        order = tuple(range(self.rank))[::-1]
        return order if self.is_ampere else (order[1], order[0], *order[2:])


def mma_tile(
    tile: tuple[int, int], k_width: int, order: Sequence[int], repetition_order: Sequence[int]
) -> LinearLayout:
    """Return the layout of one tile of rows by columns, where ``order[0]`` is the number of the columns' dimension.

    A thread holds ``k_width`` neighbours along the columns; four threads are next to each other in a row.
    Triton:   ``nvidiaMmaTile``.
    """
    names = standard_out_dim_names(len(order))
    inner, outer = names[order[0]], names[order[1]]
    m, n = tile
    identity = LinearLayout.identity_1d
    found = identity_standard_nd("register", (1,) * len(order), repetition_order)
    found = found * identity(k_width, "register", inner) * identity(4, "lane", inner) * identity(8, "lane", outer)
    found = found * identity(m // 8, "register", outer)
    return found * identity(n // (4 * k_width), "register", inner)


def refuse_batch(read: Reader, parent: NVMMADistributedLayout) -> None:
    """Refuse wgmma with a batch: no instruction has one, and Triton has no layout for it."""
    if not parent.is_ampere and parent.rank == 3:
        raise read.refuse(
            "warps_per_cta", parent.warps_per_cta, "has a batch, and wgmma has none: Triton 3.9.0 ends the process"
        )


def mma_operand(parent: NVMMADistributedLayout, index: int, k_width: int, sizes: tuple[int, ...]) -> LinearLayout:
    """Return the layout of an operand in registers: along K as many steps as the shape has, warps along K hold copies.

    Triton:   ``nvidiaDotToLinearLayout``.
    """
    rank = parent.rank
    refuse_batch(Reader("DotOperandLayout"), parent)
    rows = parent.tile[0] if index == 0 else 8
    k = k_width * (4 if parent.tile[0] == 8 else 8)
    order = operand_order(index, rank)
    block = mma_tile((rows, k), k_width, order, order)
    block = block * copies_along("warp", parent.warps_per_cta, parent.warp_order, k_dimension(index, rank))
    return combine_cta_cga_with_shape(block, without_k(parent.cga_layout, index, rank), sizes)


# -- operands of every dot ---------------------------------------------------------------------------------------------


def k_dimension(index: int, rank: int) -> int:
    """Return the number of the dimension that is summed over: the last one of A, the one before of B."""
    return rank - 1 if index == 0 else rank - 2


def operand_order(index: int, rank: int) -> tuple[int, ...]:
    """Return the dimensions with K first, then the other one, then the batch."""
    last = (rank - 1, rank - 2) if index == 0 else (rank - 2, rank - 1)
    return last + tuple(range(rank - 2))[::-1]


def without_k(cga_layout: tuple[tuple[int, ...], ...], index: int, rank: int) -> tuple[tuple[int, ...], ...]:
    """Return the bases of the blocks of an operand: blocks that differ along K of the result share the operand."""
    k = k_dimension(index, rank)
    return tuple([(*vector[:k], 0, *vector[k + 1 :]) for vector in cga_layout])


def copies_along(name: str, box: Sequence[int], order: Sequence[int], dim: int) -> LinearLayout:
    """Return a box of lanes or warps that hold copies along one dimension.

    Triton:   ``broadcastedDotOperandLayout``.
    """
    names = standard_out_dim_names(len(box))
    found = LinearLayout.empty()
    for i in order:
        make = LinearLayout.zeros_1d if i == dim else LinearLayout.identity_1d
        found = found * make(box[i], name, names[i])
    return found
