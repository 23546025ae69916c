"""The command ``layouts emit``."""

import json

import pytest

from layouts.cli import main


def ran(capsys, *arguments):
    status = main(list(arguments))
    seen = capsys.readouterr()
    return status, seen.out, seen.err


def test_an_expression_with_its_proof(capsys):
    status, out, _ = ran(capsys, "emit", "Sw<3,3,3> o (64,64):(64,1)", "--to", "c", "--variables", "row,col")
    assert status == 0
    assert out.splitlines()[0] == "row * 64 + (col ^ ((row & 7) << 3))"
    assert out.splitlines()[1].startswith("// operations 5: ")
    assert out.splitlines()[2].endswith("algebra, for all 4096 points at once")


@pytest.mark.parametrize("dialect", ["c", "python", "triton"])
def test_a_function(capsys, dialect):
    status, out, _ = ran(capsys, "emit", "(8,64):(F72,F1)", "--to", dialect, "--name", "smem")
    assert status == 0
    assert "smem(" in out
    assert "j ^ (i * 72)" in out


def test_json_has_the_fields(capsys):
    status, out, _ = ran(
        capsys, "emit", "(32,32):(1,33)", "--inputs", "index", "--json", "--int-bits", "64", "--unsigned"
    )
    found = json.loads(out)
    assert status == 0
    assert found["code"] == "i + (i >> 5)"
    assert found["operations"] == {"+": 1, ">>": 1, "total": 2, "cost": 2}
    assert found["proof"]["index"]["equal"] is True
    assert (found["int_bits"], found["unsigned"]) == (64, True)


def test_types_of_cute(capsys):
    assert ran(capsys, "emit", "(8,64):(F72,F1)", "--to", "cute")[1].startswith("composition(Swizzle<3,3,3>{}, ")
    assert ran(capsys, "emit", "8:1", "--to", "cute-dsl")[1].startswith("cute.make_layout(8, stride=1)\n# equal to 8:1")


def test_an_encoding_of_triton_needs_a_shape(capsys):
    text = "#ttg.swizzled_shared<{vec = 8, perPhase = 1, maxPhase = 8, order = [1, 0]}>"
    status, out, _ = ran(capsys, "emit", text, "--shape", "64x64")
    assert status == 0
    assert out.startswith("i * 64 + (j ^ ((i & 7) << 3))\n")
    assert out.endswith("from the coordinate (dim0, dim1) to the offset in shared memory, in elements\n")
    status, _, err = ran(capsys, "emit", text)
    assert status == 2
    assert "give the shape" in err


def test_a_formula_is_written_shorter(capsys):
    formula = "off ^ (((off % 1024) >> 9) << 5) ^ (((off % 2048) >> 10) << 4)"
    status, out, _ = ran(capsys, "emit", formula, "--let", "off = 2 * (r * 32 + c)", "-v", "r=32", "-v", "c=32")
    assert status == 0
    assert out.splitlines()[1].startswith("// operations 8: ")
    assert out.splitlines()[2] == f"// equal to {formula}: algebra, for all 1024 points at once"
    assert ran(capsys, "emit", "i * j", "-v", "i=4", "-v", "j=4")[0] == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("(4,8",),
        ("5",),
        ("8:1", "--to", "ptx"),
        ("8:1", "--variables", "a,b"),
        ("8:1", "--inputs", "rows"),
        ("8:1", "--shape", "8"),
        ("8:1", "--name", "int"),
        ("1073741824:4",),
        ("8:1", "--to", "cute", "--name", "f"),
    ],
)
def test_bad_input_has_exit_status_2(capsys, arguments):
    status, out, err = ran(capsys, "emit", *arguments)
    assert (status, out) == (2, "")
    assert err.startswith("layouts: ")
