"""What the parameters of an encoding may be, and the immutable value that holds them.

An encoding is a small record.  Its fields are checked when it is made, and an error names the field; lists become
tuples.  ``repr`` is Python that constructs the value, in the form of the Gluon class of the same name; ``str`` is the
attribute as TTGIR prints it.
"""

from __future__ import annotations

from ..errors import LayoutError, ProfileError, TooLargeError
from ..inttuple import _show, to_int
from ..linear import dims as d
from ..linear.layout import LinearLayout
from ..record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

__all__ = ["DistributedEncoding", "Encoding", "SharedEncoding"]

MAX_RANK = 32
"""The most dimensions of a tensor that has an encoding."""

MAX_NESTED = 32
"""The most encodings that may be parents of each other."""


class Encoding(Record):
    """The base of all encodings: a record of checked fields."""

    __slots__ = ()

    @property
    def rank(self) -> int:
        """The number of dimensions of the tensors."""
        raise NotImplementedError

    def __repr__(self) -> str:
        parts = [f"{name}={_lists(value)!r}" for name, value in self.fields().items()]
        return f"{type(self).__name__}({', '.join(parts)})"

    def __str__(self) -> str:
        from .text import attribute

        return attribute(self)

    def to_linear_layout(self, shape: Sequence[int]) -> LinearLayout:
        """Return the layout of a tensor of this shape; each class says of which inputs."""
        raise LayoutError(f"{type(self).__name__} has no linear layout for {_show(shape)}", self)

    def __call__(self, shape: Sequence[int]) -> LinearLayout:
        return self.to_linear_layout(shape)

    def _parents(self) -> tuple[Encoding, ...]:
        """Return the encodings that are fields of this one."""
        return ()


class DistributedEncoding(Encoding):
    """The base of encodings from register, lane, warp and block to the elements of a tensor."""

    __slots__ = ()
    cga_layout: tuple[tuple[int, ...], ...]


class SharedEncoding(Encoding):
    """The base of encodings from the offset in shared memory, in elements, and the block to the elements."""

    __slots__ = ()


def _lists(value: Any) -> Any:
    """Return a field as Gluon prints it: lists instead of tuples."""
    return [_lists(item) for item in value] if type(value) is tuple else value


def nesting(value: Encoding) -> int:
    """Return how many encodings stand inside each other."""
    depth = 0
    row: tuple[Encoding, ...] = (value,)
    while row:
        depth += 1
        row = tuple([parent for one in row for parent in one._parents()])
    return depth


# -- checks ------------------------------------------------------------------------------------------------------------


class Reader:
    """Checks the fields of one class, and names the class and the field where one is refused."""

    def __init__(self, owner: str) -> None:
        self.owner = owner

    def refuse(self, field: str, value: object, reason: str) -> ProfileError:
        shown = _show(value, 80, lambda own: repr(_lists(own)))
        return ProfileError(f"{self.owner}: {field} = {shown} {reason}", value)

    def natural(self, field: str, value: object, least: int = 0) -> int:
        number = to_int(value, f"{self.owner}: {field}")
        if number < least:
            raise self.refuse(field, number, f"is below {least}")
        if number.bit_length() > d.MAX_BITS + 1:
            raise TooLargeError(f"{self.owner}: {field} has {number.bit_length()} bits", number.bit_length())
        return number

    def power(self, field: str, value: object) -> int:
        number = self.natural(field, value, 1)
        if number & number - 1:
            raise self.refuse(field, number, "is not a power of two")
        return number

    def choice(self, field: str, value: object, allowed: tuple[int, ...]) -> int:
        number = to_int(value, f"{self.owner}: {field}")
        if number not in allowed:
            raise self.refuse(field, number, f"is not one of {', '.join(map(str, allowed))}")
        return number

    def flag(self, field: str, value: object) -> bool:
        if not isinstance(value, bool):
            raise self.refuse(field, value, "is neither True nor False")
        return value

    def items(self, field: str, values: object, rank: int | None = None) -> list[object]:
        found = d.items(f"{self.owner}: {field}", values, "integers")
        if rank is not None and len(found) != rank:
            raise self.refuse(field, tuple(found), f"has {len(found)} entries, and {rank} are needed")
        return found

    def powers(self, field: str, values: object, rank: int | None = None) -> tuple[int, ...]:
        found = tuple([self.power(field, value) for value in self.items(field, values, rank)])
        if not 1 <= len(found) <= MAX_RANK:
            raise self.refuse(field, found[: MAX_RANK + 1], f"has {len(found)} entries, not 1 to {MAX_RANK}")
        return found

    def naturals(self, field: str, values: object) -> tuple[int, ...]:
        return tuple([self.natural(field, value) for value in self.items(field, values)])

    def order(self, field: str, values: object, rank: int | None = None) -> tuple[int, ...]:
        found = self.naturals(field, values)
        if not 1 <= len(found) <= MAX_RANK or sorted(found) != list(range(len(found) if rank is None else rank)):
            numbers = f"0..{(len(found) if rank is None else rank) - 1}"
            raise self.refuse(field, found[: MAX_RANK + 1], f"is not a permutation of {numbers}")
        return found

    def bases(self, field: str, values: object, rank: int | None) -> tuple[tuple[int, ...], ...]:
        """Check vectors of one length; without a rank, the first one gives it."""
        given = d.items(f"{self.owner}: {field}", values, "vectors")
        if len(given) > d.MAX_BITS:
            raise TooLargeError(f"{self.owner}: {field} has {len(given)} vectors, more than {d.MAX_BITS}", len(given))
        vectors = []
        for value in given:
            vector = tuple([self.natural(field, item) for item in self.items(field, value)])
            rank = len(vector) if rank is None else rank
            if len(vector) != rank or not 1 <= rank <= MAX_RANK:
                raise self.refuse(field, vector, f"has {len(vector)} entries, and {rank} are needed")
            vectors.append(vector)
        return tuple(vectors)

    def blocks(self, values: object, rank: int) -> tuple[tuple[int, ...], ...]:
        """Check the bases of the blocks of a cluster: together they must reach each coordinate of a box."""
        found = self.bases("cga_layout", values, rank)
        try:
            LinearLayout([("block", found)], [f"dim{i}" for i in range(rank)], require_surjective=True)
        except LayoutError as error:
            raise self.refuse("cga_layout", found, f"leaves a gap: {error.message}") from error
        return found

    def parent(self, field: str, value: object) -> Encoding:
        if not isinstance(value, Encoding):
            raise self.refuse(field, value, "is not an encoding")
        if nesting(value) >= MAX_NESTED:
            raise self.refuse(field, type(value).__name__, f"is nested deeper than {MAX_NESTED} levels")
        return value

    def shape(self, values: object, rank: int | None = None) -> tuple[int, ...]:
        """Check the shape of a tensor: powers of two, as many as the encoding has dimensions."""
        return self.powers("shape", values, rank)
