"""Plans through shared memory on the modelled machine, and wavefronts counted with sets of words, from scratch."""

import numpy

from layouts import BitMatrix, LinearLayout, memory_model
from layouts.convert.machine import Machine


def layout(outs, **levels):
    """Return a distributed layout from bases by level."""
    return LinearLayout([(name, [list(basis) for basis in bases]) for name, bases in levels.items()], outs)


def flat(bits, register, lane, warp=()):
    """Return a distributed layout of a tensor of one dimension."""
    levels = {"register": register, "lane": lane, "warp": warp}
    return LinearLayout([(name, [[x] for x in bases]) for name, bases in levels.items()], [("x", 1 << bits)])


def blocked(rows, columns, each, lanes, warps, order):
    """Return a blocked layout; ``order`` names the dimension that grows fastest."""
    names = ("row", "column")
    start, bases = {"row": 1, "column": 1}, {}
    sizes = {"register": each, "lane": lanes, "warp": warps}
    fastest = names if order == "row" else names[::-1]
    for level, size in sizes.items():
        found = []
        for name in fastest:
            for _ in range(size[names.index(name)].bit_length() - 1):
                found.append((start["row"], 0) if name == "row" else (0, start["column"]))
                start[name] *= 2
        bases[level] = found
    for name, most in zip(names, (rows, columns), strict=True):
        while start[name] < most:
            bases["register"].append((start[name], 0) if name == "row" else (0, start[name]))
            start[name] *= 2
    return layout({"row": rows, "column": columns}, **bases)


def invertible(rng, d, sizes, permutation=False):
    """Return a random layout that holds every element once."""
    while True:
        columns = [1 << k for k in range(d)] if permutation else [rng.randrange(1 << d) for _ in range(d)]
        rng.shuffle(columns)
        matrix = BitMatrix(columns, rows=d)
        if matrix.rank() == d:
            ins = dict(zip(("register", "lane", "warp"), [1 << n for n in sizes], strict=False))
            return LinearLayout.from_matrix(matrix, ins, {"x": 1 << d})


def span(columns):
    """Return the XORs of the columns, by the bits of their number."""
    found = numpy.zeros(1, numpy.int64)
    for column in columns:
        found = numpy.concatenate([found, found ^ column])
    return found


def simulate(move, plan, machine_type):
    """Run a plan, check every register of every thread and the predicted wavefronts, and return the machine."""
    bits = [len(move.A[level]) for level in ("lane", "warp", "block")]
    machine = Machine(machine_type, move.element_bits, *bits)
    machine.put("src", span(move.places("A")).reshape(-1, move.count("A", "register")))
    for name, size in plan.buffers.items():
        machine.allocate(name, size)
    machine.run(plan.steps)
    wanted = span(move.places("B")).reshape(-1, move.count("B", "register"))
    assert machine.files["dst"].shape == wanted.shape
    assert (machine.files["dst"] == wanted).all()
    assert (machine.wavefronts["store"], machine.wavefronts["load"]) == plan.wavefronts
    assert (machine.ideal["store"], machine.ideal["load"]) == plan.ideal
    return machine


def wavefronts(to_offset, access, element_bits, vector=(), kind="load", model="nvidia"):
    """Count the wavefronts of warp 0: ``to_offset`` takes a flat element to its offset, ``vector`` is side by side.

    Only what follows from the words of 4 bytes, as sets; elements are flat with the last dimension in the low bits.
    """
    memory = memory_model(model)
    outs = [name for name, _ in reversed(access.out_dims)]
    shaped = access.transpose_outs(outs)
    columns = dict(zip(["register", "lane"], [shaped._columns("register"), shaped._columns("lane")], strict=True))
    seen, total = set(), 0
    width = max(1, element_bits * (1 << len(vector)) // 8)
    inside = span(vector).tolist()
    lanes = span(columns["lane"]).tolist()
    for register in span(columns["register"]).tolist():
        if register in seen:
            continue
        seen |= {register ^ v for v in inside}
        for group in memory.phases(kind, width):
            words = set()
            for lane in group:
                offsets = sorted([to_offset(register ^ lanes[lane] ^ v) for v in inside])
                assert offsets == list(range(offsets[0], offsets[0] + len(inside)))
                assert offsets[0] % len(inside) == 0
                first = offsets[0] * element_bits // 8
                words |= {(first + byte) // 4 for byte in range(width)}
            total += max([sum([word % memory.banks == bank for word in words]) for bank in range(memory.banks)])
    return total


# The tiles of the published table of swizzles.
TRANSPOSED = {"row": 16, "column": 32}
BY_ROWS = layout(TRANSPOSED, register=[(1, 0), (2, 0), (4, 0), (8, 0)], lane=[(0, 1), (0, 2), (0, 4), (0, 8), (0, 16)])
BY_COLUMNS = layout(
    TRANSPOSED, register=[(0, 2), (0, 4), (0, 8), (0, 16)], lane=[(1, 0), (2, 0), (4, 0), (8, 0), (0, 1)]
)
TWO_WARPS = {"row": 32, "column": 16}
WARPS_BY_ROWS = layout(
    TWO_WARPS, register=[(4, 0), (8, 0), (16, 0)], lane=[(0, 1), (0, 2), (0, 4), (0, 8), (1, 0)], warp=[(2, 0)]
)
WARPS_BY_COLUMNS = layout(
    TWO_WARPS, register=[(0, 2), (0, 4), (0, 8)], lane=[(1, 0), (2, 0), (4, 0), (8, 0), (16, 0)], warp=[(0, 1)]
)
HALVES = {"row": 16, "column": 16}
HALVES_BY_ROWS = layout(HALVES, register=[(0, 1), (0, 2), (0, 4)], lane=[(0, 8), (1, 0), (2, 0), (4, 0), (8, 0)])
HALVES_AS_OPERAND = layout(HALVES, register=[(0, 1), (8, 0), (0, 8)], lane=[(0, 2), (0, 4), (1, 0), (2, 0), (4, 0)])
NIBBLES = {"row": 16, "column": 256}
NIBBLES_STORED = layout(
    NIBBLES,
    register=[(0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (4, 0), (8, 0)],
    lane=[(0, 32), (0, 64), (0, 128), (1, 0), (2, 0)],
)
NIBBLES_READ = layout(
    NIBBLES,
    register=[(0, 1), (0, 2), (0, 4), (8, 0), (0, 32), (0, 64), (0, 128)],
    lane=[(0, 8), (0, 16), (1, 0), (2, 0), (4, 0)],
)
