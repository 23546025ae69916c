"""``sectors`` counts 32-byte sectors and lines; its efficiency is never above 1."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts import EvaluationError, Layout, LayoutError, TooLargeError, sectors


@pytest.mark.parametrize(("width", "ideal"), [(1, 1), (2, 2), (4, 4), (8, 8), (16, 16), (32, 32)])
def test_side_by_side_lanes_use_all_that_is_moved(width, ideal):
    report = sectors("lane", elem=width)
    assert (report.sectors, report.ideal, report.efficiency, report.holds) == (ideal, ideal, 1.0, True)
    assert report.lines == -(-32 * width // 128)


def test_16_bytes_for_each_lane_have_efficiency_1():
    """tensor-layouts 0.3.2 reports 1.03 and 2.0 for accesses like these."""
    assert sectors(Layout((32, 4), (4, 1)), elem=4, bytes=16).efficiency == 1.0
    assert sectors(Layout(32, 0), elem=4).efficiency == 4 / 32
    assert sectors(Layout(32, 0), elem=4).holds
    with pytest.raises(LayoutError):
        sectors("lane", elem=12)
    with pytest.raises(LayoutError):
        sectors("lane", elem=256)


def test_a_stride_of_two_moves_twice_as_much():
    report = sectors("lane * 2", elem=4)
    assert (report.sectors, report.ideal, report.lines, report.used, report.efficiency) == (8, 4, 2, 128, 0.5)
    assert "50%: 128 of 256 bytes are used" in str(report)
    assert json.loads(json.dumps(report.to_json()))["efficiency"] == 0.5


def test_a_base_within_a_sector_costs_one_more():
    assert sectors("lane", elem=4, base=16).sectors == 5
    assert sectors("lane", elem=4, base=16).lines == 2
    assert sectors("lane", elem=4, base=128).sectors == 4
    with pytest.raises(EvaluationError, match="byte address 2 is not a multiple of 4") as caught:
        sectors("lane", elem=4, base=2)
    assert caught.value.witness == 0


def test_whole_tiles_are_sums_and_by_whole_lines_never_looked_at():
    rows = sectors("r * 1000 + c", "r = w, c = lane", elem=4, variables={"w": 8})
    assert (rows.accesses, rows.sectors, rows.ideal) == (8, 32, 32)
    each = [sectors(f"{w} * 1000 + lane", elem=4) for w in range(8)]
    assert rows.lines == sum(report.lines for report in each)
    odd = sectors("r * 1001 + c", "r = w, c = lane", elem=4, variables={"w": 8})
    assert odd.sectors == sum(sectors(f"{w} * 1001 + lane", elem=4).sectors for w in range(8))
    many = sectors("w * 1024 + lane", elem=4, variables={"w": 2**40}, int_bits=64)
    assert (many.sectors, many.accesses) == (2**42, 2**40)
    with pytest.raises(TooLargeError):
        sectors("w * 1001 + lane", elem=4, variables={"w": 2**20})


@given(
    st.lists(st.one_of(st.none(), st.integers(-50, 200)), min_size=1, max_size=32),
    st.sampled_from([1, 2, 4, 8, 16, 32]),
)
def test_any_addresses_are_counted_byte_by_byte(values, width):
    bytes_asked = {value * width + byte for value in values if value is not None for byte in range(width)}
    if not bytes_asked:
        with pytest.raises(LayoutError):
            sectors(values, elem=width)
        return
    report = sectors(values, elem=width)
    assert report.sectors == len({byte // 32 for byte in bytes_asked})
    assert report.lines == len({byte // 128 for byte in bytes_asked})
    assert report.used == len(bytes_asked)
    assert report.ideal == -(-len(bytes_asked) // 32) <= report.sectors
    assert 0 < report.efficiency <= 1


@pytest.mark.parametrize("arguments", [{"elem": 0}, {"elem": 4.0}, {"elem": 4, "bytes": 3}, {"elem": 4, "warp": 33}])
def test_bad_input_is_refused(arguments):
    with pytest.raises(LayoutError):
        sectors("lane", **arguments)
