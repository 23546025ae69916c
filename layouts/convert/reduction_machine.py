"""Runs the steps of a reduction on numbers, lane by lane, and compares every sum with numpy's."""

from __future__ import annotations

from ..errors import LayoutError
from ..linear import dims as d
from .move import columns_of
from .shared_memory import SharedMemory
from .steps import Affine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .reductions import Butterfly, Reduction, Rendezvous

__all__ = ["run"]


def run(reduction: Reduction, seed: int) -> int:
    """Return how many sums were compared; raise LayoutError with the first place that differs."""
    import numpy

    registers, lanes, warps, blocks = reduction._sizes
    outs = tuple(reversed(reduction.layout._outs))
    numbers = numpy.random.default_rng(seed).integers(0, 2**16, 1 << d.total(outs))
    where = _table(columns_of(reduction.layout, outs)).reshape(-1, 1 << registers)
    found = numbers[where]
    index, threads = numpy.arange(1 << registers), numpy.arange(1 << lanes + warps + blocks)
    for mask in reduction.thread:
        found = found + found[:, index ^ mask]
    for step in reduction.warp:
        found = _butterfly(found, step, index, threads)
    if reduction.far:
        found = _meet(found, reduction.far, lanes, warps, blocks)
        for step in reduction.far.butterflies:
            found = _butterfly(found, step, index, threads)
    wanted = _sums(numbers, reduction)
    bad = found != wanted
    if bad.any():
        thread, register = [int(k[0]) for k in bad.nonzero()]
        got, right = int(found[thread, register]), int(wanted[thread, register])
        raise LayoutError(f"reduce: thread {thread}, register {register}: {got} and not {right}", (thread, register))
    return int(found.size)


def _table(rows: Any) -> Any:
    """Return the value of every place, register bits low."""
    columns = tuple([column for row in rows.values() for column in row])
    return Affine(columns).table(len(columns))


def _butterfly(values: Any, step: Butterfly, index: Any, threads: Any) -> Any:
    own, others = values, values[threads ^ step.lane][:, index ^ step.register]
    if not step.halves:
        return own + others
    import numpy

    top = 1 << step.lane.bit_length() - 1
    keeps = ((threads & top) != 0)[:, None] * step.halves | (index & ~step.halves)[None, :]
    return numpy.take_along_axis(own, keeps, 1) + numpy.take_along_axis(others, keeps, 1)


def _meet(values: Any, far: Rendezvous, lanes: int, warps: int, blocks: int) -> Any:
    """Write the sums to the buffers of all peers, wait, and add up the slots that are a lane's own."""
    import numpy

    bits, registers = lanes + warps + blocks, values.shape[1].bit_length() - 1
    threads = numpy.arange(1 << bits)
    block = (threads >> lanes + warps)[:, None]
    memory = SharedMemory(1 << blocks, far.results * far.slots, lanes, warps)
    owner = numpy.ones(len(threads), bool)
    for mask in far.only:
        owner &= threads & mask == 0
    cells = far.cell.table(bits)[:, None] ^ Affine(far.cell_of_register).table(registers)[None, :]
    writer = numpy.broadcast_to(threads[:, None], cells.shape)
    for peer in Affine(far.peers).table(len(far.peers)):
        to = numpy.broadcast_to(block ^ peer, cells.shape)
        memory.store(*[a[owner].ravel() for a in (to, cells, writer, values)])
    memory.barrier(far.scope)
    own = Affine(far.slot_of_thread).table(bits)[:, None] ^ Affine(far.slot_of_register).table(registers)[None, :]
    total = numpy.zeros_like(values)
    for turn in range(far.iterations):
        cell = cells // far.slots * far.slots + own + (turn << len(far.butterflies))
        here = numpy.broadcast_to(block, cells.shape)
        total += memory.load(*[a.ravel() for a in (here, cell, writer)]).reshape(cells.shape)
    return total


def _sums(numbers: Any, reduction: Reduction) -> Any:
    """Return the sum that every place should hold, from numpy alone."""
    sizes = [1 << bits for _, bits in reduction.layout._outs]  # the last dimension is the fastest
    axis = [name for name, _ in reduction.layout._outs].index(reduction.axis)
    sums = numbers.reshape(sizes).sum(axis).ravel() if sizes else numbers
    outs = tuple(reversed(reduction.result._outs))
    return sums[_table(columns_of(reduction.result, outs)).reshape(-1, 1 << reduction._sizes[0])]
