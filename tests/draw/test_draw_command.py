"""The command `layouts draw`: texts, encodings with a shape, files by their endings, refusals with status 2."""

import pytest

from layouts.cli import main

MMA = "#ttg.nvidia_mma<{versionMajor = 2, versionMinor = 0, warpsPerCTA = [1, 1], instrShape = [16, 8]}>"


def ran(capsys, *arguments):
    try:
        status = main(list(arguments))
    except SystemExit as stopped:
        status = stopped.code
    out, err = capsys.readouterr()
    return status, out, err


def test_text_is_printed_where_no_file_is_named(capsys):
    status, out, _ = ran(capsys, "draw", "(2,4):(4,1)", "--kind", "layout", "--option", "tape=false")
    assert status == 0
    assert "1 | 4  5  6  7" in out


@pytest.mark.parametrize(
    ("ending", "begins"), [("svg", "<svg"), ("html", "<!doctype html>"), ("tex", r"\documentclass"), ("txt", "")]
)
def test_the_ending_of_a_file_chooses_the_printer(capsys, tmp_path, ending, begins):
    path = tmp_path / f"figure.{ending}"
    status, out, _ = ran(capsys, "draw", "Sw<3,3,3> o (8,64):(64,1)", "-o", str(path))
    assert status == 0
    assert str(path) in out
    assert path.read_text(encoding="utf-8").lower().startswith(begins)


def test_an_encoding_is_drawn_with_the_shape_of_its_tensor(capsys, tmp_path):
    path = tmp_path / "mma.svg"
    status, out, _ = ran(capsys, "draw", MMA, "--shape", "16x8", "-o", str(path))
    assert status == 0
    assert "32 threads hold 4 values each" in out
    status, _, err = ran(capsys, "draw", MMA)
    assert status == 2
    assert "needs the shape" in err


def test_unknown_kinds_endings_and_texts_are_refused(capsys, tmp_path):
    for arguments in (
        ("(2,4):(4,1)", "--kind", "cube"),
        ("(2,4):(4,1)", "-o", str(tmp_path / "figure.xyz")),
        ("(2,4:(4,1)",),
        ("(2,4):(4,1)", "--shape", "2x"),
    ):
        status, out, err = ran(capsys, "draw", *arguments)
        assert (status, out) == (2, "")
        assert err.startswith("layouts: ")


def test_an_option_that_is_unknown_is_not_taken_for_a_formula(capsys):
    status, _, err = ran(capsys, "draw", "(2,4):(4,1)", "-o", "x.svg", "--shap3", "2")
    assert status == 2
    assert "parentheses" not in err
    status, _, err = ran(capsys, "check", "-i*3", "-v", "i=4")
    assert status == 2
    assert "'(-i*3)'" in err
