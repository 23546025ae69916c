"""Counts of instructions: byte permutes by hand, stages of selects by a search, wavefronts by brute force."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts import LayoutError
from layouts.convert.counting import count_instructions, select_stages, vector_name
from layouts.convert.machine import Machine
from layouts.convert.steps import (
    Affine,
    Barrier,
    Copy,
    Load,
    LoadMatrix,
    Permute,
    Shuffle,
    Store,
    StoreMatrix,
)
from layouts.convert.target import target
from layouts.convert.wavefronts import count_wavefronts_of

OWN = Affine((1, 2, 4, 8, 16))


def renamed(order, bits, registers=None):
    step = Copy("src", "dst", tuple(order), tuple(range(len(order))))
    return count_instructions([step], bits, registers or len(order))


@pytest.mark.parametrize(
    ("order", "bits", "prmt"),
    [
        ([2, 3, 0, 1], 16, 0),  # words renamed
        ([1, 0, 3, 2], 16, 2),  # halves exchanged in each word
        ([0, 2, 1, 3], 16, 2),  # each word made of two
        ([0, 0, 1, 1], 16, 2),  # each half twice
        ([0, 1], 16, 0),
        ([1], 16, 1),  # a half that lies high
        ([0], 16, 0),
        ([4, 5, 6, 7, 0, 1, 2, 3], 8, 0),
        ([0, 4, 1, 5, 2, 6, 3, 7], 8, 2),
        ([0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15], 8, 12),  # a transpose: 4 words of 4, 3 each
        ([3, 2, 1, 0], 32, 0),
        ([3, 2, 1, 0], 64, 0),
    ],
)
def test_a_word_of_n_words_is_max_1_n_minus_1_byte_permutes(order, bits, prmt):
    found = renamed(order, bits, 16)
    assert found == ({"prmt": prmt} if prmt else {})


def test_4_bit_elements_that_stay_in_bytes_are_byte_permutes_and_others_are_shifts():
    assert renamed([2, 3, 0, 1, 4, 5, 6, 7], 4) == {"prmt": 1}
    assert set(renamed([1, 0, 2, 3, 4, 5, 6, 7], 4)) == {"bitop"}


def test_a_word_is_made_once():
    steps = [Copy("src", "a", (0, 2), (0, 1)), Shuffle("a", "dst", (0, 1), (0, 1), OWN ^ 1)]
    again = [*steps, Shuffle("a", "dst", (0, 1), (2, 3), OWN ^ 2)]
    assert count_instructions(steps, 16, 4) == {"prmt": 1, "shfl": 1}
    assert count_instructions(again, 16, 4) == {"prmt": 1, "shfl": 2}


def test_steps_have_the_names_of_ptx():
    assert [vector_name("st", bits) for bits in (8, 16, 32, 64, 128)] == [
        "st.shared.b8",
        "st.shared.b16",
        "st.shared.b32",
        "st.shared.v2.b32",
        "st.shared.v4.b32",
    ]
    steps = [
        Store("src", "b", (0, 1, 2, 3), OWN),
        StoreMatrix("src", "b", (0, 1), OWN, 2),
        Barrier("warp"),
        Barrier("block"),
        Barrier("cluster"),
        Load("dst", "b", (0,), OWN, OWN),
        LoadMatrix("dst", "b", (0, 1, 2, 3), OWN, 4),
    ]
    assert set(count_instructions(steps, 32, 4)) == {
        "st.shared.v4.b32",
        "stmatrix.x2",
        "bar.warp",
        "bar",
        "barrier.cluster",
        "ld.shared::cluster.b32",
        "ldmatrix.x4",
    }


def test_narrow_vectors_of_scattered_registers_are_packed_first():
    step = Store("src", "b", (0, 2), OWN)
    assert count_instructions([step], 16, 4) == {"prmt": 1, "st.shared.b32": 1}


def test_a_step_that_is_none_is_refused():
    with pytest.raises(LayoutError, match="no step"):
        count_instructions([None], 32, 1)


# -- selects -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("made", "by", "selects"),
    [
        (range(4), [1], 4),
        (range(4), [1, 2], 8),
        (range(8), [1, 2, 3], 16),  # three lanes, two independent values
        ([0, 1], [2], 2),  # half of the words are wanted
        ([0], [1, 2], 3),  # one of four
        ([0, 1, 2, 3], [], 0),
    ],
)
def test_selects_are_the_words_that_each_stage_makes(made, by, selects):
    assert select_stages(set(made), by, [])[0] == selects


@given(st.sets(st.integers(0, 7), min_size=1), st.lists(st.integers(1, 7), min_size=1, max_size=3))
def test_selects_are_no_more_than_a_tree_for_each_word_and_no_fewer_than_the_words(made, by):
    selects, read = select_stages(made, by, [])
    reach = {0}
    for value in by:
        reach |= {x ^ value for x in reach}
    assert read == {word ^ x for word in made for x in reach}
    assert len(made) <= selects <= len(made) * (len(reach) - 1)


def test_a_select_among_elements_of_two_words_is_one_byte_permute_with_a_selector():
    """Each word of the target takes the low or the high halves of two words: not four words made and then selected."""
    step = Permute("src", "dst", (0, 2, 4, 6), Affine((1,)), packed=2)
    assert count_instructions([step], 16, 8) == {"prmt": 2, "selp": 1}


def test_selects_of_words_move_whole_words_and_a_varying_place_is_a_byte_permute():
    words = Permute("src", "dst", (0, 1, 2, 3), Affine((2,)), packed=2)
    assert count_instructions([words], 16, 4) == {"selp": 2}
    inside = Permute("src", "dst", (0, 1, 2, 3), Affine((1,)), packed=2)
    assert count_instructions([inside], 16, 4) == {"prmt": 2, "selp": 1}  # the select of the selector
    both = Permute("src", "dst", (0, 1, 2, 3), Affine((1, 2)), packed=2)
    assert count_instructions([both], 16, 4) == {"selp": 2, "prmt": 2}


# -- wavefronts --------------------------------------------------------------------------------------------------------


def brute(steps, bits, name, lanes, threads, size):
    """Return the wavefronts that the machine counts; its buffers are filled before, so that loads find something."""
    machine = Machine(target(name), bits, lanes, threads - lanes, 0)
    registers = 64
    machine.put("src", np.zeros((1 << threads, registers), np.int64))
    machine.allocate("b", size)
    machine.buffers["b"].values[:] = 0
    machine.run(steps)
    return machine.wavefronts, machine.ideal


@given(
    st.integers(0, 2**32),
    st.sampled_from(["sm90", "gfx942", "gfx950", "rdna4"]),
    st.sampled_from([4, 8, 16, 32, 64]),
    st.sampled_from(["st", "ld"]),
)
def test_wavefronts_by_rank_are_those_of_every_lane(seed, name, bits, kind):
    rng = np.random.default_rng(seed)
    lanes = int(rng.choice([target(name).lanes.bit_length() - 1, 3]))
    threads = lanes + int(rng.integers(0, 3))
    widths = [k for k in range(6) if bits << k <= 128 and bits << k >= 8]
    width = 1 << int(rng.choice(widths))
    columns = tuple([int(c) * width for c in rng.integers(0, 1 << 9, threads)])
    only = tuple([int(m) for m in rng.integers(1, 1 << threads, rng.integers(0, 3))])
    address = Affine(columns, width * int(rng.integers(0, 8)))
    registers = tuple(range(width))
    step = Store("src", "b", registers, address, only) if kind == "st" else Load("dst", "b", registers, address)
    found = count_wavefronts_of([step], bits, target(name), lanes, threads)
    assert found == brute([step], bits, name, lanes, threads, 1 << 15)


@given(st.integers(0, 2**32), st.sampled_from([1, 2, 4]), st.sampled_from([8, 16, 32]), st.booleans())
def test_wavefronts_of_matrices_by_rank_are_those_of_every_row(seed, matrices, bits, store):
    rng = np.random.default_rng(seed)
    per = 128 // bits
    address = Affine(tuple([int(c) * per for c in rng.integers(0, 64, 6)]))
    registers = tuple(range(32 // bits * matrices))
    kind = StoreMatrix if store else LoadMatrix
    step = kind("src" if store else "dst", "b", registers, address, matrices)
    if store:  # no two rows in one place, or they would be written twice
        rows = np.array([address(lane) for lane in itertools.chain(range(8 * matrices), range(32, 32 + 8 * matrices))])
        if len(set(rows.tolist())) < len(rows):
            return
    found = count_wavefronts_of([step], bits, target("sm90"), 5, 6)
    assert found == brute([step], bits, "sm90", 5, 6, 1 << 12)


def test_accesses_of_another_block_are_not_counted():
    step = Load("dst", "b", (0,), OWN, Affine((), 1))
    assert count_wavefronts_of([step], 32, target("sm90"), 5, 5) == ({"store": 0, "load": 0}, {"store": 0, "load": 0})
