"""Shapes and strides as a user gives them: validated, cleaned and flattened in one pass, and their module found."""

from __future__ import annotations

from .errors import ProfileError
from .inttuple import MAX_DEPTH, _show, clean, leaves, prefix_product, to_int
from .module import F2, ArithTuple, E, F2Stride, Z, Zn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .inttuple import IntTuple
    from .module import Module

__all__ = ["check_f2", "default_stride", "flatten_plain", "module_of", "read_pair", "read_shape", "stored"]


def _read_extent(value: object) -> int:
    if isinstance(value, (list, str)):
        hint = "write a tuple" if isinstance(value, list) else "parse reads a layout from text"
        raise ProfileError(f"Layout: an extent must be an integer, not {_show(value)}; {hint}", value)
    extent = value if type(value) is int else to_int(value, "an extent")
    if extent < 1:
        raise ProfileError(f"an extent must be at least 1, not {extent}", extent)
    return extent


def read_shape(tree: object, extents: list[int]) -> IntTuple:
    """Return the clean shape, and append its leaves to ``extents``."""
    tree = clean(tree, "an extent")
    extents.extend([_read_extent(leaf) for leaf in leaves(tree)])
    return tree


def flatten_plain(shape: Any, stride: Any, extents: list[int], steps: list[Any], level: int) -> bool:
    """Flatten two congruent trees of integers, as most input is; False where only ``read_pair`` can tell more."""
    if type(shape) is not tuple or type(stride) is not tuple or len(shape) != len(stride) or level >= MAX_DEPTH:
        return False
    for s, d in zip(shape, stride):  # noqa: B905 - the lengths are equal; every layout a user writes comes through here
        if type(s) is int and type(d) is int and s > 0:
            extents.append(s)
            steps.append(d)
        elif not flatten_plain(s, d, extents, steps, level + 1):
            return False
    return True


def read_pair(tree: object, stride: object, extents: list[int], steps: list[Any], level: int) -> tuple[IntTuple, Any]:
    """Walk shape and stride together: validate, clean and flatten both in one pass."""
    if isinstance(tree, tuple):
        if not isinstance(stride, tuple) or len(stride) != len(tree):
            raise ProfileError(f"shape and stride disagree: {_show(tree)} against {_show(stride)}", (tree, stride))
        if level >= MAX_DEPTH:
            raise ProfileError(f"a shape nests deeper than {MAX_DEPTH} levels", MAX_DEPTH)
        pairs = [read_pair(s, d, extents, steps, level + 1) for s, d in zip(tree, stride, strict=True)]
        return tuple([s for s, _ in pairs]), tuple([d for _, d in pairs])
    extent = _read_extent(tree)
    if isinstance(stride, tuple):
        raise ProfileError(f"shape and stride disagree: {_show(tree)} against {_show(stride)}", (tree, stride))
    if type(stride) is not int and not isinstance(stride, (ArithTuple, F2Stride)):
        stride = to_int(stride, "a stride")
    extents.append(extent)
    steps.append(stride)
    return extent, stride


def default_stride(tree: IntTuple, over: Module | None) -> tuple[Any, list[Any]]:
    """Return the compact colexicographic strides, or over Zn the unit coordinates."""
    if over is not Zn:
        stride: Any = prefix_product(tree)
    else:
        stride = _unit_coordinates(tree, ())
    return stride, list(leaves(stride))


def _unit_coordinates(tree: IntTuple, path: tuple[int, ...]) -> Any:
    if isinstance(tree, tuple):
        return tuple([_unit_coordinates(child, (*path, axis)) for axis, child in enumerate(tree)])
    return E(*(path or (0,)))


def module_of(steps: list[Any], over: Module | None) -> Module:
    """Find the module of the strides; 0 belongs to every module, and mixing the others is refused."""
    if over is not None and over is not Z and over is not F2 and over is not Zn:
        raise ProfileError(f"over must be Z, Zn or F2, not {_show(over)}", over)
    found = Z if over is None or not steps else over
    fixed = over is not None or not steps
    for d in steps:
        if type(d) is int:
            kind = None if d == 0 else over if over is F2 else Z
        else:
            kind = F2 if isinstance(d, F2Stride) else Zn
        if kind is None or kind is found:
            fixed = fixed or kind is not None
        elif fixed:
            raise ProfileError(f"the stride {d!s} does not live in {found}: one layout has one module", d)
        else:
            found, fixed = kind, True
    return found


def stored(tree: Any, module: Module) -> Any:
    """Store the leaves as the module stores them: integers over F2, ``ArithTuple`` over Zn."""
    if isinstance(tree, tuple):
        return tuple([stored(child, module) for child in tree])
    if isinstance(tree, F2Stride):
        return tree.value
    return module.zero if module is Zn and type(tree) is int else tree


def check_f2(extents: tuple[int, ...], strides: tuple[int, ...]) -> None:
    """Refuse extents that are no powers of two, and negative strides."""
    for s, d in zip(extents, strides, strict=True):
        if s & (s - 1):
            raise ProfileError(f"an extent over F2 must be a power of two, not {s}", s)
        if d < 0:
            raise ProfileError(f"a stride over F2 must not be negative: {d}", d)
