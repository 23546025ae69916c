"""Tensors and accessors in PyCuTe's spelling, over buffers whose bounds are known.

A tensor is an accessor and a layout.  An accessor here has a length, and every access is checked against it:

>>> T = make_tensor(Layout((4, 4), (4, 1)))
>>> T[1, 2] = 42.0
>>> T[1, 2], T[1, None].layout, T[1, None][2]
(42.0, Layout((4,), (1,)), 42.0)

A raw address has no bounds to check, so ``Ptr(address, dtype)`` is refused; ``Ptr(array)`` is the way to memory that
somebody else owns.
"""

from __future__ import annotations

from typing import Any

from ..draw.text import table_text
from ..errors import LayoutError, ProfileError
from ..inttuple import _show, to_int
from ..tensor.value import Tensor as _Tensor
from .pycute_coordinates import ArithTuple, as_tuple, make_basis_like
from .pycute_layout import Layout, from_layouts, is_layout, read_coordinate, to_layouts
from .pycute_scalars import is_int


class Accessor:
    """What a tensor reads from: ``a[i]`` is an element, ``a + n`` begins n elements later."""

    def __add__(self, offset: Any) -> Any:
        """Return the accessor that begins ``offset`` elements later."""
        return View(self, to_int(int(offset), "an offset"))

    def __getitem__(self, index: Any) -> Any:
        """Return an element."""
        raise NotImplementedError


class MutableAccessor(Accessor):
    """What a tensor reads from and writes to."""

    def __setitem__(self, index: Any, value: Any) -> None:
        """Write an element."""
        raise NotImplementedError


class Ptr(MutableAccessor):
    """The elements of a buffer that somebody else owns: an array, a list, a numpy array in one dimension.

    Raises: LayoutError for a raw address, whose bounds nobody knows.

    >>> data = [1.0, 2.0, 3.0, 4.0]
    >>> T = Tensor(Ptr(data), Layout((2, 2), (2, 1)))
    >>> T[1, 0] = 9.0
    >>> data, (Ptr(data) + 2)[0]
    ([1.0, 2.0, 9.0, 4.0], 9.0)
    """

    def __init__(self, source: Any, dtype: Any = None, owner: Any = None) -> None:
        if is_int(source):
            raise LayoutError(
                f"Ptr: the address {_show(source)} has no bounds to check; give the array that it points to", source
            )
        if getattr(source, "ndim", 1) != 1 or not hasattr(type(source), "__len__"):
            raise ProfileError(f"Ptr: a buffer in one dimension, not {_show(source)}", source)
        self.source = source
        self.dtype = dtype
        self.owner = source if owner is None else owner

    @property
    def base(self) -> Any:
        """What owns the elements."""
        return self.owner

    def __len__(self) -> int:
        return len(self.source)

    def __getitem__(self, index: Any) -> Any:
        """Return an element; the index is checked."""
        return self.source[self._place(index)]

    def __setitem__(self, index: Any, value: Any) -> None:
        """Write an element; the index is checked, and that an integer is kept as it is."""
        place = self._place(index)
        before = self.source[place]
        self.source[place] = value
        if is_int(value) and type(self.source[place]) is int and self.source[place] != value:
            self.source[place] = before
            raise LayoutError(f"{type(self).__name__}: an element cannot hold {value}", value)

    def _place(self, index: Any) -> int:
        place = to_int(int(index), "an index")
        if not 0 <= place < len(self):
            raise LayoutError(f"{type(self).__name__}: {place} is not in 0..{len(self) - 1}", place)
        return place

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ptr) and self.source is other.source

    def __hash__(self) -> int:
        return id(self.source)

    def __repr__(self) -> str:
        return f"Ptr({_show(self.source)})"


class Array(Ptr):
    """New elements of a ctypes type, all 0.

    >>> import ctypes
    >>> a = Array(16, dtype=ctypes.c_int)
    >>> a[5] = 42
    >>> a[5], (a + 3)[2]
    (42, 42)
    """

    def __init__(self, size: Any, dtype: Any = None) -> None:
        import ctypes

        count = to_int(size, "Array: the size")
        if not 0 <= count < 2**31:
            raise LayoutError(f"Array: {count} elements are not between 0 and 2**31", count)
        kind = ctypes.c_double if dtype is None else dtype
        Ptr.__init__(self, (kind * count)(), kind, self)

    def __repr__(self) -> str:
        return f"Array({len(self)}, {self.dtype.__name__})"


class View(MutableAccessor):
    """An accessor that begins some elements later, as ``a + n`` makes it."""

    def __init__(self, base: Any, offset: int) -> None:
        self.base: Any = base
        self.offset = offset

    def __add__(self, offset: Any) -> Any:
        """Return the accessor that begins ``offset`` elements later; offsets add up."""
        return View(self.base, self.offset + to_int(int(offset), "an offset"))

    def __getitem__(self, index: Any) -> Any:
        """Return an element of the base."""
        return self.base[int(index) + self.offset]

    def __setitem__(self, index: Any, value: Any) -> None:
        """Write an element of the base."""
        self.base[int(index) + self.offset] = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Accessor) and parts_of(self) == parts_of(other)

    def __hash__(self) -> int:
        return hash((self.base, self.offset))

    def __repr__(self) -> str:
        return f"{self.base!r} + {self.offset}"


class ImplicitAccessor(Accessor):
    """No memory: the element at an offset is ``base + offset``; the base is an integer or a coordinate.

    >>> ImplicitAccessor(3)[2], (ImplicitAccessor(0) + 3)[2], ImplicitAccessor(ArithTuple(10, 20))[ArithTuple(1, 2)]
    (5, 5, ArithTuple(11, 22))
    """

    def __init__(self, base: Any) -> None:
        self.base = from_layouts(base) if is_int(base) else ArithTuple(base)

    def __add__(self, offset: Any) -> Any:
        """Return the accessor whose base is moved."""
        return ImplicitAccessor(self.base + offset)

    def __getitem__(self, index: Any) -> Any:
        """Return ``base + index``."""
        return self.base + index

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ImplicitAccessor) and bool(self.base == other.base)

    __hash__ = None  # type: ignore[assignment] # the base may be a coordinate

    def __repr__(self) -> str:
        return f"ImplicitAccessor({self.base!r})"


class TransformAccessor(Accessor):
    """The elements of another accessor after a function, to be read only.

    >>> TransformAccessor(Ptr([1, 2, 3]), lambda x: x * x)[2]
    9
    """

    def __init__(self, accessor: Any, transform: Any) -> None:
        self.accessor = accessor
        self.transform = transform

    def __add__(self, offset: Any) -> Any:
        """Return the transform of the moved accessor."""
        return TransformAccessor(self.accessor + offset, self.transform)

    def __len__(self) -> int:
        base, offset = parts_of(self.accessor)
        return max(0, len(base) - offset)

    def __getitem__(self, index: Any) -> Any:
        """Return the transformed element."""
        return self.transform(self.accessor[index])

    def __eq__(self, other: object) -> bool:
        same = isinstance(other, TransformAccessor) and self.transform is other.transform
        return same and self.accessor == other.accessor  # type: ignore[attr-defined]

    def __hash__(self) -> int:
        return hash((self.accessor, self.transform))

    def __repr__(self) -> str:
        return f"TransformAccessor({self.accessor!r}, {_show(self.transform)})"


def parts_of(accessor: Any) -> tuple[Any, int]:
    """Return (the accessor that has the elements, the offset in it)."""
    return (accessor.base, accessor.offset) if isinstance(accessor, View) else (accessor, 0)


class Tensor(_Tensor):
    """A tensor of ``layouts``, made of an accessor and a layout, as PyCuTe makes it.

    Raises: LayoutError with the first index whose place is outside the accessor.

    >>> T = Tensor(Ptr([0, 1, 2, 3, 4, 5, 6, 7]), Layout((2, 4), (4, 1)))
    >>> T[1, 2], T[:, 2][1], T.layout, T[1, None].accessor[0]
    (6, 6, Layout((2, 4), (4, 1)), 4)
    """

    __slots__ = ()

    def __init__(self, accessor: Any, layout: Any) -> None:
        if not is_layout(layout):
            raise ProfileError(f"Tensor: {_show(layout)} is not a layout", layout)
        if isinstance(accessor, ImplicitAccessor):
            _Tensor.__init__(self, None, to_layouts(layout), as_tuple(accessor.base))
            return
        base, offset = parts_of(accessor)
        if not isinstance(accessor, Accessor) or not hasattr(type(base), "__len__"):
            raise ProfileError(f"Tensor: an accessor with a length, not {_show(accessor)}", accessor)
        _Tensor.__init__(self, base, to_layouts(layout), offset)

    @property
    def layout(self) -> Any:
        """The layout, without the offset."""
        return from_layouts(self._layout)

    @property
    def accessor(self) -> Any:
        """The accessor, moved to where the tensor begins."""
        if self._data is None:
            return ImplicitAccessor(self._offset)
        return self._data + self._offset if self._offset else self._data

    def get(self, mode: Any = ()) -> Any:
        """Return the tensor at a path of modes."""
        from .pycute_tuples import get

        return get(self, mode=mode)

    def __getitem__(self, coordinate: Any) -> Any:
        """Return an element, or where the coordinate has ``None`` or ``:`` the tensor of the modes that are kept."""
        found = _Tensor.__getitem__(self, read_coordinate(coordinate, self._layout))
        return ArithTuple(found) if self._data is None and isinstance(found, tuple) else found

    def __setitem__(self, coordinate: Any, value: Any) -> None:
        """Write an element."""
        _Tensor.__setitem__(self, read_coordinate(coordinate, self._layout), value)

    def _view(self, layout: Any, offset: Any) -> Any:
        view: Any = object.__new__(Tensor)
        view._data, view._layout, view._offset = self._data, layout, offset
        return view

    def _to_layouts(self) -> _Tensor:
        return _Tensor._view(self, self._layout, self._offset)

    def __repr__(self) -> str:
        return f"Tensor({self.accessor!r}, {self.layout!r})"


def from_tensor(value: _Tensor) -> Tensor:
    """Return a tensor of ``layouts`` as one of this module; a buffer of its own gets a ``Ptr``."""
    view: Tensor = object.__new__(Tensor)
    data = value.data
    view._data = data if data is None or isinstance(data, Accessor) else Ptr(data)
    view._layout, view._offset = value.layout, value.offset
    return view


def is_tensor(x: object) -> bool:
    """Tell whether ``x`` is a tensor.

    >>> is_tensor(identity_tensor((3, 4))), is_tensor(Layout(4))
    (True, False)
    """
    return isinstance(x, _Tensor)


def make_tensor(layout: Any, dtype: Any = None) -> Tensor:
    """Return a new tensor of zeros of a ctypes type over a layout, or over the compact layout of a shape.

    >>> T = make_tensor((3, 5))
    >>> T.layout, len(T.accessor)
    (Layout((3, 5), (1, 3)), 15)
    """
    found = layout if is_layout(layout) else Layout(layout)
    return Tensor(Array(_reach(found), dtype), found)


def _reach(layout: Any) -> int:
    low, high = to_layouts(layout).bounds() if hasattr(layout, "bounds") else (0, to_layouts(layout).cosize - 1)
    if low < 0:
        raise LayoutError(f"make_tensor: {layout} has the value {low}, and an array begins at 0", low)
    return int(high) + 1


def identity_tensor(shape: Any) -> Tensor:
    """Return the tensor that sends every coordinate to itself.

    >>> identity_tensor((3, 4))[1, 2], identity_tensor((3, 4))[1, None][2]
    (ArithTuple(1, 2), ArithTuple(1, 2))
    """
    form = to_layouts(shape)
    return Tensor(ImplicitAccessor(0), Layout(form, make_basis_like(form)))


def print_tensor(tensor: Any, print_type: bool = True) -> None:
    """Print a layout or a tensor as tables, one for each coordinate of the modes from 2 on.

    The tables are those of ``layouts show``.

    >>> print_tensor(Layout((2, 3), (3, 1)))
    (2,3):(3,1)
         0  1  2
      +---------
    0 |  0  1  2
    1 |  3  4  5
    """
    found = to_layouts(tensor)
    if not is_layout(found) and not is_tensor(found):
        raise ProfileError(f"print_tensor: {_show(tensor)} is neither a layout nor a tensor", tensor)
    if print_type:
        print(found)
    print(table_text(found))


print_table = print_tensor
