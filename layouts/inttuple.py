"""Hierarchical tuples: an ``int``, or a nested ``tuple`` of them.  Shapes, coordinates and strides are these.

There is no wrapper class.  ``(4, (2, 3))`` is a tree with two children; its *leaves* are 4, 2, 3.  Read as a
shape it is a mixed-radix numeral system, and a coordinate is a numeral in it:

====================  =================================  =======================
coordinate            in the shape ``(4, (2, 3))``       called
====================  =================================  =======================
``21``                one integer for everything         index (integral)
``(1, 5)``            one integer for each mode          flat in its modes
``(1, (1, 2))``       one integer for each leaf          natural
====================  =================================  =======================

All three name the same point.  The order is *colexicographic*, the leftmost leaf is the fastest digit:
``21 = 1 + 4 * (1 + 2 * 2)``.  The last leaf takes the whole quotient that is left, so every index of the natural
numbers has digits and a layout is a function on all of them.

An integer is not a 1-tuple: ``24`` and ``(24,)`` are different trees.
"""

from __future__ import annotations

from .errors import ProfileError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    IntTuple: TypeAlias = int | tuple["IntTuple", ...]
    Coordinate: TypeAlias = None | int | tuple["Coordinate", ...]
else:
    IntTuple = int | tuple
    Coordinate = None | int | tuple

__all__ = [
    "MAX_DEPTH",
    "compatible",
    "congruent",
    "crd2crd",
    "crd2idx",
    "depth",
    "flatten",
    "idx2crd",
    "prefix_product",
    "product",
    "rank",
    "unflatten",
    "weakly_congruent",
]

MAX_DEPTH = 100
"""The deepest nesting that is accepted; real layouts nest four or five levels."""


def to_int(value: object, role: str = "a leaf") -> int:
    """Return ``value`` as an ``int``: any integer type is welcome, ``bool`` and ``float`` are refused."""
    if type(value) is int:
        return value
    if not isinstance(value, bool) and type(value).__name__ not in ("bool_", "bool"):
        index = getattr(type(value), "__index__", None)
        if index is not None:
            try:
                return int(index(value))
            except TypeError:
                pass
    raise ProfileError(f"{role} must be an integer, not {_show(value)} of type {type(value).__name__}", value)


def clean(tree: object, role: str = "a leaf", level: int = 0) -> IntTuple:
    """Return ``tree`` with every leaf an ``int`` and every node a plain ``tuple``; refuse anything else."""
    if type(tree) is int:
        return tree
    if isinstance(tree, tuple):
        if level >= MAX_DEPTH:
            raise ProfileError(f"{role}: nested deeper than {MAX_DEPTH} levels", MAX_DEPTH)
        return tuple([clean(child, role, level + 1) for child in tree])
    if isinstance(tree, list):
        raise ProfileError(f"{role} must be an integer or a tuple, not the list {_show(tree)}", tree)
    return to_int(tree, role)


def _show(value: object, width: int = 60, written: Callable[[object], str] = repr) -> str:
    """``repr`` cut to ``width`` characters, for messages; a value that cannot be shown is named by its type.

    With ``written=str`` it is the notation of the value that is cut.
    """
    try:
        text = written(value)
    except RecursionError:
        text = f"a {type(value).__name__} nested too deeply to show"
    return text if len(text) <= width else text[: width - 3] + "..."


def check_depth(operation: str, tree: object, role: str = "tiler", level: int = 0) -> None:
    """Refuse a tiler or a profile that nests deeper than any layout."""
    if isinstance(tree, tuple):
        if level >= MAX_DEPTH:
            raise ProfileError(f"{operation}: the {role} nests deeper than {MAX_DEPTH} levels", MAX_DEPTH)
        for part in tree:
            check_depth(operation, part, role, level + 1)


def amount(number: int) -> str:
    """Return a number for a message: its digits, or the power of two below it when they would be very many.

    >>> amount(2**26), amount(3**10_000)
    ('67108864', 'over 2**15849')
    """
    return str(number) if number < 10**40 else f"over 2**{number.bit_length() - 1}"


def text(tree: object) -> str:
    """Return a tree in CuTe's notation: no spaces, and a 1-tuple as ``(8)``; leaves print themselves.

    >>> text((4, (2,)))
    '(4,(2))'
    """
    if isinstance(tree, tuple):
        return f"({','.join([text(child) for child in tree])})"
    return _show(tree) if isinstance(tree, list) else str(tree)


def rank(tree: IntTuple) -> int:
    """Return the number of modes: the length of a tuple, 1 for an integer.

    >>> rank((4, (2, 3))), rank(24), rank(())
    (2, 1, 0)
    """
    shape = _shape_of(tree)
    return len(shape) if isinstance(shape, tuple) else 1


def depth(tree: IntTuple) -> int:
    """Return the height of the tree: 0 for an integer, 1 plus the deepest child for a tuple.

    >>> depth(24), depth((4, 6)), depth((4, (2, 3)))
    (0, 1, 2)
    """
    shape = _shape_of(tree)
    if not isinstance(shape, tuple):
        return 0
    return 1 + max((depth(child) for child in shape), default=0)


def product(tree: IntTuple) -> int:
    """Return the product of the leaves; ``product(())`` is 1.

    >>> product((4, (2, 3)))
    24
    """
    result = 1
    for leaf in flatten(tree):
        result *= leaf
    return result


def _shape_of(value: object) -> IntTuple:
    """Return the clean tree of ``value``, or of its ``shape`` when it has one, as every layout does."""
    plain = isinstance(value, (int, tuple)) or hasattr(type(value), "__index__") or hasattr(type(value), "__float__")
    shape = None if plain else getattr(value, "shape", None)
    return clean(value if shape is None else shape, "a hierarchical tuple")


def flatten(tree: IntTuple) -> tuple[int, ...]:
    """Return the leaves from left to right.

    >>> flatten((4, (2, 3)))
    (4, 2, 3)
    >>> flatten(24)
    (24,)
    """
    return tuple(leaves(clean(tree, "flatten: a leaf")))


def leaves(tree: IntTuple) -> Iterator[int]:
    """Yield the leaves of a clean tree from left to right."""
    if isinstance(tree, tuple):
        for child in tree:
            yield from leaves(child)
    else:
        yield tree


def unflatten(values: tuple[int, ...], profile: IntTuple) -> IntTuple:
    """Return the tree with the form of ``profile`` and the leaves ``values``, left to right.

    Ensures: ``unflatten(flatten(t), t) == t``.
    Raises: ProfileError when the number of values is not the number of leaves.

    >>> unflatten((1, 2, 3), (0, (0, 0)))
    (1, (2, 3))
    """
    needed = len(flatten(profile))
    if len(values) != needed:
        raise ProfileError(
            f"unflatten: {len(values)} values {_show(values)} for the {needed} leaves of {_show(profile)}", values
        )
    source = iter(values)

    def fill(node: IntTuple) -> IntTuple:
        return tuple([fill(child) for child in node]) if isinstance(node, tuple) else next(source)

    return fill(profile)


def prefix_product(shape: IntTuple, start: int = 1) -> IntTuple:
    """Return the exclusive products from the left, as a tree: the compact colexicographic strides of ``shape``.

    Ensures: ``crd2idx(c, shape, prefix_product(shape)) == crd2idx(c, shape)``.

    >>> prefix_product((4, (2, 3)))
    (1, (4, 8))
    """
    shape = clean(shape, "prefix_product: an extent")
    values = []
    running = to_int(start, "prefix_product: the start")
    for extent in leaves(shape):
        values.append(running)
        running *= extent
    return unflatten(tuple(values), shape)


def congruent(a: IntTuple, b: IntTuple) -> bool:
    """Tell whether the two trees have the same form, whatever their leaves are.

    >>> congruent((4, (2, 3)), (1, (8, 5))), congruent(24, (24,))
    (True, False)
    """
    a, b = _shape_of(a), _shape_of(b)
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(map(congruent, a, b))
    return not isinstance(a, tuple) and not isinstance(b, tuple)


def weakly_congruent(a: IntTuple, b: IntTuple) -> bool:
    """Tell whether ``a`` is ``b`` with some subtrees collapsed to leaves: a coordinate ``a`` fits a shape ``b``.

    A partial order; an integer is below everything.

    >>> weakly_congruent((1, 5), (4, (2, 3))), weakly_congruent((1, (1, 2)), (4, 6))
    (True, False)
    """
    a, b = _shape_of(a), _shape_of(b)
    if not isinstance(a, tuple):
        return True
    return isinstance(b, tuple) and len(a) == len(b) and all(map(weakly_congruent, a, b))


def compatible(a: IntTuple, b: IntTuple) -> bool:
    """Tell whether every coordinate of the shape ``a`` is one of the shape ``b``.

    Ensures: ``a`` is weakly congruent to ``b`` and each leaf of ``a`` is the product of the subtree of ``b`` there.
    A partial order, written a <= b; the least element is the integer ``product(b)``.

    >>> compatible(24, (4, 6)), compatible((4, 6), (4, (2, 3))), compatible((24,), 24)
    (True, True, False)
    """
    a, b = _shape_of(a), _shape_of(b)
    if not isinstance(a, tuple):
        return a == product(b)
    return isinstance(b, tuple) and len(a) == len(b) and all(map(compatible, a, b))


def idx2crd(index: Coordinate, shape: IntTuple) -> IntTuple:
    """Return the natural coordinate of ``index`` in ``shape``; the last leaf keeps the whole quotient.

    ``index`` may itself be a coordinate that is weakly congruent to ``shape``; each integer in it is taken apart in
    its own mode, and ``None`` counts as 0.
    Raises: ProfileError for a negative integer where there is more than one leaf, or a form that does not fit.

    >>> idx2crd(21, (4, (2, 3))), idx2crd((1, 5), (4, (2, 3)))
    ((1, (1, 2)), (1, (1, 2)))
    >>> idx2crd(100, (3, 7, 2))
    (1, 5, 4)
    """
    shape = clean(shape, "idx2crd: an extent")
    return _digits(index, shape, shape)


def _digits(index: Coordinate, shape: IntTuple, whole: IntTuple) -> IntTuple:
    if isinstance(index, tuple):
        if not isinstance(shape, tuple) or len(index) != len(shape):
            raise ProfileError(f"the coordinate part {_show(index)} does not fit {shape} in the shape {whole}", index)
        return tuple([_digits(i, s, whole) for i, s in zip(index, shape, strict=True)])
    rest = 0 if index is None else to_int(index, "a coordinate")
    if not isinstance(shape, tuple):
        return rest
    extents = flatten(shape)
    if rest < 0 and len(extents) > 1:
        raise ProfileError(f"the negative index {rest} has no digits in the shape {shape}", rest)
    values = []
    for extent in extents[:-1]:
        rest, digit = divmod(rest, extent)
        values.append(digit)
    if extents:
        values.append(rest)
    elif rest:
        raise ProfileError(f"the index {rest} has no digits in the empty shape ()", rest)
    return unflatten(tuple(values), shape)


def crd2idx(coordinate: Coordinate, shape: IntTuple, stride: IntTuple | None = None) -> int:
    """Return the sum of digit times stride, or without ``stride`` the colexicographic index of the coordinate.

    Any coordinate weakly congruent to ``shape`` is read; entries beyond their extent are evaluated linearly, and
    ``None`` counts as 0.
    Ensures: ``crd2idx(idx2crd(i, shape), shape) == i`` for every natural i.
    Raises: ProfileError when the forms do not fit.

    >>> crd2idx((1, (1, 2)), (4, (2, 3)))
    21
    >>> crd2idx((5, 9), (4, 8), (8, 1))
    49
    """
    shape = clean(shape, "crd2idx: an extent")
    steps = prefix_product(shape) if stride is None else clean(stride, "crd2idx: a stride")
    if not congruent(shape, steps):
        raise ProfileError(f"crd2idx: the stride {steps} does not have the form of the shape {shape}", steps)
    digits = _digits(coordinate, shape, shape)
    return sum([c * d for c, d in zip(leaves(digits), leaves(steps), strict=True)])


def crd2crd(coordinate: Coordinate, to_shape: IntTuple, from_shape: IntTuple) -> IntTuple:
    """Return the natural coordinate in ``to_shape`` with the same index as ``coordinate`` in ``from_shape``.

    >>> crd2crd((1, 5), (2, 12), (4, 6))
    (1, 10)
    """
    return idx2crd(crd2idx(coordinate, from_shape), to_shape)


def select_kept(coordinate: Coordinate, tree: IntTuple) -> tuple[IntTuple, ...]:
    """Return the subtrees of ``tree`` where ``coordinate`` has ``None``, spliced one level up as CuTe does.

    >>> select_kept((2, None), (4, 8)), select_kept(((None, 1), 2), ((2, 3), 4))
    ((8,), (2,))
    """
    if coordinate is None:
        return (tree,)
    if not isinstance(coordinate, tuple):
        return ()
    if not isinstance(tree, tuple) or len(coordinate) != len(tree):
        raise ProfileError(f"slice: the coordinate part {_show(coordinate)} does not fit {_show(tree)}", coordinate)
    return tuple([part for c, t in zip(coordinate, tree, strict=True) for part in select_kept(c, t)])
