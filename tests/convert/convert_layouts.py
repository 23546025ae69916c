"""Random distributed layouts for the tests of conversions, and brute force that knows nothing of columns."""

import random

from hypothesis import strategies as st

from layouts import BitMatrix, LinearLayout

INPUTS = ("register", "lane", "warp", "block")


def linear(columns, sizes, shape):
    """Return a layout with these flat columns, input bits and output bits by name."""
    rows = sum(shape.values())
    ins = {name: 1 << size for name, size in zip(INPUTS, sizes, strict=True)}
    return LinearLayout.from_matrix(BitMatrix(columns, rows=rows), ins, {n: 1 << b for n, b in shape.items()})


def surjective(rng: random.Random, sizes, shape, plain=False):
    """Return a random layout that holds every element; ``plain`` takes unit vectors and zeros only."""
    rows = sum(shape.values())
    total = sum(sizes)
    needed = [1 << k for k in range(rows)] + [0] * (total - rows)
    rng.shuffle(needed)
    if plain:
        return linear(needed, sizes, shape)
    # A random invertible matrix of places keeps the rank.
    while True:
        mix = [rng.randrange(1 << total) for _ in range(total)]
        if BitMatrix(mix, rows=total).rank() == total:
            return linear((BitMatrix(needed, rows=rows) @ BitMatrix(mix, rows=total)).columns, sizes, shape)


@st.composite
def surjections(draw, most=(3, 5, 2, 2)):
    """Layouts that hold every element of a tensor of two dimensions, general or permutations, with copies or not."""
    sizes = tuple([draw(st.integers(0, n)) for n in most])
    rows = draw(st.integers(0, sum(sizes)))
    first = draw(st.integers(0, rows))
    rng = random.Random(draw(st.integers(0, 2**32)))
    return surjective(rng, sizes, {"x": first, "y": rows - first}, plain=draw(st.booleans()))


def places(layout):
    """Yield (place, element) for every place, both as dictionaries."""
    ins = layout.in_dims
    total = 1
    for _, size in ins:
        total *= size
    for index in range(total):
        place, rest = {}, index
        for name, size in ins:
            place[name], rest = rest % size, rest // size
        yield place, layout.apply(place)
