"""Where two maps first differ: by their modes, by their forms on every case, or by their tables."""

from __future__ import annotations

from .aslayout import layout_run
from .cases import CaseMap, parting
from .forms import Unclosed
from .maps import TableMap, first_parting
from .resolve import run_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .domain import Domain
    from .resolve import Formula

__all__ = ["first_parting_of"]

_FEW = 2**14
"""So few points are compared by their tables where the modes do not tell."""


def first_parting_of(domain: Domain, found: Any, formula: Formula | None, reference: Any, limit: int) -> int | None:
    """Return the smallest index where a map differs from a layout, or from a (map, formula), or None.

    Raises: TooLargeError where only tables larger than ``limit`` could tell.
    """
    other, other_formula = reference if isinstance(reference, tuple) else (reference, None)
    tables = [isinstance(value, TableMap) for value in (found, other)]
    cases = [isinstance(value, CaseMap) for value in (found, other)]
    if formula is not None and not any(tables) and (any(cases) or domain.size > _FEW):
        try:
            mine, most = run_of(formula), formula.most_regions
            if other_formula is not None:
                return parting(domain, mine, run_of(other_formula), min(most, other_formula.most_regions))
            if not isinstance(reference, tuple):
                return parting(domain, mine, layout_run(other, 0, len(domain.variables)), most)
        except Unclosed:
            pass
    return first_parting(_plain(found), _plain(other), limit)


def _plain(value: Any) -> Any:
    """Return a map that ``first_parting`` knows."""
    if isinstance(value, CaseMap):
        return value.table() if value.table is not None else value
    return value
