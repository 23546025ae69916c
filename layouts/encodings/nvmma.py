"""Shared memory as NVIDIA's matrix units and TMA want it: the 32, 64 and 128 byte swizzles.

The atom is 8 rows of ``swizzle_byte_width`` bytes.  Within it, the 16-byte group number is XORed with the row, divided
by the number of rows that fit into 128 bytes.  By hand, 128 bytes of 16-bit elements: group g of row r is at group
g ^ r, so the first element of row 1 is at offset 64 + 8.

>>> NVMMASharedLayout(128, 16).to_linear_layout([8, 64]).invert()(dim0=1, dim1=0)["offset"]
72
"""

from __future__ import annotations

from ..errors import LayoutError, ProfileError
from ..linear.layout import LinearLayout
from ..linear.utils import (
    ensure_layout_not_smaller_than,
    identity_standard_nd,
    reshape_layout,
    standard_out_dim_names,
    transpose_linear_layout,
)
from .cga import combine_cta_cga_with_shape, elements, shape_per_block
from .fields import Reader, SharedEncoding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["NVMMASharedLayout"]

_TMA_MOST = 256


class NVMMASharedLayout(SharedEncoding):
    """The hardware swizzle of a width in bytes, 0 for none, on elements of a width in bits.

    ``transposed``: dimension 0 is the contiguous one, and the others come after it.  ``fp4_padded``: two 4-bit numbers
    in each byte element, and 8 bytes of padding after each 8.
    Requires: widths 0, 32, 64, 128 bytes and 8, 16, 32, 64 bits; with ``fp4_padded`` 128 bytes and 8 bits.
    Raises:   ProfileError that names the field.
    Triton:   ``NVMMASharedEncodingAttr``, ``gluon.NVMMASharedLayout``.

    >>> print(NVMMASharedLayout(64, 16))
    #ttg.nvmma_shared<{swizzlingByteWidth = 64, transposed = false, elementBitWidth = 16}>
    """

    __slots__ = ("_rank", "cga_layout", "element_bitwidth", "fp4_padded", "swizzle_byte_width", "transposed")
    _fields = ("swizzle_byte_width", "element_bitwidth", "rank", "transposed", "fp4_padded", "cga_layout")
    swizzle_byte_width: int
    element_bitwidth: int
    transposed: bool
    fp4_padded: bool
    cga_layout: tuple[tuple[int, ...], ...]
    _rank: int

    def __init__(
        self,
        swizzle_byte_width: int,
        element_bitwidth: int,
        rank: int = 2,
        transposed: bool = False,
        fp4_padded: bool = False,
        cga_layout: Sequence[Sequence[int]] | None = None,
    ) -> None:
        read = Reader("NVMMASharedLayout")
        width = read.choice("swizzle_byte_width", swizzle_byte_width, (0, 32, 64, 128))
        bits = read.choice("element_bitwidth", element_bitwidth, (8, 16, 32, 64))
        padded = read.flag("fp4_padded", fp4_padded)
        if padded and (width, bits) != (128, 8):
            raise read.refuse("fp4_padded", padded, f"needs 128 bytes and 8 bits, not {width} bytes and {bits} bits")
        dims = read.choice("rank", rank, (1, 2, 3, 4, 5))
        blocks = read.blocks(() if cga_layout is None else cga_layout, dims)
        if dims == 1 and width:
            raise read.refuse("rank", dims, f"has no rows to swizzle with {width} bytes")
        self._set(
            swizzle_byte_width=width,
            element_bitwidth=bits,
            _rank=dims,
            transposed=read.flag("transposed", transposed),
            fp4_padded=padded,
            cga_layout=blocks,
        )

    @property
    def rank(self) -> int:
        """The number of dimensions."""
        return self._rank

    @property
    def vec(self) -> int:
        """How many elements are in 16 bytes."""
        return 128 // self.element_bitwidth

    @property
    def per_phase(self) -> int:
        """How many rows are in 128 bytes, 1 without a swizzle."""
        return 128 // self.swizzle_byte_width if self.swizzle_byte_width else 1

    @property
    def max_phase(self) -> int:
        """How many different swizzles there are, 1 without a swizzle."""
        return self.swizzle_byte_width // 16 if self.swizzle_byte_width else 1

    @property
    def alignment(self) -> int:
        """The alignment of the buffer in bytes."""
        return 128 * self.max_phase

    def atom(self) -> LinearLayout:
        """Return the 8 rows that the hardware swizzles: from the offset in elements to row (dim0) and column (dim1).

        Triton:   ``getCoreMatrixLinearLayout``.

        >>> NVMMASharedLayout(32, 16).atom().bases
        [('offset', [[0, 1], [0, 2], [0, 4], [0, 8], [1, 0], [2, 0], [4, 8]])]
        """
        span = 8 * max(16, self.swizzle_byte_width) // self.element_bitwidth
        columns = [1 << i for i in range(span.bit_length() - 1)]
        moves = [self.vec * (row // self.per_phase % self.max_phase) for row in (1, 2, 4)]
        if self.fp4_padded:
            columns = [1, 2, 4, 0] + [column // 2 for column in columns[4:]]
            moves = [move // 2 for move in moves]
            span //= 2
        bases = [[0, column] for column in columns]
        bases += [[row, move] for row, move in zip((1, 2, 4), moves, strict=True)]
        return LinearLayout([("offset", bases)], [("dim0", 8), ("dim1", span)])

    def to_linear_layout(self, shape: Sequence[int]) -> LinearLayout:
        """Return the layout from the offset, in elements, and the block to the tensor of a shape.

        Requires: powers of two; 8 rows and the width of the swizzle in the part of each block.
        Raises:   ProfileError otherwise; LayoutError for a transposed layout of three dimensions or more, where the
                  order of the outer dimensions is not settled: Triton sends several offsets to one element.
        """
        read = Reader("NVMMASharedLayout")
        sizes = read.shape(shape, self.rank)
        if self.transposed and self.rank > 2:
            raise LayoutError(
                f"NVMMASharedLayout: transposed = True with rank = {self.rank}: the order of the outer dimensions is"
                " not settled beyond rank 2, and Triton 3.9.0 repeats elements there",
                self.rank,
            )
        part = shape_per_block(self.cga_layout, sizes)
        box = self._tma_box(part)
        if self.transposed:
            box = box[1:] + box[:1]
        if self.swizzle_byte_width:
            tile = reshape_layout(self._rows_of_atoms(box, sizes), box)
        else:
            rows_first = tuple(range(self.rank))[::-1]
            tile = identity_standard_nd("offset", box, rows_first)
            tile = tile.transpose_outs(standard_out_dim_names(self.rank))
        if self.transposed:
            tile = transpose_linear_layout(tile, [self.rank - 1, *range(self.rank - 1)])
        names = standard_out_dim_names(self.rank)
        if not self.swizzle_byte_width:
            tile = tile.transpose_outs(names[::-1])  # boxes stand side by side along the last dimension first
        tile = ensure_layout_not_smaller_than(tile, dict(zip(names, part, strict=True)))
        return combine_cta_cga_with_shape(tile, self.cga_layout, sizes)

    def _rows_of_atoms(self, box: tuple[int, ...], sizes: tuple[int, ...]) -> LinearLayout:
        """Return atoms below each other, as many as a box of TMA has rows."""
        atom = self.atom()
        span = atom.get_out_dim_size("dim1")
        rows, columns = elements(box[:-1]), box[-1]
        if rows < 8 or columns < span:
            raise ProfileError(
                f"NVMMASharedLayout: shape = {list(sizes)} gives each block {rows} rows of {columns} elements, and the"
                f" swizzle needs 8 rows of {span}",
                sizes,
            )
        return ensure_layout_not_smaller_than(atom, {"dim0": rows, "dim1": columns})

    def _tma_box(self, part: tuple[int, ...]) -> tuple[int, ...]:
        """Return the box of one TMA copy: 256 at most in each dimension, the width of the swizzle along the rows."""
        box = [min(size, _TMA_MOST) for size in part]
        if self.swizzle_byte_width:
            contiguous = 0 if self.transposed else self.rank - 1
            box[contiguous] = min(part[contiguous], self.atom().get_out_dim_size("dim1"))
        return tuple(box)
