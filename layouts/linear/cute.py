"""To and from CuTe layouts: the modes of a layout become named inputs, its values named outputs, and back.

A CuTe layout goes from a coordinate to an offset and counts its first mode fastest.  A linear layout goes wherever its
names say; Triton's go from a place in the hardware to a coordinate of the tensor.  Nothing is turned around here: the
modes become the inputs, the first one minor, and the bits of the values the outputs, the lowest ones minor.  Where the
other direction is wanted, ``invert`` turns it.

By hand, the accumulator of one warp, whose values are the indices m + 16 n of a 16x8 tile, m fastest: lane 6 is
(2, 1) in the shape (4, 8), register 3 is (1, 1) in (2, 2), and 2 * 32 + 1 * 1 + 1 * 16 + 1 * 8 = 89 = 9 + 16 * 5.

>>> from layouts import parse
>>> A = parse("((4,8),(2,2)):((32,1),(16,8))")
>>> L = to_linear(A, ins=("lane", "register"), outs={"row": 16, "column": 8})
>>> A((2, 1), (1, 1)), L(lane=6, register=3)
(89, {'row': 9, 'column': 5})
>>> print(from_linear(L))
((4,8),(2,2)):((32,1),(16,8))
"""

from __future__ import annotations

from ..codomain import coprofile
from ..composed import ComposedLayout
from ..errors import NotALayoutError, NotLinearError, ProfileError
from ..inttuple import _show, product
from ..layout import Layout
from ..linearity import _doublings, first_carry, from_images, from_modes
from ..module import F2, E, Z, Zn
from ..swizzled import swizzled_forms
from . import dims as d
from .affine import AffineLayout
from .layout import LinearLayout
from .xorform import xor_form

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, TypeAlias

    from ..inttuple import IntTuple
    from ..module import Module
    from .dims import Dims

    Names: TypeAlias = "str | Sequence[Names] | Mapping[str, int]"

__all__ = ["from_affine", "from_linear", "swizzled_from_linear", "to_affine", "to_linear"]


# -- from CuTe ---------------------------------------------------------------------------------------------------------


def to_linear(layout: Layout | ComposedLayout, ins: Names, outs: Names) -> LinearLayout:
    """Return the linear layout with the values of a CuTe layout: modes become inputs, bits of values outputs.

    ``ins`` has one name for each mode, the first mode fastest; in the place of a name, a tuple of names takes a mode
    apart.  One text names the whole index; a mapping from names to sizes cuts the bits of the index, minor to major.
    ``outs`` is one name, whose size is the smallest power of two above the values, or a mapping from names to sizes,
    which cuts the bits of the values, minor to major: ``{"row": 16, "column": 8}`` for the index row + 16 * column.
    Over Zn it is one name, or a name and a size, for each axis.
    Requires: a layout over F2, a carry-free one over Z or on each axis, or a chain of maps that is linear.
    Ensures:  for one output, ``to_linear(A, i, o)(x) == A(x)`` at every index x and every coordinate of the modes.
    Raises:   NotLinearError with two indices where + and XOR differ, with the extent that is no power of two, or with
              the value at 0 that is not 0; ProfileError with names that do not fit the modes or sizes that do not hold
              the values; TooLargeError for a chain that only enumeration decides, beyond 2**20 points.
    Cost:     one step for each bit of the index.

    >>> from layouts import parse
    >>> S = to_linear(parse("Sw<1,0,2> o (2,4):(4,1)"), ("row", "column"), "offset")    # coordinate -> offset
    >>> S.bases
    [('row', [[5]]), ('column', [[1], [2]])]
    >>> S.invert().bases                                                                # offset -> coordinate
    [('offset', [[0, 1], [0, 2], [1, 1]])]
    >>> to_linear(parse("(2,2):(1,1)"), ("a", "b"), "x")
    Traceback (most recent call last):
    layouts.errors.NotLinearError: (2,2):(1,1) carries: the values 1 and 1 at the indices 1 and 2 share a bit, so at \
index 3 the sum 2 differs from the XOR 0
    """
    operation = "to_linear"
    found = _affine_from(operation, layout, ins, outs)
    if found._offset:
        value = found.offset
        raise NotLinearError(
            f"{operation}: {layout} is affine and not linear: at index 0 it has {d.named(value)}; to_affine keeps that",
            value,
        )
    return found.linear


def to_affine(layout: Layout | ComposedLayout, ins: Names, outs: Names) -> AffineLayout:
    """Return the affine layout, XOR constant included, with the values of a layout or a chain with an offset.

    Names and errors are those of ``to_linear``.
    Ensures:  for one output, ``to_affine(A, i, o)(x) == A(x)`` at every index x.
    Raises:   NotLinearError with indices where the map is not its value at 0 XOR one image for each bit.
    Cost:     one step for each bit of the index; chains in which + meets XOR are enumerated, up to 2**20 points.

    >>> from layouts import parse
    >>> A = to_affine(parse("2 + (2,2,8):(1,-2,4)"), "lane", {"lane": 32})      # lane ^ 2
    >>> A.offset, A.linear == LinearLayout.identity_1d(32, "lane", "lane")
    ({'lane': 2}, True)
    """
    return _affine_from("to_affine", layout, ins, outs)


def _affine_from(operation: str, layout: Any, ins: Names, outs: Names) -> AffineLayout:
    if not isinstance(layout, (Layout, ComposedLayout)):
        raise ProfileError(f"{operation}: {_show(layout)} is not a layout; parse reads one from text", layout)
    constants, columns = xor_form(operation, layout)
    sources = _read_ins(operation, ins, layout.shape, len(columns[0]) if columns else 0)
    tops = [d.union([c, *images]) for c, images in zip(constants, columns, strict=True)]
    targets = _read_axes(operation, outs, layout, tops) if _over_zn(layout) else _read_outs(operation, outs, tops[0])
    if not _over_zn(layout):
        return AffineLayout._make(LinearLayout._new(sources, targets, tuple(columns[0])), constants[0])
    flat, constant, shift = [0] * d.total(sources), 0, 0
    for c, images, (_, bits) in zip(constants, columns, targets, strict=False):
        flat = [known | image << shift for known, image in zip(flat, images, strict=True)]
        constant |= c << shift
        shift += bits
    return AffineLayout._make(LinearLayout._new(sources, targets, tuple(flat)), constant)


def _over_zn(layout: Layout | ComposedLayout) -> bool:
    while isinstance(layout, ComposedLayout):
        layout = layout.inner
    return layout.over is Zn


# -- names -------------------------------------------------------------------------------------------------------------


def _read_ins(operation: str, ins: Names, shape: IntTuple, bits: int) -> Dims:
    """Return the inputs with their bits: names for the modes of the shape, or sizes that cut the index."""
    if isinstance(ins, dict):
        sources = d.read_dims(operation, ins)
        if d.total(sources) != bits:
            raise ProfileError(f"{operation}: {d.show_dims(sources)} has not the {bits} bits of the index", ins)
        return sources
    if not isinstance(ins, str) and not isinstance(shape, tuple):
        shape = (shape,)
    named: list[tuple[str, int]] = []
    _name_modes(operation, ins, shape, named)
    d.distinct(operation, tuple([name for name, _ in named]))
    return tuple(named)


def _name_modes(operation: str, names: object, shape: IntTuple, named: list[tuple[str, int]]) -> None:
    """Append (name, bits) for each name in a tree of names that stand for modes of the shape."""
    if isinstance(names, str):
        bits = product(shape).bit_length() - 1
        named.append((d.read_name(operation, names), d.check_bits(operation, names, bits)))
        return
    if not isinstance(names, (list, tuple)):
        raise ProfileError(
            f"{operation}: {_show(names)} is neither a name nor names for the modes of {_show(shape)}", names
        )
    if not isinstance(shape, tuple) or len(names) != len(shape):
        count = len(shape) if isinstance(shape, tuple) else 1
        raise ProfileError(
            f"{operation}: one name for each of the {count} modes of {_show(shape)}, not {_show(names)}", names
        )
    for name, mode in zip(names, shape, strict=True):
        _name_modes(operation, name, mode, named)


def _read_outs(operation: str, outs: Names, top: int) -> Dims:
    """Return the outputs that hold values below ``2**bits of top``: one name, or names with sizes."""
    alone = outs[0] if isinstance(outs, (list, tuple)) and len(outs) == 1 else outs
    if isinstance(alone, str):
        return ((d.read_name(operation, alone), d.check_bits(operation, alone, top.bit_length())),)
    if isinstance(outs, (list, tuple)) and any([isinstance(item, str) for item in outs]):
        raise ProfileError(f"{operation}: {_show(outs)}: the values are numbers; say the size of each output", outs)
    targets = d.read_dims(operation, outs)
    if top.bit_length() > d.total(targets):
        raise ProfileError(
            f"{operation}: {d.show_dims(targets)} holds {d.total(targets)} bits, and the values have"
            f" {top.bit_length()}",
            1 << top.bit_length() - 1,
        )
    return targets


def _read_axes(operation: str, outs: Names, layout: Any, tops: list[int]) -> Dims:
    """Return one output for each axis of the values, with the size that is given or the smallest that holds them."""
    plain = all([isinstance(item, int) for item in _profile(layout)])
    if isinstance(outs, str):
        outs = (outs,)
    sized = isinstance(outs, dict) or (
        isinstance(outs, (list, tuple)) and all([isinstance(item, (list, tuple)) for item in outs]) and bool(outs)
    )
    if sized:
        targets = d.read_dims(operation, outs)
    else:
        names = d.read_names(operation, outs)
        targets = tuple([(name, 0) for name in names])
    if any(tops[len(targets) :]) or (len(targets) != len(tops) and not plain):
        raise ProfileError(
            f"{operation}: {len(targets)} outputs for the {len(tops)} axes of the values of {layout}", outs
        )
    tops = (tops + [0] * len(targets))[: len(targets)]
    if not sized:
        pairs = zip(targets, tops, strict=True)
        return tuple([(name, d.check_bits(operation, name, top.bit_length())) for (name, _), top in pairs])
    for (name, bits), top in zip(targets, tops, strict=True):
        if top >> bits:
            raise ProfileError(
                f"{operation}: the output {_show(name)} has the size {d.number(1 << bits)}, and the values have"
                f" {top.bit_length()} bits there",
                (name, 1 << top.bit_length() - 1),
            )
    return targets


def _profile(layout: Any) -> tuple[Any, ...]:
    while isinstance(layout, ComposedLayout):
        layout = layout.inner
    return coprofile(layout._d)


# -- back to CuTe ------------------------------------------------------------------------------------------------------


def from_linear(linear: LinearLayout, over: Module | None = None) -> Layout:
    """Return the CuTe layout with the values of a linear layout: one mode for each input, the first one fastest.

    The value is the flat output, outputs minor to major; over Zn a coordinate with one axis for each output.  Each mode
    is coalesced as far as its bases are doublings.  Without ``over`` the layout is over Z where it is carry-free, and
    over F2 elsewhere.
    Ensures:  ``from_linear(L)(x) == L(x)`` at every index; ``to_linear(from_linear(L), ins, L.out_dims) == L`` for the
              names of its inputs.
    Raises:   NotLinearError with two indices where + and XOR differ, over Z and Zn; ProfileError for other modules.
    Cost:     one step for each basis.

    >>> L = LinearLayout([("lane", [[0, 1], [1, 1]])], [("row", 2), ("column", 2)])
    >>> print(from_linear(L), from_linear(LinearLayout.identity_1d(8, "lane", "row")))
    ((2,2)):((F2,F3)) (8):(1)
    >>> from_linear(L, Z)
    Traceback (most recent call last):
    layouts.errors.NotLinearError: from_linear: over Z the bases 2 of lane=1 and 3 of lane=2 share a bit, so at \
index 3 the sum 5 differs from the XOR 1; over=F2 takes it
    """
    operation = "from_linear"
    given = _linear(operation, linear)
    columns = given._matrix.columns
    if over is Zn:
        return _coordinates(operation, given)
    if over is not None and over is not Z and over is not F2:
        raise ProfileError(f"{operation}: over must be Z, F2, Zn or None, not {_show(over)}", over)
    if over is not F2:
        pair = first_carry(columns)
        if pair is None:
            return _modes(given, Z)
        if over is Z:
            raise _carries(operation, given, columns, pair, "over Z")
    return _modes(given, F2)


def _modes(linear: LinearLayout, over: Module, vectors: Sequence[Any] | None = None) -> Layout:
    """Return one coalesced mode for each input; neighbours that double become one."""
    columns: Sequence[Any] = linear._matrix.columns if vectors is None else vectors
    parts, start = [], 0
    for _, bits in linear._ins:
        parts.append(_doublings(tuple(columns[start : start + bits])))
        start += bits
    if not parts:
        return Layout(())
    return from_modes(parts, tuple([1 << bits for _, bits in linear._ins]), over)


def _coordinates(operation: str, linear: LinearLayout) -> Layout:
    """Return the layout over Zn, one axis for each output."""
    vectors, start = [E(0) * 0] * len(linear._matrix.columns), 0
    for axis, (name, bits) in enumerate(linear._outs):
        mine = tuple([column >> start & (1 << bits) - 1 for column in linear._matrix.columns])
        start += bits
        pair = first_carry(mine)
        if pair is not None:
            raise _carries(operation, linear, mine, pair, f"on the axis {_show(name)}")
        vectors = [v + E(axis) * value if value else v for v, value in zip(vectors, mine, strict=True)]
    return _modes(linear, Zn, vectors)


def _carries(
    operation: str, linear: LinearLayout, columns: tuple[int, ...], pair: tuple[int, int], where: str
) -> NotLinearError:
    a, b = columns[pair[0]], columns[pair[1]]
    (low, i), (high, j) = d.bit_of(pair[0], linear._ins), d.bit_of(pair[1], linear._ins)
    x, y = 1 << pair[0], 1 << pair[1]
    return NotLinearError(
        f"{operation}: {where} the bases {d.number(a)} of {low}={d.number(1 << i)} and {d.number(b)} of"
        f" {high}={d.number(1 << j)} share a bit, so at index {d.number(x | y)} the sum {d.number(a + b)} differs from"
        f" the XOR {d.number(a ^ b)}; over=F2 takes it",
        (x, y),
    )


def swizzled_from_linear(linear: LinearLayout) -> ComposedLayout:
    """Return the CuTe chain ``Swizzle o 0 o layout`` with the values of a linear layout, layout over Z.

    Of all forms the one with the fewest bits, modes and the smallest shift; ``swizzled_forms`` gives the others.
    Ensures:  the values are those of ``from_linear(L)``, one mode for each input.
    Raises:   NotALayoutError with two indices whose images share a bit that no single swizzle explains.
    Cost:     about n**2 trials of one step for each of n bits.

    >>> L = LinearLayout([("row", [[5]]), ("column", [[1], [2]])], [("offset", 8)])
    >>> print(swizzled_from_linear(L))
    Sw<1,0,2> o 0 o (2,4):(4,1)
    """
    operation = "swizzled_from_linear"
    given = _linear(operation, linear)
    layout = _modes(given, F2)
    forms = swizzled_forms(layout)
    if not forms:
        pair = first_carry(given._matrix.columns) or (0, 0)
        x, y = 1 << pair[0], 1 << pair[1]
        a, b = d.number(layout(x)), d.number(layout(y))
        raise NotALayoutError(
            f"{operation}: {d.cut(str(layout))} is no single Swizzle<B,M,S> after a plain layout: the values {a} and"
            f" {b} at the indices {d.number(x)} and {d.number(y)} share a bit, and no swizzle makes all such bits;"
            " from_linear has it over F2",
            (x, y),
        )
    return forms[0]


def from_affine(affine: AffineLayout | LinearLayout) -> Layout | ComposedLayout:
    """Return the layout, or the chain with an offset, that has the values of an affine layout.

    A constant 0 gives ``from_linear``.  Where the values add up, the chain is ``offset + layout`` over Z, with negative
    strides for bits that the constant inverts.  Elsewhere it is ``layout o 2**n o identity``, where the layout over F2
    has one bit more than the index, whose image is the constant.
    Ensures:  ``from_affine(A)(x) == A(x)`` at every index.
    Raises:   ProfileError for other values.
    Cost:     one step for each basis.

    >>> A = AffineLayout(LinearLayout.identity_1d(32, "lane", "lane"), {"lane": 2})
    >>> print(from_affine(A))
    2 + ((2,2,8)):((1,-2,4))
    """
    operation = "from_affine"
    if isinstance(affine, LinearLayout):
        return from_linear(affine)
    if not isinstance(affine, AffineLayout):
        raise ProfileError(f"{operation}: {_show(affine)} is neither an AffineLayout nor a LinearLayout", affine)
    linear, constant = affine.linear, affine._offset
    if not constant:
        return from_linear(linear)
    columns = linear._matrix.columns
    if first_carry(columns) is None:  # then changes of the bits of one basis leave those of all others alone
        steps = [(constant ^ column) - constant for column in columns]
        return ComposedLayout(None, constant, _modes(linear, Z, steps))
    outer = from_images((*columns, constant), 1 << len(columns) + 1)
    return ComposedLayout(outer, 1 << len(columns), Layout(tuple([1 << bits for _, bits in linear._ins])))


def _linear(operation: str, value: object) -> LinearLayout:
    if isinstance(value, LinearLayout):
        return value
    raise d.no_layout(operation, value)
