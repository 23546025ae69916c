"""``composition``: R = A o B, first B, then A, or a refusal that names the first index without an answer.

The definition is pointwise, R(i) = A(B(i)) for every i below size(B), and the shape of R refines the shape of B.

**The quick road.**  Write the stride of a leaf of B in the numeral system of A.  With A = ``(6,4):(8,3)`` and the leaf
``2:12``, the stride 12 = 0 + 2 * 6 is digit 2 of mode 1, so the leaf becomes ``2:(2 * 3)``.  A leaf that starts in the
middle of a mode and divides it runs through: ``8:3`` meets digit 3 of mode 0, 6 / 3 = 2 steps fit, then 4 go on in mode
1, giving ``(2,4):(24,3)``.

**The exact road.**  When the division leaves a remainder, count carries.  Let P_i be the product of the first i extents
of A.  The index n = B(x) has the value of its digits added freely, plus c_i(x) times (d_i - s_(i-1) d_(i-1)) for the
carries c_i out of mode i-1, and a coordinate x carries into P_i exactly when the remainders of its strides modulo P_i
add up to P_i or more.  That is one linear inequality over a box, so the first x that carries is found directly, and
the value there decides.  Only where carries of different modes cancel each other are points enumerated.

The joint check across the modes of B matters: ``(6,2):(1,7) o (3,2):(2,3)`` is fine leaf by leaf, but 2 * 2 + 3 = 7
carries into mode 1 and the value at index 5 is 8, where adding the parts gives 7.
"""

from __future__ import annotations

from bisect import bisect_right

from ..codomain import axes, first_reaching
from ..errors import NotALayoutError, ProfileError, TooLargeError
from ..inttuple import _show, amount
from ..layout import Layout, _new, chain, make_layout, trusted
from ..linearity import bit_images, from_images, from_modes, is_carry_free, to_f2, to_z
from ..module import F2, Z, Zn
from ..values import from_values_over
from .coalesce import describe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..layout import Chain
    from ..module import Module

__all__ = ["composition"]

_STEPS = 2**21
"""The most pairs of a mode of A and a leaf of B between which carries are counted."""

_ENUMERATED = 2**22
"""The most points that are enumerated where carries cancel or the modules do not meet."""


def composition(A: Any, B: Any) -> Any:
    """Return the layout R with R(i) == A(B(i)) for every i below size(B).

    B is a layout, an integer n for ``n:1``, ``None`` for no change, or a tuple that applies to the modes of A one by
    one and leaves further modes alone.  A and B may live in any module.  The values of B are indices of A, which is
    read on all natural numbers, or over Zn coordinates of A.  Swizzles compose on either side.
    Ensures:  ``R(i) == A(B(i))``; ``compatible(B.shape, R.shape)``; answers exactly when such a layout exists.  R lives
    in the module of A; where A and B are one over Z and one over F2, in the other one if only that can hold R.
    Raises:   NotALayoutError with the smallest index at which every layout that is right before it goes wrong;
    TooLargeError in the rare case that only an enumeration beyond 2**22 points could tell.
    Cost:     one step for each leaf of the result; a refusal costs rank(A) times rank(R).
    CuTe:     ``composition``, A o B; ``A @ B``.

    >>> print(composition(Layout((6, 4), (8, 3)), Layout((2, 4), (3, 6))))
    (2,4):(24,3)
    >>> print(Layout((8, 8), (8, 1)) @ Layout(6, 3))
    (3,2):(24,9)
    >>> print(composition(Layout((8, 12), (12, 1)), (4, None)))
    (4,12):(12,1)
    >>> Layout((6, 2), (1, 7)) @ Layout((3, 2), (2, 3))
    Traceback (most recent call last):
    layouts.errors.NotALayoutError: composition: (6,2):(1,7) o (3,2):(2,3) is not a layout: index 5 has the value 8, \
and every layout that is right before it has 7 there (B = 7 carries in A). ComposedLayout(A, 0, B) keeps the chain.
    """
    if isinstance(A, Layout) and isinstance(B, Layout):
        return _compose(A, B)
    act = getattr(type(A), "_composed_with", None)  # a swizzle or a chain
    if act is not None:
        return act(A, B)
    if not isinstance(A, Layout):
        raise ProfileError(f"composition: {_show(A)} is not a layout", A)
    act = getattr(type(B), "_composed_after", None)
    if act is not None:
        return act(B, A)
    if B is None:
        return A
    if isinstance(B, tuple):
        if len(B) > A.rank:
            raise ProfileError(f"composition: the tiler {_show(B)} has more modes than {describe(A)}", B)
        return make_layout(*[composition(A[k], B[k]) if k < len(B) else A[k] for k in range(A.rank)])
    return _compose(A, Layout(B, 1))


def _compose(A: Layout, B: Layout) -> Layout:
    if B._over is Z and A._over is not F2:
        result = _divide(A, B)
        if result is not None:
            return result
        return _exact(A, B, [chain(A)], [list(B._d)])
    if B._over is Zn:
        return _after_coordinates(A, B) if A._over is F2 else _exact(A, B, *_axes_of(A, B))
    result = _across_modules(A, B)
    if result._over is not A._over and is_carry_free(result):
        return to_z(result) if A._over is Z else to_f2(result)
    return result


# -- the quick road ----------------------------------------------------------------------------------------------------


def _divide(A: Layout, B: Layout) -> Layout | None:
    """Compose by division alone; None where a division leaves a remainder or the modes of B may carry together."""
    extents, strides, places = A._chain or chain(A)
    last = len(extents) - 1
    free = list(extents)  # how many digits of each mode of A the modes of B leave over; below one they may carry
    steps: list[Any] = []  # the stride for each leaf of B, or a tuple of them where the leaf takes several modes
    parts: list[Any] | None = None  # the extents in the same way, once they differ from those of B
    for n, r in zip(B._s, B._d):  # noqa: B905 - equal lengths by construction; this is the hot path
        if n == 1 or r == 0:
            steps.append(A._over.zero)
            continue
        if r < 0:
            return None
        i = bisect_right(places, r) - 1
        digit = r
        if i:
            digit = r // places[i]
            if digit * places[i] != r:
                return None
        if i < last:
            fill = (n - 1) * digit
            if fill >= extents[i]:
                modes = _run_through(extents, strides, free, i, n, digit)
                if modes is None:
                    return None
                if parts is None:
                    parts = list(B._s)
                parts[len(steps)] = modes[0]
                steps.append(modes[1])
                continue
            free[i] -= fill
            if free[i] < 1:
                return None
        steps.append(strides[i] * digit)
    return _like(B, steps, A._over) if parts is None else _refined(B, parts, steps, A._over)


def _run_through(
    extents: tuple[int, ...], strides: tuple[Any, ...], free: list[int], i: int, n: int, digit: int
) -> tuple[tuple[int, ...], tuple[Any, ...]] | None:
    """Cut the leaf ``n:digit``, which starts in mode i of A and leaves it, into one mode for each mode of A."""
    sizes: list[int] = []
    steps: list[Any] = []
    last = len(extents) - 1
    while i < last and (n - 1) * digit >= extents[i]:
        fit = extents[i] // digit
        free[i] -= extents[i] - digit
        if fit * digit != extents[i] or n % fit or free[i] < 1:
            return None
        sizes.append(fit)
        steps.append(strides[i] * digit)
        n //= fit
        digit = 1
        i += 1
    if i < last:
        free[i] -= n - 1
        if free[i] < 1:
            return None
    return (*sizes, n), (*steps, strides[i])


def _like(B: Layout, steps: list[Any], over: Module) -> Layout:
    """Return B with other strides, one for each leaf."""
    shape = B._shape
    flat_d = tuple(steps)
    if shape is B._s:
        return _new(shape, flat_d, B._s, flat_d, over)
    if type(shape) is int:
        return _new(shape, flat_d[0], B._s, flat_d, over)
    return _new(shape, _refill(shape, iter(steps)), B._s, flat_d, over)


def _refined(B: Layout, parts: list[Any], steps: list[Any], over: Module) -> Layout:
    """Put ``parts[k]``, a leaf or a tuple of leaves, in the place of leaf k of B, and ``steps[k]`` as its stride."""
    shape = B._shape
    flat_s, flat_d = _joined(parts), _joined(steps)
    if type(shape) is int:
        return _new(parts[0], steps[0], flat_s, flat_d, over)
    if shape is B._s:
        return _new(tuple(parts), tuple(steps), flat_s, flat_d, over)
    return _new(_refill(shape, iter(parts)), _refill(shape, iter(steps)), flat_s, flat_d, over)


def _joined(parts: list[Any]) -> tuple[Any, ...]:
    flat: list[Any] = []
    for part in parts:
        if type(part) is tuple:
            flat += part
        else:
            flat.append(part)
    return tuple(flat)


def _refill(tree: Any, source: Iterator[Any]) -> Any:
    """Return a tuple with the items of ``source`` in the place of the leaves of the tuple ``tree``."""
    filled = []
    for child in tree:  # a plain loop: a comprehension would cost a second call for each node
        filled.append(next(source) if type(child) is int else _refill(child, source))  # noqa: PERF401
    return tuple(filled)


# -- the exact road ----------------------------------------------------------------------------------------------------


class _UndecidedError(Exception):
    """Raised where carries out of different modes cancel, so that only the values can tell."""


def _exact(A: Layout, B: Layout, chains: list[Chain], steps: list[list[int]]) -> Layout:
    """Compose with carries counted.

    ``chains`` are the independent numeral systems of A, one when B takes indices, one for each axis when B takes
    coordinates; ``steps[a][k]`` is the stride of leaf k of B in system a.
    """
    _refuse_negative(A, B, chains, steps)
    _limit_work(sum([len(extents) for extents, _, _ in chains]) * len(B._s))
    try:
        return from_modes(_exact_modes(A, B, chains, steps), B._shape, A._over)
    except _UndecidedError:
        return _by_values(A, B, (A._over,))


def _limit_work(steps: int) -> None:
    """Refuse what would take very long: layouts of thousands of modes after each other."""
    if steps > _STEPS:
        raise TooLargeError(f"composition: it takes {steps} steps between the modes, more than {_STEPS}", steps)


def _refuse_negative(A: Layout, B: Layout, chains: list[Chain], steps: list[list[int]]) -> None:
    index = 1
    for k, n in enumerate(B._s):
        for (extents, _, _), strides in zip(chains, steps, strict=True):
            if strides[k] < 0 and n > 1 and (len(extents) > 1 or A._over is F2):
                raise NotALayoutError(
                    f"composition: {describe(A)} o {describe(B)}: B has the value {B(index)} at index {index}, "
                    f"and A has no digits for a negative number",
                    index,
                )
        index *= n


def _exact_modes(A: Layout, B: Layout, chains: list[Chain], steps: list[list[int]]) -> list[list[tuple[int, Any]]]:
    """Return the modes of each leaf of B, or raise at the first index that no layout has."""
    systems = [(places, strides) for _, strides, places in chains]
    parts: list[list[tuple[int, Any]]] = []
    known: list[tuple[int, list[int], Any]] = []  # extent, stride in each system, value
    index = 1  # of the unit digit
    for k, n in enumerate(B._s):
        modes: list[tuple[int, Any]] = []
        step, left = 1, n
        while left > 1:
            strides = [row[k] * step for row in steps]
            value = _value(A, systems, strides)
            run = min([left, *[_first_carry(places, r, left) for (places, _), r in zip(systems, strides, strict=True)]])
            if run < left and _value(A, systems, [r * run for r in strides]) == value * run:
                raise _UndecidedError
            modes.append((run, value))
            known.append((run, strides, value))
            if left % run:
                _check_carries(A, B, systems, known)
                raise _refusal(A, B, index * step * run, value * run)
            step *= run
            left //= run
        parts.append(modes)
        index *= n
    _check_carries(A, B, systems, known)
    return parts


def _first_carry(places: tuple[int, ...], stride: int, limit: int) -> int:
    """Return the smallest j at which the multiples of ``stride`` carry into some place, or ``limit`` if it is lower."""
    for p in places[1:]:
        rest = stride % p
        if rest:
            limit = min(limit, -(-p // rest))
    return limit


def _value(A: Layout, systems: list[tuple[tuple[int, ...], Any]], point: list[int]) -> Any:
    """Return the value of A where system a stands at ``point[a]``."""
    total = A._over.zero
    for (places, strides), n in zip(systems, point, strict=True):
        for p, d in zip(reversed(places), reversed(strides), strict=True):
            digit, n = divmod(n, p)
            total = total + d * digit
    return total


def _check_carries(A: Layout, B: Layout, systems: list[tuple[tuple[int, ...], Any]], known: list[Any]) -> None:
    """Refuse at the first coordinate of the known modes whose parts carry together; they carry nowhere else."""
    extents = tuple([run for run, _, _ in known])
    found = []
    for a, (places, _) in enumerate(systems):
        for p in places[1:]:
            index = first_reaching(extents, tuple([strides[a] % p for _, strides, _ in known]), p)
            if index is not None:
                found.append(index)
    if not found:
        return
    rest = index = min(found)
    point = [0] * len(systems)
    parts = A._over.zero
    for extent, strides, value in known:
        rest, digit = divmod(rest, extent)
        point = [n + digit * r for n, r in zip(point, strides, strict=True)]
        parts = parts + value * digit
    if _value(A, systems, point) == parts:
        raise _UndecidedError
    raise _refusal(A, B, index, parts)


def _refusal(A: Layout, B: Layout, index: int, would: Any) -> NotALayoutError:
    at = B(index)
    return NotALayoutError(
        f"composition: {describe(A)} o {describe(B)} is not a layout: index {index} has the value {value_at(A, at)}, "
        f"and every layout that is right before it has {would} there (B = {at} carries in A). "
        f"ComposedLayout(A, 0, B) keeps the chain.",
        index,
    )


def value_at(A: Layout, point: Any) -> Any:
    """Return the value of A at a value of B: an index, or a coordinate in which missing axes are 0."""
    return A(_completed(point, A._shape))


def _completed(point: Any, shape: Any) -> Any:
    if not isinstance(point, tuple) or not isinstance(shape, tuple):
        return point
    return tuple([_completed(c, s) for c, s in zip(point + (0,) * (len(shape) - len(point)), shape, strict=True)])


def _axes_of(A: Layout, B: Layout) -> tuple[list[Chain], list[list[int]]]:
    """Return the modes of A that the axes of B stand for, and the strides of B on each."""
    rows = axes(B._d)
    chains = []
    for path in rows:
        mode = A
        for axis in path:
            if not isinstance(mode._shape, tuple) or axis >= len(mode._shape):
                raise ProfileError(
                    f"composition: {describe(B)} takes coordinates with an axis {path}, and the shape of {describe(A)} "
                    f"has none",
                    path,
                )
            mode = mode[axis]
        chains.append(chain(mode))
    return chains, [list(row) for row in rows.values()]


def _after_coordinates(A: Layout, B: Layout) -> Layout:
    """Compose A over F2 with coordinates: bit by bit where every axis of B is carry-free, else by the values."""
    _refuse_negative(A, B, *_axes_of(A, B))
    flat = [trusted(B._s, row, Z) for row in axes(B._d).values()]
    if not any([s & (s - 1) for s in B._s]) and all([is_carry_free(row) for row in flat]):
        bits = B.size.bit_length() - 1
        return from_images(tuple([value_at(A, B(1 << k)) for k in range(bits)]), B._shape)
    return _by_values(A, B, (F2, Z))


# -- across Z and F2 ---------------------------------------------------------------------------------------------------


def _across_modules(A: Layout, B: Layout) -> Layout:
    """Compose where A or B lives over F2 and B takes indices.

    With everything linear the images of the index bits are mapped one by one.  With everything carry-free on the
    values that B takes, both can be read over Z.  Otherwise the values decide, in the module of A first.
    """
    _limit_work(len(A._s) * len(B._s))
    if A._over is F2 and (B._over is F2 or is_carry_free(B)):
        return from_images(tuple([A(image) for image in bit_images(B)]), B._shape)
    try:
        if B._over is F2 and is_carry_free(B):
            return _compose(A, to_z(B))
        if A._over is not Zn and min(B.bounds()) >= 0:
            covering = _covering(A, B.bounds()[1])
            if is_carry_free(covering):
                return _compose(to_z(covering), B) if B._over is Z else _compose(to_f2(covering), B)
    except NotALayoutError:
        if B.size > _ENUMERATED:
            raise
    return _by_values(A, B, (A._over, Z if A._over is F2 else F2) if A._over is not Zn else (Zn,))


def _covering(A: Layout, largest: int) -> Layout:
    """Return A with its last extent stretched by a power of two until ``largest`` is an index of it."""
    extents, strides, _ = chain(A)
    rest = largest
    for s in extents[:-1]:
        rest //= s
    last = max(extents[-1], 1 << rest.bit_length())
    return trusted((*extents[:-1], last), strides, A._over)


def _by_values(A: Layout, B: Layout, modules: tuple[Module, ...]) -> Layout:
    """Compose by looking at every point, in the first of ``modules`` that has an answer."""
    points = B.size
    if points > _ENUMERATED:
        raise TooLargeError(
            f"composition: {describe(A)} o {describe(B)} can only be decided by enumeration, and "
            f"{amount(points)} points are more than {_ENUMERATED}",
            points,
        )
    if B._over is not Zn and min(B.bounds()) < 0:
        index = next(i for i in range(points) if B(i) < 0)
        raise NotALayoutError(
            f"composition: B has the value {B(index)} at index {index}, and A has no digits for it", index
        )
    values = [value_at(A, B(i)) for i in range(points)]
    try:
        return from_values_over(modules, values, B._shape, f"composition: {describe(A)} o {describe(B)}")
    except NotALayoutError as refused:
        raise NotALayoutError(f"{refused.message} ComposedLayout(A, 0, B) keeps the chain.", refused.witness) from None
