"""Two maps are compared at every point, and the first difference is in the user's own variables."""

import json

import pytest

from layouts import Layout, LayoutError, ParseError, Swizzle, check, compare
from layouts.cli import main
from layouts.verify.domain import Domain, read_variable
from layouts.verify.reading import read_loop


def test_two_formulas():
    found = compare("i * 8 + (j ^ (i % 8))", "i * 8 + j", i=64, j=8)
    assert (found.equal, found.at, found.values) == (False, {"i": 1, "j": 0}, (9, 8))
    assert not found
    assert compare("(i * 8 + (j ^ (i % 8)) ^ 4) + 4 * 8", "(i + 4) * 8 + (j ^ ((i + 4) % 8))", i=60, j=8)


def test_formula_and_layout_in_either_order():
    formula, layout = "i * 4 + (j ^ ((i / 2) % 4))", "Sw<2,0,3> o (64,4):(4,1)"
    assert compare(formula, layout, i=64, j=4)
    assert compare(Swizzle(2, 0, 3) @ Layout((64, 4), (4, 1)), formula, i=64, j=4)
    assert compare("i * 4 + j", "(64,4):(4,1)", i=64, j=4)
    assert compare("i * 4 + j", layout, i=64, j=4).values == (8, 9)
    assert compare(layout, "i * 4 + j", i=64, j=4).values == (9, 8)


def test_the_ternary_of_c_is_no_layout():
    assert compare("i ? 1 : 0", "i > 0", i=4)


def test_two_layouts_are_compared_by_index():
    found = compare("(4,8):(8,1)", "(4,8):(8,2)")
    assert (found.at, found.values) == ({"index": 4, "coordinate": (0, 1)}, (1, 2))
    assert compare("(4,8):(8,1)", Layout((4, 8), (8, 1)))
    assert compare("4:1", "8:1").values == ("nothing", 4)
    with pytest.raises(LayoutError, match="by index"):
        compare("4:1", "4:2", i=4)


def test_writer_and_reader_over_the_same_coordinates():
    """Both are injective in their ranges; only the comparison finds the mistake of the padded width."""
    writer, reader = "r / 32 * 32 * 90 + r % 32 * 90 + k", "r / 32 * 32 * 96 + r % 32 * 96 + k"
    assert check(writer, r=64, k=90).injective
    assert check(reader, r=64, k=90).injective
    assert compare(writer, reader, r=64, k=90).at == {"r": 1, "k": 0}


def test_python_functions_are_compared_with_formulas():
    assert compare(lambda i, j: i * 8 + (j ^ i % 8), lambda i, j: 8 * i + (j ^ (i & 7)), i=2**40, j=8)
    assert compare(lambda i: i // 2, "i >> 1", i=2**40, dialect="python")


def test_comparisons_of_2_to_the_40_points_are_proofs():
    found = compare("(long long)i * 6 + j % 6", "(6ll * i) + (j - j / 6 * 6)", i=2**40 // 7, j=18)
    assert found.equal
    assert found.method.startswith("algebra")
    assert compare("i % 12 * 3", "i * 3 - i / 12 * 36 + (i == 1000000007)", i=2**30).at == {"i": 1000000007}


def test_a_stepped_loop_equals_its_closed_form():
    loop = "t: off = i * 8 + (j ^ (i % 8)); (off ^ 4) + 32"
    closed = "(i + 4 * t) * 8 + (j ^ ((i + 4 * t) % 8))"
    assert compare("off", closed, i=8, j=8, t=16, loop=loop)
    wrong = compare("off", closed, i=8, j=8, t=16, loop="t: off = i * 8 + (j ^ (i % 8)); (off ^ 2) + 32")
    assert wrong.at == {"i": 0, "j": 0, "t": 1}


def test_a_step_that_is_not_taken_does_not_overflow():
    verdict = check("p", i=2, t=3, loop="t: p = i; p * 2000000000", expect="any")
    assert verdict.overflow["at"] == {"i": 1, "t": 2}


@pytest.mark.parametrize("text", ["t", "t: p", "t: p = i", "u: p = i; p", "i: p = 0; p + "])
def test_a_loop_that_is_none_is_refused(text):
    with pytest.raises((ParseError, LayoutError)):
        check("p", i=4, t=range(1, 3), loop=text)


def test_a_loop_becomes_named_values_of_its_steps():
    domain = Domain([read_variable("t", 3)])
    lets = read_loop("t: p = 1; 2 * p + t", domain, "c")
    assert [(name, str(tree)) for name, tree in lets] == [
        ("p.0", "1"),
        ("p.1", "t >= 1 ? 2 * p.0 + 0 : p.0"),
        ("p", "t >= 2 ? 2 * p.1 + 1 : p.1"),
    ]
    value = 1
    for t in range(5):
        value = 2 * value + t
    assert check("p", t=6, loop="t: p = 1; 2 * p + t", expect="any").maximum == value


def test_the_command_compares(capsys):
    arguments = ["i*4 + (j ^ ((i/2) % 4))", "Sw<2,0,3> o (64,4):(4,1)", "-v", "i=64", "-v", "j=4"]
    assert main(["equal", *arguments]) == 0
    assert capsys.readouterr().out.startswith("EQUAL")
    assert main(["eq", "i * 8 + j", "i * 8 + 2 * j", "-v", "i=8", "-v", "j=8", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["equal"], found["at"], found["values"]) == (False, {"i": 0, "j": 1}, [1, 2])
    assert main(["equal", "i", "k", "-v", "i=8"]) == 2
    assert "not defined" in capsys.readouterr().err


def test_usage_errors_are_json_where_json_is_asked_for(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["equal", "i", "--json"])
    assert caught.value.code == 2
    assert json.loads(capsys.readouterr().out)["type"] == "UsageError"


NARROW, WIDE = "i * 1000000", "(long long)i * 1000000"


@pytest.mark.parametrize("pair", [(NARROW, WIDE), (WIDE, NARROW)])
def test_a_formula_that_overflows_is_equal_to_nothing(pair):
    found = compare(*pair, i=10000)
    assert found.equal is False
    assert not found
    assert found.at is None
    assert found.overflow == {"formula": NARROW, "at": {"i": 2148}, "value": 2148000000, "type": "int", "operator": "*"}
    assert found.to_json()["overflow"]["at"] == {"i": 2148}
    assert "OVERFLOW   first at i = 2148: '*' gives 2148000000, beyond int, in i * 1000000" in str(found)
    assert compare(*pair, i=2148).overflow is None
    assert compare(*pair, i=2148)
    assert compare(*pair, i=10000, int_bits=64)


def test_an_overflow_is_found_beside_a_layout_and_beside_a_difference():
    assert compare(NARROW, "10000:1000000", i=10000).overflow["at"] == {"i": 2148}
    assert compare("10000:1000000", NARROW, i=10000).overflow["at"] == {"i": 2148}
    both = compare(NARROW, f"{WIDE} + (i == 9)", i=10000)
    assert (both.at, both.overflow["at"]) == ({"i": 9}, {"i": 2148})
    assert str(both).count("\n") == 1


def test_the_overflow_of_the_other_formula_fails_a_check_too():
    verdict = check(WIDE, i=10000, same_as=NARROW)
    assert verdict.failures == ["overflow"]
    assert verdict.overflow["formula"] == NARROW
    assert "first at i = 2148" in str(verdict)
    assert "in i * 1000000" in str(verdict)


def test_overflow_in_enumerated_formulas_is_found_where_brute_force_finds_it():
    narrow, wide = "i * i * i % 1001", "(long long)i * i * i % 1001"
    first = next(i for i in range(3000) if i**3 >= 2**31)
    assert compare(narrow, wide, i=3000, limit=2**20).overflow["at"] == {"i": first}


def test_the_command_fails_on_overflow_and_says_undecided(capsys):
    assert main(["equal", NARROW, WIDE, "-v", "i=10000"]) == 1
    assert "first at i = 2148" in capsys.readouterr().out
    hard = ["equal", "i*i%101", "i*i%101+(i==99999999)", "-v", "i=100000000", "--limit", "1000"]
    assert main(hard) == 3
    assert capsys.readouterr().out.startswith("UNDECIDED")
    assert main([*hard, "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["equal"] is None


BIG = "9223372036854775800ull + i"


def test_values_beyond_64_bits_do_not_wrap():
    one = compare(BIG, f"(long long)({BIG} + i*i - i*i)", i=16)
    assert (one.at, one.values) == ({"i": 8}, (2**63, -(2**63)))
    assert compare(BIG, f"{BIG} + i*i - i*i", i=16)
    for large in ("~0ull", "~0ull - i", "-5ull", "9223372036854775808ull"):
        for pair in ((large, "i*i"), ("i*i", large)):
            assert compare(*pair, i=16).at == {"i": 0}
    steep = compare("i*4611686018427387904ull", "(long long)(i*4611686018427387904ull + i*i*i - i*i*i)", i=4)
    assert (steep.at, steep.values) == ({"i": 2}, (2**63, -(2**63)))


def test_a_stepped_value_is_not_shuffled():
    given = {"lane": 32, "t": 2}
    for formula in ("lane + 32 * t", "(lane ^ 1) + 32 * t"):
        with pytest.raises(ParseError, match="p is neither"):
            compare("__shfl_xor_sync(~0u, p, 1)", formula, given, loop="t: p = lane; p + 32")


@pytest.mark.parametrize("pair", [("i*1000000", lambda i: i * 1000000), (lambda i: (-i) % 4, "-i % 4")])
def test_the_language_of_a_text_beside_a_function_is_said(pair):
    for options in ({}, {"dialect": "c"}):
        with pytest.raises(LayoutError, match="dialect='python'"):
            compare(*pair, i=8, **options)
    assert compare(*pair, i=8, dialect="python")
