"""composition: every small pair against an independent decision, the worked values, and all modules."""

import random
from itertools import product

import brute
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import (
    DEEP,
    QUICK,
    carry_free_layouts,
    compact_layouts,
    composable_pairs,
    f2_layouts,
    seeded,
    slices,
    z_layouts,
    zn_layouts,
)

from layouts import (
    F2,
    E,
    Layout,
    NotALayoutError,
    ProfileError,
    TooLargeError,
    Z,
    Zn,
    composition,
    equal,
    flatten,
    is_carry_free,
    parse,
)

# -- every small pair over Z -------------------------------------------------------------------------------------------


def family(extents, strides):
    """Return (layout, flat extents, values on the size, values far enough beyond it) of every small layout."""
    found = []
    for shape, stride in brute.flat_layouts(2, extents, strides):
        layout = Layout(shape, stride)
        points = tuple(brute.values(layout))
        beyond = [brute.value(layout, i) for i in range(64)]
        found.append((layout, flatten(shape), points, beyond))
    return found


def check_pairs(pairs):
    """Check answers and refusals of composition on pairs of ``family`` members; return how many were answered."""
    answered = refused = 0
    for (A, _, _, outer), (B, extents, inner, _) in pairs:
        points = tuple([outer[n] for n in inner])
        expected = brute.break_over_z(points, extents)
        try:
            R = A @ B
        except NotALayoutError as error:
            assert expected is not None, f"{A} o {B} has an answer and was refused"
            assert error.witness == expected, f"{A} o {B}: witness {error.witness}, not {expected}"
            refused += 1
            continue
        assert expected is None, f"{A} o {B} = {R} cannot be"
        table = [0]
        for s, d in zip(brute.leaves(R.shape), brute.leaves(R.stride), strict=True):
            table = [t + digit * d for digit in range(s) for t in table]
        assert tuple(table) == points, f"{A} o {B} = {R}"
        assert R.over is Z
        assert brute.refines(R.shape, B.shape), f"{A} o {B} = {R}"
        answered += 1
    assert answered > refused / 4 > 0  # both happen often
    return answered, refused


def test_every_pair_of_flat_layouts_up_to_rank_2_extents_1_to_3_strides_0_to_4():
    members = family(range(1, 4), range(5))
    assert len(members) == 240
    check_pairs(product(members, repeat=2))


def test_every_pair_of_flat_layouts_up_to_rank_2_extents_1_to_4_strides_0_to_6():
    members = family(range(1, 5), range(7))
    assert len(members) == 812
    if not QUICK:  # all 659,344
        check_pairs(product(members, repeat=2))
        return
    rng = seeded("sampled pairs")
    check_pairs((rng.choice(members), rng.choice(members)) for _ in range(10_000))


def test_rank_3_pairs():
    rng = seeded("rank 3")
    for _ in range(2_000 if QUICK else 12_000):
        A, B = [
            Layout(tuple(rng.choice((1, 2, 3, 4, 6)) for _ in range(3)), tuple(rng.choice(STRIDES) for _ in range(3)))
            for _ in range(2)
        ]
        check(A, B)


STRIDES = (0, 1, 2, 3, 4, 6, 8, 12, 24)

# -- one pair, any modules ---------------------------------------------------------------------------------------------


def fits(points, extents, module):
    """Return None when the values have a layout over ``module``, else the first index where each fails."""
    if module is F2:
        return brute.break_over_f2(points)
    return brute.break_over_z(tuple(brute.packed(points)) if module is Zn else points, extents)


def values_of(A, B):
    if B.over is not Zn:
        return tuple([brute.value(A, n) for n in brute.values(B)])
    return tuple([brute.value_at(A, filled(A.shape, dict(point))) for point in brute.values(B)])


def filled(shape, point, path=()):
    """Return the coordinate in ``shape`` with these entries at their axes."""
    if not isinstance(shape, tuple) or path in point:
        return point.get(path, 0)
    return tuple([filled(child, point, (*path, axis)) for axis, child in enumerate(shape)])


def check(A, B):
    """Check that A o B is answered exactly when an answer exists, and right at every point; return it or None."""
    points = values_of(A, B)
    extents = flatten(B.shape)
    modules = [A.over]
    if F2 in (A.over, B.over) and A.over is not B.over and A.over is not Zn:
        modules.append(Z if A.over is F2 else F2)
    breaks = [fits(points, extents, module) for module in modules]
    wanted = next((m for m, stop in zip(modules, breaks, strict=True) if stop is None), None)
    try:
        R = composition(A, B)
    except NotALayoutError as error:
        assert wanted is None, f"{A} o {B} has a layout over {wanted} and was refused: {error}"
        assert error.witness == max(breaks), f"{A} o {B}: witness {error.witness}, not {max(breaks)}"
        return None
    assert wanted is not None, f"{A} o {B} = {R} cannot be"
    assert tuple(brute.values(R)) == points, f"{A} o {B} = {R}"
    assert brute.refines(R.shape, B.shape), f"{A} o {B} = {R}"
    assert R.over is wanted or not any(brute.leaves(R.stride)), f"{A} o {B} = {R} lives in {R.over}, not {wanted}"
    return R


@given(composable_pairs())
def test_nested_pairs_over_z(pair):
    check(*pair)


@given(composable_pairs(over=Zn))
def test_coordinates_on_the_left(pair):
    check(*pair)


@given(composable_pairs(over=F2))
def test_f2_after_z(pair):
    check(*pair)


@given(f2_layouts(), f2_layouts(stride=st.integers(0, 40)))
def test_f2_composition_is_closed(A, B):
    assert check(A, B).over is F2


@given(f2_layouts(), carry_free_layouts())
def test_f2_after_carry_free_is_f2(A, B):
    assert check(A, B).over is F2


@given(st.one_of(z_layouts(), compact_layouts(), zn_layouts()), f2_layouts(stride=st.integers(0, 20)))
def test_z_after_f2(A, B):
    check(A, B)


@given(carry_free_layouts(), f2_layouts(stride=st.integers(0, 20)))
def test_carry_free_after_f2(A, B):
    check(A, B)


def small_mixed(module, extents, strides):
    return [Layout(s, d, over=module) for s, d in brute.flat_layouts(2, extents, strides)]


@pytest.mark.parametrize(
    ("outer", "inner"),
    [((Z, (1, 2, 3, 4), range(6)), (F2, (2, 4), range(4))), ((F2, (1, 2, 4), range(4)), (Z, (2, 3, 4), range(6)))],
    ids=["Z after F2", "F2 after Z"],
)
def test_small_pairs_across_z_and_f2(outer, inner):
    left, right = small_mixed(*outer), small_mixed(*inner)
    pairs = list(product(left, right))
    if not DEEP:
        pairs = seeded("across Z and F2").sample(pairs, 500 if QUICK else 8_000)
    for A, B in pairs:
        check(A, B)


LEFTS = [((4, 4), stride) for stride in product(range(4), repeat=2)]
LEFTS += [(((2, 2), 4), ((a, b), c)) for a, b, c in product((0, 1, 3), (1, 2, 5), (1, 4, 6))]


@pytest.mark.parametrize("over", [Z, F2])
def test_coordinates_on_the_right(over):
    """The axes of B are indices of the modes of A, and add in the module of A; an axis may be missing."""
    rng = seeded("coordinates on the right")
    for shape, stride in LEFTS:
        for _ in range(20):
            n = rng.choice((1, 2))
            steps = [E(0) * rng.randrange(4) + E(1) * rng.randrange(4) for _ in range(n)]
            B = Layout(tuple([rng.choice((1, 2, 3, 4)) for _ in range(n)]), tuple(steps), over=Zn)
            check(Layout(shape, stride, over=over), B)


@pytest.mark.parametrize(
    ("stride", "steps"),
    [((3, 16), (E(0) + E(1), 3 * E(0))), ((3, 1), (E(0), 3 * E(0))), ((1, 4), (2 * E(0) + E(1), E(0) + E(1)))],
)
def test_coordinates_that_carry_on_an_axis_of_an_f2_layout(stride, steps):
    """1 + 3 on an axis is 4, and carries; over F2 it is not the XOR of the images of 1 and 3."""
    check(Layout((4, 4), stride, over=F2), Layout((2, 2), steps))


@given(st.data())
def test_a_nested_axis_on_the_right_reads_its_own_sub_mode(data):
    A = data.draw(z_layouts(shape=st.just(((2, 3), 4))))
    B = data.draw(
        zn_layouts(shape=st.sampled_from([2, (2, 2), ((2,), 3)])).map(
            lambda L: Layout(L.shape, _on_axes(L.stride), over=Zn)
        )
    )
    if not any(n < 0 for point in brute.values(B) for _, n in point):
        check(A, B)


def _on_axes(stride):
    """Move the strides of a random layout onto the axes (0, 0), (0, 1) and 1."""
    if isinstance(stride, tuple):
        return tuple([_on_axes(child) for child in stride])
    target = {(0,): E(0, 0), (1,): E(0, 1), (2, 0): E(1), (2, 1): E(0, 1), (2, 2): E(1)}
    total = E(0, 0) * 0
    for path, n in stride.terms():
        total = total + target[path] * abs(n)
    return total


# -- worked values -----------------------------------------------------------------------------------------------------

WORKED = [
    ("(8,8):(8,1)", "6:3", "(3,2):(24,9)"),
    ("(8,8):(8,1)", "3:3", "3:24"),
    ("(4,2,8):(3,12,97)", "3:3", "3:9"),
    ("(4,6,8,10):(2,3,5,7)", "6:12", "(2,3):(9,5)"),
    ("(5,6,16):(16,80,1)", "8:8", "(4,2):(128,33)"),
    ("(6,8):(8,1)", "1:4", "1:0"),
    ("(8,8):(8,1)", "1:2", "1:0"),
    ("(4,4):(4,1)", "2:6", "2:9"),
    ("(4,1):(1,8)", "8:1", "(4,2):(1,8)"),
    ("(4,1):(1,0)", "8:1", "(4,2):(1,0)"),
    ("(2,2,6):(12,6,1)", "4:2", "(2,2):(6,1)"),
    ("(12,3,6):(1,72,12)", "(6,6):(6,1)", "((2,3),6):((6,72),1)"),
    ("(10,360):(2,60)", "(6,6):(5,60)", "((2,3),6):((10,60),360)"),
    ("(2,2,2,4,4):(2,1,64,4,16)", "(2,2,4,4,2):(2,1,8,32,4)", "(2,2,4,4,2):(1,2,4,16,64)"),
    ("(2048,2048):(1,2048)", "(64,32):(2,256)", "(64,32):(2,256)"),
    ("8:1", "4:-1", "4:-1"),
    ("5:3", "(2,2):(-1,4)", "(2,2):(-3,12)"),
    ("(8,4):(F8,F1)", "(4,8):(8,1)", "(4,8):(F1,F8)"),
    ("(8,64):(F72,F1)", "8:9", "8:F73"),
    ("(4,8):(1@0,1@1)", "(8,4):(4,1)", "(8,4):(1@1,1@0)"),
    ("(4,8):(8,1)", "(8,4):(1@1,1@0)", "(8,4):(1,8)"),
    ("(6,4):(8,3)", "6:4", "(2,3):(32,19)"),
]

REFUSED = [
    ("(4,2,8):(3,12,97)", "4:3", 3),
    ("(4,2,8):(3,15,97)", "3:3", 2),
    ("(4,6,8):(2,3,5)", "6:3", 3),
    ("(6,2):(1,7)", "(3,2):(2,3)", 5),
    ("(8,3):(3,1)", "(3,3):(1,3)", 8),
    ("(5,3):(7,1)", "7:1", 5),
    ("(2,4):(1,4)", "4:-1", 1),
]


@pytest.mark.parametrize(("left", "right", "answer"), WORKED[:-1])
def test_worked_compositions(left, right, answer):
    R = composition(parse(left), parse(right))
    assert parse(answer) == R
    check(parse(left), parse(right)) if "-" not in right else None


@pytest.mark.parametrize(("left", "right", "index"), [*REFUSED, ("(6,4):(8,3)", "6:4", 3)])
def test_worked_refusals_name_the_first_index(left, right, index):
    A, B = parse(left), parse(right)
    with pytest.raises(NotALayoutError) as caught:
        composition(A, B)
    message = str(caught.value)
    assert caught.value.witness == index
    assert left in message
    assert right in message
    if B(index) >= 0:
        assert f"index {index} has the value {brute.value(A, B(index))}" in message


def test_the_value_that_a_refusal_promises_is_what_every_layout_would_give():
    with pytest.raises(NotALayoutError, match=r"index 3 has the value 8, .* has 13 there") as caught:
        composition(parse("(4,6,8):(2,3,5)"), parse("6:3"))
    assert caught.value.witness == 3


# -- by mode, integers, None, extension --------------------------------------------------------------------------------


def test_by_mode_tilers():
    A = parse("(8,12):(12,1)")
    assert parse("(4,3):(12,1)") == A @ (4, 3)
    assert parse("(4,12):(12,1)") == A @ (4,)
    assert parse("(8,3):(12,1)") == A @ (None, 3)
    assert A @ (parse("4:2"), parse("(2,3):(6,1)")) == parse("(4,(2,3)):(24,(6,1))")
    assert A @ () == A
    assert composition(A, None) == A
    assert parse("(8,2):(12,1)") == A @ 16
    assert parse("8:2") @ (4,) == parse("(4):(2)")
    with pytest.raises(ProfileError) as caught:
        A @ (4, 3, 2)
    assert caught.value.witness == (4, 3, 2)


@given(z_layouts(), st.data())
def test_a_tiler_is_composition_mode_by_mode(A, data):
    modes = list(A)
    tiler = tuple([data.draw(st.one_of(st.none(), st.integers(1, 6), z_layouts())) for _ in modes])
    parts = []
    try:
        parts = [mode if t is None else composition(mode, t) for mode, t in zip(modes, tiler, strict=True)]
    except NotALayoutError as error:
        with pytest.raises(NotALayoutError) as caught:
            composition(A, tiler)
        assert caught.value.witness == error.witness
        return
    assert [*composition(A, tiler)] == parts
    nested = tuple([(t,) if t is None else t for t in tiler])
    if None not in tiler:
        assert composition(A, nested) == composition(A, tiler)


@given(z_layouts(), st.integers(1, 40), st.integers(1, 9), st.integers(0, 40))
def test_extension_beyond_the_size_is_part_of_the_left_operand(A, n, stretch, step):
    check(A, Layout((n, stretch), (1, step)))


@given(st.one_of(compact_layouts(), z_layouts()), st.data())
def test_negative_indices_are_answered_only_where_the_left_side_is_one_progression(A, data):
    B = data.draw(z_layouts(stride=st.integers(-3, 3)))
    inner = brute.values(B)
    negative = next((i for i, n in enumerate(inner) if n < 0), None)
    step = brute.value(A, 1)
    straight = all(brute.value(A, n) == n * step for n in range(4 * A.size))
    if negative is None:
        check(A, B)
    elif straight:
        assert brute.values(A @ B) == [n * step for n in inner]
    else:
        with pytest.raises(NotALayoutError) as caught:
            A @ B
        assert caught.value.witness == negative


def test_zero_strides_and_unit_extents_on_both_sides():
    assert parse("(4,8):(0,1)") @ parse("(4,8):(0,4)") == parse("(4,8):(0,1)")
    assert parse("(4,8):(8,1)") @ parse("(1,1,3):(5,0,0)") == parse("(1,1,3):(0,0,0)")
    assert parse("(1,1):(7,5)") @ parse("4:2") == parse("4:10")
    assert parse("4:0@0") @ parse("(2,2):(1,1)") == parse("(2,2):(0@0,0@0)")


# -- size --------------------------------------------------------------------------------------------------------------


def test_composition_is_decided_from_modes_not_from_points():
    big = 2**300
    A, B = Layout((big, 3 * big), (7, 1)), Layout((big, 3), (1, big))
    assert composition(A, B) == Layout((big, 3), (7, 1))
    with pytest.raises(NotALayoutError) as caught:
        composition(Layout((big, 5), (1, big + 1)), Layout(big + 1, 1))
    assert caught.value.witness == big
    with pytest.raises(NotALayoutError) as caught:
        composition(Layout((big, 5), (1, big + 1)), Layout((big, 2), (1, 3)))
    assert caught.value.witness == 2 * big - 3


def test_carries_that_cancel_are_enumerated_and_bounded():
    """(2,2,2):(1,3,5): 3 is 1 + 2 * 1 and 5 is 2 * 3 - 1, so some carries cancel and only the values can tell."""
    rng = random.Random(5)
    undecided = 0
    for _ in range(3000):
        A = Layout(tuple(rng.choice((2, 3, 4)) for _ in range(3)), tuple(rng.randrange(-4, 5) for _ in range(3)))
        B = Layout(tuple(rng.choice((2, 3, 4)) for _ in range(2)), tuple(rng.randrange(1, 12) for _ in range(2)))
        undecided += check(A, B) is not None
    assert undecided > 100


def test_an_enumeration_beyond_the_limit_is_refused_with_the_number_of_points():
    A, B = Layout((3 * 2**20, 3), (1, 5), over=Z), Layout((2, 2**30), (1, 5), over=F2)
    with pytest.raises(TooLargeError) as caught:
        composition(A, B)
    assert caught.value.witness == 2**31


@pytest.mark.parametrize(
    ("A", "B", "witness"),
    [
        (Layout((3, 3), (1, 5)), Layout((2, 2**30), (1, 5), over=F2), 6),
        (Layout((4096, 4096), (3, 1), over=F2), Layout((4096, 4096), (3, 1)), 3),
        (Layout((2048, 2048), (3, 1)), Layout((2048, 2048), (3, 1), over=F2), 3),
    ],
    ids=str,
)
def test_an_enumeration_stops_where_the_first_points_decide(A, B, witness):
    with pytest.raises(NotALayoutError) as caught:
        composition(A, B)
    assert caught.value.witness == witness
    assert str(B) in str(caught.value)


@given(composable_pairs(), st.data())
def test_slicing_commutes_with_composition(pair, data):
    """(A o B)(c) sliced is A o (B sliced), up to the constant."""
    A, B = pair
    try:
        R = A @ B
    except NotALayoutError:
        return
    cut = data.draw(slices(B.shape))
    kept = B(cut) if cut is not None else B
    if isinstance(kept, Layout) and brute.value_at(B, _zeroed(cut, B.shape)) == 0:
        assert equal(A @ kept, R(cut) if cut is not None else R)


def _zeroed(cut, shape):
    if cut is None:
        return 0
    return tuple([_zeroed(c, s) for c, s in zip(cut, shape, strict=True)]) if isinstance(cut, tuple) else cut


@given(carry_free_layouts(), carry_free_layouts())
def test_both_roads_agree_on_carry_free_layouts(A, B):
    from layouts import to_f2

    R = to_f2(A) @ to_f2(B)
    try:
        direct = A @ B
    except NotALayoutError:
        assert max(brute.values(B)) >= A.size or not is_carry_free(R)
        return
    assert brute.values(direct) == [brute.value(A, n) for n in brute.values(B)]
    if max(brute.values(B)) < A.size:
        assert equal(direct, R)
