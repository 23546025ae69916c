"""The populations of the sweeps: every layout up to rank 3 with extents 1..4 and strides 0..8, and pairs of them.

The deep profile goes through all of a population of one operand; otherwise a sample is drawn, with its seed printed.
"""

from functools import cache

import brute
from strategies import DEEP, QUICK, seeded

from layouts import F2, Layout

EXTENTS, STRIDES = range(1, 5), range(9)


@cache
def population(rank, extents=EXTENTS, strides=STRIDES):
    return list(brute.flat_layouts(rank, extents, strides))


def count(usual, deep):
    return deep if DEEP else usual // 5 if QUICK else usual


def all_or_some(name, usual, rank=3):
    """Return the layouts of one operand: all in the deep profile, and all of rank 1 always."""
    modes = population(rank)
    if not DEEP:
        modes = population(1) + seeded(name).sample(modes, min(len(modes), count(usual, 0)))
    return [Layout(shape, stride) for shape, stride in modes]


def pairs(name, usual, deep, ranks=(3, 2), extents=EXTENTS, strides=STRIDES):
    """Return random pairs of layouts, of ranks up to those given."""
    rng = seeded(name)
    pools = [population(rank, extents, strides) for rank in ranks]
    return [tuple([Layout(*rng.choice(pool)) for pool in pools]) for _ in range(count(usual, deep))]


def over_f2(name, usual):
    """Return layouts over F2 up to rank 3 with extents 1, 2, 4: all in the deep profile."""
    modes = population(3, (1, 2, 4), STRIDES)
    if not DEEP:
        modes = seeded(name).sample(modes, count(usual, 0))
    return [Layout(shape, stride, over=F2) for shape, stride in modes]
