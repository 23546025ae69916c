"""Moving data from one linear layout to another: plan it, prove the plan by simulation, count what it costs.

>>> from layouts import convert
>>> sorted(name for name in convert.__all__ if name.islower())
['divide_matrix', 'gather', 'optimal_swizzle', 'plan', 'reduce', 'swap_shuffles']
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .gathers import Gather as Gather
    from .gathers import gather as gather
    from .matrices import Division as Division
    from .matrices import divide_matrix as divide_matrix
    from .planner import Alternative as Alternative
    from .planner import Plan as Plan
    from .planner import Simulation as Simulation
    from .planner import plan as plan
    from .reductions import Butterfly as Butterfly
    from .reductions import Reduction as Reduction
    from .reductions import Rendezvous as Rendezvous
    from .reductions import reduce as reduce
    from .rivals import Padded as Padded
    from .swap import swap_shuffles as swap_shuffles
    from .swizzling import OptimalSwizzle as OptimalSwizzle
    from .swizzling import Term as Term
    from .swizzling import optimal_swizzle as optimal_swizzle

_ROOMS = {
    "gathers": (
        "Gather",
        "gather",
    ),
    "matrices": (
        "Division",
        "divide_matrix",
    ),
    "rivals": ("Padded",),
    "planner": (
        "Alternative",
        "Plan",
        "Simulation",
        "plan",
    ),
    "reductions": (
        "Butterfly",
        "Reduction",
        "Rendezvous",
        "reduce",
    ),
    "swap": ("swap_shuffles",),
    "swizzling": (
        "OptimalSwizzle",
        "Term",
        "optimal_swizzle",
    ),
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = [  # noqa: PLE0604, RUF100
    *sorted(_ROOM_OF),
]


def __getattr__(name: str) -> object:
    room = _ROOM_OF.get(name)
    if room is None:
        raise AttributeError(f"module 'layouts.convert' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"layouts.convert.{room}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
