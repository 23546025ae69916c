"""Division: every element of A once, in tiles; four groupings of one function; refusals that name the operation."""

import random

import brute
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import compact_layouts, divisors, f2_layouts, z_layouts, zn_layouts

from layouts import (
    F2,
    ComposedLayout,
    E,
    Layout,
    LayoutError,
    NotALayoutError,
    NotInvertibleError,
    ProfileError,
    Swizzle,
    Z,
    Zn,
    composition,
    equal,
    flatten,
    make_layout,
    parse,
    to_f2,
)
from layouts.algebra.complement import complement, is_complementable
from layouts.algebra.divide import flat_divide, logical_divide, tiled_divide, zipped_divide

# -- one tile ----------------------------------------------------------------------------------------------------------


def without_zeros(B):
    """Return the values of B on the digits whose stride is not 0."""
    found = [0]
    for s, d in zip(brute.leaves(B.shape), brute.leaves(B.stride), strict=True):
        if d:
            found = [n + digit * d for digit in range(s) for n in found]
    return found


def answer(operation, *operands, **options):
    """Return (result, None), or (None, witness of the refusal)."""
    try:
        return operation(*operands, **options), None
    except (NotInvertibleError, NotALayoutError) as error:
        return None, error.witness


def check(A, B):
    """Divide, and compare with the definition at every point; tell whether there was an answer."""
    C, witness = answer(complement, B, A.size)
    if C is None:
        for strict in (False, True):
            assert answer(logical_divide, A, B, strict=strict) == (None, witness)
        return False
    indices = [b + c for c in brute.values(C) for b in brute.values(B)]
    expected = [brute.value(A, i) for i in indices]
    R, witness = answer(logical_divide, A, B)
    if R is None:
        extents = (*brute.leaves(B.shape), *brute.leaves(C.shape))
        assert brute.break_over_z(tuple(expected), extents) == witness, f"{A} by {B}"
        return False
    assert brute.values(R) == expected, f"{A} by {B}: {R}"
    assert brute.refines(R.shape, (B.shape, C.shape)), f"{A} by {B}: {R}"
    assert brute.values(R[0]) == [brute.value(A, b) for b in brute.values(B)]
    assert equal(R[0], composition(A, B))
    check_strict(A, B, R, sorted(b + c for c in brute.values(C) for b in without_zeros(B)), repeats(B))
    return True


def repeats(B):
    """Tell whether a tile takes some index twice."""
    return len(set(brute.values(B))) < B.size


def check_strict(A, B, R, indices, repeated=False):
    """A tile divides A when it and its rest reach every index once."""
    assert len(set(indices)) == len(indices)
    if repeated and indices == list(range(A.size)):
        with pytest.raises(LayoutError) as caught:
            logical_divide(A, B, strict=True)
        i, j = caught.value.witness
        assert i < j
        assert brute.value(B, i) == brute.value(B, j)
        return
    if indices == list(range(A.size)):
        assert logical_divide(A, B, strict=True) == R
        assert {*brute.values(R)} == {*brute.values(A)}
        return
    with pytest.raises(LayoutError) as caught:
        logical_divide(A, B, strict=True)
    missed = [i for i in range(A.size) if i not in indices]
    assert caught.value.witness == (missed[0] if missed else indices[-1]), f"{A} by {B}"


def test_logical_divide_of_small_layouts():
    rng = random.Random(7)
    tiles = [Layout(*mode) for mode in brute.flat_layouts(1, (1, 2, 3, 4), range(7))]
    pairs = [Layout(*modes) for modes in brute.flat_layouts(2, (1, 2, 3), range(7)) if isinstance(modes[0], tuple)]
    answered = refused = 0
    for shape, stride in brute.flat_layouts(2, (2, 3, 4), (0, 1, 3, 4)):
        for B in [*tiles, *rng.sample(pairs, 12)]:
            if check(Layout(shape, stride), B):
                answered += 1
            else:
                refused += 1
    assert answered > 2000
    assert refused > 500


@given(z_layouts(), z_layouts(stride=st.integers(0, 12)))
def test_logical_divide_of_nested_layouts(A, B):
    assume(A.size * B.size < 3000)
    check(A, B)


def test_a_strict_tile_takes_no_index_twice():
    cases = [("4:0", "12:1", (0, 1)), ("(4,3):(1,0)", "12:1", (0, 4)), ("(2,2):(F1,F1)", "4:F1", (1, 2))]
    for text, A, witness in cases:
        assert set(brute.values(logical_divide(parse(A), parse(text)))) == set(brute.values(parse(A)))
        with pytest.raises(LayoutError) as caught:
            logical_divide(parse(A), parse(text), strict=True)
        assert caught.value.witness == witness


@given(compact_layouts(), st.data())
def test_a_tile_that_divides_gives_every_element_once(A, data):
    n = data.draw(st.sampled_from(divisors(A.size)))
    step = data.draw(st.sampled_from(divisors(A.size // n)))
    B = Layout(n, step)
    try:
        R = logical_divide(A, B, strict=True)
    except NotALayoutError:
        return
    assert sorted(brute.values(R)) == list(range(A.size))


@given(compact_layouts(), st.data())
def test_tv_layouts_compose_with_the_tile(A, data):
    """Rearranging the tile mode is dividing by the rearranged tile."""
    n = data.draw(st.sampled_from(divisors(A.size)))
    tile = Layout(n, data.draw(st.sampled_from(divisors(A.size // n))))
    tv = data.draw(compact_layouts().filter(lambda tv: n % tv.size == 0))
    tv = make_layout(tv, Layout(n // tv.size, tv.size))
    assume(is_complementable(tile, A.size))
    try:
        expected = zipped_divide(A, composition(tile, tv))
        R = composition(zipped_divide(A, tile), (tv, None))
    except NotALayoutError:
        return
    assert equal(R, expected)


# -- the four forms ----------------------------------------------------------------------------------------------------


@st.composite
def tilers(draw, shape, deep=2):
    """A tiler by modes that divides a compact layout of this shape."""
    if draw(st.integers(0, 4)) == 0:
        return None
    if isinstance(shape, tuple) and shape and deep:
        count = draw(st.integers(1, len(shape)))
        return tuple([draw(tilers(part, deep - 1)) for part in shape[:count]])
    n = draw(st.sampled_from(divisors(brute.size(shape))))
    step = draw(st.sampled_from(divisors(brute.size(shape) // n)))
    return n if step == 1 and draw(st.booleans()) else Layout(n, step)


def split(A, tiler):
    """Return (logical, tile, rest) as lists of values by the definition, each a map from coordinates to indices of A.

    A tree of pairs (tile indices, rest indices) of the modes, in the units of A.
    """
    if tiler is None:
        return brute.values(Layout(A)), [0]
    if isinstance(tiler, tuple):
        parts, place = [], 1
        children = A if isinstance(A, tuple) else (A,)
        for k, child in enumerate(children):
            tile, rest = split(child, tiler[k]) if k < len(tiler) else ([0], list(range(brute.size(child))))
            parts.append(([i * place for i in tile], [i * place for i in rest]))
            place *= brute.size(child)
        return sums([tile for tile, _ in parts]), sums([rest for _, rest in parts])
    B = tiler if isinstance(tiler, Layout) else Layout(tiler)
    return brute.values(B), brute.values(complement(B, brute.size(A)))


def sums(lists):
    found = [0]
    for values in lists:
        found = [a + b for b in values for a in found]
    return found


@given(compact_layouts(), st.data())
def test_the_four_forms_are_one_function_regrouped(A, data):
    tiler = data.draw(tilers(A.shape))
    try:
        zipped = zipped_divide(A, tiler)
    except NotALayoutError:
        for divide in (logical_divide, tiled_divide, flat_divide):
            with pytest.raises(NotALayoutError):
                divide(A, tiler)
        return
    tile, rest = split(A.shape, tiler)
    expected = [brute.value(A, i + j) for j in rest for i in tile]
    assert brute.values(zipped) == expected, f"{A} by {tiler}: {zipped}"
    assert sorted(expected) == list(range(A.size))
    tiled, flat, logical = tiled_divide(A, tiler), flat_divide(A, tiler), logical_divide(A, tiler)
    second = zipped.shape[1] if isinstance(zipped.shape[1], tuple) else (zipped.shape[1],)
    first = zipped.shape[0] if isinstance(zipped.shape[0], tuple) else (zipped.shape[0],)
    assert tiled.shape == (zipped.shape[0], *second)
    assert flat.shape == (*first, *second)
    assert brute.values(tiled) == brute.values(flat) == expected
    assert sorted(brute.values(logical)) == list(range(A.size))
    if isinstance(tiler, tuple) and all(t is not None for t in tiler):
        pairs = list(zip(logical, tiler, strict=False))
        assert [mode[0] for mode, t in pairs if not isinstance(t, tuple)] == [
            zipped[0][k] for k, t in enumerate(tiler) if not isinstance(t, tuple)
        ]
        assert [mode[1] for mode, t in pairs if not isinstance(t, tuple)] == [
            zipped[1][k] for k, t in enumerate(tiler) if not isinstance(t, tuple)
        ]
        assert logical[len(tiler) :] == zipped[1][len(tiler) :]
    if tiler is not None and not isinstance(tiler, tuple):
        assert logical == zipped
    assert zipped_divide(A, tiler, strict=True) == zipped


WORKED = [
    ("12:1", "4:3", "(4,3):(3,1)", "(4,3):(3,1)", "(4,3):(3,1)", "(4,3):(3,1)"),
    (
        "(8,12):(12,1)",
        (4, 3),
        "((4,2),(3,4)):((12,48),(1,3))",
        "((4,3),(2,4)):((12,1),(48,3))",
        "((4,3),2,4):((12,1),48,3)",
        "(4,3,2,4):(12,1,48,3)",
    ),
    (
        "(8,12):(12,1)",
        (None, 3),
        "(8,(3,4)):(12,(1,3))",
        "((8,3),(1,4)):((12,1),(0,3))",
        "((8,3),1,4):((12,1),0,3)",
        "(8,3,1,4):(12,1,0,3)",
    ),
    (
        "(8,12):(12,1)",
        (4,),
        "((4,2),12):((12,48),1)",
        "((4),(2,12)):((12),(48,1))",
        "((4),2,12):((12),48,1)",
        "(4,2,12):(12,48,1)",
    ),
    (
        "24:1",
        "6:2",
        "(6,(2,2)):(2,(1,12))",
        "(6,(2,2)):(2,(1,12))",
        "(6,2,2):(2,1,12)",
        "(6,2,2):(2,1,12)",
    ),
    (
        "(4,2,3):(2,1,8)",
        "4:2",
        "((2,2),(2,3)):((4,1),(2,8))",
        "((2,2),(2,3)):((4,1),(2,8))",
        "((2,2),2,3):((4,1),2,8)",
        "(2,2,2,3):(4,1,2,8)",
    ),
    (
        "((2,4),6):((1,2),8)",
        ((2, 2), None),
        "(((2,1),(2,2)),6):(((1,0),(2,4)),8)",
        "(((2,2),6),((1,2),1)):(((1,2),8),((0,4),0))",
        "(((2,2),6),(1,2),1):(((1,2),8),(0,4),0)",
        "((2,2),6,(1,2),1):((1,2),8,(0,4),0)",
    ),
    ("12:1", 5, "(5,3):(1,5)", "(5,3):(1,5)", "(5,3):(1,5)", "(5,3):(1,5)"),
    ("12:1", None, "12:1", "(12,1):(1,0)", "(12,1):(1,0)", "(12,1):(1,0)"),
    ("12:1", (4,), "((4,3)):((1,4))", "((4),(3)):((1),(4))", "((4),3):((1),4)", "(4,3):(1,4)"),
    (
        "(8,64):(F72,F1)",
        (4, 32),
        "((4,2),(32,2)):((F72,F288),(F1,F32))",
        "((4,32),(2,2)):((F72,F1),(F288,F32))",
        "((4,32),2,2):((F72,F1),F288,F32)",
        "(4,32,2,2):(F72,F1,F288,F32)",
    ),
    (
        "(8,12):(1@0,1@1)",
        (4, 3),
        "((4,2),(3,4)):((1@0,4@0),(1@1,3@1))",
        "((4,3),(2,4)):((1@0,1@1),(4@0,3@1))",
        "((4,3),2,4):((1@0,1@1),4@0,3@1)",
        "(4,3,2,4):(1@0,1@1,4@0,3@1)",
    ),
    (
        "(8,12):(12,1)",
        "(4,3):(1@0,1@1)",
        "((4,3),(2,4)):((12,1),(48,3))",
        "((4,3),(2,4)):((12,1),(48,3))",
        "((4,3),2,4):((12,1),48,3)",
        "(4,3,2,4):(12,1,48,3)",
    ),
]


@pytest.mark.parametrize(("text", "tiler", "logical", "zipped", "tiled", "flat"), WORKED)
def test_worked_divisions(text, tiler, logical, zipped, tiled, flat):
    A = parse(text)
    tiler = parse(tiler) if isinstance(tiler, str) else tiler
    assert logical_divide(A, tiler) == parse(logical)
    assert zipped_divide(A, tiler) == parse(zipped)
    assert tiled_divide(A, tiler) == parse(tiled)
    assert flat_divide(A, tiler) == parse(flat)


# -- other modules and chains ------------------------------------------------------------------------------------------


@given(f2_layouts(), st.data())
def test_over_f2_every_value_of_a_appears(A, data):
    B = data.draw(f2_layouts(stride=st.integers(0, A.size - 1)))
    assume(A.size * B.size < 4096)
    R = logical_divide(A, B)
    C = complement(B, A.size)
    assert R.over is F2
    assert brute.values(R) == [brute.value(A, b ^ c) for c in brute.values(C) for b in brute.values(B)]
    if max(brute.values(B)) < A.size:
        assert set(brute.values(R)) == set(brute.values(A))
        check_strict(A, B, R, list(range(A.size)), repeats(B))
    else:
        with pytest.raises(LayoutError) as caught:
            logical_divide(A, B, strict=True)
        assert caught.value.witness >= A.size


@given(f2_layouts(), st.data())
def test_tiles_over_z_divide_layouts_over_f2_as_tiles_over_f2_do(A, data):
    n = data.draw(st.sampled_from(divisors(A.size)))
    B = Layout(n, data.draw(st.sampled_from(divisors(A.size // n))))
    assert equal(logical_divide(A, B), logical_divide(A, to_f2(B)))


@given(zn_layouts(), st.data())
def test_layouts_over_zn_divide_as_their_indices_do(A, data):
    tiler = data.draw(tilers(A.shape))
    try:
        R = zipped_divide(A, tiler)
    except NotALayoutError:
        return
    indices = brute.values(zipped_divide(Layout(A.shape), tiler))
    assert brute.values(R) == [brute.value(A, i) for i in indices]


@given(z_layouts(), st.data())
def test_a_tile_of_coordinates_is_a_tiler_by_modes(A, data):
    assume(isinstance(A.shape, tuple) and A.shape)
    tiler = tuple([data.draw(st.sampled_from(divisors(mode.size))) for mode in A])
    try:
        expected = zipped_divide(A, tiler, strict=True)
    except NotALayoutError:
        return
    assert equal(zipped_divide(A, Layout(tiler, over=Zn), strict=True), expected)


def test_a_tile_of_coordinates_follows_the_nesting_of_its_axes():
    A = parse("((2,4),6):((1,2),8)")
    inside = Layout((2, 3), (2 * E(0, 1), E(1)))
    assert logical_divide(A, inside) == parse("((2,3),((2,2),2)):((4,8),((1,2),24))")
    assert logical_divide(A, Layout(2, E(0))) == parse("(2,(4,6)):(1,(2,8))")
    with pytest.raises(ProfileError) as caught:
        logical_divide(parse("(8,12):(12,1)"), inside)
    assert caught.value.witness in ((0, 0), (0, 1))


def test_chains_are_divided_inside():
    chain = ComposedLayout(Swizzle(3, 3, 3), 8, Layout((8, 64), (64, 1)))
    for divide in (logical_divide, zipped_divide, tiled_divide, flat_divide):
        R = divide(chain, (4, 32))
        indices = brute.values(divide(Layout((8, 64)), (4, 32)))
        assert isinstance(R, ComposedLayout)
        assert R.shape == divide(Layout((8, 64)), (4, 32)).shape
        assert [R(i) for i in range(R.size)] == [chain(i) for i in indices]


# -- refusals ----------------------------------------------------------------------------------------------------------

REFUSED = [
    ("(2,16,16):(1,128,2)", "(4,4):(2,1)", NotInvertibleError, (1, 8)),
    ("24:1", "(2,2):(2,3)", NotInvertibleError, (2, 3)),
    ("24:1", "4:-1", NotInvertibleError, -1),
    ("(4,4):(8,1)", (None, "(2,2):(1,1)"), NotInvertibleError, (1, 2)),
    ("(4,3):(1,8)", 6, NotALayoutError, 4),
    ("4:1", (2, 3), ProfileError, (2, 3)),
    ("(4,4):(4,1)", ((2, 2), 2), ProfileError, (2, 2)),
    ("12:1", 0, ProfileError, 0),
    ("12:1", "x", ProfileError, "x"),
    ("12:1", 2.0, ProfileError, 2.0),
]


@pytest.mark.parametrize(("text", "tiler", "error", "witness"), REFUSED)
@pytest.mark.parametrize("divide", [logical_divide, zipped_divide, tiled_divide, flat_divide])
def test_worked_refusals(divide, text, tiler, error, witness):
    def read(tile):
        if isinstance(tile, tuple):
            return tuple(map(read, tile))
        return parse(tile) if isinstance(tile, str) and ":" in tile else tile

    with pytest.raises(error) as caught:
        divide(parse(text), read(tiler))
    assert caught.value.witness == witness
    assert str(caught.value).startswith(f"{divide.__name__}: {text} by ")
    assert "keeps the chain" not in str(caught.value)


STRICT = [
    ("12:1", 5, 14),
    ("12:1", "5:4", 19),
    ("24:1", "(4,2):(1,6)", 4),
    ("(8,12):(12,1)", (4, 5), 14),
    ("(8,12):(12,1)", "(3,3):(1@0,1@1)", 8),
    ("(8,12):(12,1)", "(2,2):(1@1,3@1)", 2),
    ("12:1", "8:F1", 15),
]


@pytest.mark.parametrize(("text", "tiler", "witness"), STRICT)
@pytest.mark.parametrize("divide", [logical_divide, zipped_divide, tiled_divide, flat_divide])
def test_uneven_tiles_are_refused_on_request(divide, text, tiler, witness):
    tiler = parse(tiler) if isinstance(tiler, str) else tiler
    divide(parse(text), tiler)
    with pytest.raises(LayoutError) as caught:
        divide(parse(text), tiler, strict=True)
    assert caught.value.witness == witness
    assert str(caught.value).startswith(f"{divide.__name__}: {text} by ")


def test_only_layouts_and_chains_are_divided():
    for value in (12, (4, 3), Swizzle(1, 2, 3), None):
        with pytest.raises(ProfileError):
            logical_divide(value, 2)


def test_a_hostile_tiler_is_refused_quickly():
    tiler = 2
    for _ in range(5000):
        tiler = (tiler,)
    with pytest.raises(ProfileError):
        zipped_divide(Layout(4), tiler)


def test_sizes_do_not_matter():
    big = 2**100
    A = Layout((big, 3 * big), (3 * big, 1))
    assert zipped_divide(A, (2, big)) == Layout(((2, big), (big // 2, 3)), ((3 * big, 1), (6 * big, big)))
    assert logical_divide(A, Layout(big)).over is Z
    assert len(flatten(logical_divide(A, Layout(2 * big)).shape)) == 3
