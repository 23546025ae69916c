"""What is read off from the reduction of a matrix over F2: rank, kernel, image, complement, solutions and inverses.

By hand, columns 1, 3 and 2: the third is the XOR of the other two, so 4 and 3 have one image, and 2 is reached first
by bits 0 and 1 together.

>>> from layouts import BitMatrix
>>> M = BitMatrix((1, 3, 2))
>>> M(4) == M(3) == 2, M.solve(2), M.kernel()
(True, 3, BitMatrix((7,), rows=3))
"""

from __future__ import annotations

from .bit_input import _agree, _natural, _number, _show
from .elimination import compose, image, set_bits
from .errors import NotInvertibleError, ProfileError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import SupportsIndex, overload

    from .bits import BitMatrix
    from .elimination import Reduction

__all__: list[str] = []


class Solving:
    """What a matrix over F2 tells of its images, its solutions and its inverses."""

    __slots__ = ()
    if TYPE_CHECKING:
        columns: tuple[int, ...]
        rows: int

        @staticmethod
        def _new(columns: tuple[int, ...], rows: int) -> BitMatrix: ...
        def _reduced(self) -> Reduction: ...
        @property
        def shape(self) -> tuple[int, int]: ...

    def rank(self) -> int:
        """Return the dimension of the image: ``2**rank`` values are reached, each by ``2**(n - rank)`` inputs.

        Cost:     one reduction.

        >>> from layouts import BitMatrix
        >>> BitMatrix((1, 2, 3)).rank()
        2
        """
        return len(self.columns) - len(self._reduced()[1])

    def is_injective(self) -> bool:
        """Tell whether different inputs have different images: the rank is the number of columns.

        >>> from layouts import BitMatrix
        >>> BitMatrix((1, 2, 3)).is_injective(), BitMatrix((1, 6)).is_injective()
        (False, True)
        """
        return not self._reduced()[1]

    def is_surjective(self) -> bool:
        """Tell whether every value of ``rows`` bits is reached: the rank is the number of rows.

        >>> from layouts import BitMatrix
        >>> BitMatrix((1, 2, 3)).is_surjective(), BitMatrix((1, 6)).is_surjective()
        (True, False)
        """
        return not self._reduced()[2]

    def is_invertible(self) -> bool:
        """Tell whether the matrix is square and of full rank: a bijection.

        >>> from layouts import BitMatrix
        >>> BitMatrix((3, 6, 2)).is_invertible()
        True
        """
        return self.is_injective() and self.is_surjective()

    def reduced_echelon(self) -> tuple[BitMatrix, tuple[int, ...]]:
        """Return the reduced row echelon form R, columns taken left to right, and the pivot columns.

        Ensures:  R has the shape and the kernel of M, and it is the only such matrix in which the k-th pivot column is
                  ``1 << k`` and every other column has bits only for pivots on its left.
        Cost:     one reduction.

        >>> from layouts import BitMatrix
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
        return self._new(tuple(columns), self.rows), tuple(pivots)

    def kernel(self) -> BitMatrix:
        """Return the reduced basis of the inputs that are sent to 0.

        Ensures:  ``M @ M.kernel()`` is zero; the top bit of each column is in no other column; ascending; n - rank
                  columns of n bits.  The free bits of the input are those top bits.
        Cost:     one reduction.

        >>> from layouts import BitMatrix
        >>> BitMatrix((1, 2, 3, 0)).kernel()
        BitMatrix((7, 8), rows=4)
        """
        return self._new(tuple(self._reduced()[1]), len(self.columns))

    def image(self) -> BitMatrix:
        """Return the reduced basis of the column space, the values that are reached.

        Ensures:  the top bit of each column is in no other column; ascending; two matrices have one column space if
                  and only if their images are equal.
        Cost:     one reduction.

        >>> from layouts import BitMatrix
        >>> BitMatrix((6, 5, 3, 0)).image()
        BitMatrix((3, 5), rows=3)
        """
        solver, _, missed = self._reduced()
        n = len(self.columns)
        basis = [1 << r | column >> n for r, column in enumerate(solver) if not missed >> r & 1]
        return self._new(tuple(basis), self.rows)

    def complement(self) -> BitMatrix:
        """Return the standard complement of the column space: unit vectors, the lowest that complete it.

        Ensures:  every value is in exactly one way a sum of a value of the image and one of the complement; unit vector
                  ``1 << i`` is taken if and only if i is no top bit of ``image()``.
        Cost:     one reduction.

        >>> from layouts import BitMatrix
        >>> BitMatrix((5, 6)).complement(), BitMatrix((1,), rows=3).complement()
        (BitMatrix((1,), rows=3), BitMatrix((2, 4), rows=3))
        """
        return self._new(tuple([1 << i for i in set_bits(self._reduced()[2])]), self.rows)

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

        >>> from layouts import BitMatrix
        >>> M = BitMatrix((1, 3, 2))
        >>> M.solve(2), M.solve(BitMatrix((3, 2)))
        (3, BitMatrix((2, 3), rows=3))
        """
        solver, n = self._reduced()[0], len(self.columns)
        if isinstance(y, Solving):
            _agree("solve", "rows", self, y)
            solved = compose(solver, y.columns, n + self.rows)
            for value, x in zip(y.columns, solved, strict=True):
                if x >> n:
                    raise self._unreached("solve", value)
            return self._new(solved, n)
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

        >>> from layouts import BitMatrix
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

        >>> from layouts import BitMatrix
        >>> BitMatrix((3, 6, 2)).inverse()
        BitMatrix((5, 4, 6), rows=3)
        """
        return self._solver("inverse", injective=True, surjective=True)

    def left_inverse(self) -> BitMatrix:
        """Return the left inverse of an injective matrix that sends the standard complement of the image to 0.

        Ensures:  ``M.left_inverse() @ M`` is the identity; ``M.left_inverse() @ M.complement()`` is zero.
        Raises:   NotInvertibleError with the first inputs i < j that collide, smallest j.
        Cost:     one reduction.

        >>> from layouts import BitMatrix
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

        >>> from layouts import BitMatrix
        >>> BitMatrix((1, 1, 3)).right_inverse()
        BitMatrix((1, 5), rows=3)
        """
        return self._solver("right_inverse", surjective=True)

    def pseudoinverse(self) -> BitMatrix:
        """Return P with ``M @ P @ M == M``, for any matrix.

        Ensures:  P gives the smallest solution on the image and 0 on its standard complement; ``P @ M @ P == P``; the
                  inverse, left inverse or right inverse where there is one.
        Cost:     one reduction.

        >>> from layouts import BitMatrix
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
        return self._new(tuple(columns), n)

    def _unreached(self, operation: str, value: int) -> NotInvertibleError:
        return NotInvertibleError(f"{operation}: {_show(self)}: no input gives {_number(value)}", value)
