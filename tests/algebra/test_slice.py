"""Slices, dices and moved origins: what is kept, what is fixed, and the value that is left over."""

import brute
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import (
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

from layouts import (
    F2,
    ComposedLayout,
    E,
    Layout,
    LayoutError,
    NotALayoutError,
    ProfileError,
    Swizzle,
    dice_,
    domain_offset,
    equal,
    flatten,
    idx2crd,
    parse,
    slice_,
    slice_and_offset,
)


def leaves_of(cut, tree):
    """Yield (fixed entry or None, leaf) for each leaf, an integer over a subtree standing for all its leaves."""
    if isinstance(cut, tuple):
        for c, t in zip(cut, tree, strict=True):
            yield from leaves_of(c, t)
    else:
        for leaf in brute.leaves(tree):
            yield cut, leaf


def kept_part(cut, tree, keep):
    """Return the kept subtrees, spliced, by the definition."""
    if not isinstance(cut, tuple):
        return (tree,) if keep(cut) else ()
    return sum([kept_part(c, t, keep) for c, t in zip(cut, tree, strict=True)], ())


def plus(a, b, over):
    return a ^ b if over is F2 else a + b


@given(st.one_of(z_layouts(), f2_layouts()), st.data())
def test_a_layout_is_its_slice_and_the_offset(A, data):
    cut = data.draw(slices(A.shape))
    part, offset = slice_and_offset(cut, A)
    assert slice_(cut, A) == part
    fixed = brute.leaves(idx2crd(cut, A.shape))
    assert offset == brute.combine(fixed, A)
    free = [k for k, (c, _) in enumerate(leaves_of(cut, A.shape)) if c is None]
    for i in range(part.size):
        inner = brute.digits(i, brute.leaves(part.shape))
        digits = list(fixed)
        for k, digit in zip(free, inner, strict=True):
            digits[k] = digit
        assert brute.combine(digits, A) == plus(part(i) if part.shape != () else 0, offset, A.over)


@given(layouts(), st.data())
def test_slice_and_dice_share_the_modes(A, data):
    cut = data.draw(slices(A.shape))
    kept, fixed = slice_(cut, A), dice_(cut, A)
    assert kept.size * fixed.size == A.size
    if isinstance(cut, tuple):
        assert kept.shape == kept_part(cut, A.shape, lambda c: c is None)
        assert fixed.shape == kept_part(cut, A.shape, lambda c: c is not None)
        assert kept.stride == kept_part(cut, A.stride, lambda c: c is None)
        assert fixed.stride == kept_part(cut, A.stride, lambda c: c is not None)
    else:
        assert {str(kept), str(fixed)} == {str(A), "():()"}


@given(shapes(empty=True), st.data())
def test_tuples_are_sliced_as_shapes_are(tree, data):
    cut = data.draw(slices(tree))
    if isinstance(cut, tuple):
        assert slice_(cut, tree) == kept_part(cut, tree, lambda c: c is None)
        assert dice_(cut, tree) == kept_part(cut, tree, lambda c: c is not None)
        assert slice_(cut, cut) == (None,) * len([c for c, _ in leaves_of(cut, cut) if c is None])
        assert None not in dice_(cut, cut)
    else:
        both = (slice_(cut, tree), dice_(cut, tree))
        assert both == ((tree, ()) if cut is None else ((), tree))


def test_worked_slices():
    A = parse("(4,8):(8,1)")
    assert slice_((2, None), A) == parse("(8):(1)")
    assert dice_((2, None), A) == parse("(4):(8)")
    assert slice_((2, 3), A) == slice_(5, A) == dice_(None, A) == dice_((None, None), A) == Layout((), ())
    assert slice_(None, A) == dice_(5, A) == A
    assert slice_((None, None), A) == dice_((1, 2), A) == A
    assert slice_and_offset((2, 3), A) == (Layout((), ()), 19)
    assert slice_((None, (1, None)), (4, (2, 3))) == (4, 3)
    assert slice_(((None, 1), 2), parse("((2,3),4):((1,2),6)")) == parse("(2):(1)")
    assert dice_(((None, 1), 2), parse("((2,3),4):((1,2),6)")) == parse("(3,4):(2,6)")
    assert slice_((np.int64(2), None), A) == parse("(8):(1)")
    assert dice_((2, None), A.stride) == (8,)
    assert slice_((None, 0), (E(0), E(1))) == (E(0),)


# -- chains ------------------------------------------------------------------------------------------------------------


@given(composed_layouts(2), st.data())
def test_a_sliced_chain_holds_its_offset(C, data):
    cut = data.draw(slices(C.shape))
    try:
        part, offset = slice_and_offset(cut, C)
    except NotALayoutError as error:
        assert error.witness
        return
    assert offset == 0
    assert part == slice_(cut, C)
    assert isinstance(part, ComposedLayout)
    at = idx2crd(cut, C.shape)
    assert (part(0) if part.shape != () else part(())) == C(at)
    fixed = dice_(cut, C)
    assert isinstance(fixed, ComposedLayout)
    assert fixed.size * part.size == C.size
    assert (fixed.outer, fixed.offset) == (C.outer, C.offset)


def test_worked_slices_of_chains():
    C = parse("Sw<3,3,3> o (8,64):(64,1)")
    assert slice_((2, None), C) == C(2, None) == parse("Sw<3,3,3> o 128 o (64):(1)")
    assert slice_((2, 3), C) == parse("Sw<3,3,3> o 131 o ():()")
    assert slice_((2, 3), C)(()) == C(2, 3)
    assert slice_(None, C) == C
    assert dice_((2, None), C) == parse("Sw<3,3,3> o 0 o (8):(64)")
    tail = ComposedLayout(Swizzle(3, 3, 3), 0, parse("(8,8):(F9,F1)"))
    with pytest.raises(NotALayoutError) as caught:
        slice_((3, None), tail)
    assert caught.value.witness == 27
    assert slice_((3, 4), tail)(()) == tail(3, 4)


# -- moved origins -----------------------------------------------------------------------------------------------------


@given(z_layouts(), st.data())
def test_a_moved_origin_adds_digit_by_digit(A, data):
    c, x = data.draw(coordinates(A.shape)), data.draw(coordinates(A.shape, beyond=3))
    R, offset = domain_offset(x, A)
    assert R == A
    digits = [a + b for a, b in zip(flatten(idx2crd(c, A.shape)), flatten(idx2crd(x, A.shape)), strict=True)]
    assert brute.combine(digits, A) == R(c) + offset


@given(zn_layouts(), st.data())
def test_a_moved_origin_over_coordinates_adds_on_each_axis(A, data):
    x = data.draw(coordinates(A.shape))
    R, offset = domain_offset(x, A)
    assert R == A
    assert brute.normal(offset) == brute.value_at(A, x)


@given(f2_layouts(), st.data())
def test_a_moved_origin_over_f2_is_answered_exactly_where_xor_moves_all_alike(A, data):
    x = data.draw(coordinates(A.shape, beyond=20))
    start = flatten(idx2crd(x, A.shape))
    whole = brute.combine(start, A)

    def moved(i):
        digits = brute.digits(i, brute.leaves(A.shape))
        return brute.combine([a + b for a, b in zip(digits, start, strict=True)], A)

    wrong = [i for i in range(A.size) if moved(i) != brute.value(A, i) ^ whole]
    try:
        assert domain_offset(x, A) == (A, whole)
        assert not wrong
    except LayoutError as error:
        assert error.witness in wrong


@given(swizzles(), z_layouts(), st.data())
def test_a_chain_holds_the_offset_of_its_origin(S, A, data):
    x = data.draw(coordinates(A.shape))
    C = ComposedLayout(S, 3, A)
    R, offset = domain_offset(x, C)
    assert offset == 0
    assert ComposedLayout(S, 3 + A(x), A) == R
    assert equal(domain_offset(x, ComposedLayout(None, 0, C))[0], R)


def test_worked_origins():
    A = parse("(4,8):(8,1)")
    assert domain_offset((1, 2), A) == (A, 10)
    assert domain_offset(6, A) == (A, 17)
    assert domain_offset((1, 2), parse("Sw<3,3,3> o (8,64):(64,1)")) == (parse("Sw<3,3,3> o 66 o (8,64):(64,1)"), 0)
    F = parse("(8,8):(F9,F1)")
    assert domain_offset((0, 8), F) == (F, 8)
    with pytest.raises(LayoutError) as caught:
        domain_offset((0, 2), F)
    assert caught.value.witness == 16
    with pytest.raises(NotALayoutError):
        domain_offset((0, 8), ComposedLayout(Swizzle(1, 0, 4), 0, F))


# -- bad input ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("operation", [slice_, dice_, domain_offset], ids=lambda f: f.__name__)
def test_what_does_not_fit_is_refused(operation):
    A = parse("(4,8):(8,1)")
    chain = ComposedLayout(Swizzle(1, 0, 1), 0, A)
    deep = None
    for _ in range(200):
        deep = (deep,)
    for value in (A, chain):
        for bad in ((1, 2, 3), ((1, 2), 3), (1.5, None), "x", [1, None], (True, None), (None, "1"), deep, A, ()):
            with pytest.raises(ProfileError):
                operation(bad, value)
    for bad in (1.5, "8:1", [4], True, object(), (4, "8"), Swizzle(1, 0, 1)):
        with pytest.raises(ProfileError):
            operation((0, None), bad)
    with pytest.raises(ProfileError, match="the coordinate comes first"):
        operation(A, (0, None))


def test_tuples_that_do_not_fit_are_refused():
    deep = 4
    for _ in range(200):
        deep = (deep,)
    for operation in (slice_, dice_):
        for bad in ((1, None, 3), ((1, 2), None)):
            with pytest.raises(ProfileError):
                operation(bad, (4, 8))
        with pytest.raises(ProfileError):
            operation(None, deep)
