"""Products: the complement on all numbers, the arrangement of the copies composed with it, and the grouping."""

from __future__ import annotations

from ..algebra.product import _in_order, _padded
from ..inttuple import clean, product
from ..joining import make_layout
from ..layout import Layout, read_layout
from ..linearity import is_carry_free, to_f2
from ..module import F2
from .call import LOOKED, Call, Refused
from .divide import regroup, split_modes
from .model import Step
from .words import show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .call import Steps

__all__ = ["derive"]


def derive(call: Call) -> Steps:
    """Explain the products and ``tile_to_shape``."""
    if call.operation == "tile_to_shape":
        return (yield from _tiled(call))
    A = read_layout(call["A"], call.operation)
    if call.operation in ("blocked_product", "raked_product"):
        return (yield from _paired(call, A, call["B"]))
    tiler = call["tiler"]
    pairs = yield from split_modes(A, tiler, _repeated, "")
    if isinstance(pairs, Refused):
        return pairs
    result = yield from regroup(call.operation, A, tiler, pairs)
    if call.refusal is not None:
        text = f"The copies along different modes meet: {call.refusal}."
        witness: Any = call.refusal.witness
        i, j = witness
        claims = (("value", result, i, result(i)), ("value", result, j, result(i)))
        yield Step("Copies collide", text, before=(result,), claims=claims)
        return Refused((i, j)) if result(i) == result(j) and i != j else LOOKED
    return result


def _repeated(A: Layout, tile: Any, where: str) -> Steps:
    """Explain (A, A* o B)."""
    from .explain import explain

    B = tile if isinstance(tile, Layout) else Layout(tile, 1)
    rest = explain("complement_minimal", A)
    text = "The complement of A tells where copies of A can begin: in its gaps, then behind it."
    yield Step(f"Complement of A{where}", text, before=(A,), after=rest.result, inner=rest)
    if rest.refusal is not None:
        return Refused(rest.refusal.witness)
    copies = explain("composition", rest.result, B)
    text = f"Copy j begins at B(j) in that complement, B = {show(B)}."
    claims = () if copies.refusal is not None else (("composed", rest.result, B, copies.result),)
    yield Step(f"Arrange the copies{where}", text, (), (), (rest.result, B), copies.result, claims, copies)
    if copies.refusal is not None:
        return Refused(copies.refusal.witness)
    found = copies.result
    if found.over is not A.over:
        clash = next((part for part in (A, found) if part.over is not F2 and not is_carry_free(part)), None)
        if clash is not None:
            inner = explain("to_f2", clash)
            yield Step(f"Two modules{where}", "One part needs F2, and the other carries.", before=(clash,), inner=inner)
            return LOOKED if inner.refusal is None else Refused(inner.refusal.witness)
        A, found = to_f2(A), to_f2(found)
        yield Step(f"One module{where}", "The parts live over Z and F2; both are read over F2.", before=(A, found))
    both = make_layout(A, found)
    text = "Mode 0 is the copy, mode 1 walks from copy to copy."
    yield Step(f"Copy and arrangement{where}", text, before=(A, found), after=both)
    return both


def _paired(call: Call, A: Layout, B: Any) -> Steps:
    tiler = B if isinstance(B, Layout) else Layout(B, 1)
    rank = max(A.rank, tiler.rank)
    first, second = _padded(A, rank), _padded(tiler, rank)
    if A.rank != tiler.rank:
        text = f"Both get {rank} modes; the shorter one is filled up with 1:0."
        yield Step("Same rank", text, before=(A, tiler), after=make_layout(first, second))
    both = yield from _repeated(first, second, "")
    if isinstance(both, Refused):
        return both
    raked = call.operation == "raked_product"
    pairs = list(zip(both[1], both[0], strict=True) if raked else zip(both[0], both[1], strict=True))
    result = make_layout(*[make_layout(x, y) for x, y in pairs])
    order = "(arrangement, copy): the copies interleave" if raked else "(copy, arrangement): blocks side by side"
    rows = tuple([(k, x, y) for k, (x, y) in enumerate(pairs)])
    yield Step("Pair the modes", f"Mode i is {order}.", ("mode", "first", "second"), rows, (both,), result)
    return result


def _tiled(call: Call) -> Steps:
    from .explain import explain

    A, order = call["A"], call["order"]
    shape = clean(call["shape"])
    rows, repeats, stopped = [], [], None
    for k, part in enumerate(shape if isinstance(shape, tuple) else (shape,)):
        extent, own = product(part), A[k].size if k < A.rank else 1
        if extent < 1 or extent % own:
            rows.append((k, extent, own, "does not divide"))
            stopped = extent, own
            break
        repeats.append(extent // own)
        rows.append((k, extent, own, f"{extent // own} copies"))
    yield Step(
        "Count the copies",
        "Each mode is repeated until it has its extent.",
        ("mode", "wanted", "of A", ""),
        tuple(rows),
        (A,),
    )
    if stopped is not None:
        return Refused(stopped)
    arrangement = _in_order(repeats, order)
    text = (
        "The copies fill the first mode first."
        if order is None
        else f"The copies fill the modes in the order {show(order)}."
    )
    yield Step("Order the copies", text, after=arrangement)
    inner = explain("blocked_product", A, arrangement)
    yield Step("Blocked product", before=(A, arrangement), after=inner.result, inner=inner)
    return inner.result if inner.refusal is None else Refused(inner.refusal.witness)
