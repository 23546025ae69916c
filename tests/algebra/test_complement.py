"""Complement: with A it fills an interval, in order and without overlap, or it says what is in the way."""

from itertools import pairwise, product

import brute
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import carry_free_layouts, compact_layouts, f2_layouts, z_layouts

from layouts import (
    F2,
    E,
    Layout,
    NotInvertibleError,
    ProfileError,
    TooLargeError,
    Z,
    Zn,
    coalesce,
    collision,
    equal,
    flatten,
    is_bijective,
    is_carry_free,
    is_injective,
    make_layout,
    parse,
    to_f2,
)
from layouts.algebra.complement import complement, complement_minimal, is_complementable
from layouts.algebra.filtering import filter_modes

TARGETS = (None, 1, 7, 12, 24, (4, 6))


def modes_of(A):
    """Return the modes that count, as (stride, extent) in ascending order."""
    pairs = zip(brute.leaves(A.stride), brute.leaves(A.shape), strict=True)
    return sorted((d, s) for d, s in pairs if d and s > 1)


def clears(A):
    """Tell whether each stride is at least the extent times stride of the one below it: the rule of the docstring."""
    modes = modes_of(A)
    return all(d > 0 for d, _ in modes) and all(d >= t * e for (e, t), (d, _) in pairwise(modes))


def without_zeros(A):
    """Return (index, value) for the indices whose digits at strides 0 are 0."""
    kept = []
    for i, n in enumerate(brute.values(A)):
        places = brute.digits(i, brute.leaves(A.shape))
        if not any(c for c, d in zip(places, brute.leaves(A.stride), strict=True) if not d):
            kept.append((i, n))
    return kept


def check(A, target):
    kept = without_zeros(A)
    try:
        C = complement(A, target)
    except NotInvertibleError as error:
        assert not clears(A), f"{A} in {target}: refused, though each stride clears those below"
        check_witness(A, kept, error.witness)
        assert not is_complementable(A, target)
        return
    assert clears(A), f"{A} in {target}: {C}"
    offsets = brute.values(C)
    assert offsets[0] == 0
    assert all(a < b for a, b in pairwise(offsets)), f"{A} in {target}: {C} is not increasing"
    sums = sorted(n + c for _, n in kept for c in offsets)
    assert len(set(sums)) == len(sums), f"{A} in {target}: {C} overlaps"
    assert coalesce(C) == C
    assert C.over is Z
    goal = brute.size(target) if target is not None else max(n for _, n in kept) + 1
    strong = sums == list(range(len(sums)))
    assert is_complementable(A) == strong
    if target is not None:
        assert is_complementable(A, target) == (sums == list(range(goal)))
    if strong:
        covered = len(kept) * complement(A).size  # gaps are always filled, then as few copies as needed
        assert len(sums) == covered * -(-goal // covered)


def check_witness(A, kept, witness):
    strides = brute.leaves(A.stride)
    if isinstance(witness, int):
        assert witness == min(strides) < 0
        return
    pair = brute.first_collision([n for _, n in kept])
    if pair is not None:
        assert witness == tuple(kept[k][0] for k in pair), f"{A}: {witness}"
        assert brute.value(A, witness[0]) == brute.value(A, witness[1])
    else:
        below, above = witness
        assert below in strides
        assert above in strides
        assert any(d == below and below <= above < s * d for d, s in modes_of(coalesce(A)))


def test_complement_of_every_small_layout():
    for shape, stride in brute.flat_layouts(2, (1, 2, 3, 4), range(-1, 10)):
        for target in TARGETS:
            check(Layout(shape, stride), target)
    for shape in product((2, 3), repeat=3):
        for stride in product((0, 1, 2, 3, 4, 6, 9, 12), repeat=3):
            check(Layout(shape, stride), 24)


def gapped(A, factors):
    """Return A with a factor put into each stride, in ascending order: a chain with gaps."""
    order = sorted(range(len(flatten(A.shape))), key=lambda k: brute.leaves(A.stride)[k])
    strides, running = [0] * len(order), 1
    for k, factor in zip(order, factors, strict=False):
        running *= factor if flatten(A.shape)[k] > 1 else 1
        strides[k] = running
        running *= flatten(A.shape)[k]
    return Layout(flatten(A.shape), tuple(strides)), running


CHAINS = st.tuples(compact_layouts((1, 2, 3, 4)), st.lists(st.sampled_from((1, 1, 2, 3)), min_size=5, max_size=5)).map(
    lambda drawn: gapped(*drawn)
)


@given(st.one_of(z_layouts(stride=st.integers(0, 30)), CHAINS.map(lambda c: c[0])), st.sampled_from(TARGETS))
def test_complement_of_nested_layouts(A, target):
    check(A, target)


# -- the strong case ---------------------------------------------------------------------------------------------------


@given(CHAINS, st.integers(1, 4))
def test_strong_complement_completes_to_a_bijection(chain, copies):
    A, running = chain
    target = running * copies
    assert is_complementable(A)
    assert is_complementable(A, target)
    C = complement(A, target)
    both = make_layout(filter_modes(A), C)
    assert is_bijective(both)
    assert both.size == target
    assert complement(both, target) == Layout(1, 0)
    assert (
        complement(C, target) == coalesce(Layout(*zip(*((s, d) for d, s in modes_of(A)), strict=True)))
        if any(s > 1 for s in flatten(A.shape))
        else complement(C, target) == Layout(1, 0)
    )


@given(CHAINS)
def test_strong_complement_is_the_greedy_packing_of_copies(chain):
    """Offset j is the smallest number at which a copy of A meets none of the copies before it."""
    A, running = chain
    assume(A.size * running < 2000)
    image = [n for _, n in without_zeros(A)]
    taken, offsets, n = set(), [], 0
    while n < 2 * running:
        if not any(n + a in taken for a in image):
            taken.update(n + a for a in image)
            offsets.append(n)
        n += 1
    assert offsets == brute.values(complement(A, 2 * running))


@given(CHAINS)
def test_without_target_only_the_gaps_are_filled(chain):
    A, running = chain
    assert equal(complement(A), complement(A, A.cosize))
    assert make_layout(filter_modes(A), complement(A)).size == running


# -- the minimal form --------------------------------------------------------------------------------------------------


def check_minimal(A):
    R = complement_minimal(A)
    kept = [n for _, n in without_zeros(A)]
    *gaps, (last, resume) = zip(brute.leaves(R.shape), brute.leaves(R.stride), strict=True)
    assert last == 1
    for target in (1, 10, 36):
        copies = -(-target // resume)
        stretched = [*gaps, (copies, resume)]
        assert equal(complement(A, target), Layout(*zip(*stretched, strict=True)))
    offsets = [brute.value(R, j) for j in range(3 * R.size)]
    assert offsets == sorted(set(offsets))
    sums = [n + c for n in kept for c in offsets]
    assert len(set(sums)) == len(sums)


def test_minimal_complement_tells_where_copies_go_on():
    seen = 0
    for shape, stride in brute.flat_layouts(2, (1, 2, 3), range(10)):
        A = Layout(shape, stride)
        if clears(A):
            check_minimal(A)
            seen += 1
        else:
            with pytest.raises(NotInvertibleError):
                complement_minimal(A)
    assert seen > 200


# -- over F2 -----------------------------------------------------------------------------------------------------------


def check_f2(A, target):
    C = complement(A, target)
    image, offsets = set(brute.values(A)), brute.values(C)
    goal = 1
    while goal < max(max(image) + 1, brute.size(target) if target is not None else 1):
        goal *= 2
    assert C.over is F2
    assert sorted(a ^ c for a in image for c in offsets) == list(range(goal))
    assert offsets == sorted(offsets)
    assert all(brute.value(C, 1 << k).bit_count() == 1 for k in range(C.size.bit_length() - 1))
    assert is_complementable(A)
    if target is not None:
        assert is_complementable(A, target) == (goal == brute.size(target))
    R = complement_minimal(A)
    rows = max(image).bit_length()
    assert brute.values(R) == brute.values(complement(A))
    assert brute.value(R, R.size) == 1 << rows


def test_complement_over_f2_of_every_small_layout():
    for shape, stride in brute.flat_layouts(2, (1, 2, 4), range(8)):
        for target in (None, 1, 8, 12, 16, (4, 8)):
            check_f2(Layout(shape, stride, over=F2), target)


@given(f2_layouts(), st.sampled_from((None, 1, 100, 256)))
def test_complement_over_f2_of_nested_layouts(A, target):
    assume(max(brute.values(A)) < 2**10)
    check_f2(A, target)


@given(carry_free_layouts(), st.integers(0, 12))
def test_both_modules_agree_on_carry_free_layouts(A, bits):
    """Strong over Z and carry-free: sum and XOR fill the same interval with the same offsets."""
    target = 1 << bits
    if is_complementable(A, target):
        C = complement(A, target)
        assert is_carry_free(C)
        assert equal(C, complement(to_f2(A), target))


# -- over Zn -----------------------------------------------------------------------------------------------------------


@st.composite
def by_axis(draw):
    """Chains on the axes 0, 1 and (2, 1), their modes shuffled into one layout."""
    modes, axes = [], {}
    for path in ((0,), (1,), (2, 1)):
        A, running = draw(CHAINS)
        axes[path] = A, running
        modes += [(s, E(*path) * d) for s, d in zip(flatten(A.shape), flatten(A.stride), strict=True)]
    shuffled = draw(st.permutations(modes))
    return Layout(tuple(s for s, _ in shuffled), tuple(d for _, d in shuffled), over=Zn), axes


@given(by_axis(), st.integers(1, 3))
def test_complement_over_zn_is_the_complement_of_each_axis(drawn, copies):
    A, axes = drawn
    target = (axes[0,][1] * copies, axes[1,][1], (5, axes[2, 1][1]))
    C = complement(A, target)
    assert is_complementable(A, target)
    for mode, path, goal in ((C[0], (0,), target[0]), (C[1], (1,), target[1]), (C[2][1], (2, 1), target[2][1])):
        along = complement(axes[path][0], goal)
        assert mode.shape == along.shape
        assert [brute.value(mode, i) for i in range(mode.size)] == [
            frozenset({(path, n)} if n else ()) for n in brute.values(along)
        ]
    assert C[2][0] == Layout(5, E(2, 0))
    assert is_injective(make_layout(filter_modes(A), C))
    assert make_layout(filter_modes(A), C).size == brute.size(target)


@given(by_axis())
def test_over_zn_a_gap_with_a_remainder_is_not_complementable(drawn):
    A, axes = drawn
    assert is_complementable(A)
    extents = (axes[0,][1], axes[1,][1], (1, axes[2, 1][1]))
    assert is_complementable(A, extents)
    assert is_complementable(A, (extents[0] + 1, *extents[1:])) == (extents[0] == 1)
    assert not is_complementable(Layout((2, 2), (E(0), 3 * E(0))))


# -- worked values -----------------------------------------------------------------------------------------------------

WORKED = [
    ("4:2", 8, "2:1"),
    ("4:2", 24, "(2,3):(1,8)"),
    ("4:2", None, "2:1"),
    ("4:1", 10, "3:4"),
    ("4:1", None, "1:0"),
    ("1:0", 7, "7:1"),
    ("(2,2):(2,8)", 16, "(2,2):(1,4)"),
    ("(3,3,8):(16,96,1)", 288, "(2,2):(8,48)"),
    ("(3,10):(80,4)", 2400, "(4,2,10):(1,40,240)"),
    ("(8,8):(1,8)", 64, "1:0"),
    ("2:1", (2, 3), "3:2"),
    ("2:4", (4, 6), "(4,3):(1,8)"),
    ("12:1", (8, 8), "6:12"),
    ("(4,2):(1,6)", 24, "2:12"),
    ("(5,2):(8,3)", 40, "3:1"),
    ("(2,3,2):(1,0,2)", 24, "6:4"),
    ("4:F3", None, "2:F1"),
    ("(2,2):(F1,F1)", 8, "4:F2"),
    ("(8,8):(F9,F1)", 256, "4:F64"),
    ("(4,3):(1@0,2@1)", (8, 12), "(2,(2,2)):(4@0,(1@1,6@1))"),
    ("(4,3):(1@0,2@1)", None, "(1,2):(0,1@1)"),
    ("4:1@1", (3, 8), "(3,2):(1@0,4@1)"),
]


@pytest.mark.parametrize(("text", "target", "expected"), WORKED)
def test_worked_complements(text, target, expected):
    assert complement(parse(text), target) == parse(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4:2", "(2,1):(1,8)"),
        ("4:1", "1:4"),
        ("1:0", "1:1"),
        ("4:F3", "(2,1):(F1,F8)"),
        ("(4,3):(1@0,2@1)", "(1,(2,1)):(4@0,(1@1,6@1))"),
    ],
)
def test_worked_minimal_complements(text, expected):
    assert complement_minimal(parse(text)) == parse(expected)


REFUSED = [
    ("(2,2):(1,1)", 8, (1, 2)),
    ("(2,2):(2,3)", 16, (2, 3)),
    ("(4,3):(8,9)", 1, (8, 9)),
    ("(2,8):(7,8)", 64, (7, 8)),
    ("(2,3):(6,8)", 60, (6, 8)),
    ("(2,3):(2,1)", 60, (1, 4)),
    ("(2,3,2):(1,0,1)", 8, (1, 6)),
    ("4:-1", 16, -1),
    ("(2,2):(1@0,1@0)", (8,), (1, 2)),
    ("(2,2):(2@0,3@0)", (8,), (2, 3)),
    ("(2,2):(1@0,-2@0)", (8,), -2),
]


@pytest.mark.parametrize(("text", "target", "witness"), REFUSED)
def test_worked_refusals(text, target, witness):
    with pytest.raises(NotInvertibleError) as caught:
        complement(parse(text), target)
    assert caught.value.witness == witness
    assert str(caught.value).startswith(f"complement: {text} ")
    assert not is_complementable(parse(text), target)


def test_a_stride_over_several_axes_has_no_complement():
    with pytest.raises(NotInvertibleError) as caught:
        complement(Layout(4, E(0) + E(1)))
    assert caught.value.witness == E(0) + E(1)
    assert not is_complementable(Layout(4, E(0) + E(1)))


@pytest.mark.parametrize(
    ("text", "target", "witness"),
    [
        ("4:1", 0, 0),
        ("4:1", (4, -1), -1),
        ("4:1@0", 8, 8),
        ("4:1@1", (8,), (1,)),
        ("4:F1", 0, 0),
        ("4:1@0", ((2, 4),), (0,)),
    ],
)
def test_targets_that_do_not_fit_are_refused(text, target, witness):
    with pytest.raises(ProfileError) as caught:
        complement(parse(text), target)
    assert caught.value.witness == witness


def test_strides_whose_collisions_cannot_be_searched_are_refused_all_the_same():
    steps = tuple(2**40 + pow(3, 50 + k, 2**40) for k in range(24))
    A = Layout((2,) * 24, steps)
    with pytest.raises(TooLargeError):
        collision(A)
    with pytest.raises(NotInvertibleError) as caught:
        complement(A, 10**9)
    assert caught.value.witness == tuple(sorted(steps)[:2])


def test_sizes_do_not_matter():
    big = 2**200
    assert complement(Layout((big, 3), (3, 6 * big)), 36 * big) == Layout((3, 2, 2), (1, 3 * big, 18 * big))
    assert is_complementable(Layout(big, 3), 9 * big)
    assert not is_complementable(Layout(big, 3), 9 * big + 1)
    assert complement(Layout(big, F2(1)), 4 * big) == Layout(4, big, over=F2)
