"""The register fragments of ``mma.sync``: who holds what, by operand, shape and width of an element.

A key is operand, tile and bits; a value is the tile, the linear face and the CuTe face (lane, register) to an index of
the tile.  All types of one width share a fragment.
"""

from __future__ import annotations

__all__ = ["FRAGMENTS", "VOLTA", "WEIGHTS"]

WEIGHTS = {
    "A": {m: f"m1 k{m}" for m in (8, 16, 32, 64)},
    "B": {n: f"n1 k{n}" for n in (8, 16, 32)},
    "C": {m: f"m1 n{m}" for m in (8, 16, 32, 64)},
}
"""The index of CuTe's face: column-major in (m,k), (n,k) and (m,n)."""

FRAGMENTS: dict[tuple[str, int, int, int], tuple[str, str, str]] = {
    # operand, rows, columns, bits: A is (m,k), B is (k,n), C is (m,n)
    ("A", 8, 4, 64): ("m8 k4", "register, lane k1 k2 m1 m2 m4", "((4,8),1):((8,1),0)"),
    ("A", 16, 4, 64): ("m16 k4", "register m8, lane k1 k2 m1 m2 m4", "((4,8),2):((16,1),8)"),
    ("A", 16, 8, 64): ("m16 k8", "register m8 k4, lane k1 k2 m1 m2 m4", "((4,8),(2,2)):((16,1),(8,64))"),
    ("A", 16, 16, 64): ("m16 k16", "register m8 k4 k8, lane k1 k2 m1 m2 m4", "((4,8),(2,4)):((16,1),(8,64))"),
    ("A", 16, 4, 32): ("m16 k4", "register m8, lane k1 k2 m1 m2 m4", "((4,8),2):((16,1),8)"),
    ("A", 16, 8, 32): ("m16 k8", "register m8 k4, lane k1 k2 m1 m2 m4", "((4,8),(2,2)):((16,1),(8,64))"),
    ("A", 16, 8, 16): ("m16 k8", "register k1 m8, lane k2 k4 m1 m2 m4", "((4,8),(2,2)):((32,1),(16,8))"),
    ("A", 16, 16, 16): ("m16 k16", "register k1 m8 k8, lane k2 k4 m1 m2 m4", "((4,8),(2,2,2)):((32,1),(16,8,128))"),
    ("A", 8, 16, 8): ("m8 k16", "register k1 k2, lane k4 k8 m1 m2 m4", "((4,8),4):((32,1),8)"),
    ("A", 16, 16, 8): ("m16 k16", "register k1 k2 m8, lane k4 k8 m1 m2 m4", "((4,8),(4,2)):((64,1),(16,8))"),
    ("A", 16, 32, 8): ("m16 k32", "register k1 k2 m8 k16, lane k4 k8 m1 m2 m4", "((4,8),(4,2,2)):((64,1),(16,8,256))"),
    ("A", 8, 32, 4): ("m8 k32", "register k1 k2 k4, lane k8 k16 m1 m2 m4", "((4,8),8):((64,1),8)"),
    ("A", 16, 32, 4): ("m16 k32", "register k1 k2 k4 m8, lane k8 k16 m1 m2 m4", "((4,8),(8,2)):((128,1),(16,8))"),
    ("A", 16, 64, 4): (
        "m16 k64",
        "register k1 k2 k4 m8 k32, lane k8 k16 m1 m2 m4",
        "((4,8),(8,2,2)):((128,1),(16,8,512))",
    ),
    ("A", 8, 128, 1): ("m8 k128", "register k1 k2 k4 k8 k16, lane k32 k64 m1 m2 m4", "((4,8),32):((256,1),8)"),
    ("A", 16, 128, 1): (
        "m16 k128",
        "register k1 k2 k4 k8 k16 m8, lane k32 k64 m1 m2 m4",
        "((4,8),(32,2)):((512,1),(16,8))",
    ),
    ("A", 16, 256, 1): (
        "m16 k256",
        "register k1 k2 k4 k8 k16 m8 k128, lane k32 k64 m1 m2 m4",
        "((4,8),(32,2,2)):((512,1),(16,8,2048))",
    ),
    ("B", 4, 8, 64): ("k4 n8", "register, lane k1 k2 n1 n2 n4", "((4,8),1):((8,1),0)"),
    ("B", 8, 8, 64): ("k8 n8", "register k4, lane k1 k2 n1 n2 n4", "((4,8),2):((8,1),32)"),
    ("B", 16, 8, 64): ("k16 n8", "register k4 k8, lane k1 k2 n1 n2 n4", "((4,8),4):((8,1),32)"),
    ("B", 4, 8, 32): ("k4 n8", "register, lane k1 k2 n1 n2 n4", "((4,8),1):((8,1),0)"),
    ("B", 8, 8, 32): ("k8 n8", "register k4, lane k1 k2 n1 n2 n4", "((4,8),2):((8,1),32)"),
    ("B", 8, 8, 16): ("k8 n8", "register k1, lane k2 k4 n1 n2 n4", "((4,8),2):((16,1),8)"),
    ("B", 16, 8, 16): ("k16 n8", "register k1 k8, lane k2 k4 n1 n2 n4", "((4,8),(2,2)):((16,1),(8,64))"),
    ("B", 16, 8, 8): ("k16 n8", "register k1 k2, lane k4 k8 n1 n2 n4", "((4,8),4):((32,1),8)"),
    ("B", 32, 8, 8): ("k32 n8", "register k1 k2 k16, lane k4 k8 n1 n2 n4", "((4,8),(4,2)):((32,1),(8,128))"),
    ("B", 32, 8, 4): ("k32 n8", "register k1 k2 k4, lane k8 k16 n1 n2 n4", "((4,8),8):((64,1),8)"),
    ("B", 64, 8, 4): ("k64 n8", "register k1 k2 k4 k32, lane k8 k16 n1 n2 n4", "((4,8),(8,2)):((64,1),(8,256))"),
    ("B", 128, 8, 1): ("k128 n8", "register k1 k2 k4 k8 k16, lane k32 k64 n1 n2 n4", "((4,8),32):((256,1),8)"),
    ("B", 256, 8, 1): (
        "k256 n8",
        "register k1 k2 k4 k8 k16 k128, lane k32 k64 n1 n2 n4",
        "((4,8),(32,2)):((256,1),(8,1024))",
    ),
    # B of sparse products, which is twice as deep
    ("B", 16, 8, 32): ("k16 n8", "register k4 k8, lane k1 k2 n1 n2 n4", "((4,8),4):((8,1),32)"),
    ("B", 32, 8, 16): ("k32 n8", "register k1 k8 k16, lane k2 k4 n1 n2 n4", "((4,8),(2,4)):((16,1),(8,64))"),
    ("B", 64, 8, 8): ("k64 n8", "register k1 k2 k16 k32, lane k4 k8 n1 n2 n4", "((4,8),(4,4)):((32,1),(8,128))"),
    ("B", 128, 8, 4): (
        "k128 n8",
        "register k1 k2 k4 k32 k64, lane k8 k16 n1 n2 n4",
        "((4,8),(8,4)):((64,1),(8,256))",
    ),
    ("C", 8, 8, 32): ("m8 n8", "register n1, lane n2 n4 m1 m2 m4", "((4,8),2):((16,1),8)"),
    ("C", 16, 8, 32): ("m16 n8", "register n1 m8, lane n2 n4 m1 m2 m4", "((4,8),(2,2)):((32,1),(16,8))"),
}
"""C and D of 16, 32 and 64 bits are held alike: two neighbours in n, then 8 rows further down."""

VOLTA: dict[str, tuple[str, str, str]] = {
    "A.row": ("m8 k4 quadpair4", "register k1 k2, lane m1 m2 quadpair1 quadpair2 m4", "(8,4):(1,8)"),
    "A.col": ("m8 k4 quadpair4", "register m1 m2, lane k1 k2 quadpair1 quadpair2 m4", "((4,2),4):((8,4),1)"),
    "B.col": ("k4 n8 quadpair4", "register k1 k2, lane n1 n2 quadpair1 quadpair2 n4", "(8,4):(1,8)"),
    "B.row": ("k4 n8 quadpair4", "register n1 n2, lane k1 k2 quadpair1 quadpair2 n4", "((4,2),4):((8,4),1)"),
    "C.f16": ("m8 n8 quadpair4", "register n1 n2 n4, lane m1 m2 quadpair1 quadpair2 m4", "(8,8):(1,8)"),
    "C.f32": (
        "m8 n8 quadpair4",
        "register n1 m2 n4, lane m1 n2 quadpair1 quadpair2 m4",
        "((2,2,2),(2,2,2)):((1,16,4),(8,2,32))",
    ),
}
"""m8n8k4: the lane bits 0, 1 and 4 are the place in a quad pair, and the bits 2 and 3 tell which of four products."""
