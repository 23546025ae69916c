"""The steps of a formula as terms of z3: over the integers where there are no bits, else over bit vectors.

Every term carries bounds, so that a conversion or a check that no value can need is left out.  z3 is imported when the
first term is made.
"""

from __future__ import annotations

from ..errors import LayoutError
from .arrays import Values, _bounds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .integers import IntegerType
    from .syntax import Binary, Unary

__all__ = ["Beyond", "Bits", "Numbers", "Term"]


class Beyond(Exception):  # noqa: N818
    """Raised where a kind of term cannot say a step."""


class Term:
    """A term of z3 with bounds that no value of it passes."""

    __slots__ = ("hi", "lo", "z3")

    def __init__(self, term: Any, lo: int, hi: int) -> None:
        self.z3 = term
        self.lo = lo
        self.hi = hi


class Numbers:
    """Integers without bound: sums, products, quotients and remainders, comparisons, masks and shifts by constants.

    ``overflows`` and ``faults`` collect conditions under which a step overflows or has no value.
    """

    def __init__(self, seconds: float) -> None:
        try:
            import z3  # type: ignore[import-not-found,import-untyped,unused-ignore]
        except ImportError:
            raise LayoutError(
                "symbolic extents are decided by z3: install the extra smt, as with pip install 'f2layouts[smt]'", None
            ) from None
        self.z = z3
        self.seconds = seconds
        self.facts: list[Any] = []
        self.active: list[Any] = [True]
        self.overflows: list[tuple[Any, Term, str, str]] = []
        self.faults: list[tuple[Any, str]] = []
        self.checked = True
        self.reach = 1  # the largest number that any term may need

    # -- terms and questions

    def number_term(self, value: int) -> Any:
        self.reach = max(self.reach, abs(value))
        return self.z.IntVal(value)

    def constant(self, name: str, lo: int, hi: int) -> Term:
        self.reach = max(self.reach, abs(lo), abs(hi))
        return Term(self.z.Int(name), lo, hi)

    def less(self, a: Any, b: Any) -> Any:
        return a < b

    def within(self, term: Term, lo: int, hi: int) -> list[Any]:
        low, high = self.number_term(lo), self.number_term(hi)
        return [self.z.Not(self.less(term.z3, low)), self.z.Not(self.less(high, term.z3))]

    def below(self, term: Term, other: Term) -> Any:
        return self.less(term.z3, other.z3)

    def outside(self, term: Term, bound: Term) -> Any:
        negative = self.less(term.z3, self.number_term(0))
        return self.z.Or(negative, self.z.Not(self.less(term.z3, bound.z3)))

    def differ(self, a: Term, b: Term) -> Any:
        return a.z3 != b.z3

    def same(self, a: Term, b: Term) -> Any:
        return a.z3 == b.z3

    def apart(self, a: list[Term], b: list[Term]) -> Any:
        """Say that one point comes before another, which loses none of the pairs and asks for each once."""
        before: Any = False
        for x, y in zip(a, b, strict=True):
            before = self.z.Or(self.less(x.z3, y.z3), self.z.And(x.z3 == y.z3, before))
        return before

    def truth(self, term: Term) -> Any:
        return term.z3 != self.number_term(0)

    def model(self, conditions: list[Any]) -> Any:
        """Return a model, False where there is none, None where z3 does not know in time."""
        solver = self.z.Solver()
        solver.set("timeout", int(self.seconds * 1000))
        solver.add(*self.facts, *conditions)
        answer = solver.check()
        if answer == self.z.sat:
            return solver.model()
        return False if answer == self.z.unsat else None

    def number(self, model: Any, term: Term) -> int:
        """Return the value of a term in a model."""
        value = model.eval(term.z3, model_completion=True)
        return int(value.as_signed_long() if hasattr(value, "as_signed_long") else value.as_long())

    # -- the steps

    def literal(self, value: int) -> Term:
        return Term(self.number_term(value), value, value)

    def enter(self, condition: Term, wanted: bool) -> None:
        truth = self.truth(condition)
        self.active.append(self.z.And(self.active[-1], truth if wanted else self.z.Not(truth)))

    def leave(self) -> None:
        self.active.pop()

    def _truth_term(self, condition: Any) -> Term:
        return Term(self.z.If(condition, self.number_term(1), self.number_term(0)), 0, 1)

    def cast(self, value: Term, kind: IntegerType) -> Term:
        if kind.bits == 1:
            return self._truth_term(self.truth(value))
        if kind.low <= value.lo and value.hi <= kind.high:
            return value
        return self.wrapped(value, kind)

    def convert(self, value: Term, kind: IntegerType) -> Term:
        return value if kind.signed else self.cast(value, kind)

    def wrapped(self, value: Term, kind: IntegerType) -> Term:
        return Term((value.z3 - kind.low) % (1 << kind.bits) + kind.low, kind.low, kind.high)

    def held(self, value: Term, kind: IntegerType, node: Unary | Binary) -> Term:
        self.reach = max(self.reach, abs(value.lo), abs(value.hi))
        if kind.low <= value.lo and value.hi <= kind.high:
            return value
        if not kind.signed:
            return self.wrapped(value, kind)
        if self.checked:
            ends = self.number_term(kind.low), self.number_term(kind.high)
            bad = self.z.Or(self.less(value.z3, ends[0]), self.less(ends[1], value.z3))
            self.overflows.append((self.z.And(self.active[-1], bad), value, kind.name, node.operator))
        return value

    def unary(self, value: Term, kind: IntegerType, node: Unary) -> Term:
        if node.operator == "!":
            return self._truth_term(self.z.Not(self.truth(value)))
        if node.operator == "+":
            return value
        first = 0 if node.operator == "-" else -1
        return self.held(Term(self.number_term(first) - value.z3, first - value.hi, first - value.lo), kind, node)

    def compare(self, left: Term, right: Term, node: Binary) -> Term:
        a, b, operator = left.z3, right.z3, node.operator
        if operator in ("==", "!="):
            return self._truth_term(a == b if operator == "==" else a != b)
        less = self.less(a, b) if operator in ("<", ">=") else self.less(b, a)
        return self._truth_term(less if operator in ("<", ">") else self.z.Not(less))

    def logic(self, left: Term, right: Term, node: Binary) -> Term:
        joined = self.z.And if node.operator == "&&" else self.z.Or
        return self._truth_term(joined(self.truth(left), self.truth(right)))

    def select(self, condition: Term, then: Term, otherwise: Term) -> Term:
        term = self.z.If(self.truth(condition), then.z3, otherwise.z3)
        return Term(term, min(then.lo, otherwise.lo), max(then.hi, otherwise.hi))

    def arithmetic(self, left: Term, right: Term, kind: IntegerType, node: Binary) -> Term:
        operator = node.operator
        if operator in ("/", "%", "//"):
            return self._divided(left, right, kind, node)
        if operator in ("<<", ">>"):
            if right.lo != right.hi or not 0 <= right.lo < kind.bits:
                raise Beyond("a shift by a count that is not constant")
            factor = 1 << right.lo
            if operator == "<<":
                scaled = Term(left.z3 * self.number_term(factor), left.lo * factor, left.hi * factor)
                return self.held(scaled, kind, node)
            return Term(self.floor(left.z3, self.number_term(factor)), left.lo // factor, left.hi // factor)
        if operator in ("&", "|", "^"):
            return self.bitwise(operator, left, right)
        lo, hi = _bounds(operator, Values(0, left.lo, left.hi), Values(0, right.lo, right.hi))
        term = {"+": left.z3 + right.z3, "-": left.z3 - right.z3, "*": left.z3 * right.z3}[operator]
        return self.held(Term(term, lo, hi), kind, node)

    def floor(self, a: Any, b: Any) -> Any:
        """Return a / b rounded down, for b > 0."""
        return a / b

    def bitwise(self, operator: str, left: Term, right: Term) -> Term:
        for value, other in ((left, right), (right, left)):
            mask = other.lo
            if operator == "&" and mask == other.hi and mask >= 0 and mask & (mask + 1) == 0:
                return Term(value.z3 % (mask + 1), 0, mask)
        raise Beyond("bits")

    def _divided(self, left: Term, right: Term, kind: IntegerType, node: Binary) -> Term:
        zero = self.number_term(0)
        if right.lo <= 0 <= right.hi and self.checked:
            self.faults.append((self.z.And(self.active[-1], right.z3 == zero), f"division by zero in {node}"))
        if right.lo < 0 or (left.lo < 0 and kind.floors is False):
            return self._signed(left, right, kind, node)
        quotient = self.floor(left.z3, right.z3)
        reach = max(abs(left.lo), abs(left.hi))
        if node.operator == "%":
            return Term(left.z3 - quotient * right.z3, 0, max(right.hi - 1, 0))
        return Term(quotient, -reach if left.lo < 0 else 0, reach)

    def _signed(self, left: Term, right: Term, kind: IntegerType, node: Binary) -> Term:
        zero = self.number_term(0)
        sign_a, sign_b = self.less(left.z3, zero), self.less(right.z3, zero)
        a = self.z.If(sign_a, -left.z3, left.z3)
        b = self.z.If(sign_b, -right.z3, right.z3)
        down = self.floor(a, b)
        quotient = self.z.If(sign_a != sign_b, -down, down)
        rest = left.z3 - quotient * right.z3
        if kind.floors:
            off = self.z.And(rest != zero, sign_a != sign_b)
            quotient = self.z.If(off, quotient - 1, quotient)
            rest = left.z3 - quotient * right.z3
        reach = max(abs(left.lo), abs(left.hi))
        far = max(abs(right.lo), abs(right.hi))
        whole = self.held(Term(quotient, -reach - 1, reach), kind, node)
        return whole if node.operator in ("/", "//") else Term(rest, -far, far)


class Bits(Numbers):
    """Bit vectors that are wide enough for every exact value; what could need more is refused."""

    def __init__(self, seconds: float, width: int) -> None:
        super().__init__(seconds)
        self.width = width

    def number_term(self, value: int) -> Any:
        self._fits(value, value)
        return self.z.BitVecVal(value, self.width)

    def constant(self, name: str, lo: int, hi: int) -> Term:
        self._fits(lo, hi)
        return Term(self.z.BitVec(name, self.width), lo, hi)

    def _fits(self, lo: int, hi: int) -> None:
        if not -(1 << self.width - 2) <= lo <= hi < 1 << self.width - 2:
            raise Beyond(f"values beyond {self.width - 2} bits, with bits of them")

    def held(self, value: Term, kind: IntegerType, node: Unary | Binary) -> Term:
        self._fits(value.lo, value.hi)
        return super().held(value, kind, node)

    def wrapped(self, value: Term, kind: IntegerType) -> Term:
        self._fits(value.lo, value.hi)
        if kind.bits >= self.width:
            raise Beyond("unsigned arithmetic of 64 bits")
        low = self.z.Extract(kind.bits - 1, 0, value.z3)
        extend = self.z.SignExt if kind.signed else self.z.ZeroExt
        return Term(extend(self.width - kind.bits, low), kind.low, kind.high)

    def floor(self, a: Any, b: Any) -> Any:
        zero = self.z.BitVecVal(0, self.width)
        down = self.z.UDiv(a, b)
        return self.z.If(a < zero, -self.z.UDiv(b - 1 - a, b), down)

    def bitwise(self, operator: str, left: Term, right: Term) -> Term:
        term = {"&": left.z3 & right.z3, "|": left.z3 | right.z3, "^": left.z3 ^ right.z3}[operator]
        return Term(term, *_bounds(operator, Values(0, left.lo, left.hi), Values(0, right.lo, right.hi)))
