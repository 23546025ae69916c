"""From a value back to a coordinate: which element lies at this offset?  The inverse question of ``L(c)``.

CuTe calls it ``get_hier_coord`` and computes it leaf by leaf from the strides, which is right for compact layouts and
a guess for others.  Here it is exact for every layout: the coordinate with the smallest index, or a refusal that says
that no coordinate has the value.

By hand, the offset 38 in ``(32,4):(1,33)``: the slow digit j takes 33 * j, and the fast one reaches 31 at most, so j is
at least (38 - 31) / 33, rounded up to 1, and at most 38 / 33, which is 1: j = 1, and 38 - 33 = 5 is left for i.  The
offset 32 asks for j >= 1/33 and j <= 0: no element is there, it is padding.

Over F2 the question is a linear system.  Over Zn the axes are packed into one integer, each in a range of its own, so
that the question is one over Z.  Over Z it is a search through the digits, slowest first, that leaves out a digit when
the rest is out of the reach of the faster ones, or no multiple of their greatest common divisor.  Where the strides
are sorted and each clears the reach of those below it, this takes one step for each leaf.  Strides with many equal sums
can need more; the search then stops at a limit.
"""

from __future__ import annotations

from math import gcd

from .codomain import axes, bounds
from .errors import NotInvertibleError, ProfileError, TooLargeError
from .inttuple import _show, amount, idx2crd, to_int
from .layout import Layout, modes, read_layout
from .linearity import bit_images
from .module import F2, ArithTuple, Zn
from .shapes import product_each

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from .inttuple import IntTuple

__all__ = ["get_1d_coord", "get_flat_coord", "get_hier_coord"]

_LIMIT = 2**20


def get_hier_coord(layout: Layout, offset: Any, *, limit: int = _LIMIT) -> IntTuple:
    """Return the natural coordinate where the layout has the value ``offset``; of several the one of smallest index.

    ``offset`` is an integer, or over Zn a coordinate of the codomain.  Not to be confused with ``idx2crd``, which
    takes an index of the domain.
    Ensures:  ``L(get_hier_coord(L, v)) == v``.
    Raises:   NotInvertibleError with the offset when no coordinate has it; TooLargeError when the search over Z takes
    more than ``limit`` steps.
    Cost:     one step for each leaf when the strides are in a chain, as in compact and padded layouts; over F2 one
    elimination.
    CuTe:     ``Layout::get_hier_coord``.

    >>> get_hier_coord(Layout((32, 4), (1, 33)), 38), get_hier_coord(Layout((4, (2, 3)), (6, (3, 1))), 17)
    ((5, 1), (2, (1, 2)))
    >>> get_hier_coord(Layout((8, 64), (72, 1), over=F2), 209)
    (3, 9)
    >>> get_hier_coord(Layout((32, 4), (1, 33)), 32)
    Traceback (most recent call last):
    layouts.errors.NotInvertibleError: get_hier_coord: (32,4):(1,33) does not have the value 32
    """
    layout, offset = _through(layout, offset, "get_hier_coord")
    return idx2crd(_index("get_hier_coord", layout, offset, limit), layout.shape)


def get_flat_coord(layout: Layout, offset: Any, *, limit: int = _LIMIT) -> IntTuple:
    """Return where the layout has the value ``offset``, as a coordinate with one integer for each mode.

    Ensures:  ``L(get_flat_coord(L, v)) == v``.
    Raises:   as ``get_hier_coord`` does.
    CuTe:     ``Layout::get_flat_coord``.

    >>> get_flat_coord(Layout((4, (2, 3)), (6, (3, 1))), 17)
    (2, 5)
    """
    layout, offset = _through(layout, offset, "get_flat_coord")
    return idx2crd(_index("get_flat_coord", layout, offset, limit), product_each(layout.shape))


def get_1d_coord(layout: Layout, offset: Any, *, limit: int = _LIMIT) -> int:
    """Return the smallest index where the layout has the value ``offset``.

    Ensures:  ``L(get_1d_coord(L, v)) == v``.
    Raises:   as ``get_hier_coord`` does.
    CuTe:     ``Layout::get_1d_coord``.

    >>> get_1d_coord(Layout((4, (2, 3)), (6, (3, 1))), 17), get_1d_coord(Layout((2, 2), (1, 1)), 1)
    (22, 1)
    """
    return _index("get_1d_coord", read_layout(layout, "get_1d_coord"), offset, limit)


def _index(operation: str, layout: Layout, offset: Any, limit: int) -> int:
    limit = to_int(limit, f"{operation}: the limit")
    index: int | None = None
    if layout.over is F2:
        index = _solve(layout, to_int(offset, f"{operation}: the offset"))
    else:
        if layout.over is Zn:
            problem = _packed(layout, _coordinate(operation, offset))
        else:
            problem = (*modes(layout), to_int(offset, f"{operation}: the offset"))
        if problem is not None:
            try:
                index = smallest_index(*problem, limit)
            except TooLargeError as error:
                raise TooLargeError(
                    f"{operation}: {_describe(layout)} at {_value(offset)}: {error}", error.witness
                ) from None
    if index is None:
        raise NotInvertibleError(f"{operation}: {_describe(layout)} does not have the value {_value(offset)}", offset)
    return index


def _through(layout: Any, offset: Any, operation: str) -> tuple[Layout, Any]:
    """Take a value back through the later maps of a chain, to the layout at its beginning."""
    while not isinstance(layout, Layout):
        before = getattr(type(layout), "_before", None)
        if before is None:
            return read_layout(layout, operation), offset
        layout, offset = before(layout, offset)
    return layout, offset


def _value(value: Any) -> str:
    return amount(value) if isinstance(value, int) else _show(value)


def _describe(layout: Layout) -> str:
    shown = str(layout) if len(layout._s) <= 64 else f"a layout of {len(layout._s)} leaves"
    return shown if len(shown) <= 400 else shown[:397] + "..."


def _solve(layout: Layout, value: int) -> int | None:
    from .bits import BitMatrix

    matrix = BitMatrix(bit_images(layout))
    if value < 0 or value.bit_length() > matrix.rows:
        return None
    try:
        return matrix.solve(value)
    except NotInvertibleError:
        return None


def _coordinate(operation: str, offset: Any) -> ArithTuple:
    if isinstance(offset, ArithTuple):
        return offset
    if not isinstance(offset, tuple):
        raise ProfileError(f"{operation}: over Zn the offset is a coordinate, not {_show(offset)}", offset)
    return ArithTuple(*offset)


def _packed(layout: Layout, offset: ArithTuple) -> tuple[tuple[int, ...], tuple[int, ...], int] | None:
    """Return the question over Zn as one over Z, or None when an axis is out of range."""
    extents, strides = modes(layout)
    wanted = dict(offset.terms())
    steps, value, weight = [0] * len(extents), 0, 1
    for path, row in axes(strides).items():
        low, high = bounds(extents, row)
        goal = wanted.pop(path, 0)
        if not low <= goal <= high:
            return None
        steps = [d + weight * own for d, own in zip(steps, row, strict=True)]
        value += weight * goal
        weight *= high - low + 1
    return None if wanted else (extents, tuple(steps), value)


# -- the search over Z -------------------------------------------------------------------------------------------------


def smallest_index(extents: tuple[int, ...], strides: tuple[int, ...], value: int, limit: int) -> int | None:
    """Return the smallest index with this value over Z, or None.

    Raises: TooLargeError when the search takes more than ``limit`` steps.

    >>> smallest_index((2, 2, 4), (3, 3, 1), 3, 100), smallest_index((4, 4), (6, 10), 15, 100)
    (1, None)
    """
    places, place = [], 1
    for s in extents:
        places.append(place)
        place *= s
    used = [(abs(d), s, d, p) for s, d, p in zip(extents, strides, places, strict=True) if d and s > 1]
    rest = value - sum([(s - 1) * d for _, s, d, _ in used if d < 0])  # negative digits count from their end
    if _is_sparse(used):
        return _only_digits(used, rest)
    search = _Search(limit)
    index = 0
    for k in range(len(used) - 1, -1, -1):
        d, s, signed, place = used[k]
        search.count(k)
        faster = _Reach(used[:k])
        choices = faster.choices(k, rest, s, d)
        for c in reversed(choices) if signed < 0 else choices:
            search.count()
            if search.reaches(faster, rest - c * d):
                rest -= c * d
                index += (s - 1 - c if signed < 0 else c) * place
                break
        else:
            return None
    return index if rest == 0 else None


def _is_sparse(used: list[Any]) -> bool:
    """Tell whether each stride clears the reach of all smaller ones, so that a value has one set of digits at most."""
    reach = 0
    for d, s, _, _ in sorted(used):
        if d <= reach:
            return False
        reach += (s - 1) * d
    return True


def _only_digits(used: list[Any], rest: int) -> int | None:
    """Return the index of a value where its digits are unique: the largest stride takes as many as fit."""
    index = 0
    for d, s, signed, place in sorted(used, reverse=True):
        c = max(0, min(rest // d, s - 1))
        rest -= c * d
        index += (s - 1 - c if signed < 0 else c) * place
    return index if rest == 0 else None


class _Reach:
    """What some modes reach together: the sums c_1 d_1 + ... + c_n d_n, over the modes sorted by stride.

    For each prefix of the modes, the sums lie between 0 and ``top``, are multiples of ``step``, and where ``full`` are
    all of those.
    """

    __slots__ = ("failed", "full", "modes", "step", "top")

    def __init__(self, used: list[Any]) -> None:
        self.modes = sorted([(d, s) for d, s, _, _ in used])
        self.top, self.step, self.full = [0], [0], [True]
        self.failed: set[tuple[int, int]] = set()
        for d, s in self.modes:
            joins = self.step[-1] == 0 or (d % self.step[-1] == 0 and d <= self.top[-1] + self.step[-1])
            self.full.append(self.full[-1] and joins)
            self.top.append(self.top[-1] + (s - 1) * d)
            self.step.append(gcd(self.step[-1], d))

    def has(self, count: int, value: int) -> bool | None:
        """Tell whether the first ``count`` modes reach ``value``; None when only a search can tell."""
        step = self.step[count]
        if not 0 <= value <= self.top[count] or (value % step if step else value):
            return False
        return True if self.full[count] else (False if (count, value) in self.failed else None)

    def choices(self, count: int, value: int, s: int, d: int) -> range:
        """Return the digits c below s for which ``value - c * d`` is in the range of the first ``count`` modes."""
        low = max(0, -((self.top[count] - value) // d))
        high = min(s - 1, value // d)
        step = self.step[count]
        common = gcd(d, step)
        if value % common:
            return range(0)
        modulus = step // common
        if modulus < 2:
            return range(low, high + 1)
        residue = value // common * pow(d // common, -1, modulus)
        return range(low + (residue - low) % modulus, high + 1, modulus)


class _Search:
    """A search through digits that counts its steps."""

    __slots__ = ("limit", "steps")

    def __init__(self, limit: int) -> None:
        self.limit, self.steps = limit, 0

    def count(self, steps: int = 1) -> None:
        self.steps += steps
        if self.steps > self.limit:
            raise TooLargeError(f"the search takes more than {self.limit} steps", self.limit)

    def reaches(self, modes: _Reach, value: int) -> bool:
        """Tell whether the modes reach the value, the largest stride first."""
        count = len(modes.modes)
        known = modes.has(count, value)
        if known is not None:
            return known
        stack = [(count, value, self._digits(modes, count, value))]
        while stack:
            count, value, digits = stack[-1]
            for c in digits:
                self.count()
                rest = value - c * modes.modes[count - 1][0]
                known = modes.has(count - 1, rest)
                if known:
                    return True
                if known is None:
                    stack.append((count - 1, rest, self._digits(modes, count - 1, rest)))
                    break
            else:
                modes.failed.add((count, value))
                stack.pop()
        return False

    def _digits(self, modes: _Reach, count: int, value: int) -> Iterator[int]:
        d, s = modes.modes[count - 1]
        return iter(modes.choices(count - 1, value, s, d))
