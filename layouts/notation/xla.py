"""Shapes of XLA with their tiled layout: ``bf16[2,300,256]{2,1,0:T(8,128)(2,1)S(1)}``.

What stands in braces: the dimensions, the fastest first; then in this order

========================  =============================================================================================
``T(8,128)(2,1)``         tiles, applied one after the other, each to the slowest-to-fastest tail of what is before it;
                          ``*`` joins a dimension to the next faster one
``L(n)``                  the buffer ends on a multiple of n elements
``#(u32)`` ``*(u32)``     types of indices of sparse arrays
``E(4)``                  bits of an element, where they are not those of its type
``S(1)``                  the memory space
``M(8)``                  bytes of metadata of a dynamic shape
========================  =============================================================================================

``D(...)`` before the tiles says how each dimension is stored; only dense ones have a layout.  A tile of t cuts a
dimension of d into ceil(d / t) tiles, row-major, elements row-major in a tile.  Where d is no multiple of t the buffer
has padding: the layout is that of the padded shape, and only coordinates inside the logical shape are elements.
By hand, 3x5 in tiles of 2x2: the buffer is 4x6, the element (2,3) is in tile (1,1) at (0,1), at (1*3 + 1)*4 + 1 = 17.

>>> shape = parse_xla("f32[3,5]{1,0:T(2,2)}")
>>> shape(2, 3), shape.padded_shape, print(shape.to_layout())
((2,2),(2,3)):((2,12),(1,4))
(17, (4, 6), None)
"""

from __future__ import annotations

from ..errors import LayoutError, NotALayoutError, ProfileError, TooLargeError
from ..inttuple import MAX_DEPTH, _show
from ..layout import Layout
from ..linear.cute import to_linear
from ..linear.utils import standard_out_dim_names
from ..values import from_values
from .foreign import Foreign, row, several, whole
from .xla_text import is_xla_text, parse_fields, show_fields

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..linear.layout import LinearLayout

    Digits = list[tuple[int, int, int]]  # (extent, dimension, step in that dimension), the slowest first

__all__ = ["XlaShape", "is_xla_text", "parse_xla"]

ANY = -1
"""A dimension of a tile that is joined to the next faster one; ``*`` in text."""

PADDING = -1
"""In place of a dimension: a digit that is 0 at each element."""

WIDTHS = {
    **dict.fromkeys(("s1", "u1"), 1),
    **dict.fromkeys(("s2", "u2"), 2),
    **dict.fromkeys(("s4", "u4", "f4e2m1fn"), 4),
    **dict.fromkeys(("pred", "s8", "u8", "f8e5m2", "f8e4m3", "f8e4m3fn", "f8e4m3b11fnuz", "f8e3m4"), 8),
    **dict.fromkeys(("f8e5m2fnuz", "f8e4m3fnuz", "f8e8m0fnu"), 8),
    **dict.fromkeys(("s16", "u16", "f16", "bf16"), 16),
    **dict.fromkeys(("s32", "u32", "f32"), 32),
    **dict.fromkeys(("s64", "u64", "f64", "c64"), 64),
    "c128": 128,
}
"""The bits of an element of each type."""

_LIMIT = 2**20
"""The most steps that a layout is found in by its values: elements by tiles by dimensions."""


class XlaShape(Foreign):
    """An array of XLA: element type, logical shape, dimensions from the fastest, tiles, and the other fields.

    ``dynamic`` marks the dimensions whose extent is a bound.  In a tile, -1 joins a dimension to the next faster one.
    Requires: a known type; ``minor_to_major`` a permutation; no tile with more dimensions than what it is applied to.
    Raises:   ProfileError that names the field.
    XLA:      ``Shape`` with ``Layout``.

    >>> print(XlaShape("bf16", [32, 256], [1, 0], [[8, 128], [2, 1]], memory_space=1))
    bf16[32,256]{1,0:T(8,128)(2,1)S(1)}
    """

    __slots__ = (
        "alignment", "dim_types", "dynamic", "element_bits", "element_type", "index_type", "memory_space",
        "minor_to_major", "pointer_type", "prefix_bytes", "shape", "tiles",
    )  # fmt: skip
    _fields = (
        "element_type", "shape", "minor_to_major", "tiles", "element_bits", "memory_space", "dim_types", "alignment",
        "index_type", "pointer_type", "prefix_bytes", "dynamic",
    )  # fmt: skip
    element_type: str
    shape: tuple[int, ...]
    minor_to_major: tuple[int, ...]
    tiles: tuple[tuple[int, ...], ...]
    element_bits: int
    memory_space: int
    dim_types: tuple[str, ...]
    alignment: int
    prefix_bytes: int
    dynamic: tuple[bool, ...]

    def __init__(
        self,
        element_type: str,
        shape: object,
        minor_to_major: object = None,
        tiles: object = (),
        element_bits: int = 0,
        memory_space: int = 0,
        dim_types: object = (),
        alignment: int = 1,
        index_type: str = "",
        pointer_type: str = "",
        prefix_bytes: int = 0,
        dynamic: object = (),
    ) -> None:
        owner = "XlaShape"
        for field, kind in (("element_type", element_type), ("index_type", index_type), ("pointer_type", pointer_type)):
            if not isinstance(kind, str) or (kind not in WIDTHS and (kind or field == "element_type")):
                raise ProfileError(f"{owner}: {field} = {_show(kind)} is no type of an element", kind)
        sizes = row(owner, "shape", shape, 0)
        rank = len(sizes)
        if rank > MAX_DEPTH:
            raise TooLargeError(f"{owner}: shape has {rank} dimensions, more than {MAX_DEPTH}", rank)
        order = tuple(range(rank))[::-1] if minor_to_major is None else row(owner, "minor_to_major", minor_to_major)
        if sorted(order) != list(range(rank)):
            raise ProfileError(
                f"{owner}: minor_to_major = {list(order)} is not a permutation of the {rank} dimensions", order
            )
        flags = several(owner, "dynamic", dynamic) or (False,) * rank
        kinds = several(owner, "dim_types", dim_types)
        for field, entries in (("dynamic", flags), ("dim_types", kinds or flags)):
            if len(entries) != rank:
                raise ProfileError(f"{owner}: {field} has {len(entries)} entries for {rank} dimensions", entries)
        wrong = next((kind for kind in kinds if not _dim_type(kind)), None)
        if wrong is not None:
            raise ProfileError(f"{owner}: dim_types has {_show(wrong)}; D, C, S or H, then + and ~", wrong)
        wrong = next((flag for flag in flags if not isinstance(flag, bool)), None)
        if wrong is not None:
            raise ProfileError(f"{owner}: dynamic has {_show(wrong)}, neither True nor False", wrong)
        self._set(
            element_type=element_type, shape=sizes, minor_to_major=order, tiles=_tiles(owner, tiles, rank),
            element_bits=whole(owner, "element_bits", element_bits), dim_types=kinds, dynamic=flags,
            memory_space=whole(owner, "memory_space", memory_space), index_type=index_type, pointer_type=pointer_type,
            alignment=whole(owner, "alignment", alignment, 1), prefix_bytes=whole(owner, "prefix_bytes", prefix_bytes),
        )  # fmt: skip

    def __str__(self) -> str:
        return show_fields(self)

    @property
    def bits(self) -> int:
        """The bits of an element."""
        return self.element_bits or WIDTHS[self.element_type]

    def offset(self, coordinate: tuple[int, ...]) -> int:
        """Return the offset of an element, in elements, straight from XLA's definition.

        Raises:   ProfileError outside the shape.
        """
        place = row("XlaShape", "coordinate", coordinate, 0)
        outside = next((i for i, (x, n) in enumerate(zip(place, self.shape, strict=False)) if x >= n), None)
        if len(place) != len(self.shape) or outside is not None:
            raise ProfileError(f"XlaShape: the coordinate {list(place)} is not inside {list(self.shape)}", place)
        order = self.minor_to_major[::-1]
        at, sizes = [place[i] for i in order], [self.shape[i] for i in order]
        for tile in self.tiles:
            at, sizes = _tiled(at, sizes, tile)
        offset = 0
        for x, size in zip(at, sizes, strict=True):
            offset = offset * size + x
        return offset

    def __call__(self, *coordinate: int) -> int:
        """Return the offset of the element at a coordinate, in elements."""
        return self.offset(coordinate)

    def to_layout(self) -> Layout:
        """Return the layout from the coordinate to the offset, in elements, on the padded shape.

        Ensures:  ``L(c) == offset(c)`` for every c inside the logical shape.
        Raises:   NotALayoutError where a tile is cut raggedly, with the first index that no layout has;
                  LayoutError for sparse dimensions and empty arrays.
        Cost:     one step for each dimension and tile; ragged tiles inside tiles enumerate, up to 2**20 steps.
        """
        sparse = next((kind for kind in self.dim_types if kind != "D"), None)
        if sparse is not None:
            raise LayoutError(f"to_layout: {self} has a dimension {sparse} that is not dense", sparse)
        if 0 in self.shape:
            raise LayoutError(f"to_layout: {self} has no elements", self.shape)
        found = self._digits()
        if found is None:
            return self._by_values()
        modes: list[list[tuple[int, int, int]]] = [[] for _ in self.shape]
        stride = 1
        for extent, dim, step in reversed(found):
            if dim >= 0 and extent > 1:
                modes[dim].append((step, extent, stride))
            stride *= extent
        leaves = [sorted(mode) for mode in modes]
        shape = tuple([_tree([n for _, n, _ in mode], 1) for mode in leaves])
        return Layout(shape, tuple([_tree([d for _, _, d in mode], 0) for mode in leaves]))

    @property
    def padded_shape(self) -> tuple[int, ...]:
        """The shape that ``to_layout`` has: at least the logical one."""
        from ..inttuple import product

        shape = self.to_layout().shape
        return tuple([int(product(part)) for part in shape])  # type: ignore[union-attr]

    def _digits(self) -> Digits | None:
        """Return the digits of the offset, the slowest first, or None where a tile is cut raggedly."""
        groups: list[Digits] = [[(self.shape[dim], dim, 1)] for dim in reversed(self.minor_to_major)]
        for tile in self.tiles:
            kept = len(groups) - len(tile)
            pending: Digits = []
            outer, inner = [], []
            for group, t in zip(groups[kept:], tile, strict=True):
                pending = pending + group
                if t == ANY:
                    continue
                cut = _cut(pending, t, groups)
                if cut is None:
                    return None
                outer.append(cut[0])
                inner.append(cut[1])
                pending = []
            groups = groups[:kept] + outer + inner
        return [digit for group in groups for digit in group]

    def _by_values(self) -> Layout:
        """A tile inside a tile that does not divide it: only the values tell whether there is a layout."""
        size = 1
        for extent in self.shape:
            size *= extent
        reason = f"to_layout: {self} has a tile that does not divide what it cuts"
        if size * (1 + len(self.tiles)) * (len(self.shape) + sum([len(tile) for tile in self.tiles])) > _LIMIT:
            raise NotALayoutError(f"{reason}, so it is no layout on a box around it; call it for offsets", self.tiles)
        values = []
        for index in range(size):
            at = []
            for extent in self.shape:
                index, digit = divmod(index, extent)
                at.append(digit)
            values.append(self.offset(tuple(at)))
        try:
            return from_values(values, self.shape)
        except NotALayoutError as error:
            raise NotALayoutError(f"{reason}: {error.message}", error.witness) from error

    def cute(self, shape: Any) -> tuple[Layout, str]:
        self._no_shape(shape)
        return self.to_layout(), self._meaning()

    def linear(self, shape: Any) -> tuple[LinearLayout, str]:
        self._no_shape(shape)
        layout = self.to_layout()
        names = standard_out_dim_names(len(self.shape))
        padded = dict(zip(names, self.padded_shape, strict=True))
        return to_linear(layout, padded, ["offset"]), self._meaning()

    def _no_shape(self, shape: Any) -> None:
        if shape is not None:
            raise LayoutError(f"convert: {self} has its own shape", shape)

    def _meaning(self) -> str:
        names = standard_out_dim_names(len(self.shape))
        named = names[0] if len(names) == 1 else f"({', '.join(names)})"
        padded = self.padded_shape
        more = f", of {self.bits} bits"
        if padded != self.shape:
            shapes = ["x".join(map(str, shape)) for shape in (self.shape, padded)]
            more += f"; {shapes[0]} is padded to {shapes[1]}, and coordinates beyond {shapes[0]} are padding"
        return f"from the coordinate {named} to the offset in memory, in elements{more}"


def _tree(values: list[int], nothing: int) -> Any:
    return tuple(values) if len(values) > 1 else values[0] if values else nothing


def _cut(group: Digits, tile: int, everything: list[Digits]) -> tuple[Digits, Digits] | None:
    """Cut a dimension, digits from the slowest, into tiles: (which tile, where in it), or None where it is ragged."""
    inside: Digits = []
    rest = list(group)
    while tile > 1:
        if not rest:  # nothing is left to cut, and the tile is padding
            return rest, [(tile, PADDING, 0), *inside]
        extent, dim, step = rest.pop()
        slowest = all([n == 1 for n, _, _ in rest])
        if extent % tile == 0:
            inside.insert(0, (tile, dim, step))
            rest.append((extent // tile, dim, step * tile))
            return rest, inside
        if slowest and _is_top((extent, dim, step), group, everything):
            inside.insert(0, (tile, dim, step))
            rest = [*[digit for digit in rest if digit[1] != dim], (-(-extent // tile), dim, step * tile)]
            return rest, inside
        if tile % extent:
            return None
        inside.insert(0, (extent, dim, step))
        tile //= extent
    return rest, inside


def _is_top(digit: tuple[int, int, int], group: Digits, everything: list[Digits]) -> bool:
    """Tell whether no digit of the dimension is slower, so that the digit may be padded."""
    extent, dim, step = digit
    others = [one for part in everything for one in part] + group
    return dim >= 0 and not any(
        [d == dim and n > 1 and (s > step or (s == step and extent == 1)) for n, d, s in others]
    )


def _tiled(at: list[int], sizes: list[int], tile: tuple[int, ...]) -> tuple[list[int], list[int]]:
    kept = len(sizes) - len(tile)
    dims: list[tuple[int, int, int]] = []
    x, size = 0, 1
    for place, extent, t in zip(at[kept:], sizes[kept:], tile, strict=True):
        x, size = x * extent + place, size * extent
        if t != ANY:
            dims.append((x, size, t))
            x, size = 0, 1
    outer = [(x // t, -(-n // t)) for x, n, t in dims]
    inner = [(x % t, t) for x, _, t in dims]
    found = [*zip(at[:kept], sizes[:kept], strict=True), *outer, *inner]
    return [x for x, _ in found], [n for _, n in found]


def _dim_type(kind: object) -> bool:
    return isinstance(kind, str) and kind[:1] in ("D", "C", "S", "H") and kind[1:] in ("", "+", "~", "+~")


def _tiles(owner: str, tiles: object, rank: int) -> tuple[tuple[int, ...], ...]:
    found = []
    dims = rank
    for tile in several(owner, "tiles", tiles):
        sizes = row(owner, "tiles", tile, None)
        if not 1 <= len(sizes) <= dims or sizes[-1] == ANY or any([n < 1 and n != ANY for n in sizes]):
            reason = "has positive numbers, or -1 for a dimension that is joined to the next one"
            if len(sizes) > dims:
                reason = f"has {len(sizes)} dimensions, and is applied to {dims}"
            raise ProfileError(f"{owner}: tiles: {_show(sizes)} {reason}", sizes)
        found.append(sizes)
        joined = sizes.count(ANY)
        dims += len(sizes) - 2 * joined
        if dims > 4096:
            raise TooLargeError(f"{owner}: tiles make {dims} dimensions, more than 4096", dims)
    return tuple(found)


def parse_xla(text: str) -> XlaShape:
    """Return the array that a text of XLA stands for.

    Ensures:  ``parse_xla(str(x)) == x``.
    Raises:   ParseError with a caret; fields that change where elements are and are not known here (``SC``, ``P``) are
              refused by name.
    Cost:     one pass over the text.

    >>> parse_xla("s4[10]{0:E(4)S(5)}").bits
    4
    >>> parse_xla("f32[3,5]{1,0:T(2,2)Q(7)}")
    Traceback (most recent call last):
    layouts.errors.ParseError: Q is not a field of a layout that is known here: T, L, #, *, E, S, M, and D before them
        f32[3,5]{1,0:T(2,2)Q(7)}
                           ^
    """
    found: XlaShape = parse_fields(text, XlaShape)
    return found
