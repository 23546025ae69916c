"""What there is to know about an integer map, from its affine form or from a table of all its values.

Both kinds answer the same questions: bounds, the first collision, the first value outside a buffer, the first value
missed, the form as a sum (an offset plus a layout over Z) and the form as bits (an offset XOR a layout over F2).  An
``AffineMap`` answers from strides and bit images, at any size; a ``TableMap`` looks at every point.

**Sums and bits.**  By hand, ``lane ^ 2`` on 8 lanes has the offset 2 and the bit images 1, 2, 4.  The images share no
bit, so every bit moves the value by a fixed amount: +1, then -2 because bit 1 is set in the offset, then +4.  That is
``2 + (2,2,2):(1,-2,4)``.  In general the image m moves the value by m - 2 (m & offset), and this is a sum exactly when
no two images share a bit.
"""

from __future__ import annotations

from ..algebra.injective import collision, missed_value
from ..codomain import first_reaching, span
from ..composed import ComposedLayout
from ..equality import difference, first_difference
from ..errors import TooLargeError
from ..inttuple import amount, leaves
from ..layout import Layout, trusted
from ..linearity import bit_images, first_carry, from_images, from_modes
from ..module import F2, Z
from .lines import modes_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..inttuple import IntTuple

__all__ = ["AffineMap", "TableMap", "first_parting"]

_PART = 2**20
_ROOM = 2**62


class AffineMap:
    """The map i -> offset + layout(i) over Z, or offset XOR layout(i) over F2."""

    __slots__ = ("layout", "offset", "shape")

    def __init__(self, offset: int, layout: Layout, shape: IntTuple) -> None:
        self.offset = offset
        self.layout = layout
        self.shape = shape

    @property
    def size(self) -> int:
        """The number of points."""
        return self.layout.size

    @property
    def method(self) -> str:
        """How the questions are answered."""
        return f"algebra, for all {self.size} points at once"

    def __call__(self, index: int) -> int:
        value: int = self.layout(index)
        return self.offset + value if self.layout.over is Z else self.offset ^ value

    def bounds(self) -> tuple[int, int]:
        """Return the smallest and the largest value."""
        if self.layout.over is Z:
            low, high = self.layout.bounds()
            return self.offset + low, self.offset + high
        return _coset_bounds(self.offset, span(self.layout._s, self.layout._d))

    def collision(self) -> tuple[int, int] | None:
        """Return the first two indices with one value; see ``layouts.collision``."""
        return collision(self.layout)

    def first_outside(self, size: int) -> int | None:
        """Return the smallest index whose value is not in 0..size-1."""
        if self.layout.over is Z:
            extents, strides = self.layout._s, self.layout._d
            above = first_reaching(extents, strides, size - self.offset)
            below = first_reaching(extents, tuple([-d for d in strides]), self.offset + 1)
            return min([i for i in (above, below) if i is not None], default=None)
        return _first_bits_reaching(self.offset, bit_images(self.layout), size)

    def missed(self, size: int) -> int | None:
        """Return the smallest number in 0..size-1 that is no value.

        Raises: TooLargeError where a hole among negative values hides what follows, and only a table could tell.
        """
        low, high = self.bounds()
        if low > 0:
            return 0
        if self.layout.over is F2:
            hole = missed_value(self.layout)  # 0 is a value, so the values are those of the layout
        else:
            hole = missed_value(trusted(self.layout._s, tuple([abs(d) for d in self.layout._d]), Z))
        first = high + 1 if hole is None else low + hole
        if first < 0:
            table = _table(self, 2**24)
            return TableMap(table, self.shape).missed(size)
        return first if first < size else None

    def sums(self) -> tuple[int, Layout] | None:
        """Return (offset, layout over Z) with value = offset + layout(i), or None."""
        if self.layout.over is Z:
            return self.offset, self.layout
        images = bit_images(self.layout)
        if first_carry(images) is not None:
            return None
        moves = iter([m - 2 * (m & self.offset) for m in images])
        parts = []
        for extent in leaves(self.shape):
            modes: list[tuple[int, int]] = []
            for _ in range(extent.bit_length() - 1):
                move = next(moves)
                if modes and move == modes[-1][0] * modes[-1][1]:
                    modes[-1] = (modes[-1][0] * 2, modes[-1][1])
                else:
                    modes.append((2, move))
            parts.append(modes)
        return self.offset, from_modes(parts, self.shape, Z)

    def bits(self) -> tuple[int, Layout] | None:
        """Return (offset, layout over F2) with value = offset XOR layout(i), or None."""
        if self.layout.over is F2:
            return self.offset, self.layout
        if self.bounds()[0] < 0 or any([s & (s - 1) for s in self.layout._s]):
            return None
        moves = [d << k for s, d in zip(self.layout._s, self.layout._d, strict=True) for k in range(s.bit_length() - 1)]
        images = tuple([(self.offset + move) ^ self.offset for move in moves])
        return None if first_carry(images) is not None else (self.offset, from_images(images, self.shape))


def _coset_bounds(offset: int, basis: list[int]) -> tuple[int, int]:
    """Return the least and greatest of offset XOR a combination of vectors with distinct top bits."""
    low = high = offset
    for vector in sorted(basis, reverse=True):
        low, high = min(low, low ^ vector), max(high, high ^ vector)
    return low, high


def _first_bits_reaching(offset: int, images: tuple[int, ...], goal: int) -> int | None:
    """Return the smallest index with offset XOR its images >= goal: each bit, from the top, only if it is needed."""

    def reach(fixed: int, count: int) -> int:
        return _coset_bounds(fixed, span((2,) * count, images[:count]))[1]

    if reach(offset, len(images)) < goal:
        return None
    index = 0
    for k in reversed(range(len(images))):
        if reach(offset, k) < goal:
            index |= 1 << k
            offset ^= images[k]
    return index


class TableMap:
    """A map known by the table of its values, a numpy array in index order."""

    __slots__ = ("shape", "values")

    def __init__(self, values: Any, shape: IntTuple) -> None:
        self.values = values
        self.shape = shape

    @property
    def size(self) -> int:
        """The number of points."""
        return len(self.values)

    @property
    def method(self) -> str:
        """How the questions are answered."""
        return f"enumeration of {self.size} points"

    def __call__(self, index: int) -> int:
        return int(self.values[index])

    def bounds(self) -> tuple[int, int]:
        """Return the smallest and the largest value."""
        return int(self.values.min()), int(self.values.max())

    def collision(self) -> tuple[int, int] | None:
        """Return the first two indices with one value: the smallest later index, then the smallest earlier one."""
        slots = self._slots()
        if slots is None:
            return _collision_of_few(self.values)
        low, step, count = slots
        import numpy

        taken = numpy.zeros(count, dtype=bool)
        for part in self._parts():
            taken[(part - low) // step] = True
        if int(numpy.count_nonzero(taken)) == self.size:
            return None
        taken[:] = False
        for start, part in zip(range(0, self.size, _PART), self._parts(), strict=True):
            places = (part - low) // step
            again = taken[places] | _repeats(places)
            if again.any():
                later = start + int(again.argmax())
                return int((self.values[:later] == self.values[later]).argmax()), later
            taken[places] = True
        return None

    def _parts(self) -> Iterator[Any]:
        """Yield the values in runs that stay small, so that temporaries do, in numbers that do not wrap."""
        for start in range(0, self.size, _PART):
            yield _wide(self.values[start : start + _PART])

    def _slots(self) -> tuple[int, int, int] | None:
        """Return (low, step, count) such that every value is low + step * k with k < count; None for too many slots."""
        import numpy

        if self.values.dtype == object:
            return None
        low, high = self.bounds()
        step = 1
        if high - low >= 4 * self.size + 2**16:
            step = 0
            for part in self._parts():
                step = int(numpy.gcd(step, numpy.gcd.reduce(part - low)))
                if step == 1:
                    break
        count = (high - low) // max(step, 1) + 1
        return (low, max(step, 1), count) if count <= 4 * self.size + 2**16 else None

    def first_outside(self, size: int) -> int | None:
        """Return the smallest index whose value is not in 0..size-1."""
        for start, part in zip(range(0, self.size, _PART), self._parts(), strict=True):
            outside = (part < 0) | (part >= size)
            if outside.any():
                return start + int(outside.argmax())
        return None

    def missed(self, size: int) -> int | None:
        """Return the smallest number in 0..size-1 that is no value."""
        import numpy

        if size > 4 * self.size + 2**16:  # then some number below this bound is missed
            size = 4 * self.size + 2**16
        taken = numpy.zeros(size, dtype=bool)
        for part in self._parts():
            taken[part[(part >= 0) & (part < size)].astype(numpy.int64)] = True
        return None if taken.all() else int(taken.argmin())

    def sums(self) -> tuple[int, Layout] | None:
        """Return (offset, layout over Z) with value = offset + layout(i), or None."""
        offset = int(self.values[0])
        extents = list(leaves(self.shape))
        modes = []
        place = 1
        for extent in extents:  # the values along one variable give its modes away
            known = modes_of(self.values[: place * extent : place])
            if known is None:
                return None
            modes.append(known)
            place *= extent
        layout = from_modes(modes, self.shape, Z)
        return (offset, layout) if self._is(AffineMap(offset, layout, self.shape)) else None

    def bits(self) -> tuple[int, Layout] | None:
        """Return (offset, layout over F2) with value = offset XOR layout(i), or None."""
        if self.size & (self.size - 1) or self.bounds()[0] < 0:
            return None
        offset = int(self.values[0])
        images = tuple([int(self.values[1 << k]) ^ offset for k in range(self.size.bit_length() - 1)])
        layout = from_images(images, self.shape)
        return (offset, layout) if self._is(AffineMap(offset, layout, self.shape)) else None

    def _is(self, other: AffineMap) -> bool:
        """Tell whether the values are those of an affine map, in runs; numbers beyond int64 one by one."""
        low, high = other.bounds()
        if self.values.dtype == object or low < -(2**62) or high >= 2**62 or abs(other.offset) >= 2**62:
            return all([other(index) == int(value) for index, value in enumerate(self.values)])
        return _first_difference(self, other, self.size) is None


def _repeats(places: Any) -> Any:
    """Tell for each entry whether an earlier one is the same."""
    import numpy

    order = numpy.argsort(places, kind="stable")
    ordered = places[order]
    found = numpy.zeros(len(places), dtype=bool)
    found[order[1:][ordered[1:] == ordered[:-1]]] = True
    return found


def _collision_of_few(values: Any) -> tuple[int, int] | None:
    """Find the first collision among values that lie far apart, by sorting; numbers beyond int64 in a dictionary."""
    import numpy

    if values.dtype == object:
        seen: dict[int, int] = {}
        for j, value in enumerate(values.tolist()):
            if seen.setdefault(value, j) != j:
                return seen[value], j
        return None
    # Equal values have equal hashes: each group of hashes is looked at by itself, so that the copies stay small.
    early = _repeats(values[:_PART])
    if early.any():  # a collision among the first values is the first of all
        first = int(early.argmax())
        return int((values[:first] == values[first]).argmax()), first
    groups = max(1, len(values) >> 21)
    first = len(values)
    for group in range(groups):
        chosen = []
        for start in range(0, len(values), _PART):
            part = values[start : start + _PART].astype(numpy.uint64) * numpy.uint64(0x9E3779B97F4A7C15)
            chosen.append(start + numpy.flatnonzero((part >> numpy.uint64(40)) % numpy.uint64(groups) == group))
        places = numpy.concatenate(chosen)
        again = _repeats(values[places])
        if again.any():
            first = min(first, int(places[int(again.argmax())]))
    if first == len(values):
        return None
    return int((values[:first] == values[first]).argmax()), first


def _wide(values: Any) -> Any:
    """Return integers of 64 bits or Python's: the array itself unless it is narrower."""
    return values.astype("int64") if values.dtype.itemsize < 8 else values


def first_parting(a: AffineMap | TableMap, b: Any, limit: int) -> int | None:
    """Return the smallest index where a map and another map or layout have different values, or None."""
    mine, other = _plain(a), _plain(b)
    if mine is not None and other is not None:
        if mine[0] != other[0]:
            return 0
        if mine[0] == 0 or mine[1].over is other[1].over:
            return difference(mine[1], other[1], limit=limit)
    return _first_difference(a, b, limit)


def _first_difference(a: Any, b: Any, limit: int) -> int | None:
    """Compare the values in runs, so that two tables never stand side by side."""
    for value in (a, b):
        if not isinstance(value, TableMap) and value.size > limit:
            raise TooLargeError(
                f"the comparison needs {amount(value.size)} points, more than the limit {limit}", value.size
            )
    for start in range(0, a.size, _PART):
        stop = min(start + _PART, a.size)
        found = first_difference(_run(a, start, stop), _run(b, start, stop))
        if found is not None:
            return start + found
    return None


def _run(value: Any, start: int, stop: int) -> Any:
    """Return the values at the indices from ``start`` to ``stop`` - 1."""
    import numpy

    if isinstance(value, TableMap):
        return _wide(value.values[start:stop])
    if not _narrow(value):  # numpy's sums of 64 bits wrap
        return numpy.array([int(value(index)) for index in range(start, stop)], dtype=object)
    indices = numpy.arange(start, stop)
    if isinstance(value, AffineMap):
        table = numpy.asarray(value.layout.at(indices))
        return table + value.offset if value.layout.over is Z else table ^ value.offset
    return numpy.asarray(value.at(indices))


def _narrow(value: Any) -> bool:
    """Tell whether the values of a map or layout, and what they are summed from, fit 64 bits with room to spare."""
    if isinstance(value, AffineMap):
        return abs(value.offset) < _ROOM and _narrow(value.layout)
    if isinstance(value, ComposedLayout):
        outer = value.outer is None or not isinstance(value.outer, Layout) or _narrow(value.outer)
        return abs(value.offset) < _ROOM and _narrow(value.inner) and outer
    if isinstance(value, Layout):
        reach: int = sum([(s - 1) * abs(d) for s, d in zip(value._s, value._d, strict=True)])
        return reach < _ROOM
    return True


def _plain(value: Any) -> tuple[int, Layout] | None:
    """Return (offset, layout) of a map that is affine, else None."""
    if isinstance(value, TableMap):
        return None
    if isinstance(value, AffineMap):
        return value.offset, value.layout
    known = value if isinstance(value, Layout) else value.as_layout()
    if known is not None:
        return 0, known
    if value.outer is None and isinstance(value.inner, Layout):
        return (value.offset, value.inner) if value.inner.over is Z else None
    return None


def _table(value: Any, limit: int) -> Any:
    import numpy

    if isinstance(value, TableMap):
        return value.values
    if value.size > limit:
        raise TooLargeError(
            f"the comparison needs {amount(value.size)} points, more than the limit {limit}", value.size
        )
    if not _narrow(value):
        return numpy.array([int(value(index)) for index in range(value.size)], dtype=object)
    if isinstance(value, AffineMap):
        table = value.layout.table(limit=limit)
        return table + value.offset if value.layout.over is Z else table ^ value.offset
    return numpy.asarray(value.table(limit=limit))
