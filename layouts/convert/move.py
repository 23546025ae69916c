"""What is to be moved: two layouts of one tensor, as columns over its bits, and how far the data has to go.

The source A says which element each place of the hardware holds, the destination B which element it must hold.  A place
is (register, lane, warp, block).  Data is *pulled*: C takes a place of the destination to a place of the source that
holds its element, ``A(C(h)) == B(h)``.  The level of a move is the first of these that has a pull:

  register   every thread has what it needs
  shuffle    every warp has
  shared     every block has
  cluster    otherwise

By hand: four registers in each of two lanes, exchanged.  The register bit of the destination is in the span of the
source's registers and lanes, but not of its registers alone, so lanes must talk:

>>> from layouts import LinearLayout
>>> A = LinearLayout([("register", [[1]]), ("lane", [[2]])], [("x", 4)])
>>> B = LinearLayout([("register", [[2]]), ("lane", [[1]])], [("x", 4)])
>>> move = Move(A, B, 32)
>>> move.level, move.pull["register"], move.pull["lane"]
('shuffle', (2,), (1,))
"""

from __future__ import annotations

from ..bits import BitMatrix
from ..elimination import compose, image
from ..errors import LayoutError, NotInvertibleError, ProfileError
from ..inttuple import _show, to_int
from ..linear import dims as d
from ..linear.layout import LinearLayout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    Columns = Mapping[str, tuple[int, ...]]

__all__ = ["HARDWARE", "LEVELS", "Move", "element_width"]

HARDWARE = ("register", "lane", "warp", "block")
"""The inputs of a distributed layout, minor to major; a layout may lack some of them, which are then of size 1."""

LEVELS = ("register", "shuffle", "shared", "cluster")
"""How far data goes, from near to far."""

MAX_PLACE_BITS = 24
"""The most bits of a place: plans are simulated, so they are for tiles."""


class Move:
    """A source, a destination, the bits of an element; their columns, their level and their pull.

    ``A`` and ``B`` give the columns of each level over the bits of the tensor, the last dimension in the low bits;
    lane, warp and block have equal numbers of columns on both sides, the shorter filled with zeros.  ``pull`` gives
    the columns of C over the places of the source: register bits low, then lane, warp and block.
    Requires: inputs among register, lane, warp and block; outputs of the same names and sizes; every element that the
              destination wants is held by the source.
    Raises:   ProfileError for names and sizes, NotInvertibleError with the element that nobody holds.
    """

    __slots__ = ("A", "B", "bits", "dst", "element_bits", "level", "outs", "pull", "src")

    def __init__(self, src: Any, dst: Any, element_bits: Any) -> None:
        operation = "convert"
        self.src, self.dst = read_layout(operation, src), read_layout(operation, dst)
        self.element_bits = element_width(operation, element_bits)
        if dict(self.src._outs) != dict(self.dst._outs):
            raise ProfileError(
                f"{operation}: the tensors differ, {d.show_dims(self.src._outs)} and {d.show_dims(self.dst._outs)}",
                (self.src.out_dims, self.dst.out_dims),
            )
        self.outs = tuple(reversed(self.src._outs))  # the last dimension in the low bits
        self.bits = d.total(self.outs)
        self.A, self.B = _padded(columns_of(self.src, self.outs), columns_of(self.dst, self.outs))
        for columns in (self.A, self.B):
            if sum([len(row) for row in columns.values()]) > MAX_PLACE_BITS:
                raise ProfileError(f"{operation}: more than 2**{MAX_PLACE_BITS} places", MAX_PLACE_BITS)
        self.level, self.pull = self._find_pull()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Move):
            return NotImplemented
        return (self.src, self.dst, self.element_bits) == (other.src, other.dst, other.element_bits)

    def __hash__(self) -> int:
        return hash((self.src, self.dst, self.element_bits))

    def count(self, side: str, level: str) -> int:
        """Return how many registers, lanes, warps or blocks the side 'A' or 'B' has."""
        return 1 << len((self.A if side == "A" else self.B)[level])

    @property
    def thread_bits(self) -> int:
        """The bits of (lane, warp, block), which are the same on both sides."""
        return sum([len(self.A[level]) for level in HARDWARE[1:]])

    def named(self, element: int) -> dict[str, int]:
        """Return the coordinates of an element of the tensor, in the order of the source's outputs."""
        found = d.split(element, self.outs)
        return {name: found[name] for name, _ in self.src._outs}

    def places(self, side: str) -> list[int]:
        """Return the columns of a side in the order of a flat place: register bits low, then lane, warp, block."""
        columns = self.A if side == "A" else self.B
        return [column for level in HARDWARE for column in columns[level]]

    def _find_pull(self) -> tuple[str, Columns]:
        missing = 0
        for level in LEVELS:
            pull = self._pull_at(level)
            if not isinstance(pull, int):
                return level, pull
            missing = pull
        element = self.named(missing)
        raise NotInvertibleError(
            f"convert: the destination wants {d.named(element)}, which the source {self.src._show()} does not hold",
            element,
        )

    def _pull_at(self, level: str) -> Columns | int:
        """Return the pull that stays within a level, or an element that such a pull cannot reach."""
        free = HARDWARE[: LEVELS.index(level) + 1]  # the inputs that may be chosen; the others are one's own
        start, position = {}, 0
        for name in HARDWARE:
            start[name] = position
            position += len(self.A[name])
        near = [_Solver(self.A, HARDWARE[: k + 1], self.bits) for k in range(len(free))]
        pull: dict[str, tuple[int, ...]] = {}
        for name in HARDWARE:
            found = []
            for i, wanted in enumerate(self.B[name]):
                column = self._nearest(name, i, wanted, near, start, name in free)
                if column is None:
                    return wanted
                found.append(column)
            pull[name] = tuple(found)
        return pull

    def _nearest(
        self, name: str, i: int, wanted: int, near: Sequence[_Solver], start: Mapping[str, int], free: bool
    ) -> int | None:
        """Return a source of one bit of a place: one's own lane (warp, block) before others, near before far."""
        own = self.A[name][i] if name != "register" else 0
        mine = 1 << start[name] + i if name != "register" else 0
        for solver in near:
            if mine and (x := solver(wanted ^ own)) is not None:
                return x ^ mine
            if (free or not mine) and (x := solver(wanted)) is not None:
                return x
        return None

    def check_pull(self) -> None:
        """Raise unless ``A(C(h)) == B(h)`` for every place h, which it is by construction."""
        columns = self.places("A")
        for name in HARDWARE:
            for column, wanted in zip(self.pull[name], self.B[name], strict=True):
                if image(columns, column) != wanted:
                    raise LayoutError(f"convert: the pull of {name} is wrong", (name, wanted))


class _Solver:
    """Solves A(x) == y with x in some of the levels."""

    __slots__ = ("_columns", "_count", "_rows")

    def __init__(self, A: Columns, levels: Sequence[str], rows: int) -> None:
        # Levels are solved from the bottom, so their columns are the first of a flat place.
        mine = tuple([column for level in levels for column in A[level]])
        self._columns = BitMatrix._new(mine, rows)._reduced()[0]
        self._count, self._rows = len(mine), rows

    def __call__(self, y: int) -> int | None:
        (x,) = compose(self._columns, (y,), self._count + self._rows)
        return None if x >> self._count else x


def read_layout(operation: str, value: Any) -> LinearLayout:
    """Return a distributed layout, or refuse what is none."""
    if not isinstance(value, LinearLayout):
        raise d.no_layout(operation, value)
    for name, _ in value._ins:
        if name not in HARDWARE:
            raise ProfileError(
                f"{operation}: the input {_show(name)} of {value._show()} is none of {', '.join(HARDWARE)}", name
            )
    return value


def element_width(operation: str, element_bits: Any) -> int:
    """Return the bits of an element: 4, 8, 16, 32, 64 or 128; refuse others."""
    width = to_int(element_bits, f"{operation}: the bits of an element")
    if width not in (4, 8, 16, 32, 64, 128):
        raise ProfileError(f"{operation}: elements of {width} bits; known are 4, 8, 16, 32, 64 and 128", width)
    return width


def columns_of(layout: LinearLayout, outs: d.Dims) -> dict[str, tuple[int, ...]]:
    """Return the columns of each level of a layout over the outputs in this order."""
    where = d.places(layout._outs, outs)
    ins = dict(layout._ins)
    return {name: compose(where, layout._columns(name), d.total(outs)) if name in ins else () for name in HARDWARE}


def _padded(A: dict[str, tuple[int, ...]], B: dict[str, tuple[int, ...]]) -> tuple[Columns, Columns]:
    for name in HARDWARE[1:]:
        most = max(len(A[name]), len(B[name]))
        A[name] += (0,) * (most - len(A[name]))
        B[name] += (0,) * (most - len(B[name]))
    return A, B
