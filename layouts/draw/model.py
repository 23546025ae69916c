"""``Figure``: what a picture shows, without saying how; the printers turn it into text, SVG, HTML, TikZ or PNG.

A figure has panels in rows.  A panel is a ``Grid`` (of a layout, a matrix, or a memory tape, which is a grid of one
row), a ``Ruler`` (the bits of an address), ``Links`` (two columns with arrows), a ``Tree``, or a ``Note``.  There are
no pixels in the model, and colour never carries what a text does not say: a ``tone`` is the number of a colour class.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from typing import Any

__all__ = [
    "MARKS",
    "Arrow",
    "Axis",
    "Cell",
    "Field",
    "Figure",
    "Grid",
    "Label",
    "Links",
    "Node",
    "Note",
    "Panel",
    "Ruler",
    "Span",
    "Tree",
]

MARKS = ("", "hole", "clash", "hit", "faint")
"""What a cell may be besides plain: a hole is empty, a clash is wrong, a hit is meant, a faint one is in the back."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its text, the colour class, how it is marked, what hovering tells, what lights up together."""

    text: str = ""
    tone: int | None = None
    mark: str = ""
    title: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """A label over ``length`` rows or columns from ``start`` on."""

    start: int
    length: int
    text: str


@dataclass(frozen=True, slots=True)
class Axis:
    """The labels of one direction: a name, and levels of spans, the innermost level first."""

    name: str = ""
    levels: tuple[tuple[Span, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows of cells with labels.  ``row_lines`` and ``column_lines`` are (position, level) of lines between modes.

    A line of level 1 is thicker than those between cells, and one of level 2 thicker still.  ``fold`` is the number of
    columns that a printer keeps together where it folds long rows; 0 leaves it to the lines.
    """

    cells: tuple[tuple[Cell, ...], ...]
    rows: Axis = Axis()
    columns: Axis = Axis()
    row_lines: tuple[tuple[int, int], ...] = ()
    column_lines: tuple[tuple[int, int], ...] = ()
    title: str = ""
    fold: int = 0

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of rows and columns."""
        return len(self.cells), len(self.cells[0]) if self.cells else 0


@dataclass(frozen=True, slots=True)
class Field:
    """Neighbouring bits of a ruler, from the low bit ``start`` on, with a name."""

    start: int
    length: int
    name: str
    tone: int | None = None


@dataclass(frozen=True, slots=True)
class Arrow:
    """An arrow from one bit or item to another."""

    source: int
    target: int
    text: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Ruler:
    """The bits of an address, low bit on the right, in named fields; arrows show where a bit is XORed to.

    ``bits`` may have a text for each bit, low bit first.
    """

    width: int
    fields: tuple[Field, ...] = ()
    arrows: tuple[Arrow, ...] = ()
    title: str = ""
    bits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Links:
    """Two columns of cells, and arrows from the left one to the right one by position."""

    left: tuple[Cell, ...]
    right: tuple[Cell, ...]
    arrows: tuple[Arrow, ...]
    left_name: str = ""
    right_name: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """A node of a tree."""

    text: str
    children: tuple[Node, ...] = ()
    note: str = ""
    tone: int | None = None


@dataclass(frozen=True, slots=True)
class Tree:
    """A tree, drawn from its root down."""

    root: Node
    title: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """Lines of text; ``fixed`` keeps their columns, as a table needs."""

    text: str
    title: str = ""
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Label:
    """An entry of the legend: a colour class or a mark, and what it means."""

    text: str
    tone: int | None = None
    mark: str = ""


Panel: TypeAlias = "Grid | Ruler | Links | Tree | Note"


@dataclass(frozen=True, slots=True)
class Figure:
    """Panels in rows, one row above the other, with a title, a legend, and ``alt``: what is seen, in a sentence or two.

    ``aligned`` tells how many rows are set as a table, with their panels in columns.
    It shows itself in a notebook, and ``save`` writes it in the form that the name ends with.

    >>> from layouts import Layout, draw
    >>> F = draw(Layout((2, 4), (4, 1)))
    >>> F.title
    '(2,4):(4,1)'
    >>> F.to_svg().startswith("<svg ")
    True
    """

    title: str
    panels: tuple[tuple[Panel, ...], ...]
    alt: str
    legend: tuple[Label, ...] = ()
    aligned: int = 0

    def to_svg(self, *, width: int | None = None, linked: bool = False) -> str:
        """Return the figure as one SVG element, without scripts and links; ``width`` is that of the page, in pixels.

        ``linked`` adds what a page needs to light up the cells that belong together.
        """
        from .svg import to_svg

        return to_svg(self, width=width, linked=linked)

    def to_html(self, *, page: bool = True, width: int | None = None) -> str:
        """Return the figure as a page, or with ``page=False`` as a part of one; hovering lights up what is the same.

        Everything is visible without the script.
        """
        from .html import to_html

        return to_html(self, page=page, width=width)

    def to_text(self, *, width: int = 120, color: bool = False) -> str:
        """Return the figure as text for a terminal of a width; ``color`` adds ANSI colours."""
        from .terminal import to_text

        return to_text(self, width=width, color=color)

    def to_tikz(self, *, standalone: bool = False) -> str:
        """Return the figure as a ``tikzpicture``, or as a whole document of LaTeX."""
        from .tikz import to_tikz

        return to_tikz(self, standalone=standalone)

    def to_png(self, *, scale: float = 2.0, width: int | None = None) -> bytes:
        """Return the figure as a PNG; needs the extra ``draw``."""
        from .raster import to_png

        return to_png(self, scale=scale, width=width)

    def save(self, path: Any) -> None:
        """Write the figure to a file; its name ends in .svg, .html, .txt, .tex, .png or .pdf.

        Raises: LayoutError for another ending, for a file that cannot be written, or without the extra ``draw``.
        """
        from .save import save

        save(self, path)

    def _repr_svg_(self) -> str:
        return self.to_svg()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:  # noqa: ARG002
        from .notebook import bundle

        return bundle(self)

    def __repr__(self) -> str:
        count = sum([len(row) for row in self.panels])
        return f"<Figure {self.title!r}, {count} panel{'s' * (count != 1)}>"

    def __str__(self) -> str:
        return self.to_text()
