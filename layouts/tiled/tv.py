"""Thread-value layouts: from (thread, value) to the element of a tile.

``make_layout_tv`` makes one from two small layouts: which thread stands where, and which values each one takes.  By
hand, two threads in a row, ``(1,2):(0,1)``, with two values in a column each, ``(2,1):(1,0)``, share a tile of 2 by 2:
thread 0 has the column 0, thread 1 the column 1, so (thread, value) is element value + 2 * thread, ``(2,2):(2,1)``.

A tile is shared well when every element is held once.  ``coverage`` decides that from the strides and names the element
that is missed, or the two holders of one.
"""

from __future__ import annotations

from ..algebra.composition import composition
from ..algebra.divide import renamed
from ..algebra.filtering import filter_zeros, nullspace
from ..algebra.injective import collision, missed_value
from ..algebra.inverse import inverse, right_inverse
from ..algebra.product import raked_product
from ..errors import LayoutError, NotInvertibleError, ProfileError, TooLargeError
from ..inttuple import amount, clean, idx2crd, leaves, product, text, to_int
from ..joining import make_layout
from ..layout import Layout, read_layout
from ..module import Zn
from ..notebook import show_in_notebook
from ..tensor.place import first_outside

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..inttuple import IntTuple

    Holder = tuple[int, int]

__all__ = ["Coverage", "check_tv", "coverage", "holders", "make_layout_tv", "tv_table"]


def make_layout_tv(thr_layout: Layout, val_layout: Layout) -> tuple[IntTuple, Layout]:
    """Return (tiler, tv) for threads and values laid over the same modes: tv takes (thread, value) to an element.

    ``thr_layout`` takes a coordinate to a thread, ``val_layout`` a coordinate to a value of that thread; the values of
    one thread lie side by side.
    Requires: both bijective onto 0..size-1.
    Ensures:  ``tv == right_inverse(raked_product(thr_layout, val_layout))`` in the shape (threads, values); every
    element of the tile is held once.
    Raises:   NotInvertibleError with two coordinates that are one (thread, value), or with one that is missed.
    CuTe:     ``make_layout_tv`` of the DSL; ``make_tiled_copy`` in C++.

    >>> tiler, tv = make_layout_tv(Layout((4, 8), (8, 1)), Layout((2, 4), (4, 1)))
    >>> print(tiler, tv)
    (8, 32) ((8,4),(4,2)):((32,2),(8,1))
    """
    threads, values = read_layout(thr_layout, "make_layout_tv"), read_layout(val_layout, "make_layout_tv")
    try:
        for part in (threads, values):
            inverse(part)  # refuses what is no bijection onto 0..size-1, with a witness
        whole = raked_product(threads, values)
        back = inverse(whole)
        tv = composition(back, Layout((threads.size, values.size)))
    except LayoutError as error:
        raise renamed(error, "make_layout_tv", threads, values) from None
    return tuple([product(mode) for mode in whole.shape]) if isinstance(whole.shape, tuple) else whole.size, tv


class Coverage:
    """What a thread-value layout does to a tile: whether every element is held, once, and by whom if not.

    True where it holds.  ``outside`` is a (thread, value) whose element is not in the tile, ``doubled`` two of them
    with one element, ``missed`` the coordinate of an element without a holder; each the smallest one, or None.
    A missed element is looked for where none is outside.
    ``copies`` is the layout of the threads that hold the same as thread 0, where such broadcasts were allowed.
    ``threads`` takes a thread of ``tv`` to its number in the block, where the two differ, as for a quad pair of Volta;
    ``str`` has the numbers of the block.
    """

    __slots__ = ("copies", "doubled", "missed", "outside", "threads", "tile", "tv")
    _repr_mimebundle_ = show_in_notebook

    def __init__(
        self,
        tv: Layout,
        tile: IntTuple,
        copies: Layout,
        outside: Holder | None,
        doubled: tuple[Holder, Holder] | None,
        missed: IntTuple | None,
        threads: Layout | None = None,
    ) -> None:
        self.tv, self.tile, self.copies, self.threads = tv, tile, copies, threads
        self.outside, self.doubled, self.missed = outside, doubled, missed

    @property
    def holds(self) -> bool:
        """Whether every element of the tile is held once."""
        return self.outside is None and self.doubled is None and self.missed is None

    @property
    def witness(self) -> Any:
        """The first failure: ``outside``, else ``doubled``, else ``missed``."""
        found = (self.outside, self.doubled, self.missed)
        return next((item for item in found if item is not None), None)

    def __bool__(self) -> bool:
        return self.holds

    def __repr__(self) -> str:
        return f"<Coverage: {self}>"

    def __str__(self) -> str:
        tv, tile = self.tv, self.tile
        if self.holds:
            threads, values = tv[0].size, tv[1].size
            said = f"{threads} threads with {values} values hold each of the {product(tile)} elements once"
            if self.copies.size > 1:
                others = [self._number(self.copies(i)) for i in range(min(self.copies.size, 4))]
                dots = ", ..." if self.copies.size > 4 else ""
                said = (
                    f"{threads} threads with {values} values hold each of the {product(tile)} elements "
                    f"{self.copies.size} times: the threads {', '.join(map(str, others))}{dots} hold the same"
                )
        else:
            said = "; ".join(self._failures())
        return f"{tv} on {text(tile)}: {said}"

    def _number(self, thread: int) -> int:
        """Return the number of a thread in the block."""
        return thread if self.threads is None else self.threads(thread)

    def _failures(self) -> list[str]:
        found = []
        if self.outside is not None:
            t, v = self.outside
            found.append(f"thread {self._number(t)}, value {v} is element {self.tv(t, v)}, outside the tile")
        if self.doubled is not None:
            (t, v), (u, w) = self.doubled
            place = self.tv(t, v)
            at = idx2crd(place, self.tile) if 0 <= place < product(self.tile) else place
            first, second = self._number(t), self._number(u)
            found.append(
                f"element {at} is held twice: as value {v} of thread {first} and as value {w} of thread {second}"
            )
        if self.missed is not None:
            found.append(f"element {self.missed} has no holder")
        return found


def coverage(tv: Layout, tile: IntTuple, *, broadcast: bool = False, threads: Layout | None = None) -> Coverage:
    """Tell whether the layout (thread, value) -> element gives every element of ``tile`` to one holder.

    With ``broadcast`` threads may hold the same elements where strides 0 of the thread mode say so; they are named.
    ``threads`` takes a thread of ``tv`` to its number in the block; without it thread t is thread t.
    Requires: a layout of two modes over Z or F2, with values that are indices of ``tile``.
    Ensures:  true exactly when (thread, value) -> element is a bijection onto the tile, broadcasts taken once.
    Raises:   ProfileError for a layout that has not two modes.
    Cost:     the decision of ``is_bijective``; no element is looked at.

    >>> tiler, tv = make_layout_tv(Layout((4, 8), (8, 1)), Layout((2, 4), (4, 1)))
    >>> bool(coverage(tv, tiler))
    True
    >>> print(coverage(Layout((4, 2), (1, 3)), (4, 2)))
    (4,2):(1,3) on (4,2): element (3, 0) is held twice: as value 0 of thread 3 and as value 1 of thread 0; \
element (3, 1) has no holder
    """
    tv = read_tv(tv, "coverage")
    tile = clean(tile, "coverage: an extent")
    Layout(tile)  # refuses extents below 1
    once = make_layout(filter_zeros(tv[0]) if broadcast else tv[0], tv[1])
    length = product(tile)
    out = first_outside(tv, 0, length)
    pair = collision(once)
    missed = length if out is not None else missed_value(once)
    if missed is None:
        missed = once.bounds()[1] + 1  # without holes below it, the first value that is not taken
    copies = nullspace(tv[0]) if broadcast else Layout(1, 0)
    return Coverage(
        tv,
        tile,
        copies,
        None if out is None else _holder(tv, out),
        None if pair is None else (_whole(tv, once, pair[0]), _whole(tv, once, pair[1])),
        None if missed >= length else idx2crd(missed, tile),
        threads,
    )


def check_tv(tv: Layout, tile: IntTuple, *, broadcast: bool = False) -> None:
    """Raise where ``coverage`` fails.

    Raises: NotInvertibleError with the first failure as witness.

    >>> check_tv(Layout((4, 2), (1, 4)), 8)
    >>> check_tv(Layout((4, 2), (1, 4)), 6)
    Traceback (most recent call last):
    layouts.errors.NotInvertibleError: check_tv: (4,2):(1,4) on 6: thread 2, value 1 is element 6, outside the tile
    """
    found = coverage(tv, tile, broadcast=broadcast)
    if not found:
        raise NotInvertibleError(f"check_tv: {found}", found.witness)


def holders(tv: Layout, tile: IntTuple, *, broadcast: bool = False) -> Layout:
    """Return the layout from the coordinates of the tile to their holders, as thread + threads * value.

    With ``broadcast`` the holder is the one whose broadcast digits are 0.
    Ensures: ``tv(holders(tv, tile)(c)) == index of c in tile``.
    Raises:  NotInvertibleError where ``coverage`` fails.
    CuTe:    ``get_layoutS_MN``, the right inverse.

    >>> print(holders(Layout((4, 2), (2, 1)), (2, 4)))
    (2,4):(4,1)
    """
    check_tv(tv, tile, broadcast=broadcast)
    found: Layout = composition(right_inverse(tv), Layout(tile))
    return found


def tv_table(tv: Layout, tile: IntTuple, *, broadcast: bool = False, limit: int = 2**20) -> list[Any]:
    """Return the (thread, value) that holds each element, as a list, or for a tile of two modes as a list of rows.

    Raises: NotInvertibleError where ``coverage`` fails; TooLargeError beyond ``limit`` elements.

    >>> tv_table(Layout((4, 2), (2, 1)), (2, 4))
    [[(0, 0), (1, 0), (2, 0), (3, 0)], [(0, 1), (1, 1), (2, 1), (3, 1)]]
    """
    back = holders(tv, tile, broadcast=broadcast)
    if back.size > limit:
        raise TooLargeError(f"tv_table: {amount(back.size)} elements, more than the limit {limit}", back.size)

    def holder(index: int) -> Holder:
        return _holder(tv, back(index))

    if not isinstance(tile, tuple) or len(tile) != 2:
        return [holder(i) for i in range(back.size)]
    rows, columns = back[0].size, back[1].size
    return [[holder(m + rows * n) for n in range(columns)] for m in range(rows)]


def read_tv(value: Any, operation: str) -> Layout:
    """Return a layout of two modes, (thread, value); refuse anything else."""
    layout = read_layout(value, operation)
    if not isinstance(layout.shape, tuple) or layout.rank != 2:
        raise ProfileError(f"{operation}: {layout} has not the two modes (thread, value)", value)
    if layout.over is Zn:
        raise ProfileError(f"{operation}: the values of {layout} are coordinates, and not indices of a tile", value)
    return layout


def as_tiler(tiler: Any, operation: str) -> Any:
    """Return a tiler with its integers clean: an integer, a layout, or a tuple of tilers."""
    if isinstance(tiler, Layout):
        return tiler
    if isinstance(tiler, tuple):
        return tuple([as_tiler(part, operation) for part in tiler])
    if tiler is None:
        raise ProfileError(f"{operation}: a tiler has an integer or a layout for each mode, and not None", tiler)
    size = to_int(tiler, f"{operation}: a tile")
    if size < 1:
        raise ProfileError(f"{operation}: a tile has at least one element, not {size}", size)
    return size


def tiler_size(tiler: Any) -> int:
    """Return the number of elements of the tile that a tiler cuts out."""
    if isinstance(tiler, tuple):
        result = 1
        for part in tiler:
            result *= tiler_size(part)
        return result
    return tiler.size if isinstance(tiler, Layout) else int(tiler)


def _holder(tv: Layout, index: int) -> Holder:
    return index % tv[0].size, index // tv[0].size


def _whole(tv: Layout, once: Layout, index: int) -> Holder:
    """Return the (thread, value) of an index of ``tv`` without its broadcasts; their digits are 0."""
    thread, value = _holder(once, index)
    place, found = 1, 0
    for full, left in zip(leaves(tv[0].shape), leaves(once[0].shape), strict=True):
        thread, digit = divmod(thread, left)
        found += digit * place
        place *= full
    return found, value
