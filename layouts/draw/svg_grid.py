"""A grid as SVG: cells in runs, nested lines between modes, labels in levels, long rows folded into bands."""

from __future__ import annotations

from math import gcd

from .measure import cut, escape, mono, sans
from .svg_block import Block, heading, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .model import Axis, Cell, Grid

__all__ = ["band_of", "grid_block", "text_size"]

_MOST = 18
"""The most characters of a line in a cell."""
_LEVEL = 17  # the height of a level of column labels


def grid_block(grid: Grid, room: int, linked: bool, least: tuple[int, int] = (1, 1)) -> Block:
    """Return a grid, in bands of columns where it is wider than the page; ``least`` is the size of a text."""
    rows, columns = grid.shape
    drawn = _Drawing(grid, linked, least)
    left = drawn.left
    if left + drawn.wide * columns > room:
        drawn.narrow()
    step, above = drawn.wide, drawn.above
    band = band_of(grid, max((room - left - 4) // step, 1))
    title, top, wide = heading(grid.title, min(left + step * min(band, columns), room))
    body, y = [title], top
    for first in range(0, columns, band):
        last = min(first + band, columns)
        if first and grid.columns.name:
            above = drawn.above - _LEVEL
        body.append(f'<g transform="translate({left},{y + above})">{drawn.band(first, last)}</g>')
        y += above + drawn.tall * rows + 16
    edge = left + step * min(band, columns)
    width = max(edge + 3, wide, left + drawn.name_width)
    return Block(width, y - 16 + 3 if columns else y, "".join(body), frozenset(drawn.tones), edge)


def text_size(grid: Grid) -> tuple[int, int]:
    """Return the characters of the longest line in a cell, and the most lines."""
    longest, lines = 1, 1
    for row in grid.cells:
        for cell in row:
            content = cell.text
            if "\n" in content:
                parts = content.split("\n")[:3]
                lines = max(lines, len(parts))
                longest = max(longest, *map(len, parts))
            elif len(content) > longest:
                longest = len(content)
    return min(longest, _MOST), lines


def band_of(grid: Grid, fit: int) -> int:
    """Return how many columns stay together: as many as fit, by whole modes where that is possible."""
    columns = grid.shape[1]
    if columns <= fit:
        return max(columns, 1)
    levels = sorted({level for _, level in grid.column_lines}, reverse=True)
    steps = [grid.fold] if grid.fold else []
    steps += [gcd(*[position for position, at in grid.column_lines if at >= level]) for level in levels]
    steps += [1 << k for k in reversed(range(fit.bit_length()))]
    for step in steps:
        if 0 < step <= fit:
            whole = step * (fit // step)
            even = next((n for n in range(whole, 0, -step) if columns % n == 0), whole)
            return even if 2 * even > fit else whole
    return fit


class _Drawing:
    """The measures of a grid, and its parts."""

    def __init__(self, grid: Grid, linked: bool, least: tuple[int, int]) -> None:
        self.grid, self.linked = grid, linked
        longest, lines = map(max, text_size(grid), least)
        framed = 6 * any([cell.mark in ("clash", "hit") for row in grid.cells for cell in row])
        spans = [span for level in grid.columns.levels for span in level]
        label = max([mono(cut(span.text, 24), 11) / max(span.length, 1) for span in spans], default=0)
        self.longest, self.label, self.size, self.framed = longest, int(label) + 6, "", framed
        self.wide = max(22, int(mono("0" * self.longest, 12)) + 8 + framed, self.label)
        self.tall, self.lines = (22 if lines == 1 else 8 + 14 * lines), lines
        widths = [max([int(mono(cut(s.text, 24), 11)) for s in level], default=0) + 12 for level in grid.rows.levels]
        name = int(sans(grid.rows.name, 11.5)) + 8 if grid.rows.name else 0
        self.row_levels = widths
        self.left = max(sum(widths), name)
        self.above = _LEVEL * len(grid.columns.levels) + (_LEVEL if grid.columns.name else 0)
        if grid.rows.name and not self.above:
            self.above = _LEVEL
        self.name_width = int(sans(grid.columns.name, 11.5))
        self.tones: set[int] = set()
        toned = sum([cell.tone is not None for row in grid.cells for cell in row])
        self.filled = 2 * toned > len(grid.cells) * grid.shape[1]

    def narrow(self) -> None:
        """Set the cells close, for a grid that is wider than the page."""
        self.wide, self.size = max(20, int(mono("0" * self.longest, 11)) + 5 + self.framed, self.label - 2), " z"

    def band(self, first: int, last: int) -> str:
        """Return the columns from ``first`` to before ``last``, the corner of the cells at the origin."""
        cells = self.cells(first, last)
        return cells + self.lines_between(first, last) + self.marks(first, last) + self.labels(first, last)

    def cells(self, first: int, last: int) -> str:
        """Return the colours and the texts."""
        wide, tall = self.wide, self.tall
        tones: dict[int, list[str]] = {}
        texts: dict[str, list[str]] = {"n i": [], "n": [], "n f": []}
        for i, row in enumerate(self.grid.cells):
            y, run, tone = i * tall, first, None
            base = y + tall // 2 + 4
            for j in range(first, last):
                cell = row[j]
                if cell.tone != tone:
                    if tone is not None:
                        tones.setdefault(tone, []).append(self.run(run, j, first, y))
                    run, tone = j, cell.tone
                if cell.text:
                    kind = "n f" if cell.mark == "faint" and cell.tone is None else "n" if cell.tone is None else "n i"
                    texts[kind] += self.text(cell, (j - first) * wide + wide / 2, base)
            if tone is not None:
                tones.setdefault(tone, []).append(self.run(run, last, first, y))
        self.tones |= set(tones)
        paths = [f'<path class="t{tone}" d="{"".join(tones[tone])}"/>' for tone in sorted(tones)]
        groups = [f'<g class="{kind}{self.size}">{"".join(found)}</g>' for kind, found in texts.items() if found]
        return "".join([*paths, *groups])

    def run(self, start: int, stop: int, first: int, y: int) -> str:
        length = (stop - start) * self.wide
        return f"M{(start - first) * self.wide} {y}h{length}v{self.tall}h-{length}z"

    def text(self, cell: Cell, x: float, y: int) -> list[str]:
        content = cell.text
        if "\n" not in content:
            return [f'<text x="{x:g}" y="{y}">{escape(cut(content, _MOST))}</text>']
        parts = content.split("\n")[:3]
        start = y - 7 * (len(parts) - 1)
        return [
            f'<text x="{x:g}" y="{start + 14 * k}">{escape(cut(part, _MOST))}</text>' for k, part in enumerate(parts)
        ]

    def lines_between(self, first: int, last: int) -> str:
        """Return the thin lines between cells, and the thicker ones between modes."""
        rows, wide, tall = self.grid.shape[0], self.wide, self.tall
        across, down = (last - first) * wide, rows * tall
        levels: dict[int, list[str]] = {0: []}
        at_column = dict(self.grid.column_lines)
        at_row = dict(self.grid.row_lines)
        for j in range(first + 1, last):
            levels.setdefault(min(at_column.get(j, 0), 3), []).append(f"M{(j - first) * wide} 0v{down}")
        for i in range(1, rows):
            levels.setdefault(min(at_row.get(i, 0), 3), []).append(f"M0 {i * tall}h{across}")
        dark = " i" if self.filled else ""  # on tones a line is dark on every page
        drawn = [
            f'<path class="l{level}{dark if level else ""}" d="{"".join(d)}"/>'
            for level, d in sorted(levels.items())
            if d
        ]
        return "".join([*drawn, f'<path class="l1" d="M0 0h{across}v{down}h-{across}z"/>'])

    def marks(self, first: int, last: int) -> str:
        """Return frames around marked cells, and on a linked page one target for each cell."""
        wide, tall = self.wide, self.tall
        frames: dict[str, list[str]] = {}
        targets: list[str] = []
        for i, row in enumerate(self.grid.cells):
            for j in range(first, last):
                cell = row[j]
                mark = cell.mark
                if mark and mark != "faint":
                    x, y = (j - first) * wide, i * tall
                    dark = "" if cell.tone is None else " i"
                    frames.setdefault(mark + dark, []).append(f"M{x + 2} {y + 2}h{wide - 4}v{tall - 4}h-{wide - 4}z")
                    if mark == "clash":
                        frames.setdefault(f"corner{dark}", []).append(f"M{x + wide - 2} {y + 2}v7l-7-7z")
                if self.linked and (cell.key or cell.title):
                    targets.append(self.target(cell, (j - first) * wide, i * tall))
        kinds = {"hole": "o", "clash": "x", "hit": "y", "corner": "xh"}
        drawn = []
        for mark, d in frames.items():
            name, _, dark = mark.partition(" ")
            drawn += (
                [f'<path class="{kinds[name]}{" " * bool(dark)}{dark}" d="{"".join(d)}"/>'] if name in kinds else []
            )
        return "".join([*drawn, *targets])

    def target(self, cell: Cell, x: int, y: int) -> str:
        key = f' data-k="{escape(cell.key)}"' if cell.key else ""
        title = f"<title>{escape(cell.title)}</title>" if cell.title else ""
        return f'<rect class="k"{key} x="{x}" y="{y}" width="{self.wide}" height="{self.tall}">{title}</rect>'

    def labels(self, first: int, last: int) -> str:
        """Return the labels of both directions, innermost next to the cells, with brackets from level 1 on."""
        wide, tall, found = self.wide, self.tall, []
        for depth, level in enumerate(self.grid.columns.levels):
            y = -6 - _LEVEL * depth
            for span in level:
                a, b = max(span.start, first), min(span.start + span.length, last)
                if a >= b:
                    continue
                found.append(
                    text((a + b - 2 * first) * wide / 2, y, cut(span.text, 24), "s c m q" if depth == 0 else "s c m")
                )
                if depth:
                    x, width = (a - first) * wide + 3, (b - a) * wide - 6
                    found.append(f'<path class="l0" d="M{x} {y + 6}v-3h{width}v3"/>')
        x = -6
        for depth, level in enumerate(self.grid.rows.levels):
            for span in level:
                middle = (span.start + span.length / 2) * tall + 4
                found.append(text(x, middle, cut(span.text, 24), "s e m q" if depth == 0 else "s e m"))
                if depth:
                    top, length = span.start * tall + 3, span.length * tall - 6
                    found.append(f'<path class="l0" d="M{x + 6} {top}h-3v{length}h3"/>')
            x -= self.row_levels[depth]
        return "".join(found) + (self.names() if first == 0 else "")

    def names(self) -> str:
        columns: Axis = self.grid.columns
        found = []
        if columns.name:
            found.append(text(0, -6 - _LEVEL * len(columns.levels), columns.name, "s q"))
        if self.grid.rows.name:
            found.append(text(-6, -6, self.grid.rows.name, "s e q"))
        return "".join(found)
