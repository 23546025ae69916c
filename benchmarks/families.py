"""Complement, inverses, divide and product against pycute and tensor-layouts, on layouts that kernels use.

A peer is timed on a case only where its answer is the same function as ours; where it is not, the note says so.  Left
inverses are compared on the values that the layout takes, since what they say at its holes is free.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from layouts import (
    Layout,
    LayoutError,
    complement,
    equal,
    left_inverse,
    logical_divide,
    logical_product,
    right_inverse,
)

from .algebra import ROUNDS, add_means, contest
from .cases import LAYOUTS, PAIRS
from .report import Section

REPEAT = ((2, 4), (4, 1))  # the copies of a product: 2 rows of 4


def run() -> list[Section]:
    single = {name: (layout,) for name, layout in LAYOUTS.items()}
    in_twice = {name: (layout, 2 * Layout(*layout).cosize) for name, layout in LAYOUTS.items()}
    by_tile = {name: (LAYOUTS[a], b) for name, a, b in PAIRS}
    copies = {name: (layout, REPEAT) for name, layout in LAYOUTS.items()}
    return [
        _section(complement, in_twice, 6, 12),
        _section(right_inverse, single, 3, 12),
        _section(left_inverse, single, 9, 12, same=_leads_back),
        _section(logical_divide, by_tile, 8, 12),
        _section(logical_product, copies, 5, 12),
    ]


def _section(
    ours: Callable[..., Layout],
    cases: dict[str, Any],
    over_pycute: float,
    over_tensor: float,
    same: Callable[..., bool] | None = None,
) -> Section:
    name = ours.__name__
    section = Section(name, "us")
    answered = {}
    for case, operands in cases.items():
        try:
            ours(*[Layout(*o) if isinstance(o, tuple) else o for o in operands])
        except LayoutError as refused:
            section.notes.append(f"{case} is left out, for it has no answer: {type(refused).__name__}")
        else:
            answered[case] = operands
    contest(section, answered, ours, name, name, rounds=ROUNDS, same=same or _same)
    add_means(section, over_pycute, over_tensor)
    return section


def _same(operands: tuple[Any, ...], answer: Layout, wanted: Layout) -> bool:  # noqa: ARG001 - one form for all
    return equal(answer, wanted)


def _leads_back(operands: tuple[Any, ...], answer: Layout, wanted: Layout) -> bool:
    layout = Layout(*operands[0])
    step = max(1, layout.size // 997)
    return all(layout(answer(layout(i))) == layout(wanted(layout(i))) for i in range(0, layout.size, step))
