"""Where a form first reaches a bound, and whether two forms can be equal: by digits, not by points."""

from __future__ import annotations

from ..algebra.injective import _has_zero, collision, missed_value
from ..layout import trusted
from ..module import Z
from .forms import Rotation, Unclosed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .domain import Domain
    from .forms import Form, Region

__all__ = ["fills", "first_above", "first_nonzero", "is_injective", "meet", "takes"]


def first_above(region: Region, domain: Domain, form: Form, goal: int) -> tuple[int, int] | None:
    """Return the smallest index where the form is at least ``goal``, and its value there; None where it never is.

    The digits are fixed from the slowest down, each as small as the reach of the faster ones allows.
    Raises: Unclosed where the bounds of a rest are not exact.

    ``row * 4`` reaches 2**31 first at row = 2**29, whatever the range of row:

    >>> from layouts.verify.domain import Domain, Variable
    >>> from layouts.verify.forms import Region
    >>> region, domain = Region.whole([2**40]), Domain([Variable("row", range(2**40))])
    >>> first_above(region, domain, region.position(0).times(4), 2**31)
    (536870912, 2147483648)
    """
    if region.bounds(form)[1] < goal:
        return None
    index, places = region.places(domain)
    for k in reversed(range(len(region.digits))):
        c = form.terms.get(1 << k, 0)
        base = region.put(form, k, 0)
        reach = region.bounds(base)[1]
        value = 0
        if reach < goal:
            extent = region.digits[k][2]
            if any([a.digit == k if isinstance(a, Rotation) else a >> k & 1 and a != 1 << k for a in form.terms]):
                reaching = [v for v in range(1, extent) if region.bounds(region.put(form, k, v))[1] >= goal]
                value = reaching[0] if reaching else extent
            elif c > 0:
                value = -(-(goal - reach) // c)
            if not 0 < value < extent:
                raise Unclosed
            base = region.put(form, k, value)
        form = base
        index += value * places[k]
    if form.terms or form.constant < goal:
        raise Unclosed
    return index, form.constant


def first_nonzero(region: Region, domain: Domain, form: Form) -> int | None:
    """Return the smallest index where the form is not 0, or None where it is 0 everywhere; there are no rotations.

    Forms without rotations are 0 only if all of their coefficients are.
    """
    if form.is_zero():
        return None
    index, places = region.places(domain)
    for k in reversed(range(len(region.digits))):
        rest = region.put(form, k, 0)
        if rest.is_zero():
            index += places[k]
            rest = region.put(form, k, 1)
        form = rest
    return index


def is_injective(region: Region, form: Form) -> bool:
    """Tell whether no two points of the region have one value; the form is independent."""
    extents = [region.extent(atom) for atom in form.terms]
    total = 1
    for extent in extents:
        total *= extent
    return total == region.size and collision(trusted(tuple(extents), tuple(form.terms.values()), Z)) is None


def meet(one: tuple[Region, Form], other: tuple[Region, Form]) -> bool:
    """Tell whether a value of one form is a value of another; both are independent."""
    ranges: dict[int, tuple[int, int]] = {}  # terms of one size add up to one term of a wider range
    for (region, form), sign in ((one, 1), (other, -1)):
        for atom, c in form.terms.items():
            reach = region.extent(atom) - 1
            low, high = ranges.get(abs(c), (0, 0))
            ranges[abs(c)] = (low, high + reach) if sign * c > 0 else (low - reach, high)
    gap = one[1].constant - other[1].constant
    lows, highs = [low for low, _ in ranges.values()], [high for _, high in ranges.values()]
    return _has_zero([*ranges, gap], [*lows, 1], [*highs, 1])


def takes(one: tuple[Region, Form], value: int) -> bool:
    """Tell whether an independent form takes a value."""
    region, form = one
    high = [region.extent(atom) - 1 for atom in form.terms]
    return _has_zero([*form.terms.values(), form.constant - value], [*[0] * len(high), 1], [*high, 1])


def fills(region: Region, form: Form) -> bool:
    """Tell whether an independent form takes every value between its bounds."""
    extents = tuple([region.extent(atom) for atom in form.terms])
    return missed_value(trusted(extents, tuple([abs(c) for c in form.terms.values()]), Z)) is None
