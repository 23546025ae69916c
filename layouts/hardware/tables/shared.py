"""Shared memory: the swizzles of TMA, wgmma and tcgen05, the atoms of operands in it, and their descriptors.

A swizzle acts on the bits of the *absolute* byte address.  An atom goes from (row, col) to an offset in elements.
"""

from __future__ import annotations

from ..entry import Entry
from ..operand import Operand

__all__ = ["CANONICAL", "DESCRIPTORS", "ENTRIES"]


def _address(size: int, moved: dict[int, str]) -> str:
    """Return the images of the address bits: themselves, and what a swizzle adds to them."""
    bits = [1 << i for i in range(size.bit_length() - 1)]
    return "addr " + " ".join([f"addr{bit}{moved.get(bit, '')}" for bit in bits])


_SIMULATED = "two simulators of third parties"
# mode: arch, size, added to the bits, CuTe face, alias, status, confidence, source, note
_MODES = {
    "32B": ("sm90+", 256, {128: "+addr16"}, "Sw<1,4,3> o 256:1", "Swizzle<1,4,3>", "cross-checked", "high",
            "CUDA driver; CUTLASS; Triton", "8 rows of 32 bytes, aligned to 256 bytes"),
    "64B": ("sm90+", 512, {128: "+addr16", 256: "+addr32"}, "Sw<2,4,3> o 512:1", "Swizzle<2,4,3>", "cross-checked",
            "high", "CUDA driver; CUTLASS; Triton", "8 rows of 64 bytes, aligned to 512 bytes"),
    "128B": ("sm90+", 1024, {128: "+addr16", 256: "+addr32", 512: "+addr64"}, "Sw<3,4,3> o 1024:1", "Swizzle<3,4,3>",
             "cross-checked", "high", "CUDA driver; CUTLASS; Triton", "8 rows of 128 bytes, aligned to 1024 bytes"),
    "128B_ATOM_32B": ("sm100+", 1024, {128: "+addr32", 256: "+addr64"}, "Sw<2,5,2> o 1024:1", "Swizzle<2,5,2>",
                      "cross-checked", "high", "CUTLASS Layout_MN_SW128_32B_Atom; " + _SIMULATED, ""),
    "128B_ATOM_32B_FLIP_8B": ("sm100+", 1024, {128: "+addr32+addr8", 256: "+addr64"},
                              "(128,2,2,2):(F1,F168,F320,F512)", "", "uncertain", "low",
                              "comment of the CUDA driver; " + _SIMULATED, "loads only"),
    "128B_ATOM_64B": ("sm100+", 1024, {128: "+addr64"}, "Sw<1,6,1> o 1024:1", "Swizzle<1,6,1>", "uncertain", "low",
                      "comment of the CUDA driver; " + _SIMULATED,
                      "CUTLASS asserts two bits for base 6, which disagrees (trap D8); stores only by one simulator"),
    "96B": ("sm103a", 1024, {128: "+addr16"}, "Sw<1,4,3> o 1024:1", "Swizzle<1,4,3>", "uncertain", "low",
            "simulators of third parties", "PTX 8.8 .swizzle_mode"),
}  # fmt: skip


def _swizzles() -> list[Entry]:
    found = []
    for mode, (arch, size, moved, tv, swizzle, status, sure, source, note) in _MODES.items():
        operand = Operand(
            "addr", "byte", 8, f"addr{size}", _address(size, moved), tv, "addr1", form="inputs", status=status,
            confidence=sure, source=source, note=note,
        )  # fmt: skip
        own = f"CU_TENSOR_MAP_SWIZZLE_{mode}"
        found.append(
            Entry(
                own,
                "swizzle",
                arch,
                {"addr": operand},
                None,
                (f"TMA {mode}",),
                source=source,
                note=f"{swizzle} on bytes",
            )
        )
    return found


def _atom(bits: int, swizzle: str, major: str) -> Entry:
    """An atom of 8 rows: 16, 32, 64 or 128 bytes, with a swizzle of 0, 1, 2 or 3 bits of 16-byte units."""
    power = {"INTER": 0, "SW32": 1, "SW64": 2, "SW128": 3}[swizzle]
    width = (128 << power) // bits
    unit = 128 // bits  # elements in 16 bytes
    long, short = ("col", "row") if major == "K" else ("row", "col")
    along = " ".join([f"elem_offset{1 << i}" for i in range(width.bit_length() - 1)])
    images = []
    for i in range(3):
        mixed = unit << (i - (3 - power)) if i >= 3 - power else 0
        images.append(f"elem_offset{width << i}" + (f"+elem_offset{mixed}" if mixed else ""))
    across = " ".join(images)
    parts = {long: along, short: across}
    sizes = (8, width) if major == "K" else (width, 8)
    strides = (width, 1) if major == "K" else (1, width)
    base = unit.bit_length() - 1
    tv = f"({sizes[0]},{sizes[1]}):({strides[0]},{strides[1]})"
    known = bits == 16 and power > 0
    operand = Operand(
        "smem", f"b{bits}", bits, f"elem_offset{8 * width}", f"row {parts['row']}, col {parts['col']}",
        f"Sw<{power},{base},3> o {tv}" if power else tv, "elem_offset1", form="inputs",
        status="cross-checked" if known else "single-source", confidence="high" if known else "medium",
        source=f"CUTLASS Layout_{major}_{swizzle}_Atom_Bits" + ("; Triton 3.9" if known else ""),
        note=f"(row, col) is (mn, k), the swizzle <{power},4,3> of bytes counted in elements",
    )  # fmt: skip
    alias = (f"GMMA::Layout_{major}_{swizzle}_Atom_Bits<{bits}>", f"UMMA::Layout_{major}_{swizzle}_Atom<b{bits}>")
    return Entry(
        f"Layout_{major}_{swizzle}_Atom<b{bits}>",
        "smem_atom",
        "sm90+",
        {"smem": operand},
        None,
        alias,
        source=operand.source,
    )


ENTRIES = (
    *_swizzles(),
    *[_atom(bits, swizzle, major) for bits in (4, 8, 16, 32, 64) for swizzle in ("INTER", "SW32", "SW64", "SW128")
      for major in ("K", "MN")],
)  # fmt: skip

CANONICAL = {
    "MN": {
        "none": "Sw<0,4,3> o ((T,1,m),(8,k)):((1,T,SBO),(1T,LBO))",
        "32B": "Sw<1,4,3> o ((T,2,m),(8,k)):((1,T,LBO),(2T,SBO))",
        "64B": "Sw<2,4,3> o ((T,4,m),(8,k)):((1,T,LBO),(4T,SBO))",
        "128B": "Sw<3,4,3> o ((T,8,m),(8,k)):((1,T,LBO),(8T,SBO))",
    },
    "K": {
        "none": "Sw<0,4,3> o ((8,m),(T,2)):((1T,SBO),(1,LBO))",
        "32B": "Sw<1,4,3> o ((8,m),(T,2)):((2T,SBO),(1,T))",
        "64B": "Sw<2,4,3> o ((8,m),(T,2)):((4T,SBO),(1,T))",
        "128B": "Sw<3,4,3> o ((8,m),(T,2)):((8T,SBO),(1,T))",
    },
}
"""What a descriptor can say, by major and swizzle: T = 16 bytes / element, the swizzle on bytes after the layout, LBO
and SBO the leading and stride offsets (here in elements).  They exchange their parts in MN without swizzle."""

DESCRIPTORS = {
    "wgmma": {
        "start_address>>4": (0, 14), "leading_byte_offset>>4": (16, 30), "stride_byte_offset>>4": (32, 46),
        "base_offset": (49, 52), "layout_type": (62, 64),
        "layout_types": {"none": 0, "128B": 1, "64B": 2, "32B": 3},
    },
    "tcgen05": {
        "start_address>>4": (0, 14), "leading_byte_offset>>4": (16, 30), "stride_byte_offset>>4": (32, 46),
        "version": (46, 48), "base_offset": (49, 52), "lbo_mode": (52, 53), "layout_type": (61, 64),
        "layout_types": {"none": 0, "128B_ATOM_32B": 1, "128B": 2, "64B": 4, "32B": 6},
    },
}  # fmt: skip
"""Fields of the 64-bit descriptors, as bits [first, past the last); version is 1.  The two codes of the type differ."""
