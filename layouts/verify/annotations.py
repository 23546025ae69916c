"""Check the annotations in source files: ``layouts check kernel.cu src/``.

>>> source = '''
... // layouts: check offset(row:32, k:90) injective
... int offset = row * 80 + k;
... '''
>>> print(report(check_text(source, "kernel.cu")))
kernel.cu:3:14: FAILS injective: (row = 1, k = 0) and (row = 0, k = 80) both give 80
    int offset = row * 80 + k;
                 ^
    row steps by 80, and k reaches over 90 values: a step of 90 keeps them apart
1 annotation in 1 file: 0 hold, 1 fails
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field

from ..errors import LayoutError, TooLargeError, _with_caret
from .sources.bind import bind
from .sources.claims import judge
from .sources.language import read_requests
from .sources.python import PyScope, python_source
from .sources.target import CScope
from .sources.text import C_source, Source, SourceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from .sources.claims import Finding
    from .sources.language import Request
    from .verdict import Verdict

__all__ = ["Checked", "Outcome", "check_paths", "check_text", "is_source", "report"]

C_SUFFIXES = (".cu", ".cuh", ".hip", ".h", ".hpp", ".hh", ".cpp", ".cc", ".cxx", ".c", ".inl")
SUFFIXES = (*C_SUFFIXES, ".py")
#: Larger files are not read: an error for a file that was named, a line of the summary for one that was found.
MAX_BYTES = 4 * 2**20
_SKIPPED = ("build", "dist", "node_modules", "venv", "site-packages", "CMakeFiles", "__pycache__")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one annotation: its place, the expression it is about, and a finding for each claim.

    ``error`` says why it could not be read or decided; then there are no findings.  ``undecided`` tells the two apart.
    """

    path: str
    line: int
    column: int
    name: str
    expression: str
    shown: str
    verdict: Verdict | None = None
    findings: tuple[Finding, ...] = ()
    error: str = ""
    undecided: bool = False

    @property
    def holds(self) -> bool:
        """Whether every claim is true."""
        return not self.error and all(finding.holds for finding in self.findings)

    @property
    def status(self) -> str:
        """One of holds, fails, undecided and error."""
        if self.undecided:
            return "undecided"
        return "error" if self.error else "holds" if self.holds else "fails"

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}"
        if self.error:
            return _with_caret(
                f"{place}:{self.column}: {self.status.upper()} {self.error}", self.shown, self.column - 1
            )
        if self.holds:
            claims = ", ".join([finding.claim for finding in self.findings])
            method = "" if self.verdict is None else f" ({self.verdict.method})"
            return f"{place}: HOLDS {self.name or self.expression}: {claims}{method}"
        lines = []
        for finding in self.findings:
            if not finding.holds:
                text = f"{place}:{self.column}: FAILS {finding.claim}: {finding.message}"
                lines.append(_with_caret(text, self.shown, self.column - 1))
                lines += [f"    {finding.suggestion}"] if finding.suggestion else []
        return "\n".join(lines)

    def to_json(self) -> dict[str, Any]:
        """Return the outcome as one object of JSON values."""
        keys = ("claim", "holds", "message", "suggestion", "witness")
        return {
            "path": self.path,
            "line": self.line,
            "column": self.column,
            "name": self.name,
            "expression": self.expression,
            "status": self.status,
            "error": self.error or None,
            "findings": [{key: getattr(finding, key) for key in keys} for finding in self.findings],
            "verdict": None if self.verdict is None else self.verdict.to_json(),
        }

    def to_github(self) -> list[str]:
        """Return a workflow command for each fault, which GitHub shows beside the line."""
        where = f"file={_escaped(self.path, True)},line={self.line},col={self.column}"
        faults = [
            f"{f.claim} fails: {f.message}" + f"\n{f.suggestion}" * bool(f.suggestion)
            for f in self.findings
            if not f.holds
        ]
        if self.error:
            faults = [self.error]
        return [f"::error {where},title=layouts::{_escaped(fault)}" for fault in faults]


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcomes of some files, how many were read, and those that were found and not read, each with its reason."""

    outcomes: tuple[Outcome, ...]
    files: int
    skipped: dict[str, str] = field(default_factory=dict)

    @property
    def status(self) -> int:
        """The exit status of the command: 0 all hold, 1 some fails, 2 some cannot be read, 3 some is undecided."""
        states = {outcome.status for outcome in self.outcomes}
        ranks = {"error": 2, "fails": 1, "undecided": 3}
        return next((rank for state, rank in ranks.items() if state in states), 0)


def is_source(path: str) -> bool:
    """Tell whether a path names a source file or a directory of them.

    >>> is_source("kernel.cu"), is_source("i * 8 + j")
    (True, False)
    """
    return path.lower().endswith(SUFFIXES) or os.path.isdir(path)


def check_text(text: str, path: str, *, limit: int = 2**26, int_bits: int = 32) -> Checked:
    """Return the outcomes of the annotations in one text; the suffix of ``path`` decides how it is read."""
    return Checked(tuple(_outcomes(text, path, limit, int_bits)), 1)


def check_paths(paths: Iterable[str], *, limit: int = 2**26, int_bits: int = 32) -> Checked:
    """Return the outcomes of the annotations in files, and in all source files below directories.

    Hidden directories and those of builds are passed over; what is found and cannot be read is passed over and named.
    Raises: LayoutError for a path that was given and cannot be read.
    """
    outcomes: list[Outcome] = []
    skipped: dict[str, str] = {}
    seen: set[str] = set()
    for path, named in _files(paths, skipped):
        if os.path.realpath(path) in seen:
            continue
        text, reason = _read(path)
        if text is None:
            if named:
                raise LayoutError(f"{path}: {reason}", path)
            skipped[path] = reason
            continue
        seen.add(os.path.realpath(path))
        outcomes += _outcomes(text, path, limit, int_bits)
    return Checked(tuple(outcomes), len(seen), skipped)


def _files(paths: Iterable[str], skipped: dict[str, str]) -> Iterator[tuple[str, bool]]:
    """Yield (path, whether it was named itself), in the order of names; note directories that cannot be read."""

    def unreadable(error: OSError) -> None:
        skipped[str(error.filename)] = str(error.strerror)

    for path in paths:
        if not os.path.isdir(path):
            if not os.path.lexists(path):
                hint = "" if is_source(path) else f"; annotations are read in files {', '.join(SUFFIXES)}"
                raise LayoutError(f"{path or repr(path)}: there is no such file or directory{hint}", path)
            if not is_source(path):
                raise LayoutError(f"{path}: annotations are read in files {', '.join(SUFFIXES)}", path)
            yield path, True
            continue
        for folder, folders, names in os.walk(path, onerror=unreadable):
            folders[:] = sorted(
                [f for f in folders if not f.startswith((".", "build-", "cmake-build")) and f not in _SKIPPED]
            )
            for name in sorted(names):
                if name.lower().endswith(SUFFIXES) and not name.startswith("."):
                    yield os.path.join(folder, name), False


def _read(path: str) -> tuple[str | None, str]:
    """Return the text of a file; None, and why, for one that is no plain file, binary or too large."""
    try:
        found = os.stat(path)
        if not stat.S_ISREG(found.st_mode):
            return None, "this is no plain file"
        if found.st_size > MAX_BYTES:
            return None, f"{found.st_size} bytes, more than the {MAX_BYTES} that are read"
        with open(path, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        return None, error.strerror or str(error)
    if len(data) > MAX_BYTES:
        return None, f"more than the {MAX_BYTES} bytes that are read"
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace"), ""
    if b"\0" in data[:8192]:
        return None, "this is a binary file"
    return data.decode("utf-8", errors="replace").removeprefix("\ufeff"), ""


def _outcomes(text: str, path: str, limit: int, int_bits: int) -> list[Outcome]:
    if "layout" not in text.lower():
        return []
    try:
        python = path.lower().endswith(".py")
        source = python_source(text, path) if python else C_source(text, path)
        requests = read_requests(source)
        scope: Any = None
        if requests:
            scope = PyScope(source) if python else CScope(source)
    except SourceError as error:
        return _unreadable(text, path, error)
    return [_outcome(source, scope, request, limit, int_bits) for request in requests]


def _unreadable(text: str, path: str, error: SourceError) -> list[Outcome]:
    """Return the error of a file that cannot be read, if it seems to have annotations."""
    if "layouts: check" not in text:
        return []
    whole = Source(path, text, text, ())
    line, column = whole.place(error.offset)
    return [Outcome(path, line, column, "", "", whole.line(line), error=error.reason)]


def _outcome(source: Source, scope: Any, request: Request, limit: int, int_bits: int) -> Outcome:
    try:
        if request.error is not None:
            raise request.error
        bound = bind(request, scope)
        verdict, findings = judge(bound, request.claims, limit, int_bits)
    except SourceError as error:
        line, column = source.place(error.offset)
        open_ = isinstance(error.__cause__, TooLargeError)
        return Outcome(
            source.path, line, column, request.name, "", source.line(line), error=error.reason, undecided=open_
        )
    line, column = source.place(bound.offset)
    shown = " ".join(bound.text.split())
    return Outcome(source.path, line, column, request.name, shown, source.line(line), verdict, tuple(findings))


def _escaped(text: str, inside: bool = False) -> str:
    """Return text as a workflow command has it; in a property colons and commas as well."""
    for sign, code in [("%", "%25"), ("\r", "%0D"), ("\n", "%0A"), (":", "%3A"), (",", "%2C")][: 5 if inside else 3]:
        text = text.replace(sign, code)
    return text


def report(checked: Checked, form: str = "text") -> str:
    """Return the outcomes as text for people, or as ``github`` workflow commands, with a line of summary."""
    outcomes: Sequence[Outcome] = checked.outcomes
    lines = [line for outcome in outcomes for line in (outcome.to_github() if form == "github" else [str(outcome)])]
    lines += [f"{path}: not read: {reason}" for path, reason in checked.skipped.items()]
    count = {state: sum([o.status == state for o in outcomes]) for state in ("holds", "fails", "error", "undecided")}
    summary = f"{_plural(len(outcomes), 'annotation')} in {_plural(checked.files, 'file')}"
    if outcomes:
        summary += f": {count['holds']} hold, {count['fails']} fail" + "s" * (count["fails"] == 1)
        summary += f", {count['undecided']} undecided" * bool(count["undecided"])
        summary += f", {count['error']} cannot be checked" * bool(count["error"])
    return "\n".join([*lines, summary])


def _plural(count: int, word: str) -> str:
    return f"{count} {word}" + "s" * (count != 1)
