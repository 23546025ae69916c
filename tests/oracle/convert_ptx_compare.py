"""Triton's conversions beside ours: what each issues, what it costs by the library's weights, and who is cheaper."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import convert_ptx_text as text
import numpy as np
from convert_ptx_cases import Case
from convert_ptx_machine import Machine

from layouts import convert
from layouts.convert.costs import Cost
from layouts.convert.target import target

DRIVER = Path(__file__).with_name("convert_ptx_driver.py")

CATEGORIES = {
    "nearer": "we predict a nearer class: what a thread or a warp has anyway is not fetched from another",
    "same": "every count is the same",
    "selects": "the same shuffles; narrow elements are put into words in another way",
    "packing": "the same accesses to shared memory; narrow elements are put into words in another way",
    "rounds": "the same accesses; Triton moves the tile in rounds through a smaller buffer, two more barriers a round",
    "vectors": "vectors of other widths: Triton takes what the registers of both sides have in common, we take wider"
    " ones where one side can",
    "matrices": "ldmatrix or stmatrix where the other has vectors, or other matrices",
}
"""How our plan of the model 'triton' may differ from what Triton does; all but the first in the same class."""

NEAR = ("nothing", "register", "shuffle", "shared")


def ask(cases, form="words", timeout=600):
    """Return ["ok", PTX] or another status for each case."""
    given = json.dumps([case.asked(form) for case in cases])
    command = [sys.executable, str(DRIVER)]
    done = subprocess.run(command, input=given, capture_output=True, text=True, timeout=timeout, check=True)
    return json.loads(done.stdout)


def elements(side):
    """Return the elements that each thread holds, threads by registers."""
    registers = [c for c in side["register"] if c]
    found = np.zeros(1, np.int64)
    for column in (*registers, *side["lane"], *side["warp"]):
        found = np.concatenate([found, found ^ column])
    return found.reshape(-1, 1 << len(registers))


def in_words(held, bits, digit, pack):
    """Return words whose elements are a digit of their numbers."""
    values = (held >> digit * bits & (1 << bits) - 1).reshape(len(held), -1, pack)
    return sum(values[:, :, k] << (bits * k) for k in range(pack))


def carry_out(case, program):
    """Run a program until the sinks have every element, digit by digit; return the machine of the last run."""
    held = elements(case.source), elements(case.target)
    pack = min(max(1, 32 // case.bits), held[0].shape[1], held[1].shape[1])
    for digit in range(-(-case.rows // case.bits)):
        machine = Machine(in_words(held[0], case.bits, digit, pack), target(f"sm{case.arch}").memory)
        mask = np.uint64((1 << case.bits * pack) - 1)
        found = machine.run(program) & mask
        if (found.astype(np.int64) != in_words(held[1], case.bits, digit, pack)).any():
            raise AssertionError(f"Triton's code does not move every element: {case}")
    return machine


@dataclass(frozen=True)
class Compared:
    case: Case
    theirs: Cost
    alike: convert.Plan
    """Our plan by the model 'triton'."""
    ours: convert.Plan
    """Our plan by the default model."""

    @property
    def taken(self):
        """The class that Triton takes, the class that we predict."""
        return text.classification(self.theirs.instructions), text.classification(self.alike.cost.instructions)

    @property
    def ahead(self):
        """The cycles by which our default plan is cheaper."""
        return self.theirs.cycles - self.ours.cost.cycles

    @property
    def category(self):
        theirs, ours = dict(self.theirs.instructions), dict(self.alike.cost.instructions)
        far = [NEAR.index(taken) for taken in self.taken]
        if far[0] != far[1]:
            return "nearer" if far[1] < far[0] else "farther"
        if theirs == ours:
            return "same"
        kinds = [{kind for kind in counts if counts[kind] != other.get(kind)} for counts, other in
                 ((theirs, ours), (ours, theirs))]  # fmt: skip
        differ = kinds[0] | kinds[1]
        if any("matrix" in kind for kind in differ):
            return "matrices"
        if any("shared" in kind for kind in differ):
            return "vectors"
        if any(kind.startswith("bar") for kind in differ):
            return "rounds"
        return "selects" if self.taken[0] == "shuffle" else "packing"


def compare(case, ptx):
    program = text.read(ptx)
    machine = carry_out(case, program)
    warps = 1 << len(case.source["warp"])
    theirs = Cost(text.counts(program), machine.wavefronts, machine.ideal, machine.used, warps, 1)
    arch = f"sm{case.arch}"
    alike, ours = [convert.plan(*case.layouts(), case.bits, arch, model=model) for model in ("triton", "cheapest")]
    return Compared(case, theirs, alike, ours)
