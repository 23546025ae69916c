"""``complement``: the layout of what a layout leaves out, so that the two together fill an interval without overlap.

By hand, A = ``4:2`` takes the values 0 2 4 6.  The gap below its stride 2 holds the offsets 0 1, which is ``2:1``.  The
two together take 0..7 once each, and they may be repeated every 8: up to 24 that is ``3:8``.  So the complement of A in
24 is ``(2,3):(1,8)``, and every number below 24 is in exactly one way a value of A plus a value of the complement.

The rule over Z: sort the strides, and step over each mode s:d from the point c that is covered so far.  The gap holds
d / c copies of what is there, a mode (d / c):c, and then c = s * d is covered.  Where d < c the modes overlap or
interleave, and there is no complement of this form.  Where the division leaves a remainder the complement is *weak*:
the two layouts do not overlap, but there are holes; ``is_complementable`` tells.

Over F2 the image is a vector space, and the complement is spanned by the unit vectors that complete it.  Over Zn each
axis has its own complement.
"""

from __future__ import annotations

from ..codomain import coprofile
from ..errors import NotInvertibleError, ProfileError, TooLargeError
from ..inttuple import _show, clean, leaves, text
from ..layout import Layout, chain, read_layout, trusted
from ..linearity import bit_images, from_images, from_modes
from ..module import F2, E, Z, Zn
from .coalesce import describe, flat
from .injective import collision

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..inttuple import IntTuple

    _Modes = list[tuple[int, int]]  # (extent, stride)

__all__ = ["complement", "complement_minimal", "is_complementable"]


def complement(layout: Layout, target: IntTuple | None = None) -> Layout:
    """Return the layout A* with ascending values that meet those of A only at 0, so that A + A* goes on to ``target``.

    ``target`` is the number M to fill up to, or a shape for its product; without it M is the cosize of A, which fills
    the gaps only.  Modes of A with stride 0 are passed over.  Over F2, A* is spanned by the unit vectors that complete
    the image of A in the smallest 2**k that holds M and all values.  Over Zn, ``target`` is a tuple with a number for
    each axis, and mode i of A* moves along axis i.
    Ensures:  A* is strictly increasing (on each axis over Zn); (A without strides 0, A*) is injective.  When
    ``is_complementable(A)``, it is a bijection onto 0..N-1 with N >= M, and N == M when
    ``is_complementable(A, M)``.  A remainder in a gap leaves holes instead, and A* can be short.
    Raises:   NotInvertibleError where strides overlap or interleave, with a pair of indices that collide when A is not
    injective, else with the two strides; with the stride when it is negative or moves several axes.
    Cost:     a sort of the modes; over F2 one elimination.
    CuTe:     ``complement``.  CuTe rounds a shape mode by mode, and can be short; here its size counts.

    >>> print(complement(Layout(4, 2), 24), complement(Layout(4, 2)), complement(Layout(12), (8, 8)))
    (2,3):(1,8) 2:1 6:12
    >>> print(complement(Layout((8, 8), (9, 1), over=F2), 256))
    4:F64
    >>> print(complement(Layout((4, 3), (E(0), E(1))), (8, 12)))
    (2,4):(4@0,3@1)
    >>> complement(Layout((2, 2), (1, 1)), 8)
    Traceback (most recent call last):
    layouts.errors.NotInvertibleError: complement: (2,2):(1,1) takes the value 1 at the indices 1 and 2
    """
    if type(layout) is not Layout:
        layout = read_layout(layout, "complement")
    if type(target) is int and target > 0 and layout._over is Z:
        found = quick_complement(layout, target)
        if found is not None:
            return found
    if layout._over is F2:
        images, _ = _free_images(layout, target)
        return from_images(images, 1 << len(images))
    if layout._over is Zn:
        return _by_axis(layout, target, _filled)
    goal = None if target is None else _number(target)
    return from_modes([_filled(*_gaps(layout, _ascending(layout)), goal)], 1, Z)


def complement_minimal(layout: Layout) -> Layout:
    """Return the gaps of A, then a mode of size 1 whose stride tells where the copies of A and its gaps go on.

    Read on all natural numbers, as composition does, this is the complement for every target at once.
    Ensures:  ``complement(A, M)`` is this layout with a longer last extent, coalesced; strictly increasing on all
    natural numbers; ``A(i) + R(j)`` is not ``A(k) + R(l)`` unless the values of A and j, l are the same.
    Raises:   NotInvertibleError as ``complement`` does.
    Cost:     a sort of the modes; over F2 one elimination.
    PyCuTe:   ``complement``.

    >>> print(complement_minimal(Layout(4, 2)), complement_minimal(Layout(4, 1)))
    (2,1):(1,8) 1:4
    >>> print(complement_minimal(Layout((4, 3), (E(0), 2 * E(1)))))
    (1,(2,1)):(4@0,(1@1,6@1))
    """
    layout = read_layout(layout, "complement_minimal")
    if layout._over is F2:
        images, rows = _free_images(layout, None)
        gaps = from_images(images, 1 << len(images))
        modes = [(s, d) for s, d in zip(gaps._s, gaps._d, strict=True) if s > 1]
        return from_modes([[*modes, (1, 1 << rows)]], 1, F2)
    if layout._over is Zn:
        return _by_axis(layout, None, _marked)
    return from_modes([_marked(*_gaps(layout, _ascending(layout)), None)], 1, Z)


def is_complementable(layout: Layout, target: IntTuple | None = None) -> bool:
    """Tell whether the complement is strong: each gap a multiple of what is below it, and ``target`` of the whole.

    Ensures:  over Z exactly when (A without strides 0, ``complement(A, M)``) is a bijection onto 0..M-1; without
    ``target``, onto 0..N-1 for some N.
    Cost:     a sort of the modes; over F2 one elimination.

    >>> A = Layout(4, 2)
    >>> is_complementable(A), is_complementable(A, 24), is_complementable(A, 20)
    (True, True, False)
    >>> is_complementable(Layout((4, 2), (1, 6)))
    False
    """
    layout = read_layout(layout, "is_complementable")
    if layout._over is F2:
        goal = None if target is None else _number(target)
        return goal is None or (goal & (goal - 1) == 0 and layout.bounds()[1] < goal)
    if layout._over is Zn:
        try:
            axes, profile, goals = _axes(layout, target)
        except NotInvertibleError:
            return False
        return all([_divides(axes.get(path, []), goal) for path, goal in zip(_paths(profile), goals, strict=True)])
    return _divides(_ascending(layout), None if target is None else _number(target))


# -- over Z ------------------------------------------------------------------------------------------------------------


def _number(target: IntTuple) -> int:
    """Return the size of a target, which is an integer or a shape."""
    goal = 1
    for leaf in leaves(clean(target, "complement: a target")):
        if leaf < 1:
            raise ProfileError(f"complement: a target must be at least 1, not {leaf}", leaf)
        goal *= leaf
    return goal


def quick_complement(layout: Layout, goal: int) -> Layout | None:
    """Return the complement in ``goal`` of a layout over Z, the minimal form for goal 0; None where strides overlap."""
    extents: list[int] = []
    strides: list[int] = []
    covered = 1
    for d, s in sorted(zip(layout._d, layout._s)):  # noqa: B905 - equal lengths by construction; this is the hot path
        if d > covered:
            if s != 1:
                if d >= covered * 2:
                    extents.append(d // covered)
                    strides.append(covered)
                covered = d * s
        elif d == covered:
            covered = d * s
        elif d and s != 1:
            return None
    if goal > covered:
        extents.append(-(-goal // covered))
        strides.append(covered)
    elif not goal:
        extents.append(1)
        strides.append(covered)
    return flat(extents, strides)


def _ascending(layout: Layout) -> _Modes:
    """Return the modes with a stride, as (stride, extent) in ascending order."""
    extents, strides, _ = layout._chain or chain(layout)
    return sorted([(d, s) for s, d in zip(extents, strides, strict=True) if d and s > 1])


def _gaps(layout: Layout, ordered: _Modes) -> tuple[_Modes, int]:
    """Return the modes of the gaps, and where everything up to the last mode is covered."""
    if ordered and ordered[0][0] < 0:
        raise NotInvertibleError(
            f"complement: {describe(layout)} has the negative stride {ordered[0][0]}", ordered[0][0]
        )
    gaps = []
    covered, below = 1, (1, 1)
    for d, s in ordered:
        if d < covered:
            raise _overlap(layout, below, d)
        if d // covered > 1:
            gaps.append((d // covered, covered))
        covered, below = s * d, (s, d)
    return gaps, covered


def _divides(ordered: _Modes, goal: int | None) -> bool:
    covered = 1
    for d, s in ordered:
        if d < covered or d % covered:
            return False
        covered = s * d
    return goal is None or goal % covered == 0


def _filled(gaps: _Modes, covered: int, goal: int | None) -> _Modes:
    copies = 1 if goal is None else -(-goal // covered)
    return [*gaps, (copies, covered)] if copies > 1 else gaps


def _marked(gaps: _Modes, covered: int, goal: int | None) -> _Modes:  # noqa: ARG001 - the same form as _filled
    return [*gaps, (1, covered)]


def _overlap(layout: Layout, below: tuple[int, int], stride: int) -> NotInvertibleError:
    """Return the refusal: with indices that collide, strides 0 apart, or else with the strides that interleave."""
    extents, strides, places = chain(layout)
    kept = [k for k, d in enumerate(strides) if d and extents[k] > 1]
    shape = tuple([extents[k] for k in kept])
    try:
        pair = collision(trusted(shape, tuple([strides[k] for k in kept]), layout._over))
    except TooLargeError:
        pair = None
    if pair is None:
        s, d = below
        return NotInvertibleError(
            f"complement: {describe(layout)} interleaves: the stride {stride} does not clear the {s}*{d} below it",
            (d, stride),
        )
    index = trusted(shape, tuple([places[k] for k in kept]), Z)
    i, j = index(pair[0]), index(pair[1])
    return NotInvertibleError(
        f"complement: {describe(layout)} takes the value {layout(i)} at the indices {i} and {j}", (i, j)
    )


# -- over F2 and Zn ----------------------------------------------------------------------------------------------------


def _free_images(layout: Layout, target: IntTuple | None) -> tuple[tuple[int, ...], int]:
    """Return the unit vectors that complete the image, and the number of bits that all values have."""
    from ..bits import BitMatrix

    rows = layout.bounds()[1].bit_length()
    if target is not None:
        rows = max(rows, (_number(target) - 1).bit_length())
    return BitMatrix(bit_images(layout), rows).complement().columns, rows


def _axes(
    layout: Layout, target: IntTuple | None
) -> tuple[dict[tuple[int, ...], _Modes], IntTuple, list[int] | list[None]]:
    """Return the ascending modes of each axis, the form of the coordinates, and the target of each axis."""
    axes: dict[tuple[int, ...], _Modes] = {}
    for d, s in [(d, s) for s, d in zip(*chain(layout)[:2], strict=True) if d and s > 1]:
        terms = list(d.terms())
        if len(terms) > 1:
            raise NotInvertibleError(f"complement: the stride {d} of {describe(layout)} moves several axes", d)
        axes.setdefault(terms[0][0], []).append((terms[0][1], s))
    profile: IntTuple = coprofile(layout._d)
    goals: list[int] | list[None] = [None] * len(_paths(profile))
    if target is not None:
        profile = clean(target, "complement: a target")
        goals = [_number(leaf) for leaf in leaves(profile)]
    paths = _paths(profile)
    for path in axes:
        if path not in paths:
            raise ProfileError(
                f"complement: the target {_show(target)} has no number for the axis {path} of {describe(layout)}", path
            )
        axes[path].sort()
    return axes, profile, goals


def _by_axis(layout: Layout, target: IntTuple | None, finish: Any) -> Layout:
    axes, profile, goals = _axes(layout, target)
    parts = []
    for path, goal in zip(_paths(profile), goals, strict=True):
        modes = finish(*_gaps(layout, axes.get(path, [])), goal)
        parts.append([(s, E(*path) * d) for s, d in modes])
    return from_modes(parts, profile, Zn)


def _paths(tree: Any) -> list[tuple[int, ...]]:
    """Return the paths of the leaves of a tree of coordinates; a bare integer is no axis."""

    def walk(node: Any, path: tuple[int, ...]) -> list[tuple[int, ...]]:
        if not isinstance(node, tuple):
            return [path]
        return [found for axis, child in enumerate(node) for found in walk(child, (*path, axis))]

    if not isinstance(tree, tuple):
        raise ProfileError(
            f"complement: over Zn the target is a tuple with a number for each axis, not {text(tree)}", tree
        )
    return walk(tree, ())
