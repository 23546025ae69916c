"""Names of architectures: which machines an entry means, and which machine a question means."""

from __future__ import annotations

import re

from ..errors import LayoutError
from ..inttuple import _show, to_int

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["machine", "machines", "type_names"]

# Each machine with its other names.  The machines of one line go on with those of the same line before them, which is
# what "sm80+" and "cdna3+" mean.
_LINES = {
    "sm": (
        ("sm70", "volta v100"), ("sm72", ""), ("sm75", "turing t4"), ("sm80", "ampere a100"),
        ("sm86", "a10 a40 rtx3090"), ("sm87", "orin"), ("sm88", ""), ("sm89", "ada l4 l40 l40s rtx4090"),
        ("sm90", "hopper h100 h200 gh200"), ("sm100", "blackwell b100 b200 gb200"), ("sm103", "b300 gb300"),
        ("sm110", "sm101 thor"), ("sm120", "rtx5090"), ("sm121", ""),
    ),
    "cdna": (
        ("cdna1", "gfx908 mi100"), ("cdna2", "gfx90a mi200 mi210 mi250 mi250x"),
        ("cdna3", "gfx940 gfx941 gfx942 mi300 mi300a mi300x mi325x"), ("cdna4", "gfx950 mi350 mi350x mi355x"),
    ),
    "rdna": (
        ("rdna3", "gfx11 gfx1100 gfx1101 gfx1102 gfx1103 rx7900 rx7900xtx rx7900xt rx7800xt rx7600"),
        ("rdna4", "gfx12 gfx1200 gfx1201 rx9070 rx9070xt rx9060xt"),
    ),
    "cdna5": (("gfx1250", "cdna5"),),  # not in the line before: WMMA and waves of 32 lanes, no MFMA
    "intel": (("sapphirerapids", "spr amx"), ("xe", "")),
}  # fmt: skip
_LINE_OF = {name: (line, place) for line, row in _LINES.items() for place, (name, _) in enumerate(row)}
_NAMES = {other: name for row in _LINES.values() for name, others in row for other in (name, *others.split())}


_TYPES = {
    "f64": "float64 double fp64", "f32": "float32 float fp32", "f16": "float16 half fp16", "bf16": "bfloat16",
    "tf32": "tfloat32", "s32": "int32 i32", "i32": "int32 s32", "s8": "int8 i8", "i8": "int8 s8", "u8": "uint8",
    "iu8": "int8 uint8 i8 s8 u8", "s4": "int4", "u4": "uint4", "iu4": "int4 uint4 s4 u4",
    "e4m3": "fp8 float8_e4m3fn float8e4m3fn f8e4m3fn", "fp8": "e4m3 float8_e4m3fn float8e4m3fn f8e4m3fn",
    "e5m2": "bf8 float8_e5m2 float8e5m2 f8e5m2", "bf8": "e5m2 float8_e5m2 float8e5m2 f8e5m2",
    "e2m1": "fp4 float4_e2m1fn f4e2m1fn", "fp4": "e2m1 float4_e2m1fn f4e2m1fn",
}  # fmt: skip
_SPELLED = {
    other: {own for own, others in _TYPES.items() if other in (own, *others.split())}
    for own, others in _TYPES.items()
    for other in (own, *others.split())
}


_CAPABILITY = re.compile(r"(?:sm_?)?(\d{1,2})\.(\d)|compute_?(\d{2,3})[af]?", re.ASCII)


def type_names(name: str) -> frozenset[str]:
    """Return the names in the tables for a type, which vendors spell differently.

    >>> sorted(type_names("float16")), sorted(type_names("fp8")), sorted(type_names("int8"))
    (['f16'], ['e4m3', 'fp8'], ['i8', 'iu8', 's8'])
    """
    key = name.lower().rpartition(".")[2]
    return frozenset(_SPELLED.get(key, {key}))


def machine(name: Any) -> str:
    """Return the machine that a name means; ``sm_90a`` and ``hopper`` are ``sm90``.

    A compute capability is one as well: 90, ``"9.0"``, (9, 0), ``compute_90``.
    Raises: LayoutError with the names that are near and those that are known.

    >>> machine("sm_90a"), machine("gfx942"), machine("Ampere")
    ('sm90', 'cdna3', 'sm80')
    """
    name = _capability(name)
    key = name.strip().lower().replace("_", "").replace("-", "") if isinstance(name, str) and len(name) < 40 else ""
    if key.startswith("sm") and key[-1:] in ("a", "f"):
        key = key[:-1]
    found = _NAMES.get(key)
    if found is None:
        raise LayoutError(
            f"hardware: {_show(name)} is no architecture of the tables{_near(key)}; they have {', '.join(_LINE_OF)},"
            " also by other names: hopper, h100, gfx942, mi300x",
            name,
        )
    return found


def _capability(name: Any) -> Any:
    """Return the name of a compute capability of NVIDIA's, or the name as it is."""
    if isinstance(name, tuple) and len(name) == 2 and all([type(part) is int and 0 <= part < 100 for part in name]):
        return f"sm{10 * name[0] + name[1]}"
    if isinstance(name, str):
        found = _CAPABILITY.fullmatch(name.strip()) if len(name) < 40 else None
        return name if found is None else f"sm{found[3] or found[1] + found[2]}"
    if isinstance(name, (bool, tuple, list)) or not hasattr(type(name), "__index__"):
        return name
    number = to_int(name, "hardware: arch")
    return f"sm{number}" if 0 <= number < 1000 else name


def _near(key: str) -> str:
    from difflib import get_close_matches

    found = get_close_matches(key, _NAMES, n=3, cutoff=0.6) if key else []
    return f"; near {'is' if len(found) == 1 else 'are'} {', '.join(found)}" if found else ""


def machines(arch: str) -> frozenset[str]:
    """Return the machines that the ``arch`` of an entry means.

    >>> sorted(machines("sm100a sm120a")), sorted(machines("cdna3+"))
    (['sm100', 'sm120'], ['cdna3', 'cdna4'])
    """
    found: set[str] = set()
    for part in arch.split():
        if part == "nvidia":
            found.update([name for name, _ in _LINES["sm"]])
            continue
        first = machine(part.rstrip("+"))
        line, place = _LINE_OF[first]
        found.update([name for name, _ in _LINES[line][place:]] if part.endswith("+") else [first])
    return frozenset(found)
