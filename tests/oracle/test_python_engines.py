"""pycute and tensor-layouts as oracles: where they are right we agree, where they are not brute force says so."""

import pytest
from comparison import check_known, compare
from engines import installed
from known_wrong import known
from python_engines import pycute, tensor_layouts
from supported import NAMES

ENGINES = {"pycute": (pycute, "LayoutBase"), "tensor_layouts": (tensor_layouts, "Layout")}

# How many of its answers are right, at least, where that is rare.
RARELY_RIGHT = {
    ("pycute", "idx2crd"): 0.3,
    ("tensor_layouts", "idx2crd"): 0.3,
    ("tensor_layouts", "blocked_product"): 0.1,
}


def engine_of(name):
    engine, attribute = ENGINES[name]
    if not installed(name, attribute):
        pytest.skip(f"{name} is not installed")
    return engine


@pytest.mark.parametrize(("engine", "name"), [(engine, name) for engine in ENGINES for name in NAMES[engine]])
def test_ours_is_right_where_they_are_and_where_they_are_not(engine, name):
    compare(engine, name, engine_of(engine).ask, share=RARELY_RIGHT.get((engine, name), 0.4))


@pytest.mark.parametrize("engine", ENGINES)
def test_known_wrong_answers(engine):
    entries = known(engine)
    answers = engine_of(engine).ask([(name, *case) for name, case, _ in entries])
    for (name, case, expected), theirs in zip(entries, answers, strict=True):
        check_known(engine, name, case, expected, theirs)
