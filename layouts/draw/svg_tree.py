"""Trees and notes as SVG."""

from __future__ import annotations

from .measure import cut, mono, sans, wrap
from .svg_block import Block, heading, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    from .model import Node, Note, Tree

    Measured: TypeAlias = "tuple[Node, float, float, list[Measured]]"

__all__ = ["note_block", "tree_block"]

_TALL, _STEP, _GAP, _MOST = 24, 62, 16, 40


def tree_block(tree: Tree) -> Block:
    """Return a tree with the root on top and every node in the middle over its children."""
    title, top, needed = heading(tree.title, 260)
    measured = _measured(tree.root)
    drawn: list[str] = []
    tones: set[int] = set()
    _node(measured, 0, top, drawn, tones)
    depth = _depth(measured)
    return Block(
        max(int(measured[1]) + 2, needed),
        top + _STEP * (depth - 1) + _TALL + 20,
        title + "".join(drawn),
        frozenset(tones),
    )


def _measured(node: Node) -> Measured:
    """Return a node with the width of its subtree and its children, measured."""
    children = [_measured(child) for child in node.children]
    below = sum([child[1] for child in children]) + _GAP * max(len(children) - 1, 0)
    own = max(mono(cut(node.text, _MOST), 12) + 16, sans(cut(node.note, _MOST), 11.5), 30)
    return node, max(own, below), below, children


def _depth(measured: Measured) -> int:
    return 1 + max([_depth(child) for child in measured[3]], default=0)


def _node(measured: Measured, x: float, y: int, drawn: list[str], tones: set[int]) -> float:
    """Draw a subtree from x on and return the middle of its root."""
    node, width, below, children = measured
    middle = x + width / 2
    start = x + (width - below) / 2
    for child in children:
        at = _node(child, start, y + _STEP, drawn, tones)
        bend = y + _STEP - 9
        drawn.append(f'<path class="l0" d="M{middle:.1f} {y + _TALL}V{bend}H{at:.1f}V{y + _STEP}"/>')
        start += child[1] + _GAP
    half = (mono(cut(node.text, _MOST), 12) + 16) / 2
    box = f"M{middle - half:.1f} {y}h{2 * half:.1f}v{_TALL}h-{2 * half:.1f}z"
    if node.tone is not None:
        tones.add(node.tone)
        drawn.append(f'<path class="t{node.tone}" d="{box}"/>')
    drawn.append(f'<path class="l1" d="{box}"/>')
    drawn.append(text(middle, y + 16, cut(node.text, _MOST), "n" if node.tone is None else "n i"))
    if node.note:
        drawn.append(_noted(middle, y + _TALL + 14, cut(node.note, _MOST)))
    return middle


def _noted(x: float, y: int, content: str) -> str:
    """Return the note below a node, on paper so that the line to the children does not cross it."""
    half = sans(content, 11.5) / 2
    return f'<path class="p" d="M{x - half:.1f} {y - 11}h{2 * half:.1f}v14h-{2 * half:.1f}z"/>' + text(
        x, y, content, "s c q"
    )


def note_block(note: Note, room: int) -> Block:
    """Return lines of text; fixed ones keep their columns and are cut at the page."""
    if note.fixed:
        most = max(int(room / 7.4), 20)
        lines = [cut(line, most) for line in note.text.split("\n")]
        size, kind = 12.0, "m"
        width = max([int(mono(line, size)) for line in lines], default=0)
    else:
        lines = wrap(note.text, max(int(min(room, 820) / 7.6), 20))
        size, kind = 13.0, ""
        width = max([int(sans(line, size)) for line in lines], default=0)
    title, top, needed = heading(note.title, width)
    body = [text(0, top + 13 + 18 * k, line, kind) for k, line in enumerate(lines) if line]
    return Block(min(max(width, needed), max(room, needed)), top + 18 * len(lines), title + "".join(body))
