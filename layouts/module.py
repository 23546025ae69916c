"""Modules: what strides may be and how they add.

A layout is a digit map.  It sends a coordinate with digits c_i to the sum of c_i . d_i, and the *module* says what
the dot and the sum are:

========  ============  =========================================  =====================
module    a stride is   digit . stride, and the sum                spelled
========  ============  =========================================  =====================
``Z``     an integer    product, +                                 ``(4,8):(8,1)``
``Zn``    a coordinate  scaling, + on each axis                    ``(4,8):(1@0,1@1)``
``F2``    a bit vector  carry-less product, exclusive or           ``(8,64):(F72,F1)``
========  ============  =========================================  =====================

Carry-less means that bit k of the digit contributes ``d << k`` and the contributions are XORed.  By hand, the digit
3 = 0b11 and the stride 3: ``3 . 3 = 3 ^ (3 << 1) = 3 ^ 6 = 5`` over F2, and 9 over Z.
"""

from __future__ import annotations

from .errors import ProfileError
from .inttuple import MAX_DEPTH, to_int

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    from .inttuple import IntTuple

    Scalar: TypeAlias = "int | ArithTuple"
else:
    Scalar = object

__all__ = ["MAX_AXIS", "F2", "ArithTuple", "E", "F2Stride", "Module", "Z", "Zn"]

MAX_AXIS = 100
"""The last axis that ``E`` names; a coordinate stores every axis up to its last, so that a text cannot ask for much."""


class Module:
    """The place where the values of a layout live; there are three, ``Z``, ``Zn`` and ``F2``, compared by identity."""

    __slots__ = ("about", "name", "zero")
    name: str
    about: str
    zero: Scalar

    def __init__(self, name: str, about: str, zero: Scalar) -> None:
        for slot, value in (("name", name), ("about", about), ("zero", zero)):
            object.__setattr__(self, slot, value)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{self.name} is one of three modules, and does not change")

    def __repr__(self) -> str:
        return self.name

    def __reduce__(self) -> str:
        return self.name  # pickled by reference, so that identity survives

    def __call__(self, value: int) -> F2Stride:
        """Return ``value`` as a stride over F2, so that ``Layout((8, 64), (F2(72), F2(1)))`` needs no ``over=``."""
        if self.name != "F2":
            raise ProfileError(f"{self.name} is not called; its strides are written as they are", value)
        return F2Stride(value)

    def scale(self, digit: int, stride: Scalar) -> Scalar:
        """Return digit . stride in this module."""
        if self.name == "F2":
            return clmul(digit, stride)  # type: ignore[arg-type]
        return stride * digit


def clmul(a: int, b: int) -> int:
    """Return the carry-less product of two natural numbers.

    Ensures: ``clmul(a, b) == xor of (b << k)`` over the set bits k of a; commutative; equal to ``a * b`` when one of
    them is a power of two.
    Cost: one shift for each set bit of ``a``.

    >>> clmul(3, 3), clmul(5, 8)
    (5, 40)
    """
    result = 0
    while a:
        low = a & -a
        result ^= b * low
        a ^= low
    return result


class F2Stride:
    """A stride over F2, as ``F2(9)`` makes it: a mark on an input leaf, so that the layout knows its module.

    Layouts store plain integers and remember the module: ``Layout(8, F2(9)) == Layout(8, 9, over=F2)``.

    >>> F2(9)
    F2(9)
    """

    __slots__ = ("_value",)

    def __init__(self, value: int) -> None:
        number = to_int(value, "a stride over F2")
        if number < 0:
            raise ProfileError(f"a stride over F2 must not be negative: {number}", number)
        self._value = number

    @property
    def value(self) -> int:
        """The bit vector as an integer."""
        return self._value

    def __repr__(self) -> str:
        return f"F2({self.value})"

    def __str__(self) -> str:
        return f"F{self.value}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, F2Stride) and self.value == other.value

    def __hash__(self) -> int:
        return hash((F2Stride, self.value))

    def __reduce__(self) -> tuple[type[F2Stride], tuple[int]]:
        return F2Stride, (self.value,)


class ArithTuple:
    """A coordinate that adds: an element of Z^n, where n and the nesting grow as needed.

    ``ArithTuple(2, 0, (0, 1))`` holds 2 on axis 0 and 1 on axis 1 of axis 2.  Trailing zeros are dropped, so two
    elements are equal when they are equal on every axis.  It prints as CuTe prints a scaled basis element,
    ``2@0+1@1@2``: the innermost axis comes first.

    >>> ArithTuple(2, 0, (0, 1))
    2 * E(0) + E(2, 1)
    >>> E(0) - E(0) == ArithTuple()
    True
    """

    __slots__ = ("_items",)
    _items: tuple[IntTuple, ...]

    def __init__(self, *items: IntTuple) -> None:
        self._items = _canonical(items)

    @property
    def items(self) -> tuple[IntTuple, ...]:
        """The entries by axis, without trailing zeros."""
        return self._items

    def __eq__(self, other: object) -> bool:
        if isinstance(other, ArithTuple):
            return self._items == other._items
        return NotImplemented if not isinstance(other, int) else not self._items and other == 0

    def __hash__(self) -> int:
        return hash(self._items) if self._items else hash(0)

    def __bool__(self) -> bool:
        return bool(self._items)

    def __add__(self, other: ArithTuple | int) -> ArithTuple:
        if isinstance(other, int) and other == 0:
            return self
        if not isinstance(other, ArithTuple):
            return NotImplemented
        return _trusted(_add(self._items, other._items))

    __radd__ = __add__

    def __mul__(self, factor: int) -> ArithTuple:
        number = to_int(factor, "the factor of a coordinate")
        return _trusted(_scale(self._items, number)) if number else _ZERO

    __rmul__ = __mul__

    def __neg__(self) -> ArithTuple:
        return self * -1

    def __sub__(self, other: ArithTuple) -> ArithTuple:
        return self + other * -1

    def __repr__(self) -> str:
        units = [f"E({', '.join(map(str, path))})" for path, _ in self.terms()]
        factors = [value for _, value in self.terms()]
        terms = [unit if factor == 1 else f"{factor} * {unit}" for factor, unit in zip(factors, units, strict=True)]
        return " + ".join(terms) or "0 * E(0)"

    def __str__(self) -> str:
        terms = [f"{value}@{'@'.join(map(str, reversed(path)))}" for path, value in self.terms()]
        return "+".join(terms) or "0@0"

    def terms(self) -> Iterator[tuple[tuple[int, ...], int]]:
        """Yield (path, coefficient) for each axis that is not zero: the element is the sum of coefficient * E(*path).

        >>> list((2 * E(0) + E(2, 1)).terms())
        [((0,), 2), ((2, 1), 1)]
        """
        yield from _terms(self._items, ())


def E(*path: int) -> ArithTuple:
    """Return the unit coordinate of the axis at ``path``: ``E(0)`` is axis 0, ``E(2, 1)`` axis 1 inside axis 2.

    CuTe: ``E<0>{}``, ``E<2,1>{}``; printed ``1@0`` and ``1@1@2``.

    >>> str(3 * E(2, 1))
    '3@1@2'
    """
    if not path or len(path) > MAX_DEPTH:
        raise ProfileError(f"E needs between 1 and {MAX_DEPTH} axis numbers, not {len(path)}", path)
    item: IntTuple = 1
    for axis in reversed(path):
        number = to_int(axis, "an axis")
        if not 0 <= number <= MAX_AXIS:
            raise ProfileError(f"an axis must be between 0 and {MAX_AXIS}, not {number}", number)
        item = (0,) * number + (item,)
    return ArithTuple(*item)  # type: ignore[misc]


def _trusted(items: tuple[IntTuple, ...]) -> ArithTuple:
    result = object.__new__(ArithTuple)
    result._items = items
    return result


def _canonical(items: tuple[object, ...], level: int = 0) -> tuple[IntTuple, ...]:
    """Drop trailing zeros at every level; an entry that is zero all through becomes 0."""
    if level >= MAX_DEPTH:
        raise ProfileError(f"a coordinate nests deeper than {MAX_DEPTH} levels", MAX_DEPTH)
    result: list[IntTuple] = []
    for item in items:
        if isinstance(item, tuple):
            result.append(_canonical(item, level + 1) or 0)
        else:
            result.append(to_int(item, "an entry of a coordinate"))
    while result and result[-1] == 0:
        result.pop()
    return tuple(result)


def _add(a: tuple[IntTuple, ...], b: tuple[IntTuple, ...]) -> tuple[IntTuple, ...]:
    longer, shorter = (a, b) if len(a) >= len(b) else (b, a)
    result: list[IntTuple] = list(longer)
    for axis, item in enumerate(shorter):
        mine = result[axis]
        if isinstance(mine, tuple) and isinstance(item, tuple):
            result[axis] = _add(mine, item) or 0
        elif mine == 0 or item == 0:
            result[axis] = item if mine == 0 else mine
        elif isinstance(mine, tuple) or isinstance(item, tuple):
            raise ProfileError(f"axis {axis} is a number in one coordinate and a tuple in the other: {a} + {b}", axis)
        else:
            result[axis] = mine + item
    while result and result[-1] == 0:
        result.pop()
    return tuple(result)


def _scale(items: tuple[IntTuple, ...], factor: int) -> tuple[IntTuple, ...]:
    return tuple([_scale(item, factor) if isinstance(item, tuple) else item * factor for item in items])


def _terms(items: tuple[IntTuple, ...], path: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], int]]:
    for axis, item in enumerate(items):
        if isinstance(item, tuple):
            yield from _terms(item, (*path, axis))
        elif item:
            yield (*path, axis), item


_ZERO = ArithTuple()
Z = Module("Z", "integers under +", 0)
Zn = Module("Zn", "coordinates under + on each axis", _ZERO)
F2 = Module("F2", "bit vectors under exclusive or", 0)
