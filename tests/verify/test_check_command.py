"""``layouts check`` on the command line: what it says, what it refuses, and the status it exits with."""

import json

import pytest

from layouts import LayoutError, ParseError, check
from layouts.cli import main

HARD = ["check", "i*i%101", "-v", "i=100000000", "--limit", "1000"]


def said(arguments, capsys):
    status = main(arguments)
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_first_stands_before_every_fault_beside_a_collision(capsys):
    _, text, _ = said(["check", "i/2", "-v", "i=8", "--equals", "8:1"], capsys)
    assert "  differs    first at i = 1: 0 against 1" in text
    _, text, _ = said(["check", "i*i*i%1001", "-v", "i=2000"], capsys)
    assert "  overflow   first at i = 1291: '*' gives 2151685171, beyond int" in text


def test_what_is_undecided_is_a_verdict_with_status_3(capsys):
    status, text, _ = said(HARD, capsys)
    assert status == 3
    assert "  undecided  injective, overflow: no closed form was found" in text
    assert text.endswith("  UNDECIDED  injective, overflow\n")
    status, text, _ = said([*HARD, "--json"], capsys)
    found = json.loads(text)
    assert status == 3
    assert set(found["undecided"]) == {"injective", "overflow"}
    assert found["method"].startswith("none")
    assert found["holds"] is False
    assert found["injective"] is None
    assert said(["check", "i*", "-v", "i=8"], capsys)[0] == 2


SUITE = """
[[check]]
id = "a"
expression = "i/0"
variables = {i = 8}

[[check]]
id = "b"
expression = "i/2"
variables = {i = 8}

[[check]]
id = "c"
expression = "i*i%101"
variables = {i = 100000000}
"""


def test_a_check_without_a_value_or_an_answer_does_not_stop_the_others(tmp_path, capsys):
    path = tmp_path / "three.toml"
    path.write_text(SUITE, encoding="utf-8")
    status, text, _ = said(["check", str(path), "--limit", "1000"], capsys)
    assert status == 1
    assert "a: it fails: at i = 0: division by zero" in text
    assert "b: it fails: injective" in text
    assert "c: it is undecided: no closed form was found" in text
    assert "0 of 3 checks" in text


def test_a_file_in_which_something_is_undecided_and_nothing_fails_has_status_3(tmp_path, capsys):
    path = tmp_path / "one.toml"
    path.write_text(SUITE[SUITE.index('[[check]]\nid = "c"') :], encoding="utf-8")
    assert said(["check", str(path), "--limit", "1000"], capsys)[0] == 3
    failing = path.read_text(encoding="utf-8") + 'verdict = "fails"\nbecause = "injective"\n'
    path.write_text(failing, encoding="utf-8")
    status, text, _ = said(["check", str(path), "--limit", "1000"], capsys)
    assert status == 3
    assert "it is undecided" in text


def test_symbolic_sizes_have_a_way_in(capsys):
    arguments = ["check", "row*S + col", "-v", "row=M", "-v", "col=N"]
    for condition in ("M <= 64", "N <= 64", "S <= 64", "S >= N"):
        arguments += ["--assume", condition]
    pytest.importorskip("z3")
    assert said([*arguments, "--size", "M*S"], capsys)[0] == 0
    status, text, _ = said([*arguments, "--size", "M*N"], capsys)
    assert status == 1
    assert "outside" in text
    status, _, complaint = said(["check", "i", "-v", "i=4", "--size", "M*S"], capsys)
    assert status == 2
    assert "--size: expected a number" in complaint


@pytest.mark.parametrize(
    "option", [["--all-forms"], ["--int-bits", "64"], ["--dialect", "c"], ["--loop", "t: p = 0; p"]]
)
def test_options_that_a_file_of_checks_has_no_use_for_are_refused(option, tmp_path, capsys):
    path = tmp_path / "three.toml"
    path.write_text(SUITE, encoding="utf-8")
    status, _, complaint = said(["check", str(path), *option], capsys)
    assert status == 2
    assert f"{option[0]} belongs to one expression, not to a file of checks" in complaint


@pytest.mark.parametrize(
    "option", [["--assume", "garbage(("], ["--loop", "rubbish"], ["--dialect", "python"], ["--all-forms"]]
)
def test_options_that_source_files_have_no_use_for_are_refused(option, tmp_path, capsys):
    path = tmp_path / "a.cu"
    path.write_text("// layouts: check a(i:8)\nint a = i;\n", encoding="utf-8")
    assert said(["check", str(path)], capsys)[0] == 0
    status, _, complaint = said(["check", str(path), *option], capsys)
    assert status == 2
    assert f"{option[0]} belongs to one expression, not to source files" in complaint


def test_two_forms_at_once_are_refused(tmp_path, capsys):
    path = tmp_path / "a.cu"
    path.write_text("// layouts: check a(i:8)\nint a = i;\n", encoding="utf-8")
    assert said(["check", str(path), "--json", "--format", "github"], capsys)[0] == 2


@pytest.mark.parametrize(
    ("arguments", "fragment"),
    [
        (["check", "-i", "-v", "i=4"], "in parentheses: '(-i)'"),
        (["equal", "0-i>>1", "-i/2", "-v", "i=8"], "in parentheses: '(-i/2)'"),
        (["conflicts", "-lane", "--elem", "4"], "in parentheses: '(-lane)'"),
        (["check", "i", "-v", "i=4", "--limit", "x"], "expected a number such as 64, 0x40 or 2**26, not 'x'"),
        (["conflicts", "lane", "--elem", "x"], "expected a number such as"),
    ],
)
def test_what_the_parser_refuses_it_explains(arguments, fragment, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert fragment in capsys.readouterr().err


def test_a_formula_that_begins_with_a_minus_is_read_in_parentheses(capsys):
    assert said(["check", "(-i)", "-v", "i=4"], capsys)[0] == 0
    with pytest.raises(SystemExit):
        main(["check", "i", "-v", "i=4", "--lim", "x"])
    assert "parentheses" not in capsys.readouterr().err


def test_limits_are_not_negative():
    assert check("i*8", i=8, limit=0).holds
    with pytest.raises(LayoutError, match="at least 0"):
        check("i*8", i=8, limit=-1)


def test_active_lanes_are_explained(capsys):
    status, _, complaint = said(["conflicts", "lane", "--elem", "4", "--active", ""], capsys)
    assert status == 2
    assert "--active: expected lanes" in complaint
    assert "assume" not in complaint


# -- types of variables ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["threadIdx.x", "blockIdx.z", "unsigned tid", "uint32_t tid"])
def test_unsigned_variables_wrap(name, capsys):
    short = name.split()[-1]
    verdict = check(f"({short} - 1) / 8", {name: 8}, expect="any")
    values = [(value - 1) % 2**32 // 8 for value in range(8)]
    assert (verdict.minimum, verdict.maximum) == (min(values), max(values))
    assert check(f"({short} - 1) / 8", {name: 8}, expect="any", method="enumeration").maximum == max(values)
    status, text, _ = said(["check", f"({short} - 1) / 8", "-v", f"{name}=8", "--expect", "any"], capsys)
    assert status == 0
    assert "values     0 .. 536870911" in text


def test_narrow_variables_have_their_type():
    assert check("c << 24", {"uint8_t c": range(256)}, expect="any").overflow["at"] == {"c": 128}
    assert check("c << 8", {"uint8_t c": range(256)}).holds
    assert check("a - 1", {"unsigned long long a": 4}, expect="any").maximum == 2**64 - 1
    assert check("tid - 1 < 0", {"unsigned tid": 4}, expect="any").maximum == 0
    assert check("tid - 1 < 0", {"tid": 4}, expect="any").maximum == 1


@pytest.mark.parametrize(
    ("variables", "error", "fragment"),
    [
        ({"float tid": 8}, ParseError, "'float' is no integer type"),
        ({"int threadIdx.x": 8}, ParseError, "threadIdx.x is unsigned int"),
        ({"threadIdx.x": range(-1, 4)}, LayoutError, "does not hold the values"),
        ({"uint8_t c": 257}, LayoutError, "does not hold the values"),
        ({"unsigned tid": 4, "tid": 4}, LayoutError, "twice"),
    ],
)
def test_types_that_do_not_fit_are_refused(variables, error, fragment):
    with pytest.raises(error, match=fragment):
        check("1", variables)


def test_python_has_no_types():
    assert check("(x - 1) // 8", {"x": 8}, dialect="python", expect="any").minimum == -1
    with pytest.raises(ParseError, match="no type"):
        check("x", {"unsigned x": 8}, dialect="python")


def test_lanes_and_warps_of_threads_are_ints():
    assert check("lane - 1", {"threadIdx.x": 64}, expect="any").minimum == -1
    assert check("warp_id - 1", {"threadIdx.x": 64}, expect="any").minimum == -1


def test_symbolic_extents_keep_the_types():
    pytest.importorskip("z3")
    verdict = check("tid - 1 < 0", {"unsigned tid": "M"}, assume="M <= 64", same_as="tid - tid", expect="any")
    assert verdict.equal
    assert not check("tid - 1 < 0", {"tid": "M"}, assume="M <= 64", same_as="tid - tid", expect="any").equal
