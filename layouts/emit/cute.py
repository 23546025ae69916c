"""A layout as a type of CuTe: C++, or the constructors of the Python DSL, read back and compared.

>>> from layouts import F2, Layout
>>> print(emit_type(Layout((8, 64), (72, 1), over=F2), "cute"))
composition(Swizzle<3,3,3>{}, Layout<Shape<_8,_64>,Stride<_64,_1>>{})
>>> print(emit_type(Layout((8, 64), (64, 1)), "cute-dsl"))
cute.make_layout((8, 64), stride=(64, 1))
"""

from __future__ import annotations

import ast

from ..composed import ComposedLayout
from ..equality import difference
from ..errors import LayoutError
from ..inttuple import _show
from ..layout import Layout
from ..linear.affine import AffineLayout
from ..linear.cute import from_linear
from ..linear.layout import LinearLayout
from ..linearity import is_carry_free, to_z
from ..module import F2, Z, Zn
from ..notation.cpp import parse_cpp, to_cpp
from ..swizzle import Swizzle
from ..swizzled import swizzled_forms
from ..verify.compare import Comparison
from ..verify.verdict import Verdict
from .emitted import EmittedIndex
from .text import Operations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["emit_type", "parse_dsl"]

_MAKERS = {"make_layout", "make_composed_layout", "make_swizzle"}


def emit_type(value: Any, dialect: str) -> EmittedIndex:
    """Return the type or constructor of CuTe for a value, read back and equal to it.

    Raises:  LayoutError where CuTe has none: a layout over F2 that is no swizzle after a plain layout, an XOR constant.
    """
    given = value.layout if isinstance(value, Verdict) else value
    plain = _plain(given)
    if dialect == "cute":
        code, way = to_cpp(plain), "the C++ text was read back"
        back = parse_cpp(code)
    else:
        code, way = _dsl(plain), "the Python text was read back"
        back = parse_dsl(code)
    if isinstance(plain, Swizzle):
        differs: object = None if back == plain else 0
    else:
        differs = difference(back, given)
    if differs is not None:
        raise LayoutError(f"emit_index: {code} is not {given}: they differ at index {differs}", differs)
    return EmittedIndex(
        code=code,
        dialect=dialect,
        variables={},
        outputs={"layout": code},
        temporaries=(),
        operations=Operations({}),
        proofs={"layout": Comparison(True, None, None, f"algebra, from the modes; {way}")},
        strategy="type",
        value=given,
    )


def _plain(value: Any) -> Any:
    """Return the layout, chain or swizzle that CuTe can spell."""
    if isinstance(value, AffineLayout):
        if not value.is_linear():
            raise LayoutError(f"emit_index: CuTe has no XOR constant, and the offset is {value.offset}", value.offset)
        value = value.linear
    if isinstance(value, LinearLayout):
        value = from_linear(value)
    if isinstance(value, ComposedLayout):
        if isinstance(value.outer, Swizzle):
            return value
        known = value.as_layout()
        if known is None:
            raise LayoutError(f"emit_index: {value} is no swizzle after a layout, and CuTe's types hold no more", value)
        value = known
    if isinstance(value, Layout) and value.over is F2:
        if is_carry_free(value):
            return to_z(value)
        forms = swizzled_forms(value)
        if not forms:
            raise LayoutError(f"emit_index: {value} is no single swizzle after a plain layout", value)
        return forms[0]
    if not isinstance(value, (Layout, Swizzle)):
        raise LayoutError(f"emit_index: {_show(value)} is no layout, swizzle or chain", value)
    return value


def _dsl(value: Any) -> str:
    if isinstance(value, Swizzle):
        return f"cute.make_swizzle({value.bits}, {value.base}, {value.shift})"
    if isinstance(value, ComposedLayout):
        return f"cute.make_composed_layout({_dsl(value.outer)}, {value.offset}, {_dsl(value.inner)})"
    if value.over not in (Z, Zn):
        raise LayoutError(f"emit_index: {value} has no constructor in the DSL", value)
    if value.over is Zn:
        raise LayoutError(f"emit_index: the strides of {value} are coordinates; the dialect cute has them", value)
    return f"cute.make_layout({value.shape}, stride={value.stride})"


def parse_dsl(text: str) -> Any:
    """Return the value of ``cute.make_layout``, ``make_swizzle`` and ``make_composed_layout`` with numbers in them.

    Raises:  LayoutError for any other text.
    """
    try:
        return _read(ast.parse(text, mode="eval").body, text)
    except (SyntaxError, RecursionError, MemoryError, ValueError) as error:
        if isinstance(error, LayoutError):
            raise
        raise LayoutError(f"emit_index: Python does not read {_show(text)}", text) from error


def _read(node: ast.expr, text: str) -> Any:
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_read(node.operand, text)
    if isinstance(node, ast.Tuple):
        return tuple([_read(part, text) for part in node.elts])
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _MAKERS:
        parts = [_read(part, text) for part in (*node.args, *[word.value for word in node.keywords])]
        return {"make_layout": Layout, "make_swizzle": Swizzle}.get(node.func.attr, ComposedLayout)(*parts)
    raise LayoutError(f"emit_index: {_show(text)} is no constructor of CuTe with numbers", text)
