"""``mma.sync``: every dense shape and type from Volta to Blackwell, block-scaled ones included.

Source: the fragment formulas of the PTX ISA 9.x; CUTLASS (mma_traits_sm70 to mma_traits_sm120) where it has the
instruction; Triton 3.9 as a third where ``status`` is cross-checked.
"""

from __future__ import annotations

from ..entry import Entry
from ..operand import Operand
from .fragments import FRAGMENTS, VOLTA, WEIGHTS

__all__ = ["ENTRIES"]

BITS = {
    "f64": 64,
    **dict.fromkeys(("f32", "tf32", "s32"), 32),
    **dict.fromkeys(("f16", "bf16"), 16),
    "b1": 1,
    **dict.fromkeys(("s8", "u8", "e4m3", "e5m2"), 8),
    **dict.fromkeys(("s4", "u4"), 4),
    **dict.fromkeys(("e3m2", "e2m3", "e2m1"), 8),  # in containers of 8 bits, but for m16n8k64
}
CUTLASS = {"b1": "U1"}
FLOATS = ("e4m3", "e5m2", "e3m2", "e2m3", "e2m1")
CXX = {kind: f"float_{kind}_t" for kind in FLOATS} | {"f32": "float", "f16": "half_t"}

# arch, (m,n,k), types of A, types of B ("=": as A), types of C and D, prefixes of CUTLASS, confidence
ROWS: tuple[tuple[str, tuple[int, int, int], str, str, str, str, str], ...] = (
    ("sm75+", (16, 8, 8), "f16", "=", "f16 f32", "SM75 SM80", "high"),
    ("sm80+", (16, 8, 16), "f16", "=", "f16 f32", "SM80", "high"),
    ("sm80+", (16, 8, 8), "bf16", "=", "f32", "SM80", "high"),
    ("sm80+", (16, 8, 16), "bf16", "=", "f32", "SM80", "high"),
    ("sm80+", (16, 8, 4), "tf32", "=", "f32", "SM80", "medium"),
    ("sm80+", (16, 8, 8), "tf32", "=", "f32", "SM80", "high"),
    ("sm80+", (8, 8, 4), "f64", "=", "f64", "SM80", "high"),
    ("sm90+", (16, 8, 4), "f64", "=", "f64", "SM90", "medium"),
    ("sm90+", (16, 8, 8), "f64", "=", "f64", "SM90", "high"),
    ("sm90+", (16, 8, 16), "f64", "=", "f64", "SM90", "high"),
    ("sm75+", (8, 8, 16), "s8 u8", "s8 u8", "s32", "SM75 SM80", "high"),
    ("sm80+", (16, 8, 16), "s8 u8", "s8 u8", "s32", "SM80", "high"),
    ("sm80+", (16, 8, 32), "s8 u8", "s8 u8", "s32", "SM80", "high"),
    ("sm75+", (8, 8, 32), "s4 u4", "s4 u4", "s32", "SM80", "medium"),
    ("sm80+", (16, 8, 32), "s4 u4", "s4 u4", "s32", "SM80", "high"),
    ("sm80+", (16, 8, 64), "s4 u4", "s4 u4", "s32", "SM80", "high"),
    ("sm75+", (8, 8, 128), "b1", "=", "s32", "SM80", "high"),
    ("sm80+", (16, 8, 128), "b1", "=", "s32", "SM80", "high"),
    ("sm80+", (16, 8, 256), "b1", "=", "s32", "SM80", "medium"),
    ("sm89+", (16, 8, 32), "e4m3 e5m2", "e4m3 e5m2", "f16 f32", "SM89", "high"),
    ("sm89+", (16, 8, 16), "e4m3 e5m2", "e4m3 e5m2", "f16 f32", "", "medium"),  # in the CuTe DSL, not in CUTLASS
)

_ONLY_75 = {"F16F16F16F16", "S32S8U8S32", "S32U8S8S32", "S32U8U8S32"}  # CUTLASS has no SM75 name for these


def _operand(role: str, dtype: str, rows: int, columns: int, bits: int, confidence: str, source: str) -> Operand:
    outs, bases, tv = FRAGMENTS[role, rows, columns, bits if role != "C" else 32]
    return Operand(
        role, dtype, bits, outs, bases, tv, WEIGHTS[role][columns if role == "B" else rows],
        status="cross-checked" if confidence == "high" else "single-source", confidence=confidence, source=source,
    )  # fmt: skip


def _operands(shape: tuple[int, int, int], a: str, b: str, c: str, sure: str, source: str) -> dict[str, Operand]:
    m, n, k = shape
    wide = 4 if k == 64 and a == "e2m1" else 0
    return {
        "A": _operand("A", a, m, k, wide or BITS[a], sure, source),
        "B": _operand("B", b, k, n, wide or BITS[b], sure, source),
        "C": _operand("C", c, m, n, BITS[c], sure, source),
    }


def _names(prefixes: str, shape: str, types: str) -> list[str]:
    found = []
    for prefix in prefixes.split():
        if prefix == "SM75" and types in _ONLY_75:
            continue
        found.append(f"{prefix}_{shape}_{types}_TN")
    return found


def _dense() -> list[Entry]:
    found = []
    for arch, shape, a_types, b_types, c_types, prefixes, sure in ROWS:
        m, n, k = shape
        for a in a_types.split():
            for b in (a,) if b_types == "=" else b_types.split():
                for c in c_types.split():
                    types = "".join([CUTLASS.get(t, t.upper()) for t in (c, a, b, c)])
                    names = _names(prefixes, f"{m}x{n}x{k}", types)
                    ends = [""]
                    if a == "b1":
                        ends, names = [".xor.popc", ".and.popc"], [f"{names[0]}_XORPOPC", f"{names[0]}_ANDPOPC"]
                    for place, end in enumerate(ends):
                        own = (names[place],) if a == "b1" else tuple(names)
                        if c == "s32" and a != "b1":
                            own += tuple([f"{name}_SATURATE" for name in own if not name.startswith("SM75")])
                        source = "PTX ISA 9.x fragment formulas; " + (f"CUTLASS {own[0]}" if own else "CuTe DSL 4.8.1")
                        name = f"mma.sync.aligned.m{m}n{n}k{k}.row.col.{c}.{a}.{b}.{c}{end}"
                        operands = _operands(shape, a, b, c, sure, source)
                        atoms = dict.fromkeys(own, ("A", "B", "C"))
                        since = "sm80+" if end == ".and.popc" else arch
                        found.append(Entry(name, "mma", since, operands, shape, own, atoms, source))
    return found


def _volta() -> list[Entry]:
    """m8n8k4: a product for each quad pair of lanes; A and B each .row or .col; CUTLASS counts T and N."""
    source = "PTX ISA mma.m8n8k4; CUTLASS mma_traits_sm70"
    note = "the four quad pairs (lane bits 2, 3) do four products of their own"
    found = []
    for a_major, b_major, letters in (
        ("row", "col", "TN"),
        ("col", "row", "NT"),
        ("col", "col", "NN"),
        ("row", "row", "TT"),
    ):
        for c in ("f16", "f32"):
            operands = {}
            for role, key, dtype in (("A", f"A.{a_major}", "f16"), ("B", f"B.{b_major}", "f16"), ("C", f"C.{c}", c)):
                outs, bases, tv = VOLTA[key]
                operands[role] = Operand(
                    role, dtype, BITS[dtype], outs, bases, tv, WEIGHTS[role][8], threads="(4,2):(1,16)",
                    status="single-source", confidence="medium", source=source, note=note,
                )  # fmt: skip
            alias = f"SM70_8x8x4_{c.upper()}F16F16{c.upper()}_{letters}"
            name = f"mma.sync.aligned.m8n8k4.{a_major}.{b_major}.{c}.f16.f16.{c}"
            found.append(
                Entry(name, "mma", "sm70 sm72", operands, (8, 8, 4), (alias,), {alias: ("A", "B", "C")}, source, note)
            )
    return found


def scale_factors(k: int, dtype: str, vector: int, confidence: str) -> dict[str, Operand]:
    """Scale factors of a block-scaled product, thread-id 0 and byte-id 0; a register for each element of K."""
    registers = " ".join([f"k{1 << i}" for i in range(k.bit_length() - 1)])
    rest = {
        "unit": 1, "confidence": confidence, "source": "CUTLASS mma_traits_sm120; Triton getSM120DotScaledScaleLayout",
        "status": "cross-checked" if confidence == "high" else "single-source",
        "note": f"register counts the elements of K; the register with the scale is k / {vector}",
    }  # fmt: skip
    outs = f"mn16 k{k}", f"mn8 k{k}"
    return {
        "SFA": Operand("SFA", dtype, 8, outs[0], f"register {registers}, lane mn8 0 mn1 mn2 mn4",
                       f"((2,2,8),{k}):((8,0,1),16)", "mn1 k16", **rest),  # type: ignore[arg-type]
        "SFB": Operand("SFB", dtype, 8, outs[1], f"register {registers}, lane 0 0 mn1 mn2 mn4",
                       f"((4,8),{k}):((0,1),8)", "mn1 k8", **rest),  # type: ignore[arg-type]
    }  # fmt: skip


def _blackwell() -> list[Entry]:
    found = []
    source = "PTX ISA 9.x; CUTLASS mma_traits_sm120"
    note = "A and B of 4 and 6 bits stand in containers of 8 bits"
    for a in FLOATS:
        for b in FLOATS:
            for c in ("f32", "f16"):
                alias = f"SM120_16x8x32_TN<{CXX[a]},{CXX[b]},{CXX[c]}>"
                operands = _operands((16, 8, 32), a, b, c, "high", source)
                name = f"mma.sync.aligned.m16n8k32.row.col.kind::f8f6f4.{c}.{a}.{b}.{c}"
                atoms = {alias: ("A", "B", "C")}
                own = (alias, f"mma.sync.aligned.kind::f8f6f4.m16n8k32.row.col.{c}.{a}.{b}.{c}")  # as CUTLASS spells it
                found.append(Entry(name, "mma", "sm120a sm121a", operands, (16, 8, 32), own, atoms, source, note))
            alias = f"SM120::BLOCKSCALED::SM120_16x8x32_TN_VS<{CXX[a]},{CXX[b]},float,float_ue8m0_t,32>"
            operands = _operands((16, 8, 32), a, b, "f32", "high", source) | scale_factors(32, "ue8m0", 32, "medium")
            name = f"mma.sync.aligned.m16n8k32.row.col.kind::mxf8f6f4.block_scale.scale_vec::1X.f32.{a}.{b}.f32.ue8m0"
            atoms = {alias: ("A", "B", "C")}
            found.append(Entry(name, "mma", "sm120a sm121a", operands, (16, 8, 32), (alias,), atoms, source, note))
    for kind, scale, scales, vector in (
        ("mxf4", "2X", "ue8m0", 32),
        ("mxf4nvf4", "2X", "ue8m0", 32),
        ("mxf4nvf4", "4X", "ue4m3", 16),
    ):
        alias = f"SM120::BLOCKSCALED::SM120_16x8x64_TN_VS<float_e2m1_t,float_e2m1_t,float,float_{scales}_t,{vector}>"
        operands = _operands((16, 8, 64), "e2m1", "e2m1", "f32", "high", source) | scale_factors(
            64, scales, vector, "high"
        )
        name = (
            f"mma.sync.aligned.m16n8k64.row.col.kind::{kind}.block_scale.scale_vec::{scale}.f32.e2m1.e2m1.f32.{scales}"
        )
        named = (alias,) if kind == "mxf4nvf4" else ()
        atoms = dict.fromkeys(named, ("A", "B", "C"))
        found.append(Entry(name, "mma", "sm120a sm121a", operands, (16, 8, 64), named, atoms, source))
    return found


ENTRIES = (*_volta(), *_dense(), *_blackwell())
