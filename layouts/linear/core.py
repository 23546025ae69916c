"""What every linear layout is: named inputs, named outputs, and the matrix between their flat indices.

Column j of the matrix is the image of bit j of the flat input, inputs minor to major; its bits are the flat output,
outputs minor to major.  Triton calls the columns of one input, each written as one value for each output, the *bases*
of that input.  The verbs are in the files beside this one, by family; ``LinearLayout`` inherits them all.
"""

from __future__ import annotations

from ..bits import BitMatrix
from ..elimination import image
from ..errors import NotInvertibleError, ProfileError
from ..inttuple import _show, to_int
from ..notebook import show_in_notebook
from . import dims as d

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, NoReturn

    from ..layout import Layout
    from .dims import Dims
    from .layout import LinearLayout

__all__: list[str] = []


class Core:
    """The storage of a linear layout and the questions that read it off."""

    __slots__ = ("_ins", "_matrix", "_outs")
    _ins: Dims
    _outs: Dims
    _matrix: BitMatrix
    _repr_mimebundle_ = show_in_notebook

    @classmethod
    def _new(cls, ins: Dims, outs: Dims, columns: BitMatrix | tuple[int, ...]) -> LinearLayout:
        """Build a layout from parts that are known to be right."""
        self: Any = _allocate(cls)
        _set_ins(self, ins)
        _set_outs(self, outs)
        matrix = BitMatrix._new(columns, d.total(outs)) if type(columns) is tuple else columns
        _set_matrix(self, matrix)
        return self  # type: ignore[no-any-return]

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"LinearLayout is immutable: cannot set {name!r}")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"LinearLayout is immutable: cannot delete {name!r}")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.bases, self.out_dims)

    def __eq__(self, other: object) -> bool:
        # No value of another type is equal.  NotImplemented would ask the other one, and Triton's class then raises.
        if not isinstance(other, Core):
            return False
        return self._ins == other._ins and self._outs == other._outs and self._matrix == other._matrix

    def __hash__(self) -> int:
        return hash((self._ins, self._outs, self._matrix.columns))

    def __repr__(self) -> str:
        if not self._ins and not self._outs:
            return "LinearLayout()"
        return f"LinearLayout({self.bases}, {self.out_dims})"

    def __str__(self) -> str:
        outs = "[" + ", ".join([f"{name} (size {1 << bits})" for name, bits in self._outs]) + "]"
        if not self._ins:
            return f"\n(empty layout with out-dims {outs})" if self._outs else "\n(empty layout)"
        lines = ["\n"]
        for name, vectors in self.bases:
            rows = [f"{name}={1 << i} -> ({', '.join(map(str, v))})" for i, v in enumerate(vectors)]
            lines.append(" - " + ("\n   ".join(rows) or f"{name} is a size 1 dimension") + "\n")
        return "".join(lines) + "where out dims are: " + outs

    # -- parts ----------------------------------------------------------------------------------------------------

    @property
    def bases(self) -> list[tuple[str, list[list[int]]]]:
        """The images of 1, 2, 4, ... in each input, as (name, vectors), one value for each output.

        >>> from layouts import LinearLayout
        >>> LinearLayout.identity_1d(4, "lane", "dim0").bases
        [('lane', [[1], [2]])]
        """
        columns, outs, found, start = self._matrix.columns, self._outs, [], 0
        for name, bits in self._ins:
            found.append((name, [d.vector(c, outs) for c in columns[start : start + bits]]))
            start += bits
        return found

    @property
    def in_dims(self) -> list[tuple[str, int]]:
        """The inputs as (name, size), minor to major."""
        return [(name, 1 << bits) for name, bits in self._ins]

    @property
    def out_dims(self) -> list[tuple[str, int]]:
        """The outputs as (name, size), minor to major."""
        return [(name, 1 << bits) for name, bits in self._outs]

    @property
    def num_in_dims(self) -> int:
        """The number of inputs."""
        return len(self._ins)

    @property
    def num_out_dims(self) -> int:
        """The number of outputs."""
        return len(self._outs)

    @property
    def shape(self) -> tuple[int, ...]:
        """The sizes of the inputs, minor to major: the shape of the domain."""
        return tuple([1 << bits for _, bits in self._ins])

    @property
    def size(self) -> int:
        """The number of inputs points, the product of the shape."""
        return 1 << len(self._matrix.columns)

    @property
    def matrix(self) -> BitMatrix:
        """The matrix between the flat indices: column j is the image of bit j, bit i of it is row i.

        >>> from layouts import LinearLayout
        >>> LinearLayout([("lane", [[0, 1], [1, 0]])], [("row", 2), ("column", 2)]).matrix
        BitMatrix((2, 1), rows=2)
        """
        return self._matrix

    def get_matrix_view(self) -> list[list[int]]:
        """Return the matrix as rows of 0 and 1: a row is a bit of the output, a column a bit of the input, low first.

        >>> from layouts import LinearLayout
        >>> LinearLayout.strided_1d(4, 2, "lane", "dim0").get_matrix_view()
        [[0, 0], [1, 0], [0, 1]]
        """
        return self._matrix.to_rows()

    def get_in_dim_names(self) -> list[str]:
        """Return the names of the inputs, minor to major."""
        return [name for name, _ in self._ins]

    def get_out_dim_names(self) -> list[str]:
        """Return the names of the outputs, minor to major."""
        return [name for name, _ in self._outs]

    def has_in_dim(self, name: str) -> bool:
        """Tell whether there is an input of that name."""
        return isinstance(name, str) and any([known == name for known, _ in self._ins])

    def has_out_dim(self, name: str) -> bool:
        """Tell whether there is an output of that name."""
        return isinstance(name, str) and any([known == name for known, _ in self._outs])

    def get_in_dim_index(self, name: str) -> int:
        """Return the place of an input; ProfileError where there is none of that name."""
        d.find("get_in_dim_index", name, self._ins, "input")
        return self.get_in_dim_names().index(name)

    def get_out_dim_index(self, name: str) -> int:
        """Return the place of an output; ProfileError where there is none of that name."""
        d.find("get_out_dim_index", name, self._outs, "output")
        return self.get_out_dim_names().index(name)

    def get_in_dim_size(self, name: str) -> int:
        """Return the size of an input; ProfileError where there is none of that name."""
        return 1 << d.find("get_in_dim_size", name, self._ins, "input")[1]

    def get_out_dim_size(self, name: str) -> int:
        """Return the size of an output; ProfileError where there is none of that name."""
        return 1 << d.find("get_out_dim_size", name, self._outs, "output")[1]

    def get_in_dim_size_log2(self, name: str) -> int:
        """Return the number of bits of an input; ProfileError where there is none of that name."""
        return d.find("get_in_dim_size_log2", name, self._ins, "input")[1]

    def get_out_dim_size_log2(self, name: str) -> int:
        """Return the number of bits of an output; ProfileError where there is none of that name."""
        return d.find("get_out_dim_size_log2", name, self._outs, "output")[1]

    def get_out_dim_sizes(self) -> list[int]:
        """Return the sizes of the outputs, minor to major."""
        return [1 << bits for _, bits in self._outs]

    def get_total_in_dim_size(self) -> int:
        """Return the product of the input sizes."""
        return 1 << len(self._matrix.columns)

    def get_total_out_dim_size(self) -> int:
        """Return the product of the output sizes."""
        return 1 << self._matrix.rows

    def get_total_in_dim_size_log2(self) -> int:
        """Return the number of bits of the flat input."""
        return len(self._matrix.columns)

    def get_total_out_dim_size_log2(self) -> int:
        """Return the number of bits of the flat output."""
        return self._matrix.rows

    def get_basis(self, in_dim: str, position: int, out_dim: str | None = None) -> list[int] | int:
        """Return the image of ``1 << position`` in one input: one value for each output, or the value for ``out_dim``.

        Raises:   ProfileError for a name or a position that there is not.

        >>> from layouts import LinearLayout
        >>> L = LinearLayout([("lane", [[0, 1], [2, 0]])], [("row", 4), ("column", 2)])
        >>> L.get_basis("lane", 1), L.get_basis("lane", 1, "row")
        ([2, 0], 2)
        """
        start, bits = d.find("get_basis", in_dim, self._ins, "input")
        i = to_int(position, "get_basis: the position")
        if not 0 <= i < bits:
            raise ProfileError(f"get_basis: {_show(in_dim)} has {bits} bases, and none at {i}", i)
        column = self._matrix.columns[start + i]
        if out_dim is None:
            return d.vector(column, self._outs)
        offset, bits = d.find("get_basis", out_dim, self._outs, "output")
        return column >> offset & (1 << bits) - 1

    def _columns(self, name: str) -> tuple[int, ...]:
        """Return the flat bases of an input, none where there is no input of that name."""
        start = 0
        for known, bits in self._ins:
            if known == name:
                return self._matrix.columns[start : start + bits]
            start += bits
        return ()

    # -- the function ---------------------------------------------------------------------------------------------

    def apply(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Return the named outputs at named inputs: the XOR of the bases that the bits of the inputs select.

        Bits above the width of an input are ignored, so -1 is the last index; ``__call__`` refuses them instead.  Where
        an input is a numpy array of one axis or more all outputs are int64 arrays; arrays of different forms are
        broadcast.
        Requires: the names of all inputs and no others, in any order.
        Raises:   ProfileError for other names and for what is no integer; LayoutError where an output has more than 63
                  bits and arrays are asked for.
        Triton:   ``apply``.

        >>> from layouts import LinearLayout
        >>> L = LinearLayout([("register", [[0, 1]]), ("lane", [[1, 0], [2, 0]])], [("row", 4), ("column", 2)])
        >>> L.apply({"lane": 3, "register": 1}), L.apply({"lane": -1, "register": 0})
        ({'row': 3, 'column': 1}, {'row': 3, 'column': 0})
        """
        if not hasattr(inputs, "keys"):
            raise ProfileError(f"apply: the inputs are a mapping from names to integers, not {_show(inputs)}", inputs)
        if len(inputs) != len(self._ins) or any([name not in inputs for name, _ in self._ins]):
            raise ProfileError(f"apply: the inputs {_names(inputs)} are not {d.show_names(self._ins)}", _names(inputs))
        flat = offset = 0
        for name, bits in self._ins:
            value = inputs[name]
            if type(value) is not int:
                if getattr(value, "ndim", 0):
                    from .arrays import apply_arrays

                    return apply_arrays(self, inputs)
                value = to_int(value, f"apply: the input {_show(name)}")
            flat |= (value & (1 << bits) - 1) << offset
            offset += bits
        return d.split(image(self._matrix.columns, flat), self._outs)

    def __call__(self, /, *coordinate: Any, **named: Any) -> Any:
        """Return the flat output at a flat index or at one value for each input; named in gives named out.

        Requires: every value in the range of its dimension.
        Ensures:  ``L(i)`` is ``L.matrix(i)``; ``L(a, b)`` is the flat output at the coordinate (a, b).
        Raises:   ProfileError with what is out of range or does not fit.

        >>> from layouts import LinearLayout
        >>> L = LinearLayout([("register", [[0, 1]]), ("lane", [[1, 0], [2, 0]])], [("row", 4), ("column", 2)])
        >>> L(3), L(1, 1), L((1, 1)), L(register=1, lane=1)
        (5, 5, 5, {'row': 1, 'column': 1})
        """
        if named:
            if coordinate:
                raise ProfileError("call: give a coordinate or named inputs, not both", coordinate)
            checked = {name: _in_range(named[name], name, bits) for name, bits in self._ins if name in named}
            return self.apply(checked if len(checked) == len(named) else named)
        if len(coordinate) == 1 and isinstance(coordinate[0], tuple):
            coordinate = coordinate[0]
        if len(coordinate) == 1:
            flat = _in_range(coordinate[0], "index", len(self._matrix.columns))
        elif len(coordinate) == len(self._ins):
            flat = d.join({n: _in_range(c, n, b) for c, (n, b) in zip(coordinate, self._ins, strict=True)}, self._ins)
        else:
            raise ProfileError(
                f"call: {_show(coordinate)} does not fit the inputs {d.show_dims(self._ins)}", coordinate
            )
        return image(self._matrix.columns, flat)

    def table(self, out_dim: str | None = None, *, out: Any = None, dtype: Any = None, limit: int = 2**26) -> Any:
        """Return the values at all flat indices: of one output, or without ``out_dim`` flat ones.

        Ensures:  ``L.table()[i] == L(i)``.  A numpy array (int64, or ``dtype``, or ``out``); a list without numpy.
        Raises:   TooLargeError beyond ``limit`` points; LayoutError when a value does not fit the type.
        Cost:     one write for each value, by doubling.

        >>> from layouts import LinearLayout
        >>> L = LinearLayout([("register", [[0, 1]]), ("lane", [[1, 0], [2, 0]])], [("row", 4), ("column", 2)])
        >>> print(L.table(), L.table("row"))
        [0 4 1 5 2 6 3 7] [0 0 1 1 2 2 3 3]
        """
        from .arrays import table

        return table(self, out_dim, out=out, dtype=dtype, limit=limit)

    def at(self, indices: Any) -> Any:
        """Return the flat values at an array of flat indices, as an int64 array of the same form.

        Raises:   LayoutError for indices that are no integers or out of range, or values of more than 63 bits.

        >>> from layouts import LinearLayout
        >>> LinearLayout.strided_1d(4, 2, "lane", "dim0").at([[0, 1], [2, 3]]).tolist()
        [[0, 2], [4, 6]]
        """
        from .arrays import at

        return at(self, indices)

    def as_layout(self) -> Layout:
        """Return the layout over Z or F2 with the same flat values, as ``equal`` reads it; see ``from_linear``.

        >>> from layouts import LinearLayout, equal, parse
        >>> equal(LinearLayout.strided_1d(4, 2, "lane", "offset"), parse("4:2"))
        True
        """
        from .cute import from_linear

        return from_linear(self)  # type: ignore[arg-type]

    # -- for messages ---------------------------------------------------------------------------------------------

    def _show(self) -> str:
        """Show the layout in a message: its dimensions, and its bases if they are few."""
        text = f"{d.show_dims(self._ins)} -> {d.show_dims(self._outs)}"
        bases = ", ".join([f"{name}={vectors}" for name, vectors in self.bases]) if self.size <= 1 << 16 else ""
        return f"{text} ({bases})" if 0 < len(bases) <= 200 else text

    def _require_surjective(self, operation: str) -> None:
        """Refuse a layout that misses an output, with the smallest one that it misses."""
        missed = self._matrix._reduced()[2]
        if missed:
            raise self._missed(operation, missed & -missed)

    def _missed(self, operation: str, value: int) -> NotInvertibleError:
        witness = d.split(value, self._outs)
        return NotInvertibleError(f"{operation}: {self._show()}: no input gives {d.named(witness)}", witness)


def _names(inputs: Mapping[str, Any]) -> list[str]:
    return list(inputs)[:16]


def _in_range(value: object, name: str, bits: int) -> int:
    """Return an integer below 2**bits, or refuse it."""
    number = to_int(value, f"call: {name}")
    if number < 0 or number.bit_length() > bits:
        raise ProfileError(
            f"call: {name} is {d.number(number)}, and its range is 0..{d.number((1 << bits) - 1)}", number
        )
    return number


_allocate = object.__new__
_set_ins = Core.__dict__["_ins"].__set__
_set_outs = Core.__dict__["_outs"].__set__
_set_matrix = Core.__dict__["_matrix"].__set__
