"""A linear layout: who holds what, where it goes from registers and lanes, and its matrix."""

from __future__ import annotations

from ...errors import LayoutError
from ...linear.affine import AffineLayout
from ...linear.layout import LinearLayout
from ..model import Figure
from .matrix import matrix_figure
from .parts import LIMIT, named
from .threads import threads_figure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["linear_figure"]


def linear_figure(value: Any, *, limit: int = LIMIT) -> Figure:
    """Return the matrix of a linear layout, and for one that goes from threads to a tensor, who holds each element."""
    if not isinstance(value, (LinearLayout, AffineLayout)):
        raise LayoutError(f"draw: {named(value)} is no linear layout; matrix draws others", value)
    matrix = matrix_figure(value, limit=limit)
    linear: LinearLayout = value.linear if isinstance(value, AffineLayout) else value
    names = [name for name, _ in linear.in_dims]
    if not linear.out_dims or not {"lane", "thread"} & set(names) or value.size > min(limit, 2**10):
        return matrix
    threads = threads_figure(value, limit=limit)
    panels = ((threads.panels[0][0], *matrix.panels[0]),)
    legend = (*threads.legend, *[label for label in matrix.legend if label.tone is None])
    return Figure(threads.title, panels, f"{threads.alt} {matrix.alt}", legend)
