"""Bits of forms: digits of extent 2, their XORs, and above them a part that stays whole."""

from __future__ import annotations

from . import bitforms
from .bitforms import BitForms
from .division import Division
from .forms import Divided, Form, Rotation, Unclosed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .forms import Atom

__all__ = ["Bitwise"]

_ZERO = Form(0)


class Bitwise(Division):
    """The operators ``& | ^`` on forms."""

    __slots__ = ()

    def xor(self, left: Form, right: Form) -> Form:
        """Return ``left ^ right``."""
        return self._bitwise("^", left, right)

    def _bitwise(self, operator: str, left: Form, right: Form) -> Form:
        """Return ``& | ^``: the high parts that are no bits stay whole, the bits below them are combined."""
        if operator == "&":
            for value, other in ((left, right), (right, left)):
                mask = other.constant
                if not other.terms and mask >= 0 and mask & (mask + 1) == 0:
                    return self.rest(value, mask + 1)
                if not other.terms and mask < 0 and -mask & (-mask - 1) == 0:
                    return value.plus(self.rest(value, -mask), -1)
        shared = self._disjoint(operator, left, right)
        if shared is not None:
            return shared
        (high_a, a), (high_b, b) = self._bits_of(left), self._bits_of(right)
        width = min([_valuation(c) for high in (high_a, high_b) for c in high.terms.values()], default=1 << 20)
        if high_a.terms and high_b.terms:
            if not high_a.same(high_b) or operator != "^":
                self._fix(high_a, high_b)
            for part in (a, b):
                if len(part.forms) > width or part.sign:
                    self._deepen(high_a, len(part.forms))
            high_a = high_b = _ZERO
        elif high_b.terms:
            (high_a, a), (high_b, b) = (high_b, b), (high_a, a)
        if high_a.terms and (len(a.forms) > width or a.sign):
            self._deepen(high_a, len(a.forms))
        result = {"&": bitforms.both, "|": bitforms.either, "^": bitforms.xor}[operator](a, b)
        if high_a.terms and (len(b.forms) > width or b.sign):
            if operator != "&" or b.sign != 1 or len(b.forms) > width:
                self._deepen(high_a, len(b.forms))
        elif operator == "&":
            high_a = _ZERO
        if result is None:
            self._fix(left, right)
        return high_a.plus(_of_bits(result))  # type: ignore[arg-type]

    def _deepen(self, high: Form, bits: int) -> None:
        """Divide the region so that the part that is no bits begins at bit ``bits``."""
        atom, c = min(high.terms.items(), key=lambda item: _valuation(item[1]))
        if isinstance(atom, Rotation):
            self._fix(high)
            raise Unclosed
        k = atom.bit_length() - 1
        extent = self.region.digits[k][2]
        place = 1 << max(bits - _valuation(c), 1)
        if place < extent:
            raise Divided(self.region.refine(k, place))
        raise Divided(self.region.cut(k, 1 << (extent - 1).bit_length() - 1))

    def _disjoint(self, operator: str, left: Form, right: Form) -> Form | None:
        """Return the result where one value is a multiple of 2**k and the other below it."""
        for high, low in ((left, right), (right, left)):
            lo, hi = self.region.bounds(low)
            unit = 1 << hi.bit_length()
            if lo >= 0 and high.constant % unit == 0 and all([c % unit == 0 for c in high.terms.values()]):
                return _ZERO if operator == "&" else high.plus(low)
        return None

    def _bits_of(self, value: Form) -> tuple[Form, BitForms]:
        """Return the part of digits that are no bits, and the bits of the rest."""
        high: dict[Atom, int] = {}
        low: dict[Atom, int] = {}
        for atom, c in value.terms.items():
            extent = self.region.extent(atom)
            if not isinstance(atom, Rotation) and extent == 2:
                low[atom] = c
                continue
            if isinstance(atom, int) and extent % 2 == 0:
                raise Divided(self.region.bits(atom.bit_length() - 1))
            high[atom] = c
        total: BitForms | None = BitForms.of_int(value.constant)
        for atom, c in sorted(low.items(), key=lambda item: _valuation(item[1])):
            part = bitforms.multiply(BitForms([atom << 1]), BitForms.of_int(c))  # type: ignore[operator]
            total = None if part is None or total is None else bitforms.add(total, part)
        if total is None:
            self._fix(Form(0, low))
        return Form(0, high), total  # type: ignore[return-value]


def _of_bits(bits: BitForms) -> Form:
    """Return the sum of the bits, each with its weight."""
    constant = 0
    terms: dict[Atom, int] = {}
    weights = [(form, 1 << k) for k, form in enumerate(bits.forms)] + [(bits.sign, -(1 << len(bits.forms)))]
    for form, weight in weights:
        if form & 1:  # 1 - the XOR
            constant += weight
            weight = -weight
        if form > 1:
            terms[form >> 1] = terms.get(form >> 1, 0) + weight
    return Form(constant, terms)


def _valuation(c: int) -> int:
    return (c & -c).bit_length() - 1
