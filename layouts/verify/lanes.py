"""Which value every lane of a warp gives to a map: a lane map, in the user's own variables.

A lane map says which coordinates lane ``lane`` takes: r = lane % 16, c = lane / 16 * 8.  Further variables count the
accesses of a whole tile, and one access after the other is asked for.  Where the map is proved to be the sum, or the
XOR, of a part of the lane and a part of the access, every access is the first one moved, and need not be looked at.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ..errors import EvaluationError, LayoutError, ParseError, TooLargeError
from ..inttuple import _show, amount, product, to_int
from .check import check
from .domain import Domain, read_variable, words
from .evaluate import evaluate
from .expression import names, parse_expression
from .formula import formula_of
from .pythonic import python_text
from .reading import read_formula
from .trace import trace_affine, trace_f2

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any

    from .syntax import Expression

    Lets = list[tuple[str, Expression]]

__all__ = [
    "Addressing",
    "LaneMap",
    "lane_pairs",
    "listed_of",
    "mapping_of",
    "of_formula",
    "of_layout",
    "read_lane_map",
    "read_lets",
]

_MOST_LISTED = 2**12

THREADS = ("threadIdx.x", "tid")
"""Other names that may stand for the lane: with a variable ``warp``, lane + 32 * warp."""


@dataclass(frozen=True, slots=True)
class Addressing:
    """The values that the lanes give to a map, access after access.

    ``values(k)`` are those of access k, None for a lane that takes no part, and ``point(k, lane)`` the variables there,
    ``where(k)`` those of the access alone.  ``steps`` is None, or ("xor" | "sum", the values by which the unit steps of
    the access move all lanes).
    """

    text: str
    count: int
    values: Callable[[int], list[int | None]]
    point: Callable[[int, int], dict[str, int]]
    where: Callable[[int], dict[str, int]]
    steps: tuple[str, tuple[int, ...]] | None = None


@dataclass(frozen=True, slots=True)
class LaneMap:
    """Definitions of variables in terms of the lane, and the variables that count the accesses.

    ``active`` are the lanes that take part, of a warp of ``warp``; ``bounds`` has the values that a defined variable
    may take at these lanes.
    """

    warp: int
    active: tuple[int, ...]
    definitions: tuple[tuple[str, Expression], ...]
    others: Domain | None
    bounds: dict[str, Any] = field(default_factory=dict)
    int_bits: int = 32

    @property
    def count(self) -> int:
        """The number of accesses."""
        return 1 if self.others is None else self.others.size

    def where(self, access: int) -> dict[str, int]:
        """Return the other variables of an access."""
        return {} if self.others is None else self.others.point(access)

    def environment(self, access: int) -> dict[str, Any]:
        """Return the lanes as an array, and the other variables of an access."""
        import numpy

        return {"lane": numpy.array(self.active), **self.where(access)}

    def coordinates(self, access: int) -> dict[str, list[int]]:
        """Return the values of the defined variables at every active lane of an access.

        Raises: LayoutError where a variable leaves its range; the witness is the lane.
        """
        found: dict[str, list[int]] = {}
        lets = self.aliases([tree for _, tree in self.definitions])
        for name, tree in self.definitions:
            found[name] = self.column(tree, access, lets)
            self._check(name, found[name], access)
        return found

    def _check(self, name: str, values: list[int], access: int) -> None:
        allowed = self.bounds.get(name)
        if allowed is None:
            return
        for lane, value in zip(self.active, values, strict=True):
            if value not in allowed:
                where = "" if self.others is None else f" of {words(self.others.point(access))}"
                shown = f"0..{allowed.stop - 1}" if isinstance(allowed, range) and not allowed.start else str(allowed)
                raise LayoutError(f"lane {lane}{where} has {name} = {value}, which is not in {shown}", lane)

    def column(self, tree: Expression, access: int, lets: Lets) -> list[int]:
        """Return the values of an expression at every active lane; a signed overflow is refused."""
        result = evaluate(tree, self.environment(access), lets, self.int_bits)
        if result.overflow is not None:
            over = result.overflow
            lane = self.active[over.index]
            where = words(self.point(access, lane))
            raise EvaluationError(f"at {where}: {over.operator!r} gives {over.value}, beyond {over.type}", lane)
        values = result.values
        return [int(v) for v in values] if values.ndim else [int(values)] * len(self.active)

    def spread(self, column: list[Any]) -> list[int | None]:
        """Return a column over the lanes of the warp, None where a lane takes no part."""
        found: list[int | None] = [None] * self.warp
        for lane, value in zip(self.active, column, strict=True):
            found[lane] = value
        return found

    def aliases(self, trees: Iterable[Expression]) -> Lets:
        """Return the definitions of the other names of the lane that the expressions use."""
        whole = f"lane + {self.warp} * warp" if self._has("warp") else "lane"
        used = {name for tree in trees for name in names(tree)}
        known = [name for name, _ in self.definitions]
        free = [name for name in THREADS if name in used and name not in known and not self._has(name)]
        # threadIdx.x is unsigned in CUDA and HIP; tid is what people call their own int
        typed = f"(unsigned int)({whole})" if self.int_bits else whole
        return [(n, parse_expression(typed if "." in n else whole)) for n in free]

    def _has(self, name: str) -> bool:
        return self.others is not None and any(v.name == name for v in self.others.variables)

    def point(self, access: int, lane: int) -> dict[str, int]:
        """Return the variables of one lane of an access."""
        return {"lane": lane, **self.where(access)}

    def steps(self, tree: Expression, lets: Lets) -> tuple[str, tuple[int, ...]] | None:
        """Return how the accesses move the value of ``tree`` if it is a part of the lane and a part of the access."""
        if self.others is None:
            return None
        variables = self.others.variables
        ranges = [v.values for v in variables]
        if any(not isinstance(r, range) for r in ranges):
            return None
        bits = {v.name: v.size.bit_length() - 1 for v in variables}
        try:
            if all([1 << bits[v.name] == v.size and v.values[0] == 0 for v in variables]):
                known = trace_f2(tree, {"lane": self.warp.bit_length() - 1, **bits}, lets, self.int_bits)
                if known is not None and known.offset >= 0:
                    return "xor", tuple([image for v in variables for image in known.bases[v.name]])
            digits = [f"lane.b{k}" for k in range(self.warp.bit_length() - 1)]
            lane = " + ".join([f"{1 << k} * {digit}" for k, digit in enumerate(digits)])
            spans = {v.name: (v.values[0], v.values[-1] + 1) for v in variables}
            boxes = {**dict.fromkeys(digits, (0, 2)), **spans}
            summed = trace_affine(tree, boxes, [("lane", parse_expression(lane)), *lets], self.int_bits)
        except EvaluationError:
            return None
        if summed is None:
            return None
        moves = [summed[1].get(v.name, 0) for v in variables if v.size > 1]
        return None if min(moves, default=0) < 0 else ("sum", tuple(moves))

    def check_all(self) -> None:
        """Refuse a lane map that leaves the range of a variable at some lane of some access."""
        self.coordinates(0)
        if self.others is None:
            return
        counted = {v.name: v.values for v in self.others.variables}
        for name, tree in self.definitions:
            allowed = self.bounds.get(name)
            if isinstance(allowed, tuple):
                for access in range(min(self.count, _MOST_LISTED)):
                    self.coordinates(access)
                if self.count > _MOST_LISTED:
                    raise TooLargeError(f"{name} has listed values, and {amount(self.count)} accesses", self.count)
            elif allowed is not None:
                spelled = str if self.int_bits else python_text
                text = f"({spelled(tree)}) - {allowed.start}" if allowed.start else spelled(tree)
                let = [(alias, spelled(value)) for alias, value in self.aliases([tree])]
                within: dict[str, Any] = {"size": allowed.stop - allowed.start, "expect": "any"}
                within |= {"int_bits": self.int_bits} if self.int_bits else {"dialect": "python"}
                verdict = check(text, {"lane": list(self.active), **counted}, let=let, **within)
                if verdict.out_of_bounds is not None:
                    at = verdict.out_of_bounds["at"]
                    value = verdict.out_of_bounds["value"] + allowed.start
                    raise LayoutError(
                        f"{words(at)} has {name} = {value}, which is not in {allowed.start}..{allowed.stop - 1}", at
                    )


def read_lane_map(
    lanes: Any,
    warp: int,
    variables: Mapping[str, Any] | None,
    let: Any = (),
    int_bits: int = 32,
    active: Sequence[int] | None = None,
) -> tuple[LaneMap, Lets]:
    """Return the lane map and the lets; with 0 bits of int all expressions are Python's.

    ``lanes`` is a mapping from variable to an expression in ``lane``, or a text ``r = lane % 16, c = lane / 16 * 8``.
    A variable of ``variables`` that ``lanes`` defines gets its bounds there; the others count accesses.
    Raises: ParseError for text, LayoutError for a name that is defined twice.

    >>> found, _ = read_lane_map("r = lane % 16, c = lane / 16 * 8", 32, None)
    >>> found.coordinates(0)["c"][15:18]
    [0, 8, 8]
    """
    definitions: Lets = []
    dialect = "c" if int_bits else "python"
    for name, text in lane_pairs(lanes):
        if not isinstance(name, str) or name == "lane":
            raise LayoutError(f"lanes: {_show(name)} is no variable that a lane map can define", name)
        if name in [known for known, _ in definitions]:
            raise LayoutError(f"lanes: {name} is defined twice", name)
        read_variable(name, 1)
        tree = read_formula(text if isinstance(text, str) else str(to_int(text, f"lanes: {name}")), dialect)
        definitions.append((name, tree))
    specs = {name: read_variable(name, spec) for name, spec in mapping_of(variables, "variables").items()}
    defined = [name for name, _ in definitions]
    others = [specs[name] for name in specs if name not in defined]
    if any(v.name == "lane" for v in others):
        raise LayoutError("the lane runs over the warp; it is no variable with a range of its own", "lane")
    bounds = {name: specs[name].values for name in specs if name in defined}
    lets = read_lets(let, dialect)
    if int_bits not in (0, 32, 64):
        raise LayoutError(f"int_bits is 32 or 64, not {_show(int_bits)}", int_bits)
    taking = tuple(range(warp) if active is None else active)
    return LaneMap(warp, taking, tuple(definitions), Domain(others) if others else None, bounds, int_bits), lets


def mapping_of(given: Any, role: str) -> Mapping[str, Any]:
    """Return a mapping from names, an empty one for None; refuse anything else."""
    if given is None:
        return {}
    if not hasattr(given, "items"):
        raise LayoutError(f"{role}: {_show(given)} is no mapping from names", given)
    return given  # type: ignore[no-any-return]


def read_lets(let: Any, dialect: str = "c") -> Lets:
    """Return (name, expression) of a mapping, or of a list of pairs of texts."""
    listed = list(let.items()) if hasattr(let, "items") else listed_of(let, "let")
    for pair in listed:
        if not isinstance(pair, tuple) or len(pair) != 2 or not all([isinstance(part, str) for part in pair]):
            raise LayoutError(f"let: {_show(pair)} is no pair of a name and an expression", pair)
    return [(name, read_formula(text, dialect)) for name, text in listed]


def listed_of(given: Any, role: str) -> list[Any]:
    """Return an iterable as a list; refuse anything else, and text."""
    if isinstance(given, (str, bytes)) or not hasattr(given, "__iter__"):
        raise LayoutError(f"{role}: {_show(given)} is no list", given)
    return list(given)


def lane_pairs(lanes: Any) -> Iterable[tuple[Any, Any]]:
    """Return (variable, expression) of a lane map, in order."""
    if lanes is None:
        return []
    if isinstance(lanes, str):
        pairs = []
        for place, part in _parts(lanes):
            name, sign, value = part.partition("=")
            if not sign or not name.strip() or not value.strip():
                raise ParseError("a lane map is NAME = EXPRESSION, ...", lanes, place)
            pairs.append((name.strip(), value.strip()))
        return pairs
    if hasattr(lanes, "items"):
        return list(lanes.items())
    raise LayoutError(f"lanes: {_show(lanes)} is no mapping from variables to expressions in lane", lanes)


def _parts(text: str) -> list[tuple[int, str]]:
    """Return the parts between the commas that stand outside of all brackets, each with its place."""
    depth, start = 0, 0
    found = []
    for at, character in enumerate(text):
        depth += (character in "([{") - (character in ")]}")
        if character == "," and depth <= 0:
            found.append((start, text[start:at]))
            start = at + 1
    return [*found, (start, text[start:])]


# -- the kinds of maps -------------------------------------------------------------------------------------------------


def of_formula(text: str, found: LaneMap, lets: Lets) -> Addressing:
    """Return the values of a C expression; its variables are defined by the lane map, or count accesses."""
    tree = read_formula(text, "c" if found.int_bits else "python")
    found.check_all()
    lets = [*found.definitions, *lets]
    lets = [*found.aliases([tree, *[value for _, value in lets]]), *lets]

    def values(access: int) -> list[int | None]:
        found.coordinates(access)  # checks the ranges
        return found.spread(found.column(tree, access, lets))

    return Addressing(text, found.count, values, _point(found), found.where, found.steps(tree, lets))


def _point(found: LaneMap) -> Callable[[int, int], dict[str, int]]:
    def point(access: int, lane: int) -> dict[str, int]:
        place = found.active.index(lane)
        coordinates = found.coordinates(access)
        return {**found.point(access, lane), **{name: column[place] for name, column in coordinates.items()}}

    return point


def of_layout(layout: Any, found: LaneMap) -> Addressing:
    """Return the values of a layout whose modes are, in order, the variables of the lane map; one means the index."""
    modes = [name for name, _ in found.definitions]
    shape = layout.shape if isinstance(layout.shape, tuple) and len(modes) != 1 else (layout.size,)
    if len(shape) != len(modes):
        raise LayoutError(f"lanes: {', '.join(modes)} are {len(modes)} variables, and {layout} has {len(shape)} modes")
    sizes = [product(mode) for mode in shape]
    found.check_all()
    ranged = replace(found, bounds={name: range(size) for name, size in zip(modes, sizes, strict=True)})
    ranged.check_all()

    def values(access: int) -> list[int | None]:
        columns = list(ranged.coordinates(access).values())
        points = zip(*columns, strict=True)
        return found.spread([layout(point[0] if len(point) == 1 else point) for point in points])

    steps = None
    formula = formula_of(layout, modes) if found.others is not None else None
    if formula is not None:
        wide = replace(found, bounds={}, int_bits=64)
        defined = list(found.definitions)
        steps = wide.steps(formula, [*found.aliases([tree for _, tree in defined]), *defined])
    return Addressing(str(layout), found.count, values, _point(ranged), found.where, steps)
