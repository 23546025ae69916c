"""Where an element of a tensor lies: the offset and the value of the layout, added as their module adds.

Over Z and Zn that is ``offset + layout(c)``, over F2 ``offset ^ layout(c)``, which is what slicing a layout over F2
leaves.  The bounds of a tensor in its buffer follow from the strides, or over F2 from one elimination; only a chain
whose bounds are not known that way is enumerated, up to 2**22 points.
"""

from __future__ import annotations

from ..codomain import first_reaching, span
from ..composed import ComposedLayout
from ..errors import EvaluationError, LayoutError, ProfileError, TooLargeError
from ..inttuple import MAX_DEPTH, _show, amount, product, text, to_int
from ..layout import Layout
from ..linearity import bit_images
from ..module import F2, Zn
from ..swizzle import Swizzle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ..inttuple import Coordinate, IntTuple

__all__ = ["first_outside", "on_layout", "plus", "read_coordinate"]

_ENUMERATED = 2**22
"""The most points of a chain that are enumerated to find its bounds."""


def on_layout(layout: Any, change: Callable[[Layout], Layout]) -> Any:
    """Return ``change(layout)``; in a chain the layout at its end changes, and the maps after it stay."""
    if isinstance(layout, ComposedLayout):
        return ComposedLayout(layout.outer, layout.offset, on_layout(layout.inner, change))
    return change(layout)


def gives_coordinates(layout: Any) -> bool:
    """Tell whether the values of a layout or chain are coordinates."""
    while isinstance(layout, ComposedLayout):
        if layout.outer is not None:
            return isinstance(layout.outer, Layout) and layout.outer.over is Zn
        layout = layout.inner
    return layout.over is Zn


def adds_by_xor(layout: Any) -> bool:
    """Tell whether the offset of a tensor over this layout is combined by XOR."""
    return isinstance(layout, Layout) and layout.over is F2


def plus(layout: Any, offset: Any, value: Any) -> Any:
    """Return offset and value added as ``layout`` adds; an axis that one coordinate does not have is 0 there."""
    return offset ^ value if adds_by_xor(layout) else _plus(offset, value)


def _plus(a: Any, b: Any) -> Any:
    if not isinstance(a, tuple) and not isinstance(b, tuple):
        return a + b
    if not isinstance(a, tuple) or not isinstance(b, tuple):
        number, coordinate = (b, a) if isinstance(a, tuple) else (a, b)
        if number:
            raise ProfileError(f"{text(a)} and {text(b)} do not add: one is a number, one a coordinate", (a, b))
        return coordinate
    count = max(len(a), len(b))
    return tuple([_plus(*pair) for pair in zip(_padded(a, count), _padded(b, count), strict=True)])


def _padded(coordinate: tuple[Any, ...], count: int) -> tuple[Any, ...]:
    return coordinate + (0,) * (count - len(coordinate))


# -- coordinates -------------------------------------------------------------------------------------------------------


def read_coordinate(coordinate: Any, shape: IntTuple, level: int = 0) -> Coordinate:
    """Return a clean coordinate of ``shape``, with ``None`` where a mode is kept (``:`` says the same).

    Raises: EvaluationError for an entry outside its mode; ProfileError for a form that does not fit.
    """
    if coordinate is None or (isinstance(coordinate, slice) and coordinate == slice(None)):
        return None
    if isinstance(coordinate, slice):
        raise ProfileError(f"Tensor: a coordinate holds integers, None and ':', not {_show(coordinate)}", coordinate)
    if isinstance(coordinate, tuple):
        if level >= MAX_DEPTH:
            raise ProfileError(f"a coordinate nests deeper than {MAX_DEPTH} levels", MAX_DEPTH)
        if not isinstance(shape, tuple) or len(coordinate) != len(shape):
            raise ProfileError(
                f"Tensor: the coordinate {_show(coordinate)} does not fit the shape {text(shape)}", coordinate
            )
        return tuple([read_coordinate(c, s, level + 1) for c, s in zip(coordinate, shape, strict=True)])
    index = to_int(coordinate, "Tensor: a coordinate")
    extent = product(shape)
    if not 0 <= index < extent:
        raise EvaluationError(
            f"Tensor: the coordinate {index} is not in 0..{amount(extent - 1)}, the shape {text(shape)}", index
        )
    return index


def keeps_a_mode(coordinate: Coordinate) -> bool:
    """Tell whether the coordinate has a ``None``, so that a view is meant and not an element."""
    return any(map(keeps_a_mode, coordinate)) if isinstance(coordinate, tuple) else coordinate is None


# -- the bounds in a buffer --------------------------------------------------------------------------------------------


def first_outside(layout: Any, offset: Any, length: int) -> int | None:
    """Return the smallest index whose place is not in 0..length-1, or None.

    Raises: TooLargeError for a chain of more than 2**22 points whose bounds the strides do not tell.
    """
    known = layout if isinstance(layout, Layout) else layout.as_layout()
    if known is None or (known.over is F2 and known is not layout and offset):
        return _outside_chain(layout, offset, length)
    if known.over is F2:
        return _outside_f2(known, offset, length)
    s, d = known._s, known._d
    above = first_reaching(s, d, length - offset)
    below = first_reaching(s, tuple([-stride for stride in d]), offset + 1)
    found = [index for index in (above, below) if index is not None]
    return min(found, default=None)


def _outside_f2(layout: Layout, offset: int, length: int) -> int | None:
    """Fix the bits of the index from the highest down: 0 wherever the lower bits can still leave the buffer."""
    images = bit_images(layout)

    def leaves(start: int, count: int) -> bool:
        top = start
        for vector in sorted(span((2,) * count, images[:count]), reverse=True):
            top = max(top, top ^ vector)
        return top >= length

    if not leaves(offset, len(images)):
        return None
    index, place = 0, offset
    for bit in reversed(range(len(images))):
        if not leaves(place, bit):
            index |= 1 << bit
            place ^= images[bit]
    return index


def _outside_chain(chain: ComposedLayout, offset: int, length: int) -> int | None:
    """Bound a swizzle by the aligned block that it permutes; enumerate where that does not tell."""
    inner = chain.inner if isinstance(chain.inner, Layout) else chain.inner.as_layout()
    if isinstance(chain.outer, Swizzle) and isinstance(inner, Layout) and inner.over is not Zn:
        low, high = inner.bounds()
        block = chain.outer.base + chain.outer.bits + abs(chain.outer.shift)
        if low + chain.offset >= 0 and ((high + chain.offset) >> block) + 1 << block <= length - offset and offset >= 0:
            return None
    if chain.size > _ENUMERATED:
        raise TooLargeError(
            f"Tensor: the bounds of {chain} need its {amount(chain.size)} values, more than the limit {_ENUMERATED}",
            chain.size,
        )
    values = chain.table(limit=_ENUMERATED)
    values = values if isinstance(values, list) else values.tolist()
    return next((i for i, value in enumerate(values) if not 0 <= offset + value < length), None)


def check_offset(layout: Any, offset: Any) -> None:
    """Refuse an offset that does not live where the values of the layout live."""
    if isinstance(offset, tuple) and not gives_coordinates(layout) and any_stride(layout):
        raise ProfileError(f"Tensor: the offset {text(offset)} is a coordinate, and {layout} gives integers", offset)
    if isinstance(offset, int) and offset and gives_coordinates(layout):
        raise ProfileError(f"Tensor: {layout} gives coordinates, and the offset {offset} is none", offset)
    if isinstance(offset, int) and offset < 0 and adds_by_xor(layout):
        raise LayoutError(f"Tensor: an offset over F2 must not be negative: {offset}", offset)


def any_stride(layout: Any) -> bool:
    """Tell whether some stride is not 0; a chain counts as one that moves."""
    return not isinstance(layout, Layout) or any(layout._d)
