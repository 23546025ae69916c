"""``Swizzle``: CuTe's functor, which XORs some bits of a number onto others.

``Swizzle(B, M, S)`` XORs B bits of a number, those from bit M + S on, onto the B bits from bit M on.  By hand,
``Swizzle(3, 3, 3)`` at 209 = 0b011_010_001: the bits 6 to 8 are 3, and 3 ^ 2 = 1 lands in bits 3 to 5, which makes
0b011_001_001 = 201.

A swizzle is linear over F2, so a swizzle after a carry-free layout *is* a layout over F2, to slice, tile, invert and
draw like any other:

>>> print(Swizzle(3, 3, 3) @ Layout((8, 64), (64, 1)))
(8,64):(F72,F1)
"""

from __future__ import annotations

from math import gcd

from .algebra.carries import from_points
from .algebra.coalesce import describe
from .algebra.composition import composition
from .elimination import set_bits
from .errors import LayoutError, NotALayoutError, TooLargeError
from .inttuple import to_int
from .layout import Layout
from .linearity import bit_images, from_images, is_carry_free
from .module import F2, Z, Zn
from .notebook import show_in_notebook

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .bits import BitMatrix

__all__ = ["Swizzle"]

_WIDEST = 2**12
"""The most bits of a matrix."""


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
    _repr_mimebundle_ = show_in_notebook

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
        """Return the swizzled number, or an int64 array of the swizzled numbers of an array.

        Raises: ProfileError for anything but integers; LayoutError when a number of an array does not fit in int64.
        """
        if type(x) is int:
            return self._moved(x)
        if getattr(x, "ndim", 0) and getattr(getattr(x, "dtype", None), "kind", "") in ("i", "u"):
            return self._moved(self._as_int64(x))
        return self._moved(to_int(x, f"{self}: a swizzled number"))

    def _as_int64(self, x: Any) -> Any:
        """Return an array of integers as int64, or refuse where a number or its swizzle does not fit."""
        if not x.size:
            return x.astype("int64")
        low, high = int(x.min()), int(x.max())
        if self._reach(low, high) > 63:
            raise LayoutError(f"{self}: a swizzled number up to {high} may not fit in int64", high)
        return x.astype("int64")

    def _reach(self, low: int, high: int) -> int:
        """Return how many bits the numbers between ``low`` and ``high`` take while they are swizzled."""
        reach = max(low.bit_length(), high.bit_length())
        if not self.reaches(low, high):
            return reach
        return max(reach, self.source.bit_length(), self._base + max(-self._shift, 0) + self._bits)

    def _moved(self, x: Any) -> Any:
        """Return the swizzle of an integer, or of an int64 array that is known to fit."""
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
        """Return the composition ``self o other``: a layout, over F2 where it is one, or a refusal.

        Two swizzles compose into one where their masks merge: ``Swizzle(2, 0, 3) @ Swizzle(1, 2, 3)``.
        """
        return composition(self, other)

    def matrix(self, width: int | None = None) -> BitMatrix:
        """Return the swizzle as a square matrix over F2 on numbers of ``width`` bits, by default all that it touches.

        Ensures: ``s.matrix(n)(x) == s(x)`` for every x below 2**n.
        Raises:  LayoutError when ``width`` cuts through the bits that are swizzled; TooLargeError beyond 4096 bits.

        >>> Swizzle(1, 0, 2).matrix().columns
        (1, 2, 5)
        """
        touched = self._base + self._bits + abs(self._shift) if self._bits else 0
        rows = touched if width is None else to_int(width, "matrix: the width")
        if rows < touched:
            raise LayoutError(f"matrix: {self} touches the bits below {touched}, and the width is {rows}", rows)
        if rows > _WIDEST:
            raise TooLargeError(f"matrix: {self} on {rows} bits, more than {_WIDEST}", rows)
        from .bits import BitMatrix

        return BitMatrix(tuple([self(1 << k) for k in range(rows)]), rows)

    def reaches(self, low: int, high: int) -> bool:
        """Tell whether some number between ``low`` and ``high`` may be changed; False is sure."""
        return low < 0 or bool(self.source & ((1 << high.bit_length()) - 1))

    def _composed_with(self, B: Any) -> Any:
        if isinstance(B, Swizzle):
            return _merged(self, B)
        act = getattr(type(B), "_composed_after", None)  # a chain
        if act is not None:
            return act(B, self)
        layout = B if isinstance(B, Layout) else Layout(B)
        if layout.over is Zn:
            raise NotALayoutError(f"composition: {self} o {layout}: a swizzle takes integers, not coordinates", 0)
        if is_carry_free(layout) or layout.over is F2:
            return from_images(tuple(map(self, bit_images(layout))), layout.shape)
        if not self.reaches(*layout.bounds()):
            return layout

        def values(part: Layout) -> Any:
            try:
                return self(part.table())
            except LayoutError:  # a value beyond int64
                return [self(part(i)) for i in range(part.size)]

        return from_points(
            values, layout, (F2, Z), lambda part: f"composition: {self} o {describe(part)}", repr(self), "L"
        )

    def _composed_after(self, A: Layout) -> Layout:
        """Return A o self on the domain of A."""
        if A.size & (A.size - 1) == 0:
            images = [self(1 << k) for k in range(A.size.bit_length() - 1)]
            swizzled: Layout = composition(A, from_images(tuple(images), A.shape))
            return swizzled
        if not self.reaches(0, A.size):
            return A

        def values(domain: Layout) -> Any:
            return [A(self(i)) for i in range(domain.size)]

        chain = f"composition: {describe(A)} o {self}"
        return from_points(values, Layout(A.shape), (A.over,), lambda _: chain, "A", "L", boxed=False)

    def _upcast(self, n: int, round_up: bool) -> Swizzle:  # noqa: ARG002 - the same form as for layouts
        """Return the swizzle on groups of n numbers: base moves down by log2(n)."""
        moved = self._log2("upcast", n)
        if self._base >= moved:
            return Swizzle(self._bits, self._base - moved, self._shift)
        if not self._bits or self._base + self._bits + abs(self._shift) <= moved:  # all of it inside the groups
            return Swizzle(0, 0, self._shift)
        bit = max(moved, self._base + self._shift) if self._shift > 0 else max(self._base, moved + self._shift)
        raise LayoutError(
            f"upcast: {self} by {n}: bit {bit} goes to bit {bit - self._shift}, so the swizzle moves numbers between "
            f"a group of {n} and the inside of one; the base {self._base} must be at least {moved}",
            1 << bit,
        )

    def _downcast(self, n: int) -> Swizzle:
        """Return the swizzle on the n parts of each number: base moves up by log2(n)."""
        return Swizzle(self._bits, self._base + self._log2("downcast", n), self._shift)

    def _log2(self, operation: str, n: int) -> int:
        if n & (n - 1) and self._bits:
            raise LayoutError(f"{operation}: {self} by {n}: a swizzle moves bits, and {n} is not a power of two", n)
        return n.bit_length() - 1

    def _max_alignment(self, within: int) -> int:
        return gcd(within, 1 << self._base)


def _merged(outer: Swizzle, inner: Swizzle) -> Swizzle:
    """Return outer o inner where that is one swizzle; both are linear, so the images of the bits decide."""
    width = max([s.base + s.bits + abs(s.shift) for s in (outer, inner)])
    images = {k: outer(inner(1 << k)) for k in _moved_bits(outer) | _moved_bits(inner)}
    moved = sorted([k for k, image in images.items() if image != 1 << k])
    if not moved:
        return Swizzle(0, 4, 3)
    target = (images[moved[0]] ^ 1 << moved[0]).bit_length() - 1
    shift = moved[0] - target
    if len(moved) <= abs(shift):
        found = Swizzle(len(moved), min(moved[0], target), shift)
        if all([found(1 << k) == image for k, image in images.items()]) and moved[-1] - moved[0] < len(moved):
            return found
    k = next((k for k in moved if images[k] != 1 << k ^ 1 << max(k - shift, 0)), moved[-1])
    raise NotALayoutError(
        f"composition: {outer} o {inner} is no single swizzle: bit {k} goes to the bits {set_bits(images[k])}. After a "
        f"layout L it is outer @ (inner @ L), and on {width} bits outer.matrix({width}) @ inner.matrix({width})",
        1 << k,
    )


def _moved_bits(swizzle: Swizzle) -> set[int]:
    first = swizzle.base + max(swizzle.shift, 0)
    return set(range(first, first + swizzle.bits))
