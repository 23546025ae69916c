"""Registers of loads from tensor memory: the element that a register holds is the one at the instruction's place."""

import random

import encoding_samples as samples
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts import LayoutError, NotALayoutError, ProfileError, TensorMemoryLayout, TensorMemoryScalesLayout, hardware
from layouts.encodings.tensor_memory_registers import TMEM_ATOMS, compute_tmem_reg_layout


def place(atom, register, lane):
    """Row and 32-bit column of a register of a lane, by the figures of PTX."""
    if atom == "32x32b":
        return lane, register
    if atom == "16x64b":
        return lane // 4 + 8 * (lane % 2), lane // 2 % 2 + 2 * register
    if atom == "16x128b":
        return lane // 4 + 8 * (register % 2), lane % 4 + 4 * (register // 2)
    return lane // 4 + 8 * (register // 2 % 2), 2 * (lane % 4) + register % 2 + 8 * (register // 4)


@pytest.mark.parametrize("atom", TMEM_ATOMS)
def test_the_atoms_are_those_of_the_hardware_tables(atom):
    found = hardware.get(f"tcgen05.ld.sync.aligned.{atom}.x1.b32")["R"].linear
    registers, lanes = TMEM_ATOMS[atom]
    assert found.bases == [("register", [list(v) for v in registers]), ("lane", [list(v) for v in lanes])]
    for lane in range(32):
        for register in range(1 << len(registers)):
            held = found(register=register, lane=lane)
            assert tuple(held.values()) == place(atom, register, lane)


@pytest.mark.parametrize("atom", TMEM_ATOMS)
@pytest.mark.parametrize("n", [8, 16, 64])
def test_four_warps_hold_128_rows_as_the_figures_say(atom, n):
    """Elements of 32 bits, M = 128: element (m, n) is at row m and column n."""
    found = compute_tmem_reg_layout(TensorMemoryLayout((128, n), 1), [128, n], 4, 32, atom).linear_layout()
    registers = found.get_in_dim_size("register")
    within = registers if atom == "32x32b" else registers // 2  # the last bit is the lower 16 rows
    for warp in range(4):
        for lane in range(32):
            for register in range(registers):
                row, column = place(atom, register % within, lane)
                row += 32 * warp + 16 * (register // within)
                assert found(register=register, lane=lane, warp=warp, block=0) == {"dim0": row, "dim1": column}


def test_packed_elements_are_neighbours_in_a_register():
    """Two elements of 16 bits, or four of 8, are one column."""
    for bits in (16, 8):
        together = 32 // bits
        memory = TensorMemoryLayout((128, 64), 1)
        found = compute_tmem_reg_layout(memory, [128, 64], 4, bits, "16x256b").linear_layout()
        for lane in range(32):
            for register in range(8 * together):
                row, column = place("16x256b", register // together, lane)
                if column * together < 64 and register < 8:
                    held = found(register=register, lane=lane, warp=0, block=0)
                    assert held == {"dim0": row, "dim1": column * together + register % together}


SEEDS = st.integers(0, 2**32 - 1)


@given(SEEDS)
def test_every_element_is_held_and_warps_reach_their_rows(seed):
    rng = random.Random(seed)
    value = samples.tensor_memory_layout(rng)
    shape, warps = samples.shape_for(rng, value), 4 << rng.randint(0, 2)
    bits, variant = rng.choice((8, 16, 32)), rng.choice((*TMEM_ATOMS, "32x32b_splitn"))
    try:
        found = compute_tmem_reg_layout(value, shape, warps, bits, variant)
    except LayoutError as error:
        assert error.witness is not None
        return
    assert found.shape == tuple(shape)
    layout, memory = found.linear_layout(), value.to_linear_layout(shape)
    assert layout.is_surjective()
    assert layout.get_in_dim_size("warp") == warps
    rows = dict(memory.bases)["row"]
    assert dict(layout.bases)["warp"][:2] == rows[5:7]
    assert dict(layout.bases)["block"] == dict(memory.bases)["block"]
    if variant == "32x32b_splitn":
        assert found.reg_bases[-1] == (0, shape[1] // 2)


def test_half_of_the_rows_empty_gives_lane_bit_4_further_columns():
    """64 rows stand in 16 rows of each 32: the instruction 16x32bx2 reads two columns at once."""
    found = compute_tmem_reg_layout(TensorMemoryLayout((64, 32), 1), [64, 32])
    assert found.lane_bases == ((1, 0), (2, 0), (4, 0), (8, 0), (0, 16))
    assert found.reg_bases == ((0, 1), (0, 2), (0, 4), (0, 8))


def test_warps_beyond_the_columns_hold_copies():
    found = compute_tmem_reg_layout(TensorMemoryLayout((128, 2), 1), [128, 2], 32)
    assert found.warp_bases == ((32, 0), (64, 0), (0, 1), (0, 0), (0, 0))


def test_scales_are_held_by_every_warp():
    found = compute_tmem_reg_layout(TensorMemoryScalesLayout(), [128, 4], 4, 8)
    assert found.warp_bases == ((0, 0), (0, 0))
    assert found.reg_bases == ((0, 1), (0, 2), (32, 0), (64, 0))


MEMORY = TensorMemoryLayout((128, 64), 1)
REFUSED = [
    (lambda: compute_tmem_reg_layout(MEMORY, [128, 64], 2), ProfileError, "num_warps = 2 is below 4", 2),
    (lambda: compute_tmem_reg_layout(MEMORY, [128, 64], 6), ProfileError, "num_warps = 6 is not a power", 6),
    (lambda: compute_tmem_reg_layout(MEMORY, [128, 64], 4.0), ProfileError, "num_warps must be an integer", None),
    (lambda: compute_tmem_reg_layout(MEMORY, [128, 64], 4, 64), ProfileError, "bitwidth = 64 is not one of", 64),
    (lambda: compute_tmem_reg_layout(MEMORY, [128, 64], 4, 32, "16x32bx2"), ProfileError, "instr_variant", "16x32bx2"),
    (lambda: compute_tmem_reg_layout(MEMORY, [128, 64], 4, 32, None), ProfileError, "instr_variant", None),
    (lambda: compute_tmem_reg_layout(MEMORY, [128, 64, 1]), ProfileError, "shape = .* has 3 entries", None),
    (lambda: compute_tmem_reg_layout(MEMORY, [128, 48]), ProfileError, "48 is not a power", 48),
    (lambda: compute_tmem_reg_layout(MEMORY, "128"), ProfileError, "shape", "128"),
    (lambda: compute_tmem_reg_layout(None, [128, 64]), ProfileError, "not a layout of tensor memory", None),
    (
        lambda: compute_tmem_reg_layout(TensorMemoryLayout((128, 64), 2), [128, 64]),
        ProfileError,
        "times col_stride",
        32,
    ),
    (
        lambda: compute_tmem_reg_layout(TensorMemoryLayout((128, 64), 2), [128, 64], 4, 8),
        NotALayoutError,
        "neither fill a column of 32 bits nor stand alone",
        None,
    ),
    (
        lambda: compute_tmem_reg_layout(TensorMemoryLayout((64, 4), 1), [64, 4], 4, 32, "16x256b"),
        NotALayoutError,
        "16x256b takes 8 columns of 32 bits, and .* has 4",
        4,
    ),
    (
        lambda: compute_tmem_reg_layout(TensorMemoryLayout((64, 16), 1), [64, 16], 16, 8, "32x32b_splitn"),
        NotALayoutError,
        "one register of 32 bits, which cannot be two halves",
        2,
    ),
    (
        lambda: compute_tmem_reg_layout(TensorMemoryLayout((128, 1), 1), [128, 1], 4, 32, "32x32b_splitn"),
        NotALayoutError,
        "a lane has one register",
        None,
    ),
    (
        lambda: compute_tmem_reg_layout(TensorMemoryScalesLayout(), [32, 64], 4, 8, "16x256b"),
        NotALayoutError,
        "16x256b takes row 0, column 1, where .* has nothing new for 32x64 elements",
        (0, 1),
    ),
]


@pytest.mark.parametrize("case", range(len(REFUSED)))
def test_what_does_not_fit_is_refused_with_its_numbers(case):
    make, kind, words, witness = REFUSED[case]
    with pytest.raises(kind, match=words) as caught:
        make()
    if witness is not None:
        assert caught.value.witness == witness
