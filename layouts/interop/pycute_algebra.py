"""The algebra of both pycutes: argument forms over the operations of ``layouts``."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from .. import construct
from ..algebra import addition, divide, domains, filtering, inverse
from ..algebra import coalesce as merging
from ..algebra import complement as complements
from ..algebra import composition as compositions
from ..algebra import product as products
from ..algebra import recast as recasting
from ..errors import LayoutError, ProfileError
from ..inttuple import _show, check_depth, to_int
from ..module import Zn
from ..rearrange import ByMode
from .pycute_coordinates import E, basis_repr, make_basis_like  # noqa: F401 - E for the examples
from .pycute_layout import Layout, from_layouts, make_layout, to_layouts
from .pycute_scalars import F2, is_int  # noqa: F401 - F2 for the examples
from .pycute_shapes import coprofile, shape
from .pycute_tensor import is_tensor
from .pycute_tuples import is_tuple, leaves, lift, repeat_like, transform_leaf


def _function(A: Any) -> Any:
    """Return the operand as ``layouts`` has it; an integer or a tuple is read as a tiler."""
    A = to_layouts(A)
    return construct.tiler_to_layout(A) if is_int(A) or isinstance(A, tuple) else A


def _at(tiler: Any, mode: tuple[int, ...]) -> Any:
    """Return the tiler that acts on the mode at a path only."""
    return lift(tiler, pad=None, mode=mode) if mode else tiler


def _by_profile(name: str, act: Any, A: Any, profile: Any) -> Any:
    """Apply ``act`` to A, or where the profile is a tuple to the modes that it names; ``None`` leaves a mode alone."""
    if profile is None:
        return A
    if not isinstance(profile, tuple):
        to_int(profile, f"{name}: a part of the profile")
        return act(A)
    if len(profile) > A.rank:
        raise ProfileError(f"{name}: the profile {_show(profile)} has more modes than {A}", profile)
    rest = [A[k] for k in range(len(profile), A.rank)]
    return make_layout(
        *[from_layouts(_by_profile(name, act, A[k], part)) for k, part in enumerate(profile)], *map(from_layouts, rest)
    )


# -- one layout --------------------------------------------------------------------------------------------------------


@ByMode
def coalesce(A: Any, profile: Any = 1, *, mode: tuple[int, ...] = ()) -> Any:
    """Return the shortest layout that is the same function; with a profile, or a mode, mode by mode.

    >>> coalesce(Layout((2, (1, 6)), (1, (6, 2)))), coalesce(Layout((2, (1, 6)), (1, (6, 2))), (1, 1))
    (Layout(12, 1), Layout((2, 6), (1, 2)))
    >>> coalesce[1](Layout((3, (2, 6)), (1, (3, 6))))
    Layout((3, 12), (1, 3))
    """
    return None if A is None else from_layouts(merging.coalesce(_function(A), to_layouts(_at(profile, mode))))


@ByMode
def coalesce_z(A: Any, profile: Any = 1, *, mode: tuple[int, ...] = ()) -> Any:
    """Return the shortest layout that is the same function beyond its size too.

    >>> coalesce_z(Layout((2, 1, 6, 1), (1, 7, 8, 0)))
    Layout((2, 6, 1), (1, 8, 0))
    """
    if A is None:
        return None
    act = merging.coalesce_z
    if is_tensor(A):
        return from_layouts(to_layouts(A)._with_inner(to_layouts(coalesce_z(A.layout, profile, mode=mode))))
    return from_layouts(_by_profile("coalesce_z", act, _function(A), to_layouts(_at(profile, mode))))


def filter(layout: Any, profile: Any = 1) -> Any:
    """Return the layout without its modes of stride 0, coalesced; with a profile mode by mode.

    >>> filter(Layout((2, 4, 3), (0, 1, 0))), filter(Layout((2, 4), (0, 1)), (1, None))
    (Layout(4, 1), Layout((1, 4), (0, 1)))
    """
    form = 1 if profile is None else to_layouts(profile)
    return from_layouts(_by_profile("filter", filtering.filter_modes, _function(layout), form))


def complement(A: Any, extend: Any = None, *, max_idx: Any = None) -> Any:
    """Return what A leaves out: the minimal form, or filled up to ``extend``, which CUTLASS calls ``max_idx``.

    >>> complement(Layout(4, 2)), complement(Layout(4, 2), 20), complement(Layout(4, 2), max_idx=1)
    (Layout((2, 1), (1, 8)), Layout((2, 3), (1, 8)), Layout(2, 1))
    """
    if A is None:
        return None
    goal = max_idx if extend is None else extend
    found = _function(A)
    if goal is None:
        return from_layouts(complements.complement_minimal(found))
    return from_layouts(complements.complement(found, to_layouts(goal)))


def right_inverse(A: Any) -> Any:
    """Return the layout R with A(R(i)) == i for every i below its size.

    >>> right_inverse(Layout((4, 8), (8, 1))), right_inverse(Layout((8, 8), (F2(1), F2(9))))
    (Layout((8, 4), (4, 1)), Layout((8, 8), (F2(1), F2(9))))
    """
    return None if A is None else from_layouts(inverse.right_inverse(_function(A)))


def left_inverse(A: Any) -> Any:
    """Return a layout R with A(R(A(i))) == A(i).

    >>> left_inverse(Layout((4, 8), (1, 5))), left_inverse(Layout((2, 2), (2, 3)))
    (Layout((5, 8), (1, 4)), Layout((2, 3), (1, 1)))
    """
    return None if A is None else from_layouts(inverse.left_inverse(_function(A)))


def nullspace(A: Any) -> Any:
    """Return the layout of the indices that A sends to 0.

    >>> nullspace(Layout((2, 4, 6), (1, 2, 0)))
    Layout(6, 8)
    """
    return None if A is None else from_layouts(filtering.nullspace(_function(A)))


def recast(layout: Any, scale: Any) -> Any:
    """Return the layout of elements ``scale`` times as large; an extent that does not fill them is rounded up.

    ``scale`` is an integer or a ``Fraction``; over coordinates a tuple of them, one for each axis.
    Raises: LayoutError where a stride has no meaning in the new elements, or smaller ones cannot all be reached.

    >>> recast(Layout(24, 1), 8), recast(Layout(24, 1), Fraction(1, 2)), recast(Layout((4, 4), (4, 1)), 4)
    (Layout(3, 1), Layout(48, 1), Layout((4, 1), (1, 1)))
    >>> recast(Layout((8, 4), (E(0), E(1))), (2, 1))
    Layout((4, 4), (E(0), E(1)))
    """
    found = _function(layout)
    if getattr(found, "over", None) is not Zn:
        return from_layouts(_recast(found, scale, None))
    for axis, part in zip(_axes(scale), leaves(scale), strict=True):
        found = _recast(found, part, basis_repr(axis)[0][1])
    return from_layouts(found)


def _axes(scale: Any) -> Any:
    if not is_tuple(scale):
        raise ProfileError(f"recast: over coordinates a scale for each axis, not {_show(scale)}", scale)
    return leaves(make_basis_like(scale))


def _recast(layout: Any, scale: Any, axis: Any) -> Any:
    if not is_int(scale) and not isinstance(scale, Fraction):
        raise ProfileError(f"recast: the scale is an integer or a Fraction, not {_show(scale)}", scale)
    ratio = Fraction(scale)
    if ratio <= 0:
        raise LayoutError(f"recast: the scale must be positive, not {ratio}", scale)
    if ratio == 1:
        return layout
    grouped = recasting.upcast(layout, ratio.numerator, round_up=True, axis=axis)
    return recasting.downcast(grouped, ratio.denominator, axis=axis)


def make_layout_like(layout: Any) -> Any:
    """Return the compact layout with the strides in the order of those of ``layout``; strides 0 stay.

    >>> make_layout_like(Layout((2, 3, 4, 5), (0, 42, 4, 0)))
    Layout((2, 3, 4, 5), (0, 4, 1, 0))
    """
    return from_layouts(construct.make_layout_like(to_layouts(layout)))


def make_ordered_layout(shape: Any, order: Any) -> Any:
    """Return the compact layout whose strides ascend in ``order``.

    >>> make_ordered_layout((2, 3, 4, 2), (0, 2, 3, 0))
    Layout((2, 3, 4, 2), (1, 4, 12, 2))
    """
    return from_layouts(construct.make_ordered_layout(to_layouts(shape), to_layouts(order)))


def tiler_to_layout(tiler: Any, e: Any = 1) -> Any:
    """Return the layout that acts as the tiler does; ``e`` multiplies the strides of an integer or a layout.

    >>> tiler_to_layout((4, 5)), tiler_to_layout(Layout((7, 2), (3, 1)), 2), tiler_to_layout(4, E(1))
    (Layout((4, 5), (E(0), E(1))), Layout((7, 2), (6, 2)), Layout(4, E(1)))
    """
    found = from_layouts(_function(tiler))
    if is_int(e) and e == 1:
        return found
    if is_tuple(tiler):
        raise ProfileError(f"tiler_to_layout: the axes of a tuple are its own, not {_show(e)}", e)
    return Layout(found.shape, transform_leaf(lambda d: d * e, found.stride))


# -- two layouts -------------------------------------------------------------------------------------------------------


@ByMode
def composition(A: Any, B: Any, *, mode: tuple[int, ...] = ()) -> Any:
    """Return A o B: first B, then A; a tuple and ``None`` act mode by mode.

    >>> composition(Layout((6, 2), (8, 2)), Layout((4, 3), (3, 1)))
    Layout(((2, 2), 3), ((24, 2), 8))
    >>> composition[1](Layout((4, 6), (1, 4)), Layout(3, 2)), composition(Layout((8, 12)), (4,))
    (Layout((4, 3), (1, 8)), Layout((4, 12), (1, 8)))
    """
    if A is None:
        return from_layouts(to_layouts(B))
    return from_layouts(compositions.composition(_function(A), to_layouts(_at(B, mode))))


def _divided(A: Any, B: Any, mode: tuple[int, ...], by: Any) -> Any:
    if A is None:
        A = repeat_like(1, coprofile(tiler_to_layout(B)))
    return from_layouts(by(_function(A), to_layouts(_at(B, mode))))


@ByMode
def logical_divide(A: Any, B: Any, *, mode: tuple[int, ...] = ()) -> Any:
    """Return A in tiles: mode 0 is the tile B, mode 1 the rest; a tuple and ``None`` act mode by mode.

    >>> logical_divide(Layout(24, 1), Layout(4, 2)), logical_divide[1](Layout((3, 8)), Layout(4, 2))
    (Layout((4, (2, 3)), (2, (1, 8))), Layout((3, (4, 2)), (1, (6, 3))))
    """
    return _divided(A, B, mode, divide.logical_divide)


@ByMode
def zipped_divide(A: Any, B: Any, *, mode: tuple[int, ...] = ()) -> Any:
    """Return A in tiles, with all tiles in mode 0 and all rests in mode 1; with a mode, of that mode.

    >>> zipped_divide(Layout((9, 32)), (Layout(3, 3), Layout((2, 4), (1, 8))))
    Layout(((3, (2, 4)), (3, 4)), ((3, (9, 72)), (1, 18)))
    >>> zipped_divide[1](Layout((5, 24)), Layout(4, 2))
    Layout((5, (4, (2, 3))), (1, (10, (5, 40))))
    """
    if mode:
        return logical_divide(A, tiler_to_layout(B), mode=mode)
    return _divided(A, B, (), divide.zipped_divide)


def tiled_divide(layoutA: Any, layoutB: Any) -> Any:
    """Return A in tiles, with all tiles in mode 0 and each rest in a mode of its own.

    >>> tiled_divide(Layout((8, 12), (12, 1)), (4, 3))
    Layout(((4, 3), 2, 4), ((12, 1), 48, 3))
    """
    return _divided(layoutA, layoutB, (), divide.tiled_divide)


def hier_unzip(splitter: Any, layoutA: Any, layoutB: Any) -> Any:
    """Return A split by ``splitter``, mode by mode, with the first parts in mode 0 and the second parts in mode 1.

    >>> hier_unzip(logical_divide, Layout((8, 12), (12, 1)), (4, 3))
    Layout(((4, 3), (2, 4)), ((12, 1), (48, 3)))
    """
    if not callable(splitter):
        raise ProfileError(f"hier_unzip: {_show(splitter)} is no function of two layouts", splitter)
    A, tiler = _function(layoutA), to_layouts(layoutB)
    check_depth("hier_unzip", tiler)

    def split(part: Any, tile: Any) -> Any:
        found = to_layouts(splitter(from_layouts(part), from_layouts(tile)))
        if getattr(found, "rank", None) != 2:
            raise ProfileError(f"hier_unzip: the splitter gives two modes, not {_show(found)}", found)
        return found

    return from_layouts(divide.zipped(A, tiler, split))


@ByMode
def logical_product(A: Any, B: Any, *, mode: tuple[int, ...] = ()) -> Any:
    """Return A repeated as B says: mode 0 is A, mode 1 the copies; a tuple and ``None`` act mode by mode.

    >>> logical_product(Layout((2, 2), (4, 1)), Layout(6, 1)), logical_product(Layout(8), 4)
    (Layout(((2, 2), (2, 3)), ((4, 1), (2, 8))), Layout((8, 4), (1, 8)))
    >>> logical_product[0](Layout((3, 5), (1, 20)), Layout(4, 1))
    Layout(((3, 4), 5), ((1, 3), 20))
    """
    return from_layouts(products.logical_product(_function(A), to_layouts(_at(B, mode))))


def zipped_product(layoutA: Any, layoutB: Any) -> Any:
    """Return A repeated, with all of A in mode 0 and all copies in mode 1.

    >>> zipped_product(Layout((2, 2), (4, 1)), Layout((2, 3)))
    Layout(((2, 2), (2, 3)), ((4, 1), (2, 8)))
    """
    return from_layouts(products.zipped_product(_function(layoutA), to_layouts(layoutB)))


def tiled_product(layoutA: Any, layoutB: Any) -> Any:
    """Return A repeated, with all of A in mode 0 and each mode of the copies in one of its own.

    >>> tiled_product(Layout((2, 2), (4, 1)), Layout((2, 3)))
    Layout(((2, 2), 2, 3), ((4, 1), 2, 8))
    """
    return from_layouts(products.tiled_product(_function(layoutA), to_layouts(layoutB)))


def blocked_product(A: Any, B: Any) -> Any:
    """Return blocks of A side by side as B says.

    >>> blocked_product(Layout((2, 5), (5, 1)), Layout((3, 4)))
    Layout(((2, 3), (5, 4)), ((5, 10), (1, 30)))
    """
    return from_layouts(products.blocked_product(_function(A), to_layouts(B)))


def raked_product(A: Any, B: Any) -> Any:
    """Return copies of A that interleave as B says.

    >>> raked_product(Layout((2, 5), (5, 1)), Layout((3, 4)))
    Layout(((3, 2), (4, 5)), ((10, 5), (30, 1)))
    """
    return from_layouts(products.raked_product(_function(A), to_layouts(B)))


def layout_add(A: Any, B: Any) -> Any:
    """Return the layout R with R(i) == A(i) + B(i).

    >>> layout_add(Layout((5, 3, 4), (1, 5, 15)), Layout((10, 6), (1, 10)))
    Layout(60, 2)
    """
    if A is None or B is None:
        return A if B is None else B
    return from_layouts(addition.layout_add(to_layouts(A), to_layouts(B)))


def greatest_common_domain(A: Any, B: Any) -> Any:
    """Return the layout of the factors that two shapes share in order.

    >>> greatest_common_domain((5, 3, 4), (10, 6))
    Layout((5, 2), (1, 30))
    """
    return from_layouts(domains.greatest_common_domain(shape(A), shape(B)))


_FARTHEST = 2**20
"""The most places that a number is shifted to the left."""


# -- shifts ------------------------------------------------------------------------------------------------------------


def shiftr(a: int, s: int) -> int:
    """Return ``a`` shifted right, or left where ``s`` is negative.

    >>> shiftr(8, 2), shiftr(8, -2), shiftr(8, 0)
    (2, 32, 8)
    """
    number, places = to_int(a, "shiftr: a number"), to_int(s, "shiftr: the places")
    if places >= 0:
        return number >> places
    if places < -_FARTHEST:
        raise LayoutError(f"shiftr: {-places} places to the left are more than {_FARTHEST}", places)
    return number << -places


def shiftl(a: int, s: int) -> int:
    """Return ``a`` shifted left, or right where ``s`` is negative.

    >>> shiftl(8, 2), shiftl(8, -2)
    (32, 2)
    """
    return shiftr(a, -to_int(s, "shiftl: the places"))
