"""``Verdict``: everything that was found out about an index expression, for people and for programs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from .domain import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..errors import EvaluationError, TooLargeError
    from .domain import Domain

__all__ = ["EXPECTATIONS", "Verdict", "undecided_verdict", "undefined_verdict"]

EXPECTATIONS = ("injective", "onto", "in-bounds", "any")
"""What a caller may require; ``any`` requires nothing."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is true of an index expression over its domain; ``holds`` tells whether that is what was required.

    Points are dictionaries from variable to value.  Indices count the domain with the first variable fastest.
    ``onto``, ``in_bounds`` and ``missed`` are None without a size, ``equal`` without something to compare with; what
    could not be decided is None as well, and ``undecided`` says why.  ``forms`` are all recovered objects as text, the
    simplest first.
    """

    expression: str
    domain: str
    domain_size: int | None
    minimum: int | None
    maximum: int | None
    injective: bool | None
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
    products: list[str] = field(default_factory=list)
    rotation: str | None = None
    restriction: str | None = None
    forms: list[str] = field(default_factory=list)
    undecided: dict[str, str] = field(default_factory=dict)
    undefined: dict[str, Any] | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def failures(self) -> list[str]:
        """The requirements that do not hold: among injective, onto, in-bounds, equal, overflow, undefined."""
        if self.undefined is not None:
            return ["undefined"]
        if "any" in self.expected:
            return []
        found = {
            "injective": self.injective is not False,
            "onto": self.onto is not False,
            "in-bounds": self.in_bounds is not False,
            "equal": self.equal is not False,
            "overflow": self.overflow is None,
        }
        return [name for name, good in found.items() if name in (*self.expected, "equal", "overflow") and not good]

    @property
    def open(self) -> list[str]:
        """The requirements that could not be decided."""
        if "any" in self.expected:
            return []
        return [name for name in self.undecided if name in (*self.expected, "equal", "overflow")]

    @property
    def holds(self) -> bool:
        """Whether everything that was required is true; what is undecided is not."""
        return not self.failures and not self.open

    def with_notes(self, notes: list[str]) -> Verdict:
        """Return the verdict with hints for people."""
        return replace(self, notes=[*self.notes, *notes]) if notes else self

    def to_json(self) -> dict[str, Any]:
        """Return the verdict as one object of JSON values, with the names of the fields as keys."""
        names = [name for name in self.__dataclass_fields__ if name not in ("layout", "expected")]
        result: dict[str, Any] = {name: getattr(self, name) for name in names}
        result["class"] = result.pop("kind")
        return {**result, "holds": self.holds, "failures": self.failures}

    def __str__(self) -> str:
        return self.text()

    def text(self, all_forms: bool = False) -> str:
        """Return the verdict as lines for people, with all recovered objects on request."""
        lines = [self.expression, f"  domain     {self.domain}", f"  method     {self.method}"]
        if self.widened:
            lines.append(f"  types      long long, for values beyond int: {', '.join(self.widened)}")
        if self.minimum is not None:
            lines.append(f"  values     {self.minimum} .. {self.maximum}, {self._spread()}")
        if self.kind:
            lines.append(f"  class      {self.kind}")
        lines += self._objects(all_forms)
        if self.f2_bases is not None:
            rows = [f"{name}: {_listed(images)}" for name, images in self.f2_bases.items()]
            offset = f"   offset: {self.f2_offset}" if self.f2_offset else ""
            lines.append(f"  F2 bases   {'   '.join(rows)}{offset}")
        if self.equal:
            lines.append("  equal      to what was given, at every point")
        lines += [f"  {line}" for line in self._faults()]
        for reason in dict.fromkeys(self.undecided.values()):
            questions = [question for question, why in self.undecided.items() if why == reason]
            lines.append(f"  undecided  {', '.join(questions)}: {reason}")
        lines += [f"  note       {note}" for note in self.notes]
        if self.holds:
            required = [name for name in self.expected if name != "any"] + (["equal"] if self.equal is not None else [])
            lines.append(f"  HOLDS      {', '.join(required) or 'nothing was required'}")
        elif self.failures:
            lines.append(f"  FAILS      {', '.join(self.failures)}")
        else:
            lines.append(f"  UNDECIDED  {', '.join(self.open)}")
        return "\n".join(lines)

    def _objects(self, all_forms: bool) -> list[str]:
        lines = []
        if self.cute is not None:
            lines.append(f"  layout     {self.cute}")
        lines += [f"  swizzled   {form}" for form in (*self.swizzled, *self.products)]
        if self.restriction is not None:
            lines.append(f"  part of    {self.restriction}")
        if self.rotation is not None:
            lines.append(f"  rotated    {self.rotation}")
        if all_forms:
            known = {self.cute, *self.swizzled, *self.products, self.restriction, self.rotation}
            lines += [f"  also       {form}" for form in self.forms if form not in known]
        return lines

    def _spread(self) -> str:
        if self.injective is None:
            return "injective or not: undecided"
        if self.injective and self.minimum == 0 and self.maximum == (self.domain_size or 0) - 1:
            return f"bijective onto 0..{self.maximum}"
        text = "injective" if self.injective else "not injective"
        return text + (f", onto 0..{self.size - 1}" if self.onto and self.size is not None else "")

    def _faults(self) -> list[str]:
        lines = []
        first = "for example" if self.method.startswith("z3") else "first"
        if self.collision is not None:
            one, other = words(self.collision["first"]), words(self.collision["second"])
            lines.append(f"collision  {one} and {other} both have the value {self.collision['value']}")
        if self.out_of_bounds is not None and self.size is not None:
            at, value = words(self.out_of_bounds["at"]), self.out_of_bounds["value"]
            lines.append(
                f"outside    {first} at {at}: index {value} is not in 0..{self.size - 1}; largest {self.maximum}"
            )
        elif self.out_of_bounds is not None:
            lines.append(
                f"outside    {first} at {words(self.out_of_bounds['at'])}: index {self.out_of_bounds['value']}"
            )
        if self.missed is not None:
            lines.append(f"missed     no point has the value {self.missed}")
        if self.difference is not None:
            at, value = words(self.difference["at"]), self.difference["value"]
            lines.append(f"differs    {first} at {at}: {value} against {self.difference['expected']}")
        if self.overflow is not None:
            at, value, operator = words(self.overflow["at"]), self.overflow["value"], self.overflow["operator"]
            what = "the quotient of '%' is" if operator == "%" else f"{operator!r} gives"
            where = f", in {self.overflow['formula']}" if "formula" in self.overflow else ""
            lines.append(f"overflow   {first} at {at}: {what} {value}, beyond {self.overflow['type']}{where}")
        if self.undefined is not None:
            lines.append(f"undefined  {self.undefined['reason']}")
        return lines


def undefined_verdict(expression: str, domain: Domain, error: EvaluationError) -> Verdict:
    """Return the verdict on a formula that has no value at some point, which the error names."""
    index = error.witness if isinstance(error.witness, int) else 0
    blank = _blank(expression, domain, "undefined", "the first point without a value")
    return replace(blank, undefined={"at": domain.point(index), "reason": error.message})


def undecided_verdict(expression: str, domain: Domain, error: TooLargeError, required: tuple[str, ...]) -> Verdict:
    """Return the verdict on a formula that has no closed form, and too many points; the error says so."""
    expected = tuple([name for name in required if name != "any"])
    undecided = dict.fromkeys([*expected, "overflow"], error.message)
    blank = _blank(expression, domain, "", "none: neither algebra nor, within the limit, enumeration")
    return replace(blank, expected=expected, undecided=undecided)


def _blank(expression: str, domain: Domain, kind: str, method: str) -> Verdict:
    """Return a verdict in which nothing is known."""
    return Verdict(
        expression=expression,
        domain=str(domain),
        domain_size=domain.size,
        minimum=None,
        maximum=None,
        injective=None,
        onto=None,
        in_bounds=None,
        kind=kind,
        cute=None,
        f2_bases=None,
        f2_offset=None,
        swizzled=[],
        equal=None,
        difference=None,
        collision=None,
        out_of_bounds=None,
        missed=None,
        overflow=None,
        method=method,
        size=None,
        expected=(),
    )


def _listed(images: list[int], most: int = 16) -> str:
    """Return the images of a variable, the middle left out when there are many."""
    if len(images) > most:
        return f"{' '.join(map(str, images[: most - 4]))} ... {images[-1]} ({len(images)} images)"
    return " ".join(map(str, images)) or "-"
