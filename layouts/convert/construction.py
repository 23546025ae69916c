"""A layout of shared memory for given accesses: which bits of the tensor are the offset bits, the lowest first.

Offset bits are of three kinds, low to high: the *prefix*, what is inside a vector, a word or a row of a matrix; the
*bank* bits; and the *segment* bits, from one row of all banks on.  Two elements of one phase of an access that differ
by a segment vector are in one bank.  So with P the span of a phase, its vectors included, a phase takes
2^dim(Seg meets P) wavefronts, and the segment is chosen to meet the phases of all accesses as little as can be.

By hand, two bits, one lane bit each: the store's lanes differ by 1, the load's by 2, and a row of the banks is one
element.  The segment must be 3, and the layout takes the offsets 1, 2 to the elements 1, 3:

>>> found = construct(2, 1, 0, (), [Demand(0, (1,)), Demand(0, (2,))])
>>> found.columns, found.excess
((1, 3), (0, 0))
"""

from __future__ import annotations

from dataclasses import dataclass

from ..bits import BitMatrix
from .segments import best_segment_of_many
from .spaces import Forms, best_segment, independent, meet

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Demand", "Offsets", "construct"]


@dataclass(frozen=True, slots=True)
class Demand:
    """What an access asks of the layout.

    ``width`` is the number of the prefix vectors that its elements side by side are; ``phase`` spans the lanes of one
    phase.  No vector of ``hard`` may have a part in those prefix vectors; those of ``soft`` had better have none.
    ``threads`` are all columns of threads.
    """

    width: int
    phase: tuple[int, ...]
    hard: tuple[int, ...] = ()
    soft: tuple[int, ...] = ()
    threads: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Offsets:
    """The vectors of the offset bits, and for each access what the span of its phase has in common with the segment.

    ``least`` is the bound below which no segment can bring an access; ``exact`` says that no other segment has fewer
    wavefronts in all.  ``rounds`` are vectors on top that no thread has a part in: the registers tell them alone, so
    they may be moved one after the other through one buffer.
    """

    rows: int
    prefix: tuple[int, ...]
    bank: tuple[int, ...]
    segment: tuple[int, ...]
    meets: tuple[tuple[int, ...], ...]
    least: tuple[int, ...]
    exact: bool
    rounds: tuple[int, ...] = ()

    @property
    def excess(self) -> tuple[int, ...]:
        """The dimension in which the phase of each access meets the segment."""
        return tuple(map(len, self.meets))

    @property
    def columns(self) -> tuple[int, ...]:
        """The element at each offset 1, 2, 4, ..."""
        return self.prefix + self.bank + self.segment + self.rounds

    def inverse(self) -> tuple[int, ...]:
        """Return the offset of each element 1, 2, 4, ..."""
        return BitMatrix._new(self.columns, self.rows).inverse().columns


def construct(
    rows: int,
    row_bits: int,
    word: int,
    prefix: Sequence[int],
    demands: Sequence[Demand],
    weights: Sequence[int] = (),
    rounds: int = 0,
) -> Offsets | None:
    """Return the offsets that begin with a prefix, None where a hard vector does not agree with it.

    ``row_bits`` are the offset bits below the segment, ``word`` those inside a word, which the prefix covers.  So many
    ``rounds`` bits are on top; None where the threads leave less.
    """
    inside = min(len(prefix), max(word, min([demand.width for demand in demands])))
    split = _Split(rows, tuple(prefix), inside)
    if not split.clear_inside(demands):
        return None
    spaces = [[split.project(v) for v in demand.phase] for demand in demands]
    size = max(0, rows - rounds - row_bits)
    ranks = [len(independent((), space, rows)) for space in spaces]
    least = tuple([max(0, size + rank - len(split.ambient) + rounds) for rank in ranks])
    wide = max(range(len(demands)), key=lambda k: demands[k].width)
    if not split.clear_beyond(demands[wide], spaces, wide):
        return None
    spaces = [split.inner(space, k == wide) for k, space in enumerate(spaces)]
    top = split.rounds(rounds, [v for space in spaces for v in space], demands)
    if top is None:
        return None
    ambient = split.ambient
    if len(spaces) <= 2:
        segment, exact = best_segment(spaces[0], spaces[-1], size, ambient, rows), True
    else:
        segment, exact = best_segment_of_many(spaces, weights or [1] * len(spaces), size, ambient, rows)
    units = ambient if rounds else [split.project(1 << i) for i in range(rows)]
    bank = independent(segment, units, rows)
    meets = tuple([tuple(meet(segment, space, rows)) if segment else () for space in spaces])
    return Offsets(
        rows=rows,
        prefix=tuple(prefix),
        bank=tuple(bank),
        segment=tuple(segment),
        meets=meets,
        least=least,
        exact=tuple(map(len, meets)) == least or (exact and not split.beyond),
        rounds=tuple(top),
    )


class _Split:
    """The space as the span of the prefix and of a complement, in which banks and segment are chosen.

    What all accesses see inside one vector or word comes first: the phases contain it, so the complement may be any,
    and is taken to have the clear vectors.  The rest of the prefix, in the vectors of one access only, comes second.
    """

    def __init__(self, rows: int, prefix: tuple[int, ...], inside: int) -> None:
        self.rows = rows
        self._inside, self.beyond = prefix[:inside], prefix[inside:]
        self._masks: list[int] = []
        self._past: list[int] = []
        self._units = [1 << i for i in range(rows)]
        self.ambient = self._units

    def project(self, vector: int) -> int:
        """Return the part of a vector that is in the complement."""
        for masks, parts in ((self._masks, self._inside), (self._past, self.beyond)):
            found = vector
            for mask, part in zip(masks, parts, strict=False):
                if (vector & mask).bit_count() & 1:
                    found ^= part
            vector = found
        return vector

    def clear_inside(self, demands: Sequence[Demand]) -> bool:
        """Choose the complement of the first part of the prefix; tell whether hard vectors can be in it."""
        start = 0
        while start < len(self._inside):
            users = [demand for demand in demands if demand.width > start]
            stop = min([demand.width for demand in users] + [len(self._inside)])
            masks = self._cleared(self._inside, range(start, stop), users)
            if masks is None:
                return False
            self._masks += masks
            start = stop
        self._set_ambient()
        return True

    def _cleared(self, parts: Sequence[int], chosen: range, users: Sequence[Demand]) -> list[int] | None:
        forms = Forms()
        for k, part in enumerate(parts):
            forms.put(part, 1 << k - chosen.start if k in chosen else 0)
        known = [*self.beyond, *[v for demand in users for v in demand.hard]]
        if not all([forms.put(v, 0) for v in known]):
            return None
        for demand in users:
            for v in demand.soft:
                forms.put(v, 0)
        return forms.masks(len(chosen))

    def clear_beyond(self, demand: Demand, spaces: list[list[int]], wide: int) -> bool:
        """Choose the complement of the rest of the prefix, for the access that has it and against the phases of others.

        Of its dimensions that are left open, the others' phases get as few as can be.
        """
        parts = self.beyond
        if not parts:
            return True
        forms, kept = Forms(), []
        for k, part in enumerate(parts):
            forms.put(part, 1 << k)
        for v in map(self.project, demand.hard):
            if not forms.put(v, 0):
                return False
            kept.append(v)
        kept += [v for v in map(self.project, demand.soft) if forms.put(v, 0)]
        kept = independent((), kept, self.rows)
        others = [v for k, space in enumerate(spaces) if k != wide for v in space]
        missing = len(self.ambient) - len(parts) - len(kept)
        kept += best_segment([*parts, *kept], [*others, *kept], missing, self.ambient, self.rows)
        forms = Forms()
        for k, part in enumerate(parts):
            forms.put(part, 1 << k)
        for v in kept:
            forms.put(v, 0)
        self._past = forms.masks(len(parts))
        self._set_ambient()
        return True

    def inner(self, space: list[int], wide: bool) -> list[int]:
        """Return the part of a phase that is inside the complement: all that counts, as the segment is in it."""
        if not self.beyond:
            return space
        return [self.project(v) for v in space] if wide else meet(space, self.ambient, self.rows)

    def rounds(self, count: int, phases: list[int], demands: Sequence[Demand]) -> list[int] | None:
        """Take so many vectors out of the complement, which keeps the threads; None where these leave less."""
        if not count:
            return []
        kept = [*phases, *[self.project(v) for demand in demands for v in demand.threads]]
        kept = independent((), kept, self.rows)
        free = independent(kept, self.ambient, self.rows)
        if len(free) < count:
            return None
        self.ambient = kept + free[:-count]
        return free[-count:]

    def _set_ambient(self) -> None:
        self.ambient = independent((), [self.project(v) for v in self._units], self.rows)
