"""``conflicts``: every kind of map gives the wavefronts counted byte by byte, and names the lanes that collide."""

import json
import pickle

import bank_counting
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import DEEP, QUICK, seeded

from layouts import (
    F2,
    Access,
    AccessReport,
    ComposedLayout,
    E,
    EvaluationError,
    Layout,
    LayoutError,
    LinearLayout,
    MemoryModel,
    ParseError,
    Swizzle,
    TooLargeError,
    conflicts,
)
from layouts.verify.instruction import read_instruction
from layouts.verify.memory import WIDTHS

CASES = 1000 if DEEP else 25 if QUICK else 100
CORNER = {"r": "lane % 16", "c": "lane / 16 * 8"}


def test_padded_rows_of_72_halves_are_1_way_whatever_the_comment_says():
    report = conflicts("m*72 + k", {"m": "lane % 16", "k": "lane / 16 * 8"}, bytes=16, elem=2)
    assert (report.degree, report.wavefronts, report.ideal, report.excess, report.holds) == (1, 4, 4, 0, True)
    assert report.collision is None
    assert str(report).splitlines()[-1] == "  HOLDS       no bank conflict"


def test_the_xor_must_follow_the_width_of_the_row():
    tile = Layout((64, 128), (128, 1))
    wrong = conflicts(Swizzle(3, 3, 3) @ tile, CORNER, elem=2, instruction="ldmatrix")
    assert (wrong.degree, wrong.wavefronts, wrong.ideal) == (2, 8, 4)
    assert wrong.collision.lanes == (0, 4)
    assert wrong.collision.at == ({"lane": 0, "r": 0, "c": 0}, {"lane": 4, "r": 4, "c": 0})
    assert (wrong.collision.bank, wrong.collision.words, wrong.collision.values) == (0, (0, 256), (0, 512))
    assert "lanes 0 and 4 in bank 0" in str(wrong)
    right = conflicts(Swizzle(3, 3, 4) @ tile, CORNER, elem=2, instruction="ldmatrix")
    assert (right.degree, right.wavefronts) == (1, 4)


def test_a_column_of_32_floats_is_32_way_and_padding_frees_it():
    column = {"x": "lane", "y": "0"}
    assert conflicts("x * 32 + y", column, elem=4).wavefronts == 32
    assert conflicts("x * 33 + y", column, elem=4).wavefronts == 1


def test_all_spellings_of_a_map_agree():
    tile = Layout((64, 64), (64, 1))
    maps = [
        "(64,64):(64,1)",
        tile,
        ComposedLayout(None, 0, tile),
        Layout((64, 64), (64, 1), over=F2),
        "r * 64 + c",
        "r << 6 | c",
    ]
    reports = [conflicts(map, CORNER, elem=2, instruction="ldmatrix.x4") for map in maps]
    reports.append(conflicts(maps[0], "r = lane % 16, c = lane / 16 * 8", elem=2, bytes=16))
    reports.append(conflicts(tile, lambda lane: lane % 16 + lane // 16 * 8 * 64, elem=2, bytes=16))
    reports.append(conflicts(tile, Layout((16, 2), (1, 512)), elem=2, bytes=16))
    reports.append(conflicts(tile, "(16,2):(1,512)", elem=2, bytes=16))
    listed = [tile(lane % 16, lane // 16 * 8) for lane in range(32)]
    reports.append(conflicts(listed, elem=2, bytes=16))
    reports.append(conflicts(np.array(listed), elem=np.int64(2), bytes=np.int32(16)))
    reports.append(conflicts(lambda lane: listed[lane], elem=2, bytes=16))
    reports.append(conflicts("lane % 16 * 64 + lane / 16 * 8", elem=2, bytes=16))
    reports.append(conflicts("threadIdx.x % 16 * 64 + tid / 16 * 8", elem=2, bytes=16))
    assert {(report.wavefronts, report.ideal, report.collision.lanes) for report in reports} == {(32, 4, (0, 1))}
    assert len({report.addresses for report in reports}) == 1


def test_a_map_of_ones_own_needs_a_shape_a_size_and_a_call():
    class Rotated:
        shape, size = (16, 64), 1024

        def __call__(self, *point):
            r, c = point[0] if len(point) == 1 and isinstance(point[0], tuple) else (point[0] % 16, point[0] // 16)
            return 64 * r + (c + 8 * r) % 64

    report = conflicts(Rotated(), CORNER, elem=2, instruction="ldmatrix")
    assert (report.degree, report.wavefronts) == (1, 4)
    assert conflicts(Rotated(), lambda lane: lane % 16 + lane // 16 * 128, elem=2, bytes=16).holds


def test_only_the_lanes_of_the_instruction_count():
    formula, lanes = "row * 128 + (col ^ row) * 16", {"row": "lane % 8", "col": "lane / 8"}
    for name, count in (("stmatrix.x1", 8), ("ldmatrix.sync.aligned.m8n8.x2.trans.shared.b16", 16), ("ldmatrix", 32)):
        report = conflicts(formula, lanes, elem=1, instruction=name, variables={"row": 8, "col": 8})
        assert report.lanes == tuple(range(count))
        assert (report.wavefronts, report.ideal) == (count // 8, count // 8)
    with pytest.raises(LayoutError, match=r"lane 8 has row = 8, which is not in 0\.\.7") as caught:
        conflicts(formula, {"row": "lane", "col": "0"}, elem=1, bytes=16, variables={"row": 8})
    assert caught.value.witness == 8
    first = {"row": "lane", "col": "0"}
    eight = conflicts(formula, first, elem=1, instruction="ldmatrix.x1", variables={"row": 8, "k": 4})
    assert (eight.wavefronts, eight.total, eight.accesses) == (1, 4, 4)
    some = conflicts("lane * 128", elem=1, bytes=16, active=[0, 8, 16, 24])
    assert (some.wavefronts, some.ideal, some.lanes) == (4, 4, (0, 8, 16, 24))
    listed = conflicts([0, None, 0, 128], elem=1, bytes=4)
    assert (listed.lanes, listed.wavefronts) == ((0, 2, 3), 2)


def test_thread_value_layouts_move_whole_vectors():
    """What tensor-layouts reports as 4-way, 2-way: a 16-byte access is served in four phases, none with a conflict."""
    vector = conflicts(Layout((32, 4), (4, 1)), elem=4, bytes=16)
    assert (vector.accesses, vector.wavefronts, vector.ideal, vector.degree) == (1, 4, 4, 1)
    pair = conflicts(Layout(32, 2), elem=4, bytes=8)
    assert (pair.wavefronts, pair.ideal) == (2, 2)
    words = conflicts(Layout((32, 4), (1, 32)), elem=4)
    assert (words.accesses, words.total, words.total_ideal) == (4, 4, 4)
    strided = conflicts(Layout((32, 4), (4, 1)), elem=4)
    assert (strided.accesses, strided.wavefronts, strided.total) == (4, 4, 16)
    two_warps = conflicts(Layout((64, 2), (2, 1)), elem=4, bytes=8)
    assert (two_warps.accesses, two_warps.total) == (2, 4)
    bytes_of_one_word = conflicts(Layout(32, 0), elem=2)
    assert bytes_of_one_word.wavefronts == 1
    few = conflicts(Layout(8, 32), elem=4)
    assert (few.lanes, few.wavefronts) == (tuple(range(8)), 8)
    with pytest.raises(LayoutError, match="side by side") as caught:
        conflicts(Layout((32, 4), (1, 32)), elem=4, bytes=16)
    assert caught.value.witness == (0, 1)
    with pytest.raises(LayoutError, match="side by side"):
        conflicts(Layout((32, 4), (1, 32), over=F2), elem=4, bytes=16)
    with pytest.raises(LayoutError, match="moves 4 values, and a thread has 2"):
        conflicts(Layout((32, 2), (4, 1)), elem=4, bytes=16)


def test_a_linear_layout_is_read_by_its_names():
    held = LinearLayout(
        [("register", [[1], [2]]), ("lane", [[4], [8], [16], [32], [64]]), ("warp", [[128]])], [("offset", 256)]
    )
    report = conflicts(held, elem=4, bytes=16)
    assert (report.accesses, report.total) == (2, 8)
    two = LinearLayout([("register", [[0, 1]]), ("lane", [[1, 0]])], [("row", 2), ("column", 2)])
    with pytest.raises(LayoutError, match="one output"):
        conflicts(two, elem=4)
    with pytest.raises(LayoutError, match="an input lane"):
        conflicts(LinearLayout([("thread", [[1]])], [("offset", 2)]), elem=4)


# -- whole tiles -------------------------------------------------------------------------------------------------------


def test_a_tile_of_2_to_the_40_accesses_is_counted_without_looking():
    lanes = {"r": "lane % 16", "c": "lane / 16 * 8 + 16 * (k % 4)", "block": "k / 4"}
    report = conflicts(
        "block * 4096 + (r * 64 + (c ^ (r % 8 << 3)))", lanes, elem=2, bytes=16, variables={"k": 2**40}, int_bits=64
    )
    assert (report.degree, report.accesses, report.total) == (1, 2**40, 2**42)
    padded = conflicts(
        "r * 72 + c", {"r": "lane % 16 + 16 * w", "c": "lane / 16 * 8"}, elem=2, bytes=16, variables={"w": 2**20}
    )
    assert (padded.total, padded.total_ideal) == (2**22, 2**22)
    assert padded.method.endswith("every access is the first one moved")


def test_totals_are_sums_over_the_accesses():
    rng = seeded("tiles")
    for _ in range(CASES):
        elem, width = rng.choice((1, 2, 4)), rng.choice(WIDTHS)
        unit = max(width // elem, 1)
        pitch = unit * rng.randint(1, 40)
        formula = rng.choice(
            ["r * P + c", "r * P + (c ^ r % 4 * U)", "(r * P + c) ^ (r & 1) * U", "r * P + (c + r * U) % P"]
        )
        formula = formula.replace("P", str(pitch)).replace("U", str(unit))
        lanes = {
            "r": rng.choice(["lane % 8 + 8 * w", "lane + 32 * w", "w * 4 + lane / 8"]),
            "c": f"lane / 8 * {unit} + k * {unit}",
        }
        if width < elem:
            continue
        arguments = {"elem": elem, "bytes": width, "variables": {"w": rng.randint(1, 4), "k": rng.randint(1, 3)}}
        total, costs = 0, []
        for k in range(arguments["variables"]["k"]):
            for w in range(arguments["variables"]["w"]):
                fixed = {name: f"({text.replace('w', str(w)).replace('k', str(k))})" for name, text in lanes.items()}
                single = conflicts(formula, fixed, elem=elem, bytes=width)
                costs.append(single.wavefronts)
                counted = bank_counting.wavefronts(single.addresses, width, 32, bank_counting.nvidia_phases(width))
                assert single.wavefronts == counted
                total += counted
        report = conflicts(formula, lanes, **arguments)
        assert report.total == total
        assert report.accesses == len(costs)
        if "moved" not in report.method:
            assert report.wavefronts == max(costs)


def test_every_lane_of_every_access_stays_in_the_range():
    lanes = {"m": "lane % 16 + 16 * w", "k": "lane / 16 * 8"}
    with pytest.raises(LayoutError, match=r"lane = 12, w = 3 has m = 60, which is not in 0\.\.59"):
        conflicts("m*72 + k", lanes, elem=2, bytes=16, variables={"w": 4, "m": 60})
    with pytest.raises(LayoutError, match=r"lane = 0, w = 4 has m = 64"):
        conflicts(Layout((64, 64), (64, 1)), lanes, elem=2, bytes=16, variables={"w": 2**20})
    with pytest.raises(LayoutError, match="lane 0 of w = 2 has m = 32"):
        conflicts("m*72 + k", lanes, elem=2, bytes=16, variables={"w": 4, "m": list(range(32))})
    with pytest.raises(TooLargeError):
        conflicts("w * w * 64 + lane * 4", elem=1, bytes=4, variables={"w": 2**15})
    with pytest.raises(EvaluationError, match="beyond int"):
        conflicts("w * 1024 + lane", elem=4, variables={"w": [0, 2**22]})


def test_a_misaligned_lane_is_named():
    with pytest.raises(
        EvaluationError, match="lane = 1, m = 1, k = 0: byte address 140 is not a multiple of 16"
    ) as caught:
        conflicts("m*70 + k", {"m": "lane % 16", "k": "lane / 16 * 8"}, elem=2, bytes=16)
    assert caught.value.witness == 1
    with pytest.raises(EvaluationError, match="negative"):
        conflicts("lane - 1", elem=4)
    with pytest.raises(EvaluationError, match="w = 1"):
        conflicts("lane * 8 + w", elem=2, bytes=16, variables={"w": 4})


# -- random maps -------------------------------------------------------------------------------------------------------


@given(st.data())
def test_random_layouts_over_z_and_f2_and_chains_are_counted(data):
    over = data.draw(st.sampled_from([None, F2]))
    extents = (2, 4, 8) if over else (1, 2, 3, 4, 5, 8)
    shape = tuple(data.draw(st.lists(st.sampled_from(extents), min_size=1, max_size=3)))
    stride = tuple([data.draw(st.integers(0, 80)) for _ in shape])
    layout = Layout(shape, stride, over=over)
    if data.draw(st.booleans()):
        layout = ComposedLayout(Swizzle(2, data.draw(st.integers(0, 4)), 3), data.draw(st.integers(0, 9)), layout)
    elem = data.draw(st.sampled_from([1, 2, 4, 8]))
    names = [f"x{k}" for k in range(len(shape))]
    place, lanes = 1, {}
    for name, extent in zip(names, shape, strict=True):
        lanes[name] = f"lane / {place} % {extent}"
        place *= extent
    report = conflicts(layout, lanes, elem=elem, model="nvidia")
    addresses = [layout(lane % layout.size) * elem for lane in range(32)]
    assert list(report.addresses) == addresses
    phases = bank_counting.nvidia_phases(elem)
    assert report.wavefronts == bank_counting.wavefronts(addresses, elem, 32, phases)
    assert report.ideal == len(phases)
    assert (report.collision is None) == report.holds == (report.degree == 1)


def test_models_are_chosen_by_architecture():
    lanes = {"m": "lane % 16", "k": "lane / 16 * 8"}
    amd = conflicts("m*72 + k", lanes, elem=2, instruction="ds_read_b128", model="gfx942")
    addresses = [2 * (lane % 16 * 72 + lane // 16 * 8) for lane in range(64)]
    reads = bank_counting.CDNA3_READS + [[lane + 32 for lane in p] for p in bank_counting.CDNA3_READS]
    assert amd.wavefronts == bank_counting.wavefronts(addresses, 16, 32, reads)
    assert (amd.ideal, amd.lanes) == (8, tuple(range(64)))
    wide = conflicts("lane * 32", elem=4, model=MemoryModel("wide", banks=64))
    assert (wide.degree, wide.model) == (16, "wide")
    for name, model in (("ldmatrix", "gfx942"), ("ds_read_b128", "sm90")):
        with pytest.raises(LayoutError, match="no instruction of the model"):
            conflicts("lane * 16", elem=1, instruction=name, model=model)


@pytest.mark.parametrize(
    ("name", "bytes", "kind"),
    [
        ("ld.shared.f32", 4, "load"),
        ("ld.shared.v4.u32", 16, "load"),
        ("ld.volatile.shared.b64", 8, "load"),
        ("st.shared::cta.v2.b16", 4, "store"),
        ("st.shared.b8", 1, "store"),
        ("ld.shared.b128", 16, "load"),
        ("st.shared.f16x2", 4, "store"),
        ("LDS.128", 16, "load"),
        ("LDS", 4, "load"),
        ("STS.U16", 2, "store"),
        ("ds_read_u16_d16_hi", 2, "load"),
        ("ds_load_b128", 16, "load"),
        ("ds_write_b64", 8, "store"),
        ("stmatrix.sync.aligned.m8n8.x4.trans.shared.b16", 16, "matrix"),
    ],
)
def test_names_of_instructions_say_their_width(name, bytes, kind):
    read = read_instruction(name)
    assert (read.bytes, read.kind) == (bytes, kind)


@pytest.mark.parametrize(
    "name",
    [
        "cp.async",
        "ld.global.f32",
        "ldmatrix.m16n16.x1.b8",
        "ds_read_b96",
        "ds_read_b64_tr_b16",
        "lds.12",
        "",
        None,
        4,
        "ld",
    ],
)
def test_other_instructions_are_refused(name):
    with pytest.raises(LayoutError):
        conflicts("lane * 16", elem=1, instruction=name)


# -- the report --------------------------------------------------------------------------------------------------------


def test_the_report_is_a_value_and_json():
    report = conflicts("x * 32 + y", {"x": "lane", "y": "0"}, elem=4)
    assert isinstance(report, AccessReport)
    assert pickle.loads(pickle.dumps(report)) == report
    found = json.loads(json.dumps(report.to_json()))
    assert (found["wavefronts"], found["ideal"], found["degree"], found["holds"]) == (32, 1, 32, False)
    assert found["collision"]["lanes"] == [0, 1]
    assert len(found["phases"][0]["banks"]["0"]) == 32
    with pytest.raises(AttributeError):
        report.total = 1
    assert "bank 0: lane 0 | lane 1" in report.table()


def test_an_access_is_a_value():
    assert Access("ldmatrix") == Access("ldmatrix", None, None)


# -- refusals ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "error", "fragment"),
    [
        ({"map": "lane", "elem": 0}, LayoutError, "0 bytes"),
        ({"map": "lane", "elem": -2}, LayoutError, "-2 bytes"),
        ({"map": "lane", "elem": 12}, LayoutError, "not 12"),
        ({"map": "lane", "elem": 256}, LayoutError, "not 256"),
        ({"map": "lane", "elem": 1.0}, LayoutError, "1.0"),
        ({"map": "lane", "elem": True}, LayoutError, "True"),
        ({"map": "lane", "elem": 1, "bytes": 3}, LayoutError, "not 3"),
        ({"map": "lane", "elem": 1, "bytes": 16.0}, LayoutError, "16.0"),
        ({"map": "lane", "elem": 1, "bytes": 8, "instruction": "ldmatrix"}, LayoutError, "8 are given"),
        ({"map": "lane", "elem": 4, "model": "sm1"}, LayoutError, "sm1"),
        ({"map": "lane +", "elem": 4}, ParseError, "^"),
        ({"map": "lane + k", "elem": 4}, ParseError, "k"),
        ({"map": "r + c", "lanes": "r = lane; c = 0", "elem": 4}, ParseError, "^"),
        ({"map": "r + c", "lanes": "r", "elem": 4}, ParseError, "NAME = EXPRESSION"),
        ({"map": "r", "lanes": "r = lane, r = 0", "elem": 4}, LayoutError, "twice"),
        ({"map": "lane", "lanes": {"lane": "0"}, "elem": 4}, LayoutError, "lane"),
        ({"map": "lane", "elem": 4, "variables": {"lane": 8}}, LayoutError, "lane"),
        ({"map": "r", "lanes": {"r": 1.5}, "elem": 4}, LayoutError, "1.5"),
        ({"map": "r", "lanes": {3: "lane"}, "elem": 4}, LayoutError, "3"),
        ({"map": Layout((4, 8)), "lanes": {"r": "lane"}, "elem": 4, "let": {"a": "1"}}, LayoutError, "let"),
        ({"map": Layout((4, 8)), "lanes": {"a": "0", "b": "0", "c": "0"}, "elem": 4}, LayoutError, "2 modes"),
        ({"map": Layout((4, 8)), "lanes": {"r": "lane", "c": "0"}, "elem": 4}, LayoutError, "r = 4"),
        ({"map": Layout((4, 8)), "lanes": 5, "elem": 4}, LayoutError, "5"),
        ({"map": Layout((4, 8)), "lanes": Layout(64), "elem": 4}, LayoutError, "not in 0..31"),
        ({"map": Layout((4, 8), (E(0), E(1))), "elem": 4}, LayoutError, "coordinates"),
        ({"map": Layout(48), "elem": 4}, LayoutError, "no whole warps"),
        ({"map": [], "elem": 4}, LayoutError, "0 addresses"),
        ({"map": list(range(33)), "elem": 4}, LayoutError, "33 addresses"),
        ({"map": [None], "elem": 4}, LayoutError, "no lane"),
        ({"map": [1.5], "elem": 4}, LayoutError, "1.5"),
        ({"map": None, "elem": 4}, LayoutError, "None"),
        ({"map": 5, "elem": 4}, LayoutError, "5"),
        ({"map": "lane", "elem": 4, "active": []}, LayoutError, "no lane"),
        ({"map": "lane", "elem": 4, "active": 3}, LayoutError, "no list"),
        ({"map": "lane", "elem": 4, "variables": 3}, LayoutError, "no mapping"),
        ({"map": "lane", "elem": 4, "let": "a"}, LayoutError, "no list"),
        ({"map": "lane", "elem": 4, "let": [("a",)]}, LayoutError, "no pair"),
        ({"map": "lane", "elem": 4, "int_bits": 16}, LayoutError, "16"),
        ({"map": "lane", "elem": 4, "active": [32]}, LayoutError, "lane 32"),
        ({"map": "lane / (lane - 3)", "elem": 4}, EvaluationError, "division by zero"),
    ],
)
def test_bad_input_is_refused_and_shown(arguments, error, fragment):
    with pytest.raises(error) as caught:
        conflicts(arguments.pop("map"), arguments.pop("lanes", None), **arguments)
    assert fragment in str(caught.value)
