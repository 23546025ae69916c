"""Triton's print of a linear layout: ``- lane=1 -> (0, 1) ... where out dims are: [...]``."""

from __future__ import annotations

from ..linear import is_linear_text, parse_linear
from ..meaning import as_linear
from ..registry import Form

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["FORM"]


def _write(value: Any, shape: Any) -> tuple[str, str]:
    found, meaning = as_linear(value, shape)
    return str(found).lstrip("\n"), meaning


FORM = Form("linear", "Triton's print of a linear layout", is_linear_text, parse_linear, _write, 30)
