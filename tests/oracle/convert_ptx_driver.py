"""Compile conversions with Triton: JSON [[source, target, rows, bits, arch, form], ...] in, PTX of each kernel out.

A layout is its columns, {"register": [...], "lane": [...], "warp": [...]}, over a tensor of one dimension.  Misuse ends
Triton's process, so the cases are answered in children.  No kernel is run and no binary is made: no GPU is needed.

form "words"     the words of 32 bits come from ``// source WORD`` and go to ``// sink WORD``, lines of inline assembly
                 that the compiler does not look into: all that is between them is the conversion
form "memory"    the tensor is loaded from global memory and stored there
form "baseline"  the same without the conversion: two copies, one in each layout
"""

import json
import sys
import warnings
from pathlib import Path

from triton.experimental import gluon
from triton.experimental.gluon import language as gl


@gluon.jit
def words(A: gl.constexpr, B: gl.constexpr, N: gl.constexpr, PACK: gl.constexpr, TYPE: gl.constexpr, OF: gl.constexpr):
    given = gl.full([N], 0, TYPE, A)
    x = gl.inline_asm_elementwise("// source $0 $1", OF, [given], dtype=given.dtype, is_pure=False, pack=PACK)
    y = gl.convert_layout(x, B)
    gl.inline_asm_elementwise("// sink $1", OF, [y], dtype=given.dtype, is_pure=False, pack=PACK)


@gluon.jit
def memory(source, target, A: gl.constexpr, B: gl.constexpr, N: gl.constexpr):
    x = gl.load(source + gl.arange(0, N, A))
    gl.store(target + gl.arange(0, N, B), gl.convert_layout(x, B))


@gluon.jit
def baseline(source, target, A: gl.constexpr, B: gl.constexpr, N: gl.constexpr):
    gl.store(target + gl.arange(0, N, A), gl.load(source + gl.arange(0, N, A)))
    gl.store(target + gl.arange(0, N, B), gl.load(source + gl.arange(0, N, B)))


TYPES = {8: gl.int8, 16: gl.int16, 32: gl.int32, 64: gl.int64}


def layout(columns, rows):
    bases = [[[c] for c in columns.get(name, ())] for name in ("register", "lane", "warp")]
    return gl.DistributedLinearLayout(*bases, [], [1 << rows])


def ptx(kernel, signature, constants, warps, arch):
    """Run the stages of the compiler up to the text of PTX."""
    from triton._C.libtriton import ir
    from triton.backends.compiler import GPUTarget
    from triton.compiler.compiler import make_backend
    from triton.experimental.gluon._runtime import GluonASTSource

    target = GPUTarget("cuda", arch, 32)
    source = GluonASTSource(kernel, signature | dict.fromkeys(constants, "constexpr"), constants)
    backend = make_backend(target)
    options = backend.parse_options({"num_warps": warps})
    stages = {}
    backend.add_stages(stages, options, source.language)
    context = ir.context()
    ir.load_dialects(context)
    backend.load_dialects(context)
    made = source.make_ir(
        target, options, backend.get_codegen_implementation(options), backend.get_module_map(), context
    )
    known = {"hash": "", "target": target, **options.__dict__}
    for name, stage in stages.items():
        made = stage(made, known)
        if name == "ptx":
            return made
    raise LookupError("no PTX")


def answer(case):
    source, target, rows, bits, arch, form = case
    constants = {"A": layout(source, rows), "B": layout(target, rows), "N": 1 << rows}
    warps = 1 << len(source.get("warp", ()))
    if form == "words":
        held = [1 << sum(c != 0 for c in side["register"]) for side in (source, target)]
        of = "=l,l" if bits == 64 else "=r,r"
        constants |= {"PACK": min(*held, max(1, 32 // bits)), "TYPE": TYPES[bits], "OF": of}
        return ptx(words, {}, constants, warps, arch)
    pointers = {"source": f"*i{bits}", "target": f"*i{bits}"}
    return ptx(memory if form == "memory" else baseline, pointers, constants, warps, arch)


def main():
    from children import answers_of_children

    warnings.simplefilter("ignore")
    print(json.dumps(answers_of_children(json.load(sys.stdin), lambda: answer)))


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    main()
