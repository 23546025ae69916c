"""The compiler decides: the same expressions through gcc and through ``evaluate``, at every point.

Undefined behaviour has no right answer, so the expressions that are compared are those in which ``evaluate`` finds
none; and whether it finds it rightly is decided by gcc's own checks at run time.
"""

import random
import re
import shutil
import subprocess

import numpy as np
import pytest

from layouts.errors import EvaluationError
from layouts.verify.evaluate import evaluate
from layouts.verify.expression import parse_expression

GCC = shutil.which("gcc")
pytestmark = pytest.mark.skipif(GCC is None, reason="there is no gcc on the path")

TYPES = [
    "int", "unsigned int", "long", "unsigned long", "long long", "unsigned long long", "short", "unsigned short",
    "char", "signed char", "unsigned char", "bool",
]  # fmt: skip
CASTS = [*TYPES, "uint8_t", "int16_t", "uint32_t", "int64_t", "uint64_t", "size_t", "ptrdiff_t", "int8_t"]
LITERALS = ["0", "1", "3", "8", "31", "077", "0b1011", "0x7fffffff", "0x80000000", "2147483648", "0xffffffff"]
LITERALS += ["1u", "7ul", "5ll", "9ull", "0xffffffffffffffff", "0x8000000000000000", "9223372036854775807", "0u"]
PRELUDE = """
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#define TYPE(x) _Generic((x), TYPES)
#define SHOW(x) printf(" %llx", (unsigned long long)(x))
""".replace("TYPES", ", ".join(f"{name}: {number}" for number, name in enumerate(TYPES)))

# Ordered names with their expressions, the expression, and the half-open ranges of the variables.
KERNELS = [
    ([], "i * 8 + (j ^ (i % 8))", {"i": (0, 64), "j": (0, 8)}),
    ([], "i * 4 + (j ^ ((i / 2) % 4))", {"i": (0, 64), "j": (0, 4)}),
    ([], "(i * 8 + (j ^ (i % 8)) ^ 4) + 4 * 8", {"i": (0, 60), "j": (0, 8)}),
    ([], "(i + 4) * 8 + (j ^ ((i + 4) % 8))", {"i": (0, 60), "j": (0, 8)}),
    ([("row", "i / 8")], "8 * row + (i % 8) ^ row", {"i": (0, 512)}),
    ([("row", "i / 8")], "8 * row + ((i % 8) ^ row)", {"i": (0, 512)}),
    ([("addr", "2 * (r * 64 + c % 64)")], "addr ^ (((addr % 1024) >> 7) << 4)", {"r": (0, 64), "c": (0, 64)}),
    ([], "row * 128 + (col ^ row) * 16", {"row": (0, 8), "col": (0, 8)}),
    ([], "i * 16 + ((((j >> 3) ^ (i >> 2)) % (16 >> 3)) << 3)", {"i": (0, 16), "j": (0, 9)}),
    ([], "row * 64 + ((ch + (row % (4 * 2)) / 2) % 4) * 16", {"row": (0, 64), "ch": (0, 4)}),
    (
        [("off", "2 * (r * 32 + c)")],
        "off ^ (((off % 1024) >> 9) << 5) ^ (((off % 2048) >> 10) << 4)",
        {"r": (0, 32), "c": (0, 32)},
    ),
    ([], "m * 72 + k", {"m": (0, 16), "k": (0, 64)}),
    ([], "x * 33 + y", {"x": (0, 32), "y": (0, 32)}),
    ([], "x * 32 + y", {"x": (0, 32), "y": (0, 32)}),
    (
        [],
        "16 * (2 * (i % 4) + r % 2 + 8 * (r / 2)) + i / 4 + 8 * b + 256 * j",
        {"i": (0, 32), "j": (0, 4), "b": (0, 2), "r": (0, 4)},
    ),
    ([], "(((l / 2) * 8) + (t / 4)) * 8 + (((t % 4) * 2) + (l % 2))", {"t": (0, 32), "l": (0, 4)}),
    ([], "lane ^ 2", {"lane": (0, 32)}),
    (
        [
            ("group", "pid / 28"),
            ("first", "group * 4"),
            ("gs", "10 - first < 4 ? 10 - first : 4"),
            ("pm", "first + (pid % 28) % gs"),
            ("pn", "(pid % 28) / gs"),
        ],
        "pm * 7 + pn",
        {"pid": (0, 70)},
    ),
    ([], "(r / 32) * 32 * 90 + (r % 32) * 96 + k", {"r": (0, 64), "k": (0, 90)}),
    ([], "(r / 32) * 32 * 96 + (r % 32) * 96 + k", {"r": (0, 64), "k": (0, 90)}),
    ([("off", "r * 128 + c")], "off ^ (((off >> 6) & 7) << 3)", {"r": (0, 64), "c": (0, 128)}),
    ([("off", "r * 128 + c")], "off ^ (((off >> 7) & 7) << 3)", {"r": (0, 64), "c": (0, 128)}),
    ([], "row * 4", {"row": (536870900, 536870912)}),
    ([], "(long long) row * 4", {"row": (536870900, 536870920)}),
    ([("o", "m + 32 * k")], "o ^ (((o >> 7) & 7) << 4)", {"m": (0, 32), "k": (0, 8)}),
    ([("o", "m + 32 * k")], "o ^ (((o >> 5) & 7) << 2)", {"m": (0, 32), "k": (0, 8)}),
    # not of the collection: conversions on the way
    ([("b", "(uint8_t)(i * 37)"), ("n", "b - 200u")], "n >> 3 ^ b", {"i": (-20, 20)}),
    ([("d", "j - i")], "d / 3 * 5 + d % 3 + (d >> 1)", {"i": (0, 40), "j": (0, 40)}),
]


def compiled(source, folder, *options):
    """Compile a program; its warnings are no matter."""
    path = folder / "program.c"
    path.write_text(source)
    command = [GCC, "-std=gnu11", "-w", *options, str(path), "-o", str(folder / "program")]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        if "sanitize" in done.stderr or "ubsan" in done.stderr:
            pytest.skip("this gcc has no sanitizer")
        raise AssertionError(done.stderr[:2000])
    return str(folder / "program")


def output(program):
    return subprocess.run([program], capture_output=True, text=True, check=True, timeout=60)


def random_expression(rng, size, leaves, casts, operators, careful):
    """A random text; ``careful`` adds operators that do not always have a value, mostly where they do."""
    if size <= 1:
        return rng.choice(leaves)

    def inner(n):
        return random_expression(rng, n, leaves, casts, operators, careful)

    left = rng.randrange(1, size)
    kind = rng.random()
    if careful and kind < 0.1:
        return f"({rng.choice('-+~!')}({inner(size - 1)}))"
    if kind < 0.25:
        return f"({rng.choice(casts)})({inner(size - 1)})"
    if careful and kind < 0.33:
        return f"({inner(left)} {rng.choice(['<<', '>>'])} {rng.choice(['1', '3u', '(j & 7)', '31', 'j % 5'])})"
    if careful and kind < 0.43:
        return f"({inner(left)} {rng.choice(['<', '>', '<=', '>=', '==', '!=', '&&', '||'])} ({inner(size - left)}))"
    if careful and kind < 0.5:
        return f"({inner(left)} ? {inner(size - left)} : {inner(2)})"
    if careful and kind < 0.65:
        return f"({inner(left)} {rng.choice('/%')} ({inner(size - left)} | 1))"
    return f"{inner(left)} {rng.choice(operators)} {inner(size - left)}"


def random_points(rng, count):
    """Values of i, j and k; one of k makes it a long long."""
    narrow = [-(2**31), 2**31 - 1, 0, 1, -1, 7, 31, 46341]
    wide = [-(2**63), 2**63 - 1, 2**31, 2**32 - 1, 0, 5, -3]
    i = [rng.choice([rng.choice(narrow), rng.randrange(-50, 50), rng.randrange(-(2**31), 2**31)]) for _ in range(count)]
    j = [rng.randrange(64) for _ in range(count)]
    k = [rng.choice([rng.choice(wide), rng.randrange(-50, 50), rng.randrange(-(2**63), 2**63)]) for _ in range(count)]
    return {"i": np.array(i), "j": np.array(j), "k": np.array([2**40, *k[1:]])}


def constant(value):
    """A constant expression of C for any 64-bit value."""
    return f"(-{-value - 1}LL - 1)" if value < 0 else f"{value}LL"


def tables(points):
    kinds = {"i": "int", "j": "int", "k": "long long"}
    return "\n".join(
        f"static {kinds[name]} {name}s[] = {{{', '.join(map(constant, values.tolist()))}}};"
        for name, values in points.items()
    )


def program(points, statements, qualifier=""):
    """A program that runs each statement at every point, and prints a line for each; i, j and k are the variables."""
    count = len(points["i"])
    functions = [
        f"static void f{n}(void) {{ for (int n = 0; n < {count}; n++)"
        f' {{ {qualifier} int i = is[n], j = js[n]; {qualifier} long long k = ks[n];\n{statement}\n}} puts(""); }}'
        for n, statement in enumerate(statements)
    ]
    calls = " ".join(f"f{n}();" for n in range(len(statements)))
    return "\n".join([PRELUDE, tables(points), *functions, f"int main(void) {{ {calls} return 0; }}"])


def as_bits(values):
    return [f"{int(value) & (2**64 - 1):x}" for value in values.reshape(-1)]


def test_gcc_agrees_on_types_and_values_of_random_expressions(tmp_path):
    rng = random.Random(20_240_601)
    points = random_points(rng, 60)
    leaves = ["i", "j", "k", "i", "j", "k", *LITERALS]
    cases = []
    while len(cases) < 500:
        tree = parse_expression(random_expression(rng, rng.randrange(2, 9), leaves, CASTS, "+-*&|^", careful=True))
        try:
            result = evaluate(tree, points)
        except EvaluationError:
            continue
        if result.overflow is None:
            cases.append((tree, result))
    statements = [f'if (n == 0) printf("%d", TYPE({tree})); SHOW({tree});' for tree, _ in cases]
    lines = output(compiled(program(points, statements), tmp_path)).stdout.splitlines()
    assert len(lines) == len(cases)
    for line, (tree, result) in zip(lines, cases, strict=True):
        kind, *values = line.split()
        assert (str(tree), TYPES[int(kind)]) == (str(tree), result.type)
        assert (str(tree), values) == (str(tree), as_bits(result.values))


def test_gcc_agrees_on_every_kernel_of_the_collection(tmp_path):
    functions, results = [], []
    for number, (lets, expr, ranges) in enumerate(KERNELS):
        grid = np.meshgrid(*(np.arange(*extent) for extent in ranges.values()), indexing="ij")
        trees = [(name, parse_expression(text)) for name, text in lets]
        result = evaluate(parse_expression(expr), dict(zip(ranges, grid, strict=True)), trees)
        assert result.overflow is None
        results.append(as_bits(result.values))
        loops = "".join(f"for (int {name} = {lo}; {name} < {hi}; {name}++) " for name, (lo, hi) in ranges.items())
        names = "".join(f"__auto_type {name} = {text}; " for name, text in lets)
        functions.append(f'static void f{number}(void) {{ {loops}{{ {names}SHOW({expr}); }} puts(""); }}')
    calls = " ".join(f"f{number}();" for number in range(len(KERNELS)))
    source = "\n".join([PRELUDE, *functions, f"int main(void) {{ {calls} return 0; }}"])
    lines = output(compiled(source, tmp_path)).stdout.splitlines()
    assert [line.split() for line in lines] == results
    assert results[2] == results[3]


def test_overflow_is_found_exactly_where_the_sanitizer_of_gcc_finds_it(tmp_path):
    rng = random.Random(20_240_602)
    points = random_points(rng, 12)
    # gcc turns -(a - b) into b - a and takes the arithmetic inside a narrowing cast apart, both without its checks:
    # so there is no minus sign, and such casts stand at variables only.
    leaves = ["i", "j", "k", "i", "j", "(short)i", "(unsigned)j", "(uint8_t)k", "(int)k"]
    cases = []
    while len(cases) < 300:
        tree = parse_expression(
            random_expression(rng, rng.randrange(2, 9), leaves, ["long", "long long"], "+-*", False)
        )
        cases.append((tree, evaluate(tree, points).overflow is not None))
    source = program(points, [f"volatile __auto_type value = ({tree});" for tree, _ in cases], "volatile")
    done = output(compiled(source, tmp_path, "-O0", "-fsanitize=signed-integer-overflow"))
    reported = {int(line) for line in re.findall(r"program\.c:(\d+):\d+: runtime error", done.stderr)}
    source_lines = source.splitlines()
    found = [source_lines.index(f"volatile __auto_type value = ({tree});") + 1 in reported for tree, _ in cases]
    assert 60 < sum(found) < 240
    assert [str(tree) for (tree, ours), theirs in zip(cases, found, strict=True) if ours != theirs] == []
