"""On a GPU: emitted device functions put every bit of random registers in its place.  Skipped without GPU and nvcc."""

import sys
from pathlib import Path

import numpy as np
import pytest
from gpu import Gpu, NoDeviceError

sys.path.insert(0, str(Path(__file__).parent.parent / "emit"))
import emulated
import plan_samples as samples
from plan_kernels import NVCC, compiled

from layouts import convert, emit_plan


@pytest.fixture(scope="module")
def gpu():
    if NVCC is None:
        pytest.skip("there is no nvcc on the path")
    try:
        machine = Gpu()
    except NoDeviceError as reason:
        pytest.skip(str(reason))
    yield machine
    machine.driver.close()


def words(layout, bits, sizes):
    """Return the registers as the kernels take them: words by threads."""
    rows = [np.frombuffer(emulated.packed(row, bits), np.uint32) for row in emulated.held(layout, sizes)]
    return np.ascontiguousarray(np.array(rows).T)


def test_emitted_functions_move_every_bit(gpu, tmp_path):
    plans = []
    for src, dst, bits in samples.NAMED_MOVES:
        plan = convert.plan(src, dst, bits, gpu.machine)
        whole = [dict(layout.in_dims).get("register", 1) * bits % 32 == 0 for layout in (src, dst)]
        if plan.level != "cluster" and all(whole):
            plans += [plan.using(one.rule) for one in plan.alternatives]
    found = [emit_plan(plan, f"convert{k}") for k, plan in enumerate(plans)]
    module = gpu.driver.load(compiled(found, tmp_path, gpu.machine.removeprefix("sm"), "-cubin"))
    for k, plan in enumerate(plans):
        sizes = emulated.sizes_of(plan.src, plan.dst)
        given, wanted = [words(layout, plan.element_bits, sizes) for layout in (plan.src, plan.dst)]
        seen = np.zeros_like(wanted)
        kernel = gpu.driver.function(module, f"kernel{k}")
        gpu.driver.run(kernel, (1, 1), sizes[0] * sizes[1], [given, seen])
        assert (seen == wanted).all(), found[k].code
