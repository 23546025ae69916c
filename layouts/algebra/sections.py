"""Left inverses where the strides form no chain: a search that either finds one or proves that there is none.

A left inverse picks for each value one of the indices that have it; a map with this property is called a section.  By
hand, ``(2,2):(1,1)`` takes 0 1 1 2; a section sends 1 to the index 1 or 2, and ``(2,2):(1,3)`` does.

Up to 4096 indices all numeral systems are searched, and the answer is complete.  Beyond, chains of places made of the
strides, their spans and their common divisors are tried, each solution proved for all points by composition, and small
boxes of the digits are searched for a proof that there is none.
"""

from __future__ import annotations

from math import gcd

from ..equality import difference
from ..errors import LayoutError, NotALayoutError, NotInvertibleError, TooLargeError
from ..inttuple import amount, product
from ..layout import Layout, trusted
from ..module import Z
from .coalesce import describe
from .composition import composition
from .injective import collision
from .interpolate import IntegerSolutions, Search, modes_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .interpolate import Modes, Points

__all__ = ["section"]

_POINTS = 4096
"""The most indices whose values are looked at one by one."""

_NEAR = 4096
"""Beyond this value, natural places are tried before the search."""

_FAR = 2**16
"""The largest value for which primes are tried as steps."""

_STEPS = 400_000
"""The most products of the search on one small box."""

_CHAINS = 300
"""The most chains of natural places that are tried on a larger layout."""


def section(layout: Layout, modes: list[tuple[int, int, int]]) -> Modes:
    """Return the modes (extent, stride) of a layout that sends each value of ``modes`` back to an index that has it.

    ``modes`` lists (stride, extent, index of the unit digit) of ``layout``, or those on one axis; strides are natural.
    An index may have digits in modes of stride 0; such indices are looked at only where the others do not suffice.
    Raises: NotInvertibleError with the first index up to which there is none; TooLargeError when it is not settled.
    """
    moving = sorted([mode for mode in modes if mode[0]])
    values, indices = _maps(moving)
    if values.bounds()[1] > _NEAR:
        found = _by_natural_places(values, indices)
        if found is not None:
            return found
    try:
        if values.size <= _POINTS:
            pairs = _pairs(values, indices)
            found = Search(_points(pairs, len(pairs))).modes()
            if found is None and any([d == 0 and s > 1 for s, d in zip(layout._s, layout._d, strict=True)]):
                pairs = _with_broadcast(layout, modes)
                found = Search(_points(pairs, len(pairs))).modes()
            if found is not None:
                return found
            raise _none(layout, pairs)
        if len(moving) == len(modes):
            _try_boxes(layout, moving)
    except TooLargeError as undecided:
        raise TooLargeError(f"left_inverse: {describe(layout)}: {undecided.message}", undecided.witness) from None
    raise TooLargeError(
        f"left_inverse: the strides of {describe(layout)} form no chain, and for {amount(values.size)} indices not all "
        f"numeral systems are searched; no left inverse was found, and none is excluded",
        values.size,
    )


def _maps(modes: list[tuple[int, int, int]]) -> tuple[Layout, Layout]:
    """Return the layouts of the values and of the indices over the digits of ``modes``."""
    extents = tuple([s for _, s, _ in modes])
    values = trusted(extents, tuple([d for d, _, _ in modes]), Z)
    return values, trusted(extents, tuple([place for _, _, place in modes]), Z)


def _pairs(values: Layout, indices: Layout) -> list[tuple[int, int]]:
    return sorted([(indices(i), values(i)) for i in range(values.size)])


def _with_broadcast(layout: Layout, modes: list[tuple[int, int, int]]) -> list[tuple[int, int]]:
    """Return all indices with their values, those with digits in modes of stride 0 too."""
    values, indices = _maps(modes)
    if layout._over is not Z or values.size > _POINTS:
        raise TooLargeError("indices with digits in modes of stride 0 are not all searched", values.size)
    return _pairs(values, indices)


def _points(pairs: list[tuple[int, int]], count: int) -> Points:
    """Return, for the values of the first ``count`` indices, all indices that have them."""
    having: dict[int, list[int]] = {value: [] for _, value in pairs[:count]}
    for index, value in pairs:
        if value in having:
            having[value].append(index)
    return [(value, tuple(results)) for value, results in sorted(having.items()) if value]


def _none(layout: Layout, pairs: list[tuple[int, int]]) -> NotInvertibleError:
    """Return the refusal, with the first index at which the indices up to it have no left inverse."""
    least, most = 1, len(pairs) - 1  # position: the first 1 + least indices may have one, all of them have none
    while least < most:
        middle = (least + most) // 2
        if Search(_points(pairs, middle + 1)).modes() is None:
            most = middle
        else:
            least = middle + 1
    index, value = pairs[least]
    return NotInvertibleError(
        f"left_inverse: {describe(layout)} has none: no layout sends its values at the indices 0..{index} back, and "
        f"without index {index}, of value {value}, some layout does",
        index,
    )


def _try_boxes(layout: Layout, modes: list[tuple[int, int, int]]) -> None:
    """Refuse an injective layout that has no left inverse on a small box of its digits."""
    if collision(layout) is not None:
        return
    for box in _boxes(modes):
        values, indices = _maps(box)
        if values.size > _POINTS or values.bounds()[1] > _FAR:
            continue
        points = [(values(i), (indices(i),)) for i in range(1, values.size)]
        try:
            none = Search(points, _STEPS).modes() is None
        except TooLargeError:
            continue
        if none:
            digits = " x ".join([str(s) for _, s, _ in box])
            corner = indices(values.size - 1)
            raise NotInvertibleError(
                f"left_inverse: {describe(layout)} has none: no layout sends its values back even on the first "
                f"{digits} digits, the last of which is index {corner}",
                corner,
            )


def _boxes(modes: list[tuple[int, int, int]]) -> Iterator[list[tuple[int, int, int]]]:
    """Yield boxes of the digits at 0: cubes, then beams along one mode."""
    for most in (2, 4, 8, 16):
        yield [(d, min(s, most), place) for d, s, place in modes]
    for k in range(len(modes)):
        yield [(d, min(s, 1024 if k == m else 2), place) for m, (d, s, place) in enumerate(modes)]


# -- large layouts -----------------------------------------------------------------------------------------------------


def _by_natural_places(values: Layout, indices: Layout) -> Modes | None:
    """Return the modes of a layout L with L(values(i)) == indices(i) on a chain of natural places, or None."""
    last = values.bounds()[1]
    for count, places in enumerate(_chains(_natural_places(values))):
        if count == _CHAINS:
            break
        found = _on_chain(places, values, indices, last)
        if found is not None:
            return found
    return None


def _natural_places(values: Layout) -> list[int]:
    """Return 1, the strides, the ends of their spans, and common divisors of these, in ascending order."""
    found = {1, *values._d, *[s * d for s, d in zip(values._s, values._d, strict=True)]}
    for a in sorted(found):
        for b in sorted(found):
            if len(found) < 64:
                found.add(gcd(a, b))
    return sorted(found)


def _chains(numbers: list[int]) -> Iterator[tuple[int, ...]]:
    """Yield the chains 1 = Q_0, Q_1, ... through ``numbers``, each dividing the next, that no number refines."""
    stack: list[tuple[int, ...]] = [(1,)]
    while stack:
        places = stack.pop()
        above = [n for n in numbers if n > places[-1] and n % places[-1] == 0]
        following = [n for n in above if not any([n % m == 0 for m in above if m < n])]
        if not following:
            yield places
        stack += [(*places, n) for n in reversed(following)]


def _on_chain(places: tuple[int, ...], values: Layout, indices: Layout, last: int) -> Modes | None:
    """Solve for the units, then add the first point that goes wrong, until none does or there is no solution."""
    known = IntegerSolutions()
    for _ in places:
        known = known.widened()
    unit = 1
    points = []
    for s in values._s:
        points += [unit, (s - 1) * unit]
        unit *= s
    while points:
        for point in points:
            value = values(point)
            fitting = known.such_that([value // place for place in places], indices(point))
            if fitting is None:
                return None
            known = fitting
        modes = modes_of(places, known.one, last)
        found = trusted(tuple([s for s, _ in modes]), tuple([d for _, d in modes]), Z)
        wrong = _first_wrong(found, values, indices)
        if wrong is None:
            return modes
        if wrong < 0:
            return None
        points = [wrong]
    return None


def _first_wrong(found: Layout, values: Layout, indices: Layout) -> int | None:
    """Return None when found(values(i)) == indices(i) everywhere, a point where it is wrong, or -1 when unknown."""
    try:
        wrong = difference(composition(found, values), indices)
    except NotALayoutError as refused:
        point = refused.witness
        wrong = point if isinstance(point, int) and found(values(point)) != indices(point) else -1
    except LayoutError:
        wrong = -1
    return wrong if wrong is None or wrong < product(values._s) else -1
