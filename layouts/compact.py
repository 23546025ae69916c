"""Compact strides: those that fill 0..size-1, in the direction of a major or in an order of the modes.

By hand, the shape (4, (2, 3)) from the left: stride 1 for the 4, then 4 for the 2, then 8 for the 3.  From the right: 1
for the 3, 3 for the 2, 6 for the 4.  In the order (1, 0) the second mode comes first: (1, 2) for it, then 6 for the 4.
"""

from __future__ import annotations

from .errors import ProfileError
from .inttuple import _shape_of, _show, clean, leaves, prefix_product, product, to_int, unflatten
from .shapes import _check_weakly, _positive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .inttuple import IntTuple

__all__ = ["LayoutLeft", "LayoutRight", "Major", "compact_major", "compact_order", "suffix_product"]


class Major:
    """The direction in which compact strides grow; there are two, ``LayoutLeft`` and ``LayoutRight``.

    ``LayoutLeft`` is colexicographic (column-major, the leftmost leaf has stride 1), ``LayoutRight`` lexicographic
    (row-major, the rightmost leaf has stride 1).
    CuTe: ``LayoutLeft`` (``GenColMajor``) and ``LayoutRight`` (``GenRowMajor``).
    """

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return self._name

    def _strides_of(self, shape: IntTuple) -> IntTuple:
        return compact_major(shape, self)

    def __reduce__(self) -> str:
        return self._name  # pickled by reference, so that identity survives


LayoutLeft = Major("LayoutLeft")
LayoutRight = Major("LayoutRight")


def suffix_product(shape: IntTuple, start: int = 1) -> IntTuple:
    """Return the exclusive products from the right, as a tree: the compact row-major strides of ``shape``.

    Ensures: ``suffix_product(s) == compact_major(s, LayoutRight)``.
    PyTorch: the strides of a contiguous tensor.

    >>> suffix_product((4, (2, 3)))
    (6, (3, 1))
    """
    tree = _shape_of(shape)
    values = []
    running = to_int(start, "suffix_product: the start")
    for extent in reversed(list(leaves(tree))):
        values.append(running)
        running *= extent
    return unflatten(tuple(reversed(values)), tree)


def compact_major(shape: IntTuple, major: Major = LayoutLeft, start: int = 1) -> IntTuple:
    """Return the compact strides of ``shape`` that grow from the left or from the right.

    Leaves of extent 1 get the running product too; CuTe gives static ones stride 0.
    Raises: ProfileError when ``major`` is neither ``LayoutLeft`` nor ``LayoutRight``, or an extent is below 1.
    CuTe: ``compact_major<LayoutLeft>``, ``compact_col_major``, ``compact_row_major``.

    >>> compact_major((4, (2, 3))), compact_major((4, (2, 3)), LayoutRight)
    ((1, (4, 8)), (6, (3, 1)))
    """
    tree = _positive("compact_major", shape)
    if major is LayoutLeft:
        return prefix_product(tree, to_int(start, "compact_major: the start"))
    if major is LayoutRight:
        return suffix_product(tree, start)
    raise ProfileError(f"compact_major: LayoutLeft or LayoutRight, not {_show(major)}", major)


def compact_order(shape: IntTuple, order: IntTuple | Major) -> IntTuple:
    """Return the compact strides of ``shape`` that ascend in ``order``: the part with the smallest number is fastest.

    ``order`` may be coarser than the shape; a part of the shape under one number is colexicographic in itself.  Equal
    numbers are taken from left to right.  (C++ and the DSL give tied modes the same stride, so that
    ``compact_order((2, 3), (0, 0))`` is ``(1, 1)`` there and the layout is not injective.)
    Requires: ``weakly_congruent(order, shape)``.
    Ensures: ``Layout(shape, compact_order(shape, order))`` is a bijection onto 0..size-1.
    Raises: ProfileError with the order when its form does not fit, or an extent below 1.
    Cost: a sort of the order.
    CuTe: ``compact_order``.

    >>> compact_order((2, 3, 4), (2, 0, 1)), compact_order(((2, 3), 4), (1, 0)), compact_order((2, 3), (0, 0))
    ((12, 1, 3), ((4, 8), 1), (1, 2))
    """
    tree = _positive("compact_order", shape)
    if isinstance(order, Major):
        return compact_major(tree, order)
    wanted = clean(order, "compact_order: an entry of the order")
    _check_weakly("compact_order", wanted, tree)
    parts = list(_parts(tree, wanted))
    ranks = list(leaves(wanted))
    found: list[tuple[int, ...]] = [()] * len(parts)
    running = 1
    for k in sorted(range(len(parts)), key=lambda k: ranks[k]):
        found[k] = tuple(leaves(prefix_product(parts[k], running)))
        running *= product(parts[k])
    return unflatten(tuple([d for part in found for d in part]), tree)


def _parts(tree: IntTuple, guide: IntTuple) -> list[IntTuple]:
    """Return the parts of ``tree`` at the leaves of ``guide``, left to right."""
    if isinstance(tree, tuple) and isinstance(guide, tuple):
        return [part for t, g in zip(tree, guide, strict=True) for part in _parts(t, g)]
    return [tree]
