"""The real CuTe DSL as oracle: where it is right we agree with it, where it is not brute force says so.

Nothing here trusts either side: an answer of ours must satisfy the definition at every point, and an answer of the DSL
is held against the same definition.
"""

import importlib.util
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import brute
import pytest
from strategies import DEEP, QUICK, seeded

from layouts import (
    Layout,
    LayoutError,
    NotALayoutError,
    NotInvertibleError,
    ParseError,
    coalesce,
    composition,
    flatten,
    left_inverse,
    parse,
    right_inverse,
    unflatten,
)

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("cutlass") is None, reason="nvidia-cutlass-dsl is not installed"
)

DRIVER = Path(__file__).with_name("cute_dsl_driver.py")
CASES = 2000 if DEEP else 40 if QUICK else 200
TIMEOUT = 300


def as_json(tree):
    return [as_json(child) for child in tree] if isinstance(tree, tuple) else tree


def ask(cases):
    """Return one answer for each case: a layout, "refused", or "killed" where the process ended."""
    lines = [json.dumps([op, *[[as_json(x.shape), as_json(x.stride)] for x in operands]]) for op, *operands in cases]
    answers = []
    while len(answers) < len(cases):
        done = subprocess.run(
            [sys.executable, str(DRIVER)],
            input="\n".join(lines[len(answers) :]) + "\n",
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )
        found = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[")]
        answers += [read(text) if kind == "text" else "refused" for kind, text in found]
        if len(answers) < len(cases):
            assert done.returncode < 0 or done.returncode > 1, done.stderr  # a signal, not an error of the driver
            answers.append("killed")
    return answers


def read(text):
    """Return the layout that the DSL printed; what is no layout, as an extent 0 or a stride ?, stays text."""
    try:
        return parse(text)
    except ParseError:
        return text


def layout(text):
    return parse(text)


# -- random cases ------------------------------------------------------------------------------------------------------


def draw_layout(rng, strides, leaves=4, nested=True):
    shape = tuple(rng.choice((1, 2, 2, 3, 4, 4, 5, 6, 8)) for _ in range(rng.randint(1, leaves)))
    if len(shape) == 1 and rng.random() < 0.5:
        shape = shape[0]
    elif nested and rng.random() < 0.4:
        cut = rng.randrange(len(shape))
        shape = (*shape[:cut], shape[cut:])
    return Layout(shape, unflatten(tuple([rng.choice(strides) for _ in flatten(shape)]), shape))


def draw_compact(rng, padding=(1,)):
    """Strides that form a chain, with gaps if ``padding`` says so, in any order, with some 0 among them."""
    plain = draw_layout(rng, (0,))
    leaves = list(flatten(plain.shape))
    strides, running = [0] * len(leaves), 1
    for k in rng.sample(range(len(leaves)), len(leaves)):
        if rng.random() < 0.9:
            running *= rng.choice(padding)
            strides[k], running = running, running * leaves[k]
    return Layout(plain.shape, unflatten(tuple(strides), plain.shape))


def draw_steps(rng, A):
    """A right operand that walks the places of A, so that many pairs have an answer."""
    places, place = [1], 1
    for s in flatten(A.shape):
        place *= s
        places.append(place)
    shape = tuple(rng.choice((1, 2, 2, 3, 4, 6)) for _ in range(rng.randint(1, 3)))
    strides = tuple([rng.choice(places) * rng.choice((0, 1, 1, 1, 2, 3)) for _ in shape])
    return Layout(shape, strides) if len(shape) > 1 or rng.random() < 0.5 else Layout(shape[0], strides[0])


STRIDES = (0, 1, 2, 3, 4, 5, 6, 8, 12, 16, 24, 30)


def test_composition_against_the_dsl():
    rng = seeded("composition against the DSL")
    pairs = []
    for _ in range(CASES):
        A = rng.choice((draw_layout, lambda r, _: draw_compact(r)))(rng, STRIDES)
        pairs.append((A, draw_steps(rng, A) if rng.random() < 0.7 else draw_layout(rng, range(9), 2)))
    seen = Counter()
    for (A, B), theirs in zip(pairs, ask([("composition", A, B) for A, B in pairs]), strict=True):
        points = tuple([brute.value(A, n) for n in brute.values(B)])
        exists = brute.break_over_z(points, flatten(B.shape)) is None
        try:
            ours = composition(A, B)
        except NotALayoutError as error:
            assert not exists, f"{A} o {B} was refused"
            assert error.witness == brute.break_over_z(points, flatten(B.shape))
            ours = None
        else:
            assert exists
            assert tuple(brute.values(ours)) == points, f"{A} o {B}"
            assert brute.refines(ours.shape, B.shape)
        if isinstance(theirs, Layout):
            right = tuple(brute.values(theirs)) == points and brute.refines(theirs.shape, B.shape)
            assert not right or ours is not None
            seen["right" if right else "wrong"] += 1
            if right:
                assert coalesce(theirs) == coalesce(ours), f"{A} o {B}"
        else:
            seen["refused rightly" if ours is None else "refused falsely"] += 1
    print(dict(seen))
    assert seen["right"] > CASES / 4
    assert seen["refused rightly"] > 0


def test_coalesce_against_the_dsl():
    rng = seeded("coalesce against the DSL")
    cases = [
        rng.choice((draw_layout(rng, STRIDES, 5), draw_compact(rng), draw_compact(rng, (1, 2)))) for _ in range(CASES)
    ]
    merged = 0
    for L, theirs in zip(cases, ask([("coalesce", L) for L in cases]), strict=True):
        ours = coalesce(L)
        assert brute.values(ours) == brute.values(L)
        assert isinstance(theirs, Layout), f"{L}: {theirs}"
        assert (flatten(ours.shape), flatten(ours.stride)) == (flatten(theirs.shape), flatten(theirs.stride)), L
        merged += len(flatten(ours.shape)) < len(flatten(L.shape))
    assert merged > CASES / 4


def test_right_inverse_against_the_dsl():
    rng = seeded("right inverse against the DSL")
    cases = [
        rng.choice((draw_layout(rng, range(7)), draw_compact(rng), draw_compact(rng, (1, 1, 2)))) for _ in range(CASES)
    ]
    agreed = 0
    for L, theirs in zip(cases, ask([("right_inverse", L) for L in cases]), strict=True):
        ours = right_inverse(L)
        assert [brute.value(L, n) for n in brute.values(ours)] == list(range(ours.size)), L
        assert isinstance(theirs, Layout), f"{L}: {theirs}"
        if [brute.value(L, n) for n in brute.values(theirs)] == list(range(theirs.size)):
            assert ours.size >= theirs.size, f"{L}: {ours}, and the DSL has {theirs}"
            agreed += coalesce(theirs) == ours
    assert agreed > CASES * 0.8


def test_left_inverse_against_the_dsl():
    rng = seeded("left inverse against the DSL")
    cases = [
        rng.choice((draw_layout(rng, range(9), 3), draw_compact(rng, (1, 1, 2)), draw_compact(rng, (1, 2, 3))))
        for _ in range(CASES)
    ]
    seen = Counter()
    for L, theirs in zip(cases, ask([("left_inverse", L) for L in cases]), strict=True):
        points = brute.values(L)
        pair = brute.first_collision(points)

        def is_left_inverse(R, L=L, points=points):
            return [brute.value(L, brute.value(R, n)) for n in points] == points

        right = isinstance(theirs, Layout) and is_left_inverse(theirs)
        try:
            ours = left_inverse(L)
        except NotInvertibleError as error:
            if pair is not None:
                assert error.witness == pair
            else:
                assert not right, f"{L} was refused, and the DSL has {theirs}"
            seen["refused"] += 1
            continue
        assert is_left_inverse(ours), f"{L}: {ours}"
        if pair is None:
            assert [brute.value(ours, n) for n in points] == list(range(L.size))
        seen["right" if right else "wrong" if isinstance(theirs, Layout) else "refused falsely"] += 1
        if right:
            assert [brute.value(ours, n) for n in points] == [brute.value(theirs, n) for n in points], L
    print(dict(seen))
    assert seen["right"] > CASES / 3
    assert seen["refused"] > 0


# -- where the DSL is known to be wrong --------------------------------------------------------------------------------

WRONG_COMPOSITIONS = [
    ("(8,8):(8,1)", "6:3", "(3,2):(24,1)", "(3,2):(24,9)"),
    ("(5,6,16):(16,80,1)", "8:8", "(4,2):(128,1)", "(4,2):(128,33)"),
    ("(6,4):(8,3)", "6:4", "(2,3):(32,3)", None),
    ("(4,6,8):(2,3,5)", "6:3", "(2,3):(6,3)", None),
    ("(6,2):(1,7)", "(3,2):(2,3)", "(3,2):(2,3)", None),
    ("(8,3):(3,1)", "(3,3):(1,3)", "(3,3):(3,9)", None),
    ("(2,4):(1,4)", "4:-1", "(2,2):(-1,-4)", None),
]


def test_compositions_that_the_dsl_gets_wrong():
    cases = [(layout(a), layout(b), layout(theirs), ours) for a, b, theirs, ours in WRONG_COMPOSITIONS]
    answers = ask([("composition", A, B) for A, B, _, _ in cases])
    for (A, B, expected, ours), theirs in zip(cases, answers, strict=True):
        assert coalesce(theirs) == coalesce(expected), f"the DSL now gives {theirs}"
        if min(brute.values(B)) >= 0:
            points = tuple([brute.value(A, n) for n in brute.values(B)])
            assert tuple(brute.values(theirs)) != points
            assert (brute.break_over_z(points, flatten(B.shape)) is None) == (ours is not None)
        if ours is None:
            with pytest.raises(NotALayoutError):
                composition(A, B)
        else:
            assert composition(A, B) == layout(ours)
            assert tuple(brute.values(layout(ours))) == points


def test_a_composition_that_the_dsl_refuses_and_that_exists():
    A, B = layout("(4,4):(4,1)"), layout("2:6")
    assert ask([("composition", A, B)]) == ["refused"]
    assert composition(A, B) == layout("2:9")
    assert brute.values(layout("2:9")) == [brute.value(A, n) for n in brute.values(B)]


def test_left_inverses_that_the_dsl_gets_wrong():
    cases = [("(2,3):(2,1)", "(2,2):(2,1)"), ("(3,(3,4)):(1,(2,0))", "(2,3):(1,3)")]
    answers = ask([("left_inverse", layout(text)) for text, _ in cases])
    for (text, expected), theirs in zip(cases, answers, strict=True):
        L = layout(text)
        points = brute.values(L)
        assert theirs == layout(expected)
        assert [brute.value(L, brute.value(theirs, n)) for n in points] != points
        with pytest.raises(LayoutError) as caught:
            left_inverse(L)
        assert caught.value.witness == brute.first_collision(points)


AGREED = [
    ("composition", "(12,3,6):(1,72,12)", "(6,6):(6,1)", "((2,3),6):((6,72),1)"),
    ("composition", "(10,360):(2,60)", "(6,6):(5,60)", "((2,3),6):((10,60),360)"),
    ("composition", "(4,1):(1,8)", "8:1", "(4,2):(1,8)"),
    ("composition", "(4,6,8,10):(2,3,5,7)", "6:12", "(2,3):(9,5)"),
    ("composition", "8:1", "4:-1", "4:-1"),
    ("coalesce", "(3,4,1,5):(1,8,3,32)", None, "(3,20):(1,8)"),
    ("coalesce", "(2,(1,6)):(1,(6,2))", None, "12:1"),
    ("right_inverse", "(4,8):(0,1)", None, "8:4"),
    ("right_inverse", "(2,4):(1,1)", None, "(2):(1)"),
    ("left_inverse", "5:2", None, "(2,5):(0,1)"),
    ("left_inverse", "(4,8):(1,5)", None, "(5,8):(1,4)"),
    ("left_inverse", "(4,8):(0,1)", None, "8:4"),
]


def test_the_driver_gives_the_worked_values():
    """A driver that answered nothing, or something else, would make every comparison above vacuous."""
    answers = ask([(op, layout(a), *([layout(b)] if b else [])) for op, a, b, _ in AGREED])
    for (op, a, b, expected), theirs in zip(AGREED, answers, strict=True):
        assert coalesce(theirs) == coalesce(layout(expected)), f"{op} {a} {b}: {theirs}"
