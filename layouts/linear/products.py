"""Composition and the direct sum, and its undoing: divide and quotient.

The *product* ``a * b`` puts a and b side by side; a is the minor factor.  In an input or output that both have, the
bits of a come first.  By hand, lanes of size 4 along a row, and 2 registers that count such rows:

>>> from layouts import LinearLayout
>>> a, b = LinearLayout.identity_1d(4, "lane", "row"), LinearLayout.identity_1d(2, "register", "row")
>>> (a * b).bases
[('lane', [[1], [2]]), ('register', [[4]])]
>>> (a * b).divide_left(a).bases, (a * b).divide_right(b).bases
([('lane', []), ('register', [[1]])], [('lane', [[1], [2]]), ('register', [])])
"""

from __future__ import annotations

from ..elimination import compose, set_bits
from ..errors import NotALayoutError, ProfileError
from ..inttuple import _show
from . import dims as d
from .core import Core

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import overload

    from .affine import AffineLayout
    from .dims import Dims
    from .layout import LinearLayout

__all__ = ["divide_left", "divide_right"]


class Products(Core):
    """Composition, product, division and quotient of linear layouts."""

    __slots__ = ()

    if TYPE_CHECKING:

        @overload
        def compose(self, outer: LinearLayout) -> LinearLayout: ...
        @overload
        def compose(self, outer: AffineLayout) -> AffineLayout: ...

    def compose(self, outer: LinearLayout | AffineLayout) -> LinearLayout | AffineLayout:
        """Return the composition, this layout first: ``x -> outer(self(x))``; affine where ``outer`` is.

        Requires: the outputs of this layout are the inputs of ``outer`` by name, in any order, and no larger.
        Ensures:  ``A.compose(B).apply(x) == B.apply(A.apply(x))``; inputs as here, outputs as in ``outer``.
        Raises:   ProfileError with the names, or with the name and the two sizes.
        Cost:     a look-up per bit for columns of one or two bits; beyond, a few operations per bit of ``outer``.
        Triton:   ``compose``.

        >>> from layouts import LinearLayout
        >>> A, B = LinearLayout.identity_1d(4, "lane", "row"), LinearLayout.strided_1d(8, 2, "row", "offset")
        >>> A.compose(B).bases
        [('lane', [[2], [4]])]
        """
        if not isinstance(outer, Core):
            return as_affine("compose", self, outer).compose(outer)
        inner, matrix = self._matrix, outer._matrix
        if self._outs == outer._ins:
            columns = compose(matrix.columns, inner.columns, matrix.rows)
        else:
            _same_names("compose", self._outs, outer._ins, "outputs", "inputs of the outer layout")
            chosen: tuple[int, ...] = ()
            for name, bits in self._outs:
                theirs = outer._columns(name)
                if bits > len(theirs):
                    sizes = (1 << bits, 1 << len(theirs))
                    raise ProfileError(
                        f"compose: the output {_show(name)} has size {d.number(sizes[0])}, and the outer layout takes"
                        f" {d.number(sizes[1])}: {self._show()}, then {outer._show()}",
                        (name, *sizes),
                    )
                chosen += theirs[:bits]
            columns = compose(chosen, inner.columns, matrix.rows)
        return self._new(self._ins, outer._outs, columns)

    def __mul__(self, other: LinearLayout) -> LinearLayout:
        """Return the product, the direct sum; this layout is the minor factor.

        The order of the dimensions is ``supremum``.  In a dimension that both have, the bits of this layout come first.
        Ensures:  ``(A * B).apply(x)[o] == A.apply(low bits)[o] | B.apply(high bits)[o] << bits of o in A``; associative
        as a function, though the order of dimensions may depend on the grouping; ``empty()`` is its unit.
        Raises:   TooLargeError for a dimension of more than 1024 bits.
        Cost:     one look-up per bit.
        Triton:   ``*``.

        >>> from layouts import LinearLayout
        >>> P = LinearLayout.identity_1d(4, "r", "x") * LinearLayout.identity_1d(2, "l", "x")
        >>> P.bases, P.out_dims
        ([('r', [[1], [2]]), ('l', [[4]])], [('x', 8)])
        """
        if not isinstance(other, Core):
            if d.is_triton(other):
                raise d.no_layout("product", other)
            return NotImplemented
        ins, _ = _joined(self._ins, other._ins)
        outs, shifts = _joined(self._outs, other._outs)
        rows = d.total(outs)
        minor = compose(d.places(self._outs, outs), self._matrix.columns, rows)
        major = compose(d.places(other._outs, outs, shifts), other._matrix.columns, rows)
        mine, theirs = _slices(self._ins, minor), _slices(other._ins, major)
        columns: tuple[int, ...] = ()
        for name, _ in ins:
            columns += mine.get(name, ()) + theirs.get(name, ())
        return self._new(ins, outs, columns)

    # -- division -------------------------------------------------------------------------------------------------

    def divide_left(self, tile: LinearLayout, *, strict: bool = False) -> LinearLayout | None:
        """Return C with ``self == tile * C`` up to the order of dimensions, or None if there is none.

        C keeps all dimensions of this layout in their order; what the tile uses up has size 1.  With ``strict`` the
        reason for None is raised.
        Ensures:  ``tile * C`` has the bases and sizes of this layout.
        Raises:   with ``strict``, NotALayoutError with (input, basis) that fails, or the name of a dimension.
        Triton:   ``divideLeft``.

        >>> from layouts import LinearLayout
        >>> A = LinearLayout([("register", [[1], [4]]), ("lane", [[2]])], [("row", 8)])
        >>> print(A.divide_left(LinearLayout.identity_1d(4, "register", "row")))
        None
        >>> A.divide_left(LinearLayout.identity_1d(4, "register", "row"), strict=True)
        Traceback (most recent call last):
        layouts.errors.NotALayoutError: divide_left: basis 1 of 'register' is row=4, and the tile has row=2 there
        >>> A.divide_left(LinearLayout.identity_1d(2, "register", "row")).bases
        [('register', [[2]]), ('lane', [[1]])]
        """
        return self._divided("divide_left", tile, strict, left=True)

    def divide_right(self, tile: LinearLayout, *, strict: bool = False) -> LinearLayout | None:
        """Return C with ``self == C * tile`` up to the order of dimensions, or None if there is none.

        Ensures:  ``C * tile`` has the bases and sizes of this layout.
        Raises:   with ``strict``, NotALayoutError with (input, basis) that fails, or the name of a dimension.
        Triton:   ``divideRight``.

        >>> from layouts import LinearLayout
        >>> A = LinearLayout([("register", [[1], [4]]), ("lane", [[2]])], [("row", 8)])
        >>> A.divide_right(LinearLayout.identity_1d(2, "register", "row")).bases
        [('register', [[1]]), ('lane', [[2]])]
        """
        return self._divided("divide_right", tile, strict, left=False)

    def _divided(self, operation: str, tile: LinearLayout, strict: bool, left: bool) -> LinearLayout | None:
        if not isinstance(tile, Core):
            raise d.no_layout(operation, tile)
        d.read_flag(operation, "strict", strict)
        try:
            return self._quotient_of(operation, tile, left)
        except NotALayoutError:
            if strict:
                raise
            return None

    def _quotient_of(self, operation: str, tile: LinearLayout, left: bool) -> LinearLayout:
        """Return C, or refuse in the name of the operation."""
        ins = _remaining(operation, self._ins, tile._ins, "input")
        outs = _remaining(operation, self._outs, tile._outs, "output")
        used, kept, of_tile = dict(tile._ins), dict(ins), d.offsets(tile._ins)
        # What is the major factor lies above the other in every output.
        tile_bits = {name: dict(tile._outs).get(name, 0) for name, _ in outs}
        where_tile = d.places(tile._outs, self._outs, None if left else dict(outs))
        where_rest = d.places(outs, self._outs, tile_bits if left else None)
        expected = compose(where_tile, tile._matrix.columns, self._matrix.rows)
        back, mask, start = {place: 1 << i for i, place in enumerate(where_rest)}, d.union(where_rest), 0
        columns = []
        for name, bits in self._ins:
            first_tile, first_rest = (0, bits - kept[name]) if left else (kept[name], 0)
            for i in range(used.get(name, 0)):
                column = self._matrix.columns[start + first_tile + i]
                if column != expected[of_tile[name] + i]:
                    raise self._no_tile(operation, name, first_tile + i, column, expected[of_tile[name] + i])
            for i in range(first_rest, first_rest + kept[name]):
                column = self._matrix.columns[start + i]
                if column & ~mask:
                    raise self._shares_a_bit(operation, name, i, column, column & ~mask)
                columns.append(sum([back[1 << bit] for bit in set_bits(column)]))
            start += bits
        return self._new(ins, outs, tuple(columns))

    def _no_tile(self, operation: str, name: str, i: int, seen: int, wanted: int) -> NotALayoutError:
        mine, theirs = d.named(d.split(seen, self._outs)), d.named(d.split(wanted, self._outs))
        return NotALayoutError(
            f"{operation}: basis {i} of {_show(name)} is {mine}, and the tile has {theirs} there", (name, i)
        )

    def _shares_a_bit(self, operation: str, name: str, i: int, column: int, shared: int) -> NotALayoutError:
        out, bit = d.bit_of(shared.bit_length() - 1, self._outs)
        return NotALayoutError(
            f"{operation}: basis {i} of {_show(name)} is {d.named(d.split(column, self._outs))}, and bit {bit} of"
            f" {_show(out)} belongs to the tile",
            (name, i),
        )

    # -- quotient -------------------------------------------------------------------------------------------------

    def is_trivial_over(self, dims: Iterable[str]) -> bool:
        """Tell whether the layout is the identity on these dimensions and they are independent of all others.

        Requires: the names are inputs and outputs.
        Ensures:  true if and only if ``apply(x)[o] == x[o]`` for o in ``dims``, and no other output depends on them.
        Raises:   ProfileError with a name that is not on both sides.
        Triton:   ``isTrivialOver``.

        >>> from layouts import LinearLayout
        >>> L = LinearLayout.identity_1d(4, "lane", "lane") * LinearLayout.strided_1d(2, 2, "warp", "warp")
        >>> L.is_trivial_over(["lane"]), L.is_trivial_over(["warp"])
        (True, False)
        """
        return self._is_trivial_over(self._read_square("is_trivial_over", dims))

    def _read_square(self, operation: str, dims: Iterable[str]) -> tuple[str, ...]:
        """Return names that are inputs as well as outputs."""
        chosen = d.read_subset(operation, dims, self._ins, "input")
        return d.read_subset(operation, chosen, self._outs, "output")

    def _is_trivial_over(self, chosen: tuple[str, ...]) -> bool:
        mine, theirs = dict(self._ins), dict(self._outs)
        if any([mine[name] != theirs[name] for name in chosen]):
            return False
        low, mask = d.offsets(self._outs), 0
        for name in chosen:
            mask |= (1 << theirs[name]) - 1 << low[name]
        start = 0
        for name, bits in self._ins:
            mine_columns = self._matrix.columns[start : start + bits]
            start += bits
            if name in chosen:
                if any([c != 1 << low[name] + i for i, c in enumerate(mine_columns)]):
                    return False
            elif any([c & mask for c in mine_columns]):
                return False
        return True

    def quotient(self, dims: Iterable[str]) -> LinearLayout | None:
        """Return the layout without dimensions over which it is trivial, or None if it is not.

        Ensures:  with Q the result, the product of identities over ``dims`` and Q is this layout up to order.
        Raises:   ProfileError with a name that is no input or no output.
        Triton:   ``quotient``, which returns none for a name that is no input and ends the process for one that is no
                  output.

        >>> from layouts import LinearLayout
        >>> L = LinearLayout.identity_1d(4, "lane", "lane") * LinearLayout.strided_1d(2, 2, "warp", "warp")
        >>> L.quotient(["lane"]).bases, L.quotient(["warp"])
        ([('warp', [[2]])], None)
        """
        chosen = self._read_square("quotient", dims)
        if not self._is_trivial_over(chosen):
            return None
        ins = [name for name, _ in self._ins if name not in chosen]
        outs = [name for name, _ in self._outs if name not in chosen]
        return self._sublayout(set(ins), set(outs))

    def _sublayout(self, ins: set[str], outs: set[str]) -> LinearLayout:
        """Return the layout on some inputs, with the other ones 0, and to some outputs."""
        kept = tuple([dim for dim in self._outs if dim[0] in outs])
        start, low, bits_of = d.offsets(self._ins), d.offsets(kept), dict(kept)
        to = []
        for name, bits in self._outs:
            to += [1 << low[name] + i for i in range(bits)] if name in bits_of else [0] * bits
        chosen: tuple[int, ...] = ()
        for name, bits in self._ins:
            if name in ins:
                chosen += self._matrix.columns[start[name] : start[name] + bits]
        columns = chosen if len(kept) == len(self._outs) else compose(to, chosen, d.total(kept))
        return self._new(tuple([dim for dim in self._ins if dim[0] in ins]), kept, columns)


def divide_left(A: LinearLayout, B: LinearLayout, *, strict: bool = False) -> LinearLayout | None:
    """Return C with ``A == B * C`` up to the order of dimensions, or None; the method ``A.divide_left(B)``.

    Raises:   with ``strict``, NotALayoutError that says why there is none.
    Triton:   ``divideLeft``.

    >>> from layouts import LinearLayout
    >>> divide_left(LinearLayout.identity_1d(8, "r", "x"), LinearLayout.identity_1d(2, "r", "x")).bases
    [('r', [[1], [2]])]
    """
    return _layout("divide_left", A).divide_left(B, strict=strict)


def divide_right(A: LinearLayout, B: LinearLayout, *, strict: bool = False) -> LinearLayout | None:
    """Return C with ``A == C * B`` up to the order of dimensions, or None; the method ``A.divide_right(B)``.

    Raises:   with ``strict``, NotALayoutError that says why there is none.
    Triton:   ``divideRight``.

    >>> from layouts import LinearLayout
    >>> divide_right(LinearLayout.identity_1d(8, "r", "x"), LinearLayout.identity_1d(2, "r", "x")).bases
    [('r', [[1], [2]])]
    """
    return _layout("divide_right", A).divide_right(B, strict=strict)


def _layout(operation: str, value: LinearLayout) -> LinearLayout:
    if not isinstance(value, Products):
        raise d.no_layout(operation, value)
    return value


def as_affine(operation: str, layout: Core, other: object) -> AffineLayout:
    """Return a linear layout as an affine one, for an operation with another that is affine; or refuse the other."""
    from .affine import AffineLayout

    if not isinstance(other, AffineLayout):
        raise d.no_layout(operation, other)
    return AffineLayout._make(layout, 0)  # type: ignore[arg-type]


def _joined(minor: Dims, major: Dims) -> tuple[Dims, dict[str, int]]:
    """Return the dimensions of a product, and by how much the major factor is shifted up in each."""
    mine, theirs = dict(minor), dict(major)
    names = d.merged(tuple(mine), tuple(theirs))
    joined = [(n, d.check_bits("product", n, mine.get(n, 0) + theirs.get(n, 0))) for n in names]
    return tuple(joined), {n: mine.get(n, 0) for n in names}


def _slices(dims: Dims, columns: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
    """Return the columns of each dimension."""
    found, start = {}, 0
    for name, bits in dims:
        found[name] = columns[start : start + bits]
        start += bits
    return found


def _remaining(operation: str, whole: Dims, tile: Dims, side: str) -> Dims:
    """Return the dimensions of a layout with the bits of a tile taken away."""
    sizes = dict(whole)
    for name, bits in tile:
        if name not in sizes:
            raise NotALayoutError(f"{operation}: the tile has the {side} {_show(name)}, and the layout has none", name)
        if bits > sizes[name]:
            raise NotALayoutError(
                f"{operation}: the {side} {_show(name)} has size {d.number(1 << bits)} in the tile and"
                f" {d.number(1 << sizes[name])} in the layout",
                name,
            )
    used = dict(tile)
    return tuple([(name, bits - used.get(name, 0)) for name, bits in whole])


def _same_names(operation: str, mine: Dims, theirs: Dims, what: str, other: str) -> None:
    if {name for name, _ in mine} != {name for name, _ in theirs}:
        a, b = [name for name, _ in mine], [name for name, _ in theirs]
        missing = [name for name in a if name not in b] + [name for name in b if name not in a]
        raise ProfileError(
            f"{operation}: the {what} {d.show_names(mine)} are not the {other} {d.show_names(theirs)}:"
            f" {_show(missing[0])}",
            missing[0],
        )
