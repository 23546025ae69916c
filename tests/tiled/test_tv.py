"""Thread-value layouts: every element once, or the element that is not; by brute force over the tile."""

import brute
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import compact_layouts, f2_layouts, strides_for

from layouts import (
    F2,
    E,
    Layout,
    LayoutError,
    NotInvertibleError,
    ProfileError,
    Swizzle,
    TooLargeError,
    check_tv,
    coverage,
    holders,
    make_layout_tv,
    raked_product,
    tv_table,
)


def compact(counts, by_row):
    return Layout(tuple(counts), (1, counts[0]) if not by_row else (counts[1], 1))


COUNTS = st.tuples(*[st.sampled_from((1, 2, 3, 4))] * 2)


@given(COUNTS, COUNTS, st.booleans(), st.booleans())
def test_make_layout_tv_gives_thread_and_value_their_element(t, v, thr_by_row, val_by_row):
    threads, values = compact(t, thr_by_row), compact(v, val_by_row)
    tiler, tv = make_layout_tv(threads, values)
    assert tiler == (t[0] * v[0], t[1] * v[1])
    assert [mode.size for mode in tv] == [threads.size, values.size]
    for tm in range(t[0]):
        for tn in range(t[1]):
            for vm in range(v[0]):
                for vn in range(v[1]):
                    m, n = tm * v[0] + vm, tn * v[1] + vn
                    assert tv(threads(tm, tn), values(vm, vn)) == m + tiler[0] * n
    assert coverage(tv, tiler)


def test_make_layout_tv_of_the_reference():
    tiler, tv = make_layout_tv(Layout((4, 8), (8, 1)), Layout((2, 4), (4, 1)))
    assert tiler == (8, 32)
    assert tv == Layout(((8, 4), (4, 2)), ((32, 2), (8, 1)))


@given(compact_layouts(), compact_layouts())
def test_make_layout_tv_of_nested_layouts_covers_its_tile(threads, values):
    assume(threads.size * values.size <= 400)
    try:
        tiler, tv = make_layout_tv(threads, values)
    except LayoutError:
        return
    whole = raked_product(threads, values)
    back = {value: i for i, value in enumerate(brute.values(whole))}
    assert brute.values(tv) == [back[i] for i in range(tv.size)]
    assert coverage(tv, tiler)


def test_threads_that_are_no_bijection_are_refused():
    for threads in (Layout((2, 2), (1, 1)), Layout((4, 8), (1, 5))):
        with pytest.raises(LayoutError, match="make_layout_tv"):
            make_layout_tv(threads, Layout((2, 2)))
    with pytest.raises(NotInvertibleError):
        make_layout_tv(Layout((4, 1)), Layout((2, 2), (1, 0)))
    for bad in (None, 4, "4:1", (4, 8), 1.5, True):
        with pytest.raises(ProfileError):
            make_layout_tv(bad, Layout(4))
        with pytest.raises(ProfileError):
            make_layout_tv(Layout(4), bad)


# -- coverage against brute force --------------------------------------------------------------------------------------


def judge(tv, tile):
    """Return (outside, doubled, missed) by looking at every element."""
    count = brute.size(tv.shape[0])
    values = brute.values(tv)
    length = brute.size(tile)

    def holder(index):
        return index % count, index // count

    outside = next((holder(i) for i, v in enumerate(values) if not 0 <= v < length), None)
    pair = brute.first_collision(values)
    missed = next((i for i in range(length) if i not in values), None) if outside is None else None
    return (
        outside,
        None if pair is None else {holder(pair[0]), holder(pair[1])},
        None if missed is None else tuple(brute.digits(missed, brute.leaves(tile))),
    )


def check(tv, tile):
    found = coverage(tv, tile)
    outside, doubled, missed = judge(tv, tile)
    assert found.outside == outside, f"{tv} on {tile}"
    assert (None if found.doubled is None else set(found.doubled)) == doubled, f"{tv} on {tile}"
    assert found.missed == missed, f"{tv} on {tile}"
    assert bool(found) == found.holds == (outside is None and doubled is None and missed is None)
    assert str(found)
    if found:
        check_tv(tv, tile)
        assert found.witness is None
    else:
        with pytest.raises(NotInvertibleError) as caught:
            check_tv(tv, tile)
        assert caught.value.witness == found.witness
    return bool(found)


def test_coverage_of_all_small_layouts():
    answers = [0, 0]
    for extents in ((2, 2), (4, 2), (2, 3), (3, 4), (1, 6)):
        for first in range(-1, 7):
            for second in range(-1, 7):
                for tile in ((2, 2), (2, 4), (3, 2), (4, 3)):
                    answers[check(Layout(extents, (first, second)), tile)] += 1
    assert answers[0] > 1000
    assert answers[1] > 15


@given(st.data())
def test_coverage_of_nested_layouts(data):
    shape = data.draw(st.sampled_from((((2, 2), 2), ((2, 3), (2, 2)), (4, (2, 2)), ((2, 2), (2, 3)))))
    tv = Layout(shape, data.draw(strides_for(shape, st.sampled_from((0, 1, 2, 3, 4, 6, 8, 12)))))
    check(tv, (2, tv.size // 2))


@given(f2_layouts(shape=st.sampled_from((((2, 2), 2), (4, (2, 2)), (2, 8))), stride=st.integers(0, 9)))
def test_coverage_over_f2(tv):
    check(tv, (2, tv.size // 2))


def test_a_swizzled_thread_value_layout_covers_its_tile():
    assert coverage(Swizzle(2, 0, 3) @ Layout((8, 8), (8, 1)), (8, 8))


def test_broadcast_threads_are_allowed_on_request_and_named():
    tv = Layout(((4, 2), 2), ((1, 0), 4))
    assert not coverage(tv, 8)
    found = coverage(tv, 8, broadcast=True)
    assert found
    assert [found.copies(i) for i in range(found.copies.size)] == [0, 4]
    assert "2 times: the threads 0, 4 hold the same" in str(found)
    assert tv_table(tv, (4, 2), broadcast=True)[3] == [(3, 0), (3, 1)]
    both = coverage(Layout(((2, 2, 2), 2), ((1, 0, 1), 4)), (4, 2), broadcast=True)
    assert both.doubled == ((1, 0), (4, 0))  # the digit of the broadcast is 0 in both
    assert both.missed == (3, 0)


def test_large_layouts_are_decided_without_their_elements():
    tv = Layout((2**40, 2**20), (2**20, 1))
    assert coverage(tv, 2**60)
    assert coverage(tv, 2**60 + 2**40).missed == 2**60
    assert coverage(tv, 2**59).outside == (2**39, 0)


def test_text_names_the_failures():
    assert str(coverage(Layout((2, 2), (1, 1)), (2, 2))) == (
        "(2,2):(1,1) on (2,2): element (1, 0) is held twice: as value 0 of thread 1 and as value 1 of thread 0; "
        "element (1, 1) has no holder"
    )
    assert str(coverage(Layout((2, 2), (1, 2)), 4)) == (
        "(2,2):(1,2) on 4: 2 threads with 2 values hold each of the 4 elements once"
    )
    assert repr(coverage(Layout((2, 2)), 4)).startswith("<Coverage: (2,2)")


@pytest.mark.parametrize("bad", [Layout(4), Layout((2, 2, 2)), Layout((2, 2), (E(0), E(1))), None, 4, "x", (2, 2)])
def test_what_is_no_thread_value_layout_is_refused(bad):
    for question in (coverage, check_tv, holders, tv_table):
        with pytest.raises(ProfileError):
            question(bad, 4)


@pytest.mark.parametrize("bad", [0, -4, 1.5, True, None, "4", [4], (2, 0)])
def test_what_is_no_tile_is_refused(bad):
    for question in (coverage, check_tv, holders, tv_table):
        with pytest.raises(ProfileError):
            question(Layout((2, 2)), bad)


# -- who holds it ------------------------------------------------------------------------------------------------------


@given(compact_layouts(), compact_layouts())
def test_holders_and_table_are_the_inverse(threads, values):
    assume(threads.size * values.size <= 200)
    try:
        tiler, tv = make_layout_tv(threads, values)
    except LayoutError:
        return
    back = holders(tv, tiler)
    assert [tv(back(i)) for i in range(back.size)] == list(range(tv.size))
    flat = tv_table(tv, tv.size)
    assert [tv(t, v) for t, v in flat] == list(range(tv.size))


def test_the_table_has_rows_for_two_modes():
    assert tv_table(Layout((2, 3), (3, 1)), (3, 2)) == [[(0, 0), (1, 0)], [(0, 1), (1, 1)], [(0, 2), (1, 2)]]
    with pytest.raises(TooLargeError):
        tv_table(Layout((2**20, 2)), 2**21)
    with pytest.raises(NotInvertibleError):
        holders(Layout((2, 2), (1, 1)), 4)
    assert tv_table(Layout((4, 2), (1, 4), over=F2), 8)[5] == (1, 1)
