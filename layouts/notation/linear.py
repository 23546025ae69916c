"""Triton's text of a linear layout, as logs and threads show it: read back to the value, ``parse(str(x)) == x``.

::

     - register=1 -> (0, 1)
       register=2 -> (8, 0)
     - lane=1 -> (0, 2)
     - warp is a size 1 dimension
    where out dims are: [row (size 16), column (size 8)]

One block for each input, one line for the image of each power of two in it; then the outputs with their sizes.  Space
and line breaks mean nothing, so that a text may stand on one line.  ``XOR row=3`` at the end, which is ours, makes it
an ``AffineLayout``.  A name is anything without space and ``= , ( ) [ ]``.
"""

from __future__ import annotations

import re

from ..errors import LayoutError, ParseError
from ..linear.affine import AffineLayout
from ..linear.layout import LinearLayout
from .cursor import check_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

    Bases = list[tuple[str, list[list[int]]]]

__all__ = ["is_linear_text", "parse_linear"]

_MAX_TEXT = 1_000_000
_MAX_DIGITS = 4000
_END = re.compile(r"where\s+out\s+dims\s+are\s*:")
_DASH = re.compile(r"-(?=\s)\s*")
_MARK = re.compile(r"where\s+out\s+dims\s+are\s*:|\(\s*empty\s+layout")
_SPACE = re.compile(r"\s*")
_NAME = re.compile(r"[^\s=,()\[\]]+")
_NUMBER = re.compile(r"[0-9]+")


def is_linear_text(text: str) -> bool:
    """Tell whether a text is meant as Triton's print of a linear layout.

    >>> is_linear_text("- lane=1 -> (1) where out dims are: [row (size 2)]"), is_linear_text("(4,8):(8,1)")
    (True, False)
    """
    return _MARK.search(text) is not None


def parse_linear(text: str) -> LinearLayout | AffineLayout:
    """Return the layout that Triton prints as ``text``; an ``AffineLayout`` where ``XOR`` follows.

    Ensures:  ``parse_linear(str(L)) == L`` for names without space and ``= , ( ) [ ]``.
    Raises:   ParseError, which shows the line with a caret under the first character that does not fit.
    Cost:     one pass over the text.
    Triton:   the text of ``LinearLayout``, ``str`` and ``repr`` alike.

    >>> parse_linear("- lane=1 -> (0, 1) lane=2 -> (1, 0) where out dims are: [row (size 2), column (size 2)]")
    LinearLayout([('lane', [[0, 1], [1, 0]])], [('row', 2), ('column', 2)])
    """
    check_text(text, _MAX_TEXT)
    return _Reader(text).layout()


class _Reader:
    """The text and a position in it, which moves over space by itself."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.seen: set[str] = set()
        self.skip()

    def skip(self) -> None:
        found = _SPACE.match(self.text, self.position)
        if found is not None:
            self.position = found.end()

    def fail(self, reason: str, position: int | None = None) -> NoReturn:
        raise ParseError(reason, self.text, self.position if position is None else position)

    def take(self, sign: str) -> bool:
        """Move over a sign or a word, if it comes next."""
        if not self.text.startswith(sign, self.position):
            return False
        end = self.position + len(sign)
        if sign[-1].isalnum() and _NAME.match(self.text, end):
            return False
        self.position = end
        self.skip()
        return True

    def expect(self, sign: str, after: str) -> None:
        if not self.take(sign):
            self.fail(f"expected {sign} {after}, {self.found()}")

    def found(self) -> str:
        return f"found {self.text[self.position : self.position + 1]!r}" if self.more() else "found the end"

    def more(self) -> bool:
        return self.position < len(self.text)

    def name(self, what: str) -> str:
        found = _NAME.match(self.text, self.position)
        if found is None:
            self.fail(f"expected {what}, {self.found()}")
        self.position = found.end()
        self.skip()
        return found[0]

    def number(self, what: str) -> int:
        found = _NUMBER.match(self.text, self.position)
        if found is None:
            self.fail(f"expected {what}, {self.found()}")
        if len(found[0]) > _MAX_DIGITS:
            self.fail(f"a number of {len(found[0])} digits, more than {_MAX_DIGITS}")
        self.position = found.end()
        self.skip()
        return int(found[0])

    def layout(self) -> LinearLayout | AffineLayout:
        start = self.position
        bases: Bases = []
        if self.take("("):
            outs = self.empty()
        else:
            while (end := _END.match(self.text, self.position)) is None:
                self.block(bases)
            self.position = end.end()
            self.skip()
            outs = self.outs()
        offset: dict[str, int] = {}
        if affine := self.take("XOR"):
            at = self.position
            offset = self.offset()
        if self.more():
            self.fail(f"expected the end, {self.found()}")
        try:
            linear = LinearLayout(bases, outs)
        except LayoutError as error:
            raise ParseError(error.message, self.text, start) from error
        if not affine:
            return linear
        try:
            return AffineLayout(linear, offset)
        except LayoutError as error:
            raise ParseError(error.message, self.text, at) from error

    def empty(self) -> list[tuple[str, int]]:
        """Read ``empty layout)`` or ``empty layout with out-dims [...])``."""
        for word in ("empty", "layout"):
            self.expect(word, "in '(empty layout)'")
        outs: list[tuple[str, int]] = []
        if self.take("with"):
            self.expect("out-dims", "after 'with'")
            outs = self.outs()
        self.expect(")", "to close '(empty layout'")
        return outs

    def block(self, bases: Bases) -> None:
        """Read one line: a basis, or an input without bases."""
        dash = _DASH.match(self.text, self.position)
        self.position = dash.end() if dash is not None else self.position
        start = self.position
        if not self.more():
            self.fail("expected 'where out dims are:', found the end")
        name = self.name("the name of an input")
        last = bases[-1] if bases and bases[-1][0] == name else None
        if self.take("is"):
            for word in ("a", "size", "1", "dimension"):
                self.expect(word, "in 'is a size 1 dimension'")
            self.new_block(bases, name, start)
            return
        self.expect("=", f"after the input {name}")
        at = self.position
        index = self.number("a power of two")
        if last is None:
            last = self.new_block(bases, name, start)
        if index != 1 << len(last[1]):
            self.fail(f"the bases of {name} go on with {1 << len(last[1])}, not with {index}", at)
        self.expect("->", "after the power of two")
        last[1].append(self.vector())

    def new_block(self, bases: Bases, name: str, start: int) -> tuple[str, list[list[int]]]:
        if name in self.seen:
            self.fail(f"the input {name} is there twice", start)
        self.seen.add(name)
        bases.append((name, []))
        return bases[-1]

    def vector(self) -> list[int]:
        self.expect("(", "before the values of a basis")
        values: list[int] = []
        while not self.take(")"):
            if values and not self.take(","):
                self.fail(f"expected , or ) in the values of a basis, {self.found()}")
            if values and self.take(")"):
                break
            values.append(self.number("a value"))
        return values

    def outs(self) -> list[tuple[str, int]]:
        """Read ``[name (size n), ...]``."""
        self.expect("[", "before the outputs")
        outs: list[tuple[str, int]] = []
        while not self.take("]"):
            if outs and not self.take(","):
                self.fail(f"expected , or ] in the outputs, {self.found()}")
            name = self.name("the name of an output")
            self.expect("(", f"before the size of {name}")
            self.expect("size", f"of {name}")
            outs.append((name, self.number("a size")))
            self.expect(")", f"after the size of {name}")
        return outs

    def offset(self) -> dict[str, int]:
        """Read ``name=value, ...``, or ``()`` where there is no output."""
        found: dict[str, int] = {}
        if self.take("("):
            self.expect(")", "in ()")
            return found
        while True:
            start = self.position
            name = self.name("the name of an output")
            if name in found:
                self.fail(f"the output {name} is there twice", start)
            self.expect("=", f"after the output {name}")
            found[name] = self.number("a value")
            if not self.take(","):
                return found
