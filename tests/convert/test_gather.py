"""Gathers: right at every place and index, by shuffles exactly where no other warp is needed."""

import random

import pytest
from convert_layouts import linear, places, surjective

from layouts import LayoutError, LinearLayout, NotInvertibleError, ProfileError
from layouts.convert.gathers import gather

span = LinearLayout.identity_1d


def reachable_in_own_warp(source, index, axis) -> bool:
    """Tell by listing places whether every element that any index may name has a copy in the place's own warp."""
    sides = dict(source.in_dims)
    held = {}
    for place, element in places(source):
        warp = (place.get("warp", 0), place.get("block", 0))
        held.setdefault(tuple(sorted(element.items())), set()).add(warp)
    size = dict(source.out_dims)[axis]
    for place, element in places(index):
        own = (place.get("warp", 0) % sides.get("warp", 1), place.get("block", 0) % sides.get("block", 1))
        for value in range(size):
            if own not in held[tuple(sorted({**element, axis: value}.items()))]:
                return False
    return True


def pairs(count, seed):
    rng = random.Random(seed)
    while count:
        sizes = (rng.randint(0, 2), rng.randint(0, 3), rng.randint(0, 2), rng.randint(0, 1))
        more = (rng.randint(0, 2), sizes[1], sizes[2], sizes[3])
        rows = rng.randint(0, min(sum(sizes), sum(more)))
        first = rng.randint(0, rows)
        shape = {"x": first, "y": rows - first}
        plain = rng.random() < 0.7
        yield surjective(rng, sizes, shape, plain), surjective(rng, more, shape, plain)
        count -= 1


def test_shuffles_exactly_where_the_own_warp_holds_all_that_may_be_wanted():
    rules = []
    for source, index in pairs(150, seed=5):
        for axis in "xy":
            found = gather(source, index, axis)
            rules.append(found.rule)
            assert (found.rule == "shuffle") == reachable_in_own_warp(source, index, axis)
            assert found.simulate(seed=9) == index.get_total_in_dim_size()
    assert min(rules.count("shuffle"), rules.count("shared")) > 20


def test_a_row_in_one_warp_costs_a_shuffle_for_each_register_that_may_hold_it():
    row = span(2, "register", "n") * span(32, "lane", "n")
    assert (gather(row, row, "n").shuffles, gather(row, row, "n").selects) == (4, 2)
    narrow = span(32, "lane", "n")
    assert (gather(narrow, narrow, "n").shuffles, gather(narrow, narrow, "n").selects) == (1, 0)
    assert gather(narrow, narrow, "n", element_bits=64).shuffles == 2


def test_rows_that_lie_in_warps_of_their_own_need_no_memory():
    tile = span(32, "lane", "n") * span(4, "warp", "m")
    assert gather(tile, tile, "n").rule == "shuffle"
    assert gather(tile, tile, "m").rule == "shared"
    assert gather(tile, tile, "m").buffer_bytes == 512


def test_the_axis_may_have_another_size_in_the_indices():
    source = span(8, "lane", "n") * span(4, "lane", "m")
    index = span(2, "register", "n") * span(8, "lane", "n") * span(4, "lane", "m")
    assert gather(source, index, "n").simulate() == 64


def test_a_wrong_candidate_is_found_by_the_simulation():
    from dataclasses import replace

    row = span(2, "register", "n") * span(32, "lane", "n")
    with pytest.raises(LayoutError, match="and not"):
        replace(gather(row, row, "n"), candidates=(0,)).simulate()
    with pytest.raises(LayoutError, match="and not"):
        replace(gather(row, row, "n"), by_index=(1, 2, 4, 8, 16, 64)).simulate()


def test_tensors_that_differ_in_more_than_the_axis_are_refused():
    a, b = span(32, "lane", "n"), span(32, "lane", "m")
    with pytest.raises(ProfileError):
        gather(a, b, "n")
    with pytest.raises(ProfileError):
        gather(a * span(2, "warp", "m"), a * span(4, "warp", "m"), "n")


def test_what_is_not_held_is_refused_with_the_element():
    half = linear([2], (0, 1, 0, 0), {"x": 1, "y": 1})
    with pytest.raises(NotInvertibleError) as refused:
        gather(half, half, "x")
    assert refused.value.witness == {"y": 0, "x": 1}


@pytest.mark.parametrize("bad", [3, None, "layout", 2.5])
def test_bad_input_is_refused(bad):
    row = span(32, "lane", "n")
    for arguments in ((bad, row, "n"), (row, bad, "n"), (row, row, bad)):
        with pytest.raises(LayoutError):
            gather(*arguments)
    with pytest.raises(LayoutError):
        gather(row, row, "n", element_bits=bad)
