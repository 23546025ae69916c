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
    from .options import add_options

    conflicts = commands.add_parser(
        "conflicts",
        help="count the shared-memory wavefronts of an access",
        description="Count the shared-memory wavefronts of a warp's access, and name the lanes that collide.",
        epilog=_STATUS,
    )
    add_options(conflicts, "map", "elem", "variable", "let", "model", "json", "lane", "bytes")
    conflicts.add_argument(
        "--instruction",
        default="ld.shared",
        metavar="NAME",
        help="such as ldmatrix.x4, st.shared.v4.b32, ds_read_b128 (ld.shared)",
    )
    conflicts.add_argument(
        "--active", metavar="LANES", help="the lanes that take part, as 8, 0:8 or 0,2,4; default all"
    )
    add_options(conflicts, "dialect", help="the language of all expressions (c)")
    conflicts.add_argument("--table", action="store_true", help="print the banks of every phase")
    conflicts.set_defaults(run=_conflicts)
    fix = commands.add_parser(
        "fix",
        help="find the smallest swizzle and padding without bank conflicts",
        description="Find the smallest swizzle and the smallest padding of a tile that free all accesses of conflicts.",
        epilog="Exit status: 0 the tile, or a repair, is free of conflicts, 1 none is, 2 bad input.",
    )
    add_options(fix, "map", "elem", "variable", "let", "model", "json")
    fix.add_argument(
        "--access",
        action="append",
        required=True,
        metavar="INSTRUCTION[: NAME=EXPR,...]",
        help="an access to the tile, such as ldmatrix, or 'ld.shared.b32: r = lane, c = 0'",
    )
    fix.set_defaults(run=_fix)


def _conflicts(options: argparse.Namespace) -> int:
    from .access import conflicts
    from .options import print_report, variables_and_lets

    variables, let = variables_and_lets(options, "NAME=...", "NAME=...")
    report = conflicts(
        options.map,
        ",".join(options.lane) or None,
        elem=options.elem,
        bytes=options.bytes,
        instruction=options.instruction,
        model=options.model,
        variables=variables,
        let=let,
        active=None if options.active is None else _lanes(options.active),
        dialect=options.dialect,
    )
    print_report(report, options.json, f"{report}\n{report.table()}" if options.table else None)
    return 0 if report.holds else 1


def _lanes(text: str) -> range | tuple[int, ...]:
    """Return the lanes that ``--active`` names."""
    from ..errors import ParseError
    from .domain import read_variable

    try:
        return read_variable("active", text).values
    except ParseError as error:
        place = max(0, error.position - len("active="))
        raise ParseError("--active: expected lanes, as 8, 0:8 or 0,2,4", text, place) from error


def _fix(options: argparse.Namespace) -> int:
    from .options import print_report, variables_and_lets
    from .repair import fix_conflicts

    variables, let = variables_and_lets(options, "NAME=...", "NAME=...")
    report = fix_conflicts(
        options.map,
        options.access,
        elem=options.elem,
        model=options.model,
        variables=variables,
        let=let,
    )
    print_report(report, options.json)
    return 0 if report.holds else 1
