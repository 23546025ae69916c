"""Emitted device functions, compiled by g++ with an emulation of CUDA, run for all threads: bytes in, bytes out."""

import random
import shutil
import subprocess
from itertools import product
from pathlib import Path

GPP = shutil.which("g++")
HEADER = Path(__file__).with_name("cuda_emulation.hpp")
LEVELS = ("lane", "warp", "block")


def sizes_of(*layouts):
    """Return the lanes, warps and blocks that some layouts have together."""
    return tuple([max([dict(layout.in_dims).get(name, 1) for layout in layouts]) for name in LEVELS])


def held(layout, sizes):
    """Yield for every thread the elements of its registers, as tuples of coordinates: brute force."""
    ins = dict(layout.in_dims)
    registers = ins.get("register", 1)
    for block, warp, lane in product(*[range(size) for size in reversed(sizes)]):
        thread = {"lane": lane, "warp": warp, "block": block}
        thread = {name: value % ins[name] if name in ins else 0 for name, value in thread.items()}
        place = {name: value for name, value in thread.items() if name in ins}
        found = []
        for register in range(registers):
            at = {**place, **({"register": register} if "register" in ins else {})}
            found.append(tuple(layout.apply(at).values()))
        yield found


def content(element, bits):
    """Return the bits of an element: any numbers that are not alike."""
    return random.Random(repr(element)).getrandbits(bits)


def packed(elements, bits):
    """Return a thread's registers as bytes: elements side by side in 32-bit words, the first one low."""
    value = sum([content(element, bits) << k * bits for k, element in enumerate(elements)])
    return value.to_bytes(-(-len(elements) * bits // 32) * 4, "little")


def caller(number, found, source, target):
    """Return a function that calls an emitted one with pointers."""
    given = {
        "src": f"*(const {source}*)src",
        "dst": f"*({target}*)dst",
        "smem": "smem",
        "lane": "lane",
        "warp": "warp",
        "block": "block",
    }
    arguments = ", ".join([given[name] for name in found.parameters])
    types = "const char* src, char* dst, char* smem, unsigned lane, unsigned warp, unsigned block"
    unused = " ".join([f"(void){name};" for name in given])
    return f"static void call{number}({types}) {{ {unused} {found.name}({arguments}); }}"


def program(cases):
    """Return the program; a case is (emitted, sizes, type of src, bytes of src, type of dst, bytes of dst)."""
    parts = ['#include "cuda_emulation.hpp"']
    rows = []
    for k, (found, sizes, source, size_in, target, size_out) in enumerate(cases):
        parts += [str(found), caller(k, found, source, target)]
        rows.append(f"    {{call{k}, {', '.join(map(str, sizes))}, {found.smem_bytes}, {size_in}, {size_out}}},")
    main = "int main() { run_all(cases, sizeof cases / sizeof *cases); return 0; }"
    return "\n".join([*parts, "static const Case cases[] = {", *rows, "};", main, ""])


def run(cases, inputs, folder):
    """Return the bytes that come out of each case, for all threads."""
    (folder / "plans.cpp").write_text(program(cases), encoding="utf-8")
    shutil.copy(HEADER, folder)
    strict = ["-Wall", "-Wextra", "-Werror", "-Wno-unused-function", "-fno-strict-aliasing", "-O0"]
    traps = ["-fsanitize=alignment,shift,bounds", "-fsanitize-undefined-trap-on-error"]
    subprocess.run([GPP, *strict, *traps, "plans.cpp", "-o", "plans"], cwd=folder, check=True)
    done = subprocess.run([folder / "plans"], input=b"".join(inputs), capture_output=True, check=False)
    assert done.returncode == 0, done.stdout[-300:]
    outputs, at = [], 0
    for found, sizes, _, _, _, size in cases:
        stop = at + size * sizes[0] * sizes[1] * sizes[2]
        outputs.append((found, done.stdout[at:stop]))
        at = stop
    assert at == len(done.stdout)
    return outputs
