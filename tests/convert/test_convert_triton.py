"""Triton 3.9 as oracle: our model of it takes the class that its PTX shows, with its shuffles and its selects.

Its PTX takes words of narrow elements apart by ``mov.b32``, so its byte permutes are not compared; there we may need
fewer selects, since a byte permute with a selector selects and packs at once, and never need more.
"""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from moving_brute import columns_of, flat, permuted_pair
from strategies import DEEP, QUICK, seeded

from layouts import convert

pytestmark = pytest.mark.skipif(importlib.util.find_spec("triton") is None, reason="needs triton")

DRIVER = Path(__file__).with_name("convert_triton_driver.py")
CASES = 200 if DEEP else 8 if QUICK else 24
R4 = ([1, 2], [4, 8, 16, 32, 64], [])

# Rows of the table of measured conversions: source, destination, bits, (shfl, selp) or None for shared memory.
ROWS = {
    "2": (([1, 64], [2, 4, 8, 16, 32], []), ([64, 1], [2, 4, 8, 16, 32], []), 32, (0, 0)),
    "3": (([1, 64], [2, 4, 8, 16, 32], []), R4, 32, (4, 8)),
    "3 f16": (([1, 64], [2, 4, 8, 16, 32], []), R4, 16, (2, 4)),
    "4": (
        ([1, 2, 4, 8], [16, 32, 64, 128, 256], []),
        ([1, 16, 2, 8], [32, 4, 64, 128, 256], []),
        8,
        (4, 6),
    ),
    "5": (R4, ([4, 2], [1, 8, 16, 32, 64], []), 32, (2, 6)),
    "5 with another bit": (
        ([1, 2, 128], [4, 8, 16, 32, 64], []),
        ([4, 2, 128], [1, 8, 16, 32, 64], []),
        32,
        (4, 12),
    ),
    "6": (R4, ([1, 2], [8, 4, 16, 32, 64], []), 32, (4, 0)),
    "7": (R4, ([4, 8], [1, 2, 16, 32, 64], []), 32, None),
    "13": (
        ([2, 512, 256, 128, 32], [16, 64, 1, 8, 4], []),
        ([256, 512, 32, 16, 128], [4, 1, 64, 2, 8], []),
        32,
        (32, 64),
    ),
    "14": (([2, 8, 32], [1, 4, 16, 64, 128], []), ([4, 16, 128], [64, 1, 8, 32, 2], []), 32, None),
}


def ask(cases, folder):
    """Return the counts of Triton's PTX for each case; ``folder`` keeps what it compiles."""
    done = subprocess.run(
        [sys.executable, str(DRIVER)],
        input="".join([json.dumps(case) + "\n" for case in cases]),
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
        env={**os.environ, "TRITON_CACHE_DIR": str(folder)},
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(cases), done.stderr[-2000:]
    return answers


def layout(side):
    register, lane, warp = side
    return flat(sum(map(len, side)), register=register, lane=lane, warp=warp)


def compare(src, dst, bits, seen):
    plan = convert.plan(layout(src), layout(dst), bits, model="triton")
    through = seen["st.shared"] + seen["stmatrix"]
    taken = "shared" if through else "shuffle" if seen["shfl"] else "register"
    assert plan.chosen.level == taken
    if taken == "shuffle":
        assert plan.cost["shfl"] == seen["shfl"]
        if bits == 32:
            assert plan.cost["selp"] == seen["selp"]
        else:
            assert plan.cost["selp"] <= seen["selp"]
    return taken


def test_rows_of_the_table_are_as_ptx_shows_them(tmp_path):
    answers = ask([[bits, src, dst] for src, dst, bits, _ in ROWS.values()], tmp_path)
    for (src, dst, bits, expected), seen in zip(ROWS.values(), answers, strict=True):
        taken = compare(src, dst, bits, seen)
        assert (None if taken == "shared" else (seen["shfl"], seen["selp"])) == expected


def near_pair(rng, registers):
    """A permutation layout, and what is left of it after some exchanges of bits."""
    src, dst = permuted_pair(rng, registers)
    A, B = columns_of(src), columns_of(dst)
    if rng.random() < 0.7:
        B = {name: list(columns) for name, columns in A.items()}
        for _ in range(rng.choice([1, 1, 2])):
            r, t = rng.randrange(registers), rng.randrange(5)
            B["register"][r], B["lane"][t] = B["lane"][t], B["register"][r]
        if rng.random() < 0.5:
            rng.shuffle(B["register"])
        if rng.random() < 0.5:
            s, t = rng.randrange(5), rng.randrange(5)
            B["lane"][s], B["lane"][t] = B["lane"][t], B["lane"][s]
    return [[side["register"], side["lane"], []] for side in (A, B)]


def test_random_permutation_layouts_take_what_ptx_shows(tmp_path):
    rng = seeded("triton conversions")
    cases = [[rng.choice([32, 32, 16, 8]), *near_pair(rng, rng.randint(1, 4))] for _ in range(CASES)]
    for (bits, src, dst), seen in zip(cases, ask(cases, tmp_path), strict=True):
        compare(src, dst, bits, seen)
