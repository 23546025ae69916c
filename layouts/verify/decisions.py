"""Decisions on forms: each is the same at all points of the region, or divides it."""

from __future__ import annotations

from .forms import Divided, Form, Region, Rotation, Unclosed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .domain import Domain

__all__ = ["Decisions"]

#: A digit is taken value by value only up to this extent.
WORTH = 64


class Decisions:
    """The region, and what is asked of forms over it."""

    __slots__ = ("domain", "region", "rotations")

    def __init__(self, region: Region, domain: Domain, rotations: int = 1) -> None:
        self.region = region
        self.domain = domain
        self.rotations = rotations

    def _truth(self, value: Form) -> bool:
        return not self._is_zero(value)

    def _is_zero(self, value: Form) -> bool:
        if not value.terms:
            return value.constant == 0
        lo, hi = self.region.bounds(value)
        if lo > 0 or hi < 0:
            return False
        self._settle(value, 0, 1)
        raise Unclosed

    def _negative(self, value: Form) -> bool:
        lo, hi = self.region.bounds(value)
        if hi < 0 or lo >= 0:
            return hi < 0
        self._settle(value, 0, 0)
        raise Unclosed

    def _settle(self, value: Form, low: int, high: int) -> None:
        """Divide the region so that values below ``low``, from ``low`` to below ``high``, and from there, come apart.

        The digit with the largest reach is cut where it decides alone; if it decides nowhere it is halved.
        """
        k, c = self._widest(value)
        rest = value.plus(Form(0, {1 << k: c}), -1)
        lo, hi = self.region.bounds(rest)
        if c < 0:
            low, high, lo, hi, c = -high + 1, -low + 1, -hi, -lo, -c
        # c * t + hi < low for t below the first cut; c * t + lo >= high from the last cut on
        cuts = [-(-(low - hi) // c), -(-(high - lo) // c)]
        regions = self.region.cut(k, *cuts)
        if len(regions) == 1:
            regions = self.region.cut(k, self.region.digits[k][2] // 2)
        raise Divided(regions)

    def _widest(self, value: Form) -> tuple[int, int]:
        """Return the digit whose own term reaches farthest, with its coefficient; divide by a digit of an XOR."""
        own = [
            (abs(c) * (self.region.extent(atom) - 1), atom, c)
            for atom, c in value.terms.items()
            if isinstance(atom, int) and atom & (atom - 1) == 0
        ]
        mixed = [atom for atom in value.terms if isinstance(atom, Rotation) or atom & (atom - 1)]
        if mixed:
            atom = mixed[0]
            digits = atom.digits() if isinstance(atom, Rotation) else atom
            self._fix_digits(digits)
        _, atom, c = max(own, key=lambda item: item[0])
        return atom.bit_length() - 1, c

    def _fix(self, first: Form, second: Form | None = None) -> None:
        """Divide the region by the values of the smallest digit in one of two forms."""
        choices = []
        for form in (first, second):
            digits = 0
            for atom in form.terms if form is not None else ():
                digits |= atom.digits() if isinstance(atom, Rotation) else atom
            if digits:
                choices.append(min([(d[2], k) for k, d in enumerate(self.region.digits) if digits >> k & 1]))
        if not choices or min(choices)[0] > WORTH:
            raise Unclosed
        k = min(choices)[1]
        raise Divided(self.region.cut(k, *range(self.region.digits[k][2])))

    def _fix_digits(self, digits: int) -> None:
        """Divide the region by the values of the smallest of some digits."""
        extent, k = min([(d[2], k) for k, d in enumerate(self.region.digits) if digits >> k & 1])
        if extent > WORTH:
            raise Divided(self.region.cut(k, extent // 2))
        raise Divided(self.region.cut(k, *range(extent)))

    def _exact(self, form: Form) -> tuple[int, int]:
        """Return the bounds, attained; divide the region where they are not known to be."""
        if len(form.terms) > 1 and not self.region.independent(form):
            self._fix(Form(0, {a: c for a, c in form.terms.items() if isinstance(a, Rotation) or a & (a - 1)}))
        return self.region.bounds(form)
