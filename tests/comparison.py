"""One operation, one other implementation, many random cases: ours must be right, whatever the other one says."""

from collections import Counter
from dataclasses import dataclass

import operations_tiles  # noqa: F401 - they add themselves to the table
import operations_views  # noqa: F401
from operations import OPERATIONS
from strategies import DEEP, QUICK, seeded

from layouts import LayoutError


@dataclass(frozen=True)
class Refused:
    """An implementation refused, with this reason."""

    reason: str = ""


@dataclass(frozen=True)
class Killed:
    """The process of an implementation ended."""


@dataclass(frozen=True)
class Unreadable:
    """An implementation printed what is no layout."""

    text: str


CASES = 2000 if DEEP else 40 if QUICK else 200


def verdict(operation, case, answer):
    """Return "right", "other form", "wrong", "refused" or "killed"."""
    if isinstance(answer, (Refused, Killed)):
        return type(answer).__name__.lower()
    if isinstance(answer, Unreadable):
        return "wrong"
    found = operation.right(case, answer)
    return found if isinstance(found, str) else "right" if found else "wrong"


def answer_of_ours(operation, case):
    try:
        return operation.ours(*case)
    except LayoutError as error:
        assert error.witness is not None, f"{operation.name}{shown(case)}: a refusal without a witness: {error}"
        return Refused(str(error))


def shown(case):
    return "(" + ", ".join(map(str, case)) + ")"


def compare(engine, name, ask, count=CASES, share=0.4):
    """Return the tally of (ours, theirs); fail where ours is wrong, refused falsely, or differs without need."""
    operation = OPERATIONS[name]
    rng = seeded(f"{engine}: {name}")
    cases = [operation.draw(rng) for _ in range(count)]
    tally = Counter()
    for case, theirs in zip(cases, ask([(name, *case) for case in cases]), strict=True):
        ours = answer_of_ours(operation, case)
        our, their = verdict(operation, case, ours), verdict(operation, case, theirs)
        where = f"{name}{shown(case)}: ours {ours}, {engine} {theirs}"
        assert our in ("right", "refused"), where
        assert our == "right" or their != "right", where
        if our == "refused":
            assert not operation.exists(case), where
        elif their == "right":
            assert operation.agree(case, ours, theirs), where
        tally[our, their] += 1
    assert tally["right", "right"] >= share * len(cases), tally  # or nothing is compared
    print(f"COUNT {engine} {name}: {len(cases)} cases; ours, theirs: {dict(tally)}")
    return tally


def check_ours(name, cases):
    """Hold ours against the definition on every case: right at every point, or refused because there is no answer."""
    operation, tally = OPERATIONS[name], Counter()
    for case in cases:
        ours = answer_of_ours(operation, case)
        our = verdict(operation, case, ours)
        assert our in ("right", "refused"), f"{name}{shown(case)}: {ours}"
        assert our == "right" or not operation.exists(case), f"{name}{shown(case)}: {ours}"
        tally[our] += 1
    print(f"COUNT sweep {name}: {dict(tally)}")
    return tally


def check_known(engine, name, case, expected, theirs):
    """The engine still gives the answer, brute force finds it wrong, and ours is not like it."""
    operation = OPERATIONS[name]
    where = f"{name}{shown(case)}"
    assert theirs == expected, f"{engine} now answers {where} with {theirs}: look again, and renew known_wrong.json"
    assert verdict(operation, case, theirs) == "wrong", where
    ours = answer_of_ours(operation, case)
    our = verdict(operation, case, ours)
    assert our == "right" or (our == "refused" and not operation.exists(case)), f"{where}: ours {ours}"
