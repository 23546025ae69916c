"""``ComposedLayout``: the chain of maps, where no closed form exists or CuTe's form is wanted.

A chain is a map c -> outer(offset + inner(c)).  Its domain is that of ``inner``, so whatever an operation does to the
domain it does to ``inner``: modes, slices, tiles, coalescing and composition on the right give a chain with the same
outer map.  By hand, the rows of ``Sw<3,3,3> o 0 o (8,64):(64,1)`` are ``(64):(1)`` after the offsets 0, 64, 128, ...,
and row 2 is ``Sw<3,3,3> o 128 o (64):(1)``.
"""

from __future__ import annotations

from math import gcd, prod

from .algebra.carries import value_at
from .algebra.composition import composition
from .errors import LayoutError, NotALayoutError, ProfileError, TooLargeError
from .inttuple import MAX_DEPTH, _show, amount, clean, leaves, text, to_int
from .layout import Layout, cut
from .linearity import bit_images, is_carry_free
from .module import F2, Z, Zn
from .notebook import show_in_notebook
from .swizzle import Swizzle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from .inttuple import Coordinate, IntTuple

__all__ = ["ComposedLayout", "Swizzle"]


class ComposedLayout:
    """The chain c -> outer(offset + inner(c)), for maps without a shape:stride form, or wanted in CuTe's form.

    ``outer`` is a ``Swizzle``, a ``Layout``, or ``None`` for the identity; ``inner`` is a ``Layout`` or another chain.
    Ensures: ``C(c) == outer(offset + inner(c))``; the shape is that of ``inner``; equality is structural, and ``equal``
    compares functions.
    Raises:  ProfileError for parts of other kinds.
    CuTe:    ``ComposedLayout``, printed ``Sw<3,4,3> o 0 o (8,64):(64,1)``; with the identity we write ``2 + 8:1``.

    >>> C = ComposedLayout(Swizzle(3, 3, 3), 0, Layout((8, 64), (64, 1)))
    >>> print(C, C(3, 9))
    Sw<3,3,3> o 0 o (8,64):(64,1) 209
    >>> print(C(2, None))
    Sw<3,3,3> o 128 o (64):(1)
    """

    __slots__ = ("_inner", "_offset", "_outer")
    _repr_mimebundle_ = show_in_notebook

    def __init__(self, outer: Swizzle | Layout | None, offset: IntTuple, inner: Layout | ComposedLayout) -> None:
        if outer is not None and not isinstance(outer, (Swizzle, Layout)):
            raise ProfileError(f"ComposedLayout: outer must be a Swizzle, a Layout or None, not {_show(outer)}", outer)
        if not isinstance(inner, (Layout, ComposedLayout)):
            raise ProfileError(f"ComposedLayout: inner must be a Layout or a ComposedLayout, not {_show(inner)}", inner)
        _check_length(inner)
        self._outer = outer
        self._inner = inner
        if not _gives_coordinates(inner):
            self._offset: Any = to_int(offset, "ComposedLayout: the offset")
            return
        self._offset = clean(offset, "ComposedLayout: the offset")
        if isinstance(outer, Swizzle) or (isinstance(self._offset, int) and self._offset):
            raise ProfileError(
                f"ComposedLayout: {inner} gives coordinates; an offset is one as well, and no swizzle follows", inner
            )

    @property
    def outer(self) -> Swizzle | Layout | None:
        """The last map of the chain; ``None`` is the identity."""
        return self._outer

    @property
    def offset(self) -> Any:
        """What is added before ``outer``, in the units of the values of ``inner``; a coordinate where these are."""
        return self._offset

    @property
    def inner(self) -> Layout | ComposedLayout:
        """The first map of the chain."""
        return self._inner

    @property
    def shape(self) -> IntTuple:
        """The shape of ``inner``."""
        return self._inner.shape

    @property
    def size(self) -> int:
        """The number of coordinates."""
        return self._inner.size

    @property
    def rank(self) -> int:
        """The number of modes."""
        return self._inner.rank

    @property
    def depth(self) -> int:
        """The height of the shape."""
        return self._inner.depth

    @property
    def cosize(self) -> int:
        """The length of the interval from the smallest value to the largest, both included; see ``bounds``.

        Where the values are coordinates it is the product over the axes, as for a layout.
        """
        if not _gives_coordinates(self):
            low, high = self.bounds()
            return high - low + 1
        known = self.as_layout()
        if known is not None:
            return known.cosize
        if self._outer is None:
            return self._inner.cosize
        rows = zip(*[leaves(value) for value in self.table()], strict=True)
        return prod([max(row) - min(row) + 1 for row in rows])

    def _is_untouched(self) -> bool:
        """Tell whether the outer map is a swizzle that certainly changes no value."""
        inner, outer = self._inner, self._outer
        if not isinstance(outer, Swizzle) or not isinstance(inner, Layout):
            return False
        low, high = inner.bounds()
        return not outer.reaches(low + self._offset, high + self._offset)

    def __len__(self) -> int:
        return self.rank

    def __getitem__(self, mode: int | slice) -> ComposedLayout:
        """Return the chain on one mode, or on a range of modes: the others stay at 0.

        >>> print(ComposedLayout(Swizzle(3, 3, 3), 8, Layout((8, 64), (64, 1)))[0])
        Sw<3,3,3> o 8 o 8:64
        """
        return self._with_inner(self._inner[mode])

    def __iter__(self) -> Iterator[ComposedLayout]:
        return iter([self[k] for k in range(self.rank)])

    def _with_inner(self, inner: Layout | ComposedLayout) -> ComposedLayout:
        """Return the chain with another first map, as operations on the domain do."""
        return ComposedLayout(self._outer, self._offset, inner)

    def __bool__(self) -> bool:
        return True

    def __call__(self, *coordinate: Coordinate) -> Any:
        """Return the value at a coordinate, or with ``None`` in it the sliced chain: slicing adds to the offset.

        Raises: NotALayoutError when a slice of an inner layout over F2 leaves an XOR constant that no offset can be.
        """
        point = coordinate[0] if len(coordinate) == 1 else coordinate
        if not _keeps_a_mode(point):
            value = _plus(self._inner(point), self._offset)
            if self._outer is None:
                return value
            return self._outer(value) if isinstance(self._outer, Swizzle) else value_at(self._outer, value)
        return self._slice_and_offset(point)[0]

    def _slice_and_offset(self, point: Coordinate) -> tuple[ComposedLayout, int]:
        """Return the sliced chain, which holds the offset, and 0."""
        if isinstance(self._inner, ComposedLayout):
            return self._with_inner(self._inner._slice_and_offset(point)[0]), 0
        kept, fixed = cut(self._inner, point)
        if kept.over is Z and self._inner.over is Zn:
            raise NotALayoutError(f"slice: {self._inner} at {point} keeps no mode that moves", fixed)
        return self._moved("slice", point, kept, fixed), 0

    def _domain_offset(self, point: Coordinate) -> tuple[ComposedLayout, int]:
        """Return the chain read from ``point`` on, and 0."""
        if isinstance(self._inner, ComposedLayout):
            return self._with_inner(self._inner._domain_offset(point)[0]), 0
        from .algebra.slice import domain_offset

        inner, fixed = domain_offset(point, self._inner)
        return self._moved("domain_offset", point, inner, fixed), 0

    def _moved(self, operation: str, point: Coordinate, inner: Layout, fixed: Any) -> ComposedLayout:
        """Return the chain after ``inner`` plus ``fixed``; over F2 it is XOR, which is a sum where no bit is shared."""
        if inner.over is F2 and any(fixed & image for image in bit_images(inner)):
            raise NotALayoutError(
                f"{operation}: {self._inner} at {point} is {inner} XOR {fixed}, and no sum, for they share bits", fixed
            )
        return ComposedLayout(self._outer, _plus(fixed, self._offset), inner)

    def at(self, indices: Any) -> Any:
        """Return the values at an array of indices; see ``Layout.at``."""
        return self._after(self._inner.at(indices))

    def table(self, *, limit: int = 2**26) -> Any:
        """Return the values at all indices; see ``Layout.table``."""
        if self.size > limit:
            raise TooLargeError(f"table: {self} has {amount(self.size)} values, more than the limit {limit}", self.size)
        if _gives_coordinates(self._inner) or _gives_coordinates(self):
            return [self(i) for i in range(self.size)]
        values = self._inner.table(limit=limit)
        return [self(i) for i in range(self.size)] if isinstance(values, list) else self._after(values)

    def _after(self, values: Any) -> Any:
        """Return outer(offset + values) for an int64 array of values of ``inner``, or refuse what does not fit."""
        if values.size == 0:
            return values
        low, high = int(values.min()) + self._offset, int(values.max()) + self._offset
        outer = self._outer
        reach = outer._reach(low, high) if isinstance(outer, Swizzle) else max(low.bit_length(), high.bit_length())
        if reach > 63 or abs(self._offset) >= 2**63:
            raise LayoutError(f"table: a value of {self} may not fit in int64", max(abs(low), abs(high)))
        values = values + self._offset
        if isinstance(outer, Layout):
            return outer.at(values)
        return values if outer is None or not outer.reaches(low, high) else outer._moved(values)

    def bounds(self) -> tuple[int, int]:
        """Return the smallest and the largest value.

        Known from the bits where the chain is linear over F2 up to a constant, and from ``inner`` where the outer map
        changes nothing; enumerated elsewhere, up to 2**26 points.
        Raises: LayoutError where the values are coordinates, which have no order.
        """
        if _gives_coordinates(self):
            raise LayoutError(f"bounds: the values of {self} are coordinates, which have no order", None)
        known = self.as_layout()
        if known is not None:
            return known.bounds()
        from .chained import affine_bounds

        low, high = affine_bounds(self) or (0, -1)
        if low <= high:
            return low, high
        if (self._outer is None or self._is_untouched()) and not _gives_coordinates(self._inner):
            low, high = self._inner.bounds()
            return low + self._offset, high + self._offset
        values = self.table()
        return int(min(values)), int(max(values))

    def _same_collisions(self) -> Layout | None:
        """Return the layout at the beginning where all later maps are bijections, or None."""
        inner: Layout | ComposedLayout = self
        while isinstance(inner, ComposedLayout):
            if isinstance(inner._outer, Layout):
                return None
            inner = inner._inner
        return inner

    def _before(self, value: Any) -> tuple[Layout | ComposedLayout, Any]:
        """Return (inner, v) such that this chain has ``value`` exactly where inner has v."""
        if isinstance(self._outer, Layout) or _gives_coordinates(self._inner):
            found = self.as_layout()
            if found is None:
                raise NotALayoutError(f"{self} has no shape:stride form; table() gives its values", None)
            return found, value
        value = to_int(value, "the offset")
        return self._inner, (value if self._outer is None else self._outer(value)) - self._offset

    def as_layout(self) -> Layout | None:
        """Return the plain layout that is the same function, where composition finds one without enumeration."""
        inner = self._inner if isinstance(self._inner, Layout) else self._inner.as_layout()
        if inner is None or self._offset:
            return None
        if self._outer is None:
            return inner
        if isinstance(self._outer, Swizzle) and not is_carry_free(inner) and inner.over is not F2:
            return inner if inner.over is Z and not self._outer.reaches(*inner.bounds()) else None
        try:
            found: Layout = composition(self._outer, inner)
        except LayoutError:
            return None
        return found

    def _no_layout_at(self) -> int | None:
        """Return the first index at which no layout is this chain, where composition tells it."""
        inner = self._inner if isinstance(self._inner, Layout) else self._inner.as_layout()
        if self._offset or inner is None:
            return 0 if self._offset else None
        try:
            composition(self._outer, inner)
        except LayoutError as refused:
            return refused.witness if isinstance(refused.witness, int) else None
        return None

    def _composed_with(self, B: Any) -> ComposedLayout:
        return self._with_inner(composition(self._inner, B))

    def _composed_after(self, A: Layout | Swizzle) -> ComposedLayout:
        return ComposedLayout(A, 0, self)

    def _right_inverse(self) -> ComposedLayout:
        from .chained import right_inverse_of

        return right_inverse_of(self)

    def _left_inverse(self) -> ComposedLayout:
        from .chained import left_inverse_of

        return left_inverse_of(self)

    def _inverse(self) -> ComposedLayout:
        from .chained import inverse_of

        return inverse_of(self)

    def _upcast(self, n: int, round_up: bool) -> ComposedLayout:
        from .algebra.recast import upcast

        if self._offset_divides("upcast", n):
            outer = None if self._outer is None else upcast(self._outer, n)
            return ComposedLayout(outer, self._offset // n, upcast(self._inner, n, round_up=round_up))
        return ComposedLayout(None, 0, upcast(self._as_plain("upcast"), n, round_up=round_up))

    def _downcast(self, n: int) -> ComposedLayout:
        from .algebra.recast import downcast

        if isinstance(self._outer, Layout) or _gives_coordinates(self):
            return ComposedLayout(None, 0, downcast(self._as_plain("downcast"), n))
        outer = None if self._outer is None else downcast(self._outer, n)
        return ComposedLayout(outer, self._offset * n, downcast(self._inner, n))

    def _max_alignment(self, within: int) -> int:
        from .algebra.recast import alignment_within

        if isinstance(self._outer, Layout) or _gives_coordinates(self):
            return alignment_within(self._as_plain("max_alignment"), within)
        within = gcd(within, self._offset)
        if self._outer is not None:
            within = alignment_within(self._outer, within)
        return alignment_within(self._inner, within)

    def _offset_divides(self, operation: str, n: int) -> bool:
        """Tell whether the parts of the chain can be recast one by one; refuse an offset inside a group."""
        if isinstance(self._outer, Layout) or _gives_coordinates(self):
            return False
        if self._offset % n:
            raise LayoutError(
                f"{operation}: {self} by {n}: the offset {self._offset} is not a multiple of {n}", self._offset
            )
        return True

    def _as_plain(self, operation: str) -> Layout:
        plain = self.as_layout()
        if plain is None:
            raise NotALayoutError(
                f"{operation}: {self} can only be taken as one plain layout, for its offset counts other things than "
                f"its values, and it has no shape:stride form",
                0,
            )
        return plain

    def __matmul__(self, other: Any) -> ComposedLayout:
        """Return the chain with ``other`` first: the composition acts on ``inner``."""
        return self._composed_with(other)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ComposedLayout):
            return NotImplemented
        return (self._outer, self._offset, self._inner) == (other._outer, other._offset, other._inner)

    def __hash__(self) -> int:
        return hash((self._outer, self._offset, self._inner))

    def __reduce__(self) -> Any:
        return ComposedLayout, (self._outer, self._offset, self._inner)

    def __repr__(self) -> str:
        return f"ComposedLayout({self._outer!r}, {self._offset!r}, {self._inner!r})"

    def __str__(self) -> str:
        if self._outer is None:
            return f"{text(self._offset)} + {self._inner}"
        return f"{self._outer} o {text(self._offset)} o {self._inner}"


def _keeps_a_mode(point: Coordinate) -> bool:
    return any(map(_keeps_a_mode, point)) if isinstance(point, tuple) else point is None


def _check_length(chain: Layout | ComposedLayout) -> None:
    """Refuse a chain that is too long to be printed or compared link by link."""
    length = 2  # the new map and the layout at the end
    while isinstance(chain, ComposedLayout):
        length += 1
        chain = chain._inner
    if length > MAX_DEPTH:
        raise ProfileError(f"ComposedLayout: a chain of more than {MAX_DEPTH} maps", length)


def _gives_coordinates(chain: Layout | ComposedLayout) -> bool:
    """Tell whether the values are coordinates: those of the last map that is not the identity."""
    while isinstance(chain, ComposedLayout):
        if chain._outer is not None:
            return isinstance(chain._outer, Layout) and chain._outer.over is Zn
        chain = chain._inner
    return chain.over is Zn


def _plus(value: Any, offset: Any) -> Any:
    """Add an offset to a value; axes that a coordinate does not have are 0."""
    if not isinstance(value, tuple):
        return value + offset if offset else value
    if not isinstance(offset, tuple):
        return value
    count = max(len(value), len(offset))
    pairs = zip(value + (0,) * (count - len(value)), offset + (0,) * (count - len(offset)), strict=True)
    return tuple([_plus(v, o) if isinstance(v, tuple) else v + o for v, o in pairs])
