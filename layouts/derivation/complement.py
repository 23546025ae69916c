"""How a complement is found: sort the strides, step over each mode, and emit what fills the gap below it."""

from __future__ import annotations

from math import prod

from ..algebra.complement import is_complementable
from ..codomain import coprofile
from ..inttuple import clean, leaves
from ..layout import Layout, chain, read_layout, trusted
from ..linearity import from_images, from_modes
from ..module import F2, E, Z, Zn
from .call import MOST_POINTS, Call, Refused
from .elimination import reduced
from .model import Step
from .words import layout_of, leaf, listed, show, values_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .call import Steps

    Ordered = list[tuple[int, int]]  # (stride, extent), ascending

__all__ = ["derive", "gaps"]


def derive(call: Call) -> Steps:
    """Explain ``complement``, ``complement_minimal`` and ``is_complementable``."""
    L = read_layout(call["layout"], call.operation)
    target = call.arguments.get("target")
    if L.over is F2:
        return (yield from _over_f2(call, L, target))
    if L.over is Zn:
        return (yield from _by_axis(call, L, target))
    goal = None if target is None else prod(leaves(clean(target)))
    found, covered, stopped = yield from gaps(L, _ordered(L))
    if call.operation == "is_complementable":
        return (yield from _strong(L, goal, covered, stopped))
    if stopped is not None:
        return (yield from _overlap(call, L, stopped))
    modes = yield from _finish(call.operation, found, covered, goal)
    result = from_modes([modes], 1, Z)
    yield _check_step(L, result)
    return result


def _ordered(L: Layout) -> Ordered:
    extents, strides, _ = chain(L)
    return sorted([(d, s) for s, d in zip(extents, strides, strict=True) if d and s > 1])


def gaps(L: Layout, ordered: Ordered, axis: str = "") -> Steps:
    """Step over the modes; return (modes of the gaps, what is covered, the stride that stops it or None)."""
    found: list[tuple[int, int]] = []
    rows: list[tuple[Any, ...]] = []
    covered, stopped, weak = 1, None, []
    for d, s in ordered:
        if d < covered:
            why = "negative: it goes below 0" if d < 0 else f"{d} is below {covered}: the modes overlap or interleave"
            rows.append((leaf(s, d), covered, "-", "-", why))
            stopped = d
            break
        copies, rest = divmod(d, covered)
        note = f"{d} = {copies}*{covered}" + (f" + {rest}: holes stay" if rest else "")
        if rest:
            weak.append(d)
        gap = "none"
        if copies > 1:
            found.append((copies, covered))
            gap = leaf(copies, covered)
        rows.append((leaf(s, d), covered, gap, s * d, note))
        covered = s * d
    text = (
        "In ascending order of the strides (stride 0 and extent 1 say nothing), from what is covered so far, c, to the "
        "next stride d: the gap holds d/c copies, a mode (d/c):c, and then s*d is covered."
    )
    if not ordered:
        text = "No mode moves: only 0 is covered."
    if weak:
        text += (
            f" Where the division leaves a remainder, as at {listed(weak)}, the complement is weak: it leaves holes."
        )
    columns = ("mode", "covered", "gap", "then covered", "why")
    yield Step(f"Step over the modes{axis}", text, columns, tuple(rows), (L,))
    return found, covered, stopped


def _overlap(call: Call, L: Layout, stride: int) -> Steps:
    witness = call.refusal.witness if call.refusal is not None else None
    if stride < 0:
        yield Step("No complement", f"The stride {stride} is negative.", before=(L,))
        return Refused(stride)
    if (
        isinstance(witness, tuple)
        and L.size > max(witness)
        and L(witness[0]) == L(witness[1])
        and witness[0] != witness[1]
    ):
        i, j = witness
        text = f"The indices {i} and {j} both have the value {L(i)}, so nothing can be added to make the values differ."
        claims = (("value", L, i, L(i)), ("value", L, j, L(j)))
        yield Step("Two indices collide", text, before=(L,), claims=claims)
    else:
        text = "No two indices collide, but the modes reach into each other: no mode fits between them."
        yield Step("The modes interleave", text, before=(L,))
    return Refused(witness)


def _finish(operation: str, found: Ordered, covered: int, goal: int | None, axis: str = "") -> Steps:
    if operation == "complement_minimal":
        text = f"Copies of all this begin every {covered}: the mode 1:{covered}, whose stride tells where it goes on."
        yield Step(f"Mark where it goes on{axis}", text, after=trusted(1, covered, Z))
        return [*found, (1, covered)]
    if goal is None:
        yield Step(f"No target{axis}", "Without a target only the gaps are filled.")
        return found
    copies = -(-goal // covered)
    text = f"Up to {goal} there is room for {goal}/{covered}"
    if goal % covered:
        text += f", rounded up {copies}: {copies}*{covered} = {copies * covered} is beyond {goal}"
    text += f" = {copies} copies" if not goal % covered else ""
    text += "." if copies < 2 else f": the mode {leaf(copies, covered)}."
    if copies < 2:
        text = f"{covered} are covered, and the target is {goal}: nothing is added."
    yield Step(f"Fill up to {goal}{axis}", text)
    return [*found, (copies, covered)] if copies > 1 else found


def _check_step(L: Layout, result: Layout) -> Step:
    """Put the modes that move and the complement together: no two indices collide."""
    both = layout_of([*[(s, d) for d, s in _ordered(L)], *zip(result._s, result._d, strict=True)], Z)
    claims: tuple[tuple[Any, ...], ...] = ()
    if both.size <= MOST_POINTS:
        claims = (("injective", both, True),)
        if is_complementable(L):
            claims = (("filled", both, both.size),)
    text = f"The complement has the values {values_of(result)}; with those of {show(L)} they add up without overlap."
    return Step("The complement", text, before=(L,), after=result, claims=claims)


def _strong(L: Layout, goal: int | None, covered: int, stopped: int | None) -> Steps:
    even = stopped is None
    place = 1
    for d, s in _ordered(L):
        even = even and d % place == 0
        place = s * d
    fits = goal is None or goal % covered == 0
    text = "Every stride is a multiple of what is covered before it" if even else "Some stride is not such a multiple"
    if goal is not None and even:
        text += f", and {goal} is {'' if fits else 'not '}a multiple of {covered}"
    yield Step("Is it strong?", f"{text}.", before=(L,))
    return even and fits


# -- over F2 and Zn ----------------------------------------------------------------------------------------------------


def _over_f2(call: Call, L: Layout, target: Any) -> Steps:
    goal = None if target is None else prod(leaves(clean(target)))
    top = L.bounds()[1]
    if call.operation == "is_complementable":
        fits = goal is None or (goal & (goal - 1) == 0 and top < goal)
        text = "Over F2 there is always a complement" + (
            "." if goal is None else f"; the target {goal} must be a power of two above the largest value, {top}."
        )
        yield Step("Is it strong?", text, before=(L,))
        return fits
    rows = max(top.bit_length(), 0 if goal is None else (goal - 1).bit_length())
    basis = yield from reduced(L)
    tops = {vector.bit_length() - 1 for vector in basis}
    free = tuple([1 << k for k in range(rows) if k not in tops])
    text = (
        f"The values have {rows} bits. The top bits of the basis are {listed(sorted(tops)) or 'none'}; the other unit "
        f"vectors, {listed(free) or 'none'}, complete it."
    )
    yield Step("Complete the basis", text, before=(L,))
    result = from_images(free, 1 << len(free))
    if call.operation == "complement_minimal":
        modes = [(s, d) for s, d in zip(result._s, result._d, strict=True) if s > 1]
        result = from_modes([[*modes, (1, 1 << rows)]], 1, F2)
        yield Step("Mark where it goes on", f"All {rows} bits are covered; the next is F{1 << rows}.", after=result)
    return result


def _by_axis(call: Call, L: Layout, target: Any) -> Steps:
    axes: dict[tuple[int, ...], Ordered] = {}
    for s, d in zip(*chain(L)[:2], strict=True):
        terms = list(d.terms()) if s > 1 else []
        if len(terms) > 1:
            yield Step("A stride that moves several axes", f"{d} is on no single axis.", before=(L,))
            return False if call.operation == "is_complementable" else Refused(d)
        if terms:
            axes.setdefault(terms[0][0], []).append((terms[0][1], s))
    profile: Any = coprofile(L._d) if target is None else clean(target)
    goals = [None] * len(_paths(profile, ())) if target is None else list(leaves(profile))
    parts, strong = [], True
    for path, goal in zip(_paths(profile, ()), goals, strict=True):
        axis = f" on axis {'.'.join(map(str, path))}"
        ordered = sorted(axes.get(path, []))
        found, covered, stopped = yield from gaps(L, ordered, axis)
        if call.operation == "is_complementable":
            even = yield from _strong_axis(ordered, goal, covered, stopped)
            strong = strong and even
            continue
        if stopped is not None:
            return (yield from _overlap(call, L, stopped))
        modes = yield from _finish(call.operation, found, covered, goal, axis)
        parts.append([(s, E(*path) * d) for s, d in modes])
    if call.operation == "is_complementable":
        return strong
    result = from_modes(parts, profile, Zn)
    yield Step("Join the axes", "Mode i of the complement moves along axis i.", before=(L,), after=result)
    return result


def _strong_axis(ordered: Ordered, goal: int | None, covered: int, stopped: int | None) -> Steps:
    flat = trusted(tuple([s for _, s in ordered]), tuple([d for d, _ in ordered]), Z)
    return (yield from _strong(flat, goal, covered, stopped))


def _paths(tree: Any, path: tuple[int, ...]) -> list[tuple[int, ...]]:
    if not isinstance(tree, tuple):
        return [path]
    return [found for axis, child in enumerate(tree) for found in _paths(child, (*path, axis))]
