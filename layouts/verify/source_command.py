"""``layouts check PATH...``: the annotations of source files and directories, as text, JSON or workflow commands."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import Any

__all__ = ["add_source_options", "names_sources", "run_sources"]

_ONE = ("variable", "let", "size", "equals", "same_as", "expect", "loop", "assume", "all_forms", "dialect")


def add_source_options(check: Any) -> None:
    """Add to ``layouts check`` what belongs to source files."""
    check.add_argument("more", nargs="*", metavar="PATH", help="more source files or directories")
    check.add_argument(
        "--format",
        choices=("text", "json", "github"),
        help="how the annotations of source files are printed: github is for its workflows",
    )


def names_sources(options: argparse.Namespace) -> bool:
    """Tell whether the command is about source files: several paths, or one without variables for an expression."""
    from .annotations import is_source

    return bool(options.more) or (not options.variable and is_source(options.expression))


def run_sources(options: argparse.Namespace) -> int:
    """Print the outcomes and return the exit status: 0 all hold, 1 some fails, 2 some cannot be read, 3 undecided."""
    from ..errors import LayoutError
    from .annotations import check_paths, report
    from .options import print_json, refuse_options

    refuse_options(options, "source files", *_ONE)
    if options.json and options.format not in (None, "json"):
        raise LayoutError(f"--json and --format {options.format} are two forms; give one", options.format)
    form = "json" if options.json else options.format or "text"
    checked = check_paths([options.expression, *options.more], limit=options.limit, int_bits=options.int_bits or 32)
    if form == "json":
        print_json([outcome.to_json() for outcome in checked.outcomes])
    else:
        print(report(checked, form))
    return checked.status
