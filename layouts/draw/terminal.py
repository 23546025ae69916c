"""The text printer: figures for a terminal, in plain characters, with ANSI colours where they are asked for.

A clash is marked ``!``, what is meant ``*``, a hole is a dot.  Control characters in texts are replaced, so that no
text can move the cursor.
"""

from __future__ import annotations

from ..errors import LayoutError
from ..inttuple import to_int
from .measure import escape_control, wrap
from .model import Grid, Links, Note, Ruler, Tree
from .palette import color as color_of
from .svg_grid import band_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .model import Axis, Cell, Figure, Node, Panel

__all__ = ["to_text", "wants_color"]

_SIGNS = {"clash": "!", "hit": "*", "hole": "."}


def wants_color(stream: object) -> bool:
    """Tell whether a stream is a terminal and nobody asked for no colours: https://no-color.org."""
    import os

    terminal = getattr(stream, "isatty", lambda: False)()
    return bool(terminal) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def to_text(figure: Figure, *, width: int = 120, color: bool = False) -> str:
    """Return a figure as text; see ``Figure.to_text``."""
    room = to_int(width, "to_text: the width")
    if room < 20:
        raise LayoutError(f"to_text: the width must be at least 20 characters, not {room}", room)
    parts = ["\n".join(wrap(escape_control(figure.title), room))] if figure.title else []
    parts += ["\n".join(_panel(panel, room, color)) for row in figure.panels for panel in row]
    legend = []
    for label in figure.legend:
        if label.mark in _SIGNS:
            legend.append(f"{_SIGNS[label.mark]} {escape_control(label.text)}")
        elif label.tone is None:
            legend.append(escape_control(label.text))
        elif color:
            legend.append(f"{_painted('  ', label.tone)} {escape_control(label.text)}")
    parts += ["\n".join(legend)] if legend else []
    return "\n\n".join(parts)


def _panel(panel: Panel, room: int, color: bool) -> list[str]:
    title = [escape_control(panel.title)] if panel.title else []
    if isinstance(panel, Grid):
        return [*title, *_grid(panel, room, color)]
    if isinstance(panel, Ruler):
        return [*title, *_ruler(panel)]
    if isinstance(panel, Links):
        return [*title, *_links(panel)]
    if isinstance(panel, Tree):
        return [*title, *_tree(panel.root, "")]
    if isinstance(panel, Note):
        lines = escape_control(panel.text).split("\n")
        return [*title, *[part for line in lines for part in ([line] if panel.fixed else wrap(line, room))]]
    raise LayoutError(f"to_text: {type(panel).__name__} is no panel", panel)


def _painted(text: str, tone: int | None) -> str:
    """Return a text on a tone, in the colours that every terminal of 256 colours has."""
    if tone is None:
        return text
    red, green, blue = [round(int(color_of(tone)[k : k + 2], 16) / 51) for k in (1, 3, 5)]
    return f"\x1b[30;48;5;{16 + 36 * red + 6 * green + blue}m{text}\x1b[0m"


# -- grids -------------------------------------------------------------------------------------------------------------


def _shown(cell: Cell) -> str:
    content = escape_control(cell.text.replace("\n", " "))
    if cell.mark == "hole" and not content:
        return "."
    return content + ("" if cell.mark in ("", "faint", "hole") else _SIGNS[cell.mark])


def _grid(grid: Grid, room: int, color: bool) -> list[str]:
    rows, columns = grid.shape
    shown = [[_shown(cell) for cell in row] for row in grid.cells]
    inner = grid.columns.levels[0] if grid.columns.levels else ()
    wide = max([len(content) for row in shown for content in row] + [len(span.text) for span in inner], default=1)
    heads = _row_heads(grid.rows, rows)
    left = max([len(head) for head in heads], default=0)
    name = escape_control(grid.rows.name)
    left = max(left, len(name))
    band = band_of(grid, max((room - left - 3) // (wide + 2), 1))
    lines: list[str] = []
    bars = {position for position, _ in grid.column_lines}
    cuts = {position for position, _ in grid.row_lines}
    for first in range(0, columns, band):
        last = min(first + band, columns)
        if first:
            lines.append("")
        lines += _column_heads(grid.columns, first, last, wide, bars, name.rjust(left))
        rule = "-" * (left + 1) + "+" + "-" * (sum([wide + 2 + (j in bars and j > first) for j in range(first, last)]))
        for i in range(rows):
            if i in cuts:
                lines.append(rule)
            row = []
            for j in range(first, last):
                content = shown[i][j].rjust(wide)
                bar = "|" if j in bars and j > first else ""
                row.append(f"{bar} {_painted(content, grid.cells[i][j].tone) if color else content} ")
            lines.append(f"{heads[i].rjust(left)} |{''.join(row)}".rstrip())
    return lines


def _row_heads(axis: Axis, rows: int) -> list[str]:
    """Return the label of each row: outer levels first, each where its span begins."""
    heads = [""] * rows
    for level in axis.levels:
        texts = {span.start: escape_control(span.text) for span in level}
        width = max([len(content) for content in texts.values()], default=0)
        heads = [
            f"{texts.get(i, '').rjust(width)} {head}".rstrip() if head else texts.get(i, "").rjust(width)
            for i, head in enumerate(heads)
        ]
    return heads


def _column_heads(axis: Axis, first: int, last: int, wide: int, bars: set[int], corner: str) -> list[str]:
    """Return the lines over a band: the name, the outer levels, the innermost one."""
    starts, x = {}, 0
    for j in range(first, last):
        x += 1 if j in bars and j > first else 0
        starts[j] = x
        x += wide + 2
    starts[last] = x
    blank = " " * len(corner)
    found = [f"{blank}   {escape_control(axis.name)}"] if axis.name and first == 0 else []
    for depth in reversed(range(len(axis.levels))):
        line = ""
        for span in axis.levels[depth]:
            a, b = max(span.start, first), min(span.start + span.length, last)
            if a >= b:
                continue
            content = escape_control(span.text)
            if depth == 0:
                content = content.rjust(wide)
            line = f"{line.ljust(starts[a] + 1)}{content}"
        found.append(f"{corner if depth == 0 else blank}  {line}".rstrip())
    if not axis.levels and corner.strip():
        found.append(corner)
    return found


# -- the other panels --------------------------------------------------------------------------------------------------


def _ruler(ruler: Ruler) -> list[str]:
    """Return the bits with the high one on the left, then the fields, then what is XORed onto what."""
    edges = {field.start + field.length for field in ruler.fields} | {field.start for field in ruler.fields}
    texts = [escape_control(ruler.bits[k]) if k < len(ruler.bits) else "" for k in range(ruler.width)]
    wide = max([len(content) for content in texts] + [len(str(ruler.width - 1))])
    numbers, bits = "bit ", "    "
    for k in reversed(range(ruler.width)):
        bar = "|" if k + 1 in edges and k + 1 < ruler.width else " "
        numbers += f"{bar}{str(k).rjust(wide)}"
        bits += f"{bar}{texts[k].rjust(wide)}"
    lines = [numbers] + ([bits] if ruler.bits else [])
    for field in sorted(ruler.fields, key=lambda f: -f.start):
        top = field.start + field.length - 1
        where = f"bit {top}" if field.length == 1 else f"bits {top}..{field.start}"
        lines.append(f"  {where.ljust(12)} {escape_control(field.name)}")
    lines += [f"  bit {arrow.source} is XORed onto bit {arrow.target}" for arrow in ruler.arrows]
    return lines


def _links(links: Links) -> list[str]:
    rows, met = [], set()
    for arrow in links.arrows:
        if arrow.source < len(links.left) and arrow.target < len(links.right):
            rows.append((_shown(links.left[arrow.source]), f"-> {_shown(links.right[arrow.target])}"))
            met |= {("l", arrow.source), ("r", arrow.target)}
    rows += [(_shown(cell), "") for k, cell in enumerate(links.left) if ("l", k) not in met]
    rows += [("", f"   {_shown(cell)}") for k, cell in enumerate(links.right) if ("r", k) not in met]
    if links.left_name or links.right_name:
        rows.insert(0, (escape_control(links.left_name), f"   {escape_control(links.right_name)}"))
    wide = max([len(left) for left, _ in rows], default=0)
    return [f"{left.rjust(wide)} {right}".rstrip() for left, right in rows]


def _tree(node: Node, indent: str) -> list[str]:
    note = f"   {escape_control(node.note)}" if node.note else ""
    lines = [f"{indent}{escape_control(node.text)}{note}"]
    for child in node.children:
        lines += _tree(child, indent + "  ")
    return lines
