"""The directive ``figure-of``: the library draws the value that the page names, as SVG with its text alternative."""

import html
import re

from docutils import nodes
from docutils.parsers.rst import Directive, directives
from figure_text import figure_of
from sphinx.application import Sphinx

from layouts.draw.html import _SCRIPT, _STYLE

WIDTH = 720
"""The width of the theme's column, in pixels: figures fold there."""
LEAST = 620
"""On a narrow screen a figure shrinks to this width, and scrolls below it, so that its numbers stay legible."""

PHONE = 340
"""A figure that is wider may have to be scrolled, so the keyboard must reach it."""


class FigureOf(Directive):
    """```{figure-of}``` with a layout in any notation, or a Python expression; ``:caption:`` stands below it."""

    has_content = True
    option_spec = {"caption": directives.unchanged, "width": directives.positive_int}

    def run(self) -> list[nodes.Node]:
        text = "\n".join(self.content)
        try:
            figure = figure_of(text)
        except Exception as error:
            raise self.error(f"figure-of: {text!r}: {type(error).__name__}: {error}") from error
        svg = figure.to_svg(width=self.options.get("width", WIDTH), linked=True)
        wide = int(re.search(r'width="(\d+)"', svg)[1])
        caption = html.escape(self.options.get("caption", ""))
        below = f"<figcaption>{caption}</figcaption>" if caption else ""
        focus = f' tabindex="0" role="group" aria-label="{html.escape(figure.title)}"' if wide > PHONE else ""
        sized = _themed(svg).replace("<svg ", f'<svg style="min-width:{min(wide, LEAST)}px" ', 1)
        inside = f'<div class="lay-scroll"{focus}>{sized}</div>{below}'
        return [nodes.raw("", f'<figure class="lay-fig">{inside}</figure>', format="html")]


def _themed(svg: str) -> str:
    """Return the SVG with dark colours where the reader has chosen a dark page, not only where the system is dark."""
    dark = re.search(r"@media\(prefers-color-scheme:dark\)\{(.*)\}\n</style>", svg)
    if dark is None:
        raise ValueError("the style of a figure has no dark colours at its end")
    auto = f'@media(prefers-color-scheme:dark){{body:not([data-theme="light"]){{{dark[1]}}}}}'
    return svg.replace(dark[0], f'{auto}\nbody[data-theme="dark"]{{{dark[1]}}}\n</style>')


def _head(app: Sphinx, pagename: str, templatename: str, context: dict, doctree: object) -> None:
    context["metatags"] = context.get("metatags", "") + f"<style>{_STYLE}</style>"


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("figure-of", FigureOf)
    app.add_js_file(None, body=f"addEventListener('DOMContentLoaded',()=>{{{_SCRIPT}}})")
    app.connect("html-page-context", _head)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
