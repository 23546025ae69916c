"""The image of a layout: how many values it takes, and whether they leave holes, told from the modes.

Over F2 the image has 2**rank values.  Over Z sort the modes by stride.  Where the greatest common divisor of the upper
strides is larger than the span of the lower ones, no two sums meet and the counts multiply: in ``(4,2,3):(1,1,10)`` the
two lower modes take the 5 values 0..4, the upper one 3, together 15.  Modes that cannot be kept apart in this way are
counted as an interval where they leave no hole, as their number of coordinates where none collide, and else as a set.
"""

from __future__ import annotations

from math import gcd

from ..codomain import span
from ..errors import TooLargeError
from ..inttuple import amount, to_int
from ..layout import Layout, read_layout, trusted
from ..module import F2, Z, Zn
from .coalesce import describe
from .injective import collision, missed_value, on_one_axis, require_natural, same_collisions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["image_size", "is_contiguous", "is_surjective"]

_SPAN = 2**26
"""The largest value, in steps of the common divisor, up to which a set of values is counted."""


def image_size(layout: Layout) -> int:
    """Return the number of different values.

    Ensures:  ``image_size(L) == len({L(i) for i in range(size(L))})``; equal to the size exactly when L is injective.
    Raises:   TooLargeError when modes overlap with holes and collisions over a span of more than 2**26.
    Cost:     a sort of the modes in all usual cases; over F2 one elimination.

    >>> image_size(Layout((4, 8), (8, 1))), image_size(Layout((4, 2, 3), (1, 1, 10)))
    (32, 15)
    >>> image_size(Layout((4, 4), (1, 3), over=F2))
    8
    """
    layout = same_collisions(layout, "image_size")
    if layout._over is F2:
        return 1 << len(span(layout._s, layout._d))
    strides = on_one_axis(layout, layout._d) if layout._over is Zn else layout._d
    modes = sorted([(abs(d), s) for d, s in zip(strides, layout._s, strict=True) if d and s > 1])
    divisors = [0]  # the greatest common divisor of the strides from each position on
    for d, _ in reversed(modes):
        divisors.append(gcd(divisors[-1], d))
    divisors.reverse()
    result, start, reached = 1, 0, 0
    for k in range(1, len(modes) + 1):
        d, s = modes[k - 1]
        reached += d * (s - 1)
        if k == len(modes) or divisors[k] > reached:
            result *= _count(layout, modes[start:k])
            start, reached = k, 0
    return result


def _count(layout: Layout, modes: Sequence[tuple[int, int]]) -> int:
    """Return the number of sums of a group of modes that cannot be kept apart."""
    if len(modes) == 1:
        return modes[0][1]
    divisor = gcd(*[d for d, _ in modes])
    group = trusted(tuple([s for _, s in modes]), tuple([d // divisor for d, _ in modes]), Z)
    last = group.bounds()[1]
    if missed_value(group) is None:
        return last + 1
    try:
        if collision(group) is None:
            return group.size
    except TooLargeError:
        pass
    if last >= _SPAN:
        raise TooLargeError(
            f"image_size: modes of {describe(layout)} overlap with holes over {amount(last)} values", last
        )
    values = 1  # bit v tells whether v is taken
    for s, d in zip(group._s, group._d, strict=True):
        held, count = values, 1
        while count * 2 <= s:
            held |= held << count * d
            count *= 2
        values = held | held << (s - count) * d
    return values.bit_count()


def is_surjective(layout: Layout, codomain: int | None = None) -> bool:
    """Tell whether each of the values 0..codomain-1 is taken; without ``codomain``, up to the largest value.

    Raises: NotInvertibleError for negative strides and over Zn, whose values are not natural numbers.
    Cost:   a sort of the modes; over F2 one elimination.

    >>> is_surjective(Layout((4, 2), (1, 3))), is_surjective(Layout((4, 2), (1, 5)))
    (True, False)
    >>> is_surjective(Layout((4, 2), (1, 5)), 4), is_surjective(Layout(4), 5)
    (True, False)
    """
    layout = read_layout(layout, "is_surjective")
    require_natural("is_surjective", layout)
    missed = missed_value(layout)
    if codomain is None:
        return missed is None
    goal = to_int(codomain, "is_surjective: the codomain")
    return missed >= goal if missed is not None else layout.bounds()[1] >= goal - 1


def is_contiguous(layout: Layout) -> bool:
    """Tell whether the values fill an interval without holes; over Zn, whether they fill a box.

    Values may repeat and strides may be negative; a layout that is contiguous and injective is compact.
    Cost:   a sort of the modes; over F2 one elimination.

    >>> is_contiguous(Layout((4, 4), (-1, 4))), is_contiguous(Layout((4, 8), (9, 1))), is_contiguous(Layout(4, F2(2)))
    (True, False, False)
    """
    layout = read_layout(layout, "is_contiguous")
    if layout._over is F2:
        return missed_value(layout) is None
    if layout._over is Zn:
        return image_size(layout) == layout.cosize
    return missed_value(trusted(layout._s, tuple(map(abs, layout._d)), Z)) is None
