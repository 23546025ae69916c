"""Layouts that kernels use, each with its origin, and the pairs (A, B) that a kernel composes.

A thread-value layout sends (thread, value) to an index of a tile, ``m + M * n`` for the tile (M, N); a memory layout
sends that index to an offset.  So memory o thread-value is where each thread finds its values.
"""

from __future__ import annotations

LAYOUTS: dict[str, tuple[object, object]] = {
    # fragments of the matrix instructions, from cute/atom/mma_traits_sm70.hpp, _sm80.hpp and _sm90_gmma.hpp
    "sm70 mma 8x8x4 A col": (((4, 2), 4), ((8, 4), 1)),
    "sm70 mma 8x8x4 C fp32": (((2, 2, 2), (2, 2, 2)), ((1, 16, 4), (8, 2, 32))),
    "sm80 mma 16x8x16 A": (((4, 8), (2, 2, 2)), ((32, 1), (16, 8, 128))),
    "sm80 mma 16x8x16 B": (((4, 8), (2, 2)), ((16, 1), (8, 64))),
    "sm80 mma 16x8 C": (((4, 8), (2, 2)), ((32, 1), (16, 8))),
    "sm80 mma 16x8x32 A int8": (((4, 8), (4, 2, 2)), ((64, 1), (16, 8, 256))),
    "sm90 wgmma 64x16 A fp16": (((4, 8, 4), (2, 2, 2)), ((128, 1, 16), (64, 8, 512))),
    "sm90 wgmma 64x32 A fp8": (((4, 8, 4), (4, 2, 2)), ((256, 1, 16), (64, 8, 1024))),
    "sm90 wgmma 64x128 C": (((4, 8, 4), (2, 2, 16)), ((128, 1, 16), (64, 8, 512))),
    "sm90 wgmma 64x16 A smem": ((128, (64, 16)), (0, (1, 64))),
    # ldmatrix in bits, from cute/atom/copy_traits_sm75.hpp
    "ldmatrix x2 source": (((16, 2), 128), ((128, 0), 1)),
    "ldmatrix x4 fragment": ((32, (32, 4)), (32, (1, 1024))),
    "ldmatrix x4 trans": (((4, 8), (16, 2, 4)), ((256, 16), (1, 128, 1024))),
    # shared memory: the K and MN major 128-byte atoms of fp16, tiled to 128x64, then in 4 stages; padded tiles
    "smem atom K": ((8, 64), (64, 1)),
    "smem atom MN": ((64, 8), (1, 64)),
    "smem tile K": (((8, 16), (64, 1)), ((64, 512), (1, 0))),
    "smem tile MN": (((64, 2), (8, 8)), ((1, 512), (64, 1024))),
    "smem pipe K": (((8, 16), (64, 1), (1, 4)), ((64, 512), (1, 0), (0, 8192))),
    "smem pipe MN": (((64, 2), (8, 8), (1, 4)), ((1, 512), (64, 1024), (0, 8192))),
    "smem epilogue 64x128": (((8, 8), (64, 2)), ((64, 512), (1, 4096))),
    "smem padded fp16": ((64, 64), (72, 1)),
    "smem padded fp32": ((32, 32), (33, 1)),
    "smem padded 96x48": ((96, 48), (52, 1)),
    # global memory: a matrix, its 128x64 tiles, images, im2col of a 3x3 filter over NHWC, grouped query heads
    "gmem row major": ((4096, 4096), (4096, 1)),
    "gmem tiled": (((128, 32), (64, 64)), ((4096, 524288), (1, 64))),
    "gmem NCHW": ((7, 7, 512, 32), (1, 7, 49, 25088)),
    "gmem im2col": (((54, 54, 32), (64, 3, 3)), ((64, 3584, 200704), (1, 64, 3584))),
    "gmem grouped heads": (((8, 2048), 128, (8, 4)), ((128, 8192), 1, (1024, 16777216))),
    # scale factors of 16 values, from cutlass/detail/sm100_blockscaled_layout.hpp: the atom and a 256x256 tile
    "scale factor atom": (((32, 4), (16, 4)), ((16, 4), (0, 1))),
    "scale factor tile": ((((32, 4), 2), ((16, 4), 4)), (((16, 4), 2048), ((0, 1), 512))),
    # tensor memory: a lane is 2**16 apart; two accumulators in two stages; the metadata atom of mma_traits_sm100.hpp
    "tmem 128x256": ((128, 256), (65536, 1)),
    "tmem stages": (((128, 128), 1, 2, 2), ((65536, 1), 0, 128, 256)),
    "tmem metadata": (((8, 2, 8), (8, 2)), ((1, 1024, 16), (128, 8))),
}

PAIRS: list[tuple[str, str, tuple[object, object]]] = [
    # what the composition finds, the name of A, and B
    ("slice of a matrix", "gmem row major", (128, 32)),
    ("tile of a matrix", "gmem row major", ((128, 64), (1, 4096))),
    ("all tiles of a matrix", "gmem row major", (((128, 64), (32, 64)), ((1, 4096), (128, 262144)))),
    ("copy threads on a matrix", "gmem row major", (((8, 16), (8, 8)), ((32768, 1), (4096, 16)))),
    ("one tile of the tiled matrix", "gmem tiled", ((128, 64), (1, 4096))),
    ("NHWC view of NCHW", "gmem NCHW", ((512, 7, 7, 32), (49, 1, 7, 25088))),
    ("half rows of im2col", "gmem im2col", ((27, 64), (1, 93312))),
    ("k tiles of im2col", "gmem im2col", (((54, 54), (32, 2)), ((1, 54), (93312, 2985984)))),
    ("query tile", "gmem grouped heads", ((128, 128), (1, 16384))),
    ("wgmma C on queries", "gmem grouped heads", (((4, 8, 4), (2, 2, 16)), ((32768, 1, 16), (16384, 8, 131072)))),
    ("transposed tile", "smem tile K", ((64, 128), (128, 1))),
    ("copy threads on a K tile", "smem tile K", (((8, 16), (8, 8)), ((1024, 1), (128, 16)))),
    ("copy threads on a K pipe", "smem pipe K", (((8, 16), (8, 8), 4), ((1024, 1), (128, 16), 8192))),
    ("mma A on a K tile", "smem tile K", (((4, 8, 4), ((2, 2, 2), 2, 4)), ((256, 1, 16), ((128, 8, 1024), 64, 2048)))),
    ("ldmatrix on a K tile", "smem tile K", (((8, 2, 2, 4), (8, (2, 4))), ((1, 8, 1024, 16), (128, (64, 2048))))),
    ("copy threads on an MN tile", "smem tile MN", (((8, 16), (8, (2, 4))), ((8, 128), (1, (64, 2048))))),
    ("transposed MN pipe", "smem pipe MN", ((64, 128, 4), (128, 1, 8192))),
    ("wgmma C on the epilogue", "smem epilogue 64x128", (((4, 8, 4), (2, 2, 16)), ((128, 1, 16), (64, 8, 512)))),
    ("mma A on padded rows", "smem padded fp16", (((4, 8), (2, 2, 2)), ((128, 1), (64, 8, 512)))),
    ("transposed padded tile", "smem padded fp32", ((32, 32), (32, 1))),
    ("tiles of 96x48", "smem padded 96x48", (((32, 3), (16, 3)), ((1, 32), (96, 1536)))),
    ("lanes 0 to 3 of mma A", "sm80 mma 16x8x16 A", ((4, 8), (1, 32))),
    ("16-bit values of ldmatrix", "ldmatrix x4 trans", ((32, 8), (1, 512))),
    ("scale factor block", "scale factor tile", ((128, 64), (1, 256))),
    ("scale factor blocks", "scale factor tile", (((128, 64), (2, 4)), ((1, 256), (128, 16384)))),
    ("tcgen05.ld 32x32b", "tmem 128x256", (((32, 4), (32, 8)), ((1, 32), (128, 4096)))),
    ("accumulators by stage", "tmem stages", (((128, 32), 4, 2, 2), ((1, 128), 4096, 16384, 32768))),
]
