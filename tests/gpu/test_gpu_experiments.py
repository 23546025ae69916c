"""The experiments without a GPU: on a machine in numpy that follows the manual's formulas they find the tables right.

And on a machine that differs they say so, so a GPU that differs would be seen.  It needs no GPU.
"""

import bitpatterns
import fragment_tables
import moves
import multiply
import numpy as np
import pytest
import warpgroup
from measure import EXPERIMENTS
from ptx import elements_of
from simulated import Simulated

from layouts import hardware

MMA = hardware.find(family="mma")
MOVES = ("ldmatrix", "stmatrix", "movmatrix", "shfl", "tcgen05.ld", "tcgen05.st")
SPARSE = hardware.find(family="mma.sp")
WGMMA = hardware.find(family="wgmma")
F16 = hardware.get("SM80_16x8x16_F32F16F16F32_TN")


def distinct(entries):
    """Return an entry for each set of layouts and type of A."""

    def layouts(entry):
        return [(operand.outs, operand.bases, operand.tv) for operand in entry.operands.values()]

    return list({str((entry.shape, entry["A"].dtype, layouts(entry))): entry for entry in entries}.values())


def some_places(entry, most=96):
    """Return places of B, all if they are few, else every so many, which an odd step keeps from being of one kind."""
    count = 32 * elements_of(entry["B"])
    return None if count <= most else range(0, count, count // most | 1)


# -- what goes into the operands ---------------------------------------------------------------------------------------


def as_number(bits, dtype):
    """Return the value of a floating-point number from its fields."""
    _, mantissa, bias = {
        "e4m3": (4, 3, 7), "e5m2": (5, 2, 15), "e3m2": (3, 2, 3), "e2m3": (2, 3, 1), "e2m1": (2, 1, 1),
        "f16": (5, 10, 15), "bf16": (8, 7, 127), "f32": (8, 23, 127), "tf32": (8, 23, 127), "f64": (11, 52, 1023),
        "ue4m3": (4, 3, 7), "ue8m0": (8, 0, 127),
    }[dtype]  # fmt: skip
    e, m = bits >> mantissa, bits & ((1 << mantissa) - 1)
    if dtype != "ue8m0" and e == 0:
        return m * 2.0 ** (1 - bias - mantissa)
    return (1 + m / (1 << mantissa)) * 2.0 ** (e - bias)


def test_one_and_two_are_what_they_are_called():
    for dtype, bits in bitpatterns.ONE.items():
        if dtype not in ("s32", "s8", "u8", "s4", "u4", "b1"):
            assert as_number(bits, dtype) == 1, dtype
    assert all(as_number(bits, dtype) == 2 for dtype, bits in bitpatterns.TWO.items())
    types = {operand.dtype for entry in MMA + SPARSE + WGMMA for operand in entry.operands.values()}
    assert types == {*bitpatterns.ONE, "metadata"}


@pytest.mark.parametrize("bits", [1, 4, 8, 16, 32, 64])
def test_elements_are_packed_low_to_high(bits):
    rng = np.random.default_rng(bits)
    elements = rng.integers(0, 2 ** min(bits, 63), (3, 32, 64), dtype=np.uint64)
    words = bitpatterns.pack(elements, bits)
    assert words.shape == (3, 32, 64 * bits // 32)
    assert np.array_equal(bitpatterns.unpack(words, bits, 64), elements)
    lane = elements[1, 5].tolist()
    whole = sum([element << bits * i for i, element in enumerate(lane)])
    assert whole == sum([int(word) << 32 * i for i, word in enumerate(words[1, 5])])


def test_the_digits_of_places_tell_them_apart():
    for entry in MMA:
        words = multiply.numbers_of_places(entry["A"])
        count = elements_of(entry["A"])
        bits = bitpatterns.unpack(words, entry["A"].bits, count) == bitpatterns.one(entry["A"])
        columns = bits[:-1].reshape(len(words) - 1, -1).T
        assert len(np.unique(columns, axis=0)) == 32 * count
        assert columns.any(axis=1).all()
        assert not bits[-1].any()


def test_a_digit_that_is_neither_0_nor_1_is_no_number():
    assert bitpatterns.undigits([[0, 1, 1, 0.5], [1, 0, 2, 0]]).tolist() == [2, 1, -1, -1]


# -- a machine that agrees ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("entry", distinct(MMA), ids=lambda entry: entry.name.removeprefix("mma.sync.aligned."))
def test_products_of_the_manual_are_the_tables(entry):
    machine = Simulated()
    assert multiply.mismatch(machine, entry, some_places(entry)) is None
    assert multiply.accumulator_passes(machine, entry)
    if "SFA" in entry.operands:
        assert multiply.scales_mismatch(machine, entry) is None


@pytest.mark.parametrize("entry", distinct(SPARSE), ids=lambda entry: entry.name.partition("m16n8")[2])
def test_sparse_products_are_seen_as_the_tables_have_them(entry):
    """The metadata's places come from the table here, for want of a formula; A, B and C are the manual's."""
    machine = Simulated()
    assert multiply.mismatch(machine, entry, some_places(entry, 24)) is None
    assert multiply.metadata_mismatch(machine, entry) is None
    if "SFA" in entry.operands:
        assert multiply.scales_mismatch(machine, entry) is None


@pytest.mark.parametrize("family", MOVES)
def test_moves_of_the_manual_are_the_tables(family):
    for entry in hardware.find(family=family):
        assert EXPERIMENTS[family](Simulated(), entry) is None


@pytest.mark.parametrize("n", [8, 24, 64])
def test_wgmma_of_the_manual_is_the_tables(n):
    for entry in WGMMA:
        if entry.shape[1] == n and entry["A"].dtype == entry["B.shared"].dtype:
            assert EXPERIMENTS["wgmma"](Simulated(), entry) is None


@pytest.mark.parametrize("dtype", ["f16", "tf32", "e4m3", "b1"])
def test_operands_behind_descriptors_are_the_canonical_layouts(dtype):
    cases = [case for case in warpgroup.CASES if case[0]["A"].dtype == dtype and case[0]["C"].dtype != "f16"]
    assert {case[3] for case in cases} == set(warpgroup.SWIZZLES)
    for entry, *case in cases:
        if dtype == "f16" or (entry.shape[1] == 64 and case[3] == (dtype != "tf32")):
            assert warpgroup.memory_mismatch(Simulated(), entry, *case) is None


def test_the_experiments_compare_with_both_faces():
    held = [entry[role] for entry in MMA + SPARSE + WGMMA for role in "ABC" if role in entry.operands]
    for operand in {(operand.outs, operand.bases, operand.tv, operand.threads): operand for operand in held}.values():
        assert fragment_tables.cute_agrees(operand, fragment_tables.coordinates(operand)), str(operand)


# -- machines that do not ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "fault"),
    [
        ("A", lambda m, k, q: (m ^ 8, k, q)),  # rows of A exchanged, those of D not
        ("A", lambda m, k, q: (m, k ^ 1, q)),  # the halves of a word
        ("B", lambda k, n, q: (k ^ 8, n, q)),  # the words of B
        ("B", lambda k, n, q: (k, n ^ 1, q)),
        ("C", lambda m, n, q: (m, n ^ 1, q)),
        ("C", lambda m, n, q: (m ^ (n & 1) * 8, n, q)),  # not even a product
    ],
)
def test_a_machine_with_another_fragment_is_told(role, fault):
    found = multiply.mismatch(Simulated({role: fault}), F16, some_places(F16))
    assert found is not None
    assert F16.name in found


def test_what_a_product_can_not_tell():
    """The same renaming of k in A and B, of m in A and D, of n in B and D gives the same product."""
    for faults in (
        {"A": lambda m, k, q: (m, k ^ 5, q), "B": lambda k, n, q: (k ^ 5, n, q)},
        {"A": lambda m, k, q: (m ^ 9, k, q), "C": lambda m, n, q: (m ^ 9, n, q)},
        {"B": lambda k, n, q: (k, n ^ 3, q), "C": lambda m, n, q: (m, n ^ 3, q)},
    ):
        assert multiply.mismatch(Simulated(faults), F16, some_places(F16)) is None


@pytest.mark.parametrize("entry", SPARSE[::6], ids=lambda entry: entry.name.partition("m16n8")[2])
def test_metadata_that_is_elsewhere_is_told(entry):
    chunk = multiply.chunk_of(entry)
    for fault in (lambda m, k: (m ^ 8, k), lambda m, k: (m, k ^ chunk), lambda m, k: (m ^ 1, k)):
        assert "metadata" in multiply.metadata_mismatch(Simulated({"E": fault}), entry)


def test_the_lane_stride_of_trap_d3_is_told():
    """B of m16n8k32 with 4 bits: 8 k for a lane; tensor-layouts 0.3.2 has 4, which is another machine."""
    entry = hardware.get("SM80_16x8x32_S32S4S4S32_TN")

    def halved(k, n, q):
        lane, register = np.meshgrid(np.arange(32), np.arange(8), indexing="ij")
        return 4 * (lane % 4) + register, lane // 4, q

    assert multiply.mismatch(Simulated({"B": halved}), entry, some_places(entry)) is not None


def test_an_accumulator_that_is_moved_is_told():
    machine = Simulated()
    plain = machine.multiply
    machine.multiply = lambda *given: plain(*given)[..., ::-1]
    assert not multiply.accumulator_passes(machine, F16)


@pytest.mark.parametrize("family", MOVES)
def test_a_move_that_differs_is_told(family):
    class Other(Simulated):
        def load_matrices(self, entry, memory, offsets):
            return super().load_matrices(entry, memory, np.roll(offsets, 1))

        def store_matrices(self, entry, memory, offsets, words):
            return super().store_matrices(entry, memory, offsets, words[::-1])

        def exchange(self, entry, words):
            return super().exchange(entry, np.roll(words, 1))

        def tensor_load(self, entry, tile):
            return super().tensor_load(entry, np.roll(tile, 1, axis=1))

        def tensor_store(self, entry, tile, words):
            return super().tensor_store(entry, tile, np.roll(words, 1, axis=0))

    for entry in hardware.find(family=family):
        assert EXPERIMENTS[family](Other(), entry) is not None, entry.name


@pytest.mark.parametrize("fault", [lambda m, n: (m ^ 8, n), lambda m, n: (m, n ^ 1), lambda m, n: (m ^ 16, n)])
def test_another_accumulator_of_wgmma_is_told(fault):
    entry = hardware.get("SM90_64x64x16_F32F16F16_SS")
    assert warpgroup.accumulator_mismatch(Simulated({"D": fault}), entry) is not None


def test_a_machine_that_does_not_swizzle_is_told():
    for entry, *case in warpgroup.CASES:
        if "SM90_64x64x16_F32F16F16_SS" in entry.aliases:
            found = warpgroup.memory_mismatch(Simulated({"plain": True}), entry, *case)
            assert (found is None) == (case[2] == "none"), case


def test_leading_and_stride_offsets_are_told_apart():
    for entry, role, major, swizzle, choice in warpgroup.CASES:
        if "SM90_64x64x16_F32F16F16_SS" in entry.aliases:
            found = warpgroup.memory_mismatch(Simulated({"exchanged": True}), entry, role, major, swizzle, choice)
            assert found is not None, (role, major, swizzle, choice)


def test_rows_of_matrices_lie_in_no_order():
    offsets = moves._offsets(0).astype(int)
    assert len(set(offsets.tolist())) == 32
    assert len(set(np.diff(offsets).tolist())) > 20
