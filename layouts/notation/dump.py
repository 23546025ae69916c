"""Whole TTGIR files: which layouts are in a dump, under which alias, and on which shapes they are used."""

from __future__ import annotations

import re

from ..encodings.fields import Encoding
from ..errors import LayoutError, ParseError
from .mlir import MlirReader
from .ttgir import build
from .ttgir_dialect import read_version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["Found", "find_layouts"]

_MOST = 64_000_000
_ALIAS = re.compile(
    r"^[ \t]*(#[A-Za-z_][\w$]*)[ \t]*=[ \t]*(#(?:ttg|triton_gpu|ttng|triton_nvidia_gpu)\.\w+)", re.MULTILINE | re.ASCII
)
_USE = re.compile(r"\b(?:tensor|memdesc)<((?:[0-9]+x)+)[^<>\n,]*,\s*(#[A-Za-z_][\w$.]*)(<?)", re.ASCII)


class Found:
    """One layout of a dump: its alias or None, the encoding or None with the reason, and the shapes it is used on."""

    __slots__ = ("alias", "encoding", "line", "reason", "shapes")

    def __init__(self, alias: str | None, encoding: Encoding | None, line: int, reason: str | None) -> None:
        self.alias = alias
        self.encoding = encoding
        self.line = line
        self.reason = reason
        self.shapes: list[tuple[int, ...]] = []

    def __repr__(self) -> str:
        return f"Found({self.alias!r}, {self.encoding!r}, line={self.line}, shapes={self.shapes})"

    def __str__(self) -> str:
        shapes = ", ".join(["x".join(map(str, shape)) for shape in self.shapes]) or "no tensor"
        what = f"not read: {self.reason}" if self.encoding is None else str(self.encoding)
        return f"line {self.line}: {self.alias or '(in place)'} = {what}   on {shapes}"


def find_layouts(text: str, dialect: str | None = None) -> list[Found]:
    """Return the layouts of a dump in the order in which they stand in it, with the shapes they are used on.

    Attributes of these dialects that are not layouts known here are listed as well, with the reason.  ``dialect`` is
    the version of Triton that printed the dump, as for ``parse_ttgir``.
    Raises:   ParseError for what is no text, or more than 64 million characters.
    Cost:     one pass over the text, and one over each definition.

    >>> for found in find_layouts('''
    ... #b = #ttg.blocked<{sizePerThread = [1], threadsPerWarp = [32], warpsPerCTA = [4], order = [0]}>
    ... tt.func @f(%x: tensor<128xf32, #b>, %y: tensor<256xf32, #b>)'''):
    ...     print(found.alias, found.line, found.shapes, found.encoding.order)
    #b 2 [(128,), (256,)] (0,)
    """
    if not isinstance(text, str):
        raise ParseError(f"a text is needed, not {type(text).__name__}")
    if len(text) > _MOST:
        raise ParseError(f"the text has {len(text)} characters, more than {_MOST}")
    version = read_version(dialect)
    lines = _Lines(text)
    known: dict[str, Any] = {}
    found: list[Found] = []
    for match in _ALIAS.finditer(text):
        encoding, reason = _read(_definition(text, match.start(2)), known, version)
        if isinstance(encoding, Encoding):
            known[match[1]] = encoding
        found.append(Found(match[1], encoding, lines.number(match.start(1)), reason))
    by_alias = {one.alias: one for one in found}
    in_place: dict[str, Found] = {}
    for match in _USE.finditer(text):
        shape = tuple([int(n) for n in match[1][:-1].split("x") if len(n) < 20])
        one = by_alias.get(match[2])
        if match[3]:
            written = _definition(text, match.start(2))
            one = in_place.get(written)
            if one is None:
                encoding, reason = _read(written, known, version)
                one = in_place[written] = Found(None, encoding, lines.number(match.start(2)), reason)
                found.append(one)
        if one is not None and shape not in one.shapes:
            one.shapes.append(shape)
    return found


class _Lines:
    """Line numbers of ascending or any places, without counting from the start each time."""

    def __init__(self, text: str) -> None:
        self.ends = [match.start() for match in re.finditer("\n", text)]

    def number(self, place: int) -> int:
        from bisect import bisect_left

        return bisect_left(self.ends, place) + 1


def _definition(text: str, start: int) -> str:
    """Return the attribute that starts here: up to the > that closes its <, at most to the end of the line."""
    stop = text.find("\n", start)
    line = text[start : stop if stop >= 0 else len(text)][:20_000]
    depth = 0
    for match in re.finditer(r"->|[<>]", line):
        depth += (match[0] == "<") - (match[0] == ">")
        if match[0] == ">" and depth == 0:
            return line[: match.end()]
    return line


def _read(written: str, known: dict[str, Any], version: str | None) -> tuple[Any, str | None]:
    """Return the encoding, or the reason why there is none."""
    try:
        reader = MlirReader(written, known, build, version)
        value = reader.attribute()
        reader.expect_end()
    except ParseError as error:
        return None, error.reason
    except LayoutError as error:
        return None, error.message
    return (value, None) if isinstance(value, Encoding) else (None, "this is part of a layout")
