"""Quotients and remainders of forms by constants: by cutting digits, by turning one, or case by case.

By hand, ``(i / 6) % 7``: i is cut at 6 into d0 + 6 d1, whose quotient is d1; d1 is cut at 7 into d1 + 7 d2, and d1
remains.  ``(c + r) % 4`` with c in 0..3 has no such cut: it turns the digit c by r.
"""

from __future__ import annotations

from math import gcd

from .decisions import WORTH, Decisions
from .forms import Divided, Form, Rotation, Unclosed

__all__ = ["Division"]


class Division(Decisions):
    """Division of forms by constants, rounded down."""

    __slots__ = ()

    def split(self, value: Form, divisor: int) -> tuple[Form, Form] | None:
        """Return u and w with ``value == divisor * u + w`` and ``0 <= w < divisor``, where both are forms."""
        for reduced in (False, True):  # 7 - j below 8 is a rest as it stands; 9 * i is 8 * i + i
            terms = {a: c % divisor if reduced or c % divisor == 0 else c for a, c in value.terms.items()}
            rest = Form(value.constant, terms)
            lo, hi = self.region.bounds(rest)
            rest.constant -= lo // divisor * divisor
            if hi - lo // divisor * divisor < divisor:
                gap = value.plus(rest, -1)
                if all([c % divisor == 0 for c in gap.terms.values()]):
                    quotient = Form(gap.constant // divisor, {a: c // divisor for a, c in gap.terms.items()})
                    return quotient, rest
        return None

    def parts(self, value: Form, divisor: int) -> tuple[Form, Form]:
        """Return quotient and remainder, rounded down; divide the region where they are no forms."""
        found = self.split(value, divisor)
        if found is None:
            self._refine(value, divisor)
            self._carry(value, divisor)
        return found  # type: ignore[return-value]

    def rest(self, value: Form, divisor: int) -> Form:
        """Return the remainder alone, which may be a rotation where the quotient is no form."""
        found = self.split(value, divisor)
        if found is not None:
            return found[1]
        turned = self._rotated(value, divisor) if self.rotations else None
        if turned is None:
            self._refine(value, divisor)
            self._carry(value, divisor)
        return turned  # type: ignore[return-value]

    def _refine(self, value: Form, divisor: int) -> None:
        """Cut a digit whose multiples begin to be multiples of the divisor before it ends."""
        for atom, c in sorted(
            [(a, c) for a, c in value.terms.items() if isinstance(a, int) and a & (a - 1) == 0],
            key=lambda item: -self.region.extent(item[0]),
        ):
            place = divisor // gcd(c, divisor)
            if 1 < place < self.region.extent(atom):
                raise Divided(self.region.refine(atom.bit_length() - 1, place))

    def _carry(self, value: Form, divisor: int) -> None:
        """Divide the region where the remainders jump: by a single digit at the jumps, else by values."""
        reduced = {a: min(c % divisor, c % divisor - divisor, key=abs) for a, c in value.terms.items()}
        moving = Form(value.constant % divisor, reduced)
        if len(moving.terms) == 1:
            atom, c = next(iter(moving.terms.items()))
            if isinstance(atom, int) and atom & (atom - 1) == 0:
                extent = self.region.extent(atom)
                lo, hi = self.region.bounds(moving)
                if (hi - lo) // divisor <= WORTH:
                    jumps = [
                        -(-(step * divisor - moving.constant) // c)
                        if c > 0
                        else (moving.constant - step * divisor) // -c + 1
                        for step in range(lo // divisor, hi // divisor + 1)
                    ]
                    regions = self.region.cut(atom.bit_length() - 1, *jumps)
                    if len(regions) > 1:
                        raise Divided(regions)
                if extent > WORTH:
                    raise Unclosed
        self._fix(moving)

    def _rotated(self, value: Form, divisor: int) -> Form | None:
        """Return the remainder as a rotation of a digit that runs through the divisor once: ``(c + r) % n``."""
        reduced = {a: c % divisor for a, c in value.terms.items() if c % divisor}
        if any([isinstance(atom, Rotation) for atom in reduced]):
            return None
        for atom, c in list(reduced.items())[:: self.rotations]:
            extent = self.region.extent(atom)
            if not isinstance(atom, int) or atom & (atom - 1) or extent < 3 or divisor != c * extent:
                continue
            others = {a: f for a, f in reduced.items() if a != atom}
            if any([a & atom for a in others if isinstance(a, int)]):
                continue
            low = Form(value.constant % c, {a: f % c for a, f in others.items()})
            if self.region.bounds(low)[1] >= c:
                continue
            amount = tuple(sorted([(a, f // c % extent) for a, f in others.items() if f // c % extent]))
            turned = Rotation(atom.bit_length() - 1, extent, value.constant // c % extent, amount)  # type: ignore[arg-type]
            return low.plus(Form(0, {turned: c}))
        return None
