"""Read a C integer expression, the way a compiler does and not the way an eye does.

Marlin's kernel addresses a tile by ``8 * row + (i % 8) ^ row``.  In C ``+`` binds tighter than ``^``, so the row is
added first and the exclusive or comes last, over the whole sum:

>>> tree = parse_expression("8 * row + (i % 8) ^ row")
>>> tree.operator, str(tree.left), str(tree.right)
('^', '8 * row + i % 8', 'row')

The parser keeps its own stack of waiting operators (operator precedence, as in Dijkstra's shunting yard), so that a
hostile text meets a limit and never the interpreter's own.  Whatever is not integer arithmetic on named values is
refused with a caret.  The one legal text that is refused as well is ``f < 8 > (i)``: to C a chain of comparisons, to
C++ perhaps a call of a template.  Parentheses decide it: ``(f < 8) > (i)``.
"""

from __future__ import annotations

from ..errors import ParseError
from .integers import spelled
from .syntax import (
    BINARY,
    CONDITIONAL_LEVEL,
    FUNCTIONS,
    RELATIONAL_LEVEL,
    UNARY,
    UNARY_LEVEL,
    Binary,
    Call,
    Cast,
    Conditional,
    Expression,
    Literal,
    Name,
    Unary,
    names,
)
from .tokens import Token, read_number, refused_keyword, tokenize

__all__ = [
    "MAX_LENGTH",
    "MAX_NESTING",
    "MAX_NODES",
    "Binary",
    "Call",
    "Cast",
    "Conditional",
    "Expression",
    "Literal",
    "Name",
    "Unary",
    "names",
    "parse_expression",
]

#: Longer texts are refused.
MAX_LENGTH = 100_000
#: Expressions of more names, numbers and operators are refused.
MAX_NODES = 10_000
#: More brackets and operators than this, all waiting for their right end at one place, are refused.
MAX_NESTING = 1_000

_REFUSED = {
    ",": "the comma is not read: give one expression",
    "[": "an array element is not an index expression; name its value instead",
    "->": "a member behind a pointer is not read; name its value instead",
    "::": "a qualified name is not read, except for the integer types of std",
    ".": "a dot is read only inside a name such as threadIdx.x, without blanks",
    "++": "'++' changes a variable; write the new value, or a blank between two plus signs",
    "--": "'--' changes a variable; write the new value, or a blank between two minus signs",
    ";": "a statement is not an expression: leave out the ';'",
}
_REFUSED_BEFORE_OPERAND = _REFUSED | {
    "*": "'*' before an operand reads through a pointer; only integers are read",
    "&": "'&' before an operand takes an address; only integers are read",
}
_REFUSED_AFTER_OPERAND = _REFUSED | {
    "{": "an initialiser is not read; write the cast with parentheses",
}


def parse_expression(text: str) -> Expression:
    """Return the tree of the C integer expression ``text``.

    Reads names (``i``, ``threadIdx.x``), C's integer literals, its arithmetic, bitwise, shift, comparison and logical
    operators, ``?:``, casts to integer types in all three spellings, calls of ``min max umin umax abs`` and of
    ``__shfl_xor_sync``, and parentheses, with C's precedence.
    Ensures: ``parse_expression(str(e)) == e`` for the result e.
    Raises:  ParseError, with a caret, for anything else and for texts beyond the limits of this module.
    Cost:    linear in the length of the text.

    >>> parse_expression("i*8 + (j ^ i % 8)")
    parse_expression('i * 8 + (j ^ i % 8)')
    >>> parse_expression("static_cast<uint32_t>(x) >> 3") == parse_expression("((uint32_t) x) >> 3")
    True
    """
    if not isinstance(text, str):
        raise ParseError(f"an expression is given as text, not as {type(text).__name__}")
    if len(text) > MAX_LENGTH:
        raise ParseError(f"the text has {len(text)} characters; at most {MAX_LENGTH} are read", text, MAX_LENGTH)
    return _Parser(text).parse()


class _Waiting:
    """A bracket or an operator that waits for its right end.

    ``level`` is how tightly it binds: 0 for a bracket and for a '?' before its ':'.  ``kind`` is the type of a cast, or
    the function whose arguments the bracket holds; ``commas`` counts those behind it.
    """

    __slots__ = ("commas", "kind", "level", "position", "symbol")

    def __init__(self, symbol: str, level: int, position: int, kind: str = "") -> None:
        self.symbol = symbol
        self.level = level
        self.position = position
        self.kind = kind
        self.commas = 0


class _Parser:
    """One reading of one text: its tokens, the place in them, the operands read and the operators that wait."""

    __slots__ = ("at", "nodes", "operands", "templates", "text", "tokens", "waiting")

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokenize(text)
        self.templates = _template_openings(self.tokens)
        self.at = 0
        self.nodes = 0
        self.operands: list[Expression] = []
        self.waiting: list[_Waiting] = []

    def parse(self) -> Expression:
        while True:
            while not self.read_operand():
                pass
            while self.tokens[self.at].text == ")":
                self.close()
            if self.tokens[self.at].kind == "end":
                return self.finish()
            self.read_operator()

    def take(self) -> Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def fault(self, reason: str, at: Token | _Waiting) -> ParseError:
        return ParseError(reason, self.text, at.position)

    def wait(self, symbol: str, level: int, token: Token, kind: str = "") -> None:
        if len(self.waiting) >= MAX_NESTING:
            raise self.fault(f"the expression is nested more than {MAX_NESTING} deep", token)
        self.waiting.append(_Waiting(symbol, level, token.position, kind))

    def add(self, node: Expression) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            reason = f"the expression has more than {MAX_NODES} names, numbers and operators"
            raise ParseError(reason, self.text, node.position)
        self.operands.append(node)

    # Where an operand may stand.

    def read_operand(self) -> bool:
        """Take a prefix of an operand and return False, or take a whole name or number and return True."""
        kind, after = self.type_at(self.at)
        token = self.take()
        if kind:
            self.open_functional_cast(token, kind, after)
        elif token.kind == "number":
            self.add(Literal(*read_number(token, self.text), token.position, self.text))
            return True
        elif token.kind == "name" and token.text in FUNCTIONS and self.tokens[self.at].text == "(":
            self.at += 1
            self.wait("(", 0, token, token.text)
        elif token.kind == "name":
            self.add(Name(token.text, token.position, self.text))
            return True
        elif token.kind == "cast":
            self.open_static_cast(token)
        elif token.text == "(":
            self.open_bracket(token)
        elif token.text in UNARY:
            self.wait(token.text, UNARY_LEVEL, token)
        else:
            raise self.no_operand(token)
        return False

    def type_at(self, at: int) -> tuple[str, int]:
        """Return the usual name of the type that begins at token ``at`` and where it ends; '' where there is none."""
        start = at
        if [token.text for token in self.tokens[at : at + 2]] == ["std", "::"] and self.tokens[at + 2].kind == "type":
            at += 2
        words = []
        while self.tokens[at].kind == "type":
            words.append(self.tokens[at].text)
            at += 1
        kind = spelled(words) if len(words) <= 4 else None
        if words and kind is None:
            raise self.fault("these words do not spell a C integer type", self.tokens[start])
        return kind or "", at

    def open_bracket(self, token: Token) -> None:
        kind, after = self.type_at(self.at)
        if kind and self.tokens[after].text == ")":
            self.at = after + 1
            self.wait("cast", UNARY_LEVEL, token, kind)
        else:
            self.wait("(", 0, token)

    def open_functional_cast(self, token: Token, kind: str, after: int) -> None:
        if self.tokens[after].text != "(":
            raise self.fault("a type stands only in a cast, such as (int)x or int(x)", token)
        if self.tokens[after - 1] is not token and token.text != "std":
            raise self.fault(f"only a type of one word is called like this: write ({kind})(...)", token)
        self.at = after + 1
        self.wait("(", 0, token, kind)

    def open_static_cast(self, token: Token) -> None:
        kind, after = self.type_at(self.at + 1) if self.tokens[self.at].text == "<" else ("", 0)
        if not kind or [next_.text for next_ in self.tokens[after : after + 2]] != [">", "("]:
            raise self.fault("static_cast is read with an integer type: static_cast<type>(value)", token)
        self.at = after + 2
        self.wait("(", 0, token, kind)

    def no_operand(self, token: Token) -> ParseError:
        reason = _REFUSED_BEFORE_OPERAND.get(token.text, "an operand is missing here")
        if token.kind == "keyword":
            reason = refused_keyword(token.text)
        if token.kind == "end":
            reason = "an operand is missing at the end" if self.at > 1 else "the expression is empty"
        return self.fault(reason, token)

    # Where an operator may stand.

    def read_operator(self) -> None:
        token = self.take()
        level = BINARY.get(token.text, 0)
        if token.text == "," and self.open_symbol() == "(" and self.waiting[-1].kind in FUNCTIONS:
            self.waiting[-1].commas += 1
        elif token.kind == "operator" and level:
            if self.at - 1 in self.templates:
                raise self.fault("a chain of comparisons or a template? write parentheses around the first one", token)
            self.build_down_to(level)
            self.wait(token.text, level, token)
        elif token.text == "?":
            self.build_down_to(CONDITIONAL_LEVEL + 1)
            self.wait("?", 0, token)
        elif token.text == ":" and self.open_symbol() == "?":
            self.waiting[-1].symbol, self.waiting[-1].level = "?:", CONDITIONAL_LEVEL
        else:
            raise self.no_operator(token)

    def no_operator(self, token: Token) -> ParseError:
        before = self.tokens[max(0, self.at - 4) : self.at - 1]
        if token.text == "(" and before[-1].kind == "name":
            return self.fault(f"function calls are not read, except {', '.join(FUNCTIONS)}", before[-1])
        if [t.text for t in before[::2]] == ["(", ")"] and before[1].kind == "name":
            return self.fault("this is not the name of an integer type, and no operator follows", before[1])
        if token.text.endswith("=") and token.text not in BINARY:
            return self.fault("an assignment is not read: give the value alone", token)
        if token.text == ":":
            return self.fault("':' without a '?' before it", token)
        if token.kind == "keyword":
            return self.fault(refused_keyword(token.text), token)
        reason = _REFUSED_AFTER_OPERAND.get(token.text, "an operator is missing here")
        return self.fault(reason, token)

    def open_symbol(self) -> str:
        """Build all that binds inside the innermost bracket or '?' and return that symbol, '' where none is open."""
        self.build_down_to(CONDITIONAL_LEVEL)
        return self.waiting[-1].symbol if self.waiting else ""

    def close(self) -> None:
        token = self.take()
        symbol = self.open_symbol()
        if symbol == "?":
            raise self.fault("'?' without a ':' after it", self.waiting[-1])
        if not symbol:
            raise self.fault("')' without a '(' before it", token)
        bracket = self.waiting.pop()
        if bracket.kind in FUNCTIONS:
            self.call(bracket)
        elif bracket.kind:
            self.add(Cast(bracket.kind, self.operands.pop(), bracket.position, self.text))

    def call(self, bracket: _Waiting) -> None:
        count = bracket.commas + 1
        least, most = FUNCTIONS[bracket.kind]
        if not least <= count <= most:
            wanted = f"{least}" if least == most else f"{least} to {most}"
            raise self.fault(f"{bracket.kind} takes {wanted} values, not {count}", bracket)
        arguments = tuple(self.operands[-count:])
        del self.operands[-count:]
        self.add(Call(bracket.kind, arguments, bracket.position, self.text))

    def finish(self) -> Expression:
        symbol = self.open_symbol()
        if symbol:
            reason = "'?' without a ':' after it" if symbol == "?" else "this '(' is never closed"
            raise self.fault(reason, self.waiting[-1])
        return self.operands[0]

    def build_down_to(self, level: int) -> None:
        """Turn the waiting operators that bind at least as tightly as ``level`` into nodes."""
        while self.waiting and self.waiting[-1].level >= level:
            top = self.waiting.pop()
            right = self.operands.pop()
            if top.symbol == "cast":
                node: Expression = Cast(top.kind, right, top.position, self.text)
            elif top.level == UNARY_LEVEL:
                node = Unary(top.symbol, right, top.position, self.text)
            elif top.symbol == "?:":
                then = self.operands.pop()
                node = Conditional(self.operands.pop(), then, right, top.position, self.text)
            else:
                node = Binary(top.symbol, self.operands.pop(), right, top.position, self.text)
            self.add(node)


def _template_openings(tokens: list[Token]) -> set[int]:
    """Return the places of each '<' after a name that a later '>' before '(' may close as a template's bracket.

    ``f<8, true>(i)`` and the chain ``a < b > (c)`` have one, and so has ``f<g<8>>(x)``.  An operator that binds
    looser than the comparisons ends the search, so that ``a < b && c > (d)`` is read as it stands.
    """
    found: set[int] = set()
    open_at: list[list[int]] = [[]]
    for at, token in enumerate(tokens):
        if token.text == "(":
            open_at.append([])
        elif token.text == ")":
            open_at = open_at[:-1] or [[]]
        elif token.text == "<" and at and tokens[at - 1].kind == "name":
            open_at[-1].append(at)
        elif token.text == "static_cast":  # its own brackets are no comparison
            open_at[-1] = []
        elif token.text in (">", ">>") and tokens[at + 1].text == "(" and len(open_at[-1]) >= len(token.text):
            found.update(open_at[-1])
        elif token.text in ("?", ":") or BINARY.get(token.text, RELATIONAL_LEVEL) < RELATIONAL_LEVEL:
            open_at[-1] = []
    return found
