"""Typed programs: an expression as a list of steps, each with the C type in which it works.

The types of the variables decide all other types, so they are settled once, before any value is known.  What a
value *is* is left to a domain: whole arrays of integers (``evaluate``), vectors of XOR forms or sums of multiples of
the variables (``trace``).  One stack machine, ``execute``, serves all of them.

>>> from layouts.verify.expression import parse_expression
>>> plain = integer_type("int")
>>> program = compile_program(parse_expression("i * 8u + 1"), (), {"i": plain})
>>> [(step.kind, step.type.name) for step in program.steps]
[('name', 'int'), ('literal', 'unsigned int'), ('arithmetic', 'unsigned int'), ('literal', 'int'), \
('arithmetic', 'unsigned int')]
"""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import LayoutError, ParseError
from .integers import IntegerType, common, integer_type, literal_type, promote
from .syntax import BINARY, RELATIONAL_LEVEL, Binary, Call, Cast, Conditional, Expression, Literal, Name, Unary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any, Protocol, TypeVar

    V = TypeVar("V")

    class Domain(Protocol[V]):
        """What a kind of value has to offer; every method takes and returns values of that kind."""

        def literal(self, value: int) -> V:
            """Return the value of a number."""

        def cast(self, value: V, kind: IntegerType) -> V:
            """Return ``value`` converted to ``kind`` because the text says so."""

        def convert(self, value: V, kind: IntegerType) -> V:
            """Return ``value`` converted to ``kind``, the common type of two operands."""

        def unary(self, value: V, kind: IntegerType, node: Unary) -> V:
            """Return ``- + ~`` of a value of type ``kind``, or ``!`` of it."""

        def arithmetic(self, left: V, right: V, kind: IntegerType, node: Binary) -> V:
            """Return the result of an arithmetic, bitwise or shift operator that works in ``kind``."""

        def compare(self, left: V, right: V, node: Binary) -> V:
            """Return 1 where the comparison holds, else 0."""

        def logic(self, left: V, right: V, node: Binary) -> V:
            """Return the result of ``&&`` or ``||``."""

        def select(self, condition: V, then: V, otherwise: V) -> V:
            """Return ``then`` where the condition is not 0 and ``otherwise`` elsewhere."""

        def enter(self, condition: V, wanted: bool) -> None:
            """Go on only where the truth of ``condition`` is ``wanted``."""

        def leave(self) -> None:
            """Go on where the matching ``enter`` was met."""


__all__ = ["Program", "Step", "compile_program", "execute"]

_SHIFTS = ("<<", ">>")
_LOGIC = ("&&", "||")
_LESS = Binary("<", Literal(0), Literal(0))


@dataclass(frozen=True, slots=True)
class Step:
    """What to do, for which node of the tree, and the type in which it is done."""

    kind: str
    node: Any
    type: IntegerType


@dataclass(frozen=True, slots=True)
class Program:
    """The steps of an expression and, before them, those of the named values that it may use."""

    lets: tuple[tuple[str, Program], ...]
    steps: tuple[Step, ...]
    type: IntegerType


def compile_program(
    expr: Expression,
    lets: Iterable[tuple[str, Expression]],
    variables: Mapping[str, IntegerType],
    int_bits: int = 32,
) -> Program:
    """Return the program of ``expr`` after ``lets``, over variables of the given types.

    Raises: ParseError, with a caret in the text concerned, for a name that is neither a variable nor an earlier let;
            LayoutError for a let that hides another name.
    Cost:   linear in the size of the expressions.
    """
    types = dict(variables)
    lets = list(lets)
    later = [name for name, _ in lets]
    done = []
    for name, value in lets:
        if name in types:
            raise LayoutError(f"{name!r} is defined twice: a let may not hide a variable or an earlier let", name)
        program = _compiled(value, types, later, int_bits)
        types[name] = program.type
        done.append((name, program))
        later = later[1:]
    program = _compiled(expr, types, [], int_bits)
    return Program(tuple(done), program.steps, program.type)


def _compiled(expr: Expression, types: Mapping[str, IntegerType], later: list[str], int_bits: int) -> Program:
    """Emit the steps; a conditional and a logical operator also get a step between their operands."""
    steps: list[Step] = []
    known: list[IntegerType] = []  # the types of the values that are on the stack at this step
    plain = integer_type("int", int_bits)
    waiting: list[Expression | Step] = [expr]
    while waiting:
        item = waiting.pop()
        if isinstance(item, Step):
            steps.append(_typed(item, known, int_bits))
        elif isinstance(item, Name):
            if item.name not in types:
                raise _unknown(item, types, later)
            known.append(types[item.name])
            steps.append(Step("name", item, known[-1]))
        elif isinstance(item, Literal):
            known.append(literal_type(item.value, item.base, item.suffix, int_bits) or plain)
            steps.append(Step("literal", item, known[-1]))
        else:
            waiting.append(Step(_kind_of(item), item, plain))
            waiting.extend(_with_turns(item, plain))
    return Program((), tuple(steps), known[0])


def _with_turns(node: Expression, plain: IntegerType) -> list[Expression | Step]:
    """Return the operands in reverse, with the steps that go between them."""
    operands = node.operands
    if isinstance(node, Conditional):
        return [operands[2], Step("else", node, plain), operands[1], Step("then", node, plain), operands[0]]
    if isinstance(node, Binary) and node.operator in _LOGIC:
        return [operands[1], Step("then" if node.operator == "&&" else "unless", node, plain), operands[0]]
    return list(reversed(operands))


def _kind_of(node: Expression) -> str:
    if isinstance(node, Binary):
        if node.operator in _LOGIC:
            return "logic"
        return "compare" if RELATIONAL_LEVEL - 1 <= BINARY[node.operator] <= RELATIONAL_LEVEL else "arithmetic"
    return {Unary: "unary", Cast: "cast", Conditional: "select", Call: "call"}[type(node)]


def _typed(step: Step, known: list[IntegerType], int_bits: int) -> Step:
    """Give ``step`` the type in which it works, and replace the types of its operands by that of its result."""
    kind, node = step.kind, step.node
    if kind in ("then", "else", "unless"):
        return step
    operator = getattr(node, "operator", "")
    operands = known[len(known) - len(node.operands) :]
    del known[len(known) - len(node.operands) :]
    works = step.type  # int, which is also the type of every truth value
    if kind == "cast":
        works = integer_type(node.kind, int_bits)
    elif kind == "unary" or operator in _SHIFTS:
        works = promote(operands[0], int_bits)
    elif kind == "call":
        works = promote(operands[0], int_bits)
        for operand in operands[1:]:
            works = common(works, operand, int_bits)
        if node.function in ("umin", "umax"):  # their parameters are unsigned int, whatever they are given
            works = integer_type("unsigned int", int_bits)
    elif kind in ("arithmetic", "compare", "select"):
        works = common(operands[-2], operands[-1], int_bits)
    known.append(step.type if kind in ("compare", "logic") or operator == "!" else works)
    return Step(kind, node, works)


def _unknown(name: Name, types: Mapping[str, IntegerType], later: list[str]) -> ParseError:
    if later and name.name == later[0]:
        reason = f"{name.name!r} is defined by itself"
    elif name.name in later:
        reason = f"{name.name!r} is used before its own definition"
    else:
        reason = f"{name.name!r} is not defined; known here: {', '.join(types) or 'nothing'}"
    return ParseError(reason, name.text, name.position)


def execute(program: Program, names: dict[str, V], domain: Domain[V]) -> V:
    """Return the value of ``program`` in ``domain``; ``names`` has the variables and receives the lets.

    Cost: one call of the domain for each step and for each conversion.
    """
    for name, inner in program.lets:
        names[name] = execute(inner, names, domain)
    stack: list[V] = []
    for step in program.steps:
        kind, node = step.kind, step.node
        if kind == "name":
            stack.append(names[node.name])
        elif kind == "literal":
            stack.append(domain.literal(node.value))
        elif kind == "then":
            domain.enter(stack[-1], True)
        elif kind == "unless":
            domain.enter(stack[-1], False)
        elif kind == "else":
            domain.leave()
            domain.enter(stack[-2], False)
        elif kind in ("unary", "cast"):
            stack.append(_prefix(step, stack.pop(), domain))
        elif kind == "call":
            count = len(node.arguments)
            arguments = stack[-count:]
            del stack[-count:]
            stack.append(_called(step, arguments, domain))
        else:
            right = stack.pop()
            left = stack.pop()
            stack.append(_infix(step, left, right, stack, domain))
    return stack.pop()


def _prefix(step: Step, value: V, domain: Domain[V]) -> V:
    if step.kind == "cast":
        return domain.cast(value, step.type)
    return domain.unary(value, step.type, step.node)


def _called(step: Step, arguments: list[V], domain: Domain[V]) -> V:
    """Return the smallest, the largest, or the absolute value, by comparing."""
    function = step.node.function
    if function == "__shfl_xor_sync":
        reason = "__shfl_xor_sync is read where a lane is a variable: lane, laneId, lane_id or threadIdx.x"
        raise ParseError(reason, step.node.text, step.node.position)
    first, *others = [domain.convert(value, step.type) for value in arguments]
    if function == "abs":
        negative = domain.compare(first, domain.literal(0), _LESS)
        domain.enter(negative, True)
        opposite = domain.unary(first, step.type, Unary("-", step.node, step.node.position, step.node.text))
        domain.leave()
        return domain.select(negative, opposite, first)
    for value in others:
        smaller = domain.compare(*((first, value) if function in ("min", "umin") else (value, first)), _LESS)
        first = domain.select(smaller, first, value)
    return first


def _infix(step: Step, left: V, right: V, stack: list[V], domain: Domain[V]) -> V:
    node = step.node
    if step.kind == "logic":
        domain.leave()
        return domain.logic(left, right, node)
    if step.kind == "arithmetic" and node.operator in _SHIFTS:
        return domain.arithmetic(left, right, step.type, node)  # the count keeps its own type
    left, right = domain.convert(left, step.type), domain.convert(right, step.type)
    if step.kind == "compare":
        return domain.compare(left, right, node)
    if step.kind == "arithmetic":
        return domain.arithmetic(left, right, step.type, node)
    domain.leave()
    return domain.select(stack.pop(), left, right)
