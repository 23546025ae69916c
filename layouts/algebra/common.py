"""What two layouts have in common: the elements that both of them keep in the same order, one after the other.

A copy may move several elements at once where they lie side by side on both sides.  By hand, A = ``(4,8):(1,4)`` and
B = ``(4,8):(1,5)``: both keep the indices 0 1 2 3 in the places 0 1 2 3, and then they part; the vector has 4 elements.
"""

from __future__ import annotations

from ..equality import difference
from ..errors import LayoutError, NotALayoutError, NotInvertibleError, ProfileError
from ..layout import Layout, read_layout, trusted
from ..linearity import bit_images, from_images, is_carry_free, to_f2
from ..module import F2, Z, Zn
from .coalesce import coalesce, describe
from .composition import composition
from .inverse import right_inverse

__all__ = ["max_common_layout", "max_common_vector"]


def max_common_layout(A: Layout, B: Layout) -> Layout:
    """Return the layout R with A(R(i)) == B(R(i)) == i, as large as a right inverse of A or of B allows.

    Ensures:  ``A(R(i)) == i`` and ``B(R(i)) == i`` for every i below size(R); R(i) is an index of both; R is coalesced.
    Over F2 no larger R exists.  Where one layout is over F2 and the other carry-free over Z, both are read over F2.
    Raises:   ProfileError where the values are coordinates, or the modules do not meet.
    Cost:     two right inverses and a composition for each mode of theirs; over F2 one elimination.
    CuTe:     ``max_common_layout``, which may exceed the domain.

    >>> print(max_common_layout(Layout((4, 8), (1, 4)), Layout((4, 8), (1, 5))))
    4:1
    >>> print(max_common_layout(Layout((4, 8), (8, 1)), Layout((4, 8), (16, 1))))
    8:4
    """
    A, B = read_layout(A, "max_common_layout"), read_layout(B, "max_common_layout")
    if A._over is Zn or B._over is Zn:
        raise ProfileError("max_common_layout: coordinates are not in a row; use the axes one by one", (A, B))
    if A._over is not B._over and all([L._over is F2 or is_carry_free(L) for L in (A, B)]):
        A, B = to_f2(A), to_f2(B)
    if A._over is not B._over:
        raise ProfileError(f"max_common_layout: {describe(A)} and {describe(B)} live in different modules", (A, B))
    if A._over is F2:
        return _common_f2(A, B)
    first, second = _follow(B, A), _follow(A, B)
    return first if first.size >= second.size else second


def max_common_vector(A: Layout, B: Layout) -> int:
    """Return the size of ``max_common_layout(A, B)``: how many elements a vector copy from A to B can move at once.

    CuTe: ``max_common_vector``.

    >>> max_common_vector(Layout((4, 8), (1, 4)), Layout((4, 8), (1, 5))), max_common_vector(Layout(8), Layout(8, 2))
    (4, 1)
    """
    return max_common_layout(A, B).size


def _follow(A: Layout, B: Layout) -> Layout:
    """Follow the right inverse of A mode by mode as long as B takes the same values on it."""
    inverse = right_inverse(A)
    extents: list[int] = []
    strides: list[int] = []
    room = B.size - 1
    for s, d in zip(inverse._s, inverse._d, strict=True):
        extents.append(min(s, room // d + 1) if d else s)
        strides.append(d)
        room -= (extents[-1] - 1) * d
        wrong = _first_wrong(B, extents, strides)
        if wrong is not None:
            below = 1
            for extent in extents[:-1]:
                below *= extent
            extents[-1] = wrong // below
        if wrong is not None or extents[-1] < s:
            break
    return coalesce(trusted(tuple(extents), tuple(strides), Z))


def _first_wrong(B: Layout, extents: list[int], strides: list[int]) -> int | None:
    """Return the first i with B(R(i)) != i, where all modes of R but the last are known to be right, or None."""
    common = trusted(tuple(extents), tuple(strides), Z)
    try:
        return difference(composition(B, common), Layout(common.size))
    except NotALayoutError:
        pass
    low, high = 0, extents[-1]  # with `low` steps of the last mode it is right, with `high` steps wrong
    below = common.size // high
    while high - low > 1:
        middle = (low + high) // 2
        part = trusted((*extents[:-1], middle), common._stride, Z)
        try:
            right = difference(composition(B, part), Layout(part.size)) is None
        except LayoutError:
            right = False
        low, high = (middle, high) if right else (low, middle)
    return low * below


def _common_f2(A: Layout, B: Layout) -> Layout:
    """Solve A x = B x = unit bit, bit after bit, on the index bits that both have."""
    from ..bits import BitMatrix

    a, b = bit_images(A), bit_images(B)
    height = max([image.bit_length() for image in (*a, *b)], default=0)
    stacked = BitMatrix(tuple([x | y << height for x, y in zip(a, b, strict=False)]), rows=2 * height)
    columns: list[int] = []
    for bit in range(height):
        try:
            columns.append(stacked.solve(1 << bit | 1 << bit + height))
        except NotInvertibleError:
            break
    return coalesce(from_images(tuple(columns), 1 << len(columns)))
