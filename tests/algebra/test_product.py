"""Products: copies of A that never collide, where B says; blocked and raked are one image in two orders."""

import random

import brute
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import compact_layouts, f2_layouts, z_layouts

from layouts import (
    F2,
    ComposedLayout,
    Layout,
    LayoutError,
    NotALayoutError,
    NotInvertibleError,
    NotLinearError,
    ProfileError,
    Swizzle,
    Z,
    Zn,
    composition,
    cosize,
    equal,
    is_bijective,
    make_layout,
    parse,
)
from layouts.algebra.complement import complement, complement_minimal, is_complementable
from layouts.algebra.filtering import filter_zeros
from layouts.algebra.product import (
    blocked_product,
    flat_product,
    logical_product,
    raked_product,
    tile_to_shape,
    tiled_product,
    zipped_product,
)

# -- one product -------------------------------------------------------------------------------------------------------


def answer(operation, *operands):
    """Return (result, None), or (None, witness of the refusal)."""
    try:
        return operation(*operands), None
    except (NotInvertibleError, NotALayoutError) as error:
        return None, error.witness


def packing(A, count):
    """Return where copies of A go: offset j is the smallest number at which a copy meets none of those before it."""
    image = set(brute.values(A))
    taken, offsets, n = set(), [], 0
    while len(offsets) < count:
        if not any(n + a in taken for a in image):
            taken.update(n + a for a in image)
            offsets.append(n)
        n += 1
    return offsets


def check(A, B):
    """Multiply, and compare with the definition at every point; tell whether there was an answer."""
    marks, witness = answer(complement_minimal, A)
    if marks is None:
        assert answer(logical_product, A, B) == (None, witness)
        return False
    starts = brute.values(B)
    if is_complementable(A):
        offsets = packing(A, max(starts) + 1)
        copies = [offsets[n] for n in starts]
    else:
        copies = [brute.value(marks, n) for n in starts]
    R, witness = answer(logical_product, A, B)
    if R is None:
        assert brute.break_over_z(tuple(copies), tuple(brute.leaves(B.shape))) == witness, f"{A} by {B}"
        return False
    own = brute.values(A)
    assert brute.values(R) == [a + c for c in copies for a in own], f"{A} by {B}: {R}"
    assert R[0] == A
    assert brute.refines(R[1].shape, B.shape)
    plain = [brute.values(filter_zeros(L)) for L in (A, B, R)]
    if all(brute.first_collision(points) is None for points in plain[:2]):
        assert brute.first_collision(plain[2]) is None, f"{A} by {B}: {R} collides"
    if is_complementable(A):
        assert equal(R[1], composition(complement(A, A.size * cosize(B)), B))
    return True


def test_logical_product_of_small_layouts():
    rng = random.Random(5)
    pairs = [Layout(*modes) for modes in brute.flat_layouts(2, (1, 2, 3), range(5))]
    answered = refused = 0
    for shape, stride in brute.flat_layouts(2, (1, 2, 3, 4), (0, 1, 2, 3, 4, 6, 8)):
        for B in rng.sample(pairs, 6):
            if check(Layout(shape, stride), B):
                answered += 1
            else:
                refused += 1
    assert answered > 1000
    assert refused > 500


@given(st.one_of(compact_layouts(), z_layouts(stride=st.integers(0, 8))), z_layouts(stride=st.integers(0, 5)))
def test_logical_product_of_nested_layouts(A, B):
    assume(A.size * B.size < 2000)
    check(A, B)


@given(z_layouts(), st.integers(1, 6))
def test_an_integer_is_so_many_copies(A, n):
    assert answer(logical_product, A, n) == answer(logical_product, A, Layout(n))


@given(f2_layouts(), f2_layouts(stride=st.integers(0, 40)))
def test_over_f2_copies_never_collide(A, B):
    assume(A.size * B.size < 4096)
    R = logical_product(A, B)
    image = set(brute.values(A))
    starts = brute.values(B)
    marks = complement_minimal(A)
    assert R.over is F2
    assert R[0] == A
    assert brute.values(R[1]) == [brute.value(marks, n) for n in starts]
    assert len(set(brute.values(R))) == len(image) * len(set(starts))


@given(compact_layouts((1, 2, 4)), compact_layouts((1, 2, 4)))
def test_products_over_z_and_f2_agree_on_compact_layouts(A, B):
    over_f2 = [Layout(L.shape, L.stride, over=F2) for L in (A, B)]
    assert equal(logical_product(A, B), logical_product(*over_f2))
    if B.size > 1:
        assert logical_product(A, over_f2[1]).over is Z
        assert equal(logical_product(A, B), logical_product(over_f2[0], B))


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4)), min_size=1, max_size=3))
def test_coordinates_repeat_along_their_axes(pairs):
    tile, copies = tuple(s for s, _ in pairs), tuple(n for _, n in pairs)
    A, B = Layout(tile, over=Zn), Layout(copies, over=Zn)
    R = logical_product(A, B)
    assert R[0] == A
    box = [frozenset()]
    for axis, (s, n) in enumerate(pairs):
        box = [point | ({((axis,), k)} if k else frozenset()) for k in range(s * n) for point in box]
    assert {*brute.values(R)} == {*box}
    assert len(box) == R.size
    assert equal(zipped_product(A, copies), R)
    assert equal(blocked_product(A, B), Layout(tuple(s * n for s, n in pairs), over=Zn))


# -- forms -------------------------------------------------------------------------------------------------------------


def as_modes(layout):
    return list(layout) if isinstance(layout.shape, tuple) else [layout]


@given(compact_layouts(), compact_layouts())
def test_the_four_forms_are_one_function_regrouped(A, B):
    R = logical_product(A, B)
    assert zipped_product(A, B) == R
    assert tiled_product(A, B) == make_layout(A, *as_modes(R[1]))
    assert flat_product(A, B) == make_layout(*as_modes(A), *as_modes(R[1]))
    assert is_bijective(R)


@given(st.one_of(compact_layouts(), z_layouts(stride=st.integers(0, 6))), compact_layouts())
def test_blocked_and_raked_pair_the_modes_of_one_product(A, B):
    rank = max(len(as_modes(A)), len(as_modes(B)))
    one = Layout(1, 0)
    wide = [make_layout(*as_modes(L), *[one] * (rank - len(as_modes(L)))) for L in (A, B)]
    R, witness = answer(logical_product, *wide)
    if R is None:
        assert answer(blocked_product, A, B) == answer(raked_product, A, B) == (None, witness)
        return
    blocked, raked = blocked_product(A, B), raked_product(A, B)
    assert blocked == make_layout(*[make_layout(R[0][k], R[1][k]) for k in range(rank)])
    assert raked == make_layout(*[make_layout(R[1][k], R[0][k]) for k in range(rank)])
    assert set(brute.values(blocked)) == set(brute.values(raked)) == set(brute.values(R))
    assert [mode[1].size for mode in blocked] == [mode.size for mode in wide[1]]
    assert all(brute.refines(mode[0].shape, part.shape) for mode, part in zip(raked, wide[1], strict=True))


WORKED = [
    ("(2,2):(4,1)", "6:1", "((2,2),(2,3)):((4,1),(2,8))", "((2,2),2,3):((4,1),2,8)", "(2,2,2,3):(4,1,2,8)"),
    ("8:1", 4, "(8,4):(1,8)", "(8,4):(1,8)", "(8,4):(1,8)"),
    ("(5):(4)", "(4):(1)", "((5),(4)):((4),(1))", "((5),4):((4),1)", "(5,4):(4,1)"),
    ("(4,2):(1,0)", 3, "((4,2),3):((1,0),4)", "((4,2),3):((1,0),4)", "(4,2,3):(1,0,4)"),
    ("(4,2):(1,6)", 3, "((4,2),3):((1,6),12)", "((4,2),3):((1,6),12)", "(4,2,3):(1,6,12)"),
    ("(5,2):(8,3)", 6, "((5,2),(3,2)):((8,3),(1,40))", "((5,2),3,2):((8,3),1,40)", "(5,2,3,2):(8,3,1,40)"),
    ("4:1", "3:-1", "(4,3):(1,-4)", "(4,3):(1,-4)", "(4,3):(1,-4)"),
    ("4:1", "3:0", "(4,3):(1,0)", "(4,3):(1,0)", "(4,3):(1,0)"),
    ("4:1", "(2,2):(F1,F3)", "(4,(2,2)):(F1,(F4,F12))", "(4,2,2):(F1,F4,F12)", "(4,2,2):(F1,F4,F12)"),
    (
        "(8,64):(F72,F1)",
        "(16,4):(1,16)",
        "((8,64),(16,4)):((F72,F1),(F512,F8192))",
        "((8,64),16,4):((F72,F1),F512,F8192)",
        "(8,64,16,4):(F72,F1,F512,F8192)",
    ),
    (
        "(4,8):(1@0,1@1)",
        "(2,3):(1@0,1@1)",
        "((4,8),(2,3)):((1@0,1@1),(4@0,8@1))",
        "((4,8),2,3):((1@0,1@1),4@0,8@1)",
        "(4,8,2,3):(1@0,1@1,4@0,8@1)",
    ),
]


@pytest.mark.parametrize(("text", "tiler", "logical", "tiled", "flat"), WORKED)
def test_worked_products(text, tiler, logical, tiled, flat):
    A, tiler = parse(text), parse(tiler) if isinstance(tiler, str) else tiler
    assert logical_product(A, tiler) == zipped_product(A, tiler) == parse(logical)
    assert tiled_product(A, tiler) == parse(tiled)
    assert flat_product(A, tiler) == parse(flat)


@pytest.mark.parametrize(
    ("text", "other", "blocked", "raked"),
    [
        ("(2,5):(5,1)", "(3,4):(1,3)", "((2,3),(5,4)):((5,10),(1,30))", "((3,2),(4,5)):((10,5),(30,1))"),
        ("(2,5):(5,1)", "((4,4),1)", "((2,(4,4)),(5,1)):((5,(10,40)),(1,0))", "(((4,4),2),(1,5)):(((10,40),5),(0,1))"),
        ("(2,5):(5,1)", 3, "((2,3),(5,1)):((5,10),(1,0))", "((3,2),(1,5)):((10,5),(0,1))"),
        ("(5):(4)", "(4):(1)", "((5,4)):((4,1))", "((4,5)):((1,4))"),
        ("4:1", "(16):(1)", "((4,16)):((1,4))", "((16,4)):((4,1))"),
        ("4:1", "3:1", "((4,3)):((1,4))", "((3,4)):((4,1))"),
        ("4:1", "(2,3)", "((4,2),(1,3)):((1,4),(0,8))", "((2,4),(3,1)):((4,1),(8,0))"),
    ],
)
def test_worked_blocked_and_raked_products(text, other, blocked, raked):
    A, B = parse(text), parse(other) if isinstance(other, str) else other
    B = Layout(B) if isinstance(B, tuple) else B
    assert blocked_product(A, B) == parse(blocked)
    assert raked_product(A, B) == parse(raked)


def test_thread_value_layouts_are_raked_products():
    threads, values = parse("(4,8):(8,1)"), parse("(2,4):(4,1)")
    assert raked_product(threads, values) == parse("((2,4),(4,8)):((128,8),(32,1))")


# -- products by modes -------------------------------------------------------------------------------------------------


def test_products_by_modes_regroup_as_divisions_do():
    A = Layout((4, (2, 3)), over=Zn)
    assert logical_product(A, (2, (None, 5))) == parse("((4,2),(2,(3,5))):((1@0,4@0),(1@0@1,(1@1@1,3@1@1)))")
    assert zipped_product(A, (2, (None, 5))) == parse("((4,(2,3)),(2,(1,5))):((1@0,(1@0@1,1@1@1)),(4@0,(0,3@1@1)))")
    assert tiled_product(A, (2,)) == parse("((4),2,(2,3)):((1@0),4@0,(1@0@1,1@1@1))")
    assert flat_product(A, (2, None)) == parse("(4,(2,3),2,1):(1@0,(1@0@1,1@1@1),4@0,0)")


COLLIDING = [
    ("(2,2):(1,2)", (2, 2)),
    ("(2,2):(1,2)", (2, None)),
    ("(3,2,2):(1,0,3)", (2,)),
    ("((2,2),3):((1,2),4)", ((None, 2), None)),
    ("(2,2):(1,2)", (parse("(2,3):(1,0)"), None)),
]


@pytest.mark.parametrize(("text", "tiler"), COLLIDING)
@pytest.mark.parametrize("product", [logical_product, zipped_product, tiled_product, flat_product])
def test_copies_of_one_mode_that_meet_another_mode_are_refused(product, text, tiler):
    with pytest.raises(NotInvertibleError) as caught:
        product(parse(text), tiler)
    i, j = caught.value.witness
    shown = str(caught.value).split("copies collide: ")[1].split(" takes")[0]
    kept = [n for n, _ in unrepeated(parse(shown))]
    assert brute.value(parse(shown), i) == brute.value(parse(shown), j)
    assert i in kept
    assert j in kept
    points = [brute.value(parse(shown), n) for n in kept]
    assert tuple(kept[k] for k in brute.first_collision(points)) == (i, j)


def unrepeated(L):
    """Return (index, digits) where the digits of stride 0 are 0."""
    for index in range(L.size):
        places = brute.digits(index, brute.leaves(L.shape))
        if not any(c for c, d in zip(places, brute.leaves(L.stride), strict=True) if not d):
            yield index, places


def test_copies_by_modes_that_do_not_meet_are_welcome():
    assert logical_product(parse("(2,2):(1,4)"), (None, parse("2:2"))) == parse("(2,(2,2)):(1,(4,2))")
    assert logical_product(parse("(2,2):(1,4)"), (None, parse("(2,3):(2,0)"))) == parse("(2,(2,(2,3))):(1,(4,(2,0)))")


def test_collisions_that_the_operands_bring_along_are_kept():
    assert logical_product(parse("(2,2):(1,1)"), (None, 2)).size == 8
    assert logical_product(parse("(2,2):(1,4)"), (None, parse("(2,2):(1,1)"))).size == 16


# -- tile_to_shape -----------------------------------------------------------------------------------------------------


@given(compact_layouts(), st.data())
def test_tile_to_shape_covers_the_shape_once(A, data):
    own = [mode.size for mode in as_modes(A)]
    repeats = [data.draw(st.integers(1, 3)) for _ in own]
    further = data.draw(st.lists(st.integers(1, 3), max_size=1))
    shape = tuple([s * n for s, n in zip(own, repeats, strict=True)] + further)
    order = tuple(data.draw(st.permutations(range(len(shape)))))
    R = tile_to_shape(A, shape, order)
    assert [mode.size for mode in R] == list(shape)
    assert is_bijective(R)
    assert [mode[0] for mode in R][: len(own)] == as_modes(A)
    starts, running = [0] * len(shape), A.size
    for k in sorted(range(len(shape)), key=lambda k: order[k]):
        starts[k] = running
        running *= R[k][1].size
    assert [mode[1].stride for mode in R if mode[1].size > 1] == [
        start for mode, start in zip(R, starts, strict=True) if mode[1].size > 1
    ]
    assert tile_to_shape(A, shape) == tile_to_shape(A, shape, tuple(range(len(shape))))
    assert tile_to_shape(A, shape, order) == tile_to_shape(A, shape, tuple([3 * k - 7 for k in order]))


@pytest.mark.parametrize(
    ("text", "shape", "order", "expected"),
    [
        ("(4,4):(8,1)", (8, 8), None, "((4,2),(4,2)):((8,4),(1,32))"),
        ("(4,4):(8,1)", (8, 8), (1, 0), "((4,2),(4,2)):((8,32),(1,4))"),
        ("(8,64):(64,1)", (128, 64, 3), (0, 1, 2), "((8,16),(64,1),(1,3)):((64,512),(1,0),(0,8192))"),
        ("4:1", 12, None, "((4,3)):((1,4))"),
        ("4:1", ((2, 6),), None, "((4,3)):((1,4))"),
        ("(8,64):(F72,F1)", (16, 128), None, "((8,2),(64,2)):((F72,F512),(F1,F1024))"),
    ],
)
def test_worked_tiles_to_shape(text, shape, order, expected):
    assert tile_to_shape(parse(text), shape, order) == parse(expected)


def test_swizzled_atoms_are_tiled_as_layouts_over_f2_and_as_chains():
    swizzle, atom = Swizzle(3, 3, 3), Layout((8, 64), (64, 1))
    chain = tile_to_shape(ComposedLayout(swizzle, 0, atom), (128, 64, 3))
    assert chain == ComposedLayout(swizzle, 0, tile_to_shape(atom, (128, 64, 3)))
    turned = tile_to_shape(ComposedLayout(swizzle, 0, atom), (16, 128), (1, 0))
    assert turned == ComposedLayout(swizzle, 0, tile_to_shape(atom, (16, 128), (1, 0)))
    assert equal(tile_to_shape(ComposedLayout(swizzle, 0, atom), (16, 128)), tile_to_shape(swizzle @ atom, (16, 128)))
    with pytest.raises(NotLinearError) as caught:
        tile_to_shape(swizzle @ atom, (128, 64, 3))
    assert caught.value.witness == 3


# -- refusals ----------------------------------------------------------------------------------------------------------

REFUSED = [
    (logical_product, "8:3", "(2,6):(1,2)", NotALayoutError, 3),
    (blocked_product, "8:3", "(2,6):(1,2)", NotALayoutError, 3),
    (logical_product, "(5,2):(8,3)", 4, NotALayoutError, 3),
    (logical_product, "(2,2):(1,1)", 2, NotInvertibleError, (1, 2)),
    (flat_product, "(2,2):(2,3)", 2, NotInvertibleError, (2, 3)),
    (raked_product, "4:-1", 2, NotInvertibleError, -1),
    (logical_product, "4:2", "3:-1", NotALayoutError, 1),
    (tiled_product, "4:1", (2, 3), ProfileError, (2, 3)),
    (blocked_product, "4:1", (2,), ProfileError, (2,)),
    (logical_product, "4:1", 0, ProfileError, 0),
    (logical_product, "4:F1", "3:1", NotLinearError, 3),
    (logical_product, "6:1", "(2,2):(F1,F3)", NotALayoutError, 3),
]


@pytest.mark.parametrize(("product", "text", "tiler", "error", "witness"), REFUSED)
def test_worked_refusals(product, text, tiler, error, witness):
    with pytest.raises(error) as caught:
        product(parse(text), parse(tiler) if isinstance(tiler, str) else tiler)
    assert caught.value.witness == witness
    assert str(caught.value).startswith(f"{product.__name__}: ")
    assert "keeps the chain" not in str(caught.value)


def test_copies_cannot_be_arranged_by_coordinates_of_numbers():
    with pytest.raises(ProfileError):
        logical_product(parse("4:1"), parse("(2,2):(1@0,1@1)"))


@pytest.mark.parametrize(
    ("text", "shape", "order", "error", "witness"),
    [
        ("(2,5):(5,1)", (6, 21), None, LayoutError, (21, 5)),
        ("(2,5):(5,1)", (6, 4), None, LayoutError, (4, 5)),
        ("(2,5):(5,1)", (0, 5), None, LayoutError, (0, 2)),
        ("(2,5):(5,1)", 10, None, ProfileError, 10),
        ("(2,5):(5,1)", (4, 5), (1,), ProfileError, (1,)),
        ("(2,5):(5,1)", (4, 5), 1, ProfileError, 1),
        ("(2,5):(5,1)", (4, 5), (0, "a"), ProfileError, "a"),
        ("(2,5):(5,1)", (4.0, 5), None, ProfileError, 4.0),
    ],
)
def test_shapes_that_do_not_fit_are_refused(text, shape, order, error, witness):
    with pytest.raises(error) as caught:
        tile_to_shape(parse(text), shape, order)
    assert caught.value.witness == witness


def test_only_layouts_are_repeated():
    for product in (logical_product, flat_product, blocked_product, raked_product, tile_to_shape):
        with pytest.raises(ProfileError):
            product((4, 2), 2)


def test_copies_are_not_read_through_an_outer_layout():
    """(2,4):(4,1) goes on at index 8 with the value 4 again."""
    with pytest.raises(ProfileError):
        tile_to_shape(ComposedLayout(Layout((2, 4), (4, 1)), 0, Layout(8)), 16)
    for order in ((0, 0), (1, 0, 1)):
        with pytest.raises(ProfileError) as caught:
            tile_to_shape(Layout((2, 4)), (4, 8, 3)[: len(order)], order)
        assert caught.value.witness == order
    assert tile_to_shape(ComposedLayout(None, 5, Layout(8)), 16) == ComposedLayout(None, 5, parse("((8,2)):((1,8))"))


def test_a_hostile_tiler_is_refused_quickly():
    tiler = 2
    for _ in range(5000):
        tiler = (tiler,)
    with pytest.raises(ProfileError):
        zipped_product(Layout(4), tiler)


def test_sizes_do_not_matter():
    big = 2**150
    assert logical_product(Layout(big, 3), 3 * big) == Layout((big, (3, big)), (3, (1, 3 * big)))
    assert tile_to_shape(Layout((2, 3)), (big, 3 * big)) == Layout(((2, big // 2), (3, big)), ((1, 6), (2, 3 * big)))
