"""A modelled machine on which plans run: registers, warps, shared memory with banks, barriers.

Registers hold numbers of elements of the tensor; a register that nobody wrote holds ``EMPTY``, and reading one is a
fault, as is a read of shared memory that no barrier separates from the write.  Every access of shared memory is counted
in wavefronts by the set of words that each phase asks of each bank.

Threads are numbered lane, then warp, then block, lane in the low bits; a register file is an array of threads by
registers.

>>> import numpy
>>> from layouts.convert.steps import Affine, Shuffle
>>> from layouts.convert.target import target
>>> machine = Machine(target("sm90"), 32, lane_bits=5, warp_bits=0, block_bits=0)
>>> machine.put("a", numpy.arange(32).reshape(32, 1))
>>> flip = Shuffle("a", "b", (0,), (0,), Affine((1, 2, 4, 8, 16), offset=2))
>>> machine.run([flip]).files["b"][:4, 0].tolist()
[2, 3, 0, 1]
"""

from __future__ import annotations

from functools import singledispatchmethod

from ..errors import LayoutError
from .shared_memory import EMPTY, SCOPES, Fault, SharedMemory, count_wavefronts
from .steps import Barrier, Copy, Load, LoadMatrix, Permute, Shuffle, Store, StoreMatrix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from .steps import Affine, Step
    from .target import Target

__all__ = ["EMPTY", "Fault", "Machine"]

ROW_BYTES = 16
"""The bytes of a row of a matrix of ldmatrix and stmatrix."""


class Machine:
    """Register files and shared memories of some blocks of warps.

    ``wavefronts`` counts those of all warps by 'store' and 'load', ``ideal`` what the same words cost without
    conflicts; ``put`` sets a register file, ``run`` runs steps, ``files`` holds the result.
    """

    def __init__(self, target: Target, element_bits: int, lane_bits: int, warp_bits: int, block_bits: int) -> None:
        import numpy

        self.target, self.element_bits = target, element_bits
        self.lane_bits, self.warp_bits = lane_bits, warp_bits
        self.bits = lane_bits + warp_bits + block_bits
        self.files: dict[str, Any] = {}
        self.buffers: dict[str, SharedMemory] = {}
        self.wavefronts = {"store": 0, "load": 0}
        self.ideal = {"store": 0, "load": 0}
        self._threads = numpy.arange(1 << self.bits)

    def put(self, name: str, values: Any) -> None:
        """Set a register file: an array of threads by registers."""
        self.files[name] = values

    def allocate(self, name: str, size: int) -> None:
        """Make a buffer of so many elements in the shared memory of every block."""
        blocks = 1 << self.bits - self.lane_bits - self.warp_bits
        self.buffers[name] = SharedMemory(blocks, size, self.lane_bits, self.warp_bits)

    def run(self, steps: Iterable[Step]) -> Machine:
        """Run the steps in order."""
        for number, step in enumerate(steps):
            try:
                self._step(step)
            except Fault as fault:
                raise Fault(f"step {number}, {type(step).__name__}: {fault}", (number, fault.witness)) from None
        return self

    @singledispatchmethod
    def _step(self, step: Step) -> None:
        raise LayoutError(f"no step of a plan: {step!r}", step)

    @_step.register
    def _(self, step: Copy) -> None:
        self._set(step.target, step.received, self._get(step.source, step.sent))

    @_step.register
    def _(self, step: Permute) -> None:
        import numpy

        file = self.files[step.source]
        index = step.by.table(self.bits)[:, None] ^ numpy.array(step.registers, numpy.int64)[None, :]
        most = int(index.max(initial=0))
        self._check(most < file.shape[1], f"register {most} of {file.shape[1]}", most)
        self._set(step.target, range(index.shape[1]), _full(numpy.take_along_axis(file, index, axis=1), step.source))

    @_step.register
    def _(self, step: Shuffle) -> None:
        width = len(step.sent) * self.element_bits
        self._check(width <= 32 or len(step.sent) == 1, f"a shuffle of {width} bits", width)
        lanes = step.lanes.table(self.bits)
        self._check(int(lanes.max()) < 1 << self.lane_bits, f"lane {lanes.max()}", int(lanes.max()))
        sender = self._threads >> self.lane_bits << self.lane_bits | lanes
        self._set(step.target, step.received, self._get(step.source, step.sent)[sender])

    @_step.register
    def _(self, step: Store) -> None:
        import numpy

        active = numpy.ones(len(self._threads), bool)
        for mask in step.only:
            active &= _even(self._threads & mask)
        cells = self._cells("store", step, len(step.registers), active)
        blocks, threads = self._owners(step.block, cells.shape[1])
        values = self._get(step.source, step.registers)
        self.buffers[step.buffer].store(*[_flat(a, active) for a in (blocks, cells, threads, values)])

    @_step.register
    def _(self, step: Load) -> None:
        import numpy

        active = numpy.ones(len(self._threads), bool)
        cells = self._cells("load", step, len(step.registers), active)
        blocks, threads = self._owners(step.block, cells.shape[1])
        found = self.buffers[step.buffer].load(*[_flat(a, active) for a in (blocks, cells, threads)])
        self._set(step.target, step.registers, found.reshape(cells.shape))

    @_step.register
    def _(self, step: StoreMatrix) -> None:
        cells = self._matrix_cells("store", step)
        blocks, threads = self._owners(None, cells.shape[1])
        values = self._get(step.source, step.registers)
        self.buffers[step.buffer].store(*[a.ravel() for a in (blocks, cells, threads, values)])

    @_step.register
    def _(self, step: LoadMatrix) -> None:
        cells = self._matrix_cells("load", step)
        blocks, threads = self._owners(None, cells.shape[1])
        found = self.buffers[step.buffer].load(*[a.ravel() for a in (blocks, cells, threads)])
        self._set(step.target, step.registers, found.reshape(cells.shape))

    @_step.register
    def _(self, step: Barrier) -> None:
        self._check(step.scope in SCOPES, f"no scope {step.scope!r}", step.scope)
        for buffer in self.buffers.values():
            buffer.barrier(step.scope)

    def _get(self, name: str, registers: Iterable[int]) -> Any:
        """Return some registers of all threads, which must have been written."""
        chosen, file = list(registers), self.files[name]
        most = max(chosen, default=-1)
        self._check(most < file.shape[1], f"register {most} of {file.shape[1]} of {name}", most)
        return _full(file[:, chosen], name)

    def _set(self, name: str, registers: Iterable[int], values: Any) -> None:
        """Write some registers of all threads; the file grows where it must."""
        import numpy

        chosen, file = list(registers), self.files.get(name)
        most = max(chosen, default=-1) + 1
        if file is None or file.shape[1] < most:
            wider = numpy.full((1 << self.bits, most), EMPTY, numpy.int64)
            if file is not None:
                wider[:, : file.shape[1]] = file
            self.files[name] = file = wider
        file[:, chosen] = values

    def _owners(self, block: Affine | None, width: int) -> tuple[Any, Any]:
        """Return the block whose memory each thread touches, and the thread, for every element of an access."""
        import numpy

        blocks = self._threads >> self.lane_bits + self.warp_bits if block is None else block.table(self.bits)
        return tuple([numpy.repeat(a[:, None], width, axis=1) for a in (blocks, self._threads)])  # type: ignore[return-value]

    def _cells(self, kind: str, step: Store | Load, width: int, active: Any) -> Any:
        """Return the cells of a vector access, threads by elements, and count its wavefronts."""
        import numpy

        address = step.address.table(self.bits)
        bad = address[active] % width
        self._check(not bad.any(), f"an address that is no multiple of {width} elements", width)
        bits = width * self.element_bits
        self._check(bits % 8 == 0 and bits <= self.target.vector_bits, f"an access of {bits} bits", bits)
        remote = step.block is not None
        if not remote:
            self._count(kind, kind, address * self.element_bits // 8, bits // 8, active)
        return address[:, None] + numpy.arange(width)

    def _matrix_cells(self, kind: str, step: LoadMatrix | StoreMatrix) -> Any:
        """Return the cell of each element of a matrix access, threads by elements, and count its wavefronts."""
        import numpy

        per = 32 // self.element_bits
        name = "stmatrix" if kind == "store" else "ldmatrix"
        self._check(self.target.has(name), f"{self.target} has no {name}", name)
        self._check(len(step.registers) == per * step.matrices, f"{len(step.registers)} elements", step.registers)
        address = step.address.table(self.bits)
        lane, element = (self._threads & (1 << self.lane_bits) - 1)[:, None], numpy.arange(len(step.registers))[None, :]
        matrix, part = element // per, element % per
        if step.transposed:
            self._check(self.element_bits == 16, f"transposed matrices of {self.element_bits} bits", self.element_bits)
            row, column = 2 * (lane % 4) + part, lane // 4
        else:
            row, column = lane // 4, lane % 4 * per + part
        giver = (self._threads >> self.lane_bits << self.lane_bits)[:, None] | 8 * matrix + row
        given = self._threads & (1 << self.lane_bits) - 1
        active = given < 8 * step.matrices
        bad = address[active] * self.element_bits % (8 * ROW_BYTES)
        self._check(not bad.any(), "a row that is not aligned to 16 bytes", ROW_BYTES)
        self._count(kind, "matrix", address * self.element_bits // 8, ROW_BYTES, active)
        return address[giver] + column

    def _count(self, kind: str, phases: str, addresses: Any, width: int, active: Any) -> None:
        rows, there = [a.reshape(-1, 1 << self.lane_bits) for a in (addresses, active)]
        count = count_wavefronts(rows, width, self.target.memory, phases, there)
        self.wavefronts[kind] += count[0]
        self.ideal[kind] += count[1]

    def _check(self, good: bool, what: str, witness: object) -> None:
        if not good:
            raise Fault(what, witness)


def _full(values: Any, name: str) -> Any:
    """Return values that were all written."""
    if (values == EMPTY).any():
        thread = int((values == EMPTY).any(axis=1).argmax())
        raise Fault(f"thread {thread} reads a register of {name} that nobody wrote", thread)
    return values


def _flat(values: Any, active: Any) -> Any:
    return values[active].ravel()


def _even(values: Any) -> Any:
    """Tell of each value whether it has an even number of bits."""
    for shift in (32, 16, 8, 4, 2, 1):
        values = values ^ values >> shift
    return values & 1 == 0
