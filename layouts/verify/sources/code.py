"""Blocks, statements and declarations of C++ code, as far as index math needs them.

A value is taken from a declaration only where it is plain what it is: ``int row = i / 8;`` in an enclosing block,
before the place of use, written nowhere else in the function.  Everything else is refused.

>>> from layouts.verify.sources.text import C_source
>>> code = Code(C_source("__device__ int f(int i) { const int row = i / 8; return row * 8; }", "a.cu"))
>>> at = code.source.code.index("return")
>>> found = code.find("row", at)
>>> found.value, found.type, code.find("i", at).type
('i / 8', 'int', 'int')
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..integers import spelled
from .text import SourceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .text import Source

__all__ = ["CONTROL", "Block", "Code", "Declaration", "declarations", "read_type", "top_level"]

CONTROL = ("if", "else", "for", "while", "do", "switch", "try", "catch", "case", "default", "goto", "break", "continue")
_WORDS = """
const constexpr consteval static inline volatile register extern thread_local mutable virtual explicit
__device__ __host__ __global__ __forceinline__ __noinline__ __inline__ __constant__ __shared__ __restrict__ __managed__
CUTE_HOST_DEVICE CUTE_DEVICE CUTLASS_DEVICE CUTLASS_HOST_DEVICE
"""
_SPECIFIERS = set(_WORDS.split())
_OTHER = ("return", "using", "typedef", "delete", "throw", "new", "co_return", "co_yield", "template")
_DECLARED = re.compile(
    r"\s*(?P<head>(?:[A-Za-z_]\w*(?:\s*::\s*[A-Za-z_]\w*)*[\s*&]+)*)(?P<name>[A-Za-z_]\w*)\s*(?:(?P<sign>=)(?!=)(?P<value>.*))?",
    re.DOTALL,
)
_CLASS = re.compile(r"\b(struct|class|union)\b[^()=]*$")
_ENUM = re.compile(r"^\s*(?:typedef\s+)?enum\b(?!\s+(?:class|struct)\b)")
_HEADED = re.compile(r"[(,;<]\s*((?:[A-Za-z_][\w:]*[\s*&]+)+)([A-Za-z_]\w*)\s*(?=[=,;):\[>])")
_BOUND = re.compile(r"\[((?:\s*&?\s*[A-Za-z_]\w*\s*(?:=[^\[\]]*)?,?)*\])")
_OPENING = {")": "(", "]": "[", "}": "{"}
_LABEL = re.compile(r"\s*(?:public|private|protected)\s*:(?!:)")


@dataclass(frozen=True, slots=True)
class Declaration:
    """A name that code declares: its type ('' where it is no plain integer type), and its value with its offset.

    ``value`` is None for parameters, loop variables and declarations without a value.
    """

    name: str
    type: str
    offset: int
    value: str | None = None
    at: int = 0
    constant: bool = False


@dataclass(slots=True)
class Block:
    """A pair of braces with what stands before it, and the statements directly inside."""

    header: int
    open: int
    close: int
    parent: int
    statements: list[tuple[int, int]]


class Code:
    """The blocks of a source, and where its names come from."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.blocks = _blocks(source.code)
        self.children: dict[int, list[Block]] = {}
        for block in self.blocks[1:]:
            self.children.setdefault(block.parent, []).append(block)

    def enclosing(self, offset: int) -> list[int]:
        """Return the numbers of the blocks around an offset, the whole file first."""
        inner = max(
            [k for k, b in enumerate(self.blocks) if b.open < offset <= b.close], key=lambda k: self.blocks[k].open
        )
        chain = [inner]
        while self.blocks[chain[-1]].parent >= 0:
            chain.append(self.blocks[chain[-1]].parent)
        return chain[::-1]

    def header(self, block: Block) -> str:
        """Return what stands before the braces of a block."""
        return self.source.code[block.header : block.open].strip() if block.open >= 0 else ""

    def function(self, offset: int) -> Block | None:
        """Return the outermost block around an offset that is neither a namespace nor a class."""
        for number in self.enclosing(offset)[1:]:
            if not _is_scope(self.header(self.blocks[number])):
                return self.blocks[number]
        return None

    def find(self, name: str, offset: int) -> Declaration | None:
        """Return the declaration of ``name`` that is seen at ``offset``, the innermost one, or None."""
        found: Declaration | None = None
        for number in self.enclosing(offset):
            block = self.blocks[number]
            here = [d for d in self._header_names(block) if d.name == name]
            everywhere = bool(_CLASS.search(self.header(block)))  # members are seen before they are declared
            places = [(start, stop) for start, stop in block.statements if stop < offset or everywhere]
            inside = [d for start, stop in places for d in self._declared(name, start, stop)]
            inside += self._braced(name, number, offset)
            if len(inside) > 1:
                raise SourceError(f"{name!r} is declared twice here", inside[1].offset)
            found = [found, *here, *inside][-1]
        return found

    def _braced(self, name: str, number: int, offset: int) -> list[Declaration]:
        """Return a declaration of ``name`` with a value in braces, directly inside a block; its value is not read."""
        word = re.escape(name)
        pattern = re.compile(rf"(?:[\w:]+(?:<[^;]*>)?[\s*&]+)+{word}\s*(?:\[[^\]]*\]\s*)?=?\s*")
        found = []
        for block in self.children.get(number, ()):
            header = self.source.code[block.header : block.open]
            if block.close < offset and name in header and pattern.fullmatch(header.strip()):
                found.append(Declaration(name, "", block.header + header.rindex(name)))
            elif _ENUM.search(header):
                shown = re.search(rf"\b{word}\b", self.source.code[block.open : block.close])
                found += [Declaration(name, "", block.open + shown.start())] if shown else []
        return found

    def _header_names(self, block: Block) -> Iterator[Declaration]:
        """Yield the parameters and loop variables of a block; their values are not known."""
        text = self.source.code[block.header : max(block.open, block.header)]
        for match in _HEADED.finditer(text):
            kind = "" if "*" in match[1] else read_type(match[1].replace("&", " ").split()) or ""
            yield Declaration(match[2], kind, block.header + match.start(2))
        for match in re.finditer(r",\s*([A-Za-z_]\w*)\s*(?==(?!=)|[,;\[{])", text):  # int j = 0, n = 5
            yield Declaration(match[1], "", block.header + match.start(1))
        for match in _BOUND.finditer(text):  # auto [row, col], and captures [row = ...]
            for name in re.finditer(r"[A-Za-z_]\w*(?=\s*[,\]=])", match[1]):
                yield Declaration(name[0], "", block.header + match.start(1) + name.start())

    def _declared(self, name: str, start: int, stop: int) -> list[Declaration]:
        text = self.source.code[start:stop]
        if not re.search(rf"\b{re.escape(name)}\b", text):
            return []
        found = declarations(text, start)
        if found is not None:
            return [d for d in found if d.name == name]
        label, word = r"^\s*(?:(?:case\b[^:?]*|default\s*):)?\s*", re.escape(name)
        pattern = label + rf"(?!return\b|delete\b|throw\b)(?:[\w:]+(?:<[^;]*>)?[\s*&]+)+{word}\s*(?:[({{=,\[]|$)"
        binding = rf"\bauto\s*&{{0,2}}\s*\[[^\]]*\b{word}\b[^\]]*\]\s*="
        shown = re.search(pattern, text) or re.search(binding, text)
        return [Declaration(name, "", start + shown.start())] if shown else []

    def written_again(self, declared: Declaration, offset: int) -> int | None:
        """Return where the value of a declaration may change within its function, or None."""
        function = self.function(offset)
        if function is None or declared.constant:
            return None
        body = self.source.code[function.open : function.close]
        name = re.escape(declared.name)
        sign = r"(?:=(?!=)|[-+*/%&|^]=|<<=|>>=|\+\+|--)"
        kinds = r"\b(?:\w+_t|int|long|short|char|unsigned)\s*\)"  # (N) & (x) is no cast; (T)&x may be one
        cast = rf"(?<!\w)\(\s*(?:[A-Za-z_][\w:\s<>,]*\*[*\s]*\)|[\w:\s]*?{kinds}|[A-Za-z_][\w:\s]*\)(?=&\w))"
        unary = rf"(?:[-=(,?:{{}}\[;!~+*/%|^<>]|&&|\breturn|{cast})"
        writes = (
            rf"\b{name}\b\s*{sign}|(?:\+\+|--)[\s(]*{name}\b|{unary}\s*(?<!&)&(?!&)[\s(]*{name}\b"
            rf"|\basm\b[^;]*\b{name}\b|>>[\s(]*{name}[\s)]*;"
            rf"|&[\s(]*\w+[\s)]*(?:=(?!=)[^;]*?\b{name}\b|[({{][\s(]*{name}\s*[;,)}}])"
            rf"|\b(?:swap|exchange|tie)\s*\([^;]*\b{name}\b"
        )
        found = [match.start() + match.group().rindex(declared.name) for match in re.finditer(writes, body)]
        found += [match.start() for match in re.finditer(rf"\b{name}\b", body) if _in_written(body, match, sign)]
        for place in sorted(found):
            at = function.open + place
            if at == declared.offset or self._in_own_loop(declared.name, at):
                continue
            if re.search(r"\[[^\[\]()]*&\s*$", body[:place]) and re.match(r"\w+\s*[],]", body[place:]):
                return at  # a lambda that captures it by reference
            other = self.find(declared.name, self._after(at))
            if other is None or other.offset == declared.offset:
                return at
        return None

    def _after(self, offset: int) -> int:
        """Return an offset behind the statement around ``offset``, where what it declares is seen."""
        block = self.blocks[self.enclosing(offset)[-1]]
        return next((stop + 1 for start, stop in block.statements if start <= offset < stop), offset)

    def _in_own_loop(self, name: str, offset: int) -> bool:
        """Tell whether an offset lies in the brackets of a ``for`` that declares the name itself."""
        code, depth = self.source.code, 0
        for at in range(offset - 1, max(-1, offset - 2000), -1):
            depth += (code[at] == ")") - (code[at] == "(")
            if depth < 0:
                rest = code[at + 1 : at + 400]
                declares = re.match(rf"\s*(?:\w+\s+)+{re.escape(name)}\s*=", rest)
                return bool(declares and re.search(r"\bfor\s*$", code[max(0, at - 20) : at]))
        return False


def _in_written(body: str, name: re.Match[str], sign: str) -> bool:
    """Tell whether a name is, or may be, what brackets around it stand for, and something is assigned to them.

    ``(x) = 3``, ``(y, x) = 3`` and ``++(c ? x : y)`` are; ``tile(y, x) = 3``, ``*(p + x) = 3`` and ``if (x) ++y`` not.
    """
    start, stop = name.span()
    while True:
        first, last = _bracket(body, start, -1), _bracket(body, stop - 1, 1)
        if first is None or last is None:
            return False
        inside = body[first + 1 : last]
        if inside.strip(" \t\r\n()") != name.group() and "," not in inside and "?" not in inside:
            return False
        word = re.search(r"(\w*)\s*$", body[max(0, first - 80) : first])
        before = word[1] if word else ""
        if before in ("if", "while", "for", "switch"):
            return False  # if (x) ++y;
        if before not in ("", "return", "else", "do"):
            return False
        if re.match(rf"\s*{sign}", body[last + 1 : last + 200]):
            return True
        if re.search(r"(\+\+|--)\s*$", body[max(0, first - 80) : first]):
            return True
        start, stop = first, last + 1


def _bracket(body: str, at: int, step: int) -> int | None:
    """Return where the round bracket around a place opens (step -1) or closes (step 1), or None."""
    inner, outer = ")(" if step < 0 else "()"
    depth = 0
    at += step
    while 0 <= at < len(body) and body[at] not in ";{}":
        if body[at] == outer:
            if depth == 0:
                return at
            depth -= 1
        depth += body[at] == inner
        at += step
    return None


def _is_scope(header: str) -> bool:
    """Tell whether braces after such a text hold declarations only: a namespace or a class."""
    return header == "" or bool(re.search(r"\b(namespace|struct|class|union|enum|extern)\b[^()=]*$", header))


def _blocks(code: str) -> list[Block]:
    """Return the blocks of a text, the whole text first; unbalanced braces end with the text."""
    blocks = [Block(0, -1, len(code), -1, [])]
    stack: list[tuple[str, int]] = [("{", 0)]
    begin, waiting = [0], {"(": 0, "[": 0, "{": 0}
    for match in re.finditer(r"[(){}\[\];]", code):
        sign, at = match.group(), match.start()
        number = stack[-1][1]
        if sign in waiting:
            waiting[sign] += 1
        if sign in "([":
            stack.append((sign, number))
        elif sign == "{":
            blocks.append(Block(begin[number], at, len(code), number, []))
            begin.append(at + 1)
            stack.append(("{", len(blocks) - 1))
        elif sign == ";":
            if stack[-1][0] == "{":
                blocks[number].statements.append((begin[number], at))
                begin[number] = at + 1
        elif waiting[_OPENING[sign]]:
            while stack[-1][0] != _OPENING[sign]:
                waiting[stack.pop()[0]] -= 1
            waiting[_OPENING[sign]] -= 1
            _, closed = stack.pop()
            if sign == "}":
                blocks[closed].close = at
                begin[blocks[closed].parent] = at + 1
    return blocks


def read_type(words: list[str]) -> str | None:
    """Return the integer type that words spell, '' for ``auto``, None for another; specifiers are passed over.

    >>> read_type(["static", "constexpr", "unsigned", "int"]), read_type(["auto"]), read_type(["float"])
    ('unsigned int', '', None)
    """
    rest = [word.removeprefix("std::") for word in words if word not in _SPECIFIERS]
    if rest == ["auto"]:
        return ""
    if rest in (["uint"], ["unsigned"]):
        return "unsigned int"
    return spelled(rest) if rest and len(rest) <= 4 else None


def top_level(text: str, signs: str) -> list[int]:
    """Return where one of some characters stands outside of all brackets."""
    depth, found = 0, []
    for at, character in enumerate(text):
        if character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
        elif depth == 0 and character in signs:
            found.append(at)
    return found


def declarations(text: str, offset: int) -> list[Declaration] | None:
    """Return what a statement declares, as ``int row = i / 8, col = i % 8``; None where it is no declaration.

    An assignment without a type is none either.
    """
    label = _LABEL.match(text)
    if label:
        text, offset = text[label.end() :], offset + label.end()
    parts, start = [], 0
    for at in [*top_level(text, ","), len(text)]:
        parts.append((text[start:at], offset + start))
        start = at + 1
    found: list[Declaration] = []
    kind, constant = "", False
    for number, (part, place) in enumerate(parts):
        match = _DECLARED.fullmatch(part)
        if match is None or (number and match["head"].strip()):
            return None
        if number == 0:
            words = re.sub(r"\s*::\s*", "::", match["head"]).split()
            if not [w for w in words if w not in _SPECIFIERS] or words[0] in (*CONTROL, *_OTHER):
                return None
            kind = "" if re.search(r"[*&]", match["head"]) else read_type(words) or ("auto" if "auto" in words else "")
            constant = "const" in words or "constexpr" in words
        value, at = match["value"], place + (match.start("value") if match["sign"] else 0)
        if value is not None:
            at += len(value) - len(value.lstrip())
            value = value.strip()
        found.append(Declaration(match["name"], kind, place + match.start("name"), value, at, constant))
    return found
