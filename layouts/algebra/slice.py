"""Slice and dice: the modes that a coordinate leaves open, and those that it fixes.

A coordinate with ``None`` in it says which modes stay.  By hand, ``(2, None)`` in ``(4,8):(8,1)``: row 2 is open in its
columns, so the slice is ``(8):(1)``, and the value 16 at (2, 0) is left over; ``dice_`` returns the mode that was
fixed, ``(4):(8)``.  ``domain_offset`` keeps all modes and moves the origin.
"""

from __future__ import annotations

from ..errors import LayoutError, ProfileError
from ..inttuple import MAX_DEPTH, _show, idx2crd, leaves, select_kept, to_int
from ..layout import Layout, cut, read_layout, trusted
from ..module import F2, ArithTuple, F2Stride
from .coalesce import describe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..inttuple import Coordinate

__all__ = ["dice_", "domain_offset", "slice_", "slice_and_offset"]


def slice_(coordinate: Coordinate, value: Any) -> Any:
    """Return what is left of a tuple or a layout where ``coordinate`` has ``None``, spliced one level up.

    Of a layout the value at the fixed entries is dropped, and ``slice_and_offset`` returns it too; a chain adds it to
    its offset.  With nothing left the result is ``()``, or the layout ``():()``.
    Ensures:  over Z and Zn, ``A(c) == slice_(x, A)(c where x has None) + A(x with None read as 0)``, for every c that
    is x where x is fixed; over F2 the same with XOR.
    Raises:   ProfileError for a coordinate that does not fit; NotALayoutError for a chain over F2 in which the fixed
    value is no summand.
    Cost:     one step for each leaf.
    CuTe:     ``slice``; the DSL's and PyCuTe's ``slice_``, of which the DSL takes the coordinate last.

    >>> print(slice_((2, None), Layout((4, 8), (8, 1))), slice_((2, 3), Layout((4, 8))))
    (8):(1) ():()
    >>> slice_((None, (1, None)), (4, (2, 3)))
    (4, 3)
    """
    _check_coordinate("slice_", coordinate, value)
    if _is_layout(value):
        return cut(value, coordinate)[0]
    _check_tree("slice_", value, 0)
    return value if coordinate is None else select_kept(coordinate, value)


def slice_and_offset(coordinate: Coordinate, layout: Any) -> tuple[Any, Any]:
    """Return the layout of the modes where ``coordinate`` has ``None``, and the value at the entries that are fixed.

    A chain keeps that value in its offset, and the second result is 0.
    Ensures:  over Z and Zn, ``layout(c) == offset + sliced(kept part of c)``; over F2 the same with XOR.
    Raises:   as ``slice_`` does.
    Cost:     one step for each leaf.
    CuTe:     ``slice_and_offset``.

    >>> sliced, offset = slice_and_offset((2, None), Layout((4, 8), (8, 1)))
    >>> print(sliced, offset)
    (8):(1) 16
    """
    if isinstance(coordinate, Layout) or _is_layout(coordinate):
        raise ProfileError(
            f"slice_and_offset: the coordinate comes first, then the layout, not {coordinate}", coordinate
        )
    _check_coordinate("slice_and_offset", coordinate, layout)
    found: tuple[Any, Any] = cut(layout if _is_layout(layout) else read_layout(layout, "slice_and_offset"), coordinate)
    return found


def dice_(coordinate: Coordinate, value: Any) -> Any:
    """Return what is left of a tuple or a layout where ``coordinate`` is fixed, spliced one level up.

    Together with ``slice_`` it has every mode once.  The values of a layout are those with the other modes at 0.
    Raises:   ProfileError for a coordinate that does not fit.
    Cost:     one step for each leaf.
    CuTe:     ``dice``.

    >>> print(dice_((2, None), Layout((4, 8), (8, 1))))
    (4):(8)
    >>> dice_((None, (1, None)), (4, (2, 3))), dice_(5, (4, 8))
    ((2,), (4, 8))
    """
    _check_coordinate("dice_", coordinate, value)
    if isinstance(value, Layout):
        idx2crd(coordinate, value._shape)  # refuses what does not fit
        shape, stride = _fixed(coordinate, value._shape), _fixed(coordinate, value._stride)
        return trusted(shape, stride, value._over)
    if _is_layout(value):
        return value._with_inner(dice_(coordinate, value.inner))
    _check_tree("dice_", value, 0)
    return _fixed(coordinate, value)


def domain_offset(coordinate: Coordinate, value: Any) -> tuple[Any, Any]:
    """Return (R, offset): the layout read from ``coordinate`` on, and what is added to its values.

    The extents stay, so R reads beyond the end of A where ``coordinate`` has moved the origin.
    Ensures:  ``A(c + coordinate) == R(c) + offset``, digit by digit; over F2 with XOR.  For a chain the offset is in
    the chain, and 0 is returned.
    Raises:   ProfileError for a coordinate that does not fit; over F2 LayoutError with an index c, where a digit of
    ``coordinate`` shares bits with those of c, for then adding carries; slice a division there.
    Cost:     one step for each leaf.
    CuTe:     ``domain_offset``.

    >>> R, offset = domain_offset((1, 2), Layout((4, 8), (8, 1)))
    >>> print(R, offset)
    (4,8):(8,1) 10
    """
    _check_coordinate("domain_offset", coordinate, value)
    move = getattr(type(value), "_domain_offset", None)
    if move is not None:
        moved: tuple[Any, Any] = move(value, coordinate)
        return moved
    layout = read_layout(value, "domain_offset")
    digits = list(leaves(idx2crd(coordinate, layout._shape)))
    if layout._over is F2:
        place = 1
        for s, d, digit in zip(layout._s, layout._d, digits, strict=True):
            if digit % s and d:
                bit = digit & -digit
                raise LayoutError(
                    f"domain_offset: {describe(layout)} from {_show(coordinate)} on: at index {bit * place} the digits "
                    f"{bit} + {digit} of the leaf {s}:F{d} carry, and over F2 nothing does. A slice of a division has "
                    f"an offset of its own",
                    bit * place,
                )
            place *= s
    return layout, layout._at_digits(digits)


# -- coordinates and trees ---------------------------------------------------------------------------------------------


def _is_layout(value: Any) -> bool:
    return isinstance(value, Layout) or hasattr(type(value), "_slice_and_offset")


def _check_coordinate(operation: str, coordinate: Any, value: Any, level: int = 0) -> None:
    if isinstance(coordinate, tuple):
        if level >= MAX_DEPTH:
            raise ProfileError(f"{operation}: a coordinate nests deeper than {MAX_DEPTH} levels", MAX_DEPTH)
        for part in coordinate:
            _check_coordinate(operation, part, value, level + 1)
    elif _is_layout(coordinate) and not _is_layout(value):
        raise ProfileError(f"{operation}: the coordinate comes first, and then the layout", coordinate)
    elif coordinate is not None:
        to_int(coordinate, f"{operation}: an entry of a coordinate")


def _check_tree(operation: str, tree: Any, level: int) -> None:
    if isinstance(tree, tuple):
        if level >= MAX_DEPTH:
            raise ProfileError(f"{operation}: a tuple nests deeper than {MAX_DEPTH} levels", MAX_DEPTH)
        for child in tree:
            _check_tree(operation, child, level + 1)
    elif tree is not None and not isinstance(tree, (ArithTuple, F2Stride)):
        to_int(tree, f"{operation}: {_show(tree)} is neither a layout nor a tuple; a leaf")


def _fixed(coordinate: Coordinate, tree: Any) -> Any:
    """Return the subtrees of ``tree`` where ``coordinate`` is fixed, spliced one level up; a fixed whole as it is."""
    if isinstance(coordinate, tuple):
        return _diced(coordinate, tree)
    return () if coordinate is None else tree


def _diced(coordinate: Coordinate, tree: Any) -> tuple[Any, ...]:
    if coordinate is None:
        return ()
    if not isinstance(coordinate, tuple):
        return (tree,)
    if not isinstance(tree, tuple) or len(coordinate) != len(tree):
        raise ProfileError(f"dice: the coordinate part {_show(coordinate)} does not fit {_show(tree)}", coordinate)
    return tuple([part for c, t in zip(coordinate, tree, strict=True) for part in _diced(c, t)])
