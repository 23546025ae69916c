"""What a benchmark found, as an aligned table for people and as JSON for programs."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

from .harness import Times

PACKAGES = ("numpy", "nvidia-cutlass", "tensor-layouts", "triton", "galois")


@dataclass
class Target:
    """One promise: ``value`` against ``bound``, from above with ``at_most``; None where it could not be measured."""

    name: str
    value: float | None
    bound: float
    unit: str = "x"
    at_most: bool = False

    @property
    def met(self) -> bool | None:
        if self.value is None or self.value != self.value:
            return None
        return self.value <= self.bound if self.at_most else self.value >= self.bound

    def line(self) -> str:
        verdict = {True: "met", False: "NOT MET", None: "not measured"}[self.met]
        value = "-" if self.met is None else f"{self.value:.2f} {self.unit}"
        sign = "<=" if self.at_most else ">="
        return f"  {verdict:<13}{self.name:<64}{value:>12}   (target {sign} {self.bound:g} {self.unit})"


@dataclass
class Section:
    """The rows of one piece of work, in ``unit``; every other column is compared with the column ``base``."""

    title: str
    unit: str
    rows: dict[str, dict[str, Times]] = field(default_factory=dict)
    targets: list[Target] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    base: str = "layouts"

    @property
    def scale(self) -> float:
        return {"ms": 1e3, "us": 1e6}[self.unit]

    def columns(self) -> list[str]:
        return list(dict.fromkeys([name for row in self.rows.values() for name in row]))

    def ratios(self, of: str, base: str | None = None) -> list[float]:
        """Return time of ``of`` over time of ``base`` for each row that has both, from the minima."""
        base = base or self.base
        return [row[of].min / row[base].min for row in self.rows.values() if of in row and base in row]

    def text(self) -> str:
        columns = self.columns()
        width = max([len(name) for name in self.rows] + [24])
        head = f"{'':<{width}}" + "".join([f"{name:>24}" for name in columns])
        lines = [f"{self.title} ({self.unit}: min, median, x = time over that of {self.base})", head]
        lines += [
            f"{name:<{width}}" + "".join([self._cell(row, c) for c in columns]) for name, row in self.rows.items()
        ]
        lines += [f"  note: {note}" for note in self.notes]
        return "\n".join([line.rstrip() for line in lines])

    def _cell(self, row: dict[str, Times], column: str) -> str:
        if column not in row:
            return f"{'-':>24}"
        low, middle = row[column].min * self.scale, row[column].median * self.scale
        known = column != self.base and self.base in row
        ratio = _ratio(row[column].min / row[self.base].min) if known else ""
        digits = 2 if low < 1000 else 0
        return f"{low:>8.{digits}f} {middle:>7.{digits}f} {ratio:>7}"

    def as_json(self) -> dict[str, Any]:
        cells = {
            name: {c: {"min": t.min * self.scale, "median": t.median * self.scale} for c, t in row.items()}
            for name, row in self.rows.items()
        }
        targets = [
            {"name": t.name, "value": t.value if t.met is not None else None, "bound": t.bound, "unit": t.unit}
            | {"at_most": t.at_most, "met": t.met}
            for t in self.targets
        ]
        return {"title": self.title, "unit": self.unit, "rows": cells, "targets": targets, "notes": self.notes}


def _ratio(value: float) -> str:
    return f"{value:.2f}x" if value < 10 else f"{value:.1f}x" if value < 10_000 else f"{value:.0e}x"


def machine() -> dict[str, Any]:
    """Return what the numbers depend on: the processor and the versions."""
    versions = {}
    for package in PACKAGES:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            versions[package] = "missing"
    return {"processor": _processor(), "python": sys.version.split()[0], "packages": versions}


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    names = [line.partition(":")[2].strip() for line in info.read_text().splitlines() if line.startswith("model name")]
    return f"{len(names)} cores of {names[0]}" if names else platform.processor() or platform.machine()


def summary(sections: list[Section]) -> str:
    return "\n".join(["Targets", *[target.line() for section in sections for target in section.targets]])
