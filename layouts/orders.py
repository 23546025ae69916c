"""Orders on coordinates: colexicographic, lexicographic, by element; and walks through all coordinates of a shape.

CuTe counts *colexicographically*: the leftmost leaf is the fastest digit.  numpy and PyTorch count
*lexicographically*: the rightmost leaf is the fastest.  Whatever depends on it says which in its name.  By hand, index
2 of the shape (2, 2): colexicographically 2 = 0 + 2 * 1 is the coordinate (0, 1), lexicographically 2 = 2 * 1 + 0 is
(1, 0).  So "row 2" of ``((2,2),2):((2,4),1)`` depends on who asks:

>>> from layouts import Layout
>>> L = Layout(((2, 2), 2), ((2, 4), 1))
>>> [L(2, j) for j in range(2)], [L(idx2crd_lex(2, (2, 2)), j) for j in range(2)]
([4, 5], [2, 3])
"""

from __future__ import annotations

from .errors import ProfileError
from .inttuple import _show, clean, congruent, flatten, leaves, text, to_int, unflatten
from .shapes import _positive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .inttuple import Coordinate, IntTuple

__all__ = [
    "colex_geq",
    "colex_gtr",
    "colex_leq",
    "colex_less",
    "coordinates",
    "crd2idx_lex",
    "elem_geq",
    "elem_gtr",
    "elem_leq",
    "elem_less",
    "idx2crd_lex",
    "increment",
    "lex_geq",
    "lex_gtr",
    "lex_leq",
    "lex_less",
]


# -- comparing ---------------------------------------------------------------------------------------------------------


def lex_less(a: IntTuple, b: IntTuple) -> bool:
    """Tell whether ``a`` comes before ``b`` when the leftmost difference decides.

    Requires: ``congruent(a, b)``; C++ also compares tuples of different lengths.
    Raises: ProfileError with the pair when the forms differ.
    CuTe: ``lex_less``.

    >>> lex_less((0, 5), (1, 0)), lex_less((1, 0), (1, 0))
    (True, False)
    """
    x, y = _pair("lex_less", a, b)
    return x < y


def lex_leq(a: IntTuple, b: IntTuple) -> bool:
    """Tell whether ``a`` comes before ``b`` or is equal, when the leftmost difference decides.

    >>> lex_leq((1, 0), (1, 0)), lex_leq((1, 0), (0, 5))
    (True, False)
    """
    x, y = _pair("lex_leq", a, b)
    return x <= y


def lex_gtr(a: IntTuple, b: IntTuple) -> bool:
    """Tell whether ``a`` comes after ``b`` when the leftmost difference decides.

    >>> lex_gtr((1, 0), (0, 5))
    True
    """
    x, y = _pair("lex_gtr", a, b)
    return x > y


def lex_geq(a: IntTuple, b: IntTuple) -> bool:
    """Tell whether ``a`` comes after ``b`` or is equal, when the leftmost difference decides.

    >>> lex_geq((1, 0), (1, 0))
    True
    """
    x, y = _pair("lex_geq", a, b)
    return x >= y


def colex_less(a: IntTuple, b: IntTuple) -> bool:
    """Tell whether ``a`` comes before ``b`` when the rightmost difference decides: CuTe's order of coordinates.

    Ensures: on natural coordinates of a shape s, ``colex_less(a, b) == (crd2idx(a, s) < crd2idx(b, s))``.
    Raises: ProfileError with the pair when the forms differ.
    CuTe: ``colex_less``.

    >>> colex_less((5, 0), (0, 1)), lex_less((5, 0), (0, 1))
    (True, False)
    """
    x, y = _pair("colex_less", a, b)
    return x[::-1] < y[::-1]


def colex_leq(a: IntTuple, b: IntTuple) -> bool:
    """Tell whether ``a`` comes before ``b`` or is equal, when the rightmost difference decides.

    >>> colex_leq((5, 0), (5, 0))
    True
    """
    x, y = _pair("colex_leq", a, b)
    return x[::-1] <= y[::-1]


def colex_gtr(a: IntTuple, b: IntTuple) -> bool:
    """Tell whether ``a`` comes after ``b`` when the rightmost difference decides.

    >>> colex_gtr((0, 1), (5, 0))
    True
    """
    x, y = _pair("colex_gtr", a, b)
    return x[::-1] > y[::-1]


def colex_geq(a: IntTuple, b: IntTuple) -> bool:
    """Tell whether ``a`` comes after ``b`` or is equal, when the rightmost difference decides.

    >>> colex_geq((0, 1), (0, 1))
    True
    """
    x, y = _pair("colex_geq", a, b)
    return x[::-1] >= y[::-1]


def elem_less(a: IntTuple, b: IntTuple) -> bool:
    """Tell whether every entry of ``a`` is below its entry of ``b``: the bounds check of a coordinate in a shape.

    A partial order: of two coordinates, neither need be less.
    Raises: ProfileError with the pair when the forms differ.
    CuTe: ``elem_less``.

    >>> elem_less((1, (2, 0)), (4, (3, 1))), elem_less((1, 9), (4, 8))
    (True, False)
    """
    x, y = _pair("elem_less", a, b)
    return all([i < j for i, j in zip(x, y, strict=True)])


def elem_leq(a: IntTuple, b: IntTuple) -> bool:
    """Tell whether every entry of ``a`` is at most its entry of ``b``.

    C++ defines ``elem_leq(a, b)`` as the negation of ``elem_less(b, a)``, which is true as soon as one entry is at
    most the other; here it is the partial order.

    >>> elem_leq((1, 3), (1, 4)), elem_leq((0, 5), (1, 4))
    (True, False)
    """
    x, y = _pair("elem_leq", a, b)
    return all([i <= j for i, j in zip(x, y, strict=True)])


def elem_gtr(a: IntTuple, b: IntTuple) -> bool:
    """Tell whether every entry of ``a`` is above its entry of ``b``.

    >>> elem_gtr((4, 8), (1, 7))
    True
    """
    x, y = _pair("elem_gtr", a, b)
    return all([i > j for i, j in zip(x, y, strict=True)])


def elem_geq(a: IntTuple, b: IntTuple) -> bool:
    """Tell whether every entry of ``a`` is at least its entry of ``b``; not the negation of ``elem_less``, as in C++.

    >>> elem_geq((4, 8), (4, 7)), elem_geq((0, 8), (4, 7))
    (True, False)
    """
    x, y = _pair("elem_geq", a, b)
    return all([i >= j for i, j in zip(x, y, strict=True)])


def _pair(operation: str, a: IntTuple, b: IntTuple) -> tuple[tuple[int, ...], tuple[int, ...]]:
    x, y = clean(a, f"{operation}: an entry"), clean(b, f"{operation}: an entry")
    if not congruent(x, y):
        raise ProfileError(f"{operation}: {_show(x)} and {_show(y)} differ in form", (x, y))
    return tuple(leaves(x)), tuple(leaves(y))


# -- walking -----------------------------------------------------------------------------------------------------------


def coordinates(shape: IntTuple, order: str = "colex") -> Iterator[IntTuple]:
    """Yield all natural coordinates of a shape, one after the other, lazily.

    ``order`` is ``"colex"`` for CuTe's order, or ``"lex"`` for that of numpy and PyTorch.
    Ensures: ``list(coordinates(s)) == [idx2crd(i, s) for i in range(size(s))]``, with "lex" the same for
    ``idx2crd_lex``; congruent with the shape.
    Raises: ProfileError at the call, for extents below 1 or another order.
    Cost: one tree for each coordinate that is taken, whatever the size of the shape.
    PyCuTe: ``coordinates``.

    >>> list(coordinates((2, (1, 2))))
    [(0, (0, 0)), (1, (0, 0)), (0, (0, 1)), (1, (0, 1))]
    >>> list(coordinates((2, (1, 2)), order="lex"))
    [(0, (0, 0)), (0, (0, 1)), (1, (0, 0)), (1, (0, 1))]
    """
    tree = _positive("coordinates", shape)
    fast = _fastest_first("coordinates", order, len(flatten(tree)))
    return _walk(tree, flatten(tree), fast)


def _walk(tree: IntTuple, extents: tuple[int, ...], fast: range) -> Iterator[IntTuple]:
    digits = [0] * len(extents)
    while True:
        yield unflatten(tuple(digits), tree)
        for k in fast:
            digits[k] += 1
            if digits[k] < extents[k]:
                break
            digits[k] = 0
        else:
            return


def increment(coordinate: IntTuple, shape: IntTuple, order: str = "colex") -> IntTuple:
    """Return the coordinate that follows.

    After the last one the slowest digit goes on past its extent, as an index does.  (C++ stops its iterator there; the
    DSL's ``increment_coord`` does the same.)
    Requires: a natural coordinate, each digit but the slowest below its extent.
    Ensures: ``crd2idx(increment(c, s), s) == crd2idx(c, s) + 1``, with "lex" the same for ``crd2idx_lex``.
    Raises: ProfileError for a coordinate of another form, or with the digit that is out of range.
    CuTe: ``increment`` of the coordinate iterator, ``increment_coord``.

    >>> increment((1, (0, 0)), (2, (1, 2))), increment((0, (0, 1)), (2, (1, 2)), order="lex")
    ((0, (0, 1)), (1, (0, 0)))
    """
    tree = _positive("increment", shape)
    extents = flatten(tree)
    point = clean(coordinate, "increment: a digit")
    if not congruent(point, tree):
        raise ProfileError(f"increment: {_show(point)} is no natural coordinate of {text(tree)}", point)
    digits = list(leaves(point))
    fast = _fastest_first("increment", order, len(extents))
    for k in fast:
        if digits[k] < 0 or (digits[k] >= extents[k] and k != fast[-1]):
            raise ProfileError(f"increment: the digit {digits[k]} is not below the extent {extents[k]}", digits[k])
    if not digits:
        raise ProfileError("increment: the empty shape () has one coordinate, and none follows", ())
    for k in fast:
        digits[k] += 1
        if digits[k] < extents[k] or k == fast[-1]:
            break
        digits[k] = 0
    return unflatten(tuple(digits), tree)


# -- row-major indices -------------------------------------------------------------------------------------------------


def idx2crd_lex(index: Coordinate, shape: IntTuple) -> IntTuple:
    """Return the natural coordinate of a row-major index: the rightmost leaf is the fastest digit.

    The counterpart of ``idx2crd``.  The first leaf takes the whole quotient; ``index`` may be a coordinate that is
    weakly congruent to ``shape``, and each integer in it is taken apart row-major in its own mode.
    Raises: ProfileError for a negative integer where there is more than one leaf, or a form that does not fit.
    numpy: ``unravel_index``.

    >>> idx2crd_lex(21, (4, (2, 3))), idx2crd_lex((1, 5), (4, (2, 3)))
    ((3, (1, 0)), (1, (1, 2)))
    """
    tree = _positive("idx2crd_lex", shape)
    return _digits_lex(index, tree, tree)


def _digits_lex(index: Coordinate, shape: IntTuple, whole: IntTuple) -> IntTuple:
    if isinstance(index, tuple):
        if not isinstance(shape, tuple) or len(index) != len(shape):
            raise ProfileError(
                f"idx2crd_lex: the coordinate part {_show(index)} does not fit {_show(shape)} in the shape "
                f"{_show(whole)}",
                index,
            )
        return tuple([_digits_lex(i, s, whole) for i, s in zip(index, shape, strict=True)])
    rest = 0 if index is None else to_int(index, "a coordinate")
    if not isinstance(shape, tuple):
        return rest
    extents = flatten(shape)
    if rest and not extents:
        raise ProfileError(f"the index {rest} has no digits in the empty shape ()", rest)
    if rest < 0 and len(extents) > 1:
        raise ProfileError(f"the negative index {rest} has no digits in the shape {_show(shape)}", rest)
    values = []
    for extent in reversed(extents[1:]):
        rest, digit = divmod(rest, extent)
        values.append(digit)
    values += [rest] * (len(extents) > 0)
    return unflatten(tuple(reversed(values)), shape)


def crd2idx_lex(coordinate: Coordinate, shape: IntTuple) -> int:
    """Return the row-major index of a coordinate, the rightmost leaf being the fastest digit.

    The counterpart of ``crd2idx``; integers that stand for a whole mode are read row-major too.
    Ensures: ``crd2idx_lex(idx2crd_lex(i, s), s) == i`` for every natural i.
    Raises: ProfileError when the forms do not fit.
    numpy: ``ravel_multi_index``.

    >>> crd2idx_lex((3, (1, 0)), (4, (2, 3)))
    21
    """
    tree = _positive("crd2idx_lex", shape)
    value, place = 0, 1
    for digit, extent in zip(
        reversed(flatten(_digits_lex(coordinate, tree, tree))), reversed(flatten(tree)), strict=True
    ):
        value += digit * place
        place *= extent
    return value


# -- reading -----------------------------------------------------------------------------------------------------------


def _fastest_first(operation: str, order: str, count: int) -> range:
    """Return the numbers of the leaves, the fastest first."""
    if not isinstance(order, str) or order not in ("colex", "lex"):
        raise ProfileError(f'{operation}: the order is "colex" or "lex", not {_show(order)}', order)
    return range(count) if order == "colex" else range(count - 1, -1, -1)
