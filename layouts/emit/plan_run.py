"""Runs emitted text: every line of the function, for all threads at once, on data that knows where it came from.

What is run is the text, not the steps that it was made from.  A word of data is a row of *tags*, one for each byte (or
for each half of a byte): the number of the bit field of the source that lies there, 0 for zeros.  Byte permutes,
selects, shuffles, stores and loads move tags, so that one run says of every bit of the destination which bit of the
source it is, for all data.  Index expressions are computed on 32-bit unsigned integers for every thread.  Shared memory
is the modelled one of ``layouts.convert``: races, reads of what nobody wrote, and bad alignment are faults.

In a reduction a word is a weight instead, a random number of 62 bits for every element, and sums add modulo 2**62.
"""

from __future__ import annotations

import re

from ..convert.machine import ROW_BYTES
from ..convert.shared_memory import EMPTY, Fault, SharedMemory, count_wavefronts
from ..verify.expression import parse_expression
from ..verify.syntax import Binary, Conditional, Literal, Name, Unary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from ..convert.target import Target

__all__ = ["TextMachine", "body_of"]

MODULUS = 1 << 62

_BYTES = {"uint8_t": 1, "uint16_t": 2, "uint32_t": 4, "uint2": 8, "uint4": 16}
_BYTES |= {"float": 4, "int": 4, "unsigned int": 4, "double": 8, "long long": 8, "unsigned long long": 8}
_BYTES |= {"__half": 2, "__nv_bfloat16": 2}
_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "*": lambda a, b: a * b,
    "&": lambda a, b: a & b,
    "|": lambda a, b: a | b,
    "^": lambda a, b: a ^ b,
    "<<": lambda a, b: a << b,
    ">>": lambda a, b: a >> b,
    "!=": lambda a, b: a != b,
    "==": lambda a, b: a == b,
    "&&": lambda a, b: a & b,
}


def body_of(code: str, name: str) -> list[str]:
    """Return the lines of a function without comments and margins."""
    lines = code.split("\n")
    start = next(k for k, line in enumerate(lines) if f" {name}(" in line and line.endswith("{"))
    stop = lines.index("}", start)
    inside = [line.split("//")[0].strip() for line in lines[start + 1 : stop]]
    return [line for line in inside if line]


class TextMachine:
    """Threads that run a text; ``bits`` are those of lane, warp and block.

    ``granule`` is the bits of a tag and ``slots`` the tags of a word.  ``data`` has the words by their text.
    """

    def __init__(self, bits: tuple[int, int, int], target: Target, granule: int, slots: int, smem: int) -> None:
        import numpy

        self.numpy, self.bits, self.target = numpy, bits, target
        self.granule, self.slots = granule, slots
        self.threads = numpy.arange(1 << sum(bits))
        self.lanes, self.block_at = 1 << bits[0], bits[0] + bits[1]
        self.data: dict[str, Any] = {}
        self.index: dict[str, Any] = {}
        at = 0
        for name, count in zip(("lane", "warp", "block"), bits, strict=True):
            self.index[name] = (self.threads >> at & (1 << count) - 1).astype(numpy.uint32)
            at += count
        self.memory = SharedMemory(1 << bits[2], smem * 8 // granule, bits[0], bits[1])
        self.wavefronts = {"store": 0, "load": 0}
        self.active = numpy.ones(len(self.threads), bool)
        self._patterns = [(re.compile(pattern), getattr(self, name)) for pattern, name in _STATEMENTS]
        self._forms = [(re.compile(pattern), getattr(self, name)) for pattern, name in _FORMS]

    def run(self, lines: Sequence[str]) -> None:
        """Run lines in order; all of them must be understood."""
        for line in lines:
            try:
                self._statement(line)
            except Fault as fault:
                raise Fault(f"{line}  {fault}", fault.witness) from None

    def _statement(self, line: str) -> None:
        for pattern, run in self._patterns:
            match = pattern.fullmatch(line)
            if match:
                run(*match.groups())
                return
        raise Fault("is not understood", line)

    # -- statements ----------------------------------------------------------------------------------------------------

    def _define(self, kind: str, name: str, text: str) -> None:
        if kind in ("unsigned", "bool"):
            self.index[name] = self._evaluate(text)
            return
        found = self._value(text)
        if kind in ("uint2", "uint4"):
            for k, member in enumerate("xyzw"[: int(kind[-1])]):
                self.data[f"{name}.{member}"] = found[:, k * self.slots : (k + 1) * self.slots]
        else:
            self.data[name] = found

    def _declare(self, names: str) -> None:
        for name in names.split(", "):
            self.data[name] = self.numpy.full((len(self.threads), self.slots), EMPTY, self.numpy.int64)

    def _if(self, text: str) -> None:
        self.active = self._evaluate(text)

    def _end(self) -> None:
        self.active = self.numpy.ones(len(self.threads), bool)

    def _store(self, kind: str, place: str, value: str) -> None:
        made = re.fullmatch(r"make_uint\d\((.*)\)|\(\w+\)(.*)", value)
        texts = (made[1] or made[2]).split(", ") if made else [value]
        words = self.numpy.concatenate([self._value(text) for text in texts], axis=1)
        cells = self._cells("store", self._evaluate(place), _BYTES[kind])
        self._write(cells, words[:, : cells.shape[1]])

    def _remote_store(self, kind: str, place: str, block: str, value: str) -> None:
        cells = self._cells("", self._evaluate(place), _BYTES[kind.replace("_", " ") if kind[0] != "_" else kind])
        self._write(cells, self._value(value), self._evaluate(block))

    def _write(self, cells: Any, values: Any, blocks: Any = None) -> None:
        active = self.active
        self.memory.store(*[a[active].ravel() for a in (*self._where(cells, blocks), values)])

    def _where(self, cells: Any, blocks: Any) -> tuple[Any, Any, Any]:
        own = self.threads >> self.block_at if blocks is None else blocks.astype(self.numpy.int64)
        here = self.numpy.broadcast_to(own[:, None], cells.shape)
        return here, cells, self.numpy.broadcast_to(self.threads[:, None], cells.shape)

    def _read(self, cells: Any, blocks: Any = None) -> Any:
        found = self.memory.load(*[a.ravel() for a in self._where(cells, blocks)]).reshape(cells.shape)
        missing = -found.shape[1] % self.slots
        return self.numpy.pad(found, ((0, 0), (0, missing))) if missing else found

    def _matrix(self, kind: str, count: str, flipped: str | None, given: str) -> None:
        texts = given.split(", ")
        place = texts.pop(0 if kind == "st" else -1).removeprefix("smem + ")
        cells = self._matrix_cells("store" if kind == "st" else "load", place, int(count), bool(flipped))
        if kind == "st":
            self._write(cells, self.numpy.concatenate([self._value(text) for text in texts], axis=1))
            return
        found = self._read(cells)
        for k, text in enumerate(texts):
            self._value(text)  # it is declared
            self.data[text] = found[:, k * self.slots : (k + 1) * self.slots]

    def _matrix_cells(self, kind: str, place: str, count: int, flipped: bool) -> Any:
        numpy, per = self.numpy, 8 // self.granule
        address = self._evaluate(place).astype(numpy.int64)
        lane = self.threads & self.lanes - 1
        active = lane < 8 * count
        if (address[active] % ROW_BYTES).any():
            raise Fault("a row that is not aligned to 16 bytes", ROW_BYTES)
        self._count(kind, "matrix", address, ROW_BYTES, active)
        word, part = numpy.arange(count)[None, :, None], numpy.arange(4)[None, None, :]
        lane = lane[:, None, None]
        row = 2 * (lane % 4) + part // 2 if flipped else lane // 4 + 0 * part
        byte = 2 * (lane // 4) + part % 2 if flipped else 4 * (lane % 4) + part
        giver = (self.threads & -self.lanes)[:, None, None] | 8 * word + row
        found = (address[giver] + byte).reshape(len(self.threads), -1)
        return (found[:, :, None] * per + numpy.arange(per)).reshape(len(self.threads), -1)

    def _barrier(self, name: str, _mask: str) -> None:
        scopes = {"__syncwarp": "warp", "__syncthreads": "block", "cluster_barrier": "cluster"}
        self.memory.barrier(scopes[name])

    def _assign(self, target: str, text: str) -> None:
        self.data[target] = self._value(text)

    # -- data ----------------------------------------------------------------------------------------------------------

    def _value(self, text: str) -> Any:
        """Return the tags of an expression of data."""
        if text in self.data:
            return self.data[text]
        if text == "0u":
            return self.numpy.zeros((len(self.threads), self.slots), self.numpy.int64)
        for pattern, form in self._forms:
            match = pattern.fullmatch(text)
            if match:
                return form(*match.groups())
        raise Fault(f"{text} is not understood", text)

    def _choose(self, condition: str, yes: str, no: str) -> Any:
        return self.numpy.where(self._evaluate(condition)[:, None], self._value(yes), self._value(no))

    def _permute(self, a: str, b: str, selector: str) -> Any:
        numpy = self.numpy
        pool = numpy.concatenate([self._value(a), self._value(b)], axis=1)
        chosen = self._evaluate(selector)[:, None] >> (4 * numpy.arange(4, dtype=numpy.uint32))[None, :] & 0xF
        if (chosen > 7).any():
            raise Fault("a selector that copies signs", int(chosen.max()))
        per = 8 // self.granule
        taken = (chosen.astype(numpy.int64)[:, :, None] * per + numpy.arange(per)).reshape(len(chosen), -1)
        return numpy.take_along_axis(pool, taken, axis=1)

    def _shuffle(self, kind: str, mask: str, text: str, lane: str) -> Any:
        if int(mask, 16) != (1 << self.lanes) - 1:
            raise Fault(f"a mask of other lanes than the {self.lanes}", mask)
        chosen = self._evaluate(lane).astype(self.numpy.int64)
        own = self.threads & self.lanes - 1
        chosen = own ^ chosen if kind == "xor_" else chosen
        if (chosen >= self.lanes).any():
            raise Fault(f"lane {int(chosen.max())} of {self.lanes}", int(chosen.max()))
        return self._value(text)[self.threads - own + chosen]

    def _load(self, kind: str, place: str) -> Any:
        return self._read(self._cells("load", self._evaluate(place), _BYTES[kind]))

    def _remote(self, bits: str, place: str, block: str) -> Any:
        return self._read(self._cells("", self._evaluate(place), int(bits) // 8), self._evaluate(block))

    def _joined(self, text: str) -> Any:
        """Return pieces that were shifted by half bytes and masked, put together."""
        found = self.numpy.zeros((len(self.threads), self.slots), self.numpy.int64)
        for piece in text.split(" | "):
            match = _PIECE.fullmatch(piece)
            if not match:
                raise Fault(f"{piece} is not understood", piece)
            source = self._value(match[1] or match[4])
            moved = (1 if match[2] == "<<" else -1) * int(match[3] or 0) // 4
            for k in range(self.slots):
                if int(match[5], 16) >> 4 * k & 0xF:
                    if not 0 <= k - moved < self.slots or found[:, k].any():
                        raise Fault("pieces that meet, or come from outside the word", k)
                    found[:, k] = source[:, k - moved]
        return found

    def _combine(self, left: str, right: str) -> Any:
        return (self._value(left) + self._value(right)) % MODULUS

    # -- indices -------------------------------------------------------------------------------------------------------

    def _evaluate(self, text: str) -> Any:
        """Return the values of an index expression for all threads."""
        numpy = self.numpy
        stack: list[Any] = []
        for node in parse_expression(text).postorder():
            if isinstance(node, Literal):
                stack.append(numpy.full(len(self.threads), node.value, numpy.uint32))
            elif isinstance(node, Name):
                if node.name not in self.index:
                    raise Fault(f"{node.name} has no value", node.name)
                stack.append(self.index[node.name])
            elif isinstance(node, Conditional):
                no, yes, condition = stack.pop(), stack.pop(), stack.pop()
                stack.append(numpy.where(condition, yes, no))
            elif isinstance(node, Binary) and node.operator in _OPERATORS:
                right, left = stack.pop(), stack.pop()
                stack.append(_OPERATORS[node.operator](left, right))
            elif isinstance(node, Unary) and node.operator == "!":
                stack.append(~stack.pop())
            else:
                raise Fault(f"{node} is not understood", str(node))
        (found,) = stack
        return found

    def _cells(self, kind: str, address: Any, size: int) -> Any:
        """Return the cells of an access of so many bytes, and count its wavefronts; with no kind it is a remote one."""
        address = address.astype(self.numpy.int64)
        if (address[self.active] % size).any():
            raise Fault(f"an address that is no multiple of {size} bytes", size)
        if kind:
            self._count(kind, kind, address, size, self.active)
        return address[:, None] * 8 // self.granule + self.numpy.arange(size * 8 // self.granule)

    def _count(self, kind: str, phases: str, address: Any, size: int, active: Any) -> None:
        rows, there = [a.reshape(-1, self.lanes) for a in (address, active)]
        self.wavefronts[kind] += count_wavefronts(rows, size, self.target.memory, phases, there)[0]


_ATOM = r"[\w.]+(?:\[\d+\])?"
_KINDS = r"unsigned int|unsigned long long|long long|\w+"
_PIECE = re.compile(rf"\((?:\(({_ATOM}) (<<|>>) (\d+)\)|({_ATOM})) & (0x[0-9a-f]+)u\)")
_STATEMENTS = [
    (rf"const ({_KINDS}) (\w+) = (.*);", "_define"),
    (r"uint32_t (\w+(?:, \w+)*);", "_declare"),
    (r"if \((.*)\) \{", "_if"),
    (r"\}", "_end"),
    (rf"\*\(({_KINDS})\*\)\(smem \+ (.*?)\) = (.*);", "_store"),
    (r"remote_store_(\w+)\(smem \+ (.*), (.*), (.*)\);", "_remote_store"),
    (r"(ld|st)matrix_x(\d)(_trans)?\((.*)\);", "_matrix"),
    (r"(__syncwarp|__syncthreads|cluster_barrier)\((.*)\);", "_barrier"),
    (r"(dst\[\d+\]) = (.*);", "_assign"),
]
_FORMS = [
    (rf"__byte_perm\(({_ATOM}), ({_ATOM}), (\w+)\)", "_permute"),
    (rf"__shfl_(xor_)?sync\((0x\w+)u, ({_ATOM}), (.*)\)", "_shuffle"),
    (rf"(\w+) \? ({_ATOM}) : ({_ATOM})", "_choose"),
    (rf"\*\(const ({_KINDS})\*\)\(smem \+ (.*)\)", "_load"),
    (r"remote_b(\d+)\(smem \+ (.*), (.*)\)", "_remote"),
    (rf"({_ATOM}) \+ (.*)", "_combine"),
    (rf"(?:max|min|fmaxf|fminf|fmax|fmin|__hmax|__hmin)\(({_ATOM}), (.*)\)", "_combine"),
    (r"(\(.*\))", "_joined"),
]
