"""``Swizzle`` and ``ComposedLayout``: CuTe's functor, and the chain of maps where no closed form exists.

``Swizzle(B, M, S)`` XORs B bits of a number, those from bit M + S on, onto the B bits from bit M on.  By hand,
``Swizzle(3, 3, 3)`` at 209 = 0b011_010_001: the bits 6 to 8 are 3, and 3 ^ 2 = 1 lands in bits 3 to 5, which makes
0b011_001_001 = 201.

A swizzle is linear over F2, so a swizzle after a carry-free layout *is* a layout over F2, to slice, tile, invert and
draw like any other:

>>> print(Swizzle(3, 3, 3) @ Layout((8, 64), (64, 1)))
(8,64):(F72,F1)
"""

from __future__ import annotations

from .algebra.composition import composition, value_at
from .errors import LayoutError, NotALayoutError, ProfileError, TooLargeError
from .inttuple import MAX_DEPTH, _show, amount, clean, text, to_int
from .layout import Layout, read_layout, slice_and_offset
from .linearity import bit_images, from_images, from_matrix, is_carry_free, to_f2, to_z
from .module import F2, Z, Zn
from .values import from_values_over

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .bits import BitMatrix
    from .inttuple import Coordinate, IntTuple

__all__ = ["ComposedLayout", "Swizzle", "swizzled_forms"]

_ENUMERATED = 2**22


class Swizzle:
    """CuTe's ``Swizzle<bits, base, shift>``: ``bits`` bits from ``base + shift`` on are XORed onto those from ``base``.

    With a negative shift the source bits are the lower ones: they start at ``base``, the targets at ``base - shift``.
    Requires: bits >= 0, base >= 0, abs(shift) >= bits; then source and target do not overlap.
    Ensures:  ``s(s(x)) == x``; linear over F2; a bijection on every aligned block of 2**(base + bits + abs(shift)).
    Raises:   LayoutError otherwise.
    Units:    whatever x counts; Swizzle(3, 4, 3) on bytes is Swizzle(3, 3, 3) on 2-byte elements.

    >>> Swizzle(2, 4, 3)(249)
    233
    >>> str(Swizzle(3, 4, 3))
    'Sw<3,4,3>'
    """

    __slots__ = ("_base", "_bits", "_shift")

    def __init__(self, bits: int, base: int, shift: int) -> None:
        names = ("bits", "base", "shift")
        b, m, s = [to_int(v, f"Swizzle: {n}") for v, n in zip((bits, base, shift), names, strict=True)]
        if max(b, m, abs(s)) > 10_000:
            raise LayoutError(f"Swizzle({b}, {m}, {s}): the numbers of bits must be at most 10000", max(b, m, abs(s)))
        if b < 0 or m < 0:
            raise LayoutError(f"Swizzle({b}, {m}, {s}): bits and base must not be negative", min(b, m))
        if abs(s) < b:
            raise LayoutError(
                f"Swizzle({b}, {m}, {s}): source and target overlap: the shift must be at least the number of bits",
                (b, s),
            )
        self._bits, self._base, self._shift = b, m, s

    @property
    def bits(self) -> int:
        """B, the number of bits that are XORed."""
        return self._bits

    @property
    def base(self) -> int:
        """M, the lowest bit that takes part."""
        return self._base

    @property
    def shift(self) -> int:
        """S, the distance from target up to source; negative when the source is lower."""
        return self._shift

    @property
    def source(self) -> int:
        """The mask of the bits that are read."""
        return ((1 << self._bits) - 1) << (self._base + max(self._shift, 0))

    def __call__(self, x: Any) -> Any:
        """Return the swizzled number, or array of numbers.

        Raises: ProfileError for anything but integers.
        """
        if type(x) is not int and getattr(getattr(x, "dtype", None), "kind", "") not in "iu":
            x = to_int(x, "a swizzled number")
        if self._shift >= 0:
            return x ^ ((x & self.source) >> self._shift)
        return x ^ ((x & self.source) << -self._shift)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Swizzle):
            return NotImplemented
        return (self._bits, self._base, self._shift) == (other._bits, other._base, other._shift)

    def __hash__(self) -> int:
        return hash((Swizzle, self._bits, self._base, self._shift))

    def __reduce__(self) -> Any:
        return Swizzle, (self._bits, self._base, self._shift)

    def __repr__(self) -> str:
        return f"Swizzle({self._bits}, {self._base}, {self._shift})"

    def __str__(self) -> str:
        return f"Sw<{self._bits},{self._base},{self._shift}>"

    def __matmul__(self, other: Any) -> Any:
        """Return the composition ``self o other``: a layout, over F2 where it is one, or a refusal."""
        return composition(self, other)

    def _composed_with(self, B: Any) -> Any:
        if isinstance(B, Swizzle):
            raise NotALayoutError(
                f"composition: {self} o {B} has no domain; compose both with a layout: S1 @ (S2 @ L)", None
            )
        if isinstance(B, ComposedLayout):
            return ComposedLayout(self, 0, B)
        layout = B if isinstance(B, Layout) else Layout(B)
        if layout.over is Zn:
            raise NotALayoutError(f"composition: {self} o {layout}: a swizzle takes integers, not coordinates", 0)
        if is_carry_free(layout) or layout.over is F2:
            return from_images(tuple(map(self, bit_images(layout))), layout.shape)
        low, high = layout.bounds()
        if low >= 0 and not self.source & ((1 << high.bit_length()) - 1):
            return layout
        return _by_values(self, layout, (F2, Z))

    def _composed_after(self, A: Layout) -> Layout:
        """Return A o self on the domain of A."""
        if A.size & (A.size - 1) == 0:
            images = [self(1 << k) for k in range(A.size.bit_length() - 1)]
            swizzled: Layout = composition(A, from_images(tuple(images), A.shape))
            return swizzled
        if not self.source & ((1 << A.size.bit_length()) - 1):
            return A
        return _by_values(A, _Indices(self, A.shape, A.size), (A.over,))


class _Indices:
    """A swizzle read on the indices of a shape, for enumeration."""

    def __init__(self, swizzle: Swizzle, shape: IntTuple, size: int) -> None:
        self.swizzle, self.shape, self.size = swizzle, shape, size

    def __call__(self, index: int) -> Any:
        return self.swizzle(index)

    def __str__(self) -> str:
        return str(self.swizzle)


def _by_values(outer: Any, inner: Any, modules: tuple[Any, ...]) -> Layout:
    """Return the layout with the values outer(inner(i)), looked at one by one."""
    if inner.size > _ENUMERATED:
        raise TooLargeError(
            f"composition: {outer} o {inner} can only be decided by enumeration, and {amount(inner.size)} points are "
            f"more than {_ENUMERATED}",
            inner.size,
        )
    values = [outer(inner(i)) for i in range(inner.size)]
    try:
        return from_values_over(modules, values, inner.shape, f"composition: {outer} o {inner}")
    except NotALayoutError as refused:
        hint = f"ComposedLayout({outer!r}, 0, L) keeps the chain."
        raise NotALayoutError(f"{refused.message} {hint}", refused.witness) from None


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
        """The length of the interval that holds the values; enumerated, up to 2**26 points, where it is no layout."""
        known = self.as_layout()
        if known is not None:
            return known.cosize
        values = self.table()
        return int(max(values)) - int(min(values)) + 1

    def __len__(self) -> int:
        return self.rank

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
        if isinstance(self._inner, ComposedLayout):
            return ComposedLayout(self._outer, self._offset, self._inner(point))
        kept, fixed = slice_and_offset(self._inner, point)
        if kept.over is F2 and any(fixed & image for image in bit_images(kept)):
            raise NotALayoutError(
                f"slice: {self._inner} at {point} is {kept} XOR {fixed}, and no sum, for they share bits", fixed
            )
        if kept.over is Z and self._inner.over is Zn:
            raise NotALayoutError(f"slice: {self._inner} at {point} keeps no mode that moves", fixed)
        return ComposedLayout(self._outer, _plus(fixed, self._offset), kept)

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
        reach = max(high.bit_length(), low.bit_length())
        if isinstance(outer, Swizzle):
            target = outer.base + max(-outer.shift, 0) + outer.bits
            lowest = outer.base + max(outer.shift, 0)
            reach = max(reach, target, outer.source.bit_length()) if low < 0 or reach > lowest else reach
        if reach > 63 or abs(self._offset) >= 2**63:
            raise LayoutError(f"table: a value of {self} may not fit in int64", max(abs(low), abs(high)))
        values = values + self._offset
        if isinstance(outer, Layout):
            return outer.at(values)
        return values if outer is None or reach <= outer.base + max(outer.shift, 0) else outer(values)

    def as_layout(self) -> Layout | None:
        """Return the plain layout that is the same function, where composition finds one without enumeration."""
        inner = self._inner if isinstance(self._inner, Layout) else self._inner.as_layout()
        if inner is None or self._offset:
            return None
        if self._outer is None:
            return inner
        if isinstance(self._outer, Swizzle) and not is_carry_free(inner) and inner.over is not F2:
            return None
        try:
            found: Layout = composition(self._outer, inner)
        except LayoutError:
            return None
        return found

    def _composed_with(self, B: Any) -> ComposedLayout:
        return ComposedLayout(self._outer, self._offset, composition(self._inner, B))

    def _composed_after(self, A: Layout) -> ComposedLayout:
        return ComposedLayout(A, 0, self)

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


def swizzled_forms(layout: Layout | BitMatrix) -> tuple[ComposedLayout, ...]:
    """Return all ``Swizzle(B, M, S) o L`` with L over Z that are the same function, for the smallest B that has one.

    ``layout`` is a layout over F2, or a matrix whose columns are the images of the index bits.  The modes of L refine
    the modes of ``layout``, sub-modes fastest first.  The result is empty where no single swizzle does it, and has
    B = 0 where the layout is carry-free.
    Ensures: ``equal(form, layout)``; forms come with fewest modes first, then the smallest shift.
    Cost:    about n**2 trials of one step for each of n bits.

    >>> [str(form) for form in swizzled_forms(Layout((8, 64), (72, 1), over=F2))]
    ['Sw<3,3,3> o 0 o (8,64):(64,1)']
    """
    plain = isinstance(layout, (Layout, ComposedLayout)) or not hasattr(layout, "columns")
    linear = read_layout(layout, "swizzled_forms") if plain else from_matrix(layout)  # type: ignore[arg-type]
    linear = to_f2(linear)
    images = bit_images(linear)
    modes = tuple([mode.size for mode in linear]) if isinstance(linear.shape, tuple) else linear.size
    if is_carry_free(linear):
        return (ComposedLayout(Swizzle(0, 0, 0), 0, to_z(from_images(images, modes))),)
    height = max([image.bit_length() for image in images])
    seen = shared = 0
    for image in images:
        shared |= seen & image
        seen |= image
    first, last = (shared & -shared).bit_length() - 1, shared.bit_length() - 1
    for bits in range(last - first + 1, height + 1):  # every shared bit must be a target
        found = []
        for target in range(max(0, last - bits + 1), first + 1):
            for shift in _shifts(bits, target, height):
                swizzle = Swizzle(bits, min(target, target + shift), shift)
                inner = from_images(tuple(map(swizzle, images)), modes)
                if is_carry_free(inner):
                    found.append(ComposedLayout(swizzle, 0, to_z(inner)))
        if found:
            return tuple(sorted(found, key=_complexity))
    return ()


def _shifts(bits: int, target: int, height: int) -> list[int]:
    """Return the shifts that keep source and target apart, with the source among bits 0..height-1."""
    up = range(bits, height - target)
    down = range(bits, target + 1)
    return [*up, *[-s for s in down]]


def _complexity(form: ComposedLayout) -> tuple[int, int, int]:
    inner, swizzle = form.inner, form.outer
    modes = len(inner._s) if isinstance(inner, Layout) else 0
    shift = swizzle.shift if isinstance(swizzle, Swizzle) else 0
    return modes, abs(shift), -shift
