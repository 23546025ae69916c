"""Hierarchical tuples: orders of shapes, coordinates and indices, and what is refused."""

from itertools import product as cross

import brute
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import coordinates, shapes, strides_for, trees

from layouts import (
    Layout,
    ProfileError,
    compatible,
    congruent,
    crd2crd,
    crd2idx,
    depth,
    flatten,
    idx2crd,
    prefix_product,
    product,
    rank,
    size,
    unflatten,
    weakly_congruent,
)
from layouts.inttuple import MAX_DEPTH

INTEGERS = st.integers(-(2**70), 2**70)


def natural(shape):
    """Return the natural coordinates of a shape in colexicographic order, from the definition."""
    if not isinstance(shape, tuple):
        return list(range(shape))
    points = [()]
    for child in reversed(shape):
        points = [(c, *rest) for rest in points for c in natural(child)]
    return points


@given(trees(INTEGERS, empty=True))
def test_flatten_then_unflatten_is_the_identity(tree):
    assert list(flatten(tree)) == brute.leaves(tree)
    assert unflatten(flatten(tree), tree) == tree
    assert product(tree) == brute.size(tree)


@given(shapes(empty=True))
def test_rank_depth_and_size_read_the_tree(shape):
    def height(tree):
        return 1 + max(map(height, tree), default=0) if isinstance(tree, tuple) else 0

    assert rank(shape) == (len(shape) if isinstance(shape, tuple) else 1)
    assert depth(shape) == height(shape)
    assert size(shape) == brute.size(shape)


def test_worked_trees():
    assert (rank(()), depth(()), product(()), flatten(()), size(())) == (0, 1, 1, (), 1)
    assert (rank((4, (2, 3))), depth((4, (2, 3)))) == (2, 2)
    assert depth(((((3,),),),)) == 4
    assert prefix_product((4, (2, 3))) == (1, (4, 8))
    assert prefix_product((4, (2, 3)), 5) == (5, (20, 40))
    assert prefix_product(7) == 1
    assert unflatten((), ((), ())) == ((), ())


def test_layouts_are_read_as_their_shape():
    L = Layout((4, (2, 3)), (1, (7, 5)))
    assert (rank(L), depth(L), size(L)) == (2, 2, 24)
    assert congruent(L, (0, (0, 0)))
    assert weakly_congruent((1, 5), L)
    assert compatible((4, 6), L)


@given(trees(st.integers(0, 9), empty=True))
def test_numpy_integers_are_integers_everywhere(tree):
    def convert(node):
        return tuple([convert(child) for child in node]) if isinstance(node, tuple) else np.int16(node)

    twin = convert(tree)
    assert flatten(twin) == flatten(tree)
    assert all(type(leaf) is int for leaf in flatten(twin))
    for f in (rank, depth, product, size, prefix_product):
        assert f(twin) == f(tree), f.__name__
    for f in (congruent, weakly_congruent, compatible):
        assert f(twin, tree), f.__name__
        assert f(tree, twin), f.__name__


# -- coordinates -------------------------------------------------------------------------------------------------------


@given(shapes(empty=True))
def test_natural_coordinates_in_order_enumerate_the_indices(shape):
    points = natural(shape)
    assert [idx2crd(i, shape) for i in range(size(shape))] == points
    assert [crd2idx(c, shape) for c in points] == list(range(size(shape)))


@given(shapes(), st.data())
def test_every_form_of_a_coordinate_names_one_point(shape, data):
    c = data.draw(coordinates(shape))
    point = idx2crd(c, shape)
    assert congruent(point, shape)
    assert point == idx2crd(crd2idx(c, shape), shape)
    assert idx2crd(point, shape) == point


@given(shapes(), st.integers(0, 10**9))
def test_the_last_digit_takes_the_whole_quotient(shape, index):
    assert list(flatten(idx2crd(index, shape))) == brute.digits(index, flatten(shape))
    assert crd2idx(idx2crd(index, shape), shape) == index


@given(shapes(), st.data())
def test_crd2idx_is_digit_times_stride(shape, data):
    c = data.draw(coordinates(shape, beyond=9))
    stride = data.draw(strides_for(shape, INTEGERS))
    assert crd2idx(c, shape, stride) == brute.value_at(Layout(shape, stride), c)
    assert crd2idx(c, shape, prefix_product(shape)) == crd2idx(c, shape)


@given(shapes(), st.data())
def test_crd2crd_keeps_the_index(shape, data):
    c = data.draw(coordinates(shape))
    assert crd2crd(c, size(shape), shape) == crd2idx(c, shape)
    assert crd2crd(crd2crd(c, (2, (3, 1)), shape), shape, (2, (3, 1))) == idx2crd(c, shape)


def test_worked_coordinates():
    assert idx2crd(100, (3, 7, 2)) == (1, 5, 4)
    assert crd2idx((5, 9), (4, 8), (8, 1)) == 49
    assert idx2crd((5, 0), ((2, 2), 4)) == ((1, 2), 0)
    assert idx2crd(None, (4, (2, 3))) == (0, (0, 0))
    assert crd2idx((None, (1, None)), (4, (2, 3))) == 4
    assert crd2idx((), ()) == 0
    assert idx2crd(0, ()) == ()
    assert idx2crd(-3, 5) == -3
    assert crd2idx(np.int8(-3), 5, 7) == -21
    assert crd2idx((np.uint8(1), 2), (np.int64(4), 8)) == 9


REFUSED = [
    (lambda: idx2crd(-1, (3, 4)), -1),
    (lambda: idx2crd((1, 2, 3), (4, 8)), (1, 2, 3)),
    (lambda: idx2crd((1, (2, 3)), (4, 8)), (2, 3)),
    (lambda: idx2crd((1,), 4), (1,)),
    (lambda: idx2crd(1, ()), 1),
    (lambda: crd2idx((1, 2), (4, 8), (1, (2, 3))), (1, (2, 3))),
    (lambda: crd2idx((1, 2), (4, 8), 1), 1),
    (lambda: crd2idx((1, True), (4, 8)), True),
    (lambda: crd2idx((1, 2.0), (4, 8)), 2.0),
    (lambda: idx2crd("1", 4), "1"),
    (lambda: flatten((4, [2, 3])), [2, 3]),
    (lambda: flatten((4, None)), None),
    (lambda: product((4, 2.0)), 2.0),
    (lambda: rank([4, 2]), [4, 2]),
    (lambda: depth(True), True),
    (lambda: prefix_product((4, False)), False),
    (lambda: unflatten((1, 2), (0, (0, 0))), (1, 2)),
    (lambda: unflatten((1, 2, 3, 4), (0, (0, 0))), (1, 2, 3, 4)),
    (lambda: congruent((1, 2), "ab"), "ab"),
    (lambda: flatten((4, np.array([1, 2]))), None),
    (lambda: flatten(np.bool_(True)), None),
    (lambda: flatten(np.float32(2)), None),
]


@pytest.mark.parametrize("case", range(len(REFUSED)))
def test_refusals_show_the_offending_part(case):
    call, witness = REFUSED[case]
    with pytest.raises(ProfileError) as caught:
        call()
    if witness is not None or caught.value.witness is None:
        assert caught.value.witness == witness
        assert str(witness) in str(caught.value)


# -- orders ------------------------------------------------------------------------------------------------------------

SMALL = [
    1,
    2,
    4,
    (),
    (1,),
    (2,),
    (4,),
    (1, 2),
    (2, 2),
    (2, (2,)),
    ((2, 2),),
    (2, (1, 2)),
    ((2,), 2),
    (2, 1, 2),
    ((), 4),
]


def valid(coordinate, shape):
    """Tell whether a coordinate is one of the shape: weakly congruent and in range everywhere."""
    if not isinstance(coordinate, tuple):
        return 0 <= coordinate < brute.size(shape)
    return (
        isinstance(shape, tuple)
        and len(shape) == len(coordinate)
        and all(valid(c, s) for c, s in zip(coordinate, shape, strict=True))
    )


def test_compatible_means_that_every_coordinate_of_one_is_one_of_the_other():
    for a, b in cross(SMALL, repeat=2):
        mine, theirs = natural(a), natural(b)
        inclusive = len(mine) == len(theirs) and all(valid(c, b) for c in mine)
        assert compatible(a, b) == inclusive == brute.refines(b, a), (a, b)


def test_congruence_is_an_equivalence_and_the_others_are_partial_orders():
    for a, b, c in cross(SMALL, repeat=3):
        assert congruent(a, a)
        assert congruent(a, b) == congruent(b, a)
        for below in (congruent, weakly_congruent, compatible):
            assert below(a, a)
            assert not (below(a, b) and below(b, c)) or below(a, c)
        assert not (compatible(a, b) and compatible(b, a)) or a == b
        assert not (weakly_congruent(a, b) and weakly_congruent(b, a)) or congruent(a, b)
        assert compatible(a, b) <= weakly_congruent(a, b)
        assert congruent(a, b) <= weakly_congruent(a, b)


def test_an_integer_is_below_everything_and_is_not_a_1_tuple():
    assert compatible(24, (24,))
    assert not compatible((24,), 24)
    assert not congruent(24, (24,))
    assert weakly_congruent(7, ((1, 2), 3))
    assert not weakly_congruent((7,), 7)
    assert not compatible((), 1)
    assert compatible(1, ())


# -- depth -------------------------------------------------------------------------------------------------------------


def nested(levels, leaf=1):
    for _ in range(levels):
        leaf = (leaf,)
    return leaf


READERS = [
    rank,
    depth,
    product,
    flatten,
    size,
    prefix_product,
    Layout,
    lambda t: idx2crd(0, t),
    lambda t: crd2idx(0, t),
    lambda t: congruent(t, t),
    lambda t: weakly_congruent(t, t),
    lambda t: compatible(t, t),
    lambda t: unflatten((1,), t),
    lambda t: Layout(t, t),
    lambda t: Layout(t)(t),
]


@pytest.mark.parametrize("case", range(len(READERS)))
def test_nesting_is_read_to_the_limit_and_refused_beyond(case):
    READERS[case](nested(MAX_DEPTH))
    for levels in (MAX_DEPTH + 1, 10_000):
        with pytest.raises(ProfileError):
            READERS[case](nested(levels))


def test_a_coordinate_nested_deeper_than_its_shape_is_refused():
    for levels in (1, 50, 10_000):
        with pytest.raises(ProfileError):
            Layout(1)(nested(levels))
        with pytest.raises(ProfileError):
            idx2crd(nested(levels), 1)
