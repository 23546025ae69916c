"""The kernels that take time, carried out line by line: every wavefront takes a cycle, all else takes none."""

import ctypes

import numpy as np
from clocks import FORMS
from interpreter import Block, Kernel, Memory

__all__ = ["GROUP", "cycles_of", "wavefronts"]

GROUP = {1: 32, 2: 32, 4: 32, 8: 16, 16: 8}
"""The lanes of a phase, by the bytes of a lane."""


def wavefronts(offsets, size, group):
    """Return the wavefronts by the rules of the hardware reference, counted word by word."""
    total = 0
    for start in range(0, len(offsets), group):
        words = {(o + b) >> 2 for o in offsets[start : start + group] if o is not None for b in range(size)}
        total += max([sum([word % 32 == bank for word in words]) for bank in range(32)]) if words else 0
    return total


class _Counting(Block):
    """Memory is not kept: loads give 0."""

    cycles = 0

    def value(self, operand):
        if operand == "%clock64":
            return np.full(self.threads, self.cycles, dtype=np.uint64)
        return np.zeros(self.threads, dtype=np.uint64) if operand == "span" else super().value(operand)

    def step(self, opcode, operands, on):
        form = opcode.replace(".volatile", "")
        if form in FORMS:
            self.access(form, operands, on)
        elif not operands or not operands[0].startswith("{"):  # the halves of a register are 0 as it is
            super().step(opcode, operands, on)

    def access(self, form, operands, on):
        size, count, _ = FORMS[form]
        name, _, more = next(part for part in operands if part.startswith("["))[1:-1].partition("+")
        places = self.value(name).astype(np.int64) + int(more or 0)
        for first in range(0, self.threads, 32):
            lanes = range(first, first + (8 * count if "matrix" in form else 32))
            offsets = [int(places[lane]) if on[lane] else None for lane in lanes]
            assert all(offset is None or offset % size == 0 for offset in offsets)
            self.cycles += wavefronts(offsets, size, GROUP[size])


def cycles_of(text, offsets, rounds, warps):
    """Return what a kernel of ``clocks.probe_kernel`` writes as its cycles."""
    places = np.array([0xFFFFFFFF if offset is None else offset for offset in offsets], dtype="<u4").tobytes()
    kept = [ctypes.create_string_buffer(data, len(data)) for data in (places, bytes(8), bytes(128 * warps))]
    pointers = [ctypes.addressof(buffer) for buffer in kept]
    given = dict(zip(("offsets", "cycles", "sink"), pointers, strict=True)) | {"rounds": rounds, "nothing": 0}
    kernel = Kernel(text)
    memory = Memory(dict(zip(pointers, kept, strict=True)))
    _Counting(kernel, None, None, 32 * warps, given, memory, (), (0, 0), (1, 1)).go()
    return int.from_bytes(kept[1].raw, "little")
