"""A Triton script runs unchanged on our class; and the defects of Triton's class, shown, are not ours."""

import contextlib
import importlib.util
import io
import json
import subprocess
import sys
from pathlib import Path

import linear_triton_driver as driver
import pytest

from layouts import LayoutError, LinearLayout, ProfileError

SCRIPT = Path(__file__).with_name("linear_triton_script.py")
pytestmark = pytest.mark.skipif(importlib.util.find_spec("triton") is None, reason="needs triton")


def test_a_script_written_for_triton_prints_the_same_with_our_class():
    theirs = subprocess.run([sys.executable, str(SCRIPT)], capture_output=True, text=True, timeout=120, check=True)
    text = SCRIPT.read_text(encoding="utf-8").replace("from triton.tools import", "from layouts import")
    ours = io.StringIO()
    with contextlib.redirect_stdout(ours):
        exec(compile(text, str(SCRIPT), "exec"), {"__name__": "__main__"})
    assert len(theirs.stdout) > 5000
    assert ours.getvalue() == theirs.stdout


def test_our_class_has_every_public_name_of_tritons():
    code = "from triton.tools import LinearLayout; print(*[n for n in dir(LinearLayout) if not n.startswith('_')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    names = done.stdout.split()
    assert len(names) >= 20
    for name in names:
        attribute = getattr(LinearLayout, name)
        assert isinstance(attribute, property) == (name in ("bases", "out_dims", "num_in_dims", "num_out_dims"))


def ask(code):
    """Run code with Triton's class; return what it prints, or None where the process ends."""
    done = subprocess.run(
        [sys.executable, "-c", "from triton.tools import LinearLayout as L\n" + code],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    return done.stdout.strip() if done.returncode == 0 else None


@pytest.mark.parametrize(("bits", "theirs"), [(31, "False"), (32, "True"), (33, "False"), (64, "True")])
def test_triton_takes_zeros_of_32_and_64_bits_for_a_bijection(bits, theirs):
    bases = [("a", [[0]] * (bits // 2)), ("b", [[0]] * (bits - bits // 2))]
    assert ask(f"print(L.from_bases({bases}, ['x'], [1], False).is_invertible())") == theirs
    ours = LinearLayout(bases, {"x": 1})
    assert ours.apply({"a": 1, "b": 0}) == ours.apply({"a": 0, "b": 0})  # two inputs, one output
    assert not ours.is_invertible()


def test_triton_drops_an_input_that_is_named_twice():
    code = "L.from_bases([('a', [[1], [2]]), ('a', [[1]])], ['x'])"
    assert ask(f"print({code}.bases)") == "[('a', [[1]])]"
    with pytest.raises(ProfileError):
        LinearLayout.from_bases([("a", [[1], [2]]), ("a", [[1]])], ["x"])


def test_triton_has_different_hashes_for_equal_layouts_and_no_pickle():
    assert ask("print(len({L.identity_1d(4, 'a', 'x'), L.identity_1d(4, 'a', 'x')}))") == "2"
    assert ask("import pickle; pickle.dumps(L.identity_1d(4, 'a', 'x'))") is None
    assert ask("L.identity_1d(4, 'a', 'x') == 3") is None
    assert len({LinearLayout.identity_1d(4, "a", "x"), LinearLayout.identity_1d(4, "a", "x")}) == 1


@pytest.mark.parametrize(
    "code",
    [
        "L.from_bases([('a', [[1 << i] for i in range(31)])], ['x'])",
        "L.from_bases([('a', [[0]] * 30), ('b', [[0]] * 35)], ['x'], [1], False)",
        "L.identity_1d(2**20, 'a', 'x') * L.identity_1d(2**20, 'a', 'x')",
    ],
)
def test_triton_ends_the_process_beyond_its_words_and_we_answer(code):
    assert ask(code) is None
    L = eval(code, {"L": LinearLayout})
    assert L.apply(dict.fromkeys(L.get_in_dim_names(), 1)) in ({"x": 1}, {"x": 0})


@pytest.mark.parametrize(
    "code",
    [
        "L.identity_1d(3, 'a', 'x')",
        "L.strided_1d(4, 3, 'a', 'x')",
        "L.from_bases([('a', [[4]])], ['x'], [4], False)",
        "L.from_bases([('a', [[1]])], ['x'], [4])",
        "L.from_bases([('a', [[1]])], ['x'], [4], False).pseudoinvert()",
        "L.zeros_1d(2, 'a', 'x').invert()",
        "L.identity_1d(2, 'a', 'x').apply({'b': 0})",
        "L.identity_1d(2, 'a', 'x').compose(L.identity_1d(2, 'a', 'x'))",
        "L.identity_1d(2, 'a', 'x').invert_and_compose(L.identity_1d(2, 'a', 'y'))",
    ],
)
def test_where_triton_ends_the_process_we_raise_an_error_with_a_witness(code):
    assert ask(code) is None
    with pytest.raises(LayoutError) as caught:
        eval(code, {"L": LinearLayout})
    assert caught.value.witness is not None


def test_triton_shows_shared_places_that_are_not_there_and_we_refuse():
    spec = [[["offset", [[2]]], ["block", [[1]]]], ["x"], [8], False]
    done = subprocess.run(
        [sys.executable, driver.__file__], input=json.dumps([["get_shared_view", spec, False]]),
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout) == [["ok", "[(0),(2),(0),(2),(1),(3),(1),(3)]\n"]]  # 8 places for 4 elements
    with pytest.raises(LayoutError) as caught:
        driver.answer(LinearLayout, ["get_shared_view", spec, False])
    assert caught.value.witness == (4, 8)
