"""``python -m benchmarks`` runs everything and writes the results; names of sections run only those and write nothing.

Sections: imports, composition, coalesce, families, tables, questions, bits, linear.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .harness import MISSING
from .report import Section, machine, summary


def _imports() -> Any:
    from .imports import run

    return run()


def _composition() -> Any:
    from .algebra import run_composition

    return run_composition()


def _coalesce() -> Any:
    from .algebra import run_coalesce

    return run_coalesce()


def _families() -> Any:
    from .families import run

    return run()


def _tables() -> Any:
    from .tables import run

    return run()


def _questions() -> Any:
    from .questions import run

    return run()


def _bits() -> Any:
    from .bits import run

    return run()


def _linear() -> Any:
    from .linear import run

    return run()


SECTIONS: dict[str, Callable[[], Any]] = {
    "imports": _imports,
    "composition": _composition,
    "coalesce": _coalesce,
    "families": _families,
    "tables": _tables,
    "questions": _questions,
    "bits": _bits,
    "linear": _linear,
}


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in SECTIONS]
    if unknown:
        print(f"benchmarks: no section {unknown[0]!r}; there are {', '.join(SECTIONS)}", file=sys.stderr)
        return 2
    about = machine()
    versions = ", ".join([f"{name} {version}" for name, version in about["packages"].items()])
    texts = [f"{about['processor']}; Python {about['python']}; {versions}"]
    print(texts[0], flush=True)
    start = time.perf_counter()
    sections: list[Section] = []
    for name in names or SECTIONS:
        found = SECTIONS[name]()
        for section in found if isinstance(found, list) else [found]:
            sections.append(section)
            texts.append(section.text())
            print(f"\n{texts[-1]}", flush=True)
    if MISSING:
        texts.append(f"missing, and so not compared: {', '.join(sorted(MISSING))}")
    texts.append(summary(sections))
    print("\n" + "\n\n".join(texts[-2 if MISSING else -1 :]))
    print(f"\n{time.perf_counter() - start:.0f} seconds")
    if not names:
        here = Path(__file__).parent
        data = {"machine": about, "missing": sorted(MISSING), "sections": [s.as_json() for s in sections]}
        (here / "results.json").write_text(json.dumps(data, indent=1) + "\n")
        (here / "results.txt").write_text("\n\n".join(texts) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
