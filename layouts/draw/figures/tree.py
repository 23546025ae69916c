"""The modes of a shape or a layout as a tree."""

from __future__ import annotations

from ...errors import LayoutError
from ...inttuple import amount, clean, leaves, text
from ...layout import Layout
from ..model import Figure, Node, Tree
from ..palette import spread
from .parts import named, size_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["tree_figure"]

_LEAVES = 256


def tree_figure(value: Any) -> Figure:
    """Return the modes as a tree: a leaf is an extent with its stride, a node the product of what is below it."""
    if isinstance(value, Layout):
        shape, stride = value.shape, value.stride
    elif hasattr(value, "shape") and not isinstance(value, tuple):
        shape, stride = value.shape, None
    else:
        shape, stride = clean(value, "draw: an extent"), None
    count = sum([1 for _ in leaves(shape)])
    if count > _LEAVES:
        raise LayoutError(f"draw: a tree has at most {_LEAVES} leaves, not {count}", count)
    numbers = iter(range(count))
    largest = max([abs(leaf) for tree in (shape, stride) for leaf in leaves(tree) if type(leaf) is int], default=0)
    if largest >= 10**40:
        raise LayoutError(f"draw: {amount(largest)} is too long a number for a figure", largest)
    root = _node(shape, stride, numbers, count)
    name = text(shape) if stride is None else named(value)
    below = "its extent and stride" if stride is not None else "its extent"
    alt = (
        f"The modes of {name} as a tree of {count} leaves; each leaf shows {below}, the leftmost is the fastest digit."
    )
    return Figure(name, ((Tree(root),),), alt)


def _node(shape: Any, stride: Any, numbers: Any, count: int) -> Node:
    if not isinstance(shape, tuple):
        tone = spread(next(numbers), max(count, 1))
        return Node(str(shape) if stride is None else f"{shape}:{_stride_text(stride)}", (), "", tone)
    children = [_node(mode, None if stride is None else stride[k], numbers, count) for k, mode in enumerate(shape)]
    return Node(text(shape), tuple(children), f"size {size_of(shape)}")


def _stride_text(stride: Any) -> str:
    return str(stride)
