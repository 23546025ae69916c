"""Layouts for tensors, registers and actions: each function by its definition at every point; refusals."""

import copy
import pickle
from itertools import permutations, product

import linear_brute as brute
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts import (
    ColumnAction,
    LinearLayout,
    NotInvertibleError,
    ProfileError,
    TooLargeError,
    action_additive_strides,
    action_remove_broadcasted_regs,
    broadcast_as,
    ensure_layout_not_larger_than,
    ensure_layout_not_smaller_than,
    factor_maximal_identity_prefix,
    get_reps,
    identity_standard_nd,
    largest_vectorisation,
    reg_perm_for_divide,
    remove_standard_dim,
    reshape_layout,
    standard_out_dim_names,
    standard_out_dim_pairs,
    strided_standard_nd,
    transpose_linear_layout,
    zeros_like,
)

POWERS = st.sampled_from((1, 2, 4))


@st.composite
def tensor_layouts(draw, rank=None, ins=("register", "lane")):
    """Draw a layout with registers first and outputs dim0, dim1, ..."""
    rank = draw(st.integers(1, 3)) if rank is None else rank
    outs = [(f"dim{i}", draw(st.integers(0, 2))) for i in range(rank)]
    return draw(brute.linear_layouts([(name, draw(st.integers(0, 3))) for name in ins], outs))


# -- for tensors -------------------------------------------------------------------------------------------------------


@given(st.lists(POWERS, max_size=3).flatmap(lambda s: st.tuples(st.just(s), st.permutations(range(len(s))))))
def test_identity_counts_a_tensor_in_an_order(case):
    shape, order = case
    L = identity_standard_nd("offset", shape, order)
    assert L.out_dims == [(f"dim{i}", shape[i]) for i in order]
    for i, y in enumerate(brute.points([(f"dim{k}", shape[k]) for k in order])):
        assert L(i) == brute.flat(y, L.out_dims)
        if L.in_dims:
            assert brute.value(L, {"offset": i}) == y


@given(tensor_layouts(), st.data(), st.booleans())
def test_a_layout_cut_to_a_shape_makes_copies_of_what_does_not_fit(L, data, keep):
    shape = {name: data.draw(POWERS) for name, _ in L.out_dims}
    R = ensure_layout_not_larger_than(L, shape, broadcast_registers=keep)
    assert R.out_dims == [(name, min(size, shape[name])) for name, size in L.out_dims]
    sizes = [size for _, size in R.out_dims]
    for (name, before), (_, after) in zip(L.bases, R.bases, strict=True):
        cut = [[x if x < size else 0 for x, size in zip(v, sizes, strict=True)] for v in before]
        if not keep and name == "register":
            cut = [v for v, old in zip(cut, before, strict=True) if any(v) or not any(old)]
        assert after == cut


@given(tensor_layouts(), st.data())
def test_a_layout_grown_to_a_shape_repeats_with_its_registers(L, data):
    shape = {name: data.draw(POWERS) for name, _ in L.out_dims}
    R = ensure_layout_not_smaller_than(L, shape)
    assert R.out_dims == [(name, max(size, shape[name])) for name, size in L.out_dims]
    quotient = R.divide_left(L)
    assert quotient.is_injective()
    bits = 0
    for name, size in R.out_dims:  # the repetitions count the outputs one after the other
        more = size // L.get_out_dim_size(name)
        for i in range(more.bit_length() - 1):
            v = quotient.get_basis("register", bits)
            assert v == [1 << i if out == name else 0 for out, _ in R.out_dims]
            bits += 1
    assert quotient.get_in_dim_size("register") == 1 << bits
    assert quotient.get_in_dim_size("lane") == 1


@given(tensor_layouts(), st.data())
def test_a_reshaped_tensor_has_the_same_row_major_indices(L, data):
    bits = L.get_total_out_dim_size_log2()
    first = data.draw(st.integers(0, bits))
    R = reshape_layout(L, [1 << first, 1 << bits - first])
    assert R.out_dims == [("dim0", 1 << first), ("dim1", 1 << bits - first)]
    for x in brute.points(L.in_dims):
        indices = [brute.flat(brute.value(A, x), A.out_dims[::-1]) for A in (L, R)]
        assert indices[0] == indices[1]
    assert reshape_layout(R, [size for _, size in L.out_dims]) == L


@given(tensor_layouts(), st.data())
def test_a_transposed_tensor_takes_its_dimensions_in_order(L, data):
    order = data.draw(st.permutations(range(L.num_out_dims)))
    T = transpose_linear_layout(L, order)
    assert T.get_out_dim_names() == L.get_out_dim_names()
    for x in brute.points(L.in_dims):
        before, after = list(brute.value(L, x).values()), list(brute.value(T, x).values())
        assert after == [before[i] for i in order]
    back = [order.index(i) for i in range(len(order))]
    assert transpose_linear_layout(T, back) == L


@given(tensor_layouts(), st.data())
def test_without_a_dimension_the_others_are_renumbered(L, data):
    k = data.draw(st.integers(0, L.num_out_dims - 1))
    R = remove_standard_dim(L, k)
    assert R.get_out_dim_names() == standard_out_dim_names(L.num_out_dims - 1)
    for x in brute.points(L.in_dims):
        values = list(brute.value(L, x).values())
        assert list(brute.value(R, x).values()) == values[:k] + values[k + 1 :]


@given(brute.linear_layouts())
def test_zeros_keep_the_dimensions(L):
    Z = zeros_like(L)
    assert (Z.in_dims, Z.out_dims) == (L.in_dims, L.out_dims)
    assert not any(Z.matrix.columns)
    assert standard_out_dim_pairs([4, 2]) == [("dim0", 4), ("dim1", 2)]


# -- registers ---------------------------------------------------------------------------------------------------------

TILES = brute.linear_layouts(ins=[("register", 1)], outs=[("dim0", 1)])


@given(tensor_layouts(2), TILES, st.booleans())
def test_the_order_of_registers_divides_if_some_order_does(A, B, left):
    orders = [ColumnAction(p, "register", len(p)) for p in permutations(range(A.get_in_dim_size_log2("register")))]

    def divides(action):
        moved = action.apply(A)
        return (moved.divide_left(B) if left else moved.divide_right(B)) is not None

    action = reg_perm_for_divide(A, B, left)
    if any(divides(order) for order in orders):
        assert divides(action)
    elif action is not None:
        assert sorted(action.action) == list(range(len(action.action)))


def test_a_tile_with_a_repeated_basis_takes_two_registers():
    A = LinearLayout([("register", [[2], [1], [1]])], [("x", 4)])
    B = LinearLayout([("register", [[1], [1]])], [("x", 2)])
    assert reg_perm_for_divide(A, B).action == (1, 2, 0)
    assert reg_perm_for_divide(A.resize_in_dim("register", 4), B) is None


def test_a_later_basis_with_a_bit_of_the_tile_has_no_repetitions():
    tile = LinearLayout.identity_1d(2, "register", "x")
    assert get_reps(LinearLayout([("register", [[1], [3]])], [("x", 4)]), tile) is None
    assert get_reps(LinearLayout([("register", [[1], [2]]), ("lane", [[1]])], [("x", 4)]), tile) is None
    assert get_reps(LinearLayout([("register", [[2], [4]])], [("x", 8)]), tile) is None
    assert get_reps(LinearLayout([("register", [[1], [2]])], [("x", 4)]), tile).bases == [("register", [[0], [2]])]
    assert get_reps(LinearLayout([("register", [])], [("x", 2)]), tile) is None
    assert (
        get_reps(LinearLayout([("register", [[1]])], [("x", 2)]), tile * LinearLayout.identity_1d(2, "lane", "x"))
        is None
    )


@given(tensor_layouts())
def test_removing_broadcast_registers_drops_zero_bases(L):
    R = action_remove_broadcasted_regs(L).apply(L)
    assert L.remove_zero_bases_along_dim("register") == R


@given(tensor_layouts())
def test_broadcast_values_are_equal_where_free_bits_differ(L):
    mask, n = L.get_free_variable_masks()["register"], L.get_in_dim_size("register")
    kept = [r for r in range(n) if not r & mask]
    values = broadcast_as([f"v{r}" for r in kept], L)
    assert values == [f"v{r & ~mask}" for r in range(n)]


def span(vectors):
    """Return all XORs of some vectors."""
    found = {0}
    for v in vectors:
        found |= {x ^ v for x in found}
    return found


def check_additive(L, addresses, mask, first):
    """The registers that count may be added to every address and every bit of the mask, and no other basis may."""
    count, action = action_additive_strides(L, addresses, mask, 1 << first)
    bits = L.get_in_dim_size_log2("register")
    assert sorted(action.action) == list(range(bits))
    columns = L.sublayout(["register"], L.get_out_dim_names()).matrix.columns
    reached = span([*addresses.matrix.columns, *[1 << i for i in range(4) if mask >> i & 1]])

    def adds(value):
        return all(value + x == value ^ x for x in reached)

    front = action.action[: count.bit_length() - 1]
    assert list(front) == [i for i in range(bits) if i < first or adds(columns[i])]
    assert all(adds(v) for v in span([columns[i] for i in front if i >= first]))


@given(tensor_layouts(), st.integers(0, 7), st.data())
def test_additive_registers_add_at_every_address_and_no_others_do(L, mask, data):
    first = data.draw(st.integers(0, L.get_in_dim_size_log2("register")))
    check_additive(L, L.sublayout(["lane"], L.get_out_dim_names()), mask, first)


def test_a_register_that_is_a_lane_basis_does_not_add():
    A = LinearLayout([("register", [[8]]), ("lane", [[8], [1]])], [("offset", 16)])
    assert A.apply({"register": 1, "lane": 1}) == {"offset": 0}  # and 8 + 8 is 16
    assert action_additive_strides(A, A.sublayout(["lane"], ["offset"])) == (1, ColumnAction((0,), "register", 1))
    B = LinearLayout([("register", [[4], [8], [2]])], [("offset", 16)])
    warp = LinearLayout([("warp", [[2]])], [("offset", 16)])
    assert action_additive_strides(B, warp, 7) == (2, ColumnAction((1, 0, 2), "register", 3))


def test_all_small_additive_registers_are_those_that_add():
    for r, lane, mask in product(product(range(4), repeat=2), range(4), range(4)):
        L = LinearLayout([("register", [[r[0]], [r[1]]]), ("lane", [[lane]])], [("offset", 4)])
        for first in range(3):
            check_additive(L, L.sublayout(["lane"], ["offset"]), mask, first)


@given(st.lists(st.tuples(POWERS, POWERS), max_size=3), st.data())
def test_a_strided_tensor_counts_in_steps(pairs, data):
    order = data.draw(st.permutations(range(len(pairs))))
    L = strided_standard_nd("offset", [n for n, _ in pairs], [s for _, s in pairs], order)
    assert L.out_dims == [(f"dim{i}", pairs[i][0] * pairs[i][1]) for i in order]
    for x, y in enumerate(brute.points([(f"dim{i}", pairs[i][0]) for i in order])):
        assert L(x) == brute.flat({f"dim{i}": y[f"dim{i}"] * pairs[i][1] for i in order}, L.out_dims)
    if all(s == 1 for _, s in pairs):
        assert identity_standard_nd("offset", [n for n, _ in pairs], order) == L


@given(brute.linear_layouts(ins=[("register", 3), ("lane", 1)], outs=[("offset", 3)]), st.sampled_from((None, 1, 2, 4)))
def test_the_largest_vector_is_the_largest_that_some_order_gives(L, most):
    def width(action):
        moved = action.apply(L)
        return max([v for v in (1, 2, 4, 8) if moved.divide_left(LinearLayout.identity_1d(v, "register", "offset"))])

    v, action = largest_vectorisation(L, 16, most)
    if most is None:
        assert v == max([width(ColumnAction(p, "register", 3)) for p in permutations(range(3))])
        assert width(action) >= v
    else:
        assert v == min(most, width(action))
        assert action.is_identity()
    assert largest_vectorisation(L, 128)[0] == 1


@given(tensor_layouts(2), TILES)
def test_repetitions_and_the_tile_make_the_layout(L, tile):
    P = tile * L
    reps = get_reps(P, tile)
    assert reps == (zeros_like(tile) * P.divide_left(tile)).transpose_outs(P.get_out_dim_names()).transpose_ins(
        P.get_in_dim_names()
    )
    R = get_reps(L, tile)
    if L.divide_left(tile) is not None:
        assert R is not None
    if R is not None:
        for x in brute.points(L.in_dims):
            low = {"register": x["register"] % tile.get_in_dim_size("register")}
            t = {"dim0": 0, "dim1": 0, **brute.value(tile, low)}
            assert {n: t[n] ^ v for n, v in brute.value(R, x).items()} == brute.value(L, x)


@given(brute.linear_layouts(ins=[("x", 2), ("y", 1)], outs=[("out", 3)]), st.sampled_from((None, 1, 2, 4)))
def test_the_identity_prefix_is_the_largest(L, most):
    n, Q = factor_maximal_identity_prefix(L, "x", "out", most)
    whole = LinearLayout.identity_1d(n, "x", "out") * Q
    assert brute.same_map(whole, L)
    for larger in (2, 4, 8):
        if larger > n and (most is None or larger <= most):
            assert L.divide_left(LinearLayout.identity_1d(larger, "x", "out")) is None


# -- actions -----------------------------------------------------------------------------------------------------------


@st.composite
def actions(draw, bits=3):
    order = draw(st.permutations(range(bits)))
    return ColumnAction(order[: draw(st.integers(0, bits))], "register", bits)


@given(actions(), tensor_layouts(1))
def test_an_action_chooses_bases_and_values_alike(action, L):
    L = L.sublayout(["register"], ["dim0"]).reshape_ins([("register", L.get_in_dim_size("register"))])
    values = list(range(8))
    moved = action.apply(values)
    assert len(moved) == 1 << len(action.action)
    for i, j in enumerate(moved):
        assert j == sum([1 << a for k, a in enumerate(action.action) if i >> k & 1])
    wide = LinearLayout.identity_1d(8, "register", "x") * LinearLayout.identity_1d(2, "lane", "x")
    chosen = action.apply(wide)
    for lane in range(2):
        for i, j in enumerate(moved):
            x = {"register": i, "lane": lane}
            assert brute.value(chosen, x) == brute.value(wide, {"register": j, "lane": lane})


@given(actions(), st.data())
def test_actions_compose_and_invert(action, data):
    second = data.draw(actions(len(action.action)))
    values = list("abcdefgh")
    assert action.left_compose(second).apply(values) == second.apply(action.apply(values))
    if len(action.action) == 3:
        inverse = action.inverse()
        assert inverse.apply(action.apply(values)) == values
        assert action.left_compose(inverse).is_identity()
    else:
        with pytest.raises(NotInvertibleError) as caught:
            action.inverse()
        assert caught.value.witness not in action.action


def test_actions_are_values():
    a = ColumnAction([1, 0], "register", 2)
    assert eval(repr(a)) == pickle.loads(pickle.dumps(a)) == copy.deepcopy(a) == a
    assert len({a, ColumnAction((1, 0), "register", 2), ColumnAction((0, 1), "register", 2)}) == 2
    assert a != 3
    with pytest.raises(AttributeError, match="immutable"):
        a.action = ()
    with pytest.raises(AttributeError, match="immutable"):
        del a.action


# -- refusals ----------------------------------------------------------------------------------------------------------

L = LinearLayout([("register", [[1]]), ("lane", [[2]])], [("dim0", 4)])
LANE = LinearLayout.identity_1d(4, "lane", "offset")
MANY = LinearLayout([("register", [[0]] * 40)], {"offset": 2})
REFUSED = [
    (lambda: standard_out_dim_names(-1), ProfileError, -1),
    (lambda: standard_out_dim_names(10**9), ProfileError, 10**9),
    (lambda: standard_out_dim_names(2.0), ProfileError, 2.0),
    (lambda: standard_out_dim_pairs(4), ProfileError, 4),
    (lambda: identity_standard_nd("o", [4, 3], [0, 1]), ProfileError, 3),
    (lambda: identity_standard_nd("o", [4, 0], [0, 1]), ProfileError, 0),
    (lambda: identity_standard_nd("o", [4, 2], [0, 0]), ProfileError, (0, 0)),
    (lambda: identity_standard_nd("o", [4, 2], [0]), ProfileError, (0,)),
    (lambda: identity_standard_nd(3, [4], [0]), ProfileError, 3),
    (lambda: strided_standard_nd("o", [4, 2], [1], [0, 1]), ProfileError, (2, 1)),
    (lambda: strided_standard_nd("o", [4], [3], [0]), ProfileError, 3),
    (lambda: zeros_like(3), ProfileError, 3),
    (lambda: ensure_layout_not_larger_than(L, {"dim0": 3}), ProfileError, 3),
    (lambda: ensure_layout_not_larger_than(L, {}), ProfileError, "dim0"),
    (lambda: ensure_layout_not_larger_than(L, {"dim0": 2, "dim1": 2}), ProfileError, "dim1"),
    (lambda: ensure_layout_not_larger_than(L, [4]), ProfileError, [4]),
    (lambda: ensure_layout_not_smaller_than(LinearLayout([], {"dim0": 2}), {"dim0": 4}), ProfileError, "dim0"),
    (lambda: ensure_layout_not_smaller_than(None, {}), ProfileError, None),
    (lambda: reshape_layout(L, [2, 4]), ProfileError, (2, 3)),
    (lambda: reshape_layout(L, 4), ProfileError, 4),
    (lambda: transpose_linear_layout(L, [1]), ProfileError, (1,)),
    (lambda: transpose_linear_layout(L, 0), ProfileError, 0),
    (lambda: remove_standard_dim(L, 1), ProfileError, 1),
    (lambda: remove_standard_dim(LANE, 0), ProfileError, ["offset"]),
    (lambda: reg_perm_for_divide(LANE, LANE), ProfileError, ["lane"]),
    (lambda: reg_perm_for_divide(L, LinearLayout.identity_1d(2, "register", "z")), ProfileError, "z"),
    (lambda: reg_perm_for_divide(L, 3), ProfileError, 3),
    (lambda: action_remove_broadcasted_regs(LinearLayout()), ProfileError, []),
    (lambda: action_additive_strides(L, L, -1), ProfileError, -1),
    (lambda: action_additive_strides(L, L, 0, 3), ProfileError, 3),
    (lambda: action_additive_strides(L, L, 0, 4), ProfileError, 4),
    (lambda: action_additive_strides(L, 3), ProfileError, 3),
    (lambda: broadcast_as([1], L), ProfileError, 1),
    (lambda: broadcast_as(3, L), ProfileError, 3),
    (lambda: broadcast_as([1], MANY), TooLargeError, 2**40),
    (lambda: largest_vectorisation(L, 16), ProfileError, "offset"),
    (lambda: largest_vectorisation(MANY, 12), ProfileError, 12),
    (lambda: largest_vectorisation(MANY, 256), ProfileError, 256),
    (lambda: ColumnAction(range(1000), "r", 1000).apply([1]), ProfileError, 1),
    (lambda: largest_vectorisation(MANY, 16, 3), ProfileError, 3),
    (lambda: get_reps(L, LinearLayout.identity_1d(2, "register", "z")), ProfileError, "z"),
    (lambda: get_reps(L, None), ProfileError, None),
    (lambda: factor_maximal_identity_prefix(L, "z", "dim0"), ProfileError, "z"),
    (lambda: factor_maximal_identity_prefix(L, "lane", "z"), ProfileError, "z"),
    (lambda: factor_maximal_identity_prefix(L, "lane", "dim0", 0), ProfileError, 0),
    (lambda: ColumnAction([0, 0], "r", 2), ProfileError, 0),
    (lambda: ColumnAction([2], "r", 2), ProfileError, 2),
    (lambda: ColumnAction([-1], "r", 2), ProfileError, -1),
    (lambda: ColumnAction([True], "r", 2), ProfileError, True),
    (lambda: ColumnAction("01", "r", 2), ProfileError, "01"),
    (lambda: ColumnAction([0], 3, 2), ProfileError, 3),
    (lambda: ColumnAction([0], "r", 10**9), ProfileError, 10**9),
    (lambda: ColumnAction([0], "lane", 2).apply(L), ProfileError, 1),
    (lambda: ColumnAction([0], "z", 2).apply(L), ProfileError, "z"),
    (lambda: ColumnAction([0], "r", 2).apply([1]), ProfileError, 1),
    (lambda: ColumnAction([0], "r", 2).apply(3), ProfileError, 3),
    (lambda: ColumnAction([0], "r", 2).left_compose(3), ProfileError, 3),
    (lambda: ColumnAction([0], "r", 2).left_compose(ColumnAction([0], "r", 2)), ProfileError, (1, 2)),
]


@pytest.mark.parametrize("k", range(len(REFUSED)))
def test_bad_input_is_refused(k):
    call, kind, witness = REFUSED[k]
    with pytest.raises(kind) as caught:
        call()
    assert caught.value.witness == witness
    assert len(str(caught.value)) < 500


def test_a_vector_of_one_element_is_always_possible():
    assert largest_vectorisation(MANY, 16)[0] == 1
