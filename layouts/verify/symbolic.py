"""Symbolic extents, decided by z3 (the extra ``smt``): ``row * 4`` for every M up to 2**29, not for one M.

Variables range over 0..M-1 for parameters M that are only bounded, as by ``M <= 65536``.  z3 is asked for a
counterexample of each requirement, within a time limit; without an answer the verdict says *undecided*.
"""

from __future__ import annotations

from dataclasses import replace

from ..errors import EvaluationError, LayoutError, ParseError
from ..inttuple import _show
from .declared import cast_names, parted
from .domain import words
from .integers import variable_type
from .program import compile_program, execute
from .reading import read_formula, width_of
from .smt import Beyond, Bits, Numbers, Term
from .syntax import BINARY, Binary, Conditional, Literal, Name, names
from .verdict import Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .syntax import Expression

    Lets = list[tuple[str, Expression]]

__all__ = ["check_symbolic"]

#: The seconds that z3 may take for each question.
SECONDS = 10
_MOST = 2**31 - 1


def check_symbolic(
    formulas: list[str],
    specs: list[tuple[str, Any]],
    let: Any,
    size: Any,
    required: tuple[str, ...],
    int_bits: int,
    dialect: str,
    assumed: list[str],
    seconds: float = SECONDS,
) -> Verdict:
    """Return the verdict on a formula, and perhaps one that it must equal, over extents with names.

    Raises: LayoutError without z3, and for what it cannot be asked; EvaluationError with a point without a value.
    """
    bits = width_of(int_bits, dialect)
    typed = [(*(parted(name) if dialect == "c" else (name, "")), spec) for name, spec in specs]
    kinds = {name: kind for name, kind, _ in typed if kind}
    trees = [cast_names(read_formula(text, dialect), kinds) for text in formulas]
    pairs = list(let.items() if hasattr(let, "items") else let)
    lets = [(name, cast_names(read_formula(text, dialect), kinds)) for name, text in pairs]
    extents = {name: _extent(name, spec, dialect) for name, _, spec in typed}
    conditions = [read_formula(text, dialect) for text in assumed]
    length = None if size is None else read_formula(str(size), dialect)
    found: Verdict | None = None
    last: Beyond | None = None
    domain: Any = Numbers(seconds)
    for _ in range(2):
        try:
            question = _Question(domain, extents, conditions, lets, bits)
            question.wanted = None if found is None else set(found.undecided)
            again = question.verdict(formulas, trees, length, required, assumed)
            found = again if found is None else _merged(found, again)
            if not found.undecided:
                return found
        except Beyond as beyond:
            last = beyond
        # integers that z3 cannot settle may be settled as bit vectors that are just wide enough
        domain = Bits(seconds, domain.reach.bit_length() + 2 if found is not None else 64)
    if found is not None:
        return found
    raise LayoutError(f"z3 cannot be asked about this formula: {last}", formulas[0])


def _merged(found: Verdict, again: Verdict) -> Verdict:
    """Return a verdict with the answers to its open questions that another one has."""
    changes: dict[str, Any] = {"undecided": again.undecided}
    fields = {
        "injective": ("injective", "collision"),
        "in-bounds": ("in_bounds", "out_of_bounds"),
        "equal": ("equal", "difference"),
        "overflow": ("overflow",),
    }
    for question in found.undecided:
        if question not in again.undecided:
            changes.update({name: getattr(again, name) for name in fields.get(question, ())})
    return replace(found, **changes)


def _extent(name: str, spec: Any, dialect: str) -> Expression:
    if isinstance(spec, range) and spec.start == 0 and spec.step == 1:
        spec = spec.stop
    if isinstance(spec, (int, str)) and not isinstance(spec, bool) and ":" not in str(spec) and "," not in str(spec):
        return read_formula(str(spec), dialect)
    raise LayoutError(f"the variable {name} = {_show(spec)}: with assume, a range is 0 to an extent", spec)


class _Question:
    """The variables, the parameters and what is assumed of them, as terms of z3."""

    def __init__(
        self,
        domain: Any,
        extents: dict[str, Expression],
        conditions: list[Expression],
        lets: Lets,
        int_bits: int,
    ) -> None:
        self.domain = domain
        self.int_bits = int_bits
        self.lets = lets
        self.wanted: set[str] | None = None
        self.extents = extents
        known = set(extents) | {name for name, _ in lets}
        mentioned = [name for tree in [*extents.values(), *conditions] for name in names(tree)]
        self.parameters = [name for name in dict.fromkeys(mentioned) if name not in known]
        self.bounds = {name: _bounds(name, conditions) for name in self.parameters}
        self.terms = {name: self.domain.constant(name, *self.bounds[name]) for name in self.parameters}
        self.facts = [
            fact for name in self.parameters for fact in self.domain.within(self.terms[name], *self.bounds[name])
        ]
        for tree in conditions:
            self.facts.append(self.domain.truth(self.value(tree, {})))
        self.first = self.point("")
        self.domain.facts = self.facts

    def value(self, tree: Expression, point: dict[str, Term]) -> Term:
        """Return the value of a formula at a point."""
        given = {**self.terms, **point}
        types = {}
        for name, term in given.items():
            kind = variable_type(term.lo, term.hi, self.int_bits)
            if kind is None:
                raise Beyond(f"{name} has values beyond 64 bits")
            types[name] = kind
        used = self.lets if point else []
        program = compile_program(tree, used, types, self.int_bits)
        self.domain.checked = bool(point)
        result: Term = execute(program, dict(given), self.domain)
        return result

    def point(self, mark: str) -> dict[str, Term]:
        """Return fresh variables, each in its range."""
        found = {}
        for name, tree in self.extents.items():
            extent = self.value(tree, {})
            if extent.hi < 1:
                raise LayoutError(f"the variable {name} has no values", name)
            term = self.domain.constant(name + mark, 0, extent.hi - 1)
            found[name] = term
            self.facts += [*self.domain.within(term, 0, extent.hi - 1), self.domain.below(term, extent)]
        return found

    def verdict(
        self,
        formulas: list[str],
        trees: list[Expression],
        length: Expression | None,
        required: tuple[str, ...],
        assumed: list[str],
    ) -> Verdict:
        """Ask for a counterexample of everything, and say what came of it."""
        domain = self.domain
        values = [self.value(tree, self.first) for tree in trees]
        open_: dict[str, str] = {}
        self._undefined(open_)
        overflow = self._overflow(open_)
        collision = self._collision(trees[0], values[0], open_)
        outside: Any = None
        if length is not None:
            bound = self._length(length)
            bad = domain.outside(values[0], bound)
            outside = self._ask("in-bounds", bad, {"value": values[0]}, open_)
            open_.setdefault("onto", "z3 is not asked for values that are missed") if "onto" in required else None
        difference = None
        if len(values) > 1:
            both = {"value": values[0], "expected": values[1]}
            difference = self._ask("equal", domain.differ(values[0], values[1]), both, open_)
        ranges = ", ".join([f"{name} in 0 .. {_inside(tree)} - 1" for name, tree in self.extents.items()])
        return Verdict(
            expression=formulas[0],
            domain=f"{ranges} where {', '.join(assumed)}",
            domain_size=None,
            minimum=None,
            maximum=None,
            injective=None if "injective" in open_ else collision is None,
            onto=None,
            in_bounds=None if length is None or "in-bounds" in open_ else outside is None,
            kind="",
            cute=None,
            f2_bases=None,
            f2_offset=None,
            swizzled=[],
            equal=None if len(values) < 2 or "equal" in open_ else difference is None,
            difference=difference,
            collision=collision,
            out_of_bounds=outside,
            missed=None,
            overflow=overflow,
            method=f"z3, for all {', '.join(self.parameters) or 'points'} at once",
            size=None,
            expected=required,
            undecided={name: why for name, why in open_.items() if name in (*required, "equal", "overflow")},
        )

    def _ask(self, question: str, bad: Any, shown: dict[str, Term], open_: dict[str, str]) -> dict[str, Any] | None:
        """Return a point, with some values there, where ``bad`` is true; None where there is none or no answer."""
        if self.wanted is not None and question not in self.wanted:
            return None
        answer = self.domain.model([bad])
        if answer is None:
            open_[question] = f"z3 gave no answer within {self.domain.seconds} s"
        if not answer:
            return None
        point = {name: self.domain.number(answer, term) for name, term in {**self.terms, **self.first}.items()}
        return {"at": point, **{key: self.domain.number(answer, term) for key, term in shown.items()}}

    def _length(self, tree: Expression) -> Term:
        """Return the size of the buffer; a divisor or a shift count in it must have a value for all parameters."""
        for node in tree.postorder():
            if isinstance(node, Binary) and node.operator in ("/", "//", "%", "<<", ">>"):
                term = self.value(node.right, {})
                shift = node.operator in ("<<", ">>")
                if term.lo < 0 if shift else term.lo <= 0 <= term.hi:
                    what = "shift by a negative count" if shift else "division by zero"
                    raise LayoutError(f"the size {_inside(tree)} may have no value: there may be a {what}", str(tree))
        return self.value(tree, {})

    def _undefined(self, open_: dict[str, str]) -> None:
        for bad, reason in self.domain.faults:
            found = self._ask("overflow", bad, {}, open_)
            if found is not None:
                raise EvaluationError(f"at {words(found['at'])}: {reason}", None)

    def _overflow(self, open_: dict[str, str]) -> dict[str, Any] | None:
        for bad, term, kind, operator in self.domain.overflows:
            found = self._ask("overflow", bad, {"value": term}, open_)
            if found is not None:
                return {**found, "type": kind, "operator": operator}
        return None

    def _collision(self, tree: Expression, value: Term, open_: dict[str, str]) -> dict[str, Any] | None:
        if self.wanted is not None and "injective" not in self.wanted:
            return None
        other = self.point("'")
        again = self.value(tree, other)
        apart = self.domain.apart(list(self.first.values()), list(other.values()))
        answer = self.domain.model([self.domain.same(value, again), apart])
        if answer is None:
            open_["injective"] = f"z3 gave no answer within {self.domain.seconds} s"
        if not answer:
            return None
        given = {name: self.domain.number(answer, term) for name, term in self.terms.items()}
        points = [
            {**given, **{name: self.domain.number(answer, term) for name, term in point.items()}}
            for point in (self.first, other)
        ]
        return {"first": points[0], "second": points[1], "value": self.domain.number(answer, value)}


def _inside(tree: Expression) -> str:
    """Return an extent as text, in parentheses where it is a choice or binds looser than a difference."""
    loose = isinstance(tree, Conditional) or (isinstance(tree, Binary) and BINARY[tree.operator] < BINARY["-"])
    return f"({tree})" if loose else str(tree)


def _bounds(name: str, conditions: list[Expression]) -> tuple[int, int]:
    """Return the least and the greatest value of a parameter that the assumptions state plainly; 1 to 2**31 - 1."""
    low, high = 1, _MOST
    for tree in conditions:
        if not isinstance(tree, Binary):
            continue
        operator, left, right = tree.operator, tree.left, tree.right
        if isinstance(left, Literal):
            flipped = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "=="}
            operator, left, right = flipped.get(operator, ""), right, left
        if not isinstance(left, Name) or left.name != name or not isinstance(right, Literal):
            continue
        if operator in ("<", "<=", "=="):
            high = min(high, right.value - (operator == "<"))
        if operator in (">", ">=", "=="):
            low = max(low, right.value + (operator == ">"))
    if low > high:
        raise ParseError(f"the assumptions leave no value of {name}")
    return low, high
