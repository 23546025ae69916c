"""Linear layouts against Triton's C++ class through its binding, galois, and plain numpy: 5 to 64 bits.

The layouts have the inputs register, lane and warp and two or three outputs, as Triton's have.  Every answer is
compared before it is timed, and every call gets a fresh layout, which has nothing computed yet.  Triton's ``invert``
ends the process above 32 bits, so 64 bits are compared with the others only.
"""

from __future__ import annotations

import random
from typing import Any

from layouts import BitMatrix, LinearLayout
from layouts.interop.galois import to_galois
from layouts.interop.triton import from_triton, to_triton

from .harness import Contender, kept, peer, race
from .report import Section, Target

ROUNDS = 9
SIZES = (5, 10, 16, 20, 24, 32, 64)
TARGET_SIZES = (10, 16, 20, 24, 32)
TRITON_LIMIT = 32
POINTS = 2**20


def run() -> list[Section]:
    numpy = peer("numpy")
    return [] if numpy is None else [_build(), _compose(), _invert(), _rank(), _point(), _arrays(numpy), _tables(numpy)]


# -- operands ----------------------------------------------------------------------------------------------------------


def dims(names: tuple[str, ...], n: int) -> list[tuple[str, int]]:
    """Cut n bits into dimensions of about the same size."""
    count = len(names)
    return [(name, 1 << (n * (k + 1) // count - n * k // count)) for k, name in enumerate(names)]


def ins_of(n: int) -> list[tuple[str, int]]:
    return dims(("register", "lane", "warp"), n)


def outs_of(n: int) -> list[tuple[str, int]]:
    return dims(("dim0", "dim1") if n <= TRITON_LIMIT else ("dim0", "dim1", "dim2"), n)


def dense(rng: random.Random, n: int) -> BitMatrix:
    while True:
        matrix = BitMatrix([rng.getrandbits(n) for _ in range(n)], n)
        if matrix.is_invertible():
            return matrix


def permutation(rng: random.Random, n: int) -> BitMatrix:
    """Return the kind of matrix that blocked and mma layouts have."""
    return BitMatrix(rng.sample([1 << i for i in range(n)], n), n)


KINDS = {"permutation": permutation, "dense": dense}


def fresh(layouts: list[tuple[LinearLayout, ...]]) -> Any:
    """Return a ``prepare`` with equal layouts that have computed nothing."""
    parts = [[(BitMatrix(L.matrix.columns, L.matrix.rows), L.in_dims, L.out_dims) for L in row] for row in layouts]

    def prepare() -> list[tuple[LinearLayout, ...]]:
        return [
            tuple([LinearLayout.from_matrix(BitMatrix(m.columns, m.rows), i, o) for m, i, o in row]) for row in parts
        ]

    return prepare


def numpy_matrix(layout: LinearLayout) -> Any:
    import numpy

    return numpy.array(layout.get_matrix_view(), dtype=numpy.uint8)


def eliminated(matrix: Any) -> tuple[Any, int]:
    """Return the reduced rows of [matrix | identity] and the rank, as one writes it with numpy."""
    import numpy

    n = matrix.shape[0]
    rows = numpy.hstack([matrix, numpy.eye(n, dtype=numpy.uint8)])
    rank = 0
    for column in range(matrix.shape[1]):
        pivot = rank + int(rows[rank:, column].argmax()) if rank < n else n
        if pivot == n or not rows[pivot, column]:
            continue
        rows[[rank, pivot]] = rows[[pivot, rank]]
        others = rows[:, column].astype(bool)
        others[rank] = False
        rows[others] ^= rows[rank]
        rank += 1
    return rows, rank


def numpy_inverse(matrix: Any) -> Any:
    return eliminated(matrix)[0][:, matrix.shape[1] :]


def live() -> bool:
    return peer("triton.tools") is not None


# -- operations --------------------------------------------------------------------------------------------------------


def _build() -> Section:
    section = Section("build a linear layout from its bases", "us")
    rng, cases = random.Random(1), {}
    for n in SIZES:
        layouts = [LinearLayout.from_matrix(dense(rng, n), ins_of(n), outs_of(n)) for _ in range(100)]
        parts = [(L.bases, L.get_out_dim_names(), L.get_out_dim_sizes(), False) for L in layouts]
        contenders = {"layouts": Contender(LinearLayout.from_bases, lambda p=parts: p)}
        if live() and n <= TRITON_LIMIT:
            from triton.tools import LinearLayout as Live

            contenders["triton"] = Contender(Live.from_bases, lambda p=parts: p)
        if peer("galois") is not None:
            rows = [(L.get_matrix_view(),) for L in layouts[:10]]
            contenders["galois"] = Contender(peer("galois").GF(2), lambda r=rows: r, rounds=5)
        cases[f"{n} bits"] = contenders
    section.rows = race(cases, ROUNDS)
    return section


def _compose() -> Section:
    section = Section("compose", "us")
    rng, cases = random.Random(2), {}
    for kind, draw in KINDS.items():
        for n in SIZES:
            between = outs_of(n)
            pairs = [
                (
                    LinearLayout.from_matrix(draw(rng, n), ins_of(n), between),
                    LinearLayout.from_matrix(draw(rng, n), between, dims(("offset", "block", "rest"), n)),
                )
                for _ in range(100)
            ]
            wanted = [a.compose(b) for a, b in pairs]
            contenders = {"layouts": Contender(LinearLayout.compose, fresh(pairs))}
            if live() and n <= TRITON_LIMIT:
                theirs = [(to_triton(a), to_triton(b)) for a, b in pairs]
                assert [from_triton(a.compose(b)) for a, b in theirs] == wanted
                contenders["triton"] = Contender(lambda a, b: a.compose(b), lambda t=theirs: t)
            if peer("galois") is not None:
                arrays = [(to_galois(a), to_galois(b)) for a, b in pairs[:3]]
                assert [(b @ a).tolist() for a, b in arrays] == [L.get_matrix_view() for L in wanted[:3]]
                contenders["galois"] = Contender(lambda a, b: b @ a, lambda g=arrays: g, rounds=5)
            plain = [(numpy_matrix(a), numpy_matrix(b)) for a, b in pairs]
            contenders["numpy"] = Contender(lambda a, b: (b @ a) & 1, lambda p=plain: p)
            cases[f"{kind}, {n} bits"] = contenders
    section.rows = race(cases, ROUNDS)
    _targets(section, "compose", 1, 1, [f"{kind}, {n} bits" for kind in KINDS for n in TARGET_SIZES])
    return section


def _invert() -> Section:
    section = Section("invert", "us")
    rng, cases = random.Random(3), {}
    for kind, draw in KINDS.items():
        for n in SIZES:
            layouts = [LinearLayout.from_matrix(draw(rng, n), ins_of(n), outs_of(n)) for _ in range(40)]
            wanted = [L.invert() for L in layouts]
            contenders = {"layouts": Contender(LinearLayout.invert, fresh([(L,) for L in layouts]))}
            if live() and n <= TRITON_LIMIT:
                theirs = [(to_triton(L),) for L in layouts]
                assert [from_triton(L.invert()) for (L,) in theirs] == wanted
                contenders["triton"] = Contender(lambda L: L.invert(), lambda t=theirs: t)
            if peer("galois") is not None:
                import numpy

                arrays = [(to_galois(L),) for L in layouts[:2]]
                assert [numpy.linalg.inv(a).tolist() for (a,) in arrays] == [L.get_matrix_view() for L in wanted[:2]]
                contenders["galois"] = Contender(numpy.linalg.inv, lambda g=arrays: g, rounds=5)
            plain = [(numpy_matrix(L),) for L in layouts[:10]]
            assert [numpy_inverse(a).tolist() for (a,) in plain] == [L.get_matrix_view() for L in wanted[:10]]
            contenders["numpy"] = Contender(numpy_inverse, lambda p=plain: p, rounds=5)
            cases[f"{kind}, {n} bits"] = contenders
    section.rows = race(cases, ROUNDS)
    _targets(section, "invert", 2, 100, [f"{kind}, {n} bits" for kind in KINDS for n in TARGET_SIZES])
    return section


def _rank() -> Section:
    """Triton reduces the matrix when it builds a layout and has no rank, so here both build one and are asked."""
    section = Section("build and rank; triton: build and is_surjective", "us")
    rng, cases = random.Random(4), {}
    for n in SIZES:
        layouts = []
        for _ in range(40):
            columns = [rng.getrandbits(n) for _ in range(n)]
            columns[rng.randrange(n)] = columns[0]
            layouts.append(LinearLayout.from_matrix(BitMatrix(columns, n), ins_of(n), outs_of(n)))
        parts = [(L.bases, L.get_out_dim_names(), L.get_out_dim_sizes(), False) for L in layouts]
        contenders = {"layouts": Contender(lambda *p: LinearLayout.from_bases(*p).rank(), lambda p=parts: p)}
        if live() and n <= TRITON_LIMIT:
            from triton.tools import LinearLayout as Live

            assert [Live.from_bases(*p).is_surjective() for p in parts] == [L.rank() == n for L in layouts]
            contenders["triton"] = Contender(lambda *p: Live.from_bases(*p).is_surjective(), lambda p=parts: p)
        if peer("galois") is not None:
            import numpy

            arrays = [(to_galois(L),) for L in layouts[:2]]
            assert [int(numpy.linalg.matrix_rank(a)) for (a,) in arrays] == [L.rank() for L in layouts[:2]]
            contenders["galois"] = Contender(numpy.linalg.matrix_rank, lambda g=arrays: g, rounds=5)
        plain = [(numpy_matrix(L),) for L in layouts[:10]]
        assert [eliminated(a)[1] for (a,) in plain] == [L.rank() for L in layouts[:10]]
        contenders["numpy"] = Contender(lambda a: eliminated(a)[1], lambda p=plain: p, rounds=5)
        cases[f"{n} bits"] = contenders
    section.rows = race(cases, ROUNDS)
    return section


def _targets(section: Section, what: str, over_triton: float, over_galois: float, cases: list[str]) -> None:
    for title, bound in (("triton", over_triton), ("galois", over_galois)):
        if (what, title) == ("compose", "galois"):
            continue
        rows = [section.rows[name] for name in cases]
        ratios = [row[title].min / row["layouts"].min for row in rows if title in row]
        least = min(ratios) if ratios else None
        section.targets.append(Target(f"linear {what} of 10 to 32 bits against {title}, the least", least, bound))


# -- the function ------------------------------------------------------------------------------------------------------


def _point() -> Section:
    section = Section("apply at one point", "us")
    rng, cases = random.Random(5), {}
    for n in SIZES:
        L = LinearLayout.from_matrix(dense(rng, n), ins_of(n), outs_of(n))
        points = [({name: rng.randrange(size) for name, size in L.in_dims},) for _ in range(200)]
        contenders = {"layouts": Contender(L.apply, lambda p=points: p)}
        if live() and n <= TRITON_LIMIT:
            theirs = to_triton(L)
            assert [dict(theirs.apply(p)) for (p,) in points] == [L.apply(p) for (p,) in points]
            contenders["triton"] = Contender(theirs.apply, lambda p=points: p)
        cases[f"{n} bits"] = contenders
    section.rows = race(cases, ROUNDS)
    return section


def _arrays(numpy: Any) -> Section:
    """Apply to 2**20 random points; the binding takes one at a time, so that 2**10 of them stand for 2**20."""
    section = Section("apply to arrays of 2**20 points", "ms")
    rng, random_arrays, cases = random.Random(6), numpy.random.default_rng(6), {}
    scale: dict[str, int] = {}
    for n in SIZES:
        L = LinearLayout.from_matrix(dense(rng, n), ins_of(n), outs_of(n))
        arrays = {name: random_arrays.integers(0, size, POINTS) for name, size in L.in_dims}
        found = L.apply(arrays)
        few = [({name: int(values[i]) for name, values in arrays.items()},) for i in range(2**10)]
        assert [{k: int(v[i]) for k, v in found.items()} for i in range(2**10)] == [L.apply(p) for (p,) in few]
        contenders = {"layouts": Contender(L.apply, kept((arrays,), 1))}
        if live() and n <= TRITON_LIMIT:
            call = to_triton(L).apply
            contenders["triton"] = Contender(lambda c=call, p=few: [c(x) for (x,) in p], kept((), 1))
            scale["triton"] = POINTS // len(few)
        plain = _xor_of_columns(numpy, L)
        for name, values in plain(arrays).items():
            assert (values == found[name]).all()
        contenders["numpy"] = Contender(plain, kept((arrays,), 1), rounds=3)
        if peer("galois") is not None:
            matrix, short = to_galois(L), {name: values[: 2**12] for name, values in arrays.items()}
            bits = _galois_bits(numpy, L, short)
            contenders["galois"] = Contender(lambda m=matrix, b=bits: m @ b, kept((), 1), rounds=3)
            scale["galois"] = POINTS // 2**12
        cases[f"{n} bits"] = contenders
    section.rows = race(cases, ROUNDS)
    for row in section.rows.values():
        for name, factor in scale.items():
            if name in row:
                row[name].rounds[:] = [t * factor for t in row[name].rounds]
    section.notes.append(
        "triton: 2**10 calls of apply, times 2**10; galois: a product with the bits of 2**12, times 2**8"
    )
    ratios = section.ratios("triton")
    section.targets.append(Target("arrays against the binding per index, the least", min(ratios, default=None), 100))
    return section


def _xor_of_columns(numpy: Any, L: LinearLayout) -> Any:
    """Return what one writes with numpy: for each bit its basis where it is set."""

    def apply(arrays: dict[str, Any]) -> dict[str, Any]:
        found = {name: numpy.zeros(POINTS, dtype=numpy.int64) for name, _ in L.out_dims}
        for name, vectors in L.bases:
            for i, vector in enumerate(vectors):
                bit = arrays[name] >> i & 1
                for out, value in zip(found, vector, strict=True):
                    if value:
                        found[out] ^= bit * value
        return found

    return apply


def _galois_bits(numpy: Any, L: LinearLayout, arrays: dict[str, Any]) -> Any:
    rows = [arrays[name] >> i & 1 for name, size in L.in_dims for i in range(size.bit_length() - 1)]
    return peer("galois").GF(2)(numpy.array(rows, dtype=numpy.uint8))


def _tables(numpy: Any) -> Section:
    section = Section("table of a linear layout, the whole domain", "ms", base="np.arange")
    rng, cases = random.Random(7), {}
    for n, calls in ((20, 20), (24, 3)):  # some calls in a row, for the first one pays for the memory of both
        for kind, draw in KINDS.items():
            L = LinearLayout.from_matrix(draw(rng, n), ins_of(n), outs_of(n))
            sample = [rng.randrange(L.size) for _ in range(500)]
            assert L.table()[sample].tolist() == [L(i) for i in sample]
            cases[f"{kind}, {n} bits"] = {
                "layouts": Contender(lambda L: L.table(), kept((L,), calls)),
                "np.arange": Contender(numpy.arange, kept((L.size,), calls)),
            }
    section.rows = race(cases, 15)
    large = [row for name, row in section.rows.items() if "24 bits" in name]
    worst = max([row["layouts"].min / row["np.arange"].min for row in large])
    section.targets.append(Target("linear tables of 2**24, time over np.arange", worst, 1.1, at_most=True))
    return section
