"""The swap-shuffle reduction: lanes that hold several values exchange halves of them, so that each keeps fewer.

With s values in each of L lanes a butterfly costs s shuffles for each of its log2 L masks.  Where a lane keeps only the
half of the values that its bit of the mask says, the next mask has half of them to move:

>>> swap_shuffles(32, 32), swap_shuffles(8, 32), swap_shuffles(4, 4)
((31, 160), (23, 40), (3, 8))
"""

from __future__ import annotations

from ..errors import LayoutError, ProfileError
from ..inttuple import to_int
from ..linear.dims import union
from ..linear.layout import LinearLayout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from .reductions import Butterfly, Problem

__all__ = ["swap_shuffles"]


def swap_shuffles(values: Any, lanes: Any) -> tuple[int, int]:
    """Return the shuffles of a lane with exchanges of halves, and with plain butterflies.

    Requires: powers of two.
    Ensures:  with q = log2 lanes and h = min(q, log2 values), ``values * (q - h) + values - values / 2**h``, and
              ``values * q``.
    Raises:   ProfileError with the number that is no power of two.

    >>> swap_shuffles(2, 4)
    (3, 4)
    """
    s, q = [_power("swap_shuffles", what, n) for what, n in (("values", values), ("lanes", lanes))]
    h = min(s, q)
    return (q - h << s) + (1 << s) - (1 << s - h), q << s


def swapped(problem: Problem, lanes: Sequence[Butterfly], kept: int) -> tuple[tuple[Butterfly, ...], LinearLayout, int]:
    """Return the butterflies with exchanges at the end, the layout of the result, and the values that are left.

    The register bits that tell the values of a thread apart are dealt out to the lane masks without a register part.
    """
    from .reductions import Butterfly, without

    registers = problem.sizes[0]
    mixed = union(problem.near[0])  # bits of sums within the thread: exchanging such a bit would not halve the values
    free = [k for k in range(registers) if not mixed >> k & 1]
    able = [step for step in lanes if step.register == 0]
    halving = able[: len(free)]
    if not halving:
        raise LayoutError(
            f"reduce: 'swap' needs a lane mask and a register bit that tells two sums apart; here are the masks"
            f" {[step.lane for step in able]} and {len(free)} such bits",
            (len(able), len(free)),
        )
    plain = [step for step in lanes if step not in halving]
    pairs = list(zip(halving, free, strict=False))
    steps = [Butterfly(0, step.lane, 1 << bit) for step, bit in reversed(pairs)]
    return (*plain, *steps), _dealt(without(problem.layout, problem.axis), pairs), kept >> len(halving)


def _dealt(result: LinearLayout, pairs: Sequence[tuple[Butterfly, int]]) -> LinearLayout:
    """Return the layout of the sums: the register bits are zero, and the top bits of the masks choose instead."""
    columns = list(result._matrix.columns)
    start, position = {}, 0
    for name, bits in result._ins:
        start[name] = position
        position += bits
    for step, bit in pairs:
        register, lane = start["register"] + bit, start["lane"] + step.lane.bit_length() - 1
        columns[lane] ^= columns[register]
        columns[register] = 0
    return LinearLayout._new(result._ins, result._outs, tuple(columns))


def _power(operation: str, what: str, number: Any) -> int:
    value = to_int(number, f"{operation}: the {what}")
    if value < 1 or value & (value - 1):
        raise ProfileError(f"{operation}: {value} {what}, which is no power of two", value)
    return value.bit_length() - 1
