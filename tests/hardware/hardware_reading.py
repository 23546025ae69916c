"""The facts of the hardware reference as JSON, and which entry of the tables holds which of them."""

import json
from functools import cache
from pathlib import Path

from layouts import hardware

FACTS = json.loads(Path(__file__).with_name("hardware_facts.json").read_text())
LAYOUT_FACTS = [fact for fact in FACTS if "bases" in fact and "ins" in fact]
RULE_FACTS = [fact for fact in FACTS if fact not in LAYOUT_FACTS]
ACC = {"f64": "f64", "s8": "s32", "s4": "s32", "b1": "s32"}
VOLTA = {
    "Arow": ("row.col", "A"),
    "Acol": ("col.row", "A"),
    "Bcol": ("row.col", "B"),
    "Brow": ("col.row", "B"),
}
ATOMS = {"INTERLEAVE": "INTER", "32B": "SW32", "64B": "SW64", "128B": "SW128"}


def _mma(parts):
    shape, kind, *rest = parts
    if shape == "m8n8k4" and kind == "f16":
        if rest[0] == "C":
            return f"mma.sync.aligned.m8n8k4.row.col.{rest[1]}.f16.f16.{rest[1]}", "C"
        majors, role = VOLTA[rest[0]]
        return f"mma.sync.aligned.m8n8k4.{majors}.f32.f16.f16.f32", role
    if shape == "m16n8k64" and kind in ("e2m1", "block_scale"):
        name = "mma.sync.aligned.m16n8k64.row.col.kind::mxf4nvf4.block_scale.scale_vec::4X.f32.e2m1.e2m1.f32.ue4m3"
        return name, rest[0]
    if rest[0] == "sm75":
        return "SM75_16x8x8_F32F16F16F32_TN", rest[1]
    c = ACC.get(kind, "f32")
    end = ".xor.popc" if kind == "b1" else ""
    return f"mma.sync.aligned.{shape}.row.col.{c}.{kind}.{kind}.{c}{end}", rest[0]


def _matrix(kind, parts):
    *middle, end = parts
    width = middle.pop()
    return f"{kind}.sync.aligned.{'.'.join(middle)}.shared.{width}", {"frag": "R", "addr": "address"}[end]


def _nvidia(family, parts):
    if family == "mma":
        return _mma(parts)
    if family in ("ldmatrix", "stmatrix"):
        return _matrix(family, parts)
    if family == "wgmma":
        if parts[0] == "A_regs":
            k = parts[1][1:]
            kind = {"8": "f32.tf32.tf32", "16": "f32.f16.f16", "32": "f32.e4m3.e4m3"}[k]
            return f"wgmma.mma_async.sync.aligned.m64n64k{k}.{kind}", "A"
        return f"wgmma.mma_async.sync.aligned.{parts[0]}k16.f32.f16.f16", "D"
    if family == "tcgen05":
        if parts[0] == "ld":
            return f"tcgen05.ld.sync.aligned.{parts[1]}.{parts[2]}.b32", "R"
        if parts[0] == "D":
            return f"tcgen05.mma.cta_group::1.{parts[1]}", "D"
        return "tcgen05.scales.128x4", "SF"
    if family == "smem_atom":
        return f"Layout_{parts[1].removesuffix('_major')}_{ATOMS[parts[0]]}_Atom<{parts[2]}>", "smem"
    return {
        "movmatrix": ("movmatrix.sync.aligned.m8n8.trans.b16", "R"),
        "blockscale": ("blockscale.128x4.vec16", "SF"),
        "smem_swizzle": (f"CU_TENSOR_MAP_SWIZZLE_{parts[0]}", "addr"),
        "shfl": (f"shfl.sync.bfly.b32.{parts[-1]}", "source"),
    }[family]


def where(name):
    """Return the name of an entry and the role of its operand for the id of a fact."""
    vendor, family, *parts = name.split(".")
    if vendor == "nv":
        return _nvidia(family, parts)
    if family == "mfma":
        return f"v_mfma_{parts[1]}", parts[2]
    if family == "wmma":
        return f"v_wmma_{parts[1]}_w32_{ {'rdna3': 'gfx11', 'rdna4': 'gfx12'}[parts[0]] }", parts[2]
    if family == "amx":
        return parts[1], parts[0]
    return f"dpas.{parts[1]}", parts[0]


@cache
def distinct():
    """Return (entry, operand) for each operand of the tables that is not that of an entry before."""
    found = {}
    for name in hardware.names():
        entry = hardware.get(name)
        for operand in entry.operands.values():
            faces = operand.outs, operand.bases, operand.tv, operand.index, operand.unit, operand.form
            width = operand.role, 0 if operand.role == "C" and operand.bits < 64 else operand.bits
            shape = entry.shape if entry.family in ("mma", "mfma", "wmma") else None
            found.setdefault((entry.family, shape, width, faces, operand.constant), (entry, operand))
    return list(found.values())


def digits(i, sizes):
    found = []
    for size in sizes:
        i, digit = divmod(i, size)
        found.append(digit)
    return found


def xor_images(bases, point):
    """Return the XOR of the bases of the set bits, input by input: what a linear layout is."""
    image = None
    for name, vectors in bases.items():
        for k, vector in enumerate(vectors):
            if image is None:
                image = [0] * len(vector)
            if point[name] >> k & 1:
                image = [a ^ b for a, b in zip(image, vector, strict=True)]
    return image
