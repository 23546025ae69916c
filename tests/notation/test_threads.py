"""A layout of CuTe's is (thread, register) where it says so, and an array is never taken for one."""

import time

import pytest

from layouts import F2, Layout, LayoutError, NVMMASharedLayout, convert_notation, equal, parse, parse_cpp
from layouts.cli import main
from layouts.notation.cpp import to_cpp
from layouts.notation.registry import forms

REGISTER_FORMS = ("ttgir", "gluon", "linear", "ck", "mosaic", "mosaic-mlir")
CDNA = "#ttg.blocked<{sizePerThread = [1, 4], threadsPerWarp = [8, 8], warpsPerCTA = [2, 1], order = [1, 0]}>"
CLUSTER = (
    "#ttg.blocked<{sizePerThread = [1, 4], threadsPerWarp = [8, 4], warpsPerCTA = [2, 1], order = [1, 0],"
    " CGALayout = [[1, 0]]}>"
)


def bases(text, shape):
    return {name: vectors for name, vectors in parse(text).to_linear_layout(shape).bases}


@pytest.mark.parametrize("to", REGISTER_FORMS)
@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("shape=(8, 16) stride=(16, 1)", (8, 16)),
        ("torch.Size([32, 64]), (64, 1)", (32, 64)),
        ("shape=(128, 64) strides=(128, 2) itemsize=2", (128, 64)),
        ("(8,16):(16,1)", (8, 16)),
        ("(32,64):(64,1)", (32, 64)),
        ("(128,64):(64,1)", (128, 64)),
        ("Layout<Shape<_32,_64>,Stride<_64,_1>>", (32, 64)),
    ],
)
def test_an_array_is_never_taken_for_threads_and_registers(text, shape, to):
    with pytest.raises(LayoutError, match=r"own shape"):
        convert_notation(text, to, shape)


def test_threads_that_are_no_whole_warp_are_refused_and_a_warp_size_says_otherwise():
    with pytest.raises(LayoutError, match=r"8 threads, and a warp has 32 lanes; --warp-size"):
        convert_notation("(8,16):(1,8)", "linear", (16, 8))
    found = convert_notation("(8,16):(1,8)", "linear", (16, 8), warp_size=8)
    assert found.meaning.endswith("the first 8 threads are a warp")
    with pytest.raises(LayoutError, match=r"48 threads"):
        convert_notation("(48,2):(1,48)", "linear", (96, 1), warp_size=32)


def test_64_lanes_come_back_with_the_warp_size():
    shape = (64, 64)
    found = convert_notation(CDNA, "cute", shape)
    assert found.meaning.endswith("; a warp has 64 lanes")
    with pytest.raises(LayoutError, match=r"--warp-size 64 or --warp-size 32"):
        convert_notation(found.text, "ttgir", shape)
    back = convert_notation(found.text, "ttgir", shape, warp_size=64)
    assert bases(back.text, shape) == bases(CDNA, shape)
    assert main(["convert", found.text, "--shape", "64x64", "--to", "ttgir", "--warp-size", "64"]) == 0
    assert convert_notation(found.text, "ck", shape, warp_size=64).text == convert_notation(CDNA, "ck", shape).text


def test_blocks_of_a_cluster_do_not_become_warps():
    shape = (64, 128)
    found = convert_notation(CLUSTER, "cute", shape)
    assert found.meaning.endswith("; a block has 2 warps")
    with pytest.raises(LayoutError, match=r"--warps says how many warps"):
        convert_notation(found.text, "ttgir", shape)
    back = convert_notation(found.text, "ttgir", shape, warps=2)
    assert bases(back.text, shape) == bases(CLUSTER, shape)
    one_warp = CLUSTER.replace("[2, 1]", "[1, 1]")
    text = convert_notation(one_warp, "cute", shape).text
    back = convert_notation(text, "ttgir", shape, warps=1)
    assert bases(back.text, shape) == bases(one_warp, shape)


@pytest.mark.parametrize(
    ("text", "shape", "counts"),
    [
        ("(4,8):(8,1)", None, {"warp_size": 32}),
        (CDNA, (64, 64), {"warp_size": 32}),
        ("shape=(4, 8) stride=(8, 1)", None, {"warp_size": 4}),
        ("(32,4):(1,32)", (128, 1), {"warp_size": 0}),
        ("(32,4):(1,32)", (128, 1), {"warp_size": 32, "warps": 3}),
        ("(32,4):(1,32)", (128, 1), {"warp_size": "32"}),
        ("(2,2,2):(1,2,4)", (8, 1), {"warp_size": 2}),
    ],
)
def test_a_warp_size_is_for_threads_and_registers(text, shape, counts):
    with pytest.raises(LayoutError):
        convert_notation(text, "linear", shape, **counts)


def test_composable_kernel_says_how_many_lanes_there_are():
    text = "((4,8),(2,2)):((32,1),(16,8))"
    assert convert_notation(text, "ck", (16, 8)).meaning.endswith("; the 32 threads are one warp")
    assert convert_notation(text, "ck", (16, 8), warp_size=32).meaning.endswith("; a warp has 32 lanes")
    assert convert_notation("(128,2):(1,128)", "ck", (256, 1)).meaning.endswith("; a warp has 64 lanes")


def test_the_dsl_and_cpp_get_one_swizzle_in_place_of_strides_over_f2():
    layout = parse("(8,64):(F72,F1)")
    assert convert_notation(str(layout), "cute-dsl").text == "S<3,3,3> o 0 o (8,64):(64,1)"
    text = convert_notation(str(layout), "cute-cpp").text
    assert text == "composition(Swizzle<3,3,3>{}, Layout<Shape<_8,_64>,Stride<_64,_1>>{})"
    assert equal(parse_cpp(text), layout)
    assert convert_notation("(4,8):(F1,F4)", "cute-dsl").text == "(4,8):(1,4)"
    nested = Layout((2, (4, 8)), (32, (9, 4)), over=F2)
    assert parse(convert_notation(str(nested), "cute").text) == nested
    for to in ("cute-dsl", "cute-cpp"):
        with pytest.raises(LayoutError, match="no single swizzle"):
            convert_notation("(4,4):(F1,F3)", to)
    with pytest.raises(LayoutError, match="no C\\+\\+ type"):
        to_cpp(layout)


def test_the_line_below_says_what_became_elements():
    numpy = convert_notation("shape=(4, 8) strides=(32, 4) itemsize=4", "cute")
    assert numpy.text == "(4,8):(8,1)"
    assert numpy.meaning.endswith("; in elements of 4 bytes, where the text has strides in bytes")
    assert convert_notation("shape=(4, 8) stride=(8, 1)", "cute").meaning.endswith("; in elements")


def test_fp4_padding_is_refused_for_its_holes():
    with pytest.raises(LayoutError, match="fp4 padding has holes"):
        convert_notation(str(NVMMASharedLayout(128, 8, 2, False, True)), "cute", (16, 128))


# -- large numbers -----------------------------------------------------------------------------------------------------

BIG = "1" + "0" * 399
HOSTILE = {
    "types": "Layout<Shape<" + ",".join([f"Int<{BIG}>"] * 12) + ">>",
    "many modes": "Layout<Shape<" + ",".join(["_2"] * 14_300) + ">>",
    "xla": "f32[" + ",".join([BIG] * 12) + "]",
    "einops": "rearrange('a b c d e f g h i j k l -> (a b c d e f g h i j k l)', "
    + ", ".join(f"{x}={BIG}" for x in "abcdefghijkl")
    + ")",
    "modes": "(" + ",".join(["2"] * 20_000) + "):(" + ",".join(["1"] * 20_000) + ")",
}


@pytest.mark.parametrize("case", HOSTILE)
@pytest.mark.parametrize("to", sorted(forms()))
def test_large_numbers_give_a_short_error_quickly(case, to):
    start = time.perf_counter()
    try:
        found = convert_notation(HOSTILE[case], to)
    except LayoutError as error:
        assert len(str(error)) < 2000
    else:
        assert len(found.text) <= 1_000_000
    assert time.perf_counter() - start < 3


def test_a_text_that_would_not_be_read_back_is_refused():
    with pytest.raises(LayoutError, match=r"characters, more than the 1000000"):
        convert_notation("Layout<Shape<" + ",".join(["_2"] * 5000) + ">>", "cute")


# -- names that are nearly right ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("BlokedLayout([1], [32], [4], [0])", "near are BlockedLayout"),
        ("WGMA_LAYOUT", "WGMMA_LAYOUT"),
        ("rearange('a b -> b a', a=2, b=3)", "near is rearrange"),
        ("Layot<Shape<_4>>", "near is Layout"),
        ("tensor<64x64xf32, #ttg.blocked<{}>>", "a type of MLIR"),
        ("AutoLayout()", "has yet to choose"),
        ("#ttg.bloked<{}>", "near is blocked"),
        ("BlockedLayout([1, 4], [8, 4], [4, 1])", "BlockedLayout needs the field order"),
        ("Layout<Shap<_4>>", "near is Shape"),
    ],
)
def test_an_unknown_head_names_near_ones(text, hint):
    with pytest.raises(LayoutError) as caught:
        convert_notation(text, "cute", (64, 64))
    assert hint in str(caught.value)


def test_an_unknown_form_names_near_ones():
    with pytest.raises(LayoutError, match="near is cute"):
        convert_notation("8:1", "kute")
