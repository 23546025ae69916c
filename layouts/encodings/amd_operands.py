"""The operands of AMD's matrix cores in registers.

A lane holds ``k_width`` neighbours along K, then lanes go along the other dimension and again along K; registers repeat
the tile until all of K is there.
"""

from __future__ import annotations

from ..linear.layout import LinearLayout
from ..linear.utils import identity_standard_nd, standard_out_dim_names
from .cga import combine_cta_cga_with_shape
from .nvidia import k_dimension, operand_order, without_k

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .amd import AMDMFMALayout, AMDWMMALayout

__all__: list[str] = []


def mfma_operand(parent: AMDMFMALayout, index: int, k_width: int, sizes: tuple[int, ...]) -> LinearLayout:
    """Return the layout of operand A or B of an MFMA; warps along K hold copies.

    Triton:   ``mfmaDotToLinearLayout``.
    """
    rank = parent.rank
    k = k_dimension(index, rank)
    other = rank - 2 if index == 0 else rank - 1
    names = standard_out_dim_names(rank)
    wide = parent.instr_shape[index]
    identity = LinearLayout.identity_1d
    tile = identity_standard_nd("register", (1,) * rank, operand_order(index, rank))
    tile = tile * identity(k_width, "register", names[k])
    tile = tile * identity(wide, "lane", names[other]) * identity(64 // wide, "lane", names[k])
    if wide == 64:
        tile = tile * identity(16, "register", names[k])
    steps = sizes[k] // tile.get_out_dim_size(names[k])
    tile = tile * identity(max(1, steps), "register", names[k])
    tile = tile * identity(parent.tiles_per_warp[other], "register", names[other])
    tile = tile * identity_standard_nd("warp", parent.warps_per_cta, tuple(range(rank))[::-1])
    return combine_cta_cga_with_shape(tile, parent.cga_layout, sizes)


def wmma_operand(parent: AMDWMMALayout, index: int, k_width: int, sizes: tuple[int, ...]) -> LinearLayout:
    """Return the layout of operand A or B of a WMMA; version 1 has each element in both halves of the wave.

    Triton:   ``wmmaDotOperandToLinearLayout``.
    """
    rank = parent.rank
    k = k_dimension(index, rank)
    other = rank - 2 if index == 0 else rank - 1
    names = standard_out_dim_names(rank)
    identity = LinearLayout.identity_1d
    halves = LinearLayout.zeros_1d if parent.version == 1 else identity
    tile = identity_standard_nd("register", (1,) * rank, operand_order(index, rank))
    tile = tile * identity(k_width, "register", names[k])
    tile = tile * identity(16, "lane", names[other]) * halves(2, "lane", names[k])
    wide = parent.instr_shape[1 - index if parent.transposed else index]  # a transposed tile has M and N exchanged
    depth = parent.instr_shape[2] // (2 * k_width)
    tile = tile * identity(max(1, depth), "register", names[k])
    tile = tile * identity(wide // 16, "register", names[other])
    tiles = parent.tiles()
    kept = [
        (name, [[0 if i == k else value for i, value in enumerate(vector)] for vector in vectors])
        for name, vectors in tiles.bases
    ]
    along = [(name, size if name != names[k] else 1) for name, size in tiles.out_dims]
    warps = LinearLayout(kept, along).remove_zero_bases_along_dim("register")
    return combine_cta_cga_with_shape(tile * warps, without_k(parent.cga_layout, index, rank), sizes)
