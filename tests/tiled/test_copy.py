"""Tiled copies: what threads read and write covers the tile; retile is the partition of the copy; refusals."""

import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import DEEP

from layouts import (
    ComposedLayout,
    CopyAtom,
    Layout,
    LayoutError,
    NotInvertibleError,
    ProfileError,
    Swizzle,
    Tensor,
    TiledCopy,
    copy,
    copy_atom,
    make_cotiled_copy,
    make_identity_tensor,
    make_layout_tv,
    make_tiled_copy,
    make_tiled_copy_A,
    make_tiled_copy_B,
    make_tiled_copy_C,
    make_tiled_copy_D,
    make_tiled_copy_S,
    make_tiled_copy_tv,
    make_tiled_mma,
    mma_atom,
    universal_copy,
)
from layouts.tiled.atoms import COPY_ATOMS

SM80 = mma_atom("SM80_16x8x16_F32F16F16F32_TN")
LDMATRIX = copy_atom("SM75_U32x4_LDSM_N", 16)


# -- the atoms ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "count"), [("SM75_U32x1_LDSM_N", 1), ("SM75_U32x2_LDSM_N", 2), ("SM75_U32x4_LDSM_N", 4)]
)
def test_ldmatrix_follows_its_definition(name, count):
    """Lane 8q + i supplies row i of matrix q; lane t receives the elements 2 (t % 4) + {0, 1} of row t / 4."""
    atom = copy_atom(name, 16)
    for lane in range(8 * count):
        assert [atom.src(lane, v) for v in range(8)] == [8 * lane + v for v in range(8)]
    for lane in range(32):
        held = [64 * q + 8 * (lane // 4) + 2 * (lane % 4) + e for q in range(count) for e in (0, 1)]
        assert [atom.dst(lane, v) for v in range(2 * count)] == held


def test_ldmatrix_trans_exchanges_rows_and_columns():
    atom = copy_atom("SM75_U16x8_LDSM_T", 16)
    for lane in range(32):
        held = [64 * q + 8 * (2 * (lane % 4) + e) + lane // 4 for q in range(4) for e in (0, 1)]
        assert [atom.dst(lane, v) for v in range(8)] == held


def test_atoms_that_are_none_are_refused():
    with pytest.raises(NotInvertibleError):
        CopyAtom(Layout((2, 2)), Layout((2, 2), (1, 1)))
    with pytest.raises(LayoutError) as caught:
        CopyAtom(Layout((2, 4), (4, 2)), Layout((2, 4), (4, 1)))
    assert caught.value.witness == (1, 2)
    for bad in (None, Layout(4), "x", 4):
        with pytest.raises(ProfileError):
            CopyAtom(bad, Layout((1, 1)))
    for bad in ("LDSM", None, 3):
        with pytest.raises(LayoutError, match="there are SM75"):
            copy_atom(bad, 16)
    with pytest.raises(LayoutError):
        copy_atom("SM75_U32x4_LDSM_N", 24)
    for bad in (0, -8):
        with pytest.raises(LayoutError):
            copy_atom("SM75_U32x4_LDSM_N", bad)
        with pytest.raises(LayoutError):
            universal_copy(bad)
    for bad in (1.5, True, "16", None):
        with pytest.raises(ProfileError):
            copy_atom("SM75_U32x4_LDSM_N", bad)
        with pytest.raises(ProfileError):
            universal_copy(bad)
    sizes = [copy_atom(name, 16).ref.size for name in COPY_ATOMS]
    assert sizes == [64, 128, 256, 256]


# -- tiled copies ------------------------------------------------------------------------------------------------------

COUNTS = st.tuples(*[st.sampled_from((1, 2, 4))] * 2)


@st.composite
def tiled(draw):
    t, v = draw(COUNTS), draw(COUNTS)
    thr, val = [Layout(s, (1, s[0]) if draw(st.booleans()) else (s[1], 1)) for s in (t, v)]
    vector = draw(st.sampled_from([n for n in (1, 2, 4) if val.size % n == 0]))
    return make_tiled_copy(universal_copy(vector), thr, val), t, v, thr, val


@settings(max_examples=300 if DEEP else 40)
@given(tiled(), st.sampled_from((1, 2)), st.sampled_from((1, 3)))
def test_each_element_is_read_by_the_thread_that_stands_there(made, m, n):
    tiled_copy, t, v, thr, _ = made
    rows, columns = t[0] * v[0], t[1] * v[1]
    I = make_identity_tensor((m * rows, n * columns))  # noqa: E741
    seen = set()
    for thread in range(tiled_copy.size):
        part = tiled_copy.get_slice(thread).partition_S(I)
        assert part.shape[1:] == (m, n)
        assert part.values() == tiled_copy.get_slice(thread).partition_D(I).values()
        for i, j in part.values():
            assert thr(i % rows // v[0], j % columns // v[1]) == thread
            seen.add((i, j))
    assert len(seen) == I.size
    assert all(tiled_copy.coverage().values())


@given(tiled())
def test_copying_by_threads_copies_the_tensor(made):
    tiled_copy, *_ = made
    rows, columns = tiled_copy.tile_shape
    S = Tensor(list(range(4 * rows * columns)), Layout((2 * rows, 2 * columns), (2 * columns, 1)))
    D = Tensor([None] * S.size, Layout(S.shape))
    for thread in range(tiled_copy.size):
        mine = tiled_copy.get_slice(thread)
        copy(mine.partition_S(S), mine.partition_D(D))
    assert D.values() == S.values()


def test_ldmatrix_moves_every_element_from_its_reader_to_its_holder():
    mma = make_tiled_mma(SM80, (2, 2, 1), (32, 32, 16))
    for make, operand in ((make_tiled_copy_A, "A"), (make_tiled_copy_B, "B")):
        tiled_copy = make(LDMATRIX, mma)
        assert all(tiled_copy.coverage().values())
        I = make_identity_tensor((64, 64))  # noqa: E741
        for thread in (0, 9, 64, 127):
            mine, held = tiled_copy.get_slice(thread), mma.get_slice(thread)
            part = getattr(held, f"partition_{operand}")(I)
            assert sorted(mine.partition_D(I).values()) == sorted(part.values())
            assert mine.retile_D(part).values() == mine.partition_D(I).values()
            rows = mine.partition_S(I)
            first = [rows[v, 0, 0] for v in range(8)]
            assert [c - first[0][1] for _, c in first] == list(range(8))  # one row of eight


PERMUTATIONS = st.sampled_from(((None,) * 3, (32, 32, 16), (32, 32, 32), (None, Layout((8, 2, 2), (1, 16, 8)), None)))


@settings(max_examples=300 if DEEP else 30)
@given(PERMUTATIONS, st.integers(0, 127), st.sampled_from((1, 2)))
def test_retile_of_a_universal_copy_is_its_partition(perm, thread, vector):
    mma = make_tiled_mma(SM80, (2, 2, 1), perm)
    shape = (64, 64)
    I = make_identity_tensor(shape)  # noqa: E741
    for make, operand in ((make_tiled_copy_A, "A"), (make_tiled_copy_B, "B"), (make_tiled_copy_C, "C")):
        tiled_copy = make(universal_copy(vector), mma)
        mine = tiled_copy.get_slice(thread)
        part = getattr(mma.get_slice(thread), f"partition_{operand}")(I)
        assert mine.retile_S(part).values() == mine.partition_S(I).values()


def test_retile_is_refused_where_values_are_not_whole_modes():
    tiled_copy = make_tiled_copy(None, Layout((4, 8), (8, 1)), Layout((2, 4), (4, 1)))
    for layout in (Layout((3, 4, 4)), Layout((16, 2, 2)), Layout((8, 3, 1), (1, 8, 0))):
        try:
            result = tiled_copy.retile(layout)
        except LayoutError:
            continue
        assert result.size == layout.size
    with pytest.raises(LayoutError):
        tiled_copy.retile(Layout((3, 4, 4)))
    with pytest.raises(LayoutError):
        tiled_copy.retile(Layout((16, 2, 2)))
    with pytest.raises(ProfileError):
        tiled_copy.retile(5)


def test_swizzled_memory_is_partitioned():
    tiled_copy = make_tiled_copy(universal_copy(8), Layout((16, 8), (8, 1)), Layout((1, 8), (0, 1)))
    plain = Layout((64, 64), (64, 1))
    chain, linear = ComposedLayout(Swizzle(3, 3, 3), 0, plain), Swizzle(3, 3, 3) @ plain
    for thread in (0, 50, 127):
        mine = tiled_copy.get_slice(thread)
        expected = [linear(c) for c in mine.partition_S(make_identity_tensor((64, 64)))]
        assert mine.partition_S(chain).values() == mine.partition_S(linear).values() == expected


def test_copies_of_the_sides_of_another_copy():
    tiled_copy = make_tiled_copy_A(LDMATRIX, make_tiled_mma(SM80))
    S, D = make_tiled_copy_S(None, tiled_copy), make_tiled_copy_D(None, tiled_copy)
    assert S.tv == tiled_copy.get_layoutS_TV()
    assert D.tv == tiled_copy.get_layoutD_TV()
    thr, val = Layout((4, 8), (8, 1)), Layout((2, 4), (4, 1))
    assert (
        make_tiled_copy_tv(None, thr, val)
        == make_tiled_copy(None, thr, val)
        == TiledCopy(None, *make_layout_tv(thr, val)[::-1])
    )
    assert make_tiled_copy(None, thr).tiler == (4, 8)


def test_a_cotiled_copy_takes_given_places_of_the_memory():
    for data in (Layout((8, 16), (16, 1)), Layout((8, 16)), Layout((8, 16), (20, 1))):
        atom_tv = Layout((32, 4), (4, 1)) if data.stride != (20, 1) else Layout(((4, 8), 4), ((4, 20), 1))
        tiled_copy = make_cotiled_copy(universal_copy(4), atom_tv, data)
        assert all(tiled_copy.coverage().values())
        for thread in range(32):
            part = tiled_copy.get_slice(thread).partition_S(data)
            assert part.values() == [atom_tv(thread, v) for v in range(4)]
    with pytest.raises(LayoutError) as caught:
        make_cotiled_copy(None, Layout((4, 4), (4, 1)), Layout((4, 2), (4, 1)))
    assert caught.value.witness == (0, 2)
    for bad in (None, 4, "x"):
        with pytest.raises(ProfileError):
            make_cotiled_copy(None, bad, Layout(4))
        with pytest.raises(ProfileError):
            make_cotiled_copy(None, Layout((2, 2)), bad)


# -- refusals ----------------------------------------------------------------------------------------------------------


def test_tensors_that_the_tile_does_not_divide_are_refused_unless_asked():
    mine = make_tiled_copy(universal_copy(4), Layout((4, 8), (8, 1)), Layout((1, 4), (0, 1))).get_slice(0)
    for shape in ((6, 32), (4, 33), (2, 32)):
        with pytest.raises(LayoutError) as caught:
            mine.partition_S(make_identity_tensor(shape))
        assert caught.value.witness is not None
    assert mine.partition_S(make_identity_tensor((6, 32)), strict=False).shape == ((4, 1), 2, 1)
    for bad in (None, 4, "x", (4, 32)):
        with pytest.raises(ProfileError):
            mine.partition_D(bad)


def test_copies_that_are_none_are_refused():
    with pytest.raises(LayoutError) as caught:
        TiledCopy(None, Layout((4, 4), (1, 8)), (4, 4))
    assert caught.value.witness == (0, 2)
    with pytest.raises(LayoutError, match="no multiple"):
        make_tiled_copy(universal_copy(3), Layout((4, 8), (8, 1)), Layout((1, 4), (0, 1)))
    with pytest.raises(LayoutError, match="4 values are no multiple of the 8"):
        make_tiled_copy_B(LDMATRIX, make_tiled_mma(SM80))  # the DSL doubles values here
    for bad in (5, "x", Layout(4)):
        with pytest.raises(ProfileError):
            TiledCopy(bad, Layout((4, 4)), 16)
    for bad in (None, 0, 1.5, True, [4, 4], "16", (4, None)):
        with pytest.raises(ProfileError):
            TiledCopy(None, Layout((4, 4)), bad)
    tiled_copy = TiledCopy(None, Layout((4, 4)), 16)
    for thread in (4, -1):
        with pytest.raises(LayoutError) as caught:
            tiled_copy.get_slice(thread)
        assert caught.value.witness == thread
    for bad in (1.0, True, None, "1"):
        with pytest.raises(ProfileError):
            tiled_copy.get_slice(bad)


def test_repr_constructs():
    tiled_copy = make_tiled_copy_A(LDMATRIX, make_tiled_mma(SM80))
    again = eval(repr(tiled_copy), {"TiledCopy": TiledCopy, "CopyAtom": CopyAtom, "Layout": Layout})
    assert again == tiled_copy == pickle.loads(pickle.dumps(tiled_copy))
    assert hash(again) == hash(tiled_copy)
    assert str(again).startswith("tiled copy of (16,16) by 32 threads with 8 values each")


def test_values_of_the_cpp_headers():
    """What the CuTe headers of CUTLASS 4.2 print for ``make_cotiled_copy``."""
    tiled_copy = make_cotiled_copy(universal_copy(4), Layout((32, 4), (4, 1)), Layout((8, 16), (16, 1)))
    assert str(tiled_copy.get_layoutS_TV()) == "((4,8),(4,1)):((8,1),(32,0))"
    assert tiled_copy.tiler == (Layout(8), Layout((4, 4), (4, 1)))
    part = tiled_copy.get_slice(9).partition_S(make_identity_tensor((16, 16)))
    assert str(part) == "(2,4) o ((4,1),2,1):((1@1,0),8@0,0)"
