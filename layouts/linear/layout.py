"""``LinearLayout``: the named face of a matrix over F2, with Triton's verbs.

A linear layout maps named inputs to named outputs, all of them of power-of-two size.  It is given by its *bases*, the
images of the inputs 1, 2, 4, ... in each input dimension; the value anywhere else is the XOR of the bases of the bits
that are set.  Dimensions are ordered minor to major.  The direction is Triton's: hardware location to tensor index,
where CuTe's is coordinate to memory offset.

By hand, the 16x8 accumulator tile of one warp: lane bits 0, 1 and register bit 0 give the column, the other lane bits
and register bit 1 the row.

>>> L = LinearLayout([("register", [[0, 1], [8, 0]]), ("lane", [[0, 2], [0, 4], [1, 0], [2, 0], [4, 0]])],
...                  [("row", 16), ("column", 8)])
>>> L(register=3, lane=6)               # register bits 0, 1 and lane bits 1, 2
{'row': 9, 'column': 5}
>>> (8 ^ 1, 1 ^ 4)
(9, 5)
"""

from __future__ import annotations

from ..bits import BitMatrix
from ..errors import ProfileError
from ..inttuple import _show, to_int
from . import dims as d
from .core import _set_ins, _set_matrix, _set_outs
from .cpp_names import CppNames
from .inverses import Inverses
from .questions import Questions
from .reshape import Reshaping
from .views import Views

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import TypeAlias

    from .dims import Dims

    Vectors: TypeAlias = "Sequence[Sequence[int]]"
    Bases: TypeAlias = "Mapping[str, Vectors] | Iterable[tuple[str, Vectors]]"
    Outs: TypeAlias = "Mapping[str, int] | Iterable[tuple[str, int]] | Iterable[str]"

__all__ = ["LinearLayout"]


class LinearLayout(Reshaping, Inverses, Questions, Views, CppNames):
    """The F2-linear map from named inputs to named outputs that has the given bases.

    ``bases`` are pairs (name, vectors), or a mapping; a vector holds one value for each output.  ``outs`` are pairs
    (name, size), or a mapping; or names alone, and then each size is the smallest power of two above the values, and
    the layout must be surjective unless ``require_surjective=False`` says otherwise.  Without arguments, the empty
    layout, the unit of the product.  Immutable; equality and hashing are structural, order and sizes included.

    Requires: values >= 0 and below the size of their output; sizes are powers of two; names that are all different.
    Ensures:  ``L.apply(x)[o]`` is the XOR of the values for o of the bases that the bits of x select.
    Raises:   ProfileError that names the dimension and the basis; NotInvertibleError with a missed output;
              TooLargeError for a dimension of more than 1024 bits.
    Triton:   ``LinearLayout``.

    >>> L = LinearLayout([("register", [[0, 1]]), ("lane", [[1, 0], [2, 0]])], [("row", 4), ("column", 2)])
    >>> L.apply({"register": 1, "lane": 3})
    {'row': 3, 'column': 1}
    >>> print(L)
    <BLANKLINE>
     - register=1 -> (0, 1)
     - lane=1 -> (1, 0)
       lane=2 -> (2, 0)
    where out dims are: [row (size 4), column (size 2)]
    """

    __slots__ = ()

    def __init__(self, bases: Bases = (), outs: Outs = (), *, require_surjective: bool | None = None) -> None:
        operation = "LinearLayout"
        names, sizes = _read_outs(operation, outs)
        wanted = sizes is None
        if require_surjective is not None:
            wanted = d.read_flag(operation, "require_surjective", require_surjective)
        _fill(self, operation, bases, names, sizes, wanted)

    # -- Triton's constructors ------------------------------------------------------------------------------------

    @classmethod
    def from_bases(
        cls,
        bases: Bases,
        out_dim_names: Iterable[str],
        out_dim_sizes: Iterable[int] | None = None,
        require_surjective: bool = True,
    ) -> LinearLayout:
        """Return the layout with the given bases; it must be surjective unless told otherwise.

        Without sizes each output gets the smallest power of two above its values, and then the layout must be
        surjective; the constructor ``LinearLayout(bases, names, require_surjective=False)`` does without.
        Raises:   as the constructor does; ProfileError where there are not as many sizes as names.
        Triton:   ``from_bases``.

        >>> print(LinearLayout.from_bases([("lane", [[0, 1], [1, 0]])], ["row", "column"]).out_dims)
        [('row', 2), ('column', 2)]
        >>> LinearLayout.from_bases([("lane", [[1], [2]])], ["row"], [8])
        Traceback (most recent call last):
        layouts.errors.NotInvertibleError: from_bases: [lane:4] -> [row:8] (lane=[[1], [2]]): no input gives row=4
        """
        operation = "from_bases"
        names = d.read_names(operation, out_dim_names)
        sizes, wanted = None, d.read_flag(operation, "require_surjective", require_surjective)
        if out_dim_sizes is None and not wanted:
            raise ProfileError(f"{operation}: require_surjective=False needs out_dim_sizes", None)
        if out_dim_sizes is not None:
            given = d.items(operation, out_dim_sizes, "sizes")
            if len(given) != len(names):
                raise ProfileError(
                    f"{operation}: {len(names)} outputs and {len(given)} sizes", (len(names), len(given))
                )
            sizes = tuple([d.read_bits(operation, name, size) for name, size in zip(names, given, strict=True)])
        self: LinearLayout = object.__new__(cls)
        _fill(self, operation, bases, names, sizes, wanted)
        return self

    @classmethod
    def empty(cls) -> LinearLayout:
        """Return the layout without dimensions, the unit of the product.

        >>> L = LinearLayout.identity_1d(2, "lane", "row")
        >>> LinearLayout.empty() * L == L
        True
        """
        return cls._new((), (), ())

    @classmethod
    def identity_1d(cls, size: int, inDim: str, outDim: str) -> LinearLayout:
        """Return i -> i from one input to one output of a size; the empty layout for size 0.

        Raises:   ProfileError unless the size is 0 or a power of two.
        Triton:   ``identity_1d``.

        >>> LinearLayout.identity_1d(4, "lane", "row").bases
        [('lane', [[1], [2]])]
        """
        return cls._strided("identity_1d", size, 1, inDim, outDim)

    @classmethod
    def strided_1d(cls, size: int, stride: int, inDim: str, outDim: str) -> LinearLayout:
        """Return i -> stride * i from one input to an output of size ``stride * size``; the empty layout for size 0.

        Raises:   ProfileError unless the size is 0 or a power of two and the stride a power of two.
        Triton:   ``strided_1d``.

        >>> L = LinearLayout.strided_1d(4, 2, "lane", "row")
        >>> L.bases, L.out_dims
        ([('lane', [[2], [4]])], [('row', 8)])
        """
        return cls._strided("strided_1d", size, stride, inDim, outDim)

    @classmethod
    def _strided(cls, operation: str, size: int, stride: int, inDim: str, outDim: str) -> LinearLayout:
        source, target = d.read_name(operation, inDim), d.read_name(operation, outDim)
        if to_int(size, f"{operation}: the size") == 0:
            return cls._new((), (), ())
        bits, shift = d.read_bits(operation, source, size), d.read_bits(operation, "stride", stride)
        d.check_bits(operation, target, bits + shift)
        columns = tuple([1 << shift + i for i in range(bits)])
        return cls._new(((source, bits),), ((target, bits + shift),), columns)

    @classmethod
    def zeros_1d(cls, size: int, inDim: str, outDim: str, outDimSize: int = 1) -> LinearLayout:
        """Return i -> 0 from one input to one output; the empty layout for size 0.

        Raises:   ProfileError unless the sizes are powers of two, or ``size`` is 0.
        Triton:   ``zeros_1d``.

        >>> LinearLayout.zeros_1d(4, "lane", "row", 2).bases
        [('lane', [[0], [0]])]
        """
        operation = "zeros_1d"
        source, target = d.read_name(operation, inDim), d.read_name(operation, outDim)
        if to_int(size, f"{operation}: the size") == 0:
            return cls._new((), (), ())
        bits, rows = d.read_bits(operation, source, size), d.read_bits(operation, target, outDimSize)
        return cls._new(((source, bits),), ((target, rows),), (0,) * bits)

    @classmethod
    def from_matrix(cls, matrix: BitMatrix, ins: Mapping[str, int], outs: Mapping[str, int]) -> LinearLayout:
        """Return the layout with a given matrix between the flat indices, and dimensions of the given sizes.

        Requires: as many columns as input bits and as many rows as output bits.
        Ensures:  ``from_matrix(L.matrix, L.in_dims, L.out_dims) == L``.
        Raises:   ProfileError with the two numbers.

        >>> LinearLayout.from_matrix(BitMatrix((2, 1)), {"lane": 4}, {"row": 2, "column": 2}).bases
        [('lane', [[0, 1], [1, 0]])]
        """
        operation = "from_matrix"
        if not isinstance(matrix, BitMatrix):
            raise ProfileError(f"{operation}: {_show(matrix)} is not a BitMatrix", matrix)
        sources, targets = d.read_dims(operation, ins), d.read_dims(operation, outs)
        wanted = (d.total(targets), d.total(sources))
        if matrix.shape != wanted:
            raise ProfileError(f"{operation}: the matrix has the shape {matrix.shape}, and {wanted} is needed", wanted)
        return cls._new(sources, targets, matrix)


# -- reading bases -----------------------------------------------------------------------------------------------------


def _read_outs(operation: str, outs: Outs) -> tuple[tuple[str, ...], tuple[int, ...] | None]:
    """Return the names of the outputs and their bits, or None for the bits where names alone are given."""
    if not isinstance(outs, dict):
        given = d.items(operation, outs, "outputs")
        if given and all([isinstance(item, str) for item in given]):
            return d.read_names(operation, given), None
        outs = given  # type: ignore[assignment]
    dims = d.read_dims(operation, outs)
    return tuple([name for name, _ in dims]), tuple([bits for _, bits in dims])


def _fill(
    self: LinearLayout,
    operation: str,
    bases: Bases,
    names: tuple[str, ...],
    sizes: tuple[int, ...] | None,
    require_surjective: bool,
) -> None:
    """Check the bases and store them."""
    sources = _read_bases(operation, bases, names)
    if sizes is None:
        tops = [d.union(column) for column in zip(*[v for _, vectors in sources for v in vectors], strict=True)]
        tops = tops or [0] * len(names)
        sizes = tuple([d.check_bits(operation, n, top.bit_length()) for n, top in zip(names, tops, strict=True)])
    starts = [sum(sizes[:k]) for k in range(len(sizes))]
    fields = list(zip(sizes, starts, strict=True))
    columns = []
    for name, vectors in sources:
        for i, v in enumerate(vectors):
            column = 0
            for value, (bits, start) in zip(v, fields, strict=True):
                if value >> bits:
                    raise _too_large(operation, name, i, v, names, sizes)
                column |= value << start
            columns.append(column)
    ins: Dims = tuple([(name, len(vectors)) for name, vectors in sources])
    _set_ins(self, ins)
    _set_outs(self, tuple(zip(names, sizes, strict=True)))
    _set_matrix(self, BitMatrix._new(tuple(columns), sum(sizes)))
    if require_surjective:
        self._require_surjective(operation)


def _too_large(
    operation: str, name: str, i: int, v: Sequence[int], names: tuple[str, ...], sizes: tuple[int, ...]
) -> ProfileError:
    out, value, bits = next(x for x in zip(names, v, sizes, strict=True) if x[1] >> x[2])
    return ProfileError(
        f"{operation}: basis {i} of {_show(name)} has {d.number(value)} for {_show(out)}, whose size is"
        f" {d.number(1 << bits)}",
        (name, i, v),
    )


def _read_bases(operation: str, bases: Bases, names: tuple[str, ...]) -> list[tuple[str, list[Sequence[int]]]]:
    """Return the bases with every value a natural number and every vector as long as the outputs."""
    pairs = list(bases.items()) if isinstance(bases, dict) else d.items(operation, bases, "pairs (name, vectors)")
    sources, rank = [], len(names)
    for pair in pairs:
        if not isinstance(pair, (list, tuple)) or len(pair) != 2:
            raise ProfileError(f"{operation}: {_show(pair)} is not a pair (name, vectors)", pair)
        name = d.read_name(operation, pair[0])
        vectors: list[Sequence[int]] = []
        for v in d.items(operation, pair[1], "vectors"):
            plain = type(v) is list and len(v) == rank and all([type(value) is int and value >= 0 for value in v])
            vectors.append(v if plain else _read_vector(operation, name, len(vectors), v, names))  # type: ignore[arg-type]
        d.check_bits(operation, name, len(vectors))
        sources.append((name, vectors))
    d.distinct(operation, tuple([name for name, _ in sources]))
    return sources


def _read_vector(operation: str, name: str, i: int, given: object, names: tuple[str, ...]) -> list[int]:
    """Return a vector of natural numbers, or refuse it."""
    where = f"{operation}: basis {i} of {_show(name)}"
    v = [to_int(value, where) for value in d.items(where, given, "values")]
    if len(v) != len(names):
        raise ProfileError(
            f"{where} has {len(v)} values, and there are {len(names)} outputs {_show(list(names), 120)}", (name, i, v)
        )
    for value in v:
        if value < 0:
            raise ProfileError(f"{where} has the negative value {_show(value)}", (name, i, v))
    return v
