"""Any text ends as a value or as an error of ours, in a second and 256 MiB, and asks the system for nothing else."""

import json
import re

import pytest
from fuzz_figures import marked, sentences
from fuzz_grammar import RULES, SAME, grown
from fuzz_mutations import mutated
from fuzz_shrink import findings, shrunk
from fuzz_targets import TARGETS
from fuzz_texts import CORPUS, corpus, corpus_of, escaped, everything, regressions, unescaped
from fuzz_watch import MEBIBYTES, SECONDS, input_of, watched
from strategies import DEEP

SAMPLE = 200_000 if DEEP else 2_500

# What is known and not yet right: findings that wait for their repair, in the form of the regressions.
OPEN = {(target, text) for target, _, text in regressions("open")}


def found_in(inputs) -> tuple[list, dict]:
    """Return the findings that come back when they are run again, and the count of each outcome."""
    found, outcomes = [], {}
    for record in watched(range(len(inputs)), inputs.__getitem__):
        if "finding" in record:
            found.append(record["finding"])
        else:
            for row in record["sums"].values():
                for name, count in row["outcomes"].items():
                    outcomes[name] = outcomes.get(name, 0) + count
    return [one for one in found if findings(one[1], [one[4]])[0][0]], outcomes


def test_a_sample_of_inputs_has_no_finding():
    """The same inputs as those of ``python tests/fuzz --seed 2026``."""
    found, outcomes = found_in([input_of(2026, number) for number in range(SAMPLE)])
    assert [one for one in found if (one[1], one[4]) not in OPEN] == []
    assert sum(outcomes.values()) == SAMPLE
    assert outcomes["value"] > SAMPLE / 20  # the inputs get beyond the readers
    assert outcomes["ParseError"] > SAMPLE / 10


def test_the_corpus_has_no_finding_and_is_mostly_read():
    inputs = [(target, text) for target in TARGETS for text in corpus_of(target)]
    found, outcomes = found_in(inputs)
    assert found == []
    refused = sum([outcomes.get(name, 0) for name in ("ParseError", "LayoutError", "ProfileError", "NotLinearError")])
    assert refused < len(inputs) / 2  # of what is read, convert cannot say all in each notation


def test_what_once_went_wrong_is_right():
    """``value``, ``refused`` or ``status N``, as the line of the corpus says."""
    cases = regressions()
    found, _ = found_in([(target, text) for target, _, text in cases])
    assert found == []
    for target, outcome, text in cases:
        assert target in TARGETS
        assert re.fullmatch(r"value|refused|any|status [0-3]", outcome), (target, outcome)
        if outcome != "any":
            _, outcomes = found_in([(target, text)])
            names = {"refused" if name.endswith("Error") else name for name in outcomes}
            assert names == {outcome}, (target, text)


@pytest.mark.parametrize("case", range(len(OPEN)))
def test_what_waits_for_its_repair(case):
    """A line that passes here belongs into ``regressions.txt``; some take their time."""
    if not DEEP:
        pytest.skip("with HYPOTHESIS_PROFILE=deep")
    target, text = sorted(OPEN)[case]
    if findings(target, [text])[0][0]:
        pytest.xfail("known, and not yet right")


def test_an_input_is_made_again_from_its_seed_and_number():
    first = [input_of(3, number) for number in range(50)]
    assert first == [input_of(3, number) for number in range(50)]
    assert len(set(first)) > 45
    assert {target for target, _ in [input_of(4, number) for number in range(4000)]} == set(TARGETS)
    assert input_of(3, 1, "xla")[0] == "xla"


def test_every_target_has_texts_and_a_grammar():
    import random

    for target in TARGETS:
        assert corpus_of(target)
        assert SAME.get(target, target) in RULES
        assert grown(target, random.Random(1)) or target == "einops"
    assert len(everything()) > 400
    for path in CORPUS.glob("*.txt"):
        if path.stem not in ("regressions", "open"):
            assert all([unescaped(escaped(text)) == text for text in corpus(path.stem)])
    odd = "a\\n\n\t\ud800\u2028\0"
    assert unescaped(escaped(odd)) == odd
    assert "\n" not in escaped(odd)
    assert mutated("(4,8):(8,1)", random.Random(5), ["8:1"]) != "(4,8):(8,1)"


# -- the watch itself: what it is there to find, it finds --------------------------------------------------------------


def _raises(text):
    raise ZeroDivisionError("planted")


def _stays(text):
    while True:
        pass


def _swallows(text):
    return "value" if len(bytearray((MEBIBYTES + 100) << 20)) else ""


def _dies(text):
    import os

    os.abort()


def _reads(text):
    with open("/etc/hostname", encoding="utf-8"):
        return "value"


def _evaluates(text):
    return "value" if eval(text) else ""


def _connects(text):
    import socket

    socket.socket()
    return "value"


@pytest.mark.parametrize(
    ("planted", "text", "kind", "words"),
    [
        (_raises, "x", "crash", "ZeroDivisionError: planted"),
        (_stays, "x", "slow", "stopped"),
        (_swallows, "x", "crash", "MemoryError"),
        (_dies, "x", "died", "-6"),
        (_reads, "x", "crash", "open of /etc/hostname, which the input does not name"),
        (_evaluates, "1 + 1", "crash", "evaluates text: <string>"),
        (_connects, "x", "crash", "asks for socket.__new__"),
    ],
)
def test_the_watch_finds_what_is_planted(planted, text, kind, words, monkeypatch):
    monkeypatch.setitem(TARGETS, "cute", planted)
    seen, detail = findings("cute", [text])[0]
    assert seen == kind
    assert words in detail or kind == "slow"


def test_a_child_that_dies_takes_no_other_input_with_it(monkeypatch):
    read = TARGETS["cute"]
    monkeypatch.setitem(TARGETS, "cute", lambda text: _dies(text) if text == "die" else read(text))
    found, outcomes = found_in([("cute", "8:1"), ("cute", "die"), ("cute", "4:1")])
    assert [one[2] for one in found] == ["died"]
    assert outcomes == {"value": 1}  # the sums of a child go with it; the input behind is run by the next


def test_a_finding_is_made_smaller(monkeypatch):
    monkeypatch.setitem(TARGETS, "cute", lambda text: _raises(text) if "bad" in text and "(" in text else "value")
    assert shrunk("cute", "(4,8):(8,1) and then bad (4,4)", 10) in ("(bad", "bad(")


def test_the_report_is_of_these_limits_and_adds_up():
    report = json.loads((CORPUS.parent / "report.json").read_text(encoding="utf-8"))
    assert report["limits"] == {"seconds": SECONDS, "mebibytes": MEBIBYTES}
    assert report["inputs"] == sum([row["inputs"] for row in report["targets"].values()])
    assert report["inputs"] == sum(report["outcomes"].values())
    assert set(report["targets"]) == set(TARGETS)
    assert marked() == sentences()  # python tests/fuzz --figures
