"""Division: a complement, a composition, and for the other forms a regrouping of the modes."""

from __future__ import annotations

from ..algebra.complement import is_complementable
from ..algebra.divide import _repeated, _uneven, by_mode, flat, tiled, zipped
from ..codomain import coprofile
from ..inttuple import product
from ..joining import make_layout
from ..layout import Layout
from ..module import Zn
from .call import Call, Refused
from .model import Step
from .words import show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .call import Steps

    Parts = list[tuple[Layout, Any, Layout]]  # a mode, its tile, the pair of (tile, rest)

__all__ = ["FORMS", "derive", "regroup", "split_modes"]

FORMS: dict[str, tuple[Callable[..., Layout], str]] = {
    "logical": (by_mode, "each mode as (tile, rest)"),
    "zipped": (zipped, "(tiles, rests)"),
    "tiled": (tiled, "(tiles, rest, rest, ...)"),
    "flat": (flat, "(tile, tile, ..., rest, rest, ...)"),
}


def derive(call: Call) -> Steps:
    """Explain the four divisions."""
    A, tiler, strict = call["A"], call["tiler"], call["strict"]

    def split(A: Layout, tile: Any, where: str) -> Steps:
        return (yield from _divided(A, tile, strict, where))

    parts = yield from split_modes(A, tiler, split, "")
    return parts if isinstance(parts, Refused) else (yield from regroup(call.operation, A, tiler, parts))


def split_modes(A: Layout, tiler: Any, split: Callable[..., Steps], where: str) -> Steps:
    """Split A by one tile, or each mode by its own; return {path: pair} in the order of the tiler, or a refusal."""
    if tiler is None:
        yield Step(
            f"Leave mode {where} alone" if where else "Leave A alone", "None in the tiler.", before=(A,), after=A
        )
        return []
    if not isinstance(tiler, tuple):
        pair = yield from split(A, tiler, f", mode {where}" if where else "")
        return pair if isinstance(pair, Refused) else [pair]
    found: list[Layout] = []
    for k, tile in enumerate(tiler):
        pairs = yield from split_modes(A[k], tile, split, f"{where}.{k}" if where else str(k))
        if isinstance(pairs, Refused):
            return pairs
        found += pairs
    return found


def _divided(A: Layout, tile: Any, strict: bool, where: str) -> Steps:
    from .explain import explain

    B = tile if isinstance(tile, Layout) else Layout(tile, 1)
    target = _box(A.shape, coprofile(B._d)) if B.over is Zn else A.size
    rest = explain("complement", B, target)
    text = f"The tile B = {show(B)} takes some indices of {show(A)}. "
    text += f"Its complement in {show(target)} tells where tiles begin."
    yield Step(f"Complement of the tile{where}", text, before=(B,), after=rest.result, inner=rest)
    if rest.refusal is not None:
        return Refused(rest.refusal.witness)
    both = make_layout(B, rest.result)
    yield Step(
        f"Tile and rest{where}",
        "Side by side: mode 0 walks in a tile, mode 1 from tile to tile.",
        before=(B, rest.result),
        after=both,
    )
    if strict and not is_complementable(B, target):
        error = _uneven(A, B, both, target)
        yield Step(f"The tile does not divide{where}", f"{error}.", before=(A, both))
        return Refused(error.witness)
    pair = _repeated(B) if strict else None
    if pair is not None:
        text = f"With strict each index is there once, but the tile has {show(B(pair[0]))} at {pair[0]} and {pair[1]}."
        claims = (("value", B, pair[0], B(pair[0])), ("value", B, pair[1], B(pair[0])))
        yield Step(f"The tile takes an index twice{where}", text, before=(B,), claims=claims)
        return Refused(pair)
    composed = explain("composition", A, both)
    text = "Both are indices of A; composing gives the values there."
    done: tuple[Any, ...] = () if composed.refusal is not None else (("composed", A, both, composed.result),)
    yield Step(f"Compose{where}", text, before=(A, both), after=composed.result, inner=composed, claims=done)
    return composed.result if composed.refusal is None else Refused(composed.refusal.witness)


def _box(shape: Any, profile: Any) -> Any:
    """Return the extents of ``shape`` on the axes that coordinates of the form ``profile`` have."""
    if not isinstance(profile, tuple) or not isinstance(shape, tuple):
        return product(shape)
    return tuple([_box(part, profile[k] if k < len(profile) else 0) for k, part in enumerate(shape)])


def regroup(operation: str, A: Layout, tiler: Any, pairs: list[Layout]) -> Steps:
    """Put the pairs into the form of the operation."""
    name, _, kind = operation.partition("_")
    form, shown = FORMS[name]
    source = iter(pairs)
    result = form(A, tiler, lambda part, tile: next(source))  # noqa: ARG005 - each split is known already
    if result in pairs and name in ("logical", "zipped"):
        return result
    words = shown if kind == "divide" else shown.replace("tile", "copy").replace("rest", "arrangement")
    text = f"The {name} form: {words}. The values are the same."
    yield Step("Regroup", text, before=tuple(pairs), after=result)
    return result
