"""Files of checks: the 21 kernels have their verdicts, and a file that says something wrong is found out."""

import tomllib
from pathlib import Path

import pytest

from layouts import LayoutError, ParseError
from layouts.verify.suite import read_suite, run_suite, suite_table

KERNELS = Path(__file__).parents[2] / "docs" / "examples" / "kernels.toml"


@pytest.fixture(scope="module")
def outcomes():
    return run_suite(read_suite(KERNELS.read_text(encoding="utf-8")))


def test_the_21_kernels_have_their_expected_verdicts(outcomes):
    assert len(outcomes) == 21
    assert [outcome.surprises for outcome in outcomes] == [()] * 21
    assert "21 of 21 checks have their expected verdict" in suite_table(outcomes)


def test_every_bug_fails_for_its_reason_and_its_fix_holds(outcomes):
    failing = {o.case.name: (o.verdict.failures, o.fixed) for o in outcomes if not o.verdict.holds}
    assert failing == {
        "marlin_a_k64_parens": (["in-bounds"], None),
        "bug_aiter_scale": (["injective"], True),
        "bug_emmy_atom": (["equal"], True),
        "bug_cute_i32": (["overflow"], True),
        "bug_swizzle_units": (["equal"], True),
    }


def test_every_kernel_states_its_source_and_the_fields_it_should_have():
    for table in tomllib.loads(KERNELS.read_text(encoding="utf-8"))["check"]:
        assert table["source"]
        assert table["what"]
        assert {"domain_size", "minimum", "maximum"} <= set(table["expected"])


CASE = '[[check]]\nid = "row"\nexpression = "i * 8 + j"\nvariables = {i = 8, j = 8}\n'


def surprises_of(text):
    return run_suite(read_suite(text))[0].surprises


@pytest.mark.parametrize(
    ("addition", "surprise"),
    [
        ('verdict = "fails"\nbecause = "injective"', "it holds"),
        ("size = 60", "it fails: in-bounds"),
        ('size = 60\nverdict = "fails"\nbecause = "injective"', "it fails for in-bounds, not for injective"),
        ("[check.expected]\nmaximum = 64", "maximum is 63, not 64"),
        ('[check.expected]\ncute = "(8,8):(1,8)"', "cute is (8,8):(8,1), not (8,8):(1,8)"),
        ("[check.expected]\nmaxima = 64", "maxima is no field of a verdict, not 64"),
        ('fix = {expression = "i"}', "the fix fails"),
    ],
)
def test_a_wrong_expectation_is_a_surprise(addition, surprise):
    assert surprises_of(CASE + addition) == (surprise,)


def test_a_case_without_surprise_has_none():
    assert surprises_of(CASE + 'size = 64\nexpect = ["injective", "onto"]\nequals = "(8,8):(8,1)"') == ()


@pytest.mark.parametrize(
    ("text", "fragment"),
    [
        ("", "[[check]]"),
        ("[[check]\n", "not a TOML file"),
        ("[[check]]\nid = 'a'", "a: a check needs expression"),
        ("[[check]]\nid = 'a'\nexpression = 'i'", "a: a check needs variables"),
        (CASE + "sizes = 4", "'sizes' is not one of"),
        (CASE + CASE, "two checks have the id 'row'"),
        (CASE + 'verdict = "fails"', "because"),
        (CASE + 'verdict = "fails"\nbecause = "bad luck"', "bad luck"),
        (CASE + "fix = {size = 4}", "a fix has an expression"),
        ("other = 4\n" + CASE, "'other' is not known"),
        ("check = 4", "[[check]]"),
        ("x = " + "[" * 10_000, "not a TOML file"),
    ],
)
def test_a_bad_file_is_refused_and_names_the_place(text, fragment):
    with pytest.raises(LayoutError) as caught:
        read_suite(text)
    assert fragment in str(caught.value)


def test_an_error_in_a_case_names_the_case():
    with pytest.raises(ParseError, match=r"row: .*\n.*i \+\n"):
        run_suite(read_suite(CASE.replace("i * 8 + j", "i +")))
    with pytest.raises(LayoutError, match="row: equals"):
        run_suite(read_suite(CASE + 'equals = "8:1"'))
