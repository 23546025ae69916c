"""Random encodings of every kind, of parameters that Triton takes, and shapes for them."""

import layouts.encodings.amd as amd
import layouts.encodings.blocked as blocked
import layouts.encodings.dot as dot
import layouts.encodings.nvidia as nvidia
import layouts.encodings.nvmma as nvmma
import layouts.encodings.padded as padded
import layouts.encodings.shared as shared
import layouts.encodings.tensor_memory as tensor_memory


def power(rng, most, least=0):
    return 1 << rng.randint(least, most)


def order(rng, rank):
    return rng.sample(range(rank), rank)


def cluster(rng, rank):
    """Bases of a cluster of blocks: mostly none."""
    if rng.random() < 0.6:
        return []
    sizes, bases = [1] * rank, []
    for _ in range(rng.randint(1, 2)):
        vector, dim = [0] * rank, rng.randrange(rank + 1)
        if dim < rank:
            vector[dim] = sizes[dim]
            sizes[dim] *= 2
        bases.append(vector)
    rng.shuffle(bases)
    return bases


def shape(rng, rank, most=8, least=0):
    return [power(rng, most if rank < 3 else 5, least if rank < 3 else min(least, 5)) for _ in range(rank)]


def split(rng, total, rank):
    """Powers of two whose product is 2**total."""
    sizes = [1] * rank
    for _ in range(total):
        sizes[rng.randrange(rank)] *= 2
    return sizes


def blocked_layout(rng, rank=None):
    rank = rank or rng.choice((1, 2, 2, 3))
    sizes = split(rng, rng.randint(0, 4), rank)
    boxes = split(rng, 5, rank), split(rng, rng.randint(0, 3), rank)
    return blocked.BlockedLayout(sizes, *boxes, order(rng, rank), cluster(rng, rank))


def mma(rng, version=None):
    rank = rng.choice((2, 2, 2, 3))
    version = version or rng.choice((2, 3))
    if version == 3:
        return nvidia.NVMMADistributedLayout([3, 0], [4, power(rng, 1)], [16, power(rng, 8, 3), 16], cluster(rng, 2))
    tile = rng.choice(([16, 8], [16, 8], [16, 16], [8, 8]))
    warps = split(rng, rng.randint(0, 3), rank)
    return nvidia.NVMMADistributedLayout([2, 0], warps, [1] * (rank - 2) + tile, cluster(rng, rank))


def mfma(rng):
    rank = rng.choice((2, 2, 3))
    tile = rng.choice(([32, 32, 8], [16, 16, 16], [4, 64, 4], [64, 4, 4]))
    tiles = [1] * (rank - 2) + [power(rng, 1), power(rng, 1)]
    warps = split(rng, rng.randint(0, 3), rank)
    bits = rng.choice((32, 32, 64)) if tile == [16, 16, 16] else 32
    return amd.AMDMFMALayout(
        rng.randint(1, 4), tile, rng.random() < 0.5, warps, bits, rng.choice((None, tiles)), cluster(rng, rank)
    )


def wmma(rng):
    rank = rng.choice((2, 2, 3))
    version = rng.randint(1, 3)
    shapes = ([16, 16, 32], [16, 16, 128], [32, 16, 64], [32, 16, 128], [16, 16, 4])
    instruction = [16, 16, 16] if version < 3 else rng.choice(shapes)
    sizes, warps, registers = [1] * rank, [], []
    for _ in range(rng.randint(0, 4)):
        vector, dim = [0] * rank, rng.randrange(rank)
        vector[dim] = sizes[dim]
        sizes[dim] *= 2
        rng.choice((warps, warps, registers)).append(vector)
    return amd.AMDWMMALayout(version, rng.random() < 0.5, warps, registers, instruction, cluster(rng, rank), rank)


def dot_operand(rng):
    parent = rng.choice((mma, mma, mfma, wmma, lambda r: blocked_layout(r, r.choice((2, 2, 3)))))(rng)
    index = rng.randrange(2)
    if isinstance(parent, nvidia.NVMMADistributedLayout) and parent.version[0] == 3:
        index = 0
    width = 0 if isinstance(parent, blocked.BlockedLayout) else power(rng, 3)
    if isinstance(parent, amd.AMDWMMALayout):
        width = power(rng, 4, (3, 2, 0)[parent.version - 1])
    return dot.DotOperandLayout(index, parent, width)


def slices(rng):
    parent = rng.choice((blocked_layout, mma, mfma, wmma, dot_operand, slices, linear))(rng)
    return blocked.SliceLayout(rng.randrange(parent.rank), parent) if parent.rank > 1 else parent


def bases(rng, counts, rank, zeros=True):
    """Bases that reach each element once, and zeros between."""
    bits, vectors, sizes = sum(counts), [], [1] * rank
    for _ in range(bits):
        vector, dim = [0] * rank, rng.randrange(rank)
        if not zeros or rng.random() < 0.85:
            vector[dim] = sizes[dim]
            sizes[dim] *= 2
        vectors.append(vector)
    rng.shuffle(vectors)
    found, start = [], 0
    for count in counts:
        found.append(vectors[start : start + count])
        start += count
    return found, sizes


def linear(rng):
    rank = rng.choice((1, 2, 2, 3))
    found, sizes = bases(rng, (rng.randint(0, 4), 5, rng.randint(0, 3), rng.choice((0, 0, 1))), rank)
    return blocked.DistributedLinearLayout(*found, sizes)


def swizzled(rng, make=shared.SwizzledSharedLayout):
    rank = rng.choice((1, 2, 2, 3))
    return make(power(rng, 4), power(rng, 3), power(rng, 4), order(rng, rank), cluster(rng, rank))


def rotating(rng):
    return swizzled(rng, shared.AMDRotatingSharedLayout)


def nvmma_shared(rng):
    rank = rng.choice((1, 2, 2, 2, 3, 4))
    width, bits, fp4 = rng.choice((0, 32, 64, 128)) if rank > 1 else 0, rng.choice((8, 16, 32, 64)), False
    if rank > 1 and rng.random() < 0.15:
        width, bits, fp4 = 128, 8, True
    return nvmma.NVMMASharedLayout(width, bits, rank, rng.random() < 0.4, fp4, cluster(rng, rank))


def shared_linear(rng):
    found, _ = bases(rng, (rng.randint(1, 10), rng.choice((0, 0, 1))), rng.choice((1, 2, 3)), zeros=False)
    return shared.SharedLinearLayout(*found, power(rng, 7))


def padded_shared(rng):
    pairs = [[1 << i, power(rng, 5)] for i in rng.sample(range(1, 9), rng.randint(1, 3))]
    if rng.random() < 0.5:
        rank = rng.choice((1, 2, 3))
        return padded.PaddedSharedLayout.with_identity_for(
            pairs, shape(rng, rank), order(rng, rank), cluster(rng, rank)
        )
    found, sizes = bases(rng, (rng.randint(1, 10), rng.choice((0, 0, 1))), rng.choice((1, 2, 3)), zeros=False)
    return padded.PaddedSharedLayout(pairs, *found, sizes)


def partitioned(rng):
    piece = swizzled(rng)
    piece = type(piece)(piece.vec, piece.per_phase, piece.max_phase, piece.order)
    return shared.PartitionedSharedLayout(power(rng, 2, 1), power(rng, 2), rng.randrange(piece.rank), piece)


def tensor_memory_layout(rng):
    two = rng.random() < 0.3
    blocks = [[1, 0]] if two else cluster(rng, 2)
    stride = power(rng, 2)
    return tensor_memory.TensorMemoryLayout(
        (rng.choice((64, 128)), power(rng, 8, 3)), stride, blocks, two, stride == 1 and rng.random() < 0.2
    )


def scales(rng):
    return tensor_memory.TensorMemoryScalesLayout(cluster(rng, 2), rng.choice(("mnThenK", "mnThenK", "kThenMn")))


def generic_linear(rng):
    """Bases of warps that move along two dimensions, or reach elements again: Triton's generic linear encoding."""
    plain = linear(rng)
    rank, warps = plain.rank, [list(vector) for vector in plain.warp_bases]
    vectors = [v for v in (*plain.reg_bases, *plain.lane_bases, *plain.block_bases) if any(v)]
    for vector in warps:
        for other in rng.sample(vectors, min(len(vectors), rng.randint(0, 2))):
            vector[:] = [a ^ b for a, b in zip(vector, other, strict=True)]
    if rank > 1 and vectors and rng.random() < 0.5:
        warps.append(list(rng.choice(vectors)))
    return blocked.DistributedLinearLayout(plain.reg_bases, plain.lane_bases, warps, plain.block_bases, plain.shape)


KINDS = {
    "blocked": blocked_layout,
    "slice": slices,
    "linear": linear,
    "generic_linear": generic_linear,
    "dot": dot_operand,
    "mma": mma,
    "mfma": mfma,
    "wmma": wmma,
    "swizzled": swizzled,
    "rotating": rotating,
    "nvmma": nvmma_shared,
    "shared_linear": shared_linear,
    "padded": padded_shared,
    "partitioned": partitioned,
    "tensor_memory": tensor_memory_layout,
    "scales": scales,
}


def encoding(rng):
    return KINDS[rng.choice(list(KINDS))](rng)


def shape_for(rng, value):
    """A shape that Triton takes for an encoding."""
    if hasattr(value, "offset_bases"):
        return list(value.shape)
    if isinstance(value, tensor_memory.TensorMemoryLayout):
        most = [max(vector[i] for vector in [*value.cga_layout, (0, 0)]) for i in (0, 1)]
        split_by = [2 * top or 1 for top in most]
        return [size * n * power(rng, 1) for size, n in zip(value.block, split_by, strict=True)]
    if isinstance(value, nvmma.NVMMASharedLayout):
        return shape(rng, value.rank, 9, 3)
    if isinstance(value, shared.PartitionedSharedLayout):
        return shape(rng, value.rank, 8, 5)
    return shape(rng, value.rank)


def spec(value):
    """An encoding as JSON: the name of the class and its fields."""
    fields = {name: spec(item) if hasattr(item, "fields") else item for name, item in value.fields().items()}
    if fields.get("block_rep_order") == "mnThenK":
        del fields["block_rep_order"]  # the class of Blackwell has none
    return {"class": type(value).__name__, "fields": fields}
