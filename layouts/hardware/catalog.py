"""Finding an instruction: by a name, or by what it should do.

A name is PTX's, a mnemonic, or CUTLASS's.  The tables are read when something is first looked up.
"""

from __future__ import annotations

from functools import cache

from ..errors import LayoutError
from ..inttuple import _show, to_int
from .arch import machine, machines, type_names
from .entry import Entry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .tables.rules import Rule

__all__ = ["find", "get", "names", "rule", "rules"]

_TABLES = (
    "mma",
    "sparse",
    "matrices",
    "wgmma",
    "tcgen05",
    "shared",
    "amd",
    "amd_blocks",
    "amd_scaled",
    "gfx1250",
    "others",
)


@cache
def _entries() -> tuple[Entry, ...]:
    from importlib import import_module

    rooms = [import_module(f"{__package__}.tables.{name}") for name in _TABLES]
    return tuple([entry for room in rooms for entry in room.ENTRIES])


@cache
def _index() -> dict[str, tuple[Entry, ...]]:
    """Return the entries of each name, names of CUTLASS and others included."""
    found: dict[str, tuple[Entry, ...]] = {}
    for entry in _entries():
        for name in (entry.name, *entry.aliases):
            key = _key(name)
            if not any([entry is known for known in found.get(key, ())]):
                found[key] = (*found.get(key, ()), entry)
    return found


_CPP = {
    "half_t": "b16", "bfloat16_t": "b16", "int16_t": "b16", "uint16_t": "b16", "float": "b32", "tfloat32_t": "b32",
    "int": "b32", "int32_t": "b32", "uint32_t": "b32", "double": "b64", "int8_t": "b8", "uint8_t": "b8",
    "float_e4m3_t": "b8", "float_e5m2_t": "b8",
}  # fmt: skip


def _key(name: str) -> str:
    """Return a name without space and namespaces, in small letters; an atom of shared memory is one of bits."""
    key = "".join(name.split()).lower()
    if "_atom<" in key:
        head, _, kind = key.rpartition("::layout_")[2].partition("_atom<")
        kind = kind.rstrip(">").rpartition("::")[2]
        head = head if head.startswith("layout_") else f"layout_{head}"
        key = f"{head}_atom<{_CPP.get(kind, kind)}>"
    return key


def names(family: Any = None) -> tuple[str, ...]:
    """Return the names of the entries, or of those of one family.

    >>> len(names()) > 500, names("movmatrix")
    (True, ('movmatrix.sync.aligned.m8n8.trans.b16',))
    """
    _check_family("names", family)
    return tuple([entry.name for entry in _entries() if family in (None, entry.family)])


def get(name: Any, arch: Any = None) -> Entry:
    """Return the instruction of a name, PTX's or CUTLASS's; ``arch`` decides where generations share a mnemonic.

    Raises: LayoutError with near names; with the machines to choose from where the name is not enough.

    >>> get("SM90_64x128x16_F32F16F16_SS").name
    'wgmma.mma_async.sync.aligned.m64n128k16.f32.f16.f16'
    >>> get("v_wmma_f32_16x16x16_f16", arch="gfx1100")["C"].linear(register=1, lane=16)
    {'m': 3, 'n': 0}
    >>> get("mma.m16n8k16.f16")
    Traceback (most recent call last):
    layouts.errors.LayoutError: hardware: no instruction is named 'mma.m16n8k16.f16'; near are \
mma.sync.aligned.m16n8k16.row.col.f16.f16.f16.f16, mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32, \
mma.sync.aligned.m16n8k16.row.col.f16.e4m3.e4m3.f16
    """
    if not isinstance(name, str):
        raise LayoutError(f"hardware: the name of an instruction is a text, not {_show(name)}", name)
    found = _index().get(_key(name), ())
    if not found:
        raise LayoutError(f"hardware: no instruction is named {_show(name)}{_near(name)}", name)
    if arch is not None:
        wanted = machine(arch)
        there = tuple([entry for entry in found if wanted in machines(entry.arch)])
        if not there:
            where = ", ".join([f"{entry.name} ({entry.arch})" for entry in found])
            raise LayoutError(f"hardware: {_show(arch)} has no {name}; there is {where}", arch)
        found = there
    if len(found) > 1:
        where = ", ".join([f"{entry.name} ({entry.arch})" for entry in found[:8]]) + (", ..." if found[8:] else "")
        raise LayoutError(f"hardware: {name} is not one instruction: {where}; say which, or the arch", name)
    return found[0]


def find(
    arch: Any = None,
    family: Any = None,
    m: Any = None,
    n: Any = None,
    k: Any = None,
    dtype: Any = None,
    operand: Any = None,
    acc: Any = None,
) -> tuple[Entry, ...]:
    """Return the instructions that have all that is asked for, in the order of the tables.

    ``arch`` is a machine (``sm_90a``, ``hopper``, ``gfx942``, ``rdna4``); ``dtype`` a type of A or B (of any operand
    where there is no A), by the name of PTX, AMD, torch or numpy; ``acc`` that of C and D; ``operand`` the name of an
    operand that it must have.  Sparse instructions are found by their family, or by the operand ``E``.
    Raises: LayoutError where there is none, with the condition that is one too many.

    >>> [e.name for e in find(arch="sm80", m=16, n=8, k=16, dtype="bf16")]
    ['mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32']
    >>> [e.aliases[0] for e in find(arch="hopper", family="wgmma", n=128, dtype="f16", acc="f32")]
    ['SM90_64x128x16_F32F16F16_SS']
    >>> find(arch="sm80", m=16, n=8, dtype="e4m3")
    Traceback (most recent call last):
    layouts.errors.LayoutError: hardware: no entry has arch='sm80', m=16, n=8, dtype='e4m3'; without the arch there \
are 39: mma.sync.aligned.m16n8k32.row.col.f16.e4m3.e4m3.f16 (sm89+), ...; without the dtype there are 28: \
mma.sync.aligned.m16n8k8.row.col.f16.f16.f16.f16 (sm75+), ... with the types b1, bf16, f16, s4, s8, tf32, u4, u8
    """
    _check_family("find", family)
    given = {"arch": arch, "family": family, "m": m, "n": n, "k": k, "dtype": dtype, "operand": operand, "acc": acc}
    tests = _tests(**given)
    found = tuple([entry for entry in _entries() if all(test(entry) for test in tests.values())])
    if not found:
        raise _nothing(given, tests)
    return found


def rules() -> tuple[str, ...]:
    """Return the names of the rules, facts that are not the layout of one instruction.

    >>> rules()[0]
    'nv.smem.banks'
    """
    from .tables.rules import RULES

    return tuple(RULES)


def rule(name: Any) -> Rule:
    """Return a rule: banks, phases, descriptors, tensor memory.

    Raises: LayoutError with the names that there are.

    >>> rule("nv.smem_desc.wgmma").params["layout_type"]
    (62, 64)
    """
    from .tables.rules import RULES

    if not isinstance(name, str) or name not in RULES:
        raise LayoutError(f"hardware: no rule is named {_show(name)}; there are {', '.join(RULES)}", name)
    return RULES[name]


# -- private -----------------------------------------------------------------------------------------------------------


def _tests(arch: Any, family: Any, m: Any, n: Any, k: Any, dtype: Any, operand: Any, acc: Any) -> dict[str, Any]:
    """Return what an entry must fulfil, by the name of the condition."""
    tests: dict[str, Any] = {}
    if family is None and operand != "E":
        tests["dense"] = lambda e: not e.family.endswith(".sp")
    if arch is not None:
        wanted = machine(arch)
        tests["arch"] = lambda e: wanted in machines(e.arch)
    if family is not None:
        tests["family"] = lambda e: e.family == family
    for place, (name, size) in enumerate((("m", m), ("n", n), ("k", k))):
        if size is not None:
            tests[name] = _has_size(place, to_int(size, f"hardware: {name}"))
    for name, value in (("dtype", dtype), ("operand", operand), ("acc", acc)):
        if value is not None and not isinstance(value, str):
            raise LayoutError(f"hardware: {name} is a text, not {_show(value)}", value)
    if dtype is not None:
        kinds = type_names(dtype)
        tests["dtype"] = lambda e: not kinds.isdisjoint(_types(e))
    if operand is not None:
        tests["operand"] = lambda e: operand in e.operands or (operand == "D" and "C" in e.operands)
    if acc is not None:
        results = type_names(acc)
        tests["acc"] = lambda e: any(o.dtype in results for role, o in e.operands.items() if role in ("C", "D"))
    return tests


def _has_size(place: int, size: int) -> Any:
    return lambda e: e.shape is not None and e.shape[place] == size


def _types(entry: Entry) -> set[str]:
    chosen = [operand.dtype for role, operand in entry.operands.items() if role.partition(".")[0] in ("A", "B")]
    return set(chosen or [operand.dtype for operand in entry.operands.values()])


def _check_family(operation: str, family: Any) -> None:
    if family is None:
        return
    known = dict.fromkeys([entry.family for entry in _entries()])
    if not isinstance(family, str) or family not in known:
        raise LayoutError(f"hardware: {operation}: {_show(family)} is no family; there are {', '.join(known)}", family)


def _near(name: str) -> str:
    """Return names that are near: those that have all its words, shortest first, else those that look alike."""
    from difflib import get_close_matches
    from re import findall

    if len(name) > 200:
        return ""
    keys = {key: entries[0] for key, entries in _index().items()}
    words = set(findall(r"[a-z0-9]+", name.lower()))
    close = sorted([key for key in keys if words and words <= set(findall(r"[a-z0-9]+", key))], key=len)[:3]
    close = close or get_close_matches(_key(name), keys, n=3, cutoff=0.5)
    spelled = [next(own for own in (keys[key].name, *keys[key].aliases) if _key(own) == key) for key in close]
    return f"; near are {', '.join(spelled)}" if spelled else ""


def _nothing(given: dict[str, Any], tests: dict[str, Any]) -> LayoutError:
    """Say which condition is one too many, where there is such a one, and what there is without it."""
    asked = ", ".join([f"{name}={value!r}" for name, value in given.items() if value is not None])
    message = f"hardware: no entry has {asked}"
    for left in [name for name in given if name in tests]:
        rest = [entry for entry in _entries() if all(test(entry) for name, test in tests.items() if name != left)]
        if rest:
            dots = ", ..." if len(rest) > 1 else ""
            message += f"; without the {left} there are {len(rest)}: {rest[0].name} ({rest[0].arch}){dots}"
            if left == "dtype":
                kinds = sorted({kind for entry in rest for kind in _types(entry)})
                message += f" with the types {', '.join(kinds)}"
    return LayoutError(message, {name: value for name, value in given.items() if value is not None})
