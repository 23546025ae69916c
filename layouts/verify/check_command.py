"""The command ``layouts check``: one formula, a TOML file of checks, or the annotations of source files."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import Any

__all__ = ["add_check_command"]

_HOLDS, _FAILS, _UNDECIDED = 0, 1, 3


def add_check_command(commands: Any) -> None:
    """Add ``check`` to the commands of the command line."""
    from .options import add_options
    from .source_command import add_source_options

    check = commands.add_parser(
        "check",
        help="prove or refute what a C index expression does",
        description="Prove or refute what a C index expression does over the ranges of its variables.",
        epilog="Exit status: 0 it holds, 1 it fails, 2 bad input, 3 undecided.",
    )
    check.add_argument(
        "expression",
        metavar="EXPRESSION | PATH",
        help="a C integer expression, a .toml file of checks, or source files and directories with annotations",
    )
    add_source_options(check)
    add_options(check, "dialect", default=None)
    add_options(check, "loop")
    check.add_argument(
        "--assume", action="append", default=[], metavar="COND", help="'M <= 65536', of a symbolic extent"
    )
    check.add_argument("--all-forms", action="store_true", help="print every recovered form, not the simplest alone")
    range_of = "a variable: N for 0..N-1, A:B for A..B-1, or values 0,8,16; the first is the fastest mode"
    add_options(check, "variable", help=range_of)
    add_options(check, "let")
    check.add_argument("--size", metavar="N", help="the length of the buffer; with --assume a formula such as 'M*N'")
    check.add_argument("--equals", metavar="TEXT", help="a layout that it must equal")
    check.add_argument("--same-as", metavar="EXPR", help="an expression that it must equal")
    check.add_argument("--expect", metavar="LIST", help="what must hold: injective, onto, in-bounds, any")
    add_options(check, "limit")
    add_options(check, "int_bits", default=None)
    add_options(check, "json")
    check.set_defaults(run=_check)


def _check(options: argparse.Namespace) -> int:
    from ..errors import LayoutError
    from .options import print_report
    from .source_command import names_sources, run_sources

    if names_sources(options):
        return run_sources(options)
    if options.format:
        raise LayoutError("--format belongs to source files; one expression has --json", options.format)
    if options.expression.endswith(".toml") or _like_a_path(options):
        return _check_file(options)
    verdict = _verdict(options)
    print_report(verdict, options.json, verdict.text(options.all_forms))
    return _HOLDS if verdict.holds else _FAILS if verdict.failures else _UNDECIDED


def _verdict(options: argparse.Namespace) -> Any:
    """Return the verdict on one expression; that nothing could be decided is one too."""
    from ..errors import TooLargeError
    from .check import check
    from .declared import read_domain
    from .options import variables_and_lets
    from .reading import read_expectations
    from .verdict import undecided_verdict

    variables, let = variables_and_lets(options)
    size = options.size if options.assume or options.size is None else _number(options.size)
    try:
        return check(
            options.expression,
            variables,
            let=let,
            size=size,
            equals=options.equals,
            same_as=options.same_as,
            expect=options.expect,
            limit=options.limit,
            int_bits=options.int_bits or 32,
            dialect=options.dialect or "c",
            loop=options.loop,
            assume=options.assume,
        )
    except TooLargeError as error:
        domain = read_domain(variables.items(), options.dialect or "c", options.int_bits or 32)[0]
        required = read_expectations(options.expect, size is not None)
        return undecided_verdict(options.expression, domain, error, required)


def _number(text: str) -> int:
    from ..errors import ParseError
    from .domain import read_number

    found = read_number(text)
    if found is None:
        raise ParseError("--size: expected a number such as 4096 or 2**20; a formula needs --assume", text, 0)
    return found


def _check_file(options: argparse.Namespace) -> int:
    from ..errors import LayoutError
    from .options import print_json, refuse_options
    from .suite import read_suite, run_suite, suite_table

    refuse_options(options, "a file of checks", *_OF_ONE, "dialect", "int_bits")
    path = options.expression
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except FileNotFoundError as error:
        raise LayoutError(f"there is no file {path}{_nearby(path)}", path) from error
    except (OSError, UnicodeDecodeError) as error:
        raise LayoutError(f"{path}: {error}", path) from error
    outcomes = run_suite(read_suite(text), limit=options.limit)
    if options.json:
        print_json([_outcome(outcome) for outcome in outcomes])
    else:
        print(suite_table(outcomes))
    bad = [outcome for outcome in outcomes if outcome.surprises]
    return _HOLDS if not bad else _UNDECIDED if all([outcome.undecided for outcome in bad]) else _FAILS


_OF_ONE = ("variable", "let", "size", "equals", "same_as", "expect", "loop", "assume", "all_forms")


def _like_a_path(options: argparse.Namespace) -> bool:
    """Tell whether the text is no formula but the name of a file, perhaps misspelt."""
    from re import fullmatch

    return not options.variable and fullmatch(r"[\w./\\-]*\w\.[A-Za-z]\w*", options.expression) is not None


def _nearby(path: str) -> str:
    """Return a hint at a file with nearly that name."""
    from difflib import get_close_matches
    from pathlib import Path

    folder = Path(path).parent
    names = [entry.name for entry in folder.iterdir()] if folder.is_dir() else []
    near = get_close_matches(Path(path).name, names, 1)
    return f"; there is {folder / near[0]}" if near else ""


def _outcome(outcome: Any) -> dict[str, Any]:
    case = {"id": outcome.case.name, "surprises": list(outcome.surprises), **outcome.verdict.to_json()}
    return {**case, "accesses": [report.to_json() for report in outcome.accesses]} if outcome.accesses else case
