"""``Layout``, ``ComposedLayout`` and ``Swizzle`` as code for pycute calls them, and the way to ``layouts`` and back.

These are layouts of ``layouts`` with other spellings: ``L.size()`` next to ``L.size``, ``Layout(shape, 2)`` for strides
that start at 2, and values that add: coordinates as ``ArithTuple``, bit vectors as ``F2``.
"""

from __future__ import annotations

from typing import Any

from ..composed import ComposedLayout as _ComposedLayout
from ..errors import ProfileError
from ..inttuple import MAX_DEPTH, _show, leaves, to_int
from ..joining import make_layout as _make_layout
from ..layout import Layout as _Layout
from ..layout import assembled, cut, trusted
from ..module import F2 as _F2
from ..module import ArithTuple as _ArithTuple
from ..module import F2Stride, Module, Zn
from ..swizzle import Swizzle as _Swizzle
from ..tree import get as _get
from ..tree import unflatten as _unflatten
from .pycute_coordinates import ArithTuple, E, as_tuple  # noqa: F401 - E for the examples
from .pycute_scalars import F2, is_int, is_stride_scalar


class Count(int):
    """A number that may be called: ``L.size`` is how ``layouts`` writes it, and ``L.size()`` how pycute does."""

    __slots__ = ()

    def __call__(self) -> int:
        return int(self)


class LayoutBase:
    """The mark of every layout, for ``isinstance``."""

    __slots__ = ()


class Layout(LayoutBase, _Layout):
    """A layout of ``layouts``, with the argument forms of both pycutes.

    ``stride`` is a tree like ``shape``, or coarser: a single stride, an integer, ``E(...)`` or ``F2(...)``, starts the
    compact strides of its part.  Lists are read as tuples.
    CuTe: ``Layout``; both packages spell it so.

    >>> Layout((4, 8)), Layout((4, 8), 2), Layout((3, (2, 4)), (24, 1))
    (Layout((4, 8), (1, 4)), Layout((4, 8), (2, 8)), Layout((3, (2, 4)), (24, (1, 2))))
    >>> A = Layout((4, 8), (8, 1))
    >>> A(2, 3), A.size(), A.size, A.cosize(), A(2, None), A[1]
    (19, 32, 32, 32, Layout((8,), (1,)), Layout(8, 1))
    >>> Layout((8, 8), (F2(9), F2(1)))(3, 0) + F2(1)
    F2(26)
    """

    __slots__ = ()

    def __init__(self, shape: Any, stride: Any = None, over: Module | None = None) -> None:
        shape, stride = to_layouts(shape), to_layouts(stride)
        if over is None or stride is not None:
            stride = prefix_product(shape, 1 if stride is None else stride)
        _Layout.__init__(self, shape, to_layouts(stride), over)

    @classmethod
    def _set(cls, shape: Any, stride: Any) -> Layout:
        """Return the layout of a shape and strides of its form, as PyCuTe's algebra makes them."""
        return cls(shape, stride)

    @property
    def stride(self) -> Any:
        """The strides, which add: integers, ``ArithTuple`` or ``F2``."""
        return (
            self._stride if not _valued(self) else _unflatten(tuple([value_of(self, d) for d in self._d]), self._shape)
        )

    @property
    def size(self) -> Count:
        """The number of coordinates, as ``L.size`` or ``L.size()``."""
        return Count(_Layout.size.fget(self))  # type: ignore[attr-defined]

    @property
    def cosize(self) -> Count:
        """The length of the interval that holds the values, as ``L.cosize`` or ``L.cosize()``."""
        return Count(_Layout.cosize.fget(to_layouts(self)))  # type: ignore[attr-defined]

    def __call__(self, *coordinate: Any) -> Any:
        """Return the value at a coordinate, or the sub-layout where it has ``None``; see ``layouts.Layout``."""
        point = read_coordinate(coordinate[0] if len(coordinate) == 1 else coordinate, self)
        found = _Layout.__call__(to_layouts(self), point)
        return from_layouts(found) if isinstance(found, _Layout) else value_of(self, found)

    def __getitem__(self, mode: Any) -> Any:
        """Return mode ``mode`` as a layout, or the layout of a range of modes."""
        return from_layouts(_Layout.__getitem__(self, mode))

    def get(self, mode: Any = ()) -> Any:
        """Return the layout at a path of modes."""
        return from_layouts(_get(to_layouts(self), mode=mode))

    def _offset_and_slice(self, coordinate: Any) -> tuple[Any, Any]:
        """Return (offset, sub-layout), PyCuTe's order of what ``slice_and_offset`` returns."""
        layout, offset = slice_and_offset(coordinate, self)
        return offset, layout

    def table(self, **options: Any) -> Any:
        """Return the values at all indices; see ``layouts.Layout.table``."""
        return to_layouts(self).table(**options)

    def __matmul__(self, other: Any) -> Any:
        """Return the composition ``self o other``."""
        return from_layouts(to_layouts(self) @ to_layouts(other))

    def __reduce__(self) -> Any:
        return from_layouts, (to_layouts(self),)

    def __repr__(self) -> str:
        over = f", over={self._over}" if _valued(self) and not any(self._d) else ""
        return f"Layout({self._shape!r}, {self.stride!r}{over})"


class ComposedLayout(LayoutBase, _ComposedLayout):
    """The chain c -> layoutB(offset + layoutA(c)), with the names of its parts in pycute.

    >>> C = ComposedLayout(Swizzle(3, 3, 3), 0, Layout((8, 64), (64, 1)))
    >>> C(3, 9), C.size(), C.cosize(), C.layoutA
    (209, 512, 512, Layout((8, 64), (64, 1)))
    """

    __slots__ = ()

    def __init__(self, layoutB: Any, offset: Any, layoutA: Any) -> None:
        _ComposedLayout.__init__(self, to_layouts(layoutB), as_tuple(offset), to_layouts(layoutA))

    @property
    def layoutB(self) -> Any:
        """The last map of the chain, which ``layouts`` calls ``outer``."""
        return from_layouts(self._outer)

    @property
    def layoutA(self) -> Any:
        """The first map of the chain, which ``layouts`` calls ``inner``."""
        return from_layouts(self._inner)

    @property
    def size(self) -> Count:
        """The number of coordinates, as ``C.size`` or ``C.size()``."""
        return Count(self._inner.size)

    @property
    def cosize(self) -> Count:
        """The length of the interval that holds the values, as ``C.cosize`` or ``C.cosize()``."""
        return Count(to_layouts(self).cosize)

    def __call__(self, *coordinate: Any) -> Any:
        """Return the value at a coordinate, or the chain sliced where it has ``None``."""
        return from_layouts(to_layouts(self)(*[to_layouts(part) for part in coordinate]))

    def __getitem__(self, mode: Any) -> Any:
        """Return the chain on one mode, or on a range of modes."""
        return from_layouts(to_layouts(self)[mode])

    def __matmul__(self, other: Any) -> Any:
        """Return the chain with ``other`` first."""
        return from_layouts(to_layouts(self) @ to_layouts(other))

    def __reduce__(self) -> Any:
        return from_layouts, (to_layouts(self),)

    def __repr__(self) -> str:
        return f"ComposedLayout({self.layoutB!r}, {self._offset!r}, {self.layoutA!r})"


class Swizzle(_Swizzle):
    """The swizzle of ``layouts``, with the masks and the domain that pycute gives it.

    >>> s = Swizzle(2, 4, 3)
    >>> s(249), s.size(), s.yyy_msk, s.zzz_msk
    (233, 512, 384, 48)
    """

    __slots__ = ()

    @property
    def yyy_msk(self) -> int:
        """The mask of the bits that are read."""
        return self.source

    @property
    def zzz_msk(self) -> int:
        """The mask of the bits that are changed."""
        return ((1 << self._bits) - 1) << (self._base - min(self._shift, 0))

    def size(self) -> int:
        """Return the length of the block that the swizzle permutes."""
        return 1 << (self._bits + self._base + abs(self._shift))

    cosize = size

    def __call__(self, x: Any) -> Any:
        """Return the swizzled number; a bit vector gives a bit vector."""
        return F2(_Swizzle.__call__(self, x.value)) if isinstance(x, F2Stride) else _Swizzle.__call__(self, x)

    def __matmul__(self, other: Any) -> Any:
        """Return the composition ``self o other``."""
        return from_layouts(to_layouts(self) @ to_layouts(other))

    def __reduce__(self) -> Any:
        return Swizzle, (self._bits, self._base, self._shift)


# -- to layouts and back -----------------------------------------------------------------------------------------------


def to_layouts(value: Any, level: int = 0) -> Any:
    """Return the value as ``layouts`` has it: its own ``Layout``, plain strides, tuples for lists.

    >>> import layouts
    >>> type(to_layouts(Layout(4))) is layouts.Layout, to_layouts([4, [2, 3]])
    (True, (4, (2, 3)))
    """
    kind = type(value)
    if kind is int or kind is _Layout:
        return value
    if kind is Layout:
        return assembled(value._shape, value._stride, value._s, value._d, value._over)
    if isinstance(value, (tuple, list)):
        if level >= MAX_DEPTH:
            raise ProfileError(f"a tuple nests deeper than {MAX_DEPTH} levels", MAX_DEPTH)
        return tuple([to_layouts(part, level + 1) for part in value])
    if kind is F2:
        return F2Stride(value.value)
    if kind is ArithTuple:
        return _ArithTuple(*value.items)
    if kind is ComposedLayout:
        return _ComposedLayout(value._outer, value._offset, value._inner)
    if kind is Swizzle:
        return _Swizzle(value.bits, value.base, value.shift)
    down = getattr(kind, "_to_layouts", None)  # a tensor
    return value if down is None else down(value)


def from_layouts(value: Any) -> Any:
    """Return a layout, chain, swizzle, tensor or stride of ``layouts``, or a tuple of them, as this module has it.

    >>> import layouts
    >>> from_layouts(layouts.Layout(4)).size()
    4
    """
    kind = type(value)
    if kind is _Layout:
        self: Layout = object.__new__(Layout)
        for slot in ("_shape", "_stride", "_s", "_d", "_over", "_modes", "_chain"):
            setattr(self, slot, getattr(value, slot))
        return self
    if kind is _ComposedLayout:
        return ComposedLayout(value.outer, value.offset, value.inner)
    if kind is _Swizzle:
        return Swizzle(value.bits, value.base, value.shift)
    if kind is F2Stride:
        return F2(value.value)
    if kind is _ArithTuple:
        return ArithTuple(value)
    if kind is tuple:
        return tuple([from_layouts(part) for part in value])
    if kind.__name__ == "Tensor" and kind.__module__ == "layouts.tensor.value":
        from .pycute_tensor import from_tensor

        return from_tensor(value)
    return value


def _valued(layout: Any) -> bool:
    return layout._over is _F2 or layout._over is Zn


def value_of(layout: Any, value: Any) -> Any:
    """Return a value or stride of a layout as a scalar that adds."""
    if layout._over is _F2:
        return F2(value)
    return ArithTuple(value) if layout._over is Zn else value


def read_coordinate(coordinate: Any, layout: Any) -> Any:
    """Return a coordinate of a layout as tuples of integers: a value of a layout may be one."""
    if isinstance(coordinate, F2Stride) and layout._over is not _F2:
        raise ProfileError(f"the coordinate {coordinate} is a bit vector, and the digits of {layout} add", coordinate)
    return plain_coordinate(coordinate, layout._shape)


def plain_coordinate(coordinate: Any, shape: Any, level: int = 0) -> Any:
    """Return a coordinate as tuples of integers; an ``ArithTuple`` is filled up with zeros to the shape."""
    if isinstance(coordinate, F2Stride):
        return coordinate.value
    if isinstance(coordinate, ArithTuple):
        coordinate = coordinate.data
        count = len(shape) if isinstance(shape, tuple) else 0
        if len(coordinate) > count:
            raise ProfileError(f"the coordinate {_show(coordinate)} has more modes than {_show(shape)}", coordinate)
        coordinate = coordinate + (0,) * (count - len(coordinate))
    if isinstance(coordinate, (tuple, list)):
        if level >= MAX_DEPTH:
            raise ProfileError(f"a coordinate nests deeper than {MAX_DEPTH} levels", MAX_DEPTH)
        parts = shape if isinstance(shape, tuple) and len(shape) == len(coordinate) else (0,) * len(coordinate)
        return tuple([plain_coordinate(c, s, level + 1) for c, s in zip(coordinate, parts, strict=True)])
    return coordinate


# -- construction ------------------------------------------------------------------------------------------------------


def prefix_product(a: Any, init: Any = 1) -> Any:
    """Return the exclusive products from the left, from ``init`` on: compact strides.

    ``init`` is a stride, or a tree of strides that start the parts of ``a``.
    Raises: ProfileError for an ``init`` whose form does not fit.

    >>> prefix_product((3, 2, 4)), prefix_product((4, 8), 2), prefix_product(((2, 3), (4, 5)), (1, 100))
    ((1, 3, 6), (2, 8), ((1, 2), (100, 400)))
    >>> prefix_product((4, 8), E(0))
    (E(0), 4 * E(0))
    """
    shape, start = to_layouts(a), from_layouts(to_layouts(init))
    if isinstance(start, tuple):
        if not isinstance(shape, tuple) or len(shape) != len(start):
            raise ProfileError(f"prefix_product: {_show(init)} does not have the form of {_show(a)}", (shape, start))
        return tuple([prefix_product(part, step) for part, step in zip(shape, start, strict=True)])
    if not is_stride_scalar(start):
        raise ProfileError(f"prefix_product: {_show(init)} is no stride", init)
    found = []
    for extent in leaves(shape):
        found.append(start)
        start = start * to_int(extent, "prefix_product: an extent")
    return _unflatten(tuple(found), shape) if isinstance(shape, tuple) else found[0]


def make_layout(*layouts: Any) -> Any:
    """Return the concatenation of layouts, given one by one or as any iterable of them.

    A single layout becomes the one mode of a layout, as in CUTLASS; NVlabs/CuTe takes its modes apart.

    >>> make_layout([Layout(3, 1), Layout((5, 1), (7, 2)), Layout(2, 42)])
    Layout((3, (5, 1), 2), (1, (7, 2), 42))
    >>> make_layout(Layout(4), Layout(2, 8)), make_layout(Layout(4))
    (Layout((4, 2), (1, 8)), Layout((4,), (1,)))
    """
    if len(layouts) == 1 and not isinstance(layouts[0], LayoutBase):
        items = layouts[0]
        if is_int(items) or isinstance(items, str) or not hasattr(type(items), "__iter__"):
            raise ProfileError(f"make_layout: layouts, or an iterable of them, not {_show(items)}", items)
        layouts = tuple(items)
    for item in layouts:
        if not isinstance(item, _Layout):
            raise ProfileError(f"make_layout: {_show(item)} is not a layout", item)
    return from_layouts(_make_layout(*to_layouts(layouts)) if layouts else trusted((), (), _Layout(1).over))


def slice_and_offset(crd: Any, layout: Any) -> tuple[Any, Any]:
    """Return (the layout of the modes where ``crd`` has ``None``, the value at what is fixed).

    >>> slice_and_offset((2, None), Layout((4, 8), (8, 1)))
    (Layout((8,), (1,)), 16)
    """
    kept, offset = cut(to_layouts(layout), plain_coordinate(crd, getattr(layout, "shape", 0)))
    return from_layouts(kept), value_of(layout, offset) if isinstance(layout, _Layout) else offset


def is_layout(x: object) -> bool:
    """Tell whether ``x`` is a layout or a chain.

    >>> is_layout(Layout(4)), is_layout((4, 2))
    (True, False)
    """
    return isinstance(x, (LayoutBase, _Layout, _ComposedLayout))
