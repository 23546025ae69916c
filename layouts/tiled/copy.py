"""``TiledCopy``: a copy atom repeated over threads and values, and what each thread reads and writes.

By hand, 32 threads as ``(4,8):(8,1)`` with ``(1,4):(0,1)`` values each, copied 4 at a time, share a tile of 4 x 32:
thread 9 stands at row 1, column 1 of the threads, and takes the row 1, columns 4 to 7 of every tile.

The atom says how its threads exchange elements.  For a universal copy what a thread reads it writes; for ldmatrix a
thread reads one row of 8 and writes pairs from four rows.  The thread-value layout of the tile is laid over the *ref*
side of the atom, and the other side follows: (src thread, src value) -> element -> (ref thread, ref value) -> tile.
"""

from __future__ import annotations

from ..algebra.coalesce import coalesce
from ..algebra.composition import composition
from ..algebra.divide import zipped_divide
from ..algebra.filtering import filter_modes
from ..algebra.inverse import left_inverse, right_inverse
from ..algebra.product import logical_product
from ..algebra.recast import upcast
from ..equality import difference
from ..errors import LayoutError, ProfileError
from ..inttuple import _show, product, text, to_int
from ..joining import make_layout
from ..layout import Layout, read_layout
from ..notebook import show_in_notebook
from ..tensor.make import read_tensor
from ..tensor.place import on_layout
from ..tensor.value import Tensor
from .atoms import CopyAtom, universal_copy
from .mma import TiledMMA
from .tv import Coverage, as_tiler, coverage, make_layout_tv, read_tv, tiler_size

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = [
    "ThrCopy",
    "TiledCopy",
    "make_cotiled_copy",
    "make_tiled_copy",
    "make_tiled_copy_A",
    "make_tiled_copy_B",
    "make_tiled_copy_C",
    "make_tiled_copy_D",
    "make_tiled_copy_S",
    "make_tiled_copy_tv",
]


_REMEMBERED = 16
"""How many cut tensors are remembered, so that a loop over threads cuts once."""


class TiledCopy:
    """A copy atom, a layout (thread, value) -> index of the tile, and the tiler that cuts tiles out of a tensor.

    ``atom`` may be None for a copy of single elements; ``tiler`` is an integer, a layout, or one of them for each mode.
    Requires: threads and values of ``tv`` in whole atoms; values inside the tile.
    Raises:   ProfileError for another form; LayoutError for parts of atoms, or with the (thread, value) outside.
    Strict:   a tensor that the tile does not divide is refused by every method, unless ``strict=False``.
    CuTe:     ``TiledCopy``, ``make_tiled_copy``.

    >>> from layouts import make_tiled_copy, universal_copy
    >>> copy = make_tiled_copy(universal_copy(4), Layout((4, 8), (8, 1)), Layout((1, 4), (0, 1)))
    >>> print(copy)
    tiled copy of (4,32) by 32 threads with 4 values each, ((8,4),4):((16,1),4)
    """

    __slots__ = ("_cuts", "_sides", "atom", "tiler", "tv")
    _repr_mimebundle_ = show_in_notebook

    def __init__(self, atom: CopyAtom | None, tv: Any, tiler: Any) -> None:
        self.atom = universal_copy() if atom is None else atom
        if not isinstance(self.atom, CopyAtom):
            raise ProfileError(f"TiledCopy: {_show(atom)} is not a CopyAtom", atom)
        self.tv = read_tv(tv, "TiledCopy")
        self.tiler = as_tiler(tiler, "TiledCopy")
        self._sides: dict[Layout, Layout] = {}
        self._cuts: dict[Any, Layout] = {}  # the last tensors, cut for all threads
        found = coverage(self.tv, tiler_size(self.tiler))
        if found.outside is not None:
            raise LayoutError(f"TiledCopy: {found}", found.outside)
        for role, k in (("threads", 0), ("values", 1)):
            whole, part = self.tv[k].size, self.atom.ref[k].size
            if whole % part:
                raise LayoutError(f"TiledCopy: {whole} {role} are no multiple of the {part} of the atom", (whole, part))

    @property
    def size(self) -> int:
        """The number of threads."""
        return self.tv[0].size

    @property
    def tile_shape(self) -> Any:
        """The shape of the tile: the number of elements in each mode."""
        if isinstance(self.tiler, tuple):
            return tuple([tiler_size(part) for part in self.tiler])
        return self.tiler.shape if isinstance(self.tiler, Layout) else self.tiler

    def get_layoutS_TV(self) -> Layout:
        """Return (thread, value) -> index of the tile, for the elements that a thread reads."""
        return self._layout_tv(self.atom.src)

    def get_layoutD_TV(self) -> Layout:
        """Return (thread, value) -> index of the tile, for the elements that a thread writes."""
        return self._layout_tv(self.atom.dst)

    def _layout_tv(self, side: Layout) -> Layout:
        """Return ((side thread, rest thread), (side value, rest value)) -> index of the tile."""
        if side in self._sides:
            return self._sides[side]
        to_ref = composition(right_inverse(self.atom.ref), side)
        atoms = zipped_divide(self.tv, (self.atom.ref[0].size, self.atom.ref[1].size), strict=True)
        (thread, value), (threads, values) = composition(atoms, (to_ref, None))
        both = make_layout(make_layout(thread, threads), make_layout(value, values))
        self._sides[side] = coalesce(both, (1, (1, 1)))
        return self._sides[side]

    def coverage(self) -> dict[str, Coverage]:
        """Return the coverage of the tile by what is read ("S") and what is written ("D"); threads may share elements.

        >>> from layouts import copy_atom, make_layout_tv
        >>> tiler, tv = make_layout_tv(Layout((8, 4), (4, 1)), Layout((2, 4), (1, 2)))
        >>> both = TiledCopy(copy_atom("SM75_U32x4_LDSM_N", 16), tv, tiler).coverage()
        >>> bool(both["S"]), bool(both["D"])
        (True, True)
        """
        tile = self.tile_shape
        sides = {"S": self.get_layoutS_TV(), "D": self.get_layoutD_TV()}
        return {side: coverage(tv, tile, broadcast=True) for side, tv in sides.items()}

    def tidfrg_S(self, tensor: Any, *, strict: bool = True) -> Any:
        """Return a tensor or layout (M,N,...) as (Thr,(FrgV,FrgX),(RestM,RestN,...)), by what is read."""
        return self._tidfrg(tensor, self.get_layoutS_TV(), strict)

    def tidfrg_D(self, tensor: Any, *, strict: bool = True) -> Any:
        """Return a tensor or layout (M,N,...) as (Thr,(FrgV,FrgX),(RestM,RestN,...)), by what is written."""
        return self._tidfrg(tensor, self.get_layoutD_TV(), strict)

    def _tidfrg(self, tensor: Any, tv: Layout, strict: bool) -> Any:
        def cut(layout: Layout) -> Layout:
            key = layout, tv, strict
            if key not in self._cuts:
                tile, rest = zipped_divide(layout, self.tiler, strict=strict)
                held = composition(tile, tv)
                if len(self._cuts) >= _REMEMBERED:
                    self._cuts.clear()
                self._cuts[key] = make_layout(held[0], held[1], rest)
            return self._cuts[key]

        if isinstance(tensor, Tensor):
            return tensor._on_layout(cut)
        return on_layout(read_tensor(tensor, "tidfrg").layout, cut)

    def retile(self, tensor: Any) -> Any:
        """Return what a thread holds, (V,RestM,RestN,...) as an MMA partitions it, as this copy counts its values.

        The first V values of (thread, value) are the first mode of ``tensor``; the others are found in its rests.
        Ensures:  for C = ``make_tiled_copy_C`` of a universal copy, ``C.retile(mma_thread.partition_C(X))`` has the
        values of ``copy_thread.partition_S(X)``.
        Raises:   LayoutError where the values of the copy are not made of whole modes V.
        CuTe:     ``retile``, ``retile_S``, ``retile_D``.
        """
        source = read_tensor(tensor, "retile")
        result = source._on_layout(self._retiled)
        return result if isinstance(tensor, Tensor) else result.layout

    def _retiled(self, layout: Layout) -> Layout:
        count = layout[0].size
        blocks = self._blocks(layout, count)
        order = right_inverse(blocks)
        if order.size * count != self.tv[1].size:
            raise LayoutError(
                f"retile: {layout}: {self.tv[1].size} values of {self.tv} are not {order.size} blocks of {count}", count
            )
        values = zipped_divide(logical_product(Layout(count), order), self.atom.ref[1].size, strict=True)
        sizes = [product(mode) for mode in blocks.shape] if isinstance(blocks.shape, tuple) else [blocks.size]
        tiled = zipped_divide(layout, (count, *sizes), strict=True)
        held = composition(tiled[0], values)
        _, *rest = tiled[1]
        return make_layout(held, *rest)

    def _blocks(self, layout: Layout, count: int) -> Layout:
        """Return coordinate of the tile, in steps of blocks -> value // count, the number of its block of values."""
        back = composition(right_inverse(self.tv), Layout(self.tile_shape))  # tile -> thread + threads * value
        group = self.size * count
        inside = 0
        for s, d in zip(back._s, back._d, strict=True):
            if d % group and (s * d) % group and group % (s * d):
                raise LayoutError(
                    f"retile: {layout} in blocks of {count} values: {s}:{d} of {back} splits them", (s, d)
                )
            if d % group:
                inside += (min(s, group // d) - 1) * d
        if inside >= group:
            raise LayoutError(f"retile: {layout} in blocks of {count} values: {back} does not run through them", inside)
        blocks: Layout = upcast(back, group, round_up=True)  # a broadcast leaves holes in a block
        return blocks

    def get_slice(self, thr_index: int) -> ThrCopy:
        """Return the part of one thread.

        Raises: LayoutError for an index that is not in 0..size-1.
        """
        return ThrCopy(self, thr_index)

    thr_slice = get_thread_slice = get_slice

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TiledCopy) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[Any, ...]:
        return self.atom, self.tv, self.tiler

    def __reduce__(self) -> Any:
        return TiledCopy, self._key()

    def __repr__(self) -> str:
        return f"TiledCopy({self.atom!r}, {self.tv!r}, {self.tiler!r})"

    def __str__(self) -> str:
        values = self.tv[1].size
        return f"tiled copy of {text(self.tiler)} by {self.size} threads with {values} values each, {self.tv}"


class ThrCopy:
    """The part of one thread in a tiled copy: what it reads and what it writes, as views.

    CuTe: ``ThrCopy``.

    >>> from layouts import make_identity_tensor, make_tiled_copy, universal_copy
    >>> copy = make_tiled_copy(universal_copy(4), Layout((4, 8), (8, 1)), Layout((1, 4), (0, 1)))
    >>> mine = copy.get_slice(9).partition_S(make_identity_tensor((8, 32)))
    >>> print(mine.shape, mine.values())
    ((4, 1), 2, 1) [(1, 4), (1, 5), (1, 6), (1, 7), (5, 4), (5, 5), (5, 6), (5, 7)]
    """

    __slots__ = ("copy", "thr_index")

    def __init__(self, copy: TiledCopy, thr_index: int) -> None:
        self.copy = _needed(copy, TiledCopy, "ThrCopy")
        self.thr_index = to_int(thr_index, "ThrCopy: a thread")
        if not 0 <= self.thr_index < copy.size:
            raise LayoutError(f"get_slice: thread {self.thr_index} is not in 0..{copy.size - 1}", self.thr_index)

    def partition_S(self, tensor: Any, *, strict: bool = True) -> Tensor:
        """Return the elements of a tensor (M,N,...) that the thread reads, as a view ((FrgV,FrgX),RestM,RestN,...)."""
        return self._partition(self.copy.tidfrg_S(read_tensor(tensor, "partition_S"), strict=strict))

    def partition_D(self, tensor: Any, *, strict: bool = True) -> Tensor:
        """Return the elements of a tensor (M,N,...) that the thread writes, as a view ((FrgV,FrgX),RestM,RestN,...)."""
        return self._partition(self.copy.tidfrg_D(read_tensor(tensor, "partition_D"), strict=strict))

    def _partition(self, cut: Tensor) -> Tensor:
        rest = cut.shape[2]  # type: ignore[index]
        kept = (None,) * len(rest) if isinstance(rest, tuple) else None
        return cut[self.thr_index, None, kept]  # type: ignore[no-any-return]

    def retile_S(self, tensor: Any) -> Any:
        """Return ``copy.retile(tensor)``."""
        return self.copy.retile(tensor)

    def retile_D(self, tensor: Any) -> Any:
        """Return ``copy.retile(tensor)``."""
        return self.copy.retile(tensor)

    def __repr__(self) -> str:
        return f"{self.copy!r}.get_slice({self.thr_index})"


def make_tiled_copy(atom: CopyAtom | None, thr_layout: Layout, val_layout: Layout | None = None) -> TiledCopy:
    """Return the copy of a tile by threads and values laid over the same modes; see ``make_layout_tv``.

    Raises: as ``make_layout_tv`` and ``TiledCopy`` do.
    CuTe:   ``make_tiled_copy`` in C++, ``make_tiled_copy_tv`` in the DSL.

    >>> make_tiled_copy(None, Layout((4, 8), (8, 1)), Layout((2, 4), (4, 1))).tiler
    (8, 32)
    """
    threads = read_layout(thr_layout, "make_tiled_copy")
    tiler, tv = make_layout_tv(threads, Layout(1, 0) if val_layout is None else val_layout)
    return TiledCopy(atom, tv, tiler)


def make_tiled_copy_tv(atom: CopyAtom | None, thr_layout: Layout, val_layout: Layout) -> TiledCopy:
    """Return ``make_tiled_copy(atom, thr_layout, val_layout)``, under the DSL's name.

    >>> make_tiled_copy_tv(None, Layout((2, 2), (2, 1)), Layout((1, 2), (0, 1))).size
    4
    """
    return make_tiled_copy(atom, thr_layout, val_layout)


def make_tiled_copy_A(atom: CopyAtom | None, mma: TiledMMA) -> TiledCopy:
    """Return the copy whose threads and values are those of A in a tiled MMA.

    CuTe: ``make_tiled_copy_A``.

    >>> from layouts import copy_atom, make_tiled_mma, mma_atom
    >>> mma = make_tiled_mma(mma_atom("SM80_16x8x16_F32F16F16F32_TN"), (2, 2, 1))
    >>> make_tiled_copy_A(copy_atom("SM75_U32x4_LDSM_N", 16), mma).tiler
    (32, 16)
    """
    return _of_mma(atom, mma, "A")


def make_tiled_copy_B(atom: CopyAtom | None, mma: TiledMMA) -> TiledCopy:
    """Return the copy whose threads and values are those of B in a tiled MMA.

    CuTe: ``make_tiled_copy_B``.

    >>> from layouts import make_tiled_mma, mma_atom
    >>> make_tiled_copy_B(None, make_tiled_mma(mma_atom("SM80_16x8x16_F32F16F16F32_TN"), (2, 2, 1))).tiler
    (16, 16)
    """
    return _of_mma(atom, mma, "B")


def make_tiled_copy_C(atom: CopyAtom | None, mma: TiledMMA) -> TiledCopy:
    """Return the copy whose threads and values are those of C in a tiled MMA.

    CuTe: ``make_tiled_copy_C``.

    >>> from layouts import make_tiled_mma, mma_atom
    >>> make_tiled_copy_C(None, make_tiled_mma(mma_atom("SM80_16x8x16_F32F16F16F32_TN"), (2, 2, 1))).tiler
    (32, 16)
    """
    return _of_mma(atom, mma, "C")


def _of_mma(atom: CopyAtom | None, mma: TiledMMA, role: str) -> TiledCopy:
    _needed(mma, TiledMMA, f"make_tiled_copy_{role}")
    return TiledCopy(atom, getattr(mma, f"get_layout{role}_TV")(), mma.tile_shape(role))


def _needed(value: Any, kind: type, operation: str) -> Any:
    """Return a value that is of a kind, or refuse it."""
    if isinstance(value, kind):
        return value
    raise ProfileError(f"{operation}: expected a {kind.__name__}, not {_show(value)}", value)


def make_tiled_copy_S(atom: CopyAtom | None, copy: TiledCopy) -> TiledCopy:
    """Return the copy by another atom whose threads and values are what ``copy`` reads.

    CuTe: ``make_tiled_copy_S``.

    >>> make_tiled_copy_S(None, make_tiled_copy(None, Layout(4), Layout(2))).tiler
    (8,)
    """
    _needed(copy, TiledCopy, "make_tiled_copy_S")
    return TiledCopy(atom, copy.get_layoutS_TV(), copy.tiler)


def make_tiled_copy_D(atom: CopyAtom | None, copy: TiledCopy) -> TiledCopy:
    """Return the copy by another atom whose threads and values are what ``copy`` writes.

    CuTe: ``make_tiled_copy_D``.

    >>> make_tiled_copy_D(None, make_tiled_copy(None, Layout(4), Layout(2))).tiler
    (8,)
    """
    _needed(copy, TiledCopy, "make_tiled_copy_D")
    return TiledCopy(atom, copy.get_layoutD_TV(), copy.tiler)


def make_cotiled_copy(atom: CopyAtom | None, atom_tv: Layout, data_layout: Layout) -> TiledCopy:
    """Return the copy whose threads and values are at given places of the memory that ``data_layout`` describes.

    ``atom_tv`` takes (thread, value) to a place, and the tile is made of the coordinates of these places.
    Ensures:  ``data_layout(coordinate of (thread, value)) == atom_tv(thread, value)``.
    Raises:   LayoutError with the (thread, value) whose place is not in ``data_layout``.
    CuTe:     ``make_cotiled_copy``.

    >>> copy = make_cotiled_copy(None, Layout((4, 2), (2, 1)), Layout((4, 8), (8, 1)))
    >>> print(copy)
    tiled copy of (1:0,(4,2):(2,1)) by 4 threads with 2 values each, (4,2):(1,4)
    """
    tv, data = read_tv(atom_tv, "make_cotiled_copy"), read_layout(data_layout, "make_cotiled_copy")
    index = composition(left_inverse(data), tv)  # (thread, value) -> index of data
    wrong = difference(composition(data, index), tv)
    if wrong is None and index.bounds()[1] >= data.size:
        wrong = next(i for i in range(tv.size) if index(i) >= data.size)
    if wrong is not None:
        holder = wrong % tv[0].size, wrong // tv[0].size
        raise LayoutError(f"make_cotiled_copy: {tv} at {holder} is place {tv(wrong)}, which {data} has not", holder)
    shape = tuple([mode.size for mode in data])
    units = [tuple([int(k == j) for k in range(len(shape))]) for j in range(len(shape))]
    tiler = tuple([filter_modes(composition(Layout(shape, unit), index)) for unit in units])
    tile = composition(Layout(shape), tiler)  # index of the tile -> index of data
    return TiledCopy(atom, composition(left_inverse(tile), index), tiler)
