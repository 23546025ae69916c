"""``wgmma``: accumulators and register operands of a warpgroup, and its operands in shared memory.

N goes from 8 to 256 in steps of 8 (16 from 32 on, and 24, for integers and single bits).  An accumulator whose N is no
power of two has a CuTe face and no linear one.  A warpgroup sees all of an operand in shared memory: strides 0 over the
threads.
"""

from __future__ import annotations

from ..entry import Entry
from ..operand import Operand

__all__ = ["ENTRIES"]

_SOURCE = "PTX ISA wgmma register fragments; CUTLASS mma_traits_sm90_gmma"
_WARPS = "lane n2 n4 m1 m2 m4, warp m16 m32"

# K: bits of an element, linear face of A in registers, its CuTe face
_A = {
    8: (32, "register m8 k4, lane k1 k2 m1 m2 m4, warp m16 m32", "((4,8,4),(2,2)):((64,1,16),(8,256))"),
    16: (16, "register k1 m8 k8, lane k2 k4 m1 m2 m4, warp m16 m32", "((4,8,4),(2,2,2)):((128,1,16),(64,8,512))"),
    32: (8, "register k1 k2 m8 k16, lane k4 k8 m1 m2 m4, warp m16 m32", "((4,8,4),(4,2,2)):((256,1,16),(64,8,1024))"),
    256: (
        1,
        "register k1 k2 k4 k8 k16 m8 k128, lane k32 k64 m1 m2 m4, warp m16 m32",
        "((4,8,4),(32,2,2)):((2048,1,16),(64,8,8192))",
    ),
}
_BITS = {"f16": 16, "bf16": 16, "f32": 32, "s32": 32}

_FLOAT_N = tuple(range(8, 257, 8))
_INT_N = (8, 16, 24, *range(32, 257, 16))

# K, types of A, types of B ("=": as A), types of D, N, the end of CUTLASS's names
ROWS: tuple[tuple[int, str, str, str, tuple[int, ...], str | None], ...] = (
    (16, "f16", "=", "f16 f32", _FLOAT_N, ""),
    (16, "bf16", "=", "f32", _FLOAT_N, ""),
    (8, "tf32", "=", "f32", _FLOAT_N, "_TN"),
    (32, "e4m3 e5m2", "e4m3 e5m2", "f16 f32", _FLOAT_N, "_TN"),
    (32, "s8 u8", "s8 u8", "s32", _INT_N, "_TN"),
    (256, "b1", "=", "s32", _INT_N, None),
)


def _accumulator(n: int, dtype: str) -> Operand:
    tv = f"((4,8,4),(2,2,{n // 8})):((128,1,16),(64,8,512))"
    power = n & (n - 1) == 0
    further = "".join([f" n{1 << i}" for i in range(3, n.bit_length() - 1)])
    bases = f"register n1 m8{further}, {_WARPS}" if power else None
    known = n in (8, 16, 32, 64, 128, 256)
    return Operand(
        "C", dtype, _BITS[dtype], f"m64 n{n}", bases, tv, "m1 n64", source=_SOURCE,
        status="cross-checked" if known else "single-source", confidence="high" if known else "medium",
    )  # fmt: skip


def _shared(role: str, dtype: str, rows: int, k: int, bits: int) -> Operand:
    letter = role[0].lower().replace("a", "m").replace("b", "n")
    return Operand(
        role, dtype, bits, f"{letter}{rows} k{k}", None, f"(128,({rows},{k})):(0,(1,{rows}))", form="shared",
        status="single-source", confidence="medium", source="CUTLASS mma_traits_sm90_gmma",
        note="in shared memory, behind a descriptor: all 128 threads see all of it",
    )  # fmt: skip


def _entry(n: int, k: int, a: str, b: str, d: str, end: str | None) -> Entry:
    bits, bases, tv = _A[k]
    low = k == 256
    operands = {
        "A": Operand(
            "A", a, bits, f"m64 k{k}", bases, tv, "m1 k64", source=_SOURCE, confidence="medium" if low else "high",
            status="single-source" if low else "cross-checked",
        ),
        "C": _accumulator(n, d),
        "A.shared": _shared("A.shared", a, 64, k, bits),
        "B.shared": _shared("B.shared", b, n, k, bits),
    }  # fmt: skip
    aliases: list[str] = []
    atoms = {}
    if end is not None:
        types = f"{d}{a}{b}".upper()
        for letters, first in (("SS", "A.shared"), ("RS", "A")):
            alias = f"SM90_64x{n}x{k}_{types}_{letters}{end}"
            own = [alias, f"{alias}_SATURATE"] if d == "s32" else [alias]
            aliases += own
            atoms.update(dict.fromkeys(own, (first, "B.shared", "C")))
    tail = ".and.popc" if k == 256 else ""
    name = f"wgmma.mma_async.sync.aligned.m64n{n}k{k}.{d}.{a}.{b}{tail}"
    return Entry(name, "wgmma", "sm90a", operands, (64, n, k), tuple(aliases), atoms, _SOURCE)


ENTRIES = tuple(
    [
        _entry(n, k, a, b, d, end)
        for k, a_types, b_types, d_types, sizes, end in ROWS
        for a in a_types.split()
        for b in ((a,) if b_types == "=" else b_types.split())
        for d in d_types.split()
        for n in sizes
    ]
)
