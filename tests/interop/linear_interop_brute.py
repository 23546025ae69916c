"""Random linear layouts for the tests of the doors to other packages."""

from hypothesis import strategies as st

from layouts import LinearLayout


@st.composite
def layouts(draw, most=4):
    """A layout of up to three inputs and outputs, sizes of 1 included."""
    ins = draw(st.lists(st.sampled_from(("register", "lane", "warp")), unique=True, max_size=3))
    outs = draw(st.lists(st.sampled_from(("dim0", "dim1", "lane")), unique=True, max_size=3))
    bits = [draw(st.integers(0, most)) for _ in outs]
    vector = st.tuples(*[st.integers(0, (1 << b) - 1) for b in bits]).map(list)
    bases = [(name, draw(st.lists(vector, max_size=3))) for name in ins]
    return LinearLayout(bases, [(name, 1 << b) for name, b in zip(outs, bits, strict=True)])


@st.composite
def invertible(draw, most=6):
    """A bijection, mixed from the identity by row operations."""
    n = draw(st.integers(1, most))
    columns = [1 << i for i in range(n)]
    for i, j in draw(st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=12)):
        if i != j:
            columns[i] ^= columns[j]
    cut = draw(st.integers(0, n))
    bases = [("register", [[c] for c in columns[:cut]]), ("lane", [[c] for c in columns[cut:]])]
    return LinearLayout(bases, [("x", 1 << n)])
