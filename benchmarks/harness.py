"""Timing that survives a noisy machine: contenders take turns, and only what they do on their operands is timed.

A round visits every case, and in it every contender, so a slow moment hits all of them.  Operands are made before the
clock starts, new for each round, so nothing that a library keeps on its objects helps it unless the case says so.
"""

from __future__ import annotations

import gc
import importlib
import math
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

MISSING: set[str] = set()
"""Peers that were asked for and are not installed."""


@dataclass(frozen=True)
class Contender:
    """``call(*operands)`` for each of the operands that ``prepare()`` makes, at most in the first ``rounds`` rounds."""

    call: Callable[..., Any]
    prepare: Callable[[], Sequence[tuple[Any, ...]]]
    rounds: int = 10**9


@dataclass
class Times:
    """Seconds for one call, one entry for each round."""

    rounds: list[float] = field(default_factory=list)

    @property
    def min(self) -> float:
        return min(self.rounds)

    @property
    def median(self) -> float:
        return statistics.median(self.rounds)


def peer(name: str) -> Any:
    """Return the module ``name``, or None and a note where it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError:
        MISSING.add(name.partition(".")[0])
        return None


def copies(make: Callable[[], tuple[Any, ...]], count: int) -> Callable[[], list[tuple[Any, ...]]]:
    """Return a ``prepare`` with ``count`` fresh tuples of operands."""
    return lambda: [make() for _ in range(count)]


def kept(operands: tuple[Any, ...], count: int) -> Callable[[], list[tuple[Any, ...]]]:
    """Return a ``prepare`` with the same objects every time, whatever they keep on themselves."""
    return lambda: [operands] * count


def seconds(call: Callable[..., Any], operands: Sequence[tuple[Any, ...]]) -> float:
    start = time.perf_counter()
    for operand in operands:
        call(*operand)
    return (time.perf_counter() - start) / len(operands)


def race(cases: dict[str, dict[str, Contender]], rounds: int) -> dict[str, dict[str, Times]]:
    """Time every contender of every case in turn, ``rounds`` times."""
    times = {case: {name: Times() for name in contenders} for case, contenders in cases.items()}
    collecting = gc.isenabled()
    gc.disable()
    try:
        for turn in range(rounds):
            for case, contenders in cases.items():
                for name, contender in contenders.items():
                    if turn < contender.rounds:
                        operands = contender.prepare()
                        times[case][name].rounds.append(seconds(contender.call, operands))
            gc.collect()
    finally:
        if collecting:
            gc.enable()
    return times


def geometric_mean(values: Iterable[float]) -> float:
    logs = [math.log(value) for value in values]
    return math.exp(sum(logs) / len(logs)) if logs else math.nan
