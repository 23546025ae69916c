"""What matrices over F2 take as input, and how a message shows them."""

from __future__ import annotations

from .errors import ProfileError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import SupportsIndex

    from .solving import Solving

__all__: list[str] = []

_WORD = 64


def _natural(operation: str, what: str, value: SupportsIndex) -> int:
    """Return an integer >= 0 as int, or refuse it; bool is no integer here."""
    try:
        number = value.__index__()
    except (AttributeError, TypeError):
        number = -1
    if number >= 0 and not isinstance(value, bool):
        return number
    try:
        shown = _number(value) if type(value) is int else f"{value!r:.60}"
    except RecursionError:
        shown = f"a {type(value).__name__} nested too deeply to show"
    raise ProfileError(f"{operation}: {what} must be an integer >= 0, not {shown}", value)


def _agree(operation: str, what: str, M: Solving, N: Solving) -> None:
    """Refuse two matrices that differ in the rows, columns or shapes they must share."""
    m, n = [{"rows": A.rows, "columns": len(A.columns), "shapes": A.shape}[what] for A in (M, N)]
    if m != n:
        raise ProfileError(f"{operation}: {what} differ, {m} and {n}: {_show(M)} with {_show(N)}", (m, n))


def _show(matrix: Solving) -> str:
    """Show a matrix in a message: its first columns, their number if some are left out, and the rows."""
    columns = matrix.columns
    limit = 8 if matrix.rows <= _WORD else 3
    shown = ", ".join(map(_number, columns[:limit]))
    more = f", ... {len(columns)} in all" if len(columns) > limit else ""
    comma = "," if len(columns) == 1 else ""
    return f"columns ({shown}{comma}{more}), {matrix.rows} row{'s' * (matrix.rows != 1)}"


def _number(value: int) -> str:
    """Show an integer in a message: in decimal up to 64 bits, then by its leading digits."""
    if value.bit_length() <= _WORD:
        return str(value)
    return f"{hex(value >> value.bit_length() - 32)}... ({value.bit_length()} bits)"
