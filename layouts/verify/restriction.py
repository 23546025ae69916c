"""The layouts of a map that is known by cases: guessed from a few values, proved by comparing forms on all of them."""

from __future__ import annotations

from ..composed import ComposedLayout
from ..errors import LayoutError
from ..layout import Layout
from ..linearity import from_images, from_modes
from ..module import Z
from ..swizzle import Swizzle
from .aslayout import layout_run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .cases import CaseMap
    from .domain import Domain

    Modes = list[list[tuple[int, int]]]

__all__ = ["bits_of_cases", "larger_layout", "layout_of_modes", "merged", "sums_of_cases", "swizzled_pieces"]


def sums_of_cases(domain: Domain, found: CaseMap) -> tuple[int, Layout] | None:
    """Return (offset, layout over Z) with value = offset + layout(i), or None."""
    if not _all_plain(found):
        return None
    modes = _modes(domain, found, lambda index: found(index) - found(0))
    if modes is None:
        return None
    sizes = [_product(part) for part in modes]
    if sizes != [v.size for v in domain.variables]:
        return None
    offset, layout = found(0), layout_of_modes(modes)
    return (offset, layout) if found.is_run(layout_run(layout, offset, len(sizes))) else None


def larger_layout(domain: Domain, found: CaseMap) -> tuple[str, ComposedLayout | Layout] | None:
    """Return the larger layout of which the map is the beginning in every variable, as text and as an object."""
    if not _all_plain(found):
        return None
    modes = _modes(domain, found, lambda index: found(index) - found(0))
    if modes is None:
        return None
    offset, layout = found(0), layout_of_modes(modes)
    if not found.is_run(layout_run(layout, offset, len(modes))):
        return None
    ends = [
        f"{v.name} at positions below {v.size} of {_product(part)}"
        for v, part in zip(domain.variables, modes, strict=True)
        if _product(part) != v.size
    ]
    whole = layout if offset == 0 else ComposedLayout(None, offset, layout)
    return f"{whole} with {', '.join(ends)}", whole


def bits_of_cases(domain: Domain, found: CaseMap) -> tuple[int, Layout] | None:
    """Return (offset, layout over F2) with value = offset XOR layout(i), or None."""
    sizes = [v.size for v in domain.variables]
    if any([s & (s - 1) for s in sizes]) or found.bounds()[0] < 0:
        return None
    offset = found(0)
    images = tuple([found(1 << k) ^ offset for k in range(domain.size.bit_length() - 1)])
    layout = from_images(images, domain.shape)
    if any([found(index) != offset ^ layout(index) for index in _probes(domain.size)]):
        return None
    try:
        return (offset, layout) if found.is_run(layout_run(layout, offset, len(sizes))) else None
    except LayoutError:
        return None


def swizzled_pieces(domain: Domain, found: CaseMap) -> list[ComposedLayout]:
    """Return the single swizzles over a CuTe layout that are the map, on extents that are no powers of two.

    A term such as ``1 * (j0 ^ i0)`` beside ``8 * i0`` says that bit 3 goes to bit 0.
    """
    moves = set()
    for piece in found.pieces:
        terms = piece.forms[0].terms
        for atom, c in terms.items():
            if not isinstance(atom, int) or atom & (atom - 1) == 0:
                continue
            target = (c & -c).bit_length() - 1
            sources = [terms.get(1 << k, 0) for k in range(atom.bit_length()) if atom >> k & 1]
            moves |= {((s & -s).bit_length() - 1, target) for s in sources if s > 0 and c > 0}
    shifts = {source - target for source, target in moves}
    if len(shifts) != 1 or 0 in shifts:
        return []
    shift = shifts.pop()
    targets = sorted({target for _, target in moves})
    low = min(targets[0], targets[0] + shift)
    if len(targets) > abs(shift) or found.bounds()[0] < 0:
        return []
    swizzle = Swizzle(targets[-1] - targets[0] + 1, low, shift)
    modes = _modes(domain, found, lambda index: swizzle(found(index)) - swizzle(found(0)))
    if modes is None or swizzle(found(0)):
        return []
    sizes = [_product(part) for part in modes]
    if sizes != [v.size for v in domain.variables]:
        return []
    form = ComposedLayout(swizzle, 0, layout_of_modes(modes))
    return [form] if found.is_run(layout_run(form, 0, len(sizes))) else []


def _probes(size: int) -> list[int]:
    """Return some indices all over the domain, always the same; a guess that fails at one of them needs no proof."""
    found, state = [], 1
    for _ in range(48):
        state = (state * 6364136223846793005 + 1442695040888963407) % (1 << 64)
        found.append(state * size >> 64)
    return found


def _all_plain(found: CaseMap) -> bool:
    """Tell whether the forms are sums of digits alone."""
    return all([isinstance(a, int) and a & (a - 1) == 0 for piece in found.pieces for a in piece.forms[0].terms])


def _modes(domain: Domain, found: CaseMap, value: Callable[[int], int]) -> Modes | None:
    """Return for each variable the modes at the places where the cases cut it, merged where one goes on as another.

    A last mode that is cut short is rounded up.
    """
    places: list[set[int]] = [{1} for _ in domain.variables]
    for piece in found.pieces:
        for v, place, _ in piece.region.digits:
            places[v].add(place)
    result: Modes = []
    weight = 1
    for variable, cuts in zip(domain.variables, places, strict=True):
        ends = sorted([p for p in cuts if p < variable.size])
        modes: list[tuple[int, int]] = []
        for k, place in enumerate(ends):
            upper = ends[k + 1] if k + 1 < len(ends) else -(-variable.size // place) * place
            if upper % place:
                return None
            stride = value(place * weight)
            modes.append((upper // place, stride))
        modes = merged(modes)
        if len(modes) == 1 and modes[0][0] > variable.size:
            modes = [(variable.size, modes[0][1])]
        result.append(modes or [(1, 0)])
        weight *= variable.size
    return result


def merged(modes: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return modes of one variable where each that goes on as the one before is joined to it."""
    result: list[tuple[int, int]] = []
    for extent, stride in modes:
        if result and stride == result[-1][0] * result[-1][1]:
            result[-1] = (result[-1][0] * extent, result[-1][1])
        else:
            result.append((extent, stride))
    return result


def layout_of_modes(modes: Modes) -> Layout:
    """Return the layout with these modes for each variable."""
    sizes = tuple([_product(part) for part in modes])
    return from_modes(modes, sizes if len(sizes) > 1 else sizes[0], Z)


def _product(modes: list[tuple[int, int]]) -> int:
    total = 1
    for extent, _ in modes:
        total *= extent
    return total
