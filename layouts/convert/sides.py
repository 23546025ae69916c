"""One side of shared memory: which elements the registers, lanes and warps of a block write there, or read from there.

Of elements that several places hold, one place writes.  By hand, two lanes that hold the same two elements in two
registers: lane 1 is idle, and the phase of the store has one lane.

>>> side = Side("store", (1, 2), (0,), lanes=1, rows=2)
>>> side.idle, side.phase(memory_model("nvidia"), 4)
((0,), ((), 1))
"""

from __future__ import annotations

from functools import lru_cache

from ..bits import BitMatrix
from ..elimination import compose, reduce
from ..verify.memory import memory_model
from .spaces import reduced

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..verify.memory import MemoryModel

__all__ = ["Side", "Window", "memory_model"]


class Side:
    """The columns of an access, over the bits of the elements that one block has in its memory.

    ``registers`` are the columns of the register bits, ``threads`` those of the bits of a thread: lane, warp and, for a
    load, block.  ``far_registers`` and ``far_threads`` tell whose memory it is in the same way, where that varies.
    ``idle`` are the thread bits that must be 0 in a thread that writes; ``copies`` are register vectors, each with a
    top bit of its own, that hold nothing but what other registers hold.  ``twist`` has a register vector for each bit
    of a thread, which it XORs the number of its registers with; the columns say what they hold after that.
    """

    __slots__ = (
        "copies",
        "far_registers",
        "far_threads",
        "idle",
        "kind",
        "lanes",
        "own",
        "registers",
        "rows",
        "threads",
        "twist",
    )

    def __init__(
        self,
        kind: str,
        registers: Sequence[int],
        threads: Sequence[int],
        *,
        lanes: int,
        rows: int,
        far_registers: Sequence[int] = (),
        far_threads: Sequence[int] = (),
        idle: Sequence[int] | None = None,
        twist: Sequence[int] = (),
    ) -> None:
        self.kind, self.lanes, self.rows = kind, lanes, rows
        self.registers = tuple(registers)
        self.far_registers, self.far_threads = tuple(far_registers), tuple(far_threads)
        self.twist = tuple(twist)
        count = len(self.registers)
        if kind == "store":
            kernel = reduce([*registers, *threads], rows)[1]
            found = tuple([x.bit_length() - 1 - count for x in kernel if x >> count])
            self.idle = found if idle is None else tuple(idle)
            self.copies = tuple([x for x in kernel if not x >> count])
        else:
            self.idle = ()
            self.copies = tuple(reduce(self.extended(), rows + self.far_bits)[1])
        self.threads = tuple([0 if k in self.idle else c for k, c in enumerate(threads)])
        copied = {x.bit_length() - 1 for x in self.copies}
        self.own = tuple([k for k in range(count) if k not in copied])

    @property
    def far_bits(self) -> int:
        """The bits of the number of the block whose memory it is."""
        return max([x.bit_length() for x in (*self.far_registers, *self.far_threads)], default=0)

    def extended(self) -> list[int]:
        """Return the columns of the registers with the block above the element."""
        if not self.far_registers:
            return list(self.registers)
        return [c | far << self.rows for c, far in zip(self.registers, self.far_registers, strict=True)]

    @property
    def active(self) -> list[int]:
        """The columns of the threads that take part."""
        return [c for k, c in enumerate(self.threads) if k not in self.idle]

    @property
    def warps(self) -> list[int]:
        """The columns of warps, and of blocks."""
        return list(self.threads[self.lanes :])

    def phase(self, model: MemoryModel, bytes: int) -> tuple[tuple[int, ...], int]:
        """Return (columns, phases): what the lanes of one phase differ by, and how many phases an instruction has."""
        forms = model.forms(self.kind, bytes)
        lanes, phases = _phase_lanes(forms, self.lanes, tuple([k for k in self.idle if k < self.lanes]))
        return compose(self.threads[: self.lanes], lanes, self.rows), phases


class Window:
    """The elements that one block keeps, as numbers without gaps: the span of some vectors.

    >>> window = Window([1, 12], 4)
    >>> window.inside(13), window.outside(3), window.inside(4)
    (3, 13, None)
    """

    __slots__ = ("_tops", "basis", "full", "rows")

    def __init__(self, vectors: Sequence[int], rows: int) -> None:
        self.basis = tuple(reduced(vectors, rows))
        self.rows = len(self.basis)
        self.full = self.rows == rows
        self._tops = [x.bit_length() - 1 for x in self.basis]

    def inside(self, vector: int) -> int | None:
        """Return the number of an element, None where the block does not keep it."""
        if self.full:
            return vector
        found = sum([(vector >> top & 1) << k for k, top in enumerate(self._tops)])
        return found if self.outside(found) == vector else None

    def outside(self, number: int) -> int:
        """Return the element of a number."""
        if self.full:
            return number
        found = 0
        for k, vector in enumerate(self.basis):
            found ^= vector if number >> k & 1 else 0
        return found


@lru_cache(maxsize=256)
def _phase_lanes(forms: tuple[int, ...], lanes: int, idle: tuple[int, ...]) -> tuple[tuple[int, ...], int]:
    """Return a basis of the active lanes of the first phase, and the number of phases that have active lanes."""
    active = [k for k in range(lanes) if k not in idle]
    seen = BitMatrix._new(
        tuple([sum([(form >> k & 1) << j for j, form in enumerate(forms)]) for k in active]), len(forms)
    )
    units = [1 << k for k in active]
    return compose(units, seen.kernel().columns, lanes), 1 << seen.rank()
