"""Inverses by rule: every answer solves the equation, each rule keeps its promise, all solutions are all, refusals."""

from itertools import product

import linear_brute as brute
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts import LinearLayout, NotInvertibleError, ProfileError

RULES = ("triton", "smallest", "triton-fork")


@st.composite
def pairs(draw, reachable=True):
    """B and A with equal outputs, in some order; the image of B in that of A if asked for; shared names of inputs."""
    A = draw(brute.linear_layouts(least_outs=1))
    outs = draw(st.permutations(brute.bits_of(A.out_dims)))
    ins = draw(brute.dims(("register", "lane", "warp", "block")))
    if not reachable:
        return draw(brute.linear_layouts(ins, outs)), A
    flat = [v for _, vectors in A.bases for v in vectors]
    order = [A.get_out_dim_index(name) for name, _ in outs]
    bases = []
    for name, bits in ins:
        same = dict(A.bases).get(name)
        vectors = same if same is not None and draw(st.booleans()) else []
        for _ in range(0 if vectors else bits):
            v = [0] * len(outs)
            for w in draw(st.lists(st.sampled_from(flat), max_size=2)) if flat else []:
                v = [a ^ b for a, b in zip(v, w, strict=True)]
            vectors = [*vectors, v]
        bases.append((name, [[v[i] for i in order] for v in vectors]))
    return LinearLayout(bases, [(name, 1 << bits) for name, bits in outs]), A


def solves(C, B, A):
    assert C.in_dims == B.in_dims
    assert C.out_dims == A.in_dims
    return all(brute.value(A, brute.value(C, x)) == brute.value(B, x) for x in brute.points(B.in_dims))


# -- one inverse -------------------------------------------------------------------------------------------------------


@given(brute.linear_layouts())
def test_invert_answers_if_and_only_if_the_layout_is_a_bijection(L):
    values = [tuple(y.values()) for y in brute.table(L)]
    bijective = len(set(values)) == len(values) == L.get_total_out_dim_size()
    assert bijective == L.is_invertible()
    if bijective:
        P = L.invert()
        assert (P.in_dims, P.out_dims) == (L.out_dims, L.in_dims)
        for x in brute.points(L.in_dims):
            assert brute.value(P, brute.value(L, x)) == x
        assert L.compose(P).is_trivial_over(L.get_in_dim_names())
        assert P.invert() == L
        return
    with pytest.raises(NotInvertibleError) as caught:
        L.invert()
    witness = caught.value.witness
    if len(set(values)) < len(values):
        x, y = witness
        assert x != y
        assert brute.value(L, x) == brute.value(L, y)
    else:
        assert tuple(witness.values()) not in values


@given(brute.bijections())
def test_the_inverse_of_a_bijection_undoes_it_by_every_rule(L):
    P = L.invert()
    for x in brute.points(L.in_dims):
        assert brute.value(P, brute.value(L, x)) == x
    assert P.invert() == L
    assert {L.pseudoinvert(rule=rule) for rule in RULES} == {P}


@given(brute.linear_layouts(), st.sampled_from(RULES))
def test_pseudoinvert_is_a_right_inverse_if_and_only_if_surjective(L, rule):
    reached = {tuple(y.values()) for y in brute.table(L)}
    if len(reached) < L.get_total_out_dim_size():
        with pytest.raises(NotInvertibleError) as caught:
            L.pseudoinvert(rule=rule)
        missed = caught.value.witness
        assert tuple(missed.values()) not in reached
        first = next(y for y in brute.points(L.out_dims) if tuple(y.values()) not in reached)
        assert missed == first
        return
    try:
        P = L.pseudoinvert(rule=rule)
    except NotInvertibleError:
        assert rule == "triton-fork"
        return
    for y in brute.points(L.out_dims):
        assert brute.value(L, brute.value(P, y)) == y
    if L.is_injective():
        assert L.invert() == P


# -- the equation ------------------------------------------------------------------------------------------------------


@given(pairs())
def test_every_rule_solves_the_equation(pair):
    B, A = pair
    assert solves(B.invert_and_compose(A), B, A)
    assert B.invert_and_compose(A) == B.invert_and_compose(A, rule="triton")
    assert solves(B.invert_and_compose(A, rule="smallest"), B, A)
    common = [name for name, _ in A.in_dims if B.has_in_dim(name)]
    assert solves(B.invert_and_compose(A, local=common), B, A)
    try:
        assert solves(B.invert_and_compose(A, rule="triton-fork"), B, A)
    except NotInvertibleError as error:
        assert "mapped to themselves" in str(error)


@given(pairs())
def test_the_smallest_rule_gives_the_first_input_that_has_the_output(pair):
    B, A = pair
    C = B.invert_and_compose(A, rule="smallest")
    for x in brute.points(B.in_dims):
        wanted = brute.value(B, x)
        first = next(z for z in brute.points(A.in_dims) if brute.value(A, z) == wanted)
        assert brute.value(C, x) == first


@given(pairs(reachable=False))
def test_an_equation_without_solution_is_refused_with_an_output_that_is_not_reached(pair):
    B, A = pair
    reached = [brute.value(A, z) for z in brute.points(A.in_dims)]
    solvable = all(y in reached for y in brute.table(B))
    for rule in ("triton", "smallest", "local"):
        local = () if rule == "local" else None
        if solvable:
            assert solves(B.invert_and_compose(A, rule=rule, local=local), B, A)
            continue
        with pytest.raises(NotInvertibleError, match="invert_and_compose: basis") as caught:
            B.invert_and_compose(A, rule=rule, local=local)
        assert caught.value.witness in brute.table(B)
        assert caught.value.witness not in reached


@given(pairs())
def test_all_solutions_are_one_and_the_kernel(pair):
    B, A = pair
    C, K = B.all_solutions(A)
    assert solves(C, B, A)
    kernel = {tuple(brute.value(K, k).values()) for k in brute.points(K.in_dims)}
    zero = {name: 0 for name, _ in A.out_dims}
    assert kernel == {tuple(z.values()) for z in brute.points(A.in_dims) if brute.value(A, z) == zero}
    assert K.is_injective()


# -- the rules, by hand ------------------------------------------------------------------------------------------------


def maps_to_itself(C, name):
    return all(
        [v == [1 << i if out == name else 0 for out, _ in C.out_dims] for i, v in enumerate(dict(C.bases)[name])]
    )


@given(pairs())
def test_the_rule_of_triton_maps_independent_equal_inputs_to_themselves_and_no_others(pair):
    B, A = pair
    C, smallest = B.invert_and_compose(A), B.invert_and_compose(A, rule="smallest")
    outs = [name for name, _ in B.out_dims]
    rest = A.transpose_outs(outs)
    kept = []
    for name, vectors in rest.bases:
        if dict(B.bases).get(name) != vectors:
            continue
        independent = True
        for L in (rest, B):
            for out in outs:
                others = [n for n, _ in L.in_dims if n != name]
                if L.get_output_basis_mask([name], out) & L.get_output_basis_mask(others, out):
                    independent = False
        if independent:
            kept.append(name)
            assert maps_to_itself(C, name)
    if not kept:
        assert smallest == C


def test_the_rules_differ_where_the_reference_says():
    B = LinearLayout([("r", [[1], [2]]), ("l", [[1]])], [("x", 4)])
    A = LinearLayout([("r", [[2], [1]]), ("l", [[1]])], [("x", 4)])
    assert dict(B.invert_and_compose(A).bases)["l"] == [[2, 0]]
    assert dict(B.invert_and_compose(A, rule="triton-fork").bases)["l"] == [[0, 1]]


def test_the_rule_of_the_fork_fails_where_a_solution_exists_and_the_others_do_not():
    A = LinearLayout([("a", [[3]]), ("b", [[1]])], [("x", 4)])
    B = LinearLayout([("a", [[3]]), ("c", [[2]])], [("x", 4)])
    for rule in ("triton", "smallest"):
        assert solves(B.invert_and_compose(A, rule=rule), B, A)
    with pytest.raises(NotInvertibleError, match="mapped to themselves") as caught:
        B.invert_and_compose(A, rule="triton-fork")
    assert caught.value.witness == {"x": 2}


def test_a_broadcast_on_both_sides_stays_local_by_the_rule_of_triton_and_goes_to_0_by_the_smallest():
    A = LinearLayout([("lane", [[1]]), ("warp", [[0], [0]])], [("x", 2)])
    assert dict(A.invert_and_compose(A).bases)["warp"] == [[0, 1], [0, 2]]
    assert dict(A.invert_and_compose(A, rule="smallest").bases)["warp"] == [[0, 0], [0, 0]]


@given(pairs())
def test_the_local_rule_keeps_an_input_wherever_some_solution_keeps_it(pair):
    B, A = pair
    common = [name for name, _ in A.in_dims if B.has_in_dim(name)]
    if not common:
        return
    C, K = B.all_solutions(A)
    name = common[0]
    local = B.invert_and_compose(A, local=[name])
    kept = {z[name] for z in [brute.value(K, k) for k in brute.points(K.in_dims)]}
    # Some solution keeps the input at x if and only if the kernel can change C(x) there to x, for every basis of B.
    possible = True
    for x in [x for x in brute.points(B.in_dims) if sum(v.bit_count() for v in x.values()) == 1]:
        if brute.value(C, x)[name] ^ x[name] not in kept:
            possible = False
    if possible:
        assert all(brute.value(local, x)[name] == x[name] for x in brute.points(B.in_dims))


def test_the_local_rule_of_blocks_reads_the_own_copy():
    A = LinearLayout([("offset", [[1]]), ("block", [[0]])], [("x", 2)])
    B = LinearLayout([("lane", [[0]] * 5), ("block", [[1]])], [("x", 2)])
    assert dict(B.invert_and_compose(A).bases)["block"] == [[1, 0]]
    assert dict(B.invert_and_compose(A, local="block").bases)["block"] == [[1, 1]]


def test_every_solution_of_a_small_equation_is_one_of_all_solutions():
    A = LinearLayout([("a", [[1], [1]]), ("b", [[0]])], [("x", 2)])
    B = LinearLayout([("i", [[1]])], [("x", 2)])
    C, K = B.all_solutions(A)
    found = set()
    for k in brute.points(K.in_dims):
        z, c = brute.value(K, k), brute.value(C, {"i": 1})
        found.add(tuple(c[n] ^ z[n] for n in c))
    expected = {(a, b) for a, b in product(range(4), range(2)) if brute.value(A, {"a": a, "b": b}) == {"x": 1}}
    assert found == expected


# -- refusals ----------------------------------------------------------------------------------------------------------


def test_bad_input_is_refused():
    A, B = LinearLayout.identity_1d(4, "a", "x"), LinearLayout.identity_1d(8, "b", "x")
    C = LinearLayout.identity_1d(4, "a", "y")
    for call, witness in (
        (lambda: B.invert_and_compose(A), ("x", 8, 4)),
        (lambda: A.invert_and_compose(C), "x"),
        (lambda: A.invert_and_compose(3), 3),
        (lambda: A.invert_and_compose(A, rule="best"), "best"),
        (lambda: A.invert_and_compose(A, rule=3), 3),
        (lambda: A.invert_and_compose(A, rule=["triton"]), ["triton"]),
        (lambda: A.invert_and_compose(A, rule="local"), "local"),
        (lambda: A.invert_and_compose(A, rule="smallest", local=["a"]), "smallest"),
        (lambda: A.invert_and_compose(A, local=["b"]), "b"),
        (lambda: A.invert_and_compose(B, local=["b"]), "b"),
        (lambda: A.pseudoinvert(rule="best"), "best"),
        (lambda: A.pseudoinvert(local=["a"]), "a"),
        (lambda: A.all_solutions(C), "x"),
        (lambda: A.all_solutions(None), None),
    ):
        with pytest.raises(ProfileError) as caught:
            call()
        assert caught.value.witness == witness
