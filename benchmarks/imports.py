"""What ``import`` costs in a new process, whose own clock starts when the interpreter is up."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys

from .harness import MISSING, Times
from .report import Section, Target

ROUNDS = 41
FIRST_USE = "from layouts import Layout, coalesce, composition"
BASE = "layouts, first use"
PEERS = {  # statement, rounds
    "pycute": ("import pycute", 31),
    "tensor-layouts": ("import tensor_layouts", 15),
    "numpy": ("import numpy", 11),
    "triton": ("from triton.tools import LinearLayout", 7),
    "galois": ("import galois", 4),
}
HEAVY = ("numpy", "galois", "triton", "dataclasses", "typing", "inspect")


def run() -> Section:
    section = Section("import in a new process, without the interpreter's own start", "ms", base=BASE)
    statements = {"layouts": ("import layouts", ROUNDS), BASE: (FIRST_USE, ROUNDS)}
    for name, entry in PEERS.items():
        module = entry[0].split()[1].partition(".")[0]
        if importlib.util.find_spec(module) is None:
            MISSING.add(module)
        else:
            statements[name] = entry
    for code, _ in statements.values():
        _seconds(code)  # leaves the compiled files
    row = {name: Times() for name in statements}
    for turn in range(ROUNDS):
        for name, (code, rounds) in statements.items():
            if turn < rounds:
                row[name].rounds.append(_seconds(code))
    section.rows["import"] = row
    section.notes = [f"'first use' is: {FIRST_USE}", f"heavy modules are {', '.join(HEAVY)}"]
    section.targets = [
        Target("import layouts, net", row["layouts"].min * 1e3, 8, "ms", at_most=True),
        Target("import and first use, net", row[BASE].min * 1e3, 8, "ms", at_most=True),
        Target("heavy modules after import", len(_loaded("import layouts")), 0, "", at_most=True),
        Target("heavy modules after first use", len(_loaded(FIRST_USE)), 0, "", at_most=True),
    ]
    return section


def _seconds(statement: str) -> float:
    """Return what the statement takes in a new process, by the clock of that process."""
    clock = "time.perf_counter()"
    return float(_start(f"import time; start = {clock}; {statement}; print({clock} - start)"))


def _start(statement: str) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-c", statement]
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout


def _loaded(statement: str) -> list[str]:
    """Return the heavy modules that the statement loads and a bare interpreter does not."""
    ask = f"import sys; print(*[m for m in {HEAVY} if m in sys.modules])"
    return sorted({*_start(f"{statement}; {ask}").split()} - {*_start(ask).split()})
