"""Division and product for the oracles and the sweeps; see operations.py."""

import brute
from operations import Loose, NoAnswerError, Table, chain_layout, is_layout, tile

from layouts import Layout

# -- division ----------------------------------------------------------------------------------------------------------


def draw_divide(rng):
    A = chain_layout(rng, 3, (1, 1, 1, 2, 3), extents=(1, 2, 2, 3, 4, 6))
    if rng.random() < 0.5:
        return A, tile(rng, A.size)
    sizes = [brute.size(s) for s, _ in brute.modes(A)]
    count = rng.randint(1, A.rank) if isinstance(A.shape, tuple) else 0
    if not count:
        return A, tile(rng, A.size)
    return A, tuple([rng.choice((tile(rng, s), tile(rng, s).size)) for s in sizes[:count]])


def parts_of(A, tiler):
    """Return the mode, the shape and values of the tile, and the values of the rest, for each tile."""

    def part(mode, B):
        B = B if is_layout(B) else Layout(B, 1)
        rest = brute.complement(B, mode.size)
        if rest is None:
            raise NoAnswerError
        return mode, B.shape, brute.values(B), rest

    if not isinstance(tiler, tuple):
        return [part(A, tiler)], []
    modes = [Layout(s, d) for s, d in brute.modes(A)]
    return [part(mode, B) for mode, B in zip(modes, tiler, strict=False)], modes[len(tiler) :]


def truth_of_divide(form):
    def truth(A, tiler):
        parts, further = parts_of(A, tiler)
        separable = [(split(mode, t, r), s) for mode, s, t, r in parts]
        order = [pair for pair, _ in separable]
        others = [brute.values(mode) for mode in further]
        if form == "logical":
            tables = [table for pair in order for table in pair] + others
            shape = tuple([(s, len(pair[1])) for pair, s in separable] + [mode.shape for mode in further])
            shape = shape if isinstance(tiler, tuple) else shape[0]
        else:
            tables = [pair[0] for pair in order] + [pair[1] for pair in order] + others
            shape = grouped(form, [s for _, s in separable], [len(p[1]) for p in order], further, tiler)
        points = [0]
        for table in tables:
            points = [p + v for v in table for p in points]
        return points, shape

    return truth


def grouped(form, tiles, rests, further, tiler):
    """Return the shape of a form whose first mode is all tiles."""
    if not isinstance(tiler, tuple):
        both = tiles[0], rests[0]
        return both if form == "zipped" else Loose(both)
    counts = (*rests, *[mode.shape for mode in further])
    return {"zipped": (tuple(tiles), counts), "tiled": (tuple(tiles), *counts), "flat": (*tiles, *counts)}[form]


def split(mode, tile_points, rest):
    """Return the values of the tile and of the rest; a division by a tile whose sum carries has no such form."""
    first = [brute.value(mode, n) for n in tile_points]
    second = [brute.value(mode, n) for n in rest]
    for r, v in zip(rest, second, strict=True):
        for t, u in zip(tile_points, first, strict=True):
            if brute.value(mode, t + r) != u + v:
                raise NoAnswerError
    return first, second


for _form in ("logical", "zipped", "tiled", "flat"):
    Table(f"{_form}_divide", draw_divide, truth_of_divide(_form))


# -- product -----------------------------------------------------------------------------------------------------------


def draw_product(rng):
    return chain_layout(rng, 3, (1, 1, 2), extents=(1, 2, 2, 3, 4, 6)), chain_layout(
        rng, 2, (1, 1, 1, 2), extents=(1, 2, 2, 3, 4)
    )


def copies(A, B):
    if brute.gaps(A) is None:
        raise NoAnswerError
    return [brute.mark(A, n) for n in brute.values(B)]


def truth_of_product(form):
    def truth(A, B):
        points = [a + c for c in copies(A, B) for a in brute.values(A)]
        if form in ("logical", "zipped"):
            return points, (A.shape, B.shape)
        if not isinstance(B.shape, tuple):
            return points, Loose((A.shape, B.shape))
        own = A.shape if isinstance(A.shape, tuple) and form == "flat" else (A.shape,)
        return points, (*own, *B.shape)

    return truth


for _form in ("logical", "zipped", "tiled", "flat"):
    Table(f"{_form}_product", draw_product, truth_of_product(_form))


def padded(L, rank):
    found = [Layout(s, d) for s, d in brute.modes(L)]
    return found + [Layout(1, 0)] * (rank - len(found))


def truth_of_pairs(A, B, raked):
    """Pair the modes: the value at ((i, k), ...) is A(i, ...) plus copy B(k, ...)."""
    copies(A, B)
    rank = max(len(brute.modes(A)), len(brute.modes(B)))
    points, shape = [(0, 0)], []
    for a, b in zip(padded(A, rank), padded(B, rank), strict=True):
        pair = [([(n, 0) for n in brute.values(a)], a), ([(0, n) for n in brute.values(b)], b)]
        pair = pair[::-1] if raked else pair
        for digits, _ in pair:
            points = [(p + x, q + y) for x, y in digits for p, q in points]
        shape.append(tuple([mode.shape for _, mode in pair]))
    return [p + brute.mark(A, q) for p, q in points], tuple(shape)


Table("blocked_product", draw_product, lambda A, B: truth_of_pairs(A, B, False))
Table("raked_product", draw_product, lambda A, B: truth_of_pairs(A, B, True))


def draw_tile_to_shape(rng):
    A = chain_layout(rng, 3, (1, 1, 2), extents=(1, 2, 2, 3, 4, 6))
    shape = tuple([brute.size(s) * rng.choice((1, 1, 2, 3, 4)) for s, _ in brute.modes(A)])
    return A, shape, tuple(rng.sample(range(len(shape)), len(shape)))


def truth_of_tile_to_shape(A, shape, order):
    repeats = [s // brute.size(own) for s, (own, _) in zip(shape, brute.modes(A), strict=True)]
    strides, running = [0] * len(repeats), 1
    for k in sorted(range(len(repeats)), key=lambda k: order[k]):
        strides[k] = running
        running *= repeats[k]
    return truth_of_pairs(A, Layout(tuple(repeats), tuple(strides)), False)


Table("tile_to_shape", draw_tile_to_shape, truth_of_tile_to_shape)
