"""``layouts conflicts`` and ``layouts fix``: their exit status, their text and their JSON."""

import json

import pytest

from layouts.cli import main


def test_no_conflict_is_status_0_and_a_conflict_1(capsys):
    arguments = ["conflicts", "--lane", "x = lane, y = 0", "--elem", "4"]
    assert main([*arguments, "x * 33 + y"]) == 0
    assert "HOLDS       no bank conflict" in capsys.readouterr().out
    assert main([*arguments, "x * 32 + y", "--table"]) == 1
    printed = capsys.readouterr().out
    assert "wavefronts  32, ideal 1: 32-way" in printed
    assert "lanes 0 and 1 in bank 0: words 0 and 32; x = 0, y = 0 at 0 and x = 1, y = 0 at 32" in printed
    assert "phase 0  bank 0: lane 0 | lane 1" in printed


def test_json_has_the_table(capsys):
    assert main(["conflicts", "lane * 4", "--elem", "4", "--bytes", "16", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["wavefronts"], found["ideal"], len(found["phases"])) == (4, 4, 4)
    assert main(["conflicts", "lane * 3", "--elem", "4", "--bytes", "16", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["witness"] == 1
    assert main(["fix", "(64,64):(64,1)", "--elem", "2", "--access", "ldmatrix", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["swizzle"]["text"], found["padding"]["text"]) == ("Sw<3,3,3> o (64,64):(64,1)", "(64,64):(72,1)")


def test_fix_of_a_tile_and_of_a_formula_say_the_same(capsys):
    assert main(["fix", "(64,64):(64,1)", "--elem", "2", "--access", "ldmatrix"]) == 0
    printed = capsys.readouterr().out
    for text in (
        "8-way",
        "Sw<3,3,3> o (64,64):(64,1)   ldmatrix: 1-way",
        "in bytes Sw<3,4,3>",
        "(64,64):(72,1)   ldmatrix: 1-way",
    ):
        assert text in printed
    formula = ["fix", "m * n + k", "--let", "n = 64", "-v", "m=64", "-v", "k=64", "--elem", "2"]
    assert main([*formula, "--access", "ldmatrix: m = lane % 16, k = lane / 16 * 8"]) == 0
    assert capsys.readouterr().out == printed


def test_what_cannot_be_freed_is_status_1(capsys):
    accesses = [
        "--access",
        "st.shared.b128: r = lane / 8, c = lane % 8 * 4",
        "--access",
        "ld.shared.b32: r = lane, c = 0",
    ]
    assert main(["fix", "(32,32):(32,1)", "--elem", "4", *accesses]) == 1
    assert "8 wavefronts are the least" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "fragment"),
    [
        (["conflicts", "r * 64", "--lane", "r", "--elem", "2"], "NAME = EXPRESSION"),
        (["conflicts", "r * 64", "--lane", "r = lane +", "--elem", "2"], "^"),
        (["conflicts", "r * 64", "--lane", "r = lane", "--elem", "2", "-v", "r"], "NAME="),
        (["conflicts", "r * 64", "--lane", "r = lane", "--elem", "2", "-v", "r=8"], "lane 8 has r = 8"),
        (["conflicts", "r * 64", "--lane", "r = lane", "--elem", "2", "-v", "k=8", "-v", "k=8"], "given twice"),
        (["conflicts", "lane", "--elem", "2", "--model", "vax"], "vax"),
        (["conflicts", "lane", "--elem", "2", "--instruction", "tma"], "tma"),
        (["conflicts", "lane", "--elem", "2", "--active", "40"], "lane 32"),
        (["fix", "(64,64):(64,1)", "--elem", "2", "--access", "tma"], "tma"),
        (["fix", "m % 3 * k", "--elem", "2", "--access", "ldmatrix", "-v", "m=8", "-v", "k=8"], "no layout"),
    ],
)
def test_bad_input_is_status_2(arguments, fragment, capsys):
    assert main(arguments) == 2
    assert fragment in capsys.readouterr().err


def test_help_names_the_exit_status(capsys):
    for command in ("conflicts", "fix"):
        with pytest.raises(SystemExit) as caught:
            main([command, "--help"])
        assert caught.value.code == 0
        assert "Exit status" in capsys.readouterr().out
