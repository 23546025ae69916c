"""From a formula to its map: as a sum, as an XOR of bits, by cases of digits, or as a table of every point.

The first three are proofs for all points at once, and cost the same for 2^10 and 2^40 of them.  The table is made in
runs, up to a limit, and is the last resort.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import EvaluationError, TooLargeError
from ..inttuple import amount
from ..layout import Layout
from ..linearity import from_images
from .cases import MOST_REGIONS, CaseMap, program_run, trace_cases
from .domain import words
from .evaluate import evaluate
from .expression import parse_expression
from .forms import Unclosed
from .integers import variable_type
from .maps import AffineMap, TableMap
from .program import compile_program
from .progress import progress
from .trace import trace_affine, trace_f2

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .cases import Piece, Run
    from .domain import Domain
    from .syntax import Expression

    Lets = list[tuple[str, Expression]]

__all__ = ["Formula", "Resolved", "resolve", "run_of", "table_of"]

_CHUNK = 2**20
_PER_CASE = 4
_SMALL, _FEW_REGIONS = 2**16, 64

#: The most steps of a formula on forms, over all regions together.
MOST_STEPS = 60_000
_BEGINNING = 2**22


@dataclass(frozen=True, slots=True)
class Formula:
    """An expression with its named values, its domain, and the width of int; 0 for Python's integers."""

    tree: Expression
    domain: Domain
    lets: Lets
    int_bits: int = 32

    @property
    def most_regions(self) -> int:
        """The most regions to try.

        Long formulas get fewer, so that the steps of all of them together are bounded; so do domains that are small,
        where a table costs less than many cases.
        """
        steps = len(self.tree.postorder()) + sum([len(tree.postorder()) for _, tree in self.lets])
        worth = _FEW_REGIONS if self.domain.size <= _SMALL else MOST_REGIONS
        return max(8, min(worth, MOST_STEPS // max(steps, 1)))


@dataclass(frozen=True, slots=True)
class Resolved:
    """The map of a formula, and its first overflow: at, value, type, operator."""

    map: AffineMap | CaseMap | TableMap
    overflow: dict[str, Any] | None


def resolve(formula: Formula, limit: int, method: str = "auto") -> Resolved:
    """Return the map of a formula.

    Raises: TooLargeError where no form was found and there are more points than ``limit``; EvaluationError where the
    formula has no value at some point.
    """
    if method != "enumeration":
        affine = _affine(formula)
        if affine is not None:
            return Resolved(affine, None)
        cases = _by_cases(formula, limit)
        if cases is not None:
            return cases
    return _by_points(formula, limit)


def run_of(formula: Formula) -> Run:
    """Return the program of a formula on forms."""
    types = {}
    for variable in formula.domain.variables:
        values = variable.values
        low, high = (values.start, values.stop - 1) if isinstance(values, range) else (min(values), max(values))
        kind = variable_type(low, high, formula.int_bits)
        if kind is None:
            raise Unclosed
        types[variable.name] = kind
    program = compile_program(formula.tree, formula.lets, types, formula.int_bits)
    return program_run(program, formula.domain)


def _affine(formula: Formula) -> AffineMap | None:
    positions = _by_position(formula.domain)
    if positions is None:
        return None
    names, known = positions
    return _by_sums(formula, names, known + formula.lets) or _by_bits(formula, names, known + formula.lets)


def _by_position(domain: Domain) -> tuple[list[str], Lets] | None:
    """Return names for the positions of the variables, and lets that say which value stands there.

    A variable that is not its own position must have values a, a + b, a + 2b, ...; otherwise there is no answer.
    """
    names: list[str] = []
    lets: Lets = []
    for k, variable in enumerate(domain.variables):
        known = domain.progression(k)
        if known is None:
            return None
        first, step = known
        if first == 0 and step == 1:
            names.append(variable.name)
        elif max(abs(first), abs(step)) >= 1 << (31 if variable.fits(32) else 63):
            return None  # the let below would have a wider type than the variable
        else:
            names.append(variable.name + ".position")
            lets.append((variable.name, parse_expression(f"{first} + {step} * {names[-1]}")))
    return names, lets


def _by_sums(formula: Formula, names: list[str], lets: Lets) -> AffineMap | None:
    sizes = [v.size for v in formula.domain.variables]
    ranges = {n: (0, s) for n, s in zip(names, sizes, strict=True)}
    traced = trace_affine(formula.tree, ranges, lets, formula.int_bits)
    if traced is None:
        return None
    offset, factors = traced
    steps = [factors.get(name, 0) if s > 1 else 0 for name, s in zip(names, sizes, strict=True)]
    single = len(sizes) == 1
    layout = Layout(sizes[0] if single else tuple(sizes), steps[0] if single else tuple(steps))
    return AffineMap(offset, layout, formula.domain.shape)


def _by_bits(formula: Formula, names: list[str], lets: Lets) -> AffineMap | None:
    sizes = [v.size for v in formula.domain.variables]
    if any([s & (s - 1) or s > 1 << 64 for s in sizes]):
        return None
    bits = {n: s.bit_length() - 1 for n, s in zip(names, sizes, strict=True)}
    traced = trace_f2(formula.tree, bits, lets, formula.int_bits)
    if traced is None:
        return None
    images = [image for name in names for image in traced.bases[name]]
    if traced.offset < 0 or min(images, default=0) < 0:
        return None  # signs are bits as well, but layouts over F2 have natural values
    return AffineMap(traced.offset, from_images(tuple(images), formula.domain.shape), formula.domain.shape)


def _by_cases(formula: Formula, limit: int) -> Resolved | None:
    """Return the map by cases of digits, with rotations where they close, else without."""
    domain = formula.domain
    try:
        run = run_of(formula)
    except Unclosed:
        return None
    pieces = _pieces(domain, run, formula.most_regions)
    if pieces is None or (domain.size <= limit and len(pieces) > 1 and _PER_CASE * len(pieces) > domain.size):
        return None  # so many cases are an enumeration
    noted = [piece.overflows[0] for piece in pieces if piece.overflows[0] is not None]
    overflow = None
    if noted:
        index, value, kind, node = min(noted, key=lambda item: item[0])
        overflow = {"at": domain.point(index), "value": value, "type": kind, "operator": node.operator}

    def table() -> TableMap:
        return table_of(formula, limit)[0]

    def beginning() -> TableMap:
        return table_of(formula, limit, min(domain.size, _BEGINNING, limit))[0]

    return Resolved(CaseMap(domain, pieces, run, table, beginning, formula.most_regions), overflow)


def _pieces(domain: Domain, run: Run, most: int) -> list[Piece] | None:
    """Return the pieces of the way to turn digits that needs the fewest; None where no way closes."""
    best: list[Piece] | None = None
    for rotations in (1, -1, 0):
        if best is not None and (len(best) == 1 or rotations == 0):
            break
        try:
            found = trace_cases(domain, [run], rotations, most)
        except Unclosed:
            continue
        best = found if best is None or len(found) < len(best) else best
    return best


def _by_points(formula: Formula, limit: int) -> Resolved:
    domain = formula.domain
    if domain.size > limit:
        raise TooLargeError(
            f"no closed form was found over {domain}, and its {amount(domain.size)} points are more than the limit "
            f"{limit}; undecided",
            domain.size,
        )
    return Resolved(*table_of(formula, limit))


def table_of(formula: Formula, limit: int, count: int | None = None) -> tuple[TableMap, dict[str, Any] | None]:
    """Return the values at the first ``count`` points, or at all, and the first overflow among them."""
    import numpy

    domain = formula.domain
    size = domain.size if count is None else count
    if size > limit:
        raise TooLargeError(f"{amount(size)} points are more than the limit {limit}", size)
    table = numpy.empty(size, dtype=numpy.int32)
    overflow = None
    for start in progress(range(0, size, _CHUNK), size, _CHUNK):
        stop = min(start + _CHUNK, size)
        try:
            result = evaluate(formula.tree, domain.arrays(start, stop), formula.lets, formula.int_bits, start)
        except EvaluationError as error:
            index = error.witness if isinstance(error.witness, int) else start
            raise EvaluationError(f"at {words(domain.point(index))}: {error.message}", index) from error
        values = numpy.asarray(result.values)
        table = _wide_enough(table, start, values)
        table[start:stop] = values
        if overflow is None and result.overflow is not None:
            over = result.overflow
            at = domain.point(over.index)
            overflow = {"at": at, "value": over.value, "type": over.type, "operator": over.operator}
    return TableMap(table, domain.shape if count is None else size), overflow


def _wide_enough(table: Any, filled: int, values: Any) -> Any:
    """Return a table that holds its first ``filled`` entries and the values: of 32 bits as long as they do.

    2**26 values then take a quarter of a gigabyte, with a sign or without one.
    """
    import numpy

    if values.dtype == object:
        return table.astype(object) if table.dtype != object else table  # some value needs more than 64 bits
    if values.size == 0 or table.dtype.itemsize == 8:
        return table
    low, high = int(values.min()), int(values.max())
    if table.dtype == numpy.int32 and (low < -(2**31) or high >= 2**31):
        before = int(table[:filled].min()) if filled else 0
        return table.astype(numpy.uint32 if low >= 0 and before >= 0 and high < 2**32 else numpy.int64)
    if table.dtype == numpy.uint32 and (low < 0 or high >= 2**32):
        return table.astype(numpy.int64)
    return table
