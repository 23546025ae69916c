"""What the attributes of layouts were called in each version of Triton: to read a text as its version meant it.

Versions are those of releases, 3.0 to 3.9.  Without a stated version a text is read in the newest form, and in older
forms where they cannot be mistaken.  With one, what that version does not have is refused: Triton itself skips many
fields that it does not know, so that an old text in a new version, or the other way round, means something else.

=================================================  ==========================================================
older                                              newer
=================================================  ==========================================================
``triton_gpu``, ``triton_nvidia_gpu``, to 3.2      ``ttg``, ``ttng``
``shared`` with ``hasLeadingOffset``, to 3.2       ``swizzled_shared``, ``nvmma_shared``
``CTAsPerCGA``, ``CTASplitNum``, ``CTAOrder``,     ``CGALayout``, bases
to 3.5
amd_mfma: ``versionMajor``, ``versionMinor``,      ``version``; three numbers in ``instrShape`` from 3.6 on;
to 3.4                                             ``elementType`` in 3.5, then ``elementBitWidth``
amd_wmma: no version to 3.1, no transpose to       ``ctaLayout``, bases
3.2, ``warpsPerCTA`` to 3.6, the last dimension
first
nvmma_shared: the rank is the length of            ``rank``
``CTAsPerCGA``, to 3.5
``CTASplitM``, ``CTASplitN`` of tensor memory,     ``CGALayout``
to 3.7
=================================================  ==========================================================
"""

from __future__ import annotations

from ..errors import LayoutError
from ..inttuple import _show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .mlir import Fields, MlirReader

__all__ = ["VERSIONS", "check_fields", "read_version"]

VERSIONS = ("3.0", "3.1", "3.2", "3.3", "3.4", "3.5", "3.6", "3.7", "3.8", "3.9")
_FIRST, _LAST = VERSIONS[0], VERSIONS[-1]

_PREFIXES = {
    "ttg": ("3.3", _LAST),
    "ttng": ("3.3", _LAST),
    "triton_gpu": (_FIRST, "3.2"),
    "triton_nvidia_gpu": (_FIRST, "3.2"),
}
_KINDS = {
    "blocked": (_FIRST, _LAST),
    "slice": (_FIRST, _LAST),
    "dot_op": (_FIRST, _LAST),
    "nvidia_mma": (_FIRST, _LAST),
    "amd_mfma": (_FIRST, _LAST),
    "amd_wmma": (_FIRST, _LAST),
    "shared": (_FIRST, "3.2"),
    "linear": ("3.3", _LAST),
    "swizzled_shared": ("3.3", _LAST),
    "nvmma_shared": ("3.3", _LAST),
    "amd_rotating_shared": ("3.4", _LAST),
    "padded_shared": ("3.5", _LAST),
    "shared_linear": ("3.6", _LAST),
    "tensor_memory_encoding": ("3.6", _LAST),
    "tensor_memory_scales_encoding": ("3.6", _LAST),
    "partitioned_shared": ("3.8", _LAST),
    "generic_linear": ("3.8", _LAST),
}
_CLUSTERED = (
    "blocked", "nvidia_mma", "amd_mfma", "amd_wmma", "shared", "swizzled_shared", "nvmma_shared", "amd_rotating_shared",
    "padded_shared", "tensor_memory_encoding", "tensor_memory_scales_encoding",
)  # fmt: skip
_ANY = (_FIRST, _LAST)
_FIELDS: dict[tuple[str, str], tuple[str, str]] = {
    **{(kind, name): (_FIRST, "3.5") for kind in _CLUSTERED for name in ("CTAsPerCGA", "CTASplitNum", "CTAOrder")},
    **{(kind, "CGALayout"): ("3.6", _LAST) for kind in _CLUSTERED},
    ("tensor_memory_encoding", "CGALayout"): ("3.8", _LAST),
    ("tensor_memory_scales_encoding", "CGALayout"): ("3.8", _LAST),
    ("tensor_memory_encoding", "CTASplitM"): ("3.6", "3.7"),
    ("tensor_memory_encoding", "CTASplitN"): ("3.6", "3.7"),
    ("tensor_memory_scales_encoding", "blockRepOrder"): ("3.8", _LAST),
    ("tensor_memory_encoding", "fp4Padded"): ("3.8", _LAST),
    ("amd_mfma", "versionMajor"): (_FIRST, "3.4"),
    ("amd_mfma", "versionMinor"): (_FIRST, "3.4"),
    ("amd_mfma", "version"): ("3.5", _LAST),
    ("amd_mfma", "tilesPerWarp"): ("3.5", _LAST),
    ("amd_mfma", "elementType"): ("3.5", "3.5"),
    ("amd_mfma", "elementBitWidth"): ("3.6", _LAST),
    ("amd_wmma", "version"): ("3.2", _LAST),
    ("amd_wmma", "isTranspose"): ("3.3", _LAST),
    ("amd_wmma", "isTransposed"): ("2", "2"),
    ("amd_wmma", "warpsPerCTA"): (_FIRST, "3.6"),
    ("amd_wmma", "tilesPerWarp"): ("3.6", "3.6"),
    ("amd_wmma", "instrShape"): ("3.6", _LAST),
    ("amd_wmma", "ctaLayout"): ("3.7", _LAST),
    ("amd_wmma", "rank"): ("3.7", _LAST),
    ("nvmma_shared", "rank"): ("3.6", _LAST),
    ("padded_shared", "shape"): ("3.6", _LAST),
    ("padded_shared", "offset"): ("3.6", _LAST),
    ("padded_shared", "block"): ("3.6", _LAST),
    ("dot_op", "isMMAv1Row"): (_FIRST, "3.1"),
}


def read_version(dialect: object) -> str | None:
    """Return a version of Triton as ``VERSIONS`` has it: ``"3.2"`` and ``"3.2.1"`` are 3.2.

    Raises:   LayoutError for others.

    >>> read_version("3.2.0")
    '3.2'
    """
    if dialect is None:
        return None
    if isinstance(dialect, str):
        found = ".".join(dialect.strip().split(".")[:2])
        if found in VERSIONS:
            return found
    raise LayoutError(
        f"dialect = {_show(dialect)} is no version of Triton that is known here: {', '.join(VERSIONS)}", dialect
    )


def has(version: str, span: tuple[str, str]) -> bool:
    """Tell whether a version is within a span, both ends included."""
    first, last = span
    if last not in VERSIONS:
        return False
    return VERSIONS.index(first) <= VERSIONS.index(version) <= VERSIONS.index(last)


def kind_span(kind: str) -> tuple[str, str]:
    """Return the versions that have a kind of attribute."""
    return _KINDS.get(kind, ("2", "2"))


def check_kind(reader: MlirReader, name: str, start: int) -> None:
    """Refuse an attribute that the stated version does not have."""
    if reader.dialect is None:
        return
    prefix, _, kind = name[1:].partition(".")
    if kind == "cga":
        reader.fail(f"no release of Triton prints {name}", start)
    for what, span in ((f"the dialect {prefix}", _PREFIXES.get(prefix, _ANY)), (name, kind_span(kind))):
        if not has(reader.dialect, span):
            reader.fail(f"Triton {reader.dialect} does not have {what}{_since(span)}", start)


def check_fields(reader: MlirReader, kind: str, fields: Fields) -> None:
    """Refuse a field that the stated version does not have: that version would skip it, or fail."""
    if reader.dialect is None:
        return
    for name in fields:
        span = _FIELDS.get((kind, name), _ANY)
        if not has(reader.dialect, span):
            reader.fail(f"{kind} of Triton {reader.dialect} has no field {name}{_since(span)}", fields.places[name])


def _since(span: tuple[str, str]) -> str:
    first, last = span
    if last not in VERSIONS:
        return "; no release has"
    if last == _LAST:
        return f"; it came with {first}"
    return f"; it went after {last}" if first == _FIRST else f"; {first} to {last} have"
