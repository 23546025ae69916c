"""Terms as text: an expression of C or Python with every parenthesis that a reader would want.

Both languages read the operators alike, and brackets stand wherever their rules of precedence differ or are little
known, so that ``row * 64 + (col ^ ((row & 7) << 3))`` means the same to a compiler, to an interpreter and to an eye.
A shift up that is added is written as a product.
"""

from __future__ import annotations

from ..errors import LayoutError
from .terms import COSTS, shared_cost, shared_terms, tree_cost

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .terms import Term

__all__ = ["DIALECTS", "Operations", "literal_text", "texts", "written"]

DIALECTS = ("c", "python", "triton")
"""The languages of expressions."""

MAX_TEXT = 9_000
_CHAINS = ("+", "^", "|")
_PRODUCTS = ("*", "/", "%")


class Operations:
    """How many operations of each kind a text has.

    ``counts`` goes from an operator as the text writes it to its number; ``total`` is their sum, and ``cost`` weighs
    them: 1 each, a division by a constant 3 and a remainder 4, unless it is by a power of two.

    >>> print(Operations({"*": 1, "+": 1, "^": 1}))
    3: 1 *, 1 +, 1 ^
    """

    __slots__ = ("_counts", "cost")

    def __init__(self, counts: Mapping[str, int], cost: int | None = None) -> None:
        self._counts = dict(counts)
        self.cost = sum([COSTS.get(name, 3) * n for name, n in counts.items()]) if cost is None else cost

    @property
    def counts(self) -> dict[str, int]:
        """The number of each operator."""
        return dict(self._counts)

    @property
    def total(self) -> int:
        """The number of all operators."""
        return sum(self._counts.values())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Operations) and self._counts == other._counts and self.cost == other.cost

    def __hash__(self) -> int:
        return hash((frozenset(self._counts.items()), self.cost))

    def __repr__(self) -> str:
        return f"Operations({self._counts}, cost={self.cost})"

    def __str__(self) -> str:
        listed = ", ".join([f"{n} {name}" for name, n in self._counts.items()])
        return f"{self.total}: {listed}" if listed else "0"


def texts(
    roots: Sequence[Term], dialect: str, names: Sequence[str] | None, literal: Callable[[int], str]
) -> tuple[list[tuple[str, str, Term]], list[str], Operations]:
    """Return the temporaries as (name, text, term), the texts of the roots, and what they count.

    ``names`` are taken for the parts that are used more than once, in order; with None these are written out again.
    """
    parts = [] if names is None else shared_terms(roots)
    if names is not None and len(names) < len(parts):
        raise LayoutError(f"emit: {len(parts)} temporaries need as many names, not {len(names)}", len(parts))
    known: dict[int, str] = {}
    counts: dict[str, int] = {}
    temporaries = []
    for part, name in zip(parts, names or (), strict=False):
        temporaries.append((name, written(part, dialect, known, literal, counts), part))
        known[id(part)] = name
    found = [written(root, dialect, known, literal, counts) for root in roots]
    cost = tree_cost(roots) if names is None else shared_cost(roots)
    return temporaries, found, Operations(counts, cost)


def written(
    root: Term, dialect: str, known: Mapping[int, str], literal: Callable[[int], str], counts: dict[str, int]
) -> str:
    """Return the text of a term, in which known terms have names, and count its operators."""
    pieces: list[str] = []
    waiting: list[Term | str] = [root]
    context: list[str] = [""]  # the operator around each waiting term
    operations = 0
    while waiting:
        item, around = waiting.pop(), context.pop()
        if isinstance(item, str):
            pieces.append(item)
        elif id(item) in known:
            pieces.append(known[id(item)])
        elif item.is_leaf:
            pieces.append(item.name or _number(item.value, around, literal))
        else:
            operations += 1
            if operations > MAX_TEXT:
                raise LayoutError(f"emit: an expression of {root.tree} operations is not written out", root.tree)
            parts = _parts(item, dialect, around, literal, counts)
            waiting += [part for part, _ in reversed(parts)]
            context += [inside for _, inside in reversed(parts)]
    return "".join(pieces)


def _number(value: int, around: str, literal: Callable[[int], str]) -> str:
    text = literal(value)
    return f"({text})" if value < 0 and around else text


def _parts(
    term: Term, dialect: str, around: str, literal: Callable[[int], str], counts: dict[str, int]
) -> list[tuple[Term | str, str]]:
    """Return the pieces of an operation: texts, and operands with the operator around them."""
    if term.op == "neg":
        counts["-"] = counts.get("-", 0) + 1
        inside: list[tuple[Term | str, str]] = [("-", ""), (term.args[0], "neg")]
        return [("(", ""), *inside, (")", "")] if around else inside
    left, right = term.args
    op, shown = term.op, right
    number: str | None = None
    if op == "<<" and around in ("", "+", "-", "+r", "-r", "neg"):
        op, number = "*", literal(1 << right.value)
    elif op in ("<<", ">>"):
        number = str(right.value)
    elif right.op == "number":
        number = hexadecimal(right.value, literal) if op == "&" else literal(right.value)
    if op == "/" and dialect != "c":
        op = "//"
    counts[op] = counts.get(op, 0) + 1
    kind = "/" if op == "//" else op
    pieces: list[tuple[Term | str, str]] = [(left, kind), (f" {op} ", ""), (number or shown, f"{kind}r")]
    bare = (
        not around
        or (around == kind and kind in _CHAINS)
        or (around in ("+", "-", "+r", "-r") and kind in _PRODUCTS)
        or (around == "+" and kind == "-")
        or (around == "-" and kind in ("+", "-"))
    )
    return pieces if bare else [("(", ""), *pieces, (")", "")]


def hexadecimal(value: int, literal: Callable[[int], str]) -> str:
    """Return a mask: the larger ones in hexadecimal."""
    text = literal(value)
    return text if value < 16 else text.replace(str(value), hex(value), 1)


def literal_text(dialect: str, bits: int, unsigned: bool) -> Callable[[int], str]:
    """Return the function that writes numbers: in C with the suffix that gives them the type of the variables.

    >>> literal_text("c", 32, True)(7), literal_text("c", 64, False)(2**40), literal_text("python", 0, False)(2**40)
    ('7u', '1099511627776ll', '1099511627776')
    """
    if dialect != "c":
        return str

    def literal(value: int) -> str:
        size = "ll" if bits == 64 and abs(value) >= 1 << 31 else ""
        return f"{value}{'u' if unsigned and value >= 0 else ''}{size}"

    return literal
