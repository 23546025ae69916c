"""``Verdict``: everything that was found out about an index expression, for people and for programs."""

from __future__ import annotations

from dataclasses import dataclass, field

from .domain import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["EXPECTATIONS", "Verdict"]

EXPECTATIONS = ("injective", "onto", "in-bounds", "any")
"""What a caller may require; ``any`` requires nothing."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is true of an index expression over its domain; ``holds`` tells whether that is what was required.

    Points are dictionaries from variable to value.  Indices count the domain with the first variable fastest.
    ``onto``, ``in_bounds`` and ``missed`` are None without a size, ``equal`` without something to compare with.
    """

    expression: str
    domain: str
    domain_size: int
    minimum: int
    maximum: int
    injective: bool
    onto: bool | None
    in_bounds: bool | None
    kind: str
    cute: str | None
    f2_bases: dict[str, list[int]] | None
    f2_offset: int | None
    swizzled: list[str]
    equal: bool | None
    difference: dict[str, Any] | None
    collision: dict[str, Any] | None
    out_of_bounds: dict[str, Any] | None
    missed: int | None
    overflow: dict[str, Any] | None
    method: str
    size: int | None
    expected: tuple[str, ...]
    widened: list[str] = field(default_factory=list)
    layout: Any = field(default=None, compare=False)

    @property
    def failures(self) -> list[str]:
        """The requirements that do not hold: among injective, onto, in-bounds, equal, overflow."""
        if "any" in self.expected:
            return []
        found = {
            "injective": self.injective,
            "onto": self.onto,
            "in-bounds": self.in_bounds,
            "equal": self.equal is not False,
            "overflow": self.overflow is None,
        }
        return [name for name, good in found.items() if name in (*self.expected, "equal", "overflow") and not good]

    @property
    def holds(self) -> bool:
        """Whether everything that was required is true."""
        return not self.failures

    def to_json(self) -> dict[str, Any]:
        """Return the verdict as one object of JSON values, with the names of the fields as keys."""
        names = [name for name in self.__dataclass_fields__ if name not in ("layout", "expected")]
        result: dict[str, Any] = {name: getattr(self, name) for name in names}
        result["class"] = result.pop("kind")
        return {**result, "holds": self.holds, "failures": self.failures}

    def __str__(self) -> str:
        lines = [self.expression, f"  domain     {self.domain}", f"  method     {self.method}"]
        if self.widened:
            lines.append(f"  types      long long, for values beyond int: {', '.join(self.widened)}")
        lines.append(f"  values     {self.minimum} .. {self.maximum}, {self._spread()}")
        lines.append(f"  class      {self.kind}")
        if self.cute is not None:
            lines.append(f"  layout     {self.cute}")
        lines += [f"  swizzled   {form}" for form in self.swizzled]
        if self.f2_bases is not None:
            rows = [f"{name}: {_listed(images)}" for name, images in self.f2_bases.items()]
            offset = f"   offset: {self.f2_offset}" if self.f2_offset else ""
            lines.append(f"  F2 bases   {'   '.join(rows)}{offset}")
        if self.equal:
            lines.append("  equal      to what was given, at every point")
        lines += [f"  {line}" for line in self._faults()]
        if self.holds:
            required = [name for name in self.expected if name != "any"] + (["equal"] if self.equal is not None else [])
            lines.append(f"  HOLDS      {', '.join(required) or 'nothing was required'}")
        else:
            lines.append(f"  FAILS      {', '.join(self.failures)}")
        return "\n".join(lines)

    def _spread(self) -> str:
        if self.injective and self.minimum == 0 and self.maximum == self.domain_size - 1:
            return f"bijective onto 0..{self.maximum}"
        text = "injective" if self.injective else "not injective"
        return text + (f", onto 0..{self.size - 1}" if self.onto and self.size is not None else "")

    def _faults(self) -> list[str]:
        lines = []
        if self.collision is not None:
            first, second = words(self.collision["first"]), words(self.collision["second"])
            lines.append(f"collision  {first} and {second} both have the value {self.collision['value']}")
        if self.out_of_bounds is not None and self.size is not None:
            at, value = words(self.out_of_bounds["at"]), self.out_of_bounds["value"]
            lines.append(
                f"outside    first at {at}: index {value} is not in 0..{self.size - 1}; largest {self.maximum}"
            )
        if self.missed is not None:
            lines.append(f"missed     no point has the value {self.missed}")
        if self.difference is not None:
            at, value = words(self.difference["at"]), self.difference["value"]
            lines.append(f"differs    first at {at}: {value} against {self.difference['expected']}")
        if self.overflow is not None:
            at, value, operator = words(self.overflow["at"]), self.overflow["value"], self.overflow["operator"]
            lines.append(f"overflow   first at {at}: {operator!r} gives {value}, beyond {self.overflow['type']}")
        return lines


def _listed(images: list[int], most: int = 16) -> str:
    """Return the images of a variable, the middle left out when there are many."""
    if len(images) > most:
        return f"{' '.join(map(str, images[: most - 4]))} ... {images[-1]} ({len(images)} images)"
    return " ".join(map(str, images)) or "-"
