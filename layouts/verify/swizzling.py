"""Swizzles for a tile in shared memory: which one is enough, what each XOR bit buys, and products where one is not.

A swizzle XORs bits of the address that choose a row onto bits that choose a bank.  It may not touch the bits inside a
vector, else the vectors would break; targets at or above the last bank bit, and sources below it, change nothing about
the banks that a bijection of the banks would not undo.  So the search is finite and small.
"""

from __future__ import annotations

from itertools import combinations, islice, permutations
from random import Random

from ..swizzle import Swizzle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Values = Sequence[int | None]
    Cost = Callable[[Sequence[Values]], tuple[int, ...]]

__all__ = ["product_of_bits", "single_swizzle", "swizzled_values", "what_bits_buy"]

_MOST_MATCHINGS = 5_000
_MOST_MATRICES = 500


def swizzled_values(swizzles: Sequence[Swizzle], values: Values) -> list[int | None]:
    """Return the values after the swizzles, the first one first; None stays None."""
    found = list(values)
    for swizzle in swizzles:
        found = [None if value is None else swizzle(value) for value in found]
    return found


def single_swizzle(
    accesses: Sequence[Values], cost: Cost, low: int, high: int, top: int, goal: int
) -> tuple[tuple[int, ...], list[Swizzle]]:
    """Return the least cost of one swizzle, and all swizzles with the fewest bits that reach it.

    Targets are among the bits ``low``..``high`` - 1, sources below ``top``.  The cost without a swizzle takes part,
    with the empty list.  Costs are compared by their sum, and ``goal`` is enough.  The swizzles come with the lowest
    target first, then the lowest source.
    """
    best = cost(accesses)
    found: list[Swizzle] = []
    for bits in range(1, high - low + 1):
        if sum(best) <= goal:
            break
        better = best
        for target in range(low, high - bits + 1):
            for source in range(target + bits, top - bits + 1):
                swizzle = Swizzle(bits, target, source - target)
                reached = cost([swizzled_values([swizzle], values) for values in accesses])
                if sum(reached) < sum(better):
                    better, found = reached, [swizzle]
                elif sum(reached) == sum(better) and better is not best:
                    found.append(swizzle)
        best = better
    return best, found


def product_of_bits(
    accesses: Sequence[Values], cost: Cost, low: int, high: int, top: int, goal: int
) -> list[Swizzle] | None:
    """Return one-bit swizzles whose product costs ``goal``, or None where none was found.

    Targets are among ``low``..``high`` - 1 and sources among ``high``..``top`` - 1, so that the swizzles commute and
    make up any matrix over F2 from the one to the other.  Fewest bits first, with different targets and different
    sources; then matrices drawn at random, of which every bit that is not needed is left out.
    """
    # Only bits in which the lanes of an access differ can move lanes apart.
    sources = [s for s in range(high, top) if any([_differ(values, s) for values in accesses])]

    def reaches(pairs: Sequence[tuple[int, int]]) -> bool:
        swizzles = [Swizzle(1, target, source - target) for target, source in pairs]
        return sum(cost([swizzled_values(swizzles, values) for values in accesses])) <= goal

    found = None
    for pairs in islice(_matchings(range(low, high), sources), _MOST_MATCHINGS):
        if reaches(pairs):
            found = pairs
            break
    else:
        cells = [(target, source) for target in range(low, high) for source in sources]
        draw = Random(0)
        for _ in range(_MOST_MATRICES if cells else 0):
            pairs = [cell for cell in cells if draw.random() < 0.5]
            if reaches(pairs):
                found = pairs
                break
        for cell in list(found or ()):
            fewer = [other for other in found or () if other != cell]
            found = fewer if reaches(fewer) else found
    return None if found is None else [Swizzle(1, target, source - target) for target, source in found]


def _differ(values: Values, bit: int) -> bool:
    return len({value >> bit & 1 for value in values if value is not None}) > 1


def _matchings(targets: Sequence[int], sources: Sequence[int]) -> Iterator[list[tuple[int, int]]]:
    for count in range(1, min(len(targets), len(sources)) + 1):
        for chosen in combinations(targets, count):
            for order in permutations(sources, count):
                yield list(zip(chosen, order, strict=True))


def what_bits_buy(swizzle: Swizzle, accesses: Sequence[Values], cost: Cost) -> tuple[tuple[int, ...], list[int]]:
    """Return (cost with the swizzle, cost without each of its bits), lowest bit first; ``accesses`` are not swizzled.

    A bit without which the cost is the same is useless alone; several such bits may still be needed together.
    """
    whole = cost([swizzled_values([swizzle], values) for values in accesses])
    without = []
    for left_out in range(swizzle.bits):
        single = [one_bit(swizzle, k) for k in range(swizzle.bits) if k != left_out]
        without.append(sum(cost([[_xor(single, value) for value in values] for values in accesses])))
    return whole, without


def one_bit(swizzle: Swizzle, k: int) -> Swizzle:
    """Return the swizzle of bit ``k`` alone."""
    return Swizzle(1, swizzle.base + k, swizzle.shift)


def _xor(parts: Sequence[Swizzle], value: int | None) -> int | None:
    """Return the value XORed with what each part alone would XOR to it."""
    if value is None:
        return None
    moved = value
    for part in parts:
        moved ^= part(value) ^ value
    return moved
