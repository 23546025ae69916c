"""One instruction over warps and over a tensor: Triton's tiling is its encodings', CuTe's the same up to registers."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts import (
    AMDMFMALayout,
    AMDWMMALayout,
    DotOperandLayout,
    Layout,
    LayoutError,
    NotLinearError,
    NVMMADistributedLayout,
    ProfileError,
    TensorMemoryLayout,
    compute_tmem_reg_layout,
    hardware,
    make_tiled_mma,
    mma_atom,
)

AMPERE = hardware.get("SM80_16x8x16_F32F16F16F32_TN")
HOPPER = hardware.get("SM90_64x64x16_F32F16F16_RS")
SHAPES = [[16, 8], [64, 64], [8, 4], [128, 16], [32, 256], [1, 1]]
WARPS = [[1, 1], [2, 2], [4, 1], [1, 4], [8, 2]]


# -- Triton's way ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("warps", WARPS)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("cga", [[], [[1, 0]], [[0, 1], [0, 0]]])
def test_mma_sync_over_warps_is_tritons_nvidia_mma(warps, shape, cga):
    encoding = NVMMADistributedLayout([2, 0], warps, [16, 8], cga)
    assert AMPERE["C"].to_linear_layout(shape, warps, cga_layout=cga) == encoding.to_linear_layout(shape)
    for index, role in enumerate("AB"):
        of_dot = DotOperandLayout(index, encoding, 2).to_linear_layout(shape)
        assert AMPERE[role].to_linear_layout(shape, warps, cga_layout=cga) == of_dot


@pytest.mark.parametrize(
    ("name", "width", "tile"),
    [
        ("SM80_16x8x8_F32TF32TF32F32_TN", 1, [16, 8]),
        ("SM80_16x8x32_S32S8S8S32_TN", 4, [16, 8]),
        ("SM80_8x8x4_F64F64F64F64_TN", 1, [8, 8]),
    ],
)
def test_other_widths_of_mma_sync_are_tritons_k_width(name, width, tile):
    entry = hardware.get(name)
    for warps in ([1, 1], [2, 2]):
        encoding = NVMMADistributedLayout([2, 0], warps, tile)
        for shape in ([64, 64], [32, 128], [16, 8]):
            assert entry["C"].to_linear_layout(shape, warps) == encoding.to_linear_layout(shape)
            for index, role in enumerate("AB"):
                of_dot = DotOperandLayout(index, encoding, width).to_linear_layout(shape)
                assert entry[role].to_linear_layout(shape, warps) == of_dot, (role, shape)


@pytest.mark.parametrize("warps", [[4, 1], [8, 1], [4, 2]])
@pytest.mark.parametrize("n", [8, 64, 256])
def test_wgmma_over_warpgroups_is_tritons_nvidia_mma(warps, n):
    entry = hardware.get(f"SM90_64x{n}x16_F32F16F16_RS")
    encoding = NVMMADistributedLayout([3, 0], warps, [16, n, 16])
    for shape in ([64, n], [256, 2 * n], [128, 128], [32, 8]):
        assert entry["C"].to_linear_layout(shape, warps) == encoding.to_linear_layout(shape)
        of_dot = DotOperandLayout(0, encoding, 2).to_linear_layout(shape)
        assert entry["A"].to_linear_layout(shape, warps) == of_dot


@pytest.mark.parametrize("warps", [[1, 1], [2, 2], [4, 1], [1, 4]])
@pytest.mark.parametrize(
    ("name", "version", "width"),
    [
        ("v_mfma_f32_32x32x8_f16", 3, 4),
        ("v_mfma_f32_16x16x16_f16", 3, 4),
        ("v_mfma_f32_32x32x16_fp8_fp8", 3, 8),
        ("v_mfma_f32_16x16x32_f16", 4, 8),
        ("v_mfma_i32_16x16x64_i8", 4, 16),
    ],
)
def test_mfma_over_warps_is_tritons_amd_mfma(name, version, width, warps):
    entry = hardware.get(name)
    encoding = AMDMFMALayout(version, entry.shape, False, warps)
    for shape in ([32, 32], [128, 64], [256, 256], [16, 16], [8, 128]):
        assert entry["C"].to_linear_layout(shape, warps) == encoding.to_linear_layout(shape)
        for index, role in enumerate("AB"):
            of_dot = DotOperandLayout(index, encoding, width).to_linear_layout(shape)
            assert entry[role].to_linear_layout(shape, warps) == of_dot, (role, shape)


@pytest.mark.parametrize(
    ("name", "version", "width"),
    [("v_wmma_f32_16x16x16_f16_w32_gfx11", 1, 16), ("v_wmma_f32_16x16x32_f16", 3, 8)],
)
def test_wmma_over_warps_is_tritons_amd_wmma(name, version, width):
    entry = hardware.get(name)
    encoding = AMDWMMALayout(version, False, [[0, 1], [1, 0]], [], entry.shape)
    for shape in ([64, 64], [32, 32], [128, 256]):
        ours = entry["C"].to_linear_layout(shape, [2, 2])
        assert ours.equal_up_to(encoding.to_linear_layout(shape), register_order=True)
        for index, role in enumerate("AB"):
            of_dot = DotOperandLayout(index, encoding, width).to_linear_layout(shape)
            assert entry[role].to_linear_layout(shape, [2, 2]).equal_up_to(of_dot, register_order=True)


@pytest.mark.parametrize("m", [64, 128])
@pytest.mark.parametrize("n", [16, 64, 256])
def test_accumulators_of_tcgen05_are_what_warps_load_from_tensor_memory(m, n):
    entry = hardware.get(f"tcgen05.mma.cta_group::1.m{m}n{n}")
    for variant in ("32x32b", "16x256b"):
        for warps in ([4, 1], [4, 2]):
            shape = [m, 2 * n]
            ours = entry["D"].to_linear_layout(shape, warps, instr_variant=variant)
            memory = TensorMemoryLayout((m, n), 1)
            triton = compute_tmem_reg_layout(memory, shape, warps[0] * warps[1], 32, variant)
            assert ours == triton.linear_layout()


def test_the_tile_comes_first_then_warps_then_registers_by_hand():
    """Brute force: 2 x 2 warps of m16n8 on 64 x 32, element by element."""
    found = AMPERE["C"].to_linear_layout([64, 32], [2, 2])
    for warp in range(4):
        for lane in range(32):
            for r in range(16):
                row = lane // 4 + 8 * (r >> 1 & 1) + 16 * (warp // 2) + 32 * (r >> 3)
                column = 2 * (lane % 4) + (r & 1) + 8 * (warp % 2) + 16 * (r >> 2 & 1)
                assert found(register=r, lane=lane, warp=warp, block=0) == {"dim0": row, "dim1": column}


def test_a_tensor_smaller_than_the_tile_is_held_several_times():
    found = AMPERE["C"].to_linear_layout([8, 4], [2, 2])
    assert found.out_dims == [("dim0", 8), ("dim1", 4)]
    assert found.is_surjective()
    assert dict(found.bases)["warp"] == [[0, 0], [0, 0]]


# -- CuTe's way, and the law that joins them ---------------------------------------------------------------------------

POWERS = st.sampled_from([1, 2, 4])
ATOMS = [
    "SM80_16x8x16_F32F16F16F32_TN",
    "SM80_16x8x8_F32TF32TF32F32_TN",
    "SM80_16x8x64_S32S4S4S32_TN",
    "SM80_8x8x4_F64F64F64F64_TN",
    "SM90_64x64x16_F32F16F16_RS",
    "SM89_16x8x32_F32E4M3E4M3F32_TN",
    "v_mfma_f32_32x32x8_f16",
    "v_mfma_f32_16x16x4_f32",
    "v_wmma_i32_16x16x64_iu8",
    "v_wmma_f32_16x16x16_fp8_fp8_w32_gfx12",
]


@given(st.sampled_from(ATOMS), POWERS, POWERS, POWERS, POWERS, POWERS)
def test_cute_and_triton_give_one_map_where_they_tile_alike(name, wm, wn, rm, rn, rk):
    """Atoms counted along N first and no permutation: what Triton does with warpsPerCTA, up to the register order."""
    entry = hardware.get(name)
    m, n, k = entry.shape
    one = 128 if entry.family == "wgmma" else 64 if entry.family == "mfma" else 32
    own = one // 64 * 2 if entry.family == "wgmma" else 1
    columns_first = Layout((wm, wn, 1), (wn, 1, 0)) if own == 1 else Layout((wm, wn, 1), (1, wm, 0))
    mma = make_tiled_mma(name, columns_first)
    assert mma.size == one * wm * wn
    for role, shape in (
        ("A", (m * wm * rm, k * rk)),
        ("B", (k * rk, n * wn * rn)),
        ("C", (m * wm * rm, n * wn * rn)),
    ):
        if role == "B" and entry.family == "wgmma":
            continue
        cute = mma.to_linear_layout(role, shape)
        triton = entry[role].to_linear_layout(list(shape), [wm * own, wn])
        assert cute.equal_up_to(triton, register_order=True), (role, shape)


@given(st.sampled_from(ATOMS[:4]), POWERS, POWERS, st.integers(0, 2**32))
def test_the_linear_layout_of_a_tiled_mma_is_what_its_threads_hold(name, wm, wn, seed):
    rng = random.Random(seed)
    entry = hardware.get(name)
    m, n, k = entry.shape
    atoms = Layout((wm, wn, 1), (1, wm, 0))
    permutation = (m * wm * rng.choice((1, 2)), n * wn * rng.choice((1, 2)), k)
    mma = make_tiled_mma(mma_atom(name), atoms, permutation)
    shape = (permutation[0] * 2, permutation[1])
    linear, tv = mma.to_linear_layout("C", shape), mma.get_layoutC_TV(shape)
    for _ in range(40):
        thread, value = rng.randrange(mma.size), rng.randrange(tv[1].size)
        held = linear(register=value, lane=thread % 32, warp=thread // 32, block=0)
        assert tv(thread, value) == held["dim0"] + shape[0] * held["dim1"]
        assert list(mma.get_slice(thread).partition_C(Layout(shape)).values())[value] == tv(thread, value)


def test_triton_is_reached_from_cute_by_the_order_of_atoms():
    """By columns CuTe counts warps along M first, which is another map than Triton's for mma.sync."""
    along_m = make_tiled_mma(AMPERE, (2, 2, 1)).to_linear_layout("C", (32, 16))
    triton = AMPERE["C"].to_linear_layout([32, 16], [2, 2])
    assert not along_m.equal_up_to(triton, register_order=True)
    assert along_m == AMPERE["C"].to_linear_layout([32, 16], [2, 2], warps_first=0)


def test_a_permutation_is_a_tiling_that_triton_does_not_have():
    """The famous (32,32,16) with a warp's two B atoms side by side: same tile, other elements."""
    plain = make_tiled_mma(AMPERE, Layout((2, 2, 1), (2, 1, 0))).to_linear_layout("C", (32, 32))
    permuted = make_tiled_mma(
        AMPERE, Layout((2, 2, 1), (2, 1, 0)), (32, Layout((8, 2, 2), (1, 16, 8)), 16)
    ).to_linear_layout("C", (32, 32))
    assert not plain.equal_up_to(permuted, register_order=True)
    assert permuted.is_invertible()


def test_names_entries_and_atoms_make_one_tiled_mma():
    by_atom = make_tiled_mma(mma_atom(AMPERE.aliases[0]), (2, 2, 1))
    assert make_tiled_mma(AMPERE.aliases[0], (2, 2, 1)) == by_atom
    assert make_tiled_mma(AMPERE, (2, 2, 1)) == by_atom
    assert mma_atom(AMPERE) == by_atom.atom
    with pytest.raises(LayoutError, match="near are"):
        make_tiled_mma("SM80_16x8x16_F32F16F16F32", (2, 2, 1))
    with pytest.raises(LayoutError, match="no matrix instruction"):
        make_tiled_mma(hardware.get("ldmatrix.sync.aligned.m8n8.x4.shared.b16"))


def test_a_kernel_changes_machines_by_one_entry():
    """The same three lines for Ampere, Ada, Hopper, Blackwell's sm120, CDNA and RDNA: only the name changes."""
    for name in (
        "SM80_16x8x16_F32F16F16F32_TN",
        "SM89_16x8x32_F32E4M3E4M3F32_TN",
        "SM90_64x64x16_F32F16F16_RS",
        "SM120_16x8x32_TN<float_e4m3_t,float_e4m3_t,float>",
        "v_mfma_f32_32x32x8_f16",
        "v_wmma_f32_16x16x16_f16_w32_gfx12",
    ):
        entry = hardware.get(name)
        own = 4 if entry.family == "wgmma" else 1
        triton = entry["C"].to_linear_layout([128, 128], [4, 2])
        first = Layout((4 // own, 2, 1), (2, 1, 0)) if own == 1 else Layout((1, 2, 1), (0, 1, 0))
        cute = make_tiled_mma(name, first).to_linear_layout("C", (128, 128))
        assert cute.equal_up_to(triton, register_order=True), name


def test_ampere_and_hopper_hold_an_accumulator_alike_and_blackwell_in_other_rows():
    ampere = AMPERE["C"].to_linear_layout([128, 64], [4, 1])
    assert HOPPER["C"].to_linear_layout([128, 64], [4, 1]) == ampere
    blackwell = hardware.get("tcgen05.mma.cta_group::1.m128n64")["D"]
    loaded = blackwell.to_linear_layout([128, 64], [4, 1], instr_variant="16x256b")
    assert dict(loaded.bases)["lane"] == dict(ampere.bases)["lane"]
    assert dict(ampere.bases)["warp"] == [[16, 0], [32, 0]]
    assert dict(loaded.bases)["warp"] == [[32, 0], [64, 0]]


def test_a_thread_without_a_part_is_refused_and_not_given_element_0():
    """A quad pair of Volta has the threads 0 to 3 and 16 to 19; four of them beside each other take the others too."""
    with pytest.raises(LayoutError, match=r"thread 4 of .* takes no part") as caught:
        make_tiled_mma("SM70_8x8x4_F32F16F16F32_TN").to_linear_layout("C", (8, 8))
    assert caught.value.witness == 4
    pairs = make_tiled_mma("SM70_8x8x4_F32F16F16F32_TN", (2, 2, 1))
    assert pairs.thr_layout_vmnk.cosize == pairs.size == 32
    found = pairs.to_linear_layout("C", (16, 16))
    assert found.is_invertible()
    assert dict(found.bases)["lane"] == [[1, 0], [0, 2], [8, 0], [0, 8], [4, 0]]


# -- refusals ----------------------------------------------------------------------------------------------------------

REFUSED = [
    (lambda: AMPERE["C"].to_linear_layout([64]), ProfileError, "shape = .64. has 1 entries"),
    (lambda: AMPERE["C"].to_linear_layout([64, 24]), ProfileError, "24 is not a power of two"),
    (lambda: AMPERE["C"].to_linear_layout(None), ProfileError, "shape"),
    (lambda: AMPERE["C"].to_linear_layout([64, 64], [2]), ProfileError, "warps_per_cta = .2. has 1"),
    (lambda: AMPERE["C"].to_linear_layout([64, 64], [3, 1]), ProfileError, "3 is not a power"),
    (lambda: AMPERE["C"].to_linear_layout([64, 64], [2.0, 1]), ProfileError, "must be an integer"),
    (lambda: AMPERE["C"].to_linear_layout([64, 64], [2, 1], 2), ProfileError, "warps_first = 2"),
    (lambda: HOPPER["C"].to_linear_layout([64, 64], [2, 1]), ProfileError, "has no 4 warps along M"),
    (lambda: HOPPER["B.shared"].to_linear_layout([64, 64]), LayoutError, "shared memory"),
    (lambda: hardware.get("SM90_64x24x16_F32F16F16_RS")["C"].to_linear_layout([64, 32]), NotLinearError, "24"),
    (lambda: hardware.get("SM75_U32x4_LDSM_N")["R"].to_linear_layout([8, 8]), LayoutError, "is no A, B or C"),
    (lambda: hardware.get("v_mfma_f32_4x4x4_16b_f16")["C"].to_linear_layout([8, 8]), LayoutError, "is no A, B or C"),
    (
        lambda: hardware.get("tcgen05.mma.cta_group::2.m128n64")["D"].to_linear_layout([64, 64], [4, 1]),
        LayoutError,
        "folds",
    ),
    (
        lambda: hardware.get("tcgen05.mma.cta_group::1.m128n64")["D"].to_linear_layout([128, 64]),
        ProfileError,
        "below 4",
    ),
    (lambda: make_tiled_mma(AMPERE).to_linear_layout("D", (16, 8)), LayoutError, "the operands are A, B and C"),
    (lambda: make_tiled_mma(AMPERE).to_linear_layout(None, (16, 8)), LayoutError, "the operands are A, B and C"),
    (lambda: make_tiled_mma(AMPERE).to_linear_layout("C", 16), LayoutError, "two extents"),
    (lambda: make_tiled_mma(AMPERE).to_linear_layout("C", (48, 8)), NotLinearError, "48 is no power of two"),
    (lambda: make_tiled_mma(AMPERE).to_linear_layout("C", (8, 8)), LayoutError, ""),
    (lambda: make_tiled_mma(AMPERE).to_linear_layout("C", (16, 8), 64), LayoutError, "fewer than the 64 lanes"),
    (lambda: make_tiled_mma(AMPERE).to_linear_layout("C", (16, 8), 24), LayoutError, "24 lanes"),
    (lambda: make_tiled_mma(AMPERE, (3, 1, 1)).to_linear_layout("C", (64, 8)), LayoutError, ""),
]


@pytest.mark.parametrize("case", range(len(REFUSED)))
def test_what_cannot_be_tiled_is_refused(case):
    make, kind, words = REFUSED[case]
    with pytest.raises(kind, match=words or None):
        make()
