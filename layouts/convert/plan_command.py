"""``layouts plan SRC DST --bits N``: how data gets from one layout to another."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import Any

__all__ = ["add_plan_command"]

_LAYOUT = "a layout from register, lane, warp, block to a tensor, in any notation: #ttg.blocked<...>, a LinearLayout"


def add_plan_command(commands: Any) -> None:
    """Add ``plan`` to the parser of the command."""
    from ..verify.options import add_options, number
    from .costs import MODELS

    plan = commands.add_parser(
        "plan",
        help="plan the conversion of data between two layouts of registers",
        description="Plan the conversion of data between two layouts of registers, run the plan on a modelled machine,"
        " and print its steps, its costs and the alternatives.",
        epilog="Exit status: 0 there is a plan, 2 bad input.",
    )
    plan.add_argument("source", metavar="SRC", help=_LAYOUT)
    plan.add_argument("destination", metavar="DST", help="the same")
    plan.add_argument("--bits", type=number, required=True, metavar="N", help="the bits of an element: 4, 8, ..., 128")
    plan.add_argument("--shape", metavar="AxB", help="the shape of the tensor, for an encoding of Triton's")
    plan.add_argument("--target", default="sm90", metavar="NAME", help="sm80, sm90, gfx942, ... (sm90)")
    plan.add_argument(
        "--model", default="cheapest", metavar="NAME", help=f"what is best: {', '.join(MODELS)} (cheapest)"
    )
    plan.add_argument("--rule", metavar="NAME", help="take this alternative: general, published, triton, vector, ...")
    add_options(plan, "json")
    plan.set_defaults(run=run_plan)


def run_plan(options: argparse.Namespace) -> int:
    """Run the command and return its exit status."""
    from ..verify.options import print_report
    from .planner import plan

    shape = _shape(options.shape)
    source, destination = (_layout(text, shape) for text in (options.source, options.destination))
    found = plan(source, destination, options.bits, options.target, options.model, rule=options.rule, shape=shape)
    print_report(found, options.json)
    return 0


def _layout(text: str, shape: tuple[int, ...] | None) -> Any:
    """Return the encoding or the linear layout that a text stands for."""
    from ..encodings.fields import Encoding
    from ..linear.layout import LinearLayout
    from ..notation.meaning import as_linear
    from ..notation.registry import read

    _, value = read(text)
    return value if isinstance(value, (Encoding, LinearLayout)) else as_linear(value, shape)[0]


def _shape(text: str | None) -> tuple[int, ...] | None:
    from ..notation.convert_command import _shape as read_shape

    return read_shape(text)
