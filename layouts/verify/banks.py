"""How many wavefronts the addresses of a warp take: counted in words, and by ranks over F2.

**Counted.**  In a phase, every bank gives one 4-byte word at a time.  Lanes that ask for the same word share it, so
the phase takes as many wavefronts as there are *different* words in the fullest bank.

**By ranks.**  Let the address be linear over F2 in the bits of the lane, up to a constant.  The words of a phase are
then a coset of a space S: the word images of the lane bits inside the phase, and of the bits that count the words of
one vector.  The words in one bank are a coset of the part of S that no bank bit sees.  So all banks that are used are
equally full, and a phase takes 2^(rank S - rank(S mod banks)) wavefronts.

By hand, 32 lanes read column 0 of a row-major tile of 32 floats a row: lane 2^k is at word 32 * 2^k, which has no bank
bit.  The rank of S is 5, modulo the banks 0, and the phase takes 2^5 = 32 wavefronts.

>>> column = [128 * lane for lane in range(32)]
>>> forms = memory_model("nvidia").forms("load", 4)
>>> count_wavefronts(column, 4, 32, memory_model("nvidia").phases("load", 4))
32
>>> closed_form(column, 4, 32, forms).wavefronts
32

**Another form.**  With T the span of the phase lanes, U of the bits inside a vector and inside a word, and G of the
bits from the size of all banks on, the excess of a phase is 2^(dim(T meets U+G) - dim(T meets U)) - 1.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..bits import BitMatrix
from ..elimination import image
from .memory import BANK_BYTES, memory_model

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Addresses = Sequence[int | None]

__all__ = ["ClosedForm", "Phase", "closed_form", "count_wavefronts", "memory_model", "phases_of"]


@dataclass(frozen=True, slots=True)
class Phase:
    """The lanes that are served together, and what they ask of each bank.

    ``banks`` lists (bank, words), and ``words`` lists (word, lanes), in order; a word is a byte address over 4.
    """

    number: int
    lanes: tuple[int, ...]
    banks: tuple[tuple[int, tuple[tuple[int, tuple[int, ...]], ...]], ...]

    @property
    def wavefronts(self) -> int:
        """The number of different words in the fullest bank."""
        return max([len(words) for _, words in self.banks])

    def collision(self) -> tuple[int, int, int, int, int] | None:
        """Return the first pair of lanes that want different words of one bank: (lane, lane, bank, word, word)."""
        pairs = []
        for bank, words in self.banks:
            for k, (word, lanes) in enumerate(words):
                for other, others in words[:k]:
                    pairs += [
                        (a, b, bank, other, word) if a < b else (b, a, bank, word, other) for a in others for b in lanes
                    ]
        return min(pairs, default=None)


@dataclass(frozen=True, slots=True)
class ClosedForm:
    """The count over F2: ``phases`` times 2 to the ``rank`` of the words less their rank modulo the banks.

    >>> ClosedForm(phases=4, rank=5, bank_rank=4).wavefronts
    8
    """

    phases: int
    rank: int
    bank_rank: int

    @property
    def degree(self) -> int:
        """The wavefronts of one phase."""
        return 1 << (self.rank - self.bank_rank)

    @property
    def wavefronts(self) -> int:
        """The wavefronts of all phases."""
        return self.phases * self.degree


def phases_of(addresses: Addresses, bytes: int, banks: int, groups: Iterable[Sequence[int]]) -> tuple[Phase, ...]:
    """Return the phases that have an active lane, with the words that its lanes ask for; addresses count bytes."""
    found = []
    for number, group in enumerate(groups):
        active = tuple([lane for lane in group if lane < len(addresses) and addresses[lane] is not None])
        if not active:
            continue
        table: dict[int, dict[int, list[int]]] = {}
        for lane in active:
            start = addresses[lane] or 0
            for word in range(start // BANK_BYTES, (start + bytes - 1) // BANK_BYTES + 1):
                table.setdefault(word % banks, {}).setdefault(word, []).append(lane)
        rows = [
            (bank, tuple([(word, tuple(lanes)) for word, lanes in sorted(words.items())]))
            for bank, words in sorted(table.items())
        ]
        found.append(Phase(number, active, tuple(rows)))
    return tuple(found)


def count_wavefronts(addresses: Addresses, bytes: int, banks: int, groups: Iterable[Sequence[int]]) -> int:
    """Return the wavefronts of all phases: the sum of the number of different words in the fullest bank of each.

    ``addresses[lane]`` is a byte address, None for a lane that takes no part.
    """
    total = 0
    for group in groups:
        words: set[int] = set()
        for lane in group:
            start = addresses[lane] if lane < len(addresses) else None
            if start is not None:
                words.update(range(start // BANK_BYTES, (start + bytes - 1) // BANK_BYTES + 1))
        fill: dict[int, int] = {}
        for word in words:
            fill[word % banks] = fill.get(word % banks, 0) + 1
        total += max(fill.values(), default=0)
    return total


def closed_form(addresses: Addresses, bytes: int, banks: int, forms: Sequence[int]) -> ClosedForm | None:
    """Return the count over F2, or None where the addresses of the active lanes are not affine over F2.

    Requires: addresses that are multiples of ``bytes``, active lanes.
    Ensures:  ``closed_form(...).wavefronts == count_wavefronts(...)`` with the phases of the same forms.
    The active lanes may be fewer than all, when they are a coset: 0 to 7, or every other lane.
    """
    active = [lane for lane, address in enumerate(addresses) if address is not None]
    affine = _affine(addresses, active)
    if affine is None:
        return None
    directions, images = affine
    seen = [sum([((x & form).bit_count() & 1) << k for k, form in enumerate(forms)]) for x in directions]
    numbering = BitMatrix(tuple(seen), len(forms))
    inside = [image(images, combination) >> 2 for combination in numbering.kernel().columns]
    words = [*inside, *[1 << k for k in range((bytes // BANK_BYTES).bit_length() - 1)]]
    height = max([word.bit_length() for word in words], default=0)
    rank = BitMatrix(tuple(words), height).rank()
    bank_rank = BitMatrix(tuple([word % banks for word in words]), height).rank()
    return ClosedForm(1 << numbering.rank(), rank, bank_rank)


def _affine(addresses: Addresses, active: list[int]) -> tuple[list[int], list[int]] | None:
    """Return (directions, images): the lanes are ``first`` XOR combinations of the directions, the addresses as well.

    None where the lanes are no coset or the addresses no affine function of them.
    """
    if not active or len(active) & (len(active) - 1):
        return None
    first = active[0]
    base = addresses[first] or 0
    points = {0: 0}
    directions: list[int] = []
    images: list[int] = []
    for lane in active:
        address = (addresses[lane] or 0) ^ base
        if lane ^ first in points:
            if points[lane ^ first] != address:
                return None
            continue
        directions.append(lane ^ first)
        images.append(address)
        if len(points) * 2 > len(active):
            return None
        points.update({x ^ directions[-1]: y ^ address for x, y in points.items()})
    return (directions, images) if len(points) == len(active) else None
