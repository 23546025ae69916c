"""galois, an independent implementation of linear algebra over finite fields, agrees with BitMatrix."""

import random

import numpy as np
import pytest

from layouts.bits import BitMatrix
from layouts.subspace import intersection, same_span, subspace_sum

galois = pytest.importorskip("galois")

SHAPES = [(1, 1), (3, 5), (5, 3), (8, 8), (9, 17), (17, 9), (20, 20), (32, 32), (33, 31), (40, 24), (64, 64), (30, 64)]


def draw(rng, rows, n, rank=None):
    if rank is not None:
        return draw(rng, rows, rank) @ draw(rng, rank, n)
    return BitMatrix([rng.getrandbits(rows) for _ in range(n)], rows)


def draw_all():
    rng = random.Random(11)
    dense = [draw(rng, rows, n) for rows, n in SHAPES]
    thin = [draw(rng, rows, n, rng.randint(1, min(rows, n))) for rows, n in SHAPES]
    square = [draw(rng, n, n) for n in (1, 2, 3, 4, 6, 8, 10, 12, 16, 20, 24, 32, 32, 33, 48, 64, 64, 64)]
    return dense + thin, square


MATRICES, SQUARE = draw_all()


@pytest.fixture(scope="module")
def gf2():
    return galois.GF(2)


def to_galois(gf2, matrix):
    return gf2(np.array(matrix.to_rows(), dtype=np.uint8).reshape(matrix.shape))


def from_galois(array):
    return BitMatrix.from_rows(array.view(np.ndarray).tolist())


def basis(vectors, rows):
    """Return the matrix whose columns are galois' basis vectors, which it gives as rows."""
    return from_galois(vectors).T if len(vectors) else BitMatrix((), rows)


@pytest.mark.parametrize("M", MATRICES, ids=lambda M: "x".join(map(str, M.shape)))
def test_rank_echelon_kernel_and_image_agree(gf2, M):
    array = to_galois(gf2, M)
    assert M.rank() == np.linalg.matrix_rank(array)
    assert M.reduced_echelon()[0] == from_galois(array.row_reduce())
    null_space = array.null_space()
    assert len(M.kernel().columns) == len(null_space)
    assert same_span(M.kernel(), basis(null_space, M.shape[1]))
    assert same_span(M.image(), basis(array.column_space(), M.rows))


def test_inverses_agree_and_singular_matrices_are_refused_by_both(gf2):
    inverted = 0
    for M in SQUARE:
        array = to_galois(gf2, M)
        if M.is_invertible():
            inverted += 1
            assert M.inverse() == from_galois(np.linalg.inv(array))
        else:
            with pytest.raises(np.linalg.LinAlgError):
                np.linalg.inv(array)
    assert 0 < inverted < len(SQUARE)


@pytest.mark.parametrize("M", MATRICES, ids=lambda M: "x".join(map(str, M.shape)))
def test_products_solutions_and_pseudoinverses_check_in_galois(gf2, M):
    X = draw(random.Random(str(M.shape)), M.shape[1], 7)
    array, product = to_galois(gf2, M), to_galois(gf2, M) @ to_galois(gf2, X)
    assert from_galois(product) == M @ X
    assert np.array_equal(array @ to_galois(gf2, M.solve(M @ X)), product)
    assert np.array_equal(array @ to_galois(gf2, M.pseudoinverse()) @ array, array)
    assert from_galois(array.T) == M.T


def test_the_solution_of_an_invertible_system_is_that_of_galois(gf2):
    rng = random.Random(12)
    for M in SQUARE:
        if M.is_invertible():
            y = rng.getrandbits(M.rows)
            bits = gf2([y >> i & 1 for i in range(M.rows)])
            x = np.linalg.solve(to_galois(gf2, M), bits)
            assert M.solve(y) == sum(int(bit) << j for j, bit in enumerate(x))


@pytest.mark.parametrize("rows", [4, 12, 33, 64])
def test_dimension_of_the_intersection_follows_from_ranks_in_galois(gf2, rows):
    rng = random.Random(rows)
    for _ in range(5):
        U, V = draw(rng, rows, rng.randint(1, rows)), draw(rng, rows, rng.randint(1, rows))
        u, v = np.linalg.matrix_rank(to_galois(gf2, U)), np.linalg.matrix_rank(to_galois(gf2, V))
        both = np.linalg.matrix_rank(to_galois(gf2, U.hstack(V)))
        assert subspace_sum(U, V).rank() == both
        assert intersection(U, V).rank() == u + v - both
