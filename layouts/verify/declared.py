"""The types of variables: ``int`` unless the name says otherwise, as ``unsigned tid`` and ``threadIdx.x`` do.

>>> domain, kinds = read_domain({"unsigned tid": 8, "threadIdx.x": 32, "i": 4}.items())
>>> print(domain)
tid in 0..7, threadIdx.x in 0..31, i in 0..3
>>> kinds
{'tid': 'unsigned int', 'threadIdx.x': 'unsigned int'}
"""

from __future__ import annotations

import re

from ..errors import LayoutError, ParseError
from .domain import Domain, read_variable
from .integers import integer_type
from .shuffles import rebuilt
from .sources.code import read_type
from .syntax import Cast, Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from .syntax import Expression

__all__ = ["cast_names", "kind_of", "parted", "read_domain"]

#: What CUDA and HIP declare as unsigned.
BUILT_IN = re.compile(r"(threadIdx|blockIdx|blockDim|gridDim)\.[xyz]")


def parted(name: Any) -> tuple[Any, str]:
    """Return a variable's name, and the type that stands before it or that it has in CUDA; '' for int.

    >>> parted("uint8_t c"), parted("blockIdx.x"), parted("i")
    (('c', 'uint8_t'), ('blockIdx.x', 'unsigned int'), ('i', ''))
    """
    if not isinstance(name, str) or len(name.split()) < 2:
        return name, kind_of(name)
    *words, last = name.split()
    kind = read_type(words)
    if not kind:
        raise ParseError(f"{' '.join(words)!r} is no integer type", name, 0)
    if kind_of(last) not in ("", kind):
        raise ParseError(f"{last} is {kind_of(last)}", name, 0)
    return last, kind


def kind_of(name: Any) -> str:
    """Return the type that a name has by itself: unsigned for threadIdx and its like, '' for int."""
    return "unsigned int" if isinstance(name, str) and BUILT_IN.fullmatch(name) else ""


def read_domain(
    specs: Iterable[tuple[Any, Any]], dialect: str = "c", int_bits: int = 32
) -> tuple[Domain, dict[str, str]]:
    """Return the domain of some variables, and the types of those that are not plain.

    Raises: ParseError for a type that is none, and LayoutError for values that a type does not hold; as ``Domain`` and
    ``read_variable`` do.
    """
    variables, kinds = [], {}
    for given, spec in specs:
        name, kind = parted(given)
        if dialect != "c" and kind:
            if name != given:
                raise ParseError("a variable of Python has no type", given, 0)
            kind = ""
        variable = read_variable(name, spec)
        variables.append(variable)
        if not kind:
            continue
        kinds[name] = kind
        limits = integer_type(kind, int_bits)
        if variable.smallest < limits.low or variable.largest > limits.high:
            raise LayoutError(f"{name} is {kind}, which does not hold the values {variable}", spec)
    return Domain(variables), kinds


def cast_names(tree: Expression, kinds: dict[str, str]) -> Expression:
    """Return the tree with each variable that has a type of its own converted to it."""
    if not kinds:
        return tree

    def typed(node: Expression) -> Expression | None:
        if isinstance(node, Name) and node.name in kinds:
            return Cast(kinds[node.name], node, node.position, node.text)
        return None

    return rebuilt(tree, typed)
