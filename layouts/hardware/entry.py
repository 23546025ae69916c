"""An entry of the hardware tables: one instruction, or one pattern of a memory, with its operands."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..errors import LayoutError
from ..inttuple import _show
from ..notebook import show_in_notebook
from .operand import Operand

__all__ = ["CONFIDENCE", "Entry"]

CONFIDENCE = ("low", "medium", "high")


@dataclass(frozen=True, slots=True)
class Entry:
    """One instruction: its names, where it runs, its shape and types, and its operands.

    ``name`` is PTX's or the mnemonic, ``aliases`` are CUTLASS's names and other ones.  ``atoms`` tells for a name of
    CUTLASS which operands are its A, B and C.  ``shape`` is (M, N, K), with K 0 where it does not matter.  ``arch`` is
    as the sources have it (``sm80+``, ``sm90a``, ``cdna3+``).

    >>> from layouts import hardware
    >>> E = hardware.get("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32")
    >>> E.aliases, E.arch, E.shape, list(E.operands)
    (('SM80_16x8x16_F32F16F16F32_TN',), 'sm80+', (16, 8, 16), ['A', 'B', 'C'])
    >>> print(E)
    mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 (sm80+): A f16, B f16, C f32
    """

    name: str
    family: str
    arch: str
    operands: dict[str, Operand] = field(hash=False)
    shape: tuple[int, int, int] | None = None
    aliases: tuple[str, ...] = ()
    atoms: dict[str, tuple[str, str, str]] = field(default_factory=dict, hash=False)
    source: str = ""
    note: str = ""

    _repr_mimebundle_ = show_in_notebook

    def __getitem__(self, role: str) -> Operand:
        if role == "D" and "D" not in self.operands:
            role = "C"
        if not isinstance(role, str) or role not in self.operands:
            raise LayoutError(f"{self.name} has no operand {_show(role)}; it has {', '.join(self.operands)}", role)
        return self.operands[role]

    @property
    def confidence(self) -> str:
        """The lowest confidence of its operands: high, medium or low."""
        return min([operand.confidence for operand in self.operands.values()], key=CONFIDENCE.index)

    def __str__(self) -> str:
        held = ", ".join([f"{role} {operand.dtype}" for role, operand in self.operands.items()])
        return f"{self.name} ({self.arch}): {held}"
