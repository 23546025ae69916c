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
        " The path of a file, or - for the standard input, lists the layouts of a TTGIR dump.",
        epilog="Exit status: 0 done, 2 bad input, or a notation that cannot say it.",
    )
    convert.add_argument("text", metavar="TEXT | PATH", help="a layout in any notation that is read, or a TTGIR dump")
    names = "cute, cute-cpp, cute-dsl, ttgir, linear, gluon, strides, xla, mosaic, mosaic-mlir, ck, einops"
    convert.add_argument("--to", metavar="FORM", help=f"one of {names}")
    convert.add_argument(
        "--shape", metavar="AxB", help="the shape of the tensor, for a recipe such as an encoding of Triton's"
    )
    convert.add_argument(
        "--dialect", metavar="VERSION", help="the version of Triton that printed the text, such as 3.2"
    )
    convert.add_argument("--to-dialect", metavar="VERSION", help="the version of Triton to write TTGIR for")
    convert.add_argument(
        "--warp-size", type=int, metavar="N", help="read a layout of CuTe's as (thread, register), N threads to a warp"
    )
    convert.add_argument("--warps", type=int, metavar="N", help="the warps of a block, for such a layout of a cluster")
    convert.add_argument("--json", action="store_true", help="print JSON")
    convert.set_defaults(run=run_convert)


def run_convert(options: argparse.Namespace) -> int:
    """Run the command and return its exit status."""
    import json

    from ..errors import LayoutError
    from .registry import convert_notation

    if _is_file(options.text):
        return _list(options)
    if options.to is None:
        raise LayoutError("convert: --to names the notation, such as --to cute", None)
    said = options.dialect, options.to_dialect, options.warp_size, options.warps
    found = convert_notation(options.text, options.to, _shape(options.shape), *said)
    print(json.dumps(found.to_json(), indent=2) if options.json else found)
    return 0


def _is_file(text: str) -> bool:
    """Tell whether a text is meant as a file: by its ending, or because there is one."""
    import os

    if text == "-" or (text.endswith((".ttgir", ".mlir", ".ttir")) and "<" not in text):
        return True
    return len(text) < 1000 and ("." in text or os.sep in text) and "\0" not in text and os.path.isfile(text)


def _read_file(path: str) -> str:
    import sys

    from ..errors import LayoutError

    try:
        if path == "-":
            return sys.stdin.read()
        with open(path, encoding="utf-8") as file:
            return file.read()
    except (OSError, UnicodeDecodeError) as error:
        raise LayoutError(f"{path}: {error}", path) from error


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

    from .dump import find_layouts

    text = _read_file(options.text)
    given = _shape(options.shape)
    records: list[dict[str, object]] = []
    for found in find_layouts(text, options.dialect):
        wanted = [] if options.to is None or found.encoding is None else _wanted(found, given)
        written = [_one(found, options, label, shape) for label, shape in wanted]
        name = None if found.encoding is None else str(found.encoding)
        shown = [str(use) for use in found.uses]
        records.append({"line": found.line, "alias": found.alias, "layout": name, "reason": found.reason})
        records[-1].update({"shapes": shown, "converted": written})
        if not options.json:
            print(found)
            for one in written:
                print("  " + one.replace("\n", "\n  "))
    if options.json:
        print(json.dumps(records, indent=2))
    elif not records:
        print(f"no layout of Triton's in {options.text}: it is read as a TTGIR dump")
    return 0


def _wanted(found: Any, given: tuple[int, ...] | None) -> list[tuple[str, tuple[int, ...]]]:
    """Return what to convert: a label, and the shape that the layout is for, of one buffer as it is allocated."""
    if given is not None:
        return [("x".join(map(str, given)), given)]
    return [(str(use), use.layout_shape) for use in found.uses]


def _one(found: Any, options: Any, label: str, shape: tuple[int, ...]) -> str:
    from ..errors import LayoutError
    from .registry import convert_notation

    try:
        return f"{label}: {convert_notation(str(found.encoding), options.to, shape, None, options.to_dialect)}"
    except LayoutError as error:
        return f"{label}: {error}"
