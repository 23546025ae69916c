"""CuTe's C++ headers as oracle, compiled for the host; where they are wrong brute force says so.

A layout is a type there, so each case is compiled; the number of cases is small, and larger in the deep profile.
"""

import pytest
from comparison import check_known, compare
from cute_cpp import ask_cpp, missing, session
from known_wrong import known
from strategies import DEEP, QUICK
from supported import NAMES

from layouts import parse

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing() or "-")

CASES = 200 if DEEP else 5 if QUICK else 8


@pytest.fixture(scope="module")
def folder():
    with session() as prepared:
        yield prepared


@pytest.mark.parametrize("name", NAMES["cute_cpp"])
def test_ours_is_right_where_cpp_is_and_where_it_is_not(name, folder):
    tally = compare("cute_cpp", name, lambda cases: ask_cpp(cases, folder), CASES, share=0)
    assert sum(n for (_, theirs), n in tally.items() if theirs in ("right", "other form")) > 0


def test_known_wrong_answers_of_cpp(folder):
    entries = known("cute_cpp")
    answers = ask_cpp([(name, *case) for name, case, _ in entries], folder)
    for (name, case, expected), theirs in zip(entries, answers, strict=True):
        check_known("cute_cpp", name, case, expected, theirs)


WORKED = [
    (("coalesce", "(2,(1,6)):(1,(6,2))"), "12:1"),
    (("composition", "(8,8):(8,1)", "6:3"), "(3,2):(24,1)"),  # wrong, as in the DSL
    (("composition", "(4,6,8):(2,3,5)", "6:3"), "(2,3):(6,3)"),  # wrong, as in the DSL
    (("complement", "4:2", 24), "(2,3):(1,8)"),
    (("logical_divide", "(4,2,3):(2,1,8)", "4:2"), "((2,2),(2,3)):((4,1),(2,8))"),
    (("raked_product", "(2,5):(5,1)", "(3,4):(1,3)"), "((3,2),(4,5)):((10,5),(30,1))"),
    (("upcast", "(4,8):(8,1)", 2), "(4,4):(4,1)"),
    (("make_ordered_layout", (2, 3, 4), (2, 0, 1)), "(2,3,4):(12,1,3)"),
]


def test_the_program_gives_the_worked_values(folder):
    """A program that answered nothing, or something else, would make every comparison above vacuous."""
    cases = [[parse(part) if isinstance(part, str) and ":" in part else part for part in case] for case, _ in WORKED]
    assert ask_cpp(cases, folder) == [parse(text) for _, text in WORKED]
