"""The compiler decides: functions with declarations of all types, through gcc and through their annotations."""

import random
import shutil
import subprocess

import pytest
from strategies import DEEP, seeded

from layouts.verify.annotations import check_text

GCC = shutil.which("gcc")
TYPES = [
    "int",
    "unsigned",
    "uint8_t",
    "int8_t",
    "uint16_t",
    "short",
    "long",
    "size_t",
    "unsigned long long",
    "const int",
]
EXTENTS = {"i": 24, "j": 20}


def expression(rng, names, depth=2):
    if depth == 0 or rng.random() < 0.2:
        return rng.choice([*names, *names, str(rng.choice([1, 2, 3, 7, 8, 16, 100]))])
    operator = rng.choice(["+", "-", "*", "/", "%", "^", "&", "|", "<<", ">>", "+", "*", "^"])
    left = expression(rng, names, depth - 1)
    if operator in ("/", "%", "<<", ">>"):
        return f"({left} {operator} {rng.choice(['2', '3', '4'])})"
    right = expression(rng, names, depth - 1)
    return rng.choice(["({} {} {})", "{} {} {}", "({}) {} ({})"]).format(left, operator, right)


def function(rng, number):
    """A function of i and j, its code as a kernel's author might write it."""
    names = ["i", "j", "N", "(i + N)", "M"]
    lines = []
    for k in range(rng.randrange(4)):
        lines.append(f"    {rng.choice(TYPES)} x{k} = {expression(rng, names)};")
        names.append(f"x{k}")
    kinds = ["int", "unsigned", "long", "uint8_t"]
    head = f"static {rng.choice(kinds)} f{number}({rng.choice(kinds)} i, {rng.choice(kinds)} j) {{"
    return "\n".join([head, *lines, f"    return {expression(rng, names, 3)};", "}"])


PRELUDE = (
    "#include <stdint.h>\n#include <stddef.h>\n#include <stdio.h>\n#define N 6\nstatic const short M = N * 2 + 1;\n"
)


@pytest.mark.skipif(GCC is None, reason="there is no gcc on the path")
def test_annotations_see_the_values_that_the_compiler_computes(tmp_path):
    rng = seeded("annotations")
    functions = [function(rng, k) for k in range(400 if DEEP else 50)]
    shown = "".join(
        f"for (int j = 0; j < {EXTENTS['j']}; ++j) for (int i = 0; i < {EXTENTS['i']}; ++i) "
        f'printf("%lld ", (long long) f{k}(i, j)); printf("\\n");\n'
        for k in range(len(functions))
    )
    source = PRELUDE + "\n".join(functions) + "\nint main(void) {\n" + shown + "return 0; }\n"
    (tmp_path / "f.c").write_text(source, encoding="utf-8")
    subprocess.run([GCC, "-w", "-O0", "-fwrapv", "f.c", "-o", "f"], cwd=tmp_path, check=True)
    printed = subprocess.run([tmp_path / "f"], capture_output=True, text=True, check=True).stdout.splitlines()
    decided = 0
    for k, text in enumerate(functions):
        values = [int(v) for v in printed[k].split()]
        claims = f"// layouts: check f{k}(i:{EXTENTS['i']}, j:{EXTENTS['j']}) injective, in bounds 500, aligned 4\n"
        (found,) = check_text(PRELUDE + claims + text, "f.cu").outcomes
        assert found.status != "error", str(found) + "\n" + text
        if found.verdict is None or found.verdict.overflow is not None:
            continue  # undefined in C: found, and no value to compare
        decided += 1
        holds = {finding.claim.split()[0]: finding for finding in found.findings}
        assert (found.verdict.minimum, found.verdict.maximum) == (min(values), max(values)), text
        assert holds["injective"].holds == (len(set(values)) == len(values)), text
        assert holds["in"].holds == (min(values) >= 0 and max(values) < 500), text
        assert holds["aligned"].holds == (not any(v % 4 for v in values)), text
        if not holds["injective"].holds:
            pair = holds["injective"].witness
            at = [point["i"] + EXTENTS["i"] * point["j"] for point in (pair["first"], pair["second"])]
            assert values[at[0]] == values[at[1]] == pair["value"]
    assert decided > len(functions) // 3


def body(rng, number, names, depth, room):
    """Statements of a kernel: declarations that hide others, writes, blocks, loops; one place notes its value."""
    lines = []
    here, own = list(names), []
    place = rng.randrange(room) if depth == 0 or rng.random() < 0.4 else None
    for k in range(room):
        kind, new = rng.random(), f"x{rng.randrange(4)}"
        if k == place and depth == 0:
            lines.append(f"// layouts: check T(i:{EXTENTS['i']}, j:{EXTENTS['j']}) in bounds 1000000")
            lines.append(f"int T = {expression(rng, here)}; note({number}, i, j, T);")
        elif k == place:
            inner = body(rng, number, here, depth - 1, 3)
            loop = f"x{rng.randrange(4)}"
            lines.append(rng.choice(["{", "if (i >= 0) {", f"for (int {loop} = 0, c = 0; c < 2; ++c) {{"]))
            lines += [*inner, "}"]
        elif kind < 0.5 and new not in own:
            own.append(new)
            lines.append(f"{rng.choice(TYPES)} {new} = {expression(rng, [n for n in here if n != new])};")
            here = [*[n for n in here if n != new], new]
        elif kind < 0.65 and any(n.startswith("x") for n in here):
            new = rng.choice([n for n in here if n.startswith("x")])
            lines.append(
                rng.choice(["{} += 1;", "{}++;", "if (j) {} = 2;", "{}--;", "int* p{} = &{};"]).replace("{}", new)
            )
        elif kind < 0.8:
            lines.append(f"{{ int {new} = 5; {new} += 1; }}")
        elif kind < 0.9:
            lines.append(f"for (int {new} = 0; {new} < 3; {new}++) {{ }}")
    return lines


@pytest.mark.skipif(GCC is None, reason="there is no gcc on the path")
def test_what_is_read_in_the_middle_of_a_kernel_is_what_is_computed_there(tmp_path):
    """Whatever is not refused has, at every point, the values that the place has when the code runs."""
    rng = seeded("kernels")
    tried = read = 0
    note = 'static void note(int k, int i, int j, int v) { printf("%d %d %d %d\\n", k, i, j, v); }\n'
    texts = {}
    for k in range(600 if DEEP else 120):
        lines = body(rng, k, ["i", "j", "N", "M"], rng.randrange(3), 5)
        texts[k] = "\n".join([f"static void f{k}(int i, int j) {{", *lines, "}"])
    good = {}
    for k, text in texts.items():  # redeclared or undeclared names are for the compiler to refuse
        if "note(" in text:
            one = tmp_path / "one.c"
            one.write_text(PRELUDE + note + text, encoding="utf-8")
            if subprocess.run([GCC, "-w", "-fsyntax-only", one], capture_output=True, check=False).returncode == 0:
                good[k] = text
    calls = "".join(
        f"for (int j = 0; j < {EXTENTS['j']}; ++j) for (int i = 0; i < {EXTENTS['i']}; ++i) f{k}(i, j);\n" for k in good
    )
    source = PRELUDE + note + "\n".join(good.values()) + "\nint main(void) {\n" + calls + "return 0; }\n"
    (tmp_path / "f.c").write_text(source, encoding="utf-8")
    subprocess.run([GCC, "-w", "-O0", "-fwrapv", "f.c", "-o", "f"], cwd=tmp_path, check=True)
    printed = subprocess.run([tmp_path / "f"], capture_output=True, text=True, check=True).stdout.splitlines()
    values = {k: set() for k in good}
    for line in printed:
        k, _, _, v = map(int, line.split())
        values[k].add(v)
    for k, text in good.items():
        (found,) = check_text(PRELUDE + text, "f.cu").outcomes
        tried += 1
        if found.status == "error" or found.verdict is None or found.verdict.overflow is not None:
            continue
        read += 1
        assert (found.verdict.minimum, found.verdict.maximum) == (min(values[k]), max(values[k])), str(found) + text
    assert read > tried // 4 > 5


def test_layouts_of_blanks_and_comments_change_nothing():
    rng = random.Random(7)
    for number in range(20):
        text = function(rng, number)
        claim = f"// layouts: check f{number}(i:24, j:20)\n"
        spread = text.replace(" ", "  /* , ; } = [ */\n").replace("static", "inline static")
        plain, wide = (check_text(PRELUDE + claim + t, "f.cu").outcomes[0] for t in (text, spread))
        assert plain.findings == wide.findings
        assert wide.status != "error"
