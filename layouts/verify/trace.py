"""Find out what an expression computes without computing it: over F2 by bits, over the integers by multiples.

``trace_f2`` follows every bit of every intermediate value as an XOR of input bits.  ``trace_affine`` follows every
intermediate value as a sum of multiples of the variables.  Both cost what the expression costs, whatever the extents,
and both are exact: a result holds at every point, with the conversions of C, and no signed operation overflows at any
of them.  They return None where a step has no such form, and then the points must be enumerated.

>>> from layouts.verify.expression import parse_expression
>>> trace_f2(parse_expression("i * 8 + (j ^ (i % 8))"), {"i": 6, "j": 3})
F2Affine(offset=0, bases={'i': (9, 18, 36, 64, 128, 256), 'j': (1, 2, 4)})
>>> trace_affine(parse_expression("m * 72 + k"), {"m": (0, 16), "k": (0, 64)})
(0, {'m': 72, 'k': 1})
>>> trace_f2(parse_expression("m * 72 + k"), {"m": 4, "k": 6}) is None
True
"""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import LayoutError
from . import bitforms
from .affine import Box, Sum
from .bitforms import BitForms
from .integers import variable_type
from .program import compile_program, execute

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import TypeVar

    from .integers import IntegerType
    from .program import Domain, Program
    from .syntax import Binary, Expression, Unary

    V = TypeVar("V")

__all__ = ["F2Affine", "trace_affine", "trace_f2"]


@dataclass(frozen=True, slots=True)
class F2Affine:
    """A map that is linear over F2 up to a constant.

    Its value at a point is ``offset`` XORed with ``bases[name][k]`` for every variable and every bit k that is set in
    it.  So ``offset`` is the value where all variables are 0, and the bases are the images of the one-bit values,
    lowest bit first, without the offset.

    >>> form = F2Affine(2, {"lane": (1, 2, 4)})  # lane ^ 2
    >>> form.offset ^ form.bases["lane"][0] ^ form.bases["lane"][1]  # at lane 3
    1
    """

    offset: int
    bases: dict[str, tuple[int, ...]]


def trace_f2(
    expr: Expression,
    bits: Mapping[str, int],
    lets: Iterable[tuple[str, Expression]] = (),
    int_bits: int = 32,
) -> F2Affine | None:
    """Return ``expr`` as an F2-affine map of its variables, which range over 0..2**bits[name] - 1, or None.

    Ensures: a result agrees with ``evaluate`` at every point, where no signed operation overflows and no value is
             negative.
    Raises:  ParseError for an unknown name; LayoutError for a variable of more than 64 bits.
    Cost:    a few hundred operations on ints for each operator, more for a product; no point is evaluated.

    None does not mean that there is no such map: a carry that cancels later is not seen through.

    >>> from layouts.verify.expression import parse_expression
    >>> trace_f2(parse_expression("lane ^ 2"), {"lane": 5})
    F2Affine(offset=2, bases={'lane': (1, 2, 4, 8, 16)})
    """
    types = {}
    values: dict[str, BitForms | None] = {}
    first = 0
    for name, count in bits.items():
        if type(count) is not int or not 0 <= count <= 64:
            raise LayoutError(f"variable {name!r} must have 0 to 64 bits, not {count!r}", name)
        types[name] = _type_of(name, 0, (1 << count) - 1, int_bits)
        values[name] = BitForms.of_input(first, count)
        first += count
    domain = _Forms()
    result = _everywhere(compile_program(expr, lets, types, int_bits), values, domain)
    if result is None or result.sign != 0:
        return None
    rows = list(enumerate(result.forms))
    columns = [sum((form >> column & 1) << k for k, form in rows) for column in range(first + 1)]
    bases = {}
    first = 1  # column 0 is the constant, column k + 1 the image of input bit k
    for name, count in bits.items():
        bases[name] = tuple(columns[first : first + count])
        first += count
    return F2Affine(columns[0], bases)


def trace_affine(
    expr: Expression,
    ranges: Mapping[str, tuple[int, int]],
    lets: Iterable[tuple[str, Expression]] = (),
    int_bits: int = 32,
) -> tuple[int, dict[str, int]] | None:
    """Return ``expr`` as a constant and the coefficient of each variable, or None.

    ``ranges`` maps each variable to its half-open range.
    Ensures: a result agrees with ``evaluate`` at every point of the ranges, where no signed operation overflows.
    Raises:  ParseError for an unknown name; LayoutError for an empty range or one beyond 64 bits.
    Cost:    a few operations on ints for each operator and variable; no point is evaluated.

    >>> from layouts.verify.expression import parse_expression
    >>> trace_affine(parse_expression("(i * 16 + j) / 8 * 8 + 4"), {"i": (0, 30), "j": (0, 8)})
    (4, {'i': 16, 'j': 0})
    >>> trace_affine(parse_expression("row * 4"), {"row": (0, 2**29 + 1)}) is None  # the last row overflows
    True
    """
    types = {}
    for name, (first, stop) in ranges.items():
        if first >= stop:
            raise LayoutError(f"the range {first}..{stop} of variable {name!r} is empty", name)
        types[name] = _type_of(name, first, stop - 1, int_bits)
    box = Box(list(ranges.values()))
    count = len(ranges)
    units = [tuple([int(k == own) for k in range(count)]) for own in range(count)]
    values: dict[str, Sum | None] = {name: Sum(0, unit) for name, unit in zip(ranges, units, strict=True)}
    result = _everywhere(compile_program(expr, lets, types, int_bits), values, box)
    return None if result is None else (result.constant, dict(zip(ranges, result.coefficients, strict=True)))


def _type_of(name: str, low: int, high: int, int_bits: int) -> IntegerType:
    kind = variable_type(low, high, int_bits)
    if kind is None:
        raise LayoutError(f"variable {name!r} has values beyond 64 bits, in {low}..{high}", name)
    return kind


def _everywhere(program: Program, values: dict[str, V | None], domain: Domain[V | None]) -> V | None:
    """Return the value of ``program`` if it and all lets, used or not, have one."""
    result = execute(program, values, domain)
    return None if any(values[name] is None for name, _ in program.lets) else result


class _Forms:
    """The domain of values whose bits are XORs of input bits, or None where no such form is known."""

    __slots__ = ()

    def literal(self, value: int) -> BitForms | None:
        return BitForms.of_int(value)

    def cast(self, value: BitForms | None, kind: IntegerType) -> BitForms | None:
        return None if value is None else bitforms.convert(value, kind)

    convert = cast

    def unary(self, value: BitForms | None, kind: IntegerType, node: Unary) -> BitForms | None:
        operator = node.operator
        if value is None or operator == "+":
            return value
        if operator == "!":
            truth = bitforms.nonzero(value)
            return _bit(None if truth is None else truth ^ 1)
        if operator == "~":
            return _held(bitforms.invert(value), kind)
        return _held(bitforms.subtract(BitForms([]), value), kind)

    def arithmetic(
        self, left: BitForms | None, right: BitForms | None, kind: IntegerType, node: Binary
    ) -> BitForms | None:
        if left is None or right is None:
            return None
        operator = node.operator
        if operator in ("/", "%", "//"):
            return _divided(operator, left, right, kind)
        if operator in ("<<", ">>"):
            return _held(_shifted(operator, left, right, kind), kind)
        operation = {
            "+": bitforms.add,
            "-": bitforms.subtract,
            "*": bitforms.multiply,
            "&": bitforms.both,
            "|": bitforms.either,
            "^": bitforms.xor,
        }[operator]
        return _held(operation(left, right), kind)

    def compare(self, left: BitForms | None, right: BitForms | None, node: Binary) -> BitForms | None:
        if left is None or right is None:
            return None
        operator = node.operator
        if operator in ("==", "!="):
            outcome = bitforms.nonzero(bitforms.xor(left, right))
            negated = operator == "=="
        else:
            outcome = bitforms.less(left, right) if operator in ("<", ">=") else bitforms.less(right, left)
            negated = operator in (">=", "<=")
        return _bit(None if outcome is None else outcome ^ negated)

    def logic(self, left: BitForms | None, right: BitForms | None, node: Binary) -> BitForms | None:
        first = None if left is None else bitforms.nonzero(left)
        settles = int(node.operator == "||")
        if first is None or first == settles:
            return _bit(first)
        second = None if right is None else bitforms.nonzero(right)
        if second is None:
            return None
        outcome = bitforms.product(first ^ settles, second ^ settles)  # || is && of the opposites
        return _bit(None if outcome is None else outcome ^ settles)

    def select(self, condition: BitForms | None, then: BitForms | None, otherwise: BitForms | None) -> BitForms | None:
        truth = None if condition is None else bitforms.nonzero(condition)
        if truth in (0, 1):
            return then if truth else otherwise
        if truth is None or then is None or otherwise is None:
            return None
        return bitforms.choose(truth, then, otherwise)

    def enter(self, condition: BitForms | None, wanted: bool) -> None:
        """A branch that is not taken is dropped in ``select``, so nothing is to be kept from being noted."""

    def leave(self) -> None:
        """See ``enter``."""


def _bit(form: int | None) -> BitForms | None:
    return None if form is None else BitForms([form])


def _held(value: BitForms | None, kind: IntegerType) -> BitForms | None:
    """Return ``value`` wrapped into an unsigned type, or None where some point overflows a signed one.

    A bit that differs from the sign as a form differs from it at some point, so this refuses nothing in vain.
    """
    if value is None or not kind.signed:
        return None if value is None else bitforms.convert(value, kind)
    return value if len(value.forms) < kind.bits else None


def _divided(operator: str, left: BitForms, right: BitForms, kind: IntegerType) -> BitForms | None:
    """Return quotient or remainder: of constants, by a power of two, or by more than ``left`` can reach."""
    divisor = right.constant()
    if not divisor:
        return None
    number = left.constant()
    if number is not None and kind.floors:
        return BitForms.of_int(number % divisor if operator == "%" else number // divisor)
    if kind.floors and divisor < 0:
        return None
    operator = "/" if operator == "//" else operator
    if number is not None:
        quotient = abs(number) // abs(divisor) * (1 if (number < 0) == (divisor < 0) else -1)
        held = _held(BitForms.of_int(quotient), kind)  # where the quotient overflows, so does C's %
        return held if operator == "/" or held is None else BitForms.of_int(number - quotient * divisor)
    if left.sign != 0:
        return None
    if divisor & (divisor - 1) == 0 and divisor > 0:
        shift = divisor.bit_length() - 1
        return bitforms.shift_right(left, shift) if operator == "/" else BitForms(left.forms[:shift])
    if left.extreme(True) < abs(divisor):
        return BitForms([]) if operator == "/" else left
    return None


def _shifted(operator: str, value: BitForms, count: BitForms, kind: IntegerType) -> BitForms | None:
    """Shift by every power of two of which the count has the bit, where the count stays within the width."""
    if count.extreme(False) < 0 or count.extreme(True) >= kind.bits:
        return None
    shift = bitforms.shift_left if operator == "<<" else bitforms.shift_right
    result: BitForms | None = value
    for k, form in enumerate(count.forms):
        if result is not None:
            result = bitforms.choose(form, shift(result, 1 << k), result)
    return result
