"""Composition and products by the definition; divide undoes product; quotient takes off identities."""

import linear_brute as brute
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts import LinearLayout, NotALayoutError, ProfileError, divide_left, divide_right, supremum

# -- composition -------------------------------------------------------------------------------------------------------


@st.composite
def chains(draw, count=2):
    """Layouts that compose: the inputs of the next are the outputs of the last, in some order and perhaps larger."""
    found = [draw(brute.linear_layouts())]
    for _ in range(count - 1):
        outs = brute.bits_of(found[-1].out_dims)
        ins = [(name, bits + draw(st.sampled_from((0, 0, 1)))) for name, bits in draw(st.permutations(outs))]
        found.append(draw(brute.linear_layouts(ins=ins)))
    return found


@given(chains())
def test_composition_is_evaluation_twice(pair):
    A, B = pair
    C = A.compose(B)
    assert C.in_dims == A.in_dims
    assert C.out_dims == B.out_dims
    for x in brute.points(A.in_dims):
        assert brute.value(C, x) == brute.value(B, brute.value(A, x))


@given(chains(3))
def test_composition_is_associative(three):
    A, B, C = three
    assert A.compose(B).compose(C) == A.compose(B.compose(C))


def test_dense_layouts_of_many_bits_compose_as_their_matrices_do():
    A = LinearLayout([("x", [[(1 << 40) - 1 - (1 << i)] for i in range(40)])], [("y", 2**40)])
    assert A.compose(A.rename({"x": "y"}, {"y": "z"})).matrix == A.matrix @ A.matrix


def test_refused_compositions_name_the_dimension():
    A = LinearLayout.identity_1d(8, "lane", "row")
    for outer, witness in (
        (LinearLayout.identity_1d(4, "row", "x"), ("row", 8, 4)),
        (LinearLayout.identity_1d(8, "column", "x"), "row"),
        (LinearLayout([("row", [[1], [2], [4]]), ("z", [])], [("x", 8)]), "z"),
        (3, 3),
    ):
        with pytest.raises(ProfileError, match="compose") as caught:
            A.compose(outer)
        assert caught.value.witness == witness


# -- product -----------------------------------------------------------------------------------------------------------


def by_definition(A, B, x):
    """Return the value of A * B: low bits of each input to A, the rest to B; values of B above those of A."""
    sizes, outs = dict(A.in_dims), dict(A.out_dims)
    low = {name: x[name] % size for name, size in A.in_dims}
    high = {name: x[name] // sizes.get(name, 1) for name, _ in B.in_dims}
    a, b = brute.value(A, low), brute.value(B, high)
    return {name: a.get(name, 0) + b.get(name, 0) * outs.get(name, 1) for name in {**a, **b}}


@given(brute.linear_layouts(), brute.linear_layouts(in_pool=("lane", "x", "block"), out_pool=("y", "z", "x")))
def test_product_is_the_direct_sum(A, B):
    P = A * B
    assert tuple(P.get_in_dim_names()) == supremum(A.get_in_dim_names(), B.get_in_dim_names())
    assert tuple(P.get_out_dim_names()) == supremum(A.get_out_dim_names(), B.get_out_dim_names())
    for side in ("in_dims", "out_dims"):
        mine, theirs = dict(getattr(A, side)), dict(getattr(B, side))
        assert dict(getattr(P, side)) == {n: mine.get(n, 1) * theirs.get(n, 1) for n in {**mine, **theirs}}
    for x in brute.points(P.in_dims):
        assert brute.value(P, x) == by_definition(A, B, x)
    assert P.rank() == A.rank() + B.rank()


@given(brute.linear_layouts(), brute.linear_layouts(), brute.linear_layouts())
def test_product_is_associative_as_a_function_and_empty_is_its_unit(A, B, C):
    assert A * LinearLayout() == A == LinearLayout() * A
    left, right = (A * B) * C, A * (B * C)
    names = left.get_in_dim_names(), left.get_out_dim_names()
    assert right.transpose_ins(names[0]).transpose_outs(names[1]) == left


def test_product_is_associative_only_up_to_the_order_of_dimensions():
    A, B = LinearLayout.identity_1d(2, "a", "o"), LinearLayout.identity_1d(2, "b", "o")
    left, right = (A * B) * A, A * (B * A)
    assert (left.get_in_dim_names(), right.get_in_dim_names()) == (["a", "b"], ["b", "a"])
    assert left != right
    assert left.equal_up_to(right, dim_order=True)


@given(*[st.lists(st.sampled_from("abcd"), unique=True)] * 2)
def test_supremum_holds_every_name_once_and_keeps_orders_that_agree(x, y):
    both = supremum(x, y)
    assert sorted(both) == sorted({*x, *y})
    common = [name for name in x if name in y]
    if common == [name for name in y if name in x]:
        assert [name for name in both if name in x] == x
        assert [name for name in both if name in y] == y


def test_where_two_lists_disagree_the_first_decides():
    assert supremum(["a", "b"], ["b", "a"]) == ("a", "b")
    with pytest.raises(ProfileError) as caught:
        supremum(["a", "a"], [])
    assert caught.value.witness == "a"
    with pytest.raises(ProfileError):
        supremum("ab", ["a"])


# -- division ----------------------------------------------------------------------------------------------------------


def without_units(L):
    ins = [name for name, size in L.in_dims if size > 1]
    outs = [name for name, size in L.out_dims if size > 1]
    return L.sublayout(ins, outs)


@given(brute.linear_layouts(), brute.linear_layouts())
def test_divide_undoes_product(A, B):
    P = A * B
    for quotient, expected in ((P.divide_left(A), B), (P.divide_right(B), A)):
        assert quotient.get_in_dim_names() == P.get_in_dim_names()
        assert quotient.get_out_dim_names() == P.get_out_dim_names()
        assert brute.same_map(without_units(quotient), without_units(expected))


def divides(P, tile, left):
    """Tell by brute force whether P is tile * C or C * tile, where C is what remains of P."""
    ins, outs, in_sizes, out_sizes = dict(tile.in_dims), dict(tile.out_dims), dict(P.in_dims), dict(P.out_dims)
    if any(n not in in_sizes or s > in_sizes[n] for n, s in ins.items()):
        return None
    if any(n not in out_sizes or s > out_sizes[n] for n, s in outs.items()):
        return None
    small_ins = {n: s // ins.get(n, 1) for n, s in P.in_dims}
    small_outs = {n: s // outs.get(n, 1) for n, s in P.out_dims}
    bases = []
    for name, vectors in P.bases:
        used = ins.get(name, 1).bit_length() - 1
        rest = vectors[used:] if left else vectors[: len(vectors) - used]
        if left:
            rest = [[v // outs.get(n, 1) for n, v in zip(small_outs, vector, strict=True)] for vector in rest]
        if any(v >= size for vector in rest for v, size in zip(vector, small_outs.values(), strict=True)):
            return None
        bases.append((name, rest))
    assert {n: 1 << len(v) for n, v in bases} == small_ins
    C = LinearLayout(bases, list(small_outs.items()))
    whole = tile * C if left else C * tile
    return C if brute.same_map(whole, P) else None


@given(brute.linear_layouts(), brute.linear_layouts(), st.booleans(), st.data())
def test_divide_answers_if_and_only_if_there_is_a_quotient(A, B, left, data):
    P = data.draw(st.sampled_from([A, A * B, B * A]))
    expected = divides(P, B, left)
    divide = divide_left if left else divide_right
    found = divide(P, B)
    if expected is None:
        assert found is None
        with pytest.raises(NotALayoutError) as caught:
            divide(P, B, strict=True)
        assert caught.value.witness is not None
        assert "divide" in str(caught.value)
    else:
        assert found == expected == divide(P, B, strict=True)


def test_refused_divisions_say_which_basis_and_why():
    A = LinearLayout([("register", [[1], [4]]), ("lane", [[2]])], [("row", 8)])
    cases = [
        (A.divide_left, LinearLayout.identity_1d(4, "register", "row"), ("register", 1), "the tile has row=2"),
        (
            A.divide_left,
            LinearLayout([("lane", [[2]])], {"row": 4}),
            ("register", 0),
            "bit 0 of 'row' belongs to the tile",
        ),
        (A.divide_left, LinearLayout.identity_1d(2, "warp", "row"), "warp", "the tile has the input 'warp'"),
        (A.divide_left, LinearLayout.identity_1d(8, "register", "row"), "register", "size 8 in the tile and 4"),
        (A.divide_left, LinearLayout.zeros_1d(1, "lane", "row", 16), "row", "the output 'row' has size 16"),
        (A.divide_right, LinearLayout.identity_1d(2, "lane", "row"), ("register", 1), "bit 2 of 'row'"),
        (
            A.divide_right,
            LinearLayout.identity_1d(4, "register", "row"),
            ("register", 0),
            "row=1, and the tile has row=2",
        ),
    ]
    for divide, tile, witness, text in cases:
        assert divide(tile) is None
        with pytest.raises(NotALayoutError) as caught:
            divide(tile, strict=True)
        assert caught.value.witness == witness
        assert text in str(caught.value)
    for wrong in (3, None, "x"):
        with pytest.raises(ProfileError):
            A.divide_left(wrong)
        with pytest.raises(ProfileError):
            divide_right(wrong, A)


# -- quotient ----------------------------------------------------------------------------------------------------------


def trivial(L, names):
    """Tell whether L is the identity on some dimensions and nothing else has to do with them, by brute force."""
    if any(dict(L.in_dims)[n] != dict(L.out_dims)[n] for n in names):
        return False
    rest = {name: 0 for name, _ in L.in_dims if name in names}
    for x in brute.points(L.in_dims):
        y, y0 = brute.value(L, x), brute.value(L, {**x, **rest})
        if any(y[n] != x[n] for n in names) or any(y[n] != y0[n] for n in y if n not in names):
            return False
    return True


@given(brute.linear_layouts(in_pool=("x", "y", "lane"), out_pool=("x", "y", "lane")), st.data())
def test_trivial_is_the_identity_beside_the_rest_and_the_quotient_is_the_rest(L, data):
    if data.draw(st.booleans()):
        L = LinearLayout.identity_1d(data.draw(st.sampled_from((1, 2, 4))), "warp", "warp") * L
    common = [name for name, _ in L.in_dims if L.has_out_dim(name)]
    names = data.draw(st.lists(st.sampled_from(common), unique=True)) if common else []
    assert L.is_trivial_over(names) == trivial(L, names)
    Q = L.quotient(names)
    assert (Q is not None) == trivial(L, names)
    if Q is not None:
        identity = LinearLayout()
        for name in names:
            identity = identity * LinearLayout.identity_1d(L.get_in_dim_size(name), name, name)
        assert brute.same_map(identity * Q, L)


def test_a_layout_is_not_trivial_where_sizes_differ_or_others_reach_in():
    identity = LinearLayout.identity_1d(4, "lane", "lane")
    cases = [
        (identity, True),
        (LinearLayout([("lane", [[1], [2]])], {"lane": 8}), False),
        (LinearLayout([("lane", [[1], [2], [0]])], {"lane": 4}), False),
        (LinearLayout([("lane", [[1], [2]]), ("warp", [[2]])], {"lane": 4}), False),
        (LinearLayout([("lane", [[1, 0], [2, 1]]), ("warp", [[0, 1]])], {"lane": 4, "warp": 2}), False),
        (LinearLayout([("lane", [[2], [1]])], {"lane": 4}), False),
        (identity * LinearLayout.zeros_1d(2, "warp", "row", 4), True),
    ]
    for L, expected in cases:
        assert L.is_trivial_over(["lane"]) == trivial(L, ["lane"]) == expected
        assert (L.quotient(["lane"]) is not None) == expected


def test_quotient_needs_names_on_both_sides():
    L = LinearLayout.identity_1d(2, "lane", "row")
    for call in (L.quotient, L.is_trivial_over):
        for names, witness in ((["lane"], "lane"), (["row"], "row"), ([3], 3), (3, 3)):
            with pytest.raises(ProfileError) as caught:
                call(names)
            assert caught.value.witness == witness
