"""What is fuzzed: each target takes one text and answers "value", or the name of the error of ours that refused it.

Whatever else comes out of a target is a finding.  A command line is a text too, quoted as for a shell.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import pkgutil
import shlex
import zlib

POINTS = 2**12
"""The most points that an input may have enumerated: the limits of the library are in the hands of the caller."""

SHAPES = (None, (8,), (16, 16), (64, 64), (2, 12, 5), (128, 32), (1, 1), (4, 4, 4, 4), (2**20, 2**20))
DIALECTS = ("3.0", "3.2", "3.4", "3.6", "3.9")
VARIABLES = {"i": 16, "j": 8, "k": "0:4", "m": 4, "n": 3, "r": 8, "c": 8, "row": 8, "col": 16, "lane": 32, "t": 2}
LANES = "r = lane % 16, c = lane / 16 * 8"
STATUSES = {0, 1, 2, 3}
COMMANDS_WITH_LIMIT = ("check", "show", "sectors", "width", "emit", "equal", "eq")


def load_everything() -> None:
    """Import the whole library and what it loads late, so that no input is charged for an import."""
    import layouts

    for module in pkgutil.walk_packages(layouts.__path__, "layouts."):
        if module.name.split(".")[-1] not in ("items", "strategies", "plugin"):
            importlib.import_module(module.name)
    for name in ("numpy", "tomllib", "ast", "difflib", "pathlib", "argparse", "json", "traceback", "z3"):
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    importlib.import_module("layouts.notation.registry").forms()
    importlib.import_module("layouts.hardware").names()


def chosen(text: str, values):
    """Return one of the values, always the same for a text."""
    return values[zlib.crc32(text.encode("utf-8", "surrogatepass")) % len(values)]


# -- readers -----------------------------------------------------------------------------------------------------------


def reader(room: str, name: str):
    """Return a target that reads a text, and shows what it stands for."""

    def run(text: str) -> str:
        value = getattr(importlib.import_module(f"layouts.{room}"), name)(text)
        str(value), repr(value)
        return "value"

    return run


def _ttgir_of_a_version(text: str) -> str:
    from layouts.notation.ttgir import parse_ttgir

    str(parse_ttgir(text, dialect=chosen(text, DIALECTS)))
    return "value"


def _dump(text: str) -> str:
    from layouts.notation.dump import find_layouts

    for found in find_layouts(text):
        str(found)
    return "value"


def _convert(text: str) -> str:
    from layouts.notation.registry import convert_notation, forms

    str(convert_notation(text, chosen(text, list(forms())), chosen(text[::-1], SHAPES)))
    return "value"


def _operand(text: str) -> str:
    from layouts.derivation.explain import read_operand

    repr(read_operand(text))
    return "value"


def _names(text: str) -> str:
    from layouts import hardware
    from layouts.errors import LayoutError
    from layouts.tiled.atoms import copy_atom, mma_atom
    from layouts.verify.memory import memory_model

    last = None
    for look in (hardware.get, hardware.rule, mma_atom, lambda name: copy_atom(name, 16), memory_model):
        try:
            str(look(text))
        except LayoutError as error:
            last = error
    if last is not None:
        raise last
    return "value"


# -- verdicts ----------------------------------------------------------------------------------------------------------


def _check(text: str) -> str:
    from layouts.verify.check import check

    str(check(text, VARIABLES if len(text) % 2 else {"i": 8, "j": 4}, limit=POINTS))
    return "value"


def _check_python(text: str) -> str:
    from layouts.verify.check import check

    str(check(text, {"i": 8, "j": 4, "k": 3}, limit=POINTS, dialect="python"))
    return "value"


def _equal(text: str) -> str:
    from layouts.verify.compare import compare

    left, _, right = text.partition("==")
    str(compare(left, right or "i * 8 + j", i=8, j=8, limit=POINTS))
    return "value"


def _range(text: str) -> str:
    from layouts.verify.domain import read_number, read_variable

    read_number(text)
    str(read_variable("i", text))
    return "value"


def _lanes(text: str) -> str:
    from layouts.verify.access import conflicts

    str(conflicts("(64,64):(72,1)", text, elem=2, bytes=16))
    return "value"


def _instruction(text: str) -> str:
    from layouts.verify.access import conflicts

    str(conflicts("(64,64):(72,1)", LANES, elem=2, instruction=text))
    return "value"


def _map(text: str) -> str:
    from layouts.verify.access import conflicts

    str(conflicts(text, LANES, elem=2, bytes=4))
    return "value"


def _suite(text: str) -> str:
    from layouts.verify.suite import read_suite, run_suite, suite_table

    suite_table(run_suite(read_suite(text), limit=POINTS))
    return "value"


def _annotations(path: str):
    def run(text: str) -> str:
        from layouts.verify.annotations import check_text, report

        checked = check_text(text, path, limit=POINTS)
        report(checked)
        report(checked, "github")
        return "value"

    return run


# -- the command -------------------------------------------------------------------------------------------------------


def run_command(words: list[str]) -> str:
    """Return "status N" of a command that is run here, its output read and thrown away."""
    from layouts.cli import main

    if words and words[0] in COMMANDS_WITH_LIMIT:
        words = [words[0], "--limit", str(POINTS), *[word for word in words[1:] if not word.startswith("--lim")]]
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = main(words)
        except SystemExit as end:  # argparse has printed its usage
            if end.code not in (0, 2):
                raise
            return f"usage {end.code}"
    if "Traceback" in err.getvalue():
        raise AssertionError(err.getvalue())
    if status not in STATUSES:
        raise AssertionError(f"the exit status {status} is not documented")
    if status == 2 and not (err.getvalue() or out.getvalue()):
        raise AssertionError("status 2 and not a word")
    return f"status {status}"


def _command(text: str) -> str:
    try:
        words = shlex.split(text)
    except ValueError:
        words = text.split()
    return run_command(words)


def _file(name: str, *words: str):
    """Return a target that writes the text to a file here and runs a command on it."""

    def run(text: str) -> str:
        with open(name, "w", encoding="utf-8", errors="surrogatepass", newline="") as file:
            file.write(text)
        try:
            return run_command([*words[:1], name, *words[1:]])
        finally:
            os.unlink(name)

    return run


TARGETS = {
    "cute": reader("notation.cute", "parse"),
    "cpp": reader("notation.cpp", "parse_cpp"),
    "ck": reader("notation.ck", "parse_ck"),
    "einops": reader("notation.einops_text", "parse_einops"),
    "gluon": reader("notation.gluon", "parse_gluon"),
    "linear": reader("notation.linear", "parse_linear"),
    "mosaic": reader("notation.mosaic_text", "parse_mosaic"),
    "strides": reader("notation.strides", "parse_strides"),
    "ttgir": reader("notation.ttgir", "parse_ttgir"),
    "ttgir-version": _ttgir_of_a_version,
    "xla": reader("notation.xla", "parse_xla"),
    "dump": _dump,
    "read": reader("notation.registry", "read"),
    "convert": _convert,
    "operand": _operand,
    "names": _names,
    "c": reader("verify.expression", "parse_expression"),
    "python": reader("verify.pythonic", "parse_python"),
    "range": _range,
    "check": _check,
    "check-python": _check_python,
    "equal": _equal,
    "lanes": _lanes,
    "instruction": _instruction,
    "map": _map,
    "suite": _suite,
    "annotations-c": _annotations("fuzz.cu"),
    "annotations-python": _annotations("fuzz.py"),
    "command": _command,
    "command-suite": _file("fuzz.toml", "check"),
    "command-c": _file("fuzz.cu", "check"),
    "command-python": _file("fuzz.py", "check", "--json"),
    "command-dump": _file("fuzz.ttgir", "convert", "--to", "linear"),
}

SOURCES = {
    "ttgir-version": ("ttgir",),
    "read": ("cute", "cpp", "ck", "einops", "gluon", "linear", "mosaic", "strides", "ttgir", "xla"),
    "convert": ("cute", "cpp", "ck", "einops", "gluon", "linear", "mosaic", "strides", "ttgir", "xla"),
    "operand": ("cute", "range"),
    "check": ("c",),
    "check-python": ("python",),
    "equal": ("c", "cute"),
    "map": ("cute", "c", "python"),
    "command-suite": ("suite",),
    "command-c": ("annotations-c",),
    "command-python": ("annotations-python",),
    "command-dump": ("dump",),
}
"""The corpora that a target draws from, where it is not its own."""

WEIGHTS = {
    "command": 4,
    "command-suite": 0.5,
    "command-c": 0.5,
    "command-python": 0.5,
    "command-dump": 0.5,
    "suite": 1.5,
    "annotations-c": 3,
    "annotations-python": 3,
    "check": 4,
    "check-python": 2,
    "equal": 2,
    "lanes": 1,
    "instruction": 1,
    "map": 2,
    "names": 0.3,
    "range": 2,
}
"""How often a target is drawn; 6 for those that are not listed."""
