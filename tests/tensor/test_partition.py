"""Partitions: tiles and what threads own, by brute force over coordinates; refusals of what does not divide."""

from itertools import product as pairs

import brute
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from strategies import DEEP, compact_layouts, divisors

from layouts import (
    ComposedLayout,
    EvaluationError,
    Layout,
    LayoutError,
    ProfileError,
    Swizzle,
    Tensor,
    axpby,
    clear,
    copy,
    copy_if,
    fill,
    gemm,
    inner_partition,
    local_partition,
    local_tile,
    make_identity_tensor,
    outer_partition,
)

FOUR = st.sampled_from((1, 2, 3, 4, 6))


@settings(max_examples=500 if DEEP else 30)
@given(FOUR, FOUR, FOUR, FOUR)
def test_local_tile_has_the_elements_of_its_block(a, b, m, n):
    I = make_identity_tensor((a * m, b * n))  # noqa: E741
    for i, j in pairs(range(m), range(n)):
        tile = local_tile(I, (a, b), (i, j))
        assert tile.values() == [(i * a + x, j * b + y) for y in range(b) for x in range(a)]
        assert local_tile(I, (a, b), i + m * j).values() == tile.values()
    rows = local_tile(I, (a, b), (None, n - 1))
    assert rows.shape == (a, b, m)
    assert local_tile(I, (a, b), None).shape == (a, b, (m, n))


@given(compact_layouts(extents=(1, 2, 3, 4)), st.integers(1, 4), st.integers(1, 4), st.data())
def test_local_partition_gives_every_element_to_one_thread(threads, m, n, data):
    assume(threads.size <= 64)
    sizes = [brute.size(mode) for mode in threads.shape] if isinstance(threads.shape, tuple) else [threads.size]
    counts = [data.draw(st.integers(1, 3)) for _ in sizes]
    shape = tuple([s * c for s, c in zip(sizes, counts, strict=True)])
    whole = make_identity_tensor(shape) if isinstance(threads.shape, tuple) else Tensor(None, Layout(shape[0]))
    owned = {}
    for thread in range(threads.size):
        for element in local_partition(whole, threads, thread).values():
            assert element not in owned
            owned[element] = thread
    assert len(owned) == whole.size
    for element, thread in owned.items():
        if isinstance(element, tuple):
            at = tuple([e % s for e, s in zip(element, sizes, strict=True)])
            assert threads(at) == thread


def test_projections_serve_three_operands_with_one_tiler():
    threads = Layout((2, 16, 1), (16, 1, 0))
    A, B, C = [make_identity_tensor(shape) for shape in ((8, 4), (32, 4), (8, 32))]
    for thread in range(32):
        m, n = divmod(thread, 16)
        assert local_partition(A, threads, thread, (1, None, 1)).values() == [
            (m + 2 * i, k) for k in range(4) for i in range(4)
        ]
        assert local_partition(B, threads, thread, (None, 1, 1)).values() == [
            (n + 16 * j, k) for k in range(4) for j in range(2)
        ]
        assert local_partition(C, threads, thread, (1, 1, None))[0, 0] == (m, n)
    tiler, coord = (4, 16, 2), (1, 0, None)
    assert local_tile(A, tiler, coord, (1, None, 1)).shape == (4, 2, 2)
    assert local_tile(B, tiler, coord, (None, 1, 1))[0, 0, 1] == (0, 2)
    for bad in ((1, 1), (1, 2, 1), 5, (True, None, 1), "abc"):
        with pytest.raises(ProfileError):
            local_tile(A, tiler, coord, bad)


def test_layouts_and_chains_are_tensors_without_a_buffer():
    chain = ComposedLayout(Swizzle(2, 0, 3), 0, Layout((8, 8), (8, 1)))
    linear = Swizzle(2, 0, 3) @ Layout((8, 8), (8, 1))
    for layout in (chain, linear):
        for i, j in pairs(range(4), range(2)):
            tile = local_tile(layout, (2, 4), (i, j))
            assert tile.values() == [linear(2 * i + x, 4 * j + y) for y in range(4) for x in range(2)]
    assert inner_partition(Layout((8, 12), (12, 1)), (4, 3), (1, 2)).offset == 54
    assert outer_partition(Layout((8, 12), (12, 1)), (4, 3), (1, 2)).offset == 14
    assert outer_partition(Layout(12), 4, 1).values() == [1, 5, 9]


def test_tiles_that_do_not_divide_are_refused_unless_asked():
    T = Tensor(list(range(100)), Layout((10, 10), (10, 1)))
    for tiler in ((3, 5), (5, 4), (7, None), 64):
        with pytest.raises(LayoutError):
            local_tile(T, tiler, 0)
    ragged = local_tile(T, (4, 10), (2, 0), strict=False)
    assert ragged[1, 9] == 99
    with pytest.raises(EvaluationError, match="the buffer holds 0"):
        ragged[2, 0]
    with pytest.raises(LayoutError):
        local_partition(T, Layout((4, 5)), 0)
    with pytest.raises(EvaluationError):
        local_tile(T, (5, 5), (2, 0))
    with pytest.raises(ProfileError):
        local_tile(T, (5, 5), (0, 0, 0))


@pytest.mark.parametrize(("threads", "index"), [(Layout((2, 4)), 8), (Layout((2, 4)), -1), (Layout(4, 2), 1)])
def test_threads_that_are_not_there_own_nothing(threads, index):
    with pytest.raises(LayoutError) as caught:
        local_partition(Layout((8, 8)), threads, index)
    assert caught.value.witness == index


def test_threads_that_collide_are_refused():
    with pytest.raises(LayoutError):
        local_partition(Layout((8, 8)), Layout((2, 2), (1, 1)), 1)
    for bad in (1.0, True, "1", None):
        with pytest.raises(ProfileError):
            local_partition(Layout((8, 8)), Layout((2, 2)), bad)
        with pytest.raises(ProfileError):
            local_partition(bad, Layout((2, 2)), 0)
        with pytest.raises(ProfileError):
            local_partition(Layout((8, 8)), bad, 0)


# -- moving elements ---------------------------------------------------------------------------------------------------


@given(compact_layouts(), st.data())
def test_copy_meets_elements_by_index(A, data):
    assume(A.size < 200)
    n = data.draw(st.sampled_from(divisors(A.size)))
    B = Layout((n, A.size // n), (A.size // n, 1))
    dst = Tensor([None] * A.size, B)
    copy(Tensor(list(range(A.size)), A), dst)
    assert dst.values() == brute.values(A)


def test_copy_reads_everything_before_it_writes():
    data = [1, 2, 3, 4]
    copy(Tensor(data, Layout(3)), Tensor(data, Layout(3), 1))
    assert data == [1, 1, 2, 3]


def test_copy_if_touches_only_what_the_predicate_allows():
    T = Tensor(list(range(10)), Layout(10))
    mine = Tensor([-1] * 4, Layout(4))
    tile = local_tile(T, 4, 2, strict=False)
    places = local_tile(Layout(10), 4, 2, strict=False)
    copy_if(Tensor([p < 10 for p in places], Layout(4)), tile, mine)
    assert mine.data == [8, 9, -1, -1]


def test_fill_clear_axpby():
    T = Tensor([1] * 12, Layout((3, 4), (4, 1)))
    fill(T[1, None], 5)
    assert T.data == [1] * 4 + [5] * 4 + [1] * 4
    axpby(2, T, 1, T)
    assert T.data == [3] * 4 + [15] * 4 + [3] * 4
    clear(T)
    assert T.data == [0] * 12


def test_gemm_is_the_product():
    A = Tensor([1, 2, 3, 4, 5, 6], Layout((2, 3), (3, 1)))
    B = Tensor(list(range(12)), Layout((4, 3), (3, 1)))
    C = Tensor([100] * 8, Layout((2, 4), (4, 1)))
    gemm(A, B, C)
    assert C.data == [100 + sum(A[m, k] * B[n, k] for k in range(3)) for m in range(2) for n in range(4)]
    with pytest.raises(LayoutError, match="K is 3"):
        gemm(A, Tensor(list(range(8)), Layout((4, 2))), C)
    with pytest.raises(ProfileError):
        gemm(A, Layout(3), C)


def test_sizes_that_differ_and_tensors_without_a_buffer_are_refused():
    T = Tensor([0] * 4, Layout(4))
    for action in (
        lambda: copy(Layout(5), T),
        lambda: copy_if(Layout(5), Layout(4), T),
        lambda: axpby(1, Layout(3), 1, T),
        lambda: copy(T, Tensor(None, Layout(4))),
        lambda: fill(Layout(4), 0),
        lambda: copy(3, T),
        lambda: fill(None, 0),
    ):
        with pytest.raises(LayoutError):
            action()
