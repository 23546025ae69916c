"""The language of annotations: what a comment says about the expression that follows it.

``layouts: check smem_off(row:64, col:64) injective`` has a name (optional), variables with their ranges, and claims.
Lines ``layouts: with N = 64``, ``layouts: let row = i / 8`` and ``layouts: expr ...`` that follow belong to it.  A
comment that looks like an annotation and is none is refused, never passed over.

>>> from layouts.verify.sources.text import C_source
>>> request = read_requests(C_source("// layouts: check f(i:8, j in {0, 8}) injective, size 64", "a.cu"))[0]
>>> request.name, [v.name for v in request.variables], [claim.kind for claim in request.claims]
('f', ['i', 'j'], ['injective', 'in-bounds'])
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .span import Span, joined, matching, split
from .text import SourceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .text import Comment, Source

__all__ = ["Claim", "Ranged", "Request", "read_requests"]

VERBS = ("check", "with", "let", "expr")
#: Longer annotations are refused.
MAX_LENGTH = 10_000

_VERB = re.compile(r"\s*layouts:\s*(?P<verb>[A-Za-z-]+)\b\s*")
_NEARLY = re.compile(r"\s*layouts?\s*:?\s*check\s*\w*\s*\(", re.IGNORECASE)
_VARIABLE = re.compile(
    r"(?P<type>(?:[A-Za-z_]\w*\s+)*?)(?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\s*(?::|\bin\b)\s*(?P<range>\S.*)",
    re.DOTALL,
)
_DEFINITION = re.compile(
    r"(?P<with>with\b\s*)?(?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\s*=(?!=)\s*(?P<value>.*)", re.DOTALL
)
_CLAIMS = [
    (kind, re.compile(pattern, re.DOTALL))
    for kind, pattern in (
        ("injective", r"injective"),
        ("bijective", r"bijective"),
        ("onto", r"onto(?:\s+(?P<value>.+))?"),
        ("in-bounds", r"(?:in[\s-]bounds(?:\s+of)?|size)\s+(?P<value>.+)"),
        ("equals", r"equals\s+(?P<value>.+)"),
        ("cute", r"(?i:cute)"),
        ("f2", r"(?i:f2)(?:-linear)?"),
        ("swizzled", r"swizzled"),
        ("aligned", r"aligned(?:\s+to)?\s+(?P<value>.+)"),
        ("overflow", r"no\s+overflow"),
        ("conflict-free", r"(?:(?P<instruction>[\w.:]+)\s+)?conflict-free(?P<value>.*)"),
    )
]
_KNOWN = (
    "conflict-free, injective, bijective, onto N, in bounds N, equals ..., cute, f2, swizzled, aligned N, no overflow"
)


@dataclass(frozen=True, slots=True)
class Ranged:
    """A variable of an annotation: its name, the words of its type if it states one, and the text of its range."""

    name: str
    words: tuple[str, ...]
    span: Span
    range: Span


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim: its kind, its whole text, and the text of its argument; ``instruction`` for a claim about banks."""

    kind: str
    span: Span
    value: Span | None = None
    instruction: str = ""


@dataclass(slots=True)
class Request:
    """An annotation as it is written; what its names mean is up to the code that follows."""

    offset: int
    stop: int
    name: str = ""
    variables: list[Ranged] = field(default_factory=list)
    constants: list[tuple[str, Span]] = field(default_factory=list)
    lets: list[tuple[str, Span]] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    expression: Span | None = None
    error: SourceError | None = None

    def begins_here(self, offset: int) -> bool:
        """Tell whether nothing was read before the line at ``offset``."""
        return self.offset == offset


def read_requests(source: Source) -> list[Request]:
    """Return the annotations of a source, in order; one that cannot be read carries its ``error``."""
    found: list[Request] = []
    for verb, comment, span, stop in _directives(source):
        begin = comment.offset + len(comment.text) - len(comment.text.lstrip())
        if "#if 0" in source.under(begin).split(" and "):
            continue  # nothing there is compiled
        if verb != "check" and verb in VERBS and found and _adjacent(source, found[-1].stop, begin):
            request = found[-1]
            request.stop = stop
        else:
            request = Request(begin, stop)
            found.append(request)
        try:
            if comment.trailing:
                raise SourceError("an annotation stands on a line of its own, before the expression", begin)
            if verb != "check" and request.begins_here(begin):
                raise _misplaced(verb, begin)
            _read(request, verb, span)
        except SourceError as error:
            request.error = request.error or error
    for request in found:
        _complete(request)
    return found


def _misplaced(verb: str, begin: int) -> SourceError:
    if verb in VERBS:
        return SourceError(f"'layouts: {verb}' follows no 'layouts: check'", begin)
    return SourceError(f"an annotation begins with 'layouts: check', and goes on with {', '.join(VERBS[1:])}", begin)


def _adjacent(source: Source, start: int, stop: int) -> bool:
    """Tell whether neither code nor a directive stands in between."""
    return not source.code[start:stop].strip() and not any([start <= d.offset < stop for d in source.directives])


def _directives(source: Source) -> Iterator[tuple[str, Comment, Span, int]]:
    """Yield (verb, first comment, text after the verb, end), the lines of one annotation joined."""
    comments = source.comments
    at = 0
    while at < len(comments):
        first = comments[at]
        at += 1
        verb, skip = _verb(first)
        if not verb:
            continue
        lines, span = [first], joined([first], skip)
        while _goes_on(span) and at < len(comments) and _next_to(source, lines[-1], comments[at]):
            lines.append(comments[at])
            at += 1
            if len(span.text) > MAX_LENGTH:
                break
            span = joined(lines, skip)
        yield verb, first, span, lines[-1].offset + len(lines[-1].text)


def _verb(comment: Comment) -> tuple[str, int]:
    """Return the word after ``layouts:`` and its end; '?' where a comment only looks like one, '' for all others."""
    match = _VERB.match(comment.text)
    if match is not None and match["verb"] in VERBS:
        return match["verb"], match.end()
    if _NEARLY.match(comment.text):
        return "?", 0
    if match is not None:
        import difflib

        return ("?" if difflib.get_close_matches(match["verb"].lower(), VERBS, 1, 0.7) else ""), 0
    return "", 0


def _goes_on(span: Span) -> bool:
    text = span.text.rstrip()
    return text.endswith((",", "\\")) or text.count("(") + text.count("{") > text.count(")") + text.count("}")


def _next_to(source: Source, comment: Comment, follower: Comment) -> bool:
    """Tell whether a comment stands on the line after another, is no annotation, and has no code beside it."""
    line = source.place(comment.offset)[0]
    return source.place(follower.offset)[0] == line + 1 and not follower.trailing and _VERB.match(follower.text) is None


def _read(request: Request, verb: str, span: Span) -> None:
    if len(span.text) > MAX_LENGTH:
        raise span.fault(f"the annotation has more than {MAX_LENGTH} characters")
    if verb == "check":
        _read_check(request, span)
    elif verb == "expr":
        if request.expression is not None:
            raise span.fault("a second 'layouts: expr' for one annotation")
        request.expression = span.stripped()
    else:
        for part in split(span):
            _define(request.constants if verb == "with" else request.lets, part)


def _read_check(request: Request, span: Span) -> None:
    head = re.match(r"\s*(?:(?P<name>[A-Za-z_]\w*)\s*)?(?P<open>\()", span.text)
    if head is None:
        raise span.fault("a check begins with its variables and their ranges: check name(row:64, col:64) ...")
    request.name = head["name"] or ""
    opened = head.start("open")
    closed = matching(span, opened)
    for part in split(span[opened + 1 : closed]):
        variable = _variable(part)
        if variable.name in [other.name for other in request.variables]:
            raise part.fault(f"the variable {variable.name} is given twice")
        request.variables.append(variable)
    rest = span[closed + 1 :]
    if not rest.text.strip(" \t\n,"):
        return
    for part in split(rest):
        known = _DEFINITION.fullmatch(part.text)
        if known is not None:
            if not known["with"] and not request.constants:
                raise part.fault(f"a constant is given with 'with {known['name']} = ...'")
            _define(request.constants, part)
        else:
            request.claims.append(_claim(part))


def _define(pairs: list[tuple[str, Span]], part: Span) -> None:
    match = _DEFINITION.fullmatch(part.text)
    if match is None or not match["value"]:
        raise part.fault("a value is given as NAME = EXPRESSION")
    if match["name"] in [name for name, _ in pairs]:
        raise part.fault(f"{match['name']} is given twice")
    pairs.append((match["name"], part[match.start("value") :]))


def _variable(part: Span) -> Ranged:
    match = _VARIABLE.fullmatch(part.text)
    if match is None:
        raise part.fault("a variable is written name:extent, name:first..last or name in {0, 8, 16}")
    return Ranged(match["name"], tuple(match["type"].split()), part, part[match.start("range") :])


def _claim(part: Span) -> Claim:
    for kind, pattern in _CLAIMS:
        match = pattern.fullmatch(part.text)
        if match is None:
            continue
        groups = match.groupdict()
        value = None if groups.get("value") is None else part[match.start("value") : match.end("value")].stripped()
        return Claim(kind, part, value, groups.get("instruction") or "")
    if re.fullmatch(r"in[\s-]bounds|size|equals|aligned(\s+to)?", part.text):
        raise part.fault(f"'{part.text}' of what? Write {part.text} and a value")
    raise part.fault(f"this claim is not known: one can claim {_KNOWN}")


def _complete(request: Request) -> None:
    """Add what is claimed when nothing is: injective, as ``layouts check`` requires of a formula."""
    kinds: list[str] = []
    for claim in request.claims:
        if claim.kind in kinds and claim.kind not in ("equals", "conflict-free") and request.error is None:
            request.error = claim.span.fault(f"{claim.kind} is claimed twice")
        kinds.append(claim.kind)
    if not request.claims:
        request.claims.append(Claim("injective", Span("injective", [request.offset] * 10)))
