"""Mosaic GPU's layouts as attributes of MLIR: ``#mosaic_gpu.TiledLayout<...>``; ``mosaic`` reads them."""

from __future__ import annotations

from ..mosaic_text import mosaic_attribute
from ..registry import Form
from .mosaic import written

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["FORM"]


def _write(value: Any, shape: Any) -> tuple[str, str]:
    found, meaning = written(value, shape)
    return mosaic_attribute(found), meaning


FORM = Form("mosaic-mlir", "Mosaic GPU's layouts as MLIR attributes", None, None, _write, 61)
