"""How neighbouring leaves merge: s:d and t:(s*d) say together what (s*t):d says."""

from __future__ import annotations

from ..joining import make_layout
from ..layout import Layout, read_layout, trusted
from .call import Call
from .model import Step
from .words import layout_of, leaf, show, values_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .call import Steps

__all__ = ["derive", "merge"]


def derive(call: Call) -> Steps:
    """Explain ``coalesce``."""
    L = read_layout(call["layout"], "coalesce")
    return (yield from _by_profile(L, call["profile"], "the layout"))


def _by_profile(L: Layout, profile: Any, where: str) -> Steps:
    if profile is None:
        yield Step(f"Leave {where} alone", "The profile has None here.", before=(L,), after=L)
        return L
    if not isinstance(profile, tuple):
        return (yield from merge(L, "" if where == "the layout" else f" of {where}"))
    parts = []
    for k, part in enumerate(profile):
        name = f"mode {k}" if where == "the layout" else f"{where}.{k}"
        parts.append((yield from _by_profile(L[k], part, name)))
    rest = [L[k] for k in range(len(profile), L.rank)]
    result = make_layout(*parts, *rest)
    text = "The modes are put together again."
    if rest:
        text += f" The profile ends after {len(profile)}; what follows stays as it is."
    yield Step(f"Join {where}", text, before=(*parts, *rest), after=result, claims=(("same", L, result),))
    return result


def merge(L: Layout, place: str = "") -> Steps:
    """Go through the leaves of a layout and merge what merges."""
    modes: list[tuple[int, Any]] = []
    rows = []
    for s, d in zip(L._s, L._d, strict=True):
        action, why = _one(modes, s, d, L)
        rows.append((s, d, action, why))
    result = layout_of(modes, L.over) if modes else trusted(1, L.over.zero, L.over)
    text = f"The values are {values_of(L)}.\nNeighbours s:d and t:e merge to (s*t):d where e = s*d. Extents 1 go."
    if not modes:
        text += " Nothing is left, which is written 1:0."
    claims = (("same", L, result),)
    columns = ("extent", "stride", "what happens", "why")
    yield Step(f"Go through the leaves{place}", text, columns, tuple(rows), (L,), result, claims)
    return result


def _one(modes: list[tuple[int, Any]], s: int, d: Any, L: Layout) -> tuple[str, str]:
    """Take one more leaf into ``modes``; return what happens and why."""
    if s == 1:
        return "goes", "its only digit is 0"
    if not modes:
        modes.append((s, d))
        return "start", f"mode {leaf(s, d, L.over)}"
    t, e = modes[-1]
    follow = e * t
    if d == follow:
        modes[-1] = (t * s, e)
        return "merges", f"{show(d)} = {t}*{show(e)}: now {leaf(t * s, e, L.over)}"
    modes.append((s, d))
    return "stays", f"{show(d)} is not {t}*{show(e)} = {show(follow)}: mode {leaf(s, d, L.over)}"
