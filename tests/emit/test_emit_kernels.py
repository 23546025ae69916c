"""Real kernels: what is emitted for their layouts has no more operations than what people wrote, and means the same."""

import pytest

from layouts import F2, LinearLayout, check, compare, emit_function, emit_index, parse
from layouts.verify.annotations import check_text
from layouts.verify.expression import parse_expression
from layouts.verify.syntax import Binary, Unary

# name, layout, variables, the expression written by hand, the operations that are emitted
KERNELS = [
    (
        "CuTe 64x64 half, 128B swizzle",
        "Sw<3,3,3> o (64,64):(64,1)",
        "row, col",
        "row * 64 + (col ^ ((row & 7) << 3))",
        5,
    ),
    ("one row of it in eight", "Sw<3,3,3> o (8,64):(64,1)", "row, col", "row * 64 + (col ^ (row << 3))", 2),
    ("FlashInfer 128B, chunks", "Sw<3,0,3> o (64,8):(8,1)", "i, j", "i * 8 + (j ^ (i % 8))", 4),
    ("FlashInfer 64B, chunks", "Sw<2,0,3> o (64,4):(4,1)", "i, j", "i * 4 + (j ^ ((i / 2) % 4))", 5),
    ("ThunderKittens 128B, bytes", "Sw<3,4,3> o (64,64):(128,2)", "r, c", "(r * 128 + c * 2) ^ ((r & 7) << 4)", 6),
    ("Marlin's A, as it is compiled", "(8,64):(F1,F9)", "i", "i ^ (i >> 3)", 2),
    ("bitsandbytes, rows of 72", "(16,64):(72,1)", "m, k", "m * 72 + k", 2),
    ("transpose, rows of 33", "(32,32):(1,33)", "x, y", "y * 33 + x", 2),
    ("the same by its index", "(32,32):(1,33)", "i", "i + i / 32", 2),
    (
        "ggml 16x8 fragment",
        "(32,(2,2)):(2,(1,64))",
        "t, l",
        "(((l / 2) * 8) + (t / 4)) * 8 + (((t % 4) * 2) + (l % 2))",
        5,
    ),
    (
        "Marlin's permutation",
        "((4,8),4,2,(2,2)):((32,1),256,8,(16,128))",
        "i, j, b, r",
        "16 * (2 * (i % 4) + r % 2 + 8 * (r / 2)) + i / 4 + 8 * b + 256 * j",
        13,
    ),
    (
        "HipKittens 32x32, two swizzles",
        "(32,(32)):(F64,(F2))",
        "r, c",
        "(r * 64 + c * 2)",
        3,
    ),
    (
        "ldmatrix rows in a 128B swizzle",
        "Sw<3,3,3> o (16,2):(64,8)",
        "lane",
        "(lane & 15) * 64 + (((lane >> 4) ^ (lane & 7)) << 3)",
        7,
    ),
]


def operations(text):
    return sum(isinstance(node, (Binary, Unary)) for node in parse_expression(text).postorder())


@pytest.mark.parametrize(("name", "text", "variables", "hand", "count"), KERNELS, ids=[case[0] for case in KERNELS])
def test_no_more_operations_than_by_hand(name, text, variables, hand, count):
    layout = parse(text)
    inputs = "modes" if "," in variables else "index"
    found = emit_index(layout, variables=variables, inputs=inputs)
    assert compare(found.code, hand, found.variables), found.code
    assert found.operations.total == operations(found.code) == count <= operations(hand)


def test_a_formula_with_two_swizzles_becomes_shorter():
    hand = "off ^ (((off % 1024) >> 9) << 5) ^ (((off % 2048) >> 10) << 4)"
    verdict = check(hand, let={"off": "2 * (r * 32 + c)"}, r=32, c=32)
    found = emit_index(verdict)
    assert compare(found.code, hand, let={"off": "2 * (r * 32 + c)"}, r=32, c=32)
    assert found.operations.total == 8 < operations(hand) + 3


def test_the_accumulator_of_a_warp():
    bases = [("register", [[0, 1], [8, 0]]), ("lane", [[0, 2], [0, 4], [1, 0], [2, 0], [4, 0]])]
    found = emit_index(LinearLayout(bases, {"row": 16, "column": 8}))
    hand = {"row": "(lane >> 2) + (reg >> 1) * 8", "column": "(lane & 3) * 2 + (reg & 1)"}
    for name, text in hand.items():
        assert compare(found.outputs[name], text, found.variables)
    assert found.operations.total == 8 == sum(map(operations, hand.values()))


def test_a_blocked_layout_of_triton():
    found = emit_index(
        parse(
            "#ttg.blocked<{sizePerThread = [1, 4], threadsPerWarp = [8, 4], warpsPerCTA = [4, 1], order = [1, 0]}>"
        ).to_linear_layout((64, 64)),
        share=True,
    )
    hand = {
        "dim0": "(reg >> 4) * 32 + warp * 8 + (lane >> 2)",
        "dim1": "((reg >> 2) & 3) * 16 + (lane & 3) * 4 + (reg & 3)",
    }
    variables = {name: n for name, n in found.variables.items() if n > 1}
    for name, text in hand.items():
        assert compare(found.outputs[name], text, variables)
    assert found.operations.total == 12 < sum(map(operations, hand.values()))


def test_a_running_xor_is_built_by_doubling():
    images = tuple((1 << k + 1) - 1 for k in range(16))
    found = emit_index(parse(f"({','.join('2' * 16)}):({','.join(f'F{image}' for image in images)})"), inputs="index")
    shared = emit_index(found.value, inputs="index", share=True)
    assert (found.operations.total, shared.operations.total) == (30, 8)


def test_outputs_share_the_xor_that_they_have_in_common():
    bases = [("a", [[1, 1], [2, 2], [4, 4]]), ("b", [[1, 1], [2, 2], [4, 4]]), ("c", [[1, 0], [2, 0], [4, 0]])]
    found = emit_index(LinearLayout(bases, {"x": 8, "y": 8}), share=True)
    assert found.temporaries == (("t0", "a ^ b"),)
    assert found.operations.total == 2


# -- the verifier of source files reads the functions as they stand ----------------------------------------------------

CLAIMS = [
    ("Sw<3,3,3> o (64,64):(64,1)", "row:64, col:64"),
    ("(8,64):(F72,F1)", "row:8, col:64"),
    ("Sw<3,3,3> o 0 o (64,8):(72,8)", "i:64, j:8"),
    ("((4,8),(2,2)):((32,1),(16,8))", "t:32, v:4"),
]


@pytest.mark.parametrize(("text", "ranges"), CLAIMS)
@pytest.mark.parametrize("unsigned", [False, True])
def test_the_function_in_a_file_equals_the_layout(text, ranges, unsigned):
    names = [part.split(":")[0].strip() for part in ranges.split(",")]
    found = emit_function(parse(text), "f", "c", names, unsigned=unsigned)
    source = f"// layouts: check f({ranges}) equals {text}\n{found}\n"
    (outcome,) = check_text(source, "f.cu").outcomes
    assert outcome.status == "holds", outcome
    python = emit_function(parse(text), "f", "python", names)
    (outcome,) = check_text(f"# layouts: check f({ranges}) equals {text}\n{python}\n", "f.py").outcomes
    assert outcome.status == "holds", outcome


def test_f2_needs_no_swizzle_to_be_short():
    assert str(emit_index(parse("(8,64):(F72,F1)"), variables="row, col")) == "col ^ (row * 72)"
    assert parse("(8,64):(F72,F1)").over is F2
