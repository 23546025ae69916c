"""Reductions as code: their figures, and texts that add something else are not returned."""

import random
import sys
from pathlib import Path

import plan_samples as samples
import pytest
from strategies import DEEP

from layouts import LayoutError, LinearLayout, convert, emit_reduction
from layouts.cli import main

sys.path.insert(0, str(Path(__file__).parent.parent / "convert"))
from convert_layouts import surjective

SPAN = LinearLayout.identity_1d


def test_the_row_sum_of_the_accumulator_takes_four_shuffles():
    found = emit_reduction(convert.reduce(samples.ACCUMULATOR, "column"))
    assert found.instructions == {"add": 6, "shfl": 4}
    assert found.parameters == ("src", "dst")
    assert [found.code.count(f", {mask}u)") for mask in (1, 2, 4)] == [2, 2, 0]


@pytest.mark.parametrize(("values", "lanes", "plain", "swapped"), [(32, 32, 160, 31), (8, 32, 40, 23), (4, 4, 8, 3)])
def test_the_swap_shuffle_figures_are_those_of_the_text(values, lanes, plain, swapped):
    square = SPAN(values, "register", "m") * SPAN(lanes, "lane", "n")
    found = [emit_reduction(convert.reduce(square, "n", rule=rule)) for rule in ("butterfly", "swap")]
    assert [one.code.count("__shfl_xor_sync") for one in found] == [plain, swapped]
    assert [one.instructions["shfl"] for one in found] == [plain, swapped]


def test_a_row_over_a_cluster_writes_to_all_blocks():
    row = SPAN(4, "register", "n") * SPAN(32, "lane", "n") * SPAN(8, "warp", "n") * SPAN(4, "block", "n")
    found = emit_reduction(convert.reduce(row, "n"))
    assert found.smem_bytes == 32 * 4
    assert found.instructions["st.shared::cluster"] == 3
    assert found.parameters == ("src", "dst", "smem", "lane", "warp", "block")
    assert "cluster_barrier();" in found.code
    assert "All blocks of the cluster must have started" in found.code


def test_random_reductions_have_the_counts_of_their_plans():
    rng, seen = random.Random(12), 0
    while seen < (200 if DEEP else 40):
        sizes = rng.randrange(5), 5, rng.choice((0, 0, 1, 2)), rng.choice((0, 0, 1))
        rows = rng.randrange(sum(sizes) - 2, sum(sizes) + 1)
        first = rng.randint(0, rows)
        layout = surjective(rng, sizes, {"x": first, "y": rows - first}, rng.random() < 0.5)
        rule, bits = rng.choice(("butterfly", "swap")), rng.choice((16, 32, 64))
        try:
            reduction = convert.reduce(layout, rng.choice("xy"), rule=rule, element_bits=bits)
        except LayoutError:
            continue
        found = emit_reduction(reduction)
        if not any([step.halves for step in reduction.warp]):
            assert found.instructions.get("shfl", 0) == reduction.shuffles
        assert found.smem_bytes == reduction.buffer_bytes
        within = found.code.split("within the thread.")[-1].split("// ", 1)[0] if reduction.additions else ""
        assert within.count("+") == reduction.additions
        seen += 1


@pytest.mark.parametrize(
    ("operation", "type", "text"),
    [
        ("max", None, "fmaxf("),
        ("min", "float", "fminf("),
        ("max", "int", "max("),
        ("min", "unsigned int", "min("),
        ("+", "int", "const int sum0 = src[0] + src[1];"),
    ],
)
def test_other_operations_and_types_are_written_alike(operation, type, text):
    found = emit_reduction(convert.reduce(samples.ACCUMULATOR, "column"), operation=operation, type=type)
    assert text in found.code
    assert found.instructions == {{"+": "add"}.get(operation, operation): 6, "shfl": 4}


def test_types_and_operations_that_do_not_fit_are_refused():
    sums = {bits: convert.reduce(samples.ACCUMULATOR, "column", element_bits=bits) for bits in (8, 16, 32, 64, 128)}
    assert [emit_reduction(sums[bits]).code.count("__half") > 0 for bits in (16, 32)] == [True, False]
    assert "const double" in emit_reduction(sums[64]).code
    for bits in (8, 128):
        with pytest.raises(LayoutError, match="of 16, 32 and 64 bits"):
            emit_reduction(sums[bits])
    with pytest.raises(LayoutError, match="'double' for elements of 32 bits; known are float, int"):
        emit_reduction(sums[32], type="double")
    for bad in ("*", None, "-", ["+"], 3):
        with pytest.raises(LayoutError, match="is none of"):
            emit_reduction(sums[32], operation=bad)
    for bad in (1, ["float"], "char"):
        with pytest.raises(LayoutError):
            emit_reduction(sums[32], type=bad)


def test_the_command_prints_the_function_and_its_proof(capsys):
    mma, blocked = "NVMMADistributedLayout([2, 0], [1, 1], [16, 8])", "BlockedLayout([1, 4], [16, 2], [1, 1], [1, 0])"
    start = ["emit-plan", mma, blocked, "--shape", "16x8", "--bits", "16"]
    assert main([*start, "--name", "rows"]) == 0
    printed = capsys.readouterr().out
    assert "void rows(const uint32_t (&src)[2], uint32_t (&dst)[2], unsigned lane) {" in printed
    assert printed.splitlines()[-1].startswith("// run line by line on 32 threads: 128 registers")
    assert main([*start, "--to", "pseudo", "--rule", "published"]) == 0
    assert "by the rule published" in capsys.readouterr().out
    assert main([*start, "--json"]) == 0
    assert '"smem_bytes": 0' in capsys.readouterr().out
    assert main([*start, "--to", "ptx"]) == 2
    assert "cuda, pseudo" in capsys.readouterr().err
    assert main([*start, "--target", "gfx942"]) == 2
