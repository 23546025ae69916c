"""On a GPU: real instructions show that lanes and registers hold what the tables say, at every one of them.

Skipped where there is no NVIDIA GPU.
"""

import measure
import pytest
import warpgroup
from gpu import WARP_FAMILIES, Gpu, NoDeviceError, entries_for


@pytest.fixture(scope="module")
def gpu():
    try:
        machine = Gpu()
    except NoDeviceError as reason:
        pytest.skip(str(reason))
    yield machine
    machine.driver.close()


def differing(found):
    return [text for text in found.values() if text != measure.AGREES]


@pytest.mark.parametrize("family", WARP_FAMILIES)
def test_a_warp_holds_what_the_tables_say(gpu, family):
    if not entries_for(gpu.machine, (family,)):
        pytest.skip(f"{gpu.machine} has no {family}")
    assert differing(measure.fragments(gpu, (family,))) == []


@pytest.mark.parametrize("types", measure.wgmma_types(), ids=" ".join)
def test_a_warpgroup_holds_what_the_tables_say(gpu, types):
    """All N: the accumulator; A in registers."""
    if gpu.machine != "sm90":
        pytest.skip(f"{gpu.machine} has no wgmma")
    found = [measure.EXPERIMENTS["wgmma"](gpu, entry) for entry in measure.wgmma_types()[types]]
    assert [text for text in found if text is not None] == []


@pytest.mark.parametrize("swizzle", warpgroup.SWIZZLES)
@pytest.mark.parametrize(("role", "major"), [("A", "K"), ("A", "MN"), ("B", "K"), ("B", "MN")])
def test_operands_lie_behind_descriptors_as_the_canonical_layouts_say(gpu, role, major, swizzle):
    if gpu.machine != "sm90":
        pytest.skip(f"{gpu.machine} has no wgmma")
    cases = [case for case in warpgroup.CASES if case[1:4] == (role, major, swizzle)]
    assert cases
    assert differing(measure.operands_in_memory(gpu, cases)) == []
