"""Names of Triton's C++ class and of its helpers for what is called otherwise here, so that code can be carried over.

``getBases`` is ``bases`` here, ``invertAndComposeLocal`` the argument ``local`` of ``invert_and_compose``, and so on.
The three of the swizzling code work on lists of numbers, the vectors of a subspace of F2^dim.  By hand, the values with
an even number of bits among the bits 0 and 1:

>>> nullspace_basis([3], 2)                      # 0 and 3
[3]
"""

from __future__ import annotations

from ..bits import BitMatrix
from ..errors import ProfileError
from ..inttuple import to_int
from . import dims as d
from .core import Core

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .layout import LinearLayout

__all__ = [
    "complement_basis",
    "intersection_basis",
    "invert_and_compose_local",
    "nullspace_basis",
    "rename_linear_layout_dims",
]


class CppNames(Core):
    """The questions of the C++ class that are properties here."""

    __slots__ = ()

    def get_bases(self) -> list[tuple[str, list[list[int]]]]:
        """Return ``bases``; Triton's ``getBases``."""
        return self.bases

    def get_in_dims(self) -> list[tuple[str, int]]:
        """Return ``in_dims``, the inputs as (name, size)."""
        return self.in_dims

    def get_out_dims(self) -> list[tuple[str, int]]:
        """Return ``out_dims``, the outputs as (name, size); Triton's ``getOutDims``."""
        return self.out_dims

    def get_num_in_dims(self) -> int:
        """Return ``num_in_dims``; Triton's ``getNumInDims``."""
        return self.num_in_dims

    def get_num_out_dims(self) -> int:
        """Return ``num_out_dims``; Triton's ``getNumOutDims``."""
        return self.num_out_dims

    def to_string(self) -> str:
        """Return ``str`` of the layout; Triton's ``toString``."""
        return str(self)


def invert_and_compose_local(outer: LinearLayout, layout: LinearLayout, local: Iterable[str]) -> LinearLayout:
    """Return ``layout.invert_and_compose(outer, local=local)``; mind the order, which is Triton's.

    Names in ``local`` that are not inputs of both are refused.
    Ensures:  ``outer(C(x)) == layout(x)`` for the result C.
    Raises:   as ``invert_and_compose`` does.
    Triton:   ``invertAndComposeLocal``.

    >>> from layouts import LinearLayout
    >>> A = LinearLayout([("offset", [[1]]), ("block", [[0]])], [("row", 2)])
    >>> B = LinearLayout([("lane", [[1]]), ("block", [[0]])], [("row", 2)])
    >>> invert_and_compose_local(A, B, ["block"]).bases
    [('lane', [[1, 0]]), ('block', [[0, 1]])]
    """
    operation = "invert_and_compose_local"
    for value in (outer, layout):
        if not isinstance(value, Core):
            raise d.no_layout(operation, value)
    return layout.invert_and_compose(outer, local=local)


def rename_linear_layout_dims(
    layout: LinearLayout, ins: Mapping[str, str] | None = None, outs: Mapping[str, str] | None = None
) -> LinearLayout:
    """Return ``layout.rename(ins, outs)``: new names for some inputs and outputs, in the same order.

    Raises:   as ``rename`` does.
    Triton:   ``renameLinearLayoutDims``.

    >>> from layouts import LinearLayout
    >>> rename_linear_layout_dims(LinearLayout.identity_1d(2, "lane", "row"), {"lane": "warp"}).bases
    [('warp', [[1]])]
    """
    if not isinstance(layout, Core):
        raise d.no_layout("rename_linear_layout_dims", layout)
    return layout.rename(ins, outs)


def nullspace_basis(vectors: Sequence[int], dim: int) -> list[int]:
    """Return the reduced basis of the values that share an even number of bits with each vector, ascending.

    Requires: vectors below ``2**dim``, which are the rows of a matrix; the result is the kernel of it.
    Raises:   ProfileError with the vector or the number.
    Cost:     one reduction.
    Triton:   ``nullspaceBasis``; with the vectors as columns, ``BitMatrix.kernel``.

    >>> nullspace_basis([1, 6], 3), nullspace_basis([], 2)
    ([6], [1, 2])
    """
    return _nullspace(*_vectors("nullspace_basis", vectors, dim))


def complement_basis(basis: Sequence[int], dim: int) -> list[int]:
    """Return unit vectors that complete the span of some vectors to all values of ``dim`` bits, ascending.

    Of the unit vectors of the span's echelon form, *low* bits first, those that are no pivot: so the high ones are
    taken, where ``BitMatrix.complement`` takes the low ones.
    Requires: vectors below ``2**dim``.
    Raises:   ProfileError with the vector or the number.
    Cost:     one reduction.
    Triton:   ``complementBasis``.

    >>> complement_basis([3], 2), BitMatrix((3,), rows=2).complement().columns
    ([2], (1,))
    """
    return [1 << v.bit_length() - 1 for v in _nullspace(*_vectors("complement_basis", basis, dim))]


def intersection_basis(b1: Sequence[int], b2: Sequence[int], dim: int) -> list[int]:
    """Return a basis of the values that are in the spans of both lists.

    Where all vectors are powers of two it keeps the order of ``b1``; else it is the reduced basis, ascending.
    Requires: vectors below ``2**dim``.
    Raises:   ProfileError with the vector or the number.
    Cost:     three reductions.
    Triton:   ``intersectionBasis``, which repeats what ``b1`` repeats; ``subspace.intersection`` on matrices.

    >>> intersection_basis([4, 1, 2], [2, 4], 3), intersection_basis([1, 6], [2, 5], 3)
    ([4, 2], [7])
    """
    (first, rows), (second, _) = _vectors("intersection_basis", b1, dim), _vectors("intersection_basis", b2, dim)
    if all([v and not v & v - 1 for v in first + second]):
        return [v for v in dict.fromkeys(first) if v in second]
    return _nullspace(_nullspace(first, rows) + _nullspace(second, rows), rows)


def _nullspace(vectors: list[int], dim: int) -> list[int]:
    return list(BitMatrix._new(tuple(vectors), dim).transpose().kernel().columns)


def _vectors(operation: str, vectors: Sequence[int], dim: int) -> tuple[list[int], int]:
    """Return numbers of at most ``dim`` bits, and ``dim``."""
    bits = to_int(dim, f"{operation}: the number of bits")
    if not 0 <= bits <= d.MAX_BITS:
        raise ProfileError(f"{operation}: {d.number(bits)} bits, not in 0..{d.MAX_BITS}", bits)
    found = [to_int(v, f"{operation}: a vector") for v in d.items(operation, vectors, "vectors")]
    for v in found:
        if v < 0 or v.bit_length() > bits:
            raise ProfileError(f"{operation}: the vector {d.number(v)} has not {bits} bits", v)
    return found, bits
