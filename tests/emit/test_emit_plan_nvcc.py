"""nvcc decides: emitted functions compile for sm_80, sm_90 and sm_100, and their PTX has what the plans count."""

import re
from collections import Counter

import plan_samples as samples
import pytest
from plan_kernels import NVCC, compiled

from layouts import LinearLayout, convert, emit_plan, emit_reduction

pytestmark = pytest.mark.skipif(NVCC is None, reason="there is no nvcc on the path")

INSTRUCTION = re.compile(
    r"^\s*(?:@!?%p\d+ )?((?:shfl|selp|prmt|st\.shared|ld\.shared|ldmatrix|stmatrix|bar\.|barrier)[\w.:]*)", re.MULTILINE
)
SHORT = {"shfl.sync.idx.b32": "shfl", "shfl.sync.bfly.b32": "shfl", "selp.b32": "selp", "prmt.b32": "prmt"}
SHORT |= {"bar.warp.sync": "bar.warp", "bar.sync": "bar", "barrier.cluster.arrive.aligned": "barrier.cluster"}


def plans_for(target):
    moves = [(samples.ACCUMULATOR, samples.ROWS, 8), (samples.ACCUMULATOR, samples.ROWS, 16)]
    moves += [
        (samples.ACCUMULATOR, samples.ROWS, 64),
        (samples.WRITE, samples.READ, 16),
        (samples.WRITE, samples.READ, 32),
    ]
    moves += [(samples.COPIES, samples.SPREAD, 32), (samples.ACCUMULATOR, samples.SWAPPED, 16)]
    if target != "sm80":
        moves += [(samples.NEAR, samples.FAR, bits) for bits in (8, 16, 32, 64)]
    for src, dst, bits in moves:
        plan = convert.plan(src, dst, bits, target)
        yield from [plan.using(one.rule) for one in plan.alternatives]


def counts_of(ptx, number):
    """Return the instructions of a kernel by the names of the plans."""
    body = ptx[ptx.index(f".entry kernel{number}(") :]
    found = Counter()
    for name in INSTRUCTION.findall(body[: body.index("\n}")]):
        name = name.replace(".sync.aligned.m8n8", "").replace(".shared.b16", "") if "matrix" in name else name
        name = re.sub(r"\.(?:u|s|f|b)(8|16|32|64)$", r".b\1", name)
        found[SHORT.get(name, name)] += 1
    found.pop("barrier.cluster.wait.aligned", None)
    return dict(found)


def test_ptx_has_the_instructions_that_the_plans_count(tmp_path):
    plans = list(plans_for("sm90"))
    found = [emit_plan(plan, f"convert{k}") for k, plan in enumerate(plans)]
    ptx = compiled(found, tmp_path, 90, "-ptx").decode()
    for k, (plan, one) in enumerate(zip(plans, found, strict=True)):
        assert counts_of(ptx, k) == dict(plan.cost.instructions), (k, plan.rule, one.code)


@pytest.mark.parametrize("arch", [80, 90, 100])
def test_plans_and_reductions_assemble(arch, tmp_path):
    span = LinearLayout.identity_1d
    row = span(8, "register", "n") * span(32, "lane", "n") * span(4, "warp", "n")
    if arch > 80:
        row = row * span(4, "block", "n")
    square = span(8, "register", "m") * span(32, "lane", "n")
    plans = list(plans_for(f"sm{arch}"))[:: 4 if arch == 100 else 3]
    found = [emit_plan(plan, f"convert{k}") for k, plan in enumerate(plans)]
    kinds = [("float", 32, "+"), ("double", 64, "max"), ("unsigned int", 32, "min"), ("long long", 64, "+")]
    for type, bits, operation in [*kinds, ("__half", 16, "max")]:
        reduction = convert.reduce(row, "n", element_bits=bits, target=f"sm{arch}")
        found.append(emit_reduction(reduction, f"reduce{len(found)}", type=type, operation=operation))
    swap = convert.reduce(square, "n", rule="swap", target=f"sm{arch}")
    found.append(emit_reduction(swap, "swap", type="int", operation="min"))
    assert len(compiled(found, tmp_path, arch, "-cubin")) > 1000
