"""``emit_index`` and ``emit_function``: a layout goes in, index code that is proved equal to it comes out.

Several ways to write the layout are built, from its digits, from its bits and from its swizzles; the cheapest one whose
text is proved is returned.  Nothing is returned without a proof.

>>> from layouts import Layout, Swizzle
>>> found = emit_index(Swizzle(3, 3, 3) @ Layout((64, 64), (64, 1)), variables="row, col")
>>> print(found)
row * 64 + (col ^ ((row & 7) << 3))
>>> print(found.operations)
5: 1 +, 1 *, 1 ^, 1 <<, 1 &
>>> print(found.proof)
EQUAL      at every point; algebra, for all 4096 points at once
"""

from __future__ import annotations

from ..errors import LayoutError
from ..inttuple import _show, to_int
from .bits import joined, paired_outputs
from .builder import Builder
from .emitted import EmittedIndex
from .functions import function_text, statements
from .prove import Unproved
from .subject import check_name, read_subject
from .terms import shared_cost
from .text import DIALECTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ..verify.compare import Comparison
    from .subject import Subject
    from .terms import Graph, Term

    Names = str | Sequence[str] | Mapping[str, int] | None

__all__ = ["emit_function", "emit_index"]

_TYPES = ("cute", "cute-dsl")
_MOST_TRIES = 40


def emit_index(
    value: Any,
    dialect: str = "c",
    variables: Names = None,
    *,
    inputs: str = "modes",
    share: bool = False,
    int_bits: int = 32,
    unsigned: bool = False,
    limit: int = 2**20,
) -> EmittedIndex:
    """Return an expression in some language for the values of a layout, with few operations, proved equal to it.

    ``value`` is a layout over Z, F2 or Zn (one result for each axis), a swizzle, a chain, a linear or affine layout
    (one result for each output), or the verdict of ``check`` with the layout that it recovered.
    ``dialect`` is c (also CUDA), python, triton (Python on tensors: no branches), or the types of CuTe: cute (C++) and
    cute-dsl (Python).
    ``variables`` names the inputs, in order: ``"row, col"``, a list, or a mapping to the numbers of their values; the
    default is i, j, k, or the names of the inputs of a linear layout.  ``inputs`` says what they are: the top-level
    modes, the leaves of the shape, or the index alone.
    With ``share``, parts that are used twice become temporaries; several results share them.
    In C and Triton no operation overflows the signed type of ``int_bits`` bits; ``unsigned`` is for C.
    Ensures: the text, read back by ``layouts.verify``, has the value of the layout at every point of its domain.
    Raises:  LayoutError where there is no such text in this type, with the first number that does not fit; for values
             that cannot be written; and where neither algebra nor ``limit`` points decide.
    Cost:    a few ways to write it, and a proof of one by algebra; no point is evaluated where that closes.

    >>> from layouts import F2, Layout, LinearLayout
    >>> print(emit_index(Layout((32, 32), (33, 1)), "python"))
    i * 33 + j
    >>> print(emit_index(Layout((32, 32), (1, 33)), inputs="index"))
    i + (i >> 5)
    >>> print(emit_index(Layout((8, 64), (72, 1), over=F2), "triton", ["row", "col"]))
    col ^ (row * 72)
    >>> print(emit_index(LinearLayout([("lane", [[0, 2], [0, 4], [1, 0]])], {"row": 2, "col": 8})))
    row = lane >> 2;
    col = (lane & 3) * 2;
    """
    if dialect in _TYPES:
        from .cute import emit_type

        return emit_type(value, dialect)
    return _emitted(value, dialect, variables, inputs, share, int_bits, unsigned, limit, None, "")


def emit_function(
    value: Any,
    name: str = "layout_index",
    dialect: str = "c",
    variables: Names = None,
    *,
    inputs: str = "modes",
    int_bits: int = 32,
    unsigned: bool = False,
    limit: int = 2**20,
    qualifiers: str = "__device__ __forceinline__",
) -> EmittedIndex:
    """Return a function in some language for the values of a layout; parts that are used twice are computed once.

    In C a function of several results returns them through references; ``qualifiers`` stand before it.  In Triton it is
    decorated with ``@triton.jit``.  Everything else is as in ``emit_index``.
    Raises:  as ``emit_index`` does; LayoutError for a name with a dot, which no parameter has.

    >>> from layouts import Layout, Swizzle
    >>> print(emit_function(Swizzle(3, 3, 3) @ Layout((64, 64), (64, 1)), "smem", variables="row, col"))
    __device__ __forceinline__ int smem(int row, int col) {
        return row * 64 + (col ^ ((row & 7) << 3));
    }
    """
    operation = "emit_function"
    check_name(name, operation)
    if not isinstance(qualifiers, str):
        raise LayoutError(f"{operation}: the qualifiers are text, not {_show(qualifiers)}", qualifiers)
    return _emitted(value, dialect, variables, inputs, True, int_bits, unsigned, limit, name, qualifiers)


def _emitted(
    value: Any,
    dialect: str,
    variables: Names,
    inputs: str,
    share: bool,
    int_bits: int,
    unsigned: bool,
    limit: int,
    name: str | None,
    qualifiers: str,
) -> EmittedIndex:
    operation = "emit_index" if name is None else "emit_function"
    if dialect not in DIALECTS:
        known = DIALECTS if name is not None else (*DIALECTS, *_TYPES)
        raise LayoutError(f"{operation}: the dialect is one of {', '.join(known)}, not {_show(dialect)}", dialect)
    if type(int_bits) is not int or int_bits not in (32, 64):
        raise LayoutError(f"{operation}: int_bits is 32 or 64, not {_show(int_bits)}", int_bits)
    for flag in (share, unsigned):
        if not isinstance(flag, bool):
            raise LayoutError(f"{operation}: share and unsigned are True or False, not {_show(flag)}", flag)
    if unsigned and dialect != "c":
        raise LayoutError(f"{operation}: unsigned integers belong to C, not to {dialect}", dialect)
    reach = 1 << 63 if dialect == "python" else 1 << int_bits - (not unsigned)
    subject = read_subject(value, variables, inputs, operation, reach)
    if name is not None:
        for variable, _ in subject.variables:
            check_name(variable, operation)
    _check_sizes(subject, reach, operation)
    writer = _Writer(subject, dialect, int_bits, unsigned, to_int(limit, "the limit"), share, operation)
    return writer.emitted(name, qualifiers)


def _check_sizes(subject: Subject, reach: int, operation: str) -> None:
    for name, size in subject.variables:
        if size > reach:
            raise LayoutError(
                f"{operation}: {name} has the values 0..{size - 1}, beyond the largest number {reach - 1} of its type",
                size - 1,
            )


class _Writer:
    """One emission: the terms, the ways to write each result, and the texts that were tried."""

    def __init__(
        self, subject: Subject, dialect: str, bits: int, unsigned: bool, limit: int, share: bool, operation: str
    ) -> None:
        self.subject = subject
        self.builder = Builder(dialect, bits, unsigned, limit)
        self.share = share
        self.operation = operation
        graph = self.builder.graph
        sources = [self.builder.variable(name, size) for name, size in subject.variables]
        self.ways: list[list[tuple[str, Term]]] = []
        raw = [output.choices(graph, sources) for output in subject.outputs]
        for choices in raw:
            known: dict[int, tuple[str, Term]] = {}
            for label, terms in choices:
                term = joined(graph, terms) if terms else graph.number(0)
                known.setdefault(id(term), (label, term))
            self.ways.append(sorted(known.values(), key=lambda way: way[1].tree))
        self.paired = _paired_ways(graph, raw) if share and len(raw) > 1 else None

    def emitted(self, name: str | None, qualifiers: str) -> EmittedIndex:
        """Return the cheapest code that is proved."""
        first: Unproved | None = None
        for chosen in self._combinations():
            try:
                return self._written([way[1] for way in chosen], [way[0] for way in chosen], name, qualifiers)
            except _Failed as failed:
                first = first or failed.reason
                ways = self.ways[failed.output]
                if len(ways) > 1 and chosen[failed.output] in ways:
                    ways.remove(chosen[failed.output])
        reason = first.reason if first else "there is nothing to write"
        narrow = self.builder.bits == 32 and self.builder.dialect != "python"
        wide = narrow and "beyond" in reason and "value -" not in reason
        hint = "; int_bits=64 is wider" if wide else ""
        raise LayoutError(
            f"{self.operation}: no text for {self.subject.value} in {self._type()} was proved: {reason}{hint}",
            first.witness if first else None,
        )

    def _type(self) -> str:
        if self.builder.dialect == "python":
            return "Python"
        return f"{'unsigned ' if self.builder.unsigned else ''}{self.builder.bits}-bit integers"

    def _combinations(self) -> Any:
        """Yield a way for each result, cheapest first; a way that failed is gone from the next combination."""
        if self.paired is not None:
            best = self._shared_best()
            if shared_cost([way[1] for way in self.paired]) < shared_cost([way[1] for way in best]):
                yield self.paired
        for _ in range(_MOST_TRIES):
            count = sum([len(ways) for ways in self.ways])
            yield self._shared_best() if self.share else [ways[0] for ways in self.ways]
            if count == sum([len(ways) for ways in self.ways]):
                return

    def _shared_best(self) -> list[tuple[str, Term]]:
        """Return a way for each result so that all together, each part once, are cheap."""
        best = [ways[0] for ways in self.ways]
        for _ in range(2):
            for k, ways in enumerate(self.ways):
                others = [way[1] for j, way in enumerate(best) if j != k]
                best[k] = min(ways, key=lambda way: shared_cost([*others, way[1]]))
        return best

    def _written(self, roots: list[Term], labels: list[str], name: str | None, qualifiers: str) -> EmittedIndex:
        builder = self.builder
        written = builder.written(roots, self.share, [output.name for output in self.subject.outputs])
        proofs: dict[str, Comparison] = {}
        for k, (output, text) in enumerate(zip(self.subject.outputs, written.texts, strict=True)):
            try:
                proofs[output.name] = builder.prove(roots[k], text, written.temporaries, output.claim)
            except Unproved as reason:
                raise _Failed(k, reason) from reason
        outputs = dict(zip([output.name for output in self.subject.outputs], written.texts, strict=True))
        parts = (written.temporaries, outputs, builder.bits, builder.unsigned)
        if name is None:
            code = statements(builder.dialect, *parts)
        else:
            code = function_text(name, qualifiers, builder.dialect, self.subject.variables, *parts)
        return EmittedIndex(
            code=code,
            dialect=builder.dialect,
            variables=dict(self.subject.variables),
            outputs=outputs,
            temporaries=tuple(written.temporaries),
            operations=written.operations,
            proofs=proofs,
            strategy="; ".join(dict.fromkeys(labels)),
            name=name,
            int_bits=0 if builder.dialect == "python" else builder.bits,
            unsigned=builder.unsigned,
            value=self.subject.value,
        )


class _Failed(Exception):  # noqa: N818
    """Raised where the text of one result is not proved."""

    def __init__(self, output: int, reason: Unproved) -> None:
        super().__init__(output, reason)
        self.output = output
        self.reason = reason


def _paired_ways(graph: Graph, raw: list[list[tuple[str, tuple[Term, ...]]]]) -> list[tuple[str, Term]] | None:
    """Return the first way of all results, with pairs of terms shared between them."""
    rows = [choices[0][1] for choices in raw]
    found = paired_outputs(graph, rows)
    if found == [tuple(row) for row in rows]:
        return None
    return [("distance, pairs shared", joined(graph, terms) if terms else graph.number(0)) for terms in found]
