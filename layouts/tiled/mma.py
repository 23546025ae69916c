"""``TiledMMA``: an atom repeated over threads and values, and what each thread holds of A, B and C.

By hand, the atom SM80_16x8x16 takes a warp, 32 threads.  The atom layout ``(2,2,1)`` puts 2 x 2 of them side by side:
128 threads for a tile of 32 x 16 x 16.  A is (M,K): the two atoms in N read the same part of A, so each of its elements
is held by two threads, in different warps; C is held once.

The three operands are cut in the same way, here for C (M,N):

* cut into tiles of the whole MMA, in the order of ``permutation_mnk``: ``((TileM,TileN),...)``
* each into atoms: ``((AtomM,AtomN),(RestM,RestN))``
* each atom into its threads and values: ``((ThrV,FrgV),(RestM,RestN))``
* the rest into the threads that repeat the atom, and what is left for one thread: ``((ThrV,(ThrM,ThrN)),
  (FrgV,(RestM,RestN)))``
"""

from __future__ import annotations

from ..algebra.complement import complement
from ..algebra.composition import composition
from ..algebra.divide import logical_divide, zipped_divide
from ..algebra.injective import collision
from ..algebra.inverse import right_inverse
from ..algebra.product import tiled_product
from ..errors import LayoutError, NotInvertibleError, ProfileError
from ..hardware.entry import Entry
from ..inttuple import _show, clean, text, to_int
from ..joining import make_layout
from ..layout import Layout, read_layout
from ..notebook import show_in_notebook
from ..tensor.make import fragment_like, read_tensor
from ..tensor.partition import thread_coordinate
from ..tensor.place import on_layout
from ..tensor.value import Tensor
from .atoms import MMAAtom, mma_atom
from .tv import Coverage, as_tiler, coverage, tiler_size

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..inttuple import IntTuple
    from ..linear.layout import LinearLayout

__all__ = ["ThrMMA", "TiledMMA", "make_tiled_mma"]

_MODES = {"A": (0, 2), "B": (1, 2), "C": (0, 1)}
"""Which of M, N, K are the modes of an operand."""

_REMEMBERED = 16
"""How many cut operands are remembered, so that a loop over threads cuts once."""


class TiledMMA:
    """An MMA atom over a layout of atoms (M,N,K) -> number of the atom, with the tile in the order of permutations.

    ``atom_layout_mnk`` is a layout of three modes, or their shape; ``permutation_mnk`` has an integer, a layout or None
    for each of M, N, K: how the tile takes its elements out of the tensor.
    Requires: a permutation that the atoms and their threads divide.
    Raises:   ProfileError for another form; NotInvertibleError where two places of the atoms are one thread;
    LayoutError for a permutation that is not divided.
    Strict:   a tensor that the tile does not divide is refused by every method, unless ``strict=False``.
    CuTe:     ``TiledMMA``, ``make_tiled_mma``.

    >>> from layouts import make_tiled_mma, mma_atom
    >>> mma = make_tiled_mma(mma_atom("SM80_16x8x16_F32F16F16F32_TN"), (2, 2, 1))
    >>> mma.size, mma.tile_size_mnk
    (128, (32, 16, 16))
    >>> print(mma.get_layoutC_TV())
    ((4,8,2,2),((2,2),(1,1))):((64,1,16,256),((32,8),(0,0)))
    """

    __slots__ = ("_cuts", "atom", "atom_layout_mnk", "permutation_mnk", "thr_layout_vmnk", "tile_size_mnk")
    _repr_mimebundle_ = show_in_notebook

    def __init__(
        self, atom: MMAAtom | Entry | str, atom_layout_mnk: Any = (1, 1, 1), permutation_mnk: Any = (None,) * 3
    ) -> None:
        if isinstance(atom, (str, Entry)):
            atom = mma_atom(atom)
        if not isinstance(atom, MMAAtom):
            raise ProfileError(f"TiledMMA: {_show(atom)} is not an MMAAtom", atom)
        tiled = hasattr(type(atom_layout_mnk), "as_layout") or isinstance(atom_layout_mnk, Layout)
        atoms = read_layout(atom_layout_mnk, "TiledMMA") if tiled else Layout(clean(atom_layout_mnk, "TiledMMA"))
        if not isinstance(atoms.shape, tuple) or atoms.rank != 3:
            raise ProfileError(f"TiledMMA: the atoms {atoms} have not the three modes (M,N,K)", atom_layout_mnk)
        if not isinstance(permutation_mnk, tuple) or len(permutation_mnk) != 3:
            raise ProfileError(
                f"TiledMMA: a permutation for each of M, N, K, not {_show(permutation_mnk)}", permutation_mnk
            )
        self.atom, self.atom_layout_mnk = atom, atoms
        self._cuts: dict[Any, Layout] = {}  # the last operands, cut for all threads
        self.thr_layout_vmnk: Layout = tiled_product(atom.thr_id, atoms)
        pair = collision(self.thr_layout_vmnk)
        if pair is not None:
            raise NotInvertibleError(
                f"TiledMMA: the threads {self.thr_layout_vmnk} of {atoms} are thread "
                f"{self.thr_layout_vmnk(pair[0])} at {pair[0]} and at {pair[1]}",
                pair,
            )
        core = [extent * self.thr_layout_vmnk[k + 1].size for k, extent in enumerate(atom.shape_mnk)]
        self.permutation_mnk: tuple[Any, ...] = tuple(
            [size if p is None else as_tiler(p, "TiledMMA") for p, size in zip(permutation_mnk, core, strict=True)]
        )
        m, n, k = [tiler_size(p) for p in self.permutation_mnk]
        self.tile_size_mnk: tuple[int, int, int] = (m, n, k)
        for letter, tile, size in zip("MNK", self.tile_size_mnk, core, strict=True):
            if tile % size:
                raise LayoutError(f"TiledMMA: the permutation of {letter} has {tile}, and the atoms take {size}", tile)

    @property
    def size(self) -> int:
        """The number of threads."""
        return self.thr_layout_vmnk.size

    # -- whole operands ------------------------------------------------------------------------------------------------

    def thrfrg_A(self, tensor: Any, *, strict: bool = True) -> Any:
        """Return a tensor or layout (M,K,...) as ((ThrV,(ThrM,ThrK)),(FrgV,(RestM,RestK,...)))."""
        return self._thrfrg("A", tensor, strict)

    def thrfrg_B(self, tensor: Any, *, strict: bool = True) -> Any:
        """Return a tensor or layout (N,K,...) as ((ThrV,(ThrN,ThrK)),(FrgV,(RestN,RestK,...)))."""
        return self._thrfrg("B", tensor, strict)

    def thrfrg_C(self, tensor: Any, *, strict: bool = True) -> Any:
        """Return a tensor or layout (M,N,...) as ((ThrV,(ThrM,ThrN)),(FrgV,(RestM,RestN,...)))."""
        return self._thrfrg("C", tensor, strict)

    def _thrfrg(self, operand: str, tensor: Any, strict: bool) -> Any:
        def cut(layout: Layout) -> Layout:
            key = operand, layout, strict
            if key not in self._cuts:
                if len(self._cuts) >= _REMEMBERED:
                    self._cuts.clear()
                self._cuts[key] = self._cut(operand, layout, strict)
            return self._cuts[key]

        if isinstance(tensor, Tensor):
            return tensor._on_layout(cut)
        return on_layout(read_tensor(tensor, f"thrfrg_{operand}").layout, cut)

    def _cut(self, operand: str, layout: Layout, strict: bool) -> Layout:
        if not isinstance(layout.shape, tuple) or layout.rank < 2:
            raise ProfileError(f"thrfrg_{operand}: {layout} has not two modes", layout)
        i, j = _MODES[operand]
        tv = {"A": self.atom.a_tv, "B": self.atom.b_tv, "C": self.atom.c_tv}[operand]
        tiled = logical_divide(layout, (self.permutation_mnk[i], self.permutation_mnk[j]), strict=strict)
        atoms = zipped_divide(tiled, (self.atom.shape_mnk[i], self.atom.shape_mnk[j]), strict=strict)
        held = composition(atoms, (tv, None))
        threads = self.thr_layout_vmnk[i + 1].size, self.thr_layout_vmnk[j + 1].size
        thread, value = held[0]
        repeated, rest = zipped_divide(held[1], threads, strict=strict)
        return make_layout(make_layout(thread, repeated), make_layout(value, rest))

    def get_layoutA_TV(self, shape: Any = None) -> Layout:
        """Return (thread, value) -> index in the tile (M,K), or in a whole A of a shape."""
        return self._layout_tv("A", shape)

    def get_layoutB_TV(self, shape: Any = None) -> Layout:
        """Return (thread, value) -> index in the tile (N,K), or in a whole B of a shape."""
        return self._layout_tv("B", shape)

    def get_layoutC_TV(self, shape: Any = None) -> Layout:
        """Return (thread, value) -> index in the tile (M,N), or in a whole C of a shape.

        Threads that differ in K alone hold the same.  A thread that takes no part, as most of Volta, gets the
        elements of another one, as in CuTe; ``coverage`` leaves it out.
        CuTe counts the threads along K beyond the tile here, while its partitions are right.
        """
        return self._layout_tv("C", shape)

    def tile_shape(self, operand: str) -> tuple[int, int]:
        """Return the tile of the operand "A", "B" or "C".

        >>> from layouts import make_tiled_mma, mma_atom
        >>> make_tiled_mma(mma_atom("SM80_16x8x16_F32F16F16F32_TN"), (2, 2, 1)).tile_shape("A")
        (32, 16)
        """
        if operand not in _MODES:
            raise LayoutError(f"TiledMMA: the operands are A, B and C, not {_show(operand)}", operand)
        i, j = _MODES[operand]
        return self.tile_size_mnk[i], self.tile_size_mnk[j]

    def _layout_tv(self, operand: str, shape: Any = None, logical: Layout | None = None) -> Layout:
        """Return (thread, value) -> index; ``logical`` takes a thread to its place in ``thr_layout_vmnk``."""
        whole = self.tile_shape(operand) if shape is None else clean(shape, f"get_layout{operand}_TV: an extent")
        cut = self._cut(operand, Layout(whole), True)
        _, m, n, k = [mode.size for mode in self.thr_layout_vmnk]
        if operand == "A":  # the threads along N hold the same
            cut = composition(cut, ((None, (Layout((m, n), (1, 0)), None)), None))
        elif operand == "B":  # the threads along M
            cut = composition(cut, ((None, (Layout((m, n), (0, 1)), None)), None))
        elif k > 1:  # the threads along K
            cut = composition(cut, ((None, (None, Layout((n, k), (1, 0)))), None))
        if logical is None:
            threads = self.thr_layout_vmnk
            everybody = make_layout(threads, complement(threads, threads.cosize))
            logical = composition(Layout((threads.size, 1), (1, 0)), right_inverse(everybody))
        result: Layout = composition(cut, (logical, None))
        return result

    def to_linear_layout(self, operand: str, shape: Any, lanes: int | None = None) -> LinearLayout:
        """Return who holds which element of a tensor, in Triton's form: see ``layouts.tiled.linear``.

        >>> from layouts import make_tiled_mma
        >>> make_tiled_mma("SM80_16x8x16_F32F16F16F32_TN", (2, 2, 1)).to_linear_layout("C", (32, 16)).bases[2]
        ('warp', [[16, 0], [0, 8]])
        """
        from .linear import to_linear_layout

        return to_linear_layout(self, operand, shape, lanes)

    def coverage(self) -> dict[str, Coverage]:
        """Return the coverage of the tiles of A, B and C, with the threads that share elements named.

        Threads that take no part are left out: ``Coverage.threads`` then gives the numbers of those that do.

        >>> from layouts import make_tiled_mma, mma_atom
        >>> mma = make_tiled_mma(mma_atom("SM80_16x8x16_F32F16F16F32_TN"), (2, 2, 1))
        >>> [bool(found) for found in mma.coverage().values()], mma.coverage()["A"].copies.size
        ([True, True, True], 2)
        """
        threads = self.thr_layout_vmnk
        idle = threads.cosize > threads.size
        logical, numbers = (Layout(threads.size), threads) if idle else (None, None)
        found = {}
        for operand in _MODES:
            tv = self._layout_tv(operand, logical=logical)
            found[operand] = coverage(tv, self.tile_shape(operand), broadcast=True, threads=numbers)
        return found

    # -- one thread ----------------------------------------------------------------------------------------------------

    def get_slice(self, thr_index: int) -> ThrMMA:
        """Return the part of one thread.

        Raises: LayoutError for a thread that takes no part.
        """
        return ThrMMA(self, thr_index)

    thr_slice = get_thread_slice = get_slice

    def partition_shape_A(self, shape_mk: IntTuple) -> IntTuple:
        """Return the shape of what a thread holds of an A of this shape."""
        return self._partition_shape("A", shape_mk)

    def partition_shape_B(self, shape_nk: IntTuple) -> IntTuple:
        """Return the shape of what a thread holds of a B of this shape."""
        return self._partition_shape("B", shape_nk)

    def partition_shape_C(self, shape_mn: IntTuple) -> IntTuple:
        """Return the shape of what a thread holds of a C of this shape.

        >>> from layouts import make_tiled_mma, mma_atom
        >>> mma = make_tiled_mma(mma_atom("SM80_16x8x16_F32F16F16F32_TN"), (2, 2, 1))
        >>> mma.partition_shape_C((128, 128))
        ((2, 2), 4, 8)
        """
        return self._partition_shape("C", shape_mn)

    def _partition_shape(self, operand: str, shape: IntTuple) -> IntTuple:
        cut = self._cut(operand, Layout(clean(shape, f"partition_shape_{operand}")), True)
        value, rest = cut[1]
        return (value.shape, *rest.shape)  # type: ignore[misc]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TiledMMA) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[Any, ...]:
        return self.atom, self.atom_layout_mnk, self.permutation_mnk

    def __reduce__(self) -> Any:
        return TiledMMA, self._key()

    def __repr__(self) -> str:
        return f"TiledMMA({self.atom!r}, {self.atom_layout_mnk!r}, {self.permutation_mnk!r})"

    def __str__(self) -> str:
        shape = "x".join(map(str, self.tile_size_mnk))
        return f"tiled MMA {shape} of {self.size} threads {self.thr_layout_vmnk}, permutation " + text(
            self.permutation_mnk
        )


class ThrMMA:
    """The part of one thread in a tiled MMA: its elements of A, B and C, as views.

    CuTe: ``ThrMMA``.

    >>> from layouts import make_identity_tensor, make_tiled_mma, mma_atom
    >>> thread = make_tiled_mma(mma_atom("SM80_16x8x16_F32F16F16F32_TN"), (2, 2, 1)).get_slice(37)
    >>> thread.thr_vmnk
    (5, 1, 0, 0)
    >>> thread.partition_C(make_identity_tensor((32, 16))).values()
    [(17, 2), (17, 3), (25, 2), (25, 3)]
    """

    __slots__ = ("mma", "thr_index", "thr_vmnk")

    def __init__(self, mma: TiledMMA, thr_index: int) -> None:
        if not isinstance(mma, TiledMMA):
            raise ProfileError(f"ThrMMA: expected a TiledMMA, not {_show(mma)}", mma)
        self.mma = mma
        self.thr_index = to_int(thr_index, "ThrMMA: a thread")
        self.thr_vmnk: tuple[int, int, int, int] = thread_coordinate(mma.thr_layout_vmnk, self.thr_index, "get_slice")

    def partition_A(self, tensor: Any, *, strict: bool = True) -> Tensor:
        """Return the elements of A (M,K,...) that the thread holds, as a view (FrgV,RestM,RestK,...)."""
        return self._partition("A", tensor, strict)

    def partition_B(self, tensor: Any, *, strict: bool = True) -> Tensor:
        """Return the elements of B (N,K,...) that the thread holds, as a view (FrgV,RestN,RestK,...)."""
        return self._partition("B", tensor, strict)

    def partition_C(self, tensor: Any, *, strict: bool = True) -> Tensor:
        """Return the elements of C (M,N,...) that the thread holds, as a view (FrgV,RestM,RestN,...)."""
        return self._partition("C", tensor, strict)

    def _partition(self, operand: str, tensor: Any, strict: bool) -> Tensor:
        cut = self.mma._thrfrg(operand, read_tensor(tensor, f"partition_{operand}"), strict)
        i, j = _MODES[operand]
        held = self.thr_vmnk[0], (self.thr_vmnk[i + 1], self.thr_vmnk[j + 1])
        _, (_, rest) = cut.shape
        return cut[held, (None, (None,) * len(rest))]  # type: ignore[no-any-return]

    def partition_fragment_A(self, tensor: Any, *, strict: bool = True) -> Tensor:
        """Return a new tensor of zeros for the thread's elements of A."""
        return fragment_like(self.partition_A(tensor, strict=strict))

    def partition_fragment_B(self, tensor: Any, *, strict: bool = True) -> Tensor:
        """Return a new tensor of zeros for the thread's elements of B."""
        return fragment_like(self.partition_B(tensor, strict=strict))

    def partition_fragment_C(self, tensor: Any, *, strict: bool = True) -> Tensor:
        """Return a new tensor of zeros for the thread's elements of C."""
        return fragment_like(self.partition_C(tensor, strict=strict))

    def __repr__(self) -> str:
        return f"{self.mma!r}.get_slice({self.thr_index})"


def make_tiled_mma(
    atom: MMAAtom | Entry | str, atom_layout_mnk: Any = (1, 1, 1), permutation_mnk: Any = (None,) * 3
) -> TiledMMA:
    """Return the tiling of an MMA atom, an entry of the hardware tables or its name; see ``TiledMMA``.

    CuTe: ``make_tiled_mma``.

    >>> from layouts import make_tiled_mma, mma_atom
    >>> print(make_tiled_mma(mma_atom("UniversalFMA"), (16, 8, 1)))
    tiled MMA 16x8x1 of 128 threads (1,16,8,1):(0,1,16,0), permutation (16,8,1)
    """
    return TiledMMA(atom, atom_layout_mnk, permutation_mnk)
