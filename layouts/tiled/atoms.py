"""Atoms: one instruction as layouts, the threads that run it and which elements each of them holds.

An ``MMAAtom`` has a thread-value layout for each operand: A into (M,K), B into (N,K), C into (M,N), each read in
colexicographic order, so that ``m + M * k`` is an element of A.  A ``CopyAtom`` has one for what its threads read and
one for what they write, into the same elements.

Atoms have names; their layouts come from the tables of the hardware room.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from ..algebra.recast import upcast
from ..errors import LayoutError, NotInvertibleError, ProfileError
from ..hardware.catalog import get
from ..hardware.entry import Entry
from ..inttuple import _show, clean, text, to_int
from ..layout import Layout, read_layout
from .tv import Coverage, coverage, read_tv

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
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
        a, b, c = [coverage(tv, tile, broadcast=True, threads=self.thr_id) for tv, tile in parts]
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
_UNIVERSAL = MMAAtom((1, 1, 1), _ONE, _ONE, _ONE, Layout(1, 0), "UniversalFMA")


class _Atoms(Mapping):  # type: ignore[type-arg]
    """Some names of atoms, each built from the hardware tables when it is first asked for."""

    def __init__(self, build: Any, names: tuple[str, ...]) -> None:
        self.build, self.names = build, names

    def __getitem__(self, name: str) -> Any:
        if name not in self.names:
            raise KeyError(name)
        return self.build(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)


@lru_cache(maxsize=256)
def _mma(name: str) -> MMAAtom:
    if name == _UNIVERSAL.name:
        return _UNIVERSAL
    return _of_entry(get(name), name)


def _of_entry(entry: Entry, name: str) -> MMAAtom:
    atoms = {"".join(alias.split()).lower(): roles for alias, roles in entry.atoms.items()}
    roles = atoms.get("".join(name.split()).lower()) or next(iter(atoms.values()), None)
    if roles is None or entry.shape is None:
        raise LayoutError(f"{name} is no matrix instruction with A, B and C in the tables", name)
    a, b, c = [entry[role] for role in roles]
    return MMAAtom(entry.shape, a.cute, b.cute, c.cute, c.thr_id, name)


@lru_cache(maxsize=256)
def _copy(name: str) -> tuple[Layout, Layout]:
    entry = get(name)
    if "R" not in entry.operands or "address" not in entry.operands:
        raise LayoutError(f"{name} is no copy with its two layouts in the tables", name)
    sides = entry["address"].cute, entry["R"].cute
    return sides if entry.family == "ldmatrix" else (sides[1], sides[0])


MMA_ATOMS: Mapping[str, MMAAtom] = _Atoms(
    _mma,
    (
        "UniversalFMA",
        "SM70_8x8x4_F32F16F16F32_TN",
        "SM80_16x8x8_F32F16F16F32_TN",
        "SM80_16x8x16_F32F16F16F32_TN",
        *[f"SM90_64x{n}x16_F32F16F16_SS" for n in (8, 16, 32, 64, 128, 256)],
    ),
)
"""Some named matrix instructions; ``layouts.hardware`` has all, with their sources.  The names are CUTLASS's."""

COPY_ATOMS: Mapping[str, tuple[Layout, Layout]] = _Atoms(
    _copy, ("SM75_U32x1_LDSM_N", "SM75_U32x2_LDSM_N", "SM75_U32x4_LDSM_N", "SM75_U16x8_LDSM_T")
)
"""ldmatrix as (source, destination), (thread, value) to bits, from the hardware tables.  The names are CuTe's."""


def mma_atom(name: str | Entry) -> MMAAtom:
    """Return a named matrix instruction: a name of CUTLASS or PTX, a mnemonic of AMD, or an entry of the tables.

    Raises: LayoutError with names that are known, near ones among them.
    Source: the tables of ``layouts.hardware``.

    >>> mma_atom("SM80_16x8x16_F32F16F16F32_TN").shape_mnk
    (16, 8, 16)
    >>> print(mma_atom("v_mfma_f32_32x32x8_f16").c_tv)
    ((32,2),(4,4)):((32,4),(1,8))
    """
    if isinstance(name, Entry):
        return _of_entry(name, name.name)
    return _named(name, MMA_ATOMS, _mma, "mma_atom")  # type: ignore[no-any-return]


def copy_atom(name: str, bits: int) -> CopyAtom:
    """Return a named copy instruction on elements of ``bits`` bits: ldmatrix and stmatrix of 8x8 matrices.

    Raises: LayoutError with names that are known, or for elements that the instruction splits.
    Source: the tables of ``layouts.hardware``.

    >>> print(copy_atom("SM75_U32x4_LDSM_N", 16))
    SM75_U32x4_LDSM_N: copy src (32,8):(8,1), dst (32,(2,4)):(2,(1,64))
    """
    source, destination = _named(name, COPY_ATOMS, _copy, "copy_atom")
    sides = upcast(source, bits), upcast(destination, bits)
    stores = get(name).family == "stmatrix"
    return CopyAtom(*sides, ref=sides[0] if stores else None, name=name)


def universal_copy(values: int = 1) -> CopyAtom:
    """Return the copy of ``values`` neighbouring elements by one thread.

    CuTe: ``UniversalCopy``, ``AutoVectorizingCopy``.

    >>> print(universal_copy(4))
    UniversalCopy<4>: copy src (1,4):(0,1), dst (1,4):(0,1)
    """
    count = to_int(values, "universal_copy: the number of elements")
    tv = Layout((1, count), (0, 1))
    return CopyAtom(tv, tv, name=f"UniversalCopy<{count}>")


def _named(name: Any, table: _Atoms | Mapping[str, Any], build: Any, operation: str) -> Any:
    known = f"there are {', '.join(table)}, and more in layouts.hardware"
    if not isinstance(name, str):
        raise LayoutError(f"{operation}: no atom is named {_show(name)}; {known}", name)
    try:
        return build(name)
    except LayoutError as error:
        said = error.message.removeprefix("hardware: ")
        raise LayoutError(f"{operation}: {said}; {known}", name) from None
