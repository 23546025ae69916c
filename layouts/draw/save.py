"""Writing a figure to a file, in the form that its name ends with."""

from __future__ import annotations

from pathlib import Path

from ..errors import LayoutError
from ..inttuple import _show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .model import Figure

__all__ = ["ENDINGS", "save"]

ENDINGS = (".svg", ".html", ".txt", ".tex", ".png", ".pdf")


def save(figure: Figure, path: Any) -> None:
    """Write a figure; see ``Figure.save``."""
    try:
        target = Path(path)
    except TypeError:
        raise LayoutError(f"save: {_show(path)} is no name of a file", path) from None
    ending = target.suffix.lower()
    if ending not in ENDINGS:
        raise LayoutError(f"save: the name of a figure ends in {', '.join(ENDINGS)}, not {_show(target.name)}", path)
    data = _bytes(figure, ending)
    try:
        target.write_bytes(data)
    except (OSError, ValueError) as error:
        raise LayoutError(f"save: {error}", str(path)) from error


def _bytes(figure: Figure, ending: str) -> bytes:
    if ending in (".png", ".pdf"):
        from .raster import to_pdf, to_png

        return to_png(figure) if ending == ".png" else to_pdf(figure)
    texts = {
        ".svg": figure.to_svg,
        ".html": figure.to_html,
        ".txt": figure.to_text,
        ".tex": lambda: figure.to_tikz(standalone=True),
    }
    return f"{texts[ending]()}\n".encode("utf-8", "replace")
