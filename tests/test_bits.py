"""BitMatrix: every matrix up to 3x3 against brute force, both engines against each other, values and refusals."""

import copy
import operator
import pickle
import random
from itertools import product

import numpy as np
import pytest

from layouts.bits import BitMatrix
from layouts.elimination import _compose_packed, _eliminate, _eliminate_packed, compose, image
from layouts.errors import NotInvertibleError, ProfileError

SMALL = [
    BitMatrix(columns, rows)
    for rows, n in product(range(4), repeat=2)
    for columns in product(range(1 << rows), repeat=n)
]


def table(matrix):
    """All images in order, straight from the definition."""
    n = len(matrix.columns)
    images = []
    for x in range(1 << n):
        y = 0
        for j in range(n):
            if x >> j & 1:
                y ^= matrix.columns[j]
        images.append(y)
    return images


def span(vectors):
    values = {0}
    for v in vectors:
        values |= {value ^ v for value in values}
    return values


def is_reduced(columns):
    tops = [c.bit_length() - 1 for c in columns]
    unique = all(not other >> top & 1 for top, c in zip(tops, columns, strict=True) for other in columns if other != c)
    return list(columns) == sorted(set(columns)) and 0 not in columns and unique


def random_matrix(rng, rows, n, rank=None):
    if rank is None:
        return BitMatrix([rng.getrandbits(rows) if rows else 0 for _ in range(n)], rows)
    return random_matrix(rng, rows, rank) @ random_matrix(rng, rank, n)


# -- every small matrix ------------------------------------------------------------------------------------------------


def test_the_sweep_holds_every_matrix_up_to_three_by_three():
    assert len(SMALL) == len(set(SMALL)) == sum(2 ** (rows * n) for rows in range(4) for n in range(4))


def test_call_is_the_xor_of_the_selected_columns():
    for M in SMALL:
        assert [M(x) for x in range(1 << len(M.columns))] == table(M)
        assert [M.apply(x) for x in range(1 << len(M.columns))] == table(M)


def test_rank_counts_the_image_and_decides_injective_and_surjective():
    for M in SMALL:
        values = set(table(M))
        assert 1 << M.rank() == len(values)
        assert M.is_injective() is (len(values) == 1 << len(M.columns))
        assert M.is_surjective() is (len(values) == 1 << M.rows)
        assert M.is_invertible() is (len(values) == 1 << len(M.columns) == 1 << M.rows)


def test_kernel_is_the_reduced_basis_of_what_goes_to_zero():
    for M in SMALL:
        K = M.kernel()
        assert K.rows == len(M.columns)
        assert span(K.columns) == {x for x, y in enumerate(table(M)) if y == 0}
        assert len(K.columns) == len(M.columns) - M.rank()
        assert is_reduced(K.columns)


def test_image_is_the_reduced_basis_of_what_is_reached():
    for M in SMALL:
        basis = M.image()
        assert basis.rows == M.rows
        assert span(basis.columns) == set(table(M))
        assert is_reduced(basis.columns)


def test_complement_takes_the_lowest_unit_vectors_that_complete_the_image():
    for M in SMALL:
        values, taken = set(table(M)), []
        for i in range(M.rows):
            if 1 << i not in values:
                taken.append(1 << i)
                values |= {value ^ 1 << i for value in values}
        assert M.complement() == BitMatrix(taken, M.rows)
        assert len(values) == 1 << M.rows == (1 << M.rank()) * (1 << len(taken))


def test_solve_gives_the_smallest_solution_or_the_value_that_is_missed():
    for M in SMALL:
        images = table(M)
        for y in range(1 << M.rows):
            if y in images:
                assert M.solve(y) == images.index(y)
                assert M.solutions(y) == (images.index(y), M.kernel())
                x, K = M.solutions(y)
                assert {x ^ k for k in span(K.columns)} == {z for z, image in enumerate(images) if image == y}
            else:
                for refused in (M.solve, M.solutions):
                    with pytest.raises(NotInvertibleError) as error:
                        refused(y)
                    assert error.value.witness == y


def test_solve_of_a_matrix_solves_every_column_or_names_the_first_value_that_is_missed():
    for M in SMALL:
        images = table(M)
        smallest = [images.index(y) for y in images]
        assert M.solve(BitMatrix(images, M.rows)) == BitMatrix(smallest, len(M.columns))
        for y in set(range(1 << M.rows)) - set(images):
            with pytest.raises(NotInvertibleError) as error:
                M.solve(BitMatrix((images[-1], y, 1 << M.rows - 1), M.rows))
            assert error.value.witness == y


def test_pseudoinverse_is_smallest_on_the_image_and_zero_on_its_complement():
    for M in SMALL:
        P, images = M.pseudoinverse(), table(M)
        assert P.shape == (len(M.columns), M.rows)
        for y in set(images):
            for c in span(M.complement().columns):
                assert P(y ^ c) == images.index(y)
        assert M @ P @ M == M
        assert P @ M @ P == P


def test_inverses_exist_exactly_when_they_should_and_refusals_name_the_first_witness():
    for M in SMALL:
        images = table(M)
        n, P = len(M.columns), M.pseudoinverse()
        collision = next(((images.index(y), j) for j, y in enumerate(images) if images.index(y) < j), None)
        missed = next((y for y in range(1 << M.rows) if y not in images), None)
        expected = {
            "left_inverse": collision,
            "right_inverse": missed,
            "inverse": collision or missed,
        }
        for name, witness in expected.items():
            if witness is None:
                assert getattr(M, name)() == P
            else:
                with pytest.raises(NotInvertibleError, match=f"^{name}: columns ") as error:
                    getattr(M, name)()
                assert error.value.witness == witness
        if collision is None:
            assert M.left_inverse() @ M == BitMatrix.identity(n)
        if missed is None:
            assert M @ M.right_inverse() == BitMatrix.identity(M.rows)


def test_reduced_echelon_is_the_only_echelon_matrix_with_the_same_kernel():
    for M in SMALL:
        R, pivots = M.reduced_echelon()
        leftmost = [j for j, c in enumerate(M.columns) if c not in span(M.columns[:j])]
        assert list(pivots) == leftmost
        assert R.shape == M.shape
        assert [R.columns[p] for p in pivots] == [1 << k for k in range(len(pivots))]
        for j, column in enumerate(R.columns):
            assert column < 1 << sum(p <= j for p in pivots)
        assert {x for x, y in enumerate(table(R)) if y == 0} == {x for x, y in enumerate(table(M)) if y == 0}


def test_composition_applies_the_right_one_first():
    rng = random.Random(3)
    for M in SMALL:
        for N in rng.sample(SMALL, 100):
            if N.rows == len(M.columns):
                assert table(M @ N) == [table(M)[y] for y in table(N)]


def test_transpose_exchanges_rows_and_columns():
    for M in SMALL:
        T = M.T
        assert T.shape == M.shape[::-1]
        assert all(T.columns[i] >> j & 1 == M.columns[j] >> i & 1 for i in range(M.rows) for j in range(len(M.columns)))
        assert M.transpose() == T


def test_rows_text_and_repr_show_the_same_matrix():
    for M in SMALL:
        rows = [[M.columns[j] >> i & 1 for j in range(len(M.columns))] for i in range(M.rows)]
        assert M.to_rows() == rows
        assert str(M) == "\n".join(" ".join(map(str, row)) for row in rows)
        assert eval(repr(M)) == M
        if M.rows:
            assert BitMatrix.from_rows(rows) == M
            assert BitMatrix.from_rows(np.array(rows, dtype=np.uint8).reshape(M.shape)) == M


# -- both engines ------------------------------------------------------------------------------------------------------


def sizes():
    rng = random.Random(7)
    for _ in range(60):
        rows, n = rng.randint(0, 80), rng.randint(0, 80)
        yield random_matrix(rng, rows, n, rng.choice([None, rng.randint(0, 20)]))
    for bits in (8, 9, 16, 17, 32, 33, 64, 65):  # where the fields change
        yield random_matrix(rng, bits, bits)
        yield random_matrix(rng, bits // 2, bits - bits // 2)


def test_packed_and_plain_elimination_agree():
    for M in [*SMALL, *sizes()]:
        packed, plain = _eliminate_packed(M.columns, M.rows), _eliminate(M.columns, M.rows)
        assert list(packed[0]) == list(plain[0])
        assert packed[1:] == plain[1:]


def test_every_final_statement_of_the_elimination_is_true():
    for M in sizes():
        n = len(M.columns)
        for field, r in zip(*_eliminate(M.columns, M.rows)[:2], strict=True):
            x, y = field & (1 << n) - 1, field >> n
            assert image(M.columns, x) == (y if r < 0 else y ^ 1 << r)


def test_packed_and_plain_composition_agree():
    rng = random.Random(8)
    for M in sizes():
        N = random_matrix(rng, len(M.columns), rng.randint(0, 80))
        plain = tuple(image(M.columns, column) for column in N.columns)
        assert _compose_packed(M.columns, N.columns, M.rows) == plain
        assert compose(M.columns, N.columns, M.rows) == plain


@pytest.mark.parametrize("bits", [1, 2, 3, 4, 70])
def test_composition_of_columns_with_few_bits_takes_every_road(bits):
    rng = random.Random(bits)
    M = random_matrix(rng, 70, 70)
    N = BitMatrix([sum(1 << i for i in rng.sample(range(70), bits)) for _ in range(50)] + [0], rows=70)
    assert (M @ N).columns == tuple(image(M.columns, column) for column in N.columns)


@pytest.mark.parametrize("n", [64, 200, 600])
def test_large_matrices_have_inverses_and_kernels(n):
    rng = random.Random(n)
    M = random_matrix(rng, n, n)
    P = M.pseudoinverse()
    assert M @ P @ M == M
    thin = random_matrix(rng, n, n, n // 3)
    assert thin.rank() == n // 3
    assert thin @ thin.kernel() == BitMatrix.zero(n, n - n // 3)
    unit = BitMatrix([1 << j | rng.getrandbits(j) if j else 1 for j in range(n)])  # triangular, so invertible
    assert unit @ unit.inverse() == unit.inverse() @ unit == BitMatrix.identity(n)


# -- values ------------------------------------------------------------------------------------------------------------


def test_rows_default_to_the_tallest_column():
    assert BitMatrix((1, 8, 2)).shape == (4, 3)
    assert BitMatrix(()).shape == (0, 0)
    assert BitMatrix((0, 0)).shape == (0, 2)
    assert BitMatrix((1,), rows=5).shape == (5, 1)


def test_identity_and_zero_are_what_they_say():
    assert BitMatrix.identity(3).columns == (1, 2, 4)
    assert BitMatrix.identity(0) == BitMatrix(())
    assert BitMatrix.zero(2, 3) == BitMatrix((0, 0, 0), rows=2)
    assert BitMatrix.zero(0, 0).solve(0) == 0


def test_integers_of_numpy_are_stored_as_int():
    M = BitMatrix(np.array([1, 6], dtype=np.int32), rows=np.int64(3))
    assert BitMatrix((1, 6), rows=3) == M
    assert [type(c) for c in (*M.columns, M.rows)] == [int, int, int]
    assert M(np.uint8(3)) == 7
    assert M.solve(np.int64(7)) == 3
    assert type(M.solve(np.int64(7))) is int


def test_equality_and_hash_are_structural():
    assert BitMatrix((1, 2)) == BitMatrix([1, 2], rows=2)
    assert hash(BitMatrix((1, 2))) == hash(BitMatrix([1, 2], rows=2))
    assert BitMatrix((1, 2)) != BitMatrix((1, 2), rows=3)
    assert BitMatrix((1, 2)) != BitMatrix((2, 1))
    assert BitMatrix((1, 2)) != (1, 2)
    assert len({BitMatrix((1, 2)), BitMatrix((1, 2)), BitMatrix((2, 1))}) == 2


@pytest.mark.parametrize("name", ["columns", "rows", "_reduction", "other"])
def test_attributes_cannot_be_set_or_deleted(name):
    M = BitMatrix((1, 2))
    with pytest.raises(AttributeError, match="immutable"):
        setattr(M, name, 3)
    with pytest.raises(AttributeError, match="immutable"):
        delattr(M, name)
    assert BitMatrix((1, 2)) == M
    assert not hasattr(M, "__dict__")


def test_pickle_and_copies_are_equal_before_and_after_a_reduction():
    M = BitMatrix((1, 2**70), rows=75)
    for _ in range(2):
        for other in (
            copy.copy(M),
            copy.deepcopy(M),
            *(pickle.loads(pickle.dumps(M, protocol)) for protocol in range(6)),
        ):
            assert other == M
            assert other.rank() == 2
        M.rank()


def test_the_reduction_is_done_once(monkeypatch):
    M = BitMatrix((3, 6, 2))
    inverse = M.inverse()
    monkeypatch.setattr("layouts.bits.reduce", None)
    assert (M.inverse(), M.rank(), M.solve(1)) == (inverse, 3, 5)
    with pytest.raises(TypeError):
        BitMatrix((3, 6, 2)).rank()


def test_repr_of_tall_matrices_constructs_and_has_no_digit_limit():
    for M in (BitMatrix((2**70,)), BitMatrix((1, 2**20000)), BitMatrix((), rows=100)):
        assert eval(repr(M)) == M


def test_sum_stacks_and_their_images():
    M, N = BitMatrix((3, 6, 2)), BitMatrix((1, 1, 4))
    assert table(M ^ N) == [a ^ b for a, b in zip(table(M), table(N), strict=True)]
    assert table(M.vstack(N)) == [a | b << 3 for a, b in zip(table(M), table(N), strict=True)]
    assert table(M.hstack(N)) == [a ^ b for b in table(N) for a in table(M)]


# -- refusals ----------------------------------------------------------------------------------------------------------

A, B = BitMatrix((1, 2, 3)), BitMatrix((1, 2), rows=4)

REFUSED = [  # what is asked, the error, its witness, a part of the message
    (lambda: BitMatrix((1, -2)), ProfileError, -2, "a column must be an integer >= 0, not -2"),
    (lambda: BitMatrix((1, 2.0)), ProfileError, 2.0, "not 2.0"),
    (lambda: BitMatrix((1, True)), ProfileError, True, "not True"),
    (lambda: BitMatrix((1, "2")), ProfileError, "2", "not '2'"),
    (lambda: BitMatrix(7), ProfileError, 7, "columns 7 are not a sequence"),
    (lambda: BitMatrix((1, 4), rows=2), ProfileError, 4, "column 1 is 4, which needs more than 2 rows"),
    (lambda: BitMatrix((), rows=-1), ProfileError, -1, "rows must be an integer >= 0, not -1"),
    (lambda: BitMatrix((), rows=False), ProfileError, False, "not False"),
    (lambda: BitMatrix.identity(-3), ProfileError, -3, "identity: n"),
    (lambda: BitMatrix.zero(2, -1), ProfileError, -1, "zero: columns"),
    (lambda: BitMatrix.zero(1.5, 1), ProfileError, 1.5, "zero: rows"),
    (lambda: BitMatrix.from_rows([[1, 0], [1]]), ProfileError, [1], "row 1 has 1 entries, row 0 has 2"),
    (lambda: BitMatrix.from_rows([[1, 2]]), ProfileError, 2, "row 0 holds 2"),
    (lambda: BitMatrix.from_rows([[1, True]]), ProfileError, True, "not True"),
    (lambda: BitMatrix.from_rows([1, 2]), ProfileError, [1, 2], "not a sequence of rows"),
    (lambda: A(8), ProfileError, 8, "input 8 has more bits than columns (1, 2, 3), 2 rows takes"),
    (lambda: A(-1), ProfileError, -1, "not -1"),
    (lambda: A(True), ProfileError, True, "not True"),
    (lambda: A @ B, ProfileError, (3, 4), "takes 3 bits, the right one gives 4"),
    (lambda: A ^ B, ProfileError, ((2, 3), (4, 2)), "shapes differ"),
    (lambda: A.hstack(B), ProfileError, (2, 4), "rows differ, 2 and 4"),
    (lambda: A.vstack(B), ProfileError, (3, 2), "columns differ, 3 and 2"),
    (lambda: A.hstack(5), ProfileError, 5, "5 is not a BitMatrix"),
    (lambda: A.solve(4), ProfileError, 4, "value 4 has more bits"),
    (lambda: A.solve(B), ProfileError, (2, 4), "rows differ, 2 and 4"),
    (lambda: A.solve(1.0), ProfileError, 1.0, "not 1.0"),
    (lambda: B.solve(6), NotInvertibleError, 6, "solve: columns (1, 2), 4 rows: no input gives 6"),
    (lambda: B.solve(BitMatrix((3, 9, 5))), NotInvertibleError, 9, "no input gives 9"),
    (lambda: A.inverse(), NotInvertibleError, (3, 4), "inputs 3 and 4 both give 3"),
    (lambda: B.inverse(), NotInvertibleError, 4, "inverse: columns (1, 2), 4 rows: no input gives 4"),
    (lambda: BitMatrix((0,)).left_inverse(), NotInvertibleError, (0, 1), "inputs 0 and 1 both give 0"),
    (lambda: BitMatrix((5, 6)).right_inverse(), NotInvertibleError, 1, "no input gives 1"),
]


@pytest.mark.parametrize(("ask", "kind", "witness", "part"), REFUSED)
def test_refusals_carry_a_witness_and_name_the_numbers(ask, kind, witness, part):
    with pytest.raises(kind) as error:
        ask()
    assert type(error.value) is kind
    assert error.value.witness == witness
    assert type(error.value.witness) is type(witness)
    assert part in str(error.value)


@pytest.mark.parametrize("operation", [operator.matmul, operator.xor])
def test_operators_with_other_types_are_type_errors(operation):
    with pytest.raises(TypeError):
        operation(A, 3)


def test_messages_about_huge_matrices_are_short():
    rng = random.Random(1)
    wide = random_matrix(rng, 2000, 3000)
    with pytest.raises(NotInvertibleError) as error:
        wide.inverse()
    assert len(str(error.value)) < 400
    low, high = error.value.witness
    assert low < high
    assert wide(low) == wide(high)
    with pytest.raises(ProfileError) as refused:
        BitMatrix((-(1 << 20000),))
    assert len(str(refused.value)) < 200
