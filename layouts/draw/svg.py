"""The SVG printer: panels become blocks of a known size, blocks are set in rows, rows on a page.

The output needs nothing but itself: one style element, no scripts, no links, no ids, and names that begin with ``lay``
so that several figures share a page.  Cells of one tone are one path, a run in a row is one rectangle of it.
"""

from __future__ import annotations

from ..errors import LayoutError
from ..inttuple import to_int
from .measure import escape, sans, wrap
from .model import Grid, Links, Note, Ruler, Tree
from .svg_block import Block, text
from .svg_grid import grid_block, text_size
from .svg_links import links_block
from .svg_ruler import ruler_block
from .svg_style import style
from .svg_tree import note_block, tree_block

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .model import Figure, Label, Panel

__all__ = ["PAGE", "to_svg"]

PAGE = 1100
"""The width of a page in pixels: 32 columns of four digits."""
_MARGIN, _GAP = 16, 30


def to_svg(figure: Figure, *, width: int | None = None, linked: bool = False) -> str:
    """Return a figure as SVG; see ``Figure.to_svg``."""
    page = PAGE if width is None else to_int(width, "to_svg: the width")
    if not 200 <= page <= 20_000:
        raise LayoutError(f"to_svg: the width must be 200 to 20000 pixels, not {page}", page)
    room = page - 2 * _MARGIN
    rows = [row for row in figure.panels if row]
    blocks = [_table(rows[: figure.aligned], room, linked)] if figure.aligned else []
    blocks += [_row([_block(panel, room, linked) for panel in row], room) for row in rows[figure.aligned :]]
    inner = max([block.width for block in blocks], default=0)
    least = min(460 if figure.legend else 300, room)
    inner = min(max(inner, min(_title_width(figure), room), least), max(room, inner))
    head = [_title(figure.title, inner)] if figure.title else []
    foot = [_legend(figure.legend, inner)] if figure.legend else []
    parts = [*head, *blocks, *foot]
    tones = {tone for block in parts for tone in block.tones}
    body, y = [], _MARGIN
    for block in parts:
        body.append(f'<g transform="translate({_MARGIN},{y})">{block.body}</g>')
        y += block.height + 18
    whole, height = inner + 2 * _MARGIN, y - 18 + _MARGIN
    label = escape(figure.title or "figure")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="lay" width="{whole}" height="{height}" '
        f'viewBox="0 0 {whole} {height}" preserveAspectRatio="xMinYMin" style="max-width:100%" role="img" '
        f'aria-label="{label}">'
        f"<title>{label}</title><desc>{escape(figure.alt)}</desc>{style(tones)}"
        f'<rect class="p" width="{whole}" height="{height}" rx="6"/>\n' + "\n".join(body) + "\n</svg>"
    )


def _block(panel: Panel, room: int, linked: bool, least: tuple[int, int] = (1, 1)) -> Block:
    if isinstance(panel, Grid):
        return grid_block(panel, room, linked, least)
    if isinstance(panel, Ruler):
        return ruler_block(panel, room)
    if isinstance(panel, Links):
        return links_block(panel, linked)
    if isinstance(panel, Tree):
        return tree_block(panel)
    if isinstance(panel, Note):
        return note_block(panel, room)
    raise LayoutError(f"to_svg: {type(panel).__name__} is no panel", panel)


def _row(blocks: list[Block], room: int) -> Block:
    """Set blocks side by side, and in a new line where the page ends."""
    body, x, y, tall, wide = [], 0, 0, 0, 0
    for block in blocks:
        if x and x + block.width > room:
            x, y, tall = 0, y + tall + _GAP, 0
        body.append(f'<g transform="translate({x},{y})">{block.body}</g>' if x or y else block.body)
        wide, tall = max(wide, x + block.width), max(tall, block.height)
        x += block.width + _GAP
    return Block(wide, y + tall, "".join(body), frozenset().union(*[block.tones for block in blocks]))


def _table(panels: list[tuple[Panel, ...]], room: int, linked: bool) -> Block:
    """Set panels in columns, grids with cells of one size and their right edges in a line, rows on one line below."""
    count = max([len(row) for row in panels], default=0)
    columns = [[row[k] for row in panels if k < len(row)] for k in range(count)]
    sizes = [[text_size(panel) for panel in column if isinstance(panel, Grid)] for column in columns]
    lines = max([size[1] for column in sizes for size in column], default=1)
    least = [(max([size[0] for size in column], default=1), lines) for column in sizes]
    first = [_block(row[0], room // 2, linked, least[0]) for row in panels]
    rest = max(room - max([block.width for block in first]) - _GAP, 300)
    rows = [
        [block, *[_block(panel, rest, linked, size) for panel, size in zip(row[1:], least[1:], strict=False)]]
        for block, row in zip(first, panels, strict=True)
    ]
    edges = [max([row[k].edge for row in rows if k < len(row)]) for k in range(count)]
    wides = [
        max([row[k].width + (edges[k] - row[k].edge if row[k].edge else 0) for row in rows if k < len(row)])
        for k in range(count)
    ]
    body, y = [], 0
    for row in rows:
        x, tall = 0, max([block.height for block in row])
        for k, block in enumerate(row):
            right = edges[k] - block.edge if block.edge else 0
            body.append(f'<g transform="translate({x + right},{y + tall - block.height})">{block.body}</g>')
            x += wides[k] + _GAP
        y += tall + 18
    tones: frozenset[int] = frozenset().union(*[block.tones for row in rows for block in row])
    return Block(sum(wides) + _GAP * max(count - 1, 0), y - 18, "".join(body), tones)


def _title_width(figure: Figure) -> int:
    return int(sans(figure.title, 16)) + 8


def _title(title: str, room: int) -> Block:
    lines = wrap(title, max(int(room / (sans(title, 16) / max(len(title), 1) + 0.1)), 12))[:6]
    body = "".join([text(0, 15 + 20 * k, line, "h") for k, line in enumerate(lines)])
    return Block(room, 20 * len(lines), body)


def _legend(labels: tuple[Label, ...], room: int) -> Block:
    """Return swatches with their meaning, in as many lines as they need."""
    body, x, y = [], 0, 0
    for label in labels:
        boxed = label.tone is not None or label.mark
        wide = (24 if boxed else 0) + int(sans(label.text, 13)) + 18
        if x and x + wide > room:
            x, y = 0, y + 22
        if boxed:
            body.append(_swatch(x, y, label))
        lines = wrap(label.text, max(int(room / 7.6), 20)) if wide > room else [label.text]
        for line in lines:
            body.append(text(x + (24 if boxed else 0), y + 13, line))
            y += 20 if line is not lines[-1] else 0
        x += wide
    tones = frozenset([label.tone for label in labels if label.tone is not None])
    return Block(room, y + 18, "".join(body), tones)


def _swatch(x: int, y: int, label: Label) -> str:
    box = f"M{x + 1} {y + 1}h16v16h-16z"
    fill = "" if label.tone is None else f'<path class="t{label.tone}" d="{box}"/>'
    corner = f'<path class="xh" d="M{x + 17} {y + 1}v7l-7-7z"/>' if label.mark == "clash" else ""
    kind = {"hole": "o", "clash": "x", "hit": "y"}.get(label.mark, "l0")
    kind += " i" if label.tone is not None and label.mark in ("clash", "hit") else ""
    return f'{fill}<path class="{kind}" d="{box}"/>{corner}'
