"""Division by the tiles of ldmatrix and stmatrix: the published figures, the product of tile and rest, the machine."""

import random

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sharing_simulation import simulate

from layouts import LinearLayout, NotALayoutError, ProfileError
from layouts.convert import divide_matrix
from layouts.convert.machine import Machine
from layouts.convert.move import Move
from layouts.convert.sharing import shared_plans
from layouts.convert.steps import Affine, LoadMatrix
from layouts.convert.target import target


def offsets(register, lane, warp=(), size=None):
    """Return a map from hardware to offsets."""
    levels = {"register": register, "lane": lane} | ({"warp": warp} if warp else {})
    top = 1 << max([x.bit_length() for bases in levels.values() for x in bases])
    bases = [(name, [[x] for x in values]) for name, values in levels.items()]
    return LinearLayout(bases, [("offset", size or top)], require_surjective=False)


def test_operand_a_in_row_major_memory_is_one_load_of_four_matrices():
    division = divide_matrix(offsets([1, 128, 8], [2, 4, 16, 32, 64]), 16)
    assert division.rest.bases == [("register", [[16], [1]]), ("lane", [[2], [4], [8]])]
    assert (division.registers, division.matrices, division.instructions) == ((0, 1, 2), 4, 1)


def test_operand_a_in_column_major_memory_needs_the_transposed_form():
    column_major = offsets([16, 8, 128], [32, 64, 1, 2, 4])
    with pytest.raises(NotALayoutError, match="no register bit is at offset 1") as caught:
        divide_matrix(column_major, 16)
    assert caught.value.witness == ("register", None, None, 1)
    division = divide_matrix(column_major, 16, transposed=True)
    assert division.rest.bases == [("register", [[2], [1], [16]]), ("lane", [[4], [8]])]
    assert (division.matrices, division.instructions) == (4, 1)


def test_the_accumulator_fits_when_it_is_packed_to_16_bits():
    accumulator = offsets([1, 64], [2, 4, 8, 16, 32])
    with pytest.raises(NotALayoutError, match="lane bit 0 is at offset 2") as caught:
        divide_matrix(accumulator, 32)
    assert caught.value.witness == ("lane", 0, 2, 1)
    division = divide_matrix(accumulator, 16)
    assert division.rest.bases == [("register", [[8]]), ("lane", [[1], [2], [4]])]
    assert (division.matrices, division.instructions) == (2, 1)


@given(st.integers(0, 2**32), st.sampled_from((8, 16, 32)), st.booleans())
def test_a_tile_times_a_rest_divides_back_to_the_rest(seed, bits, transposed):
    rng = random.Random(seed)
    bits = 16 if transposed else bits
    word = 0 if transposed else (32 // bits).bit_length() - 1
    size = 128 // bits
    rest = [rng.randrange(64) for _ in range(12)]
    registers = [rest.pop() * size for _ in range(rng.randint(1, 4))]
    lanes = [rest.pop() * size for _ in range(5)]
    for k, lane in enumerate(range(2, 5) if transposed else range(2)):
        lanes[lane] = 1 << word + k
    inside = [1 << k for k in range(word)]
    mixed = registers + inside
    rng.shuffle(mixed)
    warps = [rest.pop() * size]
    division = divide_matrix(offsets(mixed, lanes, warps, size=64 * size), bits, transposed=transposed)
    assert [mixed[k] for k in division.registers[:word]] == inside
    assert sorted(division.registers) == list(range(len(mixed)))
    tile = range(2, 5) if transposed else range(2)
    flat = [x[0] * size for name, bases in division.rest.bases for x in bases]
    kept = [x for k, x in enumerate(mixed) if k not in division.registers[:word]]
    assert flat == kept + [x for k, x in enumerate(lanes) if k not in tile] + warps
    count = len(registers) - transposed
    assert division.matrices << (count - 2 if count > 2 else 0) == 1 << count
    assert division.instructions == 1 << max(0, count - 2)


@pytest.mark.parametrize("transposed", [False, True])
def test_a_division_is_what_the_machine_loads(transposed):
    layout = offsets([16, 8, 128], [32, 64, 1, 2, 4]) if transposed else offsets([1, 128, 8], [2, 4, 16, 32, 64])
    division = divide_matrix(layout, 16, transposed=transposed)
    rest = {name: [x[0] * 8 for x in bases] for name, bases in division.rest.bases}
    order = division.registers
    inside = order[:1]
    selecting = order[1:3]
    images = dict(zip(order if transposed else order[1:], rest["register"], strict=True))
    rows = [images[order[0]], *rest["lane"]] if transposed else rest["lane"]
    address = Affine((*rows, *[images[k] for k in selecting]))
    registers = tuple(
        [(m & 1) << selecting[0] | (m >> 1) << selecting[1] | e << inside[0] for m in range(4) for e in range(2)]
    )
    machine = Machine(target("sm90"), 16, 5, 0, 0)
    machine.allocate("b", 256)
    machine.buffers["b"].values[:] = numpy.arange(256)
    machine.run([LoadMatrix("out", "b", registers, address, 4, transposed)])
    for lane in range(32):
        for register in range(8):
            assert machine.files["out"][lane, register] == layout(register=register, lane=lane)["offset"]


@pytest.mark.parametrize(
    ("layout", "bits", "transposed", "witness"),
    [
        (offsets([1], [2, 4, 8, 16, 32]), 64, False, 64),
        (offsets([1], [2, 4, 8, 16, 32]), 8, True, 8),
        (offsets([1], [2, 4, 8, 16]), 16, False, 4),
        (offsets([1, 4], [2, 4, 8, 16, 32]), 16, False, ("register", 1, 4, 8)),
        (offsets([1], [2, 4, 8, 16, 33]), 16, False, ("lane", 4, 33, 8)),
        (offsets([1], [2, 4, 8, 16, 32], [12]), 16, False, ("warp", 0, 12, 8)),
        (offsets([], [8, 16, 1, 2, 4]), 16, True, ()),
    ],
)
def test_what_does_not_fit_is_named(layout, bits, transposed, witness):
    with pytest.raises(NotALayoutError) as caught:
        divide_matrix(layout, bits, transposed=transposed)
    assert caught.value.witness == witness


@pytest.mark.parametrize("wrong", [None, 1.5, "x", [1]])
def test_other_values_are_refused(wrong):
    with pytest.raises(ProfileError):
        divide_matrix(wrong, 16)
    with pytest.raises(ProfileError):
        divide_matrix(offsets([1], [2, 4, 8, 16, 32]), wrong)
    with pytest.raises(ProfileError):
        divide_matrix(LinearLayout.identity_1d(32, "lane", "row") * LinearLayout.identity_1d(2, "lane", "col"), 16)


@pytest.mark.parametrize("pitch", [16, 32, 64, 128])
def test_rows_at_any_pitch_are_loaded_without_conflicts_through_the_swizzle(pitch):
    """8 rows of 16 bytes conflict 1, 2, 4, 8 times in a plain array of 16, 32, 64, 128 bytes a row; not in ours."""
    columns = pitch // 2
    wide = columns.bit_length() - 4  # matrices side by side
    outs = {"row": 8 << 3 - wide, "column": columns}
    along = [(0, 8 << k) for k in range(wide)]
    down = [(8 << k, 0) for k in range(3 - wide)]
    matrix = LinearLayout(
        [("register", [(0, 1), *along, *down]), ("lane", [(0, 2), (0, 4), (1, 0), (2, 0), (4, 0)])], outs
    )
    rows = [(1 << k, 0) for k in range(6 - wide)]
    written = LinearLayout(
        [("register", [(0, 1), (0, 2), (0, 4), *along, *rows][:4]), ("lane", [*along, *rows][1:])], outs
    )
    move = Move(written, matrix, 16)
    loading = [plan for plan in shared_plans(move, target("sm80")) if plan.rule == "vector+ldmatrix"]
    assert loading
    assert loading[0].wavefronts == loading[0].ideal
    assert simulate(move, loading[0], target("sm80")).wavefronts["load"] == 8
    plain = Machine(target("sm80"), 16, 5, 0, 0)
    plain.allocate("b", 512)
    plain.buffers["b"].values[:] = 0
    plain.run([LoadMatrix("out", "b", (0, 1), Affine((columns, 2 * columns, 4 * columns)), 1)])
    assert plain.wavefronts["load"] == pitch // 16
