"""Shuffle plans: simulated lane by lane against the definition, and counted against the published figures."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from moving_brute import copying_pair, flat, general_pair, pairs, permuted_pair
from strategies import DEEP, QUICK, seeded

from layouts.convert.counting import count_instructions
from layouts.convert.machine import Machine
from layouts.convert.move import Move
from layouts.convert.registers import register_steps
from layouts.convert.shuffles import shuffle_plans
from layouts.convert.steps import Shuffle
from layouts.convert.target import target


def table(columns, registers):
    """Return the elements of all registers of all threads by the definition, threads by registers."""
    places = np.arange(1 << len(columns))
    found = np.zeros(len(places), np.int64)
    for k, column in enumerate(columns):
        found ^= np.where(places >> k & 1, column, 0)
    return found.reshape(-1, registers)


def run(move, steps, name="sm90"):
    bits = [len(move.A[level]) for level in ("lane", "warp", "block")]
    machine = Machine(target(name), move.element_bits, *bits)
    machine.put("src", table(move.places("A"), move.count("A", "register")))
    machine.run(steps)
    wanted = table(move.places("B"), move.count("B", "register"))
    assert machine.files["dst"].shape == wanted.shape
    assert (machine.files["dst"] == wanted).all()


def check(pair, bits):
    """Run every plan of a pair, and return them by rule."""
    move = Move(*pair, bits)
    assert move.level in ("register", "shuffle")
    if move.level == "register":
        run(move, register_steps(move))
    plans = shuffle_plans(move)
    for plan in plans:
        run(move, plan.steps)
        rounds = sum([isinstance(step, Shuffle) for step in plan.steps])
        assert plan.shuffles == rounds <= plan.words
        count = count_instructions(plan.steps, bits, move.count("A", "register"))
        assert count.get("shfl", 0) == rounds * max(1, bits // 32)
    return {plan.rule: (plan, count_of(plan, move)) for plan in plans}


def count_of(plan, move):
    return count_instructions(plan.steps, move.element_bits, move.count("A", "register"))


# -- every pair --------------------------------------------------------------------------------------------------------


def test_300_random_general_pairs_with_2_to_16_registers_are_moved_right():
    rng = seeded("general pairs")
    for number in range(3000 if DEEP else 60 if QUICK else 300):
        check(general_pair(rng, rng.randint(1, 4), warps=rng.choice([0, 0, 1])), (8, 16, 32)[number % 3])


@given(pairs(copying_pair), st.sampled_from([4, 8, 16, 32, 64, 128]))
def test_copies_on_either_side_are_used_and_made(pair, bits):
    check(pair, bits)


@given(st.integers(1, 4).flatmap(lambda n: pairs(permuted_pair, n)), st.sampled_from([8, 16, 32]))
def test_permutation_layouts_are_moved_right_by_all_three_rules(pair, bits):
    assert set(check(pair, bits)) == {"general", "published", "triton"}


def factored(move):
    """Return (register and lane bits exchanged, whether the lanes are those of pure transpositions)."""
    A, B = move.A, move.B
    exchanged = len(set(B["register"]) - set(A["register"]))
    pure = all(a == b or (a in B["register"] and b in A["register"]) for a, b in zip(A["lane"], B["lane"], strict=True))
    return exchanged, pure


@given(st.integers(1, 4).flatmap(lambda n: pairs(permuted_pair, n)))
def test_elision_reproduces_the_later_rule(pair):
    found = check(pair, 32)
    m, pure = factored(Move(*pair, 32))
    for rule in ("general", "triton"):
        plan, count = found[rule]
        R = plan.words
        assert plan.exchanged == m
        assert plan.shuffles == (R - (R >> m) if pure else R)
        if Move(*pair, 32).level == "shuffle":
            assert count.get("selp", 0) == (3 * R // 2 if m == 1 and pure else 2 * m * R)
    plan, count = found["published"]
    assert (plan.shuffles, count.get("selp", 0)) == (plan.words, 2 * m * plan.words)


@given(st.integers(1, 4), st.integers(0, 4), st.integers(0, 2**32))
def test_pure_transpositions_shuffle_all_but_one_word_in_2_to_the_m(n, m, seed):
    m = min(m, n)
    units = [1 << k for k in range(n + 5)]
    random.Random(seed).shuffle(units)
    regs, lanes = units[:n], units[n:]
    swapped = lanes[:m] + regs[m:], regs[:m] + lanes[m:]
    pair = flat(n + 5, register=regs, lane=lanes), flat(n + 5, register=swapped[0], lane=swapped[1])
    found = check(pair, 32)
    R = 1 << n
    assert found["general"][0].shuffles == found["triton"][0].shuffles == R - (R >> m)
    assert found["published"][0].shuffles == R


# -- figures -----------------------------------------------------------------------------------------------------------

ACC = flat(7, register=[1, 64], lane=[2, 4, 8, 16, 32])
R4 = flat(7, register=[1, 2], lane=[4, 8, 16, 32, 64])

FIGURES = [
    ("3", ACC, R4, 32, {"general": (4, 8), "published": (4, 8), "triton": (4, 8)}),
    ("3 f16", ACC, R4, 16, {"general": (2, 4), "published": (2, 4), "triton": (2, 4)}),
    (
        "5",
        R4,
        flat(7, register=[4, 2], lane=[1, 8, 16, 32, 64]),
        32,
        {"general": (2, 6), "published": (4, 8), "triton": (2, 6)},
    ),
    (
        "5 with another register bit",
        flat(8, register=[1, 2, 128], lane=[4, 8, 16, 32, 64]),
        flat(8, register=[4, 2, 128], lane=[1, 8, 16, 32, 64]),
        32,
        {"general": (4, 12), "published": (8, 16), "triton": (4, 12)},
    ),
    ("6", R4, flat(7, register=[1, 2], lane=[8, 4, 16, 32, 64]), 32, {"general": (4, 0), "triton": (4, 0)}),
    (
        "6 with registers exchanged",
        R4,
        flat(7, register=[2, 1], lane=[8, 4, 16, 32, 64]),
        32,
        {"general": (4, 0), "triton": (4, 0)},
    ),
    (
        "7",
        R4,
        flat(7, register=[4, 8], lane=[1, 2, 16, 32, 64]),
        32,
        {"general": (3, 16), "published": (4, 16), "triton": (3, 16)},
    ),
    (
        "13",
        flat(10, register=[2, 512, 256, 128, 32], lane=[16, 64, 1, 8, 4]),
        flat(10, register=[256, 512, 32, 16, 128], lane=[4, 1, 64, 2, 8]),
        32,
        {"general": (32, 64), "published": (32, 64), "triton": (32, 64)},
    ),
    (
        "14",
        flat(8, register=[2, 8, 32], lane=[1, 4, 16, 64, 128]),
        flat(8, register=[4, 16, 128], lane=[64, 1, 8, 32, 2]),
        32,
        {"general": (8, 48), "triton": (8, 48)},
    ),
]


@pytest.mark.parametrize(("src", "dst", "bits", "expected"), [row[1:] for row in FIGURES], ids=[r[0] for r in FIGURES])
def test_shuffles_and_selects_are_the_published_ones(src, dst, bits, expected):
    found = check((src, dst), bits)
    for rule, (shuffles, selects) in expected.items():
        plan, count = found[rule]
        assert (plan.shuffles, count.get("selp", 0)) == (shuffles, selects), rule
        assert count.get("prmt", 0) == 0


@pytest.mark.parametrize(("m", "expected"), [(1, 8), (2, 12), (3, 14)])
def test_16_words_with_m_transpositions(m, expected):
    regs, lanes = [1, 2, 4, 8], [16, 32, 64, 128, 256]
    src = flat(9, register=regs, lane=lanes)
    dst = flat(9, register=lanes[:m] + regs[m:], lane=regs[:m] + lanes[m:])
    found = check((src, dst), 32)
    assert [found[rule][0].shuffles for rule in ("general", "published", "triton")] == [expected, 16, expected]


def test_8_bit_accumulator_to_operand_is_4_shuffles_of_whole_words():
    """Row 4: push [1,4,32,8,2,16,64,128,256]; Triton has 4 shfl, 6 selp, 32 prmt, and the rule 2mR says 8 selects."""
    pull = [1, 16, 2, 8, 32, 4, 64, 128, 256]
    src = flat(9, register=[1, 2, 4, 8], lane=[16, 32, 64, 128, 256])
    dst = flat(9, register=pull[:4], lane=pull[4:])
    plan, count = check((src, dst), 8)["general"]
    assert Move(src, dst, 8).pull == {"register": tuple(pull[:4]), "lane": tuple(pull[4:]), "warp": (), "block": ()}
    assert (plan.shuffles, plan.packed, plan.exchanged) == (4, 4, 1)
    # Receivers select and unpack at once: 4 byte permutes with a selector of the lane, which is itself one select.
    assert count == {"shfl": 4, "selp": 5, "prmt": 4}


def test_the_lane_map_may_depend_on_the_register():
    """With 5 lane and 5 register bits there are pairs whose rounds take from lanes at different distances."""
    rng = random.Random(0)
    distances = set()
    for _ in range(20):
        plan, _ = check(general_pair(rng, 5), 32)["general"]
        distances.add(len({step.lanes.offset for step in plan.steps if isinstance(step, Shuffle)}))
    assert max(distances) > 1


def test_no_more_than_all_words_are_shuffled_and_none_where_each_thread_has_all():
    src = flat(6, register=[1], lane=[2, 4, 8, 16, 32])
    plan, count = check((src, flat(6, register=[1], lane=[3, 4, 8, 16, 32])), 32)["general"]
    assert plan.shuffles == 0
    assert "shfl" not in count


def test_a_lane_that_has_a_copy_is_its_own_source():
    """Lanes 0 and 1 hold copies of two words; in the destination each has one of them."""
    src = flat(5, register=[1], lane=[0, 2, 4, 8, 16])
    dst = flat(5, register=[], lane=[1, 2, 4, 8, 16])
    move = Move(src, dst, 32)
    assert move.level == "register"
    plan, _ = check((src, dst), 32)["general"]
    assert plan.shuffles == 0


def test_few_lanes_with_much_of_what_is_wanted_take_more_rounds():
    """4 lanes hold all 16 words that a warp wants, 4 each, and send one in a round: 4 rounds for 2 registers."""
    src = flat(7, register=[1, 2], lane=[4, 8, 16, 32, 64], warp=[0, 0])
    dst = flat(7, register=[1], lane=[2, 4, 8, 0, 0], warp=[16, 32])
    plan, _ = check((src, dst), 32)["general"]
    assert Move(src, dst, 32).level == "shuffle"
    assert (plan.words, plan.shuffles) == (4, 4)


@pytest.mark.parametrize("bits", [64, 128])
def test_wide_elements_are_shuffled_word_by_word(bits):
    found = check((ACC, R4), bits)
    assert found["general"][1] == {"shfl": 4 * bits // 32, "selp": 8 * bits // 32}


def test_4_bit_elements_travel_eight_to_a_word():
    src = flat(9, register=[1, 2, 4, 8], lane=[16, 32, 64, 128, 256])
    dst = flat(9, register=[1, 2, 4, 16], lane=[8, 32, 64, 128, 256])
    plan, count = check((src, dst), 4)["general"]
    assert (plan.packed, plan.words, plan.shuffles) == (8, 2, 1)
    assert count == {"shfl": 1, "selp": 3}


def test_64_lanes_exchange_as_32_do():
    src = flat(8, register=[1, 2], lane=[4, 8, 16, 32, 64, 128])
    dst = flat(8, register=[1, 128], lane=[4, 8, 16, 32, 64, 2])
    move = Move(src, dst, 32)
    for plan in shuffle_plans(move):
        run(move, plan.steps, "gfx942")
    assert shuffle_plans(move)[0].shuffles == 2
