"""Composition over F2: a product of matrices, shown by columns, the images of the index bits."""

from __future__ import annotations

from ..codomain import axes
from ..errors import LayoutError
from ..layout import Layout, chain, trusted
from ..linearity import bit_images, from_images, is_carry_free, to_f2, to_z
from ..module import F2, Z, Zn
from .call import LOOKED, Call, Refused, by_looking
from .composition import compose
from .model import Step
from .words import binary, leaf, show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .call import Steps

__all__ = ["compose_bits", "gather", "set_bits"]


def set_bits(value: int) -> list[int]:
    """Return the numbers of the bits that are 1, lowest first."""
    return [k for k in range(value.bit_length()) if value >> k & 1]


def compose_bits(call: Call, A: Layout, B: Layout) -> Steps:
    """Explain A o B where A or B lives over F2."""
    if B.over is Zn:
        return (yield from _after_coordinates(call, A, B))
    if A.over is F2 and (B.over is F2 or is_carry_free(B)):
        return (yield from _by_columns(A, B))
    if B.over is F2 and is_carry_free(B):
        plain = to_z(B)
        text = "The bit images of B share no bit, so B is the same function over Z."
        yield Step("Read B over Z", text, before=(B,), after=plain, claims=(("same", B, plain),))
        return (yield from _or_look(call, A, B, compose(call, A, plain)))
    if A.over is not Zn and min(B.bounds()) >= 0:
        covering = stretched(A, B.bounds()[1])
        if is_carry_free(covering):
            other = to_z(covering) if B.over is Z else to_f2(covering)
            text = (
                f"The values of B reach {B.bounds()[1]}. Up to there the bit images of A share no bit, so that + and "
                f"XOR are the same on A."
            )
            yield Step(f"Read A over {other.over}", text, before=(A,), after=other)
            steps = compose(call, other, B) if B.over is Z else _by_columns(other, B)
            return (yield from _or_look(call, A, B, steps))
    yield by_looking(call, B.size, lambda i: A(B(i)), "One map adds with carries, the other with XOR.")
    return LOOKED


def _or_look(call: Call, A: Layout, B: Layout, steps: Steps) -> Steps:
    """Follow the steps in the other module; where they do not end the matter, the values do."""
    found = yield from steps
    if isinstance(found, Layout) and found.over is not A.over and is_carry_free(found):
        back = to_z(found) if A.over is Z else to_f2(found)
        text = f"The result is carry-free, so it is given over {A.over}, as A is."
        yield Step(f"Back to {A.over}", text, before=(found,), after=back, claims=(("same", found, back),))
        found = back
    if call.refusal is None and found == call.result:
        return found
    if isinstance(found, Refused) and call.refusal is not None and found.witness == call.refusal.witness:
        return found
    yield by_looking(call, B.size, lambda i: A(B(i)), "That module has no answer; another may have one.")
    return LOOKED


def stretched(A: Layout, largest: int) -> Layout:
    """Return A with its last extent made so long, by a power of two, that ``largest`` is an index of it."""
    extents, strides, places = chain(A)
    last = max(extents[-1], 1 << (largest // places[-1]).bit_length())
    return trusted((*extents[:-1], last), strides, A.over)


def _by_columns(A: Layout, B: Layout) -> Steps:
    images = bit_images(B)
    count = max([image.bit_length() for image in images], default=0)
    columns = [A(1 << j) for j in range(count)]
    if count:
        width = max([image.bit_length() for image in columns])
        shown = tuple([(j, 1 << j, image, binary(image, width)) for j, image in enumerate(columns)])
        text = "Column j of the matrix of A is A(2**j), the image of bit j of its index."
        known = tuple([("value", A, 1 << j, image) for j, image in enumerate(columns)])
        yield Step("The columns of A", text, ("bit", "index", "A", "binary"), shown, (A,), None, known)
    rows: list[tuple[Any, ...]] = []
    claims: list[tuple[Any, ...]] = []
    found: list[int] = []
    for k, image in enumerate(images):
        chosen = [columns[j] for j in set_bits(image)]
        value = A(image)
        found.append(value)
        rows.append((k, 1 << k, image, " ^ ".join(map(str, chosen)) or "0", value))
        claims.append(("xor", tuple(chosen), value))
        claims.append(("value", B, 1 << k, image))
    text = "The bits of each image of B select columns of A; their XOR is a column of the product."
    if not images:
        text = "B has one index, 0, and no bits."
    headings = ("bit", "index", "B", "columns of A", "A o B")
    yield Step("Product of the matrices", text, headings, tuple(rows), (A, B), None, tuple(claims))
    return (yield from gather(tuple(found), B.shape))


def gather(images: tuple[int, ...], shape: Any) -> Steps:
    """Put bit images together into the modes of a layout over F2."""
    result = from_images(images, shape)
    modes = [leaf(s, d, F2) for s, d in zip(result._s, result._d, strict=True)]
    text = (
        f"Within each leaf of the shape {show(shape)}, images that double one another are one mode: {', '.join(modes)}."
    )
    claims = tuple([("value", result, 1 << k, image) for k, image in enumerate(images)])
    yield Step("Gather the images", text, after=result, claims=claims)
    return result


def _after_coordinates(call: Call, A: Layout, B: Layout) -> Steps:
    from ..algebra.carries import value_at

    flat = [trusted(B._s, row, Z) for row in axes(B._d).values()]
    if not any([s & (s - 1) for s in B._s]) and all([is_carry_free(row) for row in flat]):
        found = [value_at(A, B(1 << k)) for k in range(B.size.bit_length() - 1)]
        rows = tuple([(k, 1 << k, B(1 << k), value) for k, value in enumerate(found)])
        text = "No axis of B carries, so every axis adds as XOR does, and the images of the bits of the index decide."
        yield Step("Bit by bit", text, ("bit", "index", "coordinate in A", "value"), rows, (A, B))
        return (yield from gather(tuple(found), B.shape))
    negative = next((i for i in range(min(B.size, 4096)) if min(_numbers(B(i))) < 0), None)
    if negative is not None and call.refusal is not None:
        yield Step("A negative number", f"B has the value {show(B(negative))} at index {negative}.", before=(A, B))
        return Refused(negative)
    try:
        yield by_looking(call, B.size, lambda i: value_at(A, B(i)), "The coordinates add with carries, A with XOR.")
    except LayoutError:
        yield Step("Decided by the operation", "A coordinate of B has no value in A.", before=(A, B))
    return LOOKED


def _numbers(tree: Any) -> list[int]:
    return [n for part in tree for n in _numbers(part)] if isinstance(tree, tuple) else [tree]
