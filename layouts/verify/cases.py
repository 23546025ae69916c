"""A formula as forms over a few boxes: the map that answers by algebra where one sum or one XOR is not enough.

``trace_cases`` runs the programs of one or more formulas over the whole domain, and over the smaller regions wherever
a step asks for them, until every region has a form for each.  ``CaseMap`` answers what the other maps answer.

>>> from layouts.verify.domain import Domain, Variable
>>> from layouts.verify.expression import parse_expression
>>> from layouts.verify.integers import integer_type
>>> from layouts.verify.program import compile_program
>>> domain = Domain([Variable("row", range(2**40)), Variable("ch", range(4))])
>>> types = {"row": integer_type("long"), "ch": integer_type("int")}
>>> program = compile_program(parse_expression("row * 4 + (ch + (row % 8) / 2) % 4"), (), types)
>>> pieces = trace_cases(domain, [program_run(program, domain)])
>>> len(pieces), CaseMap(domain, pieces).collision()
(1, None)
"""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import EvaluationError, TooLargeError, _with_caret
from ..inttuple import amount
from .domain import words
from .forms import Divided, Region, Rotation, Unclosed
from .program import execute
from .search import fills, first_above, first_nonzero, is_injective, meet, takes
from .symbols import Fault, Symbols

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from ..inttuple import IntTuple
    from ..layout import Layout
    from .domain import Domain
    from .forms import Form
    from .maps import TableMap
    from .program import Program

    Run = Callable[[Symbols], Form]

__all__ = ["CaseMap", "Piece", "parting", "program_run", "trace_cases"]

#: The most regions that are tried, and the most steps of all of them together.
MOST_REGIONS = 600
_MEETINGS = 20_000


@dataclass(frozen=True, slots=True)
class Piece:
    """A region, and for each program its form there and its first overflow."""

    region: Region
    forms: tuple[Form, ...]
    overflows: tuple[tuple[int, int, str, Any] | None, ...]


def trace_cases(domain: Domain, runs: Sequence[Run], rotations: int = 1, most: int = MOST_REGIONS) -> list[Piece]:
    """Return pieces that cover the domain, with a form of every run on each of them.

    Raises: Unclosed where a step has no form and dividing further is not worth it; EvaluationError, with the first
            point, where a formula has no value.
    Cost:   one run of the programs for each region; no point is evaluated.
    """
    waiting = [Region.whole([v.size for v in domain.variables])]
    done: list[Piece] = []
    faults: list[tuple[int, Fault]] = []
    tried = 0
    while waiting:
        region = waiting.pop()
        tried += 1
        if tried > most:
            raise Unclosed
        try:
            done.append(_piece(region, domain, runs, rotations))
        except Divided as division:
            waiting.extend(reversed(division.regions))
        except Fault as found:
            faults.append((region.places(domain)[0], found))
    if faults:
        index, first = min(faults, key=lambda item: item[0])
        raise no_value(domain, index, first.reason, first.node)
    return done


def no_value(domain: Domain, index: int, reason: str, node: Any) -> EvaluationError:
    """Return the error that says where a formula has no value."""
    shown = _with_caret(reason, node.text, node.position)
    return EvaluationError(f"at {words(domain.point(index))}: {shown}", index)


def _piece(region: Region, domain: Domain, runs: Sequence[Run], rotations: int) -> Piece:
    forms, overflows = [], []
    for run in runs:
        symbols = Symbols(region, domain, rotations)
        form = run(symbols)
        symbols._exact(form)
        forms.append(form)
        overflows.append(symbols.overflow)
    return Piece(region, tuple(forms), tuple(overflows))


class CaseMap:
    """The map whose value on each piece is the first form of the piece.

    ``table`` makes the map of all values where only that can tell; it raises TooLargeError where that is too much.
    ``beginning`` makes that of the first points.
    """

    __slots__ = ("_sums", "beginning", "domain", "enumerated", "most", "pieces", "run", "shape", "table")

    def __init__(
        self,
        domain: Domain,
        pieces: list[Piece],
        run: Run | None = None,
        table: Callable[[], TableMap] | None = None,
        beginning: Callable[[], TableMap] | None = None,
        most: int = MOST_REGIONS,
    ) -> None:
        self.domain = domain
        self.pieces = pieces
        self.shape: IntTuple = domain.shape
        self.run = run
        self.table = table
        self.beginning = beginning
        self.most = most
        self.enumerated: list[str] = []
        self._sums: list[tuple[int, Layout] | None] | None = None

    @property
    def size(self) -> int:
        """The number of points."""
        return self.domain.size

    @property
    def method(self) -> str:
        """How the questions are answered."""
        count = len(self.pieces)
        cases = f", in {count} cases" if count > 1 else ""
        looked = f"; enumeration for {', '.join(self.enumerated)}" if self.enumerated else ""
        return f"algebra, for all {self.size} points at once{cases}{looked}"

    def _table(self, question: str) -> TableMap:
        if self.table is None:
            raise TooLargeError(f"{question}: only a table of {amount(self.size)} points could tell", self.size)
        table = self.table()
        if question not in self.enumerated:
            self.enumerated.append(question)
        return table

    def __call__(self, index: int) -> int:
        for piece in self.pieces:
            digits = _digits_at(piece.region, self.domain, index)
            if digits is not None:
                return _value(piece.forms[0], digits)
        raise IndexError(index)

    def bounds(self) -> tuple[int, int]:
        """Return the smallest and the largest value."""
        ends = [piece.region.bounds(piece.forms[0]) for piece in self.pieces]
        return min([lo for lo, _ in ends]), max([hi for _, hi in ends])

    def collision(self) -> tuple[int, int] | None:
        """Return the first two indices with one value."""
        try:
            if self._injective():
                return None
        except TooLargeError:
            if self.table is None:
                raise
        if self.beginning is not None:
            found = self.beginning().collision()  # the first in the beginning is the first of all
            if found is not None:
                return found
        return self._table("the first collision").collision()

    def _injective(self) -> bool:
        parts = sorted([(*p.region.bounds(p.forms[0]), k) for k, p in enumerate(self.pieces)])
        if not all([is_injective(p.region, p.forms[0]) for p in self.pieces]):
            return False
        known = [(p.region, p.forms[0]) for p in self.pieces]
        meetings = 0
        for at, (_, hi, k) in enumerate(parts):
            for lo, _, other in parts[at + 1 :]:
                if lo > hi:
                    break
                meetings += 1
                if meetings > _MEETINGS:
                    raise TooLargeError(
                        f"injective: {len(parts)} cases overlap more often than {_MEETINGS} times", None
                    )
                if meet(known[k], known[other]):
                    return False
        return True

    def _surely_injective(self) -> bool:
        try:
            return self._injective()
        except TooLargeError:
            return False

    def first_outside(self, size: int) -> int | None:
        """Return the smallest index whose value is not in 0..size-1."""
        low, high = self.bounds()
        if low >= 0 and high < size:
            return None
        found = []
        try:
            for piece in self.pieces:
                form = piece.forms[0]
                for value, goal in ((form, size), (form.times(-1), 1)):
                    first = first_above(piece.region, self.domain, value, goal)
                    found.append(self.size if first is None else first[0])
        except Unclosed:
            return self._first_outside_without_rotations(size)
        return min(found)

    def _first_outside_without_rotations(self, size: int) -> int | None:
        turned = any([isinstance(atom, Rotation) for piece in self.pieces for atom in piece.forms[0].terms])
        if turned and self.run is not None:
            try:
                pieces = trace_cases(self.domain, [self.run], 0, self.most)
                return CaseMap(self.domain, pieces, self.run, self.table, self.beginning).first_outside(size)
            except Unclosed:
                pass
        if self.beginning is not None:
            found = self.beginning().first_outside(size)
            if found is not None:
                return found
        return self._table("the first index outside").first_outside(size)

    def missed(self, size: int) -> int | None:
        """Return the smallest number in 0..size-1 that is no value."""
        low, high = self.bounds()
        if low > 0:
            return 0
        if low == 0 and high == self.size - 1 and self._surely_injective():
            return size_or_none(self.size, size)
        filled, other = [], []
        for piece in self.pieces:
            part = piece.region, piece.forms[0]
            if fills(*part):
                filled.append(piece.region.bounds(piece.forms[0]))
            else:
                other.append(part)
        first = self._first_missed(filled, other, size)
        return self._table("the first value missed").missed(size) if first is None else size_or_none(first, size)

    def _first_missed(self, filled: list[tuple[int, int]], other: list[tuple[Region, Form]], size: int) -> int | None:
        """Return the first number that is no value, or one beyond the buffer; None where it is not found in time."""
        reached = -1
        for _ in range(1000):
            for lo, hi in sorted(filled):
                reached = max(reached, hi) if lo <= reached + 1 else reached
            try:
                if reached + 1 >= size or not any([takes(part, reached + 1) for part in other]):
                    return reached + 1
            except TooLargeError:
                return None
            reached += 1
        return None

    def sums(self) -> tuple[int, Layout] | None:
        """Return (offset, layout over Z) with value = offset + layout(i), or None."""
        from .restriction import sums_of_cases

        if self._sums is None:
            self._sums = [sums_of_cases(self.domain, self)]
        return self._sums[0]

    def bits(self) -> tuple[int, Layout] | None:
        """Return (offset, layout over F2) with value = offset XOR layout(i), or None."""
        from .maps import AffineMap
        from .restriction import bits_of_cases

        sums = self.sums()
        if sums is not None:
            return AffineMap(*sums, self.shape).bits()

        return bits_of_cases(self.domain, self)

    def is_run(self, run: Run) -> bool:
        """Tell whether a program is the same map; false as well where their comparison does not close."""
        try:
            return (
                self.run is not None
                and parting(self.domain, self.run, run, min(self.most, 100 + 4 * len(self.pieces))) is None
            )
        except Unclosed:
            return False


def parting(domain: Domain, one: Run, other: Run, most: int = MOST_REGIONS) -> int | None:
    """Return the smallest index where two programs differ, or None.

    Raises: Unclosed where one of them has no forms without rotations; EvaluationError.
    """
    found = [
        first_nonzero(p.region, domain, p.forms[0].plus(p.forms[1], -1))
        for p in trace_cases(domain, [one, other], 0, most)
        if not p.forms[0].same(p.forms[1])
    ]
    return min([index for index in found if index is not None], default=None)


def program_run(program: Program, domain: Domain) -> Run:
    """Return the run of a compiled program over the values of the variables."""

    def run(symbols: Symbols) -> Form:
        names: dict[str, Form | None] = {v.name: symbols.variable(k, v) for k, v in enumerate(domain.variables)}
        form = execute(program, names, symbols)
        if form is None:
            raise Unclosed
        return form

    return run


def size_or_none(first: int, size: int) -> int | None:
    """Return a number that is missed, unless it lies beyond the buffer."""
    return first if first < size else None


def _digits_at(region: Region, domain: Domain, index: int) -> list[int] | None:
    """Return the digits of the point with an index, or None where it lies outside the region."""
    rests = []
    for variable, start in zip(domain.variables, region.starts, strict=True):
        index, position = divmod(index, variable.size)
        rests.append(position - start)
    digits = [0] * len(region.digits)
    for k in reversed(range(len(region.digits))):
        v, place, extent = region.digits[k]
        digits[k] = rests[v] // place
        if not 0 <= digits[k] < extent:
            return None
        rests[v] -= digits[k] * place
    return None if any(rests) else digits


def _value(form: Form, digits: list[int]) -> int:
    total = form.constant
    for atom, c in form.terms.items():
        if isinstance(atom, Rotation):
            turn = atom.constant + sum([f * _value_of_atom(a, digits) for a, f in atom.amount])
            total += c * ((digits[atom.digit] + turn) % atom.extent)
        else:
            total += c * _value_of_atom(atom, digits)
    return total


def _value_of_atom(atom: int, digits: list[int]) -> int:
    if atom & (atom - 1) == 0:
        return digits[atom.bit_length() - 1]
    return sum([d for k, d in enumerate(digits) if atom >> k & 1]) % 2
