"""The command ``layouts convert TEXT --to FORM [--shape AxB]``, and ``--list`` for the layouts of a TTGIR file."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import Any

__all__ = ["add_convert_command"]


def add_convert_command(commands: Any) -> None:
    """Add the command to the parser of ``layouts``."""
    convert = commands.add_parser(
        "convert",
        help="write a layout in another notation",
        description="Write a layout in another notation, and say from where to where it goes and in which unit."
        " PATH.ttgir or PATH.mlir lists the layouts of a dump.",
        epilog="Exit status: 0 done, 2 bad input, or a notation that cannot say it.",
    )
    convert.add_argument("text", metavar="TEXT | PATH", help="a layout in any notation that is read, or a TTGIR file")
    names = "cute, cute-cpp, cute-dsl, ttgir, linear, gluon, strides, xla, mosaic, mosaic-mlir, ck, einops"
    convert.add_argument("--to", metavar="FORM", help=f"one of {names}")
    convert.add_argument(
        "--shape", metavar="AxB", help="the shape of the tensor, for a recipe such as an encoding of Triton's"
    )
    convert.add_argument(
        "--dialect", metavar="VERSION", help="the version of Triton that printed the text, such as 3.2"
    )
    convert.add_argument("--to-dialect", metavar="VERSION", help="the version of Triton to write TTGIR for")
    convert.add_argument("--json", action="store_true", help="print JSON")
    convert.set_defaults(run=run_convert)


def run_convert(options: argparse.Namespace) -> int:
    """Run the command and return its exit status."""
    import json

    from ..errors import LayoutError
    from .registry import convert_notation

    if options.text.endswith((".ttgir", ".mlir")) and "<" not in options.text:
        return _list(options)
    if options.to is None:
        raise LayoutError("convert: --to names the notation, such as --to cute", None)
    versions = options.dialect, options.to_dialect
    found = convert_notation(options.text, options.to, _shape(options.shape), *versions)
    print(json.dumps(found.to_json(), indent=2) if options.json else found)
    return 0


def _shape(text: str | None) -> tuple[int, ...] | None:
    """Return the shape written AxB or A,B."""
    from ..errors import ParseError

    if text is None:
        return None
    parts = text.replace(",", "x").split("x")
    if len(parts) > 32 or not all([part.isascii() and part.isdigit() and len(part) < 20 for part in parts]):
        raise ParseError("a shape is written 64x64", text, 0)
    return tuple([int(part) for part in parts])


def _list(options: argparse.Namespace) -> int:
    """List the layouts of a file; with --to each one that a shape is known for is written in that notation."""
    import json

    from ..errors import LayoutError
    from .dump import find_layouts

    try:
        with open(options.text, encoding="utf-8") as file:
            text = file.read()
    except (OSError, UnicodeDecodeError) as error:
        raise LayoutError(f"{options.text}: {error}", options.text) from error
    given = _shape(options.shape)
    records: list[dict[str, object]] = []
    for found in find_layouts(text, options.dialect):
        shapes = [given] if given is not None else found.shapes
        written = [] if options.to is None or found.encoding is None else [_one(found, options, s) for s in shapes]
        name = None if found.encoding is None else str(found.encoding)
        shown = ["x".join(map(str, shape)) for shape in found.shapes]
        records.append({"line": found.line, "alias": found.alias, "layout": name, "reason": found.reason})
        records[-1].update({"shapes": shown, "converted": written})
        if not options.json:
            print(found)
            for text in written:
                print("  " + text.replace("\n", "\n  "))
    if options.json:
        print(json.dumps(records, indent=2))
    return 0


def _one(found: Any, options: Any, shape: tuple[int, ...]) -> str:
    from ..errors import LayoutError
    from .registry import convert_notation

    label = "x".join(map(str, shape))
    try:
        return f"{label}: {convert_notation(str(found.encoding), options.to, shape, None, options.to_dialect)}"
    except LayoutError as error:
        return f"{label}: {error}"
