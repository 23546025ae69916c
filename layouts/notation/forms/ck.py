"""Composable Kernel: ``tile_distribution_encoding<sequence<1>, tuple<sequence<...>>, ...>``."""

from __future__ import annotations

from ...encodings.fields import Encoding
from ..ck import TileDistributionEncoding, is_ck_text, parse_ck, to_ck
from ..foreign import Foreign
from ..meaning import as_linear
from ..registry import Form

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["FORM"]


def _write(value: Any, shape: Any) -> tuple[str, str]:
    if isinstance(value, TileDistributionEncoding):
        found = value
        meaning = value.cute(shape)[1]
    elif isinstance(value, (Encoding, Foreign)):
        found = to_ck(as_linear(value, shape)[0])
        meaning = found.distribution().linear_meaning()
    else:
        found = to_ck(value, shape)
        meaning = found.distribution().linear_meaning()
        meaning += "; a warp has 64 lanes" if shape is not None else ""
    return str(found), meaning


FORM = Form("ck", "tile distributions of Composable Kernel", is_ck_text, parse_ck, _write, 44)
