"""Scale factors of MFMA in registers: the tables' lanes, again over warps; and what is refused."""

import pytest

from layouts import (
    AMDMFMALayout,
    AMDWMMALayout,
    BlockedLayout,
    DotOperandLayout,
    ProfileError,
    get_mfma_scale_layout,
    hardware,
)

A = DotOperandLayout(0, AMDMFMALayout(4, [32, 32, 64], True, [1, 1]), 16)


@pytest.mark.parametrize(("size", "k"), [(32, 64), (16, 128)])
@pytest.mark.parametrize("index", [0, 1])
def test_one_instruction_has_the_scales_of_the_tables(size, k, index):
    parent = AMDMFMALayout(4, [size, size, k], False, [1, 1])
    found = get_mfma_scale_layout(DotOperandLayout(index, parent, 16), [size, k // 32]).linear_layout()
    table = hardware.get(f"v_mfma_scale_f32_{size}x{size}x{k}_f8f6f4")["scale"].linear
    for lane in range(64):
        held, scale = found(register=0, lane=lane, warp=0, block=0), table(lane=lane)
        assert (held["dim0"], held["dim1"]) == (scale["mn"], scale["k_block"])


def test_every_scale_is_held_and_warps_along_the_other_dimension_hold_copies():
    parent = AMDMFMALayout(4, [16, 16, 128], True, [2, 4], None, [2, 1])
    for index in (0, 1):
        found = get_mfma_scale_layout(DotOperandLayout(index, parent, 16), [256, 8])
        assert found.linear_layout().is_surjective()
        assert sum(not any(vector) for vector in found.warp_bases) == (2, 1)[index]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: get_mfma_scale_layout(A, [32, 2], 16), "scale_factor = 16 is not one of 32"),
        (lambda: get_mfma_scale_layout(A, [32]), "shape = .32. has 1 entries"),
        (lambda: get_mfma_scale_layout(A, [32, 3]), "3 is not a power of two"),
        (lambda: get_mfma_scale_layout(A, None), "shape"),
        (lambda: get_mfma_scale_layout(A.parent, [32, 2]), "is not a DotOperandLayout"),
        (lambda: get_mfma_scale_layout(None, [32, 2]), "is not a DotOperandLayout"),
        (
            lambda: get_mfma_scale_layout(
                DotOperandLayout(0, BlockedLayout([1, 1], [8, 8], [1, 1], [1, 0]), 0), [32, 2]
            ),
            "has no parent amd_mfma",
        ),
        (
            lambda: get_mfma_scale_layout(DotOperandLayout(0, AMDWMMALayout(2, True, []), 8), [32, 2]),
            "has no parent amd_mfma",
        ),
    ],
)
def test_other_operands_are_refused(make, words):
    with pytest.raises(ProfileError, match=words):
        make()
