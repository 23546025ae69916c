"""Plans and reductions as pseudo-code for people: loops over registers, small formulas, one line for each thing done.

``for i in 0..3`` stands for all values at once; ``x[j] of lane (f)`` is a register of another lane, in which j and f
are those of the lane that takes it; ``wait`` is a barrier.  Registers are elements here, not words.  Every formula is a
map over F2, written by ``layouts.emit.builder`` and proved to be the map of the steps.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import singledispatchmethod

from ..convert.registers import images
from ..convert.steps import Affine, Barrier, Copy, Load, LoadMatrix, Permute, Shuffle, Store, StoreMatrix
from ..errors import LayoutError
from .builder import Builder
from .plan_code import EmittedPlan, described, thread_bits
from .plan_cuda import grouped
from .plan_lines import THREAD
from .text import Operations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ..convert.planner import Plan
    from ..convert.reductions import Butterfly, Reduction, Rendezvous
    from ..verify.compare import Comparison

__all__ = ["Formulas", "pseudo_plan", "pseudo_reduction"]

_COLUMN = 56
_ALONE = re.compile(r"\b(v|src|dst)\[[r0]\]")
_LONG = 56
"""A formula that is longer is written in two parts."""


@dataclass(frozen=True, slots=True)
class Formulas:
    """What is proved of pseudo-code: every formula, and that the steps behind them were run on the modelled machine."""

    indices: tuple[tuple[str, Comparison], ...]
    run: str

    def __str__(self) -> str:
        count = len(self.indices)
        return f"{count} {'formula' if count == 1 else 'formulas'} proved by algebra; the steps: {self.run}"


class _Pseudo:
    """Lines of pseudo-code; ``bits`` are those of lane, warp and block."""

    def __init__(self, bits: tuple[int, int, int]) -> None:
        self.bits = bits
        self.text: list[str] = []
        self._remark = ""
        self.operators: dict[str, int] = {}
        self.proofs: list[tuple[str, Comparison]] = []

    def add(self, text: str, depth: int = 1, remark: str = "") -> None:
        remark, self._remark = remark or self._remark, ""
        line = "    " * depth + text
        self.text.append(f"{line:<{_COLUMN}}  # {remark}" if remark else line)

    def loop(self, sizes: Mapping[str, int], depth: int = 1, remark: str = "") -> int:
        """Open a loop over the variables with more than one value, and return the depth inside.

        Where there is none the next line has the remark.
        """
        parts = [f"{name} in 0..{size - 1}" for name, size in sizes.items() if size > 1]
        if parts:
            self.add(f"for {', '.join(parts)}:", depth, remark)
        else:
            self._remark = remark
        return depth + bool(parts)

    def formula(self, maps: Mapping[str, Sequence[int]], constant: int = 0) -> str:
        """Return the text of ``constant`` XOR the images of the bits of some variables, which is proved."""
        builder = Builder("python")
        used = {name: list(row) for name, row in maps.items() if any(row)}
        if not used:
            return str(constant)
        for name, row in used.items():
            builder.variable(name, 1 << len(row))
        term = builder.affine(used, constant)
        written = builder.written([term], share=False)
        self.proofs.append((written.texts[0], builder.prove_affine(term, used, constant)))
        for operator, count in written.operations.counts.items():
            self.operators[operator] = self.operators.get(operator, 0) + count
        return written.texts[0]

    def thread(self, one: Affine) -> dict[str, list[int]]:
        """Return the images of the bits of lane, warp and block."""
        found, start = {}, 0
        for name, count in zip(THREAD, self.bits, strict=True):
            part = list(one.columns[start : start + count])
            found[name] = part + [0] * (count - len(part))
            start += count
        return found

    # -- steps ---------------------------------------------------------------------------------------------------------

    @singledispatchmethod
    def step(self, step: Any, group: Sequence[Any]) -> None:  # noqa: ARG002 - of the signature
        raise LayoutError(f"no step of a plan: {step!r}", step)

    @step.register(Copy)
    def _(self, step: Copy, group: Sequence[Any]) -> None:  # noqa: ARG002
        self._moved(step.target, step.received, step.source, step.sent, "renamed, no instruction")

    def _moved(
        self,
        target: str,
        received: Sequence[int],
        source: str,
        sent: Sequence[int],
        remark: str,
        by: Affine = Affine(),  # noqa: B008 - frozen
    ) -> None:
        """Write ``target[..] = source[..]`` as one line if both are maps over F2 of a counter, else one by one."""
        maps = [_affine(values) for values in (received, sent)]
        thread = self.thread(by)
        if maps[0] is None or maps[1] is None:
            self.add(f"# {remark}")
            for a, b in zip(received, sent, strict=True):
                self.add(f"{target}[{a}] = {source}[{self.formula(thread, b)}]")
            return
        depth = self.loop({"r": len(sent)}, 1, remark)
        texts = [
            self.formula({"r": one.columns, **(thread if n else {})}, one.offset) for n, one in enumerate(maps) if one
        ]
        self.add(f"{target}[{texts[0]}] = {source}[{texts[1]}]", depth)

    @step.register(Permute)
    def _(self, step: Permute, group: Sequence[Any]) -> None:  # noqa: ARG002
        sent = [r ^ step.by.offset for r in step.registers]
        what = "in order" if step.by.is_constant else "selected by what the thread is"
        self._moved(step.target, range(len(sent)), step.source, sent, what, Affine(step.by.columns))

    @step.register(Shuffle)
    def _(self, step: Shuffle, group: Sequence[Any]) -> None:
        for part in self._parts(group, ("sent", "received"), "lanes"):
            count, inside = len(part), len(step.sent)
            what = f"{_times(count, 'shuffle')} of {_times(inside, 'element')}"
            lane = self._of_thread(part, "lanes", "from")
            depth = self.loop({"i": count, "k": inside}, 1, what)
            sent, received = [self._register(part, name) for name in ("sent", "received")]
            self.add(f"{step.target}[{received}] = {step.source}[{sent}] of lane ({lane})", depth)

    @step.register(Store)
    def _(self, step: Store, group: Sequence[Any]) -> None:
        self._vectors(step, group, "store")

    @step.register(Load)
    def _(self, step: Load, group: Sequence[Any]) -> None:
        self._vectors(step, group, "load")

    def _vectors(self, step: Store | Load, group: Sequence[Any], what: str) -> None:
        twice = len({*step.registers}) < len(step.registers)  # an element of 4 bits that takes a byte
        for part in self._parts(group, ("registers",), "address", "block"):
            count, inside = len(part), len(step.registers)
            remark = f"{_times(count, what)} of {_times(inside, 'element')}{', each twice' if twice else ''}"
            place = f"{step.buffer}[{self._of_thread(part, 'address', 'at', inside)}]"
            far = isinstance(step, Load) and step.block is not None
            block = f" of block ({self._of_thread(part, 'block', 'owner')})" if far else ""
            depth = self.loop({"i": count, "k": inside}, 1, remark)
            register = self._register(part, "registers")
            if isinstance(step, Load):
                self.add(f"{step.target}[{register}] = {place}{block}", depth)
                continue
            if step.only:
                depth = self.condition(step.only, depth)
            self.add(f"{place} = {step.source}[{register}]", depth)

    def condition(self, masks: Sequence[int], depth: int) -> int:
        """Write that an even number of the bits of a thread is set under every mask; return the depth inside."""
        single = self.thread(Affine(tuple([int(1 << k in masks) for k in range(sum(self.bits))])))
        texts = []
        for name, row in single.items():
            if any(row):
                texts.append(f"({name} & {sum([bit << k for k, bit in enumerate(row)])}) == 0")
        for mask in [mask for mask in masks if mask & (mask - 1)]:
            parity = self.thread(Affine(tuple([mask >> k & 1 for k in range(sum(self.bits))])))
            texts.append(f"({self.formula(parity)}) == 0")
        self.add(f"if {' and '.join(texts)}:", depth, "one of several owners")
        return depth + 1

    @step.register(StoreMatrix)
    def _(self, step: StoreMatrix, group: Sequence[Any]) -> None:
        self._matrices(step, group, "stmatrix")

    @step.register(LoadMatrix)
    def _(self, step: LoadMatrix, group: Sequence[Any]) -> None:
        self._matrices(step, group, "ldmatrix")

    def _matrices(self, step: LoadMatrix | StoreMatrix, group: Sequence[Any], name: str) -> None:
        name = f"{name}.x{step.matrices}{'.trans' if step.transposed else ''}"
        inside = len(step.registers) // step.matrices
        for part in self._parts(group, ("registers",), "address"):
            place = self._of_thread(part, "address", "at")
            depth = self.loop({"i": len(part)}, 1, f"{len(part)} {name}: lane 8 * m + j points at row j of matrix m")
            self.add(f"row = {step.buffer}[{place}], 16 bytes", depth)
            depth = self.loop({"m": step.matrices, "k": inside}, depth)
            along = f"lane % 4 * {inside} + k" if inside > 1 else "lane % 4"
            cell = f"element lane / 4 of row {along}" if step.transposed else f"element {along} of row lane / 4"
            register = self._register(part, "registers", step.matrices)
            if isinstance(step, LoadMatrix):
                self.add(f"{step.target}[{register}] = {cell} of matrix m", depth)
            else:
                self.add(f"{cell} of matrix m = {step.source}[{register}]", depth)

    @step.register(Barrier)
    def _(self, step: Barrier, group: Sequence[Any]) -> None:  # noqa: ARG002
        self.add(f"wait for the {step.scope}")

    def _parts(self, group: Sequence[Any], files: Sequence[str], *maps: str) -> list[Sequence[Any]]:
        """Return the group if a counter of its steps can be a variable of the formulas, else its steps one by one."""
        flat = [[r for one in group for r in getattr(one, name)] for name in files]
        flat += [[getattr(one, name).offset for one in group] for name in maps if getattr(group[0], name) is not None]
        return [group] if all([_affine(values) for values in flat]) else [[one] for one in group]

    def _register(self, part: Sequence[Any], name: str, matrices: int = 1) -> str:
        """Return the formula of a register from the number i of the step, that of a matrix m, and a place k."""
        values = [r for one in part for r in getattr(one, name)]
        found = _affine(values)
        if found is None:  # a vector in no linear order: its registers are listed
            return f"({' '.join(map(str, values))})[k]"
        places = (len(values) // len(part) // matrices).bit_length() - 1
        more = matrices.bit_length() - 1
        k, m, i = found.columns[:places], found.columns[places : places + more], found.columns[places + more :]
        return self.formula({"i": i, "m": m, "k": k}, found.offset)

    def _of_thread(self, part: Sequence[Any], name: str, base: str, inside: int = 1) -> str:
        """Return the formula of an index that varies with the thread, the step i, and the place k in a vector.

        A long one is written in two parts, of which a line before it has the thread's, under the name ``base``.
        """
        steps = _affine([getattr(one, name).offset for one in part])
        if steps is None:
            raise LayoutError("emit_plan: steps that have no common formula", part)
        places = [1 << k for k in range(inside.bit_length() - 1)]
        thread = self.thread(getattr(part[0], name))
        whole = {"i": steps.columns, **thread, "k": places}
        operators = dict(self.operators)
        text = self.formula(whole, steps.offset)
        if len(text) <= _LONG:
            return text
        self.proofs.pop()
        self.operators = operators
        self.add(f"{base} = {self.formula(thread)}")
        step = self.formula({"i": steps.columns}, steps.offset)
        text = f"{base} ^ {step}" if step.isalnum() else f"{base} ^ ({step})"
        return f"({text}) + k" if places else text

    # -- reductions ----------------------------------------------------------------------------------------------------

    def butterfly(self, step: Butterfly, registers: int, sign: str) -> None:
        """Write what two lanes do."""
        value = self.formula({"r": [1 << k for k in range(registers)]}, step.register) if registers else "0"
        if not step.halves:
            depth = self.loop({"r": 1 << registers}, 1, "a shuffle for each value")
            self.add(_combined("v[r]", f"v[{value}] of lane ({self._other(step.lane)})", sign), depth)
            return
        top = step.lane.bit_length() - 1
        columns = [0 if 1 << k == step.halves else 1 << k for k in range(registers)]
        mine = self.formula({"r": columns, "lane": [step.halves if k == top else 0 for k in range(self.bits[0])]})
        depth = self.loop({"r": 1 << registers}, 1, "lanes exchange halves")
        other = f"v[{mine}] of lane ({self._other(step.lane)})"
        self.add(f"v[r] = {_applied(f'v[{mine}]', other, sign)}", depth)

    def _other(self, mask: int) -> str:
        return self.formula({"lane": [1 << k for k in range(self.bits[0])]}, mask)

    def meeting(self, far: Rendezvous, registers: int, sign: str) -> None:
        """Write what happens in shared memory."""
        bits = sum(self.bits)
        depth = self.condition(far.only, 1) if far.only else 1
        depth = self.loop({"r": 1 << registers}, depth)
        cell = self.formula({"r": far.cell_of_register, **self.thread(far.cell)}, far.cell.offset)
        peers = f", in the block itself and in block ^ {' '.join(map(str, images(far.peers)[1:]))}" if far.peers else ""
        self.add(f"shared[{cell}] = v[r]{peers}", depth)
        self.add(f"wait for the {far.scope}")
        high = -far.slots
        slots = [*far.slot_of_thread, *[0] * (bits - len(far.slot_of_thread))]
        cells = [*far.cell.columns, *[0] * (bits - len(far.cell.columns))]
        own = Affine(tuple([c & high ^ s for c, s in zip(cells, slots, strict=True)]))
        chosen = [*far.slot_of_register, *[0] * registers][:registers]
        rows = [c & high ^ s for c, s in zip(far.cell_of_register, chosen, strict=True)]
        turns = [1 << len(far.butterflies) + k for k in range(far.iterations.bit_length() - 1)]
        place = self.formula({"r": rows, "turn": turns, **self.thread(own)}, far.cell.offset & high)
        depth = self.loop({"r": 1 << registers}, 1, f"{_times(far.iterations, 'load')} for each result")
        over = f" over turn in 0..{far.iterations - 1}" if turns else ""
        total = {"+": "sum of ", "max": "maximum of ", "min": "minimum of "}[sign] if turns else ""
        self.add(f"v[r] = {total}shared[{place}]{over}", depth)


def _affine(values: Sequence[int]) -> Affine | None:
    """Return the map over F2 from the place in a list to its value; None where there is none."""
    count = len(values)
    if count & (count - 1):
        return None
    offset = values[0]
    columns = tuple([values[1 << k] ^ offset for k in range(count.bit_length() - 1)])
    return Affine(columns, offset) if [v ^ offset for v in images(columns)] == list(values) else None


def pseudo_plan(plan: Plan, name: str) -> EmittedPlan:
    """Return the pseudo-code of a plan, which is run again on the modelled machine."""
    move = plan.move
    lines = _Pseudo(thread_bits(plan))
    for group in grouped(plan.steps):
        lines.step(group[0], group)
    buffers = [f"    {buffer} has {_times(size, 'element')}, in each block" for buffer, size in plan.buffers.items()]
    last = [move.count(side, "register") - 1 for side in "AB"]
    what = f"    each thread has src[0..{last[0]}], and makes dst[0..{last[1]}]"
    function = "\n".join([f"{name}: {described(plan)}", what, *buffers, *lines.text])
    proof = Formulas(tuple(lines.proofs), str(plan.simulate()))
    return _emitted(function, name, plan.cost.scratch, plan.cost.instructions, lines, proof, plan)


def pseudo_reduction(reduction: Reduction, name: str, operation: str) -> EmittedPlan:
    """Return the pseudo-code of a reduction, which is run again on the modelled machine."""
    registers, lanes, warps, blocks = reduction._sizes
    lines, count = _Pseudo((lanes, warps, blocks)), 1 << registers
    lines.add(f"v[r] = src[r], for r in 0..{count - 1}")
    for mask in reduction.thread:
        depth = lines.loop({"r": count}, 1, "within the thread")
        other = lines.formula({"r": [1 << k for k in range(registers)]}, mask)
        lines.add(_combined("v[r]", f"v[{other}]", operation), depth)
    for step in reduction.warp:
        lines.butterfly(step, registers, operation)
    far = reduction.far
    if far:
        lines.meeting(far, registers, operation)
        for step in far.butterflies:
            lines.butterfly(step, registers, operation)
    word = {"+": "sum", "max": "maximum", "min": "minimum"}[operation]
    tensor = " x ".join([str(1 << bits) for _, bits in reduction.layout._outs])
    head = (
        f"{name}: the {word} along {reduction.axis} of {tensor} elements; a line reads all values before it writes one"
    )
    lines.add(f"dst[r] = v[r], for r in 0..{count - 1}")
    body = lines.text if registers else [_alone(line) for line in lines.text]
    function = "\n".join([head, *body])
    proof = Formulas(tuple(lines.proofs), f"{reduction.simulate()} results of all threads are right")
    counts = {"shfl": reduction.shuffles} if reduction.shuffles else {}
    return _emitted(function, name, reduction.buffer_bytes, counts, lines, proof, reduction)


def _emitted(
    function: str, name: str, scratch: int, counts: Mapping[str, int], lines: _Pseudo, proof: Formulas, value: Any
) -> EmittedPlan:
    operations = Operations(lines.operators)
    return EmittedPlan(function, "pseudo", name, (), function, (), scratch, dict(counts), operations, proof, value)


def _alone(line: str) -> str:
    """Return a line about the only value of a thread, which needs no number."""
    text, mark, remark = line.partition("  # ")
    text = _ALONE.sub(r"\1", text).replace(", for r in 0..0", "").rstrip()
    return f"{text:<{_COLUMN}}  # {remark}" if mark else text


def _combined(own: str, other: str, sign: str) -> str:
    return f"{own} = {_applied(own, other, sign)}"


def _applied(a: str, b: str, sign: str) -> str:
    return f"{a} + {b}" if sign == "+" else f"{sign}({a}, {b})"


def _times(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
