"""``fix_conflicts`` finds the smallest swizzle and padding: exhaustive search finds no smaller one."""

import json
import pickle

import bank_counting
import pytest
from strategies import DEEP, QUICK, seeded

from layouts import (
    F2,
    Access,
    ComposedLayout,
    E,
    EvaluationError,
    Layout,
    LayoutError,
    NotALayoutError,
    Swizzle,
    conflicts,
    equal,
    fix_conflicts,
    parse,
)
from layouts.verify.padding import footprint, paddings

CASES = 150 if DEEP else 8 if QUICK else 25


def test_64x64_halves_for_ldmatrix_want_swizzle_333_or_padding_72():
    fixed = fix_conflicts("(64,64):(64,1)", ["ldmatrix"], elem=2)
    assert fixed.current[0].degree == 8
    assert fixed.swizzle.outer == Swizzle(3, 3, 3)
    assert fixed.swizzle.in_bytes == "Sw<3,4,3>"
    assert equal(fixed.swizzle.layout, parse("Sw<3,3,3> o (64,64):(64,1)"))
    assert (fixed.swizzle.xor_bits, fixed.swizzle.extra_bytes, fixed.swizzle.others) == (3, 0, ())
    assert fixed.padding.layout == Layout((64, 64), (72, 1))
    assert (fixed.padding.pad, fixed.padding.extra_bytes) == (8, 64 * 8 * 2)
    assert [r.degree for r in (*fixed.swizzle.reports, *fixed.padding.reports)] == [1, 1]
    assert fixed.holds
    assert fixed.needed
    in_bytes = conflicts(parse("Sw<3,4,3> o (64,64):(128,2)"), "r = lane % 16, c = lane / 16 * 8", elem=1, bytes=16)
    assert in_bytes.degree == 1


def test_emmys_row_of_128_wants_shift_4():
    fixed = fix_conflicts("Sw<3,3,3> o (64,128):(128,1)", ["ldmatrix"], elem=2)
    assert (fixed.current[0].degree, fixed.current[0].wavefronts) == (2, 8)
    assert fixed.current[0].collision.lanes == (0, 4)
    assert (str(fixed.swizzle.outer), fixed.swizzle.total) == ("Sw<3,3,4>", 4)
    assert str(fixed.padding.layout) == "(64,128):(136,1)"
    assert fixed.useless_bits == ("Sw<1,3,3>",)


def test_a_bit_beyond_the_banks_buys_nothing():
    """The last XOR bit of a swizzle on 32 banks, as in a published pull request, changes no number of wavefronts."""
    fixed = fix_conflicts("Sw<4,3,4> o (64,128):(128,1)", ["ldmatrix"], elem=2)
    assert not fixed.needed
    assert fixed.useless_bits == ("Sw<1,6,4>",)
    assert [entry[1:] for entry in fixed.bits] == [(4, 8), (4, 8), (4, 8), (4, 4)]
    assert fixed.swizzle.xor_bits == 3
    assert "fewer XOR bits do as much" in str(fixed)


def test_a_transpose_wants_one_element_more_or_five_bits():
    accesses = ["st.shared.b32: r = 0, c = lane", "ld.shared.b32: r = lane, c = 0"]
    fixed = fix_conflicts(Layout((32, 32), (32, 1)), accesses, elem=4)
    assert (str(fixed.swizzle.outer), str(fixed.padding.layout)) == ("Sw<5,0,5>", "(32,32):(33,1)")
    assert fixed.padding.extra_bytes == 128


def test_vectors_on_one_side_bound_what_can_be_reached():
    accesses = [Access("st.shared.b128", "r = lane / 8, c = lane % 8 * 4"), "ld.shared.b32: r = lane, c = 0"]
    fixed = fix_conflicts("(32,32):(32,1)", accesses, elem=4)
    assert (fixed.least, fixed.swizzle.total, fixed.padding.total) == (8, 8, 8)
    assert not fixed.holds
    assert "8 wavefronts are the least while vectors of 16 bytes stay whole" in str(fixed)


def test_where_no_single_swizzle_is_enough_a_product_is():
    scattered = "ldmatrix: r = lane % 2 + lane / 2 % 2 * 4 + lane / 4 % 2 * 16, c = lane / 8 * 8"
    fixed = fix_conflicts("(64,64):(64,1)", [scattered], elem=2)
    assert fixed.swizzle.kind == "product of swizzles"
    assert (fixed.swizzle.xor_bits, fixed.swizzle.total, fixed.swizzle.outer) == (3, 4, None)
    assert equal(fixed.swizzle.layout, parse(fixed.swizzle.text))
    assert "no single swizzle is" in str(fixed)


def test_a_matrix_over_f2_serves_accesses_that_no_pairing_of_bits_serves():
    rows = ["6 3 7", "17 1 2", "33 10 2"]
    accesses = []
    for text in rows:
        a, b, c = text.split()
        accesses.append(
            f"ld.shared.b128: r = lane % 2 * {a} ^ lane / 2 % 2 * {b} ^ lane / 4 % 2 * {c}, c = lane / 8 * 8"
        )
    fixed = fix_conflicts("(64,64):(64,1)", accesses, elem=2)
    assert fixed.swizzle.kind == "product of swizzles"
    assert fixed.swizzle.total == fixed.least == 12
    assert equal(fixed.swizzle.layout, parse(fixed.swizzle.text))
    assert cost_of(fixed.swizzle.layout, [Access(*map(str.strip, text.split(":"))) for text in accesses], 2) == 12


def test_a_tile_without_conflicts_needs_nothing():
    fixed = fix_conflicts("(16,64):(72,1)", ["ldmatrix"], elem=2)
    assert (fixed.needed, fixed.swizzle, fixed.padding, fixed.holds) == (False, None, None, True)


def test_formulas_are_repaired_as_layouts():
    by_name = fix_conflicts(
        "c + r * 64", ["ldmatrix: c = lane / 16 * 8, r = lane % 16"], elem=2, variables={"r": 64, "c": 64}
    )
    assert by_name.map == "(64,64):(64,1)"
    assert by_name.swizzle.outer == Swizzle(3, 3, 3)
    swizzled = fix_conflicts("r * 128 + (c ^ (r % 8 << 3))", ["ldmatrix"], elem=2, variables={"r": 64, "c": 128})
    assert swizzled.map == "Sw<3,3,4> o (64,128):(128,1)"
    assert not swizzled.needed
    with pytest.raises(LayoutError, match="are not the variables"):
        fix_conflicts("m * 64 + k", ["ldmatrix: r = lane, c = 0"], elem=2, variables={"m": 64, "k": 64})
    with pytest.raises(NotALayoutError):
        fix_conflicts("m * 64 + (k + m) % 64", ["ldmatrix"], elem=2, variables={"m": 64, "k": 64})


def test_rows_that_are_no_power_of_two_are_repaired_too():
    fixed = fix_conflicts("(64,96):(96,1)", ["ldmatrix"], elem=2)
    assert str(fixed.swizzle.outer) == "Sw<2,3,3>"
    assert isinstance(fixed.swizzle.layout, ComposedLayout)
    values = set(fixed.swizzle.layout.table().tolist())
    assert len(values) == 64 * 96
    assert max(values) < 64 * 96 + fixed.swizzle.extra_bytes // 2
    odd = fix_conflicts("(63,64):(64,1)", ["ldmatrix"], elem=2)
    values = set(odd.swizzle.layout.table().tolist())
    assert max(values) < 63 * 64 + odd.swizzle.extra_bytes // 2


# -- nothing smaller does it -------------------------------------------------------------------------------------------


def random_problem(rng):
    elem = rng.choice((1, 2, 4))
    rows, columns = 1 << rng.randint(3, 5), 1 << rng.randint(4, 7)
    vector = rng.choice([w for w in (elem, 4, 16) if elem <= w <= columns * elem])
    v = vector // elem
    accesses = []
    for _ in range(rng.randint(1, 2)):
        kind = rng.choice(("ld", "st"))
        across = rng.choice((1, 2, 4, 8))
        accesses.append(
            Access(f"{kind}.shared", f"r = lane / {across} % {rows}, c = lane % {across} * {v} % {columns}", vector)
        )
    return Layout((rows, columns), (columns, 1)), accesses, elem, vector


def cost_of(layout, accesses, elem):
    total = 0
    for access in accesses:
        report = conflicts(layout, access.lanes, elem=elem, bytes=access.bytes, instruction=access.instruction)
        phases = bank_counting.nvidia_phases(report.bytes)
        total += bank_counting.wavefronts(report.addresses, report.bytes, 32, phases)
    return total


def test_no_swizzle_with_fewer_bits_does_as_much():
    rng = seeded("smallest swizzle")
    for _ in range(CASES):
        tile, accesses, elem, vector = random_problem(rng)
        fixed = fix_conflicts(tile, accesses, elem=elem)
        now = cost_of(tile, accesses, elem)
        assert sum(report.total for report in fixed.current) == now
        best = {0: now}
        low = (vector // elem).bit_length() - 1
        top = tile.size.bit_length() - 1
        values = [[tile(r, c) for r, c in points(access)] for access in accesses]
        for bits in range(1, 6):
            for base in range(low, top):
                for shift in range(bits, top - base - bits + 1):
                    swizzle = Swizzle(bits, base, shift)
                    cost = 0
                    for access, listed in zip(accesses, values, strict=True):
                        moved = [swizzle(value) * elem for value in listed]
                        phases = bank_counting.nvidia_phases(access.bytes)
                        cost += bank_counting.wavefronts(moved, access.bytes, 32, phases)
                    best[bits] = min(best.get(bits, cost), cost)
        least = min(best.values())
        assert fixed.least <= least
        if fixed.swizzle is None:
            assert least == now
        elif fixed.swizzle.outer is not None:
            fewest = min(bits for bits, cost in best.items() if cost == fixed.swizzle.total)
            assert (fixed.swizzle.total, fixed.swizzle.xor_bits) == (least, fewest)
            assert cost_of(fixed.swizzle.layout, accesses, elem) == least
        else:
            assert fixed.swizzle.total == fixed.least < least


def points(access):
    report = conflicts("r * 1024 + c", access.lanes, elem=access.bytes)
    return [divmod(address // access.bytes, 1024) for address in report.addresses]


def test_no_smaller_padding_does_as_much():
    rng = seeded("smallest padding")
    for _ in range(CASES):
        tile, accesses, elem, vector = random_problem(rng)
        rows, columns = tile.shape
        fixed = fix_conflicts(tile, accesses, elem=elem)
        now = cost_of(tile, accesses, elem)
        costs = {}
        for pad in range(1, 128 // elem):
            if pad * elem % vector == 0:
                costs[pad] = cost_of(Layout((rows, columns), (columns + pad, 1)), accesses, elem)
        least = min(costs.values(), default=now)
        if fixed.padding is None:
            assert now <= least or rows == 1
            continue
        assert fixed.padding.total == min(least, now) >= fixed.least
        assert fixed.padding.pad == min(pad for pad, cost in costs.items() if cost == least)
        assert fixed.padding.extra_bytes == rows * fixed.padding.pad * elem


def test_paddings_keep_values_apart():
    for text in ("(8,16):(16,1)", "((4,2),(8,4)):((8,256),(1,64))", "(4,5,6):(1,4,20)", "(6,8):(8,1)"):
        tile = parse(text)
        found = list(paddings(tile, 2, 4, 128))
        assert found
        for _, padded in found:
            values = padded.table().tolist()
            assert len(set(values)) == tile.size
            assert max(values) < footprint(padded)
        sizes = [footprint(padded) for _, padded in found]
        assert sizes == sorted(sizes)
    assert not list(paddings(Layout((4, 4), (3, 1)), 4, 4, 128))  # rows overlap: no padding of the stride 3


# -- the report and refusals -------------------------------------------------------------------------------------------


def test_the_report_is_a_value_and_json():
    fixed = fix_conflicts("Sw<3,3,3> o (64,128):(128,1)", ["ldmatrix"], elem=2)
    assert pickle.loads(pickle.dumps(fixed)) == fixed
    found = json.loads(json.dumps(fixed.to_json()))
    assert found["swizzle"]["in_bytes"] == "Sw<3,4,4>"
    assert found["padding"]["text"] == "(64,128):(136,1)"
    assert found["useless_bits"] == ["Sw<1,3,3>"]


@pytest.mark.parametrize(
    ("map", "accesses", "elem", "fragment"),
    [
        ("(64,64):(64,1)", [], 2, "no access"),
        ("(64,64):(64,1)", [5], 2, "5"),
        ("(64,64):(64,1)", [{"lane": "r"}], 2, "no access"),
        ("(64,64):(64,1)", ["cp.async: r = lane, c = 0"], 2, "cp.async"),
        ("(64,64):(64,1)", ["ldmatrix"], 2.0, "2.0"),
        ("(64,64):(64,1)", ["ldmatrix"], 0, "0 bytes"),
        ("(64,64):(64,1)", 5, 2, "no list"),
        ("(64,64):(1@0,1@1)", ["ldmatrix"], 2, "no layout"),
        ("(64,64)", ["ldmatrix"], 2, "^"),
        ("(64,64):(66,1)", ["ldmatrix"], 2, "not a multiple of 16"),
        (None, ["ldmatrix"], 2, "None"),
        ([1, 2], ["ldmatrix"], 2, "[1, 2]"),
        (Layout((8, 8), (E(0), E(1))), ["ldmatrix"], 2, "no layout"),
        ("2 + (64,64):(64,1)", ["ldmatrix"], 2, "no swizzle"),
    ],
)
def test_bad_input_is_refused(map, accesses, elem, fragment):
    with pytest.raises(LayoutError) as caught:
        fix_conflicts(map, accesses, elem=elem)
    assert fragment in str(caught.value)


def test_matrices_lie_in_the_corner_along_the_mode_that_is_side_by_side():
    for text, lanes in (
        ("(64,64):(64,1)", "r = lane % 16, c = lane / 16 * 8"),
        ("(64,64):(1,64)", "r = lane / 16 * 8, c = lane % 16"),
        ("(8,64):(64,1)", "r = lane % 8, c = lane / 8 * 8"),
        ("(64,8):(8,1)", "r = lane, c = 0"),
    ):
        fixed = fix_conflicts(text, ["ldmatrix"], elem=2)
        assert fixed.current[0].addresses == conflicts(text, lanes, elem=2, instruction="ldmatrix").addresses
    short = fix_conflicts("(8,16):(16,1)", ["ldmatrix.x2"], elem=2)
    assert short.current[0].addresses[:16] == tuple([2 * (lane % 8 * 16 + lane // 8 * 8) for lane in range(16)])


def test_an_f2_layout_without_a_swizzled_form_gets_a_swizzle_after_it():
    """Bits 6, 8 and 10 onto bits 3, 4 and 5 of rows: no single swizzle, and free of conflicts as it is."""
    images = [64 | 8, 128, 256 | 16, 512, 1024 | 32]
    rows = tuple([F2(image) for image in images])
    tile = Layout(((2,) * 5, 64), (rows, F2(1)))
    scattered = "ldmatrix: r = lane % 2 + lane / 2 % 2 * 4 + lane / 4 % 2 * 16, c = lane / 8 * 8"
    assert not fix_conflicts(tile, [scattered], elem=2).needed
    fixed = fix_conflicts(tile, ["ldmatrix"], elem=2)
    assert fixed.current[0].degree == 2
    assert fixed.padding is None
    assert fixed.swizzle.total == 4
    assert equal(fixed.swizzle.layout, fixed.swizzle.outer @ tile)
    with pytest.raises(EvaluationError, match="not a multiple of 16"):
        fix_conflicts("(8,64):(F9,F1)", ["ldmatrix"], elem=2)
