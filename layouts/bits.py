"""``BitMatrix``: a matrix over F2 as packed integer columns.

A column is an integer: column j is the image of bit j, and bit i of it is row i.  Applying the matrix XORs the
columns that the bits of x select.  By hand, with the columns 3, 6 and 2:

>>> M = BitMatrix((3, 6, 2))
>>> print(M)
1 0 0
1 1 1
0 1 0
>>> M(5) == 3 ^ 2 == 1      # 5 is 101 in binary: bits 0 and 2
True

Rank, kernel, image, complement, solutions and all inverses are read off from one reduction of the columns, which is
kept on the matrix; see ``layouts.solving`` and ``layouts.elimination``.  In the cost lines "one reduction" is a few
operations on one integer for each column while rows and columns are 192 or fewer together, and O(n^2) operations on
single columns beyond.
"""

from __future__ import annotations

from .bit_input import _WORD, _agree, _natural, _number, _show
from .elimination import compose, image, reduce, transpose
from .errors import ProfileError
from .notebook import show_in_notebook
from .solving import Solving

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import NoReturn, SupportsIndex

    from .elimination import Reduction

__all__ = ["BitMatrix"]


class BitMatrix(Solving):
    """The F2-linear map that sends bit j of its input to ``columns[j]``, a value of ``rows`` bits.

    Bit 0 is the least significant; bit i of a column is row i.  Without ``rows``, the tallest column decides.  Any
    number of rows and columns is fine, 0 included.  Immutable; equality and hashing are structural.

    Requires: integers ``0 <= c < 2**rows`` (Python's, numpy's or torch's; bool and float are refused).
    Ensures:  ``M(x) == XOR of columns[j] over the bits j of x``.
    Raises:   ProfileError with the offending value.
    Cost:     one check per column.
    Triton:   ``LinearLayout`` with its dimensions flattened.

    >>> M = BitMatrix((1, 2, 12))
    >>> M, M.shape, M(6)
    (BitMatrix((1, 2, 12), rows=4), (4, 3), 14)
    """

    __slots__ = ("_reduction", "columns", "rows")
    _reduction: Reduction
    columns: tuple[int, ...]
    rows: int
    _repr_mimebundle_ = show_in_notebook

    def __init__(self, columns: Iterable[SupportsIndex], rows: SupportsIndex | None = None) -> None:
        try:
            values = tuple(columns)
        except TypeError:
            raise ProfileError(f"BitMatrix: columns {columns!r:.60} are not a sequence of integers", columns) from None
        checked = tuple([c if type(c) is int and c >= 0 else _natural("BitMatrix", "a column", c) for c in values])
        height = max([c.bit_length() for c in checked], default=0)
        wanted = height if rows is None else _natural("BitMatrix", "rows", rows)
        if height > wanted:
            j, tall = next((j, c) for j, c in enumerate(checked) if c.bit_length() > wanted)
            raise ProfileError(f"BitMatrix: column {j} is {_number(tall)}, which needs more than {wanted} rows", tall)
        _set_columns(self, checked)
        _set_rows(self, wanted)

    @staticmethod
    def _new(columns: tuple[int, ...], rows: int) -> BitMatrix:
        """Build a matrix from parts that are known to be right."""
        self = _allocate(BitMatrix)
        _set_columns(self, columns)
        _set_rows(self, rows)
        return self

    @classmethod
    def identity(cls, n: SupportsIndex) -> BitMatrix:
        """Return the matrix with ``M(x) == x`` for all x of n bits.

        Raises:   ProfileError unless n is an integer >= 0.

        >>> BitMatrix.identity(3)
        BitMatrix((1, 2, 4), rows=3)
        """
        size = _natural("identity", "n", n)
        return BitMatrix._new(tuple([1 << i for i in range(size)]), size)

    @classmethod
    def zero(cls, rows: SupportsIndex, columns: SupportsIndex) -> BitMatrix:
        """Return the matrix with ``M(x) == 0``, of the given shape.

        Raises:   ProfileError unless both are integers >= 0.

        >>> BitMatrix.zero(2, 3)
        BitMatrix((0, 0, 0), rows=2)
        """
        return BitMatrix._new((0,) * _natural("zero", "columns", columns), _natural("zero", "rows", rows))

    @classmethod
    def from_rows(cls, rows: Iterable[Iterable[SupportsIndex]]) -> BitMatrix:
        """Return the matrix written as rows of 0 and 1: the top row is bit 0, the left column is the image of bit 0.

        Ensures:  ``from_rows(M.to_rows()) == M`` when M has a row.
        Raises:   ProfileError with the entry that is no 0 or 1, or with the first row whose length differs.

        >>> BitMatrix.from_rows([[1, 0, 0], [1, 1, 1], [0, 1, 0]])
        BitMatrix((3, 6, 2), rows=3)
        """
        try:
            table = [[_natural("from_rows", "an entry", entry) for entry in row] for row in rows]
        except TypeError:
            raise ProfileError(f"from_rows: {rows!r:.60} is not a sequence of rows", rows) from None
        for i, row in enumerate(table):
            if len(row) != len(table[0]):
                raise ProfileError(f"from_rows: row {i} has {len(row)} entries, row 0 has {len(table[0])}", row)
            for entry in row:
                if entry > 1:
                    raise ProfileError(f"from_rows: row {i} holds {_number(entry)}, which is not 0 or 1", entry)
        by_row = [sum([entry << j for j, entry in enumerate(row)]) for row in table]
        return BitMatrix._new(tuple(transpose(by_row, len(table[0]) if table else 0)), len(table))

    def to_rows(self) -> list[list[int]]:
        """Return the rows as lists of 0 and 1, row 0 (the least significant bit of the images) first.

        >>> BitMatrix((3, 6, 2)).to_rows()
        [[1, 0, 0], [1, 1, 1], [0, 1, 0]]
        """
        return [[c >> i & 1 for c in self.columns] for i in range(self.rows)]

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"BitMatrix is immutable: cannot set {name!r}")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"BitMatrix is immutable: cannot delete {name!r}")

    def __reduce__(self) -> tuple[type[BitMatrix], tuple[tuple[int, ...], int]]:
        return BitMatrix, (self.columns, self.rows)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, BitMatrix):
            return NotImplemented
        return self.columns == other.columns and self.rows == other.rows

    def __hash__(self) -> int:
        return hash((self.columns, self.rows))

    def __repr__(self) -> str:
        if self.rows <= _WORD:
            return f"BitMatrix({self.columns}, rows={self.rows})"
        inner = ", ".join(map(hex, self.columns)) + "," * (len(self.columns) == 1)
        return f"BitMatrix(({inner}), rows={self.rows})"

    def __str__(self) -> str:
        return "\n".join([" ".join(map(str, row)) for row in self.to_rows()])

    @property
    def shape(self) -> tuple[int, int]:
        """The number of rows and the number of columns: bits of the output, bits of the input.

        >>> BitMatrix((1, 2, 12)).shape
        (4, 3)
        """
        return self.rows, len(self.columns)

    # -- the map and its algebra ------------------------------------------------------------------------------------

    def __call__(self, x: SupportsIndex) -> int:
        """Return the image of x, the XOR of the columns that its bits select.

        Requires: ``0 <= x < 2**n`` for n columns.
        Ensures:  ``M(x ^ y) == M(x) ^ M(y)``.
        Raises:   ProfileError with x.
        Cost:     one step per bit that is set in x.

        >>> BitMatrix((3, 6, 2))(5)
        1
        """
        value = x if type(x) is int and x >= 0 else _natural("apply", "the input", x)
        if value.bit_length() > len(self.columns):
            raise ProfileError(f"apply: input {_number(value)} has more bits than {_show(self)} takes", value)
        return image(self.columns, value)

    apply = __call__

    def __matmul__(self, other: BitMatrix) -> BitMatrix:
        """Return the composition, ``other`` first: ``(M @ N)(x) == M(N(x))``.

        Requires: M has as many columns as N has rows.
        Raises:   ProfileError with the two numbers.
        Cost:     a look-up per bit for columns of one or two bits; otherwise, up to 192 bits, a few operations on one
                  packed integer per column of M.
        Triton:   ``N.compose(M)``.

        >>> BitMatrix((3, 6, 2)) @ BitMatrix((5, 4, 6))
        BitMatrix((1, 2, 4), rows=3)
        """
        if not isinstance(other, BitMatrix):
            return NotImplemented
        columns, rows = self.columns, self.rows
        if len(columns) != other.rows:
            raise ProfileError(
                f"composition: the left one takes {len(columns)} bits, the right one gives {other.rows}:"
                f" {_show(self)} @ {_show(other)}",
                (len(columns), other.rows),
            )
        return BitMatrix._new(compose(columns, other.columns, rows), rows)

    def __xor__(self, other: BitMatrix) -> BitMatrix:
        """Return the sum over F2: ``(M ^ N)(x) == M(x) ^ N(x)``.

        Requires: equal shapes.
        Raises:   ProfileError with the two shapes.

        >>> BitMatrix((1, 2, 4)) ^ BitMatrix((1, 1, 1), rows=3)
        BitMatrix((0, 3, 5), rows=3)
        """
        if not isinstance(other, BitMatrix):
            return NotImplemented
        _same("sum", "shapes", self, other)
        return BitMatrix._new(tuple([a ^ b for a, b in zip(self.columns, other.columns, strict=True)]), self.rows)

    def transpose(self) -> BitMatrix:
        """Return the transpose: row i becomes column i; ``M.T`` for short.

        Ensures:  ``M.T.T == M`` and ``(M @ N).T == N.T @ M.T``.

        >>> BitMatrix((3, 6, 2)).transpose()
        BitMatrix((1, 7, 2), rows=3)
        """
        return BitMatrix._new(tuple(transpose(self.columns, self.rows)), len(self.columns))

    @property
    def T(self) -> BitMatrix:
        """The transpose.

        >>> BitMatrix((3, 6, 2)).T
        BitMatrix((1, 7, 2), rows=3)
        """
        return self.transpose()

    def hstack(self, other: BitMatrix) -> BitMatrix:
        """Return [M N], which takes the bits of M's input first: ``(x | y << n) -> M(x) ^ N(y)`` for n columns in M.

        Requires: equal numbers of rows.
        Raises:   ProfileError with the two numbers.

        >>> BitMatrix((1, 2)).hstack(BitMatrix((3,)))
        BitMatrix((1, 2, 3), rows=2)
        """
        _same("hstack", "rows", self, other)
        return BitMatrix._new(self.columns + other.columns, self.rows)

    def vstack(self, other: BitMatrix) -> BitMatrix:
        """Return M above N, which gives the bits of M's output first: ``x -> M(x) | N(x) << M.rows``.

        Requires: equal numbers of columns.
        Raises:   ProfileError with the two numbers.

        >>> BitMatrix((1, 2)).vstack(BitMatrix((1, 1)))
        BitMatrix((5, 6), rows=3)
        """
        _same("vstack", "columns", self, other)
        stacked = [a | b << self.rows for a, b in zip(self.columns, other.columns, strict=True)]
        return BitMatrix._new(tuple(stacked), self.rows + other.rows)

    def _reduced(self) -> Reduction:
        """Return the reduction of ``_reduce``, computed once."""
        reduction: Reduction | None = getattr(self, "_reduction", None)
        if reduction is None:
            reduction = reduce(self.columns, self.rows)
            _set_reduction(self, reduction)
        return reduction


_allocate = object.__new__
_set_columns = BitMatrix.__dict__["columns"].__set__
_set_rows = BitMatrix.__dict__["rows"].__set__
_set_reduction = BitMatrix.__dict__["_reduction"].__set__


def _same(operation: str, what: str, M: BitMatrix, N: BitMatrix) -> None:
    """Refuse what is no matrix, and two that differ in the rows, columns or shapes they must share."""
    for A in (M, N):
        if not isinstance(A, BitMatrix):
            raise ProfileError(f"{operation}: {A!r:.60} is not a BitMatrix", A)
    _agree(operation, what, M, N)
