"""The addresses of a warp where no lane map is written: lists, functions of the lane, thread-value layouts.

The first mode of a thread-value layout counts threads, warp after warp, and the rest counts the values of a thread.
One access moves as many values as fit its bytes, and these must lie side by side: by hand, ``(32,4):(4,1)`` with 4-byte
elements is one 16-byte access for each lane, and ``(32,4):(1,32)`` is four 4-byte accesses, never one of 16 bytes.
"""

from __future__ import annotations

from ..errors import LayoutError, ProfileError, TooLargeError
from ..inttuple import _show, amount, product, to_int
from ..layout import Layout
from ..linearity import bit_images, from_images, is_carry_free
from ..module import F2
from .lanes import Addressing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

__all__ = ["as_layout", "mode_sizes", "of_list", "of_threads", "through_threads"]

_MOST_VALUES = 2**20


def of_list(values: Any, warp: int) -> Addressing:
    """Return the values that are given one by one, None for a lane that takes no part."""
    listed = [None if value is None else to_int(value, "an address") for value in values]
    if not 1 <= len(listed) <= warp:
        raise LayoutError(f"{len(listed)} addresses are given, and a warp has {warp} lanes", len(listed))
    shown = ", ".join([str(value) for value in listed[:6]]) + (", ..." if len(listed) > 6 else "")
    return Addressing(f"[{shown}]", 1, lambda _: listed, lambda _, lane: {"lane": lane}, lambda _: {})


def through_threads(layout: Any, lanes: Any, warp: int, active: Sequence[int]) -> Addressing:
    """Return the values of a layout at the indices that a second layout, or a function, gives to the lanes."""
    size = getattr(lanes, "size", warp)
    if size % warp and size > warp:
        raise LayoutError(f"lanes: {lanes} has {size} indices, which are no whole warps of {warp}", size)
    last = layout.size - 1

    def values(access: int) -> list[int | None]:
        found: list[int | None] = []
        for lane in range(min(size, warp)):
            if lane not in active:
                found.append(None)
                continue
            index = lanes(access * warp + lane)
            if not isinstance(index, int) or not 0 <= index <= last:
                raise LayoutError(f"lane {lane} has the index {_show(index)}, which is not in 0..{last}", lane)
            found.append(layout(index))
        return found

    count = max(size // warp, 1)
    where: Any = lambda k: {"thread": k * warp}  # noqa: E731
    return Addressing(str(layout), count, values, lambda k, lane: {"thread": k * warp + lane}, where)


def of_threads(layout: Any, warp: int, elements: int) -> Addressing:
    """Return the values of a (thread, value) layout, of which each access of a lane moves ``elements``.

    A layout that is no larger than a warp, or has one mode, gives one address for each lane and access.
    Raises: LayoutError where values of one access do not lie side by side; the witness is (thread, value).
    """
    layout = as_layout(layout)
    threads = layout.size
    if layout.size > warp and isinstance(layout.shape, tuple):
        threads = product(layout.shape[0])
    values = layout.size // threads
    group = elements if values > 1 else 1
    if threads > warp and threads % warp:
        raise LayoutError(f"{layout}: {threads} threads are no whole warps of {warp}", threads)
    if group < 1 or values % group:
        raise LayoutError(
            f"{layout}: an access moves {elements} values, and a thread has {values}; "
            f"give the layout of the addresses, or other bytes",
            values,
        )
    lanes, warps = min(threads, warp), max(threads // warp, 1)
    _check_side_by_side(layout, threads, values, group)

    def at(access: int, lane: int) -> tuple[int, int]:
        return access % warps * warp + lane, access // warps * group

    def found(access: int) -> list[int | None]:
        return [layout(t + threads * v) for t, v in [at(access, lane) for lane in range(lanes)]]

    def point(access: int, lane: int) -> dict[str, int]:
        thread, value = at(access, lane)
        return {"thread": thread, "value": value} if values > 1 else {"thread": thread}

    steps = None
    if isinstance(layout, Layout) and (layout.over is F2 or is_carry_free(layout)):
        images = bit_images(layout)
        warp_bits = lanes.bit_length() - 1
        first = threads.bit_length() - 1
        steps = ("xor", images[warp_bits:first] + images[first + group.bit_length() - 1 :])
    return Addressing(str(layout), warps * (values // group), found, point, lambda k: point(k, 0), steps)


def as_layout(value: Any) -> Any:
    """Return a layout or chain with integer values; a linear layout with a lane and one output becomes a layout."""
    if hasattr(value, "bases") and hasattr(value, "in_dims"):
        return _of_linear(value)
    if isinstance(value, Layout):
        layout = value
    elif hasattr(value, "as_layout"):
        layout = value.as_layout() or value
    elif callable(value) and hasattr(value, "shape") and hasattr(value, "size"):
        layout = value  # a map of the user's own
    else:
        raise ProfileError(f"conflicts: {_show(value)} is no layout, expression or list of addresses", value)
    if isinstance(layout(0), tuple):
        raise LayoutError(f"conflicts: the values of {layout} are coordinates, not addresses", str(layout))
    return layout


def mode_sizes(layout: Any) -> list[int]:
    """Return the sizes of the top-level modes."""
    return [product(mode) for mode in layout.shape] if isinstance(layout.shape, tuple) else [layout.size]


def _of_linear(linear: Any) -> Layout:
    """Return (lanes and warps, registers and the rest) of a linear layout into one dimension of offsets."""
    sized = [name for name, size in linear.out_dims if size > 1]
    if "lane" not in linear.get_in_dim_names() or len(sized) > 1:
        raise LayoutError(
            "conflicts: a linear layout needs an input lane and one output of offsets: "
            "invert_and_compose it with the layout of the shared memory",
            tuple(sized),
        )
    place = linear.get_out_dim_names().index(sized[0]) if sized else 0
    images = {name: [basis[place] for basis in bases] for name, bases in linear.bases}
    threads = [*images.pop("lane"), *images.pop("warp", [])]
    rest = [*images.pop("register", []), *[image for column in images.values() for image in column]]
    return from_images((*threads, *rest), (1 << len(threads), 1 << len(rest)))


def _check_side_by_side(layout: Any, threads: int, values: int, group: int) -> None:
    if group == 1:
        return
    if getattr(layout, "over", None) is F2:
        first = threads.bit_length() - 1
        images = bit_images(layout)
        if images[first : first + group.bit_length() - 1] == tuple([1 << k for k in range(group.bit_length() - 1)]):
            return  # exact for aligned groups, and the addresses are checked to be aligned
    if layout.size > _MOST_VALUES:
        raise TooLargeError(
            f"{layout}: whether {group} values lie side by side is looked up for each of {amount(layout.size)}, "
            f"more than {_MOST_VALUES}",
            layout.size,
        )
    for value in range(values):
        for thread in range(threads):
            start = layout(thread + threads * (value - value % group))
            here = layout(thread + threads * value)
            if here != start + value % group:
                raise LayoutError(
                    f"{layout}: one access of a lane moves {group} values side by side, and thread {thread} has value "
                    f"{value - value % group} at {start} but value {value} at {here}",
                    (thread, value),
                )
