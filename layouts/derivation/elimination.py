"""Elimination over F2 on paper: each image is reduced by the top bits that are already taken."""

from __future__ import annotations

from ..layout import Layout
from ..linearity import bit_images
from .model import Step
from .words import binary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .call import Steps

__all__ = ["reduced", "solved"]


def reduced(L: Layout) -> Steps:
    """Reduce the bit images one after the other; return {vector: index}, each vector with a top bit of its own."""
    images = bit_images(L)
    width = max([image.bit_length() for image in images], default=1)
    basis: dict[int, int] = {}
    rows, claims = [], []
    for k, image in enumerate(images):
        vector, index, used = image, 1 << k, []
        while vector:
            taken = next((v for v in basis if v.bit_length() == vector.bit_length()), None)
            if taken is None:
                break
            used.append(taken)
            vector ^= taken
            index ^= basis[taken]
        if vector:
            basis[vector] = index
            then = f"new, top bit {vector.bit_length() - 1}"
        else:
            then = f"0: index {index} is sent to 0"
        claims.append(("value", L, index, vector))
        rows.append((1 << k, image, binary(image, width), " ^ ".join(map(str, used)) or "-", vector, index, then))
    text = (
        "Each image is XORed with the vectors that have its top bit, until it is 0 or has a new top bit. "
        f"The rank is {len(basis)} of {len(images)}."
    )
    columns = ("index", "image", "binary", "XOR with", "gives", "at index", "which is")
    yield Step("Reduce the images", text, columns, tuple(rows), (L,), None, tuple(claims))
    return basis


def solved(basis: dict[int, int], value: int) -> int | None:
    """Return an index with this value, put together from the basis, or None."""
    index = 0
    while value:
        taken = next((v for v in basis if v.bit_length() == value.bit_length()), None)
        if taken is None:
            return None
        value ^= taken
        index ^= basis[taken]
    return index
