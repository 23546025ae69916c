"""The corpus: one text a line, with line ends, backslashes and all that is not ASCII escaped as Python escapes them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from fuzz_targets import SOURCES

CORPUS = Path(__file__).parent / "corpus"

_OTHERS = {"regressions", "open"}  # these are findings, not texts to start from


def escaped(text: str) -> str:
    return text.encode("unicode_escape").decode("ascii")


def unescaped(line: str) -> str:
    return line.encode("ascii").decode("unicode_escape")


@cache
def corpus(name: str) -> tuple[str, ...]:
    """Return the texts of one notation."""
    lines = (CORPUS / f"{name}.txt").read_text(encoding="ascii").splitlines()
    return tuple([unescaped(line) for line in lines if line])


@cache
def corpus_of(target: str) -> tuple[str, ...]:
    """Return the texts that a target is fuzzed with."""
    return tuple([text for name in SOURCES.get(target, (target,)) for text in corpus(name)])


@cache
def everything() -> tuple[str, ...]:
    """Return the texts of all notations."""
    names = sorted({path.stem for path in CORPUS.glob("*.txt")} - _OTHERS)
    return tuple([text for name in names for text in corpus(name)])


def regressions(name: str = "regressions") -> list[tuple[str, str, str]]:
    """Return what once went wrong: the target, the outcome that is right, and the text."""
    lines = (CORPUS / f"{name}.txt").read_text(encoding="ascii").splitlines()
    parts = [line.split("\t", 2) for line in lines if line and not line.startswith("#")]
    return [(target, outcome, unescaped(text)) for target, outcome, text in parts]
