"""CuTe DSL on tiled MMAs and copies: the thread-value layouts, and which elements each thread holds.

Each layout is compared as a function, and each partition of an identity tensor element by element, in order.  The DSL
runs in a subprocess, because misuse ends it.
"""

import ast
import importlib.util
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from strategies import DEEP, seeded

from layouts import (
    Layout,
    LayoutError,
    copy_atom,
    equal,
    make_identity_tensor,
    make_tiled_copy,
    make_tiled_mma,
    mma_atom,
    parse,
    universal_copy,
)
from layouts.tensor.value import Tensor
from layouts.tiled import copy as copies

pytestmark = pytest.mark.skipif(importlib.util.find_spec("cutlass") is None, reason="needs nvidia-cutlass-dsl")

DRIVER = Path(__file__).with_name("cute_dsl_tiled_driver.py")
SM80 = "SM80_16x8x16_F32F16F16F32_TN"
SM80_8 = "SM80_16x8x8_F32F16F16F32_TN"
LDMATRIX = {(1, False): "SM75_U32x1_LDSM_N", (2, False): "SM75_U32x2_LDSM_N", (4, False): "SM75_U32x4_LDSM_N"}
LDMATRIX[4, True] = "SM75_U16x8_LDSM_T"


# -- asking the DSL ----------------------------------------------------------------------------------------------------


def send(value):
    if isinstance(value, Layout):
        return [send(value.shape), send(value.stride)]
    return list(map(send, value)) if isinstance(value, tuple) else value


def ask(cases):
    """Return the table of texts for each case; the process must answer them all."""
    done = subprocess.run(
        [sys.executable, str(DRIVER)],
        input=json.dumps([send(case) for case in cases]),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    answers = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert len(answers) == len(cases), done.stderr[-2000:]
    return answers


def read(text):
    """Return the values of a layout or of a tensor of coordinates as the DSL prints it, and its shape."""
    if not text.startswith("tensor<"):
        layout = parse(text)
        return [layout(i) for i in range(layout.size)], layout.shape
    offset, _, layout = text.removeprefix("tensor<").removesuffix(">").partition(" o ")
    tensor = Tensor(None, parse(layout), ast.literal_eval(offset))
    return tensor.values(), tensor.shape


def mode_sizes(shape):
    return [Layout(mode).size for mode in (shape if isinstance(shape, tuple) else (shape,))]


def agree(case, name, ours, text):
    values, shape = read(text)
    mine = ours.values() if isinstance(ours, Tensor) else [ours(i) for i in range(ours.size)]
    assert mine == values, (case, name, str(ours), text)
    assert mode_sizes(ours.shape) == mode_sizes(shape), (case, name, str(ours), text)


# -- tiled MMAs --------------------------------------------------------------------------------------------------------

ONE = Layout((1, 1, 1))


def mma_cases():
    fixed = [
        (SM80, ONE, (None, None, None), 5, (64, 64, 64)),
        (SM80, Layout((2, 2, 1)), (None, None, None), 37, (64, 64, 64)),
        (SM80, Layout((2, 2, 1)), (32, 32, 16), 127, (64, 64, 64)),
        (SM80, Layout((2, 2, 1), (2, 1, 1)), (32, 32, 32), 99, (64, 64, 64)),
        (SM80, Layout((2, 1, 2)), (None, None, None), 70, (64, 64, 64)),
        (SM80, Layout((4, 1, 1)), (Layout((4, 8, 4), (1, 16, 4)), None, None), 70, (128, 32, 64)),
        (SM80_8, Layout((1, 4, 1)), (None, Layout((2, 4, 4), (1, 8, 2)), None), 100, (64, 64, 64)),
        (SM80_8, Layout((2, 2, 1)), (None, None, Layout((4, 2, 2), (1, 8, 4))), 64, (64, 64, 64)),
        ("UniversalFMA", Layout((16, 8, 1)), (None, None, None), 100, (64, 64, 8)),
        ("UniversalFMA", Layout((16, 16, 1), (16, 1, 0)), (None, None, None), 200, (64, 64, 8)),
        (
            "UniversalFMA",
            Layout((16, 16, 1)),
            (Layout((16, 4), (4, 1)), Layout((16, 4), (4, 1)), None),
            77,
            (64, 64, 8),
        ),
    ]
    rng = seeded("mma cases")
    for _ in range(60 if DEEP else 12):
        atom = rng.choice((SM80, SM80_8, "UniversalFMA"))
        counts = [rng.choice((1, 1, 2, 4)) for _ in range(3)]
        if atom != "UniversalFMA" and counts[0] * counts[1] * counts[2] > 8:
            counts[2] = 1
        strides, running = [0, 0, 0], 1
        for k in rng.sample(range(3), 3):
            strides[k] = running
            running *= counts[k]
        core = [extent * count for extent, count in zip(mma_atom(atom).shape_mnk, counts, strict=True)]
        perms = tuple([rng.choice((None, c, c * 2, Layout((c, 2), (2, 1)), Layout((c, 2)))) for c in core])
        threads = mma_atom(atom).thr_id.size * counts[0] * counts[1] * counts[2]
        extents = tuple([c * rng.choice((2, 4)) for c in core])
        fixed.append((atom, Layout(tuple(counts), tuple(strides)), perms, rng.randrange(threads), extents))
    return fixed


def test_tiled_mmas_hold_what_the_dsl_says():
    cases = mma_cases()
    answers = ask([("mma", *case) for case in cases])
    compared = 0
    for case, answer in zip(cases, answers, strict=True):
        atom, atoms, perms, thread, (m, n, k) = case
        assert "refused" not in answer, (case, answer)
        mma = make_tiled_mma(mma_atom(atom), atoms, perms)
        assert equal(mma.thr_layout_vmnk, parse(answer["vmnk"])), case
        assert mma.size == int(answer["size"])
        mine = mma.get_slice(thread)
        for operand, shape in (("A", (m, k)), ("B", (n, k)), ("C", (m, n))):
            tv = getattr(mma, f"get_layout{operand}_TV")()
            if operand == "C" and mma.thr_layout_vmnk[3].size > 1:
                check_by_partitions(mma, tv)  # the DSL's answer leaves the tile, see below
            else:
                agree(case, operand, tv, answer[f"tv_{operand}"])
            part = getattr(mine, f"partition_{operand}")(make_identity_tensor(shape))
            agree(case, operand, part, answer[f"partition_{operand}"])
            ours = getattr(mma, f"partition_shape_{operand}")(shape)
            assert mode_sizes(ours) == mode_sizes(ast.literal_eval(answer[f"shape_{operand}"])), case
            compared += 1
        assert all(mma.coverage().values())
    assert compared >= 60


def check_by_partitions(mma, tv):
    """Compare (thread, value) -> element of C with the partition of every thread."""
    m, n = mma.tile_shape("C")
    for thread in range(mma.size):
        held = mma.get_slice(thread).partition_C(make_identity_tensor((m, n))).values()
        assert [i + m * j for i, j in held] == [tv(thread, v) for v in range(tv[1].size)]


def test_the_dsl_counts_threads_along_k_beyond_the_tile_of_c():
    case = "UniversalFMA", Layout((1, 4, 2), (4, 1, 4)), (2, 4, 2), 4, (2, 4, 2)
    [answer] = ask([("mma", *case)])
    mma = make_tiled_mma(mma_atom(case[0]), *case[1:3])
    theirs = parse(answer["tv_C"])
    assert max(theirs(i) for i in range(theirs.size)) >= 8  # the tile has 8 elements
    assert "tensor<(0,0) o" in answer["partition_C"]  # its own partition starts thread 4 at the first element
    assert mma.get_layoutC_TV()(4, 0) == 0


# -- tiled copies ------------------------------------------------------------------------------------------------------


def copy_cases():
    fixed = [
        (64, Layout((4, 8), (8, 1)), Layout((1, 4), (0, 1)), 9, (16, 64)),
        (16, Layout((4, 8), (8, 1)), Layout((2, 4), (4, 1)), 31, (16, 64)),
        (128, Layout((32, 8)), Layout((8, 1)), 200, (512, 16)),
        (32, Layout((4, 8)), Layout((2, 2), (2, 1)), 11, (16, 64)),
        (32, Layout(((2, 2), 8), ((1, 16), 2)), Layout((2, (2, 2)), (1, (4, 2))), 11, (16, 64)),
    ]
    rng = seeded("copy cases")
    for _ in range(60 if DEEP else 12):
        t, v = [[rng.choice((1, 2, 4, 8)), rng.choice((1, 2, 4, 8))] for _ in range(2)]
        order = [rng.choice((True, False)) for _ in range(2)]
        thr, val = [Layout(tuple(s), (1, s[0]) if up else (s[1], 1)) for s, up in zip((t, v), order, strict=True)]
        vector = rng.choice([n for n in (1, 2, 4, 8) if (v[0] * v[1]) % n == 0])
        tile = t[0] * v[0], t[1] * v[1]
        shape = tuple([n * rng.choice((1, 2, 3)) for n in tile])
        fixed.append((16 * vector, thr, val, rng.randrange(thr.size), shape))
    return fixed


def compare_copy(case, ours, thread, shape, answer):
    assert "refused" not in answer, (case, answer)
    agree(case, "tv", ours.tv, answer["tv"])
    agree(case, "tv_S", ours.get_layoutS_TV(), answer["tv_S"])
    agree(case, "tv_D", ours.get_layoutD_TV(), answer["tv_D"])
    mine, tensor = ours.get_slice(thread), make_identity_tensor(shape)
    agree(case, "partition_S", mine.partition_S(tensor), answer["partition_S"])
    agree(case, "partition_D", mine.partition_D(tensor), answer["partition_D"])


def test_tiled_copies_move_what_the_dsl_says():
    cases = copy_cases()
    for case, answer in zip(cases, ask([("copy", *case) for case in cases]), strict=True):
        bits, threads, values, thread, shape = case
        ours = make_tiled_copy(universal_copy(bits // 16), threads, values)
        compare_copy(case, ours, thread, shape, answer)
        assert all(ours.coverage().values())


def test_ldmatrix_copies_and_retile_are_those_of_the_dsl():
    mmas = [
        (SM80, ONE, (None, None, None)),
        (SM80, Layout((2, 2, 1)), (32, 32, 16)),
        (SM80_8, Layout((2, 2, 1)), (32, 32, 16)),
    ]
    rng = random.Random(3)
    cases = [
        (count, transpose, operand, *mma, rng.randrange(32 * mma[1].size), (128, 64))
        for mma in mmas
        for operand in "AB"
        for count, transpose in LDMATRIX
    ]
    answered = refused = 0
    for case, answer in zip(cases, ask([("ldmatrix", *case) for case in cases]), strict=True):
        count, transpose, operand, atom, atoms, perms, thread, shape = case
        mma = make_tiled_mma(mma_atom(atom), atoms, perms)
        try:
            ours = getattr(copies, f"make_tiled_copy_{operand}")(copy_atom(LDMATRIX[count, transpose], 16), mma)
        except LayoutError:
            # the DSL doubles the last value where an atom takes more values than a thread has; C++ refuses
            values, _ = read(answer["tv"])
            threads = 32 * atoms.size
            assert (len(values) // threads) % (2 * count), (case, answer)
            refused += 1
            continue
        compare_copy(case, ours, thread, shape, answer)
        part = getattr(mma.get_slice(thread), f"partition_{operand}")(make_identity_tensor(shape))
        agree(case, "retile", ours.get_slice(thread).retile_D(part), answer["retile"])
        answered += 1
    assert answered >= 16
    assert refused >= 2
