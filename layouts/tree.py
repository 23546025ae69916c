"""Trees and layouts alike: reach a mode, choose modes, group, append, replace; CuTe's tuple functions.

A layout is a pair of trees of one form, so whatever rearranges a tuple rearranges a layout, and every function here
does both: tuple in, tuple out; layout in, layout out.  A chain ``f o offset o L`` is rearranged in its L.  By hand,
``group_modes`` of modes 1 and 2 of ``(2,3,5):(15,5,1)`` groups them in the shape and in the stride, which gives
``(2,(3,5)):(15,(5,1))``: another name for the same points.

Functions that take a *mode*, a number or a path of numbers, are called in PyCuTe's two ways, ``get(obj, mode=(0, 2))``
and ``get[0, 2](obj)``, where C++ writes ``get<0,2>(obj)``:

>>> L = Layout(((2, 3), 4), ((4, 8), 1))
>>> print(get[0, 1](L), get(L, mode=(0, 1)), select[1, 0](L))
3:8 3:8 (4,(2,3)):(1,(4,8))

The leaves of a tuple are integers, ``None``, coordinate or F2 strides, and layouts, as tilers have them.  A leaf has
one mode, itself.
"""

from __future__ import annotations

from .errors import ProfileError, TooLargeError
from .inttuple import MAX_DEPTH, _show, clean, to_int
from .layout import Layout  # noqa: F401 - the examples use it
from .rearrange import ByMode, as_tuple, has_modes, mode_number, mode_range, read_tree, rearranged, rearranged_with

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__all__ = [
    "append",
    "flatten",
    "get",
    "group",
    "group_modes",
    "is_tuple",
    "lift",
    "prepend",
    "remove",
    "repeat_like",
    "replace",
    "select",
    "take",
    "transform_leaf",
    "unflatten",
    "unwrap",
    "wrap",
]

_MAX_RANK = 2**16


# -- reaching and choosing ---------------------------------------------------------------------------------------------


@ByMode
def get(obj: Any, *, mode: tuple[int, ...] = ()) -> Any:
    """Return the part at a path of modes; the empty path is the whole.

    Numbers may be negative, as in Python.
    Ensures: ``get[i, j](t) == get[j](get[i](t))``; on a layout, ``get[i](L)(c)`` is L at c in mode i and 0 elsewhere.
    Raises: ProfileError with the number that is no mode.
    CuTe: ``get``; the DSL writes ``get(t, mode=[0, 2])``.

    >>> get[1, 0]((4, (2, 3))), get[1](Layout((4, (2, 3))))
    (2, Layout((2, 3), (4, 8)))
    """
    obj = read_tree("get", obj)
    for number in mode:
        obj = rearranged("get", obj, _child(number))
    return obj


def _child(number: int) -> Callable[[Any], Any]:
    return lambda tree: as_tuple(tree)[mode_number("get", number, tree)]


@ByMode
def select(obj: Any, *, mode: tuple[int, ...] = ()) -> Any:
    """Return the modes with the given numbers, in the given order: a tuple of a tuple, a layout of a layout.

    PyCuTe gives a tuple of layouts for a layout; C++ and the DSL give a layout, as here.
    Raises: ProfileError with the number that is no mode.
    CuTe: ``select``.

    >>> print(select[1, 3](Layout((2, 3, 5, 7))), select[2]((2, 3, 5, 7)))
    (3,7):(2,30) (5,)
    """

    def chosen(tree: Any) -> Any:
        return tuple([as_tuple(tree)[mode_number("select", n, tree)] for n in mode])

    return rearranged("select", read_tree("select", obj), chosen)


@ByMode
def take(obj: Any, *, mode: tuple[int, ...] = ()) -> Any:
    """Return the modes from the first number up to the second, which is not included; -1 as the second is the rank.

    ``take[b, e]`` is ``take(obj, mode=(b, e))``.
    Requires: ``0 <= b <= e <= rank``.
    Raises: ProfileError with the range otherwise.
    CuTe: ``take``; of a layout a layout, where PyCuTe gives a tuple of layouts.

    >>> print(take[1, 3](Layout((2, 3, 5, 7))), take[1, -1]((2, 3, 5, 7)))
    (3,5):(2,6) (3, 5, 7)
    """

    def taken(tree: Any) -> Any:
        begin, end = mode_range("take", mode, tree)
        return as_tuple(tree)[begin:end]

    return rearranged("take", read_tree("take", obj), taken)


@ByMode
def lift(obj: Any, *, pad: Any = 0, mode: tuple[int, ...] = ()) -> Any:
    """Return the smallest tuple that has ``obj`` at the path ``mode``, with ``pad`` before it at every level.

    Ensures: ``get[m](lift[m](x)) == x``.
    Raises: ProfileError for a negative number, or one beyond 65536.
    PyCuTe: ``lift``.

    >>> lift[0, 2](42), lift[1](42, pad=None)
    (((0, 0, 42),), (None, 42))
    """
    if len(mode) > MAX_DEPTH:
        raise ProfileError(f"lift: a path longer than {MAX_DEPTH}", len(mode))
    item = read_tree("lift", obj)
    filler = None if pad is None else read_tree("lift", pad)
    for number in reversed(mode):
        if not 0 <= number < _MAX_RANK:
            raise ProfileError(f"lift: the mode {number} is not in 0..{_MAX_RANK - 1}", number)
        item = (filler,) * number + (item,)
    return read_tree("lift", item)  # refuses what nests too deeply


# -- regrouping --------------------------------------------------------------------------------------------------------


def is_tuple(obj: object) -> bool:
    """Tell whether ``obj`` has modes of its own as a tuple: an integer, a layout or a list is not one.

    >>> is_tuple((4, 2)), is_tuple(4), is_tuple(Layout((4, 2)))
    (True, False, False)
    """
    return isinstance(obj, tuple)


def wrap(obj: Any) -> Any:
    """Return ``obj`` as a tuple: a leaf becomes a 1-tuple, and a layout with an integer shape one with a 1-tuple.

    >>> wrap(4), wrap((4,)), wrap(Layout(4))
    ((4,), (4,), Layout((4,), (1,)))
    """
    return rearranged("wrap", read_tree("wrap", obj), as_tuple)


def unwrap(obj: Any) -> Any:
    """Return ``obj`` without the 1-tuples around it; a layout has them in its shape.

    >>> unwrap((((4,),),)), unwrap(((4, 2),)), unwrap(Layout(((4,),)))
    (4, (4, 2), Layout(4, 1))
    """

    def bare(tree: Any) -> Any:
        while isinstance(tree, tuple) and len(tree) == 1:
            tree = tree[0]
        return tree

    return rearranged("unwrap", read_tree("unwrap", obj), bare)


def group_modes(obj: Any, begin: int, end: int = -1) -> Any:
    """Return ``obj`` with the modes from ``begin`` up to ``end`` grouped into one; -1 as the end is the rank.

    Requires: ``0 <= begin <= end <= rank``; an empty range changes nothing.
    Ensures: the same function of the index, on a layout.
    Raises: ProfileError with the range otherwise.
    CuTe: ``group_modes``, in C++ ``group<B, E>``.

    >>> print(group_modes(Layout((2, 3, 5, 7)), 1, 3), group_modes((2, 3, 5, 7), 2))
    (2,(3,5),7):(1,(2,6),30) (2, 3, (5, 7))
    """

    def grouped(tree: Any) -> Any:
        b, e = mode_range("group_modes", (begin, end), tree)
        tree = as_tuple(tree)
        return (*tree[:b], tree[b:e], *tree[e:]) if b < e else tree

    return rearranged("group_modes", read_tree("group_modes", obj), grouped)


@ByMode
def group(obj: Any, *, mode: tuple[int, ...] = ()) -> Any:
    """Return ``obj`` with a range of modes grouped into one: ``group[b, e](obj)`` is ``group_modes(obj, b, e)``.

    CuTe: ``group<B, E>``.

    >>> group[1, 3]((2, 3, 5, 7))
    (2, (3, 5), 7)
    """
    if len(mode) not in (1, 2):
        raise ProfileError(f"group: one or two numbers, begin and end, not {mode}", mode)
    return group_modes(obj, *mode)


def flatten(obj: Any) -> Any:
    """Return the leaves from left to right, as a tuple; of a layout the layout of depth at most 1.

    An integer becomes a 1-tuple; a layout with an integer shape stays as it is, as in CuTe.
    Ensures: the same function of the index, on a layout.
    CuTe: ``flatten_to_tuple`` on tuples, ``flatten`` on layouts.

    >>> flatten((4, (2, 3))), flatten(24), flatten(Layout((4, (2, 3))))
    ((4, 2, 3), (24,), Layout((4, 2, 3), (1, 4, 8)))
    """
    tree = read_tree("flatten", obj)
    if has_modes(tree):
        return rearranged("flatten", tree, lambda part: tuple(_leaves(part)) if isinstance(part, tuple) else part)
    found = tuple(_leaves(tree))
    return found if None not in found else clean(tree, "flatten: a leaf")  # refuses it


def unflatten(values: Any, profile: Any) -> Any:
    """Return the tree with the form of ``profile`` and the leaves ``values``; of a flat layout the layout of that form.

    Ensures: ``unflatten(flatten(t), t) == t``.
    Raises: ProfileError when the number of values is not the number of leaves.
    CuTe: ``unflatten``.

    >>> unflatten((1, 2, 3), (0, (0, 0))), unflatten(Layout((4, 2, 3)), (0, (0, 0)))
    ((1, (2, 3)), Layout((4, (2, 3)), (1, (4, 8))))
    """
    form = read_tree("unflatten", getattr(profile, "shape", profile) if has_modes(profile) else profile)
    needed = len(_leaves(form))

    def filled(tree: Any) -> Any:
        found = as_tuple(tree)
        if len(found) != needed:
            raise ProfileError(
                f"unflatten: {len(found)} values {_show(found)} for the {needed} leaves of {_show(form)}", found
            )
        source = iter(found)
        return _fill(form, lambda _: next(source))

    return rearranged("unflatten", read_tree("unflatten", values), filled)


# -- adding, replacing, removing ---------------------------------------------------------------------------------------


def append(obj: Any, item: Any, up_to_rank: int | None = None) -> Any:
    """Return ``obj`` with one more mode at the end; with ``up_to_rank`` as many as that rank needs.

    Ensures: on layouts, ``append(L, M)(*c, k) == L(*c) + M(k)`` with the sum of their module.
    Raises: ProfileError when the rank is beyond ``up_to_rank`` already, or something other than a layout is appended
    to a layout; TooLargeError beyond rank 65536.
    CuTe: ``append``, ``append<N>``.

    >>> append((4, 2), (3, 5)), append(4, 1, up_to_rank=3), append(Layout((4, 2)), Layout(3, 8))
    ((4, 2, (3, 5)), (4, 1, 1), Layout((4, 2, 3), (1, 4, 8)))
    """
    return _extended("append", obj, item, up_to_rank, lambda tree, more: tree + more)


def prepend(obj: Any, item: Any, up_to_rank: int | None = None) -> Any:
    """Return ``obj`` with one more mode at the front; with ``up_to_rank`` as many as that rank needs.

    Raises: as ``append`` does.
    CuTe: ``prepend``, ``prepend<N>``.

    >>> prepend((4, 2), 3), prepend(4, 1, up_to_rank=3), prepend(Layout((4, 2)), Layout(3, 8))
    ((3, 4, 2), (1, 1, 4), Layout((3, 4, 2), (8, 1, 4)))
    """
    return _extended("prepend", obj, item, up_to_rank, lambda tree, more: more + tree)


def _extended(operation: str, obj: Any, item: Any, up_to: int | None, join: Callable[[Any, Any], Any]) -> Any:
    obj, item = read_tree(operation, obj), None if item is None else read_tree(operation, item)
    goal = None if up_to is None else to_int(up_to, f"{operation}: up_to_rank")

    def extended(tree: Any, part: Any) -> Any:
        modes = as_tuple(tree)
        count = 1 if goal is None else goal - len(modes)
        if count < 0:
            raise ProfileError(f"{operation}: {_show(tree)} has rank {len(modes)} already, beyond {goal}", goal)
        if len(modes) + count > _MAX_RANK:
            raise TooLargeError(f"{operation}: a rank beyond the limit {_MAX_RANK}", goal)
        return tree if goal is not None and count == 0 else join(modes, (part,) * count)

    return rearranged_with(operation, obj, item, extended)


@ByMode
def replace(obj: Any, item: Any, *, mode: tuple[int, ...] = ()) -> Any:
    """Return ``obj`` with the part at a path of modes replaced by ``item``; in a layout by a layout.

    Ensures: ``get[m](replace[m](t, x)) == x``.
    Raises: ProfileError with the number that is no mode.
    CuTe: ``replace<N>``.

    >>> replace[1, 0]((4, (2, 3)), (5, 7)), replace[0](Layout((4, 2)), Layout(3, 8))
    ((4, ((5, 7), 3)), Layout((3, 2), (8, 4)))
    """
    obj, item = read_tree("replace", obj), None if item is None else read_tree("replace", item)
    return _replaced(obj, item, mode)


def _replaced(obj: Any, item: Any, path: tuple[int, ...]) -> Any:
    if not path:
        return item

    def walk(tree: Any, part: Any) -> Any:
        number = mode_number("replace", path[0], tree)
        if not isinstance(tree, tuple) and not has_modes(tree):
            return _replaced(tree, part, path[1:])
        child = _replaced(tree[number], part, path[1:])
        return (*tree[:number], child, *tree[number + 1 :])

    return rearranged_with("replace", obj, item, walk)


@ByMode
def remove(obj: Any, *, mode: tuple[int, ...] = ()) -> Any:
    """Return ``obj`` without the mode with this number.

    Raises: ProfileError with the number that is no mode, or for an integer, whose mode cannot be removed.
    CuTe: ``remove<N>``.

    >>> remove[1]((4, 2, 3)), remove[1](Layout((4, 2, 3)))
    ((4, 3), Layout((4, 3), (1, 8)))
    """
    if len(mode) != 1:
        raise ProfileError(f"remove: one number of a mode, not {mode}", mode)

    def without(tree: Any) -> Any:
        number = mode_number("remove", mode[0], tree)
        if not isinstance(tree, tuple):
            raise ProfileError(f"remove: the mode of {_show(tree)} is the whole", mode[0])
        return tree[:number] + tree[number + 1 :]

    return rearranged("remove", read_tree("remove", obj), without)


# -- by leaves ---------------------------------------------------------------------------------------------------------


def repeat_like(item: Any, profile: Any) -> Any:
    """Return the tree with the form of ``profile`` and ``item`` at every leaf.

    CuTe: ``repeat_like``; C++ takes the profile first.

    >>> repeat_like(0, (4, (2, 3))), repeat_like(1, Layout((4, 2)))
    ((0, (0, 0)), (1, 1))
    """
    part = None if item is None else read_tree("repeat_like", item)
    form = read_tree("repeat_like", getattr(profile, "shape", profile) if has_modes(profile) else profile)
    return read_tree("repeat_like", _fill(form, lambda _: part))


def transform_leaf(function: Callable[..., Any], *trees: Any) -> Any:
    """Return the tree of ``function`` at each leaf of the first tree, together with the parts of the others there.

    Requires: the first tree is weakly congruent to the others.
    Raises: ProfileError with the parts that do not fit.
    CuTe: ``transform_leaf``.

    >>> transform_leaf(lambda s, d: s * d, (4, (2, 3)), (1, (4, 8)))
    (4, (8, 24))
    """
    if not callable(function) or not trees:
        raise ProfileError(f"transform_leaf: a function and at least one tree, not {_show(function)}", function)

    def walk(parts: list[Any]) -> Any:
        if not isinstance(parts[0], tuple):
            return function(*parts)
        for part in parts[1:]:
            if not isinstance(part, tuple) or len(part) != len(parts[0]):
                raise ProfileError(f"transform_leaf: {_show(part)} has not the form of {_show(parts[0])}", tuple(parts))
        return tuple([walk(list(children)) for children in zip(*parts, strict=True)])

    return walk([read_tree("transform_leaf", tree) for tree in trees])


def _fill(form: Any, leaf: Callable[[Any], Any]) -> Any:
    return tuple([_fill(child, leaf) for child in form]) if isinstance(form, tuple) else leaf(form)


def _leaves(tree: Any) -> list[Any]:
    return [leaf for child in tree for leaf in _leaves(child)] if isinstance(tree, tuple) else [tree]
