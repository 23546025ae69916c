"""What a plan costs, and the models that choose between plans.

A ``Cost`` is counts: instructions of a thread by kind, wavefronts of shared memory, bytes of scratch.  Which plan is
best is a question for a model:

  paper      as near as it can be done: registers before shuffles before shared memory
  triton     shuffles, by its own rule, where fewer than two register bits are exchanged with lane bits, else shared
             memory
  cheapest   the fewest estimated cycles, from ``WEIGHTS``

>>> from layouts.convert.steps import Affine, Shuffle
>>> from layouts.convert.target import target
>>> cost = cost_of([Shuffle("src", "dst", (0,), (0,), Affine((2, 1), 0))], {}, 32, target("sm90"), 1, (5, 0, 0))
>>> print(cost, "|", cost["shfl"], cost.cycles)
1 shfl | 1 24.0
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ..errors import LayoutError
from ..inttuple import _show
from .counting import count_instructions
from .wavefronts import count_wavefronts_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from .steps import Step
    from .target import Target

__all__ = ["MODELS", "WEIGHTS", "Cost", "choice_key", "cost_of", "read_model"]

MODELS = ("paper", "triton", "cheapest")

WEIGHTS: dict[str, tuple[float, float]] = {
    "shfl": (1.0, 23.0),
    "selp": (0.5, 4.0),
    "prmt": (0.5, 4.0),
    "bitop": (0.25, 4.0),
    "st.shared::cluster": (4.0, 200.0),
    "st.shared": (0.25, 20.0),
    "stmatrix": (0.25, 20.0),
    "ld.shared::cluster": (4.0, 200.0),
    "ld.shared": (0.25, 30.0),
    "ldmatrix": (0.25, 30.0),
    "bar.warp": (0.25, 4.0),
    "barrier.cluster": (0.25, 200.0),
    "bar": (0.25, 20.0),
    "wavefront": (1.0, 0.0),
}
"""Cycles of a multiprocessor for each instruction of a warp, and cycles that pass once if there is one.

The first numbers are throughputs of the CUDA programming guide's table for sm_90: 32 results of a warp shuffle, 64 of
a select or a byte permute, 128 of a logic operation in a cycle, one wavefront of shared memory in a cycle.  The second
are latencies, rounded from published micro-benchmarks.  An estimate for choosing, not a measurement.
"""

_LEVEL = {"register": 0, "shuffle": 1, "shared": 2, "cluster": 3}
_TRITON_EXCHANGED = 2


@dataclass(frozen=True, slots=True)
class Cost:
    """``cost[kind]`` is how often a thread issues an instruction; 'st.shared' is of all widths together.

    ``wavefronts`` and ``ideal`` are those of all warps of all blocks, by 'store' and 'load'; ``scratch`` is the bytes
    of shared memory that a block needs.
    """

    instructions: Mapping[str, int] = field(hash=False)
    wavefronts: Mapping[str, int] = field(hash=False)
    ideal: Mapping[str, int] = field(hash=False)
    scratch: int
    warps: int
    blocks: int

    def __getitem__(self, kind: str) -> int:
        if not isinstance(kind, str):
            raise LayoutError(f"cost: {_show(kind)} is no name of an instruction", kind)
        exact = self.instructions.get(kind)
        if exact is not None:
            return exact
        return sum([count for name, count in self.instructions.items() if name.startswith((f"{kind}.", f"{kind}::"))])

    @property
    def total(self) -> int:
        """The instructions of a thread."""
        return sum(self.instructions.values())

    @property
    def conflicts(self) -> int:
        """The wavefronts beyond the ideal."""
        return sum(self.wavefronts.values()) - sum(self.ideal.values())

    @property
    def cycles(self) -> float:
        """The estimate of ``WEIGHTS`` for a block that has a multiprocessor for itself."""
        found = sum(self.wavefronts.values()) / self.blocks * WEIGHTS["wavefront"][0]
        for kind, count in self.instructions.items():
            each, once = WEIGHTS[next(name for name in WEIGHTS if kind.startswith(name))]
            found += count * self.warps * each + once
        return found

    def __str__(self) -> str:
        if not self.instructions:
            return "no instruction"
        parts = [f"{count} {kind}" for kind, count in self.instructions.items()]
        moved = sum(self.wavefronts.values())
        if moved:
            parts.append(f"{moved} wavefronts{f' ({self.conflicts} of conflicts)' if self.conflicts else ''}")
        if self.scratch:
            parts.append(f"{self.scratch} bytes of scratch")
        return ", ".join(parts)

    def to_json(self) -> dict[str, Any]:
        """Return the counts as JSON has them."""
        return {
            "instructions": dict(self.instructions),
            "wavefronts": dict(self.wavefronts),
            "ideal": dict(self.ideal),
            "scratch_bytes": self.scratch,
            "cycles": self.cycles,
        }


def cost_of(
    steps: Iterable[Step],
    buffers: Mapping[str, int],
    element_bits: int,
    target: Target,
    registers: int,
    bits: tuple[int, int, int],
) -> Cost:
    """Return the cost of steps: ``registers`` of the source, buffers in elements, bits of lane, warp and block."""
    steps = list(steps)
    found, ideal = count_wavefronts_of(steps, element_bits, target, bits[0], sum(bits))
    scratch = sum([(size * element_bits + 7) // 8 for size in buffers.values()])
    counts = count_instructions(steps, element_bits, registers)
    return Cost(counts, found, ideal, scratch, 1 << bits[1], 1 << bits[2])


def read_model(model: Any) -> str:
    """Return the name of a cost model, or refuse what is none."""
    if not isinstance(model, str) or model not in MODELS:
        raise LayoutError(f"plan: {_show(model)} is no cost model; known are {', '.join(MODELS)}", model)
    return model


def choice_key(model: str, rule: str, level: str, exchanged: int, cost: Cost) -> tuple[float, ...]:
    """Return what a model compares: the smallest is chosen."""
    if model == "paper":
        return _LEVEL[level], cost.cycles
    if model == "triton":
        many = level == "shuffle" and exchanged >= _TRITON_EXCHANGED
        return (4 if many else _LEVEL[level]), rule != "triton", cost.cycles
    return (cost.cycles,)
