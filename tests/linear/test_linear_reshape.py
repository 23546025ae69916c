"""Other dimensions for the same map: round trips, flat values that stay, parts by the definition, refusals."""

import linear_brute as brute
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts import LinearLayout, ProfileError


@st.composite
def cuts(draw, bits):
    """Draw dimensions with names of their own and ``bits`` bits in all."""
    found, left = [], bits
    while left or (not found and draw(st.booleans())):
        take = draw(st.integers(0, left))
        found.append((f"n{len(found)}", 1 << take))
        left -= take
        if len(found) > 4:
            found.append(("last", 1 << left))
            break
    return found


@given(brute.linear_layouts(), st.data())
def test_reshape_keeps_flat_values_and_returns(L, data):
    ins = data.draw(cuts(L.get_total_in_dim_size_log2()))
    outs = data.draw(cuts(L.get_total_out_dim_size_log2()))
    R = L.reshape_ins(ins).reshape_outs(dict(outs))
    assert (R.in_dims, R.out_dims) == (ins, outs)
    assert [brute.flat(y, R.out_dims) for y in brute.table(R)] == [brute.flat(y, L.out_dims) for y in brute.table(L)]
    assert R.reshape_ins(L.in_dims).reshape_outs(L.out_dims) == L


@given(brute.linear_layouts())
def test_flatten_is_one_dimension_named_after_the_first(L):
    F = L.flatten_ins().flatten_outs()
    assert F.in_dims == ([(L.in_dims[0][0], L.size)] if L.in_dims else [])
    assert F.out_dims == ([(L.out_dims[0][0], L.get_total_out_dim_size())] if L.out_dims else [])
    assert F.matrix == L.matrix


@given(brute.linear_layouts(), st.data())
def test_transpose_keeps_the_named_map_and_returns(L, data):
    ins, outs = data.draw(st.permutations(L.get_in_dim_names())), data.draw(st.permutations(L.get_out_dim_names()))
    T = L.transpose_ins(ins).transpose_outs(outs)
    assert (T.get_in_dim_names(), T.get_out_dim_names()) == (ins, outs)
    assert brute.same_map(T, L)
    assert T.transpose_ins(L.get_in_dim_names()).transpose_outs(L.get_out_dim_names()) == L


@given(brute.linear_layouts(), st.data())
def test_sublayout_is_the_layout_at_0_elsewhere(L, data):
    ins = data.draw(st.lists(st.sampled_from(L.get_in_dim_names()), unique=True)) if L.in_dims else []
    outs = data.draw(st.lists(st.sampled_from(L.get_out_dim_names()), unique=True)) if L.out_dims else []
    S = L.sublayout(ins, outs)
    assert S.in_dims == [dim for dim in L.in_dims if dim[0] in ins]
    assert S.out_dims == [dim for dim in L.out_dims if dim[0] in outs]
    zeros, is_zero = {name: 0 for name, _ in L.in_dims}, True
    for x in brute.points(S.in_dims):
        y = brute.value(L, {**zeros, **x})
        assert brute.value(S, x) == {name: y[name] for name, _ in S.out_dims}
        is_zero = is_zero and not any(brute.value(S, x).values())
    assert L.sublayout_is_zero(ins, outs) == is_zero


@given(brute.linear_layouts(in_pool=("x", "y", "lane"), out_pool=("x", "y", "lane")), st.data())
def test_a_square_sublayout_is_the_identity_if_it_is_at_every_point(L, data):
    common = [name for name, _ in L.in_dims if L.has_out_dim(name)]
    names = data.draw(st.lists(st.sampled_from(common), unique=True)) if common else []
    S = L.sublayout(names, names)
    expected = dict(S.in_dims) == dict(S.out_dims) and all(brute.value(S, x) == x for x in brute.points(S.in_dims))
    assert L.sublayout_is_identity(names) == L.square_sublayout_is_identity(names) == expected


@given(brute.linear_layouts(), brute.linear_layouts(in_pool=("w",), out_pool=("w",)))
def test_concatenation_adds_inputs_or_outputs(L, other):
    zeros = LinearLayout([(n, [[0] * len(L.out_dims)] * (s.bit_length() - 1)) for n, s in other.in_dims], L.out_dims)
    C = L.concat_ins(zeros)
    assert C.in_dims == L.in_dims + other.in_dims
    assert C.sublayout(L.get_in_dim_names(), L.get_out_dim_names()) == L
    assert C.bases == L.bases + zeros.bases
    widened = LinearLayout(
        [(n, [[0] * len(other.out_dims)] * (s.bit_length() - 1)) for n, s in L.in_dims], other.out_dims
    )
    C = L.concat_outs(widened)
    assert C.out_dims == L.out_dims + other.out_dims
    assert C.sublayout(L.get_in_dim_names(), L.get_out_dim_names()) == L


@given(brute.linear_layouts(), st.data())
def test_smaller_dimensions_by_the_definition(L, data):
    if L.in_dims:
        name, size = data.draw(st.sampled_from(L.in_dims))
        new = data.draw(st.sampled_from([s for s in (1, 2, 4) if s <= size]))
        R = L.resize_in_dim(name, new)
        assert R.in_dims == [(n, new if n == name else s) for n, s in L.in_dims]
        assert all(brute.value(R, x) == brute.value(L, x) for x in brute.points(R.in_dims))
        stripped = L.remove_zero_bases_along_dim(name)
        for (n, before), (m, after) in zip(L.bases, stripped.bases, strict=True):
            assert n == m
            assert after == ([v for v in before if any(v)] if n == name else before)
    if L.out_dims:
        name, size = data.draw(st.sampled_from(L.out_dims))
        new = data.draw(st.sampled_from([s for s in (1, 2, 4) if s <= size]))
        k = L.get_out_dim_index(name)
        R, M = L.resize_out_dim(name, new), L.mask_out_dim(name, new)
        assert R.out_dims == M.out_dims == [(n, new if n == name else s) for n, s in L.out_dims]
        for (_, before), (_, zeroed), (_, masked) in zip(L.bases, R.bases, M.bases, strict=True):
            for v, z, m in zip(before, zeroed, masked, strict=True):
                assert z == [(x if x < new else 0) if i == k else x for i, x in enumerate(v)]
                assert m == [x % new if i == k else x for i, x in enumerate(v)]


def test_renaming_moves_to_the_end_only_in_the_verb_of_triton():
    L = LinearLayout([("x", [[1]]), ("y", [[2]])], [("row", 4)])
    assert L.rename({"x": "z"}).bases == [("z", [[1]]), ("y", [[2]])]
    assert L.rename_in_dim("x", "z").bases == [("y", [[2]]), ("z", [[1]])]
    assert L.rename_in_dim("x", "x").bases == [("y", [[2]]), ("x", [[1]])]
    assert L.rename({"x": "y", "y": "x"}).bases == [("y", [[1]]), ("x", [[2]])]
    assert L.rename(outs={"row": "x"}).out_dims == [("x", 4)]


def test_dimensions_of_size_1_come_and_go():
    L = LinearLayout([("x", [[1]])], [("row", 2)])
    U = L.unsqueeze_ins("u").unsqueeze_outs("v")
    assert (U.in_dims, U.out_dims) == ([("x", 2), ("u", 1)], [("row", 2), ("v", 1)])
    assert U.squeeze_ins("u").squeeze_outs("v") == L


L = LinearLayout([("x", [[1, 0]]), ("y", [[2, 0]])], [("row", 4), ("column", 1)])
REFUSED = [
    (lambda: L.reshape_ins([("a", 8)]), (2, 3), "reshape_ins"),
    (lambda: L.reshape_outs([("a", 2)]), (2, 1), "reshape_outs"),
    (lambda: L.reshape_outs([("a", 3)]), 3, "no power of two"),
    (lambda: L.reshape_ins([("a", 2), ("a", 2)]), "a", "twice"),
    (lambda: L.reshape_ins(["a", "b"]), "a", "pair"),
    (lambda: L.reshape_ins(4), 4, "not a sequence"),
    (lambda: L.transpose_ins(["x"]), "y", "'y' is not in"),
    (lambda: L.transpose_outs(["row", "row"]), "row", "twice"),
    (lambda: L.transpose_outs(["row", "x"]), "x", "no output dimension 'x'"),
    (lambda: L.concat_ins(L), "x", "twice"),
    (lambda: L.concat_outs(L), "row", "twice"),
    (lambda: L.concat_ins(L.transpose_outs(["column", "row"])), None, "the outputs differ"),
    (lambda: L.concat_outs(L.transpose_ins(["y", "x"])), None, "the inputs differ"),
    (lambda: L.concat_ins(3), 3, "not a LinearLayout"),
    (lambda: L.squeeze_ins("x"), 2, "has size 2, not 1"),
    (lambda: L.squeeze_outs("x"), "x", "no output dimension"),
    (lambda: L.unsqueeze_ins("y"), "y", "twice"),
    (lambda: L.unsqueeze_outs(3), 3, "text"),
    (lambda: L.resize_in_dim("x", 4), 4, "less than 4"),
    (lambda: L.resize_in_dim("z", 1), "z", "no input dimension"),
    (lambda: L.resize_out_dim("row", 3), 3, "no power of two"),
    (lambda: L.mask_out_dim("row", 8), 8, "less than 8"),
    (lambda: L.rename({"x": "y"}), "y", "twice"),
    (lambda: L.rename({"q": "y"}), "q", "no input dimension"),
    (lambda: L.rename([("x", "y")]), [("x", "y")], "mapping"),
    (lambda: L.rename({"x": 1}), 1, "text"),
    (lambda: L.rename_in_dim("x", "y"), "y", "twice"),
    (lambda: L.sublayout(["z"], ["row"]), "z", "sublayout"),
    (lambda: L.sublayout_is_zero(["x"], ["z"]), "z", "no output dimension"),
    (lambda: L.sublayout_is_identity(["x"]), "x", "no output dimension"),
    (lambda: L.remove_zero_bases_along_dim("z"), "z", "remove_zero_bases_along_dim"),
]


@pytest.mark.parametrize("k", range(len(REFUSED)))
def test_bad_input_is_refused(k):
    call, witness, text = REFUSED[k]
    with pytest.raises(ProfileError) as caught:
        call()
    assert text in str(caught.value)
    assert witness is None or caught.value.witness == witness
