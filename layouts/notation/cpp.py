"""CuTe's C++ types and constructors as text, read and written.

::

    Layout<Shape<_16,_8>,Stride<_8,_1>>                       Layout((16, 8), (8, 1))
    Layout<tuple<C<4>,Int<8>>,tuple<_1,int>>                  refused: a run-time integer has no value in a type
    composition(Swizzle<3,3,3>{}, Layout<Shape<_8,_64>,Stride<_64,_1>>{})
    ComposedLayout<Swizzle<3,4,3>,_0,Layout<Shape<_8,_64>,Stride<_64,_1>>>
    ComposedLayout<Swizzle<3,4,3>,smem_ptr_flag_bits<16>,Layout<...>>   of wgmma: the swizzle is on bytes, and read
                                                                        as Sw<3,3,3>, on the elements of the layout
    make_layout(make_shape(_8{}, 64), make_stride(64, _1{}))

``cute::`` before a name, ``{}`` and ``()`` after a type are skipped; a layout without a stride is compact.
"""

from __future__ import annotations

import re

from ..composed import ComposedLayout, Swizzle
from ..errors import LayoutError, ParseError
from ..inttuple import MAX_DEPTH, _show
from ..layout import Layout
from ..module import ArithTuple, E, Z, Zn
from .cursor import Cursor, check_text
from .near import near, said_shortly
from .pointers import on_elements

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["is_cpp_text", "parse_cpp", "to_cpp"]

_TOKEN = re.compile(r"\s*(?:(?P<number>-?[0-9]+)|(?P<word>[A-Za-z_][A-Za-z0-9_]*)|(?P<sign>::|\S))", re.ASCII)
_START = re.compile(
    r"\s*(?:cute\s*::\s*)?(?:Layout\s*<|ComposedLayout\s*<|composition\s*\(|make_layout\s*\(|Swizzle\s*<[^>]*>\s*[{(])"
)
_CONSTANT = re.compile(r"_([0-9]+)", re.ASCII)
_TUPLES = ("Shape", "Stride", "tuple", "Step", "Coord", "make_shape", "make_stride", "make_tuple", "make_coord")
_INTS = ("Int", "C", "constant", "integral_constant")
_OTHERS = ("Swizzle", "ScaledBasis", "smem_ptr_flag_bits")
_MAX_TEXT = 1_000_000
_MAX_DIGITS = 400


def is_cpp_text(text: str) -> bool:
    """Tell whether a text is meant as a C++ type or constructor of CuTe.

    >>> is_cpp_text("Layout<Shape<_4>,Stride<_1>>"), is_cpp_text("Swizzle<3,4,3> o 8:1")
    (True, False)
    """
    return _START.match(text) is not None


def parse_cpp(text: str) -> Any:
    """Return the layout, chain, swizzle or tuple that a C++ type or constructor of CuTe stands for.

    Ensures:  ``parse_cpp(to_cpp(x)) == x``.
    Raises:   ParseError, which shows the line with a caret under the first character that does not fit.
    Cost:     one pass over the text.

    >>> print(parse_cpp("composition(Swizzle<3,3,3>{}, Layout<Shape<_8,_64>,Stride<_64,_1>>{})"))
    Sw<3,3,3> o 0 o (8,64):(64,1)
    >>> parse_cpp("Layout<Shape<_16,Shape<_2,C<4>>>>")
    Layout((16, (2, 4)), (1, (16, 32)))
    """
    check_text(text, _MAX_TEXT)
    reader = _Reader(text)
    value = reader.value()
    reader.take(";")
    reader.expect_end()
    if isinstance(value, _Flag):
        reader.fail("this is a pointer, not a layout", 0)
    return value


def to_cpp(value: Any) -> str:
    """Return the C++ type of a layout over Z or Zn, a swizzle or a tuple; a constructor for a chain.

    Raises:   LayoutError for what C++ has no type for, such as strides over F2 and negative extents.

    >>> to_cpp(Layout((16, 8), (8, 1)))
    'Layout<Shape<_16,_8>,Stride<_8,_1>>'
    >>> to_cpp(ComposedLayout(Swizzle(3, 4, 3), 0, Layout(8)))
    'composition(Swizzle<3,4,3>{}, Layout<_8,_1>{})'
    """
    with said_shortly("to_cpp"):
        return _written(value)


def _written(value: Any) -> str:
    if isinstance(value, Swizzle):
        return f"Swizzle<{value.bits},{value.base},{value.shift}>{{}}"
    if isinstance(value, ComposedLayout) and isinstance(value.outer, Swizzle):
        inner = _written(value.inner)
        inner = inner if isinstance(value.inner, ComposedLayout) else inner + "{}"
        if value.offset == 0:
            return f"composition({_written(value.outer)}, {inner})"
        if type(value.offset) is int:
            return f"composition({_written(value.outer)}, {_leaf(value.offset)}{{}}, {inner})"
    if isinstance(value, Layout) and value.over in (Z, Zn):
        return f"Layout<{_tree(value.shape, 'Shape')},{_tree(value.stride, 'Stride')}>"
    raise LayoutError(f"to_cpp: {_show(value, 120, str)} has no C++ type", value)


def _tree(tree: Any, head: str) -> str:
    if type(tree) is tuple:
        return f"{head}<{','.join([_tree(child, head) for child in tree])}>"
    return _leaf(tree)


def _leaf(leaf: Any) -> str:
    if isinstance(leaf, ArithTuple):
        terms = [(path, n) for path, n in leaf.terms()] if hasattr(leaf, "terms") else None
        text = str(leaf)
        found = re.fullmatch(r"(-?[0-9]+)((?:@[0-9]+)+)", text)
        if found is None or terms == []:
            raise LayoutError(f"to_cpp: the stride {leaf} has no C++ type", leaf)
        return f"ScaledBasis<{_leaf(int(found[1]))},{','.join(reversed(found[2][1:].split('@')))}>"
    if type(leaf) is not int:
        raise LayoutError(f"to_cpp: the leaf {leaf} has no C++ type", leaf)
    return f"_{leaf}" if leaf >= 0 else f"C<{leaf}>"


class _Reader(Cursor):
    """Reads types and values of C++."""

    def __init__(self, text: str) -> None:
        self.depth = 0
        super().__init__(text, _TOKEN)

    def value(self) -> Any:
        """Read any value, and skip the {} or () that makes a value of a type."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail(f"nested deeper than {MAX_DEPTH} levels")
        while self.token in ("cute", "const", "typename"):
            self.advance()
            self.take("::")
        start = self.start
        if self.kind == "number":
            found: Any = self.integer()
        elif self.kind == "word":
            found = self.named(start)
        else:
            self.fail(f"expected a number, a type or a constructor, {self.found()}")
        for opened, closed in (("{", "}"), ("(", ")")):
            if self.take(opened):
                self.expect(closed, f"after {opened}: a type holds all of its numbers")
        self.depth -= 1
        return found

    def integer(self) -> int:
        if self.kind != "number":
            self.fail(f"expected a number, {self.found()}")
        if len(self.token) > _MAX_DIGITS:
            self.fail(f"a number of {len(self.token)} digits, more than {_MAX_DIGITS}")
        value = int(self.token)
        self.advance()
        if self.kind == "word" and self.token in ("u", "l", "ul", "ull", "ll", "U", "L", "UL"):
            self.advance()
        return value

    def named(self, start: int) -> Any:
        name = self.token
        constant = _CONSTANT.fullmatch(name)
        if constant is not None:
            if len(name) > _MAX_DIGITS:
                self.fail(f"a number of {len(name) - 1} digits, more than {_MAX_DIGITS}")
            self.advance()
            return int(constant[1])
        if name in ("int", "size_t", "uint32_t", "int32_t", "int64_t", "uint64_t", "long", "unsigned"):
            self.fail(f"{name} is a run-time integer: its value is not in the type")
        makers = {"Layout": _layout, "make_layout": _layout, "composition": _composed, "ComposedLayout": _composed}
        if name == "smem_ptr_flag":
            self.advance()
            return _Flag(1)
        known = name in makers or name in _TUPLES or name in _INTS or name in _OTHERS
        if not known:
            self.fail(f"{name} is not known here{near(name, (*makers, *_TUPLES, *_INTS, *_OTHERS))}", start)
        self.advance()
        parts, places = self.arguments(name)
        try:
            if name in makers:
                return makers[name](*parts)
            if name in _TUPLES:
                return tuple(parts)
            if name == "Swizzle":
                return Swizzle(*parts)
            if name == "smem_ptr_flag_bits" and len(parts) == 1 and type(parts[0]) is int:
                return _Flag(parts[0])
            if name == "ScaledBasis":
                return E(*parts[1:]) * parts[0]
        except ParseError:
            raise
        except LayoutError as error:
            self.fail(error.message, start)
        except TypeError:
            self.fail(f"{name} does not take {len(parts)} arguments of these kinds", start)
        if name in _OTHERS or not parts or type(parts[-1]) is not int or len(parts) > 2:
            self.fail(f"{name} holds one number", places[0] if places else start)
        return parts[-1]

    def arguments(self, name: str) -> tuple[list[Any], list[int]]:
        """Read <...> or (...), and the places of the arguments."""
        closed = {"<": ">", "(": ")"}.get(self.token)
        if closed is None:
            self.fail(f"expected < or ( after {name}, {self.found()}")
        self.advance()
        parts: list[Any] = []
        places: list[int] = []
        if name in ("constant", "integral_constant") and self.kind == "word" and not _CONSTANT.fullmatch(self.token):
            self.advance()
            self.expect(",", "after the type of the constant")
        while not self.take(closed):
            if parts and not self.take(","):
                self.fail(f"expected , or {closed} after an argument of {name}, {self.found()}")
            places.append(self.start)
            parts.append(self.value())
        return parts, places


class _Flag:
    """``smem_ptr_flag_bits<16>``: a pointer to elements of so many bits, that is set later."""

    def __init__(self, bits: int) -> None:
        self.bits = bits


def _layout(*parts: Any) -> Layout:
    if not 1 <= len(parts) <= 2 or any([isinstance(part, (Layout, ComposedLayout, Swizzle)) for part in parts]):
        raise TypeError
    return Layout(*parts)


def _composed(*parts: Any) -> ComposedLayout:
    if len(parts) not in (2, 3) or not isinstance(parts[-1], (Layout, ComposedLayout)):
        raise TypeError
    if len(parts) == 3 and isinstance(parts[1], _Flag) and isinstance(parts[0], Swizzle):
        return ComposedLayout(on_elements(parts[0], parts[1].bits), 0, parts[-1])
    if not isinstance(parts[0], (Layout, Swizzle)) or (len(parts) == 3 and not isinstance(parts[1], (int, tuple))):
        raise TypeError
    return ComposedLayout(parts[0], parts[1] if len(parts) == 3 else 0, parts[-1])
