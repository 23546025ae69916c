"""Several swizzles over one CuTe layout: a matrix over F2 taken apart into XORs of one shift each.

By hand, HipKittens' tile has the images 64 128 256 544 1040 of its row bits: 544 = 512 + 32 and 1040 = 1024 + 16.  The
highest bits are those of the layout (32,32):(64,2), and the rest says that bit 9 goes to bit 5 and bit 10 to bit 4.
These are two shifts, 4 and 6, so two swizzles: ``Sw<1,4,6> o Sw<1,5,4>``.
"""

from __future__ import annotations

from itertools import permutations

from ..linearity import bit_images, from_images, is_carry_free, to_z
from ..swizzle import Swizzle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..layout import Layout

__all__ = ["swizzle_products"]

#: The most swizzles that are looked for.
MOST = 4


def swizzle_products(layout: Layout, offset: int = 0) -> list[str]:
    """Return chains of swizzles over a plain layout that are ``offset`` XOR a layout over F2.

    A single swizzle is a chain of one.  Empty where none is found with the highest, or with the lowest, bit of every
    image as the plain layout.  The innermost swizzle has the smallest shift where the order is free.

    >>> from layouts import F2, Layout
    >>> swizzle_products(Layout((2, 2, 2), (1, 0b1010, 0b10100), over=F2))
    ['Sw<2,1,2> o (2,2,2):(1,8,16)', 'Sw<2,1,-2> o (2,2,2):(1,2,4)']
    >>> swizzle_products(Layout(512, over=F2, stride=1))
    []
    """
    images = bit_images(layout)
    modes = tuple([mode.size for mode in layout]) if isinstance(layout.shape, tuple) else layout.size
    found = []
    for highest in (True, False):
        plain = [_own_bit(image, highest) for image in images]
        inner = from_images(tuple(plain), modes)
        moves = _moves(images, plain)
        if moves is None or not is_carry_free(inner):
            continue
        chain = _ordered(_grouped(moves), images, plain)
        if chain:
            base = str(to_z(inner))
            text = " o ".join([*map(str, chain), base if not offset else f"{_before(chain, offset)} ^ {base}"])
            found.append(text)
    return found


def _own_bit(image: int, highest: bool) -> int:
    return 1 << (image.bit_length() - 1) if image and highest else image & -image


def _before(chain: list[Swizzle], offset: int) -> int:
    """Return the number that the swizzles take to ``offset``; each is its own inverse."""
    for swizzle in chain:
        offset = swizzle(offset)
    return offset


def _moves(images: tuple[int, ...], plain: list[int]) -> dict[int, list[int]] | None:
    """Return, for each shift, the bits that go down (or up) by it; None where there is nothing to move."""
    moves: dict[int, list[int]] = {}
    for image, own in zip(images, plain, strict=True):
        source = own.bit_length() - 1
        rest = image ^ own
        while rest:
            low = rest & -rest
            moves.setdefault(source - (low.bit_length() - 1), []).append(source)
            rest ^= low
    return moves or None


def _grouped(moves: dict[int, list[int]]) -> list[Swizzle]:
    """Return a swizzle for each run of source bits with one shift, no wider than the shift."""
    found = []
    for shift in sorted(moves, key=lambda s: (abs(s), s)):
        run: list[int] = []
        for source in [*sorted(moves[shift]), None]:
            if run and (source != run[-1] + 1 or len(run) == abs(shift)):
                found.append(Swizzle(len(run), min(run[0], run[0] - shift), shift))
                run = []
            if source is not None:
                run.append(source)
    return found


def _ordered(swizzles: list[Swizzle], images: tuple[int, ...], plain: list[int]) -> list[Swizzle]:
    """Return the swizzles, outermost first, in an order that makes the images, or nothing."""
    if len(swizzles) > MOST:
        return []
    for order in permutations(swizzles):
        values = list(plain)
        for swizzle in order:
            values = [swizzle(value) for value in values]
        if tuple(values) == images:
            return list(reversed(order))
    return []
