"""``check``: a formula out of a kernel goes in, a proved verdict comes out.

The formula is traced on symbols first: as a sum of multiples of the variables, as an XOR of their bits, or by cases of
their digits.  Where that closes, every question is answered by algebra, for any size of the domain.  Otherwise every
point is looked at, up to a limit.

>>> verdict = check("i * 8 + (j ^ (i % 8))", i=64, j=8)
>>> print(verdict)
i * 8 + (j ^ (i % 8))
  domain     i in 0..63, j in 0..7
  method     algebra, for all 512 points at once
  values     0 .. 511, bijective onto 0..511
  class      swizzled CuTe layout, F2-linear
  swizzled   Sw<3,0,3> o (64,8):(8,1)
  F2 bases   i: 9 18 36 64 128 256   j: 1 2 4
  HOLDS      injective
"""

from __future__ import annotations

from inspect import signature

from ..errors import EvaluationError, LayoutError, ParseError, TooLargeError
from ..inttuple import _show, to_int
from .callables import UntracedError, trace_callable
from .comparing import first_parting_of
from .confirm import call, disagreement
from .declared import cast_names, read_domain
from .pythonic import python_text
from .reading import notes_on, read_expectations, read_formula, read_lets, read_loop, read_target, width_of
from .recover import recover
from .resolve import Formula, Resolved, resolve
from .sampled import sampled
from .verdict import Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from ..composed import ComposedLayout
    from ..layout import Layout
    from .domain import Domain
    from .syntax import Expression

__all__ = ["Verdict", "check"]


def check(
    expression: str | Callable[..., int],
    variables: Mapping[str, Any] | None = None,
    *,
    let: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    loop: str | None = None,
    size: int | str | None = None,
    equals: Layout | ComposedLayout | str | None = None,
    same_as: str | Callable[..., int] | None = None,
    expect: Iterable[str] | None = None,
    limit: int = 2**26,
    int_bits: int = 32,
    dialect: str | None = None,
    assume: str | list[str] | tuple[str, ...] = (),
    method: str = "auto",
    **ranges: Any,
) -> Verdict:
    """Return the verdict on a C or Python index expression, or a Python function, over the ranges of its variables.

    ``variables``, or keywords, give each variable N for 0..N-1, a ``range``, or a list of values; each is one top-level
    mode of the recovered layout, in the order given.  ``let`` names intermediate values, in order; ``loop`` gives one
    that is stepped, as ``"t: p = START; STEP"``.  ``size`` is the length of the buffer; ``equals`` a layout or its
    text, ``same_as`` a formula, that must have the same values.  ``expect`` lists what must hold, of injective, onto,
    in-bounds and any; by default injective, and in-bounds with a size.  Equality with what is given, and the absence of
    signed overflow, are always required except with any.  ``dialect`` is c (by default) or python, which must be said
    where a text stands beside a Python function.  A function is run on symbols.
    In C, variables are ``int`` of ``int_bits`` bits, or ``long long`` where a value needs it; the verdict says so.
    ``threadIdx.x`` and its like are unsigned, and ``"unsigned tid"`` in ``variables`` gives a type.
    With ``assume``, the extents and the size may be formulas of names, bounded as in ``"M <= 65536"``, and z3 decides
    (the extra ``smt``).
    ``method`` is auto, or enumeration to look at every point.
    Raises: ParseError for text, LayoutError for other bad input, TooLargeError when more than ``limit`` points would
    have to be enumerated, EvaluationError where the expression has no value.
    Cost:   independent of the domain where the trace closes; else one evaluation of every point.

    >>> check("8 * row + ((i % 8) ^ row)", {"i": 512}, let={"row": "i / 8"}, size=512).out_of_bounds
    {'at': {'i': 456}, 'value': 513}
    >>> check(lambda i, j: i * 8 + (j ^ (i % 8)), i=2**40, j=8).swizzled
    ['Sw<3,0,3> o (1099511627776,8):(8,1)']
    """
    specs = [*(variables or {}).items(), *ranges.items()]
    dialect = _dialect(dialect, expression, same_as)
    if not isinstance(assume, (str, list, tuple)):
        raise LayoutError(f"assume: {_show(assume)} is no condition and no list of them", assume)
    assumed = [assume] if isinstance(assume, str) else list(assume)
    length = None if size is None or (assumed and isinstance(size, str)) else _at_least(1, size, "the size")
    required = read_expectations(expect, size is not None)
    limit = _at_least(0, limit, "the limit")
    if method not in ("auto", "enumeration"):
        raise LayoutError(f"the method is auto or enumeration, not {_show(method)}", method)
    if assumed:
        from .symbolic import check_symbolic

        _only_texts(expression, same_as, equals, loop)
        formulas = [expression, *([same_as] if same_as is not None else [])]
        return check_symbolic(formulas, specs, let, size, required, int_bits, dialect, assumed)  # type: ignore[arg-type]
    int_bits = width_of(int_bits, dialect)
    domain, kinds = read_domain(specs, dialect, int_bits or 32)
    target = read_target(equals, domain)
    trees: list[Expression] = []
    opaque: list[tuple[Any, str] | None] = []
    for formula in (expression, same_as) if same_as is not None else (expression,):
        tree, function = _read(formula, domain, dialect)
        trees.append(tree)
        opaque.append(function)
    lets, trees = read_lets(let, trees, domain, dialect)
    if loop is not None:
        lets += read_loop(loop, domain, dialect)
    lets = [(name, cast_names(tree, kinds)) for name, tree in lets]
    trees = [cast_names(tree, kinds) for tree in trees]
    found: list[Resolved] = []
    formulas_: list[Formula | None] = [Formula(tree, domain, lets, int_bits) for tree in trees]
    for k, given in enumerate((expression, same_as)[: len(trees)]):
        known = opaque[k] or _resolved(given, formulas_[k], limit, method)
        if not isinstance(known, Resolved):
            formulas_[k], opaque[k] = None, known
            known = sampled(*known, domain, limit)
        found.append(known)
    reference: Any = target
    if same_as is not None:
        reference = (found[1].map, formulas_[1])
        other = same_as if isinstance(same_as, str) else _name(same_as)
        found[0] = _with_overflow_of(found[0], found[1], other)
    shown = (
        expression if isinstance(expression, str) else python_text(trees[0]) if opaque[0] is None else _name(expression)
    )
    widened = [v.name for v in domain.variables if int_bits == 32 and not v.fits(32) and v.name not in kinds]
    verdict = _judge(shown, domain, found[0], formulas_[0], length, reference, required, limit, widened)
    return verdict.with_notes(notes_on(trees, lets, domain) if opaque[0] is None else [])


def _dialect(dialect: str | None, expression: Any, same_as: Any) -> str:
    """Return the language of the formulas; refuse a text beside a function whose language nobody has said."""
    functions = [callable(formula) for formula in (expression, same_as) if formula is not None]
    if not any(functions):
        return "c" if dialect is None else dialect
    if not all(functions) and dialect != "python":
        raise LayoutError(
            "the text beside a Python function would be read as Python, whose integers do not overflow and whose "
            "//, % and & are not those of C: say dialect='python', or give two texts",
            None,
        )
    return "python"


def _resolved(given: Any, formula: Any, limit: int, method: str) -> Resolved | tuple[Any, str]:
    """Return the map of a formula; a traced function that is not its formula, with what it does instead."""
    try:
        found = resolve(formula, limit, method)
    except EvaluationError as error:
        if callable(given) and isinstance(error.witness, int) and "shift" not in error.message:
            try:
                value = call(given, formula.domain.point(error.witness), error.witness)
            except LayoutError:
                raise error from None
            return given, f"it gives {value} on numbers where its formula has no value"
        raise
    gap = disagreement(given, formula.tree, formula.domain) if callable(given) else None
    return found if gap is None else (given, gap[1])


def _with_overflow_of(found: Resolved, reference: Resolved, text: str) -> Resolved:
    """Return a map with the overflow of the formula that it must equal, where it has none of its own."""
    if found.overflow is not None or reference.overflow is None:
        return found
    return Resolved(found.map, {**reference.overflow, "formula": text})


def _at_least(least: int, given: Any, role: str) -> int:
    value = to_int(given, role)
    if value < least:
        raise LayoutError(f"{role} must be at least {least}, not {value}", value)
    return value


def _only_texts(expression: Any, same_as: Any, equals: Any, loop: Any) -> None:
    if loop is not None:
        raise LayoutError("assume: a loop is unrolled over a fixed range; write its closed form", loop)
    for value in (expression, same_as):
        if callable(value):
            raise LayoutError("assume: symbolic extents are decided for formulas given as text", None)
    if equals is not None:
        raise LayoutError("assume: a layout has fixed extents; compare with another formula (same_as)", None)


def _name(function: Any) -> str:
    return f"the function {getattr(function, '__name__', 'given')}"


def _read(formula: Any, domain: Domain, dialect: str) -> tuple[Expression, tuple[Any, str] | None]:
    """Return the tree of a formula; of a function that cannot be traced, a blank tree, and the function with why."""
    if not callable(formula):
        return read_formula(formula, dialect), None
    names = [v.name for v in domain.variables]
    try:
        signature(formula).bind(**dict.fromkeys(names))
    except TypeError as error:
        raise LayoutError(f"{_name(formula)} does not take the variables {', '.join(names)}: {error}", names) from error
    except ValueError:  # a function without a signature shows its needs when it is called
        pass
    try:
        return trace_callable(formula, names), None
    except (UntracedError, ParseError) as error:
        return read_formula("0", dialect), (formula, str(error))


def _judge(
    expression: str,
    domain: Domain,
    resolved: Resolved,
    formula: Formula | None,
    size: int | None,
    reference: Any,
    required: tuple[str, ...],
    limit: int,
    widened: list[str],
) -> Verdict:
    found = resolved.map
    undecided: dict[str, str] = {}

    def decide(question: str, answer: Callable[[], Any]) -> Any:
        try:
            return answer()
        except TooLargeError as error:
            undecided[question] = error.message
            return None

    low, high = found.bounds()
    pair = decide("injective", found.collision)
    outside = None if size is None else decide("in-bounds", lambda: found.first_outside(size))
    missed = None if size is None else decide("onto", lambda: found.missed(size))
    parting = None
    if reference is not None:
        parting = decide("equal", lambda: first_parting_of(domain, found, formula, reference, limit))
    other = reference[0] if isinstance(reference, tuple) else reference
    expected = 0 if parting is None else int(other(parting))
    recovered = recover(domain, found)

    def known(question: str, asked: bool, value: bool) -> bool | None:
        return None if question in undecided or not asked else value

    return Verdict(
        expression=expression,
        domain=str(domain),
        domain_size=domain.size,
        minimum=low,
        maximum=high,
        injective=known("injective", True, pair is None),
        onto=known("onto", size is not None, missed is None),
        in_bounds=known("in-bounds", size is not None, outside is None),
        kind=recovered.kind,
        cute=recovered.cute,
        f2_bases=recovered.f2_bases,
        f2_offset=recovered.f2_offset,
        swizzled=recovered.swizzled,
        products=recovered.products,
        rotation=recovered.rotation,
        restriction=recovered.restriction,
        forms=recovered.forms,
        layout=recovered.layout,
        equal=known("equal", reference is not None, parting is None),
        difference=None
        if parting is None
        else {"at": domain.point(parting), "value": found(parting), "expected": expected},
        collision=None
        if pair is None
        else {"first": domain.point(pair[0]), "second": domain.point(pair[1]), "value": found(pair[0])},
        out_of_bounds=None if outside is None else {"at": domain.point(outside), "value": found(outside)},
        missed=missed,
        overflow=resolved.overflow,
        method=found.method,
        size=size,
        expected=required,
        widened=widened,
        undecided=undecided,
    )
