"""Registers of a load from tensor memory, or of a store to it: which lane and register gets which element.

Four warps reach the 128 rows of the memory, 32 rows each; an instruction says how the lanes of a warp stand on its
rows and columns.  A further group of four warps takes the other rows of a narrow instruction, or further columns.

By hand, 128 rows of 64 columns and four warps: a lane is a row, and its registers are the columns.

>>> from layouts import TensorMemoryLayout
>>> found = compute_tmem_reg_layout(TensorMemoryLayout((128, 64), 1), [128, 64], num_warps=4)
>>> found.lane_bases, found.warp_bases
(((1, 0), (2, 0), (4, 0), (8, 0), (16, 0)), ((32, 0), (64, 0)))
>>> found.reg_bases
((0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (0, 32))
"""

from __future__ import annotations

from ..errors import LayoutError, NotALayoutError
from ..inttuple import _show
from ..linear.layout import LinearLayout
from ..linear.products import divide_left
from .blocked import DistributedLinearLayout
from .cga import blocks_of, shape_per_block
from .fields import Reader
from .tensor_memory import TensorMemoryLayout, TensorMemoryScalesLayout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    Place = tuple[int, int]
    Places = dict[str, list[Place]]

__all__ = ["TMEM_ATOMS", "compute_tmem_reg_layout"]

_EIGHT_ROWS = ((1, 0), (2, 0), (4, 0))

TMEM_ATOMS: dict[str, tuple[tuple[Place, ...], tuple[Place, ...]]] = {
    "32x32b": ((), (*_EIGHT_ROWS, (8, 0), (16, 0))),
    "16x64b": ((), ((8, 0), (0, 1), *_EIGHT_ROWS)),
    "16x128b": (((8, 0),), ((0, 1), (0, 2), *_EIGHT_ROWS)),
    "16x256b": (((0, 1), (8, 0)), ((0, 2), (0, 4), *_EIGHT_ROWS)),
}
"""Where one instruction puts its register bits and its lane bits, as (row, 32-bit column); PTX's names of shapes."""

_VARIANTS = (*TMEM_ATOMS, "32x32b_splitn")
_OPERATION = "compute_tmem_reg_layout"


def compute_tmem_reg_layout(
    layout: TensorMemoryLayout | TensorMemoryScalesLayout,
    shape: Sequence[int],
    num_warps: int = 4,
    bitwidth: int = 32,
    instr_variant: str = "32x32b",
) -> DistributedLinearLayout:
    """Return the layout in registers of what ``num_warps`` warps load from tensor memory, or store to it.

    ``bitwidth`` is that of an element; ``instr_variant`` one of 32x32b, 16x64b, 16x128b, 16x256b, or 32x32b_splitn,
    whose last register is the upper half of the columns.  Where a block has 64 rows, lane bit 4 of 32x32b has further
    columns, since its rows hold nothing: the instruction is then 16x32bx2.
    Requires: a power of two of warps, at least 4; at most 32 bits from one element to the next.
    Ensures:  each element is held, and the memory's place of what register r of lane l holds is the instruction's.
    Raises:   ProfileError that names the field; NotALayoutError where the instruction does not fit this memory.
    Triton:   ``getDistributedLayoutForTmemLdSt``, ``gluon_ir.compute_tmem_reg_layout``, Gluon's ``get_reg_layout``.

    >>> memory = TensorMemoryLayout((128, 64), 1)
    >>> compute_tmem_reg_layout(memory, [128, 64], 8, 16, "16x256b").reg_bases
    ((0, 1), (0, 2), (8, 0), (0, 16), (0, 32))
    >>> compute_tmem_reg_layout(TensorMemoryLayout((64, 4), 1), [64, 4], 4, 32, "16x256b")
    Traceback (most recent call last):
    layouts.errors.NotALayoutError: compute_tmem_reg_layout: 16x256b takes 8 columns of 32 bits, and \
#ttng.tensor_memory_encoding<blockM = 64, blockN = 4, colStride = 1> has 4 for 64x4 elements of 32 bits
    """
    read = Reader(_OPERATION)
    if not isinstance(layout, (TensorMemoryLayout, TensorMemoryScalesLayout)):
        raise read.refuse("layout", layout, "is not a layout of tensor memory")
    sizes = read.shape(shape, 2)
    warps = read.power("num_warps", num_warps)
    bits = read.choice("bitwidth", bitwidth, (8, 16, 32))
    if warps < 4:
        raise read.refuse("num_warps", warps, "is below 4: four warps reach all rows")
    if not isinstance(instr_variant, str) or instr_variant not in _VARIANTS:
        raise read.refuse("instr_variant", instr_variant, f"is not one of {', '.join(_VARIANTS)}")
    stride = layout.col_stride if isinstance(layout, TensorMemoryLayout) else 1
    if bits * stride > 32:
        raise read.refuse("bitwidth", bits, f"times col_stride = {stride} is more than the 32 bits of a column")
    memory = _memory(layout, sizes)
    atom = instr_variant.removesuffix("_splitn")
    about = f"{layout} has {{}} for {sizes[0]}x{sizes[1]} elements of {bits} bits"
    found = _packed(memory, atom, warps, bits, about)
    bases = dict((found * blocks_of(layout.cga_layout, 2)).bases)
    if instr_variant != atom:
        bases = _split_columns(bases, sizes[1], bits)
    return DistributedLinearLayout(bases["register"], bases["lane"], bases["warp"], bases.get("block", ()), shape=sizes)


def _memory(layout: TensorMemoryLayout | TensorMemoryScalesLayout, sizes: tuple[int, ...]) -> LinearLayout:
    """Return (row, col) to the elements of one block of the cluster; a part of the columns is a layout of its own."""
    part = shape_per_block(layout.cga_layout, sizes)
    if isinstance(layout, TensorMemoryScalesLayout):
        layout.to_linear_layout(sizes)  # refuses what has no part for each block
        alone = TensorMemoryScalesLayout((), layout.block_rep_order).to_linear_layout(part)
    else:
        m, n = layout.block
        cut = TensorMemoryLayout(
            (m, min(n, part[1])), layout.col_stride, layout.cga_layout, layout.two_ctas, layout.fp4_padded
        )
        alone = cut.part_of_block(part)
    columns = dict(alone.bases)["col"]
    while columns and not any(columns[-1]):  # the last columns hold nothing more
        columns = columns[:-1]
    return alone.sublayout(["row", "col"], ["dim0", "dim1"]).resize_in_dim("col", 1 << len(columns))


def _packed(memory: LinearLayout, atom: str, warps: int, bits: int, about: str) -> LinearLayout:
    """Return (register, lane, warp) to the elements: elements of fewer than 32 bits are packed, or stand alone."""
    if bits == 32:
        return _held(memory, atom, warps, about)
    identity, zeros = LinearLayout.identity_1d, LinearLayout.zeros_1d
    together = 32 // bits
    while together > 1:
        rest = divide_left(memory, identity(together, "col", "dim1"))
        if rest is not None:
            return identity(together, "register", "dim1") * _packed(rest, atom, warps, bits * together, about)
        together //= 2
    alone = zeros(32 // bits, "col", "dim1")
    rest = divide_left(memory, alone * identity(2, "col", "dim1")) if bits == 16 else None
    if rest is not None:
        return identity(2, "register", "dim1") * _held(rest, atom, warps, about)
    rest = divide_left(memory, alone)
    if rest is None and memory.get_in_dim_size("col") == 1:
        rest = memory
    if rest is None:
        raise NotALayoutError(
            f"{_OPERATION}: {about.format('elements')} that neither fill a column of 32 bits nor stand alone in one: "
            f"the columns are {_show(dict(memory.bases)['col'], 120)}",
            dict(memory.bases)["col"],
        )
    return _held(rest, atom, warps, about)


def _held(memory: LinearLayout, atom: str, warps: int, about: str) -> LinearLayout:
    """Return (register, lane, warp) to the elements, where each column of the memory is one element."""
    columns = memory.get_in_dim_size("col")
    places = _places(atom, warps, columns, dict(memory.bases)["row"][4] == [0, 0], about)
    bases = {
        name: [list(memory(row=row, col=column).values()) for row, column in vectors]
        for name, vectors in places.items()
    }
    nothing = _reaches_nothing(atom, bases)
    if nothing is not None:
        raise NotALayoutError(
            f"{_OPERATION}: {atom} takes row {nothing[0]}, column {nothing[1]}, where {about.format('nothing new')}",
            nothing,
        )
    vectors = [tuple(vector) for rows in bases.values() for vector in rows if any(vector)]
    outs = memory.out_dims
    once = LinearLayout([("place", vectors)], outs, require_surjective=False)
    if not once.is_invertible():
        missed = "elements without a place" if not once.is_surjective() else "elements that are held twice"
        raise NotALayoutError(f"{_OPERATION}: {atom} by {warps} warps: {about.format(missed)}", vectors)
    return LinearLayout([*bases.items()], outs)


def _reaches_nothing(atom: str, bases: dict[str, list[list[int]]]) -> Place | None:
    """Return a place of the instruction whose element is another's as well, so that it has none of its own."""
    registers, lanes = TMEM_ATOMS[atom]
    lanes = lanes[:4] if atom == "32x32b" else lanes  # lane bit 4 may have other columns
    own = [*zip(registers, bases["register"], strict=False), *zip(lanes, bases["lane"], strict=False)]
    for place, vector in own:
        if not any(vector):
            return place
    return None


def _places(atom: str, warps: int, columns: int, half: bool, about: str) -> Places:
    """Return where register, lane and warp bits are in the memory; ``half``: of 32 rows the upper 16 hold nothing.

    A narrow instruction takes 16 rows: the other 16 are a warp's or a register's.  Warps beyond share the columns, and
    warps beyond that hold copies.
    """
    registers, lanes = [list(part) for part in TMEM_ATOMS[atom]]
    width = 1 << sum([1 for row, _ in (*registers, *lanes) if not row])
    if columns < width:
        raise NotALayoutError(
            f"{_OPERATION}: {atom} takes {width} columns of 32 bits, and {about.format(columns)}", columns
        )
    wide = atom == "32x32b"
    by_warp = not wide and not half and warps > 4
    beyond = warps // (8 if by_warp else 4)
    along = min(columns // width, beyond)
    steps = columns // (width * along)
    end = width * steps
    if wide and half and steps > 1:
        lanes[4] = (0, end // 2)
        end //= 2
    registers += [(0, 1 << i) for i in range(width.bit_length() - 1, end.bit_length() - 1)]
    quarter = [(32, 0), (64, 0)]
    if not wide and not half:
        (quarter if by_warp else registers).append((16, 0))
    first = (width * steps).bit_length() - 1
    quarter += [(0, 1 << i) for i in range(first, first + along.bit_length() - 1)]
    quarter += [(0, 0)] * ((beyond // along).bit_length() - 1)
    return {"register": registers, "lane": lanes, "warp": quarter}


def _split_columns(bases: dict[str, list[list[int]]], columns: int, bits: int) -> dict[str, list[list[int]]]:
    """Return the bases with the upper half of the columns in the last register, as a split of the tensor wants them."""
    registers, lanes, warps = [[*bases[name]] for name in ("register", "lane", "warp")]
    half = [0, columns // 2]
    if not registers:
        if lanes[-1] != half:
            raise NotALayoutError(
                f"{_OPERATION}: 32x32b_splitn: a lane has one register, and its last bit is {lanes[-1]}, not {half}",
                lanes[-1],
            )
        registers, lanes[-1] = [half], [0, 0]
    elif registers[-1] != half:
        if 1 << len(registers) <= 32 // bits:
            raise NotALayoutError(
                f"{_OPERATION}: 32x32b_splitn: {1 << len(registers)} elements of {bits} bits are one register of 32 "
                "bits, which cannot be two halves",
                len(registers),
            )
        _exchange(registers, half, (lanes, 0), (warps, 2))
    return {**bases, "register": registers, "lane": lanes, "warp": warps}


def _exchange(registers: list[list[int]], half: list[int], *others: tuple[list[list[int]], int]) -> None:
    for vectors, first in others:
        for i in range(first, len(vectors)):
            if vectors[i] == half:
                registers[-1], vectors[i] = half, registers[-1]
                return
    raise LayoutError(f"{_OPERATION}: 32x32b_splitn: no lane and no warp beyond the first four has {half}", half)
