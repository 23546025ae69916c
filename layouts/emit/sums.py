"""Digits over the integers as few operations: quotients, remainders and products, powers of two as masks and shifts.

A variable x with the modes (s0:d0, s1:d1, ...) has the digits q0 - s0 q1, q1 - s1 q2, ... where q is x divided by the
place of the digit and rounded down.  So every remainder can be traded for a change of the next factor.  By hand, rows
of 32 that are padded to 33: x % 32 + x / 32 * 33 is x + x / 32 * (33 - 32), which is ``x + (x >> 5)``.
"""

from __future__ import annotations

from itertools import product

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .terms import Graph, Term

    Modes = Sequence[tuple[int, int]]
    Pairs = list[tuple[Term, int]]

__all__ = ["sum_choices"]

_MOST = 6


def sum_choices(graph: Graph, sources: Sequence[Term], modes: Sequence[Modes], offset: int) -> list[tuple[str, Term]]:
    """Return terms that are ``offset`` plus the sum of all digits times their strides; the last digit is unbounded."""
    plain: Pairs = []
    short: Pairs = []
    for source, parts in zip(sources, modes, strict=True):
        ways = _ways(graph, source, parts)
        plain += ways[0]
        best: Pairs = min(ways, key=lambda way: _sum(graph, way, 0).tree)
        short += best
    found = [("digits", _sum(graph, plain, offset)), ("quotients", _sum(graph, short, offset))]
    return found if found[0][1] is not found[1][1] else found[:1]


def _ways(graph: Graph, x: Term, modes: Modes) -> list[Pairs]:
    """Return the digits of one variable as (term, factor), first as they are, then with remainders traded."""
    modes = [*[(s, d) for s, d in modes[:-1] if s > 1], *modes[-1:]]
    inner = len(modes) - 1
    if inner <= 0:
        return [[(x, d) for _, d in modes if d]]
    choices = list(product((False, True), repeat=inner)) if inner <= _MOST else [(False,) * inner, (True,) * inner]
    return [_traded(graph, x, modes, choice) for choice in choices]


def _traded(graph: Graph, x: Term, modes: Modes, choice: tuple[bool, ...]) -> Pairs:
    found: Pairs = []
    place, carried = 1, 0
    for k, (extent, stride) in enumerate(modes):
        if k == len(modes) - 1 or choice[k]:
            if stride + carried:
                found.append(_digit(graph, x, place, None, stride + carried))
            carried = -extent * stride
        else:
            if carried:
                found.append(_digit(graph, x, place, None, carried))
            if stride:
                found.append(_digit(graph, x, place, extent, stride))
            carried = 0
        place *= extent
    return found


def _digit(graph: Graph, x: Term, place: int, extent: int | None, stride: int) -> tuple[Term, int]:
    """Return a term and a factor whose product is x / place (% extent) * stride."""
    quotient = graph.divided(x, place) if place > 1 else x
    plain = quotient if extent is None else graph.rest(quotient, extent), stride
    if place & (place - 1) or stride % place or x.low < 0 or (extent or 1) & ((extent or 1) - 1):
        return plain
    mask = x.bits & -place if extent is None else (extent - 1) * place
    masked = graph.band(x, mask), stride // place
    return masked if _cost(*masked) < _cost(*plain) else plain


def _cost(term: Term, factor: int) -> int:
    return term.tree + (abs(factor) != 1)


def _sum(graph: Graph, pairs: Pairs, offset: int) -> Term:
    """Return the sum of products, equal factors together; what is subtracted comes last."""
    factors: dict[int, tuple[list[Term], list[Term]]] = {}
    for term, factor in pairs:
        factors.setdefault(abs(factor), ([], []))[factor < 0].append(term)
    added: list[tuple[int, Term]] = []
    taken: list[tuple[int, Term]] = []
    for factor, (positive, negative) in factors.items():
        total = _plus(graph, positive or negative)
        for term in negative if positive else ():
            total = graph.subtract(total, term)
        (added if positive else taken).append((factor, total))
    added.sort(key=lambda item: -item[0])
    taken.sort(key=lambda item: -item[0])
    if not added and taken and offset <= 0:
        factor, term = taken.pop(0)
        added.append((-factor, term))
    terms = [graph.times(term, factor) for factor, term in added]
    if offset > 0 and not terms:
        terms = [graph.number(offset)]
        offset = 0
    result = _plus(graph, terms) if terms else graph.number(0)
    for factor, term in taken:
        result = graph.subtract(result, graph.times(term, factor))
    return graph.add(result, graph.number(offset))


def _plus(graph: Graph, terms: list[Term]) -> Term:
    total = terms[0]
    for term in terms[1:]:
        total = graph.add(total, term)
    return total
