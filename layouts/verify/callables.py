"""Run a Python function on symbols instead of numbers, and keep the formula that it computes.

>>> tree = trace_callable(lambda i, j: i * 8 + (j ^ (i % 8)), ["i", "j"])
>>> from layouts.verify.pythonic import python_text
>>> python_text(tree)
'i * 8 + (j ^ i % 8)'

Where the function asks for the truth of a symbol, as ``if`` and ``min`` do, it is run once for each answer, and the
runs become the branches of the formula:

>>> print(python_text(trace_callable(lambda i: min(i, 10), ["i"])))
10 if i > 10 else i

A function that could tell a symbol from a number is refused, however it would go on:

>>> trace_callable(lambda i: i * 8 if isinstance(i, int) else 0, ["i"])
Traceback (most recent call last):
layouts.verify.callables.UntracedError: a symbol is no int: the function asks for the type of its argument
"""

from __future__ import annotations

from ..errors import LayoutError
from .symbol import HINT, Path, Refusal, Symbol, choice, tree_of
from .syntax import Conditional, Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from .syntax import Expression

__all__ = ["UntracedError", "trace_callable", "where"]

#: A function is run at most so often.
MOST_RUNS = 64


class UntracedError(LayoutError):
    """Raised where a function does with a symbol what only a number can do; its values can still be enumerated."""


def where(condition: Any, then: Any, otherwise: Any) -> Any:
    """Return ``then`` where the condition is true, else ``otherwise``; on symbols as well as on numbers.

    Both are computed, as numpy's ``where`` does it.

    >>> where(3 < 4, "yes", "no")
    'yes'
    >>> from layouts import check
    >>> check(lambda i: where(i < 10, i, 10), i=20).maximum
    10
    """
    if type(condition) is not Symbol:
        return then if condition else otherwise
    return choice(condition, then, otherwise)


def trace_callable(function: Callable[..., Any], names: Sequence[str]) -> Expression:
    """Return the formula that ``function`` computes of variables with these names, which are passed by keyword.

    Requires: a function without side effects, which does not keep ``type`` in a container to call it from there.
    Raises:   UntracedError for what only numbers can do, for what could tell a symbol from a number, for any exception
              of the function, and for more than 64 paths through it.
    """
    from .watch import watched

    runs: list[tuple[Path, Expression]] = []
    answers: list[bool] | None = []
    while answers is not None:
        if len(runs) >= MOST_RUNS:
            raise UntracedError(f"the function has more than {MOST_RUNS} paths; {HINT}")
        path = Path(answers)
        given = {name: Symbol(Name(name), path) for name in names}
        try:
            result = tree_of(watched(lambda: function(**given), path), path)  # noqa: B023
        except Refusal:
            raise UntracedError(path.refused) from None
        except Exception as error:
            reason = path.refused or f"on symbols it raises {type(error).__name__}: {error}"
            raise UntracedError(reason) from error
        if path.refused:
            raise UntracedError(path.refused)
        if result is None:
            raise UntracedError("the function does not return one integer")
        dropped = path.dropped(result)
        if dropped is not None:
            what = "shift" if dropped.operator in ("<<", ">>") else "division"
            raise UntracedError(f"the function computes a {what} that may raise, and does not use the result")
        runs.append((path, result))
        answers = _next(path)
    return _joined(runs, 0)


def _next(path: Path) -> list[bool] | None:
    """Return the answers of the next path: the last True becomes False."""
    taken = (path.answers + [True] * len(path.asked))[: len(path.asked)]
    while taken and not taken.pop():
        pass
    # the popped answer was True, or nothing is left
    depth = len(taken)
    full = (path.answers + [True] * len(path.asked))[: len(path.asked)]
    return [*taken, False] if depth < len(full) and full[depth] else None


def _joined(runs: list[tuple[Path, Expression]], depth: int) -> Expression:
    """Return the branches as one formula: the runs that answered yes at this depth, and the others."""
    if len(runs) == 1 and len(runs[0][0].asked) <= depth:
        return runs[0][1]
    condition = runs[0][0].asked[depth]
    yes = [run for run in runs if depth >= len(run[0].answers) or run[0].answers[depth]]
    no = [run for run in runs if depth < len(run[0].answers) and not run[0].answers[depth]]
    return Conditional(condition, _joined(yes, depth + 1), _joined(no, depth + 1))
