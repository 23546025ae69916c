"""Facts that are no layout of one instruction: banks, sectors, exchanges, descriptors, tensor memory, LDS.

The phases of shared memory and of LDS are models to compute with, in ``layouts.verify.memory``; here stands what the
sources say.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .shared import CANONICAL, DESCRIPTORS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["RULES", "Rule"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A fact in words, with its parameters, where it holds, its sources and how sure it is."""

    name: str
    arch: str
    text: str
    source: str
    confidence: str
    params: dict[str, Any] = field(default_factory=dict, hash=False)
    status: str = "rule"

    def __str__(self) -> str:
        return f"{self.name} ({self.arch}, {self.confidence}): {self.text}"


_PROFILED = "NVIDIA developer forum 359822; published profiler counts of ldmatrix"
_CK = "Composable Kernel, lds_bank_conflicts.rst"
_LDS32 = [(0, 20), (4, 16), (8, 28), (12, 24), (32, 52), (36, 48), (40, 60), (44, 56)]

_ALL = (
    Rule(
        "nv.smem.banks",
        "sm50+",
        "32 banks of 4 bytes: byte address a is in bank (a / 4) mod 32; a wavefront gives 128 bytes",
        "CUDA C++ programming guide; Triton",
        "high",
        {"banks": 32, "bank_bytes": 4},
    ),
    Rule(
        "nv.smem.wavefronts.ld_st",
        "sm70+",
        "lanes are served in runs of 32 (1, 2, 4 bytes each), 16 (8 bytes) or 8 (16 bytes); a run takes as many "
        "wavefronts "
        "as its fullest bank has different words, none without an active lane; equal words count once, for stores too",
        _PROFILED,
        "medium",
        {
            "lanes_per_phase": {1: 32, 2: 32, 4: 32, 8: 16, 16: 8},
            "model": "layouts.verify.memory: nvidia",
            "unverified": "runs of consecutive lanes (E1)",
        },
    ),
    Rule(
        "nv.smem.wavefronts.pair_merge",
        "sm70 sm72 sm75",
        "NVIDIA staff: where a[n] == a[n^1] for all lanes, or a[n] == a[n^2], a 16-byte load takes 2 wavefronts, not 4",
        "NVIDIA developer forum 77228",
        "low",
        {"unverified": "one source, later machines unknown (E2)"},
        "uncertain",
    ),
    Rule(
        "nv.smem.wavefronts.ldmatrix",
        "sm75+",
        "m8n8 x1, x2, x4 take 1, 2, 4 phases; phase q serves the rows of the lanes 8q to 8q+7, 16 bytes each; a row "
        "asked "
        "for twice counts once",
        _PROFILED + "; Triton LocalMemOpTile",
        "medium",
        {"lanes_per_phase": 8, "model": "layouts.verify.memory: nvidia"},
    ),
    Rule(
        "nv.ncu.metrics",
        "sm70+",
        "compare with the conflict counter or the figures of one instruction; the sums of a kernel carry a small "
        "surplus",
        "Nsight profiling guide; NVIDIA developer forum 285476; " + _PROFILED,
        "medium",
        {
            "wavefronts": "l1tex__data_pipe_lsu_wavefronts_mem_shared_op_{ld,st}.sum",
            "conflicts": "l1tex__data_bank_conflicts_pipe_lsu_mem_shared_op_{ld,st}.sum",
            "instruction": ("memory_l1_wavefronts_shared", "memory_l1_wavefronts_shared_ideal"),
        },
    ),
    Rule(
        "nv.gmem.sectors",
        "sm60+",
        "an instruction of a warp is one request; it asks for its different 32-byte sectors, in lines of 128 bytes; "
        "the "
        "widest vector is 16 bytes, from sm100 on 32, aligned to its width",
        "Nsight profiling guide; NVIDIA developer forum 285476; CUTLASS copy_sm100",
        "high",
        {"sector": 32, "line": 128, "widest": {"sm60": 16, "sm100": 32}},
    ),
    Rule(
        "nv.shfl",
        "nvidia",
        "bfly reads lane XOR b and idx a projection of the lane with a constant, both affine over F2; up and down "
        "carry and "
        "are affine for b = 0 only; width W cuts the warp into segments",
        "PTX ISA shfl (unverified)",
        "medium",
    ),
    Rule(
        "nv.prmt",
        "nvidia",
        "each of 4 result bytes takes one of 8 source bytes by the low 3 bits of its selector, bit 3 repeats the sign; "
        "the "
        "map of bytes is affine over F2 where the 4 selectors XOR to 0; AMD v_perm_b32 has its operands the other way "
        "round",
        "PTX ISA prmt (unverified); Triton AMD TargetInfo",
        "medium",
    ),
    Rule(
        "nv.smem_desc.wgmma",
        "sm90a",
        "the descriptor of wgmma: fields of 64 bits, as (first bit, past the last)",
        "CUTLASS arch/mma_sm90_desc.hpp",
        "high",
        DESCRIPTORS["wgmma"],
    ),
    Rule(
        "nv.smem_desc.tcgen05",
        "sm100a",
        "the descriptor of tcgen05: version is 1; the layout types are not those of wgmma",
        "CUTLASS arch/mma_sm100_desc.hpp",
        "high",
        DESCRIPTORS["tcgen05"],
    ),
    Rule(
        "nv.smem_canonical",
        "sm90a sm100a",
        "what a descriptor can say, T = 16 bytes / element; the swizzle is on bytes",
        "CUTLASS mma_traits_sm90_gmma.hpp",
        "high",
        CANONICAL,
    ),
    Rule(
        "nv.tmem",
        "sm100a",
        "tensor memory: 128 lanes of 512 columns of 32 bits; address = lane * 65536 + column; warp w reaches the lanes "
        "from "
        "32 * (w % 4) on; columns are allocated in powers of two from 32 on",
        "an article on tensor memory; CUTLASS copy_traits_sm100",
        "high",
        {"lanes": 128, "columns": 512, "column_bits": 32, "lane_shift": 16, "least_columns": 32},
    ),
    Rule(
        "nv.tcgen05.frag.other",
        "sm100a",
        "accumulators of two CTAs or .ws: 128 rows (128,N):(1,128), 64 rows (64,(N/2,2)):(1,(128,64)), 32 rows "
        "(32,(N/4,4)):(1,(128,32)), to lane + 128 * column; entries tcgen05.mma.cta_group::2.* and ::1.ws.*",
        "CUTLASS mma_traits_sm100_frag.hpp; Triton tensorMemoryToLinearLayout for 64 rows",
        "high",
    ),
    Rule(
        "amd.lds.banks",
        "cdna1+ rdna3+",
        "32 banks of 4 bytes; 64 on gfx950 and gfx1250",
        "Triton TargetInfo; " + _CK,
        "high",
        {"banks": {"cdna3": 32, "gfx950": 64, "gfx1250": 64}, "model": "layouts.verify.memory: cdna3, gfx950, rdna"},
    ),
    Rule(
        "amd.lds.read_b128.phases32",
        "cdna3 rdna3",
        "8 phases of 8 lanes that are not consecutive: 4 and 4",
        _CK + "; Triton",
        "high",
        {
            "phases": tuple([(*range(a, a + 4), *range(b, b + 4)) for a, b in _LDS32]),
            "phase_bits": ("t5", "t2^t4", "t3"),
            "model": "layouts.verify.memory: cdna3, rdna",
        },
    ),
    Rule(
        "amd.lds.read_b128.phases64",
        "cdna4",
        "4 phases of 16 lanes, told by lane bits",
        "Triton LocalMemOpTile",
        "medium",
        {"phase_bits": ("t5", "t2^t3^t4"), "model": "layouts.verify.memory: gfx950"},
    ),
    Rule(
        "amd.lds.write_b128",
        "cdna1+",
        "32 banks: 8 phases of 8 consecutive lanes",
        _CK + "; Triton",
        "medium",
        {"lanes_per_phase": 8, "model": "layouts.verify.memory: cdna3"},
    ),
    Rule(
        "amd.lds.b32_b64",
        "cdna1+",
        "4 bytes: 32 (64 banks: 64) consecutive lanes a phase; 8 bytes: 16 (32)",
        "Triton getLaneTile; AMD OpenCL guide",
        "medium",
        {"lanes_per_phase": {4: {32: 32, 64: 64}, 8: {32: 16, 64: 32}}},
    ),
    Rule(
        "amd.ds_read_b64_tr_b16",
        "cdna4",
        "in 16 lanes, element e of lane l is element l % 4 of the 8 bytes of lane 4e + l / 4; entry ds_read_b64_tr_b16",
        "address formula of FlyDSL; Modular docs",
        "low",
        {"unverified": "derived from one formula"},
        "uncertain",
    ),
    Rule(
        "amd.ds_read_b64_tr_b8",
        "cdna4",
        "16 lanes of 8 bytes, two interleaved transposes of 8x8; the exact map is unknown",
        "Modular docs ds_read_tr8_b64",
        "low",
        {},
        "uncertain",
    ),
    Rule(
        "amd.ds_read_b64_tr_b4",
        "cdna4",
        "entries ds_read_b64_tr_b4.m16 and .m32",
        "Triton chooseDotDsReadTrLayout",
        "medium",
    ),
    Rule(
        "amd.dpp",
        "cdna1+ rdna3+",
        "rows of 16 lanes: row_mirror reads lane XOR 15 and row_half_mirror lane XOR 7, affine; row_ror:n is linear "
        "for n = 0 "
        "and 8 only; row_shr and row_shl are not; quad_perm is any map of 4 lanes; row_bcast on gfx8 and gfx9",
        "Triton AMD TargetInfo; GPUOpen on cross-lane operations",
        "medium",
    ),
    Rule(
        "amd.mfma.scale",
        "cdna4",
        "scale factors of f8f6f4: entries v_mfma_scale_f32_32x32x64_f8f6f4 and 16x16x128",
        "Triton chooseScaledMfmaScaleLayout",
        "medium",
    ),
    Rule(
        "nv.ld_width.alignment",
        "nvidia",
        "a vector is aligned to its width; cp.async moves 4, 8 or 16 bytes; an inner box of TMA is a multiple of 16 "
        "bytes",
        "unverified",
        "medium",
        {"cp_async": (4, 8, 16), "tma_box": 16},
    ),
)

RULES: dict[str, Rule] = {rule.name: rule for rule in _ALL}
