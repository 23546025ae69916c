"""One operand of an instruction as two layouts: the linear one, with names, and CuTe's thread-value layout.

The linear face goes from a place in the hardware (register, lane, warp, or a place in a memory) to a coordinate of the
tile.  It is written as the images of the input bits: ``register k1 m8, lane k2 k4 m1 m2 m4`` says that register bit 0
adds 1 to k and bit 1 adds 8 to m.  A ``0`` does not move; ``m1+k4`` moves both.

The CuTe face is (thread, value) to an index of the tile, column-major: m + M * k for A, n + N * k for B, m + M * n for
C.  ``register`` counts elements, low to high, not 32-bit words.

By hand, the accumulator of ``m16n8``: lane 6 has bits 1 and 2, so n = 4 and m = 1; register 3 adds n = 1 and m = 8.

>>> from layouts import hardware
>>> C = hardware.get("SM80_16x8x16_F32F16F16F32_TN")["C"]
>>> C.linear(register=3, lane=6), C.cute(6, 3)
({'m': 9, 'n': 5}, 89)
>>> 9 + 16 * 5
89
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from ..errors import LayoutError, NotLinearError
from ..layout import Layout
from ..linear.affine import AffineLayout
from ..linear.layout import LinearLayout
from ..module import F2
from ..notation.cute import parse
from ..notebook import show_in_notebook

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

__all__ = ["Operand"]

_TERM = re.compile(r"([a-z_]+)([0-9]+)")


@dataclass(frozen=True, slots=True)
class Operand:
    """What one operand of an instruction looks like: where it is held, and as which layouts.

    ``outs`` are the names and sizes of the tile; ``index`` gives the weight of each name in CuTe's index.  ``unit`` is
    the number of CuTe values for one register: 1, or the bits of an element where CuTe counts bits.  ``form`` says what
    the modes of the CuTe face are: ``tv`` (thread, value); ``inputs`` the inputs of the linear face, in order;
    ``outputs`` the coordinates of the tile, so that this face runs the other way; ``scales`` is that with ``unit``
    elements of K for one scale; ``shared`` is an operand in shared memory, seen by every thread.  ``threads`` takes a
    thread of the CuTe face to lane + 32 * warp.

    >>> from layouts import hardware
    >>> A = hardware.get("SM80_16x8x16_F32F16F16F32_TN")["A"]
    >>> A.role, A.dtype, A.bits, A.confidence
    ('A', 'f16', 16, 'high')
    >>> print(A)
    A f16, register lane -> m16 k16, ((4,8),(2,2,2)):((32,1),(16,8,128))
    """

    role: str
    dtype: str
    bits: int
    outs: str
    bases: str | None
    tv: str | None = None
    index: str = ""
    unit: int = 1
    form: str = "tv"
    threads: str | None = None
    constant: tuple[int, ...] = ()
    status: str = "cross-checked"
    confidence: str = "high"
    source: str = ""
    note: str = ""

    _repr_mimebundle_ = show_in_notebook

    @property
    def linear(self) -> LinearLayout:
        """The linear face: register, lane, warp (or a place in a memory) to the coordinates of the tile.

        Raises: NotLinearError where an extent is no power of two, or where a XOR constant is added (see ``affine``).
        """
        if any(self.constant):
            raise NotLinearError(
                f"{self.role}: the map is affine, with the XOR constant {self.constant}; see affine", 0
            )
        return self._matrix()

    @property
    def affine(self) -> AffineLayout:
        """The linear face with its XOR constant."""
        linear = self._matrix()
        names = [name for name, _ in linear.out_dims]
        return AffineLayout(linear, dict(zip(names, self.constant or (0,) * len(names), strict=True)))

    @property
    def cute(self) -> Layout:
        """The CuTe face, ``form`` tells of which coordinates.

        Raises: LayoutError where CuTe has none.
        """
        if self.tv is None:
            raise LayoutError(
                f"{self.role} of {self.outs} has no CuTe layout in the tables; its linear face is {self.bases}"
            )
        face: Layout = _cute(self.tv)
        return face

    @property
    def thr_id(self) -> Layout:
        """The layout from a thread of the CuTe face to lane + 32 * warp."""
        threads: Layout = Layout(self.cute[0].size) if self.threads is None else _cute(self.threads)
        return threads

    def to_linear_layout(
        self,
        shape: Sequence[int],
        warps_per_cta: Sequence[int] = (1, 1),
        warps_first: int | None = None,
        cga_layout: Sequence[Sequence[int]] = (),
        instr_variant: str = "32x32b",
    ) -> LinearLayout:
        """Return the operand over a tensor and over warps, as Triton tiles it: see ``layouts.hardware.tiling``.

        ``warps_per_cta`` counts warps along M and N; those along the other dimension of an operand hold copies.  An
        accumulator in tensor memory is what the warps load by ``tcgen05.ld`` of the shape ``instr_variant``.
        Requires: powers of two; A, B or C in registers, or D in tensor memory.
        Raises:   LayoutError for another operand; ProfileError that names the field.
        Triton:   ``toLinearLayout``.

        >>> from layouts import hardware
        >>> A = hardware.get("SM80_16x8x16_F32F16F16F32_TN")["A"]
        >>> A.to_linear_layout([32, 16], [2, 2]).bases[2]
        ('warp', [[0, 0], [16, 0]])
        """
        from .tiling import over_warps

        return over_warps(self, shape, warps_per_cta, warps_first, cga_layout, instr_variant)

    def disagreement(self) -> tuple[int, ...] | None:
        """Return the first point at which the two faces differ, or None; every point is tried.

        >>> from layouts import hardware
        >>> hardware.get("SM80_16x8x16_F32F16F16F32_TN")["B"].disagreement() is None
        True
        """
        if self.form == "tv":
            return self._tv_disagreement()
        return self._input_disagreement() if self.form == "inputs" else self._output_disagreement()

    def __str__(self) -> str:
        ins = " ".join([part.split()[0] for part in (self.bases or "").split(",") if part.strip()])
        face = self.tv if self.tv is not None else f"{self.bases}"
        return f"{self.role} {self.dtype}, {ins or '(no linear face)'} -> {self.outs}, {face}"

    # -- private ------------------------------------------------------------------------------------------------------

    def _matrix(self) -> LinearLayout:
        if self.form == "shared":
            raise LayoutError(
                f"{self.role} of {self.outs} is in shared memory, behind a descriptor: no register holds it"
            )
        if self.bases is None:
            size = next((size for _, size in _terms(self.outs) if size & (size - 1)), 0)
            raise NotLinearError(f"{self.role}: {self.outs} is not linear over F2: {size} is no power of two", size)
        return _linear(self.outs, self.bases)

    def _index(self, point: dict[str, int]) -> int:
        weights = dict(_terms(self.index))
        return sum([weights.get(name, 0) * value for name, value in point.items()])

    def _tv_disagreement(self) -> tuple[int, ...] | None:
        affine, cute, threads = self.affine, self.cute, self.thr_id
        linear = affine.linear
        images, start = {"register": [0], "lane": [0], "warp": [0]}, 0
        for name, size in linear.in_dims:  # all images of an input, by doubling; coordinates packed as in the matrix
            bits = size.bit_length() - 1
            table = [0]
            for column in linear.matrix.columns[start : start + bits]:
                table += [image ^ column for image in table]
            images[name], start = table, start + bits
        places: dict[int, int] = {}  # the index of CuTe for the images that came up
        lanes = len(images["lane"])
        values = [cute(0, value * self.unit) for value in range(len(images["register"]))]
        for thread in range(cute[0].size):
            warp, lane = divmod(threads(thread), lanes)
            of_thread, start = images["lane"][lane] ^ images["warp"][warp], cute(thread, 0)
            for value, image in enumerate(images["register"]):
                packed = image ^ of_thread
                if packed not in places:
                    places[packed] = self._index(_unpacked(packed, linear.out_dims, affine.offset))
                if places[packed] != (start ^ values[value] if cute.over is F2 else start + values[value]):
                    return thread, value
        return None

    def _input_disagreement(self) -> tuple[int, ...] | None:
        linear, cute = self.affine, self.cute
        sizes = linear.linear.in_dims
        flat = Layout(tuple([size for _, size in sizes]))
        for i in range(flat.size):
            found: Any = [*_digits(i, [size for _, size in sizes])]
            image = linear(**{name: digit for (name, _), digit in zip(sizes, found, strict=True)})
            if self._index(image) != cute(i):
                return tuple(found)
        return None

    def _output_disagreement(self) -> tuple[int, ...] | None:
        linear, cute = self.linear, self.cute
        sizes, outs = linear.in_dims, _terms(self.outs)
        for i in range(cute.size):
            place, start = {}, cute(i)
            for name, size in sizes:
                start, place[name] = divmod(start, size)
            point = _digits(i, [mode.size for mode in cute])
            if self.form == "scales":
                point[1] //= self.unit
            if linear(**place) != dict(zip([name for name, _ in outs], point, strict=True)):
                return tuple(point)
        return None


def _unpacked(packed: int, dims: list[tuple[str, int]], offset: dict[str, int]) -> dict[str, int]:
    point = {}
    for name, size in dims:
        point[name] = packed % size ^ offset[name]
        packed //= size
    return point


def _digits(i: int, sizes: list[int]) -> list[int]:
    found = []
    for size in sizes:
        i, digit = divmod(i, size)
        found.append(digit)
    return found


def _terms(text: str) -> list[tuple[str, int]]:
    return [(name, int(number)) for name, number in _TERM.findall(text)]


@lru_cache(maxsize=1024)
def _linear(outs: str, bases: str) -> LinearLayout:
    sizes = _terms(outs)
    names = [name for name, _ in sizes]
    found = []
    for part in bases.split(","):
        name, *images = part.split()
        vectors = []
        for image in images:
            terms = _terms(image)
            vectors.append([sum([number for term, number in terms if term == out]) for out in names])
        found.append((name, vectors))
    return LinearLayout(found, sizes)


@lru_cache(maxsize=1024)
def _cute(text: str) -> Any:
    layout = parse(text)
    return layout if isinstance(layout, Layout) else layout.as_layout()
