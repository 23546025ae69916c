"""Constructors: layouts in an order of the modes, like another layout, of coordinates, from torch and numpy strides.

By hand, a layout like ``(4,8,2):(0,1,16)``: the mode with stride 0 is a broadcast and stays one.  Of the others the
stride 1 is the smallest, so that mode gets 1, and the next one gets 8: ``(4,8,2):(0,1,8)``, the same order without the
holes.
"""

from __future__ import annotations

from .compact import compact_order
from .errors import LayoutError, ProfileError
from .inttuple import MAX_DEPTH, _shape_of, _show, clean, flatten, prefix_product, product, to_int, unflatten
from .layout import Layout, modes, read_layout, trusted
from .module import F2, ArithTuple, E, Z, Zn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .compact import Major
    from .inttuple import IntTuple

__all__ = [
    "from_strides",
    "make_fragment_like",
    "make_identity_layout",
    "make_layout_like",
    "make_ordered_layout",
    "tiler_to_layout",
    "to_strides",
]


# -- compact layouts ---------------------------------------------------------------------------------------------------


def make_ordered_layout(shape: IntTuple, order: IntTuple | Major) -> Layout:
    """Return the compact layout whose strides ascend in ``order``: the mode with the smallest number is fastest.

    ``order`` may be coarser than the shape, and equal numbers are taken from left to right, so the result is always a
    bijection.  (C++ and the DSL give tied modes the same stride: ``(2,3,4):(1,1,6)`` for the order (0, 0, 1).)
    Requires: ``weakly_congruent(order, shape)``.
    Ensures:  ``make_ordered_layout(s, o) == Layout(s, compact_order(s, o))``, onto 0..size-1.
    Raises:   ProfileError with the order when its form does not fit.
    CuTe:     ``make_ordered_layout``.

    >>> print(make_ordered_layout((2, 3, 4), (2, 0, 1)), make_ordered_layout((2, 3, 4), (0, 0, 1)))
    (2,3,4):(12,1,3) (2,3,4):(1,2,6)
    """
    tree = _shape_of(shape)
    return Layout(tree, compact_order(tree, order))


def make_layout_like(layout: Any) -> Layout:
    """Return the compact layout with the same shape, whose strides are in the order of those of ``layout``.

    Strides 0 stay 0.  The order is that of the absolute values, equal ones from left to right; the result has no
    negative strides.  (The DSL sorts with the sign and gives equal strides equal strides.)
    Ensures:  idempotent; the modes without stride 0 go bijectively onto 0..N-1.  Over F2 the result is over F2.
    Raises:   LayoutError over Zn, whose strides have no order.
    Cost:     a sort of the leaves.
    CuTe:     ``make_layout_like``.

    >>> print(make_layout_like(Layout((4, 8, 2), (0, 1, 16))), make_layout_like(Layout((8, 64), (72, 1), over=F2)))
    (4,8,2):(0,1,8) (8,64):(F64,F1)
    """
    source = read_layout(layout, "make_layout_like")
    _check_ordered("make_layout_like", source)
    return trusted(source.shape, unflatten(_like(source, 1, keep_zeros=True), source.shape), source.over)


def make_fragment_like(layout: Any) -> Layout:
    """Return the compact layout of the same shape with mode 0 the fastest, and the other modes in the order of strides.

    This is the layout of a register tensor.  Mode 0, often that of an instruction, is colexicographic in itself with
    its strides 0 kept; the others follow as in ``make_ordered_layout``, those with stride 0 first and with storage of
    their own.  A layout of rank 1 gives the compact one, and so does a shape.
    Raises:   LayoutError over Zn, whose strides have no order.
    CuTe:     ``make_fragment_like``.

    >>> print(make_fragment_like(Layout(((2, 2), 3, 5), ((8, 0), 100, 20))))
    ((2,2),3,5):((1,0),10,2)
    >>> print(make_fragment_like((4, 8)))
    (4,8):(1,4)
    """
    if not _is_layout(layout):
        return Layout(_shape_of(layout))
    source = read_layout(layout, "make_fragment_like")
    _check_ordered("make_fragment_like", source)
    if source.rank < 2:
        return Layout(source.shape, over=source.over)
    first, rest = source[0], source[1:]
    kept = [s if d else 1 for s, d in zip(first._s, first._d, strict=True)]
    strides = flatten(prefix_product(tuple(kept)))
    head = tuple([d if own else 0 for d, own in zip(strides, first._d, strict=True)])
    tail = _like(rest, product(tuple(kept)), keep_zeros=False)
    return trusted(source.shape, unflatten(head + tail, source.shape), source.over)


def _check_ordered(operation: str, layout: Layout) -> None:
    if layout.over is Zn:
        raise LayoutError(f"{operation}: the strides of {layout} are coordinates, which have no order", layout._d)


def _like(layout: Layout, start: int, keep_zeros: bool) -> tuple[int, ...]:
    """Return compact strides from ``start`` in the order of the strides; extents 1 before others of equal stride."""
    extents, strides = layout._s, layout._d
    found = [0] * len(extents)
    running = start
    for k in sorted(range(len(extents)), key=lambda k: (abs(strides[k]), extents[k] != 1)):
        if strides[k] or not keep_zeros:
            found[k] = running
            running *= extents[k]
    return tuple(found)


# -- layouts of coordinates --------------------------------------------------------------------------------------------


def make_identity_layout(shape: IntTuple) -> Layout:
    """Return the layout that sends every coordinate to itself; of an integer the compact layout ``n:1``.

    Ensures:  ``L(c) == c`` for natural coordinates, and ``L(i) == idx2crd(i, shape)``.
    CuTe:     ``make_identity_layout``, the coordinates that TMA and predicates use.

    >>> L = make_identity_layout((4, (2, 3)))
    >>> print(L, L(21))
    (4,(2,3)):(1@0,(1@0@1,1@1@1)) (1, (1, 2))
    """
    tree = _shape_of(shape)
    return Layout(tree, over=Zn if isinstance(tree, tuple) and tree else Z)


def tiler_to_layout(tiler: Any) -> Layout:
    """Return the layout that acts as the tiler does: an integer n is ``n:1``, mode i of a tuple moves along axis i.

    Ensures:  ``composition(A, tiler_to_layout(t))`` is the same function as ``composition(A, t)``, for t with as many
    modes as A.
    Raises:   ProfileError for ``None``, which stands for a mode of a layout that is not here, and for tiles over F2
    inside a tuple.
    PyCuTe:   ``tiler_to_layout``.

    >>> print(tiler_to_layout(3), tiler_to_layout((4, 5)), tiler_to_layout((Layout(4, 2), Layout(5, 3))))
    3:1 (4,5):(1@0,1@1) (4,5):(2@0,3@1)
    """
    if _is_layout(tiler):
        return read_layout(tiler, "tiler_to_layout")
    return Layout(*_tile(tiler, (), 0))


def _tile(tiler: Any, path: tuple[int, ...], level: int) -> tuple[Any, Any]:
    if isinstance(tiler, tuple):
        if level >= MAX_DEPTH:
            raise ProfileError(f"tiler_to_layout: a tiler nests deeper than {MAX_DEPTH} levels", MAX_DEPTH)
        parts = [_tile(part, (*path, axis), level + 1) for axis, part in enumerate(tiler)]
        return tuple([s for s, _ in parts]), tuple([d for _, d in parts])
    if _is_layout(tiler):
        tile = read_layout(tiler, "tiler_to_layout")
        steps: Any = tuple([_moved(tile, d, path) for d in tile._d])
        return tile.shape, unflatten(steps, tile.shape)
    return to_int(tiler, "tiler_to_layout: a tile"), E(*path) if path else 1


def _moved(tile: Layout, stride: Any, path: tuple[int, ...]) -> ArithTuple:
    """Return a stride of a tile on the axis at ``path``."""
    if tile.over is F2:
        raise ProfileError(f"tiler_to_layout: {tile} lives over F2, and the tiles of a tuple over Z or Zn", tile)
    terms = [((), stride)] if tile.over is Z else stride.terms()
    moved = ArithTuple()
    for axis, factor in terms:
        moved = moved + E(*path, *axis) * factor
    return moved


def _is_layout(value: Any) -> bool:
    return isinstance(value, Layout) or (hasattr(value, "shape") and callable(value))


# -- strides of arrays -------------------------------------------------------------------------------------------------


def from_strides(shape: Any, strides: Any = None, *, itemsize: int | None = None, order: str = "colex") -> Layout:
    """Return the layout of an array with these strides, or of a torch, numpy or similar array itself.

    Strides count elements, as in torch; with ``itemsize`` they are bytes, as in numpy, and are divided by it.  Strides
    0 (broadcast) and negative ones (reversed axes) are kept; values count from the element at index 0 of every axis.
    ``order`` says what an integer index means: with "colex" it counts CuTe's way and the modes stay in place; with
    "lex" it counts as numpy and torch flatten, and the modes are reversed.
    Ensures:  ``L(i, j) == i * strides[0] + j * strides[1]``; with "lex" ``L(k)`` is the place of element k of
    ``array.flatten()``.
    Raises:   ProfileError for shapes that are not flat, that disagree or that hold no element; LayoutError with the
    stride that ``itemsize`` does not divide.

    >>> print(from_strides((4, 8), (8, 1)), from_strides((4, 8), (32, -4), itemsize=4))
    (4,8):(8,1) (4,8):(8,-1)
    >>> L = from_strides((4, 8), (8, 1), order="lex")
    >>> print(L, L(9))
    (8,4):(1,8) 9
    """
    if strides is None:
        shape, strides, itemsize = _read_array(shape, itemsize)
    extents = _flat("from_strides", shape, "an extent")
    steps = _flat("from_strides", strides, "a stride")
    if len(extents) != len(steps):
        raise ProfileError(f"from_strides: {len(extents)} extents and {len(steps)} strides", (extents, steps))
    if itemsize is not None:
        unit = _unit("from_strides", itemsize)
        for s, d in zip(extents, steps, strict=True):
            if s != 1 and d % unit:
                raise LayoutError(f"from_strides: the stride {d} is no multiple of the itemsize {unit}", d)
        steps = tuple([0 if d % unit else d // unit for d in steps])
    if _reversed("from_strides", order):
        extents, steps = extents[::-1], steps[::-1]
    return Layout(extents, steps)


def to_strides(layout: Any, *, itemsize: int | None = None, order: str = "colex") -> tuple[Any, Any]:
    """Return (shape, strides) of the array that is a layout, one stride for each mode: what ``as_strided`` takes.

    Strides count elements, or bytes with ``itemsize``; with ``order="lex"`` the modes are reversed.
    Ensures:  ``from_strides(*to_strides(L))`` has the values of L at every ``(i, j, ...)``.
    Raises:   LayoutError with the number of the mode that has several strides, or outside Z.

    >>> to_strides(Layout((4, (2, 3)), (6, (1, 2)))), to_strides(Layout((4, 8), (8, 1)), itemsize=2)
    (((4, 6), (6, 1)), ((4, 8), (16, 2)))
    >>> to_strides(Layout((4, (2, 3)), (6, (3, 1))))
    Traceback (most recent call last):
    layouts.errors.LayoutError: to_strides: mode 1 of (4,(2,3)):(6,(3,1)) has no single stride: (2,3):(3,1)
    """
    source = read_layout(layout, "to_strides")
    if source.over is not Z:
        raise LayoutError(f"to_strides: {source} lives over {source.over}, and arrays over Z", None)
    unit = 1 if itemsize is None else _unit("to_strides", itemsize)
    found = []
    for number, mode in enumerate(source):
        extents, strides = modes(mode)
        if extents[1:] not in ((), (1,)):
            raise LayoutError(f"to_strides: mode {number} of {source} has no single stride: {mode}", number)
        found.append((extents[0], strides[0] * unit))
    if _reversed("to_strides", order):
        found.reverse()
    return tuple([s for s, _ in found]), tuple([d for _, d in found])


def _read_array(array: Any, itemsize: int | None) -> tuple[Any, Any, int | None]:
    """Return (shape, strides, itemsize) of an array, by the attributes of torch or of numpy."""
    if not isinstance(array, (int, tuple)) and hasattr(array, "shape"):
        if callable(getattr(array, "stride", None)):
            if itemsize is not None:
                raise ProfileError("from_strides: the strides of this array count elements, not bytes", itemsize)
            return tuple(array.shape), tuple(array.stride()), None
        if hasattr(array, "strides") and hasattr(array, "itemsize"):
            return tuple(array.shape), tuple(array.strides), array.itemsize if itemsize is None else itemsize
    raise ProfileError(f"from_strides: a shape and strides, or an array, not {_show(array)} alone", array)


def _flat(operation: str, tree: Any, role: str) -> tuple[int, ...]:
    found = clean(tree, f"{operation}: {role}")
    found = found if isinstance(found, tuple) else (found,)
    for leaf in found:
        if isinstance(leaf, tuple):
            raise ProfileError(f"{operation}: arrays are flat: {role} is the tuple {_show(leaf)}", leaf)
    return found  # type: ignore[return-value]


def _unit(operation: str, itemsize: int) -> int:
    unit = to_int(itemsize, f"{operation}: the itemsize")
    if unit < 1:
        raise ProfileError(f"{operation}: the itemsize must be at least 1, not {unit}", unit)
    return unit


def _reversed(operation: str, order: str) -> bool:
    if not isinstance(order, str) or order not in ("colex", "lex"):
        raise ProfileError(f'{operation}: the order is "colex" or "lex", not {_show(order)}', order)
    return order == "lex"
