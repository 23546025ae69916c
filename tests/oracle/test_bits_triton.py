"""Triton's C++ LinearLayout agrees with BitMatrix: compose, invert, pseudoinvert, invert_and_compose, the flags.

Misuse ends Triton's process, so all cases go to one subprocess.  The input dimensions of each layout have names of
their own, so that Triton's rule of mapping a dimension with identical bases to itself never applies: what remains is
"free inputs are 0", the smallest solution.
"""

import importlib.util
import json
import random
import subprocess
import sys

import pytest

from layouts.bits import BitMatrix

pytestmark = pytest.mark.skipif(importlib.util.find_spec("triton") is None, reason="needs triton")

ORACLE = r"""
import json, sys
from triton.tools import LinearLayout

def build(case, name):
    columns, rows = case
    # One dimension holds at most 30 bits, so every layout has two inputs and two outputs.
    low, half = rows // 2, len(columns) // 2
    bases = [[c & (1 << low) - 1, c >> low] for c in columns]
    inputs = [(name + "0", bases[:half]), (name + "1", bases[half:])]
    return LinearLayout.from_bases(inputs, ["out0", "out1"], [1 << low, 1 << rows - low], False)

def flat(layout):
    (_, low_size), _ = layout.out_dims
    shift = low_size.bit_length() - 1
    return [v[0] | v[1] << shift for _, bases in layout.bases for v in bases]

def rename(case, names):
    # The same outer layout as compose wants it: its inputs carry the names of the inner one's outputs.
    columns, rows, split = case
    low = rows // 2
    bases = [[c & (1 << low) - 1, c >> low] for c in columns]
    inputs = [(names[0], bases[:split]), (names[1], bases[split:])]
    return LinearLayout.from_bases(inputs, ["z0", "z1"], [1 << low, 1 << rows - low], False)

answers = []
for kind, *cases in json.load(sys.stdin):
    if kind == "flags":
        layout = build(cases[0], "a")
        answers.append([layout.is_injective(), layout.is_surjective(), layout.is_invertible()])
    elif kind == "invert":
        answers.append(flat(build(cases[0], "a").invert()))
    elif kind == "pseudoinvert":
        answers.append(flat(build(cases[0], "a").pseudoinvert()))
    elif kind == "invert_and_compose":
        answers.append(flat(build(cases[1], "b").invert_and_compose(build(cases[0], "a"))))
    elif kind == "compose":
        inner = build(cases[1], "b")
        answers.append(flat(inner.compose(rename([*cases[0], cases[1][1] // 2], ["out0", "out1"]))))
print(json.dumps(answers))
"""

RNG = random.Random(5)


def draw(rows, n):
    """A matrix that is dense, sparse or of low rank."""
    kind = RNG.randrange(3)
    if kind == 0:
        return BitMatrix([RNG.getrandbits(rows) for _ in range(n)], rows)
    if kind == 1:
        return BitMatrix([1 << RNG.randrange(rows) | 1 << RNG.randrange(rows) for _ in range(n)], rows)
    middle = RNG.randint(1, min(rows, n))
    return draw_dense(rows, middle) @ draw_dense(middle, n)


def draw_dense(rows, n):
    return BitMatrix([RNG.getrandbits(rows) for _ in range(n)], rows)


def draw_full(rows, n):
    while True:
        matrix = draw_dense(rows, n)
        if matrix.rank() == min(rows, n):
            return matrix


def sizes(least=2, most=16):
    return RNG.randint(least, most), RNG.randint(least, most)


def cases():
    """Return pairs of a question for Triton and our answer."""
    for n in [RNG.randint(2, 16) for _ in range(40)] + [20, 24, 31, 32, 32]:
        M = draw_full(n, n)
        yield ("invert", M), list(M.inverse().columns)
    for _ in range(60):
        rows, more = sizes()
        M = draw_full(rows, min(rows + more, 32))
        yield ("pseudoinvert", M), list(M.right_inverse().columns)
    for _ in range(80):
        M = draw(*sizes())
        Y = M @ draw_dense(len(M.columns), RNG.randint(2, 12))
        yield ("invert_and_compose", M, Y), list(M.solve(Y).columns)
    for _ in range(60):
        M = draw(*sizes())
        N = draw(len(M.columns), RNG.randint(2, 16))
        yield ("compose", M, N), list((M @ N).columns)
    for _ in range(50):
        M = draw(*sizes(2, 8))
        yield ("flags", M), [M.is_injective(), M.is_surjective(), M.is_invertible()]


@pytest.fixture(scope="module")
def answers():
    """Return all cases with Triton's answer beside ours."""
    asked = list(cases())
    questions = [(kind, *[(M.columns, M.rows) for M in matrices]) for (kind, *matrices), _ in asked]
    done = subprocess.run(
        [sys.executable, "-c", ORACLE], input=json.dumps(questions), capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr[-2000:]
    theirs = json.loads(done.stdout)
    assert len(theirs) == len(asked)
    return [(question, ours, triton) for (question, ours), triton in zip(asked, theirs, strict=True)]


@pytest.mark.parametrize(
    ("kind", "count"),
    [("invert", 45), ("pseudoinvert", 60), ("invert_and_compose", 80), ("compose", 60), ("flags", 50)],
)
def test_triton_gives_the_same_answer(answers, kind, count):
    asked = [(question[1:], ours, triton) for question, ours, triton in answers if question[0] == kind]
    assert len(asked) == count
    for matrices, ours, triton in asked:
        assert ours == triton, matrices


def test_the_cases_have_free_inputs_and_both_answers_to_every_flag(answers):
    solved = [question[1] for question, *_ in answers if question[0] == "invert_and_compose"]
    assert sum(not M.is_injective() for M in solved) > 20
    flags = [ours for question, ours, _ in answers if question[0] == "flags"]
    assert all({flag[k] for flag in flags} == {True, False} for k in range(3))
