"""Exact integers over many points: a numpy array, or one Python int for all, with bounds that no value passes.

numpy's int64 wraps in silence.  Here it may not: every operation first works out between which bounds its results
lie, from the bounds of its operands, and takes Python's own integers (an array of objects) where 64 bits could be
too few.

>>> import numpy
>>> x = Values(numpy.array([1, 3 << 40]), 1, 3 << 40)
>>> y = operate("*", x, x)
>>> y.data.tolist() == [1, 9 << 80], y.data.dtype
(True, dtype('O'))
"""

from __future__ import annotations

import operator as python

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .integers import IntegerType

__all__ = ["Values", "compare", "convert", "multiply_modulo", "operate", "select", "truth"]

_INT64 = (-(1 << 63), (1 << 63) - 1)
_COMPARISONS = {
    "<": python.lt,
    "<=": python.le,
    ">": python.gt,
    ">=": python.ge,
    "==": python.eq,
    "!=": python.ne,
}


class Values:
    """The values of an expression at a run of points: ``data`` is an int or an array, within ``lo`` to ``hi``.

    Arrays are of int64, of bool (for truth values, with bounds 0 and 1) or of objects.
    """

    __slots__ = ("data", "hi", "lo")

    def __init__(self, data: Any, lo: int, hi: int) -> None:
        self.data = data
        self.lo = lo
        self.hi = hi

    @staticmethod
    def one(value: int) -> Values:
        """Return the same value at all points."""
        return Values(value, value, value)

    def within(self, lo: int, hi: int) -> bool:
        """Whether the bounds show that all values lie in lo..hi."""
        return lo <= self.lo and self.hi <= hi

    def tight(self) -> Values:
        """Return the same values with the closest bounds, as int64 where they fit."""
        if type(self.data) is int or self.data.size == 0:
            return self
        lo, hi = int(self.data.min()), int(self.data.max())
        narrow = self.data.dtype == object and _INT64[0] <= lo and hi <= _INT64[1]
        return Values(self.data.astype("int64") if narrow else self.data, lo, hi)

    def numbers(self, exact: bool = False) -> Any:
        """Return the data as numbers to calculate with: int64 if all fit and not ``exact``, else Python's."""
        if type(self.data) is int:
            return self.data
        if exact:
            return self.data.astype(object) if self.data.dtype != bool else self.data.astype("int64").astype(object)
        return self.data.astype("int64") if self.data.dtype == bool else self.data


def operate(operator: str, left: Values, right: Values) -> Values:
    """Return the exact result of a binary operator; no divisor is 0 and no shift count negative."""
    if type(left.data) is int and type(right.data) is int:
        return Values.one(_FUNCTIONS[operator](left.data, right.data))
    lo, hi = _bounds(operator, left, right)
    if not _fits(left, right, lo, hi):
        left, right = left.tight(), right.tight()
        lo, hi = _bounds(operator, left, right)
    exact = not _fits(left, right, lo, hi)
    dividing = operator in ("/", "%", "//", "mod")
    if dividing and min(left.lo, right.lo) <= _INT64[0]:
        exact = True  # the absolute value of the smallest int64 is none
    if dividing and left.lo >= 0 and right.lo > 0:
        return Values(_divide_positive(operator, left.numbers(exact), right.numbers(exact)), lo, hi)
    result = Values(_FUNCTIONS[operator](left.numbers(exact), right.numbers(exact)), lo, hi)
    return result.tight() if exact else result


def convert(value: Values, kind: IntegerType) -> Values:
    """Return ``value`` brought into the range of ``kind`` as a cast does: ``!= 0`` for bool, else modulo 2**bits."""
    if kind.bits == 1:
        return truth(value)
    if value.within(kind.low, kind.high):
        return value
    value = value.tight()
    if value.within(kind.low, kind.high):
        return value
    if type(value.data) is int:
        return Values.one(kind.wrap(value.data))
    exact = kind.bits == 64 or value.data.dtype == object
    data = value.numbers(exact)
    data = ((data - kind.low) & ((1 << kind.bits) - 1)) + kind.low if kind.low else data & ((1 << kind.bits) - 1)
    result = Values(data, kind.low, kind.high)
    return result.tight() if exact else result


def multiply_modulo(left: Values, right: Values, kind: IntegerType) -> Values:
    """Return the product in an unsigned type of at most 32 bits; that int64 wraps does no harm below bit 32."""
    if type(left.data) is int and type(right.data) is int:
        return Values.one(kind.wrap(left.data * right.data))
    if left.lo * right.lo >= 0 and left.hi * right.hi <= kind.high:
        return operate("*", left, right)
    return Values((left.numbers() * right.numbers()) & kind.high, 0, kind.high)


def compare(operator: str, left: Values, right: Values) -> Values:
    """Return 1 where the comparison holds, else 0."""
    holds = _COMPARISONS[operator]
    if operator in ("==", "!="):
        decided = left.hi < right.lo or right.hi < left.lo or left.lo == left.hi == right.lo == right.hi
    else:
        decided = len({holds(x, y) for x in (left.lo, left.hi) for y in (right.lo, right.hi)}) == 1
    if decided:
        return Values.one(int(holds(left.lo, right.lo)))
    exact = not _fits(left, right, 0, 1)
    return Values(holds(left.numbers(exact), right.numbers(exact)), 0, 1)


def truth(value: Values) -> Values:
    """Return 1 where ``value`` is not 0, else 0, as an array of bool or as one int."""
    if type(value.data) is not int and value.data.dtype == bool:
        return value
    return compare("!=", value, Values.one(0))


def select(condition: Values, then: Values, otherwise: Values) -> Values:
    """Return ``then`` where ``condition`` is not 0, else ``otherwise``."""
    import numpy

    condition = truth(condition)
    if type(condition.data) is int:
        return then if condition.data else otherwise
    kind = "int64" if _fits(then, otherwise, 0, 0) else "object"
    choices = [numpy.asarray(value.numbers(kind == "object"), dtype=kind) for value in (then, otherwise)]
    return Values(numpy.where(condition.data, *choices), min(then.lo, otherwise.lo), max(then.hi, otherwise.hi))


def _fits(left: Values, right: Values, lo: int, hi: int) -> bool:
    return min(left.lo, right.lo, lo) >= _INT64[0] and max(left.hi, right.hi, hi) <= _INT64[1]


def _bounds(operator: str, a: Values, b: Values) -> tuple[int, int]:
    """Return bounds for the results of ``operator``."""
    if operator == "+":
        return a.lo + b.lo, a.hi + b.hi
    if operator == "-":
        return a.lo - b.hi, a.hi - b.lo
    if operator in ("//", "mod"):
        return _bounds_of_floor(operator, a, b)
    if operator in "/%":
        return _bounds_of_division(operator, a, b)
    if operator in "&|^":
        return _bounds_of_bits(operator, a, b)
    function: Callable[[int, int], int] = _FUNCTIONS[operator]
    corners = [function(x, y) for x in (a.lo, a.hi) for y in (b.lo, b.hi)]
    return min(corners), max(corners)


def _bounds_of_division(operator: str, a: Values, b: Values) -> tuple[int, int]:
    reach = max(abs(a.lo), abs(a.hi))
    if operator == "/":
        if a.lo >= 0 and b.lo > 0:
            return a.lo // b.hi, a.hi // b.lo
        return -reach, reach
    reach = min(reach, max(abs(b.lo), abs(b.hi)) - 1)
    return (0 if a.lo >= 0 else -reach), (0 if a.hi <= 0 else reach)


def _bounds_of_floor(operator: str, a: Values, b: Values) -> tuple[int, int]:
    if operator == "mod":
        return min(0, b.lo + 1), max(0, b.hi - 1)
    reach = max(abs(a.lo), abs(a.hi))
    return (a.lo // b.hi, a.hi // b.lo) if a.lo >= 0 and b.lo > 0 else (-reach, reach)


def _bounds_of_bits(operator: str, a: Values, b: Values) -> tuple[int, int]:
    lo, hi = min(a.lo, b.lo), max(a.hi, b.hi)
    if operator == "&" and (a.lo >= 0 or b.lo >= 0):
        return 0, min(value.hi for value in (a, b) if value.lo >= 0)
    full = (1 << max(hi, ~lo, 0).bit_length()) - 1
    return (0, full) if lo >= 0 else (~full, full)


def _divide(left: Any, right: Any) -> Any:
    """Return the quotient, cut off towards zero."""
    import numpy

    quotient = abs(left) // abs(right)
    negative = (left < 0) != (right < 0)
    if type(quotient) is int:
        return -quotient if negative else quotient
    return numpy.where(negative, -quotient, quotient)


def _remainder(left: Any, right: Any) -> Any:
    """Return the remainder, which has the sign of ``left``."""
    import numpy

    remainder = abs(left) % abs(right)
    if type(remainder) is int:
        return -remainder if left < 0 else remainder
    return numpy.where(left < 0, -remainder, remainder)


def _divide_positive(operator: str, left: Any, right: Any) -> Any:
    """Return quotient or remainder where no sign can matter; by shift or mask where one power of two divides all."""
    if type(right) is int and right & (right - 1) == 0:
        return left >> (right.bit_length() - 1) if operator in ("/", "//") else left & (right - 1)
    return left // right if operator in ("/", "//") else left % right


_FUNCTIONS: dict[str, Callable[[Any, Any], Any]] = {
    "+": python.add,
    "-": python.sub,
    "*": python.mul,
    "/": _divide,
    "%": _remainder,
    "//": python.floordiv,
    "mod": python.mod,
    "<<": python.lshift,
    ">>": python.rshift,
    "&": python.and_,
    "|": python.or_,
    "^": python.xor,
}
