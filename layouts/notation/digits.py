"""Who holds which element, as digits: the common ground of distributions in registers.

A *digit* is an extent and what one step of it adds in each dimension of the tensor.  A distribution gives each input
(lane, warp, register, ...) its digits, the fastest first; a digit that adds nothing holds copies.  With powers of two
it is a linear layout, and with any extents a layout of CuTe's, whose value is the number of the element, counted with
dimension 0 fastest.

By hand, the 16x8 accumulator of one warp:

>>> tile = Distribution([("register", [(2, (0, 1)), (2, (8, 0))]), ("lane", [(4, (0, 2)), (8, (1, 0))])], (16, 8))
>>> print(tile.cute())
((4,8),(2,2)):((32,1),(16,8))
>>> tile.linear().bases
[('register', [[0, 1], [8, 0]]), ('lane', [[0, 2], [0, 4], [1, 0], [2, 0], [4, 0]])]
"""

from __future__ import annotations

from ..algebra.coalesce import coalesce
from ..errors import LayoutError, NotALayoutError, NotLinearError
from ..inttuple import _show
from ..joining import make_layout
from ..layout import Layout
from ..linear.layout import LinearLayout
from ..linear.utils import standard_out_dim_names
from ..module import Z
from .foreign import row

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    Digit = tuple[int, tuple[int, ...]]

__all__ = ["Distribution", "distribution_of", "split_at"]

_THREADS = ("lane", "warp", "block")


class Distribution:
    """The digits of each input, the fastest first, and the shape of the tensor."""

    __slots__ = ("ins", "shape")

    def __init__(self, ins: Sequence[tuple[str, list[Digit]]], shape: tuple[int, ...]) -> None:
        self.ins = list(ins)
        self.shape = shape

    def digits(self, name: str) -> list[Digit]:
        """Return the digits of an input, none where it is not there."""
        return next((digits for one, digits in self.ins if one == name), [])

    def linear(self) -> LinearLayout:
        """Return the linear layout to dim0, dim1, ...

        Raises:   NotLinearError with an extent that is no power of two.
        """
        bases = []
        for name, digits in self.ins:
            vectors: list[list[int]] = []
            for extent, steps in digits:
                if extent & extent - 1:
                    raise NotLinearError(
                        f"convert: the extent {extent} of a digit of {name} is no power of two: --to cute takes it",
                        extent,
                    )
                vectors += [[step << bit for step in steps] for bit in range(extent.bit_length() - 1)]
            bases.append((name, vectors))
        for size in self.shape:
            if size & size - 1:
                raise NotLinearError(f"convert: the extent {size} is no power of two: --to cute takes it", size)
        return LinearLayout(bases, list(zip(standard_out_dim_names(len(self.shape)), self.shape, strict=True)))

    def cute(self) -> Layout:
        """Return ((lane, warp), register), or (lane, register), to the number of the element, dim0 fastest."""
        threads = [name for name in _THREADS if name == "lane" or self._size(name) > 1]
        modes = [self._mode(name) for name in threads]
        return make_layout(make_layout(*modes) if len(modes) > 1 else modes[0], self._mode("register"))

    def cute_meaning(self) -> str:
        """Return from where to where ``cute`` goes."""
        threads = [name for name in _THREADS if name == "lane" or self._size(name) > 1]
        named = f"({', '.join(threads)})" if len(threads) > 1 else "lane"
        tile = "x".join(map(str, self.shape)) or "1"
        return f"from ({named}, register) to the element of the {tile} tile, counted with dim0 fastest"

    def linear_meaning(self) -> str:
        """Return from where to where ``linear`` goes."""
        names = standard_out_dim_names(len(self.shape))
        to = names[0] if len(names) == 1 else f"({', '.join(names)})"
        return f"from ({', '.join([name for name, _ in self.ins])}) to {to}"

    def _size(self, name: str) -> int:
        size = 1
        for extent, _ in self.digits(name):
            size *= extent
        return size

    def _mode(self, name: str) -> Layout:
        digits = self.digits(name)
        if not digits:
            return Layout(1, 0)
        return coalesce(Layout(tuple([n for n, _ in digits]), tuple([self._step(steps) for _, steps in digits])))

    def _step(self, steps: tuple[int, ...]) -> int:
        total, place = 0, 1
        for step, size in zip(steps, self.shape, strict=True):
            total += step * place
            place *= size
        return total


def split_at(digits: list[Any], size: int) -> tuple[list[Any], list[Any]] | None:
    """Cut digits (extent, step), the fastest first, after ``size``: within and beyond it, or None where none fits.

    >>> split_at([(8, 1), (6, 100)], 16)
    ([(8, 1), (2, 100)], [(3, 200)])
    """
    inside: list[Any] = []
    for place, (extent, step) in enumerate(digits):
        if size == 1:
            return inside, digits[place:]
        if size % extent == 0:
            inside.append((extent, step))
            size //= extent
        elif extent % size == 0:
            rest = (extent // size, _times(step, size))
            return [*inside, (size, step)], [rest, *digits[place + 1 :]]
        else:
            return None
    return (inside, []) if size == 1 else None


def _times(step: Any, factor: int) -> Any:
    return tuple([one * factor for one in step]) if isinstance(step, tuple) else step * factor


# -- back --------------------------------------------------------------------------------------------------------------


def distribution_of(value: Any, shape: tuple[int, ...] | None, operation: str, lanes: int) -> Distribution:
    """Return the digits of a linear layout from register, lane, warp, or of a layout (thread, register).

    A layout of CuTe's says nothing about the shape of the tensor, so it has to be given; the first ``lanes`` threads
    are a warp.
    Raises:   LayoutError where the value is neither, or a step is not within one dimension of the tensor.
    """
    if isinstance(value, LinearLayout):
        return _of_linear(value, operation)
    if isinstance(value, Layout) and value.over is Z:
        return _of_cute(value, shape, operation, lanes)
    raise LayoutError(f"{operation}: expected a layout from (lane, warp, register) to the elements of a tensor", value)


def _of_linear(linear: LinearLayout, operation: str) -> Distribution:
    names = linear.get_in_dim_names()
    if not set(names) <= {"register", "lane", "warp", "block"} or "lane" not in names:
        raise LayoutError(f"{operation}: the inputs ({', '.join(names)}) are not register, lane and warp", names)
    ins = []
    for name, vectors in linear.bases:
        digits: list[Digit] = []
        for vector in vectors:
            steps = tuple(vector)
            if sum([step != 0 for step in steps]) > 1 or any([step & step - 1 for step in steps]):
                raise LayoutError(
                    f"{operation}: the basis {list(steps)} of {name} sets several bits; a digit sets one", steps
                )
            if digits and any(steps) and _times(digits[-1][1], digits[-1][0]) == steps:
                digits[-1] = (digits[-1][0] * 2, digits[-1][1])
            elif digits and not any(steps) and not any(digits[-1][1]):
                digits[-1] = (digits[-1][0] * 2, steps)
            else:
                digits.append((2, steps))
        ins.append((name, digits))
    return Distribution(ins, tuple(linear.get_out_dim_sizes()))


def _of_cute(layout: Layout, shape: tuple[int, ...] | None, operation: str, lanes: int) -> Distribution:
    if shape is None:
        raise LayoutError(f"{operation}: a layout of CuTe's has no tensor: give its shape, such as --shape 16x8", None)
    shape = row(operation, "shape", shape, 1)
    if layout.rank != 2:
        raise LayoutError(f"{operation}: {_show(layout, 120, str)} is not (thread, register)", layout.rank)
    threads = _digits(layout[0], shape, operation)
    warps: list[Digit] = []
    count = 1
    for extent, _ in threads:
        count *= extent
    if count > lanes:
        cut = split_at(threads, lanes)
        if cut is None:
            raise LayoutError(
                f"{operation}: the threads of {_show(layout, 120, str)} cannot be cut after {lanes} lanes", lanes
            )
        threads, warps = cut
    ins = [("register", _digits(layout[1], shape, operation)), ("lane", threads), ("warp", warps)]
    return Distribution(ins, shape)


def _digits(mode: Layout, shape: tuple[int, ...], operation: str) -> list[Digit]:
    """Return the digits of a mode, cut where they go from one dimension to the next."""
    found: list[Digit] = []
    for extent, stride in zip(mode._s, mode._d, strict=True):
        left, step = extent, stride
        while left > 1:
            if step == 0:
                found.append((left, (0,) * len(shape)))
                break
            dim, place = 0, 1
            while dim < len(shape) - 1 and step >= place * shape[dim]:
                place *= shape[dim]
                dim += 1
            if step < 0 or step % place:
                raise NotALayoutError(
                    f"{operation}: the step {step} of {_show(mode, 80, str)} is not within one dimension of"
                    f" {list(shape)}",
                    step,
                )
            own = step // place
            room = shape[dim] // own if shape[dim] % own == 0 else 0
            taken = min(left, room)
            if taken <= 1 or left % taken:
                raise NotALayoutError(
                    f"{operation}: {left} steps of {step} of {_show(mode, 80, str)} leave dimension {dim} of"
                    f" {list(shape)}",
                    step,
                )
            found.append((taken, tuple([own if i == dim else 0 for i in range(len(shape))])))
            left, step = left // taken, step * taken
    return found
