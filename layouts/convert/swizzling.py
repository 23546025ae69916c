"""``optimal_swizzle``: the layout of shared memory with the widest vectors and the fewest bank conflicts.

Accesses are distributed layouts: what each register, lane and warp writes or reads.  By hand, a 16x32 tile of floats,
written by rows and read by columns.  No register bits are common, so single words are moved.  A store's lanes differ by
1 2 4 8 16, a load's by 32 64 128 256 1.  A segment that meets neither pairs 2 4 8 16 with 32 64 128 256:

>>> from layouts import LinearLayout
>>> outs = [("row", 16), ("column", 32)]
>>> write = LinearLayout([("register", [[1, 0], [2, 0], [4, 0], [8, 0]]),
...                       ("lane", [[0, 1], [0, 2], [0, 4], [0, 8], [0, 16]])], outs)
>>> read = LinearLayout([("register", [[0, 2], [0, 4], [0, 8], [0, 16]]),
...                      ("lane", [[1, 0], [2, 0], [4, 0], [8, 0], [0, 1]])], outs)
>>> found = optimal_swizzle(write, read, element_bits=32)
>>> found.V, found.bank, found.segment
((), (1, 2, 4, 8, 16), (34, 68, 136, 272))
>>> found.wavefronts, found.ideal, str(found.swizzle)
((16, 16), (16, 16), 'Sw<4,1,4> o 0 o (16,32):(32,1)')
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from ..errors import LayoutError, ProfileError, TooLargeError
from ..inttuple import _show
from ..linear import dims as d
from ..linear.layout import LinearLayout
from .accesses import Vectors
from .construction import Demand, construct
from .move import HARDWARE, columns_of, element_width, read_layout
from .sides import Side, Window
from .target import Target, target
from .vectors import common_vectors, filled, row_bits, word_bits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from ..composed import ComposedLayout
    from ..verify.memory import MemoryModel
    from .accesses import Matrices
    from .construction import Offsets
    from .rivals import Padded

    Access = Vectors | Matrices

__all__ = ["OptimalSwizzle", "Term", "optimal_swizzle"]

MAX_ACCESSES = 16

MAX_PLACE_BITS = 20
"""The most bits of a place of an access: its wavefronts are counted lane by lane."""


@dataclass(frozen=True, slots=True)
class Term:
    """The count of one access, for one warp: ``instructions * phases * 2**excess`` wavefronts.

    ``phase`` spans the differences of the elements of one phase, and ``meet`` is what the segment has of that span,
    elements of one word taken as one; the phase takes ``2**len(meet)`` wavefronts, ``excess`` is the exponent and
    ``least`` the bound for it.  ``kind`` is store, load, stmatrix or ldmatrix; ``bits`` is what a lane, or a row of a
    matrix, moves.

    >>> Term("load", 32, 16, 1, phase=(1, 2, 4, 32, 64), meet=(32, 64), least=0).wavefronts
    64
    """

    kind: str
    bits: int
    instructions: int
    phases: int
    phase: tuple[int, ...]
    meet: tuple[int, ...]
    least: int

    @property
    def excess(self) -> int:
        """The exponent of the wavefronts of a phase."""
        return len(self.meet)

    @property
    def wavefronts(self) -> int:
        """The wavefronts of a warp."""
        return self.ideal << self.excess

    @property
    def ideal(self) -> int:
        """The wavefronts without conflicts: one for each phase."""
        return self.instructions * self.phases


@dataclass(frozen=True)
class OptimalSwizzle:
    """A layout of shared memory for some accesses, what it costs, and why.

    ``layout`` takes an offset, counted in elements, to the element that is there.  ``V``, ``fill``, ``bank`` and
    ``segment`` are the elements at the offsets 1, 2, 4, ... in this order: inside a vector, inside a word of 32 bits
    beyond it, up to a row of all banks, and from there on; elements are flat, the last dimension in the low bits.
    ``certificate`` has the closed form of the count of each access.  ``optimal`` says that no other segment for these
    vectors has fewer wavefronts.
    """

    layout: LinearLayout
    element_bits: int
    vector_bits: int
    V: tuple[int, ...]
    fill: tuple[int, ...]
    bank: tuple[int, ...]
    segment: tuple[int, ...]
    certificate: tuple[Term, ...]
    optimal: bool
    memory: MemoryModel
    _accesses: tuple[Access, ...] = field(repr=False, compare=False)

    @property
    def wavefronts(self) -> tuple[int, ...]:
        """The wavefronts of each access, for one warp and all its registers."""
        return tuple([term.wavefronts for term in self.certificate])

    @property
    def ideal(self) -> tuple[int, ...]:
        """The wavefronts of each access without conflicts."""
        return tuple([term.ideal for term in self.certificate])

    @property
    def conflicts(self) -> int:
        """The wavefronts beyond the ideal, of all accesses."""
        return sum(self.wavefronts) - sum(self.ideal)

    def verify(self) -> bool:
        """Count the wavefronts of every lane of every warp, and compare them with the closed forms.

        Returns True.
        Raises: LayoutError with the access, the closed form and the count, if they differ.
        """
        for number, (term, access) in enumerate(zip(self.certificate, self._accesses, strict=True)):
            counted = access.brute(self.memory, self.element_bits)
            warps = 1 << len(access.side.threads) - access.side.lanes
            warps >>= sum([k >= access.side.lanes for k in access.side.idle])
            expected = term.wavefronts * warps, term.ideal * warps
            if counted != expected:
                raise LayoutError(
                    f"optimal_swizzle: access {number} takes {counted[0]} wavefronts, ideal {counted[1]}, where"
                    f" {expected[0]}, ideal {expected[1]} were computed",
                    (number, expected, counted),
                )
        return True

    @cached_property
    def swizzle(self) -> ComposedLayout | None:
        """The layout from elements to offsets as ``Swizzle(B, M, S)`` after a plain layout; None where none is it.

        The shape is that of the tensor, first dimension fastest.
        """
        from .rivals import swizzled_form

        return swizzled_form(self.layout)

    @cached_property
    def padding(self) -> Padded | None:
        """The padding of a plain layout that costs the least, with its bytes and its wavefronts; None where none is.

        The plain layout has the elements of a vector side by side, where these are bits of the tensor, and is
        row-major otherwise.
        """
        from .rivals import padded_rival

        sides = [access.side for access in self._accesses]
        return padded_rival(self.layout, self.V, sides, self.element_bits, self.memory)

    def __str__(self) -> str:
        outs = ", ".join([f"{name}:{size}" for name, size in self.layout.out_dims])
        lines = [f"[{outs}], {self.element_bits}-bit elements, {self.memory}"]
        lines.append(f"  vector      {list(self.V)}: {self.vector_bits} bits")
        if self.fill:
            lines.append(f"  word        {list(self.fill)}")
        lines.append(f"  bank        {list(self.bank)}")
        lines.append(f"  segment     {list(self.segment)}")
        for term in self.certificate:
            ways = f"{term.instructions} x {term.phases} x 2^{term.excess}"
            lines.append(f"  {term.kind:<11} {term.wavefronts} wavefronts, ideal {term.ideal}: {ways}")
        lines.append(f"  swizzle     {self.swizzle or 'no Sw<B,M,S> after a plain layout'}")
        lines.append(f"  padding     {self.padding or 'none'}")
        return "\n".join(lines)


def optimal_swizzle(
    *accesses: Any,
    element_bits: Any,
    target: Any = "sm90",
    kinds: Sequence[str] | None = None,
    vector_bits: Any = None,
) -> OptimalSwizzle:
    """Return the layout of shared memory with the widest common vectors, and then the fewest wavefronts.

    An access is a ``LinearLayout`` from register, lane, warp and block to the tensor, or a list of them is given.
    ``kinds`` says of each whether it is a 'store' or a 'load'; without it the first stores and the others load.  The
    elements side by side are common to the registers of all accesses, up to ``vector_bits``, by default the widest
    vector of the target.  For two accesses the segment is a common complement of their phases and reaches the bound
    ``excess >= max(0, dim Seg + dim phase - d)``; for more it is searched for, and ``optimal`` says whether it is
    known to be the best.
    Requires: accesses to one tensor that stay within their block; of 4-bit elements, two that are common to all
              registers of a vector.
    Ensures:  the wavefronts of the result were counted lane by lane.
    Raises:   ProfileError for other inputs, LayoutError with the basis that leaves its block, TooLargeError for
              accesses of more than 2**20 places, or where the phases of many span more than 2**20 elements.
    Cost:     some ten reductions, and the count; for more than two accesses a search of bounded size.
    Triton:   ``optimalSwizzlingLdSt``.
    """
    operation = "optimal_swizzle"
    machine = _read_target(target)
    bits = element_width(operation, element_bits)
    given = _read_accesses(operation, accesses)
    kinds = _read_kinds(operation, kinds, len(given))
    outs = tuple(reversed(given[0]._outs))
    rows = d.total(outs)
    columns = [columns_of(layout, outs) for layout in given]
    window = Window([v for c in columns for name in HARDWARE[:3] for v in c[name]], rows)
    _check_blocks(operation, columns, window, given)
    sides = [_side(kind, c, window, columns[0]["block"]) for kind, c in zip(kinds, columns, strict=True)]
    for side, layout in zip(sides, given, strict=True):
        check_lanes(operation, side.lanes, machine, layout)
    V = common_vectors(sides, _limit(operation, vector_bits, machine, bits))
    _check_bytes(operation, bits, V)
    prefix = filled(V, sides, bits)
    demands, weights = [], []
    for side in sides:
        lanes, count = side.phase(machine.memory, max(1, (bits << len(V)) // 8))
        demands.append(Demand(len(V), (*V, *lanes), soft=tuple(side.active)))
        weights.append(count << len(side.own) - len(V))
    found = construct(window.rows, row_bits(machine.memory, bits), word_bits(bits), prefix, demands, weights)
    if found is None:  # nothing is hard
        raise LayoutError(f"{operation}: no layout for these vectors", V)
    inverse = found.inverse()
    vectors = [Vectors(side, prefix, inverse, len(V)) for side in sides]
    phases = [demand.phase for demand in demands]
    result = assemble(found, vectors, phases, machine.memory, bits, window, given[0])
    result.verify()
    return result


def assemble(
    found: Offsets,
    accesses: Sequence[Access],
    phases: Sequence[Sequence[int]],
    memory: MemoryModel,
    element_bits: int,
    window: Window,
    tensor: LinearLayout,
    blocks: tuple[int, ...] = (),
) -> OptimalSwizzle:
    """Return the result for offsets and the accesses to them."""
    outs = tuple(reversed(tensor._outs))
    rounds = len(found.rounds)
    ins: list[tuple[str, int]] = [("offset", found.rows - rounds)]
    if rounds:
        ins.append(("round", rounds))
    if blocks:
        ins.append(("block", len(blocks)))
    layout = LinearLayout._new(tuple(ins), outs, (*map(window.outside, found.columns), *blocks))
    terms = []
    for access, phase, meet, least in zip(accesses, phases, found.meets, found.least, strict=True):
        if isinstance(access, Vectors):
            width = element_bits << access.width
            count = access.side.phase(memory, max(1, width // 8))[1]
            kind = access.side.kind
        else:
            width, count = 128, access.matrices
            kind = "stmatrix" if access.side.kind == "store" else "ldmatrix"
        span, common = [tuple(map(window.outside, vectors)) for vectors in (phase, meet)]
        terms.append(Term(kind, width, access.instructions, count, span, common, least))
    narrowest = min([term.bits for term in terms]) // element_bits
    split = min(narrowest.bit_length() - 1, len(found.prefix))
    out = [window.outside(v) for v in found.prefix]
    return OptimalSwizzle(
        layout=layout.transpose_outs([name for name, _ in tensor._outs]),
        element_bits=element_bits,
        vector_bits=element_bits << split,
        V=tuple(out[:split]),
        fill=tuple(out[split:]),
        bank=tuple(map(window.outside, found.bank)),
        segment=tuple(map(window.outside, found.segment)),
        certificate=tuple(terms),
        optimal=found.exact,
        memory=memory,
        _accesses=tuple(accesses),
    )


# -- reading -----------------------------------------------------------------------------------------------------------


def _read_target(value: Any) -> Target:
    return target(value)


def _read_accesses(operation: str, accesses: Sequence[Any]) -> list[LinearLayout]:
    if len(accesses) == 1 and isinstance(accesses[0], (list, tuple)):
        accesses = tuple(accesses[0])
    if not 1 <= len(accesses) <= MAX_ACCESSES:
        raise ProfileError(f"{operation}: {len(accesses)} accesses; 1 to {MAX_ACCESSES} are needed", len(accesses))
    given = [read_layout(operation, access) for access in accesses]
    most = max([d.total(layout._ins) for layout in given])
    if most > MAX_PLACE_BITS:
        raise TooLargeError(f"{operation}: an access of 2**{most} places, more than 2**{MAX_PLACE_BITS}", 1 << most)
    for other in given[1:]:
        if dict(other._outs) != dict(given[0]._outs):
            raise ProfileError(
                f"{operation}: the tensors differ, {d.show_dims(given[0]._outs)} and {d.show_dims(other._outs)}",
                (given[0].out_dims, other.out_dims),
            )
    return given


def _read_kinds(operation: str, kinds: Any, count: int) -> list[str]:
    if kinds is None:
        return ["store"] * min(1, count) + ["load"] * (count - 1)
    listed = d.items(operation, kinds, "kinds")
    if len(listed) != count or any([kind not in ("store", "load") for kind in listed]):
        raise ProfileError(f"{operation}: kinds {_show(kinds)}; each of {count} accesses is 'store' or 'load'", kinds)
    return [str(kind) for kind in listed]


def _limit(operation: str, vector_bits: Any, machine: Target, bits: int) -> int:
    width = machine.vector_bits
    if vector_bits is not None:
        from ..inttuple import to_int

        width = to_int(vector_bits, f"{operation}: vector_bits")
        if width not in (8, 16, 32, 64, 128) or width < bits:
            raise ProfileError(
                f"{operation}: vectors of {width} bits; known are 8, 16, 32, 64 and 128, at least an element", width
            )
    return (width // bits).bit_length() - 1


def _check_blocks(operation: str, columns: Sequence[Any], window: Window, given: Sequence[LinearLayout]) -> None:
    most = max([len(c["block"]) for c in columns])
    for c, layout in zip(columns, given, strict=True):
        for k in range(most):
            ours, first = [x["block"][k] if k < len(x["block"]) else 0 for x in (c, columns[0])]
            if window.inside(ours ^ first) is None:
                raise LayoutError(
                    f"{operation}: block bit {k} of {d.cut(layout._show())} is element {ours}, and element {first} in"
                    " the first access: data leaves its block",
                    (k, ours, first),
                )


def _side(kind: str, columns: Any, window: Window, own: Sequence[int]) -> Side:
    """Return the side of a layout in the memory of its block; ``own`` are the blocks of the first access."""
    inner = [[window.inside(v) or 0 for v in columns[name]] for name in HARDWARE[:3]]
    blocks = [window.inside(v ^ (own[k] if k < len(own) else 0)) or 0 for k, v in enumerate(columns["block"])]
    threads = [*inner[1], *inner[2], *(blocks if kind == "load" and any(blocks) else ())]
    return Side(kind, inner[0], threads, lanes=len(inner[1]), rows=window.rows)


def _check_bytes(operation: str, bits: int, V: Sequence[int]) -> None:
    if bits << len(V) < 8:
        raise LayoutError(
            f"{operation}: elements of {bits} bits are moved by bytes, and the registers of these accesses have no two"
            " elements in common; with element_bits=8 each has a byte of its own",
            bits,
        )


def check_lanes(operation: str, lanes: int, machine: Target, layout: LinearLayout) -> None:
    """Refuse a warp that has more lanes than the machine's."""
    if 1 << lanes > machine.lanes:
        raise ProfileError(
            f"{operation}: {d.cut(layout._show())} has {1 << lanes} lanes, and a warp of {machine} has {machine.lanes}",
            1 << lanes,
        )
