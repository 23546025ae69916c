"""Python's integer expressions: read into the same tree as C's, and printed back.

Python binds comparisons looser than ``&``, ``^`` and ``|``, rounds ``//`` and ``%`` down, and its integers do not
overflow.  ``/`` makes a float and ``**`` may, so both are refused:

>>> tree = parse_python("i // 8 * 8 + (j ^ i % 8) if i & 3 == 0 else -i % 7")
>>> print(python_text(tree))
i // 8 * 8 + (j ^ i % 8) if i & 3 == 0 else -i % 7
>>> print(tree.condition)  # in C, == binds tighter than &
(i & 3) == 0
"""

from __future__ import annotations

import ast
import warnings

from ..errors import ParseError
from .expression import MAX_LENGTH, MAX_NODES
from .syntax import FUNCTIONS, Binary, Call, Conditional, Expression, Literal, Name, Unary, _fold

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["parse_python", "python_text"]

_BINARY = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
}
_COMPARE = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
_UNARY = {ast.USub: "-", ast.UAdd: "+", ast.Invert: "~", ast.Not: "!"}
_REFUSED = {
    ast.Div: "'/' makes a float: write //",
    ast.Pow: "'**' is not read: write the product, or 1 << k",
    ast.MatMult: "'@' is not read: only integers are",
}
_READ = ("min", "max", "abs", "int")


def parse_python(text: str) -> Expression:
    """Return the tree of the Python integer expression ``text``.

    Reads names (``i``, ``pid.x``), integers, ``True`` and ``False``, ``+ - * // % << >> & | ^ ~``, comparisons and
    chains of them, ``and or not`` of truth values, ``x if c else y``, ``min max abs int`` and ``divmod(a, b)[k]``.
    Raises: ParseError, with a caret, for anything else.
    """
    if not isinstance(text, str):
        raise ParseError(f"an expression is given as text, not as {type(text).__name__}")
    if len(text) > MAX_LENGTH:
        raise ParseError(f"the text has {len(text)} characters; at most {MAX_LENGTH} are read", text, MAX_LENGTH)
    source = text.strip().replace("\n", " ")
    if not source:
        raise ParseError("the expression is empty", text, 0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            body = ast.parse(source, mode="eval").body
    except SyntaxError as error:
        raise ParseError(f"Python does not read this: {error.msg}", source, max(0, (error.offset or 1) - 1)) from None
    except (RecursionError, MemoryError, ValueError) as error:
        raise ParseError(f"the expression is nested too deep, or has a foreign character: {error}", source, 0) from None
    return _Reader(source).read(body)


class _Reader:
    """One reading; nodes are built from the leaves up, without recursion."""

    __slots__ = ("count", "done", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.done: list[Expression] = []
        self.count = 0

    def read(self, body: ast.expr) -> Expression:
        waiting: list[tuple[ast.AST, bool]] = [(body, False)]
        while waiting:
            node, ready = waiting.pop()
            self.count += 1
            if self.count > 4 * MAX_NODES:
                raise self.fault(f"the expression has more than {MAX_NODES} names, numbers and operators", node)
            if ready:
                self.build(node)
            else:
                waiting.append((node, True))
                waiting.extend([(part, False) for part in reversed(self.parts(node))])
        return self.done[0]

    def fault(self, reason: str, node: Any, offset: int | None = None) -> ParseError:
        position = getattr(node, "col_offset", 0) if offset is None else offset
        return ParseError(reason, self.text, len(self.text.encode()[:position].decode(errors="ignore")))

    def parts(self, node: Any) -> list[ast.expr]:
        """Return the operands of a node, or refuse the node."""
        if isinstance(node, ast.BinOp):
            if type(node.op) not in _BINARY:
                raise self.fault(_REFUSED.get(type(node.op), "this operator is not read"), node, self.gap(node))
            return [node.left, node.right]
        if isinstance(node, ast.UnaryOp):
            return [node.operand]
        if isinstance(node, ast.Compare):
            if any([type(op) not in _COMPARE for op in node.ops]):
                raise self.fault("'is' and 'in' are not read: only comparisons of integers are", node)
            if len(node.ops) > 8:
                raise self.fault("at most 8 comparisons are read in a chain", node)
            return [node.left, *node.comparators]
        if isinstance(node, ast.BoolOp):
            return node.values
        if isinstance(node, ast.IfExp):
            return [node.test, node.body, node.orelse]
        if isinstance(node, ast.Call):
            return self.arguments(node)
        if isinstance(node, ast.Subscript):
            return self.divmod_of(node)
        if isinstance(node, (ast.Constant, ast.Name, ast.Attribute)):
            return []
        raise self.fault(f"{type(node).__name__} is not read: only integer arithmetic on named values is", node)

    def gap(self, node: ast.BinOp) -> int:
        """Return where the operator of a node stands."""
        start, stop = node.left.end_col_offset or 0, node.right.col_offset
        between = self.text.encode()[start:stop].decode()
        found = [between.find(symbol) for symbol in "+-*/%<>&|^@" if symbol in between]
        return start + min(found, default=0)

    def arguments(self, node: ast.Call) -> list[ast.expr]:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name == "divmod":
            raise self.fault("divmod gives two values: write divmod(a, b)[0] or [1], or // and %", node)
        if name not in _READ:
            raise self.fault(f"of functions, only {', '.join(_READ)} and divmod are read", node)
        if node.keywords or any([isinstance(a, ast.Starred) for a in node.args]):
            raise self.fault(f"{name} is read with plain values", node)
        least, most = FUNCTIONS.get(name, (1, 1))
        if not least <= len(node.args) <= most:
            raise self.fault(f"{name} takes {least}{f' to {most}' if most > least else ''} values", node)
        return node.args

    def divmod_of(self, node: ast.Subscript) -> list[ast.expr]:
        call, index = node.value, node.slice
        named = isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "divmod"
        if not named or len(call.args) != 2 or call.keywords:  # type: ignore[attr-defined]
            raise self.fault("an element is not an index expression, except divmod(a, b)[0] and [1]", node)
        if not isinstance(index, ast.Constant) or index.value not in (0, 1) or isinstance(index.value, bool):
            raise self.fault("divmod(a, b) has the elements [0] and [1]", node)
        return call.args  # type: ignore[attr-defined, no-any-return]

    def build(self, node: Any) -> None:
        count = len(self.parts(node))
        operands = self.done[len(self.done) - count :]
        del self.done[len(self.done) - count :]
        self.done.append(self.made(node, operands))

    def made(self, node: Any, operands: list[Expression]) -> Expression:
        place = self.fault("", node).position
        if isinstance(node, ast.Constant):
            return self.constant(node, place)
        if isinstance(node, (ast.Name, ast.Attribute)):
            return Name(self.dotted(node), place, self.text)
        if isinstance(node, ast.BinOp):
            at = self.fault("", node, self.gap(node)).position
            return Binary(_BINARY[type(node.op)], operands[0], operands[1], at, self.text)
        if isinstance(node, ast.UnaryOp):
            return Unary(_UNARY[type(node.op)], operands[0], place, self.text)
        if isinstance(node, ast.Compare):
            pairs = zip(operands[:-1], node.ops, operands[1:], strict=True)
            links: list[Expression] = [Binary(_COMPARE[type(op)], a, b, place, self.text) for a, op, b in pairs]
            return self.joined("&&", links, place)
        if isinstance(node, ast.BoolOp):
            for part, operand in zip(node.values, operands, strict=True):
                if not _is_truth(operand):
                    reason = "'and' and 'or' give one of their operands: compare it, or write x if c else y"
                    raise self.fault(reason, part)
            return self.joined("&&" if isinstance(node.op, ast.And) else "||", operands, place)
        if isinstance(node, ast.IfExp):
            return Conditional(operands[0], operands[1], operands[2], place, self.text)
        if isinstance(node, ast.Subscript):
            return Binary("%" if node.slice.value else "//", operands[0], operands[1], place, self.text)  # type: ignore[attr-defined]
        name = node.func.id
        return operands[0] if name == "int" else Call(name, tuple(operands), place, self.text)

    def joined(self, operator: str, links: list[Expression], place: int) -> Expression:
        result = links[0]
        for link in links[1:]:
            result = Binary(operator, result, link, place, self.text)
        return result

    def constant(self, node: ast.Constant, place: int) -> Expression:
        if type(node.value) is bool:
            return Literal(int(node.value), 10, "", place, self.text)
        if type(node.value) is not int:
            raise self.fault(f"{node.value!r} is no integer", node)
        return integer(node.value, place, self.text)

    def dotted(self, node: ast.Name | ast.Attribute) -> str:
        names = []
        part: ast.expr = node
        while isinstance(part, ast.Attribute):
            names.append(part.attr)
            part = part.value
        if not isinstance(part, ast.Name):
            raise self.fault("a dot is read only inside a name such as pid.x", node)
        return ".".join([part.id, *reversed(names)])


def integer(value: int, place: int = 0, text: str = "") -> Expression:
    """Return a natural number of up to 64 bits as a literal."""
    if value.bit_length() > 64:
        raise ParseError("this number is beyond 64 bits", text, place)
    return Literal(value, 10, "ull" if value.bit_length() > 63 else "", place, text)


def _is_truth(node: Expression) -> bool:
    if isinstance(node, Binary):
        return node.operator in ("<", "<=", ">", ">=", "==", "!=", "&&", "||")
    return (isinstance(node, Unary) and node.operator == "!") or (isinstance(node, Literal) and node.value in (0, 1))


_LEVELS = {"||": 2, "&&": 3, "|": 6, "^": 7, "&": 8, "<<": 9, ">>": 9, "+": 10, "-": 10, "*": 11, "//": 11, "%": 11}
_LEVELS |= dict.fromkeys(["==", "!=", "<", ">", "<=", ">="], 5)
_WORDS = {"||": "or", "&&": "and"}


def python_text(tree: Expression) -> str:
    """Return the tree as Python spells it; the inverse of ``parse_python``."""
    text: str = _fold(tree, _printed)[0]
    return text


def _inside(part: tuple[str, int], level: int) -> str:
    return part[0] if part[1] >= level else f"({part[0]})"


def _printed(node: Expression, parts: list[tuple[str, int]]) -> tuple[str, int]:
    if isinstance(node, Literal):
        return str(node.value), 13
    if isinstance(node, Name):
        return node.name, 13
    if isinstance(node, Call):
        return f"{node.function}({', '.join([part[0] for part in parts])})", 13
    if isinstance(node, Conditional):
        condition, then, otherwise = parts
        return f"{_inside(then, 2)} if {_inside(condition, 2)} else {_inside(otherwise, 1)}", 1
    if isinstance(node, Binary):
        level = _LEVELS.get(node.operator, 11)
        first = level + 1 if level == 5 else level  # comparisons do not group
        word = _WORDS.get(node.operator, node.operator)
        return f"{_inside(parts[0], first)} {word} {_inside(parts[1], level + 1)}", level
    operator = getattr(node, "operator", "")
    if operator == "!":
        return f"not {_inside(parts[0], 4)}", 4
    return f"{operator}{_inside(parts[0], 12)}", 12
