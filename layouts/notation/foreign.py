"""The base of values that other projects' notations stand for: immutable records of checked fields.

A value of XLA, Mosaic GPU, Composable Kernel or einops says itself which linear layout and which layout of CuTe's it
means; ``meaning.py`` asks it.
"""

from __future__ import annotations

from ..errors import LayoutError, ProfileError, TooLargeError
from ..inttuple import MAX_DEPTH, _show, to_int
from ..record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..layout import Layout
    from ..linear.layout import LinearLayout

    Shape = tuple[int, ...] | None

__all__ = ["Foreign"]

MAX_ITEMS = 1024
"""The most entries of a list in such a value."""

_MAX_BITS = 4096


class Foreign(Record):
    """A record with fields, equality, hash and pickle; subclasses say what it means."""

    __slots__ = ()
    in_registers = False
    """Whether it says who holds an element, and not where in memory it is."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join([f'{name}={value!r}' for name, value in self.fields().items()])})"

    def linear(self, shape: Shape) -> tuple[LinearLayout, str]:
        """Return the linear layout that the value means, and from where to where it goes."""
        raise LayoutError(f"convert: {type(self).__name__} has no linear layout for {_show(shape)}", self)

    def cute(self, shape: Shape) -> tuple[Layout, str]:
        """Return CuTe's layout for the value, and from where to where it goes."""
        raise LayoutError(f"convert: {type(self).__name__} has no layout of CuTe's for {_show(shape)}", self)


def whole(owner: str, field: str, value: object, least: int | None = 0) -> int:
    """Return an integer that is at least ``least``."""
    number = to_int(value, f"{owner}: {field}")
    if least is not None and number < least:
        raise ProfileError(f"{owner}: {field} = {_show(number)} is below {least}", number)
    if number.bit_length() > _MAX_BITS:
        raise TooLargeError(f"{owner}: {field} has {number.bit_length()} bits, more than {_MAX_BITS}", number)
    return number


def row(owner: str, field: str, values: object, least: int | None = 0) -> tuple[int, ...]:
    """Return a tuple of integers."""
    return tuple([whole(owner, field, value, least) for value in several(owner, field, values)])


def several(owner: str, field: str, values: object) -> tuple[Any, ...]:
    """Return the entries of a list or tuple."""
    if not isinstance(values, (list, tuple)):
        raise ProfileError(f"{owner}: {field} = {_show(values)} is no list", values)
    if len(values) > MAX_ITEMS:
        raise TooLargeError(f"{owner}: {field} has {len(values)} entries, more than {MAX_ITEMS}", len(values))
    return tuple(values)


def needed_shape(operation: str, shape: object, example: str) -> tuple[int, ...]:
    """Return the shape of a tensor, which has to be there."""
    if shape is None:
        raise LayoutError(f"convert: {operation}: give the shape, such as --shape {example}", None)
    found = row(operation, "shape", shape, 1)
    if len(found) > MAX_DEPTH:
        raise TooLargeError(f"{operation}: shape has {len(found)} entries, more than {MAX_DEPTH}", len(found))
    return found
