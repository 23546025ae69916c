"""Fuzzes the readers and the command: ``python tests/fuzz --count 1000000 --seed 1``.

Every input must end as a value, or as an error of ours, within a second and 256 MiB; see ``fuzz_watch``.  Findings are
printed, made smaller, and written to ``findings.txt`` in the form of ``corpus/regressions.txt``; the sums are written
to ``tests/fuzz/report.json``.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(ROOT)]
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

from fuzz_figures import write  # noqa: E402
from fuzz_shrink import findings, key, shrunk  # noqa: E402
from fuzz_targets import TARGETS  # noqa: E402
from fuzz_texts import escaped  # noqa: E402
from fuzz_watch import MEBIBYTES, SECONDS, input_of, watched  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=20_000, help="how many inputs (20000)")
    parser.add_argument("--seconds", type=float, default=1e9, help="stop after so many")
    parser.add_argument("--seed", type=int, default=1, help="which inputs (1)")
    parser.add_argument("--start", type=int, default=0, help="the number of the first input, to go on (0)")
    parser.add_argument("--target", choices=TARGETS, help="only this one")
    parser.add_argument("--out", type=Path, default=HERE / "report.json")
    parser.add_argument("--findings", type=Path, default=Path("findings.txt"))
    parser.add_argument(
        "--figures", action="store_true", help="only write the figures of the report into docs/trust.md"
    )
    options = parser.parse_args()
    if options.figures:
        write()
        return 0
    report = Report(options)
    numbers = range(options.start, options.start + options.count)
    for record in watched(numbers, lambda number: input_of(options.seed, number, options.target), options.seconds):
        if "finding" in record:
            report.find(*record["finding"])
        else:
            report.add(record)
    print(f"{report.found['inputs']} inputs, {report.found['findings']} findings, worst {report.found['slowest']}")
    return 1 if report.found["findings"] else 0


class Report:
    """The sums of a run, written after each child."""

    def __init__(self, options) -> None:
        self.options, self.began, self.seen = options, time.monotonic(), {}
        self.found = {
            "seed": options.seed,
            "start": options.start,
            "inputs": 0,
            "findings": 0,
            "limits": {"seconds": SECONDS, "mebibytes": MEBIBYTES},
            "elapsed_seconds": 0,
            "processor_seconds": 0.0,
            "slowest": {"seconds": 0.0, "target": "", "text": ""},
            "worst_child_mebibytes": 0,
            "python": platform.python_version(),
            "system": f"{platform.system()} {platform.machine()}",
            "outcomes": {},
            "targets": {},
        }

    def find(self, number: int, target: str, kind: str, detail: str, text: str) -> None:
        """Note a finding, if it comes back; the first of its kind is made smaller."""
        again = findings(target, [text])[0]
        if not again[0]:
            print(f"once only: {number} {target} {kind} {detail} {escaped(text[:100])}", flush=True)
            return
        self.found["findings"] += 1
        name = f"{target} {key(again)}"
        self.seen[name] = self.seen.get(name, 0) + 1
        if self.seen[name] == 1:
            small = shrunk(target, text)
            print(f"{number} {target} {again[0]}: {again[1]}\n    {escaped(small[:300])}", flush=True)
            with self.options.findings.open("a", encoding="ascii") as file:
                file.write(f"{target}\t{again[0]}\t{escaped(small)}\n")

    def add(self, record: dict) -> None:
        """Add the sums of a child and write the report."""
        found = self.found
        for target, row in record["sums"].items():
            own = found["targets"].setdefault(target, {"inputs": 0, "slowest_seconds": 0.0, "outcomes": {}})
            own["inputs"] += row["inputs"]
            found["inputs"] += row["inputs"]
            found["processor_seconds"] = round(found["processor_seconds"] + row["seconds"], 1)
            for outcomes in (own["outcomes"], found["outcomes"]):
                for name, count in row["outcomes"].items():
                    outcomes[name] = outcomes.get(name, 0) + count
            seconds, text = row["slowest"]
            own["slowest_seconds"] = round(max(own["slowest_seconds"], seconds), 3)
            if seconds > found["slowest"]["seconds"]:
                found["slowest"] = {"seconds": round(seconds, 3), "target": target, "text": escaped(text)}
        found["worst_child_mebibytes"] = max(found["worst_child_mebibytes"], record["bytes"] >> 20)
        found["elapsed_seconds"] = round(time.monotonic() - self.began)
        self.options.out.write_text(json.dumps(found, indent=1, sort_keys=False) + "\n", encoding="utf-8")
        print(f"  {found['inputs']} inputs, {found['findings']} findings, {found['elapsed_seconds']} s", flush=True)


if __name__ == "__main__":
    sys.exit(main())
