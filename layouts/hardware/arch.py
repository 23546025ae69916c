"""Names of architectures: which machines an entry means, and which machine a question means."""

from __future__ import annotations

from ..errors import LayoutError
from ..inttuple import _show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["machine", "machines"]

# Each machine with its other names.  The machines of one line go on with those of the same line before them, which is
# what "sm80+" and "cdna3+" mean.
_LINES = {
    "sm": (
        ("sm70", "volta v100"), ("sm72", ""), ("sm75", "turing t4"), ("sm80", "ampere a100"), ("sm86", ""),
        ("sm87", ""), ("sm88", ""), ("sm89", "ada l4 l40"), ("sm90", "hopper h100 h200"),
        ("sm100", "blackwell b100 b200 gb200"), ("sm103", ""), ("sm110", "sm101 thor"), ("sm120", ""), ("sm121", ""),
    ),
    "cdna": (
        ("cdna1", "gfx908 mi100"), ("cdna2", "gfx90a mi200 mi250"), ("cdna3", "gfx940 gfx941 gfx942 mi300"),
        ("cdna4", "gfx950 mi350"),
    ),
    "rdna": (("rdna3", "gfx11 gfx1100 gfx1101 gfx1102 gfx1103"), ("rdna4", "gfx12 gfx1200 gfx1201")),
    "intel": (("sapphirerapids", "spr amx"), ("xe", "")),
}  # fmt: skip
_LINE_OF = {name: (line, place) for line, row in _LINES.items() for place, (name, _) in enumerate(row)}
_NAMES = {other: name for row in _LINES.values() for name, others in row for other in (name, *others.split())}


def machine(name: Any) -> str:
    """Return the machine that a name means; ``sm_90a`` and ``hopper`` are ``sm90``.

    Raises: LayoutError with the names that are known.

    >>> machine("sm_90a"), machine("gfx942"), machine("Ampere")
    ('sm90', 'cdna3', 'sm80')
    """
    key = name.strip().lower().replace("_", "").replace("-", "") if isinstance(name, str) and len(name) < 40 else ""
    if key.startswith("sm") and key[-1:] in ("a", "f"):
        key = key[:-1]
    found = _NAMES.get(key)
    if found is None:
        raise LayoutError(
            f"hardware: {_show(name)} is no architecture of the tables; they have {', '.join(_LINE_OF)}", name
        )
    return found


def machines(arch: str) -> frozenset[str]:
    """Return the machines that the ``arch`` of an entry means.

    >>> sorted(machines("sm100a sm120a")), sorted(machines("cdna3+"))
    (['sm100', 'sm120'], ['cdna3', 'cdna4'])
    """
    found: set[str] = set()
    for part in arch.split():
        if part == "nvidia":
            found.update([name for name, _ in _LINES["sm"]])
            continue
        first = machine(part.rstrip("+"))
        line, place = _LINE_OF[first]
        found.update([name for name, _ in _LINES[line][place:]] if part.endswith("+") else [first])
    return frozenset(found)
