"""From a value back to the smallest coordinate that has it, in every module, against tables; and refusals."""

import random

import brute
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import INTEGER, compact_layouts, composed_layouts, f2_layouts, z_layouts, zn_layouts

from layouts import (
    F2,
    ComposedLayout,
    E,
    Layout,
    NotALayoutError,
    NotInvertibleError,
    ProfileError,
    Swizzle,
    TooLargeError,
    Zn,
    crd2idx,
    get_1d_coord,
    get_flat_coord,
    get_hier_coord,
    idx2crd,
    parse,
    product_each,
)


def smallest(L):
    """Each value of the layout with its smallest index."""
    found = {}
    for i in range(L.size):
        found.setdefault(L(i), i)
    return found


def check(L, values):
    first = smallest(L)
    for v in values:
        if v in first:
            assert get_1d_coord(L, v) == first[v], f"{L} at {v}"
        else:
            with pytest.raises(NotInvertibleError) as caught:
                get_1d_coord(L, v)
            assert caught.value.witness == v, f"{L} at {v}"


def test_all_small_layouts_over_z():
    for shape, stride in brute.flat_layouts(2, (1, 2, 3, 4), (-3, -1, 0, 1, 2, 3, 5)):
        L = Layout(shape, stride)
        low, high = L.bounds()
        check(L, range(low - 1, high + 2))


def test_some_layouts_of_rank_4_over_z():
    rng = random.Random(5)
    for _ in range(400):
        n = rng.randint(3, 5)
        L = Layout(tuple(rng.choices((1, 2, 3, 4), k=n)), tuple(rng.choices((-7, -4, 0, 1, 2, 3, 6, 10, 15), k=n)))
        low, high = L.bounds()
        check(L, range(low - 1, high + 2))


@given(z_layouts(stride=INTEGER))
def test_every_value_over_z_has_its_smallest_coordinate(L):
    low, high = L.bounds()
    check(L, {*brute.values(L), low - 1, high + 1, (low + high) // 2, low + 1, 0})


@given(f2_layouts(), st.integers(-2, 300))
def test_every_value_over_f2_has_its_smallest_coordinate(L, other):
    check(L, {*brute.values(L), other})


@given(zn_layouts(), st.tuples(st.integers(-9, 9), st.integers(-9, 9), st.tuples(*[st.integers(-9, 9)] * 3)))
def test_every_value_over_zn_has_its_smallest_coordinate(L, other):
    first = smallest(L)
    for v, i in first.items():
        assert get_1d_coord(L, v) == i
    if brute.normal(other) not in {brute.normal(v) for v in first}:
        with pytest.raises(NotInvertibleError) as caught:
            get_1d_coord(L, other)
        assert caught.value.witness == other


@given(compact_layouts(), st.data())
def test_the_three_forms_name_one_point(L, data):
    v = data.draw(st.integers(0, L.size - 1))
    i, c, f = get_1d_coord(L, v), get_hier_coord(L, v), get_flat_coord(L, v)
    assert L(i) == L(c) == L(f) == v
    assert c == idx2crd(i, L.shape)
    assert f == idx2crd(i, product_each(L.shape))
    assert crd2idx(c, L.shape) == crd2idx(f, L.shape) == i


@given(composed_layouts())
def test_a_value_of_a_chain_is_taken_back_through_its_maps(C):
    values = [C(i) for i in range(C.size)]
    for value in {values[0], values[-1]}:
        try:
            found = get_1d_coord(C, value)
        except NotALayoutError:  # a layout comes last, and the chain is no layout
            assert C.as_layout() is None
            return
        assert found == values.index(value)


def test_values_of_chains_that_are_no_layouts_are_found():
    assert get_hier_coord(parse("8 + (8,64):(64,1)"), 9) == (0, 1)
    assert get_hier_coord(parse("Sw<3,3,3> o (8,64):(65,1)"), 73) == (1, 0)


# -- by hand -----------------------------------------------------------------------------------------------------------


def test_padding_has_no_element():
    L = Layout((32, 4), (1, 33))
    assert get_hier_coord(L, 38) == (5, 1)
    with pytest.raises(NotInvertibleError, match=r"\(32,4\):\(1,33\) does not have the value 32"):
        get_hier_coord(L, 32)


def test_broadcast_takes_the_first_copy():
    assert get_hier_coord(Layout((4, 8, 2), (0, 1, 16)), 19) == (0, 3, 1)
    assert get_hier_coord(Layout((2, 2), (1, 1)), 1) == (1, 0)


def test_reversed_axes():
    assert get_hier_coord(Layout((4, 8), (-1, 4)), -3) == (3, 0)
    assert get_hier_coord(Layout((4, 8), (-1, 4)), 4) == (0, 1)


def test_swizzles_and_coordinates():
    S = Swizzle(3, 3, 3) @ Layout((8, 64), (64, 1))
    assert get_hier_coord(S, S(3, 9)) == (3, 9)
    assert get_hier_coord(Layout((4, 8), (E(0), E(1))), (2, 3)) == (2, 3)
    assert get_hier_coord(Layout((4, 8), (E(0), E(1))), 2 * E(0) + 3 * E(1)) == (2, 3)
    T = Layout((4, 8), (E(0) + E(1), E(0) + 2 * E(1)))
    assert get_hier_coord(T, T(3, 5)) == (3, 5)
    assert get_flat_coord(Layout((), over=Zn), 0) == ()
    assert get_hier_coord(ComposedLayout(Swizzle(3, 3, 3), 0, Layout((8, 64), (64, 1))), 209) == (3, 9)


# -- size --------------------------------------------------------------------------------------------------------------


def test_extents_of_any_size():
    big = 2**4096
    assert get_hier_coord(Layout((big, 3), (1, big)), big + 5) == (5, 1)
    assert get_hier_coord(Layout((big, big), (big + 1, 1)), 7 * (big + 1) + 9) == (7, 9)
    assert get_1d_coord(Layout((big, big, big), (6, 10, 15)), 31) == 1 + big + big**2
    with pytest.raises(NotInvertibleError):
        get_1d_coord(Layout((big, big, big), (6, 10, 15)), 29)
    with pytest.raises(NotInvertibleError):
        get_1d_coord(Layout((big, big), (2, 4)), big + 1)
    assert get_1d_coord(Layout((2**512, 8), (3, 1), over=F2), 3 << 500) == 1 << 500


def test_many_modes_in_a_chain():
    n = 10_000
    L = Layout((2,) * n, tuple(2 << 2 * k for k in range(n)))
    i = (1 << n) // 3
    assert get_1d_coord(L, L(i)) == i


def test_a_search_that_grows_stops_at_its_limit():
    rng = random.Random(3)
    n = 40
    L = Layout((2,) * n, tuple(rng.randrange(1, 2**n) for _ in range(n)))  # a sum of subsets: nothing better is known
    with pytest.raises(TooLargeError) as caught:
        get_hier_coord(L, L(0x5A5A5A5A5A), limit=5000)
    assert caught.value.witness == 5000
    small = Layout((2,) * 12, tuple(rng.randrange(1, 2**12) for _ in range(12)))
    check(small, [small(i) for i in range(0, 4096, 97)])


@pytest.mark.parametrize("find", [get_1d_coord, get_flat_coord, get_hier_coord])
def test_bad_input_is_refused(find):
    for value in (None, 5, "4:1", (4, 1), Swizzle(1, 0, 1)):
        with pytest.raises(ProfileError):
            find(value, 0)
    for offset in (None, 1.5, True, "1", [1], (1, 2)):
        with pytest.raises(ProfileError):
            find(Layout((4, 8)), offset)
        with pytest.raises(ProfileError):
            find(Layout((4, 8), over=F2), offset)
    for offset in (None, 1.5, True, "1", [1], 3, (1, 2.0)):
        with pytest.raises(ProfileError):
            find(Layout((4, 8), (E(0), E(1))), offset)
    with pytest.raises(ProfileError):
        find(Layout(4), 0, limit="many")
    with pytest.raises(NotInvertibleError) as caught:
        find(Layout(()), 1)
    assert caught.value.witness == 1
