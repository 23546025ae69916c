"""The steps of a plan: what each thread does, in a form that a simulator runs and a printer turns into code.

Threads are numbered by their lane, warp and block, lane in the low bits.  What varies from thread to thread is an
``Affine`` index; what does not is a plain number, known when the code is compiled.

>>> from layouts.convert.steps import Affine
>>> xor_two = Affine((1, 2, 4, 8, 16), 2)          # lane ^ 2
>>> [xor_two(lane) for lane in range(4)], xor_two.is_identity(5)
([2, 3, 0, 1], False)
"""

from __future__ import annotations

from dataclasses import dataclass

from ..bits import BitMatrix
from ..elimination import image

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeAlias

__all__ = [
    "Affine",
    "Barrier",
    "Copy",
    "Load",
    "LoadMatrix",
    "Permute",
    "Shuffle",
    "Step",
    "Store",
    "StoreMatrix",
]


@dataclass(frozen=True, slots=True)
class Affine:
    """An index ``offset ^ XOR of columns[k] over the bits k of a thread``; missing columns are zero."""

    columns: tuple[int, ...] = ()
    offset: int = 0

    def __call__(self, thread: int) -> int:
        return image(self.columns, thread & (1 << len(self.columns)) - 1) ^ self.offset

    def __xor__(self, constant: int) -> Affine:
        return Affine(self.columns, self.offset ^ constant)

    @property
    def is_constant(self) -> bool:
        """Whether all threads have one value."""
        return not any(self.columns)

    @property
    def rank(self) -> int:
        """The rank of the linear part: the values are 2**rank."""
        rows = max(self.columns, default=0).bit_length()
        return BitMatrix._new(self.columns, rows).rank() if rows else 0

    def is_identity(self, bits: int) -> bool:
        """Tell whether this is the lane itself, for lanes of some bits; other bits of a thread must not matter."""
        return (
            self.offset == 0
            and all([c == (1 << k if k < bits else 0) for k, c in enumerate(self.columns)])
            and len(self.columns) >= bits
        )

    def table(self, bits: int) -> Any:
        """Return the values of all threads of some bits, as a numpy array."""
        import numpy

        found = numpy.full(1, self.offset, numpy.int64)
        for k in range(bits):
            column = self.columns[k] if k < len(self.columns) else 0
            found = numpy.concatenate([found, found ^ column])
        return found


@dataclass(frozen=True, slots=True)
class Copy:
    """``target[received[k]] = source[sent[k]]`` within each thread; the compiler renames registers, no instruction."""

    source: str
    target: str
    sent: tuple[int, ...]
    received: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Permute:
    """``target[r] = source[registers[r] ^ by(thread)]``: a renaming, then ``by.rank`` stages of selects.

    ``packed`` is the number of elements of a 32-bit register that ``by`` never takes apart.
    """

    source: str
    target: str
    registers: tuple[int, ...]
    by: Affine = Affine()
    packed: int = 1


@dataclass(frozen=True, slots=True)
class Shuffle:
    """One ``shfl.sync.idx``: ``target[received[k]] = source[sent[k]]`` of lane ``lanes(thread)`` of the same warp.

    All elements of a shuffle travel in one register of 32 bits; an element of 64 or 128 bits goes alone, in two or four
    instructions.
    """

    source: str
    target: str
    sent: tuple[int, ...]
    received: tuple[int, ...]
    lanes: Affine


@dataclass(frozen=True, slots=True)
class Store:
    """One vector store: ``buffer[address(thread) + k] = source[registers[k]]``; addresses count elements.

    ``only`` lists masks over the bits of a thread: a thread stores if its parity under each mask is 0, so that of
    several owners one stores.  ``block`` is the block whose memory is written, None for one's own.
    """

    source: str
    buffer: str
    registers: tuple[int, ...]
    address: Affine
    only: tuple[int, ...] = ()
    block: Affine | None = None


@dataclass(frozen=True, slots=True)
class Load:
    """One vector load: ``target[registers[k]] = buffer[address(thread) + k]``; see ``Store``."""

    target: str
    buffer: str
    registers: tuple[int, ...]
    address: Affine
    block: Affine | None = None


@dataclass(frozen=True, slots=True)
class StoreMatrix:
    """One ``stmatrix``: 1, 2 or 4 matrices of 8 rows of 16 bytes; lane 8 * i + j points at row j of matrix i.

    ``registers`` lists the elements of the matrices one after the other, 32 bits of each: thread t holds word t % 4 of
    row t // 4; transposed, elements 2 * (t % 4) and the next of column t // 4.
    """

    source: str
    buffer: str
    registers: tuple[int, ...]
    address: Affine
    matrices: int
    transposed: bool = False


@dataclass(frozen=True, slots=True)
class LoadMatrix:
    """One ``ldmatrix``; see ``StoreMatrix``."""

    target: str
    buffer: str
    registers: tuple[int, ...]
    address: Affine
    matrices: int
    transposed: bool = False


@dataclass(frozen=True, slots=True)
class Barrier:
    """Everybody in the scope waits for everybody: 'warp', 'block' or 'cluster'."""

    scope: str


Step: TypeAlias = "Barrier | Copy | Load | LoadMatrix | Permute | Shuffle | Store | StoreMatrix"
