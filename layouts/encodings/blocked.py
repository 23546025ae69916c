"""Distributed encodings that are given by boxes and bases: blocked, slice, linear.

A blocked encoding cuts a tensor into boxes: a box of elements in each thread, a box of threads in each warp, a box of
warps in each block.  By hand, on a tensor of 16x32: the second register bit after the box of a thread is its next box
to the right, 16 columns on.

>>> layout = BlockedLayout([1, 4], [8, 4], [2, 1], [1, 0])
>>> for name, bases in layout.to_linear_layout([16, 32]).bases:
...     print(name, bases)
register [[0, 1], [0, 2], [0, 16]]
lane [[0, 4], [0, 8], [1, 0], [2, 0], [4, 0]]
warp [[8, 0]]
block []
"""

from __future__ import annotations

from ..errors import ProfileError
from ..linear.layout import LinearLayout
from ..linear.utils import (
    ensure_layout_not_larger_than,
    ensure_layout_not_smaller_than,
    identity_standard_nd,
    remove_standard_dim,
    standard_out_dim_names,
)
from .cga import combine_cta_cga_with_shape
from .fields import DistributedEncoding, Encoding, Reader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    Bases = Sequence[Sequence[int]]

__all__ = ["BlockedLayout", "DistributedLinearLayout", "SliceLayout"]


class BlockedLayout(DistributedEncoding):
    """A box of elements in each thread, of threads in each warp, of warps in each block; ``order[0]`` runs first.

    Requires: powers of two, one for each dimension; ``order`` a permutation.
    Raises:   ProfileError that names the field.
    Triton:   ``BlockedEncodingAttr``, ``gluon.BlockedLayout``.

    >>> print(BlockedLayout([1, 4], [8, 4], [2, 1], [1, 0]))
    #ttg.blocked<{sizePerThread = [1, 4], threadsPerWarp = [8, 4], warpsPerCTA = [2, 1], order = [1, 0]}>
    """

    __slots__ = ("cga_layout", "order", "size_per_thread", "threads_per_warp", "warps_per_cta")
    _fields = ("size_per_thread", "threads_per_warp", "warps_per_cta", "order", "cga_layout")
    size_per_thread: tuple[int, ...]
    threads_per_warp: tuple[int, ...]
    warps_per_cta: tuple[int, ...]
    order: tuple[int, ...]
    cga_layout: tuple[tuple[int, ...], ...]

    def __init__(
        self,
        size_per_thread: Sequence[int],
        threads_per_warp: Sequence[int],
        warps_per_cta: Sequence[int],
        order: Sequence[int],
        cga_layout: Bases = (),
    ) -> None:
        read = Reader("BlockedLayout")
        sizes = read.powers("size_per_thread", size_per_thread)
        rank = len(sizes)
        self._set(
            size_per_thread=sizes,
            threads_per_warp=read.powers("threads_per_warp", threads_per_warp, rank),
            warps_per_cta=read.powers("warps_per_cta", warps_per_cta, rank),
            order=read.order("order", order, rank),
            cga_layout=read.blocks(cga_layout, rank),
        )

    @property
    def rank(self) -> int:
        """The number of dimensions."""
        return len(self.order)

    def to_linear_layout(self, shape: Sequence[int]) -> LinearLayout:
        """Return the layout from register, lane, warp and block to the tensor of a shape.

        Requires: a power of two for each dimension.
        Raises:   ProfileError otherwise.

        >>> BlockedLayout([2], [4], [1], [0]).to_linear_layout([8]).bases
        [('register', [[1]]), ('lane', [[2], [4]]), ('warp', []), ('block', [])]
        """
        sizes = Reader("BlockedLayout").shape(shape, self.rank)
        tile = LinearLayout.empty()
        for name, box in (
            ("register", self.size_per_thread),
            ("lane", self.threads_per_warp),
            ("warp", self.warps_per_cta),
        ):
            tile = tile * identity_standard_nd(name, box, self.order)
        return combine_cta_cga_with_shape(tile, self.cga_layout, sizes, broadcast_registers=False)


class SliceLayout(DistributedEncoding):
    """The parent without dimension ``dim``: what a reduction along it leaves.

    Lanes and warps that differed in this dimension alone hold copies; registers that did are one.
    Raises:   ProfileError that names the field.
    Triton:   ``SliceEncodingAttr``, ``gluon.SliceLayout``.

    >>> layout = SliceLayout(1, BlockedLayout([1, 4], [8, 4], [2, 1], [1, 0]))
    >>> layout.to_linear_layout([16]).bases
    [('register', []), ('lane', [[0], [0], [1], [2], [4]]), ('warp', [[8]]), ('block', [])]
    """

    __slots__ = ("dim", "parent")
    _fields = ("dim", "parent")
    dim: int
    parent: DistributedEncoding

    def __init__(self, dim: int, parent: DistributedEncoding) -> None:
        read = Reader("SliceLayout")
        owner = read.parent("parent", parent)
        if not isinstance(owner, DistributedEncoding):
            raise read.refuse("parent", type(owner).__name__, "does not give registers, lanes and warps")
        number = read.natural("dim", dim)
        if owner.rank < 2:
            raise read.refuse("parent", owner.rank, "is the rank of the parent, and at least 2 is needed")
        if number >= owner.rank:
            raise read.refuse("dim", number, f"is not a dimension of the parent, which has {owner.rank}")
        self._set(dim=number, parent=owner)

    @property
    def rank(self) -> int:
        """The number of dimensions, one less than the parent has."""
        return self.parent.rank - 1

    @property
    def cga_layout(self) -> tuple[tuple[int, ...], ...]:  # type: ignore[override]
        """The bases of the blocks, without the dimension that is gone."""
        return tuple([vector[: self.dim] + vector[self.dim + 1 :] for vector in self.parent.cga_layout])

    def _parents(self) -> tuple[Encoding, ...]:
        return (self.parent,)

    def to_linear_layout(self, shape: Sequence[int]) -> LinearLayout:
        """Return the layout from register, lane, warp and block to the tensor of a shape.

        Requires: a power of two for each dimension.
        Raises:   ProfileError otherwise.
        """
        sizes = Reader("SliceLayout").shape(shape, self.rank)
        whole = self.parent.to_linear_layout((*sizes[: self.dim], 1, *sizes[self.dim :]))
        return remove_standard_dim(whole, self.dim).remove_zero_bases_along_dim("register")


class DistributedLinearLayout(DistributedEncoding):
    """Registers, lanes, warps and blocks by their bases, for one tensor shape.

    Without ``shape`` it is the smallest that holds the bases.  Bases that move along two dimensions at once, or that
    reach an element twice, are what Triton calls generic.
    Requires: bases that reach each element.
    Raises:   ProfileError that names the field; NotInvertibleError with an element that is missed.
    Triton:   ``LinearEncodingAttr``, ``GenericLinearEncodingAttr``, ``gluon.DistributedLinearLayout``.

    >>> layout = DistributedLinearLayout([[0, 1]], [[1, 0]], [], [])
    >>> layout.shape
    (2, 2)
    >>> print(layout)
    #ttg.linear<{register = [[0, 1]], lane = [[1, 0]], warp = [], block = []}>
    """

    __slots__ = ("block_bases", "lane_bases", "reg_bases", "shape", "warp_bases")
    _fields = ("reg_bases", "lane_bases", "warp_bases", "block_bases", "shape")
    reg_bases: tuple[tuple[int, ...], ...]
    lane_bases: tuple[tuple[int, ...], ...]
    warp_bases: tuple[tuple[int, ...], ...]
    block_bases: tuple[tuple[int, ...], ...]
    shape: tuple[int, ...]

    def __init__(
        self,
        reg_bases: Bases,
        lane_bases: Bases,
        warp_bases: Bases = (),
        block_bases: Bases = (),
        shape: Sequence[int] | None = None,
    ) -> None:
        read = Reader("DistributedLinearLayout")
        rank = None if shape is None else len(read.shape(shape))
        fields = {}
        for field, given in (
            ("reg_bases", reg_bases),
            ("lane_bases", lane_bases),
            ("warp_bases", warp_bases),
            ("block_bases", block_bases),
        ):
            fields[field] = read.bases(field, given, rank)
            rank = len(fields[field][0]) if rank is None and fields[field] else rank
        if rank is None:
            raise ProfileError("DistributedLinearLayout: without bases the shape must be given", None)
        linear = _by_names(fields, rank)
        sizes = tuple(linear.get_out_dim_sizes())
        if shape is not None and read.shape(shape) != sizes:
            raise read.refuse("shape", tuple(shape), f"is not the shape of the bases, {list(sizes)}")
        self._set(**fields, shape=sizes)

    @property
    def rank(self) -> int:
        """The number of dimensions."""
        return len(self.shape)

    @property
    def cga_layout(self) -> tuple[tuple[int, ...], ...]:  # type: ignore[override]
        """The bases of the blocks, as the other encodings have them: in units of the part of one block."""
        return self.block_bases

    @property
    def is_generic(self) -> bool:
        """Whether a basis has two bits, or the bases that are not 0 reach an element twice: ``generic_linear``.

        >>> DistributedLinearLayout([], [[1, 0]], [[1, 1]]).is_generic
        True
        """
        vectors = [v for bases in (self.reg_bases, self.lane_bases, self.warp_bases, self.block_bases) for v in bases]
        moving = [vector for vector in vectors if any(vector)]
        bits = sum([size.bit_length() - 1 for size in self.shape])
        return len(moving) != bits or any([sum([x.bit_count() for x in v]) > 1 for v in moving])

    def linear_layout(self) -> LinearLayout:
        """Return the layout of the bases themselves, for the shape of the encoding."""
        return _by_names(self.fields(), self.rank)

    def to_linear_layout(self, shape: Sequence[int]) -> LinearLayout:
        """Return the layout for a tensor of another shape: registers repeat it, and what does not fit is cut.

        Requires: a power of two for each dimension.
        Raises:   ProfileError otherwise; NotInvertibleError where a basis of two bits is cut and an element is missed.
        """
        sizes = Reader("DistributedLinearLayout").shape(shape, self.rank)
        layout = self.linear_layout()
        if all([wanted <= own for wanted, own in zip(sizes, self.shape, strict=True)]):
            found = _fitted(layout, sizes)
        else:
            names = standard_out_dim_names(self.rank)
            repeated = layout.transpose_outs([names[i] for i in self._order()])
            found = _fitted(repeated, sizes).transpose_outs(names)
        return found if found.is_surjective() else LinearLayout(found.bases, found.out_dims, require_surjective=True)

    def _order(self) -> list[int]:
        """Return the dimensions in the order in which registers run through them, then the others, last first."""
        firsts = [next((i for i, value in enumerate(vector) if value), None) for vector in self.reg_bases]
        found = [i for i in dict.fromkeys(firsts) if i is not None]
        return found + [i for i in reversed(range(self.rank)) if i not in found]


def _by_names(fields: dict[str, tuple[tuple[int, ...], ...]], rank: int) -> LinearLayout:
    names = (("register", "reg_bases"), ("lane", "lane_bases"), ("warp", "warp_bases"), ("block", "block_bases"))
    return LinearLayout(
        [(name, fields[field]) for name, field in names], standard_out_dim_names(rank), require_surjective=True
    )


def _fitted(layout: LinearLayout, shape: tuple[int, ...]) -> LinearLayout:
    wanted = dict(zip(standard_out_dim_names(len(shape)), shape, strict=True))
    grown = ensure_layout_not_smaller_than(layout, wanted)
    return ensure_layout_not_larger_than(grown, wanted, broadcast_registers=False)
