"""``draw``: from a value to the figure that shows it."""

from __future__ import annotations

from ..errors import LayoutError, ParseError
from ..inttuple import _show, to_int
from .model import Figure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__all__ = ["KINDS", "draw", "draw_within", "natural_kind", "read_value"]

KINDS = {
    "layout": ("grid", "layout_figure"),
    "tape": ("grid", "tape_figure"),
    "links": ("arrows", "links_figure"),
    "inverse": ("arrows", "inverse_figure"),
    "complement": ("arrows", "complement_figure"),
    "slice": ("arrows", "slice_figure"),
    "divide": ("tiles", "divide_figure"),
    "product": ("tiles", "product_figure"),
    "threads": ("threads", "threads_figure"),
    "matrix": ("matrix", "matrix_figure"),
    "linear": ("linear", "linear_figure"),
    "swizzle": ("swizzle", "swizzle_figure"),
    "ruler": ("swizzle", "ruler_figure"),
    "banks": ("banks", "banks_figure"),
    "wavefronts": ("banks", "report_figure"),
    "steps": ("steps", "steps_figure"),
    "mma": ("mma", "mma_figure"),
    "operand": ("mma", "operand_figure"),
    "tiled_mma": ("mma", "tiled_mma_figure"),
    "tree": ("tree", "tree_figure"),
    "tensor": ("tensor", "tensor_figure"),
    "plan": ("plan", "plan_figure"),
}
"""Each kind of figure: the file in ``figures`` and the function that makes it."""

_NATURAL = {
    "Swizzle": "swizzle",
    "BitMatrix": "matrix",
    "LinearLayout": "linear",
    "AffineLayout": "linear",
    "Tensor": "tensor",
    "Explanation": "steps",
    "AccessReport": "wavefronts",
    "Operand": "operand",
    "Entry": "mma",
    "Plan": "plan",
    "TiledMMA": "tiled_mma",
    "TiledCopy": "threads",
    "Coverage": "threads",
}


def draw(value: Any, kind: str | None = None, **options: Any) -> Figure:
    """Return a figure of a value: of the kind that is natural to it, or of another one.

    ``value`` is any value of the library, the text of a layout in any notation, the name of an instruction, or a map
    of the caller with ``shape``, ``size`` and a call.  Kinds and what they need besides:

    * ``layout`` ``tape`` ``links`` ``tree``: a layout as grid, as memory, as arrows, and its modes;
    * ``inverse`` (``which``), ``complement`` (``cotarget``), ``slice`` (``coordinate``), ``divide`` and ``product``
      (``tiler``);
    * ``threads`` (``tile``): who holds what; ``matrix``: over F2; ``linear``: both;
    * ``swizzle`` and ``ruler`` (``elem``), ``banks`` (``elem``, ``lanes``, ``instruction``, ...);
    * ``wavefronts`` of a report of conflicts, ``steps`` of an explanation, ``mma`` and ``operand`` of an instruction,
      ``tiled_mma``, ``tensor``, ``plan``.

    ``shape`` is the shape of the tensor for an encoding of Triton's.
    Raises:  LayoutError for an unknown kind or option, TooLargeError beyond ``limit`` cells, what the value refuses.
    Cost:    one evaluation for each cell.

    >>> from layouts import Layout, draw
    >>> print(draw(Layout((2, 4), (4, 1)), tape=False))
    (2,4):(4,1)
    <BLANKLINE>
               mode 1 →
    mode 0 ↓   0  1  2  3
           0 | 0  1  2  3
           1 | 4  5  6  7
    >>> draw(Layout((2, 4), (4, 1)), "tree").alt
    'The modes of (2,4):(4,1) as a tree of 2 leaves; each leaf shows its extent and stride, the leftmost is the \
fastest digit.'
    """
    if isinstance(value, Figure) and kind is None and not options:
        return value
    if isinstance(value, str):
        value = read_value(value)
    if "shape" in options:
        value = _of_encoding(value, options.pop("shape"))
    chosen = natural_kind(value) if kind is None else kind
    if not isinstance(chosen, str) or chosen not in KINDS:
        raise LayoutError(f"draw: there is no kind {_show(chosen)}; there are {', '.join(KINDS)}", kind)
    figure: Figure = _checked(chosen, options)(value, **options)
    return figure


def draw_within(value: Any, limit: int) -> Figure:
    """Return the natural figure of a value, of at most ``limit`` cells."""
    if isinstance(value, Figure):
        return value
    kind = natural_kind(value)
    maker = _maker(kind)
    return maker(value, limit=limit) if "limit" in _names(maker) else maker(value)  # type: ignore[no-any-return]


def natural_kind(value: Any) -> str:
    """Return the kind of figure that is natural to a value.

    Raises: LayoutError for what cannot be drawn.

    >>> from layouts import Swizzle
    >>> natural_kind(Swizzle(3, 3, 3)), natural_kind((4, (2, 3)))
    ('swizzle', 'tree')
    """
    for one in type(value).__mro__:
        if one.__name__ in _NATURAL and one.__module__.startswith("layouts."):
            return _NATURAL[one.__name__]
    if isinstance(value, tuple):
        return "tree"
    if hasattr(value, "to_linear_layout") or hasattr(value, "to_layout"):
        raise LayoutError(f"draw: {_show(value)} needs the shape of a tensor: draw(value, shape=(64, 64))", value)
    if callable(value) and not isinstance(value, type) and hasattr(value, "shape") and hasattr(value, "size"):
        return "layout"
    raise LayoutError(f"draw: {_show(value)} of type {type(value).__name__} has no figure", value)


def read_value(text: str) -> Any:
    """Return the value of a text: a layout in any notation, or the name of an instruction.

    Raises: ParseError of the notation.

    >>> read_value("(2,4):(4,1)"), read_value("SM80_16x8x16_F32F16F16F32_TN").shape
    (Layout((2, 4), (4, 1)), (16, 8, 16))
    """
    from ..hardware.catalog import get
    from ..notation.registry import read

    try:
        return read(text)[1]
    except ParseError as refused:
        try:
            return get(text)
        except LayoutError:
            raise refused from None


def _of_encoding(value: Any, shape: Any) -> Any:
    """Return an encoding over a tensor; a shared one takes elements to memory, the others places to elements."""
    from ..encodings.fields import Encoding, SharedEncoding
    from ..notation.meaning import as_cute, as_linear

    if not isinstance(value, Encoding):
        raise LayoutError(f"draw: shape belongs to an encoding of Triton's, not to {_show(value)}", value)
    if not isinstance(shape, (tuple, list)):
        raise LayoutError(f"draw: the shape is a tuple such as (64, 64), not {_show(shape)}", shape)
    read = as_cute if isinstance(value, SharedEncoding) else as_linear
    return read(value, tuple(shape))[0]


def _maker(kind: str) -> Callable[..., Any]:
    from importlib import import_module

    room, name = KINDS[kind]
    found: Callable[..., Any] = getattr(import_module(f"{__package__}.figures.{room}"), name)
    return found


def _names(maker: Callable[..., Any]) -> list[str]:
    from inspect import signature

    return list(signature(maker).parameters)[1:]


def _checked(kind: str, options: dict[str, Any]) -> Callable[..., Any]:
    """Return the function of a kind, after a look at the options: all known, none missing."""
    from inspect import Parameter, signature

    maker = _maker(kind)
    known = dict(list(signature(maker).parameters.items())[1:])
    if "limit" in options:
        options["limit"] = to_int(options["limit"], "draw: the limit")
    for name in options:
        if name not in known:
            listed = f"it has {', '.join(known)}" if known else "it has none"
            raise LayoutError(f"draw: a figure of kind {kind!r} has no option {_show(name)}; {listed}", name)
    for name, parameter in known.items():
        if parameter.default is Parameter.empty and name not in options:
            raise LayoutError(f"draw: a figure of kind {kind!r} needs {name}=...", name)
    return maker
