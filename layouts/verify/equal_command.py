"""The command ``layouts equal A B``: two formulas, a formula and a layout, or two layouts."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import Any

__all__ = ["add_equal_command"]

_EQUAL, _DIFFER, _UNDECIDED = 0, 1, 3


def add_equal_command(commands: Any) -> None:
    """Add ``equal`` to the commands of the command line."""
    from .options import add_options

    equal = commands.add_parser(
        "equal",
        aliases=["eq"],
        help="compare two formulas, a formula and a layout, or two layouts",
        description="Compare two formulas, a formula and a layout, or two layouts, at every point.",
        epilog="Exit status: 0 equal, 1 different, 2 bad input, 3 undecided.",
    )
    equal.add_argument("a", metavar="A", help="a formula or a layout")
    equal.add_argument("b", metavar="B", help="a formula or a layout")
    add_options(equal, "variable", "let", "loop")
    add_options(equal, "dialect", help="the language of the formulas (c)")
    add_options(equal, "limit", "int_bits", "json")
    equal.set_defaults(run=_equal)


def _equal(options: argparse.Namespace) -> int:
    from .compare import compare
    from .options import print_report, variables_and_lets

    variables, let = variables_and_lets(options)
    found = compare(
        options.a,
        options.b,
        variables,
        let=let,
        loop=options.loop,
        limit=options.limit,
        int_bits=options.int_bits,
        dialect=options.dialect,
    )
    print_report(found, options.json)
    return _UNDECIDED if found.equal is None else _EQUAL if found.equal else _DIFFER
