"""Questions about functions: why no two indices collide, or which do; which value is missed."""

from __future__ import annotations

from ..algebra.injective import collision
from ..layout import Layout, chain, read_layout
from ..module import F2, Zn
from .call import LOOKED, MOST_POINTS, Call, Refused
from .elimination import reduced
from .model import Step
from .words import leaf, show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .call import Steps

__all__ = ["derive"]


def derive(call: Call) -> Steps:
    """Explain ``is_injective``, ``collision``, ``missed_value`` and ``is_bijective``."""
    L = read_layout(call["layout"], call.operation)
    if call.operation in ("is_injective", "collision"):
        pair = yield from _collision(L)
        if pair is LOOKED:
            return LOOKED
        return pair is None if call.operation == "is_injective" else pair
    if call.operation == "missed_value":
        return (yield from _missed(L))
    return (yield from _bijective(L))


def _collision(L: Layout) -> Steps:
    if L.over is F2:
        yield from reduced(L)
        return (yield from _pair(L, "The rank is the number of bits: no index but 0 is sent to 0."))
    if L.over is Zn:
        strides = chain(L)[1]
        units = [list(d.terms()) for d in strides]
        text = f"The strides {show(strides)} move on axes of their own kind; each axis adds by itself."
        yield Step("Coordinates", text, before=(L,))
        alone = all([len(t) == 1 for t in units]) and len({t[0][0] for t in units}) == len(units)
        if alone:
            return (yield from _pair(L, "Each digit has an axis of its own, so different digits are different values."))
        return (yield from _pair(L, "The axes put side by side, no difference of digits adds up to 0.", False))
    clear = yield from _spans(L)
    why = "Every stride is larger than all that the smaller ones can reach, so a larger digit is never made up for."
    if not clear:
        why = "A bounded search over all differences of digits found none that adds up to 0."
    return (yield from _pair(L, why, clear))


def _spans(L: Layout) -> Steps:
    """Compare each stride with what the smaller ones reach."""
    rows, span, clear = [], 0, True
    extents, strides, _ = chain(L)
    for d, s in sorted([(abs(d), s) for s, d in zip(extents, strides, strict=True) if s > 1]):
        good = d > span
        clear = clear and good
        rows.append((leaf(s, d), span, "clears it" if good else f"{d} is not above {span}", span + d * (s - 1)))
        span += d * (s - 1)
    text = "In ascending order, each stride against the largest value that the smaller ones reach together."
    if not clear:
        text += " Not every stride clears it, which alone does not decide."
    yield Step("Strides and spans", text, ("mode", "reach below", "stride", "reach"), tuple(rows), (L,))
    return clear


def _pair(L: Layout, why: str, ruled: bool = True) -> Steps:
    pair = collision(L)
    claims: tuple[tuple[object, ...], ...] = ()
    if pair is None:
        if L.size <= MOST_POINTS:
            claims = (("injective", L, True),)
        title = "No two indices collide" if ruled else "No two indices collide, by search"
        yield Step(title, why, before=(L,), claims=claims)
        return pair
    i, j = pair
    claims = (("value", L, i, L(i)), ("value", L, j, L(i)))
    text = f"The indices {i} and {j} both have the value {show(L(i))}. No pair with a smaller later index does."
    yield Step("Two indices collide", text, before=(L,), claims=claims)
    return pair


def _missed(L: Layout) -> Steps:
    if L.over is Zn:
        yield Step("No natural numbers", "The values are coordinates; no number is missed among them.")
        return Refused(None)
    place = 1
    for s, d in zip(L._s, L._d, strict=True):
        if d < 0 and s > 1:
            text = f"At index {place} the value is {d}; what is missed is asked of natural numbers only."
            yield Step("A negative value", text, before=(L,), claims=(("value", L, place, d),))
            return Refused(place)
        place *= s
    if L.over is F2:
        basis = yield from reduced(L)
        tops = sorted([vector.bit_length() - 1 for vector in basis])
        missed = next((1 << k for k, top in enumerate(tops) if top != k), None)
        text = f"The top bits are {show(tuple(tops))}. "
        text += "They are the lowest ones, without a gap." if missed is None else f"{missed} is not among the values."
        yield Step("Top bits", text, before=(L,), claims=() if missed is None else (("missed", L, missed),))
        return missed
    rows, reached, missed = [], 0, None
    for d, s in sorted([(d, s) for s, d in zip(L._s, L._d, strict=True) if d and s > 1]):
        if d > reached + 1:
            missed = reached + 1
            rows.append((leaf(s, d), reached, f"{d} is more than {reached} + 1"))
            break
        rows.append((leaf(s, d), reached, f"reaches {reached + d * (s - 1)} without a hole"))
        reached += d * (s - 1)
    text = "The smaller strides reach up to r without a hole. The next one must be at most r + 1 to go on."
    text += " All do." if missed is None else f" {missed} is missed."
    claims = () if missed is None else (("missed", L, missed),)
    yield Step("Strides and reach", text, ("mode", "r", "so it"), tuple(rows), (L,), None, claims)
    return missed


def _bijective(L: Layout) -> Steps:
    if L.over is Zn:
        yield Step("Coordinates", "The values are coordinates, not numbers 0 .. size-1.", before=(L,))
        return Refused(None)
    low, high = L.bounds()
    text = f"There are {L.size} indices; the values go from {low} to {high}."
    yield Step("Count", text, before=(L,))
    if (low, high) != (0, L.size - 1):
        text = f"A bijection onto 0 .. {L.size - 1} has exactly these bounds; this has not."
        yield Step("The bounds differ", text, before=(L,))
        return False
    missed = yield from _missed(L)
    text = "As many values as indices and none missed: each is taken once."
    if missed is not None:
        text = f"{missed} is missed."
    claims = (("filled", L, L.size),) if missed is None and L.size <= MOST_POINTS else ()
    yield Step("Onto", text, before=(L,), claims=claims)
    return missed is None
