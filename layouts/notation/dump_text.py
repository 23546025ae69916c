"""The text of a TTGIR dump: what of it is no code, which > closes a <, and the modules in which an alias holds.

A dump of all passes is one module after another, and each defines its aliases anew.  A *section* is the text in which
one definition of an alias holds: from one line ``// -----`` to the next, and where such lines are missing from one
block of definitions to the next that defines an alias again.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__: list[str] = []

_NO_CODE = re.compile(r'"(?:[^"\\\n]|\\.)*"|//[^\n]*')
_BORDER = re.compile(r"^[ \t]*// -----", re.MULTILINE)
_SIGNS = re.compile(r"->|[<>]")
_BETWEEN = re.compile(r"(?:\s|#[^\n]*)*")


def code_of(text: str) -> str:
    """Return the text with spaces for comments and for what stands in quotes; places and lines stay.

    >>> code_of('a "tensor<4xf32>" b // c')
    'a                 b     '
    """
    return _NO_CODE.sub(lambda match: " " * len(match[0]), text)


class Lines:
    """Line numbers of any places, without counting from the start each time."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.ends = [match.start() for match in re.finditer("\n", text)]
        self._line, self._pairs = -1, dict[int, int]()

    def number(self, place: int) -> int:
        """Return the number of the line, the first is 1."""
        return bisect_left(self.ends, place) + 1

    def close(self, opened: int) -> int | None:
        """Return the place of the > that closes the < at a place, on the same line; places come in ascending order."""
        line = bisect_left(self.ends, opened)
        if line != self._line:
            start = self.ends[line - 1] + 1 if line else 0
            stop = self.ends[line] if line < len(self.ends) else len(self.text)
            self._line, self._pairs = line, _pairs(self.text, start, stop)
        return self._pairs.get(opened)


def _pairs(text: str, start: int, stop: int) -> dict[int, int]:
    """Return the > of each < between two places."""
    found: dict[int, int] = {}
    opened: list[int] = []
    for match in _SIGNS.finditer(text, start, stop):
        if match[0] == "<":
            opened.append(match.start())
        elif match[0] == ">" and opened:
            found[opened.pop()] = match.start()
    return found


def sections(text: str, code: str, definitions: Sequence[tuple[int, int, str]]) -> list[int]:
    r"""Return where the sections begin; definitions are (start, end, alias) in the order of the text.

    >>> text = "#a = 1\n f #a\n#b = 2\n#a = 3\n f #a"
    >>> sections(text, text, [(0, 6, "#a"), (13, 19, "#b"), (20, 26, "#a")])
    [0, 13]
    """
    borders = [0, *[match.start() for match in _BORDER.finditer(text)]]
    found = set(borders)
    section, block, end = 0, 0, -1
    seen: set[str] = set()  # the aliases of the section, and of the block of definitions
    of_block: set[str] = set()
    for start, stop, alias in definitions:
        border = borders[bisect_right(borders, start) - 1]
        if border > section:
            section, block, end = border, start, -1
            seen, of_block = set(), set()
        joined = end >= 0 and _BETWEEN.fullmatch(code, end, start) is not None
        if not joined or alias in of_block:
            block, of_block = start, set()
        if alias in seen:
            section, seen = block, set(of_block)
            found.add(section)
        seen.add(alias)
        of_block.add(alias)
        end = stop
    return sorted(found)
