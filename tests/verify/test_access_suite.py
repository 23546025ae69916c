"""The ``access`` of checks in files: the kernels have their figures, and a wrong figure is found out."""

from pathlib import Path

import pytest

from layouts import LayoutError
from layouts.verify.suite import read_suite, run_suite, suite_table

KERNELS = Path(__file__).parents[2] / "docs" / "examples" / "kernels.toml"
WITH_ACCESS = {
    "fi_k128_s8": (1, 4, 4),
    "fi_k64_s4": (1, 4, 4),
    "marlin_a_k64": (1, 4, 4),
    "marlin_a_k64_parens": (1, 4, 4),
    "tk_st_128B": (1, 4, 4),
    "dg_swap_ab": (1, 4, 4),
    "leet_fa_swz": (1, 4, 4),
    "hgemm_rot_ab": (1, 4, 4),
    "bnb_pad72": (1, 4, 4),
    "cs_transpose_pad": (1, 1, 1),
    "cs_transpose_nopad": (32, 32, 1),
    "bug_emmy_atom": (2, 8, 4),
}


def test_every_kernel_has_its_expected_conflicts():
    outcomes = run_suite(read_suite(KERNELS.read_text(encoding="utf-8")))
    found = {o.case.name: (r.degree, r.wavefronts, r.ideal) for o in outcomes for r in o.accesses}
    assert found == WITH_ACCESS
    assert all(outcome.surprises == () for outcome in outcomes)
    assert "32-way" in suite_table(outcomes)


ROWS = """
[[check]]
id = "rows"
unit = "2 bytes"
expression = "r * 64 + c"
variables = { r = 64, c = 64 }
[check.access]
instruction = "ldmatrix"
lanes = { r = "lane % 16", c = "lane / 16 * 8" }
"""


@pytest.mark.parametrize(
    ("addition", "surprises"),
    [
        ("", ("ldmatrix: it is 8-way, lanes 0 and 1 meet in bank 0",)),
        ("degree = 8\nwavefronts = 32\nideal = 4\ntotal = 32", ()),
        ("degree = 1", ("ldmatrix: degree is 8, not 1",)),
        ("elem = 4\ndegree = 8", ()),
    ],
)
def test_a_wrong_figure_is_a_surprise(addition, surprises):
    assert run_suite(read_suite(ROWS + addition))[0].surprises == surprises


def test_the_fix_must_have_its_figures():
    fixed = ROWS.replace("[check.access]", 'fix = { expression = "r * 72 + c" }\n[check.access]')
    assert run_suite(read_suite(fixed + "degree = 8\nfixed = { degree = 1, wavefronts = 4 }"))[0].surprises == ()
    assert run_suite(read_suite(fixed + "degree = 8\nfixed = { degree = 2 }"))[0].surprises == (
        "ldmatrix of the fix: degree is 1, not 2",
    )


def test_several_accesses_are_each_judged():
    two = ROWS.replace("[check.access]", "[[check.access]]") + "degree = 8\n"
    two += '[[check.access]]\ninstruction = "st.shared.b128"\nlanes = { r = "lane / 8", c = "lane % 8 * 8" }\n'
    assert run_suite(read_suite(two))[0].surprises == ()


@pytest.mark.parametrize(
    ("text", "fragment"),
    [
        (ROWS + "bank = 3", "'bank'"),
        (ROWS.replace('unit = "2 bytes"', ""), "needs elem"),
        (ROWS + "fixed = 3", "fixed is a table"),
        (ROWS + "fixed = { ways = 3 }", "fixed is a table"),
        (ROWS.split("[check.access]")[0] + "access = 3", "an access is a table"),
        (ROWS.split("[check.access]")[0] + "access = [3]", "an access is a table"),
    ],
)
def test_a_bad_access_is_refused(text, fragment):
    with pytest.raises(LayoutError) as caught:
        read_suite(text)
    assert fragment in str(caught.value)


def test_an_error_in_an_access_names_the_check():
    with pytest.raises(LayoutError, match="rows: lane 16 has r = 16"):
        run_suite(read_suite(ROWS.replace("lane % 16", "lane").replace("r = 64", "r = 16")))
