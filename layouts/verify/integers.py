"""C's integer types: how wide they are, and which type an operation works in.

The data model is LP64, with a signed ``char``: ``int`` has 32 bits, ``long`` and ``long long`` have 64.  Two rules of
C decide the type of every operation.  *Promotion*: whatever ranks below ``int`` becomes ``int`` first.  *The usual
conversions*: two operands of different types meet in the type of higher rank, and where a signed and an unsigned type
meet, the unsigned one wins unless the signed one holds all of its values.

>>> common(integer_type("unsigned int"), integer_type("int")).name
'unsigned int'
>>> common(integer_type("unsigned int"), integer_type("long")).name
'long'
"""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import LayoutError

__all__ = ["ALIASES", "PYTHON_BITS", "IntegerType", "common", "integer_type", "literal_type", "promote", "spelled"]
__all__ += ["variable_type"]

#: Names of the standard headers, and the types that they name under LP64.
ALIASES = {
    "int8_t": "signed char",
    "int16_t": "short",
    "int32_t": "int",
    "int64_t": "long",
    "uint8_t": "unsigned char",
    "uint16_t": "unsigned short",
    "uint32_t": "unsigned int",
    "uint64_t": "unsigned long",
    "size_t": "unsigned long",
    "ptrdiff_t": "long",
    "intptr_t": "long",
    "uintptr_t": "unsigned long",
}

_RANKED = (("char", 8, 1), ("short", 16, 2), ("int", 32, 4), ("long", 64, 5), ("long long", 64, 6))


#: The width that stands for Python's integers; where ``int_bits`` is 0 they are the only type.
PYTHON_BITS = 4096


@dataclass(frozen=True, slots=True)
class IntegerType:
    """One integer type: its C name, its width in bits, whether it is signed, and its conversion rank."""

    name: str
    bits: int
    signed: bool
    rank: int

    @property
    def floors(self) -> bool:
        """Whether ``%`` and ``//`` round down, as Python's do."""
        return self.bits == PYTHON_BITS

    @property
    def low(self) -> int:
        """The smallest value."""
        return -(1 << self.bits - 1) if self.signed else 0

    @property
    def high(self) -> int:
        """The largest value."""
        return (1 << self.bits - self.signed) - 1

    def wrap(self, value: int) -> int:
        """Return ``value`` converted to this type: by ``!= 0`` to bool, else modulo 2**bits, as gcc does.

        >>> integer_type("int8_t").wrap(200), integer_type("bool").wrap(200)
        (-56, 1)
        """
        if self.bits == 1:
            return int(value != 0)
        return (value - self.low) % (1 << self.bits) + self.low


def _model(int_bits: int) -> dict[str, IntegerType]:
    types = {"bool": IntegerType("bool", 1, False, 0), "signed char": IntegerType("signed char", 8, True, 1)}
    for name, bits, rank in _RANKED:
        bits = int_bits if name == "int" else bits
        types[name] = IntegerType(name, bits, True, rank)
        types[f"unsigned {name}"] = IntegerType(f"unsigned {name}", bits, False, rank)
    # Where int is wider than 32 bits, int32_t is a type of its own that promotes to int.
    fixed = {"int32_t": IntegerType("int32_t", 32, True, 3), "uint32_t": IntegerType("uint32_t", 32, False, 3)}
    types.update({alias: types[name] for alias, name in ALIASES.items()})
    return types | fixed if int_bits > 32 else types


_MODELS = {32: _model(32), 64: _model(64)}

#: Python's integers, with a bound that no index passes, so that a shift by a huge count is found and not carried out.
INTEGER = IntegerType("integer", PYTHON_BITS, True, 9)
_MODELS[0] = dict.fromkeys([*_MODELS[32], "integer"], INTEGER)


def integer_type(name: str, int_bits: int = 32) -> IntegerType:
    """Return the type that ``name`` names where ``int`` has ``int_bits`` bits, 32 or 64.

    >>> integer_type("size_t")
    IntegerType(name='unsigned long', bits=64, signed=False, rank=5)
    """
    if int_bits not in _MODELS:
        raise LayoutError(f"int_bits must be 32 or 64, not {int_bits!r}", int_bits)
    if name not in _MODELS[int_bits]:
        raise LayoutError(f"{name!r} is not the name of an integer type", name)
    return _MODELS[int_bits][name]


def spelled(words: list[str]) -> str | None:
    """Return the usual name of the type that ``words`` spell in any order, or None where they spell none.

    >>> spelled(["int", "long", "unsigned", "long"])
    'unsigned long long'
    >>> spelled(["uint32_t"]), spelled(["short", "long"])
    ('uint32_t', None)
    """
    if len(words) == 1 and (words[0] in ALIASES or words[0] == "bool"):
        return words[0]
    rest = sorted(words)
    sign = [rest.pop(rest.index(word)) for word in ("signed", "unsigned") if word in rest]
    if rest not in ([], ["int"], ["char"]) and "int" in rest:
        rest.remove("int")
    core = " ".join(rest) or "int"
    if len(sign) > 1 or not words or core not in ("char", "short", "int", "long", "long long"):
        return None
    if sign == ["signed"]:
        return "signed char" if core == "char" else core
    return f"unsigned {core}" if sign else core


def promote(kind: IntegerType, int_bits: int = 32) -> IntegerType:
    """Return the type that a value of type ``kind`` has as an operand: ``int`` for all that rank below it."""
    plain = integer_type("int", int_bits)
    return plain if kind.rank < plain.rank else kind  # every lower type fits in int, in both models


def common(left: IntegerType, right: IntegerType, int_bits: int = 32) -> IntegerType:
    """Return the type in which an operation on two types works, by the usual arithmetic conversions."""
    low, high = sorted((promote(left, int_bits), promote(right, int_bits)), key=lambda kind: kind.rank)
    if low.signed == high.signed or not high.signed:
        return high
    if low.rank == high.rank:
        return low  # one of the two is unsigned, and the order of equal ranks is that of the arguments
    return high if high.bits > low.bits else integer_type(f"unsigned {high.name}", int_bits)


def literal_type(value: int, base: int, suffix: str, int_bits: int = 32) -> IntegerType | None:
    """Return the type of a literal: the first of C's list that holds it, or None where none does.

    >>> literal_type(0x80000000, 16, "").name, literal_type(2147483648, 10, "").name
    ('unsigned int', 'long')
    """
    length = suffix.count("l")
    for name in ("int", "long", "long long")[length:]:
        for prefix in ("", "unsigned "):
            if (prefix == "" and "u" in suffix) or (prefix and base == 10 and "u" not in suffix):
                continue
            kind = integer_type(prefix + name, int_bits)
            if value <= kind.high:
                return kind
    return None


def variable_type(low: int, high: int, int_bits: int = 32) -> IntegerType | None:
    """Return the type of a variable whose values lie in low..high: ``int``, else the first wider type that fits."""
    for name in ("int", "long long", "unsigned long long") if int_bits else ("integer",):
        kind = integer_type(name, int_bits)
        if kind.low <= low and high <= kind.high:
            return kind
    return None
