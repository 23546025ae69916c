"""``layouts sectors`` and ``layouts width``: what a warp moves in global memory, and how wide a vector can be."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import Any

__all__ = ["add_global_commands"]


def add_global_commands(commands: Any) -> None:
    """Add ``sectors`` and ``width`` to the parser of the command."""
    from .options import add_options, number

    sectors = commands.add_parser(
        "sectors",
        help="count the global-memory sectors of an access",
        description="Count the sectors of 32 bytes and the lines of 128 that a warp's access to global memory touches.",
        epilog="Exit status: 0 no sector is wasted, 1 some is, or an address faults, 2 bad input.",
    )
    add_options(sectors, "map", "elem", "variable", "let", "lane", "bytes", "base")
    sectors.add_argument("--warp", type=number, default=32, metavar="N", help="the lanes of a warp (32)")
    add_options(sectors, "limit", default=2**14, help="the most accesses to look at (2**14)")
    add_options(sectors, "int_bits", "json")
    sectors.set_defaults(run=_sectors)
    width = commands.add_parser(
        "width",
        help="find the widest vector that one instruction can move",
        description="Find the most elements along a mode that are side by side and aligned everywhere.",
        epilog="Exit status: 0 found, 1 the formula faults at a point, 2 bad input.",
    )
    add_options(width, "map", "elem", "variable", "let", "base")
    width.add_argument(
        "--along", metavar="NAME | N", help="the variable, or the number of a layout's mode; default the last"
    )
    width.add_argument("--most", type=number, default=16, metavar="N", help="the bytes of the widest instruction (16)")
    add_options(width, "limit", default=2**22, help="the most points to look at (2**22)")
    add_options(width, "json")
    width.set_defaults(run=_width)


def _sectors(options: argparse.Namespace) -> int:
    from .options import print_report, variables_and_lets
    from .sectors import sectors

    variables, let = variables_and_lets(options)
    report = sectors(
        options.map,
        ",".join(options.lane) or None,
        elem=options.elem,
        bytes=options.bytes,
        base=options.base,
        warp=options.warp,
        variables=variables,
        let=let,
        limit=options.limit,
        int_bits=options.int_bits,
    )
    print_report(report, options.json)
    return 0 if report.holds else 1


def _width(options: argparse.Namespace) -> int:
    from .domain import read_number
    from .options import print_report, variables_and_lets
    from .width import vector_width

    variables, let = variables_and_lets(options)
    mode = None if options.along is None else read_number(options.along)
    report = vector_width(
        options.map,
        options.along if mode is None else mode,
        elem=options.elem,
        most=options.most,
        base=options.base,
        variables=variables,
        let=let,
        limit=options.limit,
    )
    print_report(report, options.json)
    return 0
