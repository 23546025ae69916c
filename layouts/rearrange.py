"""How a tuple and a layout are rearranged alike, and functions that are told modes by a subscript."""

from __future__ import annotations

from .errors import ProfileError
from .inttuple import MAX_DEPTH, _show, to_int
from .joining import common_module, make_layout
from .layout import Layout, read_layout, trusted
from .module import ArithTuple, F2Stride

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__all__ = [
    "ByMode",
    "as_tuple",
    "has_modes",
    "mode_number",
    "mode_range",
    "read_tree",
    "rearranged",
    "rearranged_with",
]


class ByMode:
    """A function that is told modes by a subscript or by the keyword ``mode``: ``f[0, 2](x)`` is ``f(x, mode=(0, 2))``.

    Subscripts add up, ``f[0][2]`` is ``f[0, 2]``; ``mode`` takes an integer, a tuple or a list.
    PyCuTe: ``ModeOpDecorator``.

    >>> from layouts import get
    >>> get[1][0]((4, (2, 3)))
    2
    """

    def __init__(self, function: Callable[..., Any], path: tuple[int, ...] = ()) -> None:
        self._path = path
        self.__wrapped__ = function
        self._arity: int = function.__code__.co_argcount
        self.__name__, self.__doc__, self.__module__ = function.__name__, function.__doc__, function.__module__

    def __getitem__(self, mode: object) -> ByMode:
        return ByMode(self.__wrapped__, self._path + _path(self.__name__, mode))

    def __call__(self, *operands: Any, mode: object = (), **options: Any) -> Any:
        if len(operands) > 1 and len(operands) > self._arity:
            shown = ", ".join([_show(operand) for operand in operands[self._arity :]])
            raise TypeError(f"{self.__name__}: modes are written {self.__name__}[{shown}](x), or as mode=")
        return self.__wrapped__(*operands, mode=self._path + _path(self.__name__, mode), **options)

    def __repr__(self) -> str:
        return f"{self.__name__}{list(self._path) or ''}"


def _path(operation: str, mode: object) -> tuple[int, ...]:
    numbers = mode if isinstance(mode, (tuple, list)) else (mode,)
    return tuple([to_int(number, f"{operation}: a mode") for number in numbers])


def has_modes(obj: object) -> bool:
    """Tell whether ``obj`` is a layout, or something that stands for one: it has a shape and values."""
    return isinstance(obj, Layout) or (callable(obj) and not isinstance(obj, type) and hasattr(obj, "shape"))


def read_tree(operation: str, tree: Any, level: int = 0) -> Any:
    """Return the tree with integers as ``int``; refuse what can be no leaf, and ``None`` as the whole."""
    if type(tree) is int:
        return tree
    if isinstance(tree, tuple):
        if level >= MAX_DEPTH:
            raise ProfileError(f"{operation}: nested deeper than {MAX_DEPTH} levels", MAX_DEPTH)
        return tuple([None if child is None else read_tree(operation, child, level + 1) for child in tree])
    if isinstance(tree, (Layout, ArithTuple, F2Stride)) or has_modes(tree):
        return tree
    return to_int(tree, f"{operation}: a leaf")


def as_tuple(tree: Any) -> tuple[Any, ...]:
    return tree if isinstance(tree, tuple) else (tree,)


def mode_number(operation: str, number: int, tree: Any) -> int:
    count = len(as_tuple(tree))
    if not -count <= number < count:
        raise ProfileError(f"{operation}: mode {number} of {_show(tree)}, which has rank {count}", number)
    return number % count


def mode_range(operation: str, mode: tuple[int, ...], tree: Any) -> tuple[int, int]:
    if len(mode) not in (1, 2):
        raise ProfileError(f"{operation}: one or two numbers, begin and end, not {mode}", mode)
    count = len(as_tuple(tree))
    begin, end = [to_int(number, f"{operation}: a mode") for number in (*mode, -1)[:2]]
    end = count if end == -1 else end
    if not 0 <= begin <= end <= count:
        raise ProfileError(
            f"{operation}: modes {begin} to {end} of {_show(tree)}, which has rank {count}", (begin, end)
        )
    return begin, end


def rearranged(operation: str, obj: Any, change: Callable[[Any], Any]) -> Any:
    """Change a tuple, or the shape and the stride of a layout, or the layout inside a chain."""
    if isinstance(obj, Layout):
        return trusted(change(obj.shape), change(obj.stride), obj.over)
    if has_modes(obj):
        return _rebuilt(operation, obj, lambda inner: rearranged(operation, inner, change))
    return change(obj)


def rearranged_with(operation: str, obj: Any, item: Any, change: Callable[[Any, Any], Any]) -> Any:
    """Change a tuple with an item, or a layout with a layout."""
    if isinstance(obj, Layout):
        other = read_layout(item, operation)
        common_module(operation, (obj, other))  # refuses in the name of the operation
        both = make_layout(obj, other)  # brings both to one module
        return trusted(change(*both.shape), change(*both.stride), both.over)  # type: ignore[misc]
    if has_modes(obj):
        return _rebuilt(operation, obj, lambda inner: rearranged_with(operation, inner, item, change))
    return change(obj, item)


def _rebuilt(operation: str, obj: Any, change: Callable[[Any], Any]) -> Any:
    """Return ``obj`` with its layout changed: by its own ``_with_modes``, or as a chain by its inner layout."""
    own = getattr(type(obj), "_with_modes", None)
    if own is not None:
        return own(obj, change)
    if all([hasattr(obj, part) for part in ("outer", "offset", "inner")]):
        return type(obj)(obj.outer, obj.offset, change(obj.inner))
    raise ProfileError(f"{operation}: {_show(obj)} has a shape, but no modes that could be changed", obj)
