"""The modes along a line of values: how often they go up in equal steps, and where the next mode goes on.

>>> import numpy
>>> modes_of(numpy.array([0, 24, 48, 9, 33, 57]))
[(3, 24), (2, 9)]
>>> modes_of(numpy.array([0, 1, 2, 4])) is None
True
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["modes_of"]

#: So many values are looked at together, so that a long line takes no memory of its own.
_RUN = 2**16


def modes_of(line: Any) -> list[tuple[int, int]] | None:
    """Return the modes that the values along a line would have, from its first steps; None where it has none.

    As long as the values go up in equal steps they are one mode; every so manieth value then goes on as the next one.
    No copy of the line is made.
    """
    modes: list[tuple[int, int]] = []
    first = int(line[0])
    while len(line) > 1:
        stride = int(line[1]) - first
        run = _equal_steps(line, first, stride)
        if len(line) % run:
            return None
        modes.append((run, stride))
        line = line[::run]
    return modes or [(1, 0)]


def _equal_steps(line: Any, first: int, stride: int) -> int:
    """Return how many values from the first on are first, first + stride, first + 2 stride, ..."""
    import numpy

    part = _RUN
    for start in range(0, len(line), part):
        stop = min(start + part, len(line))
        if line.dtype == object or abs(first) >= 2**62 or abs(stride) * stop >= 2**62:
            wrong = numpy.array([int(value) != first + stride * k for k, value in enumerate(line[start:stop], start)])
        else:
            wrong = line[start:stop].astype("int64") != first + stride * numpy.arange(start, stop)
        if wrong.any():
            return start + int(wrong.argmax())
    return len(line)
