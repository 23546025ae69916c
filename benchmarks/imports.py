"""What ``import`` costs in a new process, net of an interpreter that imports nothing."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys

from .harness import MISSING, Contender, Times, race
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
    section = Section("import, net of the interpreter", "ms", base=BASE)
    statements = {"interpreter": ("pass", ROUNDS), "layouts": ("import layouts", ROUNDS)}
    statements[BASE] = (FIRST_USE, ROUNDS)
    for name, entry in PEERS.items():
        module = entry[0].split()[1].partition(".")[0]
        if importlib.util.find_spec(module) is None:
            MISSING.add(module)
        else:
            statements[name] = entry
    contenders = {name: Contender(_start, lambda s=code: [(s,)], limit) for name, (code, limit) in statements.items()}
    for code, _ in statements.values():
        _start(code)  # leaves the compiled files
    times = race({"import": contenders}, ROUNDS)["import"]
    bare = times.pop("interpreter")
    net = {name: Times([t - bare.min for t in measured.rounds]) for name, measured in times.items()}
    section.rows["import"] = net
    section.notes.append(f"the interpreter alone: {bare.min * 1e3:.1f} ms; 'first use' is: {FIRST_USE}")
    section.targets = [
        Target("import layouts, net", net["layouts"].min * 1e3, 8, "ms", at_most=True),
        Target("import and first use, net", net[BASE].min * 1e3, 8, "ms", at_most=True),
        Target("heavy modules after import", len(_loaded("import layouts")), 0, "", at_most=True),
        Target("heavy modules after first use", len(_loaded(FIRST_USE)), 0, "", at_most=True),
    ]
    section.notes.append(f"heavy modules are {', '.join(HEAVY)}")
    return section


def _start(statement: str) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-c", statement]
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout


def _loaded(statement: str) -> list[str]:
    """Return the heavy modules that the statement loads and a bare interpreter does not."""
    ask = f"import sys; print(*[m for m in {HEAVY} if m in sys.modules])"
    return sorted({*_start(f"{statement}; {ask}").split()} - {*_start(ask).split()})
