"""Mosaic GPU of JAX: layouts of an array in the registers of a warpgroup, four warps of 32 lanes.

A ``TiledLayout`` cuts an array by tiles, one after the other, each the tail of the dimensions that are there: a tile t
cuts d into d / t and t.  Of the dimensions that result, counted from the end, some are warps and some are lanes, the
slowest first, one is the vector that a register holds, and the others number the registers, the last one fastest.
``Replicated(n)`` in their place means n warps or lanes with copies.  By hand, WGMMA_LAYOUT on 64x8: the tiles (64, 8),
(16, 8), (8, 8), (2,) leave 1 1 | 4 1 | 2 1 | 8 4 | 2: four warps, two registers, 8x4 lanes, vectors of two.

>>> print(WGMMA_LAYOUT.distribution((64, 8)).cute())
(((4,8),4),(2,2)):(((128,1),16),(64,8))

``WGStridedFragLayout`` deals out vectors of the flat row-major array to the threads in turn.  ``WGSplatFragLayout`` is
one value for all elements, and maps no register to one element.
"""

from __future__ import annotations

from itertools import pairwise

from ..errors import LayoutError, NotALayoutError, ProfileError
from ..inttuple import _show
from .digits import Distribution
from .foreign import Foreign, needed_shape, row, several, whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..layout import Layout
    from ..linear.layout import LinearLayout

    Dim = tuple[int, int, int]  # (extent, dimension of the array, step in it)

__all__ = ["NAMED", "Replicated", "TiledLayout", "WGMMA_LAYOUT", "WGSplatFragLayout", "WGStridedFragLayout"]

WARPS, LANES = 4, 32


class Replicated(Foreign):
    """In the place of a dimension: ``times`` warps or lanes hold copies.

    >>> Replicated(4)
    Replicated(times=4)
    """

    __slots__ = ("times",)
    _fields = ("times",)
    times: int

    def __init__(self, times: int) -> None:
        self._set(times=whole("Replicated", "times", times, 1))


class _InRegisters(Foreign):
    __slots__ = ()
    in_registers = True

    def distribution(self, shape: tuple[int, ...] | None = None) -> Distribution:
        """Return the digits of register, lane and warp for an array."""
        raise NotImplementedError

    def cute(self, shape: Any) -> tuple[Layout, str]:
        found = self.distribution(shape)
        return found.cute(), found.cute_meaning()

    def linear(self, shape: Any) -> tuple[LinearLayout, str]:
        found = self.distribution(shape)
        return found.linear(), found.linear_meaning()


class TiledLayout(_InRegisters):
    """Tiles, then which of the resulting dimensions are warps, lanes and the vector, counted from the end.

    Requires: tiles of falling rank, each a divisor of the one before; 4 warps, 32 lanes; no dimension twice.
    Raises:   ProfileError that names the field.
    JAX:      ``jax.experimental.mosaic.gpu.TiledLayout``.

    >>> print(TiledLayout([[64], [16], [8], [1]], [-4], [-2, Replicated(4)], -1))
    TiledLayout(Tiling(((64,), (16,), (8,), (1,))), warp_dims=(-4,), lane_dims=(-2, Replicated(times=4)), vector_dim=-1)
    """

    __slots__ = ("lane_dims", "tiling", "vector_dim", "warp_dims")
    _fields = ("tiling", "warp_dims", "lane_dims", "vector_dim")
    tiling: tuple[tuple[int, ...], ...]
    warp_dims: tuple[int | Replicated, ...]
    lane_dims: tuple[int | Replicated, ...]
    vector_dim: int

    def __init__(self, tiling: object, warp_dims: object, lane_dims: object, vector_dim: int) -> None:
        owner = "TiledLayout"
        tiles = tuple([row(owner, "tiling", tile, 1) for tile in several(owner, "tiling", tiling)])
        _check_tiles(owner, tiles)
        fields = {}
        for field, given in (("warp_dims", warp_dims), ("lane_dims", lane_dims)):
            entries = several(owner, field, given)
            fields[field] = tuple([n if isinstance(n, Replicated) else whole(owner, field, n, None) for n in entries])
        self._set(tiling=tiles, vector_dim=whole(owner, "vector_dim", vector_dim, None), **fields)
        extents = self.tiled_shape
        places = [n for n in (*self.warp_dims, *self.lane_dims, self.vector_dim) if not isinstance(n, Replicated)]
        wrong = next((n for n in places if not -len(extents) <= n < 0), None)
        if wrong is not None:
            raise ProfileError(f"{owner}: the dimension {wrong} is not one of -{len(extents)}..-1", wrong)
        twice = next((n for i, n in enumerate(places) if n in places[:i]), None)
        if twice is not None:
            raise ProfileError(f"{owner}: the dimension {twice} is used twice", twice)
        for field, dims, wanted in (("warp_dims", self.warp_dims, WARPS), ("lane_dims", self.lane_dims, LANES)):
            count = 1
            for n in dims:
                count *= n.times if isinstance(n, Replicated) else extents[n]
            if count != wanted:
                raise ProfileError(f"{owner}: {field} = {_shown(dims)} has {_show(count)}, not {wanted}", count)

    def __str__(self) -> str:
        return (
            f"TiledLayout(Tiling({_shown(self.tiling)}), warp_dims={_shown(self.warp_dims)},"
            f" lane_dims={_shown(self.lane_dims)}, vector_dim={self.vector_dim})"
        )

    @property
    def tiled_shape(self) -> tuple[int, ...]:
        """What the tiles make of the first one, without the leading ones: 4 1 2 1 8 4 2 for WGMMA_LAYOUT."""
        base = self.tiling[0]
        return tuple([n for n, _, _ in tiled(base, self.tiling)[len(base) :]])

    def distribution(self, shape: tuple[int, ...] | None = None) -> Distribution:
        """Return the digits of register, lane and warp for an array of a shape.

        Raises:   LayoutError where the shape is not made of whole tiles.
        """
        sizes = needed_shape("a tiled layout is a recipe", shape, "x".join(map(str, self.tiling[0])))
        base = self.tiling[0]
        if len(sizes) < len(base) or any([n % t for n, t in zip(sizes[-len(base) :], base, strict=True)]):
            raise LayoutError(f"convert: the shape {list(sizes)} is not made of tiles {list(base)}", sizes)
        dims = tiled(sizes, self.tiling)
        taken = {len(dims) + n for n in (*self.warp_dims, *self.lane_dims, self.vector_dim) if isinstance(n, int)}
        rank = len(sizes)

        def digit(place: int | Replicated) -> tuple[int, tuple[int, ...]]:
            if isinstance(place, Replicated):
                return place.times, (0,) * rank
            extent, dim, step = dims[place]
            return extent, tuple([step if i == dim else 0 for i in range(rank)])

        registers = [self.vector_dim, *[i for i in reversed(range(len(dims))) if i not in taken]]
        places = {"register": registers, "lane": reversed(self.lane_dims), "warp": reversed(self.warp_dims)}
        return Distribution([(name, [digit(n) for n in row]) for name, row in places.items()], sizes)

    def canonicalize(self) -> TiledLayout:
        """Return the same layout in JAX's shortest form: no leading ones in tiles, no tile that cuts nothing."""
        tiles = shortest(self.tiling)
        before, after = tiled(self.tiling[0], self.tiling), tiled(self.tiling[0], tiles)
        places: dict[int, int] = {}
        at = len(after)
        for i in reversed(range(len(before))):
            if at and before[i][0] == after[at - 1][0]:
                at -= 1
                places[i - len(before)] = at - len(after)
        tail = range(len(self.tiling[0]) - len(after), 0)
        vector = places.get(self.vector_dim)
        if vector not in tail:  # a vector of 1 whose dimension went: another one of 1, or a new one
            vector = next((i for i in reversed(tail) if after[i][0] == 1), None)
        if vector is None:
            tiles, vector = (*tiles, (1,)), -1
            places = {i: place - 1 for i, place in places.items()}
        kept = [
            [
                n if isinstance(n, Replicated) else places[n]
                for n in dims
                if isinstance(n, Replicated) or before[n][0] > 1
            ]
            for dims in (self.warp_dims, self.lane_dims)
        ]
        return TiledLayout(tiles, kept[0], kept[1], vector)


class WGStridedFragLayout(_InRegisters):
    """The flat row-major array, dealt out to 128 threads in vectors of ``vec_size``.

    Requires: a number of elements that is a multiple of 128 vectors.
    Raises:   ProfileError otherwise.
    JAX:      ``jax.experimental.mosaic.gpu.WGStridedFragLayout``.

    >>> print(WGStridedFragLayout([64, 8], 2).distribution().cute())
    (((4,8),4),(2,2)):(((128,1),8),(64,32))
    """

    __slots__ = ("shape", "vec_size")
    _fields = ("shape", "vec_size")
    shape: tuple[int, ...]
    vec_size: int

    def __init__(self, shape: object, vec_size: int) -> None:
        owner = "WGStridedFragLayout"
        self._set(shape=row(owner, "shape", shape, 1), vec_size=whole(owner, "vec_size", vec_size, 1))
        count = 1
        for extent in self.shape:
            count *= extent
        if count % (WARPS * LANES * self.vec_size):
            raise ProfileError(
                f"{owner}: {_show(count)} elements are no multiple of 128 vectors of {self.vec_size}", self.shape
            )

    def __str__(self) -> str:
        return f"WGStridedFragLayout(shape={_shown(self.shape)}, vec_size={self.vec_size})"

    def distribution(self, shape: tuple[int, ...] | None = None) -> Distribution:
        """Return the digits of register, lane and warp.

        Raises:   NotALayoutError where a vector or a warp ends inside a row, LayoutError for other shapes.
        """
        if shape is not None and tuple(shape) != self.shape:
            raise LayoutError(f"convert: the layout is for the shape {list(self.shape)}, not {list(shape)}", shape)
        count = 1
        for extent in self.shape:
            count *= extent
        ins: list[tuple[str, int]] = [("register", self.vec_size), ("lane", LANES), ("warp", WARPS)]
        ins.append(("register", count // (WARPS * LANES * self.vec_size)))
        digits: dict[str, list[Any]] = {"register": [], "lane": [], "warp": []}
        dim, step, rank = len(self.shape) - 1, 1, len(self.shape)
        for name, left in ins:
            while left > 1:
                while step == self.shape[dim]:
                    dim, step = dim - 1, 1
                room = self.shape[dim] // step
                taken = min(left, room)
                if self.shape[dim] % step or max(left, room) % taken:
                    raise NotALayoutError(f"{self}: {left} of a {name} do not end with a row of {room}", left)
                digits[name].append((taken, tuple([step if i == dim else 0 for i in range(rank)])))
                left, step = left // taken, step * taken
        return Distribution(list(digits.items()), self.shape)


class WGSplatFragLayout(_InRegisters):
    """One value for all elements of an array.

    JAX:      ``jax.experimental.mosaic.gpu.WGSplatFragLayout``.

    >>> print(WGSplatFragLayout([64, 8]))
    WGSplatFragLayout(shape=(64, 8))
    """

    __slots__ = ("shape",)
    _fields = ("shape",)
    shape: tuple[int, ...]

    def __init__(self, shape: object = ()) -> None:
        self._set(shape=row("WGSplatFragLayout", "shape", shape, 1))

    def __str__(self) -> str:
        return f"WGSplatFragLayout(shape={_shown(self.shape)})"

    def distribution(self, shape: tuple[int, ...] | None = None) -> Distribution:
        """Refuse: the one register of a thread stands for every element."""
        reason = "is one value for all elements, so no register has a place"
        raise LayoutError(f"convert: {self} {reason}", self.shape if shape is None else shape)


# -- tiles -------------------------------------------------------------------------------------------------------------


def tiled(shape: tuple[int, ...], tiles: tuple[tuple[int, ...], ...]) -> list[Dim]:
    """Return the dimensions that tiles make of a shape, the slowest first."""
    dims = [(extent, dim, 1) for dim, extent in enumerate(shape)]
    for tile in tiles:
        kept, cut = dims[: len(dims) - len(tile)], dims[len(dims) - len(tile) :]
        outer = [(n // t, dim, step * t) for (n, dim, step), t in zip(cut, tile, strict=True)]
        dims = [*kept, *outer, *[(t, dim, step) for (_, dim, step), t in zip(cut, tile, strict=True)]]
    return dims


def _check_tiles(owner: str, tiles: tuple[tuple[int, ...], ...]) -> None:
    if not tiles or not all(tiles):
        raise ProfileError(f"{owner}: tiling = {_shown(tiles)} has no tile, or an empty one", tiles)
    for before, tile in pairwise(tiles):
        if len(tile) > len(before):
            raise ProfileError(f"{owner}: the tile {_shown(tile)} has more dimensions than {_shown(before)}", tile)
        if any([n % t for n, t in zip(before[len(before) - len(tile) :], tile, strict=True)]):
            raise ProfileError(f"{owner}: the tile {_shown(tile)} does not divide {_shown(before)}", tile)


def shortest(tiles: tuple[tuple[int, ...], ...]) -> tuple[tuple[int, ...], ...]:
    """Return tiles without leading ones, and without those that cut nothing."""
    found = [tiles[0]]
    for tile in tiles[1:]:
        first = next((i for i, n in enumerate(tile) if n != 1), len(tile) - 1)
        short = tile[first:]
        if found[-1][len(found[-1]) - len(short) :] != short:
            found.append(short)
    return tuple(found)


def _shown(values: Any) -> str:
    """Return a tuple as Python shows it."""
    if isinstance(values, tuple):
        return f"({', '.join([_shown(value) for value in values])}{',' if len(values) == 1 else ''})"
    return repr(values)


_WGMMA = ((64, 8), (16, 8), (8, 8))
_TCGEN05 = ((128, 8), (32, 8), (8, 8))

WGMMA_LAYOUT = TiledLayout((*_WGMMA, (2,)), (-7,), (-3, -2), -1)

NAMED = {
    "WGMMA_LAYOUT": WGMMA_LAYOUT,
    "WGMMA_LAYOUT_ACC_32BIT": TiledLayout((*_WGMMA, (2,), (1,)), (-8,), (-4, -3), -1),
    "WGMMA_LAYOUT_8BIT": TiledLayout(((64, 16), (16, 16), (8, 16), (4,)), (-7,), (-3, -2), -1),
    "WGMMA_LAYOUT_UPCAST_2X": TiledLayout(((64, 16), (16, 16), (8, 16), (8,), (4,)), (-8,), (-4, -2, -3), -1),
    "WGMMA_LAYOUT_UPCAST_4X": TiledLayout(((64, 32), (16, 32), (8, 32), (8,)), (-7,), (-3, -2), -1),
    "WGMMA_TRANSPOSED_LAYOUT": TiledLayout((*_WGMMA, (2, 2), (2, 1)), (-10,), (-6, -3, -5), -2),
    "WGMMA_ROW_LAYOUT": TiledLayout(((64,), (16,), (8,), (1,)), (-4,), (-2, Replicated(4)), -1),
    "WGMMA_COL_LAYOUT": TiledLayout(((8,), (2,)), (Replicated(4),), (Replicated(8), -2), -1),
    "TCGEN05_LAYOUT": TiledLayout((*_TCGEN05, (2,)), (-7,), (-3, -2), -1),
    "TCGEN05_TRANSPOSED_LAYOUT": TiledLayout((*_TCGEN05, (2, 2), (2, 1)), (-10,), (-6, -3, -5), -2),
    "TCGEN05_ROW_LAYOUT": TiledLayout(((128,), (32,), (8,), (1,)), (-4,), (-2, Replicated(4)), -1),
    "TCGEN05_COL_LAYOUT": TiledLayout(((8,), (2,)), (Replicated(4),), (Replicated(8), -2), -1),
    "TMEM_NATIVE_LAYOUT": TiledLayout(((128, 2), (32, 2)), (-4,), (-2,), -1),
    "TMA_GATHER_INDICES_LAYOUT": TiledLayout(((16,), (4,)), (-2,), (Replicated(32),), -1),
}
"""The layouts that JAX names."""
