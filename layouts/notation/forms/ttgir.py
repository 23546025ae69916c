"""TTGIR attributes: ``#ttg.blocked<{...}>``; what is no named encoding is written by its bases."""

from __future__ import annotations

from ..meaning import as_encoding
from ..registry import Form
from ..ttgir import is_ttgir_text, parse_ttgir
from ..ttgir_write import to_ttgir

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["FORM"]


def _read(text: str, dialect: str | None = None) -> Any:
    return parse_ttgir(text, dialect=dialect)


def _write(value: Any, shape: Any, dialect: str | None = None) -> tuple[str, str]:
    found, meaning = as_encoding(value, shape)
    return to_ttgir(found, dialect), meaning


FORM = Form("ttgir", "layout attributes of TTGIR", is_ttgir_text, _read, _write, 10, versions=True)
