"""``Builder``: terms of named variables, written in one language and proved there; what the other writers build on.

A map over F2 of named variables becomes a term, terms become texts that share their parts, and a text is proved to be
the map that was asked for:

>>> builder = Builder("c")
>>> lane, warp = builder.variable("lane", 32), builder.variable("warp", 4)
>>> row = builder.affine({"lane": [0, 0, 1, 2, 4], "warp": [8, 16]})
>>> swapped = builder.affine({"lane": [1, 2, 4, 8, 16]}, 2)                                      # lane ^ 2
>>> found = builder.written([row, swapped, builder.graph.add(row, swapped)])
>>> found.temporaries, found.texts, str(found.operations)
([('t0', 'warp * 8 + (lane >> 2)'), ('t1', 'lane ^ 2')], ['t0', 't1', 't0 + t1'], '5: 2 +, 1 *, 1 >>, 1 ^')
>>> print(builder.prove_affine(row, {"lane": [0, 0, 1, 2, 4], "warp": [8, 16]}))
EQUAL      at every point; algebra, for all 128 points at once
"""

from __future__ import annotations

from ..errors import LayoutError
from ..inttuple import _show
from ..linearity import from_images
from .bits import bit_choices, joined
from .prove import Claim, Unproved, prove, type_name
from .terms import Graph, shared_cost
from .text import DIALECTS, literal_text, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ..verify.compare import Comparison
    from .terms import Term
    from .text import Operations

    Images = Mapping[str, Sequence[int]]

__all__ = ["Builder", "Written"]

_MOST_NAMES = 4096


class Written:
    """Texts of terms: ``temporaries`` are (name, text), in the order in which they are computed."""

    __slots__ = ("operations", "temporaries", "texts")

    def __init__(self, temporaries: list[tuple[str, str]], found: list[str], operations: Operations) -> None:
        self.temporaries = temporaries
        self.texts = found
        self.operations = operations


class Builder:
    """The terms of one piece of code, its language and its types.

    ``graph`` makes terms by hand: ``add``, ``times``, ``xor``, ``band``, ``shl``, ``shr``, ``divided``, ``rest``.
    """

    __slots__ = ("bits", "dialect", "graph", "limit", "unsigned", "variables")

    def __init__(self, dialect: str = "c", int_bits: int = 32, unsigned: bool = False, limit: int = 2**20) -> None:
        if dialect not in DIALECTS:
            raise LayoutError(f"emit: the dialect is one of {', '.join(DIALECTS)}, not {_show(dialect)}", dialect)
        self.dialect = dialect
        self.bits = int_bits
        self.unsigned = unsigned
        self.limit = limit
        self.graph = Graph()
        self.variables: dict[str, int] = {}

    @property
    def type_name(self) -> str:
        """The type of variables and values in C."""
        return type_name(self.bits, self.unsigned)

    def variable(self, name: str, size: int) -> Term:
        """Return the variable with the values 0 to size - 1."""
        if self.variables.setdefault(name, size) != size:
            raise LayoutError(f"emit: {name} has {self.variables[name]} values, not {size}", size)
        return self.graph.variable(name, size)

    def affine(self, images: Images, constant: int = 0, beside: Iterable[Term] = ()) -> Term:
        """Return the cheapest term that is ``constant`` XOR the images of the bits that are set in the variables.

        What is in the terms ``beside`` it costs nothing.
        """
        sources = [self.graph.variable(name, self.variables[name]) for name in images]
        ways = bit_choices(self.graph, sources, list(images.values()), constant)
        known = list(beside)
        found = [joined(self.graph, terms) if terms else self.graph.number(0) for _, terms in ways]
        return min(found, key=lambda term: shared_cost([*known, term]) if known else term.tree)

    def written(self, roots: Sequence[Term], share: bool = True, taken: Iterable[str] = ()) -> Written:
        """Return the texts of terms; with ``share`` parts that are used twice have names t0, t1, ..."""
        names = self._fresh({*taken, *self.variables}) if share else None
        literal = literal_text(self.dialect, self.bits, self.unsigned)
        temporaries, found, operations = texts(roots, self.dialect, names, literal)
        return Written([(name, text) for name, text, _ in temporaries], found, operations)

    def _fresh(self, taken: set[str]) -> list[str]:
        used = {part for name in taken for part in name.split(".")}
        return [name for k in range(_MOST_NAMES + len(used)) if (name := f"t{k}") not in used]

    def prove(self, root: Term, text: str, temporaries: Sequence[tuple[str, str]], claim: Claim) -> Comparison:
        """Return the proof that a text is what is claimed; of Triton also, by the same term in C, that it fits.

        Raises: Unproved, LayoutError; see ``layouts.emit.prove``.
        """
        if self.dialect == "c":
            return prove(text, temporaries, claim, "c", self.bits, self.unsigned, self.limit)
        if self.dialect == "triton":
            _, (twin,), _ = texts([root], "c", None, literal_text("c", self.bits, False))
            prove(twin, [], claim, "c", self.bits, False, self.limit)
        return prove(text, temporaries, claim, "python", 0, False, self.limit)

    def prove_affine(self, root: Term, images: Images, constant: int = 0) -> Comparison:
        """Return the proof that a term, written out, is an affine map of all variables that it names.

        Raises: LayoutError where it is not, or is not proved.
        """
        sizes = [self.variables[name] for name in images]
        flat = from_images(tuple([image for row in images.values() for image in row]), tuple(sizes))
        layout = flat if len(sizes) != 1 else flat[0]
        claim = Claim(list(zip(images, sizes, strict=True)), layout, constant)
        try:
            return self.prove(root, self.written([root], share=False).texts[0], [], claim)
        except Unproved as reason:
            raise LayoutError(f"emit: not proved: {reason.reason}", reason.witness) from reason
