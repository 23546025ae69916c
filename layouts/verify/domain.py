"""The domain of an index expression: named variables, each with its values in order.

The first variable is the fastest, as the first mode of a layout is: with i in 0..3 and j in 0..7, index 14 is i = 2,
j = 3.  A variable stands for one top-level mode, and its digit is the *position* of its value: with j in {0, 8}, digit
1 means j = 8.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..errors import LayoutError, ParseError
from ..inttuple import _show, to_int
from .tokens import _kind_of_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ..inttuple import IntTuple

__all__ = ["Domain", "Variable", "read_variable"]

_NAME = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
_NUMBER = re.compile(r"([+-]?)(?:0[xX]([0-9a-fA-F]{1,1000})|(\d{1,1000})(?:\*\*(\d{1,3}))?)")


@dataclass(frozen=True, slots=True)
class Variable:
    """A name and the values that it takes, in order: a ``range`` with step 1, or a tuple of distinct integers."""

    name: str
    values: range | tuple[int, ...]

    @property
    def size(self) -> int:
        """The number of values."""
        if isinstance(self.values, tuple):
            return len(self.values)
        return self.values.stop - self.values.start

    @property
    def smallest(self) -> int:
        """The smallest value."""
        return self.values.start if isinstance(self.values, range) else min(self.values)

    @property
    def largest(self) -> int:
        """The largest value."""
        return self.values.stop - 1 if isinstance(self.values, range) else max(self.values)

    def fits(self, bits: int) -> bool:
        """Tell whether every value is a signed integer of so many bits."""
        half: int = 1 << (bits - 1)
        return -half <= self.smallest and self.largest < half

    def __str__(self) -> str:
        if isinstance(self.values, tuple):
            shown = ", ".join(map(str, self.values[:6])) + (", ..." if len(self.values) > 6 else "")
            return f"{self.name} in {{{shown}}}"
        return f"{self.name} in {self.values.start}..{self.values.stop - 1}"


def read_variable(name: str, spec: Any) -> Variable:
    """Return the variable that ``spec`` describes: N for 0..N-1, a range, a list of values, or a text of these.

    The texts are those of the command line: ``64``, ``8:64`` (8 to 63) and ``0,8,16``.
    Raises: ParseError with a caret for text, LayoutError for other values; both name the variable.

    >>> print(read_variable("i", 64), read_variable("i", "8:64"), read_variable("j", "0,8"))
    i in 0..63 i in 8..63 j in {0, 8}
    """
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ParseError("a variable is named like a C identifier", str(name), 0)
    if _kind_of_name(name) != "name":
        raise ParseError(f"{name!r} is a keyword of C, not the name of a variable", name, 0)
    if isinstance(spec, str):
        spec = _read_text(name, spec)
    if isinstance(spec, range):
        if spec.step != 1:
            count = (spec.stop - spec.start) // spec.step
            spec = list(spec) if count <= 2**20 else _refuse(name, spec, "a step, and more than 2**20 values")
    elif hasattr(spec, "tolist") and getattr(spec, "ndim", 0) == 1:
        spec = spec.tolist()
    elif not isinstance(spec, (list, tuple)):
        spec = range(to_int(spec, f"the range of {name}"))
    if isinstance(spec, range):
        if spec.stop <= spec.start:
            _refuse(name, spec, "no values")
        return Variable(name, spec)
    values = tuple([to_int(v, f"a value of {name}") for v in spec])
    if not values:
        _refuse(name, spec, "no values")
    if len(set(values)) != len(values):
        _refuse(name, spec, "a value twice")
    return Variable(name, values)


def _refuse(name: str, spec: object, reason: str) -> Any:
    raise LayoutError(f"the variable {name} = {_show(spec)} has {reason}", spec)


def _read_text(name: str, text: str) -> range | list[int]:
    """Read ``N``, ``A:B`` or ``A,B,C``."""
    shown = f"{name}={text}"
    numbers = []
    offset = len(name) + 1
    separator = "," if "," in text else ":"
    parts = text.split(separator)
    for part in parts:
        number = read_number(part)
        if number is None:
            raise ParseError(
                "expected a range such as 64, 2**20, 8:64, 0:64:8 or 0,8,16, or a name that --assume bounds",
                shown,
                offset,
            )
        numbers.append(number)
        offset += len(part) + 1
    if separator == ",":
        return numbers
    if len(numbers) > 3 or (len(numbers) == 3 and numbers[2] < 1):
        raise ParseError("a range is A:B, or A:B:STEP with a step of at least 1", shown, len(name) + 1)
    return range(numbers[0]) if len(numbers) == 1 else range(*numbers)


def read_number(text: str) -> int | None:
    """Return the integer that ``text`` spells, as ``64``, ``0x40`` or ``2**6``, or None.

    >>> read_number("2**6"), read_number("0x40"), read_number("six")
    (64, 64, None)
    """
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        return None
    sign, hexadecimal, base, exponent = match.groups()
    number = int(hexadecimal, 16) if hexadecimal else int(base)
    if exponent is not None:
        if number.bit_length() * int(exponent) > 10_000:
            return None
        number = int(number ** int(exponent))
    return -number if sign == "-" else number


class Domain:
    """All combinations of the values of some variables, the first one fastest."""

    __slots__ = ("_known", "size", "variables")

    def __init__(self, variables: Sequence[Variable]) -> None:
        names = [v.name for v in variables]
        for k, name in enumerate(names):
            if name in names[:k]:
                raise LayoutError(f"the variable {name} is given twice", name)
        if not variables:
            raise LayoutError("an expression is checked over the ranges of its variables; none is given", None)
        self.variables = tuple(variables)
        self._known: dict[int, tuple[int, int] | None] = {}
        self.size = 1
        for variable in variables:
            self.size *= variable.size

    def progression(self, k: int) -> tuple[int, int] | None:
        """Return (a, b) where the values of variable k are a, a + b, a + 2b, ..., or None."""
        if k not in self._known:
            values = self.variables[k].values
            if isinstance(values, range):
                self._known[k] = (values.start, 1)
            else:
                first, step = values[0], values[1] - values[0] if len(values) > 1 else 1
                regular = all([value == first + step * n for n, value in enumerate(values)])
                self._known[k] = (first, step) if regular else None
        return self._known[k]

    @property
    def shape(self) -> IntTuple:
        """The extents of the variables as a shape; an integer for a single one."""
        sizes = tuple([v.size for v in self.variables])
        return sizes if len(sizes) > 1 else sizes[0]

    def point(self, index: int) -> dict[str, int]:
        """Return the values of the variables at an index."""
        found = {}
        for variable in self.variables:
            index, digit = divmod(index, variable.size)
            values = variable.values
            found[variable.name] = values[digit] if isinstance(values, tuple) else values.start + digit
        return found

    def arrays(self, start: int, stop: int) -> Mapping[str, Any]:
        """Return, for each variable, the array of its values at the indices from ``start`` to ``stop`` - 1."""
        import numpy

        index = numpy.arange(start, stop, dtype=numpy.int64)
        found = {}
        place = 1
        for k, variable in enumerate(self.variables):
            digit = index // place if place > 1 else index
            if k < len(self.variables) - 1:
                digit = digit % variable.size
            values = variable.values
            found[variable.name] = numpy.array(values)[digit] if isinstance(values, tuple) else digit + values.start
            place *= variable.size
        return found

    def __str__(self) -> str:
        shown = ", ".join(map(str, self.variables[:8]))
        return shown if len(self.variables) <= 8 else f"{shown} and {len(self.variables) - 8} more"


def words(point: Mapping[str, int]) -> str:
    """Return a point as people write it: ``i = 456, j = 0``."""
    return ", ".join([f"{name} = {value}" for name, value in point.items()])
