"""The wrong answers that other implementations are known to give, in known_wrong.json, smallest first.

Each is held against brute force in the tests: it is wrong, and ours is right or refused for a true reason.  Where an
implementation no longer gives it, the list is out of date, and this file, run with ``PYTHONPATH=.:tests`` and the names
of engines, writes their part anew.
"""

import json
import random
import sys
from pathlib import Path

from comparison import Killed, Refused, Unreadable

from layouts import Layout, parse

FILE = Path(__file__).with_name("known_wrong.json")
KEPT = 4
CPP = ["composition", "composition_by_mode", "left_inverse", "logical_divide", "downcast", "max_common_layout"]


def encode(value):
    if isinstance(value, Layout):
        return str(value)
    if isinstance(value, Unreadable):
        return {"unreadable": value.text}
    return list(map(encode, value)) if isinstance(value, tuple) else value


def decode(value):
    if isinstance(value, str):
        return parse(value)
    if isinstance(value, dict):
        return Unreadable(value["unreadable"])
    return tuple(map(decode, value)) if isinstance(value, list) else value


def known(engine):
    """Return (operation, case, answer) for each wrong answer of an engine."""
    found = json.loads(FILE.read_text())[engine]
    return [(name, decode(case), decode(answer)) for name, entries in found.items() for case, answer in entries]


def collect(name, ask, names, count):
    """Return the smallest wrong answers of an engine, by operation."""
    from comparison import verdict
    from operations import OPERATIONS

    found = {}
    for operation in [OPERATIONS[n] for n in names if not n.startswith("swizzled_")]:
        rng = random.Random(f"{name} {operation.name}")
        cases = [operation.draw(rng) for _ in range(count)]
        wrong = {}
        for case, answer in zip(cases, ask([(operation.name, *case) for case in cases]), strict=True):
            if not isinstance(answer, (Refused, Killed)) and verdict(operation, case, answer) == "wrong":
                wrong[json.dumps(encode(case))] = [encode(case), encode(answer)]
        smallest = sorted(wrong.items(), key=lambda item: (len(item[0]), item[0]))[:KEPT]
        if smallest:
            found[operation.name] = [entry for _, entry in smallest]
    return found


def main(names):
    """Renew the answers of the engines that are named, or of all."""
    from cute_cpp import ask_cpp, session
    from engines import ask_dsl
    from python_engines import pycute, tensor_layouts
    from supported import NAMES

    table = json.loads(FILE.read_text()) if FILE.exists() else {}
    with session() as folder:
        engines = {
            "cute_dsl": (ask_dsl, NAMES["cute_dsl"], 1000),
            "cute_cpp": (lambda cases: ask_cpp(cases, folder), CPP, 40),
            "pycute": (pycute.ask, NAMES["pycute"], 1000),
            "tensor_layouts": (tensor_layouts.ask, NAMES["tensor_layouts"], 1000),
        }
        for name in names or engines:
            table[name] = collect(name, *engines[name])
    FILE.write_text("{\n" + ",\n".join(map(section, sorted(table.items()))) + "\n}\n")


def section(item):
    """Return the part of the file of one engine, an answer on a line."""
    name, table = item
    rows = [
        f"    {json.dumps(operation)}: [\n      " + ",\n      ".join(map(json.dumps, entries)) + "\n    ]"
        for operation, entries in table.items()
    ]
    return f"  {json.dumps(name)}: {{\n" + ",\n".join(rows) + "\n  }"


if __name__ == "__main__":
    main(sys.argv[1:])
