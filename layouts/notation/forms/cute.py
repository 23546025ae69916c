"""CuTe's notation: ``Sw<3,4,3> o (8,64):(64,1)``, in all the ways it is printed."""

from __future__ import annotations

from ...composed import ComposedLayout, Swizzle
from ..cute import parse, to_text
from ..meaning import as_cute
from ..pointers import unit_note
from ..registry import Form

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["FORM"]


def _write(value: Any, shape: Any) -> tuple[str, str]:
    found, meaning = as_cute(value, shape)
    written = to_text(found)
    if isinstance(found, ComposedLayout) and isinstance(found.outer, Swizzle):
        written = written.replace("> o 0 o ", "> o ")
    return written, meaning


FORM = Form("cute", "CuTe's notation", None, parse, _write, 90, note=unit_note)
