"""A smaller text with the same finding: parts are left out, and numbers made short, for as long as it lasts."""

from __future__ import annotations

import time

from fuzz_mutations import tokens
from fuzz_watch import watched


def findings(target: str, texts: list[str]) -> list[tuple[str, str]]:
    """Return (kind, detail) of each text, ("", "") for one with no finding; each is run in a watched child."""
    found = [("", "")] * len(texts)
    for record in watched(range(len(texts)), lambda number: (target, texts[number])):
        if "finding" in record:
            number, _, kind, detail, _ = record["finding"]
            found[number] = kind, detail
    return found


def key(finding: tuple[str, str]) -> str:
    """Return what two findings of the same fault have in common: the error and its place, or the kind."""
    kind, detail = finding
    return f"{kind} {detail.split(':')[0]} {detail.rsplit(' at ', 1)[-1]}" if kind == "crash" else kind


def shrunk(target: str, text: str, seconds: float = 20) -> str:
    """Return a text with the same finding that is as short as can be had in the time."""
    wanted, end = key(findings(target, [text])[0]), time.monotonic() + seconds
    parts, size = tokens(text), max(1, len(tokens(text)) // 2)
    while time.monotonic() < end:
        tries = [parts[:a] + parts[a + size :] for a in range(0, len(parts), size)][:64]
        if wanted == "slow":
            tries = tries[:4]
        outcomes = findings(target, ["".join(one) for one in tries])
        good = [one for one, outcome in zip(tries, outcomes, strict=True) if key(outcome) == wanted]
        if good:
            parts = min(good, key=len)
        elif size == 1:
            break
        size = max(1, min(size, len(parts)) if good else size // 2)
    return "".join(parts)
