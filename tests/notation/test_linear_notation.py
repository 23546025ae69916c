"""Triton's text of a linear layout: printed as Triton prints it, read back to the same value, refused with a caret."""

import importlib.util
import json
import subprocess
import sys
import time

import linear_text_brute as brute
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts import AffineLayout, LayoutError, LinearLayout, ParseError, parse, parse_linear, to_text
from layouts.cli import main
from layouts.draw.text import coordinate_table_text, matrix_text

TILE = LinearLayout(
    [("register", [[0, 1], [8, 0]]), ("lane", [[0, 2], [0, 4], [1, 0], [2, 0], [4, 0]]), ("warp", [])],
    [("row", 16), ("column", 8)],
)
TEXT = """
 - register=1 -> (0, 1)
   register=2 -> (8, 0)
 - lane=1 -> (0, 2)
   lane=2 -> (0, 4)
   lane=4 -> (1, 0)
   lane=8 -> (2, 0)
   lane=16 -> (4, 0)
 - warp is a size 1 dimension
where out dims are: [row (size 16), column (size 8)]"""


def test_the_text_is_tritons():
    assert str(TILE) == to_text(TILE) == to_text(TILE, static=True) == TEXT
    assert parse(TEXT) == parse_linear(TEXT) == TILE


@given(brute.layouts())
def test_parse_undoes_str(L):
    assert parse(str(L)) == parse_linear(str(L)) == L


@given(brute.layouts(), st.data())
def test_parse_undoes_str_of_affine_layouts(L, data):
    A = AffineLayout(L, {name: data.draw(st.integers(0, size - 1)) for name, size in L.out_dims})
    assert parse(str(A)) == A


@given(brute.layouts(), st.sampled_from([" ", "\n", "\t", "\r\n", "   \n  "]))
def test_space_means_nothing(L, space):
    assert parse(space.join(str(L).split())) == L
    assert parse(space + str(L) + space) == L


def test_a_text_may_be_indented_and_stand_on_one_line():
    assert parse("    " + TEXT.replace("\n", "\n    ") + "\n") == TILE
    assert parse(" ".join(TEXT.split())) == TILE
    tight = "- lane=1->(0,1) lane=2->(1,0,) where out dims are:[row(size 2),column(size 2)]"
    assert parse(tight).bases == [("lane", [[0, 1], [1, 0]])]
    for text in ("\n(empty layout)", "( empty layout )"):
        assert parse(text) == LinearLayout()
    assert parse("(empty layout with out-dims [x (size 4), y (size 1)])") == LinearLayout([], [("x", 4), ("y", 1)])


@pytest.mark.parametrize(
    ("text", "under", "reason"),
    [
        ("- a=1 -> (1) a=3 -> (1) where out dims are: [x (size 2)]", "3 -> (1) where", "go on with 2, not with 3"),
        ("- a=2 -> (1) where out dims are: [x (size 2)]", "2 -> ", "go on with 1"),
        ("- a=1 -> (1) - b=1 -> (0) - a=2 -> (1) where out dims are: [x (size 2)]", "a=2", "a is there twice"),
        ("- a=1 -> (1) - a is a size 1 dimension where out dims are: [x (size 2)]", "a is", "a is there twice"),
        ("- a=1 -> (2) where out dims are: [x (size 2)]", "- a", "basis 0 of 'a' has 2 for 'x'"),
        ("- a=1 -> (1, 1) where out dims are: [x (size 2)]", "- a", "has 2 values"),
        ("- a=1 -> (1 where out dims are: [x (size 2)]", "where", "expected , or )"),
        ("- a=1 (1) where out dims are: [x (size 2)]", "(1)", "expected ->"),
        ("- a=x -> (1) where out dims are: [x (size 2)]", "x ->", "a power of two"),
        ("- a=1 -> (-1) where out dims are: [x (size 2)]", "-1)", "a value"),
        ("- a=1 -> (1) where out dims are: [x (size 3)]", "- a", "no power of two"),
        ("- a=1 -> (1) where out dims are: [x (size 2), x (size 2)]", "- a", "twice"),
        ("- a=1 -> (1) where out dims are: [x (size)]", ")]", "a size"),
        ("- a=1 -> (1) where out dims are: [x (size 2) y (size 2)]", "y (", "expected , or ]"),
        ("- a=1 -> (1) where out dims are: [x (size 2)] z", "z", "expected the end"),
        ("where out dims are: [x (size 2)] XOR x=2", "x=2", "its range is 0..1"),
        ("where out dims are: [x (size 2)] XOR y=0", "y=0", "no output dimension 'y'"),
        ("where out dims are: [x (size 2)] XOR x=1, x=1", "x=1", "there twice"),
        ("- a is a size 2 dimension where out dims are: []", "2 dim", "expected 1"),
        ("(empty layout with [x (size 2)])", "[x", "expected out-dims"),
        ("(empty layout", "", "expected )"),
    ],
)
def test_a_text_that_does_not_fit_is_shown_with_a_caret(text, under, reason):
    with pytest.raises(ParseError, match="\\^") as caught:
        parse(text)
    assert reason in str(caught.value)
    expected = len(text) if not under else text.rindex(under)
    assert caught.value.witness == expected
    assert str(caught.value).splitlines()[-1].index("^") <= 80


def test_hostile_texts_end_quickly():
    start = time.perf_counter()
    many = " ".join([f"- a{i}=1 -> (1)" for i in range(10_000)]) + " where out dims are: [x (size 2)]"
    for text in (
        many,
        "where out dims are:" + " " * 900_000,
        "( empty" * 100_000,
        "where " * 150_000 + "out dims are:",
        "- a=1 -> (" + "1," * 100_000 + ") where out dims are: [x (size 2)]",
        "- a=" + "9" * 900_000 + " -> (1) where out dims are: [x (size 2)]",
        "- a=1 -> (1) where out dims are: [" + "x (size 2)," * 20_000 + "]",
        "(empty layout" + " " * 1_000_000,
    ):
        try:
            parse(text)
        except LayoutError as error:
            assert len(str(error)) < 2000
    assert time.perf_counter() - start < 10
    for wrong in (None, 5, b"where out dims are: []", ["x"]):
        with pytest.raises(ParseError):
            parse_linear(wrong)


# -- Triton ------------------------------------------------------------------------------------------------------------

_PRINT = """
import json, sys
from triton.tools import LinearLayout
found = []
for bases, names, sizes in json.load(sys.stdin):
    L = LinearLayout.from_bases([(n, v) for n, v in bases], names, sizes, False)
    found.append([str(L), repr(L)])
print(json.dumps(found))
"""


@pytest.mark.skipif(importlib.util.find_spec("triton") is None, reason="needs triton")
def test_what_triton_prints_is_what_we_print_and_read():
    cases = [*brute.fixed(60), LinearLayout.zeros_1d(2**30, "register", "x"), TILE, LinearLayout()]
    sent = [(L.bases, L.get_out_dim_names(), L.get_out_dim_sizes()) for L in cases]
    done = subprocess.run(
        [sys.executable, "-c", _PRINT], input=json.dumps(sent), capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr[-2000:]
    for L, (as_str, as_repr) in zip(cases, json.loads(done.stdout), strict=True):
        assert str(L) == as_str == as_repr
        assert parse(as_str) == L


# -- shown -------------------------------------------------------------------------------------------------------------


@given(brute.layouts())
def test_the_matrix_is_printed_entry_by_entry(L):
    lines = matrix_text(L).splitlines()
    rows = [[int(mark == "1") for mark in line.split() if mark in ".1"] for line in lines[2:]]
    entries = []
    for (name, bits), line in zip(
        [(n, i) for n, size in L.out_dims for i in range(size.bit_length() - 1)], lines[2:], strict=True
    ):
        head = f"{name} {bits}" if bits == 0 else str(bits)
        words = line.split()
        count = len(head.split())
        assert words[:count] == head.split()
        entries.append([int(mark == "1") for mark in words[count:]])
    assert entries == L.get_matrix_view()
    assert len(rows) == L.matrix.rows


def test_the_matrix_has_the_names_of_rows_and_columns():
    shown = matrix_text(TILE.transpose_outs(["column", "row"])).splitlines()
    assert shown[0] == "          register  lane"
    assert shown[1] == "          0 1       0 1 2 3 4"
    assert shown[2] == "column 0  1 .       . . . . ."
    assert shown[5] == "row    0  . .       . . 1 . ."
    assert len(shown) == 9


def test_the_table_has_a_coordinate_for_each_place():
    shown = coordinate_table_text(TILE.squeeze_ins("warp")).splitlines()
    assert shown[0].split() == [str(i) for i in range(32)]
    assert shown[5].split()[2 + 6] == "(9,5)"  # register 3, lane 6


def test_the_command_shows_matrix_and_table(capsys):
    text = "- i=1 -> (0, 1) i=2 -> (1, 0) where out dims are: [x (size 2), y (size 2)]"
    assert main(["show", text]) == 0
    out = capsys.readouterr().out
    assert out.startswith("i:4 -> x:2, y:2   rank 2\n\n     i\n     0 1\nx 0  . 1\ny 0  1 .\n")
    assert out.endswith("0 |  (0,0)  (0,1)  (1,0)  (1,1)\n")
    assert main(["show", text + " XOR x=1, y=0"]) == 0
    out = capsys.readouterr().out
    assert "\nXOR x=1, y=0\n" in out
    assert out.endswith("0 |  (1,0)  (1,1)  (0,0)  (0,1)\n")
    assert main(["show", "(empty layout)"]) == 0
    assert "() -> ()" in capsys.readouterr().out
    assert main(["show", "where out dims are: [x (size 3)]"]) == 2
    wide = "- i=1 -> (1) " + " ".join([f"i={2**k} -> (0)" for k in range(1, 17)]) + " where out dims are: [x (size 2)]"
    capsys.readouterr()
    assert main(["show", wide]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "131072" in captured.err
