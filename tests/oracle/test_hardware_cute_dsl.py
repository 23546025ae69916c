"""The hardware tables against the atoms that the CuTe DSL makes: thread-value layouts of mma.sync and wgmma."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from layouts import equal, hardware, parse

pytestmark = pytest.mark.skipif(importlib.util.find_spec("cutlass") is None, reason="needs nvidia-cutlass-dsl")

DRIVER = Path(__file__).with_name("cute_dsl_atoms_driver.py")


def ask(cases, arch):
    done = subprocess.run(
        [sys.executable, str(DRIVER)],
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, "CUTE_DSL_ARCH": arch},
    )
    answers = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert len(answers) == len(cases), done.stderr[-2000:]
    assert not any("refused" in answer for answer in answers), answers
    return answers


def agree(entry, roles, answer):
    for role, ours in zip("ABC", roles, strict=True):
        mine, theirs = entry[ours].cute, parse(answer[role])
        assert equal(mine, theirs), (entry.name, role, str(mine), answer[role])
        assert [mode.size for mode in mine] == [mode.size for mode in theirs]
    assert equal(entry[roles[2]].thr_id, parse(answer["threads"]))


def test_warp_level_atoms_are_those_of_the_dsl():
    cases = [
        *[["f16", a, d, [16, 8, k]] for a, d in (("f16", "f16"), ("f16", "f32"), ("bf16", "f32")) for k in (8, 16)],
        *[["tf32", [16, 8, k]] for k in (4, 8)],
        *[["fp8", a, d, [16, 8, k]] for a in ("e4m3", "e5m2") for d in ("f16", "f32") for k in (16, 32)],
    ]
    for case, answer in zip(cases, ask(cases, "sm_90a"), strict=True):
        a, d, shape = ("tf32", "f32", case[1]) if case[0] == "tf32" else case[1:]
        name = f"mma.sync.aligned.m{shape[0]}n{shape[1]}k{shape[2]}.row.col.{d}.{a}.{a}.{d}"
        agree(hardware.get(name), "ABC", answer)


def test_block_scaled_atoms_are_those_of_the_dsl():
    kinds = {"nvf4": "kind::mxf4nvf4.block_scale.scale_vec::4X", "mxf4": "kind::mxf4.block_scale.scale_vec::2X"}
    scales = {"nvf4": "ue4m3", "mxf4": "ue8m0"}
    for kind, answer in zip(kinds, ask([[kind] for kind in kinds], "sm_120a"), strict=True):
        name = f"mma.sync.aligned.m16n8k64.row.col.{kinds[kind]}.f32.e2m1.e2m1.f32.{scales[kind]}"
        agree(hardware.get(name), "ABC", answer)


def test_warpgroup_atoms_are_those_of_the_dsl():
    cases = [
        ["wgmma", a, d, [64, n, k], source]
        for a, d, k in (("f16", "f16", 16), ("f16", "f32", 16), ("bf16", "f32", 16), ("e4m3", "f32", 32))
        for n in (8, 24, 64, 200, 256)
        for source in ("RMEM", "SMEM")
    ]
    for case, answer in zip(cases, ask(cases, "sm_90a"), strict=True):
        _, a, d, (_, n, k), source = case
        entry = hardware.get(f"wgmma.mma_async.sync.aligned.m64n{n}k{k}.{d}.{a}.{a}")
        agree(entry, ("A" if source == "RMEM" else "A.shared", "B.shared", "C"), answer)
