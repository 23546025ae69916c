"""The figures of the report in words, as ``docs/trust.md`` quotes them: ``python tests/fuzz --figures``."""

from __future__ import annotations

import json
import re
from pathlib import Path

REPORT = Path(__file__).resolve().parent / "report.json"
PAGE = Path(__file__).resolve().parents[2] / "docs" / "trust.md"
_MARKED = re.compile(r"(<!-- figures -->\n).*?(<!-- end -->)", re.DOTALL)


def sentences() -> str:
    """Return what the report says, in lines of the page."""
    found = json.loads(REPORT.read_text(encoding="utf-8"))
    slow = found["slowest"]
    answers = sum([found["outcomes"].get(name, 0) for name in ("value", "status 0", "status 1", "status 3")])
    inputs, findings, memory = found["inputs"], found["findings"], found["worst_child_mebibytes"]
    return (
        f"The last run had {inputs} inputs (seed {found['seed']}) and {findings} findings; {answers} had an answer.\n"
        f"It took {found['elapsed_seconds']} seconds on one core that others used too, {found['processor_seconds']}"
        f" of the processor in the library.\nThe slowest input took {slow['seconds']} seconds (target"
        f" `{slow['target']}`), and no child grew by more than {memory} MiB.\n"
    )


def marked() -> str:
    """Return what the page says."""
    match = _MARKED.search(PAGE.read_text(encoding="utf-8"))
    return match[0].removeprefix(match[1]).removesuffix(match[2]) if match else ""


def write() -> None:
    """Write the figures into the page."""
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(_MARKED.sub(lambda match: match[1] + sentences() + match[2], text), encoding="utf-8")
