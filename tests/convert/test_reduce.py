"""Reductions: the steps sum each element once, at every place, and no step is more than the layout asks for."""

import itertools
import random

import pytest
from convert_layouts import linear, places, surjections, surjective
from hypothesis import given

from layouts import LayoutError, LinearLayout, NotInvertibleError, ProfileError, TooLargeError
from layouts.convert.reductions import Reduction, reduce
from layouts.convert.swap import swap_shuffles
from layouts.hardware import get

span = LinearLayout.identity_1d
ACCUMULATOR = LinearLayout(
    [("register", [[0, 1], [8, 0]]), ("lane", [[0, 2], [0, 4], [1, 0], [2, 0], [4, 0]])], [("row", 16), ("col", 8)]
)


def run_by_hand(reduction: Reduction):
    """Return the sum at every place, by dictionaries of places, from the documented meaning of each step."""
    layout, axis = reduction.layout, reduction.axis
    held = {tuple(place.items()): tuple(element.items()) for place, element in places(layout)}
    number = {element: 3**k % 1009 for k, element in enumerate(sorted(set(held.values())))}

    def at(place, register=0, lane=0):
        moved = dict(place)
        if register:
            moved["register"] ^= register
        if lane:
            moved["lane"] ^= lane
        return tuple(moved.items())

    value = {place: number[element] for place, element in held.items()}
    for mask in reduction.thread:
        value = {p: v + value[at(p, mask)] for p, v in value.items()}
    for step in reduction.warp:
        assert not step.halves
        value = {p: v + value[at(p, step.register, step.lane)] for p, v in value.items()}
    totals: dict = {}
    for element, n in number.items():
        rest = tuple([(name, x) for name, x in element if name != axis])
        totals[rest] = totals.get(rest, 0) + n
    right = {p: totals[tuple([(name, x) for name, x in held[p] if name != axis])] for p in held}
    return value, right


@given(surjections(most=(2, 3, 0, 0)))
def test_sums_within_a_warp_are_right_by_dictionaries(layout):
    for axis in "xy":
        got, right = run_by_hand(reduce(layout, axis))
        assert got == right


@given(surjections())
def test_every_place_holds_the_sum_whatever_the_layout(layout):
    for axis in "xy":
        found = reduce(layout, axis)
        assert found.simulate(seed=7) == layout.get_total_in_dim_size()
        assert [name for name, _ in found.result.out_dims] == [n for n, _ in layout.out_dims if n != axis]


@given(surjections())
def test_additions_leave_as_many_values_as_a_thread_has_results(layout):
    """Without copies a thread that holds v terms of r results needs v - r additions, and no fewer."""
    for axis in "xy":
        found = reduce(layout, axis)
        others = [name for name, _ in layout.out_dims if name != axis]
        terms, results = set(), set()
        for register in range(layout.get_in_dim_size("register")):
            element = layout.apply({"register": register, "lane": 0, "warp": 0, "block": 0})
            terms.add(tuple(element.items()))
            results.add(tuple([element[name] for name in others]))
        assert found.additions == len(terms) - len(results)
        assert found.values == len(results)


def test_row_sum_of_the_accumulator_is_one_register_bit_and_the_masks_1_and_2():
    rows = reduce(ACCUMULATOR, "col")
    assert (rows.thread, rows.masks, rows.values, rows.far) == ((1,), [1, 2], 2, None)
    columns = reduce(ACCUMULATOR, "row")
    assert (columns.thread, columns.masks) == ((2,), [4, 8, 16])


def test_the_table_of_the_mma_gives_the_same_row_sum():
    layout = get("SM80_16x8x16_F32F16F16F32_TN")["C"].linear
    found = reduce(layout, [name for name, _ in layout.out_dims][1])
    assert (found.masks, found.values) == ([1, 2], 2)


def test_a_warp_sums_32_numbers_in_five_rounds():
    assert reduce(span(32, "lane", "n"), "n").masks == [1, 2, 4, 8, 16]


@pytest.mark.parametrize(
    ("layout", "values", "additions", "slots", "iterations", "scope"),
    [
        (
            span(8, "register", "n") * span(32, "lane", "n") * span(4, "warp", "n") * span(4, "register", "n"),
            1, 31, 4, 1, "block",
        ),
        (
            span(16, "register", "n") * span(32, "lane", "n") * span(8, "warp", "n") * span(16, "block", "n")
            * span(4, "register", "n"),
            1, 63, 128, 4, "cluster",
        ),
    ],
    ids=["4096 by 128 threads", "262144 by 16 blocks of 256"],
)  # fmt: skip
def test_rows_of_a_block_and_of_a_cluster(layout, values, additions, slots, iterations, scope):
    found = reduce(layout, "n")
    assert (found.values, found.additions, found.masks) == (values, additions, [1, 2, 4, 8, 16])
    assert (found.far.slots, found.far.results, found.far.iterations) == (slots, 1, iterations)
    assert (found.far.scope, found.buffer_bytes) == (scope, 4 * slots)


@pytest.mark.parametrize(("values", "lanes", "swap", "butterfly"), [(32, 32, 31, 160), (8, 32, 23, 40), (4, 4, 3, 8)])
def test_swap_shuffles_of_the_table(values, lanes, swap, butterfly):
    assert swap_shuffles(values, lanes) == (swap, butterfly)
    layout = span(values, "register", "m") * span(lanes, "lane", "n")
    assert reduce(layout, "n", rule="swap").shuffles == swap
    assert reduce(layout, "n").shuffles == butterfly


@pytest.mark.parametrize(("values", "lanes"), list(itertools.product([1, 2, 4, 8, 16, 32], repeat=2)))
def test_swap_spreads_each_value_over_its_lanes(values, lanes):
    layout = span(values, "register", "m") * span(lanes, "lane", "n")
    if min(values, lanes) == 1:
        with pytest.raises(LayoutError, match="swap"):
            reduce(layout, "n", rule="swap")
        return
    found = reduce(layout, "n", rule="swap")
    assert found.values == max(1, values // lanes)
    assert found.result.is_surjective()
    assert found.simulate(seed=3) == values * lanes


@given(surjections(most=(4, 5, 0, 0)))
def test_swap_is_right_or_refused_and_never_more_shuffles(layout):
    for axis in "xy":
        try:
            found = reduce(layout, axis, rule="swap")
        except LayoutError as refused:
            assert "'swap' needs" in str(refused)
            continue
        assert found.simulate(seed=5)
        assert found.shuffles < reduce(layout, axis).shuffles
        results = {
            tuple(found.result.apply({"register": r, "lane": 0, "warp": 0, "block": 0}).values())
            for r in range(layout.get_in_dim_size("register"))
        }
        assert len(results) == found.values


def test_swap_does_not_exchange_a_register_bit_that_is_part_of_a_sum():
    layout = LinearLayout([("register", [[1, 0], [1, 1]]), ("lane", [[0, 2]])], [("x", 2), ("y", 4)])
    with pytest.raises(LayoutError, match="0 such bits"):
        reduce(layout, "y", rule="swap")
    assert reduce(layout, "y").shuffles == 2


def test_copies_count_once():
    twice = span(4, "register", "n") * LinearLayout.zeros_1d(2, "register", "n") * span(8, "lane", "n")
    twice = twice * LinearLayout.zeros_1d(4, "lane", "n") * LinearLayout.zeros_1d(2, "warp", "n")
    found = reduce(twice, "n")
    assert (found.additions, found.masks, found.far) == (3, [1, 2, 4], None)


def test_wide_elements_shuffle_by_words():
    assert reduce(span(32, "lane", "n"), "n", element_bits=64).shuffles == 10


def test_the_result_of_a_simulation_is_refused_when_a_step_is_missing():
    from dataclasses import replace

    good = reduce(ACCUMULATOR, "col")
    for wrong in (
        replace(good, warp=good.warp[:1]),
        replace(good, thread=()),
        replace(good, warp=(*good.warp, good.warp[0])),
    ):
        with pytest.raises(LayoutError, match="and not"):
            wrong.simulate()
    far = reduce(span(32, "lane", "n") * span(4, "warp", "n"), "n")
    with pytest.raises(LayoutError):
        replace(far, far=replace(far.far, butterflies=())).simulate()


def test_what_is_not_held_is_refused_with_the_element():
    half = linear([2], (0, 1, 0, 0), {"x": 1, "y": 1})
    with pytest.raises(NotInvertibleError) as refused:
        reduce(half, "x")
    assert refused.value.witness == {"x": 1, "y": 0} or refused.value.witness == {"y": 0, "x": 1}


@pytest.mark.parametrize("bad", [3, None, "layout", [[1]], 2.5])
def test_bad_layouts_and_axes_are_refused(bad):
    with pytest.raises(ProfileError):
        reduce(bad, "n")
    with pytest.raises(ProfileError):
        reduce(ACCUMULATOR, bad)
    with pytest.raises(LayoutError):
        reduce(ACCUMULATOR, "col", element_bits=bad)
    with pytest.raises(LayoutError):
        reduce(ACCUMULATOR, "col", target=bad)
    with pytest.raises(ProfileError):
        reduce(ACCUMULATOR, "col", rule=bad)


def test_inputs_that_are_no_hardware_are_refused():
    with pytest.raises(ProfileError, match="offset"):
        reduce(span(4, "offset", "n"), "n")
    with pytest.raises(ProfileError, match="64 lanes"):
        reduce(span(64, "lane", "n"), "n", target="sm90")
    assert reduce(span(64, "lane", "n"), "n", target="gfx942").masks == [1, 2, 4, 8, 16, 32]


def test_huge_layouts_are_refused_quickly():
    with pytest.raises((ProfileError, TooLargeError)):
        reduce(span(2**40, "register", "n"), "n")


def test_json_and_text_tell_the_same():
    found = reduce(ACCUMULATOR, "col")
    assert found.to_json()["shuffles"] == found.shuffles == 4
    assert "4 shuffles a thread" in str(found)


def test_random_layouts_over_blocks_and_warps():
    rng = random.Random(11)
    for _ in range(40):
        sizes = (rng.randint(0, 3), rng.randint(0, 5), rng.randint(0, 3), rng.randint(0, 3))
        rows = rng.randint(0, sum(sizes))
        first = rng.randint(0, rows)
        layout = surjective(rng, sizes, {"x": first, "y": rows - first})
        assert reduce(layout, "x").simulate(seed=rng.randrange(99))
