"""Sums of digits over a box: the symbolic values of the digit engine, and the box itself.

A variable is cut into mixed-radix digits where a formula asks for it: ``(i / 6) % 7`` with i in 0..83 needs the digits
of 6, 7 and 2.  A ``Form`` is a constant plus multiples of *atoms*, and there are three kinds of atom:

* a digit, which is the number ``1 << k`` for digit k of the box;
* the XOR of some digits of extent 2, the number with their bits set (so one digit is the XOR of itself);
* a rotation ``(p + amount) % n`` of a digit p of extent n.

By hand, ``i * 8 + (j ^ (i % 8))`` with i in 0..99 cuts i into bits i0, i1, i2 and the rest r of 12 (and a piece of 4):
the value is ``64 r + 8 i0 + 16 i1 + 32 i2 + (j0 ^ i0) + 2 (j1 ^ i1) + 4 (j2 ^ i2)``.  The atoms take all combinations
of their values, each once, so the form is as good as a sum over a box: its bounds are exact, and it is injective
exactly when the layout of the same extents and coefficients is.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .domain import Domain

__all__ = ["Atom", "Divided", "Form", "Region", "Rotation", "Unclosed"]


@dataclass(frozen=True, slots=True)
class Rotation:
    """``(digit + amount) % extent``, where ``digit`` has that extent and ``amount`` is a constant and coefficients."""

    digit: int
    extent: int
    constant: int
    amount: tuple[tuple[int, int], ...]

    def digits(self) -> int:
        """Return all digits that take part, as bits of a number."""
        found = 1 << self.digit
        for atom, _ in self.amount:
            found |= atom
        return found


if TYPE_CHECKING:
    Atom = int | Rotation


class Form:
    """A constant plus multiples of atoms; equal forms without rotations are equal functions."""

    __slots__ = ("constant", "terms")

    def __init__(self, constant: int, terms: Mapping[Atom, int] | None = None) -> None:
        self.constant = constant
        self.terms: dict[Atom, int] = {a: c for a, c in terms.items() if c} if terms else {}

    def plus(self, other: Form, factor: int = 1) -> Form:
        """Return ``self + factor * other``."""
        terms = dict(self.terms)
        for atom, c in other.terms.items():
            terms[atom] = terms.get(atom, 0) + factor * c
        return Form(self.constant + factor * other.constant, terms)

    def times(self, factor: int) -> Form:
        """Return ``factor * self``."""
        return Form(self.constant * factor, {a: c * factor for a, c in self.terms.items()})

    def is_zero(self) -> bool:
        """Tell whether the form is 0; without rotations, whether the function is."""
        return not self.constant and not self.terms

    def same(self, other: Form) -> bool:
        """Tell whether the forms are equal."""
        return self.constant == other.constant and self.terms == other.terms


class Divided(Exception):  # noqa: N818
    """Raised by a step that has no form over its region: it has one over each of ``regions``."""

    def __init__(self, regions: list[Region]) -> None:
        super().__init__(regions)
        self.regions = regions


class Unclosed(Exception):  # noqa: N818
    """Raised where no further division of the region is worth its cost; ``node`` is the place in the formula."""

    def __init__(self, node: object = None) -> None:
        super().__init__(node)
        self.node = node


class Region:
    """A box: digits ``(variable, place, extent)``, and for each variable the position where it starts.

    The position of variable v is ``starts[v]`` plus the sum of place * digit over its digits.  Within a region the
    digits, from the last down, order the points as the index does.
    """

    __slots__ = ("digits", "starts")

    def __init__(self, digits: Sequence[tuple[int, int, int]], starts: Sequence[int]) -> None:
        self.digits = tuple([digit for digit in digits if digit[2] > 1])
        self.starts = tuple(starts)

    @staticmethod
    def whole(sizes: Sequence[int]) -> Region:
        """Return the region of all points."""
        return Region([(v, 1, size) for v, size in enumerate(sizes)], [0] * len(sizes))

    @property
    def size(self) -> int:
        """The number of points."""
        total = 1
        for _, _, extent in self.digits:
            total *= extent
        return total

    def extent(self, atom: Atom) -> int:
        """Return the number of values of an atom, 0 to one less."""
        if isinstance(atom, Rotation):
            return atom.extent
        return self.digits[atom.bit_length() - 1][2] if atom & (atom - 1) == 0 else 2

    def position(self, variable: int) -> Form:
        """Return the position of a variable."""
        terms: dict[Atom, int] = {1 << k: place for k, (v, place, _) in enumerate(self.digits) if v == variable}
        return Form(self.starts[variable], terms)

    def bounds(self, form: Form) -> tuple[int, int]:
        """Return numbers that no value passes; both are attained where the form is ``independent``."""
        lo = hi = form.constant
        for atom, c in form.terms.items():
            reach = c * (self.extent(atom) - 1)
            if reach < 0:
                lo += reach
            else:
                hi += reach
        return lo, hi

    def fixed(self, form: Form) -> int | None:
        """Return the value where it is the same at all points."""
        return None if form.terms else form.constant

    def independent(self, form: Form) -> bool:
        """Tell whether the atoms take all combinations of their values: then bounds are exact.

        XORs must be linearly independent, and the digit that a rotation turns must occur nowhere else.
        """
        used = 0
        again = 0
        basis: list[int] = []
        for atom in form.terms:
            digits = atom.digits() if isinstance(atom, Rotation) else atom
            again |= used & digits
            used |= digits
            if isinstance(atom, int):
                vector = atom
                for other in basis:
                    vector = min(vector, vector ^ other)
                if not vector:
                    return False
                basis.append(vector)
        return not any([again >> atom.digit & 1 for atom in form.terms if isinstance(atom, Rotation)])

    # -- other regions

    def with_digit(self, k: int, parts: list[tuple[int, int]], start: int = 0) -> Region:
        """Return the region whose digit k, moved by ``start``, has the parts (place, extent) instead."""
        variable, place, _ = self.digits[k]
        starts = list(self.starts)
        starts[variable] += start * place
        cut = [(variable, place * p, n) for p, n in parts]
        return Region([*self.digits[:k], *cut, *self.digits[k + 1 :]], starts)

    def refine(self, k: int, place: int) -> list[Region]:
        """Cut digit k into its remainder by ``place`` and the quotient; a ragged end is a region of its own."""
        extent = self.digits[k][2]
        full, rest = divmod(extent, place)
        found = [self.with_digit(k, [(1, place), (place, full)])]
        return found + ([self.with_digit(k, [(1, rest)], full * place)] if rest else [])

    def bits(self, k: int) -> list[Region]:
        """Cut the factor 2**b of the extent of digit k into bits."""
        extent = self.digits[k][2]
        count = (extent & -extent).bit_length() - 1
        parts = [(1 << b, 2) for b in range(count)]
        return [self.with_digit(k, [*parts, (1 << count, extent >> count)])]

    def cut(self, k: int, *at: int) -> list[Region]:
        """Cut the values of digit k at some numbers between 0 and its extent."""
        ends = [0, *sorted({t for t in at if 0 < t < self.digits[k][2]}), self.digits[k][2]]
        return [self.with_digit(k, [(1, b - a)], a) for a, b in pairwise(ends)]

    # -- points

    def places(self, domain: Domain) -> tuple[int, list[int]]:
        """Return the index of the first point and how far each digit moves the index."""
        weights = []
        weight = 1
        for variable in domain.variables:
            weights.append(weight)
            weight *= variable.size
        first = sum([start * w for start, w in zip(self.starts, weights, strict=True)])
        return first, [place * weights[v] for v, place, _ in self.digits]

    def put(self, form: Form, k: int, value: int) -> Form:
        """Return the form where digit k has a value; XORs of it lose it, and rotations keep their other digits."""
        constant = form.constant
        terms: dict[Atom, int] = {}
        for atom, c in form.terms.items():
            new: Atom | None = atom
            if isinstance(atom, Rotation):
                moved = [(a, f) for a, f in atom.amount if a != 1 << k]
                if any([a >> k & 1 for a, _ in moved]) or (atom.digit == k and atom.amount):
                    raise Unclosed
                if atom.digit == k:
                    constant += c * ((value + atom.constant) % atom.extent)
                    continue
                shift = sum([f for a, f in atom.amount if a == 1 << k]) * value
                new = Rotation(atom.digit, atom.extent, (atom.constant + shift) % atom.extent, tuple(moved))
            elif atom == 1 << k:
                constant += c * value
                new = None
            elif atom >> k & 1:
                new = atom ^ (1 << k)
                if value:  # 1 - the XOR of the others
                    constant += c
                    c = -c
            if new is not None:
                terms[new] = terms.get(new, 0) + c
        return Form(constant, terms)
