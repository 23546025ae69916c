"""Plans as code: what the text costs is what the plan says, and a text that does anything else is not returned."""

import random

import plan_samples as samples
import pytest
from strategies import DEEP

from layouts import BlockedLayout, EmittedPlan, Layout, LayoutError, convert, emit_plan, emit_reduction
from layouts.emit import plan_code
from layouts.emit.plan_code import run_text
from layouts.errors import TooLargeError


def every_rule(src, dst, bits):
    plan = convert.plan(src, dst, bits)
    return [plan.using(one.rule) for one in plan.alternatives]


def test_the_accumulator_to_rows_takes_four_shuffles_of_f32_and_two_of_f16():
    found = [emit_plan(convert.plan(samples.ACCUMULATOR, samples.ROWS, bits)) for bits in (32, 16)]
    assert [one.instructions for one in found] == [{"selp": 8, "shfl": 4}, {"selp": 4, "shfl": 2}]
    assert [one.code.count("__shfl_sync") for one in found] == [4, 2]
    assert [one.parameters for one in found] == [("src", "dst", "lane")] * 2


def test_the_transpose_goes_through_2048_bytes_without_conflicts():
    found = emit_plan(convert.plan(samples.WRITE, samples.READ, 32), "transpose")
    assert found.instructions == {"bar.warp": 1, "ldmatrix.x4": 4, "st.shared.v4.b32": 4}
    assert found.smem_bytes == 2048
    assert found.proof.wavefronts == {"store": 16, "load": 16}
    assert found.signature == (
        "void transpose(const uint32_t (&src)[16], uint32_t (&dst)[16], char* smem, unsigned lane)"
    )
    assert "// smem: 2048 bytes, aligned to 16." in found.code


def test_an_identity_is_written_as_renamed_registers():
    found = emit_plan(convert.plan(samples.ACCUMULATOR, samples.ACCUMULATOR, 16))
    assert found.instructions == {}
    assert found.operations.total == 0
    assert found.function.count("=") == 2


def same_instructions(plan, found):
    """Elements of 4 bits that leave their byte are estimated by the plan; all else is the same."""
    wanted, seen = dict(plan.cost.instructions), dict(found.instructions)
    if plan.element_bits == 4:
        for kind in ("bitop", "prmt", "selp"):
            wanted.pop(kind, None)
            seen.pop(kind, None)
    return wanted == seen


@pytest.mark.parametrize("move", samples.NAMED_MOVES, ids=lambda move: f"{move[2]} bits")
def test_the_text_has_the_instructions_that_the_plan_counts(move):
    for plan in every_rule(*move):
        found = emit_plan(plan)
        assert same_instructions(plan, found), (plan.rule, plan.cost, found.instructions)
        assert found.smem_bytes == plan.cost.scratch
        assert found.code.count("__shfl") == plan.cost["shfl"]


def test_random_texts_have_the_instructions_that_their_plans_count():
    for plan in samples.random_moves(random.Random(3), 400 if DEEP else 50):
        found = emit_plan(plan)
        assert same_instructions(plan, found), (plan.rule, plan.cost, found.instructions)


def test_every_index_is_proved_by_algebra():
    found = emit_plan(convert.plan(samples.WRITE, samples.READ, 32).using("vector"))
    assert len(found.proof.indices) == 20
    assert all(bool(proof) for _, proof in found.proof.indices)
    assert "algebra" in {proof.method.split(",")[0] for _, proof in found.proof.indices}


def needed(line):
    """Tell whether a line of a function does something."""
    return line.startswith("    ") and not line.strip().startswith("//")


def test_a_text_without_any_of_its_lines_is_refused():
    moves = [(samples.ACCUMULATOR, samples.ROWS, 16), (samples.WRITE, samples.READ, 32), (samples.NEAR, samples.FAR, 8)]
    moves += [
        (samples.KEPT, samples.TWISTED, 8),
        (samples.COPIES, samples.SPREAD, 16),
        (samples.COPIES, samples.SPREAD, 32),
    ]
    refused = 0
    for move in moves:
        for plan in every_rule(*move):
            found = emit_plan(plan)
            lines = found.code.split("\n")
            start = lines.index(found.function.split("\n", 1)[0])
            for k in range(start + 1, len(lines)):
                if needed(lines[k]) and "if (" not in lines[k] and lines[k].strip() != "}":
                    less = "\n".join(lines[:k] + lines[k + 1 :])
                    with pytest.raises(LayoutError):
                        run_text(plan, less, "convert", found.smem_bytes)
                    refused += 1
    assert refused > 300


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("src[2] : src[0]", "src[0] : src[2]", "register"),
        ("from0 ^ 1u", "from0 ^ 2u", "register"),
        ("from0 ^ 1u", "from0 ^ 33u", "lane"),
        ("0xffffffffu", "0x7fffffffu", "mask"),
        ("(lane & 16u)", "(lane & 8u)", "register"),
        ("dst[1] = dst_1", "dst[1] = dst_2", "register"),
        ("__shfl_sync", "__shfl_down_sync", "understood"),
    ],
)
def test_a_changed_shuffle_is_refused_with_what_is_wrong(before, after, words):
    plan = convert.plan(samples.ACCUMULATOR, samples.ROWS, 32)
    code = emit_plan(plan).code
    assert before in code
    with pytest.raises(LayoutError, match=words):
        run_text(plan, code.replace(before, after), "convert", 0)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("__syncwarp();", "", "no barrier between"),
        ("lane * 16u", "lane * 20u", "multiple of 16"),
        ("lane * 16u", "lane * 32u", "cell"),
        ("at1 + 512u", "at1 + 528u", "cell|register|multiple"),
        ("src[4], src[5]", "src[5], src[4]", "register"),
        ("ldmatrix_x4(in0, in1,", "ldmatrix_x4(in1, in0,", "register"),
    ],
)
def test_a_changed_access_is_refused_with_what_is_wrong(before, after, words):
    plan = convert.plan(samples.WRITE, samples.READ, 32)
    found = emit_plan(plan)
    assert before in found.code
    with pytest.raises(LayoutError, match=words):
        run_text(plan, found.code.replace(before, after), "convert", found.smem_bytes)


def test_conflicts_that_the_plan_does_not_have_are_refused():
    plan = convert.plan(samples.WRITE, samples.READ, 32).using("vector")
    found = emit_plan(plan)
    plain = convert.plan(samples.WRITE, samples.READ, 32).using("vector-2")
    assert plain.cost.wavefronts == plan.cost.wavefronts
    other = plan.using("vector")
    object.__setattr__(other.chosen.cost, "wavefronts", {"store": 15, "load": 16})
    try:
        with pytest.raises(LayoutError, match="wavefronts"):
            run_text(other, found.code, "convert", found.smem_bytes)
    finally:
        object.__setattr__(other.chosen.cost, "wavefronts", {"store": 16, "load": 16})


def test_tiles_of_the_size_of_a_block_are_written_and_run():
    src, dst = (BlockedLayout(*given) for given in (([1, 4], [8, 4], [4, 1], [1, 0]), ([4, 1], [4, 8], [1, 4], [0, 1])))
    plan = convert.plan(src, dst, 16, shape=[64, 64])
    found = emit_plan(plan)
    assert found.proof.compared == 4096
    assert found.parameters == ("src", "dst", "smem", "lane", "warp")
    assert "__syncthreads();" in found.code


# -- what is refused ---------------------------------------------------------------------------------------------------


def test_machines_that_do_not_run_cuda_have_pseudo_code_only():
    plan = convert.plan(samples.ACCUMULATOR, samples.ROWS, 32, "gfx942")
    with pytest.raises(LayoutError, match="cdna3 does not run CUDA"):
        emit_plan(plan)
    assert "4 shuffles" in emit_plan(plan, dialect="pseudo").code
    reduction = convert.reduce(samples.ACCUMULATOR, "column", target="gfx942")
    with pytest.raises(LayoutError, match="does not run CUDA"):
        emit_reduction(reduction)


def test_names_dialects_and_values_that_are_none_are_refused():
    plan = convert.plan(samples.WRITE, samples.READ, 32)
    for bad in (None, 1, "a b", "for", "int", "x.y", ""):
        with pytest.raises(LayoutError):
            emit_plan(plan, bad)
    for bad in ("src", "smem", "ldmatrix_x4"):
        with pytest.raises(LayoutError, match="is the name of something"):
            emit_plan(plan, bad)
    for bad in ("c", "triton", None, 3, ["cuda"]):
        with pytest.raises(LayoutError, match="cuda, pseudo"):
            emit_plan(plan, dialect=bad)
    for bad in (None, 1, "plan", [], Layout(4, 1), samples.WRITE, convert.reduce(samples.WRITE, "row")):
        with pytest.raises(LayoutError, match="is no plan"):
            emit_plan(bad)
        if not isinstance(bad, convert.Reduction):
            with pytest.raises(LayoutError, match="is no reduction"):
                emit_reduction(bad)


def test_places_beyond_the_limit_are_refused(monkeypatch):
    monkeypatch.setattr(plan_code, "MAX_PLACES", 64)
    with pytest.raises(TooLargeError, match="128 registers of all threads"):
        emit_plan(convert.plan(samples.ACCUMULATOR, samples.ROWS, 32))
    with pytest.raises(TooLargeError, match="128 registers of all threads"):
        emit_reduction(convert.reduce(samples.ACCUMULATOR, "row"))


def test_the_result_is_plain_data_too():
    found = emit_plan(convert.plan(samples.ACCUMULATOR, samples.ROWS, 32))
    assert isinstance(found, EmittedPlan)
    data = found.to_json()
    assert data["instructions"] == {"selp": 8, "shfl": 4}
    assert data["proof"].startswith("run line by line on 32 threads")
    assert str(found) == found.code == data["code"]
    assert found == emit_plan(convert.plan(samples.ACCUMULATOR, samples.ROWS, 32))
