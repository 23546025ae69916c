"""``Tensor``: a layout with an offset over a buffer, or over none.

The layout says where the element of a coordinate lies, the buffer holds it:

>>> T = Tensor("abcdefghijklmnop", Layout((2, 3), (4, 1)))
>>> T[1, 2], T[5]
('g', 'g')
>>> print(T[1, None])
str[16]+4 o (3):(1)

A slice is a view: it shares the buffer, and the fixed entries go into the offset.  Without a buffer the value is the
place itself, so a layout over coordinates makes the tensor that CuTe uses to ask who owns what:

>>> from layouts import Zn
>>> I = Tensor(None, Layout((4, 8), over=Zn))
>>> I[3, 5], I[3, None][5]
((3, 5), (3, 5))
"""

from __future__ import annotations

from ..algebra.composition import composition
from ..algebra.recast import recast
from ..algebra.slice import domain_offset
from ..composed import ComposedLayout
from ..errors import EvaluationError, LayoutError, NotALayoutError, NotLinearError, ProfileError
from ..inttuple import _show, amount, clean, idx2crd, leaves, text
from ..layout import Layout, cut
from ..linearity import to_f2, to_z
from ..notebook import show_in_notebook
from .buffer import is_numpy, read_buffer, recast_buffer, write
from .place import (
    adds_by_xor,
    any_stride,
    check_offset,
    first_outside,
    gives_coordinates,
    keeps_a_mode,
    on_layout,
    plus,
    read_coordinate,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from ..inttuple import Coordinate, IntTuple

__all__ = ["Tensor"]

_FEW = 16
"""Tensors with fewer elements are read one by one, without a table."""


class Tensor:
    """The elements of a buffer at the places ``offset + layout(c)``; over F2 at ``offset ^ layout(c)``.

    ``data`` is any sequence (list, tuple, bytes, array, numpy array in one dimension, ...) or None, and then the value
    is the place.  ``T[c]`` and ``T(c)`` read, ``T[c] = v`` writes, and ``None`` or ``:`` in the coordinate gives a view
    of the modes that are kept.  ``layout`` may be a chain; a slice of it is a chain.
    Requires: with data, every place of the layout in 0..len(data)-1; a layout over Z or F2, or a chain of them.
    Ensures:  ``T(c) == data[offset + layout(c)]``; every access is checked again; equality is that of views: the same
    buffer (by identity), layout and offset.
    Raises:   LayoutError with the smallest index whose place is outside the buffer; EvaluationError for a coordinate
    outside its mode; ProfileError for what is no buffer, no layout, or no offset of it.
    Cost:     one step for each mode; a chain whose bounds the strides do not tell is enumerated, up to 2**22 points.
    CuTe:     ``Tensor``, ``make_tensor``.

    >>> T = Tensor(list(range(100, 132)), Layout((4, 8), (8, 1)))
    >>> T(2, 3), T[2, :].values()
    (119, [116, 117, 118, 119, 120, 121, 122, 123])
    >>> T[2, 3] = -1
    >>> T[2, None].values()[:5]
    [116, 117, 118, -1, 120]
    >>> Tensor([0] * 31, Layout((4, 8), (8, 1)))
    Traceback (most recent call last):
    layouts.errors.LayoutError: Tensor: (4,8):(8,1) at (3, 7) is place 31, and the buffer holds 0..30
    """

    __slots__ = ("_data", "_layout", "_offset")
    _repr_mimebundle_ = show_in_notebook
    _holds_elements = True  # so that products, which make new elements, are refused

    def __init__(self, data: Any, layout: Any, offset: Any = 0) -> None:
        if not isinstance(layout, (Layout, ComposedLayout)):
            raise ProfileError(f"Tensor: the layout must be a Layout or a ComposedLayout, not {_show(layout)}", layout)
        offset = clean(offset, "Tensor: the offset")
        check_offset(layout, offset)
        self._data, self._layout, self._offset = data, layout, offset
        if data is None:
            return
        read_buffer(data)
        if gives_coordinates(layout) or isinstance(offset, tuple):
            raise ProfileError(f"Tensor: {layout} gives coordinates, and a buffer has places 0, 1, 2, ...", layout)
        outside = first_outside(layout, offset, len(data))
        if outside is not None:
            raise LayoutError(
                f"Tensor: {layout} at {idx2crd(outside, layout.shape)} is place "
                f"{amount(plus(layout, offset, layout(outside)))}, and the buffer holds 0..{len(data) - 1}",
                outside,
            )

    @property
    def data(self) -> Any:
        """The buffer, or None."""
        return self._data

    @property
    def layout(self) -> Any:
        """The layout, without the offset."""
        return self._layout

    @property
    def inner(self) -> Any:
        """The layout, under the name by which the algebra finds it."""
        return self._layout

    @property
    def offset(self) -> Any:
        """What is added to the value of the layout; over F2 by XOR; a coordinate where the layout gives coordinates."""
        return self._offset

    @property
    def shape(self) -> IntTuple:
        """The shape of the layout."""
        return self._layout.shape

    @property
    def stride(self) -> Any:
        """The stride of the layout.

        Raises: NotALayoutError where the layout is a chain, which has none.
        """
        if isinstance(self._layout, Layout):
            return self._layout.stride
        raise NotALayoutError(f"Tensor: the chain {self._layout} has no strides", None)

    @property
    def size(self) -> int:
        """The number of elements."""
        return self._layout.size

    @property
    def rank(self) -> int:
        """The number of modes."""
        return self._layout.rank

    # -- elements and views --------------------------------------------------------------------------------------------

    def place(self, *coordinate: Coordinate) -> Any:
        """Return the place of an element in the buffer.

        >>> Tensor(None, Layout((4, 8), (8, 1)), 100).place(2, 3)
        119
        """
        point = read_coordinate(coordinate[0] if len(coordinate) == 1 else coordinate, self.shape)
        if keeps_a_mode(point):
            raise ProfileError(f"Tensor: a place needs a whole coordinate, not {_show(point)}", point)
        return plus(self._layout, self._offset, self._layout(point))

    def __call__(self, *coordinate: Coordinate) -> Any:
        """Return an element, or with ``None`` in the coordinate a view."""
        return self[coordinate[0] if len(coordinate) == 1 else coordinate]

    def __getitem__(self, coordinate: Any) -> Any:
        """Return an element, or with ``None`` or ``:`` in the coordinate a view."""
        point = read_coordinate(coordinate, self.shape)
        if keeps_a_mode(point):
            return self if point is None else self._slice(point)
        return self._at(plus(self._layout, self._offset, self._layout(point)), point)

    def _at(self, place: Any, point: Any) -> Any:
        if self._data is None:
            return place
        self._check_place(place, point)
        return self._data[place]

    def _check_place(self, place: int, point: Any) -> None:
        if not 0 <= place < len(self._data):
            raise EvaluationError(
                f"Tensor: {self} at {_show(point)} is place {amount(place)}, "
                f"and the buffer holds 0..{len(self._data) - 1}",
                point,
            )

    def _slice(self, point: Coordinate) -> Tensor:
        if isinstance(self._layout, ComposedLayout):
            return self._view(self._layout(point), self._offset)
        kept, fixed = cut(self._layout, point)
        return self._view(kept, plus(self._layout, self._offset, fixed))

    def __setitem__(self, coordinate: Any, value: Any) -> None:
        """Write an element; a view takes a tensor of its size, which is copied."""
        point = read_coordinate(coordinate, self.shape)
        if self._data is None:
            raise LayoutError(f"Tensor: {self} has no buffer to write to", point)
        if keeps_a_mode(point):
            if not isinstance(value, Tensor):
                raise ProfileError(f"Tensor: a view takes a tensor; fill(T[...], v) writes {_show(value)}", value)
            from .algorithm import copy

            copy(value, self if point is None else self._slice(point))
            return
        place = plus(self._layout, self._offset, self._layout(point))
        self._check_place(place, point)
        write(self._data, place, value)

    def __iter__(self) -> Iterator[Any]:
        """Yield the elements in colexicographic order, the first mode fastest."""
        for index in range(self.size):
            yield self[index]

    def values(self, *, limit: int = 2**26) -> list[Any]:
        """Return the elements as a list, in colexicographic order.

        Raises: TooLargeError beyond ``limit`` elements.

        >>> Tensor("abcdef", Layout((2, 3), (3, 1))).values()
        ['a', 'd', 'b', 'e', 'c', 'f']
        """
        if self.size > limit:
            from ..errors import TooLargeError

            raise TooLargeError(f"values: {self} has {amount(self.size)}, more than the limit {limit}", self.size)
        places = self._places()
        if places is None or self._data is None:
            return list(self) if places is None else places
        return [self._data[place] for place in places]

    def _places(self) -> list[int] | None:
        """Return all places from the table of the layout; None for coordinates, large integers, or places outside."""
        if isinstance(self._offset, tuple) or gives_coordinates(self._layout) or self.size < _FEW:
            return None
        try:
            table = self._layout.table()
        except LayoutError:
            return None
        values = table if isinstance(table, list) else table.tolist()
        xor = adds_by_xor(self._layout)
        places = [self._offset ^ value if xor else self._offset + value for value in values]
        if self._data is not None and not 0 <= min(places) <= max(places) < len(self._data):
            return None
        return places

    def to_numpy(self, *, limit: int = 2**26) -> Any:
        """Return a copy as a numpy array with one axis for each mode: ``T.to_numpy()[i, j] == T[i, j]``.

        A tensor of coordinates has a last axis with one entry for each axis of the codomain.

        >>> print(Tensor(None, Layout((2, 3), (3, 1))).to_numpy())
        [[0 1 2]
         [3 4 5]]
        """
        import numpy as np

        values = self.values(limit=limit)
        axes = [mode.size for mode in Layout(self.shape)] if isinstance(self.shape, tuple) else [self.size]
        if values and isinstance(values[0], tuple) and self._data is None:
            rows = np.array([list(leaves(value)) for value in values])
            return rows.reshape(*axes, rows.shape[1], order="F") if axes else rows[0]
        kind = self._data.dtype if is_numpy(self._data) else None
        if any([hasattr(type(value), "__len__") and not isinstance(value, (str, bytes)) for value in values]):
            flat = np.empty(len(values), dtype=object)  # elements that are sequences stay whole
            for index, value in enumerate(values):
                flat[index] = value
            return flat.reshape(axes, order="F")
        return np.array(values, dtype=kind).reshape(axes, order="F")

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        """Return ``to_numpy()`` for ``numpy.asarray``."""
        if copy is False:
            raise ValueError("a tensor is copied into a numpy array")
        array = self.to_numpy()
        return array if dtype is None else array.astype(dtype)

    # -- other layouts on the same elements ----------------------------------------------------------------------------

    def _view(self, layout: Any, offset: Any) -> Tensor:
        """Return a tensor over the same buffer, without looking at its bounds: each access does."""
        view: Tensor = object.__new__(Tensor)
        view._data, view._layout, view._offset = self._data, layout, offset
        return view

    def _with_inner(self, layout: Any) -> Tensor:
        """Return the tensor over another layout whose values are values of this one; the offset stays.

        Raises: NotALayoutError where the offset was combined by XOR and would now be added, or the other way round.
        """
        if adds_by_xor(layout) != adds_by_xor(self._layout) and self._offset and any_stride(layout):
            try:
                layout = to_f2(layout) if adds_by_xor(self._layout) else to_z(layout)
            except NotLinearError as error:
                raise NotALayoutError(
                    f"Tensor: the offset {self._offset} of {self} does not go with {layout}: {error}", error.witness
                ) from None
        return self._view(layout, self._offset)

    def _on_layout(self, change: Callable[[Layout], Layout]) -> Tensor:
        return self._with_inner(on_layout(self._layout, change))

    def _with_modes(self, change: Callable[[Any], Any]) -> Tensor:
        """Return the tensor over ``change(layout)``, a layout or chain with the same values in other modes."""
        return self._with_inner(change(self._layout))

    def _slice_and_offset(self, point: Coordinate) -> tuple[Any, int]:
        """Return ``self[point]``, which holds the offset, and 0."""
        return self[point], 0

    def _domain_offset(self, coordinate: Coordinate) -> tuple[Tensor, int]:
        """Return the tensor moved to another origin, which holds the offset, and 0."""
        moved, step = domain_offset(coordinate, self._layout)
        return Tensor(self._data, moved, plus(moved, self._offset, step)), 0

    def domain_offset(self, coordinate: Coordinate) -> Tensor:
        """Return the tensor read from ``coordinate`` on, in the same shape: ``R(c) == T(coordinate + c)``.

        Raises: LayoutError where it leaves the buffer, and as ``layouts.domain_offset`` does.
        CuTe: ``domain_offset``.

        >>> from layouts import Zn
        >>> print(Tensor(None, Layout((4, 8), over=Zn)).domain_offset((2, 3)))
        (2,3) o (4,8):(1@0,1@1)
        """
        return self._domain_offset(coordinate)[0]

    def recast(self, new: Any, old_bits: int | None = None) -> Tensor:
        """Return the same memory in elements of another width.

        With a numpy buffer ``new`` is a dtype.  Without a buffer it is the number of bits of the new elements, and
        ``old_bits`` that of the old ones.
        Raises: LayoutError where elements or the offset do not divide, and as ``layouts.recast`` does.
        CuTe: ``recast<T>``.

        >>> print(Tensor(None, Layout((4, 8), (8, 1)), 4).recast(32, 16))
        2 o (4,4):(4,1)
        """
        return recast_tensor(self, new, old_bits)

    def _composed_with(self, B: Any) -> Tensor:
        return self._on_layout(lambda layout: composition(layout, B))

    def __matmul__(self, other: Any) -> Tensor:
        """Return the tensor with ``other`` first: ``(T @ B)(i) == T(B(i))``.

        >>> (Tensor("abcdefgh", Layout(8)) @ Layout((2, 2), (4, 1))).values()
        ['a', 'e', 'b', 'f']
        """
        return self._composed_with(other)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Tensor):
            return NotImplemented
        same = self._data is other._data
        return same and self._layout == other._layout and self._offset == other._offset

    def __hash__(self) -> int:
        return hash((id(self._data), self._layout, self._offset))

    def __repr__(self) -> str:
        offset = f", {self._offset!r}" if self._offset else ""
        return f"Tensor({_show(self._data)}, {self._layout!r}{offset})"

    def __str__(self) -> str:
        if self._data is None:
            where = text(self._offset)
        else:
            where = f"{type(self._data).__name__}[{len(self._data)}]"
            if self._offset:
                where += f"{'^' if adds_by_xor(self._layout) else '+'}{self._offset}"
        return f"{where} o {self._layout}"


def recast_tensor(tensor: Tensor, new: Any, old_bits: int | None) -> Tensor:
    """Return the tensor over the recast layout, with the offset and the buffer counted in new elements."""
    data = tensor.data
    if data is not None:
        if old_bits is not None:
            raise ProfileError(
                f"recast: the elements of {tensor} know their width, and {old_bits} is not asked", old_bits
            )
        data, old, width = recast_buffer(data, new)
    elif old_bits is None:
        raise ProfileError(f"recast: {tensor} has no buffer; say the bits of its elements as well", None)
    else:
        old, width = old_bits, new
    layout = recast(tensor.layout, old, width)
    if isinstance(tensor.offset, tuple) or tensor.offset * old % width:
        raise LayoutError(
            f"recast: the offset {text(tensor.offset)} of {tensor} is no multiple of {width} bits", tensor.offset
        )
    return Tensor(data, layout, tensor.offset * old // width)
