"""The command: its exit status, its text and its JSON."""

import json
import subprocess
import sys

import pytest

from layouts.cli import main


def test_a_swizzled_tile_holds(capsys):
    assert main(["check", "i * 8 + (j ^ (i % 8))", "-v", "i=64", "-v", "j=8"]) == 0
    printed = capsys.readouterr().out
    for text in ("bijective onto 0..511", "F2-linear", "Sw<3,0,3> o (64,8):(8,1)", "HOLDS"):
        assert text in printed


def test_an_index_outside_fails(capsys):
    arguments = ["check", "8 * row + ((i % 8) ^ row)", "--let", "row = i / 8", "-v", "i=512", "--size", "512"]
    assert main(arguments) == 1
    printed = capsys.readouterr().out
    assert "first at i = 456: index 513 is not in 0..511; largest 567" in printed
    assert "FAILS      in-bounds" in printed


def test_json_has_every_field_of_the_contract(capsys):
    assert main(["check", "i + 3 * j", "-v", "i=4", "-v", "j=4", "--size", "9", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    expected = {
        "domain_size": 16,
        "minimum": 0,
        "maximum": 12,
        "injective": False,
        "onto": True,
        "in_bounds": False,
        "cute": "(4,4):(1,3)",
        "f2_bases": None,
        "f2_offset": None,
        "swizzled": [],
        "equal": None,
        "difference": None,
        "collision": {"first": {"i": 3, "j": 0}, "second": {"i": 0, "j": 1}, "value": 3},
        "out_of_bounds": {"at": {"i": 3, "j": 2}, "value": 9},
        "method": "algebra, for all 16 points at once",
        "holds": False,
        "failures": ["injective", "in-bounds"],
    }
    assert {key: found[key] for key in expected} == expected


def test_the_file_of_kernels_holds(capsys, request):
    path = request.config.rootpath / "docs" / "examples" / "kernels.toml"
    assert main(["check", str(path)]) == 0
    assert "21 of 21 checks have their expected verdict" in capsys.readouterr().out
    assert main(["check", str(path), "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 21


def test_a_file_with_a_surprise_fails(tmp_path, capsys):
    path = tmp_path / "one.toml"
    path.write_text('[[check]]\nid = "half"\nexpression = "i / 2"\nvariables = {i = 8}\n', encoding="utf-8")
    assert main(["check", str(path)]) == 1
    printed = capsys.readouterr().out
    assert "half: it fails: injective" in printed
    assert "0 of 1 checks" in printed


@pytest.mark.parametrize(
    ("arguments", "fragment"),
    [
        (["check", "i +* 8", "-v", "i=4"], "    i +* 8\n       ^"),
        (["check", "i", "-v", "i"], "NAME=RANGE"),
        (["check", "i", "-v", "i=4", "-v", "i=8"], "given twice"),
        (["check", "i", "-v", "i=4,x"], "    i=4,x\n        ^"),
        (["check", "i", "-v", "i=4", "--let", "row"], "NAME = EXPRESSION"),
        (["check", "row", "-v", "i=4", "--let", "row = k"], "k"),
        (["check", "i", "-v", "i=4", "--equals", "(4,8):(8,1"], "^"),
        (["check", "i", "-v", "i=4", "--expect", "luck"], "luck"),
        (["check", "missing.toml"], "missing.toml"),
        (["check", "missing.toml", "--size", "4"], "--size belongs to one expression"),
        (["show", "(4,8)"], "not a layout"),
        (["show", "Sw<3,0,1>"], "overlap"),
        (["show", "(256,512):(1,256)"], "131072"),
    ],
)
def test_bad_input_has_status_2_and_shows_the_input(arguments, fragment, capsys):
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert fragment in captured.err
    assert captured.out == ""


def test_bad_input_as_json_is_one_object(capsys):
    assert main(["check", "i +", "-v", "i=4", "--json"]) == 2
    found = json.loads(capsys.readouterr().out)
    assert found["type"] == "ParseError"


def test_the_limit_can_be_raised_and_lowered(capsys):
    assert main(["check", "i*i", "-v", "i=1000", "--limit", "999"]) == 3
    assert "UNDECIDED  injective, overflow" in capsys.readouterr().out
    assert main(["check", "i*i", "-v", "i=1000", "--limit", "2**10"]) == 0
    capsys.readouterr()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4:2", "    0  1  2  3\n  +------------\n0 | 0  2  4  6"),
        ("(2,2):(1@0,1@1)", "        0      1\n  +--------------\n0 | (0,0)  (0,1)\n1 | (1,0)  (1,1)"),
    ],
)
def test_show_prints_an_aligned_table(text, expected, capsys):
    assert main(["show", text]) == 0
    printed = capsys.readouterr().out
    rows = [line.replace("|  ", "| ").rstrip() for line in printed.splitlines()[1:]]
    assert [row.split() for row in rows] == [row.split() for row in expected.splitlines()]
    assert len({len(line) for line in printed.splitlines()[3:]}) == 1


def test_show_prints_one_table_for_each_further_mode(capsys):
    assert main(["show", "(2,2,2):(1,2,4)"]) == 0
    printed = capsys.readouterr().out
    assert "mode 2.. at (0,)" in printed
    assert "mode 2.. at (1,)" in printed


def test_the_command_is_installed():
    done = subprocess.run(
        [sys.executable, "-m", "layouts.cli", "show", "8:1"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("8:1   size 8, cosize 8")
