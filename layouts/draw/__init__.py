"""Pictures: one model of a figure, and printers for text, SVG, HTML, TikZ, PNG and PDF.

The room can be called: ``draw(value)`` is ``draw.draw(value)``.

>>> from layouts import Layout, draw
>>> draw(Layout((2, 4), (4, 1)))
<Figure '(2,4):(4,1)', 2 panels>
"""

from __future__ import annotations

import sys
from types import ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .choose import draw as draw
    from .model import Figure as Figure

__all__ = ["Figure", "draw"]  # noqa: F822, RUF100 - reached when they are first used


class _Room(ModuleType):
    """The module, which draws when it is called, so that ``from layouts import draw`` gives a function to call."""

    def __call__(self, value: Any, kind: str | None = None, **options: Any) -> Figure:
        from .choose import draw as made

        return made(value, kind, **options)


def __getattr__(name: str) -> object:
    if name == "draw":
        from .choose import draw as found

        return found
    if name == "Figure":
        from . import model

        return model.Figure
    raise AttributeError(f"module 'layouts.draw' has no attribute {name!r}")


sys.modules[__name__].__class__ = _Room
