"""Hypothesis strategies: shapes, layouts over every module, swizzles, chains, linear layouts, pairs that compose.

All that is drawn is valid; what is special comes often (broadcasts, compact orders, extent 1, strides 0, swizzles that
do nothing), and failures shrink to few modes and small numbers.

>>> from hypothesis import given, settings
>>> from layouts import coalesce, equal
>>> @settings(max_examples=20, database=None)
... @given(layouts())
... def test_coalesce_keeps_the_function(L):
...     if L.rank:
...         assert equal(coalesce(L), L)
>>> test_coalesce_keeps_the_function()
"""

from __future__ import annotations

from itertools import pairwise

from hypothesis import strategies as st

from ..composed import ComposedLayout
from ..errors import LayoutError
from ..inttuple import flatten, leaves, unflatten
from ..layout import Layout
from ..linear.layout import LinearLayout
from ..module import F2, ArithTuple, E, Z, Zn
from ..swizzle import Swizzle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from hypothesis.strategies import DrawFn, SearchStrategy

    from ..module import Module

__all__ = [
    "carry_free_layouts",
    "compact_layouts",
    "composable_pairs",
    "composed_layouts",
    "coordinates",
    "layouts",
    "linear_layouts",
    "shapes",
    "swizzles",
    "tv_layouts",
]

_EXTENTS = (1, 2, 3, 4, 5, 6, 8)
_POWERS = (1, 2, 4, 8)


# -- shapes and coordinates --------------------------------------------------------------------------------------------


def shapes(
    extents: Sequence[int] = _EXTENTS, *, max_leaves: int = 4, max_size: int | None = None
) -> SearchStrategy[Any]:
    """Return a strategy for shapes: an extent, or nested tuples of them with at most ``max_leaves`` leaves.

    Ensures: every leaf is one of ``extents``; the product is at most ``max_size``, where it is given.

    >>> shapes((1, 2, 4), max_leaves=3).example()  # doctest: +SKIP
    (4, (2, 1))
    """
    if not extents or max_leaves < 1 or min(extents) < 1:
        raise LayoutError("shapes: there must be extents of at least 1, and a leaf", tuple(extents))
    if max_size is not None and min(extents) > max_size:
        raise LayoutError(f"shapes: every extent is larger than max_size = {max_size}", max_size)
    return _shapes(tuple(sorted(set(extents))), max_leaves, max_size)


@st.composite
def _shapes(draw: DrawFn, extents: tuple[int, ...], max_leaves: int, max_size: int | None) -> Any:
    count = draw(st.integers(1, max_leaves))
    flat: list[Any] = []
    room = max_size
    for _ in range(count):
        fitting = [s for s in extents if room is None or s <= room]
        if not fitting:
            break
        flat.append(draw(st.sampled_from(fitting)))
        if room is not None:
            room //= flat[-1]
    if len(flat) == 1 and draw(st.booleans()) is False:
        return flat[0]
    while len(flat) > 1 and draw(st.integers(0, 2)) == 2:  # put neighbours in a tuple of their own
        start = draw(st.integers(0, len(flat) - 2))
        stop = draw(st.integers(start + 1, len(flat)))
        flat[start:stop] = [tuple(flat[start:stop])]
    return tuple(flat)


@st.composite
def coordinates(draw: DrawFn, shape: Any) -> Any:
    """Return a strategy for coordinates of a shape: every subtree may be one integer, as CuTe allows.

    Ensures: ``Layout(shape)`` takes what is drawn.
    """
    if isinstance(shape, tuple) and draw(st.booleans()):
        return tuple([draw(coordinates(child)) for child in shape])
    size = 1
    for s in leaves(shape):
        size *= s
    return draw(st.integers(0, size - 1))


# -- layouts -----------------------------------------------------------------------------------------------------------


def layouts(
    over: Module | None = None,
    *,
    shape: SearchStrategy[Any] | None = None,
    max_stride: int = 64,
    negative: bool = False,
) -> SearchStrategy[Layout]:
    """Return a strategy for layouts over Z, Zn or F2; over any of the three where none is given.

    ``negative`` allows negative strides over Z.  Over F2 a given ``shape`` must draw powers of two.
    Ensures: compact and carry-free ones, broadcasts and gaps come often.
    """
    if over is None:
        options = {"shape": shape, "max_stride": max_stride}
        if shape is not None:
            return st.one_of(layouts(Z, negative=negative, **options), layouts(Zn, **options))  # type: ignore[arg-type]
        return st.one_of(
            layouts(Z, negative=negative, max_stride=max_stride), layouts(F2, max_stride=max_stride), layouts(Zn)
        )
    if over is Zn:
        return _with_strides(shapes() if shape is None else shape, _vectors(), Zn)
    small = st.integers(0, min(8, max_stride))
    if over is F2:
        strides = st.one_of(small, st.integers(0, max_stride))
        plain = _with_strides(shapes(_POWERS) if shape is None else shape, strides, F2)
        return plain if shape is not None else st.one_of(plain, carry_free_layouts().map(_over_f2))
    low = -max_stride if negative else 0
    strides = st.one_of(small, st.integers(low, max_stride))
    plain = _with_strides(shapes() if shape is None else shape, strides, Z)
    return st.one_of(plain, compact_layouts(shape=shape))


def _over_f2(layout: Layout) -> Layout:
    return Layout(layout.shape, layout.stride, over=F2)


@st.composite
def _with_strides(draw: DrawFn, shape: SearchStrategy[Any], stride: SearchStrategy[Any], over: Module) -> Layout:
    drawn = draw(shape)
    strides = tuple([draw(stride) for _ in leaves(drawn)])
    return Layout(drawn, unflatten(strides, drawn), over=over)


@st.composite
def _vectors(draw: DrawFn) -> Any:
    """Draw a coordinate stride; all of them fit together in one layout."""
    total = ArithTuple()
    for _ in range(draw(st.integers(0, 2))):
        axis = draw(st.sampled_from((E(0), E(1), E(2, 0), E(2, 1))))
        total = total + axis * draw(st.integers(-2, 4))
    return total


@st.composite
def compact_layouts(draw: DrawFn, *, shape: SearchStrategy[Any] | None = None) -> Layout:
    """Return a strategy for bijections: compact strides in any order of the leaves.

    Ensures: ``is_bijective(L)``.
    """
    drawn = draw(shapes() if shape is None else shape)
    flat = list(leaves(drawn))
    strides, running = [0] * len(flat), 1
    for k in draw(st.permutations(range(len(flat)))):
        strides[k] = running
        running *= flat[k]
    return Layout(drawn, unflatten(tuple(strides), drawn))


@st.composite
def carry_free_layouts(draw: DrawFn, *, max_leaves: int = 4) -> Layout:
    """Return a strategy for layouts over Z that are F2-linear: their bit images share no bit.

    Ensures: ``is_carry_free(L)``.
    """
    drawn = draw(shapes(_POWERS, max_leaves=max_leaves))
    flat = list(leaves(drawn))
    strides, bit = [0] * len(flat), 0
    for k in draw(st.permutations(range(len(flat)))):
        for _ in range(draw(st.sampled_from((1, 0, 1, 2)))):  # none is a broadcast, two a stride with two bits
            bit += draw(st.integers(0, 2))
            strides[k] |= 1 << bit
            bit += flat[k].bit_length() - 1
    return Layout(drawn, unflatten(tuple(strides), drawn))


# -- swizzles and chains -----------------------------------------------------------------------------------------------


@st.composite
def swizzles(draw: DrawFn, *, max_bits: int = 3, max_base: int = 4, negative: bool = True) -> Swizzle:
    """Return a strategy for swizzles that are valid: the two fields of bits do not overlap.

    Ensures: ``S(S(x)) == x``.
    """
    bits = draw(st.integers(0, max_bits))
    shift = draw(st.integers(bits, bits + 2))
    if negative and draw(st.booleans()):
        shift = -shift
    return Swizzle(bits, draw(st.integers(0, max_base)), shift)


@st.composite
def composed_layouts(draw: DrawFn, *, max_maps: int = 2) -> ComposedLayout:
    """Return a strategy for chains ``outer o offset o inner`` of maps that take and give integers."""
    inner: Any = draw(st.one_of(layouts(Z), layouts(F2)))
    for _ in range(draw(st.integers(1, max_maps))):
        outer = draw(st.one_of(st.none(), swizzles(), layouts(Z), layouts(F2)))
        inner = ComposedLayout(outer, draw(st.sampled_from((0, 1, 2, 5, 16))), inner)
    return inner  # type: ignore[no-any-return]


# -- linear layouts ----------------------------------------------------------------------------------------------------


@st.composite
def linear_layouts(
    draw: DrawFn,
    ins: Sequence[str] = ("register", "lane", "warp"),
    outs: Sequence[str] = ("dim0", "dim1"),
    *,
    max_bits: int = 3,
    invertible: bool = False,
) -> LinearLayout:
    """Return a strategy for linear layouts between these names, each of at most ``2**max_bits`` values.

    With ``invertible`` the bits of the outputs are as many as those of the inputs, and the matrix has full rank.
    """
    bits = {name: draw(st.integers(0, max_bits)) for name in ins}
    total = sum(bits.values())
    if invertible:
        cuts = sorted([draw(st.integers(0, total)) for _ in outs[1:]])
        edges = [0, *cuts, total]
        sizes = [b - a for a, b in pairwise(edges)]
        columns = _full_rank(draw, total)
    else:
        sizes = [draw(st.integers(0, max_bits)) for _ in outs]
        height = sum(sizes)
        special = st.one_of(st.just(0), st.integers(0, max(height - 1, 0)).map(lambda k: (1 << k) % (1 << height)))
        columns = [draw(st.one_of(special, st.integers(0, (1 << height) - 1))) for _ in range(total)]
    start, bases = 0, []
    for name in ins:
        vectors = [_cut(column, sizes) for column in columns[start : start + bits[name]]]
        bases.append((name, vectors))
        start += bits[name]
    return LinearLayout(bases, [(name, 1 << size) for name, size in zip(outs, sizes, strict=True)])


def _cut(column: int, sizes: Sequence[int]) -> list[int]:
    """Return a column as one value for each output, the first one minor."""
    found = []
    for size in sizes:
        found.append(column % (1 << size))
        column >>= size
    return found


def _full_rank(draw: DrawFn, count: int) -> list[int]:
    """Draw an invertible matrix: a permutation, times unit triangles."""
    columns = [1 << k for k in draw(st.permutations(range(count)))]
    for k in range(count):
        for j in range(k):
            if draw(st.sampled_from((False, False, True))):
                columns[k] ^= columns[j]
    return columns


# -- pairs -------------------------------------------------------------------------------------------------------------


@st.composite
def composable_pairs(draw: DrawFn, over: Module = Z) -> tuple[Layout, Layout]:
    """Return a strategy for pairs A, B whose composition is a layout.

    Ensures: ``composition(A, B)`` answers: B walks the digits of A, by whole parts of an extent.
    """
    A = draw(layouts(over))
    extents = list(flatten(A.shape))
    walks = [_walk(draw, extents) for _ in range(draw(st.integers(1, 3)))]
    shape = tuple([count for count, _ in walks])
    stride = tuple([step for _, step in walks])
    single = len(walks) == 1 and not draw(st.booleans())
    B = Layout(shape[0], stride[0]) if single else Layout(shape, stride)
    from ..algebra.composition import composition

    try:
        composition(A, B)
    except LayoutError:  # the walks meet with carries: keep one, which never does
        B = Layout(*_walk(draw, extents))
    return A, B


def _walk(draw: DrawFn, extents: Sequence[int]) -> tuple[int, int]:
    """Draw (count, step): a walk along one digit of the numeral system, from one of its divisors on."""
    long = [k for k, s in enumerate(extents) if s > 1]
    mode = draw(st.sampled_from(long or [0]))
    place = 1
    for s in extents[:mode]:
        place *= s
    extent = extents[mode] if extents else 1
    start = draw(st.sampled_from(_divisors(extent)))
    rest = _divisors(extent // start)
    count = draw(st.sampled_from([*rest, *rest[1:], *rest[1:]]))  # walks of one step come seldom
    return count, place * start


def _divisors(n: int) -> list[int]:
    return [k for k in range(1, n + 1) if n % k == 0]


@st.composite
def tv_layouts(draw: DrawFn, *, max_leaves: int = 2) -> tuple[Layout, int]:
    """Return a strategy for (thread-value layout, elements of its tile) in which every element has one holder.

    Ensures: ``coverage(tv, tile)`` is true.
    """
    threads = draw(shapes(_POWERS, max_leaves=max_leaves))
    values = draw(shapes(_POWERS, max_leaves=max_leaves))
    tv = draw(compact_layouts(shape=st.just((threads, values))))
    return tv, int(tv.size)
