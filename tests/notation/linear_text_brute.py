"""Linear layouts with names of all kinds, for the tests of their text."""

import random

from hypothesis import strategies as st

from layouts import LinearLayout

NAMES = ("register", "lane", "dim0", "x", "where", "is", "-", "->", "out", "XOR", "é", "a.b", "7", "o", "size", "empty")


@st.composite
def layouts(draw):
    """A layout of at most 6 inputs bits, whose names may look like words of the text."""
    ins = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=3))
    outs = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=3))
    bits = [draw(st.sampled_from((0, 1, 2, 3, 40))) for _ in outs]
    vector = st.tuples(*[st.integers(0, (1 << b) - 1) for b in bits]).map(list)
    bases = [(name, draw(st.lists(vector, max_size=3))) for name in ins]
    return LinearLayout(bases, [(name, 1 << b) for name, b in zip(outs, bits, strict=True)])


def fixed(count):
    """Return layouts that Triton's constructor takes."""
    rng, found = random.Random(7), []
    for _ in range(count):
        ins, outs = rng.sample(NAMES[:5], rng.randint(0, 3)), rng.sample(NAMES[:6], rng.randint(0, 3))
        bits = [rng.randint(0, 4) for _ in outs]
        bases = [(name, [[rng.randrange(1 << b) for b in bits] for _ in range(rng.randint(0, 3))]) for name in ins]
        found.append(LinearLayout(bases, [(name, 1 << b) for name, b in zip(outs, bits, strict=True)]))
    return found
