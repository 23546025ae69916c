"""How data gets from one layout to another: where each bit of a place comes from, the steps, both tiles."""

from __future__ import annotations

from ...errors import LayoutError
from ..model import Arrow, Cell, Figure, Label, Links, Note
from ..palette import spread
from .parts import named
from .threads import held_by_linear, tile_grid

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["plan_figure"]

_TILE = 2**10
"""The most elements of the tiles that are drawn beside the arrows."""


def plan_figure(plan: Any, *, tiles: bool | None = None) -> Figure:
    """Return a plan of ``layouts.convert``: arrows from the bits of a place of the source to those of the destination.

    ``tiles`` draws who holds what before and after; unasked, where there are at most 1024 elements.
    """
    wanted = ("src", "dst", "pull", "classification", "cost", "steps")
    missing = next((name for name in wanted if not hasattr(plan, name)), None)
    if missing is not None:
        raise LayoutError(f"draw: {named(plan)} is no plan: it has no {missing}", plan)
    links = _links(plan.pull)
    lines = str(plan).split("\n")
    panels: list[tuple[Any, ...]] = [(links, Note("\n".join(lines[1:]), lines[0], True))]
    size = max(plan.src.size, plan.dst.size)
    if tiles if tiles is not None else size <= _TILE:
        before, after = [held_by_linear(side, 2**14) for side in (plan.src, plan.dst)]
        panels.append((tile_grid(before, title="Before: who holds each element"), tile_grid(after, title="After")))
    moved = sum(
        [arrow.mark == "" and links.left[arrow.source].text != links.right[arrow.target].text for arrow in links.arrows]
    )
    alt = (
        f"A plan of class {plan.classification}, {plan.cost}. Arrows lead from the bits of a place of the source to "
        f"the bits of the destination that take from them; {moved} of {len(links.arrows)} change their place."
    )
    legend = [Label(f"bits of {name}", tone) for name, tone in _tones(plan.pull).items()]
    legend.append(Label("no arrow: the place holds a copy, or is not read", None, "hole"))
    return Figure(f"Conversion: {plan.classification}", tuple(panels), alt, tuple(legend))


def _tones(pull: Any) -> dict[str, int]:
    names = [*dict.fromkeys([name for name, _ in (*pull.out_dims, *pull.in_dims)])]
    return {name: spread(k, len(names)) for k, name in enumerate(names)}


def _links(pull: Any) -> Links:
    """Return the bits of the source on the left, those of the destination on the right."""
    tones = _tones(pull)
    sources = [(name, bit) for name, size in pull.out_dims for bit in range(size.bit_length() - 1)]
    at = {source: k for k, source in enumerate(sources)}
    right: list[Cell] = []
    arrows: list[Arrow] = []
    outs = [name for name, _ in pull.out_dims]
    read: set[int] = set()
    for name, vectors in pull.bases:
        for bit, vector in enumerate(vectors):
            origins = [
                at[out, k]
                for out, value in zip(outs, vector, strict=True)
                for k in range(value.bit_length())
                if value >> k & 1
            ]
            arrows += [Arrow(source, len(right)) for source in origins]
            read.update(origins)
            right.append(Cell(f"{name} {1 << bit}", tones[name] if origins else None, "" if origins else "hole"))
    left = [
        Cell(f"{name} {1 << bit}", tones[name] if k in read else None, "" if k in read else "hole")
        for k, (name, bit) in enumerate(sources)
    ]
    return Links(
        tuple(left),
        tuple(right),
        tuple(arrows),
        "bit of a source place",
        "bit of a destination place",
        "Where each bit comes from",
    )
