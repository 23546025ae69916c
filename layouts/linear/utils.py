"""Linear layouts for tensors: standard names, identities, and fitting a layout to a shape; from Triton's LayoutUtils.

By hand, a layout for 4 elements grown to 16: the first input, the registers, counts the repetitions.

>>> from layouts import LinearLayout
>>> L = LinearLayout([("register", [[1]]), ("lane", [[2]])], [("dim0", 4)])
>>> ensure_layout_not_smaller_than(L, {"dim0": 16}).bases
[('register', [[1], [4], [8]]), ('lane', [[2]])]
"""

from __future__ import annotations

from ..errors import ProfileError
from ..inttuple import _show, to_int
from . import dims as d
from .actions import ColumnAction
from .layout import LinearLayout
from .products import _layout
from .reshape import _recut

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = [
    "ensure_layout_not_larger_than",
    "ensure_layout_not_smaller_than",
    "identity_standard_nd",
    "remove_standard_dim",
    "reshape_layout",
    "standard_out_dim_names",
    "standard_out_dim_pairs",
    "strided_standard_nd",
    "transpose_linear_layout",
    "zeros_like",
]


# -- construction ------------------------------------------------------------------------------------------------------


def standard_out_dim_names(rank: int) -> list[str]:
    """Return dim0, dim1, ...: the names of the dimensions of a tensor in logical order.

    Raises:   ProfileError unless the rank is an integer from 0 to 1024.
    Triton:   ``standardOutDimNames``.

    >>> standard_out_dim_names(2)
    ['dim0', 'dim1']
    """
    number = to_int(rank, "standard_out_dim_names: the rank")
    if not 0 <= number <= d.MAX_BITS:
        raise ProfileError(f"standard_out_dim_names: the rank is {d.number(number)}, not in 0..{d.MAX_BITS}", number)
    return [f"dim{i}" for i in range(number)]


def standard_out_dim_pairs(shape: Sequence[int]) -> list[tuple[str, int]]:
    """Return (dim0, shape[0]), (dim1, shape[1]), ...

    Raises:   ProfileError for what is no sequence of integers.
    Triton:   ``standardOutDimPairs``.

    >>> standard_out_dim_pairs([16, 8])
    [('dim0', 16), ('dim1', 8)]
    """
    return _pairs("standard_out_dim_pairs", shape)


def _pairs(operation: str, shape: Sequence[int]) -> list[tuple[str, int]]:
    sizes = [to_int(size, f"{operation}: a size") for size in d.items(operation, shape, "sizes")]
    return list(zip(standard_out_dim_names(len(sizes)), sizes, strict=True))


def identity_standard_nd(in_dim: str, shape: Sequence[int], order: Sequence[int]) -> LinearLayout:
    """Return the layout that counts a tensor from one input, the dimension ``order[0]`` fastest.

    The outputs stand in the order of ``order``.
    Requires: sizes that are powers of two; ``order`` a permutation of the dimension numbers.
    Raises:   ProfileError otherwise.
    Triton:   ``identityStandardND``.

    >>> identity_standard_nd("offset", [2, 4], [1, 0]).bases
    [('offset', [[1, 0], [2, 0], [0, 1]])]
    """
    operation = "identity_standard_nd"
    sizes = _pairs(operation, shape)
    result = LinearLayout()
    for i in _order(operation, order, len(sizes)):
        name, size = sizes[i]
        d.read_bits(operation, name, size)
        result = result * LinearLayout.identity_1d(size, in_dim, name)
    return result


def strided_standard_nd(
    in_dim: str, shape: Sequence[int], strides: Sequence[int], order: Sequence[int]
) -> LinearLayout:
    """Return the layout that counts a tensor from one input in steps, the dimension ``order[0]`` fastest.

    The product of ``strided_1d(shape[i], strides[i], in_dim, dim i)`` over ``order``; dim i has the size
    ``shape[i] * strides[i]``.  ``identity_standard_nd`` is the one with all strides 1.
    Requires: sizes and strides that are powers of two, as many of each; ``order`` a permutation of their numbers.
    Raises:   ProfileError otherwise.

    >>> strided_standard_nd("register", [2, 4], [1, 8], [1, 0]).bases
    [('register', [[8, 0], [16, 0], [0, 1]])]
    """
    operation = "strided_standard_nd"
    sizes, steps = _pairs(operation, shape), _pairs(operation, strides)
    if len(sizes) != len(steps):
        raise ProfileError(f"{operation}: {len(sizes)} sizes and {len(steps)} strides", (len(sizes), len(steps)))
    result = LinearLayout()
    for i in _order(operation, order, len(sizes)):
        (name, size), (_, step) = sizes[i], steps[i]
        d.read_bits(operation, name, size)
        result = result * LinearLayout._strided(operation, size, step, in_dim, name)
    return result


def zeros_like(layout: LinearLayout) -> LinearLayout:
    """Return the layout with the same dimensions that sends everything to 0.

    Triton:   ``zerosLike``.

    >>> zeros_like(LinearLayout.identity_1d(4, "lane", "row")).bases
    [('lane', [[0], [0]])]
    """
    given = _layout("zeros_like", layout)
    return LinearLayout._new(given._ins, given._outs, (0,) * len(given._matrix.columns))


# -- to the shape of a tensor ------------------------------------------------------------------------------------------


def ensure_layout_not_larger_than(
    layout: LinearLayout, shape: Mapping[str, int], broadcast_registers: bool = True
) -> LinearLayout:
    """Return the layout with each output cut down to a shape: values that do not fit become 0, which makes copies.

    Without ``broadcast_registers``, bases of ``register`` that this makes zero are dropped; earlier zeros stay.
    Requires: a power of two for every output.
    Raises:   ProfileError otherwise.
    Triton:   ``ensureLayoutNotLargerThan``.

    >>> L = LinearLayout([("register", [[1], [8]]), ("lane", [[2], [4]])], [("dim0", 16)])
    >>> ensure_layout_not_larger_than(L, {"dim0": 4}).bases
    [('register', [[1], [0]]), ('lane', [[2], [0]])]
    >>> ensure_layout_not_larger_than(L, {"dim0": 4}, broadcast_registers=False).bases
    [('register', [[1]]), ('lane', [[2], [0]])]
    """
    operation = "ensure_layout_not_larger_than"
    given = _layout(operation, layout)
    wanted = _shape(operation, given, shape)
    result = given
    for name, bits in given._outs:
        result = result.resize_out_dim(name, 1 << min(bits, wanted[name]))
    if broadcast_registers or not given.has_in_dim("register"):
        return result
    pairs = zip(given._columns("register"), result._columns("register"), strict=True)
    kept = [i for i, (before, after) in enumerate(pairs) if after or not before]
    return ColumnAction(kept, "register", given.get_in_dim_size_log2("register")).apply(result)


def ensure_layout_not_smaller_than(layout: LinearLayout, shape: Mapping[str, int]) -> LinearLayout:
    """Return the layout with each output grown to a shape: the first input counts the repetitions, output by output.

    Requires: a power of two for every output; an input, unless there are no outputs.
    Raises:   ProfileError otherwise.
    Triton:   ``ensureLayoutNotSmallerThan``.

    >>> L = LinearLayout([("register", [[1]]), ("lane", [[2]])], [("dim0", 4)])
    >>> ensure_layout_not_smaller_than(L, {"dim0": 16}).bases
    [('register', [[1], [4], [8]]), ('lane', [[2]])]
    """
    operation = "ensure_layout_not_smaller_than"
    given = _layout(operation, layout)
    wanted = _shape(operation, given, shape)
    result = given
    for name, bits in given._outs:
        if not given._ins:
            raise ProfileError(f"{operation}: {given._show()} has no input that could repeat it", name)
        if wanted[name] > bits:
            result = result * LinearLayout.identity_1d(1 << wanted[name] - bits, given._ins[0][0], name)
    return result


def reshape_layout(layout: LinearLayout, shape: Sequence[int]) -> LinearLayout:
    """Return the layout for the tensor read row-major in another shape; the outputs become dim0, dim1, ...

    Requires: outputs in logical order, the last one fastest; as many elements.
    Raises:   ProfileError with the two numbers of bits.
    Triton:   ``reshapeLayout``.

    >>> L = LinearLayout([("lane", [[0, 1], [1, 0]])], [("dim0", 2), ("dim1", 2)])
    >>> reshape_layout(L, [4]).bases
    [('lane', [[1], [2]])]
    """
    given = _layout("reshape_layout", layout)
    pairs = _pairs("reshape_layout", shape)
    flat = given.transpose_outs(given.get_out_dim_names()[::-1])
    cut = flat._new(flat._ins, _recut("reshape_layout", flat._outs, pairs[::-1]), flat._matrix)
    return cut.transpose_outs([name for name, _ in pairs])


def transpose_linear_layout(layout: LinearLayout, order: Sequence[int]) -> LinearLayout:
    """Return the layout for the transposed tensor: output i takes the values and the size of output ``order[i]``.

    The names stay in place, so that dim0 is again the first.
    Requires: ``order`` a permutation of the output numbers.
    Raises:   ProfileError otherwise.
    Triton:   ``transposeLinearLayout``, which infers the sizes again.

    >>> L = LinearLayout([("lane", [[0, 1], [0, 2], [1, 0]])], [("dim0", 2), ("dim1", 4)])
    >>> transpose_linear_layout(L, [1, 0]).bases
    [('lane', [[1, 0], [2, 0], [0, 1]])]
    """
    operation = "transpose_linear_layout"
    given = _layout(operation, layout)
    names = given.get_out_dim_names()
    moved = [names[i] for i in _order(operation, order, len(names))]
    return given.transpose_outs(moved).rename(outs=dict(zip(moved, names, strict=True)))


def remove_standard_dim(layout: LinearLayout, dim: int) -> LinearLayout:
    """Return the layout without output number ``dim``, and the others named dim0, dim1, ... again.

    Requires: outputs that are named dim0, dim1, ... in order.
    Raises:   ProfileError otherwise.
    Triton:   ``removeStandardDim``.

    >>> L = LinearLayout([("lane", [[0, 1], [1, 0]])], [("dim0", 2), ("dim1", 2)])
    >>> L = remove_standard_dim(L, 0)
    >>> L.bases, L.out_dims
    ([('lane', [[1], [0]])], [('dim0', 2)])
    """
    operation = "remove_standard_dim"
    given = _layout(operation, layout)
    names = given.get_out_dim_names()
    if names != standard_out_dim_names(len(names)):
        raise ProfileError(f"{operation}: the outputs {_show(names, 120)} are not dim0, dim1, ...", names)
    number = to_int(dim, f"{operation}: the output number")
    if not 0 <= number < len(names):
        raise ProfileError(f"{operation}: there are {len(names)} outputs, and none has the number {number}", number)
    rest = [name for name in names if name != f"dim{number}"]
    part = given.sublayout(given.get_in_dim_names(), rest)
    return part.rename(outs=dict(zip(rest, standard_out_dim_names(len(rest)), strict=True)))


# -- input -------------------------------------------------------------------------------------------------------------


def _shape(operation: str, layout: LinearLayout, shape: Mapping[str, int]) -> dict[str, int]:
    """Return the bits that are wanted for each output."""
    if not isinstance(shape, dict):
        raise ProfileError(f"{operation}: the shape is a mapping from outputs to sizes, not {_show(shape)}", shape)
    d.read_subset(operation, tuple(shape), layout._outs, "output")
    for name, _ in layout._outs:
        if name not in shape:
            raise ProfileError(f"{operation}: the shape has no size for the output {_show(name)}", name)
    return {name: d.read_bits(operation, name, size) for name, size in shape.items()}


def _order(operation: str, order: Iterable[int], rank: int) -> list[int]:
    """Return a permutation of 0..rank-1."""
    numbers = [to_int(i, f"{operation}: a number in the order") for i in d.items(operation, order, "numbers")]
    if sorted(numbers) != list(range(rank)):
        raise ProfileError(f"{operation}: {_show(numbers)} is not a permutation of 0..{rank - 1}", tuple(numbers))
    return numbers
