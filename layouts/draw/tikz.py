r"""The TikZ printer: the drawing of the SVG printer, translated element by element.

Both printers so agree on every place.  The output needs ``\usepackage{tikz}`` and nothing else; a pixel is 0.75 pt, and
``\resizebox`` fits it to a column.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

from ..errors import TooLargeError
from .measure import escape_control
from .palette import color
from .svg import to_svg
from .svg_style import ALARM, LIGHT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from .model import Figure

__all__ = ["tex_escape", "to_tikz"]

_SVG = "{http://www.w3.org/2000/svg}"
_LONGEST = 16_000 / 0.75
"""TeX has no lengths beyond 16383 pt."""

_TEX = {
    **{sign: f"\\{sign}" for sign in "{}$&#%_"},
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "→": r"$\rightarrow$",
    "↓": r"$\downarrow$",
    "·": r"$\cdot$",
    "…": r"\ldots{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "`": r"\textasciigrave{}",
    "'": r"\textquotesingle{}",
}
_STROKES = {
    "l0": "layline,line width=.5pt",
    "l1": "laytext,line width=1.3pt",
    "l2": "laytext,line width=2.2pt",
    "l3": "laytext,line width=3.2pt",
    "o": "layline,line width=.5pt,dash pattern=on 2pt off 2pt",
    "x": "layalarm,line width=1.6pt",
    "y": "laytext,line width=1.6pt",
    "a": "laytext,line width=.9pt",
}
_FILLS = {"ah": "laytext", "xh": "layalarm", "p": "white"}
_MOVE = re.compile(r"([MLHVClhvz])([^MLHVClhvz]*)")
_NUMBER = re.compile(r"-?\d*\.?\d+")


def to_tikz(figure: Figure, *, standalone: bool = False) -> str:
    """Return a figure as TikZ; see ``Figure.to_tikz``.

    Raises: TooLargeError for a figure that is taller or wider than TeX's lengths.
    """
    root = ElementTree.fromstring(to_svg(figure))
    size = int(root.get("width", 0)), int(root.get("height", 0))
    if max(size) > _LONGEST:
        raise TooLargeError(f"to_tikz: a figure of {size[0]} x {size[1]} pixels is longer than TeX can count", size)
    used: set[str] = set()
    drawn: list[str] = []
    for child in root:
        if child.tag in (f"{_SVG}g", f"{_SVG}path", f"{_SVG}text"):
            _walk(child, 0.0, 0.0, "", drawn, used)
    names = sorted([int(name[1:]) for name in used])
    shades = {
        "laytext": LIGHT["text"],
        "layquiet": LIGHT["quiet"],
        "layline": LIGHT["line"],
        "layalarm": ALARM["light"],
    }
    colors = [(name, shade) for name, shade in shades.items()] + [(f"layt{tone}", color(tone)) for tone in names]
    lines = [
        *[f"\\definecolor{{{name}}}{{HTML}}{{{shade[1:].upper()}}}" for name, shade in colors],
        r"\begin{tikzpicture}[x=.75pt,y=-.75pt,inner sep=0pt,outer sep=0pt]",
        *drawn,
        r"\end{tikzpicture}",
    ]
    if not standalone:
        said = escape_control(" ".join(figure.alt.split())).encode("ascii", "replace").decode()
        return "\n".join([f"% {said}", *lines])
    wide, high = [number * 0.75 + 8 for number in size]
    head = [
        r"\documentclass{article}",
        f"\\usepackage[paperwidth={wide:g}pt,paperheight={high:g}pt,margin=2pt]{{geometry}}",
        r"\usepackage[T1]{fontenc}",
        r"\usepackage{textcomp,tikz}",
        r"\pagestyle{empty}\parindent=0pt",
    ]
    return "\n".join([*head, r"\begin{document}", *lines, r"\end{document}"])


def tex_escape(text: str) -> str:
    r"""Return a text for LaTeX; a character that plain LaTeX has not becomes a question mark.

    >>> print(tex_escape("a_b & 50%"))
    a\_b \& 50\%
    """
    return "".join([_TEX.get(sign, sign if " " <= sign <= "~" else "?") for sign in text])


def _walk(element: Element, x: float, y: float, sort: str, drawn: list[str], used: set[str]) -> None:
    """Add what an element draws, moved by (x, y); ``sort`` are the classes around it."""
    kinds = f"{sort} {element.get('class', '')}"
    if element.tag == f"{_SVG}g":
        found = re.match(r"translate\(([-\d.]+),([-\d.]+)\)", element.get("transform", ""))
        dx, dy = (float(found[1]), float(found[2])) if found else (0.0, 0.0)
        for child in element:
            _walk(child, x + dx, y + dy, kinds, drawn, used)
    elif element.tag == f"{_SVG}text":
        drawn.append(_text(element, x, y, kinds.split()))
    elif element.tag == f"{_SVG}path":
        drawn.append(_path(element, x, y, used))


def _text(element: Element, x: float, y: float, kinds: list[str]) -> str:
    size = 15 if "h" in kinds else 11 if "s" in kinds or "z" in kinds else 12 if "n" in kinds or "m" in kinds else 13
    face = r"\ttfamily" if "n" in kinds or "m" in kinds else r"\sffamily"
    bold = r"\bfseries" if "h" in kinds or "b" in kinds else ""
    anchor = "base east" if "e" in kinds else "base" if "n" in kinds or "c" in kinds else "base west"
    shade = "black" if "i" in kinds else "layquiet" if "q" in kinds or "f" in kinds else "laytext"
    at = f"({x + float(element.get('x', 0)):g},{y + float(element.get('y', 0)):g})"
    font = f"\\fontsize{{{size * 0.72:.1f}}}{{{size * 0.9:.1f}}}\\selectfont{face}{bold}"
    content = tex_escape(element.text or "")
    if "m" in kinds and "s" not in kinds:  # a table keeps its columns
        content = content.replace("  ", "~~").replace("~ ", "~~")
    return f"\\node[anchor={anchor},text={shade},font={font}] at {at} {{{content}}};"


def _path(element: Element, x: float, y: float, used: set[str]) -> str:
    kind = element.get("class", "").partition(" ")[0]
    if kind.startswith("t") and kind[1:].isdecimal():
        used.add(kind)
        options = f"fill=lay{kind}"
    elif kind in _FILLS:
        options = f"fill={_FILLS[kind]}"
    else:
        options = f"draw={_STROKES.get(kind, _STROKES['l0'])}"
    return f"\\path[{options}] {_moves(element.get('d', ''), x, y)};"


def _moves(d: str, x: float, y: float) -> str:
    """Return the path in TikZ's words, in absolute places."""
    found: list[str] = []
    u = v = 0.0
    for letter, rest in _MOVE.findall(d):
        numbers = [float(number) for number in _NUMBER.findall(rest)]
        if letter == "z":
            found.append("-- cycle")
            continue
        if letter == "C":
            a, b, c, e, u, v = numbers
            found.append(f".. controls ({x + a:g},{y + b:g}) and ({x + c:g},{y + e:g}) .. ({x + u:g},{y + v:g})")
            continue
        steps = (
            [(n, None) for n in numbers] if letter in "HhVv" else list(zip(numbers[::2], numbers[1::2], strict=True))
        )
        for first, second in steps:
            if letter in "ML":
                u, v = first, second or 0.0
            elif letter == "l":
                u, v = u + first, v + (second or 0.0)
            elif letter in "Hh":
                u = first if letter == "H" else u + first
            else:
                v = first if letter == "V" else v + first
            found.append(f"{'' if letter == 'M' else '-- '}({x + u:g},{y + v:g})")
    return " ".join(found)
