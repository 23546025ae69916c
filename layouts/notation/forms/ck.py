"""Composable Kernel: ``tile_distribution_encoding<sequence<1>, tuple<sequence<...>>, ...>``."""

from __future__ import annotations

from ...encodings.fields import Encoding
from ...layout import Layout
from ..ck import TileDistributionEncoding, is_ck_text, parse_ck, to_ck
from ..foreign import Foreign
from ..meaning import as_linear
from ..registry import Form
from ..threads import ThreadValue, check_thread_value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["FORM"]


_LANES = 64


def _warp(threads: int, lanes: int) -> str:
    return f"; a warp has {lanes} lanes" if threads >= lanes else f"; the {threads} threads are one warp"


def _write(value: Any, shape: Any) -> tuple[str, str]:
    if isinstance(value, TileDistributionEncoding):
        found = value
        meaning = value.cute(shape)[1]
    elif isinstance(value, ThreadValue) and value.warps is None:
        found = to_ck(value.layout, shape, value.warp_size or _LANES)
        meaning = found.distribution().linear_meaning() + _warp(value.layout[0].size, value.warp_size or _LANES)
    elif isinstance(value, (Encoding, Foreign)):
        found = to_ck(as_linear(value, shape)[0])
        meaning = found.distribution().linear_meaning()
    else:
        found = to_ck(value, shape)
        meaning = found.distribution().linear_meaning()
        if isinstance(value, Layout) and shape is not None:
            check_thread_value(value, shape, False)
            meaning += _warp(value[0].size, _LANES)
    return str(found), meaning


FORM = Form("ck", "tile distributions of Composable Kernel", is_ck_text, parse_ck, _write, 44)
