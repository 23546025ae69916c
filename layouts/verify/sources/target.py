"""What an annotation is about: the expression that follows it, and what the names in it mean there.

A target is found by the form of what follows: a declaration or an assignment, ``return``, an array element, a function
with one return, a macro with parameters.  Where it is not plain which expression is meant, the annotation is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...errors import EvaluationError, ParseError
from ..evaluate import evaluate
from ..expression import parse_expression
from ..syntax import Name
from .code import CONTROL, Block, Code, Declaration, declarations, read_type, top_level
from .text import Source, SourceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..syntax import Expression
    from .language import Request
    from .text import Directive

__all__ = ["CScope", "Meaning", "Target"]

_LONGEST = 20_000
_BUILTIN = re.compile(r"(threadIdx|blockIdx|blockDim|gridDim)\.[xyz]")
_SUGGEST = "write the expression in the comment: 'layouts: expr ...'"
_ACCESS = re.compile(r"(?P<name>[A-Za-z_]\w*(?:(?:\.|->)[A-Za-z_]\w*)*)\s*\[")
_FUNCTION = re.compile(
    r"(?P<head>.*?)(?P<name>operator\s*\(\s*\)|[A-Za-z_]\w*|\])\s*(?P<open>\()(?P<parameters>[^()]*(?:\([^()]*\)[^()]*)*)\)"
    r"(?P<after>(?:\s*(?:const|noexcept|override|final|mutable|constexpr|__device__|__host__))*)"
    r"\s*(?:->\s*(?P<result>[\w:\s]+?))?\s*",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Meaning:
    """The value of a name: an expression, its offset, the type it is converted to, where it is seen from."""

    text: str
    offset: int
    type: str
    seen: int


@dataclass(frozen=True, slots=True)
class Target:
    """An expression of a file: the names that it goes by, its offset, the type it is converted to ('' for none)."""

    names: tuple[str, ...]
    text: str
    offset: int
    type: str = ""
    parameters: tuple[str, ...] = ()


class CScope:
    """The code around the annotations of one file in C, C++, CUDA or HIP."""

    dialect = "c"

    def __init__(self, source: Source) -> None:
        self.code = Code(source)
        self.source = self.code.source
        self.macros: dict[str, list[Directive]] = {}
        for directive in self.source.directives:
            word = re.match(r"\s*([A-Za-z_]\w*)", directive.rest)
            if directive.name in ("define", "undef") and word:
                self.macros.setdefault(word[1], []).append(directive)

    # -- the expression that follows -----------------------------------------------------------------------------------

    def target(self, request: Request) -> Target:
        """Return the expression that follows an annotation.

        Raises: SourceError where there is none, or where it is not plain which one is meant.
        """
        code = self.source.code
        start = request.stop
        while start < len(code) and code[start].isspace():
            start += 1
        for directive in self.source.directives:
            if request.stop <= directive.offset < start:
                if directive.name == "define":
                    return self._macro(directive)
                self._no_condition(directive)
        if start >= len(code) or code[start] == "}":
            raise SourceError("no expression follows this annotation", request.offset)
        stop, sign = self._end(start)
        if sign == "{" and self._is_function(code[start:stop]):
            target = self._function(start, stop)
        elif sign == ";":
            target = self._statement(request, start, stop)
        else:
            raise SourceError(f"what follows is neither an expression nor a function; {_SUGGEST}", start)
        for directive in self.source.directives:
            if start <= directive.offset < target.offset + len(target.text):
                self._no_condition(directive)
        return target

    def place(self, request: Request) -> int:
        """Return the offset from which an expression in the annotation itself is seen."""
        return request.stop

    def _no_condition(self, directive: Directive) -> None:
        if directive.name in ("if", "ifdef", "ifndef", "else", "elif", "endif", "elifdef", "elifndef", "include"):
            raise SourceError(f"#{directive.name} stands between the annotation and its expression", directive.offset)

    def _end(self, start: int) -> tuple[int, str]:
        """Return where the statement or the header at ``start`` ends, and the sign there."""
        code, depth = self.source.code, 0
        for at in range(start, min(len(code), start + _LONGEST)):
            if code[at] in "([":
                depth += 1
            elif code[at] in ")]":
                depth -= 1
            elif depth == 0 and code[at] in ";{}":
                return at, code[at]
        raise SourceError("the statement that follows has no end", start)

    def _is_function(self, header: str) -> bool:
        return (
            len(header) < 2000
            and _FUNCTION.fullmatch(header) is not None
            and header.split()[0].split("(")[0] not in CONTROL
        )

    def _function(self, start: int, stop: int) -> Target:
        code = self.source.code
        match = _FUNCTION.fullmatch(code[start:stop])
        block = next(b for b in self.code.blocks if b.open == stop)
        if match is None or match["name"] in CONTROL:
            raise SourceError("what follows is not a function", start)
        value, offset = self._returned(block, start)
        name, kind = match["name"], match["result"]
        if name == "]":
            declared = re.search(r"([A-Za-z_]\w*)\s*=\s*\[[^\]]*$", match["head"])
            name, kind = declared[1] if declared else "", kind or "auto"
        elif kind is None:
            head = re.sub(r"template\s*<[^{}]*>|\[\[.*?\]\]|__\w+__\s*\([^)]*\)|\"\s*\"|\bextern\b", " ", match["head"])
            kind = "" if re.search(r"[*&]", head) else re.sub(r"\s*::\s*", "::", head)
            kind = re.sub(r"([\w:]*::)(?!\w)", "", kind)
        known = read_type(kind.split())
        if known is None:
            raise SourceError(f"the function returns {kind.strip() or 'no integer'!r}, which is no integer type", start)
        parameters = [re.search(r"([A-Za-z_]\w*)\s*(?:=.*)?$", p.strip()) for p in match["parameters"].split(",")]
        return Target((name,), value, offset, known, tuple([p[1] for p in parameters if p]))

    def _returned(self, block: Block, start: int) -> tuple[str, int]:
        """Return the expression of the only ``return`` of a function."""
        code = self.source.code
        returns = [m.start() for m in re.finditer(r"\breturn\b", code[block.open : block.close])]
        if len(returns) != 1:
            raise SourceError(f"the function has {len(returns)} returns; one is read", start)
        at = block.open + returns[0]
        for first, last in block.statements:
            if first <= at < last and not code[first:at].strip():
                text = code[at + 6 : last]
                return text.strip(), at + 6 + len(text) - len(text.lstrip())
        raise SourceError("the return of the function stands under a condition; only one path is read", at)

    def _macro(self, directive: Directive) -> Target:
        match = re.fullmatch(r"\s*([A-Za-z_]\w*)\(([^()]*)\)(.*)", directive.rest, re.DOTALL)
        if match is None:
            raise SourceError(f"a macro without parameters is a constant; {_SUGGEST}", directive.offset)
        self._single(match[1], directive.offset, directive.offset)
        body = match[3].replace("\\\n", "  ").replace("\\\r\n", "   ")
        skip = len(body) - len(body.lstrip())
        names = tuple([p.strip() for p in match[2].split(",")])
        return Target((match[1],), body.strip(), directive.at + match.start(3) + skip, "", names)

    def _statement(self, request: Request, start: int, stop: int) -> Target:
        text = self.source.code[start:stop]
        word = re.match(r"[A-Za-z_]\w*", text)
        if word and word[0] in CONTROL:
            raise SourceError(f"{word[0]!r} follows; put the annotation directly before the expression", start)
        if word and word[0] == "return":
            return self._return_statement(text, start)
        declared = declarations(text, start)
        if declared is not None:
            return self._declared(request, declared, start)
        signs = [at for at in top_level(text, "=") if text[at + 1 : at + 2] != "=" and text[at - 1 : at] not in "=!<>"]
        shifts = [at for at in top_level(text, "=") if text[at - 2 : at] in ("<<", ">>")]
        left = text[: (signs + shifts + [len(text)])[0]]
        access = self._left_access(left, start)
        if access is not None and (signs or shifts):
            others = [a for a in self._accesses(text, start) if a.offset != access.offset]
            return self._chosen(request, [access, *others], start)
        if re.fullmatch(r"\s*[A-Za-z_]\w*\s*", left) and signs:
            return self._assigned(request, left, text[signs[0] + 1 :], start + signs[0] + 1, start)
        return self._chosen(request, self._accesses(text, start), start)

    def _return_statement(self, text: str, start: int) -> Target:
        function = self.code.function(start)
        header = "" if function is None else self.code.header(function)
        value = text[6:]
        offset = start + 6 + len(value) - len(value.lstrip())
        inner = self.code.blocks[self.code.enclosing(start)[-1]]
        if function is None or inner is not function or not self._is_function(header):
            raise SourceError(f"it is not plain what this 'return' returns from; {_SUGGEST}", start)
        found = self._function(
            function.open - len(self.source.code[function.header : function.open].lstrip()), function.open
        )
        return Target(found.names, value.strip(), offset, found.type, found.parameters)

    def _declared(self, request: Request, declared: list[Declaration], start: int) -> Target:
        chosen = [d for d in declared if d.value is not None and request.name in ("", d.name)]
        if len(chosen) != 1:
            accesses = [a for d in declared if d.value for a in self._accesses(d.value, d.at)]
            if request.name and accesses:
                return self._chosen(request, accesses, start)
            names = ", ".join([d.name for d in declared])
            raise SourceError(f"what follows declares {names}; name the one that is meant, with a value", start)
        (one,) = chosen
        value = one.value or ""
        if "[" in value and (one.type == "" or not request.name):
            if one.type not in ("", "auto"):
                raise SourceError(f"name what is meant, {one.name} or the array", start)
            return self._chosen(request, self._accesses(value, one.at), start)
        if one.type == "":
            raise SourceError(f"the type of {one.name!r} is no integer type that is known; {_SUGGEST}", start)
        return Target((one.name,), value, one.at, "" if one.type == "auto" else one.type)

    def _assigned(self, request: Request, left: str, value: str, at: int, start: int) -> Target:
        name = left.strip()
        found = self.code.find(name, start)
        if found is None or found.type in ("", "auto"):
            if "[" in value and request.name in ("", *[a.names[0] for a in self._accesses(value, at)]):
                return self._chosen(request, self._accesses(value, at), start)
            raise SourceError(f"the type of {name!r} is not known here; {_SUGGEST}", start)
        if "[" in value and request.name != name:
            raise SourceError(f"name what is meant, {name} or the array", start)
        return Target((name,), value.strip(), at + len(value) - len(value.lstrip()), found.type)

    def _left_access(self, left: str, start: int) -> Target | None:
        """Return the array element that all of ``left`` is, or None."""
        match = re.match(r"\s*\*?\s*", left)
        skip = match.end() if match else 0
        found = self._accesses(left[skip:], start + skip)
        whole = found and re.match(rf"\s*{re.escape(found[0].names[0])}\s*\[", left[skip:])
        return found[0] if whole else None

    def _accesses(self, text: str, offset: int) -> list[Target]:
        """Return the array elements in a text, the outer ones, each with its index."""
        found: list[Target] = []
        for match in _ACCESS.finditer(text):
            if found and offset + match.start() < found[-1].offset + len(found[-1].text):
                continue
            before = text[: match.start()].rstrip()
            if re.search(r"[\w>\]]$", before) and not re.search(r"\b(return|case)$|->$", before):
                raise SourceError(f"this declares an array; {_SUGGEST}", offset + match.start())
            inside = text[match.end() :]
            ends = [k for k, c in _depths(inside) if c < 0]
            if not ends:
                raise SourceError("this bracket is never closed", offset + match.end() - 1)
            if inside[ends[0] + 1 :].lstrip()[:1] == "[":
                raise SourceError(f"an element with two indices has no single index; {_SUGGEST}", offset + match.end())
            index = inside[: ends[0]]
            at = offset + match.end() + len(index) - len(index.lstrip())
            found.append(Target((match["name"], re.split(r"\.|->", match["name"])[-1]), index.strip(), at))
        return found

    def _chosen(self, request: Request, accesses: list[Target], start: int) -> Target:
        if not accesses:
            raise SourceError(f"no value and no array index is found in what follows; {_SUGGEST}", start)
        fitting = [a for a in accesses if not request.name or request.name in a.names]
        if len({a.text for a in fitting}) == 1:
            return fitting[0]
        names = ", ".join(dict.fromkeys([a.names[0] for a in accesses]))
        if not fitting:
            return accesses[0]  # whose name is then refused
        raise SourceError(f"there are several array indices here, of {names}; {_SUGGEST}", start)

    # -- reading -------------------------------------------------------------------------------------------------------

    def parse(self, text: str) -> Expression:
        """Return the tree of an expression of the file; backslashes at ends of lines are blanks."""
        tree = parse_expression(text.replace("\\\n", "  ").replace("\\\r\n", "   "))
        for node in tree.postorder():
            if type(node).__name__ == "Call" and getattr(node, "function", "") in self.macros:
                raise ParseError("this function is a macro of the file", text, node.position)
        return tree

    def value(self, text: str, lets: list[tuple[str, str]]) -> int:
        """Return the value of an expression without variables; an overflow is refused."""
        result = evaluate(self.parse(text), {}, [(name, self.parse(let)) for name, let in lets])
        if result.overflow is not None:
            raise EvaluationError(f"{result.overflow.value} is beyond {result.overflow.type}", result.overflow.value)
        return int(result.values)

    def names(self, tree: Expression) -> list[tuple[str, int]]:
        """Return the names in a tree with the place of each."""
        found: dict[str, int] = {}
        for node in tree.postorder():
            if isinstance(node, Name):
                found.setdefault(node.name, node.position)
        return list(found.items())

    # -- what names mean -----------------------------------------------------------------------------------------------

    def type_of(self, name: str, offset: int) -> str:
        """Return the type of a variable of an annotation: as declared, unsigned for threadIdx, else int."""
        if _BUILTIN.fullmatch(name):
            return "unsigned int"
        found = None if "." in name else self.code.find(name, offset)
        if found is None:
            return "int"
        if found.type in ("", "auto"):
            raise SourceError(
                f"the type of {name!r} is not plain; give it in the annotation, as in 'unsigned {name}:32'",
                found.offset,
            )
        return found.type

    def refuse(self, name: str) -> str:
        """Return why a name cannot be a variable of an annotation, '' where it can."""
        return f"{name!r} is a macro of the file" if name in self.macros else ""

    def declares(self, name: str, offset: int) -> bool:
        """Tell whether the code says what type a name has."""
        return bool(_BUILTIN.fullmatch(name)) or ("." not in name and self.code.find(name, offset) is not None)

    def meaning(self, name: str, offset: int) -> Meaning | None:
        """Return the value that a name has at ``offset``, or None where the file does not define it.

        Raises: SourceError where it is defined, and not plainly a value.
        """
        macro = self.macros.get(name)
        found = None if "." in name else self.code.find(name, offset)
        if macro:
            directive = self._single(name, offset, macro[-1].offset)
            if found is not None:
                raise SourceError(f"{name!r} is a macro and a variable", found.offset)
            return self._constant(name, directive, offset)
        if found is None:
            return None
        function = self.code.function(offset)
        if found.value is None:
            raise SourceError(
                f"{name!r} has no fixed value; make it a variable of the annotation, or give it 'with {name} = ...'",
                found.offset,
            )
        inside = function is not None and function.open < found.offset < function.close
        if not inside and not found.constant:
            raise SourceError(f"{name!r} is no constant; give it 'with {name} = ...'", found.offset)
        if not found.type:
            raise SourceError(f"{name!r} has a type that is not known; give it 'with {name} = ...'", found.offset)
        again = self.code.written_again(found, offset)
        if again is not None:
            raise SourceError(f"{name!r} is written again here; make it a variable of the annotation", again)
        under = self.source.under(found.offset)
        if under and under != self.source.under(offset):
            raise SourceError(f"{name!r} is defined under {under!r}; give it 'with {name} = ...'", found.offset)
        return Meaning(found.value, found.at, "" if found.type == "auto" else found.type, found.offset)

    def _single(self, name: str, seen: int, offset: int) -> Directive:
        """Return the only definition of a macro; ``seen`` is where it is used."""
        lines = self.macros[name]
        texts = {" ".join(line.rest.split()) for line in lines}
        if len(texts) > 1 or any(line.name == "undef" for line in lines):
            raise SourceError(f"{name!r} is defined more than once; give it 'with {name} = ...'", offset)
        if lines[0].under and lines[0].under != self.source.under(seen):
            raise SourceError(f"{name!r} is defined under {lines[0].under!r}; give it 'with {name} = ...'", offset)
        return lines[0]

    def _constant(self, name: str, directive: Directive, seen: int) -> Meaning:
        """Return the value of a macro; it is pasted as text, so it must hold together, and is seen from its use."""
        body = directive.rest.split(name, 1)[1]
        text = body.replace("\\\n", "  ").replace("\\\r\n", "   ").strip()
        at = directive.at + directive.rest.index(name) + len(name) + len(body) - len(body.lstrip())
        whole = text.startswith("(") and next((k for k, c in _depths(text[1:]) if c < 0), -1) == len(text) - 2
        if body.startswith("(") or not (whole or re.fullmatch(r"[A-Za-z_]\w*|[0-9][\w']*", text)):
            raise SourceError(f"the text of the macro {name!r} is neither a number nor in parentheses", directive.at)
        return Meaning(text, at, "", seen)


def _depths(text: str) -> list[tuple[int, int]]:
    depth, found = 0, []
    for at, character in enumerate(text):
        depth += (character in "([{") - (character in ")]}")
        found.append((at, depth))
        if depth < 0:
            break
    return found
