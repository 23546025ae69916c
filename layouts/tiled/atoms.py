"""Atoms: one instruction as layouts, the threads that run it and which elements each of them holds.

An ``MMAAtom`` has a thread-value layout for each operand: A into (M,K), B into (N,K), C into (M,N), each read in
colexicographic order, so that ``m + M * k`` is an element of A.  A ``CopyAtom`` has one for what its threads read and
one for what they write, into the same elements.

A few atoms are named here with their source; the hardware room holds the full tables.
"""

from __future__ import annotations

from ..algebra.recast import upcast
from ..errors import LayoutError, NotInvertibleError, ProfileError
from ..inttuple import _show, clean, text, to_int
from ..layout import Layout, read_layout
from .tv import Coverage, coverage, read_tv

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["COPY_ATOMS", "MMA_ATOMS", "CopyAtom", "MMAAtom", "copy_atom", "mma_atom", "universal_copy"]


class MMAAtom:
    """One matrix instruction: its shape (M,N,K), its threads, and a thread-value layout for each operand.

    ``thr_id`` takes the logical thread to the thread of the block; without it thread t is thread t.
    Requires: layouts of two modes (thread, value) with as many threads as ``thr_id``, and values inside (M,K), (N,K)
    and (M,N).  An operand may be held by many threads (strides 0), as one in shared memory is.
    Raises:   ProfileError for another form; LayoutError with the (thread, value) that is outside its operand.
    CuTe:     ``MMA_Atom``, ``MMA_Traits``.

    >>> pair = MMAAtom((2, 2, 1), Layout((2, 1), (1, 0)), Layout((2, 2), (0, 1)), Layout((2, 2), (1, 2)))
    >>> print(pair)
    MMA 2x2x1 on 2:1: A (2,1):(1,0), B (2,2):(0,1), C (2,2):(1,2)
    """

    __slots__ = ("a_tv", "b_tv", "c_tv", "name", "shape_mnk", "thr_id")

    def __init__(self, shape_mnk: Any, a_tv: Any, b_tv: Any, c_tv: Any, thr_id: Any = None, name: str = "") -> None:
        shape = clean(shape_mnk, "MMAAtom: an extent")
        if not isinstance(shape, tuple) or len(shape) != 3 or not all([isinstance(s, int) and s > 0 for s in shape]):
            raise ProfileError(f"MMAAtom: the shape is three extents (M,N,K), not {_show(shape_mnk)}", shape_mnk)
        m, n, k = (int(s) for s in shape)  # type: ignore[arg-type]
        self.shape_mnk = (m, n, k)
        self.name = name
        tiles = {"A": (a_tv, (m, k)), "B": (b_tv, (n, k)), "C": (c_tv, (m, n))}
        found = [_operand(f"MMAAtom: {operand}", tv, tile) for operand, (tv, tile) in tiles.items()]
        self.a_tv, self.b_tv, self.c_tv = found
        self.thr_id = _threads(self.c_tv) if thr_id is None else read_layout(thr_id, "MMAAtom: thr_id")
        for operand, tv in zip("ABC", found, strict=True):
            if tv[0].size != self.thr_id.size:
                sizes = tv[0].size, self.thr_id.size
                raise ProfileError(f"MMAAtom: {operand} has {sizes[0]} threads, and the atom {sizes[1]}", sizes)

    def coverage(self) -> tuple[Coverage, Coverage, Coverage]:
        """Return the coverage of A, B and C; threads may share elements of an operand."""
        m, n, k = self.shape_mnk
        parts = (self.a_tv, (m, k)), (self.b_tv, (n, k)), (self.c_tv, (m, n))
        a, b, c = [coverage(tv, tile, broadcast=True) for tv, tile in parts]
        return a, b, c

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MMAAtom) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[Any, ...]:
        return self.shape_mnk, self.a_tv, self.b_tv, self.c_tv, self.thr_id

    def __repr__(self) -> str:
        return f"MMAAtom({self.shape_mnk}, {self.a_tv!r}, {self.b_tv!r}, {self.c_tv!r}, {self.thr_id!r}, {self.name!r})"

    def __str__(self) -> str:
        shape = "x".join(map(str, self.shape_mnk))
        name = f"{self.name}: " if self.name else ""
        return f"{name}MMA {shape} on {self.thr_id}: A {self.a_tv}, B {self.b_tv}, C {self.c_tv}"


class CopyAtom:
    """One copy instruction: what each thread reads, what each writes, and the layout by which threads are counted.

    ``src`` and ``dst`` take (thread, value) to the elements of the instruction; ``ref`` (``dst`` without it) is the one
    of the two that a tiled copy lays over its tile.  Values are elements; ``copy_atom`` makes named atoms from layouts
    in bits.
    Requires: ``ref`` a bijection, and ``src`` and ``dst`` with elements of it.
    Raises:   ProfileError for another form; NotInvertibleError with the failure of ``ref``; LayoutError with the
    (thread, value) whose element ``ref`` does not have.
    CuTe:     ``Copy_Atom``, ``Copy_Traits``.

    >>> print(CopyAtom(Layout((1, 4), (0, 1)), Layout((1, 4), (0, 1))))
    copy src (1,4):(0,1), dst (1,4):(0,1)
    """

    __slots__ = ("dst", "name", "ref", "src", "thr_id")

    def __init__(self, src: Any, dst: Any, ref: Any = None, thr_id: Any = None, name: str = "") -> None:
        self.ref = read_tv(dst if ref is None else ref, "CopyAtom: ref")
        found = coverage(self.ref, self.ref.size)
        if not found:
            raise NotInvertibleError(f"CopyAtom: ref: {found}", found.witness)
        self.src, self.dst = [
            _operand(f"CopyAtom: {role}", tv, self.ref.size) for role, tv in (("src", src), ("dst", dst))
        ]
        self.thr_id = _threads(self.ref) if thr_id is None else read_layout(thr_id, "CopyAtom: thr_id")
        self.name = name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CopyAtom) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[Any, ...]:
        return self.src, self.dst, self.ref, self.thr_id

    def __repr__(self) -> str:
        return f"CopyAtom({self.src!r}, {self.dst!r}, {self.ref!r}, {self.thr_id!r}, {self.name!r})"

    def __str__(self) -> str:
        return f"{self.name + ': ' if self.name else ''}copy src {self.src}, dst {self.dst}"


def _threads(tv: Layout) -> Layout:
    """Return the threads of an atom counted from 0 on."""
    return Layout(tv[0].size, int(tv[0].size > 1))


def _operand(role: str, tv: Any, tile: Any) -> Layout:
    layout = read_tv(tv, role)
    found = coverage(layout, tile)
    if found.outside is not None:
        thread, value = found.outside
        raise LayoutError(
            f"{role}: {layout} at thread {thread}, value {value} is {layout(thread, value)}, outside {text(tile)}",
            found.outside,
        )
    return layout


# -- named atoms -------------------------------------------------------------------------------------------------------

_ONE = Layout((1, 1), (0, 0))
_QUAD = Layout((4, 2), (1, 16))  # the threads 0..3 and 16..19 of a warp
_PAIRS = Layout(((4, 8), (2, 2)), ((32, 1), (16, 8)))  # two neighbours in a row, then 8 rows further down
_ROWS_8x4 = Layout((8, 4), (1, 8))
_C_8x8 = Layout(((2, 2, 2), (2, 2, 2)), ((1, 16, 4), (8, 2, 32)))

MMA_ATOMS: dict[str, MMAAtom] = {
    atom.name: atom
    for atom in (
        MMAAtom((1, 1, 1), _ONE, _ONE, _ONE, Layout(1, 0), "UniversalFMA"),
        MMAAtom((8, 8, 4), _ROWS_8x4, _ROWS_8x4, _C_8x8, _QUAD, "SM70_8x8x4_F32F16F16F32_TN"),
        MMAAtom(
            (16, 8, 8), _PAIRS, Layout(((4, 8), 2), ((16, 1), 8)), _PAIRS, Layout(32), "SM80_16x8x8_F32F16F16F32_TN"
        ),
        MMAAtom(
            (16, 8, 16),
            Layout(((4, 8), (2, 2, 2)), ((32, 1), (16, 8, 128))),
            Layout(((4, 8), (2, 2)), ((16, 1), (8, 64))),
            _PAIRS,
            Layout(32),
            "SM80_16x8x16_F32F16F16F32_TN",
        ),
        *[
            MMAAtom(
                (64, n, 16),
                Layout((128, (64, 16)), (0, (1, 64))),  # operands in shared memory: every thread sees all of them
                Layout((128, (n, 16)), (0, (1, n))),
                Layout(((4, 8, 4), (2, 2, n // 8)), ((128, 1, 16), (64, 8, 512))),
                Layout(128),
                f"SM90_64x{n}x16_F32F16F16_SS",
            )
            for n in (8, 16, 32, 64, 128, 256)
        ],
    )
}
"""Named matrix instructions.  Source: the fragment formulas of the PTX ISA; the names are CUTLASS's."""

COPY_ATOMS: dict[str, tuple[Layout, Layout]] = {
    "SM75_U32x1_LDSM_N": (Layout(((8, 4), 128), ((128, 0), 1)), Layout((32, 32), (32, 1))),
    "SM75_U32x2_LDSM_N": (Layout(((16, 2), 128), ((128, 0), 1)), Layout((32, (32, 2)), (32, (1, 1024)))),
    "SM75_U32x4_LDSM_N": (Layout((32, 128), (128, 1)), Layout((32, (32, 4)), (32, (1, 1024)))),
    "SM75_U16x8_LDSM_T": (
        Layout((32, 128), (128, 1)),
        Layout(((4, 8), (16, 2, 4)), ((256, 16), (1, 128, 1024))),
    ),
}
"""ldmatrix as (source, destination), (thread, value) to bits.  Source: the PTX ISA; the names are CuTe's."""


def mma_atom(name: str) -> MMAAtom:
    """Return a named matrix instruction.

    Raises: LayoutError with the names that are known.

    >>> mma_atom("SM80_16x8x16_F32F16F16F32_TN").shape_mnk
    (16, 8, 16)
    """
    return MMA_ATOMS[_known(name, MMA_ATOMS, "mma_atom")]


def copy_atom(name: str, bits: int) -> CopyAtom:
    """Return a named copy instruction on elements of ``bits`` bits.

    Raises: LayoutError with the names that are known, or for elements that the instruction splits.

    >>> print(copy_atom("SM75_U32x4_LDSM_N", 16))
    SM75_U32x4_LDSM_N: copy src (32,8):(8,1), dst (32,(2,4)):(2,(1,64))
    """
    source, destination = COPY_ATOMS[_known(name, COPY_ATOMS, "copy_atom")]
    return CopyAtom(upcast(source, bits), upcast(destination, bits), name=name)


def universal_copy(values: int = 1) -> CopyAtom:
    """Return the copy of ``values`` neighbouring elements by one thread.

    CuTe: ``UniversalCopy``, ``AutoVectorizingCopy``.

    >>> print(universal_copy(4))
    UniversalCopy<4>: copy src (1,4):(0,1), dst (1,4):(0,1)
    """
    count = to_int(values, "universal_copy: the number of elements")
    tv = Layout((1, count), (0, 1))
    return CopyAtom(tv, tv, name=f"UniversalCopy<{count}>")


def _known(name: Any, table: dict[str, Any], operation: str) -> str:
    if not isinstance(name, str) or name not in table:
        raise LayoutError(f"{operation}: no atom is named {_show(name)}; there are {', '.join(table)}", name)
    return name
