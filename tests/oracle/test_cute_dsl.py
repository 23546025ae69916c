"""The real CuTe DSL as oracle: where it is right we agree with it, where it is not brute force says so.

Nothing here trusts either side: an answer of ours must satisfy the definition at every point, and an answer of the DSL
is held against the same definition.  It runs in a process of its own, because some of its answers end the process.
"""

import importlib.util

import brute
import pytest
from comparison import Killed, Refused, Unreadable, check_known, compare
from engines import ask_dsl
from known_wrong import known
from supported import NAMES

from layouts import (
    Layout,
    LayoutError,
    NotALayoutError,
    coalesce,
    composition,
    flatten,
    left_inverse,
    make_identity_layout,
    parse,
)

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("cutlass") is None, reason="nvidia-cutlass-dsl is not installed"
)

layout = parse

# Where the DSL often has another form or no answer, and fewer of its answers are right.
RARELY_RIGHT = {"raked_product": 0}


@pytest.mark.parametrize("name", NAMES["cute_dsl"])
def test_ours_is_right_where_the_dsl_is_and_where_it_is_not(name):
    tally = compare("cute_dsl", name, ask_dsl, share=RARELY_RIGHT.get(name, 0.4))
    assert tally["right", "right"] + tally["right", "other form"] > 0


def test_raked_products_have_the_values_of_the_dsl():
    """It loses the hierarchy of B, so its form differs; its values do not."""
    tally = compare("cute_dsl", "raked_product", ask_dsl, share=0)
    assert tally["right", "other form"] + tally["right", "right"] > sum(tally.values()) / 2
    assert not tally["right", "wrong"]


def test_known_wrong_answers_of_the_dsl():
    entries = known("cute_dsl")
    answers = ask_dsl([(name, *case) for name, case, _ in entries])
    for (name, case, expected), theirs in zip(entries, answers, strict=True):
        check_known("cute_dsl", name, case, expected, theirs)


# -- worked values -----------------------------------------------------------------------------------------------------

AGREED = [
    ("composition", "(12,3,6):(1,72,12)", "(6,6):(6,1)", "((2,3),6):((6,72),1)"),
    ("composition", "(10,360):(2,60)", "(6,6):(5,60)", "((2,3),6):((10,60),360)"),
    ("composition", "(4,1):(1,8)", "8:1", "(4,2):(1,8)"),
    ("composition", "(4,6,8,10):(2,3,5,7)", "6:12", "(2,3):(9,5)"),
    ("composition", "8:1", "4:-1", "4:-1"),
    ("coalesce", "(3,4,1,5):(1,8,3,32)", None, "(3,20):(1,8)"),
    ("coalesce", "(2,(1,6)):(1,(6,2))", None, "12:1"),
    ("right_inverse", "(4,8):(0,1)", None, "8:4"),
    ("right_inverse", "(2,4):(1,1)", None, "(2):(1)"),
    ("left_inverse", "5:2", None, "(2,5):(0,1)"),
    ("left_inverse", "(4,8):(1,5)", None, "(5,8):(1,4)"),
    ("left_inverse", "(4,8):(0,1)", None, "8:4"),
]


def test_the_driver_gives_the_worked_values():
    """A driver that answered nothing, or something else, would make every comparison above vacuous."""
    answers = ask_dsl([(op, layout(a), *([layout(b)] if b else [])) for op, a, b, _ in AGREED])
    for (op, a, b, expected), theirs in zip(AGREED, answers, strict=True):
        assert coalesce(theirs) == coalesce(layout(expected)), f"{op} {a} {b}: {theirs}"


# -- where the DSL is known to be wrong --------------------------------------------------------------------------------

WRONG_COMPOSITIONS = [
    ("(8,8):(8,1)", "6:3", "(3,2):(24,1)", "(3,2):(24,9)"),
    ("(5,6,16):(16,80,1)", "8:8", "(4,2):(128,1)", "(4,2):(128,33)"),
    ("(6,4):(8,3)", "6:4", "(2,3):(32,3)", None),
    ("(4,6,8):(2,3,5)", "6:3", "(2,3):(6,3)", None),
    ("(6,2):(1,7)", "(3,2):(2,3)", "(3,2):(2,3)", None),
    ("(8,3):(3,1)", "(3,3):(1,3)", "(3,3):(3,9)", None),
    ("(2,4):(1,4)", "4:-1", "(2,2):(-1,-4)", None),
]


def test_compositions_that_the_dsl_gets_wrong():
    cases = [(layout(a), layout(b), layout(theirs), ours) for a, b, theirs, ours in WRONG_COMPOSITIONS]
    answers = ask_dsl([("composition", A, B) for A, B, _, _ in cases])
    for (A, B, expected, ours), theirs in zip(cases, answers, strict=True):
        assert coalesce(theirs) == coalesce(expected), f"the DSL now gives {theirs}"
        if min(brute.values(B)) >= 0:
            points = tuple([brute.value(A, n) for n in brute.values(B)])
            assert tuple(brute.values(theirs)) != points
            assert (brute.break_over_z(points, flatten(B.shape)) is None) == (ours is not None)
        if ours is None:
            with pytest.raises(NotALayoutError):
                composition(A, B)
        else:
            assert composition(A, B) == layout(ours)
            assert tuple(brute.values(layout(ours))) == points


def test_a_composition_that_the_dsl_refuses_and_that_exists():
    A, B = layout("(4,4):(4,1)"), layout("2:6")
    assert isinstance(ask_dsl([("composition", A, B)])[0], Refused)
    assert composition(A, B) == layout("2:9")
    assert brute.values(layout("2:9")) == [brute.value(A, n) for n in brute.values(B)]


def test_coordinates_that_the_dsl_gets_wrong():
    """The indices 0 3 6 9 of (4,6) are (0,0) (3,0) (2,1) (1,2); the DSL has (0,0) (3,0) (0,1) (3,1).

    With (2,1) at index 2 every layout has (5,1) at index 3.
    """
    A, B = make_identity_layout((4, 6)), layout("4:3")
    (theirs,) = ask_dsl([("composition", A, B)])
    assert str(theirs) == "(2,2):(3@0,1@1)"
    with pytest.raises(NotALayoutError) as caught:
        composition(A, B)
    assert caught.value.witness == 3
    assert [A(n) for n in (0, 3, 6, 9)] == [(0, 0), (3, 0), (2, 1), (1, 2)]


def test_left_inverses_that_the_dsl_gets_wrong():
    cases = [("(2,3):(2,1)", "(2,2):(2,1)"), ("(3,(3,4)):(1,(2,0))", "(2,3):(1,3)")]
    answers = ask_dsl([("left_inverse", layout(text)) for text, _ in cases])
    for (text, expected), theirs in zip(cases, answers, strict=True):
        L = layout(text)
        points = brute.values(L)
        assert theirs == layout(expected)
        assert [brute.value(L, brute.value(theirs, n)) for n in points] != points
        assert brute.has_left_inverse(tuple(points))
        ours = left_inverse(L)
        assert [brute.value(L, brute.value(ours, n)) for n in points] == points


WRONG = [
    (("complement", "(2,2):(1,1)", 8), "(0,4):(2,2)"),
    (("complement", "(2,2):(2,3)", 16), "(2,0,3):(1,4,6)"),
    (("complement", "(4,3):(8,9)", 1), "(8,0):(1,32)"),
    (("complement", "4:-1", 16), "(-1,-4):(1,-4)"),
    (("complement", "12:1", (8, 8)), "4:12"),  # 48 elements for 64
    (("logical_product", "8:3", "((2,6)):((1,2))"), "(8,((2,(2,3)))):(3,((1,(2,24))))"),  # copies collide
    (("logical_product", "(5,2):(8,3)", "4:1"), "((5,2),4):((8,3),1)"),  # copies collide
    (("logical_product", "(2,2):(1,2)", (2, 2)), "((2,2),(2,2)):((1,2),(2,1))"),  # copies collide
    (("raked_product", "(2,5):(5,1)", "((4,4),1):((1,4),0)"), "((16,2),5):((10,5),1)"),  # B has lost its hierarchy
    (("raked_product", "4:1", "(16):(1)"), None),
    (("tile_to_shape", "(2,5):(5,1)", (6, 21), (0, 1)), "((2,3),(5,5)):((5,10),(1,30))"),  # extent 25
    (("make_ordered_layout", (2, 3, 4), (0, 0, 1)), "(2,3,4):(1,1,6)"),  # collides
    (("upcast", "(2,4):(9,2)", 2), "(2,4):(5,1)"),
    (("upcast", "8:-3", 2), "8:-2"),
    (("upcast", "3:1", 2), "2:1"),
    (("nullspace", "4:0"), None),
    (("zipped_divide", "(8,12):(12,1)", (None, 3)), None),
    (("logical_divide", "(2,16,16):(1,128,2)", "(4,4):(2,1)"), Killed()),
]


def test_known_defects_of_the_dsl():
    """When one of these changes, the DSL has changed: look again."""
    cases = [[parse(part) if isinstance(part, str) and ":" in part else part for part in case] for case, _ in WRONG]
    for (case, expected), theirs in zip(WRONG, ask_dsl(cases), strict=True):
        if expected is None:
            assert isinstance(theirs, Refused), case
        elif isinstance(theirs, Unreadable):
            assert theirs.text == expected, case
        else:
            assert str(theirs) == str(expected), case


@pytest.mark.parametrize("text", ["(2,4):(9,2)", "8:-3", "3:1"])
def test_what_the_dsl_rounds_is_refused_by_ours(text):
    from layouts import upcast

    with pytest.raises(LayoutError):
        upcast(parse(text), 2)


def test_ties_in_an_order_keep_the_layout_injective():
    from layouts import make_ordered_layout

    assert make_ordered_layout((2, 3, 4), (0, 0, 1)) == Layout((2, 3, 4), (1, 2, 6))
