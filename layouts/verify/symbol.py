"""A number that is not known yet: what a Python function is run on, so that it writes down its own formula.

Arithmetic on a symbol builds a tree.  Everything by which a function could tell a symbol from an ``int`` is refused:
its class and its attributes, its digits, its place in a dictionary, its use as an index, and every meeting with a value
that is no plain ``int``, whose arithmetic may be another, as that of numpy's integers is.

A refusal is raised past ``except Exception``, and stays noted on the path where even that would swallow it.
"""

from __future__ import annotations

from ..errors import LayoutError
from ..inttuple import to_int
from .pythonic import integer
from .syntax import Binary, Call, Conditional, Literal, Unary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn

    from .syntax import Expression

__all__ = ["MOST_TRUTHS", "Path", "Refusal", "Symbol", "choice", "tree_of"]

#: A function may ask for at most so many truths in one run.
MOST_TRUTHS = 256
HINT = "write where(condition, a, b) instead of if"

#: What raises for some numbers: divisions by zero, and shifts by negative counts.
_PARTIAL = {"//": "division", "%": "division", "<<": "shift", ">>": "shift"}

_NEVER_EQUAL = (type(None), str, bytes, tuple, list, dict, set, frozenset)


class Refusal(BaseException):
    """Raised where a function does with a symbol what only a number can do."""


class Path:
    """The answers that one run gets to its questions for truth, the questions, and what was refused."""

    __slots__ = ("answers", "asked", "partial", "refused")

    def __init__(self, answers: list[bool]) -> None:
        self.answers = answers
        self.asked: list[Expression] = []
        self.partial: list[Binary] = []
        self.refused = ""

    def decide(self, condition: Expression) -> bool:
        """Return the answer that this run gets to a question for truth."""
        at = len(self.asked)
        self.asked.append(condition)
        if at >= MOST_TRUTHS:
            self.refuse(f"the function asks for the truth of its values more than {MOST_TRUTHS} times; {HINT}")
        return self.answers[at] if at < len(self.answers) else True

    def operate(self, node: Binary) -> None:
        """Note a division or shift that may have no value at some point, as Python then raises, used or not."""
        known = isinstance(node.right, Literal) and (node.right.value > 0 or node.operator in ("<<", ">>"))
        negative = isinstance(node.right, Unary) and isinstance(node.right.operand, Literal)
        if not known and not (negative and node.operator in ("//", "%")):
            self.partial.append(node)

    def dropped(self, result: Expression) -> Binary | None:
        """Return a division or shift that may raise and that the formula of this run need not compute, or None."""
        kept = set()
        seen = set()
        waiting = [result, *self.asked]
        while waiting and self.partial:
            node = waiting.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            branches = isinstance(node, Conditional) or (isinstance(node, Binary) and node.operator in ("&&", "||"))
            waiting += node.operands[:1] if branches else node.operands
            if isinstance(node, Binary) and node.operator in _PARTIAL:
                kept.add((_PARTIAL[node.operator], id(node.right)))
        return next((n for n in self.partial if (_PARTIAL[n.operator], id(n.right)) not in kept), None)

    def refuse(self, reason: str) -> NoReturn:
        """Note that this run is worth nothing, and end it."""
        self.note(reason)
        raise Refusal(reason)

    def note(self, reason: str) -> None:
        """Note that this run is worth nothing."""
        self.refused = self.refused or reason


class Symbol:
    """A number that is not known yet; arithmetic on it builds the tree of the formula."""

    __slots__ = ("path", "tree")

    def __init__(self, tree: Expression, path: Path) -> None:
        _set_tree(self, tree)
        _set_path(self, path)

    def __add__(self, other: Any) -> Any:
        return _with(self, "+", other)

    def __radd__(self, other: Any) -> Any:
        return _with(self, "+", other, True)

    def __sub__(self, other: Any) -> Any:
        return _with(self, "-", other)

    def __rsub__(self, other: Any) -> Any:
        return _with(self, "-", other, True)

    def __mul__(self, other: Any) -> Any:
        return _with(self, "*", other)

    def __rmul__(self, other: Any) -> Any:
        return _with(self, "*", other, True)

    def __floordiv__(self, other: Any) -> Any:
        return _with(self, "//", other)

    def __rfloordiv__(self, other: Any) -> Any:
        return _with(self, "//", other, True)

    def __mod__(self, other: Any) -> Any:
        return _with(self, "%", other)

    def __rmod__(self, other: Any) -> Any:
        return _with(self, "%", other, True)

    def __divmod__(self, other: Any) -> Any:
        return _with(self, "//", other), _with(self, "%", other)

    def __rdivmod__(self, other: Any) -> Any:
        return _with(self, "//", other, True), _with(self, "%", other, True)

    def __lshift__(self, other: Any) -> Any:
        return _with(self, "<<", other)

    def __rlshift__(self, other: Any) -> Any:
        return _with(self, "<<", other, True)

    def __rshift__(self, other: Any) -> Any:
        return _with(self, ">>", other)

    def __rrshift__(self, other: Any) -> Any:
        return _with(self, ">>", other, True)

    def __and__(self, other: Any) -> Any:
        return _with(self, "&", other)

    def __rand__(self, other: Any) -> Any:
        return _with(self, "&", other, True)

    def __or__(self, other: Any) -> Any:
        return _with(self, "|", other)

    def __ror__(self, other: Any) -> Any:
        return _with(self, "|", other, True)

    def __xor__(self, other: Any) -> Any:
        return _with(self, "^", other)

    def __rxor__(self, other: Any) -> Any:
        return _with(self, "^", other, True)

    def __lt__(self, other: Any) -> Any:
        return _with(self, "<", other)

    def __le__(self, other: Any) -> Any:
        return _with(self, "<=", other)

    def __gt__(self, other: Any) -> Any:
        return _with(self, ">", other)

    def __ge__(self, other: Any) -> Any:
        return _with(self, ">=", other)

    def __eq__(self, other: object) -> Any:
        return NotImplemented if type(other) in _NEVER_EQUAL else _with(self, "==", other)

    def __ne__(self, other: object) -> Any:
        return NotImplemented if type(other) in _NEVER_EQUAL else _with(self, "!=", other)

    def __neg__(self) -> Symbol:
        return Symbol(Unary("-", _tree(self)), _path(self))

    def __pos__(self) -> Symbol:
        return self

    __trunc__ = __floor__ = __ceil__ = __pos__

    def __round__(self, digits: Any = None) -> Symbol:
        if digits is not None:
            _path(self).refuse("a symbol cannot be rounded to tens")
        return self

    def __invert__(self) -> Symbol:
        return Symbol(Unary("~", _tree(self)), _path(self))

    def __abs__(self) -> Symbol:
        return Symbol(Call("abs", (_tree(self),)), _path(self))

    def __bool__(self) -> bool:
        return _path(self).decide(_tree(self))

    # -- what would tell a symbol from a number ------------------------------------------------------------------------

    def __getattribute__(self, name: str) -> NoReturn:
        if name == "__class__":
            _path(self).refuse("a symbol is no int: the function asks for the type of its argument")
        _path(self).refuse(f"a symbol has no attributes, and the function asks for .{name}")

    def __setattr__(self, name: str, value: object) -> NoReturn:
        _path(self).refuse(f"a symbol has no attributes, and the function sets .{name}")

    def __truediv__(self, other: Any) -> NoReturn:
        _path(self).refuse("'/' makes a float of an index: write //")

    __rtruediv__ = __truediv__

    def __pow__(self, other: Any, modulus: Any = None) -> NoReturn:
        _path(self).refuse("'**' is not traced: write the product, or 1 << k")

    __rpow__ = __pow__

    def __index__(self) -> NoReturn:
        _path(self).refuse("a symbol is no number: it cannot be an element's place, a range's end or an int")

    __int__ = __float__ = __complex__ = __index__

    def __hash__(self) -> NoReturn:
        _path(self).refuse("a symbol is no number: it cannot be the key of a dictionary")

    def __repr__(self) -> NoReturn:
        _path(self).refuse("a symbol has no digits yet: it cannot be written as text")

    __str__ = __repr__

    def __format__(self, spec: str) -> NoReturn:
        _path(self).refuse("a symbol has no digits yet: it cannot be written as text")

    def __array_ufunc__(self, *_: Any, **__: Any) -> NoReturn:
        _path(self).refuse("a symbol meets an array or a number of numpy, whose arithmetic wraps")


# The slots, read past ``__getattribute__``.
_tree: Callable[[Symbol], Expression] = Symbol.tree.__get__  # type: ignore[attr-defined]
_path: Callable[[Symbol], Path] = Symbol.path.__get__  # type: ignore[attr-defined]
_set_tree: Callable[[Symbol, Expression], None] = Symbol.tree.__set__  # type: ignore[attr-defined]
_set_path: Callable[[Symbol, Path], None] = Symbol.path.__set__  # type: ignore[attr-defined]


def _with(symbol: Symbol, operator: str, other: Any, reverse: bool = False) -> Symbol:
    path = _path(symbol)
    tree = _operand(other, path)
    left, right = (tree, _tree(symbol)) if reverse else (_tree(symbol), tree)
    made = Binary(operator, left, right)
    if operator in _PARTIAL:
        path.operate(made)
    return Symbol(made, path)


def _operand(value: Any, path: Path) -> Expression:
    """Return the tree of a symbol of this path, or of a plain int; refuse everything else."""
    if type(value) is Symbol:
        if _path(value) is not path:
            path.refuse("the function keeps a symbol from one run to the next")
        return _tree(value)
    kind = type(value)
    if kind is not int and kind is not bool:
        name = kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
        path.refuse(f"a symbol meets a value of type {name}, which is no plain int")
    return _number(value)


def _number(value: int) -> Expression:
    number = int(value)
    return integer(number) if number >= 0 else Unary("-", integer(-number))


def tree_of(value: Any, path: Path) -> Expression | None:
    """Return the tree of a symbol of this path or of an integer, None for anything else."""
    if type(value) is Symbol or type(value) is bool:
        return _operand(value, path)
    try:
        return _number(to_int(value, "a value"))
    except LayoutError:
        return None


def choice(condition: Symbol, then: Any, otherwise: Any) -> Symbol:
    """Return the symbol for ``then`` where the condition is true, else for ``otherwise``."""
    path = _path(condition)
    return Symbol(Conditional(_tree(condition), _operand(then, path), _operand(otherwise, path)), path)
