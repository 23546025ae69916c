"""Whether a traced formula is what its function computes: both are asked at some points, on plain numbers.

A small domain is asked at every point.  A large one is asked where mistakes are: at the first and last values of the
variables, beside powers of two, and at points all over it, which are always the same.
"""

from __future__ import annotations

import operator

from ..errors import EvaluationError, LayoutError
from ..inttuple import _show, to_int
from .domain import words
from .integers import INTEGER
from .program import compile_program, execute

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .domain import Domain
    from .integers import IntegerType
    from .syntax import Binary, Expression, Unary

__all__ = ["call", "disagreement", "samples"]

#: A domain of at most so many points is asked at all of them.
ALL = 1024
_CORNERS, _SPREAD = 256, 64


def samples(domain: Domain) -> list[int]:
    """Return the indices at which a function is asked: all of them, or corners and a spread, in order.

    >>> from layouts.verify.domain import Domain, read_variable
    >>> found = samples(Domain([read_variable("i", 2**20), read_variable("j", 8)]))
    >>> len(found) < 1000, found[:4], found[-1] == 2**23 - 1
    (True, [0, 1, 2, 3], True)
    """
    if domain.size <= ALL:
        return list(range(domain.size))
    found = {domain.size - 1}
    corners = [0]
    place = 1
    for variable in domain.variables:
        last = variable.size - 1
        digits = {last // 2, last // 2 + 1} | {(1 << k) + e for k in range(last.bit_length()) for e in (-1, 0, 1)}
        found |= {d * place for d in digits if 0 <= d <= last}
        corners += [c + last * place for c in corners] if len(corners) < _CORNERS else [corners[-1] + last * place]
        place *= variable.size
    found.update(corners)
    state = 1
    for _ in range(_SPREAD):
        state = (state * 6364136223846793005 + 1442695040888963407) % (1 << 64)
        found.add(state * domain.size >> 64)
    return sorted(found)


def disagreement(function: Callable[..., Any], tree: Expression, domain: Domain) -> tuple[int, str] | None:
    """Return the first sample where a function is not its formula, with what it does there, or None."""
    types = {v.name: INTEGER for v in domain.variables}
    program = compile_program(tree, (), types, 0)
    for index in samples(domain):
        point = domain.point(index)
        try:
            value = call(function, point, index)
        except LayoutError as error:
            return index, error.message
        given: dict[str, int | None] = dict(point)
        traced = execute(program, given, _Numbers())
        if traced != value:
            return index, f"at {words(point)} it gives {value} on numbers, and {traced} on symbols"
    return None


def call(function: Callable[..., Any], point: dict[str, int], index: int) -> int:
    """Return the value of a function at a point.

    Raises: EvaluationError where the function raises, LayoutError for a result that is no integer; the witness is the
    index.
    """
    try:
        result = function(**point)
    except ZeroDivisionError as error:
        raise EvaluationError(f"at {words(point)}: {error}", index) from error
    except Exception as error:
        reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        raise EvaluationError(f"at {words(point)}: the function raises {reason}", index) from error
    try:
        return int(result) if isinstance(result, bool) else to_int(result, "the value")
    except LayoutError:
        raise LayoutError(f"at {words(point)}: the function returns {_show(result)}, no integer", index) from None


_ARITHMETIC: dict[str, Callable[[int, int], int]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "//": operator.floordiv,
    "%": operator.mod,
    "<<": operator.lshift,
    ">>": operator.rshift,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
}
_COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


class _Numbers:
    """The domain of single Python integers; None in a branch that is not taken, and for what has no value."""

    __slots__ = ("active",)

    def __init__(self) -> None:
        self.active = [True]

    def literal(self, value: int) -> int:
        return value

    def cast(self, value: int | None, kind: IntegerType) -> int | None:
        return value if value is None or kind.bits != 1 else int(value != 0)  # Python has no other casts

    def convert(self, value: int | None, kind: IntegerType) -> int | None:  # noqa: ARG002
        return value

    def unary(self, value: int | None, kind: IntegerType, node: Unary) -> int | None:  # noqa: ARG002
        if value is None:
            return None
        return {"-": -value, "~": ~value, "!": int(not value)}.get(node.operator, value)

    def arithmetic(self, left: int | None, right: int | None, kind: IntegerType, node: Binary) -> int | None:
        sign = node.operator
        if left is None or right is None or not self.active[-1]:
            return None
        if (sign in ("//", "%") and right == 0) or (sign in ("<<", ">>") and not 0 <= right < kind.bits):
            return None
        return _ARITHMETIC[sign](left, right)

    def compare(self, left: int | None, right: int | None, node: Binary) -> int | None:
        if left is None or right is None:
            return None
        return int(_COMPARISONS[node.operator](left, right))

    def logic(self, left: int | None, right: int | None, node: Binary) -> int | None:
        if left is None or bool(left) == (node.operator == "||"):
            return None if left is None else int(bool(left))
        return None if right is None else int(bool(right))

    def select(self, condition: int | None, then: int | None, otherwise: int | None) -> int | None:
        return None if condition is None else then if condition else otherwise

    def enter(self, condition: int | None, wanted: bool) -> None:
        self.active.append(self.active[-1] and condition is not None and bool(condition) == wanted)

    def leave(self) -> None:
        self.active.pop()
