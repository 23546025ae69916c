"""CuTe DSL on random complements, divisions, products and filters; where we differ, brute force decides.

Each answer, ours and the DSL's, is compared with the definition at every point.  Ours is right or refused with a reason
that enumeration confirms.  The DSL runs in a subprocess, because some of its answers end the process.
"""

import importlib.util
import json
import random
import subprocess
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path

import brute
import pytest

from layouts import Layout, LayoutError, ParseError, ProfileError, flatten, parse, prefix_product
from layouts.algebra import divide, filtering, product
from layouts.algebra.complement import complement, complement_minimal

pytestmark = pytest.mark.skipif(importlib.util.find_spec("cutlass") is None, reason="needs nvidia-cutlass-dsl")

DRIVER = Path(__file__).with_name("cute_dsl_divide_driver.py")
CASES = 150
KILLED = "killed"


# -- asking the DSL ----------------------------------------------------------------------------------------------------


def send(value):
    if isinstance(value, Layout):
        return {"shape": send(value.shape), "stride": send(value.stride)}
    return list(map(send, value)) if isinstance(value, tuple) else value


def ask(cases):
    """Return the DSL's text for each case, None where it refuses, KILLED where the process ended."""
    answers = []
    while len(answers) < len(cases):
        start = len(answers)
        batch = [[start + k, *map(send, case)] for k, case in enumerate(cases[start:])]
        done = subprocess.run(
            [sys.executable, str(DRIVER)],
            input=json.dumps(batch),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        for line in done.stdout.splitlines():
            number, text = json.loads(line)
            assert number == len(answers)
            answers.append(text)
        if len(answers) < len(cases):
            assert done.returncode, "the driver ended early without an error"
            assert answers or "ModuleNotFoundError" not in done.stderr, done.stderr
            answers.append(KILLED)
    return answers


# -- the definitions ---------------------------------------------------------------------------------------------------


def parts_of(A, tiler):
    """Return the mode, the tile and the rest for each tile of a tiler; refuse as complement does."""
    if not isinstance(tiler, tuple):
        B = tiler if isinstance(tiler, Layout) else Layout(tiler)
        return [(A, B, complement(B, A.size))]
    one = Layout(1, 0)
    tiles = [parts_of(A[k], tile)[0] for k, tile in enumerate(tiler)]
    return tiles + [(mode, one, Layout(mode.size)) for mode in A[len(tiler) :]]


def truth_of_divide(A, tiler, logical):
    """Return the values, and the extents that any answer refines."""
    parts = parts_of(A, tiler)
    order = [(k, part) for k, (_, *pair) in enumerate(parts) for part in pair]
    if not logical:
        order = order[::2] + order[1::2]
    points, extents = [(0,) * len(parts)], []
    for k, L in order:
        points = [(*p[:k], p[k] + n, *p[k + 1 :]) for n in brute.values(L) for p in points]
        extents += brute.leaves(L.shape)
    modes = [mode for mode, _, _ in parts]
    return [sum(brute.value(mode, i) for mode, i in zip(modes, p, strict=True)) for p in points], extents


def truth_of_product(A, B):
    marks = complement_minimal(A)
    points = [a + brute.value(marks, n) for n in brute.values(B) for a in brute.values(A)]
    return points, [*brute.leaves(A.shape), *brute.leaves(B.shape)]


def padded(layout, rank):
    modes = list(layout) if isinstance(layout.shape, tuple) else [layout]
    return modes + [Layout(1, 0)] * (rank - len(modes))


def truth_of_pairs(A, B, raked):
    """Pair the modes: the value at ((i, k), ...) is A(i, ...) plus copy B(k, ...)."""
    rank = max(A.rank, B.rank)
    marks = complement_minimal(A)
    points, extents = [(0, 0)], []
    for a, b in zip(padded(A, rank), padded(B, rank), strict=True):
        pair = [([(n, 0) for n in brute.values(a)], a), ([(0, n) for n in brute.values(b)], b)]
        for digits, mode in reversed(pair) if raked else pair:
            points = [(p + x, q + y) for x, y in digits for p, q in points]
            extents += brute.leaves(mode.shape)
    return [p + brute.value(marks, q) for p, q in points], extents


# -- cases -------------------------------------------------------------------------------------------------------------


def extents(rng, most=3):
    return tuple(rng.choice((1, 2, 2, 3, 4, 6)) for _ in range(rng.randint(1, most)))


def chain(rng, shape, gaps=(1, 1, 1, 2, 3)):
    """Return a layout whose strides clear each other, in any order, with gaps."""
    leaves = flatten(shape)
    strides, running = [0] * len(leaves), 1
    for k in rng.sample(range(len(leaves)), len(leaves)):
        if rng.random() < 0.1:
            continue
        running *= rng.choice(gaps)
        strides[k] = running
        running *= leaves[k]
    return Layout(shape, tuple(strides))


def any_layout(rng):
    shape = extents(rng)
    if rng.random() < 0.2:
        return Layout(shape, tuple(rng.randint(0, 12) for _ in shape))
    return chain(rng, shape)


def tile(rng, size):
    if rng.random() < 0.2:
        return chain(rng, extents(rng, 2), (1, 2))
    n = rng.choice([k for k in range(1, size + 1) if size % k == 0 or rng.random() < 0.1])
    return Layout(n, rng.choice([k for k in range(1, size // n + 1) if size // n % k == 0] or [1]))


def divide_case(rng):
    shape = extents(rng)
    A = Layout(shape, prefix_product(shape)) if rng.random() < 0.3 else chain(rng, shape)
    if rng.random() < 0.5:
        return A, tile(rng, A.size)
    count = rng.randint(1, A.rank)
    return A, tuple(rng.choice((tile(rng, s), tile(rng, s).size)) for s in shape[:count])


def complement_case(rng):
    return any_layout(rng), rng.randint(1, 96)


def product_case(rng):
    return chain(rng, extents(rng), (1, 1, 2)), chain(rng, extents(rng, 2), (1, 1, 1, 2))


def tile_to_shape_case(rng):
    A = chain(rng, extents(rng), (1, 1, 2))
    shape = tuple(s * rng.randint(1, 4) for s in A.shape)
    return A, shape, tuple(rng.sample(range(len(shape)), len(shape)))


def filter_case(rng):
    shape = extents(rng)
    return Layout(shape, tuple(rng.choice((0, 0, 1, 2, 5)) for _ in shape))


# -- the comparison ----------------------------------------------------------------------------------------------------


def verdict(text, expected, sizes):
    """Tell whether the DSL's text is the layout with the values ``expected`` and modes of these sizes."""
    if text is None or text == KILLED:
        return "refuses" if text is None else text
    try:
        layout = parse(text)
    except (ParseError, ProfileError):  # an extent that is 0 or negative
        return "wrong"
    if expected is None or brute.values(layout) != expected:
        return "wrong"
    return "right" if sizes is None or [mode.size for mode in padded(layout, 0)] == sizes else "other modes"


def compare(name, ours, make, truth):
    """Tally (our answer, the DSL's answer); ours must be right, or refused because there is no answer."""
    rng = random.Random(name)
    cases = [make(rng) for _ in range(CASES)]
    tally = Counter()
    for case, text in zip(cases, ask([(name, *case) for case in cases]), strict=True):
        expected = sizes = refusal = None
        try:
            R = ours(*case)
        except LayoutError as error:
            refusal = error
        if refusal is None:
            expected, _ = truth(*case)
            assert brute.values(R) == expected, f"{name}{case}: {R}"
            sizes = [mode.size for mode in padded(R, 0)]
        else:
            check_refusal(refusal, truth, case)
        tally["right" if refusal is None else "refused", verdict(text, expected, sizes)] += 1
    print(name, dict(tally))
    return tally


def check_refusal(refusal, truth, case):
    """Refused: a complement is missing, or no layout has the values of the definition on the shape of the operands."""
    assert refusal.witness is not None
    try:
        points, extents = truth(*case)
    except LayoutError:
        return
    assert brute.break_over_z(tuple(points), tuple(extents)) is not None, f"{case}: {refusal}"


@pytest.mark.parametrize("name", ["logical_divide", "zipped_divide", "tiled_divide", "flat_divide"])
def test_divisions_agree_or_are_wrong_there(name):
    def truth(A, tiler):
        return truth_of_divide(A, tiler, name == "logical_divide")

    tally = compare(name, getattr(divide, name), divide_case, truth)
    assert tally["right", "right"] > CASES * 0.8
    assert not tally["right", "other modes"]


@pytest.mark.parametrize("name", ["logical_product", "zipped_product", "tiled_product", "flat_product"])
def test_products_agree_or_are_wrong_there(name):
    tally = compare(name, getattr(product, name), product_case, truth_of_product)
    assert tally["right", "right"] > CASES * 0.8
    assert not tally["right", "other modes"]


@pytest.mark.parametrize("name", ["blocked_product", "raked_product"])
def test_paired_products_agree_or_are_wrong_there(name):
    tally = compare(
        name, getattr(product, name), product_case, lambda A, B: truth_of_pairs(A, B, name == "raked_product")
    )
    assert tally["right", "right"] > CASES * 0.8
    assert not tally["right", "other modes"]


def test_tile_to_shape_agrees_or_is_wrong_there():
    def truth(A, shape, order):
        repeats = [s // own for s, own in zip(shape, A.shape, strict=True)]
        strides, running = [0] * len(repeats), 1
        for k in sorted(range(len(repeats)), key=lambda k: order[k]):
            strides[k] = running
            running *= repeats[k]
        return truth_of_pairs(A, Layout(tuple(repeats), tuple(strides)), False)

    tally = compare("tile_to_shape", product.tile_to_shape, tile_to_shape_case, truth)
    assert tally["right", "right"] > CASES * 0.8
    assert not tally["right", "other modes"]


def test_filters_agree():
    rng = random.Random("filter")
    cases = [filter_case(rng) for _ in range(CASES)]
    names = {"filter": filtering.filter_modes, "filter_zeros": filtering.filter_zeros, "nullspace": filtering.nullspace}
    asked = [(name, A) for name in names for A in cases]
    for (name, A), text in zip(asked, ask(asked), strict=True):
        R = names[name](A)
        assert verdict(text, brute.values(R), None) == "right", f"{name} {A}: {R}, {text}"
        assert name == "nullspace" or padded(parse(text), 0) == padded(R, 0)  # the DSL leaves its nullspace as it is


def test_complements_agree_or_are_wrong_there():
    rng = random.Random("complement")
    cases = [complement_case(rng) for _ in range(2 * CASES)]
    tally = Counter()
    for (A, target), text in zip(cases, ask([("complement", *case) for case in cases]), strict=True):
        try:
            C = complement(A, target)
        except LayoutError:
            assert not clears(A)
            tally["refused", verdict(text, None, None)] += 1
        else:
            assert clears(A)
            tally["right", verdict(text, brute.values(C), None)] += 1
    print("complement", dict(tally))
    assert tally["right", "right"] > 1.7 * CASES
    assert not tally["right", "wrong"]
    assert not tally["right", "refuses"]


def clears(A):
    modes = sorted((d, s) for s, d in zip(A.shape, A.stride, strict=True) if d and s > 1)
    return all(d >= t * e for (e, t), (d, _) in pairwise(modes))


# -- what the DSL gets wrong -------------------------------------------------------------------------------------------

WRONG = [
    (("complement", "(2,2):(1,1)", 8), "(0,4):(2,2)"),
    (("complement", "(2,2):(2,3)", 16), "(2,0,3):(1,4,6)"),
    (("complement", "(4,3):(8,9)", 1), "(8,0):(1,32)"),
    (("complement", "4:-1", 16), "(-1,-4):(1,-4)"),
    (("complement", "12:1", (8, 8)), "4:12"),  # 48 elements for 64
    (("logical_product", "8:3", "((2,6)):((1,2))"), "(8,((2,(2,3)))):(3,((1,(2,24))))"),  # copies collide
    (("logical_product", "(5,2):(8,3)", "4:1"), "((5,2),4):((8,3),1)"),  # copies collide
    (("logical_product", "(2,2):(1,2)", (2, 2)), "((2,2),(2,2)):((1,2),(2,1))"),  # copies collide
    (("raked_product", "(2,5):(5,1)", "((4,4),1):((1,4),0)"), "((16,2),5):((10,5),1)"),  # B has lost its hierarchy
    (("raked_product", "4:1", "(16):(1)"), None),
    (("tile_to_shape", "(2,5):(5,1)", (6, 21), (0, 1)), "((2,3),(5,5)):((5,10),(1,30))"),  # extent 25
    (("nullspace", "4:0"), None),
    (("zipped_divide", "(8,12):(12,1)", (None, 3)), None),
    (("logical_divide", "(2,16,16):(1,128,2)", "(4,4):(2,1)"), KILLED),
]


def test_known_defects_of_the_dsl():
    """When one of these changes, the DSL has changed: look again."""
    cases = [[parse(part) if isinstance(part, str) and ":" in part else part for part in case] for case, _ in WRONG]
    assert dict(enumerate(ask(cases))) == {k: text for k, (_, text) in enumerate(WRONG)}
