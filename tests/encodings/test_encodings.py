"""Triton's encodings: worked layouts, brute force for the formulas, laws of every kind, refusals by field."""

import itertools
import pickle
import random

import encoding_samples as samples
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts import LayoutError, LinearLayout, ProfileError, TooLargeError
from layouts.encodings.amd import AMDMFMALayout, AMDWMMALayout
from layouts.encodings.blocked import BlockedLayout, DistributedLinearLayout, SliceLayout
from layouts.encodings.cga import combine_cta_cga_with_shape, make_cga_layout
from layouts.encodings.dot import DotOperandLayout
from layouts.encodings.nvidia import NVMMADistributedLayout
from layouts.encodings.nvmma import NVMMASharedLayout
from layouts.encodings.padded import PaddedSharedLayout
from layouts.encodings.shared import (
    AMDRotatingSharedLayout,
    PartitionedSharedLayout,
    SharedLinearLayout,
    SwizzledSharedLayout,
)
from layouts.encodings.tensor_memory import TensorMemoryLayout, TensorMemoryScalesLayout

SEEDS = st.integers(0, 2**32)
BLOCKED = BlockedLayout([1, 4], [8, 4], [2, 1], [1, 0])
MMA = NVMMADistributedLayout([2, 0], [2, 2], [16, 8])


def answer(value, shape):
    """The layout, or None where it is refused."""
    try:
        return value.to_linear_layout(shape)
    except LayoutError:
        return None


# -- laws --------------------------------------------------------------------------------------------------------------


@given(st.sampled_from(sorted(samples.KINDS)), SEEDS)
def test_every_layout_has_the_shape_and_reaches_each_element(kind, seed):
    rng = random.Random(seed)
    value = samples.KINDS[kind](rng)
    shape = samples.shape_for(rng, value)
    found = answer(value, shape)
    if found is not None:
        assert found.out_dims == [(f"dim{i}", size) for i, size in enumerate(shape)]
        assert found.is_surjective() or kind == "tensor_memory"


@given(st.sampled_from(sorted(samples.KINDS)), SEEDS)
def test_encodings_are_values(kind, seed):
    value = samples.KINDS[kind](random.Random(seed))
    again = samples.KINDS[kind](random.Random(seed))
    assert value == again
    assert hash(value) == hash(again)
    assert pickle.loads(pickle.dumps(value)) == value
    assert type(value)(**value.fields()) == value
    assert value != BLOCKED or value.fields() == BLOCKED.fields()
    assert value != 5
    for change in (lambda: setattr(value, "rank", 3), lambda: delattr(value, "rank")):
        with pytest.raises(AttributeError):
            change()


@given(SEEDS)
def test_lists_and_tuples_make_the_same_value(seed):
    value = samples.encoding(random.Random(seed))

    def lists(item):
        return [lists(part) for part in item] if isinstance(item, tuple) else item

    assert type(value)(**{name: lists(item) for name, item in value.fields().items()}) == value


# -- brute force for the formulas --------------------------------------------------------------------------------------


@pytest.mark.parametrize("vec", [1, 2, 8])
@pytest.mark.parametrize("per_phase", [1, 2, 4])
@pytest.mark.parametrize("max_phase", [1, 2, 8])
@pytest.mark.parametrize("order", [(1, 0), (0, 1)])
def test_swizzled_shared_is_the_formula(vec, per_phase, max_phase, order):
    shape = (16, 64) if order == (1, 0) else (64, 16)
    for make in (SwizzledSharedLayout, AMDRotatingSharedLayout):
        offset_of = make(vec, per_phase, max_phase, order).to_linear_layout(shape).invert()
        for row, column in itertools.product(range(16), range(64)):
            phase = row // per_phase % max_phase
            if make is AMDRotatingSharedLayout:
                phase ^= row // (per_phase * max_phase) % max_phase
            wanted = row * 64 + ((column // vec ^ phase) * vec + column % vec) % 64
            point = {f"dim{order[1]}": row, f"dim{order[0]}": column}
            assert offset_of.apply(point)["offset"] == wanted


@pytest.mark.parametrize("width", [32, 64, 128])
@pytest.mark.parametrize("bits", [8, 16, 32])
@pytest.mark.parametrize("transposed", [False, True])
def test_nvmma_shared_xors_bytes_4_to_6_with_bytes_7_to_9(width, bits, transposed):
    """The hardware's swizzle is on byte addresses: 16-byte groups are XORed with the number of the 128-byte line."""
    span = width * 8 // bits
    shape = (span, 16) if transposed else (16, span)
    offset_of = NVMMASharedLayout(width, bits, 2, transposed).to_linear_layout(shape).invert()
    mask = {32: 1, 64: 3, 128: 7}[width]
    for row, column in itertools.product(range(16), range(span)):
        address = (row * span + column) * bits // 8
        address ^= (address >> 7 & mask) << 4
        point = {"dim0": column, "dim1": row} if transposed else {"dim0": row, "dim1": column}
        assert offset_of.apply(point)["offset"] == address * 8 // bits


def test_blocked_is_boxes_of_boxes():
    found = BLOCKED.to_linear_layout([32, 64])
    for register, lane, warp in itertools.product(range(4), range(32), range(2)):
        at = found.apply({"register": register, "lane": lane, "warp": warp, "block": 0})
        assert at == {"dim0": lane // 4 + 8 * warp, "dim1": lane % 4 * 4 + register}
    assert found.get_in_dim_size("register") == 32


def test_mma_accumulator_is_the_table_of_ptx():
    """mma.sync.m16n8: row = lane / 4 (+ 8 for c2, c3), column = lane % 4 * 2 + (c % 2)."""
    found = NVMMADistributedLayout([2, 0], [1, 1], [16, 8]).to_linear_layout([16, 8])
    for c, lane in itertools.product(range(4), range(32)):
        at = found.apply({"register": c, "lane": lane, "warp": 0, "block": 0})
        assert at == {"dim0": lane // 4 + 8 * (c // 2), "dim1": lane % 4 * 2 + c % 2}


def test_mma_operands_are_the_tables_of_ptx():
    """mma.sync.m16n8k16, 16 bits: a_i and b_i of each lane."""
    parent = NVMMADistributedLayout([2, 0], [1, 1], [16, 8])
    a = DotOperandLayout(0, parent, 2).to_linear_layout([16, 16])
    b = DotOperandLayout(1, parent, 2).to_linear_layout([16, 8])
    for i, lane in itertools.product(range(8), range(32)):
        row, k = lane // 4 + (8 if i in (2, 3, 6, 7) else 0), lane % 4 * 2 + i % 2 + (8 if i >= 4 else 0)
        assert a.apply({"register": i, "lane": lane, "warp": 0, "block": 0}) == {"dim0": row, "dim1": k}
    for i, lane in itertools.product(range(4), range(32)):
        k = lane % 4 * 2 + i % 2 + (8 if i >= 2 else 0)
        assert b.apply({"register": i, "lane": lane, "warp": 0, "block": 0}) == {"dim0": k, "dim1": lane // 4}


def test_mfma_result_is_the_table_of_the_matrix_calculator():
    """32x32: row = 8 * (i / 4) + 4 * (lane / 32) + i % 4, column = lane % 32."""
    for transposed in (False, True):
        found = AMDMFMALayout(3, [32, 32, 8], transposed, [1, 1]).to_linear_layout([32, 32])
        names = ("dim1", "dim0") if transposed else ("dim0", "dim1")
        for i, lane in itertools.product(range(16), range(64)):
            at = found.apply({"register": i, "lane": lane, "warp": 0, "block": 0})
            assert (at[names[0]], at[names[1]]) == (8 * (i // 4) + 4 * (lane // 32) + i % 4, lane % 32)


@given(SEEDS)
def test_padding_is_the_sum_over_the_intervals(seed):
    value = samples.padded_shared(random.Random(seed))
    padding = value.padding()
    assert padding.size == 1 << len(value.offset_bases)
    for x in range(min(padding.size, 4096)):
        assert padding(x) == x + sum(x // interval * more for interval, more in value.interval_padding_pairs)
    if not value.cga_layout and padding.size <= 1024:
        place = value.linear_layout().sublayout(["offset"], [f"dim{i}" for i in range(value.rank)])
        try:
            layout = value.to_layout()
        except LayoutError:
            return
        for x in range(padding.size):
            at = tuple(place.apply({"offset": x}).values())
            assert layout(at if len(at) > 1 else at[0]) == padding(x)


def test_padded_shared_refuses_a_linear_layout_and_says_what_to_do():
    value = PaddedSharedLayout.with_identity_for([[64, 4]], [16, 32], [1, 0])
    with pytest.raises(LayoutError, match="padding adds") as caught:
        value.to_linear_layout([16, 32])
    assert caught.value.witness == ((64, 4),)
    assert [value.to_layout()(r, c) for r, c in ((0, 31), (2, 0), (15, 31))] == [31, 68, 511 + 28]


@given(SEEDS)
def test_slice_forgets_one_coordinate(seed):
    rng = random.Random(seed)
    parent = samples.blocked_layout(rng, rng.choice((2, 3)))
    dim = rng.randrange(parent.rank)
    shape = samples.shape(rng, parent.rank - 1, 5)
    found = SliceLayout(dim, parent).to_linear_layout(shape)
    whole = parent.to_linear_layout([*shape[:dim], 1, *shape[dim:]])
    for name in ("lane", "warp", "block"):
        kept = [[*vector[:dim], *vector[dim + 1 :]] for vector in dict(whole.bases)[name]]
        assert dict(found.bases)[name] == kept
    assert all(any(vector) for vector in dict(found.bases)["register"])


def test_split_params_are_bases():
    assert make_cga_layout([2, 4], [2, 2], [1, 0]) == ((0, 1), (0, 0), (1, 0))
    assert make_cga_layout([1], [1], [0]) == ()
    with pytest.raises(ProfileError, match="cta_split_num"):
        make_cga_layout([1, 2], [2, 2], [1, 0])
    block = LinearLayout.identity_1d(4, "offset", "dim0")
    assert combine_cta_cga_with_shape(block, [[1]], [16]).bases == [("offset", [[1], [2], [4]]), ("block", [[8]])]
    with pytest.raises(ProfileError, match="are not the 2 dimensions"):
        combine_cta_cga_with_shape(block, [], [4, 4])


# -- refusals ----------------------------------------------------------------------------------------------------------

REFUSED = [
    (lambda: BlockedLayout([1, 3], [8, 4], [2, 1], [1, 0]), "BlockedLayout: size_per_thread = 3 is not a power"),
    (lambda: BlockedLayout([1, 4], [8], [2, 1], [1, 0]), "threads_per_warp = .8. has 1 entries, and 2"),
    (lambda: BlockedLayout([1, 4], [8, 4], [2, 1], [1, 1]), "order = .1, 1. is not a permutation of 0..1"),
    (lambda: BlockedLayout([1, 4], [8, 4], [2, 1], [1, 0], [[2, 0]]), "cga_layout = .* leaves a gap"),
    (lambda: BlockedLayout([1, 4], [8, 4], [2, 1], [1, 0], [[1]]), "cga_layout = .1. has 1 entries"),
    (lambda: BlockedLayout([], [], [], []), "size_per_thread = .. has 0 entries"),
    (lambda: BlockedLayout([1.0], [32], [4], [0]), "size_per_thread must be an integer"),
    (lambda: BlockedLayout([True], [32], [4], [0]), "size_per_thread must be an integer"),
    (lambda: BlockedLayout("1", [32], [4], [0]), "size_per_thread: .* not a sequence"),
    (lambda: BlockedLayout(None, [32], [4], [0]), "size_per_thread: .* not a sequence"),
    (lambda: BLOCKED.to_linear_layout([16]), "shape = .16. has 1 entries, and 2"),
    (lambda: BLOCKED.to_linear_layout([16, 24]), "shape = 24 is not a power of two"),
    (lambda: BLOCKED.to_linear_layout(None), "shape: .* not a sequence"),
    (lambda: SliceLayout(2, BLOCKED), "dim = 2 is not a dimension of the parent"),
    (lambda: SliceLayout(0, 5), "parent = 5 is not an encoding"),
    (lambda: SliceLayout(0, SwizzledSharedLayout(1, 1, 1, [1, 0])), "parent .* does not give registers"),
    (lambda: SliceLayout(0, SliceLayout(0, BLOCKED)), "parent = 1 is the rank"),
    (lambda: DistributedLinearLayout([[2]], []), "no input gives"),
    (lambda: DistributedLinearLayout([], []), "shape must be given"),
    (lambda: DistributedLinearLayout([[1]], [[2]], [], [], [8]), "shape = .8. is not the shape of the bases, .4."),
    (lambda: NVMMADistributedLayout([5, 0], [4, 1], [128, 64]), "version = .5, 0. is not"),
    (lambda: NVMMADistributedLayout([2, 0], [4, 1], [32, 8]), "instr_shape = .32, 8. has M = 32"),
    (lambda: NVMMADistributedLayout([3, 0], [4, 1], [16, 12, 16]), "has N = 12"),
    (lambda: NVMMADistributedLayout([3, 0], [4, 1], [16, 24, 16]).to_linear_layout([64, 32]), "24 is not a power"),
    (lambda: DotOperandLayout(2, MMA, 2), "operand_index = 2 is not one of 0, 1"),
    (lambda: DotOperandLayout(0, MMA, 3), "k_width = 3 is not a power of two"),
    (lambda: DotOperandLayout(0, BLOCKED, 2), "k_width = 2 is not 0"),
    (lambda: DotOperandLayout(1, NVMMADistributedLayout([3, 0], [4, 1], [16, 8, 16]), 2), "operand_index = 1"),
    (lambda: DotOperandLayout(0, AMDWMMALayout(1, False, []), 4), "k_width = 4 is not one of 8, 16"),
    (lambda: DotOperandLayout(0, SliceLayout(0, BLOCKED), 4), "parent .* is neither blocked nor"),
    (lambda: AMDMFMALayout(5, [32, 32, 8], True, [4, 1]), "version = 5"),
    (lambda: AMDMFMALayout(3, [32, 16, 8], True, [4, 1]), "instr_shape"),
    (lambda: AMDMFMALayout(3, [32, 32, 8], 1, [4, 1]), "transposed = 1 is neither True nor False"),
    (lambda: AMDMFMALayout(3, [64, 4, 4], False, [4, 1]).to_linear_layout([64, 64]), "held transposed"),
    (lambda: AMDWMMALayout(3, True, [[0, 1]]), "instr_shape = .16, 16, 16. is not an instruction of version 3"),
    (lambda: AMDWMMALayout(1, True, [[0, 2]]), "no input gives"),
    (lambda: SwizzledSharedLayout(3, 1, 1, [1, 0]), "vec = 3 is not a power of two"),
    (lambda: SwizzledSharedLayout(8, 0, 1, [1, 0]), "per_phase = 0 is below 1"),
    (lambda: NVMMASharedLayout(16, 16), "swizzle_byte_width = 16 is not one of 0, 32, 64, 128"),
    (lambda: NVMMASharedLayout(64, 8, fp4_padded=True), "fp4_padded = True needs 128 bytes"),
    (lambda: NVMMASharedLayout(64, 16).to_linear_layout([4, 32]), "4 rows of 32 elements, and the swizzle needs 8"),
    (lambda: NVMMASharedLayout(64, 16, 1), "rank = 1 has no rows"),
    (lambda: NVMMASharedLayout(64, 16, 3, True).to_linear_layout([32, 8, 8]), "not settled beyond rank 2"),
    (lambda: SharedLinearLayout([]), "offset_bases = .. is empty"),
    (lambda: SharedLinearLayout([[1]], [], 3), "alignment = 3"),
    (lambda: SharedLinearLayout([[1]]).to_linear_layout([4]), "shape = .4. is not the shape of the bases, .2."),
    (lambda: PaddedSharedLayout([], [[1]]), "interval_padding_pairs"),
    (lambda: PaddedSharedLayout([[4, 1], [4, 2]], [[1]]), "an interval twice"),
    (lambda: PaddedSharedLayout([[4, 3]], [[1]]), "interval_padding_pairs = 3"),
    (lambda: PartitionedSharedLayout(1, 1, 0, SwizzledSharedLayout(1, 1, 1, [0])), "num_partitions = 1 is below 2"),
    (lambda: PartitionedSharedLayout(2, 1, 1, SwizzledSharedLayout(1, 1, 1, [0])), "partition_dim = 1"),
    (lambda: TensorMemoryLayout((32, 64), 1), "block = .32, 64. has M = 32"),
    (lambda: TensorMemoryLayout((64, 64), 3), "col_stride = 3"),
    (lambda: TensorMemoryLayout((128, 64), 1).to_linear_layout([64, 64]), "shape = .64, 64. gives each block"),
    (lambda: TensorMemoryScalesLayout([[1]]), "cga_layout"),
]


@pytest.mark.parametrize("case", range(len(REFUSED)))
def test_refusals_name_the_class_and_the_field(case):
    make, words = REFUSED[case]
    with pytest.raises(LayoutError, match=words):
        make()


def test_hostile_fields_are_refused_quickly():
    huge = 1 << 100_000
    for make in (
        lambda: BlockedLayout([huge], [1], [1], [0]),
        lambda: SwizzledSharedLayout(huge, 1, 1, [0]),
        lambda: DistributedLinearLayout([[1]] * 5000, []),
        lambda: BlockedLayout([1] * 1000, [1] * 1000, [1] * 1000, list(range(1000))),
        lambda: BlockedLayout([1], [1], [1], [0]).to_linear_layout([huge]),
    ):
        with pytest.raises((ProfileError, TooLargeError)):
            make()
    nested = BlockedLayout([1] * 32, [1] * 32, [1] * 32, range(32))
    for _ in range(31):
        nested = SliceLayout(0, nested)
    assert nested.rank == 1
    with pytest.raises(ProfileError, match=r"nested deeper|is the rank"):
        SliceLayout(0, nested)


def test_numpy_integers_are_integers():
    numpy = pytest.importorskip("numpy")
    found = BlockedLayout(numpy.array([1, 4]), numpy.array([8, 4]), numpy.array([2, 1]), numpy.array([1, 0]))
    assert found == BLOCKED
    assert type(found.size_per_thread[0]) is int


def test_scales_are_refused_where_the_blocks_are_more_than_the_elements():
    with pytest.raises(ProfileError, match="no part for each of the 1x2 blocks"):
        TensorMemoryScalesLayout([[0, 1]]).to_linear_layout([128, 1])
    assert TensorMemoryScalesLayout([[0, 1]]).to_linear_layout([128, 2]).out_dims == [("dim0", 128), ("dim1", 2)]
