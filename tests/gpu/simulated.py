"""A machine in numpy with the methods of ``gpu.Gpu``, for trying the experiments where there is no GPU.

Its fragments are the formulas of the PTX manual, written down again, not the tables.  What is changed in ``faults``
makes it another machine, which the experiments must tell from the tables.
"""

import numpy as np
from bitpatterns import ONE, TWO, decode, encode, one, pack, unpack
from fragment_tables import coordinates
from ptx import elements_of

__all__ = ["Simulated"]


def _fragment(entry, role):
    """Return (row, column, quad pair) of every (lane, register); rows and columns are m k of A, k n of B, m n of C."""
    operand = entry[role]
    lane, i = np.meshgrid(np.arange(32), np.arange(elements_of(operand)), indexing="ij")
    if entry.shape == (8, 8, 4) and entry["A"].bits == 16:
        return _volta(entry, role, lane, i)
    kw = max(1, 32 // operand.bits)
    word, e = i // kw, i % kw
    none = np.zeros_like(lane)
    tall = entry.shape[0] == 16
    if role == "C":
        return lane // 4 + 8 * (i >> 1), 2 * (lane % 4) + (i & 1), none
    if role == "A" and tall:
        return lane // 4 + 8 * (word & 1), kw * (lane % 4) + e + 4 * kw * (word >> 1), none
    along = kw * (lane % 4) + e + 4 * kw * word
    return (lane // 4, along, none) if role == "A" else (along, lane // 4, none)


def _volta(entry, role, lane, i):
    """m8n8k4 of halves: a quad pair has the lanes 4q..4q+3 and 16 above them."""
    pair, low, upper = lane // 4 % 4, lane % 4, 4 * (lane // 16)
    majors = entry.name.split(".")[4:6]
    if role == "A":
        return (low + upper, i, pair) if majors[0] == "row" else (i + upper, low, pair)
    if role == "B":
        return (i, low + upper, pair) if majors[1] == "col" else (low, i + upper, pair)
    if entry["C"].bits == 16:
        return low + upper, i, pair
    return (lane & 1) + (i & 2) + upper, (i & 4) + (lane & 2) + (i & 1), pair


class Simulated:
    """A machine whose instructions are numpy; ``faults`` maps a role to a function of (lanes, registers) fragments."""

    def __init__(self, faults=None):
        self.faults = faults or {}

    def fragment(self, entry, role):
        found = _fragment(entry, role)
        return self.faults[role](*found) if role in self.faults else found

    def multiply(self, entry, A, B, C, scales=None, metadata=None):
        """Return the words of D [pattern of B, pattern of A, lane, word]."""
        a, b = (self._tile(entry, role, words) for role, words in (("A", A), ("B", B)))
        if metadata is not None:
            a = self._spread(entry, a, metadata)
        if scales is not None or "SFA" in entry.operands:
            a, b = self._scaled(entry, a, b, scales)
        if ".xor." in entry.name:
            products = np.sum(a[None, ..., None] != b[:, None, :, None], axis=4)
        else:
            products = np.einsum("aqmk,bqkn->baqmn", a, b, optimize=True)
        m, n, q = self.fragment(entry, "C")
        held = products[:, :, q, m, n] + decode(unpack(C, entry["C"].bits, m.shape[1]), entry["C"].dtype)
        return pack(encode(held, entry["C"].dtype), entry["C"].bits)

    def _tile(self, entry, role, words):
        """Return the operand as numbers [pattern, quad pair, row, column]; only 0 and 1 are understood."""
        operand = entry[role]
        elements = unpack(words, operand.bits, elements_of(operand))
        unit = one(operand)
        assert set(np.unique(elements).tolist()) <= {0, unit}
        m, n, k = entry.shape
        rows, columns = (m, k // 2 if "E" in entry.operands else k) if role == "A" else (k, n)
        row, column, pair = self.fragment(entry, role)
        tile = np.zeros((len(words), pair.max() + 1, rows, columns))
        tile[:, pair, row, column] = elements == unit
        return tile

    def _spread(self, entry, a, metadata):
        """Return A with all of its columns, by its metadata; who has which chunk is what the table says, or ``E``."""
        E, chunk = coordinates(entry["E"]), {4: 8, 8: 4, 16: 4, 32: 2}[entry["A"].bits]
        m, k = self.faults.get("E", lambda m, k: (m, k))(E["m"][:, ::chunk], E["k"][:, ::chunk])
        nibbles = unpack(metadata[..., None], 4, 8)
        codes = np.empty((len(a), 16, entry.shape[2] // chunk), dtype=np.int64)
        codes[:, m, k // chunk] = nibbles
        whole = np.zeros((*a.shape[:3], entry.shape[2]))
        half, parts = chunk // 2, (0, 1)
        for c in range(codes.shape[2]):
            for stored in range(half):
                if chunk == 2:
                    index = (codes[:, :, c] == 0b1110).astype(int)
                else:
                    part = parts[stored * 2 // half]
                    index = (codes[:, :, c] >> 2 * part & 3) * (half // 2) + stored % (half // 2)
                for pattern in range(len(a)):
                    whole[pattern, 0, np.arange(16), c * chunk + index[pattern]] += a[pattern, 0, :, c * half + stored]
        return whole

    def _scaled(self, entry, a, b, scales):
        """Multiply by scale factors: with thread-id 0, from the lanes 0 and 1 of each four, and 0 for B."""
        blocks = int(entry.name.partition("scale_vec::")[2][0])
        if scales is None:
            one_word = np.full((1, 32), ONE[entry["SFA"].dtype] * 0x01010101, dtype=np.uint32)
            scales = one_word, one_word
        value = {ONE[entry["SFA"].dtype]: 1.0, TWO[entry["SFA"].dtype]: 2.0}
        width = entry.shape[2] // blocks
        parts = []
        for words, size, row_of in ((scales[0], 16, lambda r: r % 8 * 4 + r // 8), (scales[1], 8, lambda r: r * 4)):
            table = np.empty((len(words), size, entry.shape[2]))
            for pattern in range(len(words)):
                for r in range(size):
                    word = int(words[pattern][row_of(r)])
                    for k in range(entry.shape[2]):
                        table[pattern, r, k] = value[word >> 8 * (k // width) & 0xFF]
            parts.append(table)
        return a * parts[0][:, None], b * np.swapaxes(parts[1], 1, 2)[:, None]

    # -- matrices in shared memory -------------------------------------------------------------------------------------

    def _moved(self, entry, offsets):
        """Return the byte address of every (lane, register) of ldmatrix and stmatrix."""
        operand = entry["R"]
        lane, i = np.meshgrid(np.arange(32), np.arange(elements_of(operand)), indexing="ij")
        if operand.bits == 16:
            matrix, e = i >> 1, i & 1
            row, col = lane >> 2, 2 * (lane & 3) + e
            if ".trans" in entry.name:
                row, col = col, row
            return offsets[8 * matrix + row].astype(np.int64) + 2 * col
        if entry.family == "ldmatrix":
            matrix, row, col = i >> 3, 4 * (lane & 3) + (i & 3), (lane >> 2) + 8 * (i >> 2 & 1)
            return offsets[16 * matrix + row].astype(np.int64) + col
        matrix, row, col = i >> 2, 2 * (lane & 3) + (i & 1), (lane >> 2) + 8 * (i >> 1 & 1)
        return offsets[8 * matrix + row].astype(np.int64) + col

    def load_matrices(self, entry, memory, offsets):
        bits = entry["R"].bits
        elements = unpack(memory, bits, len(memory) * 32 // bits)
        return pack(elements[self._moved(entry, offsets) // (bits // 8)], bits)

    def store_matrices(self, entry, memory, offsets, words):
        bits = entry["R"].bits
        elements = unpack(memory, bits, len(memory) * 32 // bits)
        places = self._moved(entry, offsets)
        elements[places // (bits // 8)] = unpack(words, bits, places.shape[1])
        return pack(elements, bits)

    def exchange(self, entry, words):
        if entry.family == "shfl":
            return words[np.arange(32) ^ int(entry.name.rpartition(".")[2])]
        halves = unpack(words[:, None], 16, 2)
        tile = halves.reshape(8, 8)  # row lane / 4, columns 2 * (lane % 4) and the next
        return pack(tile.T.reshape(32, 2), 16)[:, 0]

    # -- tensor memory -------------------------------------------------------------------------------------------------

    def _tensor_places(self, entry):
        """Return (lane, column) of the tensor memory for every (lane, register)."""
        operand, shape = entry["R"], entry.name.split(".")[4]
        count = elements_of(operand)
        lane, r = np.meshgrid(np.arange(32), np.arange(count), indexing="ij")
        if shape == "32x32b":
            return lane, r
        if shape == "16x64b":  # quads of lanes: two columns, rows lane / 4, and 8 further down
            return lane // 4 + 8 * (lane & 1), 2 * r + (lane >> 1 & 1)
        if shape == "16x128b":
            return lane // 4 + 8 * (r & 1), 4 * (r >> 1) + lane % 4
        if shape == "16x256b":  # as an accumulator of m16n8
            return lane // 4 + 8 * (r >> 1 & 1), 8 * (r >> 2) + 2 * (lane % 4) + (r & 1)
        return lane % 16, r + count * (lane // 16)  # 16x32bx2

    def tensor_load(self, entry, tile):
        row, column = self._tensor_places(entry)
        return tile[column, row]

    def tensor_store(self, entry, tile, words):
        row, column = self._tensor_places(entry)
        made = tile.copy()
        made[column, row] = words
        return made

    # -- wgmma ---------------------------------------------------------------------------------------------------------

    def warpgroup(self, entry, source, majors, A, B, desc_a, desc_b):
        """Return the words of D [pattern of B, pattern of A, thread, word]."""
        _, n, k = entry.shape
        bits = entry["A"].bits
        b = self._behind(B, desc_b, majors[1], n, bits, one(entry["B.shared"]))
        if source == "SS":
            a = self._behind(A, desc_a, majors[0], 64, bits, one(entry["A.shared"]))
        else:
            kw = 32 // bits
            elements = unpack(A, bits, elements_of(entry["A"]))
            thread, i = np.meshgrid(np.arange(128), np.arange(elements.shape[-1]), indexing="ij")
            lane, warp, word, e = thread % 32, thread // 32, i // kw, i % kw
            a = np.zeros((len(A), 64, k))
            row = lane // 4 + 8 * (word & 1) + 16 * warp
            a[:, row, kw * (lane % 4) + e + 4 * kw * (word >> 1)] = elements == one(entry["A"])
        products = np.einsum("amk,bnk->bamn", a, b, optimize=True)
        thread, r = np.meshgrid(np.arange(128), np.arange(n // 2), indexing="ij")
        row = thread % 32 // 4 + 8 * (r >> 1 & 1) + 16 * (thread // 32)
        column = 8 * (r >> 2) + 2 * (thread % 4) + (r & 1)
        if "D" in self.faults:
            row, column = self.faults["D"](row, column)
        return pack(encode(products[:, :, row, column], entry["C"].dtype), entry["C"].bits)

    def _behind(self, memory, desc, major, mn, bits, unit):
        """Return the tile of 0 and 1 [pattern, mn, k] that a descriptor shows of bytes [pattern, address]."""
        leading, stride, kind = (desc >> 16 & 0x3FFF) * 16, (desc >> 32 & 0x3FFF) * 16, desc >> 62
        if self.faults.get("exchanged"):
            leading, stride = stride, leading
        power = {0: 0, 1: 3, 2: 2, 3: 1}[kind]
        x, k = np.meshgrid(np.arange(mn), np.arange(256 // bits), indexing="ij")
        if major == "K":
            byte, within = k * bits // 8, k * bits % 8
            if power == 0:
                place = x % 8 * 16 + x // 8 * stride + byte % 16 + byte // 16 * leading
            else:
                place = x % 8 * (16 << power) + x // 8 * stride + byte
        else:
            byte, within = x * bits // 8, np.zeros_like(x)
            if power == 0:
                place = byte % 16 + byte // 16 * stride + k % 8 * 16 + k // 8 * leading
            else:
                wide = 16 << power
                place = byte % wide + byte // wide * leading + k % 8 * wide + k // 8 * stride
        if not self.faults.get("plain"):
            place = place ^ ((place >> 7 & ((1 << power) - 1)) << 4)
        memory = np.pad(memory, ((0, 0), (0, max(0, place.max() // 16 * 16 + 16 - memory.shape[1]))))
        elements = unpack(memory.view(np.uint32), bits, memory.shape[1] * 8 // bits)
        return (elements[:, (place * 8 + within) // bits] == unit).astype(float)
