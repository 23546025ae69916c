"""``coalesce``: the shortest flat layout that is the same function on the domain.

By hand, ``(2,(1,6)):(1,(6,2))`` takes the values 0, 1, 2, ..., 11: the digit 2:1 is continued by 6:2, and the extent 1
says nothing, so it is ``12:1``.
"""

from __future__ import annotations

from ..errors import ProfileError
from ..inttuple import _show, check_depth, text, to_int
from ..joining import make_layout
from ..layout import Layout, assembled, modes, read_layout
from ..module import Z
from .inside import inside

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..inttuple import Coordinate

__all__ = ["coalesce", "coalesce_z", "describe", "flat"]


def coalesce(layout: Layout, profile: Coordinate = 1) -> Layout:
    """Return the layout of least rank with the same size and the same values, in the form that ``profile`` asks.

    An integer profile gives depth at most 1: neighbours s:d and t:(s.d) merge, extents 1 go, and ``1:0`` stands for
    an empty result.  A tuple applies its parts to the modes and leaves further modes alone; ``None`` leaves a mode
    alone.  Of a chain the first map is coalesced.
    Ensures: ``equal(coalesce(L), L)``; idempotent; two layouts over Z are equal functions exactly when their
    coalesced forms are identical.
    Raises: ProfileError when the profile has more modes than the layout.
    Cost: one step for each leaf.
    CuTe: ``coalesce``; the value beyond the size may change, see ``modes``.

    >>> coalesce(Layout((2, (1, 6)), (1, (6, 2))))
    Layout(12, 1)
    >>> coalesce(Layout(((2, 2), (2, 4)), ((1, 2), (4, 8))), (1, 1))
    Layout((4, 8), (1, 4))
    >>> coalesce(Layout(((2, 2), (2, 4)), ((1, 2), (4, 8))), (None, 1))
    Layout(((2, 2), 8), ((1, 2), 4))
    """
    if not isinstance(layout, Layout):
        return inside("coalesce", layout, lambda inner: coalesce(inner, profile))
    if type(profile) is not int:
        return _by_profile(layout, profile)
    extents, strides = layout._modes or modes(layout)
    if extents[-1] == 1:
        if len(extents) == 1:
            zero = layout._over.zero
            return assembled(1, zero, extents, (zero,), layout._over)
        extents, strides = extents[:-1], strides[:-1]
    if len(extents) == 1:
        return assembled(extents[0], strides[0], extents, strides, layout._over)
    if extents is layout._shape:
        return layout
    return assembled(extents, strides, extents, strides, layout._over)


def _by_profile(layout: Layout, profile: Coordinate) -> Layout:
    if profile is None:
        return layout
    if not isinstance(profile, tuple):
        return coalesce(layout, to_int(profile, "coalesce: a part of the profile"))
    check_depth("coalesce", profile, "profile")
    if len(profile) > layout.rank:
        raise ProfileError(f"coalesce: the profile {_show(profile)} has more modes than {layout}", profile)
    modes = [coalesce(layout[k], part) for k, part in enumerate(profile)]
    return make_layout(*modes, *[layout[k] for k in range(len(profile), layout.rank)])


def coalesce_z(layout: Layout) -> Layout:
    """Return the layout of least rank that is the same function on all natural numbers, beyond the size too.

    A trailing extent 1 stays unless it continues its neighbour, since the last stride is the one that goes on.
    Ensures: ``R(i) == L(i)`` for every natural i; the same size; idempotent.
    Cost: one step for each leaf.
    PyCuTe: ``coalesce_z``.

    >>> print(coalesce_z(Layout((4, 1), (1, 8))), coalesce(Layout((4, 1), (1, 8))), coalesce_z(Layout((2, 2, 1))))
    (4,1):(1,8) 4:1 4:1
    """
    layout = read_layout(layout, "coalesce_z")
    extents, strides = modes(layout)
    if len(extents) == 1:
        return assembled(extents[0], strides[0], extents, strides, layout._over)
    return assembled(extents, strides, extents, strides, layout._over)


def flat(extents: list[int], strides: list[int]) -> Layout:
    """Return the layout over Z with modes that do not merge, in the form that ``coalesce`` gives."""
    if len(extents) > 1:
        s, d = tuple(extents), tuple(strides)
        return assembled(s, d, s, d, Z)
    if not extents:
        return assembled(1, 0, (1,), (0,), Z)
    return assembled(extents[0], strides[0], (extents[0],), (strides[0],), Z)


def describe(layout: Layout) -> str:
    """Return the layout for a message, cut when it is long."""
    shown = str(layout)
    return shown if len(shown) <= 120 else f"a layout of shape {text(layout.shape)[:60]}..."
