"""Triton's count of bank conflicts as oracle; for some vectors narrower than a word it is too low."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import bank_counting
import pytest
from strategies import DEEP, QUICK, seeded

from layouts import BitMatrix, LinearLayout, conflicts
from layouts.linearity import from_images

pytestmark = pytest.mark.skipif(importlib.util.find_spec("triton") is None, reason="triton is not installed")

DRIVER = Path(__file__).with_name("triton_banks_driver.py")
CASES = 2000 if DEEP else 40 if QUICK else 200


def ask(cases):
    """Each case is (offsets of the register bits, offsets of the lane bits, bits of an element)."""
    cases = [
        [len(held), BitMatrix(held + lanes, len(held + lanes)).inverse().columns, bits] for held, lanes, bits in cases
    ]
    done = subprocess.run(
        [sys.executable, str(DRIVER)],
        input="\n".join(map(json.dumps, cases)) + "\n",
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    answers = [int(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(cases), done.stderr
    return answers


def draw(rng, vector_bits):
    """Bases of registers and of lanes, together invertible; exactly 2**vector_bits elements are side by side."""
    while True:
        registers = rng.randint(max(vector_bits, 1), 5)
        size = registers + 5
        first = [1 << k for k in range(vector_bits)]
        rest = [rng.randrange(1 << size - vector_bits) << vector_bits for _ in range(size - vector_bits)]
        if rng.random() < 0.5:  # a permutation of bits
            rest = [1 << k for k in rng.sample(range(vector_bits, size), size - vector_bits)]
        held = first + rest[: registers - vector_bits]
        if 1 << vector_bits in held or not BitMatrix(first + rest, size).is_invertible():
            continue  # then Triton finds a wider vector
        return held, rest[registers - vector_bits :]


@pytest.mark.parametrize(
    ("bits", "vector_bits"), [(32, 0), (32, 1), (32, 2), (16, 1), (16, 2), (16, 3), (8, 2), (8, 3)]
)
def test_excess_is_tritons_for_vectors_of_a_word_or_more(bits, vector_bits):
    rng = seeded("triton banks")
    cases = [draw(rng, vector_bits) for _ in range(CASES // 8 + 5)]
    answers = ask([[*case, bits] for case in cases])
    width = bits // 8 << vector_bits
    for (registers, lanes), theirs in zip(cases, answers, strict=True):
        layout = from_images((*lanes, *registers), (32, 1 << len(registers)))
        report = conflicts(layout, elem=bits // 8, bytes=width)
        assert report.degree - 1 == theirs
        assert report.total == report.accesses * report.wavefronts
        size = 1 << len(registers) + 5
        named = LinearLayout(
            [("register", [[r] for r in registers]), ("lane", [[v] for v in lanes])], [("offset", size)]
        )
        assert conflicts(named, elem=bits // 8, bytes=width).total == report.total


def test_triton_is_never_above_and_sometimes_below_for_narrower_vectors():
    rng = seeded("sub-word")
    below = 0
    cases = [(8, draw(rng, 0)) for _ in range(CASES)] + [(16, draw(rng, 0)) for _ in range(CASES)]
    answers = ask([[*case, bits] for bits, case in cases])
    for (bits, (registers, lanes)), theirs in zip(cases, answers, strict=True):
        layout = from_images((*lanes, *registers), (32, 1 << len(registers)))
        report = conflicts(layout, elem=bits // 8, bytes=bits // 8)
        addresses = [layout(lane) * bits // 8 for lane in range(32)]
        counted = bank_counting.wavefronts(addresses, bits // 8, 32, bank_counting.nvidia_phases(bits // 8))
        assert report.wavefronts == counted
        assert theirs <= counted - 1
        below += theirs < counted - 1
    print(f"Triton counts too little in {below} of {len(cases)} cases")


def test_the_case_where_triton_counts_3_and_7_are_right():
    """Trap D9 with 1-byte elements: the words meet 8 times in a bank."""
    lanes, registers = [128, 257, 514, 1028, 1], [2, 4, 8, 16, 32, 64]
    (theirs,) = ask([[registers, lanes, 8]])
    report = conflicts(from_images(tuple(lanes), 32), elem=1)
    assert (theirs, report.excess) == (3, 7)
