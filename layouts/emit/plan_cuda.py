"""The steps of a plan as lines of CUDA C++: each group of like steps under a comment that says it in words."""

from __future__ import annotations

from functools import singledispatchmethod

from ..convert.counting import vector_name
from ..convert.steps import Affine, Barrier, Copy, Load, LoadMatrix, Permute, Shuffle, Store, StoreMatrix
from ..elimination import set_bits
from ..errors import LayoutError
from .plan_helpers import REMOTE
from .plan_lines import THREAD, Lines
from .plan_words import Words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from ..convert.steps import Step

__all__ = ["StepWriter", "grouped"]

_BUFFER_BYTES = 16
_SHUFFLES = {"idx": "__shfl_sync", "bfly": "__shfl_xor_sync"}


def grouped(steps: Sequence[Step]) -> Iterator[list[Any]]:
    """Yield runs of steps that differ in registers and constants only."""
    group: list[Any] = []
    for step in steps:
        if group and _key(step) != _key(group[0]):
            yield group
            group = []
        group.append(step)
    if group:
        yield group


def _key(step: Step) -> tuple[Any, ...]:
    maps = [getattr(step, name, None) for name in ("lanes", "address", "block")]
    columns = tuple([one.columns if isinstance(one, Affine) else None for one in maps])
    files = tuple([getattr(step, name, None) for name in ("source", "target", "buffer", "only", "matrices")])
    width = len(step.registers) if isinstance(step, (Store, Load)) else 0
    return type(step), columns, files, width, isinstance(step, (Permute, Barrier, Copy)) and id(step)


class StepWriter:
    """Writes steps; ``lines`` and ``words`` are what came of them, ``smem`` the bytes of shared memory."""

    def __init__(
        self, element_bits: int, registers: int, bits: tuple[int, int, int], buffers: Mapping[str, int]
    ) -> None:
        self.element_bits, self.bits = element_bits, bits
        self.lines = Lines(bits)
        self.words = Words(self.lines, element_bits, registers)
        self.smem, self._starts = 0, {}
        for name, size in buffers.items():
            self._starts[name] = self.smem = -(-self.smem // _BUFFER_BYTES) * _BUFFER_BYTES
            self.smem += (size * element_bits + 7) // 8
        self.mask = f"{(1 << (1 << bits[0])) - 1:#x}u"

    def write(self, steps: Sequence[Step]) -> None:
        """Write all steps, and what the destination holds in the end."""
        for group in grouped(steps):
            self._write(group[0], group)
        self.lines.comment("The destination.")
        for k, text in enumerate(self.words.all_of("dst")):
            self.lines.add(f"dst[{k}] = {text};")

    @singledispatchmethod
    def _write(self, step: Step, group: Sequence[Any]) -> None:  # noqa: ARG002 - of the signature
        raise LayoutError(f"no step of a plan: {step!r}", step)

    @_write.register(Copy)
    def _(self, step: Copy, group: Sequence[Any]) -> None:  # noqa: ARG002
        if step.source != "src" or step.target != "dst":
            self.lines.comment(
                f"Renamed, no instruction: {_some(step.target, step.received)} is {_some(step.source, step.sent)}."
            )
        self.words.copy(step)

    @_write.register(Permute)
    def _(self, step: Permute, group: Sequence[Any]) -> None:  # noqa: ARG002
        if step.by.is_constant:
            chosen = tuple([r ^ step.by.offset for r in step.registers])
            self.words.copy(Copy(step.source, step.target, chosen, tuple(range(len(chosen)))))
            return
        self.lines.comment(
            f"Select {_some(step.target, range(len(step.registers)))} = {_some(step.source, step.registers)}:",
            f"the number of the register is XORed with {self._varying(step.by)}.",
        )
        self.words.select(step)

    def _varying(self, by: Affine) -> str:
        names = [f"{name} bit {k}" for name, count in zip(THREAD, self.bits, strict=True) for k in range(count)]
        return ", ".join([f"{column} where {names[k]} is set" for k, column in enumerate(by.columns) if column])

    @_write.register(Shuffle)
    def _(self, step: Shuffle, group: Sequence[Any]) -> None:
        lines, wide = self.lines, self.words.wide
        count = len(group) * wide
        offsets = [one.lanes.offset for one in group]
        plain = (step.lanes ^ step.lanes.offset).is_identity(self.bits[0])
        plain = plain and not any(step.lanes.columns[self.bits[0] :])
        where = f"lane ^ {_listed(offsets)}" if plain else f"lanes {self._moved(step.lanes)}"
        plus = f", XOR {_listed(offsets)}" if not plain and any(offsets) else ""
        lines.comment(f"{_times(count, 'shuffle')}: a lane takes from {where}{plus}.")
        texts = [self.words.get(one.source, one.sent) for one in group]
        plain = plain and all(offsets)
        lanes = [f"{o}u" for o in offsets] if plain else lines.indices([one.lanes for one in group], 8, "from")
        function = _SHUFFLES["bfly" if plain else "idx"]
        for one, sent, lane in zip(group, texts, lanes, strict=True):
            found = [
                lines.define(f"{one.target}_", "uint32_t", f"{function}({self.mask}, {text}, {lane})") for text in sent
            ]
            lines.count("shfl", len(found))
            self.words.put(one.target, one.received, found)

    def _moved(self, lanes: Affine) -> str:
        """Say from which lane the lanes 1, 2, 4, ... take, and what warps add."""
        count = self.bits[0]
        own = " ".join([str(1 << k) for k in range(count)])
        taken = " ".join([str(column) for column in (*lanes.columns, *[0] * count)[:count]])
        more = [column for column in lanes.columns[count:] if column]
        return f"{taken} for {own}{f', warps and blocks add {_listed(more)}' if more else ''}"

    @_write.register(Store)
    def _(self, step: Store, group: Sequence[Any]) -> None:
        lines, bits = self.lines, len(step.registers) * self.element_bits
        owners = f"; {self._owners(step.only)}" if step.only else ""
        lines.comment(f"{_times(len(group), 'store')} of {_times(len(step.registers), 'element')}{owners}.")
        texts = [self.words.get(one.source, one.registers) for one in group]
        places = self._places(group)
        condition = lines.none_of(step.only)
        if condition:
            lines.within(condition)
        for words, place in zip(texts, places, strict=True):
            lines.add(f"{_stored(bits, place, words)};")
            lines.count(vector_name("st", bits, step.block is not None))
        if condition:
            lines.within("")

    def _owners(self, only: Sequence[int]) -> str:
        names = [f"{name} bit {k}" for name, count in zip(THREAD, self.bits, strict=True) for k in range(count)]
        parts = [" + ".join([names[k] for k in set_bits(mask)]) for mask in only]
        return f"of several owners the one with {' and '.join(parts)} even stores"

    @_write.register(Load)
    def _(self, step: Load, group: Sequence[Any]) -> None:
        lines, bits = self.lines, len(step.registers) * self.element_bits
        far = " of other blocks" if step.block is not None else ""
        lines.comment(f"{_times(len(group), 'load')} of {_times(len(step.registers), 'element')}{far}.")
        places, kind = self._places(group), REMOTE[bits]
        blocks = [] if step.block is None else lines.indices([one.block for one in group], 8, "owner")
        for n, (one, place) in enumerate(zip(group, places, strict=True)):
            if step.block is None:
                text = f"*(const {kind if bits >= 32 else f'uint{bits}_t'}*)({place})"
            else:
                text = f"{lines.call(f'remote_b{bits}')}({place}, {blocks[n]})"
            name = lines.define("in", kind, text)
            lines.count(vector_name("ld", bits, step.block is not None))
            texts = [f"{name}.{member}" for member in "xyzw"[: bits // 32]] if bits > 32 else [name]
            self.words.put(one.target, one.registers, texts)

    @_write.register(StoreMatrix)
    def _(self, step: StoreMatrix, group: Sequence[Any]) -> None:
        helper = self._matrix("stmatrix", step, group)
        texts = [self.words.get(one.source, one.registers) for one in group]
        for words, place in zip(texts, self._places(group), strict=True):
            self.lines.add(f"{helper}({place}, {', '.join(words)});")

    @_write.register(LoadMatrix)
    def _(self, step: LoadMatrix, group: Sequence[Any]) -> None:
        helper = self._matrix("ldmatrix", step, group)
        for one, place in zip(group, self._places(group), strict=True):
            names = [self.lines.name("in") for _ in range(step.matrices)]
            self.lines.add(f"uint32_t {', '.join(names)};")
            self.lines.add(f"{helper}({', '.join(names)}, {place});")
            self.words.put(one.target, one.registers, names)

    def _matrix(self, kind: str, step: LoadMatrix | StoreMatrix, group: Sequence[Any]) -> str:
        flipped = ", transposed" if step.transposed else ""
        what = "matrix" if step.matrices == 1 else "matrices"
        self.lines.comment(
            f"{len(group)} {kind} of {step.matrices} {what}{flipped}: lane 8 * i + j points at row j of matrix i."
        )
        self.lines.count(f"{kind}.x{step.matrices}{'.trans' if step.transposed else ''}", len(group))
        return self.lines.call(f"{kind}_x{step.matrices}{'_trans' if step.transposed else ''}")

    def _places(self, group: Sequence[Any]) -> list[str]:
        """Return the places in shared memory that some accesses point at."""
        start = self._starts[group[0].buffer]
        texts = self.lines.indices([one.address for one in group], self.element_bits, "at")
        found = [f"({text})" if "^" in text else text for text in texts]
        return [f"smem + {text}" + (f" + {start}u" if start else "") for text in found]

    @_write.register(Barrier)
    def _(self, step: Barrier, group: Sequence[Any]) -> None:  # noqa: ARG002
        self.lines.comment(f"Wait for the {step.scope}.")
        if step.scope == "warp":
            self.lines.add(f"__syncwarp({'' if self.bits[0] == 5 else self.mask});")
        elif step.scope == "block":
            self.lines.add("__syncthreads();")
        else:
            self.lines.add(f"{self.lines.call('cluster_barrier')}();")
        self.lines.count({"warp": "bar.warp", "block": "bar", "cluster": "barrier.cluster"}[step.scope])


def _stored(bits: int, place: str, words: Sequence[str]) -> str:
    if bits < 32:
        return f"*(uint{bits}_t*)({place}) = (uint{bits}_t){words[0]}"
    if bits == 32:
        return f"*(uint32_t*)({place}) = {words[0]}"
    kind = f"uint{bits // 32}"
    return f"*({kind}*)({place}) = make_{kind}({', '.join(words)})"


def _some(name: str, registers: Sequence[int]) -> str:
    return f"{name}[{_listed(registers)}]"


def _listed(values: Sequence[int], most: int = 8) -> str:
    if len(values) > 2 and list(values) == list(range(values[0], values[0] + len(values))):
        return f"{values[0]}..{values[-1]}"
    shown = " ".join([str(value) for value in values[:most]])
    return shown if len(values) <= most else f"{shown} ..."


def _times(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
