"""``fix_conflicts``: the smallest swizzle and the smallest padding that free all accesses to a tile of conflicts.

>>> print(fix_conflicts("(64,64):(64,1)", ["ldmatrix"], elem=2))
(64,64):(64,1)
  now         32 wavefronts, ideal 4   ldmatrix: 8-way
  swizzle     Sw<3,3,3> o (64,64):(64,1)   ldmatrix: 1-way
              in bytes Sw<3,4,3>; 3 XOR bits, 3 instructions for each address, 0 bytes
  padding     (64,64):(72,1)   ldmatrix: 1-way
              8 elements for each row, 1024 bytes
  HOLDS       a swizzle and a padding are free of conflicts
"""

from __future__ import annotations

from ..composed import ComposedLayout, Swizzle
from ..errors import EvaluationError, LayoutError, NotALayoutError
from ..inttuple import _show
from ..layout import Layout
from ..linearity import is_carry_free
from ..module import F2, Z
from ..swizzled import swizzled_forms
from .access import Access, addressing_of, bytes_of, conflicts, element_bytes, lanes_of, only_moves, read_map
from .banks import count_wavefronts
from .check import check
from .domain import read_variable
from .instruction import Instruction, read_instruction
from .lanes import lane_pairs, listed_of, mapping_of, read_lets
from .memory import BANK_BYTES, memory_model
from .padding import footprint, paddings
from .repair_report import Repair, RepairReport
from .swizzling import one_bit, product_of_bits, single_swizzle, what_bits_buy
from .threads import mode_sizes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from .memory import MemoryModel
    from .swizzling import Values

__all__ = ["fix_conflicts"]

_MOST_ACCESSES = 64
"""The most accesses of one kind that are looked at one by one for every candidate."""


def fix_conflicts(
    map: Any,
    accesses: Iterable[Access | str | Mapping[str, Any]],
    *,
    elem: int,
    model: str | MemoryModel = "nvidia",
    variables: Mapping[str, Any] | None = None,
    let: Mapping[str, str] | Iterable[tuple[str, str]] = (),
) -> RepairReport:
    """Return the smallest repairs of a shared-memory layout, with what each costs, for all accesses together.

    ``map`` is a layout or its text, or a C expression over ``variables``.  An access is an ``Access``, or a text such
    as ``ld.shared.b32: r = lane, c = 0``; ``ldmatrix`` and ``stmatrix`` without a lane map take the rows of 16 bytes in
    the corner of the tile.  A swizzle that the map has is taken off first, and judged bit by bit.
    The swizzle has the fewest XOR bits among all Sw<B,M,S> with S > 0 that keep the vectors whole; where none is free
    of conflicts, one-bit swizzles are multiplied, which make up any matrix over F2.  The padding is the smallest array
    that keeps rows aligned.
    Ensures: every ``Repair`` carries the ``conflicts`` of its layout; one that changes nothing is not offered.
    Raises:  as ``conflicts`` does; LayoutError for a map that is no layout from 0 on.
    Cost:    some hundreds of candidates, of one warp for each access.

    >>> from layouts import Layout, Swizzle
    >>> fixed = fix_conflicts(Swizzle(3, 3, 3) @ Layout((64, 128), (128, 1)), ["ldmatrix"], elem=2)
    >>> fixed.current[0].degree, str(fixed.swizzle.outer), str(fixed.padding.layout)
    (2, 'Sw<3,3,4>', '(64,128):(136,1)')
    """
    size = element_bytes(elem)
    memory = memory_model(model)
    value, modes = _read_tile(map, variables, let)
    swizzle, base = _taken_apart(value)
    listed = (
        [accesses]
        if isinstance(accesses, (str, Access)) or hasattr(accesses, "items")
        else listed_of(accesses, "accesses")
    )
    wanted = [_complete(_read_access(access), value, modes, size) for access in listed]
    if not wanted:
        raise LayoutError("fix_conflicts: no access is given", ())
    problem = _Problem(base, wanted, size, memory)
    return RepairReport(
        map=_shown(swizzle, base),
        elem=size,
        current=tuple([problem.report(value, access) for access in wanted]),
        swizzle=problem.swizzle(),
        padding=problem.padding(),
        bits=problem.bits(swizzle),
        least=problem.goal,
        vector=problem.widest,
        given=swizzle,
    )


def _read_access(access: Any) -> Access:
    if isinstance(access, Access):
        return access
    if isinstance(access, str):
        instruction, _, lanes = access.partition(":")
        return Access(instruction.strip(), lanes.strip() or None)
    if hasattr(access, "items"):
        unknown = [key for key in access if key not in ("instruction", "lanes", "bytes", "variables")]
        if not unknown:
            return Access(**access)
    raise LayoutError(f"fix_conflicts: {_show(access)} is no access: an instruction and a lane map", access)


def _read_tile(map: Any, variables: Any, let: Any) -> tuple[Any, list[str] | None]:
    """Return the layout of the tile, and the names of its modes where it is an expression."""
    value = read_map(map)
    if isinstance(value, str):
        variables = mapping_of(variables, "variables")
        read_lets(let)
        verdict = check(value, variables, let=let, expect="any")
        value = verdict.layout
        names = list(variables)
        sizes = [read_variable(name, spec).size for name, spec in variables.items()]
        affine = isinstance(value, ComposedLayout) and (value.outer is None or value.offset)
        if not isinstance(value, (Layout, ComposedLayout)) or affine or mode_sizes(value) != sizes:
            raise NotALayoutError(f"fix_conflicts: {map} is no layout with or without a swizzle: {verdict.kind}", 0)
        return value, names
    if variables or let:
        raise LayoutError("fix_conflicts: variables and let belong to an expression", str(variables or let))
    if not isinstance(value, (Layout, ComposedLayout)) or getattr(value, "over", Z) not in (Z, F2):
        raise LayoutError(f"fix_conflicts: {_show(map)} is no layout of offsets", map)
    return value, None


def _taken_apart(value: Any) -> tuple[Swizzle | None, Any]:
    """Return (swizzle or None, layout over Z where there is one)."""
    if isinstance(value, ComposedLayout):
        if isinstance(value.outer, Swizzle) and not value.offset and isinstance(value.inner, Layout):
            inner = value.inner
            return (value.outer if value.outer.bits else None), inner
        plain = value.as_layout()
        if plain is None:
            raise NotALayoutError(f"fix_conflicts: {value} is no swizzle after a layout", 0)
        value = plain
    if value.over is F2:
        forms = swizzled_forms(value)
        if forms:
            outer = forms[0].outer
            return (outer if isinstance(outer, Swizzle) and outer.bits else None), forms[0].inner
    return None, value


def _complete(access: Access, tile: Any, modes: list[str] | None, elem: int) -> Access:
    """Give a matrix access without lanes the rows in the corner, and put the lanes in the order of the modes."""
    read = read_instruction(access.instruction, access.bytes, elem)
    lanes = access.lanes
    if lanes is None and read.kind == "matrix" and tile.rank == 2 and 16 % elem == 0:
        lanes = _corner(tile, modes or ["mode0", "mode1"], 16 // elem, read.lanes or 32)
    if modes is not None and lanes is not None:
        pairs = dict(lane_pairs(lanes))
        if set(pairs) != set(modes):
            raise LayoutError(f"lanes: {', '.join(pairs)} are not the variables {', '.join(modes)}", tuple(pairs))
        lanes = {name: pairs[name] for name in modes}
    return Access(access.instruction, lanes, access.bytes, access.variables)


def _corner(tile: Any, modes: list[str], count: int, lanes: int) -> dict[str, str]:
    """Return the lane map of the matrices in the corner of a tile: 16 rows, or 8, then the next columns.

    A row of ``count`` elements lies along the mode whose elements are side by side, by default the second.
    """
    across = 0 if tile[0].size > 1 and tile(1) - tile(0) == 1 else 1
    down = 1 - across
    rows = 16 if tile[down].size >= 16 and lanes > 8 else 8
    if tile[across].size < lanes // rows * count:  # not wide enough: one matrix below the other
        rows = lanes
    found = {modes[down]: f"lane % {rows}", modes[across]: f"lane / {rows} * {count}"}
    return {name: found[name] for name in modes}


def _shown(swizzle: Swizzle | None, base: Any) -> str:
    return str(base) if swizzle is None else f"{swizzle} o {base}"


class _Problem:
    """A layout, the accesses to it, and the wavefronts of candidates."""

    def __init__(self, base: Any, accesses: Sequence[Access], elem: int, memory: MemoryModel) -> None:
        self.base, self.accesses, self.elem, self.memory = base, accesses, elem, memory
        self.reads = [read_instruction(access.instruction, access.bytes, elem) for access in accesses]
        for read in self.reads:
            memory.check_instruction(read.name, read.kind)
        self.widest = max([read.bytes for read in self.reads])
        self.values, self.kinds = self._listed(base)
        self.now = self.cost(self.values)
        self.goal = sum([self._least(v, *kind) for v, kind in zip(self.values, self.kinds, strict=True)])

    def _least(self, values: Values, read: Instruction, weight: int) -> int:
        """Return the least wavefronts of an access while vectors of the widest access stay whole and aligned.

        A word keeps its place in its vector, and only every so many banks have that place.
        """
        places = max(self.widest // BANK_BYTES, 1)
        total = 0
        for group in self.memory.phases(read.kind, read.bytes):
            chosen = [values[lane] for lane in group if lane < len(values)]
            words: set[int] = set()
            for value in chosen:
                if value is not None:
                    start = value * self.elem
                    words.update(range(start // BANK_BYTES, (start + read.bytes - 1) // BANK_BYTES + 1))
            fill = [0] * places
            for word in words:
                fill[word % places] += 1
            total += -(-max(fill) * places // self.memory.banks)
        return total * weight

    def _listed(self, layout: Any) -> tuple[list[Values], list[tuple[Instruction, int]]]:
        """Return the values of all accesses, in elements, and for each its instruction and how often it counts."""
        values: list[Values] = []
        kinds = []
        for access, read in zip(self.accesses, self.reads, strict=True):
            takes_part = lanes_of(None, read, self.memory)
            elements = read.bytes // self.elem
            found = addressing_of(layout, access.lanes, self.memory, elements, takes_part, access.variables)
            same = found.steps is not None and found.steps[0] == "xor" and only_moves(found, self.elem, read.bytes)
            count = 1 if same else found.count
            if count > _MOST_ACCESSES:
                raise LayoutError(
                    f"fix_conflicts: {access.instruction} has {count} accesses, more than {_MOST_ACCESSES}; give fewer",
                    count,
                )
            for k in range(count):
                addresses = bytes_of(found, k, self.elem, read, takes_part)
                values.append([None if a is None else a // self.elem for a in addresses])
                kinds.append((read, found.count // count))
        return values, kinds

    def cost(self, values: Sequence[Values]) -> tuple[int, ...]:
        """Return the wavefronts of each access."""
        found = []
        for listed, (read, weight) in zip(values, self.kinds, strict=True):
            addresses = [None if value is None else value * self.elem for value in listed]
            groups = self.memory.phases(read.kind, read.bytes)
            found.append(weight * count_wavefronts(addresses, read.bytes, self.memory.banks, groups))
        return tuple(found)

    def report(self, layout: Any, access: Access) -> Any:
        return conflicts(
            layout,
            access.lanes,
            elem=self.elem,
            bytes=access.bytes,
            instruction=access.instruction,
            model=self.memory,
            variables=access.variables,
        )

    def bits(self, swizzle: Swizzle | None) -> tuple[tuple[str, int, int], ...]:
        """Return, for each XOR bit of the given swizzle, (its one-bit swizzle, wavefronts with and without it)."""
        if swizzle is None:
            return ()
        whole, without = what_bits_buy(swizzle, self.values, self.cost)
        return tuple([(str(one_bit(swizzle, k)), sum(whole), cost) for k, cost in enumerate(without)])

    def swizzle(self) -> Repair | None:
        """Return the smallest swizzle, or product of swizzles, that costs the least; None where none helps."""
        row = self.memory.banks * BANK_BYTES
        if self.elem & (self.elem - 1) or self.elem >= row or self.base.bounds()[0] < 0:
            return None
        low = max(self.widest // self.elem, 1).bit_length() - 1
        high = (row // self.elem).bit_length() - 1
        size = self.base.bounds()[1] + 1
        top = (size - 1).bit_length()
        best, found = single_swizzle(self.values, self.cost, low, high, top, self.goal)
        links = found[:1]
        if sum(best) > self.goal:
            product = product_of_bits(self.values, self.cost, low, high, top, self.goal)
            links = product if product is not None else links
        if not links:
            return None
        layout = self.base
        plain = layout.over is F2 or is_carry_free(layout)
        for link in links:
            layout = link @ layout if plain else ComposedLayout(link, 0, layout)
        block = max([1 << (link.base + link.bits) for link in links])
        return Repair(
            kind="swizzle" if len(links) == 1 else "product of swizzles",
            text=" o ".join([*[str(link) for link in reversed(links)], str(self.base)]),
            layout=layout,
            outer=links[0] if len(links) == 1 else None,
            in_bytes=" o ".join([str(_in_bytes(link, self.elem)) for link in reversed(links)]),
            reports=tuple([self.report(layout, access) for access in self.accesses]),
            extra_bytes=(-size % block) * self.elem,
            xor_bits=sum([link.bits for link in links]),
            instructions=3 * len({link.shift for link in links}),
            pad=0,
            others=tuple([str(other) for other in found[1:]]) if len(links) == 1 else (),
        )

    def padding(self) -> Repair | None:
        """Return the smallest padding that costs the least; None where none helps."""
        if self.base.over is not Z:
            return None
        best = None
        least = sum(self.now)
        for pad, padded in paddings(self.base, self.elem, self.widest, self.memory.banks * BANK_BYTES):
            try:
                cost = sum(self.cost(self._listed(padded)[0]))
            except EvaluationError:  # not aligned
                continue
            if cost < least:
                best, least = (pad, padded), cost
            if least == self.goal:
                break
        if best is None:
            return None
        pad, layout = best
        return Repair(
            kind="padding",
            text=str(layout),
            layout=layout,
            outer=None,
            in_bytes="",
            reports=tuple([self.report(layout, access) for access in self.accesses]),
            extra_bytes=(footprint(layout) - footprint(self.base)) * self.elem,
            xor_bits=0,
            instructions=0,
            pad=pad,
            others=(),
        )


def _in_bytes(swizzle: Swizzle, elem: int) -> Swizzle:
    return Swizzle(swizzle.bits, swizzle.base + elem.bit_length() - 1, swizzle.shift)
