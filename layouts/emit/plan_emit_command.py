"""``layouts emit-plan SRC DST --bits N``: the code that moves data from one layout to another."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import Any

__all__ = ["add_emit_plan_command"]


def add_emit_plan_command(commands: Any) -> None:
    """Add ``emit-plan`` to the parser of the command; its options are those of ``plan``, and the language."""
    from ..convert.plan_command import add_plan_command

    class Renamed:
        """Takes the parser of ``plan`` under another name."""

        @staticmethod
        def add_parser(_name: str, **given: Any) -> Any:
            given["help"] = "write the conversion of data between two layouts as CUDA C++ or pseudo-code"
            given["description"] = (
                "Plan the conversion of data between two layouts of registers, write it as a device function or as"
                " pseudo-code, and run the text for all threads before it is printed."
            )
            given["epilog"] = "Exit status: 0 done, 2 bad input."
            found = commands.add_parser("emit-plan", **given)
            found.add_argument("--to", default="cuda", metavar="LANGUAGE", help="cuda (the default) or pseudo")
            found.add_argument("--name", default="convert", metavar="NAME", help="the name of the function (convert)")
            return found

    add_plan_command(Renamed)
    commands.choices["emit-plan"].set_defaults(run=run_emit_plan)


def run_emit_plan(options: argparse.Namespace) -> int:
    """Run the command and return its exit status."""
    from ..convert.plan_command import _layout, _shape
    from ..convert.planner import plan
    from ..verify.options import print_json
    from .plan_code import emit_plan

    shape = _shape(options.shape)
    source, destination = (_layout(text, shape) for text in (options.source, options.destination))
    planned = plan(source, destination, options.bits, options.target, options.model, rule=options.rule, shape=shape)
    found = emit_plan(planned, options.name, options.to)
    if options.json:
        print_json(found.to_json())
        return 0
    print(found)
    print(f"{'//' if options.to == 'cuda' else '#'} {found.proof}")
    return 0
