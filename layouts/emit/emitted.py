"""``EmittedIndex``: code for a layout, what it costs, and the proof that it is the layout."""

from __future__ import annotations

from dataclasses import dataclass, field

from .text import Operations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..verify.compare import Comparison

__all__ = ["EmittedIndex"]


@dataclass(frozen=True, slots=True)
class EmittedIndex:
    """Index code that is proved equal to a layout; ``str`` is the code.

    ``code`` is one expression; or, for several results or with temporaries, a line for each; or a whole function.
    ``outputs`` has the expression of each result, ``temporaries`` what is computed before them, in order, and
    ``variables`` the number of values of each variable.  ``operations`` counts the operators of the code.  ``proofs``
    has the comparison of our own verifier for each result, and ``strategy`` says how it was written.
    ``int_bits`` and ``unsigned`` are the type in C and Triton; for Python, whose integers have no width, 0.
    """

    code: str
    dialect: str
    variables: dict[str, int]
    outputs: dict[str, str]
    temporaries: tuple[tuple[str, str], ...]
    operations: Operations
    proofs: dict[str, Comparison]
    strategy: str
    name: str | None = None
    int_bits: int = 0
    unsigned: bool = False
    value: Any = field(default=None, compare=False, repr=False)

    @property
    def proof(self) -> Comparison:
        """The comparison for the only result, or for the first of several; all of them are in ``proofs``."""
        return next(iter(self.proofs.values()))

    def __str__(self) -> str:
        return self.code

    def __hash__(self) -> int:
        return hash((self.code, self.dialect, tuple(self.variables.items())))

    def to_json(self) -> dict[str, Any]:
        """Return the result as one object of JSON values."""
        return {
            "code": self.code,
            "dialect": self.dialect,
            "variables": self.variables,
            "outputs": self.outputs,
            "temporaries": [list(pair) for pair in self.temporaries],
            "operations": {**self.operations.counts, "total": self.operations.total, "cost": self.operations.cost},
            "proof": {name: proof.to_json() for name, proof in self.proofs.items()},
            "strategy": self.strategy,
            "name": self.name,
            "int_bits": self.int_bits,
            "unsigned": self.unsigned,
        }
