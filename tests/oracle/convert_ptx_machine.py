"""Carry out the PTX of Triton's conversions in numpy, all threads at once, and count the wavefronts of each access.

Only what these kernels use is known; all else is an error.  Shared memory is in bytes and has no races, because a
plain run of one instruction after the other has none; the wavefronts are those of the library's model of banks.
"""

import numpy as np
from convert_ptx_text import moves, names

from layouts.convert.shared_memory import count_wavefronts

LANES = 32
WORD = np.uint64(0xFFFFFFFF)
TWO = {
    "add": np.add,
    "sub": np.subtract,
    "and": np.bitwise_and,
    "or": np.bitwise_or,
    "xor": np.bitwise_xor,
    "mul": np.multiply,
    "shl": np.left_shift,
    "shr": np.right_shift,
}
COMPARE = {"eq": np.equal, "ne": np.not_equal, "lt": np.less, "gt": np.greater, "ge": np.greater_equal}


def signed(values, bits):
    """Return values of so many bits as numbers with a sign."""
    half = np.int64(1) << (bits - 1)
    return (values.astype(np.int64) ^ half) - half


class Machine:
    """The threads of a block; ``sources`` are the words that they hold, by thread and word."""

    def __init__(self, sources, model):
        self.sources, self.model = iter(sources.T.astype(np.uint64)), model
        self.threads = len(sources)
        self.registers = {"%tid.x": np.arange(self.threads, dtype=np.uint64)}
        self.shared, self.used = np.zeros(1 << 18, np.uint8), 0
        self.sinks, self.wavefronts, self.ideal = [], {"store": 0, "load": 0}, {"store": 0, "load": 0}

    def run(self, program):
        for i in program:
            self.step(i)
        return np.stack(self.sinks, axis=1)

    def value(self, name):
        if name in self.registers:
            return self.registers[name]
        if name.startswith("%"):  # never written: the compiler does not mind what it is
            return np.full(self.threads, 0x5A5A5A5A, np.uint64)
        number = 0 if name == "global_smem" else int(name.rstrip("U"), 0)
        return np.full(self.threads, number & 0xFFFFFFFFFFFFFFFF, np.uint64)

    def put(self, name, values):
        bits = 16 if name.startswith("%rs") else 64 if name.startswith("%rd") else 32
        self.registers[name] = np.asarray(values, np.uint64) & np.uint64((1 << bits) - 1)

    def step(self, i):
        kind = i.op.split(".")
        if i.op == "source":
            self.put(i.operands[0], next(self.sources))
        elif i.op == "sink":
            self.sinks.append(self.value(i.operands[0]))
        elif kind[0] == "shfl":
            self.shuffle(kind[2], i.operands)
        elif kind[0] in ("ldmatrix", "stmatrix"):
            self.matrices(kind[0] == "ldmatrix", "trans" in kind, i.operands)
        elif kind[0] in ("ld", "st") and moves(i.op):
            self.vector(kind, i)
        elif not moves(i.op):
            self.plain(kind, i.operands)

    # -- what stays in a thread ----------------------------------------------------------------------------------------

    def plain(self, kind, operands):
        target, given = operands[0], operands[1:]
        if kind[0] == "mov" and target.startswith("{"):
            word, parts = self.value(given[0]), names(target)
            bits = 64 // len(parts) if given[0].startswith("%rd") else 32 // len(parts)
            for k, part in enumerate(parts):
                self.put(part, word >> np.uint64(bits * k))
            return
        if kind[0] == "mov" and given[0].startswith("{"):
            parts = [self.value(part) for part in names(given[0])]
            bits = (64 if target.startswith("%rd") else 32) // len(parts)
            self.put(target, sum((part << np.uint64(bits * k) for k, part in enumerate(parts)), np.uint64(0)))
            return
        values = [self.value(name) for name in given]
        if kind[0] == "setp":
            self.registers[target] = COMPARE[kind[1]](*[signed(v, int(kind[2][1:])) for v in values])
        elif kind[0] == "selp":
            self.put(target, np.where(values[2].astype(bool), values[0], values[1]))
        else:
            self.put(target, self.number(kind, values))

    def number(self, kind, values):
        op, bits = kind[0], int(kind[-1][1:])
        if op in ("mov", "cvt"):
            return signed(values[0], bits).astype(np.uint64) if kind[-1][0] == "s" else values[0]
        if op == "neg":
            return -values[0]
        if op == "not":
            return ~values[0]
        if op == "mad":
            return values[0] * values[1] + values[2]
        if op == "bfe":
            start, width = int(values[1][0]), int(values[2][0])
            part = values[0] >> np.uint64(start) & np.uint64((1 << width) - 1)
            return signed(part, width).astype(np.uint64) if kind[1] == "s32" else part
        if op == "prmt":
            return self.permuted(*values)
        if op == "lop3":
            return self.logic(*values)
        if op == "shr" and kind[1][0] == "s":
            return (signed(values[0], bits) >> values[1].astype(np.int64)).astype(np.uint64)
        return TWO[op](values[0], values[1])

    def permuted(self, a, b, selector):
        both, result = a | b << np.uint64(32), np.zeros_like(a)
        for k in range(4):
            chosen = selector >> np.uint64(4 * k) & np.uint64(15)
            byte = both >> (chosen & np.uint64(7)) * np.uint64(8) & np.uint64(255)
            sign = np.where(byte >> np.uint64(7), np.uint64(255), np.uint64(0))
            result |= np.where(chosen >> np.uint64(3), sign, byte) << np.uint64(8 * k)
        return result

    def logic(self, a, b, c, table):
        rows = int(table[0])
        result = np.zeros_like(a)
        for k in range(8):
            if rows >> k & 1:
                result |= (a if k & 4 else ~a) & (b if k & 2 else ~b) & (c if k & 1 else ~c)
        return result

    # -- between threads -----------------------------------------------------------------------------------------------

    def shuffle(self, kind, operands):
        value, by = self.value(operands[1]), self.value(operands[2]).astype(np.int64)
        me = np.arange(self.threads)
        lane = by if kind == "idx" else me ^ by
        assert kind in ("idx", "bfly"), kind
        self.put(operands[0].partition("|")[0], value[me // LANES * LANES + lane % LANES])

    def address(self, operand):
        name, _, more = operand.strip("[]").partition("+")
        return self.value(name).astype(np.int64) + int(more or 0)

    def touch(self, kind, phases, address, size, active):
        """Count an access, of ``size`` bytes by each active thread."""
        assert not (address[active] % size).any(), "an address is not aligned"
        self.used = max(self.used, int(address[active].max()) + size)
        by_warp = [array.reshape(-1, LANES) for array in (address, active)]
        found, ideal = count_wavefronts(by_warp[0], size, self.model, phases, by_warp[1])
        self.wavefronts[kind] += found
        self.ideal[kind] += ideal

    def vector(self, kind, i):
        load = kind[0] == "ld"
        part, place = i.operands if load else i.operands[::-1]
        parts, size = names(part), int(kind[-1][1:]) // 8
        address = self.address(place)
        active = np.ones(self.threads, bool)
        if i.guard:
            active = self.value(i.guard.lstrip("@!")).astype(bool) ^ ("!" in i.guard)
        self.touch("load" if load else "store", "load" if load else "store", address, size * len(parts), active)
        for k, name in enumerate(parts):
            cells = address[:, None] + size * k + np.arange(size)
            if load:
                self.put(name, self.joined(self.shared[np.where(active[:, None], cells, 0)]))
            else:
                self.shared[cells[active]] = self.split(self.value(name), size)[active]

    def joined(self, found):
        return sum((found[:, k].astype(np.uint64) << np.uint64(8 * k) for k in range(found.shape[1])), np.uint64(0))

    def split(self, value, size):
        return np.stack([value >> np.uint64(8 * k) & np.uint64(255) for k in range(size)], axis=1).astype(np.uint8)

    def matrices(self, load, transposed, operands):
        part, place = operands if load else operands[::-1]
        parts, address = names(part), self.address(place)
        lane = np.arange(self.threads) % LANES
        self.touch("load" if load else "store", "matrix", address, 16, lane < 8 * len(parts))
        warp = np.arange(self.threads) // LANES * LANES
        for k, name in enumerate(parts):
            if transposed:  # halves 2 * (lane % 4) and the next of the column lane // 4
                rows = [8 * k + lane % 4 * 2 + half for half in (0, 1)]
                cells = [address[warp + row][:, None] + lane[:, None] // 4 * 2 + np.arange(2) for row in rows]
                cells = np.concatenate(cells, axis=1)
            else:
                cells = address[warp + 8 * k + lane // 4][:, None] + lane[:, None] % 4 * 4 + np.arange(4)
            if load:
                self.put(name, self.joined(self.shared[cells]))
            else:
                self.shared[cells] = self.split(self.value(name), 4)
