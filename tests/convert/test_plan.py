"""Plans: classified and costed as the figures say, run before they are returned, refused with a witness."""

import dataclasses
import json
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from moving_brute import any_pair, copying_pair, flat, level, pairs, permuted_pair

from layouts import (
    BlockedLayout,
    DotOperandLayout,
    LayoutError,
    LinearLayout,
    NotInvertibleError,
    NVMMADistributedLayout,
    ProfileError,
    TooLargeError,
    convert,
    hardware,
)
from layouts.convert.costs import MODELS, WEIGHTS
from layouts.convert.planner import _file
from layouts.convert.shared_memory import Fault
from layouts.convert.steps import Barrier, Permute, Shuffle, Store

LANES = [[0, 2], [0, 4], [1, 0], [2, 0], [4, 0]]


def tile(rows, columns, **bases):
    return LinearLayout(list(bases.items()), [("row", rows), ("column", columns)])


def accumulator(rows, columns, warps=()):
    """The accumulator of mma m16n8 and its repeats, to the right first."""
    more = [[0, 8 << k] for k in range((columns // 8).bit_length() - 1)]
    down = [[16 << k, 0] for k in range((rows // 16).bit_length() - 1 - len(warps))]
    return tile(rows, columns, register=[[0, 1], [8, 0], *more, *down], lane=LANES, warp=list(warps))


ACC = accumulator(16, 8)
ROWS = tile(16, 8, register=[[0, 1], [0, 2]], lane=[[0, 4], [1, 0], [2, 0], [4, 0], [8, 0]])
MMA = NVMMADistributedLayout([2, 0], [4, 1], [16, 8])
BLOCKED = BlockedLayout([1, 8], [4, 8], [4, 1], [1, 0])
DOT = DotOperandLayout(0, MMA, 2)


def all_ways(plan):
    """Run every alternative of a plan."""
    for one in plan.alternatives:
        other = plan.using(one.rule)
        report = other.simulate()
        assert report.wavefronts == one.cost.wavefronts
        assert report.conflicts == one.cost.conflicts


# -- the figures -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rule", "figure"), [("general", (4, 8)), ("published", (4, 8)), ("triton", (4, 8))])
def test_accumulator_to_rows_of_four_is_4_shuffles_of_f32_and_2_of_f16(rule, figure):
    for bits, words in ((32, 1), (16, 2)):
        plan = convert.plan(ACC, ROWS, bits, rule=rule)
        assert (plan.classification, plan.rule) == ("shuffle", rule)
        assert (plan.cost["shfl"] * words, plan.cost["selp"] * words) == figure
        assert plan.cost.total == sum(figure) // words
        assert (plan.layout, plan.buffers, plan.cost.scratch) == (None, {}, 0)


@pytest.mark.parametrize(
    ("src", "dst", "shape"),
    [
        (NVMMADistributedLayout([2, 0], [1, 1], [16, 8]), None, [16, 16]),
        (NVMMADistributedLayout([3, 0], [4, 1], [16, 64, 16]), None, [64, 64]),
    ],
    ids=["mma 16x16", "wgmma 64x64"],
)
def test_the_accumulator_is_operand_a_of_the_next_product_in_f16(src, dst, shape):
    """Flash attention: P = softmax(Q K) stays where it is, and is the operand A of P V."""
    plan = convert.plan(src, dst or DotOperandLayout(0, src, 2), 16, shape=shape)
    assert (plan.classification, plan.level, plan.cost.total) == ("identity", "register", 0)
    assert str(plan.cost) == "no instruction"


def test_instruction_operands_say_the_same_as_triton():
    E = hardware.get("SM80_16x8x16_F32F16F16F32_TN")
    two = tile(16, 16, register=[[0, 1], [8, 0], [0, 8]], lane=LANES)
    A = E["A"].linear
    named = LinearLayout([(name, vectors) for name, vectors in two.bases], [("m", 16), ("k", 16)])
    assert convert.plan(named, A, 16).classification == "identity"
    assert convert.plan(E["A"], E["A"], 16).classification == "identity"


def test_exchanged_registers_are_renamed_and_cost_nothing():
    swapped = tile(16, 8, register=[[8, 0], [0, 1]], lane=LANES)
    plan = convert.plan(ACC, swapped, 32)
    assert (plan.classification, plan.cost.total) == ("register", 0)
    packed = convert.plan(ACC, swapped, 16)
    assert (packed.classification, dict(packed.cost.instructions)) == ("byte permute", {"prmt": 2})


R4 = flat(7, register=[1, 2], lane=[4, 8, 16, 32, 64])

# Rows 4 to 7, 13 and 14: the pair, the width, the class that Triton 3.9 takes.
MEASURED = [
    ("5", R4, flat(7, register=[4, 2], lane=[1, 8, 16, 32, 64]), 32, "shuffle"),
    ("6", R4, flat(7, register=[1, 2], lane=[8, 4, 16, 32, 64]), 32, "shuffle"),
    ("7", R4, flat(7, register=[4, 8], lane=[1, 2, 16, 32, 64]), 32, "shared"),
    (
        "4",
        flat(9, register=[1, 2, 4, 8], lane=[16, 32, 64, 128, 256]),
        flat(9, register=[1, 16, 2, 8], lane=[32, 4, 64, 128, 256]),
        8,
        "shuffle",
    ),
    (
        "13",
        flat(10, register=[2, 512, 256, 128, 32], lane=[16, 64, 1, 8, 4]),
        flat(10, register=[256, 512, 32, 16, 128], lane=[4, 1, 64, 2, 8]),
        32,
        "shuffle",
    ),
    (
        "14",
        flat(8, register=[2, 8, 32], lane=[1, 4, 16, 64, 128]),
        flat(8, register=[4, 16, 128], lane=[64, 1, 8, 32, 2]),
        32,
        "shared",
    ),
]


@pytest.mark.parametrize(("src", "dst", "bits", "taken"), [r[1:] for r in MEASURED], ids=[r[0] for r in MEASURED])
def test_the_model_of_triton_takes_what_triton_takes(src, dst, bits, taken):
    plan = convert.plan(src, dst, bits, model="triton")
    assert (plan.level, plan.classification) == ("shuffle", taken)
    assert convert.plan(src, dst, bits, model="paper").classification == "shuffle"
    all_ways(plan)


def test_transpose_of_16x32_takes_16_wavefronts_each_way():
    src = tile(16, 32, register=[[1 << k, 0] for k in range(4)], lane=[[0, 1 << k] for k in range(5)])
    dst = tile(16, 32, register=[[0, 2 << k] for k in range(4)], lane=[*[[1 << k, 0] for k in range(4)], [0, 1]])
    plan = convert.plan(src, dst, 32, model="triton")
    assert plan.classification == "shared"
    assert plan.cost.wavefronts == {"store": 16, "load": 16}
    assert (plan.cost.conflicts, plan.cost.scratch) == (0, 2048)
    assert plan.layout.out_dims == plan.src.out_dims
    all_ways(plan)


@pytest.mark.parametrize(("src", "dst"), [(MMA, BLOCKED), (BLOCKED, DOT)], ids=["acc -> blocked", "blocked -> dotA"])
def test_64x64_over_4_warps_is_4_vector_stores_and_4_ldmatrix(src, dst):
    plan = convert.plan(src, dst, 16, shape=[64, 64])
    assert plan.classification == "shared"
    assert dict(plan.cost.instructions) == {"st.shared.v4.b32": 4, "bar": 1, "ldmatrix.x4": 4}
    assert plan.cost.conflicts == 0
    all_ways(plan)


def test_registers_that_go_to_warps_pass_through_shared_memory():
    src = tile(32, 8, register=[[0, 1], [0, 2]], lane=[[0, 4], [1, 0], [2, 0], [4, 0], [8, 0]], warp=[[16, 0]])
    dst = tile(32, 8, register=[[0, 1], [16, 0]], lane=[[0, 4], [1, 0], [2, 0], [4, 0], [8, 0]], warp=[[0, 2]])
    plan = convert.plan(src, dst, 32)
    assert (plan.level, plan.classification) == ("shared", "shared")
    assert plan.cost.conflicts == 0
    all_ways(plan)


def test_data_that_changes_its_block_needs_a_cluster():
    src = flat(7, register=[1], lane=[2, 4, 8, 16, 32], block=[64])
    dst = flat(7, register=[64], lane=[2, 4, 8, 16, 32], block=[1])
    plan = convert.plan(src, dst, 32)
    assert (plan.level, plan.classification) == ("cluster", "cluster")
    assert plan.cost["barrier.cluster"] >= 1
    with pytest.raises(ProfileError, match="no clusters"):
        convert.plan(src, dst, 32, "sm80")


# -- laws --------------------------------------------------------------------------------------------------------------


@given(any_pair(), st.sampled_from([8, 16, 32, 64]), st.sampled_from(MODELS))
def test_every_plan_gives_every_register_its_element(pair, bits, model):
    plan = convert.plan(*pair, bits, model=model)
    assert plan.level == level(*pair)
    assert plan.chosen in plan.alternatives


@given(pairs(copying_pair), st.sampled_from([8, 16, 32]))
def test_every_alternative_of_a_shuffle_is_right(pair, bits):
    all_ways(convert.plan(*pair, bits))


@given(any_pair(), st.sampled_from([4, 8, 16, 32, 64, 128]))
def test_a_layout_to_itself_is_the_identity(pair, bits):
    plan = convert.plan(pair[0], pair[0], bits)
    assert (plan.classification, plan.cost.total) == ("identity", 0)
    for (name, vectors), (_, size) in zip(plan.pull.bases, plan.pull.in_dims, strict=True):
        place = [other for other, _ in plan.pull.out_dims].index(name)
        assert [v[place] for v in vectors] == [1 << k for k in range(size.bit_length() - 1)]
        assert all(sum(v) == v[place] for v in vectors)


@given(any_pair())
def test_the_source_after_the_pull_is_the_destination(pair):
    src, dst = pair
    plan = convert.plan(src, dst, 32)
    sizes = dict(plan.pull.in_dims)
    for name, size in dst.in_dims:
        assert sizes[name] >= size
        for k in range(size.bit_length() - 1):
            there = plan.pull(**{other: 1 << k if other == name else 0 for other in sizes})
            known = dict(src.in_dims)
            assert all(
                value < known.get(other, 1) or other in ("lane", "warp", "block") for other, value in there.items()
            )
            inside = {other: there[other] for other in known}
            here = {other: 1 << k if other == name else 0 for other, _ in dst.in_dims}
            assert src(**inside) == dst(**here)


@given(st.integers(1, 3).flatmap(lambda n: pairs(permuted_pair, n)), st.sampled_from([16, 32]))
def test_a_model_chooses_the_least_of_what_it_compares(pair, bits):
    cheapest = convert.plan(*pair, bits, model="cheapest")
    assert cheapest.cost.cycles == min(one.cost.cycles for one in cheapest.alternatives)
    assert convert.plan(*pair, bits, model="paper").classification == (
        cheapest.classification if cheapest.level == "register" else "shuffle"
    )


# -- a wrong plan is not returned --------------------------------------------------------------------------------------


def broken(plan, steps):
    chosen = dataclasses.replace(plan.chosen, steps=tuple(steps))
    return dataclasses.replace(plan, chosen=chosen)


def test_a_lane_that_is_off_by_one_is_found_with_thread_and_register():
    plan = convert.plan(ACC, ROWS, 32)
    steps = [dataclasses.replace(s, lanes=s.lanes ^ 1) if isinstance(s, Shuffle) else s for s in plan.steps]
    with pytest.raises(LayoutError, match="register 0 of thread 0") as error:
        broken(plan, steps).simulate()
    assert error.value.witness[:2] == (0, 0)


def test_a_forgotten_shuffle_and_a_forgotten_barrier_are_found():
    plan = convert.plan(ACC, ROWS, 32)
    shuffles = [k for k, step in enumerate(plan.steps) if isinstance(step, Shuffle)]
    with pytest.raises(Fault, match="nobody wrote"):
        broken(plan, [s for k, s in enumerate(plan.steps) if k != shuffles[0]]).simulate()
    shared = convert.plan(MMA, BLOCKED, 16, shape=[64, 64])
    with pytest.raises(Fault, match="no barrier"):
        broken(shared, [s for s in shared.steps if not isinstance(s, Barrier)]).simulate()


def test_a_select_of_the_wrong_register_is_found():
    plan = convert.plan(ACC, ROWS, 32)
    steps = [dataclasses.replace(s, by=s.by ^ 1) if isinstance(s, Permute) else s for s in plan.steps[:1]]
    with pytest.raises(LayoutError, match="and it is"):
        broken(plan, [*steps, *plan.steps[1:]]).simulate()


def test_wavefronts_that_are_not_the_predicted_ones_are_found():
    plan = convert.plan(MMA, BLOCKED, 16, shape=[64, 64])
    cost = dataclasses.replace(plan.cost, wavefronts={"store": 1, "load": 1})
    wrong = dataclasses.replace(plan, chosen=dataclasses.replace(plan.chosen, cost=cost))
    with pytest.raises(LayoutError, match="predicted"):
        wrong.simulate()


def test_a_plan_that_makes_too_few_registers_is_found():
    plan = convert.plan(ACC, ROWS, 32)
    last = dataclasses.replace(plan.steps[-1], registers=plan.steps[-1].registers[:2])
    with pytest.raises(LayoutError, match="2 registers of 4"):
        broken(plan, [*plan.steps[:-1], last]).simulate()


def test_a_wrong_plan_is_raised_and_not_returned(monkeypatch):
    from layouts.convert import planner

    original = planner.shuffle_plans

    def wrong(move):
        return [
            dataclasses.replace(
                one,
                steps=tuple(
                    [dataclasses.replace(s, lanes=s.lanes ^ 2) if isinstance(s, Shuffle) else s for s in one.steps]
                ),
            )
            for one in original(move)
        ]

    monkeypatch.setattr(planner, "shuffle_plans", wrong)
    with pytest.raises(LayoutError):
        convert.plan(ACC, ROWS, 32)


def test_the_file_of_a_layout_holds_its_elements():
    assert _file(np, [1, 4, 2, 6], 4).tolist() == [[0, 1, 4, 5], [2, 3, 6, 7], [6, 7, 2, 3], [4, 5, 0, 1]]


# -- what a plan says --------------------------------------------------------------------------------------------------


def test_text_says_class_origin_steps_cost_and_alternatives():
    text = str(convert.plan(ACC, ROWS, 32))
    for line in (
        "class      shuffle",
        "lane 16 <- register 2",
        "4 shfl: lanes 1 2 4 8 16 take from 2 4 8 16 1",
        "published",
    ):
        assert line in text
    assert "nothing is done" in str(convert.plan(ACC, ACC, 32))
    shared = str(convert.plan(MMA, BLOCKED, 16, shape=[64, 64]))
    for line in ("4 st.shared.v4.b32", "wait for the block", "4 ldmatrix.x4", "scratch", "8192 bytes"):
        assert line in shared


def test_json_has_steps_and_costs():
    plan = convert.plan(MMA, BLOCKED, 16, shape=[64, 64])
    found = json.loads(json.dumps(plan.to_json()))
    assert (found["class"], found["level"], found["rule"]) == ("shared", "shared", plan.rule)
    assert [step["step"] for step in found["steps"]] == [type(step).__name__ for step in plan.steps]
    assert found["cost"]["scratch_bytes"] == 8192
    assert len(found["alternatives"]) == len(plan.alternatives)
    json.dumps(convert.plan(ACC, ROWS, 32).to_json())


def test_plans_are_values():
    plan = convert.plan(ACC, ROWS, 32)
    assert plan == convert.plan(ACC, ROWS, 32) == pickle.loads(pickle.dumps(plan))
    assert len({plan, convert.plan(ACC, ROWS, 32), convert.plan(ACC, ACC, 32)}) == 2
    assert repr(plan) == "<Plan shuffle by general: 8 selp, 4 shfl>"
    with pytest.raises(dataclasses.FrozenInstanceError):
        plan.model = "paper"


def test_rules_of_one_plan_have_different_names():
    rules = [one.rule for one in convert.plan(ACC, ROWS, 32).alternatives]
    assert len(set(rules)) == len(rules)


def test_a_step_of_the_store_is_what_emit_reads():
    plan = convert.plan(MMA, BLOCKED, 16, shape=[64, 64])
    assert isinstance(plan.steps[0], Store)
    assert plan.buffers == {plan.steps[0].buffer: 4096}


def test_a_cost_sums_an_instruction_over_its_widths():
    cost = convert.plan(MMA, BLOCKED, 16, shape=[64, 64]).cost
    assert (cost["st.shared"], cost["st.shared.v4.b32"], cost["st"], cost["shfl"]) == (4, 4, 4, 0)
    assert all(len(pair) == 2 for pair in WEIGHTS.values())
    with pytest.raises(LayoutError):
        cost[3]


# -- refusals ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "options", "error"),
    [
        ((ACC, ROWS, 32), {"model": "best"}, LayoutError),
        ((ACC, ROWS, 32), {"model": None}, LayoutError),
        ((ACC, ROWS, 32), {"rule": "magic"}, LayoutError),
        ((ACC, ROWS, 32), {"rule": 3}, LayoutError),
        ((ACC, ROWS, 32, "sm10"), {}, LayoutError),
        ((ACC, ROWS, 32, 90), {}, LayoutError),
        ((ACC, ROWS, 33), {}, ProfileError),
        ((ACC, ROWS, True), {}, ProfileError),
        ((ACC, None, 32), {}, ProfileError),
        (("acc", ROWS, 32), {}, ProfileError),
        ((MMA, BLOCKED, 16), {}, ProfileError),
        ((MMA, BLOCKED, 16), {"shape": [64, 63]}, ProfileError),
        ((MMA, BLOCKED, 16), {"shape": 64}, ProfileError),
    ],
)
def test_bad_input_is_refused(arguments, options, error):
    with pytest.raises(error):
        convert.plan(*arguments, **options)


def test_a_destination_that_wants_more_is_refused_with_the_element():
    half = tile(16, 8, register=[[0, 1], [0, 0]], lane=LANES)
    with pytest.raises(NotInvertibleError) as error:
        convert.plan(half, ACC, 32)
    assert error.value.witness == {"row": 8, "column": 0}


def test_more_lanes_than_the_machine_has_are_refused():
    wide = flat(7, register=[1], lane=[2, 4, 8, 16, 32, 64])
    with pytest.raises(ProfileError, match="64 lanes") as error:
        convert.plan(wide, wide, 32)
    assert error.value.witness == 64
    assert convert.plan(wide, wide, 32, "gfx942").classification == "identity"


def test_more_registers_than_the_limit_are_refused_at_once():
    huge = flat(20, register=[1 << k for k in range(20)])
    with pytest.raises(TooLargeError) as error:
        convert.plan(huge, huge, 8)
    assert error.value.witness == 1 << 20


def test_numpy_integers_are_integers():
    assert convert.plan(ACC, ROWS, np.int64(32)).element_bits == 32
