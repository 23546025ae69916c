"""einops: ``rearrange('b (h w) c -> (b h) (w c)', b=2, h=3, w=4, c=5)``."""

from __future__ import annotations

from ...errors import LayoutError
from ..einops import EinopsPattern, to_einops
from ..einops_text import is_einops_text, parse_einops
from ..meaning import as_memory
from ..registry import Form

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["FORM"]

_MEANING = "from the coordinate of the result to the offset in the row-major input, in elements"


def _write(value: Any, shape: Any) -> tuple[str, str]:
    if isinstance(value, EinopsPattern):
        value.solved(shape)
        return str(value), _MEANING
    found, meaning = as_memory(value, None, "einops")
    if "padded" in meaning:
        raise LayoutError(f"convert: a rearrangement has no padding, and {str(value)[:120]} has", value)
    return str(to_einops(found, shape)), _MEANING


FORM = Form("einops", "patterns of einops", is_einops_text, parse_einops, _write, 45)
