"""The meeting point: when a layout over Z and one over F2 are the same function, and how to decide it.

Take a layout whose extents are powers of two.  An index is a string of bits, and the layout is determined by its
*bit images*, the values at the indices 1, 2, 4, ...  Over Z the value at any index is the sum of the images of its
bits, over F2 it is their XOR.  Sum and XOR agree exactly when no two images share a bit, for then nothing carries:
the layout is *carry-free*.  On carry-free layouts the two algebras are one, and each checks the other.

By hand, ``(2,2):(1,2)`` has the images 1 and 2, and 1 + 2 = 1 ^ 2; ``(2,2):(1,1)`` has 1 and 1, and 1 + 1 = 2 but
1 ^ 1 = 0, so index 3 tells them apart.
"""

from __future__ import annotations

from .errors import NotLinearError, ProfileError
from .inttuple import _show, clean, leaves, unflatten
from .layout import Layout, assembled, read_layout, trusted
from .module import F2, Z, Zn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from .bits import BitMatrix
    from .inttuple import IntTuple
    from .module import Module

__all__ = [
    "bit_images",
    "from_matrix",
    "is_carry_free",
    "to_f2",
    "to_matrix",
    "to_z",
]


def bit_images(layout: Layout) -> tuple[int, ...]:
    """Return the values at the indices 1, 2, 4, ..., below the size.

    Requires: extents that are powers of two; a layout over Z or F2.
    Ensures:  ``bit_images(L)[k] == L(2**k)``.
    Raises:   NotLinearError with the extent that is no power of two.
    Cost:     one step for each bit of the index.

    >>> bit_images(Layout((2, 4), (8, 1)))
    (8, 1, 2)
    """
    layout = read_layout(layout, "bit_images")
    if layout.over is Zn:
        raise NotLinearError(f"bit_images: the values of {layout} are coordinates, not bit vectors", (0, 0))
    images = []
    for s, d in zip(layout._s, layout._d, strict=True):
        if s & (s - 1):
            raise NotLinearError(f"bit_images: the extent {s} of {layout} is not a power of two", s)
        images += [d << k for k in range(s.bit_length() - 1)]
    return tuple(images)


def first_carry(images: tuple[int, ...]) -> tuple[int, int] | None:
    """Return the pair of bits a < b with images that overlap, with the smallest 2**a + 2**b, or None."""
    union = 0
    for b, image in enumerate(images):
        if union & image:
            return next(a for a in range(b) if images[a] & image), b
        union |= image
    return None


def _why_not_linear(layout: Layout) -> NotLinearError | None:
    """Return the error that tells why + and XOR differ on this layout, or None when they agree."""
    if layout.over is Z:
        for s, d, step in _modes(layout):
            if d < 0 and s > 1:
                return NotLinearError(f"{layout} takes the value {d} at index {step}, and F2 has no negatives", step)
    for s in layout._s if layout.over is not Zn else ():
        if s & (s - 1):
            return NotLinearError(f"{layout} has the extent {s}, which is not a power of two", s)
    try:
        images = bit_images(layout)
    except NotLinearError as error:  # over Zn
        return error
    pair = first_carry(images)
    if pair is None:
        return None
    x, y = 1 << pair[0], 1 << pair[1]
    a, b = images[pair[0]], images[pair[1]]
    return NotLinearError(
        f"{layout} carries: the values {a} and {b} at the indices {x} and {y} share a bit, "
        f"so at index {x | y} the sum {a + b} differs from the XOR {a ^ b}",
        (x, y),
    )


def _modes(layout: Layout) -> Iterator[tuple[int, Any, int]]:
    """Yield (extent, stride, index of the unit digit) for each leaf."""
    step = 1
    for s, d in zip(layout._s, layout._d, strict=True):
        yield s, d, step
        step *= s


def is_carry_free(layout: Layout) -> bool:
    """Tell whether + and XOR agree: extents are powers of two, and no two bit images share a bit.

    Ensures: true exactly when ``to_f2`` and ``to_z`` answer.
    Cost: one step for each bit of the index.

    >>> is_carry_free(Layout((4, 8), (8, 1))), is_carry_free(Layout((2, 2), (1, 1))), is_carry_free(Layout(4, 3))
    (True, False, False)
    """
    layout = read_layout(layout, "is_carry_free")
    return _why_not_linear(layout) is None


def to_f2(layout: Layout) -> Layout:
    """Return the layout over F2 with the same shape, strides and values.

    A negative stride of an extent 1, which no index uses, becomes 0.
    Ensures: ``to_f2(L)(i) == L(i)`` for every i below the size.
    Raises: NotLinearError with two indices x, y where ``L(x ^ y) != L(x) ^ L(y)``; with the offending extent when it
    is no power of two; with the index of a negative value.

    >>> to_f2(Layout((4, 8), (8, 1)))
    Layout((4, 8), (8, 1), over=F2)
    """
    return _change_module(layout, F2)


def to_z(layout: Layout) -> Layout:
    """Return the layout over Z with the same shape, strides and values.

    Ensures: ``to_z(L)(i) == L(i)`` for every i below the size.
    Raises: NotLinearError with two indices x, y where the values carry: ``L(x) + L(y) != L(x) ^ L(y)``.

    >>> to_z(Layout((4, 8), (8, 1), over=F2))
    Layout((4, 8), (8, 1))
    """
    return _change_module(layout, Z)


def _change_module(layout: Layout, module: Module) -> Layout:
    layout = read_layout(layout, f"to_{module.name.lower()}")
    if layout.over is module or not layout._s:
        return layout
    error = _why_not_linear(layout)
    if error is not None:
        raise error
    if min(layout._d, default=0) < 0:  # of an extent 1, for the others are natural
        return Layout(layout._shape, unflatten(tuple([max(d, 0) for d in layout._d]), layout._shape), module)
    return assembled(layout._shape, layout._stride, layout._s, layout._d, module)


def to_matrix(layout: Layout, rows: int | None = None) -> BitMatrix:
    """Return the matrix over F2 whose column k is the image of index bit k.

    Requires: a layout over F2, or a carry-free one over Z.
    Ensures:  ``to_matrix(L)(i) == L(i)``; the rows are the bits of the largest value, or ``rows``.
    Raises:   NotLinearError as ``to_f2`` does.

    >>> to_matrix(Layout((2, 4), (8, 1)))
    BitMatrix((8, 1, 2), rows=4)
    """
    layout = read_layout(layout, "to_matrix")
    from .bits import BitMatrix

    return BitMatrix(bit_images(to_f2(layout)), rows)


def from_matrix(matrix: BitMatrix, shape: IntTuple | None = None) -> Layout:
    """Return the layout over F2 with the columns of ``matrix`` as bit images; the inverse of ``to_matrix``.

    ``shape`` splits the index bits into modes, each coalesced as far as its images are doublings.

    >>> from layouts import BitMatrix
    >>> print(from_matrix(BitMatrix((8, 1, 2))), from_matrix(BitMatrix((8, 1, 2)), (4, 2)))
    (2,4):(F8,F1) ((2,2),2):((F8,F1),F2)
    """
    if not hasattr(matrix, "columns"):
        raise ProfileError(f"from_matrix: {_show(matrix)} is not a BitMatrix", matrix)
    domain = 1 << len(matrix.columns) if shape is None else clean(shape, "an extent")
    return from_images(matrix.columns, domain)


def from_images(images: tuple[int, ...], shape: IntTuple) -> Layout:
    """Return the layout over F2 on ``shape`` with these bit images, each leaf of the shape coalesced."""
    sizes = list(leaves(shape))
    bits = [max(s, 1).bit_length() - 1 for s in sizes]
    if [1 << b for b in bits] != sizes or sum(bits) != len(images):
        raise ProfileError(f"the shape {_show(shape)} does not hold {len(images)} index bits", shape)
    start = 0
    parts = []
    for width in bits:
        parts.append(_doublings(images[start : start + width]))
        start += width
    return from_modes(parts, shape, F2)


def _doublings(images: tuple[int, ...]) -> list[tuple[int, int]]:
    """Cut a list of images into modes (extent, stride) of consecutive doublings."""
    modes: list[tuple[int, int]] = []
    follow: int | None = None
    for image in images:
        if image == follow:
            modes[-1] = (modes[-1][0] * 2, modes[-1][1])
        else:
            modes.append((2, image))
        follow = image * 2
    return modes


def from_modes(parts: list[list[tuple[int, Any]]], shape: IntTuple, over: Module) -> Layout:
    """Put a list of (extent, stride) modes in the place of each leaf of ``shape``.

    One mode becomes a leaf, several a tuple, none the leaf 1 with stride 0.
    """
    source = iter(parts)

    def build(node: IntTuple) -> tuple[IntTuple, Any]:
        if isinstance(node, tuple):
            pairs = [build(child) for child in node]
            return tuple([s for s, _ in pairs]), tuple([d for _, d in pairs])
        modes = next(source)
        if len(modes) == 1:
            return modes[0]
        return (tuple([s for s, _ in modes]), tuple([d for _, d in modes])) if modes else (1, over.zero)

    return trusted(*build(shape), over)
