"""The command ``layouts draw TEXT [-o FILE] [--kind KIND] [--option NAME=VALUE] [--shape AxB]``."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import Any

__all__ = ["add_draw_command"]


def add_draw_command(commands: Any) -> None:
    """Add the command to the parser of ``layouts``."""
    from .choose import KINDS

    draw = commands.add_parser(
        "draw",
        help="draw a layout, an instruction, a swizzle as SVG, HTML, PNG, PDF, TikZ or text",
        description="Draw a layout in any notation, an instruction by its name, a swizzle.",
        epilog="Exit status: 0 done, 2 bad input.",
    )
    draw.add_argument("text", metavar="TEXT", help="a layout, a swizzle such as 'Sw<3,3,3>', or an instruction")
    draw.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="a name that ends in .svg .html .txt .tex .png or .pdf; else text is printed",
    )
    draw.add_argument("--kind", metavar="KIND", help=f"{', '.join(KINDS)}; by default what is natural")
    draw.add_argument(
        "--option",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="an option of the kind: elem=2, tile=(8,16), tiler=(2,4), coordinate=(2,_), lanes='r = lane %% 16'",
    )
    draw.add_argument("--shape", metavar="AxB", help="the shape of the tensor, for an encoding of Triton's")
    draw.set_defaults(run=run_draw)


def run_draw(options: argparse.Namespace) -> int:
    """Run the command and return its exit status."""
    import shutil
    import sys

    from ..notation.convert_command import _shape
    from ..verify.options import named
    from .choose import draw
    from .terminal import wants_color

    given = named(options.option, "an option is given as NAME=VALUE")
    chosen = {name: _read(name, value) for name, value in given.items()}
    if options.shape is not None:
        chosen["shape"] = _shape(options.shape)
    figure = draw(options.text, options.kind, **chosen)
    if options.output is not None:
        figure.save(options.output)
        print(f"{options.output}: {figure.alt}")
        return 0
    width = max(shutil.get_terminal_size((120, 24)).columns, 40) if sys.stdout.isatty() else 120
    print(figure.to_text(width=width, color=wants_color(sys.stdout)))
    return 0


_WORDS = ("lanes", "instruction", "model", "which")


def _read(name: str, value: str) -> Any:
    """Return the value of an option: a text, true or false, a number, a tuple with _ for None, or a layout."""
    from ..derivation.explain import read_operand

    if name in _WORDS:
        return value
    if value in ("true", "false"):
        return value == "true"
    if name == "color" and not value.isdecimal():
        return value
    return read_operand(value)
