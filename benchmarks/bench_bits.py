"""BitMatrix against Triton's C++ LinearLayout (through its binding) and galois.

Run ``python -m benchmarks.bench_bits``.  Every answer is compared before anything is timed.  The contenders take turns
within each round and the ratio is the median over the rounds, so a slow moment hits both.  Building the operands is
not timed, on any side, and every call gets a fresh BitMatrix, which has nothing computed yet.

Triton's layouts have one input and one output dimension up to 30 bits, which is the most one dimension can hold, and
two of each at 32.  Above 32 bits its ``invert`` ends the process, so inverses of 64 bits are compared with galois only.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence

from layouts.bits import BitMatrix

ROUNDS = 15
SIZES = (10, 16, 20, 24, 32, 64)
TRITON_LIMIT = 32


def random_invertible(rng: random.Random, n: int) -> BitMatrix:
    while True:
        matrix = BitMatrix([rng.getrandbits(n) for _ in range(n)], rows=n)
        if matrix.is_invertible():
            return matrix


def random_swizzle(rng: random.Random, n: int) -> BitMatrix:
    """Return the identity with a swizzle: up to three higher bits are also added to lower ones, as CuTe's Swizzle."""
    bits = rng.randint(1, 3)
    shift = rng.randint(bits, n // 2)
    base = rng.randint(0, n - bits - shift)
    moved = range(base + shift, base + shift + bits)
    return BitMatrix([1 << j | (1 << j - shift if j in moved else 0) for j in range(n)], rows=n)


def fresh(matrices: Sequence[BitMatrix]) -> list[BitMatrix]:
    return [BitMatrix(matrix.columns, matrix.rows) for matrix in matrices]


def to_triton(matrix: BitMatrix) -> object:
    from triton.tools import LinearLayout

    n = matrix.rows
    if n <= 30:
        return LinearLayout.from_bases([("a", [[c] for c in matrix.columns])], ["a"], [1 << n], False)
    half = n // 2
    bases = [[c & (1 << half) - 1, c >> half] for c in matrix.columns]
    sizes = [1 << half, 1 << n - half]
    return LinearLayout.from_bases([("a", bases[:half]), ("b", bases[half:])], ["a", "b"], sizes, False)


def from_triton(layout, n: int) -> BitMatrix:
    half = n if n <= 30 else n // 2
    flat = [sum(v << k * half for k, v in enumerate(basis)) for _, bases in layout.bases for basis in bases]
    return BitMatrix(flat, rows=n)


def seconds(call: Callable, operands: Sequence) -> float:
    start = time.perf_counter()
    for operand in operands:
        call(operand)
    return (time.perf_counter() - start) / len(operands)


def compare(title: str, ours: Callable, matrices: Sequence, others: dict[str, tuple[Callable, Sequence]]) -> None:
    """Print the median time of ours and, for each other, the median ratio of its time to ours in the same round."""
    times: dict[str, list[float]] = {"ours": [], **{name: [] for name in others}}
    for _ in range(ROUNDS):
        prepared = [tuple(fresh(operand)) for operand in matrices]
        times["ours"].append(seconds(ours, prepared))
        for name, (call, operands) in others.items():
            times[name].append(seconds(call, operands))
    line = f"{title:<24}{statistics.median(times['ours']) * 1e6:9.2f} us"
    for name in others:
        ratio = statistics.median([b / a for a, b in zip(times["ours"], times[name], strict=True)])
        line += f"   {name} {statistics.median(times[name]) * 1e6:9.2f} us = {ratio:7.2f}x"
    print(line, flush=True)


def bench_inverse(rng: random.Random, n: int) -> None:
    import galois
    import numpy

    gf2 = galois.GF(2)
    matrices = [random_invertible(rng, n) for _ in range(60)]
    arrays = [gf2(numpy.array(matrix.to_rows(), dtype=numpy.uint8)) for matrix in matrices[:2]]
    for matrix, array in zip(matrices, arrays, strict=False):
        assert matrix.inverse().to_rows() == numpy.linalg.inv(array).tolist()
    others: dict[str, tuple[Callable, Sequence]] = {"galois": (numpy.linalg.inv, arrays)}
    if n <= TRITON_LIMIT:
        layouts = [to_triton(matrix) for matrix in matrices]
        for matrix, layout in zip(matrices, layouts, strict=True):
            assert matrix.inverse() == from_triton(layout.invert(), n)
        others = {"triton": (lambda layout: layout.invert(), layouts), **others}
    compare(f"inverse, {n} bits", lambda pair: pair[0].inverse(), [(matrix,) for matrix in matrices], others)


def bench_compose(rng: random.Random, n: int, kind: str, draw: Callable) -> None:
    pairs = [(draw(rng, n), draw(rng, n)) for _ in range(200)]
    layouts = [(to_triton(outer), to_triton(inner)) for outer, inner in pairs]
    for (outer, inner), (a, b) in zip(pairs, layouts, strict=True):
        assert outer @ inner == from_triton(b.compose(a), n)
    others = {"triton": (lambda pair: pair[1].compose(pair[0]), layouts)}
    compare(f"compose {kind}, {n} bits", lambda pair: pair[0] @ pair[1], pairs, others)


def main() -> None:
    rng = random.Random(2024)
    print(f"Python {sys.version.split()[0]}; median of {ROUNDS} rounds; the ratio is the other's time over ours")
    for n in SIZES:
        bench_inverse(rng, n)
    for kind, draw in (("sparse", random_swizzle), ("dense", random_invertible)):
        for n in SIZES[:-1]:
            bench_compose(rng, n, kind, draw)


if __name__ == "__main__":
    main()
