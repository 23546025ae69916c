"""The compiler decides: emitted device functions run on a CPU, thread by thread, and every bit is compared."""

import random
import struct
import sys
from itertools import islice
from pathlib import Path

import emulated
import pytest
from plan_samples import NAMED_MOVES, random_moves
from strategies import DEEP

from layouts import LayoutError, LinearLayout, convert, emit_plan, emit_reduction

sys.path.insert(0, str(Path(__file__).parent.parent / "convert"))
from convert_layouts import surjective

pytestmark = pytest.mark.skipif(emulated.GPP is None, reason="there is no g++ on the path")


def case_of(plan, name):
    found = emit_plan(plan, name)
    sizes = emulated.sizes_of(plan.src, plan.dst)
    types = []
    for layout in (plan.src, plan.dst):
        words = -(-dict(layout.in_dims).get("register", 1) * plan.element_bits // 32)
        types += [f"Words<{words}>", 4 * words]
    return found, sizes, *types


def check(plans, folder):
    cases = [case_of(plan, f"convert{k}") for k, plan in enumerate(plans)]
    inputs = []
    for plan, (_, sizes, *_) in zip(plans, cases, strict=True):
        rows = [emulated.packed(row, plan.element_bits) for row in emulated.held(plan.src, sizes)]
        inputs.append(b"".join(rows))
    for plan, case, (found, out) in zip(plans, cases, emulated.run(cases, inputs, folder), strict=True):
        size, bits = case[5], plan.element_bits
        for thread, row in enumerate(emulated.held(plan.dst, case[1])):
            seen = int.from_bytes(out[thread * size : (thread + 1) * size], "little")
            for k, element in enumerate(row):
                assert seen >> k * bits & (1 << bits) - 1 == emulated.content(element, bits), (thread, k, found.code)


def test_every_rule_of_the_named_moves_puts_every_bit_in_its_place(tmp_path):
    plans = []
    for src, dst, bits in NAMED_MOVES:
        first = convert.plan(src, dst, bits)
        plans += [first.using(one.rule) for one in first.alternatives]
    assert {plan.classification for plan in plans} >= {
        "identity",
        "register",
        "byte permute",
        "shuffle",
        "shared",
        "cluster",
    }
    check(plans, tmp_path)


def test_random_moves_of_all_widths_put_every_bit_in_its_place(tmp_path):
    plans = list(random_moves(random.Random(20), 240 if DEEP else 60, places=11))
    assert {plan.element_bits for plan in plans} == {4, 8, 16, 32, 64, 128}
    assert {plan.classification for plan in plans} >= {"shuffle", "shared", "cluster"}
    check(plans, tmp_path)


def sums(layout, axis, operation):
    """Return the result of every element of the tensor without the axis, by brute force."""
    names = [name for name, _ in layout.out_dims]
    at = names.index(axis)
    found = {}
    for row in {element for thread in emulated.held(layout, emulated.sizes_of(layout)) for element in thread}:
        found.setdefault(row[:at] + row[at + 1 :], []).append(emulated.content(row, 20) - 2**19)
    return {row: {"+": sum, "max": max, "min": min}[operation](values) for row, values in found.items()}


def some_reductions(rng):
    """Yield reductions, with the kind and the operation, of named layouts and of random ones."""
    span = LinearLayout.identity_1d
    far = span(4, "register", "n") * span(32, "lane", "n") * span(4, "warp", "n") * span(2, "block", "n")
    named = [(far, "n", "butterfly"), (span(16, "register", "m") * span(32, "lane", "n"), "n", "swap")]
    named.append((span(4, "register", "m") * span(4, "lane", "n"), "n", "swap"))
    while True:
        if named:
            layout, axis, rule = named.pop()
        else:
            sizes = rng.randrange(4), 5, rng.choice((0, 0, 1, 2)), rng.choice((0, 0, 1))
            rows = rng.randrange(sum(sizes) - 2, sum(sizes) + 1)
            first = rng.randint(0, rows)
            layout = surjective(rng, sizes, {"x": first, "y": rows - first}, rng.random() < 0.5)
            axis, rule = rng.choice("xy"), rng.choice(("butterfly", "swap"))
        kind, bits = rng.choice((("int", 32), ("double", 64)))
        try:
            reduction = convert.reduce(layout, axis, rule=rule, element_bits=bits)
        except LayoutError:
            continue
        yield reduction, kind, rng.choice(("+", "+", "max", "min")) if kind == "int" else "+"


def test_reductions_add_every_term_once(tmp_path):
    cases, inputs, wanted = [], [], []
    for reduction, kind, operation in islice(some_reductions(random.Random(8)), 120 if DEEP else 40):
        layout = reduction.layout
        found = emit_reduction(reduction, f"reduce{len(cases)}", type=kind, operation=operation)
        count, sizes = dict(layout.in_dims).get("register", 1), emulated.sizes_of(layout)
        form = f"<{count}{kind[0]}"
        cases.append((found, sizes, *[f"{kind.title()}s<{count}>", struct.calcsize(form)] * 2))
        rows = [[emulated.content(e, 20) - 2**19 for e in row] for row in emulated.held(layout, sizes)]
        inputs.append(b"".join([struct.pack(form, *row) for row in rows]))
        wanted.append((reduction, sums(layout, reduction.axis, operation), form))
    assert {reduction.far.scope for reduction, *_ in wanted if reduction.far} == {"block", "cluster"}
    outputs = emulated.run(cases, inputs, tmp_path)
    for case, (found, out), (reduction, results, form) in zip(cases, outputs, wanted, strict=True):
        size = case[5]
        for thread, row in enumerate(emulated.held(reduction.result, case[1])):
            seen = struct.unpack(form, out[thread * size : (thread + 1) * size])
            assert list(seen) == [results[element] for element in row], found.code
