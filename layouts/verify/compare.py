"""``compare``: whether two formulas, or a formula and a layout, name the same place at every point.

The writer of a tile and its reader each have a formula.  Each may be injective and in bounds, and the data still lands
in the wrong place; only the two together show it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..composed import ComposedLayout
from ..equality import difference
from ..errors import LayoutError, TooLargeError
from ..inttuple import idx2crd
from ..layout import Layout
from ..notation.cute import parse
from .check import check
from .domain import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

__all__ = ["Comparison", "compare"]

_LAYOUT = re.compile(r"\s*(Sw|Swizzle)\s*<|[^?]*:[^?]*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Whether two maps are equal, and else the first point where they differ, with both values there.

    ``overflow`` is the first signed overflow in a formula: there C defines no value, so the two are not equal.  It has
    at, value, operator, type, and the ``formula`` that overflows.
    """

    equal: bool | None
    at: dict[str, Any] | None
    values: tuple[Any, Any] | None
    method: str
    overflow: dict[str, Any] | None = None

    def __bool__(self) -> bool:
        return self.equal is True

    def to_json(self) -> dict[str, Any]:
        """Return the comparison as one object of JSON values."""
        values = None if self.values is None else list(self.values)
        found = {"equal": self.equal, "at": self.at, "values": values, "method": self.method}
        return {**found, "overflow": self.overflow}

    def __str__(self) -> str:
        if self.equal is None:
            return f"UNDECIDED  {self.method}"
        lines = []
        if self.at is not None and self.values is not None:
            lines.append(
                f"DIFFER     first at {words(self.at)}: {self.values[0]} against {self.values[1]}; {self.method}"
            )
        if self.overflow is not None:
            lines.append(f"OVERFLOW   {overflow_words(self.overflow)}")
        if self.at is None and self.overflow is not None:
            lines.append(f"           as exact integers the two are equal; {self.method}")
        return "\n".join(lines) or f"EQUAL      at every point; {self.method}"


def overflow_words(over: Mapping[str, Any]) -> str:
    """Return an overflow as people read it: where, what, and in which formula."""
    what = "the quotient of '%' is" if over["operator"] == "%" else f"{over['operator']!r} gives"
    formula = f", in {over['formula']}" if "formula" in over else ""
    return f"first at {words(over['at'])}: {what} {over['value']}, beyond {over['type']}{formula}"


def compare(
    a: str | Layout | ComposedLayout | Callable[..., int],
    b: str | Layout | ComposedLayout | Callable[..., int],
    variables: Mapping[str, Any] | None = None,
    *,
    let: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    loop: str | None = None,
    limit: int = 2**26,
    int_bits: int = 32,
    dialect: str | None = None,
    **ranges: Any,
) -> Comparison:
    """Return whether two maps have the same values, and else the first difference in the variables of the formulas.

    Each is a formula, a Python function, a layout, or the text of a layout, whose modes are the variables in their
    order.  Two layouts are compared by index and need no variables.
    Formulas have the values that C gives them: a signed overflow in either, anywhere in the ranges, is a difference of
    its own kind.  A text beside a Python function is Python too, and ``dialect="python"`` must say so.  Where only more
    points than ``limit`` could tell, the answer is undecided.
    Raises: as ``check`` does, but for TooLargeError.

    >>> print(compare("i * 8 + (j ^ (i % 8))", "i * 8 + j", i=64, j=8))
    DIFFER     first at i = 1, j = 0: 9 against 8; algebra, for all 512 points at once
    >>> print(compare("i * 1000000", "(long long)i * 1000000", i=10000))
    OVERFLOW   first at i = 2148: '*' gives 2148000000, beyond int, in i * 1000000
               as exact integers the two are equal; algebra, for all 10000 points at once
    >>> bool(compare("Sw<2,0,3> o (64,4):(4,1)", "i * 4 + (j ^ ((i / 2) % 4))", i=64, j=4))
    True
    """
    given = {**(variables or {}), **ranges}
    one, other = _read(a), _read(b)
    layouts = [isinstance(value, (Layout, ComposedLayout)) for value in (one, other)]
    if all(layouts) and not given:
        return _by_index(one, other, limit)
    common: dict[str, Any] = {"let": let, "loop": loop, "limit": limit, "int_bits": int_bits, "dialect": dialect}
    if all(layouts):
        raise LayoutError("compare: two layouts are compared by index; variables belong to formulas", None)
    try:
        if layouts[0]:
            verdict = check(other, given, equals=one, expect="any", **common)
        elif layouts[1]:
            verdict = check(one, given, equals=other, expect="any", **common)
        else:
            verdict = check(one, given, same_as=other, expect="any", **common)
    except TooLargeError as error:
        return Comparison(None, None, None, error.message)
    over = None if verdict.overflow is None else {"formula": verdict.expression, **verdict.overflow}
    if verdict.equal is None and over is None:
        return Comparison(None, None, None, verdict.undecided["equal"])
    gap = verdict.difference
    if gap is None:
        return Comparison(over is None, None, None, verdict.method, over)
    values = (gap["value"], gap["expected"])
    return Comparison(False, gap["at"], values[::-1] if layouts[0] else values, verdict.method, over)


def _read(value: Any) -> Any:
    return parse(value) if isinstance(value, str) and _LAYOUT.fullmatch(value) else value


def _by_index(a: Any, b: Any, limit: int) -> Comparison:
    index = difference(a, b, limit=limit)
    if index is None:
        return Comparison(True, None, None, "algebra, from the modes")
    at: dict[str, Any] = {"index": index}
    if index >= min(a.size, b.size):
        values = tuple([layout(index) if index < layout.size else "nothing" for layout in (a, b)])
        return Comparison(False, at, (values[0], values[1]), "algebra, from the modes")
    at["coordinate"] = idx2crd(index, a.shape)
    return Comparison(False, at, (a(index), b(index)), "algebra, from the modes")
