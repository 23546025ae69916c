"""Making tensors: over a buffer or a numpy array, over none, or like another one."""

from __future__ import annotations

from ..composed import ComposedLayout
from ..errors import ProfileError, TooLargeError
from ..inttuple import _show, amount, clean
from ..layout import Layout
from ..module import Zn
from .buffer import flat_array, is_numpy
from .value import Tensor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..inttuple import IntTuple

__all__ = ["make_coord_tensor", "make_identity_tensor", "make_tensor", "make_tensor_like", "read_tensor"]

MAX_NEW = 2**26
"""The most elements of a tensor that is made like another one."""


def make_tensor(data: Any, layout: Any = None, offset: Any = 0) -> Tensor:
    """Return the tensor of a buffer and a layout; a shape stands for its compact layout.

    Without ``layout`` the data is a numpy array of any rank, read with its own strides and shared, or a sequence,
    whose layout is ``len(data):1``.  Without ``data`` (None) the values are the places.
    Raises: as ``Tensor`` does; LayoutError for an array whose strides are no multiples of its element.
    CuTe:   ``make_tensor``.

    >>> import numpy as np
    >>> a = np.arange(12).reshape(3, 4)
    >>> T = make_tensor(a[:, ::-2])
    >>> print(T, T[2, 0], a[2, 3])
    ndarray[11]+2 o (3,2):(4,-2) 11 11
    >>> T[2, 0] = 50
    >>> int(a[2, 3])
    50
    """
    if layout is not None:
        known = isinstance(layout, (Layout, ComposedLayout))
        return Tensor(data, layout if known else Layout(layout), offset)
    if data is None:
        raise ProfileError("make_tensor: neither a buffer nor a layout", None)
    if is_numpy(data):
        if offset:
            raise ProfileError(f"make_tensor: an array has its own offset; {_show(offset)} needs a layout", offset)
        return Tensor(*flat_array(data))
    if not hasattr(type(data), "__len__") or len(data) == 0:
        raise ProfileError(f"make_tensor: {_show(data)} has no elements in a row; give a layout", data)
    return Tensor(data, Layout(len(data)), offset)


def make_identity_tensor(shape: IntTuple) -> Tensor:
    """Return the tensor whose value at a coordinate is that coordinate.

    Ensures: ``make_identity_tensor(S)(c) == c`` for every natural coordinate c of a tuple S.
    CuTe: ``make_identity_tensor``; partition it to see which thread owns what.

    >>> I = make_identity_tensor((4, 8))
    >>> print(I, I[3, 5])
    (0,0) o (4,8):(1@0,1@1) (3, 5)
    """
    layout = Layout(clean(shape, "make_identity_tensor: an extent"), over=Zn)
    zero = layout(0) if layout.over is Zn else 0
    return Tensor(None, layout, zero)


def make_coord_tensor(layout: Any, offset: Any = 0) -> Tensor:
    """Return the tensor without a buffer whose values are those of a layout, as TMA tensors are.

    CuTe: ``make_coord_tensor``, ``make_counting_tensor``.

    >>> make_coord_tensor(Layout((4, 8), (8, 1)), 100)[2, 3]
    119
    """
    return Tensor(None, layout, offset)


def make_tensor_like(tensor: Any) -> Tensor:
    """Return a new tensor of zeros in the shape of ``tensor``, compact in the order of its strides.

    A numpy tensor gives a numpy tensor of the same type, any other one a list.  Strides 0 stay 0.
    CuTe: ``make_tensor_like``.

    >>> print(make_tensor_like(Tensor(None, Layout((4, 8), (64, 2)))))
    list[32] o (4,8):(8,1)
    """
    from ..construct import make_layout_like

    source = read_tensor(tensor, "make_tensor_like")
    return allocated(source, make_layout_like(_plain(source)))


def fragment_like(tensor: Any) -> Tensor:
    """Return a new tensor of zeros for registers: the first mode is fastest, the others keep the order of strides.

    CuTe: ``make_fragment_like``.
    """
    from ..construct import make_fragment_like

    source = read_tensor(tensor, "make_fragment_like")
    return allocated(source, make_fragment_like(_plain(source)))


def allocated(source: Tensor, layout: Layout) -> Tensor:
    """Return a tensor of zeros over a layout, of the type of the elements of ``source``."""
    count = layout.cosize
    if count > MAX_NEW:
        said = f"a new tensor over {_show(layout, 120, str)} has {amount(count)} elements, more than {MAX_NEW}"
        raise TooLargeError(said, count)
    if is_numpy(source.data):
        import numpy as np

        return Tensor(np.zeros(count, source.data.dtype), layout)
    return Tensor([0] * count, layout)


def _plain(tensor: Tensor) -> Layout:
    """Return the layout whose order a copy follows; of a chain that is the layout at its end."""
    layout = tensor.layout
    while isinstance(layout, ComposedLayout):
        layout = layout.inner
    return layout  # type: ignore[no-any-return]


def read_tensor(value: Any, operation: str) -> Tensor:
    """Return a tensor, or the tensor without a buffer over a layout; refuse the rest."""
    if isinstance(value, Tensor):
        return value
    if isinstance(value, (Layout, ComposedLayout)):
        return Tensor(None, value)
    raise ProfileError(f"{operation}: {_show(value)} is neither a tensor nor a layout", value)
