"""``layouts check`` on source files and directories: what is read, what is printed, and the exit status."""

import json
import os
import shutil
from pathlib import Path

import pytest

from layouts.cli import main
from layouts.errors import LayoutError
from layouts.verify.annotations import MAX_BYTES, check_paths

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples" / "annotated"
GOOD = "// layouts: check f(i:8)\nint f = i;\n"
BAD = "// layouts: check f(i:8)\nint f = i / 2;\n"


def test_the_planted_bug_is_found_and_its_fix_holds(tmp_path, capsys):
    assert main(["check", str(EXAMPLES)]) == 1
    printed = capsys.readouterr().out
    assert (
        f"{EXAMPLES}{os.sep}scale_factors.cu:9:12: "
        "FAILS injective: (r = 30, k = 0) and (r = 32, k = 0) both give 2880\n"
        "        return r / 32 * 32 * WIDTH + r % 32 * PADDED + k;\n"
        "               ^\n"
        "    with PADDED in the place of WIDTH all claims hold\n"
    ) in printed
    assert "5 annotations in 3 files: 4 hold, 1 fails" in printed
    shutil.copytree(EXAMPLES, tmp_path / "fixed")
    path = tmp_path / "fixed" / "scale_factors.cu"
    path.write_text(path.read_text(encoding="utf-8").replace("32 * WIDTH", "32 * PADDED"), encoding="utf-8")
    assert main(["check", str(tmp_path / "fixed")]) == 0
    assert "5 annotations in 3 files: 5 hold, 0 fail" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("swizzled_tile.cu", "chunk ^ row % CHUNKS) * CHUNK + col", "chunk ^ row % 4) * CHUNK + col"),
        ("swizzled_tile.cu", "chunk ^ row % CHUNKS) * CHUNK + col", "chunk) * CHUNK + col"),
        ("swizzled_tile.cu", "smem[row * TILE + (chunk ^ row % CHUNKS)", "smem[row * TILE + (chunk + row % CHUNKS)"),
        ("swizzled_tile.cu", "pass * 16 +", "pass * 8 +"),
        ("swizzled_tile.cu", "#define TILE 64", "#define TILE 128"),
        ("transpose.cu", "TILE + 1", "TILE"),
        ("transpose.cu", "TILE + 1", "TILE + 2"),
        ("transpose.cu", "tile[y * STRIDE + x]", "tile[y * TILE + x]"),
    ],
)
def test_every_mutation_of_the_examples_is_found(name, before, after, tmp_path):
    text = (EXAMPLES / name).read_text(encoding="utf-8")
    assert before in text
    (tmp_path / name).write_text(text.replace(before, after, 1), encoding="utf-8")
    assert check_paths([str(tmp_path / name)]).status != 0


def test_the_exit_status_is_that_of_the_worst(tmp_path, capsys):
    files = {"good.cu": GOOD, "bad.hip": BAD, "odd.cuh": "// layouts: check f(i\n", "none.cpp": "int main() {}\n"}
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    paths = {name: str(tmp_path / name) for name in files}
    assert main(["check", paths["good.cu"]]) == 0
    assert main(["check", paths["none.cpp"]]) == 0
    assert "0 annotations in 1 file" in capsys.readouterr().out
    assert main(["check", paths["good.cu"], paths["bad.hip"]]) == 1
    assert main(["check", paths["good.cu"], paths["bad.hip"], paths["odd.cuh"]]) == 2
    assert "3 annotations in 3 files: 1 hold, 1 fails, 1 cannot be checked" in capsys.readouterr().out
    assert main(["check", str(tmp_path)]) == 2


def test_directories_are_walked_without_builds_and_binaries(tmp_path):
    for name in (
        "a.cu",
        "src/b.py",
        "src/deep/c.hpp",
        "build/d.cu",
        ".git/e.cu",
        "src/.f.cu",
        "node_modules/g.cu",
        "h.txt",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("# layouts: check f(i:8)\nf = i\n" if name.endswith(".py") else GOOD, encoding="utf-8")
    (tmp_path / "binary.h").write_bytes(b"\0\1\2" + GOOD.encode())
    (tmp_path / "large.h").write_bytes(GOOD.encode() + b" " * MAX_BYTES)
    (tmp_path / "latin.h").write_bytes("// gr\xf6\xdfer\n".encode("latin-1") + GOOD.encode())
    (tmp_path / "dos.h").write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    found = check_paths([str(tmp_path), str(tmp_path / "a.cu")])
    names = [os.path.relpath(outcome.path, tmp_path) for outcome in found.outcomes]
    assert names == ["a.cu", "dos.h", "latin.h", os.path.join("src", "b.py"), os.path.join("src", "deep", "c.hpp")]
    assert [os.path.basename(path) for path in found.skipped] == ["binary.h", "large.h"]
    assert found.files == 5
    assert found.status == 0


@pytest.mark.parametrize("name", ["missing.cu", "missing", "binary.h", "large.h", "notes.txt"])
def test_a_named_file_that_cannot_be_read_is_an_error(name, tmp_path):
    (tmp_path / "binary.h").write_bytes(b"\0\1\2")
    (tmp_path / "large.h").write_bytes(b" " * (MAX_BYTES + 1))
    (tmp_path / "notes.txt").write_text(GOOD, encoding="utf-8")
    with pytest.raises(LayoutError, match=name) as caught:
        check_paths([str(tmp_path / name)])
    assert caught.value.witness == str(tmp_path / name)


def test_json_has_the_place_the_claims_and_the_witness(tmp_path, capsys):
    path = tmp_path / "bad.cu"
    path.write_text(BAD, encoding="utf-8")
    for option in (["--json"], ["--format", "json"]):
        assert main(["check", *option, str(path)]) == 1
        (found,) = json.loads(capsys.readouterr().out)
        assert (found["path"], found["line"], found["column"]) == (str(path), 2, 9)
        assert (found["name"], found["expression"], found["status"], found["error"]) == ("f", "i / 2", "fails", None)
        assert found["findings"] == [
            {
                "claim": "injective",
                "holds": False,
                "message": "(i = 0) and (i = 1) both give 0",
                "suggestion": "",
                "witness": {"first": {"i": 0}, "second": {"i": 1}, "value": 0},
            }
        ]
        assert found["verdict"]["maximum"] == 3


def test_github_shows_a_fault_beside_its_line(tmp_path, capsys):
    path = tmp_path / "a,b.cu"
    path.write_text(BAD.replace("i / 2", "i % 4 * 100") + "// layouts: check g(i\n", encoding="utf-8")
    assert main(["check", "--format", "github", str(path)]) == 2
    first, second, *_ = capsys.readouterr().out.splitlines()
    shown = str(path).replace(",", "%2C")
    assert first == (
        f"::error file={shown},line=2,col=9,title=layouts::injective fails: (i = 0) and (i = 4) both give 0"
    )
    assert second == f"::error file={shown},line=3,col=20,title=layouts::this bracket is never closed"


@pytest.mark.parametrize(
    ("arguments", "fragment"),
    [
        (["a.cu", "--size", "8"], "--size belongs to one expression"),
        (["a.cu", "b.cu", "-v", "i=8"], "--variable belongs to one expression"),
        (["a.cu", "i * 8"], "annotations are read in files"),
        (["i * 8", "-v", "i=8", "--format", "github"], "--format belongs to source files"),
        (["missing.cu"], "missing.cu"),
    ],
)
def test_options_of_one_expression_are_refused(arguments, fragment, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.cu").write_text(GOOD, encoding="utf-8")
    assert main(["check", *arguments]) == 2
    assert fragment in capsys.readouterr().err


def test_a_formula_is_still_a_formula(tmp_path, monkeypatch, capsys):
    """A directory of the same name does not hide a variable."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "i").mkdir()
    assert main(["check", "i", "-v", "i=8"]) == 0
    assert "bijective onto 0..7" in capsys.readouterr().out


def test_the_width_of_int_and_the_limit_reach_the_annotations(tmp_path, capsys):
    path = tmp_path / "a.cu"
    path.write_text("// layouts: check (i:1000) no overflow\nint f = i * 4000000;\n", encoding="utf-8")
    assert main(["check", str(path)]) == 1
    path.write_text("// layouts: check (i:1000)\nint f = i * i * i % 1009;\n", encoding="utf-8")
    assert main(["check", str(path), "--limit", "999"]) == 3
    assert "limit" in capsys.readouterr().out


def test_what_is_found_and_cannot_be_read_is_named_and_stops_nothing(tmp_path, capsys):
    (tmp_path / "a.cu").write_text(BAD, encoding="utf-8")
    (tmp_path / "dangling.cu").symlink_to("nowhere")
    (tmp_path / "endless.cu").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "pipe.cu")
    assert main(["check", str(tmp_path)]) == 1
    printed = capsys.readouterr().out
    assert "a.cu:2:9: FAILS injective" in printed
    assert f"{tmp_path / 'dangling.cu'}: not read: No such file or directory" in printed
    for name in ("endless.cu", "pipe.cu"):
        assert f"{tmp_path / name}: not read: this is no plain file" in printed
        assert main(["check", str(tmp_path / name)]) == 2
        assert "no plain file" in capsys.readouterr().err


def test_suffixes_in_capitals_and_utf_16_are_read(tmp_path):
    (tmp_path / "X.CU").write_bytes("// gr\xf6\xdfer\n".encode("latin-1") + BAD.encode())
    (tmp_path / "wide.cu").write_bytes(BAD.encode("utf-16"))
    found = check_paths([str(tmp_path)])
    assert [(os.path.basename(o.path), o.status) for o in found.outcomes] == [("X.CU", "fails"), ("wide.cu", "fails")]
    assert check_paths([str(tmp_path / "X.CU")]).status == 1


@pytest.mark.parametrize("path", ["nope", "nope.cu", ""])
def test_a_path_that_does_not_exist_is_said_not_to(path):
    with pytest.raises(LayoutError, match="there is no such file or directory"):
        check_paths([path])
