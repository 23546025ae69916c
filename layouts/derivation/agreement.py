"""``equal`` and ``difference``: the modes or the bit images side by side, up to the first that differs."""

from __future__ import annotations

from ..layout import Layout, chain
from ..linearity import first_carry
from ..module import Z, Zn
from .call import LOOKED, Call
from .model import Step
from .words import leaf, show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .call import Steps

__all__ = ["derive"]


def derive(call: Call) -> Steps:
    """Explain ``equal`` and ``difference``."""
    a, b = _plain(call["a"]), _plain(call["b"])
    if not isinstance(a, Layout) or not isinstance(b, Layout):
        text = "One of them is a chain without a shape:stride form. The values are compared one by one."
        yield Step("Decided by looking at all values", text, before=(a, b))
        return LOOKED
    if (a.over is Zn) != (b.over is Zn):
        text = "One gives coordinates, the other numbers: they differ at once."
        yield Step(
            "Coordinates and numbers", text, before=(a, b), claims=(("value", a, 0, a(0)), ("value", b, 0, b(0)))
        )
        index: int | None = 0
    elif a.over is b.over and a.over in (Z, Zn):
        index = yield from _by_modes(a, b)
    else:
        index = yield from _by_bits(a, b)
        if index is LOOKED:
            return LOOKED
    if index is not None and index < min(a.size, b.size):
        text = f"At index {index} one has {show(a(index))}, the other {show(b(index))}, and before it they agree."
        claims = (("value", a, index, a(index)), ("value", b, index, b(index)))
        yield Step("Where they part", text, before=(a, b), claims=claims)
    elif index is not None:
        yield Step(
            "Where they part", f"They agree as far as both go; only one of them has index {index}.", before=(a, b)
        )
    else:
        yield Step("The same function", "Nothing differs.", before=(a, b), claims=(("same", a, b),))
    return index is None if call.operation == "equal" else index


def _plain(value: Any) -> Any:
    known = getattr(value, "as_layout", None)
    found = None if known is None else known()
    return value if found is None else found


def _short(L: Layout) -> list[tuple[int, Any]]:
    return [(s, d) for s, d in zip(*chain(L)[:2], strict=True) if s > 1]


def _by_modes(a: Layout, b: Layout) -> Steps:
    """Compare coalesced modes: equal functions have equal ones."""
    first, second = _short(a), _short(b)
    rows, found, index = [], None, 1
    for k in range(max(len(first), len(second))):
        x = first[k] if k < len(first) else None
        y = second[k] if k < len(second) else None
        same = x == y
        rows.append(
            (index, leaf(*x, a.over) if x else "-", leaf(*y, b.over) if y else "-", "same" if same else "differs")
        )
        if same and x is not None:
            index *= x[0]
            continue
        if x is None or y is None or x[1] != y[1]:
            found = index
        else:
            found = index * min(x[0], y[0])
        break
    text = "Coalesced, equal functions have the same modes, for each mode is as long as its stride goes on evenly."
    yield Step("The coalesced modes", text, ("from index", "first", "second", ""), tuple(rows), (a, b))
    return found


def _by_bits(a: Layout, b: Layout) -> Steps:
    """Compare the images of the bits; where one side adds and the other XORs, look for a carry."""
    if any([s & (s - 1) for L in (a, b) for s, _ in _short(L)]):
        text = "An extent is no power of two, so that bits of the index alone do not decide."
        yield Step("Decided by looking at the values", text, before=(a, b))
        return LOOKED
    bits = min(a.size, b.size).bit_length() - 1
    rows, images, found = [], [], None
    for k in range(bits):
        x, y = a(1 << k), b(1 << k)
        rows.append((1 << k, x, y, "same" if x == y else "differs"))
        if x != y:
            found = 1 << k
            break
        images.append(x)
    text = "A map that is linear over F2 is known by its values at 1, 2, 4, ..."
    yield Step("The images of the bits", text, ("index", "first", "second", ""), tuple(rows), (a, b))
    candidates = [] if found is None else [found]
    if a.size != b.size:
        candidates.append(min(a.size, b.size))
    pair = first_carry(tuple(images)) if a.over is not b.over else None
    if pair is not None:
        x, y = pair
        candidates.append((1 << x) + (1 << y))
        v, w = images[x], images[y]
        text = f"The images {v} and {w} share a bit: their sum is {v + w}, their XOR {v ^ w}."
        yield Step("One adds, the other XORs", text, before=(a, b))
    elif a.over is not b.over and found is None:
        yield Step("One adds, the other XORs", "No two images share a bit, so both are the same.", before=(a, b))
    return min(candidates, default=None)
