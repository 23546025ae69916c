"""What ldmatrix, stmatrix, movmatrix, shfl, tcgen05.ld and .st show: which element is in which register.

Every element that is moved is another number, given in two bytes or, where an element is one byte, a byte at a time.
Rows lie at addresses in a random order, so that a row is known by its place.
"""

import numpy as np
from bitpatterns import pack, unpack
from fragment_tables import coordinates
from ptx import SMEM_BYTES, TMEM_COLUMNS, elements_of, words_of

__all__ = [
    "exchange_mismatch",
    "load_mismatch",
    "row_lanes",
    "store_mismatch",
    "tensor_load_mismatch",
    "tensor_store_mismatch",
]


def row_lanes(entry):
    """Return {(matrix, row): the lane that gives its address}; without an operand ``address``, by the notes."""
    if "address" in entry.operands:
        found = coordinates(entry["address"])
        places = zip(found["matrix"].reshape(-1).tolist(), found["row"].reshape(-1).tolist(), strict=True)
        lanes = {}
        for lane, place in enumerate(places):
            lanes.setdefault(place, lane)  # later lanes with the same image take no part
        return lanes
    rows = 16 if entry.family == "ldmatrix" else 8  # "lane t gives row t", "lane l gives row l % 8 of matrix l / 8"
    return {(lane // rows, lane % rows): lane for lane in range(32)}


def _offsets(seed):
    """Return 32 different places for rows of 16 bytes."""
    return np.random.default_rng(seed).permutation(SMEM_BYTES // 16)[:32].astype(np.uint32) * 16


def _byte_places(entry, offsets):
    """Return array[lane, register]: the byte address of the element that is there by the table."""
    found, lanes = coordinates(entry["R"]), row_lanes(entry)
    starts = np.zeros((found["matrix"].max() + 1, found["row"].max() + 1), dtype=np.int64)
    for (matrix, row), lane in lanes.items():
        if matrix < starts.shape[0]:
            starts[matrix, row] = offsets[lane]
    return starts[found["matrix"], found["row"]] + found["col"] * (entry["R"].bits // 8)


def load_mismatch(machine, entry, seed=0):
    """Return the first register that ldmatrix fills from elsewhere than the table says, in words, or None."""
    offsets, bits = _offsets(seed), entry["R"].bits
    ours = _byte_places(entry, offsets)
    theirs = np.zeros_like(ours)
    passes = 1 if bits == 16 else 2
    for part in range(passes):
        numbers = np.arange(SMEM_BYTES // (bits // 8), dtype=np.uint64)
        memory = pack(numbers >> np.uint64(bits * part) & np.uint64((1 << bits) - 1), bits)
        words = machine.load_matrices(entry, memory, offsets)
        theirs += (unpack(words, bits, ours.shape[1]).astype(np.int64) << bits * part) * (bits // 8)
    return _difference(entry, ours, theirs, "byte")


def store_mismatch(machine, entry, seed=0):
    """Return the first byte of the memory in which stmatrix differs from the table, in words, or None."""
    offsets, bits = _offsets(seed), entry["R"].bits
    places, size = _byte_places(entry, offsets), bits // 8
    numbers = np.arange(1, places.size + 1, dtype=np.uint64).reshape(places.shape)
    for part in range(1 if bits == 16 else 2):
        elements = numbers >> np.uint64(bits * part) & np.uint64((1 << bits) - 1)
        ours = np.full(SMEM_BYTES // size, (1 << bits) - 1, dtype=np.uint64)
        ours[places // size] = elements
        empty = np.full(SMEM_BYTES // 4, 0xFFFFFFFF, dtype=np.uint32)
        memory = machine.store_matrices(entry, empty, offsets, pack(elements, bits))
        theirs = unpack(memory, bits, len(ours))
        wrong = np.flatnonzero(ours != theirs)
        if len(wrong):
            byte = int(wrong[0]) * size
            return f"{entry.name}: at byte {byte} is {int(theirs[wrong[0]])}, by the table {int(ours[wrong[0]])}"
    return None


def exchange_mismatch(machine, entry):
    """Return the first place where movmatrix or shfl brings another element than the table says, or None."""
    role = "R" if entry.family == "movmatrix" else "source"
    found = coordinates(entry[role])
    count = elements_of(entry[role])
    numbers = np.arange(1, 32 * count + 1, dtype=np.uint64).reshape(32, count)
    if role == "source":
        ours = numbers[found["src_lane"], 0]
    else:  # the source is the fragment of ldmatrix: columns 2 * (lane % 4) + register of row lane / 4
        row, col = found["src_row"], found["src_col"]
        ours = numbers[4 * row + col // 2, col % 2]
    words = machine.exchange(entry, pack(numbers, entry[role].bits)[:, 0])
    theirs = unpack(words[:, None], entry[role].bits, count)
    return _difference(entry, ours.astype(np.int64), theirs.astype(np.int64), "element")


def tensor_load_mismatch(machine, entry):
    """Return the first register that tcgen05.ld fills from elsewhere than the table says, or None."""
    found = coordinates(entry["R"])
    lane, column = np.arange(32)[None, :], np.arange(TMEM_COLUMNS)[:, None]
    words = machine.tensor_load(entry, (lane << 16 | column).astype(np.uint32))
    ours = found["tmem_lane"] << 16 | found["tmem_col"]
    return _difference(entry, ours, words.astype(np.int64), "lane << 16 | column")


def tensor_store_mismatch(machine, entry):
    """Return the first word of the tensor memory in which tcgen05.st differs from the table, or None."""
    found = coordinates(entry["R"])
    numbers = np.arange(1, found["tmem_col"].size + 1, dtype=np.uint32).reshape(32, words_of(entry["R"]))
    ours = np.full((TMEM_COLUMNS, 32), 0xFFFFFFFF, dtype=np.uint32)
    ours[found["tmem_col"], found["tmem_lane"]] = numbers
    theirs = machine.tensor_store(entry, np.full_like(ours, 0xFFFFFFFF), numbers)
    wrong = np.argwhere(ours != theirs)
    if not len(wrong):
        return None
    column, lane = (int(i) for i in wrong[0])
    said = f"has {theirs[column, lane]}, by the table {ours[column, lane]}"
    return f"{entry.name}: TMEM lane {lane} column {column} {said}"


def _difference(entry, ours, theirs, what):
    wrong = np.argwhere(ours != theirs)
    if not len(wrong):
        return None
    place = tuple(wrong[0].tolist())
    where = f"lane {place[0]}" + (f" register {place[1]}" if len(place) > 1 else "")
    return (
        f"{entry.name}: {where} has {what} {int(theirs[place])}, by the table {int(ours[place])} "
        f"({len(wrong)} of {ours.size} differ)"
    )
