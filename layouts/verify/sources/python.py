"""The code around annotations in Python files: the expression that follows, and what its names mean there.

A value is taken from an assignment only where its name is bound once in its function, or once in the module.
"""

from __future__ import annotations

import ast
import re

from ...errors import EvaluationError, ParseError
from .target import Meaning, Target
from .text import Comment, Source, SourceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .language import Request

__all__ = ["PyScope", "python_source"]

_SUGGEST = "write the expression in the comment: 'layouts: expr ...'"
_PLAIN = (ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Name, ast.Constant, ast.Call)
_SMALL = (ast.operator, ast.unaryop, ast.boolop, ast.cmpop, ast.expr_context, ast.Expression)
_FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def python_source(text: str, path: str) -> Source:
    """Return the source of a Python file.

    Raises: SourceError where its tokens cannot be told apart.
    """
    import io
    import tokenize

    starts = [0, *[match.end() for match in re.finditer("\n", text)]]
    pieces, comments = list(text), []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text, newline="").readline):
            if token.type == tokenize.COMMENT:
                begin = starts[token.start[0] - 1] + token.start[1]
                body = token.string[1:]
                comments.append(Comment(begin + 1, body, bool(text[starts[token.start[0] - 1] : begin].strip())))
                pieces[begin : begin + len(token.string)] = " " * len(token.string)
    except (tokenize.TokenError, SyntaxError, IndentationError) as error:
        raise SourceError(f"this is no Python file: {error.args[0]}", 0) from error
    return Source(path, text, "".join(pieces), tuple(comments))


class PyScope:
    """The code around the annotations of one Python file."""

    dialect = "python"

    def __init__(self, source: Source) -> None:
        self.source = source
        try:
            self.module = ast.parse(source.text)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            line = getattr(error, "lineno", 1) or 1
            raise SourceError(
                f"this is no Python file: {error.args[0]}", source.starts[min(line, len(source.starts)) - 1]
            ) from error
        self.bytes = source.text.splitlines(keepends=True)
        self.functions = [node for node in ast.walk(self.module) if isinstance(node, _FUNCTION)]

    def offset(self, node: ast.AST, end: bool = False) -> int:
        """Return where a node begins, or ends, in the text."""
        line: int = node.end_lineno if end else node.lineno  # type: ignore[attr-defined]
        column: int = node.end_col_offset if end else node.col_offset  # type: ignore[attr-defined]
        start = self.source.starts[line - 1]
        stop = self.source.starts[line] if line < len(self.source.starts) else len(self.source.text)
        return start + len(self.source.text[start:stop].encode()[:column].decode(errors="replace"))

    def text(self, node: ast.AST) -> tuple[str, int]:
        """Return the text of a node, its comments and line ends blanked, and its offset."""
        begin, end = self.offset(node), self.offset(node, True)
        return re.sub(r"[\r\n\t\\]", " ", self.source.code[begin:end]), begin

    # -- the expression that follows -----------------------------------------------------------------------------------

    def place(self, request: Request) -> int:
        """Return the offset from which an expression in the annotation itself is seen."""
        return request.stop

    def target(self, request: Request) -> Target:
        """Return the expression that follows an annotation."""
        following = [n for n in ast.walk(self.module) if isinstance(n, ast.stmt) and self._start(n) >= request.stop]
        node = min(following, key=self._start, default=None)
        if node is None or self.source.code[request.stop : self._start(node)].strip():
            raise SourceError("no statement follows this annotation", request.offset)
        start = self._start(node)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return self._function(node, start)
        if isinstance(node, ast.Return) and node.value is not None:
            owner = self._owner(start)
            if not isinstance(owner, ast.FunctionDef):
                raise SourceError("this 'return' is in no function", start)
            if node not in owner.body:
                raise SourceError(f"the return stands under a condition; {_SUGGEST}", start)
            return self._function(owner, start)
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            return self._assigned(request, node.targets[0], node.value, start)
        if isinstance(node, (ast.AnnAssign, ast.AugAssign)) and node.value is not None:
            if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
                raise SourceError(f"an addition to a variable has no closed value; {_SUGGEST}", start)
            return self._assigned(request, node.target, node.value, start)
        raise SourceError(f"what follows is no assignment, return or function; {_SUGGEST}", start)

    def _start(self, node: ast.stmt) -> int:
        decorators = getattr(node, "decorator_list", [])
        if not decorators:
            return self.offset(node)
        return self.source.text.rindex("@", 0, self.offset(decorators[0]))

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, start: int) -> Target:
        inner = [n for n in ast.walk(node) if isinstance(n, _FUNCTION) and n is not node]
        nested = {id(n) for other in inner for n in ast.walk(other)}
        returns = [n for n in ast.walk(node) if isinstance(n, ast.Return) and id(n) not in nested]
        if len(returns) != 1 or returns[0].value is None or returns[0] not in node.body:
            raise SourceError(f"the function has not one plain return; {_SUGGEST}", start)
        yields = [n for n in ast.walk(node) if isinstance(n, (ast.Yield, ast.YieldFrom)) and id(n) not in nested]
        if yields or isinstance(node, ast.AsyncFunctionDef):
            raise SourceError(f"a generator or an async function has not the value that it returns; {_SUGGEST}", start)
        text, offset = self.text(returns[0].value)
        return Target((node.name,), text, offset, "", _parameters(node.args))

    def _assigned(self, request: Request, left: ast.expr, value: ast.expr, start: int) -> Target:
        accesses = [n for n in [left, value] if isinstance(n, ast.Subscript)]
        if isinstance(left, ast.Name) and isinstance(value, ast.Lambda):
            text, offset = self.text(value.body)
            return Target((left.id,), text, offset, "", _parameters(value.args))
        if not accesses:
            if not isinstance(left, ast.Name):
                raise SourceError(f"it is not plain which value is meant; {_SUGGEST}", start)
            text, offset = self.text(value)
            return Target((left.id,), text, offset)
        fitting = [n for n in accesses if request.name in ("", _name(n.value))]
        if len(fitting) != 1:
            names = ", ".join([_name(n.value) for n in accesses if _name(n.value)])
            if not names:
                raise SourceError(f"it is not plain which value is meant; {_SUGGEST}", start)
            raise SourceError(f"name the array that is meant: {names}; or {_SUGGEST}", start)
        text, offset = self.text(fitting[0].slice)
        return Target((_name(fitting[0].value),), text, offset)

    # -- reading -------------------------------------------------------------------------------------------------------

    def parse(self, text: str) -> ast.Expression:
        """Return the tree of an expression; ParseError with the place for what is no integer arithmetic."""
        try:
            tree = ast.parse(f"({text}\n)", mode="eval")
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            at = max((getattr(error, "offset", None) or 2) - 2, 0)
            raise ParseError(f"this is no Python expression: {error.args[0]}", text, min(at, len(text))) from error
        for node in ast.walk(tree):
            if isinstance(node, _SMALL):
                continue
            plain = isinstance(node, _PLAIN)
            if isinstance(node, ast.Constant) and type(node.value) is not int:
                plain = False
            if isinstance(node, ast.Call) and not (
                isinstance(node.func, ast.Name) and node.func.id in ("min", "max", "abs")
            ):
                plain = False
            if not plain:
                raise ParseError(
                    "only integer arithmetic on names is read", text, max(getattr(node, "col_offset", 1) - 1, 0)
                )
        return tree

    def names(self, tree: ast.Expression) -> list[tuple[str, int]]:
        """Return the names in a tree with the place of each."""
        called = {id(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call)}
        found: dict[str, int] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and id(node) not in called:
                found.setdefault(node.id, node.col_offset - 1)
        return list(found.items())

    def value(self, text: str, lets: list[tuple[str, str]]) -> int:
        """Return the value of an expression without variables."""
        known: dict[str, int] = {}
        for name, let in lets:
            known[name] = _value(self.parse(let).body, known)
        return _value(self.parse(text).body, known)

    # -- what names mean -----------------------------------------------------------------------------------------------

    def type_of(self, _name: str, _offset: int) -> str:
        """Return '': Python's integers have one type."""
        return ""

    def refuse(self, _name: str) -> str:
        """Return '': every name can be a variable of an annotation."""
        return ""

    def meaning(self, name: str, offset: int) -> Meaning | None:
        """Return the value that a name has at ``offset``, or None where the file does not define it."""
        owner: ast.AST | None = self._owner(offset)
        begin = 0 if owner is self.module or owner is None else self.offset(owner)
        for node in ast.walk(self.module):
            if isinstance(node, ast.ClassDef) and begin < self.offset(node) + 1 <= offset <= self.offset(node, True):
                raise SourceError(f"{name!r} may be one of the class; give it 'with {name} = ...'", self.offset(node))
        while owner is not None and not self._binds(owner, name):
            owner = self._owner(self.offset(owner)) if owner is not self.module else None
        if owner is None:
            return None
        bound = self._binds(owner, name)
        where = self.offset(bound[0]) if hasattr(bound[0], "lineno") else offset
        refuse = f"make it a variable of the annotation, or give it 'with {name} = ...'"
        if len(bound) > 1:
            raise SourceError(f"{name!r} is bound again here; {refuse}", self.offset(bound[-1]))
        if any(isinstance(n, (ast.Global, ast.Nonlocal)) and name in n.names for n in ast.walk(self.module)):
            raise SourceError(f"{name!r} is bound by a function as well; {refuse}", where)
        for node in ast.walk(owner):
            pairs: list[tuple[ast.expr, ast.expr | None]]
            if isinstance(node, ast.AnnAssign):
                pairs = [(node.target, node.value)]
            elif isinstance(node, ast.Assign) and len(node.targets) == 1:
                pairs = [(node.targets[0], node.value)]
                if isinstance(node.targets[0], ast.Tuple) and isinstance(node.value, ast.Tuple):
                    pairs = list(zip(node.targets[0].elts, node.value.elts, strict=False))
            else:
                continue
            for left, value in pairs:
                if left is bound[0] and value is not None and self._reaches(node, owner, offset):
                    text, at = self.text(value)
                    return Meaning(text, at, "", self.offset(node))
        raise SourceError(f"{name!r} has no fixed value here; {refuse}", where)

    def _reaches(self, node: ast.stmt, owner: ast.AST, offset: int) -> bool:
        """Tell whether a statement is always executed before the code at ``offset``."""
        if self.offset(node) >= offset and owner is self._owner(offset):
            return False
        blocks = [owner] + [
            n for n in ast.walk(owner) if isinstance(n, ast.stmt) and self.offset(n) < offset <= self.offset(n, True)
        ]
        return any(
            node in getattr(b, part, [])
            for b in blocks
            for part in ("body", "orelse")
            if isinstance(getattr(b, part, []), list)
        )

    def _owner(self, offset: int) -> ast.AST:
        """Return the innermost function around an offset, or the module."""
        around = [n for n in self.functions if self.offset(n) < offset <= self.offset(n, True)]
        return max(around, key=self.offset, default=self.module)

    def _binds(self, owner: ast.AST, name: str) -> list[ast.AST]:
        """Return the nodes of a function, or of the module, that bind a name."""
        return [node for node in _own_nodes(owner) if _bound_name(node) == name]


def _own_nodes(owner: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a function and its parameters, without those of functions and classes inside."""
    waiting = list(ast.iter_child_nodes(owner))[::-1]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (*_FUNCTION, ast.ClassDef)):
            waiting += list(ast.iter_child_nodes(node))[::-1]


def _bound_name(node: ast.AST) -> str:
    if isinstance(node, ast.Name):
        return "" if isinstance(node.ctx, ast.Load) else node.id
    if isinstance(node, ast.arg):
        return node.arg
    if isinstance(node, ast.alias):
        return (node.asname or node.name).split(".")[0]
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return node.name
    return (
        str(getattr(node, "name", "") or "")
        if isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar))
        else ""
    )


def _parameters(arguments: ast.arguments) -> tuple[str, ...]:
    return tuple([a.arg for a in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs] if a.arg != "self"])


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


def _value(node: ast.expr, known: dict[str, int]) -> int:
    """Return the value of integer arithmetic; EvaluationError for a division by zero and numbers that get too large."""
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return node.value
    if isinstance(node, ast.Name) and node.id in known:
        return known[node.id]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd, ast.Invert)):
        value = _value(node.operand, known)
        return -value if isinstance(node.op, ast.USub) else ~value if isinstance(node.op, ast.Invert) else value
    if isinstance(node, ast.BinOp):
        return _binary(node.op, _value(node.left, known), _value(node.right, known))
    raise EvaluationError("a constant is integer arithmetic on constants", None)


def _binary(operator: ast.operator, left: int, right: int) -> int:
    if isinstance(operator, (ast.FloorDiv, ast.Mod)):
        if right == 0:
            raise EvaluationError("division by zero", None)
        return left // right if isinstance(operator, ast.FloorDiv) else left % right
    if isinstance(operator, (ast.LShift, ast.RShift, ast.Pow)) and not 0 <= right <= 1000:
        raise EvaluationError(f"an exponent or a count of bits is 0..1000 here, not {right}", None)
    import operator as python

    table = {
        ast.Add: python.add,
        ast.Sub: python.sub,
        ast.Mult: python.mul,
        ast.LShift: python.lshift,
        ast.RShift: python.rshift,
        ast.Pow: python.pow,
        ast.BitAnd: python.and_,
        ast.BitOr: python.or_,
        ast.BitXor: python.xor,
    }
    if type(operator) not in table:
        raise EvaluationError("this operator gives no integer", None)
    value: int = table[type(operator)](left, right)
    if value.bit_length() > 10_000:
        raise EvaluationError("a constant gets too large", None)
    return value
