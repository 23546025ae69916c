"""``conflicts``: which lanes of a warp meet in a bank of the shared memory, and what it costs.

>>> print(conflicts("m*72 + k", "m = lane % 16, k = lane / 16 * 8", elem=2, instruction="ldmatrix"))
m*72 + k
  access      ldmatrix: 16 bytes for each of lanes 0..31
  model       nvidia: 32 banks of 4 bytes, phases of 8 lanes
  wavefronts  4, ideal 4: 1-way
  method      the words of every lane
  HOLDS       no bank conflict
"""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import EvaluationError, LayoutError, ParseError, TooLargeError
from ..inttuple import _show, amount, to_int
from ..notation.cute import parse
from .access_report import AccessReport, Collision
from .banks import closed_form, count_wavefronts, phases_of
from .instruction import Instruction, read_instruction
from .lanes import Addressing, listed_of, of_formula, of_layout, read_lane_map
from .memory import memory_model
from .reading import read_formula, width_of
from .threads import as_layout, of_list, of_threads, through_threads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any

    from .banks import Phase
    from .memory import MemoryModel

__all__ = ["Access", "AccessReport", "Collision", "conflicts"]


@dataclass(frozen=True, slots=True)
class Access:
    """One access of a kernel to a tile: an instruction and a lane map, as ``conflicts`` takes them.

    >>> Access("ldmatrix", "r = lane % 16, c = lane / 16 * 8")
    Access(instruction='ldmatrix', lanes='r = lane % 16, c = lane / 16 * 8', bytes=None, variables=None)
    """

    instruction: str = "ld.shared"
    lanes: Any = None
    bytes: int | None = None
    variables: Any = None


def conflicts(
    map: Any,
    lanes: Any = None,
    *,
    elem: int,
    bytes: int | None = None,
    instruction: str = "ld.shared",
    model: str | MemoryModel = "nvidia",
    variables: Mapping[str, Any] | None = None,
    let: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    active: Iterable[int] | None = None,
    limit: int = 2**14,
    int_bits: int = 32,
    dialect: str = "c",
) -> AccessReport:
    """Return the shared-memory wavefronts of a warp's access, with the lanes that collide.

    ``map`` is a layout of any kind, the text of one, a C expression, a list with one value for each lane, or a function
    of the lane; its values count units of ``elem`` bytes.  ``lanes`` defines the variables of an expression, or the
    modes of a layout in order, from ``lane``; a layout gives indices.  Without it a layout is read as (thread, value).
    ``bytes`` is what one lane moves, if the ``instruction`` does not say it.  Other ``variables`` count the accesses of
    a tile.  ``active`` lists the lanes that take part.  ``dialect`` is c or python, for all expressions.
    Ensures: ``wavefronts`` is the sum over the phases of the most different 4-byte words in one bank.
    Raises:  ParseError and LayoutError for bad input, EvaluationError for an address that is not a multiple of
    ``bytes``, with the lane as witness, TooLargeError beyond ``limit`` accesses that must be looked at one by one.
    Cost:    one warp, and one step for every other access unless the map is linear or a sum.

    >>> from layouts import Layout, Swizzle
    >>> tile = Swizzle(3, 3, 3) @ Layout((64, 128), (128, 1))
    >>> report = conflicts(tile, {"r": "lane % 16", "c": "lane / 16 * 8"}, elem=2, instruction="ldmatrix")
    >>> report.degree, report.wavefronts, report.ideal, report.collision.lanes
    (2, 8, 4, (0, 4))
    """
    size = element_bytes(elem)
    memory = memory_model(model)
    read = read_instruction(instruction, bytes, size)
    memory.check_instruction(read.name, read.kind)
    takes_part = lanes_of(active, read, memory)
    width = width_of(int_bits, dialect)
    addressing = addressing_of(map, lanes, memory, read.bytes // size, takes_part, variables, let, width)

    def addresses(access: int) -> list[int | None]:
        return bytes_of(addressing, access, size, read, takes_part)

    first, worst, total, method = _all_accesses(addressing, addresses, read, memory, size, to_int(limit, "the limit"))
    shown = first if worst == 0 else addresses(worst)
    found = phases_of(shown, read.bytes, memory.banks, memory.phases(read.kind, read.bytes))
    return AccessReport(
        map=addressing.text,
        instruction=read.name,
        model=memory.name,
        banks=memory.banks,
        lanes_per_phase=len(memory.phases(read.kind, read.bytes)[0]),
        bytes=read.bytes,
        elem=size,
        lanes=tuple([lane for lane, address in enumerate(shown) if address is not None]),
        addresses=tuple(shown),
        phases=found,
        collision=_collision(found, addressing, worst),
        method=method,
        accesses=addressing.count,
        at=addressing.where(worst),
        total=total,
    )


def element_bytes(elem: int) -> int:
    """Return the bytes of an element, from 1 to 2**20."""
    size = to_int(elem, "elem")
    if not 1 <= size <= 2**20:
        raise LayoutError(f"elem: an element has {_show(size)} bytes; it must have 1 to {2**20}", size)
    return size


def addressing_of(
    map: Any,
    lanes: Any,
    memory: MemoryModel,
    elements: int,
    active: Sequence[int],
    variables: Mapping[str, Any] | None = None,
    let: Any = (),
    int_bits: int = 32,
) -> Addressing:
    """Return the values that the lanes give to a map of any kind; see ``conflicts``.  Python has 0 bits."""
    value = read_map(map, "c" if int_bits else "python")
    if not isinstance(value, str):
        for what, given in (("let", let), ("variables", variables if lanes is None else None)):
            if given:
                raise LayoutError(f"{what} belongs to an expression or a lane map", str(given))
    if isinstance(lanes, str) and not isinstance(value, str) and ":" in lanes and "?" not in lanes:
        lanes = parse(lanes)
    if isinstance(value, str) or _is_written(lanes):
        found, lets = read_lane_map(lanes, memory.lanes, variables, let, int_bits, active)
        if isinstance(value, str):
            return of_formula(value, found, lets)
        return of_layout(as_layout(value), found)
    if isinstance(value, (list, tuple)) or hasattr(value, "tolist"):
        return of_list(value.tolist() if hasattr(value, "tolist") else value, memory.lanes)
    if callable(value) and not hasattr(value, "shape"):
        return of_list([value(lane) if lane in active else None for lane in range(memory.lanes)], memory.lanes)
    if lanes is not None:
        if not callable(lanes):
            raise LayoutError(f"lanes: {_show(lanes)} is no lane map, layout or function", lanes)
        return through_threads(as_layout(value), lanes, memory.lanes, active)
    return of_threads(value, memory.lanes, elements)


def _is_written(lanes: Any) -> bool:
    return isinstance(lanes, str) or hasattr(lanes, "items")


def read_map(map: Any, dialect: str = "c") -> Any:
    """Return a layout for the text of one, the text itself for an expression."""
    if not isinstance(map, str):
        return map
    try:
        read_formula(map, dialect)
    except ParseError:
        if ":" not in map or "?" in map:
            raise
        return parse(map)
    return map


def lanes_of(active: Iterable[int] | None, read: Instruction, memory: MemoryModel) -> tuple[int, ...]:
    """Return the lanes of the warp whose addresses count."""
    giving = memory.lanes if read.lanes is None else read.lanes
    if active is None:
        return tuple(range(giving))
    wanted = {to_int(lane, "an active lane") for lane in listed_of(active, "active")}
    for lane in sorted(wanted):
        if not 0 <= lane < giving:
            raise LayoutError(
                f"active: lane {lane} gives no address to {read.name}; it has lanes 0..{giving - 1}", lane
            )
    if not wanted:
        raise LayoutError("active: no lane takes part", ())
    return tuple(sorted(wanted))


def bytes_of(
    addressing: Addressing, access: int, elem: int, read: Instruction, takes_part: Sequence[int]
) -> list[int | None]:
    """Return the byte address of every lane; one that the instruction cannot use is refused."""
    found: list[int | None] = []
    for lane, value in enumerate(addressing.values(access)):
        found.append(None if value is None or lane not in takes_part else to_int(value, "an address") * elem)
        address = found[-1]
        if address is not None and (address < 0 or address % read.bytes):
            fault = "negative" if address < 0 else f"not a multiple of {read.bytes}"
            where = ", ".join([f"{name} = {v}" for name, v in addressing.point(access, lane).items()])
            raise EvaluationError(f"{read.name} at {where}: byte address {address} is {fault}", lane)
    if all([address is None for address in found]):
        raise LayoutError("conflicts: no lane takes part", ())
    return found


def _all_accesses(
    addressing: Addressing,
    addresses: Callable[[int], list[int | None]],
    read: Instruction,
    memory: MemoryModel,
    elem: int,
    limit: int,
) -> tuple[list[int | None], int, int, str]:
    """Return the addresses of the first access, the number of a worst one, the wavefronts of all, and the method."""
    groups = memory.phases(read.kind, read.bytes)
    first = addresses(0)
    form = closed_form(first, read.bytes, memory.banks, memory.forms(read.kind, read.bytes))
    cost = count_wavefronts(first, read.bytes, memory.banks, groups)
    method = "the words of every lane"
    if form is not None:
        method = (
            f"F2: {form.phases} x 2^({form.rank} - {form.bank_rank}), from the ranks of the words and of their banks"
        )
    if addressing.count == 1:
        return first, 0, cost, method
    if only_moves(addressing, elem, read.bytes):
        return first, 0, cost * addressing.count, f"{method}; every access is the first one moved"
    if addressing.count > limit:
        raise TooLargeError(
            f"conflicts: {addressing.text} is not known to be linear or a sum over {amount(addressing.count)} "
            f"accesses, as it is not where its int overflows, and they are more than the limit {limit}",
            addressing.count,
        )
    costs = [cost]
    costs += [count_wavefronts(addresses(k), read.bytes, memory.banks, groups) for k in range(1, addressing.count)]
    return (
        first,
        costs.index(max(costs)),
        sum(costs),
        f"the words of every lane, in each of {addressing.count} accesses",
    )


def only_moves(addressing: Addressing, elem: int, bytes: int) -> bool:
    """Tell whether every access is the first one moved by whole words and vectors, so that it costs as much."""
    if addressing.steps is None:
        return False
    kind, steps = addressing.steps
    if kind == "xor" and elem & (elem - 1):
        return False
    unit = max(bytes, 4)
    return all([step * elem % unit == 0 for step in steps])


def _collision(phases: Sequence[Phase], addressing: Addressing, access: int) -> Collision | None:
    for phase in phases:
        hit = phase.collision()
        if hit is not None:
            a, b, bank, *pair = hit
            values = addressing.values(access)
            return Collision(
                lanes=(a, b),
                bank=bank,
                words=(pair[0], pair[1]),
                phase=phase.number,
                at=(addressing.point(access, a), addressing.point(access, b)),
                values=(values[a] or 0, values[b] or 0),
            )
    return None
