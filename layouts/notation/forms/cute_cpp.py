"""C++ types and constructors of CuTe: ``Layout<Shape<_16,_8>,Stride<_8,_1>>``."""

from __future__ import annotations

from ..cpp import is_cpp_text, parse_cpp, to_cpp
from ..meaning import as_cute, without_xor
from ..registry import Form

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["FORM"]


def _write(value: Any, shape: Any) -> tuple[str, str]:
    found, meaning = as_cute(value, shape)
    return to_cpp(without_xor(found, "C++")), meaning


FORM = Form("cute-cpp", "C++ types of CuTe", is_cpp_text, parse_cpp, _write, 50)
