"""A Python function that cannot be traced: called at every point, and the verdict says so."""

from __future__ import annotations

from ..errors import TooLargeError
from ..inttuple import amount
from .confirm import call
from .maps import TableMap
from .resolve import Resolved

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .domain import Domain

__all__ = ["CalledMap", "sampled"]

_RUN = 2**16


class CalledMap(TableMap):
    """The table of a function's values, with the reason why it was called at every point."""

    __slots__ = ("why",)

    def __init__(self, values: Any, shape: Any, why: str) -> None:
        super().__init__(values, shape)
        self.why = why

    @property
    def method(self) -> str:
        """How the questions are answered."""
        return f"enumeration of {self.size} points by calling the function, which cannot be traced: {self.why}"


def sampled(function: Callable[..., Any], why: str, domain: Domain, limit: int) -> Resolved:
    """Return the map of a function that is called at every point.

    Raises: TooLargeError beyond the limit, EvaluationError where the function raises, LayoutError for a result that is
    no integer.
    """
    import numpy

    if domain.size > limit:
        raise TooLargeError(
            f"the function cannot be traced ({why}), and the {amount(domain.size)} points of {domain} are more than "
            f"the limit {limit}; undecided",
            domain.size,
        )
    table = numpy.empty(domain.size, dtype=numpy.int64)
    for start in range(0, domain.size, _RUN):
        stop = min(start + _RUN, domain.size)
        values = [call(function, domain.point(index), index) for index in range(start, stop)]
        if table.dtype != object and not all([-(2**63) <= value < 2**63 for value in values]):
            table = table.astype(object)
        table[start:stop] = values
    return Resolved(CalledMap(table, domain.shape, why), None)
