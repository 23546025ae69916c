"""The value of a map at a coordinate: digits, products, sum; and slices, where only some digits are fixed."""

from __future__ import annotations

from ..composed import ComposedLayout, Swizzle
from ..inttuple import leaves, select_kept, to_int
from ..layout import Layout, read_layout, trusted
from ..module import F2, Z, Zn, clmul
from .call import LOOKED, Call
from .columns import set_bits
from .digits import taken_apart
from .model import Step
from .words import binary, show, total

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .call import Steps

__all__ = ["derive"]


def derive(call: Call) -> Steps:
    """Explain ``evaluate`` and ``slice_and_offset``."""
    if call.operation == "slice_and_offset":
        return (yield from _sliced(read_layout(call["layout"], "slice"), call["coordinate"]))
    f, coordinate = call["f"], call["coordinate"]
    point = coordinate[0] if len(coordinate) == 1 else coordinate
    return (yield from _evaluated(call, f, point))


def _evaluated(call: Call, f: Any, point: Any) -> Steps:
    if isinstance(f, Swizzle):
        return (yield from _swizzled(f, to_int(point)))
    keeps = _keeps(point)
    if isinstance(f, Layout):
        if keeps:
            return (yield from _sliced(f, point))[0]
        return (yield from _value(f, point))
    if keeps:
        text = "The first map of the chain is sliced; the value at the fixed digits goes into the offset."
        yield Step("Slice inside", text, before=(f,), after=call.result)
        return LOOKED
    return (yield from _along(f, point))


def _keeps(point: Any) -> bool:
    return any(map(_keeps, point)) if isinstance(point, tuple) else point is None


def _along(f: ComposedLayout, point: Any) -> Steps:
    """Follow a chain: the first map, the offset, the last map."""
    from .explain import explain

    inner = explain("evaluate", f.inner, point)
    yield Step("The first map", before=(f.inner,), after=inner.result, inner=inner)
    value = inner.result
    if f.offset:
        moved = ComposedLayout(None, f.offset, f.inner)(point)
        yield Step("The offset", f"{show(value)} plus the offset {show(f.offset)} is {show(moved)}.", after=moved)
        value = moved
    if f.outer is None:
        return value
    if isinstance(value, tuple) and isinstance(f.outer, Layout):
        from ..algebra.carries import value_at

        result = value_at(f.outer, value)
        yield Step("The last map", f"{f.outer} at {show(value)} is {show(result)}.", before=(f.outer,), after=result)
        return result
    last = explain("evaluate", f.outer, value)
    yield Step("The last map", before=(f.outer,), after=last.result, inner=last)
    return last.result


def _value(L: Layout, point: Any) -> Steps:
    if not isinstance(point, tuple) and to_int(point) < 0 and len(L._s) > 1:
        yield Step(
            "A negative index", f"{L} is one mode, so a negative digit has a value: {show(L(point))}.", before=(L,)
        )
        return L(point)
    natural = yield from taken_apart(point, L.shape)
    digits = list(leaves(natural))
    strides = list(L._d)
    result = L(natural)
    if L.over is F2:
        return (yield from _xored(L, digits, result))
    products = tuple([d * c for c, d in zip(digits, strides, strict=True)])
    rows = tuple([(k, c, d, p) for k, (c, d, p) in enumerate(zip(digits, strides, products, strict=True))])
    text = f"{total(digits, strides)} = {show(result)}."
    if L.over is Zn:
        text += " Each axis adds by itself."
    claims: list[tuple[Any, ...]] = [("value", L, natural, result)]
    if L.over is Z:
        claims.append(("sum", products, result))
    headings = ("leaf", "digit", "stride", "product")
    yield Step("Digits times strides", text, headings, rows, (L,), result, tuple(claims))
    return result


def _xored(L: Layout, digits: list[int], result: int) -> Steps:
    products = tuple([clmul(c, d) for c, d in zip(digits, L._d, strict=True)])
    width = max([p.bit_length() for p in products], default=1)
    rows = []
    for k, (c, d, p) in enumerate(zip(digits, L._d, products, strict=True)):
        shifted = " ^ ".join([str(d << j) for j in set_bits(c)]) or "0"
        rows.append((k, c, binary(c, 1), d, shifted, binary(p, width)))
    text = (
        "Over F2, bit j of a digit contributes its stride shifted by j, and everything adds by XOR: "
        f"{' ^ '.join(map(str, products)) or '0'} = {result}."
    )
    headings = ("leaf", "digit", "its bits", "stride", "product", "binary")
    claims = (("xor", products, result),)
    yield Step("Digits times strides, carry-less", text, headings, tuple(rows), (L,), result, claims)
    return result


def _swizzled(S: Swizzle, x: int) -> Steps:
    """Draw the bits of a number through a swizzle."""
    low, target = S.base + max(S.shift, 0), S.base + max(-S.shift, 0)
    result = S(x)
    if x < 0:
        yield Step("XOR", f"{x} is negative; its bits go on to the left without end: {result}.", after=result)
        return result
    source, moved = x & S.source, x ^ result
    width = max(x.bit_length(), result.bit_length(), low + S.bits, target + S.bits)
    way = f"{abs(S.shift)} to the {'right' if S.shift >= 0 else 'left'}"
    reads = f"It reads bits {low} to {low + S.bits - 1} and writes bits {target} to {target + S.bits - 1}."
    if S.bits < 2:
        reads = f"It reads bit {low} and writes bit {target}." if S.bits else "It has no bits, and moves nothing."
    rows = (
        ("number", _ruler(x, width, 0, width), x),
        ("bits that are read", _ruler(x, width, low, S.bits), source),
        (f"moved {way}", _ruler(moved, width, target, S.bits), moved),
        ("XOR", _ruler(result, width, 0, width), result),
    )
    claims = (("xor", (x, moved), result), ("value", S, x, result))
    yield Step("The bits", reads, ("", f"bit {width - 1} .. 0", "value"), rows, (S,), result, claims)
    return result


def _ruler(value: int, width: int, start: int, count: int) -> str:
    """Return the bits of a number, with dots outside the window."""
    return "".join([str(value >> k & 1) if start <= k < start + count else "." for k in reversed(range(width))])


def _sliced(L: Layout, point: Any) -> Steps:
    """Tell which modes are kept and what the fixed ones are worth; (layout, offset)."""
    if point is None:
        yield Step("Keep everything", "None stands for the whole layout.", before=(L,), after=L)
        return L, L(0)
    if not isinstance(point, tuple):
        offset = yield from _value(L, point)
        empty = trusted((), (), Z)
        yield Step("Nothing is kept", f"The whole coordinate is fixed: {show(empty)} is left, at {show(offset)}.")
        return empty, offset
    rows: list[tuple[Any, ...]] = []
    _rows(L, point, "", rows)
    kept = trusted(select_kept(point, L.shape), select_kept(point, L.stride), L.over)
    fixed = _filled(point)
    offset = L(fixed)
    plus = "XOR" if L.over is F2 else "plus"
    text = (
        f"None keeps a mode, a number fixes it. The fixed ones are worth {show(offset)}, the value at {show(fixed)}; "
        f"the slice is {show(kept)}, {plus} that."
    )
    claims = (("value", L, fixed, offset),)
    yield Step("Kept and fixed", text, ("mode", "entry", "part", "it is"), tuple(rows), (L,), kept, claims)
    return kept, offset


def _rows(L: Layout, point: Any, where: str, rows: list[tuple[Any, ...]]) -> None:
    for k, part in enumerate(point):
        name = f"{where}.{k}" if where else str(k)
        if isinstance(part, tuple):
            _rows(L[k], part, name, rows)
        elif part is None:
            rows.append((name, "None", L[k], "kept"))
        else:
            rows.append((name, show(part), L[k], f"fixed, worth {show(L[k](part))}"))


def _filled(point: Any) -> Any:
    """Return the coordinate with 0 for None."""
    return tuple([_filled(part) for part in point]) if isinstance(point, tuple) else (0 if point is None else point)
