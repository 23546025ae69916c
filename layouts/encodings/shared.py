"""Shared memory by bases and by XOR swizzles: swizzled, rotating, linear, padded, partitioned.

A swizzled encoding cuts the fastest dimension into groups of ``vec`` elements and XORs the number of the group with the
phase of the row, ``(row / per_phase) % max_phase``.  By hand, vec 8, 1 row per phase, 8 phases, on 8x64: row 1 has its
groups exchanged pairwise, so that its first element stands where the second group would be, at offset 64 + 8.

>>> layout = SwizzledSharedLayout(8, 1, 8, [1, 0]).to_linear_layout([8, 64])
>>> layout.invert()(dim0=1, dim1=0)["offset"]
72
"""

from __future__ import annotations

from ..errors import LayoutError, ProfileError
from ..linear.layout import LinearLayout
from ..linear.utils import standard_out_dim_names
from .cga import combine_cta_cga_with_shape, shape_per_block
from .fields import Encoding, Reader, SharedEncoding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    Bases = Sequence[Sequence[int]]

__all__ = ["AMDRotatingSharedLayout", "PartitionedSharedLayout", "SharedLinearLayout", "SwizzledSharedLayout"]


class SwizzledSharedLayout(SharedEncoding):
    """Groups of ``vec`` elements, XORed by the phase of their row; ``max_phase`` 1 is no swizzle.

    Requires: ``vec``, ``per_phase``, ``max_phase`` powers of two: others give no linear layout.
    Raises:   ProfileError that names the field.
    Triton:   ``SwizzledSharedEncodingAttr``, ``gluon.SwizzledSharedLayout``.

    >>> print(SwizzledSharedLayout(8, 1, 8, [1, 0]))
    #ttg.swizzled_shared<{vec = 8, perPhase = 1, maxPhase = 8, order = [1, 0]}>
    """

    __slots__ = ("cga_layout", "max_phase", "order", "per_phase", "vec")
    _fields = ("vec", "per_phase", "max_phase", "order", "cga_layout")
    vec: int
    per_phase: int
    max_phase: int
    order: tuple[int, ...]
    cga_layout: tuple[tuple[int, ...], ...]

    def __init__(self, vec: int, per_phase: int, max_phase: int, order: Sequence[int], cga_layout: Bases = ()) -> None:
        read = Reader(type(self).__name__)
        numbers = read.order("order", order)
        self._set(
            vec=read.power("vec", vec),
            per_phase=read.power("per_phase", per_phase),
            max_phase=read.power("max_phase", max_phase),
            order=numbers,
            cga_layout=read.blocks(cga_layout, len(numbers)),
        )

    @property
    def rank(self) -> int:
        """The number of dimensions."""
        return len(self.order)

    def phase(self, row: int) -> int:
        """Return the number that the groups of a row are XORed with."""
        return row // self.per_phase % self.max_phase

    def to_linear_layout(self, shape: Sequence[int]) -> LinearLayout:
        """Return the layout from the offset, in elements, and the block to the tensor of a shape.

        Requires: a power of two for each dimension.
        Raises:   ProfileError otherwise.
        """
        read = Reader(type(self).__name__)
        sizes = read.shape(shape, self.rank)
        part = shape_per_block(self.cga_layout, sizes)
        names = standard_out_dim_names(self.rank)
        if self.rank == 1:
            tile = LinearLayout.identity_1d(part[0], "offset", "dim0")
            return combine_cta_cga_with_shape(tile, self.cga_layout, sizes)
        column, row = self.order[:2]
        columns, rows = part[column], part[row]
        bases = [[0, 1 << i] for i in range(columns.bit_length() - 1)]
        bases += [[1 << i, self.vec * self.phase(1 << i) % columns] for i in range(rows.bit_length() - 1)]
        tile = LinearLayout([("offset", bases)], [(names[row], rows), (names[column], columns)])
        for dim in self.order[2:]:
            tile = tile * LinearLayout.identity_1d(part[dim], "offset", names[dim])
        return combine_cta_cga_with_shape(tile, self.cga_layout, sizes)


class AMDRotatingSharedLayout(SwizzledSharedLayout):
    """A swizzle whose phase also rotates: each group of ``per_phase * max_phase`` rows starts one phase later.

    Raises:   ProfileError that names the field.
    Triton:   ``AMDRotatingSharedEncodingAttr``.

    >>> print(AMDRotatingSharedLayout(8, 1, 8, [1, 0]))
    #ttg.amd_rotating_shared<{vec = 8, perPhase = 1, maxPhase = 8, order = [1, 0]}>
    """

    __slots__ = ()

    def phase(self, row: int) -> int:
        """Return the number that the groups of a row are XORed with."""
        return super().phase(row) ^ row // self.max_phase // self.per_phase % self.max_phase


class SharedLinearLayout(SharedEncoding):
    """Shared memory by the images of the bits of the offset, in elements; ``alignment`` of the buffer is in bytes.

    Requires: bases that reach each element; ``alignment`` a power of two.
    Raises:   ProfileError that names the field; NotInvertibleError with an element that is missed.
    Triton:   ``SharedLinearEncodingAttr``, ``gluon.SharedLinearLayout``.

    >>> print(SharedLinearLayout([[0, 1], [1, 0]]))
    #ttg.shared_linear<{offset = [[0, 1], [1, 0]]}, alignment = 16>
    """

    __slots__ = ("alignment", "block_bases", "offset_bases")
    _fields = ("offset_bases", "block_bases", "alignment")
    offset_bases: tuple[tuple[int, ...], ...]
    block_bases: tuple[tuple[int, ...], ...]
    alignment: int

    def __init__(self, offset_bases: Bases, block_bases: Bases = (), alignment: int = 16) -> None:
        read = Reader("SharedLinearLayout")
        offsets = read.bases("offset_bases", offset_bases, None)
        if not offsets:
            raise read.refuse("offset_bases", offsets, "is empty")
        blocks = read.bases("block_bases", block_bases, len(offsets[0]))
        self._set(offset_bases=offsets, block_bases=blocks, alignment=read.power("alignment", alignment))
        self.linear_layout()

    @property
    def rank(self) -> int:
        """The number of dimensions."""
        return len(self.offset_bases[0])

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the bases."""
        return tuple(self.linear_layout().get_out_dim_sizes())

    def linear_layout(self) -> LinearLayout:
        """Return the layout of the bases."""
        bases = [("offset", self.offset_bases), ("block", self.block_bases)]
        return LinearLayout(bases, standard_out_dim_names(self.rank), require_surjective=True)

    def to_linear_layout(self, shape: Sequence[int]) -> LinearLayout:
        """Return the layout from the offset, in elements, and the block to the tensor: ``shape`` is that of the bases.

        Raises:   ProfileError for another shape.
        """
        read = Reader("SharedLinearLayout")
        return of_own_shape(read, self.linear_layout(), read.shape(shape, self.rank))


def of_own_shape(read: Reader, layout: LinearLayout, sizes: tuple[int, ...]) -> LinearLayout:
    """Return the layout if it has this shape."""
    own = tuple(layout.get_out_dim_sizes())
    if own != sizes:
        raise read.refuse("shape", sizes, f"is not the shape of the bases, {list(own)}")
    return layout


class PartitionedSharedLayout(SharedEncoding):
    """Pieces along one dimension, in turn in each of several physical memories; ``partition_layout`` lays out a piece.

    There are ``num_partitions * num_groups`` pieces: the first of each group of them is in partition 0.
    Requires: powers of two.
    Raises:   ProfileError that names the field.
    Triton:   ``PartitionedSharedEncodingAttr``, ``gluon.amd.cdna5.PartitionedSharedLayout``.

    >>> layout = PartitionedSharedLayout(2, 1, 0, SwizzledSharedLayout(1, 1, 1, [1, 0]))
    >>> layout.to_linear_layout([4, 2]).bases
    [('offset', [[0, 1], [1, 0]]), ('partition', [[2, 0]]), ('block', [])]
    """

    __slots__ = ("num_groups", "num_partitions", "partition_dim", "partition_layout")
    _fields = ("num_partitions", "num_groups", "partition_dim", "partition_layout")
    num_partitions: int
    num_groups: int
    partition_dim: int
    partition_layout: SharedEncoding

    def __init__(
        self, num_partitions: int, num_groups: int, partition_dim: int, partition_layout: SharedEncoding
    ) -> None:
        read = Reader("PartitionedSharedLayout")
        piece = read.parent("partition_layout", partition_layout)
        if not isinstance(piece, SharedEncoding) or isinstance(piece, PartitionedSharedLayout):
            raise read.refuse("partition_layout", type(piece).__name__, "is not one piece of shared memory")
        dim = read.natural("partition_dim", partition_dim)
        if dim >= piece.rank:
            raise read.refuse("partition_dim", dim, f"is not a dimension of the pieces, which have {piece.rank}")
        self._set(
            num_partitions=read.power("num_partitions", read.natural("num_partitions", num_partitions, 2)),
            num_groups=read.power("num_groups", num_groups),
            partition_dim=dim,
            partition_layout=piece,
        )

    @property
    def rank(self) -> int:
        """The number of dimensions."""
        return self.partition_layout.rank

    def _parents(self) -> tuple[Encoding, ...]:
        return (self.partition_layout,)

    def to_linear_layout(self, shape: Sequence[int]) -> LinearLayout:
        """Return the layout from the offset in one partition, the partition and the block to the tensor of a shape.

        Requires: a power of two for each dimension; at least one row for each piece; blocks that share nothing.
        Raises:   ProfileError otherwise; LayoutError for padded pieces.
        """
        read = Reader("PartitionedSharedLayout")
        sizes = list(read.shape(shape, self.rank))
        pieces = self.num_partitions * self.num_groups
        if getattr(self.partition_layout, "cga_layout", ()) or getattr(self.partition_layout, "block_bases", ()):
            raise LayoutError("PartitionedSharedLayout: pieces over several blocks have no known layout", self)
        if sizes[self.partition_dim] < pieces:
            raise ProfileError(
                f"PartitionedSharedLayout: shape = {sizes} has {sizes[self.partition_dim]} in dimension"
                f" {self.partition_dim}, fewer than the {pieces} pieces",
                tuple(sizes),
            )
        sizes[self.partition_dim] //= pieces
        name = f"dim{self.partition_dim}"
        found = self.partition_layout.to_linear_layout(sizes)
        found = found * LinearLayout.identity_1d(self.num_partitions, "partition", name)
        found = found * LinearLayout.identity_1d(self.num_groups, "offset", name)
        return found.transpose_ins(["offset", "partition", "block"])
