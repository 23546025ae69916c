"""Tiled MMAs: the fragments of the hardware, each element with its threads, a product computed by threads."""

import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import DEEP

from layouts import (
    F2,
    ComposedLayout,
    Layout,
    LayoutError,
    MMAAtom,
    NotALayoutError,
    NotInvertibleError,
    ProfileError,
    Swizzle,
    Tensor,
    TiledMMA,
    gemm,
    make_identity_tensor,
    make_tiled_mma,
    mma_atom,
)
from layouts.tiled.atoms import MMA_ATOMS

SM80 = mma_atom("SM80_16x8x16_F32F16F16F32_TN")


# -- the atoms against the formulas of their instruction sets ----------------------------------------------------------


def mma_sync(k_words):
    """The fragments of mma.sync m16n8 with 16-bit operands, by the formulas of the PTX ISA."""
    a, b, c = {}, {}, {}
    for t in range(32):
        for r in range(4 * k_words):
            w, e = divmod(r, 2)
            a[t, r] = t // 4 + 8 * (w & 1), 2 * (t % 4) + e + 8 * (w >> 1)
        for r in range(2 * k_words):
            w, e = divmod(r, 2)
            b[t, r] = t // 4, 2 * (t % 4) + e + 8 * w
        for r in range(4):
            c[t, r] = t // 4 + 8 * (r >> 1), 2 * (t % 4) + (r & 1)
    return a, b, c


def volta():
    """mma.m8n8k4 of a quadpair with 32-bit accumulators: lane bits 0, 1, 4 of the warp are the thread bits 0, 1, 2."""
    a = {(t, v): (t, v) for t in range(8) for v in range(4)}
    c = {}
    for t in range(8):
        for r in range(8):
            row = (t & 1) + (r & 2) + 4 * (t >> 2)
            column = (r & 4) + (t & 2) + (r & 1)
            c[t, r] = row, column
    return a, a, c


def wgmma(n):
    c = {}
    for t in range(128):
        for r in range(n // 2):
            c[t, r] = 16 * (t // 32) + (t % 32) // 4 + 8 * (r >> 1 & 1), 2 * (t % 4) + (r & 1) + 8 * (r >> 2)
    return c


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("SM80_16x8x16_F32F16F16F32_TN", mma_sync(2)),
        ("SM80_16x8x8_F32F16F16F32_TN", mma_sync(1)),
        ("SM70_8x8x4_F32F16F16F32_TN", volta()),
    ],
)
def test_fragments_follow_the_formulas_of_the_instruction_set(name, expected):
    atom = mma_atom(name)
    m, n, _ = atom.shape_mnk
    for tv, extent, table in zip((atom.a_tv, atom.b_tv, atom.c_tv), (m, n, m), expected, strict=True):
        assert tv.size == len(table)
        for (thread, value), (row, column) in table.items():
            assert tv(thread, value) == row + extent * column, (name, thread, value)


@pytest.mark.parametrize("n", [8, 16, 64, 256])
def test_wgmma_accumulators_follow_the_formula(n):
    atom = mma_atom(f"SM90_64x{n}x16_F32F16F16_SS")
    assert all(atom.c_tv(t, v) == row + 64 * column for (t, v), (row, column) in wgmma(n).items())


@pytest.mark.parametrize("name", sorted(MMA_ATOMS))
def test_named_atoms_cover_their_operands(name):
    assert all(MMA_ATOMS[name].coverage())


# -- tiled -------------------------------------------------------------------------------------------------------------

COUNT = st.sampled_from((1, 2, 2))


@st.composite
def tiled(draw):
    atom = draw(st.sampled_from((SM80, mma_atom("SM80_16x8x8_F32F16F16F32_TN"), mma_atom("UniversalFMA"))))
    counts = [draw(COUNT) for _ in range(3)]
    strides, running = [0] * 3, 1
    for k in draw(st.permutations(range(3))):
        strides[k] = running
        running *= counts[k]
    core = [extent * count for extent, count in zip(atom.shape_mnk, counts, strict=True)]
    kinds = [st.sampled_from((None, c, 2 * c, Layout((c, 2), (2, 1)), Layout((2, c), (c, 1)))) for c in core]
    return TiledMMA(atom, Layout(tuple(counts), tuple(strides)), tuple([draw(kind) for kind in kinds]))


@settings(max_examples=500 if DEEP else 40)
@given(tiled())
def test_each_operand_is_held_once_by_the_threads_that_are_not_copies(mma):
    _, m, n, k = [mode.size for mode in mma.thr_layout_vmnk]
    for (operand, found), copies in zip(mma.coverage().items(), (n, m, k), strict=True):
        assert found, str(found)
        assert found.copies.size == copies, operand


@settings(max_examples=500 if DEEP else 40)
@given(tiled(), st.data())
def test_the_partition_of_a_thread_is_its_row_of_the_layout(mma, data):
    thread = data.draw(st.integers(0, mma.size - 1))
    mine = mma.get_slice(thread)
    for operand in "ABC":
        shape = mma.tile_shape(operand)
        tv = getattr(mma, f"get_layout{operand}_TV")()
        held = getattr(mine, f"partition_{operand}")(make_identity_tensor(shape))
        assert [i + shape[0] * j for i, j in held.values()] == [tv(thread, v) for v in range(tv[1].size)]


@settings(max_examples=100 if DEEP else 6)
@given(tiled())
def test_partitions_of_a_larger_tensor_cover_it(mma):
    m, n, _ = mma.tile_size_mnk
    if m * n > 2100:
        return
    shape = (2 * m, 3 * n)
    seen = {}
    for thread in range(mma.size):
        part = mma.get_slice(thread).partition_C(make_identity_tensor(shape))
        assert part.shape == mma.partition_shape_C(shape)
        for element in part.values():
            seen[element] = seen.get(element, 0) + 1
    assert len(seen) == shape[0] * shape[1]
    assert set(seen.values()) == {mma.thr_layout_vmnk[3].size}


def test_threads_compute_the_product_from_their_parts():
    mma = make_tiled_mma(mma_atom("UniversalFMA"), Layout((4, 2, 1), (2, 1, 0)))
    M, N, K = 8, 6, 5
    A = Tensor(list(range(M * K)), Layout((M, K), (K, 1)))
    B = Tensor([(7 * i) % 11 for i in range(N * K)], Layout((N, K), (K, 1)))
    C, whole = Tensor([0] * (M * N), Layout((M, N), (N, 1))), Tensor([0] * (M * N), Layout((M, N), (N, 1)))
    gemm(A, B, whole)
    for thread in range(mma.size):
        mine = mma.thr_slice(thread)
        a, b, c = mine.partition_A(A), mine.partition_B(B), mine.partition_C(C)
        fragment = mine.partition_fragment_C(C)
        assert fragment.shape == c.shape
        for i in range(a.layout[1].size):
            for j in range(b.layout[1].size):
                fragment[0, i, j] = sum(a[0, i, k] * b[0, j, k] for k in range(K))
        c[None] = fragment
    assert C.data == whole.data


def test_tensors_in_swizzled_memory_are_partitioned():
    mma = make_tiled_mma(SM80, (2, 2, 1), (32, 32, 16))
    plain = Layout((64, 64), (64, 1))
    chain, linear = ComposedLayout(Swizzle(3, 3, 3), 0, plain), Swizzle(3, 3, 3) @ plain
    assert linear.over is F2
    for thread in (0, 5, 77, 127):
        mine = mma.get_slice(thread)
        at = mine.partition_A(make_identity_tensor((64, 64))).values()
        expected = [linear(c) for c in at]
        assert mine.partition_A(chain).values() == expected
        assert mine.partition_A(linear).values() == expected
        assert mine.partition_A(Tensor(range(4096), chain)).values() == expected
    assert mma.thrfrg_A(chain).shape == mma.thrfrg_A(plain).shape


def test_fragments_are_compact():
    mine = make_tiled_mma(SM80, (2, 2, 1)).get_slice(3)
    A = Layout((64, 64), (64, 1))
    for operand in "AB":
        fragment = getattr(mine, f"partition_fragment_{operand}")(A)
        assert sorted(fragment.layout.table().tolist()) == list(range(fragment.size))
        assert fragment.layout[0].stride[0] == 1


def test_the_quadpair_of_volta_skips_threads():
    mma = make_tiled_mma(mma_atom("SM70_8x8x4_F32F16F16F32_TN"))
    assert mma.size == 8
    assert mma.get_slice(17).thr_vmnk == (5, 0, 0, 0)
    with pytest.raises(LayoutError) as caught:
        mma.get_slice(5)
    assert caught.value.witness == 5
    whole = make_tiled_mma(mma_atom("SM70_8x8x4_F32F16F16F32_TN"), Layout((2, 2, 1), (1, 2, 0)))
    assert [whole.get_slice(t).thr_index for t in range(32)] == list(range(32))
    assert all(whole.coverage().values())


# -- refusals ----------------------------------------------------------------------------------------------------------


def test_tensors_that_the_tile_does_not_divide_are_refused_unless_asked():
    mma = make_tiled_mma(SM80, (2, 2, 1))
    mine = mma.get_slice(0)
    for shape in ((33, 16), (32, 17), (16, 16)):
        with pytest.raises(LayoutError) as caught:
            mine.partition_C(make_identity_tensor(shape))
        assert caught.value.witness is not None
    ragged = mine.partition_C(make_identity_tensor((40, 16)), strict=False)
    assert ragged.shape == ((2, 2), 2, 1)
    with pytest.raises(ProfileError):
        mine.partition_A(Layout(32))
    for bad in (None, 3, "x", (32, 16)):
        with pytest.raises(ProfileError):
            mine.partition_A(bad)


def test_threads_outside_are_refused():
    mma = make_tiled_mma(SM80, (2, 2, 1))
    for thread in (128, -1, 10**20):
        with pytest.raises(LayoutError) as caught:
            mma.get_slice(thread)
        assert caught.value.witness == thread
    for bad in (1.5, True, "1", None, (1,)):
        with pytest.raises(ProfileError):
            mma.get_slice(bad)


def test_tilings_that_are_none_are_refused():
    for bad in ((2, 2), 4, None, "x", (2, 2, 1, 1), [2, 2, 1], (2.0, 1, 1), (True, 1, 1)):
        with pytest.raises(ProfileError):
            TiledMMA(SM80, bad)
    with pytest.raises(NotInvertibleError):
        TiledMMA(SM80, Layout((2, 2, 1), (1, 1, 0)))
    with pytest.raises(LayoutError, match="the permutation of M"):
        TiledMMA(SM80, (2, 2, 1), (48, None, None))
    for bad in ((32, 32), 32, None, (32.0, None, None), (True, None, None), (0, None, None), ([32], None, None)):
        with pytest.raises(ProfileError):
            TiledMMA(SM80, (2, 2, 1), bad)
    for bad in (None, 2.5, 3):
        with pytest.raises(ProfileError):
            TiledMMA(bad)
    with pytest.raises(LayoutError, match="no instruction is named 'SM80'; near are SM80_"):
        TiledMMA("SM80")
    with pytest.raises(LayoutError):
        make_tiled_mma(SM80).tile_shape("D")


def test_atoms_that_are_none_are_refused():
    one = Layout((1, 1), (0, 0))
    assert MMAAtom((1, 1, 1), one, one, one) == mma_atom("UniversalFMA")
    with pytest.raises(LayoutError) as caught:
        MMAAtom((2, 2, 1), Layout((2, 2), (1, 2)), Layout((2, 1)), Layout((2, 2)))
    assert caught.value.witness == (0, 1)
    for shape in ((1, 1), 1, (1, 1, 0), (1, (1, 1), 1), None, (1.0, 1, 1)):
        with pytest.raises(ProfileError):
            MMAAtom(shape, one, one, one)
    with pytest.raises(ProfileError, match="2 threads"):
        MMAAtom((2, 1, 1), Layout((2, 1)), one, Layout((1, 2)))
    for bad in (Layout(4), None, "x"):
        with pytest.raises(ProfileError):
            MMAAtom((1, 1, 1), bad, one, one)
    for bad in ("SM99", 5, None, ["x"]):
        with pytest.raises(LayoutError, match="there are UniversalFMA"):
            mma_atom(bad)


def test_a_permutation_that_atoms_cut_unevenly_has_no_layout():
    mma = TiledMMA(mma_atom("UniversalFMA"), (3, 1, 1), (Layout((2, 3), (3, 1)), None, None))
    with pytest.raises(NotALayoutError) as caught:
        mma.get_layoutC_TV()
    assert caught.value.witness == 2


def test_repr_constructs():
    mma = make_tiled_mma(SM80, (2, 2, 1), (None, Layout((16, 2), (2, 1)), None))
    again = eval(repr(mma), {"TiledMMA": TiledMMA, "MMAAtom": MMAAtom, "Layout": Layout})
    assert again == mma == pickle.loads(pickle.dumps(mma))
    assert hash(again) == hash(mma)
    assert again.get_slice(5).partition_C(Layout((32, 32))).layout.size == 8


def test_values_of_the_cpp_headers():
    """What the CuTe headers of CUTLASS 4.2 print for the quadpairs of Volta, which the DSL does not have."""
    atom = mma_atom("SM70_8x8x4_F32F16F16F32_TN")
    mma = make_tiled_mma(atom, (2, 2, 1))
    assert str(mma.thr_layout_vmnk) == "((4,2),2,2,1):((1,16),4,8,0)"
    assert str(mma.get_layoutA_TV()) == "((4,(2,2),2),(4,(1,1))):((1,(8,0),4),(16,(0,0)))"
    assert str(mma.get_layoutB_TV()) == "((4,(2,2),2),(4,(1,1))):((1,(0,8),4),(16,(0,0)))"
    assert str(mma.get_layoutC_TV()) == ("(((2,2),(2,2),2),((2,2,2),(1,1))):(((1,32),(8,128),4),((16,2,64),(0,0)))")
    part = mma.get_slice(21).partition_C(make_identity_tensor((32, 32)))
    assert str(part) == "(13,0) o ((2,2,2),2,2):((1@1,2@0,4@1),16@0,16@1)"
    alone = make_tiled_mma(atom).get_layoutC_TV()
    assert str(alone) == "(((2,2),4,2),((2,2,2),(1,1))):(((1,16),0,4),((8,2,32),(0,0)))"


def test_coverage_leaves_out_the_threads_of_volta_that_take_no_part():
    """The quad pair has the threads 0..3 and 16..19; the others hold nothing, and no copies."""
    alone = make_tiled_mma("SM70_8x8x4_F32F16F16F32_TN", (1, 1, 1)).coverage()
    for operand, elements, values in (("A", 32, 4), ("B", 32, 4), ("C", 64, 8)):
        assert str(alone[operand]).endswith(f"8 threads with {values} values hold each of the {elements} elements once")
        assert [alone[operand].threads(i) for i in range(8)] == [0, 1, 2, 3, 16, 17, 18, 19]
    pairs = make_tiled_mma("SM70_8x8x4_F32F16F16F32_TN", Layout((2, 1, 1), (4, 0, 0))).coverage()
    assert str(pairs["B"]).endswith("2 times: the threads 0, 32 hold the same")
    assert str(pairs["C"]).endswith("16 threads with 8 values hold each of the 128 elements once")


def test_coverage_of_volta_is_what_the_threads_partition():
    """Brute force: what get_slice gives the eight threads is each element once; the others are refused."""
    mma = make_tiled_mma("SM70_8x8x4_F32F16F16F32_TN", (1, 1, 1))
    held = []
    for thread in range(20):
        if thread in (0, 1, 2, 3, 16, 17, 18, 19):
            held += mma.get_slice(thread).partition_C(make_identity_tensor((8, 8))).values()
        else:
            with pytest.raises(LayoutError):
                mma.get_slice(thread)
    assert sorted(held) == [(m, n) for m in range(8) for n in range(8)]
