"""``ldmatrix``, ``stmatrix`` and ``movmatrix``: 8x8 matrices between shared memory and the registers of a warp.

``R`` is the fragment in the registers: (register, lane) to matrix, row and column of the matrix as it lies in shared
memory, where a row is 16 bytes at one address.  ``address`` is the lane that gives the address of a row.  The CuTe
faces count bits, as CUTLASS does: 1024 for a matrix, 128 for a row.
"""

from __future__ import annotations

from ..entry import Entry
from ..operand import Operand

__all__ = ["ENTRIES"]

_FRAGMENT_NOTE = "row and col are those of the matrix in shared memory, a row at one 16-byte address"
_ADDRESS_NOTE = (
    "x1 and x2: from sm80 on the lanes past the last matrix are ignored (zero bases here, strides 0 in CUTLASS); "
    "on sm75 they must hold valid addresses; the same with .trans"
)
_SOURCE = "PTX ISA ldmatrix, stmatrix; CUTLASS copy_traits_sm75, copy_traits_sm90"

# matrices: register bits of the matrix, linear face of the addresses, CuTe's source, CuTe's fragment, and transposed
_M8N8 = {
    1: ("", "lane row1 row2 row4 0 0", "((8,4),128):((128,0),1)", "(32,32):(32,1)",
        "((4,8),(16,2)):((256,16),(1,128))"),
    2: (" matrix1", "lane row1 row2 row4 matrix1 0", "((16,2),128):((128,0),1)", "(32,(32,2)):(32,(1,1024))",
        "((4,8),(16,2,2)):((256,16),(1,128,1024))"),
    4: (" matrix1 matrix2", "lane row1 row2 row4 matrix1 matrix2", "(32,128):(128,1)", "(32,(32,4)):(32,(1,1024))",
        "((4,8),(16,2,4)):((256,16),(1,128,1024))"),
}  # fmt: skip


def _m8n8(kind: str, count: int, trans: bool) -> Entry:
    matrix, lanes, source_tv, plain, transposed = _M8N8[count]
    load = kind == "ldmatrix"
    outs, index = f"matrix{count} row8 col8", "matrix1024 row128 col16"
    if trans:
        bases = f"register row1{matrix}, lane row2 row4 col1 col2 col4"
    else:
        bases = f"register col1{matrix}, lane col2 col4 row1 row2 row4"
    fragment = Operand(
        "R", "b16", 16, outs, bases, transposed if trans else plain, index, unit=16,
        status="cross-checked" if load else "single-source", confidence="high" if load else "medium",
        source=_SOURCE, note=_FRAGMENT_NOTE,
    )  # fmt: skip
    address = Operand(
        "address", "b16", 16, f"matrix{count} row8", lanes, source_tv, "matrix1024 row128", source=_SOURCE,
        note=_ADDRESS_NOTE,
    )  # fmt: skip
    letters = "LDSM" if load else "STSM"
    words = f"U16x{2 * count}" if trans else f"U32x{count}"
    alias = f"{'SM75' if load else 'SM90'}_{words}_{letters}_{'T' if trans else 'N'}"
    name = f"{kind}.sync.aligned.m8n8.x{count}{'.trans' if trans else ''}.shared.b16"
    arch = "sm75+" if load else "sm90+"
    return Entry(name, kind, arch, {"R": fragment, "address": address}, None, (alias,), source=_SOURCE)


def _bytes() -> list[Entry]:
    """The 8-bit forms; they rest on one source each."""
    found = []
    arch = "sm100a sm103a sm110a sm120a sm121a"
    for count, matrix in ((1, ""), (2, " matrix1")):
        source = f"derived from CUTLASS SM100_U8x{8 * count}_LDSM_T and the permutation of bytes after it"
        fragment = Operand(
            "R", "b8", 8, f"matrix{count} row16 col16", f"register row1 row2 col8{matrix}, lane row4 row8 col1 col2 "
                                                        f"col4",
            status="derived-from-one-source", confidence="medium", source=source,
            note="CUTLASS permutes bytes after the instruction, and its layout is of the result; this is the map of "
                 "the "
            "instruction, with lane t giving row t; not seen on hardware (trap D6)",
        )  # fmt: skip
        name = f"ldmatrix.sync.aligned.m16n16.x{count}.trans.shared.b8"
        found.append(
            Entry(name, "ldmatrix", arch, {"R": fragment}, None, (f"SM100_U8x{8 * count}_LDSM_T",), source=source)
        )
    for count, matrix, tv in (
        (1, "", "((4,8),(8,2,2)):((256,8),(1,128,64))"),
        (2, " matrix1", "((4,8),(8,2,2,2)):((256,8),(1,128,64,1024))"),
        (4, " matrix1 matrix2", "((4,8),(8,2,2,4)):((256,8),(1,128,64,1024))"),
    ):
        alias = f"SM100_U8x{4 * count}_STSM_T"
        fragment = Operand(
            "R", "b8", 8, f"matrix{count} row8 col16", f"register row1 col8{matrix}, lane row2 row4 col1 col2 col4", tv,
            "matrix1024 row128 col8", unit=8, status="derived-from-one-source", confidence="medium",
            source=f"CUTLASS {alias}", note="lane l gives row l % 8 of matrix l / 8",
        )  # fmt: skip
        name = f"stmatrix.sync.aligned.m16n8.x{count}.trans.shared.b8"
        found.append(Entry(name, "stmatrix", arch, {"R": fragment}, None, (alias,), source=f"CUTLASS {alias}"))
    return found


def _movmatrix() -> Entry:
    source = "PTX ISA movmatrix"
    note = "the fragment of ldmatrix.x1.trans; CUTLASS's trait has identity layouts and does not transpose (trap D7)"
    fragment = Operand(
        "R", "b16", 16, "src_row8 src_col8", "register src_row1, lane src_row2 src_row4 src_col1 src_col2 src_col4",
        status="single-source", confidence="low", source=source, note=note,
    )  # fmt: skip
    name = "movmatrix.sync.aligned.m8n8.trans.b16"
    return Entry(name, "movmatrix", "sm75+", {"R": fragment}, None, ("SM75_U32x1_MOVM_T",), source=source, note=note)


ENTRIES = (
    *[_m8n8(kind, count, trans) for kind in ("ldmatrix", "stmatrix") for count in (1, 2, 4) for trans in (False, True)],
    *_bytes(),
    _movmatrix(),
)
