"""The seven-by-seven matrix: the 16x8 accumulator tile of one warp, and CuTe's layout for the same map."""

import pytest

from layouts import BitMatrix, LinearLayout, parse

TILE = LinearLayout(
    {"register": [[1, 0], [0, 8]], "lane": [[2, 0], [4, 0], [0, 1], [0, 2], [0, 4]]}, {"column": 8, "row": 16}
)


def hardware(row, column):
    """Return the register and the lane of an element, as the PTX manual counts them: groups of 4 lanes for a row."""
    return {"register": column % 2 + 2 * (row // 8), "lane": column // 2 + 4 * (row % 8)}


def test_the_matrix_and_its_inverse():
    assert TILE.matrix == BitMatrix((1, 64, 2, 4, 8, 16, 32))
    assert TILE.invert().matrix == BitMatrix((1, 4, 8, 16, 32, 64, 2))
    assert TILE.is_permutation_matrix_layout()


@pytest.mark.parametrize("row", range(16))
def test_every_element_is_where_the_hardware_has_it(row):
    for column in range(8):
        place = hardware(row, column)
        assert TILE(**place) == {"column": column, "row": row}
        assert TILE.invert()(column=column, row=row) == place
    assert TILE.invert()(row=9, column=5) == {"register": 3, "lane": 6}


def test_it_is_the_layout_of_cute_with_lanes_first_and_rows_fastest():
    cute = parse("((4,8),(2,2)):((32,1),(16,8))")  # (lane, register) -> row + 16 * column
    T = TILE.transpose_ins(["lane", "register"]).transpose_outs(["row", "column"])
    assert [T(i) for i in range(128)] == [cute(i) for i in range(128)]
    assert all(T(lane, register) == cute(lane, register) for lane in range(32) for register in range(4))
