"""Reading the same map with other dimensions: reshape, transpose, flatten, concatenate, squeeze, resize, rename.

A flat index does not change when its bits are cut into other dimensions, so reshape and flatten keep the matrix and
replace the names.  By hand, a lane of size 8 read as 2 columns and 4 rows of lanes:

>>> from layouts import LinearLayout
>>> L = LinearLayout.identity_1d(8, "lane", "element")
>>> L.reshape_ins({"x": 2, "y": 4}).bases
[('x', [[1]]), ('y', [[2], [4]])]
"""

from __future__ import annotations

from ..elimination import compose
from ..errors import ProfileError
from ..inttuple import _show
from . import dims as d
from .core import Core
from .products import Products

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .dims import Dims, Sizes
    from .layout import LinearLayout

__all__: list[str] = []


class Reshaping(Products):
    """Other dimensions for the same map, and parts of it."""

    __slots__ = ()

    def reshape_ins(self, dims: Sizes) -> LinearLayout:
        """Return the layout with its flat input cut into other dimensions, minor to major.

        Requires: the same number of bits in all.
        Ensures:  the matrix stays.
        Raises:   ProfileError with the two numbers of bits.
        Triton:   ``reshapeIns``.

        >>> from layouts import LinearLayout
        >>> LinearLayout.identity_1d(8, "lane", "row").reshape_ins([("x", 2), ("y", 4)]).bases
        [('x', [[1]]), ('y', [[2], [4]])]
        """
        return self._new(_recut("reshape_ins", self._ins, dims), self._outs, self._matrix)

    def reshape_outs(self, dims: Sizes) -> LinearLayout:
        """Return the layout with its flat output cut into other dimensions, minor to major.

        Requires: the same number of bits in all.
        Ensures:  the matrix stays.
        Raises:   ProfileError with the two numbers of bits.
        Triton:   ``reshapeOuts``.

        >>> from layouts import LinearLayout
        >>> LinearLayout.identity_1d(8, "lane", "i").reshape_outs([("column", 2), ("row", 4)]).bases
        [('lane', [[1, 0], [0, 1], [0, 2]])]
        """
        return self._new(self._ins, _recut("reshape_outs", self._outs, dims), self._matrix)

    def flatten_ins(self) -> LinearLayout:
        """Return the layout with one input that has the name of the first; without inputs it stays as it is.

        Triton:   ``flattenIns``.

        >>> from layouts import LinearLayout
        >>> LinearLayout([("x", [[1]]), ("y", [[2]])], [("row", 4)]).flatten_ins().bases
        [('x', [[1], [2]])]
        """
        return self._new(_flattened(self._ins), self._outs, self._matrix)

    def flatten_outs(self) -> LinearLayout:
        """Return the layout with one output that has the name of the first; without outputs it stays as it is.

        Triton:   ``flattenOuts``.

        >>> from layouts import LinearLayout
        >>> LinearLayout([("x", [[1, 0], [0, 1]])], [("column", 4), ("row", 2)]).flatten_outs().bases
        [('x', [[1], [4]])]
        """
        return self._new(self._ins, _flattened(self._outs), self._matrix)

    def transpose_ins(self, names: Iterable[str]) -> LinearLayout:
        """Return the layout with its inputs in another order; the named function stays.

        Requires: all names of inputs, once each.
        Raises:   ProfileError for other names.
        Triton:   ``transposeIns``.

        >>> from layouts import LinearLayout
        >>> LinearLayout([("x", [[1]]), ("y", [[2]])], [("row", 4)]).transpose_ins(["y", "x"]).bases
        [('y', [[2]]), ('x', [[1]])]
        """
        ins = _reordered("transpose_ins", self._ins, names, "input")
        columns: tuple[int, ...] = ()
        for name, _ in ins:
            columns += self._columns(name)
        return self._new(ins, self._outs, columns)

    def transpose_outs(self, names: Iterable[str]) -> LinearLayout:
        """Return the layout with its outputs in another order; the named function stays.

        Requires: all names of outputs, once each.
        Raises:   ProfileError for other names.
        Triton:   ``transposeOuts``.

        >>> from layouts import LinearLayout
        >>> LinearLayout([("x", [[1, 0]])], [("column", 2), ("row", 4)]).transpose_outs(["row", "column"]).bases
        [('x', [[0, 1]])]
        """
        outs = _reordered("transpose_outs", self._outs, names, "output")
        return self._new(self._ins, outs, compose(d.places(self._outs, outs), self._matrix.columns, self._matrix.rows))

    def concat_ins(self, other: LinearLayout) -> LinearLayout:
        """Return the layout with the inputs of both: ``(x, y) -> self(x) ^ other(y)``.

        Requires: equal outputs, sizes and order included; no input in both.
        Raises:   ProfileError with the outputs, or the name.
        Triton:   ``concatIns``.

        >>> from layouts import LinearLayout
        >>> A, B = LinearLayout.identity_1d(4, "x", "row"), LinearLayout.zeros_1d(2, "y", "row", 4)
        >>> A.concat_ins(B).bases
        [('x', [[1], [2]]), ('y', [[0]])]
        """
        _equal_dims("concat_ins", self._outs, other, "outputs", "_outs")
        names = d.distinct("concat_ins", tuple([name for name, _ in self._ins + other._ins]))
        columns = self._matrix.columns + other._matrix.columns
        return self._new(self._ins + other._ins, self._outs, columns) if names else self._new((), self._outs, ())

    def concat_outs(self, other: LinearLayout) -> LinearLayout:
        """Return the layout with the outputs of both: ``x -> (self(x), other(x))``.

        Requires: equal inputs, sizes and order included; no output in both.
        Raises:   ProfileError with the inputs, or the name.
        Triton:   ``concatOuts``.

        >>> from layouts import LinearLayout
        >>> A, B = LinearLayout.identity_1d(4, "x", "row"), LinearLayout.zeros_1d(4, "x", "column", 2)
        >>> A.concat_outs(B).bases
        [('x', [[1, 0], [2, 0]])]
        """
        _equal_dims("concat_outs", self._ins, other, "inputs", "_ins")
        d.distinct("concat_outs", tuple([name for name, _ in self._outs + other._outs]))
        return self._new(self._ins, self._outs + other._outs, self._matrix.vstack(other._matrix))

    # -- dimensions of size 1 -----------------------------------------------------------------------------------------

    def squeeze_ins(self, name: str) -> LinearLayout:
        """Return the layout without an input of size 1; ProfileError for another size.

        Triton:   ``squeezeIns``.

        >>> from layouts import LinearLayout
        >>> LinearLayout([("x", [[1]]), ("y", [])], [("row", 2)]).squeeze_ins("y").in_dims
        [('x', 2)]
        """
        return self._new(_without_unit("squeeze_ins", self._ins, name, "input"), self._outs, self._matrix)

    def squeeze_outs(self, name: str) -> LinearLayout:
        """Return the layout without an output of size 1; ProfileError for another size.

        Triton:   ``squeezeOuts``.

        >>> from layouts import LinearLayout
        >>> LinearLayout([("x", [[1, 0]])], [("row", 2), ("column", 1)]).squeeze_outs("column").out_dims
        [('row', 2)]
        """
        return self._new(self._ins, _without_unit("squeeze_outs", self._outs, name, "output"), self._matrix)

    def unsqueeze_ins(self, name: str) -> LinearLayout:
        """Return the layout with a further input of size 1, the most major; ProfileError if the name is taken.

        >>> from layouts import LinearLayout
        >>> LinearLayout.identity_1d(2, "x", "row").unsqueeze_ins("y").in_dims
        [('x', 2), ('y', 1)]
        """
        return self._new(_with_unit("unsqueeze_ins", self._ins, name), self._outs, self._matrix)

    def unsqueeze_outs(self, name: str) -> LinearLayout:
        """Return the layout with a further output of size 1, the most major; ProfileError if the name is taken.

        >>> from layouts import LinearLayout
        >>> LinearLayout.identity_1d(2, "x", "row").unsqueeze_outs("column").out_dims
        [('row', 2), ('column', 1)]
        """
        return self._new(self._ins, _with_unit("unsqueeze_outs", self._outs, name), self._matrix)

    # -- smaller dimensions -------------------------------------------------------------------------------------------

    def resize_in_dim(self, name: str, size: int) -> LinearLayout:
        """Return the layout on the first ``size`` values of an input: its last bases are dropped.

        Raises:   ProfileError unless the size is a power of two, no larger than it was.
        Triton:   ``resizeInDim``.

        >>> from layouts import LinearLayout
        >>> LinearLayout.identity_1d(8, "x", "row").resize_in_dim("x", 2).bases
        [('x', [[1]])]
        """
        start, old, new = _smaller("resize_in_dim", self._ins, name, size, "input")
        columns = self._matrix.columns[: start + new] + self._matrix.columns[start + old :]
        return self._new(tuple([(n, new if n == name else b) for n, b in self._ins]), self._outs, columns)

    def resize_out_dim(self, name: str, size: int) -> LinearLayout:
        """Return the layout with a smaller output, in which every basis value that does not fit becomes 0.

        The value becomes 0 as a whole; ``mask_out_dim`` keeps its low bits instead.
        Raises:   ProfileError unless the size is a power of two, no larger than it was.
        Triton:   ``resizeOutDim``.

        >>> from layouts import LinearLayout
        >>> L = LinearLayout([("x", [[1], [3]])], [("row", 4)])
        >>> L.resize_out_dim("row", 2).bases, L.mask_out_dim("row", 2).bases
        ([('x', [[1], [0]])], [('x', [[1], [1]])])
        """
        start, old, new = _smaller("resize_out_dim", self._outs, name, size, "output")
        field = (1 << old) - 1 << start
        too_large = field ^ (1 << new) - 1 << start
        columns = tuple([c & ~field if c & too_large else c for c in self._matrix.columns])
        return self._narrowed(columns, name, start, old, new)

    def mask_out_dim(self, name: str, size: int) -> LinearLayout:
        """Return the layout with a smaller output that keeps the low bits: ``x -> self(x)[name] % size``.

        Raises:   ProfileError unless the size is a power of two, no larger than it was.

        >>> from layouts import LinearLayout
        >>> LinearLayout([("x", [[1], [3]])], [("row", 4)]).mask_out_dim("row", 2).bases
        [('x', [[1], [1]])]
        """
        start, old, new = _smaller("mask_out_dim", self._outs, name, size, "output")
        return self._narrowed(self._matrix.columns, name, start, old, new)

    def _narrowed(self, columns: tuple[int, ...], name: str, start: int, old: int, new: int) -> LinearLayout:
        """Return the layout with some high bits of an output cut out of the columns."""
        low = (1 << start + new) - 1
        cut = tuple([c & low | c >> start + old << start + new for c in columns])
        return self._new(self._ins, tuple([(n, new if n == name else b) for n, b in self._outs]), cut)

    # -- names --------------------------------------------------------------------------------------------------------

    def rename_in_dim(self, old: str, new: str) -> LinearLayout:
        """Return the layout with an input renamed **and moved to the end**, as Triton does; ``rename`` keeps the order.

        Raises:   ProfileError if there is no input ``old``, or already one called ``new``.
        Triton:   ``renameInDim``.

        >>> from layouts import LinearLayout
        >>> LinearLayout([("x", [[1]]), ("y", [[2]])], [("row", 4)]).rename_in_dim("x", "z").bases
        [('y', [[2]]), ('z', [[1]])]
        """
        d.find("rename_in_dim", old, self._ins, "input")
        names = [name for name, _ in self._ins if name != old]
        return self.rename({old: new}).transpose_ins([*names, new])

    def rename(self, ins: Mapping[str, str] | None = None, outs: Mapping[str, str] | None = None) -> LinearLayout:
        """Return the layout with new names for some inputs and outputs, in the same order; names may be exchanged.

        Raises:   ProfileError for a name that there is not, or two dimensions with one name.
        Triton:   ``renameLinearLayoutDims``.

        >>> from layouts import LinearLayout
        >>> LinearLayout([("x", [[1]]), ("y", [[2]])], [("row", 4)]).rename({"x": "y", "y": "x"}, {"row": "r"}).bases
        [('y', [[1]]), ('x', [[2]])]
        """
        return self._new(
            _renamed("rename", self._ins, ins, "input"), _renamed("rename", self._outs, outs, "output"), self._matrix
        )

    # -- parts --------------------------------------------------------------------------------------------------------

    def sublayout(self, ins: Iterable[str], outs: Iterable[str]) -> LinearLayout:
        """Return the layout on some inputs, the others 0, and to some outputs; orders and sizes stay.

        Raises:   ProfileError for a name that there is not.
        Triton:   ``sublayout``.

        >>> from layouts import LinearLayout
        >>> L = LinearLayout([("x", [[1, 2]]), ("y", [[2, 0]])], [("row", 4), ("column", 4)])
        >>> L.sublayout(["x"], ["column"]).bases
        [('x', [[2]])]
        """
        chosen = d.read_subset("sublayout", ins, self._ins, "input")
        return self._sublayout(set(chosen), set(d.read_subset("sublayout", outs, self._outs, "output")))

    def sublayout_is_zero(self, ins: Iterable[str], outs: Iterable[str]) -> bool:
        """Tell whether these outputs do not depend on these inputs.

        Raises:   ProfileError for a name that there is not.
        Triton:   ``sublayoutIsZero``.

        >>> from layouts import LinearLayout
        >>> L = LinearLayout([("x", [[1, 0]]), ("y", [[0, 1]])], [("row", 2), ("column", 2)])
        >>> L.sublayout_is_zero(["x"], ["column"]), L.sublayout_is_zero(["x"], ["row"])
        (True, False)
        """
        return not any(self.sublayout(ins, outs)._matrix.columns)

    def sublayout_is_identity(self, dims: Iterable[str]) -> bool:
        """Tell whether these dimensions have equal sizes on both sides and, with all other inputs 0, map to themselves.

        Requires: the names are inputs and outputs.
        Raises:   ProfileError for a name that there is not.
        Triton:   ``squareSublayoutIsIdentity``.

        >>> from layouts import LinearLayout
        >>> L = LinearLayout.identity_1d(4, "x", "x") * LinearLayout.strided_1d(2, 2, "y", "y")
        >>> L.sublayout_is_identity(["x"]), L.sublayout_is_identity(["x", "y"]), L.sublayout_is_identity([])
        (True, False, True)
        """
        chosen = d.read_subset("sublayout_is_identity", dims, self._ins, "input")
        part = self.sublayout(chosen, chosen)
        same = dict(part._ins) == dict(part._outs)
        return same and part._matrix.columns == tuple(d.places(part._ins, part._outs))

    square_sublayout_is_identity = sublayout_is_identity

    def remove_zero_bases_along_dim(self, name: str) -> LinearLayout:
        """Return the layout without the bases of an input that are zero in every output.

        Raises:   ProfileError for a name that there is not.
        Triton:   ``removeZeroBasesAlongDim``.

        >>> from layouts import LinearLayout
        >>> LinearLayout([("x", [[0], [1], [0]])], [("row", 2)]).remove_zero_bases_along_dim("x").bases
        [('x', [[1]])]
        """
        start, bits = d.find("remove_zero_bases_along_dim", name, self._ins, "input")
        columns = self._matrix.columns
        kept = tuple([c for c in columns[start : start + bits] if c])
        ins = tuple([(n, len(kept) if n == name else b) for n, b in self._ins])
        return self._new(ins, self._outs, columns[:start] + kept + columns[start + bits :])


def _recut(operation: str, old: Dims, sizes: Sizes) -> Dims:
    new = d.read_dims(operation, sizes)
    if d.total(new) != d.total(old):
        raise ProfileError(
            f"{operation}: {d.show_dims(old)} has {d.total(old)} bits and {d.show_dims(new)} has {d.total(new)}",
            (d.total(old), d.total(new)),
        )
    return new


def _flattened(dims: Dims) -> Dims:
    return ((dims[0][0], d.check_bits("flatten", dims[0][0], d.total(dims))),) if dims else ()


def _reordered(operation: str, dims: Dims, names: Iterable[str], side: str) -> Dims:
    ordered = (names,) if isinstance(names, str) else d.items(operation, names, "names")
    chosen, bits = d.read_subset(operation, ordered, dims, side), dict(dims)
    if len(chosen) != len(dims):
        missing = next(name for name, _ in dims if name not in chosen)
        raise ProfileError(f"{operation}: the {side} {_show(missing)} is not in {_show(list(chosen), 120)}", missing)
    return tuple([(name, bits[name]) for name in chosen])


def _equal_dims(operation: str, mine: Dims, other: LinearLayout, what: str, side: str) -> None:
    if not isinstance(other, Core):
        raise d.no_layout(operation, other)
    theirs: Dims = getattr(other, side)
    if mine != theirs:
        raise ProfileError(
            f"{operation}: the {what} differ: {d.show_dims(mine)} and {d.show_dims(theirs)}", (mine, theirs)
        )


def _without_unit(operation: str, dims: Dims, name: str, side: str) -> Dims:
    _, bits = d.find(operation, name, dims, side)
    if bits:
        raise ProfileError(f"{operation}: the {side} {_show(name)} has size {d.number(1 << bits)}, not 1", 1 << bits)
    return tuple([dim for dim in dims if dim[0] != name])


def _with_unit(operation: str, dims: Dims, name: str) -> Dims:
    added = (*dims, (d.read_name(operation, name), 0))
    d.distinct(operation, tuple([known for known, _ in added]))
    return added


def _smaller(operation: str, dims: Dims, name: str, size: int, side: str) -> tuple[int, int, int]:
    start, old = d.find(operation, name, dims, side)
    new = d.read_bits(operation, name, size)
    if new > old:
        raise ProfileError(
            f"{operation}: the {side} {_show(name)} has size {d.number(1 << old)}, less than {d.number(1 << new)}", size
        )
    return start, old, new


def _renamed(operation: str, dims: Dims, names: Mapping[str, str] | None, side: str) -> Dims:
    if names is None:
        return dims
    if not isinstance(names, dict):
        raise ProfileError(f"{operation}: {_show(names)} is not a mapping from old to new names", names)
    d.read_subset(operation, tuple(names), dims, side)
    changed = tuple([(d.read_name(operation, names.get(name, name)), bits) for name, bits in dims])
    d.distinct(operation, tuple([name for name, _ in changed]))
    return changed
