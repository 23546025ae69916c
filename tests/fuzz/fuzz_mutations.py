"""Texts that are nearly right: a text of the corpus, changed in a few places."""

from __future__ import annotations

import re

LONGEST = 20_000
"""Longer texts are cut: what grows with the length has its own test, of the worst cases."""

_TOKEN = re.compile(r"\s+|[A-Za-z_][A-Za-z0-9_]*|[0-9]+|.", re.DOTALL)
_NUMBER = re.compile(r"[0-9]+")

NUMBERS = (
    *(
        "0",
        "1",
        "2",
        "3",
        "7",
        "8",
        "16",
        "31",
        "32",
        "33",
        "63",
        "64",
        "65",
        "127",
        "128",
        "255",
        "256",
        "1024",
        "4096",
    ),
    *("-1", "-2", "-8", "65536", "1000003", "2147483647", "2147483648", "4294967295", "4294967296"),
    *(str(2**63 - 1), str(2**63), str(2**64), str(-(2**63)), str(10**20), str(3**60), str(10**100), "9" * 400),
    *("9" * 5000, "1" + "0" * 1200, "0x10", "0xffffffff", "0b11", "007", "1_000", "1'000", "1e9", "1.5", "2**20"),
    *(
        "2**4096",
        "0x" + "f" * 300,
        "\u0663",
        "\u00b2",
        "\uff11\uff12",
        "\u0be7",
        "1u",
        "1ull",
        "+4",
        "--4",
        "1/2",
        "nan",
    ),
)
SIGNS = "()[]{}<>,:;=+-*/%&|^~!?.@#_'\"\\$ \t\n"
ODD = (
    "\0",
    "\x1b",
    "\r",
    "\x0b",
    "\x85",
    "\u2028",
    "\u200b",
    "\ufeff",
    "\ud800",
    "\U0001f600",
    "\u00e9",
    "\x7f",
    "\u0130",
)
PAIRS = ("()", "[]", "{}", "<>", "(,)", "(;)")
WORDS = (
    *(
        "o",
        "_",
        "None",
        "True",
        "True",
        "F1",
        "F0",
        "1@0",
        "Sw<3,3,3>",
        "S<1,0,1>",
        "min",
        "max",
        "sizeof",
        "lambda",
        "if",
    ),
    *(
        "for",
        "not",
        "and",
        "int",
        "unsigned",
        "(long long)",
        "__import__",
        "eval",
        "order",
        "#ttg",
        "where",
        "layouts: check",
    ),
    *("i", "j", "lane", "--json", "--limit", "-v", "->", "...", "<<", ">>", "//", "/*", "*/", '"""', "'''", "\\\n"),
)


def tokens(text: str) -> list[str]:
    return _TOKEN.findall(text)


def mutated(text: str, rng, others) -> str:
    """Return the text with one to a few changes; ``others`` are texts to splice with."""
    for _ in range(1 + min(rng.getrandbits(3), rng.getrandbits(3))):
        text = rng.choice(_CHANGES)(text, rng, others)
    return text[:LONGEST]


def _cut(rng, count: int) -> tuple[int, int]:
    """Return a span of tokens, mostly short."""
    start = rng.randrange(count + 1)
    return start, min(count, start + (1 << rng.randrange(5)) - rng.randrange(2))


def _number(text, rng, others):
    found = list(_NUMBER.finditer(text))
    if not found:
        return text + rng.choice(NUMBERS)
    one = rng.choice(found)
    if rng.random() < 0.3:
        near = str(max(0, int(one[0][:30]) + rng.choice((-1, 1, 2))))
        return text[: one.start()] + near + text[one.end() :]
    return text[: one.start()] + rng.choice(NUMBERS) + text[one.end() :]


def _delete(text, rng, others):
    parts = tokens(text)
    a, b = _cut(rng, len(parts))
    return "".join(parts[:a] + parts[b:])


def _duplicate(text, rng, others):
    parts = tokens(text)
    a, b = _cut(rng, len(parts))
    return "".join(parts[:b] + parts[a:])


def _swap(text, rng, others):
    parts = tokens(text)
    if len(parts) < 2:
        return text + text
    a, b = rng.randrange(len(parts)), rng.randrange(len(parts))
    parts[a], parts[b] = parts[b], parts[a]
    return "".join(parts)


def _splice(text, rng, others):
    ours, theirs = tokens(text), tokens(rng.choice(others))
    a, b = rng.randrange(len(ours) + 1), rng.randrange(len(theirs) + 1)
    return "".join(ours[:a] + theirs[b:])


def _insert_part(text, rng, others):
    ours, theirs = tokens(text), tokens(rng.choice(others))
    a, b = _cut(rng, len(theirs))
    at = rng.randrange(len(ours) + 1)
    return "".join(ours[:at] + theirs[a:b] + ours[at:])


def _insert(text, rng, others):
    at = rng.randrange(len(text) + 1)
    piece = rng.choice((rng.choice(SIGNS), rng.choice(WORDS), rng.choice(NUMBERS), rng.choice(ODD)))
    return text[:at] + piece + text[at:]


def _replace(text, rng, others):
    parts = tokens(text)
    if not parts:
        return rng.choice(WORDS)
    parts[rng.randrange(len(parts))] = rng.choice((rng.choice(SIGNS), rng.choice(WORDS), rng.choice(NUMBERS)))
    return "".join(parts)


def _nest(text, rng, others):
    parts = tokens(text)
    a, b = _cut(rng, len(parts))
    pair = rng.choice(PAIRS)
    times = rng.choice((1, 1, 2, 3, 20, 99, 101, 300, 2000))
    return "".join([*parts[:a], pair[0] * times, *parts[a:b], pair[1:] * times, *parts[b:]])


def _repeat(text, rng, others):
    parts = tokens(text)
    a, b = _cut(rng, len(parts))
    return "".join(parts[:a] + parts[a:b] * rng.choice((2, 3, 10, 40, 200, 1000)) + parts[b:])


def _truncate(text, rng, others):
    at = rng.randrange(len(text) + 1)
    return text[:at] if rng.random() < 0.7 else text[at:]


def _flip(text, rng, others):
    if not text:
        return rng.choice(ODD)
    at = rng.randrange(len(text))
    return text[:at] + chr(ord(text[at]) ^ (1 << rng.randrange(7))) + text[at + 1 :]


_CHANGES = (
    *(_number,) * 4,
    *(_delete, _duplicate, _swap, _splice, _insert_part, _insert, _replace) * 2,
    *(_nest, _repeat, _truncate, _flip),
)
