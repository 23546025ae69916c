"""``AccessReport``: what an access to shared memory costs, for people and for programs."""

from __future__ import annotations

from dataclasses import dataclass

from ..notebook import show_in_notebook
from .domain import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from .banks import Phase

__all__ = ["AccessReport", "Collision"]


@dataclass(frozen=True, slots=True)
class Collision:
    """Two lanes of a phase that want different words of one bank; ``at`` and ``values`` are what the map has there."""

    lanes: tuple[int, int]
    bank: int
    words: tuple[int, int]
    phase: int
    at: tuple[dict[str, int], dict[str, int]]
    values: tuple[int, int]


@dataclass(frozen=True, slots=True)
class AccessReport:
    """What an access costs under a stated model; ``holds`` tells that no phase takes more than one wavefront.

    ``wavefronts``, ``ideal``, ``degree`` and ``phases`` are those of one access, the first of the worst, at ``at``.
    ``total`` and ``total_ideal`` are sums over all ``accesses``.
    """

    map: str
    instruction: str
    model: str
    banks: int
    lanes_per_phase: int
    bytes: int
    elem: int
    lanes: tuple[int, ...]
    addresses: tuple[int | None, ...]
    phases: tuple[Phase, ...]
    collision: Collision | None
    method: str
    accesses: int
    at: dict[str, int]
    total: int

    _repr_mimebundle_ = show_in_notebook

    @property
    def wavefronts(self) -> int:
        """The wavefronts of the access: each bank gives one word in each."""
        return sum([phase.wavefronts for phase in self.phases])

    @property
    def ideal(self) -> int:
        """The number of phases that have an active lane."""
        return len(self.phases)

    @property
    def total_ideal(self) -> int:
        """The ideal of all accesses together."""
        return self.ideal * self.accesses

    @property
    def excess(self) -> int:
        """The bank conflicts of the access, as profilers count them: wavefronts beyond the ideal."""
        return self.wavefronts - self.ideal

    @property
    def degree(self) -> int:
        """The wavefronts of the worst phase: 1-way is free of conflicts."""
        return max([phase.wavefronts for phase in self.phases])

    @property
    def holds(self) -> bool:
        """Whether all accesses are free of conflicts."""
        return self.total == self.total_ideal

    def table(self) -> str:
        """Return the banks of every phase with the lanes that want each of their words.

        >>> from layouts import conflicts
        >>> print(conflicts([0, 4, 128, 132], elem=1, bytes=4).table())
        phase 0  bank 0: lane 0 | lane 2    bank 1: lane 1 | lane 3
        """
        return "\n".join([f"phase {phase.number}  {_banks_text(phase)}" for phase in self.phases])

    def to_json(self) -> dict[str, Any]:
        """Return the report as one object of JSON values."""
        names = ("map", "instruction", "model", "banks", "lanes_per_phase", "bytes", "elem", "lanes", "addresses")
        result: dict[str, Any] = {name: getattr(self, name) for name in names}
        for name in ("wavefronts", "ideal", "excess", "degree", "accesses", "at", "total", "total_ideal", "method"):
            result[name] = getattr(self, name)
        hit = self.collision
        result["collision"] = None
        if hit is not None:
            keys = ("lanes", "bank", "words", "phase", "at", "values")
            result["collision"] = {key: getattr(hit, key) for key in keys}
        result["phases"] = [
            {
                "phase": phase.number,
                "lanes": phase.lanes,
                "wavefronts": phase.wavefronts,
                "banks": {str(bank): {str(word): lanes for word, lanes in found} for bank, found in phase.banks},
            }
            for phase in self.phases
        ]
        result["holds"] = self.holds
        return result

    def __str__(self) -> str:
        count = "" if self.accesses == 1 else f" ({self.accesses} accesses)"
        lines = [
            self.map,
            f"  access      {self.instruction}: {_bytes_text(self.bytes)} for each of {_lanes_text(self.lanes)}{count}",
            f"  model       {self.model}: {self.banks} banks of 4 bytes, phases of {self.lanes_per_phase} lanes",
            f"  wavefronts  {self.wavefronts}, ideal {self.ideal}: {self.degree}-way",
        ]
        if self.accesses > 1:
            if self.total != self.wavefronts * self.accesses:
                lines[-1] += f", at {words(self.at)}"
            lines.append(f"  total       {self.total}, ideal {self.total_ideal}")
        lines.append(f"  method      {self.method}")
        hit = self.collision
        if hit is not None:
            a, b = [_place(point, value) for point, value in zip(hit.at, hit.values, strict=True)]
            lines.append(
                f"  collide     lanes {hit.lanes[0]} and {hit.lanes[1]} in bank {hit.bank}: words {hit.words[0]} and "
                f"{hit.words[1]}; {a} and {b}"
            )
            worst = max(self.phases, key=lambda phase: phase.wavefronts)
            lines.append(f"  phase {worst.number:<5} {_banks_text(worst)}")
        verdict = (
            "no bank conflict" if self.holds else f"{self.total - self.total_ideal} wavefronts more than the ideal"
        )
        lines.append(f"  {'HOLDS' if self.holds else 'FAILS'}       {verdict}")
        return "\n".join(lines)


def _place(point: dict[str, int], value: int) -> str:
    """Return the variables and the value of a map at a lane: ``r = 4, c = 0 at 512``."""
    rest = {name: v for name, v in point.items() if name != "lane"}
    return f"{words(rest or point)} at {value}"


def _bytes_text(count: int) -> str:
    return "1 byte" if count == 1 else f"{count} bytes"


def _lanes_text(lanes: Sequence[int]) -> str:
    """Return lanes as runs: ``lanes 0..7, 16..23``, or ``lane 3``."""
    return ("lane " if len(lanes) == 1 else "lanes ") + _runs(lanes, "..")


def _runs(numbers: Sequence[int], dash: str) -> str:
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join([str(a) if a == b else f"{a}{dash}{b}" for a, b in runs])


def _banks_text(phase: Phase, most: int = 16) -> str:
    """Return the banks of a phase, those with the same lanes together; the lanes of different words are apart."""
    groups: list[tuple[list[int], str]] = []
    for bank, found in phase.banks:
        text = " | ".join([_lanes_text(lanes) for _, lanes in found[:8]]) + (" | ..." if len(found) > 8 else "")
        if groups and groups[-1][1] == text:
            groups[-1][0].append(bank)
        else:
            groups.append(([bank], text))
    shown = [f"{'bank' if len(banks) == 1 else 'banks'} {_runs(banks, '-')}: {text}" for banks, text in groups[:most]]
    return "    ".join(shown) + (f"    and {len(groups) - most} more" if len(groups) > most else "")
