"""Assertions for tests: what they refute they show, in the variables of the user.

Each takes a layout of any kind, its text, or an expression or function with the ranges of its variables:

>>> assert_injective("row * 72 + col", row=16, col=72)
>>> assert_injective("row * 64 + col", row=16, col=72)
Traceback (most recent call last):
layouts.testing.assertions.LayoutAssertionError: row * 64 + col over row in 0..15, col in 0..71 is not injective: \
(row = 1, col = 0) and (row = 0, col = 64) both give 64
"""

from __future__ import annotations

from ..errors import LayoutError
from ..inttuple import to_int
from .subject import subject_of, words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    Lets = Mapping[str, str] | Iterable[tuple[str, str]]

__all__ = [
    "LayoutAssertionError",
    "assert_bijective",
    "assert_conflict_free",
    "assert_covers",
    "assert_equal",
    "assert_in_bounds",
    "assert_injective",
    "assert_linear",
]


class LayoutAssertionError(AssertionError):
    """Raised by the assertions of ``layouts.testing``; ``witness`` has the points that its text shows."""

    def __init__(self, message: str, witness: Any = None) -> None:
        super().__init__(message, witness)
        self.message = message
        self.witness = witness

    def __str__(self) -> str:
        return self.message


def assert_injective(subject: Any, *, names: Sequence[str] | None = None, **options: Any) -> None:
    """Refuse two points with one value.

    ``subject`` is a layout, a chain or a linear layout, its text, or an expression or a function with the ranges of its
    variables as keywords (and ``let``, ``limit``, ``int_bits`` as ``check`` takes them).  ``names`` name the modes.
    Raises: LayoutAssertionError whose witness has ``first``, ``second`` and ``value``; LayoutError for bad input.
    Cost:   as ``check`` and ``is_injective``: independent of the size where the algebra closes.

    >>> from layouts import Layout
    >>> assert_injective(Layout((8, 4), (1, 6)), names=("row", "col"))
    Traceback (most recent call last):
    layouts.testing.assertions.LayoutAssertionError: (8,4):(1,6) is not injective: (row = 6, col = 0) and \
(row = 0, col = 1) both give 6
    """
    found = _read(subject, names, options)
    _refuse_overflow(found)
    _refuse_collision(found)


def assert_bijective(
    subject: Any, size: int | None = None, *, names: Sequence[str] | None = None, **options: Any
) -> None:
    """Refuse a map that does not take each of 0..size-1 once; ``size`` is the number of points unless it is given.

    A linear layout must take each value of its outputs once.
    Raises: LayoutAssertionError with the points that collide, the point outside, or the value that is missed.

    >>> assert_bijective("8 * row + ((i % 8) ^ row)", let={"row": "i / 8"}, i=512)
    Traceback (most recent call last):
    layouts.testing.assertions.LayoutAssertionError: 8 * row + ((i % 8) ^ row) over i in 0..511 is not bijective onto \
0..511: (i = 456) gives 513
    """
    found = _read(subject, names, options)
    length = _length(size, found.size)
    _refuse_overflow(found)
    _refuse_collision(found)
    _refuse_outside(found, length, f"is not bijective onto 0..{length - 1}")
    missed = found.missed(length)
    if missed is not None:
        raise LayoutAssertionError(
            f"{found} is not bijective onto 0..{length - 1}: no point gives {missed}", {"missed": missed}
        )


def assert_in_bounds(subject: Any, size: int, *, names: Sequence[str] | None = None, **options: Any) -> None:
    """Refuse a value that is no index of a buffer of ``size`` elements.

    Raises: LayoutAssertionError whose witness has ``at`` and ``value``.

    >>> assert_in_bounds("row * 128 + (col ^ row) * 16", 4096, row=32, col=8)
    Traceback (most recent call last):
    layouts.testing.assertions.LayoutAssertionError: row * 128 + (col ^ row) * 16 over row in 0..31, col in 0..7 is \
not in bounds of 4096: (row = 29, col = 0) gives 4176
    """
    found = _read(subject, names, options)
    length = _length(size, 1)
    _refuse_overflow(found)
    _refuse_outside(found, length, f"is not in bounds of {length}")


def assert_equal(subject: Any, expected: Any, *, names: Sequence[str] | None = None, **options: Any) -> None:
    """Refuse two maps that part: layouts, texts, expressions and functions, each against each.

    Two expressions share the ranges; the modes of a layout are the variables, in order.  An expression of C that
    overflows in them is not equal to anything.
    Raises: LayoutAssertionError whose witness has ``at``, ``value`` and ``expected`` at the first point, or is the
            overflow; TooLargeError where only more points than ``limit`` could tell.

    >>> assert_equal("i * 8 + (j ^ (i % 8))", "Sw<3,0,3> o (64,8):(8,1)", i=64, j=8)
    >>> assert_equal("i * 8 + (j ^ (i % 8))", "i * 8 + j", i=64, j=8)
    Traceback (most recent call last):
    layouts.testing.assertions.LayoutAssertionError: i * 8 + (j ^ (i % 8)) over i in 0..63, j in 0..7 is not \
i * 8 + j over i in 0..63, j in 0..7: at (i = 1, j = 0) it gives 9, not 8
    """
    ranges, rest = _parted(options)
    first, second = [_one(value, names, rest, ranges) for value in (subject, expected)]
    turned = not hasattr(first, "formula") and hasattr(second, "formula")
    gap = second.difference(first) if turned else first.difference(second)
    if gap is None:
        return
    if "overflow" in gap:
        _refuse_overflow(gap["overflow"]["formula"], gap["overflow"])
    if "sizes" in gap:
        raise LayoutAssertionError(
            f"{first} is not {second}: they have {gap['sizes'][0]} and {gap['sizes'][1]} points", gap
        )
    if turned:
        gap = {"at": gap["at"], "value": gap["expected"], "expected": gap["value"]}
    raise LayoutAssertionError(
        f"{first} is not {second}: at ({_bare(gap['at'])}) it gives {gap['value']}, not {gap['expected']}", gap
    )


def assert_linear(subject: Any, *, names: Sequence[str] | None = None, **options: Any) -> None:
    """Refuse a map that is not linear over F2 in the bits of its variables.

    Raises: LayoutAssertionError whose witness has points ``x``, ``y`` with f(x ^ y) != f(x) ^ f(y).

    >>> assert_linear("row * 64 + (ch + (row % 8) / 2) % 4 * 16", row=64, ch=4)
    Traceback (most recent call last):
    layouts.testing.assertions.LayoutAssertionError: row * 64 + (ch + (row % 8) / 2) % 4 * 16 over row in 0..63, \
ch in 0..3 is not linear over F2: f(row = 2, ch = 1) = 160, and f(row = 0, ch = 1) ^ f(row = 2, ch = 0) = 16 ^ 144 = 128
    """
    found = _read(subject, names, options)
    _refuse_overflow(found)
    witness = found.nonlinear()
    if witness is None:
        return
    head = f"{found} is not linear over F2: "
    if "extent" in witness:
        reason = f"{witness['of']} has {witness['extent']} values, which is no power of two"
    elif "reason" in witness:
        reason = witness["reason"]
    elif "x" not in witness:
        reason = f"({_bare(witness['at'])}) gives {witness['value']}, and bit vectors are not negative"
    else:
        a, b = witness["values"]
        reason = (
            f"f({_bare(witness['at'])}) = {witness['value']}, and "
            f"f({_bare(witness['x'])}) ^ f({_bare(witness['y'])}) = {a} ^ {b} = {witness['xor']}"
        )
    raise LayoutAssertionError(head + reason, witness)


def assert_covers(tv: Any, tile: Any, *, broadcast: bool = False) -> None:
    """Refuse a thread-value layout that does not give each element of ``tile`` to one holder.

    Raises: LayoutAssertionError with the faults of ``coverage``: an element outside, held twice, or without a holder.

    >>> from layouts import Layout
    >>> assert_covers(Layout((4, 2), (1, 4)), 8)
    >>> assert_covers(Layout((4, 2), (1, 3)), (4, 2))
    Traceback (most recent call last):
    layouts.testing.assertions.LayoutAssertionError: (4,2):(1,3) on (4,2): element (3, 0) is held twice: as value 0 of \
thread 3 and as value 1 of thread 0; element (3, 1) has no holder
    """
    from ..notation.cute import parse
    from ..tiled.tv import coverage

    found = coverage(parse(tv) if isinstance(tv, str) else tv, tile, broadcast=broadcast)
    if not found:
        raise LayoutAssertionError(str(found), found.witness)


def assert_conflict_free(map: Any, lanes: Any = None, *, elem: int, **options: Any) -> None:
    """Refuse a warp's access to shared memory that has bank conflicts; the arguments are those of ``conflicts``.

    Raises: LayoutAssertionError whose witness has the two ``lanes``, the ``bank``, and where they are (``at``).

    >>> assert_conflict_free("m*72 + k", "m = lane % 16, k = lane / 16 * 8", elem=2, instruction="ldmatrix")
    >>> assert_conflict_free("m*64 + k", "m = lane % 16, k = lane / 16 * 8", elem=2, instruction="ldmatrix")
    Traceback (most recent call last):
    layouts.testing.assertions.LayoutAssertionError: m*64 + k: ldmatrix is 8-way, 32 wavefronts instead of 4: \
lane 0 (m = 0, k = 0) at 0 and lane 1 (m = 1, k = 0) at 64 meet in bank 0
    """
    from ..verify.access import conflicts

    report = conflicts(map, lanes, elem=elem, **options)
    if report.holds:
        return
    head = f"{report.map}: {report.instruction} is {report.degree}-way"
    head += f", {report.total} wavefronts instead of {report.total_ideal}"
    hit = report.collision
    if hit is None:
        raise LayoutAssertionError(head, {"wavefronts": report.total, "ideal": report.total_ideal})
    ends = []
    for lane, point, value in zip(hit.lanes, hit.at, hit.values, strict=True):
        rest = {name: v for name, v in point.items() if name != "lane"}
        ends.append(f"lane {lane}" + (f" ({words(rest)})" if rest else "") + f" at {value}")
    raise LayoutAssertionError(
        f"{head}: {ends[0]} and {ends[1]} meet in bank {hit.bank}",
        {"lanes": hit.lanes, "bank": hit.bank, "at": hit.at, "values": hit.values},
    )


_OPTIONS = ("let", "limit", "int_bits", "dialect")


def _parted(options: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the ranges of variables and the options of ``check``; ``variables`` may hold names such as threadIdx.x."""
    ranges = dict(options.get("variables") or {})
    for name, spec in options.items():
        if name not in _OPTIONS and name != "variables":
            if name in ranges:
                raise LayoutError(f"the variable {name} is given twice", name)
            ranges[name] = spec
    return ranges, {name: options[name] for name in _OPTIONS if name in options}


def _read(subject: Any, names: Sequence[str] | None, options: Mapping[str, Any]) -> Any:
    ranges, rest = _parted(options)
    return subject_of(subject, names, rest, ranges)


def _one(value: Any, names: Sequence[str] | None, options: Mapping[str, Any], ranges: Mapping[str, Any]) -> Any:
    """Return one side of an equation; the ranges belong to the side that is an expression."""
    plain = isinstance(value, str) and (":" not in value or "?" in value)
    if plain or (callable(value) and not hasattr(value, "shape")):
        return subject_of(value, None, options, ranges)
    return subject_of(value, names, {"limit": options.get("limit", 2**26)}, {})


def _length(size: Any, usual: int) -> int:
    length = usual if size is None else to_int(size, "the size")
    if length < 1:
        raise LayoutError(f"the size must be at least 1, not {length}", length)
    return length


def _bare(point: Any) -> str:
    """Return a point without the brackets of a coordinate."""
    text = words(point)
    return text[1:-1].rstrip(",") if text.startswith("(") else text


def _refuse_overflow(found: Any, known: dict[str, Any] | None = None) -> None:
    over = known or found.overflow()
    if over is not None:
        at = words(over["at"])
        raise LayoutAssertionError(
            f"{found}: at ({at}) {over['operator']!r} gives {over['value']}, beyond {over['type']}", over
        )


def _refuse_collision(found: Any) -> None:
    pair = found.collision()
    if pair is not None:
        first, second = _bare(pair["first"]), _bare(pair["second"])
        raise LayoutAssertionError(
            f"{found} is not injective: ({first}) and ({second}) both give {pair['value']}", pair
        )


def _refuse_outside(found: Any, size: int, complaint: str) -> None:
    out = found.outside(size)
    if out is not None:
        raise LayoutAssertionError(f"{found} {complaint}: ({_bare(out['at'])}) gives {out['value']}", out)
