"""Maps as arrows: an inverse with the values that are missed, a complement that fills holes, a slice of a grid."""

from __future__ import annotations

from ...algebra.complement import complement
from ...algebra.inverse import inverse, left_inverse, right_inverse
from ...algebra.slice import slice_and_offset
from ...errors import LayoutError
from ...inttuple import _show, text, to_int
from ...layout import Layout, read_layout
from ...module import F2, Zn
from ..model import Arrow, Axis, Cell, Figure, Grid, Label, Links, Span
from ..palette import spread
from .grid import grids_of
from .parts import LIMIT, check_count, coordinate_text, named, value_text, values_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["complement_figure", "inverse_figure", "links_figure", "slice_figure"]

_MOST = 128
"""The most items of a column with arrows."""

_INVERSES = {"inverse": inverse, "left": left_inverse, "right": right_inverse}


def links_figure(layout: Any, *, limit: int = _MOST) -> Figure:
    """Return a map as arrows from its coordinates to its values; values between them that are missed are holes."""
    links = _links(layout, limit, named(layout))
    name = named(layout)
    missed = sum([cell.mark == "hole" for cell in links.right])
    alt = f"Arrows from each coordinate of {name} to its value; {missed} values in between are missed."
    return Figure(name, ((links,),), alt, _hole_legend(missed))


def _hole_legend(missed: int) -> tuple[Label, ...]:
    return (Label("missed: no coordinate has this value", None, "hole"),) if missed else ()


def _links(layout: Any, limit: int, title: str) -> Links:
    values = values_of(layout, limit)
    numbers = all([type(value) is int for value in values])
    places: list[Any] = sorted(set(values))
    if numbers and places[-1] - places[0] < 2 * limit:
        places = list(range(min(places[0], 0), places[-1] + 1))
    held = set(values)
    at = {value: k for k, value in enumerate(places)}
    count = max(len(values), 1)
    left = tuple(
        [
            Cell(
                coordinate_text(i, layout.shape), spread(i, count), "", f"index {i} has {value_text(v)}", value_text(v)
            )
            for i, v in enumerate(values)
        ]
    )
    first: dict[Any, int] = {}
    for i, value in enumerate(values):
        first.setdefault(value, i)
    right = tuple(
        [
            Cell(
                value_text(v),
                spread(first[v], count) if v in held else None,
                "" if v in held else "hole",
                "",
                value_text(v),
            )
            for v in places
        ]
    )
    arrows = tuple([Arrow(i, at[value]) for i, value in enumerate(values)])
    return Links(left, right, arrows, "coordinate", "value", title)


def inverse_figure(layout: Any, *, which: str | None = None, limit: int = _MOST) -> Figure:
    """Return a layout and its inverse as arrows, side by side.

    ``which`` is 'right' (values that are reached from 0 on), 'left' (every value back to an index that has it) or
    'inverse' (both); by default the first of inverse, left and right that there is.
    Raises: the error of the operation where there is no such inverse.
    """
    layout = read_layout(layout, "draw")
    check_count(named(layout), layout.size, limit)
    kind, back = _inverse_of(layout, which)
    forth = _links(layout, limit, f"L = {named(layout)}")
    word = {"inverse": "inverse", "left": "left inverse", "right": "right inverse"}[kind]
    check_count(f"the {word}", back.size, limit)
    values = values_of(layout, limit)
    held = set(values)
    backward = []
    for value in range(back.size):
        known = value in held
        backward.append((value, back(value), known))
    count = max(layout.size, 1)
    left = tuple(
        [
            Cell(str(v), spread(i, count) if known else None, "" if known else "hole", "", str(v))
            for v, i, known in backward
        ]
    )
    right = tuple(
        [Cell(coordinate_text(i, layout.shape), spread(i, count), "", "", str(values[i])) for i in range(count)]
    )
    arrows = tuple([Arrow(v, i, "", "") for v, i, known in backward if known and i < count])
    behind = Links(left, right, arrows, "value", "coordinate", f"{word}: {named(back)}")
    missed = sum([not known for _, _, known in backward]) + sum([cell.mark == "hole" for cell in forth.right])
    alt = (
        f"Left, arrows from the coordinates of {named(layout)} to its values. Right, its {word} {named(back)} takes "
        f"values back to coordinates."
    )
    return Figure(f"{named(layout)} and its {word}", ((forth, behind),), alt, _hole_legend(missed))


def _inverse_of(layout: Layout, which: str | None) -> tuple[str, Layout]:
    if which is not None:
        if which not in _INVERSES:
            raise LayoutError(f"draw: which is 'inverse', 'left' or 'right', not {_show(which)}", which)
        return which, _INVERSES[which](layout)
    refused: LayoutError | None = None
    for name in ("inverse", "left", "right"):
        try:
            return name, _INVERSES[name](layout)
        except LayoutError as error:
            refused = refused or error
    raise refused or LayoutError("draw: there is no inverse", layout)


def complement_figure(layout: Any, *, cotarget: Any = None, limit: int = LIMIT) -> Figure:
    """Return memory as a layout leaves it, and as the layout and its complement fill it: one tone for each copy.

    ``cotarget`` is the size up to which the complement fills; without it, the size of the memory that the layout spans.
    """
    layout = read_layout(layout, "draw")
    goal = layout.cosize if cotarget is None else to_int(cotarget, "the cotarget")
    other = complement(layout, goal)
    check_count(named(layout), layout.size * other.size, limit)
    own, starts = values_of(layout, limit), values_of(other, limit)
    if layout.over is Zn or min(own) < 0:
        raise LayoutError(f"draw: a tape has places 0, 1, 2, ..., and {layout} has others", layout)
    copies = {
        (value ^ start if layout.over is F2 else value + start): (k, i)
        for k, start in enumerate(starts)
        for i, value in enumerate(own)
    }
    length = max(max(copies) + 1, goal)
    check_count("the tape", length, limit)
    first, second = _filled(layout, own, starts, copies, length)
    name = named(layout)
    panels = (
        (_tape(first, f"{name} alone"),),
        (_tape(second, f"{name} moved by its complement {named(other)}"),),
    )
    alt = (
        f"Two tapes of {length} places. First {name}, with holes; then every copy of it that its complement "
        f"{named(other)} in {goal} makes, one tone for each: {len(starts)} copies fill the holes."
    )
    legend = [Label(f"copy {k}: + {start}", spread(k, len(starts))) for k, start in enumerate(starts[:8])]
    legend += [Label(f"... {len(starts)} copies")] if len(starts) > 8 else []
    return Figure(
        f"complement of {name} in {goal}: {named(other)}", panels, alt, (*legend, Label("hole", None, "hole"))
    )


def _filled(
    layout: Layout, own: list[int], starts: list[int], copies: dict[int, tuple[int, int]], length: int
) -> tuple[list[Cell], list[Cell]]:
    """Return the cells of the layout alone, and those of all its copies."""
    alone = {value: i for i, value in enumerate(own)}
    first, second = [], []
    for place in range(length):
        key = str(place)
        hole = Cell("", None, "hole", f"place {place} is a hole", key)
        i = alone.get(place)
        at = "" if i is None else coordinate_text(i, layout.shape)
        first.append(hole if i is None else Cell(at, 0, "", f"place {place}: {at}", key))
        found = copies.get(place)
        if found is None:
            second.append(hole)
            continue
        copy, index = found
        at = coordinate_text(index, layout.shape)
        said = f"place {place}: copy {copy}, coordinate {at}"
        second.append(Cell(f"{at}\n+{starts[copy]}", spread(copy, len(starts)), "", said, key))
    return first, second


def _tape(cells: list[Cell], title: str) -> Grid:
    places = tuple([Span(k, 1, str(k)) for k in range(len(cells))])
    return Grid(
        (tuple(cells),), Axis(), Axis("place in memory →", (places,)), (), (), title, 8 if len(cells) > 8 else 0
    )


def slice_figure(layout: Any, *, coordinate: Any, limit: int = 2**12) -> Figure:
    """Return which part of a layout a slice keeps: ``coordinate`` has None where a mode is kept."""
    layout = read_layout(layout, "draw")
    values = values_of(layout, limit)
    kept, offset = slice_and_offset(coordinate, layout)
    inside = _kept_indices(layout, coordinate)
    tones = {values[index]: 0 for index in inside}
    grids = grids_of(
        values,
        layout.shape,
        tones.get,
        marks=lambda index: "hit" if index in inside else "faint",
    )
    name = f"{named(layout)} at {named(_written(coordinate))}"
    found = f"{named(kept)} + {value_text(offset)}"
    items = values_of(kept, limit)
    part = Links(
        tuple([Cell(coordinate_text(i, kept.shape), 0) for i in range(len(items))]),
        tuple([Cell(value_text(value), 0, "", "", value_text(value)) for value in _moved(layout, offset, items)]),
        tuple([Arrow(i, i) for i in range(len(items))]),
        "coordinate of the slice",
        "offset",
        found,
    )
    panels: tuple[Any, ...] = (*grids, part) if len(items) <= _MOST else grids
    alt = (
        f"The grid of {named(layout)}; the {len(items)} cells of the slice {named(_written(coordinate))} are framed. "
        f"It is {found}."
    )
    return Figure(name, (panels,), alt, (Label("kept by the slice", 0, "hit"),))


def _written(coordinate: Any) -> Any:
    def shown(part: Any) -> Any:
        return tuple([shown(one) for one in part]) if isinstance(part, tuple) else "_" if part is None else part

    return text(shown(coordinate))


def _moved(layout: Layout, offset: Any, items: list[Any]) -> list[Any]:
    if layout.over is Zn:
        return [value_text(item) for item in items]
    return [offset ^ item if layout.over is F2 else offset + item for item in items]


def _kept_indices(layout: Layout, coordinate: Any) -> set[int]:
    """Return the indices of a layout that a slice keeps: those of the compact layout of the same shape."""
    kept, offset = slice_and_offset(coordinate, Layout(layout.shape))
    return {offset + kept(i) for i in range(kept.size)}
