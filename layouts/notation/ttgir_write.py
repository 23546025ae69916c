"""Encodings as an older version of Triton writes them; what the version cannot say is refused."""

from __future__ import annotations

from itertools import permutations

from ..encodings.cga import make_cga_layout
from ..encodings.fields import Encoding
from ..encodings.text import attribute
from ..errors import LayoutError
from ..inttuple import _show
from .ttgir_dialect import has, kind_span, read_version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Pairs = list[tuple[str, Any]]

__all__ = ["to_ttgir"]

_NAMES = {
    "DistributedLinearLayout": "linear",
    "AMDRotatingSharedLayout": "amd_rotating_shared",
    "SharedLinearLayout": "shared_linear",
    "PartitionedSharedLayout": "partitioned_shared",
    "PaddedSharedLayout": "padded_shared",
    "TensorMemoryLayout": "tensor_memory_encoding",
    "TensorMemoryScalesLayout": "tensor_memory_scales_encoding",
}


def to_ttgir(value: Encoding, dialect: str | None = None) -> str:
    """Return the attribute of an encoding as a version of Triton prints it; without one, the newest form.

    K of an MFMA instruction is in ``instrShape`` from 3.6 on, and left out before: no layout depends on it.
    Ensures:  ``parse_ttgir(to_ttgir(x, v), dialect=v)`` has the linear layouts of x.
    Raises:   LayoutError where the version has no such attribute, or none with these parameters.

    >>> from ..encodings.shared import SwizzledSharedLayout
    >>> print(to_ttgir(SwizzledSharedLayout(8, 1, 8, [1, 0]), "3.2"))
    #triton_gpu.shared<{vec = 8, perPhase = 1, maxPhase = 8, order = [1, 0], hasLeadingOffset = false}>
    """
    if not isinstance(value, Encoding):
        raise LayoutError(f"to_ttgir: {_show(value)} is not an encoding of Triton's", value)
    version = read_version(dialect)
    return attribute(value) if version is None else _Writer(version).text(value)


class _Writer:
    def __init__(self, version: str) -> None:
        self.version = version

    def since(self, version: str) -> bool:
        return has(self.version, (version, "3.9"))

    def refuse(self, value: Encoding, reason: str) -> LayoutError:
        return LayoutError(f"to_ttgir: Triton {self.version} {reason}: {value}", value)

    def text(self, value: Any) -> str:
        cls = type(value).__name__
        name = "generic_linear" if getattr(value, "is_generic", False) else _NAMES.get(cls, "blocked")
        if not has(self.version, kind_span(name)):
            raise self.refuse(value, f"has no {name}")
        if cls == "PaddedSharedLayout" and not self.since("3.6"):
            raise self.refuse(value, "has padded_shared without a shape")
        maker = getattr(self, f"_{cls}", None)
        if maker is None or self.since("3.8"):
            return attribute(value, self.text)
        written = maker(value)
        if isinstance(written, str):
            return written
        kind, pairs = written
        head = "ttg" if self.since("3.3") else "triton_gpu"
        return f"#{head}.{kind}<{{{_listed(pairs)}}}>"

    def cluster(self, value: Any, rank: int = 0) -> Pairs:
        """The blocks: bases from 3.6 on, before that three fields, left out where there is one block."""
        if self.since("3.6"):
            return [("CGALayout", value.cga_layout)] if value.cga_layout else []
        if not value.cga_layout and not rank:
            return []
        fields = three_fields(value.cga_layout, rank or value.rank)
        if fields is None:
            raise self.refuse(value, f"cannot say cga_layout = {[list(one) for one in value.cga_layout]}")
        return list(zip(("CTAsPerCGA", "CTASplitNum", "CTAOrder"), fields, strict=True))

    def _BlockedLayout(self, x: Any) -> tuple[str, Pairs]:
        boxes = (("sizePerThread", x.size_per_thread), ("threadsPerWarp", x.threads_per_warp))
        return "blocked", [*boxes, ("warpsPerCTA", x.warps_per_cta), ("order", x.order), *self.cluster(x)]

    def _SliceLayout(self, x: Any) -> tuple[str, Pairs]:
        return "slice", [("dim", x.dim), ("parent", self.text(x.parent))]

    def _DotOperandLayout(self, x: Any) -> tuple[str, Pairs]:
        width = [("kWidth", x.k_width)] if x.k_width else []
        return "dot_op", [("opIdx", x.operand_index), ("parent", self.text(x.parent)), *width]

    def _NVMMADistributedLayout(self, x: Any) -> tuple[str, Pairs]:
        version = (("versionMajor", x.version[0]), ("versionMinor", x.version[1]), ("warpsPerCTA", x.warps_per_cta))
        return "nvidia_mma", [*version, *self.cluster(x), ("instrShape", x.instr_shape)]

    def _AMDMFMALayout(self, x: Any) -> tuple[str, Pairs]:
        tiles = [("tilesPerWarp", x.tiles_per_warp)] if set(x.tiles_per_warp) != {1} else []
        wide = x.element_bitwidth != 32
        if self.since("3.6"):
            rest = [*self.cluster(x), *tiles, *([("elementBitWidth", x.element_bitwidth)] if wide else [])]
            fields = [("version", x.version), ("warpsPerCTA", x.warps_per_cta), ("instrShape", x.instr_shape)]
            return "amd_mfma", [*fields, ("isTransposed", x.transposed), *rest]
        shape: Pairs = [("instrShape", x.instr_shape[:2]), ("isTransposed", x.transposed), *self.cluster(x)]
        if self.since("3.5"):
            kind = [("elementType", "f64")] if wide else []
            return "amd_mfma", [("version", x.version), ("warpsPerCTA", x.warps_per_cta), *tiles, *shape, *kind]
        if tiles or wide or x.version == 4:
            raise self.refuse(x, "has no tilesPerWarp, no 64-bit elements and no version 4 of amd_mfma")
        return "amd_mfma", [("versionMajor", x.version), ("versionMinor", 0), ("warpsPerCTA", x.warps_per_cta), *shape]

    def _AMDWMMALayout(self, x: Any) -> tuple[str, Pairs] | str:
        if self.since("3.7"):
            return attribute(x)
        warps = warps_of(x.warp_bases, x.rank)
        if warps is None or x.reg_bases:
            raise self.refuse(x, "has warpsPerCTA in amd_wmma, which cannot say these bases")
        pairs: Pairs = [("warpsPerCTA", warps), *self.cluster(x)]
        if self.since("3.6"):
            pairs += [("instrShape", x.instr_shape)] if x.instr_shape != (16, 16, 16) else []
        elif x.instr_shape != (16, 16, 16) or x.version == 3:
            raise self.refuse(x, "has amd_wmma of 16x16x16, version 1 and 2")
        if self.since("3.3"):
            return "amd_wmma", [("version", x.version), ("isTranspose", x.transposed), *pairs]
        if x.transposed:
            raise self.refuse(x, "has no transposed amd_wmma")
        if self.since("3.2"):
            return "amd_wmma", [("version", x.version), *pairs]
        if x.version != 1:
            raise self.refuse(x, "has version 1 of amd_wmma alone")
        return "amd_wmma", pairs

    def _SwizzledSharedLayout(self, x: Any) -> tuple[str, Pairs]:
        phases = [("vec", x.vec), ("perPhase", x.per_phase), ("maxPhase", x.max_phase), ("order", x.order)]
        if self.since("3.3"):
            return "swizzled_shared", [*phases, *self.cluster(x)]
        return "shared", [*phases, *self.cluster(x), ("hasLeadingOffset", False)]

    def _AMDRotatingSharedLayout(self, x: Any) -> tuple[str, Pairs]:
        return "amd_rotating_shared", self._SwizzledSharedLayout(x)[1]

    def _NVMMASharedLayout(self, x: Any) -> tuple[str, Pairs]:
        fields: Pairs = [("swizzlingByteWidth", x.swizzle_byte_width), ("transposed", x.transposed)]
        fields += [("elementBitWidth", x.element_bitwidth), *([("fp4Padded", True)] if x.fp4_padded else [])]
        if self.since("3.6"):
            return "nvmma_shared", [*fields, *self.cluster(x), *([("rank", x.rank)] if x.rank != 2 else [])]
        blocks = self.cluster(x, x.rank if x.rank != 2 else 0)
        if self.since("3.3"):
            return "nvmma_shared", [*fields, *blocks]
        if x.fp4_padded or not x.swizzle_byte_width:
            raise self.refuse(x, "has no nvmma_shared, and shared says no width 0 and no padding")
        order = tuple(range(x.rank)) if x.transposed else tuple(range(x.rank))[::-1]
        phases = [("vec", x.vec), ("perPhase", x.per_phase), ("maxPhase", x.max_phase), ("order", order)]
        return "shared", [*phases, *self.cluster(x), ("hasLeadingOffset", True)]

    def _TensorMemoryLayout(self, x: Any) -> str:
        fields: Pairs = [("blockM", x.block[0]), ("blockN", x.block[1]), ("colStride", x.col_stride)]
        splits = three_fields(x.cga_layout, 2) or ((1, 1), (1, 1), (0, 1))
        parts = splits[1]
        same = x.cga_layout == make_cga_layout(parts, parts, [0, 1])
        if not same or parts.count(1) == 0 or x.two_ctas or x.fp4_padded:
            raise self.refuse(x, "has CTASplitM or CTASplitN in tensor memory, which cannot say this")
        fields += [(name, n) for name, n in zip(("CTASplitM", "CTASplitN"), parts, strict=True) if n != 1]
        return f"#ttng.tensor_memory_encoding<{_listed(fields)}>"

    def _TensorMemoryScalesLayout(self, x: Any) -> str:
        if attribute(x) != "#ttng.tensor_memory_scales_encoding<>":
            raise self.refuse(x, "has no fields in tensor memory scales")
        return attribute(x)


def _listed(pairs: Pairs) -> str:
    return ", ".join([f"{key} = {_shown(item)}" for key, item in pairs])


def _shown(item: Any) -> str:
    if isinstance(item, bool):
        return "true" if item else "false"
    if isinstance(item, tuple):
        return "[" + ", ".join([_shown(part) for part in item]) + "]"
    return str(item)


def three_fields(bases: tuple[tuple[int, ...], ...], rank: int) -> tuple[tuple[int, ...], ...] | None:
    """Return CTAsPerCGA, CTASplitNum and CTAOrder that have the bases, or None where none have.

    >>> three_fields(((0, 1), (0, 0), (1, 0)), 2)
    ((2, 4), (2, 2), (1, 0))
    """
    if rank > 5 or len(bases) > 10:
        return None
    for order in permutations(range(rank)[::-1]):
        ctas, splits, at = [1] * rank, [1] * rank, 0
        for dim in order:
            while at < len(bases) and bases[at] == tuple([splits[dim] if i == dim else 0 for i in range(rank)]):
                ctas[dim], splits[dim], at = 2 * ctas[dim], 2 * splits[dim], at + 1
            while at < len(bases) and not any(bases[at]):
                ctas[dim], at = 2 * ctas[dim], at + 1
        fields = (tuple(ctas), tuple(splits), order)
        if at == len(bases) and make_cga_layout(*fields) == bases:
            return fields
    return None


def warps_of(bases: tuple[tuple[int, ...], ...], rank: int) -> tuple[int, ...] | None:
    """Return warpsPerCTA whose warps, the last dimension first, have the bases, or None."""
    warps = [1] * rank
    for vector in bases:
        dim = next((i for i, value in enumerate(vector) if value), None)
        if dim is None:
            return None
        warps[dim] *= 2
    return tuple(warps) if row_major_bases(tuple(warps)) == bases else None


def row_major_bases(warps: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """Return the bases of a box of warps, the last dimension first.

    >>> row_major_bases((4, 2))
    ((0, 1), (1, 0), (2, 0))
    """
    rank = len(warps)
    return tuple(
        [
            tuple([1 << bit if i == dim else 0 for i in range(rank)])
            for dim in reversed(range(rank))
            for bit in range(warps[dim].bit_length() - 1)
        ]
    )
