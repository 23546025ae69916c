"""Linear layouts and numpy arrays: the matrix of 0 and 1 and the bases, both ways; what does not fit is refused."""

import linear_interop_brute as brute
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts import BitMatrix, LayoutError, LinearLayout, NotInvertibleError, ProfileError
from layouts.interop.arrays import bases_from_numpy, bases_to_numpy, matrix_from_numpy, matrix_to_numpy

KINDS = (np.uint8, np.int8, np.int16, np.uint32, np.int64, np.uint64, np.bool_)


@given(brute.layouts(), st.sampled_from(KINDS))
def test_the_matrix_goes_to_an_array_and_back(L, kind):
    array = matrix_to_numpy(L)
    assert array.dtype == np.uint8
    assert array.shape == (L.get_total_out_dim_size_log2(), L.get_total_in_dim_size_log2())
    assert array.tolist() == L.get_matrix_view()
    assert matrix_from_numpy(array.astype(kind), L.in_dims, L.out_dims) == L
    assert matrix_from_numpy(array) == L.matrix
    assert (matrix_to_numpy(L.matrix) == array).all()


@given(st.integers(0, 20), st.integers(0, 20), st.randoms(use_true_random=False))
def test_bit_matrices_of_any_size_go_there_and_back(rows, columns, rng):
    M = BitMatrix([rng.getrandbits(rows) if rows else 0 for _ in range(columns)], rows)
    array = matrix_to_numpy(M)
    assert array.tolist() == M.to_rows()
    assert matrix_from_numpy(array) == matrix_from_numpy(np.asfortranarray(array)) == M
    for j in range(columns):
        assert sum(int(b) << i for i, b in enumerate(array[:, j])) == M.columns[j]


def test_wide_values_have_a_matrix_and_no_int64_bases():
    L = LinearLayout([("a", [[2**80], [1]])], [("x", 2**90)])
    assert matrix_from_numpy(matrix_to_numpy(L), {"a": 4}, {"x": 2**90}) == L
    with pytest.raises(LayoutError, match="int64") as caught:
        bases_to_numpy(L)
    assert caught.value.witness == "x"
    edge = LinearLayout([("a", [[2**62]])], [("x", 2**63)])
    assert bases_from_numpy(bases_to_numpy(edge), edge.out_dims) == edge


@given(brute.layouts())
def test_bases_go_to_arrays_and_back(L):
    arrays = bases_to_numpy(L)
    assert [(name, values.tolist()) for name, values in arrays.items()] == L.bases
    for (name, size), values in zip(L.in_dims, arrays.values(), strict=True):
        assert values.dtype == np.int64, name
        assert values.shape == (size.bit_length() - 1, L.num_out_dims)
    assert bases_from_numpy(arrays, L.out_dims) == L
    assert bases_from_numpy(arrays, dict(L.out_dims)) == L
    assert LinearLayout(arrays, L.out_dims) == L  # the constructor takes arrays as they are


def test_names_alone_infer_the_sizes_and_need_a_surjection():
    assert bases_from_numpy({"lane": np.array([1, 2])}, ["row"]).out_dims == [("row", 4)]
    with pytest.raises(NotInvertibleError):
        bases_from_numpy({"lane": np.array([2])}, ["row"])
    assert bases_from_numpy({"lane": np.array([2])}, ["row"], require_surjective=False).out_dims == [("row", 4)]


@pytest.mark.parametrize(
    "bad",
    [
        np.eye(2),
        np.zeros((2, 2), complex),
        np.array([["a"]]),
        np.zeros(4, int),
        np.zeros((1, 1, 1), int),
        [[0, 2]],
        [[1, -1]],
        [[1], [1, 0]],
        np.array([[2**70]], dtype=object),
        "ab",
        None,
        5,
    ],
    ids=repr,
)
def test_arrays_that_are_no_matrix_are_refused(bad):
    with pytest.raises(ProfileError):
        matrix_from_numpy(bad, {"a": 2}, {"x": 2})


def test_the_first_wrong_entry_is_the_witness():
    with pytest.raises(ProfileError, match="row 1, column 0 is 3") as caught:
        matrix_from_numpy([[0, 1], [3, 4]])
    assert caught.value.witness == (1, 0)
    with pytest.raises(ProfileError):
        matrix_from_numpy(np.eye(2, dtype=int), {"a": 2}, {"x": 4})
    with pytest.raises(ProfileError, match="both or none"):
        matrix_from_numpy(np.eye(2, dtype=int), {"a": 4})


@pytest.mark.parametrize(
    "bad",
    [5, None, [1], {"a": "x"}, {"a": [[1, 2]]}, {"a": [1.5]}, {"a": [[-1]]}, {"a": [True]}, {"a": [4]}, {1: [1]}],
    ids=repr,
)
def test_bases_that_do_not_fit_are_refused(bad):
    with pytest.raises(ProfileError):
        bases_from_numpy(bad, {"x": 4})


@pytest.mark.parametrize("bad", [None, 5, [[1]], np.eye(2), LinearLayout, "x"], ids=repr)
def test_other_values_are_refused(bad):
    for call in (matrix_to_numpy, bases_to_numpy):
        with pytest.raises(ProfileError):
            call(bad)
