"""Conversions to ask Triton about: the rows of the reference's table, and random pairs of layouts.

A side is its columns over a tensor of one dimension, {"register": [...], "lane": [...], "warp": [...]}.
"""

from dataclasses import dataclass

from layouts import BitMatrix, BlockedLayout, DotOperandLayout, LinearLayout, NVMMADistributedLayout
from layouts.convert.move import Move

LEVELS = ("register", "lane", "warp")


@dataclass(frozen=True)
class Case:
    name: str
    source: dict
    target: dict
    rows: int
    bits: int
    arch: int = 90

    def asked(self, form="words"):
        return [self.source, self.target, self.rows, self.bits, self.arch, form]

    def layouts(self):
        """Return source and target as layouts of the library."""
        outs = [("x", 1 << self.rows)]
        sides = (self.source, self.target)
        return [LinearLayout([(name, [[c] for c in side[name]]) for name in LEVELS], outs) for side in sides]


def side(register, lane, warp=()):
    return {"register": list(register), "lane": list(lane), "warp": list(warp)}


def flattened(name, source, target, bits, shape=None):
    """Return a case of two layouts or encodings of any dimensions, the last dimension in the low bits."""
    if shape:
        source, target = source.to_linear_layout(shape), target.to_linear_layout(shape)
    move = Move(source, target, bits)
    return Case(name, *[side(*[c[level] for level in LEVELS]) for c in (move.A, move.B)], move.bits, bits)


def tile(rows, columns, register, lane, warp=()):
    outs = [("row", rows), ("column", columns)]
    return LinearLayout([("register", register), ("lane", lane), ("warp", list(warp))], outs)


# -- the reference -----------------------------------------------------------------------------------------------------

LANES = [[0, 2], [0, 4], [1, 0], [2, 0], [4, 0]]
DOWN = [[0, 4], [1, 0], [2, 0], [4, 0], [8, 0]]
ACC = tile(16, 8, [[0, 1], [8, 0]], LANES)
FOURS = tile(16, 8, [[0, 1], [0, 2]], DOWN)


def reference():
    """Return the rows of the table of measured conversions."""
    mma, warps = NVMMADistributedLayout([2, 0], [1, 1], [16, 8]), NVMMADistributedLayout([2, 0], [4, 1], [16, 8])
    wgmma, blocked = NVMMADistributedLayout([3, 0], [4, 1], [16, 64, 16]), BlockedLayout([1, 8], [4, 8], [4, 1], [1, 0])
    four = side([1, 2], [4, 8, 16, 32, 64])
    eight = side([1, 2, 128], [4, 8, 16, 32, 64])
    bf16 = [[0, 1], [0, 2], [0, 4]], [[0, 8], [1, 0], [2, 0], [4, 0], [8, 0]]
    return [
        flattened("1 mma", mma, DotOperandLayout(0, mma, 2), 16, [16, 16]),
        flattened("1 wgmma", wgmma, DotOperandLayout(0, wgmma, 2), 16, [64, 64]),
        flattened("2", ACC, tile(16, 8, [[8, 0], [0, 1]], LANES), 32),
        flattened("3 f32", ACC, FOURS, 32),
        flattened("3 f16", ACC, FOURS, 16),
        Case("4", side([1, 2, 4, 8], [16, 32, 64, 128, 256]), side([1, 16, 2, 8], [32, 4, 64, 128, 256]), 9, 8),
        Case("5", four, side([4, 2], [1, 8, 16, 32, 64]), 7, 32),
        Case("5 wider", eight, side([4, 2, 128], [1, 8, 16, 32, 64]), 8, 32),
        Case("6", four, side([1, 2], [8, 4, 16, 32, 64]), 7, 32),
        Case("6 registers too", four, side([2, 1], [8, 4, 16, 32, 64]), 7, 32),
        Case("7", four, side([4, 8], [1, 2, 16, 32, 64]), 7, 32),
        flattened(
            "8",
            tile(16, 32, [[1 << k, 0] for k in range(4)], [[0, 1 << k] for k in range(5)]),
            tile(16, 32, [[0, 2 << k] for k in range(4)], [*[[1 << k, 0] for k in range(4)], [0, 1]]),
            32,
        ),
        flattened(
            "9",
            tile(32, 16, [[4, 0], [8, 0], [16, 0]], [[0, 1], [0, 2], [0, 4], [0, 8], [1, 0]], [[2, 0]]),
            tile(32, 16, [[0, 2], [0, 4], [0, 8]], [[1 << k, 0] for k in range(5)], [[0, 1]]),
            32,
        ),
        flattened("10", tile(16, 16, *bf16), tile(16, 16, [[0, 1], [8, 0], [0, 8]], LANES), 16),
        flattened("11 mma -> blocked", warps, blocked, 16, [64, 64]),
        flattened("11 wgmma -> blocked", wgmma, blocked, 16, [64, 64]),
        flattened("11 blocked -> operand A", blocked, DotOperandLayout(0, warps, 2), 16, [64, 64]),
        flattened("12", tile(32, 8, [[0, 1], [0, 2]], DOWN, [[16, 0]]),
                  tile(32, 8, [[0, 1], [16, 0]], DOWN, [[0, 2]]), 32),
        Case("13", side([2, 512, 256, 128, 32], [16, 64, 1, 8, 4]),
             side([256, 512, 32, 16, 128], [4, 1, 64, 2, 8]), 10, 32),
        Case("14", side([2, 8, 32], [1, 4, 16, 64, 128]), side([4, 16, 128], [64, 1, 8, 32, 2]), 8, 32),
    ]  # fmt: skip


# -- random pairs ------------------------------------------------------------------------------------------------------


def cut(columns, registers):
    return side(columns[:registers], columns[registers : registers + 5], columns[registers + 5 :])


def permutations(rng, arch=90):
    """Two permutation layouts: any two, some bits exchanged, the same warps, or few registers exchanged with lanes."""
    registers, warps = rng.randint(1, 5), rng.choice([0, 0, 1, 2])
    rows, lanes = registers + 5 + warps, slice(registers, registers + 5)
    a = rng.sample([1 << k for k in range(rows)], rows)
    b, kind = list(a), rng.randrange(4)
    if kind == 0:
        rng.shuffle(b)
    elif kind == 1:
        for _ in range(rng.randint(1, 3)):
            exchange(b, *rng.sample(range(rows), 2))
    elif kind == 2:
        b[: registers + 5] = rng.sample(b[: registers + 5], registers + 5)
    else:
        b[:registers], b[lanes] = rng.sample(b[:registers], registers), rng.sample(b[lanes], 5)
        for _ in range(rng.randint(0, 2)):
            exchange(b, rng.randrange(registers), rng.randrange(registers, registers + 5))
    return Case("permutation", cut(a, registers), cut(b, registers), rows, rng.choice([8, 16, 32]), arch)


def exchange(columns, i, j):
    columns[i], columns[j] = columns[j], columns[i]


def general(rng, registers_too=False, arch=90):
    """Two layouts whose lanes and warps are sums of bits, and, if asked, whose registers are, too."""
    registers, warps = rng.randint(1, 4), rng.choice([0, 0, 1])
    rows = registers + 5 + warps
    found = []
    while len(found) < 2:
        if registers_too:
            columns = [rng.getrandbits(rows) for _ in range(rows)]
        else:
            units = rng.sample([1 << k for k in range(rows)], rows)
            others = [rng.choice([c, c ^ rng.choice(units), c ^ rng.getrandbits(rows)]) for c in units[registers:]]
            columns = [*units[:registers], *others]
        if BitMatrix(columns, rows=rows).rank() == rows:
            found.append(cut(columns, registers))
    return Case("general", *found, rows, rng.choice([8, 16, 32]), arch)


def copies(rng, arch=90):
    """Two permutation layouts in which some lanes or warps hold what others hold, on either side."""
    registers, warps, zeros = rng.randint(1, 3), rng.choice([0, 0, 1]), rng.randint(1, 2)
    rows = registers + 5 + warps - zeros
    found = []
    while len(found) < 2:
        columns = [*[1 << k for k in range(rows)], *[0] * zeros]
        columns = rng.sample(columns, len(columns))
        if found and rng.random() < 0.5:
            columns = [*found[0]]
            exchange(columns, *rng.sample(range(len(columns)), 2))
        if all(columns[:registers]):
            found.append(columns)
    return Case("copies", *[cut(columns, registers) for columns in found], rows, rng.choice([8, 16, 32]), arch)
