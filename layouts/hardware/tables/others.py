"""Exchanges between lanes, and the tiles of Intel's AMX and DPAS (low confidence: unverified sources)."""

from __future__ import annotations

from ..entry import Entry
from ..operand import Operand

__all__ = ["ENTRIES"]


def _shuffles() -> list[Entry]:
    """shfl.sync.bfly: the lane it reads from is its own XOR the mask, which is affine."""
    found = []
    for mask in (1, 2, 4, 8, 16):
        operand = Operand(
            "source", "b32", 32, "src_lane32", "lane src_lane1 src_lane2 src_lane4 src_lane8 src_lane16",
            constant=(mask,), status="affine", source="PTX ISA shfl", note=f"src_lane = lane XOR {mask}",
        )  # fmt: skip
        found.append(Entry(f"shfl.sync.bfly.b32.{mask}", "shfl", "nvidia", {"source": operand}, source=operand.source))
    return found


_AMX = "Intel SDM, AMX pseudo-code (unverified); tensor-layouts 0.3.2"
_VNNI = "B is packed as VNNI; tensor-layouts 0.3.2 has the logical order of its tiles only"
_DPAS = "documentation of Intel IGC on DPAS (unverified); tensor-layouts 0.3.2"
_XE = (
    "Xe-HPC is believed to run 16 lanes and Xe-HPG 8, and K of f16 to be 16: tensor-layouts 0.3.2 labels them the "
    "other "
    "way round and has K = 8; unverified (trap D10)"
)
_TILES = (
    ("tdpbf16ps", (16, 16, 32), {
        "A": (16, "bf16", "m16 k32", "row m1 m2 m4 m8, byte 0 k1 k2 k4 k8 k16"),
        "B": (16, "bf16", "k32 n16", "row k2 k4 k8 k16, byte 0 k1 n1 n2 n4 n8"),
        "C": (32, "f32", "m16 n16", "row m1 m2 m4 m8, byte 0 0 n1 n2 n4 n8"),
    }),
    ("tdpbssd", (16, 16, 64), {
        "A": (8, "s8", "m16 k64", "row m1 m2 m4 m8, byte k1 k2 k4 k8 k16 k32"),
        "B": (8, "s8", "k64 n16", "row k4 k8 k16 k32, byte k1 k2 n1 n2 n4 n8"),
    }),
)  # fmt: skip


def _intel() -> list[Entry]:
    found = []
    for name, shape, parts in _TILES:
        operands = {
            role: Operand(
                role, dtype, bits, outs, bases, status="single-source", confidence="low", source=_AMX, note=_VNNI
            )
            for role, (bits, dtype, outs, bases) in parts.items()
        }
        found.append(Entry(name, "amx", "sapphirerapids", operands, shape, source=_AMX, note=_VNNI))
    about = {"status": "uncertain", "confidence": "low", "source": _DPAS, "note": _XE}
    narrow = {"C": Operand("C", "f32", 32, "m8 n8", "register m1 m2 m4, lane n1 n2 n4", **about)}  # type: ignore[arg-type]
    wide = {
        "C": Operand("C", "f32", 32, "m8 n16", "register m1 m2 m4, lane n1 n2 n4 n8", **about),  # type: ignore[arg-type]
        "B": Operand("B", "f16", 16, "k16 n16", "register k1 k2 k4 k8, lane n1 n2 n4 n8", **about),  # type: ignore[arg-type]
    }
    found.append(Entry("dpas.exec8", "dpas", "xe", narrow, None, source=_DPAS, note=_XE))
    found.append(Entry("dpas.exec16", "dpas", "xe", wide, None, source=_DPAS, note=_XE))
    return found


ENTRIES = (*_shuffles(), *_intel())
