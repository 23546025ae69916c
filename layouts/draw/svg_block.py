"""What all drawing of SVG shares: blocks of a known size, texts, arrows."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot

from .measure import escape

__all__ = ["Block", "arrow", "heading", "text"]


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of SVG, its size, and the tones that it uses; ``edge`` is where a grid ends, 0 for others."""

    width: int
    height: int
    body: str
    tones: frozenset[int] = frozenset()
    edge: int = 0


def text(x: float, y: float, content: str, kind: str = "") -> str:
    """Return a text element with a class."""
    sort = f' class="{kind}"' if kind else ""
    return f'<text x="{x:g}" y="{y:g}"{sort}>{escape(content)}</text>'


def arrow(x: float, y: float, u: float, v: float, kind: str = "a", bend: float = 0.0) -> str:
    """Return an arrow from (x, y) to (u, v); with a bend it is a curve that leaves and arrives horizontally."""
    head = "xh" if kind == "x" else "ah"
    if bend:
        middle = (x + u) / 2
        line = f"M{x:g} {y:g}C{middle:g} {y:g} {middle:g} {v:g} {u - 5:g} {v:g}"
        tip = f"M{u:g} {v:g}l-8-4v8z"
    else:
        length = hypot(u - x, v - y) or 1.0
        dx, dy = (u - x) / length, (v - y) / length
        line = f"M{x:g} {y:g}L{u - 5 * dx:.1f} {v - 5 * dy:.1f}"
        tip = f"M{u:g} {v:g}l{-8 * dx - 4 * dy:.1f} {-8 * dy + 4 * dx:.1f}l{8 * dy:.1f} {-8 * dx:.1f}z"
    return f'<path class="{kind}" d="{line}"/><path class="{head}" d="{tip}"/>'


def heading(title: str, width: int) -> tuple[str, int, int]:
    """Return the heading of a panel, its height, and the width that it needs; long ones are wrapped."""
    from .measure import sans, wrap

    if not title:
        return "", 0, 0
    most = max(int(max(width, 260) / 8), 20)
    lines = wrap(title, most)
    body = "".join([text(0, 12 + 17 * k, line, "b") for k, line in enumerate(lines)])
    return body, 17 * len(lines) + 7, int(max([sans(line, 13.6) for line in lines]))
