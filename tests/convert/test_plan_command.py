"""``layouts plan``: its exit status, its text and its JSON."""

import json

import pytest

from layouts import BlockedLayout, NVMMADistributedLayout, convert
from layouts.cli import main

MMA = "NVMMADistributedLayout([2, 0], [1, 1], [16, 8])"
BLOCKED = "BlockedLayout([1, 4], [16, 2], [1, 1], [1, 0])"
WHERE = ["--shape", "16x8"]


def test_the_command_prints_what_python_returns(capsys):
    assert main(["plan", MMA, BLOCKED, *WHERE, "--bits", "32"]) == 0
    src, dst = NVMMADistributedLayout([2, 0], [1, 1], [16, 8]), BlockedLayout([1, 4], [16, 2], [1, 1], [1, 0])
    plan = convert.plan(src, dst, 32, shape=[16, 8])
    assert capsys.readouterr().out.strip() == str(plan)
    assert main(["plan", MMA, BLOCKED, *WHERE, "--bits", "32", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(plan.to_json()))


def test_triton_attributes_and_prints_of_linear_layouts_are_read(capsys):
    src, dst = NVMMADistributedLayout([2, 0], [1, 1], [16, 8]), BlockedLayout([1, 4], [16, 2], [1, 1], [1, 0])
    assert main(["plan", str(src), str(dst), *WHERE, "--bits", "16"]) == 0
    attributes = capsys.readouterr().out
    prints = [str(layout.to_linear_layout([16, 8])) for layout in (src, dst)]
    assert main(["plan", *prints, "--bits", "16"]) == 0
    assert capsys.readouterr().out == attributes
    assert "2 shfl" in attributes


def test_model_rule_and_target_reach_the_plan(capsys):
    base = ["plan", MMA, BLOCKED, *WHERE, "--bits", "32"]
    assert main([*base, "--rule", "published", "--model", "paper"]) == 0
    assert "instead    general" in capsys.readouterr().out
    assert main([*base, "--target", "sm80", "--rule", "vector"]) == 0
    assert "on sm80" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ([MMA, BLOCKED, "--bits", "32"], "--shape 64x64"),
        ([MMA, BLOCKED, *WHERE, "--bits", "12"], "elements of 12 bits"),
        ([MMA, BLOCKED, *WHERE, "--bits", "32", "--model", "best"], "no cost model"),
        ([MMA, BLOCKED, *WHERE, "--bits", "32", "--rule", "best"], "no alternative"),
        ([MMA, BLOCKED, *WHERE, "--bits", "32", "--target", "sm1"], "sm1"),
        (["(4,8):(8,1)", "(4,8):(8,1)", "--bits", "32"], "none of register, lane, warp, block"),
        ([MMA, BLOCKED, "--shape", "16x-8", "--bits", "32"], "16x-8"),
        ([MMA, "#ttg.blocked<{", *WHERE, "--bits", "32"], "#ttg.blocked<{"),
    ],
)
def test_bad_input_is_status_2(arguments, text, capsys):
    assert main(["plan", *arguments]) == 2
    assert text in capsys.readouterr().err
