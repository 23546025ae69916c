"""``layouts sectors`` and ``layouts width``: their exit status, their text and their JSON."""

import json

import pytest

from layouts import Layout, sectors, vector_width
from layouts.cli import main


def test_a_wasted_sector_is_status_1_and_none_0(capsys):
    assert main(["sectors", "lane", "--elem", "4"]) == 0
    assert "sectors     4, ideal 4, in 1 line of 128 bytes" in capsys.readouterr().out
    assert main(["sectors", "lane + 1", "--elem", "4"]) == 1
    printed = capsys.readouterr().out
    assert "efficiency  80%: 128 of 160 bytes are used" in printed
    assert "FAILS       1 sector more than the ideal" in printed


def test_sectors_prints_what_python_returns(capsys):
    formula = ["sectors", "r * n + c + 16 * k", "--lane", "r = lane / 8, c = lane % 8 * 2", "--let", "n = 60"]
    assert main([*formula, "-v", "k=4", "--elem", "2", "--bytes", "4", "--json"]) == 1
    lanes = {"r": "lane / 8", "c": "lane % 8 * 2"}
    report = sectors("r * n + c + 16 * k", lanes, elem=2, bytes=4, variables={"k": 4}, let={"n": "60"})
    assert report.accesses == 4
    found = json.loads(capsys.readouterr().out)
    assert found == json.loads(json.dumps(report.to_json()))


def test_the_base_and_the_warp_reach_sectors(capsys):
    assert main(["sectors", "lane", "--elem", "4", "--base", "16", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["sectors"], found["ideal"], found["lines"]) == (5, 4, 2)
    assert main(["sectors", "lane", "--elem", "4", "--warp", "64", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["sectors"], len(found["lanes"])) == (8, 64)


def test_int_bits_reach_sectors(capsys):
    formula = ["sectors", "(lane + k) * 65536 * 65536", "--elem", "1", "-v", "k=1"]
    assert main([*formula, "--int-bits", "64"]) == 1
    assert "sectors     32, ideal 1" in capsys.readouterr().out
    assert main(formula) == 1
    assert "beyond int" in capsys.readouterr().err


def test_an_address_that_faults_is_status_1_and_names_the_lane(capsys):
    assert main(["sectors", "lane * 3", "--elem", "4", "--bytes", "16", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["type"], found["witness"]) == ("EvaluationError", 1)


@pytest.mark.parametrize(
    ("arguments", "printed"),
    [
        (["m*68 + k", "-v", "m=16", "-v", "k=64"], "4 elements, 8 bytes; not 8: at m = 1, k = 0"),
        (["m + k*n", "--let", "n = 16", "--along", "m", "-v", "m=16", "-v", "k=64"], "8 elements, 16 bytes; not 16"),
        (["(32,8):(8,1)"], "8 elements, 16 bytes; not 16: no instruction moves more than 16 bytes"),
        (["(32,8):(8,1)", "--along", "0"], "1 element, 2 bytes; not 2"),
        (["(32,16):(16,1)", "--most", "32"], "16 elements, 32 bytes; not 32"),
        (["(32,8):(8,1)", "--base", "4"], "2 elements, 4 bytes; not 4"),
    ],
)
def test_width_prints_the_vector_and_what_stops_the_next(arguments, printed, capsys):
    assert main(["width", *arguments, "--elem", "2"]) == 0
    assert printed in capsys.readouterr().out


def test_the_json_of_width_has_the_witness(capsys):
    assert main(["width", "m*68 + k", "--elem", "2", "-v", "m=16", "-v", "k=64", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["elements"], found["bytes"], found["witness"]) == (4, 8, {"m": 1, "k": 0})
    assert main(["width", "(32,8):(1,32)", "--elem", "2", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found == vector_width(Layout((32, 8), (1, 32)), elem=2).to_json()


def test_the_limit_bounds_what_is_looked_at(capsys):
    squares = ["sectors", "lane + k * k", "--elem", "4", "-v", "k=64"]
    assert main(squares) == 1
    capsys.readouterr()
    assert main([*squares, "--limit", "63"]) == 2
    assert "more than the limit 63" in capsys.readouterr().err
    squares = ["width", "k * k", "--elem", "4", "-v", "k=64"]
    assert main(squares) == 0
    capsys.readouterr()
    assert main([*squares, "--limit", "63"]) == 2
    assert "more than the limit 63" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "fragment"),
    [
        (["sectors", "lane +", "--elem", "2"], "^"),
        (["sectors", "lane", "--elem", "2", "--bytes", "3"], "not 3"),
        (["sectors", "lane", "--elem", "2", "--warp", "3"], "3 lanes"),
        (["sectors", "lane", "--elem", "2", "-v", "r"], "NAME=RANGE"),
        (["sectors", "lane", "--elem", "2", "-v", "k=8", "-v", "k=8"], "given twice"),
        (["sectors", "lane", "--elem", "2", "--let", "r"], "NAME = EXPRESSION"),
        (["sectors", "(32,2):(2,1)", "--elem", "2", "--let", "r = 2"], "let belongs to an expression"),
        (["sectors", "r", "--elem", "2", "--lane", "r"], "NAME = EXPRESSION"),
        (["sectors", "r", "--elem", "2"], "r"),
        (["width", "m + k", "--elem", "2"], "no variables"),
        (["width", "m + k", "--elem", "2", "-v", "m=4", "-v", "k=4", "--along", "q"], "'q' is none of m, k"),
        (["width", "m + k", "--elem", "2", "-v", "m=1:4", "-v", "k=4"], "does not begin at 0"),
        (["width", "(32,8):(8,1)", "--elem", "2", "--along", "2"], "2 is none of mode 0, mode 1"),
        (["width", "(32,8):(8,1)", "--elem", "2", "--along", "k"], "along must be an integer"),
        (["width", "(32,8):(8,1)", "--elem", "3"], "no power of two"),
        (["width", "(32,8):(8,1)", "--elem", "4", "--base", "2"], "base 2"),
        (["width", "(32,8:(8,1)", "--elem", "4"], "^"),
    ],
)
def test_bad_input_is_status_2(arguments, fragment, capsys):
    assert main(arguments) == 2
    assert fragment in capsys.readouterr().err
    assert main([*arguments, "--json"]) == 2
    assert fragment in json.loads(capsys.readouterr().out)["error"]


@pytest.mark.parametrize("command", ["sectors", "width"])
def test_what_is_no_number_or_is_missing_is_a_usage_error(command, capsys):
    for arguments in ([command, "lane", "--elem", "x", "--json"], [command, "lane", "--json"]):
        with pytest.raises(SystemExit) as caught:
            main(arguments)
        assert caught.value.code == 2
        found = json.loads(capsys.readouterr().out)
        assert found["type"] == "UsageError"
        assert "--elem" in found["error"]


@pytest.mark.parametrize("command", ["sectors", "width"])
def test_help_names_the_exit_status(command, capsys):
    with pytest.raises(SystemExit) as caught:
        main([command, "--help"])
    assert caught.value.code == 0
    assert "Exit status" in capsys.readouterr().out
