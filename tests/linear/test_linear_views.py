"""The views list every place and every element once; refusals.  Triton prints the same, see the oracle tests."""

import re

import linear_brute as brute
import pytest
from hypothesis import given

from layouts import LayoutError, LinearLayout, ProfileError, TooLargeError

PLACES = [("register", 1), ("lane", 2), ("warp", 1), ("block", 1)]


@given(brute.linear_layouts(ins=PLACES, outs=[("dim0", 2), ("dim1", 2)]))
def test_the_tensor_view_lists_the_holders_of_every_element(L):
    text = L.get_distributed_view(False)
    rows = [re.split(r", ?", row.strip("[] ")) if row.strip("[] ") else [""] for row in text.strip().splitlines()]
    cells = [cell.strip() for row in rows for cell in row]
    assert len(cells) == 16
    for i, cell in enumerate(cells):
        held = {tuple(map(int, found)) for found in re.findall(r"B(\d):T *(\d+):(\d+)", cell)}
        expected = {
            (x["block"], x["lane"] + 4 * x["warp"], x["register"])
            for x in brute.points(L.in_dims)
            if brute.value(L, x) == {"dim0": i // 4, "dim1": i % 4}
        }
        assert held == expected


@given(brute.linear_layouts(ins=PLACES, outs=[("dim0", 2), ("dim1", 2)]))
def test_the_hardware_view_lists_the_element_of_every_place(L):
    found = [tuple(map(int, pair)) for pair in re.findall(r"\( *(\d+), *(\d+)\)", L.get_distributed_view(True))]
    order = [("lane", 4), ("register", 2), ("warp", 2), ("block", 2)]
    assert found == [tuple(brute.value(L, x).values()) for x in brute.points(order)]


@given(brute.linear_layouts(ins=[("offset", 3), ("block", 1)], outs=[("dim0", 2), ("dim1", 2)]))
def test_the_shared_views_list_the_element_at_every_offset(L):
    expected = [tuple(brute.value(L, x).values()) for x in brute.points(L.in_dims)]
    for hardware, separator in ((True, ","), (False, ":")):
        found = re.findall(rf"\( *(\d+){separator} *(\d+)\)", L.get_shared_view(hardware))
        assert [tuple(map(int, pair)) for pair in found] == expected


D = LinearLayout([("register", []), ("lane", []), ("warp", []), ("block", [])], [])
LARGE = LinearLayout([("offset", [[0]] * 30), ("block", [])], {"x": 1})
REFUSED = [
    (lambda: LinearLayout.identity_1d(2, "lane", "x").get_distributed_view(False), ProfileError, ["lane"]),
    (lambda: LinearLayout.identity_1d(2, "offset", "x").get_shared_view(True), ProfileError, ["offset"]),
    (lambda: D.unsqueeze_ins("more").get_distributed_view(True), ProfileError, [*D.get_in_dim_names(), "more"]),
    (lambda: D.get_distributed_view(False), ProfileError, 0),
    (lambda: LARGE.get_shared_view(True), TooLargeError, 2**30),
    (lambda: LARGE.resize_in_dim("offset", 8).get_shared_view(True, limit=7), TooLargeError, 8),
    (lambda: D.get_distributed_view(True, limit=1.0), ProfileError, 1.0),
    (lambda: D.get_distributed_view("no"), ProfileError, "no"),
    (lambda: D.get_distributed_view(None), ProfileError, None),
    (lambda: LARGE.get_shared_view(1), ProfileError, 1),
    (lambda: LARGE.resize_in_dim("offset", 2).get_shared_view(False), LayoutError, (2, 1)),
]


@pytest.mark.parametrize("k", range(len(REFUSED)))
def test_what_has_no_view_is_refused(k):
    call, kind, witness = REFUSED[k]
    with pytest.raises(kind) as caught:
        call()
    assert caught.value.witness == witness


def test_views_have_as_many_places_as_the_limit_says():
    L = LinearLayout([("offset", [[0]] * 19), ("block", [])], {"x": 1})
    assert L.get_shared_view(True).count("\n") == 2**19 + 1  # one line for each place, more than 2**18
    assert LARGE.resize_in_dim("offset", 8).get_shared_view(True, limit=8).count("\n") == 9


def test_the_hardware_view_of_copies_has_a_line_for_each_place():
    S = LinearLayout.from_bases([("offset", [[1], [0]]), ("block", [])], ["dim0"])
    lines = [f"Offset: {i} -> ({i & 1})" for i in range(4)]  # Triton prints two, as many as elements
    assert S.get_shared_view(True).splitlines() == ["Block: 0:", *lines]
