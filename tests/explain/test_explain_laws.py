"""explain(op, ...) ends where the operation ends: the same result, or the same refusal; and every step is true."""

import pickle

import pytest
from claims import check
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import (
    DEEP,
    INTEGER,
    carry_free_layouts,
    compact_layouts,
    composable_pairs,
    composed_layouts,
    coordinates,
    f2_layouts,
    layouts,
    shapes,
    slices,
    swizzles,
    z_layouts,
    zn_layouts,
)

import layouts as house
from layouts import F2, Layout, LayoutError, Z, Zn, explain

few = settings(max_examples=1000 if DEEP else 40)


def outcome(function, *args, **kwargs):
    try:
        return function(*args, **kwargs), None
    except LayoutError as error:
        return None, error


def agree(operation, *args, **kwargs):
    """Assert that the explanation ends as the operation does; return it."""
    function = getattr(house, operation)
    result, refusal = outcome(function, *args, **kwargs)
    found = explain(function, *args, **kwargs)
    assert found.operation == operation
    assert found.operands == args
    if refusal is None:
        assert found.refusal is None
        assert type(found.result) is type(result)
        assert found.result == result
    else:
        assert type(found.refusal) is type(refusal)
        assert str(found.refusal) == str(refusal)
        assert found.refusal.witness == refusal.witness
        assert found.result is None
    assert found.steps
    check(found)
    return found


UNARY = (
    "coalesce",
    "complement",
    "complement_minimal",
    "is_complementable",
    "right_inverse",
    "inverse",
    "filter_zeros",
    "filter_modes",
    "nullspace",
    "is_injective",
    "is_bijective",
    "collision",
    "missed_value",
    "bit_images",
    "is_carry_free",
    "to_f2",
    "to_z",
)


@pytest.mark.parametrize("operation", UNARY)
@few
@given(data=st.data())
def test_unary_operations_are_derived(operation, data):
    L = data.draw(layouts())
    found = agree(operation, L)
    assert found.derived, found


@few
@given(layouts())
def test_left_inverse_is_derived_or_honest(L):
    found = agree("left_inverse", L)
    if not found.derived:
        assert "looking" in found.steps[-1].title or "equations" in found.steps[-1].title or "chain" in str(found)


@few
@given(z_layouts(stride=INTEGER), st.one_of(st.integers(1, 200), shapes()))
def test_complement_in_a_target_is_derived(L, target):
    assert agree("complement", L, target).derived
    assert agree("is_complementable", L, target).derived


@few
@given(f2_layouts(), st.integers(1, 300))
def test_complement_over_f2_is_derived(L, target):
    assert agree("complement", L, target).derived


@few
@given(st.data(), layouts())
def test_coalesce_by_profile_is_derived(data, L):
    profile = data.draw(st.sampled_from([None, 1, (), (1,), (None,), (None, 1), ((1,), None)]))
    agree("coalesce", L, profile)


# -- composition -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("over", [Z, Zn])
@few
@given(data=st.data())
def test_composition_with_indices_is_derived(over, data):
    A, B = data.draw(composable_pairs(over))
    found = agree("composition", A, B)
    assert found.derived or "cancel" in str(found)


@few
@given(f2_layouts(), st.one_of(f2_layouts(), carry_free_layouts()))
def test_composition_over_f2_is_derived_by_columns(A, B):
    assert agree("composition", A, B).derived


@few
@given(layouts(), layouts())
def test_composition_of_any_two_agrees(A, B):
    agree("composition", A, B)


@few
@given(z_layouts(shape=st.sampled_from([(4, 6), (8, 8), (5, 3)])), zn_layouts(shape=st.just((2, 3))))
def test_composition_with_coordinates_agrees(A, B):
    agree("composition", A, B)


@few
@given(st.data(), z_layouts())
def test_composition_by_mode_agrees(data, A):
    tile = st.one_of(st.none(), st.integers(1, 6), z_layouts())
    agree("composition", A, tuple(data.draw(st.lists(tile, max_size=3))))
    agree("composition", A, data.draw(tile))


@few
@given(swizzles(), layouts())
def test_swizzled_layouts_agree(S, L):
    agree("composition", S, L)
    agree("composition", L, S)


@few
@given(composed_layouts(2), z_layouts(), swizzles())
def test_chains_agree(C, L, S):
    for A, B in ((C, L), (L, C), (S, C), (C, C), (S, S)):
        agree("composition", A, B)
    for operation in ("coalesce", "right_inverse", "is_injective"):
        agree(operation, C)


# -- divide and product ------------------------------------------------------------------------------------------------

DIVIDES = ("logical_divide", "zipped_divide", "tiled_divide", "flat_divide")
PRODUCTS = ("logical_product", "zipped_product", "tiled_product", "flat_product")
TILE = st.one_of(st.none(), st.integers(1, 6), z_layouts(shape=shapes(max_leaves=2)))


@pytest.mark.parametrize("operation", DIVIDES + PRODUCTS)
@few
@given(data=st.data())
def test_divide_and_product_agree(operation, data):
    A = data.draw(st.one_of(z_layouts(), compact_layouts()))
    tiler = data.draw(st.one_of(TILE, st.lists(TILE, max_size=A.rank).map(tuple)))
    agree(operation, A, tiler)
    if operation in DIVIDES:
        agree(operation, A, tiler, strict=True)


@few
@given(zn_layouts(), zn_layouts(), st.sampled_from(DIVIDES + PRODUCTS))
def test_divide_and_product_over_zn_agree(A, B, operation):
    agree(operation, A, B)


@few
@given(f2_layouts(), st.one_of(f2_layouts(), z_layouts(), st.integers(1, 8)), st.sampled_from(DIVIDES + PRODUCTS))
def test_divide_and_product_over_f2_agree(A, B, operation):
    agree(operation, A, B)


@few
@given(compact_layouts(), z_layouts(), st.sampled_from(("blocked_product", "raked_product")))
def test_paired_products_agree(A, B, operation):
    agree(operation, A, B)
    agree(operation, A, 3)


@few
@given(compact_layouts(), st.lists(st.integers(1, 24), min_size=1, max_size=3).map(tuple))
def test_tile_to_shape_agrees(A, shape):
    agree("tile_to_shape", A, shape)
    agree("tile_to_shape", A, shape, tuple(reversed(range(len(shape)))))


@few
@given(composed_layouts(1), st.integers(1, 6))
def test_divided_chains_agree(C, tile):
    agree("logical_divide", C, tile)
    agree("tile_to_shape", C, (24, 24))


@few
@given(layouts(), st.integers(1, 8))
def test_recast_agrees(L, n):
    for operation in ("upcast", "downcast"):
        agree(operation, L, n)
        agree(operation, L, n, axis=0)
    agree("upcast", L, n, round_up=True)
    agree("recast", L, 8, 4 * n)


@few
@given(carry_free_layouts(), st.sampled_from((1, 2, 4)))
def test_recast_of_usual_layouts_is_derived(L, n):
    found = agree("upcast", L, n)
    assert found.derived or found.refusal is not None
    assert agree("downcast", L, n).derived


# -- values ------------------------------------------------------------------------------------------------------------


@few
@given(st.data(), layouts())
def test_evaluation_is_derived(data, L):
    c = data.draw(coordinates(L.shape, 3))
    found = explain("evaluate", L, c)
    assert found.result == L(c) == explain(L, c).result
    assert found.derived
    check(found)


@few
@given(st.data(), layouts())
def test_slices_are_derived(data, L):
    c = data.draw(slices(L.shape))
    assert agree("slice_and_offset", c, L).derived
    assert explain(L, c).result == L(c)


@few
@given(swizzles(), st.integers(-5, 2**12))
def test_a_swizzled_number_is_derived(S, x):
    found = explain(S, x)
    assert found.result == S(x)
    assert found.derived
    check(found)


@few
@given(composed_layouts(2), st.integers(0, 50))
def test_a_value_of_a_chain_agrees(C, i):
    result, refusal = outcome(C, i)
    found = explain(C, i)
    assert found.result == result
    assert str(found.refusal) == str(refusal)
    check(found)


@few
@given(st.data(), shapes())
def test_digits_are_derived(data, shape):
    c = data.draw(coordinates(shape, 20))
    assert agree("idx2crd", c, shape).derived
    assert agree("crd2idx", c, shape).derived


@few
@given(layouts(), layouts())
def test_difference_agrees(a, b):
    for x, y in ((a, b), (a, a), (a, house.coalesce(a))):
        agree("equal", x, y)
        agree("difference", x, y)


@few
@given(carry_free_layouts())
def test_the_two_algebras_agree_by_bits(L):
    assert agree("equal", L, house.to_f2(L)).derived


# -- the value itself --------------------------------------------------------------------------------------------------


@few
@given(composable_pairs())
def test_an_explanation_is_a_value(pair):
    found = explain("composition", *pair)
    again = explain("composition", *pair)
    assert found == again
    assert hash(found) == hash(again)
    copy = pickle.loads(pickle.dumps(found))
    assert copy == found
    assert str(copy) == str(found)


def test_an_exhaustive_sweep_of_small_compositions():
    leaves = [(s, d) for s in (1, 2, 3, 4) for d in (0, 1, 2, 3, 6)]
    seen = refused = 0
    for A in (Layout((2, 3), (1, 3)), Layout((6, 2), (1, 7)), Layout((4, 2, 2), (8, 1, 3)), Layout((4, 2), (3, 5), F2)):
        if A.over is not F2:
            for s, d in leaves:
                for t, e in leaves:
                    found = agree("composition", A, Layout((s, t), (d, e)))
                    seen += 1
                    refused += found.refusal is not None
                    assert found.derived or "cancel" in str(found)
    assert seen > 1000
    assert refused > 100
