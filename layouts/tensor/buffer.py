"""Buffers: what a tensor may lie in, and numpy arrays read with their own strides."""

from __future__ import annotations

from ..errors import LayoutError, ProfileError
from ..inttuple import _show, unflatten
from ..layout import Layout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["flat_array", "read_buffer", "recast_buffer", "write"]


def is_numpy(data: Any) -> bool:
    """Tell whether ``data`` is a numpy array, without importing numpy."""
    return any(kind.__module__ == "numpy" and kind.__name__ == "ndarray" for kind in type(data).__mro__)


def read_buffer(data: Any) -> Any:
    """Return ``data`` when it is a sequence in one dimension: it has a length and items by position.

    Raises: ProfileError for anything else, with the type; ``make_tensor`` reads arrays of more dimensions.
    """
    methods = [getattr(type(data), name, None) for name in ("__getitem__", "__len__")]
    other = isinstance(data, (type, Layout)) or hasattr(type(data), "keys") or hasattr(type(data), "as_layout")
    if None in methods or other:
        raise ProfileError(f"Tensor: a buffer has a length and items by position, and {_show(data)} has not", data)
    dimensions = getattr(data, "ndim", 1)
    if dimensions != 1:
        raise ProfileError(
            f"Tensor: the buffer has {dimensions} dimensions and not one; make_tensor(array) takes its strides",
            dimensions,
        )
    return data


def write(data: Any, place: int, value: Any) -> None:
    """Write one element, or say why the buffer does not take it."""
    setter = getattr(type(data), "__setitem__", None)
    if setter is None:
        raise LayoutError(f"Tensor: a {type(data).__name__} cannot be written", place)
    try:
        data[place] = value
    except (TypeError, ValueError, OverflowError) as error:
        raise LayoutError(f"Tensor: the {type(data).__name__} does not take {_show(value)}: {error}", place) from None


def recast_buffer(data: Any, dtype: Any) -> tuple[Any, int, int]:
    """Return (the same memory in elements of ``dtype``, bits of an old element, bits of a new one)."""
    if not is_numpy(data):
        raise LayoutError(f"recast: a {type(data).__name__} has no elements of a width; a numpy array has", None)
    import numpy as np

    try:
        kind = np.dtype(dtype)
    except TypeError:
        raise ProfileError(f"recast: {_show(dtype)} is not a numpy dtype", dtype) from None
    length = len(data) * data.itemsize
    if not data.flags.c_contiguous or not kind.itemsize or length % kind.itemsize or kind.hasobject:
        raise LayoutError(f"recast: {length} bytes of memory are not whole elements of {kind}", length)
    return data.view(kind), data.itemsize * 8, kind.itemsize * 8


def flat_array(array: Any) -> tuple[Any, Layout, int]:
    """Return (a view of the memory in one dimension, the layout of the array in it, the offset of its first element).

    The memory is shared.  Strides are in elements, and negative ones start from an offset.
    Raises: LayoutError for strides that are no multiple of the size of an element, or an axis of length 0.
    """
    import numpy as np

    size = array.itemsize
    uneven = [s for s, n in zip(array.strides, array.shape, strict=True) if size and s % size and n > 1]
    if uneven or not size:
        raise LayoutError(
            f"make_tensor: the strides {array.strides} in bytes are no multiples of {size}, the size of an element",
            uneven[0] if uneven else size,
        )
    if 0 in array.shape:
        raise ProfileError(f"make_tensor: the array has the shape {array.shape}, and an extent must be at least 1", 0)
    strides = tuple([s // size if n > 1 else 0 for s, n in zip(array.strides, array.shape, strict=True)])
    offset = sum([-d * (n - 1) for d, n in zip(strides, array.shape, strict=True) if d < 0])
    reach = offset + sum([d * (n - 1) for d, n in zip(strides, array.shape, strict=True) if d > 0])
    lowest = array[tuple([slice(None, None, -1) if d < 0 else slice(None) for d in strides])]
    flat = np.lib.stride_tricks.as_strided(lowest, (reach + 1,), (size,), writeable=array.flags.writeable)
    shape = tuple([int(n) for n in array.shape])
    return flat, Layout(shape, unflatten(strides, shape)), offset
