"""Gluon's layout objects and their repr, read to encodings; Triton is never imported.

An encoding has the name and the fields of Gluon's class, so its ``repr`` is Gluon's.  A live object is read by the name
of its class and its attributes.

>>> parse_gluon("SliceLayout(dim=0, parent=BlockedLayout([1, 1], [8, 4], [1, 1], order=[1, 0]))").dim
0
"""

from __future__ import annotations

import ast
import re

from ..encodings.amd import AMDMFMALayout, AMDWMMALayout
from ..encodings.blocked import BlockedLayout, DistributedLinearLayout, SliceLayout
from ..encodings.cga import make_cga_layout
from ..encodings.dot import DotOperandLayout
from ..encodings.fields import MAX_NESTED, Encoding
from ..encodings.nvidia import NVMMADistributedLayout
from ..encodings.nvmma import NVMMASharedLayout
from ..encodings.padded import PaddedSharedLayout
from ..encodings.shared import (
    AMDRotatingSharedLayout,
    PartitionedSharedLayout,
    SharedLinearLayout,
    SwizzledSharedLayout,
)
from ..encodings.tensor_memory import TensorMemoryLayout, TensorMemoryScalesLayout
from ..errors import LayoutError, ParseError, ProfileError
from ..inttuple import _show, to_int
from .mlir import KEYWORDS
from .near import near

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["from_gluon", "is_gluon_text", "parse_gluon"]

CLASSES: dict[str, Any] = {
    cls.__name__: cls
    for cls in (
        BlockedLayout,
        SliceLayout,
        DistributedLinearLayout,
        DotOperandLayout,
        NVMMADistributedLayout,
        AMDMFMALayout,
        AMDWMMALayout,
        SwizzledSharedLayout,
        AMDRotatingSharedLayout,
        NVMMASharedLayout,
        SharedLinearLayout,
        PaddedSharedLayout,
        PartitionedSharedLayout,
        TensorMemoryLayout,
        TensorMemoryScalesLayout,
    )
}
_START = re.compile(r"\s*(?:\w+\s*\.\s*)*(?:" + "|".join(CLASSES) + r")\s*\(", re.ASCII)
_MAX_TEXT = 100_000
_OLD = ("ctas_per_cga", "cta_split_num", "cta_order")


def is_gluon_text(text: str) -> bool:
    """Tell whether a text is meant as the constructor of a Gluon layout.

    >>> is_gluon_text("gl.BlockedLayout([1], [32], [4], [0])"), is_gluon_text("Layout((4, 8), (8, 1))")
    (True, False)
    """
    return _START.match(text) is not None


def parse_gluon(text: str) -> Encoding:
    """Return the encoding that a Gluon constructor or repr stands for; nothing is evaluated.

    Ensures:  ``parse_gluon(repr(x)) == x`` for every encoding x.
    Raises:   ParseError, which shows the line with a caret.
    Cost:     one pass over the text.

    >>> print(parse_gluon("gl.NVMMASharedLayout(swizzle_byte_width=128, element_bitwidth=16, rank=2)"))
    #ttg.nvmma_shared<{swizzlingByteWidth = 128, transposed = false, elementBitWidth = 16}>
    """
    if not isinstance(text, str):
        live = "; from_gluon reads live layouts" if type(text).__name__ in CLASSES else ""
        raise ParseError(f"a text is needed, not {type(text).__name__}{live}")
    if len(text) > _MAX_TEXT:
        raise ParseError(f"the text has {len(text)} characters, more than {_MAX_TEXT}")
    flat = text.replace("\n", " ").replace("\r", " ").replace("\f", " ")
    start = len(flat) - len(flat.lstrip())
    depth = 0
    for place, sign in enumerate(flat):
        depth += (sign in "([{") - (sign in ")]}")
        if depth > 3 * MAX_NESTED:
            raise ParseError(f"nested deeper than {3 * MAX_NESTED} levels", flat, place)
    try:
        tree = ast.parse(flat.strip(), mode="eval")
    except SyntaxError as error:
        place = start + len(flat.strip().encode()[: max(0, (error.offset or 1) - 1)].decode(errors="ignore"))
        raise ParseError(f"this is not a constructor: {error.msg}", flat, min(place, len(flat))) from None
    except (ValueError, MemoryError, RecursionError) as error:
        raise ParseError(f"this is not a constructor: {error}", flat, start) from None
    value = _Builder(flat, start).value(tree.body)
    if not isinstance(value, Encoding):
        raise ParseError("expected the constructor of a layout, such as BlockedLayout(...)", flat, start)
    return value


class _Builder:
    def __init__(self, text: str, start: int) -> None:
        self.text, self.start = text, start

    def fail(self, reason: str, node: ast.AST) -> ParseError:
        at = len(self.text[self.start :].encode()[: getattr(node, "col_offset", 0)].decode(errors="ignore"))
        return ParseError(reason, self.text, self.start + at)

    def value(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Constant) and (node.value is None or isinstance(node.value, int)):
            return node.value
        if isinstance(node, ast.Constant) and node.value in KEYWORDS:
            return node.value
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            inner = self.value(node.operand)
            if type(inner) is int:
                return -inner
        if isinstance(node, (ast.List, ast.Tuple)):
            return [self.value(item) for item in node.elts]
        if isinstance(node, ast.Call):
            return self.call(node)
        raise self.fail("expected a number, a list, True, False, None or a layout", node)

    def call(self, node: ast.Call) -> Any:
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", None)
        if name not in CLASSES:
            raise self.fail(
                f"{name} is not a layout that is known here{near(str(name), CLASSES)}; known: {', '.join(CLASSES)}",
                node,
            )
        cls = CLASSES[name]
        fields = dict(zip(cls._fields, [self.value(item) for item in node.args], strict=False))
        if len(node.args) > len(cls._fields):
            raise self.fail(f"{name} has {len(cls._fields)} fields, and {len(node.args)} are given", node)
        for keyword in node.keywords:
            if keyword.arg not in cls._fields and keyword.arg not in _OLD:
                raise self.fail(f"{name} has no field {keyword.arg}", keyword)
            if keyword.arg in fields:
                raise self.fail(f"the field {keyword.arg} is given twice", keyword)
            fields[keyword.arg] = self.value(keyword.value)
        try:
            return _make(cls, fields)
        except ParseError:
            raise
        except (LayoutError, TypeError) as error:
            raise self.fail(str(error), node) from error


def _make(cls: Any, fields: dict[str, Any]) -> Encoding:
    """Return the encoding; the three fields of older versions become the bases of the blocks."""
    old = [fields.pop(name, None) for name in _OLD]
    if any([value is not None for value in old]):
        if any([value is None for value in old]):
            raise ProfileError(f"{cls.__name__}: {', '.join(_OLD)} go together", tuple(old))
        fields["cga_layout"] = make_cga_layout(*old)
    if fields.get("cga_layout", ()) is None:
        del fields["cga_layout"]
    defaults = cls.__init__.__defaults__ or ()
    missing = [name for name in cls._fields[: len(cls._fields) - len(defaults)] if name not in fields]
    if missing:
        raise ProfileError(
            f"{cls.__name__} needs the field{'s' if len(missing) > 1 else ''} {', '.join(missing)}", missing[0]
        )
    made: Encoding = cls(**fields)
    return made


def from_gluon(layout: Any) -> Encoding:
    """Return the encoding of a live Gluon layout, or of anything with the same class name and attributes.

    Ensures:  equal fields: ``repr(from_gluon(x)) == repr(x)`` for the classes of today.
    Raises:   ProfileError for other values.
    Cost:     one step for each value.

    >>> class SliceLayout:
    ...     dim, parent = 1, BlockedLayout([1, 1], [8, 4], [1, 1], [1, 0])
    >>> print(from_gluon(SliceLayout()))
    #ttg.slice<{dim = 1, parent = #ttg.blocked<{sizePerThread = [1, 1], threadsPerWarp = [8, 4], \
warpsPerCTA = [1, 1], order = [1, 0]}>}>
    """
    return _live(layout, 0)


def _live(layout: Any, depth: int) -> Encoding:
    if isinstance(layout, Encoding):
        return layout
    cls = CLASSES.get(type(layout).__name__)
    if cls is None:
        raise ProfileError(f"from_gluon: {_show(layout)} is no layout of Gluon that is known here", layout)
    if depth > MAX_NESTED:
        raise ProfileError(f"from_gluon: nested deeper than {MAX_NESTED} levels", depth)
    fields: dict[str, Any] = {}
    for name in (*cls._fields, *_OLD):
        value = getattr(layout, name, None)
        if value is not None:
            fields[name] = _plain(value, depth)
    try:
        return _make(cls, fields)
    except TypeError as error:
        raise ProfileError(f"from_gluon: {type(layout).__name__}: {error}", None) from error


def _plain(value: Any, depth: int) -> Any:
    if type(value).__name__ == "constexpr" and hasattr(value, "value"):
        value = value.value
    if isinstance(value, (list, tuple)):
        return [_plain(item, depth) for item in value]
    if isinstance(value, bool) or (isinstance(value, str) and value in KEYWORDS):
        return value
    return to_int(value, "from_gluon: a field") if hasattr(type(value), "__index__") else _live(value, depth + 1)
