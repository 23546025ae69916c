"""An instruction that multiplies matrices: A on the left, B above, C between them; who holds each element."""

from __future__ import annotations

from ...errors import LayoutError
from ...hardware.entry import Entry
from ...hardware.operand import Operand
from ..model import Figure, Grid, Label, Note
from .parts import named
from .threads import LIMIT, held_by, held_by_linear, tile_grid

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .threads import Held

__all__ = ["mma_figure", "operand_figure", "tiled_mma_figure"]


def mma_figure(value: Any, *, limit: int = LIMIT) -> Figure:
    """Return the fragments of an instruction of ``layouts.hardware``: A left, B above, C (or D) below B.

    The rows of A are those of C, the columns of B are those of C.  An operand that is in shared memory is a note.
    """
    if isinstance(value, str):
        from ...hardware.catalog import get

        value = get(value)
    if not isinstance(value, Entry):
        raise LayoutError(f"draw: {named(value)} is no instruction of layouts.hardware", value)
    roles = value.operands
    result = next((role for role in ("C", "D") if role in roles), None)
    if result is None or not {"A", "B"} & set(roles):
        rows = [(_panel(roles[role], role, False, limit),) for role in roles]
        return Figure(value.name, tuple(rows), f"{value}: the operands, one below the other.", _legend())
    A = _panel(roles["A"], "A", False, limit) if "A" in roles else _elsewhere(entry=value, role="A")
    B = _panel(roles["B"], "B", True, limit) if "B" in roles else _elsewhere(entry=value, role="B")
    C = _panel(roles[result], result, False, limit)
    shown = ("A", "B", result, *[f"{role}.shared" for role in "AB"])
    others = [(_panel(roles[role], role, False, limit),) for role in roles if role not in shown]
    alt = (
        f"{value}: A on the left, B above, {result} in the corner; the rows of A and of {result} are m, the columns of "
        f"B and of {result} are n. Each cell names the lane and the register that hold it."
    )
    return Figure(value.name, ((Note(_about(value)), B), (A, C), *others), alt, _legend(), aligned=2)


def _about(entry: Entry) -> str:
    lines = [f"{role}: {operand.dtype}, {operand.outs.replace(' ', ' x ')}" for role, operand in entry.operands.items()]
    return "\n".join([entry.arch, *lines, *entry.aliases[:2]])


def _elsewhere(entry: Entry, role: str) -> Note:
    """Return a note on an operand that no register holds."""
    operand = entry.operands.get(f"{role}.shared")
    if operand is None:
        return Note("")
    return Note(f"{operand.outs.replace(' ', ' x ')} in shared memory, behind a descriptor", f"{role} {operand.dtype}")


def _legend() -> tuple[Label, ...]:
    return (Label("L5: lane 5, in a tone of its own"), Label("R2: element 2 of its registers, low to high"))


def operand_figure(operand: Any, *, limit: int = LIMIT) -> Figure:
    """Return one operand: its tile with the lane and the register that hold each element."""
    if not isinstance(operand, Operand):
        raise LayoutError(f"draw: {named(operand)} is no operand of an instruction", operand)
    panel = _panel(operand, operand.role, False, limit)
    title = f"{operand.role} {operand.dtype}: {operand.outs.replace(' ', ' x ')}"
    alt = f"The operand {operand.role} of {operand.dtype}, {operand.outs}; each cell names the lane and the register."
    return Figure(title, ((panel,),), alt, _legend())


def _panel(operand: Operand, role: str, transposed: bool, limit: int) -> Grid | Note:
    """Return the tile of an operand, or a note where no register holds it."""
    title = f"{role} {operand.dtype}"
    try:
        held: Held = held_by_linear(operand.affine, limit)
    except LayoutError as error:
        if operand.form == "shared" or operand.bases is None:
            return Note(f"{operand.outs}: {error}", title)
        raise
    if transposed and len(held.names) > 1 and held.names[0] == "k":
        transposed = False
    return tile_grid(held, title=title, transposed=transposed)


def tiled_mma_figure(value: Any, *, limit: int = LIMIT) -> Figure:
    """Return a tiled MMA: the tiles of A, B and C with the thread and the value that hold each element."""
    try:
        m, n, k = value.tile_size_mnk
        parts = [value.get_layoutA_TV((m, k)), value.get_layoutB_TV((n, k)), value.get_layoutC_TV((m, n))]
    except AttributeError:
        raise LayoutError(f"draw: {named(value)} is no tiled MMA", value) from None
    tiles = [(m, k), (n, k), (m, n)]
    names = [("m", "k"), ("n", "k"), ("m", "n")]
    A, B, C = [
        tile_grid(held_by(tv, tile, limit), title=role, transposed=role == "B", names=pair)
        for role, tv, tile, pair in zip("ABC", parts, tiles, names, strict=True)
    ]
    alt = (
        f"{named(value)}: A on the left, B above, C in the corner. Each cell names the thread and the value that hold"
        f" it; +1 tells that another thread holds the same."
    )
    legend = (Label("T5: thread 5"), Label("V2: value 2 of the thread"), Label("+1: one more holds the same"))
    return Figure(named(value), ((Note(f"{m} x {n} x {k}"), B), (A, C)), alt, legend, aligned=2)
