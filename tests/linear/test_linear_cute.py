"""CuTe layouts and linear layouts: same values, the way back, refusals; and the two roads give one answer."""

import contextlib
import itertools
import time

import linear_brute as brute
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import carry_free_layouts, composed_layouts, f2_layouts, shapes, swizzles, z_layouts, zn_layouts

from layouts import (
    F2,
    AffineLayout,
    ComposedLayout,
    E,
    Layout,
    LayoutError,
    LinearLayout,
    NotALayoutError,
    NotLinearError,
    ProfileError,
    Swizzle,
    TooLargeError,
    Z,
    Zn,
    coalesce,
    complement,
    composition,
    equal,
    fix_inputs,
    flatten,
    from_affine,
    from_linear,
    inverse,
    is_bijective,
    is_carry_free,
    is_injective,
    left_inverse,
    parse,
    rank,
    right_inverse,
    swizzled_forms,
    swizzled_from_linear,
    to_affine,
    to_f2,
    to_linear,
)

NAMES = "abcdefgh"


def names_for(layout):
    """One name for each mode; one for all where the shape is an integer."""
    if not isinstance(layout.shape, tuple):
        return "a"
    return tuple(NAMES[: rank(layout.shape)])


def affine_by_points(values):
    """Tell by the definition whether a list of natural numbers, or of coordinates, is affine over F2."""
    if isinstance(values[0], tuple):
        return all(affine_by_points(axis) for axis in zip(*values, strict=True))
    n = len(values)
    if n & (n - 1) or min(values) < 0:
        return False
    return all(
        values[x ^ y] == values[x] ^ values[y] ^ values[0] for x, y in itertools.combinations(range(n), 2) if not x & y
    )


def joined(values, sizes):
    """The flat value of each coordinate, the first axis minor."""
    found = []
    for value in values:
        axes = value if isinstance(value, tuple) else (value,)
        flat = scale = 0
        for x, size in zip(axes, sizes, strict=False):
            flat += x << scale
            scale += size.bit_length() - 1
        found.append(flat)
    return found


# -- the example that everything must show -----------------------------------------------------------------------------

ACCUMULATOR = parse("((4,8),(2,2)):((32,1),(16,8))")


def tile():
    """The accumulator with registers first and columns first."""
    L = to_linear(ACCUMULATOR, ins=("lane", "register"), outs={"row": 16, "column": 8})
    return L.transpose_ins(["register", "lane"]).transpose_outs(["column", "row"])


def test_the_accumulator_of_one_warp_has_these_columns_and_this_inverse():
    L = tile()
    assert L.matrix.columns == (1, 64, 2, 4, 8, 16, 32)
    assert L.invert().matrix.columns == (1, 4, 8, 16, 32, 64, 2)
    assert L.get_out_dim_names() == ["column", "row"]
    assert L.invert()(row=9, column=5) == {"register": 3, "lane": 6}
    assert sum(map(sum, L.get_matrix_view())) == 7


def test_the_accumulator_equals_the_cute_layout_at_all_128_points():
    """CuTe: (thread, value) -> index m + 16 n of the 16x8 tile, thread first; ours by name."""
    L = tile()
    for register, lane in itertools.product(range(4), range(32)):
        place = L(register=register, lane=lane)
        assert ACCUMULATOR(lane, register) == place["row"] + 16 * place["column"]
        assert place == {"row": lane // 4 + 8 * (register // 2), "column": lane % 4 * 2 + register % 2}
    same_order = L.transpose_ins(["lane", "register"]).transpose_outs(["row", "column"])
    assert from_linear(same_order) == ACCUMULATOR


def test_a_swizzled_tile_turned_around_is_tritons_shared_layout():
    """CuTe goes (row, column) -> offset; Triton's shared layout offset -> (row, column)."""
    S = parse("Sw<3,3,3> o (8,64):(64,1)")
    shared = to_linear(S, ("dim0", "dim1"), "offset").invert()
    bases = [[0, 1], [0, 2], [0, 4], [0, 8], [0, 16], [0, 32], [1, 8], [2, 16], [4, 32]]
    assert shared.bases == [("offset", bases)]
    assert str(swizzled_from_linear(shared.invert())) == "Sw<3,3,3> o 0 o (8,64):(64,1)"


# -- laws --------------------------------------------------------------------------------------------------------------


@given(st.one_of(carry_free_layouts(), f2_layouts()))
def test_to_linear_has_the_values_of_the_layout_and_from_linear_leads_back(A):
    ins = names_for(A)
    L = to_linear(A, ins, "offset")
    for i in range(A.size):
        assert L(i) == A(i)
    assert L.get_in_dim_names() == list(ins)
    assert L.shape == tuple([A[k].size for k in range(A.rank)])
    back = from_linear(L)
    assert equal(back, A)
    assert back.over is (Z if is_carry_free(A) else F2)
    assert to_linear(back, ins, L.out_dims) == L
    assert to_linear(from_linear(L, F2), ins, L.out_dims) == L
    by_mode = coalesce(A, tuple([None] * A.rank)) if isinstance(A.shape, tuple) else coalesce(A)
    assert [m.size for m in back] == [m.size for m in A]
    assert by_mode.size == back.size


@given(brute.linear_layouts())
def test_from_linear_has_the_values_and_to_linear_leads_back(L):
    A = from_linear(L)
    assert [A(i) for i in range(L.size)] == [L(i) for i in range(L.size)]
    names = tuple(L.get_in_dim_names())
    assert to_linear(A, names, L.out_dims) == L
    assert A.rank == L.num_in_dims
    try:
        assert equal(from_linear(L, Z), A)
    except NotLinearError as refused:
        x, y = refused.witness
        assert L(x) & L(y)
        assert A.over is F2
    try:
        P = from_linear(L, Zn)
    except NotLinearError as refused:
        x, y = refused.witness
        at_x, at_y = brute.table(L)[x], brute.table(L)[y]
        assert any(at_x[name] & at_y[name] for name in at_x)
    else:
        count = L.num_out_dims if L.num_in_dims else 0
        for i, y in enumerate(brute.table(L)):
            assert count == 0 or (P(i) + (0,) * count)[:count] == tuple(y.values())
        assert to_linear(P, names, L.out_dims) == L


@given(zn_layouts())
def test_a_coordinate_layout_is_linear_where_every_axis_is(A):
    values = [A(i) for i in range(A.size)] if A.size & (A.size - 1) == 0 else []
    plain = values and all(isinstance(x, int) for x in values[0])
    assume(plain or not values)
    outs = tuple(NAMES[: len(values[0])]) if values else ("a", "b", "c", "d")
    try:
        L = to_linear(A, tuple("stuvwxyz"[: A.rank]), outs)
    except (NotLinearError, ProfileError) as refused:
        assert refused.witness is not None
        binary = all(s & (s - 1) == 0 for s in flatten(A.shape))
        assert not (binary and affine_by_points(values))
    else:
        assert [tuple(L.transpose_outs(outs).apply(x).values()) for x in brute.points(L.in_dims)] == values


@given(composed_layouts(2))
def test_to_affine_answers_exactly_where_the_chain_is_affine(C):
    values = [C(i) for i in range(C.size)]
    binary = all(s & (s - 1) == 0 for s in flatten(C.shape))
    try:
        A = to_affine(C, names_for(C), "offset")
    except NotLinearError as refused:
        assert refused.witness is not None
        assert not (binary and affine_by_points(values))
        return
    assert [A(i) for i in range(C.size)] == values
    if A.is_linear():
        assert to_linear(C, names_for(C), "offset") == A.linear
    else:
        with pytest.raises(NotLinearError):
            to_linear(C, names_for(C), "offset")


@given(z_layouts(shape=shapes((1, 2, 2, 4)), stride=st.integers(-9, 9)), st.integers(-3, 40))
def test_an_offset_and_negative_strides_are_affine_exactly_where_no_two_steps_change_one_bit(L, offset):
    C = ComposedLayout(None, offset, L)
    values = [C(i) for i in range(C.size)]
    try:
        A = to_affine(C, names_for(C), "x")
    except NotLinearError:
        assert not affine_by_points(values)
    else:
        assert [A(i) for i in range(C.size)] == values
        assert [from_affine(A)(i) for i in range(C.size)] == values


@given(brute.linear_layouts(), st.data())
def test_from_affine_has_the_values_and_to_affine_leads_back(L, data):
    constant = {name: data.draw(st.integers(0, size - 1)) for name, size in L.out_dims}
    A = AffineLayout(L, constant)
    C = from_affine(A)
    assert [C(i) for i in range(L.size)] == [A(i) for i in range(L.size)]
    assert to_affine(C, tuple(L.get_in_dim_names()), L.out_dims) == A


@given(swizzles(), carry_free_layouts())
def test_a_swizzle_after_a_carry_free_layout_comes_back_as_one(S, A):
    L = to_linear(ComposedLayout(S, 0, A), names_for(A), "offset")
    assert to_linear(S @ A, names_for(A), "offset") == L
    form = swizzled_from_linear(L)
    assert form.outer.bits <= S.bits
    for i in range(A.size):
        assert form(i) == S(A(i))


@given(brute.linear_layouts())
def test_swizzled_from_linear_answers_exactly_where_a_form_exists(L):
    try:
        form = swizzled_from_linear(L)
    except NotALayoutError as refused:
        x, y = refused.witness
        assert L(x) & L(y)
        assert swizzled_forms(from_linear(L, F2)) == ()
    else:
        assert [form(i) for i in range(L.size)] == [L(i) for i in range(L.size)]
        assert to_linear(form, tuple(L.get_in_dim_names()), L.out_dims) == L


@given(carry_free_layouts(), st.data())
def test_sizes_cut_the_index_and_the_values_minor_to_major(A, data):
    n, m = A.size.bit_length() - 1, to_linear(A, NAMES[: A.rank], "x").matrix.rows
    cut_in, cut_out = data.draw(st.integers(0, n)), data.draw(st.integers(0, m))
    L = to_linear(A, {"low": 1 << cut_in, "high": 1 << n - cut_in}, {"p": 1 << cut_out, "q": 2 << m - cut_out})
    for i in range(A.size):
        found = L(low=i % (1 << cut_in), high=i >> cut_in)
        assert found["p"] + (found["q"] << cut_out) == A(i)


# -- naming ------------------------------------------------------------------------------------------------------------


def test_names_may_follow_the_tree_of_the_shape():
    flat = to_linear(ACCUMULATOR, ("lane", "register"), "x")
    deep = to_linear(ACCUMULATOR, (("quad", "group"), ["pair", "half"]), "x")
    assert deep.in_dims == [("quad", 4), ("group", 8), ("pair", 2), ("half", 2)]
    assert deep.matrix == flat.matrix == to_linear(ACCUMULATOR, "index", "x").matrix
    assert to_linear(ACCUMULATOR, ("lane", ("pair", "half")), "x").shape == (32, 2, 2)
    assert to_linear(Layout(8), "a", "x") == to_linear(Layout(8), ("a",), ("x",)) == to_linear(Layout((8,)), "a", "x")
    assert to_linear(Layout(()), (), "x").out_dims == [("x", 1)]
    assert to_linear(Layout((4, 1)), ("a", "b"), "x").in_dims == [("a", 4), ("b", 1)]


def test_axes_are_named_one_by_one():
    both = Layout((4, 8), (E(0), E(1)))
    assert to_linear(both, ("a", "b"), ("x", "y")).out_dims == [("x", 4), ("y", 8)]
    assert to_linear(both, ("a", "b"), {"x": 16, "y": 8, "z": 2}).out_dims == [("x", 16), ("y", 8), ("z", 2)]
    assert to_linear(Layout(4, E(2)), "a", ("x", "y", "z")).bases == [("a", [[0, 0, 1], [0, 0, 2]])]
    assert to_linear(Layout((2, 2), (E(1, 0), E(1, 1))), "a", ("x", "y", "z")).out_dims == [
        ("x", 1),
        ("y", 2),
        ("z", 2),
    ]
    moved = to_affine(ComposedLayout(None, (4, 1), Layout((4, 1), (E(0), E(1)))), ("a", "b"), ("x", "y"))
    assert moved.offset == {"x": 4, "y": 1}


@pytest.mark.parametrize(
    ("ins", "outs"),
    [
        (("a",), "x"),
        (("a", "b", "c"), "x"),
        (("a", "a"), "x"),
        (("a", ("b", "c")), "x"),
        ((("a", "b"), "c"), "x"),
        (("a", 3), "x"),
        (("a", None), "x"),
        (None, "x"),
        (5, "x"),
        ({"a": 4}, "x"),
        ({"a": 4, "b": 3}, "x"),
        (("a", "b"), ("x", "y")),
        (("a", "b"), {"x": 16}),
        (("a", "b"), {"x": 3}),
        (("a", "b"), None),
        (("a", "b"), 7),
        (("a", "b"), ()),
        (("a", "b"), [("x", 4), ("x", 8)]),
        (("a", "b"), {"x": True}),
        (("a", "b"), {"x": 4.0}),
        (("a", "b"), [("x",)]),
    ],
    ids=repr,
)
def test_names_that_do_not_fit_are_refused(ins, outs):
    for A in (Layout((4, 8), (8, 1)), Layout((4, 8), (8, 1), over=F2)):
        for convert in (to_linear, to_affine):
            with pytest.raises(ProfileError):
                convert(A, ins, outs)


def test_sizes_that_are_too_small_are_refused_with_the_bit_that_is_lost():
    with pytest.raises(ProfileError, match="holds 4 bits, and the values have 5") as caught:
        to_linear(Layout(32), "i", {"x": 4, "y": 4})
    assert caught.value.witness == 16
    with pytest.raises(ProfileError, match="'y' has the size 4") as caught:
        to_linear(Layout((4, 8), (E(0), E(1))), ("a", "b"), {"x": 4, "y": 4})
    assert caught.value.witness == ("y", 4)
    with pytest.raises(ProfileError, match="1 outputs for the 2 axes"):
        to_linear(Layout((4, 8), (E(0), E(1))), ("a", "b"), "x")
    with pytest.raises(ProfileError, match="4 outputs for the 3 axes"):
        to_linear(Layout((2, 2), (E(1, 0), E(1, 1))), "a", ("x", "y", "z", "t"))


# -- refusals ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "witness"),
    [
        ("(32,4):(1,33)", (1, 32)),
        ("(2,2):(1,1)", (1, 2)),
        ("4:3", (1, 2)),
        ("(3,4):(1,4)", 3),
        ("2:-1", 1),
        ("1 + (2,2):(1,2)", (1, 2)),
        ("-4 + 8:1", 0),
        ("(3,2):(1@0,1@1)", 3),
        ("4:3@0", (1, 2)),
        ("Sw<1,0,1> o 1 o 4:3", (1, 2)),
        ("5:1 o 1 o 3:1", 3),
    ],
)
def test_maps_that_are_not_linear_are_refused_with_two_indices(text, witness):
    A = parse(text)
    for convert in (to_linear, to_affine):
        with pytest.raises(NotLinearError) as caught:
            convert(A, "i", "x")
        assert caught.value.witness == witness
        if isinstance(witness, tuple) and isinstance(A(0), int):
            x, y = witness
            assert A(x ^ y) != A(x) ^ A(y) ^ A(0)


def test_an_affine_chain_is_no_linear_layout():
    with pytest.raises(NotLinearError, match="to_affine") as caught:
        to_linear(parse("2 + (2,2,8):(1,-2,4)"), "lane", {"lane": 32})
    assert caught.value.witness == {"lane": 2}
    exchange = to_affine(parse("2 + (2,2,8):(1,-2,4)"), "lane", {"lane": 32})
    assert [exchange(i) for i in range(32)] == [i ^ 2 for i in range(32)]
    assert str(from_affine(exchange)) == "2 + ((2,2,8)):((1,-2,4))"


def test_a_slice_of_a_linear_layout_is_a_chain():
    L = to_linear(parse("(8,64):(F72,F1)"), ("row", "column"), "offset")
    C = from_affine(fix_inputs(L, {"row": 3}))
    assert [C(j) for j in range(64)] == [3 * 64 + (j ^ 24) for j in range(64)]
    assert str(C) == "216 + ((8,4,2)):((1,-8,32))"


def test_modes_over_f2_that_are_no_single_swizzle_are_refused():
    L = LinearLayout([("i", [[1], [2], [4], [9], [17]])], [("x", 32)])
    assert L(8) & L(1)
    T = Swizzle(1, 4, 6) @ (Swizzle(1, 5, 4) @ parse("(32,32):(64,2)"))
    with pytest.raises(NotALayoutError, match="no single") as caught:
        swizzled_from_linear(to_linear(T, ("a", "b"), "x"))
    x, y = caught.value.witness
    assert T(x) & T(y)


def test_over_is_z_f2_or_zn():
    L = LinearLayout([("lane", [[0, 1], [1, 1]])], [("row", 2), ("column", 2)])
    with pytest.raises(NotLinearError) as caught:
        from_linear(L, Z)
    assert caught.value.witness == (1, 2)
    with pytest.raises(NotLinearError, match="axis 'column'"):
        from_linear(L, Zn)
    for wrong in ("Z", 2, True, L):
        with pytest.raises(ProfileError):
            from_linear(L, wrong)


@pytest.mark.parametrize("wrong", [None, 5, "4:1", (4, 1), [Layout(4)], F2, np.int64(3), Swizzle(1, 0, 1)], ids=repr)
def test_other_values_are_refused(wrong):
    calls = [from_linear, swizzled_from_linear, from_affine]
    calls += [lambda x: to_linear(x, "a", "b"), lambda x: to_affine(x, "a", "b")]
    for call in calls:
        with pytest.raises(ProfileError):
            call(wrong)


def test_large_layouts_are_answered_and_large_enumerations_refused():
    start = time.perf_counter()
    L = to_linear(Layout((2**40, 2**30), (2**30, 1)), ("a", "b"), "x")
    assert from_linear(L) == Layout((2**40, 2**30), (2**30, 1))
    for call in (
        lambda: to_linear(Layout(2**5000), "a", "x"),
        lambda: to_affine(ComposedLayout(Layout(6, 5), 1, Layout(2**40)), "a", "x"),
        lambda: to_affine(parse("Sw<2,0,3> o 1 o (1048576,4):(1,1)"), "a", "x"),
    ):
        with pytest.raises((TooLargeError, NotLinearError)):
            call()
    deep = 4
    for _ in range(90):
        deep = (deep,)
    names = "a"
    for _ in range(90):
        names = (names,)
    assert to_linear(Layout(deep), names, "x").in_dims == [("a", 4)]
    with pytest.raises(LayoutError):
        to_linear(Layout(deep), (names,) * 1 + ("b",), "x")
    assert time.perf_counter() - start < 2


# -- the two roads -----------------------------------------------------------------------------------------------------


@given(carry_free_layouts(), carry_free_layouts())
def test_composition_of_carry_free_layouts_is_the_composition_of_their_matrices(A, B):
    second, first = to_linear(A, "index", "x"), to_linear(B, "i", "index")
    assume(first.get_out_dim_size("index") <= A.size)
    road = first.compose(second)
    try:
        found = composition(A, B)
    except NotALayoutError:
        pytest.fail(f"{A} o {B} is linear over F2 and refused over Z")
    assert equal(found, from_linear(road))
    assert equal(composition(to_f2(A), to_f2(B)), from_linear(road, F2))


@given(st.one_of(carry_free_layouts(), f2_layouts()))
def test_inverses_are_those_of_the_matrix(A):
    L = to_linear(A, "i", "x")
    assert is_injective(A) is L.is_injective()
    reached = L.matrix.rows
    onto = LinearLayout.from_matrix(L.matrix, {"i": A.size}, {"x": 1 << reached})
    if onto.is_invertible():
        assert is_bijective(A)
        assert equal(inverse(A), from_linear(onto.invert()))
        assert equal(left_inverse(A), from_linear(onto.invert()))
        assert equal(right_inverse(A), from_linear(onto.invert()))
    elif L.is_injective():
        Q = left_inverse(A)
        assert [Q(L(i)) for i in range(A.size)] == list(range(A.size))
    R = right_inverse(A)
    assert [L(R(k)) for k in range(R.size)] == list(range(R.size))


@given(carry_free_layouts())
def test_the_complement_of_a_carry_free_layout_completes_its_basis(A):
    assume(is_injective(A))
    roads = [(complement(to_f2(A)), True)]
    with contextlib.suppress(LayoutError):
        roads.append((complement(A), is_carry_free(complement(A))))
    for C, binary in roads:
        if binary:
            L, K = to_linear(A, "i", "x"), to_linear(C, "j", "x")
            bits = max(L.matrix.rows, K.matrix.rows)
            both = to_linear(A, "i", {"x": 1 << bits}).concat_ins(to_linear(C, "j", {"x": 1 << bits}))
            assert both.is_invertible()


@given(carry_free_layouts(), carry_free_layouts())
def test_the_product_of_names_is_the_pair_of_modes(A, B):
    """Triton's product puts B's values above those of A; as CuTe modes, B is scaled by the size of A's output."""
    L, K = to_linear(A, "i", "x"), to_linear(B, "j", "x")
    scale = L.get_out_dim_size("x")
    joined_strides = Layout((A.shape, B.shape), (A.stride, _scaled(B.stride, scale)))
    assert equal(from_linear(L * K), joined_strides)


def _scaled(tree, factor):
    return tuple([_scaled(t, factor) for t in tree]) if isinstance(tree, tuple) else tree * factor


def test_every_small_binary_layout_is_linear_exactly_where_its_points_say():
    for shape in ((4,), (2, 2), (2, 4)):
        for strides in itertools.product(range(-2, 6), repeat=len(shape)):
            for offset in (0, 1, 2, 5):
                C = ComposedLayout(None, offset, Layout(shape, strides))
                values = [C(i) for i in range(C.size)]
                if affine_by_points(values):
                    A = to_affine(C, "i", "x")
                    assert list(A.linear.matrix.columns) == [
                        values[1 << k] ^ values[0] for k in range(len(A.linear.matrix.columns))
                    ]
                    assert A.offset == {"x": values[0]}
                else:
                    with pytest.raises(NotLinearError):
                        to_affine(C, "i", "x")
