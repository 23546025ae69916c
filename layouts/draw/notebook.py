"""What a value shows of itself in a notebook: SVG, HTML and text, within bounds, and never an error.

A value that is too large for a figure, or has none, is its ``repr`` with a note.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["bundle"]

LIMIT = 2**12
"""The most cells of a figure that shows itself unasked."""

_BYTES = 2**20
"""The most characters of such a figure."""


def bundle(value: Any) -> dict[str, str]:
    """Return the forms of a value by their MIME types; ``text/plain`` is its ``repr``."""
    plain = _plain(value)
    try:
        from .choose import draw_within

        figure = draw_within(value, LIMIT)
        svg = figure.to_svg()
        if len(svg) > _BYTES:
            return {"text/plain": f"{plain}\n(the figure has {len(svg)} characters: draw it with layouts.draw)"}
        return {"image/svg+xml": svg, "text/html": figure.to_html(page=False), "text/plain": plain}
    except Exception as error:  # a display must not fail, whatever the value is
        note = " ".join(str(error).split())[:200]
        return {"text/plain": f"{plain}\n(no figure: {note})" if note else plain}


def _plain(value: Any) -> str:
    try:
        found = repr(value)
    except Exception:
        found = f"<{type(value).__name__}>"
    return found if len(found) <= 20_000 else found[:19_999] + "…"
