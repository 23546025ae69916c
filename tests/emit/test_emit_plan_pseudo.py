"""Pseudo-code is read as a reader would, and ends with every element in its place; its formulas are proved."""

import random
import sys
from pathlib import Path

import emulated
import plan_samples as samples
import pytest
from pseudo_machine import PseudoMachine, add_up

from layouts import LayoutError, LinearLayout, convert, emit_plan, emit_reduction

sys.path.insert(0, str(Path(__file__).parent.parent / "convert"))
from convert_layouts import surjective


def ends_right(plan):
    found = emit_plan(plan, dialect="pseudo")
    sizes = emulated.sizes_of(plan.src, plan.dst)
    machine = PseudoMachine(sizes, plan.element_bits)
    machine.files["src"] = {
        thread: dict(enumerate(row))
        for thread, row in zip(machine.threads, emulated.held(plan.src, sizes), strict=True)
    }
    machine.run(found.code)
    for thread, row in zip(machine.threads, emulated.held(plan.dst, sizes), strict=True):
        assert machine.files["dst"][thread] == dict(enumerate(row)), found.code


@pytest.mark.parametrize("move", samples.NAMED_MOVES, ids=lambda move: f"{move[2]} bits")
def test_a_reader_gets_every_element_of_the_named_moves(move):
    plan = convert.plan(*move)
    for one in plan.alternatives:
        ends_right(plan.using(one.rule))


def test_a_reader_gets_every_element_of_random_moves():
    for plan in samples.random_moves(random.Random(31), 15, places=10):
        ends_right(plan)


def test_the_accumulator_to_rows_in_three_sentences():
    found = emit_plan(convert.plan(samples.ACCUMULATOR, samples.ROWS, 32), "rows", "pseudo")
    assert found.code.split("\n")[2:] == [
        "    for r in 0..3:                                        # selected by what the thread is",
        "        sent[r] = src[r ^ ((lane & 1) << 1)]",
        "    for i in 0..3:                                        # 4 shuffles of 1 element",
        "        received[i] = sent[i] of lane ((lane & 15) * 2 + ((lane >> 4) ^ (i >> 1)))",
        "    for r in 0..3:                                        # selected by what the thread is",
        "        dst[r] = received[r ^ ((lane >> 3) & 2)]",
    ]
    assert found.instructions == {"selp": 8, "shfl": 4}
    assert str(found.proof) == "7 formulas proved by algebra; the steps: 128 registers of all threads are right"


def test_a_reduction_is_told_as_a_walk():
    span = LinearLayout.identity_1d
    row = span(8, "register", "n") * span(32, "lane", "n") * span(8, "warp", "n")
    found = emit_reduction(convert.reduce(row, "n"), "row", "pseudo", operation="max")
    assert "v[r] = max(v[r], v[r ^ 4])" in found.code
    assert "v[r] = max(v[r], v[r] of lane (lane ^ 16))" in found.code
    assert "shared[warp] = v[r]" in found.code
    assert "if (lane & 31) == 0:" in found.code
    assert found.instructions == {"shfl": 8}


def test_a_reader_of_reductions_adds_every_term_once():
    rng, seen = random.Random(4), 0
    while seen < 16:
        sizes = rng.randrange(3), rng.choice((2, 5)), rng.choice((0, 1, 2)), rng.choice((0, 0, 1))
        rows = rng.randrange(max(0, sum(sizes) - 2), sum(sizes) + 1)
        first = rng.randint(0, rows)
        layout = surjective(rng, sizes, {"x": first, "y": rows - first}, rng.random() < 0.5)
        axis, rule = rng.choice("xy"), rng.choice(("butterfly", "swap"))
        try:
            reduction = convert.reduce(layout, axis, rule=rule)
        except LayoutError:
            continue
        threads = emulated.sizes_of(layout)
        given = list(emulated.held(layout, threads))
        at = "xy".index(axis)
        sums = {}
        for row in {element for thread in given for element in thread}:
            rest = row[:at] + row[at + 1 :]
            sums[rest] = sums.get(rest, 0) + emulated.content(row, 30)
        numbers = [[emulated.content(element, 30) for element in row] for row in given]
        code = emit_reduction(reduction, dialect="pseudo").code
        wanted = [[sums[element] for element in row] for row in emulated.held(reduction.result, threads)]
        assert add_up(code, threads, numbers) == wanted, code
        seen += 1
