"""The part of MLIR's text that layout attributes are written in: ``#dialect.name<...>``, fields, lists, numbers.

A field keeps the place where it stands, so that an error can point at it.
"""

from __future__ import annotations

import re

from ..errors import LayoutError, ParseError
from .cursor import Cursor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

__all__: list[str] = []

MAX_TEXT = 1_000_000
_MAX_DIGITS = 400
_MAX_DEPTH = 40
KEYWORDS = ("mnThenK", "kThenMn")  # the words that an attribute may have as a value
_TYPE = re.compile(r"b?[fi][0-9]{1,3}")
_TOKEN = re.compile(
    r"\s*(?:(?P<attribute>#[A-Za-z_][\w$.]*)|(?P<number>-?[0-9]+)|(?P<word>[A-Za-z_][\w.]*)|(?P<sign>->|\S))", re.ASCII
)


class Fields(dict[str, "Any"]):
    """The fields of an attribute, and the place of each."""

    def __init__(self) -> None:
        super().__init__()
        self.places: dict[str, int] = {}


class MlirReader(Cursor):
    """Reads attributes; ``build`` makes the value of one from its name and what is between < and >."""

    def __init__(
        self,
        text: str,
        aliases: Mapping[str, Any],
        build: Callable[[MlirReader, str, int], Any],
        dialect: str | None = None,
    ) -> None:
        self.aliases = aliases
        self.dialect = dialect
        self.build = build
        self.depth = 0
        super().__init__(text, _TOKEN)

    def number(self, what: str) -> int:
        return self.numeral(what, _MAX_DIGITS)

    def word(self, what: str) -> str:
        if self.kind != "word":
            self.fail(f"expected {what}, {self.found()}")
        value = self.token
        self.advance()
        return value

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            self.fail(f"nested deeper than {_MAX_DEPTH} levels")

    def value(self) -> Any:
        """Read a number, true or false, a type, a list, fields in braces, or an attribute."""
        if self.kind == "number":
            return self.number("a number")
        if self.kind == "attribute":
            return self.attribute()
        if self.token == "[":
            return self.items()
        if self.token == "{":
            return self.braces()
        if self.kind == "word" and self.token in ("true", "false"):
            return self.word("true or false") == "true"
        if self.kind == "word" and _TYPE.fullmatch(self.token):
            return self.word("a type")
        if self.kind == "word" and self.token in KEYWORDS:
            return self.word("a keyword")
        return self.fail(f"expected a value, {self.found()}")

    def items(self) -> list[Any]:
        opened = self.start
        self.expect("[", "before a list")
        self.deeper()
        found: list[Any] = []
        while not self.take("]"):
            if found and not self.take(","):
                self.fail(f"expected , or ] to close the [ at column {opened + 1}, {self.found()}")
            found.append(self.value())
        self.depth -= 1
        return found

    def braces(self) -> Fields:
        self.expect("{", "before the fields")
        return self.fields("}")

    def fields(self, close: str, into: Fields | None = None) -> Fields:
        """Read ``name = value, ...`` up to the closing sign."""
        self.deeper()
        found = Fields() if into is None else into
        first = True
        while not self.take(close):
            if not first:
                self.expect(",", f"or {close} after a field")
            first = False
            start = self.start
            name = self.word("the name of a field")
            if name in found:
                self.fail(f"the field {name} is there twice", start)
            self.expect("=", f"after the field {name}")
            found.places[name] = start
            found[name] = self.value()
        self.depth -= 1
        return found

    def attribute(self) -> Any:
        """Read ``#alias`` or ``#dialect.name<...>``."""
        start, name = self.start, self.token
        if self.kind != "attribute":
            self.fail(f"expected an attribute, such as #ttg.blocked<...> or #alias, {self.found()}")
        self.advance()
        if "." not in name:
            if name not in self.aliases:
                if re.search(rf"{re.escape(name)}\s*=[^=]", self.text[self.position :]):
                    self.fail(f"the alias {name} is used before it is defined", start)
                known = ", ".join(sorted(self.aliases)[:8]) or "none"
                self.fail(f"the alias {name} is not defined; known: {known}", start)
            return self.aliases[name]
        self.expect("<", f"after {name}")
        self.deeper()
        try:
            found = self.build(self, name, start)
        except ParseError:
            raise
        except LayoutError as error:
            raise ParseError(error.message, self.text, start) from error
        self.depth -= 1
        return found
