"""Judge the claims of an annotation: each one holds, or fails with the points that show it and one suggestion."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ...composed import ComposedLayout
from ...errors import EvaluationError, LayoutError, ParseError, TooLargeError
from ...layout import Layout
from ...notation.cute import parse
from ..check import check
from ..domain import words
from . import advice
from .span import Span, split
from .text import SourceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..verdict import Verdict
    from .bind import Bound
    from .language import Claim

__all__ = ["Finding", "judge"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of one claim: ``witness`` has the points that refute it, ``suggestion`` one way on."""

    claim: str
    holds: bool
    message: str = ""
    suggestion: str = ""
    witness: Any = None


class _Case:
    """A bound annotation with its verdicts, so that each size is decided once."""

    def __init__(self, bound: Bound, limit: int, int_bits: int) -> None:
        self.bound = bound
        self.options: dict[str, Any] = {"limit": limit, "int_bits": int_bits}
        if bound.dialect != "c":
            self.options["dialect"] = bound.dialect
        self.verdicts: dict[int | None, Verdict] = {}

    def check(self, **more: Any) -> Verdict:
        """Return the verdict on the expression; nothing is required, so nothing fails."""
        bound = self.bound
        given = {"let": list(bound.lets), "expect": ["any"], **self.options, **more}
        return check(given.pop("expression", bound.expression), dict(bound.variables), **given)

    def verdict(self, size: int | None = None) -> Verdict:
        """Return the verdict for a buffer of ``size``, or for none."""
        if size not in self.verdicts:
            self.verdicts[size] = self.check(size=size)
        return self.verdicts[size]


def judge(
    bound: Bound, claims: list[Claim], limit: int = 2**26, int_bits: int = 32
) -> tuple[Verdict | None, list[Finding]]:
    """Return the verdict on the expression, None where it has no value, and a finding for each claim.

    The absence of signed overflow is always claimed.
    Raises: SourceError for a claim that cannot be decided.
    """
    verdict, found = _judged(bound, claims, limit, int_bits)
    return verdict, _advised(bound, claims, found, limit, int_bits)


def _judged(bound: Bound, claims: list[Claim], limit: int, int_bits: int) -> tuple[Verdict | None, list[Finding]]:
    case = _Case(bound, limit, int_bits)
    try:
        sizes = {claim.kind: _size(case, claim) for claim in claims}
        verdict = case.verdict(next((s for s in sizes.values() if s is not None), None))
    except EvaluationError as error:
        return None, [Finding("a value", False, error.message.splitlines()[0], "", error.witness)]
    except LayoutError as error:
        raise SourceError(getattr(error, "reason", error.message), bound.offset) from error
    found = []
    if "overflow" not in [claim.kind for claim in claims] and verdict.overflow is not None:
        found.append(_overflow(case, "no overflow"))
    for claim in claims:
        try:
            found.append(_JUDGES[claim.kind](case, claim, sizes[claim.kind]))
        except EvaluationError as error:
            found.append(Finding(claim.span.text, False, error.message.splitlines()[0], "", error.witness))
        except LayoutError as error:
            raise (claim.value or claim.span).fault(error.message) from error
    return verdict, found


def _advised(bound: Bound, claims: list[Claim], found: list[Finding], limit: int, int_bits: int) -> list[Finding]:
    """Add a constant to take in the place of another, where nothing else is known to help and all claims then hold."""
    first = next((k for k, finding in enumerate(found) if not finding.holds), None)
    if first is None or found[first].suggestion:
        return found
    for old, new, changed in advice.exchanges(bound):
        try:
            if all([finding.holds for finding in _judged(changed, claims, limit, int_bits)[1]]):
                found[first] = replace(found[first], suggestion=f"with {new} in the place of {old} all claims hold")
                break
        except SourceError:
            continue
    return found


def _size(case: _Case, claim: Claim) -> int | None:
    """Return the length of the buffer that a claim speaks about."""
    if claim.kind in ("in-bounds", "onto") and claim.value is not None:
        size = case.bound.number(claim.value)
        if size < 1:
            raise claim.value.fault(f"a buffer has at least one element, not {size}")
        return size
    if claim.kind == "onto":
        raise claim.span.fault("onto what? Write onto N, for the values 0 .. N - 1")
    return _points(case) if claim.kind == "bijective" else None


def _decided(verdict: Verdict, question: str, answer: Any) -> Any:
    """Return the counterexample that a verdict has, None for a claim that is proved; refuse one that is open."""
    if answer is None and question in verdict.undecided:
        raise TooLargeError(f"undecided: {verdict.undecided[question]}", None)
    return answer


def _points(case: _Case) -> int:
    size = 1
    for values in case.bound.variables.values():
        size *= len(values)
    return size


def _injective(case: _Case, claim: Claim, size: int | None) -> Finding:
    verdict = case.verdict(next(iter(case.verdicts), size))
    pair = _decided(verdict, "injective", verdict.collision)
    if pair is None:
        return Finding(claim.span.text, True)
    message = f"({words(pair['first'])}) and ({words(pair['second'])}) both give {pair['value']}"
    return Finding(claim.span.text, False, message, advice.for_collision(case.bound, verdict), pair)


def _in_bounds(case: _Case, claim: Claim, size: int | None) -> Finding:
    verdict = case.verdict(size)
    out = _decided(verdict, "in-bounds", verdict.out_of_bounds)
    if out is None:
        return Finding(claim.span.text, True)
    message = f"({words(out['at'])}) gives {out['value']}, which is not in 0..{(size or 0) - 1}"
    return Finding(claim.span.text, False, message, advice.for_outside(case.bound, verdict), out)


def _onto(case: _Case, claim: Claim, size: int | None) -> Finding:
    inside = _in_bounds(case, claim, size)
    if not inside.holds:
        return inside
    verdict = case.verdict(size)
    if _decided(verdict, "onto", verdict.missed) is None:
        return Finding(claim.span.text, True)
    return Finding(claim.span.text, False, f"no point gives {verdict.missed}", "", {"missed": verdict.missed})


def _bijective(case: _Case, claim: Claim, size: int | None) -> Finding:
    once = _injective(case, claim, size)
    return once if not once.holds else _onto(case, claim, size)


def _equals(case: _Case, claim: Claim, _: int | None) -> Finding:
    value = claim.value or claim.span
    layout, fault = _layout_of(value.text)
    if layout is not None:
        verdict = case.check(equals=layout)
    elif fault is not None and (":" in value.text and "?" not in value.text):
        raise value.fault(fault.reason, fault.position)
    else:
        text, lets = case.bound.read(value)
        verdict = case.check(same_as=text, let=lets)
    over = verdict.overflow
    if over is not None and "formula" in over:
        message = f"{value.text} has no value there: at ({words(over['at'])}) {_beyond(over)}"
        return Finding(claim.span.text, False, message, "", over)
    gap = _decided(verdict, "equal", verdict.difference)
    if gap is None:
        return Finding(claim.span.text, True)
    message = f"at ({words(gap['at'])}) it gives {gap['value']}, and {value.text} gives {gap['expected']}"
    return Finding(claim.span.text, False, message, advice.for_difference(case.bound, verdict), gap)


def _layout_of(text: str) -> tuple[Layout | ComposedLayout | None, ParseError | None]:
    try:
        value = parse(text)
    except ParseError as error:
        return None, error
    except LayoutError as error:
        return None, ParseError(error.message, text, 0)
    return (value if isinstance(value, (Layout, ComposedLayout)) else None), None


def _class(case: _Case, claim: Claim, size: int | None) -> Finding:
    verdict = case.verdict(next(iter(case.verdicts), size))
    good = {
        "cute": isinstance(verdict.layout, Layout) and verdict.cute is not None,
        "f2": verdict.f2_bases is not None and verdict.f2_offset == 0,
        "swizzled": bool(verdict.swizzled),
    }[claim.kind]
    return Finding(claim.span.text, good, "" if good else f"it is {verdict.kind}")


def _aligned(case: _Case, claim: Claim, _: int | None) -> Finding:
    value = claim.value or claim.span
    unit = case.bound.number(value)
    if not 1 <= unit < 2**31:
        raise value.fault(f"an alignment is a number from 1 to 2**31 - 1, not {unit}")
    verdict = case.check(expression=f"({case.bound.expression}) % {unit}", same_as="0")
    if _decided(verdict, "equal", verdict.difference) is None or verdict.difference is None:
        return Finding(claim.span.text, True)
    at = verdict.difference["at"]
    message = f"({words(at)}) is {verdict.difference['value']} past a multiple of {unit}"
    return Finding(claim.span.text, False, message, "", verdict.difference)


def _overflow(case: _Case, claim: Any, size: int | None = None) -> Finding:
    text = claim if isinstance(claim, str) else claim.span.text
    over = case.verdict(next(iter(case.verdicts), size)).overflow
    if over is None:
        return Finding(text, True)
    message = f"at ({words(over['at'])}) {_beyond(over)}"
    return Finding(text, False, message, "cast an operand to long long before this operation", over)


def _beyond(over: dict[str, Any]) -> str:
    return f"{over['operator']!r} gives {over['value']}, beyond {over['type']}"


# -- claims about banks ------------------------------------------------------------------------------------------------

_OPTION = re.compile(
    r"\s*(?:for\s+(?P<instruction>[\w.:]+)|(?P<lanes>lanes?\s*\()|elem\s+(?P<elem>\w+)|bytes\s+(?P<bytes>\w+)"
    r"|(?P<short>\d+)B\b|on\s+(?P<model>\w+)|over\s+(?P<over>[A-Za-z_]\w*)\s*:\s*(?P<count>\w+))"
)


def _conflict_free(case: _Case, claim: Claim, _: int | None) -> Finding:
    from ..access import conflicts

    options = _options(case, claim)
    lanes, over = options.pop("lanes", None), options.pop("over", {})
    instruction = options.get("instruction", "")
    bound = case.bound
    free = {name: values for name, values in bound.variables.items() if lanes is None or name not in dict(lanes)}
    free.update(over)
    if lanes is None:
        lanes, free = _matrix_lanes(bound, claim, instruction)
        options.setdefault("elem", 2)
    if "elem" not in options:
        raise claim.span.fault("of how many bytes is an element? Write conflict-free elem 2")
    language = {"int_bits": case.options["int_bits"], "dialect": bound.dialect}
    report = conflicts(bound.expression, dict(lanes), variables=free, let=bound.lets, **language, **options)
    if report.holds:
        return Finding(claim.span.text, True)
    hit = report.collision
    if hit is None:
        return Finding(claim.span.text, False, f"{report.total} wavefronts, ideal {report.total_ideal}")
    one, other = [
        f"lane {lane} ({_inside(point)}) at {value}"
        for lane, point, value in zip(hit.lanes, hit.at, hit.values, strict=True)
    ]
    message = f"{report.degree}-way: {one} and {other} meet in bank {hit.bank}"
    witness = {"lanes": hit.lanes, "bank": hit.bank, "at": hit.at, "values": hit.values}
    return Finding(claim.span.text, False, message, "'layouts fix' finds the smallest swizzle and padding", witness)


def _inside(point: dict[str, int]) -> str:
    rest = {name: value for name, value in point.items() if name != "lane"}
    return words(rest or point)


def _options(case: _Case, claim: Claim) -> dict[str, Any]:
    """Read ``for ldmatrix.x4 lanes(row = lane % 16, col = lane / 16 * 8) elem 2 on sm90``."""
    found: dict[str, Any] = {}
    if claim.instruction and re.fullmatch(r"\d+B", claim.instruction):
        found["bytes"] = int(claim.instruction[:-1])
    elif claim.instruction:
        found["instruction"] = claim.instruction
    rest = (claim.value or claim.span[:0]).stripped()
    while rest.text:
        match = _OPTION.match(rest.text)
        if match is None:
            raise rest.fault("expected for INSTRUCTION, lanes(...), over NAME:N, elem N, bytes N or on MODEL")
        kind = next(name for name, text in match.groupdict().items() if text is not None)
        stop = match.end()
        value: Any = match[kind]
        if kind == "lanes":
            from .span import matching

            stop = matching(rest, match.end() - 1) + 1
            value = _lanes(case, rest[match.end() : stop - 1])
        elif kind in ("elem", "bytes", "short"):
            value = case.bound.number(rest[match.start(kind) : match.end(kind)])
            kind = "bytes" if kind == "short" else kind
        elif kind == "over":
            value = {value: range(case.bound.number(rest[match.start("count") : match.end("count")]))}
            value.update(found.pop("over", {}))
        if kind in found:
            raise rest.fault(f"{kind} is given twice")
        found[kind] = value
        rest = rest[stop:].stripped()
    return found


def _lanes(case: _Case, span: Span) -> list[tuple[str, str]]:
    pairs = []
    for part in split(span):
        name, sign, value = part.text.partition("=")
        if not sign or name.strip() not in case.bound.variables:
            raise part.fault(f"a lane map gives variables of the annotation: {', '.join(case.bound.variables)}")
        pairs.append((name.strip(), value.strip()))
    return pairs


def _matrix_lanes(bound: Bound, claim: Claim, instruction: str) -> tuple[list[tuple[str, str]], dict[str, Any]]:
    """Return the lane map of ldmatrix over all 16 by 16 tiles of two variables, which needs no words."""
    names = list(bound.variables)
    extents = [len(values) for values in bound.variables.values()]
    starts = [values[0] for values in bound.variables.values()]
    plain = all(isinstance(values, range) for values in bound.variables.values())
    if not instruction.startswith(("ldmatrix", "stmatrix")) or len(names) != 2:
        raise claim.span.fault("which lane takes what? Write conflict-free lanes(row = lane % 16, ...)")
    if not plain or any(starts) or any(extent % 16 for extent in extents):
        raise claim.span.fault(f"{names[0]} and {names[1]} are not whole tiles of 16 by 16: give lanes(...)")
    row, column = names
    free = {f"{row}.tile": range(extents[0] // 16), f"{column}.tile": range(extents[1] // 16)}
    half = "lane / 16" if bound.dialect == "c" else "lane // 16"
    lanes = [(row, f"lane % 16 + 16 * {row}.tile"), (column, f"{half} * 8 + 16 * {column}.tile")]
    return lanes, free


_JUDGES: dict[str, Any] = {
    "injective": _injective,
    "bijective": _bijective,
    "onto": _onto,
    "in-bounds": _in_bounds,
    "equals": _equals,
    "cute": _class,
    "f2": _class,
    "swizzled": _class,
    "aligned": _aligned,
    "overflow": _overflow,
    "conflict-free": _conflict_free,
}
