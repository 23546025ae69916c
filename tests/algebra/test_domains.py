"""Common domains hold every common progression; what divides evenly covers each index once."""

import math
import random

import brute
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import divisors, shapes, z_layouts

from layouts import (
    F2,
    E,
    Layout,
    LayoutError,
    ProfileError,
    composition,
    domain_distribute,
    evenly_divides,
    greatest_common_domain,
    logical_divide,
    size,
)


def progressions(s):
    """All n:d, n > 1, that stay inside one digit of the shape."""
    found, place = set(), 1
    for extent in brute.leaves(s):
        for step in divisors(extent):
            found |= {(n, place * step) for n in divisors(extent // step) if n > 1}
        place *= extent
    return found


@given(shapes((1, 2, 3, 4, 6, 12), empty=True), shapes((1, 2, 3, 4, 6, 12), empty=True))
def test_the_common_domain_holds_exactly_the_common_progressions(a, b):
    G = greatest_common_domain(a, b)
    assert greatest_common_domain(b, a) == G
    assert G.depth == 1
    assert math.gcd(size(a), size(b)) % G.size == 0
    modes = list(zip(G.shape, G.stride, strict=True))
    assert modes == sorted(modes, key=lambda m: m[1])
    assert {
        (n, d * step) for s, d in modes for step in divisors(s) for n in divisors(s // step) if n > 1
    } == progressions(a) & progressions(b)


@given(shapes((1, 2, 3, 4, 6)), shapes((1, 2, 3, 4, 6)))
def test_the_common_domain_divides_both_evenly(a, b):
    G = greatest_common_domain(a, b)
    for s in (a, b):
        assert brute.values(composition(Layout(s), G)) == brute.values(G)
        assert evenly_divides(s, G)


def test_what_is_left_after_division_can_share_factors_again():
    """PyCuTe states that nothing common is left.  But the rest of (3, 2) is 6:1, which has forgotten the order."""
    a, b = (2,), (3, 2)
    G = greatest_common_domain(a, b)
    assert Layout((1,), (0,)) == G
    rests = [logical_divide(Layout(s), G)[1] for s in (a, b)]
    assert rests == [Layout(2), Layout(6)]
    assert greatest_common_domain(*rests) == Layout((2,), (1,))


def test_common_domains_by_hand():
    for a, b, shape, stride in (
        (1, 1, (1,), (0,)),
        (10, 10, (10,), (1,)),
        ((5, 2), 10, (5, 2), (1, 5)),
        ((5, 3, 4), (10, 6), (5, 2), (1, 30)),
        ((2, 21), (3, 14), (7,), (6,)),
        ((6, 35), (15, 14), (3, 7), (1, 30)),
        ((16, 64), (4, 16, 16), (4, 4, 4, 16), (1, 4, 16, 64)),
        ((5, 3), (3, 5), (1,), (0,)),
        ((7, 2, 3, 2, 2, 3, 2), (7, 3, 2, 2, 3, 2, 2), (7, 2, 2), (1, 42, 504)),
        ((2, (3, 4)), (6, 4), (2, 3, 4), (1, 2, 6)),
    ):
        assert greatest_common_domain(a, b) == Layout(shape, stride), (a, b)
    assert greatest_common_domain(Layout((5, 3, 4), (0, 9, 1)), (10, 6)) == Layout((5, 2), (1, 30))


# -- dividing evenly ---------------------------------------------------------------------------------------------------


def covers(B, M):
    """Look for starts c so that the values of B at all of them are 0..M-1 once each: the smallest gap starts a copy."""
    tile = brute.values(B)
    taken = set()
    for start in range(M):
        if start not in taken:
            copy = {start + v for v in tile}
            if len(copy) < len(tile) or copy & taken or max(copy) >= M:
                return False
            taken |= copy
    return len(taken) == M


def test_a_tile_divides_evenly_exactly_when_its_copies_cover_each_index_once():
    yes = no = 0
    for shape, stride in brute.flat_layouts(2, (1, 2, 3, 4), (0, 1, 2, 3, 4, 6, 8)):
        B = Layout(shape, stride)
        for M in (1, 4, 6, 8, 12, 16, 24, 48):
            expected = covers(B, M)
            assert evenly_divides(M, B) == expected, f"{B} in {M}"
            yes, no = yes + expected, no + (not expected)
    assert yes > 300
    assert no > 300


@given(shapes((1, 2, 3, 4, 6)), z_layouts(stride=st.integers(0, 12)))
def test_what_divides_evenly_is_divided_strictly(s, B):
    even = evenly_divides(s, B)
    try:
        R = logical_divide(Layout(s), B, strict=True)
    except LayoutError:
        assert not even
        return
    assert even == (sorted(brute.values(R)) == list(range(size(s))))


def test_tilers_by_mode():
    assert evenly_divides((10, 6), (5, 3))
    assert evenly_divides((10, 6), (5,))
    assert evenly_divides((10, 6), (None, 3))
    assert evenly_divides((10, (2, 3)), (5, (2, None)))
    assert not evenly_divides((10, 6), (4, 3))
    assert not evenly_divides((10, 6), (5, 3, 1))  # more modes than the shape, as in C++
    assert evenly_divides((10, 6), 4)  # 4:1 divides 60; C++ goes leaf by leaf and says no
    assert evenly_divides((8, 6), Layout((4, 3), (E(0), E(1))))
    assert not evenly_divides((8, 6), Layout((4, 4), (E(0), E(1))))
    assert evenly_divides(64, Layout((4, 2), (F2(9), F2(1)))) == evenly_divides(64, Layout((4, 2), (9, 1), over=F2))
    assert not evenly_divides(24, Layout((2, 2), (1, 1)))


# -- distributing ------------------------------------------------------------------------------------------------------


@given(shapes((1, 2, 3, 4, 5, 6, 14, 15)), st.integers(1, 60))
def test_a_distributed_tile_divides_the_shape_and_the_count(s, n):
    R = domain_distribute(s, n)
    assert n % R.size == 0
    assert evenly_divides(s, R)
    values = brute.values(R)
    assert values == sorted(set(values))
    composition(Layout(s), R)


def test_distributed_tiles_by_hand():
    assert str(domain_distribute((15, 14), 6)) == "(3,2):(1,15)"
    assert str(domain_distribute((10, 10), 6)) == "2:1"
    assert str(domain_distribute((4, (2, 3)), 8)) == "8:1"
    assert str(domain_distribute(7, 5)) == "1:0"


# -- refusals ----------------------------------------------------------------------------------------------------------


def test_bad_input_is_refused():
    for bad in (None, 1.5, "4", True, [4], (4, None), 0, (4, -1)):
        for call in (
            lambda x: greatest_common_domain(x, 4),
            lambda x: greatest_common_domain(4, x),
            lambda x: domain_distribute(x, 4),
            lambda x: evenly_divides(x, 4),
        ):
            with pytest.raises(ProfileError):
                call(bad)
    for bad in (1.5, "4", True, [4], 0, -2, (4, 2.0)):
        with pytest.raises(ProfileError):
            evenly_divides((8, 6), bad)
    for bad in (0, -1, None, 2.0):
        with pytest.raises(ProfileError):
            domain_distribute((8, 6), bad)


def test_large_shapes_are_quick():
    big = 2**4000
    assert greatest_common_domain((big, 3), (2, big)) == Layout((2, big // 2), (1, 2))
    rng = random.Random(1)
    long = tuple(rng.choice((2, 3)) for _ in range(3000))
    assert size(long) % greatest_common_domain(long, long[::-1]).size == 0
    assert greatest_common_domain(long, long).shape == long
