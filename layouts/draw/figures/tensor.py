"""A tensor as the grid of its elements, coloured by their places in the buffer."""

from __future__ import annotations

from ...errors import LayoutError
from ...tensor.value import Tensor
from ..model import Figure
from .grid import grids_of, memory_legend
from .parts import LIMIT, check_count, coordinate_text, named, toning, value_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["tensor_figure"]


def tensor_figure(tensor: Any, *, color: Any = "memory", limit: int = LIMIT) -> Figure:
    """Return the elements of a tensor, or its places where it has no buffer, in the grid of its first two modes."""
    if not isinstance(tensor, Tensor):
        raise LayoutError(f"draw: {named(tensor)} is no tensor", tensor)
    check_count(named(tensor), tensor.size, limit)
    places = [tensor.place(i) for i in range(tensor.size)]
    shown = places if tensor.data is None else [tensor[i] for i in range(tensor.size)]
    tone = toning(color, places)
    grids = grids_of(
        list(range(tensor.size)),
        tensor.shape,
        lambda i: tone(places[i]),
        show=lambda i: value_text(shown[i]),
        titles=lambda i: (
            f"{coordinate_text(i, tensor.shape)}: place {value_text(places[i])} holds {value_text(shown[i])}"
        ),
        key=lambda i: value_text(places[i]),
    )
    held = "elements" if tensor.data is not None else "places"
    alt = f"The {held} of the tensor {named(tensor)} in the grid of its shape; the tone tells the place in the buffer."
    return Figure(named(tensor), (grids,), alt, memory_legend(places) if color == "memory" else ())
