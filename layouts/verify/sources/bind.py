"""Bring an annotation and its target together: an expression whose names are all variables or earlier values.

Names are looked up where they stand: a variable of the annotation first, then what the annotation defines, then the
code.  Types are kept by casts, so that ``uint8_t x = ...`` wraps as it does in the kernel.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ...errors import LayoutError, ParseError
from ..integers import integer_type
from .code import read_type
from .span import split
from .text import SourceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .language import Ranged, Request
    from .span import Span
    from .target import Meaning, Target

__all__ = ["Bound", "bind"]

_MAX_DEPTH = 100


@dataclass(slots=True)
class Bound:
    """An annotation that can be checked; ``text`` is the expression as the file has it, at ``offset``."""

    text: str
    offset: int
    expression: str
    variables: dict[str, range | list[int]]
    lets: list[tuple[str, str]] = field(default_factory=list)
    dialect: str = "c"
    binder: Any = None

    def number(self, span: Span) -> int:
        """Return the value of a constant in the annotation, such as ``64 * BK``."""
        value: int = self.binder.constant(span)
        return value

    def read(self, span: Span) -> tuple[str, list[tuple[str, str]]]:
        """Return another expression of the annotation, with all values that it needs."""
        text: str = self.binder.rewritten(span.text, span.origin, self.binder.place)
        return text, list(self.binder.lets)


def bind(request: Request, scope: Any) -> Bound:
    """Return what an annotation asks about the code of ``scope``.

    Raises: SourceError, with the offset in the file, for a name that has no plain value and for bad ranges.
    """
    binder = _Binder(request, scope)
    if request.expression is not None:
        span = request.expression
        text, offset, kind = span.text, span.origin(0), ""
        expression = binder.rewritten(text, span.origin, binder.place)
    else:
        target: Target = scope.target(request)
        if request.name and target.names and request.name not in target.names:
            raise SourceError(
                f"the annotation is for {request.name!r}, and what follows is {target.names[0]!r}", request.offset
            )
        _refuse_parameters(request, target)
        text, offset, kind = target.text, target.offset, target.type
        binder.place = offset
        expression = binder.rewritten(text, lambda at: offset + at, offset)
    if kind and scope.dialect == "c":
        expression = f"({kind})({expression})"
    variables = {ranged.name: binder.values(ranged) for ranged in request.variables}
    if scope.dialect == "c" and any(
        ["__shfl_xor_sync" in part for part in (expression, *[value for _, value in binder.lets])]
    ):
        _refuse_branch(scope, binder.place, offset)
    return Bound(text, offset, expression, variables, binder.lets, scope.dialect, binder)


def _refuse_parameters(request: Request, target: Target) -> None:
    known = [v.name for v in request.variables] + [n for n, _ in request.constants + request.lets]
    for name in target.parameters:
        if name and name not in known:
            raise SourceError(f"the parameter {name!r} is no variable of the annotation", request.offset)


def _refuse_branch(scope: Any, place: int, offset: int) -> None:
    """Refuse a shuffle in a block that not all lanes may enter."""
    for number in scope.code.enclosing(place):
        words = scope.code.header(scope.code.blocks[number]).split("(")[0].split()
        if words[:1] and words[0] in ("if", "else", "for", "while", "do", "switch", "case", "default"):
            raise SourceError(
                f"a shuffle inside '{words[0]}', which not all lanes may enter, has no plain value", offset
            )


class _Binder:
    """The names of one annotation, as they are found."""

    def __init__(self, request: Request, scope: Any) -> None:
        self.request = request
        self.scope = scope
        self.place: int = scope.place(request)
        self.ranges = {ranged.name: ranged for ranged in request.variables}
        self.given = dict(request.constants + request.lets)
        self.types: dict[str, str] = {}
        self.lets: list[tuple[str, str]] = []
        self.known: dict[str, Any] = {}
        self.depth = 0
        for ranged in request.variables:
            if scope.refuse(ranged.name):
                raise ranged.span.fault(scope.refuse(ranged.name))
        for name, span in request.constants + request.lets:
            if name in self.ranges:
                raise span.fault(f"{name!r} is a variable and a value")

    def rewritten(self, text: str, origin: Any, seen: int, variables: bool = True) -> str:
        """Return an expression with its names looked up, and variables of other types than int cast to theirs."""
        try:
            tree = self.scope.parse(text)
        except ParseError as error:
            raise SourceError(error.reason, origin(error.position)) from error
        casts = {}
        for name, position in self.scope.names(tree):
            if name in self.ranges:
                if not variables:
                    raise SourceError(f"{name!r} is a variable; a constant is wanted here", origin(position))
                kind = self.type_of(name)
                if kind not in ("int", ""):
                    casts[name] = kind
            else:
                self.need(name, seen, origin(position))
        return _cast_names(text, casts) if casts else text

    def type_of(self, name: str) -> str:
        if self.scope.dialect != "c":
            return ""
        if name not in self.types:
            ranged = self.ranges[name]
            kind = self._said(ranged) if ranged.words else self.scope.type_of(name, self.place)
            self.types[name] = kind
        return self.types[name]

    def _said(self, ranged: Ranged) -> str:
        """Return the type that the annotation gives to a variable, which must not be another than in the code."""
        kind = read_type(list(ranged.words))
        if not kind:
            raise ranged.span.fault(f"{' '.join(ranged.words)!r} is no integer type")
        try:
            known = self.scope.type_of(ranged.name, self.place)
        except SourceError:  # the code does not say
            return kind
        if known != kind and self.scope.declares(ranged.name, self.place):
            raise ranged.span.fault(f"{ranged.name} is {known} in the code")
        return kind

    def need(self, name: str, seen: int, where: int) -> None:
        """Add the value of a name to the lets, after those that it needs."""
        if name in self.given:
            span = self.given[name]
            self._add(name, span.origin(0), where, lambda: self._of_annotation(name, span))
            return
        meaning: Meaning | None = self.scope.meaning(name, seen)
        if meaning is None:
            raise SourceError(
                f"{name!r} is not known here: make it a variable of the annotation, or give it 'with {name} = ...'",
                where,
            )
        self._add(name, meaning.offset, where, lambda: self._of_code(meaning))

    def _add(self, name: str, identity: int, where: int, text: Any) -> None:
        if name in self.known:
            if self.known[name] != identity:
                raise SourceError(f"{name!r} has two meanings here", where)
            if name not in [let for let, _ in self.lets]:
                raise SourceError(f"{name!r} is defined by itself", where)
            return
        self.known[name] = identity
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise SourceError(f"{name!r} is defined through more than {_MAX_DEPTH} other names", where)
        self.lets.append((name, text()))
        self.depth -= 1

    def _of_annotation(self, name: str, span: Span) -> str:
        power = _power(span.text)
        text = str(power) if power is not None else self.rewritten(span.text, span.origin, self.place)
        if name in dict(self.request.constants):
            self._agrees(name, span)
        kind = self._declared(name)
        return f"({kind})({text})" if kind not in ("", "int") else text

    def _declared(self, name: str) -> str:
        """Return the type that the code gives to a name that the annotation gives a value, '' where it gives none."""
        if self.scope.dialect != "c" or not self.scope.declares(name, self.place):
            return ""
        try:
            found: str = self.scope.type_of(name, self.place)
        except SourceError:
            return ""
        return found

    def _agrees(self, name: str, span: Span) -> None:
        """Refuse a constant that the code defines otherwise."""
        other = _Binder(self.request, self.scope)
        del other.given[name]
        try:
            meaning = self.scope.meaning(name, self.place)
            value = None if meaning is None else other._value(other._of_code(meaning), span)
        except SourceError:
            return
        if value is not None and value != self.constant(span):
            raise span.fault(f"the file says that {name} is {value}")

    def _of_code(self, meaning: Meaning) -> str:
        text = self.rewritten(meaning.text, lambda at: meaning.offset + at, meaning.seen)
        return f"({meaning.type})({text})" if meaning.type and self.scope.dialect == "c" else text

    def constant(self, span: Span) -> int:
        """Return the value of an expression that has no variable."""
        power = _power(span.text)
        if power is not None:
            return power
        fresh = _Binder(self.request, self.scope)
        fresh.place = self.place
        fresh.ranges = {}
        for name in self.ranges:
            fresh.given.pop(name, None)
        return fresh._value(fresh.rewritten(span.text, span.origin, self.place), span)

    def _value(self, text: str, span: Span) -> int:
        try:
            value: int = self.scope.value(text, self.lets)
        except LayoutError as error:
            raise span.fault(getattr(error, "reason", error.message)) from error
        return value

    def values(self, ranged: Ranged) -> range | list[int]:
        """Return the values of a variable, from ``64``, ``8..63`` or ``{0, 8, 16}``."""
        span = ranged.range
        found: range | list[int]
        if span.text.startswith("{") and span.text.endswith("}"):
            found = [self.constant(part) for part in split(span[1:-1])]
            if len(set(found)) != len(found):
                raise span.fault("a value is given twice")
        elif ".." in span.text:
            at = span.text.index("..")
            first, last = self.constant(span[:at].stripped()), self.constant(span[at + 2 :].stripped())
            found = range(first, last + 1)
        elif ":" in span.text and "?" not in span.text:
            raise span.fault("a range is written first..last, both included", span.text.index(":"))
        else:
            found = range(self.constant(span))
        if not found:
            raise span.fault(f"{ranged.name} has no values")
        kind = self.type_of(ranged.name)
        if kind and not (kind == "int" and not ranged.words):
            limits = integer_type(kind)
            if min(found) < limits.low or max(found) > limits.high:
                raise span.fault(f"{ranged.name} is {kind}, which does not hold these values")
        return found


def _power(text: str) -> int | None:
    from ..domain import read_number

    return read_number(text) if "**" in text else None


def _cast_names(text: str, casts: dict[str, str]) -> str:
    from ..tokens import tokenize

    pieces, at = [], 0
    for token in tokenize(text):
        if token.kind == "name" and token.text in casts:
            pieces += [text[at : token.position], f"(({casts[token.text]}){token.text})"]
            at = token.position + len(token.text)
    return "".join([*pieces, text[at:]])
