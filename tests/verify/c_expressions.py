"""Random C expressions for the tests beside this file, and a second, slow reading of what they mean in C."""

from hypothesis import strategies as st

from layouts.verify.expression import Binary, Cast, Conditional, Literal, Name, Unary

TYPES = ("int", "unsigned int", "long long", "size_t", "uint32_t", "short", "uint8_t", "signed char", "bool", "char")
ARITHMETIC = ("+", "-", "*", "/", "%", "&", "|", "^")
SHIFTS = ("<<", ">>")
TRUTH = ("==", "!=", "<", ">", "<=", ">=", "&&", "||")

small = st.integers(0, 9).map(Literal)
special = st.sampled_from(
    [
        Literal(2147483647),
        Literal(2147483648),
        Literal(0x80000000, 16),
        Literal(0xFFFFFFFF, 16),
        Literal(9223372036854775807),
        Literal(0xFFFFFFFFFFFFFFFF, 16),
        Literal(0, 8),
        Literal(31, 8, "l"),
        Literal(5, 2, "ul"),
        Literal(16, 10, "u"),
        Literal(3, 10, "ull"),
        Literal(46341, 10, "ll"),
    ]
)
variables = st.sampled_from(["i", "j", "k"]).map(Name)
leaves = st.one_of(variables, variables, small, special)


def _grown(inner):
    binary = st.builds(Binary, st.sampled_from(ARITHMETIC + TRUTH), inner, inner)
    shift = st.builds(Binary, st.sampled_from(SHIFTS), inner, st.one_of(st.integers(0, 33).map(Literal), inner))
    divided = st.builds(Binary, st.sampled_from(["/", "%"]), inner, st.integers(1, 40).map(Literal))
    unary = st.builds(Unary, st.sampled_from("-+~!"), inner)
    cast = st.builds(Cast, st.sampled_from(TYPES), inner)
    return st.one_of(binary, binary, binary, shift, divided, unary, cast, st.builds(Conditional, inner, inner, inner))


expressions = st.recursive(leaves, _grown, max_leaves=12)


class NoValueError(Exception):
    """A division by zero or a bad shift."""


RANKS = {"bool": 0, "char": 1, "short": 2, "int": 3, "long": 4, "long long": 5}
ALIASES = {"size_t": "unsigned long", "uint32_t": "unsigned int", "uint8_t": "unsigned char"}


def type_of_name(name):
    """(bits, signed, rank) of a type."""
    name = ALIASES.get(name, name)
    core = name.removeprefix("unsigned ").removeprefix("signed ")
    bits = {"bool": 1, "char": 8, "short": 16, "int": 32, "long": 64, "long long": 64}[core]
    return bits, not name.startswith("unsigned") and core != "bool", RANKS[core]


def name_of_type(kind):
    _, signed, rank = kind
    core = next(name for name, r in RANKS.items() if r == rank)
    return core if signed or core == "bool" else f"unsigned {core}"


INT = (32, True, 3)


def limits(kind):
    bits, signed, _ = kind
    return (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)


def wrapped(value, kind):
    bits, signed, _ = kind
    if bits == 1:
        return int(value != 0)
    value %= 2**bits
    return value - 2**bits if signed and value >= 2 ** (bits - 1) else value


def promoted(kind):
    return INT if kind[2] < 3 else kind


def met(a, b):
    a, b = promoted(a), promoted(b)
    if a[1] == b[1]:
        return max(a, b, key=lambda kind: kind[2])
    unsigned, signed = (b, a) if a[1] else (a, b)
    if unsigned[2] >= signed[2]:
        return unsigned
    return signed if signed[0] > unsigned[0] else (signed[0], False, signed[2])


class Reference:
    """The meaning of an expression at one point, written for clarity: one value and one type at a time."""

    def __init__(self, values, types):
        self.values = values
        self.types = types
        self.overflow = None

    def held(self, value, kind, node):
        low, high = limits(kind)
        if not kind[1]:
            return value % (high + 1), kind
        if not low <= value <= high and self.overflow is None:
            self.overflow = (value, node.operator)
        return value, kind

    def __call__(self, node):
        if isinstance(node, Name):
            return self.values[node.name], self.types[node.name]
        if isinstance(node, Literal):
            return node.value, self.type_of_literal(node)
        if isinstance(node, Cast):
            kind = type_of_name(node.kind)
            return wrapped(self(node.operand)[0], kind), kind
        if isinstance(node, Conditional):
            taken, dropped = (node.then, node.otherwise)[:: 1 if self(node.condition)[0] else -1]
            value, kind = self(taken)
            kind = met(kind, self.type_alone(dropped))
            return value if kind[1] else wrapped(value, kind), kind
        if isinstance(node, Unary):
            value, kind = self(node.operand)
            if node.operator == "!":
                return int(value == 0), INT
            return self.held({"-": -value, "+": value, "~": ~value}[node.operator], promoted(kind), node)
        if node.operator == "&&":
            return int(self(node.left)[0] != 0 and self(node.right)[0] != 0), INT
        if node.operator == "||":
            return int(self(node.left)[0] != 0 or self(node.right)[0] != 0), INT
        return self.binary(node)

    def binary(self, node):
        a, left = self(node.left)
        b, right = self(node.right)
        operator = node.operator
        if operator in SHIFTS:
            kind = promoted(left)
            if not 0 <= b < kind[0]:
                raise NoValueError
            return self.held(a * 2**b if operator == "<<" else a // 2**b, kind, node)
        kind = met(left, right)
        if not kind[1]:
            a, b = wrapped(a, kind), wrapped(b, kind)
        if operator in TRUTH:
            holds = {"==": a == b, "!=": a != b, "<": a < b, ">": a > b, "<=": a <= b, ">=": a >= b}[operator]
            return int(holds), INT
        if operator in "/%":
            if b == 0:
                raise NoValueError
            quotient = abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
            held = self.held(quotient, kind, node)
            return held if operator == "/" else (a - b * quotient, kind)
        results = {"+": a + b, "-": a - b, "*": a * b, "&": a & b, "|": a | b, "^": a ^ b}
        return self.held(results[operator], kind, node)

    def type_alone(self, node):
        """The type of an expression that is not evaluated."""
        if isinstance(node, Name):
            return self.types[node.name]
        if isinstance(node, Literal):
            return self.type_of_literal(node)
        if isinstance(node, Cast):
            return type_of_name(node.kind)
        if isinstance(node, Conditional):
            return met(self.type_alone(node.then), self.type_alone(node.otherwise))
        if node.operator == "!" or node.operator in TRUTH:
            return INT
        if isinstance(node, Unary):
            return promoted(self.type_alone(node.operand))
        left = self.type_alone(node.left)
        return promoted(left) if node.operator in SHIFTS else met(left, self.type_alone(node.right))

    @staticmethod
    def type_of_literal(node):
        unsigned = "u" in node.suffix
        for rank, bits in ((3, 32), (4, 64), (5, 64))[node.suffix.count("l") :]:
            if not unsigned and node.value < 2 ** (bits - 1):
                return bits, True, rank
            if (unsigned or node.base != 10) and node.value < 2**bits:
                return bits, False, rank
        raise AssertionError(node)
