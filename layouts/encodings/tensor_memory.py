"""Tensor memory of Blackwell: 128 rows of 32-bit columns; where the accumulator and the scales are.

The direction is row and column of the memory to the element.  By hand, an accumulator with 64 rows: 16 rows at a time,
at the rows 0, 32, 64 and 96, which are the rows that four warps reach.

>>> TensorMemoryLayout((64, 32), 1).to_linear_layout([64, 32]).bases[0]
('row', [[1, 0], [2, 0], [4, 0], [8, 0], [0, 0], [16, 0], [32, 0]])
"""

from __future__ import annotations

from ..linear.layout import LinearLayout
from ..linear.utils import ensure_layout_not_larger_than
from .cga import blocks_of, shape_per_block
from .fields import Encoding, Reader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["TensorMemoryLayout", "TensorMemoryScalesLayout"]


class TensorMemoryLayout(Encoding):
    """Blocks of ``block`` = (M, N) elements, ``col_stride`` columns from one to the next in a row.

    A basis 0 in the rows 32 and 64 is a copy; elsewhere the place holds nothing that is defined.
    Requires: M 64 or 128, N a power of two; ``col_stride`` 1, 2 or 4.
    Raises:   ProfileError that names the field.
    Triton:   ``TensorMemoryEncodingAttr``, ``gluon.nvidia.blackwell.TensorMemoryLayout``.

    >>> print(TensorMemoryLayout((128, 64), 1))
    #ttng.tensor_memory_encoding<blockM = 128, blockN = 64, colStride = 1>
    """

    __slots__ = ("block", "cga_layout", "col_stride", "fp4_padded", "two_ctas")
    _fields = ("block", "col_stride", "cga_layout", "two_ctas", "fp4_padded")
    block: tuple[int, ...]
    col_stride: int
    cga_layout: tuple[tuple[int, ...], ...]
    two_ctas: bool
    fp4_padded: bool

    def __init__(
        self,
        block: Sequence[int],
        col_stride: int,
        cga_layout: Sequence[Sequence[int]] = (),
        two_ctas: bool = False,
        fp4_padded: bool = False,
    ) -> None:
        read = Reader("TensorMemoryLayout")
        sizes = read.powers("block", block, 2)
        if sizes[0] not in (64, 128):
            raise read.refuse("block", sizes, f"has M = {sizes[0]}, which is neither 64 nor 128")
        stride = read.choice("col_stride", col_stride, (1, 2, 4))
        if read.flag("fp4_padded", fp4_padded) and stride != 1:
            raise read.refuse("fp4_padded", fp4_padded, f"needs col_stride 1, not {stride}")
        self._set(
            block=sizes,
            col_stride=stride,
            cga_layout=read.blocks(cga_layout, 2),
            two_ctas=read.flag("two_ctas", two_ctas),
            fp4_padded=read.flag("fp4_padded", fp4_padded),
        )

    @property
    def rank(self) -> int:
        """The number of dimensions."""
        return 2

    def to_linear_layout(self, shape: Sequence[int]) -> LinearLayout:
        """Return the layout from row, column and block to the tensor of a shape.

        Where the part of a block has fewer than N columns, N is that number of columns.
        Requires: powers of two; at least M rows for each block; with two CTAs (1, 0) as the first basis of the cluster.
        Raises:   ProfileError otherwise.
        """
        read = Reader("TensorMemoryLayout")
        sizes = read.shape(shape, 2)
        part = shape_per_block(self.cga_layout, sizes)
        if part[0] < self.block[0]:
            raise read.refuse("shape", sizes, f"gives each block {part[0]} rows, fewer than {self.block[0]}")
        if self.two_ctas and self.cga_layout[:1] != ((1, 0),):
            raise read.refuse("two_ctas", True, f"needs (1, 0) as the first of cga_layout = {list(self.cga_layout)}")
        one_column = self.col_stride == 1 and not self.fp4_padded and min(self.block[1], part[1]) < 2
        if self.two_ctas and self.block[0] == 64 and one_column:
            raise read.refuse("two_ctas", True, "needs two columns: the second half goes to the upper rows")
        tile = self.part_of_block(part) * blocks_of(self.cga_layout, 2)
        return tile.transpose_ins(["row", "col", "block"])

    def part_of_block(self, part: tuple[int, ...]) -> LinearLayout:
        """Return the layout from row and column to the part of the tensor that one block of the cluster has."""
        m, n = self.block[0], min(self.block[1], part[1])
        identity = LinearLayout.identity_1d
        tile = LinearLayout.zeros_1d(2 if self.fp4_padded else self.col_stride, "col", "dim1")
        if m == 128:
            tile = tile * identity(128, "row", "dim0") * identity(n, "col", "dim1")
        else:
            tile = self._half_rows(tile * identity(16, "row", "dim0") * identity(n, "col", "dim1"), part)
        for name, size in zip(("dim0", "dim1"), part, strict=True):
            tile = tile * identity(max(1, size // tile.get_out_dim_size(name)), "col", name)
        return tile.transpose_ins(["row", "col"]).transpose_outs(["dim0", "dim1"])

    def _half_rows(self, tile: LinearLayout, part: tuple[int, ...]) -> LinearLayout:
        """Return 64 rows as four times 16, between them the next block of the tensor or nothing.

        With two CTAs the 64 rows are together, and the upper half of the memory has the second half of the columns.
        """
        bases = {name: [list(vector) for vector in vectors] for name, vectors in tile.bases}
        index = {name: i for i, name in enumerate(tile.get_out_dim_names())}
        m, n = self.block[0], min(self.block[1], part[1])
        further = []
        for value in (16, 32):
            vector = [0, 0]
            vector[index["dim0"]] = value
            further.append(vector)
        between = [0, 0]
        if self.two_ctas:
            rows = [*bases["row"], *further, bases["col"].pop()]
        else:
            if part[0] > m:
                between[index["dim0"]] = m
            elif part[1] > n:
                between[index["dim1"]] = n
            rows = [*bases["row"], between, *further]
        return LinearLayout([("row", rows), ("col", bases["col"])], list(index), require_surjective=True)


class TensorMemoryScalesLayout(Encoding):
    """The scale factors of a block-scaled dot: 32 rows of 4 columns, for each of four warps again.

    ``block_rep_order`` says in which direction the blocks repeat first: ``mnThenK``, or ``kThenMn`` (Rubin).
    Raises:   ProfileError that names the field.
    Triton:   ``TensorMemoryScalesEncodingAttr``, ``gluon.nvidia.blackwell.TensorMemoryScalesLayout``, and for the
    order ``gluon.nvidia.rubin.TensorMemoryScalesLayout``.

    >>> print(TensorMemoryScalesLayout())
    #ttng.tensor_memory_scales_encoding<>
    """

    __slots__ = ("block_rep_order", "cga_layout")
    _fields = ("cga_layout", "block_rep_order")
    cga_layout: tuple[tuple[int, ...], ...]
    block_rep_order: str

    def __init__(self, cga_layout: Sequence[Sequence[int]] = (), block_rep_order: str = "mnThenK") -> None:
        read = Reader("TensorMemoryScalesLayout")
        if not isinstance(block_rep_order, str) or block_rep_order not in ("mnThenK", "kThenMn"):
            raise read.refuse("block_rep_order", block_rep_order, "is neither mnThenK nor kThenMn")
        self._set(cga_layout=read.blocks(cga_layout, 2), block_rep_order=block_rep_order)

    def __repr__(self) -> str:
        if self.block_rep_order == "mnThenK":  # the class of Blackwell has no such field
            return f"TensorMemoryScalesLayout(cga_layout={[list(vector) for vector in self.cga_layout]!r})"
        return super().__repr__()

    @property
    def rank(self) -> int:
        """The number of dimensions."""
        return 2

    def to_linear_layout(self, shape: Sequence[int]) -> LinearLayout:
        """Return the layout from row, column and block to the scales of a shape.

        Requires: powers of two; a part of the shape for each block.
        Raises:   ProfileError otherwise.
        """
        read = Reader("TensorMemoryScalesLayout")
        sizes = read.shape(shape, 2)
        part = shape_per_block(self.cga_layout, sizes)
        splits = blocks_of(self.cga_layout, 2).get_out_dim_sizes()
        if any([split > size for split, size in zip(splits, sizes, strict=True)]):
            raise read.refuse("shape", sizes, f"has no part for each of the {splits[0]}x{splits[1]} blocks")
        identity, zeros = LinearLayout.identity_1d, LinearLayout.zeros_1d
        tile = identity(32, "row", "dim0") * zeros(4, "row", "dim0")
        tile = tile * identity(4, "col", "dim1") * identity(2, "col", "dim0")
        rows, columns = part
        steps = [("dim0", rows), ("dim1", columns)]
        if self.block_rep_order == "kThenMn":  # a block that repeats has 128 rows
            steps = [("dim0", min(rows, 128)), ("dim1", columns), ("dim0", rows)]
        for name, size in steps:
            tile = tile * identity(max(1, size // tile.get_out_dim_size(name)), "col", name)
        tile = ensure_layout_not_larger_than(tile, dict(zip(("dim0", "dim1"), part, strict=True)))
        return tile * blocks_of(self.cga_layout, 2)
