"""Integers whose bits are XORs of input bits: two's complement arithmetic without numbers.

A *form* is the XOR of some input bits and perhaps a 1; it is stored as an int, whose bit 0 is that 1 and whose bit
k + 1 says whether input bit k takes part.  An integer is a list of forms, lowest bit first, and a form for the sign,
which stands for all bits above.  With the input bits a, b, c of x, the expression ``x ^ (x >> 1)`` by hand:

=============  =====  =======  =======
bit            2      1        0
=============  =====  =======  =======
``x``          c      b        a
``x >> 1``     0      c        b
their XOR      c      b ^ c    a ^ b
=============  =====  =======  =======

>>> x = BitForms.of_input(0, 3)
>>> gray = xor(x, shift_right(x, 1))
>>> [bin(form) for form in gray.forms]
['0b110', '0b1100', '0b1000']

An addition needs carries, the majority of three forms.  A majority is again a form if and only if two of the three
are equal or complementary; otherwise the sum has no such representation and the operation returns None.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .integers import IntegerType

__all__ = ["BitForms", "add", "both", "choose", "convert", "either", "invert", "less", "multiply", "nonzero"]
__all__ += ["product", "shift_left", "shift_right", "subtract", "xor"]


class BitForms:
    """An integer as forms: ``forms[k]`` is bit k, and ``sign`` is every bit above them; the last form is not the sign.

    Two of them are the same function of the input bits exactly when forms and sign are equal.
    """

    __slots__ = ("forms", "sign")

    def __init__(self, forms: list[int], sign: int = 0) -> None:
        while forms and forms[-1] == sign:
            forms.pop()
        self.forms = forms
        self.sign = sign

    @staticmethod
    def of_int(value: int) -> BitForms:
        """Return a constant."""
        return BitForms([value >> k & 1 for k in range(value.bit_length())], int(value < 0))

    @staticmethod
    def of_input(first: int, bits: int) -> BitForms:
        """Return the variable whose bits are the input bits ``first`` to ``first + bits - 1``."""
        return BitForms([2 << first + k for k in range(bits)])

    def bit(self, k: int) -> int:
        """Return the form of bit k."""
        return self.forms[k] if k < len(self.forms) else self.sign

    def constant(self) -> int | None:
        """Return the value where it is the same for all inputs."""
        if max(self.forms, default=0) > 1 or self.sign > 1:
            return None
        return sum(form << k for k, form in enumerate(self.forms)) - (self.sign << len(self.forms))

    def extreme(self, largest: bool) -> int:
        """Return the largest or the smallest value over all inputs.

        Taken from the top, each bit is made as good as it can be, and what that says about the input bits is kept.
        """
        known: list[tuple[int, int]] = []
        value = 0
        for form, wanted in [(self.sign, not largest)] + [(form, largest) for form in reversed(self.forms)]:
            for top, equation in known:
                form ^= equation if form >> top & 1 else 0
            if form > 1:
                known.append((form.bit_length() - 1, form ^ wanted))
                form = int(wanted)
            value = 2 * value + form
        return value - (value >> len(self.forms) << len(self.forms) + 1)  # the first bit is the sign's


def product(a: int, b: int) -> int | None:
    """Return the form a AND b, which exists only if one is constant or they are equal or complementary."""
    if a == b or b == 1:
        return a
    if a == 1:
        return b
    return 0 if a == 0 or b == 0 or a ^ b == 1 else None


def _majority(a: int, b: int, c: int) -> int | None:
    if a in (b, c):
        return a
    if b == c:
        return b
    if a ^ b == 1:
        return c
    if a ^ c == 1:
        return b
    return a if b ^ c == 1 else None


def add(x: BitForms, y: BitForms, carry: int = 0) -> BitForms | None:
    """Return x + y + carry."""
    forms = []
    for k in range(max(len(x.forms), len(y.forms)) + 1):
        a, b = x.bit(k), y.bit(k)
        forms.append(a ^ b ^ carry)
        following = _majority(a, b, carry)
        if following is None:
            return None
        carry = following
    return BitForms(forms, x.sign ^ y.sign ^ carry)


def subtract(x: BitForms, y: BitForms) -> BitForms | None:
    """Return x - y."""
    return add(x, invert(y), 1)


def multiply(x: BitForms, y: BitForms) -> BitForms | None:
    """Return x * y, by shifting and adding over the bits of the one that is constant, if one is."""
    if x.constant() is not None:
        x, y = y, x
    total: BitForms | None = BitForms([])
    for k, form in enumerate([*y.forms, y.sign]):
        part = both(x, BitForms([], form))
        if part is None or total is None:
            return None
        shifted = shift_left(part, k)
        total = add(total, shifted) if k < len(y.forms) else subtract(total, shifted)
    return total


def xor(x: BitForms, y: BitForms) -> BitForms:
    """Return x ^ y; every bit of it is a form."""
    return BitForms([x.bit(k) ^ y.bit(k) for k in range(max(len(x.forms), len(y.forms)))], x.sign ^ y.sign)


def invert(x: BitForms) -> BitForms:
    """Return ~x."""
    return BitForms([form ^ 1 for form in x.forms], x.sign ^ 1)


def both(x: BitForms, y: BitForms) -> BitForms | None:
    """Return x & y."""
    forms = []
    for k in range(max(len(x.forms), len(y.forms)) + 1):
        form = product(x.bit(k), y.bit(k))
        if form is None:
            return None
        forms.append(form)
    return BitForms(forms, forms.pop())


def either(x: BitForms, y: BitForms) -> BitForms | None:
    """Return x | y, by De Morgan."""
    neither = both(invert(x), invert(y))
    return None if neither is None else invert(neither)


def shift_left(x: BitForms, count: int) -> BitForms:
    """Return x * 2**count."""
    return BitForms([0] * count + x.forms, x.sign)


def shift_right(x: BitForms, count: int) -> BitForms:
    """Return x / 2**count, rounded down."""
    return BitForms(x.forms[count:], x.sign)


def choose(condition: int, x: BitForms, y: BitForms) -> BitForms | None:
    """Return x where the form ``condition`` is 1, else y."""
    change = both(BitForms([], condition), xor(x, y))
    return None if change is None else xor(y, change)


def nonzero(x: BitForms) -> int | None:
    """Return the form that is 1 where x is not 0: there is one unless zero needs two conditions at once."""
    basis: list[int] = []
    for form in [x.sign, *x.forms]:
        for other in basis:
            form = min(form, form ^ other)
        if form == 1:
            return 1  # the conditions for 0 contradict each other
        if form:
            basis.append(form)
    return None if len(basis) > 1 else sum(basis)


def less(x: BitForms, y: BitForms) -> int | None:
    """Return the form that is 1 where x < y."""
    difference = subtract(x, y)
    if difference is not None:
        return difference.sign
    if x.extreme(True) < y.extreme(False):
        return 1
    return 0 if x.extreme(False) >= y.extreme(True) else None


def convert(x: BitForms, kind: IntegerType) -> BitForms | None:
    """Return x brought into the range of an integer type, as a cast does."""
    if kind.bits == 1:
        truth = nonzero(x)
        return None if truth is None else BitForms([truth])
    forms = [x.bit(k) for k in range(kind.bits)]
    return BitForms(forms, forms.pop() if kind.signed else 0)
