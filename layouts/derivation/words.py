"""Words and tables for derivations: short, and bounded however large the operands are."""

from __future__ import annotations

from textwrap import wrap

from ..inttuple import text
from ..layout import Layout, trusted
from ..module import F2, Z

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from ..module import Module

__all__ = ["MOST_ROWS", "binary", "indented", "leaf", "listed", "show", "table", "total", "values_of"]

MOST_ROWS = 24
"""The most rows that a table prints."""

MOST_VALUES = 12
"""The most values that a sentence lists."""

_WIDTH = 110


def show(value: Any) -> str:
    """Return a value in the field's notation, cut when it is long."""
    if value is None or isinstance(value, (bool, str)):
        shown = str(value)
    elif isinstance(value, tuple):
        shown = f"({','.join([show(part) for part in value])})"
    else:
        try:
            shown = text(value)
        except (ValueError, RecursionError):  # more digits than Python prints
            shown = f"a {type(value).__name__} too long to show"
    return shown if len(shown) <= 160 else f"{shown[:120]}...{shown[-30:]}"


def leaf(s: int, d: Any, over: Module = Z) -> str:
    """Return one leaf as text: ``6:3``, ``4:F9``, ``2:1@0``."""
    return str(trusted(s, d, over))


def listed(values: Iterable[Any], count: int | None = None, most: int = MOST_VALUES) -> str:
    """Return values with spaces between them, with dots after the first ``most``; ``count`` is how many there are."""
    found: list[str] = []
    for value in values:
        if len(found) == most:
            return f"{' '.join(found)} ..."
        found.append(show(value))
    return " ".join(found) + (" ..." if count is not None and count > len(found) else "")


def values_of(layout: Any, most: int = MOST_VALUES) -> str:
    """Return the first values of a map as text."""
    return listed([layout(i) for i in range(min(layout.size, most))], layout.size, most)


def binary(value: int, width: int) -> str:
    """Return a number in binary, with ``width`` digits; 0 has one."""
    return format(value, f"0{max(width, 1)}b")


def total(digits: Sequence[int], strides: Sequence[Any], over: Module = Z) -> str:
    """Return the products of digits and strides as text: ``3*8 + 1*1``; XOR over F2; digits 0 are left out."""
    sign = " ^ " if over is F2 else " + "
    dot = "." if over is F2 else "*"
    factors = [f"({d})" if type(d) is int and d < 0 else show(d) for d in strides]
    terms = [f"{c}{dot}{factor}" for c, factor in zip(digits, factors, strict=True) if c]
    if len(terms) > MOST_VALUES:
        terms = [*terms[: MOST_VALUES - 1], "..."]
    return sign.join(terms) or "0"


def indented(paragraphs: str, indent: str = "  ") -> list[str]:
    """Return the lines of a text, wrapped; a line that begins with a space keeps its form."""
    lines: list[str] = []
    for line in paragraphs.replace(" ....", " ...").splitlines():
        if line.startswith(" ") or len(line) <= _WIDTH:
            lines.append(indent + line)
        else:
            lines += [indent + part for part in wrap(line, _WIDTH, break_long_words=False, break_on_hyphens=False)]
    return lines


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[str]:
    """Return the lines of an aligned table; numbers go to the right, and of very many rows the middle is left out."""
    shown = [[show(cell) for cell in row] for row in rows]
    if len(shown) > MOST_ROWS:
        shown = [*shown[: MOST_ROWS - 2], ["..."] * len(columns), shown[-1]]
    widths = [max([len(name), *[len(row[k]) for row in shown]]) for k, name in enumerate(columns)]
    right = [all([isinstance(row[k], int) or row[k] in ("-", "end") for row in rows]) for k in range(len(columns))]
    lines = []
    for row in [list(columns), *shown]:
        cells = [c.rjust(w) if r else c.ljust(w) for c, w, r in zip(row, widths, right, strict=True)]
        lines.append("  ".join(cells).rstrip())
    return lines


def layout_of(modes: Sequence[tuple[int, Any]], over: Module) -> Layout:
    """Return the layout with these (extent, stride) modes; one mode is an integer shape."""
    if len(modes) == 1:
        return trusted(modes[0][0], modes[0][1], over)
    return trusted(tuple([s for s, _ in modes]), tuple([d for _, d in modes]), over)
