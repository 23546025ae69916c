"""Shape and strides of arrays: numpy, torch, DLPack."""

from __future__ import annotations

from ..meaning import as_cute
from ..registry import Form
from ..strides import is_strides_text, parse_strides, to_strides_text, unit_of_strides

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["FORM"]


def _write(value: Any, shape: Any) -> tuple[str, str]:
    found, meaning = as_cute(value, shape)
    return to_strides_text(found), meaning + "; strides in elements"


FORM = Form("strides", "shape and strides of arrays", is_strides_text, parse_strides, _write, 40, note=unit_of_strides)
