"""Wavefronts from hardware counters, by Nsight Compute: ``PYTHONPATH=. python tests/gpu --counters``.

One warp does each access COPIES times in one launch, and nothing else is done in shared memory.  So a counter of the
launch divided by COPIES is the figure of one instruction.
"""

import csv
import io
import shutil
import subprocess
import sys
from pathlib import Path

import clocks
from accesses import ACCESSES

__all__ = ["METRICS", "NoCountersError", "launch_all", "read", "rows_of"]

METRICS = {
    "wavefronts": "l1tex__data_pipe_lsu_wavefronts_mem_shared.sum",
    "conflicts_ld": "l1tex__data_bank_conflicts_pipe_lsu_mem_shared_op_ld.sum",
    "conflicts_st": "l1tex__data_bank_conflicts_pipe_lsu_mem_shared_op_st.sum",
}


class NoCountersError(Exception):
    """Nsight Compute is not there, or does not read the counters."""


def _accesses(target):
    forms = clocks.assembled_forms(target)
    return [access for access in ACCESSES if access.form in forms]


def launch_all(machine):
    """Launch each access once, with one warp; this is the program that ncu runs."""
    for access in _accesses(machine.target):
        machine.probe(access.form, False, access.offsets, 1, 1)
    print("target", machine.target)


def read(timeout=600):
    """Return {access: {metric: count for one instruction}}."""
    program = shutil.which("ncu")
    if program is None:
        raise NoCountersError("ncu is not installed")
    script = str(Path(__file__).parent)
    command = [program, "--csv", "--page", "raw", "--clock-control", "none", "--metrics", ",".join(METRICS.values())]
    command += ["--kernel-name", "regex:k_probe_.*", sys.executable, script, "--launches"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)
    if done.returncode:
        raise NoCountersError((done.stderr + done.stdout)[-2000:])
    target = next(line.split()[1] for line in done.stdout.splitlines() if line.startswith("target "))
    rows, asked = rows_of(done.stdout), _accesses(target)
    if len(rows) != len(asked):
        raise NoCountersError(f"{len(rows)} launches were counted, and {len(asked)} were made")
    return {access.name: row for access, row in zip(asked, rows, strict=True)}


def rows_of(text):
    """Return the counts for one instruction, a launch after the other, from what ncu prints.

    The table begins with its heads, then come the units, then the launches.
    """
    lines = text.splitlines()
    start = next((i for i, line in enumerate(lines) if line.startswith('"ID"')), None)
    if start is None:
        raise NoCountersError("ncu printed no table: " + text[-2000:])
    table = csv.DictReader(io.StringIO("\n".join([line for line in lines[start:] if line.startswith('"')])))
    return [
        {name: float(row[metric].replace(",", "")) / clocks.COPIES for name, metric in METRICS.items()}
        for row in table
        if row["ID"]
    ]
