"""Gather along an axis: ``out[.., i, ..] = source[.., index[.., i, ..], ..]``, by shuffles where nobody else is needed.

The index tensor says at run time which element of the axis each place wants; the other coordinates are the place's own.
So the register and the lane that hold the element are the XOR of a part that the place knows and a part that the index
value gives.  If neither reaches into another warp, shuffles suffice: for each register that may hold the element all
lanes send it, each takes it from the lane it wants, and keeps the one it asked for.  Otherwise the source goes through
shared memory.

By hand: a row of 64 in one warp, two registers in each lane.  An index names a lane and one of two registers, so each
wanted element costs two shuffles and a select.

>>> from layouts import LinearLayout
>>> row = LinearLayout.identity_1d(2, "register", "n") * LinearLayout.identity_1d(32, "lane", "n")
>>> print(gather(row, row, "n"))
gather along n by shuffles, 32-bit elements
  for each of 2 indices of a thread: 2 shuffles, 1 select
  4 shuffles, 2 selects a thread
"""

from __future__ import annotations

from dataclasses import dataclass

from ..bits import BitMatrix
from ..elimination import compose, image
from ..errors import LayoutError, NotInvertibleError, ProfileError
from ..linear import dims as d
from ..linear.layout import LinearLayout
from .move import HARDWARE, MAX_PLACE_BITS, columns_of, element_width, read_layout
from .steps import Affine
from .target import target as read_target

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .target import Target

__all__ = ["Gather", "gather"]


@dataclass(frozen=True, slots=True)
class Gather:
    """How a gather is done: by shuffles, or through shared memory.

    The place that holds the wanted element is ``own(place) ^ by_index(index)``; both are columns over the places of the
    source, register bits low.  ``candidates`` are the registers, relative to the ones that are known when the code is
    compiled, that may hold it.
    """

    source: LinearLayout
    index: LinearLayout
    axis: str
    element_bits: int
    target: Target
    rule: str
    own: tuple[int, ...]
    by_index: tuple[int, ...]
    candidates: tuple[int, ...]
    indices: int

    @property
    def shuffles(self) -> int:
        """The shuffles of a thread, of words of at most 32 bits."""
        if self.rule != "shuffle":
            return 0
        return self.indices * len(self.candidates) * -(-self.element_bits // 32)

    @property
    def selects(self) -> int:
        """The selects of a thread."""
        if self.rule != "shuffle":
            return 0
        return self.indices * (len(self.candidates) - 1) * -(-self.element_bits // 32)

    @property
    def buffer_bytes(self) -> int:
        """The bytes of shared memory, 0 where shuffles do."""
        if self.rule == "shuffle":
            return 0
        return max(1, self.source.get_total_out_dim_size() * self.element_bits // 8)

    def simulate(self, seed: int = 0) -> int:
        """Gather at random indices, lane by lane, and return how many elements were compared with numpy's.

        Raises: LayoutError with the first place that differs.
        """
        return _simulated(self, seed)

    def to_json(self) -> dict[str, Any]:
        """Return the gather as plain data."""
        return {
            "axis": self.axis,
            "rule": self.rule,
            "indices": self.indices,
            "candidates": list(self.candidates),
            "shuffles": self.shuffles,
            "selects": self.selects,
            "buffer_bytes": self.buffer_bytes,
        }

    def __str__(self) -> str:
        how = "shuffles" if self.rule == "shuffle" else "shared memory"
        first = f"gather along {self.axis} by {how}, {self.element_bits}-bit elements"
        if self.rule == "shuffle":
            each = len(self.candidates) * -(-self.element_bits // 32)
            return (
                f"{first}\n  for each of {self.indices} indices of a thread: {_count(each, 'shuffle')},"
                f" {_count(self.selects // self.indices, 'select')}\n"
                f"  {_count(self.shuffles, 'shuffle')}, {_count(self.selects, 'select')} a thread"
            )
        return (
            f"{first}\n  the source is stored ({self.buffer_bytes} bytes), then each thread loads"
            f" {_count(self.indices, 'element')} where its indices say"
        )


def gather(source: Any, index: Any, axis: Any, *, element_bits: Any = 32, target: Any = "sm90") -> Gather:
    """Return how elements of a distributed tensor are gathered along an axis, indices in a layout of their own.

    The result has the layout of the indices.  Along the axis the two tensors may differ in size.
    Requires: inputs among register, lane, warp, block; equal outputs, but for the size of ``axis``; a source that holds
              every element.
    Ensures:  by shuffles if and only if, for every place and every index, the element is in the place's own warp; the
              own place is preferred among copies.  Simulated before it is returned.
    Raises:   ProfileError; NotInvertibleError with an element that nobody holds.
    Cost:     a few eliminations and the simulation.
    Triton:   ``GatherLoweringHelper`` and ``tl.gather``; ours also lets lanes and registers differ in the other
              dimensions, where it sends more registers.

    >>> from layouts import LinearLayout
    >>> row = LinearLayout.identity_1d(32, "lane", "n") * LinearLayout.identity_1d(2, "warp", "n")
    >>> gather(row, row, "n").rule                          # an index may name the other warp
    'shared'
    """
    operation = "gather"
    S, J = read_layout(operation, source), read_layout(operation, index)
    width, machine = element_width(operation, element_bits), read_target(target)
    d.find(operation, axis, S._outs, "output")
    _check_sizes(S, J, axis)
    rows, wanted = _rows(S, J)
    places = [sum([len(row) for row in side.values()]) for side in (rows, wanted)]
    if max(places) > MAX_PLACE_BITS:
        raise ProfileError(f"{operation}: more than 2**{MAX_PLACE_BITS} places", max(places))
    own, by_index = _pull(S, J, axis, rows, wanted)
    registers, known = len(rows["register"]), len(wanted["register"])
    crosses = _differs(own, rows, wanted) + [x >> registers + len(rows["lane"]) for x in by_index]
    low = (1 << registers) - 1
    moved = BitMatrix._new(tuple([x & low for x in (*own[known:], *by_index)]), registers).image().columns
    candidates = tuple(sorted([image(moved, k) for k in range(1 << len(moved))]))
    rule = "shared" if any(crosses) else "shuffle"
    found = Gather(S, J, axis, width, machine, rule, own, by_index, candidates, 1 << known)
    found.simulate()
    return found


def _pull(S: LinearLayout, J: LinearLayout, axis: str, rows: Any, wanted: Any) -> tuple[tuple[int, ...], ...]:
    """Return the place of the source of each bit of a place of the indices, and of each bit of an index.

    The element of a place has the place's own coordinates but for the axis, so ``S(own) == J`` without the axis; the
    bits of an index are those of the axis.  What a place lacks is solved for with registers first, then lanes.
    """
    outs = tuple(reversed(S._outs))
    total = d.total(outs)
    columns = tuple([column for name in HARDWARE for column in rows[name]])
    solver, _, missed = BitMatrix._new(columns, total)._reduced()
    if missed:
        element = d.split(missed & -missed, outs)
        raise NotInvertibleError(f"gather: {S._show()} does not hold {d.named(element)}", element)
    start, bits = d.offsets(outs)[axis], dict(outs)[axis]
    sizes = dict(J._outs)
    moved = [0 if name == axis else 1 << d.offsets(outs)[name] + i for name, _ in outs for i in range(sizes[name])]
    own, first = [], 0
    for name in HARDWARE:
        for k, column in enumerate(wanted[name]):
            mine = 1 << first + k if name != "register" else 0
            lacks = image(moved, column) ^ image(columns, mine)
            own.append(mine ^ compose(solver, (lacks,), len(columns) + total)[0])
        first += len(rows[name])
    axis_bits = tuple([1 << start + i for i in range(bits)])
    return tuple(own), compose(solver, axis_bits, len(columns) + total)


def _differs(own: tuple[int, ...], rows: Any, wanted: Any) -> list[int]:
    """Return for each bit of a place how the warp and block of its element differ from its own."""
    beyond = len(rows["register"]) + len(rows["lane"])
    near = len(wanted["register"]) + len(wanted["lane"])
    return [(x >> beyond) ^ (1 << k - near if k >= near else 0) for k, x in enumerate(own)]


def _check_sizes(S: LinearLayout, J: LinearLayout, axis: str) -> None:
    """Refuse tensors that differ in more than the size of the axis."""
    mine, theirs = dict(S._outs), dict(J._outs)
    if {**mine, axis: 0} != {**theirs, axis: 0} or axis not in theirs:
        raise ProfileError(
            f"gather: source {d.show_dims(S._outs)} and indices {d.show_dims(J._outs)} differ in more than {axis}",
            (S.out_dims, J.out_dims),
        )


def _rows(S: LinearLayout, J: LinearLayout) -> tuple[Any, Any]:
    """Return the columns of both sides by level; missing lanes, warps and blocks hold copies."""
    names = [name for name, _ in reversed(S._outs)]
    rows, wanted = [columns_of(side, tuple([(name, dict(side._outs)[name]) for name in names])) for side in (S, J)]
    for name in HARDWARE[1:]:
        most = max(len(rows[name]), len(wanted[name]))
        rows[name] += (0,) * (most - len(rows[name]))
        wanted[name] += (0,) * (most - len(wanted[name]))
    return rows, wanted


def _simulated(found: Gather, seed: int) -> int:
    import numpy

    S, J = found.source, found.index
    rows, wanted = _rows(S, J)
    random, sizes = numpy.random.default_rng(seed), dict(J._outs)
    numbers = random.integers(0, 2**31, [1 << bits for _, bits in S._outs])
    asked = random.integers(0, 1 << dict(S._outs)[found.axis], [1 << sizes[name] for name, _ in S._outs])
    held, place = numbers.ravel()[_table(rows)], _table(wanted)
    at = Affine(found.own).table(len(found.own))
    at = at ^ Affine(found.by_index).table(len(found.by_index))[asked.ravel()[place]]
    got = _fetched(numpy, found, held, at, rows, wanted) if found.rule == "shuffle" else _through(numpy, S, held, at)
    axis = [name for name, _ in S._outs].index(found.axis)
    right = numpy.take_along_axis(numbers, asked, axis).ravel()[place]
    if (got != right).any():
        where = int((got != right).argmax())
        raise LayoutError(f"gather: place {where} gets {int(got[where])} and not {int(right[where])}", where)
    return int(got.size)


def _through(numpy: Any, S: LinearLayout, held: Any, at: Any) -> Any:
    """Store every element at its number in the tensor, then load from there."""
    cells = _table(columns_of(S, tuple(reversed(S._outs))))
    memory = numpy.full(S.get_total_out_dim_size(), -1, numpy.int64)
    memory[cells] = held
    return memory[cells[at]]


def _fetched(numpy: Any, found: Gather, held: Any, at: Any, rows: Any, wanted: Any) -> Any:
    """Do the shuffles: in each round every lane sends one register that is known when the code is compiled."""
    registers, known = len(rows["register"]), len(wanted["register"])
    file = held.reshape(-1, 1 << registers)
    places = numpy.arange(len(at))
    thread, index = places >> known, places & (1 << known) - 1
    lanes = (1 << len(rows["lane"])) - 1
    lane = at >> registers & lanes
    static = Affine(tuple([x & (1 << registers) - 1 for x in found.own[:known]])).table(known)[index]
    got = numpy.full(len(at), -1, numpy.int64)
    for candidate in found.candidates:
        arrived = file[thread & ~lanes | lane, static ^ candidate]
        got = numpy.where(at & (1 << registers) - 1 == static ^ candidate, arrived, got)
    return got


def _table(rows: Any) -> Any:
    columns = tuple([column for name in HARDWARE for column in rows[name]])
    return Affine(columns).table(len(columns))


def _count(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
