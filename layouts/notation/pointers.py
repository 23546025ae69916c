"""CuTe's prints that hold more than a layout: a pointer with its unit, a coordinate iterator, an MLIR type.

::

    Sw<3,4,3> o smem_ptr[16b](unset) o (_8,_64):(_64,_1)     C++: the swizzle acts on bytes, the layout on elements
    gmem_ptr[32b](0x7f00) o (4,8):(8,1)                      C++: a tensor; its layout is read
    smem_Sw<3,4,3>_ptr[16b](0x400) o (8,64):(64,1)           C++: a swizzled pointer
    tensor<ptr<f16, smem, align<1024>, S<3,4,3>> o (8,64):(64,1)>   the DSL's print of a tensor
    ArithTuple(_0,_0) o (4,8):(_1@0,_1@1)                    C++: an identity tensor
    !cute.layout<"(4,8):(8,1)">                              the DSL's type

What is read is the layout from the pointer on, in elements: ``Sw<3,4,3>`` on bytes is ``Sw<3,3,3>`` on 16 bits.  The
pointer has to be aligned to what the swizzle looks at, else the offsets depend on the address and the text is refused.
"""

from __future__ import annotations

import re

from ..composed import ComposedLayout, Swizzle
from ..errors import LayoutError, ParseError
from ..layout import Layout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn

__all__: list[str] = []

_SWIZZLE = r"S(?:w|wizzle)?\s*<\s*(-?\d{1,4})\s*,\s*(-?\d{1,4})\s*,\s*(-?\d{1,4})\s*>"
_CPP = re.compile(
    rf"\b(?:[a-z]mem_)?(?:{_SWIZZLE}_)?(?:[a-z]mem_)?ptr\s*\[\s*(\d{{1,4}})b\s*\]\s*"
    r"\(\s*(unset|nullptr|\(nil\)|(?:0x)?[0-9a-fA-F]{1,16})\s*\)\s*o\b",
    re.ASCII,
)
_DSL = re.compile(
    r"\s*(tensor\s*<)\s*(?:raw_)?ptr\s*<\s*(\w{1,20})\s*,\s*(\w{1,20})\s*(?:,\s*align\s*<\s*(\d{1,9})\s*>\s*)?"
    rf"(?:,\s*{_SWIZZLE}\s*)?>\s*o\b",
    re.ASCII,
)
_ITERATOR = re.compile(r"\s*ArithTuple(?:Iter)?\s*\(([\s_0-9,()-]*)\)\s*o\b", re.ASCII)
_TYPE = re.compile(r'\s*(!cute\.(?:layout|swizzle|composed_layout|shape|stride|int_tuple)\s*<\s*")[^"]*("\s*>)\s*\Z')
_REFUSED = (
    (
        re.compile(r"\bM_\d+\s*\|"),
        "M_n|(...) is a number of CuTe's that is known in part: its value is not in the text",
    ),
    (re.compile(r"\bsmem_sparse\s*<"), "a sparse pointer counts elements that are not stored: not read"),
    (re.compile(r"[(,:]\s*\?"), "? is known at run time only: its value is not in the text"),
    (re.compile(r"!cute\."), 'of the types of the DSL !cute.layout<"..."> and !cute.composed_layout<"..."> are read'),
    (re.compile(r"\b(?:[a-z]mem_)?ptr\s*[\[<(]"), "a pointer is read as smem_ptr[16b](unset) o, before a layout"),
)
_MARKS = re.compile(r"ptr\s*[\[<(]|ArithTuple|!cute|M_\d|\?|smem_")


def is_printed(text: str) -> bool:
    """Tell whether a text has a pointer, an iterator or a type around a layout, or a number without a value.

    >>> is_printed("gmem_ptr[32b](0x7f) o 8:1"), is_printed("(8):(1)")
    (True, False)
    """
    return _MARKS.search(text) is not None


def parse_printed(text: str, read: Callable[[str], Any]) -> Any:
    """Return the layout of such a print, in elements, where ``read`` reads the plain notation.

    Raises:   ParseError for a number that is known at run time only, and for a pointer that is not aligned to what the
              swizzle looks at.

    >>> from .cute import parse
    >>> print(parse("Sw<3,4,3> o smem_ptr[16b](unset) o (_8,_64):(_64,_1)"))
    Sw<3,3,3> o 0 o (8,64):(64,1)
    """
    for pattern, taken in ((_TYPE, _of_type), (_ITERATOR, _of_iterator), (_DSL, _of_dsl), (_CPP, _of_cpp)):
        match = pattern.match(text) if pattern is not _CPP else pattern.search(text)
        if match is not None:
            return taken(text, match, read)
    for pattern, reason in _REFUSED:
        match = pattern.search(text)
        if match is not None:
            _refuse(reason, text, match.start())
    return read(text)


def unit_note(text: str) -> str:
    """Return what the pointer of a text says about the unit, for the line below a conversion.

    >>> unit_note("Sw<3,4,3> o smem_ptr[16b](unset) o (_8,_64):(_64,_1)")
    'elements of 16 bits, and so is the swizzle, which the text has on bytes'
    """
    match = _CPP.search(text)
    bits = int(match[4]) if match else None
    if match is None:
        match = _DSL.match(text)
        bits = _bits(match[2]) if match else None
    if match is None or bits is None:
        return ""
    swizzled = re.search(_SWIZZLE, text) is not None
    return f"elements of {bits} bits" + (", and so is the swizzle, which the text has on bytes" if swizzled else "")


def _refuse(reason: str, text: str, place: int) -> NoReturn:
    raise ParseError(reason, text, place)


def _rest(text: str, spans: list[tuple[int, int]], read: Callable[[str], Any]) -> Any:
    """Return the value of the text without some spans; places in errors stay."""
    shown = text
    for start, stop in spans:
        shown = shown[:start] + " " * (stop - start) + shown[stop:]
    try:
        return read(shown)
    except ParseError as error:
        raise ParseError(error.reason, text, error.position) from None


def _of_type(text: str, match: re.Match[str], read: Callable[[str], Any]) -> Any:
    return _rest(text, [match.span(1), match.span(2)], read)


def _of_iterator(text: str, match: re.Match[str], read: Callable[[str], Any]) -> Any:
    if re.search("[1-9]", match[1]):
        _refuse("an identity tensor that begins elsewhere than at 0: its layout alone is read", text, match.start(1))
    return _rest(text, [match.span()], read)


def _of_dsl(text: str, match: re.Match[str], read: Callable[[str], Any]) -> Any:
    end = len(text.rstrip())
    if text[end - 1] != ">":
        _refuse("expected > to close the tensor", text, end)
    bits = _bits(match[2])
    if bits is None:
        _refuse(f"the bits of the type {match[2]} are not known", text, match.start(2))
    value = _rest(text, [match.span(), (end - 1, end)], read)
    align = int(match[4]) if match[4] else None
    return _on_elements(text, match.start(2), value, match.groups()[4:7], bits, align or 1)


def _of_cpp(text: str, match: re.Match[str], read: Callable[[str], Any]) -> Any:
    value = _rest(text, [match.span()], read)
    digits = match[5]
    set_to = None if digits in ("unset", "nullptr", "(nil)") else int(digits, 16)
    align = 0 if not set_to else set_to & -set_to
    return _on_elements(text, match.start(), value, match.groups()[:3], int(match[4]), align)


def _on_elements(text: str, place: int, value: Any, swizzle: Any, bits: int, align: int) -> Any:
    """Return the layout with its swizzle of bytes on elements; ``align`` is that of the pointer, 0 for any."""
    chain = isinstance(value, ComposedLayout) and isinstance(value.outer, Swizzle) and value.offset == 0
    plain = isinstance(value, Layout) or (chain and isinstance(value.inner, Layout))
    if not plain or (chain and swizzle[0] is not None):
        _refuse("after a pointer a layout is read, with one swizzle at most", text, place)
    if swizzle[0] is not None:
        outer, inner = Swizzle(*[int(n) for n in swizzle]), value
    elif chain:
        outer, inner = value.outer, value.inner
    else:
        return value
    try:
        found = on_elements(outer, bits)
    except LayoutError as error:
        raise ParseError(error.message, text, place) from error
    period = 1 << min(outer.base + outer.bits + abs(outer.shift), 64) if outer.bits else 1
    if align and align % period:
        _refuse(
            f"{outer} looks at the address up to {period} bytes, and the pointer is aligned to {align}: the offsets"
            " depend on where it points",
            text,
            place,
        )
    return ComposedLayout(found, 0, inner)


def on_elements(swizzle: Swizzle, bits: int) -> Swizzle:
    """Return a swizzle of bytes as one of elements.

    Raises:   LayoutError where the bits are no power of two, or the swizzle cuts through an element.

    >>> print(on_elements(Swizzle(3, 4, 3), 4))
    Sw<3,5,3>
    """
    if bits < 1 or bits & bits - 1:
        raise LayoutError(f"a swizzle on elements of {bits} bits has no form: {bits} is no power of two", bits)
    base = swizzle.base + 4 - bits.bit_length()
    if base < 0:
        raise LayoutError(f"{swizzle} on bytes cuts through elements of {bits} bits", bits)
    return Swizzle(swizzle.bits, base, swizzle.shift)


def _bits(name: str) -> int | None:
    found = re.search(r"[1-9][0-9]{0,3}", name)
    return int(found[0]) if found else None
