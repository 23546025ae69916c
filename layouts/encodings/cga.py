"""Blocks, clusters and shapes: how the layout of one block becomes the layout of a whole tensor.

A cluster (CGA) of blocks shares a tensor.  Its bases say which part each block has; an encoding holds them as
``cga_layout``.  By hand, two blocks that split the first dimension of a tensor of 16 rows: each has 8 of them.

>>> from layouts import LinearLayout
>>> block = LinearLayout([("register", []), ("lane", [[1], [2], [4]]), ("warp", [])], [("dim0", 8)])
>>> combine_cta_cga_with_shape(block, [[1]], [16]).bases
[('register', []), ('lane', [[1], [2], [4]]), ('warp', []), ('block', [[8]])]
"""

from __future__ import annotations

from ..errors import ProfileError
from ..inttuple import _show, product
from ..linear.layout import LinearLayout
from ..linear.products import _layout
from ..linear.utils import (
    ensure_layout_not_larger_than,
    ensure_layout_not_smaller_than,
    standard_out_dim_names,
)
from .fields import Reader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["combine_cta_cga_with_shape", "make_cga_layout"]


def make_cga_layout(
    ctas_per_cga: Sequence[int], cta_split_num: Sequence[int], cta_order: Sequence[int]
) -> tuple[tuple[int, ...], ...]:
    """Return the bases of the blocks of a cluster from the three fields that older versions of Triton have.

    Along each dimension ``cta_split_num`` blocks have parts of their own, and the others copies; ``cta_order[0]`` is
    the dimension in which the block number runs first.
    Requires: powers of two; ``cta_split_num[i] <= ctas_per_cga[i]``; ``cta_order`` a permutation.
    Raises:   ProfileError that names the field.
    Triton:   ``CGAEncodingAttr::fromSplitParams``.

    >>> make_cga_layout([2, 4], [2, 2], [1, 0])
    ((0, 1), (0, 0), (1, 0))
    """
    read = Reader("make_cga_layout")
    ctas = read.powers("ctas_per_cga", ctas_per_cga)
    splits = read.powers("cta_split_num", cta_split_num, len(ctas))
    order = read.order("cta_order", cta_order, len(ctas))
    bases = []
    for dim in order:
        if splits[dim] > ctas[dim]:
            raise read.refuse("cta_split_num", splits, f"is larger than ctas_per_cga = {list(ctas)} in dimension {dim}")
        for bit in range(ctas[dim].bit_length() - 1):
            value = 1 << bit if 1 << bit < splits[dim] else 0
            bases.append(tuple([value if i == dim else 0 for i in range(len(ctas))]))
    return tuple(bases)


def blocks_of(cga_layout: Sequence[Sequence[int]], rank: int) -> LinearLayout:
    """Return the layout of the blocks of a cluster, whose outputs are as large as the bases need."""
    bases = [list(vector) for vector in cga_layout]
    return LinearLayout([("block", bases)], standard_out_dim_names(rank), require_surjective=True)


def combine_cta_cga_with_shape(
    block: LinearLayout, cga_layout: Sequence[Sequence[int]], shape: Sequence[int], broadcast_registers: bool = True
) -> LinearLayout:
    """Return the layout of a tensor from that of one block and the bases of the cluster.

    The block is repeated, in its first input and in the order of its outputs, until it fills its part of the shape;
    where it is larger, values that do not fit become 0, which makes copies; without ``broadcast_registers`` such
    registers are dropped.
    Requires: outputs dim0, dim1, ... of the block in any order; powers of two.
    Ensures:  the outputs are dim0, dim1, ... with the sizes of ``shape``.
    Raises:   ProfileError that names what does not fit.
    Triton:   ``combineCtaCgaWithShape``.

    >>> from layouts import LinearLayout
    >>> tile = LinearLayout([("register", [[1]]), ("lane", [[2]])], [("dim0", 4)])
    >>> combine_cta_cga_with_shape(tile, [], [8]).bases
    [('register', [[1], [4]]), ('lane', [[2]]), ('block', [])]
    """
    operation = "combine_cta_cga_with_shape"
    read = Reader(operation)
    sizes = read.shape(shape)
    names = standard_out_dim_names(len(sizes))
    given = _layout(operation, block)
    if sorted(given.get_out_dim_names()) != sorted(names):
        raise ProfileError(
            f"{operation}: the outputs {_show(given.get_out_dim_names(), 120)} are not the {len(sizes)} dimensions of"
            f" the shape {_show(list(sizes), 120)}",
            sizes,
        )
    wanted = dict(zip(names, sizes, strict=True))
    blocks = blocks_of(read.blocks(cga_layout, len(sizes)), len(sizes))
    cluster = ensure_layout_not_larger_than(blocks, wanted).transpose_outs(given.get_out_dim_names())
    part = {name: max(1, wanted[name] // cluster.get_out_dim_size(name)) for name in names}
    fitted = ensure_layout_not_larger_than(ensure_layout_not_smaller_than(given, part), part, broadcast_registers)
    return (fitted * cluster).transpose_outs(names)


def shape_per_block(cga_layout: Sequence[Sequence[int]], shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the part of a shape that one block has."""
    splits = blocks_of(cga_layout, len(shape)).get_out_dim_sizes()
    return tuple([max(1, size // split) for size, split in zip(shape, splits, strict=True)])


def elements(shape: Sequence[int]) -> int:
    """Return how many elements a shape has."""
    return int(product(tuple(shape)))
