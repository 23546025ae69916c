"""``idx2crd`` and ``crd2idx``: division with remainder, leaf by leaf, and back."""

from __future__ import annotations

from ..inttuple import clean, crd2idx, idx2crd, leaves, prefix_product, product, to_int, unflatten
from .model import Step
from .words import show, total

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .call import Call, Steps

__all__ = ["derive", "taken_apart"]


def derive(call: Call) -> Steps:
    """Explain ``idx2crd`` and ``crd2idx``."""
    if call.operation == "idx2crd":
        return (yield from taken_apart(call["index"], call["shape"]))
    coordinate, shape, stride = call["coordinate"], clean(call["shape"]), call["stride"]
    natural = yield from taken_apart(coordinate, shape)
    steps = prefix_product(shape) if stride is None else clean(stride)
    c, d = list(leaves(natural)), list(leaves(steps))
    terms = tuple([a * b for a, b in zip(c, d, strict=True)])
    result = sum(terms)
    why = "" if stride is not None else " Without strides each digit counts the product of the extents before it."
    rows = tuple(zip(c, d, terms, strict=True))
    text = f"{total(c, d)} = {result}.{why}"
    yield Step("Digits times strides", text, ("digit", "stride", "product"), rows, claims=(("sum", terms, result),))
    if stride is None and product(shape) > result >= 0 and natural == coordinate:
        yield Step("Back again", f"idx2crd({result}) is {show(idx2crd(result, shape))}.")
    return crd2idx(coordinate, shape, stride)


def taken_apart(coordinate: Any, shape: Any) -> Steps:
    """Take each integer of a coordinate apart in its part of the shape; the natural coordinate."""
    shape = clean(shape)
    if not isinstance(shape, tuple) and not isinstance(coordinate, tuple):
        index = 0 if coordinate is None else to_int(coordinate)
        yield Step("Digits", f"The shape {show(shape)} is one integer, so the index {index} is its only digit.")
        return index
    return (yield from _part(coordinate, shape, ""))


def _part(c: Any, shape: Any, where: str) -> Steps:
    if isinstance(c, tuple):
        parts = []
        for k, (part, s) in enumerate(zip(c, shape, strict=True)):
            parts.append((yield from _part(part, s, f"{where}.{k}" if where else str(k))))
        if not where:
            yield Step(
                "The natural coordinate", f"{show(tuple(c))} in the shape {show(shape)} is {show(tuple(parts))}."
            )
        return tuple(parts)
    index = 0 if c is None else to_int(c)
    if not isinstance(shape, tuple):
        return index
    extents = list(leaves(shape))
    rows: list[tuple[Any, ...]] = []
    digits: list[int] = []
    rest = index
    for s in extents[:-1]:
        quotient, digit = divmod(rest, s)
        rows.append((rest, s, digit, quotient))
        digits.append(digit)
        rest = quotient
    if extents:
        rows.append((rest, extents[-1], rest, "-"))
        digits.append(rest)
    result: Any = unflatten(tuple(digits), shape)
    text = f"{index} in {show(shape)}: divide by each extent in turn, keep the remainder, go on with the quotient."
    if extents:
        text += " The last digit is what is left."
        if rest >= extents[-1]:
            text += f" Here it is {rest}, beyond its extent {extents[-1]}: the index is past the end of the shape."
    title = f"Digits of mode {where}" if where else "Digits"
    claims = (("digits", index, tuple(extents), tuple(digits)),)
    yield Step(title, text, ("number", "extent", "digit", "quotient"), tuple(rows), after=result, claims=claims)
    return result
