"""The instructions of one side of shared memory: vectors of registers, or matrices, with the address of each thread.

An access is given a side and the offset of every element.  It finds which registers are side by side, which select the
instruction, and what is left over as an index of the thread.  Where the order of the elements inside a vector depends
on the thread, the registers are permuted before a store and after a load.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..elimination import compose, reduce
from .spaces import Preimages
from .steps import Affine, Copy, Load, LoadMatrix, Permute, Store, StoreMatrix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from ..verify.memory import MemoryModel
    from .sides import Side
    from .steps import Step

__all__ = ["Matrices", "Vectors"]


@dataclass(frozen=True, slots=True)
class _Registers:
    """Vectors of registers: those ``inside`` an instruction, and the ``rest``, which counts instructions.

    ``columns`` are the elements of the rest, ``far`` their blocks.
    """

    inside: tuple[int, ...]
    rest: tuple[int, ...]
    columns: tuple[int, ...]
    far: tuple[int, ...]


def split_registers(side: Side, inside: Sequence[int]) -> _Registers | None:
    """Split the registers of a side by the elements inside an instruction; None where they do not hold these."""
    columns = side.extended()
    own = [columns[k] for k in side.own]
    rows = side.rows + side.far_bits
    find = Preimages(own, rows)
    units = [1 << k for k in side.own]
    found = []
    for vector in inside:
        x = find(vector)
        if x is None:
            return None
        found.append(compose(units, (x,), len(columns))[0])
    dependent = {x.bit_length() - 1 for x in reduce([*inside, *own], rows)[1]}
    rest = [k for n, k in enumerate(side.own) if n + len(inside) not in dependent]
    return _Registers(
        inside=tuple(found),
        rest=tuple([1 << k for k in rest]),
        columns=tuple([side.registers[k] for k in rest]),
        far=tuple([side.far_registers[k] if side.far_registers else 0 for k in rest]),
    )


class Vectors:
    """Vector loads or stores of ``2**width`` elements, which are the first vectors of the prefix.

    ``inverse`` takes elements to offsets.  ``by`` is the index that a thread XORs its registers with.
    """

    __slots__ = ("_addresses", "_double", "_parts", "by", "columns", "side", "width")

    def __init__(
        self, side: Side, prefix: Sequence[int], inverse: Sequence[int], width: int, *, double: bool = False
    ) -> None:
        parts = split_registers(side, prefix[:width])
        if parts is None:
            raise ValueError("the registers do not hold the vector")
        low = (1 << width) - 1
        threads = compose(inverse, side.threads, side.rows)
        order = compose(parts.inside, [a & low for a in threads], len(side.registers))
        self.by = Affine(tuple([x ^ y for x, y in zip(order, side.twist, strict=True)]) if side.twist else order)
        self.columns = tuple([a & ~low for a in threads])
        self.side, self.width, self._double = side, width, double
        addresses = compose(inverse, parts.columns, side.rows)
        aligned = compose(parts.inside, [a & low for a in addresses], len(side.registers))
        rest = tuple([x ^ y for x, y in zip(parts.rest, aligned, strict=True)])
        self._parts = _Registers(parts.inside, rest, parts.columns, parts.far)
        self._addresses = tuple([a & ~low for a in addresses])

    @property
    def instructions(self) -> int:
        """The instructions of a warp."""
        return 1 << len(self._parts.rest)

    def selects(self, element_bits: int) -> int:
        """The selects or byte permutes of the registers, in words of 32 bits."""
        words = max(1, (element_bits << len(self.side.registers)) // 32)
        return self.by.rank * words

    def before(self, file: str, element_bits: int) -> Iterator[Step]:
        """Yield what is done before a store from a register file."""
        if self.side.kind == "store" and not self.by.is_constant:
            yield self._permuted(file, "sent", element_bits)

    def after(self, file: str, element_bits: int) -> Iterator[Step]:
        """Yield what is done after a load into a register file."""
        if self.side.kind == "load":
            yield from copies(self.side, file if self.by.is_constant else "received")
            if not self.by.is_constant:
                yield self._permuted("received", file, element_bits)

    def moves(self, file: str, buffer: str, size: int) -> Iterator[tuple[int, Step]]:
        """Yield (round, step) of each instruction; a round has a buffer of ``2**size`` elements."""
        side, low = self.side, (1 << size) - 1
        store = side.kind == "store"
        name = file if self.by.is_constant else "sent" if store else "received"
        only = tuple([1 << k for k in side.idle])
        inside = _span(self._parts.inside)
        columns, addresses = self.columns, self._addresses
        if self._double:  # an element of 4 bits takes a byte, in which it is written twice
            columns, addresses = tuple([a << 1 for a in columns]), tuple([a << 1 for a in addresses])
            inside = [x for x in inside for _ in range(2)]
        parts = self._parts
        for first, address, block in zip(_span(parts.rest), _span(addresses), _span(parts.far), strict=True):
            registers, where = tuple([first ^ x for x in inside]), Affine(columns, address & low)
            far = Affine(side.far_threads, block) if side.far_threads else None
            if store:
                yield address >> size, Store(name, buffer, registers, where, only)
            else:
                yield address >> size, Load(name, buffer, registers, where, far)

    def _permuted(self, source: str, target: str, element_bits: int) -> Step:
        masks = 0
        for mask in self.by.columns:
            masks |= mask
        packed = min(masks & -masks, max(1, 32 // element_bits))
        return Permute(source, target, tuple(range(1 << len(self.side.registers))), self.by, packed)

    def brute(self, model: MemoryModel, element_bits: int) -> tuple[int, int]:
        """Count the wavefronts of all threads, lane by lane: (wavefronts, ideal)."""
        import numpy

        side = self.side
        bits = len(side.threads)
        threads, active = numpy.arange(1 << bits), numpy.ones(1 << bits, bool)
        for k in side.idle:
            active &= threads >> k & 1 == 0
        given = Affine(self.columns).table(bits)
        table = numpy.concatenate([given ^ a for a in _span(self._addresses)])
        active = numpy.tile(active, self.instructions)
        return _counted(table * element_bits // 8, active, side, model, side.kind, element_bits << self.width)


class Matrices:
    """Instructions ldmatrix or stmatrix of 1, 2 or 4 matrices each; the prefix is a row of 16 bytes."""

    __slots__ = ("_parts", "_select", "columns", "element_bits", "fits", "matrices", "side", "transposed")

    def __init__(
        self,
        side: Side,
        prefix: Sequence[int],
        inverse: Sequence[int],
        element_bits: int,
        *,
        transposed: bool,
        rounds: int = 0,
    ) -> None:
        word = (32 // element_bits).bit_length() - 1
        parts = split_registers(side, () if transposed else prefix[:word])
        if parts is None or (transposed and not parts.rest):
            raise ValueError("the registers do not hold a word of a matrix")
        self.side, self.transposed, self.element_bits = side, transposed, element_bits
        given = compose(inverse, parts.columns, side.rows)
        threads = compose(inverse, side.threads, side.rows)
        row_mask, word_mask = (1 << len(prefix)) - 1, (1 << len(parts.inside)) - 1
        moved = compose(parts.inside, [a & word_mask for a in given], len(side.registers))
        rest = [x ^ y for x, y in zip(parts.rest, moved, strict=True)]
        addresses = [a & ~word_mask for a in given]
        inside, row = parts.inside, threads[2:5]
        if transposed:
            inside, row = (rest[0],), (addresses[0], threads[0], threads[1])
            rest, addresses = rest[1:], addresses[1:]
        bound = 1 << side.rows - rounds
        rest, addresses = _rounds_last(rest, addresses, bound)
        self._parts = _Registers(tuple(inside), tuple(rest), tuple(addresses), ())
        self._select = min(2, len([a for a in addresses if a < bound]))
        self.matrices = 1 << self._select
        self.columns = (*row, *addresses[: self._select], *(0,) * (2 - self._select), *threads[5:])
        self.fits = not any([a & row_mask for a in (*self.columns, *addresses)]) and max(self.columns) < bound

    @property
    def instructions(self) -> int:
        """The instructions of a warp."""
        return 1 << len(self._parts.rest) - self._select

    def selects(self, element_bits: int) -> int:  # noqa: ARG002 - as of vectors
        """The selects of the registers: none."""
        return 0

    def before(self, file: str, element_bits: int) -> Iterator[Step]:  # noqa: ARG002 - as of vectors
        """Yield what is done before a store from a register file: nothing."""
        yield from ()

    def after(self, file: str, element_bits: int) -> Iterator[Step]:  # noqa: ARG002 - as of vectors
        """Yield what is done after a load into a register file."""
        if self.side.kind == "load":
            yield from copies(self.side, file)

    def moves(self, file: str, buffer: str, size: int) -> Iterator[tuple[int, Step]]:
        """Yield (round, step) of each instruction; a round has a buffer of ``2**size`` elements."""
        parts, low = self._parts, (1 << size) - 1
        inside = [m ^ x for m in _span(parts.rest[: self._select]) for x in _span(parts.inside)]
        kind = StoreMatrix if self.side.kind == "store" else LoadMatrix
        rest, addresses = parts.rest[self._select :], parts.columns[self._select :]
        for first, address in zip(_span(rest), _span(addresses), strict=True):
            registers, where = tuple([first ^ x for x in inside]), Affine(self.columns, address & low)
            yield address >> size, kind(file, buffer, registers, where, self.matrices, self.transposed)

    def brute(self, model: MemoryModel, element_bits: int) -> tuple[int, int]:
        """Count the wavefronts of all threads, row by row: (wavefronts, ideal)."""
        import numpy

        bits = len(self.side.threads)
        given = Affine(self.columns).table(bits)
        active = (numpy.arange(1 << bits) & 31) < 8 * self.matrices
        table = numpy.concatenate([given ^ a for a in _span(self._parts.columns[self._select :])])
        active = numpy.tile(active, self.instructions)
        return _counted(table * element_bits // 8, active, self.side, model, "matrix", 128)


def _rounds_last(rest: Sequence[int], addresses: Sequence[int], bound: int) -> tuple[list[int], list[int]]:
    """Combine registers so that as many as can be have addresses below a bound, and put these first."""
    pairs = list(zip(addresses, rest, strict=True))
    last: list[tuple[int, int]] = []
    while pairs:
        top = max(pairs)
        if top[0] < bound:
            break
        pairs.remove(top)
        bit = 1 << top[0].bit_length() - 1
        pairs, last = [[(a ^ top[0], x ^ top[1]) if a & bit else (a, x) for a, x in part] for part in (pairs, last)]
        last.append(top)
    pairs += last
    return [x for _, x in pairs], [a for a, _ in pairs]


def copies(side: Side, file: str) -> Iterator[Step]:
    """Yield the renaming that fills the registers which hold what others hold."""
    if not side.copies:
        return
    tops = {x.bit_length() - 1: x for x in side.copies}
    sent, received = [], []
    for register in range(1 << len(side.registers)):
        source = register
        for top, vector in tops.items():
            source ^= vector if source >> top & 1 else 0
        if source != register:
            sent.append(source)
            received.append(register)
    yield Copy(file, file, tuple(sent), tuple(received))


def _counted(table: Any, active: Any, side: Side, model: MemoryModel, kind: str, bits: int) -> tuple[int, int]:
    from .shared_memory import count_wavefronts

    shape = (-1, 1 << side.lanes)
    return count_wavefronts(table.reshape(shape), bits // 8, model, kind, active.reshape(shape))


def _span(vectors: Sequence[int]) -> list[int]:
    """Return all XORs of the vectors, by the bits of their number."""
    found = [0]
    for vector in vectors:
        found += [x ^ vector for x in found]
    return found
