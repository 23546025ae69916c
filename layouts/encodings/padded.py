"""Padded shared memory: a linear layout from offset to element, and gaps in the memory, which are not linear.

After every ``interval`` elements ``padding`` more are left out.  The physical place of the element with the offset x is
``x + sum(x // interval * padding)``: an ordinary Z layout, since the intervals are powers of two.  By hand, gaps of 2
after each 4 and of 1 after each 8: offset 9 is at 9 + 2*2 + 1, which is 14.

>>> layout = PaddedSharedLayout([[4, 2], [8, 1]], [[0, 1], [0, 2], [0, 4], [1, 0]], [], [2, 8])
>>> print(layout.padding())
(4,2,2):(1,6,13)
>>> layout.padding()(9), 9 + 9 // 4 * 2 + 9 // 8
(14, 14)
>>> print(layout.to_layout())                 # from the element (row, column) to its physical place
(2,(4,2)):(13,(1,6))
"""

from __future__ import annotations

from itertools import pairwise

from ..algebra.composition import composition
from ..errors import LayoutError
from ..layout import Layout
from ..linear.cute import from_linear
from ..linear.layout import LinearLayout
from ..linear.utils import identity_standard_nd, standard_out_dim_names
from .cga import blocks_of, shape_per_block
from .fields import Reader, SharedEncoding
from .shared import of_own_shape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

    Bases = Sequence[Sequence[int]]

__all__ = ["PaddedSharedLayout"]


class PaddedSharedLayout(SharedEncoding):
    """Pairs (interval, padding) in elements, and the bases from the offset before padding to the tensor.

    Requires: intervals that differ; intervals and paddings powers of two; bases that reach each element once.
    Raises:   ProfileError that names the field; NotInvertibleError with an element that is missed.
    Triton:   ``PaddedSharedEncodingAttr``, ``gluon.PaddedSharedLayout``.

    >>> print(PaddedSharedLayout.with_identity_for([[64, 4]], [16, 32], [1, 0]))
    #ttg.padded_shared<[64:+4] {order = [1, 0], shape = [16, 32]}>
    """

    __slots__ = ("cga_layout", "interval_padding_pairs", "offset_bases", "shape")
    _fields = ("interval_padding_pairs", "offset_bases", "cga_layout", "shape")
    interval_padding_pairs: tuple[tuple[int, int], ...]
    offset_bases: tuple[tuple[int, ...], ...]
    cga_layout: tuple[tuple[int, ...], ...]
    shape: tuple[int, ...]

    def __init__(
        self,
        interval_padding_pairs: Bases,
        offset_bases: Bases,
        cga_layout: Bases = (),
        shape: Sequence[int] | None = None,
    ) -> None:
        read = Reader("PaddedSharedLayout")
        field = "interval_padding_pairs"
        pairs = [read.powers(field, pair, 2) for pair in read.items(field, interval_padding_pairs)]
        if not pairs or len({interval for interval, _ in pairs}) < len(pairs):
            raise read.refuse(field, tuple(pairs), "has no pair, or an interval twice")
        rank = None if shape is None else len(read.shape(shape))
        offsets = read.bases("offset_bases", offset_bases, rank)
        rank = len(offsets[0]) if rank is None and offsets else rank
        blocks = read.bases("cga_layout", cga_layout, rank)
        rank = len(blocks[0]) if rank is None and blocks else rank
        if rank is None:
            raise read.refuse("offset_bases", offsets, "is empty, and the shape is not given")
        linear = LinearLayout(
            [("offset", offsets), ("block", blocks)], standard_out_dim_names(rank), require_surjective=True
        )
        sizes = tuple(linear.get_out_dim_sizes())
        if shape is not None and read.shape(shape) != sizes:
            raise read.refuse("shape", tuple(shape), f"is not the shape of the bases, {list(sizes)}")
        self._set(interval_padding_pairs=tuple(pairs), offset_bases=offsets, cga_layout=blocks, shape=sizes)

    @classmethod
    def with_identity_for(
        cls, interval_padding_pairs: Bases, shape: Sequence[int], order: Sequence[int], cga_layout: Bases = ()
    ) -> PaddedSharedLayout:
        """Return the encoding whose offsets count the elements, the dimension ``order[0]`` fastest.

        Here ``cga_layout`` is in units of the part of one block, as in the other encodings.
        Raises:   ProfileError that names the field.
        Triton:   ``gluon.PaddedSharedLayout.with_identity_for``.
        """
        read = Reader("PaddedSharedLayout.with_identity_for")
        sizes = read.shape(shape)
        numbers = read.order("order", order, len(sizes))
        blocks = read.blocks(cga_layout, len(sizes))
        part = shape_per_block(blocks, sizes)
        tile = identity_standard_nd("offset", part, numbers)
        whole = (tile * blocks_of(blocks, len(sizes))).transpose_outs(standard_out_dim_names(len(sizes)))
        bases = dict(whole.bases)
        return cls(interval_padding_pairs, bases["offset"], bases["block"], whole.get_out_dim_sizes())

    @property
    def rank(self) -> int:
        """The number of dimensions."""
        return len(self.shape)

    def linear_layout(self) -> LinearLayout:
        """Return the linear part: from the offset before padding, in elements, and the block to the tensor."""
        bases = [("offset", self.offset_bases), ("block", self.cga_layout)]
        return LinearLayout(bases, standard_out_dim_names(self.rank), require_surjective=True)

    def to_linear_layout(self, shape: Sequence[int]) -> NoReturn:
        """Refuse: padding is not linear.  ``linear_layout()`` and ``padding()`` are the two parts.

        Raises:   LayoutError always; ProfileError for a shape that is not that of the bases.
        """
        read = Reader("PaddedSharedLayout")
        of_own_shape(read, self.linear_layout(), read.shape(shape, self.rank))
        raise LayoutError(
            "PaddedSharedLayout: padding adds, it does not XOR, so there is no linear layout; linear_layout() has the"
            " offsets without the padding, and to_layout() goes from the element to its physical place",
            self.interval_padding_pairs,
        )

    def padding(self) -> Layout:
        """Return the Z layout from the offset before padding to the physical offset, both in elements.

        Ensures: ``padding()(x) == x + sum(x // i * p for i, p in interval_padding_pairs)`` below the size of a block.
        """
        total = 1 << len(self.offset_bases)
        cuts = sorted({1, total, *[i for i, _ in self.interval_padding_pairs if i < total]})
        strides = [cut + sum([cut // i * p for i, p in self.interval_padding_pairs]) for cut in cuts[:-1]]
        shape = [high // low for low, high in pairwise(cuts)]
        if len(shape) == 1:
            return Layout(shape[0], strides[0])
        return Layout(tuple(shape), tuple(strides)) if shape else Layout(1, 1)

    def to_layout(self) -> Layout:
        """Return the layout from the element, one mode for each dimension, to its physical offset in elements.

        Raises:   LayoutError for several blocks, and where the place is no Z layout of the coordinates.
        """
        if self.cga_layout:
            raise LayoutError("PaddedSharedLayout: elements of several blocks have no single offset", self.cga_layout)
        places = from_linear(
            self.linear_layout()
            .rename(ins={"offset": "place"})
            .sublayout(["place"], standard_out_dim_names(self.rank))
            .invert()
        )
        found: Layout = composition(self.padding(), places)
        return found
