"""Symbolic extents: z3 proves, refutes with a point, or the verdict says undecided."""

import importlib.util
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import DEEP
from test_cases import index_expressions

from layouts import EvaluationError, LayoutError, check
from layouts.verify.symbolic import check_symbolic

HAS_Z3 = importlib.util.find_spec("z3") is not None
needs_z3 = pytest.mark.skipif(not HAS_Z3, reason="z3-solver is not installed: the extra smt")


@pytest.mark.skipif(HAS_Z3, reason="z3 is installed")
def test_without_z3_the_extra_is_named():
    with pytest.raises(LayoutError, match=r"f2layouts\[smt\]"):
        check("row * 4", {"row": "M"}, assume="M <= 65536")


@needs_z3
def test_a_row_of_any_number_of_rows_is_injective():
    verdict = check("row * N + col", {"row": "M", "col": "N"}, assume=["M <= 4096", "N <= 4096"], size="M * N")
    assert verdict.holds
    assert verdict.method == "z3, for all M, N at once"
    assert "row in 0 .. M - 1" in str(verdict)


@needs_z3
def test_a_padded_stride_that_is_too_small_collides():
    verdict = check("row * S + col", {"row": "M", "col": "N"}, assume=["M <= 64", "N <= 64", "S <= 64"])
    first, second = verdict.collision["first"], verdict.collision["second"]
    assert first != second
    assert all(p["row"] * p["S"] + p["col"] == verdict.collision["value"] for p in (first, second))
    assert all(p["row"] < p["M"] and p["col"] < p["N"] for p in (first, second))
    padded = check("row * S + col", {"row": "M", "col": "N"}, assume=["M <= 64", "N <= 64", "S <= 64", "S >= N"])
    assert padded.holds


@needs_z3
def test_overflow_and_bounds_for_all_extents():
    assert check("row * 4", {"row": "M"}, assume="M <= 536870912").holds
    verdict = check("row * 4", {"row": "M"}, assume="M <= 2147483647")
    assert verdict.failures == ["overflow"]
    assert verdict.overflow["at"]["row"] * 4 == verdict.overflow["value"] > 2**31 - 1
    assert "for example at" in str(verdict)
    outside = check("row + 1", {"row": "M"}, assume="M <= 100", size="M")
    assert outside.out_of_bounds["at"]["row"] + 1 == outside.out_of_bounds["value"]
    with pytest.raises(EvaluationError, match="division by zero"):
        check("row / (row - N)", {"row": "M"}, assume=["M <= 100", "N <= 50"])


@needs_z3
def test_bits_are_decided_as_bit_vectors():
    assert check("row * 8 + (col ^ (row % 8))", {"row": "M", "col": 8}, assume="M <= 4096", size="M * 8").holds
    assert check("(x ^ 5) & 6 | 1", {"x": "M"}, assume="M <= 100").collision is not None


@needs_z3
def test_two_formulas_are_compared_for_all_extents():
    assert check("row * 2", {"row": "M"}, assume="M <= 9999", same_as="row << 1").equal
    assert check("row % 8", {"row": "M"}, assume="M <= 8", same_as="row", expect="any").equal
    gap = check("row % 8", {"row": "M"}, assume="M <= 9", same_as="row", expect="any").difference
    assert gap == {"at": {"M": 9, "row": 8}, "value": 0, "expected": 8}


@needs_z3
def test_no_answer_in_time_is_undecided():
    lets = {"per": "G * N", "first": "pid / per * G", "gs": "min(M - first, G)"}
    formula = "(first + (pid % per) % gs) * N + (pid % per) / gs"
    arguments = (None, ("injective",), 32, "c", ["M <= 64", "N <= 64", "G <= 16"])
    verdict = check_symbolic([formula], [("pid", "M * N")], lets, *arguments, seconds=0.05)
    assert verdict.injective is None
    assert verdict.open == ["injective"]
    assert not verdict.holds
    assert str(verdict).endswith("UNDECIDED  injective")


@pytest.mark.parametrize("spec", [range(2, 5), [0, 8], "1:4", "0,8"])
def test_ranges_from_elsewhere_are_refused(spec):
    with pytest.raises(LayoutError, match="with assume"):
        check("i", {"i": spec}, assume="M <= 4")


def test_layouts_and_functions_are_refused():
    with pytest.raises(LayoutError, match="fixed extents"):
        check("i", {"i": "M"}, assume="M <= 4", equals="4:1")
    with pytest.raises(LayoutError, match="given as text"):
        check(lambda i: i, {"i": "M"}, assume="M <= 4")


@needs_z3
@settings(max_examples=300 if DEEP else 25)
@given(index_expressions, st.integers(1, 9), st.integers(1, 9), st.sampled_from(["c", "python"]))
def test_z3_is_enumeration(tree, i, j, dialect):
    from layouts.verify.pythonic import python_text

    text = str(tree) if dialect == "c" else python_text(tree)
    try:
        table = check(text, i=i, j=j, method="enumeration", dialect=dialect)
    except LayoutError:
        return  # C's / is none of Python's
    try:
        verdict = check_symbolic([text], [("i", i), ("j", "J")], (), None, ("injective",), 32, dialect, [f"J == {j}"])
    except LayoutError as error:
        assert "cannot be asked" in str(error)
        return
    if not verdict.undecided:
        assert verdict.injective == table.injective
        assert (verdict.overflow is None) == (table.overflow is None)
        assert itertools is not None


@needs_z3
def test_a_size_without_a_value_is_refused():
    for size in ("M / 0", "M / (N - 1)", "M << (N - 2)"):
        with pytest.raises(LayoutError, match="may have no value"):
            check("i", {"i": "M"}, assume=["M <= 1024", "1 <= N", "N <= 4"], size=size)
    assert check("i", {"i": "M"}, assume=["M <= 1024", "1 <= N", "N <= 4"], size="M * N / 1").holds
