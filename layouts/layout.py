"""``Layout``: the digit map, CuTe's shape:stride over any of the three modules.

A coordinate c of the shape has digits c_i, and the layout sends it to the sum of c_i . d_i in its module:

>>> L = Layout((4, 8), (8, 1))
>>> L(2, 3), L((2, 3)), L(14)
(19, 19, 19)
>>> print(L)
(4,8):(8,1)

The three calls name one point: 2 . 8 + 3 . 1 = 19, and the index 14 has the digits 14 = 2 + 4 * 3.  The last digit
takes the whole quotient, so a layout is a function on all natural numbers; ``size`` tells how many of them the shape
holds.

Over F2 the same shape and strides mean carry-less products and XOR, which is what a swizzle does:

>>> S = Layout((8, 64), (72, 1), over=F2)
>>> S(3, 9) == (3 * 64 + 9) ^ (3 * 8)
True
"""

from __future__ import annotations

from .codomain import as_coordinate, axes, bounds, coprofile, span, stride_text
from .errors import LayoutError, NotALayoutError, ProfileError
from .inttuple import MAX_DEPTH, _show, depth, idx2crd, leaves, select_kept, text, to_int
from .module import F2, ArithTuple, Z, Zn, clmul
from .notebook import show_in_notebook
from .reading import check_f2, default_stride, flatten_plain, module_of, read_pair, read_shape, stored

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, TypeAlias

    from .inttuple import Coordinate, IntTuple
    from .module import Module

    Modes: TypeAlias = tuple[tuple[int, ...], tuple[Any, ...]]
    Chain: TypeAlias = tuple[tuple[int, ...], tuple[Any, ...], tuple[int, ...]]

__all__ = ["Layout", "assembled", "chain", "cut", "modes", "read_layout", "trusted"]


class Layout:
    """The map from coordinates of ``shape`` to values in a module, with ``stride`` the images of the unit digits.

    ``shape`` and ``stride`` are congruent hierarchical tuples.  Strides are integers (over ``Z``, or over ``F2`` with
    ``over=F2``), ``F2(...)`` leaves, or coordinates made of ``E(...)`` (over ``Zn``); a 0 belongs to every module.
    Without ``stride`` the layout is the compact one: ``L(i) == i`` over Z and F2, ``L(c) == c`` over Zn.
    ``LayoutLeft`` and ``LayoutRight`` stand for the compact strides from the left and from the right.

    Requires: every extent >= 1, over F2 a power of two.
    Ensures:  ``L(c) == sum of c_i . d_i``; equality and hashing are structural.
    Raises:   ProfileError for anything else, with the offending part as witness.
    Cost:     one walk over the leaves.
    CuTe:     ``Layout``, ``make_layout``.

    >>> Layout((4, (2, 3)))
    Layout((4, (2, 3)), (1, (4, 8)))
    >>> from layouts import E
    >>> print(Layout((4, 8), (E(0), E(1))))
    (4,8):(1@0,1@1)
    """

    __slots__ = ("_chain", "_d", "_modes", "_over", "_s", "_shape", "_stride")
    _shape: IntTuple
    _stride: Any
    _s: tuple[int, ...]
    _d: tuple[Any, ...]
    _over: Module
    _modes: Modes | None
    _chain: Chain | None
    _repr_mimebundle_ = show_in_notebook

    def __init__(self, shape: IntTuple, stride: Any = None, over: Module | None = None) -> None:
        extents: list[int] = []
        steps: list[Any] = []
        self._modes = self._chain = None
        if (over is None or over is Z) and flatten_plain(shape, stride, extents, steps, 0):
            self._shape, self._stride, self._over = shape, stride, Z
            self._s, self._d = tuple(extents), tuple(steps)
            if shape == self._s:  # flat: share the tuples, so that later operations see it at once
                self._s, self._d = shape, stride  # type: ignore[assignment]
            return
        extents.clear()
        if stride is None:
            self._shape = read_shape(shape, extents)
            stride, steps = default_stride(self._shape, over)
        else:
            steps.clear()
            major = getattr(type(stride), "_strides_of", None)
            if major is not None:  # LayoutLeft or LayoutRight
                stride = major(stride, shape)
            self._shape, stride = read_pair(shape, stride, extents, steps, 0)
        module = module_of(steps, over)
        if module is not Z and not (over is F2 and module is F2 and all([type(d) is int for d in steps])):
            stride = stored(stride, module)
            steps = list(leaves(stride))
        self._stride = stride
        self._s = tuple(extents)
        self._d = tuple(steps)
        self._over = module
        if module is F2:
            check_f2(self._s, self._d)
        elif module is Zn:
            coprofile(self._d)  # refuses an axis that is a number in one stride and a tuple in another

    @property
    def shape(self) -> IntTuple:
        """The hierarchical tuple of extents."""
        return self._shape

    @property
    def stride(self) -> Any:
        """The hierarchical tuple of strides: integers over Z and F2, ``ArithTuple`` over Zn."""
        return self._stride

    @property
    def over(self) -> Module:
        """The module of the values: ``Z``, ``Zn`` or ``F2``."""
        return self._over

    @property
    def size(self) -> int:
        """The number of coordinates: the product of the extents."""
        result = 1
        for s in self._s:
            result *= s
        return result

    @property
    def rank(self) -> int:
        """The number of modes; 1 when the shape is an integer."""
        return len(self._shape) if isinstance(self._shape, tuple) else 1

    @property
    def depth(self) -> int:
        """The height of the shape: 0 for an integer, 1 for a flat tuple."""
        return depth(self._shape)

    @property
    def cosize(self) -> int:
        """The length of the interval from the smallest value to the largest, both included.

        With natural strides that is the largest value plus 1, as in CuTe; over Zn it is the product over the axes.

        >>> Layout((4, 8), (8, 1)).cosize, Layout((4, 4), (-1, 1)).cosize, Layout(4, F2(3)).cosize
        (32, 7, 7)
        """
        if self._over is Zn:
            result = 1
            for row in axes(self._d).values():
                low, high = bounds(self._s, row)
                result *= high - low + 1
            return result
        low, high = self.bounds()
        return high - low + 1

    def bounds(self) -> tuple[int, int]:
        """Return the smallest and the largest value on the domain, from the strides alone.

        Raises: LayoutError over Zn, whose values are not ordered.
        Cost: one step for each mode; over F2 one elimination of the bit images.

        >>> Layout((4, 4), (-1, 1)).bounds()
        (-3, 3)
        """
        if self._over is F2:
            top = 0
            for vector in sorted(span(self._s, self._d), reverse=True):
                top = max(top, top ^ vector)
            return 0, top
        if self._over is Zn:
            raise LayoutError(f"bounds: the values of {self} are coordinates, which have no order", None)
        return bounds(self._s, self._d)

    def __len__(self) -> int:
        return self.rank

    def __bool__(self) -> bool:
        return True

    def __call__(self, *coordinate: Coordinate) -> Any:
        """Return the value at a coordinate, or with ``None`` in it the sub-layout of the modes that are kept.

        ``L(i)`` takes an index, ``L(i, j)`` and ``L((i, j))`` a coordinate, nested as the shape or less.  Entries
        beyond their extent are evaluated linearly in the last leaf.  Slicing drops the value at the fixed entries;
        ``slice_and_offset`` returns it too.
        Raises: ProfileError for a coordinate that does not fit, or a negative index over more than one leaf.

        >>> L = Layout((4, 8), (8, 1))
        >>> L(5, 9)
        49
        >>> print(L(2, None))
        (8):(1)
        """
        point = coordinate[0] if len(coordinate) == 1 else coordinate
        if type(point) is not int:
            if _has_none(point):
                return cut(self, point)[0]
            if isinstance(point, tuple):
                return self._at_digits(leaves(idx2crd(point, self._shape)))
            point = to_int(point, "a coordinate")
        if point < 0 and len(self._s) > 1:
            return self._at_negative(point)
        digits = []
        for s in self._s[:-1]:
            point, digit = divmod(point, s)
            digits.append(digit)
        if self._s:
            digits.append(point)
        elif point:
            raise ProfileError(f"the index {point} has no digits in the empty layout ():()", point)
        return self._at_digits(digits)

    def _at_digits(self, digits: Iterator[int] | list[int]) -> Any:
        if self._over is Z:
            return sum([c * d for c, d in zip(digits, self._d, strict=True)])
        if self._over is Zn:
            return as_coordinate(sum([c * d for c, d in zip(digits, self._d, strict=True)], ArithTuple()), self._d)
        value = 0
        for c, d in zip(digits, self._d, strict=True):
            if c < 0:
                raise ProfileError(f"a digit over F2 must not be negative: {c}", c)
            value ^= clmul(c, d)
        return value

    def _at_negative(self, index: int) -> Any:
        extents, strides, _ = chain(self)
        if len(extents) > 1 or self._over is F2:
            raise ProfileError(f"the negative index {index} has no digits in the shape {text(self._shape)}", index)
        return assembled(extents[0], strides[0], extents, strides, self._over)(index)

    def __getitem__(self, mode: int | slice) -> Layout:
        """Return mode ``mode`` as a layout, or the layout of a range of modes."""
        if isinstance(mode, slice):
            modes = [self[k] for k in range(*mode.indices(self.rank))]
            return trusted(tuple([m._shape for m in modes]), tuple([m._stride for m in modes]), self._over)
        number = to_int(mode, "a mode")
        if not -self.rank <= number < self.rank:
            raise IndexError(f"mode {number} of {self}, which has rank {self.rank}")
        if not isinstance(self._shape, tuple):
            return self
        return trusted(self._shape[number], self._stride[number], self._over)

    def __iter__(self) -> Iterator[Layout]:
        return iter([self[k] for k in range(self.rank)])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Layout):
            return NotImplemented
        return self._shape == other._shape and self._stride == other._stride and self._over is other._over

    def __hash__(self) -> int:
        return hash((self._shape, self._stride, self._over.name))

    def __reduce__(self) -> Any:
        return Layout, (self._shape, self._stride, self._over)

    def __repr__(self) -> str:
        over = ", over=F2" if self._over is F2 else ""
        return f"Layout({self._shape!r}, {self._stride!r}{over})"

    def __str__(self) -> str:
        return f"{text(self._shape)}:{stride_text(self._stride, self._d, self._over)}"

    def __matmul__(self, other: Any) -> Any:
        """Return the composition ``self o other``: first ``other``, then ``self``."""
        from .algebra.composition import composition

        return composition(self, other)

    def table(self, *, out: Any = None, dtype: Any = None, limit: int = 2**26) -> Any:
        """Return the values at all indices 0..size-1: ``L.table()[i] == L(i)``.

        A numpy array (int64, or ``dtype``, or written into ``out``); a list where numpy is not installed.  Over Zn
        the array has one column for each axis of the codomain, and the list holds coordinates.
        Raises: TooLargeError beyond ``limit`` points, LayoutError when a value does not fit the type.
        Cost: one write for each value, by doubling.

        >>> print(Layout((2, 3), (3, 1)).table())
        [0 3 1 4 2 5]
        """
        from .table import table

        return table(self, out=out, dtype=dtype, limit=limit)

    def at(self, indices: Any) -> Any:
        """Return the values at an array of indices, as an int64 array of the same form: ``L.at(I)[k] == L(I[k])``.

        Indices may lie beyond the size; a layout over Z with one mode goes on below 0 as well.
        Raises: LayoutError over Zn, for negative indices that have no digits, or when a value does not fit in int64.

        >>> Layout((4, 8), (8, 1)).at([[0, 1], [14, 31]]).tolist()
        [[0, 8], [19, 31]]
        """
        from .table import at

        return at(self, indices)


# -- results of operations ---------------------------------------------------------------------------------------------


def assembled(shape: IntTuple, stride: Any, s: tuple[int, ...], d: tuple[Any, ...], over: Module) -> Layout:
    """Make a layout from parts that are known to be right; for results of operations."""
    self: Layout = object.__new__(Layout)
    self._shape = shape
    self._stride = stride
    self._s = s
    self._d = d
    self._over = over
    self._modes = self._chain = None
    return self


def trusted(shape: IntTuple, stride: Any, over: Module) -> Layout:
    """Make a layout from congruent clean trees; for results of operations."""
    if not isinstance(shape, tuple):
        return assembled(shape, stride, (shape,), (stride,), over)
    if not shape:
        return assembled(shape, stride, (), (), Z)
    for child in shape:
        if type(child) is not int:
            return assembled(shape, stride, tuple(leaves(shape)), tuple(leaves(stride)), over)
    return assembled(shape, stride, shape, stride, over)  # type: ignore[arg-type]


# -- the parts of a layout ---------------------------------------------------------------------------------------------


def modes(layout: Layout) -> Modes:
    """Return (extents, strides): the shortest numeral system that is the same function on all naturals.

    Neighbours s:d and t:(s.d) merge and extents 1 go, but a trailing 1:d stays unless it continues its neighbour,
    because the last stride defines the extension.
    PyCuTe: ``coalesce_z``.

    >>> modes(Layout((2, (1, 6)), (1, (6, 2))))
    ((12,), (1,))
    >>> modes(Layout((4, 1), (1, 8)))
    ((4, 1), (1, 8))
    """
    found = layout._modes
    if found is None:
        extents: list[int] = []
        strides: list[Any] = []
        follow: Any = None  # the stride that would continue the last mode
        s = d = None
        for s, d in zip(layout._s, layout._d):  # noqa: B905 - equal lengths by construction; this is the hot path
            if d == follow:
                extents[-1] *= s
            elif s != 1:
                extents.append(s)
                strides.append(d)
            else:
                continue
            follow = d * s
        if s == 1 and d != follow:
            extents.append(1)
            strides.append(d)
        elif s is None:
            extents, strides = [1], [0]
        if len(extents) == len(layout._s):  # nothing merged, as in most layouts: share the tuples
            found = layout._modes = layout._s, layout._d
        else:
            found = layout._modes = tuple(extents), tuple(strides)
    return found


def chain(layout: Layout) -> Chain:
    """Return (extents, strides, places): the ``modes``, and for each the index of its unit digit.

    >>> chain(Layout((4, 1), (1, 8)))
    ((4, 1), (1, 8), (1, 4))
    """
    found = layout._chain
    if found is None:
        extents, strides = layout._modes or modes(layout)
        places: list[int] = []
        place = 1
        for s in extents:
            places.append(place)
            place *= s
        found = layout._chain = extents, strides, tuple(places)
    return found


def read_layout(value: Any, operation: str) -> Layout:
    """Return ``value`` as a layout: a layout itself, or a chain that is the same function as one; refuse the rest."""
    if isinstance(value, Layout):
        return value
    known = getattr(type(value), "as_layout", None)
    if known is None:
        raise ProfileError(f"{operation}: {_show(value)} is not a layout", value)
    found: Layout | None = known(value)
    if found is None:
        tell = getattr(type(value), "_no_layout_at", None)
        index = tell(value) if tell is not None else None
        where = "" if index is None else f": it has {value(index)} at index {index}, where no layout has it"
        raise NotALayoutError(f"{operation}: {value} has no shape:stride form{where}; table() gives its values", index)
    return found


def cut(layout: Layout, coordinate: Coordinate) -> tuple[Layout, Any]:
    """Return the layout of the modes where ``coordinate`` has ``None``, and the value at the entries that are fixed."""
    act = getattr(type(layout), "_slice_and_offset", None)  # a chain: the offset stays inside
    if act is not None:
        return act(layout, coordinate)  # type: ignore[no-any-return]
    layout = read_layout(layout, "slice_and_offset")
    if coordinate is None:
        return layout, layout(0)
    if isinstance(coordinate, int):
        return trusted((), (), Z), layout(coordinate)
    kept = trusted(select_kept(coordinate, layout._shape), select_kept(coordinate, layout._stride), layout._over)
    return kept, layout._at_digits(leaves(idx2crd(coordinate, layout._shape)))


def _has_none(coordinate: object, level: int = 0) -> bool:
    if isinstance(coordinate, tuple):
        if level >= MAX_DEPTH:
            raise ProfileError(f"a coordinate nests deeper than {MAX_DEPTH} levels", MAX_DEPTH)
        return any([_has_none(part, level + 1) for part in coordinate])
    return coordinate is None
