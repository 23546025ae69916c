"""Docstrings of the library as reST: the lines ``Requires:``, ``Ensures:``, ... become fields, other signs plain text.

The docstrings are written for a terminal.  Between double backticks is code, ``>>>`` begins an example, and a line that
begins with a word of ``FIELDS`` begins a part of the contract.
"""

import re
from typing import Any

from sphinx.application import Sphinx

FIELDS = (
    "Requires", "Ensures", "Raises", "Cost", "Units", "Order", "CuTe", "C++", "PyCuTe", "Triton", "XLA", "Mosaic",
    "CK", "Gluon", "JAX", "PyTorch", "einops", "Source", "Sources", "Limit", "Limits", "Note",
    "Strict", "Sizes", "Complete",
)  # fmt: skip
_FIELD = re.compile(rf"({'|'.join(map(re.escape, FIELDS))}):\s+(.*)")
_ITEM = re.compile(r"\s*([*-]|\d+\.)\s+(.*)")


def plain(text: str) -> str:
    """Return a line with the signs of reST quoted, except between double backticks."""
    parts = re.split(r"(``.*?``)", text)
    return "".join([part if part.startswith("``") else re.sub(r"([\\*`|_])", r"\\\1", part) for part in parts])


def as_rest(lines: list[str]) -> list[str]:
    r"""Return a docstring as reST.

    >>> as_rest(["Return a*b.", "", "Requires: a > 0,", "and b.", "Cost: one step."])
    ['Return a\\*b.', '', ':Requires: a > 0,', '    and b.', ':Cost: one step.', '']
    """
    done: list[str] = []
    example = field = item = False
    indent = 0
    for line in [*lines, ""]:
        if not line.strip():
            example = item = False
            field = False
            done.append("")
            continue
        if line.lstrip().startswith(">>>") and not example:
            if done and done[-1]:
                done.append("")
            example, field = True, False
        if example:
            done.append(line)
            continue
        begins, listed = _FIELD.match(line), _ITEM.match(line)
        if begins:
            if done and done[-1] and not field:
                done.append("")
            done.append(f":{begins[1]}: {plain(begins[2])}")
            field, item = True, False
        elif field:
            done.append(f"    {plain(line.strip())}")
        elif listed:
            if done and done[-1] and not item:
                done.append("")
            done.append(f"{listed[1]} {plain(listed[2])}")
            item, indent = True, len(listed[1]) + 1
        else:
            done.append((" " * indent if item else "") + plain(line.strip()))
    return done


def _process(app: Sphinx, what: str, name: str, found: Any, options: Any, lines: list[str]) -> None:
    lines[:] = as_rest(lines)


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("autodoc-process-docstring", _process)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
