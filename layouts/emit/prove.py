"""The proof that emitted text is the layout: it is read back by ``layouts.verify`` and compared, for all inputs.

What was emitted is taken as text, temporaries and all, and read with the grammar and the types of its language; from
there on it is a formula like any other.  So a mistake of the emitter, of its printer or of its ranges is found here.
"""

from __future__ import annotations

from ..errors import EvaluationError, LayoutError, ParseError, TooLargeError
from ..layout import Layout
from ..verify.aslayout import layout_run
from ..verify.cases import trace_cases
from ..verify.compare import Comparison
from ..verify.domain import Domain, Variable
from ..verify.expression import parse_expression
from ..verify.forms import Unclosed
from ..verify.integers import integer_type
from ..verify.maps import AffineMap, first_parting
from ..verify.reading import read_formula
from ..verify.resolve import Formula, _affine, resolve, run_of
from ..verify.search import first_nonzero
from ..verify.syntax import Literal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from ..composed import ComposedLayout
    from ..verify.syntax import Expression

    Lets = Sequence[tuple[str, str]]

__all__ = ["Claim", "Unproved", "prove", "type_name"]


class Unproved(Exception):  # noqa: N818
    """Raised where a text is not proved and another may be: it overflows, or no engine decides it."""

    def __init__(self, reason: str, witness: object = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.witness = witness


class Claim:
    """What a text must be: ``constant`` XOR the value of a layout or a chain, at the values of named variables.

    The variables are the top-level modes of the layout, or one variable is its index.
    """

    __slots__ = ("constant", "layout", "variables")

    def __init__(
        self, variables: Sequence[tuple[str, int]], layout: Layout | ComposedLayout, constant: int = 0
    ) -> None:
        self.variables = tuple(variables) or (("_", 1),)
        self.layout = layout
        self.constant = constant


def type_name(bits: int, unsigned: bool) -> str:
    """Return C's type of variables and values."""
    return {32: "int", 64: "long long"}[bits] if not unsigned else {32: "unsigned int", 64: "unsigned long long"}[bits]


def prove(
    text: str, lets: Lets, claim: Claim, dialect: str, bits: int = 32, unsigned: bool = False, limit: int = 2**20
) -> Comparison:
    """Return the comparison that proves ``text``, in which ``lets`` have names, to be the claim.

    In C the variables have the type of so many bits, no signed operation overflows, and every value fits the type.
    Raises: Unproved where that is not so or not decided, LayoutError where the text differs at some point.
    """
    domain, named = _domain(claim, dialect, bits, unsigned)
    try:
        trees = [(name, read_formula(part, dialect)) for name, part in lets]
        tree = read_formula(text, dialect)
        found = _decided(Formula(tree, domain, [*named, *trees], 32 if dialect == "c" else 0), claim, limit)
    except ParseError as error:  # a number beyond 64 bits, or a text beyond the limits of the reader
        raise Unproved(error.reason, error.witness) from error
    except (TooLargeError, EvaluationError) as error:
        raise Unproved(error.message, error.witness) from error
    if dialect == "c" and found.overflow is not None:
        over = found.overflow
        raise Unproved(f"{over['operator']!r} gives {over['value']}, beyond {over['type']}", _plain(over["at"]))
    if found.index is not None:
        _fits(claim, domain, found.index, dialect, bits, unsigned)
        raise LayoutError(
            f"emit: the text {text} is not {claim.layout}: they differ at {_point(domain, found.index)}; this is a"
            " mistake of the emitter, and nothing is returned",
            _point(domain, found.index),
        )
    if dialect == "c":
        _held(found, [tree, *[part for _, part in trees]], bits, unsigned)
    return Comparison(True, None, None, found.method)


def _domain(claim: Claim, dialect: str, bits: int, unsigned: bool) -> tuple[Domain, list[tuple[str, Expression]]]:
    """Return the domain, and the variables by their type where that is not ``int``."""
    if dialect != "c" or (bits == 32 and not unsigned):
        return Domain([Variable(name, range(size)) for name, size in claim.variables]), []
    kind = type_name(bits, unsigned)
    raw = [name.replace(".", "_") + "__raw" for name, _ in claim.variables]
    domain = Domain([Variable(r, range(size)) for r, (_, size) in zip(raw, claim.variables, strict=True)])
    casts = [(name, parse_expression(f"({kind}){r}")) for r, (name, _) in zip(raw, claim.variables, strict=True)]
    return domain, casts


class _Found:
    """What is known of a text: where it first differs, its first overflow, its bounds, and how that was decided."""

    __slots__ = ("bounds", "index", "method", "overflow")

    def __init__(self, index: int | None, overflow: Any, bounds: tuple[int, int], method: str) -> None:
        self.index = index
        self.overflow = overflow
        self.bounds = bounds
        self.method = method


def _decided(formula: Formula, claim: Claim, limit: int) -> _Found:
    """Compare a text with its claim: as one sum or XOR, else by cases of digits, else at every point."""
    plain = _plain_claim(claim, formula.domain)
    affine = _affine(formula)
    if affine is not None and plain is not None:
        return _Found(first_parting(affine, plain, limit), None, affine.bounds(), affine.method)
    try:
        return _by_cases(formula, claim)
    except Unclosed:
        resolved = resolve(formula, limit, "enumeration")
        found: Any = resolved.map
        other = claim.layout if plain is None else plain
        return _Found(first_parting(found, other, limit), resolved.overflow, resolved.map.bounds(), resolved.map.method)


def _plain_claim(claim: Claim, domain: Domain) -> AffineMap | None:
    layout = claim.layout if isinstance(claim.layout, Layout) else claim.layout.as_layout()
    return None if layout is None else AffineMap(claim.constant, layout, domain.shape)


def _by_cases(formula: Formula, claim: Claim) -> _Found:
    """Compare the forms of both on every case.

    Raises: Unclosed where one of them has none.
    """
    domain = formula.domain
    runs = [run_of(formula), layout_run(claim.layout, claim.constant, len(domain.variables))]
    pieces = trace_cases(domain, runs, 0, formula.most_regions)
    parted = [
        first_nonzero(piece.region, domain, piece.forms[0].plus(piece.forms[1], -1))
        for piece in pieces
        if not piece.forms[0].same(piece.forms[1])
    ]
    noted = [piece.overflows[0] for piece in pieces if piece.overflows[0] is not None]
    overflow = None
    if noted:
        index, value, kind, node = min(noted, key=lambda item: item[0])
        overflow = {"at": domain.point(index), "value": value, "type": kind, "operator": node.operator}
    ends = [piece.region.bounds(piece.forms[0]) for piece in pieces]
    cases = f", in {len(pieces)} cases" if len(pieces) > 1 else ""
    return _Found(
        min([index for index in parted if index is not None], default=None),
        overflow,
        (min([low for low, _ in ends]), max([high for _, high in ends])),
        f"algebra, for all {domain.size} points at once{cases}",
    )


def _held(found: _Found, trees: Sequence[Expression], bits: int, unsigned: bool) -> None:
    """Refuse a text with numbers or values that the type does not hold."""
    kind = integer_type(type_name(bits, unsigned))
    numbers = [node.value for tree in trees for node in tree.postorder() if isinstance(node, Literal)]
    for value in (*found.bounds, *numbers):
        if not kind.low <= value <= kind.high:
            raise Unproved(f"the number {value} is beyond {kind.name}", value)


def _fits(claim: Claim, domain: Domain, index: int, dialect: str, bits: int, unsigned: bool) -> None:
    """Refuse a claim whose value at an index the type does not hold."""
    if dialect == "c":
        kind = integer_type(type_name(bits, unsigned))
        value = claim.layout(index)
        if not kind.low <= value <= kind.high:
            raise Unproved(f"the value {value} at {_point(domain, index)} is beyond {kind.name}", _point(domain, index))


def _point(domain: Domain, index: int) -> dict[str, int]:
    return _plain(domain.point(index))


def _plain(point: dict[str, int]) -> dict[str, int]:
    return {name.removesuffix("__raw"): value for name, value in point.items()}
