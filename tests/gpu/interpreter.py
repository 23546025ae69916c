"""PTX of this folder's kernels, read and carried out in Python, with simulated tensor instructions.

All threads of a block go together: each has its place in the text, and those at the first place go on.  So barriers
are met by all, which is checked.  Only what the kernels use is understood; all else is an error.
"""

import ctypes
import re

import numpy as np
import ptx
import warpgroup

__all__ = ["Block", "Kernel", "Memory"]

COLLECTIVE = ("mma.", "ldmatrix.", "stmatrix.", "movmatrix.", "shfl.", "wgmma.mma", "tcgen05.ld", "tcgen05.st")
SILENT = ("fence.proxy.async", "wgmma.fence", "wgmma.commit_group", "wgmma.wait_group", "tcgen05.wait", "ret",
          "tcgen05.dealloc", "tcgen05.relinquish")  # fmt: skip
WIDTH = {"u32": 4, "b32": 4, "f32": 4, "s32": 4, "u64": 8, "b64": 8, "f64": 8, "u16": 2, "b16": 2, "pred": 1}
MASK = {size: np.uint64((1 << 8 * size) - 1) for size in (2, 4, 8)}


class Kernel:
    """One ``.entry``: its parameters, and its lines as (label | guard, opcode, operands)."""

    def __init__(self, text):
        head, _, body = text.partition("{")
        self.params = re.findall(r"\.param \.(u\d+) (\w+)", head)
        self.lines, self.labels, self.registers, self.arrays = [], {}, {}, {}
        scope = 0
        for raw in body.rpartition("}")[0].splitlines():
            line = raw.strip().rstrip(";")
            if line in ("{", "}", "") or line.startswith(".pragma"):
                scope += line == "{"
                continue
            if line.endswith(":"):
                self.labels[line[:-1], scope] = len(self.lines)
            elif line.startswith(".reg"):
                kind, _, names = line[5:].partition(" ")
                self.registers |= {name.strip(): kind.strip(".") for name in names.split(",")}
            elif line.startswith(".shared"):
                name, size = re.search(r"(\w+)\[(\d+)\]", line).groups()
                self.arrays[name] = int(size)
            else:
                guard = re.match(r"@(!?)(%\w+) ", line)
                opcode, _, rest = line[guard.end() if guard else 0 :].partition(" ")
                operands = re.findall(r"\{[^}]*\}|\[[^\]]*\]|[^,\s]+", rest)
                self.lines.append((guard.groups() if guard else None, opcode, operands, scope))

    def run(self, machine, entry, grid, threads, given, memory, how=()):
        """Run all blocks; ``memory`` reads and writes global memory, ``machine`` does the tensor instructions."""
        for y in range(grid[1]):
            for x in range(grid[0]):
                Block(self, machine, entry, threads, given, memory, how, (x, y), grid).go()


class Block:
    BASE = 0x410  # where dynamic shared memory starts: not aligned, to see that the kernels align it

    def __init__(self, kernel, machine, entry, threads, given, memory, how, place, grid):
        self.kernel, self.machine, self.entry, self.given, self.memory = kernel, machine, entry, given, memory
        self.threads, self.how = threads, how
        self.values = {name: np.full(threads, 0x5A5A5A5A, dtype=np.uint64) for name in kernel.registers}
        self.shared = np.full(1 << 18, 0xEE, dtype=np.uint8)
        self.tensor = np.full((512, 32), 0xEEEEEEEE, dtype=np.uint32)
        self.special = {"%ctaid.x": place[0], "%ctaid.y": place[1], "%nctaid.x": grid[0]}
        self.pc = np.zeros(threads, dtype=np.int64)

    def go(self):
        lines, end = self.kernel.lines, len(self.kernel.lines)
        while (first := int(self.pc.min())) < end:
            on = self.pc == first
            guard, opcode, operands, scope = lines[first]
            self.pc[on] += 1
            if guard:
                on = on & ((self.values[guard[1]] != 0) ^ (guard[0] == "!"))
            if opcode == "bra":
                options = [at for (name, where), at in self.kernel.labels.items() if name == operands[0]
                           and where == scope]  # fmt: skip
                self.pc[on] = options[0]
            elif on.any():
                self.step(opcode, operands, on)

    # -- plain instructions --------------------------------------------------------------------------------------------

    def value(self, operand):
        if operand in self.values:
            return self.values[operand]
        if operand == "%tid.x":
            return np.arange(self.threads, dtype=np.uint64)
        if operand in self.special:
            number = self.special[operand]
        elif operand in self.kernel.arrays or operand == "dynamic":
            number = self.BASE if operand == "dynamic" else 0x400
        else:
            number = int(operand.replace("0f", "0x"), 0)  # 0f is how PTX writes the bits of a float
        return np.full(self.threads, number, dtype=np.uint64)

    def put(self, name, values, on):
        size = WIDTH[self.kernel.registers[name]]
        self.values[name][on] = (values & MASK[size])[on] if size > 1 else values[on]

    def step(self, opcode, operands, on):
        word, *kinds = opcode.split(".")
        if opcode.startswith(SILENT):
            return
        if opcode.startswith(COLLECTIVE):
            assert on.all(), f"{opcode} is not done by all"
            self.collective(opcode, operands)
        elif opcode == "bar.sync":
            assert on.all(), "a barrier is not met by all"
        elif opcode.startswith("tcgen05.alloc"):
            self.shared[int(self.value(operands[0].strip("[]"))[0]) :][:4] = 0
        elif word in ("ld", "st"):
            self.transfer(word, kinds, operands, on)
        elif word == "setp":
            left, right = self.value(operands[1]), self.value(operands[2])
            self.put(operands[0], {"lt": left < right, "ne": left != right, "eq": left == right}[kinds[0]], on)
        else:
            self.put(operands[0], self.arithmetic(word, kinds, [self.value(part) for part in operands[1:]]), on)

    def arithmetic(self, word, kinds, given):
        two = {"add": np.add, "sub": np.subtract, "xor": np.bitwise_xor, "and": np.bitwise_and,
               "shl": np.left_shift, "shr": np.right_shift}  # fmt: skip
        if word in ("mov", "cvt", "cvta"):
            return given[0]
        if word == "mad":
            assert kinds[0] in ("lo", "wide")
            return given[0] * given[1] + given[2]
        return two[word](given[0], given[1])

    def transfer(self, word, kinds, operands, on):
        size = WIDTH[kinds[-1]]
        place, register = (operands[1], operands[0]) if word == "ld" else (operands[0], operands[1])
        if kinds[0] == "param":
            return self.put(register, np.full(self.threads, self.given[place[1:-1]], dtype=np.uint64), on)
        name, _, more = place[1:-1].partition("+")
        addresses = self.value(name) + np.uint64(int(more or 0))
        reach = self.shared_bytes if kinds[0] == "shared" else self.memory
        if word == "ld":
            found = np.zeros(self.threads, dtype=np.uint64)
            found[on] = reach(addresses[on], size)
            return self.put(register, found, on)
        return reach(addresses[on], size, self.value(register)[on])

    def shared_bytes(self, addresses, size, values=None):
        places = addresses.astype(np.int64)[:, None] + np.arange(size)
        if values is None:
            return np.ascontiguousarray(self.shared[places]).view(f"<u{size}")[:, 0].astype(np.uint64)
        self.shared[places] = values.astype(f"<u{size}")[:, None].view(np.uint8)
        return None

    # -- tensor instructions -------------------------------------------------------------------------------------------

    def words(self, part):
        """Return the 32-bit words [thread, word] of registers in braces."""
        names = [name.strip() for name in part.strip("{}").split(",")]
        size = WIDTH[self.kernel.registers[names[0]]]
        stacked = np.stack([self.values[name] for name in names], axis=1)
        return stacked.astype(f"<u{size}").view(np.uint32) if size == 8 else stacked.astype(np.uint32)

    def keep(self, part, words):
        names = [name.strip() for name in part.strip("{}").split(",")]
        size = WIDTH[self.kernel.registers[names[0]]]
        values = np.ascontiguousarray(words).view(f"<u{size}").astype(np.uint64)
        for i, name in enumerate(names):
            self.put(name, values[:, i], np.ones(self.threads, dtype=bool))

    def collective(self, opcode, operands):
        entry = self.entry
        if opcode.startswith("wgmma"):
            return self.warpgroup(operands)
        if opcode.startswith("mma"):
            d, a, b, c, *rest = operands
            scales = metadata = None
            if "E" in entry.operands:
                assert rest[1] == "0"
                metadata, rest = self.words(rest[0])[None, :, 0], rest[2:]
            if rest:
                scales = [self.values[rest[i]].astype(np.uint32)[None] for i in (0, 2)]
            given = entry, self.words(a)[None], self.words(b)[None], self.words(c), scales, metadata
            made = self.machine.multiply(*given)
            return self.keep(d, made[0, 0])
        if opcode.startswith(("movmatrix", "shfl")):
            return self.keep(operands[0], self.machine.exchange(entry, self.words(operands[1])[:, 0])[:, None])
        if opcode.startswith("tcgen05"):
            return self.tensor_memory(opcode, operands)
        load = opcode.startswith("ldmatrix")
        fragment, place = operands if load else operands[::-1]
        start = 0x400
        offsets = (self.value(place[1:-1]) - np.uint64(start)).astype(np.uint32)
        tile = self.shared[start : start + ptx.SMEM_BYTES]
        if load:
            return self.keep(fragment, self.machine.load_matrices(entry, tile.view(np.uint32), offsets))
        made = self.machine.store_matrices(entry, tile.view(np.uint32), offsets, self.words(fragment))
        tile[:] = made.view(np.uint8)
        return None

    def tensor_memory(self, opcode, operands):
        load = opcode.startswith("tcgen05.ld")
        fragment = operands[0] if load else operands[-1]
        place = next(part for part in operands if part.startswith("["))
        column = int(self.value(place[1:-1])[0])
        if opcode == self.entry.name and column == 0:
            if load:
                return self.keep(fragment, self.machine.tensor_load(self.entry, self.tensor))
            self.tensor = self.machine.tensor_store(self.entry, self.tensor, self.words(fragment))
            return None
        assert "32x32b.x1." in opcode, opcode
        if load:
            return self.keep(fragment, self.tensor[column][:, None])
        self.tensor[column] = self.words(fragment)[:, 0]
        return None

    def warpgroup(self, operands):
        d, a, b, keep, *rest = operands
        source, majors = self.how
        assert not self.value(keep).any()
        if self.entry["C"].dtype != "s32":
            trans = [str(int(major == "M")) for major in majors]
            trans = (trans if source == "SS" else trans[1:]) if self.entry["A"].dtype in ("f16", "bf16") else []
            assert rest == ["1", "1", *trans], rest
        else:
            assert rest == []
        parts = []
        for operand in (a, b):
            if operand.startswith("{"):
                parts.append((self.words(operand)[None], 0))
                continue
            whole = int(self.value(operand)[0])
            start = (whole & 0x3FFF) << 4
            assert start % 1024 == 0
            parts.append((self.shared[None, start : start + warpgroup.PLACE_B], whole & ~0x3FFF))
        (A, desc_a), (B, desc_b) = parts
        made = self.machine.warpgroup(self.entry, source, majors, A, B, desc_a, desc_b)
        return self.keep(d, made[0, 0])


class Memory:
    """Global memory as the allocations of a fake driver: {address: ctypes buffer}."""

    def __init__(self, allocations):
        self.allocations = allocations

    def __call__(self, addresses, size, values=None):
        first = int(addresses.min())
        start = max([base for base in self.allocations if base <= first])
        buffer = self.allocations[start]
        offsets = addresses.astype(np.int64) - start
        if offsets.max() + size > len(buffer) or np.any(offsets % size):
            raise ValueError(f"an address is out of bounds or not aligned: {int(offsets.max())} of {len(buffer)}")
        view = np.frombuffer((ctypes.c_char * len(buffer)).from_buffer(buffer), dtype=np.uint8)
        places = offsets[:, None] + np.arange(size)
        if values is None:
            return np.ascontiguousarray(view[places]).view(f"<u{size}")[:, 0].astype(np.uint64)
        view[places] = values.astype(f"<u{size}")[:, None].view(np.uint8)
        return None
