"""The pytest plugin: annotations become tests, and a user who asks for nothing pays nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GOOD = "// layouts: check good(i:8)\nint good = i;\n"
BAD = "\n// layouts: check bad(i:8)\nint bad = i / 2;\n"


def run(folder, *arguments, plugin=True):
    """Run pytest in a process of its own, with the plugin alone."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}
    options = ["-p", "layouts.testing.plugin"] if plugin else []
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def project(tmp_path):
    (tmp_path / "csrc").mkdir()
    (tmp_path / "csrc" / "good.cu").write_text(GOOD, encoding="utf-8")
    (tmp_path / "csrc" / "bad.cu").write_text(GOOD + BAD, encoding="utf-8")
    (tmp_path / "test_it.py").write_text("def test_it():\n    assert 1 + 1 == 2\n", encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n", encoding="utf-8")
    return tmp_path


def test_every_annotation_is_a_test(project):
    status, text = run(project, "--layouts", "csrc", "-v")
    assert status == 1
    assert "3 passed" in text.replace("1 failed, ", "")
    assert "csrc/good.cu::good:2 PASSED" in text
    assert "csrc/bad.cu::bad:5 FAILED" in text
    assert "bad.cu:5:11: FAILS injective: (i = 0) and (i = 1) both give 0" in text
    assert "    int bad = i / 2;\n" in text
    assert "Traceback" not in text


def test_a_file_may_be_named_and_tests_deselected(project):
    assert run(project, "--layouts", "csrc/good.cu", "test_it.py")[0] == 0
    status, text = run(project, "--layouts", "csrc", "-k", "good")
    assert status == 0
    assert "2 passed" in text
    assert "2 deselected" in text
    assert "good:2" in run(project, "--layouts", "csrc", "--collect-only", "-q")[1]


def test_a_setting_serves_runs_that_name_no_tests(project):
    (project / "pytest.ini").write_text("[pytest]\nlayouts_sources = csrc\nfilterwarnings = error\n", encoding="utf-8")
    status, text = run(project)
    assert status == 1
    assert "1 failed, 3 passed" in text
    status, text = run(project, "test_it.py")
    assert status == 0
    assert "1 passed" in text


@pytest.mark.parametrize("path", ["missing.cu", "pytest.ini"])
def test_a_path_that_cannot_be_read_is_an_error_of_usage(project, path):
    status, text = run(project, "--layouts", path)
    assert status == 4
    assert path in text


def test_an_annotation_that_cannot_be_read_fails(project):
    (project / "csrc" / "good.cu").write_text("// layouts: check f(i\n", encoding="utf-8")
    status, text = run(project, "--layouts", "csrc/good.cu")
    assert status == 1
    assert "ERROR this bracket is never closed" in text


def test_nobody_who_asks_for_nothing_pays(project):
    (project / "test_it.py").write_text(
        "import sys\n\ndef test_it():\n"
        "    known = {name for name in sys.modules if name.split('.')[0] == 'layouts'}\n"
        "    assert known == {'layouts', 'layouts.testing', 'layouts.testing.plugin'}\n"
        "    assert not {'numpy', 'hypothesis'} & set(sys.modules)\n",
        encoding="utf-8",
    )
    status, text = run(project)
    assert status == 0, text
    assert "1 passed" in text


def test_the_assertions_need_neither_pytest_nor_hypothesis():
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from layouts.testing import assert_bijective\n"
        "assert_bijective('i * 8 + (j ^ (i % 8))', i=64, j=8)\n"
        "print(*[name for name in ('pytest', 'hypothesis') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code, str(ROOT)], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_the_plugin_is_declared():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["entry-points"]["pytest11"] == {"layouts": "layouts.testing.plugin"}
    assert any(name.startswith("hypothesis") for name in project["optional-dependencies"]["testing"])


def test_an_annotation_and_its_file_can_be_named_as_tests_are(project):
    status, text = run(project, "--layouts", "csrc", "csrc/bad.cu::bad:5", "-v")
    assert "csrc/bad.cu::bad:5 FAILED" in text
    assert status == 1
    (project / "pytest.ini").write_text("[pytest]\nlayouts_sources = csrc\nfilterwarnings = error\n", encoding="utf-8")
    assert run(project, "csrc/good.cu::good:2")[0] == 0
    status, text = run(project, "csrc/bad.cu")
    assert status == 1
    assert "1 failed, 1 passed" in text
    assert run(project, "csrc/bad.cu::nope:5")[0] == 4


def test_the_same_annotation_is_one_test(project):
    status, text = run(project, "--layouts", "csrc", "csrc/good.cu")
    assert status == 1
    assert "1 failed, 2 passed" in text


def test_a_path_that_does_not_exist_is_said_not_to(project):
    status, text = run(project, "--layouts", "nope")
    assert status == 4
    assert "there is no such file or directory" in text
