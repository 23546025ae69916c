"""Rank, kernel, image, copies, masks, permutations and equality up to names: each by counting points."""

from itertools import permutations

import linear_brute as brute
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts import LinearLayout, ProfileError


@given(brute.linear_layouts())
def test_rank_kernel_and_image_by_counting(L):
    values = [tuple(y.values()) for y in brute.table(L)]
    assert 1 << L.rank() == len(set(values))
    assert L.is_injective() == (len(set(values)) == len(values))
    assert L.is_surjective() == (len(set(values)) == L.get_total_out_dim_size())
    image, kernel = L.image(), L.kernel()
    assert {tuple(y.values()) for y in brute.table(image)} == set(values)
    assert image.is_injective()
    zero = tuple([0] * len(L.out_dims))
    inside = {tuple(x.values()) for x in brute.table(kernel)}
    assert inside == {tuple(x.values()) for x in brute.points(L.in_dims) if tuple(brute.value(L, x).values()) == zero}
    assert kernel.is_injective()
    assert not any(kernel.compose(L).matrix.columns)


@given(brute.linear_layouts())
def test_free_bits_only_count_copies(L):
    masks = L.get_free_variable_masks()
    kept = [x for x in brute.points(L.in_dims) if not any(x[name] & mask for name, mask in masks.items())]
    values = [tuple(brute.value(L, x).values()) for x in kept]
    assert len(set(values)) == len(values) == 1 << L.rank()
    assert L.broadcast_dims() == [name for name, mask in masks.items() if mask]
    # A bit is free if and only if its basis is a sum of earlier ones.
    seen, free = {tuple([0] * len(L.out_dims))}, []
    for _, vectors in L.bases:
        for v in vectors:
            free.append(tuple(v) in seen)
            seen |= {tuple([a ^ b for a, b in zip(v, s, strict=True)]) for s in seen}
    flags = [bool(masks[name] >> i & 1) for name, vectors in L.bases for i in range(len(vectors))]
    assert flags == free


@given(brute.linear_layouts(least_outs=1))
def test_consecutive_elements_by_the_definition(L):
    expected = 1
    if L.in_dims:
        name, out = L.in_dims[0][0], L.out_dims[0][0]
        for v in (2, 4):
            if v > L.in_dims[0][1] or v > L.out_dims[0][1]:
                break
            holds = True
            for x in brute.points(L.in_dims):
                y, base = brute.value(L, x), brute.value(L, {**x, name: x[name] - x[name] % v})
                same = {n: y[n] == base[n] for n in y if n != out}
                holds = holds and all(same.values()) and base[out] % v == 0 and y[out] == base[out] + x[name] % v
            expected = v if holds else expected
    assert L.num_consecutive_in_out() == L.get_num_consecutive_in_out() == expected


@given(brute.linear_layouts(), st.data())
def test_masks_are_the_bits_that_change(L, data):
    ins = data.draw(st.lists(st.sampled_from(L.get_in_dim_names()), unique=True)) if L.in_dims else []
    for out, _ in L.out_dims:
        seen = 0
        for x in brute.points(L.in_dims):
            if all(v == 0 for n, v in x.items() if n not in ins):
                seen |= brute.value(L, x)[out]
        assert L.get_output_basis_mask(ins, out) == seen
    outs = data.draw(st.lists(st.sampled_from(L.get_out_dim_names()), unique=True)) if L.out_dims else []
    for name, vectors in L.bases:
        where = [L.get_out_dim_index(out) for out in outs]
        expected = sum([1 << i for i, v in enumerate(vectors) if any(v[k] for k in where)])
        assert L.get_input_basis_mask(name, outs) == expected


@given(brute.linear_layouts(in_pool=("x", "y", "lane"), out_pool=("x", "y", "lane")))
def test_an_output_is_an_input_if_it_is_at_every_point(L):
    for name, size in L.out_dims:
        same = dict(L.in_dims).get(name) == size
        expected = same and all(brute.value(L, x)[name] == x[name] for x in brute.points(L.in_dims))
        assert L.is_identity_on_out_dim(name) == expected


@given(brute.linear_layouts())
def test_permutation_matrices_have_one_bit_in_each_row_and_non_zero_column(L):
    view = L.get_matrix_view()
    columns = [list(c) for c in zip(*view, strict=True)] if view else []
    assert L.has_power_of_two_bases() == all(sum(c) <= 1 for c in columns)
    ones = all(sum(row) == 1 for row in view) and all(sum(c) <= 1 for c in columns)
    assert L.is_permutation_matrix_layout() == ones


def test_bases_and_order_per_output():
    L = LinearLayout([("warp", [[0, 0], [0, 1], [0, 0], [1, 0]]), ("e", [])], [("dim0", 2), ("dim1", 2)])
    assert L.bases_per_dim("warp") == [2, 2]
    assert L.bases_per_dim("warp", skip_broadcast=False) == [4, 4]
    assert L.bases_per_dim("e") == [1, 1]
    assert L.order_per_dim("warp") == [1, 0]
    assert L.order_per_dim("e") == [1, 0]
    assert L.order_per_dim("e", [0, 1]) == [0, 1]
    assert L.order_per_dim("warp", [0]) == [1, 0]


# -- equality up to something ------------------------------------------------------------------------------------------


@given(brute.linear_layouts(), brute.linear_layouts())
def test_equality_up_to_dim_order_is_equality_of_the_named_maps(A, B):
    assert A.equal_up_to(A)
    assert A.equal_up_to(B) == (A == B)
    assert A.equal_up_to(B, dim_order=True) == brute.same_map(A, B)


@given(brute.linear_layouts(), st.data())
def test_a_transposed_layout_is_equal_up_to_dim_order(L, data):
    T = L.transpose_ins(data.draw(st.permutations(L.get_in_dim_names())))
    T = T.transpose_outs(data.draw(st.permutations(L.get_out_dim_names())))
    assert L.equal_up_to(T, dim_order=True)
    assert L.canonical(dim_order=True) == T.canonical(dim_order=True)


REGISTERS = brute.linear_layouts(ins=[("register", 2), ("lane", 1)], outs=[("x", 2)])


@given(REGISTERS, REGISTERS)
def test_equality_up_to_register_order_is_one_permutation_of_the_registers(A, B):
    values = [[[brute.value(L, {"register": r, "lane": t})["x"] for t in range(2)] for r in range(4)] for L in (A, B)]
    expected = any([values[0][p[r]] for r in range(4)] == values[1] for p in permutations(range(4)))
    assert A.equal_up_to(B, register_order=True) == expected
    renamed = [L.rename({"register": "offset"}) for L in (A, B)]
    assert renamed[0].equal_up_to(renamed[1], register_order="offset") == expected


@given(REGISTERS)
def test_the_canonical_registers_reach_the_same_values(L):
    C = L.canonical(register_order=True)
    assert (C.in_dims, C.out_dims) == (L.in_dims, L.out_dims)
    for lane in range(2):
        values = [sorted([brute.value(A, {"register": r, "lane": lane})["x"] for r in range(4)]) for A in (L, C)]
        assert values[0] == values[1]
    assert C.canonical(register_order=True) == C
    assert C(0, 1) == L(0, 1)


@given(brute.linear_layouts(), st.data())
def test_copies_do_not_count_up_to_replication(L, data):
    C = L.canonical(replication=True)
    assert C.is_injective()
    assert C.image() == L.image()
    assert L.equal_up_to(C, replication=True)
    more = L
    if L.in_dims:
        name = data.draw(st.sampled_from(L.get_in_dim_names()))
        zeros = LinearLayout.zeros_1d(2, name, "new")
        more = (L * zeros).sublayout(L.get_in_dim_names(), L.get_out_dim_names())
    assert more.equal_up_to(L, replication=True)
    assert more.equal_up_to(L, replication=True, dim_order=True)


def test_equality_without_sizes():
    A, B = LinearLayout.zeros_1d(2, "x", "row", 1), LinearLayout.zeros_1d(2, "x", "row", 8)
    assert A.equal_ignoring_out_dim_sizes(B)
    assert not A.equal_ignoring_out_dim_sizes(B.rename(outs={"row": "r"}))
    assert not A.equal_ignoring_out_dim_sizes(LinearLayout.identity_1d(2, "x", "row"))


L = LinearLayout.identity_1d(2, "x", "row")
REFUSED = [
    (lambda: L.equal_up_to(3), 3),
    (lambda: L.equal_ignoring_out_dim_sizes(None), None),
    (lambda: L.equal_up_to(L, register_order=True), "register"),
    (lambda: L.canonical(register_order=3), 3),
    (lambda: L.kernel(3), 3),
    (lambda: L.image([]), []),
    (lambda: L.is_identity_on_out_dim("x"), "x"),
    (lambda: L.get_output_basis_mask(["row"], "row"), "row"),
    (lambda: L.get_output_basis_mask(["x"], "x"), "x"),
    (lambda: L.get_input_basis_mask("row", ["row"]), "row"),
    (lambda: L.bases_per_dim("row"), "row"),
    (lambda: L.order_per_dim("x", [1]), 1),
    (lambda: L.order_per_dim("x", 1), 1),
    (lambda: L.order_per_dim("x", [True]), True),
]


@pytest.mark.parametrize("k", range(len(REFUSED)))
def test_bad_input_is_refused(k):
    call, witness = REFUSED[k]
    with pytest.raises(ProfileError) as caught:
        call()
    assert caught.value.witness == witness
