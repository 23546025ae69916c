"""Chains taken apart: what a ``ComposedLayout`` is link by link, its bounds over F2, and its inverses.

The inverse of a chain is the chain of the inverses, from the last map to the first: R = L^R o (-o) o f^-1, where a
swizzle is its own inverse.  It takes values, so it ends in a layout ``n:1`` that tells which.  By hand, C =
``Sw<3,3,3> o 0 o (8,64):(64,1)``: the inverse of ``(8,64):(64,1)`` is ``(64,8):(8,1)``, and R is
``(64,8):(8,1) o 0 o Sw<3,3,3> o 0 o 512:1``; the value 72 goes to 64 by the swizzle, and on to the index 1.
"""

from __future__ import annotations

from .algebra.injective import is_injective
from .algebra.inverse import inverse, left_inverse, right_inverse
from .codomain import first_reaching
from .composed import ComposedLayout
from .errors import LayoutError, NotInvertibleError, TooLargeError
from .inttuple import amount
from .layout import Layout
from .linearity import bit_images, is_carry_free
from .module import F2, Zn
from .swizzle import Swizzle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    _Map = Swizzle | Layout | None
    _Links = list[tuple[_Map, Any]]  # (outer, offset), the last map first

__all__ = ["affine_bounds", "inverse_of", "left_inverse_of", "right_inverse_of"]

_WIDEST = 2**10
"""The most bits on which the reach of a swizzle is worked out."""


def links_of(chain: ComposedLayout) -> tuple[_Links, Layout]:
    """Return the maps and offsets of a chain, the last map first, and the layout at its beginning."""
    links: _Links = []
    inner: Any = chain
    while isinstance(inner, ComposedLayout):
        links.append((inner.outer, inner.offset))
        inner = inner.inner
    return links, inner


# -- linear over F2, up to a constant ----------------------------------------------------------------------------------


def affine_bounds(chain: ComposedLayout) -> tuple[int, int] | None:
    """Return the smallest and the largest value where the chain is linear over F2 up to a constant, or None."""
    found = _affine(chain)
    if found is None:
        return None
    images, constant = found
    low = high = constant
    for top, vector in sorted(_echelon(images), reverse=True):
        low = min(low, low ^ vector) if low >> top & 1 else low
        high = max(high, high ^ vector)
    return low, high


def _affine(chain: ComposedLayout) -> tuple[list[int], int] | None:
    """Return (images, constant): the value at an index is the XOR of the constant and the images of its bits."""
    links, base = links_of(chain)
    if base.over is not F2 and not is_carry_free(base):
        return None
    images, constant = list(bit_images(base)), 0
    for outer, offset in reversed(links):
        if offset:
            bits = constant
            for image in images:
                bits |= image
            if not isinstance(offset, int) or offset < 0 or offset & bits:
                return None
            constant |= offset
        if outer is None:
            continue
        if isinstance(outer, Layout) and outer.over is not F2:
            return None
        images, constant = [outer(image) for image in images], outer(constant)
    return images, constant


def _echelon(images: Iterable[int]) -> list[tuple[int, int]]:
    """Return (top bit, vector) pairs that span the images, each from those before it in the list of images."""
    basis: dict[int, int] = {}
    for image in images:
        vector = image
        while vector:
            top = vector.bit_length() - 1
            if top not in basis:
                basis[top] = vector
                break
            vector ^= basis[top]
    return list(basis.items())


def _first_beyond(images: list[int], bound: int) -> int:
    """Return the smallest index whose XOR of images is at least ``bound``, or 2**n when none is.

    The bits are fixed from the top down: a bit stays 0 when the free bits below it can still reach the bound.
    """
    basis: list[tuple[int, int, int]] = []  # (top bit, vector, how many images it takes)
    for k, image in enumerate(images):
        vector = image
        for top, known, _ in sorted(basis, reverse=True):
            if vector >> top & 1:
                vector ^= known
        if vector:
            basis.append((vector.bit_length() - 1, vector, k + 1))
    basis.sort(reverse=True)

    def reaches(start: int, free: int) -> bool:
        for top, vector, needed in basis:
            if needed <= free and not start >> top & 1:
                start ^= vector
        return start >= bound

    if not reaches(0, len(images)):
        return 1 << len(images)
    index = value = 0
    for k in reversed(range(len(images))):
        if not reaches(value, k):
            index |= 1 << k
            value ^= images[k]
    return index


def _first_swizzled_beyond(swizzle: Swizzle, bound: int) -> int:
    """Return the smallest index that a swizzle sends to ``bound`` or beyond.

    Blocks stay blocks, so it is in the block of the bound, and the bits inside the block decide.
    """
    width = swizzle.base + swizzle.bits + abs(swizzle.shift)
    inside = bound & ((1 << width) - 1)
    if not inside or not swizzle.reaches(0, bound - 1):
        return bound
    if inside.bit_length() > _WIDEST:
        raise TooLargeError(f"right_inverse: {swizzle} would be looked at on {width} bits, more than {_WIDEST}", width)
    images = [swizzle(1 << k) for k in range(inside.bit_length())]
    return bound - inside + min(_first_beyond(images, inside), inside)


# -- inverses ----------------------------------------------------------------------------------------------------------


def right_inverse_of(chain: ComposedLayout) -> ComposedLayout:
    """Return the chain R with C(R(i)) == i for every i below size(R), made of the right inverses of the maps.

    Where the whole is one plain layout whose right inverse goes further, R is that one, after ``n:1``.
    Raises:  NotInvertibleError where not even the value 0 is found.
    """
    links, base = links_of(chain)
    plain = chain.as_layout()
    found: ComposedLayout | None = None
    if not any([isinstance(outer, Layout) for outer, _ in links]) or plain is None:
        found = _right_links(links, base)
    if plain is not None:
        whole = right_inverse(plain)
        if found is None or whole.size > found.size:
            return _after_identity(whole, plain)
    if found is None:
        raise NotInvertibleError(
            f"right_inverse: no index is found for the value 0 of {chain}, for it takes the value {chain(0)} at index "
            f"0; that 0 is not taken is not proved where strides or offsets are negative",
            0,
        )
    return found


def _right_links(links: _Links, base: Layout) -> ComposedLayout | None:
    if base.over is Zn or any([isinstance(outer, Layout) and outer.over is Zn for outer, _ in links]):
        return None
    first = right_inverse(base)
    size = first.size
    maps: _Links = []
    for outer, offset in reversed(links):
        if not isinstance(offset, int) or offset > 0 or size + offset < 1:
            return None  # the value 0 is not among those that are found
        back, size = _beyond(outer, size + offset)
        maps.append((back, offset))
    return _chained(first, maps, size)


def _beyond(outer: _Map, bound: int) -> tuple[_Map, int]:
    """Return the right inverse g of a map, and the smallest index i with g(i) >= bound, or the size of g."""
    if outer is None:
        return None, bound
    if isinstance(outer, Swizzle):
        return outer, _first_swizzled_beyond(outer, bound)
    back = right_inverse(outer)
    if back.over is F2:
        return back, min(_first_beyond(list(bit_images(back)), bound), back.size)
    index = first_reaching(back._s, back._d, bound)
    return back, back.size if index is None else index


def inverse_of(chain: ComposedLayout) -> ComposedLayout:
    """Return the right inverse of a chain that is a bijection onto 0..size-1.

    Raises:  NotInvertibleError as ``inverse`` does where the chain is one layout, or with the size of what is found.
    """
    plain = chain.as_layout()
    if plain is not None:
        inverse(plain)  # refuses with a witness
    found = right_inverse_of(chain)
    if found.size != chain.size:
        raise NotInvertibleError(
            f"inverse: only the values below {amount(found.size)} of {chain} are found, of {amount(chain.size)}",
            found.size,
        )
    return found


def left_inverse_of(chain: ComposedLayout) -> ComposedLayout:
    """Return a chain R with C(R(C(i))) == C(i), made of the left inverses of the maps.

    It may have no value where C has a hole.  Where a map has no left inverse and the whole is one plain layout, R is
    the left inverse of that, after ``n:1``.
    Raises:  NotInvertibleError as ``left_inverse`` does, or where a map in the chain is not injective.
    """
    links, base = links_of(chain)
    try:
        return _left_links(chain, links, base)
    except LayoutError:
        plain = chain.as_layout()
        if plain is None:
            raise
        return _after_identity(left_inverse(plain), plain)


def _left_links(chain: ComposedLayout, links: _Links, base: Layout) -> ComposedLayout:
    first = left_inverse(base)
    low, high = base.bounds()
    maps: _Links = []
    for outer, offset in reversed(links):
        low, high = low + offset, high + offset
        if low < 0:
            raise NotInvertibleError(f"left_inverse: {chain} goes through the value {low}, which is no index", low)
        back: _Map = outer
        if isinstance(outer, Layout):
            back = left_inverse(outer)
            if high >= outer.size or not is_injective(outer):
                raise NotInvertibleError(f"left_inverse: {outer} in {chain} is not injective up to {high}", high)
            low, high = outer.bounds()
        elif outer is not None and outer.reaches(low, high):
            low, high = 0, (1 << max(high.bit_length(), outer.base + outer.bits + max(-outer.shift, 0))) - 1
        maps.append((back, offset))
    return _chained(first, maps, high + 1)


def _after_identity(inverse: Layout, plain: Layout) -> ComposedLayout:
    """Return an inverse as a chain that ends in the layout of the values it takes."""
    values = Layout(inverse.shape, over=Zn) if plain.over is Zn else Layout(inverse.size)
    return ComposedLayout(inverse, 0, values)


def _chained(first: Layout, maps: _Links, size: int) -> ComposedLayout:
    """Return first o (-o) o g o ... on 0..size-1, from the (g, o) of the maps, the first map first."""
    inner: Layout | ComposedLayout = Layout(size)
    pending = 0
    for back, offset in reversed(maps):
        inner = ComposedLayout(back, pending, inner)
        pending = -offset
    return ComposedLayout(first, pending, inner)
