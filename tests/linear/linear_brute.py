"""Linear layouts by the definition, and strategies: XOR of the bases of the bits that are set, nothing else."""

from itertools import product

from hypothesis import strategies as st

from layouts import LinearLayout

INS = ("register", "lane", "x", "warp")
OUTS = ("x", "y", "lane")


def points(dims):
    """Yield all named coordinates of dimensions given as (name, size), the first name fastest."""
    names = [name for name, _ in reversed(dims)]
    for values in product(*[range(size) for _, size in reversed(dims)]):
        yield dict(reversed(list(zip(names, values, strict=True))))


def value(L, point):
    """Return the named output at a named input."""
    result = [0] * len(L.out_dims)
    for name, vectors in L.bases:
        for i, v in enumerate(vectors):
            if point[name] >> i & 1:
                result = [a ^ b for a, b in zip(result, v, strict=True)]
    return dict(zip([name for name, _ in L.out_dims], result, strict=True))


def table(L):
    """Return the outputs at all inputs, the first input fastest."""
    return [value(L, x) for x in points(L.in_dims)]


def flat(named, dims):
    """Return the flat index of a named coordinate."""
    index, scale = 0, 1
    for name, size in dims:
        index += named[name] * scale
        scale *= size
    return index


def same_map(A, B):
    """Tell whether two layouts with the same names agree at every named point, whatever their orders."""
    if dict(A.in_dims) != dict(B.in_dims) or dict(A.out_dims) != dict(B.out_dims):
        return False
    return all(value(A, x) == value(B, x) for x in points(A.in_dims))


def dims(pool, least=0, most=3, bits=2):
    """Draw ordered dimensions as (name, bits)."""
    pairs = st.tuples(st.sampled_from(pool), st.sampled_from(range(bits + 1)))
    return st.lists(pairs, unique_by=lambda pair: pair[0], min_size=least, max_size=most)


def flat_vectors(total):
    """Draw the bits of a vector as one number: zero, one bit, or anything."""
    return st.sampled_from([0] * (1 + total) + [1 << i for i in range(total)] * 4 + list(range(1 << total)))


def unflatten(flat, bits):
    """Return a number as one value for each output."""
    found = []
    for b in bits:
        found.append(flat % (1 << b))
        flat >>= b
    return found


@st.composite
def linear_layouts(draw, ins=None, outs=None, in_pool=INS, out_pool=OUTS, least_outs=0):
    """Draw a layout of at most 6 input bits, with the given dimensions as (name, bits) or with drawn ones."""
    ins = draw(dims(in_pool)) if ins is None else ins
    outs = draw(dims(out_pool, least_outs)) if outs is None else outs
    bits = [b for _, b in outs]
    numbers = flat_vectors(sum(bits))
    bases = [(name, [unflatten(draw(numbers), bits) for _ in range(b)]) for name, b in ins]
    return LinearLayout(bases, [(name, 1 << b) for name, b in outs])


def bits_of(sizes):
    """Return (name, bits) for (name, size)."""
    return [(name, size.bit_length() - 1) for name, size in sizes]


@st.composite
def bijections(draw, bits=4, ins=None, outs=None):
    """Draw an invertible layout: unit vectors in some order, some added to others, cut into dimensions."""
    columns = draw(st.permutations([1 << i for i in range(bits)]))
    for i, j in draw(st.lists(st.tuples(*[st.integers(0, bits - 1)] * 2), max_size=4)):
        if i != j:
            columns[i] ^= columns[j]
    cut, edge = draw(st.integers(0, bits)), draw(st.integers(0, bits))
    ins = ins or draw(st.permutations(["register", "lane"]))
    outs = outs or draw(st.permutations(["x", "y"]))
    vectors = [unflatten(c, [edge, bits - edge]) for c in columns]
    bases = [(ins[0], vectors[:cut]), (ins[1], vectors[cut:])]
    return LinearLayout(bases, [(outs[0], 1 << edge), (outs[1], 1 << bits - edge)])
