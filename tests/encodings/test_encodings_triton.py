"""Triton 3.9.0's own linear layouts of encodings, as oracle: hundreds of random parameters and shapes of every kind."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import encoding_samples as samples
import pytest
from strategies import DEEP, seeded

from layouts import LayoutError
from layouts.encodings.amd import AMDMFMALayout
from layouts.encodings.amd_scales import get_mfma_scale_layout
from layouts.encodings.dot import DotOperandLayout
from layouts.encodings.nvidia import NVMMADistributedLayout
from layouts.encodings.nvmma import NVMMASharedLayout
from layouts.encodings.tensor_memory import TensorMemoryLayout
from layouts.encodings.tensor_memory_registers import compute_tmem_reg_layout

pytestmark = pytest.mark.skipif(importlib.util.find_spec("triton") is None, reason="triton is not installed")

DRIVER = Path(__file__).with_name("triton_encodings_driver.py")
NAMES = {
    "register": "reg_bases",
    "lane": "lane_bases",
    "warp": "warp_bases",
    "block": "block_bases",
    "offset": "offset_bases",
    "row": "rows",
    "col": "cols",
}
VARIANTS = ("32x32b", "16x64b", "16x128b", "16x256b", "32x32b_splitn")
KINDS = [kind for kind in samples.KINDS if kind not in ("padded", "rotating", "generic_linear")]
# padded and generic_linear abort by design; rotating has no Gluon class


def triton(cases, **ask):
    return answers([[samples.spec(value) | ask, shape] for value, shape in cases])


def answers(cases):
    given = json.dumps(cases)
    done = subprocess.run([sys.executable, str(DRIVER)], input=given, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def ours(value, shape, theirs):
    """Our bases by Triton's names, without what Triton's objects leave out."""
    bases = {NAMES.get(name, name): vectors for name, vectors in value.to_linear_layout(shape).bases}
    if "rows" in theirs:
        bases.pop("block_bases", None)
    bases.pop("partition", None)
    return bases


@pytest.fixture(scope="module")
def answered():
    rng = seeded("encodings")
    cases = []
    for kind in KINDS:
        for _ in range(1000 if DEEP else 60):
            value = samples.KINDS[kind](rng)
            cases.append((kind, value, samples.shape_for(rng, value)))
    return list(zip(cases, triton([case[1:] for case in cases]), strict=True))


def more_blocks_than_elements(value, shape):
    """Tell whether a dimension has more blocks than elements; Triton's object does not show the bases of blocks."""
    return any(v[i] >= size for v in value.cga_layout for i, size in enumerate(shape))


@pytest.mark.parametrize("kind", KINDS)
def test_the_bases_are_tritons(answered, kind):
    same = 0
    for (of, value, shape), (status, theirs) in answered:
        if of != kind or status != "ok":
            continue
        shown, bases = theirs
        assert shown == repr(value)
        if isinstance(value, NVMMASharedLayout) and value.transposed and value.rank > 2:
            with pytest.raises(LayoutError, match="not settled"):
                value.to_linear_layout(shape)
            continue
        bases.pop("shape")
        if kind == "scales" and more_blocks_than_elements(value, shape):
            with pytest.raises(LayoutError, match="no part for each of"):
                value.to_linear_layout(shape)
            continue
        assert ours(value, shape, bases) == bases, (str(value), shape)
        same += 1
    assert same >= 15


def test_what_triton_refuses_is_refused_or_of_one_element(answered):
    """Where Triton ends its process or raises, we refuse too; but an offset without bits is a layout here."""
    for (kind, value, shape), (status, _) in answered:
        if status == "ok":
            continue
        try:
            value.to_linear_layout(shape)
        except LayoutError:
            continue
        parts = samples.spec(value)
        assert "offset" in dict(value.to_linear_layout(shape).bases), (kind, parts, shape)


def test_transposed_nvmma_of_rank_3_sends_two_offsets_to_one_element_in_triton():
    """Why it is refused here: 2x8x16 elements have 8 bits, and Triton's offset has 11, three of them zero."""
    value = NVMMASharedLayout(0, 16, 3, True)
    ((status, (_, bases)),) = triton([(value, [2, 8, 16])])
    assert status == "ok"
    assert len(bases["offset_bases"]) == 11
    assert bases["offset_bases"].count([0, 0, 0]) == 3


def test_boxes_of_256_stand_side_by_side_as_tritons_do():
    """Beyond 256 elements in a dimension TMA needs several boxes; a swizzle changes the order in which they stand."""
    cases = [
        (NVMMASharedLayout(width, 8, len(shape), transposed), shape)
        for width in (0, 64)
        for shape, transposed in (
            ([512, 512], False),
            ([512, 512], True),
            ([512, 1, 512], False),
            ([512, 512, 512], False),
            ([1024], False),
        )
        if len(shape) > 1 or not width
    ]
    for (value, shape), (status, theirs) in zip(cases, triton(cases), strict=True):
        assert status == "ok"
        assert dict(value.to_linear_layout(shape).bases)["offset"] == theirs[1]["offset_bases"]


@pytest.mark.parametrize("kind", ["linear", "generic_linear", "blocked", "mma", "mfma", "wmma", "dot", "slice"])
def test_the_text_is_what_triton_prints(kind):
    """Gluon's class is linear or generic_linear in TTGIR, by its bases."""
    rng = seeded("printed " + kind)
    values = [samples.KINDS[kind](rng) for _ in range(200 if DEEP else 40)]
    cases = [(value, [*getattr(value, "shape", (64,) * value.rank)]) for value in values]
    same = 0
    for (value, _), (status, text) in zip(cases, triton(cases, printed=True), strict=True):
        if status == "ok":
            ours = str(value).replace(", rank = 3", "")  # Triton does not print it, and could not read the value back
            assert f", {ours}>" in text, text
            same += 1
    assert same >= 20


# -- registers of tensor memory ----------------------------------------------------------------------------------------


def loads(rng):
    """A memory, a shape, and what to ask for: warps, bits of an element, the instruction."""
    if rng.random() < 0.3:
        value, shape = samples.scales(rng), [samples.power(rng, 8, 5), samples.power(rng, 6)]
        return value, shape, 4 << rng.randint(0, 2), 8, rng.choice(VARIANTS)
    value = samples.tensor_memory_layout(rng)
    return (
        value,
        samples.shape_for(rng, value),
        4 << rng.randint(0, 2),
        rng.choice((8, 16, 32, 32)),
        rng.choice(VARIANTS),
    )


def test_the_registers_of_a_load_from_tensor_memory_are_tritons():
    rng = seeded("tensor memory registers")
    cases = [loads(rng) for _ in range(4000 if DEEP else 600)]
    found = answers([[samples.spec(value) | {"registers": rest}, shape] for value, shape, *rest in cases])
    held = dict.fromkeys(VARIANTS, 0)
    for (value, shape, *rest), (status, theirs) in zip(cases, found, strict=True):
        if more_blocks_than_elements(value, shape):
            continue
        try:
            ours = repr(compute_tmem_reg_layout(value, shape, *rest))
        except LayoutError:
            assert status != "ok", (str(value), shape, rest, theirs)
            continue
        assert (status, ours) == ("ok", theirs), (str(value), shape, rest)
        held[rest[-1]] += 1
    assert min(held.values()) >= 20, held


def test_the_scales_of_mfma_are_tritons():
    rng = seeded("scales of mfma")
    cases = []
    for _ in range(1000 if DEEP else 200):
        size = rng.choice((16, 32))
        tiles = rng.choice((None, [samples.power(rng, 1), samples.power(rng, 2)]))
        warps = samples.split(rng, rng.randint(0, 3), 2)
        parent = AMDMFMALayout(4, [size, size, 2048 // size], rng.random() < 0.5, warps, None, tiles)
        shape = [samples.power(rng, 9, 3), samples.power(rng, 5)]
        cases.append((DotOperandLayout(rng.randrange(2), parent, 16), shape))
    for (value, shape), (status, theirs) in zip(cases, triton(cases, scales=True), strict=True):
        assert (status, repr(get_mfma_scale_layout(value, shape))) == ("ok", theirs), (str(value), shape)


def test_tensor_memory_smaller_than_its_block_and_of_two_ctas_is_tritons():
    """Fewer columns than a block has are one narrower block; two CTAs need (1, 0) as their first basis."""
    rng = seeded("tensor memory")
    clusters = ([], [[1, 0]], [[0, 1]], [[1, 0], [0, 1]], [[1, 0], [2, 0]], [[1, 0], [0, 0]], [[0, 0]])
    power = samples.power
    cases = [(TensorMemoryLayout((128, 32), 1), [256, 4]), (TensorMemoryLayout((64, 256), 2), [64, 64])]
    for _ in range(400 if DEEP else 60):
        block, stride = (rng.choice((64, 128)), power(rng, 8)), rng.choice((1, 2, 4))
        value = TensorMemoryLayout(block, stride, rng.choice(clusters), rng.random() < 0.4)
        cases.append((value, [power(rng, 9, 5), power(rng, 8)]))
    same = 0
    for (value, shape), (status, theirs) in zip(cases, triton(cases), strict=True):
        if status != "ok":
            with pytest.raises(LayoutError):
                value.to_linear_layout(shape)
            continue
        theirs[1].pop("shape")
        assert ours(value, shape, theirs[1]) == theirs[1], (str(value), shape)
        same += 1
    assert same >= 15


def test_wgmma_with_a_batch_is_refused_as_triton_has_no_layout_for_it():
    """The witness: Triton ends the process for the accumulator, and gives every warp all rows of its operand A."""
    batch = NVMMADistributedLayout([3, 0], [1, 4, 1], [16, 64, 16])
    operand = DotOperandLayout(0, batch, 2)
    (status, _), (answered, (_, bases)) = triton([(batch, [1, 64, 64]), (operand, [1, 64, 16])])
    assert (status, answered) == ("abort", "ok")
    assert bases["warp_bases"] == [[0, 0, 0], [0, 0, 0]]
    for value, shape in ((batch, [1, 64, 64]), (operand, [1, 64, 16])):
        with pytest.raises(LayoutError, match="has a batch"):
            value.to_linear_layout(shape)
