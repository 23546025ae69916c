"""The measures of a layout, a tuple, or one of their modes: size, cosize, rank, depth, shape, stride.

>>> L = Layout((4, (2, 3)), (6, (3, 1)))
>>> size(L), size[1](L), size(L, mode=[1, 0]), rank[1](L), shape[1](L), stride[1, 0](L)
(24, 6, 2, 2, (2, 3), 3)
"""

from __future__ import annotations

from . import inttuple
from .errors import ProfileError
from .inttuple import _show, clean, product
from .layout import Layout, read_layout
from .rearrange import ByMode
from .tree import get

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .inttuple import IntTuple

__all__ = ["cosize", "depth", "rank", "shape", "size", "stride"]


def _part(obj: Any, mode: tuple[int, ...]) -> Any:
    return get(obj, mode=mode) if mode else obj


def _is_tree(obj: Any) -> bool:
    return isinstance(obj, (int, tuple)) or hasattr(type(obj), "__index__")


@ByMode
def size(obj: Any, *, mode: tuple[int, ...] = ()) -> int:
    """Return the number of coordinates of a layout or of a shape, or of one mode: the product of its extents.

    Raises: ProfileError for what is neither, or a mode that is not there.
    CuTe: ``size``, ``size<0>(L)``; the DSL's ``size(L, mode=[0])``.

    >>> size(Layout((4, 8))), size((4, (2, 3))), size[1]((4, (2, 3)))
    (32, 24, 6)
    """
    part = _part(obj, mode)
    if _is_tree(part):
        return product(clean(part, "size: an extent"))
    if not isinstance(getattr(part, "size", None), int):
        raise ProfileError(f"size: {_show(part)} is neither a layout nor a shape", part)
    return int(part.size)


@ByMode
def cosize(obj: Any, *, mode: tuple[int, ...] = ()) -> int:
    """Return the length of the interval that holds the values of a layout, or of one mode.

    With natural strides that is the largest value plus 1.  Over Zn, where values have no order, it is the product over
    the axes: the size of the box that holds them.
    Raises: ProfileError for what is no layout.
    CuTe: ``cosize``.

    >>> cosize(Layout((4, 8), (9, 1))), cosize[1](Layout((4, 8), (9, 1)))
    (35, 8)
    """
    part = _part(obj, mode)
    if not hasattr(part, "cosize"):
        raise ProfileError(f"cosize: {_show(part)} is not a layout", part)
    return int(part.cosize)


@ByMode
def rank(obj: Any, *, mode: tuple[int, ...] = ()) -> int:
    """Return the number of modes of a layout or a tuple; 1 for an integer.

    CuTe: ``rank``.

    >>> rank((4, (2, 3))), rank(24), rank(()), rank[1](Layout((4, (2, 3))))
    (2, 1, 0, 2)
    """
    return inttuple.rank(_part(obj, mode))


@ByMode
def depth(obj: Any, *, mode: tuple[int, ...] = ()) -> int:
    """Return the height of the tree: 0 for an integer, 1 plus the deepest child for a tuple; of a layout, its shape's.

    CuTe: ``depth``.

    >>> depth(24), depth((4, 6)), depth(Layout((4, (2, 3)))), depth[0]((4, (2, 3)))
    (0, 1, 2, 0)
    """
    return inttuple.depth(_part(obj, mode))


@ByMode
def shape(obj: Any, *, mode: tuple[int, ...] = ()) -> IntTuple:
    """Return the shape of a layout, or of one mode; a tuple is its own shape.

    CuTe: ``shape``.

    >>> shape(Layout((4, (2, 3)))), shape[1](Layout((4, (2, 3)))), shape((4, 8))
    ((4, (2, 3)), (2, 3), (4, 8))
    """
    part = _part(obj, mode)
    if _is_tree(part):
        return clean(part, "shape: an extent")
    if hasattr(part, "shape"):
        found: IntTuple = part.shape
        return found
    return read_layout(part, "shape").shape


@ByMode
def stride(obj: Any, *, mode: tuple[int, ...] = ()) -> Any:
    """Return the stride of a layout, or of one mode.

    Raises: ProfileError for what is no layout; NotALayoutError for a chain without strides.
    CuTe: ``stride``.

    >>> stride(Layout((4, 8), (8, 1))), stride[1](Layout((4, 8), (8, 1)))
    ((8, 1), 1)
    """
    part = _part(obj, mode)
    return part.stride if isinstance(part, Layout) else read_layout(part, "stride").stride
