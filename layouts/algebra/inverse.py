"""Inverses: from values back to coordinates, as far as a layout can say it.

A *right inverse* R of A satisfies ``A(R(i)) == i`` for i below size(R): it finds a coordinate for each of the first
values.  A *left inverse* L satisfies ``A(L(A(i))) == A(i)``: it finds a coordinate of every value that A takes, and
its value at the holes of A is free.  Where A is a bijection both are ``inverse``.

Over Z both follow the *chain* of strides in ascending order.  By hand, A = ``(4,8):(8,1)``: the stride 1 belongs to the
digit with extent 8, whose unit is index 4; after 8 values the stride 8 follows, whose unit is index 1; so R is
``(8,4):(4,1)``.  With padding, A = ``(4,8):(1,5)``, the right inverse ends after 4 values, and the left inverse steps
over the gap by making its first extent 5: ``(5,8):(1,4)``.  Where the strides form no chain, a left inverse may still
exist: ``(2,2):(2,3)`` takes 0 2 3 5, and ``(2,3):(1,1)`` leads back from there to 0 1 2 3; ``sections`` looks for it.

Over F2 both are linear algebra, and always exist.
"""

from __future__ import annotations

from ..codomain import coprofile
from ..errors import NotInvertibleError
from ..layout import Layout, chain, read_layout, trusted
from ..linearity import bit_images, from_images, from_modes
from ..module import F2, Z, Zn
from .coalesce import coalesce, describe, flat
from .injective import collision, missed_value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    _Mode = tuple[int, int, int]  # stride, extent, index of the unit digit
    _Modes = list[tuple[int, int]]  # (extent, stride) of the result

__all__ = ["inverse", "left_inverse", "right_inverse"]


def right_inverse(layout: Layout) -> Layout:
    """Return the layout R with A(R(i)) == i for every i below size(R), as large as the chain of strides allows.

    Over Z the modes of the coalesced layout are taken as wholes; strides 0 and strides that are already covered are
    passed over, and among equal strides the one counts that leads furthest.  Over F2, R is the smallest right inverse
    on the largest 2**k whose values are all taken.  Over Zn, R takes a coordinate c and
    ``A(R(c)) == c``, each axis by its own chain.
    Ensures:  ``A(R(i)) == i``; R is injective and coalesced; size(R) is 1 in the worst case.
    Cost:     a sort of the modes; over F2 one elimination.
    CuTe:     ``right_inverse``.

    >>> print(right_inverse(Layout((4, 8), (8, 1))), right_inverse(Layout((4, 8), (0, 1))), right_inverse(Layout(5, 2)))
    (8,4):(4,1) 8:4 1:0
    >>> print(right_inverse(Layout((8, 64), (72, 1), over=F2)))
    (64,8):(F8,F65)
    """
    if type(layout) is not Layout:
        act = getattr(type(layout), "_right_inverse", None)  # a chain
        if act is not None:
            return act(layout)  # type: ignore[no-any-return]
        layout = read_layout(layout, "right_inverse")
    if layout._over is Z:
        found = _simple_right(layout)
        if found is not None:
            return found
    if layout._over is F2:
        return _right_inverse_f2(layout)
    if layout._over is Zn:
        return _by_axis(layout, _right_chain)
    extents, strides, places = layout._chain or chain(layout)
    return _from_chain(_right_chain(list(zip(strides, extents, places, strict=True))))


def left_inverse(layout: Layout) -> Layout:
    """Return a layout L with A(L(A(i))) == A(i) for every i below size(A); for injective A that is L(A(i)) == i.

    Over Z the strides are followed as a chain: each, in ascending order, a multiple of the one before that clears its
    span; a gap becomes a longer extent, and a hole at the start a mode with stride 0; strides 0 of A are passed over.
    Where the chain breaks, all numeral systems are searched.  Over F2, L is linear, the smallest solution on the image
    and 0 on its standard complement.  Over Zn, L takes a coordinate, each axis on its own.
    Ensures:  0 <= L(A(i)) < size(A); the value of L where A has a hole is free.
    Raises:   NotInvertibleError where there is none: with the first index up to which none is right, or the first
    index whose value is negative; over Zn with a stride that moves several axes, for which none is looked for.
    TooLargeError when the strides form no chain and the search does not settle it.
    Cost:     a sort of the modes; a bounded search where the chain breaks; over F2 one elimination.
    CuTe:     ``left_inverse``, which follows the chain and does not check it.

    >>> print(left_inverse(Layout((4, 8), (1, 5))), left_inverse(Layout(5, 2)))
    (5,8):(1,4) (2,5):(0,1)
    >>> print(left_inverse(Layout((2, 2), (2, 3))), left_inverse(Layout((2, 2), (1, 1))))
    (2,3):(1,1) (2,2):(1,3)
    >>> left_inverse(Layout((5, 3), (3, 5)))
    Traceback (most recent call last):
    layouts.errors.NotInvertibleError: left_inverse: (5,3):(3,5) has none: no layout sends its values at the indices \
0..11 back, and without index 11, of value 13, some layout does
    """
    if type(layout) is not Layout:
        act = getattr(type(layout), "_left_inverse", None)  # a chain
        if act is not None:
            return act(layout)  # type: ignore[no-any-return]
        layout = read_layout(layout, "left_inverse")
    if layout._over is Z:
        quick = _simple_left(layout)
        if quick is not None:
            return quick
    if layout._over is F2:
        return _left_inverse_f2(layout)

    def follow(modes: list[_Mode]) -> _Modes:
        return _left_chain(layout, modes)

    if layout._over is Zn:
        return _by_axis(layout, follow)
    extents, strides, places = layout._chain or chain(layout)
    return _from_chain(follow(list(zip(strides, extents, places, strict=True))))


def inverse(layout: Layout) -> Layout:
    """Return the layout R with A(R(i)) == i and R(A(i)) == i for every i below the size.

    Requires: a bijection onto 0..size-1, over Z or F2.
    Raises:   NotInvertibleError with a pair of indices that collide, or with the first value that is missed.

    >>> print(inverse(Layout((8, 64), (72, 1), over=F2)))
    (64,8):(F8,F65)
    >>> inverse(Layout(4, 2))
    Traceback (most recent call last):
    layouts.errors.NotInvertibleError: inverse: 4:2 misses the value 1
    """
    act = getattr(type(layout), "_inverse", None)  # a chain
    if act is not None:
        return act(layout)  # type: ignore[no-any-return]
    layout = read_layout(layout, "inverse")
    if layout._over is Zn:
        raise NotInvertibleError(f"inverse: the values of {layout} are coordinates; use right_inverse", None)
    result = right_inverse(layout)
    if result.size == layout.size:
        return result
    pair = collision(layout)
    if pair is not None:
        raise NotInvertibleError(f"inverse: {_collides(layout, pair)}", pair)
    low, _ = layout.bounds()
    if low < 0:
        raise NotInvertibleError(f"inverse: {describe(layout)} takes the value {low}, which is no index", low)
    missed = missed_value(layout)  # there is one: an injective layout without holes is a bijection
    raise NotInvertibleError(f"inverse: {describe(layout)} misses the value {missed}", missed)


def _collides(layout: Layout, pair: tuple[int, int]) -> str:
    i, j = pair
    return f"{describe(layout)} takes the value {layout(i)} at the indices {i} and {j}"


# -- chains ------------------------------------------------------------------------------------------------------------


def _right_chain(modes: list[_Mode]) -> _Modes:
    """Follow the strides from 1 as long as each is the product of the extents before it."""
    best: dict[int, tuple[int, int, int]] = {}  # stride -> (how far a chain from it reaches, extent, place)
    for stride, extent, place in sorted(modes, reverse=True):
        if stride > 0 and extent > 1:
            following = best.get(stride * extent)
            reach = following[0] if following else stride * extent
            if stride not in best or reach > best[stride][0]:
                best[stride] = reach, extent, place
    found = []
    reached = 1
    while reached in best:
        _, extent, place = best[reached]
        found.append((extent, place))
        reached *= extent
    return found


def _left_chain(layout: Layout, modes: list[_Mode]) -> _Modes:
    """Follow all strides, each a multiple of the one before it that clears its span; else search."""
    ordered = sorted([mode for mode in modes if mode[0] != 0 and mode[1] > 1])
    if ordered and ordered[0][0] < 0:
        stride, _, place = min([mode for mode in ordered if mode[0] < 0], key=lambda mode: mode[2])
        raise NotInvertibleError(
            f"left_inverse: {describe(layout)} takes the value {stride} at index {place}, and {stride} is no index",
            place,
        )
    found = _followed(ordered)
    if found is not None:
        return list(zip(found._s, found._d, strict=True))
    from .sections import section

    return section(layout, modes)


def _simple_right(layout: Layout) -> Layout | None:
    """Follow the chain leaf by leaf where no two leaves share a stride; None otherwise."""
    at: dict[int, tuple[int, int]] = {}  # stride -> (extent, index of the unit digit)
    place = leaves = 1
    for s, d in zip(layout._s, layout._d):  # noqa: B905 - equal lengths by construction; this is the hot path
        if s != 1:
            if d:
                at[d] = s, place
                leaves += 1
            place *= s
    if len(at) + 1 != leaves:
        return None
    extents: list[int] = []
    strides: list[int] = []
    reached, follow = 1, -1
    while reached in at:
        s, place = at[reached]
        reached *= s
        if place == follow:
            extents[-1] *= s
        else:
            extents.append(s)
            strides.append(place)
        follow = place * s
    return flat(extents, strides)


def _simple_left(layout: Layout) -> Layout | None:
    """Follow the chain leaf by leaf; None where it breaks."""
    modes = []
    place = 1
    for s, d in zip(layout._s, layout._d):  # noqa: B905 - equal lengths by construction; this is the hot path
        if s != 1:
            if d:
                modes.append((d, s, place))
            place *= s
    modes.sort()
    return _followed(modes)


def _followed(modes: list[_Mode]) -> Layout | None:
    """Follow ascending strides other than 0 of extents other than 1; None where one does not clear what is below it."""
    extents: list[int] = []
    strides: list[int] = []
    extent, step, place, follow = 1, 1, 0, -1  # the leading hole is a mode with stride 0
    for d, s, index in modes:
        if d < step * extent or d % step:
            return None
        if d != step:
            gap = d // step
            if place == follow:
                extents[-1] *= gap
            else:
                extents.append(gap)
                strides.append(place)
            follow = place * gap
        step, extent, place = d, s, index
    if place == follow:
        extents[-1] *= extent
    elif extent != 1:
        extents.append(extent)
        strides.append(place)
    return flat(extents, strides)


def _from_chain(modes: _Modes) -> Layout:
    shape = tuple([s for s, _ in modes])
    return coalesce(trusted(shape, tuple([d for _, d in modes]), Z))


def _by_axis(layout: Layout, follow: Callable[[list[_Mode]], _Modes]) -> Layout:
    """Invert each axis of a layout over Zn; the result takes coordinates of the codomain to indices."""
    extents, strides, places = chain(layout)
    axes: dict[tuple[int, ...], list[_Mode]] = {}
    for s, d, place in zip(extents, strides, places, strict=True):
        terms = list(d.terms())
        if len(terms) > 1 and s > 1 and follow is not _right_chain:
            raise NotInvertibleError(
                f"left_inverse: the stride {d} of {describe(layout)} moves several axes; a chain is on one axis",
                d,
            )
        if len(terms) == 1:
            axes.setdefault(terms[0][0], []).append((terms[0][1], s, place))
    parts = []
    profile = coprofile(layout._d)
    for path in _paths(profile, ()):
        result = _from_chain(follow(axes.get(path, [])))
        parts.append([(s, d) for s, d in zip(result._s, result._d, strict=True) if s > 1])
    return from_modes(parts, profile, Z)


def _paths(tree: Any, path: tuple[int, ...]) -> list[tuple[int, ...]]:
    if not isinstance(tree, tuple):
        return [path]
    return [found for axis, child in enumerate(tree) for found in _paths(child, (*path, axis))]


# -- over F2 -----------------------------------------------------------------------------------------------------------


def _right_inverse_f2(layout: Layout) -> Layout:
    from ..bits import BitMatrix

    matrix = BitMatrix(bit_images(layout))
    columns: list[int] = []
    for bit in range(matrix.rows):
        try:
            columns.append(matrix.solve(1 << bit))
        except NotInvertibleError:
            break
    return from_images(tuple(columns), 1 << len(columns))


def _left_inverse_f2(layout: Layout) -> Layout:
    from ..bits import BitMatrix

    columns = BitMatrix(bit_images(layout)).pseudoinverse().columns
    return from_images(columns, 1 << len(columns))
