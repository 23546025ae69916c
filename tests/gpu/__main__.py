"""Run all experiments on the first GPU and write their results: ``PYTHONPATH=. python tests/gpu``.

The file is ``tests/gpu/results/DEVICE.json``, or the one that ``--out`` names.
"""

import argparse
import json
import re
import sys
import time
from pathlib import Path

import measure
import nsight
from gpu import Gpu, NoDeviceError

from layouts import __version__


def main(words=None):
    parser = argparse.ArgumentParser(prog="python tests/gpu", description=__doc__)
    parser.add_argument("--out", type=Path, help="the file of the results")
    parser.add_argument("--family", action="append", choices=sorted(measure.EXPERIMENTS), help="only this family")
    parser.add_argument("--no-fragments", action="store_true")
    parser.add_argument("--no-wavefronts", action="store_true")
    parser.add_argument("--counters", action="store_true", help="read the counters too, with Nsight Compute (ncu)")
    parser.add_argument("--launches", action="store_true", help=argparse.SUPPRESS)  # what ncu looks at
    options = parser.parse_args(words)
    try:
        machine = Gpu()
    except NoDeviceError as error:
        print(error, file=sys.stderr)
        return 1
    if options.launches:
        nsight.launch_all(machine)
        return 0
    results = machine.describe() | {"date": time.strftime("%Y-%m-%d", time.gmtime()), "layouts": __version__}
    name = re.sub(r"[^a-z0-9]+", "-", results["device"].lower()).strip("-")
    path = options.out or Path(__file__).parent / "results" / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    for part, result in parts(machine, options):
        results[part] = result  # written part by part, so that what was measured is kept
        path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    told = [*results.get("fragments", {}).values(), *results.get("memory", {}).values()]
    told = [text for text in told if text != measure.AGREES] + measure.wrong_wavefronts(results.get("wavefronts", []))
    print(*told, f"{len(told)} differ from the tables or the model; written to {path}", sep="\n")
    return 0


def parts(machine, options):
    """Yield the name and the result of each part that is asked for."""
    if not options.no_fragments:
        yield "fragments", measure.fragments(machine, tuple(options.family or measure.EXPERIMENTS))
        if not options.family:
            yield "memory", measure.operands_in_memory(machine)
    if not options.no_wavefronts:
        yield "wavefronts", measure.wavefronts(machine)
    if options.counters:
        try:
            yield "counters", nsight.read()
        except nsight.NoCountersError as error:
            print(f"no counters: {error}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
