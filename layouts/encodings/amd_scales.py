"""Scale factors of AMD's scaled MFMA (gfx950) in registers: which lane has the scale of which row and block of K.

One scale is for 32 elements of K.  By hand, for 32x32x64 by one warp: lanes 0 to 31 are the rows, the upper half of the
wave the second block of K.

>>> from layouts import AMDMFMALayout, DotOperandLayout
>>> A = DotOperandLayout(0, AMDMFMALayout(4, [32, 32, 64], True, [1, 1]), 16)
>>> get_mfma_scale_layout(A, [32, 2]).lane_bases
((1, 0), (2, 0), (4, 0), (8, 0), (16, 0), (0, 1))
"""

from __future__ import annotations

from ..linear.layout import LinearLayout
from .amd import AMDMFMALayout
from .blocked import DistributedLinearLayout
from .cga import combine_cta_cga_with_shape
from .dot import DotOperandLayout
from .fields import Reader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["get_mfma_scale_layout"]


def get_mfma_scale_layout(
    dot_operand_layout: DotOperandLayout, shape: Sequence[int], scale_factor: int = 32
) -> DistributedLinearLayout:
    """Return the layout of the scale factors of an operand; ``shape`` is (rows of A or columns of B, blocks of K).

    Warps along the other dimension hold copies; registers go on along K, then along the rows.
    Requires: an operand of an MFMA layout of 32x32 or 16x16 and rank 2; powers of two; a scale for 32 elements.
    Raises:   ProfileError that names the field.
    Triton:   ``chooseScaledMfmaScaleLayout``, Gluon's ``amd.cdna4.get_mfma_scale_layout``.

    >>> from layouts import AMDMFMALayout, DotOperandLayout
    >>> B = DotOperandLayout(1, AMDMFMALayout(4, [16, 16, 128], True, [2, 2]), 16)
    >>> get_mfma_scale_layout(B, [64, 8]).warp_bases
    ((16, 0), (0, 0))
    """
    read = Reader("get_mfma_scale_layout")
    sizes = read.shape(shape, 2)
    read.choice("scale_factor", scale_factor, (32,))
    if not isinstance(dot_operand_layout, DotOperandLayout):
        raise read.refuse("dot_operand_layout", dot_operand_layout, "is not a DotOperandLayout")
    parent, index = dot_operand_layout.parent, dot_operand_layout.operand_index
    if not isinstance(parent, AMDMFMALayout) or parent.rank != 2 or parent.instr_shape[0] not in (16, 32):
        raise read.refuse("dot_operand_layout", str(parent), "has no parent amd_mfma of 32x32 or 16x16 and rank 2")
    rows = parent.instr_shape[0]
    blocks = 64 // rows
    identity, zeros = LinearLayout.identity_1d, LinearLayout.zeros_1d
    tile = identity(1, "register", "dim1") * identity(rows, "lane", "dim0") * identity(blocks, "lane", "dim1")
    tile = tile * identity(max(1, sizes[1] // blocks), "register", "dim1")
    tile = tile * identity(parent.tiles_per_warp[index], "register", "dim0")
    for dim in (1, 0):
        make = identity if dim == index else zeros
        tile = tile * make(parent.warps_per_cta[dim], "warp", "dim0")
    found = dict(combine_cta_cga_with_shape(tile, (), sizes).bases)
    return DistributedLinearLayout(found["register"], found["lane"], found["warp"], (), shape=sizes)
