"""The wavefronts of a plan's accesses to shared memory, from ranks: no address is enumerated.

Addresses are XORs of the bits of a thread, so the words that a phase asks for, the multiples of 4 bytes, are a coset of
a subspace, and every bank that is hit at all is hit by the same number of them: ``2**(rank of the words - rank of their
banks)`` wavefronts.  All phases of all warps cost the same.

By hand, 32 lanes that store a word each, 128 bytes apart: 32 words in one bank.

>>> from layouts.convert.steps import Affine, Store
>>> from layouts.convert.target import target
>>> store = Store("src", "buffer", (0,), Affine((32, 64, 128, 256, 512)))
>>> count_wavefronts_of([store], 32, target("sm90"), 5, 5)
({'store': 32, 'load': 0}, {'store': 1, 'load': 0})
"""

from __future__ import annotations

from functools import lru_cache

from ..bits import BitMatrix
from ..elimination import image, transpose
from ..verify.memory import BANK_BYTES
from .spans import rank
from .steps import Load, LoadMatrix, Store, StoreMatrix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..verify.memory import MemoryModel
    from .steps import Step
    from .target import Target

__all__ = ["count_wavefronts_of"]

ROW_BYTES = 16


def count_wavefronts_of(
    steps: Iterable[Step], element_bits: int, target: Target, lane_bits: int, thread_bits: int
) -> tuple[dict[str, int], dict[str, int]]:
    """Return (wavefronts, ideal) of all warps, each by 'store' and 'load'; accesses of other blocks are not counted."""
    found, ideal = {"store": 0, "load": 0}, {"store": 0, "load": 0}
    for step in steps:
        if isinstance(step, (Store, Load)) and step.block is None:
            kind = "store" if isinstance(step, Store) else "load"
            masks = step.only if isinstance(step, Store) else ()
            key = kind, len(step.registers) * element_bits // 8, masks
        elif isinstance(step, (StoreMatrix, LoadMatrix)):
            kind = "store" if isinstance(step, StoreMatrix) else "load"
            rows = (8 * step.matrices).bit_length() - 1
            key = "matrix", ROW_BYTES, tuple([1 << k for k in range(rows, lane_bits)])
        else:
            continue
        count = _count(*key, step.address.columns, element_bits, target.memory, lane_bits, thread_bits)
        found[kind] += count[0]
        ideal[kind] += count[1]
    return found, ideal


@lru_cache(maxsize=4096)
def _count(
    phases: str,
    bytes: int,
    masks: tuple[int, ...],
    address: tuple[int, ...],
    element_bits: int,
    model: MemoryModel,
    lane_bits: int,
    thread_bits: int,
) -> tuple[int, int]:
    """Return the wavefronts and the ideal of one access by all warps."""
    forms = tuple([form & (1 << lane_bits) - 1 for form in model.forms(phases, max(bytes, 1))])
    active = _solutions(masks, thread_bits)
    together = _solutions((*masks, *forms, *[1 << k for k in range(lane_bits, thread_bits)]), thread_bits)
    columns = [column * element_bits // 8 // BANK_BYTES for column in address]
    columns += [0] * (thread_bits - len(columns))
    words = [image(columns, thread) for thread in together]
    words += [1 << k for k in range((bytes // BANK_BYTES).bit_length() - 1)]
    most, banks = rank(words), rank([word & model.banks - 1 for word in words])
    groups = 1 << len(active) - len(together)
    return groups << most - banks, groups * max(1, (1 << most) // model.banks)


def _solutions(masks: tuple[int, ...], bits: int) -> tuple[int, ...]:
    """Return a basis of the values whose parity under every mask is even."""
    return BitMatrix._new(tuple(transpose(masks, bits)), len(masks)).kernel().columns
