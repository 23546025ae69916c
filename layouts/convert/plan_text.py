"""A plan in words: where each bit of a place comes from, what is done, what it costs, what else could be done."""

from __future__ import annotations

from ..elimination import set_bits
from ..linear import dims as d
from .counting import vector_name
from .move import HARDWARE
from .registers import own_pull
from .steps import Affine, Barrier, Copy, Load, Permute, Shuffle, Store, StoreMatrix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from .move import Move
    from .planner import Alternative, Plan
    from .steps import Step

__all__ = ["plan_json", "plan_text"]

_MEANING = {
    "identity": "every element is in its place",
    "register": "every thread has what it needs, and renames its registers",
    "byte permute": "every thread has what it needs, in other places of its words",
    "shuffle": "data stays in its warp",
    "shared": "through shared memory",
    "cluster": "through the shared memory of other blocks",
}


def plan_text(plan: Plan) -> str:
    """Return the plan for people."""
    move, kind = plan.move, plan.classification
    tensor = ", ".join([f"{name} {1 << bits}" for name, bits in move.src._outs])
    lines = [f"{tensor} of {plan.element_bits} bits on {plan.target}: {_places(move, 'A')} -> {_places(move, 'B')}"]
    meaning = "data could stay in its warp, but shared memory is preferred" if plan.level == "shuffle" else ""
    lines.append(f"  class      {kind}: {meaning if kind == 'shared' and meaning else _meaning(plan, kind)}")
    lines += [_field("from" if k == 0 else "", line) for k, line in enumerate(_origins(move))]
    lines += [_field("steps" if k == 0 else "", line) for k, line in enumerate(_numbered(plan))]
    lines.append(_field("cost", f"{plan.cost}{_estimate(plan.chosen)}"))
    if plan.layout is not None:
        lines.append(_field("scratch", _scratch(plan)))
    others = [one for one in plan.alternatives if one is not plan.chosen]
    lines += [_field("instead" if k == 0 else "", f"{one}{_estimate(one)}") for k, one in enumerate(others)]
    return "\n".join(lines)


def _meaning(plan: Plan, kind: str) -> str:
    if kind == "register" and plan.cost["selp"]:
        return "every thread has what it needs, in a register that varies with the thread"
    return _MEANING[kind]


def _field(name: str, text: str) -> str:
    return f"  {name:<10} {text}"


def _estimate(one: Alternative) -> str:
    return f"; about {one.cost.cycles:g} cycles" if one.cost.instructions else ""


def _places(move: Move, side: str) -> str:
    """Return how many registers, lanes, warps and blocks a side has."""
    counts = [(name, move.count(side, name)) for name in HARDWARE]
    shown = [f"{count} {name}{'s' if count > 1 else ''}" for name, count in counts if count > 1 or name in HARDWARE[:2]]
    return " x ".join(shown)


def _origins(move: Move) -> Iterator[str]:
    """Say where the bits of a place of the destination come from; bits that are their own are counted."""
    pull, names, start = own_pull(move), [], 0
    for name in HARDWARE:
        names += [(name, k) for k in range(len(move.A[name]))]
    for name in HARDWARE:
        parts: list[str] = []
        own: list[str] = []
        for k, column in enumerate(pull[name]):
            origin = [names[bit] for bit in set_bits(column)]
            if origin == [(name, k)]:
                own.append(str(1 << k))
                continue
            text = " + ".join([f"{other} {1 << bit}" for other, bit in origin]) or "nothing"
            parts.append(f"{name} {1 << k} <- {text}")
        if parts:
            start += 1
            yield ", ".join(parts) + (f"; {name} {' '.join(own)} from itself" if own else "")
    if not start:
        yield "every place of the destination is the same place of the source"


def _numbered(plan: Plan) -> Iterator[str]:
    texts = ["nothing is done"] if plan.classification == "identity" else _grouped(plan.steps, plan)
    for number, text in enumerate(texts, 1):
        yield f"{number}  {text}"


def _grouped(steps: Sequence[Step], plan: Plan) -> Iterator[str]:
    """Say each run of steps of one kind in one line."""
    start = 0
    while start < len(steps):
        stop = start + 1
        while stop < len(steps) and _key(steps[stop]) == _key(steps[start]):
            stop += 1
        yield _say(steps[start:stop], plan)
        start = stop


def _key(step: Step) -> tuple[Any, ...]:
    columns = tuple([getattr(step, name).columns for name in ("lanes", "address") if hasattr(step, name)])
    width = len(step.registers) if isinstance(step, (Store, Load)) else 0
    return type(step), columns, width, isinstance(step, (Permute, Barrier)) and id(step)


def _say(steps: Sequence[Step], plan: Plan) -> str:
    """Return one line for steps of one kind."""
    step, count, lanes = steps[0], len(steps), len(plan.move.A["lane"])
    if isinstance(step, Copy):
        moved = plan.cost["prmt"] or plan.cost["bitop"]
        return f"put {len(step.sent)} registers in order" if moved and len(plan.steps) == 1 else "rename registers"
    if isinstance(step, Permute):
        if step.by.is_constant:
            return f"put {len(step.registers)} registers in order"
        return f"select {len(step.registers)} registers: r ^ {_varying(step.by, plan.move)}"
    if isinstance(step, Shuffle):
        return f"{count} shfl: {_lanes([one.lanes for one in steps if isinstance(one, Shuffle)], lanes)}"
    if isinstance(step, Barrier):
        return f"wait for the {step.scope}"
    if isinstance(step, (Store, Load)):
        kind = "st" if isinstance(step, Store) else "ld"
        name = vector_name(kind, len(step.registers) * plan.element_bits, step.block is not None)
        return f"{count} {name}: {_offsets(step.address, lanes)}"
    name = "stmatrix" if isinstance(step, StoreMatrix) else "ldmatrix"
    form = f"{name}.x{step.matrices}{'.trans' if step.transposed else ''}"
    return f"{count} {form}: rows, {_offsets(step.address, lanes)}"


def _varying(by: Affine, move: Move) -> str:
    """Say what a thread XORs to the number of a register, by the bits of the thread."""
    names = [(name, k) for name in HARDWARE[1:] for k in range(len(move.A[name]))]
    parts = [f"{column} where {names[k][0]} & {1 << names[k][1]}" for k, column in enumerate(by.columns) if column]
    return ", ".join(parts)


def _lanes(maps: Sequence[Affine], bits: int) -> str:
    """Say from which lanes the lanes take, in the rounds of a shuffle."""
    offsets, first = [one.offset for one in maps], maps[0]
    if (first ^ first.offset).is_identity(bits):
        return "lane t takes from " + _listed([f"t ^ {offset}" if offset else "t" for offset in offsets])
    own = " ".join([str(1 << k) for k in range(bits)])
    taken = " ".join([str(column) for column in first.columns[:bits]])
    warps = "" if not any(first.columns[bits:]) else f", warps add {_listed(first.columns[bits:])}"
    plus = f", XOR {_listed(offsets)}" if any(offsets) else ""
    return f"lanes {own} take from {taken}{warps}{plus}"


def _offsets(address: Affine, bits: int) -> str:
    """Say at which offsets the lanes 1, 2, 4, ... are."""
    own = " ".join([str(1 << k) for k in range(bits)])
    columns = [*address.columns, *[0] * (bits - len(address.columns))]
    return f"lanes {own} at offsets {' '.join(map(str, columns[:bits]))}"


def _listed(values: Sequence[object], most: int = 8) -> str:
    shown = " ".join(map(str, values[:most])) if not isinstance(values[0], str) else ", ".join(map(str, values[:most]))
    return shown if len(values) <= most else f"{shown} ..."


def _scratch(plan: Plan) -> str:
    layout = plan.layout
    if layout is None:
        return ""
    return d.cut(layout._show(), 200)


def plan_json(plan: Plan) -> dict[str, Any]:
    """Return the plan for programs."""
    return {
        "source": plan.src._show(),
        "destination": plan.dst._show(),
        "element_bits": plan.element_bits,
        "target": str(plan.target),
        "model": plan.model,
        "level": plan.level,
        "class": plan.classification,
        "rule": plan.rule,
        "pull": {name: vectors for name, vectors in plan.pull.bases},
        "cost": plan.cost.to_json(),
        "buffers": dict(plan.buffers),
        "layout": None
        if plan.layout is None
        else {"bases": dict(plan.layout.bases), "outs": dict(plan.layout.out_dims)},
        "steps": [_step_json(step) for step in plan.steps],
        "alternatives": [
            {"rule": one.rule, "level": one.level, "exchanged": one.exchanged, "cost": one.cost.to_json()}
            for one in plan.alternatives
        ],
    }


def _step_json(step: Step) -> dict[str, Any]:
    found: dict[str, Any] = {"step": type(step).__name__}
    for name in type(step).__dataclass_fields__:
        value = getattr(step, name)
        if isinstance(value, Affine):
            value = {"columns": list(value.columns), "offset": value.offset}
        found[name] = list(value) if isinstance(value, tuple) else value
    return found
