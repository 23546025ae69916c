"""The operand of a dot: registers as the instruction of the parent wants to have A or B.

>>> from .nvidia import NVMMADistributedLayout
>>> layout = DotOperandLayout(0, NVMMADistributedLayout([2, 0], [1, 1], [16, 8]), 2)
>>> layout.to_linear_layout([16, 16]).bases[:2]
[('register', [[0, 1], [8, 0], [0, 8]]), ('lane', [[0, 2], [0, 4], [1, 0], [2, 0], [4, 0]])]
"""

from __future__ import annotations

from ..linear.layout import LinearLayout
from ..linear.utils import identity_standard_nd
from .amd import AMDMFMALayout, AMDWMMALayout
from .amd_operands import mfma_operand, wmma_operand
from .blocked import BlockedLayout
from .cga import combine_cta_cga_with_shape
from .fields import DistributedEncoding, Encoding, Reader
from .nvidia import NVMMADistributedLayout, copies_along, k_dimension, mma_operand, without_k

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["DotOperandLayout"]

_WMMA_WIDTHS = {1: (8, 16), 2: (4, 8, 16)}


class DotOperandLayout(DistributedEncoding):
    """Operand A (``operand_index`` 0) or B (1) of the dot whose result has the layout ``parent``.

    ``k_width`` neighbours along K are in one thread; it is 0 for a blocked parent, where a thread has all of K.
    Raises:   ProfileError that names the field.
    Triton:   ``DotOperandEncodingAttr``, ``gluon.DotOperandLayout``.

    >>> print(DotOperandLayout(1, BlockedLayout([1], [32], [4], [0]), 0))
    Traceback (most recent call last):
    layouts.errors.ProfileError: DotOperandLayout: parent = 1 is the rank of the parent, and at least 2 is needed
    """

    __slots__ = ("k_width", "operand_index", "parent")
    _fields = ("operand_index", "parent", "k_width")
    operand_index: int
    parent: DistributedEncoding
    k_width: int

    def __init__(self, operand_index: int, parent: DistributedEncoding, k_width: int) -> None:
        read = Reader("DotOperandLayout")
        index = read.choice("operand_index", operand_index, (0, 1))
        owner = read.parent("parent", parent)
        if not isinstance(owner, (BlockedLayout, NVMMADistributedLayout, AMDMFMALayout, AMDWMMALayout)):
            raise read.refuse("parent", type(owner).__name__, "is neither blocked nor the result of a matrix unit")
        if owner.rank < 2:
            raise read.refuse("parent", owner.rank, "is the rank of the parent, and at least 2 is needed")
        if isinstance(owner, BlockedLayout):
            width = read.natural("k_width", k_width)
            if width:
                raise read.refuse("k_width", width, "is not 0, and the parent is blocked: a thread has all of K")
        else:
            width = read.power("k_width", k_width)
            allowed = _WMMA_WIDTHS.get(owner.version) if isinstance(owner, AMDWMMALayout) else None
            if allowed is not None and width not in allowed:
                numbers = ", ".join(map(str, allowed))
                raise read.refuse("k_width", width, f"is not one of {numbers} for WMMA version {owner.version}")
        if isinstance(owner, NVMMADistributedLayout) and not owner.is_ampere and index:
            raise read.refuse("operand_index", index, "is not 0: wgmma reads B from shared memory only")
        self._set(operand_index=index, parent=owner, k_width=width)

    @property
    def rank(self) -> int:
        """The number of dimensions."""
        return self.parent.rank

    @property
    def cga_layout(self) -> tuple[tuple[int, ...], ...]:  # type: ignore[override]
        """The bases of the blocks: those that differ along K of the operand hold copies."""
        return without_k(self.parent.cga_layout, self.operand_index, self.rank)

    def _parents(self) -> tuple[Encoding, ...]:
        return (self.parent,)

    def to_linear_layout(self, shape: Sequence[int]) -> LinearLayout:
        """Return the layout from register, lane, warp and block to the operand of a shape.

        Requires: a power of two for each dimension.
        Raises:   ProfileError otherwise.
        """
        sizes = Reader("DotOperandLayout").shape(shape, self.rank)
        parent = self.parent
        if isinstance(parent, NVMMADistributedLayout):
            return mma_operand(parent, self.operand_index, self.k_width, sizes)
        if isinstance(parent, AMDMFMALayout):
            return mfma_operand(parent, self.operand_index, self.k_width, sizes)
        if isinstance(parent, AMDWMMALayout):
            return wmma_operand(parent, self.operand_index, self.k_width, sizes)
        return self._of_blocked(sizes)

    def _of_blocked(self, sizes: tuple[int, ...]) -> LinearLayout:
        """A thread has all of K; lanes and warps along K hold copies."""
        parent, k = self.parent, k_dimension(self.operand_index, self.rank)
        box = list(parent.size_per_thread)  # type: ignore[attr-defined]
        box[k] = sizes[k]
        order = parent.order  # type: ignore[attr-defined]
        block = identity_standard_nd("register", box, order)
        for name, boxes in (("lane", parent.threads_per_warp), ("warp", parent.warps_per_cta)):  # type: ignore[attr-defined]
            block = block * copies_along(name, boxes, order, k)
        return combine_cta_cga_with_shape(block, self.cga_layout, sizes)
