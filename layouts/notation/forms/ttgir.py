"""TTGIR attributes: ``#ttg.blocked<{...}>``; what is no named encoding is written by its bases."""

from __future__ import annotations

from ..meaning import as_encoding
from ..registry import Form
from ..ttgir import is_ttgir_text, parse_ttgir

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["FORM"]


def _write(value: Any, shape: Any) -> tuple[str, str]:
    found, meaning = as_encoding(value, shape)
    return str(found), meaning


FORM = Form("ttgir", "layout attributes of TTGIR", is_ttgir_text, parse_ttgir, _write, 10)
