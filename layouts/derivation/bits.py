"""Where + and XOR are one: the bit images, and the bits that clash."""

from __future__ import annotations

from ..inttuple import unflatten
from ..layout import Layout, read_layout, trusted
from ..linearity import first_carry
from ..module import F2, Z, Zn
from .call import Call, Refused
from .model import Step
from .words import binary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .call import Steps

__all__ = ["derive"]


def derive(call: Call) -> Steps:
    """Explain ``bit_images``, ``is_carry_free``, ``to_f2`` and ``to_z``."""
    L = read_layout(call["layout"], call.operation)
    module = {"to_f2": F2, "to_z": Z}.get(call.operation)
    if module is not None and (L.over is module or not L._s):
        yield Step("Nothing to do", f"It lives over {module} already, or has no leaf.", before=(L,), after=L)
        return L
    witness, images = yield from _images(L, call.operation == "bit_images")
    if witness is None and call.operation != "bit_images":
        witness = yield from _clash(L, images)
    if call.operation == "is_carry_free":
        return witness is None
    if witness is not None:
        return Refused(witness)
    if module is None:
        return images
    result = trusted(L.shape, unflatten(tuple([max(d, 0) for d in L._d]), L.shape), module)
    text = f"The same shape and strides, over {module}, are the same function."
    yield Step("Change the module", text, before=(L,), after=result, claims=(("same", L, result),))
    return result


def _images(L: Layout, signed: bool) -> Steps:
    """List the bit images; return (witness of a refusal or None, images)."""
    if L.over is Zn:
        yield Step("Coordinates", "The values are coordinates, not bit vectors.", before=(L,))
        return (0, 0), ()
    if not signed and L.over is Z:
        place = 1
        for s, d in zip(L._s, L._d, strict=True):
            if d < 0 and s > 1:
                text = f"At index {place} the value is {d}, and F2 has no negative numbers."
                yield Step("A negative value", text, before=(L,), claims=(("value", L, place, d),))
                return place, ()
            place *= s
    rows: list[tuple[int, ...]] = []
    images: list[int] = []
    for k, (s, d) in enumerate(zip(L._s, L._d, strict=True)):
        if s & (s - 1):
            yield Step(
                "An extent that is no power of two",
                f"Leaf {k} has the extent {s}: its digit is no row of bits.",
                before=(L,),
            )
            return s, ()
        for j in range(s.bit_length() - 1):
            rows.append((1 << len(images), k, d, d << j))
            images.append(d << j)
    width = max([abs(image).bit_length() for image in images], default=1)
    shown = tuple([(*row, binary(image, width)) for row, image in zip(rows, images, strict=True)])
    claims = tuple([("value", L, 1 << k, image) for k, image in enumerate(images)])
    text = "Bit j of the digit of leaf s:d has the image d shifted by j. Together these are the bits of the index."
    yield Step("The bit images", text, ("index", "leaf", "stride", "image", "binary"), shown, (L,), None, claims)
    return None, tuple(images)


def _clash(L: Layout, images: tuple[int, ...]) -> Steps:
    """Tell which two images share a bit; return their indices, or None."""
    pair = first_carry(images)
    if pair is None:
        text = "No two images have a 1 in the same place. So nothing ever carries, and + and XOR agree at every index."
        yield Step("No bits clash", text, before=(L,))
        return None
    x, y = 1 << pair[0], 1 << pair[1]
    a, b = images[pair[0]], images[pair[1]]
    text = (
        f"The images {a} and {b}, at the indices {x} and {y}, share the bits {binary(a & b, 1)}. At index {x | y} "
        f"the sum is {a + b} and the XOR is {a ^ b}: over Z and over F2 these are two functions."
    )
    yield Step(
        "Bits clash",
        text,
        before=(L,),
        claims=(("sum", (a, b), a + b), ("xor", (a, b), a ^ b), ("value", L, x, a), ("value", L, y, b)),
    )
    return x, y
