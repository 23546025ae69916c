"""Sparse products, MFMA with blocks, f8f6f4, gfx1250: against formulas, other descriptions, and Triton's encodings."""

import importlib.util
import math

import pytest

from layouts import (
    AMDMFMALayout,
    AMDWMMALayout,
    DotOperandLayout,
    Layout,
    LayoutError,
    equal,
    hardware,
    make_tiled_mma,
    mma_atom,
)


def entries(family, words=""):
    return [hardware.get(name) for name in hardware.names(family) if words in name]


# -- mma.sp ------------------------------------------------------------------------------------------------------------

SPARSE = entries("mma.sp")


def test_every_shape_of_sparse_products_is_there():
    found = {(e.shape[2], e["A"].bits) for e in SPARSE}
    assert found == {(16, 16), (32, 16), (8, 32), (16, 32), (32, 8), (64, 8), (64, 4), (128, 4)}
    assert {e.arch for e in SPARSE} == {"sm80+", "sm89+", "sm120a sm121a"}
    assert min(e.confidence for e in SPARSE if e.shape[2] * e["A"].bits == 512) in ("high", "medium")


@pytest.mark.parametrize("entry", SPARSE[::9], ids=lambda entry: entry.name)
def test_stored_elements_are_the_dense_fragment_of_half_of_k(entry):
    """PTX: word w of a lane is at row lane/4 + 8 (w & 1), and its first column is that of the chunk that it stores."""
    m, n, k = entry.shape
    bits = entry["A"].bits
    kw = 32 // bits
    for lane in range(32):
        for r in range(m * k // 64):
            w, e = divmod(r, kw)
            row, first = lane // 4 + 8 * (w & 1), kw * (lane % 4) + 4 * kw * (w >> 1)
            assert entry["A"].linear(register=r, lane=lane) == {"m": row, "k": first + e}
            for half in (0, 1):  # CuTe's layout: one stored element stands for two of A
                assert entry["A.logical"].linear(register=2 * r + half, lane=lane) == {
                    "m": row,
                    "k": 2 * (first + e) + half,
                }
        for r in range(n * k // 32):
            w, e = divmod(r, kw)
            assert entry["B"].linear(register=r, lane=lane) == {
                "k": kw * (lane % 4) + e + 4 * kw * w,
                "n": lane // 4,
            }


@pytest.mark.parametrize("entry", SPARSE[::9], ids=lambda entry: entry.name)
def test_32_bits_of_metadata_speak_of_all_of_a_once(entry):
    """The lanes that the selector 0 reads hold 4 bits for each chunk, together one for each place of A."""
    m, _, k = entry.shape
    linear, chunk = entry["E"].linear, {32: 2, 16: 4, 8: 4, 4: 8}[entry["A"].bits]
    assert linear.get_in_dim_size("register") * 4 // chunk == 32
    read = 16 * k * 4 // chunk // 32 // 8  # lanes of each four that hold metadata
    places = [
        tuple(linear(register=r, lane=lane).values())
        for lane in range(32)
        if lane % 4 < read
        for r in range(linear.get_in_dim_size("register"))
    ]
    assert len(places) == len(set(places)) == m * k
    assert ("selector s reads" in entry["E"].note) == (read < 4)


def test_metadata_of_f16_is_where_a_test_that_ran_on_sm80_puts_it():
    """LLVM's test: of lane 4q + p the low half has row q, the high half row q + 8, of columns 16p on."""
    linear = hardware.get("mma.sp.sync.aligned.m16n8k32.row.col.f16.f16.f16.f16")["E"].linear
    for quad in range(8):
        for pair in range(2):
            for bit in range(32):
                expected = {"m": quad + 8 * (bit // 16), "k": 16 * pair + bit % 16}
                assert linear(register=bit, lane=4 * quad + pair) == expected


def test_metadata_of_a_warpgroup_of_hopper_has_the_same_pattern():
    """CUTLASS's ELayout of 64 rows: its first warp, with the weights of 16 rows, is ours."""
    for bits, k, (shape, stride) in (
        (16, 32, (((2, 2, 8), (16, 2)), ((1024, 0, 1), (64, 8)))),
        (32, 16, (((2, 2, 8), (8, 2)), ((512, 0, 1), (64, 8)))),
        (8, 64, (((2, 2, 8), 32), ((8, 2048, 1), 64))),
    ):
        hopper = Layout(shape, stride)
        ours = next(e for e in SPARSE if e.shape[2] == k and e["A"].bits == bits)["E"].cute
        for i in range(hopper.size):
            k_index, row = divmod(hopper(i), 64)
            assert ours(i) == row + 16 * k_index


@pytest.mark.skipif(importlib.util.find_spec("tensor_layouts") is None, reason="needs tensor-layouts")
def test_tensor_layouts_has_the_same_sparse_operands_of_sm120():
    import tensor_layouts.atoms_nv as atoms

    theirs = atoms.SM120_16x8x64_F32E4M3E4M3F32_TN_SPARSE
    ours = mma_atom("SM120::SPARSE::SM120_SPARSE_16x8x64_TN<float_e4m3_t,float_e4m3_t,float>")
    for mine, other in ((ours.b_tv, theirs.b_layout), (ours.c_tv, theirs.c_layout)):
        assert equal(mine, Layout(other.shape, other.stride))


def test_a_sparse_product_is_tiled_as_a_dense_one():
    mma = make_tiled_mma(mma_atom("mma.sp.sync.aligned.m16n8k32.row.col.f32.f16.f16.f32"), (2, 2, 1))
    assert mma.tile_size_mnk == (32, 16, 32)
    assert all(mma.coverage().values())


# -- MFMA with blocks --------------------------------------------------------------------------------------------------

BLOCKS = [e for e in entries("mfma") if "block" in e["A" if "A" in e.operands else "C"].outs]


def calculator_input(rows, depth, blocks, i, k, b):
    """AMD's calculator, as arithmetic: lanes count rows, then blocks, then runs of K."""
    run = depth // (64 // (rows * blocks))
    return b * rows + k // run * rows * blocks + i, k % run


def calculator_output(m, n, bits, i, j, b):
    height = 1 if bits == 64 else 4
    groups = 64 // n
    beside = math.ceil(64 / (n * m // height))
    register = b * (m * n // 64) + i // (height * groups) * height + i % height
    return b % beside * n + i // height % groups * beside * n + j, register


@pytest.mark.parametrize("entry", BLOCKS, ids=lambda entry: entry.name)
def test_blocks_are_where_the_calculator_puts_them(entry):
    m, n, k = entry.shape
    blocks = dict(entry["A"].linear.out_dims)["block"]
    assert entry.note.startswith(f"{blocks} products")
    for b in range(blocks):
        for i in range(m):
            for depth in range(k):
                for role, row in (("A", "m"), ("B", "n")):
                    lane, register = calculator_input(m, k, blocks, i, depth, b)
                    found = entry[role].linear(register=register, lane=lane)
                    assert found == {row: i, "k": depth, "block": b}
            for j in range(n):
                lane, register = calculator_output(m, n, entry["C"].bits, i, j, b)
                assert entry["C"].linear(register=register, lane=lane) == {"m": i, "n": j, "block": b}


def test_several_products_are_no_atom_of_one():
    assert len(BLOCKS) == 29
    for entry in BLOCKS:
        with pytest.raises(LayoutError, match="no matrix instruction with A, B and C"):
            mma_atom(entry.name)


# -- f8f6f4 of gfx950 --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "k"), [(32, 64), (16, 128)])
@pytest.mark.parametrize("kind", ["fp8", "bf8", "fp4"])
def test_f8f6f4_of_gfx950_follows_amds_kernels_and_triton(size, k, kind):
    """AMD's HIP kernels: 8 bits are 16 neighbours and 16 more half of K away, 4 bits are 32 neighbours."""
    entry = hardware.get(f"v_mfma_scale_f32_{size}x{size}x{k}_f8f6f4")
    assert entry["scale"].linear.get_in_dim_size("lane") == 64
    for letter, row in (("A", "m"), ("B", "n")):
        linear = entry[f"{letter}.{kind}"].linear
        for lane in range(64):
            for r in range(32):
                group = lane // size
                expected = r % 16 + 16 * group + k // 2 * (r // 16) if kind != "fp4" else r + 32 * group
                assert linear(register=r, lane=lane) == {row: lane % size, "k": expected}
    parent = AMDMFMALayout(4, [size, size, k], False, [1, 1])
    for index, letter in enumerate("AB"):
        ours = entry[f"{letter}.{kind}"].linear
        if kind == "fp4":  # Triton has bytes with two elements
            ours = pairs(ours)
        shape = ours.get_out_dim_sizes()
        same_map(DotOperandLayout(index, parent, 16).to_linear_layout(shape), ours)


def same_map(triton, ours):
    assert dict(triton.bases)["register"] == dict(ours.bases)["register"]
    assert dict(triton.bases)["lane"] == dict(ours.bases)["lane"]
    assert triton.get_out_dim_sizes() == ours.get_out_dim_sizes()


def test_operands_of_f8f6f4_are_those_of_the_formats_in_the_name():
    atom = mma_atom("v_mfma_f32_32x32x64_f8f6f4 cbsz:4 blgp:4")
    assert str(atom.a_tv) == "((32,2),32):((1,1024),32)"
    with pytest.raises(LayoutError, match="no instruction is named"):
        mma_atom("v_mfma_f32_32x32x64_f8f6f4 cbsz:4 blgp:0")  # 4 bits against 8: not known
    with pytest.raises(LayoutError, match=r"has no operand 'A'; it has A\.fp8"):
        _ = hardware.get("v_mfma_f32_32x32x64_f8f6f4")["A"]


# -- gfx1250, 16-bit accumulators --------------------------------------------------------------------------------------

WIDTHS = {"f32": 2, "f16": 8, "bf16": 8, "fp8": 8, "bf8": 8, "iu8": 8}


@pytest.mark.parametrize("entry", [e for e in entries("wmma") if e.arch == "gfx1250"], ids=lambda entry: entry.name)
def test_wmma_of_gfx1250_is_tritons_layout(entry):
    m, n, k = entry.shape
    parent = AMDWMMALayout(3, False, [], [], entry.shape)
    same_map(parent.to_linear_layout([m, n]), entry["C"].linear)
    for role, operand in entry.operands.items():
        if role[0] not in "AB":
            continue
        index = "AB".index(role[0])
        depth = k
        width = WIDTHS.get(operand.dtype, 0)
        linear = operand.linear
        if operand.dtype == "fp4":  # Triton has bytes with two elements
            linear, width, depth = pairs(linear), 16, k // 2
        elif k == 128:
            width = 16
        shape = [m, depth] if index == 0 else [depth, n]
        owner = AMDWMMALayout(3, False, [], [], [m, 16, 64]) if operand.dtype == "fp4" else parent
        same_map(DotOperandLayout(index, owner, width).to_linear_layout(shape), linear)


def pairs(linear):
    """The layout of pairs of neighbours in K."""
    from layouts import LinearLayout

    place = linear.get_out_dim_names().index("k")
    bases = []
    for name, vectors in linear.bases:
        kept = [[v // 2 if i == place else v for i, v in enumerate(vector)] for vector in vectors]
        bases.append((name, kept[1:] if name == "register" else kept))
    assert dict(linear.bases)["register"][0][place] == 1
    return LinearLayout(bases, [(name, size // 2 if name == "k" else size) for name, size in linear.out_dims])


def test_gfx1250_is_no_later_cdna():
    """ "cdna3+" means MFMA; gfx1250, which AMD calls CDNA5 as well, has WMMA and waves of 32 lanes."""
    assert {e.family for e in hardware.find(arch="gfx1250")} == {"wmma"}
    assert {e.arch for e in hardware.find(arch="cdna5")} == {"gfx1250"}


@pytest.mark.parametrize(("arch", "words"), [("rdna3", "its low half"), ("rdna4", "two elements in each")])
@pytest.mark.parametrize("kind", ["f16", "bf16"])
def test_16_bit_accumulators_are_the_elements_of_32_bit_ones(arch, words, kind):
    """RDNA3 leaves the other half of each register alone, RDNA4 packs; which element a lane has is the same."""
    wide, narrow = [hardware.get(f"v_wmma_{d}_16x16x16_{kind}", arch=arch) for d in ("f32", kind)]
    assert narrow["D"].bits == 16
    assert narrow["D"].linear == wide["D"].linear
    assert (narrow["A"].linear, narrow["A"].cute) == (wide["A"].linear, wide["A"].cute)
    assert words in narrow["D"].note
    assert narrow in hardware.find(arch=arch, acc=kind)
