"""``check``: a formula out of a kernel goes in, a proved verdict comes out.

The formula is traced on symbols first.  If it is a sum of multiples of the variables, or an XOR of their bits, every
question is answered by algebra, for any size of the domain.  Otherwise every point is looked at, up to a limit.

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

from ..composed import ComposedLayout
from ..errors import EvaluationError, LayoutError, TooLargeError
from ..inttuple import _show, amount, compatible, to_int
from ..layout import Layout
from ..linearity import bit_images, from_images
from ..module import Zn
from ..notation.cute import parse
from ..swizzled import swizzled_forms
from .domain import Domain, read_variable, words
from .evaluate import evaluate
from .expression import parse_expression
from .maps import AffineMap, TableMap, first_parting
from .trace import trace_affine, trace_f2
from .verdict import EXPECTATIONS, Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from .syntax import Expression

    Lets = list[tuple[str, Expression]]

__all__ = ["Verdict", "check"]

_CHUNK = 2**20


def check(
    expression: str,
    variables: Mapping[str, Any] | None = None,
    *,
    let: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    size: int | None = None,
    equals: Layout | ComposedLayout | str | None = None,
    same_as: str | None = None,
    expect: Iterable[str] | None = None,
    limit: int = 2**26,
    int_bits: int = 32,
    **ranges: Any,
) -> Verdict:
    """Return the verdict on a C index expression over the ranges of its variables.

    ``variables``, or keywords, give each variable N for 0..N-1, a ``range``, or a list of values; each is one top-level
    mode of the recovered layout, in the order given.  ``let`` names intermediate values, in order.  ``size`` is the
    length of the buffer; ``equals`` a layout or its text, ``same_as`` an expression, that must have the same values.
    ``expect`` lists what must hold, of injective, onto, in-bounds and any; by default injective, and in-bounds with a
    size.  Equality with what is given, and the absence of signed overflow, are always required except with any.
    Variables are ``int`` of ``int_bits`` bits, or ``long long`` where a value needs it; the verdict says so.
    Raises: ParseError for text, LayoutError for other bad input, TooLargeError when more than ``limit`` points would
    have to be enumerated, EvaluationError where the expression has no value.
    Cost:   independent of the domain where the trace closes; else one evaluation of every point.

    >>> check("8 * row + ((i % 8) ^ row)", {"i": 512}, let={"row": "i / 8"}, size=512).out_of_bounds
    {'at': {'i': 456}, 'value': 513}
    """
    domain = Domain([read_variable(name, spec) for name, spec in [*(variables or {}).items(), *ranges.items()]])
    lets = _read_lets(let)
    limit = to_int(limit, "the limit")
    required = _read_expectations(expect, size)
    if size is not None and (size := to_int(size, "the size")) < 1:
        raise LayoutError(f"the size must be at least 1, not {size}", size)
    target = _read_target(equals, domain)
    tree = parse_expression(expression)
    found, overflow = _resolve(tree, domain, lets, limit, int_bits)
    reference: Any = target
    if same_as is not None:
        reference = _resolve(parse_expression(same_as), domain, lets, limit, int_bits)[0]
    widened = [v.name for v in domain.variables if int_bits == 32 and not v.fits(32)]
    return _judge(expression, domain, found, overflow, size, reference, required, limit, widened)


def _read_lets(let: Any) -> Lets:
    pairs = list(let.items() if hasattr(let, "items") else let)
    for pair in pairs:
        if not isinstance(pair, tuple) or len(pair) != 2 or not all(isinstance(part, str) for part in pair):
            raise LayoutError(f"let: {_show(pair)} is no pair of a name and an expression", pair)
    return [(name, parse_expression(text)) for name, text in pairs]


def _read_expectations(expect: Iterable[str] | None, size: int | None) -> tuple[str, ...]:
    if expect is None:
        return ("injective",) if size is None else ("injective", "in-bounds")
    names = tuple([name.strip() for name in (expect.split(",") if isinstance(expect, str) else expect)])
    for name in names:
        if name not in EXPECTATIONS:
            raise LayoutError(f"expect {name!r}: one can expect {', '.join(EXPECTATIONS)}", name)
        if name in ("onto", "in-bounds") and size is None:
            raise LayoutError(f"expect {name!r}: it needs a size", name)
    return names


def _read_target(equals: Any, domain: Domain) -> Layout | ComposedLayout | None:
    """Return the layout that the expression must equal; its modes must be the variables."""
    if equals is None:
        return None
    value = parse(equals) if isinstance(equals, str) else equals
    if not isinstance(value, (Layout, ComposedLayout)):
        raise LayoutError(f"equals: {_show(equals)} is not a layout", equals)
    sizes = ", ".join([f"{v.name} = {v.size}" for v in domain.variables])
    if value.size != domain.size or not (len(domain.variables) == 1 or compatible(domain.shape, value.shape)):
        raise LayoutError(f"equals: the modes of {value} are not the variables {sizes}", str(value))
    if isinstance(value, Layout) and value.over is Zn:
        raise LayoutError(f"equals: the values of {value} are coordinates, not integers", str(value))
    return value


def _resolve(
    tree: Expression, domain: Domain, lets: Lets, limit: int, int_bits: int
) -> tuple[AffineMap | TableMap, dict[str, Any] | None]:
    """Return the map of an expression, by algebra where its trace closes, and the first overflow."""
    positions = _by_position(domain)
    if positions is not None:
        names, known = positions
        affine = _by_sums(tree, domain, names, known + lets, int_bits) or _by_bits(
            tree, domain, names, known + lets, int_bits
        )
        if affine is not None:
            return affine, None
    return _by_points(tree, domain, lets, limit, int_bits)


def _by_position(domain: Domain) -> tuple[list[str], Lets] | None:
    """Return names for the positions of the variables, and lets that say which value stands there.

    A variable that is not its own position must have values a, a + b, a + 2b, ...; otherwise there is no answer.
    """
    names: list[str] = []
    lets: Lets = []
    for variable in domain.variables:
        values = variable.values
        first = values.start if isinstance(values, range) else values[0]
        step = 1 if isinstance(values, range) or len(values) < 2 else values[1] - first
        if isinstance(values, tuple) and values != tuple(range(first, first + step * len(values), step)):
            return None
        if first == 0 and step == 1:
            names.append(variable.name)
        else:
            names.append(variable.name + ".position")
            lets.append((variable.name, parse_expression(f"{first} + {step} * {names[-1]}")))
    return names, lets


def _by_sums(tree: Expression, domain: Domain, names: list[str], lets: Lets, int_bits: int) -> AffineMap | None:
    sizes = [v.size for v in domain.variables]
    traced = trace_affine(tree, {n: (0, s) for n, s in zip(names, sizes, strict=True)}, lets, int_bits)
    if traced is None:
        return None
    offset, factors = traced
    steps = [factors.get(name, 0) if s > 1 else 0 for name, s in zip(names, sizes, strict=True)]
    single = len(sizes) == 1
    layout = Layout(sizes[0] if single else tuple(sizes), steps[0] if single else tuple(steps))
    return AffineMap(offset, layout, domain.shape)


def _by_bits(tree: Expression, domain: Domain, names: list[str], lets: Lets, int_bits: int) -> AffineMap | None:
    sizes = [v.size for v in domain.variables]
    if any(s & (s - 1) for s in sizes):
        return None
    bits = {n: s.bit_length() - 1 for n, s in zip(names, sizes, strict=True)}
    traced = trace_f2(tree, bits, lets, int_bits)
    if traced is None:
        return None
    images = [image for name in names for image in traced.bases[name]]
    if traced.offset < 0 or min(images, default=0) < 0:
        return None  # signs are bits as well, but layouts over F2 have natural values
    return AffineMap(traced.offset, from_images(tuple(images), domain.shape), domain.shape)


def _by_points(
    tree: Expression, domain: Domain, lets: Lets, limit: int, int_bits: int
) -> tuple[TableMap, dict[str, Any] | None]:
    import numpy

    if domain.size > limit:
        raise TooLargeError(
            f"no closed form was found over {domain}, "
            f"and its {amount(domain.size)} points are more than the limit {limit}"
            + _hint(tree, domain, lets, int_bits),
            domain.size,
        )
    table = numpy.empty(domain.size, dtype=numpy.int64)
    overflow = None
    for start in range(0, domain.size, _CHUNK):
        stop = min(start + _CHUNK, domain.size)
        try:
            result = evaluate(tree, domain.arrays(start, stop), lets, int_bits)
        except EvaluationError as error:
            index = start + error.witness if isinstance(error.witness, int) else start
            raise EvaluationError(f"at {words(domain.point(index))}: {error.message}", index) from error
        values = numpy.asarray(result.values)
        if values.dtype == object and table.dtype != object:
            table = table.astype(object)  # some value needs more than 64 bits
        table[start:stop] = values
        if overflow is None and result.overflow is not None:
            over = result.overflow
            at = domain.point(start + over.index)
            overflow = {"at": at, "value": over.value, "type": over.type, "operator": over.operator}
    return TableMap(table, domain.shape), overflow


def _hint(tree: Expression, domain: Domain, lets: Lets, int_bits: int) -> str:
    """Tell when it is overflow that keeps the algebra from closing, and a point that shows it."""
    positions = _by_position(domain)
    if int_bits == 64 or positions is None:
        return ""
    names, known = positions
    wide = _by_sums(tree, domain, names, known + lets, 64) or _by_bits(tree, domain, names, known + lets, 64)
    if wide is None:
        return ""
    index = wide.first_outside(2**31)
    shown = "" if index is None else f", as at {words(domain.point(index))}, where the value is {wide(index)}"
    return (
        f". A signed operation may overflow int{shown}; casts to long long in the formula, or --int-bits 64, decide it"
    )


def _judge(
    expression: str,
    domain: Domain,
    found: AffineMap | TableMap,
    overflow: dict[str, Any] | None,
    size: int | None,
    reference: Any,
    required: tuple[str, ...],
    limit: int,
    widened: list[str],
) -> Verdict:
    low, high = found.bounds()
    pair = found.collision()
    outside = None if size is None else found.first_outside(size)
    missed = None if size is None else found.missed(size)
    parting = None if reference is None else first_parting(found, reference, limit)
    return Verdict(
        expression=expression,
        domain=str(domain),
        domain_size=domain.size,
        minimum=low,
        maximum=high,
        injective=pair is None,
        onto=None if size is None else missed is None,
        in_bounds=None if size is None else outside is None,
        **_forms(domain, found),
        equal=None if reference is None else parting is None,
        difference=None
        if parting is None
        else {"at": domain.point(parting), "value": found(parting), "expected": int(reference(parting))},
        collision=None
        if pair is None
        else {"first": domain.point(pair[0]), "second": domain.point(pair[1]), "value": found(pair[0])},
        out_of_bounds=None if outside is None else {"at": domain.point(outside), "value": found(outside)},
        missed=missed,
        overflow=overflow,
        method=found.method,
        size=size,
        expected=required,
        widened=widened,
    )


def _forms(domain: Domain, found: AffineMap | TableMap) -> dict[str, Any]:
    """Return the recovered objects: the simplest first is ``layout``."""
    sums, bits = found.sums(), found.bits()
    cute: Any = None
    if sums is not None:
        cute = sums[1] if sums[0] == 0 else ComposedLayout(None, sums[0], sums[1])
    swizzled = list(swizzled_forms(bits[1])) if bits is not None and bits[0] == 0 and sums is None else []
    bases = None
    if bits is not None:
        images = iter(bit_images(bits[1]))
        bases = {v.name: [next(images) for _ in range(v.size.bit_length() - 1)] for v in domain.variables}
    kinds = []
    if isinstance(cute, Layout):
        kinds.append("CuTe layout")
    elif swizzled:
        kinds.append("swizzled CuTe layout")
    if bits is not None:
        kinds.append("F2-linear" if bits[0] == 0 else "XOR-affine")
    if isinstance(cute, ComposedLayout):
        kinds.append("CuTe layout with an offset")
    layout = cute or (swizzled[0] if swizzled else bits[1] if bits is not None and bits[0] == 0 else None)
    return {
        "kind": ", ".join(kinds) or "none: neither a sum nor an XOR of its digits",
        "cute": None if cute is None else str(cute),
        "f2_bases": bases,
        "f2_offset": None if bits is None else bits[0],
        "swizzled": [f"{form.outer} o {form.inner}" for form in swizzled],
        "layout": layout,
    }
