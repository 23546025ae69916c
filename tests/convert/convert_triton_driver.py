"""Compile ``convert_layout`` with the real Triton for sm_90, on any machine, and count instructions of its PTX.

A line of input is a case [bits, columns of the source, columns of the destination], columns by register, lane, warp.
"""

import json
import re
import sys
import warnings

warnings.filterwarnings("ignore")

import triton  # noqa: E402
from triton.backends.compiler import GPUTarget  # noqa: E402
from triton.experimental import gluon  # noqa: E402
from triton.experimental.gluon import language as gl  # noqa: E402
from triton.experimental.gluon._runtime import GluonASTSource  # noqa: E402

KINDS = ("shfl", "selp", "prmt", "st.shared", "ld.shared", "stmatrix", "ldmatrix")
TYPES = {8: "*i8", 16: "*fp16", 32: "*fp32"}


@gluon.jit
def kernel(data, A: gl.constexpr, B: gl.constexpr, N: gl.constexpr):
    here, there = gl.arange(0, N, layout=A), gl.arange(0, N, layout=B)
    gl.store(data + N + there, gl.convert_layout(gl.load(data + here), B))


def counts(bits, *sides):
    total = sum(map(len, sides[0]))
    layouts = [
        gl.DistributedLinearLayout(*[[[column] for column in level] for level in side], [], [1 << total])
        for side in sides
    ]
    source = GluonASTSource(
        fn=kernel,
        signature={"data": TYPES[bits], "A": "constexpr", "B": "constexpr", "N": "constexpr"},
        constexprs={(1,): layouts[0], (2,): layouts[1], (3,): 1 << total},
    )
    target = GPUTarget("cuda", 90, 32)
    text = triton.compile(source, target=target, options={"num_warps": 1 << len(sides[0][2])}).asm["ptx"]
    lines = [line.strip() for line in text.splitlines()]
    return {kind: sum([bool(re.search(rf"(^|\s){re.escape(kind)}\.", line)) for line in lines]) for kind in KINDS}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(counts(*json.loads(line))), flush=True)
