"""Which object a formula is: a layout, an offset, a swizzle or several, a rotation, a part of a larger layout.

Everything that is named here has been proved equal to the formula on its whole domain: by the forms of the map, by a
comparison of forms, or by the table where the map is one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ..composed import ComposedLayout
from ..layout import Layout
from ..linearity import bit_images
from ..swizzled import swizzled_forms
from .products import swizzle_products
from .restriction import larger_layout, swizzled_pieces
from .rotation import rotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .domain import Domain

__all__ = ["Recovered", "recover"]


@dataclass(slots=True)
class Recovered:
    """The objects that are the same map, and ``why`` there is none where there is none.

    ``forms`` lists all of them as text, the simplest first; ``layout`` is the simplest as an object.
    """

    kind: str = ""
    cute: str | None = None
    f2_bases: dict[str, list[int]] | None = None
    f2_offset: int | None = None
    swizzled: list[str] = field(default_factory=list)
    products: list[str] = field(default_factory=list)
    rotation: str | None = None
    restriction: str | None = None
    forms: list[str] = field(default_factory=list)
    layout: Any = None


def recover(domain: Domain, found: Any) -> Recovered:
    """Return what a map is; ``found`` is an ``AffineMap``, a ``CaseMap`` or a ``TableMap``."""
    sums, bits = found.sums(), found.bits()
    result = Recovered()
    kinds = []
    plain: Any = None
    if sums is not None:
        plain = sums[1] if sums[0] == 0 else ComposedLayout(None, sums[0], sums[1])
        result.cute = str(plain)
    singles: list[ComposedLayout] = []
    chains: list[str] = []
    if bits is not None:
        images = bit_images(bits[1])
        result.f2_bases = _by_variable(domain, images)
        result.f2_offset = bits[0]
        if sums is None:
            singles = list(swizzled_forms(bits[1])) if bits[0] == 0 else []
            chains = [] if singles else swizzle_products(bits[1], bits[0])
    pieces = getattr(found, "pieces", None)
    if pieces is not None and sums is None and bits is None:
        singles = swizzled_pieces(domain, found)
        larger = None if singles else larger_layout(domain, found)
        result.restriction = None if larger is None else larger[0]
        plain = None if larger is None else larger[1]
    result.swizzled = [f"{form.outer} o {form.inner}" for form in singles]
    result.products = chains
    if sums is None and bits is None and not singles and result.restriction is None:
        result.rotation = rotations(domain, found)
    if isinstance(plain, Layout) and result.restriction is None:
        kinds.append("CuTe layout")
    elif singles:
        kinds.append("swizzled CuTe layout")
    elif chains:
        kinds.append(f"CuTe layout after {chains[0].count('Sw<')} swizzles")
    if bits is not None:
        kinds.append("F2-linear" if bits[0] == 0 else "XOR-affine")
    if isinstance(plain, ComposedLayout) and result.restriction is None:
        kinds.append("CuTe layout with an offset")
    if result.restriction is not None:
        kinds.append("part of a larger CuTe layout")
    if result.rotation is not None:
        kinds.append("CuTe layout with a rotated digit")
    result.kind = ", ".join(kinds) or _why_none(found)
    linear = bits[1] if bits is not None and bits[0] == 0 else None
    result.layout = plain or (singles[0] if singles else linear)
    result.forms = _all_forms(result, bits)
    return result


def _why_none(found: Any) -> str:
    pieces = getattr(found, "pieces", None)
    if pieces is None or len(pieces) == 1:
        return "none: neither a sum nor an XOR of its digits"
    return f"none: sums of digits in {len(pieces)} cases, not one sum and no XOR"


def _by_variable(domain: Domain, images: tuple[int, ...]) -> dict[str, list[int]]:
    rest = iter(images)
    return {v.name: [next(rest) for _ in range(v.size.bit_length() - 1)] for v in domain.variables}


def _all_forms(result: Recovered, bits: tuple[int, Layout] | None) -> list[str]:
    forms = [form for form in (result.cute, *result.swizzled, *result.products) if form is not None]
    forms += [form for form in (result.restriction, result.rotation) if form is not None]
    if bits is not None and bits[1].size > 1:
        linear = str(bits[1])
        forms.append(linear if not bits[0] else f"{bits[0]} ^ {linear}")
    return list(dict.fromkeys(forms))
