"""Plans through shared memory: the counts of the published table, every plan on the machine, the least barrier."""

import random
from dataclasses import replace

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
    flat,
    invertible,
    layout,
    simulate,
)
from strategies import DEEP, QUICK, seeded

from layouts import ProfileError
from layouts.convert.machine import Fault
from layouts.convert.move import Move
from layouts.convert.sharing import BUFFER, shared_plans
from layouts.convert.steps import Barrier, Load, LoadMatrix, Permute, Store, StoreMatrix
from layouts.convert.target import target

GENERAL = 300 if DEEP else 10 if QUICK else 40
TILE = {"row": 64, "column": 64}
ACCUMULATOR = layout(
    TILE,
    register=[(0, 1), (8, 0), (0, 8), (0, 16), (0, 32)],
    lane=[(0, 2), (0, 4), (1, 0), (2, 0), (4, 0)],
    warp=[(16, 0), (32, 0)],
)
BLOCKED = blocked(64, 64, (1, 8), (4, 8), (4, 1), "column")
OPERAND_A = ACCUMULATOR
TWO = {"row": 32, "column": 8}
PAIRS = layout(TWO, register=[(0, 1), (0, 2)], lane=[(0, 4), (1, 0), (2, 0), (4, 0), (8, 0)], warp=[(16, 0)])
HALVED = layout(TWO, register=[(0, 1), (16, 0)], lane=[(0, 4), (1, 0), (2, 0), (4, 0), (8, 0)], warp=[(0, 2)])
CORNER = flat(7, [1, 2], [4, 8, 16, 32, 64]), flat(7, [4, 8], [1, 2, 16, 32, 64])
MIXED = flat(8, [2, 8, 32], [1, 4, 16, 64, 128]), flat(8, [4, 16, 128], [64, 1, 8, 32, 2])

# Row of the table, layouts, bits, the rule, instructions of ours and of the PTX of Triton 3.9 (stores, loads).
TABLE = [
    (7, *CORNER, 32, "vector+ldmatrix", (1, 1), (1, 1)),
    (8, BY_ROWS, BY_COLUMNS, 32, "vector+ldmatrix", (4, 4), (4, 4)),
    (9, WARPS_BY_ROWS, WARPS_BY_COLUMNS, 32, "vector", (2, 8), (8, 8)),
    (10, HALVES_BY_ROWS, HALVES_AS_OPERAND, 16, "vector+ldmatrix", (1, 1), (1, 1)),
    (11, ACCUMULATOR, BLOCKED, 16, "vector+ldmatrix", (4, 4), (4, 4)),
    (11, BLOCKED, OPERAND_A, 16, "vector+ldmatrix", (4, 4), (4, 4)),
    (12, PAIRS, HALVED, 32, "stmatrix+ldmatrix", (1, 1), (1, 1)),
    (14, *MIXED, 32, "vector", (2, 8), (8, 8)),
]


@pytest.mark.parametrize(("row", "source", "wanted", "bits", "rule", "ours", "ptx"), TABLE)
def test_the_table_of_conversions_takes_no_more_than_the_ptx_of_triton(row, source, wanted, bits, rule, ours, ptx):
    move = Move(source, wanted, bits)
    best = shared_plans(move, target("sm90"))[0]
    assert (best.rule, best.instructions) == (rule, ours), row
    assert sum(ours) <= sum(ptx)
    assert best.wavefronts == best.ideal
    assert best.selects == 0
    simulate(move, best, target("sm90"))


@pytest.mark.parametrize(
    ("source", "wanted", "bits", "wavefronts"),
    [
        (BY_ROWS, BY_COLUMNS, 32, (16, 16)),
        (WARPS_BY_ROWS, WARPS_BY_COLUMNS, 32, (16, 16)),  # of two warps
        (HALVES_BY_ROWS, HALVES_AS_OPERAND, 16, (4, 4)),
        (NIBBLES_STORED, NIBBLES_READ, 4, (16, 16)),
    ],
)
def test_the_table_of_swizzles_is_reached_by_plans(source, wanted, bits, wavefronts):
    move = Move(source, wanted, bits)
    for plan in shared_plans(move, target("sm80")):
        simulate(move, plan, target("sm80"))
    assert shared_plans(move, target("sm80"))[0].wavefronts == wavefronts


def test_plans_come_with_the_fewest_wavefronts_first_and_then_the_fewest_instructions():
    rng = seeded("order of plans")
    for _ in range(20):
        move = Move(invertible(rng, 9, (4, 5)), invertible(rng, 9, (4, 5)), 32)
        keys = [(sum(p.wavefronts), sum(p.instructions) + p.selects) for p in shared_plans(move, target("sm90"))]
        assert keys == sorted(keys)
        assert keys


MACHINES = ("sm75", "sm90", "sm100", "gfx942", "gfx950", "gfx1100", "gfx1250")


@given(st.integers(0, 2**32), st.sampled_from((4, 8, 16, 32, 64, 128)), st.sampled_from(MACHINES))
def test_every_plan_of_any_layouts_puts_every_element_in_place(seed, bits, name):
    """General layouts and permutations, copies in registers, lanes, warps and blocks, within and across blocks."""
    rng = random.Random(seed)
    machine = target(name)
    lanes = rng.choice((5, machine.lanes.bit_length() - 1, rng.randint(0, 5)))
    warps, blocks = rng.randint(0, 2), rng.choice((0, 0, 1, 2))
    sizes = [(rng.randint(0, 4), lanes, warps, blocks) for _ in range(2)]
    d = max(0, min([sum(s) for s in sizes]) - rng.randint(0, 3))
    shape, plain = {"x": d // 2, "y": d - d // 2}, rng.random() < 0.5
    move = Move(*[surjective(rng, s, shape, plain) for s in sizes], bits)
    plans = shared_plans(move, machine)
    assert plans
    for plan in plans:
        simulate(move, plan, machine)
        assert plan.barrier == "cluster" if move.level == "cluster" else plan.barrier in ("warp", "block")


@given(st.integers(0, 2**32), st.sampled_from((8, 16, 32)))
def test_copies_of_the_destination_are_read_once_and_renamed(seed, bits):
    rng = random.Random(seed)
    d = 9
    source = invertible(rng, d, (4, 5))
    wanted = surjective(rng, (6, 5, 0, 0), {"x": d})
    move = Move(source, wanted, bits)
    for plan in shared_plans(move, target("sm90")):
        simulate(move, plan, target("sm90"))
        loads = [s for s in plan.steps if isinstance(s, (Load, LoadMatrix))]
        distinct = len(set().union(*[set(s.registers) for s in loads]))
        assert distinct == sum([len(s.registers) for s in loads]) <= 1 << 6


@pytest.mark.parametrize("d", [8, 10, 11])
def test_general_pairs_are_moved_without_conflicts(d):
    rng = seeded(f"general plans {d}")
    for _ in range(GENERAL):
        bits = rng.choice((8, 16, 32))
        move = Move(invertible(rng, d, (d - 5, 5)), invertible(rng, d, (d - 5, 5)), bits)
        plans = shared_plans(move, target("sm90"))
        best, free = plans[0], [plan for plan in plans if plan.wavefronts == plan.ideal]
        # Wider vectors with a conflict may take fewer wavefronts than narrow ones without.
        assert best in free or (bits < 32 and sum(best.wavefronts) <= sum(free[0].wavefronts))
        simulate(move, best, target("sm90"))
        best.swizzle.verify()


def test_one_owner_stores_and_idle_warps_do_not():
    copies = layout({"x": 64}, register=[(1,)], lane=[(2,), (4,), (8,), (16,), (32,)], warp=[(0,), (33,)])
    wanted = layout({"x": 64}, register=[(32,)], lane=[(2,), (4,), (8,), (16,), (1,)], warp=[(0,), (0,)])
    move = Move(copies, wanted, 32)
    best = shared_plans(move, target("sm90"))[0]
    stores = [step for step in best.steps if isinstance(step, Store)]
    assert stores[0].only == (32, 64)  # both bits of the warp
    assert best.wavefronts[0] == 2  # 64 elements, once
    simulate(move, best, target("sm90"))


def test_the_barrier_is_of_the_warp_where_all_that_is_read_was_written_by_it():
    same_warp = Move(flat(8, [1, 2], [4, 8, 16, 32, 64], [128]), flat(8, [4, 8], [1, 2, 16, 32, 64], [128]), 32)
    assert {plan.barrier for plan in shared_plans(same_warp, target("sm90"))} == {"warp"}
    across = Move(flat(8, [1, 2], [4, 8, 16, 32, 64], [128]), flat(8, [1, 128], [4, 8, 16, 32, 64], [2]), 32)
    assert {plan.barrier for plan in shared_plans(across, target("sm90"))} == {"block"}
    # Each warp has what it needs, but one of two that hold the same writes it for both.
    copies = Move(flat(7, [1, 2], [4, 8, 16, 32, 64], [0]), flat(7, [4, 8], [1, 2, 16, 32, 64], [0]), 32)
    assert copies.level == "shuffle"
    for plan in shared_plans(copies, target("sm90")):
        assert plan.barrier == "block"
        simulate(copies, plan, target("sm90"))


def test_a_barrier_that_is_missing_or_too_small_is_a_race():
    move = Move(WARPS_BY_ROWS, WARPS_BY_COLUMNS, 32)
    plan = shared_plans(move, target("sm90"))[0]
    for barrier in ([], [Barrier("warp")]):
        steps = [s for s in plan.steps if not isinstance(s, Barrier)]
        first = next(k for k, s in enumerate(steps) if isinstance(s, (Load, LoadMatrix)))
        with pytest.raises(Fault):
            simulate(move, replace(plan, steps=(*steps[:first], *barrier, *steps[first:])), target("sm90"))


def test_blocks_read_from_the_block_that_holds_the_element():
    source = layout({"x": 128}, register=[(1,)], lane=[(2,), (4,), (8,), (16,), (32,)], block=[(64,)])
    wanted = layout({"x": 128}, register=[(64,)], lane=[(2,), (4,), (8,), (16,), (32,)], block=[(1,)])
    move = Move(source, wanted, 32)
    assert move.level == "cluster"
    best = shared_plans(move, target("sm90"))[0]
    assert best.barrier == "cluster"
    assert all([step.block is not None for step in best.steps if isinstance(step, Load)])
    assert best.buffers == {BUFFER: 64}
    assert best.layout.bases == [("offset", [[1 << k] for k in range(6)]), ("block", [[64]])]
    simulate(move, best, target("sm90"))


def test_vectors_whose_order_depends_on_the_thread_are_permuted_or_avoided():
    source = flat(7, [1, 2], [4, 8, 16, 32, 64])
    wanted = flat(7, [1, 2], [5, 8, 16, 32, 64])  # lane bit 0 exchanges the two elements of a vector
    move = Move(source, wanted, 32)
    plans = shared_plans(move, target("gfx1200"))
    for plan in plans:
        simulate(move, plan, target("gfx1200"))
        permuted = [step for step in plan.steps if isinstance(step, Permute)]
        assert bool(permuted) == bool(plan.selects)
    by_width = {plan.swizzle.vector_bits: plan for plan in plans}
    assert by_width[128].selects == 4
    assert by_width[64].selects == 0


def test_4_bit_elements_that_are_never_two_in_common_take_a_byte_each():
    move = Move(flat(6, [1], [2, 4, 8, 16, 32]), flat(6, [2], [1, 4, 8, 16, 32]), 4)
    plans = shared_plans(move, target("sm90"))
    assert plans[0].buffers == {BUFFER: 128}
    for plan in plans:
        simulate(move, plan, target("sm90"))


def test_matrices_are_for_machines_that_have_them():
    move = Move(PAIRS, HALVED, 32)
    kinds = {
        name: {type(step) for plan in shared_plans(move, target(name)) for step in plan.steps}
        for name in ("sm90", "sm80", "gfx1100")
    }
    assert {StoreMatrix, LoadMatrix} < kinds["sm90"]
    assert StoreMatrix not in kinds["sm80"]
    assert LoadMatrix in kinds["sm80"]
    assert not {StoreMatrix, LoadMatrix} & kinds["gfx1100"]


def test_the_certificate_of_a_plan_is_confirmed_by_the_count():
    rng = seeded("certificates of plans")
    for _ in range(20):
        move = Move(invertible(rng, 10, (4, 5, 1), True), invertible(rng, 10, (4, 5, 1), True), 16)
        for plan in shared_plans(move, target("sm90")):
            assert plan.swizzle.verify()


def test_a_warp_of_64_lanes_is_refused_on_a_machine_of_32():
    wide = flat(6, [], [1, 2, 4, 8, 16, 32])
    with pytest.raises(ProfileError, match="64 lanes"):
        shared_plans(Move(wide, wide, 32), target("sm90"))


@pytest.mark.parametrize(("size", "warps", "bits"), [(64, 4, 32), (128, 4, 16), (128, 4, 8), (256, 8, 16)])
def test_transposes_are_free_of_conflicts(size, warps, bits):
    vector = 128 // bits
    across = min(32, size // vector)
    write = blocked(size, size, (1, vector), (32 // across, across), (warps, 1), "column")
    read = blocked(size, size, (vector, 1), (across, 32 // across), (1, warps), "row")
    best = shared_plans(Move(write, read, bits), target("sm90"))[0]
    assert best.wavefronts == best.ideal
    simulate(Move(write, read, bits), best, target("sm90"))


# -- rounds ------------------------------------------------------------------------------------------------------------


@given(st.integers(0, 2**32), st.sampled_from((4, 8, 16, 32, 64)), st.sampled_from(("sm80", "sm90", "gfx1200")))
def test_a_small_memory_is_used_in_rounds(seed, bits, name):
    rng = random.Random(seed)
    sizes = (rng.randint(2, 6), 5, rng.randint(0, 2))
    d = sum(sizes)
    pair = [invertible(rng, d, sizes, permutation=rng.random() < 0.7) for _ in range(2)]
    rounds = rng.randint(0, min(3, sizes[0] - 1))
    small = replace(target(name), shared_bytes=max(1, (bits << d) // 8 >> rounds))
    move = Move(*pair, bits)
    for plan in shared_plans(move, small):
        simulate(move, plan, small)
        assert plan.bytes <= small.shared_bytes
        assert plan.swizzle.verify()


def test_a_tile_of_256_by_256_floats_takes_two_rounds_on_hopper():
    write = blocked(256, 256, (1, 4), (1, 32), (8, 1), "column")
    read = blocked(256, 256, (4, 1), (32, 1), (1, 8), "row")
    move, machine = Move(write, read, 32), target("sm90")
    best = shared_plans(move, machine)[0]
    assert (best.rounds, best.bytes) == (2, 128 << 10)
    assert best.wavefronts == best.ideal
    assert sum([isinstance(step, Barrier) for step in best.steps]) == 3
    simulate(move, best, machine)


def test_rounds_that_both_sides_have_in_registers_need_no_permutation():
    source = flat(9, [1, 2, 256, 128], [4, 8, 16, 32, 64])
    wanted = flat(9, [4, 8, 256, 128], [1, 2, 16, 32, 64])
    move, small = Move(source, wanted, 32), replace(target("sm90"), shared_bytes=512)
    plans = shared_plans(move, small)
    assert {plan.rounds for plan in plans} == {4}
    assert plans[0].selects == 0
    assert plans[0].layout.in_dims == [("offset", 128), ("round", 4)]
    assert plans[0].rule == "vector+ldmatrix"
    for plan in plans:
        simulate(move, plan, small)


def test_a_tile_that_the_registers_cannot_cut_has_no_plan():
    source, wanted = flat(6, [1], [2, 4, 8, 16, 32]), flat(6, [2], [1, 4, 8, 16, 32])
    assert shared_plans(Move(source, wanted, 32), replace(target("sm90"), shared_bytes=64)) == []


def test_the_shared_memory_of_a_machine_that_is_not_known_is_taken_to_do():
    assert target("gfx1250").shared_bytes is None
    assert (target("sm80").shared_bytes, target("sm90").shared_bytes) == (163 << 10, 227 << 10)
