"""Patterns of einops as layouts: from the coordinate of the result to the offset in the row-major input.

::

    rearrange('b (h w) c -> (b h) (w c)', b=2, h=3, w=4, c=5)
    repeat('h w -> h (w r)', h=4, w=8, r=2)               a new axis has the stride 0
    'b (h w) -> h (b w)', b=2, h=3, w=4                   quotes and the name of the function may be missing

An axis of the result becomes a mode, in the same order, and parentheses become a nested mode.  In parentheses einops
has the last name fastest and CuTe the first, so the names turn around there.  The lengths of names that are not given
follow from the shape of the input.
"""

from __future__ import annotations

import re

from ..errors import LayoutError, ProfileError
from ..inttuple import _show
from ..layout import Layout
from ..linear.cute import to_linear
from ..linear.utils import standard_out_dim_names
from ..module import Z
from .foreign import Foreign, needed_shape, several, whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..linear.layout import LinearLayout

    Axis = tuple[str, ...] | str
    Side = tuple[Axis, ...]

__all__ = ["EinopsPattern", "to_einops"]

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)
ELLIPSIS = "..."


class EinopsPattern(Foreign):
    """``left -> right`` with the lengths of axes; each side is a tuple of names and tuples of names.

    A unit axis is ``()``; a number on the right is a new axis of that length.
    Requires: each name once on a side; names of the left are on the right, since nothing is reduced; a name that is new
    on the right has a length.
    Raises:   ProfileError that names the axis.
    einops:   ``rearrange``, ``repeat``.

    >>> pattern = EinopsPattern(("b", ("h", "w")), ("h", ("b", "w")), {"b": 2, "h": 3, "w": 4})
    >>> print(pattern)
    rearrange('b (h w) -> h (b w)', b=2, h=3, w=4)
    >>> print(pattern.to_layout())
    (3,(4,2)):(4,(1,12))
    """

    __slots__ = ("left", "lengths", "right")
    _fields = ("left", "right", "lengths")
    left: Side
    right: Side
    lengths: tuple[tuple[str, int], ...]

    def __init__(self, left: object, right: object, lengths: object = ()) -> None:
        sides = _side("left", left), _side("right", right)
        names = [_atoms(side) for side in sides]
        given = _lengths(lengths)
        for side, found in zip(("left", "right"), names, strict=True):
            twice = next((name for i, name in enumerate(found) if not name.isdigit() and name in found[:i]), None)
            if twice is not None:
                raise ProfileError(f"EinopsPattern: the axis {twice} is twice on the {side}", twice)
        number = next((name for name in names[0] if name.isdigit()), None)
        if number is not None:
            raise ProfileError(f"EinopsPattern: the axis {number} has no name on the left", number)
        gone = next((name for name in names[0] if name not in names[1]), None)
        if gone is not None:
            raise ProfileError(f"EinopsPattern: the axis {gone} is not on the right; a reduction is no layout", gone)
        unknown = next((name for name in given if name not in names[1]), None)
        if unknown is not None:
            raise ProfileError(f"EinopsPattern: the axis {unknown} is not in the pattern", unknown)
        for name in names[1]:
            if name not in names[0] and name not in given and not name.isdigit():
                what = "is on the right only" if name == ELLIPSIS else "is new on the right, and has no length"
                raise ProfileError(f"EinopsPattern: the axis {name} {what}", name)
        ordered = tuple([(name, given[name]) for name in _once([*names[0], *names[1]]) if name in given])
        self._set(left=sides[0], right=sides[1], lengths=ordered)

    def __str__(self) -> str:
        new = len(_atoms(self.right)) > len(_atoms(self.left))
        lengths = "".join([f", {name}={n}" for name, n in self.lengths])
        pattern = f"{_text(self.left)} -> {_text(self.right)}".strip()
        return f"{'repeat' if new else 'rearrange'}('{pattern}'{lengths})"

    def solved(self, shape: tuple[int, ...] | None = None) -> tuple[Side, Side, dict[str, int]]:
        """Return both sides without ellipsis, and the lengths of all axes; they need the shape where not all are given.

        Raises:   LayoutError where a length is missing, or the shape does not fit the pattern.
        """
        left, right = self.left, self.right
        if ELLIPSIS in _atoms(left):
            sizes = needed_shape("the pattern has an ellipsis", shape, "4x6x5")
            count = len(sizes) - len(left) + 1
            if count < 0:
                raise ProfileError(f"einops: the shape {list(sizes)} has too few axes for {_text(left)}", sizes)
            dots = tuple([f"{ELLIPSIS}{i}" for i in range(count)])
            left, right = _expanded(left, dots), _expanded(right, dots)
        lengths = dict(self.lengths)
        lengths.update({name: int(name) for name in _atoms(right) if name.isdigit()})
        if shape is not None:
            if len(shape) != len(left):
                raise ProfileError(
                    f"einops: the shape {list(shape)} has not the {len(left)} axes of {_text(left)}", shape
                )
            for axis, size in zip(left, shape, strict=True):
                _solve(axis, size, lengths)
        missing = next((name for name in _atoms(left) if name not in lengths), None)
        if missing is not None:
            raise LayoutError(
                f"einops: the length of {missing} is not given: write {missing}=..., or give the shape of the input",
                missing,
            )
        return left, right, lengths

    def to_layout(self, shape: tuple[int, ...] | None = None) -> Layout:
        """Return the layout from the coordinate of the result to the offset in the row-major input, in elements.

        Ensures:  with ``x = arange(n).reshape(shape)``, ``L(c) == einops.rearrange(x, pattern)[c]`` for every c.
        Raises:   LayoutError where a length is missing, or the shape does not fit the pattern.
        """
        left, right, lengths = self.solved(shape)
        strides: dict[str, int] = {}
        step = 1
        for name in reversed(_atoms(left)):
            strides[name] = step
            step *= lengths[name]
        modes = [_mode(axis, lengths, strides) for axis in right]
        return Layout(tuple([shape for shape, _ in modes]), tuple([stride for _, stride in modes]))

    def cute(self, shape: Any) -> tuple[Layout, str]:
        found = self.to_layout(shape)
        return found, _meaning(found.rank)

    def linear(self, shape: Any) -> tuple[LinearLayout, str]:
        layout = self.to_layout(shape)
        names = standard_out_dim_names(layout.rank)
        modes = tuple([layout[i].size for i in range(layout.rank)])
        return to_linear(layout, dict(zip(names, modes, strict=True)), ["offset"]), _meaning(layout.rank)


def _meaning(rank: int) -> str:
    names = standard_out_dim_names(rank)
    return (
        f"from the coordinate ({', '.join(names)}) of the result to the offset in the row-major input, in elements"
        if rank != 1
        else "from the coordinate dim0 of the result to the offset in the row-major input, in elements"
    )


def _mode(axis: Axis, lengths: dict[str, int], strides: dict[str, int]) -> tuple[Any, Any]:
    """Return shape and stride of one axis of the result: in parentheses, the last name comes first."""
    if isinstance(axis, str):
        return lengths[axis], strides.get(axis, 0)
    if not axis:
        return 1, 0
    found = tuple([(lengths[name], strides.get(name, 0)) for name in reversed(axis)])
    if len(found) == 1:
        return found[0]
    return tuple([n for n, _ in found]), tuple([d for _, d in found])


def _solve(axis: Axis, size: int, lengths: dict[str, int]) -> None:
    """Fit one axis of the input, and find the one length in it that is missing."""
    names = (axis,) if isinstance(axis, str) else axis
    known = 1
    missing = [name for name in names if name not in lengths]
    for name in names:
        known *= lengths.get(name, 1)
    if len(missing) > 1:
        raise LayoutError(f"einops: {missing[0]} and {missing[1]} in ({' '.join(names)}) are both unknown", missing[0])
    if (missing and size % known) or (not missing and size != known):
        raise ProfileError(
            f"einops: the axis {_text((axis,))} of the pattern has the length {known}{' times' if missing else ''}"
            f"{' ' + missing[0] if missing else ''}, and the input has {size} there",
            size,
        )
    if missing:
        lengths[missing[0]] = size // known


def _side(field: str, value: object) -> Side:
    found: list[Axis] = []
    for axis in several("EinopsPattern", field, value):
        names = (axis,) if isinstance(axis, str) else several("EinopsPattern", field, axis)
        for name in names:
            good = isinstance(name, str) and (
                name == ELLIPSIS
                or (name.isascii() and name.isdigit() and name.strip("0") and len(name) < 20)
                or (_NAME.fullmatch(name) and not name.endswith("_"))
            )
            if not good:
                raise ProfileError(f"EinopsPattern: {_show(name)} is no name of an axis", name)
        found.append(axis if isinstance(axis, str) else tuple([name for name in names if name != "1"]))
    plain = [() if axis == "1" else axis for axis in found]
    return tuple(plain)


def _lengths(given: object) -> dict[str, int]:
    pairs = given.items() if isinstance(given, dict) else several("EinopsPattern", "lengths", given)
    found: dict[str, int] = {}
    for pair in pairs:
        if not isinstance(pair, (list, tuple)) or len(pair) != 2 or not isinstance(pair[0], str):
            raise ProfileError(f"EinopsPattern: lengths are pairs of a name and a number, not {_show(pair)}", pair)
        if pair[0] in found:
            raise ProfileError(f"EinopsPattern: the length of {pair[0]} is given twice", pair[0])
        found[pair[0]] = whole("EinopsPattern", f"the length of {pair[0]}", pair[1], 1)
    return found


def _atoms(side: Side) -> list[str]:
    return [name for axis in side for name in ((axis,) if isinstance(axis, str) else axis)]


def _once(names: list[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _expanded(side: Side, dots: tuple[str, ...]) -> Side:
    found: list[Axis] = []
    for axis in side:
        if axis == ELLIPSIS:
            found += dots
        elif isinstance(axis, tuple):
            found.append(tuple([part for name in axis for part in (dots if name == ELLIPSIS else (name,))]))
        else:
            found.append(axis)
    return tuple(found)


def _text(side: Side) -> str:
    return " ".join([axis if isinstance(axis, str) else f"({' '.join(axis)})" if axis else "1" for axis in side])


# -- writing -----------------------------------------------------------------------------------------------------------


def to_einops(value: Any, shape: tuple[int, ...] | None = None) -> EinopsPattern:
    """Return the pattern whose layout is a given one: its strides are 0, or together those of a row-major array.

    The input has an axis for each leaf, or with ``shape`` an axis for each extent of it.
    Ensures:  ``equal(to_einops(L).to_layout(), L)``.
    Raises:   LayoutError with the stride where the offsets leave a gap or meet, so that the layout is no rearrangement.

    >>> print(to_einops(Layout((3, (4, 2)), (4, (1, 12))), (2, 12)))
    rearrange('a (b c) -> b (a c)', a=2, b=3, c=4)
    >>> to_einops(Layout((4, 8), (1, 5)))
    Traceback (most recent call last):
    layouts.errors.LayoutError: to_einops: (4,8):(1,5) is no rearrangement: after the stride 1 comes 5, not 4
    """
    if isinstance(value, EinopsPattern):
        return value
    if not isinstance(value, Layout) or value.over is not Z:
        raise LayoutError(f"to_einops: {_show(value, 60, str)} is not a layout over Z", value)
    modes = list(value) if type(value.shape) is tuple else [value]
    leaves = sorted({(d, s) for mode in modes for s, d in zip(mode._s, mode._d, strict=True) if s > 1 and d})
    count = sum([s > 1 and d != 0 for s, d in zip(value._s, value._d, strict=True)])
    step = before = 1
    for d, s in leaves:
        if d != step or count != len(leaves):
            raise LayoutError(
                f"to_einops: {_show(value, 120, str)} is no rearrangement: after the stride {before} comes {d}, not"
                f" {step}",
                d,
            )
        step, before = d * s, d
    names = _names(len(_flat_leaves(modes)))
    left_names = {d: name for (d, _), name in zip(reversed(leaves), names, strict=False)}
    fresh = iter(names[len(leaves) :])
    lengths: dict[str, int] = {name: s for (d, s), name in zip(reversed(leaves), names, strict=False)}
    right: list[Axis] = []
    for mode in modes:
        inside = []
        for s, d in zip(mode._s, mode._d, strict=True):
            if s == 1:
                continue
            name = left_names[d] if d else next(fresh)
            lengths[name] = s
            inside.append(name)
        right.append(inside[0] if len(inside) == 1 else tuple(reversed(inside)))
    atoms = [left_names[d] for d, _ in reversed(leaves)]
    left: list[Axis] = list(atoms) if shape is None else _grouped(atoms, lengths, shape, value)
    return EinopsPattern(tuple(left), tuple(right), lengths)


def _flat_leaves(modes: list[Layout]) -> list[int]:
    return [s for mode in modes for s in mode._s if s > 1]


def _names(count: int) -> list[str]:
    letters = "abcdefghijklmnopqrstuvwxyz"
    return [letters[i % 26] + (str(i // 26) if i >= 26 else "") for i in range(count)]


def _grouped(atoms: list[str], lengths: dict[str, int], shape: tuple[int, ...], value: Any) -> list[Axis]:
    """Put the axes of the input together to the extents of a shape."""
    rest, found = list(atoms), []
    for size in needed_shape("to_einops", shape, "4x6x5"):
        inside: list[str] = []
        left = size
        while left > 1 and rest and left % lengths[rest[0]] == 0:
            left //= lengths[rest[0]]
            inside.append(rest.pop(0))
        if left > 1:
            raise LayoutError(
                f"to_einops: the input of {_show(value, 120, str)} has no axis of {size} in the shape {list(shape)}",
                size,
            )
        found.append(inside[0] if len(inside) == 1 else tuple(inside))
    if rest:
        raise LayoutError(
            f"to_einops: the shape {list(shape)} leaves the axis {rest[0]} of {_show(value, 120, str)} over", rest[0]
        )
    return found
