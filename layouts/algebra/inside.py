"""How an operation on the domain treats a chain: it acts on the first map, and the chain stays a chain.

A chain is c -> outer(offset + inner(c)), and whatever only rearranges the coordinates c leaves ``outer`` and the offset
alone.  So each such operation has one line for it: what is no layout is handed to ``inside`` with the operation.
"""

from __future__ import annotations

from ..errors import ProfileError
from ..inttuple import _show
from ..layout import Layout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__all__ = ["inside", "keeps_apart"]


def inside(operation: str, value: Any, act: Callable[[Any], Any]) -> Any:
    """Return the chain ``value`` with ``act`` of its first map in the place of that map; refuse what is no chain."""
    with_inner = getattr(type(value), "_with_inner", None)
    if with_inner is None:
        raise ProfileError(f"{operation}: {_show(value)} is not a layout", value)
    return with_inner(value, act(value.inner))


def keeps_apart(operation: str, value: Any, act: Callable[[Any], Any]) -> Any:
    """Return ``inside`` for an operation that makes copies, unless the outer map is a layout, which may merge them."""
    if getattr(type(value), "_holds_elements", False):
        raise ProfileError(f"{operation}: {value} is a tensor, and has no elements for the copies", value)
    if isinstance(getattr(value, "outer", None), Layout):
        raise ProfileError(f"{operation}: copies of {value} may collide in its outer layout", value)
    return inside(operation, value, act)
