"""Bit matrices against Triton's C++ layouts, through its binding, and galois: ``bench_bits`` in the common table."""

from __future__ import annotations

import random
from typing import Any

from . import bench_bits
from .harness import Contender, geometric_mean, peer, race
from .report import Section, Target

ROUNDS = 9
TARGET_SIZES = (10, 16, 20, 24, 32)


def run() -> list[Section]:
    return [_inverse(), _compose()]


def _fresh(operands: list[tuple[Any, ...]]) -> Any:
    return lambda: [tuple(bench_bits.fresh(operand)) for operand in operands]


def _inverse() -> Section:
    section = Section("inverse over F2, random dense matrices", "us")
    rng = random.Random(2024)
    triton, galois, numpy = peer("triton.tools"), peer("galois"), peer("numpy")
    cases: dict[str, dict[str, Contender]] = {}
    for n in bench_bits.SIZES:
        matrices = [bench_bits.random_invertible(rng, n) for _ in range(40)]
        contenders = {"layouts": Contender(lambda m: m.inverse(), _fresh([(m,) for m in matrices]))}
        if triton is not None and n <= bench_bits.TRITON_LIMIT:
            theirs = [(bench_bits.to_triton(m),) for m in matrices]
            for matrix, (layout,) in zip(matrices, theirs, strict=True):
                assert matrix.inverse() == bench_bits.from_triton(layout.invert(), n)
            contenders["triton"] = Contender(lambda layout: layout.invert(), lambda t=theirs: t)
        if galois is not None:
            arrays = [(galois.GF(2)(numpy.array(m.to_rows(), dtype=numpy.uint8)),) for m in matrices[:2]]
            for matrix, (array,) in zip(matrices, arrays, strict=False):
                assert matrix.inverse().to_rows() == numpy.linalg.inv(array).tolist()
            contenders["galois"] = Contender(numpy.linalg.inv, lambda a=arrays: a, rounds=5)
        cases[f"{n} bits"] = contenders
    section.rows = race(cases, ROUNDS)
    for title, bound in (("triton", 2), ("galois", 100)):
        rows = [section.rows[f"{n} bits"] for n in TARGET_SIZES]
        ratios = [row[title].min / row["layouts"].min for row in rows if title in row]
        least = min(ratios) if ratios else None
        section.targets.append(Target(f"inverse of 10 to 32 bits against {title}, the least ratio", least, bound))
    return section


def _compose() -> Section:
    section = Section("composition over F2", "us")
    rng = random.Random(2025)
    triton = peer("triton.tools")
    cases: dict[str, dict[str, Contender]] = {}
    kinds = {"swizzle": bench_bits.random_swizzle, "dense": bench_bits.random_invertible}
    for kind, draw in kinds.items():
        for n in TARGET_SIZES:
            pairs = [(draw(rng, n), draw(rng, n)) for _ in range(100)]
            contenders = {"layouts": Contender(lambda a, b: a @ b, _fresh(pairs))}
            if triton is not None:
                theirs = [(bench_bits.to_triton(a), bench_bits.to_triton(b)) for a, b in pairs]
                for (a, b), (outer, inner) in zip(pairs, theirs, strict=True):
                    assert a @ b == bench_bits.from_triton(inner.compose(outer), n)
                contenders["triton"] = Contender(lambda a, b: b.compose(a), lambda t=theirs: t)
            cases[f"{kind}, {n} bits"] = contenders
    section.rows = race(cases, ROUNDS)
    for kind in kinds if triton is not None else ():
        rows = [row for name, row in section.rows.items() if name.startswith(kind)]
        mean = geometric_mean([row["triton"].min / row["layouts"].min for row in rows])
        section.notes.append(f"triton over layouts, {kind}: {mean:.2f}x")
    return section
