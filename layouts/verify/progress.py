"""A progress bar for long enumerations: where tqdm is installed (the extra ``progress``) and a person watches."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["progress"]

#: Runs of fewer points are over before a bar is read.
LONG = 2**23


def progress(starts: Iterable[int], points: int, chunk: int) -> Iterable[int]:
    """Return ``starts``, with a bar on the error stream while they are taken, if it is a terminal and the run is long.

    >>> list(progress(range(0, 4, 2), 4, 2))
    [0, 2]
    """
    if points < LONG or not sys.stderr.isatty():
        return starts
    try:
        from tqdm import tqdm  # type: ignore[import-not-found,import-untyped,unused-ignore]
    except ImportError:
        return starts
    bar: Iterable[int] = tqdm(starts, total=-(-points // chunk), unit="Mi points", leave=False, file=sys.stderr)
    return bar
