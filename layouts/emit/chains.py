"""The ways to write a layout or a chain: digits over the integers, bits over F2, and swizzles after either.

A chain is written from its first map to its last.  Where it is a layout over F2 as a whole, it is written as one as
well; and a layout over F2 that is one swizzle after a plain layout also as that.  The cheapest is taken in the end.
"""

from __future__ import annotations

from ..codomain import axes, coprofile
from ..composed import ComposedLayout
from ..errors import LayoutError
from ..inttuple import unflatten
from ..layout import Layout, modes
from ..linearity import bit_images, is_carry_free
from ..module import F2, Z, Zn
from ..swizzle import Swizzle
from ..swizzled import swizzled_forms
from .bits import bit_choices, joined
from .sums import sum_choices

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from .bits import Choice
    from .terms import Graph, Term

__all__ = ["axis_layouts", "choices_of", "is_coordinates"]

_WORTH, _MOST_BITS = 5, 24


def is_coordinates(value: Any) -> bool:
    """Tell whether some map of a chain gives coordinates."""
    while isinstance(value, ComposedLayout):
        if isinstance(value.outer, Layout) and value.outer.over is Zn:
            return True
        value = value.inner
    return bool(value.over is Zn)


def axis_layouts(layout: Layout) -> list[tuple[str, Layout]]:
    """Return the layouts over Z whose values are the entries of the coordinates, named ``x0``, ``x2_1``, ..."""
    rows = axes(layout._d)
    zeros = (0,) * len(layout._d)
    found: list[tuple[str, Layout]] = []
    waiting: list[tuple[tuple[int, ...], Any]] = [((), coprofile(layout._d))]
    while waiting:
        path, tree = waiting.pop()
        if isinstance(tree, tuple):
            waiting += [((*path, axis), child) for axis, child in reversed(list(enumerate(tree)))]
        else:
            strides = unflatten(rows.get(path, zeros), layout.shape)
            found.append(("x" + "_".join(map(str, path)), Layout(layout.shape, strides)))
    return found


def choices_of(graph: Graph, sources: Sequence[Term], value: Layout | ComposedLayout, whole: bool) -> list[Choice]:
    """Return the ways to write a value at its modes, or at its index where ``whole``."""
    if isinstance(value, Layout):
        return _layout_choices(graph, sources, value, whole)
    found: list[Choice] = []
    known = value.as_layout()
    if known is not None and known.over in (Z, F2):
        found += _layout_choices(graph, sources, known, whole)
    try:
        found += _chain_choices(graph, sources, value, whole)
    except LayoutError:
        if not found:
            raise
    return found


def _chain_choices(graph: Graph, sources: Sequence[Term], chain: ComposedLayout, whole: bool) -> list[Choice]:
    inner = [(label, joined(graph, terms)) for label, terms in choices_of(graph, sources, chain.inner, whole)]
    found: list[Choice] = []
    refused: LayoutError | None = None
    for label, term in _distinct(inner):
        moved = graph.add(term, graph.number(chain.offset))
        try:
            found += [(f"{label}{how}", terms) for how, terms in _applied(graph, moved, chain.outer)]
        except LayoutError as error:
            refused = refused or error
    if refused is not None and not found:
        raise refused
    return found


def _distinct(terms: list[tuple[str, Term]]) -> list[tuple[str, Term]]:
    """Return each term once, the cheapest four."""
    known = {id(term): (label, term) for label, term in reversed(terms)}
    return sorted(known.values(), key=lambda item: item[1].tree)[:4]


def swizzled(graph: Graph, term: Term, swizzle: Swizzle) -> Term:
    """Return the swizzle of a term."""
    if term.low < 0:
        masked = graph.band(term, swizzle.source)
        return graph.xor(term, graph.shifted(masked, -swizzle.shift))
    moved = graph.part(term, swizzle.source, -swizzle.shift)
    return joined(graph, [term, moved])


def _applied(graph: Graph, term: Term, outer: Swizzle | Layout | None) -> list[Choice]:
    """Return the ways to write a map at the value of a term, which may lie beyond the size of a layout."""
    if outer is None:
        return [("", (term,))]
    if isinstance(outer, Swizzle):
        return [(", swizzled", (swizzled(graph, term, outer),))]
    if outer.over is Z:
        return [(f", then {name}", (found,)) for name, found in sum_choices(graph, [term], [_modes(outer)], 0)]
    if term.low < 0 or outer.over is Zn:
        raise LayoutError(f"emit: the digits of a value from {term.low} on are not defined in {outer}", term.low)
    images = [outer(1 << k) for k in range(term.bits.bit_length())]
    return [(f", then {name}", terms) for name, terms in bit_choices(graph, [term], [images], 0)]


def _layout_choices(graph: Graph, sources: Sequence[Term], layout: Layout, whole: bool) -> list[Choice]:
    parts = [layout] if whole else list(layout)
    found: list[Choice] = []
    if layout.over is Z:
        low, high = layout.bounds()
        for name, term in sum_choices(graph, sources, list(map(_modes, parts)), 0):
            found.append((name, (graph.known(term, low, high),)))
    if layout.over is F2 or is_carry_free(layout):
        found += bit_choices(graph, sources, [bit_images(part) for part in parts], 0)
    if layout.over is F2 and layout.size.bit_length() <= _MOST_BITS:
        cost = min([joined(graph, terms).tree for _, terms in found])
        for form in swizzled_forms(layout)[:4] if cost > _WORTH else ():
            found += _chain_choices(graph, sources, form, whole)
    return found


def _modes(layout: Layout) -> list[tuple[int, int]]:
    return list(zip(*modes(layout), strict=True))
