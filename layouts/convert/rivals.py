"""What an optimal swizzle is measured against: the form ``Swizzle(B, M, S)`` of CuTe, and the padded layout.

A padding makes rows longer, so that they begin in other banks.  It costs memory, and its addresses carry, so its
wavefronts are counted lane by lane.

>>> from layouts import LinearLayout
>>> linear = LinearLayout([("offset", [[0, 1], [0, 2], [1, 1], [2, 2]])], [("row", 4), ("column", 4)])
>>> print(swizzled_form(linear))
Sw<2,0,2> o 0 o (4,4):(4,1)
"""

from __future__ import annotations

from dataclasses import dataclass

from ..composed import ComposedLayout
from ..layout import Layout
from ..linearity import from_images, to_z
from ..swizzled import swizzled_forms
from ..verify.padding import footprint, paddings
from .shared_memory import count_wavefronts
from .spaces import Preimages, independent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from ..linear.layout import LinearLayout
    from ..verify.memory import MemoryModel
    from .sides import Side

__all__ = ["Padded", "padded_rival", "swizzled_form"]

MAX_ADDRESSES = 1 << 22
"""The addresses that all candidates together may take; beyond, no padding is looked for."""


@dataclass(frozen=True, slots=True)
class Padded:
    """A padded layout from elements to offsets: its extra bytes, and the wavefronts of each access for one warp."""

    layout: Layout
    pad: int
    extra_bytes: int
    vector_bits: int
    wavefronts: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.layout}: {self.extra_bytes} bytes, wavefronts {', '.join(map(str, self.wavefronts))}"


def swizzled_form(layout: LinearLayout) -> ComposedLayout | None:
    """Return the inverse of a layout from offsets as a swizzle after a plain layout, None where it is none.

    The shape is that of the outputs, first one fastest.
    """
    offsets = next((bits for name, bits in layout._ins if name == "offset"), 0)
    if offsets != layout._matrix.rows or not offsets:
        return None
    inverse = layout._matrix
    if len(inverse.columns) != offsets:
        return None
    forms = swizzled_forms(_on_tensor(layout, inverse.inverse().columns))
    return forms[0] if forms else None


def _on_tensor(layout: LinearLayout, images: Sequence[int]) -> Layout:
    """Return the layout over F2 on the outputs of a linear layout with the images of their bits."""
    sizes = [1 << bits for _, bits in layout._outs]
    return from_images(tuple(images), tuple(sizes) if len(sizes) > 1 else sizes[0])


def padded_rival(
    layout: LinearLayout, V: Sequence[int], sides: Sequence[Side], element_bits: int, memory: MemoryModel
) -> Padded | None:
    """Return the padding of the plain layout that has the fewest wavefronts, the smallest of them.

    ``V`` are the elements side by side; of them those are kept together that are bits of the tensor, from the first on.
    The plain layout has them lowest, then the others row-major.  The search is over the row lengths up to one row of
    all banks more.  None where a block keeps a part of the tensor only, or no stride can be padded.
    """
    rows = layout._matrix.rows
    if sides[0].rows != rows:
        return None
    units = [v for v in V if v & (v - 1) == 0]
    while units and (element_bits << len(units)) % 8:
        units.pop()
    if (element_bits << len(units)) % 8:
        return None
    order = [k for bits in _fields(layout) for k in bits]
    plain = _plain(layout, units)
    counter = _Counter(sides, len(units), sum(units), element_bits, memory)
    best = None
    size = 1 << len(units)
    row = memory.banks * 32 // element_bits
    for pad, padded in paddings(plain, 1, size, row):
        if counter.spent > MAX_ADDRESSES:
            break
        images = [0] * rows
        for k, image in zip(order, _images(padded), strict=True):
            images[k] = image
        cost = counter.count(images)
        if cost is not None and (best is None or sum(cost) < sum(best.wavefronts)):
            extra = (footprint(padded) - (1 << rows)) * element_bits // 8
            best = Padded(padded, pad, extra, element_bits << len(units), cost)
        if best is not None and sum(best.wavefronts) == counter.least:
            break
    return best


def _plain(layout: LinearLayout, units: Sequence[int]) -> Layout:
    """Return the layout over Z from the tensor to offsets with some elements lowest and the others row-major."""
    rows = layout._matrix.rows
    low = [*units, *[1 << k for k in range(rows) if 1 << k not in units]]
    place = {v: 1 << k for k, v in enumerate(low)}
    # Flat elements have the last dimension low; the layout's shape has the first dimension first.
    return to_z(_on_tensor(layout, [place[1 << k] for bits in _fields(layout) for k in bits]))


def _fields(layout: LinearLayout) -> list[range]:
    """Return the bits of each output in a flat element, whose low bits are the last output."""
    found, start = [], 0
    for _, bits in reversed(layout._outs):
        found.append(range(start, start + bits))
        start += bits
    return found[::-1]


def _images(layout: Layout) -> list[int]:
    """Return the offset of each bit of the index of a layout over Z with extents that are powers of two."""
    return [d << k for s, d in zip(layout._s, layout._d, strict=True) for k in range(s.bit_length() - 1)]


class _Counter:
    """Counts the wavefronts of one warp for a map that adds up the offsets of the bits of an element."""

    def __init__(self, sides: Sequence[Side], width: int, inside: int, element_bits: int, memory: MemoryModel) -> None:
        import numpy

        self._bits, self._width, self._memory = element_bits, width, memory
        self._work = []
        self.spent = self.least = 0
        vector = [1 << k for k in range(inside.bit_length()) if inside >> k & 1]
        for side in sides:
            own = [side.registers[k] for k in side.own]
            find = Preimages(own, side.rows)
            fits = all([find(v) is not None for v in vector])
            rest = independent(vector if fits else [], own, side.rows)
            lanes = side.threads[: side.lanes]
            threads = numpy.arange(1 << side.lanes)
            active = numpy.ones(1 << side.lanes, bool)
            for k in side.idle:
                if k < side.lanes:
                    active &= threads >> k & 1 == 0
            elements = _table(numpy, [*lanes, *rest]) & ~(inside if fits else 0)
            bytes = max(1, element_bits << (width if fits else 0)) // 8
            self._work.append((side, elements, numpy.tile(active, 1 << len(rest)), bytes))
            phases = 1 << len(rest)
            self.least += phases * side.phase(memory, bytes)[1]

    def count(self, images: Sequence[int]) -> tuple[int, ...] | None:
        """Return the wavefronts of each access, None where an address is not aligned."""
        import numpy

        table = numpy.zeros(1, numpy.int64)
        for image in images:
            table = numpy.concatenate([table, table + image])
        found = []
        for side, elements, active, bytes in self._work:
            addresses = table[elements] * self._bits // 8
            self.spent += len(elements)
            if bytes == 0 or (addresses % bytes).any():
                return None
            shape = (-1, 1 << side.lanes)
            found.append(
                count_wavefronts(addresses.reshape(shape), bytes, self._memory, side.kind, active.reshape(shape))[0]
            )
        return tuple(found)


def _table(numpy: Any, columns: Sequence[int]) -> Any:
    found = numpy.zeros(1, numpy.int64)
    for column in columns:
        found = numpy.concatenate([found, found ^ column])
    return found
