"""``tcgen05``: accumulators and scale factors in tensor memory, and the shapes that move it to registers.

The names have the M of PTX, which of two CTAs (``cta_group::2``) counts the rows of both; D is what one CTA has.
Tensor memory has 128 lanes and 512 columns of 32 bits (see ``rule("nv.tmem")``).  ``tmem_col`` counts columns of 32
bits.  The CuTe face of a load counts bits; that of an accumulator goes from (m, n) to lane + 128 * column.
"""

from __future__ import annotations

from ..entry import Entry
from ..operand import Operand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ENTRIES"]

_ARCH = "sm100a sm103a sm110a"
_ATOMS = "F16BF16_SS F16BF16_TS TF32_SS TF32_TS"
_ATOMS_2 = "F16BF16_2x1SM_SS F16BF16_2x1SM_TS TF32_2x1SM_SS TF32_2x1SM_TS"
_EACH = "two CTAs, and D is the part of one: {} rows for each"


def _bits(name: str, start: int, stop: int) -> str:
    """Return `` name1 name2 ...`` for the powers of two in start..stop-1."""
    return "".join([f" {name}{1 << i}" for i in range(start.bit_length() - 1, stop.bit_length() - 1)])


# shape: columns for x1, largest count, linear face of x1 and its lanes, CuTe face with n the count, CUTLASS's name
_SHAPES: dict[str, tuple[int, int, str, str, Callable[[int], str], str]] = {
    "16x64b": (2, 128, "", "tmem_lane8 tmem_col1 tmem_lane1 tmem_lane2 tmem_lane4",
               lambda n: f"((2,2,8),(32,{n})):(({512 * n},32,{64 * n}),(1,64))", "16dp64b"),
    "16x128b": (4, 64, " tmem_lane8", "tmem_col1 tmem_col2 tmem_lane1 tmem_lane2 tmem_lane4",
                lambda n: f"((4,8),(32,2,{n})):((32,{128 * n}),(1,{1024 * n},128))", "16dp128b"),
    "16x256b": (8, 32, " tmem_col1 tmem_lane8", "tmem_col2 tmem_col4 tmem_lane1 tmem_lane2 tmem_lane4",
                lambda n: f"((4,8),(64,2,{n})):((64,{256 * n}),(1,{2048 * n},256))", "16dp256b"),
    "32x32b": (1, 128, "", "tmem_lane1 tmem_lane2 tmem_lane4 tmem_lane8 tmem_lane16",
               lambda n: f"(32,{32 * n}):({32 * n},1)", "32dp32b"),
}  # fmt: skip


def _moves() -> list[Entry]:
    note = "warp w reaches the TMEM lanes 32*(w%4)..+31 alone; the 16-lane shapes take 16 lanes from the base on"
    found = []
    for shape, (columns, most, first, lanes, tv, letters) in _SHAPES.items():
        rows = int(shape[:2])
        for count in [1 << i for i in range(most.bit_length())]:
            known = count <= 8
            operand = Operand(
                "R", "b32", 32, f"tmem_lane{rows} tmem_col{columns * count}",
                f"register{first}{_bits('tmem_col', columns, columns * count)}, lane {lanes}", tv(count),
                f"tmem_lane{32 * columns * count} tmem_col32", unit=32,
                status="cross-checked" if known else "single-source", confidence="high" if known else "medium",
                source=f"PTX ISA tcgen05 data movement shapes; CUTLASS SM100_TMEM_LOAD_{letters}{count}x"
                + ("; Triton 3.9" if known else ""), note=note,
            )  # fmt: skip
            found += _both(shape, count, letters, operand)
    for count in [1 << i for i in range(8)]:
        operand = Operand(
            "R", "b32", 32, f"tmem_lane16 tmem_col{2 * count}",
            f"register{_bits('tmem_col', 1, count)}, lane tmem_lane1 tmem_lane2 tmem_lane4 tmem_lane8 tmem_col{count}",
            f"((16,2),{32 * count}):(({64 * count},{32 * count}),1)", f"tmem_lane{64 * count} tmem_col32", unit=32,
            status="single-source", confidence="medium", source=f"CUTLASS SM100_TMEM_LOAD_16dp32b{count}x",
            note=f"for immHalfSplitoff = {count}: the upper half of the warp takes the columns from {count} on",
        )  # fmt: skip
        found += _both("16x32bx2", count, "16dp32b", operand)
    return found


def _both(shape: str, count: int, letters: str, operand: Operand) -> list[Entry]:
    return [
        Entry(
            f"tcgen05.{kind}.sync.aligned.{shape}.x{count}.b32", f"tcgen05.{kind}", _ARCH, {"R": operand}, None,
            (f"SM100_TMEM_{word}_{letters}{count}x",), source=operand.source,
        )
        for kind, word in (("ld", "LOAD"), ("st", "STORE"))
    ]  # fmt: skip


def _accumulators() -> list[Entry]:
    """D of tcgen05.mma in the tensor memory of one CTA."""
    rows = {
        128: ("tmem_lane m1 m2 m4 m8 m16 m32 m64", "(128,{n}):(1,128)", "one CTA", ""),
        64: (
            "tmem_lane m1 m2 m4 m8 0 m16 m32",
            "((16,4),{n}):((1,32),128)",
            "one CTA, not .ws",
            "TMEM lanes with bit 4 set (16..31, 48..63, ...) take no part; the zero basis says no more than that",
        ),
    }
    found = []
    for m, (lanes, tv, where, note) in rows.items():
        for n in range(*((16, 257, 16) if m == 128 else (8, 257, 8))):
            power = n & n - 1 == 0
            known = power and n >= 64
            operand = Operand(
                "D", "f32", 32, f"m{m} n{n}", f"{lanes}, tmem_col{_bits('n', 1, n)}" if power else None,
                tv.format(n=n), form="outputs", status="cross-checked" if known else "single-source",
                confidence="high" if known else "medium",
                source="CUTLASS UMMA::tmem_frg" + ("; Triton 3.9 TensorMemoryLayout" if power else ""), note=note,
            )  # fmt: skip
            found.append(_entry(f"cta_group::1.m{m}n{n}", (m, n), operand, where, _ATOMS))
            if m == 128:
                found.append(_entry(f"cta_group::2.m256n{n}", (256, n), operand, _EACH.format(m), _ATOMS_2))
    return found


def _entry(name: str, shape: tuple[int, int], operand: Operand, note: str, atoms: str = "") -> Entry:
    """Return the entry of PTX's shape; ``atoms`` are CUTLASS's names, whose types differ and whose D does not."""
    aliases = tuple([f"SM100_MMA_{atom}<{shape[0]},{shape[1]}>" for atom in atoms.split()])
    return Entry(
        f"tcgen05.mma.{name}", "tcgen05.mma", _ARCH, {"D": operand}, (*shape, 0), aliases, source=operand.source,
        note=note,
    )  # fmt: skip


def _folded() -> list[Entry]:
    """The other accumulators, of two CTAs or .ws: columns that few rows leave over go into further lanes."""
    found = []
    for m, group in ((64, "cta_group::2"), (64, "cta_group::1.ws"), (32, "cta_group::1.ws")):
        fold = 128 // m
        pair = group == "cta_group::2"
        for n in range(16, 257, 16) if pair else (64, 128, 256):
            power = n & n - 1 == 0
            above = " ".join([f"n{(n // fold) << i}" for i in range(fold.bit_length() - 1)])
            operand = Operand(
                "D", "f32", 32, f"m{m} n{n}",
                f"tmem_lane{_bits('m', 1, m)} {above}, tmem_col{_bits('n', 1, n // fold)}" if power else None,
                f"({m},({n // fold},{fold})):(1,(128,{m}))", form="outputs",
                status="cross-checked" if pair and n >= 64 and power else "single-source",
                confidence="high" if pair and n >= 64 and power else "medium",
                source="CUTLASS mma_traits_sm100_frag" + ("; Triton tensorMemoryToLinearLayout" if pair else ""),
            )  # fmt: skip
            rows = 2 * m if pair else m
            note = _EACH.format(m) if pair else f"{m} rows"
            found.append(_entry(f"{group}.m{rows}n{n}", (rows, n), operand, note, _ATOMS_2 if pair else ""))
    return found


def _scales() -> list[Entry]:
    """Scale factors: the atom of 128 x 4 in tensor memory, and in shared or global memory."""
    tmem = Operand(
        "SF", "scale", 8, "mn128 sf_k4", "tmem_lane mn1 mn2 mn4 mn8 mn16 0 0, tmem_byte sf_k1 sf_k2 mn32 mn64",
        status="single-source", confidence="medium", source="Triton tensorMemoryScalesToLinearLayout; PTX ISA (figure)",
        note="lane bits 5 and 6: the same again in each quarter; a 32-bit column for 32 rows, its 4 bytes are 4 scales",
    )  # fmt: skip
    found = [Entry("tcgen05.scales.128x4", "tcgen05.scales", _ARCH, {"SF": tmem}, source=tmem.source)]
    for vector in (16, 32):
        memory = Operand(
            "SF", "scale", 8, "mn128 sf_k4", "offset sf_k1 sf_k2 mn32 mn64 mn1 mn2 mn4 mn8 mn16",
            f"((32,4),({vector},4)):((16,4),(0,1))", form="scales", unit=vector,
            source="CUTLASS Sm1xxBlockScaledBasicChunk::SfKMajorAtom; Triton; PTX ISA",
            note=f"CuTe's face goes from (mn, k) with k in elements, {vector} to a scale, to the byte",
        )  # fmt: skip
        alias = (f"Sm1xxBlockScaledBasicChunk<{vector}>::SfKMajorAtom",)
        name = f"blockscale.128x4.vec{vector}"
        found.append(Entry(name, "blockscale", "sm100+", {"SF": memory}, None, alias, source=memory.source))
    return found


ENTRIES = (*_moves(), *_accumulators(), *_folded(), *_scales())
