r"""The text of a source file: its comments, its directives, and its code with both blanked, so that offsets stay.

>>> text = C_source('int a = 1; // the first\n#define N 4\n', "a.cu")
>>> [comment.text for comment in text.comments], text.code.split()
([' the first'], ['int', 'a', '=', '1;'])
>>> text.place(11)
(1, 12)
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field

__all__ = ["C_source", "Comment", "Directive", "Source", "SourceError"]

_PIECE = re.compile(
    r"""(?P<line>//(?:[^\n\\]|\\\r?\n|\\.)*)
    |(?P<block>/\*.*?(?:\*/|\Z))
    |(?P<raw>\b(?:u8|[uUL])?R"(?P<mark>[^\s()\\]{0,16})\(.*?\)(?P=mark)")
    |(?P<string>"(?:[^"\\\n]|\\.)*"?)
    |(?P<number>(?<![\w.])\.?[0-9](?:'?[0-9A-Za-z_]|\.)*)
    |(?P<character>'(?:[^'\\\n]|\\.)*'?)""",
    re.VERBOSE | re.DOTALL,
)
_ATTRIBUTE = re.compile(
    r"\[\[[^\[\]]*\]\]"
    r"|\b(?:alignas|__align__|__launch_bounds__|__attribute__|__declspec)[ \t]*"
    r"\((?:[^()\n]|\((?:[^()\n]|\([^()\n]*\))*\))*\)"
)
_DIRECTIVE = re.compile(r"^[ \t]*#[ \t]*(?P<name>\w*)(?P<rest>(?:[^\n\\]|\\\r?\n|\\.)*)", re.MULTILINE)


class SourceError(Exception):
    """What keeps an annotation from being read: the reason, and the offset in the file that a caret goes under."""

    def __init__(self, reason: str, offset: int) -> None:
        super().__init__(reason, offset)
        self.reason = reason
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Comment:
    """One line of a comment: the offset at which its text begins, the text, and whether code stands before it."""

    offset: int
    text: str
    trailing: bool


@dataclass(frozen=True, slots=True)
class Directive:
    """A line of the preprocessor: ``name`` is define, if, ..., ``rest`` what follows it at offset ``at``.

    ``under`` is the condition that it stands under, '' where there is none.
    """

    offset: int
    stop: int
    name: str
    rest: str
    at: int
    under: str


@dataclass(frozen=True, slots=True)
class Source:
    """A file with its code and comments apart; ``code`` is as long as ``text``."""

    path: str
    text: str
    code: str
    comments: tuple[Comment, ...]
    directives: tuple[Directive, ...] = ()
    starts: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.starts.append(0)
        self.starts.extend([match.end() for match in re.finditer("\n", self.text)])

    def place(self, offset: int) -> tuple[int, int]:
        """Return line and column of an offset, both counted from 1."""
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1

    def under(self, offset: int) -> str:
        """Return the conditions of the preprocessor that hold at an offset, '' where there are none."""
        return next((directive.under for directive in self.directives if directive.offset >= offset), "")

    def line(self, number: int) -> str:
        """Return the text of a line, without its end, and with blanks for tabs so that a caret can stand below."""
        stop = self.starts[number] if number < len(self.starts) else len(self.text)
        return self.text[self.starts[number - 1] : stop].rstrip("\r\n").replace("\t", " ")


def C_source(text: str, path: str) -> Source:
    """Return the source of a file in C, C++, CUDA or HIP: comments and directives are known, strings are blanked."""
    pieces = list(text)
    comments: list[Comment] = []
    for match in _PIECE.finditer(text):
        kind = match.lastgroup or ""
        if kind == "mark":
            kind = "raw"
        if kind in ("line", "block"):
            comments += _lines(text, match.start() + 2, match.group()[2:], kind)
            _blank(pieces, match.start(), match.end())
        elif kind != "number":
            _blank(pieces, match.start() + 1, match.end() - 1)
    code = "".join(pieces)
    for match in _ATTRIBUTE.finditer(code):
        _blank(pieces, match.start(), match.end())
    code = "".join(pieces)
    directives = []
    conditions: list[tuple[str, bool]] = []
    for match in _DIRECTIVE.finditer(code):
        name, rest = match["name"], match["rest"]
        under = " and ".join([text for text, guard in conditions if not guard])
        directives.append(Directive(match.start(), match.end(), name, rest, match.start("rest"), under))
        _follow(conditions, name, rest.strip(), code[match.end() :][:400])
        _blank(pieces, match.start(), match.end())
    return Source(path, text, "".join(pieces), tuple(comments), tuple(directives))


def _blank(pieces: list[str], start: int, stop: int) -> None:
    for at in range(start, stop):
        if pieces[at] not in "\r\n":
            pieces[at] = " "


def _follow(conditions: list[tuple[str, bool]], name: str, rest: str, after: str) -> None:
    """Note where conditions begin and end; the guard of a header, ``#ifndef X`` before ``#define X``, is none."""
    if name in ("if", "ifdef", "ifndef"):
        guard = name == "ifndef" and re.match(rf"\s*#[ \t]*define[ \t]+{re.escape(rest)}[ \t\r]*(\n|\Z)", after)
        conditions.append((f"#{name} {rest}", bool(guard)))
    elif name == "endif" and conditions:
        conditions.pop()
    elif name in ("else", "elif", "elifdef", "elifndef") and conditions:
        conditions[-1] = (f"#{name} {rest}".strip() + f" of {conditions[-1][0]}", False)


def _lines(text: str, offset: int, body: str, kind: str) -> list[Comment]:
    """Return the lines of a comment; the stars that border a block are left out."""
    if kind == "block":
        body = body.removesuffix("*/")
    else:
        body = body.rstrip("\r")
    found = []
    for number, line in enumerate(body.split("\n")):
        start = text.rfind("\n", 0, offset) + 1
        borders = r"[ \t]*\*+(?=[ \t]|$)" if kind == "block" else r"[ \t]*//[/!]?"
        border = re.match(borders if number else r"[*/!]?<?", line)
        skip = border.end() if border else 0
        trailing = number == 0 and bool(text[start : offset - 2].strip())
        found.append(Comment(offset + skip, line[skip:].rstrip("\r"), trailing))
        offset += len(line) + 1
    return found
