"""How a composition A o B is found: each leaf of B is walked in the digits of A, then all of them together.

The steps count the carries by themselves; only the answer is the operation's.
"""

from __future__ import annotations

from ..codomain import axes, first_reaching
from ..joining import make_layout
from ..layout import Layout, chain
from ..linearity import from_modes
from ..module import F2, Z, Zn
from ..values import from_values_over
from .call import LOOKED, MOST_POINTS, Call, Refused, by_looking
from .model import Step
from .words import layout_of, leaf, listed, show, total

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from .call import Steps

    Mode = tuple[int, tuple[int, ...], Any]  # extent, the step on each axis of A, what it is worth

__all__ = ["derive"]


def derive(call: Call) -> Steps:
    """Explain ``composition``."""
    A, B = call["A"], call["B"]
    if not isinstance(A, Layout) or not (B is None or isinstance(B, (Layout, tuple, int)) or hasattr(B, "__index__")):
        from .chains import compose_chains

        return (yield from compose_chains(call, A, B))
    if B is None:
        yield Step("Nothing to do", "None on the right leaves A as it is.", before=(A,), after=A)
        return A
    if isinstance(B, tuple):
        return (yield from _by_mode(A, B))
    if not isinstance(B, Layout):
        B = Layout(B, 1)
        yield Step("Read B", f"An integer n stands for n:1, the first n indices: B is {B}.", after=B)
    if A.over is F2 or B.over is F2:
        from .columns import compose_bits

        return (yield from compose_bits(call, A, B))
    return (yield from compose(call, A, B))


def _by_mode(A: Layout, B: tuple[Any, ...]) -> Steps:
    from .explain import explain

    parts = []
    for k in range(A.rank):
        tile = B[k] if k < len(B) else None
        inner = explain("composition", A[k], tile)
        text = "The tuple has a part for each mode of A." if k < len(B) else "The tuple has ended; the mode stays."
        yield Step(f"Mode {k}", text, before=(A[k],), after=inner.result, inner=inner if k < len(B) else None)
        if inner.refusal is not None:
            return Refused(inner.refusal.witness)
        parts.append(inner.result)
    result = make_layout(*parts)
    yield Step("Join the modes", before=tuple(parts), after=result)
    return result


# -- walking in the digits of A ----------------------------------------------------------------------------------------


class Digits:
    """The digits in which A reads what B gives: one system, or one for each axis when B gives coordinates."""

    __slots__ = ("A", "extents", "paths", "places", "steps", "strides")

    def __init__(self, A: Layout, B: Layout) -> None:
        self.A = A
        rows = axes(B._d) if B.over is Zn else {(): B._d}
        modes = []
        for path in rows:
            mode = A
            for axis in path:
                mode = mode[axis]
            modes.append(chain(mode))
        self.paths = tuple(rows)
        self.steps = [tuple(row) for row in rows.values()]
        self.extents = [found[0] for found in modes]
        self.strides = [found[1] for found in modes]
        self.places = [found[2] for found in modes]

    def of(self, point: Sequence[int]) -> tuple[int, ...]:
        """Return all digits at a point, which has one number for each system."""
        found: list[int] = []
        for n, extents in zip(point, self.extents, strict=True):
            for s in extents[:-1]:
                n, digit = divmod(n, s)
                found.append(digit)
            found.append(n)
        return tuple(found)

    def value(self, point: Sequence[int]) -> Any:
        """Return the value of A at a point."""
        result = self.A.over.zero
        for digit, d in zip(self.of(point), self.all_strides, strict=True):
            result = result + d * digit
        return result

    @property
    def all_strides(self) -> tuple[Any, ...]:
        """The strides of all digits."""
        return tuple([d for row in self.strides for d in row])

    def first_carry(self, point: Sequence[int], most: int) -> tuple[int, int]:
        """Return how many multiples of a point are free of carries, at most ``most``, and the place of the carry."""
        place = 0
        for n, places in zip(point, self.places, strict=True):
            for p in places[1:]:
                rest = n % p
                if rest and -(-p // rest) < most:
                    most, place = -(-p // rest), p
        return most, place

    def show(self, point: Sequence[int]) -> str:
        """Return a point as text: an index, or a number for each axis."""
        if self.paths == ((),):
            return show(point[0])
        terms = [f"{n}@{'@'.join(map(str, reversed(path)))}" for n, path in zip(point, self.paths, strict=True) if n]
        return "+".join(terms) or "0"


def compose(call: Call, A: Layout, B: Layout) -> Steps:
    """Explain A o B where B gives indices or coordinates and all of A adds."""
    digits = Digits(A, B)
    yield _digits_step(A, B, digits)
    parts: list[list[tuple[int, Any]]] = []
    known: list[Mode] = []
    index = 1
    for k, n in enumerate(B._s):
        steps = tuple([row[k] for row in digits.steps])
        if n > 1 and any(step < 0 and len(e) > 1 for step, e in zip(steps, digits.extents, strict=True)):
            text = f"B has the value {show(B(index))} at index {index}. A has no digits for a negative number."
            yield Step("A negative number", text, before=(A, B), claims=(("value", B, index, B(index)),))
            return Refused(index)
        step, modes, stopped = _walk(A, B, digits, k, index)
        yield step
        known += modes
        parts.append([(run, worth) for run, _, worth in modes])
        if stopped is not None:
            place, worth = stopped
            ended = yield from _together(call, A, B, digits, known)
            if ended is not None:
                return ended
            if worth is None:
                return (yield from _by_values(call, A, B))
            yield _refused_step(A, B, digits, place, worth, "")
            return Refused(place)
        index *= n
    if len(known) > 1:
        ended = yield from _together(call, A, B, digits, known)
        if ended is not None:
            return ended
    result = from_modes(parts, B.shape, A.over)
    if len(B._s) > 1:
        text = "The mode or modes of each leaf take its place in the shape of B."
        yield Step("Put together", text, before=(A, B), after=result, claims=(("composed", A, B, result),))
    return result


def _digits_step(A: Layout, B: Layout, digits: Digits) -> Step:
    names = [f"i{k}" for k in range(len(digits.all_strides))]
    lines = []
    start = 0
    for path, extents, places in zip(digits.paths, digits.extents, digits.places, strict=True):
        own = names[start : start + len(extents)]
        start += len(extents)
        what = "Index i of A" if path == () else f"axis {'.'.join(map(str, path))} of a coordinate of A"
        terms = [name if p == 1 else f"{p}*{name}" for name, p in zip(own, places, strict=True)]
        limits = [f"{name} < {s}" for name, s in zip(own[:-1], extents[:-1], strict=True)]
        lines.append(f"{what} is {_sum(terms)}{' with ' + ', '.join(limits) if limits else ''}")
    products = [name if d == 1 else f"{show(d)}*{name}" for name, d in zip(names, digits.all_strides, strict=True)]
    value = f"A(i) = {_sum(products) or '0'}."
    text = "; ".join(lines).replace("axis", "Axis", 1) + (
        f", and {value}" if lines else f"B moves along no axis. {value}"
    )
    if len(names) > len(digits.paths):
        text += " The last digit takes all that is left."
    claims: tuple[Any, ...] = ()
    after = None
    if digits.paths == ((),) and len(digits.extents[0]) < len(A._s):
        after = layout_of(list(zip(digits.extents[0], digits.strides[0], strict=True)), A.over)
        text = f"Neighbours of A merge: A is the same function as {after}, here also beyond its size.\n{text}"
        claims = (("same", A, after),)
    return Step("The digits of A", text, before=(A, B), after=after, claims=claims)


def _sum(terms: list[str], most: int = 8) -> str:
    return " + ".join(terms if len(terms) <= most else [*terms[: most - 1], "..."])


def _walk(A: Layout, B: Layout, digits: Digits, k: int, index: int) -> tuple[Step, list[Mode], tuple[int, Any] | None]:
    """Walk one leaf of B: the step, the modes, and where it stops: (index, what a layout would give) or None."""
    n, d = B._s[k], B._d[k]
    title = f"Leaf {leaf(n, d, B.over)} of B"
    steps = tuple([row[k] for row in digits.steps])
    if n == 1 or not any(steps):
        return _still(A, B, n, title), [(n, steps, A.over.zero)] if n > 1 else [], None
    points = [tuple([r * j for r in steps]) for j in range(min(n, 13))]
    lines = [
        f"It takes the {'indices' if B.over is Z else 'coordinates'} {listed(map(digits.show, points), n)} of A, "
        f"and A has there {listed(map(digits.value, points), n)}."
    ]
    rows: list[tuple[Any, ...]] = []
    modes: list[Mode] = []
    stopped = None
    step, left = 1, n
    while left > 1:
        point = tuple([r * step for r in steps])
        worth = digits.value(point)
        run, place = digits.first_carry(point, left)
        at = digits.of(point)
        sum_text = f"{total(at, digits.all_strides)} = {show(worth)}"
        rows.append((_point(digits, point), at, sum_text, run, leaf(run, worth, A.over)))
        lines.append(_run_text(digits, point, worth, run, left, place, A, step == 1))
        modes.append((run, point, worth))
        goes_on = digits.value(tuple([r * run for r in point])) == worth * run
        if run < left and (goes_on or left % run):
            stopped = index * step * run, None if goes_on else worth * run
            lines.append(_stop_text(left, run, goes_on))
            break
        step, left = step * run, left // run
    found = None
    if stopped is None and _first_sum(digits, modes) is None:
        found = layout_of([(run, worth) for run, _, worth in modes], A.over)
    elif stopped is None:
        lines.append("Whether these modes carry when they go together is seen below.")
    claims: list[tuple[Any, ...]] = []
    if found is not None:
        claims.append(("composed", A, layout_of([(n, d)], B.over), found))
    if B.over is Z and d > 0 and A.over is Z:
        claims += [("value", A, point[0], digits.value(point)) for point in (*points, *[mode[1] for mode in modes])]
    columns = ("step", "in digits of A", "worth", "steps", "mode")
    return Step(title, "\n".join(lines), columns, tuple(rows), (A, B), found, tuple(claims)), modes, stopped


def _still(A: Layout, B: Layout, n: int, title: str) -> Step:
    """Tell that a leaf of extent 1 or stride 0 does not move."""
    why = "Its only digit is 0" if n == 1 else "Its stride is 0, so it stays where it is"
    after = layout_of([(n, A.over.zero)], A.over)
    return Step(title, f"{why}: {after}.", before=(A, B), after=after)


def _point(digits: Digits, point: Sequence[int]) -> Any:
    return point[0] if digits.paths == ((),) else digits.show(point)


def _run_text(
    digits: Digits, point: Sequence[int], worth: Any, run: int, left: int, place: int, A: Layout, first: bool
) -> str:
    begin = "From 0 on," if first else "Then"
    carry = "with no carry to the end"
    if run < left:
        carry = f"for the next, {digits.show([r * run for r in point])}, carries into place {place}"
    mode = leaf(run, worth, A.over)
    return f"{begin} {_steps(run, digits.show(point))} fit, {carry}. Each is worth {show(worth)}: mode {mode}."


def _steps(run: int, of: str) -> str:
    return f"{run} step{'s' * (run != 1)} of {of}"


def _stop_text(left: int, run: int, goes_on: bool) -> str:
    if goes_on:
        return "The value goes on evenly all the same: carries out of different digits cancel, and no rule decides."
    return f"{run} does not divide {left}, so this mode cannot end here, and cannot go on."


# -- all modes together ------------------------------------------------------------------------------------------------


def _sums(digits: Digits, known: list[Mode]) -> list[tuple[int, tuple[int, ...], int]]:
    """Return (place, remainders of the steps, their largest sum) for each place."""
    found = []
    for a, places in enumerate(digits.places):
        for p in places[1:]:
            rests = tuple([point[a] % p for _, point, _ in known])
            found.append((p, rests, sum([(run - 1) * rest for (run, _, _), rest in zip(known, rests, strict=True)])))
    return found


def _first_sum(digits: Digits, known: list[Mode]) -> tuple[int, int] | None:
    """Return the first index at which steps of these modes carry together, and the place, or None."""
    extents = tuple([run for run, _, _ in known])
    found = [(first_reaching(extents, rests, p), p) for p, rests, _ in _sums(digits, known)]
    return min([(index, p) for index, p in found if index is not None], default=None)


def _together(call: Call, A: Layout, B: Layout, digits: Digits, known: list[Mode]) -> Steps:
    """Check that sums of steps of different modes do not carry; return how it ends, or None where it goes on."""
    rows = [(p, rests, largest, "yes" if largest >= p else "no") for p, rests, largest in _sums(digits, known)]
    found = _first_sum(digits, known)
    columns = ("place", "steps modulo the place", "largest sum", "carries")
    if found is None:
        if len(known) > 1:
            text = "No sum of remainders reaches its place. So nothing carries, and the values of the modes just add."
            if not rows:
                text = "A has no digit that could carry into another. So the values of the modes just add."
            yield Step("All modes together", text, columns if rows else (), tuple(rows), (A, B))
        return None
    index, p = found
    shown = [_steps(run, digits.show(point)) for run, point, _ in known]
    modes = ", ".join(shown if len(shown) <= 6 else [*shown[:5], "..."])
    text = f"The modes are fine one by one ({modes}), but a sum of them can carry into place {p}."
    yield Step("All modes together", text, columns, tuple(rows), (A, B))
    point, would, chosen = [0] * len(digits.places), A.over.zero, []
    rest = index
    for run, steps, worth in known:
        rest, digit = divmod(rest, run)
        point = [n + digit * r for n, r in zip(point, steps, strict=True)]
        would = would + worth * digit
        chosen.append(digit)
    if digits.value(point) == would:
        text = f"At index {index} a sum carries and the value is {show(would)} all the same: the carries cancel."
        yield Step("Carries that cancel", text, before=(A, B))
        return (yield from _by_values(call, A, B))
    parts = f"The modes give {total(chosen, [worth for _, _, worth in known])} = {show(would)} there. "
    yield _refused_step(A, B, digits, index, would, parts)
    return Refused(index)


def _refused_step(A: Layout, B: Layout, digits: Digits, index: int, would: Any, parts: str) -> Step:
    at = [0] * len(digits.places)
    rest = index
    for k, s in enumerate(B._s):
        rest, digit = divmod(rest, s)
        at = [n + digit * row[k] for n, row in zip(at, digits.steps, strict=True)]
    value = digits.value(at)
    split = digits.of(at)
    text = (
        f"B({index}) = {digits.show(at)}, which is {show(split)} in the digits of A, so that the value is "
        f"{total(split, digits.all_strides)} = {show(value)}. {parts}\n"
        f"A layout that is right before index {index} has {show(would)} there, for its parts add. {show(value)} is not "
        f"{show(would)}: no layout is A o B."
    )
    claims: list[tuple[Any, ...]] = [("value", B, index, B(index))]
    if B.over is Z:
        claims.append(("value", A, B(index), A(B(index))))
    return Step(f"Index {index} has no answer", text, before=(A, B), claims=tuple(claims))


def _by_values(call: Call, A: Layout, B: Layout) -> Steps:
    """Look at all points, as the operation does."""
    from ..algebra.carries import value_at

    claims = () if call.refusal is not None else (("composed", A, B, call.result),)
    yield by_looking(call, B.size, lambda i: value_at(A, B(i)), "Carries cancel in part of the values.", claims)
    if B.size > MOST_POINTS:
        return LOOKED
    if call.refusal is None:
        values = [value_at(A, B(i)) for i in range(B.size)]
        return LOOKED if from_values_over((A.over,), values, B.shape, "explain") == call.result else None
    return LOOKED
