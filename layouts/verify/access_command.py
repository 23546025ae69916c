"""``layouts conflicts`` and ``layouts fix``: bank conflicts of a formula or a layout, and the smallest repair."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import Any

__all__ = ["add_access_commands"]

_STATUS = "Exit status: 0 no conflict, 1 conflicts or an address that faults, 2 bad input."


def add_access_commands(commands: Any) -> None:
    """Add ``conflicts`` and ``fix`` to the parser of the command."""
    conflicts = commands.add_parser(
        "conflicts",
        help="count the shared-memory wavefronts of an access",
        description="Count the shared-memory wavefronts of a warp's access, and name the lanes that collide.",
        epilog=_STATUS,
    )
    _add_map(conflicts)
    conflicts.add_argument(
        "--lane",
        action="append",
        default=[],
        metavar="NAME=EXPR,...",
        help="the variables, or the modes in order, of each lane: 'm = lane%%16, k = lane/16*8'",
    )
    conflicts.add_argument("--bytes", type=_number, metavar="N", help="the bytes that one lane moves")
    conflicts.add_argument(
        "--instruction",
        default="ld.shared",
        metavar="NAME",
        help="such as ldmatrix.x4, st.shared.v4.b32, ds_read_b128 (ld.shared)",
    )
    conflicts.add_argument(
        "--active", metavar="LANES", help="the lanes that take part, as 8, 0:8 or 0,2,4; default all"
    )
    conflicts.add_argument("--table", action="store_true", help="print the banks of every phase")
    conflicts.set_defaults(run=_conflicts)
    fix = commands.add_parser(
        "fix",
        help="find the smallest swizzle and padding without bank conflicts",
        description="Find the smallest swizzle and the smallest padding of a tile that free all accesses of conflicts.",
        epilog="Exit status: 0 the tile, or a repair, is free of conflicts, 1 none is, 2 bad input.",
    )
    _add_map(fix)
    fix.add_argument(
        "--access",
        action="append",
        required=True,
        metavar="INSTRUCTION[: NAME=EXPR,...]",
        help="an access to the tile, such as ldmatrix, or 'ld.shared.b32: r = lane, c = 0'",
    )
    fix.set_defaults(run=_fix)


def _add_map(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "map", metavar="EXPRESSION | LAYOUT", help="a C expression, or a layout such as (64,64):(72,1)"
    )
    command.add_argument("--elem", type=_number, required=True, metavar="N", help="the bytes of one index unit")
    command.add_argument("-v", "--variable", action="append", default=[], metavar="NAME=RANGE", help="a variable")
    command.add_argument("--let", action="append", default=[], metavar="NAME=EXPR", help="an intermediate value")
    command.add_argument("--model", default="nvidia", metavar="NAME", help="nvidia, sm90, gfx942, gfx950, rdna, ...")
    command.add_argument("--json", action="store_true", help="print one JSON object")


def _number(text: str) -> int:
    from .domain import read_number

    number = read_number(text)
    if number is None:
        raise ValueError(text)
    return number


def _named(texts: list[str], what: str) -> dict[str, str]:
    from ..errors import ParseError

    found: dict[str, str] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or not name.strip() or not value.strip():
            raise ParseError(f"{what} is given as NAME=...", text, text.find("=") if sign else len(text))
        if name.strip() in found:
            raise ParseError(f"{name.strip()} is given twice", text, 0)
        found[name.strip()] = value.strip()
    return found


def _conflicts(options: argparse.Namespace) -> int:
    from .access import conflicts
    from .domain import read_variable

    report = conflicts(
        options.map,
        ",".join(options.lane) or None,
        elem=options.elem,
        bytes=options.bytes,
        instruction=options.instruction,
        model=options.model,
        variables=_named(options.variable, "a variable"),
        let=_named(options.let, "a let"),
        active=None if options.active is None else read_variable("active", options.active).values,
    )
    text = f"{report}\n{report.table()}" if options.table else str(report)
    _print(report, options.json, text)
    return 0 if report.holds else 1


def _fix(options: argparse.Namespace) -> int:
    from .repair import fix_conflicts

    report = fix_conflicts(
        options.map,
        options.access,
        elem=options.elem,
        model=options.model,
        variables=_named(options.variable, "a variable"),
        let=_named(options.let, "a let"),
    )
    _print(report, options.json, str(report))
    return 0 if report.holds else 1


def _print(report: Any, as_json: bool, text: str) -> None:
    import json

    print(json.dumps(report.to_json(), indent=2) if as_json else text)
