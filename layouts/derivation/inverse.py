"""Inverses: the chain of strides from 1 on over Z, elimination over F2, and the equations where neither tells."""

from __future__ import annotations

from ..algebra.coalesce import coalesce
from ..algebra.injective import collision, missed_value
from ..codomain import coprofile
from ..layout import Layout, chain, read_layout, trusted
from ..linearity import bit_images, from_images, from_modes
from ..module import F2, Z, Zn
from .call import LOOKED, MOST_POINTS, Call, Refused
from .complement import _paths
from .elimination import reduced, solved
from .model import Step
from .words import layout_of, leaf, listed, show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .call import Steps

    Mode = tuple[int, int, int]  # stride, extent, index of the unit digit

__all__ = ["derive"]


def derive(call: Call) -> Steps:
    """Explain ``right_inverse``, ``left_inverse`` and ``inverse``."""
    L = read_layout(call["layout"], call.operation)
    if L.over is Zn:
        return (yield from _by_axis(call, L))
    if L.over is F2:
        return (yield from _over_f2(call, L))
    modes = [(d, s, place) for s, d, place in zip(*chain(L), strict=True)]
    yield _digits_step(L, modes)
    if call.operation == "left_inverse":
        found = yield from _left_chain(modes)
        negative = _first_negative(modes)
        if negative is not None:
            return (yield from _no_index(L, negative))
        return (yield from _equations(call, L)) if found is None else (yield from _joined(L, found, "left"))
    found = yield from _right_chain(L, modes)
    result = yield from _joined(L, found, "right")
    return result if call.operation == "right_inverse" else (yield from _both(L, result))


def _digits_step(L: Layout, modes: list[Mode]) -> Step:
    rows = tuple([(d, s, place) for d, s, place in sorted([mode for mode in modes if mode[1] > 1])])
    text = "Each digit of A, by its stride: how many values it takes, and at which index its unit stands."
    claims = tuple([("value", L, place, d) for d, _, place in rows])
    return Step(
        "The digits of A, by stride", text, ("stride", "extent", "unit at index"), tuple(rows), (L,), None, claims
    )


def _joined(L: Layout, found: list[tuple[int, int]], side: str) -> Steps:
    result = coalesce(layout_of(found, Z)) if found else trusted(1, 0, Z)
    law = "A(R(i)) = i" if side == "right" else "A(L(A(i))) = A(i)"
    text = f"The modes {listed([leaf(s, d) for s, d in found])}, coalesced, satisfy {law}."
    if not found:
        text = f"There is no mode: 1:0, the index 0 alone, satisfies {law}."
    if side == "right":
        values = [result(i) for i in range(min(result.size, 12))]
        text += f" At the indices {listed(values, result.size)} A has {listed(map(L, values), result.size)}."
    claims = [("value", L, result(i), i) for i in range(min(result.size, 64) if side == "right" else 0)]
    if side == "left":
        back = [(L(i), result(L(i))) for i in range(min(L.size, 64))]
        claims = [*[("value", result, v, i) for v, i in back], *[("value", L, i, v) for v, i in back]]
    yield Step(f"The {side} inverse", text, before=(L,), after=result, claims=tuple(claims))
    return result


def _right_chain(L: Layout, modes: list[Mode], axis: str = "") -> Steps:
    """Follow the strides from 1; of equal strides the one counts that leads furthest."""
    best: dict[int, tuple[int, int, int]] = {}
    for stride, extent, place in sorted(modes, reverse=True):
        if stride > 0 and extent > 1:
            reach = best[stride * extent][0] if stride * extent in best else stride * extent
            if stride not in best or reach > best[stride][0]:
                best[stride] = reach, extent, place
    found, rows, reached = [], [], 1
    while reached in best:
        _, extent, place = best[reached]
        found.append((extent, place))
        rows.append((reached, leaf(extent, reached), leaf(extent, place), reached * extent))
        reached *= extent
    text = (
        "The value 1 must come from a stride 1. A digit of extent s and stride 1 gives the values below s; then the "
        f"stride s must follow, and so on. No stride is {reached}, so the chain ends"
        f"{'' if axis else f': the values 0 .. {reached - 1} are found'}."
    )
    columns = ("stride needed", "digit of A", "mode of R", "values below")
    yield Step(f"Follow the chain{axis}", text, columns, tuple(rows), (L,))
    return found


def _left_chain(modes: list[Mode], axis: str = "") -> Steps:
    """Follow all strides; return the modes, or None where the chain breaks."""
    ordered = sorted([mode for mode in modes if mode[0] != 0 and mode[1] > 1])
    found: list[tuple[int, int]] = []
    rows: list[tuple[Any, ...]] = []
    previous, extent, place = 1, 1, 0
    why = None
    for stride, own, index in ordered:
        span = previous * extent
        if stride < span or stride % previous:
            why = (
                f"is below {extent}*{previous} = {span}" if stride % previous == 0 else f"is no multiple of {previous}"
            )
            if stride < 0:
                why = "is negative"
            rows.append((stride, own, index, "-", why))
            break
        emitted = "-"
        if stride > previous:
            found.append((stride // previous, place))
            emitted = leaf(stride // previous, place)
        gap = f", {stride // previous - extent} more than needed" if stride > span else ""
        rows.append((stride, own, index, emitted, f"{stride} = {stride // previous}*{previous}{gap}"))
        previous, extent, place = stride, own, index
    if why is None:
        found.append((extent, place))
        rows.append(("end", "-", "-", leaf(extent, place), "the last digit keeps its extent"))
    text = (
        "In ascending order each stride must be a multiple of the one before and clear what that one spans. The value "
        "is taken apart by division: each step emits the mode (this stride / the one before):(unit of the one before)."
    )
    if why is not None:
        text += f" The stride {rows[-1][0]} {why}: the strides form no chain."
    columns = ("stride", "extent", "unit at index", "mode of L", "why")
    yield Step(f"Follow the chain{axis}", text, columns, tuple(rows))
    return found if why is None else None


def _first_negative(modes: list[Mode]) -> int | None:
    """Return the first index whose value is a negative stride, or None."""
    return min([place for d, s, place in modes if d < 0 and s > 1], default=None)


def _no_index(L: Layout, place: int) -> Steps:
    text = f"At index {place} the value is {show(L(place))}. A left inverse takes values as indices."
    yield Step("A negative value", text, before=(L,), claims=(("value", L, place, L(place)),))
    return Refused(place)


def _equations(call: Call, L: Layout) -> Steps:
    """Show what a left inverse must do, value by value, where the chain does not tell."""
    if L.size > MOST_POINTS:
        text = f"{L.size} values are too many to list. The operation itself decides."
        yield Step("The equations", text, before=(L,), after=call.result)
        return LOOKED
    where: dict[int, list[int]] = {}
    for i in range(L.size):
        where.setdefault(L(i), []).append(i)
    result = call.result
    rows = [(v, listed(found, most=6), "-" if result is None else result(v)) for v, found in sorted(where.items())]
    claims = tuple([("value", L, found[0], v) for v, found in sorted(where.items())][:64])
    end = f"{show(result)} does" if result is not None else "no layout does"
    text = (
        f"A left inverse must send each value back to an index that has it. All numeral systems were searched: {end}."
    )
    columns = ("value", "has index", "L gives")
    yield Step("Decided by looking at all values", text, columns, tuple(rows), (L,), result, claims)
    return LOOKED


def _both(L: Layout, result: Layout) -> Steps:
    """Decide whether a right inverse is an inverse."""
    if result.size == L.size:
        text = (
            f"It has {L.size} indices, as many as A, so each index of A is met once: it is the inverse on both sides."
        )
        yield Step("On both sides", text, before=(L,), after=result, claims=(("filled", L, L.size),))
        return result
    short = f"The right inverse has {result.size} of {L.size} indices."
    pair = collision(L)
    if pair is not None:
        i, j = pair
        text = f"{short} The indices {i} and {j} have one value, {show(L(i))}: it cannot be sent back to both."
        claims = (("value", L, i, L(i)), ("value", L, j, L(i)))
        yield Step("Two indices collide", text, before=(L,), claims=claims)
        return Refused(pair)
    low = L.bounds()[0]
    if low < 0:
        yield Step("A negative value", f"{short} A takes the value {low}, which is no index.", before=(L,))
        return Refused(low)
    missed = missed_value(L)
    text = f"{short} No index of A has the value {missed}, so the values are not 0 .. {L.size - 1}."
    yield Step("A value is missed", text, before=(L,), claims=(("missed", L, missed),))
    return Refused(missed)


# -- over F2 and Zn ----------------------------------------------------------------------------------------------------


def _over_f2(call: Call, L: Layout) -> Steps:
    from ..bits import BitMatrix

    basis = yield from reduced(L)
    images = bit_images(L)
    if call.operation == "left_inverse":
        columns = BitMatrix(images).pseudoinverse().columns
        rows, claims = [], []
        for bit, index in enumerate(columns):
            reached = solved(basis, 1 << bit) is not None
            rows.append((1 << bit, index, "a solution" if reached else "no value of A, or free to choose"))
            claims += [("value", L, index, 1 << bit)] if reached else []
        text = (
            "Put together from the basis, each unit value gets an index; units that complete the image are sent to 0."
        )
        yield Step("Solve for the units", text, ("value", "index", ""), tuple(rows), (L,), None, tuple(claims))
        result = from_images(columns, 1 << len(columns))
        yield Step("Gather the images", "The indices of the units are the bit images of the inverse.", after=result)
        return result
    columns_r: list[int] = []
    rows_r: list[tuple[Any, ...]] = []
    height = max([image.bit_length() for image in images], default=0)
    for bit in range(height):
        if solved(basis, 1 << bit) is None:
            rows_r.append((1 << bit, "-", "no index has it: the inverse ends"))
            break
        columns_r.append(BitMatrix(images).solve(1 << bit))
        rows_r.append((1 << bit, columns_r[-1], "the smallest index that has it"))
    claims_r = tuple([("value", L, index, 1 << k) for k, index in enumerate(columns_r)])
    text = "Put together from the basis, each unit value gets an index, as far as the units are values of A."
    yield Step("Solve for the units", text, ("value", "index", ""), tuple(rows_r), (L,), None, claims_r)
    result = from_images(tuple(columns_r), 1 << len(columns_r))
    yield Step("Gather the images", "The indices of the units are the bit images of the inverse.", after=result)
    return result if call.operation == "right_inverse" else (yield from _both(L, result))


def _by_axis(call: Call, L: Layout) -> Steps:
    if call.operation == "inverse":
        text = "The values are coordinates, not indices. A right inverse takes coordinates; use right_inverse."
        yield Step("No inverse over Zn", text, before=(L,), claims=(("value", L, 0, L(0)),))
        return Refused(None)
    left = call.operation == "left_inverse"
    on_axis: dict[tuple[int, ...], list[Mode]] = {}
    for s, d, place in zip(*chain(L), strict=True):
        terms = list(d.terms())
        if len(terms) > 1 and s > 1 and left:
            yield Step(
                "A stride that moves several axes", f"{d} is on no single axis, and no chain has it.", before=(L,)
            )
            return Refused(d)
        if len(terms) == 1:
            on_axis.setdefault(terms[0][0], []).append((terms[0][1], s, place))
    parts = []
    profile = coprofile(L._d)
    for path in _paths(profile, ()):
        name = f" on axis {'.'.join(map(str, path))}"
        modes = on_axis.get(path, [])
        found = (yield from _left_chain(modes, name)) if left else (yield from _right_chain(L, modes, name))
        if found is None:
            negative = _first_negative(modes)
            if negative is not None:
                return (yield from _no_index(L, negative))
            text = "No chain on this axis; the operation searched all numeral systems for it."
            yield Step("Decided by looking at all values", text, before=(L,), after=call.result)
            return LOOKED
        own = coalesce(layout_of(found, Z)) if found else trusted(1, 0, Z)
        parts.append([(s, d) for s, d in zip(own._s, own._d, strict=True) if s > 1])
    result = from_modes(parts, profile, Z)
    yield Step("Join the axes", "Each axis of the coordinate has its own modes.", before=(L,), after=result)
    return result
