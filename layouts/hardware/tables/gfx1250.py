"""WMMA of gfx1250 (CDNA5): waves of 32 lanes, K up to 128.

A and B: 16 rows in the low lanes; lane bit 4 has the next run of K, and registers go on from there.  Source: the
layouts that Triton 3.9 takes for the instruction it then emits; no manual of AMD was at hand.
"""

from __future__ import annotations

from ..entry import Entry
from ..operand import Operand
from .amd import BITS

__all__ = ["ENTRIES"]

_TRITON = "Triton 3.9 AMDWMMALayout version 3 with the k_width that it takes for {}"
_SIX = (
    "A.fp8 and A.bf8 go with B.fp8 and B.bf8, A.fp4 with B.fp4. Not in the tables, since no description of their "
    "registers was found: 6 bits, and 8 bits against 4"
)

# name after v_wmma_, (M, N, K), type of A, type of B, type of C and D, run of K in a lane
ROWS: tuple[tuple[str, tuple[int, int, int], str, str, str, int], ...] = (
    ("f32_16x16x4_f32", (16, 16, 4), "f32", "f32", "f32", 2),
    *[(f"{d}_16x16x32_{a}", (16, 16, 32), a, a, d, 8) for a in ("f16", "bf16") for d in ("f32", a)],
    *[
        (f"{d}_16x16x64_{a}_{b}", (16, 16, 64), a, b, d, 8)
        for d in ("f32", "f16") for a in ("fp8", "bf8") for b in ("fp8", "bf8")
    ],
    ("i32_16x16x64_iu8", (16, 16, 64), "iu8", "iu8", "i32", 8),
    ("f32_32x16x128_f4", (32, 16, 128), "fp4", "fp4", "f32", 32),
)  # fmt: skip
_F8F6F4 = (("fp8", 16), ("bf8", 16), ("fp4", 32))
_FORMAT = "MATRIX_FMT_"
_WIDTH = BITS | {"iu8": 8, "fp4": 4}
_EMITTED = {"f32_16x16x4_f32", "f32_16x16x32_f16", "f32_16x16x32_bf16", "f32_16x16x64_fp8_fp8", "f32_16x16x64_bf8_bf8",
            "i32_16x16x64_iu8"}  # fmt: skip


def _bits(name: str, first: int, size: int) -> str:
    return "".join([f" {name}{1 << i}" for i in range(first.bit_length() - 1, size.bit_length() - 1)])


def _ab(operand: str, dtype: str, size: int, k: int, run: int, about: dict[str, str]) -> Operand:
    letter = operand[0]
    row = "m" if letter == "A" else "n"
    outs = f"m{size} k{k}" if letter == "A" else f"k{k} n{size}"
    wide = " " + f"{row}16" if size == 32 else ""
    bases = f"register{_bits('k', 1, run)}{_bits('k', 2 * run, k)}{wide}, lane{_bits(row, 1, 16)} k{run}"
    steps = k // (2 * run)
    extents, strides = [run], [size]
    if steps > 1:
        extents, strides = [*extents, steps], [*strides, 2 * run * size]
    if wide:
        extents, strides = [*extents, 2], [*strides, 16]
    value = f"({','.join(map(str, extents))})", f"({','.join(map(str, strides))})"
    tv = f"((16,2),{value[0]}):((1,{run * size}),{value[1]})"
    return Operand(operand, dtype, _WIDTH[dtype], outs, bases, tv, f"{row}1 k{size}", **about)  # type: ignore[arg-type]


def _c(d: str, m: int, about: dict[str, str]) -> Operand:
    wide, value = (" m16", "(8,2)):((32,8),(1,16))") if m == 32 else ("", "8):((16,8),1)")
    about = about | ({"note": "two elements in each 32-bit register"} if BITS[d] == 16 else {})
    bases = f"register m1 m2 m4{wide}, lane n1 n2 n4 n8 m8"
    return Operand("C", d, BITS[d], f"m{m} n16", bases, f"((16,2),{value}", f"m1 n{m}", **about)  # type: ignore[arg-type]


def _about(tail: str) -> dict[str, str]:
    if tail in _EMITTED:
        return {"status": "single-source", "confidence": "medium", "source": _TRITON.format("this instruction")}
    return {"status": "family-rule", "confidence": "low", "source": _TRITON.format("its neighbours")}


def _plain() -> list[Entry]:
    found = []
    for tail, shape, a, b, d, run in ROWS:
        m, n, k = shape
        about = _about(tail)
        operands = {"A": _ab("A", a, m, k, run, about), "B": _ab("B", b, n, k, run, about), "C": _c(d, m, about)}
        name = f"v_wmma_{tail}"
        found.append(
            Entry(name, "wmma", "gfx1250", operands, shape, atoms={name: ("A", "B", "C")}, source=about["source"])
        )
    return found


def _f8f6f4() -> list[Entry]:
    """One instruction for several types: a name for each pair, with the words of the assembler for the formats."""
    found = []
    formats = {"fp8": "FP8", "bf8": "BF8", "fp4": "FP4"}
    about = {"status": "single-source", "confidence": "medium", "source": _TRITON.format("this instruction")}
    held = {
        f"{letter}.{kind}": _ab(f"{letter}.{kind}", kind, 16, 128, run, about)
        for letter in "AB" for kind, run in _F8F6F4
    }  # fmt: skip
    for name in ("v_wmma_f32_16x16x128_f8f6f4", "v_wmma_scale_f32_16x16x128_f8f6f4"):
        atoms = {
            f"{name} matrix_a_fmt:{_FORMAT}{formats[a]} matrix_b_fmt:{_FORMAT}{formats[b]}": (f"A.{a}", f"B.{b}", "C")
            for a in formats for b in formats if (a == "fp4") == (b == "fp4")
        }  # fmt: skip
        operands = held | {"C": _c("f32", 16, about)}
        found.append(
            Entry(name, "wmma", "gfx1250", operands, (16, 16, 128), tuple(atoms), atoms, about["source"], _SIX)
        )
    return found


ENTRIES = (*_plain(), *_f8f6f4())
