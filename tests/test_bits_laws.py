"""Laws of BitMatrix and of subspaces: random matrices of many shapes, and every pair of subspaces of F2^3 and F2^4."""

from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layouts.bits import BitMatrix
from layouts.errors import NotInvertibleError, ProfileError
from layouts.subspace import common_complement, contains, intersection, same_span, subspace_sum

SIZES = st.one_of(st.integers(0, 12), st.sampled_from([30, 32, 33, 64, 65, 100, 200]))


def law(*strategies):
    """Like ``given``, without a time limit for one example."""
    return lambda test: settings(deadline=None)(given(*strategies)(test))


@st.composite
def matrices(draw, rows=SIZES, columns=SIZES):
    """A matrix of any rank: the columns are drawn from a few values and their sums."""
    height, n = draw(rows), draw(columns)
    fresh = st.integers(0, (1 << height) - 1)
    drawn = []
    for _ in range(n):
        column = draw(fresh) if draw(st.booleans()) or not drawn else draw(st.sampled_from(drawn))
        drawn.append(column ^ draw(st.sampled_from(drawn)) if drawn and draw(st.booleans()) else column)
    return BitMatrix(drawn, height)


@st.composite
def invertible(draw, sizes=SIZES):
    """A product of two triangular matrices with the rows exchanged."""
    n = draw(sizes)
    lower = [1 << j | draw(st.integers(0, (1 << j) - 1)) for j in range(n)]
    upper = [1 << j | draw(st.integers(0, (1 << n - 1 - j) - 1)) << j + 1 for j in range(n)]
    order = draw(st.permutations(range(n)))
    return BitMatrix(lower, n) @ BitMatrix([1 << i for i in order], n) @ BitMatrix(upper, n)


@st.composite
def pairs(draw, strategy=matrices):
    """Two matrices with equally many rows."""
    rows = st.just(draw(SIZES))
    return draw(strategy(rows=rows)), draw(strategy(rows=rows))


def inputs(matrix):
    return st.integers(0, (1 << len(matrix.columns)) - 1)


# -- the map -----------------------------------------------------------------------------------------------------------


@law(st.data(), matrices())
def test_the_map_is_linear(data, M):
    x, y = data.draw(inputs(M)), data.draw(inputs(M))
    assert M(x ^ y) == M(x) ^ M(y)
    assert M(0) == 0


@law(st.data(), matrices())
def test_composition_is_one_map_after_the_other_and_associative(data, M):
    N = data.draw(matrices(rows=st.just(len(M.columns))))
    K = data.draw(matrices(rows=st.just(len(N.columns))))
    x = data.draw(inputs(N))
    assert (M @ N)(x) == M(N(x))
    assert M @ N @ K == M @ (N @ K)
    assert M @ BitMatrix.identity(len(M.columns)) == M == BitMatrix.identity(M.rows) @ M


@law(st.data(), matrices())
def test_transpose_reverses_composition_and_keeps_the_rank(data, M):
    N = data.draw(matrices(rows=st.just(len(M.columns))))
    assert (M @ N).T == N.T @ M.T
    assert M.T.T == M
    assert M.T.rank() == M.rank()


@law(matrices())
def test_rows_and_text_round_trip(M):
    assert eval(repr(M)) == M
    if M.rows:
        assert BitMatrix.from_rows(M.to_rows()) == M


# -- what the reduction gives ------------------------------------------------------------------------------------------


@law(invertible())
def test_inverse_times_matrix_is_identity(M):
    identity = BitMatrix.identity(M.rows)
    assert M.inverse() @ M == identity
    assert M @ M.inverse() == identity
    assert M.inverse().inverse() == M
    assert M.left_inverse() == M.right_inverse() == M.pseudoinverse() == M.inverse()


@law(matrices())
def test_pseudoinverse_is_reflexive_and_kills_the_complement(M):
    P = M.pseudoinverse()
    assert M @ P @ M == M
    assert P @ M @ P == P
    assert P @ M.complement() == BitMatrix.zero(len(M.columns), M.rows - M.rank())


@law(matrices())
def test_rank_plus_nullity_is_the_number_of_columns(M):
    K = M.kernel()
    assert M.rank() + len(K.columns) == len(M.columns)
    assert K.rank() == len(K.columns)
    assert BitMatrix.zero(M.rows, len(K.columns)) == M @ K


@law(matrices())
def test_each_top_bit_of_a_reduced_basis_is_in_one_vector_only(M):
    for basis in (M.kernel(), M.image()):
        tops = [c.bit_length() - 1 for c in basis.columns]
        assert tops == sorted(set(tops))
        assert all(sum(c >> top & 1 for c in basis.columns) == 1 for top in tops)


@law(st.data(), matrices())
def test_smallest_solution_is_smallest(data, M):
    x = data.draw(inputs(M))
    smallest, K = M.solutions(M(x))
    assert M(smallest) == M(x)
    # A solution is smallest exactly when no kernel vector can clear one of its bits: the top bits decide.
    assert all(not smallest >> k.bit_length() - 1 & 1 for k in K.columns)
    assert smallest == min([smallest, x, *(smallest ^ k for k in K.columns)])
    assert contains(K, smallest ^ x)
    assert M.solve(BitMatrix((M(x), 0), M.rows)) == BitMatrix((smallest, 0), len(M.columns))


@law(matrices(rows=st.integers(1, 40)))
def test_the_smallest_missed_value_is_missed_and_all_below_are_reached(M):
    if M.is_surjective():
        assert M @ M.right_inverse() == BitMatrix.identity(M.rows)
        return
    with pytest.raises(NotInvertibleError) as error:
        M.right_inverse()
    missed = error.value.witness
    assert not contains(M, missed)
    assert missed == M.complement().columns[0]
    assert all(contains(M, 1 << i) for i in range(missed.bit_length() - 1))


@law(matrices())
def test_the_first_collision_is_a_collision_and_there_is_none_below(M):
    n = len(M.columns)
    if M.is_injective():
        assert M.left_inverse() @ M == BitMatrix.identity(n)
        return
    with pytest.raises(NotInvertibleError) as error:
        M.left_inverse()
    i, j = error.value.witness
    assert i < j
    assert M(i) == M(j)
    below = j.bit_length() - 1
    assert j == 1 << below
    assert BitMatrix(M.columns[:below], M.rows).is_injective()


@law(matrices())
def test_reduced_echelon_is_idempotent_and_keeps_the_kernel(M):
    R, pivots = M.reduced_echelon()
    assert R.reduced_echelon() == (R, pivots)
    assert R.kernel() == M.kernel()
    assert M.T.hstack(R.T).rank() == M.rank()  # the rows span the same space


@law(st.data(), invertible(st.integers(0, 40)))
def test_row_operations_keep_the_echelon_form_and_column_operations_the_image(data, E):
    M = data.draw(matrices(rows=st.just(E.rows)))
    assert (E @ M).reduced_echelon() == M.reduced_echelon()
    N = data.draw(matrices(columns=st.just(E.rows)))
    assert (N @ E).image() == N.image()
    assert (N @ E).complement() == N.complement()


@law(pairs())
def test_stacks_apply_both(pair):
    M, N = pair
    both = M.hstack(N)
    assert all(both(1 << j) == c for j, c in enumerate(M.columns + N.columns))
    assert M.T.vstack(N.T) == both.T
    assert max(M.rank(), N.rank()) <= both.rank() <= M.rank() + N.rank()


# -- subspaces ---------------------------------------------------------------------------------------------------------


def span(vectors):
    values = {0}
    for v in vectors:
        values |= {value ^ v for value in values}
    return frozenset(values)


def subspaces(n):
    """Every subspace of F2^n as its set of values, with a generating set of vectors."""
    found = {}
    for size in range(n + 1):
        for vectors in combinations(range(1, 1 << n), size):
            found.setdefault(span(vectors), vectors)
    return [(values, BitMatrix(vectors, n)) for values, vectors in found.items()]


ALL = {n: subspaces(n) for n in range(5)}


def test_there_are_as_many_subspaces_as_gauss_counted():
    assert [len(ALL[n]) for n in range(5)] == [1, 2, 5, 16, 67]


@pytest.mark.parametrize("n", range(5))
def test_sum_and_intersection_are_those_of_the_sets(n):
    for (u, U), (v, V) in product(ALL[n], repeat=2):
        total, shared = subspace_sum(U, V), intersection(U, V)
        assert span(total.columns) == {a ^ b for a in u for b in v}
        assert span(shared.columns) == u & v
        assert (total, shared) == (total.image(), shared.image())
        assert same_span(U, V) is (u == v)


@pytest.mark.parametrize("n", range(5))
def test_every_two_subspaces_of_one_dimension_have_a_common_complement(n):
    for (u, U), (v, V) in product(ALL[n], repeat=2):
        if len(u) == len(v):
            W = common_complement(U, V)
            w = span(W.columns)
            assert W.image() == W
            assert len(w) * len(u) == 1 << n
            assert w & u == w & v == {0}
        else:
            with pytest.raises(ProfileError, match="dimensions differ") as error:
                common_complement(U, V)
            assert error.value.witness == (len(u).bit_length() - 1, len(v).bit_length() - 1)


@pytest.mark.parametrize("n", range(5))
def test_contains_says_what_the_set_says(n):
    for values, U in ALL[n]:
        assert [contains(U, x) for x in range(1 << n)] == [x in values for x in range(1 << n)]


@law(pairs())
def test_dimensions_of_sum_and_intersection_add_up(pair):
    U, V = pair
    shared, total = intersection(U, V), subspace_sum(U, V)
    assert shared.rank() + total.rank() == U.rank() + V.rank()
    for part, whole in ((shared, U), (shared, V), (U, total), (V, total)):
        assert same_span(subspace_sum(part, whole), whole)


@law(pairs())
def test_common_complement_completes_both(pair):
    U, V = (BitMatrix(M.image().columns[: min(A.rank() for A in pair)], M.rows) for M in pair)
    W = common_complement(U, V)
    for S in (U, V):
        assert S.hstack(W).rank() == S.rank() + W.rank() == S.rows


@law(st.data(), matrices())
def test_generators_may_be_dependent_repeated_or_zero(data, U):
    more = BitMatrix([U(x) for x in data.draw(st.lists(inputs(U), max_size=4))] + [0], U.rows)
    padded = more.hstack(U).hstack(more)
    assert same_span(U, padded)
    assert padded.complement() == U.complement()
    assert intersection(U, padded) == U.image()
    assert common_complement(U, padded) == common_complement(U, U)


REFUSED = [
    (lambda: contains(BitMatrix((1, 2)), 4), 4, "value 4 has more bits"),
    (lambda: contains(BitMatrix((1, 2)), -1), -1, "not -1"),
    (lambda: intersection(BitMatrix((1,)), BitMatrix((2,))), (1, 2), "intersection: rows differ, 1 and 2"),
    (lambda: subspace_sum(BitMatrix((1,)), BitMatrix((2,))), (1, 2), "subspace_sum: rows differ"),
    (lambda: same_span(BitMatrix((1,)), BitMatrix((2,))), (1, 2), "same_span: rows differ"),
    (lambda: same_span(7, BitMatrix((2,))), 7, "7 is not a BitMatrix"),
    (lambda: common_complement(BitMatrix((1,)), BitMatrix((2,))), (1, 2), "common_complement: rows differ"),
    (lambda: common_complement(BitMatrix((1, 2)), BitMatrix((2,))), (2, 1), "dimensions differ, 2 and 1"),
]


@pytest.mark.parametrize(("ask", "witness", "part"), REFUSED)
def test_refusals_of_subspaces_carry_a_witness(ask, witness, part):
    with pytest.raises(ProfileError) as error:
        ask()
    assert error.value.witness == witness
    assert part in str(error.value)
