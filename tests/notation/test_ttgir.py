"""TTGIR attributes: printed as Triton prints them, read back, old forms read, refused with a caret; whole dumps."""

import importlib.util
import json
import random
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts import ParseError, parse
from layouts.encodings.blocked import BlockedLayout, SliceLayout
from layouts.encodings.dot import DotOperandLayout
from layouts.encodings.nvidia import NVMMADistributedLayout
from layouts.encodings.nvmma import NVMMASharedLayout
from layouts.encodings.padded import PaddedSharedLayout
from layouts.encodings.shared import SwizzledSharedLayout
from layouts.notation.dump import find_layouts
from layouts.notation.ttgir import parse_ttgir

sys.path.insert(0, str(__import__("pathlib").Path(__file__).parents[1] / "encodings"))
import encoding_samples as samples

SEEDS = st.integers(0, 2**32)
BLOCKED = "#ttg.blocked<{sizePerThread = [1, 4], threadsPerWarp = [8, 4], warpsPerCTA = [2, 1], order = [1, 0]}>"
MMA = "#ttg.nvidia_mma<{versionMajor = 2, versionMinor = 0, warpsPerCTA = [4, 1], instrShape = [16, 8]}>"


@given(st.sampled_from(sorted(samples.KINDS)), SEEDS)
def test_parse_undoes_str(kind, seed):
    value = samples.KINDS[kind](random.Random(seed))
    assert parse_ttgir(str(value)) == value
    assert parse(str(value)) == value


@given(SEEDS, st.sampled_from(("", "  ", "\n\t")))
def test_space_means_nothing(seed, space):
    value = samples.encoding(random.Random(seed))
    written = str(value)
    for sign in "=,[]{}<>":
        written = written.replace(sign, space + sign + space)
    assert parse_ttgir(written.replace(f"+{space}", "+")) == value


OLD = [
    (BLOCKED.replace("ttg.", "triton_gpu."), BLOCKED),
    ("#ttg.blocked<{order=[1,0],warpsPerCTA=[2,1],threadsPerWarp=[8,4],sizePerThread=[1,4]}>", BLOCKED),
    (
        BLOCKED.replace("}>", ", CTAsPerCGA = [1, 1], CTASplitNum = [1, 1], CTAOrder = [1, 0]}>"),
        BLOCKED,
    ),
    (
        BLOCKED.replace("}>", ", CTAsPerCGA = [2, 1], CTASplitNum = [2, 1], CTAOrder = [1, 0]}>"),
        BLOCKED.replace("}>", ", CGALayout = [[1, 0]]}>"),
    ),
    (
        BLOCKED.replace(
            "}>", ", CGALayout = #ttg.cga<{CTAsPerCGA = [2, 1], CTASplitNum = [2, 1], CTAOrder = [1, 0]}>}>"
        ),
        BLOCKED.replace("}>", ", CGALayout = [[1, 0]]}>"),
    ),
    (
        "#triton_gpu.shared<{vec = 8, perPhase = 1, maxPhase = 8, order = [1, 0], CTAsPerCGA = [1, 1],"
        " CTASplitNum = [1, 1], CTAOrder = [1, 0], hasLeadingOffset = false}>",
        "#ttg.swizzled_shared<{vec = 8, perPhase = 1, maxPhase = 8, order = [1, 0]}>",
    ),
    (
        "#triton_gpu.shared<{vec = 8, perPhase = 2, maxPhase = 4, order = [0, 1], hasLeadingOffset = true}>",
        "#ttg.nvmma_shared<{swizzlingByteWidth = 64, transposed = true, elementBitWidth = 16}>",
    ),
    (
        "#ttg.amd_wmma<{version = 1, isTransposed = true, warpsPerCTA = [4, 1]}>",
        "#ttg.amd_wmma<{version = 1, isTranspose = true, ctaLayout = {warp = [[1, 0], [2, 0]]}}>",
    ),
    (
        "#triton_gpu.amd_mfma<{versionMajor = 3, versionMinor = 0, warpsPerCTA = [4, 1], instrShape = [32, 32],"
        " isTransposed = true}>",
        "#ttg.amd_mfma<{version = 3, warpsPerCTA = [4, 1], instrShape = [32, 32], isTransposed = true}>",
    ),
    (MMA.replace(" versionMinor = 0,", ""), MMA),
    (
        "#ttg.padded_shared<[64:+4] {offset = [[0, 1], [1, 0]], block = []}>",
        "#ttg.padded_shared<[64:+4] {order = [1, 0], shape = [2, 2]}>",
    ),
    (
        "#ttng.tensor_memory_encoding<blockM = 64, blockN = 64, colStride = 1, CTASplitM = 2>",
        "#ttng.tensor_memory_encoding<blockM = 64, blockN = 64, colStride = 1, CGALayout = [[1, 0]]>",
    ),
]


@pytest.mark.parametrize(("old", "new"), OLD, ids=range(len(OLD)))
def test_older_forms_are_read_and_the_newest_is_written(old, new):
    assert str(parse_ttgir(old)) == new


def test_aliases_are_followed():
    value = parse_ttgir(f"#mma = {MMA}\n#dot = #ttg.dot_op<{{opIdx = 1, parent = #mma, kWidth=2}}>\n")
    assert value == DotOperandLayout(1, NVMMADistributedLayout([2, 0], [4, 1], [16, 8]), 2)
    assert parse_ttgir(f"#b = {BLOCKED} #ttg.slice<{{dim = 0, parent = #b}}>") == SliceLayout(0, parse(BLOCKED))
    assert parse_ttgir("#x", {"#x": value}) is value


REFUSED = [
    ("", 0, "expected an attribute"),
    ("#b", 0, "alias #b is not defined"),
    ("#ttg.slice<{dim = 0, parent = #C}>", 30, "the alias #C is not defined; known: none"),
    ("#ttg.nonsense<{}>", 0, "not a layout that is known"),
    ("#xyz.blocked<{}>", 0, "the dialect xyz"),
    ("#ttg.blocked<{order = [0]}>", 0, "needs the field sizePerThread"),
    (BLOCKED.replace("order", "ordre"), 0, "needs the field order"),
    (BLOCKED[:-2] + ", color = 3}>", len(BLOCKED), "has no field color"),
    (BLOCKED[:-2] + ", order = [0, 1]}>", len(BLOCKED), "the field order is there twice"),
    (BLOCKED[:-1], len(BLOCKED) - 1, "expected > to close"),
    (BLOCKED + " x", len(BLOCKED) + 1, "expected the end"),
    (BLOCKED.replace("[8, 4]", "[8, 3]"), 0, "threads_per_warp = 3 is not a power of two"),
    (BLOCKED.replace("[8, 4]", "[8; 4]"), BLOCKED.index("[8, 4]") + 2, "expected , or ]"),
    (BLOCKED.replace("[8, 4]", "8"), 0, "threads_per_warp"),
    (BLOCKED.replace("[8, 4]", ""), BLOCKED.index("[8, 4]"), "expected a value"),
    ("#ttg.cga<{CTAsPerCGA = [1]}>", 0, "part of a layout"),
    ("#ttg.padded_shared<[64+4] {order = [0], shape = [2]}>", 22, "expected : after the interval"),
    ("#ttng.tensor_memory_encoding<blockM = 64, blockN = 64, unpacked = true>", 55, "write colStride"),
    ("#ttg.amd_wmma<{version = 1, warpsPerCTA = [2, 2]}>", 28, "warps of an old amd_wmma"),
    ("#ttg.nvmma_shared<{swizzlingByteWidth = 64, transposed = 1, elementBitWidth = 16}>", 0, "transposed = 1"),
]


@pytest.mark.parametrize(("text", "position", "reason"), REFUSED, ids=range(len(REFUSED)))
def test_refusals_point_at_the_character(text, position, reason):
    with pytest.raises(ParseError) as caught:
        parse_ttgir(text)
    assert reason in str(caught.value)
    assert caught.value.position == position, str(caught.value)


def outcome(text):
    try:
        value = parse_ttgir(text)
    except ParseError as error:
        assert 0 <= error.position <= len(text)
        return
    assert parse_ttgir(str(value)) == value


@given(SEEDS, st.data())
def test_damaged_text_gives_a_value_or_a_parse_error(seed, data):
    written = str(samples.encoding(random.Random(seed)))
    k = data.draw(st.integers(0, len(written)))
    more = data.draw(st.text(alphabet="#ttg.slice<{}>[]=,:+0123456789-x truefalse", max_size=4))
    outcome(written[:k] + more + written[k + data.draw(st.integers(0, 3)) :])


@given(SEEDS, st.data())
def test_exchanged_values_give_a_value_or_a_parse_error(seed, data):
    """Fields keep their names and get other kinds of values."""
    written = str(samples.encoding(random.Random(seed)))
    parts = written.split(" = ")
    k = data.draw(st.integers(0, len(parts) - 1))
    other = data.draw(st.sampled_from(("[]", "[[]]", "[[1]]", "[[1], 2]", "true", "{}", "-1", "9999999999", BLOCKED)))
    cut = max(parts[k].find(", "), 0)
    parts[k] = other + parts[k][cut:]
    outcome(" = ".join(parts))


@given(st.text(max_size=40))
def test_any_text_gives_a_value_or_a_parse_error(text):
    outcome(text)
    outcome("#ttg.blocked<{" + text)


HOSTILE = [
    "#ttg.slice<{dim = 0, parent = " * 5000,
    "[" * 100_000,
    "#ttg.linear<{register = " + "[" * 100_000,
    "#ttg.linear<{register = [" + "[1]," * 100_000,
    "#ttg.linear<{register = [[" + "9" * 100_000,
    "#" * 500_000,
    "#a = " * 100_000,
    "x" * 1_000_001,
]


@pytest.mark.parametrize("case", range(len(HOSTILE)))
def test_hostile_text_is_refused_quickly(case):
    start = time.perf_counter()
    with pytest.raises(ParseError) as caught:
        parse_ttgir(HOSTILE[case])
    assert len(str(caught.value)) < 1500
    assert time.perf_counter() - start < 30


@pytest.mark.parametrize("value", [None, 5, b"#ttg", ["#ttg"]], ids=repr)
def test_only_text_is_read(value):
    with pytest.raises(ParseError):
        parse_ttgir(value)
    with pytest.raises(ParseError):
        find_layouts(value)


# -- dumps -------------------------------------------------------------------------------------------------------------

DUMP = f"""#blocked = {BLOCKED}
#mma = {MMA}
#shared = #ttg.nvmma_shared<{{swizzlingByteWidth = 128, transposed = false, elementBitWidth = 16}}>
#odd = #ttg.no_such_layout<{{a = 1}}>
#smem = #ttg.shared_memory
module attributes {{"ttg.num-warps" = 4 : i32}} {{
  tt.func public @kernel(%arg0: tensor<64x64xf16, #blocked>, %arg1: tensor<128x64xf16, #blocked>) {{
    %0 = ttg.local_alloc %arg0 : (tensor<64x64xf16, #blocked>) -> !ttg.memdesc<64x64xf16, #shared, #smem, mutable>
    %1 = ttg.local_load %0 : tensor<64x64xf16, #ttg.dot_op<{{opIdx = 0, parent = #mma, kWidth = 2}}>>
    %2 = tt.reduce : tensor<64xf32, #ttg.slice<{{dim = 1, parent = #mma}}>>
    %3 = tt.extra : tensor<64xf32, #ttg.slice<{{dim = 1, parent = #mma}}>>
  }}
}}
"""


def test_a_dump_is_listed_with_its_shapes():
    found = {(one.alias, one.line): one for one in find_layouts(DUMP)}
    assert {key: one.shapes for key, one in found.items()} == {
        ("#blocked", 1): [(64, 64), (128, 64)],
        ("#mma", 2): [],
        ("#shared", 3): [(64, 64)],
        ("#odd", 4): [],
        (None, 9): [(64, 64)],
        (None, 10): [(64,)],
    }
    assert found["#blocked", 1].encoding == BlockedLayout([1, 4], [8, 4], [2, 1], [1, 0])
    assert found["#shared", 3].encoding == NVMMASharedLayout(128, 16)
    assert found[None, 9].encoding.parent == found["#mma", 2].encoding
    assert found["#odd", 4].encoding is None
    assert "not a layout that is known" in found["#odd", 4].reason
    assert "line 4: #odd = not read" in str(found["#odd", 4])


def test_a_dump_of_200_kb_is_listed_in_a_second():
    line = "    %0 = tt.load %p : tensor<64x64xf16, #ttg.dot_op<{opIdx = 0, parent = #mma, kWidth = 2}>> loc(#loc1)\n"
    text = DUMP[:-4] + line * (200_000 // len(line)) + "}\n}\n"
    best = min(_timed(text) for _ in range(3))
    assert len(text) > 200_000
    assert best < 1


def _timed(text):
    start = time.perf_counter()
    assert len(find_layouts(text)) == 6
    return time.perf_counter() - start


@given(st.text(alphabet="#ttg.blocked<{}>=[], \ntensormemdesc0123456789x", max_size=200))
def test_any_text_may_be_a_dump(text):
    find_layouts(text)
    find_layouts(DUMP + text + BLOCKED)


# -- Triton's own parser and printer -----------------------------------------------------------------------------------

SCRIPT = """
import json, os, sys, tempfile
from triton._C.libtriton import ir
answers = []
for text in json.load(sys.stdin):
    reader, writer = os.pipe()
    if os.fork() == 0:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        context = ir.context()
        ir.load_dialects(context)
        with tempfile.NamedTemporaryFile("w", suffix=".mlir") as file:
            file.write("module attributes {tt.x = %s} {}" % text)
            file.flush()
            try:
                out = str(ir.parse_mlir_module(file.name, context))
            except Exception as error:
                out = "refused: " + str(error)
        os.write(writer, out.encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as lines:
        answers.append(lines.read())
    os.wait()
print(json.dumps(answers))
"""


@pytest.mark.skipif(importlib.util.find_spec("triton") is None, reason="triton is not installed")
def test_triton_reads_our_text_and_prints_the_same():
    rng = random.Random(11)
    kinds = [kind for kind in samples.KINDS for _ in range(4)]
    values = [samples.KINDS[kind](rng) for kind in kinds]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], input=json.dumps([str(v) for v in values]), capture_output=True, text=True
    )
    checked = 0
    for value, printed in zip(values, json.loads(done.stdout), strict=True):
        if printed.startswith("refused") or not printed:
            continue
        before, _, after = printed.partition("module attributes {tt.x = ")
        aliases = "\n".join(line for line in before.splitlines() if not line.startswith("#loc"))
        inside = after[: after.index("} {\n")]
        assert parse_ttgir(f"{aliases}\n{inside}") == value
        assert str(value) in printed or "parent" in str(value) or "partition" in str(value), printed
        checked += 1
    assert checked >= len(values) * 3 // 4


def test_swizzled_and_padded_worked_texts():
    text = "#ttg.swizzled_shared<{vec = 8, perPhase = 1, maxPhase = 8, order = [1, 0]}>"
    assert parse(text) == SwizzledSharedLayout(8, 1, 8, [1, 0])
    text = "#ttg.padded_shared<[256:+8, 64:+4] {order = [0, 1], shape = [16, 32]}>"
    assert parse(text) == PaddedSharedLayout.with_identity_for([[256, 8], [64, 4]], [16, 32], [0, 1])
    assert str(parse(text)) == text


def test_an_alias_that_is_defined_below_is_said_to_be():
    text = "#a = #ttg.slice<{dim = 0, parent = #b}>\n#b = #ttg.slice<{dim = 0, parent = #a}>"
    with pytest.raises(ParseError, match="used before it is defined"):
        parse_ttgir(text)
