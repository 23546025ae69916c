"""Change one operator or constant of each kernel: what alters the function is found, and nothing else is reported."""

import tomllib
from pathlib import Path

import numpy as np
import pytest

from layouts import EvaluationError, LayoutError, check
from layouts.verify.domain import Domain, read_variable
from layouts.verify.evaluate import evaluate
from layouts.verify.expression import parse_expression
from layouts.verify.reading import substituted
from layouts.verify.shuffles import rebuilt
from layouts.verify.syntax import Binary, Literal

KERNELS = tomllib.loads((Path(__file__).parents[2] / "docs" / "examples" / "kernels.toml").read_text(encoding="utf-8"))
SWAPS = {"+": "-^", "-": "+", "*": "+", "/": "%", "%": "/", "^": "+|", "<<": [">>"], ">>": ["<<"], "&": "|", "<": [">"]}


def mutants(tree):
    """Every tree that differs from ``tree`` in one operator or in one constant by one."""
    for place, node in enumerate(tree.postorder()):
        changed = []
        if isinstance(node, Binary):
            changed = [Binary(operator, node.left, node.right) for operator in SWAPS.get(node.operator, ())]
        elif isinstance(node, Literal):
            changed = [Literal(value) for value in {node.value + 1, max(node.value - 1, 0)} - {node.value}]
        for new in changed:
            count = iter(range(10**6))
            yield rebuilt(tree, lambda part, new=new, count=count, place=place: new if next_at(count, place) else None)


def next_at(count, place):
    return next(count) == place


def truth(tree, domain):
    """The values by the evaluator alone, None without one; overflow counts as a change of the function."""
    try:
        result = evaluate(tree, domain.arrays(0, domain.size))
    except EvaluationError:
        return None
    return None if result.overflow is not None else np.asarray(result.values).tolist()


@pytest.mark.parametrize("case", KERNELS["check"], ids=lambda case: case["id"])
def test_every_mutation_that_alters_the_function_is_detected_and_no_other(case):
    variables = case["variables"]
    domain = Domain([read_variable(name, spec) for name, spec in variables.items()])
    tree = parse_expression(case["expression"])
    for name, text in reversed(case.get("let", {}).items()):  # written out, so that they are mutated as well
        tree = substituted(tree, {name: parse_expression(text)})
    original = truth(tree, domain)
    if original is None:  # the overflow itself is the bug
        variables, domain = {"row": 4}, Domain([read_variable("row", 4)])
        original = truth(tree, domain)
    altered = same = 0
    for mutant in mutants(tree):
        values = truth(mutant, domain)
        try:
            verdict = check(str(mutant), variables, same_as=str(tree), expect="any")
            detected = verdict.equal is False or verdict.overflow is not None
        except EvaluationError:
            detected = True
        except LayoutError as error:
            raise AssertionError(f"{mutant}: {error}") from error
        assert detected == (values != original), str(mutant)
        if verdict_differs := (values is not None and detected and verdict.difference is not None):
            index = next(k for k, (a, b) in enumerate(zip(values, original, strict=True)) if a != b)
            gap = verdict.difference
            assert (gap["at"], gap["value"], gap["expected"]) == (domain.point(index), values[index], original[index])
        altered += detected
        same += not detected
        assert verdict_differs in (True, False)
    assert altered >= 1
