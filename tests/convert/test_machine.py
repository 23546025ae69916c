"""The modelled machine: what a step does, by its definition, and every fault that a wrong plan commits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts import LayoutError
from layouts.convert.machine import EMPTY, Fault, Machine
from layouts.convert.shared_memory import count_wavefronts
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
from layouts.verify.memory import memory_model

OWN = Affine((1, 2, 4, 8, 16))


def machine(registers=1, bits=32, warps=0, blocks=0, size=0, name="sm90"):
    found = Machine(target(name), bits, 5, warps, blocks)
    threads = 32 << warps + blocks
    found.put("src", np.arange(threads * registers).reshape(threads, registers))
    if size:
        found.allocate("buffer", size)
    return found


# -- what a step does --------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 255), min_size=5, max_size=5), st.integers(0, 255))
def test_affine_is_the_xor_of_its_columns(columns, offset):
    index = Affine(tuple(columns), offset)
    table = index.table(5)
    for thread in range(32):
        expected = offset
        for k, column in enumerate(columns):
            expected ^= column if thread >> k & 1 else 0
        assert index(thread) == table[thread] == expected
    assert index.rank == np.log2(len(set(table.tolist())))
    assert index.is_identity(5) == (table.tolist() == list(range(32)))


def test_affine_of_a_thread_is_no_identity_of_lanes_where_the_warp_matters():
    assert not Affine((1, 2, 4, 8, 16, 1)).is_identity(5)
    assert Affine((1, 2, 4, 8, 16, 0)).is_identity(5)
    assert not Affine((1, 2, 4, 8)).is_identity(5)


def test_copy_renames_registers():
    assert machine(3).run([Copy("src", "dst", (2, 0), (0, 1))]).files["dst"][4].tolist() == [14, 12]


def test_permute_takes_the_register_of_each_thread():
    found = machine(4).run([Permute("src", "dst", (0, 3), Affine((1, 2)))]).files["dst"]
    assert found[6].tolist() == [6 * 4 + (0 ^ 2), 6 * 4 + (3 ^ 2)]


def test_shuffle_takes_from_lanes_of_its_own_warp():
    found = machine(1, warps=1).run([Shuffle("src", "dst", (0,), (0,), OWN ^ 3)]).files["dst"]
    assert found[:, 0].tolist() == [thread ^ 3 for thread in range(64)]


def test_store_and_load_go_through_the_buffer():
    steps = [Store("src", "buffer", (0, 1), Affine((2, 4, 8, 16, 32))), Barrier("warp")]
    found = machine(2, size=64).run([*steps, Load("dst", "buffer", (1,), OWN)])
    assert found.files["dst"][:, 1].tolist() == list(range(32))
    assert found.files["dst"][0, 0] == EMPTY


def test_ldmatrix_gives_thread_t_the_words_of_row_t_over_4():
    fill = [Store("src", "buffer", tuple(range(8)), Affine((8, 16, 32, 64, 128))), Barrier("warp")]
    rows = Affine((8, 16, 32, 64, 128))
    found = machine(8, bits=16, size=256).run([*fill, LoadMatrix("dst", "buffer", tuple(range(8)), rows, 4)])
    for lane in range(32):
        for matrix in range(4):
            word = 8 * (8 * matrix + lane // 4) + lane % 4 * 2
            assert found.files["dst"][lane, 2 * matrix : 2 * matrix + 2].tolist() == [word, word + 1]


def test_ldmatrix_trans_gives_thread_t_the_column_t_over_4():
    fill = [Store("src", "buffer", tuple(range(8)), Affine((8, 16, 32, 64, 128))), Barrier("warp")]
    rows = Affine((8, 16, 32, 64, 128))
    step = LoadMatrix("dst", "buffer", (0, 1), rows, 1, transposed=True)
    found = machine(8, bits=16, size=256).run([*fill, step])
    for lane in range(32):
        expected = [8 * (2 * (lane % 4) + i) + lane // 4 for i in (0, 1)]
        assert found.files["dst"][lane].tolist() == expected


@pytest.mark.parametrize("transposed", [False, True])
def test_stmatrix_undoes_ldmatrix(transposed):
    rows = Affine((8, 16, 32, 64, 128))
    words = tuple(range(8))
    steps = [StoreMatrix("src", "buffer", words, rows, 4, transposed), Barrier("warp")]
    found = machine(8, bits=16, size=256).run([*steps, LoadMatrix("dst", "buffer", words, rows, 4, transposed)])
    assert (found.files["dst"] == found.files["src"]).all()


def test_only_one_of_several_owners_stores():
    found = machine(1, size=16).run([Store("src", "buffer", (0,), Affine((1, 2, 4, 8, 0)), only=(16,))])
    assert found.buffers["buffer"].values[0].tolist() == list(range(16))


def test_a_block_reads_the_memory_of_another_after_a_barrier_of_the_cluster():
    other = Affine((0,) * 5 + (1,), 1)
    steps = [Store("src", "buffer", (0,), OWN), Barrier("cluster"), Load("dst", "buffer", (0,), OWN, other)]
    found = machine(1, blocks=1, size=32).run(steps)
    assert found.files["dst"][:, 0].tolist() == [thread ^ 32 for thread in range(64)]
    assert found.wavefronts == {"store": 2, "load": 0}


# -- faults ------------------------------------------------------------------------------------------------------------

STORE = Store("src", "buffer", (0,), OWN)
ALL_WARPS = Affine((1, 2, 4, 8, 16, 32))
STORE_ALL = Store("src", "buffer", (0,), ALL_WARPS)

FAULTS = [
    ("no barrier before reading another lane's value", [STORE, Load("dst", "buffer", (0,), OWN ^ 1)], {}, "no barrier"),
    (
        "a barrier of the warp does not order warps",
        [STORE_ALL, Barrier("warp"), Load("dst", "buffer", (0,), ALL_WARPS ^ 32)],
        {"warps": 1},
        "no barrier",
    ),
    (
        "a barrier of the block does not order blocks",
        [STORE, Barrier("block"), Load("dst", "buffer", (0,), OWN, Affine((0,) * 5 + (1,), 1))],
        {"blocks": 1},
        "no barrier",
    ),
    (
        "writing over what another lane has still to read",
        [STORE, Barrier("warp"), Load("dst", "buffer", (0,), OWN ^ 1), STORE],
        {},
        "writes over",
    ),
    ("two lanes write one cell", [Store("src", "buffer", (0,), Affine((0, 2, 4, 8, 16)))], {}, "different elements"),
    ("a cell that nobody wrote", [Load("dst", "buffer", (0,), OWN)], {}, "nobody wrote"),
    ("a cell outside", [Store("src", "buffer", (0,), OWN ^ 64)], {}, "cell 64 of 64"),
    ("an address that is not aligned", [Store("src", "buffer", (0, 1), OWN)], {"registers": 2}, "multiple of 2"),
    ("a register outside", [Shuffle("src", "dst", (1,), (0,), OWN)], {}, "register 1 of 1"),
    ("a register outside, chosen by the thread", [Permute("src", "dst", (0,), Affine((1,)))], {}, "register 1 of 1"),
    (
        "a register that nobody wrote",
        [Copy("src", "half", (0,), (1,)), Copy("half", "dst", (0,), (0,))],
        {},
        "nobody wrote",
    ),
    ("a lane outside", [Shuffle("src", "dst", (0,), (0,), OWN ^ 32)], {}, "lane 63"),
    ("two words in one shuffle", [Shuffle("src", "dst", (0, 1), (0, 1), OWN)], {"registers": 2}, "64 bits"),
    ("a vector that is too wide", [Store("src", "buffer", tuple(range(8)), Affine())], {"registers": 8}, "256 bits"),
    ("half a byte", [Store("src", "buffer", (0,), OWN)], {"bits": 4}, "4 bits"),
    ("a scope that there is not", [Barrier("grid")], {}, "no scope"),
    ("stmatrix before sm90", [StoreMatrix("src", "buffer", (0,), OWN, 1)], {"name": "sm80"}, "no stmatrix"),
    ("ldmatrix before sm75", [LoadMatrix("dst", "buffer", (0,), OWN, 1)], {"name": "sm70"}, "no ldmatrix"),
    (
        "a row that is not aligned",
        [StoreMatrix("src", "buffer", (0,), Affine((2, 4, 8, 16, 32)), 1)],
        {},
        "aligned to 16 bytes",
    ),
    ("too few registers for a matrix", [StoreMatrix("src", "buffer", (0,), OWN, 2)], {}, "1 elements"),
    (
        "transposed matrices of words",
        [StoreMatrix("src", "buffer", (0,), Affine((4, 8, 16)), 1, transposed=True)],
        {},
        "transposed",
    ),
]


@pytest.mark.parametrize(("steps", "how", "text"), [case[1:] for case in FAULTS], ids=[case[0] for case in FAULTS])
def test_a_wrong_plan_faults(steps, how, text):
    with pytest.raises(Fault, match=text) as error:
        machine(**{"size": 64, **how}).run(steps)
    number, _ = error.value.witness
    assert 0 <= number < len(steps)


def test_a_thread_may_read_what_it_wrote_itself():
    assert machine(1, size=32).run([STORE, Load("dst", "buffer", (0,), OWN)]).files["dst"][5, 0] == 5


def test_one_element_of_64_bits_is_shuffled_alone():
    found = machine(1, bits=64).run([Shuffle("src", "dst", (0,), (0,), OWN ^ 1)])
    assert found.files["dst"][0, 0] == 1


def test_a_step_that_is_none_is_refused():
    with pytest.raises(LayoutError, match="no step"):
        machine().run(["store"])


# -- wavefronts --------------------------------------------------------------------------------------------------------


def by_hand(addresses, bytes, model, kind, active):
    """Count for every phase of every warp the different words that each bank is asked for."""
    total = ideal = 0
    for warp, lanes in zip(addresses, active, strict=True):
        for phase in model.phases(kind, bytes):
            words = set()
            for lane in phase:
                if lane < len(warp) and lanes[lane]:
                    words |= {(warp[lane] + k) // 4 for k in range(bytes)}
            counts = [sum(word % model.banks == bank for word in words) for bank in range(model.banks)]
            total += max(counts)
            ideal += -(-len(words) // model.banks)
    return total, ideal


@given(
    st.integers(0, 2**32),
    st.sampled_from([1, 2, 4, 8, 16]),
    st.sampled_from(["nvidia", "cdna3", "gfx950"]),
    st.sampled_from(["load", "store"]),
)
def test_wavefronts_are_the_different_words_of_the_fullest_bank(seed, bytes, name, kind):
    rng = np.random.default_rng(seed)
    model = memory_model(name)
    lanes = int(rng.choice([model.lanes, 4]))
    addresses = rng.integers(0, 64, (2, lanes)) * bytes
    active = rng.random((2, lanes)) < rng.choice([0.5, 1.0])
    assert count_wavefronts(addresses, bytes, model, kind, active) == by_hand(addresses, bytes, model, kind, active)
