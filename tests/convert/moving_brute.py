"""What a conversion is, by sets of elements and by enumeration; random pairs of layouts for the tests of plans."""

import random

from hypothesis import strategies as st

from layouts import BitMatrix, LinearLayout

LEVELS = ("register", "lane", "warp", "block")


def flat(rows, **columns):
    """Return a layout of a tensor of one dimension with these columns; missing levels have none."""
    return LinearLayout([(name, [[c] for c in columns.get(name, ())]) for name in LEVELS], [("x", 1 << rows)])


def xor(columns, x):
    total = 0
    for k, column in enumerate(columns):
        if x >> k & 1:
            total ^= column
    return total


def columns_of(layout):
    """Return the columns of a flat layout by level."""
    found = {name: [v[0] for v in vectors] for name, vectors in layout.bases}
    return {name: found.get(name, []) for name in LEVELS}


def held(columns, upper):
    """Return {own place: elements} where a place is what is above the free levels: the values of the other inputs."""
    inner = [c for name in LEVELS[: LEVELS.index(upper)] for c in columns[name]]
    outer = [c for name in LEVELS[LEVELS.index(upper) :] for c in columns[name]]
    reach = {xor(inner, x) for x in range(1 << len(inner))}
    return {x: {value ^ xor(outer, x) for value in reach} for x in range(1 << len(outer))}


def padded(A, B):
    for name in LEVELS[1:]:
        most = max(len(A[name]), len(B[name]))
        for side in (A, B):
            side[name] = side[name] + [0] * (most - len(side[name]))
    return A, B


def level(src, dst):
    """Return how far data has to go: compare what every thread, warp, block wants with what it holds."""
    A, B = padded(columns_of(src), columns_of(dst))
    for name, upper in zip(("register", "shuffle", "shared"), LEVELS[1:], strict=True):
        there, wanted = held(A, upper), held(B, upper)
        if all(wanted[x] <= there[x] for x in wanted):
            return name
    everything = {xor([c for name in LEVELS for c in A[name]], x) for x in range(1 << sum(map(len, A.values())))}
    wanted = {xor([c for name in LEVELS for c in B[name]], x) for x in range(1 << sum(map(len, B.values())))}
    return "cluster" if wanted <= everything else None


def invertible(rng, n):
    while True:
        columns = [rng.getrandbits(n) for _ in range(n)]
        if BitMatrix(columns, rows=n).rank() == n:
            return columns


def general_pair(rng, registers, lanes=5, warps=0):
    """Two random invertible layouts that agree on what each warp holds."""
    n = registers + lanes
    rows = n + warps
    a, b = invertible(rng, n), invertible(rng, n)
    upper = [1 << n + k for k in range(warps)]
    shift = [rng.choice([0, rng.getrandbits(n)]) for _ in upper]
    return (
        flat(rows, register=a[:registers], lane=a[registers:], warp=upper),
        flat(rows, register=b[:registers], lane=b[registers:], warp=[u ^ s for u, s in zip(upper, shift, strict=True)]),
    )


def permuted_pair(rng, registers, lanes=5):
    """Two random permutation layouts of one warp."""
    n = registers + lanes
    units = [1 << k for k in range(n)]
    a, b = rng.sample(units, n), rng.sample(units, n)
    return (
        flat(n, register=a[:registers], lane=a[registers:]),
        flat(n, register=b[:registers], lane=b[registers:]),
    )


def copying_pair(rng):
    """Two layouts of the shuffle level at most, with copies in registers, lanes and warps on either side."""
    nr, nl, nw = rng.randint(0, 4), rng.choice([5, 5, 3, 2]), rng.randint(0, 2)
    la, wa = rng.choice([nl, rng.randint(0, nl)]), rng.randint(0, nw)
    d = nr + la
    rows = d + wa
    base = invertible(rng, rows)
    U, apart = base[:d], base[d:]

    def some(pool):
        return xor(pool, rng.getrandbits(len(pool))) if pool else 0

    def filled(columns, count, pool):
        more = [rng.choice([0, some(pool)]) for _ in range(count - len(columns))]
        return rng.sample([*columns, *more], count)

    registers = filled(U[:nr], nr + rng.choice([0, 0, 1]), U[:nr])
    lanes = filled(U[nr:], nl, U if rng.random() < 0.5 else U[:nr])
    warps = filled(apart, nw, U)
    V = [xor(U, column) for column in invertible(rng, d)] if d else []
    V = V[: d - rng.choice([0, 0, rng.randint(0, min(2, d))])]
    lb = max(rng.choice([min(nl, len(V)), rng.randint(0, min(nl, len(V)))]), len(V) - 5)
    nb = len(V) - lb
    wanted = filled(V[:nb], nb + rng.choice([0, 0, 1]), V[:nb])
    theirs = filled(V[nb:], nl, V)
    moved = [w ^ (some(U) if rng.random() < 0.5 else 0) for w in warps]
    return (
        flat(rows, register=registers, lane=lanes, warp=warps),
        flat(rows, register=wanted, lane=theirs, warp=moved),
    )


def pairs(make, *arguments):
    """Draw pairs of a random constructor."""
    return st.integers(0, 2**32).map(lambda seed: make(random.Random(seed), *arguments))


@st.composite
def any_pair(draw, rows=6):
    """Two layouts without any relation, except that the source holds every element: all levels occur."""
    rng = random.Random(draw(st.integers(0, 2**32)))
    sizes = [draw(st.integers(0, most)) for most in (3, 3, 2, 2)]
    while sum(sizes) < rows:
        sizes[0 if sizes[1] == 5 else rng.randrange(2)] += 1
    names = [name for name, size in zip(LEVELS, sizes, strict=True) for _ in range(size)]
    columns = invertible(rng, rows) + [rng.choice([0, rng.getrandbits(rows)]) for _ in range(len(names) - rows)]
    source = dict.fromkeys(LEVELS, ())
    for name, column in zip(names, rng.sample(columns, len(columns)), strict=True):
        source[name] += (column,)
    near = draw(st.booleans())
    target = {
        name: [c if near and rng.random() < 0.7 else rng.choice([0, rng.getrandbits(rows)]) for c in source[name]]
        for name in LEVELS
    }
    return flat(rows, **source), flat(rows, **target)
