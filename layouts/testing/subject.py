"""What an assertion is about: a layout of any kind, or an expression or function over the ranges of its variables.

Both answer the same questions, with points in the words of the user: the variables of an expression, the coordinates of
a layout or the names given for its modes, the named inputs of a linear layout.
"""

from __future__ import annotations

from ..composed import ComposedLayout
from ..equality import difference
from ..errors import LayoutError, NotLinearError, ProfileError, TooLargeError
from ..inttuple import _show, idx2crd
from ..layout import Layout
from ..linearity import from_images, to_f2
from ..module import Zn
from ..notation.cute import parse
from ..verify.check import check
from ..verify.declared import read_domain
from ..verify.domain import words as _pairs
from ..verify.maps import AffineMap, TableMap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

__all__ = ["FormulaSubject", "LayoutSubject", "subject_of", "words"]


def words(point: Any) -> str:
    """Return a point as people write it: ``i = 1, j = 0``, or a coordinate."""
    return _pairs(point) if isinstance(point, dict) else str(point)


def subject_of(value: Any, names: Sequence[str] | None, options: Mapping[str, Any], ranges: Mapping[str, Any]) -> Any:
    """Return the subject that ``value`` is; the text of a layout is that layout.

    Raises: LayoutError for a value that is neither a layout, an expression nor a function, and for ranges of a layout.
    """
    if isinstance(value, str):
        value = _read(value)
    if isinstance(value, str) or (callable(value) and not hasattr(value, "shape")):
        if names is not None:
            raise LayoutError("names belong to the modes of a layout; an expression has variables", tuple(names))
        return FormulaSubject(value, dict(ranges), dict(options))
    known = value.as_layout() if hasattr(value, "as_layout") else value
    if not isinstance(value, ComposedLayout) and not isinstance(known, Layout):
        raise ProfileError(f"{_show(value)} is neither a layout, nor an expression or a function of variables", value)
    extra = [*ranges, *[name for name in ("let",) if options.get(name)]]
    if extra:
        raise LayoutError(f"{extra[0]}: a layout has its own domain; ranges belong to an expression", extra[0])
    return LayoutSubject(value, known if isinstance(known, Layout) else value, names, int(options.get("limit", 2**26)))


def _read(text: str) -> Any:
    """Return the layout that a text spells, else the text."""
    if ":" not in text or "?" in text:
        return text
    return parse(text)


class FormulaSubject:
    """An expression or a function over the ranges of its variables; ``check`` answers for it."""

    def __init__(self, formula: Any, ranges: dict[str, Any], options: dict[str, Any]) -> None:
        self.formula = formula
        self.ranges = ranges
        self.options = options
        dialect = "python" if callable(formula) else options.get("dialect", "c")
        self.domain = read_domain(ranges.items(), dialect, options.get("int_bits", 32))[0]
        self.verdicts: dict[Any, Any] = {}

    @property
    def size(self) -> int:
        """The number of points."""
        return self.domain.size

    def __str__(self) -> str:
        text = self.formula if isinstance(self.formula, str) else getattr(self.formula, "__name__", "the function")
        return f"{text} over {self.domain}"

    def verdict(self, size: int | None = None, **more: Any) -> Any:
        """Return the verdict; nothing is required in it."""
        if more:
            return check(self.formula, self.ranges, size=size, expect=["any"], **{**self.options, **more})
        if size not in self.verdicts:
            self.verdicts[size] = check(self.formula, self.ranges, size=size, expect=["any"], **self.options)
        return self.verdicts[size]

    def overflow(self) -> dict[str, Any] | None:
        """Return the first signed overflow."""
        found: dict[str, Any] | None = self.verdict().overflow
        return found

    def collision(self) -> dict[str, Any] | None:
        """Return the first two points with one value: first, second, value."""
        found: dict[str, Any] | None = _decided(self.verdict(), "injective").collision
        return found

    def outside(self, size: int) -> dict[str, Any] | None:
        """Return the first point whose value is not in 0..size-1: at, value."""
        found: dict[str, Any] | None = _decided(self.verdict(size), "in-bounds").out_of_bounds
        return found

    def missed(self, size: int) -> int | None:
        """Return the smallest number in 0..size-1 that is no value."""
        found: int | None = _decided(self.verdict(size), "onto").missed
        return found

    def difference(self, other: Any) -> dict[str, Any] | None:
        """Return the first point where another subject has another value: at, value, expected; or an overflow."""
        if isinstance(other, FormulaSubject):
            verdict = self.verdict(None, same_as=other.formula)
        else:
            verdict = self.verdict(None, equals=other.layout if isinstance(other, LayoutSubject) else other)
        if verdict.overflow is not None:
            return {"overflow": {"formula": verdict.expression, **verdict.overflow}}
        found: dict[str, Any] | None = _decided(verdict, "equal").difference
        return found

    def nonlinear(self) -> dict[str, Any] | None:
        """Return two indices x, y with f(x ^ y) != f(x) ^ f(y), as points, or None."""
        verdict = self.verdict()
        if verdict.f2_bases is not None and verdict.f2_offset == 0:
            return None
        sizes = [v.size for v in self.domain.variables]
        for variable in self.domain.variables:
            if variable.size & (variable.size - 1):
                return {"extent": variable.size, "of": variable.name}
        values = {index: self._value(index) for index in [0] + [1 << k for k in range(self.size.bit_length() - 1)]}
        for index, value in values.items():
            if value < 0 or (index == 0 and value):
                return self._pair(0, index) if value >= 0 else {"at": self.domain.point(index), "value": value}
        images = from_images(tuple([v for i, v in values.items() if i]), tuple(sizes) if len(sizes) > 1 else sizes[0])
        gap = self.difference(images)
        if gap is None:
            return None
        index = self._index(gap["at"])
        top = 1 << (index.bit_length() - 1)
        return self._pair(top, index ^ top)

    def _pair(self, x: int, y: int) -> dict[str, Any]:
        point = self.domain.point
        a, b, both = self._value(x), self._value(y), self._value(x ^ y)
        return {"x": point(x), "y": point(y), "values": (a, b), "xor": a ^ b, "value": both, "at": point(x ^ y)}

    def _value(self, index: int) -> int:
        one = {name: [value] for name, value in self.domain.point(index).items()}
        return int(check(self.formula, one, expect=["any"], **self.options).minimum or 0)

    def _index(self, point: Mapping[str, int]) -> int:
        index, place = 0, 1
        for variable in self.domain.variables:
            index += list(variable.values).index(point[variable.name]) * place
            place *= variable.size
        return index


def _decided(verdict: Any, question: str) -> Any:
    """Return a verdict in which the question is answered.

    Raises: TooLargeError with the reason why it is not: an assertion about what nobody knows must not pass.
    """
    if question in verdict.undecided:
        raise TooLargeError(f"{question}: undecided: {verdict.undecided[question]}", verdict.domain_size)
    return verdict


class LayoutSubject:
    """A layout of any kind; chains without a closed form are looked at point by point, up to a limit."""

    def __init__(self, value: Any, layout: Any, names: Sequence[str] | None, limit: int) -> None:
        self.value = value
        self.layout = layout
        self.limit = limit
        linear = getattr(value, "linear", value)
        if names is None and hasattr(linear, "in_dims"):
            names = [name for name, _ in linear.in_dims]
        self.names = None if names is None else tuple(names)
        shape = layout.shape if linear is not value or hasattr(linear, "in_dims") else value.shape
        self.shape = shape
        count = len(shape) if isinstance(shape, tuple) else 1
        if self.names is not None and len(self.names) != count and not hasattr(linear, "in_dims"):
            raise LayoutError(f"names: {value} has {count} modes, and {len(self.names)} names are given", self.names)
        self.linear = linear if hasattr(linear, "in_dims") else None

    @property
    def size(self) -> int:
        """The number of points."""
        return int(self.layout.size)

    def __str__(self) -> str:
        if self.linear is not None:
            sides = [", ".join([f"{n}:{s}" for n, s in dims]) for dims in (self.linear.in_dims, self.linear.out_dims)]
            return " -> ".join(sides)
        return str(self.value)

    def point(self, index: int) -> Any:
        """Return the coordinate of an index; by name where there are names."""
        if self.linear is not None:
            found = {}
            for name, size in self.linear.in_dims:
                index, found[name] = divmod(index, size)
            return found
        coordinate = idx2crd(index, self.shape)
        if self.names is None:
            return coordinate
        return dict(zip(self.names, coordinate if isinstance(coordinate, tuple) else (coordinate,), strict=True))

    def shown(self, index: int) -> Any:
        """Return the value at an index; of a linear layout by the names of its outputs."""
        if self.linear is None:
            return self.layout(index)
        found = self.value.apply(self.point(index))
        return next(iter(found.values())) if len(found) == 1 else dict(found)

    def map(self) -> AffineMap | TableMap:
        """Return the map of integers; coordinates are refused."""
        if isinstance(self.layout, Layout):
            if self.layout.over is Zn:
                raise ProfileError(f"the values of {self.layout} are coordinates, not integers", self.layout)
            return AffineMap(0, self.layout, self.layout.shape)
        import numpy

        return TableMap(numpy.asarray(self.layout.table(limit=self.limit)), self.layout.shape)

    def overflow(self) -> None:
        """Return None: layouts count in integers."""

    def collision(self) -> dict[str, Any] | None:
        """Return the first two points with one value: first, second, value."""
        if isinstance(self.layout, Layout) and self.layout.over is Zn:
            from ..algebra.injective import collision

            pair = collision(self.layout)
        else:
            pair = self.map().collision()
        if pair is None:
            return None
        return {"first": self.point(pair[0]), "second": self.point(pair[1]), "value": self.shown(pair[0])}

    def outside(self, size: int) -> dict[str, Any] | None:
        """Return the first point whose value is not in 0..size-1: at, value."""
        index = self.map().first_outside(size)
        return None if index is None else {"at": self.point(index), "value": self.layout(index)}

    def missed(self, size: int) -> int | None:
        """Return the smallest number in 0..size-1 that is no value."""
        return self.map().missed(size)

    def difference(self, other: Any) -> dict[str, Any] | None:
        """Return the first point where another subject has another value: at, value, expected."""
        index = difference(self.value, other.value, limit=self.limit)
        if index is None:
            return None
        if index >= min(self.size, other.size):
            return {"sizes": (self.size, other.size)}
        return {"at": self.point(index), "value": self.layout(index), "expected": other.layout(index)}

    def nonlinear(self) -> dict[str, Any] | None:
        """Return two points x, y with f(x ^ y) != f(x) ^ f(y), or None."""
        layout = self.layout
        if not isinstance(layout, Layout):
            known = layout.table(limit=self.limit)
            from ..module import F2
            from ..values import from_values

            try:
                from_values(known, layout.shape, F2)
            except NotLinearError as error:
                return self._witness(error)
            return None
        try:
            to_f2(layout)
        except NotLinearError as error:
            return self._witness(error)
        return None

    def _witness(self, error: NotLinearError) -> dict[str, Any]:
        pair = error.witness
        if not isinstance(pair, tuple):
            return {"reason": error.message}
        x, y = pair
        a, b, both = self.layout(x), self.layout(y), self.layout(x ^ y)
        found = {"x": self.point(x), "y": self.point(y), "values": (a, b), "xor": a ^ b}
        return {**found, "value": both, "at": self.point(x ^ y)}
