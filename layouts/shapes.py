"""Arithmetic on shapes: products, division, and the order "every coordinate of a is one of b".

Every function takes a hierarchical tuple, or anything with a ``shape``, and walks its leaves from left to right, the
fastest first.  By hand: ``shape_div((8, 6), 16)`` takes 16 out of the leaves in that order.  8 divides 16, so the first
leaf is used up and 2 is left; 2 divides 6, so 3 remains: the result is ``(1, 3)``.

The shapes are ordered by *compatible*, written a <= b: every coordinate of a is one of b.  In that order
``common_refinement`` is the join and ``common_coarsening`` the meet:

======================  ================================  =======================
shapes                  join                              meet
======================  ================================  =======================
``24`` and ``(4, 6)``   ``(4, 6)``                        ``24``
``((2, 3), 20)`` and    ``((2, 3), (4, 5))``              ``(6, 20)``
``(6, (4, 5))``
``(4, 6)``, ``(6, 4)``  none: 4 and 6 do not agree        ``24``
======================  ================================  =======================
"""

from __future__ import annotations

from math import gcd

from .errors import LayoutError, ProfileError
from .inttuple import (
    _shape_of,
    amount,
    clean,
    congruent,
    leaves,
    product,
    text,
    unflatten,
    weakly_congruent,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .inttuple import IntTuple

__all__ = [
    "ceil_div",
    "common_coarsening",
    "common_refinement",
    "elem_scale",
    "inner_product",
    "product_each",
    "product_like",
    "round_up",
    "shape_div",
    "tuple_gcd",
    "tuple_max",
    "tuple_min",
]


# -- products ----------------------------------------------------------------------------------------------------------


def product_each(shape: IntTuple) -> IntTuple:
    """Return the size of each mode: the coarsest shape of the same rank.

    Ensures: ``compatible(product_each(s), s)``; an integer stays an integer, for ``(n,)`` is not compatible with n.
    CuTe: ``product_each``; C++ wraps an integer into a 1-tuple, the DSL does not.

    >>> product_each(((2, (3, 4)), (5, 6), 7))
    (24, 30, 7)
    """
    tree = _shape_of(shape)
    return tuple([product(mode) for mode in tree]) if isinstance(tree, tuple) else tree


def product_like(shape: IntTuple, guide: IntTuple) -> IntTuple:
    """Return the tree of the form ``guide`` with the products of the parts of ``shape`` at its leaves.

    Requires: ``weakly_congruent(guide, shape)``.
    Ensures: ``compatible(product_like(s, g), s)``.
    Raises: ProfileError with the guide when it does not fit.
    CuTe: ``product_like``.

    >>> product_like(((2, 3), (4, 5)), (0, (0, 0)))
    (6, (4, 5))
    """
    tree, form = _shape_of(shape), _shape_of(guide)
    _check_weakly("product_like", form, tree)

    def walk(part: IntTuple, at: IntTuple) -> IntTuple:
        if isinstance(at, tuple) and isinstance(part, tuple):
            return tuple([walk(p, a) for p, a in zip(part, at, strict=True)])
        return product(part)

    return walk(tree, form)


def inner_product(a: IntTuple, b: IntTuple) -> int:
    """Return the sum of the products of corresponding leaves.

    Requires: ``congruent(a, b)``.
    Ensures: ``inner_product(c, d) == crd2idx(c, s, d)`` for a natural coordinate c of the shape s.
    Raises: ProfileError with the pair when the forms differ.
    CuTe: ``inner_product``.

    >>> inner_product((1, (1, 2)), (1, (4, 8)))
    21
    """
    a, b = clean(a, "inner_product: a leaf"), clean(b, "inner_product: a leaf")
    if not congruent(a, b):
        raise ProfileError(f"inner_product: {_text(a)} and {_text(b)} differ in form", (a, b))
    return sum([x * y for x, y in zip(leaves(a), leaves(b), strict=True)])


def elem_scale(a: IntTuple, b: IntTuple) -> IntTuple:
    """Return ``a`` with each leaf multiplied by the product of the part of ``b`` there.

    Requires: ``weakly_congruent(a, b)``.
    Raises: ProfileError with the pair when the forms do not fit.
    CuTe: ``elem_scale``.

    >>> elem_scale((2, 3), (4, (5, 6)))
    (8, 90)
    """
    a, b = _shape_of(a), _shape_of(b)
    _check_weakly("elem_scale", a, b)

    def walk(x: IntTuple, y: IntTuple) -> IntTuple:
        if isinstance(x, tuple) and isinstance(y, tuple):
            return tuple([walk(i, j) for i, j in zip(x, y, strict=True)])
        return product(x) * product(y)

    return walk(a, b)


def tuple_max(*trees: IntTuple) -> int:
    """Return the largest of all leaves.

    Raises: ProfileError when there is no leaf.
    CuTe: ``cute::max``.

    >>> tuple_max((3, (5, 2)), 4)
    5
    """
    return max(_all_leaves("tuple_max", trees))


def tuple_min(*trees: IntTuple) -> int:
    """Return the smallest of all leaves.

    Raises: ProfileError when there is no leaf.
    CuTe: ``cute::min``.

    >>> tuple_min((3, (5, 2)), 4)
    2
    """
    return min(_all_leaves("tuple_min", trees))


def tuple_gcd(*trees: IntTuple) -> int:
    """Return the greatest common divisor of all leaves, never negative.

    Raises: ProfileError when there is no leaf.
    CuTe: ``cute::gcd``.

    >>> tuple_gcd((12, (18, 30)))
    6
    """
    return gcd(*_all_leaves("tuple_gcd", trees))


# -- division ----------------------------------------------------------------------------------------------------------


def shape_div(shape: IntTuple, divisor: IntTuple) -> IntTuple:
    """Return the shape that is left when ``divisor`` is taken out of the leaves, from left to right.

    An integer b meets the leaves in turn: a leaf a that b divides becomes a / b and ends the walk; a leaf that divides
    b becomes 1, and b / a goes on.  A tuple divides the modes one by one; an integer is divided by the product.
    Requires: at each leaf ``a % b == 0 or b % a == 0``.
    Ensures: the form of ``shape``; ``product(shape_div(s, n)) * n == product(s)`` when n divides the product.
    Raises: LayoutError with the leaf a and the rest b; ProfileError for forms that do not fit, or numbers below 1.
    CuTe: ``shape_div``, which checks static numbers only.

    >>> shape_div((8, 6), 16), shape_div((12, (4, 3)), (3, 4))
    ((1, 3), (4, (1, 3)))
    >>> shape_div((10, 6), 4)
    Traceback (most recent call last):
    layouts.errors.LayoutError: shape_div: (10,6) by 4: neither 10 nor 4 divides the other
    """
    whole, by = _positive("shape_div", shape), _positive("shape_div", divisor)

    def leaf(a: int, b: int) -> tuple[int, int]:
        if a % b and b % a:
            raise LayoutError(
                f"shape_div: {_text(whole)} by {_text(by)}: neither {amount(a)} nor {amount(b)} divides the other",
                (a, b),
            )
        return (a // b, 1) if a % b == 0 else (1, b // a)

    def missing(a: tuple[IntTuple, ...], b: tuple[IntTuple, ...]) -> tuple[IntTuple, ...]:
        if len(a) != len(b):
            raise ProfileError(f"shape_div: {_text(whole)} by {_text(by)}: {len(a)} modes and {len(b)}", (a, b))
        return b

    return _divide(whole, by, leaf, missing)


def ceil_div(shape: IntTuple, divisor: IntTuple) -> IntTuple:
    """Return the number of tiles in each leaf, rounded up.

    A tuple divides the modes one by one, and modes that it does not name are divided by 1; an integer meets the leaves
    from left to right as in ``shape_div``, each quotient rounded up; an integer is divided by the product.
    Raises: ProfileError for forms that do not fit, or a divisor below 1.
    CuTe: ``ceil_div`` on shapes as in C++; the DSL divides the product of a tuple by the integer, and gives 15 for
    ``((10, 6), 4)``.  For a layout as tiler see ``complement``.

    >>> ceil_div(10, 4), ceil_div((10, 6), (4, 4)), ceil_div((10, 6), (4,)), ceil_div((10, 6), 4)
    (3, (3, 2), (3, 6), (3, 6))
    """
    whole, by = _positive("ceil_div", shape), _positive("ceil_div", divisor)
    return _divide(whole, by, lambda a, b: (-(-a // b), -(-b // a)), _with_ones("ceil_div", whole, by))


def round_up(shape: IntTuple, multiple: IntTuple) -> IntTuple:
    """Return the smallest multiples that are not below the leaves.

    A tuple works on the modes one by one, and modes that it does not name stay as they are.
    Ensures: ``round_up(a, b) == ceil_div(a, b) * b`` for integers.
    Raises: ProfileError for forms that do not fit, or numbers below 1.
    CuTe: ``round_up``.

    >>> round_up(10, 4), round_up((10, 6), (4, 4)), round_up((10, 6), (4,))
    (12, (12, 8), (12, 6))
    """
    whole, by = _positive("round_up", shape), _positive("round_up", multiple)
    missing = _with_ones("round_up", whole, by)

    def walk(a: IntTuple, b: IntTuple) -> IntTuple:
        if isinstance(a, tuple) and isinstance(b, tuple):
            return tuple([walk(x, y) for x, y in zip(a, missing(a, b), strict=True)])
        if isinstance(a, tuple) and b == 1:
            return a
        if isinstance(a, tuple) or isinstance(b, tuple):
            raise ProfileError(f"round_up: {_text(whole)} to {_text(by)}: {_text(a)} does not meet {_text(b)}", (a, b))
        return -(-a // b) * b

    return walk(whole, by)


def _divide(whole: IntTuple, by: IntTuple, leaf: Any, missing: Any) -> IntTuple:
    """Divide by modes as long as both are tuples, then walk the leaves with the integer that is left."""
    if isinstance(whole, tuple) and isinstance(by, tuple):
        return tuple([_divide(a, b, leaf, missing) for a, b in zip(whole, missing(whole, by), strict=True)])
    rest = product(by)
    found = []
    for a in leaves(whole):
        quotient, rest = leaf(a, rest)
        found.append(quotient)
    return unflatten(tuple(found), whole)


def _with_ones(operation: str, whole: IntTuple, by: IntTuple) -> Any:
    def missing(a: tuple[IntTuple, ...], b: tuple[IntTuple, ...]) -> tuple[IntTuple, ...]:
        if len(b) > len(a):
            raise ProfileError(f"{operation}: {_text(whole)} by {_text(by)}: {len(b)} modes for {len(a)}", (a, b))
        return b + (1,) * (len(a) - len(b))

    return missing


# -- the order "compatible" --------------------------------------------------------------------------------------------


def common_refinement(a: IntTuple, b: IntTuple) -> IntTuple:
    """Return the join of two shapes: the coarsest shape that has the coordinates of both.

    Ensures: ``compatible(a, r) and compatible(b, r)``, and r is compatible with every other such shape.
    Raises: LayoutError with the two parts that do not agree in size, or in their number of modes.
    PyCuTe: ``common_refinement``.

    >>> common_refinement(((2, 3), 20), (6, (4, 5)))
    ((2, 3), (4, 5))
    >>> common_refinement((6, 5), (2, 15))
    Traceback (most recent call last):
    layouts.errors.LayoutError: common_refinement: (6,5) and (2,15) have none: 6 and 2 differ in size
    """
    first, second = _positive("common_refinement", a), _positive("common_refinement", b)

    def walk(x: IntTuple, y: IntTuple) -> IntTuple:
        deep = isinstance(x, tuple) and isinstance(y, tuple)
        if isinstance(x, tuple) and isinstance(y, tuple) and len(x) == len(y):
            return tuple([walk(i, j) for i, j in zip(x, y, strict=True)])
        if deep or product(x) != product(y):
            why = "number of modes" if deep else "size"
            raise LayoutError(
                f"common_refinement: {_text(first)} and {_text(second)} have none: "
                f"{_text(x)} and {_text(y)} differ in {why}",
                (x, y),
            )
        return x if isinstance(x, tuple) else y

    return walk(first, second)


def common_coarsening(a: IntTuple, b: IntTuple) -> IntTuple:
    """Return the meet of two shapes: the finest shape whose coordinates are coordinates of both.

    Ensures: ``compatible(r, a) and compatible(r, b)``, and every other such shape is compatible with r.
    Raises: LayoutError with the two sizes when they differ; otherwise there always is one, the size at the worst.
    PyCuTe: ``common_coarsening``.

    >>> common_coarsening((4, (3, 5)), ((2, 2), 15)), common_coarsening((4, 6), (6, 4))
    ((4, 15), 24)
    """
    first, second = _positive("common_coarsening", a), _positive("common_coarsening", b)
    sizes = product(first), product(second)
    if sizes[0] != sizes[1]:
        raise LayoutError(
            f"common_coarsening: {_text(first)} and {_text(second)} have none: "
            f"the sizes are {amount(sizes[0])} and {amount(sizes[1])}",
            sizes,
        )
    return _meet(first, second)[0]


def _meet(x: IntTuple, y: IntTuple) -> tuple[IntTuple, int]:
    """Return the meet and its size; where there is none, 0 as the size."""
    if isinstance(x, tuple) and isinstance(y, tuple) and len(x) == len(y):
        parts = [_meet(i, j) for i, j in zip(x, y, strict=True)]
        if all([size for _, size in parts]):
            return tuple([part for part, _ in parts]), product(x)
    size = product(x)
    return (size, size) if size == product(y) else (0, 0)


# -- reading -----------------------------------------------------------------------------------------------------------


def _text(tree: IntTuple) -> str:
    shown = text(tree) if max([abs(leaf) for leaf in leaves(tree)], default=0) < 10**40 else "a shape of large numbers"
    return shown if len(shown) <= 80 else shown[:77] + "..."


def _positive(operation: str, shape: IntTuple) -> IntTuple:
    """Return the clean tree of a shape whose leaves are at least 1."""
    tree = _shape_of(shape)
    for leaf in leaves(tree):
        if leaf < 1:
            raise ProfileError(f"{operation}: {_text(tree)} has the number {leaf}, which is below 1", leaf)
    return tree


def _check_weakly(operation: str, form: IntTuple, tree: IntTuple) -> None:
    if not weakly_congruent(form, tree):
        raise ProfileError(f"{operation}: {_text(form)} does not fit the form of {_text(tree)}", form)


def _all_leaves(operation: str, trees: tuple[IntTuple, ...]) -> list[int]:
    found = [leaf for tree in trees for leaf in leaves(_shape_of(tree))]
    if not found:
        raise ProfileError(f"{operation}: there is no leaf", trees)
    return found
