"""Linear layouts and bit matrices to and from galois arrays over GF(2); needs ``galois``.

Rows are bits of the output, columns bits of the input, low bits first; so ``to_galois(A) @ to_galois(B)`` is the matrix
of A after B, that is of ``B.compose(A)``.
"""

from __future__ import annotations

from ..bits import BitMatrix
from ..errors import ProfileError
from .arrays import matrix_from_numpy, matrix_to_numpy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..linear.layout import LinearLayout
    from .arrays import Sizes

__all__ = ["from_galois", "to_galois"]


def to_galois(value: LinearLayout | BitMatrix) -> Any:
    """Return the matrix of a linear layout, or a bit matrix, as an array over ``galois.GF(2)``.

    Ensures:  ``array[i, j]`` is bit i of the image of input bit j.
    Raises:   ProfileError for other values; ImportError where galois is not installed.
    Cost:     one step for each entry.

    >>> from layouts import LinearLayout
    >>> to_galois(LinearLayout.strided_1d(2, 2, "lane", "row"))              # doctest: +SKIP
    GF([[0],
        [1]], order=2)
    """
    array = matrix_to_numpy(value)
    import galois  # type: ignore[import-untyped,import-not-found,unused-ignore]

    return galois.GF(2)(array)


def from_galois(array: Any, ins: Sizes | None = None, outs: Sizes | None = None) -> Any:
    """Return the linear layout with this matrix over GF(2) and these dimensions, or without them the ``BitMatrix``.

    Requires: an array over ``galois.GF(2)`` with two axes; sizes with as many bits as columns and rows.
    Ensures:  ``from_galois(to_galois(L), L.in_dims, L.out_dims) == L``.
    Raises:   ProfileError for an array over another field, of another form, or that does not fit the dimensions.
    Cost:     one step for each entry.

    >>> import galois                                                       # doctest: +SKIP
    >>> from_galois(galois.GF(2)([[1, 1], [0, 1]])).columns                 # doctest: +SKIP
    (1, 3)
    """
    order = getattr(type(array), "order", None)
    if order != 2:
        shown = f"an array over GF({order})" if isinstance(order, int) else f"a {type(array).__name__}"
        raise ProfileError(f"from_galois: {shown} is not an array over GF(2)", order)
    import numpy

    return matrix_from_numpy(array.view(numpy.ndarray), ins, outs)
