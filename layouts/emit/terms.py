"""Integer terms that are shared: what the emitter builds, counts and prints.

A ``Graph`` makes terms, and makes equal ones only once, so that a part that is used twice is one part.  Each term knows
the interval of its values and, if they are natural, the bits that may be set in them.  What that already says is not
computed again: with x in 0..7 there is nothing to mask in ``x & 7``.

>>> graph = Graph()
>>> x = graph.variable("x", 8)
>>> graph.band(x, 7) is x, graph.shr(x, 3).value
(True, 0)
>>> graph.band(x, 5) is graph.band(x, 13)
True
"""

from __future__ import annotations

from ..errors import LayoutError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["COSTS", "Graph", "Term", "shared_cost", "shared_terms", "tree_cost"]

#: What an operation costs: one instruction, and a division by a constant as the few that replace it.
COSTS = {"+": 1, "-": 1, "neg": 1, "*": 1, "&": 1, "|": 1, "^": 1, "<<": 1, ">>": 1, "/": 3, "%": 4}


class Term:
    """A variable, a number or an operation on terms; made by a ``Graph``, and compared by identity.

    ``bits`` has the bits that may be set where the values are natural, and is -1 otherwise.
    """

    __slots__ = ("args", "bits", "high", "low", "name", "op", "tree", "value")

    def __init__(
        self, op: str, args: tuple[Term, ...], low: int, high: int, bits: int, value: int = 0, name: str = ""
    ) -> None:
        self.op = op
        self.args = args
        self.low = low
        self.high = high
        self.bits = bits
        self.value = value
        self.name = name
        self.tree: int = COSTS.get(op, 0) + sum([arg.tree for arg in args])

    @property
    def is_leaf(self) -> bool:
        """Whether the term is a variable or a number."""
        return not self.args

    def __repr__(self) -> str:
        return f"<Term {self.op} {self.name or self.value} in {self.low}..{self.high}>"


class Graph:
    """The terms of one emission, each of them once."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], Term] = {}

    def _made(
        self, op: str, args: tuple[Term, ...], low: int, high: int, bits: int | None = None, value: int = 0
    ) -> Term:
        if low == high and args:
            return self.number(low)
        if args and all([arg.op == "number" for arg in args]):
            return self.number(_calculated(op, [arg.value for arg in args]))
        key = (op, *[id(arg) for arg in args], value)
        found = self._known.get(key)
        if found is None:
            if low < 0:
                bits = -1
            elif bits is None:
                bits = (1 << high.bit_length()) - 1
            found = self._known[key] = Term(op, args, low, high, bits, value)
        return found

    def number(self, value: int) -> Term:
        """Return a number."""
        found = self._known.get(("number", value))
        if found is None:
            bits = value if value >= 0 else -1
            found = self._known["number", value] = Term("number", (), value, value, bits, value)
        return found

    def variable(self, name: str, size: int) -> Term:
        """Return the variable with the values 0 to size - 1; it is made once for a name."""
        found = self._known.get(("variable", name))
        if found is None:
            bits = (1 << (size - 1).bit_length()) - 1
            found = self._known["variable", name] = Term("variable", (), 0, size - 1, bits, 0, name)
        return found

    def known(self, term: Term, low: int, high: int) -> Term:
        """Return the term, of which it is known that its values lie between two numbers."""
        if term.args and (term.low < low or term.high > high):
            term.low, term.high = max(term.low, low), min(term.high, high)
            if term.low >= 0:
                term.bits = ((1 << term.high.bit_length()) - 1) & (term.bits if term.bits >= 0 else -1)
        return term

    # -- sums

    def add(self, a: Term, b: Term) -> Term:
        """Return a + b."""
        if a.op == "number" and a.value == 0:
            return b
        if b.op == "number":
            if b.value == 0:
                return a
            if b.value < 0:
                return self.subtract(a, self.number(-b.value))
        disjoint = a.low >= 0 and b.low >= 0 and not a.bits & b.bits
        return self._made("+", (a, b), a.low + b.low, a.high + b.high, a.bits | b.bits if disjoint else None)

    def subtract(self, a: Term, b: Term) -> Term:
        """Return a - b."""
        if b.op == "number" and b.value == 0:
            return a
        if a.op == "number" and a.value == 0:
            return self.negated(b)
        return self._made("-", (a, b), a.low - b.high, a.high - b.low)

    def negated(self, a: Term) -> Term:
        """Return -a."""
        return self._made("neg", (a,), -a.high, -a.low)

    def times(self, a: Term, factor: int) -> Term:
        """Return a * factor; by a power of two it is a shift."""
        if factor == 0 or a.op == "number":
            return self.number(a.value * factor if factor else 0)
        if factor == 1:
            return a
        if factor == -1:
            return self.negated(a)
        if factor > 0 and factor & (factor - 1) == 0:
            return self.shl(a, factor.bit_length() - 1)
        low, high = sorted((a.low * factor, a.high * factor))
        bits = _carry_free(a.bits, factor) if a.low >= 0 and factor > 0 else None
        return self._made("*", (a, self.number(factor)), low, high, bits)

    def divided(self, a: Term, by: int) -> Term:
        """Return a / by, rounded down, of a natural a."""
        self._natural(a)
        if by & (by - 1) == 0:
            return self.shr(a, by.bit_length() - 1)
        return self._made("/", (a, self.number(by)), a.low // by, a.high // by)

    def rest(self, a: Term, by: int) -> Term:
        """Return a % by of a natural a."""
        self._natural(a)
        if a.high < by:
            return a
        if by & (by - 1) == 0:
            return self.band(a, by - 1)
        return self._made("%", (a, self.number(by)), 0, by - 1)

    def _natural(self, a: Term) -> None:
        if a.low < 0:
            raise LayoutError(f"emit: the digits of a value from {a.low} on are not defined", a.low)

    # -- bits

    def band(self, a: Term, mask: int) -> Term:
        """Return a & mask, with only those bits of the mask that a can have."""
        if a.low >= 0:
            mask &= a.bits
            if mask == a.bits:
                return a
        if mask == 0:
            return self.number(0)
        if a.op == "&":
            return self.band(a.args[0], mask & a.args[1].value)
        return self._made("&", (a, self.number(mask)), 0, min(mask, a.high) if a.low >= 0 else mask, mask)

    def xor(self, a: Term, b: Term) -> Term:
        """Return a ^ b."""
        for one, other in ((a, b), (b, a)):
            if one.op == "number" and one.value == 0:
                return other
        if a.low >= 0 and b.low >= 0:
            bits = a.bits | b.bits
            return self._made("^", (a, b), 0, bits, bits)
        reach = 1 << max((-a.low - 1).bit_length(), a.high.bit_length(), (-b.low - 1).bit_length(), b.high.bit_length())
        return self._made("^", (a, b), -reach, reach - 1)

    def shl(self, a: Term, count: int) -> Term:
        """Return a << count."""
        if count == 0:
            return a
        bits = a.bits << count if a.low >= 0 else None
        return self._made("<<", (a, self.number(count)), a.low << count, a.high << count, bits)

    def shr(self, a: Term, count: int) -> Term:
        """Return a >> count."""
        if count == 0:
            return a
        if a.op == ">>":
            return self.shr(a.args[0], count + a.args[1].value)
        bits = a.bits >> count if a.low >= 0 else None
        return self._made(">>", (a, self.number(count)), a.low >> count, a.high >> count, bits)

    def shifted(self, a: Term, distance: int) -> Term:
        """Return a moved up by a distance, or down by a negative one."""
        return self.shl(a, distance) if distance >= 0 else self.shr(a, -distance)

    def part(self, a: Term, mask: int, distance: int) -> Term:
        """Return the bits of a natural a in the mask, moved by a distance."""
        mask &= a.bits
        if distance >= 0:
            return self.shl(self.band(a, mask), distance)
        return self.band(self.shr(a, -distance), mask >> -distance)


def _calculated(op: str, values: list[int]) -> int:
    a, b = values[0], values[-1]
    results = {"+": a + b, "-": a - b, "neg": -a, "*": a * b, "&": a & b, "|": a | b, "^": a ^ b}
    if op in results:
        return results[op]
    return {"<<": lambda: a << b, ">>": lambda: a >> b, "/": lambda: a // b, "%": lambda: a % b}[op]()


def _carry_free(bits: int, factor: int) -> int | None:
    """Return the bits of a product where the shifted copies do not meet, or None."""
    total = 0
    while factor:
        low = factor & -factor
        moved = bits * low
        if total & moved:
            return None
        total |= moved
        factor ^= low
    return total


# -- what it costs -----------------------------------------------------------------------------------------------------


def tree_cost(roots: Iterable[Term]) -> int:
    """Return the cost of the terms written out: what is used twice is computed twice."""
    return sum([root.tree for root in roots])


def _ordered(roots: Iterable[Term]) -> list[Term]:
    """Return all terms under the roots once, operands first."""
    found: list[Term] = []
    seen: set[int] = set()
    waiting: list[tuple[Term, bool]] = [(root, False) for root in reversed(list(roots))]
    while waiting:
        term, ready = waiting.pop()
        if ready:
            found.append(term)
        elif id(term) not in seen:
            seen.add(id(term))
            waiting.append((term, True))
            waiting.extend([(arg, False) for arg in reversed(term.args)])
    return found


def shared_cost(roots: Iterable[Term]) -> int:
    """Return the cost where each term is computed once."""
    return sum([COSTS.get(term.op, 0) for term in _ordered(roots)])


def shared_terms(roots: Iterable[Term]) -> list[Term]:
    """Return the operations that are used more than once, operands first."""
    roots = list(roots)
    order = _ordered(roots)
    uses: dict[int, int] = {}
    for term in order:
        for arg in term.args:
            uses[id(arg)] = uses.get(id(arg), 0) + 1
    for root in roots:
        uses[id(root)] = uses.get(id(root), 0) + 1
    return [term for term in order if not term.is_leaf and uses[id(term)] > 1]
