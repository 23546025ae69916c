"""``sectors``: what a warp's access to global memory moves, in sectors of 32 bytes and lines of 128.

By hand, 32 lanes that read 4 bytes each, side by side, use 128 bytes: 4 sectors of one line, and nothing is moved in
vain.  Shifted by 4 bytes they touch 5 sectors of two lines, and use 128 of 160 bytes.

>>> print(sectors("lane + 1", elem=4))
lane + 1
  access      4 bytes for each of lanes 0..31
  sectors     5, ideal 4, in 2 lines of 128 bytes
  efficiency  80%: 128 of 160 bytes are used
  FAILS       1 sector more than the ideal
"""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import EvaluationError, LayoutError, TooLargeError
from ..inttuple import amount, to_int
from .access import addressing_of
from .access_report import _bytes_text, _lanes_text
from .memory import MemoryModel
from .reading import width_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from .lanes import Addressing

__all__ = ["LINE", "SECTOR", "SectorReport", "sectors"]

SECTOR, LINE = 32, 128
_WIDTHS = (1, 2, 4, 8, 16, 32)  # 32 from sm100 on


@dataclass(frozen=True, slots=True)
class SectorReport:
    """The sectors and lines of all ``accesses`` together; ``holds`` tells that no fewer sectors could hold the bytes.

    ``used`` counts the different bytes that lanes ask for, a byte that several ask for once in each access.
    """

    map: str
    bytes: int
    elem: int
    lanes: tuple[int, ...]
    accesses: int
    sectors: int
    ideal: int
    lines: int
    used: int
    method: str

    @property
    def efficiency(self) -> float:
        """The part of the bytes moved that is used: at most 1."""
        return self.used / (SECTOR * self.sectors)

    @property
    def holds(self) -> bool:
        """Whether every access touches as few sectors as hold its bytes."""
        return self.sectors == self.ideal

    def to_json(self) -> dict[str, Any]:
        """Return the report as one object of JSON values."""
        found = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {**found, "efficiency": self.efficiency, "holds": self.holds}

    def __str__(self) -> str:
        count = "" if self.accesses == 1 else f" ({self.accesses} accesses; {self.method})"
        moved = SECTOR * self.sectors
        percent = 100 * self.used // moved
        more = self.sectors - self.ideal
        lines = f"{self.lines} line{'s' * (self.lines > 1)} of {LINE} bytes"
        verdict = (
            "as few sectors as hold the bytes" if self.holds else f"{more} sector{'s' * (more > 1)} more than the ideal"
        )
        return "\n".join(
            [
                self.map,
                f"  access      {_bytes_text(self.bytes)} for each of {_lanes_text(self.lanes)}{count}",
                f"  sectors     {self.sectors}, ideal {self.ideal}, in {lines}",
                f"  efficiency  {percent}%: {self.used} of {moved} bytes are used",
                f"  {'HOLDS' if self.holds else 'FAILS'}       {verdict}",
            ]
        )


def sectors(
    map: Any,
    lanes: Any = None,
    *,
    elem: int,
    bytes: int | None = None,
    base: int = 0,
    warp: int = 32,
    variables: Mapping[str, Any] | None = None,
    let: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    limit: int = 2**14,
    int_bits: int = 32,
) -> SectorReport:
    """Return the sectors and lines of global memory that the lanes of a warp touch.

    ``map``, ``lanes``, ``elem``, ``variables`` and ``let`` are as in ``conflicts``; each lane moves ``bytes``, by
    default one element.  The buffer begins at byte address ``base``.
    Ensures: ``ideal`` is the least number of sectors that hold the bytes asked for, so the efficiency is at most 1.
    Raises:  EvaluationError for an address that is not a multiple of ``bytes``, with the lane as witness; else as
    ``conflicts`` does.
    Cost:    one warp, and one step for every other access unless they move by whole lines.

    >>> report = sectors("lane * 2", elem=4)
    >>> report.sectors, report.ideal, report.lines, report.efficiency
    (8, 4, 2, 0.5)
    """
    size, start = to_int(elem, "elem"), to_int(base, "base")
    width = size if bytes is None else to_int(bytes, "the bytes of a lane")
    if size < 1 or width not in _WIDTHS:
        raise LayoutError(
            f"sectors: a lane moves 1, 2, 4, 8, 16 or 32 bytes, not {width}, of elements of {size}", width
        )
    model = MemoryModel("", lanes=warp)
    taking = range(model.lanes)
    addressing = addressing_of(map, lanes, model, width // size, taking, variables, let, width_of(int_bits, "c"))
    whole = _moves_by_lines(addressing, size)
    if not whole and addressing.count > to_int(limit, "the limit"):
        raise TooLargeError(
            f"sectors: {addressing.text} does not move by whole lines, and {amount(addressing.count)} accesses are "
            f"more than the limit {limit}",
            addressing.count,
        )
    totals = [0, 0, 0, 0]
    active: list[int] = []
    for access in range(1 if whole else addressing.count):
        found = _addresses(addressing, access, size, start, width)
        active = active or sorted(found)
        for k, number in enumerate(_touched(list(found.values()), width)):
            totals[k] += number * (addressing.count if whole else 1)
    touched, ideal, lines, used = totals
    method = "every access is the first one moved" if whole else "each looked at"
    return SectorReport(
        addressing.text, width, size, tuple(active), addressing.count, touched, ideal, lines, used, method
    )


def _moves_by_lines(addressing: Addressing, elem: int) -> bool:
    if addressing.count == 1:
        return True
    if addressing.steps is None or (addressing.steps[0] == "xor" and elem & (elem - 1)):
        return False
    return all([step * elem % LINE == 0 for step in addressing.steps[1]])


def _addresses(addressing: Addressing, access: int, elem: int, base: int, width: int) -> dict[int, int]:
    found = {}
    for lane, value in enumerate(addressing.values(access)):
        if value is None:
            continue
        found[lane] = base + to_int(value, "an address") * elem
        if found[lane] % width:
            where = ", ".join([f"{name} = {v}" for name, v in addressing.point(access, lane).items()])
            raise EvaluationError(
                f"{_bytes_text(width)} at {where}: byte address {found[lane]} is not a multiple of {width}", lane
            )
    if not found:
        raise LayoutError("sectors: no lane takes part", ())
    return found


def _touched(addresses: list[int], width: int) -> tuple[int, int, int, int]:
    """Return (sectors, ideal, lines, bytes used) of aligned addresses."""
    used = len(set(addresses)) * width  # aligned, so two lanes ask for the same bytes or for none in common
    touched = {address // SECTOR for address in addresses}
    return len(touched), -(-used // SECTOR), len({sector // (LINE // SECTOR) for sector in touched}), used
