"""The notebooks run from the top to the end, and keep no output."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
NOTEBOOKS = sorted((ROOT / "docs" / "notebooks").glob("*.ipynb"))


def test_there_are_three():
    assert [path.stem for path in NOTEBOOKS] == ["cute", "f2", "verify"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_keeps_no_output(path):
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


def test_all_notebooks_run(tmp_path):
    for name in ("nbmake", "ipykernel"):
        pytest.importorskip(name, reason=f"notebooks need {name}: install the extra docs")
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    options = ["-q", "-c", os.devnull, "-p", "no:cacheprovider", f"--rootdir={tmp_path}", "--nbmake"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "--nbmake-timeout=60", *map(str, NOTEBOOKS)],
        capture_output=True, text=True, timeout=300, cwd=tmp_path, env=os.environ | {"PYTHONPATH": path},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:]
    assert f"{len(NOTEBOOKS)} passed" in done.stdout
