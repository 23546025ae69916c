"""``Explanation`` and ``Step``: a derivation as a value, which prints as text and which drawing can read.

A step tells in ``text`` what happened, shows its numbers in a small table, and keeps the layouts that it starts from
and arrives at.  What it claims is there in a form that a program can check, ``claims``; each is a tuple of these kinds:

===============================  ==========================================================
claim                            means
===============================  ==========================================================
``("value", f, c, v)``           ``f(c) == v``
``("same", f, g)``               f and g have the same size and the same values
``("composed", A, B, R)``        R has the size of B, and ``R(i) == A(B(i))``
``("digits", n, extents, t)``    the digits of n in these extents, the last one unbounded
``("sum", terms, total)``        the terms add up to the total
``("xor", terms, total)``        the exclusive or of the terms is the total
``("injective", f, b)``          whether no two indices of f have one value
``("missed", f, v)``             no index of f has the value v
``("filled", f, n)``             f takes each of the values 0..n-1 exactly once
===============================  ==========================================================
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ..notebook import show_in_notebook
from .words import indented, show, table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..errors import LayoutError

__all__ = ["Explanation", "Step"]

_INFIX = {"composition": " o ", "evaluate": " at ", "slice_and_offset": " in ", "complement": " in "}


@dataclass(frozen=True, slots=True, repr=False)
class Step:
    """One step of a derivation.

    ``before`` are the layouts that the step looks at, ``after`` what it arrives at, or None.  ``rows`` are values under
    the headings ``columns``.  ``inner`` is the explanation of another operation that this step uses.

    >>> from layouts import Layout, coalesce, explain
    >>> step = explain(coalesce, Layout((2, 3), (1, 2))).steps[0]
    >>> step.title, step.rows[0][:3]
    ('Go through the leaves', (2, 1, 'start'))
    """

    title: str
    text: str = ""
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    before: tuple[Any, ...] = ()
    after: Any = None
    claims: tuple[tuple[Any, ...], ...] = ()
    inner: Explanation | None = None

    def __repr__(self) -> str:
        return f"<Step: {self.title}>"

    def __str__(self) -> str:
        lines = [self.title, *indented(self.text)]
        if self.rows:
            lines += [f"  {line}" for line in table(self.columns, self.rows)]
        if self.inner is not None:
            lines += [f"  {line}" for line in str(self.inner).splitlines()]
        elif self.after is not None:
            lines.append(f"  -> {show(self.after)}")
        return "\n".join(lines)

    def to_json(self) -> dict[str, Any]:
        """Return the step as JSON has it: numbers as numbers, layouts as text."""
        return {
            "title": self.title,
            "text": self.text,
            "columns": list(self.columns),
            "rows": [[plain(cell) for cell in row] for row in self.rows],
            "before": [plain(value) for value in self.before],
            "after": plain(self.after),
            "claims": [[plain(part) for part in claim] for claim in self.claims],
            "inner": None if self.inner is None else self.inner.to_json(),
        }


@dataclass(frozen=True, slots=True, repr=False)
class Explanation:
    """What ``explain`` returns: the steps of one operation on its operands, and what they lead to.

    ``result`` is what the operation returns, or ``refusal`` is the error that it raises, with its witness.  ``derived``
    tells whether the steps alone arrive there; else the last step says what was looked at.

    >>> from layouts import Layout, explain
    >>> explain("composition", Layout((8, 8), (8, 1)), Layout(6, 3))
    <Explanation of composition: (8,8):(8,1) o 6:3 is (3,2):(24,9), 3 steps>
    """

    operation: str
    operands: tuple[Any, ...]
    options: tuple[tuple[str, Any], ...]
    steps: tuple[Step, ...]
    result: Any = None
    refusal: LayoutError | None = field(default=None, compare=False)
    derived: bool = True

    _repr_mimebundle_ = show_in_notebook

    @property
    def heading(self) -> str:
        """The operation and its operands on one line."""
        kind = self.operation.rpartition("_")[2]
        infix = _INFIX.get(self.operation, " by " if kind in ("divide", "product", "upcast", "downcast") else None)
        first, *others = self.operands or ("",)
        if self.operation == "evaluate" and len(others) > 1:
            others = [tuple(others)]
        if infix is not None and len(others) == 1 and not self.options:
            return f"{self.operation}: {show(first)}{infix}{show(others[0])}"
        shown = [*map(show, self.operands), *[f"{name}={show(value)}" for name, value in self.options]]
        return f"{self.operation}: {'  '.join(shown)}"

    def __repr__(self) -> str:
        end = f"is {show(self.result)}" if self.refusal is None else f"is refused, witness {show(self.refusal.witness)}"
        count = f"{len(self.steps)} step{'s' * (len(self.steps) != 1)}"
        return f"<Explanation of {self.heading} {end}, {count}>"

    def __str__(self) -> str:
        lines = [self.heading]
        for number, step in enumerate(self.steps, 1):
            first, *rest = str(step).splitlines()
            lines += [f"{number}. {first}", *[f"  {line}".rstrip() for line in rest]]
        if self.refusal is None:
            lines.append(f"Result: {show(self.result)}")
        else:
            lines += indented(f"Refused: {self.refusal}", "")
        return "\n".join(lines)

    def to_json(self) -> dict[str, Any]:
        """Return the explanation as one object of JSON values."""
        refusal = self.refusal
        return {
            "operation": self.operation,
            "operands": [plain(value) for value in self.operands],
            "options": {name: plain(value) for name, value in self.options},
            "steps": [step.to_json() for step in self.steps],
            "result": plain(self.result),
            "refusal": None
            if refusal is None
            else {"type": type(refusal).__name__, "error": str(refusal), "witness": plain(refusal.witness)},
            "derived": self.derived,
        }


def plain(value: Any) -> Any:
    """Return a value as JSON has it: numbers, truth values and texts stay, tuples become lists, the rest is shown."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    return [plain(part) for part in value] if isinstance(value, (tuple, list)) else show(value)
