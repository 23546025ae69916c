"""What ``check`` is given, read and refused: formulas, named values, expectations and layouts to compare with."""

from __future__ import annotations

from ..composed import ComposedLayout
from ..errors import LayoutError, ParseError
from ..inttuple import _show, compatible
from ..layout import Layout
from ..module import Zn
from ..notation.cute import parse
from ..swizzle import Swizzle
from .expression import parse_expression
from .pythonic import parse_python
from .shuffles import with_lanes
from .syntax import Binary, Conditional, Literal, Name, names
from .verdict import EXPECTATIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from .domain import Domain
    from .syntax import Expression

    Lets = list[tuple[str, Expression]]

__all__ = ["notes_on", "read_expectations", "read_formula", "read_lets", "read_loop", "read_target", "width_of"]

#: The most iterations of a loop; each is one more named value.
MOST_ITERATIONS = 256

_LANES = {
    "laneId": "(int)(threadIdx.x % 32)",
    "lane_id": "(int)(threadIdx.x % 32)",
    "lane": "(int)(threadIdx.x % 32)",
    "warpId": "(int)(threadIdx.x / 32)",
    "warp_id": "(int)(threadIdx.x / 32)",
}


def width_of(int_bits: int, dialect: str) -> int:
    """Return the width of int for the programs: 32 or 64, and 0 for Python."""
    if dialect not in ("c", "python"):
        raise LayoutError(f"the dialect is c or python, not {_show(dialect)}", dialect)
    if type(int_bits) is not int or int_bits not in (32, 64):
        raise LayoutError(f"int_bits must be 32 or 64, not {_show(int_bits)}", int_bits)
    return 0 if dialect == "python" else int_bits


def read_formula(text: str, dialect: str) -> Expression:
    """Return the tree of a formula in one of the dialects."""
    return parse_python(text) if dialect == "python" else parse_expression(text)


def read_lets(let: Any, trees: list[Expression], domain: Domain, dialect: str) -> tuple[Lets, list[Expression]]:
    """Return the named values and the formulas, with lanes and warps defined where ``threadIdx.x`` is a variable."""
    pairs = list(let.items() if hasattr(let, "items") else let)
    for pair in pairs:
        if not isinstance(pair, tuple) or len(pair) != 2 or not all([isinstance(part, str) for part in pair]):
            raise LayoutError(f"let: {_show(pair)} is no pair of a name and an expression", pair)
    lets = [(name, read_formula(text, dialect)) for name, text in pairs]
    if dialect == "python":
        return lets, trees
    known = {v.name for v in domain.variables} | {name for name, _ in lets}
    used = {name for tree in [*trees, *[tree for _, tree in lets]] for name in names(tree)}
    if "threadIdx.x" in known:
        helpers = [(name, parse_expression(text)) for name, text in _LANES.items() if name in used - known]
        lets = helpers + lets
    return with_lanes(lets, trees, {v.name: v for v in domain.variables})


def read_loop(text: str, domain: Domain, dialect: str) -> Lets:
    """Return the named values of a stepped loop ``t: p = START; STEP``: p after t steps.

    In STEP, p is the value before the step and t the number of the step.  ``t`` is a variable from 0 on.

    >>> from layouts.verify.domain import Domain, read_variable
    >>> for name, tree in read_loop("t: p = i; p + 8 * t", Domain([read_variable("i", 4), read_variable("t", 3)]), "c"):
    ...     print(name, "=", tree)
    p.0 = i
    p.1 = t >= 1 ? p.0 + 8 * 0 : p.0
    p = t >= 2 ? p.1 + 8 * 1 : p.1
    """
    if not isinstance(text, str):
        raise ParseError(f"a loop is given as text, not as {type(text).__name__}")
    counter, colon, rest = text.partition(":")
    name, sign, values = rest.partition("=")
    start, semicolon, step = values.partition(";")
    if not (colon and sign and semicolon):
        raise ParseError("a loop is given as 'COUNTER: NAME = START; STEP'", text, len(text))
    counter, name = counter.strip(), name.strip()
    variable = next((v for v in domain.variables if v.name == counter), None)
    if variable is None or not isinstance(variable.values, range) or variable.values.start != 0:
        raise LayoutError(f"the counter {counter!r} of the loop must be a variable from 0 on", counter)
    if variable.size > MOST_ITERATIONS:
        raise LayoutError(f"the loop has {variable.size} iterations; at most {MOST_ITERATIONS} are read", variable.size)
    last = variable.size - 1
    tree, body = read_formula(start.strip(), dialect), read_formula(step.strip(), dialect)
    lets = [(name if last == 0 else f"{name}.0", tree)]
    for k in range(1, variable.size):
        before = Name(f"{name}.{k - 1}")
        stepped = substituted(body, {name: before, counter: Literal(k - 1)})
        reached = Binary(">=", Name(counter), Literal(k))
        lets.append((name if k == last else f"{name}.{k}", Conditional(reached, stepped, before)))
    return lets


def substituted(tree: Expression, values: dict[str, Expression]) -> Expression:
    """Return the tree with other trees in the place of some names."""
    from .shuffles import rebuilt

    return rebuilt(tree, lambda node: values.get(node.name) if isinstance(node, Name) else None)


def notes_on(trees: list[Expression], lets: Lets, domain: Domain) -> list[str]:
    """Return hints on variables that no formula uses."""
    used = {name for tree in trees for name in names(tree)}
    for name, tree in reversed(lets):
        if name in used:
            used.update(names(tree))
    return [f"{v.name} does not occur in the formula" for v in domain.variables if v.name not in used and v.size > 1]


def read_expectations(expect: Iterable[str] | None, sized: bool) -> tuple[str, ...]:
    """Return what must hold: by default injective, and in-bounds with a size."""
    if expect is None:
        return ("injective", "in-bounds") if sized else ("injective",)
    found = tuple([name.strip() for name in (expect.split(",") if isinstance(expect, str) else expect)])
    for name in found:
        if name not in EXPECTATIONS:
            raise LayoutError(f"expect {name!r}: one can expect {', '.join(EXPECTATIONS)}", name)
        if name in ("onto", "in-bounds") and not sized:
            raise LayoutError(f"expect {name!r}: it needs a size", name)
    return found


def read_target(equals: Any, domain: Domain) -> Layout | ComposedLayout | None:
    """Return the layout that the expression must equal; its modes must be the variables."""
    if equals is None:
        return None
    value = parse(equals) if isinstance(equals, str) else equals
    sizes = ", ".join([f"{v.name} = {v.size}" for v in domain.variables])
    if isinstance(value, Swizzle):
        shape = str(domain.shape).replace(" ", "")
        raise LayoutError(
            f"equals: {value} is a swizzle alone; write {value} o layout, such as {value} o {shape}:...", str(value)
        )
    if not isinstance(value, (Layout, ComposedLayout)):
        raise LayoutError(f"equals: {_show(equals)} is not a layout", equals)
    if value.size != domain.size or not (len(domain.variables) == 1 or compatible(domain.shape, value.shape)):
        raise LayoutError(f"equals: the modes of {value} are not the variables {sizes}", str(value))
    if isinstance(value, Layout) and value.over is Zn:
        raise LayoutError(f"equals: the values of {value} are coordinates, not integers", str(value))
    return value
