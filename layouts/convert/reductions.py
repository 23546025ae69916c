"""Sums along an axis of a distributed tensor: which threads hold the terms, and in which steps they meet.

Let K be the places that stay in the same element of the result, the kernel of the layout without the axis.  Places that
hold the same element twice, the kernel of the layout, must count once, so the sum runs over a complement of the copies
in K.  Its basis tells the steps: vectors of register bits alone are sums within a thread, vectors with a lane mask are
butterflies within a warp, vectors with a warp go through a buffer in shared memory, vectors with a block through the
buffers of all blocks of the cluster.

By hand, the rows of the accumulator of a 16x8 mma: a row is held by 4 lanes, 2 values in each, so one addition, then
butterflies with the masks 1 and 2; each lane keeps two sums, for the rows r and r + 8.

>>> from layouts import LinearLayout
>>> lanes = [[0, 2], [0, 4], [1, 0], [2, 0], [4, 0]]
>>> acc = LinearLayout([("register", [[0, 1], [8, 0]]), ("lane", lanes)], [("row", 16), ("col", 8)])
>>> rows = reduce(acc, "col")
>>> rows.additions, rows.masks, rows.values
(2, [1, 2], 2)
>>> reduce(acc, "row").masks
[4, 8, 16]
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ..bits import BitMatrix
from ..errors import LayoutError, NotInvertibleError, ProfileError
from ..inttuple import _show
from ..linear import dims as d
from ..linear.layout import LinearLayout
from .move import HARDWARE, MAX_PLACE_BITS, columns_of, element_width, read_layout
from .steps import Affine
from .target import target as read_target

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from .target import Target

__all__ = ["Butterfly", "Reduction", "Rendezvous", "reduce"]

RULES = ("butterfly", "swap")


@dataclass(frozen=True, slots=True)
class Butterfly:
    """``v[r] += shfl_bfly(v[r ^ register], lane)`` for each value r, all lanes at once.

    With ``halves`` the lanes exchange instead: of the values r and ``r ^ halves`` the lane with the bit ``lane`` clear
    keeps the one with the bit clear, and only half of the values travel.
    """

    register: int
    lane: int
    halves: int = 0


@dataclass(frozen=True, slots=True)
class Rendezvous:
    """The sums of several warps, or blocks, meet in a buffer: one slot for each of them, ``slots`` for a result.

    A thread writes value r to the cell ``result << log2(slots) | slot``, both XOR-linear in r and the thread; ``only``
    lists bits of a thread that must be 0, so that of several owners one writes.  After the barrier a lane adds up
    ``iterations`` slots for each value, and ``butterflies`` add up those of the lanes.
    """

    results: int
    slots: int
    only: tuple[int, ...]
    cell_of_register: tuple[int, ...]
    cell: Affine
    slot_of_thread: tuple[int, ...]
    slot_of_register: tuple[int, ...]
    butterflies: tuple[Butterfly, ...]
    iterations: int
    peers: tuple[int, ...]

    @property
    def scope(self) -> str:
        """Who waits at the barrier: 'block' or 'cluster'."""
        return "cluster" if self.peers else "block"


@dataclass(frozen=True, slots=True)
class Reduction:
    """The steps of a reduction, what they cost, and where the result is.

    ``thread`` are masks of register bits, ``warp`` butterflies, ``far`` the step through shared memory or None.
    ``result`` is the layout of the result: the columns along the axis are zero, so every owner of a term owns the sum.
    """

    layout: LinearLayout
    axis: str
    element_bits: int
    target: Target
    rule: str
    thread: tuple[int, ...]
    warp: tuple[Butterfly, ...]
    far: Rendezvous | None
    values: int
    additions: int
    result: LinearLayout
    _sizes: tuple[int, ...] = field(repr=False)

    @property
    def masks(self) -> list[int]:
        """The lane masks of the butterflies within a warp."""
        return [step.lane for step in self.warp]

    @property
    def shuffles(self) -> int:
        """The shuffles of a thread, of words of at most 32 bits, those after the buffer included."""
        words, count, values = -(-self.element_bits // 32), 0, self._kept
        for step in self.warp:
            values = values // 2 if step.halves else values
            count += values
        return words * (count + (self.values * len(self.far.butterflies) if self.far else 0))

    @property
    def _kept(self) -> int:
        """The values of a thread before the butterflies."""
        halved = sum([1 for step in self.warp if step.halves])
        return self.values << halved

    @property
    def buffer_bytes(self) -> int:
        """The bytes of shared memory of a block, 0 where none is needed; a cluster sends each block so many."""
        return self.far.results * self.far.slots * max(self.element_bits, 8) // 8 if self.far else 0

    def simulate(self, seed: int = 0) -> int:
        """Run the steps on random numbers, lane by lane, and return how many sums were compared with numpy's.

        Raises: LayoutError with the place and the two sums where they differ.
        """
        from .reduction_machine import run

        return run(self, seed)

    def to_json(self) -> dict[str, Any]:
        """Return the reduction as plain data."""
        far = self.far
        return {
            "axis": self.axis,
            "rule": self.rule,
            "additions": self.additions,
            "values": self.values,
            "thread": list(self.thread),
            "warp": [{"register": s.register, "lane": s.lane, "halves": s.halves} for s in self.warp],
            "shuffles": self.shuffles,
            "slots": far.slots if far else 0,
            "iterations": far.iterations if far else 0,
            "buffer_bytes": self.buffer_bytes,
            "scope": far.scope if far else "warp" if self.warp else "thread",
            "result": str(self.result),
        }

    def __str__(self) -> str:
        words = [f"reduce {self.axis} of {d.show_dims(self.layout._outs)}, {self.element_bits}-bit elements"]
        words.append(f"  thread: {self.additions} additions, {_times(self._kept, 'value')} left")
        for step in self.warp:
            other = f"v[r ^ {step.register}]" if step.register else "v[r]"
            how = f", which leaves half of the values (register bit {step.halves})" if step.halves else ""
            words.append(f"  warp:   v[r] += shfl_bfly({other}, {step.lane}){how}")
        if self.far:
            far = self.far
            words.append(
                f"  {far.scope + ':':7} {_times(far.results, 'result')} in {_times(far.slots, 'slot')} each,"
                f" {self.buffer_bytes} bytes; {_times(far.iterations, 'load')} a value, butterflies"
                f" {[step.lane for step in far.butterflies]}"
            )
        words.append(f"  {_times(self.shuffles, 'shuffle')} a thread, {_times(self.values, 'result')} in each")
        return "\n".join(words)


def reduce(
    layout: Any, axis: Any, *, element_bits: Any = 32, target: Any = "sm90", rule: Any = "butterfly"
) -> Reduction:
    """Return the steps of a sum (or another commutative, associative operation) along one axis of a tensor.

    Works for every linear layout: registers, lanes, warps and blocks may hold any XOR combination of elements, and
    copies.  ``rule='swap'`` exchanges halves of the values where a lane holds several, so that fewer values travel, and
    leaves them spread over the lanes: s values in each of L lanes cost ``s * (log2 L - log2 s) + s - 1`` shuffles
    instead of ``s * log2 L``.
    Requires: inputs among register, lane, warp, block; an output ``axis``; a layout that holds every element.
    Ensures:  after the steps the place h holds the sum over all elements that differ from ``layout(h)`` in the axis
              alone, each counted once; ``result(h)`` is its coordinate.  Simulated before it is returned.
    Raises:   ProfileError; NotInvertibleError with an element that nobody holds; LayoutError where 'swap' does not
              apply.
    Cost:     a few eliminations, and the simulation: linear in the places.
    Triton:   what ``ReduceOpHelper`` and its lowering do.  CuTe: the warp, block and cluster reductions of Quack.

    >>> from layouts import LinearLayout
    >>> row = LinearLayout.identity_1d(8, "register", "n") * LinearLayout.identity_1d(32, "lane", "n")
    >>> row = row * LinearLayout.identity_1d(4, "warp", "n") * LinearLayout.identity_1d(4, "register", "n")
    >>> print(reduce(row, "n"))                            # 4096 numbers, 128 threads, vectors of 8
    reduce n of [n:4096], 32-bit elements
      thread: 31 additions, 1 value left
      warp:   v[r] += shfl_bfly(v[r], 1)
      warp:   v[r] += shfl_bfly(v[r], 2)
      warp:   v[r] += shfl_bfly(v[r], 4)
      warp:   v[r] += shfl_bfly(v[r], 8)
      warp:   v[r] += shfl_bfly(v[r], 16)
      block:  1 result in 4 slots each, 16 bytes; 1 load a value, butterflies [1, 2]
      7 shuffles a thread, 1 result in each
    """
    operation = "reduce"
    L, width, machine = read_layout(operation, layout), element_width(operation, element_bits), read_target(target)
    if rule not in RULES:
        raise ProfileError(f"{operation}: the rule {_show(rule)} is none of {', '.join(RULES)}", rule)
    d.find(operation, axis, L._outs, "output")
    problem = Problem(L, axis, machine)
    thread, lanes, far = problem.steps()
    kept = 1 << problem.sizes[0] - len(problem.near[0])
    copies = len(_kernel(problem.columns[: problem.sizes[0]], problem.rows))
    additions = (1 << problem.sizes[0] - copies) - kept
    result, values = problem.result(), kept
    if rule == "swap":
        from .swap import swapped

        if far is not None:
            raise LayoutError(f"{operation}: 'swap' is for sums within a warp, and {_show(axis)} crosses warps", axis)
        lanes, result, values = swapped(problem, lanes, kept)
    found = Reduction(L, axis, width, machine, rule, thread, lanes, far, values, additions, result, problem.sizes)
    found.simulate()
    return found


class Problem:
    """The columns of a layout, and the subspaces of places that a reduction walks."""

    def __init__(self, layout: LinearLayout, axis: str, machine: Target) -> None:
        self.layout, self.axis = layout, axis
        self.outs = tuple(reversed(layout._outs))
        self.rows = d.total(self.outs)
        rows = columns_of(layout, self.outs)
        self.columns = tuple([column for name in HARDWARE for column in rows[name]])
        self.sizes = tuple([len(rows[name]) for name in HARDWARE])
        if sum(self.sizes) > MAX_PLACE_BITS:
            raise ProfileError(f"reduce: more than 2**{MAX_PLACE_BITS} places", sum(self.sizes))
        if 1 << self.sizes[1] > machine.lanes:
            raise ProfileError(
                f"reduce: {1 << self.sizes[1]} lanes, and a warp of {machine} has {machine.lanes}", 1 << self.sizes[1]
            )
        self._check_surjective()
        start, bits = d.offsets(self.outs)[axis], dict(self.outs)[axis]
        self.others = (1 << self.rows) - 1 ^ ((1 << bits) - 1 << start)
        self.kept = tuple([column & self.others for column in self.columns])
        self.copies = _kernel(self.columns, self.rows)
        bounds = [sum(self.sizes[: k + 1]) for k in range(4)]
        self.near = [_kernel(self.kept[:bound], self.rows) for bound in bounds]

    def _check_surjective(self) -> None:
        missed = BitMatrix._new(self.columns, self.rows)._reduced()[2]
        if missed:
            element = d.split(missed & -missed, self.outs)
            raise NotInvertibleError(
                f"reduce: {self.layout._show()} does not hold {d.named(element)}, so no sum has all of its terms",
                element,
            )

    def steps(self) -> tuple[tuple[int, ...], tuple[Butterfly, ...], Rendezvous | None]:
        """Return the steps within a thread, within a warp, and beyond."""
        groups = _extensions(self.copies, self.near, sum(self.sizes))
        registers = self.sizes[0]
        low = (1 << registers) - 1
        lanes = tuple([Butterfly(v & low, v >> registers) for v in groups[1]])
        beyond = [*groups[2], *groups[3]]
        return tuple(groups[0]), lanes, self._rendezvous(groups, beyond) if beyond else None

    def _rendezvous(self, groups: Sequence[Sequence[int]], beyond: Sequence[int]) -> Rendezvous:
        registers, lanes, warps, _ = self.sizes
        bits, inside = sum(self.sizes), registers + lanes + warps
        low = (1 << registers) - 1
        basis = [*self.copies, *groups[0], *groups[1]]
        slot = _coordinates(basis, beyond, bits)
        # The bits of a result that tell the results of one block apart.
        pivots = BitMatrix._new(self.kept[:inside], self.rows).transpose().reduced_echelon()[1]
        compact = [sum([(column >> p & 1) << i for i, p in enumerate(pivots)]) for column in self.kept]
        cells = [c << len(beyond) | s for c, s in zip(compact, slot, strict=True)]
        same = [v >> registers for v in _kernel(tuple(cells[:inside]), len(pivots) + len(beyond))]
        only = tuple([1 << v.bit_length() - 1 for v in BitMatrix._new(tuple(same), bits).image().columns])
        groups_of_lanes = [v for v in self.near[1] if v >> registers][: len(beyond)]  # they want the same results
        chosen = _coordinates(self.near[0], groups_of_lanes, registers + lanes)
        peers = [v >> inside for v in BitMatrix._new(tuple(beyond), bits).image().columns if v >> inside]
        return Rendezvous(
            results=1 << len(pivots),
            slots=1 << len(beyond),
            only=only,
            cell_of_register=tuple(cells[:registers]),
            cell=Affine(tuple(cells[registers:])),
            slot_of_thread=tuple(chosen[registers:]),
            slot_of_register=tuple(chosen[:registers]),
            butterflies=tuple([Butterfly(v & low, v >> registers) for v in groups_of_lanes]),
            iterations=1 << len(beyond) - len(groups_of_lanes),
            peers=tuple(peers),
        )

    def result(self) -> LinearLayout:
        """Return the layout of the sums: the axis is left out."""
        return without(self.layout, self.axis)


def without(layout: LinearLayout, axis: str) -> LinearLayout:
    """Return a layout without one of its outputs."""
    return layout.sublayout([name for name, _ in layout._ins], [name for name, _ in layout._outs if name != axis])


def _kernel(columns: Sequence[int], rows: int) -> list[int]:
    return list(BitMatrix._new(tuple(columns), rows).kernel().columns)


def _extensions(first: Sequence[int], chain: Sequence[Sequence[int]], rows: int) -> list[list[int]]:
    """Return for each of growing subspaces the vectors that extend the sum of all before it."""
    stacked = [*first]
    owner = [-1] * len(first)
    for level, vectors in enumerate(chain):
        stacked += vectors
        owner += [level] * len(vectors)
    found: list[list[int]] = [[] for _ in chain]
    for place in BitMatrix._new(tuple(stacked), rows).reduced_echelon()[1]:
        if owner[place] >= 0:
            found[owner[place]].append(stacked[place])
    return found


def _coordinates(zero: Sequence[int], ones: Sequence[int], bits: int) -> list[int]:
    """Return forms as columns: bit i is 1 on ``ones[i]``, 0 on the other ones, on ``zero``, and on a complement."""
    known = [*zero, *ones]
    rest = BitMatrix._new(tuple(known), bits).complement().columns
    basis = BitMatrix._new((*known, *rest), bits)
    chosen = BitMatrix._new(tuple(known), bits).reduced_echelon()[1]
    if len(chosen) != len(known):
        raise LayoutError("reduce: dependent vectors", tuple(known))
    mask = (1 << len(ones)) - 1
    return [column >> len(zero) & mask for column in basis.inverse().columns]


def _times(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
