"""Small device functions that emitted code calls: matrix instructions, other blocks' memory, barriers of a cluster.

Each stands between guards, so that several emitted functions may be in one file, and so that a test may put its own
function of the same name in its place.

>>> print(helper_text("ldmatrix_x1"))
#ifndef LAYOUTS_LDMATRIX_X1
#define LAYOUTS_LDMATRIX_X1
__device__ __forceinline__ void ldmatrix_x1(uint32_t& a, const void* row) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x1.shared.b16 {%0}, [%1];"
                 : "=r"(a)
                 : "r"((uint32_t)__cvta_generic_to_shared(row))
                 : "memory");
}
#endif
"""

from __future__ import annotations

from ..errors import LayoutError

__all__ = ["REMOTE", "helper_text"]

REMOTE = {8: "uint32_t", 16: "uint32_t", 32: "uint32_t", 64: "uint2", 128: "uint4"}
"""What a load of so many bits from another block returns."""

_START = "__device__ __forceinline__"
_WORDS = "abcd"
_CTYPES = {
    "float": ("f32", "f", "value"),
    "double": ("f64", "d", "value"),
    "int": ("b32", "r", "value"),
    "unsigned int": ("b32", "r", "value"),
    "long long": ("b64", "l", "value"),
    "unsigned long long": ("b64", "l", "value"),
    "__half": ("b16", "h", "__half_as_ushort(value)"),
    "__nv_bfloat16": ("b16", "h", "__bfloat16_as_ushort(value)"),
}
_MAPA = '    asm volatile("mapa.shared::cluster.u32 %0, %1, %2;" : "=r"(at) : "r"(own), "r"(block));'


def helper_text(name: str) -> str:
    """Return the text of a helper by its name, such as ``stmatrix_x4_trans``, ``remote_b128``, ``cluster_barrier``."""
    lines = _lines(name)
    guard = f"LAYOUTS_{name.upper()}"
    return "\n".join([f"#ifndef {guard}", f"#define {guard}", *lines, "#endif"])


def _lines(name: str) -> list[str]:
    kind = name.split("_")[0]
    if kind in ("ldmatrix", "stmatrix"):
        return _matrix(name, kind, int(name.split("_")[1][1:]), name.endswith("_trans"))
    if kind == "remote" and name.startswith("remote_b"):
        return _remote(name, int(name[8:]))
    if kind == "remote":
        return _remote_store(name)
    if name == "cluster_barrier":
        text = "barrier.cluster.arrive.aligned;\\n\\tbarrier.cluster.wait.aligned;"
        return [f"{_START} void {name}() {{", f'    asm volatile("{text}" ::: "memory");', "}"]
    raise LayoutError(f"emit_plan: no helper {name}", name)


def _matrix(name: str, kind: str, count: int, transposed: bool) -> list[str]:
    words = _WORDS[:count]
    form = f"{kind}.sync.aligned.m8n8.x{count}{'.trans' if transposed else ''}.shared.b16"
    row = '"r"((uint32_t)__cvta_generic_to_shared(row))'
    if kind == "ldmatrix":
        given = "".join([f"uint32_t& {w}, " for w in words]) + "const void* row"
        listed = ", ".join([f"%{k}" for k in range(count)])
        outs = ", ".join([f'"=r"({w})' for w in words])
        body = [f'    asm volatile("{form} {{{listed}}}, [%{count}];"', f"                 : {outs}"]
        body += [f"                 : {row}"]
    else:
        given = "void* row, " + ", ".join([f"uint32_t {w}" for w in words])
        listed = ", ".join([f"%{k + 1}" for k in range(count)])
        ins = ", ".join([row, *[f'"r"({w})' for w in words]])
        body = [f'    asm volatile("{form} [%0], {{{listed}}};"', "                 :", f"                 : {ins}"]
    return [f"{_START} void {name}({given}) {{", *body, '                 : "memory");', "}"]


def _remote(name: str, bits: int) -> list[str]:
    kind, count = REMOTE[bits], max(1, bits // 32)
    members = [f"found.{m}" for m in "xyzw"[:count]] if count > 1 else ["found"]
    width = f"v{count}.u32" if count > 1 else f"u{bits}"
    listed = ", ".join([f"%{k}" for k in range(count)])
    listed = f"{{{listed}}}" if count > 1 else listed
    outs = ", ".join([f'"=r"({m})' for m in members])
    lines = [f"{_START} {kind} {name}(const void* place, unsigned block) {{"]
    lines += ["    const uint32_t own = (uint32_t)__cvta_generic_to_shared(place);", "    uint32_t at;", _MAPA]
    if bits == 16:  # the register of a 16-bit load
        lines += ["    uint16_t found;"]
        outs = '"=h"(found)'
    else:
        lines += [f"    {kind} found;"]
    lines += [f'    asm volatile("ld.shared::cluster.{width} {listed}, [%{count}];" : {outs} : "r"(at) : "memory");']
    return [*lines, "    return found;", "}"]


def _remote_store(name: str) -> list[str]:
    kind = next(kind for kind in _CTYPES if name == f"remote_store_{kind.replace(' ', '_')}")
    width, letter, value = _CTYPES[kind]
    return [
        f"{_START} void {name}(void* place, unsigned block, {kind} value) {{",
        "    const uint32_t own = (uint32_t)__cvta_generic_to_shared(place);",
        "    uint32_t at;",
        _MAPA,
        f'    asm volatile("st.shared::cluster.{width} [%0], %1;" : : "r"(at), "{letter}"({value}) : "memory");',
        "}",
    ]
