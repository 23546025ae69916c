"""CuTe's C++ headers as an engine: cases become one program of static layouts, compiled by g++ for the host.

The headers come with the package nvidia-cutlass.  They include a few headers of a CUDA toolkit, though the algebra
needs no device: those that the package triton brings are enough, with small stand-ins for ``cuda/std`` and
``nv/target``.  In C++ a layout is a type and most refusals are errors of the compiler; a case that does not compile is
found by its line in the messages, and the rest is compiled again.  A refusal at run time ends the process, and the
next process goes on.
"""

import functools
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

from comparison import Killed, Refused
from engines import TIMEOUT, read_text

from layouts import ArithTuple, ComposedLayout, Layout, Swizzle

HERE = Path(__file__).parent
COMPILER = next(filter(None, map(shutil.which, ("g++", "clang++"))), None)
STANDARD = ("cassert", "cstddef", "cstdint", "limits", "tuple", "type_traits", "utility")


def _package(name, *parts):
    spec = importlib.util.find_spec(name)
    folders = list(spec.submodule_search_locations or ()) if spec else []
    found = [Path(folder, *parts) for folder in folders]
    return next((path for path in found if path.is_dir()), None)


@functools.cache
def _folders():
    """Return the folder of CuTe's headers and a folder with cuda_runtime.h, each None where there is none."""
    cute = _package("cutlass_library", "source", "include")
    home = Path(os.environ.get("CUDA_HOME", "/usr/local/cuda")) / "include"
    toolkits = [_package("triton", "backends", "nvidia", "include"), home]
    return cute, next((path for path in toolkits if path and (path / "cuda_runtime.h").is_file()), None)


def missing():
    """Return what the engine lacks, as a reason to skip, or an empty text."""
    cute, cuda = _folders()
    if COMPILER is None:
        return "no C++ compiler"
    if cute is None:
        return "nvidia-cutlass with CuTe's headers is not installed"
    return "" if cuda else "no headers of CUDA, as triton or a toolkit has them"


def _stand_ins(folder):
    """Write the headers of the CUDA standard library that are those of the host."""
    (folder / "cuda" / "std").mkdir(parents=True)
    (folder / "nv").mkdir()
    for name in STANDARD:
        text = f"#pragma once\n#include <{name}>\nnamespace cuda {{ namespace std {{ using namespace ::std; }} }}\n"
        (folder / "cuda" / "std" / name).write_text(text)
    lines = [
        "#pragma once",
        *[f"#define {m}(...)" for m in ("NV_IF_TARGET", "NV_IF_ELSE_TARGET", "NV_DISPATCH_TARGET")],
    ]
    (folder / "nv" / "target").write_text("\n".join(lines) + "\n")


# -- a case as an expression -------------------------------------------------------------------------------------------


def type_of(tree, node):
    if isinstance(tree, tuple):
        return f"{node}<{','.join([type_of(child, node) for child in tree])}>"
    if isinstance(tree, ArithTuple):
        ((path, scale),) = tree.terms()
        return f"ScaledBasis<I<{scale}>,{','.join(map(str, path))}>"
    return f"I<{tree}>"


def expression(value):
    if isinstance(value, Layout):
        return f"Layout<{type_of(value.shape, 'Shape')},{type_of(value.stride, 'Stride')}>{{}}"
    if isinstance(value, Swizzle):
        return f"Swizzle<{value.bits},{value.base},{value.shift}>{{}}"
    if isinstance(value, ComposedLayout):
        return f"make_composed_layout({expression(value.outer)},I<{value.offset}>{{}},{expression(value.inner)})"
    if isinstance(value, tuple):
        return f"make_tuple({','.join(map(expression, value))})"
    return "_" if value is None else f"I<{value}>{{}}"


def tiler(value):
    return f"make_tile({','.join(map(expression, value))})" if isinstance(value, tuple) else expression(value)


def _with_tiler(name):
    return lambda A, B: f"{name}({expression(A)},{tiler(B)})"


FORMS = {
    "coalesce_profile": lambda A, p: f"coalesce({expression(A)},{expression(p)})",
    "composition_by_mode": _with_tiler("composition"),
    **{f"{form}_divide": _with_tiler(f"{form}_divide") for form in ("logical", "zipped", "tiled", "flat")},
    "tile_to_shape": lambda A, s, o: f"tile_to_shape({expression(A)},{expression(s)},{type_of(o, 'Step')}{{}})",
    "crd2idx": lambda c, s, d: f"crd2idx({expression(c)},{expression(s)},{expression(d)})",
    "upcast": lambda A, n: f"upcast<{n}>({expression(A)})",
    "downcast": lambda A, n: f"downcast<{n}>({expression(A)})",
    "swizzled_values": lambda C: expression(C),
    "swizzled_upcast": lambda C, n: f"upcast<{n}>({expression(C)})",
    "swizzled_downcast": lambda C, n: f"downcast<{n}>({expression(C)})",
    "slice_and_offset": lambda c, A: f"slice_and_offset({expression(c)},{expression(A)})",
    "make_ordered_layout": lambda s, o: f"make_ordered_layout({expression(s)},{expression(o)})",
    "make_layout": lambda s: f"make_layout({expression(s)})",
}


def line_of(number, name, operands):
    form = FORMS.get(name)
    text = form(*operands) if form else f"{name}({','.join(map(expression, operands))})"
    out = "out_values" if name.startswith("swizzled_") else "out_pair" if name == "slice_and_offset" else "out"
    return f"void case_{number}() {{ {out}({number}, {text}); }}"


# -- compile, run ------------------------------------------------------------------------------------------------------


@contextmanager
def session():
    """Give a prepared folder that is removed in the end."""
    with tempfile.TemporaryDirectory() as folder:
        prepare(Path(folder))
        yield Path(folder)


def prepare(folder):
    """Write into an empty folder what all programs need, and compile CuTe's headers once."""
    _stand_ins(folder)
    shutil.copy(HERE / "cute_cpp_driver.hpp", folder)
    header = folder / "cute_cpp_driver.hpp"
    subprocess.run([*_command(folder), "-x", "c++-header", str(header), "-o", f"{header}.gch"], check=True)


def _command(folder):
    cute, cuda = _folders()
    most = "-ferror-limit=0" if "clang" in COMPILER else "-fmax-errors=0"
    options = ["-std=c++17", "-O0", "-w", "-DNDEBUG", "-ftemplate-backtrace-limit=0", most]
    return [COMPILER, *options, *[f"-I{path}" for path in (folder, cute, cuda)]]


def ask_cpp(cases, folder):
    """Return one answer for each case; ``folder`` is one that ``prepare`` has made."""
    lines = {k: line_of(k, name, operands) for k, (name, *operands) in enumerate(cases)}
    answers = {}
    for k, reason in _compile(lines, folder).items():
        answers[k] = Refused(reason)
    numbers = [k for k in range(len(cases)) if k not in answers]
    start = 0
    while start < len(numbers):
        done = subprocess.run(
            [str(folder / "cases"), str(start)], capture_output=True, text=True, timeout=TIMEOUT, check=False
        )
        for line in done.stdout.splitlines():
            number, tab, text = line.partition("\t")
            if tab:
                answers[int(number)] = read(text)
                start += 1
        if start < len(numbers):
            assert done.returncode, done.stdout
            answers[numbers[start]] = Killed()
            start += 1
    return [answers[k] for k in range(len(cases))]


def _compile(lines, folder):
    """Compile what compiles, and return the reason for each case that does not."""
    source, refused = folder / "cases.cpp", {}
    command = [*_command(folder), str(source), "-o", str(folder / "cases")]
    for _ in range(6):  # a case that fails can hide another one
        kept = [k for k in lines if k not in refused]
        names = ",".join([f"case_{k}" for k in kept])
        text = ['#include "cute_cpp_driver.hpp"', *[lines[k] for k in kept]]
        text.append(f"Case const cases[] = {{{names}}};\nint main(int n, char** v) {{ return run(cases, n, v); }}")
        source.write_text("\n".join(text) + "\n")
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT, check=False)
        if done.returncode == 0:
            return refused
        found = _blamed(done.stderr, kept)
        assert found, done.stderr[:4000]
        refused |= found
    raise AssertionError(done.stderr[:4000])


def _blamed(messages, kept):
    """Return the cases whose lines lead to an error, each with the error."""
    found, here = {}, None
    for line in messages.splitlines():
        place = re.search(r"cases\.cpp:(\d+):", line)
        if place and 2 <= int(place[1]) < 2 + len(kept):
            here = kept[int(place[1]) - 2]
            found.setdefault(here, "")
        reason = re.search(r"error: (.*)", line)
        if reason and here is not None and not found[here]:
            found[here] = reason[1][:200]
    return found


def read(text):
    """Read what cute::print wrote: static integers have an underscore."""
    if ";" in text:
        return tuple(map(read, text.split(";")))
    plain = re.sub(r"_(\d)", r"\1", text).replace("_-", "-").replace("_", "")
    if ":" in plain:
        return read_text(plain)
    if re.fullmatch(r"-?\d+", plain):
        return int(plain)
    return _tree(plain)


def _tree(text):
    from ast import literal_eval

    return literal_eval(re.sub(r"\)", ",)", text).replace("(,)", "()"))
