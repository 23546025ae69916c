"""Shape and strides of arrays, as numpy, torch and DLPack show them: axes with the last one fastest by habit.

::

    shape=(4, 8) strides=(32, 4) itemsize=4      numpy: strides in bytes
    shape=(4, 8) stride=(8, 1)                   torch, DLPack: strides in elements
    torch.Size([4, 8]) (8, 1)                    as t.shape, t.stride() print

An axis becomes a mode, in the same order: axis 0 is mode 0.  The strides say which axis is fastest; the index of numpy
(last axis first) and that of CuTe (mode 0 first) differ, the function of coordinates is the same.
"""

from __future__ import annotations

import re

from ..errors import LayoutError, ParseError
from ..inttuple import _show, clean
from ..layout import Layout
from ..module import Z
from .cursor import check_text
from .near import said_shortly

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["is_strides_text", "parse_strides", "to_strides_text"]

# Blanks are taken whole (``*+``), so that a text that is none of this is refused after one look at each character.
_TUPLE = r"(?:torch\.Size\s*+\(\s*+)?[\[(]\s*+((?:[-0-9,]++\s*+)*+)[\])]\s*+\)?"
_TEXT = re.compile(
    rf"\s*+(?:size|shape)?\s*+[:=]?\s*+{_TUPLE}\s*+[,;]?\s*+(strides?)?\s*+[:=]?\s*+(?:\(\s*+\))?{_TUPLE}"
    r"\s*+[,;]?\s*+(?:itemsize\s*+[:=]?\s*+([0-9]{1,9}))?\s*+\Z",
    re.ASCII,
)
_START = re.compile(r"\s*(?:(?:shape|size)\s*[:=]|torch\.Size)", re.ASCII)
_MAX_TEXT = 10_000


def is_strides_text(text: str) -> bool:
    """Tell whether a text is meant as the shape and strides of an array.

    >>> is_strides_text("shape=(4, 8) stride=(8, 1)"), is_strides_text("(4,8):(8,1)")
    (True, False)
    """
    return _START.match(text) is not None


def parse_strides(text: str) -> Layout:
    """Return the layout of an array from its shape and strides; numpy's ``strides`` need their ``itemsize``.

    Ensures:  ``parse_strides(to_strides_text(L)) == L`` for flat layouts over Z.
    Raises:   ParseError with a caret; where strides in bytes are no multiple of the itemsize, at the strides.

    >>> parse_strides("shape=(4, 8) strides=(32, 4) itemsize=4")
    Layout((4, 8), (8, 1))
    >>> parse_strides("torch.Size([4, 8]), (1, 4)")
    Layout((4, 8), (1, 4))
    """
    check_text(text, _MAX_TEXT)
    match = _TEXT.match(text)
    if match is None:
        start = len(text) - len(text.lstrip())
        raise ParseError("expected shape=(...) stride=(...), or strides=(...) itemsize=n", text, start)
    shape, strides = _numbers(text, match, 1), _numbers(text, match, 3)
    size = match[4]
    if match[2] == "strides":
        if size is None or int(size) < 1:
            raise ParseError("strides of numpy are in bytes: add itemsize=n, or write stride= for elements", text, 0)
        wrong = next((d for d in strides if d % int(size)), None)
        if wrong is not None:
            raise ParseError(f"the stride {wrong} is no multiple of the itemsize {size}", text, match.start(3))
        strides = tuple([d // int(size) for d in strides])
    elif size is not None:
        raise ParseError("stride is in elements; with an itemsize write strides=, in bytes", text, match.start(4))
    try:
        return Layout(shape, strides)
    except LayoutError as error:
        raise ParseError(error.message, text, match.start(1)) from error


def unit_of_strides(text: str) -> str:
    """Return what the offsets count, for the line below a conversion.

    >>> unit_of_strides("shape=(4, 8) strides=(32, 4) itemsize=4")
    'elements of 4 bytes, where the text has strides in bytes'
    """
    match = _TEXT.match(text)
    if match is None or match[4] is None:
        return "elements"
    return f"elements of {int(match[4])} bytes, where the text has strides in bytes"


def _numbers(text: str, match: re.Match[str], group: int) -> tuple[int, ...]:
    found = []
    inside = match[group].rstrip()
    for part in inside.removesuffix(",").split(",") if inside else []:
        number = part.strip()
        if not re.fullmatch(r"-?[0-9]{1,400}", number, re.ASCII):
            raise ParseError(f"{number[:40]!r} is not a number", text, match.start(group))
        found.append(int(number))
    return tuple(found)


def to_strides_text(value: Any) -> str:
    """Return shape and strides of a flat layout over Z, in elements.

    Raises:   LayoutError for nested modes and for values that are no layout over Z.

    >>> to_strides_text(Layout((4, 8), (8, 1)))
    'shape=(4, 8) stride=(8, 1)'
    """
    if not isinstance(value, Layout) or value.over is not Z:
        raise LayoutError(
            f"to_strides_text: {_show(value, 120, str)} is not a layout over Z, and an array has plain strides", value
        )
    shape = value.shape if type(value.shape) is tuple else (value.shape,)
    stride = value.stride if type(value.stride) is tuple else (value.stride,)
    nested = next((i for i, s in enumerate(shape) if type(s) is tuple), None)
    if nested is not None:
        raise LayoutError(
            f"to_strides_text: mode {nested} of {_show(value, 120, str)} is nested, and an axis has one stride", nested
        )
    with said_shortly("to_strides_text"):
        return f"shape={clean(shape)} stride={clean(stride)}"
