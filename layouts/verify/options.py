"""The options that commands share: how each is written, and how its text is read."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import Any

__all__ = ["add_options", "named", "number", "print_json", "print_report", "refuse_options", "variables_and_lets"]


def number(text: str) -> int:
    """Return the integer that the text of an option spells; argparse shows the complaint.

    >>> number("2**6"), number("0x40")
    (64, 64)
    """
    from .domain import read_number

    found = read_number(text)
    if found is None:
        from argparse import ArgumentTypeError

        raise ArgumentTypeError(f"expected a number such as 64, 0x40 or 2**26, not {text!r}")
    return found


_OPTIONS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "map": (
        ("map",),
        {"metavar": "EXPRESSION | LAYOUT", "help": "a C expression, or a layout such as (64,64):(72,1)"},
    ),
    "variable": (
        ("-v", "--variable"),
        {"action": "append", "default": [], "metavar": "NAME=RANGE", "help": "a variable"},
    ),
    "let": (("--let",), {"action": "append", "default": [], "metavar": "NAME=EXPR", "help": "an intermediate value"}),
    "loop": (("--loop",), {"metavar": "LOOP", "help": "a stepped value, 't: p = START; STEP'"}),
    "dialect": (
        ("--dialect",),
        {"choices": ("c", "python"), "default": "c", "help": "the language of the formula (c)"},
    ),
    "elem": (("--elem",), {"type": number, "required": True, "metavar": "N", "help": "the bytes of one index unit"}),
    "model": (
        ("--model",),
        {"default": "nvidia", "metavar": "NAME", "help": "nvidia, sm90, gfx942, gfx950, rdna, ..."},
    ),
    "lane": (
        ("--lane",),
        {
            "action": "append",
            "default": [],
            "metavar": "NAME=EXPR,...",
            "help": "the variables, or the modes in order, of each lane: 'm = lane%%16, k = lane/16*8'",
        },
    ),
    "bytes": (("--bytes",), {"type": number, "metavar": "N", "help": "the bytes that one lane moves"}),
    "base": (
        ("--base",),
        {"type": number, "default": 0, "metavar": "N", "help": "the byte address where the buffer begins (0)"},
    ),
    "limit": (
        ("--limit",),
        {"type": number, "default": 2**26, "metavar": "N", "help": "the most points to enumerate (2**26)"},
    ),
    "int_bits": (
        ("--int-bits",),
        {"type": int, "choices": (32, 64), "default": 32, "help": "the width of int (32)"},
    ),
    "json": (("--json",), {"action": "store_true", "help": "print one JSON object"}),
}


def add_options(command: argparse.ArgumentParser, *names: str, **changes: Any) -> None:
    """Add options to a command by their names; ``changes`` replace parts of what is said of all of them."""
    for name in names:
        flags, words = _OPTIONS[name]
        command.add_argument(*flags, **{**words, **changes})


def refuse_options(options: argparse.Namespace, what: str, *names: str) -> None:
    """Refuse options that were given and say nothing about ``what`` is checked.

    Raises: LayoutError that names the first of them.
    """
    from ..errors import LayoutError

    for name in names:
        if getattr(options, name, None):
            raise LayoutError(f"--{name.replace('_', '-')} belongs to one expression, not to {what}", name)


def named(texts: list[str], complaint: str) -> dict[str, str]:
    """Return the values of an option that is given as NAME=VALUE, each name once.

    Raises: ParseError with the complaint and a caret where a part is missing, or with the name that is given twice.

    >>> named(["n = 64", "k=8"], "a let is given as NAME=...")
    {'n': '64', 'k': '8'}
    """
    from ..errors import ParseError

    found: dict[str, str] = {}
    for text in texts:
        name, sign, value = (part.strip() for part in text.partition("="))
        if not sign or not name or not value:
            raise ParseError(complaint, text, text.find("=") if sign else len(text))
        if name in found:
            raise ParseError(f"{name} is given twice", text, 0)
        found[name] = value
    return found


def variables_and_lets(
    options: argparse.Namespace, variable: str = "NAME=RANGE", let: str = "'NAME = EXPRESSION'"
) -> tuple[dict[str, str], dict[str, str]]:
    """Return what ``-v`` and ``--let`` give; a complaint says that one is given as ``variable``, or as ``let``."""
    return (
        named(options.variable, f"a variable is given as {variable}"),
        named(options.let, f"a let is given as {let}"),
    )


def print_json(value: object) -> None:
    """Print a value as JSON, two spaces for each level."""
    import json

    print(json.dumps(value, indent=2))


def print_report(report: Any, as_json: bool, text: str | None = None) -> None:
    """Print a report: its JSON where that is asked for, else the text, by default its own."""
    if as_json:
        print_json(report.to_json())
    else:
        print(str(report) if text is None else text)
