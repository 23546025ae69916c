"""The syntax tree of a C integer expression: seven kinds of node, equal by structure, printed back as C.

``a + b * c`` is the sum of ``a`` and a product.  The tree keeps no parentheses; ``str`` puts back the few that are
needed, and reading them again gives an equal tree:

>>> tree = Binary("*", Binary("+", Name("a"), Name("b")), Name("c"))
>>> print(tree)
(a + b) * c

Every node knows the text that it was read from and its place there, for carets in messages; equality ignores both.
Trees may be thousands of levels deep (a sum of many terms leans to the left), so nothing here recurses.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import LayoutError
from .integers import literal_type, spelled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__all__ = ["BINARY", "FUNCTIONS", "UNARY", "Binary", "Call", "Cast", "Conditional", "Expression", "Literal", "Name"]
__all__ += ["Unary", "names"]

#: How tightly each binary operator binds; all group to the left.
BINARY = {
    "||": 2,
    "&&": 3,
    "|": 4,
    "^": 5,
    "&": 6,
    "==": 7,
    "!=": 7,
    "<": 8,
    ">": 8,
    "<=": 8,
    ">=": 8,
    "<<": 9,
    ">>": 9,
    "+": 10,
    "-": 10,
    "*": 11,
    "/": 11,
    "//": 11,  # Python's alone
    "%": 11,
}
#: The functions that are read, with the fewest and the most arguments that they take.
FUNCTIONS = {"min": (2, 8), "max": (2, 8), "umin": (2, 2), "umax": (2, 2), "abs": (1, 1), "__shfl_xor_sync": (3, 3)}
#: The prefix operators; they and the casts bind tighter than every binary operator.
UNARY = ("-", "+", "~", "!")
CONDITIONAL_LEVEL, RELATIONAL_LEVEL, UNARY_LEVEL, PRIMARY_LEVEL = 1, 8, 12, 13


class Expression:
    """A node of the tree: ``Literal``, ``Name``, ``Unary``, ``Binary``, ``Conditional``, ``Cast`` or ``Call``.

    Ensures: ``parse_expression(str(e)) == e``.
    Cost:    equality, hashing and printing visit every node once.
    """

    __slots__ = ()
    position: int
    text: str

    @property
    def operands(self) -> tuple[Expression, ...]:
        """The subexpressions, in the order of the text."""
        return ()

    def _own(self) -> tuple[Any, ...]:
        """What distinguishes this node from others of its class with equal operands."""
        return ()

    def postorder(self) -> list[Expression]:
        """Return all nodes, every operand before its operator, in the order of the text.

        >>> [str(e) for e in Binary("+", Name("a"), Literal(1)).postorder()]
        ['a', '1', 'a + 1']
        """
        order: list[Expression] = []
        waiting: list[Expression] = [self]
        while waiting:
            node = waiting.pop()
            order.append(node)
            waiting.extend(node.operands)
        order.reverse()
        return order

    def _structure(self) -> tuple[Any, ...]:
        return tuple([(type(node), node._own()) for node in self.postorder()])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Expression):
            return NotImplemented
        return self is other or self._structure() == other._structure()

    def __hash__(self) -> int:
        return hash(self._structure())

    def __str__(self) -> str:
        text: str = _fold(self, _printed)[0]
        return text

    def __repr__(self) -> str:
        return f"parse_expression({str(self)!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        flat = [(type(node), node._own(), node.position, node.text) for node in self.postorder()]
        return _rebuild, (flat,)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Literal(Expression):
    """A number as written: its value, its base (2, 8, 10 or 16) and its suffix, such as ``ull``.

    >>> print(Literal(255, 16, "u"))
    0xffu
    """

    value: int
    base: int = 10
    suffix: str = ""
    position: int = 0
    text: str = ""

    def __post_init__(self) -> None:
        if self.base not in (2, 8, 10, 16) or self.suffix not in ("", "u", "l", "ul", "ll", "ull"):
            raise LayoutError(f"a literal has no base {self.base!r} or suffix {self.suffix!r}", self.suffix)
        if type(self.value) is not int or self.value < 0 or literal_type(*self._own()) is None:
            raise LayoutError(f"{self.value!r} is not the value of a C literal", self.value)

    def _own(self) -> tuple[int, int, str]:
        return self.value, self.base, self.suffix


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Name(Expression):
    """The name of a variable, such as ``row`` or ``threadIdx.x``."""

    name: str
    position: int = 0
    text: str = ""

    def _own(self) -> tuple[str]:
        return (self.name,)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Unary(Expression):
    """One of ``- + ~ !`` before an operand."""

    operator: str
    operand: Expression
    position: int = 0
    text: str = ""

    def __post_init__(self) -> None:
        if self.operator not in UNARY:
            raise LayoutError(f"{self.operator!r} is not a prefix operator", self.operator)

    @property
    def operands(self) -> tuple[Expression, ...]:
        """The one operand."""
        return (self.operand,)

    def _own(self) -> tuple[str]:
        return (self.operator,)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Binary(Expression):
    """One of the binary operators between two operands; ``position`` is that of the operator."""

    operator: str
    left: Expression
    right: Expression
    position: int = 0
    text: str = ""

    def __post_init__(self) -> None:
        if self.operator not in BINARY:
            raise LayoutError(f"{self.operator!r} is not a binary operator", self.operator)

    @property
    def operands(self) -> tuple[Expression, ...]:
        """The left and the right operand."""
        return self.left, self.right

    def _own(self) -> tuple[str]:
        return (self.operator,)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Conditional(Expression):
    """``condition ? then : otherwise``; ``position`` is that of the question mark."""

    condition: Expression
    then: Expression
    otherwise: Expression
    position: int = 0
    text: str = ""

    @property
    def operands(self) -> tuple[Expression, ...]:
        """The condition and the two branches."""
        return self.condition, self.then, self.otherwise


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Cast(Expression):
    """A conversion to the integer type ``kind``, however it was written.

    >>> print(Cast("uint32_t", Name("x")))
    (uint32_t)x
    """

    kind: str
    operand: Expression
    position: int = 0
    text: str = ""

    def __post_init__(self) -> None:
        if spelled(self.kind.split()) != self.kind:
            raise LayoutError(f"{self.kind!r} is not the usual name of an integer type", self.kind)

    @property
    def operands(self) -> tuple[Expression, ...]:
        """The one operand."""
        return (self.operand,)

    def _own(self) -> tuple[str]:
        return (self.kind,)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Call(Expression):
    """A call of one of ``FUNCTIONS``, such as ``min(a, b)``."""

    function: str
    arguments: tuple[Expression, ...]
    position: int = 0
    text: str = ""

    def __post_init__(self) -> None:
        least, most = FUNCTIONS.get(self.function, (1, 0))
        if not least <= len(self.arguments) <= most:
            raise LayoutError(f"{self.function!r} is not a function of {len(self.arguments)} values", self.function)

    @property
    def operands(self) -> tuple[Expression, ...]:
        """The arguments."""
        return self.arguments

    def _own(self) -> tuple[str, int]:
        return self.function, len(self.arguments)


def names(expr: Expression) -> tuple[str, ...]:
    """Return the free names of ``expr``, each once, in the order in which they first appear.

    Cost: one visit to every node.

    >>> names(Binary("^", Name("j"), Binary("%", Name("i"), Name("j"))))
    ('j', 'i')
    """
    return tuple(dict.fromkeys(node.name for node in expr.postorder() if isinstance(node, Name)))


def _fold(expr: Expression, combine: Callable[[Any, list[Any]], Any]) -> Any:
    """Return ``combine(node, results of its operands)`` at the root."""
    results: list[Any] = []
    for node in expr.postorder():
        arity = len(node.operands)
        parts = results[len(results) - arity :]
        del results[len(results) - arity :]
        results.append(combine(node, parts))
    return results[0]


def _rebuild(flat: list[tuple[Any, tuple[Any, ...], int, str]]) -> Expression:
    """Build the tree whose nodes in postorder are ``flat``; pickling goes this way, so that depth is no matter."""
    results: list[Expression] = []
    arities = {Literal: 0, Name: 0, Unary: 1, Cast: 1, Binary: 2, Conditional: 3}
    for kind, own, position, text in flat:
        first = len(results) - (own[1] if kind is Call else arities[kind])
        operands = results[first:]
        del results[first:]
        if kind is Call:
            results.append(Call(own[0], tuple(operands), position=position, text=text))
        else:
            results.append(kind(*own, *operands, position=position, text=text))
    return results[0]


def _printed(node: Expression, parts: list[tuple[str, int]]) -> tuple[str, int]:
    """Return the text of ``node`` and how tightly it binds, from those of its operands."""
    if isinstance(node, Literal):
        prefix, digits = {2: ("0b", "b"), 8: ("0", "o"), 10: ("", "d"), 16: ("0x", "x")}[node.base]
        return f"{prefix}{node.value:{digits}}{node.suffix}", PRIMARY_LEVEL  # octal zero is 00, as 0 alone is decimal
    if isinstance(node, Name):
        return node.name, PRIMARY_LEVEL
    if isinstance(node, Conditional):
        condition, then, otherwise = parts
        text = f"{_inside(condition, CONDITIONAL_LEVEL + 1)} ? {then[0]} : {_inside(otherwise, CONDITIONAL_LEVEL)}"
        return text, CONDITIONAL_LEVEL
    if isinstance(node, Call):
        return f"{node.function}({', '.join([part[0] for part in parts])})", PRIMARY_LEVEL
    if isinstance(node, Binary):
        level = BINARY[node.operator]
        left, right = _inside(parts[0], level), _inside(parts[1], level + 1)
        if level == RELATIONAL_LEVEL and _like_template(left, node.operator, right):
            left = f"({left})"
        return f"{left} {node.operator} {right}", level
    operand = _inside(parts[0], UNARY_LEVEL)
    if isinstance(node, Cast):
        return f"({node.kind}){operand}", UNARY_LEVEL
    if not isinstance(node, Unary):
        raise TypeError(f"{type(node).__name__} is no kind of expression")
    blank = " " if operand[0] == node.operator and operand[0] in "+-" else ""
    return f"{node.operator}{blank}{operand}", UNARY_LEVEL


def _like_template(left: str, operator: str, right: str) -> bool:
    """Whether a comparison would look like ``f<8>(i)`` or ``f<g<8>>(i)``, which the parser refuses."""
    return " < " in left and ((operator == ">" and right[0] == "(") or ">> (" in right)


def _inside(part: tuple[str, int], level: int) -> str:
    """Return the text of an operand, in parentheses where it binds looser than ``level``."""
    return part[0] if part[1] >= level else f"({part[0]})"
