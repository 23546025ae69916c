"""Chains through the whole algebra: a chain goes in, a chain comes out, and it is the function that it should be."""

import brute
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import (
    carry_free_layouts,
    composed_layouts,
    f2_layouts,
    swizzles,
    z_layouts,
)

from layouts import (
    ComposedLayout,
    E,
    Layout,
    LayoutError,
    NotInvertibleError,
    ProfileError,
    Swizzle,
    TooLargeError,
    blocked_product,
    coalesce,
    composition,
    equal,
    filter_modes,
    filter_zeros,
    flat_divide,
    flat_product,
    inverse,
    is_injective,
    left_inverse,
    logical_divide,
    logical_product,
    parse,
    raked_product,
    right_inverse,
    tile_to_shape,
    tiled_divide,
    tiled_product,
    zipped_divide,
    zipped_product,
)

DIVIDES = (logical_divide, zipped_divide, tiled_divide, flat_divide)
PRODUCTS = (logical_product, zipped_product, tiled_product, flat_product, blocked_product, raked_product)
TILE = parse("Sw<3,3,3> o (8,64):(64,1)")


def last(C):
    while isinstance(C, ComposedLayout):
        C = C.inner
    return C


def outer_maps(C):
    found = []
    while isinstance(C, ComposedLayout):
        found.append((C.outer, C.offset))
        C = C.inner
    return found


def values(C):
    return [C(i) for i in range(C.size)]


def check_inside(C, R, expected):
    """R is the chain C with ``expected`` as its first map."""
    assert isinstance(R, ComposedLayout)
    assert outer_maps(R) == outer_maps(C)
    assert last(R) == expected


# -- modes -------------------------------------------------------------------------------------------------------------


@given(composed_layouts(2))
def test_a_mode_of_a_chain_is_the_chain_with_the_other_modes_at_zero(C):
    assert len(list(C)) == len(C) == C.rank
    for k, mode in enumerate(C):
        check_inside(C, mode, last(C)[k])
        assert mode == C[k] == C[k - C.rank]
        for i in range(mode.size):
            where = [0] * C.rank
            where[k] = i
            assert mode(i) == (C(tuple(where)) if isinstance(C.shape, tuple) else C(i))
    if isinstance(C.shape, tuple):
        check_inside(C, C[:1], last(C)[:1])
    for wrong in (C.rank, -C.rank - 1):
        with pytest.raises(IndexError):
            C[wrong]
    with pytest.raises(ProfileError):
        C["0"]


# -- operations on the domain ------------------------------------------------------------------------------------------


@given(composed_layouts(2))
def test_coalescing_a_chain_coalesces_its_first_map(C):
    R = coalesce(C)
    check_inside(C, R, coalesce(last(C)))
    assert values(R) == values(C)
    check_inside(C, coalesce(C, None), last(C))


@given(composed_layouts(2))
def test_filtering_a_chain_keeps_the_image(C):
    for operation in (filter_zeros, filter_modes):
        R = operation(C)
        check_inside(C, R, operation(last(C)))
        assert set(values(R)) == set(values(C))


@given(composed_layouts(2), st.sampled_from(DIVIDES), st.integers(1, 4), st.booleans())
def test_dividing_a_chain_divides_its_first_map(C, divide, n, strict):
    try:
        expected = divide(last(C), n, strict=strict)
    except LayoutError as refused:
        with pytest.raises(type(refused)) as caught:
            divide(C, n, strict=strict)
        assert caught.value.witness == refused.witness
        return
    R = divide(C, n, strict=strict)
    check_inside(C, R, expected)
    indices = brute.values(divide(Layout(C.size), n))
    assert values(R) == [C(i) for i in indices]


@given(swizzles(), carry_free_layouts(), st.data())
def test_dividing_a_chain_is_dividing_the_layout_over_f2(S, L, data):
    n = data.draw(st.sampled_from([1 << k for k in range(L.size.bit_length())]))
    C = ComposedLayout(S, 0, L)
    for divide in DIVIDES:
        assert equal(divide(C, n), divide(S @ L, n))
        assert equal(coalesce(C), coalesce(S @ L))


def swizzle_stays_below(S, size):
    return size % (1 << S.base + S.bits + abs(S.shift)) == 0


@given(swizzles(2), carry_free_layouts(), st.sampled_from(PRODUCTS), st.sampled_from((1, 2, 4)), st.integers(0, 5))
def test_a_product_of_a_chain_is_the_swizzle_of_the_product(S, L, multiply, n, offset):
    C = ComposedLayout(S, offset, L)
    try:
        expected = multiply(L, n)
    except LayoutError:
        with pytest.raises(LayoutError):
            multiply(C, n)
        return
    R = multiply(C, n)
    check_inside(C, R, expected)
    assert values(R) == [S(offset + v) for v in brute.values(expected)]
    if is_injective(L):
        assert len(set(values(R))) == R.size  # copies do not collide


@given(swizzles(1), st.sampled_from(PRODUCTS), st.sampled_from((1, 2, 4)))
def test_a_product_of_a_chain_is_that_of_the_layout_over_f2_where_copies_are_whole_blocks(S, multiply, n):
    atom = Layout((8, 1 << max(0, S.base + S.bits + abs(S.shift) - 3)), None)
    assert swizzle_stays_below(S, atom.size) or not S.bits or atom.size == 8
    assume(swizzle_stays_below(S, atom.size))
    assert equal(multiply(ComposedLayout(S, 0, atom), n), multiply(S @ atom, n))


def test_a_product_inside_a_block_of_the_swizzle_is_no_repetition():
    """CuTe's form swizzles the copies too: 8 goes to 9, where the plain layout goes on at 8."""
    C = ComposedLayout(Swizzle(1, 0, 3), 0, Layout(8))
    assert values(logical_product(C, 2))[8] == 9
    assert brute.values(logical_product(Swizzle(1, 0, 3) @ Layout(8), 2))[8] == 8


def test_copies_after_an_outer_layout_are_refused():
    C = ComposedLayout(parse("(2,4):(4,1)"), 0, Layout(8))
    for multiply in PRODUCTS:
        with pytest.raises(ProfileError):
            multiply(C, 2)
        with pytest.raises(ProfileError):
            multiply(ComposedLayout(Swizzle(1, 0, 1), 0, C), 2)
    with pytest.raises(ProfileError):
        tile_to_shape(C, 16)


def test_worked_chains():
    expected = {
        "Sw<3,3,3> o 0 o ((4,32),(2,2)):((64,1),(256,32))": zipped_divide(TILE, (4, 32)),
        "Sw<3,3,3> o 0 o ((8,64),4):((64,1),512)": logical_product(TILE, 4),
        "Sw<3,3,3> o 0 o ((8,2),(64,2)):((64,512),(1,1024))": blocked_product(TILE, Layout((2, 2))),
        "Sw<3,3,3> o 0 o ((8,16),(64,1)):((64,512),(1,0))": tile_to_shape(TILE, (128, 64)),
        "Sw<3,3,3> o 0 o (4,64):(128,1)": composition(TILE, (Layout(4, 2), None)),
        "Sw<3,3,3> o 0 o (8):(64)": TILE[:1],
        "Sw<3,3,3> o 0 o 512:1": coalesce(parse("Sw<3,3,3> o (64,8):(1,64)")),
        "Sw<3,3,3> o 0 o 8:64": filter_modes(parse("Sw<3,3,3> o (8,64):(64,0)")),
    }
    for text, R in expected.items():
        assert parse(text) == R
    assert TILE[0] == parse("Sw<3,3,3> o 8:64")


@pytest.mark.parametrize(
    "operation", [coalesce, filter_zeros, filter_modes, *[lambda A, f=f: f(A, 2) for f in (*DIVIDES, *PRODUCTS)]]
)
def test_what_is_neither_layout_nor_chain_is_refused(operation):
    for bad in (Swizzle(1, 0, 1), 5, "8:1", None, (4, 2), [4]):
        with pytest.raises(ProfileError):
            operation(bad)


# -- inverses ----------------------------------------------------------------------------------------------------------


@given(composed_layouts(2))
def test_a_right_inverse_of_a_chain_finds_every_value_below_its_size(C):
    try:
        R = right_inverse(C)
    except NotInvertibleError as error:
        assert error.witness == 0
        plain_zero = [offset for _, offset in outer_maps(C) if offset]
        assert plain_zero
        return
    assert isinstance(R, ComposedLayout)
    assert [C(i) for i in values(R)] == list(range(R.size))


@given(swizzles(), carry_free_layouts())
def test_the_right_inverse_of_a_chain_is_that_of_the_layout_over_f2(S, L):
    assert equal(right_inverse(ComposedLayout(S, 0, L)), right_inverse(S @ L))


@given(swizzles(), z_layouts())
def test_a_right_inverse_of_a_chain_goes_as_far_as_the_first_layout_allows(S, L):
    C = ComposedLayout(S, 0, L)
    R, inner = right_inverse(C), right_inverse(L)
    assert [C(i) for i in values(R)] == list(range(R.size))
    reach = next(i for i in range(inner.size + 1) if S(i) >= inner.size)
    assert R.size >= reach
    if C.as_layout() is None:
        assert R.size == reach


@given(swizzles(), st.one_of(z_layouts(), carry_free_layouts(), f2_layouts()), st.integers(0, 20))
def test_a_left_inverse_of_a_chain_leads_back(S, L, offset):
    C = ComposedLayout(S, offset, L)
    try:
        R = left_inverse(C)
    except LayoutError:
        with pytest.raises(LayoutError):
            left_inverse(L)
        return
    assert isinstance(R, ComposedLayout)
    points = values(C)
    assert R.size > max(points)
    assert [C(R(v)) for v in points] == points


def test_chains_of_chains_are_inverted_link_by_link():
    inner = ComposedLayout(Swizzle(1, 0, 2), 0, parse("(4,4):(4,1)"))
    C = ComposedLayout(Swizzle(1, 1, 2), 0, inner)
    R = right_inverse(C)
    assert str(R) == "(4,4):(4,1) o 0 o Sw<1,0,2> o 0 o Sw<1,1,2> o 0 o 16:1"
    assert [C(R(v)) for v in range(16)] == list(range(16))
    moved = ComposedLayout(Swizzle(1, 1, 2), 4, ComposedLayout(Swizzle(1, 0, 2), 8, parse("(4,4):(4,1)")))
    L = left_inverse(moved)
    assert [L(moved(i)) for i in range(16)] == list(range(16))
    with pytest.raises(NotInvertibleError):
        right_inverse(moved)
    back = ComposedLayout(None, -3, Layout(8))
    assert right_inverse(back)(0) == 3
    assert [back(right_inverse(back)(v)) for v in range(5)] == list(range(5))


def test_a_huge_chain_is_inverted_at_once():
    huge = Layout((2**600, 8), (8, 1))
    assert right_inverse(ComposedLayout(Swizzle(3, 3, 3), 0, huge)).size == 2**603
    assert right_inverse(ComposedLayout(Swizzle(3, 3, 3), 0, Layout(3 * 2**3000 + 100))).size <= 3 * 2**3000 + 100
    with pytest.raises(TooLargeError):
        right_inverse(ComposedLayout(Swizzle(3, 3, 2990), 0, Layout(3 * 2**2994)))


@given(swizzles(), carry_free_layouts())
def test_the_inverse_of_a_chain_is_that_of_the_layout_over_f2(S, L):
    C = ComposedLayout(S, 0, L)
    try:
        expected = inverse(S @ L)
    except NotInvertibleError as refused:
        with pytest.raises(NotInvertibleError) as caught:
            inverse(C)
        assert caught.value.witness == refused.witness
        return
    R = inverse(C)
    assert isinstance(R, ComposedLayout)
    assert equal(R, expected)
    assert [R(v) for v in values(C)] == list(range(C.size))


def test_worked_inverses_of_chains():
    with pytest.raises(NotInvertibleError):
        inverse(parse("Sw<3,3,3> o 0 o (8,63):(63,1)"))
    assert inverse(parse("Sw<2,0,9> o 12:1")).size == 12
    R = right_inverse(TILE)
    assert str(R) == "(64,8):(8,1) o 0 o Sw<3,3,3> o 0 o 512:1"
    assert equal(R, right_inverse(Swizzle(3, 3, 3) @ parse("(8,64):(64,1)")))
    assert str(left_inverse(parse("Sw<3,3,3> o 8 o (8,4):(64,1)"))) == "(64,8):(8,1) o -8 o Sw<3,3,3> o 0 o 512:1"
    assert right_inverse(ComposedLayout(Swizzle(1, 0, -1), 0, Layout(2, 3))).size == 2  # the layout alone would have 1
    with pytest.raises(NotInvertibleError) as caught:
        right_inverse(parse("Sw<3,3,3> o 8 o (8,64):(64,1)"))
    assert caught.value.witness == 0
    with pytest.raises(NotInvertibleError):
        left_inverse(ComposedLayout(Swizzle(1, 0, 1), -5, Layout(4)))
    with pytest.raises(NotInvertibleError):
        left_inverse(ComposedLayout(Layout((2, 2), (1, 1)), 1, Layout(3)))
    after = ComposedLayout(parse("(4,6,8):(2,3,5)"), 0, parse("6:3"))
    assert values(after) == [0, 6, 7, 8, 9, 15]


@given(z_layouts(), st.integers(0, 3))
def test_chains_with_an_outer_layout_are_inverted_or_refused(A, offset):
    C = ComposedLayout(A, offset, Layout(4))
    for operation in (right_inverse, left_inverse):
        try:
            R = operation(C)
        except LayoutError as error:
            assert error.witness is not None
            continue
        assert isinstance(R, ComposedLayout)
        if operation is right_inverse:
            assert [C(i) for i in values(R)] == list(range(R.size))
        else:
            assert [C(R(v)) for v in values(C)] == values(C)


def test_chains_over_coordinates_are_inverted_as_layouts():
    C = ComposedLayout(None, 0, Layout((4, 8), (E(0), E(1))))
    R = right_inverse(C)
    assert [C(R(c)) for c in ((0, 0), (3, 5))] == [(0, 0), (3, 5)]
    assert [left_inverse(C)(C(i)) for i in range(32)] == list(range(32))
    with pytest.raises(LayoutError):
        right_inverse(ComposedLayout(None, (1, 0), Layout((4, 8), (E(0), E(1)))))


# -- the interval of the values ----------------------------------------------------------------------------------------


@given(swizzles(), st.one_of(carry_free_layouts(), f2_layouts(), z_layouts()), st.integers(0, 200))
def test_the_cosize_of_a_chain_is_that_of_its_values(S, L, offset):
    for C in (ComposedLayout(S, offset, L), ComposedLayout(S, offset, ComposedLayout(None, 8 * offset, L))):
        points = values(C)
        assert C.cosize == max(points) - min(points) + 1


def test_the_cosize_of_a_huge_chain_is_known():
    huge = Layout((2**40, 2**39), (2**39, 1))
    assert ComposedLayout(Swizzle(3, 3, 3), 0, huge).cosize == 2**79
    assert ComposedLayout(Swizzle(3, 3, 3), 2**90, huge).cosize == 2**79
    assert ComposedLayout(Swizzle(3, 100, 3), 5, Layout((3, 2**70), (2**70, 1))).cosize == 3 * 2**70
    assert ComposedLayout(None, 5, Layout((3, 2**70), (2**70, 1))).cosize == 3 * 2**70
    assert ComposedLayout(Swizzle(3, 100, 3), 0, Layout(3 * 2**60)).as_layout() == Layout(3 * 2**60)
    with pytest.raises(LayoutError):
        assert ComposedLayout(Swizzle(3, 3, 3), 5, Layout(3 * 2**60)).cosize


# -- every operation on a chain that is one layout ---------------------------------------------------------------------


@given(swizzles(), carry_free_layouts())
def test_a_chain_and_its_layout_stay_equal(S, L):
    C, plain = ComposedLayout(S, 0, L), S @ L
    assert equal(C, plain)
    assert equal(coalesce(C), coalesce(plain))
    assert equal(composition(C, Layout(L.size)), composition(plain, Layout(L.size)))
    assert C.cosize == plain.cosize
    for k in range(L.rank):
        assert equal(C[k], S @ L[k])
