"""What the name of an instruction says about an access: its kind, the bytes of a lane, and whose addresses count."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..errors import LayoutError
from ..inttuple import _show, to_int
from .memory import WIDTHS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["Instruction", "read_instruction"]

_PTX = re.compile(
    r"(?P<op>ld|st)(\.(volatile|relaxed|weak|cta))*\.shared(::cta)?(\.(volatile|relaxed|weak|cta))*"
    r"(\.v(?P<vector>[24]))?(\.[busf]+(?P<bits>8|16|32|64|128)(x2)?)?"
)
_SASS = re.compile(r"(?P<op>lds|sts)(\.[us]?(?P<bits>8|16|32|64|128))?")
_MATRIX = re.compile(r"(?P<op>ldmatrix|stmatrix)(\.sync)?(\.aligned)?(\.m8n8)?(\.x(?P<count>[124]))?(\.\w+)*?")
_AMD = re.compile(r"ds_(?P<op>read|load|write|store)_[bui](?P<bits>8|16|32|64|128)(_d16(_hi)?)?")


@dataclass(frozen=True, slots=True)
class Instruction:
    """A kind of access (load, store or matrix), its bytes for each lane, and the number of lanes that give addresses.

    ``lanes`` is None where all lanes of the warp do.
    """

    name: str
    kind: str
    bytes: int
    lanes: int | None


def read_instruction(name: Any, bytes: Any = None, elem: int = 1) -> Instruction:
    """Return what the name of a shared-memory instruction says; ``bytes`` completes a name without a width.

    Known are PTX (``ld.shared.v4.b32``, ``st.shared``, ``ldmatrix.x4``, ``stmatrix.x2``), SASS (``LDS.128``) and AMD
    (``ds_read_b128``).  Without any width a lane moves one element; ``ldmatrix`` without a count is x4.
    Raises: LayoutError for another name, for widths that disagree, and for a width that no lane moves.

    >>> read_instruction("ldmatrix.x2.trans")
    Instruction(name='ldmatrix.x2.trans', kind='matrix', bytes=16, lanes=16)
    >>> read_instruction("ld.shared.v2.f32").bytes
    8
    """
    given = None if bytes is None else to_int(bytes, "the bytes of a lane")
    text = name.strip().lower() if isinstance(name, str) else ""
    matrix = _MATRIX.fullmatch(text)
    if matrix and ".m16n16" not in text and ".m8n16" not in text and ".m16n8" not in text:
        return Instruction(name.strip(), "matrix", _agreed(name, 16, given), 8 * int(matrix["count"] or 4))
    found = _PTX.fullmatch(text) or _SASS.fullmatch(text) or _AMD.fullmatch(text)
    if found is None:
        raise LayoutError(
            f"instruction {_show(name)} is not one that has a model: ld.shared and st.shared with .v and a type, "
            f"LDS and STS, ldmatrix and stmatrix of m8n8, ds_read and ds_write",
            name,
        )
    parts = found.groupdict()
    kind = "load" if parts["op"] in ("ld", "lds", "read", "load") else "store"
    said = None
    if parts["bits"] is not None:
        said = int(parts["bits"]) // 8 * int(parts.get("vector") or 1) * (2 if text.endswith("x2") else 1)
    elif text in ("lds", "sts"):
        said = 4
    width = _agreed(name, said, given)
    if width is None:
        width = elem * int(parts.get("vector") or 1)
    if width not in WIDTHS:
        raise LayoutError(f"{name}: a lane moves 1, 2, 4, 8 or 16 bytes with one instruction, not {width}", width)
    return Instruction(name.strip(), kind, width, None)


def _agreed(name: str, said: Any, given: Any) -> Any:
    if said is not None and given is not None and said != given:
        raise LayoutError(f"{name} moves {said} bytes for each lane, and {given} are given", given)
    return given if said is None else said
