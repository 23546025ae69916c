"""The types of f8f6f4: MFMA of gfx950, and the scale factors that it takes.

The type of A and of B is a modifier of one instruction, ``cbsz`` and ``blgp`` of the assembler, and decides how a lane
holds its 32 elements of K: 8-bit types as two runs of 16 that are far apart, 4-bit types as one run of 32.
"""

from __future__ import annotations

from ..entry import Entry
from ..operand import Operand
from .amd import C_FACES, RULE
from .fragments import WEIGHTS

__all__ = ["ENTRIES"]

_BLOG = "AMD, Matrix Core Programming on CDNA3 and CDNA4 (HIP kernels)"
_TRITON = "Triton 3.9 AMDMFMALayout version 4, k_width 16"
_NOTE = (
    "A.fp8 and A.bf8 go with B.fp8 and B.bf8, A.fp4 with B.fp4. Not in the tables, since no description of their "
    "registers was found: 6 bits, and 8 bits against 4"
)

# type, its number in cbsz and blgp, bits of an element
TYPES = (("fp8", 0, 8), ("bf8", 1, 8), ("fp4", 4, 4))

# (M, bits): images of the register bits, those of the lane bits beyond the row, and (groups, run, far) of the CuTe face
_K = {
    (32, 8): ("k1 k2 k4 k8 k32", "k16", 16, 32),
    (16, 8): ("k1 k2 k4 k8 k64", "k16 k32", 16, 64),
    (32, 4): ("k1 k2 k4 k8 k16", "k32", 32, 0),
    (16, 4): ("k1 k2 k4 k8 k16", "k32 k64", 32, 0),
}


def _ab(letter: str, kind: str, bits: int, size: int, k: int) -> Operand:
    registers, groups, run, far = _K[size, bits]
    row = "m" if letter == "A" else "n"
    rows = " ".join([f"{row}{1 << i}" for i in range(size.bit_length() - 1)])
    outs = f"m{size} k{k}" if letter == "A" else f"k{k} n{size}"
    shape, stride = (f"({run},2)", f"({size},{size * far})") if far else (f"{run}", f"{size}")
    known = size == 32 and kind != "bf8"
    return Operand(
        f"{letter}.{kind}", kind, bits, outs, f"register {registers}, lane {rows} {groups}",
        f"(({size},{64 // size}),{shape}):((1,{size * run}),{stride})", WEIGHTS[letter][size],
        status="cross-checked" if known else "family-rule", confidence="high" if known else "medium",
        source=f"{_BLOG}; {_TRITON}" if known else f"{_TRITON}; the 32x32 form",
    )  # fmt: skip


def _entries() -> list[Entry]:
    found = []
    for size, k, lanes in ((32, 64, "mn1 mn2 mn4 mn8 mn16 k_block1"), (16, 128, "mn1 mn2 mn4 mn8 k_block1 k_block2")):
        scale = Operand(
            "scale", "e8m0", 8, f"k_block{64 // size} mn{size}", f"lane {lanes}", status="single-source",
            confidence="medium", source="Triton chooseScaledMfmaScaleLayout",
        )  # fmt: skip
        bases, tv = C_FACES[size, 32]
        c = Operand(
            "C", "f32", 32, f"m{size} n{size}", bases, tv, WEIGHTS["C"][size], status="family-rule",
            confidence="medium", source=RULE,
        )  # fmt: skip
        held = {f"{letter}.{kind}": _ab(letter, kind, bits, size, k) for letter in "AB" for kind, _, bits in TYPES}
        for name, scales in (
            (f"v_mfma_f32_{size}x{size}x{k}_f8f6f4", False),
            (f"v_mfma_scale_f32_{size}x{size}x{k}_f8f6f4", True),
        ):
            atoms = {
                f"{name} cbsz:{a} blgp:{b}": (f"A.{left}", f"B.{right}", "C")
                for left, a, wide in TYPES
                for right, b, bits in TYPES
                if bits == wide  # the registers of mixed widths are not known to be these
            }
            operands = held | {"C": c} | ({"scale": scale} if scales else {})
            found.append(
                Entry(
                    name, "mfma", "cdna4", operands, (size, size, k), tuple(atoms), atoms, f"{_BLOG}; {_TRITON}", _NOTE
                )
            )
    return found


ENTRIES = tuple(_entries())
