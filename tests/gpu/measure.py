"""All experiments on a machine, and their results as plain data."""

import clocks
import moves
import multiply
import warpgroup
from accesses import ACCESSES
from cuda_driver import DriverError
from gpu import entries_for

from layouts import hardware

__all__ = ["EXPERIMENTS", "fragments", "operands_in_memory", "wavefronts", "wgmma_types"]

AGREES = "as the table"


def _mma(machine, entry):
    found = multiply.mismatch(machine, entry)
    if found is None and not multiply.accumulator_passes(machine, entry):
        found = f"{entry.name}: D is not C where A and B are 0"
    if found is None and "E" in entry.operands:
        found = multiply.metadata_mismatch(machine, entry)
    if found is None and "SFA" in entry.operands:
        found = multiply.scales_mismatch(machine, entry)
    return found


def _wgmma(machine, entry):
    found = warpgroup.accumulator_mismatch(machine, entry)
    if found is None and entry.shape[1] == 8:
        found = warpgroup.register_mismatch(machine, entry)
    return found


EXPERIMENTS = {
    "mma": _mma,
    "mma.sp": _mma,
    "ldmatrix": moves.load_mismatch,
    "stmatrix": moves.store_mismatch,
    "movmatrix": moves.exchange_mismatch,
    "shfl": moves.exchange_mismatch,
    "tcgen05.ld": moves.tensor_load_mismatch,
    "tcgen05.st": moves.tensor_store_mismatch,
    "wgmma": _wgmma,
}
"""What is done with an entry of a family; each gives None, or in words where the machine differs."""


def wgmma_types():
    """Return the entries of wgmma by their types, as {(A, B, D): entries}."""
    found = {}
    for entry in hardware.find(family="wgmma"):
        found.setdefault(tuple([entry[role].dtype for role in ("A", "B.shared", "C")]), []).append(entry)
    return found


def _answer(name, experiment, machine, *case):
    """Return what an experiment says; after a fault the device starts afresh, and the others go on."""
    try:
        return experiment(machine, *case) or AGREES
    except DriverError as error:
        machine.restart()
        return f"{name}: {error}"


def fragments(machine, families=tuple(EXPERIMENTS)):
    """Return {name of an entry: "as the table", or where the machine differs}, of the entries that it has."""
    return {
        entry.name: _answer(entry.name, EXPERIMENTS[family], machine, entry)
        for family in families
        for entry in entries_for(machine.machine, (family,))
    }


def case_name(case):
    entry, role, major, swizzle, choice = case
    return f"{entry.name} {role} {major}-major {swizzle} offsets {choice}"


def operands_in_memory(machine, cases=warpgroup.CASES):
    """Return {case: "as the table", or where the machine differs} of wgmma's operands in shared memory."""
    if not entries_for(machine.machine, ("wgmma",)):
        return {}
    return {case_name(case): _answer(case_name(case), warpgroup.memory_mismatch, machine, *case) for case in cases}


def wavefronts(machine, accesses=ACCESSES):
    """Return for each access its prediction, its figures in cycles, and the integer that they are close to or None."""
    found, fillers = [], {}
    forms = clocks.assembled_forms(machine.target)
    for access in accesses:
        if access.form not in forms:
            continue
        kind = access.form.startswith(("st", "red")), tuple([offset is None for offset in access.offsets])
        if kind not in fillers:
            fillers[kind] = clocks.filler_cycles(machine, access.form, access.offsets)
        cycles = clocks.figures(machine, access, fillers[kind])
        nearest = round(clocks.figure(cycles))
        row = {
            "question": access.question,
            "form": access.form,
            "what": access.what,
            "predicted": access.predicted,
            "measured": nearest if clocks.close(cycles, nearest) else None,
            "cycles": cycles,
        }
        found.append({**row, "others": access.others} if access.others else row)
    return found


def wrong_wavefronts(rows):
    """Return the accesses that were measured as another number than predicted, in words."""
    return [
        f"{row['question']}: {row['form']}, {row['what']}: predicted {row['predicted']}, cycles {row['cycles']}"
        + (f"; {row['others']}" if "others" in row else "")
        for row in rows
        if row["predicted"] is not None and row["predicted"] != row["measured"]
    ]
