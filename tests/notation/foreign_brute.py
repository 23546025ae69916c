"""What the notations of XLA, Mosaic GPU, Composable Kernel and einops mean, written down once more with numpy.

Each function follows the definition of its project step by step: pad, reshape and transpose; strides of tiles; merge
and unmerge of indices.  None uses layouts.
"""

import itertools

import numpy as np


def xla_memory(shape, minor_to_major, tiles):
    """The buffer: at each place the flat row-major index of the element there, -1 for padding."""
    major = list(minor_to_major)[::-1]
    array = np.arange(int(np.prod(shape, dtype=int))).reshape(shape).transpose(major)
    for tile in tiles:
        kept = array.shape[: array.ndim - len(tile)]
        dims, sizes, pending = [], [], 1
        for extent, t in zip(array.shape[array.ndim - len(tile) :], tile, strict=True):
            pending *= extent
            if t != -1:
                dims.append(pending)
                sizes.append(t)
                pending = 1
        array = array.reshape(*kept, *dims)
        pads = [(0, -n % t) for n, t in zip(dims, sizes, strict=True)]
        array = np.pad(array, [(0, 0)] * len(kept) + pads, constant_values=-1)
        counts = [(n + p) // t for n, (_, p), t in zip(dims, pads, sizes, strict=True)]
        array = array.reshape(*kept, *itertools.chain(*zip(counts, sizes, strict=True)))
        k, n = len(kept), len(sizes)
        order = [*range(k), *[k + 2 * i for i in range(n)], *[k + 2 * i + 1 for i in range(n)]]
        array = array.transpose(order)
    return array.reshape(-1)


def mosaic_owner(shape, tiles, warp_dims, lane_dims, vector_dim, lanes=(0, 1, 2, 4, 7, 8, 16, 31)):
    """For (warp, lane) the coordinates that its registers hold; a dimension ("times", n) is replicated."""
    extents, strides = list(shape), [int(np.prod(shape[i + 1 :], dtype=int)) for i in range(len(shape))]
    for tile in tiles:
        cut = len(extents) - len(tile)
        outer = [n // t for n, t in zip(extents[cut:], tile, strict=True)]
        steps = [d * t for d, t in zip(strides[cut:], tile, strict=True)]
        extents, strides = extents[:cut] + outer + list(tile), strides[:cut] + steps + strides[cut:]

    def offset(number, dims):
        sizes = [d[1] if isinstance(d, tuple) else extents[d] for d in dims]
        digits = np.unravel_index(number, sizes)
        return sum(int(x) * strides[d] for x, d in zip(digits, dims, strict=True) if not isinstance(d, tuple))

    used = [len(extents) + d for d in (*warp_dims, *lane_dims, vector_dim) if not isinstance(d, tuple)]
    loops = [1 if i in used else n for i, n in enumerate(extents)]
    found = {}
    for warp, lane in itertools.product(range(4), lanes):
        base = offset(warp, warp_dims) + offset(lane, lane_dims)
        values = []
        for at in np.ndindex(*loops):
            start = base + sum(x * d for x, d in zip(at, strides, strict=True))
            values += [start + v * strides[vector_dim] for v in range(extents[vector_dim])]
        found[warp, lane] = [tuple(int(x) for x in np.unravel_index(v, shape)) for v in values]
    return found


def ck_owner(rs, hs, ps_major, ps_minor, ys_major, ys_minor):
    """For each tuple of P the coordinates that Y run through, by unmerging P and merging H."""
    lists = [list(rs), *[list(one) for one in hs]]
    p_lengths = [[lists[a][b] for a, b in zip(ma, mi, strict=True)] for ma, mi in zip(ps_major, ps_minor, strict=True)]
    y_lengths = [lists[a][b] for a, b in zip(ys_major, ys_minor, strict=True)]
    found = {}
    for ps in itertools.product(*[range(int(np.prod(lengths, dtype=int))) for lengths in p_lengths]):
        digits = {}
        for p, lengths, ma, mi in zip(ps, p_lengths, ps_major, ps_minor, strict=True):
            values = np.unravel_index(p, lengths) if lengths else ()
            digits.update({place: int(x) for place, x in zip(zip(ma, mi, strict=True), values, strict=True)})
        values = []
        for ys in np.ndindex(*y_lengths):
            digits.update({place: y for place, y in zip(zip(ys_major, ys_minor, strict=True), ys, strict=True)})
            values.append(
                tuple(
                    int(np.ravel_multi_index([digits[i + 1, j] for j in range(len(one))], one)) if len(one) else 0
                    for i, one in enumerate(hs)
                )
            )
        found[ps] = values
    return found


def einops_result(left, right, lengths):
    """The row-major input's offsets, rearranged by hand: split, transpose, broadcast, join."""
    atoms = [name for axis in left for name in ([axis] if isinstance(axis, str) else axis)]
    array = np.arange(int(np.prod([lengths[n] for n in atoms], dtype=int))).reshape([lengths[n] for n in atoms])
    wanted = [name for axis in right for name in ([axis] if isinstance(axis, str) else axis)]
    sizes = [lengths.get(n, int(n) if n.isdigit() else 0) for n in wanted]
    array = array.transpose([atoms.index(n) for n in wanted if n in atoms])
    array = array.reshape([s if n in atoms else 1 for n, s in zip(wanted, sizes, strict=True)])
    array = np.broadcast_to(array, sizes)
    it = iter(sizes)
    joined = [
        int(np.prod([next(it) for _ in ([axis] if isinstance(axis, str) else axis)], dtype=int)) for axis in right
    ]
    return array.reshape(joined)
