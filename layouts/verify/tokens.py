"""Cut C text into tokens, or say at which character it stops being integer arithmetic.

>>> [token.text for token in tokenize("0x1F*threadIdx.x>>2")]
['0x1F', '*', 'threadIdx.x', '>>', '2', '']
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..errors import ParseError
from .integers import ALIASES, literal_type

__all__ = ["Token", "read_number", "refused_keyword", "tokenize"]

# A number is cut as C cuts it (a "preprocessing number"), so that 0x1e+3 is one bad token and not a sum.
_TOKEN = re.compile(
    r"""(?P<blank>[ \t\r\n\f\v]+)
    |(?P<number>\.?[0-9](?:[eEpP][+-]|'?[0-9A-Za-z_]|\.)*)
    |(?P<name>[A-Za-z_][0-9A-Za-z_]*(?:\.[A-Za-z_][0-9A-Za-z_]*)*)
    |(?P<comment>//|/\*)
    |(?P<operator><<=|>>=|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||::|[-+*/%&|^]=|[-+*/%&|^~!<>?:()=,;.\[\]{}])""",
    re.VERBOSE,
)

_NUMBER = re.compile(
    r"""(?:0[xX](?P<hexadecimal>[0-9a-fA-F](?:'?[0-9a-fA-F])*)
    |0[bB](?P<binary>[01](?:'?[01])*)
    |(?P<octal>0(?:'?[0-7])*)
    |(?P<decimal>[1-9](?:'?[0-9])*))
    (?P<suffix>[uU](?:ll|LL|[lL])?|(?:ll|LL|[lL])[uU]?)?""",
    re.VERBOSE,
)
_FLOAT = re.compile(r"(?!0[xXbB])(?:.*\.|[0-9']+[eE]|[0-9']+[fF]$)|0[xX].*[.pP]")
_BASES = {"hexadecimal": 16, "binary": 2, "octal": 8, "decimal": 10}

_TYPE_WORDS = {"char", "short", "int", "long", "signed", "unsigned", "bool", *ALIASES}
_OTHER_TYPES = {"float", "double", "void", "auto", "wchar_t", "char8_t", "char16_t", "char32_t"}
_KEYWORDS = """
alignas alignof and and_eq asm bitand bitor break case catch class compl concept const const_cast consteval constexpr
constinit continue co_await co_return co_yield decltype default delete do dynamic_cast else enum explicit export extern
false for friend goto if inline mutable namespace new noexcept not not_eq nullptr operator or or_eq private protected
public register reinterpret_cast requires restrict return sizeof static static_assert static_cast struct switch template
this thread_local throw true try typedef typeid typename union using virtual volatile while xor xor_eq
"""
_OTHER_SPELLINGS = {"true": "1", "false": "0", "and": "&&", "or": "||", "not": "!"}
_OTHER_SPELLINGS |= {"bitand": "&", "bitor": "|", "xor": "^", "compl": "~", "not_eq": "!="}
_RESERVED = {*_KEYWORDS.split(), *_TYPE_WORDS, *_OTHER_TYPES}


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text: its kind, its characters and their offset.

    The kinds are number, name, type (a word of one), cast (``static_cast``), keyword (any other), operator and end.
    """

    kind: str
    text: str
    position: int


def tokenize(text: str) -> list[Token]:
    """Return the tokens of ``text`` with an end token after them; ParseError at the first foreign character."""
    tokens = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise _foreign(text, position)
        kind = match.lastgroup or ""
        if kind == "comment":
            raise ParseError("comments are not read: give the expression alone", text, position)
        if kind == "name":
            kind = _kind_of_name(match.group())
        if kind != "blank":
            tokens.append(Token(kind, match.group(), position))
        position = match.end()
    tokens.append(Token("end", "", len(text.rstrip())))
    return tokens


def _foreign(text: str, position: int) -> ParseError:
    character = text[position]
    if character in "'\"":
        return ParseError("character and string literals are not read: only integers are", text, position)
    return ParseError(f"{character!r} does not belong in an integer expression", text, position)


def _kind_of_name(name: str) -> str:
    if name in _TYPE_WORDS:
        return "type"
    if name == "static_cast":
        return "cast"
    return "keyword" if any(word in _RESERVED for word in name.split(".")) else "name"


def refused_keyword(name: str) -> str:
    """Return why a keyword token is not read.

    >>> refused_keyword("xor")
    "'xor' is not read: write ^"
    """
    word = next(word for word in name.split(".") if word in _RESERVED)
    if word in _OTHER_TYPES:
        return f"{word!r} is not an integer type"
    if word in _OTHER_SPELLINGS:
        return f"{word!r} is not read: write {_OTHER_SPELLINGS[word]}"
    return f"{word!r} is a keyword, not the name of a value"


def read_number(token: Token, text: str) -> tuple[int, int, str]:
    """Return value, base and suffix (in lower case, u first) of a number token.

    >>> read_number(Token("number", "0x1'0LU", 0), "0x1'0LU")
    (16, 16, 'ul')
    """
    match = _NUMBER.fullmatch(token.text)
    if match is None:
        raise ParseError(_fault_of_number(token.text), text, token.position)
    name, digits = next((name, match[name]) for name in _BASES if match[name])
    base = 10 if digits == "0" else _BASES[name]  # a lone 0 is octal to C, to no effect
    digits = digits.replace("'", "").lstrip("0")
    suffix = "".join(sorted((match["suffix"] or "").lower(), reverse=True))
    value = int(digits or "0", base) if len(digits) <= 64 else 1 << 64
    if literal_type(value, base, suffix) is None:
        raise ParseError("this number is too large for every C integer type", text, token.position)
    return value, base, suffix


def _fault_of_number(number: str) -> str:
    number = number if len(number) <= 40 else f"{number[:40]}..."
    if re.match(r"0[xX][0-9a-fA-F']*[eE][+-]", number):
        return f"C reads {number!r} as one malformed number: put a blank before the sign"
    if _FLOAT.match(number):
        return f"{number!r} is a floating-point number; only integers are read"
    if re.match(r"0[0-9']*[89]", number):
        return f"{number!r} begins with 0, so it is octal, but has a digit above 7"
    return f"{number!r} is not a C integer literal"
