"""The compiler decides: emitted C in one program, warnings as errors, overflow trapped, every point compared."""

import random
import shutil
import subprocess

import pytest
from strategies import DEEP, seeded

from layouts import F2, ComposedLayout, E, Layout, LayoutError, LinearLayout, Swizzle, emit_function, emit_index, parse

GPP = shutil.which("g++")
NVCC = shutil.which("nvcc")
HEAD = "#include <stdio.h>\n#define __device__ static\n#define __forceinline__ inline\n"


def shape(rng, extents, most=3):
    return tuple(rng.choice(extents) for _ in range(rng.randrange(1, most + 1)))


def some_layout(rng):
    """A layout or a chain; of a few hundred points, some with values near the end of their type."""
    kind = rng.randrange(6)
    if kind == 0:
        s = shape(rng, (1, 2, 3, 4, 5, 7, 8, 12))
        return Layout(s, tuple(rng.choice((-33, -8, -1, 0, 1, 2, 3, 8, 33, 64, 72, 100)) for _ in s))
    if kind == 1:
        s = shape(rng, (2, 4, 8))
        return Layout(s, tuple(rng.randrange(1 << 12) for _ in s), over=F2)
    if kind == 2:
        s = shape(rng, (2, 4, 8))
        return Layout((s, 4), (tuple(rng.choice((1, 2, 8, 16, 33, 128)) for _ in s), 9))
    if kind == 3:
        inner = Layout((rng.choice((8, 16, 5)), (4, 8)), (rng.choice((32, 40, 36)), (8, 1)))
        return ComposedLayout(Swizzle(rng.randrange(1, 4), rng.randrange(3), 3), rng.choice((0, 0, 5)), inner)
    if kind == 4:
        s = shape(rng, (2, 3, 4))
        return Layout(s, tuple(E(rng.randrange(2)) * rng.randrange(-3, 9) for _ in s))
    names = ("register", "lane", "warp")
    vectors = [[rng.randrange(32), rng.randrange(16)] for _ in range(7)]
    return LinearLayout([(n, vectors[3 * k : 3 * k + 3]) for k, n in enumerate(names)], {"row": 32, "col": 16})


def expected(value, i):
    found = value(i)
    if isinstance(value, LinearLayout):
        return (found & 31, found >> 5)
    flat = []

    def walk(part):
        for entry in part if isinstance(part, tuple) else (part,):
            if isinstance(entry, tuple):
                walk(entry)
            else:
                flat.append(entry)

    walk(found)
    return tuple(flat)


def loops(found, number):
    """Print all results of a function at every point, the first variable fastest."""
    kind = "long long" if found.int_bits == 64 else "int"
    kind = f"unsigned {kind}" if found.unsigned else kind
    lines = [f"for ({kind} {name} = 0; {name} < {n}; ++{name})" for name, n in reversed(found.variables.items())]
    given = ", ".join(found.variables)
    outs = [f"out{k}" for k in range(len(found.outputs))]
    if len(outs) == 1:
        body = f'printf("%lld ", (long long) f{number}({given}));'
    else:
        shown = "".join(f'printf("%lld ", (long long) {out});' for out in outs)
        body = f"{{ {kind} {', '.join(outs)}; f{number}({given}, {', '.join(outs)}); {shown} }}"
    return "\n    ".join([*lines, body, 'printf("\\n");'])


@pytest.mark.skipif(GPP is None, reason="there is no g++ on the path")
def test_compiled_code_has_the_values_of_the_layout(tmp_path):
    rng = seeded("emit_gcc")
    values, found = [], []
    for _ in range(600 if DEEP else 90):
        value = some_layout(rng)
        options = {"inputs": rng.choice(("modes", "leaves", "index")), "int_bits": rng.choice((32, 64))}
        options["unsigned"] = rng.random() < 0.3
        try:
            found.append(emit_function(value, f"f{len(found)}", **options))
        except LayoutError as refused:
            assert options["unsigned"], value
            assert "beyond unsigned" in str(refused)
            continue
        values.append(value)
    assert len(values) > 60
    source = HEAD + "\n".join(map(str, found)) + "\nint main() {\n    "
    source += "\n    ".join(loops(one, k) for k, one in enumerate(found)) + "\n    return 0;\n}\n"
    (tmp_path / "f.cpp").write_text(source, encoding="utf-8")
    strict = ["-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter", "-Wno-type-limits", "-O0"]
    traps = ["-fsanitize=signed-integer-overflow,shift", "-fsanitize-undefined-trap-on-error"]
    subprocess.run([GPP, *strict, *traps, "f.cpp", "-o", "f"], cwd=tmp_path, check=True)
    printed = subprocess.run([tmp_path / "f"], capture_output=True, text=True, check=True).stdout.splitlines()
    for value, one, line in zip(values, found, printed, strict=True):
        seen = [int(part) for part in line.split()]
        assert seen == [entry for i in range(value.size) for entry in expected(value, i)], one.code


@pytest.mark.skipif(GPP is None, reason="there is no g++ on the path")
def test_values_up_to_the_end_of_the_type_do_not_overflow(tmp_path):
    cases = [
        (Layout(2**5, 2**26), {}),
        (Layout((4, 2), (2**29, 2**31 - 1 - 3 * 2**29)), {}),
        (Layout((4, 4), (1, -(2**29))), {}),
        (Layout(2**5, 2**27), {"unsigned": True}),
        (Layout((8, 8), (2**60 - 7, 1)), {"int_bits": 64}),
        (Layout((16, 3), (2**60, 5)), {"int_bits": 64, "unsigned": True}),
        (Layout((2,) * 5, (3 << 29, 1, 5, 2**30, 2), over=F2), {}),
        (parse("Sw<2,28,2> o (8,4):(268435456,1)"), {"unsigned": True}),
    ]
    found = [emit_function(value, f"f{k}", **options) for k, (value, options) in enumerate(cases)]
    source = HEAD + "\n".join(map(str, found)) + "\nint main() {\n    "
    source += "\n    ".join(loops(one, k) for k, one in enumerate(found)) + "\n    return 0;\n}\n"
    (tmp_path / "f.cpp").write_text(source.replace("%lld", "%llu"), encoding="utf-8")
    traps = ["-fsanitize=signed-integer-overflow,shift", "-fsanitize-undefined-trap-on-error"]
    subprocess.run([GPP, "-Wall", "-Wextra", "-Werror", *traps, "f.cpp", "-o", "f"], cwd=tmp_path, check=True)
    printed = subprocess.run([tmp_path / "f"], capture_output=True, text=True, check=True).stdout.splitlines()
    for (value, _), line in zip(cases, printed, strict=True):
        assert [int(part) for part in line.split()] == [value(i) % 2**64 for i in range(value.size)], str(value)


@pytest.mark.skipif(NVCC is None, reason="there is no nvcc on the path")
def test_nvcc_compiles_the_functions(tmp_path):
    rng = random.Random(7)
    found = [emit_function(some_layout(rng), f"f{k}") for k in range(12)]
    found.append(emit_function(parse("Sw<3,3,3> o (64,64):(64,1)"), "smem", variables="row, col"))
    kernel = "__global__ void kernel(int* out) { out[threadIdx.x] = smem(threadIdx.x, blockIdx.x); }\n"
    (tmp_path / "f.cu").write_text("\n".join(map(str, found)) + "\n" + kernel, encoding="utf-8")
    done = subprocess.run([NVCC, "-c", "f.cu", "-o", "f.o"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_expression_of_a_c_function_stands_alone():
    found = emit_index(Layout((8, 64), (72, 1), over=F2), variables="threadIdx.y, threadIdx.x")
    assert found.code == "threadIdx.x ^ (threadIdx.y * 72)"
