"""The functions of both pycutes on shapes, strides and coordinates."""

from __future__ import annotations

from typing import Any

from .. import inttuple, lookup, orders, shapes
from ..codomain import axes, bounds
from ..codomain import coprofile as _coprofile
from ..errors import ProfileError
from ..inttuple import _show
from ..layout import read_layout
from ..module import Zn
from ..rearrange import ByMode
from .pycute_coordinates import ArithTuple, E, make_basis_like  # noqa: F401 - E for the examples
from .pycute_layout import Layout, Swizzle, from_layouts, plain_coordinate, to_layouts
from .pycute_scalars import F2
from .pycute_tuples import get, is_tuple, leaf_list, nested, repeat_like, transform_apply_leaf, transform_leaf

# -- numbers -----------------------------------------------------------------------------------------------------------


def signum(a: Any) -> int:
    """Return 1, 0 or -1 for a positive, zero or negative number.

    >>> signum(7), signum(0), signum(-7)
    (1, 0, -1)
    """
    number = inttuple.to_int(a, "signum: a number")
    return (number > 0) - (number < 0)


def product(a: Any) -> Any:
    """Return the product of the leaves.

    >>> product(((2, 3), 4))
    24
    """
    return inttuple.product(to_layouts(a))


def product_each(a: Any) -> Any:
    """Return the product of each mode.

    >>> product_each(((2, 3), 4, (5, 6)))
    (6, 4, 30)
    """
    return shapes.product_each(to_layouts(a))


def tuple_max(a: Any) -> int:
    """Return the largest leaf.

    >>> tuple_max((3, (5, 2)))
    5
    """
    return shapes.tuple_max(to_layouts(a))


def elem_scale(a: Any, b: Any) -> Any:
    """Return ``a`` with each leaf multiplied by the product of the part of ``b`` there.

    >>> elem_scale((2, 3), (4, (5, 6)))
    (8, 90)
    """
    return shapes.elem_scale(to_layouts(a), to_layouts(b))


def shape_div(a: Any, b: Any) -> Any:
    """Return the shape that is left when ``b`` is taken out of the leaves of ``a``, from left to right.

    >>> shape_div((8, 6), 16)
    (1, 3)
    """
    return shapes.shape_div(to_layouts(a), to_layouts(b))


def inner_product(a: Any, b: Any) -> Any:
    """Return the sum of the products of corresponding leaves; ``b`` may be strides of any module.

    >>> inner_product(((2, 3), 4), ((2, 1), 2)), inner_product((2, 3), (E(0), E(1)))
    (15, ArithTuple(2, 3))
    """
    digits, strides = to_layouts(a), to_layouts(b)
    if not congruent(digits, strides):
        raise ProfileError(f"inner_product: {_show(digits)} and {_show(strides)} differ in form", (digits, strides))
    return Layout(repeat_like(1, strides), strides)(digits)


# -- shapes and coordinates --------------------------------------------------------------------------------------------


def _shape(obj: Any) -> Any:
    return transform_leaf(lambda leaf: to_layouts(getattr(leaf, "shape", leaf)), obj)


def _stride(obj: Any) -> Any:
    return transform_leaf(lambda leaf: from_layouts(to_layouts(getattr(leaf, "stride", leaf))), obj)


@ByMode
def shape(obj: Any, *, mode: tuple[int, ...] = ()) -> Any:
    """Return the shape of a layout, a tensor, or a tuple of them; an integer is its own.

    >>> A = Layout(((2, 3), 4), ((4, 8), 1))
    >>> shape(A), shape[0](A), shape[0, 1](A), shape(A, mode=1)
    (((2, 3), 4), (2, 3), 3, 4)
    """
    return get(_shape(obj), mode=mode)


@ByMode
def stride(obj: Any, *, mode: tuple[int, ...] = ()) -> Any:
    """Return the stride of a layout or a tensor; a stride is its own.

    >>> stride[0](Layout(((2, 3), 4), ((4, 8), 1))), stride(7)
    ((4, 8), 7)
    """
    return get(_stride(obj), mode=mode)


@ByMode
def size(obj: Any, *, mode: tuple[int, ...] = ()) -> int:
    """Return the number of coordinates.

    >>> size[0](Layout(((2, 3), 4))), size((4, (2, 3)))
    (6, 24)
    """
    if not mode and isinstance(obj, Swizzle):
        return int(obj.size())
    return inttuple.product(shape(obj, mode=mode))


@ByMode
def rank(obj: Any, *, mode: tuple[int, ...] = ()) -> int:
    """Return the number of modes.

    >>> rank(Layout(((2, 3), 4))), rank[1](Layout(((2, 3), 4)))
    (2, 1)
    """
    return inttuple.rank(shape(obj, mode=mode))


@ByMode
def depth(obj: Any, *, mode: tuple[int, ...] = ()) -> int:
    """Return the height of the shape.

    >>> depth(Layout(((2, 3), 4))), depth[0](Layout(((2, 3), 4)))
    (2, 1)
    """
    return inttuple.depth(shape(obj, mode=mode))


@ByMode
def coshape(obj: Any, *, mode: tuple[int, ...] = ()) -> Any:
    """Return how many values the codomain has, from the smallest value taken to the largest, on each axis.

    >>> coshape(Layout((4, 8), (8, 1))), coshape(Layout((4, 8), (E(0), E(1)))), coshape[0](Layout((4, 8), (8, 1)))
    (32, (4, 8), 25)
    """
    layout = read_layout(to_layouts(_layout_of(get(obj, mode=mode))), "coshape")
    if layout.over is not Zn:
        return int(layout.cosize)
    found = axes(layout._d)

    def extent(path: tuple[int, ...]) -> int:
        low, high = bounds(layout._s, found[path]) if path in found else (0, 0)
        return high - low + 1

    form = make_basis_like(_coprofile(layout._d))
    return transform_leaf(lambda basis: extent(next(iter(basis.terms()))[0]), form)


@ByMode
def coprofile(obj: Any, *, mode: tuple[int, ...] = ()) -> Any:
    """Return the form of the values of a layout, with zeros as leaves.

    >>> coprofile(Layout((4, 8))), coprofile(Layout((4, 8), (E(0), E(1))))
    (0, (0, 0))
    """
    layout = read_layout(to_layouts(_layout_of(get(obj, mode=mode))), "coprofile")
    return _coprofile(layout._d) if layout.over is Zn else 0


def _layout_of(obj: Any) -> Any:
    return getattr(obj, "layout", obj)


def cosize(layout: Any) -> int:
    """Return the length of the interval that holds the values, or of the block of a swizzle.

    >>> cosize(Layout((4, 8), (9, 1)))
    35
    """
    if isinstance(layout, Swizzle):
        return int(layout.cosize())
    return int(read_layout_or_chain(layout).cosize)


def read_layout_or_chain(layout: Any) -> Any:
    """Return a layout or chain of ``layouts``; refuse what has no values."""
    found = to_layouts(_layout_of(layout))
    if not hasattr(type(found), "cosize"):
        raise ProfileError(f"cosize: {_show(layout)} is not a layout", layout)
    return found


def _form(obj: Any, other: Any) -> Any:
    """Return the tree with 0 for every leaf; a coordinate takes the form of what it is compared with."""
    if isinstance(obj, ArithTuple):
        obj = obj.data + (0,) * (len(other) - len(obj.data) if is_tuple(other) else 0)
    elif not isinstance(obj, tuple):
        obj = to_layouts(obj.shape) if hasattr(obj, "shape") else 0
    if not isinstance(obj, tuple):
        return 0
    parts = other if is_tuple(other) and len(other) == len(obj) else (0,) * len(obj)
    return tuple([_form(part, at) for part, at in zip(obj, parts, strict=True)])


def congruent(a: Any, b: Any) -> bool:
    """Tell whether two trees have the same form, whatever their leaves are.

    >>> congruent((4, (2, 3)), (None, (8, 5))), congruent(24, (24,))
    (True, False)
    """
    first, second = a, b
    if isinstance(b, ArithTuple) and not isinstance(a, ArithTuple):
        first, second = b, a
    if isinstance(first, ArithTuple):  # zeros at the end count as there
        return weakly_congruent(first, second)
    return inttuple.congruent(_form(nested(a), 0), _form(nested(b), 0))


def weakly_congruent(a: Any, b: Any) -> bool:
    """Tell whether ``a`` has the form of ``b`` with some parts collapsed to leaves.

    >>> weakly_congruent((3, 4), (5, (6, 7))), weakly_congruent((3, (4, 5)), (5, 6)), weakly_congruent(E(0), (8, 8))
    (True, False, True)
    """
    return inttuple.weakly_congruent(_form(nested(a), nested(b)), _form(nested(b), 0))


def compatible(a: Any, b: Any) -> bool:
    """Tell whether every coordinate of the shape ``a`` is one of the shape ``b``.

    >>> compatible(24, (4, 6)), compatible((24,), 24), compatible(Layout(24), (4, 6))
    (True, False, True)
    """
    return inttuple.compatible(_shape(a), _shape(b))


def common_refinement(a: Any, b: Any) -> Any:
    """Return the coarsest shape that has the coordinates of both.

    >>> common_refinement(((2, 3), 20), (6, (4, 5)))
    ((2, 3), (4, 5))
    """
    return shapes.common_refinement(_shape(a), _shape(b))


def common_coarsening(a: Any, b: Any) -> Any:
    """Return the finest shape whose coordinates are coordinates of both.

    >>> common_coarsening((4, (3, 5)), ((2, 2), 15))
    (4, 15)
    """
    return shapes.common_coarsening(_shape(a), _shape(b))


def idx2crd(idx: Any, shape: Any, stride: Any = None) -> Any:
    """Return the natural coordinate of an index; the last leaf keeps the whole quotient.

    With ``stride`` it is the coordinate where the layout of shape and stride has the value ``idx``, mode by mode where
    ``idx`` is a tuple.
    Raises: NotInvertibleError where a layout does not have the value.

    >>> idx2crd(7, (3, (2, 4))), idx2crd(100, (3, 7, 2)), idx2crd(E(0), (8, 8)), idx2crd(19, (4, 8), (8, 1))
    ((1, (0, 1)), (1, 5, 4), (1, 0), (2, 3))
    """
    extents = to_layouts(shape)
    if stride is not None:
        return _from_strides(to_layouts(idx), extents, to_layouts(stride))
    if isinstance(idx, F2):
        for extent in leaf_list(extents)[:-1]:
            if extent & (extent - 1):
                raise ProfileError(f"idx2crd: {idx} in {_show(shape)}: {extent} is not a power of two", extent)
        return transform_leaf(F2, inttuple.idx2crd(idx.value, extents))
    if isinstance(idx, ArithTuple) and not is_tuple(extents):
        raise ProfileError(f"idx2crd: {idx} does not fit {_show(shape)}", idx)
    return inttuple.idx2crd(plain_coordinate(idx, extents), extents)


def _from_strides(idx: Any, extents: Any, strides: Any) -> Any:
    if is_tuple(idx):
        return transform_apply_leaf(tuple, _from_strides, idx, extents, strides)
    return lookup.get_hier_coord(to_layouts(Layout(extents, strides)), idx)


def crd2idx(crd: Any, shape: Any, stride: Any = None) -> Any:
    """Return the index of a coordinate, or with ``stride`` the value of the layout there.

    >>> crd2idx((1, (0, 1)), (3, (2, 4))), crd2idx((2, 3), (4, 8), (8, 1)), crd2idx((2, 3), (4, 8), (E(0), E(1)))
    (7, 19, ArithTuple(2, 3))
    """
    extents = to_layouts(shape)
    point = inttuple.idx2crd(plain_coordinate(crd, extents), extents)
    return inttuple.crd2idx(point, extents) if stride is None else Layout(extents, stride)(point)


def crd2crd(crd: Any, dst_shape: Any, src_shape: Any = None) -> Any:
    """Return the coordinate in ``dst_shape`` with the same index as ``crd`` in ``src_shape``.

    Without ``src_shape`` integers are indices, and a tuple has a mode of ``dst_shape`` for each entry.
    Raises: ProfileError where the form of ``crd`` does not fit, or an entry is not below its extent.

    >>> crd2crd((1, 5), (2, 12), (4, 6)), crd2crd(7, (3, (2, 4))), crd2crd((1, 5), (4, (2, 3)))
    ((1, 10), (1, (0, 1)), (1, (1, 2)))
    """
    point, target = to_layouts(crd), to_layouts(dst_shape)
    if src_shape is not None:
        return inttuple.crd2crd(point, target, to_layouts(src_shape))
    found = inttuple.idx2crd(point, target)
    for entry, extent in zip(leaf_list(found), leaf_list(target), strict=True):
        if not 0 <= entry < extent:
            raise ProfileError(f"crd2crd: {_show(crd)} in {_show(target)}: {entry} is not in 0..{extent - 1}", crd)
    return found


def coordinates(shape: Any) -> Any:
    """Yield the natural coordinates of a shape, the first mode fastest.

    >>> list(coordinates((3, 2)))
    [(0, 0), (1, 0), (2, 0), (0, 1), (1, 1), (2, 1)]
    """
    return orders.coordinates(_shape(shape))
