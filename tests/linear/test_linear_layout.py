"""The class: construction, parts, the function, text, equality, pickling; refusals name the dimension and the basis."""

import copy
import itertools
import pickle

import linear_brute as brute
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts import BitMatrix, LayoutError, LinearLayout, NotInvertibleError, ProfileError, TooLargeError

TILE = LinearLayout(
    [("register", [[0, 1], [8, 0]]), ("lane", [[0, 2], [0, 4], [1, 0], [2, 0], [4, 0]])], [("row", 16), ("column", 8)]
)


# -- the function ------------------------------------------------------------------------------------------------------


@given(brute.linear_layouts())
def test_every_form_of_evaluation_is_the_definition(L):
    expected = brute.table(L)
    for i, (x, y) in enumerate(zip(brute.points(L.in_dims), expected, strict=True)):
        assert L.apply(x) == y
        assert L(i) == L(tuple(x.values())) == brute.flat(y, L.out_dims)
        if x:
            assert L(**x) == y
            assert L.apply({name: v - size for (name, size), v in zip(L.in_dims, x.values(), strict=True)}) == y
            assert L.apply({name: v + 3 * size for (name, size), v in zip(L.in_dims, x.values(), strict=True)}) == y
    assert L.size == len(expected)


@given(brute.linear_layouts(), st.data())
def test_arrays_give_what_points_give(L, data):
    expected = brute.table(L)
    flat = [brute.flat(y, L.out_dims) for y in expected]
    table = L.table()
    assert list(table) == flat
    assert L.at(np.arange(L.size).reshape(-1, 1)).ravel().tolist() == flat
    for name, _ in L.out_dims:
        assert list(L.table(name)) == [y[name] for y in expected]
    if L.in_dims:
        points = list(brute.points(L.in_dims))
        dtype = data.draw(st.sampled_from([np.int64, np.int8, np.uint64, np.uint8]))
        arrays = {name: np.array([x[name] for x in points], dtype=dtype) for name, _ in L.in_dims}
        found = L.apply(arrays)
        assert {name: values.tolist() for name, values in found.items()} == {
            name: [y[name] for y in expected] for name, _ in L.out_dims
        }
        first = L.in_dims[0][0]
        mixed = L.apply({**{name: 1 for name, _ in L.in_dims}, first: arrays[first]})
        for name, values in mixed.items():
            ones = {n: 1 for n, _ in L.in_dims}
            assert values.tolist() == [L.apply({**ones, first: int(v)})[name] for v in arrays[first]]


def test_arrays_broadcast_against_each_other_and_take_signs_as_low_bits():
    found = TILE.apply({"register": np.arange(4)[:, None], "lane": np.arange(-1, 31)[None, :]})
    assert found["row"].shape == (4, 32)
    assert found["row"][3, 7] == 9 == TILE.apply({"register": 3, "lane": 6})["row"]
    assert found["row"][0, 0] == TILE.apply({"register": 0, "lane": 31})["row"]


def test_outputs_of_more_than_63_bits_are_refused_for_arrays_and_fine_for_integers():
    L = LinearLayout.identity_1d(2**70, "offset", "address")
    assert L.apply({"offset": 2**69 + 5}) == {"address": 2**69 + 5}
    assert L(2**69 + 5) == 2**69 + 5
    for call in (lambda: L.apply({"offset": np.arange(3)}), lambda: L.at([1])):
        with pytest.raises(LayoutError, match=r"63|int64"):
            call()
    wide = LinearLayout([("a", [[1, 0]] * 3), ("b", [[0, 1 << i] for i in range(62)])], [("x", 2**40), ("y", 2**62)])
    assert wide.apply({"a": np.array([3, 1]), "b": 2**61 + 1})["y"].tolist() == [2**61 + 1] * 2
    narrow = LinearLayout([("a", [[i & 1] for i in range(70)])], [("x", 2)])
    for x in (2**63, 2**62, 2**64 - 1):
        assert narrow.apply({"a": np.array([x], dtype=np.uint64)})["x"].tolist() == [narrow.apply({"a": x})["x"]]
    assert narrow.apply({"a": np.array([-1])})["x"].tolist() == [narrow.apply({"a": -1})["x"]]


# -- parts -------------------------------------------------------------------------------------------------------------


@given(brute.linear_layouts())
def test_parts_rebuild_the_layout(L):
    assert eval(repr(L), {"LinearLayout": LinearLayout}) == L
    assert LinearLayout(dict(L.bases), dict(L.out_dims)) == L
    assert LinearLayout.from_matrix(L.matrix, L.in_dims, L.out_dims) == L
    names, sizes = L.get_out_dim_names(), L.get_out_dim_sizes()
    assert LinearLayout.from_bases(L.bases, names, sizes, False) == L
    for other in (pickle.loads(pickle.dumps(L)), copy.deepcopy(L)):
        assert other == L
        assert hash(other) == hash(L)
    assert L.get_matrix_view() == L.matrix.to_rows()
    assert L.get_total_in_dim_size() == L.size == 1 << L.get_total_in_dim_size_log2()
    assert L.get_total_out_dim_size() == 1 << L.get_total_out_dim_size_log2() == 1 << L.matrix.rows
    for k, (name, size) in enumerate(L.in_dims):
        assert (L.get_in_dim_index(name), L.get_in_dim_size(name), L.has_in_dim(name)) == (k, size, True)
        assert 1 << L.get_in_dim_size_log2(name) == size
        for i, v in enumerate(dict(L.bases)[name]):
            assert L.get_basis(name, i) == v
            assert [L.get_basis(name, i, out) for out, _ in L.out_dims] == v
    for k, (name, size) in enumerate(L.out_dims):
        assert (L.get_out_dim_index(name), L.get_out_dim_size(name), L.has_out_dim(name)) == (k, size, True)
        assert 1 << L.get_out_dim_size_log2(name) == size


def test_a_layout_is_immutable_and_its_parts_are_copies():
    L = LinearLayout(TILE.bases, TILE.out_dims)
    L.bases[0][1].append(3)
    L.out_dims.clear()
    assert L == TILE
    with pytest.raises(AttributeError, match="immutable"):
        L._ins = ()
    with pytest.raises(AttributeError, match="immutable"):
        del L._ins
    with pytest.raises(AttributeError):
        L.new = 1


def test_equality_sees_names_sizes_and_orders_and_no_other_type():
    a = LinearLayout([("x", [[1, 0]]), ("y", [[0, 0]])], [("r", 2), ("s", 1)])
    different = [
        a.transpose_ins(["y", "x"]),
        a.transpose_outs(["s", "r"]),
        LinearLayout([("x", [[1, 0]]), ("y", [[0, 0]])], [("r", 4), ("s", 1)]),
        LinearLayout([("x", [[1, 0]]), ("z", [[0, 0]])], [("r", 2), ("s", 1)]),
    ]
    for b in different:
        assert a != b
    assert a != 3
    assert a != None  # noqa: E711
    assert len({a, *different, LinearLayout(a.bases, a.out_dims)}) == 5


def test_sizes_without_a_limit_of_words():
    L = LinearLayout.strided_1d(2**300, 2**200, "offset", "address")
    assert L.is_injective()
    assert not L.is_surjective()
    assert L.apply({"offset": 2**299}) == {"address": 2**499}
    assert LinearLayout([("a", [[0]] * 32)], [("x", 1)]).is_invertible() is False
    assert LinearLayout([("a", [[0]] * 64)], [("x", 1)]).is_invertible() is False


def test_no_operation_makes_a_dimension_of_more_than_1024_bits():
    L = LinearLayout.identity_1d(2**600, "a", "x")
    two = L * L.rename({"a": "b"}, {"x": "y"})
    for call in (
        lambda: L * L,
        two.flatten_ins,
        two.flatten_outs,
        two.image,
        lambda: L.strided_1d(2**600, 2**600, "a", "x"),
    ):
        with pytest.raises(TooLargeError) as caught:
            call()
        assert caught.value.witness == 1200
    assert pickle.loads(pickle.dumps(two)) == two == eval(repr(two), {"LinearLayout": LinearLayout})


def test_constructors_of_one_dimension():
    assert LinearLayout.identity_1d(0, "a", "b") == LinearLayout() == LinearLayout.empty()
    assert LinearLayout.zeros_1d(0, "a", "b") == LinearLayout.strided_1d(0, 4, "a", "b") == LinearLayout()
    assert LinearLayout.identity_1d(inDim="a", size=1, outDim="a").bases == [("a", [])]
    assert LinearLayout.strided_1d(1, 2, "a", "b").out_dims == [("b", 2)]
    assert LinearLayout.zeros_1d(4, "a", "b", outDimSize=8).out_dims == [("b", 8)]
    assert LinearLayout().apply({}) == {}
    assert LinearLayout()(0) == LinearLayout()() == 0


def test_integers_of_numpy_are_integers_and_arrays_are_sequences():
    L = LinearLayout([("lane", np.array([[0, 1], [1, 0]]))], [("x", np.int64(2)), ("y", np.uint8(2))])
    assert L.bases == [("lane", [[0, 1], [1, 0]])]
    assert all(type(x) is int for v in L.bases[0][1] for x in v)
    assert L.apply({"lane": np.int8(3)}) == {"x": 1, "y": 1}
    assert LinearLayout((("lane", ((1,), (2,))),), ("x",)) == LinearLayout.identity_1d(4, "lane", "x")


# -- refusals ----------------------------------------------------------------------------------------------------------

BASES = [("lane", [[0, 1], [1, 0]])]
REFUSED = [
    (lambda: LinearLayout([("lane", [[1, 2]])], ["x"]), ProfileError, ("lane", 0, [1, 2]), "basis 0 of 'lane'"),
    (lambda: LinearLayout([("lane", [[1], [-4]])], ["x"]), ProfileError, ("lane", 1, [-4]), "negative value -4"),
    (
        lambda: LinearLayout([("lane", [[1], [4]])], {"x": 4}),
        ProfileError,
        ("lane", 1, [4]),
        "4 for 'x', whose size is 4",
    ),
    (lambda: LinearLayout(BASES, {"x": 2, "y": 3}), ProfileError, 3, "'y' is 3, which is no power of two"),
    (lambda: LinearLayout(BASES, {"x": 0, "y": 2}), ProfileError, 0, "'x' is 0"),
    (lambda: LinearLayout(BASES, {"x": -2, "y": 2}), ProfileError, -2, "'x' is -2"),
    (lambda: LinearLayout([("lane", [[3]])], ["x"]), NotInvertibleError, {"x": 1}, "no input gives x=1"),
    (lambda: LinearLayout.from_bases([("lane", [[1]])], ["x"], [4]), NotInvertibleError, {"x": 2}, "from_bases"),
    (lambda: LinearLayout.from_bases([("lane", [[1]])], ["x"], [2, 2]), ProfileError, (1, 2), "1 outputs and 2 sizes"),
    (lambda: LinearLayout.from_bases([("lane", [[1]])], ["x"], None, False), ProfileError, None, "needs out_dim_sizes"),
    (lambda: LinearLayout.from_bases([("lane", [[1]])], "x"), ProfileError, "x", "'x' is not a sequence"),
    (lambda: LinearLayout([("a", [[1]]), ("a", [[1]])], ["x"]), ProfileError, "a", "'a' is there twice"),
    (lambda: LinearLayout([("a", [[1, 1]])], ["x", "x"]), ProfileError, "x", "'x' is there twice"),
    (lambda: LinearLayout([("a", [[1.0]])], ["x"]), ProfileError, 1.0, "1.0 of type float"),
    (lambda: LinearLayout([("a", [[True]])], ["x"]), ProfileError, True, "True of type bool"),
    (lambda: LinearLayout([("a", [1])], ["x"]), ProfileError, 1, "1 is not a sequence of values"),
    (lambda: LinearLayout([("a", "ab")], ["x"]), ProfileError, "ab", "'ab' is not a sequence"),
    (lambda: LinearLayout([(1, [[1]])], ["x"]), ProfileError, 1, "must be text, not 1"),
    (lambda: LinearLayout([("a", [[1]], 3)], ["x"]), ProfileError, ("a", [[1]], 3), "not a pair"),
    (lambda: LinearLayout(None, ["x"]), ProfileError, None, "None is not a sequence"),
    (lambda: LinearLayout([("a", [[1]])], ["x", 3]), ProfileError, "x", "'x' is not a pair of name and size"),
    (lambda: LinearLayout([("a", [[1]])], [3]), ProfileError, 3, "3 is not a pair"),
    (lambda: LinearLayout.identity_1d(3, "a", "b"), ProfileError, 3, "identity_1d: the size of 'a' is 3"),
    (lambda: LinearLayout.identity_1d(-4, "a", "b"), ProfileError, -4, "-4"),
    (lambda: LinearLayout.identity_1d(4.0, "a", "b"), ProfileError, 4.0, "4.0"),
    (lambda: LinearLayout.identity_1d(4, 1, "b"), ProfileError, 1, "text"),
    (lambda: LinearLayout.strided_1d(4, 3, "a", "b"), ProfileError, 3, "strided_1d: the size of 'stride' is 3"),
    (lambda: LinearLayout.zeros_1d(4, "a", "b", 0), ProfileError, 0, "'b' is 0"),
    (lambda: LinearLayout.identity_1d(2**2000, "a", "b"), TooLargeError, 2000, "2000 bits, more than the limit 1024"),
    (lambda: LinearLayout.strided_1d(2**800, 2**800, "a", "b"), TooLargeError, 1600, "1600 bits"),
    (lambda: LinearLayout([("a", [[2**5000]])], ["x"]), TooLargeError, 5001, "5001 bits"),
    (lambda: LinearLayout([("a", [[0]] * 5000)], {"x": 2}), TooLargeError, 5000, "5000 bits"),
    (lambda: LinearLayout([("a", itertools.count())], {"x": 2}), TooLargeError, 2**20 + 1, "more than 1048576"),
    (lambda: LinearLayout.from_matrix(BitMatrix((1, 2)), {"a": 2}, {"x": 4}), ProfileError, (2, 1), "(2, 2)"),
    (lambda: LinearLayout.from_matrix([[1]], {"a": 2}, {"x": 4}), ProfileError, [[1]], "not a BitMatrix"),
    (lambda: TILE.apply({"lane": 1}), ProfileError, ["lane"], "['lane'] are not ['register', 'lane']"),
    (lambda: TILE.apply({"lane": 1, "register": 0, "z": 0}), ProfileError, ["lane", "register", "z"], "z"),
    (lambda: TILE.apply({"lane": 1.5, "register": 0}), ProfileError, 1.5, "'lane' must be an integer"),
    (lambda: TILE.apply({"lane": True, "register": 0}), ProfileError, True, "bool"),
    (lambda: TILE.apply([1, 2]), ProfileError, [1, 2], "mapping"),
    (lambda: TILE.apply({"lane": np.array([1.5]), "register": 0}), LayoutError, "float64", "float64"),
    (lambda: TILE(128), ProfileError, 128, "0..127"),
    (lambda: TILE(-1), ProfileError, -1, "-1"),
    (lambda: TILE(1, 32), ProfileError, 32, "lane is 32, and its range is 0..31"),
    (lambda: TILE(1, 2, 3), ProfileError, (1, 2, 3), "(1, 2, 3)"),
    (lambda: TILE(lane=1), ProfileError, ["lane"], "['lane']"),
    (lambda: TILE(1, lane=1), ProfileError, (1,), "not both"),
    (lambda: TILE(lane=40, register=0), ProfileError, 40, "40"),
    (lambda: TILE.get_basis("lane", 5), ProfileError, 5, "5 bases, and none at 5"),
    (lambda: TILE.get_basis("bank", 0), ProfileError, "bank", "no input dimension 'bank' in ['register', 'lane']"),
    (lambda: TILE.get_in_dim_size("row"), ProfileError, "row", "get_in_dim_size"),
    (lambda: TILE.get_out_dim_index([]), ProfileError, [], "text"),
    (lambda: TILE.table("lane"), ProfileError, "lane", "no output dimension 'lane'"),
    (lambda: TILE.table(limit=100), TooLargeError, 128, "128"),
    (lambda: TILE.at([128]), LayoutError, 128, "128"),
    (lambda: TILE.at([-1]), LayoutError, -1, "-1"),
    (lambda: TILE.at([0.5]), LayoutError, "float64", "float64"),
]


@pytest.mark.parametrize("k", range(len(REFUSED)))
def test_bad_input_is_refused_with_its_place(k):
    call, kind, witness, text = REFUSED[k]
    with pytest.raises(kind) as caught:
        call()
    assert text in str(caught.value)
    assert caught.value.witness == witness
    assert pickle.loads(pickle.dumps(caught.value)).witness == witness
    assert len(str(caught.value)) < 500
