"""The command ``layouts emit TEXT --to LANGUAGE [--name F] [--variables row,col]``."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import Any

__all__ = ["add_emit_command"]


def add_emit_command(commands: Any) -> None:
    """Add the command to the parser of ``layouts``."""
    from ..verify.options import add_options

    emit = commands.add_parser(
        "emit",
        help="write a layout as index code, proved equal to it",
        description="Write a layout as an index expression or a function, with few operations, proved equal to it.",
        epilog="Exit status: 0 done, 2 bad input, or no text in this type.",
    )
    emit.add_argument("text", metavar="TEXT", help="a layout in any notation, or with -v a C expression")
    emit.add_argument("--to", default="c", metavar="LANGUAGE", help="c (also CUDA), python, triton, cute, cute-dsl")
    emit.add_argument("--name", metavar="NAME", help="write a function of this name")
    emit.add_argument("--variables", metavar="A,B", help="the names of the inputs, such as row,col")
    emit.add_argument("--inputs", default="modes", metavar="KIND", help="modes (the default), leaves, or index")
    add_options(emit, "variable", help="a variable of an expression, N for 0..N-1; the layout that it is is written")
    add_options(emit, "let")
    emit.add_argument("--shape", metavar="AxB", help="the shape of the tensor, for an encoding of Triton's")
    emit.add_argument("--share", action="store_true", help="name parts that are used twice")
    emit.add_argument("--unsigned", action="store_true", help="unsigned integers, in C")
    add_options(emit, "limit", default=2**20, help="the most points to enumerate (2**20)")
    add_options(emit, "int_bits", "json")
    emit.set_defaults(run=run_emit)


def run_emit(options: argparse.Namespace) -> int:
    """Run the command and return its exit status."""
    from ..verify.options import print_json
    from .index import emit_function, emit_index

    value, meaning = (_recovered(options), "") if options.variable else _read(options.text, options.shape)
    common: dict[str, Any] = {"inputs": options.inputs, "int_bits": options.int_bits, "unsigned": options.unsigned}
    common["limit"] = options.limit
    if options.name is None:
        found = emit_index(value, options.to, options.variables, share=options.share, **common)
    else:
        found = emit_function(value, options.name, options.to, options.variables, **common)
    if options.json:
        print_json(found.to_json())
        return 0
    sign = "//" if options.to in ("c", "cute") else "#"
    print(found)
    if found.operations.total:
        print(f"{sign} operations {found.operations}")
    shown = value.expression if options.variable else str(value).strip()
    print(f"{sign} equal to {'the layout' if chr(10) in shown else shown}: {found.proof.method}")
    if meaning:
        print(f"{sign} {meaning}")
    return 0


def _recovered(options: argparse.Namespace) -> Any:
    """Return the verdict on an expression, with the layout that it is."""
    from ..notation.meaning import no_shape
    from ..verify.check import check
    from ..verify.options import variables_and_lets

    variables, let = variables_and_lets(options)
    verdict = check(options.text, variables, let=let, expect="any", int_bits=options.int_bits, limit=options.limit)
    no_shape(verdict.layout, None if options.shape is None else (1,))
    return verdict


def _read(text: str, shape: str | None) -> tuple[Any, str]:
    """Return a value and, for an encoding, what it maps to what: places to elements, but elements to memory."""
    from ..encodings.fields import Encoding, SharedEncoding
    from ..notation.convert_command import _shape
    from ..notation.meaning import as_cute, as_linear, no_shape
    from ..notation.registry import read

    _, value = read(text)
    sizes = _shape(shape)
    if isinstance(value, SharedEncoding):
        return as_cute(value, sizes)
    if isinstance(value, Encoding):
        return as_linear(value, sizes)
    no_shape(value, sizes)
    return value, ""
