"""Two columns of cells and the arrows between them as SVG."""

from __future__ import annotations

from .measure import cut, escape, mono, sans
from .svg_block import Block, arrow, heading, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .model import Cell, Links

__all__ = ["links_block"]

_TALL, _PITCH, _MOST = 22, 27, 40


def links_block(links: Links, linked: bool) -> Block:
    """Return the columns with a gap for the arrows, which is wider where there are many."""
    gap = 110 + min(4 * max(len(links.left), len(links.right)), 130)
    widths = [_width(cells, name) for cells, name in ((links.left, links.left_name), (links.right, links.right_name))]
    title, top, needed = heading(links.title, sum(widths) + gap)
    base = top + (20 if links.left_name or links.right_name else 0)
    right = widths[0] + gap
    body = [title]
    for x, wide, name in ((0, widths[0], links.left_name), (right, widths[1], links.right_name)):
        if name:
            body.append(text(x + wide / 2, top + 11, name, "s c q"))
    for one in links.arrows:
        if one.source < len(links.left) and one.target < len(links.right):
            y, v = [base + _PITCH * k + _TALL / 2 for k in (one.source, one.target)]
            body.append(arrow(widths[0] + 1, y, right - 2, v, "x" if one.mark == "clash" else "a", 1.0))
            if one.text:
                body.append(text(widths[0] + gap / 2, (y + v) / 2 - 4, cut(one.text, 16), "s c q"))
    body += _column(links.left, 0, widths[0], base, linked)
    body += _column(links.right, right, widths[1], base, linked)
    count = max(len(links.left), len(links.right))
    tones = frozenset([cell.tone for cell in (*links.left, *links.right) if cell.tone is not None])
    return Block(max(right + widths[1] + 2, needed), base + _PITCH * count, "".join(body), tones)


def _width(cells: tuple[Cell, ...], name: str) -> int:
    longest = max([mono(cut(cell.text, _MOST), 12) for cell in cells], default=0)
    return max(int(longest) + 18, int(sans(name, 11.5)) + 6, 40)


def _column(cells: tuple[Cell, ...], x: int, wide: int, base: int, linked: bool) -> list[str]:
    found = []
    for k, cell in enumerate(cells):
        y = base + _PITCH * k
        box = f"M{x + 1} {y}h{wide - 2}v{_TALL}h-{wide - 2}z"
        if cell.tone is not None:
            found.append(f'<path class="t{cell.tone}" d="{box}"/>')
        kind = {"hole": "o", "clash": "x", "hit": "y"}.get(cell.mark, "l0")
        kind += " i" if cell.tone is not None and kind in ("x", "y") else ""
        found.append(f'<path class="{kind}" d="{box}"/>')
        sort = "n i" if cell.tone is not None else "n q" if cell.mark in ("hole", "faint") else "n"
        found.append(text(x + wide / 2, y + 15, cut(cell.text, _MOST), sort))
        if linked and (cell.key or cell.title):
            key = f' data-k="{escape(cell.key)}"' if cell.key else ""
            title = f"<title>{escape(cell.title)}</title>" if cell.title else ""
            found.append(f'<rect class="k"{key} x="{x}" y="{y}" width="{wide}" height="{_TALL}">{title}</rect>')
    return found
