"""Rotations by name: a digit that is turned by an amount, ``(c + r) % n``, inside a CuTe layout."""

from __future__ import annotations

from .forms import Rotation
from .restriction import layout_of_modes, merged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .domain import Domain
    from .forms import Region

__all__ = ["rotations"]


def rotations(domain: Domain, found: object) -> str | None:
    """Return the map as a CuTe layout with rotated digits, or None where it is none on the whole domain.

    ``row * 64 + ((ch + (row % 8) / 2) % 4) * 16`` is the layout (64,4):(64,16) at ch -> (ch + row / 2 % 4) % 4.
    """
    pieces = getattr(found, "pieces", [])
    if len(pieces) != 1:
        return None
    region, form = pieces[0].region, pieces[0].forms[0]
    strides = [0] * len(region.digits)
    turns = []
    for atom, c in form.terms.items():
        if isinstance(atom, Rotation):
            strides[atom.digit] += c
            turns.append(f"{_spelled(domain, region, atom.digit)} -> {_turn(domain, region, atom)}")
        elif atom & (atom - 1):
            return None
        else:
            strides[atom.bit_length() - 1] += c
    if not turns or any([isinstance(a, Rotation) and form.terms.get(1 << a.digit) for a in form.terms]):
        return None
    modes = []
    for v, variable in enumerate(domain.variables):
        own = [(place, n, strides[k]) for k, (w, place, n) in enumerate(region.digits) if w == v]
        modes.append(merged([(n, stride) for _, n, stride in sorted(own)]) if variable.size > 1 else [(1, 0)])
    offset = f"{form.constant} + " if form.constant else ""
    return f"{offset}{layout_of_modes(modes)} at {', '.join(turns)}"


def _spelled(domain: Domain, region: Region, k: int) -> str:
    """Return a digit as people write it: ``row / 2 % 4``."""
    v, place, extent = region.digits[k]
    variable = domain.variables[v]
    plain = not isinstance(variable.values, tuple) and variable.values.start == 0
    text = variable.name if plain else f"(position of {variable.name})"
    if region.starts[v]:
        text = f"({text} - {region.starts[v]})"
    if place > 1:
        text += f" / {place}"
    return text if place * extent >= variable.size else f"{text} % {extent}"


def _turn(domain: Domain, region: Region, rotation: Rotation) -> str:
    parts = [_spelled(domain, region, rotation.digit)]
    for atom, factor in rotation.amount:
        digits = [_spelled(domain, region, k) for k in range(atom.bit_length()) if atom >> k & 1]
        text = digits[0] if len(digits) == 1 else f"({' ^ '.join(digits)})"
        parts.append(text if factor == 1 else f"{factor} * ({text})")
    if rotation.constant:
        parts.append(str(rotation.constant))
    return f"({' + '.join(parts)}) % {rotation.extent}"
