"""Mosaic GPU of JAX: ``TiledLayout(Tiling(((64, 8), ...)), warp_dims=(-7,), lane_dims=(-3, -2), vector_dim=-1)``."""

from __future__ import annotations

from ...encodings.fields import Encoding
from ...layout import Layout
from ..foreign import Foreign
from ..meaning import as_linear
from ..mosaic import TiledLayout, WGSplatFragLayout, WGStridedFragLayout
from ..mosaic_text import is_mosaic_text, parse_mosaic
from ..mosaic_write import to_mosaic
from ..registry import Form
from ..threads import check_thread_value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["FORM", "written"]


def written(value: Any, shape: Any) -> tuple[Any, str]:
    """Return the layout of Mosaic GPU for a value, and what it maps to what."""
    if isinstance(value, (TiledLayout, WGSplatFragLayout, WGStridedFragLayout)):
        meaning = "from (register, lane, warp) to the elements of an array of any shape that fits"
        return value, meaning if shape is None else value.distribution(shape).linear_meaning()
    if isinstance(value, (Encoding, Foreign)):
        linear, meaning = as_linear(value, shape)
        return to_mosaic(linear), meaning
    if isinstance(value, Layout) and shape is not None:
        check_thread_value(value, tuple(shape), False)
    return to_mosaic(value, shape), "from (register, lane, warp) to the elements of the array"


def _write(value: Any, shape: Any) -> tuple[str, str]:
    found, meaning = written(value, shape)
    return str(found), meaning


FORM = Form("mosaic", "layouts of JAX's Mosaic GPU", is_mosaic_text, parse_mosaic, _write, 5)
