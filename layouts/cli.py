"""The ``layouts`` command: questions about formulas and layouts, each command in its own words."""

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
    from .verify.options import print_json

    given = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser("--json" in given, _hint(given)).parse_args(given)
    try:
        status = int(options.run(options))
        sys.stdout.flush()
    except LayoutError as error:
        if getattr(options, "json", False):
            print_json({"error": str(error), "type": type(error).__name__, "witness": _plain(error.witness)})
        else:
            print(f"layouts: {error}", file=sys.stderr)
        return FAILS if isinstance(error, EvaluationError) else BAD_INPUT
    except BrokenPipeError:  # the reader, `head` say, has seen enough
        sys.stderr.close()
        return HOLDS
    return status


def _hint(given: Sequence[str]) -> str:
    """Return how to give a formula that begins with a minus sign, where one seems to be taken for an option."""
    options = ("-h", "-o")
    looks = [
        text for text in given if text[:1] == "-" and text[1:2].isalnum() and text[:2] != "-v" and text not in options
    ]
    return f"; a formula that begins with '-' is given in parentheses: '({looks[0]})'" if looks else ""


def _parser(json: bool = False, hint: str = "") -> argparse.ArgumentParser:
    import argparse

    from . import __version__
    from .convert.plan_command import add_plan_command
    from .draw.draw_command import add_draw_command
    from .emit.emit_command import add_emit_command
    from .emit.plan_emit_command import add_emit_plan_command
    from .notation.convert_command import add_convert_command
    from .verify.access_command import add_access_commands
    from .verify.check_command import add_check_command
    from .verify.equal_command import add_equal_command
    from .verify.global_command import add_global_commands
    from .verify.options import add_options, print_json

    class Parser(argparse.ArgumentParser):
        """A parser whose complaints are JSON where that is asked for."""

        def error(self, message: str) -> NoReturn:
            message += hint
            if json:
                print_json({"error": message, "type": "UsageError", "witness": None})
                sys.exit(BAD_INPUT)
            super().error(message)

    parser = Parser(prog="layouts", description="The algebra of GPU tensor layouts, exact or refused.")
    parser.add_argument("--version", action="version", version=f"layouts {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    add_check_command(commands)
    show = commands.add_parser("show", help="print a layout as a table", description="Print a layout as a table.")
    show.add_argument("text", metavar="TEXT", help="a layout, such as '(4,8):(8,1)' or 'Sw<3,3,3> o (8,64):(64,1)'")
    add_options(show, "limit", default=2**16, help="the most values to print (65536)")
    show.set_defaults(run=_show)
    _add_explain(commands)
    add_access_commands(commands)
    add_global_commands(commands)
    add_convert_command(commands)
    add_plan_command(commands)
    add_emit_command(commands)
    add_emit_plan_command(commands)
    add_draw_command(commands)
    add_equal_command(commands)
    return parser


def _add_explain(commands: Any) -> None:
    from .verify.options import add_options

    explain = commands.add_parser(
        "explain",
        help="derive an operation step by step",
        description="Derive an operation step by step, or show which condition fails.",
        epilog="Exit status: 0 there is an answer, 1 the operation refuses, 2 bad input.",
    )
    explain.add_argument("operation", metavar="OPERATION", help="such as composition, complement, logical_divide")
    explain.add_argument("operands", metavar="OPERAND", nargs="*", help="layouts, numbers, tuples; _ stands for None")
    add_options(explain, "json")
    explain.set_defaults(run=_explain)


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
    from .verify.options import print_report

    found = explain(options.operation, *[read_operand(text) for text in options.operands])
    print_report(found, options.json)
    return HOLDS if found.refusal is None else FAILS


def _plain(value: object) -> object:
    """Return a witness as JSON has it: numbers and lists of them, anything else as text."""
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return value if value is None or isinstance(value, int) else str(value)


if __name__ == "__main__":
    sys.exit(main())
