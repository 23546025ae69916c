"""CuTe's notation: text to values and back, with ``parse(str(x)) == x``.

=====================================  ========================================================================
text                                   value
=====================================  ========================================================================
``(4,8):(8,1)``, ``(_4,_8):(_8,_1)``   ``Layout``; ``_n`` is how C++ prints an integer known at compile time
``(8):(1)``, ``(8,):(1,)``, ``8:1``    the first two have a 1-tuple as shape, the third an integer
``(4,8):(1@0,1@1)``, ``4:2@0+1@1``     coordinate strides; in ``1@0@1`` the innermost axis comes first
``(8,64):(F72,F1)``                    strides over F2
``Sw<3,4,3>``, ``S<3,4,3>``            ``Swizzle``; also ``Swizzle<3,4,3>``
``Sw<3,4,3> o 0 o (8,64):(64,1)``      ``ComposedLayout``, read from right to left; a missing offset is 0
``... o smem_ptr[16b](unset) o ...``   the layout in elements; see ``layouts.notation.pointers`` for what C++ prints
``2 + (2,2,8):(1,-2,4)``               ``ComposedLayout`` with the identity: an offset and a layout
``(4,(2,3))``, ``1@0``, ``F9``         a hierarchical tuple, a coordinate, a stride over F2
``- lane=1 -> (1) where out dims ...``   ``LinearLayout``, as Triton prints it; see ``layouts.notation.linear``
``#ttg.blocked<{...}>``                an encoding of Triton's, as TTGIR prints it; see ``layouts.notation.ttgir``
``#mosaic_gpu.TiledLayout<...>``       a layout of JAX's Mosaic GPU; see ``layouts.notation.mosaic_text``
=====================================  ========================================================================
"""

from __future__ import annotations

import re

from ..composed import ComposedLayout, Swizzle
from ..errors import LayoutError, ParseError
from ..inttuple import MAX_DEPTH
from ..layout import Layout
from ..module import ArithTuple, E, F2Stride
from .cursor import Cursor, check_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["parse", "to_text"]

_TOKEN = re.compile(r"\s*(?:(?P<number>_?-?[0-9]+)|(?P<word>[A-Za-z][A-Za-z0-9_]*)|(?P<sign>\S))")
_SWIZZLES = ("Sw", "S", "Swizzle")
_MAX_TEXT = 1_000_000
_MAX_DIGITS = 4000
_MAX_ITEMS = 2 * MAX_DEPTH + 2  # maps and offsets in one text


def parse(text: str) -> Any:
    """Return the value that ``text`` stands for in CuTe's notation.

    Triton's text of a linear layout is known by its ``where out dims are:``; ``parse_linear`` reads it.
    Ensures: ``parse(str(x)) == x`` for layouts, composed layouts, swizzles, hierarchical tuples, strides, and for
    linear and affine layouts whose names have no space and none of ``= , ( ) [ ]``.
    Raises:  ParseError, which shows the text with a caret under the first character that does not fit.
    Cost:    one pass over the text.

    >>> parse("(4,8):(8,1)")
    Layout((4, 8), (8, 1))
    >>> print(parse("S<3,4,3> o (_8,_64):(_64,_1)"))
    Sw<3,4,3> o 0 o (8,64):(64,1)
    >>> parse("(4,8):(8,1")
    Traceback (most recent call last):
    layouts.errors.ParseError: expected , or ) to close the ( at column 7, found the end
        (4,8):(8,1
                  ^
    """
    check_text(text, _MAX_TEXT)
    if "where" in text or "empty" in text:
        from .linear import is_linear_text, parse_linear

        if is_linear_text(text):
            return parse_linear(text)
    if text.lstrip()[:1] == "#":
        if text.lstrip().startswith("#mosaic_gpu."):
            from .mosaic_text import parse_mosaic

            return parse_mosaic(text)
        from .ttgir import parse_ttgir

        return parse_ttgir(text)
    from .pointers import is_printed, parse_printed

    return parse_printed(text, _plain) if is_printed(text) else _plain(text)


def _plain(text: str) -> Any:
    """Return the value of a text in the plain notation."""
    reader = _Reader(text)
    value = reader.chain()
    reader.expect_end()
    return value


def to_text(value: Any, *, static: bool = False, swizzle: str = "Sw") -> str:
    """Return the notation of a value: ``str(value)``, or with ``static`` all integers as C++ prints constants.

    ``swizzle`` is the head of a swizzle: ``Sw`` as C++ prints it, ``S`` as the DSL does.

    >>> to_text(Layout((4, 8), (8, 1)), static=True)
    '(_4,_8):(_8,_1)'
    """
    if swizzle not in _SWIZZLES:
        raise LayoutError(f"to_text: a swizzle is headed by one of {', '.join(_SWIZZLES)}, not {swizzle!r}", swizzle)
    from .near import check_numbers, said_shortly

    check_numbers("to_text", value)
    with said_shortly("to_text"):
        result = str(value)
    if "\n" in result:  # a linear layout, which has one text
        return result
    result = result.replace("Sw<", swizzle + "<").replace(", ", ",")
    if not static:
        return result
    return re.sub(r"<[^>]*>|@\d+|F\d+|-?\d+", lambda m: m[0] if m[0][0] in "<@F" else "_" + m[0], result)


class _Reader(Cursor):
    """Reads chains, layouts and swizzles."""

    def __init__(self, text: str) -> None:
        self.items = 0
        super().__init__(text, _TOKEN)

    def number(self, role: str) -> int:
        if self.kind != "number":
            if self.kind == "word" and not self.text[: self.start].strip():
                from .near import unknown_head

                self.fail(unknown_head(self.token))
            self.fail(f"expected {role}, {self.found()}")
        digits = self.token.removeprefix("_")
        if len(digits) > _MAX_DIGITS:
            self.fail(f"a number of {len(digits)} digits, more than {_MAX_DIGITS}")
        self.advance()
        return int(digits)

    def chain(self) -> Any:
        """Read a chain ``f o offset o g ...`` and fold it from the right."""
        items = [(self.start, self.item())]
        while self.kind == "word" and self.token == "o":
            self.advance()
            items.append((self.start, self.item()))
        position, value = items.pop()
        if items and not isinstance(value, (Layout, ComposedLayout)):
            self.fail("a chain ends in a layout, shape:stride", position)
        while items:
            position, outer = items.pop()
            offset: Any = 0
            if isinstance(outer, (int, tuple)):
                offset = outer
                if not items:
                    self.fail(
                        "an offset stands between two maps; before a layout alone it is written 2 + 8:1", position
                    )
                position, outer = items.pop()
            if not isinstance(outer, (Swizzle, Layout)):
                self.fail("expected a swizzle or a layout before o", position)
            value = self.guarded(ComposedLayout, position, outer, offset, value)
        return value

    def guarded(self, make: Any, position: int, *parts: Any) -> Any:
        """Build a value; what its constructor refuses is shown at ``position``."""
        try:
            return make(*parts)
        except ParseError:
            raise
        except LayoutError as error:
            raise ParseError(error.message, self.text, position) from error

    def item(self) -> Any:
        start = self.start
        self.items += 1
        if self.items > _MAX_ITEMS:
            self.fail(f"a chain of more than {_MAX_ITEMS} maps and offsets")
        if self.kind == "word" and self.token in _SWIZZLES:
            return self.swizzle()
        tree = self.tree(0)
        if self.take(":"):
            strides = self.tree(0)
            return self.guarded(Layout, start, tree, strides)
        if isinstance(tree, (int, tuple)) and self.take("+"):
            inner_at = self.start
            inner = self.chain()
            if not isinstance(inner, (Layout, ComposedLayout)):
                self.fail("expected a layout after the offset", inner_at)
            return self.guarded(ComposedLayout, start, None, tree, inner)
        return tree

    def swizzle(self) -> Swizzle:
        start = self.start
        self.advance()
        numbers = []
        for role, before in (("the number of bits", "<"), ("the base", ","), ("the shift", ",")):
            if not self.take(before):
                self.fail(f"expected {before} before {role} of a swizzle, {self.found()}")
            numbers.append(self.number(role))
        if not self.take(">"):
            self.fail(f"expected > to close the swizzle, {self.found()}")
        return self.guarded(Swizzle, start, *numbers)  # type: ignore[no-any-return]

    def tree(self, level: int) -> Any:
        opened = self.start
        if not self.take("("):
            return self.leaf()
        if level >= MAX_DEPTH:
            self.fail(f"nested deeper than {MAX_DEPTH} levels", opened)
        children: list[Any] = []
        while not self.take(")"):
            if children and not self.take(","):
                self.fail(f"expected , or ) to close the ( at column {opened + 1}, {self.found()}")
            if children and self.take(")"):
                break
            children.append(self.tree(level + 1))
        return tuple(children)

    def leaf(self) -> Any:
        if self.kind == "word" and re.fullmatch("F[0-9]+", self.token):
            if len(self.token) > _MAX_DIGITS:
                self.fail(f"a number of {len(self.token) - 1} digits, more than {_MAX_DIGITS}")
            value = F2Stride(int(self.token[1:]))
            self.advance()
            return value
        number = self.number("a number")
        if self.token != "@":
            return number
        total = self.coordinate(number)
        while self.token == "+":
            self.advance()
            term = self.number("a coefficient")
            if self.token != "@":
                self.fail(f"expected @ and an axis, {self.found()}")
            at = self.start
            total = self.guarded(ArithTuple.__add__, at, total, self.coordinate(term))
        return total

    def coordinate(self, coefficient: int) -> ArithTuple:
        start = self.start
        path = []
        while self.take("@"):
            path.append(self.number("an axis"))
        return self.guarded(E, start, *reversed(path)) * coefficient  # type: ignore[no-any-return]
