"""How a value shows itself in a notebook: one function, which the classes of values carry as ``_repr_mimebundle_``.

It stands on the ground floor and reaches drawing when it is called, so that a value costs nothing until it is shown.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["show_in_notebook"]


def show_in_notebook(self: Any, include: Any = None, exclude: Any = None) -> dict[str, str]:  # noqa: ARG001
    """Return the value as SVG, HTML and text by their MIME types, within bounds; it never raises.

    >>> from layouts import Layout
    >>> sorted(Layout((2, 4), (4, 1))._repr_mimebundle_())
    ['image/svg+xml', 'text/html', 'text/plain']
    """
    from .draw.notebook import bundle

    return bundle(self)
