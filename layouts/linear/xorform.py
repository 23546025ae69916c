"""A map as its value at 0 XOR one image for each bit of the index, or the proof that it is none.

Over Z a layout with an offset adds.  By hand, ``2 + (2,2,8):(1,-2,4)`` starts at 2, and the indices 1, 2, 4 turn it
into 3, 0, 6: they change the bits 1, 2, 4, no two of them the same bit, so sum and XOR agree everywhere.  In general
let D_k be the bits in which the values at index 2**k and at 0 differ.  To add the step k is to change the bits D_k,
each up or down as it stands at 0.  If a second step changes some of these bits, the same sum would now change by twice
an alternating sum of different powers of two, which is not 0.  So the sums are XORs exactly where no two D_k share a
bit.
"""

from __future__ import annotations

from ..codomain import axes, coprofile
from ..composed import ComposedLayout
from ..errors import LayoutError, NotLinearError, TooLargeError
from ..inttuple import amount
from ..layout import Layout
from ..linearity import bit_images, first_carry, is_carry_free, to_f2
from ..module import F2, Zn
from ..swizzle import Swizzle
from ..values import from_values
from .dims import union

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__: list[str] = []

_LIMIT = 2**20


def xor_form(operation: str, layout: Layout | ComposedLayout) -> tuple[list[int], list[list[int]]]:
    """Return (constants, images): for each axis the value at 0 and, for each bit of the index, what it XORs to that.

    Values that are numbers have one axis.
    Raises: NotLinearError with the extent that is no power of two, or with two indices x, y where the values at 0, x, y
    and x ^ y are not XOR 0; TooLargeError where only enumeration decides and there are more than 2**20 points.
    """
    if isinstance(layout, Layout):
        if layout.over is Zn:
            return _on_axes(operation, layout, layout, ())
        return [0], [list(bit_images(to_f2(layout)))]
    links, base = [], layout
    while isinstance(base, ComposedLayout):
        links.append((base.outer, base.offset))
        base = base.inner  # type: ignore[assignment]
    inner: Any = base
    if inner.over is Zn:
        if all([outer is None for outer, _ in links]):
            return _on_axes(operation, layout, inner, tuple([offset for _, offset in links]))
        return _enumerated(operation, layout, inner)
    try:
        found = _through(f"{operation}: {layout}", links, inner)
    except NotLinearError as refused:
        if not any([outer is not None for outer, _ in links]) or _bad_extent(inner) is not None:
            raise refused from None
        found = None
    if found is not None:
        return [found[0]], [found[1]]
    return _enumerated(operation, layout, inner)


def _through(shown: str, links: list[Any], base: Layout) -> tuple[int, list[int]] | None:
    """Return the form after all maps of a chain, or None where a sum meets values that XOR."""
    if base.over is F2:
        constant, images, adds = 0, list(bit_images(base)), None
    else:
        adds = _steps(shown, base, base._d)
        constant, images = 0, []
    for outer, offset in reversed(links):
        if not isinstance(offset, int):
            return None
        if adds is not None:
            constant += offset
            if outer is None:
                continue
            images, adds = _disjoint(shown, constant, adds), None
        elif offset:
            if offset < 0 or offset & union([constant, *images]):
                return None
            constant |= offset
        if outer is None:
            continue
        if not _is_linear(outer, constant | union(images)):
            return None
        constant, images = outer(constant), [outer(image) for image in images]
    if adds is not None:
        images = _disjoint(shown, constant, adds)
    return constant, images


def _is_linear(outer: Swizzle | Layout, reached: int) -> bool:
    """Tell whether a map is linear over F2 on numbers whose bits are all in ``reached``."""
    if isinstance(outer, Swizzle) or outer.over is F2:
        return True
    return is_carry_free(outer) and reached < outer.size


def _bad_extent(layout: Layout) -> int | None:
    return next((s for s in layout._s if s & (s - 1)), None)


def _steps(shown: str, layout: Layout, strides: tuple[int, ...]) -> list[int]:
    """Return what each bit of the index adds, or refuse an extent that is no power of two."""
    wrong = _bad_extent(layout)
    if wrong is not None:
        raise NotLinearError(f"{shown}: the extent {wrong} is not a power of two", wrong)
    return [step << k for s, step in zip(layout._s, strides, strict=True) for k in range(s.bit_length() - 1)]


def _disjoint(shown: str, constant: int, steps: list[int]) -> list[int]:
    """Return the bits that each step changes, or refuse two steps that change the same one, or a negative value."""
    if constant < 0:
        raise NotLinearError(f"{shown}: the value {constant} at index 0 is negative, and F2 has no negatives", 0)
    for k, step in enumerate(steps):
        if constant + step < 0:
            raise NotLinearError(
                f"{shown}: the value {constant + step} at index {1 << k} is negative, and F2 has no negatives", 1 << k
            )
    images = [(constant + step) ^ constant for step in steps]
    pair = first_carry(tuple(images))
    if pair is None:
        return images
    x, y = 1 << pair[0], 1 << pair[1]
    total = constant + steps[pair[0]] + steps[pair[1]]
    xor = constant ^ images[pair[0]] ^ images[pair[1]]
    raise NotLinearError(
        f"{shown} carries: the values at the indices 0, {x} and {y} are {constant}, {constant + steps[pair[0]]} and "
        f"{constant + steps[pair[1]]}, so at index {x | y} the sum {total} differs from the XOR {xor}",
        (x, y),
    )


def _on_axes(operation: str, layout: Any, base: Layout, offsets: tuple[Any, ...]) -> tuple[list[int], list[list[int]]]:
    """Return the forms of a layout over Zn, axis by axis."""
    rows, paths = axes(base._d), _paths(coprofile(base._d), ())
    constants, images = [], []
    for path in paths:
        row = rows.get(path, (0,) * len(base._d))
        constant = sum([_at(offset, path) for offset in offsets])
        shown = f"{operation}: {layout} on axis {'@'.join(map(str, reversed(path)))}"
        constants.append(constant)
        images.append(_disjoint(shown, constant, _steps(shown, base, row)))
    return constants, images


def _paths(tree: Any, path: tuple[int, ...]) -> list[tuple[int, ...]]:
    if not isinstance(tree, tuple):
        return [path]
    return [found for axis, child in enumerate(tree) for found in _paths(child, (*path, axis))]


def _at(offset: Any, path: tuple[int, ...]) -> int:
    for axis in path:
        offset = offset[axis] if isinstance(offset, tuple) and axis < len(offset) else 0
    return offset if isinstance(offset, int) else 0


def _enumerated(operation: str, layout: Any, base: Layout) -> tuple[list[int], list[list[int]]]:
    """Return the form that the values at 0 and at the single bits suggest, if it is right at every point."""
    wrong = _bad_extent(base)
    if wrong is not None:
        raise NotLinearError(f"{operation}: the extent {wrong} of {layout} is not a power of two", wrong)
    size = layout.size
    if size > _LIMIT:
        raise TooLargeError(
            f"{operation}: {layout} can only be decided by enumeration, and {amount(size)} points are more than "
            f"{_LIMIT}",
            size,
        )
    values = _values(layout, size)
    if not all([isinstance(value, int) for value in values[:1]]):
        raise NotLinearError(f"{operation}: {layout} has the coordinate {values[0]} at index 0, and no number", 0)
    if min(values) < 0:
        index = next(i for i, value in enumerate(values) if value < 0)
        raise NotLinearError(f"{operation}: {layout} has the negative value {values[index]} at index {index}", index)
    constant = values[0]
    try:
        found = from_values([value ^ constant for value in values], over=F2)
    except NotLinearError as refused:
        y, x = _pair(refused)
        raise NotLinearError(
            f"{operation}: {layout} is not linear over F2: the values {constant}, {values[x]}, {values[y]} and "
            f"{values[x | y]} at the indices 0, {x}, {y} and {x | y} are not XOR 0",
            (y, x),
        ) from None
    return [constant], [list(bit_images(found))]


def _pair(refused: NotLinearError) -> tuple[int, int]:
    """Return the two indices of a refusal; one of them is 0 where the values are not as many as a power of two."""
    witness: Any = refused.witness
    return witness if isinstance(witness, tuple) else (witness, 0)


def _values(layout: Any, size: int) -> list[Any]:
    """Return all values as a list, from an array where the map makes one."""
    try:
        values = layout.table(limit=size)
    except LayoutError:  # a value that no array holds
        return [layout(i) for i in range(size)]
    return values if isinstance(values, list) else values.tolist()
