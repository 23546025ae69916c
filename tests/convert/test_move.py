"""A move: the first level with a pull is the first level at which everybody has what he wants."""

import itertools

import pytest
from hypothesis import given
from moving_brute import any_pair, columns_of, flat, level, padded

from layouts import LayoutError, LinearLayout, NotInvertibleError, ProfileError
from layouts.convert.move import HARDWARE, Move


def pull_table(move):
    """Return {place of the destination: place of the source}, each as (register, lane, warp, block)."""
    sizes_A = [len(move.A[name]) for name in HARDWARE]
    sizes_B = [len(move.B[name]) for name in HARDWARE]
    columns = [column for name in HARDWARE for column in move.pull[name]]
    found = {}
    for place in range(1 << sum(sizes_B)):
        value = 0
        for k, column in enumerate(columns):
            if place >> k & 1:
                value ^= column
        found[_split(place, sizes_B)] = _split(value, sizes_A)
    return found


def _split(value, sizes):
    parts = []
    for size in sizes:
        parts.append(value & (1 << size) - 1)
        value >>= size
    return tuple(parts)


def element(columns, place):
    total = 0
    for name, value in zip(HARDWARE, place, strict=True):
        for k, column in enumerate(columns[name]):
            if value >> k & 1:
                total ^= column
    return total


def check_pull(src, dst):
    move = Move(src, dst, 32)
    move.check_pull()
    A, B = padded(columns_of(src), columns_of(dst))
    kept = {"register": 1, "shuffle": 2, "shared": 3, "cluster": 4}[move.level]
    for there, here in pull_table(move).items():
        assert element(A, here) == element(B, there)
        assert here[kept:] == there[kept:]


def test_level_is_the_first_that_suffices_on_all_small_pairs():
    seen = set()
    for a in itertools.product(range(4), repeat=3):
        src = flat(2, register=a[:1], lane=a[1:2], warp=a[2:])
        for b in itertools.product(range(4), repeat=3):
            dst = flat(2, register=b[:1], lane=b[1:2], warp=b[2:])
            expected = level(src, dst)
            seen.add(expected)
            if expected is None:
                with pytest.raises(NotInvertibleError):
                    Move(src, dst, 32)
            else:
                assert Move(src, dst, 32).level == expected, (a, b)
    assert seen == {None, "register", "shuffle", "shared"}


@given(any_pair())
def test_level_is_the_first_that_suffices(pair):
    assert Move(*pair, 16).level == level(*pair)


@given(any_pair())
def test_pull_takes_every_element_from_a_place_that_holds_it_and_stays_within_its_level(pair):
    check_pull(*pair)


def test_cluster_is_the_level_of_data_that_changes_its_block():
    src = flat(2, register=[1], block=[2])
    dst = flat(2, register=[2], block=[1])
    assert Move(src, dst, 32).level == level(src, dst) == "cluster"
    check_pull(src, dst)


def test_own_lane_comes_before_other_lanes_where_both_hold_a_copy():
    src = flat(2, register=[1], lane=[0, 2])
    dst = flat(2, register=[1], lane=[0, 2])
    assert Move(src, dst, 32).pull["lane"] == (2, 4)
    # Lane 1 holds a copy of what lane 0 has; a destination that also has copies leaves each lane its own.
    moved = Move(src, flat(2, register=[2], lane=[0, 1]), 32)
    assert moved.level == "shuffle"
    assert moved.pull["lane"][0] == 2


def test_missing_levels_have_size_one():
    src = LinearLayout([("register", [[1], [2]])], [("x", 4)])
    dst = LinearLayout([("register", [[2], [1]]), ("lane", [[0]])], [("x", 4)])
    move = Move(src, dst, 32)
    assert (move.level, move.count("A", "lane"), move.thread_bits) == ("register", 2, 1)


def test_last_dimension_has_the_low_bits():
    src = LinearLayout([("register", [[0, 1], [1, 0]])], [("row", 2), ("column", 2)])
    move = Move(src, src, 32)
    assert move.A["register"] == (1, 2)
    assert move.named(1) == {"row": 0, "column": 1}


def test_an_element_that_nobody_holds_is_the_witness():
    src = LinearLayout([("register", [[0, 1]])], [("row", 2), ("column", 2)])
    dst = LinearLayout([("register", [[1, 0]])], [("row", 2), ("column", 2)])
    with pytest.raises(NotInvertibleError, match="row=1, column=0") as error:
        Move(src, dst, 32)
    assert error.value.witness == {"row": 1, "column": 0}


A = flat(2, register=[1], lane=[2])


@pytest.mark.parametrize(
    ("src", "dst", "bits", "witness"),
    [
        (A, flat(3, register=[1], lane=[2]), 32, None),
        (A, LinearLayout([("register", [[1], [2]])], [("y", 4)]), 32, None),
        (LinearLayout([("thread", [[1], [2]])], [("x", 4)]), A, 32, "thread"),
        (A, A, 12, 12),
        (A, A, 0, 0),
        (A, A, -8, -8),
        (A, A, 2**70, 2**70),
        (A, A, True, True),
        (A, A, 32.0, 32.0),
        (A, A, "32", "32"),
        (A, A, None, None),
        (None, A, 32, None),
        (A, "A", 32, "A"),
        ([1], A, 32, None),
    ],
)
def test_bad_input_is_refused(src, dst, bits, witness):
    with pytest.raises(ProfileError) as error:
        Move(src, dst, bits)
    if witness is not None:
        assert error.value.witness == witness


def test_more_places_than_the_limit_are_refused_at_once():
    wide = LinearLayout([("register", [[1 << k] for k in range(25)])], [("x", 1 << 25)])
    with pytest.raises(LayoutError, match=r"2\*\*24"):
        Move(wide, wide, 8)
