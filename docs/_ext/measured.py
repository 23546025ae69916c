"""The directives ``measured`` and ``known-wrong``: tables of what programs found, so that no number is typed.

The times are in ``benchmarks/results.json``, the wrong answers in ``tests/oracle/known_wrong.json`` or here, where
the tests ask for them again; what is right at the first wrong index is found here, one value after the other.
"""

import json
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive, directives
from docutils.statemachine import StringList
from sphinx.application import Sphinx

ROOT = Path(__file__).parent.parent.parent
RESULTS = ROOT / "benchmarks" / "results.json"
WRONG = ROOT / "tests" / "oracle" / "known_wrong.json"
SEEN = [
    ("CuTe C++ and DSL", "(8,8):(8,1)", "6:3", "(3,2):(24,1)"),
    ("pycute of CUTLASS", "(6,2):(1,7)", "(3,2):(2,3)", "(3,2):(2,3)"),
    ("pycute of CUTLASS", "(2,2):(0,1)", "3:1", "2:0"),
    ("tensor-layouts", "(3,2):(1,7)", "(2,2):(1,2)", "(2,2):(1,2)"),
]
"""Wrong compositions A o B with their answers, small enough for paper; tests/docs_site asks the packages again."""


def results() -> dict[str, Any]:
    """Return what the last kept run of the benchmarks found."""
    found: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8"))
    return found


def section(title: str) -> dict[str, Any]:
    """Return a section by the beginning of its title."""
    every = results()["sections"]
    found = [one for one in every if one["title"] == title] or [one for one in every if one["title"].startswith(title)]
    if len(found) != 1:
        titles = ", ".join([repr(one["title"]) for one in every])
        raise ValueError(f"{len(found)} sections begin with {title!r}; there are {titles}")
    one: dict[str, Any] = found[0]
    return one


def table(title: str, columns: list[str], rows: list[str] | None = None) -> list[str]:
    """Return lines of Markdown: the smallest time of each row and column, and how many times ours the others take."""
    one = section(title)
    base = columns[0]
    lines = [f"| {one['unit']} | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    for name, row in one["rows"].items():
        if rows is not None and name not in rows:
            continue
        cells = []
        for column in columns:
            if column not in row:
                cells.append("-")
                continue
            ratio = row[column]["min"] / row[base]["min"] if base in row else None
            times = f" ({ratio:.1f}x)" if ratio is not None and column != base else ""
            cells.append(f"{row[column]['min']:.3g}{times}")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    for name in rows or []:
        if name not in one["rows"]:
            raise ValueError(f"{title}: there is no row {name!r}")
    return lines


def summary(columns: list[str]) -> list[str]:
    """Return lines of Markdown: for each section the middle of how many times ours each other one takes."""
    from statistics import median

    lines = [
        f"| median over the cases, times ours | cases | {' | '.join(columns)} |",
        "|---" * (len(columns) + 2) + "|",
    ]
    for one in results()["sections"]:
        rows = [row for row in one["rows"].values() if "layouts" in row]
        cells = []
        for column in columns:
            ratios = [row[column]["min"] / row["layouts"]["min"] for row in rows if column in row]
            cells.append(f"{median(ratios):.1f}x" if ratios else "-")
        if set(cells) != {"-"}:
            lines.append(f"| {one['title']} | {len(rows)} | {' | '.join(cells)} |")
    return lines


def wrong_cases() -> list[tuple[str, str, str, str]]:
    """Return (engine, A, B, its answer): those above, and the kept ones of the DSL whose B stays inside A."""
    from layouts import parse

    kept = json.loads(WRONG.read_text(encoding="utf-8"))["cute_dsl"]["composition"]
    more = [("CuTe DSL", A, B, R) for (A, B), R in kept if parse(B).bounds()[1] < parse(A).size]
    return [SEEN[0], *more, *SEEN[1:]]


def wrong_compositions() -> list[str]:
    """Return lines of Markdown: each case with the first wrong index, found by looking, and what is said here."""
    from layouts import LayoutError, composition, parse

    lines = ["| engine | A o B | its answer | at | it has | right | here |", "|---|---|---|---|---|---|---|"]
    for engine, first, second, answer in wrong_cases():
        A, B, R = parse(first), parse(second), parse(answer)
        i = next(k for k in range(B.size) if k >= R.size or R(k) != A(B(k)))
        has = "nothing" if i >= R.size else R(i)
        try:
            ours = f"`{composition(A, B)}`"
        except LayoutError as refused:
            ours = f"refused, witness {refused.witness}"
        lines.append(f"| {engine} | `{first} o {second}` | `{answer}` | {i} | {has} | {A(B(i))} | {ours} |")
    return lines


class KnownWrong(Directive):
    """```{known-wrong}``` is the table of wrong compositions."""

    def run(self) -> list[nodes.Node]:
        holder = nodes.Element()
        self.state.nested_parse(StringList(wrong_compositions(), "known-wrong"), self.content_offset, holder)
        return holder.children


class Measured(Directive):
    """```{measured} composition``` with ``:columns:`` and ``:rows:`` (``;`` between them), or without a title all."""

    optional_arguments = 1
    final_argument_whitespace = True
    option_spec = {"columns": directives.unchanged_required, "rows": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        columns = [part.strip() for part in self.options["columns"].split(";")]
        rows = [part.strip() for part in self.options["rows"].split(";")] if "rows" in self.options else None
        try:
            lines = table(self.arguments[0], columns, rows) if self.arguments else summary(columns)
        except (KeyError, ValueError) as error:
            raise self.error(f"measured: {error}") from error
        machine = results()["machine"]
        packages = ", ".join([f"{name} {number}" for name, number in machine["packages"].items()])
        lines += ["", f"*Measured on {machine['processor']}, Python {machine['python']}, with {packages}.*"]
        holder = nodes.Element()
        self.state.nested_parse(StringList(lines, "measured"), self.content_offset, holder)
        return holder.children


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("known-wrong", KnownWrong)
    app.add_directive("measured", Measured)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
