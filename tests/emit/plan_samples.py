"""Moves for the tests of emitted plans: named ones that have every kind of step, and random ones of all widths."""

import sys
from pathlib import Path

from layouts import LayoutError, LinearLayout, convert

sys.path.insert(0, str(Path(__file__).parent.parent / "convert"))
from convert_layouts import surjective

LANES = [[0, 2], [0, 4], [1, 0], [2, 0], [4, 0]]
TILE = [("row", 16), ("column", 8)]
ACCUMULATOR = LinearLayout([("register", [[0, 1], [8, 0]]), ("lane", LANES)], TILE)
ROWS = LinearLayout([("register", [[0, 1], [0, 2]]), ("lane", [*LANES[1:], [8, 0]])], TILE)
SWAPPED = LinearLayout([("register", [[8, 0], [0, 1]]), ("lane", LANES)], TILE)

WIDE = [("row", 16), ("column", 32)]
WRITE = LinearLayout(
    [("register", [[1, 0], [2, 0], [4, 0], [8, 0]]), ("lane", [[0, 1], [0, 2], [0, 4], [0, 8], [0, 16]])], WIDE
)
READ = LinearLayout(
    [("register", [[0, 2], [0, 4], [0, 8], [0, 16]]), ("lane", [[1, 0], [2, 0], [4, 0], [8, 0], [0, 1]])], WIDE
)


def flat(size, **levels):
    """Return a layout over one dimension from columns."""
    return LinearLayout([(name, [[c] for c in columns]) for name, columns in levels.items()], [("x", size)])


MINE = [4, 8, 16, 32, 64]
NEAR = flat(512, register=[1, 2], lane=MINE, warp=[128], block=[256])
FAR = flat(512, register=[1, 256], lane=MINE, warp=[128], block=[2])
KEPT = flat(128, register=[1, 2], lane=MINE)
TWISTED = flat(128, register=[1, 2], lane=[5, 10, 16, 32, 64])
COPIES = flat(128, register=[1, 0, 2], lane=[*MINE], warp=[0])
SPREAD = flat(128, register=[4, 64], lane=[1, 0, 2, 16, 32], warp=[8])

NAMED_MOVES = [
    *[(ACCUMULATOR, ROWS, bits) for bits in (4, 8, 16, 32, 64)],
    *[(ACCUMULATOR, SWAPPED, bits) for bits in (4, 8, 16, 32)],
    (ACCUMULATOR, ACCUMULATOR, 16),
    *[(WRITE, READ, bits) for bits in (8, 16, 32)],
    *[(NEAR, FAR, bits) for bits in (8, 16, 32, 64, 128)],
    *[(KEPT, TWISTED, bits) for bits in (4, 8, 16, 32, 64)],
    *[(COPIES, SPREAD, bits) for bits in (4, 8, 16, 32)],
    *[(SPREAD, COPIES, bits) for bits in (8, 32)],
]


def random_moves(rng, count, places=14):
    """Yield plans, with any of their alternatives, of random layouts: permutations or general, with copies or not."""
    made = 0
    while made < count:
        bits = rng.choice((4, 8, 16, 32, 64, 128))
        threads = rng.choice((5, 5, 5, 2)), rng.choice((0, 0, 1, 2)), rng.choice((0, 0, 0, 1))
        if rng.random() < 0.4:
            threads = threads[0], 0, 0
        first = rng.randrange(5), *threads
        rows = rng.randrange(max(0, sum(first) - 2), sum(first) + 1)
        second = max(rng.randrange(5), rows - sum(threads)), *threads
        if max(sum(first), sum(second)) > places:
            continue
        split = rng.randint(0, rows)
        shape, plain = {"x": split, "y": rows - split}, rng.random() < 0.5
        try:
            plan = convert.plan(*[surjective(rng, sizes, shape, plain) for sizes in (first, second)], bits)
        except LayoutError:
            continue
        made += 1
        yield plan.using(rng.choice(plan.alternatives).rule)
