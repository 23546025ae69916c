"""The functions of both pycutes on hierarchical tuples.

Lists are read as tuples.  Leaves may be anything: integers, ``None``, strides, layouts as in tilers.  What rearranges a
tuple here takes a layout as a leaf, as PyCuTe does, where ``layouts`` rearranges the layout.
"""

from __future__ import annotations

from itertools import islice
from typing import Any

from .. import tree
from ..errors import ProfileError
from ..inttuple import MAX_DEPTH, _show, select_kept
from ..layout import Layout as _Layout
from ..rearrange import ByMode
from .pycute_coordinates import ArithTuple
from .pycute_layout import Layout, from_layouts, to_layouts

ModeOpDecorator = ByMode


def is_tuple(x: object) -> bool:
    """Tell whether ``x`` is a tuple or a list, as in NVlabs/CuTe; for CUTLASS a list is none.

    >>> is_tuple((1, 2)), is_tuple([1, 2]), is_tuple(7)
    (True, True, False)
    """
    return isinstance(x, (tuple, list))


def wrap(x: Any) -> Any:
    """Return a leaf as a 1-tuple, and a tuple as it is.

    >>> wrap(7), wrap((7,))
    ((7,), (7,))
    """
    return x if is_tuple(x) else (x,)


def unwrap(x: Any) -> Any:
    """Return ``x`` without the 1-tuples around it.

    >>> unwrap((((42,),),))
    42
    """
    while is_tuple(x) and len(x) == 1:
        x = x[0]
    return x


@ByMode
def get(obj: Any, *, mode: tuple[int, ...] = ()) -> Any:
    """Return the part of a tuple, layout or tensor at a path of modes.

    >>> get[0, 2](((4, 5, 6), 7)), get(Layout((4, (2, 3))), mode=1)
    (6, Layout((2, 3), (4, 8)))
    """
    for number in mode:
        obj = obj.data if isinstance(obj, ArithTuple) else to_layouts(obj)
        obj = from_layouts(tree.get(obj, mode=number))
    return obj


@ByMode
def lift(obj: Any, *, pad: Any = 0, mode: tuple[int, ...] = ()) -> Any:
    """Return the smallest tuple with ``obj`` at the path ``mode``, and ``pad`` before it.

    >>> lift[0, 2, 3](42), lift[1](42, pad=None)
    (((0, 0, (0, 0, 0, 42)),), (None, 42))
    """
    if obj is None:
        return _without_zeros(lift(0, pad=pad, mode=mode), mode)
    return from_layouts(tree.lift(to_layouts(obj), pad=to_layouts(pad), mode=mode))


def _without_zeros(filled: Any, mode: tuple[int, ...]) -> Any:
    """Put ``None`` at the path."""
    if not mode:
        return None
    return (*filled[:-1], _without_zeros(filled[-1], mode[1:]))


@ByMode
def select(obj: Any, *, mode: tuple[int, ...] = ()) -> Any:
    """Return the modes with the given numbers, always as a tuple, of a layout too.

    >>> select[1, 3](Layout((2, 3, 5, 7))), select[2]((2, 3, 5, 7))
    ((Layout(3, 2), Layout(7, 30)), (5,))
    """
    return tuple([get(obj, mode=number) for number in mode])


@ByMode
def take(obj: Any, *, mode: tuple[int, ...] = ()) -> Any:
    """Return the modes from the first number up to the second, always as a tuple, of a layout too.

    >>> take[1, 3](Layout((2, 3, 5, 7))), take[1, 1]((2, 3))
    ((Layout(3, 2), Layout(5, 6)), ())
    """
    if len(mode) != 2 or not 0 <= mode[0] <= mode[1] <= _rank(obj):
        raise ProfileError(f"take: modes {mode} of {_show(obj)}: two numbers b <= e up to its rank", mode)
    return tuple([get(obj, mode=number) for number in range(*mode)])


def _rank(obj: Any) -> int:
    tree = getattr(obj, "shape", obj)
    return len(tree) if is_tuple(tree) or isinstance(tree, ArithTuple) else 1


def transform_apply_leaf(g: Any, f: Any, htuple: Any, *tuples: Any) -> Any:
    """Return ``f`` of the leaves of ``htuple`` and of the parts of the others there, joined by ``g`` at each node.

    Raises: ProfileError where the others do not have the form of the first; PyCuTe fills up with ``None``.

    >>> transform_apply_leaf(sum, lambda a: a * a, ((1, 2), (3, 4)))
    30
    """
    return _applied(g, f, (nested(htuple), *tuples))


def _applied(g: Any, f: Any, trees: tuple[Any, ...]) -> Any:
    htuple, *tuples = trees
    if not isinstance(htuple, tuple):
        return f(*trees)
    for other in tuples:
        if not hasattr(type(other), "__len__") or len(other) != len(htuple):
            raise ProfileError(f"{_show(other)} does not have the form of {_show(htuple)}", other)
    return g([_applied(g, f, parts) for parts in zip(htuple, *tuples, strict=True)])


def transform_leaf(f: Any, *tuples: Any) -> Any:
    """Return the tree of ``f`` at the leaves of the first tree and the parts of the others there.

    >>> transform_leaf(lambda s, d: s * d, (4, (2, 3)), (1, (4, 8)))
    (4, (8, 24))
    """
    return transform_apply_leaf(tuple, f, *tuples)


def leaves(t: Any) -> Any:
    """Yield the leaves from left to right.

    >>> list(leaves(((1, (2, 3)), 4)))
    [1, 2, 3, 4]
    """
    return iter(leaf_list(t))


def leaf_list(t: Any) -> list[Any]:
    """Return the leaves as a list.

    >>> leaf_list((4, (None, 3)))
    [4, None, 3]
    """
    return _leaves(nested(t))


def _leaves(t: Any) -> list[Any]:
    return [leaf for part in t for leaf in _leaves(part)] if isinstance(t, tuple) else [t]


def nested(t: Any, level: int = 0) -> Any:
    """Return the tree with tuples for lists and its leaves as they are; refuse what nests too deeply.

    >>> nested([4, [2, 3]])
    (4, (2, 3))
    """
    if not is_tuple(t):
        return t
    if level >= MAX_DEPTH:
        raise ProfileError(f"a tuple nests deeper than {MAX_DEPTH} levels", MAX_DEPTH)
    return tuple([nested(part, level + 1) for part in t])


def zip_leaves(htuple: Any, *tuples: Any) -> Any:
    """Yield (leaf of the first tree, parts of the others there), from left to right.

    >>> list(zip_leaves((1, (2, 3)), (4, (5, 6))))
    [(1, 4), (2, 5), (3, 6)]
    """
    found: list[Any] = []
    transform_apply_leaf(list, lambda *parts: found.append(parts), htuple, *tuples)
    return iter(found)


def fold_leaf(fn: Any, v: Any, *tuples: Any) -> Any:
    """Return ``fn(...fn(fn(v, leaf), leaf)..., leaf)`` over the leaves, from left to right.

    >>> fold_leaf(lambda v, s, d: v + s * d, 0, (1, (2, 3)), (1, (10, 100)))
    321
    """
    for parts in zip_leaves(*tuples):
        v = fn(v, *parts)
    return v


def flatten(t: Any, g: Any = tuple) -> Any:
    """Return the leaves from left to right; a layout is a leaf.

    >>> flatten((4, (2, 3))), flatten(7), flatten((4, (2, 3)), list)
    ((4, 2, 3), (7,), [4, 2, 3])
    """
    return g(leaves(t))


def unflatten(iter: Any, profile: Any, g: Any = tuple) -> Any:
    """Return the tree with the form of ``profile`` and the next values of an iterator at its leaves.

    Raises: ProfileError where the values end too soon, or a tuple has too many.

    >>> unflatten(iter([10, 20, 30]), ((1, 2), 3)), unflatten((1, 2), (0, 0))
    (((10, 20), 30), (1, 2))
    """
    count = len(leaf_list(profile))
    values = list(iter) if hasattr(type(iter), "__len__") else list(islice(iter, count))
    if len(values) != count:
        raise ProfileError(f"unflatten: {len(values)} values for the {count} leaves of {_show(profile)}", len(values))
    source = _iterator(values)
    return transform_apply_leaf(g, lambda _: next(source), profile)


_iterator = iter


def repeat_like(x: Any, profile: Any) -> Any:
    """Return the tree with the form of ``profile`` and ``x`` at every leaf.

    >>> repeat_like(0, ((1, (2, 3)), 4)), repeat_like(7, 1)
    (((0, (0, 0)), 0), 7)
    """
    return transform_leaf(lambda _: x, profile)


def slice_(crd: Any, trg: Any) -> Any:
    """Return the parts of a tuple where ``crd`` has ``None``; of a layout the sub-layout.

    >>> slice_((None, 1), ((2, 3), (5, 7, 9))), slice_(0, (4, 8)), slice_((2, None), Layout((4, 8), (8, 1)))
    (((2, 3),), (), Layout((8,), (1,)))
    """
    return _kept(to_layouts(crd), trg)


def dice_(crd: Any, trg: Any) -> Any:
    """Return the parts of a tuple where ``crd`` is fixed; of a layout the layout of these modes.

    >>> dice_((None, 1), ((2, 3), (5, 7, 9))), dice_(0, (4, 8))
    (((5, 7, 9),), ((4, 8),))
    """
    return _kept(transform_leaf(lambda c: 0 if c is None else None, to_layouts(crd)), trg)


def _kept(crd: Any, trg: Any) -> Any:
    if isinstance(trg, _Layout):
        return Layout(_kept(crd, trg.shape), _kept(crd, trg.stride), None if any(trg._d) else trg.over)
    return select_kept(crd, nested(trg))


def has_none(a: Any) -> bool:
    """Tell whether a leaf is ``None``.

    >>> has_none((1, (2, None))), has_none((1, 2))
    (True, False)
    """
    return any([leaf is None for leaf in leaf_list(a)])
