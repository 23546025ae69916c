"""Wavefronts by ranks over F2 equal wavefronts counted byte by byte, for every model, width and set of lanes."""

import bank_counting
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import DEEP, QUICK, seeded

from layouts import BitMatrix, LayoutError, MemoryModel, memory_model
from layouts.subspace import intersection, subspace_sum
from layouts.verify.banks import closed_form, count_wavefronts, phases_of
from layouts.verify.memory import MODELS, WIDTHS

CASES = 10_000 if DEEP else 100 if QUICK else 600
WIDE = MemoryModel("wide", banks=64)


def random_addresses(rng, lanes, width, top):
    """Byte addresses affine over F2 in the lane, multiples of the width; zero images make broadcasts."""
    low = width.bit_length() - 1
    images = [rng.randrange(1 << max(top - low, 1)) << low if rng.random() < 0.8 else 0 for _ in range(lanes)]
    base = rng.randrange(1 << 14 - low) << low
    found = []
    for lane in range(lanes):
        value = base
        for k in range(lanes.bit_length() - 1):
            value ^= images[k] if lane >> k & 1 else 0
        found.append(value)
    return found


def test_ranks_count_the_words_of_random_linear_maps():
    rng = seeded("banks")
    models = [*MODELS.values(), WIDE]
    for _ in range(CASES):
        model, width, kind = rng.choice(models), rng.choice(WIDTHS), rng.choice(("load", "store"))
        addresses = random_addresses(rng, model.lanes, width, rng.choice((6, 8, 10, 13)))
        groups = model.phases(kind, width)
        counted = bank_counting.wavefronts(addresses, width, model.banks, groups)
        form = closed_form(addresses, width, model.banks, model.forms(kind, width))
        assert form.wavefronts == counted
        assert form.phases == len(groups)
        assert count_wavefronts(addresses, width, model.banks, groups) == counted
        phases = phases_of(addresses, width, model.banks, groups)
        assert sum(phase.wavefronts for phase in phases) == counted
        assert {phase.wavefronts for phase in phases} == {form.degree}


def test_ranks_count_cosets_of_lanes_and_refuse_other_sets():
    rng = seeded("active lanes")
    model = memory_model("nvidia")
    for _ in range(CASES // 2):
        width = rng.choice(WIDTHS)
        addresses = random_addresses(rng, 32, width, rng.choice((8, 11)))
        directions = [rng.randrange(32) for _ in range(rng.randint(0, 4))]
        coset = {rng.randrange(32)}
        for direction in directions:
            coset |= {lane ^ direction for lane in coset}
        some = [address if lane in coset else None for lane, address in enumerate(addresses)]
        groups = bank_counting.nvidia_phases(width)
        form = closed_form(some, width, 32, model.forms("load", width))
        assert form.wavefronts == bank_counting.wavefronts(some, width, 32, groups)
        assert form.phases == bank_counting.occupied(some, groups)
    three = [0, 16, 32, *[None] * 29]
    assert closed_form(three, 16, 32, model.forms("load", 16)) is None
    assert closed_form([0, 4, 8, 16] + [None] * 28, 4, 32, model.forms("load", 4)) is None
    assert closed_form([None] * 32, 4, 32, model.forms("load", 4)) is None


def test_excess_by_intersections_is_the_same_number():
    """The other form of the count: 2^(dim(T meets U+G) - dim(T meets U)) - 1."""
    rng = seeded("intersections")
    rows = 14
    for _ in range(CASES // 4):
        width = rng.choice(WIDTHS)
        addresses = random_addresses(rng, 32, width, rows)
        form = closed_form(addresses, width, 32, memory_model("nvidia").forms("load", width))
        inside = {1: 5, 2: 5, 4: 5, 8: 4, 16: 3}[width]
        T = BitMatrix([addresses[1 << k] ^ addresses[0] for k in range(inside)], rows)
        U = BitMatrix([1 << k for k in range(max(width.bit_length() - 1, 2))], rows)
        G = BitMatrix([1 << k for k in range(7, rows)], rows)
        excess = (1 << intersection(T, subspace_sum(U, G)).rank() - intersection(T, U).rank()) - 1
        assert form.degree - 1 == excess


@given(st.lists(st.one_of(st.none(), st.integers(0, 200)), min_size=1, max_size=32), st.sampled_from(WIDTHS))
def test_any_addresses_are_counted(words, width):
    addresses = [None if word is None else word * width for word in words]
    groups = bank_counting.nvidia_phases(width)
    counted = bank_counting.wavefronts(addresses, width, 32, groups)
    assert count_wavefronts(addresses, width, 32, groups) == counted
    form = closed_form(addresses, width, 32, memory_model("nvidia").forms("load", width))
    assert form is None or form.wavefronts == counted
    for phase in phases_of(addresses, width, 32, groups):
        hit = phase.collision()
        assert (hit is None) == (phase.wavefronts == 1)
        if hit is not None:
            a, b, bank, first, second = hit
            assert a < b
            assert first != second
            assert first % 32 == second % 32 == bank
            for lane, word in ((a, first), (b, second)):
                assert addresses[lane] // 4 <= word <= (addresses[lane] + width - 1) // 4


def test_equal_words_count_once():
    assert count_wavefronts([0] * 32, 4, 32, bank_counting.nvidia_phases(4)) == 1
    assert count_wavefronts([lane % 4 for lane in range(32)], 1, 32, bank_counting.nvidia_phases(1)) == 1
    assert count_wavefronts([2 * lane for lane in range(32)], 2, 32, bank_counting.nvidia_phases(2)) == 1


def test_swizzle_finer_than_a_word_is_counted_where_triton_3_9_undercounts():
    """Trap D9: the lane images 128 257 514 1028 1 in bytes have the word images 32 64 128 257 0: 8 wavefronts."""
    images = [128, 257, 514, 1028, 1]
    addresses = [0] * 32
    for lane in range(32):
        for k, image in enumerate(images):
            addresses[lane] ^= image if lane >> k & 1 else 0
    form = closed_form(addresses, 1, 32, memory_model("nvidia").forms("load", 1))
    assert (form.rank, form.bank_rank, form.wavefronts) == (4, 1, 8)
    assert bank_counting.wavefronts(addresses, 1, 32, bank_counting.nvidia_phases(1)) == 8


def test_phases_are_those_of_the_sources():
    nvidia, cdna3, gfx950 = memory_model("sm_90"), memory_model("gfx942"), memory_model("cdna4")
    for width in WIDTHS:
        assert [list(phase) for phase in nvidia.phases("load", width)] == bank_counting.nvidia_phases(width)
    assert [list(phase) for phase in nvidia.phases("matrix", 16)] == bank_counting.runs(32, 8)
    reads = bank_counting.CDNA3_READS
    reads = reads + [[lane + 32 for lane in phase] for phase in reads]
    assert [list(phase) for phase in cdna3.phases("load", 16)] == reads
    assert [list(phase) for phase in cdna3.phases("store", 16)] == bank_counting.runs(64, 8)
    assert [len(cdna3.phases("load", n)[0]) for n in (4, 8)] == [32, 16]
    assert [len(gfx950.phases("load", n)[0]) for n in (4, 8, 16)] == [64, 32, 16]
    assert set(gfx950.phases("load", 16)[0]) == {0, 1, 2, 3, 12, 13, 14, 15, 20, 21, 22, 23, 24, 25, 26, 27}
    assert [list(phase) for phase in memory_model("gfx1100").phases("load", 16)] == bank_counting.CDNA3_READS
    assert [list(phase) for phase in memory_model("rdna4").phases("load", 16)] == bank_counting.runs(32, 8)


def test_contiguous_lanes_are_free_of_conflicts_in_every_model():
    for model in [*MODELS.values(), WIDE]:
        for kind in ("load", "store"):
            for width in WIDTHS:
                groups = model.phases(kind, width)
                addresses = [width * lane for lane in range(model.lanes)]
                assert bank_counting.wavefronts(addresses, width, model.banks, groups) == len(groups)


@pytest.mark.parametrize(
    ("build", "fragment"),
    [
        (lambda: MemoryModel("m", banks=0), "0 banks"),
        (lambda: MemoryModel("m", banks=48), "48 banks"),
        (lambda: MemoryModel("m", lanes=128), "128 lanes"),
        (lambda: MemoryModel("m", banks=32.0), "32.0"),
        (lambda: MemoryModel("m", banks=True), "True"),
        (lambda: MemoryModel("m", special=(("load", 16, ()),)), "512 bytes"),
        (lambda: MemoryModel("m", special=(("load", 16, (8, 8)),)), "not independent"),
        (lambda: MemoryModel("m", special=(("load", 16, (8, 64)),)), "not independent"),
        (lambda: MemoryModel("m", special=(("load", 12, (8,)),)), "12"),
        (lambda: MemoryModel("m", special=(("read", 16, (8, 16)),)), "read"),
        (lambda: memory_model("gfx1"), "gfx1"),
        (lambda: memory_model(32), "32"),
    ],
)
def test_bad_models_are_refused(build, fragment):
    with pytest.raises(LayoutError) as caught:
        build()
    assert fragment in str(caught.value)
    assert caught.value.witness is not None
