"""``make_layout``: layouts joined, or a shape and what says its strides."""

from __future__ import annotations

from .errors import ProfileError
from .inttuple import _show
from .layout import Layout, assembled, trusted
from .module import F2, Z
from .reading import check_f2, stored

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .module import Module

__all__ = ["common_module", "joined", "make_layout"]


def make_layout(*parts: Any, stride: Any = None) -> Layout:
    """Return the concatenation of layouts: mode i is ``parts[i]``; or the layout of a shape and its strides.

    Strides are a tree, or ``LayoutLeft`` or ``LayoutRight`` for the compact ones; without them ``LayoutLeft``.
    Ensures: ``make_layout(A, B)(i, j) == A(i) + B(j)`` with the sum of their module.
    Raises: ProfileError when the modules differ (a layout with all strides 0 fits every module).
    CuTe: ``make_layout(A, B)``, written (A, B); ``make_layout(shape, stride)``, ``make_layout(shape, LayoutRight{})``.

    >>> print(make_layout(Layout(4, 2), Layout((2, 3), (1, 8))))
    (4,(2,3)):(2,(1,8))
    >>> from layouts import LayoutRight
    >>> print(make_layout((4, 8)), make_layout((4, 8), stride=(8, 1)), make_layout((4, (2, 3)), LayoutRight))
    (4,8):(1,4) (4,8):(8,1) (4,(2,3)):(6,(3,1))
    """
    if len(parts) == 1 and isinstance(parts[0], (tuple, list)):
        items = parts[0]
        if isinstance(items[0], Layout) if items else stride is None:
            parts = tuple(items)
    for item in parts:
        if not isinstance(item, Layout):
            return _of_shape(parts, stride)
    if stride is not None:
        raise ProfileError(f"make_layout: the stride {_show(stride)} goes with a shape, not with layouts", stride)
    over = common_module("make_layout", parts)
    steps = [stored(m._stride, over) if m._over is not over else m._stride for m in parts]
    result = trusted(tuple([m._shape for m in parts]), tuple(steps), over)
    if over is F2:
        check_f2(result._s, result._d)
    return result


def common_module(operation: str, parts: tuple[Layout, ...]) -> Module:
    """Return the module of layouts that are brought together; one without strides goes with any, and Z is for none."""
    modules = {item._over.name: item._over for item in parts if any(item._d)}
    if len(modules) > 1:
        raise ProfileError(f"{operation}: {' and '.join(map(str, parts))} live in different modules", parts)
    if modules:
        return next(iter(modules.values()))
    return parts[0]._over if parts else Z


def _of_shape(parts: tuple[Any, ...], stride: Any) -> Layout:
    """Return the layout of a shape and what says the strides, in the second place or as ``stride``."""
    if len(parts) > 2 or (len(parts) == 2 and stride is not None) or any([isinstance(p, Layout) for p in parts]):
        other = next(part for part in parts if not isinstance(part, Layout))
        raise ProfileError(f"make_layout joins layouts, or takes a shape and its strides, not {_show(other)}", other)
    from .compact import Major, compact_major

    steps = parts[1] if len(parts) == 2 else stride
    return Layout(parts[0], compact_major(parts[0], steps) if isinstance(steps, Major) else steps)


def joined(A: Layout, B: Layout) -> Layout:
    """Return ``make_layout(A, B)`` of two layouts that are known to live in one module."""
    return assembled((A._shape, B._shape), (A._stride, B._stride), A._s + B._s, A._d + B._d, A._over)
