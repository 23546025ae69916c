"""From what a page writes in a ``figure-of`` block to a figure; needs the library only.

A block holds a layout in any notation, or a Python expression over the names of ``layouts``:

>>> figure_of("(2,4):(4,1)").title
'(2,4):(4,1)'
>>> figure_of('draw(Layout(4, 2), "complement", cotarget=16)').title[:10]
'complement'
"""

import re
from collections.abc import Iterator
from typing import Any

import layouts
from layouts.draw.choose import draw
from layouts.draw.model import Figure

_BLOCK = re.compile(r"^(?P<fence>`{3,})\{figure-of\}[^\n]*\n(?P<body>.*?)^(?P=fence)[ \t]*$", re.MULTILINE | re.DOTALL)


def names() -> dict[str, Any]:
    """Return the names that an expression may use: the public ones, and the open rooms."""
    from layouts import convert, hardware

    return {name: getattr(layouts, name) for name in layouts.__all__} | {
        "convert": convert,
        "draw": draw,
        "hardware": hardware,
    }


def figure_of(text: str) -> Figure:
    """Return the figure of a block: of a value, or the figure that the expression makes."""
    text = text.strip()
    try:
        code = compile(text, "<figure-of>", "eval")
    except SyntaxError:
        return draw(text)
    known = names()
    if text.isidentifier() and text not in known:
        return draw(text)
    value = eval(code, known)
    return value if isinstance(value, Figure) else draw(value)


def blocks(page: str) -> Iterator[str]:
    """Yield the text of each block of a page, without its options."""
    for found in _BLOCK.finditer(page):
        lines = found["body"].splitlines()
        while lines and re.match(r":\w+:", lines[0]):
            lines.pop(0)
        yield "\n".join(lines).strip()
