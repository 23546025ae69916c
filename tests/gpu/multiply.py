"""What mma.sync shows of its fragments: which element of A meets which of B in which of D.

The product is bilinear, so it is known when it is known for single ones: a 1 in one place (lane, register) of B, and
for each place of D the place of A that comes there.  The places of A are numbered from 1, and their number is asked a
binary digit at a time, so that every operand holds only 0 and 1.  A place that no single place of A explains gives a
digit that is neither, and is -1.

What this can not see is a renaming that keeps the product: of the rows m of A and D, of the columns n of B and D, of
the k of A and B.  Everything else is seen, as nothing of the tables goes into the data.
"""

import numpy as np
from bitpatterns import ONE, TWO, decode, encode, one, pack, planes, undigits, unpack
from fragment_tables import coordinates
from ptx import elements_of, words_of

__all__ = ["accumulator_passes", "expected", "metadata_mismatch", "mismatch", "scales_mismatch", "seen"]


def _counts(entry):
    return {role: elements_of(entry[role]) for role in "ABC"}


def single_ones(operand, threads=32, chosen=None):
    """Return the words of an operand with a 1 in one place; the last pattern is all 0."""
    count = elements_of(operand)
    places = range(threads * count) if chosen is None else chosen
    elements = np.zeros((len(places) + 1, threads * count), dtype=np.uint64)
    elements[np.arange(len(places)), list(places)] = one(operand)
    return pack(elements.reshape(len(places) + 1, threads, count), operand.bits)


def numbers_of_places(operand, threads=32):
    """Return the words of an operand that hold the digits of the places' numbers; the last pattern is all 0."""
    count = elements_of(operand)
    numbers = np.arange(1, threads * count + 1).reshape(threads, count)
    digits = planes(numbers, threads * count).astype(np.uint64)
    digits = np.concatenate([digits, np.zeros_like(digits[:1])])
    return pack(digits * np.uint64(one(operand)), operand.bits)


def results(machine, entry, A, B, C=None, scales=None, metadata=None):
    """Return D as numbers [pattern of B, pattern of A, lane, register]."""
    if C is None:
        C = np.zeros((32, words_of(entry["C"])), dtype=np.uint32)
    if metadata is None and "E" in entry.operands:
        metadata = np.full((len(A), 32), FIRST * 0x11111111, dtype=np.uint32)
    words = machine.multiply(entry, A, B, C, scales, metadata)
    return decode(unpack(words, entry["C"].bits, elements_of(entry["C"])), entry["C"].dtype)


def seen(machine, entry, chosen=None):
    """Return array[place of B, place of D]: the number of the place of A that meets, 0 for none, -1 for no single one.

    ``chosen`` lists places of B, all of them if None.
    """
    A, B = numbers_of_places(entry["A"]), single_ones(entry["B"], chosen=chosen)
    found = results(machine, entry, A, B)
    alone_a, alone_b, neither = found[-1:, :-1], found[:-1, -1:], found[-1:, -1:]
    if ".xor.popc" in entry.name:  # popc(a ^ b) = popc(a) + popc(b) - 2 popc(a & b)
        met = (alone_a + alone_b - found[:-1, :-1]) / 2
    else:
        quiet = not (np.any(alone_a) or np.any(alone_b) or np.any(neither))
        met = found[:-1, :-1] if quiet else np.full_like(found[:-1, :-1], -1)
    return undigits(np.moveaxis(met, 1, 0)).reshape(len(met), -1)


def expected(entry, chosen=None):
    """Return what ``seen`` should be by the tables."""
    A, B, C = (coordinates(entry[role]) for role in "ABC")
    pair = np.zeros_like(A["m"]), np.zeros_like(B["n"]), np.zeros_like(C["m"])
    qa, qb, qc = (part.get("quadpair", none) for part, none in zip((A, B, C), pair, strict=True))
    place = np.zeros((A["m"].max() + 1, A["k"].max() + 1, qa.max() + 1), dtype=np.int64)
    place[A["m"], A["k"], qa] = np.arange(1, A["m"].size + 1).reshape(A["m"].shape)
    rows = list(range(B["n"].size)) if chosen is None else list(chosen)
    n, k, q = (part.reshape(-1)[rows][:, None] for part in (B["n"], B["k"], qb))
    m, column, quad = (part.reshape(1, -1) for part in (C["m"], C["n"], qc))
    met = (n == column) & (q == quad)
    if "E" in entry.operands:
        k, there = stored(entry, k)
        met = met & there
    return np.where(met, place[m, k, q], 0)


def mismatch(machine, entry, chosen=None):
    """Return the first place where machine and tables differ, in words, or None."""
    ours, theirs = expected(entry, chosen), seen(machine, entry, chosen)
    wrong = np.argwhere(ours != theirs)
    if not len(wrong):
        return None
    counts = _counts(entry)
    b, d = (int(i) for i in wrong[0])
    shown = b if chosen is None else list(chosen)[b]
    said = [_place(int(found[b, d]), counts["A"]) for found in (ours, theirs)]
    return (
        f"{entry.name}: with B at {_place(shown + 1, counts['B'])}, D at {_place(d + 1, counts['C'])} gets A at "
        f"{said[0]} by the table, {said[1]} on the machine ({len(wrong)} of {ours.size} differ)"
    )


def _place(number, count):
    if number <= 0:
        return {0: "no place", -1: "no single place"}[number]
    return f"lane {(number - 1) // count} register {(number - 1) % count}"


def accumulator_passes(machine, entry):
    """Tell whether D is C, place by place, where A and B are 0."""
    count, dtype = elements_of(entry["C"]), entry["C"].dtype
    numbers = np.arange(1, 32 * count + 1).reshape(32, count)
    C = pack(encode(numbers, dtype), entry["C"].bits)
    A, B = (np.zeros((1, 32, words_of(entry[role])), dtype=np.uint32) for role in "AB")
    return bool(np.array_equal(results(machine, entry, A, B, C)[0, 0], numbers))


# -- sparse A ----------------------------------------------------------------------------------------------------------

FIRST, SECOND = 0b0100, 0b1110
"""Metadata of a chunk: its first half is stored (elements 0 and 1 of 4), or its second half (2 and 3)."""


def chunk_of(entry):
    """Return the elements of K in a chunk, which 4 bits of metadata speak of: 8, 4, 4, 2 for 4, 8, 16, 32 bits."""
    return {4: 8, 8: 4, 16: 4, 32: 2}[entry["A"].bits]


def stored(entry, k):
    """Return where the element k of a row stands among those that are stored, and whether it is, for FIRST."""
    chunk = chunk_of(entry)
    return k // chunk * (chunk // 2) + k % (chunk // 2), k % chunk < chunk // 2


def metadata_words(entry, second):
    """Return the metadata of each lane; ``second[m, chunk]`` is 1 where the second half is stored."""
    E, chunk = coordinates(entry["E"]), chunk_of(entry)
    m, k = E["m"][:, ::chunk], E["k"][:, ::chunk]
    return pack(np.where(second[m, k // chunk] == 1, SECOND, FIRST), 4)[:, 0]


def metadata_mismatch(machine, entry):
    """Return the first chunk of A whose metadata is elsewhere than the table says, in words, or None.

    The stored elements are 1, and B is 1 at the second halves of eight chunks, one for each n: D(m, n) is 0 where the
    first half is stored.  Which chunks have the second one is told by the digits of the chunks' numbers.
    """
    chunk, k = chunk_of(entry), entry.shape[2]
    A, B, C = (coordinates(entry[role]) for role in "ABC")
    count = k // chunk
    numbers = np.arange(1, 16 * count + 1).reshape(16, count)
    metadata = np.stack([metadata_words(entry, digit) for digit in planes(numbers, numbers.size)])
    ones = pack(np.full(A["m"].shape, one(entry["A"]), dtype=np.uint64), entry["A"].bits)
    unit, zero = np.uint64(one(entry["B"])), np.uint64(0)
    upper = B["k"] % chunk >= chunk // 2
    selecting = [
        pack(np.where((B["k"] // chunk == B["n"] + 8 * i) & upper, unit, zero), entry["B"].bits)
        for i in range(-(-count // 8))
    ]
    repeated = np.repeat(ones[None], len(metadata), axis=0)
    found = results(machine, entry, repeated, np.stack(selecting), metadata=metadata)
    tiles = np.zeros((*found.shape[:2], 16, 8))
    tiles[:, :, C["m"], C["n"]] = found
    theirs = undigits(np.concatenate(list(tiles / (chunk // 2)), axis=2))[:, :count]
    wrong = np.argwhere(theirs != numbers)
    if not len(wrong):
        return None
    row, place = (int(i) for i in wrong[0])
    return (
        f"{entry.name}: row {row} chunk {place} of A has the metadata of number {theirs[row, place]}, by the table "
        f"{numbers[row, place]} ({len(wrong)} of {numbers.size} differ)"
    )


# -- scale factors -----------------------------------------------------------------------------------------------------


def scale_words(operand, blocks, cell=None):
    """Return the word of scales of each lane: byte j is block j of K; all 1, and 2 at ``cell`` = (row, block)."""
    found = coordinates(operand)
    width = found["mn"].shape[1] // blocks
    rows, starts = found["mn"][:, ::width], found["k"][:, ::width] // width
    scales = np.full((32, 4), ONE[operand.dtype], dtype=np.uint64)
    if cell is not None:
        scales[:, :blocks][(rows == cell[0]) & (starts == cell[1])] = TWO[operand.dtype]
    return pack(scales, 8)[:, 0]


def scales_mismatch(machine, entry):
    """Return the first cell of the scale factors that the machine has elsewhere, in words, or None.

    A is all 1.  A pattern of B is 1 at the first k of one block, so that D(m, n) is the scale of row m of A, times
    that of column n of B, in this block.
    """
    blocks = int(entry.name.partition("scale_vec::")[2][0])
    A, B, C = (coordinates(entry[role]) for role in "ABC")
    step = (B["k"].max() + 1) // blocks
    ones = pack(np.full(A["m"].shape, one(entry["A"]), dtype=np.uint64), entry["A"].bits)
    in_block = [
        pack(np.where(B["k"] == j * step, np.uint64(one(entry["B"])), np.uint64(0)), entry["B"].bits)
        for j in range(blocks)
    ]
    plain = [scale_words(entry[role], blocks) for role in ("SFA", "SFB")]
    for role, name, size in (("SFA", "m", 16), ("SFB", "n", 8)):
        doubled = [(row, j) for row in range(size) for j in range(blocks)]
        moved = np.stack([scale_words(entry[role], blocks, cell) for cell in doubled])
        for block in range(blocks):
            many = np.repeat(ones[None], len(doubled) if role == "SFA" else 1, axis=0)
            other = np.repeat(in_block[block][None], 1 if role == "SFA" else len(doubled), axis=0)
            scales = (moved, plain[1][None]) if role == "SFA" else (plain[0][None], moved)
            found = results(machine, entry, many, other, None, scales)
            found = found.reshape(len(doubled), *C["m"].shape)
            for cell, D in zip(doubled, found, strict=True):
                ours = np.where((C[name] == cell[0]) & (cell[1] == block), 2.0, 1.0)
                if not np.array_equal(D, ours):
                    return f"{entry.name}: {role} of row {cell[0]}, block {cell[1]} of K is not where the table has it"
    return None
