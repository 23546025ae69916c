"""The scalars of PyCuTe: bit vectors with an arithmetic of their own, and the tests that tell what a leaf is.

``layouts`` keeps the module in the layout and gives plain integers and tuples as values.  PyCuTe keeps it in every
stride, so that values add: ``F2(3) + F2(5)``, and ``E(0) + 2 * E(1)`` in ``pycute_coordinates``.  Both classes are
strides of ``layouts`` with that arithmetic.
"""

from __future__ import annotations

import builtins
from abc import ABC
from typing import Any, TypeAlias

from ..errors import LayoutError, ProfileError
from ..inttuple import _show
from ..module import ArithTuple as _ArithTuple
from ..module import F2Stride, clmul

HTuple: TypeAlias = Any
Profile: TypeAlias = Any
IntTuple: TypeAlias = Any
Shape: TypeAlias = Any
Coord: TypeAlias = Any
Stride: TypeAlias = Any
Tiler: TypeAlias = Any


class Integer(ABC):  # noqa: B024 - a name for isinstance, as in both packages
    """What may be an extent, a coordinate or a stride over Z: every integer type except ``bool``.

    >>> isinstance(7, Integer), isinstance(True, Integer), isinstance(1.0, Integer)
    (True, False, False)
    """

    @classmethod
    def __subclasshook__(cls, kind: type) -> bool:
        """Tell whether ``to_int`` takes the values of this type."""
        plain = kind.__name__ not in ("bool", "bool_") and not hasattr(kind, "__len__")  # arrays have an index too
        return plain and getattr(kind, "__index__", None) is not None


class StrideScalar(ABC):  # noqa: B024 - a name for isinstance
    """What may be a leaf of a stride: an integer, an ``F2`` or an ``ArithTuple``."""

    @classmethod
    def __subclasshook__(cls, kind: type) -> bool:
        """Tell whether values of this type may be leaves of a stride."""
        return issubclass(kind, (Integer, F2Stride, _ArithTuple))


def is_int(x: object) -> bool:
    """Tell whether ``x`` is an integer of any type; ``bool`` is none.

    >>> is_int(7), is_int(True), is_int(F2(3))
    (True, False, False)
    """
    return isinstance(x, Integer)


def is_stride_scalar(x: object) -> bool:
    """Tell whether ``x`` may be a leaf of a stride.

    >>> is_stride_scalar(7), is_stride_scalar(F2(3)), is_stride_scalar((1, 2))
    (True, True, False)
    """
    return isinstance(x, StrideScalar)


def is_static(x: object) -> bool:
    """Tell whether ``x`` is an integer or a coordinate of them; there are no symbols here, so all of these are static.

    >>> is_static(7), is_static((1, 2))
    (True, False)
    """
    return isinstance(x, (Integer, _ArithTuple))


def register_integer_type(*types: type) -> None:
    """Check that values of these types can be read as integers, which every type with ``__index__`` can.

    Raises: LayoutError for other types, as symbols are: an answer for all their values cannot be checked.
    """
    for kind in types:
        if not isinstance(kind, type):
            raise ProfileError(f"register_integer_type: {_show(kind)} is not a type", kind)
        if not issubclass(kind, Integer):
            raise LayoutError(
                f"register_integer_type: {kind.__name__} has no __index__, so its values stay unknown", kind
            )


def divmod(a: Any, b: Any) -> Any:
    """Return quotient and remainder; of an ``F2`` as polynomials over F2.

    >>> divmod(7, 3), divmod(F2(0b10110), 4)
    ((2, 1), (F2(5), F2(2)))
    """
    return builtins.divmod(a, b)


class F2(F2Stride):
    """A bit vector with XOR as the sum and the carry-less product.

    >>> F2(0b1010) + F2(0b1100), 3 * F2(0b1010), F2(0b11) * 0b11, int(F2(5))
    (F2(6), F2(30), F2(5), 5)
    """

    __slots__ = ()

    def __int__(self) -> int:
        return self.value

    def __add__(self, other: object) -> F2:
        if isinstance(other, F2Stride):
            return F2(self.value ^ other.value)
        if is_int(other) and other == 0:
            return self
        if isinstance(other, Integer):
            raise TypeError(f"{self} is a bit vector, and {other} an integer: they have no sum")
        return NotImplemented

    __radd__ = __sub__ = __rsub__ = __add__

    def __neg__(self) -> F2:
        return self

    def __mul__(self, other: object) -> F2:
        if isinstance(other, F2Stride):
            return F2(clmul(self.value, other.value))
        if isinstance(other, Integer):
            return F2(clmul(self.value, F2(other).value))  # type: ignore[arg-type]
        return NotImplemented

    __rmul__ = __mul__

    def __divmod__(self, other: object) -> tuple[F2, F2]:
        divisor = F2(other).value if isinstance(other, Integer) else getattr(other, "value", 0)  # type: ignore[arg-type]
        if not divisor:
            raise ZeroDivisionError(f"divmod({self}, {_show(other)})")
        quotient, rest = 0, self.value
        while rest.bit_length() >= divisor.bit_length():
            step = 1 << (rest.bit_length() - divisor.bit_length())
            quotient ^= step
            rest ^= clmul(divisor, step)
        return F2(quotient), F2(rest)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, F2):
            return self.value == other.value
        if isinstance(other, F2Stride):
            return False  # a mark of ``layouts``, and no value
        return self.value == other if is_int(other) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.value)

    def __lt__(self, other: F2 | int) -> bool:
        return self.value < int(other)

    def __bool__(self) -> bool:
        return self.value != 0

    def __reduce__(self) -> Any:
        return F2, (self.value,)
