"""The Triton dialect in Triton's own interpreter, on tensors, at every index of the layout."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from layouts import emit_function, parse

DRIVER = Path(__file__).parent / "triton_interpreter_driver.py"
TRITON = importlib.util.find_spec("triton") is not None

# Triton's ranges are powers of two, so the last variable may run beyond its layout; these points are not compared.
TEXTS = [
    "Sw<3,3,3> o (64,64):(64,1)",
    "(8,64):(F72,F1)",
    "(32,32):(33,1)",
    "Sw<3,3,3> o 0 o (64,8):(72,8)",
    "Sw<2,3,3> o 5 o (16,(4,8)):(40,(8,1))",
    "((4,8),(2,2)):((32,1),(16,8))",
    "(6,(7,3)):(7,(1,50))",
    "(8,4):(-1,9)",
    "(2,2,2,2,2,2):(F13,F7,F33,F12,F63,F1)",
    "3 + (8,8):(-1,16)",
]


def cases(values):
    lines = ["import triton", "import triton.language as tl", ""]
    names = []
    for k, value in enumerate(values):
        found = emit_function(value, f"f{k}", "triton")
        points = 1 << (value.size - 1).bit_length()
        digits, place = [], 1
        for size in found.variables.values():
            digits.append(f"n // {place} % {size}")
            place *= size
        lines += [found.code, "", "@triton.jit", f"def kernel{k}(out):", f"    n = tl.arange(0, {points})"]
        lines += [f"    tl.store(out + n, f{k}({', '.join(digits)}))", ""]
        names.append(f"(kernel{k}, {points})")
    return "\n".join([*lines, f"CASES = [{', '.join(names)}]", ""])


@pytest.mark.skipif(not TRITON, reason="triton is not installed")
def test_triton_computes_the_layouts(tmp_path):
    values = [parse(text) for text in TEXTS]
    module = tmp_path / "cases.py"
    module.write_text(cases(values), encoding="utf-8")
    environment = {**os.environ, "TRITON_INTERPRET": "1", "TRITON_CACHE_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", DRIVER, module], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    for text, value, seen in zip(TEXTS, values, json.loads(done.stdout), strict=True):
        assert seen[: value.size] == [value(i) for i in range(value.size)], text
