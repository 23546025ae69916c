"""Operations with two operands, over samples of all small ones: right at every point, or refused for a true reason."""

from itertools import pairwise, product

import brute
import pytest
from comparison import check_ours
from operations import chain_layout
from strategies import seeded
from sweeping import EXTENTS, STRIDES, all_or_some, count, pairs, population

from layouts import (
    Layout,
    LayoutError,
    complement,
    complement_minimal,
    is_complementable,
    layout_add,
    max_common_layout,
    max_common_vector,
)

TARGETS = (None, 1, 7, 12, 24, 64)


def test_compositions_of_one_leaf_are_decided_exactly():
    """Every left operand up to rank 2 with every right operand of one leaf, in the deep profile."""
    lefts, rights = population(2), population(1)
    rng = seeded("composition with a leaf")
    every = len(lefts) * len(rights)
    chosen = rng.sample(range(every), min(every, count(6000, every)))
    cases = [(Layout(*lefts[k // len(rights)]), Layout(*rights[k % len(rights)])) for k in chosen]
    tally = check_ours("composition", cases)
    assert tally["right"] > 0
    assert tally["refused"] > 0


def test_compositions_are_decided_exactly():
    tally = check_ours("composition", pairs("composition", 4000, 100_000, (3, 3)))
    assert tally["right"] > 0
    assert tally["refused"] > 0


def test_complements_keep_their_contract_and_are_refused_where_strides_do_not_clear():
    rng = seeded("complement")
    answered = refused = strong = 0
    for A in all_or_some("complement", 4000):
        target = rng.choice(TARGETS)
        goal = max(brute.values(A)) + 1 if target is None else target
        distinct = sorted(set(brute.values(A)))
        try:
            C = complement(A, target)
        except LayoutError as error:
            assert brute.gaps(A) is None, A
            assert error.witness is not None
            refused += 1
            continue
        assert brute.gaps(A) is not None, A
        points = brute.values(C)
        assert all(a < b for a, b in pairwise(points)), (A, target)
        both = {a + c for a in distinct for c in points}
        assert len(both) == len(distinct) * len(points), (A, target)
        filled = sorted(both) == list(range(len(both)))
        assert is_complementable(A) == filled, (A, target)
        assert not filled or len(both) >= goal, (A, target)
        exact = goal if target is not None else len(both)
        assert is_complementable(A, target) == (filled and len(both) == exact), (A, target)
        marks = complement_minimal(A)
        assert [brute.value(marks, i) for i in range(C.size)] == points, (A, target)
        answered += 1
        strong += filled
    assert answered
    assert refused
    assert strong
    print(f"COUNT sweep complement: {answered} right, {refused} refused")


def chains(name, usual, deep):
    """Yield pairs whose strides mostly clear each other, and some that do not."""
    rng = seeded(name)
    for _ in range(count(usual, deep)):
        if rng.random() < 0.3:
            yield Layout(*rng.choice(population(2))), Layout(*rng.choice(population(2)))
        else:
            yield chain_layout(rng, 3, (1, 1, 2, 3), 0.1, EXTENTS), chain_layout(rng, 2, (1, 1, 2, 3), 0.1, EXTENTS)


@pytest.mark.parametrize("form", ["logical", "zipped", "tiled", "flat"])
def test_divisions_are_right_or_have_no_answer(form):
    tally = check_ours(f"{form}_divide", chains(f"{form} divide", 600, 20_000))
    assert tally["right"] > 0
    assert tally["refused"] > 0


@pytest.mark.parametrize("name", ["logical", "zipped", "tiled", "flat", "blocked", "raked"])
def test_products_are_right_or_have_no_answer(name):
    tally = check_ours(f"{name}_product", chains(f"{name} product", 600, 20_000))
    assert tally["right"] > 0
    assert tally["refused"] > 0


def test_common_layouts_are_right_and_not_beaten_by_a_prefix():
    """Where both are injective the common indices are unique: no chain of whole modes of theirs goes further."""
    cases = pairs("max_common_layout", 3000, 60_000, (2, 2)) + [
        (A, A) for A in all_or_some("max_common_layout of a layout with itself", 300, 2)
    ]
    check_ours("max_common_layout", cases)
    for A, B in cases:
        R = max_common_layout(A, B)
        assert max_common_vector(A, B) == R.size
        assert R.size == max_common_layout(B, A).size, (A, B)
        a, b = brute.values(A), brute.values(B)
        if len(set(a)) < len(a) or len(set(b)) < len(b):
            continue
        places = []
        while len(places) in a and len(places) in b and a.index(len(places)) == b.index(len(places)):
            places.append(a.index(len(places)))
        assert R.size <= max(1, len(places)), (A, B)
        if brute.least_modes(places or [0]) is not None:
            assert R.size == max(1, len(places)), (A, B)


def test_sums_of_layouts_are_right_or_no_layout():
    right = refused = 0
    cases = pairs("layout_add", 2500, 60_000, (2, 2))
    for A, B in cases:
        if A.size != B.size:
            with pytest.raises(LayoutError):
                layout_add(A, B)
            continue
        points = [x + y for x, y in zip(brute.values(A), brute.values(B), strict=True)]
        exists = brute.least_modes(points) is not None
        try:
            R = layout_add(A, B)
        except LayoutError as error:
            assert error.witness is not None
            assert not exists, (A, B)
            refused += 1
        else:
            assert brute.values(R) == points, (A, B)
            right += 1
    assert right
    print(f"COUNT sweep layout_add: {right} right, {refused} refused")


def test_least_modes_are_the_decision_of_break_over_z():
    """Two judges, one answer: both say whether a flat layout has the values."""
    for points in product(range(4), repeat=4):
        points = (0, *points, 4)
        assert (brute.least_modes(points) is None) == (brute.break_over_z(points, (6,)) is not None), points
    assert STRIDES
