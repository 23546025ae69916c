"""Print the thread-value layouts of the CuTe DSL's own MMA atoms: a JSON list of cases in, a line for each out.

A case is ``["f16", type of A and B, type of D, shape]``, ``["tf32", shape]``, ``["fp8", type, type of D, shape]``,
``["nvf4"]``, ``["mxf4"]`` or ``["wgmma", type, type of D, shape, source of A]``.  The architecture is CUTE_DSL_ARCH.
"""

import json
import sys

import cutlass
import cutlass.cute as cute
from cutlass import BFloat16, Float8E4M3FN, Float8E5M2, Float16, Float32
from cutlass.cute.nvgpu import OperandMajorMode, warp, warpgroup

TYPES = {"f16": Float16, "bf16": BFloat16, "f32": Float32, "e4m3": Float8E4M3FN, "e5m2": Float8E5M2}


def op(kind, *parts):
    if kind == "f16":
        a, d, shape = parts
        return warp.MmaF16BF16Op(TYPES[a], TYPES[d], tuple(shape))
    if kind == "tf32":
        return warp.MmaTF32Op(tuple(parts[0]))
    if kind == "fp8":
        a, d, shape = parts
        return warp.MmaFP8Op(TYPES[a], TYPES[d], tuple(shape))
    if kind == "nvf4":
        return warp.MmaMXF4NVF4Op(cutlass.Float4E2M1FN, Float32, cutlass.Float8E4M3FN)
    if kind == "mxf4":
        return warp.MmaMXF4Op(cutlass.Float4E2M1FN, Float32, cutlass.Float8E8M0FNU)
    a, d, shape, source = parts
    where = getattr(warpgroup.OperandSource, source)
    major = OperandMajorMode.K
    if a in ("e4m3", "e5m2"):
        return warpgroup.MmaF8Op(TYPES[a], TYPES[a], TYPES[d], tuple(shape), where, major, major)
    return warpgroup.MmaF16BF16Op(TYPES[a], TYPES[d], tuple(shape), where, major, major)


def main():
    cases = json.load(sys.stdin)

    @cute.jit
    def run():
        for case in cases:
            try:
                tiled = cute.make_tiled_mma(op(*case))
                answer = {role: str(getattr(tiled, f"tv_layout_{role}")) for role in "ABC"}
                answer["threads"] = str(tiled.thr_id)
            except Exception as error:
                answer = {"refused": str(error)[:500]}
            print(json.dumps(answer), flush=True)

    run()


if __name__ == "__main__":
    main()
