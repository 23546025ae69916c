"""Enumeration stays in bounded memory, measured in a process of its own, and shows its progress to people alone."""

import subprocess
import sys

import pytest

from layouts.verify.progress import LONG, progress

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
