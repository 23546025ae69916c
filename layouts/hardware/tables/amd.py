"""AMD: MFMA of CDNA1 to CDNA4 (gfx950), WMMA of RDNA3 and RDNA4, and transposed reads of LDS.

The block of a lane sits in its high bits.  A and B: the row is lane % M, and a group of M lanes holds a run of K.
"""

from __future__ import annotations

from ..entry import Entry
from ..operand import Operand
from .fragments import WEIGHTS

__all__ = ["BITS", "CALCULATOR", "C_FACES", "ENTRIES", "RULE", "TRITON"]

CALCULATOR = "AMD matrix instruction calculator"
TRITON = "Triton 3.9 AMDMFMALayout"
RULE = "the rule of the family (m = lane % M, k = run * (lane / M) + register)"

# (M, bits of an accumulator): linear face and CuTe face of C and D
C_FACES = {
    (32, 32): ("register m1 m2 m8 m16, lane n1 n2 n4 n8 n16 m4", "((32,2),(4,4)):((32,4),(1,8))"),
    (16, 32): ("register m1 m2, lane n1 n2 n4 n8 m4 m8", "((16,4),(4,1)):((16,4),(1,16))"),
    (16, 64): ("register m4 m8, lane n1 n2 n4 n8 m1 m2", "((16,4),(1,4)):((16,1),(1,4))"),
}
BITS = {"f16": 16, "bf16": 16, "i8": 8, "fp8": 8, "bf8": 8, "f32": 32, "xf32": 32, "f64": 64, "i32": 32}

# arch, name after v_mfma_, (M, N, K), A, B, D, basis: "both" calculator and Triton, "triton", "rule"
ROWS: tuple[tuple[str, str, tuple[int, int, int], str, str, str, str], ...] = (
    ("cdna1 cdna2", "f32_32x32x8f16", (32, 32, 8), "f16", "f16", "f32", "both"),
    ("cdna1 cdna2", "f32_16x16x16f16", (16, 16, 16), "f16", "f16", "f32", "rule"),
    ("cdna1 cdna2", "f32_32x32x4bf16", (32, 32, 4), "bf16", "bf16", "f32", "both"),
    ("cdna1 cdna2", "f32_16x16x8bf16", (16, 16, 8), "bf16", "bf16", "f32", "rule"),
    ("cdna1 cdna2", "i32_32x32x8i8", (32, 32, 8), "i8", "i8", "i32", "rule"),
    ("cdna1 cdna2", "i32_16x16x16i8", (16, 16, 16), "i8", "i8", "i32", "both"),
    ("cdna1 cdna2", "f32_32x32x2f32", (32, 32, 2), "f32", "f32", "f32", "rule"),
    ("cdna1 cdna2", "f32_16x16x4f32", (16, 16, 4), "f32", "f32", "f32", "rule"),
    ("cdna2", "f32_32x32x8bf16_1k", (32, 32, 8), "bf16", "bf16", "f32", "rule"),
    ("cdna2", "f32_16x16x16bf16_1k", (16, 16, 16), "bf16", "bf16", "f32", "both"),
    ("cdna2", "f64_16x16x4f64", (16, 16, 4), "f64", "f64", "f64", "rule"),
    ("cdna3+", "f32_32x32x8_f16", (32, 32, 8), "f16", "f16", "f32", "both"),
    ("cdna3+", "f32_16x16x16_f16", (16, 16, 16), "f16", "f16", "f32", "both"),
    ("cdna3+", "f32_32x32x8_bf16", (32, 32, 8), "bf16", "bf16", "f32", "both"),
    ("cdna3+", "f32_16x16x16_bf16", (16, 16, 16), "bf16", "bf16", "f32", "rule"),
    ("cdna3+", "i32_32x32x16_i8", (32, 32, 16), "i8", "i8", "i32", "both"),
    ("cdna3+", "i32_16x16x32_i8", (16, 16, 32), "i8", "i8", "i32", "both"),
    *[
        ("cdna3+", f"f32_{m}x{m}x{k}_{a}_{b}", (m, m, k), a, b, "f32", "both" if a == b == "fp8" else "rule")
        for m, k in ((32, 16), (16, 32)) for a in ("fp8", "bf8") for b in ("fp8", "bf8")
    ],
    ("cdna3+", "f32_32x32x2_f32", (32, 32, 2), "f32", "f32", "f32", "both"),
    ("cdna3+", "f32_16x16x4_f32", (16, 16, 4), "f32", "f32", "f32", "both"),
    ("cdna3", "f32_16x16x8_xf32", (16, 16, 8), "xf32", "xf32", "f32", "both"),
    ("cdna3", "f32_32x32x4_xf32", (32, 32, 4), "xf32", "xf32", "f32", "both"),
    ("cdna3+", "f64_16x16x4_f64", (16, 16, 4), "f64", "f64", "f64", "both"),
    ("cdna4", "f32_32x32x16_f16", (32, 32, 16), "f16", "f16", "f32", "triton"),
    ("cdna4", "f32_16x16x32_f16", (16, 16, 32), "f16", "f16", "f32", "triton"),
    ("cdna4", "f32_32x32x16_bf16", (32, 32, 16), "bf16", "bf16", "f32", "rule"),
    ("cdna4", "f32_16x16x32_bf16", (16, 16, 32), "bf16", "bf16", "f32", "rule"),
    ("cdna4", "i32_32x32x32_i8", (32, 32, 32), "i8", "i8", "i32", "triton"),
    ("cdna4", "i32_16x16x64_i8", (16, 16, 64), "i8", "i8", "i32", "triton"),
)  # fmt: skip

_BASIS = {
    "both": ("cross-checked", "high", f"{CALCULATOR}; {TRITON}"),
    "triton": ("single-source", "medium", f"{TRITON} version 4"),
    "rule": ("family-rule", "medium", RULE),
}


def _powers(name: str, start: int, stop: int) -> str:
    return "".join([f" {name}{1 << i}" for i in range(start.bit_length() - 1, stop.bit_length() - 1)])


def _ab(role: str, dtype: str, size: int, k: int, about: dict[str, str]) -> Operand:
    """A and B: 64 / size groups of lanes, each with a run of K side by side in its registers."""
    groups = 64 // size
    run = k // groups
    row = "m" if role == "A" else "n"
    outs = f"m{size} k{k}" if role == "A" else f"k{k} n{size}"
    bases = f"register{_powers('k', 1, run)}, lane{_powers(row, 1, size)}{_powers('k', run, k)}"
    tv = f"(({size},{groups}),{run}):((1,{size * run}),{size})"
    return Operand(role, dtype, BITS[dtype], outs, bases, tv, WEIGHTS[role][size], **about)  # type: ignore[arg-type]


def _mfma() -> list[Entry]:
    found = []
    for arch, tail, shape, a, b, d, basis in ROWS:
        status, confidence, source = _BASIS[basis]
        about = {"status": status, "confidence": confidence, "source": source}
        m, n, k = shape
        bases, tv = C_FACES[m, BITS[d]]
        operands = {
            "A": _ab("A", a, m, k, about),
            "B": _ab("B", b, n, k, about),
            "C": Operand("C", d, BITS[d], f"m{m} n{n}", bases, tv, WEIGHTS["C"][m], **about),  # type: ignore[arg-type]
        }
        name = f"v_mfma_{tail}"
        found.append(Entry(name, "mfma", arch, operands, shape, atoms={name: ("A", "B", "C")}, source=source))
    return found


_ROWS16 = "m1 m2 m4 m8", "n1 n2 n4 n8"
_RDNA4_NOTE = (
    "the order of K is the AMD calculator's; Triton 3.9 (version 2, k_width 8) has k8 for lane bit 4 and k4 for "
    "register "
    "bit 2. Both A and B change alike, so products agree and layouts do not: unsettled (trap D4)"
)

# arch, alias of the generation, name after v_wmma_, A, bits, D; registers and lane bit 4 of A, and of D
WMMA: tuple[tuple[str, str, str, str, int, str, str, str, str, str], ...] = (
    ("rdna3", "gfx11", "f32_16x16x16_f16", "f16", 16, "f32", "k1 k2 k4 k8", "0", "m2 m4 m8", "m1"),
    ("rdna3", "gfx11", "f32_16x16x16_bf16", "bf16", 16, "f32", "k1 k2 k4 k8", "0", "m2 m4 m8", "m1"),
    ("rdna3", "gfx11", "i32_16x16x16_iu8", "iu8", 8, "i32", "k1 k2 k4 k8", "0", "m2 m4 m8", "m1"),
    ("rdna3", "gfx11", "i32_16x16x16_iu4", "iu4", 4, "i32", "k1 k2 k4 k8", "0", "m2 m4 m8", "m1"),
    ("rdna3", "gfx11", "f16_16x16x16_f16", "f16", 16, "f16", "k1 k2 k4 k8", "0", "m2 m4 m8", "m1"),
    ("rdna3", "gfx11", "bf16_16x16x16_bf16", "bf16", 16, "bf16", "k1 k2 k4 k8", "0", "m2 m4 m8", "m1"),
    ("rdna4", "gfx12", "f16_16x16x16_f16", "f16", 16, "f16", "k1 k2 k8", "k4", "m1 m2 m4", "m8"),
    ("rdna4", "gfx12", "bf16_16x16x16_bf16", "bf16", 16, "bf16", "k1 k2 k8", "k4", "m1 m2 m4", "m8"),
    ("rdna4", "gfx12", "f32_16x16x16_f16", "f16", 16, "f32", "k1 k2 k8", "k4", "m1 m2 m4", "m8"),
    ("rdna4", "gfx12", "f32_16x16x16_bf16", "bf16", 16, "f32", "k1 k2 k8", "k4", "m1 m2 m4", "m8"),
    ("rdna4", "gfx12", "i32_16x16x16_iu8", "iu8", 8, "i32", "k1 k2 k4", "k8", "m1 m2 m4", "m8"),
    *[
        ("rdna4", "gfx12", f"f32_16x16x16_{a}_{b}", f"{a} {b}", 8, "f32", "k1 k2 k4", "k8", "m1 m2 m4", "m8")
        for a in ("fp8", "bf8") for b in ("fp8", "bf8")
    ],
)  # fmt: skip

# (A: lane bit 4, registers) and D: CuTe faces
_WMMA_TV = {
    "0": "((16,2),16):((1,0),16)",
    "k4": "((16,2),(4,2)):((1,64),(16,128))",
    "k8": "((16,2),8):((1,128),16)",
    "m1": "((16,2),8):((16,1),2)",
    "m8": "((16,2),8):((16,8),1)",
}
_IN_FACTS = {"f32_16x16x16_f16", "i32_16x16x16_iu8", "i32_16x16x16_iu4", "f32_16x16x16_fp8_fp8"}


def _halves(arch: str, d: str) -> dict[str, str]:
    """C and D of 16 bits: RDNA3 fills half of each register, RDNA4 both."""
    if BITS[d] == 32:
        return {}
    if arch == "rdna3":
        note = "one element in each 32-bit register: in its low half, or in its high half where OPSEL says so"
        source = f"{CALCULATOR} (OPSEL); LLVM D158059"
    else:
        note, source = "two elements in each 32-bit register", "the rule of the generation"
    return {"status": "family-rule", "confidence": "medium", "note": note, "source": source}


def _wmma() -> list[Entry]:
    """Waves of 32 lanes; RDNA3 holds A and B twice, in both halves of the wave."""
    found = []
    for arch, gfx, tail, types, bits, d, registers, upper, d_registers, d_upper in WMMA:
        known = tail in _IN_FACTS
        status, sure = ("cross-checked", "high") if known else ("family-rule", "medium")
        source = f"{CALCULATOR}; Triton 3.9 AMDWMMALayout" if known else "the rule of the generation"
        note = _RDNA4_NOTE if upper == "k4" else ""
        about = {"status": status, "confidence": sure, "source": source}
        a, _, b = types.partition(" ")
        ab = about | (
            {"status": "single-source" if known else status, "confidence": "medium", "note": note} if note else {}
        )
        operands = {
            "A": Operand("A", a, bits, "m16 k16", f"register {registers}, lane {_ROWS16[0]} {upper}", _WMMA_TV[upper],
                         "m1 k16", **ab),  # type: ignore[arg-type]
            "B": Operand("B", b or a, bits, "k16 n16", f"register {registers}, lane {_ROWS16[1]} {upper}",
                         _WMMA_TV[upper], "n1 k16", **ab),  # type: ignore[arg-type]
            "C": Operand("C", d, BITS[d], "m16 n16", f"register {d_registers}, lane {_ROWS16[1]} {d_upper}",
                         _WMMA_TV[d_upper], "m1 n16", **(about | _halves(arch, d))),  # type: ignore[arg-type]
        }  # fmt: skip
        name = f"v_wmma_{tail}_w32_{gfx}"
        aliases = (f"v_wmma_{tail}", f"v_wmma_{tail}_w32")
        atoms = {name: ("A", "B", "C")}
        found.append(Entry(name, "wmma", arch, operands, (16, 16, 16), aliases, atoms, source, note))
    return found


def _transposed_reads() -> list[Entry]:
    b16 = Operand(
        "R", "b16", 16, "src_lane16 src_elem4", "element src_lane4 src_lane8, lane src_elem1 src_elem2 src_lane1 "
                                                "src_lane2",
        status="uncertain", confidence="low", source="address formula of FlyDSL; Modular docs (read transposed in "
                                                     "4x16)",
        note="in each row of 16 lanes; src_lane is the lane that gave the 8 bytes, src_elem the element of them; "
             "untested",
    )  # fmt: skip
    found = [Entry("ds_read_b64_tr_b16", "ds_read_tr", "cdna4", {"R": b16}, source=b16.source)]
    for rows, lanes in ((16, "k1 k2 k4 k8 k32 k64"), (32, "k1 k2 k4 k8 nonk8 k32")):
        nonk, size = (8, 128) if rows == 16 else (16, 64)
        b4 = Operand(
            "R", "b8", 8, f"nonk{nonk} k{size}", f"register nonk1 nonk2 nonk4 k16, lane {lanes}",
            status="single-source", confidence="medium", source="Triton chooseDotDsReadTrLayout",
            note="pairs of 4-bit elements seen as bytes",
        )  # fmt: skip
        found.append(Entry(f"ds_read_b64_tr_b4.m{rows}", "ds_read_tr", "cdna4", {"R": b4}, source=b4.source))
    return found


ENTRIES = (*_mfma(), *_wmma(), *_transposed_reads())
