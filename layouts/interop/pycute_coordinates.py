"""The coordinates of PyCuTe: ``ArithTuple``, which adds and compares, and the units ``E`` that it is made of.

>>> E(0) + 2 * E(1), 3 * E(0, 1) + E(0, 1)
(ArithTuple(1, 2), 4 * E(0, 1))
"""

from __future__ import annotations

from typing import Any

from ..errors import ProfileError
from ..inttuple import MAX_DEPTH, _show, to_int
from ..module import ArithTuple as _ArithTuple
from ..module import E as _E
from ..module import F2Stride
from ..orders import colex_less
from .pycute_scalars import F2, is_int, is_stride_scalar


class ArithTuple(_ArithTuple):
    """A coordinate that adds, compares and is read like a tuple; zeros at the end make no difference.

    A single integer stays one, and so does a single ``F2``.  All entries are integers; PyCuTe allows F2 entries.

    >>> E(0) == ArithTuple(1, 0) == (1,), ArithTuple(1, 2, 3) + (7, 8, 9), ArithTuple(1, 2) * 4 == (4, 8)
    (True, ArithTuple(8, 10, 12), True)
    """

    __slots__ = ("_data",)
    _data: tuple[Any, ...]

    def __new__(cls, *args: Any) -> Any:
        if len(args) == 1:
            if isinstance(args[0], F2Stride) or is_int(args[0]) or isinstance(args[0], ArithTuple):
                return args[0]
            if isinstance(args[0], _ArithTuple):
                return cls._set(args[0].items)
            args = args[0]
            if not isinstance(args, (tuple, list)):
                raise ProfileError(f"ArithTuple: {_show(args)} is neither an integer nor a tuple", args)
        as_tuple(args)  # refuses what nests too deeply
        return cls._set(args)

    def __init__(self, *args: Any) -> None:
        """Do nothing more; ``__new__`` has read the entries."""

    @classmethod
    def _set(cls, data: Any) -> ArithTuple:
        self: ArithTuple = object.__new__(cls)
        self._data = tuple([item if isinstance(item, ArithTuple) else ArithTuple(item) for item in data])
        for item in self._data:
            if isinstance(item, F2Stride):
                raise ProfileError(f"ArithTuple: the entry {item} is a bit vector; one layout has one module", item)
        _ArithTuple.__init__(self, *as_tuple(self))
        return self

    @property
    def data(self) -> tuple[Any, ...]:
        """The entries as they were given."""
        return self._data

    def __len__(self) -> int:
        return len(self._data)

    def __getitem__(self, axis: Any) -> Any:
        return self._data[axis]

    def __iter__(self) -> Any:
        return iter(self._data)

    def __eq__(self, other: object) -> bool:
        other = _lifted(other)
        if isinstance(other, _ArithTuple):
            return self.items == other.items
        return not self.items and is_int(other) and other == 0

    __hash__ = None  # type: ignore[assignment] # equal to tuples of several lengths, which have several hashes

    def __lt__(self, other: Any) -> bool:
        return _less(self, other)

    def __gt__(self, other: Any) -> bool:
        return _less(other, self)

    def __le__(self, other: Any) -> bool:
        return not _less(other, self)

    def __ge__(self, other: Any) -> bool:
        return not _less(self, other)

    def __add__(self, other: Any) -> Any:
        other = _lifted(other)
        if isinstance(other, ArithTuple):
            count = max(len(self), len(other))
            pairs = zip(_padded(self, count), _padded(other, count), strict=True)
            return ArithTuple._set([a + b for a, b in pairs])
        if is_int(other) or isinstance(other, F2Stride):
            if other == 0:
                return self
            raise TypeError(f"the coordinate {self!r} and {other!r} have no sum")
        return NotImplemented

    __radd__ = __add__

    def __neg__(self) -> Any:
        return self * -1

    def __sub__(self, other: Any) -> Any:
        other = _lifted(other)
        return self + (other * -1 if isinstance(other, ArithTuple) or is_int(other) else other)

    def __rsub__(self, other: Any) -> Any:
        return -self + other

    def __mul__(self, factor: Any) -> Any:
        if not is_int(factor):
            return NotImplemented
        number = to_int(factor)
        return ArithTuple._set([item * number for item in self._data])

    __rmul__ = __mul__

    def __matmul__(self, axis: int) -> Any:
        """Return the coordinate with this one inside axis ``axis``, as ``2@0@1`` is written."""
        return ScaledBasis(self, (axis,))

    def __repr__(self) -> str:
        if len(basis_repr(self)) == 1 and self.items:
            return super().__repr__()
        items = as_tuple(self)
        return f"ArithTuple{items!r}" if len(items) > 1 else f"ArithTuple({items!r})"

    def __reduce__(self) -> Any:
        return ArithTuple, (as_tuple(self),)


def _lifted(value: Any) -> Any:
    if isinstance(value, ArithTuple):
        return value
    return ArithTuple(value) if isinstance(value, (tuple, list, _ArithTuple)) else value


def _padded(value: ArithTuple, count: int) -> tuple[Any, ...]:
    return value.data + (0,) * (count - len(value))


def _less(a: Any, b: Any) -> bool:
    """Compare two coordinates colexicographically; 0 is one of every form."""
    x, y = as_tuple(_lifted(a)), as_tuple(_lifted(b))
    return colex_less(_like(x, y), _like(y, x))


def _like(tree: Any, other: Any) -> Any:
    """Return the tree filled up with zeros to the form of both."""
    if not isinstance(other, tuple):
        return tree
    if not isinstance(tree, tuple):
        if tree:
            return tree  # of another form, which the comparison refuses
        tree = ()
    count = max(len(tree), len(other))
    return tuple([_like(t, o) for t, o in zip(_zeros(tree, count), _zeros(other, count), strict=True)])


def _zeros(tree: tuple[Any, ...], count: int) -> tuple[Any, ...]:
    return tree + (0,) * (count - len(tree))


def as_tuple(obj: Any, level: int = 0) -> Any:
    """Return a coordinate, or a tuple of them, as a plain tuple.

    >>> as_tuple(ArithTuple(1, 2, (3, 4)))
    (1, 2, (3, 4))
    """
    if isinstance(obj, _ArithTuple) and not isinstance(obj, ArithTuple):
        return obj.items
    if not isinstance(obj, (tuple, list, ArithTuple)):
        return obj
    if level >= MAX_DEPTH:
        raise ProfileError(f"a coordinate nests deeper than {MAX_DEPTH} levels", MAX_DEPTH)
    return tuple([as_tuple(item, level + 1) for item in obj])


def ScaledBasis(value: Any, seq: Any = ()) -> Any:
    """Return ``value`` on the axis at the path ``seq``; without a path the value itself.

    >>> ScaledBasis(42, [1, 0]), str(ScaledBasis(42, [1, 0])), ScaledBasis(42)
    (42 * E(1, 0), '42@0@1', 42)
    """
    path = tuple([to_int(axis, "ScaledBasis: an axis") for axis in seq])
    if path:
        _E(*path)  # refuses axes that are too large or negative
    for axis in reversed(path):
        value = ArithTuple._set((0,) * axis + (value,))
    return value


def E(*seq: int) -> Any:
    """Return the unit on the axis at the path ``seq``; ``E()`` is 1.

    >>> E(0, 1) == ((0, 1), 0), str(E(0, 1)), E()
    (True, '1@1@0', 1)
    """
    return ScaledBasis(1, seq)


class V:
    """A value that goes on an axis with ``@``: ``V(2) @ 0`` is ``2 * E(0)``, ``V(2) @ 0 @ 1`` is ``2 * E(1, 0)``.

    >>> V(2) @ 0, V(2) @ 0 @ 1
    (2 * E(0), 2 * E(1, 0))
    """

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __matmul__(self, axis: int) -> Any:
        return ScaledBasis(self.value, (axis,))


def basis_repr(x: Any) -> list[tuple[Any, tuple[int, ...]]]:
    """Return the pairs (value, path) whose ``value * E(*path)`` sum up to ``x``; for 0 the pair (0, ()).

    >>> basis_repr(3 * E(0) + 5 * E(1)), basis_repr(7), basis_repr(0 * E(2))
    ([(3, (0,)), (5, (1,))], [(7, ())], [(0, ())])
    """
    if not is_stride_scalar(x):
        raise ProfileError(f"basis_repr: {_show(x)} is no stride", x)
    if not isinstance(x, _ArithTuple):
        return [(x, ())]
    return [(value, path) for path, value in x.terms()] or [(0, ())]


def is_basis(x: Any) -> bool:
    """Tell whether ``x`` moves on one axis only; an integer does.

    >>> is_basis(5 * E(1, 2)), is_basis(3 * E(0) + 5 * E(1)), is_basis(0)
    (True, False, True)
    """
    return len(basis_repr(x)) == 1


def _path(operation: str, profile: Any) -> tuple[int, ...]:
    found = basis_repr(profile)
    if len(found) != 1:
        raise TypeError(f"{operation}: {profile!r} moves on several axes")
    return found[0][1]


def make_basis_like(profile: Any, seq: Any = ()) -> Any:
    """Return the tree of the form ``profile`` with the unit of its own path at each leaf.

    >>> make_basis_like((10, (20, 30)))
    (E(0), (E(1, 0), E(1, 1)))
    """
    if len(seq) > MAX_DEPTH:
        raise ProfileError(f"make_basis_like: nested deeper than {MAX_DEPTH} levels", MAX_DEPTH)
    if isinstance(profile, (tuple, list)):
        return tuple([make_basis_like(part, (*seq, axis)) for axis, part in enumerate(profile)])
    return E(*seq)


def proj(x: Any, profile: Any) -> Any:
    """Return the part of ``x`` at the axis of ``profile``, which moves on one axis; for an integer that is ``x``.

    >>> proj(ArithTuple(7, (8, 9)), E(1, 1)), proj(7, 3)
    (9, 7)
    """
    for axis in _path("proj", profile):
        if not isinstance(x, (tuple, list, ArithTuple)) or axis >= len(x):
            raise ProfileError(f"proj: {_show(x)} has no axis {axis}", axis)
        x = x[axis]
    return x


def unit(profile: Any) -> Any:
    """Return the unit on the axis of ``profile``: 1 for an integer, ``F2(1)`` for a bit vector.

    >>> unit(5 * E(1, 2)), unit(42), unit(F2(9))
    (E(1, 2), 1, F2(1))
    """
    path = _path("unit", profile)
    return F2(1) if isinstance(profile, F2Stride) else E(*path)
