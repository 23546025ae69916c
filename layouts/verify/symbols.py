"""The steps of a C expression on forms over a region: exact, with C's conversions, faults and overflows.

Where a step has no form over its region it raises ``Divided``: the caller goes on with each of the smaller regions.
So ``10 - first < 4 ? 10 - first : 4`` is two sums on two regions, and ``i / 6`` cuts i at 6.  After a signed overflow
the calculation goes on with the exact integer, as ``evaluate`` does, and the first point of it is noted.
"""

from __future__ import annotations

from .bitwise import Bitwise
from .forms import Form, Region
from .search import first_above

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .domain import Domain, Variable
    from .integers import IntegerType
    from .syntax import Binary, Unary

__all__ = ["Fault", "Symbols"]


class Fault(Exception):  # noqa: N818
    """Raised where the formula has no value on the whole region: a division by zero or a bad shift."""

    def __init__(self, reason: str, node: Binary) -> None:
        super().__init__(reason, node)
        self.reason = reason
        self.node = node


class Symbols(Bitwise):
    """The domain of forms over one region.  ``overflow`` is (index, exact value, type, node) of the first one.

    A value is None in a branch that is not taken.  ``rotations`` is 0 for none, 1 to turn the first digit that can be
    turned, and -1 for the last.
    """

    __slots__ = ("active", "overflow")

    def __init__(self, region: Region, domain: Domain, rotations: int = 1) -> None:
        super().__init__(region, domain, rotations)
        self.active = [True]
        self.overflow: tuple[int, int, str, Unary | Binary] | None = None

    def variable(self, k: int, variable: Variable) -> Form:
        """Return the value of variable k, which is any function of its position that is a progression here."""
        position = self.region.position(k)
        if isinstance(variable.values, tuple) and not position.terms:
            return Form(variable.values[position.constant])
        known = self.domain.progression(k)
        if known is None:
            self._fix(position)
        first, step = known or (0, 1)
        return position.times(step).plus(Form(first))

    # -- the steps

    def literal(self, value: int) -> Form:
        return Form(value)

    def enter(self, condition: Form | None, wanted: bool) -> None:
        known = self.active[-1] and condition is not None and self._truth(condition) == wanted
        self.active.append(known)

    def leave(self) -> None:
        self.active.pop()

    def cast(self, value: Form | None, kind: IntegerType) -> Form | None:
        if value is None or not self.active[-1]:
            return None
        if kind.bits == 1:
            return Form(int(self._truth(value)))
        return self._wrapped(value, kind)

    def convert(self, value: Form | None, kind: IntegerType) -> Form | None:
        # To a signed type C converts by itself only where no value can change; an exact overflow stays as it is.
        return value if kind.signed else self.cast(value, kind)

    def unary(self, value: Form | None, kind: IntegerType, node: Unary) -> Form | None:
        if value is None or not self.active[-1]:
            return None
        if node.operator == "!":
            return Form(int(not self._truth(value)))
        if node.operator == "+":
            return value
        return self._held(Form(0 if node.operator == "-" else -1).plus(value, -1), kind, node)

    def arithmetic(self, left: Form | None, right: Form | None, kind: IntegerType, node: Binary) -> Form | None:
        if left is None or right is None or not self.active[-1]:
            return None
        operator = node.operator
        if operator in ("+", "-"):
            return self._held(left.plus(right, 1 if operator == "+" else -1), kind, node)
        if operator == "*":
            if left.terms and right.terms:
                self._fix(*sorted((left, right), key=lambda form: len(form.terms)))
            scaled = right.times(left.constant) if not left.terms else left.times(right.constant)
            return self._held(scaled, kind, node)
        if operator in ("/", "%", "//"):
            return self._divided(left, right, kind, node)
        if operator in ("<<", ">>"):
            return self._shifted(left, right, kind, node)
        return self._held(self._bitwise(operator, left, right), kind, node)

    def compare(self, left: Form | None, right: Form | None, node: Binary) -> Form | None:
        if left is None or right is None or not self.active[-1]:
            return None
        operator = node.operator
        difference = left.plus(right, -1)
        if operator in ("==", "!="):
            return Form(int(self._is_zero(difference) == (operator == "==")))
        if operator in (">", "<="):  # these two ask whether the difference is positive
            return Form(int(self._negative(difference.times(-1)) == (operator == ">")))
        return Form(int(self._negative(difference) == (operator == "<")))

    def logic(self, left: Form | None, right: Form | None, node: Binary) -> Form | None:
        if left is None or not self.active[-1]:
            return None
        first = self._truth(left)
        if first == (node.operator == "||"):
            return Form(int(first))
        return None if right is None else Form(int(self._truth(right)))

    def select(self, condition: Form | None, then: Form | None, otherwise: Form | None) -> Form | None:
        if condition is None or not self.active[-1]:
            return None
        return then if self._truth(condition) else otherwise

    # -- types

    def _held(self, value: Form, kind: IntegerType, node: Unary | Binary) -> Form:
        """Wrap an exact result into an unsigned type, or note the first point at which a signed one cannot hold it."""
        lo, hi = self.region.bounds(value)
        low, high = kind.low, kind.high
        if low <= lo and hi <= high:
            return value
        if not kind.signed:
            return self._wrapped(value, kind)
        lo, hi = self._exact(value)
        for above, bound in ((value, high + 1), (value.times(-1), 1 - low)):
            found = first_above(self.region, self.domain, above, bound)
            if found is not None:
                index, exact = found
                exact = exact if above is value else -exact
                if self.overflow is None or index < self.overflow[0]:
                    self.overflow = (index, exact, kind.name, node)
        return value

    def _wrapped(self, value: Form, kind: IntegerType) -> Form:
        lo, hi = self.region.bounds(value)
        if kind.low <= lo and hi <= kind.high:
            return value
        low = Form(kind.low)
        return self.rest(value.plus(low, -1), 1 << kind.bits).plus(low)

    def _divided(self, left: Form, right: Form, kind: IntegerType, node: Binary) -> Form:
        """Return quotient or remainder: towards zero, or down where the type is Python's."""
        if right.terms:
            lo, hi = self.region.bounds(right)
            if lo <= 0 <= hi:
                self._is_zero(right)
            self._fix(right)
        divisor = right.constant
        if divisor == 0:
            raise Fault("division by zero", node)
        if kind.floors:
            if divisor < 0:
                left, divisor = left.times(-1), -divisor
            if node.operator == "%":
                rest = self.rest(left, divisor)
                return rest.times(-1) if right.constant < 0 else rest
            return self.parts(left, divisor)[0]
        size = abs(divisor)
        if not left.terms:
            quotient = abs(left.constant) // size * (1 if (left.constant < 0) == (divisor < 0) else -1)
            held = self._held(Form(quotient), kind, node)  # where the quotient overflows, so does C's %
            return held if node.operator == "/" else Form(left.constant - quotient * divisor)
        if node.operator == "%" and not self._below_zero(left) and size <= kind.high:
            return self.rest(left, size)
        negative = self._negative(left)
        down, rest = self.parts(left.times(-1) if negative else left, size)
        quotient_form = self._held(down.times(-1) if negative != (divisor < 0) else down, kind, node)
        if node.operator == "/":
            return quotient_form
        return rest.times(-1) if negative else rest

    def _below_zero(self, value: Form) -> bool:
        return self.region.bounds(value)[0] < 0

    def _shifted(self, value: Form, count: Form, kind: IntegerType, node: Binary) -> Form:
        if count.terms:
            lo, hi = self.region.bounds(count)
            if lo < 0 <= hi:
                self._negative(count)
            if lo < kind.bits <= hi:
                self._negative(count.plus(Form(kind.bits), -1))
            if lo >= 0 and hi < kind.bits:
                self._fix(count)
        lo, hi = self.region.bounds(count)
        if lo < 0 or hi >= kind.bits:
            raise Fault(f"shift by a count outside 0..{kind.bits - 1}", node)
        if node.operator == "<<":
            return self._held(value.times(1 << count.constant), kind, node)
        return self.parts(value, 1 << count.constant)[0]
