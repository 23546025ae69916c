"""``layout_add``: the sum of two layouts, index by index.

A layout with the extents and strides of its modes is on its indices a sum of steps, ``L(i) = sum of c_P * (i // P)``
over the places P of its digits, where c_P tells by how much the stride at P differs from the one that would continue
the mode below.  By hand, ``(4,2):(1,8)`` is i + 4 * (i // 4): at every fourth index it skips 4.  The functions i // P
are independent, so the sum of two layouts has the sums of their steps and no other.  It is a layout exactly when the
places that are left form a chain, each dividing the next, and the last one the size.
"""

from __future__ import annotations

from typing import Any

from ..errors import NotALayoutError, ProfileError
from ..layout import Layout, chain, read_layout, trusted
from ..linearity import bit_images, from_images
from ..module import F2
from .coalesce import coalesce, describe

__all__ = ["layout_add"]


def layout_add(A: Layout, B: Layout) -> Layout:
    """Return the coalesced layout R with R(i) == A(i) + B(i) for every index i.

    The sum is that of the module: integers, coordinates, or XOR over F2, where ``layout_add(A, A)`` is 0 everywhere.
    Requires: equal sizes, one module (a layout whose strides are all 0 fits each).
    Ensures:  ``R(i) == A(i) + B(i)``; answers exactly when such a layout exists; commutative and associative.
    Raises:   ProfileError for different sizes or modules; NotALayoutError with the first index at which every layout
    that is right before it goes wrong.
    Cost:     one step for each mode; over F2 one for each bit of the size.
    PyCuTe:   ``layout_add``, which asks for a common refinement of the shapes.

    >>> print(layout_add(Layout((4, 2), (1, 8)), Layout((2, 4), (1, 10))))
    (2,2,2):(2,12,28)
    >>> print(layout_add(Layout((2, 3), (1, 2)), Layout((3, 2), (5, 15))))
    6:6
    >>> layout_add(Layout((2, 3), (1, 9)), Layout((3, 2), (1, 9)))
    Traceback (most recent call last):
    layouts.errors.NotALayoutError: layout_add: (2,3):(1,9) + (3,2):(1,9) is not a layout: both break their run, at \
index 2 and at index 3, and 2 does not divide 3
    """
    A, B = read_layout(A, "layout_add"), read_layout(B, "layout_add")
    if A.size != B.size:
        raise ProfileError(
            f"layout_add: {describe(A)} has {A.size} coordinates and {describe(B)} has {B.size}", (A.size, B.size)
        )
    over = A._over if any(A._d) or not any(B._d) else B._over
    if any([L._over is not over and any(L._d) for L in (A, B)]):
        raise ProfileError(f"layout_add: {describe(A)} and {describe(B)} live in different modules", (A, B))
    if over is F2:
        return _add_f2(A, B)
    steps = _steps(A)
    for place, step in _steps(B).items():
        steps[place] = steps.get(place, 0) + step
    places = sorted([place for place, step in steps.items() if step])
    _check_chain(A, B, places)
    places = places if places[:1] == [1] else [1, *places]
    extents, strides, stride, previous = [], [], over.zero, 1
    for place, end in zip(places, [*places[1:], A.size], strict=True):
        stride = stride * (place // previous) + steps.get(place, over.zero)
        previous = place
        extents.append(end // place)
        strides.append(stride)
    return coalesce(trusted(tuple(extents), tuple(strides), over))


def _steps(layout: Layout) -> dict[int, Any]:
    """Return the step c_P at each place P: the stride there less the one that would continue the mode below."""
    extents, strides, places = chain(layout)
    found = {}
    follow: Any = 0
    for s, d, place in zip(extents, strides, places, strict=True):
        if s > 1:
            found[place] = d - follow if follow else d
            follow = d * s
        elif follow:
            follow = follow * s
    return found


def _check_chain(A: Layout, B: Layout, places: list[int]) -> None:
    below = 1
    for place in places:
        if place % below or A.size % place:
            sum_of = f"layout_add: {describe(A)} + {describe(B)} is not a layout:"
            why = f"both break their run, at index {below} and at index {place}, and {below} does not divide {place}"
            if not place % below:
                why = f"it breaks its run at index {place}, which does not divide the size {A.size}"
            raise NotALayoutError(f"{sum_of} {why}", place)
        below = place


def _add_f2(A: Layout, B: Layout) -> Layout:
    """Add the images of the index bits; a layout without strides has none but 0."""
    count = A.size.bit_length() - 1
    images = [bit_images(L) if any(L._d) else (0,) * count for L in (A, B)]
    return coalesce(from_images(tuple([a ^ b for a, b in zip(*images, strict=True)]), A.size))
