"""The page's glue in CPython: what each view answers, what the puzzles accept, and that nothing typed is executed."""

import ast
import doctest
import json
import subprocess
import sys
import zipfile
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playground_site import FOLDER, load

from layouts import LayoutError, check, conflicts, explain, parse

page = load("page")
build = load("build")
EXAMPLES = [(view, one["label"], one["fields"]) for view, listed in page.EXAMPLES.items() for one in listed]
NAMES = [f"{view}-{label}" for view, label, _ in EXAMPLES]


def ask(view, **fields):
    return json.loads(page.answer(view, json.dumps(fields)))


def kinds(answer):
    return [part["kind"] for part in answer["parts"]]


def row(answer, question):
    return dict(answer["parts"][0]["rows"])[question]


def test_the_examples_of_its_docstrings_run():
    assert doctest.testmod(page).failed == 0


@pytest.mark.parametrize(("view", "label", "fields"), EXAMPLES, ids=NAMES)
def test_each_example_is_answered_and_each_of_its_figures_is_drawn_or_refused_by_the_library(view, label, fields):
    answer = ask(view, **fields)
    assert "needs" not in answer
    assert ("error" in kinds(answer)) == (label == "a mistake")
    for part in answer["parts"]:
        if part["kind"] == "svg":
            found = json.loads(page.picture(part["number"], 380))
            if "svg" in found:
                assert len(found["alt"]) > 20
                assert ElementTree.fromstring(found["svg"]).tag.endswith("svg")
                assert "<script" not in found["svg"]
            else:
                assert found["text"]


def test_the_verdict_is_the_one_of_check():
    answer = ask("read", text="8 * row + ((i % 8) ^ row)", ranges="i = 512", lets="row = i / 8", size="512")
    verdict = check("8 * row + ((i % 8) ^ row)", {"i": 512}, let={"row": "i / 8"}, size=512)
    assert answer["parts"][0] == {"kind": "verdict", "text": str(verdict), "state": "bad"}


def test_a_layout_and_an_encoding_are_read_by_the_parsers_of_the_library():
    assert row(ask("read", text="Sw<3,3,3> o (8,64):(64,1)"), "over F2") == "(8,64):(F72,F1)"
    assert row(ask("read", text="(4,3):(1,3)"), "one-to-one") == "no: indices 3 and 4 both have the value 3"
    shared = "#ttg.swizzled_shared<{vec = 8, perPhase = 1, maxPhase = 8, order = [1, 0]}>"
    for shape in ("8, 64", "(8,64)", "8x64", "[8, 64]"):
        assert row(ask("read", text=shared, shape=shape), "over F2") == "(8,64):(F72,F1)"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"text": "(4,8):(8,1"}, "^"),
        ({"text": "i * 8 + (j ^ (i % 8)", "ranges": "i = 8, j = 8"}, "^"),
        ({"text": "i * 8 + (j ^ (i % 8)"}, "^"),
        ({"text": "i + j", "ranges": "i = 8"}, "j"),
        ({"text": "i", "ranges": "i = x"}, "^"),
        ({"text": "i", "ranges": "i"}, "NAME = RANGE"),
        ({"text": "i", "ranges": "i = 8", "size": "many"}, "number"),
        ({"text": "#ttg.blocked<{sizePerThread = [1}>", "shape": "4"}, "^"),
        ({"text": "#ttg.swizzled_shared<{vec = 8, perPhase = 1, maxPhase = 8, order = [1, 0]}>"}, "shape"),
        ({"text": "(4,8):(8,1)", "lanes": "r = lane, c = 0 * lane"}, "which is not in 0.."),
        ({"text": "(4,8):(8,1)", "lanes": "r = lane - 1, c = 0 * lane"}, "which is not in 0.."),
        ({"text": "(4,8):(8,1)", "lanes": "i = lane * 2"}, "which is not in 0.."),
        ({"text": "(4,8):(8,1)", "lanes": "a = lane % 4, b = 0 * lane, c = 0 * lane"}, "2 modes"),
        ({"text": "(4,8):(8,1)", "lanes": "r = "}, "lane map"),
        ({"text": "(4,8):(8,1)", "elem": "0"}, "elem"),
        ({"text": "__import__('os').system('true')"}, "^"),
        ({"text": "i / (j - 3)", "ranges": "i = 8, j = 8"}, "division by zero"),
    ],
)
def test_a_bad_input_shows_the_error_of_the_library_with_its_caret(fields, said):
    answer = ask("read", **fields)
    texts = [part.get("text", "") for part in answer["parts"] if part["kind"] in ("error", "verdict")]
    texts += [json.loads(page.picture(part["number"])).get("text", "") for part in answer["parts"] if "number" in part]
    assert any(said in text for text in texts), texts


def test_the_error_that_came_further_into_the_text_is_shown():
    assert ask("read", text="(4,8):(8,1")["parts"][0]["text"] == _error(lambda: parse("(4,8):(8,1"))
    assert ask("read", text="i + (j")["parts"][0]["text"] == _error(lambda: check("i + (j", i=2))


def _error(call):
    with pytest.raises(LayoutError) as caught:
        call()
    return str(caught.value)


@given(st.sampled_from(["read", "steps", "threads", "swizzle", "puzzle"]), st.text(max_size=30))
def test_any_text_gets_an_answer(view, text):
    fields = dict.fromkeys(("text", "A", "B", "answer", "ranges", "lanes", "shape", "M", "bits", "elem"), text)
    answer = json.loads(page.answer(view, json.dumps(fields)))
    assert answer["parts"]


def test_banks_are_those_of_conflicts_for_a_layout_and_for_a_formula_that_is_none():
    nested = ask("read", text="((2,4),(2,4)):((1,16),(2,4))", elem="4", lanes="r = lane % 8, c = lane / 8 * 2")
    expected = conflicts("((2,4),(2,4)):((1,16),(2,4))", "r = lane % 8, c = lane / 8 * 2", elem=4, bytes=4)
    assert f"wavefronts  {expected.wavefronts}, ideal 1" in nested["parts"][1]["text"]
    fields = {"elem": "4", "lanes": "r = lane, c = 0 * lane"}
    answer = ask("read", text="(32,32):(32,1)", **fields)
    report = next(part for part in answer["parts"] if part["kind"] == "verdict")
    assert report["state"] == "bad"
    assert "wavefronts  32, ideal 1" in report["text"]
    formula = {"text": "8 * (i / 8) + ((i % 8) ^ (i / 8))", "ranges": "i = 512"}
    answer = ask("read", **formula, elem="4", lanes="i = lane * 5 % 16 + lane / 16")
    expected = conflicts(formula["text"], "i = lane * 5 % 16 + lane / 16", elem=4, bytes=4)
    assert f"wavefronts  {expected.wavefronts}, ideal 1" in answer["parts"][-2]["text"]


def test_the_lane_map_of_a_formula_gives_its_variables_by_name_in_any_order():
    formula = {"text": "i * 32 + j", "ranges": "i = 32, j = 32", "elem": "4"}
    for lanes in ("i = lane, j = 0 * lane", "j = 0 * lane, i = lane", "j = lane, i = 0 * lane"):
        expected = conflicts(formula["text"], lanes, elem=4, bytes=4).wavefronts
        assert f"wavefronts  {expected}, ideal 1" in ask("read", **formula, lanes=lanes)["parts"][1]["text"]
    without = ask("read", **formula, lanes="i = lane")
    assert kinds(without)[:2] == ["verdict", "error"]
    assert "'j' is not defined" in without["parts"][1]["text"]


@pytest.mark.parametrize(
    ("text", "ranges"),
    [
        ("i ^ (i >> 1)", "i = 16"),
        ("i ^ (i >> 1)", "i = 8:16"),
        ("i ^ (j << 1)", "i = 0,8,16,24; j = 4"),
        ("i * 8 + (j ^ i)", "i = 8, j = 8"),
        ("i * 9 + j", "i = 5, j = 3"),
    ],
)
def test_the_figure_of_a_formula_shows_its_values(text, ranges):
    answer = ask("read", text=text, ranges=ranges)
    pairs = page._pairs(ranges, "")
    domain = page.check(text, pairs)
    for part in answer["parts"]:
        if part.get("heading") == "Figure":
            svg = ElementTree.fromstring(json.loads(page.picture(part["number"]))["svg"])
            shown = {"".join(one.itertext()) for one in svg.iter("{http://www.w3.org/2000/svg}text")}
            assert {str(domain.minimum), str(domain.maximum)} <= shown
            layout = domain.layout
            assert layout is None or layout.size == domain.domain_size


@given(st.integers(0, 3), st.integers(0, 4), st.integers(-4, 4))
def test_the_sliders_show_what_the_library_says_of_each_swizzle(B, M, S):
    fields = {"B": str(B), "M": str(M), "S": str(S), "rows": "8", "columns": "8", "elem": "4"}
    answer = ask("swizzle", **fields)
    if abs(S) < B:
        assert "Swizzle" in answer["parts"][0]["text"] or "shift" in answer["parts"][0]["text"]
    else:
        assert row(answer, "tile") == str(parse(f"Sw<{B},{M},{S}> o (8,8):(8,1)")) if S >= 0 else True
        assert row(answer, "one-to-one") == "yes"


def test_the_steps_are_those_of_explain():
    answer = ask("steps", operation="composition", A="(6,2):(1,7)", B="(3,2):(2,3)")
    steps = next(part for part in answer["parts"] if part["kind"] == "steps")
    found = explain("composition", parse("(6,2):(1,7)"), parse("(3,2):(2,3)"))
    assert steps["steps"] == [f"{k}. {step}" for k, step in enumerate(found.steps, 1)]
    assert steps["end"] == f"Refused: {found.refusal}"


def test_a_bit_of_a_lane_lights_the_cells_of_that_lane():
    layout = parse("((4,8),(2,2)):((32,1),(16,8))")
    fields = {"text": str(layout), "shape": "16, 8"}
    for lane in range(32):
        bits = "".join([str(lane >> k & 1) for k in range(5)])
        answer = ask("threads", **fields, bits=f"thread:{bits}")
        assert sorted(map(int, answer["lit"])) == sorted(layout(lane, value) for value in range(4))
    assert len(ask("threads", **fields, bits="thread:1****")["lit"]) == 64
    assert len(ask("threads", **fields, bits="thread:***** value:**")["lit"]) == 128
    assert ask("threads", **fields)["dims"][0] == {"name": "thread", "bits": ["0"] * 5}


WRONG = {
    "row-major": ["(4,8):(1,4)", "(8,4):(4,1)", "(4,8):(8,2)", "32:1"],
    "blocks": ["(4,4):(1,4)", "((2,2),(2,2)):((1,8),(2,4))", "(2,2,2,2):(1,4,2,8)"],
    "diagonal": ["8:8", "7:9", "8:7"],
    "holes": ["(4,2):(2,8)", "8:2", "4:2"],
    "inverse": ["(4,8):(8,1)", "(8,4):(1,8)"],
    "fragment": ["((4,8),(2,2)):((32,1),(8,16))", "(32,4):(4,1)", "(128):(1)"],
    "padding": ["(32,32):(32,1)", "(32,32):(34,1)", "(32,32):(35,1)", "(32,32):(1,0)"],
    "xor": ["(32,32):(33,1)", "(32,32):(32,1)", "Sw<3,2,5> o (32,32):(32,1)"],
    "ldmatrix": ["(8,64):(64,1)", "Sw<2,3,3> o (8,64):(64,1)", "Sw<3,0,6> o (8,64):(64,1)", "(8,64):(72,1)"],
    "mask": ["8 * (i / 8) + ((i % 8) ^ (i / 8))", "i ^ (i / 8)", "i", "i +"],
}


@pytest.mark.parametrize("puzzle", page.PUZZLES, ids=lambda puzzle: puzzle["id"])
def test_a_puzzle_accepts_its_answer_and_no_wrong_one(puzzle):
    right = ask("puzzle", puzzle=puzzle["id"], answer=puzzle["solution"])
    assert right["solved"]
    assert right["parts"][0]["text"].startswith("Right.")
    assert not ask("puzzle", puzzle=puzzle["id"])["solved"]
    for text in [*WRONG[puzzle["id"]], "(", "3", "Sw<1,0,1>"]:
        found = ask("puzzle", puzzle=puzzle["id"], answer=text)
        assert not found["solved"], text
        assert found["parts"][0]["text"]


def test_a_puzzle_accepts_every_right_answer_not_only_its_own():
    assert ask("puzzle", puzzle="xor", answer="(32,32):(F33,F1)")["solved"]
    assert ask("puzzle", puzzle="row-major", answer="((2,2),(4,2)):((8,16),(1,4))")["solved"]
    assert ask("puzzle", puzzle="mask", answer="i ^ (i >> 3 & 7)")["solved"]
    assert len(page.PUZZLES) == 10


def test_no_example_and_no_puzzle_needs_numpy_and_what_needs_it_says_so():
    code = f"""
import sys
sys.modules["numpy"] = None
sys.path.insert(0, {str(FOLDER)!r})
import json, page
for view, listed in page.EXAMPLES.items():
    for one in listed:
        answer = json.loads(page.answer(view, json.dumps(one["fields"])))
        assert "needs" not in answer, one
        for part in answer["parts"]:
            "number" in part and page.picture(part["number"])
for puzzle in page.PUZZLES:
    fields = {{"puzzle": puzzle["id"], "answer": puzzle["solution"]}}
    assert json.loads(page.answer("puzzle", json.dumps(fields)))["solved"]
    for text in {WRONG!r}[puzzle["id"]]:
        assert not json.loads(page.answer("puzzle", json.dumps({{**fields, "answer": text}}))).get("solved"), text
answer = json.loads(page.answer("read", json.dumps({{"text": "i*i % 37", "ranges": "i = 64"}})))
assert answer["needs"] == "numpy" and "every point" in answer["parts"][0]["text"], answer
"""
    subprocess.run([sys.executable, "-c", code], check=True, cwd=FOLDER.parent.parent)


def test_the_glue_evaluates_nothing_and_the_page_sets_only_figures_as_markup():
    calls = {node.func.id for node in ast.walk(ast.parse((FOLDER / "page.py").read_text())) if _named(node)}
    assert not calls & {"eval", "exec", "compile", "open", "getattr_static"}
    script = (FOLDER / "page.js").read_text()
    assert script.count("innerHTML") == 1
    assert "eval(" not in script + (FOLDER / "worker.js").read_text()
    hostile = "<img src=x onerror=alert(1)>"
    found = ask("read", text=f"(2,2):(2,1){hostile}")
    assert all("svg" not in part for part in found["parts"])


def _named(node):
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name)


def test_a_build_has_the_package_and_names_one_runtime(tmp_path):
    site = build.build(tmp_path / "site")
    assert sorted(path.name for path in site.iterdir()) == sorted([*build.STATIC, "layouts.zip"])
    names = zipfile.ZipFile(site / "layouts.zip").namelist()
    assert "page.py" in names
    assert "layouts/__init__.py" in names
    assert not [name for name in names if "__pycache__" in name]
    worker = (site / "worker.js").read_text()
    version = build.PACKAGES[0].split("@")[1]
    assert worker.count("https://cdn.jsdelivr.net") == 1
    assert f"/pyodide/v{version}/full/" in worker
    again = build.build(tmp_path / "again")
    assert (again / "layouts.zip").read_bytes() == (site / "layouts.zip").read_bytes()
