"""The register level: every thread already has what it needs, and renames, permutes and selects its registers.

``dst[r] = src[P(r) ^ by(thread)]``.  The renaming P is known when the code is compiled and costs nothing, except that
elements narrower than 32 bits may have to change places inside their words (byte permutes).  Where the register varies
from thread to thread, each independent value of ``by`` is one stage of selects.

By hand, the two registers of each thread exchanged in odd lanes only:

>>> from layouts import LinearLayout
>>> from layouts.convert.move import Move
>>> A = LinearLayout([("register", [[1]]), ("lane", [[2]])], [("x", 4)])
>>> B = LinearLayout([("register", [[1]]), ("lane", [[3]])], [("x", 4)])
>>> register_steps(Move(A, B, 32))
(Permute(source='src', target='dst', registers=(0, 1), by=Affine(columns=(1,), offset=0), packed=1),)
"""

from __future__ import annotations

from ..elimination import image
from .move import HARDWARE
from .steps import Affine, Copy, Permute

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .move import Columns, Move
    from .steps import Step

__all__ = ["images", "is_identity", "own_pull", "per_word", "register_steps"]


def per_word(element_bits: int) -> int:
    """Return the number of elements in a 32-bit register: 1 for wider ones."""
    return max(1, 32 // element_bits)


def images(columns: tuple[int, ...]) -> list[int]:
    """Return the values of all inputs of a linear map, in order.

    >>> images((3, 4))
    [0, 3, 4, 7]
    """
    found = [0]
    for column in columns:
        found += [value ^ column for value in found]
    return found


def is_identity(move: Move) -> bool:
    """Tell whether every register of the destination is the same register of the source, in the same thread."""
    wanted, there = move.B["register"], move.A["register"]
    threads = all([move.A[name] == move.B[name] for name in HARDWARE[1:]])
    return threads and len(wanted) <= len(there) and wanted == there[: len(wanted)]


def own_pull(move: Move) -> Columns:
    """Return the pull; the identity where that is one, which need not be the smallest solution."""
    if not is_identity(move):
        return move.pull
    own = tuple([1 << k for k in range(len(move.B["register"]))])
    return {**move.pull, "register": own}


def register_steps(move: Move) -> tuple[Step, ...]:
    """Return the one step of a move of the level 'register'.

    Requires: ``move.level == "register"``.
    Ensures:  a ``Copy`` where no thread differs from another, else a ``Permute``.
    """
    pull = own_pull(move)
    registers = tuple(images(pull["register"]))
    mine = 1 << len(move.A["register"])
    by = Affine(tuple([image_of & mine - 1 for name in HARDWARE[1:] for image_of in pull[name]]))
    if by.is_constant:
        return (Copy("src", "dst", registers, tuple(range(len(registers)))),)
    return (Permute("src", "dst", registers, by, min(per_word(move.element_bits), len(registers))),)


def at(columns: tuple[int, ...], x: int) -> int:
    """Return the value of a linear map whose missing columns are zero."""
    return image(columns, x & (1 << len(columns)) - 1)
