"""The site builds without a warning, its figures are drawn, and what its pages say of names and numbers is so."""

import doctest
import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

import layouts
from layouts import LayoutError, parse

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"
PACKAGES = [("pycute of CUTLASS", "pycute", "composition"), ("tensor-layouts", "tensor_layouts", "compose")]
PAGES = sorted([path for path in DOCS.rglob("*.md") if "_build" not in path.parts])


def _load(name):
    """Return a module of docs/_ext, which is no package."""
    spec = importlib.util.spec_from_file_location(f"docs_{name}", DOCS / "_ext" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


figure_text = _load("figure_text")
FIGURES = [(path, block) for path in PAGES for block in figure_text.blocks(path.read_text(encoding="utf-8"))]


@pytest.mark.parametrize(("path", "block"), FIGURES, ids=[f"{path.stem}-{k}" for k, (path, _) in enumerate(FIGURES)])
def test_each_figure_of_the_pages_is_drawn_with_its_text_alternative(path, block):
    figure = figure_text.figure_of(block)
    assert len(figure.alt) > 20
    svg = figure.to_svg(width=720)
    assert svg.startswith("<svg ")
    assert "<desc>" in svg
    assert len(svg) < 200_000, f"{path.name}: a figure of {len(svg)} bytes"


def test_figures_are_where_they_should_be():
    count = {path.relative_to(DOCS).with_suffix("").as_posix(): 0 for path in PAGES}
    for path, _ in FIGURES:
        count[path.relative_to(DOCS).with_suffix("").as_posix()] += 1
    assert count["questions"] >= 25
    assert min(count["index"], count["hierarchical"], count["stories"]) >= 4
    for path in sorted((DOCS / "course").glob("*.md")):
        assert count[f"course/{path.stem}"] >= 2, path.name


def test_a_block_may_hold_a_layout_an_expression_or_the_name_of_an_instruction():
    for text in ("(2,4):(4,1)", "Layout((2, 4), (4, 1))", "SM80_16x8x8_F32F16F16F32_TN", "Swizzle(2, 0, 2)"):
        assert figure_text.figure_of(text).alt
    with pytest.raises(LayoutError):
        figure_text.figure_of("(2,4):(4")


def test_a_block_that_begins_with_options_is_read_without_them():
    assert list(figure_text.blocks("```{figure-of}\n:caption: a\n(2):(1)\n```\n````{figure-of}\n8:1\n````\n")) == [
        "(2):(1)",
        "8:1",
    ]


def test_each_of_the_twenty_five_questions_has_a_figure():
    text = (DOCS / "questions.md").read_text(encoding="utf-8")
    parts = re.split(r"^### (\d+)\. ", text, flags=re.MULTILINE)[1:]
    assert [int(number) for number in parts[::2]] == list(range(1, 26))
    for number, part in zip(parts[::2], parts[1::2], strict=True):
        assert "```{figure-of}" in part, number


def test_each_exercise_has_an_answer_that_is_computed():
    text = (DOCS / "exercises.md").read_text(encoding="utf-8")
    parts = re.split(r"^\*\*\d+\.\*\* ", text, flags=re.MULTILINE)[1:]
    assert len(parts) >= 15
    for part in parts:
        question, _, answer = part.partition("{answer}")
        assert ">>> " not in question
        assert ">>> " in answer or "$ layouts" in answer


def test_the_names_of_the_glossary_exist():
    text = (DOCS / "glossary.md").read_text(encoding="utf-8").partition("## Words of this library")[0]
    rows = [line for line in text.splitlines() if line.startswith("| ") and "---" not in line]
    named = [name for row in rows for name in re.findall(r"`([A-Za-z_.]+)`", row.rstrip("| ").rpartition("|")[2])]
    assert len(named) > 40
    for name in named:
        value = layouts
        for part in name.split("."):
            value = getattr(value, part)


def test_wrong_answers_on_the_page_are_wrong_though_b_stays_inside_a():
    pytest.importorskip("docutils")
    cases = _load("measured").wrong_cases()
    assert len({engine for engine, *_ in cases}) >= 3
    for _, first, second, answer in cases:
        A, B, R = parse(first), parse(second), parse(answer)
        assert 0 <= B.bounds()[0] <= B.bounds()[1] < A.size
        assert any(i >= R.size or R(i) != A(B(i)) for i in range(B.size)), (first, second)


@pytest.mark.parametrize(("engine", "package", "name"), PACKAGES)
def test_other_packages_give_the_answers_that_the_page_tells(engine, package, name):
    pytest.importorskip("docutils")
    module = pytest.importorskip(package)
    told = [case for case in _load("measured").SEEN if case[0] == engine]
    assert told
    for _, *texts in told:
        A, B, R = [parse(text) for text in texts]
        found = getattr(module, name)(module.Layout(A.shape, A.stride), module.Layout(B.shape, B.stride))
        assert (found.shape, found.stride) == (R.shape, R.stride)


def test_the_answer_of_cute_is_one_that_the_oracle_asks_for():
    text = (ROOT / "tests" / "oracle" / "test_cute_cpp.py").read_text(encoding="utf-8")
    assert '(("composition", "(8,8):(8,1)", "6:3"), "(3,2):(24,1)")' in text


def test_tables_of_times_are_those_of_the_kept_run():
    pytest.importorskip("docutils")
    measured = _load("measured")
    lines = measured.table("composition", ["layouts", "pycute"])
    assert len(lines) == 2 + len(measured.section("composition")["rows"])
    assert re.fullmatch(r"\| slice of a matrix \| [\d.]+ \| [\d.]+ \([\d.]+x\) \|", lines[2])
    assert any(line.startswith("| composition | ") for line in measured.summary(["pycute", "triton"]))
    with pytest.raises(ValueError, match="sections begin with"):
        measured.section("no such thing")
    with pytest.raises(ValueError, match="there is no row"):
        measured.table("composition", ["layouts"], ["no such row"])


def test_contracts_become_fields_and_signs_stay_signs():
    as_rest = pytest.importorskip("sphinx") and _load("contracts").as_rest
    assert as_rest(["Return a*b of 2**k.", "", "Requires: a > 0,", "and b_.", "Cost: one step.", ">>> f(*a)", "1"]) == [
        r"Return a\*b of 2\*\*k.",
        "",
        ":Requires: a > 0,",
        r"    and b\_.",
        ":Cost: one step.",
        "",
        ">>> f(*a)",
        "1",
        "",
    ]


def test_lists_in_docstrings_stay_lists():
    as_rest = pytest.importorskip("sphinx") and _load("contracts").as_rest
    assert as_rest(["Kinds:", "1. one", "   more", "2. two", "", "* a|b", "  c"]) == [
        "Kinds:", "", "1. one", "   more", "2. two", "", r"* a\|b", "  c", "",
    ]  # fmt: skip


def test_examples_of_the_tools_run():
    pytest.importorskip("sphinx")
    for name in ("figure_text", "contracts"):
        found = doctest.testmod(_load(name))
        assert found.attempted
        assert not found.failed


def test_the_site_builds_without_a_warning_and_has_what_it_promises(tmp_path):
    for name in ("sphinx", "myst_parser", "furo"):
        pytest.importorskip(name, reason=f"the site needs {name}: install the extra docs")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", "-d", str(tmp_path / "trees")]
    site = tmp_path / "html"
    done = subprocess.run([*command, str(DOCS), str(site)], capture_output=True, text=True, timeout=300, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    _first_page_draws_and_judges((site / "index.html").read_text(encoding="utf-8"))
    _reference_has_every_public_name(site)
    _no_page_loads_anything(site)
    _every_figure_has_its_alternative(site)


def _first_page_draws_and_judges(page):
    """A new user meets a hierarchical layout, a swizzle and a verdict without leaving the first page."""
    drawn = re.findall(r'<svg [^>]*aria-label="([^"]*)"', page)
    assert any("((2,2),(2,2))" in title for title in drawn)
    assert any("Sw&lt;" in title or "Sw<" in title for title in drawn)
    assert "bijective onto 0..511" in page
    assert "FAILS" in page


def _reference_has_every_public_name(site):
    pages = sorted((site / "reference").glob("*.html"))
    told = set(re.findall(r'id="(?:[A-Za-z0-9_]+\.)*([A-Za-z0-9_]+)"', "".join([p.read_text("utf-8") for p in pages])))
    assert set(layouts.__all__) - told == set()


def _no_page_loads_anything(site):
    loads = re.compile(r'<(?:script|link|img|iframe)[^>]*(?:src|href)="(https?://[^"]*)"')
    for path in [path for path in site.rglob("*.html") if "playground" not in path.parts]:
        assert not loads.findall(path.read_text(encoding="utf-8")), path.name


def _every_figure_has_its_alternative(site):
    pages = "".join([path.read_text(encoding="utf-8") for path in site.rglob("*.html")])
    drawn = pages.count('<svg style="min-width')
    assert drawn >= len(FIGURES)
    assert len(re.findall(r'role="img" aria-label="[^"]+"><title>[^<]+</title><desc>[^<]+</desc>', pages)) >= drawn
