"""Images: how many values, onto what, with which holes: as brute force counts them, and at any size."""

import brute
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import INTEGER, f2_layouts, z_layouts, zn_layouts

from layouts import (
    F2,
    Layout,
    NotInvertibleError,
    TooLargeError,
    Zn,
    image_size,
    is_bijective,
    is_contiguous,
    is_injective,
    is_surjective,
    parse,
)


def check(L):
    points = set(brute.values(L))
    assert image_size(L) == len(points), L
    assert (image_size(L) == L.size) == is_injective(L)
    if L.over is Zn:
        return
    assert is_contiguous(L) == (len(points) == max(points) - min(points) + 1), L
    if min(points) < 0:
        with pytest.raises(NotInvertibleError, match="is_surjective") as caught:
            is_surjective(L)
        assert brute.value(L, caught.value.witness) < 0
        return
    assert is_surjective(L) == (points == set(range(max(points) + 1))), L
    for goal in range(max(points) + 3):
        assert is_surjective(L, goal) == (set(range(goal)) <= points), (L, goal)
    assert is_bijective(L) == (is_surjective(L, L.size) and is_injective(L))


def test_the_image_of_every_small_layout():
    for shape, stride in brute.flat_layouts(2, range(1, 5), range(-3, 9)):
        check(Layout(shape, stride))
    for shape, stride in brute.flat_layouts(2, (1, 2, 4, 8), range(8)):
        check(Layout(shape, stride, over=F2))


@given(st.one_of(z_layouts(stride=st.integers(0, 12)), z_layouts(stride=INTEGER), f2_layouts(), zn_layouts()))
def test_the_image_of_nested_layouts(L):
    check(L)


def test_groups_that_cannot_meet_multiply_at_any_size():
    assert image_size(parse("(1099511627776,1099511627776):(1,1099511627776)")) == 2**80
    assert image_size(parse("(4,2,1099511627776):(1,1,1000)")) == 5 * 2**40
    assert (
        image_size(parse("(3,3,1099511627776):(2,3,1000)"))
        == len({2 * a + 3 * b for a in range(3) for b in range(3)}) * 2**40
    )
    assert image_size(Layout((2**40, 2**40), (1, 1))) == 2**41 - 1


def test_more_coordinates_than_numbers_are_never_injective():
    assert not is_injective(Layout((2**20, 2**20, 2**20), (3, 5, 7)))


def test_overlaps_that_only_counting_could_tell_are_refused():
    with pytest.raises(TooLargeError) as caught:
        image_size(Layout((2**20, 2**20, 2**20), (1000003, 1000033, 1000037)))
    assert caught.value.witness == (2**20 - 1) * (1000003 + 1000033 + 1000037)
