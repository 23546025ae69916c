"""What a machine can do when data moves: its shared memory, its vectors, its matrix instructions, its clusters.

>>> target("sm90").has("stmatrix"), target("sm80").has("stmatrix")
(True, False)
>>> target("gfx950").memory.banks
64
"""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import LayoutError
from ..hardware.arch import machine, machines
from ..inttuple import _show
from ..verify.memory import MemoryModel, memory_model

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["Target", "target"]

# Instruction names with the machines that have them.
_INSTRUCTIONS = {
    "ldmatrix": "sm75+",
    "stmatrix": "sm90+",
    "cluster": "sm90+",
    "prmt": "sm70+ cdna1+ rdna3+",
    "shuffle": "sm70+ cdna1+ rdna3+",
}

# The most shared memory that a block may have, in KiB; it must be asked for where it is more than 48 on NVIDIA.
_SHARED = {
    64: "sm75 cdna1 cdna2 cdna3 rdna3 rdna4",
    96: "sm70",
    99: "sm86 sm89 sm120 sm121",
    160: "cdna4",
    163: "sm80 sm87",
    227: "sm90 sm100 sm103 sm110",
}
_SHARED_BYTES = {name: size << 10 for size, names in _SHARED.items() for name in names.split()}


@dataclass(frozen=True, slots=True)
class Target:
    """A machine: the model of its shared memory, the instructions that plans may use, the widest vector in bits.

    ``shared_bytes`` is the most shared memory of a block, None where it is not known.
    """

    name: str
    memory: MemoryModel
    instructions: frozenset[str]
    vector_bits: int = 128
    shared_bytes: int | None = None

    @property
    def lanes(self) -> int:
        """The lanes of a warp."""
        return self.memory.lanes

    def has(self, instruction: str) -> bool:
        """Tell whether plans may use an instruction: ldmatrix, stmatrix, cluster, prmt, shuffle."""
        return instruction in self.instructions

    def __str__(self) -> str:
        return self.name


def target(name: Any = "sm90") -> Target:
    """Return a target by the name of an architecture; a ``Target`` is returned as it is.

    Raises: LayoutError with the names that are known.

    >>> print(target("hopper"), target("hopper").lanes)
    sm90 32
    """
    if isinstance(name, Target):
        return name
    if not isinstance(name, str):
        raise LayoutError(f"target: {_show(name)} is no name of an architecture", name)
    if name.lower() == "gfx1250":  # known to the memory models only
        return Target("gfx1250", memory_model(name), frozenset({"prmt", "shuffle"}))
    found = machine(name)
    have = frozenset([what for what, arch in _INSTRUCTIONS.items() if found in machines(arch)])
    memory = "cdna3" if found in ("cdna1", "cdna2") else "gfx950" if found == "cdna4" else found
    return Target(found, memory_model(memory.replace("rdna3", "rdna")), have, shared_bytes=_SHARED_BYTES.get(found))
