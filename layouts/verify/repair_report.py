"""``RepairReport``: what repairs a layout in shared memory, and what each repair costs."""

from __future__ import annotations

from dataclasses import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..composed import Swizzle
    from .access_report import AccessReport

__all__ = ["Repair", "RepairReport"]


@dataclass(frozen=True, slots=True)
class Repair:
    """One repair: the layout to use instead, its conflicts, and its costs.

    ``extra_bytes`` is what the buffer grows, ``xor_bits`` and ``instructions`` (a shift, an AND and an XOR for each
    shift) are spent on each address, ``pad`` counts the elements added to a row.  ``in_bytes`` is the swizzle on byte
    addresses, ``others`` are swizzles as small that do as much.
    """

    kind: str
    text: str
    layout: Any
    outer: Swizzle | None
    in_bytes: str
    reports: tuple[AccessReport, ...]
    extra_bytes: int
    xor_bits: int
    instructions: int
    pad: int
    others: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether all accesses are free of conflicts."""
        return all([report.holds for report in self.reports])

    @property
    def total(self) -> int:
        """The wavefronts of all accesses."""
        return sum([report.total for report in self.reports])

    def to_json(self) -> dict[str, Any]:
        """Return the repair as one object of JSON values."""
        names = ("kind", "text", "in_bytes", "extra_bytes", "xor_bits", "instructions", "pad", "others")
        found = {name: getattr(self, name) for name in (*names, "total", "holds")}
        return {**found, "accesses": [_short(report) for report in self.reports]}

    def costs(self) -> str:
        """Return the costs in words."""
        if self.kind == "padding":
            return f"{self.pad} element{'s' * (self.pad > 1)} for each row, {self.extra_bytes} bytes"
        bits = f"{self.xor_bits} XOR bit{'s' * (self.xor_bits > 1)}"
        also = f"; as good: {', '.join(self.others[:4])}" if self.others else ""
        return (
            f"in bytes {self.in_bytes}; {bits}, {self.instructions} instructions for each address, "
            f"{self.extra_bytes} bytes{also}"
        )


@dataclass(frozen=True, slots=True)
class RepairReport:
    """The conflicts of a layout now, and the smallest repairs; ``holds`` tells that some layout shown has none.

    ``bits`` lists (one-bit swizzle, wavefronts with it, wavefronts without it) for each XOR bit of the swizzle that the
    layout has: one with equal numbers is of no use by itself.  ``least`` is a bound: no placement that keeps aligned
    vectors of ``vector`` bytes, the widest access, has fewer wavefronts.
    """

    map: str
    elem: int
    current: tuple[AccessReport, ...]
    swizzle: Repair | None
    padding: Repair | None
    bits: tuple[tuple[str, int, int], ...]
    least: int
    vector: int
    given: Swizzle | None = None

    @property
    def needed(self) -> bool:
        """Whether some access has a conflict now."""
        return not all([report.holds for report in self.current])

    @property
    def holds(self) -> bool:
        """Whether the layout, or a repair of it, is free of conflicts."""
        return not self.needed or any([repair is not None and repair.holds for repair in (self.swizzle, self.padding)])

    @property
    def useless_bits(self) -> tuple[str, ...]:
        """The XOR bits of the swizzle that change no number of wavefronts, each as a one-bit swizzle."""
        return tuple([name for name, whole, without in self.bits if whole == without])

    def to_json(self) -> dict[str, Any]:
        """Return the report as one object of JSON values."""
        return {
            "map": self.map,
            "elem": self.elem,
            "current": [_short(report) for report in self.current],
            "needed": self.needed,
            "swizzle": None if self.swizzle is None else self.swizzle.to_json(),
            "padding": None if self.padding is None else self.padding.to_json(),
            "bits": [{"bit": name, "with": whole, "without": without} for name, whole, without in self.bits],
            "useless_bits": self.useless_bits,
            "least": self.least,
            "holds": self.holds,
        }

    def __str__(self) -> str:
        total, ideal = sum([r.total for r in self.current]), sum([r.total_ideal for r in self.current])
        lines = [self.map, f"  now         {total} wavefronts, ideal {ideal}   {_degrees(self.current)}"]
        for name, whole, without in self.bits:
            worth = "buys nothing by itself" if whole == without else f"without it {without} wavefronts"
            lines.append(f"  bit         {name}: {worth}")
        for repair in (self.swizzle, self.padding):
            if repair is not None:
                lines.append(
                    f"  {'padding' if repair.kind == 'padding' else 'swizzle'}     {repair.text}   "
                    f"{_degrees(repair.reports)}"
                )
                lines.append(f"              {repair.costs()}")
        lines.append(f"  {'HOLDS' if self.holds else 'FAILS'}       {self._summary()}")
        return "\n".join(lines)

    def _summary(self) -> str:
        repairs = [repair for repair in (self.swizzle, self.padding) if repair is not None]
        free = [repair.kind for repair in repairs if repair.holds]
        if not self.needed:
            text = "no bank conflict; nothing to repair"
            smaller = self.swizzle is not None and self.given is not None and self.swizzle.xor_bits < self.given.bits
            return f"{text}, but fewer XOR bits do as much" if smaller else text
        if free:
            text = f"a {' and a '.join(free)} {'are' if len(free) > 1 else 'is'} free of conflicts"
            return text + ("; no single swizzle is" if "product of swizzles" in free else "")
        total = sum([report.total for report in self.current])
        if self.least in [total, *[repair.total for repair in repairs]]:
            return f"{self.least} wavefronts are the least while vectors of {self.vector} bytes stay whole"
        return "no single swizzle or padding frees all accesses, and no product of one-bit swizzles was found"


def _degrees(reports: tuple[AccessReport, ...]) -> str:
    return ", ".join([f"{report.instruction}: {report.degree}-way" for report in reports])


def _short(report: AccessReport) -> dict[str, Any]:
    names = ("instruction", "wavefronts", "ideal", "degree", "total", "total_ideal", "holds")
    return {name: getattr(report, name) for name in names}
