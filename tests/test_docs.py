"""Every example in the docs, the README and the docstrings is executed; every public name has a contract."""

import doctest
import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest

import layouts

ROOT = Path(layouts.__file__).parent
PAGES = Path(__file__).parent.parent
FLAGS = doctest.ELLIPSIS | doctest.REPORT_NDIFF

MODULES = ["layouts", *sorted(name for _, name, _ in pkgutil.walk_packages([str(ROOT)], "layouts."))]
TEXTS = sorted([*PAGES.glob("*.md"), *(PAGES / "docs").rglob("*.md")])


@pytest.mark.parametrize("name", MODULES)
def test_docstring_examples_run(name):
    result = doctest.testmod(importlib.import_module(name), optionflags=FLAGS)
    assert result.failed == 0


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(PAGES)))
def test_page_examples_run(path):
    result = doctest.testfile(str(path), module_relative=False, optionflags=FLAGS, encoding="utf-8")
    assert result.failed == 0


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(PAGES)))
def test_page_commands_print_what_the_page_shows(path, capsys, monkeypatch):
    """A console block: lines after ``$ layouts ...`` are what the command prints."""
    import shlex

    from layouts.cli import main

    monkeypatch.chdir(PAGES)
    for block in re.findall(r"```console\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, shown = part.partition("\n")
            words = shlex.split(command)
            assert words[0] == "layouts", f"{path.name} shows a command that is not executed: {command}"
            status = main(words[1:])
            seen = capsys.readouterr()
            printed = (seen.out + seen.err).strip()
            *lines, last = shown.strip().splitlines()
            if last.startswith("(exit status"):
                assert last == f"(exit status {status})"
            else:
                lines.append(last)
            assert printed == "\n".join(lines).strip(), command


def test_there_are_as_many_examples_as_there_should_be():
    finder = doctest.DocTestFinder(exclude_empty=True)
    found = sum(
        len(test.examples) for name in MODULES for test in finder.find(importlib.import_module(name)) if test.examples
    )
    assert found >= 120
    assert sum(path.read_text(encoding="utf-8").count(">>> ") for path in TEXTS) >= 60


@pytest.mark.parametrize("name", layouts.__all__)
def test_public_name_has_a_docstring_that_is_a_sentence(name):
    value = getattr(layouts, name)
    if name in ("Z", "Zn", "F2"):
        return
    doc = inspect.getdoc(value)
    assert doc, name
    assert doc.split("\n\n")[0].rstrip()[-1] in ".:", name


@pytest.mark.parametrize("name", layouts.__all__)
def test_public_function_has_an_executed_example(name):
    value = getattr(layouts, name)
    if inspect.isfunction(value) and name not in ("shape", "stride"):
        assert ">>> " in (value.__doc__ or ""), name


def test_nothing_committed_names_a_machine():
    pattern = re.compile("/(" + "|".join(["work", "farm", "root", "home"]) + ")/[a-z]")
    for path in PAGES.rglob("*"):
        if path.suffix in (".py", ".md", ".toml", ".txt", ".json") and not any(
            part.startswith(".") or part in ("build", "dist") for part in path.relative_to(PAGES).parts
        ):
            assert not pattern.search(path.read_text(encoding="utf-8")), path
