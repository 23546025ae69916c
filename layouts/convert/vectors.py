"""Which elements are side by side in shared memory: those of a vector of registers, and what fills a word.

By hand, bytes; both sides hold the elements 1 in a register, the store has 2 in another one and the load in a warp:
a vector of two elements, and the word is filled with 2 and with what else there is.

>>> store = Side("store", (1, 2), (4, 8), lanes=2, rows=4)
>>> load = Side("load", (1, 4), (8, 2), lanes=1, rows=4)
>>> common_vectors([store, load], 4), filled([1], [store, load], 8)
([1], [1, 2])
"""

from __future__ import annotations

from .sides import Side
from .spaces import independent, meet, reduced
from .spans import at_places

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..verify.memory import MemoryModel

__all__ = ["common_vectors", "filled", "row_bits", "word_bits", "words_first"]


def row_bits(memory: MemoryModel, element_bits: int) -> int:
    """Return the offset bits of one row of all banks."""
    return (memory.banks * 32 // element_bits).bit_length() - 1


def word_bits(element_bits: int) -> int:
    """Return the offset bits inside a word of 32 bits."""
    return max(0, (32 // element_bits).bit_length() - 1)


def common_vectors(sides: Sequence[Side], limit: int) -> list[int]:
    """Return elements that the registers of all sides hold, those first that no thread's index changes."""
    rows = sides[0].rows
    found = reduced([c for c, far in zip(sides[0].registers, sides[0].extended(), strict=True) if c == far], rows)
    for side in sides[1:]:
        found = meet(found, side.extended(), rows + side.far_bits)
    if len(found) <= limit:
        return found
    threads = [v for side in sides for v in side.active]
    mixed = meet(found, threads, rows)
    if mixed:
        clear = independent(mixed, found, rows)
        found = sorted(clear[:limit]) + mixed[: max(0, limit - len(clear))]
    return found[:limit]


def words_first(basis: Sequence[int], sides: Sequence[Side], element_bits: int) -> list[int]:
    """Return a basis of the same span; first comes what lies in the words of the registers of both sides, of one side.

    What is side by side in a register of 32 bits already needs no byte permute.

    >>> sides = [Side(kind, (4, 1), (2, 8), lanes=2, rows=4) for kind in ("store", "load")]
    >>> words_first([1, 4], sides, 16)
    [4, 1]
    """
    low = word_bits(element_bits)
    words = [side.extended()[:low] for side in sides]
    same = [a for a, *others in zip(*words, strict=False) if all([a == b for b in others])]
    rows = max([side.rows + side.far_bits for side in sides])
    inside = [v for v in (*same, *[v for word in words for v in word]) if not independent(basis, [v], rows)]
    found = independent((), [*inside, *basis], rows)
    return [*at_places(found[:low], words), *found[low:]]


def filled(V: Sequence[int], sides: Sequence[Side], element_bits: int) -> list[int]:
    """Fill a word of 32 bits: with what one instruction does not touch twice, if that can be.

    First what is a register on one side and a warp on another, then a warp on all sides, on one, then registers, then
    anything.
    """
    missing = word_bits(element_bits) - len(V)
    if missing <= 0:
        return list(V)
    rows = sides[0].rows
    registers = [list(side.registers) for side in sides]
    warps = [side.warps for side in sides]
    tries = [meet(r, w, rows) for r in registers for w in warps if any(w)]
    if all([any(w) for w in warps]):
        common = warps[0]
        for w in warps[1:]:
            common = meet(common, w, rows)
        tries.append(common)
    found = list(V)
    for vectors in (*tries, *warps, *registers, [1 << i for i in range(rows)]):
        found += independent(found, vectors, rows)[: len(V) + missing - len(found)]
    return found
