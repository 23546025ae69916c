"""MFMA with several blocks: 2, 4 or 16 small products of their own, side by side in the lanes.

The lanes count the rows (columns) of a block, then blocks, then K.  The results of 32x32 and 16x16 have the block in
the high bits of the register, those of 4x4 in the lanes.
"""

from __future__ import annotations

from ..entry import Entry
from ..operand import Operand
from .amd import BITS, CALCULATOR

__all__ = ["ENTRIES"]

# arch, name after v_mfma_, (M, N, K), blocks, type of A and B, type of C and D
ROWS: tuple[tuple[str, str, tuple[int, int, int], int, str, str], ...] = (
    *[
        ("cdna1 cdna2", f"{d}_{m}x{m}x{k}{a}", (m, m, k), blocks, a, d)
        for a, d, k in (("f32", "f32", 1), ("f16", "f32", 4), ("bf16", "f32", 2), ("i8", "i32", 4))
        for m, blocks in ((32, 2), (16, 4), (4, 16))
    ],
    *[("cdna2", f"f32_{m}x{m}x4bf16_1k", (m, m, 4), n, "bf16", "f32") for m, n in ((32, 2), (16, 4), (4, 16))],
    ("cdna2", "f64_4x4x4f64", (4, 4, 4), 4, "f64", "f64"),
    *[
        ("cdna3+", f"{d}_{m}x{m}x{k}_{blocks}b_{a}", (m, m, k), blocks, a, d)
        for a, d, k in (("f32", "f32", 1), ("f16", "f32", 4), ("bf16", "f32", 4), ("i8", "i32", 4))
        for m, blocks in ((32, 2), (16, 4), (4, 16))
    ],
    ("cdna3+", "f64_4x4x4_4b_f64", (4, 4, 4), 4, "f64", "f64"),
)

# (M, blocks, bits of C): linear face of C and D, its CuTe face
_C = {
    (32, 2, 32): (
        "register m1 m2 m8 m16 block1, lane n1 n2 n4 n8 n16 m4",
        "((32,2),(4,4,2)):((32,4),(1,8,1024))",
    ),
    (16, 4, 32): ("register m1 m2 block1 block2, lane n1 n2 n4 n8 m4 m8", "((16,4),(4,4)):((16,4),(1,256))"),
    (4, 16, 32): ("register m1 m2, lane n1 n2 block1 block2 block4 block8", "((4,16),4):((4,16),1)"),
    (4, 4, 64): ("register, lane n1 n2 block1 block2 m1 m2", "((4,4,4),1):((4,16,1),0)"),
}


def _bits(name: str, size: int) -> str:
    return "".join([f" {name}{1 << i}" for i in range(size.bit_length() - 1)])


def _ab(role: str, dtype: str, size: int, k: int, blocks: int, about: dict[str, str]) -> Operand:
    row = "m" if role == "A" else "n"
    outs = f"m{size} k{k} block{blocks}" if role == "A" else f"k{k} n{size} block{blocks}"
    index = f"{row}1 k{size} block{size * k}"
    if size * blocks == 64:
        bases = f"register{_bits('k', k)}, lane{_bits(row, size)}{_bits('block', blocks)}"
        tv = f"(({size},{blocks}),{k}):((1,{size * k}),{size if k > 1 else 0})"
    else:  # a step along K for every 16 lanes
        bases = f"register, lane{_bits(row, size)}{_bits('block', blocks)}{_bits('k', k)}"
        tv = f"(({size},{blocks},{k}),1):((1,{size * k},{size}),0)"
    return Operand(role, dtype, BITS[dtype], outs, bases, tv, index, **about)  # type: ignore[arg-type]


def _entries() -> list[Entry]:
    found = []
    about = {"status": "single-source", "confidence": "medium", "source": CALCULATOR}
    for arch, tail, shape, blocks, a, d in ROWS:
        m, n, k = shape
        bases, tv = _C[m, blocks, BITS[d]]
        operands = {
            "A": _ab("A", a, m, k, blocks, about),
            "B": _ab("B", a, n, k, blocks, about),
            "C": Operand("C", d, BITS[d], f"m{m} n{n} block{blocks}", bases, tv, f"m1 n{m} block{m * n}", **about),  # type: ignore[arg-type]
        }
        note = f"{blocks} products of {m}x{n}x{k} of their own"
        found.append(Entry(f"v_mfma_{tail}", "mfma", arch, operands, shape, source=CALCULATOR, note=note))
    return found


ENTRIES = tuple(_entries())
