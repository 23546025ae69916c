"""``mma.sp``: A with half of its elements, and the metadata that says which.

A row of A is cut into chunks; half of the elements of each are stored, and 4 bits of metadata tell where they stood:
2 of 4 elements for 8 and 16 bits, 1 of 2 for tf32, 2 pairs of 4 for 4 bits.

Three operands describe A.  ``A`` holds the stored elements, m x K/2: it is the fragment of the dense instruction with
half of K.  ``A.logical`` is CuTe's, where a stored element stands for two neighbours in K.  ``E`` is the metadata: its
register counts the elements of A (m, k) that a lane's 32 bits speak of, low to high.
"""

from __future__ import annotations

from ..entry import Entry
from ..operand import Operand
from .fragments import FRAGMENTS, WEIGHTS
from .mma import BITS, CXX, FLOATS, scale_factors

__all__ = ["ENTRIES"]

_PTX = "PTX ISA 9.x, fragments of mma.sp"
_SM90 = "CUTLASS mma_traits_sm90_gmma_sparse (ELayout, a warp of it)"
_SM120 = "CUTLASS mma_traits_sm120_sparse"
_LLVM = "LLVM sparse-mma-2-4-f16, a test that runs on sm80"
_HALF = "the pattern of twice the K, whose upper half of K has lanes of its own"

# (bits of an element, K): linear face and CuTe face of E, how many of four lanes are read, how sure, source
_E: dict[tuple[int, int], tuple[str, str, int, str, str, str]] = {
    (16, 16): (
        "register k1 k2 k4 k8 m8, lane 0 0 m1 m2 m4",
        "((4,8),(16,2)):((0,1),(16,8))",
        *(1, "family-rule", "medium", _HALF),
    ),
    (16, 32): (
        "register k1 k2 k4 k8 m8, lane k16 0 m1 m2 m4",
        "((2,2,8),(16,2)):((256,0,1),(16,8))",
        *(2, "cross-checked", "high", f"{_SM90}; {_LLVM}"),
    ),
    (32, 8): (
        "register k1 k2 k4 m8, lane 0 0 m1 m2 m4",
        "((4,8),(8,2)):((0,1),(16,8))",
        *(1, "family-rule", "medium", _HALF),
    ),
    (32, 16): (
        "register k1 k2 k4 m8, lane k8 0 m1 m2 m4",
        "((2,2,8),(8,2)):((128,0,1),(16,8))",
        *(2, "single-source", "medium", _SM90),
    ),
    (8, 32): (
        "register k1 k2 k4 k8 k16, lane m8 0 m1 m2 m4",
        "((2,2,8),32):((8,0,1),16)",
        *(2, "family-rule", "low", _HALF),
    ),
    (8, 64): (
        "register k1 k2 k4 k8 k16, lane m8 k32 m1 m2 m4",
        "((2,2,8),32):((8,512,1),16)",
        *(4, "cross-checked", "high", f"{_SM90}; {_SM120}"),
    ),
    (4, 64): (
        "register k1 k2 k4 k8 k16 k32, lane m8 0 m1 m2 m4",
        "((2,2,8),64):((8,0,1),16)",
        *(2, "family-rule", "low", _HALF),
    ),
    (4, 128): (
        "register k1 k2 k4 k8 k16 k32, lane m8 k64 m1 m2 m4",
        "((2,2,8),64):((8,1024,1),16)",
        *(4, "single-source", "medium", _SM120),
    ),
}
_SELECTOR = {
    1: "with sparsity selector 0: selector s reads the lane s of each four, the others take no part",
    2: "with sparsity selector 0: selector s reads the lanes 2s and 2s + 1 of each four, the others take no part",
    4: "every lane is read; the sparsity selector is 0",
}

# Four-bit elements as pairs of two bits wide halves: the fragments of A that CuTe's layout has and no dense instruction
_LOGICAL = {
    (64, 2): ("m16 k64", "register k1 k2 k4 k8 m8, lane k16 k32 m1 m2 m4", "((4,8),(16,2)):((256,1),(16,8))"),
    (128, 2): (
        "m16 k128",
        "register k1 k2 k4 k8 m8 k64, lane k16 k32 m1 m2 m4",
        "((4,8),(16,2,2)):((256,1),(16,8,1024))",
    ),
}

# arch, K, types of A, types of B ("=": as A), types of C and D
ROWS: tuple[tuple[str, int, str, str, str], ...] = (
    ("sm80+", 16, "f16", "=", "f16 f32"),
    ("sm80+", 32, "f16", "=", "f16 f32"),
    ("sm80+", 16, "bf16", "=", "f32"),
    ("sm80+", 32, "bf16", "=", "f32"),
    ("sm80+", 8, "tf32", "=", "f32"),
    ("sm80+", 16, "tf32", "=", "f32"),
    ("sm80+", 32, "s8 u8", "s8 u8", "s32"),
    ("sm80+", 64, "s8 u8", "s8 u8", "s32"),
    ("sm80+", 64, "s4 u4", "s4 u4", "s32"),
    ("sm80+", 128, "s4 u4", "s4 u4", "s32"),
    ("sm89+", 64, "e4m3 e5m2", "e4m3 e5m2", "f32"),
)


_WORTH = {4: "half a bit", 8: "one bit", 16: "one bit", 32: "two bits"}


def _metadata(bits: int, k: int) -> Operand:
    bases, tv, read, status, confidence, source = _E[bits, k]
    return Operand(
        "E", "metadata", 2, f"m16 k{k}", bases, tv, WEIGHTS["A"][16], status=status, confidence=confidence,
        source=source, note=f"{_SELECTOR[read]}; an element of A is worth {_WORTH[bits]} of metadata",
    )  # fmt: skip


def _fragment(role: str, operand: str, dtype: str, rows: int, columns: int, bits: int, source: str) -> Operand:
    key = role, rows, columns, bits
    outs, bases, tv = _LOGICAL[columns, bits] if key not in FRAGMENTS else FRAGMENTS[key]
    note = {
        "A": "k counts the stored elements, half of those of the product",
        "A.logical": "CuTe's layout: a register is one of the two places in K that a stored element stands for",
    }.get(operand, "")
    return Operand(
        operand, dtype, 32 if role == "C" and dtype != "f16" else 16 if role == "C" else bits, outs, bases, tv,
        WEIGHTS[role][columns if role == "B" else rows], status="single-source", confidence="medium", source=source,
        note=note,
    )  # fmt: skip


def _operands(k: int, a: str, b: str, c: str, bits: int, source: str) -> dict[str, Operand]:
    return {
        "A": _fragment("A", "A", a, 16, k // 2, bits, source),
        "A.logical": _fragment("A", "A.logical", a, 16, k, bits // 2, source),
        "B": _fragment("B", "B", b, k, 8, bits, source),
        "C": _fragment("C", "C", c, 16, 8, 32, source),
        "E": _metadata(bits, k),
    }


def _entry(
    arch: str,
    k: int,
    types: tuple[str, str, str],
    bits: int,
    middle: str = "",
    scale: str = "",
    more: tuple[str, ...] = (),
) -> Entry:
    a, b, c = types
    end = f".{scale}" if scale else ""
    source = f"{_PTX}; {_SM120}" if more else _PTX
    head = f"m16n8k{k}.row.col."
    tail = f"{c}.{a}.{b}.{c}{end}"
    name = f"mma.sp::ordered_metadata.sync.aligned.{head}{middle}{tail}"
    spelled = (
        (f"mma.sync.aligned.{middle.replace('.', '.sp::ordered_metadata.', 1)}{head}{tail}",)
        if middle
        else (f"mma.sp.sync.aligned.{head}{tail}",)
    )
    atoms = dict.fromkeys((name, *more), ("A.logical", "B", "C"))
    operands = _operands(k, a, b, c, bits, source)
    if scale:
        operands |= scale_factors(k, scale, 16 if scale == "ue4m3" else 32, "medium")
    return Entry(name, "mma.sp", arch, operands, (16, 8, k), (*spelled, *more), atoms, source)


def _ampere() -> list[Entry]:
    found = []
    for arch, k, a_types, b_types, c_types in ROWS:
        for a in a_types.split():
            for b in (a,) if b_types == "=" else b_types.split():
                found += [_entry(arch, k, (a, b, c), BITS[a]) for c in c_types.split()]
    return found


def _blackwell() -> list[Entry]:
    """sm120: the types of f8f6f4, with and without scale factors, and four bits with scale factors."""
    found = []
    arch, base = "sm120a sm121a", "SM120::SPARSE::SM120_SPARSE_16x8x64_TN"
    scaled = "SM120::BLOCKSCALED::SPARSE::SM120_SPARSE_16x8"
    for a in FLOATS:
        for b in FLOATS:
            for c in ("f32", "f16"):
                alias = f"{base}<{CXX[a]},{CXX[b]},{CXX[c]}>"
                found.append(_entry(arch, 64, (a, b, c), 8, "kind::f8f6f4.", more=(alias,)))
            alias = f"{scaled}x64_TN_VS<{CXX[a]},{CXX[b]},float,float_ue8m0_t,32>"
            middle = "kind::mxf8f6f4.block_scale.scale_vec::1X."
            found.append(_entry(arch, 64, (a, b, "f32"), 8, middle, "ue8m0", (alias,)))
    for size, scale, vector in (("2X", "ue8m0", 32), ("4X", "ue4m3", 16)):
        alias = f"{scaled}x128_TN_VS<float_e2m1_t,float_e2m1_t,float,float_{scale}_t,{vector}>"
        middle = f"kind::mxf4nvf4.block_scale.scale_vec::{size}."
        found.append(_entry(arch, 128, ("e2m1", "e2m1", "f32"), 4, middle, scale, (alias,)))
    return found


ENTRIES = (*_ampere(), *_blackwell())
