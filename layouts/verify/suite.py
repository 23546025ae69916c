"""Many checks from one TOML file: ``[[check]]`` tables with an expression, its variables and the verdict it should get.

A check whose verdict is ``"fails"`` documents a bug: the suite is content when it fails for the reason that is given,
and when the ``fix`` beside it holds.  ``expected`` may list fields of the verdict, which must then be equal, and
``access`` says how a warp reads or writes at the index; see ``suite_access``.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import EvaluationError, LayoutError, ParseError, TooLargeError
from .check import check
from .declared import read_domain
from .domain import words
from .reading import read_expectations
from .suite_access import access_surprises, read_accesses, report_accesses
from .verdict import undecided_verdict, undefined_verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .access_report import AccessReport
    from .suite_access import SuiteAccess
    from .verdict import Verdict

__all__ = ["Case", "Outcome", "read_suite", "run_suite", "suite_table"]

_ARGUMENTS = ("variables", "let", "loop", "size", "equals", "same_as", "expect", "dialect", "int_bits")
_KEYS = (
    "id",
    "what",
    "source",
    "unit",
    "expression",
    *_ARGUMENTS,
    "verdict",
    "because",
    "expected",
    "fix",
    "access",
)
_REASONS = ("injective", "onto", "in-bounds", "equal", "overflow", "undefined")


@dataclass(frozen=True, slots=True)
class Case:
    """One ``[[check]]`` table, validated."""

    name: str
    expression: str
    arguments: dict[str, Any]
    verdict: str
    because: tuple[str, ...]
    expected: dict[str, Any]
    fix: dict[str, Any] | None
    accesses: tuple[SuiteAccess, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """A case with its verdict, and with what differs from the expectation: nothing, when all is well."""

    case: Case
    verdict: Verdict
    surprises: tuple[str, ...]
    fixed: bool | None
    accesses: tuple[AccessReport, ...] = ()

    @property
    def undecided(self) -> bool:
        """Whether the verdict is neither: nothing that is required is known to fail."""
        return not self.verdict.holds and not self.verdict.failures


def read_suite(text: str) -> list[Case]:
    r"""Return the cases of a TOML text.

    Raises: LayoutError that names the check and the key; a key that is not known is refused.

    >>> [case.name for case in read_suite('[[check]]\nid = "row"\nexpression = "i*8"\nvariables = {i = 8}')]
    ['row']
    """
    import tomllib

    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise LayoutError(f"not a TOML file: {str(error) or 'nested too deeply'}", None) from error
    tables = document.pop("check", None)
    if not isinstance(tables, list) or not tables or document:
        extra = f"; {', '.join(map(repr, document))} is not known" if document else ""
        raise LayoutError(f"a file of checks has [[check]] tables{extra}", None)
    cases = [_read_case(table, number) for number, table in enumerate(tables, 1)]
    names = [case.name for case in cases]
    for name in names:
        if names.count(name) > 1:
            raise LayoutError(f"two checks have the id {name!r}", name)
    return cases


def _read_case(table: Any, number: int) -> Case:
    name = table.get("id", f"check {number}") if isinstance(table, dict) else f"check {number}"
    if not isinstance(table, dict):
        raise LayoutError(f"{name}: a check is a table", table)
    for key, kind in (("expression", str), ("variables", dict)):
        if not isinstance(table.get(key), kind):
            raise LayoutError(f"{name}: a check needs {key}, a {'text' if kind is str else 'table'}", key)
    for key in table:
        if key not in _KEYS:
            raise LayoutError(f"{name}: the key {key!r} is not one of {', '.join(_KEYS)}", key)
    verdict = table.get("verdict", "holds")
    because = table.get("because", [])
    because = tuple([because] if isinstance(because, str) else because)
    if verdict not in ("holds", "fails") or (verdict == "fails") != bool(because):
        raise LayoutError(f"{name}: verdict is holds, or fails with because = {' | '.join(_REASONS)}", verdict)
    for reason in because:
        if reason not in _REASONS:
            raise LayoutError(f"{name}: because is one of {', '.join(_REASONS)}, not {reason!r}", reason)
    arguments = {key: table[key] for key in _ARGUMENTS if key in table}
    fix = table.get("fix")
    if fix is not None and (not isinstance(fix, dict) or not set(fix) <= {"expression", "let"}):
        raise LayoutError(f"{name}: a fix has an expression, and let", fix)
    accesses = read_accesses(str(name), table.get("access", []), table.get("unit"))
    return Case(str(name), table["expression"], arguments, verdict, because, table.get("expected", {}), fix, accesses)


def run_suite(cases: list[Case], *, limit: int = 2**26) -> list[Outcome]:
    """Return the outcome of each case; an error in one names it."""
    outcomes = []
    for case in cases:
        try:
            outcomes.append(_run(case, limit))
        except ParseError as error:
            raise ParseError(f"{case.name}: {error.reason}", error.text, error.position) from error
        except LayoutError as error:
            raise type(error)(f"{case.name}: {error.message}", error.witness) from error
    return outcomes


def _verdict(case: Case, limit: int) -> Verdict:
    """Return the verdict; that the formula has no value somewhere is one too, and that nothing could be decided."""
    arguments = case.arguments
    try:
        return check(case.expression, limit=limit, **arguments)
    except (EvaluationError, TooLargeError) as error:
        domain = read_domain(arguments["variables"].items(), arguments.get("dialect", "c"))[0]
        if isinstance(error, EvaluationError):
            return undefined_verdict(case.expression, domain, error)
        required = read_expectations(arguments.get("expect"), "size" in arguments)
        return undecided_verdict(case.expression, domain, error, required)


def _run(case: Case, limit: int) -> Outcome:
    verdict = _verdict(case, limit)
    surprises = []
    if verdict.open and not verdict.failures:
        surprises.append(f"it is undecided: {verdict.undecided[verdict.open[0]]}")
    elif verdict.holds != (case.verdict == "holds"):
        surprises.append("it holds" if verdict.holds else f"it fails: {_reasons(verdict)}")
    elif set(verdict.failures) != set(case.because):
        surprises.append(f"it fails for {', '.join(verdict.failures)}, not for {', '.join(case.because)}")
    found = verdict.to_json()
    for key, value in case.expected.items():
        if key not in found or found[key] != value:
            surprises.append(f"{key} is {found.get(key, 'no field of a verdict')}, not {value}")
    fixed = None
    if case.fix is not None:
        try:
            fixed = check(limit=limit, **{**case.arguments, "let": {}, **case.fix}).holds
            surprises += [] if fixed else ["the fix fails"]
        except (EvaluationError, TooLargeError) as error:
            surprises.append(f"the fix fails: {error.message.splitlines()[0]}")
    if verdict.undefined is not None:  # without values there are no accesses
        return Outcome(case, verdict, tuple(surprises), fixed)
    reports = report_accesses(case.accesses, case.expression, case.arguments)
    repaired = None
    if case.fix is not None:
        after = {**case.arguments, "let": case.fix.get("let", {})}
        repaired = report_accesses(case.accesses, case.fix.get("expression", case.expression), after)
    surprises += access_surprises(case.accesses, reports, repaired)
    return Outcome(case, verdict, tuple(surprises), fixed, reports)


def _reasons(verdict: Verdict) -> str:
    """Return what fails, with the place where a formula has no value."""
    reasons = [
        verdict.undefined["reason"].splitlines()[0] if name == "undefined" and verdict.undefined else name
        for name in verdict.failures
    ]
    return ", ".join(reasons)


def suite_table(outcomes: list[Outcome]) -> str:
    """Return the outcomes as an aligned table, with a line of summary."""
    head = ("", "check", "verdict", "points", "values", "class", "banks", "finding")
    rows = [head, *[_row(outcome) for outcome in outcomes]]
    widths = [max(len(row[k]) for row in rows) for k in range(len(head))]
    lines = []
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        cells[3] = row[3].rjust(widths[3])
        lines.append("  ".join(cells).rstrip())
    for outcome in outcomes:
        lines += [f"{outcome.case.name}: {surprise}" for surprise in outcome.surprises]
    good = sum([not outcome.surprises for outcome in outcomes])
    lines.append(f"{good} of {len(outcomes)} checks have their expected verdict")
    return "\n".join(lines)


def _row(outcome: Outcome) -> tuple[str, ...]:
    verdict = outcome.verdict
    return (
        "!!" if outcome.surprises else "ok",
        outcome.case.name,
        "undecided" if outcome.undecided else "holds" if verdict.holds else "fails",
        str(verdict.domain_size),
        "" if verdict.minimum is None else f"{verdict.minimum}..{verdict.maximum}",
        verdict.kind.split(":")[0],
        ", ".join([f"{report.degree}-way" for report in outcome.accesses]),
        _finding(outcome),
    )


def _finding(outcome: Outcome) -> str:
    """Return the fault of a verdict that fails, else the recovered object."""
    verdict = outcome.verdict
    if verdict.holds:
        if verdict.cute is not None or verdict.swizzled:
            return verdict.cute or verdict.swizzled[0]
        if verdict.forms and verdict.f2_bases is None:
            return verdict.forms[0]
        if verdict.f2_bases is not None:
            return "bases " + " ".join([str(image) for images in verdict.f2_bases.values() for image in images])
        return verdict.method
    faults = [] if verdict.undefined is None else [verdict.undefined["reason"].split("\n")[0]]
    if "overflow" in verdict.failures and verdict.overflow is not None:
        over = verdict.overflow
        faults.append(f"{over['value']} is beyond {over['type']} at {words(over['at'])}")
    if "in-bounds" in verdict.failures and verdict.out_of_bounds is not None:
        faults.append(f"index {verdict.out_of_bounds['value']} at {words(verdict.out_of_bounds['at'])}")
    if "injective" in verdict.failures and verdict.collision is not None:
        pair = f"({words(verdict.collision['first'])}) and ({words(verdict.collision['second'])})"
        faults.append(f"{verdict.collision['value']} at {pair}")
    if "equal" in verdict.failures and verdict.difference is not None:
        gap = verdict.difference
        faults.append(f"{gap['value']} against {gap['expected']} at {words(gap['at'])}")
    if "onto" in verdict.failures:
        faults.append(f"nothing has the value {verdict.missed}")
    return "; ".join([*faults, "its fix holds"] if outcome.fixed else faults)
