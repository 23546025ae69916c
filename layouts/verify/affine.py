"""Sums of multiples of the variables, with the exact range of every sum: ``8 * i + j - 3`` over given extents.

Since the variables range over a box, a sum takes its smallest and its largest value in corners of it, so bounds are
exact, and so is every decision that rests on them.

>>> box = Box([(0, 64), (0, 8)])
>>> value = Sum(4, (8, 1))
>>> box.bounds(value)
(4, 515)
>>> box.split(Sum(0, (8, 1)), 8)
(Sum(constant=0, coefficients=(1, 0)), Sum(constant=0, coefficients=(0, 1)))
"""

from __future__ import annotations

from dataclasses import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .integers import IntegerType
    from .syntax import Binary, Unary

__all__ = ["Box", "Sum"]


@dataclass(frozen=True, slots=True)
class Sum:
    """``constant + sum of coefficients[k] * variable k``."""

    constant: int
    coefficients: tuple[int, ...]

    def plus(self, other: Sum, factor: int = 1) -> Sum:
        """Return ``self + factor * other``."""
        pairs = zip(self.coefficients, other.coefficients, strict=True)
        return Sum(self.constant + factor * other.constant, tuple([a + factor * b for a, b in pairs]))

    def times(self, factor: int) -> Sum:
        """Return ``factor * self``."""
        return Sum(self.constant * factor, tuple([a * factor for a in self.coefficients]))

    def over(self, divisor: int) -> Sum | None:
        """Return ``self / divisor`` where it divides every coefficient and the constant."""
        if self.constant % divisor or any(a % divisor for a in self.coefficients):
            return None
        return Sum(self.constant // divisor, tuple([a // divisor for a in self.coefficients]))


class Box:
    """The domain of sums over variables in half-open ranges; a method returns None where the result is no sum."""

    __slots__ = ("ranges",)

    def __init__(self, ranges: list[tuple[int, int]]) -> None:
        self.ranges = ranges

    def bounds(self, value: Sum) -> tuple[int, int]:
        """Return the smallest and the largest value, both attained."""
        lo = hi = value.constant
        for a, (first, stop) in zip(value.coefficients, self.ranges, strict=True):
            lo += min(a * first, a * (stop - 1))
            hi += max(a * first, a * (stop - 1))
        return lo, hi

    def fixed(self, value: Sum) -> int | None:
        """Return the value where it is the same at all points."""
        lo, hi = self.bounds(value)
        return lo if lo == hi else None

    def split(self, value: Sum, divisor: int) -> tuple[Sum, Sum] | None:
        """Return u and w with ``value == divisor * u + w`` and ``0 <= w < divisor`` at all points."""
        for reduced in (False, True):  # 7 - j below 8 is a rest as it stands; 9 * i is 8 * i + i
            steps = [a % divisor if reduced or a % divisor == 0 else a for a in value.coefficients]
            rest = Sum(value.constant, tuple(steps))
            rest = rest.plus(self.literal(self.bounds(rest)[0] // divisor * divisor), -1)
            quotient = value.plus(rest, -1).over(divisor)
            if quotient is not None and self.bounds(rest)[1] < divisor:
                return quotient, rest
        return None

    def literal(self, value: int) -> Sum:
        """Return a constant."""
        return Sum(value, (0,) * len(self.ranges))

    def cast(self, value: Sum | None, kind: IntegerType) -> Sum | None:
        """Return ``value`` where ``kind`` holds all of it, and a constant always."""
        if value is None or kind.bits == 1:
            return self._decided(None if value is None else self._truth(value))
        lo, hi = self.bounds(value)
        if kind.low <= lo and hi <= kind.high:
            return value
        return self.literal(kind.wrap(lo)) if lo == hi else None

    convert = cast

    def unary(self, value: Sum | None, kind: IntegerType, node: Unary) -> Sum | None:
        """Return ``- + ~ !`` of a value."""
        operator = node.operator
        if value is None or operator == "+":
            return value
        if operator == "!":
            truth = self._truth(value)
            return self._decided(None if truth is None else not truth)
        return self._held(self.literal(0 if operator == "-" else -1).plus(value, -1), kind)

    def arithmetic(self, left: Sum | None, right: Sum | None, kind: IntegerType, node: Binary) -> Sum | None:
        """Return the result of ``+ - * / % << >> & | ^`` where it is a sum that ``kind`` holds at all points."""
        if left is None or right is None:
            return None
        operator = node.operator
        if operator in ("+", "-"):
            return self._held(left.plus(right, 1 if operator == "+" else -1), kind)
        if operator in ("&", "|", "^", "*") and self.fixed(left) is not None:
            left, right = right, left
        if operator in ("|", "^"):
            return self._joined(operator, left, right)
        constant = self.fixed(right)
        if constant is None:
            return None
        if operator == "*":
            return self._held(left.times(constant), kind)
        if operator == "&":
            top = 0 if kind.signed else constant >> (kind.bits - 1)
            return self._masked(left, constant - (top << kind.bits))
        if operator in ("/", "%", "//"):
            return None if constant == 0 else self._divided(operator, left, constant, kind)
        if not 0 <= constant < kind.bits:
            return None
        if operator == "<<":
            return self._held(left.times(1 << constant), kind)
        parts = self.split(left, 1 << constant)
        return parts[0] if parts else None

    def compare(self, left: Sum | None, right: Sum | None, node: Binary) -> Sum | None:
        """Return the outcome where it is the same at all points."""
        if left is None or right is None:
            return None
        lo, hi = self.bounds(left.plus(right, -1))
        operator = node.operator
        if operator in (">", "<="):  # these two ask whether the difference is positive
            return self._decided(None if lo <= 0 < hi else (lo > 0) == (operator == ">"))
        if operator in ("<", ">="):
            return self._decided(None if lo < 0 <= hi else (hi < 0) == (operator == "<"))
        same = None if lo <= 0 <= hi and lo != hi else lo == hi == 0
        return self._decided(None if same is None else same == (operator == "=="))

    def logic(self, left: Sum | None, right: Sum | None, node: Binary) -> Sum | None:
        """Return the outcome of ``&&`` or ``||`` where it is the same at all points."""
        ends = node.operator == "||"  # the truth of the left side that settles the matter
        first = None if left is None else self._truth(left)
        if first is None or first == ends:
            return self._decided(first)
        return self._decided(None if right is None else self._truth(right))

    def select(self, condition: Sum | None, then: Sum | None, otherwise: Sum | None) -> Sum | None:
        """Return the branch that is taken, if one is taken at all points or both are the same sum."""
        truth = None if condition is None else self._truth(condition)
        if truth is None:
            return then if condition is not None and then == otherwise else None
        return then if truth else otherwise

    def enter(self, condition: Sum | None, wanted: bool) -> None:
        """Nothing is ever noted, so nothing is to be kept from being noted."""

    def leave(self) -> None:
        """See ``enter``."""

    def _truth(self, value: Sum) -> bool | None:
        lo, hi = self.bounds(value)
        return None if lo <= 0 <= hi and lo != hi else not lo == hi == 0

    def _decided(self, truth: bool | None) -> Sum | None:
        return None if truth is None else self.literal(int(truth))

    def _held(self, value: Sum, kind: IntegerType) -> Sum | None:
        """Return ``value`` where no point overflows or wraps; a constant may wrap in an unsigned type."""
        lo, hi = self.bounds(value)
        if kind.low <= lo and hi <= kind.high:
            return value
        return self.literal(kind.wrap(lo)) if lo == hi and not kind.signed else None

    def _divided(self, operator: str, value: Sum, divisor: int, kind: IntegerType) -> Sum | None:
        """Return quotient or remainder, which C cuts off towards zero; both know the divisor by its size first."""
        parts = self.split(value, abs(divisor))
        if kind.floors:
            return None if parts is None or divisor < 0 else parts[1] if operator == "%" else parts[0]
        if parts is None or (self.bounds(value)[0] < 0 and self.fixed(parts[1]) != 0):
            number = self.fixed(value)
            if number is None:
                return None
            quotient = abs(number) // abs(divisor)
            parts = self.literal(-quotient), self.literal(number + quotient * abs(divisor))
        quotient_held = self._held(parts[0] if divisor > 0 else parts[0].times(-1), kind)
        return quotient_held if operator == "/" or quotient_held is None else parts[1]

    def _masked(self, value: Sum, mask: int) -> Sum | None:
        """Return ``value & mask`` for masks of the kinds 0..01..1 and 1..10..0, and for constants."""
        number = self.fixed(value)
        if number is not None:
            return self.literal(number & mask)
        low = mask >= 0
        unit = mask + 1 if low else -mask
        parts = self.split(value, unit) if unit & (unit - 1) == 0 else None
        if parts is None:
            return None
        return parts[1] if low else parts[0].times(unit)

    def _joined(self, operator: str, left: Sum, right: Sum) -> Sum | None:
        """Return ``|`` or ``^`` of values that share no bit: one a multiple of 2**k, the other below 2**k."""
        a, b = self.fixed(left), self.fixed(right)
        if a is not None and b is not None:
            return self.literal(a | b if operator == "|" else a ^ b)
        for high, low in ((left, right), (right, left)):
            lo, hi = self.bounds(low)
            if lo >= 0 and high.over(1 << hi.bit_length()) is not None:
                return high.plus(low)
        return None
