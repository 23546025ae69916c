"""Partitions: the tile at a coordinate, or what one thread of a layout of threads owns.

By hand, ``(16,64)`` in tiles of ``(4,8)`` is ``((4,8),(4,8))``: a tile, and the grid of tiles.  Fixing the second mode
gives one tile (``local_tile``, the view of a block); fixing the first gives the elements at one place of every tile
(``local_partition``, the view of a thread).
"""

from __future__ import annotations

from ..algebra.divide import zipped_divide
from ..algebra.filtering import filter_zeros
from ..algebra.injective import collision
from ..algebra.inverse import left_inverse
from ..errors import LayoutError, NotInvertibleError, ProfileError
from ..inttuple import _show, crd2idx, idx2crd, product, to_int
from ..layout import Layout, read_layout
from .make import read_tensor
from .value import Tensor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["inner_partition", "local_partition", "local_tile", "outer_partition"]


def local_tile(tensor: Any, tiler: Any, coord: Any, proj: Any = None, *, strict: bool = True) -> Tensor:
    """Return the tile at a coordinate of the grid of tiles, as a view; ``None`` in the coordinate keeps that mode.

    A layout is taken as the tensor without a buffer, so the offset of the result is the value at its first element.
    ``proj`` strikes modes out of ``tiler`` and ``coord`` where it has ``None``, so that one tiler serves A, B and C.
    Requires: a tiler that divides the tensor, unless ``strict`` is false; then the tile runs past the end as in CuTe.
    Ensures:  the values of ``zipped_divide(tensor, tiler)(tile coordinate, coord)``.
    Raises:   as ``zipped_divide`` does; EvaluationError for a tile that is not there.
    CuTe:     ``local_tile``, ``inner_partition``.

    >>> T = Tensor(list(range(64)), Layout((8, 8), (8, 1)))
    >>> tile = local_tile(T, (2, 4), (3, 1))
    >>> print(tile, tile.values())
    list[64]+52 o (2,4):(8,1) [52, 60, 53, 61, 54, 62, 55, 63]
    >>> print(local_tile(T, (2, 16, 4), (3, 0, None), proj=(1, None, 1)))
    list[64]+48 o (2,4,2):(8,1,4)
    """
    if proj is not None:
        tiler, coord = _projected(proj, tiler, "the tiler"), _projected(proj, coord, "the coordinate")
    return inner_partition(tensor, tiler, coord, strict=strict)


def inner_partition(tensor: Any, tiler: Any, coord: Any, *, strict: bool = True) -> Tensor:
    """Return what is inside one tile: the division by ``tiler`` at ``coord`` of the rest; see ``local_tile``.

    >>> print(inner_partition(Layout((8, 12), (12, 1)), (4, 3), (1, 2)))
    54 o (4,3):(12,1)
    """
    divided = _divided(read_tensor(tensor, "inner_partition"), tiler, strict)
    tile, rest = divided.shape  # type: ignore[misc]
    return divided[_all(tile), _filled(coord, rest)]  # type: ignore[no-any-return]


def outer_partition(tensor: Any, tiler: Any, coord: Any, *, strict: bool = True) -> Tensor:
    """Return what lies at one place of every tile: the division by ``tiler`` at ``coord`` of the tile.

    >>> print(outer_partition(Layout((8, 12), (12, 1)), (4, 3), (1, 2)))
    14 o (2,4):(48,3)
    """
    divided = _divided(read_tensor(tensor, "outer_partition"), tiler, strict)
    tile, rest = divided.shape  # type: ignore[misc]
    return divided[_filled(coord, tile), _all(rest)]  # type: ignore[no-any-return]


def local_partition(tensor: Any, thr_layout: Any, thr_index: int, proj: Any = None, *, strict: bool = True) -> Tensor:
    """Return what one thread owns when the tensor is cut into tiles of threads, ``thr_layout``: coordinate to thread.

    ``proj`` strikes modes of the thread layout out where it has ``None``: threads that differ there alone own the same.
    Requires: a shape of ``thr_layout`` that divides the tensor, unless ``strict`` is false.
    Raises:   LayoutError for an index that no coordinate of ``thr_layout`` has; as ``zipped_divide`` does.
    CuTe:     ``local_partition``, ``outer_partition``; CuTe wraps an index that no thread has.

    >>> T = Tensor(list(range(64)), Layout((8, 8), (8, 1)))
    >>> local_partition(T, Layout((2, 4), (4, 1)), 5).values()     # the thread at (1, 1) of 2 by 4 threads
    [9, 25, 41, 57, 13, 29, 45, 61]
    """
    threads = read_layout(thr_layout, "local_partition")
    coord = thread_coordinate(threads, thr_index, "local_partition")
    tiler: Any = threads.size
    if isinstance(threads.shape, tuple):
        tiler = tuple([product(mode) for mode in threads.shape])
        if proj is not None:
            tiler, coord = _projected(proj, tiler, "the threads"), _projected(proj, coord, "the threads")
    return outer_partition(tensor, tiler, coord, strict=strict)


def thread_coordinate(threads: Layout, index: Any, operation: str) -> Any:
    """Return the coordinate at which a layout of threads has the number ``index``, one integer for each mode."""
    number = to_int(index, f"{operation}: a thread")
    pair = collision(filter_zeros(threads))
    if pair is not None:
        raise NotInvertibleError(f"{operation}: a thread has two coordinates of the threads {threads}", pair)
    try:
        place = left_inverse(threads)(number) if number >= 0 else -1
    except NotInvertibleError as error:
        raise NotInvertibleError(f"{operation}: the threads {threads}: {error}", error.witness) from None
    if number < 0 or place >= threads.size or threads(place) != number:
        raise LayoutError(f"{operation}: no coordinate of the threads {threads} is thread {number}", number)
    if not isinstance(threads.shape, tuple):
        return place
    natural = idx2crd(place, threads.shape)
    return tuple([crd2idx(c, s) for c, s in zip(natural, threads.shape, strict=True)])  # type: ignore[arg-type]


def _divided(tensor: Tensor, tiler: Any, strict: bool) -> Tensor:
    return tensor._on_layout(lambda layout: zipped_divide(layout, tiler, strict=strict))


def _all(shape: Any) -> Any:
    return (None,) * len(shape) if isinstance(shape, tuple) else None


def _filled(coord: Any, shape: Any) -> Any:
    """Return the coordinate with ``None`` for the modes after its own; an integer goes through all modes."""
    if not isinstance(coord, tuple) or not isinstance(shape, tuple):
        return coord
    return coord + (None,) * (len(shape) - len(coord))


def _projected(proj: Any, modes: Any, role: str) -> tuple[Any, ...]:
    fits = isinstance(proj, tuple) and isinstance(modes, tuple) and len(proj) == len(modes)
    if not fits or any([p is not None and (type(p) is bool or p != 1) for p in proj]):
        raise ProfileError(f"the projection {_show(proj)} has 1 or None for each mode of {role} {_show(modes)}", proj)
    return tuple([mode for p, mode in zip(proj, modes, strict=True) if p is not None])
