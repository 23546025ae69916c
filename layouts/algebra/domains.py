"""What two domains have in common, and what divides one: common factors in order, even division.

A shape is a chain of divisors: ``(5, 3, 4)`` goes 1, 5, 15, 60.  A progression ``n:d`` stays inside one digit of the
shape when some part of the chain from p to p' holds it: p divides d, and n d divides p'.  By hand, ``(5, 3, 4)`` and
``(10, 6)``, whose chain is 1, 10, 60: the digits from 1 to 5 and from 1 to 10 share ``5:1``, those from 15 to 60 and
from 10 to 60 share what lies between lcm(15, 10) = 30 and gcd(60, 60) = 60, which is ``2:30``.  The other pairs share
nothing, so the common domain is ``(5,2):(1,30)``.
"""

from __future__ import annotations

from math import gcd, lcm

from ..codomain import coprofile
from ..inttuple import check_depth, leaves, product, to_int
from ..layout import Layout, read_layout, trusted
from ..module import Z, Zn
from ..shapes import _positive
from .coalesce import coalesce
from .complement import is_complementable
from .divide import _box
from .injective import is_injective

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..inttuple import IntTuple

__all__ = ["domain_distribute", "evenly_divides", "greatest_common_domain"]


def greatest_common_domain(a: IntTuple, b: IntTuple) -> Layout:
    """Return the layout of the factors that two shapes, or the shapes of two layouts, share in order.

    Ensures:  flat, ascending, and symmetric in a and b; each mode stays in one digit of a and in one of b, and every
    progression n:d that does so lies in one of its modes; its size divides the gcd of the sizes; where nothing is
    shared it is ``(1):(0)``.
    Cost:     one step for each leaf.
    PyCuTe:   ``greatest_common_domain``.

    >>> print(greatest_common_domain((5, 3, 4), (10, 6)), greatest_common_domain((16, 64), (4, 16, 16)))
    (5,2):(1,30) (4,4,4,16):(1,4,16,64)
    >>> print(greatest_common_domain((5, 3), (3, 5)))
    (1):(0)
    """
    first, second = _digits("greatest_common_domain", a), _digits("greatest_common_domain", b)
    extents, strides = [], []
    x, y = next(first, None), next(second, None)
    while x is not None and y is not None:
        start, end = lcm(x[0], y[0]), gcd(x[1], y[1])
        if end > start and end % start == 0:
            extents.append(end // start)
            strides.append(start)
        if x[1] <= y[1]:  # the digit that ends first meets no other
            x = next(first, None)
        else:
            y = next(second, None)
    return trusted(tuple(extents), tuple(strides), Z) if extents else Layout((1,), (0,))


def _digits(operation: str, shape: IntTuple) -> Iterator[tuple[int, int]]:
    """Yield (place, end) for each digit of a shape: its unit, and the unit that follows."""
    place = 1
    for extent in leaves(_positive(operation, shape)):
        if extent > 1:
            yield place, place * extent
        place *= extent


def domain_distribute(shape: IntTuple, count: int) -> Layout:
    """Return a tile of about ``count`` elements, spread over the leaves of a shape so that it divides the shape evenly.

    From left to right each leaf gives as many elements as it shares with what is still wanted, their gcd.
    Ensures:  ``evenly_divides(shape, R)``; ``count % R.size == 0``; ascending values.  R can have fewer elements than
    ``count``, as for 6 in ``(10, 10)``, where only 2 are found.
    Raises:   ProfileError when ``count`` is below 1.
    CuTe:     ``domain_distribute``.

    >>> print(domain_distribute((15, 14), 6), domain_distribute((10, 10), 6))
    (3,2):(1,15) 2:1
    """
    wanted = to_int(count, "domain_distribute: the count")
    _positive("domain_distribute", wanted)
    extents, strides, place = [], [], 1
    for extent in leaves(_positive("domain_distribute", shape)):
        common = gcd(extent, wanted)
        wanted //= common
        extents.append(common)
        strides.append(place)
        place *= extent
    return coalesce(trusted(tuple(extents), tuple(strides), Z))


def evenly_divides(shape: IntTuple, tiler: Any) -> bool:
    """Tell whether copies of the tile take every index of the shape exactly once.

    The tiler is an integer n for ``n:1``, a layout, or a tuple with a tiler for each mode, where ``None`` and missing
    ones leave the mode alone.  (C++ takes an integer leaf by leaf, so that 4 does not divide (10, 6) evenly there.)
    Ensures:  true exactly when a tile B is injective and (B, complement of B) is a bijection onto the indices: then
    ``logical_divide`` of the compact layout of the shape has no remainder.
    Raises:   ProfileError for what is no tiler.
    CuTe:     ``evenly_divides``.

    >>> evenly_divides((10, 6), (5, 3)), evenly_divides((10, 6), (4, 3)), evenly_divides(24, Layout(4, 2))
    (True, False, True)
    """
    check_depth("evenly_divides", tiler)
    return _divides(_positive("evenly_divides", shape), tiler)


def _divides(shape: IntTuple, tiler: Any) -> bool:
    if tiler is None:
        return True
    if isinstance(tiler, tuple):
        modes = shape if isinstance(shape, tuple) else (shape,)
        if len(tiler) > len(modes):
            return False
        return all([_divides(part, tile) for part, tile in zip(modes, tiler, strict=False)])
    B = Layout(tiler, 1) if not hasattr(tiler, "shape") or not callable(tiler) else read_layout(tiler, "evenly_divides")
    target = _box(shape, coprofile(B._d)) if B.over is Zn else product(shape)
    return is_injective(B) and is_complementable(B, target)
