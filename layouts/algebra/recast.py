"""Recast: the same memory counted in larger or smaller elements.

``upcast`` by n makes one element of each group of n, ``downcast`` by n makes n of each, and ``recast`` goes from one
width in bits to another.  By hand, ``(4,8):(8,1)`` on bytes, read as 2-byte elements: a row of 8 bytes is a row of 4
elements, and the rows are 4 elements apart: ``(4,4):(4,1)``.  Read as 4-bit elements it is ``(4,16):(16,1)``.

One rule serves a leaf s:d in an upcast by n.  Where n divides d, the leaf goes from group to group: ``s:(d / n)``.
Where d divides n, it takes n / d steps inside a group before it goes on to the next: ``(s / (n / d)):1``.  Nothing else
has a meaning: in ``(2,4):(9,2)`` by 2 the stride 9 begins in the middle of a group.

Leaves that are fine alone may fail together.  ``(2,2):(1,1)`` by 2 takes the values 0 1 1 2 in two groups, and the rule
makes ``(1,1):(1,1)`` of it, which knows of one.  So the leaves below n must stay inside a group, all of them together.
"""

from __future__ import annotations

from math import gcd

from ..codomain import coprofile, first_reaching
from ..errors import LayoutError, NotALayoutError, ProfileError
from ..inttuple import _show, clean, idx2crd, leaves, to_int, unflatten
from ..layout import Layout, read_layout, trusted
from ..linearity import bit_images
from ..module import F2, E, Zn
from .coalesce import describe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..inttuple import IntTuple

__all__ = ["downcast", "max_alignment", "recast", "upcast"]


def upcast(value: Any, n: int, *, round_up: bool = False, axis: IntTuple | None = None) -> Any:
    """Return the layout of groups: n elements of A, from a multiple of n on, are one element of R.

    ``value`` is a layout over Z or F2, a swizzle, or a chain, whose offset must be a multiple of n.  Over Zn ``axis``
    names the axis that is counted in groups, a number or a path.
    Write k for the steps inside a group, leaf by leaf: n / d where d divides n and is smaller, else 1.
    Ensures:  ``A(k * c) == n * R(c)`` for every coordinate c of R, and ``R(c // k) == A(c) // n`` for every c of A,
    leaf by leaf: the values of R are the groups that A touches.  The profile stays; a stride 0 stays; an extent 1
    has the stride 0 where its own has no meaning in groups.
    Leaves that end inside a group are refused, or with ``round_up`` the group counts as a whole: ``3:1`` by 2 is
    ``2:1``.
    Raises:   LayoutError with (extent, stride) of a leaf that has neither form or ends inside a group; with the stride
    over Zn; with n where only powers of two have a meaning.  NotALayoutError with the first index of A that leaves the
    group where R has it.
    Cost:     one step for each leaf.
    CuTe:     ``upcast<N>``, which checks the leaves one by one; the DSL rounds and does not check.

    >>> print(upcast(Layout((4, 8), (8, 1)), 2), upcast(Layout((2, 2, 8), (1, 2, 4)), 4))
    (4,4):(4,1) (1,1,8):(1,1,1)
    >>> print(upcast(Layout((8, 4), (E(0), E(1))), 2, axis=0))
    (4,4):(1@0,1@1)
    >>> upcast(Layout((2, 4), (9, 2)), 2)
    Traceback (most recent call last):
    layouts.errors.LayoutError: upcast: (2,4):(9,2) by 2: the stride 9 is neither a multiple nor a divisor of 2
    """
    n = _count("upcast", n)
    layout = _plain("upcast", value, axis)
    if n == 1:
        return value if layout is None else layout
    if layout is None:
        return value._upcast(n, round_up)
    steps = _steps("upcast", layout, axis)
    _check_power("upcast", layout, n)
    extents, strides, inside = [], [], []
    for k, (s, d) in enumerate(zip(layout._s, steps, strict=True)):
        runs = 1 if d % n == 0 or s == 1 else _steps_inside(layout, k, d, n)
        extents.append(-(-s // runs))
        strides.append(d // n if d % n == 0 else int(s > 1))
        inside.append(min(s, runs))
    _check_together(layout, steps, inside, n)
    if not round_up:
        _check_whole(layout, steps, inside, n)
    return _rebuilt(layout, extents, strides, steps, axis)


def downcast(value: Any, n: int, *, axis: IntTuple | None = None) -> Any:
    """Return the layout of parts: one element of A is n elements of R.

    ``value`` is as in ``upcast``.  The parts are counted by the leaf with stride 1, the first one with more than one
    element; write k for n there and 1 elsewhere.
    Ensures:  ``R(c) == n * A(c // k) + c % k``, leaf by leaf; ``upcast(downcast(A, n), n) == A``; a stride 0 stays.
    Raises:   LayoutError where no leaf has the stride 1, with the smallest stride; with n where only powers of two have
    a meaning.
    Cost:     one step for each leaf.
    CuTe:     ``downcast<N>``, which stretches every leaf of stride 1 or -1; with two of them the values overlap.

    >>> print(downcast(Layout((4, 8), (8, 1)), 2), downcast(Layout((2, 2), (1, 1)), 2))
    (4,16):(16,1) (4,2):(1,2)
    """
    n = _count("downcast", n)
    layout = _plain("downcast", value, axis)
    if n == 1:
        return value if layout is None else layout
    if layout is None:
        return value._downcast(n)
    steps = _steps("downcast", layout, axis)
    _check_power("downcast", layout, n)
    units = [k for k, d in enumerate(steps) if d == 1 and _moves_once(layout._d[k])]
    if not units:
        smallest = min([d for d in steps if d], key=abs, default=0)
        raise LayoutError(
            f"downcast: {describe(layout)} by {n}: no leaf has the stride 1, and so none can count the parts of an "
            f"element; the smallest stride is {smallest}",
            smallest,
        )
    unit = next((k for k in units if layout._s[k] > 1), units[0])
    extents = [s * n if k == unit else s for k, s in enumerate(layout._s)]
    strides = [d if k == unit else d * n for k, d in enumerate(steps)]
    return _rebuilt(layout, extents, strides, steps, axis)


def recast(value: Any, old_bits: int, new_bits: int, *, round_up: bool = False, axis: IntTuple | None = None) -> Any:
    """Return the layout of the same memory in elements of ``new_bits`` bits, where ``value`` counts ``old_bits`` bits.

    Ensures:  with g the greatest common divisor of both widths, ``downcast(upcast(A, new_bits / g), old_bits / g)``;
    ``recast(A, b, b) == A``.  ``recast(recast(A, a, b), b, c)`` equals ``recast(A, a, c)`` where both answer, when b is
    between a and c (a divides b divides c, and no memory is gained: ``4:2`` in larger elements takes groups of which it
    touches a half; or c divides b divides a), or when b divides a and a divides c.  Larger elements forget the order
    inside a group, so the way back from them is another layout of the same memory.
    Raises:   as ``upcast`` and ``downcast`` do.
    Cost:     one step for each leaf.
    CuTe:     ``recast_layout<Old, New>``; the DSL's ``recast_layout(new_bits, old_bits, layout)``.

    >>> print(recast(Layout((8, 64), (64, 1)), 8, 16), recast(Layout((8, 64), (64, 1)), 8, 4))
    (8,32):(32,1) (8,128):(128,1)
    >>> print(recast(Layout(8), 6, 8))
    6:1
    """
    old, new = _count("recast", old_bits), _count("recast", new_bits)
    common = gcd(old, new)
    try:
        grouped = upcast(value, new // common, round_up=round_up, axis=axis)
        return downcast(grouped, old // common, axis=axis)
    except LayoutError as error:
        raise type(error)(f"recast from {old} to {new} bits: {error}", error.witness) from None


def max_alignment(value: Any, *, axis: IntTuple | None = None) -> int:
    """Return the largest n for which A, strides 0 apart, is made of whole aligned groups of n elements.

    Over Z that is a run of the values 0..n-1, with every other stride a multiple of n.  For a swizzle it is 2**base,
    and for a chain what divides the offset and suits both maps.
    Ensures:  ``upcast(A, max_alignment(A))`` answers, and each value of it stands for n values of A.
    Cost:     a sort of the leaves; over F2 n**2 steps for n index bits.
    CuTe:     ``max_alignment``, which looks at the coalesced layout.

    >>> max_alignment(Layout((4, 8), (8, 1))), max_alignment(Layout((8, 4), (1, 12))), max_alignment(Layout(4, 2))
    (32, 4, 1)
    """
    layout = _plain("max_alignment", value, axis)
    if layout is None:
        return int(value._max_alignment(0))
    return _aligned(layout, _steps("max_alignment", layout, axis), 0)


def alignment_within(value: Any, limit: int) -> int:
    """Return the largest divisor of ``limit`` that is an alignment of ``value``; 0 is divided by all."""
    if isinstance(value, Layout):
        return _aligned(value, _steps("max_alignment", value, None), limit)
    return int(value._max_alignment(limit))


# -- what is recast ----------------------------------------------------------------------------------------------------


def _count(operation: str, n: int) -> int:
    number = to_int(n, f"{operation}: the number of elements or bits")
    if number < 1:
        raise LayoutError(f"{operation}: a number of elements or bits must be at least 1, not {number}", number)
    return number


def _plain(operation: str, value: Any, axis: IntTuple | None) -> Layout | None:
    """Return a layout, or None for a swizzle or a chain, which recast themselves."""
    if isinstance(value, Layout):
        return value
    if not hasattr(type(value), "_upcast"):
        return read_layout(value, operation)
    if axis is not None:
        raise ProfileError(f"{operation}: {value} has no axes, for its values are integers", axis)
    return None


def _steps(operation: str, layout: Layout, axis: IntTuple | None) -> list[int]:
    """Return the strides that count: those of a layout over Z or F2, or the coefficients on an axis over Zn."""
    if layout._over is not Zn:
        if axis is not None:
            raise ProfileError(f"{operation}: {describe(layout)} has no axes, for its values are integers", axis)
        return list(layout._d)
    if axis is None:
        raise ProfileError(
            f"{operation}: the values of {describe(layout)} are coordinates; name the axis that changes its unit, as "
            f"in axis=0",
            layout.stride,
        )
    path = _path(axis)
    form = coprofile(layout._d)
    for step in path:
        if not isinstance(form, tuple) or step >= len(form):
            raise ProfileError(f"{operation}: the values of {describe(layout)} have no axis {axis}", axis)
        form = form[step]
    if isinstance(form, tuple):
        raise ProfileError(f"{operation}: the axis {axis} of {describe(layout)} is made of several axes", axis)
    return [dict(d.terms()).get(path, 0) for d in layout._d]


def _path(axis: IntTuple) -> tuple[int, ...]:
    path = clean(axis if isinstance(axis, tuple) else (axis,), "an axis")
    found = tuple(leaves(path))
    if path != found or min(found, default=-1) < 0:
        raise ProfileError(f"an axis is a natural number or a tuple of them, not {_show(axis)}", axis)
    return found


def _check_power(operation: str, layout: Layout, n: int) -> None:
    if layout._over is F2 and n & (n - 1):
        raise LayoutError(
            f"{operation}: {describe(layout)} by {n}: over F2 elements are counted in powers of two, and {n} is none", n
        )


def _moves_once(stride: Any) -> bool:
    """Tell whether a stride moves on one axis only."""
    return isinstance(stride, int) or len(list(stride.terms())) == 1


def _rebuilt(layout: Layout, extents: list[int], strides: list[int], steps: list[int], axis: IntTuple | None) -> Layout:
    found: list[Any] = list(strides)
    if layout._over is Zn:
        unit = E(*_path(axis if axis is not None else 0))
        pairs = zip(layout._d, steps, strides, strict=True)
        found = [d + unit * (new - old) for d, old, new in pairs]
    shape = unflatten(tuple(extents), layout._shape)
    return trusted(shape, unflatten(tuple(found), layout._shape), layout._over)


# -- the groups of an upcast -------------------------------------------------------------------------------------------


def _steps_inside(layout: Layout, k: int, d: int, n: int) -> int:
    """Return how many steps of leaf k stay in one group, or refuse a leaf that begins a group in the middle."""
    s = layout._s[k]
    runs = -(-n // abs(d))
    if abs(d) > n or n % d:
        last = d << (s.bit_length() - 2) if layout._over is F2 else abs(d) * (s - 1)
        if last >= n:
            raise LayoutError(
                f"upcast: {describe(layout)} by {n}: the stride {d} is neither a multiple nor a divisor of {n}", (s, d)
            )
        runs = max(runs, s)
    if not _moves_once(layout._d[k]):
        raise LayoutError(f"upcast: the stride {layout._d[k]} of {describe(layout)} moves several axes", layout._d[k])
    return runs


def _check_together(layout: Layout, steps: list[int], inside: list[int], n: int) -> None:
    """Refuse leaves that leave a group together, though each stays inside alone, and steps backwards inside a group."""
    rests = [d if s > 1 else 0 for s, d in zip(inside, steps, strict=True)]
    places = _places(layout)
    index: int | None = None
    for k, d in enumerate(rests):
        if d < 0:
            index, rests = places[k], rests[:k]
            break
    if layout._over is not F2:
        reached = first_reaching(tuple(inside[: len(rests)]), tuple(rests), n)
        if reached is not None:
            digits = idx2crd(reached, tuple(inside))
            index = sum([c * p for c, p in zip(leaves(digits), places, strict=True)])
    if index is not None:
        raise NotALayoutError(
            f"upcast: {describe(layout)} by {n}: the steps inside a group lead out of it: index {index} has the value "
            f"{layout(index)}, which is not in the group from 0 to {n - 1}",
            index,
        )


def _check_whole(layout: Layout, steps: list[int], inside: list[int], n: int) -> None:
    """Refuse groups that are touched in part: the leaves inside must count up to n from the smallest stride on."""
    low = sorted([(d, s) for d, s, r in zip(steps, layout._s, inside, strict=True) if r > 1])
    if not low:
        return
    first, ended = low[0][0], low[-1]
    if layout._over is F2:
        images = [d << t for d, s in low for t in range(s.bit_length() - 1) if d << t < n]
        first = min([image & -image for image in images])
        if _rank(images) == (n // first).bit_length() - 1:
            return
    else:
        reached = first
        for d, s in low:
            if d != reached:
                break
            reached, ended = d * s, (d, s)
        else:
            if reached % n == 0:
                return
    d, s = ended
    raise LayoutError(
        f"upcast: {describe(layout)} by {n}: the leaf {s}:{d} ends inside a group of {n}; round_up=True counts the "
        f"group as a whole",
        (s, d),
    )


def _places(layout: Layout) -> list[int]:
    places, place = [], 1
    for s in layout._s:
        places.append(place)
        place *= s
    return places


def _rank(images: list[int]) -> int:
    from ..bits import BitMatrix

    return BitMatrix(tuple(images)).rank()


# -- alignment ---------------------------------------------------------------------------------------------------------


def _aligned(layout: Layout, steps: list[int], limit: int) -> int:
    """Return the largest n that divides ``limit``, fills groups from the stride 1 on, and divides all other strides."""
    if layout._over is F2:
        return _aligned_bits(layout, limit)
    modes = [(d, s, _moves_once(step)) for s, d, step in zip(layout._s, steps, layout._d, strict=True) if s > 1 and d]
    by_stride = {d: s for d, s, once in sorted(modes, key=lambda mode: mode[1]) if once and d > 0}
    reached, run = 1, []
    while reached in by_stride:
        run.append((reached, by_stride[reached]))
        reached *= by_stride[reached]
    taken = set(run)
    rest = limit
    for d, s, once in modes:
        if once and (d, s) in taken:
            taken.remove((d, s))
        else:
            rest = gcd(rest, d)
    return max([d * gcd(s, rest // d) for d, s in run if rest % d == 0], default=1)


def _aligned_bits(layout: Layout, limit: int) -> int:
    images = [image for image in bit_images(layout) if image]
    best = 1
    for k in range(1, max([image.bit_length() for image in images], default=0) + 1):
        n = 1 << k
        low = [image for image in images if image < n]
        if limit % n == 0 and not any([image % n for image in images if image >= n]) and _rank(low) == k:
            best = n
    return best
