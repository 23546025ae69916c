"""Products: a layout repeated, with one copy as one mode and the arrangement of the copies as another.

By hand, A = ``(2,2):(4,1)`` takes the values 0 1 4 5, so the gaps below its strides are ``2:2``, and everything up to 8
is covered by A and the gap.  Six copies in a row, B = ``6:1``, first fill the gap and then go on at 8 and 16: the mode
``(2,3):(2,8)``.  So the product is ``((2,2),(2,3)):((4,1),(2,8))``: mode 0 walks through a copy, mode 1 from copy to
copy, and no two copies meet.

The arrangement B is a layout, or an integer n for ``n:1``.  Copy B(j) begins at the value B(j) of the complement of A,
read on all natural numbers.  ``blocked_product`` and ``raked_product`` pair the modes of A and B instead: with A =
``(2,5):(5,1)`` and B = ``(3,4):(1,3)`` the first puts blocks of A side by side, in shape ``((2,3),(5,4))``, the second
interleaves them, in shape ``((3,2),(4,5))``.
"""

from __future__ import annotations

from ..errors import LayoutError, NotInvertibleError, ProfileError
from ..inttuple import _show, check_depth, clean, product, text, to_int
from ..joining import joined, make_layout
from ..layout import Layout, trusted
from ..linearity import to_f2
from ..module import Z, Zn
from .coalesce import describe
from .complement import complement_minimal, quick_complement
from .composition import composition
from .divide import by_mode, flat, renamed, tiled, zipped
from .filtering import filter_zeros
from .injective import collision, is_injective
from .inside import keeps_apart

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ..inttuple import IntTuple
    from .divide import Split

__all__ = [
    "blocked_product",
    "flat_product",
    "logical_product",
    "raked_product",
    "tile_to_shape",
    "tiled_product",
    "zipped_product",
]


def logical_product(A: Any, tiler: Any) -> Any:
    """Return (A, A* o B), with A* the complement of A on all natural numbers: A repeated as B says.

    A tuple applies to the modes of A one by one and leaves further modes alone, as ``None`` leaves its mode alone.
    Over Zn, B over Zn arranges the copies along the axes of A.  A may be a chain without an outer layout; then its
    first map is repeated, and the swizzle comes after all copies, as in CuTe.  Where copies begin inside a block of the
    swizzle, that is not a repetition of the swizzled layout.
    Ensures:  mode 0 is A and mode 1 refines the shape of B; ``R(i, j) == A(i) + complement_minimal(A)(B(j))``; copies
    do not collide: where A and B are injective, strides 0 apart, so is the result.
    Raises:   NotInvertibleError where A has no complement, or copies collide; NotALayoutError with the index of B at
    which the copies are no layout.
    Cost:     a complement and a composition for each tile.
    CuTe:     ``logical_product``.  Where A leaves a gap that its strides do not fill evenly, CuTe's copies can collide.

    >>> print(logical_product(Layout((2, 2), (4, 1)), 6), logical_product(Layout(8), 4))
    ((2,2),(2,3)):((4,1),(2,8)) (8,4):(1,8)
    >>> print(logical_product(Layout((4, 8), over=Zn), Layout((2, 3), over=Zn)))
    ((4,8),(2,3)):((1@0,1@1),(4@0,8@1))
    >>> logical_product(Layout(8, 3), Layout((2, 6), (1, 2)))
    Traceback (most recent call last):
    layouts.errors.NotALayoutError: logical_product: 8:3 by (2,6):(1,2): composition: (3,1):(1,24) o (2,6):(1,2) ...
    """
    return _multiplied("logical_product", A, tiler, by_mode)


def zipped_product(A: Any, tiler: Any) -> Any:
    """Return the product with all of A in mode 0 and all arrangements in mode 1.

    ``None`` in the tiler is one copy, and modes beyond the tiler belong to mode 1, as in ``zipped_divide``.
    Ensures:  the values of ``logical_product``.
    Raises:   as ``logical_product`` does.
    CuTe:     ``zipped_product``.

    >>> print(zipped_product(Layout((4, 8), over=Zn), (2, 3)))
    ((4,8),(2,3)):((1@0,1@1),(4@0,8@1))
    """
    return _multiplied("zipped_product", A, tiler, zipped)


def tiled_product(A: Any, tiler: Any) -> Any:
    """Return the product with all of A in mode 0 and each arrangement in a mode of its own.

    Ensures:  the values of ``zipped_product``, whose mode 1 is unpacked by one level.
    Raises:   as ``logical_product`` does.
    CuTe:     ``tiled_product``.

    >>> print(tiled_product(Layout((2, 2), (4, 1)), Layout((2, 3))))
    ((2,2),2,3):((4,1),2,8)
    """
    return _multiplied("tiled_product", A, tiler, tiled)


def flat_product(A: Any, tiler: Any) -> Any:
    """Return the product with each mode of A and then each arrangement in a mode of its own.

    Ensures:  the values of ``zipped_product``, whose modes are unpacked by one level.
    Raises:   as ``logical_product`` does.
    CuTe:     ``flat_product``.

    >>> print(flat_product(Layout((2, 2), (4, 1)), Layout((2, 3))))
    (2,2,2,3):(4,1,2,8)
    """
    return _multiplied("flat_product", A, tiler, flat)


def blocked_product(A: Any, B: Any) -> Any:
    """Return the product of A and B with mode i made of (A_i, B_i): blocks of A, side by side.

    The shorter operand is filled up with modes 1:0.  The hierarchy of A and of B stays.
    Ensures:  ``R((i, j), (k, l), ...) == logical_product(A, B)((i, k, ...), (j, l, ...))``.
    Raises:   as ``logical_product`` does.
    CuTe:     ``blocked_product``.

    >>> print(blocked_product(Layout((2, 5), (5, 1)), Layout((3, 4))))
    ((2,3),(5,4)):((5,10),(1,30))
    """
    if not isinstance(A, Layout):
        return keeps_apart("blocked_product", A, lambda inner: blocked_product(inner, B))
    copy, arrangement = _padded_product("blocked_product", A, B)
    return make_layout(*[make_layout(a, b) for a, b in zip(copy, arrangement, strict=True)])


def raked_product(A: Any, B: Any) -> Any:
    """Return the product of A and B with mode i made of (B_i, A_i): the copies of A interleave.

    The shorter operand is filled up with modes 1:0.  The hierarchy of A and of B stays.
    Ensures:  ``R((j, i), (l, k), ...) == logical_product(A, B)((i, k, ...), (j, l, ...))``; the image is that of
    ``blocked_product``.
    Raises:   as ``logical_product`` does.
    CuTe:     ``raked_product``.

    >>> print(raked_product(Layout((2, 5), (5, 1)), Layout((3, 4))))
    ((3,2),(4,5)):((10,5),(30,1))
    """
    if not isinstance(A, Layout):
        return keeps_apart("raked_product", A, lambda inner: raked_product(inner, B))
    copy, arrangement = _padded_product("raked_product", A, B)
    return make_layout(*[make_layout(b, a) for a, b in zip(copy, arrangement, strict=True)])


def tile_to_shape(A: Any, shape: IntTuple, order: tuple[int, ...] | None = None) -> Any:
    """Return A repeated by ``blocked_product`` until its modes have the extents of ``shape``.

    ``order`` tells which modes the copies fill first: the mode with the smallest number; the numbers differ.  It is the
    order of the modes by default.  A may be a chain without an outer layout; then its first map is repeated.
    Ensures:  mode i has the size of mode i of ``shape``, and begins with mode i of A.
    Raises:   LayoutError with (extent asked for, extent of A) where A does not divide the shape; ProfileError where A
    has more modes than the shape, or the order does not fit; else as ``logical_product`` does.
    CuTe:     ``tile_to_shape``; the DSL rounds up where A does not divide the shape.

    >>> print(tile_to_shape(Layout((4, 4), (8, 1)), (8, 8)), tile_to_shape(Layout((4, 4), (8, 1)), (8, 8), (1, 0)))
    ((4,2),(4,2)):((8,4),(1,32)) ((4,2),(4,2)):((8,32),(1,4))
    >>> tile_to_shape(Layout((2, 5)), (6, 21))
    Traceback (most recent call last):
    layouts.errors.LayoutError: tile_to_shape: (2,5):(1,2) does not divide (6,21): 21 is not a multiple of 5 in mode 1
    """
    if not isinstance(A, Layout):
        return keeps_apart("tile_to_shape", A, lambda inner: tile_to_shape(inner, shape, order))
    wanted = clean(shape, "tile_to_shape: an extent")
    extents = [product(part) for part in (wanted if isinstance(wanted, tuple) else (wanted,))]
    if A.rank > len(extents):
        raise ProfileError(f"tile_to_shape: {describe(A)} has more modes than the shape {_show(wanted)}", wanted)
    repeats = []
    for k, extent in enumerate(extents):
        own = A[k].size if k < A.rank else 1
        if extent < 1 or extent % own:
            raise LayoutError(
                f"tile_to_shape: {describe(A)} does not divide {text(wanted)}: "
                f"{extent} is not a multiple of {own} in mode {k}",
                (extent, own),
            )
        repeats.append(extent // own)
    return blocked_product(A, _in_order(repeats, order))


def _in_order(extents: list[int], order: tuple[int, ...] | None) -> Layout:
    """Return the compact layout whose strides ascend in ``order``."""
    numbers = range(len(extents)) if order is None else order
    if not isinstance(numbers, (tuple, range)) or len(numbers) != len(extents):
        raise ProfileError(f"tile_to_shape: the order {_show(order)} needs one number for each of {extents}", order)
    ranks = [to_int(number, "tile_to_shape: a number of the order") for number in numbers]
    if len(set(ranks)) < len(ranks):
        raise ProfileError(f"tile_to_shape: the order {_show(order)} has one number twice", order)
    strides = [0] * len(extents)
    running = 1
    for k in sorted(range(len(extents)), key=ranks.__getitem__):
        strides[k] = running
        running *= extents[k]
    return trusted(tuple(extents), tuple(strides), Z)


# -- one product -------------------------------------------------------------------------------------------------------


def _multiplied(name: str, A: Any, tiler: Any, form: Callable[[Layout, Any, Split], Layout]) -> Any:
    if not isinstance(A, Layout):
        return keeps_apart(name, A, lambda inner: _multiplied(name, inner, tiler, form))
    check_depth(name, tiler)
    try:
        result = form(A, tiler, _repeat)
        if isinstance(tiler, tuple):
            _check_copies(A, tiler, result)
    except LayoutError as error:
        raise renamed(error, name, A, tiler) from None
    return result


def _repeat(A: Layout, tiler: Any) -> Layout:
    """Return (A, A* o B)."""
    B = tiler if isinstance(tiler, Layout) else Layout(tiler, 1)
    if B._over is Z and A._over is Z:
        beyond = quick_complement(A, 0)
        if beyond is not None:
            return joined(A, composition(beyond, B))
    if B._over is Zn and A._over is not Zn:
        raise ProfileError(f"the copies are arranged by coordinates, and the values of {describe(A)} have no axes", B)
    copies: Layout = composition(complement_minimal(A), B)
    if copies._over is not A._over:
        # The sum of a product is that of one module: F2, if either part needs it.
        A, copies = to_f2(A), to_f2(copies)
    return make_layout(A, copies)


def _check_copies(A: Layout, tiler: tuple[Any, ...], result: Layout) -> None:
    """Refuse a product by modes in which the copies of one mode meet those of another."""
    pair = collision(filter_zeros(result))
    if pair is None or not is_injective(filter_zeros(A)) or not all([is_injective(B) for B in _tiles(tiler)]):
        return
    i, j = [_unfiltered(result, index) for index in pair]
    raise NotInvertibleError(f"copies collide: {describe(result)} takes the value {result(i)} at {i} and {j}", (i, j))


def _tiles(tiler: Any) -> list[Layout]:
    if isinstance(tiler, tuple):
        return [layout for tile in tiler for layout in _tiles(tile)]
    return [filter_zeros(tiler)] if isinstance(tiler, Layout) else []


def _unfiltered(layout: Layout, index: int) -> int:
    """Return the index in ``layout`` of an index of ``filter_zeros(layout)``."""
    place, found = 1, 0
    for s, d in zip(layout._s, layout._d, strict=True):
        if d:
            index, digit = divmod(index, s)
            found += digit * place
        place *= s
    return found


def _padded_product(name: str, A: Layout, B: Any) -> tuple[Layout, Layout]:
    """Return the two modes of the logical product, after the shorter operand is filled up with modes 1:0."""
    if isinstance(B, tuple):
        raise ProfileError(f"{name}: B is a layout or an integer, not a tuple by modes: {_show(B)}", B)
    try:
        tiler = B if isinstance(B, Layout) else Layout(B, 1)
        rank = max(A.rank, tiler.rank)
        both = _repeat(_padded(A, rank), _padded(tiler, rank))
    except LayoutError as error:
        raise renamed(error, name, A, B) from None
    return both[0], both[1]


def _padded(layout: Layout, rank: int) -> Layout:
    one = trusted(1, layout._over.zero, layout._over)
    return make_layout(*layout, *[one] * (rank - layout.rank))
