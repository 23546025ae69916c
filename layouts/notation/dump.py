"""Whole TTGIR files: which layouts are in a dump, under which alias, and on which shapes they are used."""

from __future__ import annotations

import re
from bisect import bisect_right

from ..encodings.fields import Encoding
from ..errors import LayoutError, ParseError
from .cursor import check_text
from .dump_text import Lines, code_of, sections
from .mlir import MlirReader
from .ttgir import build
from .ttgir_dialect import read_version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Shape = tuple[int, ...]

__all__ = ["Found", "Use", "find_layouts"]

_MOST = 64_000_000
_MOST_ELEMENT = 500  # characters of an element type
_ALIAS = re.compile(
    r"^[ \t]*(#[A-Za-z_][\w$]*)[ \t]*=[ \t]*(#(?:(?:ttg|triton_gpu|ttng|triton_nvidia_gpu)\.\w+|[A-Za-z_][\w$]*\s*$))",
    re.MULTILINE | re.ASCII,
)
_DEFINED = re.compile(r"^[ \t]*(#[A-Za-z_][\w$]*)[ \t]*=", re.MULTILINE | re.ASCII)
_TYPE = re.compile(r"\b(tensor|memdesc|tensordesc)<((?:[0-9]{1,19}x)+)", re.ASCII)
_ELEMENT = re.compile(r"->|[<>,\n]")
_NAME = re.compile(r",\s*(#[A-Za-z_][\w$.]*)(<?)", re.ASCII)
_WHOLE = re.compile(r"[^<>\n]*,\s*([0-9]{1,19}(?:x[0-9]{1,19})*)\s*>", re.ASCII)
_SPACES = ("#ttg.shared_memory", "#triton_gpu.shared_memory", "#ttng.tensor_memory", "#triton_nvidia_gpu.tensor_memory")
_ALIASES = re.compile(r"#[A-Za-z_][\w$]*(?![\w$.])", re.ASCII)
_DEPTH = 40


class Use:
    """One type with a layout: its shape, and for a buffer in memory the shape of the allocation.

    A memory descriptor may be a view of a larger allocation, whose rows it keeps, and the dimensions before those of
    the layout count buffers.  ``layout_shape`` is the shape that the layout is for: that of one buffer as allocated.
    """

    __slots__ = ("allocation", "rank", "shape")

    def __init__(self, shape: Shape, allocation: Shape | None, rank: int | None) -> None:
        self.shape = shape
        self.allocation = allocation
        self.rank = rank

    @property
    def layout_shape(self) -> Shape:
        """The shape of one buffer as it is allocated; for a tensor its own."""
        if self.allocation is None:
            return self.shape
        return self.allocation[-self.rank :] if self.rank else self.allocation

    @property
    def buffers(self) -> int:
        """How many buffers the type counts."""
        extra = 1
        for size in self.shape[: len(self.shape) - len(self.layout_shape)]:
            extra *= size
        return extra

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Use) and (self.shape, self.layout_shape) == (other.shape, other.layout_shape)

    def __hash__(self) -> int:
        return hash((self.shape, self.layout_shape))

    def __repr__(self) -> str:
        return f"Use({self})"

    def __str__(self) -> str:
        own, one = _times(self.shape), _times(self.layout_shape)
        held = self.shape[len(self.shape) - len(self.layout_shape) :]
        if len(self.shape) <= len(self.layout_shape):
            return own if held == self.layout_shape else f"{own} of {one}"
        view = "" if held == self.layout_shape else f"{_times(held)} of "
        return f"{own} ({self.buffers} buffer{'s' if self.buffers > 1 else ''} of {view}{one})"


class Found:
    """One layout of a dump: its alias or None, the encoding or None with the reason, and the types it is used on."""

    __slots__ = ("alias", "encoding", "line", "reason", "uses")

    def __init__(self, alias: str | None, encoding: Encoding | None, line: int, reason: str | None) -> None:
        self.alias = alias
        self.encoding = encoding
        self.line = line
        self.reason = reason
        self.uses: dict[Use, None] = {}

    @property
    def shapes(self) -> list[Shape]:
        """The shapes of the types, in the order of the dump."""
        return list(dict.fromkeys([use.shape for use in self.uses]))

    def __repr__(self) -> str:
        return f"Found({self.alias!r}, {self.encoding!r}, line={self.line}, shapes={self.shapes})"

    def __str__(self) -> str:
        shapes = ", ".join(map(str, self.uses)) or "no tensor"
        what = f"not read: {self.reason}" if self.encoding is None else str(self.encoding)
        return f"line {self.line}: {self.alias or '(in place)'} = {what}   on {shapes}"


def find_layouts(text: str, dialect: str | None = None) -> list[Found]:
    """Return the layouts of a dump in the order in which they stand in it, with the types they are used on.

    An alias holds in its module, and in a dump of several passes each module is looked at by itself.  Attributes of
    these dialects that are not layouts known here are listed with the reason, and so are aliases that are used and not
    defined; comments and texts in quotes are not looked at.  ``dialect`` is the version of Triton that printed the
    dump, as for ``parse_ttgir``.
    Raises:   ParseError for what is no text, or more than 64 million characters.
    Cost:     one pass over the text, and one over each definition.

    >>> for found in find_layouts('''
    ... #b = #ttg.blocked<{sizePerThread = [1], threadsPerWarp = [32], warpsPerCTA = [4], order = [0]}>
    ... tt.func @f(%x: tensor<128xf32, #b>, %y: tensor<256xf32, #b>)'''):
    ...     print(found.alias, found.line, found.shapes, found.encoding.order)
    #b 2 [(128,), (256,)] (0,)
    """
    check_text(text, _MOST)
    version = read_version(dialect)
    code = code_of(text)
    lines = Lines(code)
    written = [
        (match.start(1), match[1], _definition(code, lines, match.start(2)))
        for match in _ALIAS.finditer(code)
        if match[2] not in _SPACES
    ]
    ends = [(start, start + len(one), alias) for start, alias, one in written]
    borders = sections(text, code, ends)
    scopes = [_Scope(version) for _ in borders]
    for match in _DEFINED.finditer(code):
        scopes[bisect_right(borders, match.start(1)) - 1].others.add(match[1])
    found = []
    for start, alias, definition in written:
        scope = scopes[bisect_right(borders, start) - 1]
        scope.written[alias] = definition
        found.append((scope, alias, Found(alias, None, lines.number(start), None)))
    for scope, alias, one in found:
        one.encoding, one.reason = scope.value(alias)
        scope.found[alias] = one
    listed = [one for _, _, one in found]
    _uses(code, lines, borders, scopes, listed)
    return listed


class _Scope:
    """The aliases of one section: their texts, and their values as soon as they are asked for."""

    def __init__(self, version: str | None) -> None:
        self.version = version
        self.written: dict[str, str] = {}
        self.others: set[str] = set()
        self.values: dict[str, tuple[Encoding | None, str | None]] = {}
        self.open: list[str] = []
        self.found: dict[str, Found] = {}

    def value(self, alias: str) -> tuple[Encoding | None, str | None]:
        """Return the encoding of an alias, or None and the reason why there is none."""
        if alias not in self.values:
            self.open.append(alias)
            self.values[alias] = self.read(self.written[alias])
            self.open.pop()
        return self.values[alias]

    def read(self, written: str) -> tuple[Encoding | None, str | None]:
        """Return the encoding that a text stands for, or None and the reason."""
        known: dict[str, Any] = {}
        for name in dict.fromkeys(_ALIASES.findall(written)):
            if name in self.open:
                circle = self.open[self.open.index(name) :]
                return None, f"the alias {name} is defined by itself: {' -> '.join([*circle[-4:], name])}"
            if len(self.open) > _DEPTH:
                return None, f"aliases are nested deeper than {_DEPTH} levels"
            if name in self.written:
                value, reason = self.value(name)
                if value is None:
                    return None, reason if str(reason).startswith(("#", "the alias")) else f"{name}: {reason}"
                known[name] = value
        try:
            reader = MlirReader(written, known, build, self.version)
            value = reader.attribute()
            reader.expect_end()
        except ParseError as error:
            return None, error.reason
        except LayoutError as error:
            return None, error.message
        return (value, None) if isinstance(value, Encoding) else (None, "this is part of a layout")


def _uses(code: str, lines: Lines, borders: list[int], scopes: list[_Scope], listed: list[Found]) -> None:
    """Add each type to the layout that it has; layouts written in place, and aliases that are missing, are listed."""
    for match in _TYPE.finditer(code):
        name = _NAME.match(code, _after_element(code, match.end()))
        if name is None:
            continue
        scope = scopes[bisect_right(borders, match.start()) - 1]
        alias = name[1]
        one = scope.found.get(alias)
        if one is None:
            if name[2]:
                alias = _definition(code, lines, name.start(1))
                one = scope.found.get(alias)
            elif alias in scope.others or "." in alias:
                continue  # no layout of Triton's
        if one is None:
            line = lines.number(name.start(1))
            if name[2]:
                encoding, reason = scope.read(alias)
                one = Found(None, encoding, line, reason)
            else:
                one = Found(alias, None, line, f"the alias {alias} is not defined here")
            scope.found[alias] = one
            listed.append(one)
        one.uses[_use(code, lines, match, name, one)] = None


def _use(code: str, lines: Lines, match: re.Match[str], name: re.Match[str], one: Found) -> Use:
    """Return the use that a type is; of a memory descriptor the last field is the shape of the allocation."""
    shape = _sizes(match[2][:-1])
    if match[1] != "memdesc":
        return Use(shape, None, None)
    close = lines.close(match.end(1))
    whole = None
    if close is not None:
        inside = lines.close(name.end() - 1) if name[2] else name.end() - 1
        whole = _WHOLE.match(code, inside + 1, close + 1) if inside is not None else None
    rank = None if one.encoding is None else one.encoding.rank
    allocation = shape if whole is None else _sizes(whole[1])
    return Use(shape, allocation, rank if rank is not None and rank <= len(allocation) else None)


def _after_element(code: str, start: int) -> int:
    """Return the place of the comma after the element type that starts here."""
    depth = 0
    for match in _ELEMENT.finditer(code, start, start + _MOST_ELEMENT):
        sign = match[0]
        if sign == "\n" or (depth == 0 and sign in ",>"):
            return match.start()
        depth += (sign == "<") - (sign == ">")
    return start


def _definition(code: str, lines: Lines, start: int) -> str:
    """Return the attribute that starts here: up to the > that closes its <, or what there is of it on the line."""
    name = re.compile(r"[#\w$.]*").match(code, start)
    opened = start if name is None else name.end()
    close = lines.close(opened) if code[opened : opened + 1] == "<" else None
    if close is not None:
        return code[start : close + 1]
    stop = code.find("\n", start, start + 400)
    return code[start : stop if stop >= 0 else start + 400].rstrip()


def _sizes(text: str) -> Shape:
    return tuple([int(size) for size in text.split("x")])


def _times(shape: Shape) -> str:
    return "x".join(map(str, shape))
