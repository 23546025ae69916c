"""An operand of an instruction repeated over warps and over a tensor, as Triton does it.

From minor to major: the tile of one instruction, the warps side by side, and again in further registers until the
tensor is full.  A tensor that is smaller than that is held several times.

By hand, the accumulator of ``m16n8`` by 2 x 2 warps on 64 x 32: warps are 8 columns and 16 rows apart, and registers go
on after 16 columns and after 32 rows.

>>> from layouts import hardware
>>> C = hardware.get("SM80_16x8x16_F32F16F16F32_TN")["C"]
>>> for name, bases in C.to_linear_layout([64, 32], [2, 2]).bases[:3]:
...     print(name, bases)
register [[0, 1], [8, 0], [0, 16], [32, 0]]
lane [[0, 2], [0, 4], [1, 0], [2, 0], [4, 0]]
warp [[0, 8], [16, 0]]
"""

from __future__ import annotations

from ..encodings.cga import combine_cta_cga_with_shape
from ..encodings.fields import Reader
from ..encodings.tensor_memory import TensorMemoryLayout
from ..encodings.tensor_memory_registers import compute_tmem_reg_layout
from ..errors import LayoutError
from ..linear.layout import LinearLayout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .operand import Operand

__all__ = ["over_warps"]

_DIMS = {"A": ("m", "k"), "B": ("k", "n"), "C": ("m", "n"), "D": ("m", "n")}
_PLACES = ("register", "lane", "warp")


def over_warps(
    operand: Operand,
    shape: Sequence[int],
    warps_per_cta: Sequence[int] = (1, 1),
    warps_first: int | None = None,
    cga_layout: Sequence[Sequence[int]] = (),
    instr_variant: str = "32x32b",
) -> LinearLayout:
    """Return the layout of a tensor from register, lane, warp and block, by one instruction after the other.

    ``warps_per_cta`` counts the warps along M and along N, those of the instruction itself included: a warpgroup has
    four along M.  The warps along N hold the same of A, those along M the same of B.  ``warps_first`` is the dimension
    in which warps are counted first: 1 (N), or 0 (M) for an instruction of several warps.  ``cga_layout`` are the bases
    of the blocks of a cluster, of the product.
    An accumulator in tensor memory is what those warps load from it, by ``tcgen05.ld`` of the shape ``instr_variant``.
    Requires: powers of two; an operand that registers of lanes hold, or an accumulator of one block's tensor memory.
    Ensures:  the dimensions are those of the tensor, (M,K), (K,N) or (M,N); the instruction's tile is its first.
    Raises:   LayoutError for an operand of another kind; ProfileError that names the field.
    Triton:   ``toLinearLayout`` of the encodings of matrix units, ``warpsPerCTA``, ``ensureLayoutNotLargerThan``.
    """
    read = Reader("to_linear_layout")
    role = operand.role.partition(".")[0]
    tile = operand.linear
    sizes, warps = read.shape(shape, 2), read.powers("warps_per_cta", warps_per_cta, 2)
    if role == "D" and [name for name, _ in tile.in_dims] == ["tmem_lane", "tmem_col"]:
        memory = _tensor_memory(operand, cga_layout)
        count = warps[0] * warps[1]
        return compute_tmem_reg_layout(memory, sizes, count, operand.bits, instr_variant).linear_layout()
    if role not in _DIMS or [n for n, _ in tile.out_dims] != list(_DIMS[role]) or "lane" not in dict(tile.in_dims):
        raise LayoutError(
            f"to_linear_layout: {operand.role} ({operand}) is no A, B or C that the registers of lanes hold",
            operand.role,
        )
    own = tile.get_in_dim_size("warp") if "warp" in dict(tile.in_dims) else 1
    if warps[0] % own:
        raise read.refuse(
            "warps_per_cta", warps, f"has no {own} warps along M, which {operand.role} of {operand.outs} has"
        )
    first = int(own == 1) if warps_first is None else read.choice("warps_first", warps_first, (0, 1))
    names = ("dim0", "dim1")
    found = _named(tile, role, names)
    k = {"A": 1, "B": 0}.get(role)
    for along in (first, 1 - first):
        size = warps[along] // (own if along == 0 else 1)
        if k is None or along != k:
            found = found * LinearLayout.identity_1d(size, "warp", names[along])
        else:
            found = found * LinearLayout.zeros_1d(size, "warp", names[along])
    fastest = 1 if k is None else k
    found = found.transpose_outs([names[fastest], names[1 - fastest]])
    blocks = [[0 if i == k else value for i, value in enumerate(v)] for v in read.blocks(cga_layout, 2)]
    return combine_cta_cga_with_shape(found, blocks, sizes)


def _tensor_memory(operand: Operand, cga_layout: Sequence[Sequence[int]]) -> TensorMemoryLayout:
    """Return the encoding of an accumulator, where the memory of one block has its rows one after the other."""
    m, n = operand.linear.get_out_dim_sizes()
    if m in (64, 128):
        memory = TensorMemoryLayout((m, n), 1, cga_layout)
        bases = dict(memory.part_of_block((m, n)).bases)
        if [bases["row"], bases["col"]] == [vectors for _, vectors in operand.linear.bases]:
            return memory
    raise LayoutError(
        f"to_linear_layout: {operand.role} ({operand}) folds its columns into further rows, which Triton's encoding of "
        "tensor memory has not",
        operand.role,
    )


def _named(tile: LinearLayout, role: str, names: tuple[str, str]) -> LinearLayout:
    """Return the face with dim0 and dim1 in the places of its names, and an input warp."""
    bases = dict(tile.bases)
    places = [(name, bases.get(name, [])) for name in _PLACES]
    outs = [(new, tile.get_out_dim_size(old)) for new, old in zip(names, _DIMS[role], strict=True)]
    return LinearLayout(places, outs, require_surjective=False)
