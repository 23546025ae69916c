"""Shared memory: a tile coloured by bank, the lanes of an access on it, and which lanes each wavefront serves."""

from __future__ import annotations

from ...errors import LayoutError
from ...verify.access import conflicts, element_bytes
from ...verify.access_report import AccessReport
from ...verify.memory import BANK_BYTES
from ..model import Axis, Cell, Figure, Grid, Label, Span
from ..palette import RAMP
from .grid import grids_of
from .parts import LIMIT, coordinate_text, named, plain_axis, values_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ...verify.banks import Phase

__all__ = ["banks_figure", "report_figure", "wavefront_grid"]


def report_figure(report: AccessReport) -> Figure:
    """Return the wavefronts of an access: in each, the lanes that every bank serves."""
    if not isinstance(report, AccessReport):
        raise LayoutError(f"draw: {named(report)} is no report of conflicts()", report)
    return Figure(
        f"{report.map}: {report.wavefronts} wavefronts, ideal {report.ideal}",
        ((wavefront_grid(report),),),
        _said(report),
        _wavefront_legend(report),
    )


def banks_figure(
    layout: Any,
    *,
    elem: int,
    lanes: Any = None,
    instruction: str = "ld.shared",
    bytes: int | None = None,
    model: Any = "nvidia",
    limit: int = LIMIT,
) -> Figure:
    """Return a tile in shared memory with the bank of each element, and where ``lanes`` are given, an access to it.

    The options are those of ``conflicts``; ``elem`` is the bytes of an element.
    """
    elem = element_bytes(elem)
    report = None
    if lanes is not None or bytes is not None:
        report = conflicts(layout, lanes, elem=elem, instruction=instruction, bytes=bytes, model=model)
    banks = 32 if report is None else report.banks
    values = values_of(layout, limit)
    strange = next((value for value in values if type(value) is not int), None)
    if strange is not None:
        raise LayoutError(f"draw: {named(layout)} gives coordinates, and no places in memory", strange)
    grids = _grids(layout, values, elem, banks, report)
    panels: list[tuple[Any, ...]] = [grids]
    legend = [Label("the number and the tone of a cell are its bank")]
    alt = (
        f"The tile {named(layout)} with the bank of each element of {elem} bytes, {banks} banks of {BANK_BYTES} bytes."
    )
    if report is not None:
        panels.append((wavefront_grid(report),))
        number = _worst(report).number
        legend.append(Label(f"read in phase {number}; L3 is lane 3", None, "hit"))
        legend += _wavefront_legend(report)
        alt += " " + _said(report)
    return Figure(f"Banks of {named(layout)}, elements of {elem} bytes", tuple(panels), alt, tuple(legend))


def _grids(layout: Any, values: list[int], elem: int, banks: int, report: AccessReport | None) -> tuple[Grid, ...]:
    """Return the tile with the bank of each element, and the lanes of an access on it."""
    taken: dict[int, str] = {}
    marks: dict[int, str] = {}
    if report is not None:
        taken, marks = _lanes_on(report)

    def bank(value: int) -> int:
        return value * elem // BANK_BYTES % banks

    def show(value: int) -> str:
        return f"{bank(value)}\n{taken[value]}" if value in taken else str(bank(value))

    def said(index: int) -> str:
        value = values[index]
        return f"{coordinate_text(index, layout.shape)} at element {value}, byte {value * elem}: bank {bank(value)}"

    return grids_of(
        values,
        layout.shape,
        lambda value: bank(value) % RAMP,
        show=show,
        marks=lambda index: marks.get(values[index], ""),
        titles=said,
        key=lambda value: f"b{bank(value)}",
    )


def _said(report: AccessReport) -> str:
    verdict = (
        "No two lanes of a phase collide." if report.holds else f"The worst phase takes {report.degree} wavefronts."
    )
    return (
        f"{report.instruction} of {report.bytes} bytes a lane: {report.wavefronts} wavefronts, ideal {report.ideal}. "
        f"{verdict}"
    )


def _worst(report: AccessReport) -> Phase:
    return max(report.phases, key=lambda phase: phase.wavefronts)


def _lanes_on(report: AccessReport) -> tuple[dict[int, str], dict[int, str]]:
    """Return the lane at the first element of each, and the marks of the elements of the worst phase."""
    texts: dict[int, list[int]] = {}
    for lane, address in enumerate(report.addresses):
        if address is not None:
            texts.setdefault(address // report.elem, []).append(lane)
    worst = _worst(report)
    crowded = {word for _, words in worst.banks if len(words) > 1 for word, _ in words}
    marks: dict[int, str] = {}
    for lane in worst.lanes:
        start = report.addresses[lane] or 0
        for byte in range(start, start + report.bytes, report.elem):
            words = range(byte // BANK_BYTES, (byte + report.elem - 1) // BANK_BYTES + 1)
            marks[byte // report.elem] = "clash" if any([word in crowded for word in words]) else "hit"
    return {element: f"L{_runs(lanes)}" for element, lanes in texts.items()}, marks


def wavefront_grid(report: AccessReport) -> Grid:
    """Return a row for each wavefront of each phase: under each bank the lanes whose word it gives."""
    rows: list[tuple[Cell, ...]] = []
    inner: list[Span] = []
    outer: list[Span] = []
    lines: list[tuple[int, int]] = []
    for phase in report.phases:
        if rows:
            lines.append((len(rows), 1))
        outer.append(Span(len(rows), phase.wavefronts, f"phase {phase.number}"))
        words = dict(phase.banks)
        for turn in range(phase.wavefronts):
            inner.append(Span(len(rows), 1, str(turn + 1)))
            rows.append(tuple([_served(words.get(bank, ()), bank, turn) for bank in range(report.banks)]))
    return Grid(
        tuple(rows),
        Axis("wavefront ↓", (tuple(inner), tuple(outer))),
        plain_axis([str(bank) for bank in range(report.banks)], "bank →"),
        tuple(lines),
        (),
        "Which lanes each wavefront serves",
        8,
    )


def _served(words: Any, bank: int, turn: int) -> Cell:
    if turn >= len(words):
        return Cell("", None, "", f"bank {bank} is idle", f"b{bank}")
    word, lanes = words[turn]
    said = f"bank {bank}, word {word}: lane{'s' * (len(lanes) > 1)} {_runs(lanes)}"
    return Cell(_runs(lanes), bank % RAMP, "clash" if len(words) > 1 else "", said, f"b{bank}")


def _wavefront_legend(report: AccessReport) -> tuple[Label, ...]:
    labels = [Label("wavefronts: the lanes that a bank serves, in the tone of the bank")]
    if report.degree > 1:
        labels.append(Label("a bank that several words are wanted of: one wavefront for each", None, "clash"))
    return tuple(labels)


def _runs(numbers: Any) -> str:
    """Return numbers as runs: ``0-3,8``."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ",".join([str(a) if a == b else f"{a}-{b}" for a, b in runs])
