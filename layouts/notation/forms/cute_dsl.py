"""CuTe's DSL print: ``S<3,4,3> o 0 o (8,64):(64,1)``; read as CuTe's notation."""

from __future__ import annotations

from ..cute import to_text
from ..meaning import as_cute, without_xor
from ..registry import Form

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["FORM"]


def _write(value: Any, shape: Any) -> tuple[str, str]:
    found, meaning = as_cute(value, shape)
    return to_text(without_xor(found, "the DSL"), swizzle="S"), meaning


FORM = Form("cute-dsl", "print of CuTe's DSL", None, None, _write, 60)
