"""Composition and coalescing against pycute and tensor-layouts, on layouts that kernels use.

``fresh`` operands are made before the clock starts and used once, so nothing kept on a layout helps; ``kept`` operands
are the same objects again and again.
"""

from __future__ import annotations

from typing import Any

from layouts import Layout, coalesce, composition, equal

from .cases import LAYOUTS, PAIRS
from .harness import Contender, copies, geometric_mean, kept, peer, race
from .report import Section, Target

ROUNDS = 25
OURS, PYCUTE, TENSOR_LAYOUTS = 60, 15, 6  # calls in a round
MANY = 64


def run_composition() -> Section:
    section = Section("composition", "us")
    named = {name: (LAYOUTS[a], b) for name, a, b in PAIRS}
    contest(section, named, composition, "composition", "compose")
    for name, (a, b) in named.items():
        A, B = Layout(*a), Layout(*b)
        points = range(0, B.size, max(1, B.size // 997))
        assert all(composition(A, B)(i) == A(B(i)) for i in points), name
    add_means(section, 8, 20)
    reverse = tuple([1 << (MANY - 1 - k) for k in range(MANY)])
    many = ((2,) * MANY, reverse)
    contest(section, {f"{MANY} modes of 2": (many, many)}, composition, "composition", "compose", single=True)
    return section


def run_coalesce() -> Section:
    section = Section("coalesce", "us")
    contest(section, {name: (layout,) for name, layout in LAYOUTS.items()}, coalesce, "coalesce", "coalesce")
    add_means(section, 4, 15)
    return section


def contest(
    section: Section,
    cases: dict[str, Any],
    ours: Any,
    of_pycute: str,
    of_tensor: str,
    *,
    single: bool = False,
    rounds: int = 0,
    same: Any = None,
) -> None:
    """Add a row for each case: the operation on operands that are given as (shape, stride) or as numbers."""
    pycute, tensor = peer("pycute"), peer("tensor_layouts")
    contenders: dict[str, dict[str, Contender]] = {}
    for name, operands in cases.items():
        wanted = ours(*_made(Layout, operands))
        contenders[name] = {
            "layouts": Contender(ours, copies(lambda o=operands: _made(Layout, o), OURS)),
            "layouts, kept": Contender(ours, kept(_made(Layout, operands), OURS)),
        }
        for title, module, operation, count in (
            ("pycute", pycute, of_pycute, PYCUTE),
            ("tensor-layouts", tensor, of_tensor, TENSOR_LAYOUTS),
        ):
            if module is None:
                continue
            theirs = getattr(module, operation)
            problem = _disagreement(theirs, module.Layout, operands, wanted, same)
            if problem:
                section.notes.append(f"{title} on {name}: {problem}")
                continue
            make = copies(lambda o=operands, m=module: _made(m.Layout, o), 1 if single else count)
            contenders[name][title] = Contender(theirs, make)
    section.rows |= race(contenders, rounds or (5 if single else ROUNDS))


def _made(kind: Any, operands: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple([kind(*operand) if isinstance(operand, tuple) else operand for operand in operands])


def _disagreement(theirs: Any, kind: Any, operands: tuple[Any, ...], wanted: Layout, same: Any = None) -> str | None:
    """Tell how the answer of a peer differs from ours as a function, or None."""
    try:
        found = theirs(*_made(kind, operands))
        answer = Layout(found.shape, found.stride)
    except Exception as error:
        return f"no answer ({type(error).__name__})"
    agrees = same(operands, answer, wanted) if same is not None else equal(answer, wanted)
    return None if agrees else f"{answer} instead of {wanted}"


def add_means(section: Section, over_pycute: float, over_tensor: float) -> None:
    for title, bound in (("pycute", over_pycute), ("tensor-layouts", over_tensor)):
        ratios = section.ratios(title)
        mean = geometric_mean(ratios) if ratios else None
        section.targets.append(Target(f"{section.title} against {title}, geometric mean", mean, bound))
        if ratios:
            reused = geometric_mean(section.ratios(title, "layouts, kept"))
            section.notes.append(
                f"{title} over layouts: {mean:.1f}x (from {min(ratios):.1f}x to {max(ratios):.1f}x), "
                f"on kept objects {reused:.1f}x"
            )
