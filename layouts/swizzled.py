"""The way back to CuTe's form: which swizzle after which plain layout is a given layout over F2.

By hand, ``(8,64):(F72,F1)`` has the images 72 144 288 and 1 2 4 8 16 32.  The bits 3 to 5 appear twice, as the images
8 16 32 and inside 72 = 64 + 8, 144 and 288, so they are targets; taken out of the first three, 64 128 256 remain, and
the swizzle that XORs the bits 6 to 8 onto the bits 3 to 5 puts them back: ``Sw<3,3,3> o 0 o (8,64):(64,1)``.
"""

from __future__ import annotations

from .composed import ComposedLayout
from .errors import NotALayoutError, ProfileError
from .inttuple import _show
from .layout import Layout, read_layout
from .linearity import bit_images, from_images, from_matrix, is_carry_free, to_f2, to_z
from .module import F2
from .swizzle import Swizzle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .bits import BitMatrix

__all__ = ["get_nonswizzle_portion", "get_swizzle_portion", "swizzled_forms"]


def swizzled_forms(layout: Layout | BitMatrix) -> tuple[ComposedLayout, ...]:
    """Return all ``Swizzle(B, M, S) o L`` with L over Z that are the same function, for the smallest B that has one.

    ``layout`` is a layout over F2, or a matrix whose columns are the images of the index bits.  The modes of L refine
    the modes of ``layout``, sub-modes fastest first.  The result is empty where no single swizzle does it, and has
    B = 0 where the layout is carry-free.
    Ensures: ``equal(form, layout)``; forms come with fewest modes first, then the smallest shift.
    Cost:    about n**2 trials of one step for each of n bits.

    >>> [str(form) for form in swizzled_forms(Layout((8, 64), (72, 1), over=F2))]
    ['Sw<3,3,3> o 0 o (8,64):(64,1)']
    """
    plain = isinstance(layout, (Layout, ComposedLayout)) or not hasattr(layout, "columns")
    linear = read_layout(layout, "swizzled_forms") if plain else from_matrix(layout)  # type: ignore[arg-type]
    linear = to_f2(linear)
    images = bit_images(linear)
    modes = tuple([mode.size for mode in linear]) if isinstance(linear.shape, tuple) else linear.size
    if is_carry_free(linear):
        return (ComposedLayout(Swizzle(0, 0, 0), 0, to_z(from_images(images, modes))),)
    height = max([image.bit_length() for image in images])
    seen = shared = 0
    for image in images:
        shared |= seen & image
        seen |= image
    first, last = (shared & -shared).bit_length() - 1, shared.bit_length() - 1
    for bits in range(last - first + 1, height + 1):  # every shared bit must be a target
        found = []
        for target in range(max(0, last - bits + 1), first + 1):
            for shift in _shifts(bits, target, height):
                swizzle = Swizzle(bits, min(target, target + shift), shift)
                inner = from_images(tuple(map(swizzle, images)), modes)
                if is_carry_free(inner):
                    found.append(ComposedLayout(swizzle, 0, to_z(inner)))
        if found:
            return tuple(sorted(found, key=_complexity))
    return ()


def _shifts(bits: int, target: int, height: int) -> list[int]:
    """Return the shifts that keep source and target apart, with the source among bits 0..height-1."""
    up = range(bits, height - target)
    down = range(bits, target + 1)
    return [*up, *[-s for s in down]]


def _complexity(form: ComposedLayout) -> tuple[int, int, int]:
    inner, swizzle = form.inner, form.outer
    modes = len(inner._s) if isinstance(inner, Layout) else 0
    shift = swizzle.shift if isinstance(swizzle, Swizzle) else 0
    return modes, abs(shift), -shift


def get_swizzle_portion(value: Any) -> Swizzle:
    """Return the swizzle S of ``S o offset o L``, or the identity ``Swizzle(0, 4, 3)`` of a layout without one.

    A layout over F2 has the swizzle of its first form in ``swizzled_forms``.
    Ensures:  for a chain without offset and for a layout, ``S(get_nonswizzle_portion(C)(i)) == C(i)``.
    Raises:   NotALayoutError when the layout over F2 is no single swizzle after a plain layout, or when the last map of
    the chain is a layout.
    CuTe:     ``get_swizzle_portion``, which has the same identity.

    >>> get_swizzle_portion(Layout((8, 64), (72, 1), over=F2)), get_swizzle_portion(Layout(8))
    (Swizzle(3, 3, 3), Swizzle(0, 4, 3))
    """
    swizzle, _ = _portions("get_swizzle_portion", value)
    return swizzle if swizzle.bits else Swizzle(0, 4, 3)


def get_nonswizzle_portion(value: Any) -> Any:
    """Return the layout L of ``S o offset o L``; a layout without a swizzle is returned as it is.

    The offset of a chain belongs to neither portion.
    Raises:   as ``get_swizzle_portion`` does.
    CuTe:     ``get_nonswizzle_portion``.

    >>> print(get_nonswizzle_portion(Layout((8, 64), (72, 1), over=F2)))
    (8,64):(64,1)
    """
    _, layout = _portions("get_nonswizzle_portion", value)
    return layout


def _portions(name: str, value: Any) -> tuple[Swizzle, Any]:
    if isinstance(value, ComposedLayout):
        if isinstance(value.outer, Layout):
            raise NotALayoutError(f"{name}: the last map of {value} is a layout and no swizzle", 0)
        return value.outer or Swizzle(0, 4, 3), value.inner
    if not isinstance(value, Layout):
        raise ProfileError(f"{name}: {_show(value)} is not a layout", value)
    if value.over is not F2:
        return Swizzle(0, 4, 3), value
    forms = swizzled_forms(value)
    if not forms:
        raise NotALayoutError(f"{name}: {value} is no single swizzle after a plain layout; it is one F2 matrix", 0)
    swizzle = forms[0].outer
    return swizzle if isinstance(swizzle, Swizzle) else Swizzle(0, 4, 3), forms[0].inner
