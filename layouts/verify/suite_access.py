"""The ``access`` of a check in a TOML file: how a warp reads or writes at the index, and what that should cost.

``[check.access]``, or ``[[check.access]]`` for several, has the keys of ``conflicts``: instruction, lanes, bytes,
model, and elem, which is the ``unit`` of the check if that is a number of bytes.  ``degree``, ``wavefronts``, ``ideal``
and ``total`` are what it should come to, and ``fixed`` is a table of them for the formula of the fix.  Without any, an
access must be free of conflicts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..errors import LayoutError
from .access import conflicts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from .access_report import AccessReport

__all__ = ["SuiteAccess", "access_surprises", "read_accesses", "report_accesses"]

_ARGUMENTS = ("instruction", "lanes", "bytes", "elem", "model", "active")
_FIGURES = ("degree", "wavefronts", "ideal", "total")
_UNIT = re.compile(r"(\d{1,6}) bytes?")


@dataclass(frozen=True, slots=True)
class SuiteAccess:
    """The arguments of ``conflicts`` for an access of a check, and the figures that are expected, also of the fix."""

    arguments: dict[str, Any]
    figures: dict[str, int]
    fixed: dict[str, int]
    variables: dict[str, Any]


def read_accesses(name: str, tables: Any, unit: Any) -> tuple[SuiteAccess, ...]:
    """Return the accesses of a check; what is not known is refused."""
    found = []
    if not isinstance(tables, (dict, list)):
        raise LayoutError(f"{name}: an access is a table", tables)
    for table in [tables] if isinstance(tables, dict) else tables:
        if not isinstance(table, dict):
            raise LayoutError(f"{name}: an access is a table", table)
        for key in table:
            if key not in (*_ARGUMENTS, *_FIGURES, "variables", "fixed"):
                known = ", ".join((*_ARGUMENTS, "variables", *_FIGURES, "fixed"))
                raise LayoutError(f"{name}: the key {key!r} of an access is not one of {known}", key)
        arguments = {key: table[key] for key in _ARGUMENTS if key in table}
        if "elem" not in arguments:
            match = _UNIT.fullmatch(unit) if isinstance(unit, str) else None
            if match is None:
                raise LayoutError(f"{name}: an access needs elem, or a unit such as '2 bytes'", unit)
            arguments["elem"] = int(match[1])
        fixed = table.get("fixed", {})
        if not isinstance(fixed, dict) or not set(fixed) <= set(_FIGURES):
            raise LayoutError(f"{name}: fixed is a table of {', '.join(_FIGURES)}", fixed)
        figures = {key: table[key] for key in _FIGURES if key in table}
        found.append(SuiteAccess(arguments, figures, fixed, table.get("variables", {})))
    return tuple(found)


def report_accesses(
    accesses: Sequence[SuiteAccess], expression: str, arguments: Mapping[str, Any]
) -> tuple[AccessReport, ...]:
    """Return the reports of the accesses at an expression; the variables of the check bound those of the lanes."""
    reports = []
    for access in accesses:
        lanes = access.arguments.get("lanes", {})
        bounds = {key: value for key, value in arguments.get("variables", {}).items() if key in lanes}
        variables = {**bounds, **access.variables}
        reports.append(conflicts(expression, variables=variables, let=arguments.get("let", ()), **access.arguments))
    return tuple(reports)


def access_surprises(
    accesses: Sequence[SuiteAccess], reports: Sequence[AccessReport], repaired: Sequence[AccessReport] | None
) -> list[str]:
    """Return what differs from the figures that are expected, in words."""
    surprises = []
    for k, (access, report) in enumerate(zip(accesses, reports, strict=True)):
        surprises += _differences(f"{report.instruction}:", access.figures, report)
        if not access.figures and not report.holds:
            surprises.append(f"{report.instruction}: it is {report.degree}-way, {_lanes(report)}")
        if repaired is not None:
            surprises += _differences(f"{report.instruction} of the fix:", access.fixed, repaired[k])
    return surprises


def _differences(what: str, figures: Mapping[str, int], report: AccessReport) -> list[str]:
    return [
        f"{what} {name} is {getattr(report, name)}, not {value}"
        for name, value in figures.items()
        if getattr(report, name) != value
    ]


def _lanes(report: AccessReport) -> str:
    hit = report.collision
    return "" if hit is None else f"lanes {hit.lanes[0]} and {hit.lanes[1]} meet in bank {hit.bank}"
