"""Triton's layout attributes as TTGIR writes them, old and new forms, read to encodings: ``parse(str(x)) == x``.

::

    #ttg.blocked<{sizePerThread = [1, 4], threadsPerWarp = [8, 4], warpsPerCTA = [2, 1], order = [1, 0]}>
    #ttg.dot_op<{opIdx = 0, parent = #mma, kWidth = 2}>
    #mma = #ttg.nvidia_mma<{versionMajor = 2, versionMinor = 0, warpsPerCTA = [4, 1], instrShape = [16, 8]}>

The order of fields and the space are free.  A field that is not known is refused where it stands.  What older versions
wrote is read as well: the dialect ``triton_gpu``, ``CTAsPerCGA`` with ``CTASplitNum`` and ``CTAOrder``, ``shared`` with
``hasLeadingOffset``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..encodings.amd import AMDMFMALayout, AMDWMMALayout
from ..encodings.blocked import BlockedLayout, DistributedLinearLayout, SliceLayout
from ..encodings.cga import make_cga_layout
from ..encodings.dot import DotOperandLayout
from ..encodings.fields import Encoding
from ..encodings.nvidia import NVMMADistributedLayout
from ..encodings.nvmma import NVMMASharedLayout
from ..encodings.padded import PaddedSharedLayout
from ..encodings.shared import (
    AMDRotatingSharedLayout,
    PartitionedSharedLayout,
    SharedLinearLayout,
    SwizzledSharedLayout,
)
from ..encodings.tensor_memory import TensorMemoryLayout, TensorMemoryScalesLayout
from ..errors import LayoutError
from .cursor import check_text
from .mlir import MAX_TEXT, Fields, MlirReader
from .near import near
from .ttgir_dialect import check_fields, check_kind, read_version
from .ttgir_write import row_major_bases

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__all__ = ["is_ttgir_text", "parse_ttgir"]

_START = re.compile(r"\s*#[A-Za-z_][\w$]*(?:\.[\w.]+\s*<|\s*=\s*#)", re.ASCII)
_DIALECTS = ("ttg", "triton_gpu", "ttng", "triton_nvidia_gpu")
_SPLITS = ("CTAsPerCGA", "CTASplitNum", "CTAOrder")


def is_ttgir_text(text: str) -> bool:
    """Tell whether a text is meant as a layout attribute of TTGIR.

    >>> is_ttgir_text("#ttg.slice<{dim = 0, parent = #blocked}>"), is_ttgir_text("(4,8):(8,1)")
    (True, False)
    """
    return _START.match(text) is not None


def parse_ttgir(text: str, aliases: Mapping[str, Encoding] | None = None, dialect: str | None = None) -> Encoding:
    """Return the encoding that a TTGIR attribute stands for; definitions of aliases may stand before it.

    With definitions ``#name = #ttg...`` alone, the last one is returned.  ``dialect`` is the version of Triton that
    printed the text, such as "3.2": then the fields mean what they meant there, and what that version does not have is
    refused.  Without it, the newest form is read, and of older ones those that cannot be mistaken.
    Ensures:  ``parse_ttgir(str(x)) == x`` for every encoding x.
    Raises:   ParseError, which shows the line with a caret under the first character that does not fit.
    Cost:     one pass over the text.

    >>> parse_ttgir("#ttg.slice<{dim = 0, parent = #b}>", {"#b": BlockedLayout([1, 1], [8, 4], [1, 1], [1, 0])}).dim
    0
    >>> parse_ttgir("#b = #ttg.blocked<{sizePerThread=[1], threadsPerWarp=[32], warpsPerCTA=[4], order=[0]}> #b")
    BlockedLayout(size_per_thread=[1], threads_per_warp=[32], warps_per_cta=[4], order=[0], cga_layout=[])
    """
    check_text(text, MAX_TEXT)
    if aliases is not None and not isinstance(aliases, Mapping):
        raise LayoutError(f"parse_ttgir: the aliases are a mapping, not of type {type(aliases).__name__}", aliases)
    known: dict[str, Any] = dict(aliases or {})
    reader = MlirReader(text, known, build, read_version(dialect))
    value: Any = None
    while value is None or reader.kind == "attribute":
        start, name = reader.start, reader.token
        position = reader.position
        if reader.kind == "attribute" and "." not in name:
            reader.advance()
            if reader.take("="):
                value = known[name] = reader.attribute()
                continue
            reader.position = position
            reader.kind, reader.token, reader.start = "attribute", name, start
        value = reader.attribute()
        break
    reader.expect_end()
    if not isinstance(value, Encoding):
        reader.fail("this is part of a layout, not a layout", 0)
    return value


def build(reader: MlirReader, name: str, start: int) -> Any:
    """Return the value of an attribute whose name and < have been read."""
    dialect, _, kind = name[1:].partition(".")
    if dialect not in _DIALECTS:
        reader.fail(
            f"the dialect {dialect} has no layouts here{near(dialect, _DIALECTS)}; known: {', '.join(_DIALECTS)}", start
        )
    if kind not in _READERS:
        hint = near(kind, _READERS)
        reader.fail(f"{name} is not a layout that is known here{hint}; known: {', '.join(sorted(_READERS))}", start)
    check_kind(reader, name, start)
    if kind == "padded_shared":
        return _padded(reader)
    if kind == "shared_linear":
        return _shared_linear(reader)
    if reader.take("{"):
        fields = reader.fields("}")
        reader.expect(">", f"to close {name}")
    else:
        fields = reader.fields(">")
    check_fields(reader, kind, fields)
    return _READERS[kind](Attribute(reader, name, start, fields))


class Attribute:
    """The fields of one attribute; what is not asked for is refused."""

    def __init__(self, reader: MlirReader, name: str, start: int, fields: Fields) -> None:
        self.reader, self.name, self.start, self.fields = reader, name, start, fields
        self.used: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        """Return a field, or the default where it is not there."""
        self.used.add(name)
        return self.fields.get(name, default)

    def need(self, name: str) -> Any:
        """Return a field that must be there."""
        if name not in self.fields:
            self.reader.fail(f"{self.name} needs the field {name}", self.start)
        return self.get(name)

    def make(self, cls: Callable[..., Any], *arguments: Any) -> Any:
        """Return the value, when every field has been asked for."""
        for name in self.fields:
            if name not in self.used:
                self.reader.fail(f"{self.name} has no field {name}", self.fields.places[name])
        return cls(*arguments)

    def blocks(self) -> Any:
        """Return the bases of the blocks, from the field of today or from those of older versions."""
        given = self.get("CGALayout", [])
        if isinstance(given, Fields):
            return _split(self, given)
        if "CTAsPerCGA" in self.fields or "CTASplitNum" in self.fields or "CTAOrder" in self.fields:
            if given:
                self.reader.fail(f"{self.name} has CGALayout and CTAsPerCGA", self.fields.places["CGALayout"])
            return _split(self, self.fields)
        return given


def _split(attribute: Attribute, fields: Fields) -> Any:
    for name in _SPLITS:
        if name not in fields:
            attribute.reader.fail(f"{attribute.name} needs the field {name}", attribute.start)
        attribute.used.add(name)
    return make_cga_layout(*[fields[name] for name in _SPLITS])


# -- one reader for each attribute -------------------------------------------------------------------------------------


def _blocked(a: Attribute) -> Any:
    boxes = [a.need(name) for name in ("sizePerThread", "threadsPerWarp", "warpsPerCTA", "order")]
    return a.make(BlockedLayout, *boxes, a.blocks())


def _slice(a: Attribute) -> Any:
    return a.make(SliceLayout, a.need("dim"), a.need("parent"))


def _linear(a: Attribute) -> Any:
    return a.make(DistributedLinearLayout, *[a.need(name) for name in ("register", "lane", "warp", "block")])


def _dot(a: Attribute) -> Any:
    parent, width = a.need("parent"), a.get("kWidth", 0)
    a.get("isMMAv1Row")
    return a.make(DotOperandLayout, a.need("opIdx"), parent, width)


def _mma(a: Attribute) -> Any:
    version = [a.need("versionMajor"), a.get("versionMinor", 0)]
    return a.make(NVMMADistributedLayout, version, a.need("warpsPerCTA"), a.need("instrShape"), a.blocks())


def _mfma(a: Attribute) -> Any:
    version = a.get("version")
    if version is None:
        version = a.need("versionMajor")
        a.get("versionMinor")
    width = a.get("elementBitWidth")
    if "elementType" in a.fields:  # of 3.5
        if a.get("elementType") not in ("f64", "f32", "i32"):
            a.reader.fail("elementType is f64, f32 or i32", a.fields.places["elementType"])
        width = 64 if a.get("elementType") == "f64" else 32
    fields = (a.need("instrShape"), a.need("isTransposed"), a.need("warpsPerCTA"), width)
    return a.make(AMDMFMALayout, version, *fields, a.get("tilesPerWarp"), a.blocks())


def _wmma(a: Attribute) -> Any:
    flag = a.get("isTranspose")
    flag = a.get("isTransposed", False) if flag is None else flag
    tiles = a.get("ctaLayout")
    if tiles is None:
        tiles = _old_warps(a)
    repeated = a.get("tilesPerWarp")
    if repeated is not None and repeated != [1] * len(repeated if _is_list(repeated) else []):
        a.reader.fail("tilesPerWarp of amd_wmma, of Triton 3.6, numbers registers unlike ctaLayout: not read",
                      a.fields.places["tilesPerWarp"])  # fmt: skip
    if not isinstance(tiles, Fields) or set(tiles) - {"register", "warp"}:
        a.reader.fail("ctaLayout holds register and warp, each a list of bases", a.fields.places.get("ctaLayout"))
    blocks = a.blocks()
    bases = [tiles.get("warp", []), tiles.get("register", [])]
    rank = a.get("rank")
    if rank is None and "ctaLayout" not in a.fields:
        rank = len(a.fields["warpsPerCTA"])
    for vectors in (*bases, blocks):
        rank = len(vectors[0]) if rank is None and vectors and isinstance(vectors[0], (list, tuple)) else rank
    version = a.need("version") if a.reader.dialect not in ("3.0", "3.1") else 1
    return a.make(AMDWMMALayout, version, flag, *bases, a.get("instrShape"), blocks, rank)


def _old_warps(a: Attribute) -> Fields:
    """Return the bases of warps; which of two dimensions runs first the older text alone does not say."""
    warps = a.need("warpsPerCTA")
    found = Fields()
    good = isinstance(warps, list) and all([type(n) is int and 0 < n <= 1024 and not n & n - 1 for n in warps])
    place = a.fields.places["warpsPerCTA"]
    if not good or not 2 <= len(warps) <= 3:
        a.reader.fail("warpsPerCTA of an old amd_wmma has powers of two for 2 or 3 dimensions", place)
    if a.reader.dialect is None and sum([n > 1 for n in warps]) > 1:
        a.reader.fail(
            "warps of an old amd_wmma along one dimension are read; of two, say the version, as in dialect='3.6'", place
        )
    found["warp"] = [list(vector) for vector in row_major_bases(tuple(warps))]
    return found


def _swizzled(cls: Callable[..., Any]) -> Callable[[Attribute], Any]:
    def read(a: Attribute) -> Any:
        return a.make(cls, *[a.need(name) for name in ("vec", "perPhase", "maxPhase", "order")], a.blocks())

    return read


def _old_shared(a: Attribute) -> Any:
    """Read ``shared`` of older versions: with a leading offset it is the swizzle of the hardware."""
    phases = [a.need(name) for name in ("vec", "perPhase", "maxPhase")]
    order, blocks = a.need("order"), a.blocks()
    if not a.get("hasLeadingOffset", False):
        return a.make(SwizzledSharedLayout, *phases, order, blocks)
    widths = {(4, 2): 32, (2, 4): 64, (1, 8): 128}
    width = widths.get((phases[1], phases[2])) if all([type(n) is int for n in phases]) else None
    if width is None or phases[0] not in (2, 4, 8, 16) or not isinstance(order, list):
        place = a.fields.places["hasLeadingOffset"]
        a.reader.fail("with a leading offset (perPhase, maxPhase) is (4, 2), (2, 4) or (1, 8), and vec 16 bytes", place)
    return a.make(NVMMASharedLayout, width, 128 // phases[0], len(order), order[:1] == [0], False, blocks)


def _nvmma(a: Attribute) -> Any:
    width, flag, bits = (a.need(name) for name in ("swizzlingByteWidth", "transposed", "elementBitWidth"))
    blocks, rank = a.blocks(), a.get("rank")
    if rank is None and _is_list(a.fields.get("CTAsPerCGA")):
        rank = len(a.fields["CTAsPerCGA"])
    if rank is None:
        rank = len(blocks[0]) if blocks and isinstance(blocks, (list, tuple)) and _is_list(blocks[0]) else 2
    return a.make(NVMMASharedLayout, width, bits, rank, flag, a.get("fp4Padded", False), blocks)


def _is_list(value: Any) -> bool:
    return isinstance(value, (list, tuple))


def _partitioned(a: Attribute) -> Any:
    numbers = [a.need(name) for name in ("numPartitions", "numGroups", "partitionDim")]
    return a.make(PartitionedSharedLayout, *numbers, a.need("partitionLayout"))


def _tensor_memory(a: Attribute) -> Any:
    if "unpacked" in a.fields:
        a.reader.fail(
            "unpacked is the older form of colStride, and depends on the element type: write colStride",
            a.fields.places["unpacked"],
        )
    blocks = a.blocks()
    splits = [a.get(name, 1) for name in ("CTASplitM", "CTASplitN")]
    if splits != [1, 1]:
        if blocks or sum([n != 1 for n in splits]) > 1:
            a.reader.fail("one of CTASplitM, CTASplitN is read, without CGALayout", a.start)
        blocks = make_cga_layout(splits, splits, [0, 1])
    flags = [a.get(name, False) for name in ("twoCTAs", "fp4Padded")]
    return a.make(TensorMemoryLayout, [a.need("blockM"), a.need("blockN")], a.get("colStride", 1), blocks, *flags)


def _scales(a: Attribute) -> Any:
    return a.make(TensorMemoryScalesLayout, a.blocks(), a.get("blockRepOrder", "mnThenK"))


def _cluster(a: Attribute) -> Any:
    """Read ``#ttg.cga<{...}>``, the form between the three fields and the bases."""
    return a.fields


def _padded(reader: MlirReader) -> Any:
    name, start = "#ttg.padded_shared", reader.start
    reader.expect("[", "before the pairs interval:+padding")
    pairs: list[list[int]] = []
    while not reader.take("]"):
        if pairs and not reader.take(","):
            reader.fail(f"expected , or ] after a pair, {reader.found()}")
        interval = reader.number("an interval")
        reader.expect(":", "after the interval")
        reader.expect("+", "before the padding")
        pairs.append([interval, reader.number("a padding")])
    a = Attribute(reader, name, start, reader.braces())
    reader.expect(">", f"to close {name}")
    check_fields(reader, "padded_shared", a.fields)
    if "order" in a.fields:
        if "shape" not in a.fields:
            reader.fail(f"{name} needs the field shape: of Triton 3.5, which has none, the layout is not known", start)
        blocks = a.blocks()
        return a.make(PaddedSharedLayout.with_identity_for, pairs, a.need("shape"), a.need("order"), blocks)
    return a.make(PaddedSharedLayout, pairs, a.need("offset"), a.get("block", []), a.get("shape"))


def _shared_linear(reader: MlirReader) -> Any:
    name, start = "#ttg.shared_linear", reader.start
    fields = reader.braces()
    if reader.take(","):
        fields = reader.fields(">", fields)
    else:
        reader.expect(">", f"to close {name}")
    a = Attribute(reader, name, start, fields)
    return a.make(SharedLinearLayout, a.need("offset"), a.get("block", []), a.get("alignment", 16))


_READERS: dict[str, Callable[[Attribute], Any]] = {
    "blocked": _blocked,
    "slice": _slice,
    "linear": _linear,
    "generic_linear": _linear,
    "dot_op": _dot,
    "nvidia_mma": _mma,
    "mma": _mma,
    "amd_mfma": _mfma,
    "mfma": _mfma,
    "amd_wmma": _wmma,
    "swizzled_shared": _swizzled(SwizzledSharedLayout),
    "amd_rotating_shared": _swizzled(AMDRotatingSharedLayout),
    "shared": _old_shared,
    "nvmma_shared": _nvmma,
    "partitioned_shared": _partitioned,
    "tensor_memory_encoding": _tensor_memory,
    "tensor_memory_scales_encoding": _scales,
    "cga": _cluster,
    "padded_shared": _slice,
    "shared_linear": _slice,
}
