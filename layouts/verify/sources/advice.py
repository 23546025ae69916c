"""One suggestion for a claim that fails: a step that would do, a size that would do, how C reads the text.

Each is true of the expression at hand; where nothing is known to help there is no suggestion.
"""

from __future__ import annotations

from dataclasses import replace

from ...errors import LayoutError
from ...layout import Layout
from ..syntax import Binary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..verdict import Verdict
    from .bind import Bound

__all__ = ["exchanges", "for_collision", "for_difference", "for_outside"]

_MOST = 12


def for_collision(bound: Bound, verdict: Verdict) -> str:
    """Return a step that keeps the variables apart, where the expression is a sum of multiples of them."""
    layout = verdict.layout
    if not isinstance(layout, Layout) or verdict.cute is None:
        return precedence(bound)
    modes = list(layout) if len(bound.variables) > 1 else [layout]
    rows = []
    for name, mode in zip(bound.variables, modes, strict=True):
        if not isinstance(mode.stride, int) or not isinstance(mode.shape, int) or mode.stride < 0:
            return ""
        if mode.shape > 1:
            rows.append((mode.stride, mode.shape, name))
    reach, inner = 0, ""
    for step, extent, name in sorted(rows):
        if step <= reach or step == 0:
            if not inner:
                return f"{name} does not move the value"
            apart = f"a step of {reach + 1} keeps them apart"
            return f"{name} steps by {step}, and {inner} reaches over {reach + 1} values: {apart}"
        reach += step * (extent - 1)
        inner = name if not inner else f"{inner} with {name}"
    return ""


def for_outside(bound: Bound, verdict: Verdict) -> str:
    """Return the size that holds all values, or how C reads the text."""
    said = precedence(bound)
    if said:
        return said
    low, high = verdict.minimum or 0, verdict.maximum or 0
    return (
        f"the smallest value is {low}" if low < 0 else f"the largest value is {high}: a buffer of {high + 1} holds all"
    )


def for_difference(bound: Bound, verdict: Verdict) -> str:
    """Return what the expression is instead."""
    if verdict.cute is not None or verdict.swizzled:
        return f"it is {verdict.cute or verdict.swizzled[0]}"
    return precedence(bound)


def exchanges(bound: Bound) -> Iterator[tuple[str, str, Bound]]:
    """Yield (name, other name, the annotation with one use of the first replaced) for the constants in an expression.

    Only a few, and only for domains that are small enough to look at again and again.
    """
    from ..tokens import tokenize

    points = 1
    for values in bound.variables.values():
        points *= len(values)
    if bound.dialect != "c" or points > 2**16:
        return
    varying = set(bound.variables)
    constants = []
    for name, text in bound.lets:
        names = {token.text for token in tokenize(text) if token.kind == "name"}
        if names & varying:
            varying.add(name)
        else:
            constants.append(name)
    tokens = [token for token in tokenize(bound.expression) if token.kind == "name" and token.text in constants]
    pairs = [(token, other) for token in tokens for other in constants if other != token.text]
    for token, other in pairs[:_MOST]:
        end = token.position + len(token.text)
        text = bound.expression[: token.position] + other + bound.expression[end:]
        yield token.text, other, replace(bound, expression=text, dialect="c", text="")


def precedence(bound: Bound) -> str:
    """Return how C groups an expression in which + and the operators on bits meet without parentheses."""
    if bound.dialect != "c":
        return ""
    from ..expression import parse_expression

    try:
        tree = parse_expression(bound.text)
    except LayoutError:
        return ""
    for node in tree.postorder():
        if not isinstance(node, Binary) or node.operator not in ("&", "|", "^", "<<", ">>"):
            continue
        for side in (node.left, node.right):
            if not isinstance(side, Binary) or side.operator not in ("+", "-"):
                continue
            if _bracket(bound.text, side.position) == _bracket(bound.text, node.position):
                return f"'{side.operator}' binds before '{node.operator}': C reads ({side}) {node.operator} ..."
    return ""


def _bracket(text: str, position: int) -> int:
    """Return the place of the innermost bracket around a position, -1 for none."""
    depth = 0
    for at in range(position - 1, -1, -1):
        depth += (text[at] == ")") - (text[at] == "(")
        if depth < 0:
            return at
    return -1
