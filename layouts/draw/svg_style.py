"""The one style sheet of a figure: only the tones that it uses, on a light and on a dark page."""

from __future__ import annotations

from .palette import INK, color

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["ALARM", "DARK", "FIXED", "LIGHT", "SANS", "style"]

LIGHT = {"paper": "#ffffff", "text": "#1b1f24", "quiet": "#59636e", "line": "#8c959f", "strong": "#1b1f24"}
DARK = {"paper": "#14181d", "text": "#f0f3f6", "quiet": "#a8b3bf", "line": "#77818c", "strong": "#f0f3f6"}
ALARM = {"light": "#c4161c", "dark": "#ff6a69"}

SANS = "system-ui,-apple-system,'Segoe UI','DejaVu Sans',Helvetica,Arial,sans-serif"
FIXED = "ui-monospace,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace"

_FONTS = (
    f".lay{{font-family:{SANS};font-size:13px}}\n.lay .n,.lay .m{{font-family:{FIXED}}}"
    """
.lay .n{font-size:12px;text-anchor:middle}.lay .z{font-size:11px}.lay .m{font-size:12px;white-space:pre}
.lay .s{font-size:11px}.lay .e{text-anchor:end}.lay .c{text-anchor:middle}.lay .b{font-weight:600}
.lay .h{font-size:15px;font-weight:600}
.lay path,.lay rect.k{fill:none}.lay path.p{stroke:none}.lay .l0{stroke-width:.7}
.lay .l1{stroke-width:1.8}.lay .l2{stroke-width:3}
.lay .l3{stroke-width:4.4}.lay .o{stroke-dasharray:3 3}.lay .x,.lay .y{stroke-width:2.2}
.lay .a{stroke-width:1.3}
"""
)


def style(tones: Iterable[int]) -> str:
    """Return the style element for the tones that a figure uses."""
    used = "".join([f".lay .t{tone}{{fill:{color(tone)}}}" for tone in sorted(tones)])
    theme = f"{_theme(LIGHT, ALARM['light'])}.lay .i text,.lay text.i{{fill:{INK}}}"
    on_tones = f".lay path.i{{stroke:{LIGHT['strong']}}}.lay path.x.i{{stroke:{ALARM['light']}}}"
    theme += f"{on_tones}.lay path.xh.i{{fill:{ALARM['light']};stroke:none}}"
    dark = f"{_theme(DARK, ALARM['dark'])}.lay .i text,.lay text.i{{fill:{INK}}}"
    return f"<style>\n{_FONTS}{theme}{used}\n@media(prefers-color-scheme:dark){{{dark}}}\n</style>"


def _theme(colors: dict[str, str], alarm: str) -> str:
    paper, text, quiet = colors["paper"], colors["text"], colors["quiet"]
    line, strong = colors["line"], colors["strong"]
    return (
        f".lay .p{{fill:{paper}}}.lay text{{fill:{text}}}.lay .q{{fill:{quiet}}}.lay .f text{{fill:{quiet}}}"
        f".lay .l0,.lay .o{{stroke:{line}}}.lay .l1,.lay .l2,.lay .l3,.lay .y,.lay .a{{stroke:{strong}}}"
        f".lay .ah{{fill:{strong}}}.lay .x{{stroke:{alarm}}}.lay .xh{{fill:{alarm}}}"
    )
