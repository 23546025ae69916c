"""XLA's shapes with tiled layouts: ``bf16[2,300,256]{2,1,0:T(8,128)(2,1)}``."""

from __future__ import annotations

from ..meaning import as_memory
from ..registry import Form
from ..xla import XlaShape, is_xla_text, parse_xla
from ..xla_write import to_xla

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["FORM"]


def _write(value: Any, shape: Any) -> tuple[str, str]:
    found, meaning = as_memory(value, shape, "xla")
    if isinstance(value, XlaShape):
        return str(value), meaning
    return str(to_xla(found)), meaning + "; f32 stands for any type, a layout has none"


FORM = Form("xla", "shapes of XLA with tiled layouts", is_xla_text, parse_xla, _write, 42)
