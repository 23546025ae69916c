"""Filtering: which leaves have stride 0, and where they stand."""

from __future__ import annotations

from ..inttuple import unflatten
from ..layout import Layout, chain, read_layout, trusted
from ..linearity import from_images, from_modes
from ..module import F2, Z
from .call import Call
from .coalesce import merge
from .elimination import reduced
from .model import Step
from .words import leaf, listed, values_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .call import Steps

__all__ = ["derive"]


def derive(call: Call) -> Steps:
    """Explain ``filter_zeros``, ``filter_modes`` and ``nullspace``."""
    L = read_layout(call["layout"], call.operation)
    if call.operation == "nullspace":
        return (yield from (_kernel(L) if L.over is F2 else _nullspace(L)))
    filtered = yield from _zeros(L)
    return filtered if call.operation == "filter_zeros" else (yield from merge(filtered))


def _zeros(L: Layout) -> Steps:
    extents = tuple([s if d else 1 for s, d in zip(L._s, L._d, strict=True)])
    rows = tuple(
        [
            (s, d, "stays" if d else f"stride 0: says the same {s} times, extent 1")
            for s, d in zip(L._s, L._d, strict=True)
        ]
    )
    result = trusted(unflatten(extents, L.shape), L.stride, L.over)
    text = "A leaf with stride 0 does not move the value. Its extent becomes 1."
    yield Step("Leaves with stride 0", text, ("extent", "stride", "what happens"), rows, (L,), result)
    return result


def _nullspace(L: Layout) -> Steps:
    rows, modes = [], []
    for s, d, place in zip(*chain(L), strict=True):
        kept = s > 1 and not d
        rows.append((s, d, place, leaf(s, place) if kept else "-"))
        if kept:
            modes.append((s, place))
    result = from_modes([modes], 1, Z)
    text = "A digit with stride 0 may have any value. Its unit stands at its place in the index."
    columns = ("extent", "stride", "place", "mode of the nullspace")
    yield Step("Digits with stride 0", text, columns, tuple(rows), (L,))
    claims = tuple([("value", L, result(i), L(0)) for i in range(min(result.size, 64))])
    text = f"The indices {values_of(result)} all have the value {L(0)}."
    yield Step("The nullspace", text, before=(L,), after=result, claims=claims)
    return result


def _kernel(L: Layout) -> Steps:
    from ..bits import BitMatrix
    from ..linearity import bit_images

    yield from reduced(L)
    kernel = BitMatrix(bit_images(L)).kernel().columns
    result = from_images(kernel, 1 << len(kernel))
    claims = tuple([("value", L, index, 0) for index in kernel])
    text = f"The indices that are sent to 0 are the XORs of {listed(kernel) or 'nothing, which is 0 alone'}."
    yield Step("The kernel", text, before=(L,), after=result, claims=claims)
    return result
