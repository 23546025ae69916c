"""Recast: each leaf walks from group to group, or some steps inside a group and then on."""

from __future__ import annotations

from math import gcd

from ..composed import Swizzle
from ..inttuple import unflatten
from ..layout import Layout, read_layout, trusted
from ..module import F2, E, Zn
from .call import LOOKED, Call, Refused
from .model import Step
from .words import leaf

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .call import Steps

__all__ = ["derive"]


def derive(call: Call) -> Steps:
    """Explain ``upcast``, ``downcast`` and ``recast``."""
    value = call["value"]
    if isinstance(value, Swizzle):
        return (yield from _swizzle(call))
    L = read_layout(value, call.operation)
    if call.operation == "recast":
        return (yield from _recast(call, L))
    if call["n"] == 1:
        yield Step("Nothing to do", "One element is one element.", before=(L,), after=L)
        return L
    return (yield from (_up(call, L) if call.operation == "upcast" else _down(call, L)))


def _swizzle(call: Call) -> Steps:
    text = "Counting groups of 2**k numbers drops the k lowest bits, so that base M becomes M - k; parts add k bits."
    yield Step("A swizzle", text, before=(call["value"],), after=call.result)
    return LOOKED


def _recast(call: Call, L: Layout) -> Steps:
    from .explain import explain

    old, new = call["old_bits"], call["new_bits"]
    common = gcd(old, new)
    up, down = new // common, old // common
    text = f"From {old} to {new} bits: {up} of the smaller parts make a new element, {down} an old one."
    yield Step("The ratio", text)
    options = {} if call["axis"] is None else {"axis": call["axis"]}
    first = explain("upcast", L, up, **options, **({"round_up": True} if call["round_up"] else {}))
    yield Step(f"Upcast by {up}", before=(L,), after=first.result, inner=first)
    if first.refusal is not None:
        return Refused(first.refusal.witness)
    second = explain("downcast", first.result, down, **options)
    yield Step(f"Downcast by {down}", before=(first.result,), after=second.result, inner=second)
    return second.result if second.refusal is None else Refused(second.refusal.witness)


def _path(axis: Any) -> tuple[int, ...]:
    return axis if isinstance(axis, tuple) else (axis,)


def _counts(L: Layout, axis: Any) -> list[int]:
    """Return the strides that count: those of the layout, or what they are on one axis."""
    return list(L._d) if L.over is not Zn else [dict(d.terms()).get(_path(axis), 0) for d in L._d]


def _rebuilt(L: Layout, extents: list[int], strides: list[int], counts: list[int], axis: Any) -> Layout:
    found: list[Any] = list(strides)
    if L.over is Zn:
        triples = zip(L._d, counts, strides, strict=True)
        found = [d + E(*_path(axis)) * (new - old) for d, old, new in triples]
    shape = unflatten(tuple(extents), L.shape)
    return trusted(shape, unflatten(tuple(found), L.shape), L.over)


def _up(call: Call, L: Layout) -> Steps:
    n, counts = call["n"], _counts(L, call["axis"])
    rows: list[tuple[Any, ...]] = []
    extents, strides, bad = [], [], None
    for s, d in zip(L._s, counts, strict=True):
        inside = 1 if s == 1 or d % n == 0 else -(-n // abs(d))
        why = f"{d} = {d // n}*{n}: from group to group" if d % n == 0 else f"{inside} steps of {d} stay inside a group"
        if s == 1:
            why = "its only digit is 0"
        elif d % n and (abs(d) > n or n % d):
            last = d << (s.bit_length() - 2) if L.over is F2 else abs(d) * (s - 1)
            why = f"all {s} steps of {d} stay inside a group"
            inside = max(inside, s)
            if last >= n:
                why, bad = f"{d} is neither a multiple nor a divisor of {n}", (s, d)
        extents.append(-(-s // inside))
        strides.append(d // n if d % n == 0 else int(s > 1))
        rows.append((s, d, why, "-" if bad else leaf(extents[-1], strides[-1])))
    text = f"{n} elements are one group. A leaf moves by whole groups, or some of its steps stay inside a group."
    columns = ("extent", "stride", "why", "in groups")
    yield Step("Leaf by leaf", text, columns, tuple(rows), (L,))
    if call.refusal is not None:
        return (yield from _refused(call, L, bad))
    result = _rebuilt(L, extents, strides, counts, call["axis"])
    yield Step("The layout of groups", "The leaves keep their places.", before=(L,), after=result)
    return result


def _refused(call: Call, L: Layout, bad: tuple[int, int] | None) -> Steps:
    witness: Any = None if call.refusal is None else call.refusal.witness
    if bad is not None and bad == witness:
        text = f"The leaf {leaf(*bad)} begins a group in its middle, so that it is no leaf of groups."
        yield Step("No whole groups", text, before=(L,))
        return Refused(bad)
    if isinstance(witness, int) and witness < L.size and L.over is not Zn:
        text = (
            f"Each leaf stays inside a group by itself, but together they leave it: index {witness} has {L(witness)}."
        )
        yield Step("Out of the group", text, before=(L,), claims=(("value", L, witness, L(witness)),))
        return Refused(witness)
    yield Step("No whole groups", f"{call.refusal}.", before=(L,))
    return LOOKED


def _down(call: Call, L: Layout) -> Steps:
    n, counts = call["n"], _counts(L, call["axis"])
    units = [k for k, d in enumerate(counts) if d == 1 and (L.over is not Zn or len(list(L._d[k].terms())) == 1)]
    if not units:
        smallest = min([d for d in counts if d], key=abs, default=0)
        text = f"The {n} parts of an element are counted by a leaf with stride 1. There is none."
        yield Step("No stride 1", text, before=(L,))
        return Refused(smallest)
    unit = next((k for k in units if L._s[k] > 1), units[0])
    extents = [s * n if k == unit else s for k, s in enumerate(L._s)]
    strides = [d if k == unit else d * n for k, d in enumerate(counts)]
    rows = []
    for k, (s, d) in enumerate(zip(L._s, counts, strict=True)):
        why = f"stride 1: it counts the parts, {s}*{n}" if k == unit else f"{d} elements are {d}*{n} parts"
        rows.append((s, d, why, leaf(extents[k], strides[k])))
    text = f"One element is {n} parts. The leaf of stride 1 goes on part by part; other strides are {n} times as long."
    yield Step("Leaf by leaf", text, ("extent", "stride", "why", "in parts"), tuple(rows), (L,))
    result = _rebuilt(L, extents, strides, counts, call["axis"])
    yield Step("The layout of parts", "The leaves keep their places.", before=(L,), after=result)
    return result
