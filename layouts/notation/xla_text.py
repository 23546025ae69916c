"""The text of XLA's shapes: read to fields, and written in XLA's order.  What they mean is in ``xla.py``."""

from __future__ import annotations

import re

from ..errors import LayoutError, ParseError
from .cursor import Cursor, check_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["is_xla_text", "parse_fields", "show_fields"]

_TOKEN = re.compile(r"\s*(?:(?P<number>[0-9]+)|(?P<word>[A-Za-z][A-Za-z0-9]*)|(?P<sign><=|\S))", re.ASCII)
_START = re.compile(
    r"\s*(?:pred|token|opaque|bf16|[suc][0-9]{1,3}|f[0-9]{1,2}(?:e[0-9]m[0-9][a-z0-9]*)?)\s*\[",
    re.ASCII | re.IGNORECASE,
)
_MAX_TEXT = 100_000
_MAX_DIGITS = 400
_NUMBERS = {"L": "alignment", "E": "element_bits", "S": "memory_space", "M": "prefix_bytes"}
_TYPES = {"#": "index_type", "*": "pointer_type"}
_REFUSED = {
    "SC": "splits the array between memories, and has no layout here",
    "P": "gives the physical shape of a sparse array, and has no layout here",
}


def is_xla_text(text: str) -> bool:
    """Tell whether a text is meant as a shape of XLA.

    >>> is_xla_text("bf16[8,128]{1,0}"), is_xla_text("(4,8):(8,1)")
    (True, False)
    """
    return _START.match(text) is not None


def parse_fields(text: str, make: Any) -> Any:
    """Read a shape, and make the value of its fields."""
    check_text(text, _MAX_TEXT)
    reader = _Reader(text)
    start = reader.start
    fields = reader.shape()
    reader.expect_end()
    try:
        return make(**fields)
    except LayoutError as error:
        raise ParseError(error.message, text, start) from error


class _Reader(Cursor):
    def __init__(self, text: str) -> None:
        super().__init__(text, _TOKEN)

    def number(self, what: str) -> int:
        return self.numeral(what, _MAX_DIGITS)

    def shape(self) -> dict[str, Any]:
        if self.kind != "word":
            self.fail(f"expected a shape such as f32[3,5]{{1,0}}, {self.found()}")
        fields: dict[str, Any] = {"element_type": self.token.lower()}
        self.advance()
        self.expect("[", "before the extents")
        sizes: list[int] = []
        flags: list[bool] = []
        while not self.take("]"):
            if sizes:
                self.expect(",", "or ] after an extent")
            if self.token == "?":
                self.fail("? is an extent without a bound, and has no layout")
            flags.append(self.take("<="))
            sizes.append(self.number("an extent"))
        fields.update(shape=sizes, dynamic=flags)
        if self.take("{"):
            self.layout(fields)
        return fields

    def layout(self, fields: dict[str, Any]) -> None:
        order: list[int] = []
        while self.kind == "number" or (order and self.token == ","):
            if order:
                self.expect(",", "between dimensions")
            order.append(self.number("a dimension"))
        if len(order) != len(fields["shape"]):
            self.fail(f"the layout orders {len(order)} dimensions, and the shape has {len(fields['shape'])}")
        fields["minor_to_major"] = order
        if self.take(":"):
            if self.token == "}":
                self.fail("expected a field after the colon, found '}'")
            while self.token != "}" and self.kind != "end":
                self.field(fields)
        self.expect("}", "to close the layout")

    def field(self, fields: dict[str, Any]) -> None:
        start, name = self.start, self.token
        into = {"T": "tiles", "D": "dim_types", **_NUMBERS, **_TYPES}.get(name)
        if into is None:
            reason = _REFUSED.get(
                name, "is not a field of a layout that is known here: T, L, #, *, E, S, M, and D before them"
            )
            self.fail(f"{name[:20]} {reason}")
        if into in fields:
            self.fail(f"the field {name} is there twice", start)
        self.advance()
        self.expect("(", f"after {name}")
        if name == "T":
            fields[into] = self.tiles()
        elif name == "D":
            fields[into] = self.dim_types()
        elif name in _TYPES:
            fields[into] = self.token.lower() if self.kind == "word" else self.fail("expected a type of integers")
            self.advance()
            self.expect(")", f"to close {name}")
        else:
            fields[into] = self.number("a number")
            self.expect(")", f"to close {name}")

    def tiles(self) -> list[list[int]]:
        found: list[list[int]] = []
        while True:
            tile: list[int] = []
            while not self.take(")"):
                if tile:
                    self.expect(",", "or ) in a tile")
                tile.append(-1 if self.take("*") else self.number("the extent of a tile"))
            found.append(tile)
            if not self.take("("):
                return found

    def dim_types(self) -> list[str]:
        found: list[str] = []
        while not self.take(")"):
            if found:
                self.expect(",", "or ) after the type of a dimension")
            if self.kind != "word":
                self.fail(f"expected D, C, S or H, {self.found()}")
            kind = self.token
            self.advance()
            for sign in "+~":
                kind += sign if self.take(sign) else ""
            found.append(kind)
        return found


def show_fields(x: Any) -> str:
    """Return the text of a shape, fields in XLA's order, defaults left out."""
    extents = ",".join([f"{'<=' if flag else ''}{n}" for n, flag in zip(x.shape, x.dynamic, strict=True)])
    parts = []
    if x.dim_types:
        parts.append(f"D({','.join(x.dim_types)})")
    if x.tiles:
        tiles = [",".join(["*" if n == -1 else str(n) for n in tile]) for tile in x.tiles]
        parts.append("T" + "".join([f"({tile})" for tile in tiles]))
    parts += [f"L({x.alignment})"] if x.alignment != 1 else []
    parts += [f"#({x.index_type})"] if x.index_type else []
    parts += [f"*({x.pointer_type})"] if x.pointer_type else []
    parts += [f"E({x.element_bits})"] if x.element_bits else []
    parts += [f"S({x.memory_space})"] if x.memory_space else []
    parts += [f"M({x.prefix_bytes})"] if x.prefix_bytes else []
    head = f"{x.element_type}[{extents}]"
    if not x.shape and not parts:
        return head
    return f"{head}{{{','.join(map(str, x.minor_to_major))}{':' if parts else ''}{''.join(parts)}}}"
