"""PNG and PDF through cairosvg, the extra ``draw``: ``pip install 'f2layouts[draw]'``."""

from __future__ import annotations

from ..errors import LayoutError
from ..inttuple import _show
from .svg_style import FIXED, SANS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .model import Figure

__all__ = ["to_pdf", "to_png"]

_PIXELS = 2**26
"""The most pixels of a PNG."""


def to_png(figure: Figure, *, scale: float = 2.0, width: int | None = None) -> bytes:
    """Return a figure as PNG, ``scale`` pixels for one of the page.

    Raises: LayoutError without the extra, for a scale that is not between 0.1 and 10, or beyond 2**26 pixels.
    """
    if isinstance(scale, bool) or not isinstance(scale, (int, float)) or not 0.1 <= scale <= 10:
        raise LayoutError(f"to_png: the scale is a number from 0.1 to 10, not {_show(scale)}", scale)
    svg = _plain(figure.to_svg(width=width))
    wide, high = _size(svg)
    if wide * high * scale * scale > _PIXELS:
        raise LayoutError(
            f"to_png: {wide} x {high} at scale {scale:g} has more than {_PIXELS} pixels; save it as .svg", (wide, high)
        )
    return bytes(_cairo("a PNG").svg2png(bytestring=svg.encode(), scale=scale))


def to_pdf(figure: Figure) -> bytes:
    """Return a figure as PDF, on one page of its size.

    Raises: LayoutError without the extra.
    """
    return bytes(_cairo("a PDF").svg2pdf(bytestring=_plain(figure.to_svg()).encode()))


def _plain(svg: str) -> str:
    """Return the SVG with the families of fonts that cairo resolves: it looks at the first name of a list only."""
    return svg.replace(FIXED, "monospace").replace(SANS, "sans-serif")


def _size(svg: str) -> tuple[int, int]:
    import re

    found = re.search(r'width="(\d+)" height="(\d+)"', svg)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _cairo(what: str) -> Any:
    try:
        import cairosvg  # type: ignore[import-not-found,import-untyped,unused-ignore]
    except (ImportError, OSError) as error:  # OSError: the package is there, the cairo library is not
        raise LayoutError(f"save: {what} needs cairosvg: pip install 'f2layouts[draw]' ({error})", what) from error
    return cairosvg
