"""A real machine: kernels of the hardware tables run on the first GPU, with the methods that ``simulated`` has too."""

from ctypes import c_uint32, c_uint64

import assembler
import clocks
import numpy as np
import ptx
import warpgroup
from bitpatterns import ONE
from cuda_driver import Driver, DriverError, NoDeviceError

from layouts import hardware
from layouts.hardware.arch import machines

__all__ = ["Gpu", "NoDeviceError", "entries_for"]

SHARED = 1024 + warpgroup.PLACE_B + 65536
"""The dynamic shared memory of wgmma: to align it, and for both operands."""
WARP_FAMILIES = ("mma", "mma.sp", "ldmatrix", "stmatrix", "movmatrix", "shfl", "tcgen05.ld", "tcgen05.st")


def entries_for(machine, families):
    """Return the entries of families that a machine (``sm90``) has; m8n8k4 of Volta runs on all later ones too."""
    later = [e for e in hardware.find(family="mma") if e.arch == "sm70 sm72"] if machine not in ("sm70", "sm72") else []
    return [
        entry
        for family in families
        for entry in hardware.find(family=family)
        if machine in machines(entry.arch) or entry in later
    ]


def wgmma_kernels(entry):
    """Return the kernels of wgmma that have the types of an entry: all N, and the forms that the experiments use."""

    def types(one):
        return [one[role].dtype for role in ("A", "B.shared", "C")]

    found = []
    for other in hardware.find(family="wgmma"):
        if types(other) != types(entry):
            continue
        found.append(warpgroup.warpgroup_kernel(other))
        if other.shape[1] == 8:
            found.append(warpgroup.warpgroup_kernel(other, "RS"))
        if other["A"].dtype in warpgroup.TRANSPOSABLE and other.shape[1] in (8, 64):
            found += [warpgroup.warpgroup_kernel(other, "SS", majors) for majors in ("MK", "KM")]
    return found


class Gpu:
    """The first device.

    ``driver`` and ``assemble`` are replaced in tests; without an assembler the driver takes the PTX itself.
    """

    def __init__(self, driver=None, assemble=assembler.assemble):
        self.driver = driver or Driver()
        major, minor = (self.driver.attribute(name) for name in ("major", "minor"))
        self.machine = f"sm{major}{minor}"
        self.target = f"sm_{major}{minor}" + ("a" if major >= 9 else "")
        self.assemble = assemble
        self.functions = {}

    def describe(self):
        """Return what identifies the device in the results."""
        return {
            "device": self.driver.name,
            "machine": self.machine,
            "driver": self.driver.version,
            "multiprocessors": self.driver.attribute("multiprocessors"),
        }

    def restart(self):
        """Begin anew after a fault, which ends all that a context has."""
        self.functions = {}
        self.driver.reset()

    # -- kernels -------------------------------------------------------------------------------------------------------

    def _function(self, name, kernels, shared=0):
        """Return a kernel by name; ``kernels`` writes the module that it is in, at the first time."""
        if name not in self.functions:
            texts = kernels()
            module = self._load(ptx.module(self.target, texts))
            for text in texts:
                own = text.split("(", 1)[0].split()[-1]
                self.functions[own] = self.driver.function(module, own, shared)
        return self.functions[name]

    def _load(self, text):
        try:
            return self.driver.load(self.assemble(text, self.target))
        except (assembler.NoAssemblerError, assembler.RefusedByAssemblerError, DriverError):
            return self.driver.load(text)

    def _warp_function(self, entry):
        def kernels():
            return [text for other in entries_for(self.machine, WARP_FAMILIES) for text in ptx.kernels_of(other)]

        return self._function(ptx.identifier(entry.name), kernels)

    # -- instructions --------------------------------------------------------------------------------------------------

    def multiply(self, entry, A, B, C, scales=None, metadata=None):
        """Return the words of D [pattern of B, pattern of A, lane, word]; metadata is of a sparse A."""
        D = np.full((len(B), len(A), 32, ptx.words_of(entry["C"])), 0xDEADBEEF, dtype=np.uint32)
        arrays = [A, B, C, D] if metadata is None else [A, B, C, D, metadata]
        if "SFA" in entry.operands:
            if scales is None:
                unit = ONE[entry["SFA"].dtype] * 0x01010101
                scales = [np.full((len(words), 32), unit, dtype=np.uint32) for words in (A, B)]
            arrays += [np.ascontiguousarray(words) for words in scales]
        arrays = [_fixed(array) if array is not D else D for array in arrays]
        self.driver.run(self._warp_function(entry), (len(A), len(B)), 32, arrays)
        return D

    def load_matrices(self, entry, memory, offsets):
        words = np.full((32, ptx.words_of(entry["R"])), 0xDEADBEEF, dtype=np.uint32)
        self.driver.run(self._warp_function(entry), (1, 1), 32, [_fixed(memory), _fixed(offsets), words])
        return words

    def store_matrices(self, entry, memory, offsets, words):
        made = np.array(memory)
        self.driver.run(self._warp_function(entry), (1, 1), 32, [made, _fixed(offsets), _fixed(words)])
        return made

    def exchange(self, entry, words):
        made = np.full(32, 0xDEADBEEF, dtype=np.uint32)
        self.driver.run(self._warp_function(entry), (1, 1), 32, [_fixed(words), made])
        return made

    def tensor_load(self, entry, tile):
        words = np.full((32, ptx.words_of(entry["R"])), 0xDEADBEEF, dtype=np.uint32)
        self.driver.run(self._warp_function(entry), (1, 1), 32, [_fixed(tile), words])
        return words

    def tensor_store(self, entry, tile, words):
        made = np.array(tile)
        self.driver.run(self._warp_function(entry), (1, 1), 32, [made, _fixed(words)])
        return made

    def warpgroup(self, entry, source, majors, A, B, desc_a, desc_b):
        """Return the words of D [pattern of B, pattern of A, thread, word]."""
        name = warpgroup.kernel_name(entry, source, majors)
        function = self._function(name, lambda: wgmma_kernels(entry), SHARED)
        D = np.full((len(B), len(A), 128, ptx.words_of(entry["C"])), 0xDEADBEEF, dtype=np.uint32)
        arguments = [_fixed(A), _fixed(B), D, c_uint64(desc_a), c_uint64(desc_b)]
        arguments += [c_uint32(A[0].nbytes), c_uint32(B[0].nbytes)]
        self.driver.run(function, (len(A), len(B)), 128, arguments, SHARED)
        return D

    def probe(self, form, filler, offsets, rounds, warps):
        """Return the cycles of ``rounds`` rounds of an access."""

        def kernels():
            return [
                clocks.probe_kernel(each, beside)
                for each in clocks.assembled_forms(self.target)
                for beside in (False, True)
            ]

        places = np.array([0xFFFFFFFF if offset is None else offset for offset in offsets], dtype=np.uint32)
        cycles, sink = np.zeros(1, dtype=np.uint64), np.zeros(32 * warps, dtype=np.uint32)
        function = self._function(clocks.probe_name(form, filler), kernels)
        arguments = [_fixed(places), cycles, sink, c_uint32(rounds), c_uint32(0)]
        self.driver.run(function, (1, 1), 32 * warps, arguments)
        return int(cycles[0])


def _fixed(array):
    """Return a contiguous array that is not copied back."""
    kept = np.array(array, order="C")
    kept.flags.writeable = False
    return kept
