"""Composition with a swizzle or a chain on either side, and other operations on a chain."""

from __future__ import annotations

from ..composed import ComposedLayout, Swizzle
from ..layout import Layout
from ..linearity import bit_images, is_carry_free
from ..module import F2, Zn
from .call import LOOKED, Call, Refused, by_looking
from .columns import gather
from .model import Step
from .words import binary, show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .call import Steps

__all__ = ["compose_chains", "derive_inside"]


def compose_chains(call: Call, A: Any, B: Any) -> Steps:
    """Explain A o B where one of them is a swizzle or a chain."""
    if isinstance(A, ComposedLayout):
        return (yield from _inside(A, B))
    if isinstance(B, ComposedLayout):
        result = ComposedLayout(A, 0, B)
        yield Step("Keep the chain", "B is a chain of maps; A becomes its last map.", before=(A, B), after=result)
        return result
    if isinstance(A, Swizzle):
        return (yield from _swizzled(call, A, B))
    return (yield from _after_swizzle(call, A, B))


def derive_inside(call: Call, C: ComposedLayout) -> Steps:
    """Explain an operation on a chain: on the layout that it is, or on its first map, or not at all."""
    from .explain import explain

    rest = list(call.arguments.items())[1:]
    options = {name: value for name, value in rest if name in ("strict", "round_up", "axis")}
    others = [value for name, value in rest if name not in options]
    plain = C.as_layout()
    if plain is not None:
        inner = explain(call.operation, plain, *others, **options)
        if inner.refusal is None and call.refusal is None and inner.result == call.result:
            text = f"The chain is the same function as the layout {show(plain)}."
            yield Step("Read the chain as a layout", text, before=(C,), after=inner.result, inner=inner)
            return inner.result
    inner = explain(call.operation, C.inner, *others, **options)
    result = None
    if isinstance(inner.result, (Layout, ComposedLayout)):
        result = ComposedLayout(C.outer, C.offset, inner.result)
    same = call.refusal is None and result == call.result
    if same or (
        inner.refusal is not None and call.refusal is not None and inner.refusal.witness == call.refusal.witness
    ):
        text = f"The operation rearranges the domain, so it acts on the first map, {show(C.inner)}; the rest stays."
        yield Step("Act on the first map", text, before=(C,), after=inner.result, inner=inner)
        if result is not None:
            yield Step("Keep the rest of the chain", before=(C,), after=result)
        return result if same else Refused(call.refusal.witness if call.refusal is not None else None)
    text = "It is no single layout, and the operation goes through its links by itself; no steps are shown for that."
    yield Step("A chain of maps", text, before=(C,), after=call.result)
    return LOOKED


def _inside(A: ComposedLayout, B: Any) -> Steps:
    from .explain import explain

    inner = explain("composition", A.inner, B)
    text = f"A is a chain. B comes before all of it, so it is composed with the first map, {show(A.inner)}."
    yield Step("Compose inside", text, before=(A,), after=inner.result, inner=inner)
    if inner.refusal is not None:
        return Refused(inner.refusal.witness)
    result = ComposedLayout(A.outer, A.offset, inner.result)
    yield Step("Keep the rest of the chain", before=(A,), after=result)
    return result


def _swizzled(call: Call, S: Swizzle, B: Any) -> Steps:
    if isinstance(B, Swizzle):
        return (yield from _two_swizzles(call, S, B))
    L = B if isinstance(B, Layout) else Layout(B)
    if L.over is Zn:
        text = f"The values of {L} are coordinates. A swizzle moves bits of one integer."
        yield Step("A swizzle takes integers", text, before=(S, L), claims=(("value", L, 0, L(0)),))
        return Refused(0)
    if is_carry_free(L) or L.over is F2:
        if L.over is not F2:
            text = f"The bit images {show(bit_images(L))} share no bit: adding them is XOR, and L is linear over F2."
            yield Step("L is carry-free", text, before=(L,))
        return (yield from _images(S, L))
    low, high = L.bounds()
    if low >= 0 and not S.source & ((1 << high.bit_length()) - 1):
        text = f"The largest value is {high}. The lowest bit that {S} reads is {_lowest(S)}, and no value reaches it."
        if not S.source:
            text = f"{S} reads no bit at all."
        yield Step("Nothing moves", text, before=(S, L), after=L)
        return L
    yield by_looking(call, L.size, lambda i: S(L(i)), f"{L} carries, so {S} cannot be applied to its strides.")
    return LOOKED


def _two_swizzles(call: Call, S: Swizzle, T: Swizzle) -> Steps:
    """Tell whether S o T moves a row of bits by one distance, as a single swizzle does."""
    images = {k: S(T(1 << k)) for k in sorted({*_reads(S), *_reads(T)})}
    moved = [k for k, image in images.items() if image != 1 << k]
    shifts = {k - ((image ^ 1 << k).bit_length() - 1) for k, image in images.items() if image != 1 << k}
    single = all([(images[k] ^ 1 << k).bit_count() == 1 for k in moved]) and len(shifts) < 2
    if single and moved:
        single = moved[-1] - moved[0] < len(moved) <= abs(next(iter(shifts)))
    claims: list[tuple[Any, ...]] = []
    for k, image in images.items():
        claims += [("value", T, 1 << k, T(1 << k)), ("value", S, T(1 << k), image)]
    rows = tuple([(k, T(1 << k), image, "stays" if image == 1 << k else "moves") for k, image in images.items()])
    text = (
        "Both are linear over F2, so the images of single bits decide. A swizzle copies a row of bits by one distance. "
    )
    text += "So do both together." if single else "Both together do not."
    yield Step("The images of the bits", text, ("bit", str(T), f"{S} o {T}", ""), rows, (S, T), None, tuple(claims))
    if not single:
        return Refused(call.refusal.witness) if call.refusal is not None else None
    result = call.result
    good = isinstance(result, Swizzle) and all([result(1 << k) == image for k, image in images.items()])
    yield Step("One swizzle", f"These are the images under {show(result)}.", before=(S, T), after=result)
    return result if good and set(_reads(result)) == set(moved) else None


def _reads(S: Swizzle) -> range:
    return range(_lowest(S), _lowest(S) + S.bits)


def _lowest(S: Swizzle) -> int:
    return S.base + max(S.shift, 0)


def _images(S: Swizzle, L: Layout) -> Steps:
    images = bit_images(L)
    found = tuple(map(S, images))
    width = max([value.bit_length() for value in (*images, *found)], default=1)
    rows, claims = [], []
    for k, (image, value) in enumerate(zip(images, found, strict=True)):
        moved = image ^ value
        note = f"{binary(image & S.source, width)} adds {moved}" if moved else "-"
        rows.append((k, 1 << k, image, binary(image, width), note, value))
        claims += [("value", L, 1 << k, image), ("value", S, image, value)]
    text = (
        f"{S} is linear, S(x ^ y) = S(x) ^ S(y), so the images of the index bits are enough. "
        f"It reads {_range(S, _lowest(S))} and XORs them onto {_range(S, S.base + max(-S.shift, 0))}."
    )
    headings = ("bit", "index", "L", "binary", "bits that are read", "S o L")
    yield Step("Swizzle the images", text, headings, tuple(rows), (S, L), None, tuple(claims))
    return (yield from gather(found, L.shape))


def _range(S: Swizzle, first: int) -> str:
    if not S.bits:
        return "no bits"
    return f"bit {first}" if S.bits == 1 else f"bits {first} to {first + S.bits - 1}"


def _after_swizzle(call: Call, A: Layout, S: Swizzle) -> Steps:
    from .explain import explain

    if A.size & (A.size - 1) == 0:
        from ..linearity import from_images

        images = tuple([S(1 << k) for k in range(A.size.bit_length() - 1)])
        domain = from_images(images, A.shape)
        claims = tuple([("value", S, 1 << k, image) for k, image in enumerate(images)])
        text = f"On the {A.size} indices of A the swizzle is a layout over F2 with the images {show(images)}."
        yield Step("The swizzle as a layout", text, before=(A, S), after=domain, claims=claims)
        inner = explain("composition", A, domain)
        yield Step("Compose", before=(A, domain), after=inner.result, inner=inner)
        return inner.result if inner.refusal is None else Refused(inner.refusal.witness)
    if not S.source & ((1 << A.size.bit_length()) - 1):
        text = f"The indices of A end at {A.size - 1}, below every bit that {S} reads."
        yield Step("Nothing moves", text, before=(A, S), after=A)
        return A
    yield by_looking(call, A.size, lambda i: A(S(i)), f"{A.size} indices are no power of two.")
    return LOOKED
