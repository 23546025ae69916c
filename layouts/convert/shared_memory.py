"""A modelled shared memory: what is in it, who wrote and read it when, and the wavefronts of an access.

A barrier begins a new epoch.  What a thread wrote may be read by its own warp after a barrier of the warp, by its block
after a barrier of the block, by the cluster after one of the cluster; what was read may be written over after the same.
"""

from __future__ import annotations

from ..errors import LayoutError
from ..verify.memory import BANK_BYTES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..verify.memory import MemoryModel

__all__ = ["EMPTY", "Fault", "SharedMemory", "count_wavefronts"]

EMPTY = -1
SCOPES = ("warp", "block", "cluster")


class Fault(LayoutError):  # noqa: N818 - what the machine does, not what the program does
    """Raised when a step reads what nobody wrote, races, or asks for an address that is not aligned."""


class SharedMemory:
    """One buffer of the shared memories of some blocks, in elements."""

    def __init__(self, blocks: int, size: int, lane_bits: int, warp_bits: int) -> None:
        import numpy

        self.values = numpy.full((blocks, size), EMPTY, numpy.int64)
        self._lane_bits, self._warp_bits = lane_bits, warp_bits
        # When and by which thread each cell was last written and read; time 0 is before everything.
        self._wrote = numpy.zeros((blocks, size), numpy.int64), numpy.full((blocks, size), EMPTY, numpy.int64)
        self._read = numpy.zeros((blocks, size), numpy.int64), numpy.full((blocks, size), EMPTY, numpy.int64)
        self._now = 1
        self._barriers = dict.fromkeys(SCOPES, 0)

    @property
    def size(self) -> int:
        """The elements of one block's buffer."""
        return int(self.values.shape[1])

    def barrier(self, scope: str) -> None:
        """Separate what came before from what comes, for everybody in the scope and in smaller ones."""
        self._now += 1
        for smaller in SCOPES[: SCOPES.index(scope) + 1]:
            self._barriers[smaller] = self._now

    def store(self, blocks: Any, cells: Any, threads: Any, values: Any) -> None:
        """Write values; all arrays are of one shape.  Equal values of several threads may meet in a cell."""
        where = self._inside(blocks, cells)
        for when, who in (self._read, self._wrote):
            self._apart(where, when[where], who[where], threads, "writes over a value that")
        self.values[where] = values
        lost = self.values[where] != values
        if lost.any():
            cell = int(cells[lost][0])
            raise Fault(f"two threads write different elements to cell {cell}", cell)
        self._wrote[0][where], self._wrote[1][where] = self._now, threads

    def load(self, blocks: Any, cells: Any, threads: Any) -> Any:
        """Return the values of cells that were written, and are safe to read."""
        where = self._inside(blocks, cells)
        found = self.values[where]
        if (found == EMPTY).any():
            cell = int(cells[found == EMPTY][0])
            raise Fault(f"a thread reads cell {cell}, which nobody wrote", cell)
        self._apart(where, self._wrote[0][where], self._wrote[1][where], threads, "reads a value that")
        self._read[0][where], self._read[1][where] = self._now, threads
        return found

    def _inside(self, blocks: Any, cells: Any) -> tuple[Any, Any]:
        outside = (cells < 0) | (cells >= self.size)
        if outside.any():
            raise Fault(f"cell {int(cells[outside][0])} of {self.size}", int(cells[outside][0]))
        return blocks, cells

    def _apart(self, where: tuple[Any, Any], when: Any, who: Any, threads: Any, what: str) -> None:
        """Refuse an access that no barrier of the right scope separates from the last one of another thread."""
        warp, block = self._lane_bits, self._lane_bits + self._warp_bits
        same_warp, same_block = who >> warp == threads >> warp, who >> block == threads >> block
        last = [self._barriers[scope] for scope in SCOPES]
        needed = last[0] * same_warp + last[1] * (same_block & ~same_warp) + last[2] * ~same_block
        race = (when >= needed) & (who != threads) & (who != EMPTY)
        if race.any():
            cell, pair = int(where[1][race][0]), (int(who[race][0]), int(threads[race][0]))
            message = f"thread {pair[1]} {what} thread {pair[0]} touched: cell {cell}, no barrier between"
            raise Fault(message, (*pair, cell))


def count_wavefronts(addresses: Any, bytes: int, model: MemoryModel, kind: str, active: Any) -> tuple[int, int]:
    """Return (wavefronts, ideal) of the accesses of some warps: ``addresses`` is an array of warps by lanes, in bytes.

    ``ideal`` is one wavefront for every phase that has an active lane and every full round of the banks that its
    different words need.  Lanes that are not ``active`` take no part.
    """
    import numpy

    most = max(1, (bytes + BANK_BYTES - 1) // BANK_BYTES)
    lanes = addresses.shape[1]
    phases = [[lane for lane in phase if lane < lanes] for phase in model.phases(kind, max(bytes, 1))]
    total = ideal = 0
    for size in {len(phase) for phase in phases} - {0}:
        groups = numpy.array([phase for phase in phases if len(phase) == size])
        first = addresses[:, groups].reshape(-1, size) // BANK_BYTES
        words = (first[:, :, None] + numpy.arange(most)).reshape(len(first), -1)
        there = numpy.repeat(active[:, groups].reshape(-1, size), most, axis=1)
        total_, ideal_ = _fullest(numpy, words, there, model.banks)
        total, ideal = total + total_, ideal + ideal_
    return total, ideal


def _fullest(numpy: Any, words: Any, there: Any, banks: int) -> tuple[int, int]:
    """Return the sum over rows of the different words in the fullest bank, and of the least that could be."""
    words = numpy.sort(numpy.where(there, words, EMPTY), axis=1)
    fresh = words != EMPTY
    fresh[:, 1:] &= words[:, 1:] != words[:, :-1]
    rows = numpy.broadcast_to(numpy.arange(len(words))[:, None], words.shape)[fresh]
    counts = numpy.bincount(rows * banks + words[fresh] % banks, minlength=len(words) * banks).reshape(-1, banks)
    return int(counts.max(axis=1).sum()), int((-(-counts.sum(axis=1) // banks)).sum())
