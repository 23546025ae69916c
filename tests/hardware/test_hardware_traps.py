"""Where sources disagree, D1 to D11: which one is right, and why.

Other descriptions are written here as data; where the package tensor-layouts 0.3.2 is installed, it is asked too.
"""

import importlib.util

import pytest
from hardware_reading import where

from layouts import Layout, LayoutError, LinearLayout, collision, conflicts, equal, hardware, memory_model, missed_value
from layouts.verify.banks import count_wavefronts

tensor_layouts = pytest.mark.skipif(importlib.util.find_spec("tensor_layouts") is None, reason="needs tensor-layouts")


def theirs(name):
    import tensor_layouts.atoms_amd as amd
    import tensor_layouts.atoms_nv as nvidia

    atom = getattr(amd, name, None) or getattr(nvidia, name)
    parts = atom.a_layout, atom.b_layout, atom.c_layout
    return dict(zip("ABC", [Layout(part.shape, part.stride) for part in parts], strict=True))


# -- D1, D2: blocks of lanes on AMD ------------------------------------------------------------------------------------

MFMA = {
    "v_mfma_f32_32x32x8_f16": "CDNA3_32x32x8_F32F16F16_MFMA",
    "v_mfma_f32_16x16x16_f16": "CDNA3_16x16x16_F32F16F16_MFMA",
    "v_mfma_i32_32x32x16_i8": "CDNA3_32x32x16_I32I8I8_MFMA",
    "v_mfma_f32_16x16x8_xf32": "CDNA3_16x16x8_F32XF32XF32_MFMA",
    "v_mfma_f64_16x16x4_f64": "CDNA_16x16x4_F64F64F64_MFMA",
    "v_mfma_i32_16x16x64_i8": "CDNA3P_16x16x64_I32I8I8_MFMA",
}


@tensor_layouts
@pytest.mark.parametrize(("name", "other"), MFMA.items())
def test_d1_mfma_operands_with_stride_0_over_blocks_leave_elements_of_k_without_holder(name, other):
    """An operand that no lane holds cannot be multiplied: their A and B miss part of K, ours hold all of it once."""
    entry, parts = hardware.get(name), theirs(other)
    m, n, k = entry.shape
    for role, size in (("A", m * k), ("B", n * k)):
        ours, wrong = entry[role].cute, parts[role]
        assert collision(ours) is None
        assert missed_value(ours) is None
        assert ours.size == size
        held = {wrong(i) for i in range(wrong.size)}
        assert len(held) < size, (name, role)


@tensor_layouts
def test_d1_mfma_accumulators_have_the_block_in_the_high_lane_bits():
    """The AMD calculator and Triton agree: lane 1 of C holds column 1 and not row 4."""
    entry, parts = hardware.get("v_mfma_f32_32x32x8_f16"), theirs("CDNA3_32x32x8_F32F16F16_MFMA")
    assert entry["C"].linear(register=0, lane=1) == {"m": 0, "n": 1}
    assert entry["C"].cute(1, 0) == 32
    assert parts["C"](1, 0) == 4


@tensor_layouts
def test_d2_wmma_has_the_same_inversion():
    ours = hardware.get("v_wmma_f32_16x16x16_f16", arch="rdna3")
    assert ours["D"].linear(register=0, lane=1) == {"m": 0, "n": 1}
    assert theirs("RDNA3_16x16x16_F32F16F16_WMMA")["C"](1, 0) == 8


def test_d2_dense_rdna4_products_have_16_in_k():
    assert {entry.shape for entry in hardware.find(arch="rdna4")} == {(16, 16, 16)}
    with pytest.raises(LayoutError, match="without the"):
        hardware.find(arch="rdna4", k=32)


# -- D3, D5, D6, D7: NVIDIA --------------------------------------------------------------------------------------------


def test_d3_b_of_m16n8k32_s4_has_lane_stride_64():
    """With 32 two lanes would hold one element: (lane 1, register 0) and (lane 0, register 4) are both k = 4.

    The headers of CUTLASS 4.2.0 have 32 too, and tensor-layouts follows them.
    """
    ours = hardware.get("SM80_16x8x32_S32S4S4S32_TN")["B"]
    wrong = Layout(((4, 8), 8), ((32, 1), 8))
    assert ours.cute(1, 0) == 8 * 8
    assert missed_value(ours.cute) is None
    assert wrong(1, 0) == wrong(0, 4) == 4 * 8
    if importlib.util.find_spec("tensor_layouts"):
        assert equal(theirs("SM80_16x8x32_S32S4S4S32_TN")["B"], wrong)


def test_d5_a_of_m16n8k128_b1_is_the_flattened_stride_of_cutlass():
    """CUTLASS nests the stride one level deeper than the shape; the numbers, read flat, are right."""
    ours = hardware.get("SM80_16x8x128_S32U1U1S32_TN_XORPOPC")["A"]
    assert str(ours.cute) == "((4,8),(32,2)):((512,1),(16,8))"
    for lane in range(32):
        for r in range(64):
            assert ours.linear(register=r, lane=lane) == {"m": lane // 4 + 8 * (r // 32), "k": 32 * (lane % 4) + r % 32}


@pytest.mark.parametrize("count", [1, 2])
def test_d6_cutlass_describes_bytes_after_its_own_permutation(count):
    """CUTLASS gives the bytes {r0.x,r0.y,r1.x,r1.y}, {r0.z,r0.w,r1.z,r1.w}: our map with them moved is its layout."""
    ours = hardware.get(f"ldmatrix.sync.aligned.m16n16.x{count}.trans.shared.b8")["R"].linear
    cutlass = Layout(((4, 8), (8, 2, 2, 2 * count)), ((256, 8), (1, 128, 64, 1024)))
    moved = [0, 1, 4, 5, 2, 3, 6, 7]
    for lane in range(32):
        for value in range(8 * count):
            held = ours(register=moved[value % 8] + value // 8 * 8, lane=lane)
            row = held["row"]
            bit = 128 * (row & 1) + 1024 * (row >> 1 & 1) + 256 * (row >> 2) + 8 * held["col"] + 2048 * held["matrix"]
            assert cutlass(lane, 8 * value) == bit
    assert cutlass(0, 8 * 2) != 128 * 2  # and as the map of the instruction it would be wrong: byte 2 is row 2


def test_d7_movmatrix_transposes():
    """Register and lane of the destination name the transposed element of the source: not an identity."""
    face = hardware.get("SM75_U32x1_MOVM_T")["R"].linear
    trans = hardware.get("SM75_U16x2_LDSM_T")["R"].linear
    plain = hardware.get("SM75_U32x1_LDSM_N")["R"].linear
    for lane in range(32):
        for r in range(2):
            found, mine = face(register=r, lane=lane), plain(register=r, lane=lane)
            assert (found["src_row"], found["src_col"]) == (mine["col"], mine["row"])
            assert trans(register=r, lane=lane) == {"matrix": 0, "row": found["src_row"], "col": found["src_col"]}


def test_d8_the_swizzle_with_64_byte_atoms_is_unsettled_and_says_so():
    """A span of 128 bytes has two chunks of 64: one bit moves. CUTLASS asserts two; nothing has been measured."""
    found = hardware.get("CU_TENSOR_MAP_SWIZZLE_128B_ATOM_64B")["addr"]
    assert (found.status, found.confidence) == ("uncertain", "low")
    assert "D8" in found.note
    chunks = {
        found.linear(addr=128 * row + 64 * chunk)["addr"] // 64 % 2 ^ chunk for row in range(8) for chunk in (0, 1)
    }
    assert chunks == {0, 1}
    spans = {found.linear(addr=address)["addr"] // 128 == address // 128 for address in range(1024)}
    assert spans == {True}


# -- D4: the order of K on RDNA4 ---------------------------------------------------------------------------------------


def test_d4_both_orders_of_k_give_one_product():
    """The calculator has k4 for lane bit 4, Triton k8: a permutation of K in A and B alike, unsettled and said."""
    entry = hardware.get("v_wmma_f32_16x16x16_f16", arch="rdna4")
    lanes = [[1, 0], [2, 0], [4, 0], [8, 0], [0, 8]]
    triton = LinearLayout([("register", [[0, 1], [0, 2], [0, 4]]), ("lane", lanes)], [("m", 16), ("k", 16)])
    order = {}
    for lane in range(32):
        for r in range(8):
            a, other = entry["A"].linear(register=r, lane=lane), triton(register=r, lane=lane)
            b = entry["B"].linear(register=r, lane=lane)
            assert (a["m"], a["k"]) == (other["m"], b["k"])
            assert order.setdefault(a["k"], other["k"]) == other["k"]
    assert sorted(order.values()) == list(range(16))
    assert entry["A"].linear(register=0, lane=16) == {"m": 0, "k": 4}
    assert triton(register=0, lane=16) == {"m": 0, "k": 8}
    assert entry["A"].confidence == entry["B"].confidence == "medium"
    assert "D4" in entry["A"].note
    eight = hardware.get("v_wmma_i32_16x16x16_iu8", arch="rdna4")["A"]
    assert (eight.confidence, eight.linear(register=0, lane=16)) == ("high", {"m": 0, "k": 8})


# -- D9, D11: counting conflicts ---------------------------------------------------------------------------------------


def test_d9_sub_word_accesses_take_8_wavefronts_where_triton_counts_4():
    """Lane byte bases 128, 257, 514, 1028, 1: the words 32, 64, 128, 257, 0 have rank 4, and one bank bit."""
    bases = [128, 257, 514, 1028, 1]
    addresses = []
    for lane in range(32):
        address = 0
        for k, base in enumerate(bases):
            address ^= base if lane >> k & 1 else 0
        addresses.append(address)
    banks = {}
    for address in addresses:
        banks.setdefault(address // 4 % 32, set()).add(address // 4)
    assert max(map(len, banks.values())) == 8
    assert count_wavefronts(addresses, 1, 32, memory_model("nvidia").phases("load", 1)) == 8


def test_d11_lds_128_of_contiguous_lanes_is_served_without_conflicts():
    """16 bytes a lane are served in 4 phases of 8 lanes, each of which fills every bank once."""
    report = conflicts(Layout((32, 4), (4, 1)), elem=4, instruction="LDS.128")
    assert report.wavefronts == report.ideal == 4
    if importlib.util.find_spec("tensor_layouts"):
        import tensor_layouts
        from tensor_layouts.analysis import bank_conflicts

        one_group = bank_conflicts(tensor_layouts.Layout((32, 4), (4, 1)), element_bytes=4)
        assert one_group["max_ways"] == 4


def test_d10_dpas_is_uncertain_and_says_so():
    for lanes in (8, 16):
        entry = hardware.get(f"dpas.exec{lanes}")
        assert entry.confidence == "low"
        assert "D10" in entry.note


def test_ids_of_disagreeing_facts_are_served_by_the_right_side():
    assert where("amd.wmma.rdna4.f32_16x16x16_f16.A") == ("v_wmma_f32_16x16x16_f16_w32_gfx12", "A")
    assert where("nv.mma.m16n8k32.s4.B")[1] == "B"
