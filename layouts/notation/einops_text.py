"""The text of einops' patterns, read to ``EinopsPattern``."""

from __future__ import annotations

import re

from ..errors import LayoutError, ParseError
from .cursor import Cursor, check_text
from .einops import ELLIPSIS, EinopsPattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .einops import Axis, Side

__all__ = ["is_einops_text", "parse_einops"]

_TOKEN = re.compile(
    r"\s*(?:(?P<number>[0-9]+)|(?P<word>[A-Za-z_][A-Za-z0-9_]*)|(?P<sign>->|\.\.\.|\S))",
    re.ASCII,
)
_START = re.compile(
    r"\s*(?:einops\s*\.\s*)?(?:(?:rearrange|repeat|reduce)\s*\(|['\"][^'\"]*->|[\w(][\w\s().]*->|\.\.\.[\w\s().]*->|->)",
    re.ASCII,
)
_MAX_TEXT = 20_000
_MAX_DIGITS = 400


def is_einops_text(text: str) -> bool:
    """Tell whether a text is meant as a pattern of einops.

    >>> is_einops_text("b (h w) -> h (b w)"), is_einops_text("(4,8):(8,1)")
    (True, False)
    """
    return _START.match(text[:_MAX_TEXT]) is not None


def parse_einops(text: str) -> EinopsPattern:
    """Return the pattern that a text stands for: a call of ``rearrange`` or ``repeat``, or the pattern alone.

    Ensures:  ``parse_einops(str(x)) == x``.
    Raises:   ParseError with a caret.
    Cost:     one pass over the text.

    >>> print(parse_einops("einops.rearrange(x, 'b (h w) c -> (b h) (w c)', b=2, h=3, w=4, c=5)").to_layout())
    ((3,2),(5,4)):((20,60),(1,5))
    >>> print(parse_einops("h w -> h (w r)  h=4 w=8 r=2"))
    repeat('h w -> h (w r)', h=4, w=8, r=2)
    """
    check_text(text, _MAX_TEXT)
    reader = _Reader(text)
    start = reader.start
    value = reader.call()
    reader.expect_end()
    try:
        return EinopsPattern(*value)
    except ParseError:
        raise
    except LayoutError as error:
        raise ParseError(error.message, text, start) from error


class _Reader(Cursor):
    def __init__(self, text: str) -> None:
        super().__init__(text, _TOKEN)

    def call(self) -> tuple[Side, Side, dict[str, int]]:
        if self.token == "einops":
            self.advance()
            self.expect(".", "after einops")
        called = False
        if self.token in ("rearrange", "repeat", "reduce") and self.text[self.position :].lstrip()[:1] == "(":
            if self.token == "reduce":
                self.fail("reduce adds elements up, and is no layout")
            called = True
            self.advance()
            self.expect("(", "after the function")
            if self.kind == "word":
                self.advance()
                self.expect(",", "after the array")
        quote = self.token if self.token in ("'", '"') else ""
        if quote:
            self.advance()
        elif called:
            self.fail(f"expected the pattern in quotes, {self.found()}")
        left = self.side("->")
        self.expect("->", "between the sides")
        right = self.side(quote)
        if quote:
            self.expect(quote, "to close the pattern")
        lengths = self.lengths(")" if called else "")
        if called:
            self.expect(")", "to close the call")
        return left, right, lengths

    def side(self, close: str) -> Side:
        found: list[Axis] = []
        while self.kind != "end" and self.token != close and self.token not in (",", "->"):
            if self.kind == "word" and not close and self.text[self.position :].lstrip()[:1] == "=":
                break
            if self.take("("):
                inside: list[str] = []
                while not self.take(")"):
                    inside.append(self.axis("a name or )"))
                found.append(tuple(inside))
            else:
                found.append(self.axis("the name of an axis"))
        return tuple(found)

    def axis(self, what: str) -> str:
        if self.kind == "word" or self.token == ELLIPSIS or (self.kind == "number" and len(self.token) < 20):
            name = self.token
            if self.kind == "word" and (name.startswith("_") or name.endswith("_")):
                self.fail(f"a name begins and ends with a letter or a digit, unlike {name[:40]}")
            self.advance()
            return str(int(name)) if name.isdigit() else name
        return self.fail(f"expected {what}, {self.found()}")

    def lengths(self, close: str) -> dict[str, int]:
        found: dict[str, int] = {}
        while self.kind != "end" and self.token != close:
            self.take(",")
            name = self.token
            if self.kind != "word":
                self.fail(f"expected the name of an axis, {self.found()}")
            if name in found:
                self.fail(f"the length of {name} is given twice")
            self.advance()
            self.expect("=", f"after {name}")
            if self.kind != "number" or len(self.token) > _MAX_DIGITS:
                self.fail(f"expected the length of {name}, {self.found()}")
            found[name] = int(self.token)
            self.advance()
        return found
