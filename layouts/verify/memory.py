"""How shared memory serves a warp, as data: banks, and which lanes are served together.

A bank is 4 bytes wide, and byte address a is in the bank (a / 4) mod banks.  The lanes of a warp are served in phases.
Which phase serves a lane is told by linear forms over F2 on the bits of the lane: bit k of the phase is the parity of
``lane & forms[k]``.  Eight consecutive lanes a phase are the forms 8, 16.  CDNA3 serves a 16-byte read of the lanes
0-3 and 20-23 together, which is the form 20 = 0b10100, the parity of bits 2 and 4:

>>> model = memory_model("cdna3")
>>> model.phases("load", 16)[0]
(0, 1, 2, 3, 20, 21, 22, 23)

None of the figures of a model is a profiler's: they say what the stated model says.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from ..errors import LayoutError
from ..inttuple import _show, to_int

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["BANK_BYTES", "MODELS", "WIDTHS", "MemoryModel", "memory_model"]

BANK_BYTES = 4
WIDTHS = (1, 2, 4, 8, 16)
"""The bytes that one lane may move with one instruction."""

_KINDS = ("load", "store", "matrix")


@dataclass(frozen=True, slots=True)
class MemoryModel:
    """The banks of a shared memory, the lanes of a warp, and the phases of its accesses.

    ``special`` lists (kind, bytes, forms) for accesses whose phases are not runs of consecutive lanes as long as fill
    the banks once; a kind is load, store or matrix (the rows of ldmatrix and stmatrix).
    Requires: powers of two; a phase asks for no more than the banks give at once, so that one wavefront can serve it.
    Raises:   LayoutError with the offending number.

    >>> MemoryModel("wide", banks=64).phases("load", 16)[1][0]
    16
    """

    name: str
    lanes: int = 32
    banks: int = 32
    special: tuple[tuple[str, int, tuple[int, ...]], ...] = ()
    source: str = ""

    def __post_init__(self) -> None:
        for what, most in (("lanes", 64), ("banks", 1024)):
            number = to_int(getattr(self, what), f"MemoryModel: the number of {what}")
            if number < 4 or number > most or number & (number - 1):
                raise LayoutError(f"MemoryModel: {number} {what}; it must be a power of two in 4..{most}", number)
            object.__setattr__(self, what, number)
        for entry in self.special:
            if not isinstance(entry, tuple) or len(entry) != 3 or entry[0] not in _KINDS or entry[1] not in WIDTHS:
                raise LayoutError(f"MemoryModel: {_show(entry)} is no (load | store | matrix, bytes, forms)", entry)
            self._check(entry[1], entry[2])

    def _check(self, bytes: int, forms: tuple[int, ...]) -> None:
        groups = _phases(tuple([to_int(form, "MemoryModel: a form") for form in forms]), self.lanes)
        if len(groups) != 1 << len(forms) or any(not 0 <= form < self.lanes for form in forms):
            raise LayoutError(f"MemoryModel: the forms {_show(forms)} are not independent on {self.lanes} lanes", forms)
        asked = len(groups[0]) * max(bytes, BANK_BYTES)
        if asked > self.banks * BANK_BYTES:
            raise LayoutError(
                f"MemoryModel: a phase of {len(groups[0])} lanes asks for {asked} bytes, "
                f"and {self.banks} banks give {self.banks * BANK_BYTES}",
                asked,
            )

    def forms(self, kind: str, bytes: int) -> tuple[int, ...]:
        """Return the linear forms on the lane bits that number the phases, lowest bit first."""
        for known, width, forms in self.special:
            if (known, width) == (kind, bytes):
                return forms
        together = min(self.lanes, self.banks * BANK_BYTES // max(bytes, BANK_BYTES))
        if kind == "matrix":
            together = min(8, together)  # the rows of one matrix
        return tuple([1 << k for k in range(together.bit_length() - 1, self.lanes.bit_length() - 1)])

    def check_instruction(self, name: str, kind: str) -> None:
        """Refuse an instruction that the machine of a model in ``MODELS`` does not have."""
        amd = name.lower().startswith("ds_")
        if MODELS.get(self.name) is self and (amd if self.name == "nvidia" else kind == "matrix"):
            raise LayoutError(f"{name} is no instruction of the model {self.name}", name)

    def phases(self, kind: str, bytes: int) -> tuple[tuple[int, ...], ...]:
        """Return the lanes of each phase, in order.

        >>> [len(memory_model("nvidia").phases("load", n)) for n in (1, 2, 4, 8, 16)]
        [1, 1, 1, 2, 4]
        """
        return _phases(self.forms(kind, bytes), self.lanes)

    def __str__(self) -> str:
        return f"{self.name}: {self.banks} banks of {BANK_BYTES} bytes"


@lru_cache(maxsize=256)
def _phases(forms: tuple[int, ...], lanes: int) -> tuple[tuple[int, ...], ...]:
    groups: dict[int, list[int]] = {}
    for lane in range(lanes):
        number = sum([((lane & form).bit_count() & 1) << k for k, form in enumerate(forms)])
        groups.setdefault(number, []).append(lane)
    return tuple([tuple(groups[number]) for number in sorted(groups)])


_TRITON = "Triton 3.9, AMD TargetInfo and the shared-memory tile of its loads"

MODELS: dict[str, MemoryModel] = {
    model.name: model
    for model in (
        MemoryModel(
            "nvidia",
            source="CUDA programming guide (32 banks of 4 bytes); wavefronts of LDS.128 on NVIDIA developer forum "
            "359822; published profiler counts of ldmatrix. That phases are runs of consecutive lanes is not measured",
        ),
        MemoryModel(
            "cdna3",
            lanes=64,
            special=(("load", 16, (20, 8, 32)),),
            source="Composable Kernel, lds_bank_conflicts.rst; " + _TRITON,
        ),
        MemoryModel(
            "gfx950", lanes=64, banks=64, special=(("load", 16, (28, 32)),), source=_TRITON + ", the only source"
        ),
        MemoryModel("rdna", special=(("load", 16, (20, 8)),), source=_TRITON + ", for RDNA1 to RDNA3; wave32"),
        MemoryModel("rdna4", source=_TRITON + ", which keeps runs of consecutive lanes here; wave32"),
        MemoryModel("gfx1250", banks=64, special=(("load", 16, (28,)),), source=_TRITON + ", the only source; wave32"),
    )
}

_ALIASES = {
    "nvidia": "volta turing ampere ada hopper blackwell "
    "sm70 sm72 sm75 sm80 sm86 sm87 sm88 sm89 sm90 sm90a "
    "sm100 sm100a sm103 sm103a sm110 sm110a sm120 sm120a sm121 sm121a",
    "cdna3": "gfx940 gfx941 gfx942 mi300",
    "gfx950": "cdna4 mi350",
    "rdna": "rdna1 rdna2 rdna3 gfx1010 gfx1011 gfx1012 gfx1030 gfx1031 gfx1032 gfx1100 gfx1101 gfx1102",
    "rdna4": "gfx1200 gfx1201",
}
_NAMES = {alias: name for name, aliases in _ALIASES.items() for alias in aliases.split()} | {n: n for n in MODELS}


def memory_model(model: Any) -> MemoryModel:
    """Return a memory model by its name or by the name of an architecture; a ``MemoryModel`` is returned as it is.

    Known are nvidia (and sm70 to sm121), cdna3 (gfx942), gfx950 (cdna4), rdna (RDNA1 to RDNA3), rdna4 and gfx1250.
    Raises: LayoutError for another name.

    >>> print(memory_model("sm_90"), "|", memory_model("gfx950"))
    nvidia: 32 banks of 4 bytes | gfx950: 64 banks of 4 bytes
    """
    if isinstance(model, MemoryModel):
        return model
    name = _NAMES.get(model.lower().replace("_", "")) if isinstance(model, str) else None
    if name is None:
        raise LayoutError(f"memory_model: {_show(model)} is not one of {', '.join(MODELS)}, nor an architecture", model)
    return MODELS[name]
