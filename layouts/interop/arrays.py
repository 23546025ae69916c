"""Linear layouts and bit matrices to and from numpy arrays.

Two forms: the *matrix*, an array of 0 and 1 whose rows are bits of the output and whose columns are bits of the input,
low bits first, as ``get_matrix_view`` has it; and the *bases*, one array for each input with a row for each basis and a
column for each output.
"""

from __future__ import annotations

from ..bits import BitMatrix
from ..errors import LayoutError, ProfileError
from ..inttuple import _show
from ..linear.layout import LinearLayout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any, TypeAlias

    Sizes: TypeAlias = "Mapping[str, int] | Iterable[tuple[str, int]]"

__all__ = ["bases_from_numpy", "bases_to_numpy", "matrix_from_numpy", "matrix_to_numpy"]


def matrix_to_numpy(value: LinearLayout | BitMatrix) -> Any:
    """Return the matrix of a linear layout, or a bit matrix, as a uint8 array of 0 and 1.

    Ensures:  ``array[i, j]`` is bit i of the image of input bit j; the shape is (output bits, input bits).
    Raises:   ProfileError for other values.
    Cost:     one step for each entry.

    >>> print(matrix_to_numpy(LinearLayout.strided_1d(4, 2, "lane", "row")))
    [[0 0]
     [1 0]
     [0 1]]
    """
    import numpy

    matrix = value.matrix if isinstance(value, LinearLayout) else value
    if not isinstance(matrix, BitMatrix):
        raise ProfileError(f"matrix_to_numpy: {_show(value)} is neither a LinearLayout nor a BitMatrix", value)
    width = -(-matrix.rows // 8)
    packed = b"".join([column.to_bytes(width, "little") for column in matrix.columns])
    rows = numpy.frombuffer(packed, dtype=numpy.uint8).reshape(len(matrix.columns), width)
    bits = numpy.unpackbits(rows, axis=1, bitorder="little")[:, : matrix.rows]
    return numpy.ascontiguousarray(bits.T)


def matrix_from_numpy(array: Any, ins: Sizes | None = None, outs: Sizes | None = None) -> Any:
    """Return the linear layout with this matrix and these dimensions, or without dimensions the ``BitMatrix``.

    Requires: two axes; entries 0 and 1, of any integer type or bool; sizes with as many bits as columns and rows.
    Ensures:  ``matrix_from_numpy(matrix_to_numpy(L), L.in_dims, L.out_dims) == L``.
    Raises:   ProfileError with the entry that is no 0 or 1, or with the shapes.
    Cost:     one step for each entry.

    >>> import numpy
    >>> matrix_from_numpy(numpy.array([[1, 1], [0, 1]]), {"lane": 4}, {"row": 4}).bases
    [('lane', [[1], [3]])]
    """
    import numpy

    operation = "matrix_from_numpy"
    given = _as_array(operation, array)
    if given.ndim != 2:
        raise ProfileError(f"{operation}: a matrix has two axes, not the shape {given.shape}", given.shape)
    if given.dtype.kind not in "bui" and given.size:
        raise ProfileError(f"{operation}: the entries must be integers 0 and 1, not {given.dtype}", str(given.dtype))
    wrong = (given != 0) & (given != 1)
    if wrong.any():
        i, j = [int(k) for k in numpy.argwhere(wrong)[0]]
        raise ProfileError(f"{operation}: the entry in row {i}, column {j} is {given[i, j]}, not 0 or 1", (i, j))
    packed = numpy.packbits(given.T.astype(numpy.uint8), axis=1, bitorder="little")
    matrix = BitMatrix([int.from_bytes(row.tobytes(), "little") for row in packed], given.shape[0])
    if ins is None and outs is None:
        return matrix
    if ins is None or outs is None:
        raise ProfileError(f"{operation}: a linear layout has inputs and outputs: give both or none", None)
    return LinearLayout.from_matrix(matrix, ins, outs)  # type: ignore[arg-type]


def bases_to_numpy(linear: LinearLayout) -> dict[str, Any]:
    """Return the bases of each input as an int64 array with a row for each basis and a column for each output.

    Ensures:  ``array[i, k]`` is the value of basis i for output k.
    Raises:   LayoutError where a size needs more than 63 bits; ProfileError for other values.
    Cost:     one step for each value.

    >>> bases_to_numpy(LinearLayout([("lane", [[0, 1], [2, 0]])], [("row", 4), ("column", 2)]))["lane"].tolist()
    [[0, 1], [2, 0]]
    """
    import numpy

    if not isinstance(linear, LinearLayout):
        raise ProfileError(f"bases_to_numpy: {_show(linear)} is not a LinearLayout", linear)
    for name, size in linear.out_dims:
        if size > 2**63:
            raise LayoutError(f"bases_to_numpy: values of {_show(name)} do not fit in int64", name)
    columns = linear.num_out_dims
    return {
        name: numpy.array(vectors, dtype=numpy.int64).reshape(len(vectors), columns) for name, vectors in linear.bases
    }


def bases_from_numpy(
    bases: Mapping[str, Any], outs: Sizes | Iterable[str], require_surjective: bool | None = None
) -> LinearLayout:
    """Return the linear layout with these bases, each an array with a row for each basis; the inverse of the above.

    One axis is enough where there is one output.  ``outs`` are sizes, or names alone as in the constructor.
    Ensures:  ``bases_from_numpy(bases_to_numpy(L), L.out_dims) == L``.
    Raises:   as the constructor of ``LinearLayout`` does; ProfileError with the shape or the type of an array.
    Cost:     one step for each value.

    >>> import numpy
    >>> bases_from_numpy({"lane": numpy.array([1, 2, 4])}, {"row": 8}).bases
    [('lane', [[1], [2], [4]])]
    """
    operation, found = "bases_from_numpy", []
    if not isinstance(bases, dict):
        raise ProfileError(f"{operation}: {_show(bases)} is not a mapping from names to arrays", bases)
    outs = list(outs.items()) if isinstance(outs, dict) else outs
    for name, values in bases.items():
        given = _as_array(operation, values)
        if given.ndim not in (1, 2):
            raise ProfileError(f"{operation}: the bases of {_show(name)} have the shape {given.shape}", given.shape)
        if given.dtype.kind not in "ui" and given.size:
            raise ProfileError(f"{operation}: the bases of {_show(name)} must be integers, not {given.dtype}", name)
        vectors = [[int(v)] for v in given] if given.ndim == 1 and given.size else [list(map(int, v)) for v in given]
        found.append((name, vectors))
    return LinearLayout(found, outs, require_surjective=require_surjective)


def _as_array(operation: str, values: Any) -> Any:
    """Return an array, or refuse what numpy makes none of."""
    import numpy

    try:
        return numpy.asarray(values)
    except (TypeError, ValueError, OverflowError) as error:
        raise ProfileError(f"{operation}: {_show(values)} is no array: {error}", values) from error
