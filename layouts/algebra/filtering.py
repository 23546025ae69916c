"""Filtering: the modes with stride 0, on which a layout says the same thing again, taken out or looked at.

By hand, ``(2,4,3):(0,1,0)`` takes each of the values 0 1 2 3 six times.  Filtered it is ``4:1``; its nullspace, the
indices that are sent to 0, is made of the two other modes in their places, ``(2,3):(1,8)``: the indices 0 1 8 9 16 17.
"""

from __future__ import annotations

from ..inttuple import unflatten
from ..layout import Layout, chain, read_layout, trusted
from ..linearity import bit_images, from_images, from_modes
from ..module import F2, Z
from .coalesce import coalesce
from .inside import inside

__all__ = ["filter_modes", "filter_zeros", "nullspace"]


def filter_zeros(layout: Layout) -> Layout:
    """Return the layout with extent 1 at every leaf of stride 0; of a chain, in its first map.

    Ensures:  the same image and the same profile; the values are those of L with the digits of stride 0 left out.
    Cost:     one step for each leaf.
    CuTe:     ``filter_zeros``.

    >>> print(filter_zeros(Layout((2, (4, 3)), (0, (1, 0)))))
    (1,(4,1)):(0,(1,0))
    """
    if not isinstance(layout, Layout):
        return inside("filter_zeros", layout, filter_zeros)
    extents = tuple([s if d else 1 for s, d in zip(layout._s, layout._d, strict=True)])
    return trusted(unflatten(extents, layout._shape), layout._stride, layout._over)


def filter_modes(layout: Layout) -> Layout:
    """Return the layout without its modes of stride 0, coalesced; of a chain, in its first map.

    Ensures:  the same image; size is ``size(L) / size(nullspace(L))`` over Z and Zn.
    Cost:     one step for each leaf.
    CuTe:     ``filter``, a name that Python has given away.

    >>> print(filter_modes(Layout((2, 4, 3), (0, 1, 0))), filter_modes(Layout(4, 0)))
    4:1 1:0
    """
    if not isinstance(layout, Layout):
        return inside("filter_modes", layout, filter_modes)
    return coalesce(filter_zeros(layout))


def nullspace(layout: Layout) -> Layout:
    """Return the layout N of indices with L(N(i)) == 0, ascending: the modes with stride 0 in their places.

    Over Z and Zn only the strides count: ``(2,2):(1,-1)`` is 0 at index 3 too, and its nullspace is ``1:0``.  Over F2
    it is the kernel, with every index that is sent to 0: ``size(N) * (number of values) == size(L)``.
    Ensures:  ``L(N(i)) == 0``; injective; over Z and Zn ``size(N) * size(filter_modes(L)) == size(L)``, and N lives
    over Z; over F2 it lives over F2.
    Cost:     one step for each leaf; over F2 one elimination.
    CuTe:     ``nullspace``.

    >>> print(nullspace(Layout((4, 8, 2), (0, 1, 0))), nullspace(Layout(4, 0)), nullspace(Layout(8)))
    (4,2):(1,32) 4:1 1:0
    >>> print(nullspace(Layout((4, 2), (1, 3), over=F2)))
    2:F7
    """
    layout = read_layout(layout, "nullspace")
    if layout._over is F2:
        from ..bits import BitMatrix

        kernel = BitMatrix(bit_images(layout)).kernel().columns
        return from_images(kernel, 1 << len(kernel))
    extents, strides, places = chain(layout)
    modes = [(s, place) for s, d, place in zip(extents, strides, places, strict=True) if s > 1 and not d]
    return from_modes([modes], 1, Z)
