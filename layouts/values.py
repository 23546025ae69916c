"""From values to the layout that has them: the inverse of a table.

A layout has at most one coalesced form, and its values give it away one mode at a time.  By hand, 0 24 48 9 33 57: the
first stride is the first value, 24; its multiples run for 3 places; every third value, 0 9, follows in the same way
with the stride 9; so it is ``(3,2):(24,9)``.  A run that does not divide the length, or a value that the modes found so
far do not give, is the first index that no layout has.
"""

from __future__ import annotations

from .equality import first_difference
from .errors import LayoutError, NotALayoutError, NotLinearError, ProfileError, TooLargeError
from .inttuple import _show, amount, clean, leaves
from .linearity import from_images, from_modes
from .module import F2, ArithTuple, Z, Zn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from .inttuple import IntTuple
    from .layout import Layout
    from .module import Module

__all__ = ["from_values", "from_values_over"]

_RUN = 2**20
"""How many values are compared at once, so that temporaries stay small."""


def from_values(values: Any, shape: IntTuple | None = None, over: Module = Z, *, limit: int = 2**26) -> Layout:
    """Return the unique coalesced layout with these values, or refuse at the first value that no layout has.

    ``values`` is a sequence or array of all values in index order, or a callable of an index together with ``shape``.
    With ``shape`` the result refines it: each leaf of the shape becomes a leaf or a tuple of modes.
    Ensures: ``R(i) == values[i]`` for every i, and ``compatible(shape, R.shape)``.
    Raises: NotALayoutError with the smallest index at which every layout that has all earlier values goes wrong;
    over F2 NotLinearError with two indices x, y and ``values[x ^ y] != values[x] ^ values[y]``; TooLargeError when a
    callable would be called more than ``limit`` times.
    Cost: one pass over the values.

    >>> from_values([0, 24, 48, 9, 33, 57])
    Layout((3, 2), (24, 9))
    >>> from_values(lambda i: i ^ (i >> 2), 16, over=F2)
    Layout((4, 4), (1, 5), over=F2)
    >>> from_values([0, 6, 7, 8, 9, 15])
    Traceback (most recent call last):
    layouts.errors.NotALayoutError: from_values: no layout has these values: index 3 has 8, and every layout with the \
values before it has 13 there
    """
    if over is not Z and over is not F2 and over is not Zn:
        raise ProfileError(f"from_values: over must be Z, Zn or F2, not {_show(over)}", over)
    values = _read_values(values, shape, over, limit)
    tree = len(values) if shape is None else clean(shape, "an extent")
    extents = list(leaves(tree))
    size = 1
    for extent in extents:
        size *= extent
    if size != len(values) or min(extents, default=1) < 1:
        raise ProfileError(f"from_values: {len(values)} values do not fill the shape {_show(tree)}", len(values))
    return _linear_from_values(values, tree) if over is F2 else _sums_from_values(values, tree, extents, over)


def from_values_over(modules: Iterable[Module], values: Any, shape: IntTuple, operation: str) -> Layout:
    """Return the layout with these values over the first of ``modules`` that has one.

    Raises: NotALayoutError that names the operation; the witness is the index up to which the best module goes.
    """
    best: tuple[int, LayoutError] | None = None
    for module in modules:
        try:
            return from_values(values, shape, module)
        except (NotALayoutError, NotLinearError) as refused:
            index = _first_break(refused)
            if best is None or index > best[0]:
                best = index, refused
    index, reason = best or (0, LayoutError("no module was tried"))
    raise NotALayoutError(f"{operation} is not a layout ({reason}).", index)


def _first_break(refused: LayoutError) -> int:
    """Return the index at which the values stop: a pair of indices that disagree stands for their XOR."""
    witness = refused.witness
    if isinstance(witness, tuple):
        return int(witness[0] ^ witness[1])
    return witness if isinstance(refused, NotALayoutError) and isinstance(witness, int) else 0


def _read_values(values: Any, shape: IntTuple | None, over: Module, limit: int) -> Any:
    """Return the values as a numpy array of int64 where they fit one, else as a list."""
    if callable(values):
        if shape is None:
            raise ProfileError("from_values: a callable needs the shape of its domain", None)
        count = 1
        for extent in leaves(clean(shape, "an extent")):
            count *= extent
        if count > limit:
            raise TooLargeError(f"from_values: {amount(count)} calls, more than the limit {limit}", count)
        values = [values(i) for i in range(count)]
    if not hasattr(values, "__iter__"):
        raise ProfileError(f"from_values: {_show(values)} is no sequence of values and no callable", values)
    if over is Zn:
        return [_read_coordinate(v) for v in values]
    if getattr(getattr(values, "dtype", None), "kind", "") in "iu" and getattr(values, "ndim", 0) == 1:
        largest = max(abs(int(values.max())), abs(int(values.min()))) if len(values) else 0
        if largest * len(values) >= 2**62:  # products below could leave int64
            return [int(v) for v in values]
        return values.astype("int64", copy=False)
    values = [clean(v, "a value") for v in values]
    if any([isinstance(v, tuple) for v in values]):
        raise ProfileError("from_values: the values are coordinates; say over=Zn", values)
    if all([-(2**31) <= v < 2**31 for v in values]):  # so that products below stay exact in int64
        try:
            import numpy
        except ImportError:
            return values
        return numpy.array(values, dtype=numpy.int64)
    return values


def _read_coordinate(value: Any) -> ArithTuple:
    if not isinstance(value, (ArithTuple, tuple)):
        raise ProfileError(f"from_values: {_show(value)} is not a coordinate", value)
    return value if isinstance(value, ArithTuple) else ArithTuple(*value)


def _linear_from_values(values: Any, tree: IntTuple) -> Layout:
    if len(values) & (len(values) - 1):
        raise NotLinearError(f"from_values: {len(values)} values; over F2 the size is a power of two", len(values))
    if int(min(values) if isinstance(values, list) else values.min()) < 0:
        negative = next(i for i, v in enumerate(values) if v < 0)
        raise NotLinearError(f"from_values: {values[negative]} at index {negative} is negative", negative)
    if values[0] != 0:
        raise NotLinearError(f"from_values: index 0 has {values[0]}, and a linear map has 0 there", (0, 0))
    images = tuple([int(values[1 << k]) for k in range(len(values).bit_length() - 1)])
    for k, image in enumerate(images):  # the values below 2**k are right; those from there on repeat them XOR image
        half = 1 << k
        index = _first_mismatch(values, half, 2 * half, lambda i, j: _xor(values[i - half : j - half], image))  # noqa: B023
        if index is not None:
            x, y = 1 << k, index - (1 << k)
            raise NotLinearError(
                f"from_values: not linear over F2: index {x | y} has {values[x | y]}, and the values {values[x]} and "
                f"{values[y]} at {x} and {y} have the XOR {int(values[x]) ^ int(values[y])}",
                (y, x),
            )
    return from_images(images, tree)


def _xor(values: Any, image: int) -> Any:
    return [v ^ image for v in values] if isinstance(values, list) else values ^ image


def _first_mismatch(values: Any, start: int, stop: int, expected: Callable[[int, int], Any]) -> int | None:
    """Return the first index from ``start`` below ``stop`` where the values are not the expected ones, run by run."""
    for i in range(start, stop, _RUN):
        j = min(i + _RUN, stop)
        index = first_difference(values[i:j], expected(i, j))
        if index is not None:
            return i + index
    return None


def _sums_from_values(values: Any, tree: IntTuple, extents: list[int], over: Module) -> Layout:
    if values[0] != over.zero:
        raise NotALayoutError(f"from_values: index 0 has {values[0]}, and every layout has 0 there", 0)
    parts: list[list[tuple[int, Any]]] = []
    step = 1
    breaks = None  # where a leaf on its own stops being a layout
    for extent in extents:
        modes, stop = _modes_of_sequence(values[: step * extent : step])
        parts.append(modes)
        if stop is not None:
            breaks = step * stop
            break
        step *= extent
    known = from_modes(parts, tuple(extents[: len(parts)]), over)
    size = known.size
    index = _first_mismatch(values, 0, size, _expected(values, known))
    if index is None:
        if breaks is None:
            return from_modes(parts, tree, over)
        index = breaks
    would = known(index) if index < size else _continued(parts, index)
    raise NotALayoutError(
        f"from_values: no layout has these values: index {index} has {values[index]}, "
        f"and every layout with the values before it has {would} there",
        index,
    )


def _expected(values: Any, layout: Layout) -> Callable[[int, int], Any]:
    """Return the function that gives runs of the values of ``layout``, as arrays where ``values`` is one."""
    if not isinstance(values, list):
        import numpy

        return lambda i, j: layout.at(numpy.arange(i, j))
    table = [layout.over.zero]
    for s, d in zip(layout._s, layout._d, strict=True):
        table = [value + d * digit for digit in range(s) for value in table]
    return lambda i, j: table[i:j]


def _continued(parts: list[list[tuple[int, Any]]], index: int) -> Any:
    """Return the value at ``index`` when the last mode simply went on."""
    extent, stride = parts[-1][-1]
    size = 1
    for modes in parts:
        for s, _ in modes:
            size *= s
    return stride * (index * extent // size)


def _modes_of_sequence(values: Any) -> tuple[list[tuple[int, Any]], int | None]:
    """Cut a sequence into the modes of its coalesced layout, and tell at which position no layout goes on.

    The first stride is the first value; the first extent is the longest run of its multiples, which must divide the
    length; then every extent-th value follows in the same way.  In case of a break the last mode is cut there.
    """
    modes: list[tuple[int, Any]] = []
    step, left = 1, len(values)
    while left > 1:
        heads = values[::step]
        stride = heads[1] if isinstance(values, list) else int(heads[1])
        run = _run_length(heads, stride)
        modes.append((run, stride))
        if left % run:
            return modes, step * run
        step *= run
        left //= run
    return modes, None


def _run_length(heads: Any, stride: Any) -> int:
    """Return how many leading values are 0, d, 2d, ..."""

    def multiples(i: int, j: int) -> Any:
        if isinstance(heads, list):
            return [stride * k for k in range(i, j)]
        import numpy

        return numpy.arange(i, j) * stride

    found = _first_mismatch(heads, 0, len(heads), multiples)
    return len(heads) if found is None else found
