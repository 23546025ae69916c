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
kept on the matrix; see ``layouts.elimination``.  In the cost lines "one reduction" is a few operations on one integer
for each column while rows and columns are 192 or fewer together, and O(n^2) operations on single columns beyond.
"""

from __future__ import annotations

from .elimination import compose, image, reduce, set_bits, transpose
from .errors import NotInvertibleError, ProfileError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import NoReturn, SupportsIndex, overload

    from .elimination import Reduction

__all__ = ["BitMatrix"]

_WORD = 64


class BitMatrix:
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

    # -- read off from the reduction --------------------------------------------------------------------------------

    def _reduced(self) -> Reduction:
        """Return the reduction of ``_reduce``, computed once."""
        reduction: Reduction | None = getattr(self, "_reduction", None)
        if reduction is None:
            reduction = reduce(self.columns, self.rows)
            _set_reduction(self, reduction)
        return reduction

    def rank(self) -> int:
        """Return the dimension of the image: ``2**rank`` values are reached, each by ``2**(n - rank)`` inputs.

        Cost:     one reduction.

        >>> BitMatrix((1, 2, 3)).rank()
        2
        """
        return len(self.columns) - len(self._reduced()[1])

    def is_injective(self) -> bool:
        """Tell whether different inputs have different images: the rank is the number of columns.

        >>> BitMatrix((1, 2, 3)).is_injective(), BitMatrix((1, 6)).is_injective()
        (False, True)
        """
        return not self._reduced()[1]

    def is_surjective(self) -> bool:
        """Tell whether every value of ``rows`` bits is reached: the rank is the number of rows.

        >>> BitMatrix((1, 2, 3)).is_surjective(), BitMatrix((1, 6)).is_surjective()
        (True, False)
        """
        return not self._reduced()[2]

    def is_invertible(self) -> bool:
        """Tell whether the matrix is square and of full rank: a bijection.

        >>> BitMatrix((3, 6, 2)).is_invertible()
        True
        """
        return self.is_injective() and self.is_surjective()

    def reduced_echelon(self) -> tuple[BitMatrix, tuple[int, ...]]:
        """Return the reduced row echelon form R, columns taken left to right, and the pivot columns.

        Ensures:  R has the shape and the kernel of M, and it is the only such matrix in which the k-th pivot column is
                  ``1 << k`` and every other column has bits only for pivots on its left.
        Cost:     one reduction.

        >>> BitMatrix((6, 6, 1)).reduced_echelon()
        (BitMatrix((1, 1, 2), rows=3), (0, 2))
        """
        dependent = {vector.bit_length() - 1: vector for vector in self._reduced()[1]}
        pivots = [j for j in range(len(self.columns)) if j not in dependent]
        columns = [0] * len(self.columns)
        for k, p in enumerate(pivots):
            columns[p] = 1 << k
        for j, vector in dependent.items():
            columns[j] = sum([(vector >> p & 1) << k for k, p in enumerate(pivots)])
        return BitMatrix._new(tuple(columns), self.rows), tuple(pivots)

    def kernel(self) -> BitMatrix:
        """Return the reduced basis of the inputs that are sent to 0.

        Ensures:  ``M @ M.kernel()`` is zero; the top bit of each column is in no other column; ascending; n - rank
                  columns of n bits.  The free bits of the input are those top bits.
        Cost:     one reduction.

        >>> BitMatrix((1, 2, 3, 0)).kernel()
        BitMatrix((7, 8), rows=4)
        """
        return BitMatrix._new(tuple(self._reduced()[1]), len(self.columns))

    def image(self) -> BitMatrix:
        """Return the reduced basis of the column space, the values that are reached.

        Ensures:  the top bit of each column is in no other column; ascending; two matrices have one column space if
                  and only if their images are equal.
        Cost:     one reduction.

        >>> BitMatrix((6, 5, 3, 0)).image()
        BitMatrix((3, 5), rows=3)
        """
        solver, _, missed = self._reduced()
        n = len(self.columns)
        basis = [1 << r | column >> n for r, column in enumerate(solver) if not missed >> r & 1]
        return BitMatrix._new(tuple(basis), self.rows)

    def complement(self) -> BitMatrix:
        """Return the standard complement of the column space: unit vectors, the lowest that complete it.

        Ensures:  every value is in exactly one way a sum of a value of the image and one of the complement; unit vector
                  ``1 << i`` is taken if and only if i is no top bit of ``image()``.
        Cost:     one reduction.

        >>> BitMatrix((5, 6)).complement(), BitMatrix((1,), rows=3).complement()
        (BitMatrix((1,), rows=3), BitMatrix((2, 4), rows=3))
        """
        return BitMatrix._new(tuple([1 << i for i in set_bits(self._reduced()[2])]), self.rows)

    # -- solutions and inverses -------------------------------------------------------------------------------------

    if TYPE_CHECKING:

        @overload
        def solve(self, y: SupportsIndex) -> int: ...
        @overload
        def solve(self, y: BitMatrix) -> BitMatrix: ...

    def solve(self, y: SupportsIndex | BitMatrix) -> int | BitMatrix:
        """Return the numerically smallest x with ``M(x) == y``; for a matrix y the X with ``M @ X == y``, by columns.

        Requires: y in the image.
        Ensures:  every free bit (top bit of a kernel vector) of x is 0, which makes x the smallest.
        Raises:   NotInvertibleError with the value that is not reached; ProfileError for what has too many bits.
        Cost:     one reduction for all calls, then one step per bit of y, or one composition.
        Triton:   ``Y.invert_and_compose(M)``, where no dimension is mapped to itself first.

        >>> M = BitMatrix((1, 3, 2))
        >>> M.solve(2), M.solve(BitMatrix((3, 2)))
        (3, BitMatrix((2, 3), rows=3))
        """
        solver, n = self._reduced()[0], len(self.columns)
        if isinstance(y, BitMatrix):
            _same("solve", "rows", self, y)
            solved = compose(solver, y.columns, n + self.rows)
            for value, x in zip(y.columns, solved, strict=True):
                if x >> n:
                    raise self._unreached("solve", value)
            return BitMatrix._new(solved, n)
        value = _natural("solve", "the value", y)
        if value.bit_length() > self.rows:
            raise ProfileError(f"solve: value {_number(value)} has more bits than {_show(self)} gives", value)
        x = image(solver, value)
        if x >> n:
            raise self._unreached("solve", value)
        return x

    def solutions(self, y: SupportsIndex) -> tuple[int, BitMatrix]:
        """Return the smallest solution x and the kernel: the solutions of ``M(z) == y`` are x ^ sums of kernel columns.

        Raises:   NotInvertibleError with y when it is not reached.
        Cost:     one reduction.

        >>> BitMatrix((1, 2, 3)).solutions(2)
        (2, BitMatrix((7,), rows=3))
        """
        return self.solve(y), self.kernel()

    def inverse(self) -> BitMatrix:
        """Return the inverse of a square matrix of full rank.

        Ensures:  ``M @ M.inverse()`` and ``M.inverse() @ M`` are the identity.
        Raises:   NotInvertibleError, with the first inputs i < j that collide (smallest j), or, when none do, with the
                  smallest value that is missed.
        Cost:     one reduction.
        Triton:   ``invert``.

        >>> BitMatrix((3, 6, 2)).inverse()
        BitMatrix((5, 4, 6), rows=3)
        """
        return self._solver("inverse", injective=True, surjective=True)

    def left_inverse(self) -> BitMatrix:
        """Return the left inverse of an injective matrix that sends the standard complement of the image to 0.

        Ensures:  ``M.left_inverse() @ M`` is the identity; ``M.left_inverse() @ M.complement()`` is zero.
        Raises:   NotInvertibleError with the first inputs i < j that collide, smallest j.
        Cost:     one reduction.

        >>> BitMatrix((2, 5)).left_inverse()
        BitMatrix((0, 1, 2), rows=2)
        """
        return self._solver("left_inverse", injective=True)

    def right_inverse(self) -> BitMatrix:
        """Return the right inverse of a surjective matrix that gives the smallest solution for every value.

        Ensures:  ``M @ M.right_inverse()`` is the identity; ``M.right_inverse()(y) == M.solve(y)``.
        Raises:   NotInvertibleError with the smallest value that is missed.
        Cost:     one reduction.
        Triton:   ``pseudoinvert``, where no dimension is mapped to itself first.

        >>> BitMatrix((1, 1, 3)).right_inverse()
        BitMatrix((1, 5), rows=3)
        """
        return self._solver("right_inverse", surjective=True)

    def pseudoinverse(self) -> BitMatrix:
        """Return P with ``M @ P @ M == M``, for any matrix.

        Ensures:  P gives the smallest solution on the image and 0 on its standard complement; ``P @ M @ P == P``; the
                  inverse, left inverse or right inverse where there is one.
        Cost:     one reduction.

        >>> BitMatrix((2, 2, 4)).pseudoinverse()
        BitMatrix((0, 1, 4), rows=3)
        """
        return self._solver("pseudoinverse")

    def _solver(self, operation: str, injective: bool = False, surjective: bool = False) -> BitMatrix:
        """Return the pseudoinverse, or refuse in the name of ``operation`` what it requires and M is not."""
        solver, kernel, missed = self._reduced()
        if injective and kernel:
            high = 1 << kernel[0].bit_length() - 1
            low = kernel[0] ^ high
            raise NotInvertibleError(
                f"{operation}: {_show(self)}: inputs {_number(low)} and {_number(high)} both give"
                f" {_number(image(self.columns, high))}",
                (low, high),
            )
        if surjective and missed:
            raise self._unreached(operation, missed & -missed)
        n = len(self.columns)
        columns = [x & (1 << n) - 1 for x in solver] if missed else solver
        return BitMatrix._new(tuple(columns), n)

    def _unreached(self, operation: str, value: int) -> NotInvertibleError:
        return NotInvertibleError(f"{operation}: {_show(self)}: no input gives {_number(value)}", value)


_allocate = object.__new__
_set_columns = BitMatrix.__dict__["columns"].__set__
_set_rows = BitMatrix.__dict__["rows"].__set__
_set_reduction = BitMatrix.__dict__["_reduction"].__set__


# -- input and messages ------------------------------------------------------------------------------------------------


def _natural(operation: str, what: str, value: SupportsIndex) -> int:
    """Return an integer >= 0 as int, or refuse it; bool is no integer here."""
    try:
        number = value.__index__()
    except (AttributeError, TypeError):
        number = -1
    if number >= 0 and not isinstance(value, bool):
        return number
    shown = _number(value) if type(value) is int else f"{value!r:.60}"
    raise ProfileError(f"{operation}: {what} must be an integer >= 0, not {shown}", value)


def _same(operation: str, what: str, M: BitMatrix, N: BitMatrix) -> None:
    """Refuse two matrices that differ in the rows, columns or shapes they must share."""
    for A in (M, N):
        if not isinstance(A, BitMatrix):
            raise ProfileError(f"{operation}: {A!r:.60} is not a BitMatrix", A)
    m, n = [{"rows": A.rows, "columns": len(A.columns), "shapes": A.shape}[what] for A in (M, N)]
    if m != n:
        raise ProfileError(f"{operation}: {what} differ, {m} and {n}: {_show(M)} with {_show(N)}", (m, n))


def _show(matrix: BitMatrix) -> str:
    """Show a matrix in a message: its first columns, their number if some are left out, and the rows."""
    columns = matrix.columns
    limit = 8 if matrix.rows <= _WORD else 3
    shown = ", ".join(map(_number, columns[:limit]))
    more = f", ... {len(columns)} in all" if len(columns) > limit else ""
    comma = "," if len(columns) == 1 else ""
    return f"columns ({shown}{comma}{more}), {matrix.rows} row{'s' * (matrix.rows != 1)}"


def _number(value: int) -> str:
    """Show an integer in a message: in decimal up to 64 bits, then by its leading digits."""
    if value.bit_length() <= _WORD:
        return str(value)
    return f"{hex(value >> value.bit_length() - 32)}... ({value.bit_length()} bits)"
