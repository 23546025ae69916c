"""Gluon's layout classes: ``BlockedLayout(size_per_thread=[1, 4], ...)``."""

from __future__ import annotations

from ..gluon import is_gluon_text, parse_gluon
from ..meaning import as_encoding
from ..registry import Form

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["FORM"]


def _write(value: Any, shape: Any) -> tuple[str, str]:
    found, meaning = as_encoding(value, shape)
    return repr(found), meaning


FORM = Form("gluon", "layout classes of Gluon", is_gluon_text, parse_gluon, _write, 20)
