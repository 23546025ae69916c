"""Linear layouts and galois arrays over GF(2): both ways, and its linear algebra says what ours says."""

import linear_interop_brute as brute
import numpy as np
import pytest
from hypothesis import given

from layouts import LinearLayout, ProfileError
from layouts.interop.galois import from_galois, to_galois

galois = pytest.importorskip("galois")
GF2 = galois.GF(2)


@given(brute.layouts())
def test_the_matrix_goes_to_galois_and_back(L):
    array = to_galois(L)
    assert type(array) is GF2
    assert array.view(np.ndarray).tolist() == L.get_matrix_view()
    assert from_galois(array, L.in_dims, L.out_dims) == L
    assert from_galois(array) == L.matrix


@given(brute.layouts())
def test_the_rank_is_that_of_galois(L):
    array = to_galois(L)
    if array.size:
        assert L.rank() == int(np.linalg.matrix_rank(array))
        assert L.is_surjective() == (L.rank() == array.shape[0])


@given(brute.invertible())
def test_the_inverse_is_that_of_galois(L):
    theirs = from_galois(np.linalg.inv(to_galois(L)), L.out_dims, L.in_dims)
    assert theirs == L.invert()


@given(brute.invertible(5), brute.invertible(5))
def test_composition_is_the_product_outer_first(A, B):
    n = min(A.rank(), B.rank())
    inner, outer = (
        LinearLayout([("i", [[1 << k] for k in range(n)])], [("i", 1 << n)]).compose(X)
        for X in (_square(A, n), _square(B, n))
    )
    product = to_galois(outer) @ to_galois(inner)
    assert from_galois(product, inner.in_dims, outer.out_dims) == inner.compose(outer)


def _square(L, n):
    """Return a map of n bits made of L, cut down; it need not be invertible."""
    mask = (1 << n) - 1
    return LinearLayout([("i", [[c & mask] for c in L.matrix.columns[:n]])], [("i", 1 << n)])


@pytest.mark.parametrize("bad", [None, 5, [[1]], np.eye(2, dtype=int), GF2, LinearLayout()], ids=repr)
def test_other_values_are_no_galois_arrays(bad):
    with pytest.raises(ProfileError):
        from_galois(bad)


def test_other_fields_forms_and_sizes_are_refused():
    with pytest.raises(ProfileError, match=r"GF\(3\)"):
        from_galois(galois.GF(3)([[1]]))
    with pytest.raises(ProfileError, match="two axes"):
        from_galois(GF2([1, 0]))
    with pytest.raises(ProfileError):
        from_galois(GF2([[1, 0]]), {"i": 2}, {"x": 2})
    with pytest.raises(ProfileError):
        to_galois("x")
