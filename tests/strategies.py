"""Shared hypothesis strategies: hierarchical tuples, layouts over every module, swizzles, chains, composable pairs."""

import os
import random

from hypothesis import strategies as st

from layouts import F2, ArithTuple, ComposedLayout, E, Layout, Swizzle, Z, Zn, flatten, unflatten

PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "ci")
DEEP = PROFILE == "deep"
QUICK = PROFILE == "quick"


def seeded(name):
    """Return a random generator whose seed is printed, so that a failure can be repeated with LAYOUTS_SEED."""
    seed = int(os.environ.get("LAYOUTS_SEED", random.SystemRandom().randrange(2**32)))
    print(f"{name}: LAYOUTS_SEED={seed}")
    return random.Random(seed)


# -- hierarchical tuples -----------------------------------------------------------------------------------------------


def trees(leaf, max_leaves=5, empty=False):
    """An integer, or a nested tuple with leaves drawn from ``leaf``."""
    least = 0 if empty else 1
    return st.recursive(
        leaf, lambda child: st.lists(child, min_size=least, max_size=3).map(tuple), max_leaves=max_leaves
    )


def shapes(extents=(1, 2, 3, 4, 5, 6), max_leaves=4, empty=False):
    return trees(st.sampled_from(extents), max_leaves, empty)


BINARY = (1, 2, 2, 4, 4, 8)


@st.composite
def strides_for(draw, shape, leaf):
    return unflatten(tuple([draw(leaf) for _ in flatten(shape)]), shape)


@st.composite
def coordinates(draw, shape, beyond=0):
    """A coordinate weakly congruent to ``shape``: any subtree may be one integer."""
    if not isinstance(shape, tuple) or draw(st.booleans()):
        extent = 1
        for s in flatten(shape):
            extent *= s
        return draw(st.integers(0, max(0, extent - 1 + beyond)))
    return tuple([draw(coordinates(child, beyond)) for child in shape])


@st.composite
def slices(draw, shape):
    """A coordinate in which some parts are None."""
    if draw(st.integers(0, 2)) == 0:
        return None
    if isinstance(shape, tuple) and draw(st.booleans()):
        return tuple([draw(slices(child)) for child in shape])
    return draw(coordinates(shape))


# -- layouts -----------------------------------------------------------------------------------------------------------

NATURAL = st.one_of(st.integers(0, 12), st.integers(0, 200))
INTEGER = st.one_of(st.integers(-6, 12), st.integers(-200, 200))
AXES = (E(0), E(1), E(2, 0), E(2, 1), E(2, 2))


@st.composite
def vectors(draw):
    """A coordinate stride; all of them fit together in one layout."""
    count = draw(st.sampled_from((0, 1, 1, 1, 2)))
    total = ArithTuple()
    for _ in range(count):
        total = total + draw(st.sampled_from(AXES)) * draw(st.integers(-3, 6))
    return total


@st.composite
def z_layouts(draw, shape=None, stride=NATURAL):
    shape = draw(shapes() if shape is None else shape)
    return Layout(shape, draw(strides_for(shape, stride)))


@st.composite
def f2_layouts(draw, shape=None, stride=NATURAL):
    shape = draw(shapes(BINARY) if shape is None else shape)
    return Layout(shape, draw(strides_for(shape, stride)), over=F2)


@st.composite
def zn_layouts(draw, shape=None):
    shape = draw(shapes() if shape is None else shape)
    return Layout(shape, draw(strides_for(shape, vectors())), over=Zn)


@st.composite
def compact_layouts(draw, extents=(1, 2, 3, 4, 5)):
    """A bijection: compact strides in any order of the leaves."""
    shape = draw(shapes(extents))
    leaves = flatten(shape)
    strides, running = [0] * len(leaves), 1
    for k in draw(st.permutations(range(len(leaves)))):
        strides[k] = running
        running *= leaves[k]
    return Layout(shape, unflatten(tuple(strides), shape))


@st.composite
def carry_free_layouts(draw):
    """A power-of-two layout over Z whose bit images share no bit: the leaves take runs of output bits of their own."""
    shape = draw(shapes(BINARY))
    leaves = flatten(shape)
    strides, bit = [0] * len(leaves), 0
    for k in draw(st.permutations(range(len(leaves)))):
        for _ in range(draw(st.sampled_from((0, 1, 1, 1, 2)))):  # no run: a broadcast; two: a stride with two bits
            bit += draw(st.sampled_from((0, 0, 0, 1, 2)))
            strides[k] |= 1 << bit
            bit += leaves[k].bit_length() - 1
        if leaves[k] == 1:
            strides[k] = draw(st.integers(0, 9))
    return Layout(shape, unflatten(tuple(strides), shape))


def layouts():
    """A layout over any module."""
    return st.one_of(z_layouts(stride=INTEGER), f2_layouts(), zn_layouts(), compact_layouts(), carry_free_layouts())


# -- swizzles and chains -----------------------------------------------------------------------------------------------


@st.composite
def swizzles(draw, top=4):
    bits = draw(st.integers(0, 3))
    shift = draw(st.integers(bits, bits + 2)) * draw(st.sampled_from((1, 1, -1)))
    return Swizzle(bits, draw(st.integers(0, top)), shift)


@st.composite
def composed_layouts(draw, depth=1):
    """A chain of maps that take and give integers."""
    inner = draw(st.one_of(z_layouts(), f2_layouts(), carry_free_layouts()))
    for _ in range(draw(st.integers(1, depth))):
        outer = draw(st.one_of(st.none(), swizzles(), z_layouts(), f2_layouts()))
        inner = ComposedLayout(outer, draw(st.sampled_from((0, 0, 1, 2, 5, 16))), inner)
    return inner


def values_of_the_library():
    return st.one_of(layouts(), composed_layouts(2), swizzles(), vectors(), shapes(empty=True))


# -- composable pairs --------------------------------------------------------------------------------------------------


def divisors(n):
    return [k for k in range(1, n + 1) if n % k == 0]


@st.composite
def steps_of(draw, extents):
    """A leaf (extent, stride) that walks the numeral system ``extents`` from one of its digits on."""
    mode = draw(st.integers(0, len(extents) - 1))
    place = 1
    for s in extents[:mode]:
        place *= s
    start = draw(st.sampled_from(divisors(extents[mode])))
    count = draw(st.sampled_from(divisors(extents[mode] // start)))
    if count * start == extents[mode] and mode + 1 < len(extents) and draw(st.booleans()):
        count *= draw(st.sampled_from(divisors(extents[mode + 1])))
    return count, place * start


@st.composite
def composable_pairs(draw, over=Z):
    """A pair A, B whose composition has a good chance to be a layout, and often is not."""
    A = draw({Z: z_layouts, Zn: zn_layouts, F2: f2_layouts}[over]())
    shape = draw(shapes(max_leaves=3))
    modes = []
    for s in flatten(shape):
        walked = draw(steps_of([*flatten(A.shape), 4])) if draw(st.integers(0, 3)) else (s, draw(st.integers(0, 12)))
        modes.append(walked)
    extents = unflatten(tuple([s for s, _ in modes]), shape)
    return A, Layout(extents, unflatten(tuple([d for _, d in modes]), shape))
