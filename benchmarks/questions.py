"""Questions about functions, which modes and ranks answer: the time does not depend on the size of the domain."""

from __future__ import annotations

from typing import Any

from layouts import F2, Layout, Swizzle, equal, is_injective

from .harness import Contender, copies, peer, race
from .report import Section, Target

ROUNDS = 15
CALLS = 40
BRUTE = 16  # bits of the domain that a peer's loop still walks in a moment


def tiled(bits: int) -> tuple[Any, Any]:
    """Return a row-major matrix of 2**bits values as tiles of 8 rows, as (shape, stride)."""
    rows = 1 << bits // 2
    return ((8, rows // 8), (64, rows // 64)), ((rows, 8 * rows), (1, 64))


def row_major(bits: int) -> tuple[Any, Any]:
    rows = 1 << bits // 2
    return (rows, rows), (rows, 1)


def padded(bits: int) -> tuple[Any, Any]:
    rows = 1 << bits // 2
    return (rows, rows), (rows + 8, 1)


def run() -> Section:
    section = Section("questions", "us")
    cases: dict[str, dict[str, Contender]] = {}
    for bits in (BRUTE, 20, 40):
        cases[f"equal, tiles and matrix, 2**{bits}"] = _ask(equal, tiled(bits), row_major(bits))
        cases[f"injective, tiles, 2**{bits}"] = _ask(is_injective, tiled(bits))
        cases[f"injective, padded rows, 2**{bits}"] = _ask(is_injective, padded(bits))
    _add_brute_force(cases)
    swizzled = Swizzle(3, 4, 3) @ Layout(*row_major(40))
    modes = swizzled.shape, swizzled.stride, F2
    cases["equal, swizzled, 2**40"] = _ask(equal, modes, modes)
    cases["injective, swizzled, 2**40"] = _ask(is_injective, modes)
    section.rows = race(cases, ROUNDS)
    names = [name for name in cases if name.endswith("2**40") and "swizzled" not in name]
    slowest = max([section.rows[name]["layouts"].min for name in names]) * 1e6
    section.targets.append(Target("equal and injective at 2**40 over Z, the slowest", slowest, 10, "us", at_most=True))
    section.notes.append("pycute: a loop over all points at 2**16, its arithmetic on a numpy array at 2**20")
    return section


def _ask(question: Any, *operands: tuple[Any, ...]) -> dict[str, Contender]:
    made = tuple([Layout(*operand) for operand in operands])
    assert question(*made) is True
    return {"layouts": Contender(question, copies(lambda: tuple([Layout(*operand) for operand in operands]), CALLS))}


def _add_brute_force(cases: dict[str, dict[str, Contender]]) -> None:
    pycute, tensor, numpy = peer("pycute"), peer("tensor_layouts"), peer("numpy")
    for title, module in (("pycute", pycute), ("tensor-layouts", tensor)):
        if module is None:
            continue
        a, b, c = [module.Layout(*modes(BRUTE)) for modes in (tiled, row_major, padded)]
        _race(cases, BRUTE, title, (a, b, c), lambda L: [L(i) for i in range(1 << BRUTE)], lambda v: len(set(v)))
    if pycute is not None and numpy is not None:
        a, b, c = [pycute.Layout(*modes(20)) for modes in (tiled, row_major, padded)]
        count = lambda v: len(numpy.unique(v))  # noqa: E731
        _race(cases, 20, "pycute", (a, b, c), lambda L: L(numpy.arange(1 << 20)).tolist(), count)


def _race(cases: Any, bits: int, title: str, layouts: tuple[Any, ...], values: Any, distinct: Any) -> None:
    """Let a peer answer by looking at every point."""
    a, b, c = layouts
    cases[f"equal, tiles and matrix, 2**{bits}"][title] = Contender(
        lambda: values(a) == values(b), lambda: [()], rounds=2
    )
    for name, layout in (("tiles", a), ("padded rows", c)):
        cases[f"injective, {name}, 2**{bits}"][title] = Contender(
            lambda L=layout: distinct(values(L)) == 1 << bits, lambda: [()], rounds=2
        )
