"""A tile that is larger than the shared memory is moved in rounds through one buffer.

A round is told by bits of the element that are zero for every thread: then each round has the same instructions, with
other registers.  Where the threads leave no such bits, the registers are permuted first: every thread XORs the number
of its registers so that what it stores in a round is of this round.  By hand, two lanes that hold the elements 0, 1 and
2, 3, and want 0, 2 and 1, 3.  The bit that tells rounds must change with the registers on both sides, so it is the
parity of both bits, and lane 1 exchanges its registers:

>>> store, load = Side("store", (1,), (2,), lanes=1, rows=2), Side("load", (2,), (1,), lanes=1, rows=2)
>>> store, load = twisted((store, load), 1)
>>> store.threads, store.twist, load.threads, load.twist
((3,), (1,), (3,), (1,))
"""

from __future__ import annotations

from ..elimination import compose
from .sides import Side
from .spaces import Forms, Preimages, best_segment, independent, meet
from .steps import Barrier

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .steps import Step

__all__ = ["in_rounds", "rounds_needed", "twisted"]


def rounds_needed(size: int, limit: int | None) -> int:
    """Return the bits of the number of rounds in which a tile of so many bytes fits into a memory.

    >>> rounds_needed(256 << 10, 227 << 10), rounds_needed(64 << 10, 64 << 10), rounds_needed(1 << 20, None)
    (1, 0, 0)
    """
    return 0 if limit is None or size <= limit else (-(-size // max(limit, 1)) - 1).bit_length()


def twisted(sides: tuple[Side, Side], rounds: int) -> tuple[Side, Side] | None:
    """Return sides whose threads have no part in so many bits, and whose registers were permuted for that.

    None where a side has too few registers, or a memory is in another block.
    """
    rows = sides[0].rows
    own = [[side.registers[k] for k in side.own] for side in sides]
    if sides[1].far_threads or min([len(columns) for columns in own]) < rounds:
        return None
    common = meet(own[0], own[1], rows)
    # What tells the rounds is a register on both sides; elements that both have in registers may stay side by side.
    told = [[*common, *independent(common, columns, rows)][-rounds:] for columns in own]
    units = [1 << k for k in range(rows)]
    threads = [c for side in sides for c in side.active]
    ambient = [*common, *threads, *units]
    kept = best_segment(told[0], told[1], rows - rounds, independent((), ambient, rows), rows)
    forms = Forms()
    for k, vector in enumerate(told[0]):
        forms.put(vector, 1 << k)
    for vector in kept:
        forms.put(vector, 0)
    masks = forms.masks(rounds)
    return _twist(sides[0], told[0], masks), _twist(sides[1], told[1], masks)


def _twist(side: Side, told: Sequence[int], masks: Sequence[int]) -> Side:
    """Return the side after every thread has XORed away its part in the bits under the masks."""
    find = Preimages([side.registers[k] for k in side.own], side.rows)
    units = [1 << k for k in side.own]
    registers = compose(units, [find(v) or 0 for v in told], len(side.registers))
    solve = Preimages([_value(masks, v) for v in told], len(masks))
    parts = [solve(_value(masks, c)) or 0 for c in side.threads]
    moved = [c ^ part for c, part in zip(side.threads, compose(told, parts, side.rows), strict=True)]
    twist = compose(registers, parts, len(side.registers))
    return Side(side.kind, side.registers, moved, lanes=side.lanes, rows=side.rows, idle=side.idle, twist=twist)


def _value(masks: Sequence[int], vector: int) -> int:
    return sum([((vector & mask).bit_count() & 1) << k for k, mask in enumerate(masks)])


def in_rounds(stores: Iterable[tuple[int, Step]], loads: Iterable[tuple[int, Step]], barrier: str) -> list[Step]:
    """Return the stores and the loads, each given with its round, one round after the other."""
    rounds: dict[int, tuple[list[Step], list[Step]]] = {}
    for k, moves in enumerate((stores, loads)):
        for number, step in moves:
            rounds.setdefault(number, ([], []))[k].append(step)
    found: list[Step] = []
    for stored, loaded in rounds.values():
        if found:
            found.append(Barrier(barrier))
        found += [*stored, Barrier(barrier), *loaded]
    return found
