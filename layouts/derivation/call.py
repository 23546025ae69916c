"""``Call``: an operation with its arguments, carried out once, for the derivation to account for."""

from __future__ import annotations

from dataclasses import dataclass

from .model import Step
from .words import listed, show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from typing import Any, TypeAlias

    from ..errors import LayoutError

    Steps: TypeAlias = Generator[Step, None, Any]

__all__ = ["LOOKED", "MOST_POINTS", "Call", "Refused", "by_looking"]

LOOKED = object()
"""What a derivation returns whose last step looked at the values instead."""

MOST_POINTS = 2**12
"""The most points at which a derivation looks."""


@dataclass(frozen=True, slots=True)
class Refused:
    """What a derivation returns that arrives at a refusal; ``witness`` must be that of the operation."""

    witness: Any


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an operation: its name, its arguments by name, and the result or the refusal."""

    operation: str
    arguments: dict[str, Any]
    result: Any
    refusal: LayoutError | None

    def __getitem__(self, name: str) -> Any:
        return self.arguments[name]


def by_looking(call: Call, points: int, value: Callable[[int], Any], why: str, claims: tuple[Any, ...] = ()) -> Step:
    """Return the honest last step: no rule decides here, the values do."""
    if points > MOST_POINTS:
        seen = f"It has {points} values, too many to list here"
    else:
        seen = f"They are {listed([value(i) for i in range(points)])}"
    end = "no layout has these values" if call.refusal is not None else f"{show(call.result)} has these values"
    text = f"{why} So all {points} values decide. {seen}; {end}."
    return Step("Decided by looking at all values", text, after=call.result, claims=claims)
