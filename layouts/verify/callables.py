"""Run a Python function on symbols instead of numbers, and keep the formula that it computes.

>>> tree = trace_callable(lambda i, j: i * 8 + (j ^ (i % 8)), ["i", "j"])
>>> from layouts.verify.pythonic import python_text
>>> python_text(tree)
'i * 8 + (j ^ i % 8)'

Where the function asks for the truth of a symbol, as ``if`` and ``min`` do, it is run once for each answer, and the
runs become the branches of the formula:

>>> print(python_text(trace_callable(lambda i: min(i, 10), ["i"])))
10 if i > 10 else i
"""

from __future__ import annotations

from ..errors import LayoutError
from ..inttuple import _show, to_int
from .pythonic import integer
from .syntax import Binary, Call, Conditional, Expression, Name, Unary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

__all__ = ["Symbol", "UntracedError", "trace_callable", "where"]

#: A function is run at most so often, and may ask for at most so many truths in one run.
MOST_RUNS, MOST_TRUTHS = 64, 256
_HINT = "write where(condition, a, b) instead of if"


class UntracedError(LayoutError):
    """Raised where a function does with a symbol what only a number can do; its values can still be enumerated."""


class _Path:
    """The answers that one run gets to its questions for truth, and the questions."""

    __slots__ = ("answers", "asked")

    def __init__(self, answers: list[bool]) -> None:
        self.answers = answers
        self.asked: list[Expression] = []

    def decide(self, condition: Expression) -> bool:
        at = len(self.asked)
        self.asked.append(condition)
        if at >= MOST_TRUTHS:
            raise UntracedError(f"the function asks for the truth of its values more than {MOST_TRUTHS} times; {_HINT}")
        return self.answers[at] if at < len(self.answers) else True


class Symbol:
    """A number that is not known yet; arithmetic on it builds the tree of the formula."""

    __slots__ = ("path", "tree")

    def __init__(self, tree: Expression, path: _Path) -> None:
        self.tree = tree
        self.path = path

    def _with(self, operator: str, other: Any, reverse: bool = False) -> Any:
        tree = _tree_of(other)
        if tree is None:
            return NotImplemented
        left, right = (tree, self.tree) if reverse else (self.tree, tree)
        return Symbol(Binary(operator, left, right), self.path)

    def __add__(self, other: Any) -> Any:
        return self._with("+", other)

    def __radd__(self, other: Any) -> Any:
        return self._with("+", other, True)

    def __sub__(self, other: Any) -> Any:
        return self._with("-", other)

    def __rsub__(self, other: Any) -> Any:
        return self._with("-", other, True)

    def __mul__(self, other: Any) -> Any:
        return self._with("*", other)

    def __rmul__(self, other: Any) -> Any:
        return self._with("*", other, True)

    def __floordiv__(self, other: Any) -> Any:
        return self._with("//", other)

    def __rfloordiv__(self, other: Any) -> Any:
        return self._with("//", other, True)

    def __mod__(self, other: Any) -> Any:
        return self._with("%", other)

    def __rmod__(self, other: Any) -> Any:
        return self._with("%", other, True)

    def __divmod__(self, other: Any) -> Any:
        return self // other, self % other

    def __rdivmod__(self, other: Any) -> Any:
        return other // self, other % self

    def __lshift__(self, other: Any) -> Any:
        return self._with("<<", other)

    def __rlshift__(self, other: Any) -> Any:
        return self._with("<<", other, True)

    def __rshift__(self, other: Any) -> Any:
        return self._with(">>", other)

    def __rrshift__(self, other: Any) -> Any:
        return self._with(">>", other, True)

    def __and__(self, other: Any) -> Any:
        return self._with("&", other)

    def __rand__(self, other: Any) -> Any:
        return self._with("&", other, True)

    def __or__(self, other: Any) -> Any:
        return self._with("|", other)

    def __ror__(self, other: Any) -> Any:
        return self._with("|", other, True)

    def __xor__(self, other: Any) -> Any:
        return self._with("^", other)

    def __rxor__(self, other: Any) -> Any:
        return self._with("^", other, True)

    def __lt__(self, other: Any) -> Any:
        return self._with("<", other)

    def __le__(self, other: Any) -> Any:
        return self._with("<=", other)

    def __gt__(self, other: Any) -> Any:
        return self._with(">", other)

    def __ge__(self, other: Any) -> Any:
        return self._with(">=", other)

    def __eq__(self, other: object) -> Any:
        return self._with("==", other)

    def __ne__(self, other: object) -> Any:
        return self._with("!=", other)

    def __neg__(self) -> Symbol:
        return Symbol(Unary("-", self.tree), self.path)

    def __pos__(self) -> Symbol:
        return self

    def __invert__(self) -> Symbol:
        return Symbol(Unary("~", self.tree), self.path)

    def __abs__(self) -> Symbol:
        return Symbol(Call("abs", (self.tree,)), self.path)

    def __bool__(self) -> bool:
        return self.path.decide(self.tree)

    def __truediv__(self, other: Any) -> Any:
        raise UntracedError("'/' makes a float of an index: write //")

    __rtruediv__ = __truediv__

    def __pow__(self, other: Any) -> Any:
        raise UntracedError("'**' is not traced: write the product, or 1 << k")

    __rpow__ = __pow__

    def __index__(self) -> int:
        raise UntracedError("a symbol is no number: it cannot be an element's place, a range's end or an int")

    __int__ = __index__
    __float__ = __index__

    def __hash__(self) -> int:
        raise UntracedError("a symbol is no number: it cannot be the key of a dictionary")

    def __iter__(self) -> Any:
        raise UntracedError("a symbol is no sequence")

    def __repr__(self) -> str:
        raise UntracedError("a symbol has no digits yet: it cannot be written as text")

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)


def _tree_of(value: Any) -> Expression | None:
    """Return the tree of a symbol or an integer, None for anything else."""
    if isinstance(value, Symbol):
        return value.tree
    if isinstance(value, bool):
        return integer(int(value))
    try:
        number = to_int(value, "a value")
    except LayoutError:
        return None
    return integer(number) if number >= 0 else Unary("-", integer(-number))


def where(condition: Any, then: Any, otherwise: Any) -> Any:
    """Return ``then`` where the condition is true, else ``otherwise``; on symbols as well as on numbers.

    Both are computed, as numpy's ``where`` does it.

    >>> where(3 < 4, "yes", "no")
    'yes'
    >>> from layouts import check
    >>> check(lambda i: where(i < 10, i, 10), i=20).maximum
    10
    """
    if not isinstance(condition, Symbol):
        return then if condition else otherwise
    trees = _tree_of(then), _tree_of(otherwise)
    if trees[0] is None or trees[1] is None:
        raise UntracedError(f"where: {_show(then)} and {_show(otherwise)} must be integers")
    return Symbol(Conditional(condition.tree, trees[0], trees[1]), condition.path)


def trace_callable(function: Callable[..., Any], names: Sequence[str]) -> Expression:
    """Return the formula that ``function`` computes of variables with these names, which are passed by keyword.

    Requires: a function without side effects.
    Raises:   UntracedError for what only numbers can do, and for more than 64 paths through the function; whatever the
    function raises.
    """
    runs: list[tuple[_Path, Expression]] = []
    answers: list[bool] | None = []
    while answers is not None:
        if len(runs) >= MOST_RUNS:
            raise UntracedError(f"the function has more than {MOST_RUNS} paths; {_HINT}")
        path = _Path(answers)
        given = {name: Symbol(Name(name), path) for name in names}
        try:
            result = _tree_of(function(**given))
        except (TypeError, AttributeError, ValueError) as error:
            if isinstance(error, LayoutError):
                raise
            raise UntracedError(f"on symbols it raises {type(error).__name__}: {error}") from error
        if result is None:
            raise UntracedError("the function does not return one integer")
        runs.append((path, result))
        answers = _next(path)
    return _joined(runs, 0)


def _next(path: _Path) -> list[bool] | None:
    """Return the answers of the next path: the last True becomes False."""
    taken = (path.answers + [True] * len(path.asked))[: len(path.asked)]
    while taken and not taken.pop():
        pass
    # the popped answer was True, or nothing is left
    depth = len(taken)
    full = (path.answers + [True] * len(path.asked))[: len(path.asked)]
    return [*taken, False] if depth < len(full) and full[depth] else None


def _joined(runs: list[tuple[_Path, Expression]], depth: int) -> Expression:
    """Return the branches as one formula: the runs that answered yes at this depth, and the others."""
    if len(runs) == 1 and len(runs[0][0].asked) <= depth:
        return runs[0][1]
    condition = runs[0][0].asked[depth]
    yes = [run for run in runs if depth >= len(run[0].answers) or run[0].answers[depth]]
    no = [run for run in runs if depth < len(run[0].answers) and not run[0].answers[depth]]
    return Conditional(condition, _joined(yes, depth + 1), _joined(no, depth + 1))
