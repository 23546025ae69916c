"""The command ``layouts equal A B``: two formulas, a formula and a layout, or two layouts."""

from __future__ import annotations

from ..errors import ParseError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import Any

__all__ = ["add_equal_command"]

_EQUAL, _DIFFER, _UNDECIDED = 0, 1, 3


def add_equal_command(commands: Any) -> None:
    """Add ``equal`` to the commands of the command line."""
    equal = commands.add_parser(
        "equal",
        aliases=["eq"],
        help="compare two formulas, a formula and a layout, or two layouts",
        description="Compare two formulas, a formula and a layout, or two layouts, at every point.",
        epilog="Exit status: 0 equal, 1 different, 2 bad input, 3 undecided.",
    )
    equal.add_argument("a", metavar="A", help="a formula or a layout")
    equal.add_argument("b", metavar="B", help="a formula or a layout")
    equal.add_argument("-v", "--variable", action="append", default=[], metavar="NAME=RANGE", help="a variable")
    equal.add_argument("--let", action="append", default=[], metavar="NAME=EXPR", help="an intermediate value")
    equal.add_argument("--loop", metavar="LOOP", help="a stepped value, 't: p = START; STEP'")
    equal.add_argument("--dialect", choices=("c", "python"), default="c", help="the language of the formulas (c)")
    equal.add_argument("--limit", type=_number, default=2**26, metavar="N", help="the most points to enumerate (2**26)")
    equal.add_argument("--int-bits", type=int, choices=(32, 64), default=32, help="the width of int (32)")
    equal.add_argument("--json", action="store_true", help="print one JSON object")
    equal.set_defaults(run=_equal)


def _number(text: str) -> int:
    from .domain import read_number

    number = read_number(text)
    if number is None:
        raise ValueError(text)
    return number


def _pairs(texts: list[str], complaint: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or not name.strip() or not value.strip():
            raise ParseError(complaint, text, text.find("=") if sign else len(text))
        if name.strip() in pairs:
            raise ParseError(f"{name.strip()} is given twice", text, 0)
        pairs[name.strip()] = value.strip()
    return pairs


def _equal(options: argparse.Namespace) -> int:
    import json

    from .compare import compare

    found = compare(
        options.a,
        options.b,
        _pairs(options.variable, "a variable is given as NAME=RANGE"),
        let=_pairs(options.let, "a let is given as 'NAME = EXPRESSION'"),
        loop=options.loop,
        limit=options.limit,
        int_bits=options.int_bits,
        dialect=options.dialect,
    )
    if options.json:
        print(json.dumps(found.to_json(), indent=2))
    else:
        print(found)
    return _UNDECIDED if found.equal is None else _EQUAL if found.equal else _DIFFER
