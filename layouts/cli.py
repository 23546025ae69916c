"""The ``layouts`` command: ``check`` formulas, ``conflicts`` and ``fix`` of banks, ``show`` and ``explain`` layouts."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from typing import Any, NoReturn

__all__ = ["main"]

HOLDS, FAILS, BAD_INPUT, UNDECIDED = 0, 1, 2, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status: 0 holds, 1 fails, 2 bad input, 3 undecided.

    >>> main(["show", "(2,3):(3,1)"])
    (2,3):(3,1)   size 6, cosize 6
         0  1  2
      +---------
    0 |  0  1  2
    1 |  3  4  5
    0
    """
    from .errors import EvaluationError, LayoutError

    given = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser("--json" in given).parse_args(given)
    try:
        status = int(options.run(options))
        sys.stdout.flush()
    except LayoutError as error:
        if getattr(options, "json", False):
            _print_json({"error": str(error), "type": type(error).__name__, "witness": _plain(error.witness)})
        else:
            print(f"layouts: {error}", file=sys.stderr)
        return FAILS if isinstance(error, EvaluationError) else BAD_INPUT
    except BrokenPipeError:  # the reader, `head` say, has seen enough
        sys.stderr.close()
        return HOLDS
    return status


def _parser(json: bool = False) -> argparse.ArgumentParser:
    import argparse

    from . import __version__
    from .notation.convert_command import add_convert_command
    from .verify.access_command import add_access_commands
    from .verify.equal_command import add_equal_command

    class Parser(argparse.ArgumentParser):
        """A parser whose complaints are JSON where that is asked for."""

        def error(self, message: str) -> NoReturn:
            if json:
                _print_json({"error": message, "type": "UsageError", "witness": None})
                sys.exit(BAD_INPUT)
            super().error(message)

    parser = Parser(prog="layouts", description="The algebra of GPU tensor layouts, exact or refused.")
    parser.add_argument("--version", action="version", version=f"layouts {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_check(commands)
    show = commands.add_parser("show", help="print a layout as a table", description="Print a layout as a table.")
    show.add_argument("text", metavar="TEXT", help="a layout, such as '(4,8):(8,1)' or 'Sw<3,3,3> o (8,64):(64,1)'")
    show.add_argument("--limit", type=_number, default=2**16, metavar="N", help="the most values to print (65536)")
    show.set_defaults(run=_show)
    _add_explain(commands)
    add_access_commands(commands)
    add_convert_command(commands)
    add_equal_command(commands)
    return parser


def _add_explain(commands: Any) -> None:
    explain = commands.add_parser(
        "explain",
        help="derive an operation step by step",
        description="Derive an operation step by step, or show which condition fails.",
        epilog="Exit status: 0 there is an answer, 1 the operation refuses, 2 bad input.",
    )
    explain.add_argument("operation", metavar="OPERATION", help="such as composition, complement, logical_divide")
    explain.add_argument("operands", metavar="OPERAND", nargs="*", help="layouts, numbers, tuples; _ stands for None")
    explain.add_argument("--json", action="store_true", help="print one JSON object")
    explain.set_defaults(run=_explain)


def _add_check(commands: Any) -> None:
    from .verify.source_command import add_source_options

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
    check.add_argument("--dialect", choices=("c", "python"), default="c", help="the language of the formula (c)")
    check.add_argument("--loop", metavar="LOOP", help="a stepped value, 't: p = START; STEP'")
    check.add_argument(
        "--assume", action="append", default=[], metavar="COND", help="'M <= 65536', of a symbolic extent"
    )
    check.add_argument("--all-forms", action="store_true", help="print every recovered form, not the simplest alone")
    check.add_argument(
        "-v",
        "--variable",
        action="append",
        default=[],
        metavar="NAME=RANGE",
        help="a variable: N for 0..N-1, A:B for A..B-1, or values 0,8,16; the first is the fastest mode",
    )
    check.add_argument("--let", action="append", default=[], metavar="NAME=EXPR", help="an intermediate value")
    check.add_argument("--size", type=_number, metavar="N", help="the length of the buffer")
    check.add_argument("--equals", metavar="TEXT", help="a layout that it must equal")
    check.add_argument("--same-as", metavar="EXPR", help="an expression that it must equal")
    check.add_argument("--expect", metavar="LIST", help="what must hold: injective, onto, in-bounds, any")
    check.add_argument("--limit", type=_number, default=2**26, metavar="N", help="the most points to enumerate (2**26)")
    check.add_argument("--int-bits", type=int, choices=(32, 64), default=32, help="the width of int (32)")
    check.add_argument("--json", action="store_true", help="print one JSON object")
    check.set_defaults(run=_check)


def _number(text: str) -> int:
    from .verify.domain import read_number

    number = read_number(text)
    if number is None:
        raise ValueError(text)
    return number


def _check(options: argparse.Namespace) -> int:
    from .errors import LayoutError
    from .verify.check import check
    from .verify.source_command import names_sources, run_sources

    if names_sources(options):
        return run_sources(options)
    if options.format:
        raise LayoutError("--format belongs to source files; one expression has --json", options.format)
    if options.expression.endswith(".toml") or _like_a_path(options):
        return _check_file(options)
    verdict = check(
        options.expression,
        _pairs(options.variable, "a variable is given as NAME=RANGE"),
        let=_pairs(options.let, "a let is given as 'NAME = EXPRESSION'"),
        size=options.size,
        equals=options.equals,
        same_as=options.same_as,
        expect=options.expect,
        limit=options.limit,
        int_bits=options.int_bits,
        dialect=options.dialect,
        loop=options.loop,
        assume=options.assume,
    )
    if options.json:
        _print_json(verdict.to_json())
    else:
        print(verdict.text(options.all_forms))
    return HOLDS if verdict.holds else FAILS if verdict.failures else UNDECIDED


def _pairs(texts: list[str], complaint: str) -> dict[str, str]:
    from .errors import ParseError

    pairs: dict[str, str] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or not name.strip() or not value.strip():
            raise ParseError(complaint, text, text.find("=") if sign else len(text))
        if name.strip() in pairs:
            raise ParseError(f"{name.strip()} is given twice", text, 0)
        pairs[name.strip()] = value.strip()
    return pairs


def _check_file(options: argparse.Namespace) -> int:
    from .errors import LayoutError
    from .verify.suite import read_suite, run_suite, suite_table

    for name in ("variable", "let", "size", "equals", "same_as", "expect", "loop", "assume"):
        if getattr(options, name):
            raise LayoutError(f"--{name.replace('_', '-')} belongs to one expression, not to a file of checks", name)
    try:
        with open(options.expression, encoding="utf-8") as file:
            text = file.read()
    except FileNotFoundError as error:
        raise LayoutError(
            f"there is no file {options.expression}{_nearby(options.expression)}", options.expression
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise LayoutError(f"{options.expression}: {error}", options.expression) from error
    outcomes = run_suite(read_suite(text), limit=options.limit)
    if options.json:
        _print_json([_outcome(outcome) for outcome in outcomes])
    else:
        print(suite_table(outcomes))
    return FAILS if any(outcome.surprises for outcome in outcomes) else HOLDS


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


def _show(options: argparse.Namespace) -> int:
    from .composed import ComposedLayout
    from .draw.text import table_text
    from .errors import LayoutError
    from .layout import Layout
    from .notation.cute import parse

    value = parse(options.text)
    if hasattr(getattr(value, "linear", value), "get_matrix_view"):
        return _show_linear(value, options.limit)
    if not isinstance(value, (Layout, ComposedLayout)):
        raise LayoutError(
            f"show: {options.text} is not a layout; write shape:stride, such as (4,8):(8,1)", options.text
        )
    table = table_text(value, limit=options.limit)
    print(f"{value}   size {value.size}, cosize {value.cosize}")
    print(table)
    return HOLDS


def _show_linear(layout: Any, limit: int) -> int:
    """Print a linear layout as matrix and table; an affine one with its constant."""
    from .draw.text import coordinate_table_text, matrix_text
    from .linear.dims import named

    linear = getattr(layout, "linear", layout)
    sides = [", ".join([f"{name}:{size}" for name, size in dims]) or "()" for dims in (linear.in_dims, linear.out_dims)]
    constant = [] if linear is layout else [f"XOR {named(layout.offset)}"]
    matrix = [matrix_text(linear)] if linear.in_dims and linear.out_dims else []
    table = coordinate_table_text(layout, limit=limit)
    print("\n\n".join([f"{sides[0]} -> {sides[1]}   rank {linear.rank()}", *matrix, *constant, table]))
    return HOLDS


def _explain(options: argparse.Namespace) -> int:
    from .derivation.explain import explain, read_operand

    found = explain(options.operation, *[read_operand(text) for text in options.operands])
    if options.json:
        _print_json(found.to_json())
    else:
        print(found)
    return HOLDS if found.refusal is None else FAILS


def _plain(value: object) -> object:
    """Return a witness as JSON has it: numbers and lists of them, anything else as text."""
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return value if value is None or isinstance(value, int) else str(value)


def _print_json(value: object) -> None:
    import json

    print(json.dumps(value, indent=2))


if __name__ == "__main__":
    sys.exit(main())
