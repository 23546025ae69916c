"""AMD's matrix cores as encodings: who holds which element of the result of MFMA (CDNA) and WMMA (RDNA, gfx1250).

By hand, the 32x32 result of MFMA: a lane holds four rows of a column, the upper half of the wave the four rows below,
and registers repeat the eight rows.

>>> AMDMFMALayout(3, [32, 32, 8], False, [1, 1]).to_linear_layout([32, 32]).bases[:2]
[('register', [[1, 0], [2, 0], [8, 0], [16, 0]]), ('lane', [[0, 1], [0, 2], [0, 4], [0, 8], [0, 16], [4, 0]])]
"""

from __future__ import annotations

from ..errors import LayoutError
from ..linear.layout import LinearLayout
from ..linear.utils import identity_standard_nd, standard_out_dim_names
from .cga import combine_cta_cga_with_shape
from .fields import DistributedEncoding, Reader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["AMDMFMALayout", "AMDWMMALayout"]

_MFMA_TILES = ((32, 32), (16, 16), (64, 4), (4, 64))
_WMMA_SHAPES = {
    1: ((16, 16, 16),),
    2: ((16, 16, 16), (16, 16, 32)),
    3: ((16, 16, 4), (16, 16, 32), (16, 16, 64), (16, 16, 128), (32, 16, 64), (32, 16, 128)),
}


class AMDMFMALayout(DistributedEncoding):
    """The result of an MFMA instruction: versions 1 to 4 are gfx908, gfx90a, gfx942 and gfx950.

    ``transposed``: a lane holds neighbours in a row, not in a column.  ``tiles_per_warp``: how many tiles of the
    instruction a warp has side by side before the next warp.
    Requires: M and N of 32x32, 16x16, 64x4 or 4x64.
    Raises:   ProfileError that names the field.
    Triton:   ``AMDMfmaEncodingAttr``, ``gluon.amd.AMDMFMALayout``.

    >>> print(AMDMFMALayout(3, [32, 32, 8], True, [4, 1]))
    #ttg.amd_mfma<{version = 3, warpsPerCTA = [4, 1], instrShape = [32, 32, 8], isTransposed = true}>
    """

    __slots__ = (
        "cga_layout",
        "element_bitwidth",
        "instr_shape",
        "tiles_per_warp",
        "transposed",
        "version",
        "warps_per_cta",
    )
    _fields = (
        "version",
        "instr_shape",
        "transposed",
        "warps_per_cta",
        "element_bitwidth",
        "tiles_per_warp",
        "cga_layout",
    )
    version: int
    instr_shape: tuple[int, ...]
    transposed: bool
    warps_per_cta: tuple[int, ...]
    element_bitwidth: int
    tiles_per_warp: tuple[int, ...]

    def __init__(
        self,
        version: int,
        instr_shape: Sequence[int],
        transposed: bool,
        warps_per_cta: Sequence[int],
        element_bitwidth: int | None = None,
        tiles_per_warp: Sequence[int] | None = None,
        cga_layout: Sequence[Sequence[int]] = (),
    ) -> None:
        read = Reader("AMDMFMALayout")
        number = read.choice("version", version, (1, 2, 3, 4))
        instruction = read.powers("instr_shape", instr_shape)
        if len(instruction) not in (2, 3) or instruction[:2] not in _MFMA_TILES:
            shapes = ", ".join([f"{m}x{n}" for m, n in _MFMA_TILES])
            raise read.refuse("instr_shape", instruction, f"is not [M, N, K] with MxN one of {shapes}")
        warps = read.powers("warps_per_cta", warps_per_cta)
        if len(warps) not in (2, 3):
            raise read.refuse("warps_per_cta", warps, "has neither two dimensions nor three")
        tiles = (1,) * len(warps) if tiles_per_warp is None else tiles_per_warp
        self._set(
            version=number,
            instr_shape=instruction,
            transposed=read.flag("transposed", transposed),
            warps_per_cta=warps,
            element_bitwidth=read.choice(
                "element_bitwidth", 32 if element_bitwidth is None else element_bitwidth, (32, 64)
            ),
            tiles_per_warp=read.powers("tiles_per_warp", tiles, len(warps)),
            cga_layout=read.blocks(cga_layout, len(warps)),
        )

    @property
    def rank(self) -> int:
        """The number of dimensions: 2, or 3 with a batch."""
        return len(self.warps_per_cta)

    def to_linear_layout(self, shape: Sequence[int]) -> LinearLayout:
        """Return the layout from register, lane, warp and block to the tensor of a shape.

        Requires: a power of two for each dimension.
        Raises:   ProfileError otherwise.
        """
        sizes = Reader("AMDMFMALayout").shape(shape, self.rank)
        names = standard_out_dim_names(self.rank)
        m, n = self.instr_shape[:2]
        if m == 64 and not self.transposed:
            raise LayoutError(
                f"AMDMFMALayout: instr_shape = {list(self.instr_shape)} with transposed = False has no"
                " layout in Triton: the result of 64x4 is held transposed",
                self.instr_shape,
            )
        (rows, down), (columns, across) = (names[-2], m), (names[-1], n)
        if self.transposed:
            (rows, down), (columns, across) = (columns, across), (rows, down)
        height = 1 if self.element_bitwidth == 64 else 4
        identity = LinearLayout.identity_1d
        minor_first = tuple(range(self.rank))[::-1] if self.transposed else _columns_first(self.rank)
        tile = identity_standard_nd("register", (1,) * self.rank, minor_first)
        tile = tile * identity(height, "register", rows) * identity(across, "lane", columns)
        tile = tile * identity(64 // across, "lane", rows)
        tile = tile * identity(m * n // (64 * height), "register", rows)
        return combine_cta_cga_with_shape(self._over_warps(tile, sizes), self.cga_layout, sizes)

    def _over_warps(self, tile: LinearLayout, sizes: tuple[int, ...]) -> LinearLayout:
        """Tiles of a warp, then warps, then what is left of N, and the same along M."""
        names = standard_out_dim_names(self.rank)
        identity = LinearLayout.identity_1d
        for dim, rest in ((self.rank - 1, True), (self.rank - 2, False)):
            tiles, warps = self.tiles_per_warp[dim], self.warps_per_cta[dim]
            tile = tile * identity(tiles, "register", names[dim]) * identity(warps, "warp", names[dim])
            if rest:
                left = sizes[dim] // (self.instr_shape[1] * tiles * warps)
                tile = tile * identity(max(1, left), "register", names[dim])
        if self.rank == 3:
            tile = tile * identity(self.warps_per_cta[0], "warp", names[0])
        return tile


def _columns_first(rank: int) -> tuple[int, ...]:
    return (rank - 2, rank - 1, *tuple(range(rank - 2))[::-1])


class AMDWMMALayout(DistributedEncoding):
    """The result of a WMMA instruction: versions 1 to 3 are RDNA3, RDNA4 and gfx1250.

    ``warp_bases`` and ``reg_bases`` count tiles of the instruction, and say which tile a warp and a further register
    of a warp has.
    Raises:   ProfileError that names the field.
    Triton:   ``AMDWmmaEncodingAttr``, ``gluon.amd.AMDWMMALayout``.

    >>> print(AMDWMMALayout(2, True, [[0, 1], [1, 0]]))
    #ttg.amd_wmma<{version = 2, isTranspose = true, ctaLayout = {warp = [[0, 1], [1, 0]]}}>
    """

    __slots__ = ("_rank", "cga_layout", "instr_shape", "reg_bases", "transposed", "version", "warp_bases")
    _fields = ("version", "transposed", "warp_bases", "reg_bases", "instr_shape", "cga_layout", "rank")
    version: int
    transposed: bool
    warp_bases: tuple[tuple[int, ...], ...]
    reg_bases: tuple[tuple[int, ...], ...]
    instr_shape: tuple[int, ...]
    _rank: int

    def __init__(
        self,
        version: int,
        transposed: bool,
        warp_bases: Sequence[Sequence[int]],
        reg_bases: Sequence[Sequence[int]] | None = None,
        instr_shape: Sequence[int] | None = None,
        cga_layout: Sequence[Sequence[int]] = (),
        rank: int | None = None,
    ) -> None:
        read = Reader("AMDWMMALayout")
        number = read.choice("version", version, (1, 2, 3))
        dims = read.choice("rank", 2 if rank is None else rank, (2, 3))
        shape = read.powers("instr_shape", (16, 16, 16) if instr_shape is None else instr_shape, 3)
        if shape not in _WMMA_SHAPES[number]:
            shapes = ", ".join(["x".join(map(str, known)) for known in _WMMA_SHAPES[number]])
            raise read.refuse("instr_shape", shape, f"is not an instruction of version {number}: {shapes}")
        self._set(
            version=number,
            transposed=read.flag("transposed", transposed),
            warp_bases=read.bases("warp_bases", warp_bases, dims),
            reg_bases=read.bases("reg_bases", () if reg_bases is None else reg_bases, dims),
            instr_shape=shape,
            cga_layout=read.blocks(cga_layout, dims),
            _rank=dims,
        )
        self.tiles()

    @property
    def rank(self) -> int:
        """The number of dimensions: 2, or 3 with a batch."""
        return self._rank

    def tiles(self) -> LinearLayout:
        """Return which tile of the instruction a register and a warp have, in units of tiles."""
        bases = [("register", self.reg_bases), ("warp", self.warp_bases)]
        return LinearLayout(bases, standard_out_dim_names(self.rank), require_surjective=True)

    def to_linear_layout(self, shape: Sequence[int]) -> LinearLayout:
        """Return the layout from register, lane, warp and block to the tensor of a shape.

        Requires: a power of two for each dimension.
        Raises:   ProfileError otherwise.
        """
        sizes = Reader("AMDWMMALayout").shape(shape, self.rank)
        names = standard_out_dim_names(self.rank)
        fast, slow = (names[-2], names[-1]) if self.transposed else (names[-1], names[-2])
        identity = LinearLayout.identity_1d
        order = tuple(range(self.rank))[::-1]
        tile = identity_standard_nd("register", (1,) * self.rank, order)
        if self.version == 1:
            tile = tile * identity(16, "lane", fast) * identity(2, "lane", slow) * identity(8, "register", slow)
        else:
            tile = tile * identity(8, "register", slow) * identity(16, "lane", fast) * identity(2, "lane", slow)
        if self.instr_shape[0] == 32:
            tile = tile * identity(2, "register", slow)
        return combine_cta_cga_with_shape(tile * self.tiles(), self.cga_layout, sizes)
