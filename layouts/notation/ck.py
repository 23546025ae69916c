"""Composable Kernel's ``tile_distribution_encoding``: which warp, lane and register of a block hold which element.

::

    tile_distribution_encoding<sequence<1>,                                      R: lengths of copies
        tuple<sequence<1,2,16>, sequence<4,8>>,                                  H: the factors of each dimension
        tuple<sequence<0,1>, sequence<1,2>>, tuple<sequence<0,0>, sequence<2,0>>,   P: major and minor of R or H
        sequence<1,2>, sequence<1,1>>                                            Y: major and minor of H

A *major* is 0 for R, 1 for the first dimension, 2 for the second; a *minor* is the place in that list.  In H, in each P
and along Y the last entry is the fastest.  Two P are the warp and the lane, one P is the lane; Y are the registers.
What ``print`` shows on the device is read as well.  By hand: here a lane holds 2x8 elements, 16 lanes go down and 4 to
the right.

>>> found = parse_ck("tile_distribution_encoding<sequence<1>, tuple<sequence<1,2,16>, sequence<4,8>>, "
...     "tuple<sequence<0,1>, sequence<1,2>>, tuple<sequence<0,0>, sequence<2,0>>, sequence<1,2>, sequence<1,1>>{}")
>>> print(found.distribution().cute())
((4,16),(8,2)):((256,1),(32,16))
"""

from __future__ import annotations

import re

from ..errors import LayoutError, ParseError, ProfileError
from ..inttuple import _show
from .cursor import Cursor, check_text
from .digits import Distribution, distribution_of
from .foreign import Foreign, row, several

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..layout import Layout
    from ..linear.layout import LinearLayout

    Rows = tuple[tuple[int, ...], ...]
    Place = tuple[int, int]

__all__ = ["TileDistributionEncoding", "is_ck_text", "parse_ck", "to_ck"]

_TOKEN = re.compile(r"\s*(?:(?P<number>-?[0-9]+)|(?P<word>[A-Za-z_][A-Za-z0-9_]*)|(?P<sign>::|\S))", re.ASCII)
_START = re.compile(
    r"\s*(?:constexpr\s+)?(?:ck_tile\s*::\s*)?(?:make_static_tile_distribution\s*\(\s*)?"
    r"(?:ck_tile\s*::\s*)?tile_distribution_encoding\s*[<{]",
    re.ASCII,
)
_MAX_TEXT = 100_000
_MAX_DIGITS = 400
_PARTS = ("rs_lengths", "hs_lengthss", "ps_to_rhss_major", "ps_to_rhss_minor", "ys_to_rhs_major", "ys_to_rhs_minor")
_COUNTS = ("NDimX", "NDimP", "NDimY")


class TileDistributionEncoding(Foreign):
    """The six parts, with the names of Composable Kernel.

    Requires: lengths of at least 1; each factor of H in one P or Y; factors of R in P only, and not twice.
    Raises:   ProfileError that names the part and the place.
    CK:       ``tile_distribution_encoding``, ``make_static_tile_distribution``.

    >>> print(TileDistributionEncoding([], [[4, 16, 2]], [[1], [1]], [[0], [1]], [1], [2]))
    tile_distribution_encoding<sequence<>, tuple<sequence<4, 16, 2>>, tuple<sequence<1>, sequence<1>>, \
tuple<sequence<0>, sequence<1>>, sequence<1>, sequence<2>>
    """

    __slots__ = _PARTS
    _fields = _PARTS
    in_registers = True
    rs_lengths: tuple[int, ...]
    hs_lengthss: Rows
    ps_to_rhss_major: Rows
    ps_to_rhss_minor: Rows
    ys_to_rhs_major: tuple[int, ...]
    ys_to_rhs_minor: tuple[int, ...]

    def __init__(
        self,
        rs_lengths: object,
        hs_lengthss: object,
        ps_to_rhss_major: object,
        ps_to_rhss_minor: object,
        ys_to_rhs_major: object,
        ys_to_rhs_minor: object,
    ) -> None:
        given = (rs_lengths, hs_lengthss, ps_to_rhss_major, ps_to_rhss_minor, ys_to_rhs_major, ys_to_rhs_minor)
        read = dict(zip(_PARTS, given, strict=True))
        fields = {name: _rows(name, value) if "ss" in name else _row(name, value) for name, value in read.items()}
        self._set(**fields)
        owner = "TileDistributionEncoding"
        if not self.hs_lengthss:
            raise ProfileError(f"{owner}: hs_lengthss has no dimension", self.hs_lengthss)
        for kind, majors, minors in (
            ("ps_to_rhss", self.ps_to_rhss_major, self.ps_to_rhss_minor),
            ("ys_to_rhs", (self.ys_to_rhs_major,), (self.ys_to_rhs_minor,)),
        ):
            if [len(one) for one in majors] != [len(one) for one in minors]:
                raise ProfileError(f"{owner}: {kind}_major {majors} and {kind}_minor {minors} differ in length", minors)
        self._check_places(owner)

    def _check_places(self, owner: str) -> None:
        lists = (self.rs_lengths, *self.hs_lengthss)
        used: dict[Place, str] = {}
        for name, places in [*self.ps().items(), ("Y", self.ys())]:
            for major, minor in places:
                if major >= len(lists) or minor >= len(lists[major]):
                    raise ProfileError(
                        f"{owner}: {name} names the place {(major, minor)}, which is not there", (major, minor)
                    )
                if (major, minor) in used:
                    what = f"{name} and {used[major, minor]}" if name != used[major, minor] else f"{name} twice"
                    raise ProfileError(f"{owner}: the place {(major, minor)} is in {what}", (major, minor))
                used[major, minor] = name
        copied = next((minor for major, minor in self.ys() if major == 0), None)
        if copied is not None:
            raise ProfileError(f"{owner}: Y names the copy R[{copied}]; registers hold no copies", (0, copied))
        for major, lengths in enumerate(lists[1:], 1):
            unused = next((i for i in range(len(lengths)) if (major, i) not in used), None)
            if unused is not None:
                raise ProfileError(
                    f"{owner}: the factor {lengths[unused]} at the place {(major, unused)} is in no P and not in Y",
                    (major, unused),
                )

    def ps(self) -> dict[str, list[Place]]:
        """Return the places of each P, the slowest first."""
        return {
            f"P{i}": list(zip(majors, minors, strict=True))
            for i, (majors, minors) in enumerate(zip(self.ps_to_rhss_major, self.ps_to_rhss_minor, strict=True))
        }

    def ys(self) -> list[Place]:
        """Return the places of Y, the slowest first."""
        return list(zip(self.ys_to_rhs_major, self.ys_to_rhs_minor, strict=True))

    def __str__(self) -> str:
        parts = [getattr(self, name) for name in _PARTS]
        written = [_tuple(part) if i in (1, 2, 3) else _sequence(part) for i, part in enumerate(parts)]
        return f"tile_distribution_encoding<{', '.join(written)}>"

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths of the tile: the products of the factors."""
        found = []
        for lengths in self.hs_lengthss:
            size = 1
            for length in lengths:
                size *= length
            found.append(size)
        return tuple(found)

    def distribution(self) -> Distribution:
        """Return the digits of register, lane and warp.

        Raises:   LayoutError with more than two P.
        """
        if len(self.ps_to_rhss_major) > 2:
            raise LayoutError(f"convert: {len(self.ps_to_rhss_major)} P; two are warp and lane, one is the lane", self)
        rank = len(self.hs_lengthss)
        steps: dict[Place, tuple[int, tuple[int, ...]]] = {
            (0, i): (n, (0,) * rank) for i, n in enumerate(self.rs_lengths)
        }
        for dim, lengths in enumerate(self.hs_lengthss):
            step = 1
            for minor in reversed(range(len(lengths))):
                steps[dim + 1, minor] = (lengths[minor], tuple([step if i == dim else 0 for i in range(rank)]))
                step *= lengths[minor]
        ps = list(self.ps().values())
        named = {"register": self.ys(), "lane": ps[-1] if ps else [], "warp": ps[0] if len(ps) == 2 else []}
        ins = [(name, [steps[place] for place in reversed(places)]) for name, places in named.items()]
        return Distribution(ins, self.shape)

    def cute(self, shape: Any) -> tuple[Layout, str]:
        found = self._checked(shape)
        return found.cute(), found.cute_meaning()

    def linear(self, shape: Any) -> tuple[LinearLayout, str]:
        found = self._checked(shape)
        return found.linear(), found.linear_meaning()

    def _checked(self, shape: Any) -> Distribution:
        if shape is not None and tuple(shape) != self.shape:
            raise LayoutError(f"convert: the tile has the shape {list(self.shape)}, not {list(shape)}", shape)
        return self.distribution()


def _row(name: str, values: object) -> tuple[int, ...]:
    return row("TileDistributionEncoding", name, values, 1 if "lengths" in name else 0)


def _rows(name: str, values: object) -> Rows:
    return tuple([_row(name, value) for value in several("TileDistributionEncoding", name, values)])


def _sequence(values: tuple[int, ...]) -> str:
    return f"sequence<{', '.join(map(str, values))}>"


def _tuple(rows: Rows) -> str:
    return f"tuple<{', '.join([_sequence(one) for one in rows])}>"


# -- reading -----------------------------------------------------------------------------------------------------------


def is_ck_text(text: str) -> bool:
    """Tell whether a text is meant as a tile distribution of Composable Kernel.

    >>> is_ck_text("ck_tile::tile_distribution_encoding<sequence<>, ..."), is_ck_text("(4,8):(8,1)")
    (True, False)
    """
    return _START.match(text) is not None


def parse_ck(text: str) -> TileDistributionEncoding:
    """Return the encoding that a C++ type, or what the device prints for it, stands for.

    Ensures:  ``parse_ck(str(x)) == x``.
    Raises:   ParseError with a caret; a name in place of a number has no value in a text.
    Cost:     one pass over the text.

    >>> one = "tile_distribution_encoding<sequence<>, tuple<sequence<3, 4>>, tuple<sequence<1>>, tuple<sequence<0>>, "
    >>> print(parse_ck(one + "sequence<1>, sequence<1>>").distribution().cute())
    (3,4):(4,1)
    """
    check_text(text, _MAX_TEXT)
    reader = _Reader(text)
    start = reader.start
    parts = reader.encoding()
    reader.expect_end()
    try:
        return TileDistributionEncoding(*parts)
    except LayoutError as error:
        raise ParseError(error.message, text, start) from error


class _Reader(Cursor):
    def __init__(self, text: str) -> None:
        super().__init__(text, _TOKEN)

    def scope(self) -> None:
        while self.token in ("ck_tile", "::", "constexpr"):
            self.advance()

    def encoding(self) -> list[Any]:
        self.scope()
        called = self.take("make_static_tile_distribution")
        if called:
            self.expect("(", "after the function")
            self.scope()
        self.expect("tile_distribution_encoding", "at the start")
        if self.take("{"):
            return self.printed()
        self.expect("<", "or { after tile_distribution_encoding")
        parts = []
        for i, name in enumerate(_PARTS):
            if i:
                self.expect(",", f"before {name}")
            parts.append(self.rows() if i in (1, 2, 3) else self.numbers())
        self.expect(">", "to close the encoding")
        if self.take("{"):
            self.expect("}", "after {")
        if called:
            self.expect(")", "to close the call")
        self.take(";")
        return parts

    def printed(self) -> list[Any]:
        """Read ``NDimX: 2, NDimP: 2, NDimY: 2, rs_lengths_: ..., }``, what ``print`` shows."""
        counts: dict[str, tuple[int, int]] = {}
        parts: dict[str, Any] = {}
        while not self.take("}"):
            start, name = self.start, self.token.rstrip("_") if self.kind == "word" else ""
            if name in counts or name in parts or name not in (*_COUNTS, *_PARTS):
                self.fail(f"expected one of {', '.join((*_COUNTS, *_PARTS))}, once, {self.found()}")
            self.advance()
            self.expect(":", f"after {name}")
            if name in _COUNTS:
                counts[name] = (self.number(), start)
            else:
                parts[name] = self.rows() if "ss" in name else self.numbers()
            if self.token != "}":
                self.expect(",", f"after {name}")
        missing = next((name for name in _PARTS if name not in parts), None)
        if missing is not None:
            self.fail(f"{missing} is missing")
        for name, part in zip(_COUNTS, ("hs_lengthss", "ps_to_rhss_major", "ys_to_rhs_major"), strict=True):
            if name in counts and counts[name][0] != len(parts[part]):
                self.fail(f"{name} is {counts[name][0]}, and {part} has {len(parts[part])} entries", counts[name][1])
        return [parts[name] for name in _PARTS]

    def number(self) -> int:
        if self.kind == "word":
            self.fail(f"{self.token[:40]} is a name, and has no value in a text: write the number")
        return self.numeral("a number", _MAX_DIGITS)

    def numbers(self) -> list[int]:
        self.scope()
        self.expect("sequence", "of numbers")
        self.expect("<", "after sequence")
        found: list[int] = []
        while not self.take(">"):
            if found:
                self.expect(",", "or > after a number")
            found.append(self.number())
        if self.take("{"):
            self.expect("}", "after {")
        return found

    def rows(self) -> list[list[int]]:
        self.scope()
        self.expect("tuple", "of sequences")
        self.expect("<", "after tuple")
        found: list[list[int]] = []
        while not self.take(">"):
            if found:
                self.expect(",", "or > after a sequence")
            found.append(self.numbers())
        if self.take("{"):
            self.expect("}", "after {")
        return found


# -- writing -----------------------------------------------------------------------------------------------------------


def to_ck(value: Any, shape: tuple[int, ...] | None = None, lanes: int = 64) -> TileDistributionEncoding:
    """Return the encoding of a linear layout from register, lane and warp, or of a layout (thread, register).

    A layout of CuTe's needs the ``shape`` of its tile, and its first ``lanes`` threads are a warp.
    Ensures:  ``to_ck(L).distribution().linear()`` has the bases of L.
    Raises:   LayoutError where a step sets several bits, two inputs meet, or registers hold copies.

    >>> from ..linear.layout import LinearLayout
    >>> tile = LinearLayout([("register", [[1]]), ("lane", [[2], [4]]), ("warp", [[0]])], [("dim0", 8)])
    >>> print(to_ck(tile))
    tile_distribution_encoding<sequence<2>, tuple<sequence<4, 2>>, tuple<sequence<0>, sequence<1>>, \
tuple<sequence<0>, sequence<0>>, sequence<1>, sequence<1>>
    """
    if isinstance(value, TileDistributionEncoding):
        return value
    found = distribution_of(value, shape, "to_ck", lanes)
    blocks = found.digits("block")
    if blocks:
        raise LayoutError("to_ck: an encoding is for one block, and the layout has several", blocks)
    rank = len(found.shape)
    held: list[list[tuple[int, int]]] = [[] for _ in range(rank)]
    for name in ("warp", "lane", "register"):
        for extent, steps in found.digits(name):
            dim = _dim(steps)
            if dim is not None:
                held[dim].append((steps[dim], extent))
            elif name == "register":
                raise LayoutError(f"to_ck: {extent} registers hold copies, and Composable Kernel has no such Y", extent)
    for dim, digits in enumerate(held):
        digits.sort()
        _check_dimension(dim, digits, found.shape[dim])
    copies: list[int] = []
    ps = [_places(found, name, held, copies) for name in ("warp", "lane") if name in dict(found.ins)]
    ys = _places(found, "register", held, copies)
    parts = [[[place[i] for place in p] for p in ps] for i in (0, 1)]
    hs = [[n for _, n in reversed(digits)] for digits in held]
    return TileDistributionEncoding(copies, hs, *parts, *[[place[i] for place in ys] for i in (0, 1)])


def _dim(steps: tuple[int, ...]) -> int | None:
    return next((i for i, step in enumerate(steps) if step), None)


def _places(found: Distribution, name: str, held: list[list[tuple[int, int]]], copies: list[int]) -> list[Place]:
    """Return the places of an input, the slowest first; copies get new ones, and an empty P one of length 1."""
    places: list[Place] = []
    for extent, steps in reversed(found.digits(name)):
        dim = _dim(steps)
        if dim is None:
            places.append((0, len(copies)))
            copies.append(extent)
        else:
            from_fast = [step for step, _ in held[dim]].index(steps[dim])
            places.append((dim + 1, len(held[dim]) - 1 - from_fast))
    if not places and name != "register":
        places.append((0, len(copies)))
        copies.append(1)
    return places


def _check_dimension(dim: int, digits: list[tuple[int, int]], size: int) -> None:
    step = 1
    for stride, extent in digits:
        if stride != step:
            what = "is held twice" if stride < step else "is not held"
            raise LayoutError(f"to_ck: in dimension {dim} the step {min(stride, step)} {what}", min(stride, step))
        step *= extent
    if step != size:
        raise LayoutError(f"to_ck: in dimension {dim} {_show(step)} of {_show(size)} elements are held", step)
