"""Enumeration stays in bounded memory, measured in a process of its own, and shows its progress to people alone."""

import math
import subprocess
import sys

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts import Z
from layouts.linearity import from_modes
from layouts.verify.maps import TableMap
from layouts.verify.progress import LONG, progress
from layouts.verify.resolve import _wide_enough

POINTS = """
import resource
from layouts import check
verdict = check({text!r}, i=2**13, j=2**13, size=2**28, method="enumeration", expect="any", same_as={other!r})
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 2**10
print(verdict.domain_size, verdict.injective, verdict.equal, memory)
"""


def peak(text, other=None):
    """The verdict's findings on 2**26 points, and the peak of resident memory in MiB."""
    pytest.importorskip("resource")
    done = subprocess.run(
        [sys.executable, "-c", POINTS.format(text=text, other=other)], capture_output=True, text=True, check=True
    )
    size, injective, equal, memory = done.stdout.split()
    return int(size), injective, equal, int(memory)


def test_2_to_the_26_points_take_less_than_a_gigabyte():
    size, injective, _, memory = peak("i * 8192 + (j ^ (i * i % 8192)) + 5")
    assert (size, injective) == (2**26, "True")
    assert memory < 1024


ONE = """
import resource
from layouts import check
verdict = check({text!r}, i=2**26, int_bits={bits}, expect="any")
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 2**10
print(verdict.domain_size, verdict.injective, verdict.overflow is None, memory)
"""


@pytest.mark.parametrize(
    ("text", "bits"),
    [("(i*37 ^ i*i) % 99991", 64), ("(unsigned)i*2654435761u ^ (unsigned)i*(unsigned)i", 32)],
)
def test_2_to_the_26_points_of_one_variable_take_less_than_a_gigabyte(text, bits):
    pytest.importorskip("resource")
    code = ONE.format(text=text, bits=bits)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    size, injective, plain, memory = done.stdout.split()
    assert (int(size), injective, plain) == (2**26, "False", "True")
    assert int(memory) < 1024


@pytest.mark.parametrize("line", [[5, 8, 11, 1, 4, 7, -3, 0, 3], [7], [2**63 - 1, 2**62], [0, 2**62 - 1, 2**63 - 2]])
@pytest.mark.parametrize("wide", [False, True])
def test_the_modes_along_a_line_are_those_of_its_values(line, wide):
    values = numpy.array(line, dtype=object if wide else numpy.int64)
    offset, layout = TableMap(values, len(line)).sums()
    assert [offset + layout(i) for i in range(len(line))] == line


@pytest.mark.parametrize("line", [[0, 1, 2, 3, 5], [0, 1, 3, 3], [0, 2**62, 2**62, 3], [0, 1, 0, 2]])
def test_a_line_that_is_no_sum_has_no_modes(line):
    assert TableMap(numpy.array(line), len(line)).sums() is None


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(-9, 9)), min_size=1, max_size=4), st.integers(-50, 50))
def test_every_table_of_a_sum_is_known_as_that_sum(modes, offset):
    layout = from_modes([modes], math.prod([n for n, _ in modes]), Z)
    found = TableMap(numpy.array([offset + layout(i) for i in range(layout.size)]), layout.size).sums()
    assert found is not None
    assert found[0] == offset
    assert [found[1](i) for i in range(layout.size)] == [layout(i) for i in range(layout.size)]


@given(st.lists(st.sampled_from([0, -1, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**63, -(2**40)]), min_size=1, max_size=6))
def test_a_table_grows_to_hold_its_values(values):
    table = numpy.empty(len(values), dtype=numpy.int32)
    for k, value in enumerate(values):
        part = numpy.array([value], dtype=object if value >= 2**63 else numpy.int64)
        table = _wide_enough(table, k, part)
        table[k : k + 1] = part
    assert [int(v) for v in table] == values


def test_a_comparison_of_two_tables_takes_less_than_a_gigabyte():
    size, _, equal, memory = peak("i * 8192 + (j ^ (i * i % 8192))", "(j ^ (i * i % 8192)) + 8192 * i")
    assert (size, equal) == (2**26, "True")
    assert memory < 1024


def test_a_bar_is_shown_to_a_terminal_alone(monkeypatch, capsys):
    starts = range(0, LONG, LONG // 4)
    assert progress(starts, LONG, LONG // 4) is starts  # no terminal
    assert progress(starts, 4, 1) is starts
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert list(progress(starts, LONG, LONG // 4)) == list(starts)  # with tqdm or without
    assert capsys.readouterr().out == ""
