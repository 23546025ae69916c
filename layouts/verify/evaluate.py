"""Evaluate a C integer expression at many points, exactly, with the type that C gives to every step.

>>> import numpy
>>> from layouts.verify.expression import parse_expression
>>> i, j = numpy.divmod(numpy.arange(16), 8)
>>> evaluate(parse_expression("i * 8 + (j ^ (i % 8))"), {"i": i, "j": j}).values.tolist()
[0, 1, 2, 3, 4, 5, 6, 7, 9, 8, 11, 10, 13, 12, 15, 14]

Signed overflow is found, not hidden.  From the first operation that overflows the calculation goes on with the exact
integer, which is what the author meant, and the result says where it happened first:

>>> rows = numpy.array([0, 1, 2**29 - 1, 2**29])
>>> result = evaluate(parse_expression("row * 4"), {"row": rows})
>>> print(result.overflow)
'*' gives 2147483648 at point 3, beyond int
    row * 4
        ^
>>> evaluate(parse_expression("(long long) row * 4"), {"row": rows}).overflow is None
True
"""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import EvaluationError, LayoutError, _with_caret
from .arrays import Values, compare, convert, multiply_modulo, operate, select, truth
from .integers import IntegerType, variable_type
from .program import compile_program, execute

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from .syntax import Binary, Expression, Unary

__all__ = ["Evaluation", "Overflow", "evaluate"]

#: Points are taken in runs of this many, so that intermediate arrays stay in the processor's cache.
RUN = 1 << 14


@dataclass(frozen=True, slots=True)
class Overflow:
    """The first point at which a signed operation leaves its type.

    ``index`` is the flat index of the point, ``value`` the exact result there, ``type`` the C type that cannot hold
    it, and ``operator`` stands at offset ``position`` of ``text``, the expression or let that was read.
    """

    index: int
    value: int
    type: str
    operator: str
    position: int
    text: str

    def __str__(self) -> str:
        what = "the quotient of '%' is" if self.operator == "%" else f"{self.operator!r} gives"
        reason = f"{what} {self.value} at point {self.index}, beyond {self.type}"
        return _with_caret(reason, self.text, self.position)


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """The values of an expression, its C type, and the first overflow on the way to them, if any.

    ``values`` has the shape of the variables; it is int64, or an array of Python ints where 64 bits are too few.
    """

    values: Any
    type: str
    overflow: Overflow | None


def evaluate(
    expr: Expression,
    environment: Mapping[str, Any],
    lets: Iterable[tuple[str, Expression]] = (),
    int_bits: int = 32,
    first: int = 0,
) -> Evaluation:
    """Return the values of ``expr`` at every point of ``environment``, after the definitions ``lets``.

    ``environment`` maps the variables to integers and to arrays of integers of one shape.  A variable is an ``int``,
    or a ``long long`` where some value needs one; a let has the type of its expression, and may use earlier lets.
    With ``int_bits=64`` the types ``int`` and ``unsigned`` have 64 bits; with 0 all values are Python's integers, whose
    division rounds down.  Points are counted from ``first``.

    Ensures: every value is the one that C computes, unless ``overflow`` reports a signed overflow; unsigned types and
             casts wrap; ``&&``, ``||`` and ``?:`` report nothing from operands that C does not evaluate.
             After an overflow the values are exact integers, which a cast brings back into a range.
    Raises:  EvaluationError, with the first point as witness, for a division by zero or a shift by a negative count
             or by the width of the type or more; ParseError for an unknown name; LayoutError for values that are not
             integers, or arrays of different shapes.
    Cost:    one pass over the points for each operator; memory for the result alone.

    >>> from layouts.verify.expression import parse_expression
    >>> evaluate(parse_expression("x + row"), {"x": 5}, [("row", parse_expression("x / 2 - 4u"))]).values.item()
    3
    >>> evaluate(parse_expression("1 / x"), {"x": 0})
    Traceback (most recent call last):
    layouts.errors.EvaluationError: division by zero at point 0
        1 / x
          ^
    """
    import numpy

    variables, shape, size = _read_environment(environment)
    program = compile_program(expr, lets, _types_of(variables, int_bits), int_bits)
    out = numpy.empty(size, dtype="int64")
    overflow = None
    for start in range(0, max(size, 1), RUN):
        stop = min(start + RUN, size)
        points = _Points(first + start, stop - start)
        result = execute(program, {name: _run_of(value, start, stop) for name, value in variables.items()}, points)
        if points.fault:
            raise EvaluationError(points.fault[1], points.fault[0])
        overflow = overflow or points.overflow
        if not result.within(-(1 << 63), (1 << 63) - 1) and not result.tight().within(-(1 << 63), (1 << 63) - 1):
            out = out.astype(object) if out.dtype != object else out
        out[start:stop] = result.data
    return Evaluation(out.reshape(shape), program.type.name, overflow)


def _read_environment(environment: Mapping[str, Any]) -> tuple[dict[str, Values], tuple[int, ...], int]:
    """Return the variables as flat arrays or single ints with their bounds, and the shape and size of the arrays."""
    import numpy

    variables: dict[str, Values] = {}
    first = ""
    shape: tuple[int, ...] = ()
    for name, given in environment.items():
        array = numpy.asarray(given)
        exact = array.dtype == object and array.size > 0 and all([type(value) is int for value in array.flat])
        if array.dtype.kind not in "iu" and type(given) is not int and not exact:
            raise LayoutError(f"variable {name!r} must be integers, not {array.dtype}", name)
        if array.ndim == 0:
            variables[name] = Values.one(int(given))
            continue
        if first and array.shape != shape:
            raise LayoutError(
                f"variables {first!r} and {name!r} have different shapes, {shape} and {array.shape}", name
            )
        first, shape = first or name, array.shape
        lo, hi = (int(array.min()), int(array.max())) if array.size else (0, 0)
        variables[name] = Values(array.reshape(-1), lo, hi)
    size = 1
    for extent in shape:
        size *= extent
    return variables, shape, size


def _types_of(variables: Mapping[str, Values], int_bits: int) -> dict[str, IntegerType]:
    types = {}
    for name, value in variables.items():
        kind = variable_type(value.lo, value.hi, int_bits)
        if kind is None:
            raise LayoutError(f"variable {name!r} has values beyond 64 bits, in {value.lo}..{value.hi}", name)
        types[name] = kind
    return types


def _run_of(value: Values, start: int, stop: int) -> Values:
    if type(value.data) is int:
        return value
    data = value.data[start:stop]
    wide = value.hi >= 1 << 63 or value.lo < -(1 << 63)
    return Values(data.astype(object if wide else "int64", copy=False), value.lo, value.hi)


class _Points:
    """The domain of a run of points.  It notes the first fault and the first overflow among the points that count.

    ``active`` has the points that count, innermost last: True for all, False for none, or an array of bool.
    """

    __slots__ = ("active", "count", "fault", "overflow", "start")

    def __init__(self, start: int, count: int) -> None:
        self.start = start
        self.count = count
        self.active: list[Any] = [True]
        self.fault: tuple[int, str] | None = None
        self.overflow: Overflow | None = None

    def literal(self, value: int) -> Values:
        return Values.one(value)

    def cast(self, value: Values, kind: IntegerType) -> Values:
        return convert(value, kind)

    def convert(self, value: Values, kind: IntegerType) -> Values:
        # To a signed type C converts by itself only where no value can change; an exact overflow stays as it is.
        return value if kind.signed else convert(value, kind)

    def unary(self, value: Values, kind: IntegerType, node: Unary) -> Values:
        operator = node.operator
        if operator == "!":
            return compare("==", value, Values.one(0))
        if operator == "+":
            return Values(value.numbers(), value.lo, value.hi)
        left = Values.one(0 if operator == "-" else -1)
        return self._held(operate("-", left, value), kind, node)  # ~x is -1 - x

    def arithmetic(self, left: Values, right: Values, kind: IntegerType, node: Binary) -> Values:
        operator = node.operator
        if operator in ("/", "%", "//"):
            right = self._divisor(right, node)
            if kind.floors:
                return self._held(operate("mod" if operator == "%" else "//", left, right), kind, node)
            if operator == "%" and kind.signed and left.lo <= kind.low and right.lo <= -1 <= right.hi:
                self._held(operate("/", left, right), kind, node)  # where the quotient overflows, so does C's %
        elif operator in ("<<", ">>"):
            right = self._count(right, kind, node)
        elif operator == "*" and not kind.signed and kind.bits == 32:
            return multiply_modulo(left, right, kind)
        return self._held(operate(operator, left, right), kind, node)

    def compare(self, left: Values, right: Values, node: Binary) -> Values:
        return compare(node.operator, left, right)

    def logic(self, left: Values, right: Values, node: Binary) -> Values:
        return operate("&" if node.operator == "&&" else "|", truth(left), truth(right))

    def select(self, condition: Values, then: Values, otherwise: Values) -> Values:
        return select(condition, then, otherwise)

    def enter(self, condition: Values, wanted: bool) -> None:
        self.active.append((_as_bool(truth(condition)) == wanted) & self.active[-1])

    def leave(self) -> None:
        self.active.pop()

    def _first(self, bad: Any) -> int | None:
        """Return the first active point of the run where ``bad`` is true, if any."""
        bad = bad & self.active[-1]
        if type(bad) is bool:
            return 0 if bad and self.count else None
        at = int(bad.argmax()) if self.count else 0
        return at if self.count and bad[at] else None

    def _held(self, value: Values, kind: IntegerType, node: Unary | Binary) -> Values:
        """Wrap an exact result into an unsigned type, or note the first point at which a signed one cannot hold it."""
        if not kind.signed:
            return convert(value, kind)
        if value.within(kind.low, kind.high):
            return value
        value = value.tight()
        if value.within(kind.low, kind.high):
            return value
        at = self._first((value.data < kind.low) | (value.data > kind.high))
        if at is not None and (self.overflow is None or self.start + at < self.overflow.index):
            exact = value.data if type(value.data) is int else int(value.data[at])
            place = (node.operator, node.position, node.text or str(node))
            self.overflow = Overflow(self.start + at, exact, kind.name, *place)
        return value

    def _note(self, bad: Any, reason: str, node: Binary) -> None:
        at = self._first(bad)
        if at is not None and (self.fault is None or self.start + at < self.fault[0]):
            at += self.start
            self.fault = (at, _with_caret(f"{reason} at point {at}", node.text, node.position))

    def _divisor(self, value: Values, node: Binary) -> Values:
        """Note a division by zero, and return the divisors with 1 in place of 0."""
        if value.lo <= 0 <= value.hi:
            value = value.tight()
        if value.lo > 0 or value.hi < 0:
            return value
        zero = compare("==", value, Values.one(0))
        self._note(_as_bool(zero), "division by zero", node)
        good = select(zero, Values.one(1), value)
        return Values(good.data, good.lo or 1, max(good.hi, 1))

    def _count(self, value: Values, kind: IntegerType, node: Binary) -> Values:
        """Note a shift beyond the width of the type, and return the counts with 0 in place of the bad ones."""
        if value.within(0, kind.bits - 1):
            return value
        value = value.tight()
        low, high = compare("<", value, Values.one(0)), compare(">=", value, Values.one(kind.bits))
        bad = truth(operate("|", low, high))
        self._note(_as_bool(bad), f"shift by a count outside 0..{kind.bits - 1}", node)
        good = select(bad, Values.one(0), value)
        return Values(good.data, max(good.lo, 0), min(good.hi, kind.bits - 1))


def _as_bool(truths: Values) -> Any:
    return bool(truths.data) if type(truths.data) is int else truths.data
