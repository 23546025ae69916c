"""The optimal swizzle has the widest vectors and the fewest wavefronts: published figures, theory, brute force."""

import itertools
import random

import pytest
from convert_layouts import surjective
from hypothesis import given
from hypothesis import strategies as st
from sharing_simulation import (
    BY_COLUMNS,
    BY_ROWS,
    HALVES_AS_OPERAND,
    HALVES_BY_ROWS,
    NIBBLES_READ,
    NIBBLES_STORED,
    WARPS_BY_COLUMNS,
    WARPS_BY_ROWS,
    blocked,
    invertible,
    layout,
    wavefronts,
)
from strategies import DEEP, QUICK, seeded

from layouts import (
    BitMatrix,
    LayoutError,
    LinearLayout,
    MemoryModel,
    ProfileError,
    Swizzle,
    TooLargeError,
)
from layouts.convert import optimal_swizzle
from layouts.convert.segments import best_segment_of_many, cost_of, count_subspaces
from layouts.convert.spaces import Forms, Preimages, best_segment, independent, meet, reduced
from layouts.convert.target import Target

GENERAL = 1000 if DEEP else 20 if QUICK else 60


def to_offset(found):
    """Return the map from flat elements, last dimension low, to offsets."""
    flat = found.layout.transpose_outs([name for name, _ in reversed(found.layout.out_dims)])
    return BitMatrix(flat.matrix.columns, rows=flat.matrix.rows).inverse()


# -- published figures -------------------------------------------------------------------------------------------------


def test_the_transpose_takes_256_wavefronts_plain_32_with_a_textbook_swizzle_and_16_with_ours():
    def plain(x):
        return x

    def textbook(x):
        return x ^ (x >> 5)

    counts = [(wavefronts(f, BY_ROWS, 32, kind="store"), wavefronts(f, BY_COLUMNS, 32)) for f in (plain, textbook)]
    assert counts == [(16, 256), (16, 32)]
    found = optimal_swizzle(BY_ROWS, BY_COLUMNS, element_bits=32)
    assert (found.V, found.bank, found.segment) == ((), (1, 2, 4, 8, 16), (34, 68, 136, 272))
    assert found.wavefronts == found.ideal == (16, 16)
    assert found.optimal
    ours = to_offset(found)
    assert (wavefronts(ours, BY_ROWS, 32, kind="store"), wavefronts(ours, BY_COLUMNS, 32)) == (16, 16)
    assert all(ours(x) == x ^ (x >> 5 << 1) for x in range(512))  # column XOR 2 * row
    assert found.swizzle.outer == Swizzle(4, 1, 4)
    assert str(found.swizzle) == "Sw<4,1,4> o 0 o (16,32):(32,1)"


@pytest.mark.parametrize(
    ("write", "read", "bits", "plain", "ideal", "V"),
    [
        (WARPS_BY_ROWS, WARPS_BY_COLUMNS, 32, (8, 128), (8, 8), ()),
        (HALVES_BY_ROWS, HALVES_AS_OPERAND, 16, (32, 16), (4, 4), (1,)),
        (NIBBLES_STORED, NIBBLES_READ, 4, None, (16, 16), (1, 2, 4, 2048)),
    ],
)
def test_the_table_of_swizzles(write, read, bits, plain, ideal, V):
    if plain:
        assert (wavefronts(int, write, bits, kind="store"), wavefronts(int, read, bits)) == plain
    found = optimal_swizzle(write, read, element_bits=bits)
    assert found.wavefronts == found.ideal == ideal
    assert found.V == V
    assert found.vector_bits == bits << len(V)
    ours = to_offset(found)
    assert (wavefronts(ours, write, bits, V, "store"), wavefronts(ours, read, bits, V)) == ideal


@pytest.mark.parametrize(("bits", "machine"), [(8, "sm90"), (16, "sm90"), (8, "gfx942"), (16, "gfx950")])
def test_transposes_of_128_by_128_have_no_conflicts(bits, machine):
    vector, lanes = 128 // bits, 64 if machine.startswith("gfx") else 32
    across = 128 // vector
    write = blocked(128, 128, (1, vector), (lanes // across, across), (4, 1), "column")
    read = blocked(128, 128, (vector, 1), (across, lanes // across), (1, 4), "row")
    found = optimal_swizzle(write, read, element_bits=bits, target=machine)
    assert found.wavefronts == found.ideal


@pytest.mark.parametrize(("machine", "banks"), [("gfx942", 32), ("gfx950", 64), ("gfx1100", 32), ("gfx1250", 64)])
def test_amd_tiles_of_64_by_128_halves_have_no_conflicts_in_their_own_phases(machine, banks):
    lanes = 64 if machine in ("gfx942", "gfx950") else 32
    write = blocked(64, 128, (1, 8), (lanes // 16, 16), (4, 1), "column")
    for read in (
        blocked(64, 128, (1, 8), (16, lanes // 16), (4, 1), "row"),  # an operand of a matrix product
        blocked(64, 128, (1, 8), (lanes, 1), (1, 4), "row"),
    ):
        found = optimal_swizzle(write, read, element_bits=16, target=machine)
        assert found.memory.banks == banks
        assert found.vector_bits == 128
        assert found.wavefronts == found.ideal
        ours = to_offset(found)
        name = found.memory.name
        assert wavefronts(ours, read, 16, found.V, "load", name) == found.ideal[1]
        assert wavefronts(ours, write, 16, found.V, "store", name) == found.ideal[0]


def test_phases_of_consecutive_lanes_do_not_serve_cdna3():
    rng = seeded("cdna3")
    naive = Target("naive", MemoryModel("consecutive", lanes=64, banks=32), frozenset())
    worse = 0
    for _ in range(20):
        write, read = [invertible(rng, 11, (5, 6), permutation=True) for _ in range(2)]
        read = LinearLayout([("register", write.bases[0][1]), ("lane", write.bases[1][1][::-1])], read.out_dims)
        for_others = optimal_swizzle(write, read, element_bits=32, target=naive)
        for_cdna3 = optimal_swizzle(write, read, element_bits=32, target="gfx942")
        assert for_cdna3.vector_bits == for_others.vector_bits == 128
        counts = [wavefronts(to_offset(f), read, 32, f.V, "load", "cdna3") for f in (for_others, for_cdna3)]
        assert counts[1] == for_cdna3.ideal[1] <= counts[0]
        worse += counts[1] < counts[0]
    assert worse


# -- theory ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("d", [8, 10, 11])
def test_general_pairs_have_no_conflicts(d):
    rng = seeded(f"general pairs {d}")
    for _ in range(GENERAL):
        pair = [invertible(rng, d, (d - 5, 5)) for _ in range(2)]
        found = optimal_swizzle(*pair, element_bits=32)
        assert found.wavefronts == found.ideal
        assert found.optimal


def published(write, read, d, bank_bits):
    """The rule of sets: unit vectors in neither phase; if short, pairs of sorted differences, then the differences."""
    A, B = [set(access._columns("lane")) for access in (write, read)]
    differences = sorted(A - B), sorted(B - A)
    found = [1 << k for k in range(d) if 1 << k not in A | B]
    found += [a + b if a & b == 0 else a ^ b for a, b in zip(*differences, strict=True)]
    found += differences[0] + differences[1]
    segment = found[: d - bank_bits]
    return segment, independent(segment, [1 << k for k in range(d)], d)


def test_the_rule_of_sets_serves_permutations_and_fails_for_general_layouts():
    rng = seeded("rule of sets")
    conflicts = {True: 0, False: 0}
    for permutation in (True, False):
        for _ in range(30):
            pair = [invertible(rng, 10, (5, 5), permutation) for _ in range(2)]
            segment, bank = published(*pair, 10, 5)
            matrix = BitMatrix([*bank, *segment], rows=10)
            if not matrix.is_invertible():
                conflicts[permutation] += 1
                continue
            counts = [wavefronts(matrix.inverse(), access, 32) for access in pair]
            conflicts[permutation] += counts != [32, 32]
            assert optimal_swizzle(*pair, element_bits=32).conflicts == 0
    assert conflicts[True] == 0
    assert conflicts[False] > 15


@given(st.integers(0, 2**32), st.sampled_from((8, 16, 32, 64, 128)), st.sampled_from(("sm90", "gfx942", "gfx950")))
def test_closed_forms_equal_the_count_lane_by_lane_for_any_layouts(seed, bits, machine):
    rng = random.Random(seed)
    sizes = [(rng.randint(0, 4), 6 if machine != "sm90" else 5, rng.randint(0, 2), 0) for _ in range(2)]
    d = max(0, min([sum(s) for s in sizes]) - rng.choice((0, 0, 1, 3)))
    shape = {"x": d // 2, "y": d - d // 2}
    plain = rng.random() < 0.5
    accesses = [surjective(rng, s, shape, plain) for s in sizes]
    found = optimal_swizzle(*accesses, element_bits=bits, target=machine)
    assert found.verify()
    assert found.conflicts == 0
    assert all([term.excess == term.least for term in found.certificate])
    assert found.layout.is_invertible()
    common = meet(*[reduced(a.transpose_outs(["y", "x"])._columns("register"), d) for a in accesses], d)
    assert found.vector_bits == min(128, bits << len(common))


@given(st.integers(0, 2**32))
def test_a_load_without_copies_agrees_with_words_counted_from_scratch(seed):
    rng = random.Random(seed)
    d, bits = rng.choice(((7, 8), (8, 16), (9, 32), (8, 64)))
    permutation = rng.random() < 0.5
    pair = [invertible(rng, d, (d - 5, 5), permutation) for _ in range(2)]
    found = optimal_swizzle(*pair, element_bits=bits, kinds=["load", "load"])
    ours = to_offset(found)
    assert tuple([wavefronts(ours, access, bits, found.V) for access in pair]) == found.wavefronts


TINY = Target("tiny", MemoryModel("tiny", lanes=4, banks=4), frozenset())


def every_layout(d):
    """Yield every invertible matrix over F2 of d bits."""
    for columns in itertools.product(range(1, 1 << d), repeat=d):
        matrix = BitMatrix(columns, rows=d)
        if matrix.is_invertible():
            yield matrix


def test_no_layout_at_all_has_fewer_wavefronts_on_a_tiny_machine():
    rng = seeded("tiny machine")
    layouts = list(every_layout(3))
    assert len(layouts) == 168
    for _ in range(12):
        pair = [invertible(rng, 3, (1, 2)) for _ in range(2)]
        best = min([sum([tiny_wavefronts(S.inverse(), access) for access in pair]) for S in layouts])
        found = optimal_swizzle(*pair, element_bits=32, target=TINY, vector_bits=32)
        assert sum(found.wavefronts) == best
        assert sum([tiny_wavefronts(to_offset(found), access) for access in pair]) == best


def tiny_wavefronts(inverse, access):
    total = 0
    for register in range(2):
        words = {inverse(access(register=register, lane=lane)["x"]) for lane in range(4)}
        total += max([sum([word % 4 == bank for word in words]) for bank in range(4)])
    return total


# -- segments ----------------------------------------------------------------------------------------------------------


def subspaces(d, n):
    """Return the spans of dimension n of F2^d, each once, by their reduced bases."""
    found = set()
    for vectors in itertools.combinations(range(1, 1 << d), n):
        basis = tuple(reduced(vectors, d))
        if len(basis) == n:
            found.add(basis)
    return sorted(found)


@pytest.mark.parametrize("d", [2, 3, 4])
def test_the_segment_of_a_pair_reaches_the_bound_on_both_sides_which_nothing_beats(d):
    rng = seeded(f"segments {d}")
    spaces = [basis for n in range(1, d + 1) for basis in subspaces(d, n)]
    best = {
        (X, n): min([len(meet(S, X, d)) for S in spaces if len(S) == n])
        for X in (rng.sample(spaces, 12) if d == 4 else spaces)
        for n in range(1, d + 1)
    }
    assert all([least == max(0, n + len(X) - d) for (X, n), least in best.items()])
    for P, Q in itertools.product({X for X, _ in best}, repeat=2):
        for n in range(1, d + 1):
            found = best_segment(P, Q, n, [1 << k for k in range(d)], d)
            assert len(independent((), found, d)) == n
            assert [len(meet(found, X, d)) for X in (P, Q)] == [best[P, n], best[Q, n]]


def test_the_segment_of_a_pair_may_be_asked_for_inside_a_subspace():
    rng = seeded("segments inside")
    for _ in range(100):
        ambient = independent((), [rng.randrange(1, 256) for _ in range(6)], 8)
        P, Q = [rng.sample(ambient, rng.randint(0, len(ambient))) for _ in range(2)]
        n = rng.randint(0, len(ambient))
        found = best_segment(P, Q, n, ambient, 8)
        assert len(found) == n
        assert not independent(ambient, found, 8)
        for X in (P, Q):
            assert len(meet(found, X, 8)) == max(0, n + len(X) - len(ambient))


@pytest.mark.parametrize("count", [3, 4])
def test_the_segment_of_many_is_the_best_of_all_where_it_says_so(count):
    rng = seeded(f"segments of {count}")
    d = 4
    exact = 0
    for _ in range(60):
        spaces = [reduced([rng.randrange(16) for _ in range(rng.randint(1, 3))], d) for _ in range(count)]
        weights = [rng.randint(1, 4) for _ in range(count)]
        n = rng.randint(1, 3)
        found, known = best_segment_of_many(spaces, weights, n, [1, 2, 4, 8], d)
        least = min([cost_of(S, spaces, weights, d) for S in subspaces(d, n)])
        assert len(independent((), found, d)) == n
        assert cost_of(found, spaces, weights, d) == least
        exact += known
    assert exact == 60
    assert count_subspaces(4, 2) == len(subspaces(4, 2))


def test_three_lines_of_a_plane_cannot_all_be_missed():
    assert best_segment_of_many([[1], [2], [3]], [1, 1, 2], 1, [1, 2], 2) == ([1], True)
    read = [layout({"x": 128}, lane=[(v,) for v in lanes], register=[(64,), (r,)]) for lanes, r in (
        ((1, 2, 4, 8, 16), 32), ((1, 2, 4, 8, 32), 16), ((1, 2, 4, 8, 48), 16))]  # fmt: skip
    found = optimal_swizzle(read, element_bits=32, vector_bits=32)
    # The bound is no conflict; that 4 more wavefronts are needed is known because all segments were tried.
    assert [term.least for term in found.certificate] == [0, 0, 0]
    assert (found.conflicts, found.optimal) == (4, True)


def test_many_accesses_reach_the_bound_or_say_that_they_may_not():
    rng = seeded("many accesses")
    reached = 0
    for _ in range(8):
        accesses = [invertible(rng, 9, (4, 5)) for _ in range(rng.choice((3, 4)))]
        found = optimal_swizzle(accesses, element_bits=32)
        assert found.verify()
        bound = all([term.excess == term.least for term in found.certificate])
        assert found.optimal >= bound
        reached += bound
    assert reached


def test_phases_that_span_too_much_are_refused_with_the_number():
    spaces = [[1 << k for k in range(n, n + 8)] for n in (0, 8, 16)]
    with pytest.raises(TooLargeError) as caught:
        best_segment_of_many(spaces, [1, 1, 1], 12, [1 << k for k in range(24)], 24)
    assert caught.value.witness == 1 << 24


def test_forms_take_the_values_that_they_were_given():
    rng = seeded("forms")
    for _ in range(100):
        forms, known = Forms(), []
        for _ in range(8):
            vector, value = rng.randrange(64), rng.randrange(8)
            if forms.put(vector, value):
                known.append((vector, value))
        masks = forms.masks(3)
        for vector, value in known:
            assert sum([((vector & m).bit_count() & 1) << k for k, m in enumerate(masks)]) == value


def test_preimages_are_solutions_or_none():
    for columns in itertools.product(range(8), repeat=2):
        find = Preimages(columns, 3)
        images = {0: 0, 1: columns[0], 2: columns[1], 3: columns[0] ^ columns[1]}
        for y in range(8):
            x = find(y)
            assert (x is None) == (y not in images.values())
            assert x is None or images[x] == y


# -- the result --------------------------------------------------------------------------------------------------------


def test_lanes_with_the_same_element_share_a_word_and_one_of_them_writes():
    same = layout({"x": 32}, register=[(1,), (2,)], lane=[(4,), (8,), (16,), (0,), (0,)])
    found = optimal_swizzle(same, same, element_bits=32)
    assert found.vector_bits == 128
    assert found.wavefronts == found.ideal == (1, 4)  # 8 lanes write in one phase, all 32 read in four


def test_narrow_vectors_fill_a_word_with_what_another_warp_or_register_has():
    write = layout({"x": 512}, register=[(1,), (2,)], lane=[(4,), (8,), (16,), (32,), (64,)], warp=[(128,), (256,)])
    read = layout({"x": 512}, register=[(128,), (256,)], lane=[(4,), (8,), (16,), (32,), (64,)], warp=[(1,), (2,)])
    found = optimal_swizzle(write, read, element_bits=8)
    assert (found.V, found.vector_bits) == ((), 8)
    assert found.fill == (1, 2)  # registers of the store, warps of the load
    assert found.conflicts == 0


def test_64_and_128_bit_elements_are_vectors_of_their_own():
    rng = seeded("wide elements")
    for bits, phases in ((64, 2), (128, 4)):
        pair = [invertible(rng, 8, (3, 5)) for _ in range(2)]
        found = optimal_swizzle(*pair, element_bits=bits, vector_bits=bits)
        assert found.V == ()
        assert found.wavefronts == (8 * phases, 8 * phases)


def test_a_swizzle_of_cute_is_the_layout_where_there_is_one_and_none_where_there_is_not():
    rng = seeded("forms of swizzles")
    seen = set()
    for _ in range(30):
        pair = [invertible(rng, 8, (3, 5), permutation=rng.random() < 0.7) for _ in range(2)]
        found = optimal_swizzle(*pair, element_bits=32)
        seen.add(found.swizzle is None)
        if found.swizzle is not None:
            inverse = to_offset(found)
            assert all([found.swizzle(x) == inverse(x) for x in range(256)])
    assert seen == {True, False}


def test_the_padding_is_counted_and_costs_bytes():
    found = optimal_swizzle(BY_ROWS, BY_COLUMNS, element_bits=32)
    assert str(found.padding.layout) == "(16,32):(34,1)"
    assert (found.padding.pad, found.padding.extra_bytes) == (2, 16 * 2 * 4)
    padded = found.padding.layout
    counts = [wavefronts(lambda x: padded(x >> 5, x & 31), a, 32) for a in (BY_ROWS, BY_COLUMNS)]
    assert found.padding.wavefronts == tuple(counts) == (16, 16)


def test_no_padding_is_better_than_the_one_that_is_offered():
    found = optimal_swizzle(WARPS_BY_ROWS, WARPS_BY_COLUMNS, element_bits=32)
    costs = {
        pad: tuple(
            [
                wavefronts(lambda x, p=pad: (x >> 4) * (16 + p) + (x & 15), a, 32)
                for a in (WARPS_BY_ROWS, WARPS_BY_COLUMNS)
            ]
        )
        for pad in range(1, 32)
    }
    assert costs[found.padding.pad] == found.padding.wavefronts
    assert min([sum(cost) for cost in costs.values()]) == sum(found.padding.wavefronts)
    assert sum(found.wavefronts) < sum(found.padding.wavefronts)


def test_the_certificate_has_the_spaces_that_it_speaks_of():
    found = optimal_swizzle(BY_ROWS, BY_COLUMNS, element_bits=32)
    assert [term.phase for term in found.certificate] == [(1, 2, 4, 8, 16), (32, 64, 128, 256, 1)]
    rng = seeded("certificates")
    for _ in range(20):
        accesses = [invertible(rng, 8, (3, 5)) for _ in range(5)]
        found = optimal_swizzle(accesses, element_bits=32, vector_bits=32)
        for term in found.certificate:
            assert len(meet(found.segment, term.phase, 8)) == len(term.meet) == term.excess
            assert not independent(term.phase, term.meet, 8)


def test_verify_finds_a_wrong_certificate():
    from dataclasses import replace

    found = optimal_swizzle(BY_ROWS, BY_COLUMNS, element_bits=32)
    wrong = replace(found, certificate=(found.certificate[0], replace(found.certificate[1], meet=(34,))))
    with pytest.raises(LayoutError) as caught:
        wrong.verify()
    assert caught.value.witness == (1, (32, 16), (16, 16))


def test_blocks_keep_their_part_of_the_tensor():
    write = layout(
        {"x": 512}, register=[(1,)], lane=[(2,), (4,), (8,), (16,), (32,)], warp=[(64,)], block=[(128,), (256,)]
    )
    read = layout(
        {"x": 512}, register=[(64,)], lane=[(32,), (16,), (8,), (4,), (2,)], warp=[(1,)], block=[(129,), (256,)]
    )
    found = optimal_swizzle(write, read, element_bits=32)
    assert found.layout.in_dims == [("offset", 128)]
    assert found.conflicts == 0
    assert found.swizzle is None
    away = layout(
        {"x": 512}, register=[(64,)], lane=[(32,), (16,), (8,), (4,), (2,)], warp=[(1,)], block=[(256,), (128,)]
    )
    with pytest.raises(LayoutError, match="data leaves its block") as caught:
        optimal_swizzle(write, away, element_bits=32)
    assert caught.value.witness == (0, 256, 128)


# -- refusals ----------------------------------------------------------------------------------------------------------


def test_4_bit_elements_without_two_in_common_are_refused():
    write = layout({"x": 64}, register=[(1,)], lane=[(2,), (4,), (8,), (16,), (32,)])
    read = layout({"x": 64}, register=[(2,)], lane=[(1,), (4,), (8,), (16,), (32,)])
    with pytest.raises(LayoutError, match="moved by bytes") as caught:
        optimal_swizzle(write, read, element_bits=4)
    assert caught.value.witness == 4
    assert optimal_swizzle(write, write, element_bits=4).vector_bits == 8


@pytest.mark.parametrize(
    ("accesses", "options", "witness"),
    [
        ((), {}, 0),
        (([],), {}, 0),
        (([BY_ROWS] * 17,), {}, 17),
        ((BY_ROWS, WARPS_BY_ROWS), {}, (BY_ROWS.out_dims, WARPS_BY_ROWS.out_dims)),
        ((BY_ROWS, BY_COLUMNS), {"element_bits": 12}, 12),
        ((BY_ROWS, BY_COLUMNS), {"vector_bits": 16}, 16),
        ((BY_ROWS, BY_COLUMNS), {"vector_bits": 256}, 256),
        ((BY_ROWS, BY_COLUMNS), {"kinds": ["store"]}, ["store"]),
        ((BY_ROWS, BY_COLUMNS), {"kinds": ["store", "read"]}, ["store", "read"]),
    ],
)
def test_refusals_carry_what_is_wrong(accesses, options, witness):
    with pytest.raises(ProfileError) as caught:
        optimal_swizzle(*accesses, **{"element_bits": 32, **options})
    assert caught.value.witness == witness


@pytest.mark.parametrize("wrong", [1.5, True, "32", None, [32]])
def test_other_types_are_refused(wrong):
    with pytest.raises(ProfileError):
        optimal_swizzle(BY_ROWS, BY_COLUMNS, element_bits=wrong)
    with pytest.raises(ProfileError):
        optimal_swizzle(BY_ROWS, wrong, element_bits=32)
    if wrong is not None:
        with pytest.raises(ProfileError):
            optimal_swizzle(BY_ROWS, BY_COLUMNS, element_bits=32, vector_bits=wrong)
        with pytest.raises(ProfileError):
            optimal_swizzle(BY_ROWS, BY_COLUMNS, element_bits=32, kinds=wrong)
    with pytest.raises(LayoutError):
        optimal_swizzle(BY_ROWS, BY_COLUMNS, element_bits=32, target=wrong)


def test_a_warp_of_64_lanes_is_refused_on_a_machine_of_32():
    wide = layout({"x": 64}, lane=[(1,), (2,), (4,), (8,), (16,), (32,)])
    with pytest.raises(ProfileError, match="64 lanes") as caught:
        optimal_swizzle(wide, wide, element_bits=32)
    assert caught.value.witness == 64
    assert optimal_swizzle(wide, wide, element_bits=32, target="gfx942").conflicts == 0


def test_inputs_that_are_no_hardware_are_refused():
    with pytest.raises(ProfileError, match="'thread'"):
        optimal_swizzle(LinearLayout.identity_1d(32, "thread", "x"), element_bits=32)


def test_the_smallest_tensors_have_a_layout():
    nothing = LinearLayout([("register", []), ("lane", [])], [("x", 1)])
    found = optimal_swizzle(nothing, nothing, element_bits=32)
    assert (found.V, found.bank, found.segment, found.wavefronts) == ((), (), (), (1, 1))
    assert found.swizzle is None
    assert found.padding is None
    assert "wavefronts" in str(found)


def test_accesses_that_would_take_long_to_count_are_refused():
    large = layout({"x": 1 << 21}, register=[(1 << k,) for k in range(21)])
    with pytest.raises(TooLargeError) as caught:
        optimal_swizzle(large, element_bits=32)
    assert caught.value.witness == 1 << 21
