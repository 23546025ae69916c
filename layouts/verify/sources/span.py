"""A piece of text that remembers where each of its characters stands in the file, across the lines of a comment."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .text import SourceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from .text import Comment

__all__ = ["Span", "joined", "matching", "split"]

_OPEN, _CLOSED = "([{", ")]}"


@dataclass(frozen=True, slots=True)
class Span:
    """Some text, and the offset in the file of each character and of its end.

    >>> span = Span.plain("  i * 8 ", 100).stripped()
    >>> span.text, span.origin(0), span.origin(5)
    ('i * 8', 102, 107)
    """

    text: str
    origins: list[int]

    @classmethod
    def plain(cls, text: str, offset: int) -> Span:
        """Return the span of text that stands in one piece."""
        return cls(text, list(range(offset, offset + len(text) + 1)))

    def origin(self, at: int) -> int:
        """Return the offset in the file of the character at ``at``."""
        return self.origins[min(max(at, 0), len(self.origins) - 1)]

    def __getitem__(self, part: slice) -> Span:
        start, stop, _ = part.indices(len(self.text))
        return Span(self.text[start:stop], self.origins[start : max(start, stop) + 1])

    def stripped(self) -> Span:
        """Return the span without blanks around it."""
        text = self.text.strip()
        start = len(self.text) - len(self.text.lstrip()) if text else 0
        return self[start : start + len(text)]

    def fault(self, reason: str, at: int = 0) -> SourceError:
        """Return the error that puts a caret under a character."""
        return SourceError(reason, self.origin(at))


def joined(lines: Iterable[Comment], skip: int) -> Span:
    """Return the text of comment lines as one span; a backslash at the end of a line is left out."""
    text, origins = "", []
    for number, line in enumerate(lines):
        piece = line.text[skip if number == 0 else 0 :]
        start = line.offset + (skip if number == 0 else 0)
        kept = re.sub(r"\\\s*$", "", piece)
        if number:
            text += " "
            origins.append(start)
        text += kept
        origins += range(start, start + len(kept))
        end = start + len(kept)
    return Span(text, [*origins, end])


def matching(span: Span, opened: int) -> int:
    """Return the place of the bracket that closes the one at ``opened``."""
    depth = 0
    for at in range(opened, len(span.text)):
        if span.text[at] in _OPEN:
            depth += 1
        elif span.text[at] in _CLOSED:
            depth -= 1
            if depth == 0:
                return at
    raise span.fault("this bracket is never closed", opened)


def split(span: Span) -> list[Span]:
    """Return the parts between commas outside of brackets; those of ``Sw<3,3,3>`` are brackets as well.

    >>> [part.text for part in split(Span.plain("equals Sw<3,3,3> o (8,64):(64,1), injective", 0))]
    ['equals Sw<3,3,3> o (8,64):(64,1)', 'injective']
    """
    parts = []
    start = 0
    opened: list[int] = []
    angle = False
    for at, character in enumerate(span.text):
        if character in _OPEN:
            opened.append(at)
        elif character in _CLOSED:
            if not opened:
                raise span.fault(f"'{character}' without its opening bracket", at)
            opened.pop()
        elif character == "<" and re.search(r"\b(Sw|S|Swizzle)\s*$", span.text[max(0, at - 20) : at]):
            angle = True
        elif character == ">":
            angle = False
        elif character == "," and not opened and not angle:
            parts.append(span[start:at].stripped())
            start = at + 1
    if opened:
        raise span.fault("this bracket is never closed", opened[-1])
    parts.append(span[start:].stripped())
    for part in parts:
        if not part.text:
            raise part.fault("something is missing beside a comma")
    return parts
