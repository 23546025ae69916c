"""``composition``: R = A o B, first B, then A, or a refusal that names the first index without an answer.

The definition is pointwise, R(i) = A(B(i)) for every i below size(B), and the shape of R refines the shape of B.

**The quick road.**  Write the stride of a leaf of B in the numeral system of A.  With A = ``(6,4):(8,3)`` and the leaf
``2:12``, the stride 12 = 0 + 2 * 6 is digit 2 of mode 1, so the leaf becomes ``2:(2 * 3)``.  A leaf that starts in the
middle of a mode and divides it runs through: ``8:3`` meets digit 3 of mode 0, 6 / 3 = 2 steps fit, then 4 go on in mode
1, giving ``(2,4):(24,3)``.

**The exact road.**  When the division leaves a remainder, carries are counted: see ``carries``.

The joint check across the modes of B matters: ``(6,2):(1,7) o (3,2):(2,3)`` is fine leaf by leaf, but 2 * 2 + 3 = 7
carries into mode 1 and the value at index 5 is 8, where adding the parts gives 7.
"""

from __future__ import annotations

from bisect import bisect_right

from ..codomain import axes
from ..errors import NotALayoutError, ProfileError
from ..inttuple import _show, check_depth
from ..joining import make_layout
from ..layout import Layout, assembled, chain, trusted
from ..linearity import bit_images, from_images, is_carry_free, to_f2, to_z
from ..module import F2, Z, Zn
from .carries import ENUMERATED, axes_of, by_values, exact, limit_work, refuse_negative, value_at
from .coalesce import describe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..module import Module

__all__ = ["composition"]


def composition(A: Any, B: Any) -> Any:
    """Return the layout R with R(i) == A(B(i)) for every i below size(B).

    B is a layout, an integer n for ``n:1``, ``None`` for no change, or a tuple that applies to the modes of A one by
    one and leaves further modes alone.  A and B may live in any module.  The values of B are indices of A, which is
    read on all natural numbers, or over Zn coordinates of A.  Swizzles compose on either side.
    Ensures:  ``R(i) == A(B(i))``; ``compatible(B.shape, R.shape)``; answers exactly when such a layout exists.  R lives
    in the module of A; where A and B are one over Z and one over F2, in the other one if only that can hold R.
    Raises:   NotALayoutError with the smallest index at which every layout that is right before it goes wrong;
    TooLargeError where only an enumeration of more than 2**22 points could tell, and the first 4096 do not.
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
        check_depth("composition", B)
        if len(B) > A.rank:
            raise ProfileError(f"composition: the tiler {_show(B)} has more modes than {describe(A)}", B)
        return make_layout(*[composition(A[k], B[k]) if k < len(B) else A[k] for k in range(A.rank)])
    return _compose(A, Layout(B, 1))


def _compose(A: Layout, B: Layout) -> Layout:
    if B._over is Z and A._over is not F2:
        result = _divide(A, B)
        if result is not None:
            return result
        return exact(A, B, [chain(A)], [list(B._d)])
    if B._over is Zn:
        return _after_coordinates(A, B) if A._over is F2 else exact(A, B, *axes_of(A, B))
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
        return assembled(shape, flat_d, B._s, flat_d, over)
    if type(shape) is int:
        return assembled(shape, flat_d[0], B._s, flat_d, over)
    return assembled(shape, _refill(shape, iter(steps)), B._s, flat_d, over)


def _refined(B: Layout, parts: list[Any], steps: list[Any], over: Module) -> Layout:
    """Put ``parts[k]``, a leaf or a tuple of leaves, in the place of leaf k of B, and ``steps[k]`` as its stride."""
    shape = B._shape
    flat_s, flat_d = _joined(parts), _joined(steps)
    if type(shape) is int:
        return assembled(parts[0], steps[0], flat_s, flat_d, over)
    if shape is B._s:
        return assembled(tuple(parts), tuple(steps), flat_s, flat_d, over)
    return assembled(_refill(shape, iter(parts)), _refill(shape, iter(steps)), flat_s, flat_d, over)


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


# -- across the modules ---------------------------------------------------------------------------------------------


def _after_coordinates(A: Layout, B: Layout) -> Layout:
    """Compose A over F2 with coordinates: bit by bit where every axis of B is carry-free, else by the values."""
    refuse_negative(A, B, *axes_of(A, B))
    flat = [trusted(B._s, row, Z) for row in axes(B._d).values()]
    if not any([s & (s - 1) for s in B._s]) and all([is_carry_free(row) for row in flat]):
        bits = B.size.bit_length() - 1
        return from_images(tuple([value_at(A, B(1 << k)) for k in range(bits)]), B._shape)
    return by_values(A, B, (F2, Z))


# -- across Z and F2 ---------------------------------------------------------------------------------------------------


def _across_modules(A: Layout, B: Layout) -> Layout:
    """Compose where A or B lives over F2 and B takes indices.

    With everything linear the images of the index bits are mapped one by one.  With everything carry-free on the
    values that B takes, both can be read over Z.  Otherwise the values decide, in the module of A first.
    """
    limit_work(len(A._s) * len(B._s))
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
        if B.size > ENUMERATED:
            raise
    return by_values(A, B, (A._over, Z if A._over is F2 else F2) if A._over is not Zn else (Zn,))


def _covering(A: Layout, largest: int) -> Layout:
    """Return A with its last extent stretched by a power of two until ``largest`` is an index of it."""
    extents, strides, _ = chain(A)
    rest = largest
    for s in extents[:-1]:
        rest //= s
    last = max(extents[-1], 1 << rest.bit_length())
    return trusted((*extents[:-1], last), strides, A._over)
