"""The assembler ``ptxas`` and the disassembler ``cuobjdump``, as the package triton or a toolkit brings them."""

import functools
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

__all__ = [
    "NoAssemblerError",
    "RefusedByAssemblerError",
    "assemble",
    "assemblers",
    "check",
    "complaints",
    "disassemble",
    "missing",
]


class NoAssemblerError(Exception):
    """No assembler knows the target."""


class RefusedByAssemblerError(Exception):
    """The assembler did not take the text; the message is its own."""


def _folders():
    spec = importlib.util.find_spec("triton")
    found = [Path(folder, "backends", "nvidia", "bin") for folder in (spec.submodule_search_locations if spec else [])]
    home = Path(os.environ.get("CUDA_HOME", "/usr/local/cuda")) / "bin"
    return [*found, home]


def _programs(*names):
    places = [folder / name for folder in _folders() for name in names]
    there = [str(place) for place in places if os.access(place, os.X_OK)]
    return there + [path for path in map(shutil.which, names) if path and path not in there]


@functools.cache
def assemblers():
    """Return (program, the targets that it lists), the oldest first."""
    found = []
    for program in _programs("ptxas", "ptxas-blackwell"):
        done = subprocess.run([program, "--help"], capture_output=True, text=True, timeout=60, check=False)
        option = done.stdout.partition("--gpu-name")[2].partition("\n--")[0]
        names = frozenset(re.findall(r"'(sm_\d+[af]?)'", option))
        if names:
            found.append((_release(program), program, names))
    return [(program, names) for _, program, names in sorted(found, key=lambda part: part[0])]


def _release(program):
    """Return the release of a program as numbers, (12, 9)."""
    done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=60, check=False)
    said = re.search(r"release (\d+)\.(\d+)", done.stdout)
    return tuple([int(part) for part in said.groups()]) if said else (0, 0)


def missing():
    """Return why there is nothing to assemble with, or an empty text."""
    return "" if assemblers() else "no ptxas: neither triton nor a toolkit of CUDA is installed"


def program_for(target, newest=False):
    """Return an assembler that lists the target: the oldest, whose cubins most drivers take, or the newest."""
    known = [program for program, names in assemblers() if target in names]
    if not known:
        raise NoAssemblerError(target)
    return known[-1 if newest else 0]


def check(text, target):
    """Read a module without making code of it; the newest assembler does it."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "module.ptx")
        source.write_text(text, encoding="utf-8")
        _run([program_for(target, newest=True), f"-arch={target.replace('sm', 'compute')}", str(source)], folder)


def _run(command, folder):
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False, cwd=folder)
    if done.returncode:
        raise RefusedByAssemblerError((done.stderr + done.stdout).replace(folder, "").strip())


def assemble(text, target, level=3):
    """Return the cubin of a module, as bytes."""
    with tempfile.TemporaryDirectory() as folder:
        source, made = Path(folder, "module.ptx"), Path(folder, "module.cubin")
        source.write_text(text, encoding="utf-8")
        _run([program_for(target), f"-arch={target}", f"-O{level}", str(source), "-o", str(made)], folder)
        return made.read_bytes()


def disassemble(cubin):
    """Return the machine code of a cubin as text, or None where there is no disassembler."""
    programs = _programs("cuobjdump")
    if not programs:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "module.cubin")
        path.write_bytes(cubin)
        command = [programs[0], "-sass", str(path)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout


def complaints(text, target):
    """Return {kernel: the first complaint}, of a module that the assembler should refuse in every kernel.

    The assembler names lines; a kernel is the lines from its ``.entry`` on.  The newest one is asked: ptxas 12.9 takes
    two registers for B of m16n8k16 with 8-bit floats, and drops one.
    """
    try:
        check(text, target)
    except RefusedByAssemblerError as refused:
        lines, found = text.splitlines(), {}
        for number, said in re.findall(r"line (\d+); error\s*: (.*)", str(refused)):
            heads = [line for line in lines[: int(number)] if ".entry" in line]
            if heads:
                found.setdefault(heads[-1].split()[2].rstrip("("), said)
        return found
    return {}
