"""``AffineLayout``: a linear layout and a XOR constant; subviews, slices at a point, ``lane ^ 2``.

Fixing some inputs of a linear layout at a point other than 0 leaves an affine map: L(x, c) = L(x, 0) ^ L(0, c).  So do
a view that begins inside a tensor, and an exchange of lanes.

>>> from layouts import LinearLayout
>>> L = LinearLayout([("register", [[1], [2]]), ("lane", [[4], [3]])], [("x", 8)])
>>> A = fix_inputs(L, {"lane": 2})
>>> A.linear.bases, A.offset, A.apply({"register": 1})
([('register', [[1], [2]])], {'x': 3}, {'x': 2})
"""

from __future__ import annotations

from ..elimination import compose, image
from ..errors import NotInvertibleError, ProfileError
from ..inttuple import _show, to_int
from ..notebook import show_in_notebook
from . import dims as d
from .layout import LinearLayout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any, NoReturn

__all__ = ["AffineLayout", "fix_inputs", "xor_inputs"]


class AffineLayout:
    """The map ``x -> linear(x) ^ offset``, with named inputs and outputs.

    ``offset`` has a value for some or all outputs; others are 0.  Immutable; equality and hashing are structural.
    Requires: a LinearLayout; values below the sizes of their outputs.
    Ensures:  ``A.apply(x)[o] == linear.apply(x)[o] ^ offset[o]``.
    Raises:   ProfileError otherwise.

    >>> from layouts import LinearLayout
    >>> A = AffineLayout(LinearLayout.identity_1d(32, "lane", "lane"), {"lane": 2})       # lane ^ 2
    >>> A.apply({"lane": 5}), A.compose(A).is_linear()
    ({'lane': 7}, True)
    """

    __slots__ = ("_offset", "linear")
    linear: LinearLayout
    _offset: int
    _repr_mimebundle_ = show_in_notebook

    def __init__(self, linear: LinearLayout, offset: Mapping[str, int] | None = None) -> None:
        if not isinstance(linear, LinearLayout):
            raise ProfileError(f"AffineLayout: {_show(linear)} is not a LinearLayout", linear)
        point = _point("AffineLayout", {} if offset is None else offset, linear._outs, "output")
        object.__setattr__(self, "linear", linear)
        object.__setattr__(self, "_offset", d.join({**dict.fromkeys(dict(linear._outs), 0), **point}, linear._outs))

    @staticmethod
    def _make(linear: LinearLayout, offset: int) -> AffineLayout:
        self = object.__new__(AffineLayout)
        object.__setattr__(self, "linear", linear)
        object.__setattr__(self, "_offset", offset)
        return self

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"AffineLayout is immutable: cannot set {name!r}")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"AffineLayout is immutable: cannot delete {name!r}")

    def __reduce__(self) -> tuple[Any, ...]:
        return AffineLayout, (self.linear, self.offset)

    def __repr__(self) -> str:
        return f"AffineLayout({self.linear!r}, {self.offset})"

    def __str__(self) -> str:
        constants = ", ".join([f"{name}={value}" for name, value in self.offset.items()])
        return f"{self.linear}\nXOR {constants or '()'}"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, AffineLayout):
            return False  # as LinearLayout does
        return self.linear == other.linear and self._offset == other._offset

    def __hash__(self) -> int:
        return hash((self.linear, self._offset))

    @property
    def offset(self) -> dict[str, int]:
        """The output at 0, as one value for each output."""
        return d.split(self._offset, self.linear._outs)

    @property
    def shape(self) -> tuple[int, ...]:
        """The sizes of the inputs, minor to major."""
        return self.linear.shape

    @property
    def size(self) -> int:
        """The number of input points."""
        return self.linear.size

    def is_linear(self) -> bool:
        """Tell whether the offset is 0, so that ``linear`` is the same map."""
        return not self._offset

    def apply(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Return the named outputs at named inputs, as ``LinearLayout.apply`` does; arrays are welcome.

        >>> from layouts import LinearLayout
        >>> AffineLayout(LinearLayout.identity_1d(4, "lane", "lane"), {"lane": 3}).apply({"lane": 1})
        {'lane': 2}
        """
        found, offset = self.linear.apply(inputs), self.offset
        return {name: value ^ offset[name] for name, value in found.items()}

    def __call__(self, /, *coordinate: Any, **named: Any) -> Any:
        """Return the flat output at a flat index or a coordinate; named in gives named out.

        >>> from layouts import LinearLayout
        >>> A = AffineLayout(LinearLayout.identity_1d(4, "lane", "lane"), {"lane": 3})
        >>> A(1), A(lane=1)
        (2, {'lane': 2})
        """
        if named:
            found, offset = self.linear(*coordinate, **named), self.offset
            return {name: value ^ offset[name] for name, value in found.items()}
        return self.linear(*coordinate) ^ self._offset

    def compose(self, outer: AffineLayout | LinearLayout) -> AffineLayout:
        """Return the composition, this map first: ``x -> outer(self(x))``.

        Requires: the outputs here are the inputs of ``outer``, no larger.
        Ensures:  ``A.compose(B).apply(x) == B.apply(A.apply(x))``.
        Raises:   ProfileError with the name and the sizes.

        >>> from layouts import LinearLayout
        >>> A = AffineLayout(LinearLayout.identity_1d(4, "lane", "row"), {"row": 1})
        >>> A.compose(LinearLayout.strided_1d(4, 2, "row", "offset")).offset
        {'offset': 2}
        """
        second = _affine("compose", outer)
        linear = self.linear.compose(second.linear)
        start, moved = d.offsets(second.linear._ins), 0
        for name, value in self.offset.items():
            moved |= value << start[name]
        return AffineLayout._make(linear, image(second.linear._matrix.columns, moved) ^ second._offset)

    def __mul__(self, other: AffineLayout | LinearLayout) -> AffineLayout:
        """Return the product, the direct sum; this map is the minor factor, as in ``LinearLayout``'s product.

        Ensures:  ``(A * B).apply(x)[o] == A.apply(low bits)[o] | B.apply(high bits)[o] << bits of o in A``.
        Raises:   TooLargeError for a dimension of more than 1024 bits.

        >>> from layouts import LinearLayout
        >>> A = AffineLayout(LinearLayout.identity_1d(4, "lane", "row"), {"row": 1})
        >>> (A * A).offset, (LinearLayout.identity_1d(4, "lane", "row") * A).offset
        ({'row': 5}, {'row': 4})
        """
        return self._times(other, minor=True)

    def __rmul__(self, other: LinearLayout) -> AffineLayout:
        return self._times(other, minor=False)

    def _times(self, other: object, minor: bool) -> AffineLayout:
        if not isinstance(other, (AffineLayout, LinearLayout)):
            if d.is_triton(other):
                raise d.no_layout("product", other)
            return NotImplemented  # type: ignore[no-any-return]
        first, second = (self, _affine("product", other)) if minor else (_affine("product", other), self)
        linear = first.linear * second.linear
        low, high, below = first.offset, second.offset, dict(first.linear._outs)
        offset = {n: low.get(n, 0) | high.get(n, 0) << below.get(n, 0) for n, _ in linear._outs}
        return AffineLayout._make(linear, d.join(offset, linear._outs))

    def invert(self) -> AffineLayout:
        """Return the inverse of a bijective map.

        Ensures:  ``A.compose(A.invert())`` is the identity.
        Raises:   NotInvertibleError as ``LinearLayout.invert`` does.

        >>> from layouts import LinearLayout
        >>> A = AffineLayout(LinearLayout([("lane", [[2], [1]])], [("row", 4)]), {"row": 1})
        >>> A.invert().offset
        {'lane': 2}
        """
        inverse = self.linear.invert()
        return AffineLayout._make(inverse, image(inverse._matrix.columns, self._offset))

    def invert_and_compose(
        self, outer: AffineLayout | LinearLayout, *, rule: str | None = None, local: Iterable[str] | None = None
    ) -> AffineLayout:
        """Return C with ``outer(C(x)) == self(x)``; the linear part by the rule, the offset the smallest.

        Raises:   as ``LinearLayout.invert_and_compose`` does; NotInvertibleError with the difference of the offsets if
                  ``outer`` does not reach it.

        >>> from layouts import LinearLayout
        >>> A, B = LinearLayout.identity_1d(4, "lane", "row"), LinearLayout.strided_1d(4, 1, "offset", "row")
        >>> AffineLayout(A, {"row": 3}).invert_and_compose(B).offset
        {'offset': 3}
        """
        operation = "invert_and_compose"
        second = _affine(operation, outer)
        linear = self.linear.invert_and_compose(second.linear, rule=rule, local=local)
        target = second.linear
        mine = compose(d.places(self.linear._outs, target._outs), (self._offset,), target._matrix.rows)[0]
        difference = mine ^ second._offset
        solved = image(target._matrix._reduced()[0], difference)
        n = len(target._matrix.columns)
        if solved >> n:
            witness = d.split(difference, target._outs)
            raise NotInvertibleError(
                f"{operation}: the offsets differ by {d.named(witness)}, which {target._show()} does not reach", witness
            )
        return AffineLayout._make(linear, solved)


def fix_inputs(layout: LinearLayout | AffineLayout, point: Mapping[str, int]) -> AffineLayout:
    """Return the map of the remaining inputs when some are held at a point: a slice.

    Requires: names of inputs; values below their sizes.
    Ensures:  ``fix_inputs(L, c).apply(x) == L.apply({**x, **c})``.
    Raises:   ProfileError otherwise.

    >>> from layouts import LinearLayout
    >>> L = LinearLayout([("register", [[1]]), ("lane", [[2], [4]])], [("x", 8)])
    >>> A = fix_inputs(L, {"lane": 3})
    >>> A.linear.bases, A.offset
    ([('register', [[1]])], {'x': 6})
    """
    given = _affine("fix_inputs", layout)
    linear = given.linear
    fixed = _point("fix_inputs", point, linear._ins, "input")
    flat = d.join({**dict.fromkeys(dict(linear._ins), 0), **fixed}, linear._ins)
    rest = linear.sublayout([name for name, _ in linear._ins if name not in fixed], linear.get_out_dim_names())
    return AffineLayout._make(rest, image(linear._matrix.columns, flat) ^ given._offset)


def xor_inputs(layout: LinearLayout | AffineLayout, point: Mapping[str, int]) -> AffineLayout:
    """Return ``x -> layout(x ^ point)``: a subview that begins at a point, or ``lane ^ 2``.

    Requires: names of inputs; values below their sizes.
    Ensures:  ``xor_inputs(L, c).apply(x)`` is L at x with c XORed to the inputs that c names.
    Raises:   ProfileError otherwise.

    >>> from layouts import LinearLayout
    >>> xor_inputs(LinearLayout.strided_1d(4, 2, "lane", "x"), {"lane": 2}).apply({"lane": 1})
    {'x': 6}
    """
    given = _affine("xor_inputs", layout)
    linear = given.linear
    moved = _point("xor_inputs", point, linear._ins, "input")
    flat = d.join({**dict.fromkeys(dict(linear._ins), 0), **moved}, linear._ins)
    return AffineLayout._make(linear, image(linear._matrix.columns, flat) ^ given._offset)


def _affine(operation: str, value: AffineLayout | LinearLayout) -> AffineLayout:
    if isinstance(value, AffineLayout):
        return value
    if isinstance(value, LinearLayout):
        return AffineLayout._make(value, 0)
    if d.is_triton(value):
        raise d.no_layout(operation, value)
    raise ProfileError(f"{operation}: {_show(value)} is neither a LinearLayout nor an AffineLayout", value)


def _point(operation: str, point: Mapping[str, int], dims: d.Dims, side: str) -> dict[str, int]:
    """Return values for some dimensions, each in its range."""
    if not isinstance(point, dict):
        raise ProfileError(f"{operation}: {_show(point)} is not a mapping from names to values", point)
    found = {}
    for name in d.read_subset(operation, tuple(point), dims, side):
        value, bits = to_int(point[name], f"{operation}: the value of {_show(name)}"), dict(dims)[name]
        if value < 0 or value >> bits:
            raise ProfileError(
                f"{operation}: {_show(name)} is {d.number(value)}, and its range is 0..{d.number((1 << bits) - 1)}",
                value,
            )
        found[name] = value
    return found
