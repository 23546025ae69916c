"""Division: a layout cut into tiles, with the tile as one mode and the rest, which counts the tiles, as another.

By hand, A = ``12:1`` in tiles of every third element, B = ``4:3``: the tile takes the indices 0 3 6 9, and its
complement in 12 is ``3:1``, the indices 0 1 2 at which such tiles begin.  So the division is A o (4:3, 3:1), which is
``(4,3):(3,1)``: mode 0 walks through a tile, mode 1 from tile to tile.

A tiler is a tile for all of A (a layout, or an integer n for ``n:1``), or a tuple with a tiler for each mode.  The four
divisions have the same values and differ in how they group the modes.  Here ``(8,12):(12,1)`` by ``(4,3)``:

=======  ====================================  =========================================
form     result                                modes
=======  ====================================  =========================================
logical  ``((4,2),(3,4)):((12,48),(1,3))``     each mode of A as (tile, rest)
zipped   ``((4,3),(2,4)):((12,1),(48,3))``     (tiles, rests)
tiled    ``((4,3),2,4):((12,1),48,3)``         (tiles, rest, rest, ...)
flat     ``(4,3,2,4):(12,1,48,3)``             (tile, tile, ..., rest, rest, ...)
=======  ====================================  =========================================
"""

from __future__ import annotations

from ..codomain import axes, coprofile
from ..errors import LayoutError, ProfileError
from ..inttuple import check_depth, product, text
from ..joining import joined, make_layout
from ..layout import Layout, trusted
from ..module import F2, Z, Zn
from .coalesce import describe
from .complement import complement, is_complementable, quick_complement
from .composition import composition
from .injective import collision, missed_value
from .inside import inside

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ..inttuple import IntTuple

    Split = Callable[[Layout, Any], Layout]

__all__ = ["flat_divide", "logical_divide", "tiled_divide", "zipped_divide"]


def logical_divide(A: Any, tiler: Any, *, strict: bool = False) -> Any:
    """Return A o (B, complement of B in the size of A): mode 0 is the tile, mode 1 the rest.

    A tuple applies to the modes of A one by one and leaves further modes alone, as ``None`` leaves its mode alone.  B
    may live in any module: over Zn it is a tile of coordinates of A.  A may be a chain; then its first map is divided.
    A tile that does not divide A rounds up as in CuTe: the rest runs past the end of A, where the last leaf of A goes
    on, or, where the strides of B have remainders, leaves indices out.  With ``strict`` it is refused, and so is a tile
    that takes an index twice, as one with a stride 0 does.
    Ensures:  ``R(i, j) == A(B(i) + complement(B, size(A))(j))``; mode 0 is ``composition(A, B)``; no two coordinates
    stand for one index of A, strides 0 of B apart; with ``strict`` every index of A is there once.
    Raises:   NotInvertibleError with two indices of B that collide, or two strides of B that interleave;
    NotALayoutError with the index at which no layout can be right; ProfileError for a tiler with more modes than A;
    with ``strict`` LayoutError with the index of A that is left out, or else the last one that is reached, or else the
    two indices of B that are one in A.
    Cost:     a complement and a composition for each tile.
    CuTe:     ``logical_divide``, which may end the process where the strides of B overlap.

    >>> print(logical_divide(Layout(12), Layout(4, 3)), logical_divide(Layout((8, 12), (12, 1)), (4, 3)))
    (4,3):(3,1) ((4,2),(3,4)):((12,48),(1,3))
    >>> print(logical_divide(Layout((8, 12), (12, 1)), (None, 3)))
    (8,(3,4)):(12,(1,3))
    >>> print(logical_divide(Layout(12), 5))
    (5,3):(1,5)
    >>> logical_divide(Layout(12), 5, strict=True)
    Traceback (most recent call last):
    layouts.errors.LayoutError: logical_divide: 12:1 by 5: the tiles 5:1 reach index 14, and 12:1 ends at 11
    """
    return _divided("logical_divide", A, tiler, strict, by_mode)


def zipped_divide(A: Any, tiler: Any, *, strict: bool = False) -> Any:
    """Return the division with all tiles in mode 0 and all rests in mode 1.

    ``None`` in the tiler takes the whole mode as the tile, with the rest 1; modes beyond the tiler belong to the rest.
    Ensures:  the values of ``logical_divide``; ``R(i, j)`` is element i of tile j.
    Raises:   as ``logical_divide`` does.
    CuTe:     ``zipped_divide``.

    >>> print(zipped_divide(Layout((8, 12), (12, 1)), (4, 3)), zipped_divide(Layout((8, 12), (12, 1)), (None, 3)))
    ((4,3),(2,4)):((12,1),(48,3)) ((8,3),(1,4)):((12,1),(0,3))
    """
    return _divided("zipped_divide", A, tiler, strict, zipped)


def tiled_divide(A: Any, tiler: Any, *, strict: bool = False) -> Any:
    """Return the division with all tiles in mode 0 and each rest in a mode of its own.

    Ensures:  the values of ``zipped_divide``, whose mode 1 is unpacked by one level.
    Raises:   as ``logical_divide`` does.
    CuTe:     ``tiled_divide``.

    >>> print(tiled_divide(Layout((8, 12), (12, 1)), (4, 3)))
    ((4,3),2,4):((12,1),48,3)
    """
    return _divided("tiled_divide", A, tiler, strict, tiled)


def flat_divide(A: Any, tiler: Any, *, strict: bool = False) -> Any:
    """Return the division with each tile and then each rest in a mode of its own.

    Ensures:  the values of ``zipped_divide``, whose modes are unpacked by one level.
    Raises:   as ``logical_divide`` does.
    CuTe:     ``flat_divide``.

    >>> print(flat_divide(Layout((8, 12), (12, 1)), (4, 3)))
    (4,3,2,4):(12,1,48,3)
    """
    return _divided("flat_divide", A, tiler, strict, flat)


def _divided(name: str, A: Any, tiler: Any, strict: bool, form: Callable[[Layout, Any, Split], Layout]) -> Any:
    if not isinstance(A, Layout):
        return inside(name, A, lambda inner: _divided(name, inner, tiler, strict, form))
    check_depth(name, tiler)
    try:
        return form(A, tiler, lambda part, tile: _split(part, tile, strict))
    except LayoutError as error:
        raise renamed(error, name, A, tiler) from None


def renamed(error: LayoutError, name: str, A: Layout, tiler: Any) -> LayoutError:
    """Return the error of an inner operation with the operation in front that the reader has called."""
    why = str(error).removesuffix(" ComposedLayout(A, 0, B) keeps the chain.")  # that A and B are not the reader's
    return type(error)(f"{name}: {describe(A)} by {_tiler_text(tiler)}: {why}", error.witness)


def _tiler_text(tiler: Any) -> str:
    shown = text(tiler)
    return shown if len(shown) <= 120 else shown[:117] + "..."


# -- the four forms, for division and product --------------------------------------------------------------------------


def by_mode(A: Layout, tiler: Any, split: Split) -> Layout:
    """Split A by one tile, or each mode of A by its own."""
    if tiler is None:
        return A
    if not isinstance(tiler, tuple):
        return split(A, tiler)
    _check_rank(A, tiler)
    parts = [by_mode(A[k], tile, split) for k, tile in enumerate(tiler)]
    return make_layout(*parts, *[A[k] for k in range(len(tiler), A.rank)])


def zipped(A: Layout, tiler: Any, split: Split) -> Layout:
    """Split A and collect the first parts and the second parts."""
    return make_layout(*_pair(A, tiler, split))


def tiled(A: Layout, tiler: Any, split: Split) -> Layout:
    """Split A, collect the first parts, and unpack the second parts by one level."""
    first, second = _pair(A, tiler, split)
    return make_layout(first, *second)


def flat(A: Layout, tiler: Any, split: Split) -> Layout:
    """Split A and unpack the first parts, then the second parts, by one level."""
    first, second = _pair(A, tiler, split)
    return make_layout(*first, *second)


def _pair(A: Layout, tiler: Any, split: Split) -> tuple[Layout, Layout]:
    if tiler is None:
        return A, trusted(1, A._over.zero, A._over)
    if not isinstance(tiler, tuple):
        both = split(A, tiler)
        return both[0], both[1]
    _check_rank(A, tiler)
    pairs = [_pair(A[k], tile, split) for k, tile in enumerate(tiler)]
    further = [A[k] for k in range(len(tiler), A.rank)]
    return make_layout(*[first for first, _ in pairs]), make_layout(*[second for _, second in pairs], *further)


def _check_rank(A: Layout, tiler: tuple[Any, ...]) -> None:
    if len(tiler) > A.rank:
        raise ProfileError(f"the tiler {_tiler_text(tiler)} has more modes than {describe(A)}", tiler)


# -- one tile ----------------------------------------------------------------------------------------------------------


def _split(A: Layout, tile: Any, strict: bool) -> Layout:
    B = tile if isinstance(tile, Layout) else Layout(tile, 1)
    if B._over is Z and not strict:
        rest = quick_complement(B, A.size)
        if rest is not None:
            return composition(A, joined(B, rest))  # type: ignore[no-any-return]
    target = _box(A._shape, coprofile(B._d)) if B._over is Zn else A.size
    both = make_layout(B, complement(B, target))
    if strict:
        if not is_complementable(B, target):
            raise _uneven(A, B, both, target)
        pair = _repeated(B)
        if pair is not None:
            raise LayoutError(
                f"the tile {describe(B)} takes one index of {describe(A)} twice, at {pair[0]} and {pair[1]}", pair
            )
    divided: Layout = composition(A, both)
    return divided


def _repeated(B: Layout) -> tuple[int, int] | None:
    """Return two indices of a tile that has a complement with the same value: a stride 0, or over F2 a dependence."""
    if B._over is F2:
        return collision(B)
    place = 1
    for s, d in zip(B._s, B._d, strict=True):
        if s > 1 and not d:
            return 0, place
        place *= s
    return None


def _box(shape: IntTuple, profile: Any) -> IntTuple:
    """Return the extents of ``shape`` on the axes that coordinates of the form ``profile`` have."""
    if not isinstance(profile, tuple) or not isinstance(shape, tuple):
        return product(shape)
    return tuple([_box(part, profile[k] if k < len(profile) else 0) for k, part in enumerate(shape)])


def _uneven(A: Layout, B: Layout, both: Layout, target: Any) -> LayoutError:
    """Return the refusal of a tile that does not divide A: an index left out, or the last index beyond the end."""
    views: list[tuple[str, Layout, int]] = [("index", both, target)]
    if B._over is Zn:
        views = []
        for path, row in axes(both._d).items():
            extent = target
            for axis in path:
                extent = extent[axis]
            views.append((f"axis {path} at", trusted(both._s, row, Z), extent))
    for place, view, end in views:
        missed = missed_value(view)
        if missed is not None and missed < end:
            return LayoutError(f"the tiles {describe(B)} leave out {place} {missed} of {describe(A)}", missed)
        last = view.bounds()[1]
        if last >= end:
            break
    return LayoutError(f"the tiles {describe(B)} reach {place} {last}, and {describe(A)} ends at {end - 1}", last)
