"""Whole-domain tables of 2**24 values against ``np.arange``, and into memory that is there against a plain copy."""

from __future__ import annotations

from typing import Any

from layouts import F2, Layout, Swizzle

from .harness import Contender, copies, kept, peer, race
from .report import Section, Target

ROUNDS = 9
SIZE = 2**24
BITS = 24
LAYOUTS = {
    "Z, 4096x4096 row major": Layout((4096, 4096), (4096, 1)),
    "Z, K major tiles": Layout(((8, 512), (64, 64)), ((64, 32768), (1, 512))),
    "Z, padded rows": Layout((4096, 4096), (4104, 1)),
    "Z, five modes": Layout((64, 16, 128, 8, 16), (131072, 1, 1024, 8388608, 64)),
    "Z, 4095x4097": Layout((4095, 4097), (4097, 1)),
    "Z, primes": Layout((3, 5, 7, 11, 13, 1117), (5, 15, 1, 105, 1155, 15015)),
    "Z, primes, slow first": Layout((1117, 13, 11, 7, 5, 3), (15015, 1155, 105, 15, 3, 1)),
    "F2, each bit to two": Layout((2,) * BITS, tuple([1 << i ^ 1 << (7 * i + 3) % BITS for i in range(BITS)]), F2),
    "F2, carry-less 3": Layout(SIZE, F2(3)),
    "swizzled row major": Swizzle(3, 4, 3) @ Layout((4096, 4096), (4096, 1)),
    "swizzled tiles": Swizzle(3, 3, 3) @ Layout(((8, 512), (64, 64)), ((64, 32768), (1, 512))),
}


def run() -> list[Section]:
    numpy = peer("numpy")
    return [] if numpy is None else [_fresh(numpy), _into(numpy), _against_pycute(numpy)]


def _fresh(numpy: Any) -> Section:
    section = Section("table of 2**24 values, a new array", "ms", base="np.arange")
    for dtype in (numpy.int64, numpy.int32):
        cases = {}
        for name, layout in LAYOUTS.items():
            _check(numpy, layout, layout.table(dtype=dtype))
            cases[f"{name}, {dtype.__name__}"] = {
                "layouts": Contender(lambda L, t: L.table(dtype=t), lambda L=layout, t=dtype: [(L, t)]),
                "np.arange": Contender(lambda n, t: numpy.arange(n, dtype=t), lambda L=layout, t=dtype: [(L.size, t)]),
            }
        section.rows |= race(cases, ROUNDS)
    worst = max(section.ratios("layouts"))
    section.targets.append(Target("tables, time over np.arange, the slowest kind", worst, 1.2, at_most=True))
    return section


def _into(numpy: Any) -> Section:
    section = Section("table of 2**24 values, into out=", "ms", base="copy")
    for dtype in (numpy.int64, numpy.int32):
        source, out = numpy.arange(SIZE, dtype=dtype), numpy.empty(SIZE, dtype=dtype)
        cases = {}
        for name, layout in LAYOUTS.items():
            views = source[: layout.size], out[: layout.size]
            cases[f"{name}, {dtype.__name__}"] = {
                "layouts": Contender(lambda L, o: L.table(out=o), lambda L=layout, v=views: [(L, v[1])]),
                "copy": Contender(lambda s, o: numpy.copyto(o, s), lambda v=views: [v]),
            }
        section.rows |= race(cases, ROUNDS)
    worst = max(section.ratios("layouts"))
    section.targets.append(Target("tables into out=, time over a copy, the slowest kind", worst, 1.2, at_most=True))
    return section


def _against_pycute(numpy: Any) -> Section:
    """Smaller tables, with what pycute users do: ``L(np.arange(size))``, which its arithmetic happens to allow."""
    section = Section("tables of other sizes, int64", "us")
    pycute = peer("pycute")
    cases = {}
    for bits, calls in ((6, 100), (10, 100), (16, 20), (20, 10)):
        half = 1 << bits // 2
        modes, size = ((half, half), (half, 1)), half * half
        contenders = {
            "layouts": Contender(Layout.table, copies(lambda m=modes: (Layout(*m),), calls)),
            "np.arange": Contender(numpy.arange, kept((size,), calls)),
        }
        if pycute is not None:
            theirs = pycute.Layout(*modes)
            assert (theirs(numpy.arange(size)) == Layout(*modes).table()).all()
            contenders["pycute"] = Contender(lambda L, n: L(numpy.arange(n)), kept((theirs, size), calls))
        cases[f"2**{bits}, row major"] = contenders
    section.rows = race(cases, 15)
    return section


def _check(numpy: Any, layout: Layout, values: Any) -> None:
    sample = numpy.random.default_rng(0).integers(0, layout.size, 1000)
    wanted = [layout(int(i)) for i in sample]
    assert values[sample].tolist() == wanted, f"the table of {layout} is wrong"
