"""Triton's LinearLayout as oracle: layouts over F2 composed and inverted give the same bit images.

Triton's misuse aborts the process, so only cases inside its rules are sent: the inner outputs fit the outer inputs, an
inverse is asked of bijections, a pseudoinverse of maps that are onto.
"""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import brute
import pytest
from strategies import DEEP, QUICK, seeded

from layouts import (
    F2,
    Layout,
    Swizzle,
    bit_images,
    composition,
    equal,
    inverse,
    is_bijective,
    left_inverse,
    right_inverse,
    to_f2,
    unflatten,
)

pytestmark = pytest.mark.skipif(importlib.util.find_spec("triton") is None, reason="triton is not installed")

DRIVER = Path(__file__).with_name("triton_layout_driver.py")
CASES = 3000 if DEEP else 50 if QUICK else 300


def ask(cases):
    done = subprocess.run(
        [sys.executable, str(DRIVER)],
        input="\n".join(map(json.dumps, cases)) + "\n",
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    answers = [tuple(json.loads(line)) for line in done.stdout.splitlines()]
    assert len(answers) == len(cases), done.stderr
    return answers


def map_of(L, bits):
    return [list(bit_images(L)), bits]


def draw_shape(rng, bits):
    """A shape of 2**bits points, cut anywhere, sometimes nested."""
    widths = []
    while sum(widths) < bits:
        widths.append(rng.randint(1, bits - sum(widths)))
    shape = tuple([1 << w for w in widths])
    return (shape[0], shape[1:]) if len(shape) > 2 and rng.random() < 0.5 else shape


def draw(rng, bits, top):
    shape = draw_shape(rng, bits)
    leaves = brute.leaves(shape)
    strides = [rng.randrange(1 << max(0, top - s.bit_length() + 2)) for s in leaves]
    return Layout(shape, unflatten(tuple(strides), shape), over=F2)


def draw_bijection(rng, bits):
    """A compact layout in a random order of its modes, swizzled a few times, read over F2."""
    shape = draw_shape(rng, bits)
    leaves = brute.leaves(shape)
    strides, running = [0] * len(leaves), 1
    for k in rng.sample(range(len(leaves)), len(leaves)):
        strides[k], running = running, running * leaves[k]
    L = to_f2(Layout(shape, unflatten(tuple(strides), shape)))
    for _ in range(rng.randint(0, 3)):
        n = rng.randint(1, 2)
        if bits >= 2 * n:
            shift = rng.randint(n, bits - n)
            L = Swizzle(n, rng.randint(0, bits - n - shift), shift * rng.choice((1, -1))) @ L
    return L


def test_composition_over_f2_is_tritons_compose():
    rng = seeded("compose")
    pairs = []
    for _ in range(CASES):
        middle = rng.randint(1, 7)
        pairs.append((draw(rng, middle, 8), draw(rng, rng.randint(1, 7), middle)))
    pairs = [(A, B) for A, B in pairs if max(brute.values(B)) < A.size]
    assert len(pairs) > CASES / 2
    answers = ask([["compose", map_of(A, 9), map_of(B, A.size.bit_length() - 1)] for A, B in pairs])
    for (A, B), theirs in zip(pairs, answers, strict=True):
        ours = composition(A, B)
        assert bit_images(ours) == theirs, f"{A} o {B}"
        assert ours.over is F2


def test_inverse_over_f2_is_tritons_invert():
    rng = seeded("invert")
    cases = [draw_bijection(rng, rng.randint(1, 9)) for _ in range(CASES)]
    answers = ask([["invert", map_of(L, L.size.bit_length() - 1)] for L in cases])
    for L, theirs in zip(cases, answers, strict=True):
        assert is_bijective(L)
        assert bit_images(inverse(L)) == theirs, L
        assert equal(inverse(L), left_inverse(L))


def test_right_inverse_over_f2_of_maps_onto_is_tritons_pseudoinvert():
    rng = seeded("pseudoinvert")
    cases = []
    while len(cases) < CASES // 2:
        bits = rng.randint(1, 5)
        L = draw(rng, rng.randint(bits, 8), bits)
        if set(brute.values(L)) == set(range(1 << bits)):
            cases.append((L, bits))
    answers = ask([["pseudoinvert", map_of(L, bits)] for L, bits in cases])
    for (L, bits), theirs in zip(cases, answers, strict=True):
        ours = right_inverse(L)
        assert ours.size == 1 << bits
        assert bit_images(ours) == theirs, L


def test_the_driver_gives_worked_values():
    assert ask([["invert", [[2, 1], 2]], ["compose", [[1, 3], 2], [[2, 1], 2]], ["pseudoinvert", [[1, 1, 2], 2]]]) == [
        (2, 1),
        (3, 1),
        (1, 4),
    ]
