"""Encodings as TTGIR writes them: the newest form, fields in Triton's order, defaults left out."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .fields import Encoding

    Show = Callable[[Encoding], str]

__all__ = ["attribute"]


def attribute(value: Encoding, parent: Show | None = None) -> str:
    """Return the attribute of an encoding; ``parent`` writes the encodings inside it, as an alias perhaps.

    >>> from .blocked import BlockedLayout, SliceLayout
    >>> attribute(SliceLayout(0, BlockedLayout([1, 1], [8, 4], [1, 1], [1, 0])), lambda one: "#blocked")
    '#ttg.slice<{dim = 0, parent = #blocked}>'
    """
    return _WRITERS[type(value).__name__](value, parent or attribute)


def _fields(name: str, *pairs: tuple[str, Any]) -> str:
    return f"#ttg.{name}<{{{', '.join([f'{key} = {_show(item)}' for key, item in pairs])}}}>"


def _show(item: Any) -> str:
    if isinstance(item, bool):
        return "true" if item else "false"
    if isinstance(item, tuple):
        return "[" + ", ".join([_show(part) for part in item]) + "]"
    return str(item)


def _cga(value: Any) -> list[tuple[str, Any]]:
    return [("CGALayout", value.cga_layout)] if value.cga_layout else []


def _blocked(x: Any, _: Show) -> str:
    return _fields(
        "blocked",
        ("sizePerThread", x.size_per_thread),
        ("threadsPerWarp", x.threads_per_warp),
        ("warpsPerCTA", x.warps_per_cta),
        ("order", x.order),
        *_cga(x),
    )


def _slice(x: Any, show: Show) -> str:
    return _fields("slice", ("dim", x.dim), ("parent", show(x.parent)))


def _linear(x: Any, _: Show) -> str:
    names = (("register", x.reg_bases), ("lane", x.lane_bases), ("warp", x.warp_bases), ("block", x.block_bases))
    return _fields("generic_linear" if x.is_generic else "linear", *names)


def _dot(x: Any, show: Show) -> str:
    width = [("kWidth", x.k_width)] if x.k_width else []
    return _fields("dot_op", ("opIdx", x.operand_index), ("parent", show(x.parent)), *width)


def _mma(x: Any, _: Show) -> str:
    return _fields(
        "nvidia_mma",
        ("versionMajor", x.version[0]),
        ("versionMinor", x.version[1]),
        ("warpsPerCTA", x.warps_per_cta),
        *_cga(x),
        ("instrShape", x.instr_shape),
    )


def _mfma(x: Any, _: Show) -> str:
    tiles = [("tilesPerWarp", x.tiles_per_warp)] if set(x.tiles_per_warp) != {1} else []
    width = [("elementBitWidth", x.element_bitwidth)] if x.element_bitwidth != 32 else []
    return _fields(
        "amd_mfma",
        ("version", x.version),
        ("warpsPerCTA", x.warps_per_cta),
        ("instrShape", x.instr_shape),
        ("isTransposed", x.transposed),
        *_cga(x),
        *tiles,
        *width,
    )


def _wmma(x: Any, _: Show) -> str:
    parts = [f"{name} = {_show(bases)}" for name, bases in (("register", x.reg_bases), ("warp", x.warp_bases)) if bases]
    shape = [("instrShape", x.instr_shape)] if x.instr_shape != (16, 16, 16) else []
    rank = [("rank", x.rank)] if x.rank != 2 and not parts else []
    tiles = "{" + ", ".join(parts) + "}"
    fields = [("version", x.version), ("isTranspose", x.transposed), ("ctaLayout", tiles)]
    return _fields("amd_wmma", *fields, *_cga(x), *shape, *rank)


def _swizzled(name: str) -> Callable[[Any, Show], str]:
    def write(x: Any, _: Show) -> str:
        phases = (("vec", x.vec), ("perPhase", x.per_phase), ("maxPhase", x.max_phase), ("order", x.order))
        return _fields(name, *phases, *_cga(x))

    return write


def _nvmma(x: Any, _: Show) -> str:
    padded = [("fp4Padded", True)] if x.fp4_padded else []
    rank = [("rank", x.rank)] if x.rank != 2 and not x.cga_layout else []
    return _fields(
        "nvmma_shared",
        ("swizzlingByteWidth", x.swizzle_byte_width),
        ("transposed", x.transposed),
        ("elementBitWidth", x.element_bitwidth),
        *padded,
        *_cga(x),
        *rank,
    )


def _shared_linear(x: Any, _: Show) -> str:
    block = f", block = {_show(x.block_bases)}" if x.block_bases else ""
    return f"#ttg.shared_linear<{{offset = {_show(x.offset_bases)}{block}}}, alignment = {x.alignment}>"


def _padded(x: Any, _: Show) -> str:
    pairs = ", ".join([f"{interval}:+{padding}" for interval, padding in x.interval_padding_pairs])
    order = _identity_order(x)
    if order is None:
        inside = f"offset = {_show(x.offset_bases)}, block = {_show(x.cga_layout)}"
    else:
        inside = f"order = {_show(order)}, shape = {_show(x.shape)}"
    return f"#ttg.padded_shared<[{pairs}] {{{inside}}}>"


def _identity_order(x: Any) -> tuple[int, ...] | None:
    """Return the order in which the offsets count the elements, or None where they do something else."""
    if x.cga_layout:
        return None
    found: list[int] = []
    for vector in x.offset_bases:
        dim = next((i for i, value in enumerate(vector) if value), 0)
        if dim not in found:
            found.append(dim)
    rest = [i for i in reversed(range(x.rank)) if i not in found]
    order = (*found, *rest)
    counted = [
        tuple([1 << bit if i == dim else 0 for i in range(x.rank)])
        for dim in order
        for bit in range(x.shape[dim].bit_length() - 1)
    ]
    return order if tuple(counted) == x.offset_bases else None


def _partitioned(x: Any, show: Show) -> str:
    return _fields(
        "partitioned_shared",
        ("numPartitions", x.num_partitions),
        ("numGroups", x.num_groups),
        ("partitionDim", x.partition_dim),
        ("partitionLayout", show(x.partition_layout)),
    )


def _tensor_memory(x: Any, _: Show) -> str:
    pairs = [("blockM", x.block[0]), ("blockN", x.block[1]), ("colStride", x.col_stride), *_cga(x)]
    pairs += [(name, True) for name, given in (("twoCTAs", x.two_ctas), ("fp4Padded", x.fp4_padded)) if given]
    return "#ttng.tensor_memory_encoding<" + ", ".join([f"{name} = {_show(item)}" for name, item in pairs]) + ">"


def _scales(x: Any, _: Show) -> str:
    order = [("blockRepOrder", x.block_rep_order)] if x.block_rep_order != "mnThenK" else []
    inside = ", ".join([f"{name} = {_show(item)}" for name, item in (*_cga(x), *order)])
    return f"#ttng.tensor_memory_scales_encoding<{inside}>"


_WRITERS: dict[str, Callable[[Any, Show], str]] = {
    "BlockedLayout": _blocked,
    "SliceLayout": _slice,
    "DistributedLinearLayout": _linear,
    "DotOperandLayout": _dot,
    "NVMMADistributedLayout": _mma,
    "AMDMFMALayout": _mfma,
    "AMDWMMALayout": _wmma,
    "SwizzledSharedLayout": _swizzled("swizzled_shared"),
    "AMDRotatingSharedLayout": _swizzled("amd_rotating_shared"),
    "NVMMASharedLayout": _nvmma,
    "SharedLinearLayout": _shared_linear,
    "PaddedSharedLayout": _padded,
    "PartitionedSharedLayout": _partitioned,
    "TensorMemoryLayout": _tensor_memory,
    "TensorMemoryScalesLayout": _scales,
}
