"""The bits of an address as SVG: the high bit on the left, named fields below, XOR arrows above."""

from __future__ import annotations

from .measure import cut, sans
from .svg_block import Block, heading, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .model import Arrow, Field, Ruler

__all__ = ["placed", "ruler_block"]

_TALL = 26


def ruler_block(ruler: Ruler, room: int) -> Block:
    """Return a ruler; the bits get narrower where there are many."""
    wide = max(min(38, room // max(ruler.width, 1)), 16)
    whole = wide * ruler.width
    title, top, needed = heading(ruler.title, whole)
    arcs = 16 + max([_rise(arrow) for arrow in ruler.arrows], default=-16)
    base = top + arcs + 16
    body = [title, _bits(ruler, wide, base), *[_arc(arrow, ruler.width, wide, base - 16) for arrow in ruler.arrows]]
    bottom = base + _TALL
    rightmost = whole
    spots = placed(ruler.fields, ruler.width, wide)
    for field, center, level in spots:
        x, y, length = (ruler.width - field.start - field.length) * wide + 3, bottom + 4, field.length * wide - 6
        low = y + 8 + 17 * level
        stem = f"M{x + length / 2:g} {y + 3}V{low}" if level and _free(spots, x + length / 2, level) else ""
        body.append(f'<path class="l0" d="M{x} {y}v4h{length}v-4{stem}"/>')
        body.append(text(center, low + 12, cut(field.name, 60), "s c"))
        rightmost = max(rightmost, int(center + sans(cut(field.name, 60), 11.5) / 2))
        bottom = max(bottom, base + _TALL)
    levels = max([level for _, _, level in spots], default=-1)
    height = base + _TALL + (30 + 17 * levels if levels >= 0 else 4)
    tones = frozenset([field.tone for field in ruler.fields if field.tone is not None])
    return Block(max(rightmost + 2, needed), height, "".join(body), tones)


def _free(spots: list[tuple[Field, float, int]], x: float, level: int) -> bool:
    """Tell whether a line down to a name crosses no name on the levels above it."""
    return not any(
        [above < level and abs(center - x) < sans(cut(field.name, 60), 11.5) / 2 + 3 for field, center, above in spots]
    )


def _bits(ruler: Ruler, wide: int, base: int) -> str:
    found, x = [], 0
    for field in ruler.fields:
        if field.tone is not None:
            start = (ruler.width - field.start - field.length) * wide
            length = field.length * wide
            found.append(f'<path class="t{field.tone}" d="M{start} {base}h{length}v{_TALL}h-{length}z"/>')
    toned = {bit for f in ruler.fields if f.tone is not None for bit in range(f.start, f.start + f.length)}
    lines = []
    for k in reversed(range(ruler.width)):
        if ruler.width <= 40 or k % 4 == 0:
            found.append(text(x + wide / 2, base - 5, str(k), "s c m q"))
        if k < len(ruler.bits):
            found.append(text(x + wide / 2, base + 17, cut(ruler.bits[k], 3), "n i" if k in toned else "n"))
        lines.append(f"M{x} {base}h{wide}v{_TALL}h-{wide}z")
        x += wide
    found.append(f'<path class="l0" d="{"".join(lines)}"/>')
    for field in ruler.fields:
        edge = (ruler.width - field.start - field.length) * wide
        length = field.length * wide
        found.append(f'<path class="l1" d="M{edge} {base}h{length}v{_TALL}h-{length}z"/>')
    return "".join(found)


def _rise(arrow: Arrow) -> int:
    return 14 + 5 * min(abs(arrow.source - arrow.target), 12)


def _arc(arrow: Arrow, width: int, wide: int, base: float) -> str:
    """Return an arc over the numbers of the bits, its head at the target."""
    x, u = [(width - bit - 0.5) * wide for bit in (arrow.source, arrow.target)]
    rise = _rise(arrow) * 4 / 3
    kind, head = ("x", "xh") if arrow.mark == "clash" else ("a", "ah")
    line = f"M{x:g} {base:g}C{x:g} {base - rise:g} {u:g} {base - rise:g} {u:g} {base - 6:g}"
    return f'<path class="{kind}" d="{line}"/><path class="{head}" d="M{u:g} {base:g}l-4-8h8z"/>'


def placed(fields: tuple[Field, ...], width: int, wide: int) -> list[tuple[Field, float, int]]:
    """Return each field with the middle of its name and the level on which the name has room."""
    taken: list[list[tuple[float, float]]] = []
    found = []
    for field in sorted(fields, key=lambda f: -f.start):
        half = sans(cut(field.name, 60), 11.5) / 2 + 4
        center = max((width - field.start - field.length / 2) * wide, half - 4)
        level = 0
        while level < len(taken) and any([a < center + half and center - half < b for a, b in taken[level]]):
            level += 1
        if level == len(taken):
            taken.append([])
        taken[level].append((center - half, center + half))
        found.append((field, center, level))
    return found
